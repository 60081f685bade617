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
static double louder_db(const struct iem_earphone *one, const struct iem_earphone *other, const struct iem_source *source)
{
	const double here_db = iem_drive_of(one, source).full_scale_spl_db - iem_drive_of(other, source).full_scale_spl_db;

	return isnan(here_db) ? iem_earphone_sensitivity(one).db_per_v - iem_earphone_sensitivity(other).db_per_v : here_db;
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

/* What keeps the level from being known: the first that is missing. */
static const char *unknown_text(const struct place *place)
{
	const struct iem_source *source = place->source.source;

	if (isnan(iem_earphone_sensitivity(earphone_of(place)).db_per_v))
		return "the sensitivity of the earphone is not";
	if (!source)
		return "what drives this output is not ('iemctl source')";
	if (isnan(source->max_voltage_v))
		return "the highest voltage of the source is not";
	return "the output impedance of the source is not";
}

#define NOT_OURS "only the device's volume may do; 'iemctl set level.hardware_volume manage' allows that"

const char *level_text(const struct engine *engine, const struct place *place, char *buf, size_t size)
{
	const struct iem_settings *settings = files_settings(engine->config.files);
	const double reference_db = settings->level.reference_spl_db, dose_db = level_dose_ceiling_db(engine);
	const double max_db = fmin(settings->level.max_spl_db, dose_db);
	const char *why = dose_db <= max_db ? ", since the week's dose is used up," : "";

	buf[0] = '\0';
	switch (place->level.reason) {
	case IEM_LEVEL_PLAIN:
		break;
	case IEM_LEVEL_MATCHED:
		snprintf(buf, size, "Matched: a full-scale sine has %.1f dB SPL.", reference_db);
		break;
	case IEM_LEVEL_SHORT:
		snprintf(buf, size, "A full-scale sine has %.1f dB SPL, not the %.1f that are wanted: there is no more.",
			 place->level.spl_db, reference_db);
		break;
	case IEM_LEVEL_HELD:
		snprintf(buf, size, "The ceiling of %.1f dB SPL%s keeps it down.", max_db, why);
		break;
	case IEM_LEVEL_DOUBTED:
		snprintf(buf, size, "Softer until it is known which earphone this is: another one used here is %.1f dB more sensitive.",
			 doubt_db(engine, place));
		break;
	case IEM_LEVEL_DOUBT_REFUSED:
		snprintf(buf, size, "Another earphone used here is %.1f dB more sensitive. To be as soft as that needs until it is "
			 "known which one this is takes more than %.0f dB below the headroom, which " NOT_OURS ".",
			 doubt_db(engine, place), IEM_DIGITAL_MORE_DB);
		break;
	case IEM_LEVEL_UNKNOWN:
		snprintf(buf, size, "The level cannot be set, since it is not known: %s.", unknown_text(place));
		break;
	case IEM_LEVEL_MATCH_REFUSED:
		snprintf(buf, size, "Not matched to %.1f dB SPL: that takes more than %.0f dB below the headroom, which " NOT_OURS
			 ".", reference_db, IEM_DIGITAL_MORE_DB);
		break;
	case IEM_LEVEL_CEILING_REFUSED:
		snprintf(buf, size, "The ceiling of %.1f dB SPL%s cannot be kept: that takes more than %.0f dB below the "
			 "headroom, which " NOT_OURS ".", max_db, why, IEM_DIGITAL_MORE_DB);
		break;
	}
	return buf;
}
