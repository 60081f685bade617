/* columns.h: rows of numbers in the many forms that they come in. */
#include "support.h"

#include "core/columns.h"

#include <errno.h>
#include <locale.h>

/* The rows as one text: "20|30|0:1 ..." with their lines; or what was complained about. */
static char *rows_of(const char *text, size_t size)
{
	struct iem_columns columns = { .values = 7 };
	struct iem_diags diags = { 0 };
	const int r = iem_columns_parse(&columns, text, size, "m.txt", &diags);
	char *out = NULL;
	size_t n = 0;
	FILE *file;

	if (r < 0) {
		assert_int_equal(r, -EINVAL);
		assert_int_equal(columns.values, 7);
		assert_true(diags.errors > 0);
		out = diag_lines(&diags);
		iem_diags_finish(&diags);
		return out;
	}
	assert_int_equal(diags.n, 0);
	file = open_memstream(&out, &n);
	for (size_t i = 0; i < columns.n; i++) {
		const struct iem_row *row = &columns.rows[i];

		fprintf(file, "%s%g|%g", i ? " " : "", row->x, row->y[0]);
		if (!isnan(row->y[1]))
			fprintf(file, "|%g", row->y[1]);
		assert_true(isnan(row->y[1]) || columns.values == 2);
		fprintf(file, ":%d", row->line);
	}
	fclose(file);
	iem_columns_finish(&columns);
	return out;
}

struct form {
	const char *why, *text, *want;
};

static void check_forms(const struct form *forms, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char *got = rows_of(forms[i].text, strlen(forms[i].text));

		if (strcmp(got, forms[i].want) != 0)
			fail_msg("%s: got \"%s\", wanted \"%s\"", forms[i].why, got, forms[i].want);
		free(got);
	}
}

static const struct form read_forms[] = {
	{ "tabs", "20\t30\n40.5\t31.25\n", "20|30:1 40.5|31.25:2" },
	{ "three columns", "20\t30\t-10\n40\t31\t5\n", "20|30|-10:1 40|31|5:2" },
	{ "blanks in any number", "  20   30  \n40 31", "20|30:1 40|31:2" },
	{ "blanks around tabs", "20.0 \t 30.0 \n", "20|30:1" },
	{ "commas", "20,30\n40.5,31\n", "20|30:1 40.5|31:2" },
	{ "commas and blanks", "20.0, 30.5\n40, 31\n", "20|30.5:1 40|31:2" },
	{ "commas and tabs", "20.0,\t30.5\n", "20|30.5:1" },
	{ "whole numbers between commas", "20,30\n40,31\n", "20|30:1 40|31:2" },
	{ "as many cells as the heading names", "Freq,Z,Phase\n20,24,10\n1000,16,-3\n", "20|24|10:2 1000|16|-3:3" },
	{ "negative values between commas", "20,-3\n40,5\n", "20|-3:1 40|5:2" },
	{ "semicolons", "20;30\n40.5;31\n", "20|30:1 40.5|31:2" },
	{ "decimal commas between semicolons", "20,00;7,61\n20,20;-7,62\n", "20|7.61:1 20.2|-7.62:2" },
	{ "decimal commas between tabs", "20,00\t7,61\n20\t7\n", "20|7.61:1 20|7:2" },
	{ "decimal commas between blanks", "20,5 7,61 -3,5\n", "20.5|7.61|-3.5:1" },
	{ "quoted cells", "\"Hz\",\"ohm\"\n\"20\",\"30.5\"\n", "20|30.5:2" },
	{ "decimal commas in quoted cells", "\"20,5\",\"30,5\"\n\"40\",\"31\"\n", "20.5|30.5:1 40|31:2" },
	{ "tabs in any number, as hands align columns", "20\t\t30\n", "20|30:1" },
	{ "a third number in some rows only", "20 30 1\n40 31\n", "20|30|1:1 40|31:2" },
	{ "exponents and signs", "+2.0e1 3E+01\n", "20|30:1" },
	{ "a heading", "frequency_hz\timpedance_ohm\n20\t30\n", "20|30:2" },
	{ "a heading that begins with a number", "3 drivers\n1 kHz\n20 30\n", "20|30:3" },
	{ "comments", "# a\n* b\n; c\n// d\n\"e\n20 30\n# f\n\"g\n; 21 30\n// h\n40 31\n", "20|30:6 40|31:11" },
	{ "a comment with semicolons", "20 30\n; by hand; twice\n40 31\n", "20|30:1 40|31:3" },
	{ "three decimals behind commas", "20,000;7,613\n1000,000;0,125\n", "20|7.613:1 1000|0.125:2" },
	{ "the same where it is seen by the others", "20,000\t-0,125\t0\n", "20|-0.125|0:1" },
	{ "a row made a comment", "20 30\n#30 30\n*30 30\n//30 30\n40 31\n", "20|30:1 40|31:5" },
	{ "empty cells in front", ";20,5;30\n;40;31\n", "20.5|30:1 40|31:2" },
	{ "a tab in front", "\t20\t30\n", "20|30:1" },
	{ "cells that a spreadsheet left empty", "Hz;ohm;;\n20;30;;\n40;31; ;\n", "20|30:2 40|31:3" },
	{ "what stands behind the third cell", "20 30 1 99 98\n", "20|30|1:1" },
	{ "text below the rows", "20\t63.8\nsource\tMicrophone\nlatitude\t0\nsaved\t2023/04/26 10:44\n", "20|63.8:1" },
	{ "a byte-order mark and CRLF", "\xef\xbb\xbf" "20,30\r\n40,31\r\n", "20|30:1 40|31:2" },
	{ "a line end too many", "20 30\r\r\n40 31\r\r\n", "20|30:1 40|31:2" },
	{ "CR alone", "Hz ohm\r20 30\r40 31", "20|30:2 40|31:3" },
	{ "Latin-1", "* Lautst\xe4rke 0,250\n20 30\n", "20|30:2" },
};

static void all_forms_are_read(void **state)
{
	check_forms(read_forms, ARRAY_LEN(read_forms));
}

#define WANTED "wanted are a frequency in Hz and one or two values\n"
#define UNCLEAR "whether a comma separates or is decimal is not clear; write decimal points, or separate by semicolons or tabs\n"

static const struct form refused_forms[] = {
	{ "nothing", "", "m.txt: there is no row of numbers; " WANTED },
	{ "an equaliser's preset", "Preamp: -6.4 dB\nFilter 1: ON PK Fc 25 Hz Gain 6.3 dB Q 0.68\n",
	  "m.txt: there is no row of numbers; " WANTED },
	{ "one column", "Hz\n20\n30\n", "m.txt:2: there is one number alone; " WANTED },
	{ "a value that is a word", "\n20 loud\n", "m.txt:2: 'loud' is no number; " WANTED },
	{ "a value that is a word, below a row", "20 30\n21 nan\n22 0x10\n",
	  "m.txt:2: 'nan' is no number; " WANTED "m.txt:3: '0x10' is no number; " WANTED },
	{ "a number that is cut off", "20;30\n40\n50;31\n", "m.txt:2: there is one number alone; " WANTED },
	{ "an infinite number", "20 1e999\n", "m.txt:1: '1e999' is no number; " WANTED },
	{ "an empty cell between two", "20;30;1\n40;;1\n", "m.txt:2: '' is no number; " WANTED },
	{ "text between rows", "20 30\nagain\n40 31\n50 32\n",
	  "m.txt:2: text between rows of numbers; only comments may stand there\n" },
	{ "decimal commas between commas", "20,00,7,61\n", "m.txt:1: " UNCLEAR },
	{ "three whole numbers between commas", "\n20,30,0\n", "m.txt:2: " UNCLEAR },
	{ "fewer cells than the heading names", "Freq,Z\n20,00,7,61\n", "m.txt:2: " UNCLEAR },
	{ "commas of both kinds", "20,5, 7,6\n", "m.txt:1: " UNCLEAR },
	{ "commas within and between quotation marks", "\"20,5\",7,6\n", "m.txt:1: " UNCLEAR },
	{ "points and decimal commas", "20.5;30\n21,5;31\n",
	  "m.txt:2: a number with a decimal comma, and line 1 has one with a decimal point; write all alike, without marks "
	  "for thousands\n" },
	{ "marks for thousands", "900.0 30\n1,000.0 31\n",
	  "m.txt:2: a number with a decimal comma, and line 1 has one with a decimal point; write all alike, without marks "
	  "for thousands\n" },
	{ "what may be thousands", "900\t30\n1,000\t31\n",
	  "m.txt:2: whether a comma is decimal or marks thousands is not clear; write decimal points, and no marks for "
	  "thousands\n" },
	{ "two decimal commas", "1,000,5;3,25\n", "m.txt: there is no row of numbers; " WANTED },
};

static void what_is_no_table_or_is_unclear_is_refused(void **state)
{
	check_forms(refused_forms, ARRAY_LEN(refused_forms));
}

static void bytes_that_are_no_text_are_refused_and_utf16_is_read(void **state)
{
	static const struct {
		const char *text, *want;
		size_t size;
	} rows[] = {
		{ "20 30\n\0", "m.txt:2: a NUL byte; this is not a text file\n", 7 },
		{ "2\0000\0 \0003\0000\0", "m.txt:1: a NUL byte; this is not a text file\n", 10 },
		{ "\xff\xfe\x34\x26\n\0002\0000\0\t\0003\0000\0", "20|30:2", 16 },
		{ "\xfe\xff\0002\0000\0\t\0003\0000", "20|30:1", 12 },
		{ "\xff\xfe", "m.txt: there is no row of numbers; " WANTED, 2 },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char *got = rows_of(rows[i].text, rows[i].size);

		assert_string_equal(got, rows[i].want);
		free(got);
	}
}

static void the_last_heading_that_speaks_of_a_frequency_is_kept(void **state)
{
	static const char text[] = "* Frequency Step: 1 Hz\n* Freq(Hz) Z(Ohms) Phase(degrees)\n# by hand\n20 30 1\n# Hz\n";
	struct iem_columns columns;

	assert_int_equal(iem_columns_parse(&columns, text, strlen(text), "m", NULL), 0);
	assert_string_equal(columns.heading, "* Freq(Hz) Z(Ohms) Phase(degrees)");
	iem_columns_finish(&columns);
}

static void size_and_rows_are_bounded(void **state)
{
	const size_t size = IEM_COLUMNS_MAX_BYTES + 1;
	char *text = malloc(size), *got;

	for (size_t i = 0; i < size; i++)
		text[i] = "2 3\n"[i % 4];
	got = rows_of(text, size);
	assert_string_equal(got, "m.txt: the file is larger than 4 MiB\n");
	free(got);
	got = rows_of(text, 4 * (IEM_COLUMNS_MAX_ROWS + 5));
	assert_string_equal(got, "m.txt:131073: there are more rows than 131072\n");
	free(got);
	got = rows_of(text, 4 * IEM_COLUMNS_MAX_ROWS);
	assert_memory_equal(got, "2|3:1 2|3:2 ", 12);
	free(got);
	free(text);
}

/* Where the system knows such a locale at all. */
static void the_locale_has_no_say(void **state)
{
	if (!setlocale(LC_ALL, "de_DE.UTF-8") && !setlocale(LC_ALL, "fr_FR.UTF-8"))
		skip();
	check_forms(read_forms, ARRAY_LEN(read_forms));
	setlocale(LC_ALL, "C");
}

static void files_that_cannot_be_read_are_told(void **state)
{
	struct iem_diags diags = { 0 };
	struct iem_columns columns;

	assert_int_equal(iem_columns_load(&columns, "/dev/zero", &diags), -EINVAL);
	assert_int_equal(iem_columns_load(&columns, "/nowhere/x.tsv", &diags), -EINVAL);
	assert_told(&diags, "/dev/zero: there is no such file, or it is no plain one\n"
			    "/nowhere/x.tsv: there is no such file, or it is no plain one\n");
}

/* --- as found in the wild --------------------------------------------------------------------- */

#define SPECIMENS SOURCE_ROOT "/../shared/data/formats/"

static const struct {
	const char *name;
	unsigned values;
	size_t n;
	double first, last; /* Hz */
} specimens[] = {
	{ "audiotools_lf.txt", 1, 480, 19.5, 20000 },
	{ "bare_tab_three_columns_blank_first.txt", 2, 480, 20.3, 20000 },
	{ "bare_tab_two_columns_crlf.txt", 1, 480, 19.5, 20000 },
	{ "bare_two_spaces_blank_first.txt", 1, 695, 20, 19955.54 },
	{ "cringraph_tab_lf.txt", 1, 480, 19.5, 20000 },
	{ "csv_bare_no_final_newline.txt", 1, 480, 20, 20186.38 },
	{ "csv_comma_space_bare.txt", 1, 481, 20, 20000 },
	{ "csv_header_crlf.txt", 1, 695, 20, 19955.54 },
	{ "rew_comma_space.txt", 1, 529, 10, 20000 },
	{ "rew_no_final_newline.txt", 2, 93, 20, 20000 },
	{ "rew_space_latin1_crlf.txt", 2, 481, 20, 20000 },
	{ "rew_space_latin1_lf.txt", 2, 481, 20, 20000 },
	{ "rew_tab_crlf.txt", 2, 480, 20.299999, 20000 },
	{ "rew_tab_latin1_crlf.txt", 2, 480, 20, 19750 },
	{ "rew_tab_lf.txt", 2, 480, 20, 19750 },
	{ "rew_then_audiotools_header.txt", 1, 480, 19.5, 20000 },
	{ "rew_two_columns_crlf.txt", 1, 479, 20.299999, 19750 },
	{ "usytrace_tab.txt", 1, 480, 20, 20186.38 },
	{ "made/csv_bom_crlf.csv", 1, 695, 20, 19955.54 },
	{ "made/old_mac_cr.txt", 1, 695, 20, 19955.54 },
	{ "made/semicolon_decimal_comma.csv", 1, 695, 20, 19955.54 },
	{ "made/tab_decimal_comma.txt", 1, 695, 20, 19955.54 },
	{ "made/utf16le_bom.txt", 1, 695, 20, 19955.54 },
};

static struct iem_columns load_specimen(const char *name)
{
	CLEANUP(iem_freep) char *path = NULL;
	struct iem_columns columns;
	struct iem_diags diags = { 0 };

	assert_true(asprintf(&path, SPECIMENS "%s", name) > 0);
	iem_columns_load(&columns, path, &diags);
	assert_told(&diags, "");
	return columns;
}

static void need_specimens(void)
{
	FILE *file = fopen(SPECIMENS "README.md", "r");

	if (!file) {
		print_message("there is no ../shared/data/formats beside this checkout\n");
		skip();
	}
	fclose(file);
}

static void specimens_are_read(void **state)
{
	need_specimens();
	for (size_t i = 0; i < ARRAY_LEN(specimens); i++) {
		struct iem_columns columns = load_specimen(specimens[i].name);

		assert_int_equal(columns.values, specimens[i].values);
		assert_int_equal(columns.n, specimens[i].n);
		assert_near(columns.rows[0].x, specimens[i].first, 1e-5);
		assert_near(columns.rows[columns.n - 1].x, specimens[i].last, 0.01);
		iem_columns_finish(&columns);
	}
}

static void one_curve_reads_the_same_in_every_form(void **state)
{
	static const char *const made[] = { "made/csv_bom_crlf.csv", "made/semicolon_decimal_comma.csv",
					    "made/tab_decimal_comma.txt", "made/utf16le_bom.txt", "made/old_mac_cr.txt" };
	struct iem_columns original;

	need_specimens();
	original = load_specimen("csv_header_crlf.txt");
	for (size_t m = 0; m < ARRAY_LEN(made); m++) {
		struct iem_columns columns = load_specimen(made[m]);

		assert_int_equal(columns.n, original.n);
		for (size_t i = 0; i < columns.n; i++) {
			assert_near(columns.rows[i].x, original.rows[i].x, 0);
			assert_near(columns.rows[i].y[0], original.rows[i].y[0], 0);
		}
		iem_columns_finish(&columns);
	}
	iem_columns_finish(&original);
}

static void a_preset_among_them_is_refused(void **state)
{
	struct iem_columns columns;

	need_specimens();
	assert_int_equal(iem_columns_load(&columns, SPECIMENS "not_a_measurement.txt", NULL), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_forms_are_read),
		cmocka_unit_test(what_is_no_table_or_is_unclear_is_refused),
		cmocka_unit_test(bytes_that_are_no_text_are_refused_and_utf16_is_read),
		cmocka_unit_test(the_last_heading_that_speaks_of_a_frequency_is_kept),
		cmocka_unit_test(size_and_rows_are_bounded),
		cmocka_unit_test(the_locale_has_no_say),
		cmocka_unit_test(files_that_cannot_be_read_are_told),
		cmocka_unit_test(specimens_are_read),
		cmocka_unit_test(one_curve_reads_the_same_in_every_form),
		cmocka_unit_test(a_preset_among_them_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
