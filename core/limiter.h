/**
 * limiter.h - the last thing before the output: nothing leaves it above -1 dBTP.
 *
 * It looks 1.5 ms ahead, finds the gain at which every peak still fits (truepeak.h), holds the lowest over the time it
 * looks ahead, lets go of it slowly (75 ms) and smooths that with a window as long as the look-ahead. All channels get
 * the same gain, so that the image does not move. Since every gain under the window is one at which the delayed sample
 * fits, no sample exceeds the ceiling, exactly; a true peak exceeds it by what the detector misses: 0.75 dB at most of
 * sounds up to 20 kHz, up to 2 dB of noise and squares that reach half the rate, and 5.5 dB of such from 176.4 kHz on,
 * where their peaks are inaudibly high sound. What has no peak above the ceiling leaves bit for bit as it came, later.
 *
 * The window is three moving averages in a row, which cost the same at every rate. Gains are fixed-point numbers, so
 * that running sums are exact: nothing drifts, and a NaN cannot get in.
 *
 * Made and freed on a control thread. iem_limiter_process() and iem_limiter_reset() may be called by one thread at a
 * time and neither allocate, lock nor fail.
 */
#pragma once

#include "core/chain.h"

#define IEM_LIMITER_CEILING_DB (-1.0)
#define IEM_LIMITER_CEILING_LIN 0.8912509f /* the float just below -1 dB */
#define IEM_LIMITER_LOOKAHEAD_SECONDS 0.0015
#define IEM_LIMITER_RELEASE_SECONDS 0.075

struct iem_limiter;

/**
 * A limiter for 1 .. IEM_MAX_CHANNELS channels at IEM_MIN_RATE_HZ .. IEM_MAX_RATE_HZ, stored to *OUT: the caller's.
 * @return 0, -ERANGE for a rate or a number of channels outside its range, or -ENOMEM
 */
int iem_limiter_new(struct iem_limiter **out, double rate_hz, unsigned channels);
/** Control thread; NULL is fine. */
void iem_limiter_free(struct iem_limiter *limiter);
void iem_limiter_freep(struct iem_limiter **limiter);

/**
 * Run FRAMES frames, also 0, in place: planes[c] is a plane of one channel. Block boundaries do not change the output.
 * NaN and infinity count as silence; what leaves is always finite. A peak of more than 2^31 times the ceiling leaves as
 * silence.
 */
void iem_limiter_process(struct iem_limiter *limiter, float *const *planes, uint32_t frames);

/** Forget the past: as if silence had come before. The count goes on. */
void iem_limiter_reset(struct iem_limiter *limiter);

/** Frames from what goes in to the same coming out: exact, never 0. */
uint32_t iem_limiter_latency(const struct iem_limiter *limiter);

/**
 * Frames that left with a gain below 1 since the limiter was made; a release counts until it is within 0.0002 dB. Read
 * by the thread that processes.
 */
uint64_t iem_limiter_limited(const struct iem_limiter *limiter);
