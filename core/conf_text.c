#include "core/conf_text.h"

#include <ctype.h>
#include <errno.h>
#include <stdint.h>

#define MAX_DEPTH 16

/* A token of libconfig's syntax; single characters stand for themselves. */
enum token { END = 0, WORD = 'w', STRING = 's', NUMBER = 'n', INCLUDE = '@' };

struct lexer {
	const char *text;
	size_t size, pos;
	size_t begin; /* of the token last read */
	int line;
	bool unfinished; /* the text ends within a string */
};

static int peek(const struct lexer *lex, size_t ahead)
{
	return lex->pos + ahead < lex->size ? (unsigned char)lex->text[lex->pos + ahead] : -1;
}

static void step(struct lexer *lex)
{
	if (lex->text[lex->pos++] == '\n')
		lex->line++;
}

static void skip_line(struct lexer *lex)
{
	while (lex->pos < lex->size && peek(lex, 0) != '\n')
		step(lex);
}

static void skip_block_comment(struct lexer *lex)
{
	lex->pos += 2;
	while (lex->pos < lex->size && !(peek(lex, 0) == '*' && peek(lex, 1) == '/'))
		step(lex);
	lex->pos = lex->pos + 2 < lex->size ? lex->pos + 2 : lex->size;
}

static void skip_blank(struct lexer *lex)
{
	while (lex->pos < lex->size) {
		const int c = peek(lex, 0);

		if (isspace(c))
			step(lex);
		else if (c == '#' || (c == '/' && peek(lex, 1) == '/'))
			skip_line(lex);
		else if (c == '/' && peek(lex, 1) == '*')
			skip_block_comment(lex);
		else
			return;
	}
}

static void skip_string(struct lexer *lex)
{
	step(lex);
	while (lex->pos < lex->size && peek(lex, 0) != '"') {
		if (peek(lex, 0) == '\\' && lex->pos + 1 < lex->size)
			step(lex);
		step(lex);
	}
	lex->unfinished = lex->pos == lex->size;
	if (!lex->unfinished)
		step(lex);
}

static bool is_word(int c)
{
	return isalnum(c) || c == '_' || c == '-' || c == '*' || c == '.' || c == '+';
}

static int next_token(struct lexer *lex)
{
	int c;

	skip_blank(lex);
	lex->begin = lex->pos;
	if (lex->pos >= lex->size)
		return END;
	c = peek(lex, 0);
	if (c == '"') {
		skip_string(lex);
		return STRING;
	}
	if (!is_word(c)) {
		step(lex);
		return c;
	}
	while (is_word(peek(lex, 0)))
		step(lex);
	return isdigit(c) || c == '-' || c == '+' || c == '.' ? NUMBER : WORD;
}

/*
 * libconfig 1.5 cuts whole numbers to 32 bits without a word, so that 4294968296 would read as 1000. It knows
 * decimal, also with zeros in front, and hexadecimal; what has a point, an exponent or an L has room enough.
 */
static bool too_large(const char *number, size_t length)
{
	const bool negative = *number == '-';
	const int64_t limit = (int64_t)INT32_MAX + negative;
	size_t at = negative || *number == '+';
	const bool hex = at + 2 < length && number[at] == '0' && tolower((unsigned char)number[at + 1]) == 'x';
	int64_t value = 0;

	for (at += hex ? 2 : 0; at < length; at++) {
		const int c = tolower((unsigned char)number[at]);

		if (!(hex ? isxdigit(c) : isdigit(c)))
			return false;
		if (value <= limit)
			value = value * (hex ? 16 : 10) + (isdigit(c) ? c - '0' : c - 'a' + 10);
	}
	return value > limit;
}

static int line_at(const char *text, size_t pos)
{
	int line = 1;

	for (size_t i = 0; i < pos; i++)
		line += text[i] == '\n';
	return line;
}

/* In a list, after '=', and after another text, which it goes on with. INSIDE is the bracket that is open. */
static bool text_may_follow(int before, int inside)
{
	if (before == '=' || before == ':' || before == STRING)
		return true;
	return (inside == '(' || inside == '[') && (before == inside || before == ',');
}

int conf_check_text(const char *text, size_t size, const char *path, struct iem_diags *diags)
{
	struct lexer lex = { .text = text, .size = size, .line = 1 };
	int depth = 0, before = ';', token, r = 0;
	char open[MAX_DEPTH + 1] = { 0 };
	const char *nul = memchr(text, '\0', size);

	if (nul) {
		lex.size = (size_t)(nul - text);
		while (next_token(&lex) != END)
			;
		return iem_complain(diags, path, lex.line, "a NUL byte; this is not a text file");
	}
	while ((token = next_token(&lex)) != END) {
		if (strchr("{([", token)) {
			if (++depth > MAX_DEPTH)
				return iem_complain(diags, path, lex.line, "more than %d levels of nesting", MAX_DEPTH);
			open[depth] = (char)token;
		}
		if (strchr("})]", token)) {
			depth -= depth > 0;
			if (before == ',')
				r = iem_complain(diags, path, lex.line,
						 "a comma after the last element; leave it out");
		}
		/* libconfig would tell the last line of the file, and lose the memory of the string. */
		if (lex.unfinished)
			return iem_complain(diags, path, line_at(text, lex.begin), "a text without its closing quote");
		/* Nor does it free one that it finds in the wrong place. What is refused anyway it does not get to see. */
		if (token == STRING && r == 0 && !text_may_follow(before, open[depth]))
			return iem_complain(diags, path, line_at(text, lex.begin), "a text in quotes where none may stand");
		if (token == INCLUDE)
			r = iem_complain(diags, path, lex.line,
					 "'@include' is not allowed; write everything into this file");
		if (token == NUMBER && too_large(text + lex.begin, lex.pos - lex.begin))
			r = iem_complain(diags, path, lex.line, "the whole number %.*s is too large",
					 (int)(lex.pos - lex.begin < 40 ? lex.pos - lex.begin : 40), text + lex.begin);
		before = token;
	}
	return r;
}

/* Where the value that starts after '=' or ':' ends: at the next ';' or ',' on its level, or at the end of a group. */
static struct conf_span value_span(struct lexer *lex)
{
	struct conf_span span = { 0 };
	int depth = 0, token;
	struct lexer ahead;

	skip_blank(lex);
	span.begin = span.end = lex->pos;
	for (;;) {
		ahead = *lex;
		token = next_token(&ahead);
		if (token == END || (depth == 0 && strchr(";,})", token)))
			return span;
		depth += (strchr("{([", token) != NULL) - (strchr("})]", token) != NULL);
		/* `a = { ... } b = 1` is allowed: a name after a complete value starts the next setting. */
		if (depth == 0 && token == WORD && span.end > span.begin)
			return span;
		*lex = ahead;
		span.end = lex->pos;
	}
}

static bool names_part(const struct lexer *lex, const char *part, size_t length)
{
	return lex->pos - lex->begin == length && memcmp(lex->text + lex->begin, part, length) == 0;
}

int conf_find_value(const char *text, size_t size, const char *key, struct conf_span *span, const char **missing)
{
	struct lexer lex = { .text = text, .size = size, .line = 1 };
	size_t insert = size, part = strcspn(key, ".");
	int token;

	while ((token = next_token(&lex)) != END && token != '}') {
		struct lexer name = lex;

		if (token != WORD)
			continue;
		token = next_token(&lex);
		if (token != '=' && token != ':')
			continue;
		if (!names_part(&name, key, part)) {
			value_span(&lex);
			continue;
		}
		if (key[part] == '\0') {
			*span = value_span(&lex);
			span->name = name.begin;
			return 0;
		}
		if (next_token(&lex) != '{')
			break;
		insert = lex.pos;
		key += part + 1;
		part = strcspn(key, ".");
	}
	*missing = key;
	span->begin = span->end = span->name = insert;
	return -ENOENT;
}
