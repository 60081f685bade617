/* iemctl show: one profile, and the table of both commands. */
#include "cli/cmd_profile.h"
#include "cli/files.h"
#include "cli/groups.h"
#include "cli/rated.h"
#include "cli/show.h"
#include "cli/text.h"

#include "core/impedance.h"
#include "core/io/impulse_file.h"

#include <math.h>

#define SHOW_RATE_HZ 48000

double show_preamp_db(const struct iem_eq *eq)
{
	CLEANUP(iem_chain_freep) struct iem_chain *chain = NULL;
	const struct iem_chain_plan plan = { .eq = eq, .rate_hz = SHOW_RATE_HZ, .channels = 2,
					     .sides = { IEM_SIDE_LEFT, IEM_SIDE_RIGHT } };

	return iem_chain_design(&chain, &plan) < 0 ? NAN : iem_chain_preamp_db(chain);
}

static struct show_figures figures_of(const struct iem_profile *profile, const struct iem_paths *paths)
{
	return (struct show_figures){
		.reference_spl_db = rated_reference_db(paths),
		.sensitivity = iem_earphone_sensitivity(&profile->earphone),
		.preamp_db = show_preamp_db(&profile->eq),
	};
}

const double show_rates_hz[SHOW_RATES] = { 44100, 48000, 96000, 192000 };

bool show_deviation(const struct iem_eq *eq, double rate_hz, struct iem_deviation *out)
{
	const struct iem_chain_plan plan = { .eq = eq, .rate_hz = rate_hz, .channels = 1 };
	CLEANUP(iem_chain_freep) struct iem_chain *chain = NULL;

	if (iem_chain_design(&chain, &plan) < 0)
		return false;
	*out = iem_chain_deviation(chain, eq);
	return true;
}

/* --- text ------------------------------------------------------------------------------------- */

static void show_drivers(const struct iem_earphone *e)
{
	char text[400] = "";
	size_t n = 0;

	for (size_t i = 0; i < e->n_drivers && n < sizeof(text); i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%d %s", i ? " + " : "",
				      e->drivers[i].count, iem_driver_names[e->drivers[i].type]);
	if (n)
		say_fact("drivers", "%s", text);
}

static void show_sensitivity(const struct iem_sensitivity *s)
{
	if (isnan(s->db_per_mw) && isnan(s->db_per_v))
		say_fact("sensitivity", "unknown");
	else if (isnan(s->db_per_mw))
		say_fact("sensitivity", "%.1f dB/V (dB/mW unknown without the impedance)", s->db_per_v);
	else if (isnan(s->db_per_v))
		say_fact("sensitivity", "%.1f dB/mW (dB/V unknown without the impedance)", s->db_per_mw);
	else
		say_fact("sensitivity", "%.1f dB/mW, %.1f dB/V", s->db_per_mw, s->db_per_v);
}

static void show_impedance(const struct iem_earphone *e)
{
	const double ohm = iem_earphone_ohm(e);
	char curve[100], file[1024];

	if (isnan(ohm))
		say_fact("impedance", "unknown");
	else
		say_fact("impedance", "%.4g ohm at 1 kHz%s", ohm, isnan(e->impedance_ohm) ? ", by the curve" : "");
	if (e->impedance_curve.n)
		say_fact("curve", "%s%s%s",
			 iem_impedance_describe(&e->impedance_curve, &e->impedance_phase, curve, sizeof(curve)),
			 e->impedance_file ? ", from " : "",
			 e->impedance_file ? shown(e->impedance_file, file, sizeof(file)) : "");
}

static void show_facts(const struct iem_earphone *e, const struct show_figures *figures)
{
	if (e->like)
		say_fact("facts like", "%s", e->like);
	if (e->form >= 0 || e->back >= 0)
		say_fact("form", "%s%s%s", e->form >= 0 ? iem_form_names[e->form] : "",
		     e->form >= 0 && e->back >= 0 ? ", " : "", e->back >= 0 ? iem_back_names[e->back] : "");
	show_drivers(e);
	show_impedance(e);
	show_sensitivity(&figures->sensitivity);
	if (!isnan(e->frequency_range_hz.x))
		say_fact("range", "%g Hz to %g Hz, as rated", e->frequency_range_hz.x, e->frequency_range_hz.y);
	if (!isnan(e->max_power_mw))
		say_fact("max power", "%g mW", e->max_power_mw);
	if (!isnan(e->isolation_db))
		say_fact("isolation", "%g dB", e->isolation_db);
}

static void show_bands(const struct iem_eq *eq)
{
	struct table table = { .columns = 6, .shrink = -1, .right = 1 << 0 | 1 << 2 | 1 << 3 | 1 << 4 };

	table_add(&table, "", "type", "Hz", "dB", "Q", "channels");
	for (size_t i = 0; i < eq->n_bands; i++) {
		const struct iem_band *b = &eq->bands[i];
		char number[24], freq[32], gain[32] = "", q[32];

		snprintf(number, sizeof(number), "%zu", i + 1);
		snprintf(freq, sizeof(freq), "%.7g", b->freq_hz);
		snprintf(q, sizeof(q), "%.3f", b->q);
		if (iem_band_has_gain(b->type))
			snprintf(gain, sizeof(gain), "%+.2f", b->gain_db);
		table_add(&table, number, iem_band_type_names[b->type], freq, gain, q,
			  iem_side_names[b->side]);
	}
	table_print(&table, 2);
	table_finish(&table);
}

/* How closely a digital filter comes to what the bands mean. */
static void show_deviations(const struct iem_eq *eq)
{
	struct iem_deviation off;
	char text[200] = "";
	size_t n = 0;

	for (size_t i = 0; i < SHOW_RATES && n < sizeof(text); i++)
		if (show_deviation(eq, show_rates_hz[i], &off))
			n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%.2f dB at %g kHz", n ? ", " : "", off.db,
					      show_rates_hz[i] / 1000);
	say_fact("deviation", "at most %s", text);
}

static void show_responses(const struct iem_eq *eq)
{
	static const char *const channels[] = { [IEM_IMPULSE_ALL] = "for all channels", [IEM_IMPULSE_LEFT_RIGHT] = "left, right",
						[IEM_IMPULSE_TRUE_STEREO] = "true stereo" };
	char name[1024];

	if (eq->graphic.n)
		say_fact("graphic", "%zu points, %g Hz to %g Hz", eq->graphic.n, eq->graphic.at[0].x,
		     eq->graphic.at[eq->graphic.n - 1].x);
	if (eq->impulse)
		say_fact("fir", "%s, %u frames at %g Hz, %s", shown(eq->fir, name, sizeof(name)), eq->impulse->frames,
		     eq->impulse->rate_hz, channels[eq->impulse->channels]);
}

static void show_eq(const struct iem_eq *eq)
{
	say_fact("preamp", "%.2f dB%s", unsigned_zero(show_preamp_db(eq), 2),
	     eq->preamp_auto ? " at 48 kHz (auto)" : ", as the profile says");
	say_fact("reference", "%s", iem_reference_names[eq->reference]);
	if (eq->n_bands || eq->graphic.n || eq->impulse)
		show_deviations(eq);
	show_responses(eq);
	if (eq->n_bands)
		show_bands(eq);
	else
		say_fact("bands", "none");
}

static void show_notes(const struct iem_profile *profile, const struct iem_eq *eq, const struct show_figures *figures)
{
	const struct rated_notes notes = rated_notes(&profile->earphone, eq, figures->reference_spl_db);
	char text[IEM_EXCESS_TEXT];

	for (size_t i = 0; i < notes.n; i++)
		say_fact(i ? "" : "note", "%s", rated_sentence(&notes, i, text, sizeof(text)));
}

static void show_text(const struct iem_entry *entry, const struct show_figures *figures)
{
	const struct iem_profile *p = entry->profile;
	char title[2100], rule[1024];

	iem_profile_title(p, title, sizeof(title));
	say("%s%s%s\n\n", entry->id, strcmp(title, entry->id) != 0 ? "  " : "",
	    strcmp(title, entry->id) != 0 ? title : "");
	say_fact("from", "%s, %s", iem_origin_names[entry->from], shown(entry->path, rule, sizeof(rule)));
	show_facts(&p->earphone, figures);
	for (size_t i = 0; i < p->matches.n; i++)
		say_fact(i ? "" : "matches", "%s", iem_match_describe(&p->matches.at[i], rule, sizeof(rule)));
	if (p->origin)
		say_fact("origin", "%s", p->origin);
	say("\n");
	show_eq(&p->eq);
	show_notes(p, &p->eq, figures);
	for (size_t i = 0; i < p->n_variants; i++) {
		say("\nvariant %s\n", p->variants[i].name);
		show_eq(&p->variants[i].eq);
		show_notes(p, &p->variants[i].eq, figures);
	}
}

int run_show(const struct invocation *call)
{
	CLEANUP(files_close) struct files files;
	const struct iem_entry *entry = NULL;
	struct show_figures figures;
	int status = files_open(&files);

	if (status == STATUS_DONE)
		status = files_profile(&files, call->args[0], &entry);
	if (status != STATUS_DONE)
		return status;
	figures = figures_of(entry->profile, &files.paths);
	if (option_given(call, "--json"))
		return show_json(entry, &figures);
	show_text(entry, &figures);
	return STATUS_DONE;
}

static const struct option list_options[] = {
	{ "--targets", NULL, "targets instead of profiles" },
	{ "--sources", NULL, "sources instead of profiles" },
	OPTION_END
};

const struct command profile_commands[] = {
	{ "list", "[PATTERN] [--targets|--sources]", "Profiles, and where each comes from", run_list, 0, 1,
	  COMMAND_READS, list_options,
	  "PATTERN is a part of the id, brand or model, or a pattern with * and ?; case\ncounts for nothing.\n" },
	{ "show", "PROFILE", "One profile: facts, electrical figures, bands", run_show, 1, 1, COMMAND_READS },
	COMMAND_END
};
