/* electrical.h: laws that hold for any earphone on any source. */
#include "electrical_world.h"

#define TRIALS 20000

struct trial {
	struct iem_point curve[5], rated[3];
	struct iem_earphone earphone;
	struct iem_source source;
};

static bool often(uint32_t *seed)
{
	return noise(seed) > -0.4f;
}

/* Ascending x; rated powers as real ones are: with the load, the voltage does not fall and the current does
 * not grow. */
static void make_curves(struct trial *t, uint32_t *seed)
{
	double hz = any(seed, 10, 100), ohm = any(seed, 8, 32), volts = any(seed, 0.5, 5);

	for (size_t i = 0; i < ARRAY_LEN(t->curve); i++, hz *= any(seed, 1.5, 8))
		t->curve[i] = (struct iem_point){ hz, any(seed, 4, 600) };
	for (size_t i = 0; i < ARRAY_LEN(t->rated); i++) {
		const double grows = any(seed, 1.3, 6);

		t->rated[i] = (struct iem_point){ ohm, 1e3 * volts * volts / ohm };
		ohm *= grows;
		volts *= any(seed, 1, grows);
	}
}

static void make(struct trial *t, uint32_t *seed)
{
	make_curves(t, seed);
	t->earphone = earphone_of(any(seed, 4, 600), 80 + 50 * fabs((double)noise(seed)),
				  often(seed) ? IEM_DB_PER_MW : IEM_DB_PER_V);
	t->source =
		source_of(any(seed, 0.1, 20), any(seed, 0.01, 200), any(seed, 5, 2000), any(seed, 0.3, 60));
	if (often(seed))
		t->earphone.impedance_curve = (struct iem_curve){ t->curve, ARRAY_LEN(t->curve) };
	if (often(seed))
		t->earphone.max_power_mw = any(seed, 1, 1000);
	if (often(seed))
		t->source.rated_power = (struct iem_curve){ t->rated, ARRAY_LEN(t->rated) };
	if (!often(seed))
		t->source.max_current_ma = NAN;
}

static double max_spl(const struct trial *t)
{
	return iem_drive_of(&t->earphone, &t->source).max_spl_db;
}

/* Each makes one thing better by FACTOR, above 1. */
static void more_voltage(struct trial *t, double factor)
{
	t->source.max_voltage_v *= factor;
}

static void more_current(struct trial *t, double factor)
{
	t->source.max_current_ma *= factor;
}

static void more_bearing(struct trial *t, double factor)
{
	t->earphone.max_power_mw *= factor;
}

static void more_rated(struct trial *t, double factor)
{
	t->rated[(size_t)(factor * 1000) % ARRAY_LEN(t->rated)].y *= factor;
}

static void less_output_impedance(struct trial *t, double factor)
{
	t->source.output_impedance_ohm /= factor;
}

static void whatever_gets_better_the_highest_level_does_not_fall(void **state)
{
	static void (*const betters[])(struct trial * t, double factor) = {
		more_voltage, more_current, more_bearing, more_rated, less_output_impedance,
	};
	uint32_t seed = 1;

	for (int n = 0; n < TRIALS; n++)
		for (size_t b = 0; b < ARRAY_LEN(betters); b++) {
			struct trial t;
			double before;

			make(&t, &seed);
			before = max_spl(&t);
			assert_false(isnan(before));
			betters[b](&t, any(&seed, 1.001, 10));
			if (!(max_spl(&t) >= before - 1e-9))
				fail_msg("better %zu: %g dB before, %g after", b, before, max_spl(&t));
		}
}

static void the_highest_level_is_within_what_full_scale_gives(void **state)
{
	uint32_t seed = 2;

	for (int n = 0; n < TRIALS; n++) {
		struct trial t;
		struct iem_drive drive;

		make(&t, &seed);
		drive = iem_drive_of(&t.earphone, &t.source);
		assert_true(drive.max_spl_db <= drive.full_scale_spl_db + 1e-9);
		assert_int_equal(iem_need_for(&drive, &t.source, drive.max_spl_db).feasible, 1);
		assert_int_equal(iem_need_for(&drive, &t.source, drive.max_spl_db + 0.001).feasible, 0);
	}
}

static void volts_times_amperes_are_watts(void **state)
{
	uint32_t seed = 3;

	for (int n = 0; n < TRIALS; n++) {
		struct trial t;
		struct iem_drive drive;
		struct iem_need need;

		make(&t, &seed);
		drive = iem_drive_of(&t.earphone, &t.source);
		need = iem_need_for(&drive, &t.source, 60 + 60 * fabs((double)noise(&seed)));
		assert_near(need.voltage_v * need.current_ma / need.power_mw, 1, 1e-12);
		assert_near(need.voltage_v / need.current_ma * 1e3 / drive.impedance_ohm, 1, 1e-12);
		assert_true(need.source_voltage_v >= need.voltage_v);
	}
}

static void from_one_unit_to_the_other_and_back_nothing_changes(void **state)
{
	uint32_t seed = 4;

	for (int n = 0; n < TRIALS; n++) {
		const double ohm = any(&seed, 1, 10000), db = 60 + 80 * fabs((double)noise(&seed));
		struct iem_earphone earphone = earphone_of(ohm, db, IEM_DB_PER_MW);

		assert_near(iem_db_per_mw(iem_db_per_v(db, ohm), ohm), db, 1e-12);
		earphone = earphone_of(ohm, iem_earphone_sensitivity(&earphone).db_per_v, IEM_DB_PER_V);
		assert_near(iem_earphone_sensitivity(&earphone).db_per_mw, db, 1e-12);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whatever_gets_better_the_highest_level_does_not_fall),
		cmocka_unit_test(the_highest_level_is_within_what_full_scale_gives),
		cmocka_unit_test(volts_times_amperes_are_watts),
		cmocka_unit_test(from_one_unit_to_the_other_and_back_nothing_changes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
