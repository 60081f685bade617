#include "daemon/statefile.h"

#include "core/paths.h"
#include "daemon/log.h"

#include <errno.h>
#include <glob.h>
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

/* What iem_write_atomic() was writing when it was killed: PATH.XXXXXX, six characters of any kind. */
static void sweep(const char *path)
{
	CLEANUP(iem_freep) char *pattern = NULL;
	glob_t found;

	if (asprintf(&pattern, "%s.??????", path) < 0) {
		pattern = NULL;
		return;
	}
	if (glob(pattern, 0, NULL, &found) == 0)
		for (size_t i = 0; i < found.gl_pathc; i++)
			unlink(found.gl_pathv[i]);
	globfree(&found);
}

int statefile_read(const char *path, const struct conf_key *keys, void *object, const char *lost)
{
	CLEANUP(conf_close) struct conf conf = { 0 };
	CLEANUP(iem_diags_finish) struct iem_diags diags = { 0 };

	sweep(path);
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
