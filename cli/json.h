/** json.h - values to JSON. What is not known is null; broken UTF-8 is mended, never dropped. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

json_t *json_text(const char *text);    /* NULL: null */
json_t *json_number(double value);      /* NAN or infinite: null */
json_t *json_word(const char *const *words, int index); /* index < 0: null */

/** Print VALUE (taken over) and a line end; whether that could be written is output_error()'s. @return enum status */
int json_put(json_t *value);
/** The same with jansson's flags. */
int json_put_as(json_t *value, size_t flags);
