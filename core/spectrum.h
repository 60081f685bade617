/**
 * spectrum.h - how high a response of taps is at each frequency.
 *
 * Made on a control thread (the FFT's planner is no friend of threads); reading is for any.
 */
#pragma once

#include <stdint.h>

struct iem_spectrum {
	double rate_hz;
	uint32_t half; /* bins from 0 Hz to half the rate, less one */
	double *db;    /* owned; half + 1; floor IEM_MINPHASE_FLOOR_DB */
};

/** Of N taps (1 .. 131072) at RATE_HZ: eight bins for each tap. @return 0 or -ENOMEM */
int iem_spectrum_init(struct iem_spectrum *spectrum, const double *taps, uint32_t n, double rate_hz);
void iem_spectrum_finish(struct iem_spectrum *spectrum);

/** In dB, a parabola through the three nearest bins; the half of the rate's value above that. */
double iem_spectrum_db(const struct iem_spectrum *spectrum, double freq_hz);

/** Where between two frequencies in Hz the highest bin is; the middle where no bin lies between. */
double iem_spectrum_highest_hz(const struct iem_spectrum *spectrum, double low_hz, double high_hz);
