/**
 * choices.h - what the user decided for each output, kept in $XDG_STATE_HOME/iemd/choices.conf.
 * Main thread only. Written whole, synced and renamed on every change; a damaged file is set aside and told.
 */
#pragma once

#include "core/paths.h"
#include "core/select.h"

#define CHOICES_USED 16 /* earphones remembered for an output */

/** The decisions for one output. Texts are owned. */
struct choice {
	char *output;   /* its id */
	char *profile;  /* in force by choice; NULL: detect */
	char *variant;  /* NULL: the profile itself */
	char *previous; /* what `switch -` goes back to: "profile" or "profile variant"; NULL */
	char *source;   /* what drives this output: an id, or IEM_NO_SOURCE; NULL: detect */
	char *used[CHOICES_USED]; /* ids of the earphones used here, newest last */
	size_t n_used;
	bool unconfirmed; /* it was plugged in again since the user spoke for it: another earphone may hang there */
	char *once, *once_variant; /* not remembered: goes with the output or with us */
};

struct choices;

/** Read what is remembered; a missing file is no choice. @return 0 or -ENOMEM */
int choices_new(struct choices **out, const struct iem_paths *paths);
void choices_free(struct choices *choices);

/** What is decided for an output; valid until the next change. Never fails: nothing decided is a decision too. */
struct iem_decision choices_decision(const struct choices *choices, const char *output);
const struct choice *choices_find(const struct choices *choices, const char *output);

/**
 * Decide for PROFILE with VARIANT (NULL or ""). ONCE: until the output goes away, and not written down.
 * @return 0, -ENOMEM, or another -errno if it could not be written (it holds all the same)
 */
int choices_set(struct choices *choices, const char *output, const char *profile, const char *variant, bool once);

/** Forget the choice: detect again. What was used here stays known. */
int choices_clear(struct choices *choices, const char *output);

/**
 * Say what drives the output: an id, IEM_NO_SOURCE, or NULL to detect it again. @return 0, -ENOMEM, or another -errno if
 * it could not be written (it holds all the same)
 */
int choices_set_source(struct choices *choices, const char *output, const char *source);
/** What was said; NULL: nothing. Valid until the next change. */
const char *choices_source(const struct choices *choices, const char *output);

/** Is it not certain which of those used there hangs on the output? Remembered, as only the user can tell. */
bool choices_unconfirmed(const struct choices *choices, const char *output);
/** Say that it is not; nothing where only one was used there, or none. @return 0, or -errno if it could not be written (it holds all the same) */
int choices_doubt(struct choices *choices, const char *output);

/** The output went away: a choice for once goes with it. */
void choices_end_once(struct choices *choices, const char *output);

/** The earphone used here before PROFILE in the round, NULL if there is no other. */
const char *choices_next(const struct choices *choices, const char *output, const char *profile);

/** Is correction on? Remembered like a choice. */
bool choices_enabled(const struct choices *choices);
int choices_set_enabled(struct choices *choices, bool enabled, bool raw);
/** When off: does the level stay unmatched? */
bool choices_raw(const struct choices *choices);
