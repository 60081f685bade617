/**
 * responses.h - responses for chains, made by a thread of their own and kept for a while: the main loop serves PipeWire,
 * the bus and the watchdog meanwhile.
 *
 * Functions are for the main thread. What the thread is given stays as it is until it is done, and what it has made
 * never changes.
 */
#pragma once

#include "core/prepared.h"

struct responses;

/**
 * @param ready called on the other thread whenever something asked for has been made, or could not be: may only wake
 * the main loop
 * @return 0 or -errno
 */
int responses_new(struct responses **out, void (*ready)(void *data), void *data);
/** Waits for the step that is under way. What chains hold stays theirs. NULL is fine. */
void responses_free(struct responses *responses);

/**
 * What RECIPE makes; it is known by its taps, points and numbers, not by its pointers, and all of it is copied or held.
 * @return 0, OUT valid until the next sweep; -EAGAIN while it is being made; or why it could not be, told once: asked
 * again it is tried again
 */
int responses_get(struct responses *responses, const struct iem_recipe *recipe, struct iem_prepared **out);

/**
 * Everybody has asked for all that is needed now. What was not asked for since the last sweep is not made any more, and
 * of what no chain holds a few are kept, those that were asked for last.
 */
void responses_sweep(struct responses *responses);
