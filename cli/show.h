/**
 * show.h - what iemctl show tells beside what the files say, as text and as JSON alike.
 */
#pragma once

#include "core/chain.h"
#include "core/electrical.h"
#include "core/store.h"

struct show_figures {
	struct iem_sensitivity sensitivity;
	double preamp_db;        /* at 48 kHz */
	double reference_spl_db; /* that what the earphone bears is reckoned for */
};

/** The preamp that EQ has at 48 kHz; NAN where there is no memory for its chain. */
double show_preamp_db(const struct iem_eq *eq);

/** Rates that outputs run at. */
enum { SHOW_RATES = 4 };
extern const double show_rates_hz[SHOW_RATES];

/** How closely a chain of that rate comes to what EQ means. @return false where there is no memory for it */
bool show_deviation(const struct iem_eq *eq, double rate_hz, struct iem_deviation *out);

/** Print all of it. @return enum status */
int show_json(const struct iem_entry *entry, const struct show_figures *figures);
