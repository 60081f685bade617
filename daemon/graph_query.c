/* Questions to the graph; nothing here changes it. */
#include "daemon/graph_private.h"

#include "daemon/pair_nodes.h"

#define MAX_FILTERS 16 /* in a row; more is a loop */

static uint32_t number(const struct graph_object *object, const char *key)
{
	const char *text = pw_properties_get(object->props, key);

	return text ? (uint32_t)strtoul(text, NULL, 10) : SPA_ID_INVALID;
}

static bool is_ours(const struct graph_object *object)
{
	return pair_is_ours(pw_properties_get(object->props, PW_KEY_NODE_NAME));
}

static struct graph_node node_of(const struct graph_object *object)
{
	return (struct graph_node){ object->id, object->props, object->state, object->encoded && !object->raw };
}

static void each(struct graph *graph, enum graph_kind kind, void (*visit)(void *, const struct graph_node *),
		 void *data)
{
	struct graph_object *object;

	spa_list_for_each(object, &graph->objects, link) {
		const struct graph_node node = node_of(object);

		if (object->kind == kind && !is_ours(object))
			visit(data, &node);
	}
}

void graph_each_sink(struct graph *graph, void (*visit)(void *data, const struct graph_node *sink), void *data)
{
	each(graph, GRAPH_SINK, visit, data);
}

void graph_each_stream(struct graph *graph, void (*visit)(void *data, const struct graph_node *stream), void *data)
{
	each(graph, GRAPH_STREAM, visit, data);
}

bool graph_find_sink(struct graph *graph, const char *node_name, struct graph_node *out)
{
	struct graph_object *object;

	spa_list_for_each(object, &graph->objects, link)
		if (object->kind == GRAPH_SINK &&
		    iem_streq(pw_properties_get(object->props, PW_KEY_NODE_NAME), node_name)) {
			*out = node_of(object);
			return true;
		}
	return false;
}

bool graph_find_node(struct graph *graph, uint32_t id, struct graph_node *out)
{
	const struct graph_object *object = graph_object(graph, id);

	if (!object || (object->kind != GRAPH_SINK && object->kind != GRAPH_STREAM))
		return false;
	*out = node_of(object);
	return true;
}

bool graph_find_device(struct graph *graph, uint32_t id, struct graph_device *out)
{
	const struct graph_object *object = graph_object(graph, id);

	if (!object || object->kind != GRAPH_DEVICE)
		return false;
	*out = (struct graph_device){ id, object->props, object->routes.at, object->routes.n, object->profile };
	return true;
}

bool graph_has_others_pair(struct graph *graph, const char *sink)
{
	uint64_t others = UINT64_MAX, own = UINT64_MAX;
	struct graph_object *object;

	spa_list_for_each(object, &graph->objects, link) {
		const char *name = pw_properties_get(object->props, PW_KEY_NODE_NAME);
		const char *group = pw_properties_get(object->props, PW_KEY_NODE_LINK_GROUP);
		const char *serial = pw_properties_get(object->props, "object.serial");
		uint64_t *oldest = pair_is_own_group(group) ? &own : &others;

		/* Without a group it has just come, and is not told of yet. */
		if (object->kind != GRAPH_SINK || !group || !serial || !pair_is_ours(name) || !pair_is_for(name, sink))
			continue;
		*oldest = SPA_MIN(*oldest, strtoull(serial, NULL, 10));
	}
	return others < own;
}

unsigned graph_input_ports(struct graph *graph, uint32_t node_id)
{
	struct graph_object *object;
	unsigned n = 0;

	spa_list_for_each(object, &graph->objects, link)
		n += object->kind == GRAPH_PORT && number(object, PW_KEY_NODE_ID) == node_id;
	return n;
}

bool graph_layout(struct graph *graph, uint32_t node_id, struct pair_layout *out)
{
	struct pair_layout layout = { 0 };
	struct graph_object *object;
	unsigned seen = 0;

	layout.channels = graph_input_ports(graph, node_id);
	if (layout.channels < 1 || layout.channels > IEM_MAX_CHANNELS)
		return false;
	spa_list_for_each(object, &graph->objects, link) {
		const char *channel = pw_properties_get(object->props, PW_KEY_AUDIO_CHANNEL);
		const uint32_t port = number(object, PW_KEY_PORT_ID);

		if (object->kind != GRAPH_PORT || number(object, PW_KEY_NODE_ID) != node_id)
			continue;
		if (port >= layout.channels || !channel)
			return false;
		snprintf(layout.positions[port], sizeof(layout.positions[port]), "%s", channel);
		seen |= 1u << port;
	}
	if (seen != (1u << layout.channels) - 1)
		return false;
	*out = layout;
	return true;
}

bool graph_linked(struct graph *graph, uint32_t output_node, uint32_t input_node)
{
	struct graph_object *object;

	spa_list_for_each(object, &graph->objects, link)
		if (object->kind == GRAPH_LINK && number(object, PW_KEY_LINK_OUTPUT_NODE) == output_node &&
		    number(object, PW_KEY_LINK_INPUT_NODE) == input_node)
			return true;
	return false;
}

/* The stream by which a filter goes on that sound comes into by this sink. */
static uint32_t behind_filter(struct graph *graph, uint32_t sink)
{
	const struct graph_object *in = graph_object(graph, sink);
	const char *group = in ? pw_properties_get(in->props, PW_KEY_NODE_LINK_GROUP) : NULL;
	struct graph_object *object;

	spa_list_for_each(object, &graph->objects, link)
		if (object->kind == GRAPH_STREAM &&
		    iem_streq(pw_properties_get(object->props, PW_KEY_NODE_LINK_GROUP), group))
			return object->id;
	return SPA_ID_INVALID;
}

bool graph_is_behind_filter(struct graph *graph, const struct graph_node *stream)
{
	const char *group = pw_properties_get(stream->props, PW_KEY_NODE_LINK_GROUP);
	struct graph_object *object;

	spa_list_for_each(object, &graph->objects, link)
		if (group && object->kind == GRAPH_SINK &&
		    iem_streq(pw_properties_get(object->props, PW_KEY_NODE_LINK_GROUP), group))
			return true;
	return false;
}

bool graph_leads(struct graph *graph, uint32_t stream, uint32_t sink)
{
	struct graph_object *object;

	for (unsigned filters = 0; stream != SPA_ID_INVALID && filters < MAX_FILTERS; filters++) {
		uint32_t next = SPA_ID_INVALID;

		if (graph_linked(graph, stream, sink))
			return true;
		spa_list_for_each(object, &graph->objects, link)
			if (object->kind == GRAPH_LINK && number(object, PW_KEY_LINK_OUTPUT_NODE) == stream)
				next = number(object, PW_KEY_LINK_INPUT_NODE);
		stream = behind_filter(graph, next);
	}
	return false;
}

bool graph_meets_smart_filter(struct graph *graph, uint32_t stream)
{
	const struct graph_object *link, *sink;

	spa_list_for_each(link, &graph->objects, link) {
		if (link->kind != GRAPH_LINK || number(link, PW_KEY_LINK_OUTPUT_NODE) != stream)
			continue;
		sink = graph_object(graph, number(link, PW_KEY_LINK_INPUT_NODE));
		if (sink && pw_properties_get_bool(sink->props, "filter.smart", false))
			return true;
	}
	return false;
}

bool graph_feeds(struct graph *graph, uint32_t output_node)
{
	struct graph_object *object;

	spa_list_for_each(object, &graph->objects, link)
		if (object->kind == GRAPH_LINK && number(object, PW_KEY_LINK_OUTPUT_NODE) == output_node)
			return true;
	return false;
}

bool graph_fed(struct graph *graph, uint32_t input_node, uint32_t except)
{
	struct graph_object *object;

	spa_list_for_each(object, &graph->objects, link)
		if (object->kind == GRAPH_LINK && number(object, PW_KEY_LINK_INPUT_NODE) == input_node &&
		    number(object, PW_KEY_LINK_OUTPUT_NODE) != except)
			return true;
	return false;
}
