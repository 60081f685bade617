#include "daemon/earphones.h"

#include "daemon/log.h"
#include "daemon/statefile.h"

#include <errno.h>

struct earphones {
	char *path; /* NULL: nowhere to remember */
	char *owned[EARPHONES_OWNED];
	size_t n_owned;
	char *last[IEM_KINDS]; /* NULL: none */
};

static void forget_all(struct earphones *earphones)
{
	for (size_t i = 0; i < earphones->n_owned; i++)
		free(earphones->owned[i]);
	earphones->n_owned = 0;
	for (int kind = 0; kind < IEM_KINDS; kind++)
		free(IEM_STEAL(earphones->last[kind]));
}

static size_t find(const struct earphones *earphones, const char *profile)
{
	size_t i = 0;

	while (i < earphones->n_owned && strcmp(earphones->owned[i], profile) != 0)
		i++;
	return i;
}

/* --- reading ----------------------------------------------------------------------------------------- */

static int read_owned(struct conf *conf, const config_setting_t *setting, const struct conf_key *key,
		      void *field)
{
	struct earphones *earphones = field;
	char *id = NULL;

	if (statefile_read_id(conf, setting, key, &id) < 0)
		return -EINVAL;
	if (find(earphones, id) < earphones->n_owned) /* written by hand, and twice */
		free(id);
	else
		earphones->owned[earphones->n_owned++] = id;
	return 0;
}

static int read_owned_list(struct conf *conf, const config_setting_t *setting, const struct conf_key *key,
			   void *field)
{
	return conf_each(conf, setting, EARPHONES_OWNED, read_owned, key, field);
}

#define LAST(kind) (offsetof(struct earphones, last) + (kind) * sizeof(char *))

static const struct conf_key last_keys[] = { STATEFILE_ID("headphones", LAST(IEM_KIND_HEADPHONES)),
					     STATEFILE_ID("headset", LAST(IEM_KIND_HEADSET)),
					     STATEFILE_ID("line", LAST(IEM_KIND_LINE)),
					     STATEFILE_ID("speaker", LAST(IEM_KIND_SPEAKER)),
					     STATEFILE_ID("hdmi", LAST(IEM_KIND_HDMI)),
					     STATEFILE_ID("bluetooth", LAST(IEM_KIND_BLUETOOTH)),
					     STATEFILE_ID("usb", LAST(IEM_KIND_USB)),
					     STATEFILE_ID("virtual", LAST(IEM_KIND_VIRTUAL)),
					     STATEFILE_ID("unknown", LAST(IEM_KIND_UNKNOWN)),
					     CONF_END };

static const struct conf_key root_keys[] = { { "owned", CONF_CUSTOM, 0, .read = read_owned_list },
					     { "last_used", CONF_GROUP, 0, .keys = last_keys },
					     CONF_END };

int earphones_new(struct earphones **out, const struct iem_paths *paths)
{
	struct earphones *earphones = calloc(1, sizeof(*earphones));

	if (!earphones ||
	    (paths->state && asprintf(&earphones->path, "%s/earphones.conf", paths->state) < 0)) {
		free(earphones);
		return -ENOMEM;
	}
	if (earphones->path &&
	    statefile_read(earphones->path, root_keys, earphones,
			   "Which earphones are owned, and which were used last, is forgotten.") < 0)
		forget_all(earphones);
	*out = earphones;
	return 0;
}

void earphones_free(struct earphones *earphones)
{
	if (!earphones)
		return;
	forget_all(earphones);
	free(earphones->path);
	free(earphones);
}

/* --- writing ----------------------------------------------------------------------------------------- */

static void write_all(FILE *out, const struct earphones *earphones)
{
	fputs("# Written by iemd; the earphones that are owned, and what was used last on each kind of "
	      "output.\n"
	      "format = 1;\nowned = (",
	      out);
	for (size_t i = 0; i < earphones->n_owned; i++)
		fprintf(out, "%s\"%s\"", i ? ", " : " ", earphones->owned[i]);
	fputs(" );\nlast_used = {", out);
	for (int kind = 0; kind < IEM_KINDS; kind++)
		if (earphones->last[kind])
			fprintf(out, " %s = \"%s\";", iem_kind_names[kind], earphones->last[kind]);
	fputs(" };\n", out);
}

static int save(const struct earphones *earphones)
{
	CLEANUP(iem_freep) char *text = NULL;
	size_t size = 0;
	FILE *out;
	int r;

	if (!earphones->path)
		return 0;
	out = open_memstream(&text, &size);
	if (!out)
		return -ENOMEM;
	write_all(out, earphones);
	if (fclose(out) != 0)
		return -ENOMEM;
	r = iem_write_atomic(earphones->path, text, size, 0644);
	if (r < 0)
		log_warning("The earphones could not be remembered in %s: %s.", earphones->path,
			    strerror(-r));
	return r;
}

/* --- what is asked and said -------------------------------------------------------------------------- */

size_t earphones_owned(const struct earphones *earphones, const char *const **out)
{
	*out = (const char *const *)earphones->owned;
	return earphones->n_owned;
}

bool earphones_owns(const struct earphones *earphones, const char *profile)
{
	return find(earphones, profile) < earphones->n_owned;
}

int earphones_own(struct earphones *earphones, const char *profile, bool owned)
{
	const size_t at = find(earphones, profile);

	if (owned == (at < earphones->n_owned))
		return 0;
	if (!owned) {
		free(earphones->owned[at]);
		memmove(&earphones->owned[at], &earphones->owned[at + 1],
			(--earphones->n_owned - at) * sizeof(char *));
		return save(earphones);
	}
	if (at == EARPHONES_OWNED)
		return -ENOSPC;
	earphones->owned[at] = strdup(profile);
	if (!earphones->owned[at])
		return -ENOMEM;
	earphones->n_owned++;
	return save(earphones);
}

const char *earphones_last(const struct earphones *earphones, enum iem_kind kind)
{
	return earphones->last[kind];
}

int earphones_note_last(struct earphones *earphones, enum iem_kind kind, const char *profile)
{
	char *mine;

	if (iem_streq(earphones->last[kind], profile))
		return 0;
	mine = strdup(profile);
	if (!mine)
		return -ENOMEM;
	free(earphones->last[kind]);
	earphones->last[kind] = mine;
	return save(earphones);
}
