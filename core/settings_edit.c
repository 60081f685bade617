/* Changing one setting in the text of a file, everything else left as its owner wrote it. */
#include "core/conf.h"
#include "core/conf_text.h"
#include "core/number.h"
#include "core/settings.h"

#include <errno.h>
#include <math.h>

/* A text and the part of it that gives way to another. */
struct change {
	const char *text;
	size_t size;
	size_t begin, end; /* replaced */
};

static const double *number_of(const struct iem_setting *setting, const struct iem_settings *settings)
{
	return (const void *)((const char *)settings + setting->field);
}

/* The value as libconfig wants it written. */
static const char *conf_value(const struct iem_setting *setting, const struct iem_settings *settings,
			      char *buf, size_t size)
{
	char text[64];

	iem_setting_text(setting, settings, text, sizeof(text));
	switch (setting->kind) {
	case IEM_SETTING_BOOL:
		snprintf(buf, size, "%s", text);
		break;
	case IEM_SETTING_CHOICE:
		snprintf(buf, size, "\"%s\"", text);
		break;
	case IEM_SETTING_NUMBER:
		iem_number_text(*number_of(setting, settings), text);
		snprintf(buf, size, "%s", text);
		break;
	}
	return buf;
}

static int replace(const struct change *change, const char *with, char **out)
{
	if (asprintf(out, "%.*s%s%.*s", (int)change->begin, change->text, with,
		     (int)(change->size - change->end), change->text + change->end) < 0) {
		*out = NULL;
		return -ENOMEM;
	}
	return 0;
}

/* Take a whole setting out, and its line if nothing else stands there. */
static int remove_setting(struct change *change, char **out)
{
	const char *text = change->text;
	size_t begin, end;

	while (change->end < change->size && strchr(" \t", text[change->end]))
		change->end++;
	if (change->end < change->size && strchr(";,", text[change->end]))
		change->end++;
	begin = change->begin;
	end = change->end;
	while (begin > 0 && strchr(" \t", text[begin - 1]))
		begin--;
	end += strspn(text + end, " \t\r");
	if ((begin == 0 || text[begin - 1] == '\n') && (end == change->size || text[end] == '\n')) {
		change->begin = begin;
		change->end = end + (end < change->size);
	} else {
		change->begin = begin; /* with the blanks before it, so that one is left */
	}
	return replace(change, "", out);
}

/* "level.mode", "\"match\"": `level = { mode = "match"; };` */
static char *setting_line(const char *name, const char *value)
{
	const char *dot = strchr(name, '.');
	char *line;
	int n;

	if (dot)
		n = asprintf(&line, "%.*s = { %s = %s; };", (int)(dot - name), name, dot + 1, value);
	else
		n = asprintf(&line, "%s = %s;", name, value);
	return n < 0 ? NULL : line;
}

static int append_line(struct change *change, const char *line, char **out)
{
	CLEANUP(iem_freep) char *insert = NULL;
	const bool open_end = change->size > 0 && change->text[change->size - 1] != '\n';

	if (asprintf(&insert, "%s%s\n", open_end ? "\n" : "", line) < 0) {
		insert = NULL;
		return -ENOMEM;
	}
	change->begin = change->end = change->size;
	return replace(change, insert, out);
}

/*
 * Into a group, just after its '{': on a line of its own where the group has one line for each setting, and then
 * with the indentation of the one below it.
 */
static int insert_into_group(struct change *change, const char *line, char **out)
{
	CLEANUP(iem_freep) char *insert = NULL;
	const char *after = change->text + change->begin, *end = strchr(after, '\n');
	const char *blank = after + strspn(after, " \t\r");
	size_t indent;
	int n;

	if (end && (blank == end || *blank == '#' || strncmp(blank, "//", 2) == 0)) {
		after = end + 1;
		change->begin = change->end = (size_t)(after - change->text);
		indent = strspn(after, " \t");
		n = asprintf(&insert, "%.*s%s%s\n", (int)indent, after, after[indent] == '}' ? "\t" : "",
			     line);
	} else {
		n = asprintf(&insert, " %s", line);
	}
	if (n < 0) {
		insert = NULL;
		return -ENOMEM;
	}
	return replace(change, insert, out);
}

static int edit(struct change *change, const char *name, const char *value, char **out)
{
	CLEANUP(iem_freep) char *line = NULL;
	const char *missing;
	struct conf_span span;
	const int r = conf_find_value(change->text, change->size, name, &span, &missing);

	change->begin = span.begin;
	change->end = span.end;
	if (r == 0 && value)
		return replace(change, value, out);
	if (r == 0) {
		change->begin = span.name;
		return remove_setting(change, out);
	}
	if (!value)
		return replace(&(struct change){ change->text, change->size, 0, 0 }, "", out);
	line = setting_line(missing, value);
	if (!line)
		return -ENOMEM;
	return missing == name ? append_line(change, line, out) : insert_into_group(change, line, out);
}

static bool same_value(const struct iem_setting *setting, const struct iem_settings *a,
		       const struct iem_settings *b)
{
	char text_a[64], text_b[64];

	return strcmp(iem_setting_text(setting, a, text_a, sizeof(text_a)),
		      iem_setting_text(setting, b, text_b, sizeof(text_b))) == 0;
}

int iem_settings_edit(const char *text, size_t size, const char *name, const char *value, char **out)
{
	CLEANUP(iem_freep) char *edited = NULL;
	struct change change = { .text = text, .size = size };
	struct iem_settings wanted, got;
	struct iem_setting setting;
	char written[80];
	bool remove;
	int r;

	iem_settings_init(&wanted);
	if (!iem_setting_find(&setting, name))
		return -ENOENT;
	if (iem_setting_assign(&setting, &wanted, value) < 0)
		return -EINVAL;
	if (size > IEM_MAX_FILE_BYTES || memchr(text, '\0', size))
		return -EBADMSG;
	remove = setting.kind == IEM_SETTING_NUMBER && isinf(*number_of(&setting, &wanted));
	r = edit(&change, name, remove ? NULL : conf_value(&setting, &wanted, written, sizeof(written)),
		 &edited);
	if (r < 0)
		return r;
	if (iem_settings_parse(&got, edited, strlen(edited), "", NULL) < 0 ||
	    !same_value(&setting, &wanted, &got))
		return -EBADMSG;
	*out = IEM_STEAL(edited);
	return 0;
}
