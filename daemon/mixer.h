/**
 * mixer.h - the ALSA mixers of cards: what the scale of a volume control is, and where it stands. Main thread only.
 *
 * Mixers are read, never written: where the session manager moves a control, it must hear of every change; where
 * nobody does, it is the user's.
 */
#pragma once

#include <pipewire/pipewire.h>
#include <stdbool.h>

/** A playback volume with a scale in dB. */
struct mixer_scale {
	char control[64];      /* its simple name; "": there is none */
	double min_db, max_db; /* of its positions; one that mutes is left out */
	double step_db;        /* between two of them, at the mean; 0: it has only one */
	double now_db;         /* of the loudest channel; -INFINITY where it mutes */
	bool muted;            /* by its switch */
};

struct mixers;

/** CHANGED is called when a control of any card that was asked for has moved, from the loop. @return 0 or -ENOMEM */
int mixers_new(struct mixers **out, struct pw_loop *loop, void (*changed)(void *data), void *data);
void mixers_free(struct mixers *mixers);

/**
 * Read the control of a card, by its simple name; NULL: the only one that the card has, where it has just one. A card is
 * opened when it is first asked for and kept until it goes; one that does not open is tried again after some seconds.
 * Where there is no such control or no mixer, out->control is "".
 */
void mixers_read(struct mixers *mixers, int card, const char *control, struct mixer_scale *out);
