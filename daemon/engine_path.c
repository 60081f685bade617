/* The way into the path: as a smart filter or as the default sink. */
#include "daemon/engine_private.h"

#include "daemon/log.h"
#include "daemon/probe.h"

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
}

static bool any_wants_pair(const struct engine *engine)
{
	for (size_t i = 0; i < engine->n_places; i++)
		if (engine->places[i].present && place_wants_pair(&engine->places[i]))
			return true;
	return false;
}

static void on_probe_expired(void *data)
{
	engine_defer(data);
}

struct way {
	enum engine_mode mode;
	const char *why;
};

static const struct way set_ways[] = {
	[IEM_PATH_DEFAULT_SINK] = { MODE_DEFAULT, "the setting path is \"default-sink\"" },
	[IEM_PATH_NONE] = { MODE_NONE, "the setting path is \"none\"" },
};

static const struct way found_ways[] = {
	[PROBE_SMART] = { MODE_SMART, "the session manager links streams through a smart filter" },
	[PROBE_PAST] = { MODE_DEFAULT,
			 "the session manager did not link a stream through a smart filter within a second" },
	[PROBE_UNLINKED] = { MODE_DEFAULT, "the session manager linked no stream within ten seconds" },
};

/* Forced where there are none, a filter would play to some output or other. Without an answer it is asked again. */
static const struct way smart_ways[] = {
	[PROBE_SMART] = { MODE_SMART, "the setting path is \"smart-filter\"" },
	[PROBE_PAST] = { MODE_NONE,
			 "the setting path is \"smart-filter\", and the session manager knows no smart filters" },
	[PROBE_UNLINKED] = { MODE_UNKNOWN, NULL },
};

static void go(struct engine *engine, const struct way *way)
{
	engine->mode = way->mode;
	engine->why = way->why;
	if (way->mode == MODE_UNKNOWN)
		engine_defer(engine);
	else if (engine_mode_names[way->mode])
		log_notice("The way into the path is %s: %s.", engine_mode_names[way->mode], way->why);
	else
		log_notice("Nothing is corrected: %s.", way->why);
}

static void probe(struct engine *engine, const struct way *ways)
{
	enum probe_answer answer;

	if (!engine->probe && probe_new(&engine->probe, engine->config.loop, graph_node_core(engine->graph),
					on_probe_expired, engine) < 0)
		return; /* until the next event */
	answer = probe_look(engine->probe, engine->graph);
	if (answer == PROBE_OPEN)
		return;
	end_probe(engine);
	go(engine, &ways[answer]);
}

bool path_settle_mode(struct engine *engine)
{
	const int setting = files_settings(engine->config.files)->path;

	if (setting != engine->path_setting) {
		default_give_back(engine);
		path_forget(engine, true);
		engine->path_setting = setting;
	}
	if (engine->mode != MODE_UNKNOWN)
		return true;
	if (setting == IEM_PATH_DEFAULT_SINK || setting == IEM_PATH_NONE)
		go(engine, &set_ways[setting]);
	else if (graph_has_manager(engine->graph) && any_wants_pair(engine))
		probe(engine, setting == IEM_PATH_SMART_FILTER ? smart_ways : found_ways);
	else
		end_probe(engine); /* without a session manager nobody links anything, and nothing can be found out */
	return engine->mode != MODE_UNKNOWN;
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

/* What is waited for where nothing is corrected yet; "" where nothing is to be. */
static const char *awaited(const struct engine *engine)
{
	if (!engine_connected(engine))
		return "PipeWire does not answer";
	if (!engine_manned(engine))
		return "no session manager runs that would link streams; WirePlumber is one";
	return engine->probe ? "how the session manager links streams is being found out" : "";
}

enum engine_mode engine_mode(const struct engine *engine, const char **why)
{
	const struct place *place = engine_place_by_node(engine, default_of_user(engine));

	if (why && engine->mode == MODE_UNKNOWN)
		*why = awaited(engine);
	else if (why && place && default_is_left(engine, place))
		*why = "this output was picked as the default sink in iemd's place; 'iemctl on' corrects it again";
	else if (why)
		*why = engine->why;
	return engine->mode;
}
