#include "core/swing.h"

#include <math.h>

const char *const iem_limit_names[] = { [IEM_LIMIT_VOLTAGE] = "voltage",
					[IEM_LIMIT_CURRENT] = "current",
					[IEM_LIMIT_RATED_POWER] = "power",
					[IEM_LIMIT_EARPHONE_POWER] = "power" };

double iem_divider(struct iem_load load, double output_ohm)
{
	const double phase = load.phase_deg * M_PI / 180;

	return load.ohm / hypot(load.ohm + output_ohm * cos(phase), output_ohm * sin(phase));
}

static double voltage_of(double power_mw, double load_ohm)
{
	return sqrt(power_mw * 1e-3 * load_ohm);
}

/* What the row's current makes at another load. */
static double with_current_of(const struct iem_point *row, double load_ohm)
{
	return voltage_of(row->y, row->x) * load_ohm / row->x;
}

static double between(const struct iem_point *low, const struct iem_point *high, double load_ohm)
{
	const double part = log(load_ohm / low->x) / log(high->x / low->x);

	return voltage_of(low->y * pow(high->y / low->y, part), load_ohm);
}

/* @param lifted whether the divider bounds the voltage above the last row */
static double rated_voltage(const struct iem_curve *rated, double load_ohm, bool lifted)
{
	const struct iem_point *row = rated->at, *last;

	if (!rated->n || isnan(load_ohm))
		return NAN;
	last = &rated->at[rated->n - 1];
	if (load_ohm <= row->x)
		return with_current_of(row, load_ohm);
	if (load_ohm > last->x)
		return lifted ? with_current_of(last, load_ohm) : voltage_of(last->y, last->x);
	while (row[1].x < load_ohm)
		row++;
	return between(&row[0], &row[1], load_ohm);
}

struct iem_swing iem_swing_into(const struct iem_source *source, struct iem_load load, double max_power_mw)
{
	const double divided = source->max_voltage_v * iem_divider(load, source->output_impedance_ohm);
	const double limits_v[] = {
		[IEM_LIMIT_VOLTAGE] = divided,
		[IEM_LIMIT_CURRENT] = source->max_current_ma * 1e-3 * load.ohm,
		[IEM_LIMIT_RATED_POWER] = rated_voltage(&source->rated_power, load.ohm, !isnan(divided)),
		[IEM_LIMIT_EARPHONE_POWER] = voltage_of(max_power_mw, load.ohm),
	};
	struct iem_swing swing = { NAN, -1 };

	/* A current alone bounds nothing: whether the voltage for it is there is not known. */
	if (isnan(limits_v[IEM_LIMIT_VOLTAGE]) && isnan(limits_v[IEM_LIMIT_RATED_POWER]))
		return swing;
	for (int i = 0; i < (int)ARRAY_LEN(limits_v); i++)
		if (limits_v[i] < swing.voltage_v || (isnan(swing.voltage_v) && !isnan(limits_v[i])))
			swing = (struct iem_swing){ limits_v[i], i };
	return swing;
}
