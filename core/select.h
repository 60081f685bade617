/**
 * select.h - which profile is in force on an output, and why. Pure: the same observations give the same selection
 * and the same written reason. Any thread.
 */
#pragma once

#include "core/match.h"
#include "core/store.h"

enum iem_kind {
	IEM_KIND_HEADPHONES,
	IEM_KIND_HEADSET,
	IEM_KIND_LINE,
	IEM_KIND_SPEAKER,
	IEM_KIND_HDMI,
	IEM_KIND_BLUETOOTH,
	IEM_KIND_USB,
	IEM_KIND_VIRTUAL,
	IEM_KIND_UNKNOWN,
	IEM_KINDS
};

enum iem_reason {
	IEM_REASON_FORCED,
	IEM_REASON_CHOSEN,
	IEM_REASON_MATCHED,
	IEM_REASON_PRODUCT_NAME,
	IEM_REASON_IMPEDANCE,
	IEM_REASON_OWNED,
	IEM_REASON_LAST_USED,
	IEM_REASON_NONE,
	IEM_REASON_LOUDSPEAKER,
	IEM_REASON_ASIDE,
	IEM_REASONS
};

extern const char *const iem_kind_names[IEM_KINDS + 1];
extern const char *const iem_reason_codes[IEM_REASONS + 1];

/** What is seen of an output. All texts belong to the observer. */
struct iem_observation {
	enum iem_kind kind;
	const char *aside; /* why it must be left alone ("a pro-audio profile"), or NULL */
	const char *have[IEM_MATCH_KEYS]; /* NULL where unknown */
	double measured_ohm; /* of what is plugged in, near 0 Hz; 0 or NAN: not measured */
};

/** What the user decided for an output; profile NULL: nothing. */
struct iem_decision {
	const char *profile, *variant;
	bool once; /* not remembered */
};

/** What goes for all outputs. Ids belong to the caller. */
struct iem_habits {
	const char *const *owned; /* the user's own earphones */
	size_t n_owned;
	const char *last_used; /* on an output of this kind; NULL: nothing */
	bool by_name, only_owned, by_last; /* detect.names, .owned, .last_used */
};

#define IEM_REASON_TEXT 1024

struct iem_selection {
	const struct iem_profile *profile; /* the store's; NULL: the output is left alone */
	const struct iem_eq *eq;           /* of the profile's variant; NULL with it */
	char variant[128];                 /* "" for the profile itself */
	enum iem_reason code;
	char reason[IEM_REASON_TEXT]; /* a sentence, or some */
};

/** What there is to go by. HABITS may be NULL: none. */
struct iem_situation {
	const struct iem_observation *seen;
	const struct iem_decision *decision;
	const struct iem_habits *habits;
	const struct iem_store *store;
};

/** Select: by the first of the rungs that decides. The store is read only; nothing is allocated. */
void iem_select(struct iem_selection *out, const struct iem_situation *situation);

/** What is gone by, one after the other. */
enum iem_rung {
	IEM_RUNG_ASIDE,
	IEM_RUNG_CHOSEN,
	IEM_RUNG_LOUDSPEAKER,
	IEM_RUNG_MATCH,
	IEM_RUNG_NAME,
	IEM_RUNG_IMPEDANCE,
	IEM_RUNG_OWNED,
	IEM_RUNG_LAST_USED,
	IEM_RUNGS
};

extern const char *const iem_rung_names[IEM_RUNGS + 1];

/** How a rung came out. */
struct iem_rung_result {
	enum { IEM_RUNG_PASSED, IEM_RUNG_DECIDED, IEM_RUNG_OVERRULED } state; /* OVERRULED: it would, but another did */
	const struct iem_profile *profile; /* NULL: none, also by a decision */
	char text[IEM_REASON_TEXT];        /* why, a sentence */
	const char *hint;                  /* what would change it, a sentence; static */
};

/** The whole ladder, for people. */
void iem_select_explain(struct iem_rung_result rungs[IEM_RUNGS], const struct iem_situation *situation);
