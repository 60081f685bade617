/**
 * probe.h - does the session manager link streams through a smart filter? Main thread only.
 *
 * A silent, passive stream asks for the output itself. Where smart filters are known it is linked to the filter
 * in front of the output instead.
 */
#pragma once

#include <pipewire/pipewire.h>

#include <stdbool.h>

#define PROBE_MS 1000 /* from a link past the filter to the judgement */
#define PROBE_MAX_MS 10000 /* where no link is made at all: a machine may be slow */

struct probe;

/** SINK: node.name of the output. EXPIRED is called once when the time is over. @return 0 or -errno */
int probe_new(struct probe **out, struct pw_loop *loop, struct pw_core *core, const char *sink,
	      void (*expired)(void *data), void *data);
void probe_free(struct probe *probe);

/** It is linked with the output itself: if that lasts for PROBE_MS, the time is over. Call at every look. */
void probe_passes(struct probe *probe);

/** SPA_ID_INVALID until known. */
uint32_t probe_node_id(const struct probe *probe);
bool probe_expired(const struct probe *probe);
