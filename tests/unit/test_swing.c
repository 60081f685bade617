/* swing.h: what a source brings to a load, and what keeps it from more. */
#include "electrical_world.h"

static double volts(double power_mw, double ohm)
{
	return sqrt(power_mw / 1000 * ohm);
}

static void assert_swing(const struct iem_source *source, double ohm, double want_v, const char *limit)
{
	const struct iem_swing swing = iem_swing_into(source, (struct iem_load){ ohm }, NAN);

	assert_near(swing.voltage_v, want_v, 1e-12);
	assert_string_equal(iem_limit_names[swing.limit], limit);
}

static void the_smallest_limit_is_named(void **state)
{
	const struct iem_source source = source_of(2, 1, 50, NAN);

	assert_swing(&source, 99, 1.98, "voltage");
	assert_swing(&source, 16, 0.8, "current");
	assert_near(iem_swing_into(&source, (struct iem_load){ 16 }, 10).voltage_v, 0.4, 1e-12);
	assert_int_equal(iem_swing_into(&source, (struct iem_load){ 16 }, 10).limit, IEM_LIMIT_EARPHONE_POWER);
	assert_int_equal(iem_swing_into(&source, (struct iem_load){ 16 }, 1000).limit, IEM_LIMIT_CURRENT);
}

static void a_rated_power_is_a_voltage_above_and_a_current_below(void **state)
{
	struct iem_point row = { 32, 80 };
	struct iem_source source = source_of(NAN, NAN, NAN, NAN);

	source.rated_power = (struct iem_curve){ &row, 1 };
	assert_swing(&source, 32, 1.6, "power");
	assert_swing(&source, 300, 1.6, "power");
	assert_swing(&source, 16, 0.05 * 16, "power");
}

static void where_the_open_voltage_is_known_a_row_above_which_nothing_stands_is_a_current(void **state)
{
	struct iem_point row = { 32, 80 };
	struct iem_source source = source_of(2, 0.5, NAN, NAN);

	source.rated_power = (struct iem_curve){ &row, 1 };
	assert_swing(&source, 32, 1.6, "power");
	assert_swing(&source, 36, 0.05 * 36, "power");
	assert_swing(&source, 300, 2 * 300 / 300.5, "voltage");
	source.output_impedance_ohm = NAN; /* then the voltage into 300 ohm is not known either */
	assert_swing(&source, 300, 1.6, "power");
}

/* Amplifiers as the laws of circuits have them, rated at 16 and 64 ohm: what is told in between may not be
 * more. */
static double limited(double ohm, double open_v, double inner_ohm, double max_a, double max_w)
{
	return fmin(fmin(open_v * ohm / (ohm + inner_ohm), max_a * ohm), sqrt(max_w * ohm));
}

static void between_two_rows_no_amplifier_is_promised_more_than_it_has(void **state)
{
	static const struct {
		const char *why;
		double open_v, inner_ohm, max_a, max_w;
		bool exact;
	} rows[] = {
		{ "voltage", 2, 0, 9, 9, true },
		{ "current", 9, 0, 0.05, 9, true },
		{ "power", 90, 0, 9, 0.2, true },
		{ "inner resistance", 2, 20, 9, 9, false },
		{ "current, then voltage", 1.5, 1, 0.05, 9, false },
		{ "current, power, voltage", 3.2, 1, 0.1, 0.2, false },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct iem_point rated[2] = { { 16, NAN }, { 64, NAN } };
		struct iem_source source = source_of(NAN, NAN, NAN, NAN);

		for (int r = 0; r < 2; r++)
			rated[r].y = 1000 / rated[r].x *
				     pow(limited(rated[r].x, rows[i].open_v, rows[i].inner_ohm, rows[i].max_a,
						 rows[i].max_w),
					 2);
		source.rated_power = (struct iem_curve){ rated, 2 };
		for (double ohm = 4; ohm < 1000; ohm *= 1.1) {
			const double has =
				limited(ohm, rows[i].open_v, rows[i].inner_ohm, rows[i].max_a, rows[i].max_w);
			const double told = iem_swing_into(&source, (struct iem_load){ ohm }, NAN).voltage_v;

			if (!(told <= has * (1 + 1e-12)))
				fail_msg("%s: %g V are told at %g ohm, and there are %g", rows[i].why, told,
					 ohm, has);
			if (rows[i].exact && ohm >= 16 && ohm <= 64)
				assert_near(told, has, 1e-12);
		}
	}
}

static void rows_of_a_source_that_is_sold_are_met(void **state)
{
	struct iem_point rated[] = { { 16, 2150 }, { 32, 1400 }, { 300, 190 }, { 600, 100 } };
	struct iem_source source = source_of(NAN, NAN, NAN, NAN);
	double before = 0;

	source.rated_power = (struct iem_curve){ rated, ARRAY_LEN(rated) };
	for (size_t i = 0; i < ARRAY_LEN(rated); i++)
		assert_swing(&source, rated[i].x, volts(rated[i].y, rated[i].x), "power");
	for (double ohm = 8; ohm < 2000; ohm *= 1.05) {
		const double v = iem_swing_into(&source, (struct iem_load){ ohm }, NAN).voltage_v;

		assert_true(v >= before && v / ohm <= volts(2150, 16) / 16 + 1e-12);
		before = v;
	}
}

static void what_bounds_no_voltage_tells_none(void **state)
{
	const struct iem_source current = source_of(NAN, NAN, 60, NAN), open = source_of(2, NAN, 60, NAN),
				known = source_of(2, 1, 60, NAN);

	assert_true(isnan(iem_swing_into(&current, (struct iem_load){ 32 }, 5).voltage_v));
	assert_true(isnan(iem_swing_into(&open, (struct iem_load){ 32 }, 5).voltage_v));
	assert_true(isnan(iem_swing_into(&known, (struct iem_load){ NAN }, 5).voltage_v));
	assert_int_equal(iem_swing_into(&open, (struct iem_load){ 32 }, 5).limit, -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_smallest_limit_is_named),
		cmocka_unit_test(a_rated_power_is_a_voltage_above_and_a_current_below),
		cmocka_unit_test(
			where_the_open_voltage_is_known_a_row_above_which_nothing_stands_is_a_current),
		cmocka_unit_test(between_two_rows_no_amplifier_is_promised_more_than_it_has),
		cmocka_unit_test(rows_of_a_source_that_is_sold_are_met),
		cmocka_unit_test(what_bounds_no_voltage_tells_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
