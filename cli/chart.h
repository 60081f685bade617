/** chart.h - two curves drawn with letters, 80 columns wide. */
#pragma once

/** Points of both curves at the same frequencies, ascending. Gains that are not finite are left out. */
struct chart {
	const double *hz, *left_db, *right_db;
	int n; /* at least 2 */
};

void chart_print(const struct chart *chart);
