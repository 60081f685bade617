/**
 * support.h - what the test programs share: cmocka with what it needs, tables of vectors, bands in short
 * form, temporary folders, and diagnostics as one text.
 *
 * Everything here fails the running test instead of returning an error.
 */
#pragma once

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/chain.h"
#include "core/diag.h"
#include "core/profile.h"

/** |GOT - WANT| <= TOLERANCE, NaN never; tells the figures where it fails. */
#define assert_near(got, want, tolerance) check_near((got), (want), (tolerance), #got, __FILE__, __LINE__)

void check_near(double got, double want, double tolerance, const char *what, const char *file, int line);

/** A file of tests/vectors: tab-separated, comments with '#', the columns' names in the first other line. */
struct table {
	char *text;
	size_t n_columns, n_rows;
	char **cells; /* the names of the columns first, then row by row */
};

void table_load(struct table *table, const char *name);
void table_finish(struct table *table);
const char *table_text(const struct table *table, size_t row, const char *column);
double table_number(const struct table *table, size_t row, const char *column);

/** "PK", "LS", "HS", "LP", "HP", "BP", "NO", "AP": how the vectors call the kinds of band. */
struct iem_band band(const char *kind, double freq_hz, double gain_db, double q);
struct iem_band side_band(enum iem_side side, const char *kind, double freq_hz, double gain_db, double q);

/** The bands of a row of filters.tsv. */
struct iem_band table_band(const struct table *filters, size_t row);

/** A chain of N bands that mean the analog prototype, automatic preamp, no further gain. */
struct iem_chain *chain_of(const struct iem_band *bands, size_t n, double rate_hz, unsigned channels);
/** The same where the bands mean REFERENCE. */
struct iem_chain *chain_meaning(enum iem_reference reference, const struct iem_band *bands, size_t n,
				double rate_hz, unsigned channels);
/** The same with the preamp given. Two channels are left and right, any other number has no ears. */
struct iem_chain *chain_with_preamp(const struct iem_band *bands, size_t n, double rate_hz, unsigned channels,
				    double preamp_db);

/** Noise of -1 .. 1 that is the same in every run. */
float noise(uint32_t *seed);

/** A new empty folder, and what becomes of it. The path is allocated. */
char *temp_folder(void);
void remove_folder(char *folder);

/** Write TEXT to FOLDER/NAME, making the folders on the way. */
void put_file(const char *folder, const char *name, const char *text);
/** The whole of FOLDER/NAME, allocated; NULL where there is none. */
char *get_file(const char *folder, const char *name);

/** All diagnostics, a line each; allocated. */
char *diag_lines(const struct iem_diags *diags);

/** Compare with all diagnostics, then release them. */
#define assert_told(diags, want) check_told((diags), (want), __FILE__, __LINE__)
void check_told(struct iem_diags *diags, const char *want, const char *file, int line);
