/**
 * pair.h - one filter node: the capture stream that applications play into, the playback stream that feeds the
 * output, and the chain between them. Main thread only.
 *
 * A pair comes up in steps (see enum pair_phase), driven by PipeWire's answers; its owner hears of every step
 * through `changed` and never has to poll.
 */
#pragma once

#include "core/chain.h"
#include "daemon/rt.h"
#include "daemon/volume.h"

#include <pipewire/pipewire.h>

enum pair_phase {
	PAIR_CAPTURE, /* waiting for the capture node and its ports to be in the registry */
	PAIR_PLAYBACK, /* waiting for the playback node */
	PAIR_READY,    /* both there; linking is the session manager's job */
	PAIR_FAILED,   /* a stream ended or failed: the owner frees the pair */
};

struct pair_layout {
	unsigned channels;
	char positions[IEM_MAX_CHANNELS][8]; /* PipeWire's names: "FL", "MONO", ... */
};

struct pair;

struct pair_events {
	/** The phase or a stream's state changed. The pair may be freed later, but not inside. */
	void (*changed)(void *data, struct pair *pair);
	/** Somebody set a volume of ours. The pair may not be freed inside. Never for a smart filter, whose are locked. */
	void (*volume_set)(void *data, struct pair *pair);
};

struct pair_config {
	struct pw_core *core;
	const char *sink;        /* node.name of the output */
	const char *description; /* for people: the output's own */
	struct pair_layout layout;
	bool smart;              /* smart filter, else default-sink */
	bool sink_present;       /* false: nothing to wait for between the two connects */
	struct iem_chain *chain; /* taken over, also on failure */
	const struct pair_events *events;
	void *data;
};

/** @return 0 or -errno; strings are copied */
int pair_new(struct pair **out, const struct pair_config *config);

/** Ends both streams and frees everything. NULL is fine. */
void pair_free(struct pair *pair);

/** The graph tells that the node with this id has its ports: lets the pair go on. */
void pair_ports_seen(struct pair *pair, uint32_t node_id, unsigned ports);

/** What the chain delays, in frames: told to players before us and to the output. */
void pair_set_latency(struct pair *pair, uint32_t frames);

/**
 * The volume that our sink shows. It is a number and no attenuation: sound passes at full level, and only a mute is
 * one. The playback stream always has full volume. Not for a smart filter.
 */
void pair_show_volume(struct pair *pair, const struct volume *volume);
/** The volume shown, as set last by us or by anybody else; channels 0 before either. */
const struct volume *pair_volume(const struct pair *pair);

enum pair_phase pair_phase(const struct pair *pair);
bool pair_is_smart(const struct pair *pair);
const char *pair_sink(const struct pair *pair);        /* node.name of the output */
const char *pair_node_name(const struct pair *pair);   /* node.name of the capture node */
uint32_t pair_capture_id(const struct pair *pair);     /* SPA_ID_INVALID until known */
uint32_t pair_playback_id(const struct pair *pair);
const struct pair_layout *pair_layout(const struct pair *pair);
/** Does sound run through it at this moment? */
bool pair_streaming(const struct pair *pair);
struct rt *pair_rt(struct pair *pair);
