/* chain.h: the figures the daemon decides by: level, what the chain's end would change, settling time. */
#include "support.h"

static void a_flat_gain_is_its_own_level_and_its_end_undoes_it(void **state)
{
	struct iem_chain *chain = chain_with_preamp(NULL, 0, 48000, 2, -7.5);

	assert_near(iem_chain_pink_db(chain), -7.5, 1e-9);
	assert_near(iem_chain_removal_db(chain), 7.5, 1e-9);
	iem_chain_free(chain);
}

/* The mean power over equal ratios of frequency, by a much finer sum over the analog prototype. */
static double pink_of(const struct iem_band *band)
{
	const int n = 20000;
	double sum = 0;

	for (int i = 0; i < n; i++)
		sum += pow(10, iem_band_db(band, IEM_REFERENCE_ANALOG, 20 * pow(1000, (i + 0.5) / n)) / 10);
	return 10 * log10(sum / n);
}

static void the_level_of_one_band_is_its_mean_power(void **state)
{
	const struct iem_band bands[] = { band("LS", 105, 6, 0.7), band("PK", 1000, 9, 1),
					  band("HS", 4000, -8, 0.7) };

	for (size_t i = 0; i < ARRAY_LEN(bands); i++) {
		struct iem_chain *chain = chain_with_preamp(&bands[i], 1, 192000, 2, 0);

		assert_near(iem_chain_pink_db(chain), pink_of(&bands[i]), 0.01);
		iem_chain_free(chain);
	}
}

static void the_automatic_preamp_of_the_narrowest_peaks_is_their_height(void **state)
{
	static const double rates[] = { 48000, 192000, 384000, 768000 };
	struct iem_band bands[IEM_MAX_BANDS];

	for (size_t i = 0; i < ARRAY_LEN(rates); i++)
		for (double gain = 20; gain <= 40; gain += 20)
			for (size_t n = 1; n <= IEM_MAX_BANDS; n *= 8) {
				struct iem_chain *chain;

				for (size_t b = 0; b < n; b++)
					bands[b] = band("PK", 1, gain, 100);
				chain = chain_of(bands, n, rates[i], 2);
				assert_near(iem_chain_preamp_db(chain), -gain * (double)n, 1e-3);
				assert_true(iem_chain_safe_gain_lin(chain) >= 0 && iem_chain_safe_gain_lin(chain) <= 1);
				assert_true(isfinite(iem_chain_db(chain, IEM_SIDE_LEFT, 1000)));
				iem_chain_free(chain);
			}
}

static void both_ears_count_half(void **state)
{
	const struct iem_band left =
		side_band(IEM_SIDE_LEFT, "HS", 1, 6, 0.7); /* +6 dB in all that is heard */
	struct iem_chain *chain = chain_with_preamp(&left, 1, 48000, 2, 0);

	assert_near(iem_chain_pink_db(chain), 10 * log10((1 + pow(10, 0.6)) / 2), 0.01);
	iem_chain_free(chain);
}

static void with_the_safe_gain_nothing_that_is_heard_is_louder_than_through_the_chain(void **state)
{
	const struct iem_band boost = band("PK", 1000, 9, 1), notch = band("PK", 3000, -18, 50),
			      left = side_band(IEM_SIDE_LEFT, "LS", 100, -6, 0.7), low = band("HP", 5, 0, 0.7);
	struct iem_chain *rows[] = { chain_of(&boost, 1, 48000, 2), chain_of(&notch, 1, 48000, 2),
				     chain_of(&left, 1, 48000, 2), chain_of(&low, 1, 48000, 2) };
	static const double want[] = { -9, -18, -6, -0.02 };

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_near(20 * log10(iem_chain_safe_gain_lin(rows[i])), want[i], 0.05);
		iem_chain_free(rows[i]);
	}
}

static void the_end_of_a_chain_is_judged_by_the_third_octave_that_gains_most(void **state)
{
	const struct iem_band boost = band("LS", 200, 6, 0.7), cut = band("LS", 200, -6, 0.7);
	struct iem_chain *rows[] = {
		chain_of(&boost, 1, 48000, 2),             /* treble lies at the preamp */
		chain_with_preamp(&boost, 1, 48000, 2, 0), /* treble is untouched */
		chain_with_preamp(&cut, 1, 48000, 2, 0),   /* the bass would come back */
		chain_with_preamp(&boost, 1, 48000, 2, -9),
	};
	static const double want[] = { 6, 0, 6, 9 };

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_near(iem_chain_removal_db(rows[i]), want[i], 0.05);
		iem_chain_free(rows[i]);
	}
}

static void figures_are_finite_at_every_rate(void **state)
{
	static const double rates[] = { 8000, 11025, 44100, 48000, 192000, 384000, 768000 };
	const struct iem_band bands[] = { band("NO", 1000, 0, 30), band("HP", 300, 0, 0.7),
					  band("LP", 3000, 0, 0.7) };

	for (size_t i = 0; i < ARRAY_LEN(rates); i++) {
		struct iem_chain *chain = chain_of(bands, ARRAY_LEN(bands), rates[i], 2);

		assert_true(isfinite(iem_chain_pink_db(chain)) && isfinite(iem_chain_removal_db(chain)));
		assert_true(iem_chain_pink_db(chain) < 0 && iem_chain_removal_db(chain) > 0);
		iem_chain_free(chain);
	}
}

/* The largest value of what rings in FRAMES frames, the impulse itself left out. */
static double ringing(const float *h, uint32_t frames)
{
	double most = 0;

	for (uint32_t i = 0; i < frames; i++)
		most = fmax(most, fabs((double)h[i]));
	return most;
}

static void settling_is_70_db_of_decay_of_the_slowest_pole(void **state)
{
	const struct iem_band bands[] = {
		band("PK", 25, 6, 3),    band("PK", 100, -6, 4),  band("LS", 105, -9, 1.5),
		band("HS", 300, 10, 2),  band("HP", 40, 0, 2),    band("LP", 500, 0, 2),
		band("NO", 1000, 0, 10), band("PK", 23900, 3, 5), band("PK", 20000, -9, 9),
	};
	static float in[48000], h[48000];

	in[0] = 1e6f; /* so far above the rounding of the state that it does not count */
	for (size_t i = 0; i < ARRAY_LEN(bands); i++) {
		struct iem_chain *chain = chain_with_preamp(&bands[i], 1, 48000, 1, 0);
		const uint32_t n = iem_chain_settle_frames(chain), look = 2000;
		const float *ins = in;
		float *outs = h;
		double decay;

		iem_chain_process(chain, &ins, &outs, 48000);
		decay = 20 * log10(ringing(h + 1 + n, look) / ringing(h + 1, look));
		/* Where in its turn the ringing is caught is worth a few dB. */
		if (!(decay <= -66 && decay >= -76))
			fail_msg("the band at %g Hz has decayed by %g dB after %u frames", bands[i].freq_hz,
				 decay, n);
		iem_chain_free(chain);
	}
}

/* With a low Q the poles are real and the slower one counts; they hardly ring, so the bounds are wider. */
static void bands_of_low_q_settle_as_well(void **state)
{
	const struct iem_band bands[] = { band("HP", 60, 0, 0.3),  band("PK", 200, -10, 0.3),
					  band("LS", 200, 4, 0.4), band("LS", 105, 5.5, 0.7),
					  band("LP", 500, 0, 0.7), band("HS", 9000, 6, 0.7) };
	static float in[48000], h[48000];

	in[0] = 1e6f;
	for (size_t i = 0; i < ARRAY_LEN(bands); i++) {
		struct iem_chain *chain = chain_with_preamp(&bands[i], 1, 48000, 1, 0);
		const uint32_t n = iem_chain_settle_frames(chain);
		const float *ins = in;
		float *outs = h;
		double decay;

		iem_chain_process(chain, &ins, &outs, 48000);
		decay = 20 * log10(ringing(h + 1 + n, 1000) / ringing(h + 1, 1000));
		if (!(decay <= -58 && decay >= -110))
			fail_msg("the band at %g Hz has decayed by %g dB after %u frames", bands[i].freq_hz,
				 decay, n);
		iem_chain_free(chain);
	}
}

static void settling_takes_half_a_second_at_most_and_nothing_without_bands(void **state)
{
	const struct iem_band slow = band("PK", 1, 40, 100);
	struct iem_chain *chain = chain_of(&slow, 1, 48000, 2), *plain = chain_of(NULL, 0, 48000, 2);

	assert_int_equal(iem_chain_settle_frames(chain), 24000);
	assert_int_equal(iem_chain_settle_frames(plain), 0);
	iem_chain_free(chain);
	iem_chain_free(plain);
}

static void what_filters_miss_of_their_bands_is_told(void **state)
{
	struct iem_band bands[] = { side_band(IEM_SIDE_RIGHT, "PK", 15000, 12, 1), band("PK", 21000, 10, 2) };
	const struct iem_eq high = { .bands = bands, .n_bands = 1 }, both = { .bands = bands, .n_bands = 2 };
	const struct iem_eq exact = { .reference = IEM_REFERENCE_COOKBOOK_48000, .bands = bands, .n_bands = 1 };
	struct iem_chain *chain = chain_of(bands, 1, 48000, 2), *without = chain_of(bands, 2, 40000, 2);
	struct iem_chain *own = chain_meaning(IEM_REFERENCE_COOKBOOK_48000, bands, 1, 48000, 2);
	struct iem_deviation off = iem_chain_deviation(chain, &high);

	assert_true(off.db > 0.01 && off.db < 0.1 && off.freq_hz > 5000);
	assert_near(off.db, fabs(iem_chain_db(chain, IEM_SIDE_RIGHT, off.freq_hz) - iem_chain_gain_db(chain) -
				 iem_band_db(&bands[0], IEM_REFERENCE_ANALOG, off.freq_hz)), 1e-9);
	assert_true(iem_chain_deviation(own, &exact).db < 1e-9);
	off = iem_chain_deviation(without, &both); /* the second band is not there at all */
	assert_near(off.db, iem_band_db(&bands[1], IEM_REFERENCE_ANALOG, off.freq_hz), 0.2);
	assert_near(off.freq_hz, 0.49 * 40000, 1);
	iem_chain_free(chain);
	iem_chain_free(without);
	iem_chain_free(own);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_flat_gain_is_its_own_level_and_its_end_undoes_it),
		cmocka_unit_test(the_level_of_one_band_is_its_mean_power),
		cmocka_unit_test(both_ears_count_half),
		cmocka_unit_test(the_automatic_preamp_of_the_narrowest_peaks_is_their_height),
		cmocka_unit_test(with_the_safe_gain_nothing_that_is_heard_is_louder_than_through_the_chain),
		cmocka_unit_test(the_end_of_a_chain_is_judged_by_the_third_octave_that_gains_most),
		cmocka_unit_test(what_filters_miss_of_their_bands_is_told),
		cmocka_unit_test(figures_are_finite_at_every_rate),
		cmocka_unit_test(settling_is_70_db_of_decay_of_the_slowest_pole),
		cmocka_unit_test(bands_of_low_q_settle_as_well),
		cmocka_unit_test(settling_takes_half_a_second_at_most_and_nothing_without_bands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
