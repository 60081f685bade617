/* source: which output stage drives an output. */
#include "cli/service.h"

#include "cli/command.h"
#include "cli/json.h"
#include "cli/text.h"

/* Empty where it is not known. */
static const char *member(const json_t *output, const char *name)
{
	const char *text = json_string_value(json_object_get(output, name));

	return text && *text ? text : NULL;
}

static int show(const struct service_request *request)
{
	CLEANUP(service_closep) struct service *service = NULL;
	json_t *output = NULL;
	const char *source, *name;
	int status = service_open(&service, request->bus);

	if (status == STATUS_DONE)
		status = service_output(service, request->output, &output);
	if (status != STATUS_DONE)
		return status;
	source = member(output, "Source");
	name = member(output, "SourceName");
	if (request->json) {
		status = json_put(json_pack("{sO, so, so, sO}", "output", json_object_get(output, "Id"), "source",
					    json_text(source), "name", json_text(name), "reason",
					    json_object_get(output, "SourceReason")));
	} else {
		say("%s: %s%s%s%s\n", json_string_value(json_object_get(output, "Description")),
		    source ? source : "not known", name ? " (" : "", name ? name : "", name ? ")" : "");
		say_wrapped(json_string_value(json_object_get(output, "SourceReason")), 0);
	}
	json_decref(output);
	return status;
}

int service_cmd_source(const struct service_request *request)
{
	CLEANUP(service_closep) struct service *service = NULL;
	int status;

	if (!*request->what)
		return show(request);
	status = service_open(&service, request->bus);
	return status ? status : service_call(service, "SetSource", "ssb", request->output, request->what,
					      (int)request->wait);
}
