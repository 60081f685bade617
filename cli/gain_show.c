/* iemctl gain for people. */
#include "cli/gain.h"
#include "cli/text.h"

#include "core/impedance.h"

#include <math.h>

/*
 * The lowest white noise that reaches the threshold of hearing of ISO 226 has 6 dB(A), and does so at 4 kHz. A room
 * at night has 20 dB(A).
 */
static const struct {
	double below_dba;
	const char *word;
} hisses[] = {
	{ 6, "inaudible" },
	{ 20, "audible in silence" },
	{ INFINITY, "audible in a quiet room" },
};

static const char *const limits[] = {
	[IEM_LIMIT_VOLTAGE] = "limited by its voltage",
	[IEM_LIMIT_CURRENT] = "limited by its current",
	[IEM_LIMIT_RATED_POWER] = "limited by its rated power",
	[IEM_LIMIT_EARPHONE_POWER] = "limited by the power that the earphone bears",
};

/* Peaks of music lie up to 18 dB above its level, those of a sine 3 dB. */
#define ROOM_FOR_PEAKS_DB 15.0

static const char *hiss_word(double dba)
{
	size_t i = 0;

	while (dba >= hisses[i].below_dba)
		i++;
	return hisses[i].word;
}

/* A number with its unit, or "unknown". @return buf */
static const char *figure(char *buf, size_t size, double value, int decimals, const char *unit)
{
	if (isnan(value))
		snprintf(buf, size, "unknown");
	else
		snprintf(buf, size, "%.*f%s", decimals, unsigned_zero(value, decimals), unit);
	return buf;
}

/* --- one answer ------------------------------------------------------------------------------- */

static void print_earphone(const struct gain *gain)
{
	const struct iem_sensitivity *s = &gain->drive.sensitivity;
	char ohm[48], per_mw[48], per_v[48];

	say_fact("earphone", "%s, %s, %s", figure(ohm, sizeof(ohm), gain->drive.impedance_ohm, 1, " ohm"),
		 figure(per_mw, sizeof(per_mw), s->db_per_mw, 1, " dB/mW"),
		 figure(per_v, sizeof(per_v), s->db_per_v, 1, " dB/V"));
}

static void print_curve(const struct gain *gain)
{
	const struct iem_earphone *e = &gain->asked->profile->earphone;
	char curve[100], file[1024];

	if (gain->asked->curve_file && e->impedance_curve.n)
		say_fact("curve", "%s, from %s",
			 iem_impedance_describe(&e->impedance_curve, &e->impedance_phase, curve, sizeof(curve)),
			 shown(gain->asked->curve_file, file, sizeof(file)));
}

/* The answer to whether this source is one for this earphone. */
static void print_verdict(const struct gain *gain)
{
	const struct iem_drive *drive = &gain->drive;
	const double spare_db = drive->max_spl_db - gain->goal_spl_db;

	if (gain->enough < 0)
		say_fact("loud enough", "unknown");
	else if (gain->enough && gain->asked->settings->level.max_spl_db < gain->goal_spl_db)
		say_fact("loud enough", "no: it could have %.1f dB SPL, but for the ceiling of %g", drive->max_spl_db,
			 gain->asked->settings->level.max_spl_db);
	else if (isnan(spare_db))
		say_fact("loud enough", "no: less than %.1f dB SPL, which is below %g",
			 drive->full_scale_bound_db, gain->goal_spl_db);
	else
		say_fact("loud enough", "%s: at most %.1f dB SPL, %.1f dB %s than %g, %s",
			 gain->enough ? "yes" : "no", drive->max_spl_db, fabs(spare_db),
			 gain->enough ? "more" : "less", gain->goal_spl_db, limits[drive->swing.limit]);
}

/* Three digits of a figure, in the unit where that is the easiest to read. @return buf */
static const char *quantity(char *buf, size_t size, double value, const char *unit)
{
	static const struct {
		double from, factor;
		const char *prefix;
	} rows[] = { { 1, 1, "" }, { 1e-3, 1e3, "m" }, { 1e-6, 1e6, "u" }, { 0, 1e9, "n" } };
	size_t i = 0;

	if (isnan(value)) {
		snprintf(buf, size, "unknown");
		return buf;
	}
	while (value < rows[i].from)
		i++;
	snprintf(buf, size, "%.3g %s%s", value * rows[i].factor, rows[i].prefix, unit);
	return buf;
}

static void print_need(const struct gain *gain)
{
	const struct iem_need *need = &gain->need;
	char name[32], volts[48], open[80] = "", current[48], power[48];

	if (isnan(gain->asked->spl_db))
		return;
	snprintf(name, sizeof(name), "for %g dB", gain->asked->spl_db);
	if (!isnan(need->source_voltage_v))
		snprintf(open, sizeof(open), " (%s from the source, open)",
			 quantity(volts, sizeof(volts), need->source_voltage_v, "V"));
	say_fact(name, "%s%s, %s, %s", quantity(volts, sizeof(volts), need->voltage_v, "V"), open,
		 quantity(current, sizeof(current), need->current_ma / 1000, "A"),
		 quantity(power, sizeof(power), need->power_mw / 1000, "W"));
}

static void print_noise(const struct gain *gain)
{
	const double full_scale_db = gain->needed_spl_db + ROOM_FOR_PEAKS_DB, source_db = gain->drive.max_spl_db;
	const double max_db = isnan(source_db) ? NAN : fmin(source_db, gain->asked->settings->level.max_spl_db);

	if (isnan(gain->asked->noise_dba))
		return;
	if (isnan(gain->needed_spl_db))
		say_fact("in noise", "unknown");
	else if (gain->needed_spl_db <= 0)
		say_fact("in noise", "nothing is lost to so little");
	else
		say_fact("in noise", "%.1f dB SPL needed; peaks then take a full scale of %.1f%s",
			 gain->needed_spl_db, full_scale_db,
			 isnan(max_db)             ? ""
			 : max_db >= full_scale_db ? ", which is there"
						   : ", which is not there");
}

static void print_hiss(const struct gain *gain)
{
	if (isnan(gain->drive.hiss_spl_dba))
		say_fact("hiss", "unknown");
	else if (gain->drive.hiss_spl_dba == -INFINITY)
		say_fact("hiss", "none");
	else
		say_fact("hiss", "%.1f dB SPL(A), %s", unsigned_zero(gain->drive.hiss_spl_dba, 1),
			 hiss_word(gain->drive.hiss_spl_dba));
}

static void print_response(const struct gain *gain)
{
	const struct iem_point *change = &gain->drive.change;

	if (isnan(change->y))
		say_fact("response", "unknown");
	else if (change->y == 0)
		say_fact("response", "not changed by the output impedance");
	else
		say_fact("response",
			 "changed by the output impedance, by %+.2f dB at %.0f Hz and less elsewhere",
			 change->y, change->x);
}

static void print_level(const struct gain *gain)
{
	const struct iem_level *level = &gain->level;
	char headroom[64] = "", device[48], spl[128] = "";

	if (gain->eq_preamp_db < 0)
		snprintf(headroom, sizeof(headroom), " (%.2f for the equaliser)", gain->eq_preamp_db);
	if (!isnan(level->spl_db))
		snprintf(spl, sizeof(spl), "; a full-scale sine of 1 kHz %s %.1f dB SPL%s",
			 gain->overdriven ? "would then have" : "then has", unsigned_zero(level->spl_db, 1),
			 gain->overdriven ? " but for the limit" : "");
	say_fact("to set", "digital gain %.2f dB%s, device's volume %s%s",
		 unsigned_zero(level->digital_gain_db, 2), headroom,
		 figure(device, sizeof(device), gain->hardware_gain_db, 2, " dB"), spl);
}

void gain_print(const struct gain *gain)
{
	char title[2100], text[64];

	iem_profile_title(gain->asked->profile, title, sizeof(title));
	say("%s%s%s\n\n", title, gain->source ? " on " : "",
	    gain->source ? gain_source_name(gain->source) : "");
	print_earphone(gain);
	print_curve(gain);
	if (gain->source) {
		print_verdict(gain);
		say_fact("full scale", "%s",
			 figure(text, sizeof(text), gain->drive.full_scale_spl_db, 1, " dB SPL"));
	}
	print_need(gain);
	print_noise(gain);
	if (gain->source) {
		print_hiss(gain);
		print_response(gain);
	}
	print_level(gain);
	for (size_t i = 0; i < gain->n_notes; i++)
		say_fact(i ? "" : "notes", "%s", gain->notes[i]);
}

/* --- several ---------------------------------------------------------------------------------- */

/* @return buf */
static const char *cell(char buf[32], const char *before, double value, int decimals)
{
	if (isnan(value))
		return "?";
	snprintf(buf, 32, "%s%.*f", before, decimals, unsigned_zero(value, decimals));
	return buf;
}

static void add_row(struct table *table, const struct gain *gain)
{
	static const char *const verdicts[] = { "?", "no", "yes" };
	const struct iem_drive *d = &gain->drive;
	const bool bound = isnan(d->full_scale_spl_db);
	char most[32], limit[32] = "", full[32], hiss[32], change[32];

	if (!isnan(d->max_spl_db))
		snprintf(limit, sizeof(limit), "%s%s", iem_limit_names[d->swing.limit],
			 gain->takes_current ? " *" : "");
	table_add(table, gain->source->id, cell(most, "", d->max_spl_db, 1), limit,
		  cell(full, bound ? "<" : "", bound ? d->full_scale_bound_db : d->full_scale_spl_db, 1),
		  cell(hiss, "", d->hiss_spl_dba, 1), cell(change, "", fabs(d->change.y), 2),
		  verdicts[gain->enough + 1]);
}

void gain_print_table(const struct gain *gains, size_t n)
{
	struct table table = { .columns = 7, .shrink = 0, .right = 1 << 1 | 1 << 3 | 1 << 4 | 1 << 5 };
	char goal[32];

	snprintf(goal, sizeof(goal), "%g dB", gains[0].goal_spl_db);
	table_add(&table, "SOURCE", "AT MOST", "LIMIT", "FULL", "HISS", "CHANGE", goal);
	for (size_t i = 0; i < n; i++)
		add_row(&table, &gains[i]);
	table_print(&table, 0);
	table_finish(&table);
	say("\nAT MOST is in dB SPL with all limits, FULL of full scale without them, HISS in\n"
	    "dB SPL(A), CHANGE that of the response by the output impedance in dB. The last\n"
	    "column tells whether so many dB SPL are reached. ?: not known. <: no more than\n"
	    "that, from 0 ohm. *: takes the current to be enough, which is not known.\n");
	if (!isnan(gains[0].needed_spl_db))
		say("In that noise %.1f dB SPL are needed, and %g dB more for peaks.\n", gains[0].needed_spl_db,
		    ROOM_FOR_PEAKS_DB);
}
