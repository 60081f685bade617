#include "core/excess.h"

#include <math.h>

enum { POINTS = 480 };

/* What each ear gets above the level at 1 kHz, the higher one. */
static double above_1khz_db(const struct iem_chain *chain, double freq_hz)
{
	double most_db = -INFINITY;

	for (int side = IEM_SIDE_LEFT; side <= IEM_SIDE_RIGHT; side++)
		most_db = fmax(most_db, iem_chain_db(chain, (enum iem_side)side, freq_hz) -
						iem_chain_db(chain, (enum iem_side)side, 1000));
	return most_db;
}

/* How much may be there; INFINITY where nothing is rated. NAN compares as "not beyond". */
static double allowed_db(const struct iem_rated *rated, enum iem_excess_kind kind, double freq_hz)
{
	if (kind == IEM_EXCESS_BELOW)
		return freq_hz < rated->lowest_hz ? IEM_EXCESS_LEAST_DB : INFINITY;
	if (kind == IEM_EXCESS_ABOVE)
		return freq_hz > rated->highest_hz ? IEM_EXCESS_LEAST_DB : INFINITY;
	return rated->most_db;
}

struct iem_excess iem_excess_of(const struct iem_rated *rated, const struct iem_chain *chain)
{
	const double slack_db = 0.05; /* less is told as nothing, and a flat response is never quite that */
	const double high_hz = fmin(20000, 0.45 * iem_chain_rate(chain));
	struct iem_excess excess;

	for (int kind = 0; kind < IEM_EXCESSES; kind++)
		excess.worst[kind] = (struct iem_point){ NAN, 0 };
	for (int i = 0; i <= POINTS && iem_rated_bounds(rated); i++) {
		const double freq_hz = 20 * pow(high_hz / 20, (double)i / POINTS), db = above_1khz_db(chain, freq_hz);

		for (int kind = 0; kind < IEM_EXCESSES; kind++) {
			struct iem_point *worst = &excess.worst[kind];

			if (db > allowed_db(rated, (enum iem_excess_kind)kind, freq_hz) + slack_db &&
			    (isnan(worst->x) || db > worst->y))
				*worst = (struct iem_point){ freq_hz, db };
		}
	}
	return excess;
}

const char *iem_excess_text(const struct iem_excess *excess, enum iem_excess_kind kind, const struct iem_rated *rated,
			    char buf[IEM_EXCESS_TEXT])
{
	const struct iem_point *worst = &excess->worst[kind];
	char boost[80];

	buf[0] = '\0';
	if (isnan(worst->x))
		return buf;
	snprintf(boost, sizeof(boost), "the correction lies %.1f dB above 1 kHz at %.0f Hz", worst->y, worst->x);
	if (kind == IEM_EXCESS_POWER)
		snprintf(buf, IEM_EXCESS_TEXT, "%s; the earphone bears no more than %.1f dB there, with %g mW at %g dB SPL",
			 boost, rated->most_db, rated->max_power_mw, rated->reference_spl_db);
	else
		snprintf(buf, IEM_EXCESS_TEXT, "%s; the earphone is rated %s %g Hz", boost,
			 kind == IEM_EXCESS_BELOW ? "from" : "up to",
			 kind == IEM_EXCESS_BELOW ? rated->lowest_hz : rated->highest_hz);
	return buf;
}
