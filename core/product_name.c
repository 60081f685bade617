#include "core/product_name.h"

#include <ctype.h>

#define LEAST 3 /* characters: a model "X" would be anything's */

/* The next character that counts; what is no ASCII counts as it is. '\0' at the end. */
static char next(const char **text)
{
	while (**text) {
		const unsigned char c = (unsigned char)*(*text)++;

		if (c >= 0x80 || isalnum(c))
			return (char)tolower(c);
	}
	return '\0';
}

static size_t length_of(const char *text)
{
	size_t n = 0;

	while (next(&text))
		n++;
	return n;
}

/* Is NAME the parts one after the other? Each may be NULL. */
static bool is_made_of(const char *name, const char *first, const char *second)
{
	const char *const parts[] = { first, second };
	char c;

	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		for (const char *part = parts[i]; part && (c = next(&part));)
			if (next(&name) != c)
				return false;
	return next(&name) == '\0';
}

bool iem_product_is(const char *name, const struct iem_earphone *earphone)
{
	if (!name || !earphone->model || length_of(earphone->model) < LEAST)
		return false;
	return is_made_of(name, earphone->model, NULL) || is_made_of(name, earphone->brand, earphone->model);
}
