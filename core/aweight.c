#include "core/aweight.h"

#include "core/matched_parts.h"

#include <math.h>

/* The poles of IEC 61672-1: double, single, single, double. */
#define POLE1_HZ 20.598997
#define POLE2_HZ 107.65265
#define POLE3_HZ 737.86223
#define POLE4_HZ 12194.217

#define NORMAL_HZ 1000.0
#define LOW_HZ 20.0
#define HIGH_HZ 20000.0
#define TOP 0.49 /* of the rate: as far as a section can be asked for something */

enum { POINTS = 48 };

static double high_pass_db(double freq_hz, double pole_hz)
{
	const double x = freq_hz / pole_hz * (freq_hz / pole_hz);

	return 10 * log10(x / (1 + x));
}

static double low_pass_db(double freq_hz, double pole_hz)
{
	return -10 * log10(1 + freq_hz / pole_hz * (freq_hz / pole_hz));
}

static double prototype_db(double freq_hz)
{
	return 2 * high_pass_db(freq_hz, POLE1_HZ) + high_pass_db(freq_hz, POLE2_HZ) + high_pass_db(freq_hz, POLE3_HZ) +
	       2 * low_pass_db(freq_hz, POLE4_HZ);
}

double iem_aweight_db(double freq_hz)
{
	return prototype_db(freq_hz) - prototype_db(NORMAL_HZ);
}

/* Two zeros at 0 Hz and two poles, by the bilinear transform: exact at each pole's frequency. */
static void design_high_pass(struct iem_biquad *out, double pole_hz, double other_hz, double rate_hz)
{
	const double k = tan(M_PI * pole_hz / rate_hz), m = tan(M_PI * other_hz / rate_hz);
	const double a = (k - 1) / (k + 1), c = (m - 1) / (m + 1), b = 1 / ((1 + k) * (1 + m));

	*out = (struct iem_biquad){ b, -2 * b, b, a + c, a * c };
}

static double pair_db(const struct iem_biquad high_passes[2], double freq_hz, double rate_hz)
{
	return iem_biquad_db(&high_passes[0], freq_hz, rate_hz) + iem_biquad_db(&high_passes[1], freq_hz, rate_hz);
}

/*
 * The double pole at 12.2 kHz lies above half of some rates and close below it of others, where no closed form will do: so
 * the section that stands for it is fitted, to all that the other two leave. The fit starts from poles that decay alike.
 */
static void fit_low_pass(struct iem_biquad *out, const struct iem_biquad high_passes[2], double rate_hz)
{
	const double high_hz = fmin(HIGH_HZ, TOP * rate_hz), pole = exp(-2 * M_PI * POLE4_HZ / rate_hz);
	struct matched_target target = { .n = POINTS };

	for (int i = 0; i < POINTS; i++) {
		const double f_hz = LOW_HZ * pow(high_hz / LOW_HZ, i / (POINTS - 1.0)), s = sin(M_PI * f_hz / rate_hz);
		const double left_db = prototype_db(f_hz) - pair_db(high_passes, f_hz, rate_hz);

		target.points[i] = (struct matched_point){ s * s, left_db, left_db, 1 };
	}
	*out = (struct iem_biquad){ (1 - pole) * (1 - pole), 0, 0, -2 * pole, pole * pole };
	matched_fit(out, &target);
}

void iem_aweight_design(struct iem_biquad sections[IEM_AWEIGHT_SECTIONS], double rate_hz)
{
	double gain_lin;

	design_high_pass(&sections[0], POLE1_HZ, POLE1_HZ, rate_hz);
	design_high_pass(&sections[1], POLE2_HZ, POLE3_HZ, rate_hz);
	fit_low_pass(&sections[2], sections, rate_hz);
	gain_lin = pow(10, -(pair_db(sections, NORMAL_HZ, rate_hz) + iem_biquad_db(&sections[2], NORMAL_HZ, rate_hz)) / 20);
	sections[2].b0 *= gain_lin;
	sections[2].b1 *= gain_lin;
	sections[2].b2 *= gain_lin;
}
