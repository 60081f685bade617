/* limiter.h: the gain, against a plain limiter and from frame to frame. */
#include "limiter_world.h"

static float other[ALL][FRAMES];

/* The limiter of the reference as plainly as it can be written: a search of the minimum, a sum over the window. */
struct plain {
	double ceiling, keep, let_go;
	int window;
	const double *taps; /* of sum 1 */
};

static void plain_gains(const struct plain *plain, const double *peaks, double *gains, int n)
{
	CLEANUP(iem_freep) double *held = calloc((size_t)n, sizeof(*held));
	double gain = 1;

	assert_non_null(held);
	for (int i = 0; i < n; i++) {
		double least = 1;

		for (int k = i; k >= 0 && k > i - plain->window; k--)
			least = fmin(least, plain->ceiling / fmax(peaks[k], 1e-30));
		gain = least < gain ? least : least + (gain - least) * plain->keep;
		if (least - gain < plain->let_go)
			gain = least;
		held[i] = gain;
		gains[i] = 0;
		for (int k = 0; k < plain->window; k++)
			gains[i] += plain->taps[k] * (i >= k ? held[i - k] : 1);
	}
}

static void the_plain_limiter_is_that_of_the_reference(void **state)
{
	enum { WINDOW = 48, ROWS = 600 };
	double taps[WINDOW], sum = 0, peaks[ROWS], gains[ROWS];
	const struct plain plain = { 0.9, exp(-1 / (0.05 * 48000)), 0, WINDOW, taps };
	struct table rows;

	for (int i = 0; i < WINDOW; i++)
		sum += taps[i] = 1 - cos(2 * M_PI * (i + 1) / (WINDOW + 1));
	for (int i = 0; i < WINDOW; i++)
		taps[i] /= sum;
	table_load(&rows, "limiter_case.tsv");
	assert_int_equal(rows.n_rows, ROWS);
	for (size_t i = 0; i < ROWS; i++)
		peaks[i] = fmax(fabs(table_number(&rows, i, "in_l")), fabs(table_number(&rows, i, "in_r")));
	plain_gains(&plain, peaks, gains, ROWS);
	for (size_t i = 0; i < ROWS; i++) {
		const double l = i < WINDOW - 1 ? 0 : table_number(&rows, i - (WINDOW - 1), "in_l");
		const double r = i < WINDOW - 1 ? 0 : table_number(&rows, i - (WINDOW - 1), "in_r");

		assert_near(gains[i], table_number(&rows, i, "gain"), 1e-6);
		assert_near(l * gains[i], table_number(&rows, i, "out_l"), 1e-6);
		assert_near(r * gains[i], table_number(&rows, i, "out_r"), 1e-6);
	}
	table_finish(&rows);
}

/* The taps of three averages in a row whose lengths differ by one at most. */
static void window_taps(double *taps, int window)
{
	CLEANUP(iem_freep) double *before = calloc((size_t)window, sizeof(*before));

	assert_non_null(before);
	memset(taps, 0, (size_t)window * sizeof(*taps));
	taps[0] = 1;
	for (int stage = 0; stage < 3; stage++) {
		const int len = (window + 2 + stage) / 3;

		memcpy(before, taps, (size_t)window * sizeof(*taps));
		for (int i = 0; i < window; i++) {
			taps[i] = 0;
			for (int k = 0; k < len && k <= i; k++)
				taps[i] += before[i - k] / len;
		}
	}
}

static void check_against_plain(double rate_hz, int window)
{
	static double peaks[FRAMES], gains[FRAMES], taps[1152];
	const struct plain plain = { IEM_LIMITER_CEILING_LIN, exp(-1 / (0.075 * rate_hz)), 1.0 / 65536, window, taps };
	const uint32_t latency = limit(rate_hz, 2, out, 480);
	float read[FRAMES] = { 0 };
	struct iem_truepeak tp;
	double sum = 0;

	window_taps(taps, window);
	for (int i = 0; i < window; i++) {
		assert_true(taps[i] > 0);
		sum += taps[i];
	}
	assert_near(sum, 1, 1e-12); /* no tap lies outside the window */
	for (int c = 0; c < 2; c++) {
		iem_truepeak_init(&tp, rate_hz);
		iem_truepeak_process(&tp, in[c], read, FRAMES);
	}
	for (int i = 0; i < FRAMES; i++)
		peaks[i] = read[i];
	plain_gains(&plain, peaks, gains, FRAMES);
	for (int c = 0; c < 2; c++)
		for (uint32_t i = latency; i < FRAMES; i++)
			assert_near(out[c][i], in[c][i - latency] * gains[i],
				    1e-6 + fabsf(in[c][i - latency]) * 0x1p-31); /* a gain's last place */
}

static void the_gain_is_that_of_the_plain_limiter_with_our_window(void **state)
{
	static const struct {
		double rate_hz;
		int window;
	} rows[] = { { 8000, 12 }, { 44100, 66 }, { 48000, 72 }, { 96000, 144 }, { 192000, 288 } };

	for (size_t r = 0; r < ARRAY_LEN(rows); r++) {
		for (size_t s = 0; s < ARRAY_LEN(sounds); s++) {
			fill(&sounds[s], rows[r].rate_hz, 2);
			check_against_plain(rows[r].rate_hz, rows[r].window);
		}
	}
}

/* What is the same in all channels stays the same; what is loud in one lowers all. */
static void all_channels_get_the_same_gain(void **state)
{
	static const unsigned counts[] = { 1, 2, 8 };

	for (size_t k = 0; k < ARRAY_LEN(counts); k++) {
		const unsigned loud = counts[k] - 1;
		uint32_t latency;

		fill_with_noise(4);
		for (unsigned c = 0; c < loud; c++)
			for (int i = 0; i < FRAMES; i++)
				in[c][i] = in[loud][i] / (float)(4 << c);
		latency = limit(48000, counts[k], out, 480);
		for (uint32_t i = latency; i < FRAMES; i++)
			for (unsigned c = 0; c < loud; c++)
				assert_near(out[c][i], out[loud][i] / (float)(4 << c), 1e-7);
		memcpy(in[0], in[loud], sizeof(in[0]));
		limit(48000, 1, other, 480);
		assert_memory_equal(out[loud], other[0], sizeof(out[0]));
	}
}

static void a_release_takes_its_time_and_ends_exactly(void **state)
{
	enum { STEP = 3600 }; /* 75 ms at 48 kHz */
	struct iem_limiter *limiter = limiter_at(48000, 1);
	uint32_t frames = 0;

	for (int i = 0; i < FRAMES; i++)
		in[0][i] = i < 10 ? 8 : 0.5f;
	run(limiter, in, 0, FRAMES, 480);
	/* The hold, the window's middle and the latency come before it. */
	assert_near(1 - in[0][200 + STEP] / 0.5, (1 - in[0][200] / 0.5) * exp(-1), 1e-4);
	assert_near(1 - in[0][200 + 2 * STEP] / 0.5, (1 - in[0][200] / 0.5) * exp(-2), 1e-4);
	for (float last = 0; last != 0.5f; frames += 480) {
		for (int i = 0; i < 480; i++)
			in[0][i] = 0.5f;
		run(limiter, in, 0, 480, 480);
		last = in[0][0];
		assert_true(frames < 48000);
	}
	iem_limiter_free(limiter);
}

/* Running sums of rounded numbers would be somewhere else by now. */
static void a_minute_of_noise_leaves_no_trace(void **state)
{
	struct iem_limiter *limiter = limiter_at(8000, 1);
	uint64_t limited;

	for (int i = 0; i < 60; i++) {
		fill_with_noise(10);
		run(limiter, in, 0, FRAMES, 1024);
	}
	for (int i = 0; i < 2; i++) {
		fill_quietly();
		memset(in[0] + FRAMES - 100, 0, 100 * sizeof(float));
		limited = iem_limiter_limited(limiter);
		memcpy(out, in, sizeof(in));
		run(limiter, out, 0, FRAMES, 1024);
	}
	assert_int_equal(iem_limiter_limited(limiter), limited);
	check_delayed(out, 1, iem_limiter_latency(limiter));
	iem_limiter_free(limiter);
}

static void the_count_is_that_of_the_attenuated_frames(void **state)
{
	struct iem_limiter *limiter = limiter_at(8000, 1);
	const uint32_t latency = iem_limiter_latency(limiter);
	uint64_t changed = 0;

	for (int i = 0; i < FRAMES; i++)
		in[0][i] = out[0][i] = i % 2000 == 500 ? 1.5f : 0.7f;
	run(limiter, out, 0, FRAMES, 480);
	for (uint32_t i = latency; i < FRAMES; i++)
		changed += out[0][i] != in[0][i - latency];
	assert_true(changed > 1000 && changed < FRAMES);
	assert_int_equal(iem_limiter_limited(limiter), changed);
	iem_limiter_reset(limiter);
	assert_int_equal(iem_limiter_limited(limiter), changed);
	iem_limiter_free(limiter);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_plain_limiter_is_that_of_the_reference),
		cmocka_unit_test(the_gain_is_that_of_the_plain_limiter_with_our_window),
		cmocka_unit_test(all_channels_get_the_same_gain),
		cmocka_unit_test(a_release_takes_its_time_and_ends_exactly),
		cmocka_unit_test(a_minute_of_noise_leaves_no_trace),
		cmocka_unit_test(the_count_is_that_of_the_attenuated_frames),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
