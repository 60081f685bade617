/* Where conf_find_value() sees values, and where it would put what is missing. */
#include "core/conf_text.h"

#include <errno.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

static const struct {
	const char *why, *text, *key, *value;
} found[] = {
	{ "at the top", "path = \"auto\";", "path", "\"auto\"" },
	{ "with a colon and no end", "path : \"auto\"", "path", "\"auto\"" },
	{ "in a group", "level = { mode = \"match\"; };", "level.mode", "\"match\"" },
	{ "after a group that has a key of the same name", "a = { mode = 1; };\nmode = 2;", "mode", "2" },
	{ "not in a comment", "# path = 1;\n/* path = 2; */ // path = 3\npath = 4;", "path", "4" },
	{ "not in a string", "x = \"path = 1; \\\" path = 2\"; path = 3;", "path", "3" },
	{ "a whole group", "level = { a = { b = 1; }; };", "level.a", "{ b = 1; }" },
	{ "a whole list", "x = ( 1, (2, 3) ); y = 1;", "x", "( 1, (2, 3) )" },
	{ "settings without terminators", "a = { b = 1 } c = 2 d = true", "c", "2" },
	{ "no longer name that begins alike", "pathological = 1; path = 2;", "path", "2" },
	{ "blanks and comments around the equals sign", "path /* x */ =\n # y\n 5 ;", "path", "5" },
};

static void finds_values(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(found); i++) {
		struct conf_span span = { 0 };
		const char *missing = NULL;
		char got[64];

		if (conf_find_value(found[i].text, strlen(found[i].text), found[i].key, &span, &missing) != 0)
			fail_msg("%s: not found", found[i].why);
		snprintf(got, sizeof(got), "%.*s", (int)(span.end - span.begin), found[i].text + span.begin);
		if (strcmp(got, found[i].value) != 0)
			fail_msg("%s: '%s', not '%s'", found[i].why, got, found[i].value);
	}
}

static const struct {
	const char *why, *text, *key, *missing, *before;
} absent[] = {
	{ "an empty text", "", "level.mode", "level.mode", "" },
	{ "no such group: at the end", "path = 1;\n", "level.mode", "level.mode", "path = 1;\n" },
	{ "a group without the key: in the group", "level = { a = 1; };", "level.mode", "mode", "level = {" },
	{ "the key stands elsewhere", "mode = 1; level = { };", "level.mode", "mode", "mode = 1; level = {" },
};

static void says_where_values_are_missing(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(absent); i++) {
		struct conf_span span = { 0 };
		const char *missing = NULL;

		if (conf_find_value(absent[i].text, strlen(absent[i].text), absent[i].key, &span, &missing) != -ENOENT)
			fail_msg("%s: found", absent[i].why);
		assert_string_equal(missing, absent[i].missing);
		assert_int_equal(span.begin, span.end);
		if (span.begin != strlen(absent[i].before))
			fail_msg("%s: at %zu", absent[i].why, span.begin);
	}
}

/* Whatever the bytes: no reading beyond the end (the sanitizers look on). */
static void survives_every_beginning_of_a_text(void **state)
{
	static const char text[] = "a = { /* x */ b = \"q\\\"\"; # c\n mode = ( 1, -2.5e3, [ 3 ] ); };; } ) \xff @";

	for (size_t size = 0; size < sizeof(text); size++) {
		CLEANUP(iem_freep) char *copy = malloc(size + 1);
		struct conf_span span;
		const char *missing;

		assert_non_null(copy);
		memcpy(copy, text, size);
		conf_find_value(copy, size, "a.mode", &span, &missing);
		assert_true(span.begin <= span.end && span.end <= size);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_values),
		cmocka_unit_test(says_where_values_are_missing),
		cmocka_unit_test(survives_every_beginning_of_a_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
