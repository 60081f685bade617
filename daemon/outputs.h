/**
 * outputs.h - the places an earphone can hang, read from the graph: a sink together with its active port.
 * Main thread only. An output owns all its texts; it stays what it was when it was read.
 */
#pragma once

#include "core/select.h"
#include "daemon/graph.h"

struct output {
	/*
	 * The key that choices are remembered by, so it must outlive reboots, other sockets and updates:
	 *   usb:VID:PID[:SERIAL]/PORT    bluetooth:ADDRESS/PORT    card:BUS-PATH/PORT    node:NAME
	 * PORT is the route's untranslated name; left out, with its slash, where there is no route.
	 */
	char *id;
	char *node;        /* node.name of the sink */
	char *port;        /* route name or NULL */
	char *description; /* for people */
	uint32_t node_id;
	bool available;
	int priority;  /* of the sinks that nobody chose, the session manager takes the highest */
	bool has_layout; /* false while its ports are not there */
	struct pair_layout layout;
	enum iem_kind kind;
	int card; /* its number, which ALSA gives anew each time; -1: it is no ALSA card's */
	char *have[IEM_MATCH_KEYS];
	const char *aside; /* static text or NULL */
	bool claimed;      /* aside for the sake of a stream */
};

struct outputs {
	struct output *at;
	size_t n;
};

/** Read all outputs, ordered by id. Release with outputs_finish(). @return 0 or -ENOMEM */
int outputs_read(struct outputs *out, struct graph *graph);
void outputs_finish(struct outputs *outputs);

/** Release one output and the texts it holds. */
void output_finish(struct output *output);

/**
 * Just a left and a right channel? Only there is done what is done to both ears together. Where the channels are not known
 * yet: true, nothing speaks against it.
 */
bool output_is_pair(const struct output *output);

const struct output *outputs_by_node(const struct outputs *outputs, const char *node);

/**
 * Find what a person means: an id, a node name, or a part of either or of the description that only one output has.
 * @return the output, or NULL; *ambiguous tells whether several were meant
 */
const struct output *outputs_named(const struct outputs *outputs, const char *text, bool *ambiguous);
