/* diag.h: collecting what is wrong, and saying it. */
#include "support.h"

#include <errno.h>

static void a_diagnostic_says_as_much_of_its_place_as_is_known(void **state)
{
	static const struct {
		struct iem_diag diag;
		const char *want;
	} rows[] = {
		{ { (char *)"a.conf", 3, true, (char *)"is wrong" }, "a.conf:3: is wrong" },
		{ { (char *)"a.conf", 0, true, (char *)"is wrong" }, "a.conf: is wrong" },
		{ { NULL, 3, true, (char *)"is wrong" }, "is wrong" },
		{ { (char *)"a.conf", 3, true, NULL }, "a.conf:3: out of memory" },
	};
	char buf[100], small[8];

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_string_equal(iem_diag_format(&rows[i].diag, buf, sizeof(buf)), rows[i].want);
	assert_string_equal(iem_diag_format(&rows[0].diag, small, sizeof(small)), "a.conf:");
}

static void errors_are_counted_and_remarks_are_not(void **state)
{
	struct iem_diags diags = { 0 }, all = { 0 };

	assert_int_equal(iem_complain(&diags, "a", 1, "%d is odd", 7), -EINVAL);
	iem_remark(&diags, NULL, 0, "by the way");
	assert_int_equal(diags.n, 2);
	assert_int_equal(diags.errors, 1);
	iem_diags_append(&all, &diags);
	iem_diags_append(&all, &diags);
	assert_int_equal(all.errors, 2);
	assert_told(&diags, "a:1: 7 is odd\nby the way\n");
	assert_told(&all, "a:1: 7 is odd\nby the way\na:1: 7 is odd\nby the way\n");
	assert_int_equal(diags.n, 0);
}

static void a_text_with_percent_signs_is_copied_as_it_is(void **state)
{
	struct iem_diags diags = { 0 }, copy = { 0 };

	iem_complain(&diags, NULL, 0, "%s", "100 %s %n");
	iem_diags_append(&copy, &diags);
	iem_diags_finish(&diags);
	assert_told(&copy, "100 %s %n\n");
}

static void nobody_has_to_listen(void **state)
{
	assert_int_equal(iem_complain(NULL, "a", 1, "x"), -EINVAL);
	iem_remark(NULL, "a", 1, "x");
}

/* A hostile file must not fill the memory with its mistakes, nor pass because they are too many. */
static void the_list_is_bounded_and_the_count_is_not(void **state)
{
	struct iem_diags diags = { 0 };

	for (int i = 0; i < 5000; i++)
		iem_complain(&diags, "a", i, "x");
	assert_int_equal(diags.n, 200);
	assert_int_equal(diags.errors, 5000);
	iem_diags_finish(&diags);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_diagnostic_says_as_much_of_its_place_as_is_known),
		cmocka_unit_test(errors_are_counted_and_remarks_are_not),
		cmocka_unit_test(a_text_with_percent_signs_is_copied_as_it_is),
		cmocka_unit_test(nobody_has_to_listen),
		cmocka_unit_test(the_list_is_bounded_and_the_count_is_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
