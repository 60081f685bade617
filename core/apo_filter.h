/**
 * apo_filter.h - one line of Equalizer APO text: numbers, words, and what a filter's words mean.
 * Only for apo.c. Values only; any thread.
 */
#pragma once

#include "core/band.h"

#define APO_MAX_WORD 32
#define APO_MAX_SENTENCE 200

/** Where reading stands in a line that ends with NUL. */
struct apo_cursor {
	const char *at;
};

/** The next token: a run of letters, or a number. */
struct apo_token {
	enum { APO_END, APO_WORD, APO_NUMBER, APO_BAD_NUMBER, APO_OTHER } kind;
	char word[APO_MAX_WORD]; /* the token as it stands, cut where it is longer */
	double number;
};

struct apo_token apo_next(struct apo_cursor *cursor);

/** What a filter line comes to. */
struct apo_filter {
	bool off; /* switched off, or of type None */
	struct iem_band band; /* but for its side */
	char sentence[APO_MAX_SENTENCE]; /* why it cannot be taken over, or what is odd; empty if nothing */
};

/**
 * What follows "Filter:" on a line.
 * @return 0, or -EINVAL if it cannot be taken over
 */
int apo_filter(struct apo_filter *out, const char *value, enum iem_reference reference);
