/**
 * loudness.h - loudness compensation: softly played sound loses its bass, and some of its treble, to the ear; here they
 * are given back.
 *
 * The gain at a frequency is what its equal-loudness contour (ISO 226:2023) lies further from that of 1 kHz at the level
 * listened at than at the level the sound was made for: quieter than that, bass and treble are raised; louder, they are
 * lowered. All of it is found too much in practice, so a strength below 1 takes a part, and no boost exceeds
 * IEM_LOUDNESS_MAX_BOOST_DB, or what an earphone bears, if that is less.
 *
 * Pure: no allocation, any thread; iem_loudness_bands() takes some 50 microseconds: not for an audio thread.
 */
#pragma once

#include "core/band.h"
#include "core/iso226.h"

#define IEM_LOUDNESS_MAX_BOOST_DB 12.0
#define IEM_LOUDNESS_BANDS 6

/* Levels outside are taken for the nearest inside: as far as the contours are vouched for. */
#define IEM_LOUDNESS_MIN_DB 20.0
#define IEM_LOUDNESS_MAX_DB 90.0

struct iem_loudness {
	double listening_db; /* dB SPL of the programme at the ear; NAN: unknown, nothing is changed then */
	double reference_db; /* dB SPL at which the sound is right as it is */
	double strength;     /* 0 .. 1 of the full curve */
	double most_db;      /* no boost exceeds it, 0 or more; NAN: no bound but IEM_LOUDNESS_MAX_BOOST_DB */
};

/** The full curve at FREQ_HZ in dB: 0 at 1 kHz, neither clamped nor bounded. NaN where a level is. */
double iem_loudness_full_db(enum iem_iso226_edition edition, double listening_db, double reference_db, double freq_hz);

/** What is wanted at FREQ_HZ in dB: the full curve of 2023 times the strength, clamped. */
double iem_loudness_db(const struct iem_loudness *loudness, double freq_hz);

/** What the bands swing above most_db at most where they cut elsewhere: louder than the reference. */
#define IEM_LOUDNESS_SWING_DB 0.45

/**
 * The same as bands for both ears, which mean the analog prototype: always the same ones, so that only their gains move.
 * They move by 0.1 dB at most for 0.1 dB of listening level, and are 0 at the reference level. 20 Hz to 16 kHz, listening
 * levels of 30 to 90 dB, references of 60 to 90 dB and any strength: 0.76 dB at most from what is wanted, 0.28 dB rms,
 * 0.10 dB rms over all of these. The boost of all together never exceeds IEM_LOUDNESS_MAX_BOOST_DB; nor a lower
 * most_db by more than 0.07 dB, or IEM_LOUDNESS_SWING_DB where they cut. With a lower one the fit is another,
 * which is up to 0.5 dB higher in its shoulders, and 1.5 dB in its dips.
 */
void iem_loudness_bands(const struct iem_loudness *loudness, struct iem_band bands[IEM_LOUDNESS_BANDS]);
