/**
 * columns_text.h - a text of columns, before its rows are read: what it is encoded in, its lines, and what in them
 * separates and what is decimal. For columns.c only.
 */
#pragma once

#include "core/diag.h"

#include <stdbool.h>

#define COLUMNS_BLANKS " \t\r"

/** How the numbers of a file are written. */
struct columns_style {
	char separator; /* ';', ',' or ' ': any run of blanks and tabs */
	char decimal;   /* '.' or ',' */
};

/**
 * A copy of TEXT in bytes that end with a NUL, without a byte-order mark, its lines ended by '\n'. What UTF-16 holds
 * beyond ASCII becomes '?'.
 * @return 0; -EINVAL after a complaint where it is no text; -ENOMEM. *out is the caller's
 */
int columns_plain(char **out, const char *text, size_t size, const char *path, struct iem_diags *diags);

/** Cut the next line off *rest, without the blanks around it. @return NULL behind the last one */
char *columns_line(char **rest);

/** Begins the line as comments do? A semicolon alone does; with another behind it, it stands for an empty cell. */
bool columns_is_comment(const char *line);

/** Find out the style from all lines of numbers. @return 0, or -EINVAL after a complaint where it is not clear */
int columns_look(struct columns_style *out, const char *plain, const char *path, struct iem_diags *diags);
