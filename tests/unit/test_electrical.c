/* electrical.h: an earphone on an output stage, against the vectors and where figures are missing. */
#include "electrical_world.h"

#include <complex.h>

#define TOLERANCE 1e-6 /* the vectors have ten digits */

static struct iem_drive drive_of_row(const struct table *t, size_t row, struct iem_source *source)
{
	const struct iem_earphone earphone =
		earphone_of(table_number(t, row, "z_ohm"), table_number(t, row, "sens_db_mw"), IEM_DB_PER_MW);
	/* Not a column of the vectors, which give the hiss alone. */
	static const struct {
		const char *name;
		double noise_uv;
	} noises[] = {
		{ "dongle_1V_1ohm", 1.6 },  { "dongle_2V_0R5", 1.2 }, { "laptop_1V2_10ohm", 12 },
		{ "desktop_7V5_0R1", 4.5 }, { "otl_20V_120ohm", 60 },
	};

	*source = source_of(table_number(t, row, "v_oc_max"), table_number(t, row, "z_out"),
			    1e3 * table_number(t, row, "i_max_a"), NAN);
	for (size_t i = 0; i < ARRAY_LEN(noises); i++)
		if (strcmp(noises[i].name, table_text(t, row, "source")) == 0)
			source->noise_uv = noises[i].noise_uv;
	return iem_drive_of(&earphone, source);
}

static void the_model_agrees_with_the_vectors(void **state)
{
	struct table t;

	table_load(&t, "electrical.tsv");
	assert_int_equal(t.n_rows, 130);
	for (size_t i = 0; i < t.n_rows; i++) {
		struct iem_source source;
		const struct iem_drive drive = drive_of_row(&t, i, &source);
		const double target = table_number(&t, i, "target_spl");
		const struct iem_need need = iem_need_for(&drive, &source, target);
		const double divider_db = table_number(&t, i, "divider_db");

		assert_near(drive.sensitivity.db_per_v, table_number(&t, i, "sens_db_v"), TOLERANCE);
		assert_near(iem_db_per_mw(table_number(&t, i, "sens_db_v"), drive.impedance_ohm),
			    table_number(&t, i, "sens_db_mw"), TOLERANCE);
		assert_near(need.voltage_v, table_number(&t, i, "v_rms"), TOLERANCE);
		assert_near(need.current_ma, table_number(&t, i, "i_ma"), TOLERANCE);
		assert_near(need.power_mw, table_number(&t, i, "p_mw"), TOLERANCE);
		assert_near(need.source_voltage_v, table_number(&t, i, "v_oc_needed"), TOLERANCE);
		assert_near(20 * log10(iem_divider((struct iem_load){ drive.impedance_ohm }, source.output_impedance_ohm)),
			    divider_db, TOLERANCE);
		assert_near(drive.full_scale_spl_db,
			    table_number(&t, i, "sens_db_v") + 20 * log10(source.max_voltage_v) + divider_db,
			    TOLERANCE);
		assert_near(drive.swing.voltage_v, table_number(&t, i, "v_max_load"), TOLERANCE);
		assert_string_equal(iem_limit_names[drive.swing.limit], table_text(&t, i, "limit"));
		assert_near(drive.max_spl_db, table_number(&t, i, "spl_max"), TOLERANCE);
		assert_near(drive.max_spl_db - target, table_number(&t, i, "headroom_db"), TOLERANCE);
		assert_int_equal(need.feasible, table_number(&t, i, "headroom_db") >= 0);
		assert_near(drive.hiss_spl_dba, table_number(&t, i, "hiss_spl"), TOLERANCE);
	}
	table_finish(&t);
}

/* --- the response through an output impedance ------------------------------------------------- */

/* The rows of impedance_response.tsv from FIRST on that are one curve at one output impedance, as a curve. */
static size_t load_curve(const struct table *t, size_t first, struct iem_point points[16], struct iem_point phases[16])
{
	size_t n = 0;

	for (size_t i = first;
	     i < t->n_rows && strcmp(table_text(t, i, "curve"), table_text(t, first, "curve")) == 0 &&
	     table_number(t, i, "z_out") == table_number(t, first, "z_out");
	     i++, n++) {
		points[n] = (struct iem_point){ table_number(t, i, "f_hz"), table_number(t, i, "z_mag") };
		phases[n] = (struct iem_point){ table_number(t, i, "f_hz"), table_number(t, i, "z_deg") };
	}
	return n;
}

static double complex_divider_db(const struct table *t, size_t row)
{
	const double complex z =
		table_number(t, row, "z_mag") * cexp(I * M_PI / 180 * table_number(t, row, "z_deg"));

	return 20 * log10(cabs(z / (z + table_number(t, row, "z_out"))));
}

static double complex_change_db(const struct table *t, size_t first, size_t row)
{
	while (table_number(t, first, "f_hz") != 1000)
		first++;
	return complex_divider_db(t, row) - complex_divider_db(t, first);
}

/* @return by how much a row's change is wrong where magnitudes are all that is known */
static double check_change(const struct table *t, size_t first, size_t row,
			   const struct iem_earphone *earphone)
{
	const double z_out = table_number(t, row, "z_out"),
		     told = iem_response_change_db(earphone, z_out, table_number(t, row, "f_hz"));
	const double phased = complex_change_db(t, first, row);

	assert_near(told, table_number(t, row, "delta_m_db"), TOLERANCE);
	assert_near(phased, table_number(t, row, "delta_c_db"), TOLERANCE);
	assert_near(-phased, table_number(t, row, "compensation_db"), TOLERANCE);
	return fabs(told - phased);
}

static void the_change_of_response_agrees_with_the_vectors(void **state)
{
	/* As the header has it; with more output impedance than 10 ohm, phase counts for up to 0.8 dB. */
	static const double allowed[][2] = { { 1, 0.08 }, { 10, 0.27 }, { 120, 0.8 } };
	struct table t;
	struct iem_point points[16], phases[16];

	table_load(&t, "impedance_response.tsv");
	assert_int_equal(t.n_rows, 150);
	for (size_t first = 0, n; first < t.n_rows; first += n) {
		struct iem_earphone earphone = earphone_of(NAN, NAN, IEM_DB_PER_V);
		const double z_out = table_number(&t, first, "z_out");
		struct iem_point largest;
		size_t a = 0;
		double most = 0;

		n = load_curve(&t, first, points, phases);
		earphone.impedance_curve = (struct iem_curve){ points, n };
		while (allowed[a][0] < z_out)
			a++;
		for (size_t i = first; i < first + n; i++) {
			const double wrong = check_change(&t, first, i, &earphone);

			if (wrong > allowed[a][1])
				fail_msg("row %zu is %g dB wrong for its phase", i, wrong);
			most = fmax(most, fabs(table_number(&t, i, "delta_m_db")));
		}
		largest = iem_largest_change(&earphone, z_out);
		assert_near(fabs(largest.y), most, TOLERANCE);
		assert_near(iem_response_change_db(&earphone, z_out, largest.x), largest.y, 0);
	}
	table_finish(&t);
}

static void with_phase_it_agrees_with_the_complex_divider(void **state)
{
	struct table t;
	struct iem_point points[16], phases[16];

	table_load(&t, "impedance_response.tsv");
	for (size_t first = 0, n; first < t.n_rows; first += n) {
		struct iem_earphone earphone = earphone_of(NAN, 100, IEM_DB_PER_V);
		const double z_out = table_number(&t, first, "z_out");
		const struct iem_source source = source_of(1, z_out, NAN, NAN);
		struct iem_drive drive;
		double most = 0;

		n = load_curve(&t, first, points, phases);
		earphone.impedance_curve = (struct iem_curve){ points, n };
		earphone.impedance_phase = (struct iem_curve){ phases, n };
		drive = iem_drive_of(&earphone, &source);
		for (size_t i = first; i < first + n; i++) {
			const double hz = table_number(&t, i, "f_hz"), want_db = table_number(&t, i, "delta_c_db");

			assert_near(iem_response_change_db(&earphone, z_out, hz), want_db, TOLERANCE);
			most = fmax(most, fabs(want_db));
			if (hz == 1000) {
				assert_near(drive.full_scale_spl_db, 100 + complex_divider_db(&t, i), TOLERANCE);
				assert_near(iem_need_for(&drive, &source, drive.full_scale_spl_db).source_voltage_v, 1,
					    TOLERANCE);
			}
		}
		assert_true(fabs(drive.change.y) >= most - TOLERANCE);
		assert_near(iem_response_change_db(&earphone, z_out, drive.change.x), drive.change.y, 0);
	}
	table_finish(&t);
}

/* Opposite phases at both ends, and the same magnitude: what changes most lies between. */
static void with_phase_the_largest_change_may_lie_between_two_points(void **state)
{
	struct iem_point points[] = { { 1000, 10 }, { 20000, 10 } }, phases[] = { { 1000, 60 }, { 20000, -60 } };
	struct iem_earphone earphone = earphone_of(10, 100, IEM_DB_PER_V);
	struct iem_point largest;

	earphone.impedance_curve = (struct iem_curve){ points, 2 };
	earphone.impedance_phase = (struct iem_curve){ phases, 2 };
	largest = iem_largest_change(&earphone, 10);
	assert_near(largest.x, sqrt(1000 * 20000.0), 100);
	assert_near(largest.y, 20 * log10(cos(M_PI / 6)), 0.001);
}

static void only_20_hz_to_20_khz_counts(void **state)
{
	struct iem_point points[] = { { 2, 400 }, { 20, 32 }, { 1000, 16 }, { 20000, 16 }, { 40000, 1 } };
	struct iem_earphone earphone = earphone_of(16, 100, IEM_DB_PER_MW);
	const struct iem_source source = source_of(1, 16, NAN, NAN);

	earphone.impedance_curve = (struct iem_curve){ points, ARRAY_LEN(points) };
	assert_near(iem_largest_change(&earphone, 16).x, 20, 0);
	assert_near(iem_largest_change(&earphone, 16).y, 20 * log10(2.0 / 3 * 2), 1e-12);
	assert_near(iem_drive_of(&earphone, &source).swing.voltage_v, 0.5, 1e-12);
}

static void over_a_band_the_smallest_impedance_limits(void **state)
{
	struct iem_point points[] = { { 20, 30 }, { 1000, 32 }, { 4000, 8 }, { 20000, 40 } };
	struct iem_earphone earphone = earphone_of(32, 100, IEM_DB_PER_MW);
	const struct iem_source source = source_of(2, 0, 60, NAN);
	struct iem_drive drive;

	earphone.impedance_curve = (struct iem_curve){ points, ARRAY_LEN(points) };
	drive = iem_drive_of(&earphone, &source);
	assert_near(drive.swing.voltage_v, 0.06 * 8, 1e-12);
	assert_int_equal(drive.swing.limit, IEM_LIMIT_CURRENT);
	assert_near(drive.full_scale_spl_db, drive.sensitivity.db_per_v + 20 * log10(2), 1e-12);
	earphone.max_power_mw = 1;
	drive = iem_drive_of(&earphone, &source);
	assert_near(drive.swing.voltage_v, sqrt(0.001 * 8), 1e-12);
	assert_int_equal(drive.swing.limit, IEM_LIMIT_EARPHONE_POWER);
	assert_near(iem_earphone_ohm_at(&earphone, 2000), 20, 1e-12);
	assert_near(iem_earphone_ohm_at(&earphone, 10), 30, 0);
}

/* --- what is missing -------------------------------------------------------------------------- */

static void without_a_source_the_earphone_s_own_figures_are_known(void **state)
{
	const struct iem_earphone earphone = earphone_of(32, 100, IEM_DB_PER_MW);
	const struct iem_drive drive = iem_drive_of(&earphone, NULL);
	const struct iem_need need = iem_need_for(&drive, NULL, 100);

	assert_near(drive.sensitivity.db_per_v, 100 + 10 * log10(1000 / 32.0), 1e-12);
	assert_true(isnan(drive.full_scale_spl_db) && isnan(drive.max_spl_db) && isnan(drive.hiss_spl_dba));
	assert_true(isnan(drive.change.y) && isnan(need.source_voltage_v));
	assert_int_equal(drive.swing.limit, -1);
	assert_int_equal(need.feasible, -1);
	assert_near(need.power_mw, 1, 1e-12);
}

static void an_impedance_may_be_known_from_the_curve_alone(void **state)
{
	struct iem_point points[] = { { 100, 30 }, { 10000, 50 } };
	struct iem_earphone earphone = earphone_of(NAN, 100, IEM_DB_PER_MW);

	earphone.impedance_curve = (struct iem_curve){ points, 2 };
	assert_near(iem_earphone_ohm(&earphone), 40, 1e-12);
	assert_near(iem_earphone_sensitivity(&earphone).db_per_v, 100 + 10 * log10(25), 1e-12);
}

static void what_is_not_known_makes_nothing_known(void **state)
{
	static const struct {
		const char *why;
		double ohm, sensitivity_db, voltage_v, output_ohm, noise_uv;
		bool full_scale, most, hiss;
	} rows[] = {
		{ "all is there", 32, 110, 1, 1, 1, true, true, true },
		{ "no sensitivity", 32, NAN, 1, 1, 1, false, false, false },
		{ "no impedance", NAN, 110, 1, 1, 1, false, false, false },
		{ "no voltage", 32, 110, NAN, 1, 1, false, false, true },
		{ "no output impedance", 32, 110, 1, NAN, 1, false, false, false },
		{ "no noise", 32, 110, 1, 1, NAN, true, true, false },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct iem_earphone earphone =
			earphone_of(rows[i].ohm, rows[i].sensitivity_db, IEM_DB_PER_V);
		const struct iem_source source =
			source_of(rows[i].voltage_v, rows[i].output_ohm, NAN, rows[i].noise_uv);
		const struct iem_drive drive = iem_drive_of(&earphone, &source);

		if (isnan(drive.full_scale_spl_db) == rows[i].full_scale ||
		    isnan(drive.max_spl_db) == rows[i].most || isnan(drive.hiss_spl_dba) == rows[i].hiss)
			fail_msg("%s", rows[i].why);
		assert_true(isnan(drive.change.y)); /* there is no curve */
	}
}

static void without_the_output_impedance_there_is_still_a_bound(void **state)
{
	const struct iem_earphone earphone = earphone_of(32, 120, IEM_DB_PER_V);
	const struct iem_source source = source_of(2, NAN, NAN, NAN);
	const struct iem_drive drive = iem_drive_of(&earphone, &source);
	const double bound_db = 120 + 20 * log10(2);

	assert_near(drive.full_scale_bound_db, bound_db, 1e-12);
	assert_int_equal(iem_need_for(&drive, &source, bound_db).feasible, -1);
	assert_int_equal(iem_need_for(&drive, &source, bound_db + 0.1).feasible, 0);
	assert_int_equal(iem_need_for(&drive, &source, NAN).feasible, -1);
}

static void without_a_curve_only_an_output_of_0_ohm_surely_changes_nothing(void **state)
{
	struct iem_point one = { 1000, 32 };
	struct iem_earphone earphone = earphone_of(32, 110, IEM_DB_PER_V);

	assert_true(isnan(iem_response_change_db(&earphone, 1, 100)));
	assert_near(iem_largest_change(&earphone, 0).y, 0, 0);
	earphone.impedance_curve = (struct iem_curve){ &one, 1 };
	assert_true(isnan(iem_largest_change(&earphone, 1).y));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_model_agrees_with_the_vectors),
		cmocka_unit_test(the_change_of_response_agrees_with_the_vectors),
		cmocka_unit_test(with_phase_it_agrees_with_the_complex_divider),
		cmocka_unit_test(with_phase_the_largest_change_may_lie_between_two_points),
		cmocka_unit_test(only_20_hz_to_20_khz_counts),
		cmocka_unit_test(over_a_band_the_smallest_impedance_limits),
		cmocka_unit_test(without_a_source_the_earphone_s_own_figures_are_known),
		cmocka_unit_test(an_impedance_may_be_known_from_the_curve_alone),
		cmocka_unit_test(what_is_not_known_makes_nothing_known),
		cmocka_unit_test(without_the_output_impedance_there_is_still_a_bound),
		cmocka_unit_test(without_a_curve_only_an_output_of_0_ohm_surely_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
