/* The volumes of sinks: on their device's route, or on the node where there is none. */
#include "daemon/graph_private.h"

#include <spa/param/props.h>
#include <spa/param/route.h>

/* Where a sink's volume sits: on a route of its device, or (route NULL) on the sink itself. */
struct seat {
	struct graph_object *sink, *device;
	const struct graph_route *route;
};

static int number(const struct graph_object *object, const char *key)
{
	const char *text = pw_properties_get(object->props, key);

	return text ? (int)strtol(text, NULL, 10) : -1;
}

static bool find_seat(struct graph *graph, uint32_t sink_id, struct seat *out)
{
	struct graph_object *sink = graph_object(graph, sink_id), *device;

	if (!sink || sink->kind != GRAPH_SINK || !sink->proxy)
		return false;
	*out = (struct seat){ .sink = sink };
	device = graph_object(graph, (uint32_t)number(sink, PW_KEY_DEVICE_ID));
	if (!device || device->kind != GRAPH_DEVICE || !device->proxy)
		return true;
	for (size_t i = 0; i < device->routes.n; i++)
		if (device->routes.at[i].device == number(sink, "card.profile.device") &&
		    device->routes.at[i].volume.channels) {
			out->device = device;
			out->route = &device->routes.at[i];
		}
	return true;
}

bool graph_volume(struct graph *graph, uint32_t sink_id, struct volume *out)
{
	struct seat seat;

	if (!find_seat(graph, sink_id, &seat))
		return false;
	*out = seat.route ? seat.route->volume : seat.sink->volume;
	return out->channels > 0;
}

bool graph_volume_in_hardware(struct graph *graph, uint32_t sink_id, double *above_db)
{
	struct seat seat;

	if (!find_seat(graph, sink_id, &seat) || !seat.route || !seat.route->in_hardware)
		return false;
	*above_db = seat.route->above_db;
	return true;
}

const char *graph_volume_port(struct graph *graph, uint32_t sink_id)
{
	struct seat seat;

	return find_seat(graph, sink_id, &seat) && seat.route ? seat.route->name : NULL;
}

static void set_on_route(const struct seat *seat, const struct volume *volume, bool with_mute)
{
	uint8_t buffer[1024];
	struct spa_pod_builder builder = SPA_POD_BUILDER_INIT(buffer, sizeof(buffer));
	struct spa_pod_frame route, props;

	spa_pod_builder_push_object(&builder, &route, SPA_TYPE_OBJECT_ParamRoute, SPA_PARAM_Route);
	spa_pod_builder_add(&builder, SPA_PARAM_ROUTE_index, SPA_POD_Int(seat->route->index),
			    SPA_PARAM_ROUTE_device, SPA_POD_Int(seat->route->device), 0);
	spa_pod_builder_prop(&builder, SPA_PARAM_ROUTE_props, 0);
	spa_pod_builder_push_object(&builder, &props, SPA_TYPE_OBJECT_Props, SPA_PARAM_Route);
	volume_build(&builder, volume, with_mute);
	spa_pod_builder_pop(&builder, &props);
	spa_pod_builder_add(&builder, SPA_PARAM_ROUTE_save, SPA_POD_Bool(true), 0);
	pw_device_set_param((struct pw_device *)seat->device->proxy, SPA_PARAM_Route, 0,
			    spa_pod_builder_pop(&builder, &route));
}

/* SOFT: NULL where the volume is the node's own, and PipeWire does all of it. */
static void set_on_node(const struct seat *seat, const struct volume *volume, const struct volume *soft, bool with_mute)
{
	uint8_t buffer[1024];
	struct spa_pod_builder builder = SPA_POD_BUILDER_INIT(buffer, sizeof(buffer));
	struct spa_pod_frame props;

	spa_pod_builder_push_object(&builder, &props, SPA_TYPE_OBJECT_Props, SPA_PARAM_Props);
	volume_build(&builder, volume, with_mute);
	if (soft && soft->channels) {
		spa_pod_builder_prop(&builder, SPA_PROP_softVolumes, 0);
		spa_pod_builder_array(&builder, sizeof(float), SPA_TYPE_Float, soft->channels, soft->gain_lin);
	}
	pw_node_set_param((struct pw_node *)seat->sink->proxy, SPA_PARAM_Props, 0,
			  spa_pod_builder_pop(&builder, &props));
}

static void set(struct graph *graph, uint32_t sink_id, const struct volume *volume, bool with_mute)
{
	struct seat seat;

	if (!find_seat(graph, sink_id, &seat))
		return;
	if (seat.route)
		set_on_route(&seat, volume, with_mute);
	else
		set_on_node(&seat, volume, NULL, with_mute);
}

void graph_set_volume(struct graph *graph, uint32_t sink_id, const struct volume *volume)
{
	set(graph, sink_id, volume, true);
}

void graph_set_gains(struct graph *graph, uint32_t sink_id, const struct volume *volume)
{
	set(graph, sink_id, volume, false);
}

bool graph_is_running(struct graph *graph, uint32_t sink_id)
{
	struct seat seat;

	return find_seat(graph, sink_id, &seat) && seat.sink->state == PW_NODE_STATE_RUNNING;
}

bool graph_is_too_loud(struct graph *graph, uint32_t sink_id)
{
	struct seat seat;

	return find_seat(graph, sink_id, &seat) && seat.route && seat.sink->state == PW_NODE_STATE_RUNNING &&
	       volume_is_softer(&seat.route->volume, &seat.sink->volume);
}

void graph_repeat_volume(struct graph *graph, uint32_t sink_id)
{
	struct seat seat;

	if (find_seat(graph, sink_id, &seat) && seat.route)
		set_on_node(&seat, &seat.route->volume, &seat.route->soft, true);
}
