/**
 * properties.h - the properties of an object of the service, as JSON by their D-Bus names.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

/** One that is a text; "" where it is not there. Belongs to PROPERTIES. */
const char *property_text(const json_t *properties, const char *name);
/** One that is a number; NAN where it is not known. */
double property_number(const json_t *properties, const char *name);
/** One that is true; false also where it is not there. */
bool property_true(const json_t *properties, const char *name);
