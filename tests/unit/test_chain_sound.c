/* chain.h: what comes out for what goes in. */
#include "support.h"

#include <complex.h>

enum { FRAMES = 16384 };

/* A chain as a user has it: ten bands, among them a low and a narrow one. */
static const struct iem_band ten[] = {
/* clang-format off */
#define B(kind, f, gain, width) { IEM_##kind, IEM_SIDE_BOTH, f, gain, width }
/* clang-format on */
	B(LOW_SHELF, 105, 5.5, 0.7),  B(PEAKING, 60, -2.5, 0.8), B(PEAKING, 180, -3, 0.6),
	B(PEAKING, 700, 1.5, 1.2),    B(PEAKING, 1500, -2, 1.4), B(PEAKING, 2200, 3, 2),
	B(PEAKING, 3500, -4, 3),      B(PEAKING, 5400, 4, 4),    B(PEAKING, 8000, -5, 3),
	B(HIGH_SHELF, 10000, 3, 0.7),
};

static float input[2][FRAMES], output[2][FRAMES], expected[2][FRAMES];

static void fill_with_noise(void)
{
	uint32_t seed = 7;

	for (int i = 0; i < FRAMES; i++)
		for (int c = 0; c < 2; c++)
			input[c][i] = 0.5f * noise(&seed);
}

/* Run stereo frames FROM .. FROM + N. */
static void run(struct iem_chain *chain, float (*in)[FRAMES], float (*out)[FRAMES], uint32_t from, uint32_t n)
{
	const float *ins[] = { in[0] + from, in[1] + from };
	float *outs[] = { out[0] + from, out[1] + from };

	iem_chain_process(chain, ins, outs, n);
}

/* The plainest recursion there is, in long double, over the cookbook's coefficients. */
static void direct_form(const struct iem_biquad *q, const long double *x, long double *y, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		y[i] = q->b0 * x[i];
		if (i >= 1)
			y[i] += q->b1 * x[i - 1] - q->a1 * y[i - 1];
		if (i >= 2)
			y[i] += q->b2 * x[i - 2] - q->a2 * y[i - 2];
	}
}

static void the_output_is_that_of_the_direct_recursion(void **state)
{
	static long double x[FRAMES], y[FRAMES];
	struct iem_chain *chain = chain_of(ten, ARRAY_LEN(ten), 48000, 2);
	const long double gain = powl(10, iem_chain_gain_db(chain) / 20);

	fill_with_noise();
	run(chain, input, output, 0, FRAMES);
	for (size_t i = 0; i < FRAMES; i++)
		x[i] = input[0][i] * gain;
	for (size_t b = 0; b < ARRAY_LEN(ten); b++) {
		struct iem_biquad q;

		iem_biquad_design(&q, &ten[b], IEM_REFERENCE_ANALOG, 48000);
		direct_form(&q, x, y, FRAMES);
		memcpy(x, y, sizeof(x));
	}
	for (size_t i = 0; i < FRAMES; i++) /* half a step of the float output, whose values are below 2 */
		assert_near(output[0][i], (double)x[i], 6.1e-8);
	iem_chain_free(chain);
}

/* Against the same sections in long double: what the arithmetic and the output's floats add. Input as in the reference. */
static double noise_of_ten_dbfs(const struct iem_band *bands, size_t n_bands, double rate_hz, bool tone)
{
	enum { N = 131072 };
	static float in[2][N], out[2][N];
	static long double x[N], y[N];
	struct iem_chain *chain = chain_of(bands, n_bands, rate_hz, 2);
	const long double gain = powl(10, iem_chain_gain_db(chain) / 20);
	const float *const ins[] = { in[0], in[1] };
	float *const outs[] = { out[0], out[1] };
	uint32_t seed = 3;
	double sum = 0;

	for (int i = 0; i < N; i++) {
		in[0][i] = in[1][i] = (float)(tone ? 0.5 * sin(2 * M_PI * 997 * i / rate_hz) : 0.17 * (double)noise(&seed));
		x[i] = in[0][i] * gain;
	}
	iem_chain_process(chain, ins, outs, N);
	for (size_t b = 0; b < n_bands; b++) {
		struct iem_biquad q;

		iem_biquad_design(&q, &bands[b], IEM_REFERENCE_ANALOG, rate_hz);
		direct_form(&q, x, y, N);
		memcpy(x, y, sizeof(x));
	}
	for (int i = 0; i < N; i++)
		sum += pow(out[0][i] - (double)x[i], 2);
	iem_chain_free(chain);
	return 10 * log10(sum / N / 0.5);
}

static void noise_and_distortion_are_below_minus_150_dbfs(void **state)
{
	static const double rates[] = { 48000, 192000, 768000 };
	struct iem_band bands[ARRAY_LEN(ten)];

	memcpy(bands, ten, sizeof(bands));
	bands[1] = band("PK", 20, -12, 4); /* the worst that the reference knows */
	for (size_t r = 0; r < ARRAY_LEN(rates); r++)
		for (int tone = 0; tone < 2; tone++) {
			const double dbfs = noise_of_ten_dbfs(bands, ARRAY_LEN(bands), rates[r], tone);

			print_message("%s at %g Hz: %.1f dBFS\n", tone ? "tone" : "noise", rates[r], dbfs);
			if (!(dbfs <= -150))
				fail_msg("%.1f dBFS at %g Hz", dbfs, rates[r]);
		}
}

/* One term of the Fourier transform of a real signal; in dB. */
static double dft_db(const float *h, size_t n, double cycles_per_sample)
{
	double re = 0, im = 0;

	for (size_t i = 0; i < n; i++) {
		re += h[i] * cos(2 * M_PI * cycles_per_sample * (double)i);
		im -= h[i] * sin(2 * M_PI * cycles_per_sample * (double)i);
	}
	return 10 * log10(re * re + im * im);
}

static void the_measured_response_is_the_one_it_tells(void **state)
{
	static const double rates[] = { 16000, 44100, 48000, 96000 };

	for (size_t r = 0; r < ARRAY_LEN(rates); r++) {
		struct iem_chain *chain = chain_of(ten, ARRAY_LEN(ten), rates[r], 2);

		memset(input, 0, sizeof(input));
		input[0][0] = input[1][0] = 1;
		run(chain, input, output, 0, FRAMES);
		for (double f = 20; f < fmin(20000, 0.49 * rates[r]); f *= 1.3)
			assert_near(dft_db(output[1], FRAMES, f / rates[r]),
				    iem_chain_db(chain, IEM_SIDE_RIGHT, f), 1e-4);
		iem_chain_free(chain);
	}
}

/* The level of a tone of 1 Hz in the last of so many seconds, in dB; it goes on where a block ends. */
static double tone_db(struct iem_chain *chain, unsigned seconds)
{
	const unsigned rate = (unsigned)iem_chain_rate(chain), block = rate / 100;
	static float in[7680], out[7680];
	const float *ins = in;
	float *outs = out;
	double complex sum = 0;

	for (unsigned b = 0; b < 100 * seconds; b++) {
		const double complex step = cexp(I * 2 * M_PI / rate);
		double complex turn = cexp(I * 2 * M_PI * (b % 100) / 100);

		for (unsigned i = 0; i < block; i++, turn *= step) {
			in[i] = (float)cimag(turn);
			out[i] = 0;
		}
		iem_chain_process(chain, &ins, &outs, block);
		turn = cexp(-I * 2 * M_PI * (b % 100) / 100);
		for (unsigned i = 0; b >= 100 * (seconds - 1) && i < block; i++, turn *= conj(step))
			sum += out[i] * turn;
	}
	return 20 * log10(2 * cabs(sum) / rate);
}

/*
 * What is told of the bands that arithmetic likes least: 1 Hz. A narrow boost takes minutes to settle; a cut of 40 dB,
 * Q 100, has the same two squares, and settles like a boost of 40 dB, Q 1, within e^-12 in 38 s.
 */
static void a_tone_of_1_hz_is_as_loud_as_is_told(void **state)
{
	static const double rates[] = { 48000, 192000, 384000, 768000 };
	const struct iem_band bands[] = { band("PK", 1, 40, 1), band("PK", 1, -40, 100) };

	for (size_t i = 0; i < ARRAY_LEN(rates) * ARRAY_LEN(bands); i++) {
		struct iem_chain *chain = chain_of(&bands[i % 2], 1, rates[i / 2], 1);

		assert_near(tone_db(chain, 38), iem_chain_db(chain, IEM_SIDE_BOTH, 1), 0.02);
		iem_chain_free(chain);
	}
}

static void every_channel_gets_the_bands_of_its_ear(void **state)
{
	static const char *const layouts[][IEM_MAX_CHANNELS] = {
		{ "MONO" },
		{ "FL", "FR" },
		{ "FR", "FL" },
		{ "FL", "FR", "FC", "LFE", "RL", "RR" },
		{ "FL", "FR", "FC", "LFE", "RL", "RR", "SL", "SR" },
	};
	struct iem_band bands[] = { band("LS", 100, 4, 0.7), side_band(IEM_SIDE_LEFT, "PK", 1000, 6, 2),
				    side_band(IEM_SIDE_RIGHT, "PK", 3000, -6, 2) };
	const struct iem_eq eq = { .bands = bands, .n_bands = ARRAY_LEN(bands) };

	for (size_t l = 0; l < ARRAY_LEN(layouts); l++) {
		static float in[4096], out[IEM_MAX_CHANNELS][4096];
		const float *ins[IEM_MAX_CHANNELS];
		float *outs[IEM_MAX_CHANNELS];
		struct iem_chain_plan plan = { .eq = &eq, .rate_hz = 48000 };
		struct iem_chain *chain;

		in[0] = 1;
		for (unsigned c = 0; c < IEM_MAX_CHANNELS && layouts[l][c]; c++) {
			plan.sides[plan.channels++] = iem_side_of_channel(layouts[l][c]);
			ins[c] = in;
			outs[c] = out[c];
		}
		assert_int_equal(iem_chain_new(&chain, &plan), 0);
		iem_chain_process(chain, ins, outs, 4096);
		for (unsigned c = 0; c < plan.channels; c++) {
			const bool left = plan.sides[c] == IEM_SIDE_LEFT,
				   right = plan.sides[c] == IEM_SIDE_RIGHT;

			assert_near(dft_db(out[c], 4096, 1000 / 48000.0),
				    iem_band_db(&bands[0], 0, 1000) + (left ? 6 : 0) +
					    (right ? iem_band_db(&bands[2], 0, 1000) : 0),
				    0.05);
			assert_near(dft_db(out[c], 4096, 3000 / 48000.0),
				    iem_band_db(&bands[0], 0, 3000) + (right ? -6 : 0) +
					    (left ? iem_band_db(&bands[1], 0, 3000) : 0),
				    0.05);
		}
		iem_chain_free(chain);
	}
}

static void the_size_of_the_blocks_changes_nothing(void **state)
{
	static const uint32_t sizes[] = { 1, 7, 64, 480, 1024, 8192 };
	struct iem_chain *whole = chain_of(ten, ARRAY_LEN(ten), 48000, 2);

	fill_with_noise();
	run(whole, input, expected, 0, FRAMES);
	for (size_t s = 0; s < ARRAY_LEN(sizes); s++) {
		struct iem_chain *chain = chain_of(ten, ARRAY_LEN(ten), 48000, 2);

		for (uint32_t at = 0; at < FRAMES; at += sizes[s])
			run(chain, input, output, at, at + sizes[s] < FRAMES ? sizes[s] : FRAMES - at);
		assert_memory_equal(output, expected, sizeof(output));
		iem_chain_free(chain);
	}
	iem_chain_free(whole);
}

static void output_and_input_may_be_the_same_memory(void **state)
{
	struct iem_chain *apart = chain_of(ten, ARRAY_LEN(ten), 48000, 2),
			 *same = chain_of(ten, ARRAY_LEN(ten), 48000, 2);

	fill_with_noise();
	run(apart, input, expected, 0, FRAMES);
	run(same, input, input, 0, FRAMES);
	assert_memory_equal(input, expected, sizeof(input));
	iem_chain_free(apart);
	iem_chain_free(same);
}

static void no_frames_are_no_work(void **state)
{
	struct iem_chain *chain = chain_of(ten, ARRAY_LEN(ten), 48000, 2);
	const float *ins[] = { NULL, NULL };
	float *outs[] = { NULL, NULL };

	iem_chain_process(chain, ins, outs, 0);
	iem_chain_free(chain);
}

static void a_reset_chain_is_as_new(void **state)
{
	struct iem_chain *fresh = chain_of(ten, ARRAY_LEN(ten), 48000, 2),
			 *used = chain_of(ten, ARRAY_LEN(ten), 48000, 2);

	fill_with_noise();
	run(used, input, output, 0, FRAMES);
	iem_chain_reset(used);
	run(used, input, output, 0, FRAMES);
	run(fresh, input, expected, 0, FRAMES);
	assert_memory_equal(output, expected, sizeof(output));
	iem_chain_free(fresh);
	iem_chain_free(used);
}

/* One broken sample from an application must not silence an ear until the next change of profile. */
static void what_is_no_number_ends_with_its_block_and_stays_in_its_ear(void **state)
{
	static const float broken[] = { NAN, INFINITY, -INFINITY, 3e38f };

	for (size_t i = 0; i < ARRAY_LEN(broken); i++) {
		struct iem_chain *chain = chain_of(ten, ARRAY_LEN(ten), 48000, 2);
		struct iem_chain *fresh = chain_of(ten, ARRAY_LEN(ten), 48000, 2);
		struct iem_chain *clean = chain_of(ten, ARRAY_LEN(ten), 48000, 2);

		fill_with_noise();
		run(clean, input, expected, 0, FRAMES);
		input[0][100] = broken[i];
		run(chain, input, output, 0, 480);
		run(chain, input, output, 480, 480);
		assert_memory_equal(output[0], expected[0], 100 * sizeof(float));
		assert_memory_equal(output[1], expected[1], 960 * sizeof(float));
		run(fresh, input, expected, 480, 480);
		assert_memory_equal(output[0] + 480, expected[0] + 480, 480 * sizeof(float));
		iem_chain_free(chain);
		iem_chain_free(fresh);
		iem_chain_free(clean);
	}
}

/* Numbers below 1e-38 cost hundreds of cycles each; a pause would become the most expensive music. */
static void silence_after_sound_becomes_exactly_zero(void **state)
{
	const struct iem_band bands[] = { band("PK", 20, 6, 5), band("HP", 15, 0, 0.7) };
	struct iem_chain *chain = chain_of(bands, ARRAY_LEN(bands), 8000, 2);

	memset(input, 0, sizeof(input));
	input[0][0] = input[1][0] = 1;
	for (int second = 0; second < 40; second++) {
		for (uint32_t at = 0; at < 8000; at += 160)
			run(chain, input, output, at, 160);
		input[0][0] = input[1][0] = 0;
		for (int i = 0; i < 8000; i++)
			assert_int_not_equal(fpclassify(output[0][i]), FP_SUBNORMAL);
	}
	for (int i = 0; i < 8000; i++)
		assert_true(output[0][i] == 0 && output[1][i] == 0);
	iem_chain_free(chain);
}

/*
 * A 20 Hz peak as the cookbook has it, worked out and run in long double: nothing here is rounded as ours
 * is.
 */
static double noise_dbfs(double rate_hz, double gain_db, double q, double tone_hz)
{
	const struct iem_band low = band("PK", 20, gain_db, q);
	struct iem_chain *chain = chain_with_preamp(&low, 1, rate_hz, 1, 0);
	const long double w = 2 * 3.14159265358979323846264338327950288L * 20 / (long double)rate_hz;
	const long double a = powl(10, (long double)gain_db / 40), alpha = sinl(w) / (2 * (long double)q);
	const long double a0 = 1 + alpha / a, b0 = (1 + alpha * a) / a0, b1 = -2 * cosl(w) / a0,
			  b2 = (1 - alpha * a) / a0;
	const long double a2 = (1 - alpha / a) / a0;
	long double s0 = 0, s1 = 0, sum = 0;
	const size_t frames = 131072;

	for (size_t i = 0; i < frames; i++) {
		const float x = (float)(0.5 * sin(2 * M_PI * tone_hz / rate_hz * (double)i)), *in = &x;
		const long double y = b0 * x + s0;
		float out, *outs = &out;

		s0 = b1 * x - b1 * y + s1;
		s1 = b2 * x - a2 * y;
		iem_chain_process(chain, &in, &outs, 1);
		sum += (out - y) * (out - y);
	}
	iem_chain_free(chain);
	return 10 * log10((double)(sum / frames) / 0.5);
}

static void processing_noise_is_below_minus_150_dbfs(void **state)
{
	static const struct {
		double rate_hz, gain_db, q;
	} rows[] = {
		{ 48000, 6, 1 }, { 192000, 6, 1 }, { 192000, -12, 4 }, { 192000, 3, 10 }, { 768000, -12, 4 }
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const double noise_db = noise_dbfs(rows[i].rate_hz, rows[i].gain_db, rows[i].q, 997);

		if (!(noise_db < -150))
			fail_msg("%g dBFS at %g Hz", noise_db, rows[i].rate_hz);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_output_is_that_of_the_direct_recursion),
		cmocka_unit_test(noise_and_distortion_are_below_minus_150_dbfs),
		cmocka_unit_test(the_measured_response_is_the_one_it_tells),
		cmocka_unit_test(a_tone_of_1_hz_is_as_loud_as_is_told),
		cmocka_unit_test(every_channel_gets_the_bands_of_its_ear),
		cmocka_unit_test(the_size_of_the_blocks_changes_nothing),
		cmocka_unit_test(output_and_input_may_be_the_same_memory),
		cmocka_unit_test(no_frames_are_no_work),
		cmocka_unit_test(a_reset_chain_is_as_new),
		cmocka_unit_test(what_is_no_number_ends_with_its_block_and_stays_in_its_ear),
		cmocka_unit_test(silence_after_sound_becomes_exactly_zero),
		cmocka_unit_test(processing_noise_is_below_minus_150_dbfs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
