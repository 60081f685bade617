#include "tests/fuzz/design.h"

#include "core/chain.h"

#include <assert.h>
#include <math.h>

static void play(struct iem_chain *chain)
{
	float left[256] = { 1, -1, 0.5f }, right[256] = { -1, 1 };
	const float *in[] = { left, right };
	float *out[] = { left, right };

	iem_chain_process(chain, in, out, 256);
	iem_chain_process(chain, in, out, 1);
}

void design_and_play(const struct iem_eq *eq)
{
	const struct iem_chain_plan plan = {
		.eq = eq,
		.rate_hz = 48000,
		.channels = 2,
		.sides = { IEM_SIDE_LEFT, IEM_SIDE_RIGHT },
	};
	struct iem_chain *chain = NULL;

	assert(iem_chain_new(&chain, &plan) == 0);
	assert(iem_chain_preamp_db(chain) <= 0 && iem_chain_preamp_db(chain) > -INFINITY);
	assert(!isnan(iem_chain_pink_db(chain)) && !isnan(iem_chain_removal_db(chain)));
	assert(iem_chain_settle_frames(chain) <= 24000);
	play(chain);
	iem_chain_free(chain);
}
