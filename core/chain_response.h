/**
 * chain_response.h - a stage of a chain that convolves: the sound, and the figures of it. Only for chain*.c.
 */
#pragma once

#include "core/chain.h"
#include "core/convolver.h"
#include "core/graphic.h"
#include "core/spectrum.h"

/** How many spectra there are at most: left, right and neither, each of what both channels carry alike and at most. */
#define RESPONSE_SPECTRA 6

struct chain_response {
	struct iem_convolver *convolver; /* owned */
	struct iem_spectrum spectra[RESPONSE_SPECTRA]; /* owned */
	unsigned n_spectra;
	unsigned alike[IEM_SIDES]; /* spectra: of a sound that is the same in all channels, */
	unsigned most[IEM_SIDES];  /* and the highest that any sound may become */
	uint32_t settle;           /* frames until what it remembers has decayed */
};

/**
 * From taps at the chain's rate. A response for true stereo mixes the channels of a pair; elsewhere a left channel goes
 * through left to left, a right one through right to right. A channel that is neither goes through the mean of both.
 * @return 0 or -ENOMEM
 */
int chain_response_new(struct chain_response **out, const struct iem_chain_plan *plan, bool is_pair,
		       const struct iem_impulse *impulse);

/** The same from a curve of gains. */
int chain_response_from_curve(struct chain_response **out, const struct iem_chain_plan *plan,
			      const struct iem_curve *curve);
void chain_response_free(struct chain_response *response);

/** In dB, for a sound that is the same in all channels, and at most. */
double chain_response_db(const struct chain_response *response, enum iem_side side, double freq_hz);
double chain_response_most_db(const struct chain_response *response, enum iem_side side, double freq_hz);
