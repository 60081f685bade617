#include "core/select.h"

#include <stdarg.h>

const char *const iem_kind_names[IEM_KINDS + 1] = {
	"headphones", "headset", "line", "speaker", "hdmi", "bluetooth", "usb", "virtual", "unknown", NULL,
};

const char *const iem_reason_codes[IEM_REASONS + 1] = {
	"forced", "chosen", "matched", "product-name", "impedance", "owned", "last-used", "none", "loudspeaker", "aside",
	NULL,
};

static IEM_PRINTF(3, 4) void conclude(struct iem_selection *out, enum iem_reason code, const char *format, ...)
{
	va_list args;

	out->code = code;
	va_start(args, format);
	vsnprintf(out->reason, sizeof(out->reason), format, args);
	va_end(args);
}

/* Put a profile in force; a variant that it does not have (any more) falls back to the profile itself. */
static void take(struct iem_selection *out, const struct iem_profile *profile, const char *variant)
{
	out->profile = profile;
	out->eq = iem_profile_eq(profile, variant);
	if (!out->eq)
		out->eq = &profile->eq;
	else if (variant)
		snprintf(out->variant, sizeof(out->variant), "%s", variant);
}

static void select_decided(struct iem_selection *out, const struct iem_decision *decision,
			   const struct iem_store *store)
{
	const struct iem_entry *entry = iem_store_find(store, IEM_STORE_PROFILES, decision->profile);
	const bool lost_variant = decision->variant && *decision->variant && entry && entry->profile &&
				  !iem_profile_eq(entry->profile, decision->variant);

	if (!entry) {
		conclude(out, IEM_REASON_NONE, "The chosen profile '%s' does not exist any more.", decision->profile);
		return;
	}
	if (!entry->profile) {
		conclude(out, IEM_REASON_NONE, "The chosen profile '%s' does not load; 'iemctl check' tells why.",
			 decision->profile);
		return;
	}
	take(out, entry->profile, decision->variant);
	conclude(out, IEM_REASON_CHOSEN, "You chose '%s' for this output%s%s%s%s.", decision->profile,
		 decision->once ? ", for this once" : "", lost_variant ? "; its variant '" : "",
		 lost_variant ? decision->variant : "", lost_variant ? "' is gone" : "");
}

/* The rule with more keys wins; between equals the user's profile before the system's, then by id. */
static void select_matched(struct iem_selection *out, const struct iem_observation *seen,
			   const struct iem_store *store)
{
	const struct iem_entry *const *entries, *best = NULL;
	const struct iem_match *rule = NULL;
	const size_t n = iem_store_entries(store, &entries);
	unsigned most = 0;
	char asked[256];

	for (size_t i = 0; i < n; i++) {
		const struct iem_profile *profile = entries[i]->profile;

		for (size_t m = 0; profile && m < profile->matches.n; m++) {
			const unsigned held = iem_match_holds(&profile->matches.at[m], seen->have);

			if (held > most || (held && held == most && entries[i]->from < best->from)) {
				most = held;
				best = entries[i];
				rule = &profile->matches.at[m];
			}
		}
	}
	if (!best) {
		conclude(out, IEM_REASON_NONE, "No profile was chosen for this output and no rule matches it.");
		return;
	}
	take(out, best->profile, NULL);
	conclude(out, IEM_REASON_MATCHED, "A rule of '%s' matches this output: %s.", best->id,
		 iem_match_describe(rule, asked, sizeof(asked)));
}

/* What is in force is what loaded last. */
static void tell_if_broken(struct iem_selection *out, const struct iem_store *store)
{
	const struct iem_entry *entry = iem_store_find(store, IEM_STORE_PROFILES, out->profile->id);
	const size_t length = strlen(out->reason);

	if (entry && entry->broken)
		snprintf(out->reason + length, sizeof(out->reason) - length,
			 " Its file does not load any more, so it stays as it was; 'iemctl check' tells why.");
}

void iem_select(struct iem_selection *out, const struct iem_observation *seen, const struct iem_decision *decision,
		const struct iem_store *store)
{
	memset(out, 0, sizeof(*out));
	if (seen->aside)
		conclude(out, IEM_REASON_ASIDE, "Left alone: %s.", seen->aside);
	else if (decision->profile)
		select_decided(out, decision, store);
	else if (seen->kind == IEM_KIND_SPEAKER)
		conclude(out, IEM_REASON_LOUDSPEAKER, "These are loudspeakers; only 'iemctl switch' puts a profile on them.");
	else
		select_matched(out, seen, store);
	if (out->profile)
		tell_if_broken(out, store);
}
