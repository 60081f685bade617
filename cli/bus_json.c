#include "cli/bus_json.h"

#include "core/util.h"

#include <math.h>
#include <stdbool.h>

static json_t *basic_to_json(sd_bus_message *m, char type)
{
	union {
		const char *s;
		int b;
		uint32_t u;
		uint64_t t;
		double d;
	} value;

	if (sd_bus_message_read_basic(m, type, &value) <= 0)
		return json_null();
	switch (type) {
	case 'b':
		return json_boolean(value.b);
	case 'u':
		return json_integer(value.u);
	case 't':
		return json_integer((json_int_t)value.t);
	case 'd':
		return isfinite(value.d) ? json_real(value.d) : json_null();
	default:
		return json_string(value.s);
	}
}

static json_t *value_to_json(sd_bus_message *m);

/* An array and a structure are lists, a variant is what it holds. */
static json_t *container_to_json(sd_bus_message *m, char type, const char *contents)
{
	json_t *list = type == 'v' ? NULL : json_array(), *value;

	if (sd_bus_message_enter_container(m, type, contents) < 0)
		return list ? list : json_null();
	if (!list)
		list = value_to_json(m);
	else
		while (sd_bus_message_at_end(m, false) == 0 && (value = value_to_json(m)))
			json_array_append_new(list, value);
	sd_bus_message_exit_container(m);
	return list ? list : json_null();
}

/* What comes next in a message; NULL where there is nothing. */
static json_t *value_to_json(sd_bus_message *m)
{
	const char *contents;
	char type;

	if (sd_bus_message_peek_type(m, &type, &contents) <= 0)
		return NULL;
	return contents ? container_to_json(m, type, contents) : basic_to_json(m, type);
}

json_t *bus_values_json(sd_bus_message *m)
{
	json_t *list = json_array(), *value;

	while ((value = value_to_json(m)))
		json_array_append_new(list, value);
	return list;
}

json_t *bus_properties_json(sd_bus_message *m)
{
	json_t *object = json_object();
	const char *name;

	if (sd_bus_message_enter_container(m, 'a', "{sv}") < 0)
		return object;
	while (sd_bus_message_enter_container(m, 'e', "sv") > 0) {
		if (sd_bus_message_read_basic(m, 's', &name) > 0)
			json_object_set_new(object, name, value_to_json(m));
		sd_bus_message_exit_container(m);
	}
	sd_bus_message_exit_container(m);
	return object;
}

json_t *bus_interface_json(sd_bus_message *m, const char *wanted)
{
	json_t *properties = NULL;
	const char *interface;

	if (sd_bus_message_enter_container(m, 'a', "{sa{sv}}") < 0)
		return NULL;
	while (sd_bus_message_enter_container(m, 'e', "sa{sv}") > 0) {
		if (sd_bus_message_read_basic(m, 's', &interface) > 0 && strcmp(interface, wanted) == 0) {
			json_decref(properties);
			properties = bus_properties_json(m);
		} else {
			sd_bus_message_skip(m, "a{sv}");
		}
		sd_bus_message_exit_container(m);
	}
	sd_bus_message_exit_container(m);
	return properties;
}
