#include "core/history.h"

#include <errno.h>

static uint32_t at_most(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

int iem_history_init(struct iem_history *history, unsigned channels, uint32_t frames)
{
	*history = (struct iem_history){ .channels = channels, .size = frames };
	history->memory = calloc((size_t)channels * frames, sizeof(*history->memory));
	return history->memory ? 0 : -ENOMEM;
}

void iem_history_finish(struct iem_history *history)
{
	free(IEM_STEAL(history->memory));
}

void iem_history_clear(struct iem_history *history)
{
	history->filled = history->at = 0;
}

static void write_row(struct iem_history *history, const float *const *in, uint32_t from, uint32_t frames)
{
	for (unsigned c = 0; c < history->channels; c++)
		memcpy(history->memory + (size_t)c * history->size + history->at, in[c] + from, frames * sizeof(**in));
	history->at = (history->at + frames) % history->size;
	history->filled = at_most(history->filled + frames, history->size);
}

void iem_history_write(struct iem_history *history, const float *const *in, uint32_t frames)
{
	uint32_t from = frames > history->size ? frames - history->size : 0, n;

	for (; from < frames; from += n) {
		n = at_most(frames - from, history->size - history->at);
		write_row(history, in, from, n);
	}
}

uint32_t iem_history_read(const struct iem_history *history, uint32_t back, const float *planes[IEM_HISTORY_CHANNELS])
{
	const uint32_t at = (history->at + history->size - back) % history->size;

	for (unsigned c = 0; c < history->channels; c++)
		planes[c] = history->memory + (size_t)c * history->size + at;
	return at_most(back, history->size - at);
}
