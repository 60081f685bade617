/* store.h: profiles that take their facts from another one by `like`. */
#include "store_world.h"

static void what_is_not_given_is_inherited_and_what_is_given_overrides(void **state)
{
	struct world *w = *state;
	const struct iem_earphone *e;

	put(w, "shipped/base.conf",
	    "earphone = { brand = \"Acme\"; model = \"One\"; form = \"in-ear\"; back = \"open\"; impedance = "
	    "16;\n"
	    "drivers = ( { type = \"dynamic\"; } ); impedance_curve = ( (20, 17), (20000, 18) );\n"
	    "sensitivity = { value = 120; unit = \"dB/V\"; }; frequency_range = ( 10, 40000 ); max_power = "
	    "5;\n"
	    "isolation = 20; };\n"
	    "eq = { preamp = -1; bands = ( { type = \"notch\"; frequency = 50; q = 1; } ); };\n"
	    "match = ( { card = \"x\"; } ); origin = \"base\";");
	put(w, "user/mine.conf", "earphone = { like = \"base\"; model = \"Mine\"; impedance = 32; };");
	iem_store_scan(w->store);
	e = ear_of(w, "mine");
	assert_string_equal(e->brand, "Acme");
	assert_string_equal(e->model, "Mine");
	assert_near(e->impedance_ohm, 32, 0);
	assert_int_equal(e->form, ear_of(w, "base")->form);
	assert_int_equal(e->back, ear_of(w, "base")->back);
	assert_int_equal(e->n_drivers, 1);
	assert_int_equal(e->impedance_curve.n, 2);
	assert_near(e->sensitivity.value, 120, 0);
	assert_int_equal(e->sensitivity.unit, IEM_DB_PER_V);
	assert_near(e->frequency_range_hz.y, 40000, 0);
	assert_near(e->max_power_mw, 5, 0);
	assert_near(e->isolation_db, 20, 0);
}

/* Facts only: how the earphone is corrected and recognised is each profile's own. */
static void bands_and_rules_are_not_inherited(void **state)
{
	struct world *w = *state;
	const struct iem_profile *mine;

	put(w, "user/base.conf",
	    "eq = { preamp = -1; bands = ( { type = \"notch\"; frequency = 50; q = 1; } ); };\n"
	    "match = ( { card = \"x\"; } ); origin = \"base\";");
	put(w, "user/mine.conf", "earphone = { like = \"base\"; };");
	iem_store_scan(w->store);
	mine = iem_store_profile(w->store, "mine");
	assert_int_equal(mine->eq.n_bands, 0);
	assert_true(mine->eq.preamp_auto);
	assert_int_equal(mine->matches.n, 0);
	assert_null(mine->origin);
}

static void facts_come_through_a_chain_of_three(void **state)
{
	struct world *w = *state;

	put(w, "user/a.conf", "earphone = { like = \"b\"; model = \"A\"; };");
	put(w, "user/b.conf", "earphone = { like = \"c\"; impedance = 8; };");
	put(w, "user/c.conf", "earphone = { brand = \"C\"; model = \"C\"; impedance = 4; };");
	iem_store_scan(w->store);
	assert_string_equal(ear_of(w, "a")->model, "A");
	assert_string_equal(ear_of(w, "a")->brand, "C");
	assert_near(ear_of(w, "a")->impedance_ohm, 8, 0);
}

static void a_user_profile_may_be_like_the_shipped_one_it_is_named_differently_from(void **state)
{
	struct world *w = *state;

	put(w, "shipped/a.conf", "earphone = { impedance = 8; };");
	put(w, "user/a.conf", "earphone = { impedance = 9; };");
	put(w, "user/b.conf", "earphone = { like = \"a\"; };");
	iem_store_scan(w->store);
	assert_near(ear_of(w, "b")->impedance_ohm, 9, 0);
}

static void a_change_of_the_base_reaches_its_dependants(void **state)
{
	struct world *w = *state;

	put(w, "user/a.conf", "earphone = { like = \"b\"; };");
	put(w, "user/b.conf", "earphone = { like = \"c\"; };");
	put(w, "user/c.conf", "earphone = { impedance = 4; };");
	iem_store_scan(w->store);
	put(w, "user/c.conf", "earphone = { impedance = 40; };");
	assert_int_equal(iem_store_scan(w->store), 1);
	assert_near(ear_of(w, "a")->impedance_ohm, 40, 0);

	put(w, "user/c.conf", "earphone = { };");
	iem_store_scan(w->store);
	assert_true(isnan(ear_of(w, "a")->impedance_ohm));
}

static void a_base_that_is_missing_is_told_where_like_stands(void **state)
{
	struct world *w = *state;

	put(w, "user/a.conf", "earphone = {\nlike = \"b\"; };");
	iem_store_scan(w->store);
	assert_true(entry_of(w, "a")->broken);
	assert_null(iem_store_profile(w->store, "a"));
	assert_entry_told(entry_of(w, "a"), "2: 'like' names 'b', and there is no such profile");
}

static void a_base_that_comes_later_mends_it(void **state)
{
	struct world *w = *state;

	put(w, "user/a.conf", "earphone = { like = \"b\"; };");
	iem_store_scan(w->store);
	put(w, "user/b.conf", "earphone = { impedance = 7; };");
	iem_store_scan(w->store);
	assert_false(entry_of(w, "a")->broken);
	assert_int_equal(entry_of(w, "a")->diags.n, 0);
	assert_near(ear_of(w, "a")->impedance_ohm, 7, 0);
}

static void a_base_that_goes_leaves_what_was_inherited(void **state)
{
	struct world *w = *state;

	put(w, "user/a.conf", "earphone = { like = \"b\"; };");
	put(w, "user/b.conf", "earphone = { impedance = 7; };");
	iem_store_scan(w->store);
	drop(w, "user/b.conf");
	iem_store_scan(w->store);
	assert_true(entry_of(w, "a")->broken);
	assert_near(ear_of(w, "a")->impedance_ohm, 7, 0);
	assert_entry_told(entry_of(w, "a"), "1: 'like' names 'b', and there is no such profile");
}

static void a_base_that_breaks_leaves_its_dependants_alone(void **state)
{
	struct world *w = *state;

	put(w, "user/a.conf", "earphone = { like = \"b\"; };");
	put(w, "user/b.conf", "earphone = { impedance = 7; };");
	iem_store_scan(w->store);
	put(w, "user/b.conf", "earphone = { impedance = 0; };");
	iem_store_scan(w->store);
	assert_false(entry_of(w, "a")->broken);
	assert_near(ear_of(w, "a")->impedance_ohm, 7, 0);
}

static void a_base_that_never_loaded_is_told(void **state)
{
	struct world *w = *state;

	put(w, "user/a.conf", "earphone = { like = \"b\"; };");
	put(w, "user/b.conf", "earphone = 3;");
	iem_store_scan(w->store);
	assert_true(entry_of(w, "a")->broken);
	assert_entry_told(entry_of(w, "a"), "1: 'like' names 'b', which does not load");
}

static void a_profile_like_itself_is_told(void **state)
{
	struct world *w = *state;

	put(w, "user/a.conf", "earphone = { like = \"a\"; };");
	iem_store_scan(w->store);
	assert_true(entry_of(w, "a")->broken);
	assert_entry_told(entry_of(w, "a"), "1: 'like' runs in a circle: 'a' leads back here");
}

static void a_circle_breaks_all_that_stand_in_it(void **state)
{
	struct world *w = *state;

	put(w, "user/a.conf", "earphone = { like = \"b\"; };");
	put(w, "user/b.conf", "earphone = { like = \"c\"; };");
	put(w, "user/c.conf", "earphone = { like = \"a\"; };");
	put(w, "user/d.conf", "earphone = { impedance = 7; };");
	iem_store_scan(w->store);
	for (const char *id = "a\0b\0c\0"; *id; id += 2)
		assert_true(entry_of(w, id)->broken);
	assert_entry_told(entry_of(w, "c"), "1: 'like' runs in a circle: 'a' leads back here");
	assert_non_null(iem_store_profile(w->store, "d"));
}

/* A circle made by an edit must be told as well, though all of them still hold what they held. */
static void a_circle_that_an_edit_closes_is_told(void **state)
{
	struct world *w = *state;

	put(w, "user/a.conf", "earphone = { like = \"b\"; };");
	put(w, "user/b.conf", "earphone = { impedance = 7; };");
	iem_store_scan(w->store);
	put(w, "user/b.conf", "earphone = { like = \"a\"; };");
	iem_store_scan(w->store);
	assert_true(entry_of(w, "b")->broken);
	assert_near(ear_of(w, "a")->impedance_ohm, 7, 0);
	assert_near(ear_of(w, "b")->impedance_ohm, 7, 0);
}

int main(void)
{
#define ROW(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		ROW(what_is_not_given_is_inherited_and_what_is_given_overrides),
		ROW(bands_and_rules_are_not_inherited),
		ROW(facts_come_through_a_chain_of_three),
		ROW(a_user_profile_may_be_like_the_shipped_one_it_is_named_differently_from),
		ROW(a_change_of_the_base_reaches_its_dependants),
		ROW(a_base_that_is_missing_is_told_where_like_stands),
		ROW(a_base_that_comes_later_mends_it),
		ROW(a_base_that_goes_leaves_what_was_inherited),
		ROW(a_base_that_breaks_leaves_its_dependants_alone),
		ROW(a_base_that_never_loaded_is_told),
		ROW(a_profile_like_itself_is_told),
		ROW(a_circle_breaks_all_that_stand_in_it),
		ROW(a_circle_that_an_edit_closes_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
