/* match.h: patterns, and rules made of them. */
#include "support.h"

static void patterns_match_whole_texts_without_regard_to_case(void **state)
{
	static const struct {
		const char *pattern, *text;
		bool want;
	} rows[] = {
		{ "Acme One", "Acme One", true },
		{ "Acme One", "acme ONE", true },
		{ "Acme One", "Acme One 2", false },
		{ "Acme One", "The Acme One", false },
		{ "Acme One*", "Acme One", true },
		{ "Acme One*", "Acme One (left)", true },
		{ "*One", "Acme One", true },
		{ "*One", "One One One", true },
		{ "*One*", "an ONE b", true },
		{ "A?me", "Acme", true },
		{ "A?me", "Ame", false },
		{ "???", "ab", false },
		{ "*", "", true },
		{ "", "", true },
		{ "", "a", false },
		{ "?", "", false },
		{ "**", "a", true },
		{ "a*b*c", "a-b-b-c", true },
		{ "a*b*c", "a-c-b", false },
		{ "[a]", "a", false },
		{ "[a]", "[a]", true },
		{ "\\*", "*", false },
		{ "*ab", "aab", true },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (iem_glob(rows[i].pattern, rows[i].text) != rows[i].want)
			fail_msg("'%s' and '%s'", rows[i].pattern, rows[i].text);
}

/* A matcher that tries every way of sharing the text among the stars would outlive the machine here. */
static void many_stars_do_not_take_exponential_time(void **state)
{
	char text[4001];

	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_false(iem_glob("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b", text));
	assert_true(iem_glob("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*", text));
}

/* The texts are only lent. */
static struct iem_match rule_of(const char *const want[IEM_MATCH_KEYS])
{
	struct iem_match rule;

	memcpy(rule.want, want, sizeof(rule.want));
	return rule;
}

static void all_given_keys_must_hold_and_are_counted(void **state)
{
	const char *const have[IEM_MATCH_KEYS] = {
		[IEM_MATCH_USB] = "1234:abcd",
		[IEM_MATCH_PRODUCT] = "Acme Dongle",
		[IEM_MATCH_PORT] = "analog-output-headphones",
	};
	static const struct {
		const char *want[IEM_MATCH_KEYS];
		unsigned held;
	} rows[] = {
		{ { NULL }, 0 },
		{ { [IEM_MATCH_USB] = "1234:abcd" }, 1 },
		{ { [IEM_MATCH_USB] = "1234:ABCD" }, 1 },
		{ { [IEM_MATCH_USB] = "1234:abcd", [IEM_MATCH_PRODUCT] = "Acme*" }, 2 },
		{ { [IEM_MATCH_USB] = "1234:abcd", [IEM_MATCH_PRODUCT] = "Other*" }, 0 },
		{ { [IEM_MATCH_USB] = "1234:abcd", [IEM_MATCH_PRODUCT] = "*", [IEM_MATCH_PORT] = "*head*" },
		  3 },
		{ { [IEM_MATCH_SERIAL] = "*" }, 0 }, /* what is not known matches nothing, not even `*` */
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct iem_match rule = rule_of(rows[i].want);

		assert_int_equal(iem_match_holds(&rule, have), rows[i].held);
	}
}

static void a_rule_describes_itself(void **state)
{
	const char *const want[IEM_MATCH_KEYS] = { [IEM_MATCH_USB] = "1234:abcd", [IEM_MATCH_PORT] = "x" };
	const struct iem_match rule = rule_of(want);
	char buf[100], small[8];

	assert_string_equal(iem_match_describe(&rule, buf, sizeof(buf)), "usb 1234:abcd, port x");
	assert_string_equal(iem_match_describe(&rule, small, sizeof(small)), "usb 123");
	assert_string_equal(iem_match_describe(&(struct iem_match){ 0 }, buf, sizeof(buf)), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(patterns_match_whole_texts_without_regard_to_case),
		cmocka_unit_test(many_stars_do_not_take_exponential_time),
		cmocka_unit_test(all_given_keys_must_hold_and_are_counted),
		cmocka_unit_test(a_rule_describes_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
