/**
 * diag.h - what is wrong with an input, as sentences with file and line.
 *
 * A reader collects every mistake of a file in one pass and leaves it to its caller to print them.
 * Not thread-safe; a list belongs to the thread that fills it.
 */
#pragma once

#include "core/util.h"

#include <stdarg.h>
#include <stdbool.h>

struct iem_diag {
	char *file; /* as it was opened, or NULL */
	int line;   /* from 1; 0 where no line applies */
	bool error; /* false: told, but the file is good */
	char *text; /* a sentence without its full stop */
};

/** Zero-initialise ({ 0 }); release with iem_diags_finish(). */
struct iem_diags {
	struct iem_diag *items;
	size_t n;
	size_t errors;
};

void iem_diags_finish(struct iem_diags *diags);

/**
 * Add an error. diags may be NULL: then nothing is kept.
 * @return always -EINVAL, so that a reader can write `return iem_complain(...)`
 */
int iem_complain(struct iem_diags *diags, const char *file, int line, const char *format, ...) IEM_PRINTF(4, 5);
int iem_complainv(struct iem_diags *diags, const char *file, int line, const char *format, va_list args)
	IEM_PRINTF(4, 0);

/** Add something worth telling that does not make the input bad. */
void iem_remark(struct iem_diags *diags, const char *file, int line, const char *format, ...) IEM_PRINTF(4, 5);

/** @return the first error, or NULL where there is none */
const struct iem_diag *iem_diags_error(const struct iem_diags *diags);

/** Append copies of all of FROM to DIAGS. */
void iem_diags_append(struct iem_diags *diags, const struct iem_diags *from);

/**
 * "file:line: text", or what of it is known; bounded by SIZE and always terminated.
 * @return buf
 */
const char *iem_diag_format(const struct iem_diag *diag, char *buf, size_t size);
