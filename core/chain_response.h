/**
 * chain_response.h - a stage of a chain that convolves. Only for chain*.c.
 */
#pragma once

#include "core/chain.h"
#include "core/convolver.h"

struct chain_response {
	struct iem_convolver *convolver; /* owned */
	struct iem_prepared *of;         /* held */
};

/**
 * Of a response at the chain's rate. One that mixes is for a pair; elsewhere a left channel goes through left to left,
 * a right one through right to right. A channel that is neither goes through the mean of both.
 * @return 0 or -ENOMEM; nothing is held then
 */
int chain_response_init(struct chain_response *response, const struct iem_chain_plan *plan, struct iem_prepared *of);
void chain_response_finish(struct chain_response *response);
