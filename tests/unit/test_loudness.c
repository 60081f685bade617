/* loudness.h: the curve of the standard, and how near the bands come to it. */
#include "support.h"

#include "core/loudness.h"

#define FINE exp2(1.0 / 24)

static double response_db(const struct iem_band bands[IEM_LOUDNESS_BANDS], double freq_hz)
{
	return iem_bands_db(bands, IEM_LOUDNESS_BANDS, IEM_REFERENCE_ANALOG, freq_hz);
}

static enum iem_iso226_edition edition_of(const struct table *table, size_t row)
{
	return strcmp(table_text(table, row, "edition"), "2003") == 0 ? IEM_ISO226_2003 : IEM_ISO226_2023;
}

static void the_curve_is_the_difference_of_the_contours(void **state)
{
	struct table gains;

	table_load(&gains, "loudness_gain.tsv");
	assert_int_equal(gains.n_rows, 406);
	for (size_t row = 0; row < gains.n_rows; row++)
		assert_near(iem_loudness_full_db(edition_of(&gains, row), table_number(&gains, row, "listen_phon"),
						 table_number(&gains, row, "ref_phon"), table_number(&gains, row, "f_hz")),
			    table_number(&gains, row, "gain_db"), 1e-4);
	table_finish(&gains);
}

/* At a strength of 1 what is wanted is the vectors' curve of 2023, up to the clamp. */
static void what_is_wanted_is_the_curve_up_to_the_clamp(void **state)
{
	struct table gains;
	unsigned clamped = 0;

	table_load(&gains, "loudness_gain.tsv");
	for (size_t row = 0; row < gains.n_rows; row++) {
		const struct iem_loudness loudness = { table_number(&gains, row, "listen_phon"),
						       table_number(&gains, row, "ref_phon"), 1, NAN };
		const double want = table_number(&gains, row, "gain_db");

		if (edition_of(&gains, row) != IEM_ISO226_2023)
			continue;
		assert_near(iem_loudness_db(&loudness, table_number(&gains, row, "f_hz")),
			    fmin(want, IEM_LOUDNESS_MAX_BOOST_DB), 1e-4);
		clamped += want > IEM_LOUDNESS_MAX_BOOST_DB;
	}
	assert_int_equal(clamped, 12);
	table_finish(&gains);
}

static void the_strength_takes_a_part_before_the_clamp(void **state)
{
	const struct iem_loudness whole = { 40, 80, 1, NAN }, half = { 40, 80, 0.5, NAN }, none = { 40, 80, 0, NAN };

	assert_near(iem_loudness_db(&whole, 200), 2 * iem_loudness_db(&half, 200), 1e-12);
	assert_near(iem_loudness_db(&half, 20), 0.5 * iem_loudness_full_db(IEM_ISO226_2023, 40, 80, 20), 1e-12);
	assert_true(iem_loudness_db(&whole, 20) == 12);
	assert_true(iem_loudness_db(&none, 20) == 0);
}

/* What the bands of one case are off by, 20 Hz to 16 kHz. */
struct off {
	double worst_db, sum, highest_db;
	unsigned n;
};

static struct off off_by(const struct iem_loudness *loudness)
{
	struct iem_band bands[IEM_LOUDNESS_BANDS];
	struct off off = { .highest_db = -INFINITY };

	iem_loudness_bands(loudness, bands);
	for (double f = 20; f <= 16000; f *= FINE, off.n++) {
		const double got = response_db(bands, f), error = got - iem_loudness_db(loudness, f);

		off.worst_db = fmax(off.worst_db, fabs(error));
		off.highest_db = fmax(off.highest_db, got);
		off.sum += error * error;
	}
	return off;
}

static void the_bands_follow_the_curve_at_all_levels(void **state)
{
	double worst_db = 0, worst_rms_db = 0, sum = 0, highest_db = 0;
	unsigned n = 0;

	for (double reference = 60; reference <= 90; reference += 2.5)
		for (double listening = 30; listening <= 90; listening += 3)
			for (double strength = 0; strength <= 1; strength += 0.125) {
				const struct iem_loudness loudness = { listening, reference, strength, NAN };
				const struct off off = off_by(&loudness);

				worst_db = fmax(worst_db, off.worst_db);
				worst_rms_db = fmax(worst_rms_db, sqrt(off.sum / off.n));
				highest_db = fmax(highest_db, off.highest_db);
				sum += off.sum;
				n += off.n;
			}
	print_message("%.3f dB at most, %.3f dB rms at most, %.3f dB rms of all; highest %.3f dB\n", worst_db, worst_rms_db,
		      sqrt(sum / n), highest_db);
	assert_true(worst_db <= 0.765);
	assert_true(worst_rms_db <= 0.28);
	assert_true(sqrt(sum / n) <= 0.105);
	assert_true(highest_db <= IEM_LOUDNESS_MAX_BOOST_DB);
}

/* No gain may jump while the level is turned, also where the clamp begins to hold. */
static void gains_move_no_faster_than_the_level(void **state)
{
	struct iem_band before[IEM_LOUDNESS_BANDS], now[IEM_LOUDNESS_BANDS];
	double most_db = 0;

	for (double reference = 60; reference <= 90; reference += 10)
		for (double strength = 0.25; strength <= 1; strength += 0.25)
			for (int tenths = 200; tenths <= 900; tenths++) {
				const struct iem_loudness loudness = { tenths / 10.0, reference, strength, NAN };

				iem_loudness_bands(&loudness, now);
				for (size_t i = 0; i < IEM_LOUDNESS_BANDS && tenths > 200; i++)
					most_db = fmax(most_db, fabs(now[i].gain_db - before[i].gain_db));
				memcpy(before, now, sizeof(before));
			}
	print_message("0.1 dB of level moves a gain by %.3f dB at most\n", most_db);
	assert_true(most_db <= 0.1);
}

static void only_gains_differ(void **state)
{
	const struct iem_loudness soft = { 35, 85, 1, NAN }, loud = { 88, 62, 0.3, NAN };
	struct iem_band a[IEM_LOUDNESS_BANDS], b[IEM_LOUDNESS_BANDS];

	iem_loudness_bands(&soft, a);
	iem_loudness_bands(&loud, b);
	for (int i = 0; i < IEM_LOUDNESS_BANDS; i++) {
		assert_int_equal(a[i].type, b[i].type);
		assert_int_equal(a[i].side, IEM_SIDE_BOTH);
		assert_true(a[i].freq_hz == b[i].freq_hz && a[i].q == b[i].q);
		assert_true(a[i].gain_db != b[i].gain_db);
	}
}

static void nothing_is_done_at_the_reference_without_strength_or_without_a_level(void **state)
{
	static const struct iem_loudness rows[] = {
		{ 80, 80, 1, NAN }, { 90, 90, 0.6, 4 },  { 40, 80, 0, NAN },  { NAN, 80, 1, NAN },
		{ 50, NAN, 1, 0 }, { 100, 90, 1, NAN }, { 120, 95, 1, NAN },
	};
	struct iem_band bands[IEM_LOUDNESS_BANDS];

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		iem_loudness_bands(&rows[i], bands);
		for (size_t k = 0; k < IEM_LOUDNESS_BANDS; k++)
			assert_true(bands[k].gain_db == 0);
		assert_true(iem_loudness_db(&rows[i], 30) == 0);
	}
}

static void levels_beyond_the_contours_are_held(void **state)
{
	const struct iem_loudness silent = { -INFINITY, 80, 0.4, NAN }, soft = { IEM_LOUDNESS_MIN_DB, 80, 0.4, NAN };
	struct iem_band a[IEM_LOUDNESS_BANDS], b[IEM_LOUDNESS_BANDS];

	iem_loudness_bands(&silent, a);
	iem_loudness_bands(&soft, b);
	for (int i = 0; i < IEM_LOUDNESS_BANDS; i++)
		assert_true(a[i].gain_db == b[i].gain_db);
}

/* Where a lower clamp is asked for, the boost keeps to it, and cuts stay what they are. */
static void a_lower_clamp_holds_the_boost_and_not_the_cuts(void **state)
{
	double most_raised_db = 0, most_over_db = 0;

	for (double most = 0; most <= 12; most += 0.5)
		for (double listening = 20; listening <= 90; listening += 5)
			for (double reference = 60; reference <= 90; reference += 10) {
				const struct iem_loudness held = { listening, reference, 1, most };
				const struct iem_loudness free_ = { listening, reference, 1, NAN };
				const double swing_db = listening < reference ? 0 : IEM_LOUDNESS_SWING_DB;
				struct iem_band bands[IEM_LOUDNESS_BANDS], before[IEM_LOUDNESS_BANDS];

				iem_loudness_bands(&held, bands);
				iem_loudness_bands(&free_, before);
				for (double f = 20; f <= 16000; f *= FINE) {
					const double want = iem_loudness_db(&held, f), got = response_db(bands, f);

					assert_true(want <= most);
					most_over_db = fmax(most_over_db, got - most - swing_db);
					most_raised_db = fmax(most_raised_db, got - response_db(before, f));
				}
			}
	print_message("%.3f dB above the clamp at most, and %.3f dB above what it would be without\n", most_over_db,
		      most_raised_db);
	assert_true(most_over_db <= 0.07);
	assert_true(most_raised_db <= 1.5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_curve_is_the_difference_of_the_contours),
		cmocka_unit_test(what_is_wanted_is_the_curve_up_to_the_clamp),
		cmocka_unit_test(the_strength_takes_a_part_before_the_clamp),
		cmocka_unit_test(the_bands_follow_the_curve_at_all_levels),
		cmocka_unit_test(gains_move_no_faster_than_the_level),
		cmocka_unit_test(only_gains_differ),
		cmocka_unit_test(nothing_is_done_at_the_reference_without_strength_or_without_a_level),
		cmocka_unit_test(levels_beyond_the_contours_are_held),
		cmocka_unit_test(a_lower_clamp_holds_the_boost_and_not_the_cuts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
