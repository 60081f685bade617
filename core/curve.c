#include "core/curve.h"

#include <math.h>
#include <stdlib.h>

/* Where between points I - 1 and I. */
static double between(const struct iem_point *at, size_t i, double freq_hz)
{
	return at[i - 1].y +
	       (at[i].y - at[i - 1].y) * log(freq_hz / at[i - 1].x) / log(at[i].x / at[i - 1].x);
}

void iem_curve_finish(struct iem_curve *curve)
{
	free(curve->at);
	*curve = (struct iem_curve){ 0 };
}

double iem_curve_at(const struct iem_curve *curve, double freq_hz)
{
	const struct iem_point *at = curve->at;
	size_t below = 0, above = curve->n - 1;

	if (!curve->n)
		return NAN;
	if (freq_hz <= at[0].x)
		return at[0].y;
	if (freq_hz >= at[above].x)
		return at[above].y;
	while (above - below > 1) {
		const size_t middle = below + (above - below) / 2;

		if (at[middle].x < freq_hz)
			below = middle;
		else
			above = middle;
	}
	return between(at, above, freq_hz);
}

void iem_curve_sample(const struct iem_curve *curve, double step_hz, double *values, size_t n)
{
	const struct iem_point *at = curve->at;
	size_t k = 0;

	for (size_t i = 1; i < curve->n; i++) {
		const double slope = (at[i].y - at[i - 1].y) / log(at[i].x / at[i - 1].x);

		for (; k < n && (double)k * step_hz <= at[0].x; k++)
			values[k] = at[0].y;
		for (; k < n && (double)k * step_hz < at[i].x; k++)
			values[k] = at[i - 1].y + slope * log((double)k * step_hz / at[i - 1].x);
	}
	for (; k < n; k++)
		values[k] = at[curve->n - 1].y;
}
