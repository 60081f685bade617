/**
 * added.h - what is added on top of the correction, preferences and loudness together, as bands: within what the
 * earphone is rated for.
 *
 * Where the boost of all together would pass rated.most_db, boosts are held: of tilt, bass and treble, in this order,
 * each gets the part of its boost for which there is still room; then loudness gets its clamp lowered. So more asked of
 * one never gives less of that one nor of what comes before it; and more strength of loudness no lower top, but for 0.1 dB
 * that its fit swings. Beyond the rated range the boost that is left is taken back (guard.h). Cuts are not bounded.
 *
 * Values only: no allocation, any thread; up to some milliseconds, so not for an audio thread.
 */
#pragma once

#include "core/guard.h"
#include "core/loudness.h"
#include "core/preference.h"

#define IEM_ADDED_BANDS (IEM_PREFERENCE_BANDS + IEM_LOUDNESS_BANDS + IEM_GUARD_BANDS)

struct iem_added {
	struct iem_band bands[IEM_ADDED_BANDS]; /* for both ears; they mean the analog prototype */
	size_t n, n_guards; /* of them, the last ones, that take boosts back beyond the rated range */
	double part[IEM_PREFERENCE_KEYS]; /* of each key's boost that there was room for; 1: all of it */
};

/**
 * Each of PREFERENCE, LOUDNESS and RATED may be NULL: nothing is preferred, compensated, bounded. Where nothing has to be
 * bounded the bands are those of preference.h and loudness.h bit for bit. All together boost nowhere by more than most_db
 * (by 0.03 dB, where grids are missed), but where loudness cuts and finds no room by up to IEM_LOUDNESS_SWING_DB more. The
 * bounds raise nothing, but where loudness with a lower clamp is another fit, see there.
 */
void iem_added_make(struct iem_added *out, const struct iem_preference *preference, const struct iem_loudness *loudness,
		    const struct iem_rated *rated);

/**
 * What RATED takes of PREFERENCE by itself: which key was asked for how much, what is done, and why, as a clause: "bass
 * +8 dB is held at +3.2 dB, since 10 mW allow no boost above 3.2 dB at 100 dB SPL", and beyond which edge boosts are taken
 * back; "" where nothing is held. @return buf
 */
const char *iem_added_held(const struct iem_preference *preference, const struct iem_rated *rated, char *buf, size_t size);
