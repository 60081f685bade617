#include "cli/chart.h"

#include "cli/text.h"

#include <math.h>
#include <stdbool.h>

#define COLUMNS 70 /* of the field; labels take the rest of 80 */
#define MAX_ROWS 16
#define LABEL 8

struct field {
	double top, step, low_hz, high_hz;
	int rows;
	char at[MAX_ROWS + 2][COLUMNS + 1];
};

static double at_hz(const struct chart *chart, const double *db, double hz)
{
	int i = 1;

	while (i + 1 < chart->n && chart->hz[i] < hz)
		i++;
	return db[i - 1] + (db[i] - db[i - 1]) * (hz - chart->hz[i - 1]) / (chart->hz[i] - chart->hz[i - 1]);
}

static void widen(double range[2], double db)
{
	if (!isfinite(db))
		return;
	range[0] = fmin(range[0], db);
	range[1] = fmax(range[1], db);
}

static bool fits(struct field *field, double low, double high, double step)
{
	field->step = step;
	field->top = ceil(high / step - 0.01) * step;
	field->rows = (int)ceil((field->top - low) / step - 0.01) + 1;
	return field->rows <= MAX_ROWS;
}

/* A scale of round steps that both curves and 0 dB fit on; what is below -60 dB is not worth the room. */
static void choose_scale(struct field *field, const struct chart *chart)
{
	static const double steps[] = { 0.5, 1, 2, 3, 5, 10 };
	double range[2] = { 0, 0 }, low, high;

	for (int i = 0; i < chart->n; i++) {
		widen(range, chart->left_db[i]);
		widen(range, chart->right_db[i]);
	}
	low = fmax(range[0], -60);
	high = range[1];
	for (size_t i = 0; i < ARRAY_LEN(steps) && !fits(field, low, high, steps[i]); i++)
		;
	while (field->rows > MAX_ROWS)
		fits(field, low, high, field->step + 10);
	field->rows = field->rows < 2 ? 2 : field->rows;
}

static double column_hz(const struct field *field, int column)
{
	return field->low_hz * pow(field->high_hz / field->low_hz, (double)column / (COLUMNS - 1));
}

static int row_of(const struct field *field, double db)
{
	const double row = round((field->top - db) / field->step);

	return row < 0 ? 0 : row >= field->rows ? field->rows - 1 : (int)row;
}

static void put(struct field *field, int column, double db, char letter)
{
	char *at;

	if (!isfinite(db))
		return;
	at = &field->at[row_of(field, db)][column];
	*at = *at == 'L' ? '*' : letter;
}

static void draw(struct field *field, const struct chart *chart)
{
	for (int row = 0; row < field->rows; row++) {
		memset(field->at[row], row_of(field, 0) == row ? '.' : ' ', COLUMNS);
		field->at[row][COLUMNS] = '\0';
	}
	for (int c = 0; c < COLUMNS; c++) {
		const double hz = column_hz(field, c);

		put(field, c, at_hz(chart, chart->left_db, hz), 'L');
		put(field, c, at_hz(chart, chart->right_db, hz), 'R');
	}
}

/* Marks at 1, 2 and 5 of each decade, with their names where there is room. */
static void print_axis(const struct field *field)
{
	static const struct {
		double hz;
		const char *name;
	} marks[] = { { 20, "20" }, { 50, "50" }, { 100, "100" }, { 200, "200" }, { 500, "500" }, { 1000, "1k" },
		      { 2000, "2k" }, { 5000, "5k" }, { 10000, "10k" }, { 20000, "20k" } };
	char line[COLUMNS + 1], names[COLUMNS + 8];

	memset(line, '-', COLUMNS);
	memset(names, ' ', sizeof(names));
	line[COLUMNS] = '\0';
	for (size_t i = 0; i < ARRAY_LEN(marks) && marks[i].hz <= field->high_hz * 1.001; i++) {
		const double part = log(marks[i].hz / field->low_hz) / log(field->high_hz / field->low_hz);
		const int column = (int)round(part * (COLUMNS - 1)), length = (int)strlen(marks[i].name);
		const int begin = column - (column + length > COLUMNS ? length - 1 : 0);

		line[column] = '+';
		memcpy(names + begin, marks[i].name, (size_t)length);
	}
	names[COLUMNS] = '\0';
	say("%*s+%s\n%*s %s\n", LABEL, "", line, LABEL - 1, "Hz", names);
}

/* 0 without a sign, which is also where the unit stands: there is always a row for it. */
static void print_row(const struct field *field, int row)
{
	const double db = field->top - row * field->step;
	char label[32];

	if (row == row_of(field, 0))
		snprintf(label, sizeof(label), "0 dB");
	else
		snprintf(label, sizeof(label), "%+.*f", field->step < 1 ? 1 : 0, db);
	say("%*s |%s\n", LABEL - 1, label, field->at[row]);
}

void chart_print(const struct chart *chart)
{
	struct field field = { .low_hz = chart->hz[0], .high_hz = chart->hz[chart->n - 1] };
	bool apart = false;

	choose_scale(&field, chart);
	draw(&field, chart);
	for (int row = 0; row < field.rows; row++) {
		apart |= strpbrk(field.at[row], "LR") != NULL;
		print_row(&field, row);
	}
	print_axis(&field);
	if (apart)
		say("%*s L left, R right, * both\n", LABEL, "");
}
