/**
 * match.h - rules that say which device or port something belongs to.
 * Values only; any thread.
 */
#pragma once

#include "core/util.h"

#include <stdbool.h>

/** What a rule can ask for; also what an output tells about itself. */
enum iem_match_key {
	IEM_MATCH_USB,       /* "vid:pid", four hex digits each, lower case */
	IEM_MATCH_PRODUCT,
	IEM_MATCH_SERIAL,
	IEM_MATCH_BLUETOOTH, /* the name a Bluetooth device goes by */
	IEM_MATCH_ADDRESS,   /* Bluetooth address */
	IEM_MATCH_CARD,
	IEM_MATCH_PORT,
	IEM_MATCH_NODE,
	IEM_MATCH_KEYS
};

extern const char *const iem_match_key_names[IEM_MATCH_KEYS + 1];

/** A rule: all given keys must hold; NULL: not asked for. Texts are the owner's. */
struct iem_match {
	char *want[IEM_MATCH_KEYS];
};

/** Rules of which one has to hold. */
struct iem_matches {
	struct iem_match *at;
	size_t n;
};

/** Release all rules and their texts. */
void iem_matches_finish(struct iem_matches *matches);

/** True where TEXT has the form of PATTERN: `*` any run, `?` any one character; case counts for nothing. */
bool iem_glob(const char *pattern, const char *text);

/**
 * Does the rule hold for an output that tells HAVE (NULL: unknown)? Everything but a USB id may be a pattern.
 * @return how many keys held, 0 if the rule does not hold or asks for nothing
 */
unsigned iem_match_holds(const struct iem_match *match, const char *const have[IEM_MATCH_KEYS]);

/** "usb 1234:abcd, port x" of what the rule asks for. @return buf */
const char *iem_match_describe(const struct iem_match *match, char *buf, size_t size);
