/*
 * profiles/: every shipped file, and the examples of the documents, through the reader that the daemon
 * uses.
 */
#include "support.h"

#include "core/conf.h"
#include "core/store.h"

#include <ftw.h>

static struct iem_paths paths;
static struct iem_store *store;

static int open_store(void **state)
{
	paths.profiles[IEM_FROM_SHIPPED] = strdup(SOURCE_ROOT "/profiles");
	assert_int_equal(iem_store_new(&store, &paths, NULL), 0);
	assert_true(iem_store_scan(store) > 0);
	return 0;
}

static int close_store(void **state)
{
	iem_store_free(store);
	iem_paths_finish(&paths);
	return 0;
}

static void every_file_is_read_without_a_word(void **state)
{
	const struct iem_entry *const *entries;
	const size_t n = iem_store_entries(store, &entries);
	CLEANUP(iem_freep) char *of_folders = diag_lines(iem_store_diags(store));

	assert_string_equal(of_folders, "");
	for (size_t i = 0; i < n; i++) {
		CLEANUP(iem_freep) char *told = diag_lines(&entries[i]->diags);

		assert_string_equal(told, "");
		assert_false(entries[i]->broken);
	}
}

static size_t n_files;

static int count_file(const char *path, const struct stat *stamp, int kind, struct FTW *walk)
{
	const char *dot = strrchr(path, '.');

	n_files += kind == FTW_F && iem_streq(dot, ".conf");
	return 0;
}

/* An id that stands in two folders would hide one of its files, and nobody would notice. */
static void every_file_has_an_id_of_its_own(void **state)
{
	const struct iem_entry *const *entries;

	n_files = 0;
	assert_int_equal(nftw(SOURCE_ROOT "/profiles", count_file, 16, FTW_PHYS), 0);
	assert_int_equal(iem_store_entries(store, &entries), n_files);
}

static bool is_in(const struct iem_entry *entry, const char *folder)
{
	return strstr(entry->path, folder) != NULL;
}

static void every_file_says_where_its_figures_come_from(void **state)
{
	const struct iem_entry *const *entries;
	const size_t n = iem_store_entries(store, &entries);

	for (size_t i = 0; i < n; i++) {
		const char *origin =
			entries[i]->profile ? entries[i]->profile->origin : entries[i]->source->origin;

		if (!origin || !*origin)
			fail_msg("%s has no origin", entries[i]->path);
		if (is_in(entries[i], "/generic/"))
			assert_non_null(strstr(origin, "taste"));
		else
			assert_non_null(strstr(origin, "onfidence"));
	}
}

static void every_earphone_says_what_it_is_and_how_loud(void **state)
{
	const struct iem_entry *const *entries;
	const size_t n = iem_store_entries(store, &entries);

	for (size_t i = 0; i < n; i++) {
		const struct iem_earphone *e;

		if (entries[i]->kind != IEM_STORE_PROFILES || is_in(entries[i], "/generic/"))
			continue;
		e = &entries[i]->profile->earphone;
		if (!e->brand || !e->model || e->form < 0 || !e->n_drivers || isnan(e->impedance_ohm) ||
		    isnan(e->sensitivity.value))
			fail_msg("%s lacks a fact", entries[i]->path);
	}
}

static void assert_plausible(const struct iem_source *source, const char *what, double value, double min, double max)
{
	if (!isnan(value) && !(value >= min && value <= max))
		fail_msg("%s: its %s is %g, outside %g to %g", source->id, what, value, min, max);
}

static void every_source_says_what_it_is_and_how_strong(void **state)
{
	const struct iem_entry *const *entries;
	const size_t n = iem_store_entries(store, &entries);

	for (size_t i = 0; i < n; i++) {
		const struct iem_source *s = entries[i]->source;

		if (!s)
			continue;
		if (!s->name || s->kind < 0 ||
		    (isnan(s->max_voltage_v) && isnan(s->max_current_ma) && !s->rated_power.n))
			fail_msg("%s lacks a fact", entries[i]->path);
		assert_plausible(s, "voltage", s->max_voltage_v, 0.1, 20);
		assert_plausible(s, "current", s->max_current_ma, 5, 2000);
		assert_plausible(s, "output impedance", s->output_impedance_ohm, 0.01, 200);
		assert_plausible(s, "noise", s->noise_uv, 0.1, 100);
		for (size_t r = 0; r < s->rated_power.n; r++) {
			const double ohm = s->rated_power.at[r].x, watts = s->rated_power.at[r].y / 1000;

			assert_plausible(s, "rated voltage", sqrt(watts * ohm), 0.1, 20);
			assert_plausible(s, "rated current", 1000 * sqrt(watts / ohm), 5, 2000);
		}
	}
}

static void every_equaliser_can_be_played_at_every_usual_rate(void **state)
{
	static const double rates[] = { 44100, 48000, 96000, 192000 };
	const struct iem_entry *const *entries;
	const size_t n = iem_store_entries(store, &entries);

	for (size_t i = 0; i < n; i++)
		for (size_t r = 0; r < ARRAY_LEN(rates) && entries[i]->profile; r++) {
			const struct iem_chain_plan plan = {
				.eq = &entries[i]->profile->eq,
				.rate_hz = rates[r],
				.channels = 2,
				.sides = { IEM_SIDE_LEFT, IEM_SIDE_RIGHT },
			};
			struct iem_chain *chain = NULL;

			assert_int_equal(iem_chain_new(&chain, &plan), 0);
			assert_int_equal(iem_chain_skipped(chain), 0);
			iem_chain_free(chain);
		}
}

/* @return how many profiles stand between BEGIN and ``` in a file; fails where one has a mistake */
static unsigned examples_of(const char *path, const char *begin)
{
	CLEANUP(iem_freep) char *text = NULL;
	size_t size;
	unsigned examples = 0;

	assert_int_equal(conf_slurp(path, 1 << 20, &text, &size), 0);
	for (char *at = strstr(text, begin), *stop; at; at = strstr(stop, begin), examples++) {
		CLEANUP(iem_profile_freep) struct iem_profile *profile = NULL;
		struct iem_diags diags = { 0 };

		at += strlen(begin);
		stop = strstr(at, "```");
		assert_non_null(stop);
		*stop = '\0';
		iem_profile_parse(&profile, "example", at, (size_t)(stop - at), path, &diags);
		assert_told(&diags, "");
		assert_non_null(profile);
		stop += 3;
	}
	return examples;
}

static void the_examples_of_the_documents_are_good(void **state)
{
	assert_int_equal(examples_of(SOURCE_ROOT "/profiles/README.md", "```conf\n"), 2);
	assert_int_equal(examples_of(SOURCE_ROOT "/docs/iemd-profile.5.scd", "```\n"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_file_is_read_without_a_word),
		cmocka_unit_test(every_file_has_an_id_of_its_own),
		cmocka_unit_test(every_file_says_where_its_figures_come_from),
		cmocka_unit_test(every_earphone_says_what_it_is_and_how_loud),
		cmocka_unit_test(every_source_says_what_it_is_and_how_strong),
		cmocka_unit_test(every_equaliser_can_be_played_at_every_usual_rate),
		cmocka_unit_test(the_examples_of_the_documents_are_good),
	};

	return cmocka_run_group_tests(tests, open_store, close_store);
}
