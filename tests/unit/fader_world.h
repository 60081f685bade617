/**
 * fader_world.h - a fader under test, fed block by block, that counts every chain given and given back.
 */
#pragma once

#include "support.h"

#include "core/fader.h"

enum { MAX_CHAINS = 40 };

struct desk {
	struct iem_fader fader;
	struct iem_chain *back[MAX_CHAINS]; /* in the order they were given back */
	unsigned n_back;
	double rate_hz;
};

static inline void desk_open(struct desk *desk, struct iem_chain *first, double ramp_seconds)
{
	desk->n_back = 0;
	desk->rate_hz = iem_chain_rate(first);
	assert_int_equal(iem_fader_init(&desk->fader, first), 0);
	iem_fader_ramp(&desk->fader, 0, (uint32_t)(ramp_seconds * desk->rate_hz));
}

static inline void desk_keep(struct desk *desk, struct iem_chain *const *retired, unsigned n)
{
	assert_true(n <= IEM_FADER_CHAINS && desk->n_back + n <= MAX_CHAINS);
	for (unsigned i = 0; i < n; i++)
		desk->back[desk->n_back++] = retired[i];
}

static inline void desk_take(struct desk *desk, struct iem_chain *next, bool at_once)
{
	struct iem_chain *retired[IEM_FADER_CHAINS];

	desk_keep(desk, retired, iem_fader_take(&desk->fader, next, at_once, retired));
}

static inline void desk_reset(struct desk *desk)
{
	struct iem_chain *retired[IEM_FADER_CHAINS];

	desk_keep(desk, retired, iem_fader_reset(&desk->fader, retired));
}

/** Run mono frames, in blocks of BLOCK. */
static inline void desk_run(struct desk *desk, const float *in, float *out, uint32_t frames, uint32_t block)
{
	struct iem_chain *retired[IEM_FADER_CHAINS];

	for (uint32_t at = 0; at < frames; at += block) {
		const uint32_t n = frames - at < block ? frames - at : block;
		const float *ins[] = { in + at };
		float *outs[] = { out + at };

		desk_keep(desk, retired,
			  iem_fader_process(&desk->fader, desk->rate_hz, ins, outs, n, retired));
	}
}

/** Free what was given back and what the fader holds; fails where a chain was lost or given back twice. */
static inline void desk_close(struct desk *desk, unsigned given)
{
	unsigned held =
		(desk->fader.heard != NULL) + (desk->fader.coming != NULL) + (desk->fader.waiting != NULL);

	assert_int_equal(desk->n_back + held, given);
	for (unsigned i = 0; i < desk->n_back; i++)
		for (unsigned k = 0; k < i; k++)
			assert_ptr_not_equal(desk->back[i], desk->back[k]);
	for (unsigned i = 0; i < desk->n_back; i++)
		iem_chain_free(desk->back[i]);
	iem_fader_finish(&desk->fader);
}
