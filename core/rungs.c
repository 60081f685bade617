/* What a profile is selected by, from what the user said down to what can be guessed. */
#include "core/rungs.h"

#include "core/electrical.h"
#include "core/product_name.h"
#include "core/utf8.h"

#include <math.h>
#include <stdarg.h>

static IEM_PRINTF(2, 3) void say_why(struct rung_answer *out, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(out->text, sizeof(out->text), format, args);
	va_end(args);
	iem_make_utf8(out->text); /* a name may have been cut within a character */
}

static void decide(struct rung_answer *out, const struct iem_profile *profile, enum iem_reason code)
{
	out->decided = true;
	out->profile = profile;
	out->code = code;
}

/* --- what must not be, and what was said ------------------------------------------------------------- */

static void ask_aside(struct rung_answer *out, const struct iem_situation *s)
{
	if (!s->seen->aside) {
		say_why(out, "Nothing speaks against a correction here.");
		return;
	}
	decide(out, NULL, IEM_REASON_ASIDE);
	say_why(out, "Left alone: %s.", s->seen->aside);
}

static void ask_chosen(struct rung_answer *out, const struct iem_situation *s)
{
	const struct iem_decision *d = s->decision;
	const struct iem_entry *entry =
		d->profile ? iem_store_find(s->store, IEM_STORE_PROFILES, d->profile) : NULL;
	bool lost_variant;

	if (!d->profile) {
		say_why(out, "No profile was chosen for this output.");
		return;
	}
	decide(out, entry ? entry->profile : NULL, IEM_REASON_NONE);
	if (!entry) {
		say_why(out, "The chosen profile '%s' does not exist any more.", d->profile);
		return;
	}
	if (!entry->profile) {
		say_why(out, "The chosen profile '%s' does not load; 'iemctl check' tells why.", d->profile);
		return;
	}
	lost_variant = d->variant && *d->variant && !iem_profile_eq(entry->profile, d->variant);
	out->variant = d->variant;
	out->code = d->once ? IEM_REASON_FORCED : IEM_REASON_CHOSEN;
	say_why(out, "You chose '%s' for this output%s%s%s%s.", d->profile, d->once ? ", for this once" : "",
		lost_variant ? "; its variant '" : "", lost_variant ? d->variant : "",
		lost_variant ? "' is gone" : "");
}

static void ask_loudspeaker(struct rung_answer *out, const struct iem_situation *s)
{
	const char *what = s->seen->kind == IEM_KIND_SPEAKER ? "These are loudspeakers"
			   : s->seen->kind == IEM_KIND_HDMI  ? "This goes to a display"
							     : NULL;

	if (!what) {
		say_why(out, "An earphone may hang here.");
		return;
	}
	decide(out, NULL, IEM_REASON_LOUDSPEAKER);
	say_why(out, "%s; only 'iemctl switch' puts a profile on %s.", what,
		s->seen->kind == IEM_KIND_SPEAKER ? "them" : "it");
}

/* --- what the device tells --------------------------------------------------------------------------- */

struct best {
	const struct iem_entry *entry;
	const struct iem_match *rule;
	unsigned keys;
	const struct iem_entry *tied; /* another one of as many keys, from the same place; NULL: none */
};

/* The rule with more keys wins; between equals the user's profile before the system's, then by id. */
static void weigh(struct best *best, const struct iem_entry *entry, const struct iem_match *rule,
		  unsigned keys)
{
	const bool equal = best->entry && keys == best->keys;

	if (keys == 0 || keys < best->keys || (equal && entry->from > best->entry->from))
		return;
	if (!equal || entry->from < best->entry->from)
		*best = (struct best){ entry, rule, keys, NULL };
	else if (!best->tied && entry != best->entry)
		best->tied = entry;
}

static void ask_match(struct rung_answer *out, const struct iem_situation *s)
{
	const struct iem_entry *const *entries;
	const size_t n = iem_store_entries(s->store, &entries);
	struct best best = { 0 };
	char asked[256];

	for (size_t i = 0; i < n; i++)
		for (size_t m = 0; entries[i]->profile && m < entries[i]->profile->matches.n; m++) {
			const struct iem_match *rule = &entries[i]->profile->matches.at[m];

			weigh(&best, entries[i], rule, iem_match_holds(rule, s->seen->have));
		}
	if (!best.entry) {
		say_why(out, "No rule matches it.");
		return;
	}
	decide(out, best.entry->profile, IEM_REASON_MATCHED);
	say_why(out, "A rule of '%s' matches this output: %s%s%s%s.", best.entry->id,
		iem_match_describe(best.rule, asked, sizeof(asked)), best.tied ? "; so does one of '" : "",
		best.tied ? best.tied->id : "", best.tied ? "', which comes after it by its id" : "");
}

/* The device is the earphone: a dongle has a name of its own. */
static const char *own_name(const struct iem_observation *seen)
{
	if (seen->have[IEM_MATCH_BLUETOOTH])
		return seen->have[IEM_MATCH_BLUETOOTH];
	return seen->have[IEM_MATCH_USB] ? seen->have[IEM_MATCH_PRODUCT] : NULL;
}

#define MAX_SAME 4 /* that are named */

/* Profiles of one kind, from the most particular place that has any. */
struct same {
	const struct iem_entry *at[MAX_SAME];
	size_t n;
};

static void note_same(struct same *same, const struct iem_entry *entry)
{
	if (same->n && entry->from > same->at[0]->from)
		return;
	if (same->n && entry->from < same->at[0]->from)
		same->n = 0;
	if (same->n < MAX_SAME)
		same->at[same->n++] = entry;
}

/* "'a', 'b'" @return buf */
static const char *names_of(const struct same *same, char *buf, size_t size)
{
	size_t n = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < same->n && n < size; i++)
		n += (size_t)snprintf(buf + n, size - n, "%s'%s'", i ? ", " : "", same->at[i]->id);
	return buf;
}

static void ask_name(struct rung_answer *out, const struct iem_situation *s)
{
	const char *name = own_name(s->seen);
	const struct iem_entry *const *entries;
	const size_t n = iem_store_entries(s->store, &entries);
	struct same same = { .n = 0 };
	char names[5 * IEM_MAX_ID];

	for (size_t i = 0; name && i < n; i++)
		if (entries[i]->profile && iem_product_is(name, &entries[i]->profile->earphone))
			note_same(&same, entries[i]);
	if (!same.n) {
		say_why(out, name ? "No profile is called '%.100s'." : "It tells no name of its own.", name);
		return;
	}
	out->offers = same.n > 1 || !s->habits->by_name;
	names_of(&same, names, sizeof(names));
	if (same.n > 1) {
		say_why(out, "Several profiles are called '%.100s': %s. 'iemctl switch' takes one.", name,
			names);
	} else if (!s->habits->by_name) {
		say_why(out, "The profile %s is called '%.100s'; 'iemctl switch %s' takes it.", names, name,
			same.at[0]->id);
	} else {
		decide(out, same.at[0]->profile, IEM_REASON_PRODUCT_NAME);
		say_why(out, "This output calls itself '%.100s', as the earphone of %s is called.", name,
			names);
	}
}

/* --- what the user owns, and does -------------------------------------------------------------------- */

/* Whole ohms, and of several drivers at 0 Hz; at 9 ohm that is a tenth already. */
static bool may_be(const struct iem_earphone *earphone, double measured_ohm)
{
	const double ohm = iem_earphone_ohm_at(earphone, 20);

	return fabs(measured_ohm - ohm) <= 1 + 0.15 * ohm;
}

static void ask_impedance(struct rung_answer *out, const struct iem_situation *s)
{
	const double ohm = s->seen->measured_ohm;
	struct same same = { .n = 0 };
	char names[5 * IEM_MAX_ID];

	if (!(ohm > 0)) {
		say_why(out, "The impedance of what is plugged in was not measured.");
		return;
	}
	for (size_t i = 0; i < s->habits->n_owned; i++) {
		const struct iem_entry *entry =
			iem_store_find(s->store, IEM_STORE_PROFILES, s->habits->owned[i]);

		if (entry && entry->profile && may_be(&entry->profile->earphone, ohm) && same.n < MAX_SAME)
			same.at[same.n++] = entry;
	}
	names_of(&same, names, sizeof(names));
	out->offers = same.n > 1;
	if (!same.n) {
		say_why(out, "None of your earphones has about the %g ohm that were measured.", ohm);
	} else if (same.n > 1) {
		say_why(out, "Several of your earphones have about the %g ohm that were measured: %s.", ohm,
			names);
	} else {
		decide(out, same.at[0]->profile, IEM_REASON_IMPEDANCE);
		say_why(out, "Of your earphones only %s has about the %g ohm that were measured.", names,
			ohm);
	}
}

static void ask_owned(struct rung_answer *out, const struct iem_situation *s)
{
	const struct iem_habits *habits = s->habits;
	const struct iem_profile *profile =
		habits->n_owned == 1 ? iem_store_profile(s->store, habits->owned[0]) : NULL;

	if (habits->n_owned != 1)
		say_why(out, "You own %s earphone%s.", habits->n_owned ? "more than one" : "no",
			habits->n_owned ? "" : "s");
	else if (!profile)
		say_why(out, "The earphone that you own, '%s', has no profile that loads.", habits->owned[0]);
	else if (!habits->only_owned)
		say_why(out,
			"You own '%s' alone; 'iemctl set detect.owned on' uses it wherever nothing else is "
			"known.",
			profile->id);
	else
		say_why(out, "'%s' is the only earphone that you own.", profile->id);
	if (profile && habits->only_owned)
		decide(out, profile, IEM_REASON_OWNED);
}

static void ask_last_used(struct rung_answer *out, const struct iem_situation *s)
{
	const char *last = s->habits->last_used;
	const struct iem_profile *profile = last ? iem_store_profile(s->store, last) : NULL;
	const char *kind = iem_kind_names[s->seen->kind];

	if (!last)
		say_why(out, "None was used on an output of this kind (%s) so far.", kind);
	else if (!profile)
		say_why(out, "'%s', used last on an output of this kind (%s), has no profile that loads.",
			last, kind);
	else if (!s->habits->by_last)
		say_why(out,
			"'%s' was used last on an output of this kind (%s); 'iemctl set detect.last_used on' "
			"goes by that.",
			last, kind);
	else
		say_why(out, "'%s' was used last on an output of this kind (%s).", last, kind);
	if (profile && s->habits->by_last)
		decide(out, profile, IEM_REASON_LAST_USED);
}

/* --- the ladder -------------------------------------------------------------------------------------- */

const char *const iem_rung_names[IEM_RUNGS + 1] = {
	"aside", "chosen", "loudspeaker", "match", "name", "impedance", "owned", "last-used", NULL,
};

const struct rung iem_rungs[IEM_RUNGS] = {
	[IEM_RUNG_ASIDE] = { ask_aside, NULL },
	[IEM_RUNG_CHOSEN] = { ask_chosen,
			      "'iemctl switch PROFILE' chooses one, 'iemctl auto' forgets the choice." },
	[IEM_RUNG_LOUDSPEAKER] = { ask_loudspeaker, NULL },
	[IEM_RUNG_MATCH] = { ask_match, "A rule in a profile, 'match', may ask for what this output tells." },
	[IEM_RUNG_NAME] = { ask_name, "A profile whose brand and model are its name would be taken." },
	[IEM_RUNG_IMPEDANCE] = { ask_impedance,
				 "This version does not read yet what some codecs measure." },
	[IEM_RUNG_OWNED] = { ask_owned, "'iemctl own add' and 'remove' say what you own." },
	[IEM_RUNG_LAST_USED] = { ask_last_used, NULL },
};
