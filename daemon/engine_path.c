/* The way into the path: smart filter or default sink, and the default that we borrow for the latter. */
#include "daemon/engine_private.h"

#include "daemon/log.h"
#include "daemon/probe.h"

/* --- the mode --------------------------------------------------------------------------------------------------- */

static void set_mode(struct engine *engine, enum engine_mode mode, const char *why)
{
	engine->mode = mode;
	snprintf(engine->why, sizeof(engine->why), "%s", why);
	if (engine_mode_names[mode])
		log_notice("The way into the path is %s: %s.", engine_mode_names[mode], why);
}

static void drop_all_pairs(struct engine *engine)
{
	for (size_t i = 0; i < engine->n_places; i++)
		engine_drop_pair(engine, &engine->places[i]);
}

static void end_probe(struct engine *engine)
{
	probe_free(engine->probe);
	engine->probe = NULL;
}

void path_forget(struct engine *engine, bool connected)
{
	end_probe(engine);
	if (connected)
		drop_all_pairs(engine);
	engine->mode = MODE_UNKNOWN;
	engine->why[0] = '\0';
	engine->taken = false;
	engine->undo = (struct undo){ 0 };
	engine->giving_back = false;
	free(IEM_STEAL(engine->taken_name));
}

/* The output to probe with: the one that sound goes to, else any that is to be corrected. */
static struct place *place_to_probe(struct engine *engine)
{
	struct place *place = engine_place_by_node(engine, path_user_sink(engine));

	if (place && place->present && place_wants_pair(place))
		return place;
	for (size_t i = 0; i < engine->n_places; i++)
		if (engine->places[i].present && place_wants_pair(&engine->places[i]))
			return &engine->places[i];
	return NULL;
}

static void on_probe_expired(void *data)
{
	engine_defer(data);
}

static bool probe_on(struct engine *engine, struct place *place)
{
	bool by_default;

	if (!place->pair || pair_phase(place->pair) == PAIR_FAILED)
		engine_update_pair(engine, place);
	if (!place->pair || pair_phase(place->pair) != PAIR_READY)
		return false;
	if (!engine->probe && probe_new(&engine->probe, engine->config.loop, graph_node_core(engine->graph),
					place->output.node, on_probe_expired, engine) < 0)
		return false;
	/* WirePlumber 0.4 may remember our node as a default, and takes the probe there as it takes everything. */
	by_default = pair_is_ours(graph_default_sink(engine->graph));
	if (!by_default && graph_meets_smart_filter(engine->graph, probe_node_id(engine->probe))) {
		end_probe(engine);
		set_mode(engine, MODE_SMART, "the session manager links streams through a smart filter");
	} else if (!probe_expired(engine->probe)) {
		if (by_default || graph_linked(engine->graph, probe_node_id(engine->probe), place->output.node_id))
			probe_passes(engine->probe);
	} else {
		end_probe(engine);
		set_mode(engine, MODE_DEFAULT,
			 "the session manager did not link a stream through a smart filter within a second");
		drop_all_pairs(engine);
	}
	return engine->mode != MODE_UNKNOWN;
}

bool path_settle_mode(struct engine *engine)
{
	static const struct {
		enum engine_mode mode;
		const char *why;
	} forced[] = {
		[IEM_PATH_SMART_FILTER] = { MODE_SMART, "the setting path is \"smart-filter\"" },
		[IEM_PATH_DEFAULT_SINK] = { MODE_DEFAULT, "the setting path is \"default-sink\"" },
		[IEM_PATH_NONE] = { MODE_NONE, "the setting path is \"none\"" },
	};
	const int setting = files_settings(engine->config.files)->path;
	struct place *place;

	if (setting != engine->path_setting) {
		path_give_back(engine);
		path_forget(engine, true);
		engine->path_setting = setting;
	}
	if (engine->mode != MODE_UNKNOWN)
		return true;
	if (setting != IEM_PATH_AUTO) {
		set_mode(engine, forced[setting].mode, forced[setting].why);
		return true;
	}
	/* Without a session manager nobody links anything: there is nothing to find out yet. */
	place = graph_has_manager(engine->graph) ? place_to_probe(engine) : NULL;
	if (!place) {
		end_probe(engine);
		drop_all_pairs(engine);
		return false;
	}
	return probe_on(engine, place);
}

bool path_wants(struct engine *engine, const struct place *place)
{
	if (!place_wants_pair(place) || engine->mode == MODE_NONE)
		return false;
	if (engine->mode != MODE_DEFAULT)
		return true;
	return place->present && iem_streq(place->output.node, path_user_sink(engine)) &&
	       !iem_streq(place->output.node, engine->stepped_out);
}

/* --- the default ------------------------------------------------------------------------------------------------ */

static struct place *place_of_pair(const struct engine *engine, const char *pair_name)
{
	for (size_t i = 0; i < engine->n_places; i++)
		if (engine->places[i].pair && iem_streq(pair_node_name(engine->places[i].pair), pair_name))
			return &engine->places[i];
	return NULL;
}

const char *path_user_sink(const struct engine *engine)
{
	const char *sink = engine->graph ? graph_default_sink(engine->graph) : NULL;

	if (engine->taken)
		sink = engine->taken_name;
	/* Through a pair in front of it, which may be another iemd's. */
	for (size_t i = 0; i < engine->n_places; i++)
		if (pair_is_for(sink, engine->places[i].output.node))
			return engine->places[i].output.node;
	return sink;
}

bool path_is_default_ours(const struct engine *engine, const struct place *place)
{
	return engine->taken && place->pair && iem_streq(pair_node_name(place->pair), engine->taken_name);
}

/*
 * A session manager that comes back tells our own node, or nothing yet, where it was us who had set the default: then
 * what is noted already, and was not put back, is still the user's.
 */
static int note_users_default(struct journal *journal, const char *configured)
{
	const bool told = configured && !pair_is_ours(configured);

	return !told && journal_has_default(journal) ? 0 : journal_note_default(journal, told ? configured : NULL);
}

/* What was asked for comes a moment before what is in force: our own node is the default still, and not wanted any more. */
static bool is_turning_away(const struct engine *engine, const char *sink)
{
	const char *configured = graph_configured_sink(engine->graph);
	struct graph_node other;

	if (engine->giving_back && pair_is_ours(configured))
		return true;
	return pair_is_ours(graph_default_sink(engine->graph)) && configured && !pair_is_for(configured, sink) &&
	       graph_find_sink(engine->graph, configured, &other);
}

void path_take_default(struct engine *engine)
{
	struct place *place = engine->mode == MODE_DEFAULT ? engine_place_by_node(engine, path_user_sink(engine)) : NULL;
	const char *configured = graph_configured_sink(engine->graph);

	if (!place || !place->pair || engine->taken || pair_phase(place->pair) != PAIR_READY ||
	    !graph_has_manager(engine->graph) || is_turning_away(engine, place->output.node))
		return;
	if (note_users_default(engine->config.journal, configured) < 0)
		log_warning("The journal could not be written: after a crash the default sink may stay as iemd sets it.");
	engine->taken = true;
	engine->taken_seen = false;
	engine->choice_away = engine->giving_back = false;
	engine->taken_name = strdup(pair_node_name(place->pair));
	volume_begin(engine, place);
	graph_configure_sink(engine->graph, engine->taken_name);
	if (iem_streq(graph_default_sink(engine->graph), engine->taken_name))
		volume_default_seen(engine);
	log_debug("%s is the default now, for %s.", engine->taken_name, place->output.node);
}

void path_give_back(struct engine *engine)
{
	if (!engine->taken)
		return;
	/* Whether there is a session manager that hears it shows later: until then the journal keeps it. */
	graph_configure_sink(engine->graph, journal_default(engine->config.journal));
	engine->undo.default_asked = true;
	engine->giving_back = true;
	engine->taken = false;
	free(IEM_STEAL(engine->taken_name));
}

void path_return_choice(struct engine *engine)
{
	const char *choice = journal_default(engine->config.journal);
	const struct place *place = engine_place_by_node(engine, choice);

	if (!engine->taken || !choice || pair_is_for(engine->taken_name, choice))
		return;
	if (!place || !place->present || !place->output.available) {
		engine->choice_away = true;
	} else if (engine->choice_away) {
		log_debug("%s, which the user had chosen, is back.", choice);
		path_give_back(engine);
	}
}

static bool is_given_back(void *data)
{
	const struct engine *engine = data;

	return graph_has_manager(engine->graph) && !pair_is_ours(graph_configured_sink(engine->graph));
}

void path_finish(struct engine *engine)
{
	if (!engine->taken)
		return;
	path_give_back(engine);
	if (graph_wait(engine->graph, is_given_back, engine))
		journal_drop_default(engine->config.journal);
}

/* Another program or the user picked another default: that is their will. */
static void step_out(struct engine *engine, const char *configured)
{
	const struct place *place = place_of_pair(engine, engine->taken_name);

	journal_drop_default(engine->config.journal);
	engine->taken = false;
	free(IEM_STEAL(engine->taken_name));
	log_notice("The default sink was set to %s; iemd steps out of the path.", configured ? configured : "none");
	if (place && iem_streq(configured, place->output.node)) {
		free(engine->stepped_out);
		engine->stepped_out = strdup(configured);
	}
}

/* Volume keys move the default's volume, and that of a smart filter is locked: the output is what was meant. */
static void decline_default(struct engine *engine, const char *configured)
{
	const struct place *place = place_of_pair(engine, configured);

	if (!place)
		return;
	log_notice("iemd's own node was set as the default sink; it is set to %s, which it belongs to.",
		   place->output.node);
	graph_configure_sink(engine->graph, place->output.node);
}

void path_default_changed(struct engine *engine)
{
	const char *configured = graph_configured_sink(engine->graph), *sink = graph_default_sink(engine->graph);

	if (engine->mode == MODE_SMART)
		decline_default(engine, configured);
	if (engine->taken && iem_streq(configured, engine->taken_name))
		engine->taken_seen = true;
	else if (engine->taken && engine->taken_seen)
		step_out(engine, configured);
	if (engine->taken && iem_streq(sink, engine->taken_name))
		volume_default_seen(engine);
	/* Whoever goes elsewhere and comes back wants the correction again. */
	if (engine->stepped_out && sink && !pair_is_ours(sink) && strcmp(sink, engine->stepped_out) != 0)
		free(IEM_STEAL(engine->stepped_out));
}

void engine_return_to(struct engine *engine, const char *output_id)
{
	const struct place *place = engine_place_by_node(engine, engine->stepped_out);

	if (place && iem_streq(place->output.id, output_id))
		free(IEM_STEAL(engine->stepped_out));
}

void path_undo_stale(struct engine *engine)
{
	if (!graph_has_manager(engine->graph))
		return;
	if (!engine->taken && !(engine->mode == MODE_SMART && pair_is_ours(graph_configured_sink(engine->graph))))
		undo_default(&engine->undo, engine->graph, engine->config.journal);
	if (!volume_is_noted(engine))
		undo_volume(&engine->undo, engine->graph, engine->config.journal);
}

enum engine_mode engine_mode(const struct engine *engine, const char **why)
{
	if (why)
		*why = engine->why;
	return engine->mode;
}
