/**
 * history.h - the last sound that came in: what a new chain is warmed up on.
 *
 * Made and freed on a control thread, in between used by one thread; writing and reading neither allocate, lock nor fail.
 */
#pragma once

#include "core/util.h"

#include <stdint.h>

#define IEM_HISTORY_CHANNELS 8

struct iem_history {
	unsigned channels;
	uint32_t size;   /* frames it holds at most */
	uint32_t filled; /* that it holds */
	uint32_t at;     /* where the next one goes */
	float *memory;   /* owned; a plane for each channel */
};

/** @param channels 1 .. IEM_HISTORY_CHANNELS; at least FRAMES are kept, which is more than 0. @return 0 or -ENOMEM */
int iem_history_init(struct iem_history *history, unsigned channels, uint32_t frames);
void iem_history_finish(struct iem_history *history);

void iem_history_clear(struct iem_history *history);

/** Keep the newest of FRAMES frames. */
void iem_history_write(struct iem_history *history, const float *const *in, uint32_t frames);

/**
 * Where the frames that begin BACK frames before the end lie; BACK is 1 .. filled.
 * @return how many lie there in a row: at least 1, at most BACK
 */
uint32_t iem_history_read(const struct iem_history *history, uint32_t back, const float *planes[IEM_HISTORY_CHANNELS]);
