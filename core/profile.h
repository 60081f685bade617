/**
 * profile.h - one earphone: what it is and how to correct it.
 *
 * A loaded profile never changes and may be read from any thread; all its memory is its own.
 * Numbers that are not known are NAN, texts that are not given are NULL.
 */
#pragma once

#include "core/band.h"
#include "core/curve.h"
#include "core/diag.h"
#include "core/impulse.h"
#include "core/match.h"

#define IEM_MAX_ID 64
#define IEM_MAX_EQ_BANDS (2 * IEM_MAX_BANDS) /* in a file: left and right may each have IEM_MAX_BANDS */

/** An equaliser as written: what a chain is made from. */
struct iem_eq {
	bool preamp_auto;  /* the exact negative of the highest gain; else preamp_db holds */
	double preamp_db;  /* -60 .. 0 */
	enum iem_reference reference;
	struct iem_band *bands; /* owned */
	size_t n_bands;
	struct iem_curve graphic; /* Hz, dB; on top of the bands */
	char *fir;                /* name of a file beside the profile, on top of both; NULL: none */
	struct iem_impulse *impulse; /* what it holds; NULL also where the profile was parsed and not loaded */
};

struct iem_variant {
	char *name;
	struct iem_eq eq; /* what it does not give is the profile's own; bands replace, they do not add */
};

struct iem_driver {
	int type; /* index into iem_driver_names */
	int count;
};

enum iem_sensitivity_unit { IEM_DB_PER_MW, IEM_DB_PER_V };

/** The facts of an earphone. */
struct iem_earphone {
	char *like; /* id of the profile that the facts not given here come from */
	char *brand, *model;
	int form; /* index into iem_form_names, -1 unknown */
	int back; /* index into iem_back_names, -1 unknown */
	struct iem_driver *drivers;
	size_t n_drivers;
	double impedance_ohm; /* at 1 kHz */
	struct iem_curve impedance_curve; /* Hz, ohm */
	struct iem_curve impedance_phase; /* Hz, degrees; no point: not known, and taken to be 0 */
	char *impedance_file;             /* name of a file beside the profile that holds both; NULL: none */
	struct {
		double value; /* dB SPL */
		int unit;     /* enum iem_sensitivity_unit */
	} sensitivity;
	struct iem_point frequency_range_hz; /* x: lowest, y: highest, as rated */
	double max_power_mw;
	double isolation_db;
};

struct iem_profile {
	char *id;
	struct iem_earphone earphone;
	struct iem_matches matches;
	struct iem_eq eq;
	struct iem_variant *variants;
	size_t n_variants;
	char *origin;
	int like_line; /* where `like` stands, for messages */
};

/** The spellings, NULL at the end. */
extern const char *const iem_form_names[];
extern const char *const iem_back_names[];
extern const char *const iem_driver_names[];
extern const char *const iem_sensitivity_units[];

/** True for [a-z0-9][a-z0-9._-]*, at most IEM_MAX_ID characters. */
bool iem_id_valid(const char *id);

/**
 * Load a profile from a file; ID is copied. `like` is kept as a name: iem_profile_inherit() resolves it. The impulse
 * responses that it names are read by LOADER, and its impedance curve is where there is one; without LOADER both stay
 * names.
 * @return 0, or -errno (-EINVAL for a bad file) after telling DIAGS every mistake; *out untouched then
 */
int iem_profile_load(struct iem_profile **out, const char *id, const char *path,
		     const struct iem_impulse_loader *loader, struct iem_diags *diags);

/**
 * The same from text in memory, SIZE bytes and a NUL behind them; PATH is what diagnostics call it. Impulse responses
 * and impedance curves in files stay names.
 */
int iem_profile_parse(struct iem_profile **out, const char *id, const char *text, size_t size, const char *path,
		      struct iem_diags *diags);

/**
 * Give PROFILE the facts of BASE that it does not state itself; of an impedance curve in a file the points, for the
 * file lies beside BASE. @return 0 or -ENOMEM
 */
int iem_profile_inherit(struct iem_profile *profile, const struct iem_profile *base);

void iem_profile_free(struct iem_profile *profile);
void iem_profile_freep(struct iem_profile **profile);

/** The equaliser of a variant, or the profile's own for NULL or "". @return NULL if there is no such variant */
const struct iem_eq *iem_profile_eq(const struct iem_profile *profile, const char *variant);

/** "Brand Model", or the id where neither is known. @return buf */
const char *iem_profile_title(const struct iem_profile *profile, char *buf, size_t size);
