/**
 * stereo.h - what is done to two channels together, after all that is done to each: width or mono, then crossfeed,
 * then balance.
 *
 * Memory of the caller, one thread at a time. Nothing allocates or locks; there is no latency.
 */
#pragma once

#include "core/crossfeed.h"

#include <stdbool.h>

/** What the user chose. Width makes the side signal, and with it some sounds, louder from 1 on: by 6 dB at 2. */
struct iem_stereo {
	double balance_db; /* -12 .. 12; above 0 to the right: the left ear gets that much less. Never louder */
	bool mono;         /* both ears get (left + right) / 2, whatever the width */
	double width;      /* 0 .. 2: gain of the side signal (left - right) / 2. 1: as it is, 0: mono */
	int crossfeed;     /* index into iem_crossfeed_presets, or -1 for none */
};

/** Leaves everything as it is. */
#define IEM_STEREO_NEUTRAL ((struct iem_stereo){ .width = 1, .crossfeed = -1 })

bool iem_stereo_is_neutral(const struct iem_stereo *stereo);

/** The same, ready to run. */
struct iem_stereo_stage {
	bool neutral, mixes, feeds;
	double same, other; /* of the mix: what an ear gets of its own channel and of the other one */
	double balance[2];  /* linear, left and right */
	struct iem_crossfeed crossfeed;
};

/**
 * Prepare for a rate in Hz, after silence. There is nothing to finish. Any thread.
 * @return 0, or -ERANGE for a rate outside IEM_MIN_RATE_HZ .. IEM_MAX_RATE_HZ or a value outside its range
 */
int iem_stereo_init(struct iem_stereo_stage *stage, const struct iem_stereo *stereo, double rate_hz);

/** As if silence had come before. */
void iem_stereo_reset(struct iem_stereo_stage *stage);

/**
 * Run FRAMES frames, also 0, of both channels in place. Block boundaries do not change the output. A neutral stage
 * leaves every bit as it is; a crossfeed takes what is no number, or above 1e30, for silence.
 */
void iem_stereo_process(struct iem_stereo_stage *stage, float *left, float *right, uint32_t frames);

/** What the stage does at FREQ_HZ: gain[ear][channel], amplitude and phase; 0 is left, 1 right. */
void iem_stereo_gain(const struct iem_stereo_stage *stage, double freq_hz, double complex gain[2][2]);

/**
 * The highest level that either ear can get at FREQ_HZ, in dB, when each channel carries a sine of 0 dB at most: the
 * left one alone, the right one alone, both in phase or both in anti-phase. BEFORE_DB is what a channel went through
 * before the stage, left and right, in dB. Floor -400.
 *
 * The four cases are the highest of all pairs of sines wherever gain[][] is real, that is without crossfeed. With it a
 * pair whose phases differ otherwise can be higher: by 0.83 dB at most up to a width of 1, by 2.1 dB up to 2 (near
 * 1.2 kHz and 500 Hz). Nor is the phase known in which the channels come out of what was before: the same is taken.
 */
double iem_stereo_peak_db(const struct iem_stereo_stage *stage, double freq_hz, const double before_db[2]);
