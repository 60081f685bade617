/* chain.h: how loud a chain is made to be, and loudness compensation in it. */
#include "support.h"

#include "core/chain.h"

static struct iem_band bands[] = { { IEM_LOW_SHELF, IEM_SIDE_BOTH, 100, 6, 0.7 }, { IEM_PEAKING, IEM_SIDE_BOTH, 1000, -3, 1 } };
static const struct iem_eq eq = { .preamp_auto = true, .bands = bands, .n_bands = ARRAY_LEN(bands) };

static struct iem_chain_plan plan_with(const struct iem_level_case *level)
{
	return (struct iem_chain_plan){ .eq = &eq, .level = level, .rate_hz = 48000, .channels = 2,
					.sides = { IEM_SIDE_LEFT, IEM_SIDE_RIGHT } };
}

static struct iem_chain *made(const struct iem_chain_plan *plan)
{
	struct iem_chain *chain = NULL;

	assert_int_equal(iem_chain_new(&chain, plan), 0);
	return chain;
}

static struct iem_level_case wish(double full_scale, double wanted, double max)
{
	return (struct iem_level_case){ .full_scale_spl_db = full_scale, .wanted_spl_db = wanted, .max_spl_db = max };
}

/* Two earphones that are 5 dB apart: a full-scale sine of 1 kHz then has the same level through both. */
static void chains_are_matched_where_the_sensitivity_holds(void **state)
{
	static const double full_scale[] = { 110, 105 };

	for (size_t i = 0; i < ARRAY_LEN(full_scale); i++) {
		const struct iem_level_case level = wish(full_scale[i], 95.5, INFINITY);
		const struct iem_chain_plan plan = plan_with(&level);
		struct iem_chain *chain = made(&plan);

		assert_near(full_scale[i] + iem_chain_db(chain, IEM_SIDE_LEFT, 1000), 95.5, 1e-9);
		assert_near(iem_chain_level(chain)->spl_db, 95.5, 1e-9);
		assert_near(iem_chain_gain_db(chain), iem_chain_level(chain)->digital_gain_db, 0);
		assert_true(iem_chain_gain_db(chain) <= iem_chain_preamp_db(chain));
		iem_chain_free(chain);
	}
}

static void no_sine_passes_the_ceiling(void **state)
{
	const struct iem_level_case level = wish(110, NAN, 106);
	const struct iem_chain_plan plan = plan_with(&level);
	struct iem_chain *chain = made(&plan);
	double top = -INFINITY;

	for (double f = 10; f < 20000; f *= 1.01)
		top = fmax(top, 110 + iem_chain_db(chain, IEM_SIDE_LEFT, f));
	assert_true(top <= 106 + 1e-6 && top > 105.9);
	iem_chain_free(chain);
}

static void the_volume_of_the_device_helps_to_keep_the_ceiling(void **state)
{
	struct iem_level_case level = wish(110, NAN, 96);
	const struct iem_chain_plan plan = plan_with(&level);
	struct iem_chain *chain = made(&plan);

	assert_int_equal(iem_chain_level(chain)->reason, IEM_LEVEL_CEILING_REFUSED);
	iem_chain_free(chain);
	level.volume_db = -20;
	chain = made(&plan);
	assert_int_equal(iem_chain_level(chain)->reason, IEM_LEVEL_PLAIN);
	assert_near(iem_chain_gain_db(chain), iem_chain_preamp_db(chain), 0);
	iem_chain_free(chain);
}

static void loudness_is_added_and_counted(void **state)
{
	const struct iem_loudness quiet = { .listening_db = 60, .reference_db = 80, .strength = 1, .most_db = NAN };
	struct iem_chain_plan plan = plan_with(NULL);
	struct iem_chain *before = made(&plan), *after;
	double top = -INFINITY;

	plan.loudness = &quiet;
	after = made(&plan);
	for (double f = 1; f < 20000; f *= 1.02) {
		const double added = iem_chain_db(after, IEM_SIDE_LEFT, f) - iem_chain_gain_db(after) -
				     (iem_chain_db(before, IEM_SIDE_LEFT, f) - iem_chain_gain_db(before));

		if (f >= 20 && f < 16000)
			assert_near(added, iem_loudness_db(&quiet, f), 0.85);
		top = fmax(top, iem_chain_db(after, IEM_SIDE_RIGHT, f));
	}
	assert_true(top <= 1e-3 && top > -0.1);
	iem_chain_free(before);
	iem_chain_free(after);
}

/* Of what it takes away from bass and treble there is no room for all the rest. */
static void where_it_is_loud_loudness_makes_nothing_louder(void **state)
{
	const struct iem_loudness loud = { .listening_db = 90, .reference_db = 60, .strength = 1, .most_db = NAN };
	struct iem_preference taste = IEM_PREFERENCE_NEUTRAL;
	struct iem_chain_plan plan = plan_with(NULL);

	for (int with_taste = 0; with_taste < 2; with_taste++) {
		struct iem_chain *before, *after;

		taste.bass_db = -6;
		plan.preference = with_taste ? &taste : NULL;
		plan.loudness = NULL;
		before = made(&plan);
		plan.loudness = &loud;
		after = made(&plan);
		assert_true(iem_chain_preamp_db(after) <= iem_chain_preamp_db(before) + 1e-9);
		assert_true(iem_chain_db(after, IEM_SIDE_LEFT, 50) < iem_chain_db(before, IEM_SIDE_LEFT, 50) - 3);
		iem_chain_free(before);
		iem_chain_free(after);
	}
}

static const struct iem_rated narrow = { 60, 12000, 6, 10, 100 };

static double added_db(const struct iem_chain *with, const struct iem_chain *without, double freq_hz)
{
	return iem_chain_db(with, IEM_SIDE_LEFT, freq_hz) - iem_chain_gain_db(with) -
	       (iem_chain_db(without, IEM_SIDE_LEFT, freq_hz) - iem_chain_gain_db(without));
}

/* What is bounded is what is on top; the correction's own boost, here 6 dB below 100 Hz, stays as it is. */
static void what_an_earphone_is_rated_for_bounds_what_is_added_and_counts(void **state)
{
	struct iem_preference taste = IEM_PREFERENCE_NEUTRAL;
	struct iem_chain_plan plan = plan_with(NULL);
	struct iem_chain *plain = made(&plan), *bound, *only_rated;
	double top_db = -INFINITY;

	taste.bass_db = taste.treble_db = 12;
	plan.rated = &narrow;
	only_rated = made(&plan);
	plan.preference = &taste;
	bound = made(&plan);
	for (double f = 1; f < 20000; f *= 1.02) {
		assert_true(iem_chain_db(only_rated, IEM_SIDE_LEFT, f) == iem_chain_db(plain, IEM_SIDE_LEFT, f));
		assert_true(added_db(bound, plain, f) <= 6.05); /* digital shelves are within hundredths of analog ones */
		top_db = fmax(top_db, iem_chain_db(bound, IEM_SIDE_RIGHT, f));
	}
	assert_true(added_db(bound, plain, 30) <= 0.5);
	assert_true(added_db(bound, plain, 100) > 2);
	assert_true(top_db <= 1e-3 && top_db > -0.1);
	iem_chain_free(plain);
	iem_chain_free(only_rated);
	iem_chain_free(bound);
}

/* A channel's bands and everything on top have room. */
static void all_bands_that_there_can_be_fit(void **state)
{
	const struct iem_loudness quiet = { .listening_db = 60, .reference_db = 80, .strength = 1, .most_db = NAN };
	struct iem_preference taste = IEM_PREFERENCE_NEUTRAL;
	struct iem_band many[IEM_MAX_BANDS];
	const struct iem_eq full = { .preamp_auto = true, .bands = many, .n_bands = IEM_MAX_BANDS };
	struct iem_chain_plan plan = plan_with(NULL);
	struct iem_chain *chain;

	for (int i = 0; i < IEM_MAX_BANDS; i++)
		many[i] = band("PK", 100 + 100 * i, 0.1, 2);
	taste.bass_db = taste.treble_db = 4;
	taste.tilt_db = 0.1;
	plan.eq = &full;
	plan.preference = &taste;
	plan.loudness = &quiet;
	plan.rated = &narrow;
	chain = made(&plan);
	assert_int_equal(iem_chain_bands(chain, IEM_SIDE_LEFT), IEM_MAX_BANDS + IEM_ADDED_BANDS);
	iem_chain_free(chain);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chains_are_matched_where_the_sensitivity_holds),
		cmocka_unit_test(no_sine_passes_the_ceiling),
		cmocka_unit_test(the_volume_of_the_device_helps_to_keep_the_ceiling),
		cmocka_unit_test(loudness_is_added_and_counted),
		cmocka_unit_test(where_it_is_loud_loudness_makes_nothing_louder),
		cmocka_unit_test(what_an_earphone_is_rated_for_bounds_what_is_added_and_counts),
		cmocka_unit_test(all_bands_that_there_can_be_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
