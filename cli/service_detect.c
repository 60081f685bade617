/* own and why: which earphones there are, and how one of them came to be in force. */
#include "cli/service.h"

#include "cli/command.h"
#include "cli/json.h"
#include "cli/properties.h"
#include "cli/text.h"

/* --- own --------------------------------------------------------------------------------------------- */

static int show_owned(const struct service_request *request)
{
	CLEANUP(service_closep) struct service *service = NULL;
	json_t *manager = NULL, *output = NULL;
	const json_t *owned, *id;
	int status = service_open(&service, request->bus);
	size_t i;

	if (status == STATUS_DONE)
		status = service_status(service, &manager, &output);
	owned = json_object_get(manager, "Owned");
	if (status == STATUS_DONE && request->json) {
		status = json_put(json_incref((json_t *)owned));
	} else if (status == STATUS_DONE) {
		json_array_foreach (owned, i, id)
			say("%s\n", json_string_value(id));
		if (!json_array_size(owned))
			say("None is known to be yours; 'iemctl own add ID' says one.\n");
	}
	json_decref(manager);
	json_decref(output);
	return status;
}

int service_cmd_own(const struct service_request *request)
{
	CLEANUP(service_closep) struct service *service = NULL;
	int status;

	if (!*request->what)
		return show_owned(request);
	status = service_open(&service, request->bus);
	if (status == STATUS_DONE)
		status = (request->json ? service_ask : service_call)(service, "Own", "sb", request->profile,
								      strcmp(request->what, "add") == 0);
	return status == STATUS_DONE && request->json ? show_owned(request) : status;
}

/* --- why --------------------------------------------------------------------------------------------- */

/* Of what the method answers: its place in a list. */
static const char *at(const json_t *list, size_t i)
{
	const char *text = json_string_value(json_array_get(list, i));

	return text ? text : "";
}

static json_t *text_or_null(const json_t *list, size_t i)
{
	return *at(list, i) ? json_string(at(list, i)) : json_null();
}

enum { WHY_ID, WHY_DESCRIPTION, WHY_TOLD, WHY_LADDER };
enum { RUNG_NAME, RUNG_STATE, RUNG_PROFILE, RUNG_TEXT, RUNG_HINT };

static json_t *why_json(const json_t *answer)
{
	json_t *told = json_object(), *ladder = json_array();
	const json_t *one;
	size_t i;

	json_array_foreach (json_array_get(answer, WHY_TOLD), i, one)
		json_object_set_new(told, at(one, 0), json_string(at(one, 1)));
	json_array_foreach (json_array_get(answer, WHY_LADDER), i, one)
		json_array_append_new(
			ladder, json_pack("{ss, ss, so, ss, so}", "rung", at(one, RUNG_NAME), "state",
					  at(one, RUNG_STATE), "profile", text_or_null(one, RUNG_PROFILE),
					  "text", at(one, RUNG_TEXT), "hint", text_or_null(one, RUNG_HINT)));
	return json_pack("{ss, ss, so, so}", "output", at(answer, WHY_ID), "description",
			 at(answer, WHY_DESCRIPTION), "told", told, "ladder", ladder);
}

/* The one that decides is marked; those below it say what they would do. */
static void print_rung(const json_t *rung)
{
	const char *state = at(rung, RUNG_STATE), *hint = at(rung, RUNG_HINT);
	char text[2048];

	snprintf(text, sizeof(text), "%s%s%s%s", strcmp(state, "overruled") == 0 ? "Not asked. " : "",
		 at(rung, RUNG_TEXT), *hint ? " " : "", hint);
	printf("%-2s ", strcmp(state, "decided") == 0 ? "->" : "");
	say_label(at(rung, RUNG_NAME));
	say_wrapped(text, LABEL_COLUMNS + 4);
}

static void print_why(const json_t *answer)
{
	const json_t *one;
	size_t i;

	say("%s\n%s\n\n", at(answer, WHY_DESCRIPTION), at(answer, WHY_ID));
	json_array_foreach (json_array_get(answer, WHY_TOLD), i, one) {
		say("   ");
		say_label(at(one, 0));
		say("%s\n", at(one, 1));
	}
	say("\n");
	json_array_foreach (json_array_get(answer, WHY_LADDER), i, one)
		print_rung(one);
}

int service_cmd_why(const struct service_request *request)
{
	CLEANUP(service_closep) struct service *service = NULL;
	json_t *answer = NULL;
	int status = service_open(&service, request->bus);

	if (status == STATUS_DONE)
		status = service_answer(service, "Why", request->output, &answer);
	if (status == STATUS_DONE && request->json)
		status = json_put(why_json(answer));
	else if (status == STATUS_DONE)
		print_why(answer);
	json_decref(answer);
	return status;
}
