#include "daemon/journal.h"

#include "core/conf.h"
#include "daemon/log.h"

#include <errno.h>
#include <unistd.h>

struct journal {
	char *path;    /* NULL: nowhere to write */
	char *default_sink; /* NULL: nothing noted; "": the user had none */
};

static const struct conf_key keys[] = {
	{ "default_sink", CONF_STRING, offsetof(struct journal, default_sink) },
	CONF_END
};

static void load(struct journal *journal)
{
	CLEANUP(conf_close) struct conf conf = { 0 };
	CLEANUP(iem_diags_finish) struct iem_diags diags = { 0 };
	CLEANUP(iem_freep) char *aside = NULL;

	if (access(journal->path, F_OK) < 0)
		return;
	if (conf_open(&conf, journal->path, &diags) == 0 && conf_read_root(&conf, keys, journal) == 0)
		return;
	log_diags(&diags);
	free(IEM_STEAL(journal->default_sink));
	if (asprintf(&aside, "%s.damaged", journal->path) < 0)
		aside = NULL;
	else if (rename(journal->path, aside) == 0)
		log_warning("The journal could not be read; it was set aside as %s, and the default sink may be left as "
			    "iemd's last run set it.", aside);
}

int journal_new(struct journal **out, const struct iem_paths *paths)
{
	struct journal *journal = calloc(1, sizeof(*journal));

	if (!journal || (paths->state && asprintf(&journal->path, "%s/journal.conf", paths->state) < 0)) {
		free(journal);
		return -ENOMEM;
	}
	if (journal->path)
		load(journal);
	*out = journal;
	return 0;
}

void journal_free(struct journal *journal)
{
	if (!journal)
		return;
	free(journal->path);
	free(journal->default_sink);
	free(journal);
}

int journal_note_default(struct journal *journal, const char *configured)
{
	CLEANUP(iem_freep) char *text = NULL, *escaped = NULL;
	const char *name = configured ? configured : "";
	size_t n = 0;
	int size;

	free(journal->default_sink);
	journal->default_sink = strdup(name);
	escaped = malloc(2 * strlen(name) + 1);
	if (!journal->default_sink || !escaped)
		return -ENOMEM;
	if (!journal->path)
		return 0;
	for (const char *c = name; *c; c++) {
		if (*c == '"' || *c == '\\')
			escaped[n++] = '\\';
		escaped[n++] = *c;
	}
	escaped[n] = '\0';
	size = asprintf(&text, "# Written by iemd: what has to be put back.\nformat = 1;\ndefault_sink = \"%s\";\n", escaped);
	if (size < 0) {
		text = NULL;
		return -ENOMEM;
	}
	return iem_write_atomic(journal->path, text, (size_t)size);
}

bool journal_has_default(const struct journal *journal)
{
	return journal->default_sink != NULL;
}

const char *journal_default(const struct journal *journal)
{
	return journal->default_sink && *journal->default_sink ? journal->default_sink : NULL;
}

void journal_drop_default(struct journal *journal)
{
	free(IEM_STEAL(journal->default_sink));
	if (journal->path && unlink(journal->path) < 0 && errno != ENOENT)
		log_warning("The journal %s could not be removed: %s.", journal->path, strerror(errno));
}
