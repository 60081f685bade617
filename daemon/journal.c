#include "daemon/journal.h"

#include "daemon/default_value.h"
#include "daemon/log.h"
#include "daemon/statefile.h"

#include <errno.h>
#include <unistd.h>

struct journal {
	char *path;    /* NULL: nowhere to write */
	char *configured; /* the value of the default; NULL: nothing noted; "": the user had none */
	char *default_sink; /* the node that it names; NULL: none */
	struct journal_volume volume; /* node NULL: nothing noted */
	struct journal_volume managed[JOURNAL_MAX_MANAGED];
	size_t n_managed;
	bool damaged;
};

/* --- reading ---------------------------------------------------------------------------------------------------- */

static int read_gain(struct conf *conf, const config_setting_t *setting, const struct conf_key *key, void *field)
{
	struct volume *volume = field;
	double gain_lin;

	if (conf_number(conf, setting, key, &gain_lin) < 0)
		return -EINVAL;
	volume->gain_lin[volume->channels++] = (float)gain_lin;
	return 0;
}

static int read_gains(struct conf *conf, const config_setting_t *setting, const struct conf_key *key, void *field)
{
	return conf_each(conf, setting, IEM_MAX_CHANNELS, read_gain, key, field);
}

static const struct conf_key volume_keys[] = {
	{ "gains", CONF_CUSTOM, 0, 0, 100, .read = read_gains },
	{ "mute", CONF_BOOL, offsetof(struct volume, mute) },
	CONF_END
};

static const struct conf_key change_keys[] = {
	STATEFILE_TEXT("node", offsetof(struct journal_volume, node)),
	STATEFILE_TEXT("port", offsetof(struct journal_volume, port)),
	{ "before", CONF_GROUP, offsetof(struct journal_volume, before), .keys = volume_keys },
	{ "wanted", CONF_GROUP, offsetof(struct journal_volume, wanted), .keys = volume_keys },
	{ "was", CONF_GROUP, offsetof(struct journal_volume, was), .keys = volume_keys },
	CONF_END
};

static int read_managed(struct conf *conf, const config_setting_t *setting, const struct conf_key *key, void *field)
{
	struct journal *journal = field;
	struct journal_volume *managed = &journal->managed[journal->n_managed++]; /* conf_each() knows how many there may be */

	if (conf_read_group(conf, setting, change_keys, managed) < 0)
		return -EINVAL;
	return managed->node ? 0 : conf_complain(conf, setting, "'managed' lacks 'node'");
}

static int read_all_managed(struct conf *conf, const config_setting_t *setting, const struct conf_key *key, void *field)
{
	return conf_each(conf, setting, JOURNAL_MAX_MANAGED, read_managed, key, field);
}

static const struct conf_key keys[] = {
	STATEFILE_TEXT("configured_default", offsetof(struct journal, configured)),
	{ "volume", CONF_GROUP, offsetof(struct journal, volume), .keys = change_keys },
	{ "managed", CONF_CUSTOM, 0, .read = read_all_managed },
	CONF_END
};

static void forget_default(struct journal *journal)
{
	free(IEM_STEAL(journal->configured));
	free(IEM_STEAL(journal->default_sink));
}

static void finish_change(struct journal_volume *change)
{
	free(change->node);
	free(change->port);
	*change = (struct journal_volume){ 0 };
}

static void forget_volume(struct journal *journal)
{
	finish_change(&journal->volume);
}

static void forget_managed(struct journal *journal)
{
	while (journal->n_managed > 0)
		finish_change(&journal->managed[--journal->n_managed]);
}

int journal_new(struct journal **out, const struct iem_paths *paths)
{
	struct journal *journal = calloc(1, sizeof(*journal));

	if (!journal || (paths->state && asprintf(&journal->path, "%s/journal.conf", paths->state) < 0)) {
		free(journal);
		return -ENOMEM;
	}
	if (journal->path &&
	    statefile_read(journal->path, keys, journal,
			   "The default sink and a volume may be left as iemd's last run set them.") < 0) {
		forget_default(journal);
		forget_volume(journal);
		forget_managed(journal);
		journal->damaged = true;
	}
	journal->default_sink = default_value_name(journal->configured);
	*out = journal;
	return 0;
}

void journal_free(struct journal *journal)
{
	if (!journal)
		return;
	free(journal->path);
	forget_default(journal);
	forget_volume(journal);
	forget_managed(journal);
	free(journal);
}

/* --- writing ---------------------------------------------------------------------------------------------------- */

static void put_volume(FILE *out, const char *name, const struct volume *volume)
{
	fprintf(out, "\t%s = { gains = (", name);
	for (unsigned c = 0; c < volume->channels; c++)
		fprintf(out, "%s %.9f", c ? "," : "", volume->gain_lin[c]);
	fprintf(out, " ); mute = %s; };\n", volume->mute ? "true" : "false");
}

/* The members of a group. */
static void put_change(FILE *out, const struct journal_volume *change)
{
	fputs("\tnode = ", out);
	statefile_put_text(out, change->node);
	if (change->port) {
		fputs(";\n\tport = ", out);
		statefile_put_text(out, change->port);
	}
	fputs(";\n", out);
	put_volume(out, "before", &change->before);
	put_volume(out, "wanted", &change->wanted);
	if (change->was.channels)
		put_volume(out, "was", &change->was);
}

/* It could not be read again, and the rest with it. */
static bool is_too_long(const char *text)
{
	return text && strlen(text) > STATEFILE_MAX_TEXT;
}

static void put_managed(FILE *out, const struct journal *journal)
{
	const char *before = "managed = (\n{\n";

	for (size_t i = 0; i < journal->n_managed; i++) {
		if (is_too_long(journal->managed[i].node) || is_too_long(journal->managed[i].port))
			continue;
		fputs(before, out);
		put_change(out, &journal->managed[i]);
		fputs("}", out);
		before = ",\n{\n";
	}
	if (strcmp(before, ",\n{\n") == 0)
		fputs("\n);\n", out);
}

static void put(FILE *out, const struct journal *journal)
{
	fputs("# Written by iemd: what has to be put back.\nformat = 1;\n", out);
	if (journal->configured) {
		fputs("configured_default = ", out);
		/* Of one that is too long as much stays that ours is taken away. */
		statefile_put_text(out, is_too_long(journal->configured) ? "" : journal->configured);
		fputs(";\n", out);
	}
	if (journal->volume.node && !is_too_long(journal->volume.node) && !is_too_long(journal->volume.port)) {
		fputs("volume = {\n", out);
		put_change(out, &journal->volume);
		fputs("};\n", out);
	}
	put_managed(out, journal);
}

static int discard(const struct journal *journal)
{
	return unlink(journal->path) == 0 || errno == ENOENT ? 0 : -errno;
}

static int save(const struct journal *journal)
{
	CLEANUP(iem_freep) char *text = NULL;
	size_t size = 0;
	FILE *out;
	int r;

	if (!journal->path)
		return 0;
	if (journal_is_empty(journal))
		return discard(journal);
	out = open_memstream(&text, &size);
	if (!out)
		return -ENOMEM;
	put(out, journal);
	if (fclose(out) != 0)
		return -ENOMEM;
	r = iem_write_atomic(journal->path, text, size, 0644);
	return r == 0 && is_too_long(journal->configured) ? -E2BIG : r;
}

static void save_less(const struct journal *journal)
{
	const int r = save(journal);

	if (r < 0)
		log_warning("The journal %s could not be brought up to date: %s.", journal->path, strerror(-r));
}

bool journal_is_empty(const struct journal *journal)
{
	return !journal->configured && !journal->volume.node && !journal->n_managed;
}

bool journal_was_damaged(const struct journal *journal)
{
	return journal->damaged;
}

/* --- the default sink ------------------------------------------------------------------------------------------- */

int journal_note_default(struct journal *journal, const char *value)
{
	char *mine = strdup(value ? value : "");

	if (!mine)
		return -ENOMEM;
	forget_default(journal);
	journal->configured = mine;
	journal->default_sink = default_value_name(mine);
	return save(journal);
}

bool journal_has_default(const struct journal *journal)
{
	return journal->configured != NULL;
}

const char *journal_default_value(const struct journal *journal)
{
	return journal->configured && *journal->configured ? journal->configured : NULL;
}

const char *journal_default(const struct journal *journal)
{
	return journal->default_sink;
}

void journal_drop_default(struct journal *journal)
{
	if (!journal->configured)
		return;
	forget_default(journal);
	save_less(journal);
}

/* --- a volume --------------------------------------------------------------------------------------------------- */

static int copy_change(struct journal_volume *out, const struct journal_volume *change)
{
	struct journal_volume mine = { strdup(change->node), change->port ? strdup(change->port) : NULL, change->before,
				       change->wanted, change->was };

	if (!mine.node || (change->port && !mine.port)) {
		finish_change(&mine);
		return -ENOMEM;
	}
	finish_change(out);
	*out = mine;
	return 0;
}

int journal_note_volume(struct journal *journal, const struct journal_volume *volume)
{
	const int r = copy_change(&journal->volume, volume);

	return r < 0 ? r : save(journal);
}

const struct journal_volume *journal_volume(const struct journal *journal)
{
	return journal->volume.node ? &journal->volume : NULL;
}

void journal_drop_volume(struct journal *journal)
{
	if (!journal->volume.node)
		return;
	forget_volume(journal);
	save_less(journal);
}

/* --- volumes that hold a part of ours ---------------------------------------------------------------------------- */

static struct journal_volume *find_managed(struct journal *journal, const char *node, const char *port)
{
	for (size_t i = 0; i < journal->n_managed; i++)
		if (iem_streq(journal->managed[i].node, node) && iem_same(journal->managed[i].port, port))
			return &journal->managed[i];
	return NULL;
}

int journal_note_managed(struct journal *journal, const struct journal_volume *volume)
{
	struct journal_volume *managed = find_managed(journal, volume->node, volume->port);
	int r;

	if (!managed && journal->n_managed == JOURNAL_MAX_MANAGED)
		return -ENOSPC;
	r = copy_change(managed ? managed : &journal->managed[journal->n_managed], volume);
	if (r < 0)
		return r;
	journal->n_managed += !managed;
	return save(journal);
}

const struct journal_volume *journal_managed(const struct journal *journal, const char *node, const char *port)
{
	return find_managed((struct journal *)journal, node, port);
}

const struct journal_volume *journal_managed_at(const struct journal *journal, size_t index)
{
	return index < journal->n_managed ? &journal->managed[index] : NULL;
}

bool journal_volume_is_ours(const struct journal_volume *managed, const struct volume *now)
{
	return volume_same_gains(now, &managed->wanted) || volume_same_gains(now, &managed->was);
}

void journal_drop_managed(struct journal *journal, const char *node, const char *port)
{
	struct journal_volume *managed = find_managed(journal, node, port);

	if (!managed)
		return;
	finish_change(managed);
	*managed = journal->managed[--journal->n_managed];
	journal->managed[journal->n_managed] = (struct journal_volume){ 0 };
	save_less(journal);
}
