#include "daemon/graph.h"

#include "daemon/clock.h"
#include "daemon/graph_private.h"
#include "daemon/log.h"

#include <errno.h>

static void arm_settle(struct graph *graph)
{
	const uint64_t now = clock_now_ms();
	const uint64_t latest = graph->first_event_ms + GRAPH_SETTLE_MAX_MS;
	uint64_t wait = latest > now ? latest - now : 1;
	struct timespec value;

	if (wait > GRAPH_SETTLE_MS)
		wait = GRAPH_SETTLE_MS;
	value = (struct timespec){ .tv_nsec = graph->hurried ? 1 : (long)wait * 1000000 };
	pw_loop_update_timer(graph->loop, graph->settle_timer, &value, NULL, false);
}

void graph_hurry(struct graph *graph)
{
	graph->hurried = true;
	graph_touch(graph);
}

void graph_touch(struct graph *graph)
{
	if (!graph->unsettled) {
		graph->unsettled = true;
		graph->first_event_ms = clock_now_ms();
	}
	if (graph->ready)
		arm_settle(graph);
	graph->events->changed(graph->data);
}

static void on_settle_timer(void *data, uint64_t expirations)
{
	struct graph *graph = data;

	graph->unsettled = graph->hurried = false;
	graph->events->settled(graph->data);
}

static void on_doubt_timer(void *data, uint64_t expirations)
{
	graph_review_default(data);
}

struct graph_object *graph_object(struct graph *graph, uint32_t id)
{
	struct graph_object *object;

	spa_list_for_each(object, &graph->objects, link)
		if (object->id == id)
			return object;
	return NULL;
}

static void free_object(struct graph_object *object)
{
	spa_list_remove(&object->link);
	if (object->proxy) {
		spa_hook_remove(&object->hook);
		pw_proxy_destroy(object->proxy);
	}
	graph_clear_routes(&object->routes);
	graph_clear_routes(&object->fresh_routes);
	free(object->profile);
	free(object->fresh_profile);
	pw_properties_free(object->props);
	free(object);
}

static void lose(struct graph *graph, const char *why)
{
	if (graph->lost)
		return;
	graph->lost = true;
	graph->events->lost(graph->data, why);
}

static void on_global(void *data, uint32_t id, uint32_t permissions, const char *type, uint32_t version,
		      const struct spa_dict *props)
{
	struct graph *graph = data;
	const struct graph_type *row = graph_type_of(type, props);
	struct graph_object *object;

	if (strcmp(type, PW_TYPE_INTERFACE_Client) == 0 || (row && row->kind == GRAPH_SINK))
		graph_doubt_default(graph);
	if (!row)
		return;
	object = calloc(1, sizeof(*object));
	if (!object)
		return;
	object->graph = graph;
	object->id = id;
	object->kind = row->kind;
	object->props = props ? pw_properties_new_dict(props) : pw_properties_new(NULL, NULL);
	spa_list_append(&graph->objects, &object->link);
	if (row->bind)
		row->bind(object, type);
	if (row->kind == GRAPH_LINK)
		graph_hurry_review(graph);
	graph_touch(graph);
}

/*
 * A connection that binds the session manager's metadata is not listened to until that has answered, and never again
 * if it ends before (module-metadata, from 0.3.65 to 1.7).
 */
static void expect_answer(struct graph *graph)
{
	static const struct timespec a_while = { .tv_sec = 1 };

	if (graph->asked)
		pw_loop_update_timer(graph->loop, graph->deaf_timer, (struct timespec *)&a_while, NULL, false);
}

static void on_deaf_timer(void *data, uint64_t expirations)
{
	struct graph *graph = data;

	if (graph->asked)
		lose(graph, "PipeWire does not answer any more");
}

static void on_global_remove(void *data, uint32_t id)
{
	struct graph *graph = data;
	struct graph_object *object = graph_object(graph, id);
	bool manager;

	if (!object)
		return;
	manager = object == graph->metadata;
	if (manager) {
		graph_forget_default(graph);
		expect_answer(graph);
	}
	if (object->kind == GRAPH_SINK)
		graph_doubt_default(graph);
	free_object(object);
	if (manager)
		graph->events->manager(graph->data, false);
	graph_touch(graph);
}

static const struct pw_registry_events registry_events = {
	PW_VERSION_REGISTRY_EVENTS,
	.global = on_global,
	.global_remove = on_global_remove,
};

void graph_sync(struct graph *graph)
{
	graph->asked = true;
	graph->sync_seq = pw_core_sync(graph->core, PW_ID_CORE, graph->sync_seq);
}

static void on_core_done(void *data, uint32_t id, int seq)
{
	struct graph *graph = data;

	if (id != PW_ID_CORE || seq != graph->sync_seq)
		return;
	graph->asked = false;
	graph_take_fresh_params(graph);
	graph_end_review(graph);
	/* The first round brings the registry, the second what binding its objects told, the third their params. */
	if (!graph->ready && ++graph->rounds < 3) {
		graph_sync(graph);
		return;
	}
	graph->ready = true;
	graph_touch(graph);
}

void graph_sync_nodes(struct graph *graph)
{
	graph->nodes_seq = pw_core_sync(graph->node_core, PW_ID_CORE, graph->nodes_seq);
}

static void on_core_error(void *data, uint32_t id, int seq, int res, const char *message)
{
	struct graph *graph = data;

	log_debug("PipeWire: error on %u: %s (%s)", id, message, strerror(-res));
	if (id == PW_ID_CORE && res == -EPIPE)
		lose(graph, "PipeWire went away");
}

static const struct pw_core_events core_events = {
	PW_VERSION_CORE_EVENTS,
	.done = on_core_done,
	.error = on_core_error,
};

static void on_node_core_done(void *data, uint32_t id, int seq)
{
	struct graph *graph = data;

	if (id == PW_ID_CORE && seq == graph->nodes_seq)
		graph->events->nodes_synced(graph->data);
}

static const struct pw_core_events node_core_events = {
	PW_VERSION_CORE_EVENTS,
	.done = on_node_core_done,
	.error = on_core_error,
};

static struct pw_core *connect_core(struct pw_context *context)
{
	return pw_context_connect(context, pw_properties_new(PW_KEY_APP_NAME, "iemd", NULL), 0);
}

static void disconnect(struct graph *graph)
{
	if (graph->registry)
		pw_proxy_destroy((struct pw_proxy *)graph->registry);
	if (graph->node_core)
		pw_core_disconnect(graph->node_core);
	if (graph->core)
		pw_core_disconnect(graph->core);
	free(graph);
}

int graph_new(struct graph **out, struct pw_loop *loop, struct pw_context *context, const struct graph_events *events,
	      void *data)
{
	struct graph *graph = calloc(1, sizeof(*graph));
	int r;

	if (!graph)
		return -ENOMEM;
	graph->loop = loop;
	graph->events = events;
	graph->data = data;
	spa_list_init(&graph->objects);
	graph->core = connect_core(context);
	graph->node_core = graph->core ? connect_core(context) : NULL;
	if (!graph->node_core) {
		r = errno ? -errno : -ECONNREFUSED;
		disconnect(graph);
		return r;
	}
	graph->registry = pw_core_get_registry(graph->core, PW_VERSION_REGISTRY, 0);
	if (!graph->registry) {
		disconnect(graph);
		return -ENOMEM;
	}
	graph->settle_timer = pw_loop_add_timer(loop, on_settle_timer, graph);
	graph->doubt_timer = pw_loop_add_timer(loop, on_doubt_timer, graph);
	graph->deaf_timer = pw_loop_add_timer(loop, on_deaf_timer, graph);
	pw_core_add_listener(graph->core, &graph->core_hook, &core_events, graph);
	pw_core_add_listener(graph->node_core, &graph->node_core_hook, &node_core_events, graph);
	pw_registry_add_listener(graph->registry, &graph->registry_hook, &registry_events, graph);
	graph_sync(graph);
	*out = graph;
	return 0;
}

void graph_free(struct graph *graph)
{
	struct graph_object *object, *next;

	if (!graph)
		return;
	pw_loop_destroy_source(graph->loop, graph->settle_timer);
	pw_loop_destroy_source(graph->loop, graph->doubt_timer);
	pw_loop_destroy_source(graph->loop, graph->deaf_timer);
	spa_list_for_each_safe(object, next, &graph->objects, link)
		free_object(object);
	graph_forget_default(graph);
	spa_hook_remove(&graph->registry_hook);
	spa_hook_remove(&graph->node_core_hook);
	spa_hook_remove(&graph->core_hook);
	disconnect(graph);
}

bool graph_wait(struct graph *graph, bool (*done)(void *data), void *data)
{
	const uint64_t until = clock_now_ms() + 500;

	pw_loop_enter(graph->loop);
	do /* at least once, so that what was asked is sent */
		pw_loop_iterate(graph->loop, 50);
	while (!done(data) && !graph->lost && clock_now_ms() < until);
	pw_loop_leave(graph->loop);
	return done(data);
}

struct pw_core *graph_node_core(struct graph *graph)
{
	return graph->node_core;
}

bool graph_ready(const struct graph *graph)
{
	return graph->ready;
}
