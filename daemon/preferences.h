/**
 * preferences.h - what the user likes on top of every correction, and on top of single profiles' instead, kept in
 * $XDG_STATE_HOME/iemd/preferences.conf.
 * Main thread only. Written whole, synced and renamed on every change; a damaged file is set aside and told.
 */
#pragma once

#include "core/paths.h"
#include "core/preference.h"

/** What holds for one profile. The text is owned. */
struct preferred {
	char *profile; /* id; NULL: for all */
	struct iem_preference preference;
};

struct preferences;

/** Read what is remembered; a missing file is no preference. @return 0 or -ENOMEM */
int preferences_new(struct preferences **out, const struct iem_paths *paths);
void preferences_free(struct preferences *preferences);

/** What holds for a profile: that for all, and in its place whatever was set for this one. */
struct iem_preference preferences_for(const struct preferences *preferences, const char *profile);

/** All that is set, valid until the next change. @return how many */
size_t preferences_all(const struct preferences *preferences, const struct preferred **out);

/**
 * Set KEY for PROFILE (NULL or "": for all) from text, as iem_preference_parse() takes it.
 * @return 0, -EINVAL where the text is not allowed, -ENOMEM or -E2BIG and nothing changed; or another -errno if it could
 * not be written (it holds all the same)
 */
int preferences_set(struct preferences *preferences, const char *profile, enum iem_preference_key key, const char *text);

/** Forget all that was set for PROFILE (NULL or "": for all). @return as for preferences_set() */
int preferences_reset(struct preferences *preferences, const char *profile);
