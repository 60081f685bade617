#include "core/matched_parts.h"

#include <math.h>

/*
 * Levenberg and Marquardt on the two squared magnitudes, whose ratio in dB has simple derivatives. The
 * denominator's value at 0 Hz is held: without it the two could grow together.
 */
enum { DEN_NYQUIST, DEN_MIDDLE, NUM_DC, NUM_NYQUIST, NUM_MIDDLE, UNKNOWNS };

#define STEPS 12
#define ROUNDS 8         /* of weighting anew, */
#define ROUND_STEPS 4    /* with so many steps each, as long as one makes */
#define ROUND_HELPS 0.97 /* the largest deviation smaller by that factor */
#define GOOD_DB 0.002    /* nobody needs it better */
#define DB (10 / M_LN10) /* of a squared magnitude */

/* The sum of squares at a place, and what a step from there needs: half its gradient and curvature. */
struct place {
	double x[UNKNOWNS];
	double cost, gradient[UNKNOWNS], curvature[UNKNOWNS][UNKNOWNS];
};

static struct matched_power power_of(const double x[UNKNOWNS])
{
	return (struct matched_power){ .num = { x[NUM_DC], x[NUM_NYQUIST], x[NUM_MIDDLE] },
				       .den = { 1, x[DEN_NYQUIST], x[DEN_MIDDLE] } };
}

static void add_point(struct place *place, const double slope[UNKNOWNS], double residual)
{
	place->cost += residual * residual;
	for (int i = 0; i < UNKNOWNS; i++) {
		place->gradient[i] += slope[i] * residual;
		for (int j = 0; j <= i; j++)
			place->curvature[i][j] += slope[i] * slope[j];
	}
}

/* How far a squared magnitude lies from what it may be, in dB. */
static double off_by(const struct matched_point *point, double power)
{
	const double db = DB * log(power);

	return db < point->low_db ? db - point->low_db : db > point->top_db ? db - point->top_db : 0;
}

/* @return false where no section has that magnitude, or one that is of no use */
static bool look(struct place *place, const struct matched_target *target)
{
	const double *x = place->x;
	const struct matched_power power = power_of(x);
	struct iem_biquad section;

	if (!matched_section_of(&section, &power) || !matched_is_sound(&section))
		return false;
	place->cost = 0;
	memset(place->gradient, 0, sizeof(place->gradient));
	memset(place->curvature, 0, sizeof(place->curvature));
	for (unsigned i = 0; i < target->n; i++) {
		const struct matched_point *point = &target->points[i];
		const double p = point->p, middle = 4 * p * (1 - p);
		const double den = matched_at(&power.den, p), num = matched_at(&power.num, p);
		const double of_den = -DB * point->weight / den, of_num = DB * point->weight / num;
		/* A zero at 0 Hz stays one: a band-pass. */
		const double slope[UNKNOWNS] = { of_den * p, of_den * middle,
						 x[NUM_DC] > 0 ? of_num * (1 - p) : 0, of_num * p,
						 of_num * middle };
		double off;

		if (!(den > 0 && num > 0))
			return false;
		off = off_by(point, num / den);
		if (off != 0)
			add_point(place, slope, point->weight * off);
	}
	return isfinite(place->cost);
}

/* Damped by LAMBDA, in units in which every unknown's curvature is 1. */
static bool step(struct place *next, const struct place *from, double lambda)
{
	struct matched_equation rows[UNKNOWNS];
	double unit[UNKNOWNS];

	for (int i = 0; i < UNKNOWNS; i++)
		unit[i] = from->curvature[i][i] > 0 ? 1 / sqrt(from->curvature[i][i]) : 0;
	for (int i = 0; i < UNKNOWNS; i++) {
		for (int j = 0; j < UNKNOWNS; j++)
			rows[i].of[j] = from->curvature[i > j ? i : j][i > j ? j : i] * unit[i] * unit[j];
		rows[i].of[i] = 1 + lambda;
		rows[i].is = -from->gradient[i] * unit[i];
	}
	if (!matched_solve(rows, UNKNOWNS))
		return false;
	for (int i = 0; i < UNKNOWNS; i++)
		next->x[i] = from->x[i] + rows[i].is * unit[i];
	return true;
}

static void start_from(struct place *place, const struct iem_biquad *q)
{
	const struct matched_power power = matched_power_of(q);
	const double unit = 1 / power.den.dc;

	place->x[DEN_NYQUIST] = power.den.nyquist * unit;
	place->x[DEN_MIDDLE] = power.den.middle * unit;
	place->x[NUM_DC] = power.num.dc * unit;
	place->x[NUM_NYQUIST] = power.num.nyquist * unit;
	place->x[NUM_MIDDLE] = power.num.middle * unit;
}

static void least_squares(struct iem_biquad *q, const struct matched_target *target, int steps)
{
	struct matched_power power;
	struct place here, next;
	double lambda = 1e-3;

	start_from(&here, q);
	if (!look(&here, target))
		return;
	for (int i = 0; i < steps && lambda < 1e6; i++) {
		const double before = here.cost;

		if (!step(&next, &here, lambda) || !look(&next, target) || !(next.cost < here.cost)) {
			lambda *= 5;
			continue;
		}
		here = next;
		lambda *= 0.3;
		if (before - here.cost < 1e-4 * before)
			break;
	}
	power = power_of(here.x);
	matched_section_of(q, &power);
}

/* Of the section itself: in the squares that are fitted a narrow band at a low frequency cancels. */
static double deviation_at(const struct iem_biquad *q, const struct matched_point *point)
{
	return off_by(point, iem_biquad_power(q, point->p));
}

double matched_deviation_db(const struct iem_biquad *q, const struct matched_target *target)
{
	double most = 0;

	if (!matched_is_stable(q))
		return INFINITY;
	for (unsigned i = 0; i < target->n; i++) {
		const double off = target->points[i].weight * fabs(deviation_at(q, &target->points[i]));

		most = fmax(most, off);
	}
	return most;
}

/* Lawson: what is off by more counts for more next time, until all peaks of the deviation are alike. */
static void weigh_anew(struct matched_target *weighed, const struct iem_biquad *q,
		       const struct matched_target *target, double most_db)
{
	double sum = 0;

	for (unsigned i = 0; i < target->n; i++) {
		const struct matched_point *point = &target->points[i];
		const double off = point->weight * fabs(deviation_at(q, point)) / most_db;

		weighed->points[i].weight *= sqrt(off + 0.02);
		sum += weighed->points[i].weight;
	}
	for (unsigned i = 0; i < target->n && sum > 0; i++)
		weighed->points[i].weight *= target->n / sum;
}

void matched_fit(struct iem_biquad *q, const struct matched_target *target)
{
	struct matched_target weighed = *target;
	struct iem_biquad next = *q;
	double best_db = matched_deviation_db(q, target);

	for (int round = 0; round <= ROUNDS && best_db > GOOD_DB; round++) {
		bool helped;
		double db;

		least_squares(&next, &weighed, round == 0 ? STEPS : ROUND_STEPS);
		db = matched_deviation_db(&next, target);
		helped = db < ROUND_HELPS * best_db;
		if (db < best_db) {
			*q = next;
			best_db = db;
		}
		if (round > 0 && !helped)
			break;
		weigh_anew(&weighed, &next, target, db);
	}
}
