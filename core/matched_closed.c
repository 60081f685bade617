#include "core/matched_parts.h"

#include <math.h>

/* A boost or a pass, and what is computed from it once. */
struct wanted {
	const struct iem_band *band;
	double rate_hz;
	double a;     /* as in the cookbook: the square root of the linear gain */
	double dc;    /* |H|^2 at 0 Hz */
	double p0;    /* sin^2(pi f0 / rate) */
	double kappa; /* the slope of |H|^2 / dc over p at 0 Hz; for those with gain */
};

/* |H|^2 of the analog prototype. */
static double power_at(const struct wanted *w, double freq_hz)
{
	return pow(10, iem_band_db(w->band, IEM_REFERENCE_ANALOG, freq_hz) / 10);
}

static double p_at(const struct wanted *w, double freq_hz)
{
	const double s = sin(M_PI * freq_hz / w->rate_hz);

	return s * s;
}

/* The slope of matched_at(). */
static double slope_at(const struct matched_square *square, double p)
{
	return square->nyquist - square->dc + 4 * square->middle * (1 - 2 * p);
}

/* Poles by impulse invariance: those of s^2 + s/q + 1 at F0. */
static void place_poles(struct iem_biquad *out, const struct wanted *w, double freq_hz, double q)
{
	const double w0 = 2 * M_PI * freq_hz / w->rate_hz, z = 1 / (2 * q);

	/* Two decaying exponentials rather than their product with cosh(), which overflows. */
	if (z <= 1)
		out->a1 = -2 * exp(-z * w0) * cos(w0 * sqrt(1 - z * z));
	else
		out->a1 = -exp(-w0 * (z - sqrt(z * z - 1))) - exp(-w0 * (z + sqrt(z * z - 1)));
	out->a2 = exp(-2 * z * w0);
}

static bool place_zeros(struct iem_biquad *out, const struct matched_square *num)
{
	double b[3];

	if (!matched_root_of(b, num))
		return false;
	out->b0 = b[0], out->b1 = b[1], out->b2 = b[2];
	return true;
}

/* Vicanek 2016: the poles' impulse response, the response at 0 Hz and at f0. */
static bool low_pass(struct iem_biquad *out, const struct wanted *w)
{
	const double q = w->band->q;
	struct matched_square den, num = { 0 };

	place_poles(out, w, w->band->freq_hz, q);
	den = matched_square_of(1, out->a1, out->a2);
	num.dc = den.dc;
	num.nyquist = (matched_at(&den, w->p0) * q * q - den.dc * (1 - w->p0)) / w->p0;
	return place_zeros(out, &num);
}

static bool high_pass(struct iem_biquad *out, const struct wanted *w)
{
	struct matched_square den;

	place_poles(out, w, w->band->freq_hz, w->band->q);
	den = matched_square_of(1, out->a1, out->a2);
	out->b0 = out->b2 = w->band->q * sqrt(matched_at(&den, w->p0)) / (4 * w->p0);
	out->b1 = -2 * out->b0;
	return true;
}

/* Vicanek 2016: as before, and a peak at f0. POWER is |H|^2 there, DC that at 0 Hz. */
static bool peak(struct iem_biquad *out, const struct wanted *w, double q, double dc, double power)
{
	const double p = w->p0;
	struct matched_square den, num;
	double value, slope;

	place_poles(out, w, w->band->freq_hz, q);
	den = matched_square_of(1, out->a1, out->a2);
	value = matched_at(&den, p) * power;
	slope = slope_at(&den, p) * power;
	num.dc = den.dc * dc;
	num.middle = (value - slope * p - num.dc) / (4 * p * p);
	num.nyquist = slope + num.dc - 4 * (1 - 2 * p) * num.middle;
	return place_zeros(out, &num);
}

static bool band_pass(struct iem_biquad *out, const struct wanted *w)
{
	return peak(out, w, w->band->q, 0, 1);
}

static bool peaking(struct iem_biquad *out, const struct wanted *w)
{
	return peak(out, w, w->a * w->band->q, 1, pow(w->a, 4));
}

/*
 * Two equations for the rest of |H|^2 / dc, whose value and slope at 0 Hz and value at half the rate are
 * right by construction. Unknown are the denominator's slope at 0 Hz and its value at half the rate; 1 is its
 * value at 0 Hz.
 */
static bool solve_rest(struct iem_biquad *out, const struct wanted *w, struct matched_equation rows[2],
		       double nyquist)
{
	struct matched_power power;
	double slope;

	if (!matched_solve(rows, 2))
		return false;
	slope = rows[0].is;
	power.den = (struct matched_square){ 1, rows[1].is, (slope - rows[1].is) / 4 };
	power.num.dc = w->dc;
	power.num.nyquist = w->dc * nyquist * power.den.nyquist;
	power.num.middle = w->dc * (slope + w->kappa - nyquist * power.den.nyquist) / 4;
	return matched_section_of(out, &power);
}

static void put_value(struct matched_equation *row, const struct wanted *w, double freq_hz, double nyquist)
{
	const double h = power_at(w, freq_hz) / w->dc, p = p_at(w, freq_hz);

	row->of[0] = p * (1 - p) * (h - 1);
	row->of[1] = p * p * (h - nyquist);
	row->is = (1 - p) * (1 - h) + w->kappa * p * (1 - p);
}

static bool peaking_by_slope(struct iem_biquad *out, const struct wanted *w)
{
	const double nyquist = power_at(w, w->rate_hz / 2) / w->dc, h = pow(w->a, 4), p = w->p0;
	struct matched_equation rows[2];

	put_value(&rows[0], w, w->band->freq_hz, nyquist);
	rows[1].of[0] = (1 - 2 * p) * (1 - h);
	rows[1].of[1] = 2 * p * (nyquist - h);
	rows[1].is = 1 - h - w->kappa * (1 - 2 * p);
	return solve_rest(out, w, rows, nyquist);
}

static bool shelf_through(struct iem_biquad *out, const struct wanted *w, double f1_hz, double f2_hz)
{
	const double nyquist = power_at(w, w->rate_hz / 2) / w->dc;
	struct matched_equation rows[2];

	put_value(&rows[0], w, f1_hz, nyquist);
	put_value(&rows[1], w, f2_hz, nyquist);
	return solve_rest(out, w, rows, nyquist);
}

/* Vicanek 2024, at the two frequencies that are best for a Q of 0.7071. */
static bool shelf(struct iem_biquad *out, const struct wanted *w)
{
	const double fc = w->band->freq_hz / (w->rate_hz / 2), f_hz = w->band->freq_hz;

	return shelf_through(out, w, f_hz / sqrt(0.160 + 1.543 * fc * fc),
			     f_hz / sqrt(0.947 + 3.806 * fc * fc));
}

static double upper_edge(const struct wanted *w)
{
	return fmin(w->band->freq_hz * sqrt(w->a), 0.45 * w->rate_hz);
}

/* At the edges of the slope: better where Q is higher. */
static bool shelf_by_edges(struct iem_biquad *out, const struct wanted *w)
{
	return shelf_through(out, w, w->band->freq_hz / sqrt(w->a), upper_edge(w));
}

/* The poles' impulse response, and the values at 0 Hz, f0 and half the rate. */
static bool shelf_by_poles(struct iem_biquad *out, const struct wanted *w)
{
	const double f_hz = w->band->freq_hz, p = w->p0;
	struct matched_square den, num;

	place_poles(out, w, w->band->type == IEM_LOW_SHELF ? f_hz / sqrt(w->a) : f_hz * sqrt(w->a),
		    w->band->q);
	den = matched_square_of(1, out->a1, out->a2);
	num.dc = den.dc * w->dc;
	num.nyquist = den.nyquist * power_at(w, w->rate_hz / 2);
	num.middle = (power_at(w, f_hz) * matched_at(&den, p) - num.dc * (1 - p) - num.nyquist * p) /
		     (4 * p * (1 - p));
	return place_zeros(out, &num);
}

/* The values at 0 Hz, both edges, f0 and half the rate. */
static bool shelf_by_values(struct iem_biquad *out, const struct wanted *w)
{
	const double f_hz[3] = { w->band->freq_hz / sqrt(w->a), w->band->freq_hz, upper_edge(w) };
	const double nyquist = power_at(w, w->rate_hz / 2);
	struct matched_power power;
	struct matched_equation rows[3];

	for (int i = 0; i < 3; i++) {
		const double h = power_at(w, f_hz[i]), p = p_at(w, f_hz[i]);

		rows[i].of[0] = p * (h - nyquist);
		rows[i].of[1] = 4 * p * (1 - p) * h;
		rows[i].of[2] = -4 * p * (1 - p);
		rows[i].is = (1 - p) * (w->dc - h);
	}
	if (!matched_solve(rows, 3))
		return false;
	power.den = (struct matched_square){ 1, rows[0].is, rows[1].is };
	power.num = (struct matched_square){ w->dc, nyquist * rows[0].is, rows[2].is };
	return matched_section_of(out, &power);
}

typedef bool form_fn(struct iem_biquad *out, const struct wanted *w);

static form_fn *const forms_of[IEM_BAND_TYPES][MATCHED_MAX_FORMS] = {
	[IEM_PEAKING] = { peaking, peaking_by_slope },
	[IEM_LOW_SHELF] = { shelf, shelf_by_edges, shelf_by_poles, shelf_by_values },
	[IEM_HIGH_SHELF] = { shelf, shelf_by_edges, shelf_by_poles, shelf_by_values },
	[IEM_LOW_PASS] = { low_pass },
	[IEM_HIGH_PASS] = { high_pass },
	[IEM_BAND_PASS] = { band_pass },
};

static double kappa_of(const struct wanted *w)
{
	const double q2 = w->band->q * w->band->q, ratio = w->rate_hz / (M_PI * w->band->freq_hz);
	const double a = w->band->type == IEM_LOW_SHELF ? 1 / w->a : w->a;

	if (w->band->type == IEM_PEAKING)
		return (a * a - 1 / (a * a)) / q2 * ratio * ratio;
	return (a / q2 - 2 * a) * (1 - 1 / (a * a)) * ratio * ratio;
}

unsigned matched_closed_forms(struct iem_biquad forms[MATCHED_MAX_FORMS], const struct iem_band *band,
			      double rate_hz)
{
	struct wanted w = { .band = band, .rate_hz = rate_hz, .a = pow(10.0, band->gain_db / 40) };
	unsigned n = 0;

	w.dc = band->type == IEM_LOW_SHELF ? pow(w.a, 4) : 1;
	w.p0 = p_at(&w, band->freq_hz);
	w.kappa = kappa_of(&w);
	for (unsigned i = 0; i < MATCHED_MAX_FORMS && forms_of[band->type][i]; i++)
		n += forms_of[band->type][i](&forms[n], &w);
	return n;
}
