/* aweight.h: the curve of the standard, and the sections that weigh by it. */
#include "support.h"

#include "core/aweight.h"

static double sections_db(const struct iem_biquad sections[IEM_AWEIGHT_SECTIONS], double freq_hz, double rate_hz)
{
	double db = 0;

	for (int i = 0; i < IEM_AWEIGHT_SECTIONS; i++)
		db += iem_biquad_db(&sections[i], freq_hz, rate_hz);
	return db;
}

static void the_curve_is_the_standards(void **state)
{
	struct table analog;

	table_load(&analog, "aweight_analog.tsv");
	assert_int_equal(analog.n_rows, 34);
	for (size_t row = 0; row < analog.n_rows; row++) {
		const double db = iem_aweight_db(table_number(&analog, row, "f_exact"));

		assert_near(db, table_number(&analog, row, "a_db"), 1e-3);
		assert_near(db, table_number(&analog, row, "a_table"), 0.0501);
	}
	assert_true(iem_aweight_db(1000) == 0);
	table_finish(&analog);
}

/* The rows of aweight_sos.tsv for a rate. */
static void read_sections(struct iem_biquad sections[IEM_AWEIGHT_SECTIONS], const struct table *sos, double rate_hz)
{
	unsigned found = 0;

	for (size_t row = 0; row < sos->n_rows; row++)
		if (table_number(sos, row, "fs") == rate_hz)
			sections[found++ % IEM_AWEIGHT_SECTIONS] = (struct iem_biquad){
				table_number(sos, row, "b0"), table_number(sos, row, "b1"), table_number(sos, row, "b2"),
				table_number(sos, row, "a1"), table_number(sos, row, "a2"),
			};
	assert_int_equal(found, IEM_AWEIGHT_SECTIONS);
}

/* Ours are not the same sections: fitted differently, and no further from the curve. */
static void sections_are_as_near_as_those_of_another_design(void **state)
{
	struct iem_biquad own[IEM_AWEIGHT_SECTIONS], other[IEM_AWEIGHT_SECTIONS];
	struct table sos, digital;

	table_load(&sos, "aweight_sos.tsv");
	table_load(&digital, "aweight_digital.tsv");
	assert_int_equal(digital.n_rows, 192);
	for (size_t row = 0; row < digital.n_rows; row++) {
		const double rate_hz = table_number(&digital, row, "fs"), f_hz = table_number(&digital, row, "f_hz");
		const double want_db = table_number(&digital, row, "db");

		iem_aweight_design(own, rate_hz);
		read_sections(other, &sos, rate_hz);
		assert_near(sections_db(other, f_hz, rate_hz), want_db, 1e-3);
		assert_near(sections_db(own, f_hz, rate_hz), want_db, rate_hz < 88200 ? 0.07 : 0.005);
	}
	table_finish(&digital);
	table_finish(&sos);
}

static void sections_weigh_at_every_rate(void **state)
{
	static const struct {
		double rate_hz, tolerance_db;
	} rows[] = {
		{ 8000, 0.12 },	  { 11025, 0.12 },   { 16000, 0.12 },	{ 22050, 0.12 },  { 24388, 0.12 },
		{ 24389, 0.12 },  { 32000, 0.12 },   { 44100, 0.05 },	{ 48000, 0.05 },  { 64000, 0.005 },
		{ 88200, 0.005 }, { 96000, 0.005 },  { 176400, 0.001 }, { 192000, 0.001 }, { 352800, 0.001 },
		{ 384000, 0.001 }, { 705600, 0.001 }, { 768000, 0.001 },
	};
	struct iem_biquad sections[IEM_AWEIGHT_SECTIONS];

	for (size_t r = 0; r < ARRAY_LEN(rows); r++) {
		const double rate_hz = rows[r].rate_hz;

		iem_aweight_design(sections, rate_hz);
		for (double f = 20; f <= fmin(20000, 0.49 * rate_hz); f *= 1.01)
			assert_near(sections_db(sections, f, rate_hz), iem_aweight_db(f), rows[r].tolerance_db);
		assert_near(sections_db(sections, 1000, rate_hz), 0, 1e-9);
	}
}

/* What fits up to 20 kHz must not have gone astray above. */
static void sections_are_stable_and_quiet_above_what_is_heard(void **state)
{
	struct iem_biquad sections[IEM_AWEIGHT_SECTIONS];

	for (double rate_hz = 8000; rate_hz <= 768000; rate_hz *= 1.02) {
		iem_aweight_design(sections, rate_hz);
		for (int i = 0; i < IEM_AWEIGHT_SECTIONS; i++) {
			assert_true(fabs(sections[i].a2) < 1);
			assert_true(fabs(sections[i].a1) < 1 + sections[i].a2);
		}
		for (double f = 20000; f < rate_hz / 2; f *= 1.05)
			assert_true(sections_db(sections, f, rate_hz) < -5);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_curve_is_the_standards),
		cmocka_unit_test(sections_are_as_near_as_those_of_another_design),
		cmocka_unit_test(sections_weigh_at_every_rate),
		cmocka_unit_test(sections_are_stable_and_quiet_above_what_is_heard),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
