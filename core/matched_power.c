#include "core/matched_parts.h"

#include <math.h>

#define CLEAR 1e-3 /* of half the rate: twice the distance of a pole or zero */

struct matched_square matched_square_of(double c0, double c1, double c2)
{
	const double dc = c0 + c1 + c2, nyquist = c0 - c1 + c2;

	return (struct matched_square){ dc * dc, nyquist * nyquist, -4 * c0 * c2 };
}

struct matched_power matched_power_of(const struct iem_biquad *q)
{
	return (struct matched_power){ matched_square_of(q->b0, q->b1, q->b2),
				       matched_square_of(1, q->a1, q->a2) };
}

/* Vicanek 2016. */
bool matched_root_of(double c[3], const struct matched_square *square)
{
	const double w = (sqrt(square->dc) + sqrt(square->nyquist)) / 2, d = w * w + square->middle;

	if (!(square->dc >= 0 && square->nyquist >= 0 && d >= 0 && w > 0))
		return false;
	c[0] = (w + sqrt(d)) / 2;
	c[1] = (sqrt(square->dc) - sqrt(square->nyquist)) / 2;
	c[2] = -square->middle / (4 * c[0]);
	return true;
}

bool matched_section_of(struct iem_biquad *out, const struct matched_power *power)
{
	double b[3], a[3];

	if (!matched_root_of(b, &power->num) || !matched_root_of(a, &power->den))
		return false;
	*out = (struct iem_biquad){ b[0] / a[0], b[1] / a[0], b[2] / a[0], a[1] / a[0], a[2] / a[0] };
	return true;
}

void matched_invert(struct iem_biquad *q)
{
	*q = (struct iem_biquad){ 1 / q->b0, q->a1 / q->b0, q->a2 / q->b0, q->b1 / q->b0, q->b2 / q->b0 };
}

bool matched_is_stable(const struct iem_biquad *q)
{
	return isfinite(q->b0) && isfinite(q->b1) && isfinite(q->b2) && fabs(q->a2) < 1 &&
	       fabs(q->a1) < 1 + q->a2;
}

static bool put_pivot_first(struct matched_equation *equations, unsigned n, unsigned k)
{
	struct matched_equation *pivot = &equations[k], swapped;

	for (unsigned i = k + 1; i < n; i++)
		if (fabs(equations[i].of[k]) > fabs(pivot->of[k]))
			pivot = &equations[i];
	swapped = *pivot;
	*pivot = equations[k];
	equations[k] = swapped;
	return fabs(equations[k].of[k]) > 0;
}

bool matched_solve(struct matched_equation *equations, unsigned n)
{
	for (unsigned k = 0; k < n; k++) {
		if (!put_pivot_first(equations, n, k))
			return false;
		for (unsigned i = 0; i < n; i++) {
			const double factor = i == k ? 0 : equations[i].of[k] / equations[k].of[k];

			for (unsigned j = k; j < n && i != k; j++)
				equations[i].of[j] -= factor * equations[k].of[j];
			equations[i].is -= factor * equations[k].is;
		}
	}
	for (unsigned k = 0; k < n; k++)
		equations[k].is /= equations[k].of[k];
	return true;
}

bool matched_is_sound(const struct iem_biquad *q)
{
	return matched_is_stable(q) && 1 - q->a1 + q->a2 > CLEAR && q->b0 - q->b1 + q->b2 > CLEAR * q->b0;
}
