/**
 * files.h - the profiles, sources and settings that commands work on without the service.
 */
#pragma once

#include "core/settings.h"
#include "core/store.h"

#include <stdbool.h>

struct files {
	struct iem_paths paths;
	struct iem_store *store; /* scanned */
};

/** Find out where everything is and read it. @return enum status, after saying what went wrong */
int files_open(struct files *files);
void files_close(struct files *files);

/** The entry of an id, also one that does not load. @return NULL after saying that there is none */
const struct iem_entry *files_entry(const struct files *files, const char *id);

/**
 * A profile that loads.
 * @return enum status: STATUS_NOT_FOUND where no file has the id, STATUS_FAILED after telling what is wrong with it
 */
int files_profile(const struct files *files, const char *id, const struct iem_entry **out);

/** The same for a source. */
int files_source(const struct files *files, const char *id, const struct iem_entry **out);

/** The settings in force. @return enum status: STATUS_FAILED after telling what is wrong; *out has the defaults then */
int read_settings(const struct iem_paths *paths, struct iem_settings *out);

/** The equaliser of a variant (NULL: the profile's own). @return enum status */
int files_eq(const struct iem_profile *profile, const char *variant, const struct iem_eq **out);

/** What has to happen after a file was changed, STATUS_DONE or why it did not. */
int after_change(void);
