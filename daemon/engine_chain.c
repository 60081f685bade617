/* The chain that should run on an output, and when it is another one. */
#include "daemon/engine_private.h"

#include "daemon/log.h"

#include "core/electrical.h"

#include <errno.h>
#include <math.h>

#define ASSUMED_RATE_HZ 48000 /* until a driver tells its own */

static uint64_t print_bytes(uint64_t print, const void *bytes, size_t size)
{
	for (const unsigned char *b = bytes; size-- > 0; b++) /* FNV-1a */
		print = (print ^ *b) * 0x100000001b3u;
	return print;
}

static bool has_limiter(const struct engine *engine)
{
	return files_settings(engine->config.files)->limiter.enabled;
}

static struct iem_preference preference_for(const struct engine *engine, const struct place *place)
{
	return preferences_for(engine->config.preferences, place->selection.profile->id);
}

/* As text: a struct may have gaps. */
static uint64_t print_preference(uint64_t print, const struct iem_preference *preference)
{
	char text[64];

	for (int key = 0; key < IEM_PREFERENCE_KEYS; key++) {
		iem_preference_text(preference, key, text, sizeof(text));
		print = print_bytes(print, text, strlen(text) + 1);
	}
	return print;
}

/* How loud it is depends on the other one; that may be edited meanwhile, which does not matter until the next turn. */
static uint64_t print_comparison(uint64_t print, const struct engine *engine, const struct place *place)
{
	const struct comparison *comparison = &engine->comparison;
	const char *other = comparison->profile[!comparison->heard], *variant = comparison->variant[!comparison->heard];

	if (!iem_streq(comparison->output, place->output.id))
		return print;
	return print_bytes(print_bytes(print, other, strlen(other) + 1), variant, strlen(variant) + 1);
}

/* What the earphone and its source make of the level and of the response. */
static uint64_t print_level(uint64_t print, const struct engine *engine, const struct place *place)
{
	const struct iem_level_case wish = level_wish(engine, place);
	const struct iem_curve *impedance = &place->selection.profile->earphone.impedance_curve;
	const struct iem_curve *phase = &place->selection.profile->earphone.impedance_phase;
	const double numbers[] = { wish.full_scale_spl_db, wish.doubt_db, wish.volume_db,
				   wish.wanted_spl_db, wish.max_spl_db, wish.manage,
				   impedance->n > 1 ? level_output_ohm(place) : NAN };

	print = print_bytes(print, numbers, sizeof(numbers));
	print = print_bytes(print, impedance->at, impedance->n * sizeof(*impedance->at));
	return print_bytes(print, phase->at, phase->n * sizeof(*phase->at));
}

static uint64_t print_loudness(uint64_t print, const struct engine *engine, const struct place *place)
{
	struct iem_loudness loudness;

	return heard_loudness(engine, place, &loudness) ? print_bytes(print, &loudness, sizeof(loudness)) : print;
}

/* Only where there is anything to be bounded: else a chain would be made anew for nothing. */
static uint64_t print_rated(uint64_t print, const struct engine *engine, const struct place *place,
			    const struct iem_preference *preference)
{
	const struct iem_rated rated = level_rated(engine, place->selection.profile);
	const double numbers[] = { rated.lowest_hz, rated.highest_hz, rated.most_db };
	struct iem_loudness loudness;

	if (iem_preference_is_neutral(preference) && !heard_loudness(engine, place, &loudness))
		return print;
	return print_bytes(print, numbers, sizeof(numbers));
}

/* A number that differs when the chain would: what it is made from, put through a hash. */
static uint64_t chain_print(const struct engine *engine, const struct place *place, double rate_hz)
{
	const struct iem_eq *eq = place->selection.eq;
	const struct {
		double rate_hz, preamp_db;
		int preamp_auto, reference, enabled, raw, limiter, unused;
	} head = { rate_hz, eq->preamp_db, eq->preamp_auto, eq->reference, choices_enabled(engine->config.choices),
		   choices_raw(engine->config.choices), has_limiter(engine) };
	uint64_t print = print_bytes(0xcbf29ce484222325u, &head, sizeof(head));
	const struct iem_preference preference = preference_for(engine, place);

	print = print_preference(print, &preference);
	print = print_level(print, engine, place);
	print = print_loudness(print, engine, place);
	print = print_rated(print, engine, place, &preference);
	print = print_comparison(print, engine, place);
	print = print_bytes(print, eq->bands, eq->n_bands * sizeof(*eq->bands));
	print = print_bytes(print, eq->graphic.at, eq->graphic.n * sizeof(*eq->graphic.at));
	if (eq->impulse)
		print = print_bytes(print, &eq->impulse->print, sizeof(eq->impulse->print));
	return print | 1; /* 0 means none */
}

static struct iem_chain_plan plan_for(const struct place *place, double rate_hz)
{
	struct iem_chain_plan plan = {
		.eq = place->selection.eq,
		.rate_hz = rate_hz,
		.channels = place->output.layout.channels,
	};

	for (unsigned c = 0; c < plan.channels; c++)
		plan.sides[c] = iem_side_of_channel(place->output.layout.positions[c]);
	return plan;
}

/*
 * Off: the correction goes, its level for a pink spectrum stays unless raw; never louder than the source, and no ceiling is
 * passed.
 */
static int bypass_chain(struct iem_chain **out, const struct iem_chain *corrected, struct iem_chain_plan plan, bool raw)
{
	struct iem_level_case ceiling = *plan.level;

	ceiling.wanted_spl_db = NAN;
	plan.level = raw ? &ceiling : NULL;
	plan.eq = NULL;
	plan.preference = NULL;
	plan.damping = NULL;
	plan.loudness = NULL;
	plan.limiter = plan.limiter && !raw; /* so long as levels are matched, the time is, too */
	plan.gain_db = raw ? 0 : fmin(0, iem_chain_pink_db(corrected));
	return iem_chain_new(out, &plan);
}

int engine_prepare(struct engine *engine, struct iem_chain_plan *plan)
{
	struct iem_recipe recipe;
	int r = 0;

	/* All that are missing are asked for. */
	for (int part = 0; part < IEM_PARTS && (r == 0 || r == -EAGAIN); part++) {
		const bool has = iem_chain_recipe(&recipe, plan, part);
		const int got = has ? responses_get(engine->responses, &recipe, &plan->prepared[part]) : 0;

		r = got < 0 ? got : r;
	}
	return r;
}

/* The level is the corrected chain's, which is matched without it, too; but raw it is what that chain makes of a ceiling. */
static void note_chain(struct engine *engine, struct place *place, const struct iem_chain *corrected,
		       const struct iem_chain *chain)
{
	const struct iem_preference preference = preference_for(engine, place);
	const struct iem_rated rated = level_rated(engine, place->selection.profile);

	iem_added_held(&preference, &rated, place->held, sizeof(place->held));
	place->level = *iem_chain_level(choices_raw(engine->config.choices) ? chain : corrected);
	place->damping_db = 0 - iem_largest_change(&place->selection.profile->earphone, level_output_ohm(place)).y;
	place->preamp_db = iem_chain_preamp_db(chain);
	place->gain_db = iem_chain_gain_db(chain);
	place->removal_db = iem_chain_removal_db(chain);
	place->latency = iem_chain_latency(chain);
	place->rate_hz = iem_chain_rate(chain);
	place->chain_print = chain_print(engine, place, place->rate_hz);
}

static void tell_skipped(const struct place *place, const struct iem_chain *chain)
{
	if (iem_chain_skipped(chain))
		log_warning("%u bands of '%s' are above half the rate of %.0f Hz and are left out.",
			    iem_chain_skipped(chain), place->selection.profile->id, iem_chain_rate(chain));
}

/* From a plan that lacks nothing but what is prepared. */
static int design(struct engine *engine, struct place *place, struct iem_chain_plan *plan, struct iem_chain **out)
{
	CLEANUP(iem_chain_freep) struct iem_chain *corrected = NULL;
	struct iem_chain *bypass;
	const int prepared = engine_prepare(engine, plan);
	int r = compare_gain_db(engine, place, plan, &plan->gain_db);

	if (prepared < 0 || r < 0)
		return prepared < 0 ? prepared : r;
	if ((r = iem_chain_new(&corrected, plan)) < 0)
		return r;
	tell_skipped(place, corrected);
	if (choices_enabled(engine->config.choices)) {
		note_chain(engine, place, corrected, corrected);
		*out = IEM_STEAL(corrected);
		return 0;
	}
	if ((r = bypass_chain(&bypass, corrected, *plan, choices_raw(engine->config.choices))) < 0)
		return r;
	note_chain(engine, place, corrected, bypass);
	*out = bypass;
	return 0;
}

static int make_chain(struct engine *engine, struct place *place, double rate_hz, struct iem_chain **out)
{
	const struct iem_preference preference = preference_for(engine, place);
	const struct iem_level_case wish = level_wish(engine, place);
	const struct iem_rated rated = level_rated(engine, place->selection.profile);
	CLEANUP(iem_curve_finish) struct iem_curve damping = { 0 };
	struct iem_loudness loudness;
	struct iem_chain_plan plan = plan_for(place, rate_hz);
	int r = level_damping(&damping, place);

	plan.preference = &preference;
	plan.rated = &rated;
	plan.limiter = has_limiter(engine);
	plan.level = &wish;
	plan.damping = damping.n ? &damping : NULL;
	plan.loudness = heard_loudness(engine, place, &loudness) ? &loudness : NULL;
	if (r == 0)
		r = design(engine, place, &plan, out);
	place->preparing = r == -EAGAIN;
	if (r < 0 && r != -EAGAIN)
		log_error("The chain for '%s' could not be made: %s.", place->selection.profile->id, strerror(-r));
	return r;
}

/* While no driver tells it, it is likely to be what it was before. */
double engine_rate_of(const struct place *place)
{
	const uint32_t rate = place->pair ? rt_position_rate(pair_rt(place->pair)) : 0;

	if (rate >= IEM_MIN_RATE_HZ && rate <= IEM_MAX_RATE_HZ)
		return rate;
	return place->rate_hz > 0 ? place->rate_hz : ASSUMED_RATE_HZ;
}

int engine_first_chain(struct engine *engine, struct place *place, struct iem_chain **out)
{
	return make_chain(engine, place, engine_rate_of(place), out);
}

void engine_update_chain(struct engine *engine, struct place *place)
{
	const double rate_hz = engine_rate_of(place);
	const uint64_t print = chain_print(engine, place, rate_hz);
	struct iem_chain *chain;
	int r;

	if (print == place->chain_print || print == place->failed_print) {
		place->preparing = false;
		/* The user's hand has moved the output above what its level may be. */
		hardware_lower(engine, place, place->level.hardware_gain_db);
		return;
	}
	/* What waits for the output is designed once more when its turn comes, not at every look. */
	if (print == place->waiting_print && !hardware_lower(engine, place, place->level.hardware_gain_db))
		return;
	place->waiting_print = 0;
	r = make_chain(engine, place, rate_hz, &chain);
	if (r == -EAGAIN)
		return;
	place->failed_print = r < 0 ? print : 0; /* not again before anything about it changes */
	if (r < 0)
		return;
	if (!hardware_lower(engine, place, place->level.hardware_gain_db)) {
		iem_chain_free(chain);
		place->waiting_print = print;
		place->chain_print = 0; /* its turn comes when the output is softer */
		return;
	}
	rt_publish(pair_rt(place->pair), chain);
	pair_set_latency(place->pair, place->latency);
}
