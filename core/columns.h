/**
 * columns.h - measurements as programs export them and people type them: rows of a frequency and one or two values.
 *
 * Any of these is read: UTF-8, Latin-1, or UTF-16 with its mark; lines that end as those of Unix, Windows or old Macs;
 * blank lines; comments, lines that begin with # * ; // or a quotation mark; lines of text above the rows, and below
 * them. Cells are separated by tabs, blanks, commas or semicolons, may be in quotation marks, and those in front may be
 * empty. A comma may be the decimal mark where another thing separates, never beside points in the same file. What
 * could be meant in two ways is refused, and so is text between rows. What stands behind the third cell is not read.
 *
 * Values in, values out, but for iem_columns_load(), which reads the file it is given; any thread.
 */
#pragma once

#include "core/diag.h"

#define IEM_COLUMNS_MAX_BYTES (4 * 1024 * 1024)
#define IEM_COLUMNS_MAX_ROWS 131072
#define IEM_COLUMNS_MAX_HEADING 200

struct iem_row {
	double x;    /* the first number: a frequency, as it stands there */
	double y[2]; /* what follows; y[1] is NAN where there are two numbers */
	int line;    /* of the file, from 1 */
};

/** What a text holds. Release with iem_columns_finish(). */
struct iem_columns {
	struct iem_row *rows; /* owned, in the order of the file; nothing but that they are finite is checked */
	size_t n;             /* 1 .. IEM_COLUMNS_MAX_ROWS */
	unsigned values;      /* 1 or 2: the most behind a frequency */
	/* The last line above the rows that speaks of "freq" or "Hz", be it a comment; "" where there is none. */
	char heading[IEM_COLUMNS_MAX_HEADING];
};

/**
 * Read SIZE bytes of TEXT; PATH is what diagnostics call it.
 * @return 0; -EINVAL after telling DIAGS every mistake with its line; -ENOMEM. *out untouched on failure
 */
int iem_columns_parse(struct iem_columns *out, const char *text, size_t size, const char *path,
		      struct iem_diags *diags);

/** The same from a plain file. @return also another -errno of reading, after telling DIAGS */
int iem_columns_load(struct iem_columns *out, const char *path, struct iem_diags *diags);

void iem_columns_finish(struct iem_columns *columns);
