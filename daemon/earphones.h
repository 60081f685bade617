/**
 * earphones.h - the earphones that the user owns, and what was used last on each kind of output, kept in
 * $XDG_STATE_HOME/iemd/earphones.conf. Main thread only. Written whole, synced and renamed on every change; a
 * damaged file is set aside and told.
 */
#pragma once

#include "core/paths.h"
#include "core/select.h"

#define EARPHONES_OWNED 100 /* at most */

struct earphones;

/** Read what is remembered; a missing file is nothing. @return 0 or -ENOMEM */
int earphones_new(struct earphones **out, const struct iem_paths *paths);
void earphones_free(struct earphones *earphones);

/** Their ids, in the order in which they were said; valid until the next change. @return how many */
size_t earphones_owned(const struct earphones *earphones, const char *const **out);
bool earphones_owns(const struct earphones *earphones, const char *profile);

/**
 * Say that PROFILE is owned or is not any more; what is so already stays so. @return 0, -ENOSPC, -ENOMEM, or
 * another -errno if it could not be written (it holds all the same)
 */
int earphones_own(struct earphones *earphones, const char *profile, bool owned);

/** The profile used last on an output of that kind, by the user's choice; NULL: none. Valid until the next
 * change. */
const char *earphones_last(const struct earphones *earphones, enum iem_kind kind);
/** @return as for earphones_own() */
int earphones_note_last(struct earphones *earphones, enum iem_kind kind, const char *profile);
