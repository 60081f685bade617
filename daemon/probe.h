/**
 * probe.h - does the session manager link streams through a smart filter? Main thread only.
 *
 * Asked with three silent nodes of our own: a sink, a smart filter in front of it, and a stream that wants that sink.
 * Where smart filters are known the stream is linked to the filter instead. No sink, no stream and no default of the
 * user's takes part, so nothing can be heard in a wrong place whatever the answer is. Only where the user's last sink
 * goes meanwhile, ours is the default for the moment until it is ended: what would play then has no output anyway.
 */
#pragma once

#include "daemon/graph.h"

#define PROBE_MS 1000 /* from a link past the filter to the judgement */
#define PROBE_MAX_MS 10000 /* where no link is made at all: a machine may be slow */

enum probe_answer {
	PROBE_OPEN,
	PROBE_SMART,    /* linked to a smart filter */
	PROBE_PAST,     /* linked to the sink itself for PROBE_MS */
	PROBE_UNLINKED, /* not linked at all within PROBE_MAX_MS */
};

struct probe;

/** CORE: for the nodes. EXPIRED is called when the time for an answer is over. @return 0 or -errno */
int probe_new(struct probe **out, struct pw_loop *loop, struct pw_core *core, void (*expired)(void *data), void *data);
void probe_free(struct probe *probe);

/** Take the next step. Call at every event of the graph. */
enum probe_answer probe_look(struct probe *probe, struct graph *graph);
