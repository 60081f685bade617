#include "cli/text.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* One character of UTF-8. @return its bytes; *code is 0 where they are none, and one byte is taken */
static size_t decode(const char *text, uint32_t *code)
{
	const unsigned char *c = (const unsigned char *)text;
	static const struct {
		unsigned char mask, lead;
		size_t bytes;
		uint32_t least;
	} forms[] = {
		{ 0x80, 0x00, 1, 0 },
		{ 0xe0, 0xc0, 2, 0x80 },
		{ 0xf0, 0xe0, 3, 0x800 },
		{ 0xf8, 0xf0, 4, 0x10000 },
	};

	for (size_t f = 0; f < ARRAY_LEN(forms); f++) {
		if ((c[0] & forms[f].mask) != forms[f].lead)
			continue;
		*code = c[0] & (unsigned char)~forms[f].mask;
		for (size_t i = 1; i < forms[f].bytes; i++) {
			if ((c[i] & 0xc0) != 0x80) {
				*code = 0;
				return 1;
			}
			*code = *code << 6 | (c[i] & 0x3f);
		}
		if (*code < forms[f].least || *code > 0x10ffff || (*code >= 0xd800 && *code < 0xe000))
			break;
		return forms[f].bytes;
	}
	*code = 0;
	return 1;
}

struct range {
	uint32_t first, last;
};

static bool within(const struct range *ranges, size_t n, uint32_t code)
{
	for (size_t i = 0; i < n; i++)
		if (code >= ranges[i].first && code <= ranges[i].last)
			return true;
	return false;
}

/* What steers a terminal or turns the order of writing round. */
static bool is_harmless(uint32_t code)
{
	static const struct range harmful[] = {
		{ 0, 0x1f },         { 0x7f, 0x9f },     { 0x200b, 0x200f }, { 0x2028, 0x202e },
		{ 0x2060, 0x206f }, { 0xfeff, 0xfeff }, { 0xfff9, 0xfffb },
	};

	return !within(harmful, ARRAY_LEN(harmful), code);
}

static int width_of(uint32_t code)
{
	static const struct range wide[] = {
		{ 0x1100, 0x115f }, { 0x2e80, 0xa4cf }, { 0xac00, 0xd7a3 },   { 0xf900, 0xfaff },   { 0xfe30, 0xfe6f },
		{ 0xff00, 0xff60 }, { 0xffe0, 0xffe6 }, { 0x1f300, 0x1faff }, { 0x20000, 0x3fffd },
	};
	static const struct range none[] = { { 0x0300, 0x036f }, { 0xfe00, 0xfe0f } };

	if (within(none, ARRAY_LEN(none), code))
		return 0;
	return within(wide, ARRAY_LEN(wide), code) ? 2 : 1;
}

/* Put '?' in the place of every byte that must not be shown, but for the characters in KEEP. */
static void make_safe(char *text, const char *keep)
{
	uint32_t code;
	size_t n;

	for (; *text; text += n) {
		n = decode(text, &code);
		if (n == 1 && strchr(keep, *text))
			continue;
		if (!is_harmless(code))
			memset(text, '?', n);
	}
}

static int output_errno; /* of the first write that failed; 0: none has */

static void note_failure(bool failed)
{
	if (failed && !output_errno)
		output_errno = errno;
}

void say_as_is(const char *text)
{
	note_failure(fputs(text, stdout) == EOF);
}

int output_error(void)
{
	note_failure(fflush(stdout) != 0);
	return output_errno ? output_errno : ferror(stdout) ? EIO : 0;
}

static void print(FILE *file, const char *keep, const char *format, va_list args) IEM_PRINTF(3, 0);

static void print(FILE *file, const char *keep, const char *format, va_list args)
{
	CLEANUP(iem_freep) char *text = NULL;

	if (vasprintf(&text, format, args) < 0) {
		text = NULL;
		return;
	}
	make_safe(text, keep);
	if (file == stdout)
		say_as_is(text);
	else
		fputs(text, file);
}

void complain_args(const char *format, va_list args)
{
	output_error(); /* what was said is written first, so that both come in that order */
	fputs("iemctl: ", stderr);
	print(stderr, "", format, args);
	fputc('\n', stderr);
}

void complain(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	complain_args(format, args);
	va_end(args);
}

void complain_diags(const struct iem_diags *diags)
{
	char line[2048];

	for (size_t i = 0; i < diags->n; i++)
		complain("%s", iem_diag_format(&diags->items[i], line, sizeof(line)));
	if (diags->errors > diags->n)
		complain("There are more.");
}

void say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	print(stdout, "\n\t", format, args);
	va_end(args);
}

const char *shown(const char *text, char *buf, size_t size)
{
	snprintf(buf, size, "%s", text);
	make_safe(buf, "");
	return buf;
}

double unsigned_zero(double value, int decimals)
{
	return fabs(value) < 0.5 * pow(10, -decimals) ? 0 : value;
}

int text_width(const char *text)
{
	uint32_t code;
	int width = 0;

	while (*text) {
		text += decode(text, &code);
		width += width_of(code);
	}
	return width;
}

int terminal_width(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col < 40)
		return 80;
	return size.ws_col;
}

void say_label(const char *name)
{
	printf("%-*s ", LABEL_COLUMNS, name);
}
