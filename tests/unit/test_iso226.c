/* iso226.h: the contours of both editions, and between and beyond what their tables hold. */
#include "support.h"

#include "core/iso226.h"

static enum iem_iso226_edition edition_of(const struct table *table, size_t row)
{
	return strcmp(table_text(table, row, "edition"), "2003") == 0 ? IEM_ISO226_2003 : IEM_ISO226_2023;
}

static void the_contours_are_those_of_the_standard(void **state)
{
	struct table contours;
	char column[32];

	table_load(&contours, "iso226.tsv");
	assert_int_equal(contours.n_rows, 58);
	for (size_t row = 0; row < contours.n_rows; row++)
		for (int phon = 20; phon <= 90; phon += 10) {
			snprintf(column, sizeof(column), "spl_%dphon", phon);
			assert_near(iem_iso226_spl_db(edition_of(&contours, row), table_number(&contours, row, "f_hz"), phon),
				    table_number(&contours, row, column), 1e-4);
		}
	table_finish(&contours);
}

static void a_tones_loudness_level_is_that_of_the_standard(void **state)
{
	struct table levels;

	table_load(&levels, "iso226_inverse.tsv");
	assert_int_equal(levels.n_rows, 56);
	for (size_t row = 0; row < levels.n_rows; row++)
		assert_near(iem_iso226_phon(edition_of(&levels, row), table_number(&levels, row, "f_hz"),
					    table_number(&levels, row, "spl")),
			    table_number(&levels, row, "phon"), 1e-4);
	table_finish(&levels);
}

static void there_and_back_is_the_same_at_every_frequency(void **state)
{
	static const double tolerance[IEM_ISO226_EDITIONS] = { [IEM_ISO226_2003] = 0.06, [IEM_ISO226_2023] = 1e-9 };

	for (int edition = 0; edition < IEM_ISO226_EDITIONS; edition++)
		for (double f = 15; f < 20000; f *= 1.07)
			for (double phon = 20; phon <= 90; phon += 3.5)
				assert_near(iem_iso226_phon(edition, f, iem_iso226_spl_db(edition, f, phon)), phon,
					    tolerance[edition]);
}

/* No jump where one row of the table ends and the next begins, and none inside. */
static void contours_are_continuous_over_frequency(void **state)
{
	for (int edition = 0; edition < IEM_ISO226_EDITIONS; edition++)
		for (double f = 18; f < 16000; f *= 1.001)
			assert_near(iem_iso226_spl_db(edition, f * 1.001, 40), iem_iso226_spl_db(edition, f, 40), 0.05);
}

static void beyond_the_ends_values_are_held(void **state)
{
	for (int e = 0; e < IEM_ISO226_EDITIONS; e++) {
		assert_true(iem_iso226_spl_db(e, 5, 60) == iem_iso226_spl_db(e, 20, 60));
		assert_true(iem_iso226_spl_db(e, 0, 60) == iem_iso226_spl_db(e, 20, 60));
		assert_true(iem_iso226_spl_db(e, 20000, 60) == iem_iso226_spl_db(e, 12500, 60));
		assert_true(iem_iso226_spl_db(e, INFINITY, 60) == iem_iso226_spl_db(e, 12500, 60));
		assert_true(iem_iso226_spl_db(e, 100, -40) == iem_iso226_spl_db(e, 100, IEM_ISO226_MIN_PHON));
		assert_true(iem_iso226_spl_db(e, 100, 1e9) == iem_iso226_spl_db(e, 100, IEM_ISO226_MAX_PHON));
		assert_true(iem_iso226_phon(e, 50, 20) == IEM_ISO226_MIN_PHON);
		assert_true(iem_iso226_phon(e, 50, -INFINITY) == IEM_ISO226_MIN_PHON);
		assert_true(iem_iso226_phon(e, 1000, 1e6) == IEM_ISO226_MAX_PHON);
	}
}

static void what_is_unknown_stays_unknown(void **state)
{
	for (int e = 0; e < IEM_ISO226_EDITIONS; e++) {
		assert_true(isnan(iem_iso226_spl_db(e, 100, NAN)));
		assert_true(isnan(iem_iso226_spl_db(e, NAN, 60)));
		assert_true(isnan(iem_iso226_phon(e, 100, NAN)));
		assert_true(isnan(iem_iso226_phon(e, NAN, 60)));
	}
}

/* Between two rows: a power law's exponent half-way, not a contour half-way. They differ by little. */
static void between_two_rows_a_contour_lies_between_theirs(void **state)
{
	const double f = sqrt(31.5 * 40), middle = (88.165903 + 82.628676) / 2;

	assert_near(iem_iso226_spl_db(IEM_ISO226_2003, f, 40), middle, 0.05);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_contours_are_those_of_the_standard),
		cmocka_unit_test(a_tones_loudness_level_is_that_of_the_standard),
		cmocka_unit_test(there_and_back_is_the_same_at_every_frequency),
		cmocka_unit_test(contours_are_continuous_over_frequency),
		cmocka_unit_test(beyond_the_ends_values_are_held),
		cmocka_unit_test(what_is_unknown_stays_unknown),
		cmocka_unit_test(between_two_rows_a_contour_lies_between_theirs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
