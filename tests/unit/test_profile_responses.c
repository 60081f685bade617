/* profile.h, store.h: eq.graphic and eq.fir, what variants take over of them, and when files are read again. */
#include "store_world.h"

#include <errno.h>

static struct iem_profile *parse(const char *text)
{
	struct iem_profile *profile = NULL;
	struct iem_diags diags = { 0 };
	const int r = iem_profile_parse(&profile, "x", text, strlen(text), "t.conf", &diags);

	assert_told(&diags, "");
	assert_int_equal(r, 0);
	return profile;
}

static void both_are_read(void **state)
{
	CLEANUP(iem_profile_freep) struct iem_profile *p =
		parse("eq = { graphic = ( (20.0, -1.5), (25, 40) ); fir = \"room.wav\"; };");

	assert_int_equal(p->eq.graphic.n, 2);
	assert_near(p->eq.graphic.at[0].x, 20, 0);
	assert_near(p->eq.graphic.at[0].y, -1.5, 0);
	assert_near(p->eq.graphic.at[1].y, 40, 0);
	assert_string_equal(p->eq.fir, "room.wav");
	assert_null(p->eq.impulse);
}

static void a_variant_takes_over_what_it_does_not_give(void **state)
{
	CLEANUP(iem_profile_freep) struct iem_profile *p =
		parse("eq = { graphic = ( (20, 1), (30, 2) ); fir = \"a.wav\"; };"
		      "variants = ( { name = \"same\"; }, { name = \"none\"; eq = { graphic = ( ); fir = \"\"; }; },"
		      "  { name = \"other\"; eq = { graphic = ( (50, 3) ); fir = \"b.wav\"; }; } );");
	const struct iem_eq *same = iem_profile_eq(p, "same"), *none = iem_profile_eq(p, "none");
	const struct iem_eq *other = iem_profile_eq(p, "other");

	assert_int_equal(same->graphic.n, 2);
	assert_ptr_not_equal(same->graphic.at, p->eq.graphic.at);
	assert_near(same->graphic.at[1].y, 2, 0);
	assert_string_equal(same->fir, "a.wav");
	assert_int_equal(none->graphic.n, 0);
	assert_null(none->fir);
	assert_int_equal(other->graphic.n, 1);
	assert_string_equal(other->fir, "b.wav");
}

static void what_is_no_name_or_no_curve_is_refused(void **state)
{
	static const struct {
		const char *text, *told;
	} rows[] = {
#define FIR(name) \
	"t.conf:1: 'fir' is \"" name "\"; wanted is the name of a file in the profile's own folder, without '/' and not " \
	"beginning with '.'\n"
		{ "eq = { fir = \"../a.wav\"; };", FIR("../a.wav") },
		{ "eq = { fir = \"/etc/passwd\"; };", FIR("/etc/passwd") },
		{ "eq = { fir = \".hidden\"; };", FIR(".hidden") },
		{ "eq = { fir = 3; };", "t.conf:1: 'fir' wants a text in quotes\n" },
		{ "eq = { graphic = 3; };", "t.conf:1: 'graphic' wants a list ( ... )\n" },
		{ "eq = { graphic = ( (20, 1), (20, 2) ); };", "t.conf:1: 'graphic' must ascend: 20 comes after 20\n" },
		{ "eq = { graphic = ( (20, 41) ); };", "t.conf:1: 'an element' is 41, outside -40 to 40 dB\n" },
		{ "eq = { graphic = ( (0.5, 1) ); };", "t.conf:1: 'an element' is 0.5, outside 1 to 384000 Hz\n" },
		{ "eq = { graphic = ( (20, 1, 2) ); };", "t.conf:1: 'graphic' wants pairs of numbers, ( (x, y), ... )\n" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct iem_profile *profile = NULL;
		struct iem_diags diags = { 0 };

		assert_int_equal(iem_profile_parse(&profile, "x", rows[i].text, strlen(rows[i].text), "t.conf", &diags),
				 -EINVAL);
		assert_null(profile);
		assert_told(&diags, rows[i].told);
	}
}

/* --- the store -------------------------------------------------------------------------------------------------------- */

/* A loader that takes a file's first byte for its only tap; "x" is no response. */
static int load_byte(void *data, struct iem_impulse **out, const char *path, struct iem_diags *diags)
{
	FILE *file = fopen(path, "r");
	const int byte = file ? fgetc(file) : EOF;

	++*(unsigned *)data;
	if (file)
		fclose(file);
	if (byte == EOF || byte == 'x')
		return iem_complain(diags, "sound", 0, "is none");
	*out = iem_impulse_new(48000, IEM_IMPULSE_ALL, 1);
	(*out)->taps[0] = byte;
	return 0;
}

static void expect(const struct world *w, char byte, bool broken)
{
	const struct iem_profile *profile = iem_store_profile(w->store, "a");

	assert_non_null(profile);
	assert_non_null(profile->eq.impulse);
	assert_near(profile->eq.impulse->taps[0], byte, 0);
	assert_int_equal(entry_of(w, "a")->broken, broken);
}

static void a_response_is_read_again_when_its_file_changes_and_kept_when_that_breaks(void **state)
{
	static unsigned loaded;
	static const struct iem_impulse_loader loader = { load_byte, &loaded };
	struct world *w = *state;
	CLEANUP(iem_freep) char *told = NULL, *want = NULL;

	iem_store_free(w->store);
	assert_int_equal(iem_store_new(&w->store, &w->paths, &loader), 0);
	put(w, "user/a.conf", "eq = {\n fir = \"a.wav\"; };\nvariants = ( { name = \"v\"; eq = { preamp = -1; }; } );");
	assert_int_equal(iem_store_scan(w->store), 1);
	assert_null(iem_store_profile(w->store, "a"));
	told = diag_lines(&entry_of(w, "a")->diags);
	assert_true(asprintf(&want, "sound: is none\n%s:2: 'fir' names \"a.wav\", which does not load\n",
			     entry_of(w, "a")->path) > 0);
	assert_string_equal(told, want);
	assert_int_equal(iem_store_scan(w->store), 0);

	put(w, "user/a.wav", "one");
	assert_int_equal(iem_store_scan(w->store), 1);
	expect(w, 'o', false);
	assert_ptr_equal(iem_profile_eq(iem_store_profile(w->store, "a"), "v")->impulse,
			 iem_store_profile(w->store, "a")->eq.impulse);
	loaded = 0;
	assert_int_equal(iem_store_scan(w->store), 0);
	assert_int_equal(loaded, 0);

	put(w, "user/a.wav", "another");
	assert_int_equal(iem_store_scan(w->store), 1);
	expect(w, 'a', false);
	put(w, "user/a.wav", "x: broken");
	assert_int_equal(iem_store_scan(w->store), 1);
	expect(w, 'a', true);
	drop(w, "user/a.wav");
	assert_int_equal(iem_store_scan(w->store), 1);
	expect(w, 'a', true);
	put(w, "user/a.wav", "good");
	assert_int_equal(iem_store_scan(w->store), 1);
	expect(w, 'g', false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_are_read),
		cmocka_unit_test(a_variant_takes_over_what_it_does_not_give),
		cmocka_unit_test(what_is_no_name_or_no_curve_is_refused),
		cmocka_unit_test_setup_teardown(
			a_response_is_read_again_when_its_file_changes_and_kept_when_that_breaks, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
