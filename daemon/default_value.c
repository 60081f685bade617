#include "daemon/default_value.h"

#include "core/util.h"
#include "daemon/pair_nodes.h"

#include <spa/utils/json.h>

char *default_value_name(const char *value)
{
	const size_t size = value ? strlen(value) + 1 : 0;
	CLEANUP(iem_freep) char *name = malloc(size);
	struct spa_json json[2];
	char key[64];
	const char *other;
	int length;

	if (!value || !name)
		return NULL;
	spa_json_init(&json[0], value, size - 1);
	if (spa_json_enter_object(&json[0], &json[1]) <= 0)
		return NULL;
	while (spa_json_get_string(&json[1], key, sizeof(key)) > 0) {
		if (strcmp(key, "name") == 0)
			return spa_json_get_string(&json[1], name, (int)size) > 0 ? IEM_STEAL(name) : NULL;
		length = spa_json_next(&json[1], &other);
		if (length <= 0)
			return NULL;
	}
	return NULL;
}

char *default_value_of(const char *node_name)
{
	const size_t size = 6 * strlen(node_name) + 16; /* at most \uXXXX for each byte */
	CLEANUP(iem_freep) char *name = malloc(size);
	char *value;

	if (!name || asprintf(&value, "{ \"name\": %s }", pair_quoted(node_name, name, size)) < 0)
		return NULL;
	return value;
}
