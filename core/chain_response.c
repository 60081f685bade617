#include "core/chain_response.h"

int chain_response_init(struct chain_response *response, const struct iem_chain_plan *plan, struct iem_prepared *of)
{
	static const unsigned own[IEM_SIDES] = { [IEM_SIDE_BOTH] = IEM_TAPS_MEAN, [IEM_SIDE_LEFT] = IEM_TAPS_LEFT,
						 [IEM_SIDE_RIGHT] = IEM_TAPS_RIGHT };
	const double *taps[IEM_TAPS];
	struct iem_convolver_plan c = { .responses = taps, .n_responses = of->n_kinds, .taps = of->n,
					.channels = plan->channels };
	int r;

	for (unsigned kind = 0; kind < of->n_kinds; kind++)
		taps[kind] = of->taps + (size_t)kind * of->n;
	for (unsigned i = 0; i < plan->channels; i++)
		c.paths[c.n_paths++] =
			(struct iem_convolver_path){ i, i, of->n_kinds == 1 ? IEM_TAPS_MEAN : own[plan->sides[i]] };
	if (of->mixes) {
		c.paths[c.n_paths++] = (struct iem_convolver_path){ 0, 1, IEM_TAPS_LEFT_TO_RIGHT };
		c.paths[c.n_paths++] = (struct iem_convolver_path){ 1, 0, IEM_TAPS_RIGHT_TO_LEFT };
	}
	if ((r = iem_convolver_new(&response->convolver, &c)) < 0)
		return r;
	response->of = iem_prepared_hold(of);
	return 0;
}

void chain_response_finish(struct chain_response *response)
{
	iem_convolver_free(response->convolver);
	iem_prepared_drop(response->of);
}
