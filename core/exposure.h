/**
 * exposure.h - how much sound reaches each ear: A-weighted energy, counted on the audio thread as it goes by, and what it
 * means in dB SPL and in Pa^2.
 *
 * It is to be fed with what goes to the converter, after everything that changes its level. Which two channels of a layout
 * are taken for the ears is the caller's choice.
 *
 * Started and finished on a control thread. iem_exposure_process() and iem_exposure_reset() may be called by one thread at
 * a time and neither allocate, lock nor fail; the totals are plain fields, and it is that thread's part to hand them on.
 */
#pragma once

#include "core/cascade.h"

/** What was counted so far. Never decreases, so that a reader takes differences. */
struct iem_exposure_totals {
	double energy[2]; /* of each ear: a full-scale sine of 1 kHz makes 1 a second */
	uint64_t frames;  /* it was counted over */
};

struct iem_exposure {
	struct iem_exposure_totals totals; /* in steps of 10 ms */
	double rate_hz;
	struct iem_cascade *weighting; /* owned */
	uint32_t step, counted;        /* frames of a step, and of the one that is not full yet */
	double squares[2];             /* of that one: their sum */
};

#define IEM_EXPOSURE_LIMIT_LIN 16.0f /* no sample counts as more: 24 dB above full scale, that a volume may take back */

/**
 * Start for a rate in Hz. What is counted is within iem_aweight_design()'s tolerance at that rate.
 * @return 0, -ERANGE for a rate outside IEM_MIN_RATE_HZ .. IEM_MAX_RATE_HZ, or -ENOMEM; nothing is to be finished then
 */
int iem_exposure_init(struct iem_exposure *exposure, double rate_hz);
/** Also for one that is all 0. */
void iem_exposure_finish(struct iem_exposure *exposure);

/** As if silence had come before. The totals stay. */
void iem_exposure_reset(struct iem_exposure *exposure);

/**
 * Count FRAMES frames, 0 or more: ears[k] is the plane of one; ears[1] is NULL where there is one channel, which both
 * ears hear then. Nothing is written to them. Block boundaries change nothing, to the last bit. NaN and infinity count as
 * silence.
 */
void iem_exposure_process(struct iem_exposure *exposure, const float *const ears[2], uint32_t frames);

/* What follows is pure; unknown figures are NaN and make NaN. */

/** What a full-scale sine becomes on its way to the ear. */
struct iem_exposure_scale {
	double sensitivity_db_per_v; /* dB SPL at 1 V rms */
	double full_scale_vrms;      /* of a full-scale sine, at the earphone */
	double gain_db;              /* of the hardware's volume */
};

/** Sound pressure level of a full-scale sine in dB SPL. */
double iem_exposure_full_scale_db(const struct iem_exposure_scale *scale);

/**
 * A-weighted level in dB SPL of ENERGY that came in SECONDS, where a full-scale sine is FULL_SCALE_DB. -INFINITY for
 * silence.
 */
double iem_exposure_level_db(double full_scale_db, double energy, double seconds);

/** The energy of the louder ear, which is the one that counts. */
double iem_exposure_louder(const double energy[2]);

/** Squared sound pressure in Pa^2 of a level in dB SPL, re 20 uPa; and back. */
double iem_exposure_pa2(double level_db);
double iem_exposure_pa2_db(double pa2);
