/**
 * journal.h - what we change outside ourselves and what it was before, on disk before each change, so that it can be
 * put right however we end. Main thread only. Each note is written whole, synced and renamed before it returns.
 */
#pragma once

#include "core/paths.h"
#include "daemon/volume.h"

struct journal;

#define JOURNAL_MAX_MANAGED 64 /* outputs */
#define JOURNAL_MOST_DB 10.6   /* 150 %, the most that desktops offer: what is noted above is none of the user's */

/** An output's volume on its way from what it was to what the user set on our own sink. */
struct journal_volume {
	char *node, *port; /* of the output; port NULL where it has none */
	struct volume before, wanted;
	struct volume was; /* of one that holds a part of ours: at the time; channels 0: not noted */
};

/** Read what an earlier run left; a damaged file is set aside and told. @return 0 or -ENOMEM */
int journal_new(struct journal **out, const struct iem_paths *paths);
void journal_free(struct journal *journal);

/** Is anything noted? */
bool journal_is_empty(const struct journal *journal);
/** Was there a journal that could not be read? */
bool journal_was_damaged(const struct journal *journal);

/**
 * Note the user's configured default sink (a value of default_value.h; NULL: none) before it is changed.
 * @return 0 or -errno: it is noted for this run only then, or with -ENOMEM not at all
 */
int journal_note_default(struct journal *journal, const char *value);
/** Is one noted? */
bool journal_has_default(const struct journal *journal);
/** What is noted, to be put back as it was; NULL where the user had none. Valid until the next change. */
const char *journal_default_value(const struct journal *journal);
/** The node that it names; NULL where it names none. Valid until the next change. */
const char *journal_default(const struct journal *journal);
/** It was put back. */
void journal_drop_default(struct journal *journal);

/** Note a volume before it is changed; a former note is replaced, texts are copied. @return 0 or -errno */
int journal_note_volume(struct journal *journal, const struct journal_volume *volume);
/** What is noted, or NULL. Valid until the next change. */
const struct journal_volume *journal_volume(const struct journal *journal);
/** It arrived, or was put right. */
void journal_drop_volume(struct journal *journal);

/**
 * Note that an output's volume holds a part of ours: `before` is the user's own position, `wanted` that position and our
 * part, which the output is told after this, and `was` what it has till then. A former note for the same node and port is replaced, texts are copied.
 * @return 0, -ENOSPC for more than JOURNAL_MAX_MANAGED, or another -errno
 */
int journal_note_managed(struct journal *journal, const struct journal_volume *volume);
/** What is noted for a node and its port (NULL: it has none), or NULL. Valid until the next change. */
const struct journal_volume *journal_managed(const struct journal *journal, const char *node, const char *port);
/** The note at INDEX; NULL beyond the last. Valid until the next change. */
const struct journal_volume *journal_managed_at(const struct journal *journal, size_t index);
/** Does such a note speak of what an output has NOW? Where that is neither `was` nor `wanted`, somebody else has moved it. */
bool journal_volume_is_ours(const struct journal_volume *managed, const struct volume *now);
/** The output's volume is the user's own again. */
void journal_drop_managed(struct journal *journal, const char *node, const char *port);
