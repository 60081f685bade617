/**
 * store_world.h - three roots in a temporary folder, and a store that looks at them; for its tests.
 */
#pragma once

#include "support.h"

#include "core/store.h"

#include <unistd.h>

/* Three roots in a folder of their own. */
struct world {
	char *folder;
	struct iem_paths paths;
	struct iem_store *store;
};

static inline int set_up(void **state)
{
	static const char *const roots[IEM_PROFILE_ROOTS] = { "user", "system", "shipped" };
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	w->folder = temp_folder();
	for (int i = 0; i < IEM_PROFILE_ROOTS; i++)
		assert_true(asprintf(&w->paths.profiles[i], "%s/%s", w->folder, roots[i]) > 0);
	assert_int_equal(iem_store_new(&w->store, &w->paths, NULL), 0);
	*state = w;
	return 0;
}

static inline int tear_down(void **state)
{
	struct world *w = *state;

	iem_store_free(w->store);
	iem_paths_finish(&w->paths);
	remove_folder(w->folder);
	free(w);
	return 0;
}

static inline void put(struct world *w, const char *name, const char *text)
{
	put_file(w->folder, name, text);
}

static inline void drop(struct world *w, const char *name)
{
	CLEANUP(iem_freep) char *path = NULL;

	assert_true(asprintf(&path, "%s/%s", w->folder, name) > 0);
	assert_int_equal(unlink(path), 0);
}

static inline const struct iem_entry *entry_of(const struct world *w, const char *id)
{
	const struct iem_entry *entry = iem_store_find(w->store, IEM_STORE_PROFILES, id);

	if (!entry)
		fail_msg("there is no profile '%s'", id);
	return entry;
}

static inline const struct iem_earphone *ear_of(const struct world *w, const char *id)
{
	const struct iem_profile *profile = iem_store_profile(w->store, id);

	if (!profile)
		fail_msg("the profile '%s' did not load", id);
	return &profile->earphone;
}

/* The one thing an entry has to say: WANT without its path. */
static inline void assert_entry_told(const struct iem_entry *entry, const char *want)
{
	CLEANUP(iem_freep) char *got = diag_lines(&entry->diags);
	CLEANUP(iem_freep) char *full = NULL;

	assert_true(asprintf(&full, "%s:%s\n", entry->path, want) > 0);
	assert_string_equal(got, full);
}
