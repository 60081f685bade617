#include "core/matched.h"

#include "core/matched_parts.h"

#include <assert.h>
#include <math.h>

#define AUDIBLE_HZ 20000.0
#define TOP 0.49 /* of a rate: as far as a section at that rate can be asked for something */

/*
 * Close below half its rate a cookbook reference is steeper than one section can be at a higher rate; that
 * must not spoil the rest. AutoEq, whose bands mean such a reference, fits no more than a mean above 10 kHz.
 */
#define CRAMPED_HZ 10000.0
#define CRAMPED_WEIGHT 0.2

/*
 * Beyond what is heard a section is only kept from going astray: near the analog prototype; or, above half
 * the rate of a cookbook reference, which says nothing there, not far outside of what the band does anywhere.
 */
#define INAUDIBLE_WEIGHT 0.005
#define BOUND_WEIGHT 0.05
#define BOUND_DB 2.0

/* So close the cookbook is the better choice: its coefficients are no differences of large numbers. */
#define EXACT_DB 1e-4

/* What is softer is not looked at. */
#define FLOOR_DB (-40.0)

enum { LOW_POINTS = 12, HIGH_POINTS = 28, UNHEARD_POINTS = 6, WIDTHS = 5, MAX_FEATURES = 3 };
static_assert(LOW_POINTS + HIGH_POINTS + UNHEARD_POINTS + WIDTHS * MAX_FEATURES <= MATCHED_MAX_POINTS,
	      "a target has too little room");

/* What a target is made from. */
struct range {
	const struct iem_band *band;
	enum iem_reference reference;
	double rate_hz, own_hz; /* the one it runs at, and the reference's own; 0 for none */
	double heard_hz;        /* up to here the section has to be right */
};

static struct range range_of(const struct iem_band *band, enum iem_reference reference, double rate_hz)
{
	struct range range = { band, reference, rate_hz, iem_reference_rate(reference),
			       fmin(AUDIBLE_HZ, TOP * rate_hz) };

	if (band->freq_hz >= range.own_hz / 2)
		range.own_hz = 0; /* it means the analog prototype */
	if (range.own_hz > 0)
		range.heard_hz = fmin(range.heard_hz, TOP * range.own_hz);
	return range;
}

/* In the cookbook's steep way down to half its rate a pass counts by its level. */
static double weight_at(const struct range *range, double freq_hz, double db)
{
	const bool cramped = range->own_hz < range->rate_hz && freq_hz > CRAMPED_HZ;

	if (range->own_hz == 0)
		return 1;
	return (cramped ? CRAMPED_WEIGHT : 1) * pow(10, fmin(db, 0) / 20);
}

static void add_heard(struct matched_target *target, const struct range *range, double freq_hz)
{
	const double s = sin(M_PI * freq_hz / range->rate_hz);
	const double db = iem_band_db(range->band, range->reference, freq_hz);

	if (db > FLOOR_DB)
		target->points[target->n++] =
			(struct matched_point){ s * s, db, db, weight_at(range, freq_hz, db) };
}

static void add_unheard(struct matched_target *target, const struct range *range, double freq_hz)
{
	const double s = sin(M_PI * freq_hz / range->rate_hz);
	const double db = iem_band_db(range->band, range->reference, freq_hz);
	const bool has_gain = iem_band_has_gain(range->band->type);

	if (range->own_hz > 0)
		target->points[target->n++] =
			(struct matched_point){ s * s, has_gain ? -BOUND_DB : -400,
						range->band->gain_db + BOUND_DB, BOUND_WEIGHT };
	else if (db > FLOOR_DB)
		target->points[target->n++] = (struct matched_point){ s * s, db, db, INAUDIBLE_WEIGHT };
}

typedef void add_fn(struct matched_target *target, const struct range *range, double freq_hz);

static void add_span(struct matched_target *target, const struct range *range, add_fn *add, double low_hz,
		     double high_hz, int n)
{
	for (int i = 0; i < n; i++)
		add(target, range, low_hz * pow(high_hz / low_hz, (double)i / (n - 1)));
}

/* A peak or a resonance may be narrower than the gaps of the grid. */
static void add_around(struct matched_target *target, const struct range *range, double freq_hz, double q)
{
	static const double widths[WIDTHS] = { -1, -0.4, 0, 0.4, 1 };

	for (int i = 0; i < WIDTHS; i++) {
		const double f_hz = freq_hz * exp(widths[i] * asinh(1 / (2 * q)));

		if (f_hz < range->heard_hz)
			add_heard(target, range, f_hz);
	}
}

static void add_features(struct matched_target *target, const struct range *range)
{
	const struct iem_band *band = range->band;
	const double a = pow(10.0, band->gain_db / 40);

	add_around(target, range, band->freq_hz, band->q);
	if (band->type == IEM_PEAKING)
		add_around(target, range, band->freq_hz, band->q * a);
	if (band->type == IEM_LOW_SHELF || band->type == IEM_HIGH_SHELF) {
		add_around(target, range, band->freq_hz * sqrt(a), band->q);
		add_around(target, range, band->freq_hz / sqrt(a), band->q);
	}
}

static void aim(struct matched_target *target, const struct range *range)
{
	const double top_hz = TOP * range->rate_hz, unheard_hz = 1.01 * range->heard_hz;

	target->n = 0;
	add_span(target, range, add_heard, 20, 2000, LOW_POINTS);
	add_span(target, range, add_heard, 2200, range->heard_hz, HIGH_POINTS);
	if (unheard_hz < top_hz)
		add_span(target, range, add_unheard, unheard_hz, top_hz, UNHEARD_POINTS);
	add_features(target, range);
}

/* A boost has to be of minimum phase, too: a cut may be made from it. */
static bool is_usable(const struct iem_biquad *q, const struct iem_band *band)
{
	struct iem_biquad inverse = *q;

	matched_invert(&inverse);
	return matched_is_sound(q) && (!iem_band_has_gain(band->type) || matched_is_stable(&inverse));
}

/* The best of the closed forms and the cookbook's that a fit can start from. @return false where none can */
static bool choose_start(struct iem_biquad *start, const struct range *range,
			 const struct matched_target *target)
{
	struct iem_biquad forms[MATCHED_MAX_FORMS + 1];
	unsigned n = matched_closed_forms(forms, range->band, range->rate_hz);
	double best_db = INFINITY;

	iem_biquad_cookbook(&forms[n++], range->band, range->rate_hz);
	for (unsigned i = 0; i < n; i++) {
		const double db = matched_deviation_db(&forms[i], target);

		if (db < best_db && is_usable(&forms[i], range->band)) {
			*start = forms[i];
			best_db = db;
		}
	}
	return best_db < INFINITY;
}

static void design_boost(struct iem_biquad *out, const struct range *range)
{
	struct matched_target target;
	struct iem_biquad fitted;
	double cookbook_db;

	aim(&target, range);
	iem_biquad_cookbook(out, range->band, range->rate_hz);
	cookbook_db = matched_deviation_db(out, &target);
	if (cookbook_db < EXACT_DB || !choose_start(&fitted, range, &target))
		return;
	matched_fit(&fitted, &target);
	if (matched_deviation_db(&fitted, &target) < cookbook_db)
		*out = fitted;
}

void iem_matched_design(struct iem_biquad *out, const struct iem_band *band, enum iem_reference reference,
			double rate_hz)
{
	struct iem_band boost = *band;
	struct range range;

	if (band->type == IEM_NOTCH || band->type == IEM_ALL_PASS) {
		iem_biquad_cookbook(out, band, rate_hz);
		return;
	}
	if (iem_band_has_gain(band->type) && band->gain_db == 0) {
		*out = (struct iem_biquad){ .b0 = 1 };
		return;
	}
	boost.gain_db = fabs(band->gain_db);
	range = range_of(&boost, reference, rate_hz);
	design_boost(out, &range);
	if (band->gain_db < 0)
		matched_invert(out);
}
