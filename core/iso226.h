/**
 * iso226.h - equal-loudness contours: which sound pressure a tone needs to be as loud as one of 1 kHz.
 *
 * ISO 226:2003 and 226:2023, for a frontal free field and listeners of 18 to 25 years. The standard vouches for 20 to 90
 * phon (80 above 4 kHz) and 20 Hz to 12.5 kHz; the editions differ by 0.32 dB at most. What is asked beyond that is held:
 * a loudness level at IEM_ISO226_MIN_PHON or IEM_ISO226_MAX_PHON, between which the formulas behave, a frequency at the
 * first or last of the table. NaN gives NaN.
 *
 * Between the table's frequencies its parameters lie on straight lines over the logarithm of frequency, not the
 * contours: so at every frequency one formula holds, and its inverse is the inverse.
 *
 * Pure: no allocation, any thread.
 */
#pragma once

enum iem_iso226_edition { IEM_ISO226_2003, IEM_ISO226_2023, IEM_ISO226_EDITIONS };

#define IEM_ISO226_MIN_PHON 3.0 /* just above the threshold of hearing, which is at 2.4 */
#define IEM_ISO226_MAX_PHON 110.0

/** Sound pressure level in dB SPL of a tone of that loudness level. */
double iem_iso226_spl_db(enum iem_iso226_edition edition, double freq_hz, double phon);

/**
 * Loudness level in phon of a tone of that sound pressure level. The inverse of the above; with the rounded constants of
 * 2003 within 0.06 phon.
 */
double iem_iso226_phon(enum iem_iso226_edition edition, double freq_hz, double spl_db);
