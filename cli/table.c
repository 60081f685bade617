#include "cli/text.h"

#define GAP 2

void table_add(struct table *table, ...)
{
	char **cells = realloc(table->cells, (table->n + 1) * (size_t)table->columns * sizeof(char *));
	va_list args;

	if (!cells)
		return;
	table->cells = cells;
	cells += table->n++ * (size_t)table->columns;
	va_start(args, table);
	for (int c = 0; c < table->columns; c++) {
		const char *text = va_arg(args, const char *);
		char *copy = strdup(text ? text : "");

		if (copy)
			shown(text ? text : "", copy, strlen(copy) + 1);
		cells[c] = copy;
	}
	va_end(args);
}

static const char *cell(const struct table *table, size_t row, int column)
{
	const char *text = table->cells[row * (size_t)table->columns + (size_t)column];

	return text ? text : "";
}

static int column_width(const struct table *table, int column)
{
	int widest = 0;

	for (size_t row = 0; row < table->n; row++) {
		const int width = text_width(cell(table, row, column));

		if (width > widest)
			widest = width;
	}
	return widest;
}

/* Only a terminal has a right edge; whoever reads a pipe gets everything. */
static void shrink(const struct table *table, int *widths, int indent)
{
	const int least = 12;
	int total = indent - GAP, over;

	for (int c = 0; c < table->columns; c++)
		total += widths[c] + GAP;
	over = total - terminal_width();
	if (table->shrink < 0 || over <= 0)
		return;
	widths[table->shrink] -= over;
	if (widths[table->shrink] < least)
		widths[table->shrink] = least;
}

/* The text, cut to WIDTH columns with ".." where it is wider. */
static void print_cut(const char *text, int width)
{
	CLEANUP(iem_freep) char *copy = strdup(text);

	if (!copy)
		return;
	for (size_t n = strlen(copy); n > 0 && text_width(copy) > width - 2;) {
		while (n > 0 && ((unsigned char)copy[--n] & 0xc0) == 0x80)
			;
		copy[n] = '\0';
	}
	say("%s..%*s", copy, width - 2 - text_width(copy), "");
}

static void print_cell(const struct table *table, size_t row, int column, int width)
{
	const char *text = cell(table, row, column);
	const int pad = width - text_width(text);
	const bool last = column + 1 == table->columns;

	if (pad < 0)
		print_cut(text, width);
	else if (table->right & (1u << column))
		say("%*s%s", pad, "", text);
	else
		say("%s%*s", text, last ? 0 : pad, "");
	if (!last)
		say("%*s", GAP, "");
}

void table_print(const struct table *table, int indent)
{
	int widths[16];

	for (int c = 0; c < table->columns; c++)
		widths[c] = column_width(table, c);
	shrink(table, widths, indent);
	for (size_t row = 0; row < table->n; row++) {
		say("%*s", indent, "");
		for (int c = 0; c < table->columns; c++)
			print_cell(table, row, c, widths[c]);
		say("\n");
	}
}

void table_finish(struct table *table)
{
	for (size_t i = 0; i < table->n * (size_t)table->columns; i++)
		free(table->cells[i]);
	free(table->cells);
	table->cells = NULL;
	table->n = 0;
}

void say_wrapped(const char *text, int indent)
{
	const int width = terminal_width();
	int column = indent;

	while (*text) {
		const size_t word = strcspn(text, " ");
		CLEANUP(iem_freep) char *copy = strndup(text, word);

		if (!copy)
			return;
		if (column > indent && column + 1 + text_width(copy) > width) {
			say("\n%*s", indent, "");
			column = indent;
		} else if (column > indent) {
			say(" ");
			column++;
		}
		say("%s", copy);
		column += text_width(copy);
		text += word;
		text += strspn(text, " ");
	}
	say("\n");
}

void say_fact(const char *name, const char *format, ...)
{
	CLEANUP(iem_freep) char *text = NULL;
	va_list args;
	int n;

	va_start(args, format);
	n = vasprintf(&text, format, args);
	va_end(args);
	if (n < 0) {
		text = NULL;
		return;
	}
	say("  %-12s ", name);
	say_wrapped(text, 15);
}
