#include "daemon/statefile.h"

#include "core/paths.h"
#include "core/profile.h"
#include "core/utf8.h"
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

/* --- texts of any bytes ----------------------------------------------------------------------------------------- */

void statefile_put_text(FILE *out, const char *text)
{
	const unsigned char last = iem_is_utf8(text) ? 0xff : '~';

	putc('"', out);
	for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
		if (*c < ' ' || *c == 0x7f || *c > last)
			fprintf(out, "\\x%02x", *c);
		else if (*c == '"' || *c == '\\')
			fprintf(out, "\\%c", *c);
		else
			putc(*c, out);
	}
	putc('"', out);
}

int statefile_read_text(struct conf *conf, const config_setting_t *setting, const struct conf_key *key, void *field)
{
	const char *value = config_setting_get_string(setting);
	char **out = field, *copy;

	if (!value)
		return conf_complain(conf, setting, "'%s' wants a text in quotes", key->name);
	if (strlen(value) > STATEFILE_MAX_TEXT)
		return conf_complain(conf, setting, "'%s' is longer than %d bytes", key->name, STATEFILE_MAX_TEXT);
	copy = strdup(value);
	if (!copy)
		return -ENOMEM;
	free(*out);
	*out = copy;
	return 0;
}

/* --- ids -------------------------------------------------------------------------------------------------------- */

int statefile_read_id(struct conf *conf, const config_setting_t *setting, const struct conf_key *key, void *field)
{
	const char *value = config_setting_get_string(setting);

	if (value && !iem_id_valid(value))
		return conf_complain(conf, setting, "'%s' is \"%.80s\", which is no id; allowed are a-z, 0-9, '.', '_' and '-', "
				     "at most %d of them", key->name, value, IEM_MAX_ID);
	return statefile_read_text(conf, setting, key, field);
}
