/* How loud an output is to be: what is wanted of its chain, and what came of it in words. */
#include "daemon/engine_private.h"

#include "core/damping.h"
#include "core/electrical.h"

#include <math.h>

static const struct iem_earphone *earphone_of(const struct place *place)
{
	return &place->selection.profile->earphone;
}

/*
 * Once the week's dose is used up, a programme is to have the level that may be heard all week: full scale lies some 15 dB
 * above the mean of music.
 */
double level_dose_ceiling_db(const struct engine *engine)
{
	const struct iem_settings *settings = files_settings(engine->config.files);
	const enum iem_dose_standard standard = (enum iem_dose_standard)settings->dose.standard;

	if (!settings->dose.enabled || !settings->dose.reduce || dose_percent(engine->config.dose, standard) < 100)
		return INFINITY;
	return (standard == IEM_DOSE_80 ? 80 : 75) + 15;
}

double level_full_scale_db(const struct place *place)
{
	return iem_drive_of(earphone_of(place), place->source.source).full_scale_spl_db;
}

/* By how much one earphone gets louder than another on a source, in dB; NAN: not known. */
static double louder_db(const struct iem_earphone *one, const struct iem_earphone *other,
			const struct iem_source *source)
{
	const struct iem_drive here = iem_drive_of(one, source), there = iem_drive_of(other, source);
	const double louder_db = here.full_scale_spl_db - there.full_scale_spl_db;

	return isnan(louder_db) ? here.sensitivity.db_per_v - there.sensitivity.db_per_v : louder_db;
}

/* While it is not certain which of those used there it is: how much louder the most sensitive one would be. */
static double doubt_db(const struct engine *engine, const struct place *place)
{
	const struct choice *choice = choices_find(engine->config.choices, place->output.id);
	double most_db = 0;

	for (size_t i = 0; place->unconfirmed && i < choice->n_used; i++) {
		const struct iem_profile *used = iem_store_profile(files_store(engine->config.files), choice->used[i]);

		if (used)
			most_db = fmax(most_db, louder_db(&used->earphone, earphone_of(place), place->source.source));
	}
	return most_db;
}

struct iem_level_case level_wish(const struct engine *engine, const struct place *place)
{
	const struct iem_settings *settings = files_settings(engine->config.files);
	const double max_db = fmin(settings->level.max_spl_db, level_dose_ceiling_db(engine));
	const bool capped = isfinite(max_db);

	return (struct iem_level_case){
		.full_scale_spl_db = level_full_scale_db(place),
		.doubt_db = doubt_db(engine, place),
		.volume_db = capped ? hardware_user_db(engine, place) : 0, /* else a new chain for each move of it */
		.wanted_spl_db = settings->level.mode == IEM_LEVEL_MATCH ? settings->level.reference_spl_db : NAN,
		.max_spl_db = max_db,
		.manage = hardware_may_manage(engine, place),
	};
}

struct iem_rated level_rated(const struct engine *engine, const struct iem_profile *profile)
{
	return iem_rated_of(&profile->earphone, files_settings(engine->config.files)->level.reference_spl_db);
}

double level_output_ohm(const struct place *place)
{
	return place->source.source ? place->source.source->output_impedance_ohm : NAN;
}

int level_damping(struct iem_curve *out, const struct place *place)
{
	return iem_damping_curve(out, earphone_of(place), level_output_ohm(place));
}

const char *level_text(const struct engine *engine, const struct place *place, char *buf, size_t size)
{
	const struct iem_level_case wish = level_wish(engine, place);
	const struct iem_level_words words = {
		.missing = iem_drive_missing(earphone_of(place), place->source.source),
		.ceiling_why = level_dose_ceiling_db(engine) <= wish.max_spl_db ? ", since the week's dose is used up," : "",
	};

	return iem_level_text(&place->level, &wish, &words, buf, size);
}
