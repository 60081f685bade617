/* limiter.h: what it leaves alone, when it leaves, and what it refuses. */
#include "limiter_world.h"

static float other[ALL][FRAMES];

/* --- what is not limited ------------------------------------------------------------ */

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
		cmocka_unit_test(what_is_quiet_leaves_bit_for_bit_as_it_came),
		cmocka_unit_test(a_peak_at_the_ceiling_is_not_limited_and_one_above_is),
		cmocka_unit_test(the_latency_is_the_look_ahead_and_what_the_detector_adds),
		cmocka_unit_test(a_limited_impulse_comes_as_late_as_a_quiet_one),
		cmocka_unit_test(the_size_of_the_blocks_changes_nothing),
		cmocka_unit_test(no_frames_are_no_change),
		cmocka_unit_test(a_reset_leaves_no_memory),
		cmocka_unit_test(what_is_no_number_is_silence_and_touches_nothing_else),
		cmocka_unit_test(enormous_samples_leave_finite_and_are_forgotten),
		cmocka_unit_test(a_limiter_that_cannot_be_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
