/**
 * source_select.h - which output stage is behind an output, and how that is known. Pure: the same facts give the same
 * answer and the same sentence. Any thread.
 */
#pragma once

#include "core/store.h"

#define IEM_NO_SOURCE "none" /* decided: it is none that is known */

struct iem_source_selection {
	const struct iem_source *source; /* the store's; NULL: not known, so that levels are relative to full scale */
	char reason[512];                /* a sentence */
};

/**
 * DECIDED is what the user said: an id, IEM_NO_SOURCE, or NULL for nothing; HAVE is what the output tells about itself.
 * USB ids are shared by whole families: a rule that asks for them decides only together with the product's own name, and
 * where that is not asked for the source is offered in the sentence. Of the rules that decide the one with more keys wins,
 * between equals the user's file before the shipped one, then by id.
 */
void iem_source_select(struct iem_source_selection *out, const char *const have[IEM_MATCH_KEYS], const char *decided,
		       const struct iem_store *store);
