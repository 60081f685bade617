/* The selection: the same observations give the same profile and the same sentence. */
#include "core/select.h"
#include "support.h"

#include "core/paths.h"

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

static const struct row {
	const char *why;
	struct iem_observation seen;
	struct iem_decision decision;
	const char *profile, *variant;
	enum iem_reason code;
	const char *reason;
} rows[] = {
	{ "nothing is known of an output and nothing decided",
	  { .kind = IEM_KIND_HEADPHONES }, { 0 }, NULL, "", IEM_REASON_NONE,
	  "No profile was chosen for this output and no rule matches it." },
	{ "a choice is the user's word",
	  { .kind = IEM_KIND_HEADPHONES }, { .profile = "air" }, "air", "", IEM_REASON_CHOSEN,
	  "You chose 'air' for this output." },
	{ "a choice for once says so",
	  { .kind = IEM_KIND_USB }, { .profile = "air", .once = true }, "air", "", IEM_REASON_CHOSEN,
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
	{ "what must be left alone is, whatever was chosen",
	  { .kind = IEM_KIND_USB, .aside = "it is in use exclusively" }, { .profile = "air" }, NULL, "",
	  IEM_REASON_ASIDE, "Left alone: it is in use exclusively." },
};

static void observations_and_decisions_give_a_profile_and_a_sentence(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct iem_selection got, again;

		iem_select(&got, &rows[i].seen, &rows[i].decision, store);
		iem_select(&again, &rows[i].seen, &rows[i].decision, store);
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

/* The store is read again here, so what was selected before is not to be looked at any more. */
static void a_file_that_does_not_load_any_more_is_told(void **state)
{
	const struct iem_observation seen = { .have = { [IEM_MATCH_BLUETOOTH] = "Acme One" } };
	const struct iem_decision nothing = { 0 }, chosen = { .profile = "worn" };
	struct iem_selection got;

	put_file(home, ".config/iemd/profiles/worn.conf", "variants = 5;");
	assert_true(iem_store_scan(store) > 0);
	iem_select(&got, &seen, &chosen, store);
	assert_string_equal(got.profile->id, "worn");
	assert_string_equal(got.reason, "You chose 'worn' for this output. Its file does not load any more, so it "
					"stays as it was; 'iemctl check' tells why.");
	iem_select(&got, &seen, &nothing, store);
	assert_string_equal(got.profile->id, "air");
	assert_null(strstr(got.reason, "does not load"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(observations_and_decisions_give_a_profile_and_a_sentence),
		cmocka_unit_test(a_file_that_does_not_load_any_more_is_told),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
