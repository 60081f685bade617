/**
 * statefile.h - the small files that we keep for ourselves in $XDG_STATE_HOME/iemd/. Main thread only.
 */
#pragma once

#include "core/conf.h"

/**
 * Read PATH by KEYS into OBJECT, whose fields must hold their defaults. A missing file is no mistake. A damaged one
 * never stops the start: it is told, set aside as PATH.damaged and LOST tells what that means for the user.
 * @return 0, or -EINVAL where it was damaged: OBJECT may be half filled then
 */
int statefile_read(const char *path, const struct conf_key *keys, void *object, const char *lost);

/** Write TEXT in quotes, so that it reads as it was. */
void statefile_put_quoted(FILE *out, const char *text);
