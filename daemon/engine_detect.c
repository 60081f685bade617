/* What a profile is selected by on an output: put together for the pure selection, and for those who ask why. */
#include "daemon/engine_private.h"

#include <math.h>

/* What it is selected by points into these. */
struct basis {
	struct iem_observation seen;
	struct iem_decision decision;
	struct iem_habits habits;
	struct iem_situation situation;
};

static void collect(struct basis *basis, const struct engine *engine, const struct place *place)
{
	const struct iem_settings *settings = files_settings(engine->config.files);
	struct iem_habits *habits = &basis->habits;

	basis->seen = (struct iem_observation){ .kind = place->output.kind,
						.aside = place->output.aside,
						.measured_ohm = NAN };
	for (int key = 0; key < IEM_MATCH_KEYS; key++)
		basis->seen.have[key] = place->output.have[key];
	basis->decision = choices_decision(engine->config.choices, place->output.id);
	*habits = (struct iem_habits){
		.last_used = earphones_last(engine->config.earphones, place->output.kind),
		.by_name = settings->detect.names,
		.only_owned = settings->detect.owned,
		.by_last = settings->detect.last_used,
	};
	habits->n_owned = earphones_owned(engine->config.earphones, &habits->owned);
	basis->situation = (struct iem_situation){ &basis->seen, &basis->decision, habits,
						   files_store(engine->config.files) };
}

void detect_select(const struct engine *engine, const struct place *place, const struct iem_decision *instead,
		   struct iem_selection *out)
{
	struct basis basis;

	collect(&basis, engine, place);
	if (instead)
		basis.decision = *instead;
	iem_select(out, &basis.situation);
}

bool engine_explain(const struct engine *engine, const char *output_id,
		    struct iem_rung_result rungs[IEM_RUNGS])
{
	struct basis basis;

	for (size_t i = 0; i < engine->n_places; i++)
		if (iem_streq(engine->places[i].output.id, output_id)) {
			collect(&basis, engine, &engine->places[i]);
			iem_select_explain(rungs, &basis.situation);
			return true;
		}
	return false;
}
