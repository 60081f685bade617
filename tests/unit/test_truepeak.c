/* truepeak.h: what is read between the samples, and how wrong it is at most. */
#include "ruler.h"

#include "core/truepeak.h"

enum { FRAMES = 1200 };

static float in[FRAMES], peaks[FRAMES], other[FRAMES];

static double db(double lin)
{
	return 20 * log10(lin);
}

static void fill_with_sine(double cycles_per_sample, double phase_deg)
{
	for (int i = 0; i < FRAMES; i++)
		in[i] = (float)sin(2 * M_PI * cycles_per_sample * i + phase_deg * M_PI / 180);
}

static void read_all(double rate_hz, float *to, uint32_t block)
{
	struct iem_truepeak tp;

	iem_truepeak_init(&tp, rate_hz);
	memset(to, 0, FRAMES * sizeof(*to));
	for (uint32_t at = 0; at < FRAMES; at += block)
		iem_truepeak_process(&tp, in + at, to + at, FRAMES - at < block ? FRAMES - at : block);
}

/* The highest reading once the beginning has passed. */
static double reading_db(double rate_hz)
{
	float highest = 0;

	read_all(rate_hz, peaks, FRAMES);
	for (int i = 12; i < FRAMES; i++)
		highest = fmaxf(highest, peaks[i]);
	return db(highest);
}

static void the_reading_of_a_sine_is_that_of_the_standard_or_its_sample_peak(void **state)
{
	struct table cases;

	table_load(&cases, "truepeak_cases.tsv");
	for (size_t row = 0; row < cases.n_rows; row++) {
		const double want = fmax(table_number(&cases, row, "sample_peak_db"),
					 table_number(&cases, row, "bs1770_4x_db"));

		fill_with_sine(table_number(&cases, row, "f_rel"), table_number(&cases, row, "phase_deg"));
		assert_near(reading_db(48000), want, 1e-4);
	}
	table_finish(&cases);
}

/* The highest of a tap's four coefficients; nothing beyond the table. */
static double highest_of_tap(const struct table *fir, int tap)
{
	static const char *const phases[] = { "phase0", "phase1", "phase2", "phase3" };
	double highest = 0;

	for (size_t k = 0; tap >= 0 && tap < (int)fir->n_rows && k < ARRAY_LEN(phases); k++)
		highest = fmax(highest, fabs(table_number(fir, (size_t)tap, phases[k])));
	return highest;
}

static void an_impulse_reads_as_the_taps_of_the_standard(void **state)
{
	struct table fir;

	table_load(&fir, "truepeak_fir.tsv");
	memset(in, 0, sizeof(in));
	in[100] = 1;
	read_all(48000, peaks, FRAMES);
	for (int i = 0; i < 200; i++) { /* the points before the sample and after it, and the sample itself */
		const double want = fmax(highest_of_tap(&fir, i - 101), highest_of_tap(&fir, i - 100));

		assert_near(peaks[i], i == 106 ? 1 : want, 1e-9);
	}
	table_finish(&fir);
}

static const struct {
	double rate_hz;
	unsigned points, latency;
} rates[] = {
	{ 8000, 4, 6 },	 { 11025, 4, 6 }, { 44100, 4, 6 },  { 48000, 4, 6 },  { 64000, 4, 6 },	{ 88199, 4, 6 },
	{ 88200, 2, 6 }, { 96000, 2, 6 }, { 176399, 2, 6 }, { 176400, 1, 0 }, { 192000, 1, 0 }, { 768000, 1, 0 },
};

static void a_reading_comes_as_late_as_it_says(void **state)
{
	struct iem_truepeak tp;

	memset(in, 0, sizeof(in));
	in[100] = -1; /* no point between samples is higher */
	for (size_t r = 0; r < ARRAY_LEN(rates); r++) {
		int highest = 0;

		iem_truepeak_init(&tp, rates[r].rate_hz);
		assert_int_equal(tp.points, rates[r].points);
		assert_int_equal(iem_truepeak_latency(&tp), rates[r].latency);
		read_all(rates[r].rate_hz, peaks, FRAMES);
		for (int i = 0; i < FRAMES; i++)
			if (peaks[i] > peaks[highest])
				highest = i;
		assert_int_equal(highest, 100 + rates[r].latency);
		assert_true(peaks[highest] == 1);
	}
}

/*
 * The figures that truepeak.h states. The worst sines are those that always meet the samples at the same few phases:
 * whose periods are whole numbers of samples, or nearly.
 */
static void steady_sines_read_within_the_stated_error(void **state)
{
	static const struct {
		double rate_hz, top, low_db, high_db;
	} rows[] = {
		{ 48000, 0.5, -0.30, 0.22 },
		{ 96000, 0.25, -0.66, 0.05 },
		{ 192000, 0.125, -0.69, 0 },
	};

	for (size_t r = 0; r < ARRAY_LEN(rows); r++) {
		double lowest = 9, highest = -9;

		for (int period = 2; period <= 24; period++)
			for (int cycles = 1; 2 * cycles < period && cycles <= rows[r].top * period; cycles++)
				for (double phase = 0; phase < 180; phase += 1.5) {
					fill_with_sine((double)cycles / period, phase);
					lowest = fmin(lowest, reading_db(rows[r].rate_hz));
					highest = fmax(highest, reading_db(rows[r].rate_hz));
				}
		assert_near(lowest, rows[r].low_db, 0.006);
		assert_near(highest, rows[r].high_db, 0.006);
	}
}

static void the_ruler_itself_is_right(void **state)
{
	static const double cycles[] = { 0.01, 0.1, 0.25, 0.4, 0.4535, 0.46 };

	for (size_t f = 0; f < ARRAY_LEN(cycles); f++)
		for (int phase = 0; phase < 180; phase += 45) {
			fill_with_sine(cycles[f], phase);
			assert_near(db(ruler_peak(in, FRAMES, 200, 600)), 0, 0.012);
		}
}

static void a_reading_is_never_below_the_samples(void **state)
{
	uint32_t seed = 1;

	for (int i = 0; i < FRAMES; i++)
		in[i] = noise(&seed);
	for (size_t r = 0; r < ARRAY_LEN(rates); r++) {
		read_all(rates[r].rate_hz, peaks, FRAMES);
		for (int i = (int)rates[r].latency; i < FRAMES; i++)
			assert_true(peaks[i] >= fabsf(in[i - (int)rates[r].latency]));
	}
}

static void channels_share_a_reading(void **state)
{
	struct iem_truepeak tp;

	memset(in, 0, sizeof(in));
	in[10] = 1;
	for (size_t r = 0; r < ARRAY_LEN(rates); r++) {
		iem_truepeak_init(&tp, rates[r].rate_hz);
		for (int i = 0; i < 40; i++)
			peaks[i] = 0.95f;
		iem_truepeak_process(&tp, in, peaks, 40);
		for (int i = 0; i < 9; i++)
			assert_true(peaks[i] == 0.95f);
		assert_true(peaks[10 + rates[r].latency] == 1);
		assert_true(peaks[30] == 0.95f);
	}
}

static void the_size_of_the_blocks_changes_nothing(void **state)
{
	static const uint32_t sizes[] = { 1, 7, 64, 65, 480, 1024 };
	uint32_t seed = 1;

	for (int i = 0; i < FRAMES; i++)
		in[i] = noise(&seed);
	for (size_t r = 0; r < ARRAY_LEN(rates); r++) {
		read_all(rates[r].rate_hz, other, FRAMES);
		for (size_t s = 0; s < ARRAY_LEN(sizes); s++) {
			read_all(rates[r].rate_hz, peaks, sizes[s]);
			assert_memory_equal(peaks, other, sizeof(peaks));
		}
	}
}

static void a_reset_forgets(void **state)
{
	struct iem_truepeak tp;

	for (int i = 0; i < FRAMES; i++)
		in[i] = 1;
	read_all(48000, other, FRAMES);
	iem_truepeak_init(&tp, 48000);
	memset(peaks, 0, sizeof(peaks));
	iem_truepeak_process(&tp, in, peaks, 50);
	iem_truepeak_reset(&tp);
	memset(peaks, 0, sizeof(peaks));
	iem_truepeak_process(&tp, in, peaks, FRAMES);
	assert_memory_equal(peaks, other, sizeof(peaks));
}

static void what_is_no_number_is_silence_and_soon_forgotten(void **state)
{
	static const float hostile[] = { NAN, INFINITY, -INFINITY, 3.4e38f, -3.4e38f, 1e35f, 1e-40f, -1e-45f };

	for (size_t r = 0; r < ARRAY_LEN(rates); r++) {
		memset(in, 0, sizeof(in));
		for (int i = 100; i < 200; i++)
			in[i] = hostile[(i * 5 + i / 8) % (int)ARRAY_LEN(hostile)];
		in[300] = 0.25f;
		read_all(rates[r].rate_hz, peaks, FRAMES);
		for (int i = 0; i < FRAMES; i++)
			assert_true(isfinite(peaks[i]));
		for (int i = 220; i < 290; i++)
			assert_true(peaks[i] == 0);
		assert_true(peaks[300 + rates[r].latency] == 0.25f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_reading_of_a_sine_is_that_of_the_standard_or_its_sample_peak),
		cmocka_unit_test(an_impulse_reads_as_the_taps_of_the_standard),
		cmocka_unit_test(a_reading_comes_as_late_as_it_says),
		cmocka_unit_test(steady_sines_read_within_the_stated_error),
		cmocka_unit_test(the_ruler_itself_is_right),
		cmocka_unit_test(a_reading_is_never_below_the_samples),
		cmocka_unit_test(channels_share_a_reading),
		cmocka_unit_test(the_size_of_the_blocks_changes_nothing),
		cmocka_unit_test(a_reset_forgets),
		cmocka_unit_test(what_is_no_number_is_silence_and_soon_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
