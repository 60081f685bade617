/* What comes from devices and other programs is made fit for D-Bus and JSON. */
#include "support.h"

#include "core/utf8.h"

static const struct {
	const char *text, *fit;
} texts[] = {
	{ "", "" },
	{ "plain", "plain" },
	{ "n\xc5\x93ud \xe2\x82\xac \xf0\x9f\x8e\xa7", "n\xc5\x93ud \xe2\x82\xac \xf0\x9f\x8e\xa7" },
	{ "Latin-1: \xe4 \xf6 \xfc", "Latin-1: ? ? ?" },
	{ "cut \xe2\x82", "cut ??" },
	{ "\xe2\x82x", "??x" },
	{ "\x80 alone", "? alone" },
	{ "\xc0\xaf overlong", "?? overlong" },
	{ "\xed\xa0\x80 surrogate", "??? surrogate" },
	{ "\xf4\x90\x80\x80 beyond", "???? beyond" },
	{ "\xff\xfe", "??" },
};

static void test_texts(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		CLEANUP(iem_freep) char *text = strdup(texts[i].text);

		assert_int_equal(iem_is_utf8(text), strcmp(texts[i].text, texts[i].fit) == 0);
		assert_string_equal(iem_make_utf8(text), texts[i].fit);
		assert_true(iem_is_utf8(text));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
