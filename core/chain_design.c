/* From a plan to filters and gains. */
#include "core/chain_private.h"

#include <errno.h>
#include <math.h>

static int add_section(struct ear *ear, const struct iem_band *band, const struct iem_biquad *section)
{
	if (ear->n == CHAIN_MAX_SECTIONS)
		return -E2BIG;
	ear->bands[ear->n] = *band;
	ear->sections[ear->n++] = *section;
	return 0;
}

static int add_bands(struct iem_chain *chain, const struct iem_band *bands, size_t n, enum iem_reference reference,
		     unsigned *skipped)
{
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++) {
		struct iem_biquad section;

		if (!iem_band_fits(&bands[i], chain->rate_hz)) {
			++*skipped;
			continue;
		}
		iem_biquad_design(&section, &bands[i], reference, chain->rate_hz);
		for (int side = 0; side < IEM_SIDES && r == 0; side++)
			if (iem_side_applies(bands[i].side, side))
				r = add_section(&chain->ears[side], &bands[i], &section);
	}
	return r;
}

bool chain_is_for_pair(const struct iem_chain_plan *plan)
{
	return plan->channels == 2 && plan->sides[0] == IEM_SIDE_LEFT && plan->sides[1] == IEM_SIDE_RIGHT;
}

bool iem_chain_recipe(struct iem_recipe *out, const struct iem_chain_plan *plan, enum iem_part part)
{
	const struct iem_eq *eq = plan->eq;

	*out = (struct iem_recipe){ .rate_hz = plan->rate_hz };
	if (eq && part == IEM_PART_IMPULSE)
		out->impulse = eq->impulse;
	else if (eq && part == IEM_PART_GRAPHIC)
		out->curve = eq->graphic.n ? &eq->graphic : NULL;
	else if (eq && part == IEM_PART_DAMPING)
		out->curve = plan->damping;
	out->mixes = out->impulse && out->impulse->channels == IEM_IMPULSE_TRUE_STEREO && chain_is_for_pair(plan);
	return out->impulse || out->curve;
}

/* In front of the bands: what an ear gets is then its bands' times what the responses leave for it. */
static int add_response(struct iem_chain *chain, const struct iem_chain_plan *plan, enum iem_part part)
{
	CLEANUP(iem_prepared_dropp) struct iem_prepared *made = NULL;
	struct iem_prepared *prepared = plan->prepared[part];
	struct iem_recipe recipe;
	int r = 0;

	if (!iem_chain_recipe(&recipe, plan, part))
		return 0;
	if (!prepared) {
		r = iem_prepared_new(&made, &recipe, NULL);
		prepared = made;
	}
	if (r == 0)
		r = chain_response_init(&chain->responses[chain->n_responses], plan, prepared);
	chain->n_responses += r == 0;
	return r;
}

static int add_correction(struct iem_chain *chain, const struct iem_chain_plan *plan)
{
	const struct iem_eq *eq = plan->eq;
	int r = add_bands(chain, eq->bands, eq->n_bands, eq->reference, &chain->skipped);

	for (int side = 0; side < IEM_SIDES && r == 0; side++)
		if (chain->ears[side].n > IEM_MAX_BANDS)
			return -E2BIG;
	for (int part = 0; part < IEM_PARTS && r == 0; part++)
		r = add_response(chain, plan, part);
	return r;
}

/* What is added on top of the correction; a shelf above half the rate is missed by nobody. @return 1 where there is anything */
static int add_extras(struct iem_chain *chain, const struct iem_chain_plan *plan)
{
	const struct iem_preference *preference = plan->preference;
	struct iem_added added;
	unsigned skipped = 0;
	int r;

	if (preference && iem_preference_is_neutral(preference))
		preference = NULL;
	iem_added_make(&added, preference, plan->loudness, plan->rated);
	r = add_bands(chain, added.bands, added.n, IEM_REFERENCE_ANALOG, &skipped);
	if (r == 0 && preference && chain->is_pair)
		r = iem_stereo_init(&chain->stereo, &preference->stereo, chain->rate_hz);
	return r < 0 ? r : preference || plan->loudness;
}

/*
 * Where it is loud, loudness takes bass and treble away. That is no room for all to get louder: its cuts do not count.
 * @return how far the bands go up without it, 0 where there is none, or -errno
 */
static int top_without_loudness(struct iem_chain *chain, const struct iem_chain_plan *plan, double *top_db)
{
	struct iem_chain_plan without = *plan;
	unsigned sections[IEM_SIDES];
	int r = 0;

	*top_db = 0;
	if (!plan->loudness)
		return 0;
	without.loudness = NULL;
	for (int side = 0; side < IEM_SIDES; side++)
		sections[side] = chain->ears[side].n;
	r = add_extras(chain, &without);
	if (r >= 0)
		*top_db = chain_reach_of(chain).top_db;
	for (int side = 0; side < IEM_SIDES; side++)
		chain->ears[side].n = sections[side];
	return r < 0 ? r : 0;
}

/*
 * The profile's own preamp may be too high for its own bands: that is the profile's business. What the preference
 * adds is not to bring anything above that, or above full scale.
 */
static double preamp_for(const struct iem_eq *eq, double top_db, double own_top_db)
{
	if (!eq || eq->preamp_auto)
		return -top_db;
	return eq->preamp_db - fmax(0, top_db + eq->preamp_db - fmax(0, own_top_db + eq->preamp_db));
}

/* What the profile does at 1 kHz, to both ears alike: there the sensitivity holds. */
static double at_1khz_db(const struct iem_chain *chain)
{
	return (chain_ear_db(chain, IEM_SIDE_LEFT, 1000) + chain_ear_db(chain, IEM_SIDE_RIGHT, 1000)) / 2;
}

static void decide_level(struct iem_chain *chain, const struct iem_level_case *wish, double top_db)
{
	struct iem_level_case given = { .full_scale_spl_db = NAN, .wanted_spl_db = NAN, .max_spl_db = INFINITY };

	if (wish)
		given = *wish;
	given.preamp_db = chain->preamp_db;
	given.peak_db = top_db;
	given.at_1khz_db = wish ? at_1khz_db(chain) : 0;
	chain->level = iem_level_for(&given);
}

int chain_design(struct iem_chain *chain, const struct iem_chain_plan *plan)
{
	struct chain_reach reach = { 0 };
	double own_top_db, least_top_db;
	int r = iem_stereo_init(&chain->stereo, &IEM_STEREO_NEUTRAL, chain->rate_hz);

	if (r == 0 && plan->eq)
		r = add_correction(chain, plan);
	if (r < 0)
		return r;
	if (plan->eq)
		reach = chain_reach_of(chain);
	own_top_db = reach.top_db;
	if ((r = top_without_loudness(chain, plan, &least_top_db)) < 0 || (r = add_extras(chain, plan)) < 0)
		return r;
	if (r > 0)
		reach = chain_reach_of(chain);
	reach.top_db = fmax(reach.top_db, least_top_db);
	chain->preamp_db = preamp_for(plan->eq, reach.top_db, own_top_db) + 0.0; /* no "-0" */
	decide_level(chain, plan->level, reach.top_db);
	chain->gain_db = chain->level.digital_gain_db + plan->gain_db;
	chain->safe_gain_lin = pow(10.0, (chain->gain_db + reach.bottom_db) / 20);
	return 0;
}
