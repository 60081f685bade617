/* limiter.h: nothing above the ceiling, nothing touched below it, whatever comes in and however it is cut. */
#include "ruler.h"

#include "core/limiter.h"
#include "core/truepeak.h"

#include <errno.h>

enum { FRAMES = 8000, ALL = IEM_MAX_CHANNELS };

static const double rates[] = { 8000,  11025, 16000,  22050,  32000,  44100,  48000, 64000,
				88200, 96000, 176400, 192000, 352800, 384000, 768000 };

static float in[ALL][FRAMES], out[ALL][FRAMES], other[ALL][FRAMES];

static struct iem_limiter *limiter_at(double rate_hz, unsigned channels)
{
	struct iem_limiter *limiter = NULL;

	assert_int_equal(iem_limiter_new(&limiter, rate_hz, channels), 0);
	assert_non_null(limiter);
	return limiter;
}

/* Run frames FROM .. TO of all planes in place, in blocks of BLOCK. */
static void run(struct iem_limiter *limiter, float (*planes)[FRAMES], uint32_t from, uint32_t to, uint32_t block)
{
	float *at[ALL];

	for (uint32_t done = from; done < to; done += block) {
		for (int c = 0; c < ALL; c++)
			at[c] = planes[c] + done;
		iem_limiter_process(limiter, at, to - done < block ? to - done : block);
	}
}

/* in[] through a new limiter to TO[]; returns its latency. */
static uint32_t limit(double rate_hz, unsigned channels, float (*to)[FRAMES], uint32_t block)
{
	struct iem_limiter *limiter = limiter_at(rate_hz, channels);
	const uint32_t latency = iem_limiter_latency(limiter);

	memcpy(to, in, sizeof(in));
	run(limiter, to, 0, FRAMES, block);
	iem_limiter_free(limiter);
	return latency;
}

/* --- sounds ------------------------------------------------------------ */

struct at {
	int i, channel;
	double rate_hz;
	uint32_t *seed;
};

static double sine(double cycles, double phase_deg)
{
	return sin(2 * M_PI * (cycles + phase_deg / 360));
}

static double loud_noise(struct at at)
{
	return 10 * noise(at.seed);
}

static double bursts_of_noise(struct at at)
{
	return noise(at.seed) * (at.i / 500 % 3 == 0 ? 8 : 0.05);
}

static double noise_to_a_fifth(struct at at) /* of the rate: as music is where rates are high */
{
	double sum = 0;

	for (int k = 1; k < 60; k++)
		sum += sine(k * k * at.i / 18000.0, 137.0 * k * k);
	return sum;
}

static double square_of_100_hz(struct at at)
{
	return sine(100 / at.rate_hz * at.i, 0) >= 0 ? 1.5 : -1.5;
}

static double square_of_a_few_samples(struct at at)
{
	return at.i / 3 % 2 ? 2 : -2;
}

static double square_that_grows(struct at at)
{
	return (at.i / 40 % 2 ? 1 : -1) * at.i * 5.0 / FRAMES;
}

static double lonely_impulses(struct at at)
{
	return at.i % 1499 == 700 + at.channel ? 4 : 0;
}

static double impulses_on_a_tone(struct at at)
{
	return 0.8 * sine(0.01 * at.i, 0) + (at.i % 331 == 0 ? -3 : 0);
}

static double clicks_at_block_edges(struct at at)
{
	return at.i % 64 == 63 || at.i % 480 == 0 ? 2.5 : 0.3 * sine(0.02 * at.i, 0);
}

static double impulse_pairs(struct at at)
{
	return at.i % 200 == 0 ? 1.4 : at.i % 200 == 1 ? 1.3 : at.i % 200 == 74 ? -1.2 : 0;
}

static double sine_between_samples(struct at at)
{
	return 1.2 * sine(0.25 * at.i, 45);
}

static double sine_at_the_edge_of_hearing(struct at at)
{
	return 2 * sine(fmin(20000 / at.rate_hz, 0.4535) * at.i, 12);
}

static double sine_of_a_sixth(struct at at) /* what the detector of four points misses most of */
{
	return 1.5 * sine(at.i / 6.0, 37);
}

static double bass(struct at at)
{
	return 3 * sine(30 / at.rate_hz * at.i, 0);
}

static double silence_then_full_scale(struct at at)
{
	return at.i < FRAMES / 2 ? 0 : 1.6 * sine(0.013 * at.i, 90);
}

static double steps_of_dc(struct at at)
{
	return at.i / 1000 % 2 ? 3 : -0.5;
}

static double sweep(struct at at)
{
	return 2 * sine(0.225 * at.i * at.i / FRAMES, 0);
}

static double sweep_up_and_down_in_level(struct at at)
{
	return sweep(at) * (1 + sine(at.i / 3000.0, 0)) * 3;
}

static double swell_from_nothing(struct at at)
{
	return pow(10, at.i * 6.0 / FRAMES - 3) * sine(0.031 * at.i, 0);
}

static double turn_of_phase(struct at at)
{
	return 1.4 * sine(0.11 * at.i, at.i / 777 % 2 ? 180 : 0);
}

static double beat(struct at at)
{
	return sine(0.1 * at.i, 0) + sine(0.1003 * at.i, 0);
}

static double enormous_then_small(struct at at)
{
	return at.i == 3000 ? 1e6 : 0.5 * sine(0.01 * at.i, 0);
}

static double alternating_signs(struct at at)
{
	return at.i % 2 ? 1.1 : -1.1;
}

static double one_loud_channel(struct at at)
{
	return at.channel == 1 ? 4 * noise(at.seed) : 0.4 * sine(0.03 * at.i, 0);
}

/*
 * By how much the true peak may exceed the ceiling: what the detector misses of the sound, since the limiter adds
 * nothing to that. Most of these reach up to half the rate, where it misses most; exactly there no true peak is
 * defined.
 */
static const struct sound {
	const char *name;
	double (*at)(struct at at);
	double over_db, dense_over_db; /* below 176.4 kHz, and from there on, where only samples are looked at */
} sounds[] = {
#define SOUND(name, ...) { #name, name, __VA_ARGS__ }
	SOUND(loud_noise, 2, 5.5),
	SOUND(bursts_of_noise, 2, 5.5),
	SOUND(noise_to_a_fifth, 0.25, 0.25),
	SOUND(square_of_100_hz, 0.25, 2.5),
	SOUND(square_of_a_few_samples, 1.5, 3.5),
	SOUND(square_that_grows, 0.25, 2.5),
	SOUND(lonely_impulses, 0.01, 0.01),
	SOUND(impulses_on_a_tone, 0.01, 0.01),
	SOUND(clicks_at_block_edges, 0.25, 2.5),
	SOUND(impulse_pairs, 0.25, 2.5),
	SOUND(sine_between_samples, 0.1, 3.01),
	SOUND(sine_at_the_edge_of_hearing, 0.75, 0.1),
	SOUND(sine_of_a_sixth, 0.1, 0.1),
	SOUND(bass, 0.01, 0.01),
	SOUND(silence_then_full_scale, 0.25, 2),
	SOUND(steps_of_dc, 0.25, 2),
	SOUND(sweep, 0.1, 0.1),
	SOUND(sweep_up_and_down_in_level, 0.1, 0.1),
	SOUND(swell_from_nothing, 0.01, 0.01),
	SOUND(turn_of_phase, 0.5, 2),
	SOUND(beat, 0.25, 0.25),
	SOUND(enormous_then_small, 0.01, 0.01),
	SOUND(alternating_signs, INFINITY, INFINITY),
	SOUND(one_loud_channel, 2, 5.5),
#undef SOUND
};

static void fill(const struct sound *sound, double rate_hz, unsigned channels)
{
	uint32_t seed = 7;

	for (unsigned c = 0; c < channels; c++)
		for (int i = 0; i < FRAMES; i++)
			in[c][i] = (float)sound->at((struct at){ i, (int)c, rate_hz, &seed });
}

static void fill_with_noise(float gain)
{
	uint32_t seed = 5;

	for (int i = 0; i < FRAMES; i++)
		for (int c = 0; c < ALL; c++)
			in[c][i] = gain * noise(&seed);
}

/* Below the ceiling at and between all samples, with a few denormals and a zero of either sign. */
static void fill_quietly(void)
{
	fill_with_noise(0.4f);
	for (int i = 0; i < FRAMES; i += 50) {
		in[0][i] = 1e-40f;
		in[1][i] = -0.0f;
	}
}

/* --- the ceiling ------------------------------------------------------------ */

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

/* --- what is not limited ------------------------------------------------------------ */

static void check_delayed(float (*planes)[FRAMES], unsigned channels, uint32_t latency)
{
	for (unsigned c = 0; c < channels; c++) {
		for (uint32_t i = 0; i < latency; i++)
			assert_true(planes[c][i] == 0);
		assert_memory_equal(planes[c] + latency, in[c], (FRAMES - latency) * sizeof(float));
	}
}

static void what_is_quiet_leaves_bit_for_bit_as_it_came(void **state)
{
	fill_quietly();
	for (size_t r = 0; r < ARRAY_LEN(rates); r++)
		for (unsigned channels = 1; channels <= ALL; channels += channels < 2 ? 1 : 6) {
			struct iem_limiter *limiter = limiter_at(rates[r], channels);

			memcpy(out, in, sizeof(in));
			run(limiter, out, 0, FRAMES, 480);
			check_delayed(out, channels, iem_limiter_latency(limiter));
			assert_int_equal(iem_limiter_limited(limiter), 0);
			iem_limiter_free(limiter);
		}
}

static void a_peak_at_the_ceiling_is_not_limited_and_one_above_is(void **state)
{
	struct iem_limiter *limiter = limiter_at(192000, 1);

	memset(in, 0, sizeof(in));
	in[0][10] = IEM_LIMITER_CEILING_LIN;
	run(limiter, in, 0, 1000, 1000);
	assert_int_equal(iem_limiter_limited(limiter), 0);
	in[0][0] = nextafterf(IEM_LIMITER_CEILING_LIN, 1);
	run(limiter, in, 0, 1000, 1000);
	assert_true(iem_limiter_limited(limiter) > 0);
	iem_limiter_free(limiter);
}

/* --- latency ------------------------------------------------------------ */

static void the_latency_is_the_look_ahead_and_what_the_detector_adds(void **state)
{
	static const struct {
		double rate_hz;
		uint32_t latency;
	} rows[] = {
		{ 8000, 11 + 6 },   { 44100, 65 + 6 },	{ 48000, 71 + 6 },  { 88200, 131 + 6 },
		{ 96000, 143 + 6 }, { 176400, 264 },	{ 192000, 287 },    { 768000, 1151 },
	};

	for (size_t r = 0; r < ARRAY_LEN(rows); r++) {
		memset(in, 0, sizeof(in));
		in[0][100] = 0.5f;
		assert_int_equal(limit(rows[r].rate_hz, 1, out, 480), rows[r].latency);
		for (uint32_t i = 0; i < FRAMES; i++)
			assert_true(out[0][i] == (i == 100 + rows[r].latency ? 0.5f : 0));
	}
}

static void a_limited_impulse_comes_as_late_as_a_quiet_one(void **state)
{
	for (size_t r = 0; r < ARRAY_LEN(rates); r++) {
		uint32_t latency;

		memset(in, 0, sizeof(in));
		in[0][100] = -50;
		latency = limit(rates[r], 1, out, 480);
		for (uint32_t i = 0; i < FRAMES; i++)
			assert_near(out[0][i], i == 100 + latency ? -IEM_LIMITER_CEILING_LIN : 0, 1e-6);
	}
}

/* --- the gain ------------------------------------------------------------ */

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

/* --- blocks, resets, hostile input ------------------------------------------------------------ */

static void the_size_of_the_blocks_changes_nothing(void **state)
{
	static const uint32_t sizes[] = { 1, 7, 64, 480, 1024, 8192 };
	static const double some[] = { 8000, 44100, 48000, 96000, 192000, 768000 };

	for (size_t r = 0; r < ARRAY_LEN(some); r++)
		for (size_t s = 0; s < ARRAY_LEN(sounds); s += 3) {
			fill(&sounds[s], some[r], ALL);
			limit(some[r], ALL, other, 100);
			for (size_t k = 0; k < ARRAY_LEN(sizes); k++) {
				limit(some[r], ALL, out, sizes[k]);
				assert_memory_equal(out, other, sizeof(out));
			}
		}
}

static void no_frames_are_no_change(void **state)
{
	struct iem_limiter *limiter = limiter_at(48000, 2);

	fill_with_noise(10);
	limit(48000, 2, other, 480);
	for (uint32_t at = 0; at < FRAMES; at += 100) {
		float *none[] = { NULL, NULL };

		iem_limiter_process(limiter, none, 0);
		run(limiter, in, at, at + 100, 100);
	}
	assert_memory_equal(in[0], other[0], sizeof(in[0]));
	iem_limiter_free(limiter);
}

static void a_reset_leaves_no_memory(void **state)
{
	for (size_t r = 0; r < ARRAY_LEN(rates); r++) {
		struct iem_limiter *limiter = limiter_at(rates[r], 2);

		fill_with_noise(10);
		limit(rates[r], 2, other, 480);
		memcpy(out, in, sizeof(in));
		run(limiter, out, 0, 3001, 480);
		iem_limiter_reset(limiter);
		memcpy(out, in, sizeof(in));
		run(limiter, out, 0, FRAMES, 480);
		assert_memory_equal(out[0], other[0], sizeof(out[0]));
		assert_memory_equal(out[1], other[1], sizeof(out[1]));
		iem_limiter_free(limiter);
	}
}

static void what_is_no_number_is_silence_and_touches_nothing_else(void **state)
{
	static const float hostile[] = { NAN, INFINITY, -INFINITY, -NAN };

	for (size_t r = 0; r < ARRAY_LEN(rates); r++) {
		fill_with_noise(2);
		for (int i = 1000; i < 6000; i += 37)
			in[i % 2][i] = 0;
		limit(rates[r], 2, other, 480);
		for (int i = 1000; i < 6000; i += 37)
			in[i % 2][i] = hostile[i / 37 % 4];
		limit(rates[r], 2, out, 480);
		assert_memory_equal(out[0], other[0], sizeof(out[0]));
		assert_memory_equal(out[1], other[1], sizeof(out[1]));
	}
}

static void enormous_samples_leave_finite_and_are_forgotten(void **state)
{
	static const float hostile[] = { 3.4e38f, -3.4e38f, 1e30f, 1e12f, -1e10f, INFINITY, NAN, 1e-45f };
	static const double some[] = { 8000, 48000, 96000, 192000 };

	for (size_t r = 0; r < ARRAY_LEN(some); r++) {
		struct iem_limiter *limiter = limiter_at(some[r], 2);

		fill_with_noise(0.3f);
		for (int i = 0; i < 1000; i++)
			in[0][i] = hostile[(i * 5 + i / 8) % 8];
		run(limiter, in, 0, FRAMES, 480);
		for (int c = 0; c < 2; c++)
			for (int i = 0; i < FRAMES; i++)
				assert_true(fabsf(in[c][i]) <= IEM_LIMITER_CEILING_LIN);
		for (int i = 0; i < 40; i++) { /* 1.6 s at 192 kHz */
			fill_with_noise(0.3f);
			memcpy(out, in, sizeof(in));
			run(limiter, out, 0, FRAMES, 480);
		}
		assert_memory_equal(out[0] + iem_limiter_latency(limiter), in[0], 1000 * sizeof(float));
		iem_limiter_free(limiter);
	}
}

static void a_limiter_that_cannot_be_is_refused(void **state)
{
	static const struct {
		double rate_hz;
		unsigned channels;
	} rows[] = {
		{ 7999, 2 },	 { 768001, 2 }, { NAN, 2 },   { -48000, 2 }, { INFINITY, 2 },
		{ 48000, 0 }, { 48000, 9 },
	};
	struct iem_limiter *limiter = NULL;

	for (size_t r = 0; r < ARRAY_LEN(rows); r++) {
		assert_int_equal(iem_limiter_new(&limiter, rows[r].rate_hz, rows[r].channels), -ERANGE);
		assert_null(limiter);
	}
	iem_limiter_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_sample_is_above_the_ceiling),
		cmocka_unit_test(the_detector_reads_nothing_above_the_ceiling_in_what_leaves),
		cmocka_unit_test(the_true_peak_is_over_by_no_more_than_the_detector_misses),
		cmocka_unit_test(what_is_quiet_leaves_bit_for_bit_as_it_came),
		cmocka_unit_test(a_peak_at_the_ceiling_is_not_limited_and_one_above_is),
		cmocka_unit_test(the_latency_is_the_look_ahead_and_what_the_detector_adds),
		cmocka_unit_test(a_limited_impulse_comes_as_late_as_a_quiet_one),
		cmocka_unit_test(the_plain_limiter_is_that_of_the_reference),
		cmocka_unit_test(the_gain_is_that_of_the_plain_limiter_with_our_window),
		cmocka_unit_test(all_channels_get_the_same_gain),
		cmocka_unit_test(a_release_takes_its_time_and_ends_exactly),
		cmocka_unit_test(a_minute_of_noise_leaves_no_trace),
		cmocka_unit_test(the_count_is_that_of_the_attenuated_frames),
		cmocka_unit_test(the_size_of_the_blocks_changes_nothing),
		cmocka_unit_test(no_frames_are_no_change),
		cmocka_unit_test(a_reset_leaves_no_memory),
		cmocka_unit_test(what_is_no_number_is_silence_and_touches_nothing_else),
		cmocka_unit_test(enormous_samples_leave_finite_and_are_forgotten),
		cmocka_unit_test(a_limiter_that_cannot_be_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
