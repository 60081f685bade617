/* The selection: the same observations give the same profile and the same sentence. */
#include "core/select.h"
#include "support.h"

#include "core/paths.h"

/* 35 characters of three bytes; of 100 bytes 33 are whole, and one of the next is left. */
#define FIVE "\xe8\x80\xb3\xe8\x80\xb3\xe8\x80\xb3\xe8\x80\xb3\xe8\x80\xb3"
#define THREE "\xe8\x80\xb3\xe8\x80\xb3\xe8\x80\xb3"
#define LONG_NAME FIVE FIVE FIVE FIVE FIVE FIVE FIVE
#define CUT_NAME FIVE FIVE FIVE FIVE FIVE FIVE THREE "?"

static char *home;
static struct iem_paths paths;
static struct iem_store *store;

static const char *environment(const char *name)
{
	return strcmp(name, "HOME") == 0 || strcmp(name, "IEMD_DATA_DIR") == 0 ? home : NULL;
}

static int set_up(void **state)
{
	home = temp_folder();
	put_file(home, ".config/iemd/profiles/own.conf", "match = ( { usb = \"1234:abcd\"; } );");
	put_file(home, ".config/iemd/profiles/broken.conf", "eq = { preamp = 1.0; };");
	put_file(home, ".config/iemd/profiles/worn.conf", "variants = ( { name = \"foam\"; } );");
	put_file(home, "profiles/another.conf", "match = ( { usb = \"1234:ABCD\"; } );");
	put_file(home, "profiles/narrow.conf", "match = ( { usb = \"1234:abcd\"; port = \"*headphones\"; } );");
	put_file(home, "profiles/tied.conf", "match = ( { card = \"Loop\"; } );");
	put_file(home, "profiles/tie.conf", "match = ( { card = \"Loop\"; } );");
	put_file(home, "profiles/buds.conf", "earphone = { brand = \"Acme\"; model = \"Buds 2\"; impedance = 32; };");
	put_file(home, "profiles/twin-a.conf", "earphone = { model = \"Twin\"; impedance = 16; };");
	put_file(home, "profiles/twin-b.conf", "earphone = { model = \"Twin\"; impedance = 17; };");
	put_file(home, "profiles/long.conf", "earphone = { model = \"" LONG_NAME "\"; };");
	put_file(home, "profiles/air.conf", "match = ( { bluetooth = \"Acme ?ne*\"; }, { node = \"virtual\"; } );");
	assert_int_equal(iem_paths_init(&paths, environment), 0);
	assert_int_equal(iem_store_new(&store, &paths, NULL), 0);
	assert_true(iem_store_scan(store) > 0);
	return 0;
}

static int tear_down(void **state)
{
	iem_store_free(store);
	iem_paths_finish(&paths);
	remove_folder(home);
	return 0;
}

static const char *const buds[] = { "buds" }, *const several[] = { "buds", "twin-a", "twin-b", "gone" };
static const struct iem_habits by_name = { .by_name = true }, owns_one = { buds, 1, NULL, false, true, false },
			       owns_one_unset = { buds, 1, NULL, false, false, false },
			       owns_several = { several, 4, NULL, false, true, false },
			       last = { NULL, 0, "air", false, false, true }, last_unset = { NULL, 0, "air", true, false, false },
			       all = { buds, 1, "air", true, true, true };

#define PAIRED(name) { .kind = IEM_KIND_BLUETOOTH, .have = { [IEM_MATCH_BLUETOOTH] = name } }
#define MEASURED(ohm) { .kind = IEM_KIND_HEADPHONES, .measured_ohm = ohm }
#define NOTHING "No profile was chosen for this output and no rule matches it."

static const struct row {
	const char *why;
	struct iem_observation seen;
	struct iem_decision decision;
	const char *profile, *variant;
	enum iem_reason code;
	const char *reason;
	const struct iem_habits *habits;
} rows[] = {
	{ "nothing is known of an output and nothing decided",
	  { .kind = IEM_KIND_HEADPHONES }, { 0 }, NULL, "", IEM_REASON_NONE,
	  "No profile was chosen for this output and no rule matches it." },
	{ "a choice is the user's word",
	  { .kind = IEM_KIND_HEADPHONES }, { .profile = "air" }, "air", "", IEM_REASON_CHOSEN,
	  "You chose 'air' for this output." },
	{ "a choice for once says so",
	  { .kind = IEM_KIND_USB }, { .profile = "air", .once = true }, "air", "", IEM_REASON_FORCED,
	  "You chose 'air' for this output, for this once." },
	{ "a choice beats every rule",
	  { .kind = IEM_KIND_USB, .have = { [IEM_MATCH_USB] = "1234:abcd" } }, { .profile = "air" }, "air", "",
	  IEM_REASON_CHOSEN, "You chose 'air' for this output." },
	{ "a variant",
	  { .kind = IEM_KIND_USB }, { .profile = "worn", .variant = "foam" }, "worn", "foam", IEM_REASON_CHOSEN,
	  "You chose 'worn' for this output." },
	{ "a variant that is gone leaves the profile",
	  { .kind = IEM_KIND_USB }, { .profile = "worn", .variant = "silicone" }, "worn", "", IEM_REASON_CHOSEN,
	  "You chose 'worn' for this output; its variant 'silicone' is gone." },
	{ "a chosen profile that is gone is told",
	  { .kind = IEM_KIND_USB }, { .profile = "lost" }, NULL, "", IEM_REASON_NONE,
	  "The chosen profile 'lost' does not exist any more." },
	{ "a chosen profile that never loaded is told",
	  { .kind = IEM_KIND_USB }, { .profile = "broken" }, NULL, "", IEM_REASON_NONE,
	  "The chosen profile 'broken' does not load; 'iemctl check' tells why." },
	{ "between rules of one key the user's own file wins",
	  { .kind = IEM_KIND_USB, .have = { [IEM_MATCH_USB] = "1234:abcd" } }, { 0 }, "own", "", IEM_REASON_MATCHED,
	  "A rule of 'own' matches this output: usb 1234:abcd." },
	{ "a rule with more keys beats it",
	  { .kind = IEM_KIND_USB, .have = { [IEM_MATCH_USB] = "1234:abcd", [IEM_MATCH_PORT] = "analog-headphones" } },
	  { 0 }, "narrow", "", IEM_REASON_MATCHED,
	  "A rule of 'narrow' matches this output: usb 1234:abcd, port *headphones." },
	{ "patterns match names",
	  { .kind = IEM_KIND_BLUETOOTH, .have = { [IEM_MATCH_BLUETOOTH] = "acme One (left)" } }, { 0 }, "air", "",
	  IEM_REASON_MATCHED, "A rule of 'air' matches this output: bluetooth Acme ?ne*." },
	{ "loudspeakers are left alone in spite of a rule",
	  { .kind = IEM_KIND_SPEAKER, .have = { [IEM_MATCH_USB] = "1234:abcd" } }, { 0 }, NULL, "",
	  IEM_REASON_LOUDSPEAKER, "These are loudspeakers; only 'iemctl switch' puts a profile on them." },
	{ "but not in spite of the user",
	  { .kind = IEM_KIND_SPEAKER }, { .profile = "air" }, "air", "", IEM_REASON_CHOSEN,
	  "You chose 'air' for this output." },
	{ "nor are displays earphones",
	  { .kind = IEM_KIND_HDMI, .have = { [IEM_MATCH_USB] = "1234:abcd" } }, { 0 }, NULL, "", IEM_REASON_LOUDSPEAKER,
	  "This goes to a display; only 'iemctl switch' puts a profile on it." },
	{ "a tie is told",
	  { .kind = IEM_KIND_USB, .have = { [IEM_MATCH_CARD] = "Loop" } }, { 0 }, "tie", "", IEM_REASON_MATCHED,
	  "A rule of 'tie' matches this output: card Loop; so does one of 'tied', which comes after it by its id." },
	{ "an earphone of that name", PAIRED("ACME Buds2"), { 0 }, "buds", "", IEM_REASON_PRODUCT_NAME,
	  "This output calls itself 'ACME Buds2', as the earphone of 'buds' is called.", &by_name },
	{ "the model alone will do", PAIRED("buds-2"), { 0 }, "buds", "", IEM_REASON_PRODUCT_NAME,
	  "This output calls itself 'buds-2', as the earphone of 'buds' is called.", &by_name },
	{ "a name that is cut in mid-character", { .kind = IEM_KIND_BLUETOOTH, .have = { [IEM_MATCH_BLUETOOTH] = LONG_NAME } }, { 0 },
	  "long", "", IEM_REASON_PRODUCT_NAME, "This output calls itself '" CUT_NAME "', as the earphone of 'long' is called.", &by_name },
	{ "nearly is not enough", PAIRED("Acme Buds 2 Pro"), { 0 }, NULL, "", IEM_REASON_NONE, NOTHING, &by_name },
	{ "two of that name are offered", PAIRED("Twin"), { 0 }, NULL, "", IEM_REASON_NONE,
	  NOTHING " Several profiles are called 'Twin': 'twin-a', 'twin-b'. 'iemctl switch' takes one.", &by_name },
	{ "or not applied but offered", PAIRED("Acme Buds 2"), { 0 }, NULL, "", IEM_REASON_NONE,
	  NOTHING " The profile 'buds' is called 'Acme Buds 2'; 'iemctl switch buds' takes it.", &owns_one_unset },
	{ "a dongle goes by its name only where it is a USB device",
	  { .kind = IEM_KIND_HEADPHONES, .have = { [IEM_MATCH_PRODUCT] = "Acme Buds 2" } }, { 0 }, NULL, "", IEM_REASON_NONE,
	  NOTHING, &by_name },
	{ "one of the user's own has that impedance", MEASURED(34), { 0 }, "buds", "", IEM_REASON_IMPEDANCE,
	  "Of your earphones only 'buds' has about the 34 ohm that were measured.", &owns_several },
	{ "several have", MEASURED(16), { 0 }, NULL, "", IEM_REASON_NONE,
	  NOTHING " Several of your earphones have about the 16 ohm that were measured: 'twin-a', 'twin-b'.", &owns_several },
	{ "none has, and it is not the only one owned", MEASURED(150), { 0 }, NULL, "", IEM_REASON_NONE, NOTHING, &owns_several },
	{ "the only one owned", { .kind = IEM_KIND_LINE }, { 0 }, "buds", "", IEM_REASON_OWNED,
	  "'buds' is the only earphone that you own.", &owns_one },
	{ "what was used last on this kind", { .kind = IEM_KIND_HEADPHONES }, { 0 }, "air", "", IEM_REASON_LAST_USED,
	  "'air' was used last on an output of this kind (headphones).", &last },
	{ "but only if that is set", { .kind = IEM_KIND_HEADPHONES }, { 0 }, NULL, "", IEM_REASON_NONE, NOTHING, &last_unset },
	{ "a rule comes before a name, an impedance, what is owned and what was last",
	  { .kind = IEM_KIND_BLUETOOTH, .have = { [IEM_MATCH_BLUETOOTH] = "Acme Buds 2", [IEM_MATCH_CARD] = "Loop" },
	    .measured_ohm = 32 }, { 0 }, "tie", "", IEM_REASON_MATCHED,
	  "A rule of 'tie' matches this output: card Loop; so does one of 'tied', which comes after it by its id.", &all },
	{ "what must be left alone is, whatever was chosen",
	  { .kind = IEM_KIND_USB, .aside = "it is in use exclusively" }, { .profile = "air" }, NULL, "",
	  IEM_REASON_ASIDE, "Left alone: it is in use exclusively." },
};

static void observations_and_decisions_give_a_profile_and_a_sentence(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct iem_situation situation = { &rows[i].seen, &rows[i].decision, rows[i].habits, store };
		struct iem_selection got, again;

		iem_select(&got, &situation);
		iem_select(&again, &situation);
		if (!iem_streq(got.reason, rows[i].reason))
			print_message("%s\n", rows[i].why);
		assert_string_equal(got.reason, rows[i].reason);
		assert_string_equal(got.variant, rows[i].variant);
		assert_int_equal(got.code, rows[i].code);
		assert_memory_equal(&got, &again, sizeof(got));
		assert_true(!!got.profile == !!got.eq);
		if (rows[i].profile)
			assert_string_equal(got.profile->id, rows[i].profile);
		else
			assert_null(got.profile);
	}
}

/* The ladder tells what was asked, in the same words, and what would hold if nothing above it did. */
static void the_ladder_agrees_with_the_selection(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct iem_situation situation = { &rows[i].seen, &rows[i].decision, rows[i].habits, store };
		struct iem_rung_result rungs[IEM_RUNGS];
		struct iem_selection got;
		int decided = -1;

		iem_select(&got, &situation);
		iem_select_explain(rungs, &situation);
		for (int r = 0; r < IEM_RUNGS; r++) {
			assert_true(*rungs[r].text && rungs[r].text[strlen(rungs[r].text) - 1] == '.');
			if (rungs[r].state == IEM_RUNG_DECIDED) {
				assert_int_equal(decided, -1);
				decided = r;
			}
			assert_true(rungs[r].state != IEM_RUNG_OVERRULED || decided >= 0);
		}
		if (decided < 0) {
			assert_int_equal(got.code, IEM_REASON_NONE);
			continue;
		}
		assert_ptr_equal(rungs[decided].profile, got.profile);
		assert_int_equal(strncmp(got.reason, rungs[decided].text, strlen(rungs[decided].text)), 0);
	}
}

/* The store is read again here, so what was selected before is not to be looked at any more. */
static void a_file_that_does_not_load_any_more_is_told(void **state)
{
	const struct iem_observation seen = { .have = { [IEM_MATCH_BLUETOOTH] = "Acme One" } };
	const struct iem_decision nothing = { 0 }, chosen = { .profile = "worn" };
	struct iem_selection got;

	put_file(home, ".config/iemd/profiles/worn.conf", "variants = 5;");
	assert_true(iem_store_scan(store) > 0);
	iem_select(&got, &(struct iem_situation){ &seen, &chosen, NULL, store });
	assert_string_equal(got.profile->id, "worn");
	assert_string_equal(got.reason, "You chose 'worn' for this output. Its file does not load any more, so it "
					"stays as it was; 'iemctl check' tells why.");
	iem_select(&got, &(struct iem_situation){ &seen, &nothing, NULL, store });
	assert_string_equal(got.profile->id, "air");
	assert_null(strstr(got.reason, "does not load"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(observations_and_decisions_give_a_profile_and_a_sentence),
		cmocka_unit_test(the_ladder_agrees_with_the_selection),
		cmocka_unit_test(a_file_that_does_not_load_any_more_is_told),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
