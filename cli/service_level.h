/**
 * service_level.h - what status tells of an output's level and volume.
 */
#pragma once

#include <jansson.h>

/** The lines of source, level and volume. OUTPUT: its properties. */
void level_print(const json_t *output);

/** The volume as it stands in the JSON of status; null without an output. */
json_t *level_volume_json(const json_t *output);
