/**
 * chain.h - the ready-to-run processing of one profile for one sample rate: responses, gain, bands, per channel.
 *
 * Made and freed on a control thread; afterwards its coefficients never change. Its state belongs to whoever
 * runs it: iem_chain_process() and iem_chain_reset() may be called by one thread at a time and neither
 * allocate, lock nor fail.
 */
#pragma once

#include "core/added.h"
#include "core/biquad.h"
#include "core/level.h"
#include "core/prepared.h"
#include "core/profile.h"

#include <stdint.h>

#define IEM_MAX_CHANNELS 8

struct iem_chain;

/** What convolves in a chain, in this order. */
enum iem_part {
	IEM_PART_IMPULSE, /* the equaliser's impulse response, */
	IEM_PART_GRAPHIC, /* its curve of gains, */
	IEM_PART_DAMPING, /* and that of the damping */
	IEM_PARTS,
};

/** What a chain is made from; all fields are copied, and what is prepared is held. */
struct iem_chain_plan {
	const struct iem_eq *eq; /* NULL: no correction */
	const struct iem_curve *damping; /* what undoes the source's output impedance: Hz, dB; NULL: nothing */
	struct iem_prepared *prepared[IEM_PARTS]; /* each from its iem_chain_recipe(); NULL: not prepared yet */
	const struct iem_preference *preference; /* on top; NULL: none */
	const struct iem_loudness *loudness; /* on top; NULL: none */
	const struct iem_rated *rated; /* bounds what these two boost, and nothing else; NULL: nothing does */
	const struct iem_level_case *level; /* what is wanted; what is the chain's own in it is filled in. NULL: the headroom */
	double gain_db;          /* beside the preamp; 0 for none */
	bool limiter;            /* at the end: nothing leaves above -1 dBTP, some frames later */
	double rate_hz;          /* IEM_MIN_RATE_HZ .. IEM_MAX_RATE_HZ */
	unsigned channels;       /* 1 .. IEM_MAX_CHANNELS */
	enum iem_side sides[IEM_MAX_CHANNELS]; /* what is done to both ears together is, where they are left and right */
};

/** What a part of a plan is made from; pointers are the plan's. @return false where the plan has no such part */
bool iem_chain_recipe(struct iem_recipe *out, const struct iem_chain_plan *plan, enum iem_part part);

/**
 * Design a chain. Bands that do not fit the rate are left out and counted (iem_chain_skipped). A part that is not
 * prepared yet is prepared here, which takes its time; all else takes some milliseconds.
 * @return 0, -ERANGE for a rate or channel count outside its range, -E2BIG for more than IEM_MAX_BANDS bands
 * on a channel, -EINVAL for an impulse response that is not prepared and not at the plan's rate, or -ENOMEM
 */
int iem_chain_new(struct iem_chain **out, const struct iem_chain_plan *plan);
void iem_chain_free(struct iem_chain *chain);
void iem_chain_freep(struct iem_chain **chain);

/**
 * Run FRAMES frames. in[c] and out[c] are planes of one channel each, at least FRAMES long; out[c] may be in[c].
 * Any FRAMES, also 0; block boundaries do not change the output. What is NaN or infinite in the input ends with its
 * block.
 */
void iem_chain_process(struct iem_chain *chain, const float *const *in, float *const *out, uint32_t frames);

/** Forget the past: as if the chain were new. */
void iem_chain_reset(struct iem_chain *chain);

double iem_chain_rate(const struct iem_chain *chain);
unsigned iem_chain_channels(const struct iem_chain *chain);
/**
 * The preamp that is applied, in dB, never above 0: the exact negative of the highest level that either ear can get; or
 * the profile's own, lowered as far as the preference would bring anything above full scale, or further above.
 */
double iem_chain_preamp_db(const struct iem_chain *chain);
/** All broadband gain of the chain in dB: the level's digital gain, with the preamp in it, and the plan's gain. */
double iem_chain_gain_db(const struct iem_chain *chain);
/** How its level was decided; without a wish in the plan, the headroom alone. */
const struct iem_level *iem_chain_level(const struct iem_chain *chain);
/**
 * A gain with which nothing between 20 Hz and 20 kHz is louder than through the chain: for a moment in which its
 * coefficients are not right. Linear, at most 1.
 */
double iem_chain_safe_gain_lin(const struct iem_chain *chain);
/** Frames from what goes in to what comes out; 0 without a limiter. */
uint32_t iem_chain_latency(const struct iem_chain *chain);
/** Frames that the limiter has attenuated so far, also unheard; by the thread that processes. */
uint64_t iem_chain_limited(const struct iem_chain *chain);
/** Bands left out because they do not fit the rate. */
unsigned iem_chain_skipped(const struct iem_chain *chain);
/** Bands that a channel of that side goes through. */
unsigned iem_chain_bands(const struct iem_chain *chain, enum iem_side side);

/** What the chain does to a channel of SIDE at FREQ_HZ, in dB, gains included; floor -400. */
double iem_chain_db(const struct iem_chain *chain, enum iem_side side, double freq_hz);

/** The largest difference between what sections do and what their bands mean, and where. */
struct iem_deviation {
	double db; /* 0 or more */
	double freq_hz;
};

/**
 * How far the chain is from what EQ means, which it was made from: 20 Hz to 20 kHz, at most to 0.49 of the rate, both
 * ears, without gains. A band that was left out counts as far as it reaches down there. An impulse response means
 * something up to 0.45 of its file's rate. Control thread.
 */
struct iem_deviation iem_chain_deviation(const struct iem_chain *chain, const struct iem_eq *eq);

/**
 * The chain's level for a pink spectrum, 20 Hz to 20 kHz, in dB: by how much such a sound changes on average,
 * both ears taken together and both channels alike.
 */
double iem_chain_pink_db(const struct iem_chain *chain);

/**
 * The most by which any third of an octave between 20 Hz and 20 kHz would get louder if the chain were gone,
 * in dB; negative where it would get softer everywhere.
 */
double iem_chain_removal_db(const struct iem_chain *chain);

/**
 * Does it convolve so much that it must not be run several times as fast as sound comes? Above 65536 taps of all channels
 * together, at 48 kHz.
 */
bool iem_chain_is_heavy(const struct iem_chain *chain);

/**
 * Frames until what the slowest pole and the responses remember has decayed by 70 dB, at most half a second: so long a fresh
 * chain has to run on the signal before it may be heard in mid-sound.
 */
uint32_t iem_chain_settle_frames(const struct iem_chain *chain);
