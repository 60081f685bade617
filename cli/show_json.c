/* iemctl show --json. */
#include "cli/show.h"

#include "cli/json.h"
#include "cli/rated.h"

#include <math.h>

static json_t *bands_json(const struct iem_eq *eq)
{
	json_t *list = json_array();

	for (size_t i = 0; i < eq->n_bands; i++) {
		const struct iem_band *b = &eq->bands[i];

		json_array_append_new(list,
				      json_pack("{ss, sf, so, sf, ss}", "type", iem_band_type_names[b->type],
						"frequency", b->freq_hz, "gain",
						json_number(iem_band_has_gain(b->type) ? b->gain_db : NAN),
						"q", b->q, "channels", iem_side_names[b->side]));
	}
	return list;
}

static json_t *deviations_json(const struct iem_eq *eq)
{
	json_t *list = json_array();
	struct iem_deviation off;

	for (size_t i = 0; i < SHOW_RATES; i++)
		if (show_deviation(eq, show_rates_hz[i], &off))
			json_array_append_new(list, json_pack("{sf, sf, sf}", "rate", show_rates_hz[i], "db", off.db,
							      "frequency_hz", off.freq_hz));
	return list;
}

static json_t *points_json(const struct iem_point *points, size_t n)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, json_pack("[ff]", points[i].x, points[i].y));
	return list;
}

static json_t *fir_json(const struct iem_eq *eq)
{
	return eq->impulse ? json_pack("{ss, sf, si, sI}", "file", eq->fir, "rate", eq->impulse->rate_hz, "channels",
				       (int)eq->impulse->channels, "frames", (json_int_t)eq->impulse->frames) :
			     json_null();
}

static json_t *eq_json(const struct iem_eq *eq)
{
	return json_pack("{so, so, so, so, so, ss, so}", "fir", fir_json(eq), "graphic",
			 points_json(eq->graphic.at, eq->graphic.n), "deviations", deviations_json(eq), "preamp",
			 eq->preamp_auto ? json_string("auto") : json_number(eq->preamp_db), "preamp_db",
			 json_number(show_preamp_db(eq)), "reference", iem_reference_names[eq->reference], "bands",
			 bands_json(eq));
}

static json_t *drivers_json(const struct iem_earphone *e)
{
	json_t *list = json_array();

	for (size_t i = 0; i < e->n_drivers; i++)
		json_array_append_new(list,
				      json_pack("{ss, si}", "type", iem_driver_names[e->drivers[i].type],
						"count", e->drivers[i].count));
	return list;
}

static json_t *range_json(const struct iem_point *range)
{
	return isnan(range->x) ? json_null() : json_pack("[ff]", range->x, range->y);
}

static json_t *matches_json(const struct iem_profile *profile)
{
	json_t *list = json_array();

	for (size_t i = 0; i < profile->matches.n; i++) {
		json_t *rule = json_object();

		for (int key = 0; key < IEM_MATCH_KEYS; key++)
			if (profile->matches.at[i].want[key])
				json_object_set_new(rule, iem_match_key_names[key],
						    json_text(profile->matches.at[i].want[key]));
		json_array_append_new(list, rule);
	}
	return list;
}

static json_t *notes_json(const struct iem_profile *profile, const struct iem_eq *eq, const struct show_figures *figures)
{
	const struct rated_notes notes = rated_notes(&profile->earphone, eq, figures->reference_spl_db);
	json_t *list = json_array();
	char text[IEM_EXCESS_TEXT];

	for (size_t i = 0; i < notes.n; i++)
		json_array_append_new(list, json_text(rated_sentence(&notes, i, text, sizeof(text))));
	return list;
}

static json_t *variants_json(const struct iem_profile *profile, const struct show_figures *figures)
{
	json_t *list = json_array();

	for (size_t i = 0; i < profile->n_variants; i++) {
		json_t *variant = eq_json(&profile->variants[i].eq);

		json_object_set_new(variant, "name", json_text(profile->variants[i].name));
		json_object_set_new(variant, "notes", notes_json(profile, &profile->variants[i].eq, figures));
		json_array_append_new(list, variant);
	}
	return list;
}

static json_t *facts_json(const struct iem_earphone *e, const struct show_figures *figures)
{
	return json_pack("{so, so, so, so, so, so, so, so, so, so, so, so, so, so, so}", "like", json_text(e->like),
			 "brand", json_text(e->brand), "model", json_text(e->model), "form",
			 json_word(iem_form_names, e->form), "back", json_word(iem_back_names, e->back),
			 "drivers", drivers_json(e), "impedance_ohm", json_number(e->impedance_ohm),
			 "impedance_curve", points_json(e->impedance_curve.at, e->impedance_curve.n),
			 "impedance_phase", points_json(e->impedance_phase.at, e->impedance_phase.n),
			 "impedance_file", json_text(e->impedance_file),
			 "sensitivity_db_per_mw", json_number(figures->sensitivity.db_per_mw), "sensitivity_db_per_v",
			 json_number(figures->sensitivity.db_per_v), "frequency_range_hz",
			 range_json(&e->frequency_range_hz), "max_power_mw", json_number(e->max_power_mw),
			 "isolation_db", json_number(e->isolation_db));
}

int show_json(const struct iem_entry *entry, const struct show_figures *figures)
{
	const struct iem_profile *p = entry->profile;
	json_t *facts = facts_json(&p->earphone, figures);
	json_t *object = json_pack("{ss, ss, so, so, so, so, so, so}", "id", entry->id, "from",
				   iem_origin_names[entry->from], "path", json_text(entry->path), "origin",
				   json_text(p->origin), "match", matches_json(p), "eq", eq_json(&p->eq),
				   "variants", variants_json(p, figures), "bands", bands_json(&p->eq));

	json_object_update(object, facts);
	json_decref(facts);
	json_object_set_new(object, "preamp_db", json_number(figures->preamp_db));
	json_object_set_new(object, "reference", json_text(iem_reference_names[p->eq.reference]));
	json_object_set_new(object, "notes", notes_json(p, &p->eq, figures));
	return json_put(object);
}
