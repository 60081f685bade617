#include "core/biquad.h"

#include "core/matched.h"

#include <math.h>

bool iem_band_fits(const struct iem_band *band, double rate_hz)
{
	return band->freq_hz < rate_hz / 2;
}

void iem_biquad_cookbook(struct iem_biquad *out, const struct iem_band *band, double rate_hz)
{
	/* Closer to half the rate rounding decides whether the section is stable. */
	const double w0 = 2 * M_PI * fmin(band->freq_hz / rate_hz, 0.4999);
	const double c = cos(w0), alpha = sin(w0) / (2 * band->q);
	const double a = pow(10.0, band->gain_db / 40.0), k = 2 * sqrt(a) * alpha;
	const double plus = a + 1, minus = a - 1;
	double b[3] = { 1, 0, 0 }, d[3] = { 1 + alpha, -2 * c, 1 - alpha };

	switch (band->type) {
	case IEM_PEAKING:
		b[0] = 1 + alpha * a, b[1] = -2 * c, b[2] = 1 - alpha * a;
		d[0] = 1 + alpha / a, d[2] = 1 - alpha / a;
		break;
	case IEM_LOW_SHELF:
		b[0] = a * (plus - minus * c + k), b[1] = 2 * a * (minus - plus * c), b[2] = a * (plus - minus * c - k);
		d[0] = plus + minus * c + k, d[1] = -2 * (minus + plus * c), d[2] = plus + minus * c - k;
		break;
	case IEM_HIGH_SHELF:
		b[0] = a * (plus + minus * c + k), b[1] = -2 * a * (minus + plus * c), b[2] = a * (plus + minus * c - k);
		d[0] = plus - minus * c + k, d[1] = 2 * (minus - plus * c), d[2] = plus - minus * c - k;
		break;
	case IEM_LOW_PASS:
		b[0] = (1 - c) / 2, b[1] = 1 - c, b[2] = (1 - c) / 2;
		break;
	case IEM_HIGH_PASS:
		b[0] = (1 + c) / 2, b[1] = -(1 + c), b[2] = (1 + c) / 2;
		break;
	case IEM_BAND_PASS:
		b[0] = alpha, b[1] = 0, b[2] = -alpha;
		break;
	case IEM_NOTCH:
		b[0] = 1, b[1] = -2 * c, b[2] = 1;
		break;
	case IEM_ALL_PASS:
		b[0] = 1 - alpha, b[1] = -2 * c, b[2] = 1 + alpha;
		break;
	case IEM_BAND_TYPES:
		break;
	}
	*out = (struct iem_biquad){ b[0] / d[0], b[1] / d[0], b[2] / d[0], d[1] / d[0], d[2] / d[0] };
}

void iem_biquad_design(struct iem_biquad *out, const struct iem_band *band, enum iem_reference reference,
		       double rate_hz)
{
	if (rate_hz == iem_reference_rate(reference))
		iem_biquad_cookbook(out, band, rate_hz);
	else
		iem_matched_design(out, band, reference, rate_hz);
}

static double polynomial_power(double c0, double c1, double c2, double p)
{
	const double dc = c0 + c1 + c2, nyquist = c0 - c1 + c2;

	return dc * dc * (1 - p) + nyquist * nyquist * p - 16 * c0 * c2 * p * (1 - p);
}

double iem_biquads_db(const struct iem_biquad *sections, unsigned n, double freq_hz, double rate_hz)
{
	const double s = sin(M_PI * freq_hz / rate_hz), p = s * s;
	double power = 1, db = 0;

	for (unsigned i = 0; i < n; i++) {
		const struct iem_biquad *q = &sections[i];

		power *= fmax(polynomial_power(q->b0, q->b1, q->b2, p) / polynomial_power(1, q->a1, q->a2, p), 1e-40);
		if (power < 1e-200 || power > 1e200) { /* one logarithm for all of them, else */
			db += 10 * log10(power);
			power = 1;
		}
	}
	return db + 10 * log10(power);
}

double iem_biquad_db(const struct iem_biquad *q, double freq_hz, double rate_hz)
{
	return iem_biquads_db(q, 1, freq_hz, rate_hz);
}

double iem_q_from_octaves(double octaves, double freq_hz, double rate_hz)
{
	const double w0 = rate_hz > 0 ? 2 * M_PI * freq_hz / rate_hz : 0;
	const double warp = w0 > 0 ? w0 / sin(w0) : 1;

	return 1 / (2 * sinh(M_LN2 / 2 * octaves * warp));
}

double iem_q_from_slope(double slope, double gain_db)
{
	const double a = pow(10.0, gain_db / 40.0);

	return 1 / sqrt((a + 1 / a) * (1 / slope - 1) + 2);
}

double iem_slope_from_q(double q, double gain_db)
{
	const double a = pow(10.0, gain_db / 40.0);

	return 1 / ((1 / (q * q) - 2) / (a + 1 / a) + 1);
}
