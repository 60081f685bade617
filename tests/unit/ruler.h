/**
 * ruler.h - the true peak measured finer than the library does it: 32 points a sample, each from a sinc of 128 samples
 * under a Kaiser window. Flat within 0.01 dB up to 0.46 of the rate, and shares no code with core/truepeak.c.
 */
#pragma once

#include "support.h"

enum { RULER_POINTS = 32, RULER_HALF = 64, RULER_TAPS = 2 * RULER_HALF };

static inline double ruler_bessel(double x)
{
	double sum = 1, term = 1;

	for (int k = 1; term > 1e-17 * sum; k++) {
		term *= (x / 2 / k) * (x / 2 / k);
		sum += term;
	}
	return sum;
}

/** Weight of the sample that lies T samples away. */
static inline double ruler_weight(double t)
{
	const double beta = 8, at = t / RULER_HALF;

	if (fabs(at) >= 1)
		return 0;
	return (t == 0 ? 1 : sin(M_PI * t) / (M_PI * t)) * ruler_bessel(beta * sqrt(1 - at * at)) /
	       ruler_bessel(beta);
}

/** A row per sample, the points beside one another. */
static inline const double (*ruler_table(void))[RULER_POINTS]
{
	static double table[RULER_TAPS][RULER_POINTS];

	if (table[RULER_HALF - 1][0] == 0)
		for (int i = 0; i < RULER_TAPS; i++)
			for (int p = 0; p < RULER_POINTS; p++)
				table[i][p] = ruler_weight(i - (RULER_HALF - 1) - (double)p / RULER_POINTS);
	return table;
}

/** The highest magnitude from x[FROM] to x[TO], linear; what lies outside 0 .. N is silence. */
static inline double ruler_peak(const float *x, int n, int from, int to)
{
	const double(*table)[RULER_POINTS] = ruler_table();
	double peak = 0;

	for (int at = from; at < to; at++) {
		const int first = at - (RULER_HALF - 1);
		double sums[RULER_POINTS] = { 0 };

		for (int i = first < 0 ? -first : 0; i < RULER_TAPS && first + i < n; i++)
			for (int p = 0; p < RULER_POINTS; p++)
				sums[p] += table[i][p] * x[first + i];
		for (int p = 0; p < RULER_POINTS; p++)
			peak = fmax(peak, fabs(sums[p]));
	}
	return peak;
}
