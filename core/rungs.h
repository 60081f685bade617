/**
 * rungs.h - what select.c goes by, a function each. Only for it.
 */
#pragma once

#include "core/select.h"

/** A rung's answer. Profile NULL and decided: the output is left alone. */
struct rung_answer {
	bool decided;
	const struct iem_profile *profile;
	const char *variant; /* NULL: the profile itself */
	enum iem_reason code;
	char text[IEM_REASON_TEXT]; /* why, or why not */
	bool offers; /* it names a profile that the user may take: worth telling where nothing decided */
};

struct rung {
	void (*ask)(struct rung_answer *out, const struct iem_situation *situation);
	const char *hint;
};

extern const struct rung iem_rungs[IEM_RUNGS];
