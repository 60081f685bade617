/** graph_private.h - what graph.c, graph_bind.c, graph_default.c and graph_query.c share; nobody else includes it. */
#pragma once

#include "daemon/graph.h"

#include <spa/utils/list.h>

enum graph_kind {
	GRAPH_SINK,
	GRAPH_STREAM,
	GRAPH_DEVICE,
	GRAPH_PORT,
	GRAPH_LINK,
	GRAPH_METADATA,
};

struct graph_routes {
	struct graph_route *at;
	size_t n;
};

struct graph_object {
	struct spa_list link;
	struct graph *graph;
	uint32_t id;
	enum graph_kind kind;
	struct pw_properties *props;
	struct pw_proxy *proxy; /* NULL where the registry alone tells enough */
	struct spa_hook hook;
	enum pw_node_state state;
	struct volume volume; /* of a sink's node */
	bool raw, encoded;    /* formats that a stream offers */
	struct graph_routes routes, fresh_routes; /* in force; being listed */
	char *profile, *fresh_profile;
	bool listing;
};

struct graph_defaults {
	char *sink, *configured; /* names of nodes; NULL: none */
	char *value; /* that was configured, as it was told; NULL: none */
};

struct graph {
	struct pw_loop *loop;
	struct pw_core *core, *node_core; /* the one that asks; the one whose nodes others ask about */
	struct pw_registry *registry;
	struct spa_hook core_hook, node_core_hook, registry_hook;
	const struct graph_events *events;
	void *data;
	struct spa_list objects;
	struct spa_source *settle_timer, *doubt_timer, *deaf_timer;
	uint64_t first_event_ms;
	bool unsettled, hurried, ready, lost, asked; /* asked: not answered yet */
	int sync_seq, nodes_seq, rounds;
	struct graph_object *metadata; /* "default", NULL while there is none */
	struct graph_defaults defaults;
	bool doubted, doubted_again, reviewed_early;
	bool reviewing, sink_told, configured_told; /* listed again; what of it has been told since */
};

struct graph_type {
	const char *type;
	const char *key, *value; /* a property it must have; NULL: any */
	enum graph_kind kind;
	void (*bind)(struct graph_object *object, const char *type);
};

/* graph.c */
void graph_touch(struct graph *graph);
/** What just came cannot wait until the storm is over. */
void graph_hurry(struct graph *graph);
void graph_sync(struct graph *graph);
struct graph_object *graph_object(struct graph *graph, uint32_t id);

/* graph_bind.c */
const struct graph_type *graph_type_of(const char *type, const struct spa_dict *props);
void graph_take_fresh_params(struct graph *graph);
void graph_clear_routes(struct graph_routes *routes);
void graph_bind_proxy(struct graph_object *object, const char *type, uint32_t version, const void *events);

/* graph_default.c */
void graph_bind_default(struct graph_object *object, const char *type);
void graph_forget_default(struct graph *graph);
void graph_doubt_default(struct graph *graph);
void graph_review_default(struct graph *graph);
void graph_hurry_review(struct graph *graph);
void graph_end_review(struct graph *graph);
