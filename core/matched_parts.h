/**
 * matched_parts.h - what the parts of matched.h share. Only for matched*.c and aweight.c. Values only; any thread.
 */
#pragma once

#include "core/biquad.h"

#define MATCHED_MAX_POINTS 64
#define MATCHED_MAX_FORMS 4
#define MATCHED_MAX_UNKNOWNS 5

/** Where a section is compared with its band. */
struct matched_target {
	unsigned n;
	struct matched_point {
		double p;      /* sin^2(pi f / rate) */
		double low_db; /* at least this, */
		double top_db; /* and at most that is wanted; often one value */
		double weight; /* of a deviation from that; 0 .. 1 */
	} points[MATCHED_MAX_POINTS];
};

/** |c0 + c1/z + c2/z^2|^2 = dc (1 - p) + nyquist p + 4 middle p (1 - p), with p = sin^2(pi f / rate). */
struct matched_square {
	double dc, nyquist, middle;
};

/** A section by its squared magnitude. */
struct matched_power {
	struct matched_square num, den;
};

struct matched_square matched_square_of(double c0, double c1, double c2);
struct matched_power matched_power_of(const struct iem_biquad *q);

static inline double matched_at(const struct matched_square *square, double p)
{
	return square->dc * (1 - p) + square->nyquist * p + 4 * square->middle * p * (1 - p);
}

/**
 * Back: the polynomial, or the section, of minimum phase with that magnitude.
 * @return false where there is none; what it should go to is untouched then
 */
bool matched_root_of(double c[3], const struct matched_square *square);
bool matched_section_of(struct iem_biquad *out, const struct matched_power *power);

/** 1 / H: numerator and denominator change places. */
void matched_invert(struct iem_biquad *q);

/** True where all numbers are finite and both poles lie inside the unit circle. */
bool matched_is_stable(const struct iem_biquad *q);

/**
 * Stable, and no pole or zero at half the rate: where the two meet there a fit that does not look there may
 * seem good, but it rings for ever.
 */
bool matched_is_sound(const struct iem_biquad *q);

/** of[0] x0 + of[1] x1 + ... = is */
struct matched_equation {
	double of[MATCHED_MAX_UNKNOWNS], is;
};

/**
 * Solve N linear equations with N unknowns by elimination: equations[i].is is then x_i.
 * @return false where they have no one solution
 */
bool matched_solve(struct matched_equation *equations, unsigned n);

/**
 * The closed forms that exist for a band at a rate. BAND has a gain of 0 or more; what they match is the
 * analog prototype.
 * @return how many, 0 .. MATCHED_MAX_FORMS
 */
unsigned matched_closed_forms(struct iem_biquad forms[MATCHED_MAX_FORMS], const struct iem_band *band,
			      double rate_hz);

/** The largest weighted deviation of a section from the target, in dB; infinite for one that is of no use. */
double matched_deviation_db(const struct iem_biquad *q, const struct matched_target *target);

/**
 * Bring a section closer to the target: by least squares, and then its largest deviation down. Never makes
 * that larger. Levenberg and Marquardt; Lawson.
 */
void matched_fit(struct iem_biquad *q, const struct matched_target *target);
