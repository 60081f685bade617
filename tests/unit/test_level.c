/* level.h: how loud it is to be, and which volume does it. */
#include "support.h"

#include "core/level.h"

#define TRIALS 50000

/* An equaliser with 6 dB at most and -1 dB at 1 kHz, on a source that makes 120 dB SPL of full scale. */
static struct iem_level_case a_case(void)
{
	return (struct iem_level_case){
		.preamp_db = -6,
		.peak_db = 6,
		.at_1khz_db = -1,
		.full_scale_spl_db = 120,
		.wanted_spl_db = NAN,
		.max_spl_db = INFINITY,
	};
}

static void the_rules_by_example(void **state)
{
	static const struct {
		const char *why;
		double wanted, max;
		bool manage;
		double digital, hardware, spl;
		const char *reason;
	} rows[] = {
		{ "the headroom alone", NAN, INFINITY, false, -6, 0, 113, "headroom" },
		{ "the headroom alone, and nothing is managed", NAN, INFINITY, true, -6, 0, 113, "headroom" },
		{ "a little softer", 110, INFINITY, false, -9, 0, 110, "matched" },
		{ "as much as the chain may", 107, INFINITY, false, -12, 0, 107, "matched" },
		{ "more is the device's", 106.9, INFINITY, false, -6, 0, 113, "match-refused" },
		{ "with consent", 100, INFINITY, true, -6, -13, 100, "matched" },
		{ "with consent everything is the device's", 110, INFINITY, true, -6, -3, 110, "matched" },
		{ "louder than there is", 118, INFINITY, true, -6, 0, 113, "no-more" },
		{ "a ceiling above it all", 113, 120, false, -6, 0, 113, "matched" },
		{ "a ceiling for the top of the equaliser", NAN, 117, false, -9, 0, 110, "ceiling" },
		{ "a ceiling with consent", NAN, 90, true, -6, -30, 83, "ceiling" },
		{ "a ceiling wins over a match", 110, 115, false, -11, 0, 108, "ceiling" },
		{ "a match below the ceiling", 108, 118, false, -11, 0, 108, "matched" },
		{ "a ceiling that takes too much is approached", NAN, 100, false, -12, 0, 107,
		  "ceiling-refused" },
		{ "a ceiling that can be kept, a match that cannot", 90, 116, false, -10, 0, 109,
		  "match-refused" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct iem_level_case given = a_case();
		struct iem_level level;

		given.wanted_spl_db = rows[i].wanted;
		given.max_spl_db = rows[i].max;
		given.manage = rows[i].manage;
		level = iem_level_for(&given);
		if (!(fabs(level.digital_gain_db - rows[i].digital) < 1e-9 &&
		      fabs(level.hardware_gain_db - rows[i].hardware) < 1e-9 &&
		      fabs(level.spl_db - rows[i].spl) < 1e-9) ||
		    strcmp(iem_level_reason_names[level.reason], rows[i].reason) != 0)
			fail_msg("%s: digital %g, hardware %g, %g dB SPL, %s", rows[i].why,
				 level.digital_gain_db, level.hardware_gain_db, level.spl_db,
				 iem_level_reason_names[level.reason]);
	}
}

static void while_another_may_hang_there_it_is_as_soft_as_that_needs(void **state)
{
	static const struct {
		const char *why;
		double full_scale, doubt, wanted, max;
		bool manage;
		double digital, hardware;
		const char *reason;
	} rows[] = {
		{ "no doubt", 120, 0, NAN, INFINITY, false, -6, 0, "headroom" },
		{ "within what the chain may", 120, 5, NAN, INFINITY, false, -11, 0, "unconfirmed" },
		{ "beyond it is approached", 120, 20, NAN, INFINITY, false, -12, 0, "unconfirmed-refused" },
		{ "with consent", 120, 20, NAN, INFINITY, true, -6, -20, "unconfirmed" },
		{ "that needs no level to be known", NAN, 5, NAN, INFINITY, false, -11, 0, "unconfirmed" },
		{ "the other one is matched", 120, 10, 110, INFINITY, true, -6, -13, "unconfirmed" },
		{ "one that is too soft already leaves room", 120, 10, 118, INFINITY, true, -6, -5, "unconfirmed" },
		{ "and may leave enough", 120, 10, 125, INFINITY, true, -6, 0, "no-more" },
		{ "refused, but never louder than without the doubt", 120, 10, 110, INFINITY, false, -12, 0, "unconfirmed-refused" },
		{ "a ceiling holds for the other one, too", 120, 10, NAN, 110, true, -6, -20, "ceiling" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct iem_level_case given = a_case();
		struct iem_level level;

		given.full_scale_spl_db = rows[i].full_scale;
		given.doubt_db = rows[i].doubt;
		given.wanted_spl_db = rows[i].wanted;
		given.max_spl_db = rows[i].max;
		given.manage = rows[i].manage;
		level = iem_level_for(&given);
		if (!(fabs(level.digital_gain_db - rows[i].digital) < 1e-9 &&
		      fabs(level.hardware_gain_db - rows[i].hardware) < 1e-9) ||
		    strcmp(iem_level_reason_names[level.reason], rows[i].reason) != 0)
			fail_msg("%s: digital %g, hardware %g, %s", rows[i].why, level.digital_gain_db,
				 level.hardware_gain_db, iem_level_reason_names[level.reason]);
	}
}

static void without_sensitivity_or_source_nothing_is_done(void **state)
{
	static const struct {
		double wanted, max;
		enum iem_level_reason reason;
	} rows[] = {
		{ NAN, INFINITY, IEM_LEVEL_PLAIN },
		{ 90, INFINITY, IEM_LEVEL_UNKNOWN },
		{ NAN, 80, IEM_LEVEL_UNKNOWN },
		{ 90, 80, IEM_LEVEL_UNKNOWN },
	};

	for (size_t i = 0; i < 2 * ARRAY_LEN(rows); i++) {
		struct iem_level_case given = a_case();
		struct iem_level level;

		given.full_scale_spl_db = NAN;
		given.wanted_spl_db = rows[i / 2].wanted;
		given.max_spl_db = rows[i / 2].max;
		given.manage = i % 2;
		level = iem_level_for(&given);
		assert_near(level.digital_gain_db, -6, 0);
		assert_near(level.hardware_gain_db, 0, 0);
		assert_true(isnan(level.spl_db));
		assert_int_equal(level.reason, rows[i / 2].reason);
	}
}

/* --- laws ------------------------------------------------------------------------------------- */

static double between(uint32_t *seed, double low, double high)
{
	return low + (high - low) * (0.5 + 0.5 * (double)noise(seed));
}

static struct iem_level_case any_case(uint32_t *seed)
{
	struct iem_level_case given = a_case();

	given.peak_db = fmax(0, between(seed, -5, 15));
	given.preamp_db = noise(seed) > -0.5f ? -given.peak_db : -between(seed, 0, 20);
	given.at_1khz_db = between(seed, -12, given.peak_db);
	given.full_scale_spl_db = between(seed, 80, 140);
	given.wanted_spl_db = noise(seed) > 0 ? between(seed, 60, 120) : NAN;
	given.max_spl_db = noise(seed) > 0 ? between(seed, 60, 130) : INFINITY;
	given.doubt_db = fmax(0, between(seed, -30, 30));
	given.manage = noise(seed) > 0;
	return given;
}

static void a_lower_ceiling_never_raises_anything(void **state)
{
	uint32_t seed = 1;

	for (int n = 0; n < TRIALS; n++) {
		struct iem_level_case given = any_case(&seed);
		const struct iem_level before = iem_level_for(&given);
		struct iem_level after;

		given.max_spl_db = fmin(given.max_spl_db, 130) - between(&seed, 0, 20);
		after = iem_level_for(&given);
		assert_true(after.digital_gain_db <= before.digital_gain_db + 1e-12);
		assert_true(after.hardware_gain_db <= before.hardware_gain_db + 1e-12);
		assert_true(after.spl_db <= before.spl_db + 1e-12);
	}
}

static void more_doubt_never_raises_anything(void **state)
{
	uint32_t seed = 7;

	for (int n = 0; n < TRIALS; n++) {
		struct iem_level_case given = any_case(&seed);
		const struct iem_level before = iem_level_for(&given);
		struct iem_level after;

		given.doubt_db += between(&seed, 0, 30);
		after = iem_level_for(&given);
		assert_true(after.digital_gain_db <= before.digital_gain_db + 1e-12);
		assert_true(after.hardware_gain_db <= before.hardware_gain_db + 1e-12);
	}
}

static double top_db(const struct iem_level_case *given, const struct iem_level *level)
{
	return given->full_scale_spl_db + level->digital_gain_db + given->peak_db + level->hardware_gain_db;
}

static void gains_stay_within_what_they_may(void **state)
{
	uint32_t seed = 2;

	for (int n = 0; n < TRIALS; n++) {
		const struct iem_level_case given = any_case(&seed);
		const struct iem_level level = iem_level_for(&given);

		assert_true(level.digital_gain_db <= given.preamp_db);
		assert_true(level.digital_gain_db >=
			    given.preamp_db - (given.manage ? 0 : IEM_DIGITAL_MORE_DB) - 1e-9);
		assert_true(level.hardware_gain_db <= 0 && (given.manage || level.hardware_gain_db == 0));
		if (level.reason == IEM_LEVEL_CEILING_REFUSED)
			assert_false(given.manage);
		else
			assert_true(top_db(&given, &level) <= given.max_spl_db + 1e-8);
		if (level.reason == IEM_LEVEL_MATCHED)
			assert_near(level.spl_db, given.wanted_spl_db, 1e-8);
		if (level.reason == IEM_LEVEL_SHORT)
			assert_true(level.spl_db < given.wanted_spl_db &&
				    level.digital_gain_db == given.preamp_db);
	}
}

static void in_noise_what_is_not_kept_out_counts(void **state)
{
	assert_near(iem_level_in_noise_db(75, 25), 65, 1e-12);
	assert_true(isnan(iem_level_in_noise_db(75, NAN)));
	assert_true(isnan(iem_level_in_noise_db(NAN, 25)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_rules_by_example),
		cmocka_unit_test(without_sensitivity_or_source_nothing_is_done),
		cmocka_unit_test(while_another_may_hang_there_it_is_as_soft_as_that_needs),
		cmocka_unit_test(more_doubt_never_raises_anything),
		cmocka_unit_test(a_lower_ceiling_never_raises_anything),
		cmocka_unit_test(gains_stay_within_what_they_may),
		cmocka_unit_test(in_noise_what_is_not_kept_out_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
