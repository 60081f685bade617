#include "daemon/log.h"

#include "core/utf8.h"

#include <stdarg.h>

static bool debug, journal;

void log_init(void)
{
	debug = getenv("IEMD_DEBUG") != NULL;
	journal = getenv("JOURNAL_STREAM") != NULL;
}

void log_line(enum log_level level, const char *format, ...)
{
	char text[1024];
	unsigned char last;
	va_list args;

	if (level == LOG_LEVEL_DEBUG && !debug)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	last = iem_is_utf8(text) ? 0xff : '~';
	for (unsigned char *c = (unsigned char *)text; *c; c++)
		if (*c < ' ' || *c == 0x7f || *c > last) /* names come from devices and other programs */
			*c = '?';
	if (journal)
		fprintf(stderr, "<%d>%s\n", level, text);
	else
		fprintf(stderr, "iemd: %s\n", text);
}

void log_diags(const struct iem_diags *diags)
{
	char text[2048];

	for (size_t i = 0; i < diags->n; i++)
		log_line(diags->items[i].error ? LOG_LEVEL_ERROR : LOG_LEVEL_WARNING, "%s",
			 iem_diag_format(&diags->items[i], text, sizeof(text)));
}
