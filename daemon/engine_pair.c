/* Pairs: what runs for an output, brought to what is decided for it. */
#include "daemon/engine_private.h"

#include "daemon/log.h"

#include <errno.h>
#include <math.h>

#define LINK_MS 700   /* what a session manager gets to link streams through a new pair */
#define RETRY_MS 1000

static void on_pair_changed(void *data, struct pair *pair)
{
	engine_defer(data);
}

static void on_volume_set(void *data, struct pair *pair)
{
	volume_set_on_ours(data, pair);
}

static const struct pair_events pair_events = { .changed = on_pair_changed, .volume_set = on_volume_set };

/*
 * Not before its chain can be made: what is heard without a pair is what is heard without us, at the user's volume; a
 * pair that waits for its first chain would be silent.
 */
static void make_pair(struct engine *engine, struct place *place)
{
	struct pair_config config = {
		.core = graph_node_core(engine->graph),
		.sink = place->output.node,
		.description = place->output.description,
		.layout = place->output.layout,
		.smart = engine->mode == MODE_SMART,
		.sink_present = place->present,
		.events = &pair_events,
		.data = engine,
	};
	int r;

	r = engine_first_chain(engine, place, &config.chain);
	if (r == -EAGAIN)
		return;
	if (r == 0 && (r = pair_new(&place->pair, &config)) < 0)
		log_error("The filter for %s could not be made: %s.", place->output.id, strerror(-r));
	if (r < 0) {
		place->retry_at_ms = clock_now_ms() + RETRY_MS;
		return;
	}
	hardware_lower(engine, place, place->level.hardware_gain_db);
	pair_set_latency(place->pair, place->latency);
	place->settle_until_ms = clock_now_ms() + LINK_MS;
	place->stuck_looks = 0;
	log_debug("%s: a filter node comes in front of it.", place->output.id);
}

void engine_drop_pair(struct engine *engine, struct place *place)
{
	place->level = (struct iem_level){ .spl_db = NAN, .ceiling_volume_db = INFINITY }; /* of a chain that is gone */
	const bool was_default = default_is_for(engine, place);

	if (!place->pair)
		return;
	pair_free(IEM_STEAL(place->pair));
	/* Second: with the new default the session manager looks for streams to link, and one may want the output alone. */
	if (was_default)
		default_give_back(engine);
	place->chain_print = place->failed_print = 0;
	place->preparing = false;
	place->heard = (struct heard){ 0 };
	log_debug("%s: the filter node is gone.", place->output.id);
}

/*
 * As default sink: where another program's smart filter comes in front of the output, WirePlumber 0.5 links playback to
 * that and leaves the old link, so that all is heard twice. It links a new playback once.
 */
static bool is_doubled(const struct engine *engine, const struct place *place)
{
	const uint32_t playback = pair_playback_id(place->pair);

	return engine->mode == MODE_DEFAULT && graph_meets_smart_filter(engine->graph, playback) &&
	       graph_linked(engine->graph, playback, place->output.node_id) &&
	       clock_now_ms() >= place->settle_until_ms; /* if it did not help, not at every look */
}

static bool still_fits(const struct engine *engine, const struct place *place)
{
	const struct pair_layout *is = pair_layout(place->pair), *wanted = &place->output.layout;

	if (pair_phase(place->pair) == PAIR_FAILED || pair_is_smart(place->pair) != (engine->mode == MODE_SMART) ||
	    is->channels != wanted->channels || is_doubled(engine, place))
		return false;
	for (unsigned c = 0; c < is->channels; c++)
		if (strcmp(is->positions[c], wanted->positions[c]) != 0)
			return false;
	return true;
}

void engine_update_pair(struct engine *engine, struct place *place)
{
	if (place->pair && !still_fits(engine, place)) {
		if (pair_phase(place->pair) == PAIR_FAILED)
			place->retry_at_ms = clock_now_ms() + RETRY_MS;
		engine_drop_pair(engine, place);
	}
	if (!place->pair && clock_now_ms() >= place->retry_at_ms)
		make_pair(engine, place);
	if (place->pair)
		engine_update_chain(engine, place);
}

/* --- how far things are ----------------------------------------------------------------------------------------- */

static enum engine_progress pair_progress(struct engine *engine, struct place *place, bool faded)
{
	const uint32_t playback = pair_playback_id(place->pair), capture = pair_capture_id(place->pair);
	struct rt *rt = pair_rt(place->pair);

	if (place->preparing)
		return ENGINE_BUSY;
	if (pair_phase(place->pair) != PAIR_READY)
		return place->present ? ENGINE_BUSY : ENGINE_DONE;
	if (!place->chain_print)
		return ENGINE_BUSY; /* the output is being turned down first */
	if (pair_streaming(place->pair) && !(faded ? rt_faded(rt) : rt_taken(rt)))
		return ENGINE_BUSY;
	if (!place->present || clock_now_ms() >= place->settle_until_ms)
		return ENGINE_DONE;
	/* A young pair: streams that play are about to be linked through it. */
	if (!graph_linked(engine->graph, playback, place->output.node_id) ||
	    graph_fed(engine->graph, place->output.node_id, playback) ||
	    (graph_fed(engine->graph, capture, SPA_ID_INVALID) && !pair_streaming(place->pair)))
		return ENGINE_ALMOST;
	return ENGINE_DONE;
}

enum engine_progress engine_progress(struct engine *engine, bool faded)
{
	enum engine_progress least = ENGINE_DONE;

	if (!engine->graph)
		return ENGINE_DONE; /* nothing plays */
	if (!graph_ready(engine->graph) || engine->probe)
		return ENGINE_BUSY;
	if (!engine_manned(engine))
		return ENGINE_DONE; /* nothing is linked */
	for (size_t i = 0; i < engine->n_places; i++) {
		struct place *place = &engine->places[i];
		enum engine_progress one = ENGINE_DONE;

		if (place->pair)
			one = pair_progress(engine, place, faded);
		else if (path_wants(engine, place))
			one = ENGINE_BUSY;
		if (place->pair && one == ENGINE_DONE && engine->mode == MODE_DEFAULT &&
		    !(default_is_for(engine, place) && volume_is_live(engine)))
			one = ENGINE_ALMOST;
		least = one < least ? one : least;
	}
	return least;
}
