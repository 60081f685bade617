/* prefer: what is added on top of the correction. */
#include "cli/service.h"

#include "cli/command.h"
#include "cli/json.h"
#include "cli/text.h"
#include "core/preference.h"

#include <errno.h>

/* --- what is set ------------------------------------------------------------------------------------------------ */

/* The preference that is set for a profile, "" for all, as the service tells it: a list of (profile, what, value). */
static struct iem_preference read_preference(const json_t *told, const char *profile)
{
	struct iem_preference preference = IEM_PREFERENCE_NEUTRAL;
	const json_t *row;
	size_t i;

	json_array_foreach (told, i, row) {
		const int key = iem_preference_find(json_string_value(json_array_get(row, 1)));
		const char *text = json_string_value(json_array_get(row, 2));

		if (key >= 0 && text && iem_streq(json_string_value(json_array_get(row, 0)), profile))
			iem_preference_parse(&preference, (enum iem_preference_key)key, text);
	}
	return preference;
}

static json_t *value_json(const struct iem_preference *preference, enum iem_preference_key key)
{
	char text[64];

	iem_preference_text(preference, key, text, sizeof(text));
	if (key == IEM_PREFER_MONO)
		return json_boolean(strcmp(text, "on") == 0);
	if (key == IEM_PREFER_CROSSFEED)
		return strcmp(text, "off") == 0 ? json_null() : json_text(text);
	return json_number(strtod(text, NULL));
}

/* All keys for all profiles; of a single profile what is set for it. */
static json_t *preference_json(const struct iem_preference *preference, bool all)
{
	json_t *object = json_object();

	for (int key = 0; key < IEM_PREFERENCE_KEYS; key++)
		if (all || preference->given & 1u << key)
			json_object_set_new(object, iem_preference_rows[key].name, value_json(preference, key));
	return object;
}

static int show_json(const json_t *told)
{
	const struct iem_preference all = read_preference(told, "");
	json_t *profiles = json_object();
	const json_t *row;
	size_t i;

	json_array_foreach (told, i, row) {
		const char *profile = json_string_value(json_array_get(row, 0));
		const struct iem_preference own = read_preference(told, profile ? profile : "");

		if (profile && *profile)
			json_object_set_new(profiles, profile, preference_json(&own, false));
	}
	return json_put(json_pack("{so, so}", "all", preference_json(&all, true), "profiles", profiles));
}

static void show_rows(const json_t *told)
{
	struct table table = { .columns = 3, .shrink = 2, .right = 1 << 1 };
	const struct iem_preference all = read_preference(told, "");
	const json_t *row;
	char value[64];
	size_t i;

	for (int key = 0; key < IEM_PREFERENCE_KEYS; key++) {
		const struct iem_preference_row *what = &iem_preference_rows[key];

		iem_preference_text(&all, (enum iem_preference_key)key, value, sizeof(value));
		if (what->unit)
			strncat(value, what->unit, sizeof(value) - strlen(value) - 1);
		table_add(&table, what->name, value, "");
	}
	json_array_foreach (told, i, row) {
		const char *profile = json_string_value(json_array_get(row, 0));
		const char *what = json_string_value(json_array_get(row, 1));
		const int key = iem_preference_find(what);
		char of[128];

		if (!profile || !*profile || key < 0)
			continue;
		snprintf(value, sizeof(value), "%s%s", json_string_value(json_array_get(row, 2)),
			 iem_preference_rows[key].unit ? iem_preference_rows[key].unit : "");
		snprintf(of, sizeof(of), "with %s", profile);
		table_add(&table, what, value, of);
	}
	table_print(&table, 0);
	table_finish(&table);
}

static int show(struct service *service, const struct service_request *request)
{
	json_t *manager = NULL, *output = NULL;
	const json_t *told;
	int status = service_status(service, &manager, &output);

	told = json_object_get(manager, "Preferences");
	if (status == 0 && request->json)
		status = show_json(told);
	else if (status == 0)
		show_rows(told);
	json_decref(manager);
	json_decref(output);
	return status;
}

/* --- setting it ------------------------------------------------------------------------------------------------- */

static int wrong(const struct service_request *request)
{
	struct iem_preference tried = IEM_PREFERENCE_NEUTRAL;
	const int key = iem_preference_find(request->what);
	char safe[256];

	if (iem_streq(request->what, "reset")) {
		if (!*request->value)
			return STATUS_DONE;
		complain("'reset' takes no value; 'iemctl prefer WHAT reset' resets one.");
		return STATUS_USAGE;
	}
	if (key < 0) {
		complain("There is no preference '%s'; there are bass, treble, tilt, balance, mono, crossfeed and width, and"
			 " reset.", shown(request->what, safe, sizeof(safe)));
		return STATUS_USAGE;
	}
	if (!*request->value) {
		complain("%s lacks its value; allowed is %s, or reset.", request->what, iem_preference_rows[key].allowed);
		return STATUS_USAGE;
	}
	if (iem_preference_parse(&tried, (enum iem_preference_key)key, request->value) == 0)
		return STATUS_DONE;
	complain("%s is '%s'; allowed is %s, or reset.", request->what, shown(request->value, safe, sizeof(safe)),
		 iem_preference_rows[key].allowed);
	return STATUS_USAGE;
}

static int set(struct service *service, const struct service_request *request)
{
	int (*const ask)(struct service *service, const char *method, const char *types, ...) =
		request->json ? service_ask : service_call;
	const int status = ask(service, "Prefer", "sssb", request->what, request->value, request->profile,
			       (int)request->wait);

	return status == STATUS_DONE && request->json ? show(service, request) : status;
}

int service_cmd_prefer(const struct service_request *request)
{
	CLEANUP(service_closep) struct service *service = NULL;
	int status = *request->what ? wrong(request) : STATUS_DONE;

	if (status == STATUS_DONE)
		status = service_open(&service, request->bus);
	if (status != STATUS_DONE)
		return status;
	return *request->what ? set(service, request) : show(service, request);
}
