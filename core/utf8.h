/**
 * utf8.h - texts that D-Bus and JSON take. Values only; any thread.
 */
#pragma once

#include <stdbool.h>

/** True where TEXT is well-formed UTF-8 (RFC 3629: no surrogates, nothing in more bytes than it needs). */
bool iem_is_utf8(const char *text);

/** Put a '?' in place of every byte of TEXT that is no part of a well-formed character. @return text */
char *iem_make_utf8(char *text);
