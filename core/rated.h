/**
 * rated.h - what an earphone is rated for, as bounds on what may be boosted.
 *
 * Values only; any thread.
 */
#pragma once

#include "core/profile.h"

struct iem_rated {
	double lowest_hz, highest_hz; /* no boost beyond; NAN: unknown, or beyond what is heard anyway */
	double most_db;               /* of boost, 0 or more; INFINITY: unknown, no bound */
	double max_power_mw, reference_spl_db; /* what most_db comes of */
};

/** Bounds nothing. */
#define IEM_RATED_NOTHING ((struct iem_rated){ NAN, NAN, INFINITY, NAN, NAN })

/**
 * The bounds of an earphone that plays a sine of 1 kHz at REFERENCE_SPL_DB. Of its range only edges count that are above
 * 20 Hz or below 20 kHz. The most that may be boosted is 10 log10 (max_power / P), P being the power that the sine takes,
 * and 0 where that is more already; without max_power, or where P is not known, there is no bound.
 */
struct iem_rated iem_rated_of(const struct iem_earphone *earphone, double reference_spl_db);

/** True where anything is bounded. */
bool iem_rated_bounds(const struct iem_rated *rated);
