#include "core/impedance.h"

#include "core/columns.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <strings.h>

/*
 * By what part of itself an impedance may move, and by how much of a radian its phase. Z / (Z + R) moves by no more of
 * itself than Z does, for Z has no negative resistance; a change of response is the difference of two such: it moves by
 * 17.4 dB times the root of two times this, which is 0.0098 dB.
 */
#define THIN_PART 4e-4

#define DEGREES (180 / M_PI)

static const struct {
	const char *name, *unit;
	double min, max;
} columns_wanted[] = {
	{ "frequency", "Hz", 1, 400000 },
	{ "impedance", "ohm", 0.1, 100000 },
	{ "phase", "degrees", -90, 90 },
};

/* --- what the columns are --------------------------------------------------------------------- */

static bool speaks_of(const char *heading, const char *const *words)
{
	while (*words && !strcasestr(heading, *words))
		words++;
	return *words != NULL;
}

static bool is_zma(const char *path)
{
	const char *dot = strrchr(path, '.');

	return dot && strcasecmp(dot, ".zma") == 0;
}

/* A response in place of an impedance has numbers that would do. */
static int check_heading(const struct iem_columns *columns, const char *path, struct iem_diags *diags)
{
	/* As the unit of a column: prose may speak of anything. */
	static const char *const kilo[] = { "(kHz", "[kHz", "_khz", "(kOhm", "[kOhm", "_kohm", NULL };
	static const char *const levels[] = { "(dB", "[dB", "_db", "dB SPL", "SPL,", "SPL\t", "SPL;", NULL };
	static const char *const impedances[] = { "ohm", "imp", "\xce\xa9", "|Z|", NULL };

	if (speaks_of(columns->heading, kilo))
		return iem_complain(diags, path, 0, "the heading '%.60s' speaks of kHz or kOhm; wanted are Hz and ohm",
				    columns->heading);
	if (!speaks_of(columns->heading, levels) || speaks_of(columns->heading, impedances))
		return 0;
	return iem_complain(diags, path, 0, "the heading '%.60s' speaks of levels; wanted are Hz and ohm",
			    columns->heading);
}

static bool has_phase(const struct iem_columns *columns, const char *path, struct iem_diags *diags)
{
	static const char *const phases[] = { "phas", "fase", "deg", NULL };
	size_t i = 0;

	static const char *const radians[] = { "rad)", "rad]", "radian", NULL };

	if (columns->values < 2)
		return false;
	if (speaks_of(columns->heading, radians)) {
		iem_remark(diags, path, 0, "the third column is not read: its phase is in radians, and wanted are degrees");
		return false;
	}
	if (is_zma(path) || speaks_of(columns->heading, phases))
		return true;
	while (i < columns->n && !(fabs(columns->rows[i].y[1]) > 0))
		i++;
	if (i < columns->n)
		iem_remark(diags, path, columns->rows[i].line,
			   "the third column is not read: neither the heading nor a name that ends with .zma says that "
			   "it is the phase in degrees");
	return false;
}

/* --- rows ------------------------------------------------------------------------------------- */

static int check_row(const struct iem_row *row, bool phase, const char *path, struct iem_diags *diags)
{
	const double values[] = { row->x, row->y[0], phase ? row->y[1] : 0 };
	int r = 0;

	if (isnan(values[2]))
		return iem_complain(diags, path, row->line, "the row has no phase, and others have");
	for (size_t i = 0; i < ARRAY_LEN(values); i++)
		if (!(values[i] >= columns_wanted[i].min && values[i] <= columns_wanted[i].max))
			r = iem_complain(diags, path, row->line, "the %s is %g, outside %g to %g %s",
					 columns_wanted[i].name, values[i], columns_wanted[i].min,
					 columns_wanted[i].max, columns_wanted[i].unit);
	return r;
}

/* Two measurements in one file would make a curve of neither. @return 1 upwards, -1 downwards, or -EINVAL */
static int direction(const struct iem_columns *columns, const char *path, struct iem_diags *diags)
{
	const struct iem_row *rows = columns->rows;
	int way = 0;

	for (size_t i = 1; i < columns->n; i++) {
		const int next = (rows[i].x > rows[i - 1].x) - (rows[i].x < rows[i - 1].x);

		if (way && next == -way)
			return iem_complain(diags, path, rows[i].line,
					    "the frequency turns back: %g Hz comes after %g; a file is one curve, "
					    "upwards or downwards", rows[i].x, rows[i - 1].x);
		way = way ? way : next;
	}
	return way < 0 ? -1 : 1;
}

static void turn_round(struct iem_columns *columns)
{
	for (size_t i = 0, j = columns->n - 1; i < j; i++, j--) {
		const struct iem_row row = columns->rows[i];

		columns->rows[i] = columns->rows[j];
		columns->rows[j] = row;
	}
}

/* Tables that round their frequencies have some of them twice. */
static void merge_twins(struct iem_columns *columns)
{
	struct iem_row *rows = columns->rows;
	size_t kept = 0;

	for (size_t i = 0, n; i < columns->n; i += n) {
		struct iem_row mean = rows[i];

		for (n = 1; i + n < columns->n && rows[i + n].x == mean.x; n++) {
			mean.y[0] += rows[i + n].y[0];
			mean.y[1] += rows[i + n].y[1];
		}
		mean.y[0] /= (double)n;
		mean.y[1] /= (double)n;
		rows[kept++] = mean;
	}
	columns->n = kept;
}

/* --- thinning --------------------------------------------------------------------------------- */

/* The slopes of the straight lines from one point that pass others closely enough. */
struct fan {
	double low, high;
};

/* @return whether the line to the next point, RISE higher and RUN away, is one of them; then it counts itself as well */
static bool fan_take(struct fan *fan, double rise, double run, double tolerance)
{
	if (!(rise / run >= fan->low && rise / run <= fan->high))
		return false;
	fan->low = fmax(fan->low, (rise - tolerance) / run);
	fan->high = fmin(fan->high, (rise + tolerance) / run);
	return true;
}

/* Points whose straight lines miss no other by more than PART. @return how many; KEPT takes their numbers */
static size_t thin(size_t *kept, const struct iem_row *rows, size_t n, double part)
{
	static const struct fan open = { -INFINITY, INFINITY };
	struct fan ohm = open, phase = open;
	size_t n_kept = 1, from = 0;

	kept[0] = 0;
	for (size_t i = 1; i < n; i++) {
		const double run = log(rows[i].x / rows[from].x);

		if (fan_take(&ohm, rows[i].y[0] - rows[from].y[0], run, part * rows[i].y[0]) &&
		    fan_take(&phase, rows[i].y[1] - rows[from].y[1], run, part * DEGREES))
			continue;
		kept[n_kept++] = from = i - 1;
		ohm = phase = open;
		i--; /* again, from the new point */
	}
	if (n > 1)
		kept[n_kept++] = n - 1;
	return n_kept;
}

static int thin_out(struct iem_columns *columns, const char *path, struct iem_diags *diags)
{
	CLEANUP(iem_freep) size_t *kept = NULL;
	double part = THIN_PART;
	size_t n;

	if (columns->n <= IEM_CURVE_MAX_POINTS)
		return 0;
	kept = malloc(columns->n * sizeof(*kept));
	if (!kept)
		return -ENOMEM;
	while ((n = thin(kept, columns->rows, columns->n, part)) > IEM_CURVE_MAX_POINTS)
		part *= 1.25;
	if (part > THIN_PART)
		iem_remark(diags, path, 0, "%zu points are thinned to %zu, which moves the curve by up to %.2g %%",
			   columns->n, n, 100 * part);
	for (size_t i = 0; i < n; i++)
		columns->rows[i] = columns->rows[kept[i]];
	columns->n = n;
	return 0;
}

/* --- both together ---------------------------------------------------------------------------- */

static int take_column(struct iem_curve *out, const struct iem_columns *columns, int column)
{
	out->at = calloc(columns->n, sizeof(*out->at));
	if (!out->at)
		return -ENOMEM;
	for (size_t i = 0; i < columns->n; i++)
		out->at[i] = (struct iem_point){ columns->rows[i].x, columns->rows[i].y[column] };
	out->n = columns->n;
	return 0;
}

static int take(struct iem_impedance *out, struct iem_columns *columns, const char *path, struct iem_diags *diags)
{
	CLEANUP(iem_impedance_finish) struct iem_impedance impedance = { 0 };
	const bool phase = has_phase(columns, path, diags);
	int r = check_heading(columns, path, diags), way;

	for (size_t i = 0; i < columns->n; i++) {
		if (check_row(&columns->rows[i], phase, path, diags) < 0)
			r = -EINVAL;
		columns->rows[i].y[1] = phase ? columns->rows[i].y[1] : 0;
	}
	way = direction(columns, path, diags);
	if (r < 0 || way == -EINVAL)
		return -EINVAL;
	if (way < 0)
		turn_round(columns);
	merge_twins(columns);
	if (columns->n < 2)
		iem_remark(diags, path, 0, "there is one point alone, at %g Hz: that is no curve, and nothing is corrected by it",
			   columns->rows[0].x);
	if ((r = thin_out(columns, path, diags)) < 0 || (r = take_column(&impedance.ohm, columns, 0)) < 0 ||
	    (phase && (r = take_column(&impedance.phase, columns, 1)) < 0))
		return r;
	*out = impedance;
	impedance = (struct iem_impedance){ 0 }; /* handed over */
	return 0;
}

int iem_impedance_parse(struct iem_impedance *out, const char *text, size_t size, const char *path,
			struct iem_diags *diags)
{
	CLEANUP(iem_columns_finish) struct iem_columns columns = { 0 };
	const int r = iem_columns_parse(&columns, text, size, path, diags);

	return r < 0 ? r : take(out, &columns, path, diags);
}

int iem_impedance_load(struct iem_impedance *out, const char *path, struct iem_diags *diags)
{
	CLEANUP(iem_columns_finish) struct iem_columns columns = { 0 };
	const int r = iem_columns_load(&columns, path, diags);

	return r < 0 ? r : take(out, &columns, path, diags);
}

void iem_impedance_finish(struct iem_impedance *impedance)
{
	free(impedance->ohm.at);
	free(impedance->phase.at);
	*impedance = (struct iem_impedance){ 0 };
}

const char *iem_impedance_describe(const struct iem_curve *ohm, const struct iem_curve *phase, char *buf, size_t size)
{
	snprintf(buf, size, "%zu point%s, %.7g Hz to %.7g Hz%s", ohm->n, ohm->n == 1 ? "" : "s", ohm->at[0].x,
		 ohm->at[ohm->n - 1].x, phase->n ? ", with phase" : "");
	return buf;
}
