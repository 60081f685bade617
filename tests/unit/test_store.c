/* store.h: which file an id means, and what happens when files come, change, break and go. */
#include "store_world.h"

#include <sys/stat.h>

static void without_folders_there_is_nothing_and_no_complaint(void **state)
{
	struct world *w = *state;
	const struct iem_entry *const *entries;

	assert_int_equal(iem_store_scan(w->store), 0);
	assert_int_equal(iem_store_entries(w->store, &entries), 0);
	assert_int_equal(iem_store_diags(w->store)->n, 0);
	assert_null(iem_store_find(w->store, IEM_STORE_PROFILES, "a"));
	assert_null(iem_store_profile(w->store, "a"));
}

static void the_users_file_comes_before_the_systems_and_the_shipped_one(void **state)
{
	struct world *w = *state;

	put(w, "shipped/a.conf", "origin = \"shipped\";");
	put(w, "system/a.conf", "origin = \"system\";");
	put(w, "user/a.conf", "origin = \"user\";");
	assert_int_equal(iem_store_scan(w->store), 1);
	assert_int_equal(entry_of(w, "a")->from, IEM_FROM_USER);
	assert_string_equal(iem_store_profile(w->store, "a")->origin, "user");

	drop(w, "user/a.conf");
	assert_int_equal(iem_store_scan(w->store), 1);
	assert_int_equal(entry_of(w, "a")->from, IEM_FROM_SYSTEM);
	assert_string_equal(iem_store_profile(w->store, "a")->origin, "system");

	drop(w, "system/a.conf");
	assert_int_equal(iem_store_scan(w->store), 1);
	assert_int_equal(entry_of(w, "a")->from, IEM_FROM_SHIPPED);

	put(w, "user/a.conf", "origin = \"user\";");
	assert_int_equal(iem_store_scan(w->store), 1);
	assert_int_equal(entry_of(w, "a")->from, IEM_FROM_USER);
}

static void profiles_sources_and_generic_ones_are_found_in_order(void **state)
{
	static const char *const want[] = { "a", "bass", "z", "dongle" };
	struct world *w = *state;
	const struct iem_entry *const *entries;

	put(w, "user/z.conf", "");
	put(w, "system/a.conf", "");
	put(w, "shipped/generic/bass.conf", "");
	put(w, "shipped/sources/dongle.conf", "");
	put(w, "shipped/targets/t.conf", "no profile");
	put(w, "shipped/deeper/x.conf", "not looked at");
	assert_int_equal(iem_store_scan(w->store), 4);
	assert_int_equal(iem_store_entries(w->store, &entries), 4);
	for (size_t i = 0; i < ARRAY_LEN(want); i++)
		assert_string_equal(entries[i]->id, want[i]);
	assert_int_equal(entries[3]->kind, IEM_STORE_SOURCES);
	assert_non_null(entries[3]->source);
	assert_non_null(entries[1]->profile);
}

static void a_source_and_a_profile_may_share_an_id(void **state)
{
	struct world *w = *state;

	put(w, "user/a.conf", "");
	put(w, "user/sources/a.conf", "");
	assert_int_equal(iem_store_scan(w->store), 2);
	assert_non_null(iem_store_find(w->store, IEM_STORE_PROFILES, "a")->profile);
	assert_non_null(iem_store_find(w->store, IEM_STORE_SOURCES, "a")->source);
}

static void names_that_are_no_ids_are_told(void **state)
{
	struct world *w = *state;
	CLEANUP(iem_freep) char *want = NULL, *got = NULL;
	const struct iem_entry *const *entries;

	put(w, "user/Bad Name.conf", "");
	put(w, "user/readme.md", "");
	put(w, "user/.hidden.conf", "");
	put(w, "user/a.conf~", "");
	assert_int_equal(iem_store_scan(w->store), 0);
	assert_int_equal(iem_store_entries(w->store, &entries), 0);
	got = diag_lines(iem_store_diags(w->store));
	assert_true(
		asprintf(&want,
			 "%s/Bad Name.conf: the file name is no id; allowed are a-z, 0-9, '.', '_' and '-', "
			 "at most 64 of them, then .conf\n",
			 w->paths.profiles[IEM_FROM_USER]) > 0);
	assert_string_equal(got, want);
}

static void a_file_that_breaks_keeps_what_it_held(void **state)
{
	struct world *w = *state;

	put(w, "user/a.conf", "origin = \"good\";");
	assert_int_equal(iem_store_scan(w->store), 1);
	assert_false(entry_of(w, "a")->broken);

	put(w, "user/a.conf", "\norigin = 3;");
	assert_int_equal(iem_store_scan(w->store), 1);
	assert_true(entry_of(w, "a")->broken);
	assert_string_equal(iem_store_profile(w->store, "a")->origin, "good");
	assert_entry_told(entry_of(w, "a"), "2: 'origin' wants a text in quotes");

	put(w, "user/a.conf", "origin = \"better\";");
	assert_int_equal(iem_store_scan(w->store), 1);
	assert_false(entry_of(w, "a")->broken);
	assert_string_equal(iem_store_profile(w->store, "a")->origin, "better");
	assert_int_equal(entry_of(w, "a")->diags.n, 0);
}

static void a_source_that_breaks_keeps_what_it_held(void **state)
{
	struct world *w = *state;
	const struct iem_entry *entry;

	put(w, "user/sources/d.conf", "source = { name = \"good\"; };");
	iem_store_scan(w->store);
	put(w, "user/sources/d.conf", "source = { name = 3; };");
	assert_int_equal(iem_store_scan(w->store), 1);
	entry = iem_store_find(w->store, IEM_STORE_SOURCES, "d");
	assert_true(entry->broken);
	assert_string_equal(entry->source->name, "good");
}

static void a_file_that_never_loaded_has_an_entry_but_no_profile(void **state)
{
	struct world *w = *state;

	put(w, "user/a.conf", "origin = ;");
	assert_int_equal(iem_store_scan(w->store), 1);
	assert_true(entry_of(w, "a")->broken);
	assert_null(iem_store_profile(w->store, "a"));
}

/* A file that was read again would be another object. */
static void unchanged_files_are_not_read_again(void **state)
{
	struct world *w = *state;
	const struct iem_profile *before;

	put(w, "user/a.conf", "origin = \"x\";");
	put(w, "user/b.conf", "");
	iem_store_scan(w->store);
	before = iem_store_profile(w->store, "a");
	assert_int_equal(iem_store_scan(w->store), 0);
	assert_ptr_equal(iem_store_profile(w->store, "a"), before);
	put(w, "user/b.conf", "origin = \"new\";");
	assert_int_equal(iem_store_scan(w->store), 1);
	assert_ptr_equal(iem_store_profile(w->store, "a"), before);
}

static void a_removed_file_is_gone(void **state)
{
	struct world *w = *state;

	put(w, "user/a.conf", "");
	put(w, "user/b.conf", "");
	iem_store_scan(w->store);
	drop(w, "user/a.conf");
	assert_int_equal(iem_store_scan(w->store), 1);
	assert_null(iem_store_find(w->store, IEM_STORE_PROFILES, "a"));
	assert_non_null(iem_store_find(w->store, IEM_STORE_PROFILES, "b"));
}

/* Opening a FIFO for reading waits for a writer: forever. */
static void a_fifo_in_the_folder_does_not_block(void **state)
{
	struct world *w = *state;
	CLEANUP(iem_freep) char *path = NULL;

	put(w, "user/a.conf", "");
	put(w, "shipped/pipe.conf", "origin = \"the file behind\";");
	assert_true(asprintf(&path, "%s/user/pipe.conf", w->folder) > 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(iem_store_scan(w->store), 2);
	assert_int_equal(entry_of(w, "pipe")->from, IEM_FROM_SHIPPED);
}

static void a_folder_with_a_profiles_name_is_no_profile(void **state)
{
	struct world *w = *state;

	put(w, "user/a.conf/x", "");
	assert_int_equal(iem_store_scan(w->store), 0);
	assert_null(iem_store_find(w->store, IEM_STORE_PROFILES, "a"));
}

static void a_root_that_is_a_file_is_empty(void **state)
{
	struct world *w = *state;

	put(w, "user", "not a folder");
	put(w, "system/a.conf", "");
	assert_int_equal(iem_store_scan(w->store), 1);
}

int main(void)
{
#define ROW(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		ROW(without_folders_there_is_nothing_and_no_complaint),
		ROW(the_users_file_comes_before_the_systems_and_the_shipped_one),
		ROW(profiles_sources_and_generic_ones_are_found_in_order),
		ROW(a_source_and_a_profile_may_share_an_id),
		ROW(names_that_are_no_ids_are_told),
		ROW(a_file_that_breaks_keeps_what_it_held),
		ROW(a_source_that_breaks_keeps_what_it_held),
		ROW(a_file_that_never_loaded_has_an_entry_but_no_profile),
		ROW(unchanged_files_are_not_read_again),
		ROW(a_removed_file_is_gone),
		ROW(a_fifo_in_the_folder_does_not_block),
		ROW(a_folder_with_a_profiles_name_is_no_profile),
		ROW(a_root_that_is_a_file_is_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
