/**
 * bus.h - the service as iemctl sees it: calls to org.iemd, and its properties as JSON.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <systemd/sd-bus.h>

enum bus_choice { BUS_ANY, BUS_USER, BUS_SYSTEM };

/** A connection to the bus on which the service answers. */
struct service;

/**
 * Find the service: on the user's bus, then on the system's, or on the one that was asked for.
 * Tells on standard error which buses were tried where it does not answer.
 * @return 0, or the exit status 3
 */
int service_open(struct service **out, enum bus_choice choice);
void service_close(struct service *service);
void service_closep(struct service **service);

/**
 * Call a method of the manager with arguments as sd_bus_message_append() takes them; prints what it answers to
 * standard output, or what went wrong to standard error.
 * @return the exit status: 0, 1 failed, 3 no answer, 4 no such profile, source or output
 */
int service_call(struct service *service, const char *method, const char *types, ...);

/** The same without telling what it answers. */
int service_ask(struct service *service, const char *method, const char *types, ...);

/**
 * The manager's properties by their D-Bus names, NaN as null, and those of the output that sound goes to (NULL where
 * there is none).
 * @return the exit status; what is filled in is the caller's
 */
int service_status(struct service *service, json_t **manager, json_t **output);
/** The week's dose: its members by name, as the JSON of iemctl dose has them. @return the exit status; *out is the caller's */
int service_dose(struct service *service, json_t **out);
/** The properties of the output that NAME means, "" for the default one. @return the exit status; *out is the caller's */
int service_output(struct service *service, const char *name, json_t **out);
/** What a method of the manager answers to a text: a list of its values. @return the exit status; *out is the caller's */
int service_answer(struct service *service, const char *method, const char *argument, json_t **out);
/** A list of the properties of each output. @return the exit status; *out is the caller's */
int service_outputs(struct service *service, json_t **out);

/** The same for what a service knows besides, the caller's. NULL where none runs, or, told, where it takes over two seconds. */
json_t *service_outputs_if_any(void);

/** Wait until a property of the service changes. @return 0, or 3 when it went away */
int service_wait_change(struct service *service);

/**
 * After files were changed: where a service runs, wait until it has them in force. No service is no error.
 * @return the exit status
 */
int service_sync(enum bus_choice choice);
