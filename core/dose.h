/**
 * dose.h - how much of a week's sound has been heard: the exposure of the last seven days, as a percentage of what WHO and
 * ITU-T H.870 take for safe.
 *
 * "80": 1.6 Pa^2 h, which is 80 dB(A) for 40 hours, for adults. "75": 75 dB(A) for 40 hours, for children and sensitive
 * ears. Every 3 dB more halve the time. What is softer than 60 dB(A) does not count: a week of it is 1 or 4 percent.
 *
 * Exposure is kept in buckets of ten minutes that age out; the oldest counts by the part of it that is still within the
 * seven days, so the dose falls steadily. Time is told by two clocks, for neither can be trusted alone:
 *
 *   - While iemd runs, the elapsed time alone makes buckets age (CLOCK_BOOTTIME: it never jumps, and counts while the
 *     machine sleeps). The wall clock may be set to anything, by the user, the network or summer time: nothing that was
 *     heard is lost or counted twice. If elapsed time runs backwards, no time has passed.
 *   - Over a restart of iemd alone, known by the same boot id, the elapsed time tells how long it was away.
 *   - Over a restart of the machine only the wall clock can tell. If it went backwards, or was not set before or after (it
 *     shows a time before 2025), what was heard ages by no more than the time since the machine started: the dose is
 *     rather too high for a while than lost. A wall clock that went too far forwards over such a restart is believed.
 *   - Without a boot id every restart is taken for one of the machine.
 *
 * Pure: no allocation, any thread, one at a time for each dose. Levels are of the louder ear (exposure.h).
 */
#pragma once

#include <stdbool.h>

#include "core/settings.h"

#define IEM_DOSE_BUCKET_SECONDS 600.0
#define IEM_DOSE_BUCKETS 1009 /* seven days, and the one that is filled */

#define IEM_DOSE_MIN_DB 60.0  /* dB(A); what is softer does not count */
#define IEM_DOSE_MAX_DB 140.0 /* dB(A); no earphone is louder, so a mistake that is counts as this */

/**
 * By how much a level can be wrong, either way, and a few times by more: the sensitivity is a type's, not this piece's;
 * seal and ear canal are not the coupler's; and the drum gets more than the sound field for which the limits were set
 * (4.1 dB at 1 kHz), which is not taken off: rather warned too early.
 */
#define IEM_DOSE_UNCERTAINTY_DB 5.0

/** What the clocks show. */
struct iem_dose_clock {
	double elapsed_s; /* CLOCK_BOOTTIME */
	double wall_s;    /* CLOCK_REALTIME: seconds since 1970, UTC */
	const char *boot; /* what tells one start of the machine from another; NULL: unknown */
};

struct iem_dose {
	struct iem_dose_bucket {
		double pa2s;    /* Pa^2 s */
		double seconds; /* in which it was heard */
	} buckets[IEM_DOSE_BUCKETS]; /* a ring */
	unsigned newest;  /* index */
	double into_s;    /* how long the newest lasts, 0 .. IEM_DOSE_BUCKET_SECONDS */
	double elapsed_s; /* when everything was made to age last */
	int told;         /* percent: the highest warning that was told; 0 */
};

/** Nothing has been heard so far. Also to forget what was. */
void iem_dose_init(struct iem_dose *dose, const struct iem_dose_clock *now);

/** Time has passed; what follows counts as of then. */
void iem_dose_age(struct iem_dose *dose, const struct iem_dose_clock *now);

/**
 * PA2S of exposure (Pa^2 s, see iem_exposure_pa2()) was heard in the SECONDS up to NOW. Below IEM_DOSE_MIN_DB, and where
 * either is no number above 0, nothing was.
 * @return whether anything was
 */
bool iem_dose_add(struct iem_dose *dose, double pa2s, double seconds, const struct iem_dose_clock *now);

/** What was heard in the last seven days: exposure in Pa^2 s, and for how long. */
struct iem_dose_bucket iem_dose_sum(const struct iem_dose *dose);

/** The same in percent of a week's; may be above 100. */
double iem_dose_percent(const struct iem_dose *dose, enum iem_dose_standard standard);

/** Where the true percentage lies, with IEM_DOSE_UNCERTAINTY_DB: from a third of it to three times as much. */
struct iem_dose_range {
	double low, high;
};
struct iem_dose_range iem_dose_percent_range(double percent);

/**
 * The warning that is due: 50, 80 or 100 percent, the highest that is reached; 0 for none. Each is returned once, and
 * again only after the dose had fallen ten percent below it.
 */
int iem_dose_warning(struct iem_dose *dose, enum iem_dose_standard standard);

/** For how many hours a week a level in dB(A) may be heard. */
double iem_dose_weekly_hours(enum iem_dose_standard standard, double level_db);
