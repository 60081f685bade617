/* iemctl set, limit, loudness: settings, shown and changed without touching the rest of the file. */
#include "cli/bus.h"
#include "cli/files.h"
#include "cli/groups.h"
#include "cli/json.h"
#include "cli/properties.h"
#include "cli/text.h"

#include "core/conf.h"
#include "core/nearest.h"
#include "core/settings.h"

#include <errno.h>
#include <math.h>

struct view {
	struct iem_paths paths;
	struct iem_settings settings, defaults;
};

static void view_finish(struct view *view)
{
	iem_paths_finish(&view->paths);
}

static const char *environment(const char *name)
{
	return getenv(name);
}

/* @return enum status; a file that does not load is told, and does not count */
static int view_open(struct view *view)
{
	if (iem_paths_init(&view->paths, environment) < 0) {
		complain("The settings cannot be read: out of memory.");
		return STATUS_FAILED;
	}
	iem_settings_init(&view->defaults);
	return read_settings(&view->paths, &view->settings);
}

/* --- showing ---------------------------------------------------------------------------------- */

static json_t *value_json(const struct iem_setting *setting, const struct iem_settings *settings)
{
	const void *field = (const char *)settings + setting->field;
	char text[64];

	switch (setting->kind) {
	case IEM_SETTING_BOOL:
		return json_boolean(*(const bool *)field);
	case IEM_SETTING_NUMBER:
		return json_number(*(const double *)field);
	case IEM_SETTING_CHOICE:
		break;
	}
	return json_text(iem_setting_text(setting, settings, text, sizeof(text)));
}

static json_t *setting_json(const struct iem_setting *setting, const struct view *view)
{
	char allowed[128];

	return json_pack("{ss, so, so, ss}", "key", setting->name, "value",
			 value_json(setting, &view->settings), "default",
			 value_json(setting, &view->defaults), "allowed",
			 iem_setting_allowed(setting, allowed, sizeof(allowed)));
}

static int show_all(const struct view *view, bool json)
{
	struct table table = { .columns = 4, .shrink = -1 };
	json_t *list = json ? json_array() : NULL;
	struct iem_setting setting;
	char value[64], standard[64], allowed[128];

	table_add(&table, "KEY", "VALUE", "DEFAULT", "ALLOWED");
	for (size_t i = 0; iem_setting_at(&setting, i); i++) {
		if (list)
			json_array_append_new(list, setting_json(&setting, view));
		table_add(&table, setting.name,
			  iem_setting_text(&setting, &view->settings, value, sizeof(value)),
			  iem_setting_text(&setting, &view->defaults, standard, sizeof(standard)),
			  iem_setting_allowed(&setting, allowed, sizeof(allowed)));
	}
	if (!list)
		table_print(&table, 0);
	table_finish(&table);
	return list ? json_put(list) : STATUS_DONE;
}

static int show_one(const struct iem_setting *setting, bool json)
{
	CLEANUP(view_finish) struct view view = { 0 };
	const int status = view_open(&view);
	char text[64];

	if (status != STATUS_DONE)
		return status;
	if (json)
		return json_put(setting_json(setting, &view));
	say("%s\n", iem_setting_text(setting, &view.settings, text, sizeof(text)));
	return STATUS_DONE;
}

/* --- changing --------------------------------------------------------------------------------- */

/* The text to start from: the file in force, be it the system's, which the user's will hide. */
static int read_text(const struct iem_paths *paths, char **text, size_t *size)
{
	const char *path = iem_paths_settings(paths);
	int r;

	if (!path) {
		*text = strdup("");
		*size = 0;
		return *text ? STATUS_DONE : STATUS_FAILED;
	}
	r = conf_slurp(path, IEM_MAX_FILE_BYTES, text, size);
	if (r == 0)
		return STATUS_DONE;
	complain("%s cannot be read: %s.", path, strerror(-r));
	return STATUS_FAILED;
}

static int tell_why_not(const struct iem_paths *paths, const char *text, size_t size, const char *name, int r)
{
	const char *path = iem_paths_settings(paths);
	struct iem_diags diags = { 0 };
	struct iem_settings settings;
	const char *why = strerror(-r);

	if (r == -EBADMSG && path)
		why = iem_settings_parse(&settings, text, size, path, &diags) < 0 ?
			      "the settings file has to be mended first" :
			      "its layout leaves no safe place for it (is there an open comment?); edit it by hand";
	complain_diags(&diags);
	iem_diags_finish(&diags);
	complain("'%s' was not changed: %s.", name, why);
	return STATUS_FAILED;
}

/* Through a symbolic link, which somebody made on purpose: the link stays, what it names changes. */
static int write_text(const struct iem_paths *paths, const char *text)
{
	CLEANUP(iem_freep) char *target = NULL;
	const char *path = paths->settings;
	int r;

	if (!path) {
		complain(
			"There is no place for your settings: neither XDG_CONFIG_HOME nor HOME names a folder.");
		return STATUS_FAILED;
	}
	target = realpath(path, NULL);
	r = iem_write_atomic(target ? target : path, text, strlen(text), 0644);
	if (r == 0)
		return STATUS_DONE;
	complain("%s cannot be written: %s.", path, strerror(-r));
	return STATUS_FAILED;
}

static int report(const struct iem_setting *setting, const struct view *view, bool json)
{
	char now[64], safe[1024];

	if (json)
		return json_put(setting_json(setting, view));
	say("%s is %s now, in %s.\n", setting->name,
	    iem_setting_text(setting, &view->settings, now, sizeof(now)),
	    shown(view->paths.settings, safe, sizeof(safe)));
	return STATUS_DONE;
}

static bool is_undone(const char *level_code)
{
	static const char *const undone[] = { "unknown", "match-refused", "ceiling-refused", "unconfirmed-refused" };

	for (size_t i = 0; i < ARRAY_LEN(undone); i++)
		if (strcmp(level_code, undone[i]) == 0)
			return true;
	return false;
}

/* A ceiling that is only written down protects nobody: what a running service cannot do of a level, it is asked. */
static void tell_level(const struct iem_setting *setting)
{
	CLEANUP(json_decrefp) json_t *outputs = NULL;
	const json_t *output;
	size_t i;

	if (strncmp(setting->name, "level.", strlen("level.")) != 0)
		return;
	outputs = service_outputs_if_any();
	json_array_foreach (outputs, i, output)
		if (json_is_true(json_object_get(output, "Default")) && is_undone(property_text(output, "LevelCode")))
			say_wrapped(property_text(output, "LevelReason"), 0);
}

static int change(const struct iem_setting *setting, const char *value, bool json)
{
	CLEANUP(view_finish) struct view view = { 0 };
	CLEANUP(iem_freep) char *text = NULL, *edited = NULL;
	size_t size = 0;
	int status, r;

	if (iem_paths_init(&view.paths, environment) < 0)
		return STATUS_FAILED;
	if ((status = read_text(&view.paths, &text, &size)) != STATUS_DONE)
		return status;
	r = iem_settings_edit(text, size, setting->name, value, &edited);
	if (r < 0)
		return tell_why_not(&view.paths, text, size, setting->name, r);
	if ((status = write_text(&view.paths, edited)) != STATUS_DONE)
		return status;
	iem_settings_init(&view.defaults);
	iem_settings_parse(&view.settings, edited, strlen(edited), view.paths.settings, NULL);
	status = after_change();
	r = report(setting, &view, json);
	if (status == STATUS_DONE && !json)
		tell_level(setting);
	return status == STATUS_DONE ? r : status;
}

static int check_value(const struct invocation *call, const struct iem_setting *setting, const char *value)
{
	struct iem_settings scratch;
	char allowed[128];

	iem_settings_init(&scratch);
	if (iem_setting_assign(setting, &scratch, value) == 0)
		return STATUS_DONE;
	return usage_error(call, "'%s' cannot be '%s'; allowed: %s.", setting->name, value,
			   iem_setting_allowed(setting, allowed, sizeof(allowed)));
}

static int unknown_key(const struct invocation *call, const char *name)
{
	char names[64][64];
	const char *words[64];
	struct iem_setting setting;
	const char *near;
	size_t n = 0;

	for (; n < ARRAY_LEN(words) && iem_setting_at(&setting, n); n++)
		words[n] = strcpy(names[n], setting.name);
	near = iem_nearest(name, words, n);
	if (near)
		return usage_error(call,
				   "There is no setting '%s'; did you mean '%s'? 'iemctl set' lists them all.",
				   name, near);
	return usage_error(call, "There is no setting '%s'; 'iemctl set' lists them all.", name);
}

/* --- the commands ----------------------------------------------------------------------------- */

static int get_or_set(const struct invocation *call, const char *name, const char *value)
{
	struct iem_setting setting;
	int status;

	if (!iem_setting_find(&setting, name))
		return unknown_key(call, name);
	if (!value)
		return show_one(&setting, option_given(call, "--json"));
	status = check_value(call, &setting, value);
	return status == STATUS_DONE ? change(&setting, value, option_given(call, "--json")) : status;
}

static int run_set(const struct invocation *call)
{
	CLEANUP(view_finish) struct view view = { 0 };
	int status;

	if (call->n_args > 0)
		return get_or_set(call, call->args[0], call->n_args > 1 ? call->args[1] : NULL);
	status = view_open(&view);
	return status == STATUS_DONE ? show_all(&view, option_given(call, "--json")) : status;
}

static void say_limit(const struct iem_settings *settings)
{
	if (isfinite(settings->level.max_spl_db))
		say("No sine may have more than %g dB SPL.\n", settings->level.max_spl_db);
	else
		say("There is no ceiling.\n");
}

static void say_loudness(const struct iem_settings *settings)
{
	say("Loudness compensation is %s.\n", settings->loudness.enabled ? "on" : "off");
}

/* A short command for one setting, in its own words. */
static int run_short(const struct invocation *call, const char *name, const char *wrong,
		     void (*say_how)(const struct iem_settings *settings))
{
	CLEANUP(view_finish) struct view view = { 0 };
	const char *value = call->n_args ? call->args[0] : NULL;
	struct iem_settings scratch;
	struct iem_setting setting;
	int status;

	if (!value && !option_given(call, "--json")) {
		if ((status = view_open(&view)) == STATUS_DONE)
			say_how(&view.settings);
		return status;
	}
	iem_settings_init(&scratch);
	if (value && iem_setting_find(&setting, name) && iem_setting_assign(&setting, &scratch, value) < 0)
		return usage_error(call, "'%s' is %s.", value, wrong);
	return get_or_set(call, name, value);
}

static int run_limit(const struct invocation *call)
{
	return run_short(call, "level.max_spl", "no ceiling: 60 to 130 dB SPL are, or off", say_limit);
}

static int run_loudness(const struct invocation *call)
{
	return run_short(call, "loudness.enabled", "neither on nor off", say_loudness);
}

const struct command settings_commands[] = {
	{ "set", "[KEY [VALUE]]", "Settings: all, one, or a new value", run_set, 0, 2, COMMAND_READS, NULL,
	  "Changes your iemd.conf, and in it nothing but that value.\n" },
	{ "limit", "[DB|off]", "The highest level, in dB SPL (level.max_spl)", run_limit, 0, 1, COMMAND_READS },
	{ "loudness", "[on|off]", "Loudness compensation (loudness.enabled)", run_loudness, 0, 1, COMMAND_READS },
	COMMAND_END
};
