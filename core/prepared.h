/**
 * prepared.h - a response that chains are made of in no time: its taps at one rate, and what figures are taken from.
 *
 * Making one takes up to a second and needs the FFT's planner, which is no friend of threads: one at a time, or after
 * fftw_make_planner_thread_safe(). Once made it never changes and may be read from any thread. It is shared by count;
 * counting is for one thread.
 */
#pragma once

#include "core/band.h"
#include "core/curve.h"
#include "core/impulse.h"
#include "core/spectrum.h"

#include <stdbool.h>

/** What a response is made from: one of the two, at one rate. Pointers are the owner's. */
struct iem_recipe {
	struct iem_impulse *impulse;
	const struct iem_curve *curve; /* of gains: Hz, dB */
	double rate_hz;                /* IEM_MIN_RATE_HZ .. IEM_MAX_RATE_HZ */
	bool mixes; /* the channels of a pair, as an impulse response for true stereo asks for */
};

/** The taps that it has, in this order; one that is the same for all channels has the first ones only. */
enum iem_taps {
	IEM_TAPS_MEAN, /* of both ears: for a channel that is neither */
	IEM_TAPS_LEFT,
	IEM_TAPS_RIGHT,
	IEM_TAPS_LEFT_TO_RIGHT, /* these two only where it mixes */
	IEM_TAPS_RIGHT_TO_LEFT,
	IEM_TAPS,
};

/** How many spectra there are at most: left, right and neither, each of what both channels carry alike and at most. */
#define IEM_PREPARED_SPECTRA 6

struct iem_prepared {
	double rate_hz;
	bool mixes;
	uint32_t n;       /* taps of each kind */
	unsigned n_kinds; /* 1, 3 or 5 */
	double *taps;     /* owned; N of each kind */
	struct iem_spectrum spectra[IEM_PREPARED_SPECTRA]; /* owned */
	unsigned n_spectra;
	unsigned alike[IEM_SIDES]; /* spectra: of a sound that is the same in all channels, */
	unsigned most[IEM_SIDES];  /* and the highest that any sound may become */
	uint32_t settle;           /* frames until what it remembers has decayed by 70 dB */
	unsigned holders;
};

/** Asked between the steps of the work, on the thread that does it: true ends it. */
struct iem_stop {
	bool (*asked)(void *data);
	void *data;
};

/** STOP may be NULL: the work is done to its end. */
bool iem_is_stopped(const struct iem_stop *stop);

/**
 * New, held once by the caller.
 * @return 0, -EINVAL for an impulse response at another rate or a rate outside its range, -ECANCELED, or -ENOMEM
 */
int iem_prepared_new(struct iem_prepared **out, const struct iem_recipe *recipe, const struct iem_stop *stop);

struct iem_prepared *iem_prepared_hold(struct iem_prepared *prepared);
/** Let go; the last holder frees it. NULL is fine. */
void iem_prepared_drop(struct iem_prepared *prepared);
void iem_prepared_dropp(struct iem_prepared **prepared);

/** In dB, for a sound that is the same in all channels, and at most. */
double iem_prepared_db(const struct iem_prepared *prepared, enum iem_side side, double freq_hz);
double iem_prepared_most_db(const struct iem_prepared *prepared, enum iem_side side, double freq_hz);
