/**
 * impedance.h - an earphone's impedance from a file of columns: Hz, ohm, and perhaps the phase in degrees.
 *
 * What can be read is told in columns.h; ZMA files are among it. Rows go upwards or downwards, 1 to 400000 Hz, 0.1 to
 * 100000 ohm, -90 to 90 degrees, as every impedance without a source in it has. A frequency that stands there more than
 * once counts with the mean of its rows. The third column is the phase where the heading says so or the file is called
 * *.zma; else it is not read, which is told. A heading that speaks of decibels and of no impedance is refused.
 *
 * More than IEM_CURVE_MAX_POINTS are thinned, so that no change of response by any output impedance moves by 0.01 dB;
 * where noise keeps that from being possible, it moves by more, which is told.
 *
 * Values in, values out, but for iem_impedance_load(), which reads the file it is given; any thread.
 */
#pragma once

#include "core/curve.h"
#include "core/diag.h"

/** Release with iem_impedance_finish(). */
struct iem_impedance {
	struct iem_curve ohm;   /* 1 .. IEM_CURVE_MAX_POINTS points */
	struct iem_curve phase; /* degrees, at the same frequencies; no point: not known */
};

/**
 * Read SIZE bytes of TEXT; PATH is what diagnostics call it.
 * @return 0; -EINVAL after telling DIAGS every mistake with its line; -ENOMEM. *out untouched on failure
 */
int iem_impedance_parse(struct iem_impedance *out, const char *text, size_t size, const char *path,
			struct iem_diags *diags);

/** The same from a plain file. @return also another -errno of reading, after telling DIAGS */
int iem_impedance_load(struct iem_impedance *out, const char *path, struct iem_diags *diags);

void iem_impedance_finish(struct iem_impedance *impedance);

/** "480 points, 10 Hz to 40000 Hz, with phase" of a curve of at least one point. @return buf */
const char *iem_impedance_describe(const struct iem_curve *ohm, const struct iem_curve *phase, char *buf, size_t size);
