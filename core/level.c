#include "core/level.h"

#include <math.h>

#define SLACK_DB 1e-9 /* so that a limit met exactly is not missed by the last bit */

const char *const iem_level_reason_names[] = {
	[IEM_LEVEL_PLAIN] = "headroom",
	[IEM_LEVEL_MATCHED] = "matched",
	[IEM_LEVEL_SHORT] = "no-more",
	[IEM_LEVEL_HELD] = "ceiling",
	[IEM_LEVEL_UNKNOWN] = "unknown",
	[IEM_LEVEL_MATCH_REFUSED] = "match-refused",
	[IEM_LEVEL_CEILING_REFUSED] = "ceiling-refused",
};

/* How much softer it has to become for each; 0 also where that is not known. */
struct cuts {
	double match_db, ceiling_db;
	bool match_refused, ceiling_refused;
};

static struct cuts find_cuts(const struct iem_level_case *given)
{
	const double plain_db = given->full_scale_spl_db + given->preamp_db;
	const double most_db = given->manage ? INFINITY : IEM_DIGITAL_MORE_DB;
	struct cuts cuts = {
		.match_db = fmax(0, plain_db + given->at_1khz_db - given->wanted_spl_db),
		.ceiling_db = fmax(0, plain_db + given->peak_db + given->volume_db - given->max_spl_db),
	};

	cuts.match_refused = cuts.match_db > most_db + SLACK_DB;
	cuts.ceiling_refused = cuts.ceiling_db > most_db + SLACK_DB;
	if (cuts.match_refused)
		cuts.match_db = 0;
	cuts.ceiling_db = fmin(cuts.ceiling_db, most_db);
	return cuts;
}

static enum iem_level_reason find_reason(const struct iem_level_case *given, const struct cuts *cuts,
					 double spl_db)
{
	const bool wanted = !isnan(given->wanted_spl_db);

	if (isnan(spl_db))
		return wanted || isfinite(given->max_spl_db) ? IEM_LEVEL_UNKNOWN : IEM_LEVEL_PLAIN;
	if (cuts->ceiling_refused)
		return IEM_LEVEL_CEILING_REFUSED;
	if (cuts->match_refused)
		return IEM_LEVEL_MATCH_REFUSED;
	if (cuts->ceiling_db > cuts->match_db)
		return IEM_LEVEL_HELD;
	if (!wanted)
		return IEM_LEVEL_PLAIN;
	return spl_db < given->wanted_spl_db - SLACK_DB ? IEM_LEVEL_SHORT : IEM_LEVEL_MATCHED;
}

struct iem_level iem_level_for(const struct iem_level_case *given)
{
	const struct cuts cuts = find_cuts(given);
	const double cut_db = fmax(cuts.match_db, cuts.ceiling_db);
	struct iem_level level = {
		/* adding 0 makes a 0 of "-0" */
		.digital_gain_db = given->preamp_db - (given->manage ? 0 : cut_db) + 0.0,
		.hardware_gain_db = given->manage ? 0 - cut_db : 0,
	};

	level.spl_db =
		given->full_scale_spl_db + given->at_1khz_db + level.digital_gain_db + level.hardware_gain_db;
	level.reason = find_reason(given, &cuts, level.spl_db);
	return level;
}

double iem_level_in_noise_db(double noise_dba, double isolation_db)
{
	return noise_dba - isolation_db + IEM_NOISE_MARGIN_DB;
}
