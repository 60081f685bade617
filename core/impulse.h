/**
 * impulse.h - a measured impulse response, as a file gives it.
 *
 * Once loaded it never changes and may be read from any thread. It is shared by count; counting is for one thread.
 */
#pragma once

#include "core/diag.h"

#include <stdint.h>

#define IEM_IMPULSE_MAX_FRAMES 131072 /* what a convolver takes */

/** How the channels of a response are meant. */
enum iem_impulse_channels {
	IEM_IMPULSE_ALL = 1,         /* every channel of the sound goes through it */
	IEM_IMPULSE_LEFT_RIGHT = 2,
	IEM_IMPULSE_TRUE_STEREO = 4, /* left to left, left to right, right to left, right to right */
};

struct iem_impulse {
	double rate_hz;
	enum iem_impulse_channels channels;
	uint32_t frames;  /* 1 .. IEM_IMPULSE_MAX_FRAMES */
	double *taps;     /* owned; FRAMES of each channel, one channel after the other; finite */
	uint64_t print;   /* differs where the sound would */
	unsigned holders;
};

/** New, silent, held once by the caller. @return NULL where there is no memory for it */
struct iem_impulse *iem_impulse_new(double rate_hz, enum iem_impulse_channels channels, uint32_t frames);
const double *iem_impulse_taps(const struct iem_impulse *impulse, unsigned channel);

struct iem_impulse *iem_impulse_hold(struct iem_impulse *impulse);
/** Let go; the last holder frees it. NULL is fine. */
void iem_impulse_drop(struct iem_impulse *impulse);
void iem_impulse_dropp(struct iem_impulse **impulse);

/** Who reads the files that a profile names: core itself knows no sound files. */
struct iem_impulse_loader {
	/** @return 0, the response held once by the caller, or -errno after telling DIAGS why */
	int (*load)(void *data, struct iem_impulse **out, const char *path, struct iem_diags *diags);
	void *data;
	/** Is told of each other file before core reads it; NULL: nobody is. @return 0 or -ENOMEM */
	int (*beside)(void *data, const char *path);
};
