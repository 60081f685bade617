#include "core/electrical.h"

#include <math.h>

#define LOWEST_HZ 20.0
#define HIGHEST_HZ 20000.0
#define GRID 240 /* 24 to the octave */

/* A milliwatt at 1 V, in dB: what the two units are apart. */
static double apart_db(double impedance_ohm)
{
	return 10 * log10(1000 / impedance_ohm);
}

double iem_db_per_v(double db_per_mw, double impedance_ohm)
{
	return db_per_mw + apart_db(impedance_ohm);
}

double iem_db_per_mw(double db_per_v, double impedance_ohm)
{
	return db_per_v - apart_db(impedance_ohm);
}

static double to_db(double ratio)
{
	return 20 * log10(ratio);
}

double iem_earphone_ohm(const struct iem_earphone *earphone)
{
	return isnan(earphone->impedance_ohm) ? iem_curve_at(&earphone->impedance_curve, IEM_SENSITIVITY_HZ)
					      : earphone->impedance_ohm;
}

double iem_earphone_ohm_at(const struct iem_earphone *earphone, double freq_hz)
{
	return earphone->impedance_curve.n ? iem_curve_at(&earphone->impedance_curve, freq_hz)
					   : earphone->impedance_ohm;
}

struct iem_sensitivity iem_earphone_sensitivity(const struct iem_earphone *earphone)
{
	const double value = earphone->sensitivity.value, ohm = iem_earphone_ohm(earphone);
	const bool per_mw = earphone->sensitivity.unit == IEM_DB_PER_MW;

	return (struct iem_sensitivity){
		.db_per_mw = per_mw ? value : iem_db_per_mw(value, ohm),
		.db_per_v = per_mw ? iem_db_per_v(value, ohm) : value,
	};
}

struct iem_load iem_earphone_load_at(const struct iem_earphone *earphone, double freq_hz)
{
	const struct iem_curve *phase = &earphone->impedance_phase;

	return (struct iem_load){ iem_earphone_ohm_at(earphone, freq_hz), phase->n ? iem_curve_at(phase, freq_hz) : 0 };
}

/* --- over the band ---------------------------------------------------------------------------- */

/*
 * Where to look at what grows or falls with the impedance: between its points a curve does the same, so
 * nothing is missed. With phase it need not; then the grid is looked at as well. @return the frequency, 0 after the last
 */
static double spot_hz(const struct iem_earphone *earphone, size_t index)
{
	static const double always[] = { LOWEST_HZ, IEM_SENSITIVITY_HZ, HIGHEST_HZ };
	const struct iem_curve *curve = &earphone->impedance_curve;

	if (index < ARRAY_LEN(always))
		return always[index];
	index -= ARRAY_LEN(always);
	if (index < curve->n)
		return fmin(fmax(curve->at[index].x, LOWEST_HZ), HIGHEST_HZ);
	index -= curve->n;
	return earphone->impedance_phase.n && index < GRID
		       ? LOWEST_HZ * pow(HIGHEST_HZ / LOWEST_HZ, (double)index / GRID)
		       : 0;
}

double iem_response_change_db(const struct iem_earphone *earphone, double output_ohm, double freq_hz)
{
	const struct iem_curve *curve = &earphone->impedance_curve;

	if (output_ohm == 0)
		return 0;
	if (curve->n < 2)
		return NAN;
	return to_db(iem_divider(iem_earphone_load_at(earphone, freq_hz), output_ohm)) -
	       to_db(iem_divider(iem_earphone_load_at(earphone, IEM_SENSITIVITY_HZ), output_ohm));
}

struct iem_point iem_largest_change(const struct iem_earphone *earphone, double output_ohm)
{
	struct iem_point largest = { NAN, NAN };
	double hz;

	for (size_t i = 0; (hz = spot_hz(earphone, i)); i++) {
		const double db = iem_response_change_db(earphone, output_ohm, hz);

		if (isnan(largest.y) || fabs(db) > fabs(largest.y))
			largest = (struct iem_point){ isnan(db) ? NAN : hz, db };
	}
	return largest;
}

/* At 1 kHz; the number, where there is one, with the curve's phase. */
static struct iem_load nominal_load(const struct iem_earphone *earphone)
{
	const struct iem_load load = iem_earphone_load_at(earphone, IEM_SENSITIVITY_HZ);

	return (struct iem_load){ iem_earphone_ohm(earphone), load.phase_deg };
}

/* The number counts too where a curve contradicts it: full scale is reckoned with it. */
static struct iem_swing least_swing(const struct iem_earphone *earphone, const struct iem_source *source)
{
	struct iem_swing least = iem_swing_into(source, nominal_load(earphone), earphone->max_power_mw);
	double hz;

	for (size_t i = 0; (hz = spot_hz(earphone, i)); i++) {
		const struct iem_swing swing =
			iem_swing_into(source, iem_earphone_load_at(earphone, hz), earphone->max_power_mw);

		if (swing.voltage_v < least.voltage_v)
			least = swing;
	}
	return least;
}

/* --- both together ---------------------------------------------------------------------------- */

struct iem_drive iem_drive_of(const struct iem_earphone *earphone, const struct iem_source *source)
{
	const struct iem_source *s = source ? source : &iem_source_unknown;
	const struct iem_load load = nominal_load(earphone);
	struct iem_drive drive = {
		.impedance_ohm = load.ohm,
		.phase_deg = load.phase_deg,
		.sensitivity = iem_earphone_sensitivity(earphone),
		.swing = least_swing(earphone, s),
		.change = iem_largest_change(earphone, s->output_impedance_ohm),
	};
	const double divider = iem_divider(load, s->output_impedance_ohm);
	const double db_per_v = drive.sensitivity.db_per_v;

	drive.full_scale_spl_db = db_per_v + to_db(s->max_voltage_v * divider);
	drive.full_scale_bound_db = db_per_v + to_db(s->max_voltage_v);
	drive.max_spl_db = db_per_v + to_db(drive.swing.voltage_v);
	drive.hiss_spl_dba = db_per_v + to_db(s->noise_uv * 1e-6 * divider);
	return drive;
}

const char *iem_drive_missing(const struct iem_earphone *earphone, const struct iem_source *source)
{
	const struct iem_drive drive = iem_drive_of(earphone, source);

	if (!isnan(drive.full_scale_spl_db))
		return "";
	if (isnan(drive.sensitivity.db_per_v))
		return "the sensitivity of the earphone";
	if (!source)
		return "what drives it ('iemctl source')";
	if (isnan(source->max_voltage_v))
		return "the highest voltage of the source";
	return isnan(source->output_impedance_ohm) ? "the output impedance of the source" : "the impedance of the earphone";
}

static int is_feasible(const struct iem_drive *drive, double spl_db)
{
	const double slack_db = 1e-9; /* a level computed from the limit itself is not to fail by its last bit */

	if (spl_db > drive->full_scale_bound_db + slack_db)
		return 0;
	if (isnan(drive->max_spl_db) || isnan(spl_db))
		return -1;
	return spl_db <= drive->max_spl_db + slack_db;
}

struct iem_need iem_need_for(const struct iem_drive *drive, const struct iem_source *source, double spl_db)
{
	const double ohm = drive->impedance_ohm, v = pow(10, (spl_db - drive->sensitivity.db_per_v) / 20);
	const struct iem_load load = { ohm, drive->phase_deg };
	const double output_ohm = source ? source->output_impedance_ohm : NAN;

	return (struct iem_need){
		.voltage_v = v,
		.current_ma = 1e3 * v / ohm,
		.power_mw = 1e3 * v * v / ohm,
		.source_voltage_v = v / iem_divider(load, output_ohm),
		.feasible = is_feasible(drive, spl_db),
	};
}
