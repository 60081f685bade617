/**
 * convolver.h - sound through impulse responses: no latency, an even load, any block length.
 *
 * The first taps are convolved directly, sample by sample; the rest through spectra, in blocks of two lengths that lie on
 * a grid of absolute frames, not of the caller's blocks: so these change no bit of the output. What a long block costs
 * is spread over the short blocks until it is due.
 *
 * Made and freed on a control thread. Running and resetting may be done by one thread at a time and neither allocate,
 * lock nor fail.
 */
#pragma once

#include "core/util.h"

#include <stdint.h>

#define IEM_CONVOLVER_MAX_TAPS 131072
#define IEM_CONVOLVER_MAX_CHANNELS 8
#define IEM_CONVOLVER_MAX_PATHS 16

struct iem_convolver;

/** What a convolver is made from; all of it is copied. */
struct iem_convolver_plan {
	const double *const *responses; /* of TAPS taps each */
	unsigned n_responses;
	uint32_t taps;     /* 1 .. IEM_CONVOLVER_MAX_TAPS */
	unsigned channels; /* 1 .. IEM_CONVOLVER_MAX_CHANNELS */
	struct iem_convolver_path {
		unsigned from, to; /* channels; an output is the sum of all paths to it */
		unsigned response;
	} paths[IEM_CONVOLVER_MAX_PATHS];
	unsigned n_paths;
};

/** @return 0, -EINVAL for a plan outside its ranges, or -ENOMEM */
int iem_convolver_new(struct iem_convolver **out, const struct iem_convolver_plan *plan);
void iem_convolver_free(struct iem_convolver *convolver);

/**
 * Run FRAMES frames, also 0, of all planes in place. A channel without a path to it becomes silent. What is NaN or
 * infinite counts as silence.
 */
void iem_convolver_process(struct iem_convolver *convolver, float *const *planes, uint32_t frames);

/** Forget the past. Costs no more than a short block. */
void iem_convolver_reset(struct iem_convolver *convolver);
