/* profile.h, store.h: impedance curves in files beside a profile, who takes them over, and when they are read again. */
#include "store_world.h"

#include <errno.h>

static int load_none(void *data, struct iem_impulse **out, const char *path, struct iem_diags *diags)
{
	fail_msg("%s is no impulse response", path);
	return -EINVAL;
}

static int set_up_reading(void **state)
{
	static const struct iem_impulse_loader loader = { load_none };
	struct world *w;

	set_up(state);
	w = *state;
	iem_store_free(w->store);
	return iem_store_new(&w->store, &w->paths, &loader);
}

static void a_name_is_a_file_beside_the_profile(void **state)
{
	static const struct {
		const char *value, *told;
	} rows[] = {
#define NAME(name) \
	"t.conf:2: 'impedance_curve' is \"" name "\"; wanted is the name of a file in the profile's own folder, without '/' " \
	"and not beginning with '.'\n"
		{ "\"one.zma\"", "" },
		{ "\"../one.zma\"", NAME("../one.zma") },
		{ "\"/etc/passwd\"", NAME("/etc/passwd") },
		{ "\".zma\"", NAME(".zma") },
		{ "\"\"", "t.conf:2: 'impedance_curve' names no file; leave it out\n" },
		{ "3", "t.conf:2: 'impedance_curve' wants a list ( ... )\n" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(iem_profile_freep) struct iem_profile *profile = NULL;
		CLEANUP(iem_freep) char *text = NULL;
		struct iem_diags diags = { 0 };

		assert_true(asprintf(&text, "earphone = {\n impedance_curve = %s; };", rows[i].value) > 0);
		assert_int_equal(iem_profile_parse(&profile, "x", text, strlen(text), "t.conf", &diags),
				 *rows[i].told ? -EINVAL : 0);
		assert_told(&diags, rows[i].told);
		if (profile) {
			assert_string_equal(profile->earphone.impedance_file, "one.zma");
			assert_int_equal(profile->earphone.impedance_curve.n, 0);
		}
	}
}

static void expect(const struct world *w, double ohm, bool broken)
{
	const struct iem_profile *profile = iem_store_profile(w->store, "a");

	assert_non_null(profile);
	assert_int_equal(profile->earphone.impedance_curve.n, 2);
	assert_near(profile->earphone.impedance_curve.at[1].y, ohm, 0);
	assert_int_equal(entry_of(w, "a")->broken, broken);
}

static void a_curve_is_read_again_when_its_file_changes_and_kept_when_that_breaks(void **state)
{
	struct world *w = *state;
	CLEANUP(iem_freep) char *told = NULL, *want = NULL;
	const char *path;

	put(w, "user/a.conf", "earphone = {\n impedance_curve = \"a.zma\"; };");
	assert_int_equal(iem_store_scan(w->store), 1);
	assert_null(iem_store_profile(w->store, "a"));
	path = entry_of(w, "a")->path;
	told = diag_lines(&entry_of(w, "a")->diags);
	assert_true(asprintf(&want, "%.*sa.zma: there is no such file, or it is no plain one\n"
				    "%s:2: 'impedance_curve' names \"a.zma\", which does not load\n",
			     (int)(strrchr(path, '/') + 1 - path), path, path) > 0);
	assert_string_equal(told, want);
	assert_int_equal(iem_store_scan(w->store), 0);

	put(w, "user/a.zma", "20 12 1\n30 13 2\n");
	assert_int_equal(iem_store_scan(w->store), 1);
	expect(w, 13, false);
	assert_near(iem_store_profile(w->store, "a")->earphone.impedance_phase.at[1].y, 2, 0);
	assert_int_equal(iem_store_scan(w->store), 0);
	put(w, "user/a.zma", "20 12 1\n30 14.5 2\n");
	assert_int_equal(iem_store_scan(w->store), 1);
	expect(w, 14.5, false);
	put(w, "user/a.zma", "broken");
	assert_int_equal(iem_store_scan(w->store), 1);
	expect(w, 14.5, true);
	drop(w, "user/a.zma");
	assert_int_equal(iem_store_scan(w->store), 1);
	expect(w, 14.5, true);
	put(w, "user/a.zma", "30 15\n20 12\n");
	assert_int_equal(iem_store_scan(w->store), 1);
	expect(w, 15, false);
}

static void who_is_like_it_takes_over_the_points_with_their_phase(void **state)
{
	struct world *w = *state;
	const struct iem_earphone *e;

	put(w, "shipped/base.conf", "earphone = { impedance_curve = \"b.zma\"; };");
	put(w, "shipped/b.zma", "20 12 -5\n30 13 5\n");
	put(w, "user/mine.conf", "earphone = { like = \"base\"; };");
	put(w, "user/file.conf", "earphone = { like = \"base\"; impedance_curve = \"b.tsv\"; };");
	put(w, "user/b.tsv", "20 50\n");
	put(w, "user/own.conf", "earphone = { like = \"base\"; impedance_curve = ( (20, 60) ); };");
	assert_int_equal(iem_store_scan(w->store), 4);
	e = ear_of(w, "mine");
	assert_int_equal(e->impedance_curve.n, 2);
	assert_near(e->impedance_curve.at[1].y, 13, 0);
	assert_int_equal(e->impedance_phase.n, 2);
	assert_near(e->impedance_phase.at[0].y, -5, 0);
	assert_null(e->impedance_file);
	for (int i = 0; i < 2; i++) {
		e = ear_of(w, i ? "file" : "own");
		assert_int_equal(e->impedance_curve.n, 1);
		assert_near(e->impedance_curve.at[0].y, i ? 50 : 60, 0);
		assert_int_equal(e->impedance_phase.n, 0);
	}
	put(w, "shipped/b.zma", "20 12 -5\n30 14.5 5\n");
	assert_true(iem_store_scan(w->store) > 0);
	assert_near(ear_of(w, "mine")->impedance_curve.at[1].y, 14.5, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_is_a_file_beside_the_profile),
		cmocka_unit_test_setup_teardown(a_curve_is_read_again_when_its_file_changes_and_kept_when_that_breaks,
						set_up_reading, tear_down),
		cmocka_unit_test_setup_teardown(who_is_like_it_takes_over_the_points_with_their_phase, set_up_reading,
						tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
