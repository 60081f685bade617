/**
 * graphic.h - a curve of gains, as graphic equalisers have them, as an impulse response of minimum phase. What it
 * means between its points is iem_curve_at().
 */
#pragma once

#include "core/profile.h"
#include "core/spectrum.h"

#include <stdint.h>

/** As many taps as the curve needs at a rate. */
struct iem_response {
	double *taps; /* owned */
	uint32_t n;
	struct iem_spectrum spectrum; /* owned; of the taps */
	struct {
		double db, freq_hz; /* the largest difference from the curve, 20 Hz to 20 kHz or 0.49 of the rate */
	} off;
};

/**
 * Realise a curve of at least one point at RATE_HZ (IEM_MIN_RATE_HZ .. IEM_MAX_RATE_HZ): with the fewest taps, a power of
 * two up to IEM_CONVOLVER_MAX_TAPS, that come within 0.02 dB, else with as many as 20 Hz ask for. Up to a
 * tenth of a second. Control thread.
 * @return 0, -EINVAL for a rate outside its range or no point, or -ENOMEM
 */
int iem_graphic_realise(struct iem_response *out, const struct iem_curve *curve, double rate_hz);
void iem_response_finish(struct iem_response *response);
