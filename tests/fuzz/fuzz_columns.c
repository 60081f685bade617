/*
 * A measurement is text of somebody's program. Whatever it is: the reader refuses it with a sentence, or has rows of
 * numbers in the order of the file; and what is taken for an impedance is one, which can be corrected for.
 */
#include "core/columns.h"
#include "core/damping.h"
#include "core/impedance.h"

#include <assert.h>
#include <math.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_rows(const struct iem_columns *columns)
{
	assert(columns->n >= 1 && columns->n <= IEM_COLUMNS_MAX_ROWS);
	assert(columns->values == 1 || columns->values == 2);
	assert(strlen(columns->heading) < IEM_COLUMNS_MAX_HEADING);
	for (size_t i = 0; i < columns->n; i++) {
		const struct iem_row *row = &columns->rows[i];

		assert(isfinite(row->x) && isfinite(row->y[0]));
		assert(columns->values == 2 ? !isinf(row->y[1]) : isnan(row->y[1]));
		assert(row->line > (i ? columns->rows[i - 1].line : 0));
	}
}

static void check_correction(const struct iem_impedance *impedance)
{
	const struct iem_earphone earphone = { .impedance_curve = impedance->ohm, .impedance_phase = impedance->phase,
					       .impedance_ohm = NAN, .max_power_mw = NAN };
	struct iem_curve damping;

	assert(iem_damping_curve(&damping, &earphone, 10) == 0);
	for (size_t i = 0; i < damping.n; i++)
		assert(fabs(damping.at[i].y) < 120);
	free(damping.at);
}

static void check_impedance(const struct iem_impedance *impedance)
{
	const struct iem_curve *ohm = &impedance->ohm, *phase = &impedance->phase;

	assert(ohm->n >= 1 && ohm->n <= IEM_CURVE_MAX_POINTS);
	assert(phase->n == 0 || phase->n == ohm->n);
	for (size_t i = 0; i < ohm->n; i++) {
		assert(ohm->at[i].x >= 1 && ohm->at[i].x <= 400000);
		assert(ohm->at[i].y >= 0.1 && ohm->at[i].y <= 100000);
		assert(i == 0 || ohm->at[i].x > ohm->at[i - 1].x);
		assert(!phase->n || (phase->at[i].x == ohm->at[i].x && fabs(phase->at[i].y) <= 90));
	}
	check_correction(impedance);
}

static void read_as(const char *text, size_t size, const char *path)
{
	struct iem_diags diags = { 0 };
	struct iem_impedance impedance;
	const int r = iem_impedance_parse(&impedance, text, size, path, &diags);

	assert((r < 0) == (diags.errors > 0));
	if (r == 0) {
		check_impedance(&impedance);
		iem_impedance_finish(&impedance);
	}
	iem_diags_finish(&diags);
}

/* The text has no NUL behind it, so that a step too far is seen. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size ? size : 1);
	struct iem_columns columns;
	struct iem_diags diags = { 0 };
	int r;

	assert(text);
	if (size)
		memcpy(text, data, size);
	r = iem_columns_parse(&columns, text, size, "x.txt", &diags);
	assert((r < 0) == (diags.errors > 0));
	if (r == 0) {
		check_rows(&columns);
		iem_columns_finish(&columns);
	}
	iem_diags_finish(&diags);
	read_as(text, size, "x.txt");
	read_as(text, size, "x.zma");
	free(text);
	return 0;
}
