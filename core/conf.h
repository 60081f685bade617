/**
 * conf.h - reading the libconfig files that people write: profiles, sources, settings, our own state.
 *
 * conf_open() turns text to a tree and reports syntax; conf_read_group() turns a tree to a struct by a table of
 * keys and reports every unknown key, wrong type and value out of range, each with its line, in one pass.
 * No global state; one thread at a time for each file.
 */
#pragma once

#include "core/diag.h"

#include <libconfig.h>

#define IEM_MAX_FILE_BYTES (1024 * 1024)
#define IEM_MAX_STRING 1000 /* bytes of any string in a file */

/** An open file. Zero-initialise; release with conf_close(), also after a failed conf_open(). */
struct conf {
	config_t tree;
	char *path;
	struct iem_diags *diags; /* where everything is reported; not owned, may be NULL */
	bool open;
};

struct conf_key;

/** For keys that no simple kind covers. @return 0, or -EINVAL after complaining */
typedef int (*conf_read_fn)(struct conf *conf, const config_setting_t *setting, const struct conf_key *key,
			    void *field);

enum conf_kind {
	CONF_NUMBER, /* double */
	CONF_INT,    /* int */
	CONF_BOOL,   /* bool */
	CONF_STRING, /* char *, allocated */
	CONF_CHOICE, /* int: the index of the word in choices */
	CONF_GROUP,  /* a struct within, described by `keys` */
	CONF_CUSTOM, /* whatever `read` makes of it */
};

/** A row: how a key is spelled, what it wants, where its value goes. Tables end with a row without name. */
struct conf_key {
	const char *name;
	enum conf_kind kind;
	size_t field;
	double min, max;   /* CONF_NUMBER, CONF_INT */
	const char *unit;  /* " Hz", " dB", ...; for messages */
	const char *const *choices; /* CONF_CHOICE; ends with NULL */
	const struct conf_key *keys; /* CONF_GROUP */
	conf_read_fn read;           /* CONF_CUSTOM */
};

#define CONF_END { .name = NULL }

/**
 * Read and parse a file. Refused with a complaint: a file over IEM_MAX_FILE_BYTES or with NUL bytes, @include
 * (before libconfig could follow it), nesting deeper than 16, whole numbers that libconfig would cut to 32 bits,
 * a comma after the last element, anything that is not libconfig 1.5's syntax.
 * @return 0, -ENOENT, another -errno of reading, or -EINVAL
 */
int conf_open(struct conf *conf, const char *path, struct iem_diags *diags);

/** The same for text in memory, SIZE bytes and a NUL behind them; PATH is what diagnostics call it. */
int conf_open_text(struct conf *conf, const char *text, size_t size, const char *path, struct iem_diags *diags);
void conf_close(struct conf *conf);

/** Read a whole file of at most MAX bytes; *text is NUL-terminated and the caller's. @return 0 or -errno (-EFBIG) */
int conf_slurp(const char *path, size_t max, char **text, size_t *size);
/** The same for a stream, from where it stands. It stays open. */
int conf_slurp_stream(FILE *file, size_t max, char **text, size_t *size);

/**
 * Fill OBJECT from a group by KEYS. Fields whose key is absent or bad are untouched.
 * @return 0, or -EINVAL if anything was complained about
 */
int conf_read_group(struct conf *conf, const config_setting_t *group, const struct conf_key *keys, void *object);

/** The whole file as a group; also checks `format`, which must be 1 if given. */
int conf_read_root(struct conf *conf, const struct conf_key *keys, void *object);

/** Single values, with complaints that name the setting; for conf_read_fn. @return 0 or -EINVAL */
int conf_number(struct conf *conf, const config_setting_t *setting, const struct conf_key *key, double *out);
int conf_string(struct conf *conf, const config_setting_t *setting, char **out);

/** An error at a setting's line. @return -EINVAL */
int conf_complain(struct conf *conf, const config_setting_t *setting, const char *format, ...) IEM_PRINTF(3, 4);

/**
 * Call READ for every element of a list; complains if SETTING is not one, or has more than MAX elements.
 * @return 0, or -EINVAL if anything was complained about
 */
int conf_each(struct conf *conf, const config_setting_t *setting, size_t max, conf_read_fn read,
	      const struct conf_key *key, void *field);

/** Comma-separated words of a list that ends with NULL, for messages: `"a", "b"`. @return buf */
const char *conf_words(const char *const *words, char *buf, size_t size);
