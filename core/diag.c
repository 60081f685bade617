#include "core/diag.h"

#include <errno.h>

/* A hostile file could hold a million mistakes; nobody reads more than this. */
#define MAX_DIAGS 200

void iem_diags_finish(struct iem_diags *diags)
{
	for (size_t i = 0; i < diags->n; i++) {
		free(diags->items[i].file);
		free(diags->items[i].text);
	}
	free(diags->items);
	*diags = (struct iem_diags){ 0 };
}

static IEM_PRINTF(5, 0) void add(struct iem_diags *diags, const char *file, int line, bool error,
				 const char *format, va_list args)
{
	struct iem_diag diag = { .line = line, .error = error };
	struct iem_diag *items;

	if (!diags)
		return;
	diags->errors += error;
	if (diags->n >= MAX_DIAGS)
		return;
	items = realloc(diags->items, (diags->n + 1) * sizeof(*items));
	if (!items)
		return; /* the error count still says that the input is bad */
	diags->items = items;
	diag.file = file ? strdup(file) : NULL;
	if (vasprintf(&diag.text, format, args) < 0)
		diag.text = NULL;
	diags->items[diags->n++] = diag;
}

int iem_complainv(struct iem_diags *diags, const char *file, int line, const char *format, va_list args)
{
	add(diags, file, line, true, format, args);
	return -EINVAL;
}

int iem_complain(struct iem_diags *diags, const char *file, int line, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add(diags, file, line, true, format, args);
	va_end(args);
	return -EINVAL;
}

void iem_remark(struct iem_diags *diags, const char *file, int line, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add(diags, file, line, false, format, args);
	va_end(args);
}

static IEM_PRINTF(5, 6) void add_text(struct iem_diags *diags, const char *file, int line, bool error,
				      const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add(diags, file, line, error, format, args);
	va_end(args);
}

const struct iem_diag *iem_diags_error(const struct iem_diags *diags)
{
	for (size_t i = 0; i < diags->n; i++)
		if (diags->items[i].error)
			return &diags->items[i];
	return NULL;
}

void iem_diags_append(struct iem_diags *diags, const struct iem_diags *from)
{
	for (size_t i = 0; i < from->n; i++)
		add_text(diags, from->items[i].file, from->items[i].line, from->items[i].error, "%s",
			 from->items[i].text ? from->items[i].text : "");
}

const char *iem_diag_format(const struct iem_diag *diag, char *buf, size_t size)
{
	const char *text = diag->text ? diag->text : "out of memory";

	if (diag->file && diag->line > 0)
		snprintf(buf, size, "%s:%d: %s", diag->file, diag->line, text);
	else if (diag->file)
		snprintf(buf, size, "%s: %s", diag->file, text);
	else
		snprintf(buf, size, "%s", text);
	return buf;
}
