/* The way into the path: as a smart filter or as the default sink. */
#include "daemon/engine_private.h"

#include "daemon/log.h"
#include "daemon/pair_nodes.h"
#include "daemon/probe.h"

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
}

/* The output to probe with: the one that sound goes to, else any that is to be corrected. */
static struct place *place_to_probe(struct engine *engine)
{
	struct place *place = engine_place_by_node(engine, default_of_user(engine));

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
		default_give_back(engine);
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
	return place->present && iem_streq(place->output.node, default_of_user(engine)) &&
	       !default_is_left(engine, place) && !engine->loan.making_way;
}

enum engine_mode engine_mode(const struct engine *engine, const char **why)
{
	if (why)
		*why = engine->why;
	return engine->mode;
}
