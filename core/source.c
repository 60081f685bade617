#include "core/source.h"

#include "core/conf_parts.h"

#include <errno.h>
#include <math.h>

const char *const iem_source_kinds[] = { "dongle", "dac-amp", "amp", "interface", "onboard", "board", "bluetooth",
					 NULL };

const struct iem_source iem_source_unknown = {
	.kind = -1, .max_voltage_v = NAN, .max_current_ma = NAN, .output_impedance_ohm = NAN, .noise_uv = NAN
};

#define SOURCE(name) offsetof(struct iem_source, name)

static const struct conf_key source_fact_keys[] = {
	{ "name", CONF_STRING, SOURCE(name) },
	{ "kind", CONF_CHOICE, SOURCE(kind), .choices = iem_source_kinds },
	{ "max_voltage", CONF_NUMBER, SOURCE(max_voltage_v), 0.001, 1000, " V" },
	{ "max_current", CONF_NUMBER, SOURCE(max_current_ma), 0.01, 100000, " mA" },
	{ "rated_power", CONF_CUSTOM, SOURCE(rated_power), 1, 10000, " ohm", .read = conf_read_curve },
	{ "output_impedance", CONF_NUMBER, SOURCE(output_impedance_ohm), 0, 10000, " ohm" },
	{ "noise", CONF_NUMBER, SOURCE(noise_uv), 0, 100000, " uV" },
	CONF_END
};

static const struct conf_key volume_keys[] = {
	{ "control", CONF_STRING, SOURCE(volume_control) },
	{ "analog", CONF_BOOL, SOURCE(volume_analog) },
	CONF_END
};

static const struct conf_key source_keys[] = {
	{ "source", CONF_GROUP, 0, .keys = source_fact_keys },
	{ "match", CONF_CUSTOM, SOURCE(matches), .read = conf_read_matches },
	{ "volume", CONF_GROUP, 0, .keys = volume_keys },
	{ "origin", CONF_STRING, SOURCE(origin) },
	CONF_END
};

int iem_source_load(struct iem_source **out, const char *id, const char *path, struct iem_diags *diags)
{
	CLEANUP(iem_source_freep) struct iem_source *source = calloc(1, sizeof(*source));
	CLEANUP(conf_close) struct conf conf = { 0 };
	int r;

	if (!source)
		return -ENOMEM;
	*source = iem_source_unknown;
	if (!(source->id = strdup(id)))
		return -ENOMEM;
	if ((r = conf_open(&conf, path, diags)) < 0 || (r = conf_read_root(&conf, source_keys, source)) < 0)
		return r;
	*out = IEM_STEAL(source);
	return 0;
}

void iem_source_free(struct iem_source *source)
{
	if (!source)
		return;
	free(source->id);
	free(source->name);
	free(source->rated_power.at);
	iem_matches_finish(&source->matches);
	free(source->volume_control);
	free(source->origin);
	free(source);
}

void iem_source_freep(struct iem_source **source)
{
	iem_source_free(*source);
}
