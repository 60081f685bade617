/**
 * conf_text.h - what has to be known of a libconfig text before libconfig reads it.
 * No global state, any thread.
 */
#pragma once

#include "core/diag.h"

/**
 * Look through TEXT for what libconfig would follow, cut short or take differently from version to version:
 * @include, NUL bytes, deep nesting, whole numbers over 32 bits, a comma after the last element,
 * a text without its closing quote, or in the wrong place.
 * @return 0, or -EINVAL after complaining about each
 */
int conf_check_text(const char *text, size_t size, const char *path, struct iem_diags *diags);

/** Where a value stands in a text: bytes begin .. end, its terminating ';' or ',' not included. */
struct conf_span {
	size_t begin, end;
	size_t name; /* where the name before it begins */
};

/**
 * Find the value of a dotted key ("level.mode") in TEXT.
 * @return 0, or -ENOENT; then *span is empty at the place where a line `key = value;` can be inserted into the
 * deepest group on the way that exists, and *missing points at the part of KEY that is not there yet
 */
int conf_find_value(const char *text, size_t size, const char *key, struct conf_span *span, const char **missing);
