/* conf_text.h: what is caught before libconfig sees it. */
#include "support.h"

#include "core/conf_text.h"

#include <errno.h>

static void told(const char *text, size_t size, const char *want)
{
	struct iem_diags diags = { 0 };
	const int r = conf_check_text(text, size, "t.conf", &diags);

	assert_told(&diags, want);
	assert_int_equal(r, *want ? -EINVAL : 0);
}

static void refuses_what_libconfig_would_follow_or_cut(void **state)
{
	static const struct {
		const char *why, *text, *want;
	} rows[] = {
		{ "an include reads other files", "a = 1;\n@include \"/etc/passwd\"\n",
		  "t.conf:2: '@include' is not allowed; write everything into this file\n" },
		{ "wherever it stands", "\n\n  /* x */ @include \"y\"",
		  "t.conf:3: '@include' is not allowed; write everything into this file\n" },
		{ "a string may hold it", "a = \"@include\";", "" },
		{ "also behind an escaped quote", "a = \"\\\" @include \\\\\";", "" },
		{ "but not behind the end of a string", "a = \"\\\\\" @include \"b\";",
		  "t.conf:1: '@include' is not allowed; write everything into this file\n" },
		{ "a comment may hold it", "# @include\n// @include\n/* @include\n*/", "" },
		{ "a quote in a comment opens nothing", "# \"\n@include \"x\"",
		  "t.conf:2: '@include' is not allowed; write everything into this file\n" },
		{ "a comment's end counts once", "/*/ @include */ a = 1;", "" },
		{ "a string that does not end is told where it begins", "a = 1;\nb = \"x;\n\nc = 2;\n",
		  "t.conf:2: a text without its closing quote\n" },
		{ "nor does an escaped quote end it", "a = \"\\\"",
		  "t.conf:1: a text without its closing quote\n" },
		{ "a text in quotes where none may stand is lost to libconfig", "a = 1;\nb = 8\"x\";",
		  "t.conf:2: a text in quotes where none may stand\n" },
		{ "for instance as a name", "\"a\" = 1;", "t.conf:1: a text in quotes where none may stand\n" },
		{ "between settings", "a = 1, \"x\";", "t.conf:1: a text in quotes where none may stand\n" },
		{ "in a group", "a = ( { \"x\" } );", "t.conf:1: a text in quotes where none may stand\n" },
		{ "without a comma", "a = ( 1 \"x\" );", "t.conf:1: a text in quotes where none may stand\n" },
		{ "after a bracket too many", "a = 1; ) \"x\"", "t.conf:1: a text in quotes where none may stand\n" },
		{ "elsewhere it is good",
		  "a = \"x\" \"y\"; b : \"\"; c = ( \"x\", ( 1 ), \"y\" \"z\" ); d = [ \"x\", \"y\" ]; e = { f = \"x\" };", "" },
		{ "2^32 + 1000 would read as 1000", "f = 4294968296;",
		  "t.conf:1: the whole number 4294968296 is too large\n" },
		{ "negative too", "f = -4294968296;",
		  "t.conf:1: the whole number -4294968296 is too large\n" },
		{ "a leading zero does not make it octal", "f = 04294968296;",
		  "t.conf:1: the whole number 04294968296 is too large\n" },
		{ "nor one with digits that octal has", "f = 020000000000;",
		  "t.conf:1: the whole number 020000000000 is too large\n" },
		{ "a small one with zeros is good",
		  "f = 000000000000000000000000000000000000000000000000010;", "" },
		{ "many digits are too many", "f = 10000000000000000000000000000000000000000000000000;",
		  "t.conf:1: the whole number 1000000000000000000000000000000000000000 is too large\n" },
		{ "hexadecimal counts too", "f = 0x1000003E8;",
		  "t.conf:1: the whole number 0x1000003E8 is too large\n" },
		{ "however long", "f = 0x0000000000000000000000000000000001000003e8;",
		  "t.conf:1: the whole number 0x00000000000000000000000000000000010000 is too large\n" },
		{ "hexadecimal of 32 bits is good", "f = 0x7fffffff;", "" },
		{ "the largest that fits", "f = 2147483647; g = -2147483648;", "" },
		{ "with a point it is no whole number", "f = 4294968296.0; g = 1e999;", "" },
		{ "however long it is", "f = 0.00000000000000000000000000000000000000000000000000001;", "" },
		{ "L makes room for 64 bits", "f = 4294968296L;", "" },
		{ "a comma too many", "a = ( 1, 2, );\nb = [ 1,\n];",
		  "t.conf:1: a comma after the last element; leave it out\n"
		  "t.conf:3: a comma after the last element; leave it out\n" },
		{ "also behind a comment", "a = ( 1, // last\n );",
		  "t.conf:2: a comma after the last element; leave it out\n" },
		{ "between settings of a group it separates", "a = { b = 1, c = 2; };", "" },
		{ "sixteen levels are enough", "a=((((((((((((((((1))))))))))))))));", "" },
		{ "seventeen are not", "a=(((((((((((((((((1)))))))))))))))));",
		  "t.conf:1: more than 16 levels of nesting\n" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		told(rows[i].text, strlen(rows[i].text), rows[i].want);
}

static void a_nul_byte_is_told_with_its_line(void **state)
{
	told("a = 1;\nb\0 = 2;", 14, "t.conf:2: a NUL byte; this is not a text file\n");
	told("\0", 1, "t.conf:1: a NUL byte; this is not a text file\n");
	told("# in a comment \0", 16, "t.conf:1: a NUL byte; this is not a text file\n");
}

static void unfinished_texts_end_where_the_text_does(void **state)
{
	static const char *const texts[] = { "",  "\"", "a = \"b\\", "/*",  "/* *", "/",
					     "#", "//", "(((",       ")))", "-",    "@" };

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct iem_diags diags = { 0 };
		/* On the heap, so that a step too far is seen by the sanitizer. */
		char *copy = malloc(strlen(texts[i]) + 1);

		memcpy(copy, texts[i], strlen(texts[i]) + 1);
		conf_check_text(copy, strlen(copy), "t.conf", &diags);
		iem_diags_finish(&diags);
		free(copy);
	}
}

static void finds_the_span_of_a_value(void **state)
{
	static const struct {
		const char *text, *key, *value;
	} rows[] = {
		{ "a = 1;", "a", "1" },
		{ "a=1", "a", "1" },
		{ "a : \"x;y\" ; b = 2;", "a", "\"x;y\"" },
		{ "b = 2; a = ( 1, 2 ) ;", "a", "( 1, 2 )" },
		{ "a = { b = 1; c = { d = 4; }; };", "a.c.d", "4" },
		{ "a = { b = 1 } b = 2", "b", "2" },
		{ "a = { b = 1 } b = 2", "a.b", "1" },
		{ "# a = 1;\na = 2;", "a", "2" },
		{ "ab = 1; a = 2;", "a", "2" },
		{ "x = { a = 1; }; a = 2;", "a", "2" },
		{ "a = true b = 2", "a", "true" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct conf_span span = { 0 };
		const char *missing = NULL;

		assert_int_equal(
			conf_find_value(rows[i].text, strlen(rows[i].text), rows[i].key, &span, &missing), 0);
		assert_int_equal(span.end - span.begin, strlen(rows[i].value));
		assert_memory_equal(rows[i].text + span.begin, rows[i].value, strlen(rows[i].value));
	}
}

static void tells_where_a_missing_value_would_go(void **state)
{
	static const struct {
		const char *text, *key, *missing;
		size_t at;
	} rows[] = {
		{ "a = 1;", "b", "b", 6 },
		{ "", "a.b", "a.b", 0 },
		{ "a = { c = 1; };", "a.b", "b", 5 },
		{ "a = { c = { }; };", "a.c.b", "b", 11 },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct conf_span span = { 0 };
		const char *missing = NULL;

		assert_int_equal(
			conf_find_value(rows[i].text, strlen(rows[i].text), rows[i].key, &span, &missing),
			-ENOENT);
		assert_string_equal(missing, rows[i].missing);
		assert_int_equal(span.begin, rows[i].at);
		assert_int_equal(span.end, rows[i].at);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_what_libconfig_would_follow_or_cut),
		cmocka_unit_test(a_nul_byte_is_told_with_its_line),
		cmocka_unit_test(unfinished_texts_end_where_the_text_does),
		cmocka_unit_test(finds_the_span_of_a_value),
		cmocka_unit_test(tells_where_a_missing_value_would_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
