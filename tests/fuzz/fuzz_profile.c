/*
 * A profile is text that somebody found on the net. Whatever it is: the reader says yes or says why not, what
 * it accepts can be designed, played and written again, and nothing is read or written that is not there.
 */
#include "core/conf_text.h"
#include "core/profile_write.h"
#include "tests/fuzz/design.h"

#include <assert.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
__attribute__((visibility("default"))) const char *__lsan_default_suppressions(void);

/*
 * libconfig 1.5 loses the text just read where a syntax error follows it; there is nothing we could free.
 * Visible, because it is the sanitizer's library that calls it.
 */
const char *__lsan_default_suppressions(void)
{
	return "leak:libconfig.so\n";
}

static char *written(const struct iem_profile *profile)
{
	char *text = NULL;

	assert(iem_profile_write(&text, profile, NULL) == 0);
	return text;
}

/* Written and read again, a profile is the same one. */
static void write_again(const struct iem_profile *profile)
{
	CLEANUP(iem_freep) char *first = written(profile), *second = NULL;
	CLEANUP(iem_profile_freep) struct iem_profile *again = NULL;

	assert(iem_profile_parse(&again, "x", first, strlen(first), "x.conf", NULL) == 0);
	second = written(again);
	assert(strcmp(first, second) == 0);
}

static void read_profile(const char *text, size_t size)
{
	struct iem_diags diags = { 0 };
	struct iem_profile *profile = NULL;
	const int r = iem_profile_parse(&profile, "x", text, size, "x.conf", &diags);
	char title[64], place[256];

	assert((r == 0) == (profile != NULL) && (r < 0) == (diags.errors > 0));
	for (size_t i = 0; i < diags.n; i++)
		iem_diag_format(&diags.items[i], place, sizeof(place));
	if (profile) {
		iem_profile_title(profile, title, sizeof(title));
		write_again(profile);
		design_and_play(&profile->eq);
		for (size_t i = 0; i < profile->n_variants; i++)
			design_and_play(iem_profile_eq(profile, profile->variants[i].name));
	}
	iem_profile_free(profile);
	iem_diags_finish(&diags);
}

static void look_for_values(const char *text, size_t size)
{
	static const char *const keys[] = { "origin", "eq.preamp", "earphone.sensitivity.unit" };

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		struct conf_span span;
		const char *missing = "";

		if (conf_find_value(text, size, keys[i], &span, &missing) < 0)
			assert(*missing);
		assert(span.begin <= span.end && span.end <= size);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	assert(text);
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	read_profile(text, size);
	look_for_values(text, size);
	free(text);
	return 0;
}
