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

#define STATEFILE_MAX_TEXT 8192 /* bytes of a text */

/**
 * A text of any bytes, such as a foreign node's name. CONF_STRING takes no control characters and nothing but UTF-8; what
 * we keep must read as it was: such bytes stand in the file as \xXX.
 */
#define STATEFILE_TEXT(key, field) { key, CONF_CUSTOM, field, .read = statefile_read_text }

/** Write TEXT in quotes for such a key; no longer than STATEFILE_MAX_TEXT, else the file would not be read. */
void statefile_put_text(FILE *out, const char *text);
/** A conf_read_fn; FIELD is a char *, which is replaced. */
int statefile_read_text(struct conf *conf, const config_setting_t *setting, const struct conf_key *key, void *field);

/** A profile's or a source's id, as iem_id_valid() has it: it goes on the bus, and nothing else is looked up. */
#define STATEFILE_ID(key, field) { key, CONF_CUSTOM, field, .read = statefile_read_id }
/** A conf_read_fn; FIELD is a char *, which is replaced. */
int statefile_read_id(struct conf *conf, const config_setting_t *setting, const struct conf_key *key, void *field);
