/* status and outputs: the service's properties for people, and as the JSON that is agreed on. */
#include "cli/service.h"
#include "cli/properties.h"
#include "cli/service_level.h"

#include "cli/json.h"
#include "cli/text.h"
#include "core/util.h"

#include <ctype.h>
#include <math.h>
#include <unistd.h>

/* --- JSON ------------------------------------------------------------------------------------------------------- */

#define DIGITS JSON_REAL_PRECISION(10)

/* How a property turns into a member: texts and counts that are empty or 0 where they are unknown become null. */
enum member { AS_IS, TEXT_OR_NULL, COUNT_OR_NULL };

struct member_row {
	const char *name, *property;
	enum member kind;
};

static const struct member_row output_members[] = {
	{ "id", "Id" },
	{ "node", "Node" },
	{ "port", "Port", TEXT_OR_NULL },
	{ "description", "Description" },
	{ "kind", "Kind" },
};

static const struct member_row profile_members[] = {
	{ "id", "Profile", TEXT_OR_NULL },
	{ "brand", "Brand", TEXT_OR_NULL },
	{ "model", "Model", TEXT_OR_NULL },
	{ "variant", "Variant", TEXT_OR_NULL },
};

static const struct member_row status_members[] = {
	{ "confirmed", "Confirmed" },
	{ "source", "Source", TEXT_OR_NULL },
	{ "preferred", "Preferred", TEXT_OR_NULL },
	{ "reason", "Reason" },
	{ "reason_code", "ReasonCode" },
	{ "rate", "Rate", COUNT_OR_NULL },
	{ "channels", "Channels", COUNT_OR_NULL },
	{ "latency_samples", "LatencySamples" },
	{ "preamp_db", "PreampDb" },
	{ "gain_db", "GainDb" },
	{ "spl_full_scale_db", "SplFullScaleDb" },
	{ "spl_now_db", "SplNowDba" },
	{ "spl_sine_db", "SplSineDb" },
	{ "damping_db", "DampingDb" },
	{ "level_code", "LevelCode", TEXT_OR_NULL },
	{ "level_reason", "LevelReason", TEXT_OR_NULL },
	{ "clips", "Clips" },
	{ "limited", "Limited" },
	{ "load_percent", "LoadPercent" },
	{ "uncorrected_change_db", "UncorrectedChangeDb" },
	{ "uncorrected_streams", "UncorrectedStreams" },
};

static const struct member_row outputs_members[] = {
	{ "id", "Id" },
	{ "node", "Node" },
	{ "port", "Port", TEXT_OR_NULL },
	{ "description", "Description" },
	{ "kind", "Kind" },
	{ "available", "Available" },
	{ "default", "Default" },
	{ "profile", "Profile", TEXT_OR_NULL },
	{ "variant", "Variant", TEXT_OR_NULL },
	{ "source", "Source", TEXT_OR_NULL },
	{ "state", "State" },
	{ "reason", "Reason" },
	{ "reason_code", "ReasonCode" },
};

static json_t *member_of(const struct member_row *row, const json_t *properties)
{
	json_t *value = json_object_get(properties, row->property);

	if (!value || (row->kind == TEXT_OR_NULL && json_string_length(value) == 0) ||
	    (row->kind == COUNT_OR_NULL && json_integer_value(value) == 0))
		return json_null();
	return json_incref(value);
}

static json_t *members(json_t *object, const struct member_row *rows, size_t n, const json_t *properties)
{
	for (size_t i = 0; i < n; i++)
		json_object_set_new(object, rows[i].name, member_of(&rows[i], properties));
	return object;
}

static json_t *status_json(const json_t *manager, const json_t *output)
{
	const struct member_row mode = { "mode", "Mode", TEXT_OR_NULL };
	const struct member_row mode_reason = { "mode_reason", "ModeReason", TEXT_OR_NULL };
	json_t *status = json_object();
	const bool profile = output && *property_text(output, "Profile");

	json_object_set(status, "version", json_object_get(manager, "Version"));
	json_object_set(status, "enabled", json_object_get(manager, "Enabled"));
	json_object_set_new(status, "mode", member_of(&mode, manager));
	json_object_set_new(status, "mode_reason", member_of(&mode_reason, manager));
	json_object_set(status, "state", json_object_get(manager, "State"));
	json_object_set_new(status, "output",
			    output ? members(json_object(), output_members, ARRAY_LEN(output_members), output) :
				     json_null());
	json_object_set_new(status, "profile",
			    profile ? members(json_object(), profile_members, ARRAY_LEN(profile_members), output) :
				      json_null());
	members(status, status_members, ARRAY_LEN(status_members), output);
	json_object_set_new(status, "volume", level_volume_json(output));
	return status;
}

/* --- for people ------------------------------------------------------------------------------------------------- */

static void print_profile(const json_t *output)
{
	const char *variant = property_text(output, "Variant"), *brand = property_text(output, "Brand");
	const char *model = property_text(output, "Model");

	say("%s", property_text(output, "Profile"));
	if (*brand || *model) {
		printf(" (");
		say("%s", brand);
		printf("%s", *brand && *model ? " " : "");
		say("%s", model);
		putchar(')');
	}
	if (*variant) {
		printf(", variant ");
		say("%s", variant);
	}
}

static void print_figures(const json_t *output)
{
	const double preamp = property_number(output, "PreampDb"), gain = property_number(output, "GainDb");
	const double change = property_number(output, "UncorrectedChangeDb");
	const json_int_t clips = json_integer_value(json_object_get(output, "Clips"));
	const json_int_t limited = json_integer_value(json_object_get(output, "Limited"));
	char text[256];

	if (isnan(gain))
		return;
	if (json_string_length(json_object_get(output, "Preferred"))) {
		say_label("Preferred");
		say_wrapped(json_string_value(json_object_get(output, "Preferred")), LABEL_COLUMNS + 1);
	}
	say_label("Gain");
	printf("preamp %.1f dB, in all %.1f dB; without iemd at most %.1f dB louder\n", unsigned_zero(preamp, 1),
	       unsigned_zero(gain, 1), fmax(0, change));
	level_print(output);
	say_label("Sound");
	snprintf(text, sizeof(text), "%.0f Hz, %.0f channels, %.0f samples of latency, load %.2f %%",
		 property_number(output, "Rate"), property_number(output, "Channels"), property_number(output, "LatencySamples"),
		 property_number(output, "LoadPercent"));
	if (clips)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), ", %" JSON_INTEGER_FORMAT " samples clipped",
			 clips);
	if (limited)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), ", %" JSON_INTEGER_FORMAT " frames limited",
			 limited);
	say_wrapped(text, LABEL_COLUMNS + 1);
}

static void print_uncorrected(const json_t *output)
{
	const json_t *streams = json_object_get(output, "UncorrectedStreams"), *name;
	size_t i;

	if (!json_array_size(streams))
		return;
	say_label("Uncorrected");
	json_array_foreach (streams, i, name) {
		printf("%s", i ? ", " : "");
		say("%s", json_string_value(name));
	}
	puts(": they ask for the device itself");
}

/* In the log it stands behind a colon, here it is a sentence of its own. */
static void print_mode_reason(const char *reason)
{
	char text[512];

	snprintf(text, sizeof(text) - 1, "%s", reason);
	text[0] = (char)toupper((unsigned char)text[0]);
	strcat(text, ".");
	say_label("");
	say_wrapped(text, LABEL_COLUMNS + 1);
}

static void print_status(const json_t *manager, const json_t *output)
{
	const bool profile = output && *property_text(output, "Profile");
	const char *mode = profile ? property_text(manager, "Mode") : ""; /* without a profile there is no node */

	say_label("Correction");
	if (profile)
		print_profile(output);
	else
		printf("none");
	printf("%s\n", json_is_true(json_object_get(manager, "Enabled")) ? "" : ", switched off");
	say_label("State");
	printf("%s%s%s\n", property_text(manager, "State"), *mode ? ", as " : "", mode);
	if ((profile || !output) && *property_text(manager, "ModeReason"))
		print_mode_reason(property_text(manager, "ModeReason"));
	say_label("Output");
	if (!output) {
		puts("none");
		return;
	}
	say("%s", property_text(output, "Description"));
	printf(" (%s)\n", property_text(output, "Kind"));
	say_label("");
	say("%s", property_text(output, "Id"));
	putchar('\n');
	say_label("Why");
	say_wrapped(property_text(output, "Reason"), LABEL_COLUMNS + 1);
	print_figures(output);
	print_uncorrected(output);
}

static int status_once(struct service *service, const struct service_request *request)
{
	json_t *manager = NULL, *output = NULL;
	int status = service_status(service, &manager, &output);

	if (status == 0 && request->json)
		status = json_put_as(status_json(manager, output),
				     DIGITS | (request->follow ? JSON_COMPACT : JSON_INDENT(2)));
	else if (status == 0)
		print_status(manager, output);
	json_decref(manager);
	json_decref(output);
	return status;
}

int service_cmd_status(const struct service_request *request)
{
	CLEANUP(service_closep) struct service *service = NULL;
	int status = service_open(&service, request->bus);

	while (status == 0) {
		status = status_once(service, request);
		if (status || !request->follow)
			break;
		if (!request->json)
			putchar('\n');
		if (output_error())
			break;
		status = service_wait_change(service);
	}
	return status;
}

static void print_output(const json_t *output)
{
	const char *profile = property_text(output, "Profile");

	printf("%c ", json_is_true(json_object_get(output, "Default")) ? '*' : ' ');
	say("%s", property_text(output, "Description"));
	printf(" (%s%s)\n    id       ", property_text(output, "Kind"),
	       json_is_true(json_object_get(output, "Available")) ? "" : ", not plugged in");
	say("%s", property_text(output, "Id"));
	printf("\n    profile  ");
	if (*profile)
		print_profile(output);
	else
		printf("none");
	printf("\n    why      ");
	say_wrapped(property_text(output, "Reason"), (int)strlen("    profile  "));
	if (*property_text(output, "Source")) {
		printf("    source   ");
		say("%s", property_text(output, "Source"));
		putchar('\n');
	}
}

int service_cmd_outputs(const struct service_request *request)
{
	CLEANUP(service_closep) struct service *service = NULL;
	json_t *outputs = NULL, *list, *output;
	int status = service_open(&service, request->bus);
	size_t i;

	if (status == 0)
		status = service_outputs(service, &outputs);
	if (status)
		return status;
	list = json_array();
	json_array_foreach (outputs, i, output) {
		json_t *one = members(json_object(), outputs_members, ARRAY_LEN(outputs_members), output);

		json_array_append_new(list, one);
		if (!request->json)
			print_output(output);
	}
	if (!request->json && !json_array_size(outputs))
		puts("There are no outputs.");
	if (request->json)
		status = json_put_as(list, DIGITS | JSON_INDENT(2));
	else
		json_decref(list);
	json_decref(outputs);
	return status;
}
