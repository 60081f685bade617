/* The default sink: the session manager's metadata, its effective value and the one that was asked for. */
#include "daemon/graph_private.h"
#include "daemon/log.h"

#include <pipewire/extensions/metadata.h>
#include <spa/utils/json.h>

/* { "name": "..." } to its name; NULL for anything else. */
static char *name_of_value(const char *value)
{
	struct spa_json json[2];
	char key[64], name[512];
	const char *other;
	int size;

	if (!value)
		return NULL;
	spa_json_init(&json[0], value, strlen(value));
	if (spa_json_enter_object(&json[0], &json[1]) <= 0)
		return NULL;
	while (spa_json_get_string(&json[1], key, sizeof(key)) > 0) {
		if (strcmp(key, "name") == 0)
			return spa_json_get_string(&json[1], name, sizeof(name)) > 0 ? strdup(name) : NULL;
		if ((size = spa_json_next(&json[1], &other)) <= 0)
			return NULL;
	}
	return NULL;
}

static int on_metadata(void *data, uint32_t subject, const char *key, const char *type, const char *value)
{
	struct graph_object *object = data;
	struct graph *graph = object->graph;
	const bool all = key == NULL, effective = iem_streq(key, "default.audio.sink");
	const bool configured = iem_streq(key, "default.configured.audio.sink");

	if (subject != 0 || object != graph->metadata || !(all || effective || configured))
		return 0;
	if (all || effective) {
		free(graph->default_sink);
		graph->default_sink = name_of_value(value);
	}
	if (all || configured) {
		free(graph->configured_sink);
		graph->configured_sink = name_of_value(value);
	}
	log_debug("default sink: %s, configured: %s", graph->default_sink ? graph->default_sink : "none",
		  graph->configured_sink ? graph->configured_sink : "none");
	graph->events->default_changed(graph->data);
	graph_touch(graph);
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
	object->graph->events->manager(object->graph->data, true);
}

void graph_forget_metadata(struct graph *graph)
{
	graph->metadata = NULL;
	free(IEM_STEAL(graph->default_sink));
	free(IEM_STEAL(graph->configured_sink));
}

void graph_configure_sink(struct graph *graph, const char *node_name)
{
	char name[2048], value[2100];

	if (!graph->metadata || !graph->metadata->proxy)
		return;
	if (node_name)
		snprintf(value, sizeof(value), "{ \"name\": %s }", pair_quoted(node_name, name, sizeof(name)));
	pw_metadata_set_property((struct pw_metadata *)graph->metadata->proxy, 0, "default.configured.audio.sink",
				 node_name ? "Spa:String:JSON" : NULL, node_name ? value : NULL);
}

bool graph_has_manager(const struct graph *graph)
{
	return graph->metadata != NULL;
}

const char *graph_default_sink(struct graph *graph)
{
	return graph->default_sink;
}

const char *graph_configured_sink(struct graph *graph)
{
	return graph->configured_sink;
}
