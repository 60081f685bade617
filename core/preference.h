/**
 * preference.h - what a listener adds on top of the correction: bass, treble, tilt, and what is done to both ears
 * together.
 *
 * Values only: no allocation, any thread.
 */
#pragma once

#include "core/band.h"
#include "core/stereo.h"

#define IEM_PREFERENCE_KEY_BANDS 5 /* of one key, at most */
#define IEM_PREFERENCE_BANDS 7     /* of all */

/** What can be preferred; each has a row in iem_preference_rows. */
enum iem_preference_key {
	IEM_PREFER_BASS,
	IEM_PREFER_TREBLE,
	IEM_PREFER_TILT,
	IEM_PREFER_BALANCE,
	IEM_PREFER_MONO,
	IEM_PREFER_CROSSFEED,
	IEM_PREFER_WIDTH,
	IEM_PREFERENCE_KEYS
};

struct iem_preference {
	unsigned given;            /* bits by key: what was set, also to what is neutral */
	double bass_db, treble_db; /* of a low shelf at 105 Hz and a high shelf at 10 kHz; -12 .. 12 */
	double tilt_db;            /* for each octave upwards, around 1 kHz; -2 .. 2. Flattens out above 10 kHz */
	struct iem_stereo stereo;
};

/** Adds nothing. */
#define IEM_PREFERENCE_NEUTRAL ((struct iem_preference){ .stereo = IEM_STEREO_NEUTRAL })

struct iem_preference_row {
	const char *name, *unit; /* unit "": a plain number, NULL: a word */
	double min, max;
	const char *allowed; /* a phrase for messages */
};

extern const struct iem_preference_row iem_preference_rows[IEM_PREFERENCE_KEYS];

/** @return the key of that name, or -ENOENT */
int iem_preference_find(const char *name);

/**
 * Take the value of KEY from text: a number, "on", "off", a preset's name, or "reset": as if it had never been set.
 * @return 0, or -EINVAL where it is not allowed; the preference is untouched then
 */
int iem_preference_parse(struct iem_preference *preference, enum iem_preference_key key, const char *text);

/** The value of KEY as it is parsed, without a unit. @return buf */
const char *iem_preference_text(const struct iem_preference *preference, enum iem_preference_key key, char *buf,
				size_t size);

/** Everything that is not neutral, with units: "bass +3 dB, crossfeed meier"; "" where all is. @return buf */
const char *iem_preference_describe(const struct iem_preference *preference, char *buf, size_t size);

/** BASE with everything that OVER gives in its place. */
struct iem_preference iem_preference_merge(const struct iem_preference *base, const struct iem_preference *over);

/** True where it changes nothing. */
bool iem_preference_is_neutral(const struct iem_preference *preference);

/**
 * The bands that KEY adds, for both ears; they mean the analog prototype, and a shelf's dB are between 0 and its gain
 * at every frequency. What is done to both ears together is no band. @return how many
 */
size_t iem_preference_bands(const struct iem_preference *preference, enum iem_preference_key key,
			    struct iem_band bands[IEM_PREFERENCE_KEY_BANDS]);
