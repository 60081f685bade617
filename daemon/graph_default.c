/* The default sink: the session manager's metadata, its effective value and the one that was asked for. */
#include "daemon/default_value.h"
#include "daemon/graph_private.h"
#include "daemon/log.h"

#include <pipewire/extensions/metadata.h>

static void tell(struct graph *graph, bool configured)
{
	log_debug("default sink: %s, configured: %s", graph->defaults.sink ? graph->defaults.sink : "none",
		  graph->defaults.configured ? graph->defaults.configured : "none");
	graph->events->default_changed(graph->data, configured);
	graph_touch(graph);
}

/* A text that is told, or not told any more. @return whether that is another */
static bool take(char **field, char *told)
{
	const bool other = !iem_same(*field, told);

	free(*field);
	*field = told;
	return other;
}

static bool take_sink(struct graph *graph, const char *value)
{
	return take(&graph->defaults.sink, default_value_name(value));
}

static bool take_configured(struct graph *graph, const char *value)
{
	const bool other_name = take(&graph->defaults.configured, default_value_name(value));

	return take(&graph->defaults.value, value ? strdup(value) : NULL) || other_name;
}

static int on_metadata(void *data, uint32_t subject, const char *key, const char *type, const char *value)
{
	struct graph_object *object = data;
	struct graph *graph = object->graph;
	const bool all = key == NULL, effective = all || iem_streq(key, "default.audio.sink");
	const bool configured = all || iem_streq(key, "default.configured.audio.sink");
	bool other_sink = false, other_configured = false;

	if (subject != 0 || object != graph->metadata)
		return 0;
	graph->sink_told |= effective;
	graph->configured_told |= configured;
	if (effective)
		other_sink = take_sink(graph, value);
	if (configured)
		other_configured = take_configured(graph, value);
	if (other_sink || other_configured)
		tell(graph, other_configured);
	return 0;
}

static const struct pw_metadata_events metadata_events = {
	PW_VERSION_METADATA_EVENTS,
	.property = on_metadata,
};

void graph_bind_default(struct graph_object *object, const char *type)
{
	object->graph->metadata = object;
	graph_bind_proxy(object, type, PW_VERSION_METADATA, &metadata_events);
	graph_sync(object->graph); /* so that it shows whether it is answered */
	object->graph->events->manager(object->graph->data, true);
}

void graph_forget_default(struct graph *graph)
{
	graph->metadata = NULL;
	graph->reviewing = false;
	free(IEM_STEAL(graph->defaults.sink));
	free(IEM_STEAL(graph->defaults.configured));
	free(IEM_STEAL(graph->defaults.value));
}

/* --- reading it again ------------------------------------------------------------------------------------------- */

/*
 * While PipeWire waits for the session manager to tell a newly come client what the metadata holds, it keeps changes
 * from all others; and where a client ends before that, for ever (module-metadata, from 0.3.65 to 1.7). So whenever
 * clients have come, or sinks come or go, the metadata is bound anew a moment later: then all of it is told.
 */
void graph_doubt_default(struct graph *graph)
{
	static const struct timespec soon = { .tv_sec = 1 };

	graph->reviewed_early = false;
	if (graph->doubted) {
		graph->doubted_again = true;
		return;
	}
	graph->doubted = true;
	pw_loop_update_timer(graph->loop, graph->doubt_timer, (struct timespec *)&soon, NULL, false);
}

static void bind_anew(struct graph *graph)
{
	struct graph_object *object = graph->metadata;

	if (!object || !object->proxy || graph->reviewing)
		return;
	spa_hook_remove(&object->hook);
	pw_proxy_destroy(object->proxy);
	graph->reviewing = true;
	graph->sink_told = graph->configured_told = false;
	graph_bind_proxy(object, PW_TYPE_INTERFACE_Metadata, PW_VERSION_METADATA, &metadata_events);
	graph_sync(graph);
}

void graph_review_default(struct graph *graph)
{
	const bool again = graph->doubted_again;

	graph->doubted = graph->doubted_again = graph->reviewed_early = false;
	if (again) /* whoever came while we waited may be told only after this */
		graph_doubt_default(graph);
	bind_anew(graph);
}

/*
 * The session manager links streams anew after it has changed the default. So a new link is reason enough to look at
 * once; but once for all the links of a stream.
 */
void graph_hurry_review(struct graph *graph)
{
	if (graph->reviewed_early)
		return;
	graph_doubt_default(graph);
	graph->reviewed_early = true;
	bind_anew(graph);
}

void graph_end_review(struct graph *graph)
{
	bool other_sink = false, other_configured = false;

	if (!graph->reviewing)
		return;
	graph->reviewing = false;
	if (!graph->sink_told)
		other_sink = take_sink(graph, NULL);
	if (!graph->configured_told)
		other_configured = take_configured(graph, NULL);
	if (other_sink || other_configured)
		tell(graph, other_configured);
}

/* --- for the others --------------------------------------------------------------------------------------------- */

void graph_configure_default(struct graph *graph, const char *value)
{
	if (graph->metadata && graph->metadata->proxy)
		pw_metadata_set_property((struct pw_metadata *)graph->metadata->proxy, 0,
					 "default.configured.audio.sink", value ? "Spa:String:JSON" : NULL, value);
}

bool graph_has_manager(const struct graph *graph)
{
	return graph->metadata != NULL;
}

const char *graph_default_sink(struct graph *graph)
{
	return graph->defaults.sink;
}

const char *graph_configured_sink(struct graph *graph)
{
	return graph->defaults.configured;
}

const char *graph_configured_value(struct graph *graph)
{
	return graph->defaults.value;
}
