/**
 * util.h - the few helpers that every file of the project uses. Header only; any thread.
 */
#pragma once

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/** Run FN on the variable's address when it goes out of scope. */
#define CLEANUP(fn) __attribute__((cleanup(fn)))

/** Format checking for functions that take a printf format as parameter FMT and its values from ARGS on. */
#define IEM_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

static inline void iem_freep(void *p)
{
	free(*(void **)p);
}

static inline void iem_fclosep(FILE **f)
{
	if (*f)
		fclose(*f);
}

/** Take what *p points to out of a cleaned-up variable: the caller owns it from here on. */
#define IEM_STEAL(p) \
	({ \
		__typeof__(p) taken_ = (p); \
		(p) = NULL; \
		taken_; \
	})

static inline int iem_streq(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

/** The same text, or both NULL. */
static inline int iem_same(const char *a, const char *b)
{
	return iem_streq(a, b) || (!a && !b);
}
