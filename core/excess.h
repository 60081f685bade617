/**
 * excess.h - what a correction asks of an earphone beyond what it is rated for: told, never altered.
 *
 * Control thread: it goes through a chain's response.
 */
#pragma once

#include "core/chain.h"
#include "core/rated.h"

/** Where a correction may go too far; each has a sentence. */
enum iem_excess_kind {
	IEM_EXCESS_BELOW, /* boosts below the rated range */
	IEM_EXCESS_ABOVE, /* boosts above it */
	IEM_EXCESS_POWER, /* boosts by more than the earphone bears at the reference level */
	IEM_EXCESSES
};

/** Outside the rated range a dB above the level at 1 kHz is none yet. */
#define IEM_EXCESS_LEAST_DB 1.0

/** The worst of each kind. x: where, in Hz, NAN: there is none; y: dB above 1 kHz, of the ear that gets more. */
struct iem_excess {
	struct iem_point worst[IEM_EXCESSES];
};

/**
 * CHAIN is made of nothing but the correction, for a pair of channels or one: bands, curve and impulse response all count,
 * 20 Hz to 20 kHz, at most to 0.45 of its rate. The level is compared with that of 1 kHz, where the sensitivity holds.
 */
struct iem_excess iem_excess_of(const struct iem_rated *rated, const struct iem_chain *chain);

#define IEM_EXCESS_TEXT 256

/** A sentence without its full stop; "" where there is no excess of that kind. @return buf */
const char *iem_excess_text(const struct iem_excess *excess, enum iem_excess_kind kind, const struct iem_rated *rated,
			    char buf[IEM_EXCESS_TEXT]);
