#include "daemon/pair_nodes.h"

#include <spa/debug/types.h>
#include <spa/param/audio/format-utils.h>
#include <spa/param/audio/type-info.h>
#include <unistd.h>

#define CAPTURE_PREFIX "iemd."
#define PLAYBACK_PREFIX "iemd-playback."

/* --- names ------------------------------------------------------------------------------------------------------ */

bool pair_is_ours(const char *node_name)
{
	return node_name && (strncmp(node_name, CAPTURE_PREFIX, strlen(CAPTURE_PREFIX)) == 0 ||
			     strncmp(node_name, PLAYBACK_PREFIX, strlen(PLAYBACK_PREFIX)) == 0);
}

bool pair_is_own_group(const char *group)
{
	int pid;

	return group && sscanf(group, "iemd-%d-", &pid) == 1 && pid == (int)getpid();
}

bool pair_is_for(const char *node_name, const char *sink)
{
	if (iem_streq(node_name, sink))
		return true;
	return node_name && strncmp(node_name, CAPTURE_PREFIX, strlen(CAPTURE_PREFIX)) == 0 &&
	       iem_streq(node_name + strlen(CAPTURE_PREFIX), sink);
}

char *pair_name_for(const char *sink)
{
	char *name;

	return asprintf(&name, CAPTURE_PREFIX "%s", sink) < 0 ? NULL : name;
}

const char *pair_quoted(const char *text, char *buf, size_t size)
{
	size_t n = 0;

	buf[n++] = '"';
	for (const unsigned char *c = (const unsigned char *)text; *c && n + 8 < size; c++)
		if (*c < ' ' || *c == 0x7f)
			n += (size_t)snprintf(buf + n, size - n, "\\u%04x", *c);
		else if (*c == '"' || *c == '\\')
			n += (size_t)snprintf(buf + n, size - n, "\\%c", *c);
		else
			buf[n++] = (char)*c;
	buf[n++] = '"';
	buf[n] = '\0';
	return buf;
}

/* --- what PipeWire and the session manager are told --------------------------------------------------------------- */

static void set_positions(struct pw_properties *props, const struct pair_layout *layout)
{
	char text[IEM_MAX_CHANNELS * 10] = "[";

	for (unsigned c = 0; c < layout->channels; c++) {
		strcat(text, " ");
		strcat(text, layout->positions[c]);
	}
	strcat(text, " ]");
	pw_properties_set(props, SPA_KEY_AUDIO_POSITION, text);
	pw_properties_setf(props, PW_KEY_AUDIO_CHANNELS, "%u", layout->channels);
}

static void set_common(struct pw_properties *props, const struct pair_config *config, unsigned number)
{
	/* No name in it: PipeWire 1.7 reads a group as JSON, and takes none whose bare text is not plain ASCII. */
	pw_properties_setf(props, PW_KEY_NODE_LINK_GROUP, "iemd-%d-%u", (int)getpid(), number);
	pw_properties_setf(props, PW_KEY_NODE_GROUP, "iemd-%d-%u", (int)getpid(), number);
	set_positions(props, &config->layout);
	pw_properties_set(props, "resample.disable", "true");
	pw_properties_set(props, "state.restore-props", "false");
	if (config->smart)
		pw_properties_set(props, "channelmix.lock-volumes", "true");
}

static void set_smart_target(struct pw_properties *props, const char *sink)
{
	char name[2048];

	pw_properties_setf(props, "filter.smart.target", "{ node.name = %s }", pair_quoted(sink, name, sizeof(name)));
}

struct pw_properties *pair_capture_props(const struct pair_config *config, unsigned number)
{
	struct pw_properties *props = pw_properties_new(PW_KEY_MEDIA_CLASS, "Audio/Sink", PW_KEY_NODE_VIRTUAL, "true",
							NULL);

	pw_properties_setf(props, PW_KEY_NODE_NAME, CAPTURE_PREFIX "%s", config->sink);
	pw_properties_setf(props, PW_KEY_NODE_DESCRIPTION, "%s (iemd)", config->description);
	set_common(props, config, number);
	if (config->smart) {
		pw_properties_set(props, "filter.smart", "true");
		pw_properties_setf(props, "filter.smart.name", CAPTURE_PREFIX "%s", config->sink);
		set_smart_target(props, config->sink);
	}
	return props;
}

struct pw_properties *pair_playback_props(const struct pair_config *config, unsigned number)
{
	struct pw_properties *props = pw_properties_new(PW_KEY_MEDIA_CLASS, "Stream/Output/Audio",
							PW_KEY_NODE_PASSIVE, "true", PW_KEY_STREAM_DONT_REMIX, "true",
							"state.restore-target", "false", NULL);

	pw_properties_setf(props, PW_KEY_NODE_NAME, PLAYBACK_PREFIX "%s", config->sink);
	pw_properties_setf(props, PW_KEY_NODE_DESCRIPTION, "%s (iemd playback)", config->description);
	set_common(props, config, number);
	if (config->smart) {
		pw_properties_set(props, "node.dont-fallback", "true");
		pw_properties_set(props, "node.linger", "true");
		pw_properties_set(props, "node.dont-move", "true");
	} else {
		pw_properties_set(props, "target.object", config->sink);
		pw_properties_set(props, PW_KEY_NODE_DONT_RECONNECT, "true");
	}
	return props;
}

const struct spa_pod *pair_format(struct spa_pod_builder *builder, const struct pair_layout *layout)
{
	struct spa_audio_info_raw info = { .format = SPA_AUDIO_FORMAT_F32P, .channels = layout->channels };

	for (unsigned c = 0; c < layout->channels; c++) {
		const struct spa_type_info *type = spa_type_audio_channel;

		while (type->name && strcmp(spa_debug_type_short_name(type->name), layout->positions[c]) != 0)
			type++;
		info.position[c] = type->name ? type->type : SPA_AUDIO_CHANNEL_UNKNOWN;
	}
	return spa_format_audio_raw_build(builder, SPA_PARAM_EnumFormat, &info);
}
