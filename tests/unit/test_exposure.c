/* exposure.h: the levels of known sounds, and what must not change what is counted. */
#include "support.h"

#include "core/aweight.h"
#include "core/exposure.h"

#include <errno.h>

enum { FRAMES = 20000 };

static float planes[2][FRAMES];

static void run(struct iem_exposure *exposure, uint32_t frames, uint32_t block, bool mono)
{
	for (uint32_t at = 0; at < frames; at += block) {
		const float *const ears[2] = { planes[0] + at, mono ? NULL : planes[1] + at };

		iem_exposure_process(exposure, ears, frames - at < block ? frames - at : block);
	}
}

static void fill_with_noise(uint32_t seed)
{
	for (int i = 0; i < FRAMES; i++)
		for (int ear = 0; ear < 2; ear++)
			planes[ear][i] = 0.5f * noise(&seed);
}

/* The energy of each ear in the second of a sine that follows one of the same for the filters to settle. */
static void energy_of_a_sine(double energy[2], double freq_hz, const double amplitude[2], double rate_hz)
{
	struct iem_exposure_totals before = { 0 };
	struct iem_exposure exposure;
	const float *const ears[2] = { planes[0], planes[1] };
	const uint32_t tenth = (uint32_t)rate_hz / 10;

	assert_int_equal(iem_exposure_init(&exposure, rate_hz), 0);
	for (uint32_t k = 0; k < 20; k++) {
		for (uint32_t i = 0; i < tenth; i++) {
			const double sine = sin(2 * M_PI * freq_hz * (k * tenth + i) / rate_hz);

			planes[0][i] = (float)(amplitude[0] * sine);
			planes[1][i] = (float)(amplitude[1] * sine);
		}
		if (k == 10)
			before = exposure.totals;
		iem_exposure_process(&exposure, ears, tenth);
	}
	assert_near((double)(exposure.totals.frames - before.frames), rate_hz, 0);
	for (int ear = 0; ear < 2; ear++)
		energy[ear] = exposure.totals.energy[ear] - before.energy[ear];
	iem_exposure_finish(&exposure);
}

/* A level, or -INFINITY where that is wanted. */
static void assert_level(double got_db, double want_db, double tolerance_db)
{
	if (isinf(want_db))
		assert_true(got_db == want_db);
	else
		assert_near(got_db, want_db, tolerance_db);
}

/* All columns of a case from the energy that each ear got in a second. */
static void check_case(const struct table *cases, size_t row, const double energy[2], double tolerance_db)
{
	const struct iem_exposure_scale scale = { .sensitivity_db_per_v = table_number(cases, row, "sens_db_v"),
						  .full_scale_vrms = table_number(cases, row, "v_fs") };
	const double full_db = iem_exposure_full_scale_db(&scale), louder = iem_exposure_louder(energy);
	const double mean_db = iem_exposure_level_db(full_db, energy[0] + energy[1], 2);
	const double want_pa2 = table_number(cases, row, "p2_max_pa2");
	const double pa2 = iem_exposure_pa2(full_db) * louder;

	assert_level(iem_exposure_level_db(full_db, energy[0], 1), table_number(cases, row, "la_l"), tolerance_db);
	assert_level(iem_exposure_level_db(full_db, energy[1], 1), table_number(cases, row, "la_r"), tolerance_db);
	assert_level(mean_db, table_number(cases, row, "mel_mean"), tolerance_db);
	assert_level(iem_exposure_level_db(full_db, louder, 1), table_number(cases, row, "mel_max"), tolerance_db);
	assert_near(10 * log10(pa2 / want_pa2), 0, tolerance_db);
	assert_near(iem_exposure_pa2_db(pa2), table_number(cases, row, "mel_max"), tolerance_db);
	assert_near(10 * log10(100 * pa2 / 1.6 / table_number(cases, row, "csd_1h_mode1_pct")), 0, tolerance_db);
}

static void levels_are_those_of_the_formulas(void **state)
{
	struct table cases;

	table_load(&cases, "mel_cases.tsv");
	assert_int_equal(cases.n_rows, 8);
	for (size_t row = 0; row < cases.n_rows; row++) {
		const double weight = pow(10, iem_aweight_db(table_number(&cases, row, "f_hz")) / 10);
		const double left = table_number(&cases, row, "amp_l"), right = table_number(&cases, row, "amp_r");
		const double energy[2] = { weight * left * left, weight * right * right };

		check_case(&cases, row, energy, 1e-3);
	}
	table_finish(&cases);
}

static void sines_are_counted_at_their_level_at_every_rate(void **state)
{
	static const double rates[] = { 44100, 48000, 96000, 192000 };
	struct table cases;
	double energy[2];

	table_load(&cases, "mel_cases.tsv");
	for (size_t row = 0; row < cases.n_rows; row++)
		for (size_t r = 0; r < ARRAY_LEN(rates); r++) {
			const double amplitude[2] = { table_number(&cases, row, "amp_l"),
						      table_number(&cases, row, "amp_r") };

			energy_of_a_sine(energy, table_number(&cases, row, "f_hz"), amplitude, rates[r]);
			check_case(&cases, row, energy, 0.06);
		}
	table_finish(&cases);
}

static void a_full_scale_sine_of_1_khz_makes_1_a_second(void **state)
{
	static const double rates[] = { 8000, 16000, 44100, 48000, 192000 }, full[2] = { 1, 1 };
	double energy[2];

	for (size_t r = 0; r < ARRAY_LEN(rates); r++) {
		energy_of_a_sine(energy, 1000, full, rates[r]);
		assert_near(energy[0], 1, 1e-4);
		assert_near(energy[1], 1, 1e-4);
	}
}

static void the_size_of_the_blocks_changes_nothing(void **state)
{
	static const uint32_t sizes[] = { 1, 7, 64, 255, 256, 441, 480, 1024, 8192 };
	static const double rates[] = { 8000, 44100, 48000 };
	struct iem_exposure whole, parts;

	fill_with_noise(1);
	planes[0][1000] = NAN;
	planes[1][5000] = -INFINITY;
	planes[0][9000] = 1e30f;
	for (size_t r = 0; r < ARRAY_LEN(rates); r++) {
		assert_int_equal(iem_exposure_init(&whole, rates[r]), 0);
		run(&whole, FRAMES, FRAMES, false);
		for (size_t s = 0; s < ARRAY_LEN(sizes); s++) {
			assert_int_equal(iem_exposure_init(&parts, rates[r]), 0);
			run(&parts, FRAMES, sizes[s], false);
			assert_memory_equal(&parts.totals, &whole.totals, sizeof(whole.totals));
			iem_exposure_finish(&parts);
		}
		iem_exposure_finish(&whole);
	}
}

static void one_channel_is_heard_by_both_ears(void **state)
{
	struct iem_exposure mono, stereo;

	fill_with_noise(3);
	memcpy(planes[1], planes[0], sizeof(planes[1]));
	assert_int_equal(iem_exposure_init(&mono, 48000), 0);
	assert_int_equal(iem_exposure_init(&stereo, 48000), 0);
	run(&mono, FRAMES, 480, true);
	run(&stereo, FRAMES, 480, false);
	assert_true(mono.totals.energy[0] > 0);
	assert_memory_equal(&mono.totals, &stereo.totals, sizeof(mono.totals));
	iem_exposure_finish(&mono);
	iem_exposure_finish(&stereo);
}

static void ears_are_counted_apart(void **state)
{
	struct iem_exposure exposure;

	fill_with_noise(5);
	memset(planes[0], 0, sizeof(planes[0]));
	assert_int_equal(iem_exposure_init(&exposure, 48000), 0);
	run(&exposure, FRAMES, 480, false);
	assert_true(exposure.totals.energy[0] == 0);
	assert_true(exposure.totals.energy[1] > 0);
	assert_true(iem_exposure_louder(exposure.totals.energy) == exposure.totals.energy[1]);
	iem_exposure_finish(&exposure);
}

static void what_is_no_number_counts_as_silence(void **state)
{
	static const float hostile[] = { NAN, INFINITY, -INFINITY, -NAN };
	struct iem_exposure with, without;

	fill_with_noise(7);
	assert_int_equal(iem_exposure_init(&with, 48000), 0);
	assert_int_equal(iem_exposure_init(&without, 48000), 0);
	for (int i = 100; i < 400; i++)
		planes[i % 2][i] = hostile[i / 2 % (int)ARRAY_LEN(hostile)];
	run(&with, FRAMES, 64, false);
	for (int i = 100; i < 400; i++)
		planes[i % 2][i] = 0;
	run(&without, FRAMES, 64, false);
	assert_memory_equal(&with.totals, &without.totals, sizeof(with.totals));
	iem_exposure_finish(&with);
	iem_exposure_finish(&without);
}

static void nothing_counts_as_more_than_24_db_above_full_scale(void **state)
{
	struct iem_exposure exposure;

	for (int i = 0; i < FRAMES; i++)
		for (int ear = 0; ear < 2; ear++)
			planes[ear][i] = i / 24 % 2 ? 3e38f : -3e38f;
	assert_int_equal(iem_exposure_init(&exposure, 48000), 0);
	run(&exposure, FRAMES, 480, false);
	/* A square of 1 kHz: its harmonics count by 0.2 dB more than it. */
	assert_near(10 * log10(exposure.totals.energy[0] / (FRAMES / 48000.0)), 24.08 + 3.01, 0.5);
	iem_exposure_finish(&exposure);
}

static void frames_are_counted_in_steps_and_totals_never_fall(void **state)
{
	struct iem_exposure_totals before = { 0 };
	struct iem_exposure exposure;
	const float *const ears[2] = { planes[0], planes[1] };

	fill_with_noise(9);
	assert_int_equal(iem_exposure_init(&exposure, 44100), 0);
	for (uint32_t n = 0; n < 1000; n++) {
		iem_exposure_process(&exposure, ears, n);
		assert_true(exposure.totals.frames >= before.frames);
		assert_true(exposure.totals.energy[0] >= before.energy[0] && exposure.totals.energy[1] >= before.energy[1]);
		before = exposure.totals;
	}
	assert_int_equal(exposure.totals.frames, 999 * 1000 / 2 / 441 * 441);
	iem_exposure_finish(&exposure);
}

/* After months the totals are large, and a quiet second must still count. */
static void a_quiet_second_counts_after_a_year_of_loud_ones(void **state)
{
	struct iem_exposure_totals before;
	struct iem_exposure exposure;

	for (int i = 0; i < FRAMES; i++)
		planes[0][i] = (float)(1e-3 * sin(2 * M_PI * i / 48));
	assert_int_equal(iem_exposure_init(&exposure, 48000), 0);
	exposure.totals.energy[0] = 3e5; /* a year at -20 dB */
	run(&exposure, 9600, 480, true);
	before = exposure.totals;
	run(&exposure, FRAMES, 480, true);
	assert_near((exposure.totals.energy[0] - before.energy[0]) /
			    ((double)(exposure.totals.frames - before.frames) / 48000), 1e-6, 1e-8);
	iem_exposure_finish(&exposure);
}

static void a_reset_forgets_the_sound_but_not_what_was_counted(void **state)
{
	struct iem_exposure exposure;
	struct iem_exposure_totals before;

	fill_with_noise(11);
	assert_int_equal(iem_exposure_init(&exposure, 48000), 0);
	run(&exposure, 4900, 100, false);
	before = exposure.totals;
	iem_exposure_reset(&exposure);
	memset(planes, 0, sizeof(planes));
	run(&exposure, 4800, 100, false);
	assert_int_equal(before.frames, 4800);
	assert_int_equal(exposure.totals.frames, 9600);
	assert_true(exposure.totals.energy[0] == before.energy[0] && exposure.totals.energy[1] == before.energy[1]);
	iem_exposure_finish(&exposure);
}

static void rates_outside_the_range_are_refused(void **state)
{
	static const double rates[] = { 0, 7999, 768001, NAN, -48000, INFINITY };
	struct iem_exposure exposure = { 0 };

	for (size_t r = 0; r < ARRAY_LEN(rates); r++)
		assert_int_equal(iem_exposure_init(&exposure, rates[r]), -ERANGE);
	iem_exposure_finish(&exposure);
}

static void what_is_unknown_stays_unknown(void **state)
{
	const struct iem_exposure_scale unknown = { NAN, 1, 0 };

	assert_true(isnan(iem_exposure_full_scale_db(&unknown)));
	assert_true(isnan(iem_exposure_level_db(NAN, 1, 1)));
	assert_true(isnan(iem_exposure_pa2(NAN)));
	assert_true(iem_exposure_pa2(-INFINITY) == 0);
	assert_true(iem_exposure_pa2_db(0) == -INFINITY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(levels_are_those_of_the_formulas),
		cmocka_unit_test(sines_are_counted_at_their_level_at_every_rate),
		cmocka_unit_test(a_full_scale_sine_of_1_khz_makes_1_a_second),
		cmocka_unit_test(the_size_of_the_blocks_changes_nothing),
		cmocka_unit_test(one_channel_is_heard_by_both_ears),
		cmocka_unit_test(ears_are_counted_apart),
		cmocka_unit_test(what_is_no_number_counts_as_silence),
		cmocka_unit_test(nothing_counts_as_more_than_24_db_above_full_scale),
		cmocka_unit_test(frames_are_counted_in_steps_and_totals_never_fall),
		cmocka_unit_test(a_quiet_second_counts_after_a_year_of_loud_ones),
		cmocka_unit_test(a_reset_forgets_the_sound_but_not_what_was_counted),
		cmocka_unit_test(rates_outside_the_range_are_refused),
		cmocka_unit_test(what_is_unknown_stays_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
