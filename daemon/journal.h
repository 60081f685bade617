/**
 * journal.h - what we changed outside ourselves and what it was before, on disk before each change, so that it can
 * be put back however we end. Main thread only.
 */
#pragma once

#include "core/paths.h"

#include <stdbool.h>

struct journal;

/** Read what an earlier run left; a damaged file is set aside and told. @return 0 or -ENOMEM */
int journal_new(struct journal **out, const struct iem_paths *paths);
void journal_free(struct journal *journal);

/** Note the user's configured default sink (NULL: none), synced, before it is changed. @return 0 or -errno */
int journal_note_default(struct journal *journal, const char *configured);
/** Is one noted? */
bool journal_has_default(const struct journal *journal);
/** What is noted; NULL where the user had none. Valid until the next change. */
const char *journal_default(const struct journal *journal);
/** It was put back. */
void journal_drop_default(struct journal *journal);
