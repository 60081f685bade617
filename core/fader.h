/**
 * fader.h - changes from one chain to the next without a click.
 *
 * A new chain first runs unheard until it has settled: on what was heard last, several times as fast as it came, and
 * then on what comes. Then a 60 ms cross-fade takes over (integral of a Blackman window: side-bands of a step below
 * -95 dB). A chain that arrives in mid-fade waits its turn; the newest one waiting replaces an older one that was
 * never heard.
 *
 * One thread at a time (the audio thread, or the one that renders). Nothing here allocates, locks or fails.
 * Chains are taken over and given back: those stored to a retired[] list are the caller's again.
 */
#pragma once

#include "core/chain.h"
#include "core/history.h"

#define IEM_FADER_BLOCK 256    /* frames mixed at a time: bounds the scratch memory inside the struct */
#define IEM_FADER_CHAINS 3     /* heard, coming, waiting */
#define IEM_FADE_SECONDS 0.060
#define IEM_FADER_REPLAY 3 /* frames of the past that the coming chain catches up on with each new one */

struct iem_fader {
	struct iem_chain *heard, *coming, *waiting; /* owned */
	struct iem_history history;
	double history_rate_hz;
	uint32_t settle_left; /* frames until the fade begins */
	uint32_t behind;      /* frames that the coming chain still has to catch up on until then */
	uint32_t fade_pos, fade_len;
	uint32_t ramp_pos, ramp_hold, ramp_len; /* the ramp from silence, after so much of it; len 0: none */
	float scratch[IEM_MAX_CHANNELS][IEM_FADER_BLOCK];
};

/**
 * Start with CHAIN (not NULL), which is taken over, also on failure. Control thread only.
 * @return 0 or -ENOMEM
 */
int iem_fader_init(struct iem_fader *fader, struct iem_chain *chain);
/** Frees the chains it still holds, and the rest. Control thread only. */
void iem_fader_finish(struct iem_fader *fader);

/**
 * Take over NEXT. With AT_ONCE (nothing was playing) it replaces everything without a fade; so it does if it is
 * made for another number of channels, since there is nothing to fade between.
 * Chains that are done with are stored to retired[], at most IEM_FADER_CHAINS of them.
 * @return how many were retired
 */
unsigned iem_fader_take(struct iem_fader *fader, struct iem_chain *next, bool at_once,
			struct iem_chain *retired[IEM_FADER_CHAINS]);

/**
 * Run FRAMES frames at RATE_HZ. A chain made for another rate plays as its safe gain until one for this rate is
 * taken: never with wrong coefficients, nothing louder than through the chain. in[c] may be out[c]. Chains whose fade
 * ended are stored to retired[].
 * @return how many were retired
 */
unsigned iem_fader_process(struct iem_fader *fader, double rate_hz, const float *const *in, float *const *out,
			   uint32_t frames, struct iem_chain *retired[IEM_FADER_CHAINS]);

/** What comes next is silent for HOLD frames and then ramps up in LEN. */
void iem_fader_ramp(struct iem_fader *fader, uint32_t hold, uint32_t len);

/**
 * Sound stopped: finish any change at once and forget the past; a ramp that has not ended begins anew.
 * @return how many were retired
 */
unsigned iem_fader_reset(struct iem_fader *fader, struct iem_chain *retired[IEM_FADER_CHAINS]);

/** True while a change is under way. */
bool iem_fader_busy(const struct iem_fader *fader);
