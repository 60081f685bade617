/**
 * level.h - how loud it is to be, and which volume does it: a decision for a situation that does not change.
 *
 * Gains are dB, levels dB SPL of a full-scale sine. Digital gain is all that the chain does to the level, its preamp
 * included; hardware gain is what the device's volume is to do, re its highest position. Values only; any thread.
 *
 * The device holds the user's volume and survives us, so what the chain takes away must be little: beyond the headroom
 * of the equaliser at most IEM_DIGITAL_MORE_DB. More has to sit in the device's volume, which may be touched with
 * consent only; without it, matching is refused and the level stays that of the headroom. A ceiling that cannot be kept
 * is refused as well, but what can be done towards it is: a lower one never makes anything louder. The same goes for
 * what is to be softer because another earphone may hang there.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define IEM_DIGITAL_MORE_DB 6.0

/** What there is, and what is wanted. */
struct iem_level_case {
	double preamp_db;         /* that the chain has by itself, at most 0 */
	double peak_db;           /* the highest gain of its equaliser, 0 or more, without the preamp */
	double at_1khz_db;        /* the equaliser's gain there, without the preamp */
	double full_scale_spl_db; /* without chain, the device's volume at its highest; NAN: unknown */
	double volume_db;         /* of the device, as the user has set it: the ceiling holds with it */
	double wanted_spl_db;     /* that a full-scale sine of 1 kHz is to have; NAN: the headroom is all that counts */
	double doubt_db;          /* so much more sensitive may the earphone be that really hangs there; 0 or more */
	double max_spl_db;        /* that no sine at any frequency may pass; INFINITY: none */
	bool manage;              /* whether the device's volume may be changed */
};

/** How it came out, the gravest first told. */
enum iem_level_reason {
	IEM_LEVEL_PLAIN,           /* nothing was wanted but the headroom */
	IEM_LEVEL_MATCHED,         /* as wanted */
	IEM_LEVEL_SHORT,           /* less than wanted: there is no more */
	IEM_LEVEL_HELD,            /* the ceiling is what keeps it down */
	IEM_LEVEL_DOUBTED,         /* the earphone that may hang there does */
	IEM_LEVEL_UNKNOWN,         /* sensitivity or source are not known well enough to do what was wanted */
	IEM_LEVEL_MATCH_REFUSED,   /* it would take the device's volume */
	IEM_LEVEL_DOUBT_REFUSED,   /* the same; softer, but not as soft as that earphone needs */
	IEM_LEVEL_CEILING_REFUSED, /* the same; nearer to the ceiling, not below it */
};

/** What interfaces call the reasons. */
extern const char *const iem_level_reason_names[];

struct iem_level {
	double digital_gain_db;  /* at most the case's preamp_db */
	double hardware_gain_db; /* at most 0; 0: leave it alone */
	double hardware_match_db; /* what of that the ceiling has no part in, which is the same at any position of the volume */
	double ceiling_volume_db; /* up to this position of the volume the ceiling asks for nothing; INFINITY: at any */
	double spl_db;           /* of a full-scale sine of 1 kHz then, if there is no doubt; NAN: unknown */
	enum iem_level_reason reason;
};

struct iem_level iem_level_for(const struct iem_level_case *given);

/** What a sentence about a level needs besides. */
struct iem_level_words {
	const char *missing;     /* what keeps the level from being known, as iem_drive_missing() tells it */
	const char *ceiling_why; /* a clause behind the ceiling's number, or "" */
};

/** How a level came out, as a sentence; "" where nothing was wanted. @return buf */
const char *iem_level_text(const struct iem_level *level, const struct iem_level_case *given,
			   const struct iem_level_words *words, char *buf, size_t size);

#define IEM_NOISE_MARGIN_DB 15.0

/**
 * The level that a programme needs to be heard whole in noise of NOISE_DBA, of which the earphone keeps out
 * ISOLATION_DB: IEM_NOISE_MARGIN_DB above what is left. At that distance the speech transmission index (IEC 60268-16)
 * reckons that noise takes nothing away. NAN where either is unknown.
 */
double iem_level_in_noise_db(double noise_dba, double isolation_db);
