/**
 * service.h - the commands that talk to the service. Each returns the exit status.
 */
#pragma once

#include "cli/bus.h"

/** What the command line said; texts are "" where it said nothing. */
struct service_request {
	enum bus_choice bus;
	bool json, follow, wait, once, raw;
	const char *output, *profile, *variant;
	const char *what, *value; /* of prefer; of source and dose, without a value */
	const char *first, *second; /* of compare: profiles, with a variant behind a colon */
	bool blind;
	int trials;
};

int service_cmd_status(const struct service_request *request);
int service_cmd_outputs(const struct service_request *request);
int service_cmd_switch(const struct service_request *request);
int service_cmd_next(const struct service_request *request);
int service_cmd_auto(const struct service_request *request);
int service_cmd_confirm(const struct service_request *request);
int service_cmd_prefer(const struct service_request *request);
int service_cmd_dose(const struct service_request *request);
int service_cmd_source(const struct service_request *request);
int service_cmd_own(const struct service_request *request);
int service_cmd_why(const struct service_request *request);
int service_cmd_compare(const struct service_request *request);
int service_cmd_on(const struct service_request *request);
int service_cmd_off(const struct service_request *request);
int service_cmd_toggle(const struct service_request *request);
