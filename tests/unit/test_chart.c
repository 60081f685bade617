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

/* The labels go down evenly, by what stands between the first two lines, and reach 0 where "0 dB" stands. */
static void the_line_of_0_db_is_where_it_says_however_far_the_curves_go(void **state)
{
	static const double tops[] = { 30, 89, 91, 300, 2560, 30000 };

	for (size_t k = 0; k < ARRAY_LEN(tops); k++) {
		double left[POINTS], right[POINTS] = { 0 };
		CLEANUP(iem_freep) char *drawing = NULL;
		double top, step;
		int above = 0;

		for (int i = 0; i < POINTS; i++)
			left[i] = i ? tops[k] : -60;
		drawing = drawing_of(left, right);
		top = strtod(drawing, NULL);
		step = top - strtod(strchr(drawing, '\n'), NULL);
		for (const char *c = drawing; c < strstr(drawing, "0 dB |"); c++)
			above += *c == '\n';
		assert_near(top, above * step, 1e-9);
		assert_true(widest(drawing) <= 80);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_curves_stand_in_every_column),
		cmocka_unit_test(what_is_no_number_or_infinite_is_left_out),
		cmocka_unit_test(the_line_of_0_db_is_where_it_says_however_far_the_curves_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
