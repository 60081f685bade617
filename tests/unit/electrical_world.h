/**
 * electrical_world.h - earphones and sources made of the few figures that a test is about; all others are
 * unknown. Only for test_electrical*.c and test_swing.c, which own what it returns until they end: curves
 * belong to the caller.
 */
#pragma once

#include "support.h"

#include "core/electrical.h"

static inline struct iem_earphone earphone_of(double ohm, double sensitivity_db,
					      enum iem_sensitivity_unit unit)
{
	return (struct iem_earphone){
		.impedance_ohm = ohm,
		.sensitivity = { sensitivity_db, unit },
		.max_power_mw = NAN,
		.isolation_db = NAN,
	};
}

static inline struct iem_source source_of(double max_voltage_v, double output_ohm, double max_current_ma,
					  double noise_uv)
{
	return (struct iem_source){
		.max_voltage_v = max_voltage_v,
		.output_impedance_ohm = output_ohm,
		.max_current_ma = max_current_ma,
		.noise_uv = noise_uv,
	};
}

/* From LOW to HIGH, evenly over its logarithm; the same in every run. */
static inline double any(uint32_t *seed, double low, double high)
{
	return low * pow(high / low, 0.5 + 0.5 * (double)noise(seed));
}
