/* stereo.h: width or mono, then crossfeed, then balance. */
#include "support.h"

#include "core/stereo.h"

#include <errno.h>

enum { FRAMES = 8192 };

static float left[FRAMES], right[FRAMES], other_left[FRAMES], other_right[FRAMES];

static struct iem_stereo_stage stage_at(const struct iem_stereo *stereo, double rate_hz)
{
	struct iem_stereo_stage stage;

	assert_int_equal(iem_stereo_init(&stage, stereo, rate_hz), 0);
	return stage;
}

static void fill_with_noise(void)
{
	uint32_t seed = 3;

	for (int i = 0; i < FRAMES; i++) {
		left[i] = noise(&seed);
		right[i] = noise(&seed);
	}
}

static void run(struct iem_stereo_stage *stage, float *l, float *r, uint32_t block)
{
	for (uint32_t at = 0; at < FRAMES; at += block)
		iem_stereo_process(stage, l + at, r + at, FRAMES - at < block ? FRAMES - at : block);
}

static const struct {
	const char *why;
	struct iem_stereo stereo;
	double l, r, want_l, want_r;
} rows[] = {
	{ "as it is", { .width = 1, .crossfeed = -1 }, 0.5, -0.25, 0.5, -0.25 },
	{ "mono is half of both", { .mono = true, .width = 1, .crossfeed = -1 }, 0.5, -0.25, 0.125, 0.125 },
	{ "mono, whatever the width", { .mono = true, .width = 2, .crossfeed = -1 }, 0.5, 0.25, 0.375, 0.375 },
	{ "no width is mono", { .width = 0, .crossfeed = -1 }, 0.5, -0.25, 0.125, 0.125 },
	{ "half the side", { .width = 0.5, .crossfeed = -1 }, 1, 0, 0.75, 0.25 },
	{ "twice the side", { .width = 2, .crossfeed = -1 }, 0.5, -0.25, 0.875, -0.625 },
	{ "what is mono stays at any width", { .width = 2, .crossfeed = -1 }, 0.5, 0.5, 0.5, 0.5 },
	{ "to the right: less left", { .balance_db = 6, .width = 1, .crossfeed = -1 }, 1, 1, 0.50118723, 1 },
	{ "to the left: less right", { .balance_db = -12, .width = 1, .crossfeed = -1 }, 1, 1, 1, 0.25118864 },
	{ "balance comes after mono", { .balance_db = 6, .mono = true, .width = 1, .crossfeed = -1 }, 1, 0,
	  0.25059362, 0.5 },
	{ "balance comes after width", { .balance_db = -6, .width = 0, .crossfeed = -1 }, 1, 0, 0.5, 0.25059362 },
};

static void width_mono_and_balance_do_what_they_say(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct iem_stereo_stage stage = stage_at(&rows[i].stereo, 48000);
		float l = (float)rows[i].l, r = (float)rows[i].r;

		iem_stereo_process(&stage, &l, &r, 1);
		if (fabs(l - rows[i].want_l) > 1e-7 || fabs(r - rows[i].want_r) > 1e-7)
			fail_msg("%s: %.9g %.9g", rows[i].why, (double)l, (double)r);
	}
}

static void neutral_is_what_changes_nothing(void **state)
{
	static const struct iem_stereo changed[] = {
		{ .balance_db = 0.1, .width = 1, .crossfeed = -1 },
		{ .mono = true, .width = 1, .crossfeed = -1 },
		{ .width = 0.9, .crossfeed = -1 },
		{ .width = 1, .crossfeed = 0 },
	};
	const struct iem_stereo neutral = IEM_STEREO_NEUTRAL;

	assert_true(iem_stereo_is_neutral(&neutral));
	for (size_t i = 0; i < ARRAY_LEN(changed); i++)
		assert_false(iem_stereo_is_neutral(&changed[i]));
}

static void a_neutral_stage_leaves_every_bit(void **state)
{
	static const uint32_t nan_with_a_message = 0xffc12345;
	const struct iem_stereo neutral = IEM_STEREO_NEUTRAL;
	struct iem_stereo_stage stage = stage_at(&neutral, 48000);

	fill_with_noise();
	memcpy(&left[5], &nan_with_a_message, sizeof(float));
	left[6] = -0.0f;
	left[7] = 1e-45f;
	right[8] = INFINITY;
	memcpy(other_left, left, sizeof(left));
	memcpy(other_right, right, sizeof(right));
	run(&stage, left, right, 480);
	assert_memory_equal(left, other_left, sizeof(left));
	assert_memory_equal(right, other_right, sizeof(right));
}

/* Of each kind one: all of them, and what is left when one is not there. */
static const struct iem_stereo various[] = {
	{ .width = 1, .crossfeed = 0 },
	{ .width = 1, .crossfeed = 2 },
	{ .balance_db = 3, .width = 1.5, .crossfeed = 1 },
	{ .balance_db = -5, .width = 0.3, .crossfeed = 2 },
	{ .balance_db = -12, .mono = true, .width = 1, .crossfeed = 0 },
	{ .balance_db = 7, .width = 2, .crossfeed = -1 },
	{ .width = 2, .crossfeed = 0 },
	{ .width = 1, .crossfeed = -1 },
};

static double complex term(const float *h, double cycles_per_sample)
{
	double complex sum = 0;

	for (int i = 0; i < FRAMES; i++)
		sum += h[i] * cexp(-2 * M_PI * I * cycles_per_sample * i);
	return sum;
}

static void the_gain_is_what_an_impulse_becomes(void **state)
{
	static const double freqs_hz[] = { 30, 300, 1000, 3000 };
	static const double rates[] = { 8000, 48000, 96000 };

	for (size_t v = 0; v < ARRAY_LEN(various); v++)
		for (size_t r = 0; r < ARRAY_LEN(rates); r++)
			for (int channel = 0; channel < 2; channel++) {
				struct iem_stereo_stage stage = stage_at(&various[v], rates[r]);

				memset(left, 0, sizeof(left));
				memset(right, 0, sizeof(right));
				(channel ? right : left)[0] = 1;
				run(&stage, left, right, 480);
				for (size_t f = 0; f < ARRAY_LEN(freqs_hz); f++) {
					const double at = freqs_hz[f] / rates[r];
					double complex gain[2][2];

					iem_stereo_gain(&stage, freqs_hz[f], gain);
					assert_near(cabs(term(left, at) - gain[0][channel]), 0, 3e-7);
					assert_near(cabs(term(right, at) - gain[1][channel]), 0, 3e-7);
				}
			}
}

/* The highest level of either ear for sines of full scale whose phases are PHASE apart, or of one channel alone. */
static double level_db(const struct iem_stereo_stage *stage, double freq_hz, const double before_db[2], double l,
		       double r, double phase)
{
	double complex gain[2][2];
	double highest = 0;

	iem_stereo_gain(stage, freq_hz, gain);
	for (int ear = 0; ear < 2; ear++)
		highest = fmax(highest, cabs(gain[ear][0] * l * pow(10, before_db[0] / 20) +
					     gain[ear][1] * r * pow(10, before_db[1] / 20) * cexp(I * phase)));
	return 20 * log10(highest);
}

/* By how much a pair of sines of other phases may be higher: what the header states. */
static double other_phases_db(const struct iem_stereo *stereo)
{
	return stereo->crossfeed < 0 ? 1e-9 : stereo->width <= 1 ? 0.83 : 2.1;
}

static void the_peak_is_the_highest_of_the_four_pairs(void **state)
{
	static const double before[][2] = { { 0, 0 }, { 6, -3 }, { -20, 2 }, { -6, -6 } };

	for (size_t v = 0; v < ARRAY_LEN(various); v++)
		for (size_t b = 0; b < ARRAY_LEN(before); b++)
			for (double f = 20; f < 20000; f *= 1.3) {
				const struct iem_stereo_stage stage = stage_at(&various[v], 48000);
				double want = level_db(&stage, f, before[b], 1, 0, 0), any = want;

				want = fmax(want, level_db(&stage, f, before[b], 0, 1, 0));
				want = fmax(want, level_db(&stage, f, before[b], 1, 1, 0));
				want = fmax(want, level_db(&stage, f, before[b], 1, 1, M_PI));
				assert_near(iem_stereo_peak_db(&stage, f, before[b]), want, 1e-9);
				for (int k = 0; k < 64; k++)
					any = fmax(any, level_db(&stage, f, before[b], 1, 1, k * M_PI / 32));
				assert_true(any <= want + other_phases_db(&various[v]));
			}
}

static void peaks_that_can_be_told_by_hand(void **state)
{
	static const double flat[] = { 0, 0 }, ears[] = { 6, -60 }, silent[] = { -INFINITY, -INFINITY };
	static const struct {
		struct iem_stereo stereo;
		const double *before;
		double want_db;
	} cases[] = {
		{ { .width = 1, .crossfeed = -1 }, flat, 0 },
		{ { .width = 2, .crossfeed = -1 }, flat, 6.0205999 },	   /* anti-phase */
		{ { .width = 1.5, .crossfeed = -1 }, flat, 3.5218252 },	   /* anti-phase */
		{ { .width = 0.5, .crossfeed = -1 }, flat, 0 },		   /* in phase */
		{ { .mono = true, .width = 1, .crossfeed = -1 }, flat, 0 }, /* in phase */
		{ { .balance_db = 12, .width = 1, .crossfeed = -1 }, flat, 0 },
		{ { .width = 1, .crossfeed = -1 }, ears, 6 },
		{ { .balance_db = 12, .width = 1, .crossfeed = -1 }, ears, -6 },
		{ { .mono = true, .width = 1, .crossfeed = -1 }, ears, -0.0163 }, /* (2 + 0.001) / 2, nearly */
		{ { .width = 1, .crossfeed = -1 }, silent, -400 },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct iem_stereo_stage stage = stage_at(&cases[i].stereo, 48000);

		assert_near(iem_stereo_peak_db(&stage, 1000, cases[i].before), cases[i].want_db, 1e-3);
	}
}

/* Every stage there is, one after the other, over the same noise. */
static void the_size_of_the_blocks_changes_nothing(void **state)
{
	static const uint32_t sizes[] = { 1, 7, 64, 480, 1024, 8192 };

	for (size_t v = 0; v < ARRAY_LEN(various); v++) {
		struct iem_stereo_stage stage = stage_at(&various[v], 48000);

		fill_with_noise();
		memcpy(other_left, left, sizeof(left));
		memcpy(other_right, right, sizeof(right));
		run(&stage, other_left, other_right, 100);
		for (size_t s = 0; s < ARRAY_LEN(sizes); s++) {
			fill_with_noise();
			iem_stereo_reset(&stage);
			run(&stage, left, right, sizes[s]);
			assert_memory_equal(left, other_left, sizeof(left));
			assert_memory_equal(right, other_right, sizeof(right));
		}
	}
}

static void mono_is_the_same_in_both_ears_to_the_last_bit(void **state)
{
	const struct iem_stereo mono = { .mono = true, .width = 1, .crossfeed = 2 };
	struct iem_stereo_stage stage = stage_at(&mono, 48000);

	fill_with_noise();
	run(&stage, left, right, 480);
	assert_memory_equal(left, right, sizeof(left));
}

static void what_is_no_number_is_gone_a_frame_later(void **state)
{
	for (size_t v = 0; v < ARRAY_LEN(various); v++) {
		struct iem_stereo_stage stage = stage_at(&various[v], 48000);

		fill_with_noise();
		left[10] = NAN;
		right[20] = -INFINITY;
		left[30] = 3e38f;
		run(&stage, left, right, 480);
		for (int i = 31; i < FRAMES; i++)
			assert_true(fabsf(left[i]) < 3 && fabsf(right[i]) < 3);
	}
}

static void what_is_out_of_range_is_refused(void **state)
{
	static const struct {
		struct iem_stereo stereo;
		double rate_hz;
		int want;
	} cases[] = {
		{ { .balance_db = 12, .width = 2, .crossfeed = 2 }, 8000, 0 },
		{ { .balance_db = -12, .width = 0, .crossfeed = 0 }, 768000, 0 },
		{ { .balance_db = 12.1, .width = 1, .crossfeed = -1 }, 48000, -ERANGE },
		{ { .balance_db = -12.1, .width = 1, .crossfeed = -1 }, 48000, -ERANGE },
		{ { .balance_db = NAN, .width = 1, .crossfeed = -1 }, 48000, -ERANGE },
		{ { .width = 2.1, .crossfeed = -1 }, 48000, -ERANGE },
		{ { .width = -0.1, .crossfeed = -1 }, 48000, -ERANGE },
		{ { .width = NAN, .crossfeed = -1 }, 48000, -ERANGE },
		{ { .width = 1, .crossfeed = 3 }, 48000, -ERANGE },
		{ { .width = 1, .crossfeed = -2 }, 48000, -ERANGE },
		{ { .width = 1, .crossfeed = -1 }, 7999, -ERANGE },
		{ { .width = 1, .crossfeed = -1 }, 768001, -ERANGE },
		{ { .width = 1, .crossfeed = -1 }, NAN, -ERANGE },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct iem_stereo_stage stage = { .same = 42 };

		assert_int_equal(iem_stereo_init(&stage, &cases[i].stereo, cases[i].rate_hz), cases[i].want);
		assert_true((stage.same == 42) == (cases[i].want < 0)); /* untouched on failure */
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(width_mono_and_balance_do_what_they_say),
		cmocka_unit_test(neutral_is_what_changes_nothing),
		cmocka_unit_test(a_neutral_stage_leaves_every_bit),
		cmocka_unit_test(the_gain_is_what_an_impulse_becomes),
		cmocka_unit_test(the_peak_is_the_highest_of_the_four_pairs),
		cmocka_unit_test(peaks_that_can_be_told_by_hand),
		cmocka_unit_test(the_size_of_the_blocks_changes_nothing),
		cmocka_unit_test(mono_is_the_same_in_both_ears_to_the_last_bit),
		cmocka_unit_test(what_is_no_number_is_gone_a_frame_later),
		cmocka_unit_test(what_is_out_of_range_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
