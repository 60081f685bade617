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

/* Where on the unit circle something is looked at, from the nearer of its two ends. */
struct place {
	double end;    /* 1: 0 Hz, -1: half the rate */
	double off;    /* cos w = end (1 - off) */
	double across; /* sin^2 w */
};

static struct place place_of(double p)
{
	return p < 0.5 ? (struct place){ 1, 2 * p, 4 * p * (1 - p) } :
			 (struct place){ -1, 2 * (1 - p), 4 * p * (1 - p) };
}

/*
 * |c0 + c1/z + c2/z^2|^2 = ((c0 + c2) cos w + c1)^2 + ((c0 - c2) sin w)^2. A sum of squares does not cancel, and the sum
 * of the coefficients that the first begins with is exact where poles or zeros lie close to that end. Expanded in p both
 * would: of a peak of 1 Hz and Q 100 nothing is left at 768 kHz.
 */
static double polynomial_power(double c0, double c1, double c2, const struct place *at)
{
	const double along = c0 + at->end * c1 + c2 - at->off * (c0 + c2), slant = c0 - c2;

	return along * along + at->across * slant * slant;
}

static double section_power(const struct iem_biquad *q, const struct place *at)
{
	const double power = polynomial_power(q->b0, q->b1, q->b2, at) / polynomial_power(1, q->a1, q->a2, at);

	return power > 1e-40 ? power < 1e40 ? power : 1e40 : 1e-40;
}

double iem_biquad_power(const struct iem_biquad *q, double p)
{
	const struct place at = place_of(p);

	return section_power(q, &at);
}

double iem_biquads_db(const struct iem_biquad *sections, unsigned n, double freq_hz, double rate_hz)
{
	const double s = sin(M_PI * freq_hz / rate_hz);
	const struct place at = place_of(s * s);
	double power = 1, db = 0;

	for (unsigned i = 0; i < n; i++) {
		power *= section_power(&sections[i], &at);
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
