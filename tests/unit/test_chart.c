/* cli/chart.h: whatever the figures are, a chart is lines of at most 80 columns. */
#include "support.h"

#include "cli/chart.h"

enum { POINTS = 100 };

/* What chart_print() prints of two curves, 20 Hz to 20 kHz; allocated. */
static char *drawing_of(const double *left_db, const double *right_db)
{
	double hz[POINTS];
	const struct chart chart = { hz, left_db, right_db, POINTS };
	FILE *before = stdout;
	char *text = NULL;
	size_t size = 0;

	for (int i = 0; i < POINTS; i++)
		hz[i] = 20 * pow(1000, i / (POINTS - 1.0));
	stdout = open_memstream(&text, &size);
	assert_non_null(stdout);
	chart_print(&chart);
	fclose(stdout);
	stdout = before;
	return text;
}

/* How often LETTER stands in the field, not in the legend. */
static size_t count(const char *drawing, char letter)
{
	size_t n = 0;

	for (const char *at = drawing; (at = strchr(at, '|')); at++)
		for (const char *c = at; *c && *c != '\n'; c++)
			n += *c == letter;
	return n;
}

static size_t widest(const char *drawing)
{
	size_t most = 0;

	for (const char *line = drawing; *line; line += strcspn(line, "\n") + 1)
		most = strcspn(line, "\n") > most ? strcspn(line, "\n") : most;
	return most;
}

static void both_curves_stand_in_every_column(void **state)
{
	double left[POINTS], right[POINTS];
	CLEANUP(iem_freep) char *drawing = NULL;

	for (int i = 0; i < POINTS; i++) {
		left[i] = i < POINTS / 2 ? -6 : 0;
		right[i] = -6;
	}
	drawing = drawing_of(left, right);
	assert_int_equal(count(drawing, '*'), 35);
	assert_int_equal(count(drawing, 'L'), 35);
	assert_int_equal(count(drawing, 'R'), 35);
	assert_true(widest(drawing) <= 80);
}

static void what_is_no_number_or_infinite_is_left_out(void **state)
{
	const double odd[] = { NAN, INFINITY, -INFINITY };

	for (size_t k = 0; k < ARRAY_LEN(odd); k++)
		for (int all = 0; all < 2; all++) {
			double left[POINTS], right[POINTS];
			CLEANUP(iem_freep) char *drawing = NULL;

			for (int i = 0; i < POINTS; i++) {
				left[i] = all || i == 30 ? odd[k] : -3;
				right[i] = -6;
			}
			drawing = drawing_of(left, right);
			assert_int_equal(count(drawing, 'R'), 70);
			assert_in_range(count(drawing, 'L'), all ? 0 : 68, all ? 0 : 69);
			assert_true(widest(drawing) <= 80);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_curves_stand_in_every_column),
		cmocka_unit_test(what_is_no_number_or_infinite_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
