/**
 * text.h - what iemctl says, so that no byte from a file or a name reaches the terminal as a command.
 */
#pragma once

#include "core/diag.h"

/** Standard error: "iemctl: ...", one line. Control characters and broken UTF-8 are shown as '?'. */
void complain(const char *format, ...) IEM_PRINTF(1, 2);
void complain_args(const char *format, va_list args) IEM_PRINTF(1, 0);

/** All of a list, each as "iemctl: file:line: ...". */
void complain_diags(const struct iem_diags *diags);

/** Standard output. Line ends and tabs are written as they are, other control characters as '?'. */
void say(const char *format, ...) IEM_PRINTF(1, 2);

/** Standard output, byte for byte: for what is safe by itself. */
void say_as_is(const char *text);

/** Write out what was said. @return 0, or the errno of the first write to standard output that failed */
int output_error(void);

/** A copy that is safe to show in one line: for names and paths, which may hold line ends. @return buf */
const char *shown(const char *text, char *buf, size_t size);

/** A number to be printed with so many decimals: 0 where it would come out as "-0.00". */
double unsigned_zero(double value, int decimals);

/** Columns that TEXT takes on a terminal. */
int text_width(const char *text);

/** Columns of the terminal on standard output; 80 where there is none. */
int terminal_width(void);

/** Rows of cells to be printed in columns. Zero-initialise but for columns; release with table_finish(). */
struct table {
	int columns;
	unsigned right; /* bit c: column c stands to the right */
	int shrink;     /* the column that is cut where the terminal is too narrow; -1 none */
	char **cells;
	size_t n;
};

/** Add a row: as many strings as there are columns; NULL is shown as nothing. */
void table_add(struct table *table, ...);
/** Print with two blanks between columns and INDENT blanks before. */
void table_print(const struct table *table, int indent);
void table_finish(struct table *table);

/** A fact in a list: a name, then what is said of it, broken into lines. NAME "" goes on with the one above. */
void say_fact(const char *name, const char *format, ...) IEM_PRINTF(2, 3);

#define LABEL_COLUMNS 12
/** Begin a line of facts: its name, and a blank behind as many columns. */
void say_label(const char *name);

/** Print TEXT broken into lines at blanks, each behind INDENT blanks but the first. */
void say_wrapped(const char *text, int indent);
