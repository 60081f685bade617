/**
 * store.h - all profiles and sources that can be found, by id: the user's, the system's, the shipped ones.
 *
 * One thread at a time. What it hands out stays valid until the next iem_store_scan() or iem_store_free().
 */
#pragma once

#include "core/paths.h"
#include "core/profile.h"
#include "core/source.h"

#include <sys/stat.h>

enum iem_store_kind { IEM_STORE_PROFILES, IEM_STORE_SOURCES };

/** One file that was found and that no other of the same id comes before. */
struct iem_entry {
	char *id;
	char *path;
	enum iem_origin from;
	enum iem_store_kind kind;
	struct stat stamp; /* of the file as it was read */
	struct iem_beside {
		char *path;
		struct stat stamp;
	} *beside; /* the files that it names, loaded or not */
	size_t n_beside;
	/*
	 * What the file holds; NULL if it never loaded. A file that no longer loads keeps what it held before,
	 * so that nothing changes because of it; broken says so.
	 */
	struct iem_profile *profile;
	struct iem_source *source;
	bool broken;
	struct iem_diags diags; /* what its last reading had to say */
	struct iem_profile *fresh; /* for the scan itself: read, but `like` not followed yet */
	bool seen, resolving;
};

struct iem_store;

/**
 * @param loader of what profiles name, NULL to leave it; like PATHS it must outlive the store. The store itself looks at
 * what lies beside a profile: `beside` is not called
 * @return 0 or -ENOMEM
 */
int iem_store_new(struct iem_store **out, const struct iem_paths *paths, const struct iem_impulse_loader *loader);
void iem_store_free(struct iem_store *store);
void iem_store_freep(struct iem_store **store);

/**
 * Look at the folders and read what is new or changed since the last scan; unchanged files are not read again
 * (those with `like` are when anything changed). Folders that do not exist are empty. Mistakes are kept with
 * their entries.
 * @return how many entries are new, changed or gone; or -ENOMEM
 */
int iem_store_scan(struct iem_store *store);

/** @return the entry, or NULL where no file has this id */
const struct iem_entry *iem_store_find(const struct iem_store *store, enum iem_store_kind kind, const char *id);

/** @return the id of a file that ID was most likely meant to be, or NULL */
const char *iem_store_nearest(const struct iem_store *store, enum iem_store_kind kind, const char *id);

/** iem_store_find(), but only a profile that loaded at some time: NULL otherwise. */
const struct iem_profile *iem_store_profile(const struct iem_store *store, const char *id);

/** All entries, ordered by id, profiles before sources. @return their number */
size_t iem_store_entries(const struct iem_store *store, const struct iem_entry *const **entries);

/** What is wrong with the folders themselves: names that are no ids, folders that cannot be read. */
const struct iem_diags *iem_store_diags(const struct iem_store *store);
