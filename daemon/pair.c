#include "daemon/pair.h"

#include "daemon/compat.h"
#include "daemon/log.h"
#include "daemon/pair_nodes.h"

#include <errno.h>
#include <spa/param/latency-utils.h>
#include <spa/param/props.h>

struct pair {
	struct pair_config config; /* its strings are those below */
	char *sink, *description, *name;
	unsigned number; /* no two pairs of a process have the same */
	enum pair_phase phase;
	struct rt *rt;
	struct pw_stream *capture, *playback;
	struct spa_hook capture_hook, playback_hook, capture_rt_hook, playback_rt_hook;
	bool capture_streaming, playback_streaming, leaving;
	struct volume volume; /* shown by the capture node */
	uint32_t latency;     /* of the chain, in frames */
	struct spa_latency_info latencies[2]; /* as told to us last, by direction */
};

static void changed(struct pair *pair)
{
	pair->config.events->changed(pair->config.data, pair);
}

static int connect_stream(struct pair *pair, struct pw_stream *stream, enum pw_direction direction,
			  enum pw_stream_flags extra)
{
	uint8_t buffer[1024];
	struct spa_pod_builder builder = SPA_POD_BUILDER_INIT(buffer, sizeof(buffer));
	const struct spa_pod *params[] = { pair_format(&builder, &pair->config.layout) };

	return pw_stream_connect(stream, direction, PW_ID_ANY,
				 PW_STREAM_FLAG_AUTOCONNECT | PW_STREAM_FLAG_MAP_BUFFERS | PW_STREAM_FLAG_RT_PROCESS |
					 extra,
				 params, 1);
}

static void note_streaming(struct pair *pair, bool *which, enum pw_stream_state state)
{
	const bool before = pair_streaming(pair);

	*which = state == PW_STREAM_STATE_STREAMING;
	if (before && !pair_streaming(pair))
		rt_forget(pair->rt);
}

static void fail(struct pair *pair, const char *which, const char *error)
{
	if (pair->phase == PAIR_FAILED || pair->leaving)
		return;
	log_debug("%s: the %s stream ended: %s", pair->name, which, error ? error : "its node was removed");
	pair->phase = PAIR_FAILED;
	changed(pair);
}

/* What the output reports behind us counts for players before us, and the other way round. */
static void tell_latency(struct pair *pair, enum spa_direction direction)
{
	uint8_t buffer[1024];
	struct spa_pod_builder builder = SPA_POD_BUILDER_INIT(buffer, sizeof(buffer));
	struct spa_latency_info latency = pair->latencies[direction];
	const struct spa_pod *params[1];

	latency.min_rate += pair->latency;
	latency.max_rate += pair->latency;
	params[0] = spa_latency_build(&builder, SPA_PARAM_Latency, &latency);
	if (latency.direction == SPA_DIRECTION_INPUT && pair->capture)
		pw_stream_update_params(pair->capture, params, 1);
	else if (latency.direction == SPA_DIRECTION_OUTPUT && pair->playback)
		pw_stream_update_params(pair->playback, params, 1);
}

static void tell_latencies(struct pair *pair)
{
	tell_latency(pair, SPA_DIRECTION_INPUT);
	tell_latency(pair, SPA_DIRECTION_OUTPUT);
}

static void on_capture_state(void *data, enum pw_stream_state old, enum pw_stream_state state, const char *error)
{
	struct pair *pair = data;

	if (pair->leaving)
		return;
	note_streaming(pair, &pair->capture_streaming, state);
	if (state == PW_STREAM_STATE_ERROR || state == PW_STREAM_STATE_UNCONNECTED)
		fail(pair, "capture", error);
	else
		changed(pair);
}

static void on_playback_state(void *data, enum pw_stream_state old, enum pw_stream_state state, const char *error)
{
	struct pair *pair = data;

	if (pair->leaving)
		return;
	rt_set_playing(pair->rt, state == PW_STREAM_STATE_STREAMING);
	note_streaming(pair, &pair->playback_streaming, state);
	if (state == PW_STREAM_STATE_ERROR || state == PW_STREAM_STATE_UNCONNECTED) {
		fail(pair, "playback", error);
		return;
	}
	if (pair->phase == PAIR_PLAYBACK && state >= PW_STREAM_STATE_PAUSED) {
		pair->phase = PAIR_READY;
		if (pair->latency)
			tell_latencies(pair);
	}
	changed(pair);
}

static void on_io(void *data, uint32_t id, void *area, uint32_t size)
{
	struct pair *pair = data;

	if (id == SPA_IO_Position)
		rt_set_position(pair->rt, area && size >= sizeof(struct spa_io_position) ? area : NULL);
}

static void pass_latency_on(struct pair *pair, const struct spa_pod *param)
{
	struct spa_latency_info latency;

	if (!param || spa_latency_parse(param, &latency) < 0 || latency.direction > SPA_DIRECTION_OUTPUT)
		return;
	pair->latencies[latency.direction] = latency;
	tell_latency(pair, latency.direction);
}

void pair_set_latency(struct pair *pair, uint32_t frames)
{
	if (pair->latency == frames)
		return;
	pair->latency = frames;
	if (pair->phase == PAIR_READY)
		tell_latencies(pair);
}

/*
 * PipeWire applies channelVolumes unless softVolumes are set after them. Mute stays in force here as well: it must hold
 * at once, and also where the output has none.
 */
static void set_volumes(struct pw_stream *stream, const struct volume *shown)
{
	struct volume full = volume_unity(shown->channels), volume = *shown;
	float one = 1, mute = shown->mute;

	/* One that the session manager has not given ports yet has no volume. */
	if (stream && pw_stream_get_control(stream, SPA_PROP_channelVolumes))
		pw_stream_set_control(stream, SPA_PROP_volume, 1, &one, SPA_PROP_mute, 1, &mute, SPA_PROP_channelVolumes,
				      volume.channels, volume.gain_lin, SPA_PROP_softMute, 1, &mute,
				      SPA_PROP_softVolumes, full.channels, full.gain_lin, 0);
}

static void volumes_set_by_others(struct pair *pair, const struct spa_pod *props, bool of_capture)
{
	const struct volume full = volume_unity(pair->config.layout.channels);

	if (pair->config.smart)
		return;
	if (!of_capture) {
		set_volumes(pair->playback, &full);
		return;
	}
	if (!pair->volume.channels)
		pair->volume = full;
	volume_read(&pair->volume, props);
	pair->volume = volume_for(&pair->volume, full.channels);
	/* At once: between the two calls the sound is attenuated here and on the output. */
	set_volumes(pair->capture, &pair->volume);
	pair->config.events->volume_set(pair->config.data, pair);
}

static void on_param(struct pair *pair, uint32_t id, const struct spa_pod *param, bool of_capture)
{
	if (pair->leaving)
		return;
	if (id == SPA_PARAM_Props && param)
		volumes_set_by_others(pair, param, of_capture);
	if (pair->phase != PAIR_READY)
		return;
	if (id == SPA_PARAM_Latency)
		pass_latency_on(pair, param);
	else if (id == SPA_PARAM_Format && !param)
		rt_forget(pair->rt);
}

static void on_capture_param(void *data, uint32_t id, const struct spa_pod *param)
{
	on_param(data, id, param, true);
}

static void on_playback_param(void *data, uint32_t id, const struct spa_pod *param)
{
	on_param(data, id, param, false);
}

static const struct pw_stream_events capture_events = {
	PW_VERSION_STREAM_EVENTS,
	.state_changed = on_capture_state,
	.io_changed = on_io,
	.param_changed = on_capture_param,
};

static const struct pw_stream_events playback_events = {
	PW_VERSION_STREAM_EVENTS,
	.state_changed = on_playback_state,
	.param_changed = on_playback_param,
};

static int open_capture(struct pair *pair)
{
	pair->capture = pw_stream_new(pair->config.core, pair->name, pair_capture_props(&pair->config, pair->number));
	if (!pair->capture)
		return -errno;
	pw_stream_add_listener(pair->capture, &pair->capture_rt_hook, &rt_capture_events, pair->rt);
	pw_stream_add_listener(pair->capture, &pair->capture_hook, &capture_events, pair);
	return connect_stream(pair, pair->capture, PW_DIRECTION_INPUT, compat_stream_flag_async());
}

static int open_playback(struct pair *pair)
{
	pair->playback = pw_stream_new(pair->config.core, pair->name, pair_playback_props(&pair->config, pair->number));
	if (!pair->playback)
		return -errno;
	pw_stream_add_listener(pair->playback, &pair->playback_rt_hook, &rt_playback_events, pair->rt);
	pw_stream_add_listener(pair->playback, &pair->playback_hook, &playback_events, pair);
	rt_set_streams(pair->rt, pair->capture, pair->playback);
	pair->phase = PAIR_PLAYBACK;
	return connect_stream(pair, pair->playback, PW_DIRECTION_OUTPUT, PW_STREAM_FLAG_TRIGGER);
}

int pair_new(struct pair **out, const struct pair_config *config)
{
	static unsigned made;
	struct pair *pair = calloc(1, sizeof(*pair));
	int r;

	if (!pair) {
		iem_chain_free(config->chain);
		return -ENOMEM;
	}
	pair->config = *config;
	pair->number = made++;
	pair->latencies[SPA_DIRECTION_INPUT] = SPA_LATENCY_INFO(SPA_DIRECTION_INPUT);
	pair->latencies[SPA_DIRECTION_OUTPUT] = SPA_LATENCY_INFO(SPA_DIRECTION_OUTPUT);
	if ((r = rt_new(&pair->rt, config->chain)) < 0)
		goto fail;
	r = -ENOMEM;
	pair->config.sink = pair->sink = strdup(config->sink);
	pair->config.description = pair->description = strdup(config->description);
	pair->name = pair_name_for(config->sink);
	if (!pair->sink || !pair->description || !pair->name)
		goto fail;
	if ((r = open_capture(pair)) < 0)
		goto fail;
	/* While the target is away playback would be linked to the default if it came second. */
	if (!config->sink_present && (r = open_playback(pair)) < 0)
		goto fail;
	*out = pair;
	return 0;
fail:
	pair_free(pair);
	return r;
}

void pair_free(struct pair *pair)
{
	if (!pair)
		return;
	pair->leaving = true;
	if (pair->rt)
		rt_set_streams(pair->rt, NULL, NULL);
	if (pair->capture)
		pw_stream_destroy(pair->capture);
	if (pair->playback)
		pw_stream_destroy(pair->playback);
	rt_free(pair->rt);
	free(pair->sink);
	free(pair->description);
	free(pair->name);
	free(pair);
}

void pair_ports_seen(struct pair *pair, uint32_t node_id, unsigned ports)
{
	int r;

	/* Each channel has an input and a monitor port. */
	if (pair->phase != PAIR_CAPTURE || node_id != pair_capture_id(pair) || ports < pair->config.layout.channels ||
	    pair->playback)
		return;
	if ((r = open_playback(pair)) < 0)
		fail(pair, "playback", strerror(-r));
}

void pair_show_volume(struct pair *pair, const struct volume *volume)
{
	const struct volume full = volume_unity(pair->config.layout.channels);

	pair->volume = volume_for(volume, pair->config.layout.channels);
	set_volumes(pair->capture, &pair->volume);
	set_volumes(pair->playback, &full);
}

const struct volume *pair_volume(const struct pair *pair)
{
	return &pair->volume;
}

enum pair_phase pair_phase(const struct pair *pair)
{
	return pair->phase;
}

bool pair_is_smart(const struct pair *pair)
{
	return pair->config.smart;
}

const char *pair_sink(const struct pair *pair)
{
	return pair->sink;
}

const char *pair_node_name(const struct pair *pair)
{
	return pair->name;
}

uint32_t pair_capture_id(const struct pair *pair)
{
	return pair->capture ? pw_stream_get_node_id(pair->capture) : SPA_ID_INVALID;
}

uint32_t pair_playback_id(const struct pair *pair)
{
	return pair->playback ? pw_stream_get_node_id(pair->playback) : SPA_ID_INVALID;
}

const struct pair_layout *pair_layout(const struct pair *pair)
{
	return &pair->config.layout;
}

bool pair_streaming(const struct pair *pair)
{
	return pair->capture_streaming && pair->playback_streaming;
}

struct rt *pair_rt(struct pair *pair)
{
	return pair->rt;
}
