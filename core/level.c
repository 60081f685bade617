#include "core/level.h"

#include "core/util.h"

#include <math.h>
#include <stdio.h>

#define SLACK_DB 1e-9 /* so that a limit met exactly is not missed by the last bit */

const char *const iem_level_reason_names[] = {
	[IEM_LEVEL_PLAIN] = "headroom",
	[IEM_LEVEL_MATCHED] = "matched",
	[IEM_LEVEL_SHORT] = "no-more",
	[IEM_LEVEL_HELD] = "ceiling",
	[IEM_LEVEL_DOUBTED] = "unconfirmed",
	[IEM_LEVEL_UNKNOWN] = "unknown",
	[IEM_LEVEL_MATCH_REFUSED] = "match-refused",
	[IEM_LEVEL_DOUBT_REFUSED] = "unconfirmed-refused",
	[IEM_LEVEL_CEILING_REFUSED] = "ceiling-refused",
};

/* How much softer it has to become for each; 0 also where that is not known. */
struct cuts {
	double match_db, doubt_db, ceiling_db;
	double ceiling_volume_db;
	bool match_refused, doubt_refused, ceiling_refused;
};

static struct cuts find_cuts(const struct iem_level_case *given)
{
	const double plain_db = given->full_scale_spl_db + given->preamp_db;
	const double most_db = given->manage ? INFINITY : IEM_DIGITAL_MORE_DB;
	const double above_db = plain_db + given->at_1khz_db - given->wanted_spl_db;
	/* Another one is to be as loud as is wanted of this; else as loud as this one is by itself. */
	const double doubt_db = given->doubt_db + (isnan(above_db) ? 0 : above_db);
	const double room_db = given->max_spl_db - (plain_db + given->doubt_db + given->peak_db);
	struct cuts cuts = {
		.match_db = fmax(0, above_db),
		.doubt_db = given->doubt_db > 0 ? fmax(0, doubt_db) : 0,
		.ceiling_db = fmax(0, given->volume_db - room_db),
		.ceiling_volume_db = isnan(room_db) ? INFINITY : room_db,
	};

	cuts.match_refused = cuts.match_db > most_db + SLACK_DB;
	cuts.doubt_refused = cuts.doubt_db > most_db + SLACK_DB;
	cuts.ceiling_refused = cuts.ceiling_db > most_db + SLACK_DB;
	if (cuts.match_refused)
		cuts.match_db = 0;
	cuts.doubt_db = fmin(cuts.doubt_db, most_db);
	cuts.ceiling_db = fmin(cuts.ceiling_db, most_db);
	return cuts;
}

/* The first that holds. */
static enum iem_level_reason find_reason(const struct iem_level_case *given, const struct cuts *cuts, double spl_db)
{
	const bool matching = !isnan(given->wanted_spl_db), known = !isnan(spl_db);
	const struct {
		bool holds;
		enum iem_level_reason reason;
	} rows[] = {
		{ cuts->ceiling_refused, IEM_LEVEL_CEILING_REFUSED },
		{ cuts->doubt_refused, IEM_LEVEL_DOUBT_REFUSED },
		{ cuts->match_refused, IEM_LEVEL_MATCH_REFUSED },
		{ cuts->ceiling_db > fmax(cuts->match_db, cuts->doubt_db), IEM_LEVEL_HELD },
		{ cuts->doubt_db > cuts->match_db, IEM_LEVEL_DOUBTED },
		{ !known && (matching || isfinite(given->max_spl_db)), IEM_LEVEL_UNKNOWN },
		{ !matching, IEM_LEVEL_PLAIN },
		{ spl_db < given->wanted_spl_db - SLACK_DB, IEM_LEVEL_SHORT },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (rows[i].holds)
			return rows[i].reason;
	return IEM_LEVEL_MATCHED;
}

struct iem_level iem_level_for(const struct iem_level_case *given)
{
	const struct cuts cuts = find_cuts(given);
	const double cut_db = fmax(fmax(cuts.match_db, cuts.doubt_db), cuts.ceiling_db);
	struct iem_level level = {
		/* adding 0 makes a 0 of "-0" */
		.digital_gain_db = given->preamp_db - (given->manage ? 0 : cut_db) + 0.0,
		.hardware_gain_db = given->manage ? 0 - cut_db : 0,
		.hardware_match_db = given->manage ? 0 - fmax(cuts.match_db, cuts.doubt_db) : 0,
		.ceiling_volume_db = cuts.ceiling_volume_db,
	};

	level.spl_db =
		given->full_scale_spl_db + given->at_1khz_db + level.digital_gain_db + level.hardware_gain_db;
	level.reason = find_reason(given, &cuts, level.spl_db);
	return level;
}

#define NOT_OURS "only the device's volume may do; 'iemctl set level.hardware_volume manage' allows that"

const char *iem_level_text(const struct iem_level *level, const struct iem_level_case *given,
			   const struct iem_level_words *words, char *buf, size_t size)
{
	const double wanted_db = given->wanted_spl_db, max_db = given->max_spl_db, most_db = IEM_DIGITAL_MORE_DB;

	buf[0] = '\0';
	switch (level->reason) {
	case IEM_LEVEL_PLAIN:
		break;
	case IEM_LEVEL_MATCHED:
		snprintf(buf, size, "Matched: a full-scale sine has %.1f dB SPL.", wanted_db);
		break;
	case IEM_LEVEL_SHORT:
		snprintf(buf, size, "A full-scale sine has %.1f dB SPL, not the %.1f that are wanted: there is no more.",
			 level->spl_db, wanted_db);
		break;
	case IEM_LEVEL_HELD:
		snprintf(buf, size, "The ceiling of %.1f dB SPL%s keeps it down.", max_db, words->ceiling_why);
		break;
	case IEM_LEVEL_DOUBTED:
		snprintf(buf, size, "Softer until it is known which earphone this is: another one used here is %.1f dB more "
			 "sensitive.", given->doubt_db);
		break;
	case IEM_LEVEL_UNKNOWN:
		snprintf(buf, size, "The level cannot be set, since %s is not known.", words->missing);
		break;
	case IEM_LEVEL_MATCH_REFUSED:
		snprintf(buf, size, "Not matched to %.1f dB SPL: that takes more than %.0f dB below the headroom, which "
			 NOT_OURS ".", wanted_db, most_db);
		break;
	case IEM_LEVEL_DOUBT_REFUSED:
		snprintf(buf, size, "Another earphone used here is %.1f dB more sensitive. To be as soft as that needs until it "
			 "is known which one this is takes more than %.0f dB below the headroom, which " NOT_OURS ".",
			 given->doubt_db, most_db);
		break;
	case IEM_LEVEL_CEILING_REFUSED:
		snprintf(buf, size, "The ceiling of %.1f dB SPL%s cannot be kept: that takes more than %.0f dB below the "
			 "headroom, which " NOT_OURS ".", max_db, words->ceiling_why, most_db);
		break;
	}
	return buf;
}

double iem_level_in_noise_db(double noise_dba, double isolation_db)
{
	return noise_dba - isolation_db + IEM_NOISE_MARGIN_DB;
}
