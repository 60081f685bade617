#include "core/columns.h"

#include "core/columns_text.h"
#include "core/conf.h"
#include "core/number.h"
#include "core/paths.h"

#include <errno.h>
#include <math.h>

#define WANTED "wanted are a frequency in Hz and one or two values"
#define MAX_NUMBER 64 /* bytes of a number */
#define CELLS 3       /* that are read */

/* A text under way. */
struct reading {
	struct iem_columns columns;
	size_t room; /* for rows */
	struct columns_style style;
	const char *path;
	struct iem_diags *diags;
	int line;
	struct {
		int line;
		char sentence[120];
	} failed; /* the first line above the rows that begins like one; line 0: there is none */
	int text_line; /* of the first text below a row; 0: none */
	size_t mistakes;
};

/* --- a row ------------------------------------------------------------------------------------ */

/* Cut off the next cell, without the blanks and quotation marks around it. @return NULL where there is none */
static char *next_cell(char **rest, char separator)
{
	char *cell = *rest, *end;
	size_t length;

	if (!cell)
		return NULL;
	cell += strspn(cell, COLUMNS_BLANKS);
	end = cell;
	for (bool in_quotes = false; *end; end++) {
		in_quotes ^= *end == '"';
		if (!in_quotes && (separator == ' ' ? strchr(COLUMNS_BLANKS, *end) != NULL : *end == separator))
			break;
	}
	*rest = *end ? end + 1 : NULL;
	*end = '\0';
	cell += *cell == '"';
	length = strlen(cell);
	while (length && strchr("\"" COLUMNS_BLANKS, cell[length - 1]))
		cell[--length] = '\0';
	return cell;
}

static int read_number(double *out, const char *cell, char decimal)
{
	char text[MAX_NUMBER], *comma;

	if (strlen(cell) >= sizeof(text) || (decimal == ',' && strchr(cell, '.')))
		return -EINVAL;
	strcpy(text, cell);
	comma = decimal == ',' ? strchr(text, ',') : NULL;
	if (comma)
		*comma = '.';
	return iem_number_parse(text, out);
}

enum kind { IS_ROW, IS_TEXT, IS_BROKEN, IS_NONSENSE };

/* @param said what is wrong, where it begins like a row and is none */
static enum kind read_row(const struct reading *r, struct iem_row *row, unsigned *values, char *line, char said[120])
{
	double numbers[CELLS] = { NAN, NAN, NAN };
	char *cell = next_cell(&line, r->style.separator);
	unsigned n = 0;

	while (cell && !*cell)
		cell = next_cell(&line, r->style.separator);
	for (; cell && n < CELLS; cell = next_cell(&line, r->style.separator)) {
		if (!*cell && (!line || !line[strspn(line, ",;" COLUMNS_BLANKS)]))
			break; /* spreadsheets end short rows with separators */
		if (n && (strcasecmp(cell, "nan") == 0 || strcasestr(cell, "inf") == cell + strspn(cell, "+-"))) {
			snprintf(said, 120, "'%.40s' is no number; " WANTED, cell);
			return IS_NONSENSE;
		}
		if (read_number(&numbers[n], cell, r->style.decimal) < 0) {
			snprintf(said, 120, "'%.40s' is no number; " WANTED, cell);
			return n ? IS_BROKEN : IS_TEXT;
		}
		n++;
	}
	if (n < 2) {
		snprintf(said, 120, "there is one number alone; " WANTED);
		return n ? IS_BROKEN : IS_TEXT;
	}
	*row = (struct iem_row){ numbers[0], { numbers[1], numbers[2] }, r->line };
	*values = n - 1;
	return IS_ROW;
}

/* --- the rows --------------------------------------------------------------------------------- */

static int complain(struct reading *r, int line, const char *sentence)
{
	r->mistakes++;
	return iem_complain(r->diags, r->path, line, "%s", sentence);
}

static int add_row(struct reading *r, const struct iem_row *row, unsigned values)
{
	struct iem_columns *c = &r->columns;

	if (r->text_line) {
		complain(r, r->text_line, "text between rows of numbers; only comments may stand there");
		r->text_line = 0;
	}
	if (c->n == r->room) {
		const size_t room = r->room ? 2 * r->room : 512;
		struct iem_row *larger = realloc(c->rows, room * sizeof(*larger));

		if (!larger)
			return -ENOMEM;
		c->rows = larger;
		r->room = room;
	}
	c->values = values > c->values ? values : c->values;
	c->rows[c->n++] = *row;
	return 0;
}

static void note_heading(struct reading *r, const char *line)
{
	char *heading = r->columns.heading;

	if (strcasestr(line, "freq") || strcasestr(line, "hz"))
		snprintf(heading, IEM_COLUMNS_MAX_HEADING, "%s", line);
}

/* Above the rows all is let pass that is none; below them, text may end the file. */
static void take_text(struct reading *r, enum kind kind, bool comment, const char *sentence)
{
	if (kind == IS_NONSENSE || (r->columns.n && kind == IS_BROKEN))
		complain(r, r->line, sentence);
	else if (r->columns.n && !comment && !r->text_line)
		r->text_line = r->line;
	else if (kind == IS_BROKEN && !r->failed.line) {
		r->failed.line = r->line;
		snprintf(r->failed.sentence, sizeof(r->failed.sentence), "%s", sentence);
	}
}

static int read_line(struct reading *r, char *line)
{
	const bool comment = columns_is_comment(line), marked = comment || *line == '"' || *line == ';';
	char sentence[120] = "";
	enum kind kind = IS_TEXT;
	struct iem_row row;
	unsigned values;

	if (!*line)
		return 0;
	if (!r->columns.n)
		note_heading(r, line);
	if (!comment)
		kind = read_row(r, &row, &values, line, sentence);
	if (kind != IS_ROW) {
		take_text(r, kind, marked, sentence);
		return 0;
	}
	if (r->columns.n == IEM_COLUMNS_MAX_ROWS) {
		snprintf(sentence, sizeof(sentence), "there are more rows than %d", IEM_COLUMNS_MAX_ROWS);
		return complain(r, r->line, sentence);
	}
	return add_row(r, &row, values);
}

static int read_lines(struct reading *r, char *plain)
{
	char *rest = plain, *line;
	int code = 0;

	for (; code == 0 && (line = columns_line(&rest)); ) {
		r->line++;
		code = read_line(r, line);
	}
	if (code < 0 || r->mistakes)
		return code < 0 ? code : -EINVAL;
	if (r->columns.n)
		return 0;
	if (r->failed.line)
		return complain(r, r->failed.line, r->failed.sentence);
	return complain(r, 0, "there is no row of numbers; " WANTED);
}

int iem_columns_parse(struct iem_columns *out, const char *text, size_t size, const char *path,
		      struct iem_diags *diags)
{
	CLEANUP(iem_freep) char *plain = NULL;
	struct reading r = { .path = path, .diags = diags };
	int code;

	if (size > IEM_COLUMNS_MAX_BYTES)
		return iem_complain(diags, path, 0, "the file is larger than %d MiB", IEM_COLUMNS_MAX_BYTES >> 20);
	if ((code = columns_plain(&plain, text, size, path, diags)) < 0 ||
	    (code = columns_look(&r.style, plain, path, diags)) < 0)
		return code;
	code = read_lines(&r, plain);
	if (code < 0)
		iem_columns_finish(&r.columns);
	else
		*out = r.columns;
	return code;
}

int iem_columns_load(struct iem_columns *out, const char *path, struct iem_diags *diags)
{
	CLEANUP(iem_freep) char *text = NULL;
	size_t size = 0;
	int code;

	if (!iem_is_plain_file(path))
		return iem_complain(diags, path, 0, "there is no such file, or it is no plain one");
	code = conf_slurp(path, IEM_COLUMNS_MAX_BYTES, &text, &size);
	if (code == -EFBIG)
		return iem_complain(diags, path, 0, "the file is larger than %d MiB", IEM_COLUMNS_MAX_BYTES >> 20);
	if (code < 0) {
		iem_complain(diags, path, 0, "cannot be read: %s", strerror(-code));
		return code;
	}
	return iem_columns_parse(out, text, size, path, diags);
}

void iem_columns_finish(struct iem_columns *columns)
{
	free(columns->rows);
	*columns = (struct iem_columns){ 0 };
}
