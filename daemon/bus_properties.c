/* The properties of org.iemd: rows of name, signature and where the value is. */
#include "daemon/bus_private.h"

#include "config.h"

#include <errno.h>
#include <math.h>

enum change { SIGNALLED, QUIET }; /* QUIET: changes all the time, to be read when wanted */

struct row {
	const char *name, *signature;
	size_t field; /* in struct engine_view */
	enum change change;
};

#define VIEW(name) offsetof(struct engine_view, name)

static const struct row output_rows[] = {
	{ "Id", "s", VIEW(id) },
	{ "Node", "s", VIEW(node) },
	{ "Port", "s", VIEW(port) },
	{ "Description", "s", VIEW(description) },
	{ "Kind", "s", VIEW(kind) },
	{ "Available", "b", VIEW(available) },
	{ "Default", "b", VIEW(is_default) },
	{ "State", "s", VIEW(state) },
	{ "Profile", "s", VIEW(profile) },
	{ "Brand", "s", VIEW(brand) },
	{ "Model", "s", VIEW(model) },
	{ "Variant", "s", VIEW(variant) },
	{ "Confirmed", "b", VIEW(confirmed) },
	{ "Preferred", "s", VIEW(preferred) },
	{ "Reason", "s", VIEW(reason) },
	{ "ReasonCode", "s", VIEW(reason_code) },
	{ "Source", "s", VIEW(source) },
	{ "SourceName", "s", VIEW(source_name) },
	{ "SourceReason", "s", VIEW(source_reason) },
	{ "Rate", "u", VIEW(rate) },
	{ "Channels", "u", VIEW(channels) },
	{ "LatencySamples", "u", VIEW(latency_samples) },
	{ "PreampDb", "d", VIEW(preamp_db) },
	{ "GainDb", "d", VIEW(gain_db) },
	{ "SplFullScaleDb", "d", VIEW(spl_full_scale_db) },
	{ "SplSineDb", "d", VIEW(spl_sine_db) },
	{ "SplNowDba", "d", VIEW(spl_now_dba), QUIET },
	{ "DampingDb", "d", VIEW(damping_db) },
	{ "VolumeDb", "d", VIEW(volume_db) },
	{ "VolumeMuted", "b", VIEW(volume_muted) },
	{ "VolumePartDb", "d", VIEW(volume_part_db) },
	{ "MixerControl", "s", VIEW(mixer.control) },
	{ "MixerMinDb", "d", VIEW(mixer.min_db) },
	{ "MixerMaxDb", "d", VIEW(mixer.max_db) },
	{ "MixerStepDb", "d", VIEW(mixer.step_db) },
	{ "MixerDb", "d", VIEW(mixer.now_db) },
	{ "MixerAnalog", "b", VIEW(mixer.analog) },
	{ "MixerMoved", "b", VIEW(mixer.moved) },
	{ "LevelCode", "s", VIEW(level_code) },
	{ "LevelReason", "s", VIEW(level_reason) },
	{ "Clips", "t", VIEW(clips) },
	{ "Limited", "t", VIEW(limited) },
	{ "LoadPercent", "d", VIEW(load_percent), QUIET },
	{ "UncorrectedChangeDb", "d", VIEW(uncorrected_change_db) },
	{ "UncorrectedStreams", "as", VIEW(uncorrected) },
};

static const struct row *find_row(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(output_rows); i++)
		if (strcmp(output_rows[i].name, name) == 0)
			return &output_rows[i];
	return NULL;
}

/* One reading serves all properties that a message asks for. */
void bus_refresh_views(struct bus *bus)
{
	sd_bus_message *message = sd_bus_get_current_message(bus->connection);

	if (bus->updating || (message && message == bus->views_for))
		return;
	sd_bus_message_unref(bus->views_for);
	bus->views_for = sd_bus_message_ref(message);
	engine_views_free(bus->views, bus->n_views);
	bus->n_views = engine_views(bus->config.engine, &bus->views);
}

const struct engine_view *bus_view(struct bus *bus, const char *id)
{
	for (size_t i = 0; i < bus->n_views; i++)
		if (iem_streq(bus->views[i].id, id))
			return &bus->views[i];
	return NULL;
}

const struct engine_view *bus_active_view(struct bus *bus)
{
	const struct engine_view *waited_for = NULL;

	for (size_t i = 0; i < bus->n_views; i++) {
		if (bus->views[i].is_default)
			return &bus->views[i];
		if (!bus->views[i].present && !waited_for)
			waited_for = &bus->views[i];
	}
	return waited_for;
}

static int append_names(sd_bus_message *reply, char *const *names)
{
	int r = sd_bus_message_open_container(reply, 'a', "s");

	for (; r >= 0 && names && *names; names++)
		r = sd_bus_message_append(reply, "s", *names);
	return r < 0 ? r : sd_bus_message_close_container(reply);
}

static int append_row(sd_bus_message *reply, const struct row *row, const struct engine_view *view)
{
	const void *field = (const char *)view + row->field;

	switch (row->signature[0]) {
	case 's':
		return sd_bus_message_append(reply, "s", *(const char *const *)field ? *(const char *const *)field : "");
	case 'b':
		return sd_bus_message_append(reply, "b", *(const bool *)field);
	case 'u':
		return sd_bus_message_append(reply, "u", *(const uint32_t *)field);
	case 't':
		return sd_bus_message_append(reply, "t", *(const uint64_t *)field);
	case 'd':
		return sd_bus_message_append(reply, "d", *(const double *)field);
	default:
		return append_names(reply, *(char *const *const *)field);
	}
}

static int get_output(sd_bus *connection, const char *path, const char *interface, const char *property,
		      sd_bus_message *reply, void *data, sd_bus_error *error)
{
	const struct bus_output *output = data;
	const struct row *row = find_row(property);
	const struct engine_view *view;

	bus_refresh_views(output->bus);
	view = bus_view(output->bus, output->id);
	return row && view ? append_row(reply, row, view) : -ENOENT;
}

/* --- the manager ------------------------------------------------------------------------------------------------ */

static const char *text_or_empty(const char *text)
{
	return text ? text : "";
}

/* The state of the whole: of the output that sound goes to, or why there is none. */
static const char *manager_state(struct bus *bus)
{
	const struct engine_view *view = bus_active_view(bus);

	if (view)
		return view->state;
	return engine_manned(bus->config.engine) ? "no-profile" : "waiting";
}

static int append_outputs(struct bus *bus, sd_bus_message *reply)
{
	int r = sd_bus_message_open_container(reply, 'a', "o");

	for (size_t i = 0; i < bus->n_outputs && r >= 0; i++)
		r = sd_bus_message_append(reply, "o", bus->outputs[i]->path);
	return r < 0 ? r : sd_bus_message_close_container(reply);
}

/* (profile, or "" for all; what; value) */
static int append_preferences(struct bus *bus, sd_bus_message *reply)
{
	const struct preferred *all;
	const size_t n = preferences_all(bus->config.preferences, &all);
	int r = sd_bus_message_open_container(reply, 'a', "(sss)");
	char text[64];

	for (size_t i = 0; i < n; i++)
		for (int key = 0; key < IEM_PREFERENCE_KEYS && r >= 0; key++)
			if (all[i].preference.given & 1u << key)
				r = sd_bus_message_append(reply, "(sss)", text_or_empty(all[i].profile),
							  iem_preference_rows[key].name,
							  iem_preference_text(&all[i].preference, key, text, sizeof(text)));
	return r < 0 ? r : sd_bus_message_close_container(reply);
}

static int append_owned(struct bus *bus, sd_bus_message *reply)
{
	const char *const *owned;
	const size_t n = earphones_owned(bus->config.earphones, &owned);
	int r = sd_bus_message_open_container(reply, 'a', "s");

	for (size_t i = 0; i < n && r >= 0; i++)
		r = sd_bus_message_append(reply, "s", owned[i]);
	return r < 0 ? r : sd_bus_message_close_container(reply);
}

static int get_manager(sd_bus *connection, const char *path, const char *interface, const char *property,
		       sd_bus_message *reply, void *data, sd_bus_error *error)
{
	struct bus *bus = data;
	const struct engine_view *view;
	const struct bus_output *active;
	const char *why, *mode;

	bus_refresh_views(bus);
	view = bus_active_view(bus);
	active = view ? bus_output_of(bus, view->id) : NULL;
	mode = engine_mode_names[engine_mode(bus->config.engine, &why)];
	if (strcmp(property, "Version") == 0)
		return sd_bus_message_append(reply, "s", IEMD_VERSION);
	if (strcmp(property, "Enabled") == 0)
		return sd_bus_message_append(reply, "b", choices_enabled(bus->config.choices));
	if (strcmp(property, "Mode") == 0)
		return sd_bus_message_append(reply, "s", text_or_empty(mode));
	if (strcmp(property, "ModeReason") == 0)
		return sd_bus_message_append(reply, "s", why);
	if (strcmp(property, "Preferences") == 0)
		return append_preferences(bus, reply);
	if (strcmp(property, "Owned") == 0)
		return append_owned(bus, reply);
	if (strcmp(property, "State") == 0)
		return sd_bus_message_append(reply, "s", manager_state(bus));
	if (strcmp(property, "ActiveOutput") == 0)
		return sd_bus_message_append(reply, "o", active ? active->path : "/");
	return append_outputs(bus, reply);
}

/* --- change signals --------------------------------------------------------------------------------------------- */

void bus_free_told(char **told)
{
	for (char **text = told; text && *text; text++)
		free(*text);
	free(told);
}

/* A property's value as text, to see whether it changed: by the very getter that the bus uses. */
static char *value_text(struct bus *bus, const char *path, const char *interface, const char *property)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *message = NULL;
	struct bus_output *output = NULL;
	char *text = NULL;
	size_t size = 0;
	FILE *out;
	int r;

	for (size_t i = 0; i < bus->n_outputs; i++)
		if (strcmp(bus->outputs[i]->path, path) == 0)
			output = bus->outputs[i];
	if (sd_bus_message_new_signal(bus->connection, &message, path, interface, "Value") < 0)
		return NULL;
	r = output ? get_output(NULL, path, interface, property, message, output, NULL) :
		     get_manager(NULL, path, interface, property, message, bus, NULL);
	if (r < 0 || sd_bus_message_seal(message, 1, 0) < 0)
		return NULL;
	out = open_memstream(&text, &size);
	if (!out)
		return NULL;
	sd_bus_message_dump(message, out, SD_BUS_MESSAGE_DUMP_SUBTREE_ONLY);
	fclose(out);
	return text;
}

void bus_signal_changes(struct bus *bus, const char *path, const char *interface, char ***told)
{
	static const char *const manager_names[] = { "Enabled", "Mode", "ModeReason", "State", "ActiveOutput",
						     "Outputs", "Preferences", "Owned" };
	const bool manager = strcmp(interface, BUS_MANAGER) == 0;
	const size_t n = manager ? ARRAY_LEN(manager_names) : ARRAY_LEN(output_rows);
	char *changed[ARRAY_LEN(output_rows) + 1];
	size_t n_changed = 0;
	const bool first = !*told;

	if (first)
		*told = calloc(n + 1, sizeof(char *));
	for (size_t i = 0; *told && i < n; i++) {
		const char *name = manager ? manager_names[i] : output_rows[i].name;
		char *text;

		text = !manager && output_rows[i].change == QUIET ? strdup("") :
								     value_text(bus, path, interface, name);
		if (!text)
			text = strdup("");
		if (!first && !iem_streq((*told)[i], text))
			changed[n_changed++] = (char *)name;
		free((*told)[i]);
		(*told)[i] = text;
	}
	changed[n_changed] = NULL;
	if (n_changed)
		sd_bus_emit_properties_changed_strv(bus->connection, path, interface, changed);
}

/* --- the tables that the bus introspects ------------------------------------------------------------------------ */

#define CHANGES SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE
#define MANAGER_PROPERTY(name, signature) SD_BUS_PROPERTY(name, signature, get_manager, 0, CHANGES)
#define OUTPUT_PROPERTY(name, signature) SD_BUS_PROPERTY(name, signature, get_output, 0, CHANGES)

const sd_bus_vtable bus_manager_vtable[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_PROPERTY("Version", "s", get_manager, 0, SD_BUS_VTABLE_PROPERTY_CONST),
	MANAGER_PROPERTY("Enabled", "b"),
	MANAGER_PROPERTY("Mode", "s"),
	MANAGER_PROPERTY("ModeReason", "s"),
	MANAGER_PROPERTY("State", "s"),
	MANAGER_PROPERTY("ActiveOutput", "o"),
	MANAGER_PROPERTY("Outputs", "ao"),
	MANAGER_PROPERTY("Preferences", "a(sss)"),
	MANAGER_PROPERTY("Owned", "as"),
	SD_BUS_METHOD_WITH_ARGS("Switch",
				SD_BUS_ARGS("s", output, "s", profile, "s", variant, "b", once, "b", wait),
				SD_BUS_RESULT("s", told), bus_on_switch, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Next", SD_BUS_ARGS("s", output, "b", wait), SD_BUS_RESULT("s", told), bus_on_next,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Auto", SD_BUS_ARGS("s", output, "b", wait), SD_BUS_RESULT("s", told), bus_on_auto,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Confirm", SD_BUS_ARGS("s", output), SD_BUS_RESULT("s", told), bus_on_confirm,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("SetEnabled", SD_BUS_ARGS("b", enabled, "b", raw, "b", wait),
				SD_BUS_RESULT("s", told), bus_on_set_enabled, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("SetSource", SD_BUS_ARGS("s", output, "s", source, "b", wait),
				SD_BUS_RESULT("s", told), bus_on_set_source, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("GetDose", SD_BUS_NO_ARGS,
				SD_BUS_RESULT("b", enabled, "s", standard, "d", percent, "d", low, "d", high, "d", hours),
				bus_on_get_dose, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("ResetDose", SD_BUS_NO_ARGS, SD_BUS_RESULT("s", told), bus_on_reset_dose,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_SIGNAL_WITH_ARGS("DoseWarning", SD_BUS_ARGS("i", percent), 0),
	SD_BUS_METHOD_WITH_ARGS("Prefer", SD_BUS_ARGS("s", what, "s", value, "s", profile, "b", wait),
				SD_BUS_RESULT("s", told), bus_on_prefer, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Compare",
				SD_BUS_ARGS("s", output, "s", first, "s", first_variant, "s", second, "s",
					    second_variant, "b", second_heard, "b", wait),
				SD_BUS_RESULT("s", told), bus_on_compare, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Hear", SD_BUS_ARGS("b", second, "b", wait), SD_BUS_RESULT("s", told), bus_on_hear,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("EndComparison", SD_BUS_NO_ARGS, SD_BUS_RESULT("s", told), bus_on_end_comparison,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Own", SD_BUS_ARGS("s", profile, "b", owned), SD_BUS_RESULT("s", told), bus_on_own,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Why", SD_BUS_ARGS("s", output),
				SD_BUS_RESULT("s", id, "s", description, "a(ss)", told, "a(sssss)", rungs), bus_on_why,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("FindOutput", SD_BUS_ARGS("s", output), SD_BUS_RESULT("o", path), bus_on_find_output,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Sync", SD_BUS_NO_ARGS, SD_BUS_RESULT("s", told), bus_on_sync,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_VTABLE_END
};

const sd_bus_vtable bus_output_vtable[] = {
	SD_BUS_VTABLE_START(0),
	OUTPUT_PROPERTY("Id", "s"),
	OUTPUT_PROPERTY("Node", "s"),
	OUTPUT_PROPERTY("Port", "s"),
	OUTPUT_PROPERTY("Description", "s"),
	OUTPUT_PROPERTY("Kind", "s"),
	OUTPUT_PROPERTY("Available", "b"),
	OUTPUT_PROPERTY("Default", "b"),
	OUTPUT_PROPERTY("State", "s"),
	OUTPUT_PROPERTY("Profile", "s"),
	OUTPUT_PROPERTY("Brand", "s"),
	OUTPUT_PROPERTY("Model", "s"),
	OUTPUT_PROPERTY("Variant", "s"),
	OUTPUT_PROPERTY("Confirmed", "b"),
	OUTPUT_PROPERTY("Preferred", "s"),
	OUTPUT_PROPERTY("Reason", "s"),
	OUTPUT_PROPERTY("ReasonCode", "s"),
	OUTPUT_PROPERTY("Source", "s"),
	OUTPUT_PROPERTY("SourceName", "s"),
	OUTPUT_PROPERTY("SourceReason", "s"),
	OUTPUT_PROPERTY("Rate", "u"),
	OUTPUT_PROPERTY("Channels", "u"),
	OUTPUT_PROPERTY("LatencySamples", "u"),
	OUTPUT_PROPERTY("PreampDb", "d"),
	OUTPUT_PROPERTY("GainDb", "d"),
	OUTPUT_PROPERTY("SplFullScaleDb", "d"),
	OUTPUT_PROPERTY("SplSineDb", "d"),
	SD_BUS_PROPERTY("SplNowDba", "d", get_output, 0, 0),
	OUTPUT_PROPERTY("DampingDb", "d"),
	OUTPUT_PROPERTY("VolumeDb", "d"),
	OUTPUT_PROPERTY("VolumeMuted", "b"),
	OUTPUT_PROPERTY("VolumePartDb", "d"),
	OUTPUT_PROPERTY("MixerControl", "s"),
	OUTPUT_PROPERTY("MixerMinDb", "d"),
	OUTPUT_PROPERTY("MixerMaxDb", "d"),
	OUTPUT_PROPERTY("MixerStepDb", "d"),
	OUTPUT_PROPERTY("MixerDb", "d"),
	OUTPUT_PROPERTY("MixerAnalog", "b"),
	OUTPUT_PROPERTY("MixerMoved", "b"),
	OUTPUT_PROPERTY("LevelCode", "s"),
	OUTPUT_PROPERTY("LevelReason", "s"),
	OUTPUT_PROPERTY("Clips", "t"),
	OUTPUT_PROPERTY("Limited", "t"),
	SD_BUS_PROPERTY("LoadPercent", "d", get_output, 0, 0),
	OUTPUT_PROPERTY("UncorrectedChangeDb", "d"),
	OUTPUT_PROPERTY("UncorrectedStreams", "as"),
	SD_BUS_METHOD_WITH_ARGS("Switch", SD_BUS_ARGS("s", profile, "s", variant, "b", once),
				SD_BUS_RESULT("s", told), bus_on_output_switch, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Auto", SD_BUS_NO_ARGS, SD_BUS_RESULT("s", told), bus_on_output_auto,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Next", SD_BUS_NO_ARGS, SD_BUS_RESULT("s", told), bus_on_output_next,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Confirm", SD_BUS_NO_ARGS, SD_BUS_RESULT("s", told), bus_on_output_confirm,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_VTABLE_END
};
