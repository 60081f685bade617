/* impedance.h: curves from files: what the columns are, their order, their ranges, and what thinning leaves of them. */
#include "electrical_world.h"

#include "core/damping.h"
#include "core/impedance.h"

#include <errno.h>

static struct iem_impedance parse_as(const char *text, const char *path, const char *told)
{
	struct iem_impedance impedance = { 0 };
	struct iem_diags diags = { 0 };

	assert_int_equal(iem_impedance_parse(&impedance, text, strlen(text), path, &diags), 0);
	assert_told(&diags, told);
	return impedance;
}

static void expect_points(const struct iem_curve *curve, const char *want)
{
	char got[200] = "";
	size_t n = 0;

	for (size_t i = 0; i < curve->n; i++)
		n += (size_t)snprintf(got + n, sizeof(got) - n, "%s%g|%g", i ? " " : "", curve->at[i].x, curve->at[i].y);
	assert_string_equal(got, want);
}

#define UNREAD \
	"the third column is not read: neither the heading nor a name that ends with .zma says that it is the phase in " \
	"degrees\n"

static void points_ascend_and_the_phase_is_where_it_is_said_to_be(void **state)
{
	static const struct {
		const char *why, *path, *text, *ohm, *phase, *told;
	} rows[] = {
		{ "a table", "x.tsv", "# made up\nfrequency_hz\timpedance_ohm\n20\t12\n1000\t20\n", "20|12 1000|20", "", "" },
		{ "ZMA", "x.zma", "* made up\n 20.0  12.0  -3.5\n 1000  20  10\n", "20|12 1000|20", "20|-3.5 1000|10", "" },
		{ "ZMA in capitals, downwards", "X.ZMA", "1000 20 10\n20 12 -3.5\n", "20|12 1000|20", "20|-3.5 1000|10", "" },
		{ "REW", "x.txt", "* Freq(Hz)  Z(Ohms)  Phase(degrees)\n20 12 -3.5\n30 13 1\n", "20|12 30|13", "20|-3.5 30|1", "" },
		{ "German", "x.csv", "Frequenz;Impedanz;Phase\n20,5;12,5;-3,5\n30;13;1\n", "20.5|12.5 30|13", "20.5|-3.5 30|1", "" },
		{ "no word of a phase", "x.txt", "Hz left right\n20 12 12.5\n30 12 12.5\n", "20|12 30|12", "", "x.txt:2: " UNREAD },
		{ "radians", "x.zma", "Hz ohm phase(rad)\n20 12 1.5\n30 12 1.5\n", "20|12 30|12", "",
		  "x.zma: the third column is not read: its phase is in radians, and wanted are degrees\n" },
		{ "one point", "x.tsv", "20 12\n", "20|12", "",
		  "x.tsv: there is one point alone, at 20 Hz: that is no curve, and nothing is corrected by it\n" },
		{ "no phase either", "x.txt", "20 12 0\n30 12 0\n40 12\n", "20|12 30|12 40|12", "", "" },
		{ "a frequency twice", "x.zma", "20 12 2\n20 14 4\n30 12 1\n", "20|13 30|12", "20|3 30|1", "" },
		{ "twice, downwards", "x.zma", "30 12 1\n20 12 2\n20 14 4\n", "20|13 30|12", "20|3 30|1", "" },
		{ "the limits", "x.zma", "1 0.1 -90\n400000 100000 90\n", "1|0.1 400000|100000", "1|-90 400000|90", "" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct iem_impedance impedance = parse_as(rows[i].text, rows[i].path, rows[i].told);

		expect_points(&impedance.ohm, rows[i].ohm);
		expect_points(&impedance.phase, rows[i].phase);
		iem_impedance_finish(&impedance);
	}
}

static void what_is_no_impedance_is_refused(void **state)
{
	static const struct {
		const char *text, *told;
	} rows[] = {
		{ "20 12 1\n30 0 1\n0.5 12 1\n30 1e6 1\n500000 2 1\n",
		  "x.zma:2: the impedance is 0, outside 0.1 to 100000 ohm\n"
		  "x.zma:3: the frequency is 0.5, outside 1 to 400000 Hz\n"
		  "x.zma:4: the impedance is 1e+06, outside 0.1 to 100000 ohm\n"
		  "x.zma:5: the frequency is 500000, outside 1 to 400000 Hz\n"
		  "x.zma:3: the frequency turns back: 0.5 Hz comes after 30; a file is one curve, upwards or downwards\n" },
		{ "20 12 1\n30 12 91\n40 12 -170\n", "x.zma:2: the phase is 91, outside -90 to 90 degrees\n"
						     "x.zma:3: the phase is -170, outside -90 to 90 degrees\n" },
		{ "20 12 1\n30 12\n", "x.zma:2: the row has no phase, and others have\n" },
		{ "20 12\n20000 12\n\n20 13\n20000 13\n",
		  "x.zma:4: the frequency turns back: 20 Hz comes after 20000; a file is one curve, upwards or downwards\n" },
		{ "* Freq(Hz) SPL(dB) Phase(degrees)\n20 80 1\n",
		  "x.zma: the heading '* Freq(Hz) SPL(dB) Phase(degrees)' speaks of levels; wanted are Hz and ohm\n" },
		{ "Frequency (kHz);Z (Ohm)\n1;16\n5;7\n",
		  "x.zma: the heading 'Frequency (kHz);Z (Ohm)' speaks of kHz or kOhm; wanted are Hz and ohm\n" },
		{ "20 nan\n1000 inf\n20000 34\n", "x.zma:1: 'nan' is no number; wanted are a frequency in Hz and one or two values\n"
						   "x.zma:2: 'inf' is no number; wanted are a frequency in Hz and one or two values\n" },
		{ "nothing\n", "x.zma: there is no row of numbers; wanted are a frequency in Hz and one or two values\n" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct iem_impedance impedance = { 0 };
		struct iem_diags diags = { 0 };

		assert_int_equal(iem_impedance_parse(&impedance, rows[i].text, strlen(rows[i].text), "x.zma", &diags),
				 -EINVAL);
		assert_null(impedance.ohm.at);
		assert_told(&diags, rows[i].told);
	}
}

/* --- thinning --------------------------------------------------------------------------------- */

/* As of an in-ear with several drivers: a resonance in the bass, two crossovers, a coil; 7 to 40 ohm. */
static void resonating(double f, double *ohm, double *phase_deg)
{
	static const struct {
		double hz, q, ohm;
	} parts[] = { { 60, 1.5, 12 }, { 1800, 2, 26 }, { 12000, 4, 14 } };
	double re = 7, im = 2 * M_PI * f * 1e-4;

	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		const double x = parts[i].q * (f / parts[i].hz - parts[i].hz / f);

		re += parts[i].ohm / (1 + x * x);
		im -= parts[i].ohm * x / (1 + x * x);
	}
	*ohm = hypot(re, im);
	*phase_deg = atan2(im, re) * 180 / M_PI;
}

/* @param roughness of each value, as a part of it */
static struct iem_impedance measured(size_t n, double from_hz, double step_hz, double roughness, char **text)
{
	struct iem_impedance full = { 0 };
	uint32_t seed = 1;
	size_t size = 0;
	FILE *file = open_memstream(text, &size);

	full.ohm.at = calloc(n, sizeof(*full.ohm.at));
	full.phase.at = calloc(n, sizeof(*full.phase.at));
	for (size_t i = 0; i < n; i++) {
		const double f = from_hz + step_hz * (double)i;
		double ohm, phase_deg;

		resonating(f, &ohm, &phase_deg);
		ohm *= 1 + roughness * (double)noise(&seed);
		full.ohm.at[full.ohm.n++] = (struct iem_point){ f, ohm };
		full.phase.at[full.phase.n++] = (struct iem_point){ f, phase_deg };
		fprintf(file, "%.17g %.17g %.17g\n", f, ohm, phase_deg);
	}
	fclose(file);
	return full;
}

static struct iem_earphone earphone_with(const struct iem_impedance *impedance)
{
	struct iem_earphone earphone = earphone_of(16, 110, IEM_DB_PER_MW);

	earphone.impedance_curve = impedance->ohm;
	earphone.impedance_phase = impedance->phase;
	return earphone;
}

/* The most by which two corrections differ. */
static double apart_db(const struct iem_impedance *a, const struct iem_impedance *b, double output_ohm)
{
	const struct iem_earphone with_a = earphone_with(a), with_b = earphone_with(b);
	struct iem_curve correction_a, correction_b;
	double most = 0;

	assert_int_equal(iem_damping_curve(&correction_a, &with_a, output_ohm), 0);
	assert_int_equal(iem_damping_curve(&correction_b, &with_b, output_ohm), 0);
	assert_true(correction_a.n > 0 && correction_b.n > 0);
	for (double f = 20; f <= 20000; f *= 1.001)
		most = fmax(most, fabs(iem_curve_at(&correction_a, f) - iem_curve_at(&correction_b, f)));
	free(correction_a.at);
	free(correction_b.at);
	return most;
}

static void a_thinned_curve_corrects_the_same_within_a_hundredth_of_a_decibel(void **state)
{
	static const double outputs_ohm[] = { 1, 10, 120, 1000 };
	CLEANUP(iem_freep) char *text = NULL;
	struct iem_impedance full = measured(54000, 1, 0.366, 0, &text), thinned = parse_as(text, "x.zma", "");

	print_message("%zu points of %zu\n", thinned.ohm.n, full.ohm.n);
	assert_true(thinned.ohm.n <= IEM_CURVE_MAX_POINTS);
	assert_int_equal(thinned.phase.n, thinned.ohm.n);
	assert_near(thinned.ohm.at[0].x, 1, 0);
	assert_near(thinned.ohm.at[thinned.ohm.n - 1].x, full.ohm.at[full.ohm.n - 1].x, 0);
	for (size_t i = 0; i < ARRAY_LEN(outputs_ohm); i++) {
		const double apart = apart_db(&full, &thinned, outputs_ohm[i]);

		print_message("%g ohm: %.4f dB\n", outputs_ohm[i], apart);
		assert_true(apart < 0.01);
	}
	iem_impedance_finish(&full);
	iem_impedance_finish(&thinned);
}

static void a_curve_too_rough_for_that_is_thinned_further_and_that_is_told(void **state)
{
	CLEANUP(iem_freep) char *text = NULL;
	struct iem_impedance full = measured(20000, 10, 1, 0.01, &text);
	struct iem_impedance thinned = parse_as(text, "x.zma", "x.zma: 20000 points are thinned to 547, which moves the curve by "
							       "up to 1.8 %\n");

	assert_true(apart_db(&full, &thinned, 10) < 2 * 20 / M_LN10 * M_SQRT2 * 0.018);
	iem_impedance_finish(&full);
	iem_impedance_finish(&thinned);
}

static void as_many_points_as_a_curve_may_have_stay(void **state)
{
	CLEANUP(iem_freep) char *text = NULL;
	struct iem_impedance full = measured(IEM_CURVE_MAX_POINTS, 10, 10, 0.3, &text), read = parse_as(text, "x.zma", "");

	assert_int_equal(read.ohm.n, IEM_CURVE_MAX_POINTS);
	assert_memory_equal(read.ohm.at, full.ohm.at, full.ohm.n * sizeof(*full.ohm.at));
	assert_memory_equal(read.phase.at, full.phase.at, full.phase.n * sizeof(*full.phase.at));
	iem_impedance_finish(&full);
	iem_impedance_finish(&read);
}

/* --- as published ------------------------------------------------------------------------------ */

#define CURVES SOURCE_ROOT "/../shared/data/impedance-curves/"

static void published_curves_are_read(void **state)
{
	static const struct {
		const char *name;
		size_t n;
		double first_hz, first_ohm;
	} curves[] = {
		{ "ultimate-ears-18-pro.tsv", 3, 1000, 21 },
		{ "sony-mdr-7506.tsv", 3, 70, 98 },
	};
	FILE *file = fopen(CURVES "README.md", "r");

	if (!file) {
		print_message("there is no ../shared/data/impedance-curves beside this checkout\n");
		skip();
	}
	fclose(file);
	for (size_t i = 0; i < ARRAY_LEN(curves); i++) {
		CLEANUP(iem_freep) char *path = NULL;
		struct iem_impedance impedance;
		struct iem_diags diags = { 0 };

		assert_true(asprintf(&path, CURVES "%s", curves[i].name) > 0);
		assert_int_equal(iem_impedance_load(&impedance, path, &diags), 0);
		assert_told(&diags, "");
		assert_int_equal(impedance.ohm.n, curves[i].n);
		assert_near(impedance.ohm.at[0].x, curves[i].first_hz, 0);
		assert_near(impedance.ohm.at[0].y, curves[i].first_ohm, 0);
		assert_int_equal(impedance.phase.n, 0);
		iem_impedance_finish(&impedance);
	}
}

static void it_can_be_described(void **state)
{
	struct iem_impedance impedance = parse_as("20.5 12 1\n40000 13 2\n", "x.zma", "");
	struct iem_impedance one = parse_as("1000 12\n", "x.txt", "x.txt: there is one point alone, at 1000 Hz: that is no "
							 "curve, and nothing is corrected by it\n");
	char text[100];

	assert_string_equal(iem_impedance_describe(&impedance.ohm, &impedance.phase, text, sizeof(text)),
			    "2 points, 20.5 Hz to 40000 Hz, with phase");
	assert_string_equal(iem_impedance_describe(&one.ohm, &one.phase, text, sizeof(text)), "1 point, 1000 Hz to 1000 Hz");
	iem_impedance_finish(&impedance);
	iem_impedance_finish(&one);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(points_ascend_and_the_phase_is_where_it_is_said_to_be),
		cmocka_unit_test(what_is_no_impedance_is_refused),
		cmocka_unit_test(a_thinned_curve_corrects_the_same_within_a_hundredth_of_a_decibel),
		cmocka_unit_test(a_curve_too_rough_for_that_is_thinned_further_and_that_is_told),
		cmocka_unit_test(as_many_points_as_a_curve_may_have_stay),
		cmocka_unit_test(published_curves_are_read),
		cmocka_unit_test(it_can_be_described),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
