/* source_select.h: what drives an output is known by its ids and its name together, or by the user's word. */
#include "core/source_select.h"
#include "store_world.h"

#define FAMILY "1234:0047"

static const struct row {
	const char *why;
	const char *have[IEM_MATCH_KEYS], *decided;
	const char *source; /* NULL: none */
	const char *reason;
} rows[] = {
	{ "nothing is known of an output", { 0 }, NULL, NULL,
	  "No source was named for this output and no rule matches it; 'iemctl source ID' names one." },
	{ "ids and name together decide", { [IEM_MATCH_USB] = FAMILY, [IEM_MATCH_PRODUCT] = "Acme Ten" }, NULL, "ten",
	  "A rule of 'ten' matches this output: usb 1234:0047, product acme ten." },
	{ "ids alone are offered", { [IEM_MATCH_USB] = FAMILY, [IEM_MATCH_PRODUCT] = "Acme Eleven" }, NULL, NULL,
	  "By its USB ids it may be 'five' or 'seven'; 'iemctl source ID' says what it is." },
	{ "one alone is offered, too", { [IEM_MATCH_USB] = "1234:0001" }, NULL, NULL,
	  "By its USB ids it may be 'one'; 'iemctl source ID' says what it is." },
	{ "what is no USB device is known by what its rule says", { [IEM_MATCH_CARD] = "Board", [IEM_MATCH_PORT] = "out" },
	  NULL, "board", "A rule of 'board' matches this output: card board, port out." },
	{ "the user's own file comes before the shipped one", { [IEM_MATCH_NODE] = "desk" }, NULL, "mine",
	  "A rule of 'mine' matches this output: node desk." },
	{ "the user's word comes before all rules", { [IEM_MATCH_USB] = FAMILY, [IEM_MATCH_PRODUCT] = "Acme Ten" }, "five",
	  "five", "You named 'five' as what drives this output." },
	{ "he may say that it is none of them", { [IEM_MATCH_USB] = FAMILY, [IEM_MATCH_PRODUCT] = "Acme Ten" }, "none", NULL,
	  "You said that what drives this output is not known." },
	{ "what he named may have gone", { 0 }, "gone", NULL,
	  "The source 'gone' that you named does not exist any more." },
	{ "or be broken", { 0 }, "broken", NULL,
	  "The source 'broken' that you named does not load; 'iemctl check' tells why." },
};

static void facts_and_the_users_word_give_a_source_and_a_sentence(void **state)
{
	struct world *w = *state;

	put(w, "shipped/sources/ten.conf", "match = ( { usb = \"" FAMILY "\"; product = \"acme ten\"; } );");
	put(w, "shipped/sources/seven.conf", "match = ( { usb = \"" FAMILY "\"; }, { usb = \"" FAMILY "\"; port = \"*\"; } );");
	put(w, "shipped/sources/five.conf", "match = ( { usb = \"" FAMILY "\"; } );");
	put(w, "shipped/sources/one.conf", "match = ( { usb = \"1234:0001\"; } );");
	put(w, "shipped/sources/board.conf", "match = ( { card = \"board\"; port = \"out\"; } );");
	put(w, "shipped/sources/desk.conf", "match = ( { node = \"desk\"; } );");
	put(w, "user/sources/mine.conf", "match = ( { node = \"desk\"; } );");
	put(w, "user/sources/broken.conf", "source = 5;");
	assert_true(iem_store_scan(w->store) > 0);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct iem_source_selection got;

		iem_source_select(&got, rows[i].have, rows[i].decided, w->store);
		if (!iem_streq(got.reason, rows[i].reason))
			print_message("%s\n", rows[i].why);
		assert_string_equal(got.reason, rows[i].reason);
		assert_true(!got.source == !rows[i].source);
		if (got.source)
			assert_string_equal(got.source->id, rows[i].source);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(facts_and_the_users_word_give_a_source_and_a_sentence, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
