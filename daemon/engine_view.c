/* What is told of the outputs: everything that status and outputs show. */
#include "daemon/engine_private.h"

#include "core/utf8.h"

#include <math.h>

/* --- streams that pass us by ------------------------------------------------------------------------------------ */

struct passing {
	struct engine *engine;
	const struct place *place;
	char **names;
	size_t n;
};

/* Another program's filter passes on what came to it: that is who passes by, if it did not come through us before. */
static bool passes_by(const struct passing *passing, const struct graph_node *stream)
{
	const uint32_t output = passing->place->output.node_id, ours = pair_capture_id(passing->place->pair);
	struct graph *graph = passing->engine->graph;

	if (graph_is_behind_filter(graph, stream))
		return false;
	return graph_linked(graph, stream->id, output) ||
	       (graph_leads(graph, stream->id, output) && !graph_leads(graph, stream->id, ours));
}

static void note_stream(void *data, const struct graph_node *stream)
{
	struct passing *passing = data;
	const char *name = pw_properties_get(stream->props, PW_KEY_APP_NAME);
	char **larger, *mine;

	if (!passes_by(passing, stream))
		return;
	if (!name)
		name = pw_properties_get(stream->props, PW_KEY_NODE_NAME);
	mine = strdup(name ? name : "unnamed");
	larger = mine ? realloc(passing->names, (passing->n + 2) * sizeof(*larger)) : NULL;
	if (!larger) {
		free(mine);
		return;
	}
	passing->names = larger;
	larger[passing->n++] = iem_make_utf8(mine);
	larger[passing->n] = NULL;
}

static char **passing_streams(struct engine *engine, const struct place *place)
{
	struct passing passing = { .engine = engine, .place = place };

	if (!place->pair || !place->present)
		return NULL;
	passing.names = calloc(1, sizeof(char *));
	if (passing.names)
		graph_each_stream(engine->graph, note_stream, &passing);
	return passing.names;
}

/* --- states ----------------------------------------------------------------------------------------------------- */

static const char *state_of(struct engine *engine, const struct place *place)
{
	if (!place->present)
		return "waiting";
	if (!place->selection.profile)
		return "no-profile";
	if (!choices_enabled(engine->config.choices) || engine->mode == MODE_NONE ||
	    default_is_left(engine, place))
		return "bypassed";
	if (place->pair && pair_streaming(place->pair))
		return "running";
	if (engine->mode == MODE_DEFAULT && !iem_streq(place->output.node, default_of_user(engine)))
		return "idle"; /* until sound goes there by default */
	return place->pair ? "idle" : "waiting";
}

static void view_figures(struct engine_view *view, const struct place *place)
{
	struct rt_figures figures;

	view->preamp_db = view->gain_db = view->load_percent = view->uncorrected_change_db = NAN;
	view->spl_sine_db = view->damping_db = view->spl_now_dba = NAN;
	if (!place->pair)
		return;
	rt_figures(pair_rt(place->pair), &figures);
	view->rate = figures.rate_hz ? figures.rate_hz : rt_position_rate(pair_rt(place->pair));
	view->channels = pair_layout(place->pair)->channels;
	view->clips = figures.clips;
	view->limited = figures.limited;
	view->latency_samples = place->latency;
	view->load_percent = figures.load_percent;
	view->preamp_db = place->preamp_db;
	view->gain_db = place->gain_db;
	view->uncorrected_change_db = place->removal_db;
	view->damping_db = place->damping_db;
	view->spl_now_dba = heard_now_dba(place);
	view->spl_sine_db = place->level.spl_db;
	view->level_code = iem_level_reason_names[place->level.reason];
}

static void view_volume(struct engine_view *view, const struct engine *engine, const struct place *place)
{
	const struct mixer_scale *scale = &place->scale;
	struct volume volume;

	view->volume_db = NAN;
	if (engine->graph && place->present && graph_volume(engine->graph, place->output.node_id, &volume))
		view->volume_db = volume_gain_db(&volume);
	view->volume_muted = !isnan(view->volume_db) && volume.mute;
	view->volume_part_db = place->hardware.part_db;
	if (!engine->graph || !*scale->control)
		return;
	view->mixer.control = scale->control;
	view->mixer.min_db = scale->min_db;
	view->mixer.max_db = scale->max_db;
	view->mixer.step_db = scale->step_db;
	view->mixer.now_db = scale->muted ? -INFINITY : scale->now_db;
	view->mixer.analog = mixer_is_analog(place);
	view->mixer.moved = mixer_is_moved(engine, place);
}

static char *level_reason_on(const struct engine *engine, const struct place *place)
{
	char text[512] = "";

	return strdup(place->pair && place->selection.profile ? level_text(engine, place, text, sizeof(text)) : text);
}

/* Only what is heard, and how much of it. */
static char *preferred_on(const struct engine *engine, const struct place *place)
{
	struct iem_preference preference;
	char text[1024] = "";

	if (place->pair && place->selection.profile && choices_enabled(engine->config.choices)) {
		preference = preferences_for(engine->config.preferences, place->selection.profile->id);
		if (!output_is_pair(&place->output))
			preference.stereo = IEM_STEREO_NEUTRAL;
		iem_preference_describe(&preference, text, sizeof(text));
		if (*place->held)
			snprintf(text + strlen(text), sizeof(text) - strlen(text), "; %s", place->held);
	}
	return strdup(text);
}

static void view_place(struct engine_view *view, struct engine *engine, const struct place *place)
{
	const struct iem_selection *selection = &place->selection;
	const struct iem_profile *profile = selection->profile;

	*view = (struct engine_view){
		.id = place->output.id,
		.node = place->output.node,
		.port = place->output.port,
		.description = place->output.description,
		.kind = iem_kind_names[place->output.kind],
		.present = place->present,
		.available = place->present && place->output.available,
		.is_default = iem_streq(place->output.node, default_of_user(engine)),
		.confirmed = profile != NULL && !place->unconfirmed,
		.reason = selection->reason,
		.reason_code = iem_reason_codes[selection->code],
		.state = state_of(engine, place),
		.source_reason = place->source.reason,
	};
	if (place->source.source) {
		view->source = place->source.source->id;
		view->source_name = place->source.source->name;
	}
	if (profile) {
		view->profile = profile->id;
		view->brand = profile->earphone.brand;
		view->model = profile->earphone.model;
		view->variant = *selection->variant ? selection->variant : NULL;
	}
	view_figures(view, place);
	view_volume(view, engine, place);
	view->spl_full_scale_db = profile ? level_full_scale_db(place) : NAN;
	view->level_reason = level_reason_on(engine, place);
	view->preferred = preferred_on(engine, place);
	view->uncorrected = passing_streams(engine, place);
}

size_t engine_views(struct engine *engine, struct engine_view **out)
{
	struct engine_view *views = calloc(engine->n_places ? engine->n_places : 1, sizeof(*views));

	*out = views;
	if (!views)
		return 0;
	for (size_t i = 0; i < engine->n_places; i++)
		view_place(&views[i], engine, &engine->places[i]);
	return engine->n_places;
}

void engine_views_free(struct engine_view *views, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		for (char **name = views[i].uncorrected; name && *name; name++)
			free(*name);
		free(views[i].uncorrected);
		free(views[i].preferred);
		free(views[i].level_reason);
	}
	free(views);
}

const struct output *engine_default_output(const struct engine *engine)
{
	return outputs_by_node(&engine->outputs, default_of_user(engine));
}

/* Sound runs through it, nobody is about to lead more of it there, and no chain is still to be published. */
static bool is_settled(const struct engine *engine, const struct place *place)
{
	return place->pair && !place->preparing && pair_phase(place->pair) == PAIR_READY && pair_streaming(place->pair) &&
	       clock_now_ms() >= place->settle_until_ms &&
	       (engine->mode != MODE_DEFAULT || (default_is_for(engine, place) && volume_is_live(engine)));
}

bool engine_preparing(const struct engine *engine)
{
	for (size_t i = 0; i < engine->n_places; i++) {
		const struct place *place = &engine->places[i];

		if (place->preparing || (place->pair && !place->chain_print))
			return true;
	}
	return false;
}

bool engine_turning_down(const struct engine *engine)
{
	for (size_t i = 0; i < engine->n_places; i++)
		if (engine->places[i].pair && !engine->places[i].chain_print && engine->places[i].hardware.asked.channels)
			return true;
	return false;
}

bool engine_passed(struct engine *engine, uint64_t number, bool faded)
{
	if (!engine_manned(engine) || engine->mode == MODE_UNKNOWN)
		return false;
	for (size_t i = 0; i < engine->n_places; i++) {
		const struct place *place = &engine->places[i];

		if (path_wants(engine, place) &&
		    !(is_settled(engine, place) && rt_passed(pair_rt(place->pair), number, faded)))
			return false;
	}
	return true;
}
