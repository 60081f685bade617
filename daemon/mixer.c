#include "daemon/mixer.h"

#include "daemon/clock.h"
#include "daemon/log.h"

#include "core/util.h"

#include <alsa/asoundlib.h>
#include <errno.h>
#include <math.h>

#define MAX_CARDS 32 /* as many as ALSA has */
#define MAX_FDS 4
#define SETTLE_MS 50   /* from the first of some events, of which there may be hundreds a second */
#define RETRY_MS 3000  /* a card that does not open, or broke; then after twice as long */
#define MAX_RETRY_MS 300000
#define MOST_DB 200.0  /* of a scale: what says more is nonsense */

struct card {
	struct mixers *mixers;
	snd_mixer_t *mixer; /* NULL: not open */
	struct spa_source *sources[MAX_FDS];
	uint64_t retry_ms; /* not before; 0: at once */
	unsigned wait_ms;  /* that was waited for last */
};

struct mixers {
	struct pw_loop *loop;
	void (*changed)(void *data);
	void *data;
	struct spa_source *timer;
	uint64_t due_ms; /* that the timer runs for; 0: it does not */
	struct card cards[MAX_CARDS];
};

/* Have `changed` called after so long, or before if that is due already. */
static void tell_in(struct mixers *mixers, unsigned ms)
{
	const struct timespec wait = { ms / 1000, (long)(ms % 1000) * 1000000 };
	const uint64_t due_ms = clock_now_ms() + ms;

	if (mixers->due_ms && mixers->due_ms <= due_ms)
		return;
	mixers->due_ms = due_ms;
	pw_loop_update_timer(mixers->loop, mixers->timer, (struct timespec *)&wait, NULL, false);
}

static void on_timer(void *data, uint64_t expirations)
{
	struct mixers *mixers = data;

	mixers->due_ms = 0;
	mixers->changed(mixers->data);
}

static void close_card(struct card *card)
{
	for (size_t i = 0; i < MAX_FDS; i++)
		if (card->sources[i])
			pw_loop_destroy_source(card->mixers->loop, IEM_STEAL(card->sources[i]));
	if (card->mixer)
		snd_mixer_close(IEM_STEAL(card->mixer));
}

static void try_later(struct card *card)
{
	card->wait_ms = card->wait_ms ? card->wait_ms * 2 : RETRY_MS;
	if (card->wait_ms > MAX_RETRY_MS)
		card->wait_ms = MAX_RETRY_MS;
	card->retry_ms = clock_now_ms() + card->wait_ms;
}

/* A card that was pulled out tells so by an error, for ever. */
static void on_event(void *data, int fd, uint32_t mask)
{
	struct card *card = data;

	if (mask & (SPA_IO_ERR | SPA_IO_HUP) || snd_mixer_handle_events(card->mixer) < 0) {
		close_card(card);
		try_later(card);
	}
	tell_in(card->mixers, SETTLE_MS);
}

static int watch(struct card *card)
{
	struct pollfd fds[MAX_FDS];
	const int n = snd_mixer_poll_descriptors(card->mixer, fds, MAX_FDS);

	for (int i = 0; i < n; i++) {
		card->sources[i] = pw_loop_add_io(card->mixers->loop, fds[i].fd, SPA_IO_IN | SPA_IO_ERR | SPA_IO_HUP,
						  false, on_event, card);
		if (!card->sources[i])
			return -ENOMEM;
	}
	return n < 0 ? n : 0;
}

static int open_card(struct card *card, int number)
{
	char name[16];
	int r = snd_mixer_open(&card->mixer, 0);

	if (r < 0) {
		card->mixer = NULL;
		return r;
	}
	snprintf(name, sizeof(name), "hw:%d", number);
	if ((r = snd_mixer_attach(card->mixer, name)) < 0 ||
	    (r = snd_mixer_selem_register(card->mixer, NULL, NULL)) < 0 ||
	    (r = snd_mixer_load(card->mixer)) < 0 || (r = watch(card)) < 0)
		close_card(card);
	return r;
}

static void try_card(struct card *card, int number)
{
	const int r = open_card(card, number);

	if (r < 0) {
		log_debug("The mixer of card %d does not open: %s.", number, snd_strerror(r));
		try_later(card);
	} else {
		card->retry_ms = 0;
		card->wait_ms = 0;
	}
}

static snd_mixer_t *mixer_of(struct mixers *mixers, int number)
{
	struct card *card = number >= 0 && number < MAX_CARDS ? &mixers->cards[number] : NULL;
	const uint64_t now = clock_now_ms();

	if (!card || card->mixer)
		return card ? card->mixer : NULL;
	if (now >= card->retry_ms)
		try_card(card, number);
	if (!card->mixer)
		tell_in(mixers, card->retry_ms > now ? (unsigned)(card->retry_ms - now) : RETRY_MS);
	return card->mixer;
}

/* --- reading ---------------------------------------------------------------------------------------------------- */

static double db(long hundredths)
{
	return (double)hundredths / 100;
}

static bool read_scale(snd_mixer_elem_t *element, struct mixer_scale *out)
{
	long min, max, low, high;

	if (!snd_mixer_selem_has_playback_volume(element) ||
	    snd_mixer_selem_get_playback_volume_range(element, &min, &max) < 0 || min > max ||
	    snd_mixer_selem_get_playback_dB_range(element, &low, &high) < 0)
		return false;
	if (low <= SND_CTL_TLV_DB_GAIN_MUTE && min < max) {
		min++;
		if (snd_mixer_selem_ask_playback_vol_dB(element, min, &low) < 0)
			return false;
	}
	if (low > high || fabs(db(low)) > MOST_DB || fabs(db(high)) > MOST_DB)
		return false;
	out->min_db = db(low);
	out->max_db = db(high);
	out->step_db = max > min ? db(high - low) / (double)(max - min) : 0;
	return true;
}

static void read_position(snd_mixer_elem_t *element, struct mixer_scale *out)
{
	const bool has_switch = snd_mixer_selem_has_playback_switch(element);
	long loudest = SND_CTL_TLV_DB_GAIN_MUTE;
	bool on = !has_switch;

	for (int c = 0; c <= SND_MIXER_SCHN_LAST; c++) {
		const snd_mixer_selem_channel_id_t channel = (snd_mixer_selem_channel_id_t)c;
		long value;
		int plays;

		if (!snd_mixer_selem_has_playback_channel(element, channel))
			continue;
		if (snd_mixer_selem_get_playback_dB(element, channel, &value) == 0 && value > loudest)
			loudest = value;
		on |= has_switch && snd_mixer_selem_get_playback_switch(element, channel, &plays) == 0 && plays;
	}
	/* Below the scale is silence; a driver that says more than there is does not count. */
	out->now_db = db(loudest) < out->min_db - MOST_DB ? -INFINITY : fmin(fmax(db(loudest), out->min_db), out->max_db);
	out->muted = !on;
}

static bool is_named(snd_mixer_elem_t *element, const char *control)
{
	return !control || iem_streq(snd_mixer_selem_get_name(element), control);
}

void mixers_read(struct mixers *mixers, int card, const char *control, struct mixer_scale *out)
{
	snd_mixer_t *mixer = mixer_of(mixers, card);
	snd_mixer_elem_t *found = NULL;
	struct mixer_scale scale, its = { 0 };

	*out = its;
	for (snd_mixer_elem_t *e = mixer ? snd_mixer_first_elem(mixer) : NULL; e; e = snd_mixer_elem_next(e)) {
		if (!is_named(e, control) || !read_scale(e, &scale))
			continue;
		if (found)
			return; /* which of them it is, nobody has said */
		found = e;
		its = scale;
		if (control)
			break;
	}
	if (!found)
		return;
	read_position(found, &its);
	snprintf(its.control, sizeof(its.control), "%s", snd_mixer_selem_get_name(found));
	*out = its;
}

/* --- all of them ------------------------------------------------------------------------------------------------ */

static void be_silent(const char *file, int line, const char *function, int err, const char *format, ...)
{
}

int mixers_new(struct mixers **out, struct pw_loop *loop, void (*changed)(void *data), void *data)
{
	struct mixers *mixers = calloc(1, sizeof(*mixers));

	if (!mixers)
		return -ENOMEM;
	*mixers = (struct mixers){ .loop = loop, .changed = changed, .data = data };
	for (size_t i = 0; i < MAX_CARDS; i++)
		mixers->cards[i].mixers = mixers;
	mixers->timer = pw_loop_add_timer(loop, on_timer, mixers);
	if (!mixers->timer) {
		free(mixers);
		return -ENOMEM;
	}
	snd_lib_error_set_handler(be_silent); /* else it writes to standard error what open_card() tells */
	*out = mixers;
	return 0;
}

void mixers_free(struct mixers *mixers)
{
	if (!mixers)
		return;
	for (size_t i = 0; i < MAX_CARDS; i++)
		close_card(&mixers->cards[i]);
	pw_loop_destroy_source(mixers->loop, mixers->timer);
	free(mixers);
	snd_config_update_free_global();
}
