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
};

/** What the user decided for an output; profile NULL: nothing. */
struct iem_decision {
	const char *profile, *variant;
	bool once; /* not remembered */
};

struct iem_selection {
	const struct iem_profile *profile; /* the store's; NULL: the output is left alone */
	const struct iem_eq *eq;           /* of the profile's variant; NULL with it */
	char variant[128];                 /* "" for the profile itself */
	enum iem_reason code;
	char reason[512]; /* a sentence */
};

/** Select. The store is read only; nothing is allocated. */
void iem_select(struct iem_selection *out, const struct iem_observation *seen, const struct iem_decision *decision,
		const struct iem_store *store);
