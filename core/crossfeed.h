/**
 * crossfeed.h - a little of each channel on the other ear, late and dull, as loudspeakers would do.
 *
 * The filters of bs2b: the other ear gets a first-order low-pass, the ear itself what that took away from a mono sound
 * (a high shelf). A mono sound is never made louder; there is no latency.
 *
 * Memory of the caller, one thread at a time. Nothing allocates or locks.
 */
#pragma once

#include <complex.h>
#include <stdint.h>

/** What a crossfeed is: up to which frequency, and by how much the other ear gets less there. */
struct iem_crossfeed_preset {
	const char *name;
	double low_hz;  /* 300 .. 2000 */
	double feed_db; /* 1 .. 15: by how much less the other ear gets at the lowest frequencies */
};

enum { IEM_CROSSFEEDS = 3 };

/** default, chu-moy, meier: those that bs2b is known by. */
extern const struct iem_crossfeed_preset iem_crossfeed_presets[IEM_CROSSFEEDS];

/** The index of the preset of that name, or -ENOENT; NAME may be NULL. */
int iem_crossfeed_find(const char *name);

struct iem_crossfeed {
	double rate_hz, high_hz;
	double low_b0, low_a1;            /* y = b0 x + a1 y' */
	double high_b0, high_b1, high_a1; /* y = b0 x + b1 x' + a1 y' */
	double gain;                      /* of both, so that mono bass stays as loud as it was */
	struct {
		double in, low, high; /* of the frame before */
	} ears[2];
};

/**
 * Design a crossfeed for a rate in Hz, after silence. There is nothing to finish. Any thread.
 * @return 0, or -ERANGE for a rate outside IEM_MIN_RATE_HZ .. IEM_MAX_RATE_HZ or a preset outside its ranges
 */
int iem_crossfeed_init(struct iem_crossfeed *crossfeed, const struct iem_crossfeed_preset *preset, double rate_hz);

/** As if silence had come before. */
void iem_crossfeed_reset(struct iem_crossfeed *crossfeed);

/**
 * Run FRAMES frames, also 0, of both channels in place. Block boundaries do not change the output. What is no number,
 * infinite or above 1e30 counts as silence.
 */
void iem_crossfeed_process(struct iem_crossfeed *crossfeed, float *left, float *right, uint32_t frames);

/** What reaches an ear at FREQ_HZ of its own channel and of the other one: amplitude and phase. */
void iem_crossfeed_response(const struct iem_crossfeed *crossfeed, double freq_hz, double complex *direct,
			    double complex *cross);
