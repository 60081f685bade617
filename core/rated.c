#include "core/rated.h"

#include "core/electrical.h"

#include <math.h>

#define HEARD_LOW_HZ 20.0
#define HEARD_HIGH_HZ 20000.0

/* dB/mW is all that it takes: a sensitivity that is given so needs no impedance. */
static double most_db(const struct iem_earphone *earphone, double reference_spl_db)
{
	const double taken_dbmw = reference_spl_db - iem_earphone_sensitivity(earphone).db_per_mw;
	const double room_db = 10 * log10(earphone->max_power_mw) - taken_dbmw;

	return isnan(room_db) ? INFINITY : fmax(room_db, 0);
}

struct iem_rated iem_rated_of(const struct iem_earphone *earphone, double reference_spl_db)
{
	const struct iem_point *range = &earphone->frequency_range_hz;

	return (struct iem_rated){
		.lowest_hz = range->x > HEARD_LOW_HZ ? fmin(range->x, HEARD_HIGH_HZ) : NAN,
		.highest_hz = range->y < HEARD_HIGH_HZ ? fmax(range->y, HEARD_LOW_HZ) : NAN,
		.most_db = most_db(earphone, reference_spl_db),
		.max_power_mw = earphone->max_power_mw,
		.reference_spl_db = reference_spl_db,
	};
}

bool iem_rated_bounds(const struct iem_rated *rated)
{
	return !isnan(rated->lowest_hz) || !isnan(rated->highest_hz) || isfinite(rated->most_db);
}
