#include "core/conf.h"

#include "core/conf_text.h"
#include "core/utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <unistd.h>

int conf_slurp_stream(FILE *file, size_t max, char **text, size_t *size)
{
	CLEANUP(iem_freep) char *buf = NULL;
	size_t room = 0, n = 0, got;

	do {
		char *larger;

		room = room ? room * 2 : 8192;
		if (room > max + 2)
			room = max + 2; /* one more than allowed, so that too much is seen, and the NUL */
		larger = realloc(buf, room);
		if (!larger)
			return -ENOMEM;
		buf = larger;
		errno = 0;
		got = fread(buf + n, 1, room - 1 - n, file);
		n += got;
		if (ferror(file))
			return errno ? -errno : -EIO;
		if (n > max)
			return -EFBIG;
	} while (got > 0);
	buf[n] = '\0';
	*text = IEM_STEAL(buf);
	*size = n;
	return 0;
}

int conf_slurp(const char *path, size_t max, char **text, size_t *size)
{
	/* Some files of the kernel look plain and would be waited for without end. */
	const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	CLEANUP(iem_fclosep) FILE *file = fd >= 0 ? fdopen(fd, "r") : NULL;
	const int r = file ? conf_slurp_stream(file, max, text, size) : -errno;

	if (!file && fd >= 0)
		close(fd);
	return r;
}

int conf_open_text(struct conf *conf, const char *text, size_t size, const char *path, struct iem_diags *diags)
{
	conf->diags = diags;
	conf->path = strdup(path);
	config_init(&conf->tree);
	conf->open = true;
	if (!conf->path)
		return -ENOMEM;
	if (conf_check_text(text, size, path, diags) < 0)
		return -EINVAL;
	if (config_read_string(&conf->tree, text) != CONFIG_TRUE)
		return iem_complain(diags, path, config_error_line(&conf->tree), "%s",
				    config_error_text(&conf->tree));
	return 0;
}

int conf_open(struct conf *conf, const char *path, struct iem_diags *diags)
{
	CLEANUP(iem_freep) char *text = NULL;
	size_t size = 0;
	int r = conf_slurp(path, IEM_MAX_FILE_BYTES, &text, &size);

	if (r == -EFBIG)
		return iem_complain(diags, path, 0, "the file is larger than 1 MiB");
	if (r < 0) {
		iem_complain(diags, path, 0, "cannot be read: %s", strerror(-r));
		return r;
	}
	return conf_open_text(conf, text, size, path, diags);
}

void conf_close(struct conf *conf)
{
	if (conf->open)
		config_destroy(&conf->tree);
	free(conf->path);
	*conf = (struct conf){ 0 };
}

int conf_complain(struct conf *conf, const config_setting_t *setting, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	iem_complainv(conf->diags, conf->path, (int)config_setting_source_line(setting), format, args);
	va_end(args);
	return -EINVAL;
}

const char *conf_words(const char *const *words, char *buf, size_t size)
{
	size_t n = 0;

	buf[0] = '\0';
	for (; *words && n < size; words++)
		n += (size_t)snprintf(buf + n, size - n, "%s\"%s\"", n ? ", " : "", *words);
	return buf;
}

/* An element of a list has no name of its own. */
static const char *name_of(const config_setting_t *setting)
{
	const char *name = config_setting_name(setting);

	return name ? name : "an element";
}

int conf_number(struct conf *conf, const config_setting_t *setting, const struct conf_key *key, double *out)
{
	const char *unit = key->unit ? key->unit : "";
	double value;

	switch (config_setting_type(setting)) {
	case CONFIG_TYPE_INT:
		value = config_setting_get_int(setting);
		break;
	case CONFIG_TYPE_INT64:
		value = (double)config_setting_get_int64(setting);
		break;
	case CONFIG_TYPE_FLOAT:
		value = config_setting_get_float(setting);
		break;
	default:
		return conf_complain(conf, setting, "'%s' wants a number, %g to %g%s", name_of(setting), key->min,
				     key->max, unit);
	}
	if (!(value >= key->min && value <= key->max)) /* written so that NaN fails too */
		return conf_complain(conf, setting, "'%s' is %g, outside %g to %g%s", name_of(setting), value,
				     key->min, key->max, unit);
	*out = value;
	return 0;
}

static int read_int(struct conf *conf, const config_setting_t *setting, const struct conf_key *key, int *out)
{
	double value;

	if (conf_number(conf, setting, key, &value) < 0)
		return -EINVAL;
	if (value != floor(value))
		return conf_complain(conf, setting, "'%s' is %g; a whole number is wanted", name_of(setting), value);
	*out = (int)value;
	return 0;
}

int conf_string(struct conf *conf, const config_setting_t *setting, char **out)
{
	const char *value = config_setting_get_string(setting);
	char *copy;

	if (!value)
		return conf_complain(conf, setting, "'%s' wants a text in quotes", name_of(setting));
	if (strlen(value) > IEM_MAX_STRING)
		return conf_complain(conf, setting, "'%s' is longer than %d bytes", name_of(setting), IEM_MAX_STRING);
	for (const char *c = value; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			return conf_complain(conf, setting, "'%s' holds a control character", name_of(setting));
	if (!iem_is_utf8(value))
		return conf_complain(conf, setting, "'%s' is not UTF-8 text", name_of(setting));
	copy = strdup(value);
	if (!copy)
		return -ENOMEM;
	free(*out);
	*out = copy;
	return 0;
}

static int read_choice(struct conf *conf, const config_setting_t *setting, const struct conf_key *key, int *out)
{
	const char *value = config_setting_get_string(setting);
	char words[256];

	for (int i = 0; value && key->choices[i]; i++)
		if (strcmp(value, key->choices[i]) == 0) {
			*out = i;
			return 0;
		}
	if (!value)
		return conf_complain(conf, setting, "'%s' wants one of %s", name_of(setting),
				     conf_words(key->choices, words, sizeof(words)));
	if (!iem_is_utf8(value))
		return conf_complain(conf, setting, "'%s' is not UTF-8 text", name_of(setting));
	return conf_complain(conf, setting, "'%s' is \"%.60s\"; allowed are %s", name_of(setting), value,
			     conf_words(key->choices, words, sizeof(words)));
}

static int read_bool(struct conf *conf, const config_setting_t *setting, bool *out)
{
	if (config_setting_type(setting) != CONFIG_TYPE_BOOL)
		return conf_complain(conf, setting, "'%s' wants true or false", name_of(setting));
	*out = config_setting_get_bool(setting);
	return 0;
}

static int read_key(struct conf *conf, const config_setting_t *setting, const struct conf_key *key, void *object)
{
	void *field = (char *)object + key->field;

	switch (key->kind) {
	case CONF_NUMBER:
		return conf_number(conf, setting, key, field);
	case CONF_INT:
		return read_int(conf, setting, key, field);
	case CONF_BOOL:
		return read_bool(conf, setting, field);
	case CONF_STRING:
		return conf_string(conf, setting, field);
	case CONF_CHOICE:
		return read_choice(conf, setting, key, field);
	case CONF_GROUP:
		return conf_read_group(conf, setting, key->keys, field);
	case CONF_CUSTOM:
		return key->read(conf, setting, key, field);
	}
	return -EINVAL;
}

static int unknown_key(struct conf *conf, const config_setting_t *setting, const struct conf_key *keys)
{
	char allowed[512] = "";
	size_t n = 0;

	for (const struct conf_key *key = keys; key->name && n < sizeof(allowed); key++)
		n += (size_t)snprintf(allowed + n, sizeof(allowed) - n, "%s%s", n ? ", " : "", key->name);
	return conf_complain(conf, setting, "unknown key '%.60s'; allowed here are %s", name_of(setting), allowed);
}

int conf_read_group(struct conf *conf, const config_setting_t *group, const struct conf_key *keys, void *object)
{
	int r = 0;

	if (!config_setting_is_group(group))
		return conf_complain(conf, group, "'%s' wants a group { ... }", name_of(group));
	for (int i = 0; i < config_setting_length(group); i++) {
		const config_setting_t *setting = config_setting_get_elem(group, (unsigned)i);
		const struct conf_key *key = keys;

		while (key->name && strcmp(key->name, config_setting_name(setting)) != 0)
			key++;
		if ((key->name ? read_key(conf, setting, key, object) : unknown_key(conf, setting, keys)) < 0)
			r = -EINVAL;
	}
	return r;
}

/* `format` belongs to every file, so it is checked here and not in each table. */
int conf_read_root(struct conf *conf, const struct conf_key *keys, void *object)
{
	config_setting_t *root = config_root_setting(&conf->tree);
	const config_setting_t *format = config_setting_get_member(root, "format");

	if (format && config_setting_type(format) != CONFIG_TYPE_INT)
		return conf_complain(conf, format, "'format' wants a whole number; this version reads 1");
	if (format && config_setting_get_int(format) != 1)
		return conf_complain(conf, format, "'format' is %d; this version reads 1 only",
				     config_setting_get_int(format));
	if (format)
		config_setting_remove(root, "format");
	return conf_read_group(conf, root, keys, object);
}

int conf_each(struct conf *conf, const config_setting_t *setting, size_t max, conf_read_fn read,
	      const struct conf_key *key, void *field)
{
	int r = 0, n = config_setting_length(setting);

	if (!config_setting_is_list(setting) && !config_setting_is_array(setting))
		return conf_complain(conf, setting, "'%s' wants a list ( ... )", name_of(setting));
	if ((size_t)n > max)
		return conf_complain(conf, setting, "'%s' has %d elements; at most %zu are allowed", name_of(setting), n,
				     max);
	for (int i = 0; i < n; i++)
		if (read(conf, config_setting_get_elem(setting, (unsigned)i), key, field) < 0)
			r = -EINVAL;
	return r;
}
