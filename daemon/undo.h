/**
 * undo.h - puts right what iemd changed outside itself and could not put back when it ended. Main thread only.
 * It may be done any number of times; what it finds right already it only strikes out of the journal.
 */
#pragma once

#include "daemon/graph.h"
#include "daemon/journal.h"

/** What was asked for already; zero at first, and when the session manager is another one. */
struct undo {
	bool default_asked, volume_asked, managed_asked;
};

/** The default sink is set back where it is a node of ours. @return false while the answer is awaited */
bool undo_default(struct undo *undo, struct graph *graph, struct journal *journal);

/**
 * A volume that the user turned down, or muted, and that did not reach the output is turned down there now. It is never
 * turned up. @return false while the answer is awaited
 */
bool undo_volume(struct undo *undo, struct graph *graph, struct journal *journal);

/**
 * Volumes that hold a part of ours get the user's own position again, where no sound is playing through them and nobody has
 * moved them since. @return false while the answer is awaited
 */
bool undo_managed(struct undo *undo, struct graph *graph, struct journal *journal);

/**
 * The whole of `iemd --undo`: connect, put right, wait until it is so, seven seconds at most.
 * @return 0, also where nothing was to be done, or -errno after telling
 */
int undo_run(struct pw_loop *loop, struct pw_context *context, struct journal *journal);
