#include "core/utf8.h"

#include <stddef.h>
#include <stdint.h>

/* Bytes of the character at TEXT, 0 where it is not well-formed. */
static size_t character(const char *text)
{
	/* The smallest character that needs so many bytes: the same one in more bytes is not allowed. */
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char first = (unsigned char)*text;
	const size_t bytes = first < 0x80 ? 1 : first >> 5 == 6 ? 2 : first >> 4 == 14 ? 3 : first >> 3 == 30 ? 4 : 0;
	uint32_t value = bytes > 1 ? first & (0x7fu >> bytes) : first;

	for (size_t i = 1; i < bytes; i++) {
		if (((unsigned char)text[i] & 0xc0) != 0x80)
			return 0;
		value = value << 6 | ((unsigned char)text[i] & 0x3f);
	}
	return value < smallest[bytes] || value > 0x10ffff || (value >= 0xd800 && value < 0xe000) ? 0 : bytes;
}

bool iem_is_utf8(const char *text)
{
	for (size_t bytes; *text; text += bytes)
		if ((bytes = character(text)) == 0)
			return false;
	return true;
}

char *iem_make_utf8(char *text)
{
	size_t bytes;

	for (char *c = text; *c; c += bytes)
		if ((bytes = character(c)) == 0) {
			*c = '?';
			bytes = 1;
		}
	return text;
}
