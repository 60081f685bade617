/**
 * swing.h - the highest voltage that an output stage brings to an earphone, and what keeps it from more.
 *
 * Voltages and currents are rms of a sine. A figure that a source does not have does not limit it; where nothing bounds
 * the voltage, the swing is not known. The phase of a load counts in the divider; powers are products of rms values,
 * as they are rated into resistors. Values only; any thread.
 *
 * What limits, at a load whose magnitude is Z ohm:
 *
 *   max_voltage U, output_impedance R   U |Z / (Z + R)|: the divider; only where both are known
 *   max_current I                       I Z
 *   rated_power                         see below
 *   the earphone's max_power P          sqrt(P Z)
 *
 * A row of rated_power, P watts into Zr ohm, shows that the source brings sqrt(P Zr) volts and sqrt(P / Zr) amperes to
 * that load. Nothing is made of it that it does not show:
 *
 *   below the first row   its current and no more: a smaller load gets less voltage
 *   between two rows      the power runs straight in a log-log diagram. That is exact where voltage, current or power
 *                         are what is constant between the rows, and too low where one gives way to the other or
 *                         an inner resistance counts
 *   above the last row    its voltage and no more; where the divider is known, that bounds the voltage, and the row
 *                         stands for the current alone, as max_current would
 */
#pragma once

#include "core/source.h"

enum iem_limit { IEM_LIMIT_VOLTAGE, IEM_LIMIT_CURRENT, IEM_LIMIT_RATED_POWER, IEM_LIMIT_EARPHONE_POWER };

/** What interfaces call the limits: "voltage", "current", "power", "power". */
extern const char *const iem_limit_names[];

struct iem_swing {
	double voltage_v; /* at the load; NAN: unknown */
	int limit;        /* enum iem_limit: what is reached first; -1: unknown */
};

/** An impedance. */
struct iem_load {
	double ohm;       /* its magnitude; NAN: unknown */
	double phase_deg; /* 0 where it is not known */
};

/** |Z / (Z + R)|: the part of its open-circuit voltage that a source brings to a load. */
double iem_divider(struct iem_load load, double output_ohm);

/** Into a load that bears MAX_POWER_MW, NAN: not known. */
struct iem_swing iem_swing_into(const struct iem_source *source, struct iem_load load, double max_power_mw);
