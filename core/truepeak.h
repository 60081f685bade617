/**
 * truepeak.h - how high a signal goes between its samples, as the converter will draw it.
 *
 * ITU-R BS.1770 Annex 2 as far as rates below 88.2 kHz go: four phases of 12 taps. From 88.2 kHz on one point half-way
 * between two samples is as dense for the same sounds, from 176.4 kHz on the samples themselves are. Beyond the
 * standard, the samples count as well as the points between them, so a reading is never below the sample peak.
 *
 * What a steady full-scale sine reads, in dB, where 0 were right:
 *   below 88.2 kHz    -0.30 .. +0.22 at any frequency
 *   below 176.4 kHz   -0.66 .. +0.05 up to a quarter of the rate (-1.25 up to 0.4 of it)
 *   above             -0.69 ..  0    up to an eighth of the rate (-3.01 up to a quarter)
 *
 * One channel each, memory of the caller, one thread at a time. Nothing allocates or fails.
 */
#pragma once

#include <stdint.h>

#define IEM_TRUEPEAK_TAPS 12

struct iem_truepeak {
	unsigned points;                   /* looked at per sample: 4, 2 or 1 */
	float past[IEM_TRUEPEAK_TAPS - 1]; /* the oldest first */
	float before;                      /* the highest between the two samples before those looked at last */
};

/** Start for a rate in Hz, after silence. There is nothing to finish. */
void iem_truepeak_init(struct iem_truepeak *tp, double rate_hz);

/** As if silence had come before. */
void iem_truepeak_reset(struct iem_truepeak *tp);

/** By how many frames a reading comes after the sample it is about: 6, or 0 where only samples are looked at. */
unsigned iem_truepeak_latency(const struct iem_truepeak *tp);

/**
 * Run FRAMES samples. peaks[i] is raised to the highest magnitude (linear) that the signal has at the sample that came
 * iem_truepeak_latency() before in[i], and from its neighbour before to its neighbour after; it stays where it is
 * higher already, so that several channels can share PEAKS. Block boundaries change nothing. NaN and infinity count as
 * silence, and so does what is below 1e-20; nothing counts as more than 1e30. Readings are always finite.
 */
void iem_truepeak_process(struct iem_truepeak *tp, const float *in, float *peaks, uint32_t frames);
