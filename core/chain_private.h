/**
 * chain_private.h - what the files of chain.h share. Only for chain*.c.
 */
#pragma once

#include "core/cascade.h"
#include "core/chain.h"
#include "core/chain_response.h"
#include "core/limiter.h"

#define CHAIN_MAX_SECTIONS (IEM_MAX_BANDS + IEM_ADDED_BANDS)

/** What the channels of one ear share: the sections, and the bands they come from (where to look for peaks). */
struct ear {
	unsigned n;
	struct iem_biquad sections[CHAIN_MAX_SECTIONS];
	struct iem_band bands[CHAIN_MAX_SECTIONS];
};

struct iem_chain {
	double rate_hz, preamp_db, gain_db, safe_gain_lin;
	struct iem_level level;
	unsigned channels, skipped;
	enum iem_side sides[IEM_MAX_CHANNELS];
	struct ear ears[IEM_SIDES];
	bool is_pair; /* of a left and a right channel */
	struct chain_response responses[IEM_PARTS]; /* run first */
	unsigned n_responses;
	struct iem_stereo_stage stereo; /* neutral where it is no pair */
	struct iem_cascade *cascades[IEM_MAX_CHANNELS / 2]; /* owned; of two channels each */
	struct iem_limiter *limiter; /* owned; NULL: none */
};

/** How far the bands go up, at any frequency from 0 to half the rate, and down, within what is heard. In dB. */
struct chain_reach {
	double top_db, bottom_db; /* at least, at most 0 */
};

/** Is it for a left and a right channel? */
bool chain_is_for_pair(const struct iem_chain_plan *plan);

/** Give a chain that has its rate and channels its filters and gains. @return as iem_chain_new() */
int chain_design(struct iem_chain *chain, const struct iem_chain_plan *plan);

/** What an ear gets at FREQ_HZ of a sound that is the same in all channels, in dB, without gains. */
double chain_ear_db(const struct iem_chain *chain, enum iem_side side, double freq_hz);

/** Of the ears that sound: a band for the left ear alone does not lower a layout that has no left. */
struct chain_reach chain_reach_of(const struct iem_chain *chain);
