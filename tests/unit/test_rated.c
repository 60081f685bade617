/* rated.h: bounds out of the facts of an earphone. excess.h: a correction that goes beyond them. */
#include "electrical_world.h"

#include "core/excess.h"

static struct iem_earphone rated_earphone(double low_hz, double high_hz, double max_power_mw)
{
	struct iem_earphone earphone = earphone_of(32, 100, IEM_DB_PER_MW);

	earphone.frequency_range_hz = (struct iem_point){ low_hz, high_hz };
	earphone.max_power_mw = max_power_mw;
	return earphone;
}

static bool same(double a, double b)
{
	return isnan(a) ? isnan(b) : a == b;
}

static void only_edges_within_what_is_heard_are_bounds(void **state)
{
	static const struct {
		struct iem_point range, want;
	} rows[] = {
		{ { 10, 40000 }, { NAN, NAN } }, { { 20, 20000 }, { NAN, NAN } },   { { NAN, NAN }, { NAN, NAN } },
		{ { 50, 16000 }, { 50, 16000 } }, { { 20.5, 19999 }, { 20.5, 19999 } }, { { 0.1, 0.2 }, { NAN, 20 } },
		{ { 5e5, 1e6 }, { 20000, NAN } },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct iem_earphone earphone = rated_earphone(rows[i].range.x, rows[i].range.y, NAN);
		const struct iem_rated rated = iem_rated_of(&earphone, 100);

		assert_true(same(rated.lowest_hz, rows[i].want.x));
		assert_true(same(rated.highest_hz, rows[i].want.y));
		assert_true(rated.most_db == INFINITY);
		assert_int_equal(iem_rated_bounds(&rated), !(isnan(rows[i].want.x) && isnan(rows[i].want.y)));
	}
}

/* 100 dB/mW: a sine of 100 dB SPL takes a milliwatt. The other way through ohms and volts comes out the same. */
static void what_is_borne_is_the_power_that_is_left_at_the_reference(void **state)
{
	static const double rows[][3] = { /* mW, dB SPL, dB */
		{ 10, 100, 10 }, { 10, 104, 6 }, { 10, 120, 0 }, { 1000, 90, 40 }, { 0.01, 60, 20 },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct iem_earphone earphone = rated_earphone(NAN, NAN, rows[i][0]);
		struct iem_drive drive;

		assert_near(iem_rated_of(&earphone, rows[i][1]).most_db, rows[i][2], 1e-9);
		earphone = earphone_of(32, iem_db_per_v(100, 32), IEM_DB_PER_V);
		earphone.max_power_mw = rows[i][0];
		assert_near(iem_rated_of(&earphone, rows[i][1]).most_db, rows[i][2], 1e-9);
		drive = iem_drive_of(&earphone, NULL);
		assert_near(fmax(10 * log10(rows[i][0] / iem_need_for(&drive, NULL, rows[i][1]).power_mw), 0), rows[i][2], 1e-9);
	}
}

static void what_is_not_known_bounds_nothing(void **state)
{
	const struct iem_earphone no_power = rated_earphone(NAN, NAN, NAN);
	struct iem_earphone no_sensitivity = earphone_of(32, NAN, IEM_DB_PER_V), no_impedance = earphone_of(NAN, 115, IEM_DB_PER_V);

	no_sensitivity.max_power_mw = no_impedance.max_power_mw = 10;
	assert_true(iem_rated_of(&no_power, 100).most_db == INFINITY);
	assert_true(iem_rated_of(&no_sensitivity, 100).most_db == INFINITY);
	assert_true(iem_rated_of(&no_impedance, 100).most_db == INFINITY);
	no_impedance = earphone_of(NAN, 100, IEM_DB_PER_MW); /* dB/mW need none */
	no_impedance.max_power_mw = 10;
	assert_near(iem_rated_of(&no_impedance, 100).most_db, 10, 1e-9);
}

static const char *excesses(const struct iem_rated *rated, const struct iem_band *bands, size_t n)
{
	static char all[4 * IEM_EXCESS_TEXT];
	struct iem_chain *chain = chain_of(bands, n, 48000, 2);
	const struct iem_excess excess = iem_excess_of(rated, chain);
	char text[IEM_EXCESS_TEXT];

	all[0] = '\0';
	for (int kind = 0; kind < IEM_EXCESSES; kind++)
		if (*iem_excess_text(&excess, kind, rated, text))
			snprintf(all + strlen(all), sizeof(all) - strlen(all), "%s\n", text);
	iem_chain_free(chain);
	return all;
}

static void a_correction_that_goes_beyond_is_told_with_where_and_how_much(void **state)
{
	const struct iem_rated rated = { 60, 14000, 5, 20, 100 };
	const struct {
		const char *why, *told;
		struct iem_band bands[2];
		size_t n;
	} rows[] = {
		{ "flat", "", { { 0 } }, 0 },
		{ "inside the range, and borne", "", { band("PK", 3000, 4.9, 2) }, 1 },
		{ "a dB is none yet", "", { band("LS", 105, 0.95, 0.7), band("HS", 10000, 0.95, 0.7) }, 2 },
		{ "cuts", "", { band("LS", 105, -9, 0.7), band("PK", 3000, -9, 1) }, 2 },
		{ "below", "the correction lies 4.0 dB above 1 kHz at 20 Hz; the earphone is rated from 60 Hz\n",
		  { band("LS", 105, 4, 0.7) }, 1 },
		{ "above, one ear", "the correction lies 3.0 dB above 1 kHz at 18083 Hz; the earphone is rated up to 14000 Hz\n",
		  { side_band(IEM_SIDE_RIGHT, "PK", 18000, 3, 3) }, 1 },
		{ "power", "the correction lies 6.9 dB above 1 kHz at 2992 Hz; the earphone bears no more than 5.0 dB there, "
		  "with 20 mW at 100 dB SPL\n", { band("PK", 3000, 7, 4) }, 1 },
		{ "a hole at 1 kHz is no boost elsewhere but re 1 kHz",
		  "the correction lies 3.0 dB above 1 kHz at 20 Hz; the earphone is rated from 60 Hz\n"
		  "the correction lies 3.0 dB above 1 kHz at 20000 Hz; the earphone is rated up to 14000 Hz\n",
		  { band("PK", 1000, -3, 4) }, 1 },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *told = excesses(&rated, rows[i].bands, rows[i].n);

		if (strcmp(told, rows[i].told) != 0)
			fail_msg("%s: '%s'", rows[i].why, told);
		assert_string_equal(excesses(&IEM_RATED_NOTHING, rows[i].bands, rows[i].n), "");
	}
}

static void flat_is_no_excess_where_nothing_is_borne(void **state)
{
	const struct iem_rated rated = { NAN, NAN, 0, 1, 120 };
	const struct iem_band cut = band("LS", 100, -3, 0.7);

	assert_string_equal(excesses(&rated, NULL, 0), "");
	assert_string_equal(excesses(&rated, &cut, 1), "");
}

/* A chain of a low rate has nothing where the earphone is rated up to. */
static void what_a_rate_does_not_reach_is_not_told(void **state)
{
	const struct iem_rated rated = { NAN, 12000, INFINITY, NAN, 100 };
	const struct iem_band treble = band("HS", 9000, 9, 0.7);
	struct iem_chain *chain = chain_of(&treble, 1, 22050, 1);
	const struct iem_excess excess = iem_excess_of(&rated, chain);

	assert_true(isnan(excess.worst[IEM_EXCESS_ABOVE].x));
	iem_chain_free(chain);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_edges_within_what_is_heard_are_bounds),
		cmocka_unit_test(what_is_borne_is_the_power_that_is_left_at_the_reference),
		cmocka_unit_test(what_is_not_known_bounds_nothing),
		cmocka_unit_test(a_correction_that_goes_beyond_is_told_with_where_and_how_much),
		cmocka_unit_test(flat_is_no_excess_where_nothing_is_borne),
		cmocka_unit_test(what_a_rate_does_not_reach_is_not_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
