#include "core/match.h"

#include <strings.h>
#include <ctype.h>

const char *const iem_match_key_names[IEM_MATCH_KEYS + 1] = {
	[IEM_MATCH_USB] = "usb",         [IEM_MATCH_PRODUCT] = "product", [IEM_MATCH_SERIAL] = "serial",
	[IEM_MATCH_BLUETOOTH] = "bluetooth", [IEM_MATCH_ADDRESS] = "address", [IEM_MATCH_CARD] = "card",
	[IEM_MATCH_PORT] = "port",       [IEM_MATCH_NODE] = "node",
};

void iem_matches_finish(struct iem_matches *matches)
{
	for (size_t i = 0; i < matches->n; i++)
		for (int key = 0; key < IEM_MATCH_KEYS; key++)
			free(matches->at[i].want[key]);
	free(matches->at);
	*matches = (struct iem_matches){ 0 };
}

bool iem_glob(const char *pattern, const char *text)
{
	const char *star = NULL, *resume = NULL;

	/* On a mismatch the last star takes one more character: linear in space, never exponential in time. */
	while (*text) {
		if (*pattern == '*') {
			star = pattern++;
			resume = text;
		} else if (*pattern == '?' || tolower((unsigned char)*pattern) == tolower((unsigned char)*text)) {
			pattern++;
			text++;
		} else if (star) {
			pattern = star + 1;
			text = ++resume;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return *pattern == '\0';
}

unsigned iem_match_holds(const struct iem_match *match, const char *const have[IEM_MATCH_KEYS])
{
	unsigned held = 0;

	for (int key = 0; key < IEM_MATCH_KEYS; key++) {
		if (!match->want[key])
			continue;
		if (!have[key] || !iem_glob(match->want[key], have[key]))
			return 0;
		held++;
	}
	return held;
}

const char *iem_match_describe(const struct iem_match *match, char *buf, size_t size)
{
	size_t n = 0;

	buf[0] = '\0';
	for (int key = 0; key < IEM_MATCH_KEYS && n < size; key++)
		if (match->want[key])
			n += (size_t)snprintf(buf + n, size - n, "%s%s %s", n ? ", " : "", iem_match_key_names[key],
					      match->want[key]);
	return buf;
}
