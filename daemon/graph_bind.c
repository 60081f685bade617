/* The kinds of objects that are watched: how each is bound and what its events change. */
#include "daemon/graph_private.h"

#include <pipewire/extensions/metadata.h>
#include <spa/param/format-utils.h>
#include <spa/param/profile.h>
#include <spa/param/route.h>
#include <spa/pod/iter.h>
#include <spa/pod/parser.h>

void graph_bind_proxy(struct graph_object *object, const char *type, uint32_t version, const void *events)
{
	object->proxy = pw_registry_bind(object->graph->registry, object->id, type, version, 0);
	if (object->proxy)
		pw_proxy_add_object_listener(object->proxy, &object->hook, events, object);
}

/* --- nodes ------------------------------------------------------------------------------------------------------ */

static void on_node_info(void *data, const struct pw_node_info *info)
{
	struct graph_object *object = data;

	object->state = info->state;
	if (info->change_mask & PW_NODE_CHANGE_MASK_PROPS && info->props)
		pw_properties_update(object->props, info->props);
	/* It is refused if we are still linked with its target when the session manager comes to link it. */
	if (object->kind == GRAPH_STREAM && pw_properties_get_bool(object->props, "node.exclusive", false))
		graph_hurry(object->graph);
	else
		graph_touch(object->graph);
}

static void note_format(struct graph_object *object, const struct spa_pod *format)
{
	uint32_t type, subtype;

	if (spa_format_parse(format, &type, &subtype) < 0 || type != SPA_MEDIA_TYPE_audio)
		return;
	if (subtype == SPA_MEDIA_SUBTYPE_raw || subtype == SPA_MEDIA_SUBTYPE_dsp)
		object->raw = true;
	else
		object->encoded = true;
	if (object->encoded)
		graph_hurry(object->graph); /* as with node.exclusive */
	else
		graph_touch(object->graph);
}

static void on_node_param(void *data, int seq, uint32_t id, uint32_t index, uint32_t next, const struct spa_pod *param)
{
	struct graph_object *object = data;

	if (id == SPA_PARAM_Props && param && volume_read(&object->volume, param))
		graph_touch(object->graph);
	else if (id == SPA_PARAM_EnumFormat && param)
		note_format(object, param);
}

static const struct pw_node_events node_events = {
	PW_VERSION_NODE_EVENTS,
	.info = on_node_info,
	.param = on_node_param,
};

static void bind_node(struct graph_object *object, const char *type)
{
	graph_bind_proxy(object, type, PW_VERSION_NODE, &node_events);
}

static void bind_sink(struct graph_object *object, const char *type)
{
	uint32_t volumes = SPA_PARAM_Props;

	bind_node(object, type);
	if (object->proxy)
		pw_node_subscribe_params((struct pw_node *)object->proxy, &volumes, 1);
}

static void bind_stream(struct graph_object *object, const char *type)
{
	bind_node(object, type);
	if (object->proxy)
		pw_node_enum_params((struct pw_node *)object->proxy, 0, SPA_PARAM_EnumFormat, 0, UINT32_MAX, NULL);
}

/* --- devices and their routes ----------------------------------------------------------------------------------- */

void graph_clear_routes(struct graph_routes *routes)
{
	for (size_t i = 0; i < routes->n; i++) {
		free(routes->at[i].name);
		free(routes->at[i].description);
		free(routes->at[i].type);
	}
	free(routes->at);
	*routes = (struct graph_routes){ 0 };
}

/* Routes are told one by one and never taken back, so each listing starts afresh and counts when it is complete. */
static void list_params(struct graph_object *object)
{
	struct pw_device *device = (struct pw_device *)object->proxy;

	graph_clear_routes(&object->fresh_routes);
	free(IEM_STEAL(object->fresh_profile));
	object->listing = true;
	pw_device_enum_params(device, 0, SPA_PARAM_Route, 0, UINT32_MAX, NULL);
	pw_device_enum_params(device, 0, SPA_PARAM_Profile, 0, UINT32_MAX, NULL);
	graph_sync(object->graph);
}

void graph_take_fresh_params(struct graph *graph)
{
	struct graph_object *object;

	spa_list_for_each(object, &graph->objects, link) {
		if (!object->listing)
			continue;
		object->listing = false;
		graph_clear_routes(&object->routes);
		object->routes = object->fresh_routes;
		object->fresh_routes = (struct graph_routes){ 0 };
		free(object->profile);
		object->profile = IEM_STEAL(object->fresh_profile);
		graph_touch(graph);
	}
}

static void on_device_info(void *data, const struct pw_device_info *info)
{
	struct graph_object *object = data;

	if (info->change_mask & PW_DEVICE_CHANGE_MASK_PROPS && info->props)
		pw_properties_update(object->props, info->props);
	if (info->change_mask & PW_DEVICE_CHANGE_MASK_PARAMS)
		list_params(object);
	graph_touch(object->graph);
}

/* The value of a key in a Route's info, a struct of a count and pairs of strings. */
static char *info_value(struct spa_pod *info, const char *key)
{
	struct spa_pod_parser parser;
	struct spa_pod_frame frame;
	int32_t n = 0;

	if (!info)
		return NULL;
	spa_pod_parser_pod(&parser, info);
	if (spa_pod_parser_push_struct(&parser, &frame) < 0 || spa_pod_parser_get_int(&parser, &n) < 0)
		return NULL;
	while (n-- > 0) {
		const char *k, *v;

		if (spa_pod_parser_get(&parser, SPA_POD_String(&k), SPA_POD_String(&v), NULL) < 0)
			return NULL;
		if (k && v && strcmp(k, key) == 0)
			return strdup(v);
	}
	return NULL;
}

static void read_route(struct graph_object *object, const struct spa_pod *param)
{
	struct graph_routes *routes = &object->fresh_routes;
	uint32_t direction = SPA_ID_INVALID, available = SPA_PARAM_AVAILABILITY_unknown;
	const char *name = NULL, *description = NULL;
	struct spa_pod *info = NULL, *props = NULL;
	struct graph_route *larger;
	int32_t device = -1, route_index = -1;

	if (spa_pod_parse_object(param, SPA_TYPE_OBJECT_ParamRoute, NULL,
				 SPA_PARAM_ROUTE_index, SPA_POD_Int(&route_index),
				 SPA_PARAM_ROUTE_direction, SPA_POD_Id(&direction),
				 SPA_PARAM_ROUTE_device, SPA_POD_Int(&device),
				 SPA_PARAM_ROUTE_name, SPA_POD_OPT_String(&name),
				 SPA_PARAM_ROUTE_description, SPA_POD_OPT_String(&description),
				 SPA_PARAM_ROUTE_available, SPA_POD_OPT_Id(&available),
				 SPA_PARAM_ROUTE_info, SPA_POD_OPT_Pod(&info),
				 SPA_PARAM_ROUTE_props, SPA_POD_OPT_Pod(&props)) < 0 ||
	    direction != SPA_DIRECTION_OUTPUT || !name)
		return;
	larger = realloc(routes->at, (routes->n + 1) * sizeof(*larger));
	if (!larger)
		return;
	routes->at = larger;
	routes->at[routes->n++] = (struct graph_route){
		.name = strdup(name),
		.description = strdup(description ? description : ""),
		.type = info_value(info, "port.type"),
		.device = device,
		.index = route_index,
		.available = available != SPA_PARAM_AVAILABILITY_no,
	};
	if (props) {
		volume_read(&routes->at[routes->n - 1].volume, props);
		volume_read_soft(&routes->at[routes->n - 1].soft, props);
		routes->at[routes->n - 1].in_hardware =
			volume_in_hardware(props, &routes->at[routes->n - 1].above_db);
	}
}

static void on_device_param(void *data, int seq, uint32_t id, uint32_t index, uint32_t next,
			    const struct spa_pod *param)
{
	struct graph_object *object = data;
	const char *name = NULL;

	if (!object->listing || !param)
		return;
	if (id == SPA_PARAM_Route) {
		read_route(object, param);
	} else if (id == SPA_PARAM_Profile &&
		   spa_pod_parse_object(param, SPA_TYPE_OBJECT_ParamProfile, NULL, SPA_PARAM_PROFILE_name,
					SPA_POD_OPT_String(&name)) >= 0 &&
		   name) {
		free(object->fresh_profile);
		object->fresh_profile = strdup(name);
	}
}

static const struct pw_device_events device_events = {
	PW_VERSION_DEVICE_EVENTS,
	.info = on_device_info,
	.param = on_device_param,
};

static void bind_device(struct graph_object *object, const char *type)
{
	graph_bind_proxy(object, type, PW_VERSION_DEVICE, &device_events);
}

/* --- the table -------------------------------------------------------------------------------------------------- */

static const struct graph_type types[] = {
	{ PW_TYPE_INTERFACE_Node, PW_KEY_MEDIA_CLASS, "Audio/Sink", GRAPH_SINK, bind_sink },
	{ PW_TYPE_INTERFACE_Node, PW_KEY_MEDIA_CLASS, "Audio/Duplex", GRAPH_SINK, bind_sink },
	{ PW_TYPE_INTERFACE_Node, PW_KEY_MEDIA_CLASS, "Stream/Output/Audio", GRAPH_STREAM, bind_stream },
	{ PW_TYPE_INTERFACE_Device, PW_KEY_MEDIA_CLASS, "Audio/Device", GRAPH_DEVICE, bind_device },
	{ PW_TYPE_INTERFACE_Port, PW_KEY_PORT_DIRECTION, "in", GRAPH_PORT, NULL },
	{ PW_TYPE_INTERFACE_Link, NULL, NULL, GRAPH_LINK, NULL },
	{ PW_TYPE_INTERFACE_Metadata, PW_KEY_METADATA_NAME, "default", GRAPH_METADATA, graph_bind_default },
};

const struct graph_type *graph_type_of(const char *type, const struct spa_dict *props)
{
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		const char *value = types[i].key && props ? spa_dict_lookup(props, types[i].key) : NULL;

		if (strcmp(type, types[i].type) == 0 && (!types[i].key || iem_streq(value, types[i].value)))
			return &types[i];
	}
	return NULL;
}
