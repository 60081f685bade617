#include "daemon/probe.h"

#include <errno.h>
#include <spa/param/audio/format-utils.h>

struct probe {
	struct pw_loop *loop;
	struct pw_stream *stream;
	struct spa_source *timer;
	void (*on_expired)(void *data);
	void *data;
	bool passes, expired;
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

int probe_new(struct probe **out, struct pw_loop *loop, struct pw_core *core, const char *sink,
	      void (*expired)(void *data), void *data)
{
	struct probe *probe = calloc(1, sizeof(*probe));
	struct spa_audio_info_raw info = {
		.format = SPA_AUDIO_FORMAT_F32P,
		.channels = 2,
		.position = { SPA_AUDIO_CHANNEL_FL, SPA_AUDIO_CHANNEL_FR },
	};
	uint8_t buffer[1024];
	struct spa_pod_builder builder = SPA_POD_BUILDER_INIT(buffer, sizeof(buffer));
	const struct spa_pod *params[1];
	int r;

	if (!probe)
		return -ENOMEM;
	*probe = (struct probe){ .loop = loop, .on_expired = expired, .data = data };
	probe->timer = pw_loop_add_timer(loop, on_timer, probe);
	probe->stream = pw_stream_new(core, "iemd-playback.probe",
				      pw_properties_new(PW_KEY_NODE_NAME, "iemd-playback.probe", PW_KEY_NODE_PASSIVE,
							"true", "target.object", sink, "state.restore-props", "false",
							"state.restore-target", "false", NULL));
	if (!probe->stream) {
		r = errno ? -errno : -ENOMEM;
		probe_free(probe);
		return r;
	}
	params[0] = spa_format_audio_raw_build(&builder, SPA_PARAM_EnumFormat, &info);
	r = pw_stream_connect(probe->stream, PW_DIRECTION_OUTPUT, PW_ID_ANY,
			      PW_STREAM_FLAG_AUTOCONNECT | PW_STREAM_FLAG_INACTIVE, params, 1);
	if (r < 0) {
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
	pw_loop_destroy_source(probe->loop, probe->timer);
	free(probe);
}

void probe_passes(struct probe *probe)
{
	if (!probe->passes)
		wait_for(probe, PROBE_MS);
	probe->passes = true;
}

uint32_t probe_node_id(const struct probe *probe)
{
	return pw_stream_get_node_id(probe->stream);
}

bool probe_expired(const struct probe *probe)
{
	return probe->expired;
}
