#include "core/columns_text.h"

#include <ctype.h>
#include <errno.h>

/* --- bytes ------------------------------------------------------------------------------------ */

static bool begins(const char *text, size_t size, const char *with, size_t n)
{
	return size >= n && memcmp(text, with, n) == 0;
}

/* @param high which byte of each pair is the higher one */
static size_t from_utf16(char *out, const char *text, size_t size, size_t high)
{
	size_t n = 0;

	for (size_t i = 0; i + 1 < size; i += 2) {
		const unsigned char low = (unsigned char)text[i + !high];

		out[n++] = text[i + high] == 0 && low < 0x80 ? (char)low : '?';
	}
	return n;
}

/* Old Macs end lines with CR alone; beside LF it is a blank. */
static void end_lines(char *text, size_t size)
{
	if (memchr(text, '\n', size))
		return;
	for (size_t i = 0; i < size; i++)
		if (text[i] == '\r')
			text[i] = '\n';
}

int columns_plain(char **out, const char *text, size_t size, const char *path, struct iem_diags *diags)
{
	CLEANUP(iem_freep) char *plain = malloc(size + 1);
	const char *nul;
	int line = 1;

	if (!plain)
		return -ENOMEM;
	if (begins(text, size, "\xff\xfe", 2) || begins(text, size, "\xfe\xff", 2)) {
		size = from_utf16(plain, text + 2, size - 2, *text == '\xff');
	} else {
		const size_t mark = begins(text, size, "\xef\xbb\xbf", 3) ? 3 : 0;

		size -= mark;
		memcpy(plain, text + mark, size);
	}
	plain[size] = '\0';
	end_lines(plain, size);
	nul = memchr(plain, '\0', size);
	for (const char *at = plain; nul && at < nul; at++)
		line += *at == '\n';
	if (nul)
		return iem_complain(diags, path, line, "a NUL byte; this is not a text file");
	*out = IEM_STEAL(plain);
	return 0;
}

char *columns_line(char **rest)
{
	char *line = strsep(rest, "\n");
	size_t length;

	if (!line)
		return NULL;
	line += strspn(line, COLUMNS_BLANKS);
	length = strlen(line);
	while (length && strchr(COLUMNS_BLANKS, line[length - 1]))
		line[--length] = '\0';
	return line;
}

bool columns_is_comment(const char *line)
{
	return *line == '#' || *line == '*' || strncmp(line, "//", 2) == 0 || (*line == ';' && !strchr(line + 1, ';'));
}

/* --- what separates --------------------------------------------------------------------------- */

/* The first lines that show it; 0: none does. */
struct look {
	int semicolon;
	int blank;  /* within the line */
	int point;
	int loose;  /* a comma that is not between two digits: it separates */
	int tight;  /* one that is, and may do either */
	int quoted; /* one that is, in quotation marks: decimal */
	int several; /* two commas or more, one of them tight */
	int whole;    /* a number without any mark */
	int fraction; /* one whose comma marks no thousands */
	size_t heading_commas, row_commas; /* of the last line of words before the first row, and of that */
};

/* Nothing but what rows of numbers are made of; a quotation mark may open a cell of text. */
static bool is_of_numbers(const char *line)
{
	const char *first = line + strspn(line, "\",;" COLUMNS_BLANKS);

	return *first && strchr("0123456789+-.", *first) && strpbrk(first, "0123456789") &&
	       line[strspn(line, "0123456789+-.,;eE\"" COLUMNS_BLANKS)] == '\0';
}

static void see(int *which, int line)
{
	if (!*which)
		*which = line;
}

static void look_at_comma(struct look *look, const char *line, size_t i, bool in_quotes, int number)
{
	const bool between = i > 0 && isdigit((unsigned char)line[i - 1]) && isdigit((unsigned char)line[i + 1]);

	see(!between ? &look->loose : in_quotes ? &look->quoted : &look->tight, number);
}

/* "1,000" may be a thousand, "1,00" and "0,100" are not. */
static void look_at_numbers(struct look *look, const char *line, int number)
{
	for (const char *at = line; *(at += strcspn(at, "0123456789")); ) {
		const size_t length = strspn(at, "0123456789.,"), before = strspn(at, "0123456789"),
			     after = at[before] == ',' ? strspn(at + before + 1, "0123456789") : 0;

		if (before == length)
			see(&look->whole, number);
		else if (after && (*at == '0' || before > 3 || after != 3))
			see(&look->fraction, number);
		at += length;
	}
}

static void look_at(struct look *look, const char *line, int number)
{
	bool in_quotes = false;
	size_t commas = 0;

	look_at_numbers(look, line, number);
	for (size_t i = 0; line[i]; i++) {
		in_quotes ^= line[i] == '"';
		commas += line[i] == ',' && !in_quotes;
		if (line[i] == ',')
			look_at_comma(look, line, i, in_quotes, number);
		else if (line[i] == ';')
			see(&look->semicolon, number);
		else if (line[i] == '.')
			see(&look->point, number);
		else if (strchr(COLUMNS_BLANKS, line[i]))
			see(&look->blank, number);
	}
	if (commas > 1 && look->tight)
		see(&look->several, number);
	if (!look->row_commas)
		look->row_commas = commas;
}

/* "Freq,Z,Phase" */
static void look_at_heading(struct look *look, const char *line)
{
	if (look->row_commas)
		return;
	look->heading_commas = 0;
	for (const char *at = line; (at = strchr(at, ',')); at++)
		look->heading_commas++;
}

static struct look look_over(const char *plain)
{
	struct look look = { 0 };
	char line[256];
	int number = 1;

	for (const char *at = plain; *at; number++) {
		const size_t length = strcspn(at, "\n"), skip = strspn(at, COLUMNS_BLANKS);

		/* No row of numbers is as long as that but for what is not read of it. */
		if (skip < length) {
			char *whole = line;

			snprintf(line, sizeof(line), "%.*s", (int)(length - skip), at + skip);
			whole = columns_line(&whole);
			if (columns_is_comment(whole))
				;
			else if (is_of_numbers(whole))
				look_at(&look, whole, number);
			else
				look_at_heading(&look, whole);
		}
		at += length + (at[length] == '\n');
	}
	return look;
}

static int unclear(int line, const char *path, struct iem_diags *diags)
{
	return iem_complain(diags, path, line,
			    "whether a comma separates or is decimal is not clear; write decimal points, or separate by "
			    "semicolons or tabs");
}

int columns_look(struct columns_style *out, const char *plain, const char *path, struct iem_diags *diags)
{
	const struct look look = look_over(plain);
	const bool by_commas = !look.semicolon && (look.loose || (look.tight && !look.blank));
	const bool is_headed = look.row_commas > 1 && look.heading_commas == look.row_commas; /* by as many cells */
	const int decimal_comma = by_commas ? look.quoted : look.quoted ? look.quoted : look.tight;

	if (by_commas && look.tight && (look.quoted || (look.several && !look.point && !is_headed)))
		return unclear(look.several ? look.several : look.tight, path, diags);
	if (decimal_comma && look.whole && !look.fraction && !look.point)
		return iem_complain(diags, path, decimal_comma,
				    "whether a comma is decimal or marks thousands is not clear; write decimal points, and "
				    "no marks for thousands");
	if (decimal_comma && look.point)
		return iem_complain(diags, path, decimal_comma,
				    "a number with a decimal comma, and line %d has one with a decimal point; write all "
				    "alike, without marks for thousands", look.point);
	out->separator = look.semicolon ? ';' : by_commas ? ',' : ' ';
	out->decimal = decimal_comma ? ',' : '.';
	return 0;
}
