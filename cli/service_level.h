/**
 * service_level.h - what status tells of an output's level and volume, and how it reads the service's properties.
 */
#pragma once

#include <jansson.h>

#define LABEL_COLUMNS 12

/** A property that is a text; "" where it is not there. Belongs to PROPERTIES. */
const char *property_text(const json_t *properties, const char *name);
/** One that is a number; NAN where it is not known. */
double property_number(const json_t *properties, const char *name);

/** Begin a line of status. */
void label(const char *text);
void text_put(const char *text);

/** The lines of source, level and volume. OUTPUT: its properties. */
void level_print(const json_t *output);

/** The volume as it stands in the JSON of status; null without an output. */
json_t *level_volume_json(const json_t *output);
