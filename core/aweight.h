/**
 * aweight.h - A-weighting: how much a frequency counts when exposure to sound is measured.
 *
 * IEC 61672-1. Values only: no allocation, any thread.
 */
#pragma once

#include "core/biquad.h"

#define IEM_AWEIGHT_SECTIONS 3

/** The weight at FREQ_HZ, above 0, in dB: 0 at 1 kHz, by definition. */
double iem_aweight_db(double freq_hz);

/**
 * Sections for RATE_HZ (IEM_MIN_RATE_HZ .. IEM_MAX_RATE_HZ) whose magnitude together is the weight: 0 dB at 1 kHz, and
 * from 20 Hz to 20 kHz within 0.05 dB at 44.1 and 48 kHz, 0.005 dB above. At lower rates within 0.12 dB up to 0.49 of the
 * rate. Some 50 microseconds: not for an audio thread.
 */
void iem_aweight_design(struct iem_biquad sections[IEM_AWEIGHT_SECTIONS], double rate_hz);
