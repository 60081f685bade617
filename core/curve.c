#include "core/curve.h"

#include <math.h>

double iem_curve_at(const struct iem_curve *curve, double freq_hz)
{
	const struct iem_point *at = curve->at;
	size_t i = 1;

	if (!curve->n)
		return NAN;
	if (freq_hz <= at[0].x)
		return at[0].y;
	if (freq_hz >= at[curve->n - 1].x)
		return at[curve->n - 1].y;
	while (at[i].x < freq_hz)
		i++;
	return at[i - 1].y +
	       (at[i].y - at[i - 1].y) * log(freq_hz / at[i - 1].x) / log(at[i].x / at[i - 1].x);
}
