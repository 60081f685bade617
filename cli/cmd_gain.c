/* iemctl gain: what a source makes of an earphone. */
#include "cli/bus.h"
#include "cli/files.h"
#include "cli/gain.h"
#include "cli/groups.h"
#include "cli/json.h"
#include "cli/properties.h"
#include "cli/text.h"

#include "core/impedance.h"

#include <math.h>

#define LOUDEST_DB 140.0 /* of what may be asked for: more is pain */

/* --- JSON ------------------------------------------------------------------------------------- */

static json_t *rows_json(const struct iem_curve *rows)
{
	json_t *list = json_array();

	for (size_t i = 0; i < rows->n; i++)
		json_array_append_new(list, json_pack("[ff]", rows->at[i].x, rows->at[i].y));
	return list;
}

/* Without a source every figure is null. */
static json_t *source_json(const struct iem_source *source)
{
	const struct iem_source *s = source ? source : &iem_source_unknown;

	return json_pack("{so, so, so, so, so, so, so, so}", "id", json_text(s->id), "name", json_text(s->name), "kind",
			 json_word(iem_source_kinds, s->kind), "max_vrms", json_number(s->max_voltage_v),
			 "output_impedance_ohm", json_number(s->output_impedance_ohm), "max_current_ma",
			 json_number(s->max_current_ma), "rated_power", rows_json(&s->rated_power), "noise_uv",
			 json_number(s->noise_uv));
}

static json_t *curve_json(const struct gain *gain)
{
	const struct iem_earphone *e = &gain->asked->profile->earphone;

	if (!e->impedance_curve.n)
		return json_null();
	return json_pack("{so, sI, sb}", "file", json_text(gain->asked->curve_file), "points",
			 (json_int_t)e->impedance_curve.n, "phase", e->impedance_phase.n > 0);
}

static json_t *need_json(const struct gain *gain)
{
	const struct iem_need *need = &gain->need;

	if (isnan(gain->asked->spl_db))
		return json_null();
	return json_pack("{sf, so, so, so, so, so}", "spl_db", gain->asked->spl_db, "volts_rms",
			 json_number(need->voltage_v), "source_volts_rms",
			 json_number(need->source_voltage_v), "current_ma", json_number(need->current_ma),
			 "power_mw", json_number(need->power_mw), "feasible",
			 need->feasible < 0 ? json_null() : json_boolean(need->feasible));
}

static json_t *notes_json(const struct gain *gain)
{
	json_t *list = json_array();

	for (size_t i = 0; i < gain->n_notes; i++)
		json_array_append_new(list, json_text(gain->notes[i]));
	return list;
}

static json_t *gain_json(const struct gain *gain)
{
	const struct iem_drive *d = &gain->drive;
	const struct iem_level *level = &gain->level;

	return json_pack("{ss, so, so, so, so, so, so, so, so, so, so, so, so, so, so, ss, so, so}", "profile",
			 gain->asked->profile->id, "impedance_ohm", json_number(d->impedance_ohm),
			 "impedance_curve", curve_json(gain),
			 "sensitivity_db_per_mw", json_number(d->sensitivity.db_per_mw),
			 "sensitivity_db_per_v", json_number(d->sensitivity.db_per_v), "source",
			 source_json(gain->source), "spl_full_scale_db", json_number(d->full_scale_spl_db),
			 "max_spl_db", json_number(d->max_spl_db), "limited_by",
			 json_word(iem_limit_names, isnan(d->max_spl_db) ? -1 : d->swing.limit), "at_spl",
			 need_json(gain), "hiss_spl_dba", json_number(d->hiss_spl_dba), "damping_error_db",
			 json_number(fabs(d->change.y)), "eq_preamp_db", json_number(gain->eq_preamp_db),
			 "digital_gain_db", json_number(level->digital_gain_db), "hardware_gain_db",
			 json_number(gain->hardware_gain_db), "level_reason", iem_level_reason_names[level->reason],
			 "needed_spl_db", json_number(gain->needed_spl_db), "notes", notes_json(gain));
}

/* --- asking ----------------------------------------------------------------------------------- */

static int tell_no_chain(const struct gain_question *asked)
{
	complain("No chain can be made of the profile '%s'.", asked->profile->id);
	return STATUS_FAILED;
}

/* A service that runs knows the mixers of this machine. */
static const struct gain_scale *scale_of(const char *source, struct gain_scale *scale)
{
	CLEANUP(json_decrefp) json_t *outputs = service_outputs_if_any();
	const struct gain_scale *found = NULL;
	const json_t *output;
	size_t i;

	json_array_foreach (outputs, i, output) {
		if (found || !iem_streq(property_text(output, "Source"), source) ||
		    !*property_text(output, "MixerControl"))
			continue;
		scale->min_db = property_number(output, "MixerMinDb");
		scale->max_db = property_number(output, "MixerMaxDb");
		scale->step_db = property_number(output, "MixerStepDb");
		found = scale;
	}
	return found;
}

static int tell_one(const struct invocation *call, const struct files *files,
		    struct gain_question *asked)
{
	struct gain_scale scale;
	const char *id = option_value(call, "--source");
	const struct iem_entry *entry = NULL;
	struct gain gain;
	int status = id ? files_source(files, id, &entry) : STATUS_DONE;

	if (status != STATUS_DONE)
		return status;
	if (entry && entry->source->volume_control)
		asked->scale = scale_of(entry->id, &scale);
	if (gain_answer(&gain, asked, entry ? entry->source : NULL) < 0)
		status = tell_no_chain(asked);
	else if (option_given(call, "--json"))
		status = json_put(gain_json(&gain));
	else
		gain_print(&gain);
	gain_finish(&gain);
	return status;
}

static int put_all(const struct gain *gains, size_t n, bool json)
{
	json_t *list = json ? json_array() : NULL;

	for (size_t i = 0; list && i < n; i++)
		json_array_append_new(list, gain_json(&gains[i]));
	if (!list && n)
		gain_print_table(gains, n);
	else if (!list)
		complain("There are no sources.");
	return list ? json_put(list) : STATUS_DONE;
}

static int tell_all(const struct invocation *call, const struct files *files,
		    const struct gain_question *asked)
{
	const struct iem_entry *const *entries;
	const size_t n = iem_store_entries(files->store, &entries);
	CLEANUP(iem_freep) struct gain *gains = calloc(n, sizeof(*gains));
	size_t known = 0;
	int status = STATUS_DONE;

	if (!gains) {
		complain("The sources cannot be compared: out of memory.");
		return STATUS_FAILED;
	}
	for (size_t i = 0; i < n && status == STATUS_DONE; i++)
		if (entries[i]->source && gain_answer(&gains[known++], asked, entries[i]->source) < 0)
			status = tell_no_chain(asked);
	qsort(gains, known, sizeof(*gains), gain_compare);
	if (status == STATUS_DONE)
		status = put_all(gains, known, option_given(call, "--json"));
	for (size_t i = 0; i < known; i++)
		gain_finish(&gains[i]);
	return status;
}

/* @return enum status */
static int read_question(struct gain_question *asked, const struct invocation *call)
{
	int status = option_number(call, "--spl", 0, LOUDEST_DB, &asked->spl_db);

	if (status == STATUS_DONE)
		status = option_number(call, "--noise", 0, LOUDEST_DB, &asked->noise_dba);
	if (status == STATUS_DONE && option_given(call, "--all") && option_given(call, "--source"))
		status = usage_error(call, "--all and --source exclude each other.");
	return status;
}

/*
 * The profile as it is, or as it would be with the curve of a file: then what it holds is still the store's, but for the
 * curve. @return enum status
 */
static int take_profile(struct gain_question *asked, const struct iem_profile *profile, struct iem_profile *with,
			struct iem_impedance *curve, const char *path)
{
	struct iem_diags diags = { 0 };
	int r;

	asked->profile = profile;
	asked->curve_file = profile->earphone.impedance_file;
	if (!path)
		return STATUS_DONE;
	r = iem_impedance_load(curve, path, &diags);
	complain_diags(&diags);
	iem_diags_finish(&diags);
	if (r < 0)
		return STATUS_FAILED;
	*with = *profile;
	with->earphone.impedance_curve = curve->ohm;
	with->earphone.impedance_phase = curve->phase;
	asked->profile = with;
	asked->curve_file = path;
	return STATUS_DONE;
}

static int run_gain(const struct invocation *call)
{
	CLEANUP(files_close) struct files files = { 0 };
	CLEANUP(iem_impedance_finish) struct iem_impedance curve = { 0 };
	struct iem_profile with;
	struct iem_settings settings;
	struct gain_question asked = { .settings = &settings, .spl_db = NAN, .noise_dba = NAN };
	const struct iem_entry *entry = NULL;
	int status = read_question(&asked, call);

	if (status != STATUS_DONE || (status = files_open(&files)) != STATUS_DONE ||
	    (status = files_profile(&files, call->args[0], &entry)) != STATUS_DONE ||
	    (status = read_settings(&files.paths, &settings)) != STATUS_DONE ||
	    (status = take_profile(&asked, entry->profile, &with, &curve, option_value(call, "--impedance"))) !=
		    STATUS_DONE)
		return status;
	return option_given(call, "--all") ? tell_all(call, &files, &asked)
					   : tell_one(call, &files, &asked);
}

static const struct option gain_options[] = {
	{ "--source", "S", "the output stage; 'iemctl list --sources' shows them" },
	{ "--spl", "DB", "what this level takes, and how to set it, 0 to 140 dB SPL" },
	{ "--noise", "DBA", "what level is needed in so much noise, 0 to 140 dB(A)" },
	{ "--impedance", "FILE", "with this impedance curve (ZMA, TSV, CSV, REW's text) in place of the profile's" },
	{ "--all", NULL, "all sources, the loudest first" },
	OPTION_END
};

const struct command gain_commands[] = {
	{ "gain", "PROFILE [--source S] [--spl DB] [--noise DBA] [--impedance FILE] [--all]",
	  "What a source makes of an earphone", run_gain, 1, 1, COMMAND_READS, gain_options,
	  "How loud it gets and what limits that, what a level takes, hiss, what the output\n"
	  "impedance does to the response, and what to set. Levels are those of a sine of\n"
	  "1 kHz. What is not known is told as unknown, and the notes say why.\n" },
	COMMAND_END
};
