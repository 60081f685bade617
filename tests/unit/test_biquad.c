/* biquad.h: sections against the reference's coefficients and magnitudes, and conversions of width. */
#include "support.h"

#include <complex.h>

static void coefficients_are_the_cookbooks(void **state)
{
	struct table filters, want;

	table_load(&filters, "filters.tsv");
	table_load(&want, "rbj_coeffs.tsv");
	for (size_t i = 0; i < want.n_rows; i++) {
		const struct iem_band b = table_band(&filters, (size_t)table_number(&want, i, "id"));
		struct iem_biquad q;

		iem_biquad_cookbook(&q, &b, table_number(&want, i, "fs"));
		assert_near(q.b0, table_number(&want, i, "b0"), 1e-12);
		assert_near(q.b1, table_number(&want, i, "b1"), 1e-12);
		assert_near(q.b2, table_number(&want, i, "b2"), 1e-12);
		assert_near(q.a1, table_number(&want, i, "a1"), 1e-12);
		assert_near(q.a2, table_number(&want, i, "a2"), 1e-12);
	}
	table_finish(&filters);
	table_finish(&want);
}

static void magnitudes_are_the_references(void **state)
{
	struct table filters, want;

	table_load(&filters, "filters.tsv");
	table_load(&want, "digital_mag.tsv");
	for (size_t i = 0; i < want.n_rows; i++) {
		const struct iem_band b = table_band(&filters, (size_t)table_number(&want, i, "id"));
		const double rate = table_number(&want, i, "fs"), db = table_number(&want, i, "rbj_db");
		struct iem_biquad q;

		iem_biquad_cookbook(&q, &b, rate);
		if (db > -200) /* rounding decides how deep a zero is */
			assert_near(iem_biquad_db(&q, table_number(&want, i, "f_hz"), rate), db, 1e-7);
	}
	table_finish(&filters);
	table_finish(&want);
}

/* The reference means the rate the band was made for; run at that rate, no difference may be left. */
static void at_its_own_rate_a_cookbook_reference_is_met_exactly(void **state)
{
	const struct iem_band bands[] = { band("PK", 9000, 6, 2), band("LS", 105, 5.5, 0.7),
					  band("HS", 12000, -4, 0.9), band("LP", 16000, 0, 0.7),
					  band("HP", 18, 0, 1.5) };

	for (size_t i = 0; i < ARRAY_LEN(bands); i++)
		for (double f = 20; f < 20000; f *= 1.1) {
			struct iem_biquad q;

			iem_biquad_design(&q, &bands[i], IEM_REFERENCE_COOKBOOK_48000, 48000);
			assert_near(iem_biquad_db(&q, f, 48000),
				    iem_band_db(&bands[i], IEM_REFERENCE_COOKBOOK_48000, f), 1e-7);
		}
}

/* There both poles lie within rounding of -1 unless the frequency is held. */
static void at_the_very_end_of_the_rate_the_cookbook_is_stable(void **state)
{
	static const char *const kinds[] = { "PK", "LS", "HS", "LP", "HP", "BP", "NO", "AP" };

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		const struct iem_band b = band(kinds[i], 24000 * (1 - 1e-12), i < 3 ? 6 : 0, 100);
		struct iem_biquad q;

		iem_biquad_cookbook(&q, &b, 48000);
		assert_true(fabs(q.a2) < 1 && fabs(q.a1) < 1 + q.a2);
	}
}

static void nothing_cancels_at_low_frequencies_and_high_rates(void **state)
{
	const struct iem_band b = band("PK", 20, 6, 1);
	struct iem_biquad q;

	iem_biquad_design(&q, &b, IEM_REFERENCE_ANALOG, 768000);
	assert_near(iem_biquad_db(&q, 20, 768000), 6, 1e-5);
	assert_near(iem_biquad_db(&q, 5, 768000), iem_band_db(&b, IEM_REFERENCE_ANALOG, 5), 1e-5);
}

/* H itself, with 11 more bits than a section has. */
static double exact_db(const struct iem_biquad *q, double freq_hz, double rate_hz)
{
	const long double w = 2 * acosl(-1) * freq_hz / rate_hz;
	const long double complex z1 = cexpl(-I * w), z2 = cexpl(-2 * I * w);

	return (double)(20 * log10l(cabsl((q->b0 + q->b1 * z1 + q->b2 * z2) / (1 + q->a1 * z1 + q->a2 * z2))));
}

/* Ten millionths of the frequency apart, over the width of the narrowest peak. */
static void check_around(const struct iem_band *b, double rate_hz)
{
	struct iem_biquad q;

	iem_biquad_cookbook(&q, b, rate_hz);
	for (int i = -200; i <= 200; i++) {
		const double f_hz = b->freq_hz * (1 + i * 1e-5), want = exact_db(&q, f_hz, rate_hz);

		/* in a zero, rounding decides */
		if (want > -60 && !(fabs(iem_biquad_db(&q, f_hz, rate_hz) - want) < 1e-4))
			fail_msg("%s of %g dB, Q %g at %g Hz and %g Hz: %.6f dB at %.9g Hz, want %.6f",
				 iem_band_type_names[b->type], b->gain_db, b->q, b->freq_hz, rate_hz,
				 iem_biquad_db(&q, f_hz, rate_hz), f_hz, want);
	}
}

/* There the poles, or the zeros of a cut, lie some billionths from the circle, and what is squared is tiny. */
static void the_narrowest_band_at_the_lowest_frequency_is_told_as_it_is(void **state)
{
	static const double rates[] = { 8000, 48000, 192000, 384000, 768000 }, freqs[] = { 1, 2, 5, 20 };
	static const char *const kinds[] = { "PK", "LS", "HS", "LP", "HP", "BP" };

	for (size_t i = 0; i < ARRAY_LEN(rates) * ARRAY_LEN(freqs) * ARRAY_LEN(kinds); i++) {
		const double rate = rates[i % ARRAY_LEN(rates)], f = freqs[i / ARRAY_LEN(rates) % ARRAY_LEN(freqs)];
		const char *kind = kinds[i / ARRAY_LEN(rates) / ARRAY_LEN(freqs)];

		for (double gain = -40; gain <= 40; gain += 20) {
			const struct iem_band low = band(kind, f, gain, 100);
			const struct iem_band high = band(kind, rate / 2 - f, gain, 100);

			check_around(&low, rate);
			check_around(&high, rate);
		}
	}
}

static void a_band_fits_below_half_the_rate_only(void **state)
{
	const struct iem_band below = band("PK", 21999.9, 3, 1), at = band("PK", 22000, 3, 1);

	assert_true(iem_band_fits(&below, 44000));
	assert_false(iem_band_fits(&at, 44000));
}

/* Slope 1 is Q 0.7071 at any gain; the others are the formula's by hand: A = 10^(6/40). */
static void a_slope_is_a_q_and_back(void **state)
{
	static const double gains[] = { -12, -3, 0.5, 6, 20 };

	for (size_t i = 0; i < ARRAY_LEN(gains); i++) {
		assert_near(iem_q_from_slope(1, gains[i]), M_SQRT1_2, 1e-12);
		for (double slope = 0.2; slope < 1.2; slope += 0.1)
			assert_near(iem_slope_from_q(iem_q_from_slope(slope, gains[i]), gains[i]), slope,
				    1e-12);
	}
	assert_near(iem_q_from_slope(0.9, 6), 1 / sqrt((pow(10, 0.15) + pow(10, -0.15)) / 9 + 2), 1e-12);
}

/* One octave is Q 1.4142 in the analog world: 1 / (2 sinh(ln 2 / 2)) = sqrt(2). */
static void octaves_are_a_q(void **state)
{
	assert_near(iem_q_from_octaves(1, 1000, 0), M_SQRT2, 1e-12);
	assert_near(iem_q_from_octaves(2, 1000, 0), 2.0 / 3, 1e-12);
	assert_near(iem_q_from_octaves(1, 100, 48000), M_SQRT2, 1e-4);
	assert_near(iem_q_from_octaves(1, 12000, 48000), 1 / (2 * sinh(M_LN2 / 2 * M_PI_2)), 1e-12);
}

/* What the width means: half of a peak's decibels at the two edges, an octave apart. */
static void a_peak_of_one_octave_has_half_its_gain_at_the_edges(void **state)
{
	const struct iem_band b = band("PK", 1000, 6, iem_q_from_octaves(1, 1000, 0));

	assert_near(iem_band_db(&b, IEM_REFERENCE_ANALOG, 1000 * M_SQRT2), 3, 1e-9);
	assert_near(iem_band_db(&b, IEM_REFERENCE_ANALOG, 1000 / M_SQRT2), 3, 1e-9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(coefficients_are_the_cookbooks),
		cmocka_unit_test(magnitudes_are_the_references),
		cmocka_unit_test(at_its_own_rate_a_cookbook_reference_is_met_exactly),
		cmocka_unit_test(at_the_very_end_of_the_rate_the_cookbook_is_stable),
		cmocka_unit_test(nothing_cancels_at_low_frequencies_and_high_rates),
		cmocka_unit_test(the_narrowest_band_at_the_lowest_frequency_is_told_as_it_is),
		cmocka_unit_test(a_band_fits_below_half_the_rate_only),
		cmocka_unit_test(a_slope_is_a_q_and_back),
		cmocka_unit_test(octaves_are_a_q),
		cmocka_unit_test(a_peak_of_one_octave_has_half_its_gain_at_the_edges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
