#include "cli/json.h"

#include "cli/command.h"
#include "cli/text.h"

#include <math.h>
#include <unistd.h>

json_t *json_text(const char *text)
{
	CLEANUP(iem_freep) char *copy = NULL;
	json_t *value;

	if (!text)
		return json_null();
	value = json_string(text);
	if (value)
		return value;
	copy = strdup(text);
	if (!copy)
		return json_null();
	shown(text, copy, strlen(text) + 1);
	return json_string(copy);
}

json_t *json_number(double value)
{
	return isfinite(value) ? json_real(value) : json_null();
}

json_t *json_word(const char *const *words, int index)
{
	return index < 0 ? json_null() : json_text(words[index]);
}

int json_put_as(json_t *value, size_t flags)
{
	/* On a terminal everything that could steer it is escaped. */
	const size_t ascii = isatty(STDOUT_FILENO) ? JSON_ENSURE_ASCII : 0;
	CLEANUP(iem_freep) char *text = value ? json_dumps(value, flags | ascii) : NULL;

	json_decref(value);
	if (!text) {
		complain("The answer cannot be put together: out of memory.");
		return STATUS_FAILED;
	}
	say_as_is(text);
	say_as_is("\n");
	return STATUS_DONE;
}

int json_put(json_t *value)
{
	return json_put_as(value, JSON_INDENT(2) | JSON_REAL_PRECISION(15)); /* 15 digits show 0.1 as 0.1 */
}
