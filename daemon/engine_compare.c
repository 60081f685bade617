/* Two profiles on one output by turns, as loud as each other. */
#include "daemon/engine_private.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>

static void finish(struct comparison *comparison)
{
	free(comparison->output);
	for (int which = 0; which < 2; which++) {
		free(comparison->profile[which]);
		free(comparison->variant[which]);
	}
	*comparison = (struct comparison){ 0 };
}

int engine_compare(struct engine *engine, const char *output, const char *const profile[2], const char *const variant[2],
		   int heard)
{
	struct comparison next = { .output = strdup(output), .heard = heard, .number = engine->comparison.number + 1 };
	bool whole = next.output != NULL;

	for (int which = 0; which < 2; which++) {
		next.profile[which] = strdup(profile[which]);
		next.variant[which] = strdup(variant[which]);
		whole &= next.profile[which] && next.variant[which];
	}
	if (!whole) {
		finish(&next);
		return -ENOMEM;
	}
	engine_end_comparison(engine, NULL, "another one took its place");
	engine->comparison = next;
	return 0;
}

void engine_hear(struct engine *engine, int heard)
{
	engine->comparison.heard = heard;
}

void engine_end_comparison(struct engine *engine, const char *output, const char *format, ...)
{
	struct comparison *comparison = &engine->comparison;
	const unsigned number = comparison->number;
	va_list args;

	if (!comparison->output || (output && strcmp(output, comparison->output) != 0))
		return;
	va_start(args, format); /* first: they may be the comparison's own */
	vsnprintf(engine->comparison_end, sizeof(engine->comparison_end), format, args);
	va_end(args);
	finish(comparison);
	comparison->number = number;
}

unsigned engine_comparison(const struct engine *engine, const char **why)
{
	*why = engine->comparison_end;
	return engine->comparison.output ? engine->comparison.number : 0;
}

/* Is there still what was to be heard? One that does not load any more is what it was. */
static const char *lost_profile(const struct engine *engine)
{
	const struct comparison *comparison = &engine->comparison;

	for (int which = 0; which < 2; which++) {
		const struct iem_profile *profile =
			iem_store_profile(files_store(engine->config.files), comparison->profile[which]);

		if (!profile || !iem_profile_eq(profile, comparison->variant[which]))
			return comparison->profile[which];
	}
	return NULL;
}

static const struct place *compared_place(const struct engine *engine)
{
	for (size_t i = 0; i < engine->n_places; i++)
		if (iem_streq(engine->places[i].output.id, engine->comparison.output))
			return &engine->places[i];
	return NULL;
}

void compare_look(struct engine *engine)
{
	const struct comparison *comparison = &engine->comparison;
	const struct place *place = compared_place(engine);
	const char *lost = comparison->output ? lost_profile(engine) : NULL;

	if (comparison->output && !(place && place->present))
		engine_end_comparison(engine, NULL, "its output %s is not there any more", comparison->output);
	else if (lost)
		engine_end_comparison(engine, NULL, "'%s', or its variant, is not there any more", lost);
}

void compare_hear(struct engine *engine)
{
	const struct place *place = compared_place(engine);

	if (!place || path_wants(engine, place))
		return;
	engine_end_comparison(engine, NULL, "no sound goes through the correction on %s", place->output.description);
	engine_defer(engine);
}

bool engine_is_heard(const struct engine *engine, const struct output *output)
{
	return engine->mode != MODE_DEFAULT || iem_streq(output->node, default_of_user(engine));
}

bool compare_decides(const struct engine *engine, const char *output, struct iem_decision *out)
{
	const struct comparison *comparison = &engine->comparison;

	if (!iem_streq(comparison->output, output))
		return false;
	*out = (struct iem_decision){ comparison->profile[comparison->heard], comparison->variant[comparison->heard], true };
	return true;
}

/* How loud pink noise is through one of the two. */
static int level_db(struct engine *engine, int which, struct iem_chain_plan plan, double *out)
{
	const struct comparison *comparison = &engine->comparison;
	const struct iem_profile *profile = iem_store_profile(files_store(engine->config.files), comparison->profile[which]);
	CLEANUP(iem_chain_freep) struct iem_chain *chain = NULL;
	struct iem_preference preference;
	struct iem_rated rated;
	int r;

	plan.eq = profile ? iem_profile_eq(profile, comparison->variant[which]) : NULL;
	if (!plan.eq)
		return -ENOENT;
	preference = preferences_for(engine->config.preferences, profile->id);
	plan.preference = &preference;
	rated = level_rated(engine, profile);
	plan.rated = &rated;
	if ((r = engine_prepare(engine, &plan)) < 0 || (r = iem_chain_new(&chain, &plan)) < 0)
		return r;
	*out = iem_chain_pink_db(chain);
	return 0;
}

int compare_gain_db(struct engine *engine, const struct place *place, const struct iem_chain_plan *plan, double *out)
{
	const struct comparison *comparison = &engine->comparison;
	double own_db, other_db;
	int own, other;

	*out = 0;
	if (!iem_streq(comparison->output, place->output.id))
		return 0;
	own = level_db(engine, comparison->heard, *plan, &own_db); /* first both, so that both are being made */
	other = level_db(engine, !comparison->heard, *plan, &other_db);
	if (own == -EAGAIN || other == -EAGAIN)
		return -EAGAIN;
	if (own == 0 && other == 0)
		*out = fmin(0, other_db - own_db);
	return 0; /* one that cannot be made has no level to be matched to */
}
