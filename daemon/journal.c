#include "daemon/journal.h"

#include "daemon/log.h"
#include "daemon/statefile.h"

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

int journal_new(struct journal **out, const struct iem_paths *paths)
{
	struct journal *journal = calloc(1, sizeof(*journal));

	if (!journal || (paths->state && asprintf(&journal->path, "%s/journal.conf", paths->state) < 0)) {
		free(journal);
		return -ENOMEM;
	}
	if (journal->path && statefile_read(journal->path, keys, journal,
					    "The default sink may be left as iemd's last run set it.") < 0)
		free(IEM_STEAL(journal->default_sink));
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
	CLEANUP(iem_freep) char *text = NULL;
	size_t size = 0;
	FILE *out;

	free(journal->default_sink);
	journal->default_sink = strdup(configured ? configured : "");
	if (!journal->default_sink)
		return -ENOMEM;
	if (!journal->path)
		return 0;
	out = open_memstream(&text, &size);
	if (!out)
		return -ENOMEM;
	fputs("# Written by iemd: what has to be put back.\nformat = 1;\ndefault_sink = ", out);
	statefile_put_quoted(out, journal->default_sink);
	fputs(";\n", out);
	return fclose(out) == 0 ? iem_write_atomic(journal->path, text, size) : -ENOMEM;
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
