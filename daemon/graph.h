/**
 * graph.h - what PipeWire shows at this moment: sinks, devices with their routes, streams, links, the default.
 * Main thread only.
 *
 * The graph only observes. It tells its owner twice over: `changed` at once on every event, for those who wait for
 * a step of their own; `settled` when nothing has changed for a moment, so that a storm of events is one change.
 * Pointers it hands out are valid until the next event.
 */
#pragma once

#include "daemon/pair.h"
#include "daemon/volume.h"

#include <pipewire/pipewire.h>

#define GRAPH_SETTLE_MS 40 /* quiet for so long */
#define GRAPH_SETTLE_MAX_MS 250 /* but never later than so long after the first event */

struct graph;

struct graph_events {
	void (*changed)(void *data);
	void (*settled)(void *data);
	/** the default sink changed: what is CONFIGURED, or only what is in force; settled follows */
	void (*default_changed)(void *data, bool configured);
	/** the answer to graph_sync_nodes() */
	void (*nodes_synced)(void *data);
	/** the session manager's metadata appeared or went away */
	void (*manager)(void *data, bool present);
	/** the connection is lost: the owner frees the graph (not inside) and tries again; WHY is a clause for the log */
	void (*lost)(void *data, const char *why);
};

struct graph_route {
	char *name;        /* untranslated, "analog-output-headphones" */
	char *description; /* for people; may be empty */
	char *type;        /* port.type: "headphones", "speaker", ...; NULL where not given */
	int device;        /* card.profile.device of the sink it belongs to */
	int index;
	struct volume volume; /* channels 0: it has none */
	struct volume soft;   /* what of it is PipeWire's part; channels 0: not told */
	bool in_hardware;     /* the session manager moves a control of the device for it, */
	double above_db;      /* which at a volume of 1 stands so far above its 0 dB */
	bool available;    /* false only where PipeWire says "no" */
};

struct graph_device {
	uint32_t id;
	const struct pw_properties *props;
	const struct graph_route *routes; /* the active ones towards outputs */
	size_t n_routes;
	const char *profile; /* name of the active card profile, NULL where unknown */
};

struct graph_node {
	uint32_t id;
	const struct pw_properties *props; /* never NULL */
	enum pw_node_state state;
	bool encoded; /* a stream that can be nothing but passed on: IEC 958, DSD */
};

/** @return 0, or -errno where there is no PipeWire to connect to */
int graph_new(struct graph **out, struct pw_loop *loop, struct pw_context *context, const struct graph_events *events,
	      void *data);
void graph_free(struct graph *graph);
/** The connection for nodes of our own, apart from the one that asks: see docs/architecture.md. The graph's. */
struct pw_core *graph_node_core(struct graph *graph);

/** Have `nodes_synced` called when all that was sent to our nodes by now has come. */
void graph_sync_nodes(struct graph *graph);

/** Run the loop until DONE says so, at most half a second: before leaving. @return what DONE said last */
bool graph_wait(struct graph *graph, bool (*done)(void *data), void *data);

/** True once all that was there at the start has been told, with properties and routes. */
bool graph_ready(const struct graph *graph);

/** Sinks that are nobody's filter node of ours. Calls VISIT for each, ordered by id. */
void graph_each_sink(struct graph *graph, void (*visit)(void *data, const struct graph_node *sink), void *data);
/** Streams of applications (Stream/Output/Audio), ours left out. */
void graph_each_stream(struct graph *graph, void (*visit)(void *data, const struct graph_node *stream), void *data);

/** A sink, ours among them, by node.name. @return false if there is none; *out is filled otherwise */
bool graph_find_sink(struct graph *graph, const char *node_name, struct graph_node *out);
bool graph_find_node(struct graph *graph, uint32_t id, struct graph_node *out);
bool graph_find_device(struct graph *graph, uint32_t id, struct graph_device *out);

/** Has another iemd a pair in front of this sink, older than ours if there is one? */
bool graph_has_others_pair(struct graph *graph, const char *sink);

/** The channels of a sink by its input ports. @return false where it has none, or more than IEM_MAX_CHANNELS */
bool graph_layout(struct graph *graph, uint32_t node_id, struct pair_layout *out);
/** How many input ports of a node are in the registry. */
unsigned graph_input_ports(struct graph *graph, uint32_t node_id);
/** Does any link lead from a port of one node to a port of the other? */
bool graph_linked(struct graph *graph, uint32_t output_node, uint32_t input_node);
/** Does sound of a stream come to a sink, directly or through filters on the way? */
bool graph_leads(struct graph *graph, uint32_t stream, uint32_t sink);
/** Is a stream linked with a smart filter, whoever's? */
bool graph_meets_smart_filter(struct graph *graph, uint32_t stream);
/** Does a filter go on by this stream, so that others' sound comes out of it? */
bool graph_is_behind_filter(struct graph *graph, const struct graph_node *stream);
/** Does any link lead out of the node? */
bool graph_feeds(struct graph *graph, uint32_t output_node);
/** Does any link lead into the node, but for those from the node EXCEPT? */
bool graph_fed(struct graph *graph, uint32_t input_node, uint32_t except);

/**
 * What a sink is turned down to: of its device's active route where there is one, else of the node itself.
 * @return false where it is not known
 */
bool graph_volume(struct graph *graph, uint32_t sink_id, struct volume *out);
/**
 * Ask for another, of as many channels, to be remembered like one that the user sets. It is in force when
 * graph_volume() tells it; a device may round it.
 */
void graph_set_volume(struct graph *graph, uint32_t sink_id, const struct volume *volume);
/** The same without its mute, which stays as it is. */
void graph_set_gains(struct graph *graph, uint32_t sink_id, const struct volume *volume);
/** Does sound run through the sink? */
bool graph_is_running(struct graph *graph, uint32_t sink_id);
/**
 * Does a sink that runs play louder than its device's route says? WirePlumber sometimes loses what it restores to a card
 * that was just plugged in, seen with 0.4.13 and 0.5.8 on a busy machine: every number is right, and the card at full level.
 */
bool graph_is_too_loud(struct graph *graph, uint32_t sink_id);
/** Tell such a sink what the route says. The route is not touched. */
void graph_repeat_volume(struct graph *graph, uint32_t sink_id);
/**
 * Is a control of the device moved with the sink's volume, or does PipeWire do all of that?
 * @return whether; *above_db, where it is: how far above 0 dB the control stands at a volume of 1
 */
bool graph_volume_in_hardware(struct graph *graph, uint32_t sink_id, double *above_db);
/** The route that the volume is on; NULL where it is on the node. */
const char *graph_volume_port(struct graph *graph, uint32_t sink_id);

/** Is the session manager's metadata there? */
bool graph_has_manager(const struct graph *graph);
/** node.name of the default sink as the session manager has it, or as the user configured it; NULL if unset. */
const char *graph_default_sink(struct graph *graph);
const char *graph_configured_sink(struct graph *graph);
/** The configured one as it was told, whether or not it names a node; NULL if unset. See default_value.h. */
const char *graph_configured_value(struct graph *graph);
/** Configure the default sink by such a value; NULL clears it. */
void graph_configure_default(struct graph *graph, const char *value);
