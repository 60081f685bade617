#include "cli/properties.h"

#include <math.h>

const char *property_text(const json_t *properties, const char *name)
{
	const char *text = json_string_value(json_object_get(properties, name));

	return text ? text : "";
}

double property_number(const json_t *properties, const char *name)
{
	const json_t *value = json_object_get(properties, name);

	return json_is_number(value) ? json_number_value(value) : NAN;
}

bool property_true(const json_t *properties, const char *name)
{
	return json_is_true(json_object_get(properties, name));
}
