#include "daemon/statefile.h"

#include "core/paths.h"
#include "daemon/log.h"

#include <errno.h>
#include <unistd.h>

static void set_aside(const char *path, const char *lost)
{
	CLEANUP(iem_freep) char *aside = NULL;

	if (asprintf(&aside, "%s.damaged", path) < 0) {
		aside = NULL;
		return;
	}
	if (rename(path, aside) == 0)
		log_warning("%s could not be read and was set aside as %s. %s", path, aside, lost);
	else
		log_warning("%s could not be read, nor set aside (%s). %s", path, strerror(errno), lost);
}

int statefile_read(const char *path, const struct conf_key *keys, void *object, const char *lost)
{
	CLEANUP(conf_close) struct conf conf = { 0 };
	CLEANUP(iem_diags_finish) struct iem_diags diags = { 0 };

	if (access(path, F_OK) < 0 && errno == ENOENT)
		return 0;
	if (!iem_is_plain_file(path))
		iem_complain(&diags, path, 0, "is no plain file");
	else if (conf_open(&conf, path, &diags) == 0 && conf_read_root(&conf, keys, object) == 0)
		return 0;
	log_diags(&diags);
	set_aside(path, lost);
	return -EINVAL;
}

void statefile_put_quoted(FILE *out, const char *text)
{
	putc('"', out);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			putc('\\', out);
		putc(*text, out);
	}
	putc('"', out);
}
