/**
 * biquad.h - second-order sections: designed from bands, evaluated as responses.
 *
 * Values only: no allocation, any thread.
 */
#pragma once

#include "core/band.h"

/** H(z) = (b0 + b1/z + b2/z^2) / (1 + a1/z + a2/z^2) */
struct iem_biquad {
	double b0, b1, b2, a1, a2;
};

/** True where a digital filter at RATE_HZ can realise the band: its frequency is below half the rate. */
bool iem_band_fits(const struct iem_band *band, double rate_hz);

/**
 * Design the section that does at RATE_HZ what the band means by REFERENCE. The band must fit (iem_band_fits), and
 * RATE_HZ be IEM_MIN_RATE_HZ .. IEM_MAX_RATE_HZ. A cookbook reference at its own rate is met exactly, by the
 * cookbook's section; all else is matched.h's.
 */
void iem_biquad_design(struct iem_biquad *out, const struct iem_band *band, enum iem_reference reference,
		       double rate_hz);

/**
 * The cookbook's section at RATE_HZ; the band must fit. Its frequency is taken as 0.4999 of the rate at most.
 * Formulas: W3C Audio EQ Cookbook, bilinear transform with the frequency pre-warped.
 */
void iem_biquad_cookbook(struct iem_biquad *out, const struct iem_band *band, double rate_hz);

/**
 * The section's squared magnitude where sin^2(pi f / rate) is P, 0 .. 1; 1e-40 .. 1e40. Nothing cancels at low
 * frequencies and high rates, however narrow the band: it is what the coefficients do, to some roundings.
 */
double iem_biquad_power(const struct iem_biquad *biquad, double p);
/** The same at FREQ_HZ in dB, -400 .. 400. */
double iem_biquad_db(const struct iem_biquad *biquad, double freq_hz, double rate_hz);
/** Of N sections in a row, each within these bounds. */
double iem_biquads_db(const struct iem_biquad *sections, unsigned n, double freq_hz, double rate_hz);

/**
 * Octaves to Q: by the analog prototype where RATE_HZ is 0, else by the cookbook's digital formula at that rate.
 */
double iem_q_from_octaves(double octaves, double freq_hz, double rate_hz);

/** A shelf's slope S (1: as steep as it can be without overshoot) to Q, and back, at that gain. */
double iem_q_from_slope(double slope, double gain_db);
double iem_slope_from_q(double q, double gain_db);
