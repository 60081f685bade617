#include "core/impulse.h"

struct iem_impulse *iem_impulse_new(double rate_hz, enum iem_impulse_channels channels, uint32_t frames)
{
	CLEANUP(iem_freep) struct iem_impulse *impulse = calloc(1, sizeof(*impulse));

	if (!impulse)
		return NULL;
	*impulse = (struct iem_impulse){ .rate_hz = rate_hz, .channels = channels, .frames = frames, .holders = 1 };
	impulse->taps = calloc((size_t)channels * frames, sizeof(*impulse->taps));
	return impulse->taps ? IEM_STEAL(impulse) : NULL;
}

const double *iem_impulse_taps(const struct iem_impulse *impulse, unsigned channel)
{
	return impulse->taps + (size_t)channel * impulse->frames;
}

struct iem_impulse *iem_impulse_hold(struct iem_impulse *impulse)
{
	impulse->holders++;
	return impulse;
}

void iem_impulse_drop(struct iem_impulse *impulse)
{
	if (!impulse || --impulse->holders > 0)
		return;
	free(impulse->taps);
	free(impulse);
}

void iem_impulse_dropp(struct iem_impulse **impulse)
{
	iem_impulse_drop(*impulse);
}
