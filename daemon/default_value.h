/**
 * default_value.h - what the session manager's metadata says of a default sink: JSON, { "name": "alsa_output.x" }.
 * Any thread.
 */
#pragma once

#include <stdbool.h>

/** @return node.name, to be freed; NULL where VALUE is NULL or names none, as for the session manager */
char *default_value_name(const char *value);
/** @return the value that names a node, to be freed, or NULL without memory */
char *default_value_of(const char *node_name);
