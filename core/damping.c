#include "core/damping.h"

#include "core/electrical.h"

#include <errno.h>
#include <math.h>

#define LOWEST_HZ 20.0
#define HIGHEST_HZ 20000.0

/* Between these and the points of the impedance curve the change is all but straight: 0.001 dB. */
#define PER_OCTAVE 24

static int ascending(const void *a, const void *b)
{
	const double x = ((const struct iem_point *)a)->x, y = ((const struct iem_point *)b)->x;

	return (x > y) - (x < y);
}

static void place_points(struct iem_curve *out, const struct iem_curve *impedance, size_t steps)
{
	out->n = 0;
	for (size_t i = 0; i <= steps; i++)
		out->at[out->n++].x = LOWEST_HZ * pow(HIGHEST_HZ / LOWEST_HZ, (double)i / (double)steps);
	for (size_t i = 0; i < impedance->n; i++)
		if (impedance->at[i].x > LOWEST_HZ && impedance->at[i].x < HIGHEST_HZ)
			out->at[out->n++].x = impedance->at[i].x;
	qsort(out->at, out->n, sizeof(*out->at), ascending);
}

/* Points that are the same frequency but for rounding would be a step. */
static void drop_twins(struct iem_curve *curve)
{
	size_t kept = 1;

	for (size_t i = 1; i < curve->n; i++)
		if (curve->at[i].x > curve->at[kept - 1].x * (1 + 1e-9))
			curve->at[kept++] = curve->at[i];
	curve->n = kept;
}

int iem_damping_curve(struct iem_curve *out, const struct iem_earphone *earphone, double output_ohm)
{
	const size_t steps = (size_t)(PER_OCTAVE * log2(HIGHEST_HZ / LOWEST_HZ)) + 1;
	struct iem_curve curve;

	*out = (struct iem_curve){ 0 };
	if (!(fabs(iem_largest_change(earphone, output_ohm).y) >= IEM_DAMPING_LEAST_DB))
		return 0;
	curve.at = calloc(steps + 1 + earphone->impedance_curve.n, sizeof(*curve.at));
	if (!curve.at)
		return -ENOMEM;
	place_points(&curve, &earphone->impedance_curve, steps);
	drop_twins(&curve);
	for (size_t i = 0; i < curve.n; i++)
		curve.at[i].y = -iem_response_change_db(earphone, output_ohm, curve.at[i].x);
	*out = curve;
	return 0;
}
