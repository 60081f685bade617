/**
 * bus_json.h - what a message of the bus holds, as JSON: arrays and structures are lists, a variant is what is in it, a
 * number that is none is null. What is returned is the caller's.
 */
#pragma once

#include <jansson.h>
#include <systemd/sd-bus.h>

/** All that is left of a message, as a list. */
json_t *bus_values_json(sd_bus_message *message);

/** The a{sv} that comes next: properties by their names. */
json_t *bus_properties_json(sd_bus_message *message);

/** Of the a{sa{sv}} that comes next, the properties of one interface; NULL where it is not there. */
json_t *bus_interface_json(sd_bus_message *message, const char *interface);
