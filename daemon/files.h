/**
 * files.h - settings, profiles and sources as they are on disk at this moment, and word when they change.
 * Main thread only.
 */
#pragma once

#include "core/paths.h"
#include "core/settings.h"
#include "core/store.h"

#include <pipewire/loop.h>

struct files;

/**
 * CHANGED is called whenever a change was read, also from within files_flush(): what the store held before is freed
 * by then. @return 0 or -errno
 */
int files_new(struct files **out, struct pw_loop *loop, const struct iem_paths *paths, void (*changed)(void *data),
	      void *data);
void files_free(struct files *files);

/**
 * Read everything that was written before this call. Whoever answers a command calls it first: the command sees
 * what its sender wrote. No pointer into the store, the settings or what was made from them outlives it.
 */
void files_flush(struct files *files);

const struct iem_store *files_store(const struct files *files);
/** What holds: of a settings file that does not load, what it held before. */
const struct iem_settings *files_settings(const struct files *files);
