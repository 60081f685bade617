#include "daemon/probe.h"

#include "daemon/pair_nodes.h"

#include <errno.h>
#include <unistd.h>

/* Ours by their beginnings, and nobody's sink is called so. */
#define SINK "iemd..probe-sink"
#define FILTER "iemd..probe"
#define STREAM "iemd-playback..probe"

struct probe {
	struct pw_loop *loop;
	struct pw_core *core;
	struct pw_stream *sink, *filter, *stream;
	struct spa_source *timer;
	void (*on_expired)(void *data);
	void *data;
	bool past, expired;
};

static void on_timer(void *data, uint64_t expirations)
{
	struct probe *probe = data;

	probe->expired = true;
	probe->on_expired(probe->data);
}

static void wait_for(struct probe *probe, unsigned ms)
{
	struct timespec wait = { ms / 1000, ms % 1000 * 1000000L };

	pw_loop_update_timer(probe->loop, probe->timer, &wait, NULL, false);
}

static int open_node(struct pw_stream **out, struct pw_core *core, const char *name, enum pw_direction direction,
		     struct pw_properties *props)
{
	const struct pair_layout mono = { .channels = 1, .positions = { "MONO" } };
	uint8_t buffer[1024];
	struct spa_pod_builder builder = SPA_POD_BUILDER_INIT(buffer, sizeof(buffer));
	const struct spa_pod *params[] = { pair_format(&builder, &mono) };

	pw_properties_set(props, PW_KEY_NODE_NAME, name);
	pw_properties_set(props, PW_KEY_NODE_DESCRIPTION, "iemd looks how sound is routed");
	pw_properties_set(props, PW_KEY_NODE_PASSIVE, "true");
	pw_properties_set(props, "state.restore-props", "false");
	pw_properties_set(props, "state.restore-target", "false");
	*out = pw_stream_new(core, name, props);
	if (!*out)
		return errno ? -errno : -ENOMEM;
	return pw_stream_connect(*out, direction, PW_ID_ANY, PW_STREAM_FLAG_AUTOCONNECT | PW_STREAM_FLAG_INACTIVE,
				 params, 1);
}

/* Of all sinks the last that a session manager makes the default. */
static struct pw_properties *sink_props(void)
{
	return pw_properties_new(PW_KEY_MEDIA_CLASS, "Audio/Sink", PW_KEY_NODE_VIRTUAL, "true", PW_KEY_PRIORITY_SESSION,
				 "-1", NULL);
}

static struct pw_properties *filter_props(void)
{
	struct pw_properties *props = sink_props();

	pw_properties_setf(props, PW_KEY_NODE_LINK_GROUP, "iemd-%d-probe", (int)getpid());
	pw_properties_set(props, "filter.smart", "true");
	pw_properties_set(props, "filter.smart.name", FILTER);
	pw_properties_set(props, "filter.smart.target", "{ node.name = \"" SINK "\" }");
	return props;
}

int probe_new(struct probe **out, struct pw_loop *loop, struct pw_core *core, void (*expired)(void *data), void *data)
{
	struct probe *probe = calloc(1, sizeof(*probe));
	int r;

	if (!probe)
		return -ENOMEM;
	*probe = (struct probe){ .loop = loop, .core = core, .on_expired = expired, .data = data };
	probe->timer = pw_loop_add_timer(loop, on_timer, probe);
	if ((r = open_node(&probe->sink, core, SINK, PW_DIRECTION_INPUT, sink_props())) < 0 ||
	    (r = open_node(&probe->filter, core, FILTER, PW_DIRECTION_INPUT, filter_props())) < 0) {
		probe_free(probe);
		return r;
	}
	wait_for(probe, PROBE_MAX_MS);
	*out = probe;
	return 0;
}

void probe_free(struct probe *probe)
{
	if (!probe)
		return;
	if (probe->stream)
		pw_stream_destroy(probe->stream);
	if (probe->filter)
		pw_stream_destroy(probe->filter);
	if (probe->sink)
		pw_stream_destroy(probe->sink);
	pw_loop_destroy_source(probe->loop, probe->timer);
	free(probe);
}

static bool has_come(struct graph *graph, struct pw_stream *node)
{
	const uint32_t id = pw_stream_get_node_id(node);

	return id != SPA_ID_INVALID && graph_input_ports(graph, id) > 0;
}

enum probe_answer probe_look(struct probe *probe, struct graph *graph)
{
	uint32_t stream;

	/* Last: a stream that finds the sink and no filter yet is linked past it, if only for a moment. */
	if (!probe->stream && has_come(graph, probe->sink) && has_come(graph, probe->filter))
		open_node(&probe->stream, probe->core, STREAM, PW_DIRECTION_OUTPUT,
			  pw_properties_new("target.object", SINK, NULL));
	stream = probe->stream ? pw_stream_get_node_id(probe->stream) : SPA_ID_INVALID;
	if (graph_meets_smart_filter(graph, stream))
		return PROBE_SMART;
	if (probe->expired)
		return probe->past ? PROBE_PAST : PROBE_UNLINKED;
	if (!probe->past && graph_linked(graph, stream, pw_stream_get_node_id(probe->sink))) {
		wait_for(probe, PROBE_MS);
		probe->past = true;
	}
	return PROBE_OPEN;
}
