/* The commands that change what is in force. */
#include "cli/service.h"

#include "core/util.h"

int service_cmd_switch(const struct service_request *request)
{
	CLEANUP(service_closep) struct service *service = NULL;
	const int status = service_open(&service, request->bus);

	return status ? status :
			service_call(service, "Switch", "sssbb", request->output, request->profile, request->variant,
				     (int)request->once, (int)request->wait);
}

static int on_output(const struct service_request *request, const char *method)
{
	CLEANUP(service_closep) struct service *service = NULL;
	const int status = service_open(&service, request->bus);

	return status ? status : service_call(service, method, "sb", request->output, (int)request->wait);
}

int service_cmd_next(const struct service_request *request)
{
	return on_output(request, "Next");
}

int service_cmd_auto(const struct service_request *request)
{
	return on_output(request, "Auto");
}

int service_cmd_confirm(const struct service_request *request)
{
	CLEANUP(service_closep) struct service *service = NULL;
	const int status = service_open(&service, request->bus);

	return status ? status : service_call(service, "Confirm", "s", request->output);
}

static int set_enabled(struct service *service, const struct service_request *request, bool enabled)
{
	return service_call(service, "SetEnabled", "bbb", (int)enabled, (int)request->raw, (int)request->wait);
}

int service_cmd_on(const struct service_request *request)
{
	CLEANUP(service_closep) struct service *service = NULL;
	const int status = service_open(&service, request->bus);

	return status ? status : set_enabled(service, request, true);
}

int service_cmd_off(const struct service_request *request)
{
	CLEANUP(service_closep) struct service *service = NULL;
	const int status = service_open(&service, request->bus);

	return status ? status : set_enabled(service, request, false);
}

int service_cmd_toggle(const struct service_request *request)
{
	CLEANUP(service_closep) struct service *service = NULL;
	json_t *manager = NULL, *output = NULL;
	int status = service_open(&service, request->bus);

	if (status == 0)
		status = service_status(service, &manager, &output);
	if (status == 0)
		status = set_enabled(service, request, !json_is_true(json_object_get(manager, "Enabled")));
	json_decref(manager);
	json_decref(output);
	return status;
}
