/*
 * A sound card's mixer without a sound card: an ALSA control plugin whose controls live in a file, so that programs of
 * the same configuration share them and hear of each other's changes, as with a card.
 *
 *   ctl.hw { @args [ CARD ]  @args.CARD { type string }  type iemdtest  file "state"  names "Headphone PCM"  max_db 0 }
 *
 * Each control has two channels, a switch, and a position for each dB from 74 below max_db.
 */
#include <alsa/asoundlib.h>
#include <alsa/control_external.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#define STEPS 74
#define MAX_CONTROLS 4

/* Of a control in the file: two volumes and two switches, all ints. */
struct control {
	int volume[2], on[2];
};

struct card {
	snd_ctl_ext_t ext;
	int file;
	unsigned n;
	char *names[MAX_CONTROLS];
	unsigned tlv[4];
	unsigned pending; /* events that are still to be told, of all elements */
};

/* A control is two elements: its volume, and its switch. */
static int elem_count(snd_ctl_ext_t *ext)
{
	return (int)((struct card *)ext->private_data)->n * 2;
}

static void name_of(const struct card *card, unsigned element, char *buf, size_t size)
{
	snprintf(buf, size, "%s Playback %s", card->names[element / 2], element % 2 ? "Switch" : "Volume");
}

static int elem_list(snd_ctl_ext_t *ext, unsigned int offset, snd_ctl_elem_id_t *id)
{
	char name[64];

	name_of(ext->private_data, offset, name, sizeof(name));
	snd_ctl_elem_id_set_interface(id, SND_CTL_ELEM_IFACE_MIXER);
	snd_ctl_elem_id_set_name(id, name);
	return 0;
}

static snd_ctl_ext_key_t find_elem(snd_ctl_ext_t *ext, const snd_ctl_elem_id_t *id)
{
	char name[64];

	for (unsigned e = 0; e < (unsigned)elem_count(ext); e++) {
		name_of(ext->private_data, e, name, sizeof(name));
		if (strcmp(name, snd_ctl_elem_id_get_name(id)) == 0)
			return e;
	}
	return SND_CTL_EXT_KEY_NOT_FOUND;
}

static int get_attribute(snd_ctl_ext_t *ext, snd_ctl_ext_key_t key, int *type, unsigned int *acc, unsigned int *count)
{
	*type = key % 2 ? SND_CTL_ELEM_TYPE_BOOLEAN : SND_CTL_ELEM_TYPE_INTEGER;
	*acc = SND_CTL_EXT_ACCESS_READWRITE | (key % 2 ? 0 : SND_CTL_EXT_ACCESS_TLV_READ);
	*count = 2;
	return 0;
}

static int get_integer_info(snd_ctl_ext_t *ext, snd_ctl_ext_key_t key, long *imin, long *imax, long *istep)
{
	*imin = 0;
	*imax = key % 2 ? 1 : STEPS;
	*istep = 1;
	return 0;
}

static off_t place_of(snd_ctl_ext_key_t key)
{
	return (off_t)(key / 2 * sizeof(struct control) + key % 2 * 2 * sizeof(int));
}

static int read_integer(snd_ctl_ext_t *ext, snd_ctl_ext_key_t key, long *value)
{
	const struct card *card = ext->private_data;
	int values[2];

	if (pread(card->file, values, sizeof(values), place_of(key)) != sizeof(values))
		return -EIO;
	value[0] = values[0];
	value[1] = values[1];
	return 0;
}

static int write_integer(snd_ctl_ext_t *ext, snd_ctl_ext_key_t key, long *value)
{
	const struct card *card = ext->private_data;
	const int values[2] = { (int)value[0], (int)value[1] };

	return pwrite(card->file, values, sizeof(values), place_of(key)) == sizeof(values) ? 1 : -EIO;
}

static int read_event(snd_ctl_ext_t *ext, snd_ctl_elem_id_t *id, unsigned int *event_mask)
{
	struct card *card = ext->private_data;
	char events[4096];

	while (read(ext->poll_fd, events, sizeof(events)) > 0)
		card->pending = (unsigned)elem_count(ext);
	if (!card->pending)
		return -EAGAIN;
	elem_list(ext, --card->pending, id);
	*event_mask = SND_CTL_EVENT_MASK_VALUE;
	return 1;
}

static void close_card(snd_ctl_ext_t *ext)
{
	struct card *card = ext->private_data;

	close(card->file);
	close(ext->poll_fd);
	for (unsigned i = 0; i < card->n; i++)
		free(card->names[i]);
	free(card);
}

static const snd_ctl_ext_callback_t callbacks = {
	.close = close_card,
	.elem_count = elem_count,
	.elem_list = elem_list,
	.find_elem = find_elem,
	.get_attribute = get_attribute,
	.get_integer_info = get_integer_info,
	.read_integer = read_integer,
	.write_integer = write_integer,
	.read_event = read_event,
};

static int read_config(struct card *card, snd_config_t *conf, const char **path)
{
	snd_config_t *file, *names, *max;
	const char *text;
	char *copy, *rest = NULL;
	long max_db;

	if (snd_config_search(conf, "file", &file) < 0 || snd_config_get_string(file, path) < 0 ||
	    snd_config_search(conf, "names", &names) < 0 || snd_config_get_string(names, &text) < 0 ||
	    snd_config_search(conf, "max_db", &max) < 0 || snd_config_get_integer(max, &max_db) < 0)
		return -EINVAL;
	copy = strdup(text);
	for (char *name = strtok_r(copy, " ", &rest); name && card->n < MAX_CONTROLS; name = strtok_r(NULL, " ", &rest))
		card->names[card->n++] = strdup(name);
	free(copy);
	card->tlv[0] = SND_CTL_TLVT_DB_SCALE;
	card->tlv[1] = 2 * sizeof(unsigned);
	card->tlv[2] = (unsigned)((max_db - STEPS) * 100);
	card->tlv[3] = 100;
	return 0;
}

SND_CTL_PLUGIN_DEFINE_FUNC(iemdtest);

SND_CTL_PLUGIN_DEFINE_FUNC(iemdtest)
{
	struct card *card = calloc(1, sizeof(*card));
	const char *path = NULL;
	int r = card ? read_config(card, conf, &path) : -ENOMEM;

	if (r < 0) {
		free(card);
		return r;
	}
	card->ext = (snd_ctl_ext_t){ .version = SND_CTL_EXT_VERSION, .id = "iemdtest", .driver = "iemdtest",
				     .name = "iemdtest", .longname = "iemdtest", .mixername = "iemdtest",
				     .callback = &callbacks, .private_data = card };
	card->ext.tlv.p = card->tlv;
	card->file = open(path, O_RDWR | O_CLOEXEC);
	card->ext.poll_fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (card->file < 0 || card->ext.poll_fd < 0 || inotify_add_watch(card->ext.poll_fd, path, IN_MODIFY) < 0) {
		r = -errno;
		close_card(&card->ext);
		return r;
	}
	r = snd_ctl_ext_create(&card->ext, name, mode);
	if (r < 0)
		close_card(&card->ext);
	else
		*handlep = card->ext.handle;
	return r;
}

SND_CTL_PLUGIN_SYMBOL(iemdtest);
