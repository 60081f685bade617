/**
 * profile_write.h - a profile as the text a person would want to read, and libconfig 1.5 accepts.
 * Values only; any thread.
 */
#pragma once

#include "core/profile.h"

/**
 * Write everything that PROFILE knows; read again it is the same to the last bit. COMMENT (NULL for none) comes
 * first, each of its lines behind a '#'. Facts taken over through `like` are written beside it, so hand in a
 * profile that has not inherited.
 * @return 0 or -ENOMEM; *out is NUL-terminated and the caller's
 */
int iem_profile_write(char **out, const struct iem_profile *profile, const char *comment);
