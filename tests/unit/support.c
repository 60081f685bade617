#include "support.h"

#include "core/conf.h"
#include "core/paths.h"

#include <ftw.h>
#include <unistd.h>

void check_near(double got, double want, double tolerance, const char *what, const char *file, int line)
{
	if (fabs(got - want) <= tolerance)
		return;
	print_error("%s is %.17g; wanted is %.17g +- %g\n", what, got, want, tolerance);
	_fail(file, line);
}

/* --- tables ------------------------------------------------------------ */

static void add_line(struct table *table, char *line)
{
	const char *tab = "\t";
	size_t n = 0;

	for (char *cell = strsep(&line, tab); cell; cell = strsep(&line, tab)) {
		table->cells =
			realloc(table->cells, ((table->n_rows * table->n_columns) + n + 1) * sizeof(char *));
		assert_non_null(table->cells);
		table->cells[table->n_rows * table->n_columns + n++] = cell;
	}
	if (table->n_rows == 0)
		table->n_columns = n;
	assert_int_equal(n, table->n_columns);
	table->n_rows++;
}

void table_load(struct table *table, const char *name)
{
	CLEANUP(iem_freep) char *path = NULL;
	char *rest, *line;
	size_t size;

	*table = (struct table){ 0 };
	assert_true(asprintf(&path, SOURCE_ROOT "/tests/vectors/%s", name) > 0);
	assert_int_equal(conf_slurp(path, 1 << 20, &table->text, &size), 0);
	rest = table->text;
	while ((line = strsep(&rest, "\n")))
		if (*line && *line != '#')
			add_line(table, line);
	assert_true(table->n_rows > 1);
	table->n_rows--; /* the names of the columns are none */
}

void table_finish(struct table *table)
{
	free(table->cells);
	free(table->text);
}

const char *table_text(const struct table *table, size_t row, const char *column)
{
	for (size_t c = 0; c < table->n_columns; c++)
		if (strcmp(table->cells[c], column) == 0)
			return table->cells[(row + 1) * table->n_columns + c];
	fail_msg("the table has no column '%s'", column);
	return NULL;
}

double table_number(const struct table *table, size_t row, const char *column)
{
	return strtod(table_text(table, row, column), NULL);
}

/* --- bands and chains ------------------------------------------------------------ */

struct iem_band side_band(enum iem_side side, const char *kind, double freq_hz, double gain_db, double q)
{
	static const char *const kinds[IEM_BAND_TYPES] = {
		[IEM_PEAKING] = "PK",  [IEM_LOW_SHELF] = "LS", [IEM_HIGH_SHELF] = "HS",
		[IEM_LOW_PASS] = "LP", [IEM_HIGH_PASS] = "HP", [IEM_BAND_PASS] = "BP",
		[IEM_NOTCH] = "NO",    [IEM_ALL_PASS] = "AP",
	};

	for (int type = 0; type < IEM_BAND_TYPES; type++)
		if (strcmp(kinds[type], kind) == 0)
			return (struct iem_band){ type, side, freq_hz, gain_db, q };
	fail_msg("there is no kind of band '%s'", kind);
	return (struct iem_band){ 0 };
}

struct iem_band band(const char *kind, double freq_hz, double gain_db, double q)
{
	return side_band(IEM_SIDE_BOTH, kind, freq_hz, gain_db, q);
}

struct iem_band table_band(const struct table *filters, size_t row)
{
	return band(table_text(filters, row, "kind"), table_number(filters, row, "f0_hz"),
		    table_number(filters, row, "gain_db"), table_number(filters, row, "q"));
}

static struct iem_chain *make_chain(const struct iem_eq *eq, double rate_hz, unsigned channels)
{
	struct iem_chain_plan plan = { .eq = eq, .rate_hz = rate_hz, .channels = channels };
	struct iem_chain *chain = NULL;

	if (channels == 2) {
		plan.sides[0] = IEM_SIDE_LEFT;
		plan.sides[1] = IEM_SIDE_RIGHT;
	}
	assert_int_equal(iem_chain_new(&chain, &plan), 0);
	assert_non_null(chain);
	return chain;
}

struct iem_chain *chain_meaning(enum iem_reference reference, const struct iem_band *bands, size_t n,
				double rate_hz, unsigned channels)
{
	const struct iem_eq eq = {
		.preamp_auto = true, .reference = reference, .bands = (struct iem_band *)bands, .n_bands = n
	};

	return make_chain(&eq, rate_hz, channels);
}

struct iem_chain *chain_of(const struct iem_band *bands, size_t n, double rate_hz, unsigned channels)
{
	return chain_meaning(IEM_REFERENCE_ANALOG, bands, n, rate_hz, channels);
}

struct iem_chain *chain_with_preamp(const struct iem_band *bands, size_t n, double rate_hz, unsigned channels,
				    double preamp_db)
{
	const struct iem_eq eq = { .preamp_db = preamp_db, .bands = (struct iem_band *)bands, .n_bands = n };

	return make_chain(&eq, rate_hz, channels);
}

float noise(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (float)((double)(int32_t)*seed / 2147483648.0);
}

/* --- files ------------------------------------------------------------ */

char *temp_folder(void)
{
	const char *base = getenv("TMPDIR");
	char *folder = NULL;

	assert_true(asprintf(&folder, "%s/iemd-test-XXXXXX", base && *base ? base : "/tmp") > 0);
	assert_non_null(mkdtemp(folder));
	return folder;
}

static int remove_one(const char *path, const struct stat *stamp, int kind, struct FTW *walk)
{
	return remove(path);
}

void remove_folder(char *folder)
{
	assert_int_equal(nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
	free(folder);
}

void put_file(const char *folder, const char *name, const char *text)
{
	CLEANUP(iem_freep) char *path = NULL;

	assert_true(asprintf(&path, "%s/%s", folder, name) > 0);
	assert_int_equal(iem_write_atomic(path, text, strlen(text), 0644), 0);
}

char *get_file(const char *folder, const char *name)
{
	CLEANUP(iem_freep) char *path = NULL;
	char *text = NULL;
	size_t size;

	assert_true(asprintf(&path, "%s/%s", folder, name) > 0);
	return conf_slurp(path, 1 << 20, &text, &size) == 0 ? text : NULL;
}

/* --- diagnostics ------------------------------------------------------------ */

char *diag_lines(const struct iem_diags *diags)
{
	char *lines = NULL, one[2048];
	size_t size = 0;
	FILE *out = open_memstream(&lines, &size);

	assert_non_null(out);
	for (size_t i = 0; i < diags->n; i++)
		fprintf(out, "%s\n", iem_diag_format(&diags->items[i], one, sizeof(one)));
	fclose(out);
	return lines;
}

void check_told(struct iem_diags *diags, const char *want, const char *file, int line)
{
	CLEANUP(iem_freep) char *lines = diag_lines(diags);

	iem_diags_finish(diags);
	if (strcmp(lines, want) == 0)
		return;
	print_error("told was:\n%swanted is:\n%s", lines, want);
	_fail(file, line);
}
