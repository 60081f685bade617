/**
 * matched.h - sections whose magnitude is the one their band means, not the cookbook's squeezed towards half
 * the rate.
 *
 * Values only: no allocation, any thread. Some 10 to 50 microseconds for a band: not for an audio thread.
 */
#pragma once

#include "core/biquad.h"

/**
 * The section whose magnitude at RATE_HZ comes closest to iem_band_db(BAND, REFERENCE): the best of closed
 * forms and of the cookbook, refined by least squares. The band must fit (iem_band_fits), and RATE_HZ be
 * IEM_MIN_RATE_HZ .. IEM_MAX_RATE_HZ; then it never fails.
 *
 * Looked at is 20 Hz to 20 kHz, up to 0.49 of the rate and of the reference's own rate; at rates above that,
 * a cookbook reference's deviations above 10 kHz count a fifth. Weighed so, no section is further from its
 * band than the cookbook's. All are stable, and of minimum phase where the band is. A gain of 0 is the
 * identity, a cut exactly the reciprocal of the boost. Notch and all-pass are the cookbook's.
 *
 * Sources: M. Vicanek, "Matched Second Order Digital Filters" (2016) and "Matched Two-Pole Digital Shelving
 * Filters" (2024), the latter extended to any Q.
 */
void iem_matched_design(struct iem_biquad *out, const struct iem_band *band, enum iem_reference reference,
			double rate_hz);
