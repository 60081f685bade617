/* limiter.h: nothing leaves above the ceiling. */
#include "limiter_world.h"

static void no_sample_is_above_the_ceiling(void **state)
{
	for (size_t r = 0; r < ARRAY_LEN(rates); r++)
		for (size_t s = 0; s < ARRAY_LEN(sounds); s++) {
			fill(&sounds[s], rates[r], 2);
			limit(rates[r], 2, out, 480);
			for (int c = 0; c < 2; c++)
				for (int i = 0; i < FRAMES; i++)
					if (!(fabsf(out[c][i]) <= IEM_LIMITER_CEILING_LIN))
						fail_msg("%s at %g Hz: frame %d is %.9g", sounds[s].name, rates[r],
							 i, (double)out[c][i]);
		}
	assert_true(20 * log10(IEM_LIMITER_CEILING_LIN) <= IEM_LIMITER_CEILING_DB);
	assert_near(20 * log10(IEM_LIMITER_CEILING_LIN), IEM_LIMITER_CEILING_DB, 1e-6);
}

static double over_db(double peak_lin)
{
	return 20 * log10(peak_lin) - IEM_LIMITER_CEILING_DB;
}

static double detected(const float *x, double rate_hz)
{
	struct iem_truepeak tp;
	float peaks[FRAMES] = { 0 }, highest = 0;

	iem_truepeak_init(&tp, rate_hz);
	iem_truepeak_process(&tp, x, peaks, FRAMES);
	for (int i = 0; i < FRAMES; i++)
		highest = fmaxf(highest, peaks[i]);
	return highest;
}

/* The gain moves so smoothly that peaks between samples are lowered as exactly as the samples. */
static void the_detector_reads_nothing_above_the_ceiling_in_what_leaves(void **state)
{
	for (size_t r = 0; r < ARRAY_LEN(rates); r++)
		for (size_t s = 0; s < ARRAY_LEN(sounds); s++) {
			fill(&sounds[s], rates[r], 2);
			limit(rates[r], 2, out, 480);
			for (int c = 0; c < 2; c++)
				if (over_db(detected(out[c], rates[r])) > (rates[r] < 40000 ? 0.05 : 0.001))
					fail_msg("%s at %g Hz: %g dB over", sounds[s].name, rates[r],
						 over_db(detected(out[c], rates[r])));
		}
}

static void the_true_peak_is_over_by_no_more_than_the_detector_misses(void **state)
{
	static const double some[] = { 44100, 48000, 96000, 192000 };

	for (size_t r = 0; r < ARRAY_LEN(some); r++)
		for (size_t s = 0; s < ARRAY_LEN(sounds); s++) {
			const double bound = some[r] < 176400 ? sounds[s].over_db : sounds[s].dense_over_db;
			double over = -99;

			if (isinf(bound))
				continue;
			fill(&sounds[s], some[r], 2);
			limit(some[r], 2, out, 480);
			for (int c = 0; c < 2; c++)
				over = fmax(over, over_db(ruler_peak(out[c], FRAMES, 0, FRAMES - RULER_HALF)));
			if (!(over <= bound))
				fail_msg("%s at %g Hz: %.3f dB over", sounds[s].name, some[r], over);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_sample_is_above_the_ceiling),
		cmocka_unit_test(the_detector_reads_nothing_above_the_ceiling_in_what_leaves),
		cmocka_unit_test(the_true_peak_is_over_by_no_more_than_the_detector_misses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
