/**
 * curve.h - points with straight lines between them: gains or impedances over frequency.
 * Values only; any thread.
 */
#pragma once

#include <stddef.h>

struct iem_point {
	double x, y;
};

#define IEM_CURVE_MAX_POINTS 2000 /* in a file; far more than any is measured with */

/** Points with ascending x; owned by whoever holds it. */
struct iem_curve {
	struct iem_point *at;
	size_t n;
};

/** Release what it holds. */
void iem_curve_finish(struct iem_curve *curve);

/**
 * The curve's value at FREQ_HZ (above 0): straight lines over the logarithm of frequency, level beyond both ends.
 * NAN where there is no point.
 */
double iem_curve_at(const struct iem_curve *curve, double freq_hz);

/**
 * The same at 0, STEP_HZ, 2 * STEP_HZ and so on, N values of a curve of at least one point: each is found from where
 * the one before was.
 */
void iem_curve_sample(const struct iem_curve *curve, double step_hz, double *values, size_t n);
