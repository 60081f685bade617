/**
 * dose.h - the week's dose of sound, kept in $XDG_STATE_HOME/iemd/dose.conf, which only its owner may read. See
 * core/dose.h for what counts and how time is told. Main thread only.
 *
 * Written every ten minutes while it grows, and at the end. A damaged file is set aside and told.
 */
#pragma once

#include "core/dose.h"
#include "core/paths.h"

struct dose;

/** Read what was heard so far. @return 0 or -ENOMEM */
int dose_new(struct dose **out, const struct iem_paths *paths);
/** Writes it first. */
void dose_free(struct dose *dose);

/** LEVEL_DBA was heard for the last SECONDS, by the louder ear. */
void dose_hear(struct dose *dose, double level_dba, double seconds);

/** The warning that is due now, 50, 80 or 100 percent, told once; 0: none. */
int dose_warning(struct dose *dose, enum iem_dose_standard standard);

/** Of the last seven days: in percent of a week's, and for how many hours anything counted. */
double dose_percent(struct dose *dose, enum iem_dose_standard standard);
double dose_hours(struct dose *dose);

/** Forget all of it. @return 0, or -errno if that could not be written (it holds all the same) */
int dose_reset(struct dose *dose);
