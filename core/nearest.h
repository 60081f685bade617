/**
 * nearest.h - what somebody most likely meant to write. Values only; any thread.
 */
#pragma once

#include <stddef.h>

/** The word of WORDS (N of them) that WANTED was most likely meant to be. @return NULL if none is near */
const char *iem_nearest(const char *wanted, const char *const *words, size_t n);
