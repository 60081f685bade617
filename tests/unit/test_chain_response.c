/* chain.h: impulse responses and graphic equalisers in a chain, and what the chain tells of them. */
#include "support.h"

#include "core/graphic.h"
#include "core/impulse.h"

#include <errno.h>

enum { TAPS = 700, FRAMES = 6000, RATE = 48000 };

static struct iem_band bands[] = { { IEM_PEAKING, IEM_SIDE_LEFT, 1000, 6, 2 }, { IEM_LOW_SHELF, IEM_SIDE_BOTH, 100, -4, 0.7 } };
static const struct iem_eq eq = { .bands = bands, .n_bands = ARRAY_LEN(bands) };
static float input[IEM_MAX_CHANNELS][FRAMES], output[IEM_MAX_CHANNELS][FRAMES], expected[IEM_MAX_CHANNELS][FRAMES];

/* Each channel another decaying noise. */
static struct iem_impulse *decaying(enum iem_impulse_channels channels)
{
	struct iem_impulse *impulse = iem_impulse_new(RATE, channels, TAPS);
	uint32_t seed = 7;

	assert_non_null(impulse);
	for (unsigned c = 0; c < channels; c++)
		for (int i = 0; i < TAPS; i++)
			impulse->taps[c * TAPS + i] = (i == 0 && c % 3 == 0) + 0.2 * noise(&seed) * exp(-i / 60.0);
	return impulse;
}

static struct iem_chain_plan plan_of(const struct iem_eq *of, unsigned channels)
{
	static const enum iem_side sides[] = { IEM_SIDE_LEFT, IEM_SIDE_RIGHT, IEM_SIDE_BOTH };
	struct iem_chain_plan plan = { .eq = of, .rate_hz = RATE, .channels = channels };

	for (unsigned c = 0; c < channels; c++)
		plan.sides[c] = channels == 1 ? IEM_SIDE_BOTH : sides[c];
	return plan;
}

static struct iem_chain *chain_with(const struct iem_eq *of, struct iem_impulse *impulse, unsigned channels)
{
	struct iem_eq with = *of;
	const struct iem_chain_plan plan = plan_of(&with, channels);
	struct iem_chain *chain = NULL;

	with.impulse = impulse;
	assert_int_equal(iem_chain_new(&chain, &plan), 0);
	return chain;
}

static void run(struct iem_chain *chain, float from[][FRAMES], float to[][FRAMES], uint32_t block)
{
	const float *in[IEM_MAX_CHANNELS];
	float *out[IEM_MAX_CHANNELS];

	for (uint32_t at = 0; at < FRAMES; at += block) {
		for (unsigned c = 0; c < iem_chain_channels(chain); c++) {
			in[c] = from[c] + at;
			out[c] = to[c] + at;
		}
		iem_chain_process(chain, in, out, block < FRAMES - at ? block : FRAMES - at);
	}
}

static void fill_with_noise(void)
{
	uint32_t seed = 1;

	for (int c = 0; c < IEM_MAX_CHANNELS; c++)
		for (int i = 0; i < FRAMES; i++)
			input[c][i] = 0.3f * noise(&seed);
}

static void convolve(float to[FRAMES], const float from[FRAMES], const double *taps, double gain)
{
	for (int i = 0; i < FRAMES; i++) {
		double sum = 0;

		for (int t = 0; t < TAPS && t <= i; t++)
			sum += taps[t] * from[i - t];
		to[i] += (float)(gain * sum);
	}
}

/* By the definition of a convolution, channel by channel. */
static void expect(const struct iem_impulse *impulse, unsigned channels)
{
	const unsigned last = impulse->channels - 1;

	memset(expected, 0, sizeof(expected));
	for (unsigned c = 0; c < channels; c++) {
		const bool neither = channels == 1 || c == 2;

		convolve(expected[c], input[c], iem_impulse_taps(impulse, c == 1 ? last : 0), neither ? 0.5 : 1);
		if (neither)
			convolve(expected[c], input[c], iem_impulse_taps(impulse, last), 0.5);
	}
	if (impulse->channels == IEM_IMPULSE_TRUE_STEREO && channels == 2) {
		convolve(expected[1], input[0], iem_impulse_taps(impulse, 1), 1);
		convolve(expected[0], input[1], iem_impulse_taps(impulse, 2), 1);
	}
}

static void every_channel_goes_through_its_response_and_its_bands(void **state)
{
	static const enum iem_impulse_channels kinds[] = { IEM_IMPULSE_ALL, IEM_IMPULSE_LEFT_RIGHT, IEM_IMPULSE_TRUE_STEREO };

	fill_with_noise();
	for (size_t k = 0; k < ARRAY_LEN(kinds); k++)
		for (unsigned channels = 1; channels <= 3; channels++) {
			struct iem_impulse *impulse = decaying(kinds[k]);
			struct iem_chain *chain = chain_with(&eq, impulse, channels), *rest = chain_with(&eq, NULL, channels);

			expect(impulse, channels);
			run(rest, expected, expected, FRAMES);
			run(chain, input, output, FRAMES);
			for (unsigned c = 0; c < channels; c++)
				for (int i = 0; i < FRAMES; i++)
					assert_near(output[c][i], expected[c][i], 2e-6);
			iem_chain_free(chain);
			iem_chain_free(rest);
			iem_impulse_drop(impulse);
		}
}

static void the_size_of_the_blocks_changes_nothing_and_a_reset_forgets_all(void **state)
{
	static const uint32_t sizes[] = { 1, 7, 64, 480, 1024 };
	struct iem_impulse *impulse = decaying(IEM_IMPULSE_TRUE_STEREO);
	struct iem_chain *chain = chain_with(&eq, impulse, 2);

	fill_with_noise();
	run(chain, input, expected, FRAMES);
	for (size_t s = 0; s < ARRAY_LEN(sizes); s++) {
		iem_chain_reset(chain);
		run(chain, input, output, sizes[s]);
		assert_memory_equal(output[0], expected[0], sizeof(output[0]));
		assert_memory_equal(output[1], expected[1], sizeof(output[1]));
	}
	iem_chain_free(chain);
	iem_impulse_drop(impulse);
}

/* One term of the Fourier transform of a channel's output, in dB. */
static double output_db(unsigned channel, double freq_hz)
{
	double re = 0, im = 0;

	for (int i = 0; i < FRAMES; i++) {
		re += output[channel][i] * cos(2 * M_PI * freq_hz / RATE * i);
		im -= output[channel][i] * sin(2 * M_PI * freq_hz / RATE * i);
	}
	return 10 * log10(re * re + im * im);
}

static void hear_impulses(struct iem_chain *chain, float left, float right)
{
	memset(input, 0, sizeof(input));
	input[0][0] = left;
	input[1][0] = right;
	iem_chain_reset(chain);
	run(chain, input, output, FRAMES);
}

static void what_it_tells_of_a_frequency_is_what_an_ear_gets(void **state)
{
	static const enum iem_impulse_channels kinds[] = { IEM_IMPULSE_ALL, IEM_IMPULSE_LEFT_RIGHT, IEM_IMPULSE_TRUE_STEREO };

	for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
		struct iem_impulse *impulse = decaying(kinds[k]);
		struct iem_chain *chain = chain_with(&eq, impulse, 2);

		hear_impulses(chain, 1, 1);
		for (double f = 100; f < 20000; f *= 1.37) { /* below, the shelf rings on behind the end */
			assert_near(output_db(0, f), iem_chain_db(chain, IEM_SIDE_LEFT, f), 0.002);
			assert_near(output_db(1, f), iem_chain_db(chain, IEM_SIDE_RIGHT, f), 0.002);
		}
		iem_chain_free(chain);
		iem_impulse_drop(impulse);
	}
}

/* The highest level at the left ear around 3 kHz, each channel a sine of 0 dB in the worst phase. */
static double worst_db(struct iem_chain *chain)
{
	enum { STEPS = 400 };
	static double own_db[STEPS];
	double worst = -400;

	hear_impulses(chain, 1, 0);
	for (int i = 0; i < STEPS; i++)
		own_db[i] = output_db(0, 2950 + i / 2.0);
	hear_impulses(chain, 0, 1);
	for (int i = 0; i < STEPS; i++)
		worst = fmax(worst, 20 * log10(pow(10, own_db[i] / 20) + pow(10, output_db(0, 2950 + i / 2.0) / 20)));
	return worst;
}

static void the_automatic_preamp_is_the_negative_of_the_highest_that_an_ear_can_get(void **state)
{
	const struct iem_eq automatic = { .preamp_auto = true };
	struct iem_impulse *impulse = iem_impulse_new(RATE, IEM_IMPULSE_TRUE_STEREO, TAPS);
	struct iem_chain *chain;

	/* Two resonances at the left ear, near each other; none at the right one. */
	for (int i = 0; i < TAPS; i++) {
		impulse->taps[i] = 0.02 * cos(2 * M_PI * 3011.3 / RATE * i) * exp(-i / 150.0) + (i == 0);
		impulse->taps[2 * TAPS + i] = 0.02 * cos(2 * M_PI * 3080.9 / RATE * i) * exp(-i / 150.0);
	}
	impulse->taps[3 * TAPS] = 0.5;
	chain = chain_with(&automatic, impulse, 2);
	assert_near(worst_db(chain), 0, 0.002);
	assert_true(iem_chain_preamp_db(chain) < -3);
	iem_chain_free(chain);
	iem_impulse_drop(impulse);
}

static void a_narrow_resonance_between_two_bins_is_met_by_the_preamp(void **state)
{
	const struct iem_eq automatic = { .preamp_auto = true };

	for (double hz = 1000; hz < 1040; hz += 3.7) {
		struct iem_impulse *impulse = iem_impulse_new(RATE, IEM_IMPULSE_ALL, TAPS);
		struct iem_chain *chain;
		double highest = -400;

		for (int i = 0; i < TAPS; i++) /* it does not even decay */
			impulse->taps[i] = 0.01 * cos(2 * M_PI * hz / RATE * i);
		chain = chain_with(&automatic, impulse, 2);
		hear_impulses(chain, 1, 0);
		for (double f = hz - 40; f < hz + 40; f += 0.2)
			highest = fmax(highest, output_db(0, f));
		assert_near(highest, 0, 0.005);
		iem_chain_free(chain);
		iem_impulse_drop(impulse);
	}
}

static void levels_count_the_response(void **state)
{
	const struct iem_eq none = { .preamp_auto = false };
	struct iem_impulse *impulse = iem_impulse_new(RATE, IEM_IMPULSE_ALL, 10);
	struct iem_chain *chain;

	impulse->taps[9] = 0.5;
	chain = chain_with(&none, impulse, 2);
	assert_near(iem_chain_pink_db(chain), 20 * log10(0.5), 1e-6);
	assert_near(iem_chain_removal_db(chain), -20 * log10(0.5), 1e-6);
	assert_near(iem_chain_safe_gain_lin(chain), 0.5, 1e-6);
	assert_int_equal(iem_chain_settle_frames(chain), 10);
	assert_int_equal(iem_chain_latency(chain), 0);
	iem_chain_free(chain);
	iem_impulse_drop(impulse);
}

static void it_settles_when_what_is_left_of_the_taps_is_little(void **state)
{
	const struct iem_eq none = { .preamp_auto = false };
	struct iem_impulse *impulse = iem_impulse_new(RATE, IEM_IMPULSE_ALL, 100000);
	struct iem_chain *chain;

	for (int i = 0; i < 100000; i++)
		impulse->taps[i] = exp(-i / 1000.0);
	chain = chain_with(&none, impulse, 2);
	assert_near(iem_chain_settle_frames(chain), 1000 * 70 * M_LN10 / 20, 2);
	iem_chain_free(chain);
	for (int i = 0; i < 100000; i++)
		impulse->taps[i] = 1;
	chain = chain_with(&none, impulse, 2);
	assert_int_equal(iem_chain_settle_frames(chain), RATE / 2);
	iem_chain_free(chain);
	iem_impulse_drop(impulse);
}

static void a_graphic_equaliser_is_heard_with_the_bands(void **state)
{
	struct iem_point points[] = { { 200, -3 }, { 1000, 4 }, { 5000, -6 }, { 12000, 1 } };
	const struct iem_eq graphic = { .bands = bands, .n_bands = 1, .graphic = { points, ARRAY_LEN(points) },
					.preamp_auto = true };
	struct iem_chain *chain = chain_with(&graphic, NULL, 2);
	const double preamp = iem_chain_preamp_db(chain);

	hear_impulses(chain, 1, 1);
	for (double f = 100; f < 20000; f *= 1.13) {
		const double want = preamp + iem_curve_at(&graphic.graphic, f);

		assert_near(output_db(0, f), want + iem_band_db(&bands[0], IEM_REFERENCE_ANALOG, f), 0.03);
		assert_near(output_db(1, f), want, 0.03);
	}
	assert_near(preamp, -10, 0.02); /* both are highest at 1 kHz */
	assert_true(iem_chain_deviation(chain, &graphic).db < 0.03);
	iem_chain_free(chain);
}

static void a_response_for_another_rate_is_refused(void **state)
{
	struct iem_impulse *impulse = decaying(IEM_IMPULSE_ALL);
	const struct iem_eq with = { .impulse = impulse };
	struct iem_chain_plan plan = plan_of(&with, 2);
	struct iem_chain *chain = NULL;

	plan.rate_hz = 44100;
	assert_int_equal(iem_chain_new(&chain, &plan), -EINVAL);
	assert_null(chain);
	iem_impulse_drop(impulse);
}

/* --- prepared before ---------------------------------------------------------------------------------------------------- */

static void what_was_prepared_is_held_by_its_chains_and_sounds_the_same(void **state)
{
	struct iem_point points[] = { { 200, -3 }, { 1000, 4 }, { 5000, -6 } }, ohms[] = { { 100, 1 }, { 9000, -1 } };
	const struct iem_curve damping = { ohms, ARRAY_LEN(ohms) };
	struct iem_impulse *impulse = decaying(IEM_IMPULSE_TRUE_STEREO);
	const struct iem_eq all = { .bands = bands, .n_bands = ARRAY_LEN(bands), .impulse = impulse,
				    .graphic = { points, ARRAY_LEN(points) }, .preamp_auto = true };
	struct iem_chain_plan plan = plan_of(&all, 2);
	struct iem_chain *chains[3];

	plan.damping = &damping;
	assert_int_equal(iem_chain_new(&chains[0], &plan), 0);
	for (int part = 0; part < IEM_PARTS; part++) {
		struct iem_recipe recipe;

		assert_true(iem_chain_recipe(&recipe, &plan, part));
		assert_int_equal(iem_prepared_new(&plan.prepared[part], &recipe, NULL), 0);
	}
	for (int i = 1; i < 3; i++)
		assert_int_equal(iem_chain_new(&chains[i], &plan), 0);
	for (int part = 0; part < IEM_PARTS; part++) {
		assert_int_equal(plan.prepared[part]->holders, 3);
		iem_prepared_drop(plan.prepared[part]);
	}
	iem_impulse_drop(impulse);
	fill_with_noise();
	run(chains[0], input, expected, FRAMES);
	iem_chain_free(chains[0]);
	for (int i = 1; i < 3; i++) {
		run(chains[i], input, output, FRAMES);
		assert_memory_equal(output[0], expected[0], sizeof(output[0]));
		assert_memory_equal(output[1], expected[1], sizeof(output[1]));
		iem_chain_free(chains[i]);
	}
}

static void a_plan_has_no_part_that_it_has_nothing_for(void **state)
{
	const struct iem_eq none = { .preamp_auto = true };
	struct iem_point points[] = { { 200, -3 } };
	const struct iem_curve curve = { points, 1 };
	struct iem_chain_plan plan = plan_of(&none, 2);
	struct iem_recipe recipe;

	for (int part = 0; part < IEM_PARTS; part++)
		assert_false(iem_chain_recipe(&recipe, &plan, part));
	plan.damping = &curve;
	assert_true(iem_chain_recipe(&recipe, &plan, IEM_PART_DAMPING));
	plan.eq = NULL; /* bypassed: nothing is undone either */
	assert_false(iem_chain_recipe(&recipe, &plan, IEM_PART_DAMPING));
}

static void only_a_pair_is_mixed(void **state)
{
	struct iem_impulse *impulse = decaying(IEM_IMPULSE_TRUE_STEREO);
	const struct iem_eq with = { .impulse = impulse };

	for (unsigned channels = 1; channels <= 3; channels++) {
		const struct iem_chain_plan plan = plan_of(&with, channels);
		struct iem_recipe recipe;

		assert_true(iem_chain_recipe(&recipe, &plan, IEM_PART_IMPULSE));
		assert_int_equal(recipe.mixes, channels == 2);
	}
	iem_impulse_drop(impulse);
}

/* True from the call on that *data counts down to. */
static bool stop_after(void *data)
{
	return --*(int *)data < 0;
}

static void what_is_stopped_leaves_nothing_behind(void **state)
{
	struct iem_impulse *impulse = decaying(IEM_IMPULSE_TRUE_STEREO);
	const struct iem_recipe recipe = { .impulse = impulse, .rate_hz = RATE, .mixes = true };
	struct iem_prepared *prepared = NULL;
	int steps = 0, left = 0;
	const struct iem_stop stop = { stop_after, &left };

	for (left = steps; iem_prepared_new(&prepared, &recipe, &stop) == -ECANCELED; left = ++steps)
		assert_null(prepared);
	assert_non_null(prepared);
	assert_true(steps >= 4); /* two ears, two spectra each */
	iem_prepared_drop(prepared);
	iem_impulse_drop(impulse);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_channel_goes_through_its_response_and_its_bands),
		cmocka_unit_test(the_size_of_the_blocks_changes_nothing_and_a_reset_forgets_all),
		cmocka_unit_test(what_it_tells_of_a_frequency_is_what_an_ear_gets),
		cmocka_unit_test(the_automatic_preamp_is_the_negative_of_the_highest_that_an_ear_can_get),
		cmocka_unit_test(a_narrow_resonance_between_two_bins_is_met_by_the_preamp),
		cmocka_unit_test(levels_count_the_response),
		cmocka_unit_test(it_settles_when_what_is_left_of_the_taps_is_little),
		cmocka_unit_test(a_graphic_equaliser_is_heard_with_the_bands),
		cmocka_unit_test(a_response_for_another_rate_is_refused),
		cmocka_unit_test(what_was_prepared_is_held_by_its_chains_and_sounds_the_same),
		cmocka_unit_test(a_plan_has_no_part_that_it_has_nothing_for),
		cmocka_unit_test(only_a_pair_is_mixed),
		cmocka_unit_test(what_is_stopped_leaves_nothing_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
