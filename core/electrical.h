/**
 * electrical.h - an earphone on an output stage: volts, milliamperes, milliwatts, and the sound pressure they make.
 *
 * Ohm's law and the voltage divider. Voltages and currents are rms of a sine, at the earphone unless said otherwise;
 * levels are dB SPL at the frequency that the sensitivity holds for, 1 kHz as a rule. The phase of an impedance counts
 * where the curve has it. Where it has not, impedances are taken for resistances: with 30 degrees of phase, as in-ear
 * monitors with several drivers have, a change of response is then off by up to 0.08 dB at 1 ohm of output impedance,
 * and by 0.27 dB at 10 ohm. What depends on something unknown is NAN, never a guess.
 * Values only; any thread.
 */
#pragma once

#include "core/swing.h"

#define IEM_SENSITIVITY_HZ 1000 /* where impedance_ohm and sensitivity hold */

/** 1 mW into Z ohm takes sqrt(Z / 1000) V, so dB/V = dB/mW + 10 log10(1000 / Z). */
double iem_db_per_v(double db_per_mw, double impedance_ohm);
double iem_db_per_mw(double db_per_v, double impedance_ohm);

/** The impedance at 1 kHz: the number, else the curve's. */
double iem_earphone_ohm(const struct iem_earphone *earphone);
/** The impedance at FREQ_HZ: the curve's, see iem_curve_at(); else the number. */
double iem_earphone_ohm_at(const struct iem_earphone *earphone, double freq_hz);

/** The same with its phase, 0 where that is not known. */
struct iem_load iem_earphone_load_at(const struct iem_earphone *earphone, double freq_hz);

/** The sensitivity in both units; the one that is not given needs the impedance. */
struct iem_sensitivity {
	double db_per_mw, db_per_v;
};
struct iem_sensitivity iem_earphone_sensitivity(const struct iem_earphone *earphone);

/**
 * How OUTPUT_OHM changes the earphone's response at FREQ_HZ, in dB re 1 kHz: 20 log10 |Z / (Z + R)|, less the same
 * at 1 kHz. What undoes it is its negative. NAN without an impedance curve of two points, but 0 where OUTPUT_OHM is 0.
 */
double iem_response_change_db(const struct iem_earphone *earphone, double output_ohm, double freq_hz);
/**
 * The largest such change between 20 Hz and 20 kHz; with phase, of those at the curve's points and 24 to the octave.
 * @return x: where, in Hz; y: with its sign, in dB
 */
struct iem_point iem_largest_change(const struct iem_earphone *earphone, double output_ohm);

/** What a source does with an earphone. */
struct iem_drive {
	double impedance_ohm;       /* at 1 kHz */
	double phase_deg;           /* likewise; 0 where it is not known */
	struct iem_sensitivity sensitivity;
	double full_scale_spl_db;   /* of a full-scale sine: the highest voltage, the divider, no other limit */
	double full_scale_bound_db; /* the same from 0 ohm: not exceeded, whatever the output impedance is */
	struct iem_swing swing;     /* with all limits, where between 20 Hz and 20 kHz the least is left */
	double max_spl_db;          /* what the swing makes */
	double hiss_spl_dba;        /* of the source's own noise */
	struct iem_point change;    /* iem_largest_change() */
};

/** SOURCE may be NULL: then nothing is known but the earphone's own figures. */
struct iem_drive iem_drive_of(const struct iem_earphone *earphone, const struct iem_source *source);

/** What keeps full_scale_spl_db from being known, the first that is missing, as the subject of a sentence; "": nothing */
const char *iem_drive_missing(const struct iem_earphone *earphone, const struct iem_source *source);

/** What a level takes. */
struct iem_need {
	double voltage_v, current_ma, power_mw; /* at the earphone */
	double source_voltage_v; /* open-circuit */
	int feasible; /* 1: the drive's max_spl_db reaches it; 0: it does not, or the bound shows so; -1: unknown */
};

/** DRIVE is what iem_drive_of() says of the same two. */
struct iem_need iem_need_for(const struct iem_drive *drive, const struct iem_source *source, double spl_db);
