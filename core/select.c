#include "core/select.h"

#include "core/rungs.h"
#include "core/utf8.h"

const char *const iem_kind_names[IEM_KINDS + 1] = {
	"headphones", "headset", "line", "speaker", "hdmi", "bluetooth", "usb", "virtual", "unknown", NULL,
};

const char *const iem_reason_codes[IEM_REASONS + 1] = {
	"forced", "chosen", "matched", "product-name", "impedance", "owned", "last-used", "none", "loudspeaker", "aside",
	NULL,
};

static const struct iem_habits no_habits = { .by_name = false };

static struct iem_situation complete(const struct iem_situation *given)
{
	struct iem_situation situation = *given;

	if (!situation.habits)
		situation.habits = &no_habits;
	return situation;
}

/* Put a profile in force; a variant that it does not have (any more) falls back to the profile itself. */
static void take(struct iem_selection *out, const struct rung_answer *answer)
{
	const struct iem_profile *profile = answer->profile;

	out->code = answer->code;
	snprintf(out->reason, sizeof(out->reason), "%s", answer->text);
	if (!profile)
		return;
	out->profile = profile;
	out->eq = iem_profile_eq(profile, answer->variant);
	if (!out->eq)
		out->eq = &profile->eq;
	else if (answer->variant)
		snprintf(out->variant, sizeof(out->variant), "%s", answer->variant);
}

static void add(struct iem_selection *out, const char *sentence)
{
	const size_t length = strlen(out->reason);

	snprintf(out->reason + length, sizeof(out->reason) - length, " %s", sentence);
}

/* What is in force is what loaded last. */
static void tell_if_broken(struct iem_selection *out, const struct iem_store *store)
{
	const struct iem_entry *entry = iem_store_find(store, IEM_STORE_PROFILES, out->profile->id);

	if (entry && entry->broken)
		add(out, "Its file does not load any more, so it stays as it was; 'iemctl check' tells why.");
}

void iem_select(struct iem_selection *out, const struct iem_situation *given)
{
	const struct iem_situation situation = complete(given);
	struct rung_answer answer;

	memset(out, 0, sizeof(*out));
	out->code = IEM_REASON_NONE;
	snprintf(out->reason, sizeof(out->reason), "No profile was chosen for this output and no rule matches it.");
	for (int i = 0; i < IEM_RUNGS; i++) {
		answer = (struct rung_answer){ .decided = false };
		iem_rungs[i].ask(&answer, &situation);
		if (answer.decided) {
			take(out, &answer);
			break;
		}
		if (answer.offers)
			add(out, answer.text);
	}
	if (out->profile)
		tell_if_broken(out, situation.store);
	iem_make_utf8(out->reason); /* for what was cut */
}

void iem_select_explain(struct iem_rung_result rungs[IEM_RUNGS], const struct iem_situation *given)
{
	const struct iem_situation situation = complete(given);
	bool decided = false;

	for (int i = 0; i < IEM_RUNGS; i++) {
		struct rung_answer answer = { .decided = false };

		iem_rungs[i].ask(&answer, &situation);
		rungs[i] = (struct iem_rung_result){
			.state = !answer.decided ? IEM_RUNG_PASSED : decided ? IEM_RUNG_OVERRULED : IEM_RUNG_DECIDED,
			.profile = answer.profile,
			.hint = iem_rungs[i].hint,
		};
		memcpy(rungs[i].text, answer.text, sizeof(answer.text));
		decided |= answer.decided;
	}
}
