/**
 * band.h - one band of an equaliser: its kind, where it acts, and the response that it means.
 *
 * Values only: no allocation, any thread.
 */
#pragma once

#include "core/util.h"

#include <stdbool.h>

enum iem_band_type {
	IEM_PEAKING,
	IEM_LOW_SHELF,
	IEM_HIGH_SHELF,
	IEM_LOW_PASS,
	IEM_HIGH_PASS,
	IEM_BAND_PASS,
	IEM_NOTCH,
	IEM_ALL_PASS,
	IEM_BAND_TYPES
};

/** The ear that a band or a channel belongs to. For a band BOTH means all channels, for a channel neither ear. */
enum iem_side {
	IEM_SIDE_BOTH,
	IEM_SIDE_LEFT,
	IEM_SIDE_RIGHT,
	IEM_SIDES
};

/** The response a band means: the analog prototype, or a cookbook filter run at a given rate. */
enum iem_reference {
	IEM_REFERENCE_ANALOG,
	IEM_REFERENCE_COOKBOOK_44100,
	IEM_REFERENCE_COOKBOOK_48000,
	IEM_REFERENCES
};

#define IEM_MIN_FREQ_HZ 1.0
#define IEM_MAX_FREQ_HZ 384000.0
#define IEM_MAX_GAIN_DB 40.0
#define IEM_MIN_Q 0.05
#define IEM_MAX_Q 100.0
#define IEM_MAX_BANDS 64 /* that one channel goes through */
#define IEM_MIN_RATE_HZ 8000.0
#define IEM_MAX_RATE_HZ 768000.0

struct iem_band {
	enum iem_band_type type;
	enum iem_side side;
	double freq_hz; /* centre or corner, IEM_MIN_FREQ_HZ .. IEM_MAX_FREQ_HZ */
	double gain_db; /* +-IEM_MAX_GAIN_DB; 0 for the types without gain */
	double q;       /* IEM_MIN_Q .. IEM_MAX_Q */
};

/** The spelling used in profiles, in order of the enum, NULL at the end. */
extern const char *const iem_band_type_names[IEM_BAND_TYPES + 1];
extern const char *const iem_side_names[IEM_SIDES + 1]; /* "all", "left", "right" */
extern const char *const iem_reference_names[IEM_REFERENCES + 1];

/** True for peaking and the two shelves. */
bool iem_band_has_gain(enum iem_band_type type);

/** The sample rate of a cookbook reference in Hz; 0 for the analog one. */
double iem_reference_rate(enum iem_reference reference);

/**
 * The ear a PipeWire or WAV channel belongs to, by its name ("FL", "SR", "MONO"): names that end in L are the
 * left one's, in R the right one's; in the middle (FC, LFE, MONO, RC, AUX...) it is neither: IEM_SIDE_BOTH.
 */
enum iem_side iem_side_of_channel(const char *name);

/** True where a band of this side acts on a channel of that side. */
bool iem_side_applies(enum iem_side band, enum iem_side channel);

/**
 * What a band means at FREQ_HZ, in dB: the intended response, independent of the rate it will run at.
 * Floor -400 dB. Formula: W3C Audio EQ Cookbook's analog prototypes; for a cookbook reference the frequency
 * is warped by the bilinear transform at that reference's rate.
 */
double iem_band_db(const struct iem_band *band, enum iem_reference reference, double freq_hz);
/** The same of N bands together, whatever their sides. */
double iem_bands_db(const struct iem_band *bands, size_t n, enum iem_reference reference, double freq_hz);
