/**
 * paths.h - where iemd's files are.
 * The environment is handed in, so a test can point elsewhere; any thread.
 */
#pragma once

#include <sys/types.h>
#include "core/util.h"

#include <stdbool.h>

#define IEM_PROFILE_ROOTS 3

/** Where a profile comes from: the order in which an id is looked up. */
enum iem_origin { IEM_FROM_USER, IEM_FROM_SYSTEM, IEM_FROM_SHIPPED };

extern const char *const iem_origin_names[IEM_PROFILE_ROOTS + 1]; /* "user", "system", "shipped" */

/** Absolute paths, owned. An entry is NULL where the environment names no place for it (no HOME). */
struct iem_paths {
	char *profiles[IEM_PROFILE_ROOTS]; /* by enum iem_origin */
	char *settings;                    /* the user's iemd.conf, which may not exist */
	char *system_settings;
	char *state;                       /* folder */
};

/** As getenv(3): NULL where a variable is not set. */
typedef const char *(*iem_getenv_fn)(const char *name);

/** @return 0 or -ENOMEM; release with iem_paths_finish() in both cases */
int iem_paths_init(struct iem_paths *paths, iem_getenv_fn env);
void iem_paths_finish(struct iem_paths *paths);

/** The settings file in force: the user's if it exists, else the system's if that exists, else NULL. */
const char *iem_paths_settings(const struct iem_paths *paths);

/** Is it, links followed, a file that a reader cannot hang on? A service asks before it opens a file on its own. */
bool iem_is_plain_file(const char *path);

/** mkdir -p for the folder PATH, private to the user. @return 0 or -errno */
int iem_make_folder(const char *path);

/** The same for the folder that the file PATH stands in. */
int iem_make_parent(const char *path);

/**
 * Write a whole file so that a reader or a crash sees the old or the new one, never a part: temporary file beside
 * it, synced, renamed, folder synced. Makes the folders it needs. @param mode who may read it: 0644 or 0600 as a rule
 * @return 0 or -errno
 */
int iem_write_atomic(const char *path, const char *text, size_t size, mode_t mode);
