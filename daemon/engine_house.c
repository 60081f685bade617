/* Housekeeping while sound runs: what no event tells. */
#include "daemon/engine_private.h"

#include "daemon/log.h"

/* Each look wakes the processor: while nothing happens there are fewer. */
#define HOUSE_MS 100
#define CALM_HOUSE_MS 1000
#define CALM_LOOKS 10

#define STUCK_LOOKS 5u
#define MAX_REMAKES 7 /* a minute */

/* As default sink: WirePlumber 0.5 does not link playback again when the filter between it and the output has gone. */
static bool is_cut_off(const struct engine *engine, const struct place *place)
{
	return engine->mode == MODE_DEFAULT && !graph_feeds(engine->graph, pair_playback_id(place->pair));
}

/*
 * The graph runs and both streams with it, yet no sound goes through: seen with PipeWire 0.3.65 on busy machines, where a
 * pair that comes up under a playing client is sometimes never called; and where playback is cut off, or a player hangs.
 * Counted in looks, not time: on a busy machine the first comes long after the pair was made, before its links are known.
 * An audio thread that hangs is none of this: the watchdog ends that, where a new pair would wait for it for ever. It is
 * asked for a sign of life only where no sound went through: that wakes it.
 */
static bool is_stuck(const struct engine *engine, struct place *place, bool answers)
{
	struct rt_figures figures;
	bool ran, passes;

	rt_figures(pair_rt(place->pair), &figures);
	ran = answers && figures.driven != place->driven; /* not at every look: a period may be longer */
	passes = figures.cycles != place->cycles && !is_cut_off(engine, place);
	place->driven = figures.driven;
	place->cycles = figures.cycles;
	if (passes)
		place->remakes = 0;
	if (passes || !pair_streaming(place->pair)) {
		place->stuck_looks = 0;
		return false;
	}
	rt_ask(engine->config.context);
	place->stuck_looks += ran;
	return place->stuck_looks >= STUCK_LOOKS << place->remakes;
}

static void remake_pair(struct engine *engine, struct place *place)
{
	log_warning("%s: no sound goes through the filter although the graph runs; it is made anew.", place->output.id);
	if (place->remakes < MAX_REMAKES)
		place->remakes++; /* each after twice the time: a player may hang for good */
	engine_drop_pair(engine, place);
	engine_defer(engine);
}

/* Has anything been clipped or limited since that was told? */
static bool tell_counts(struct place *place)
{
	struct rt_figures figures;
	uint64_t before = place->told;

	rt_figures(pair_rt(place->pair), &figures);
	place->told = figures.clips + figures.limited;
	return place->told != before;
}

/*
 * Our part of the volume goes up once the chain that goes with it is all that is heard. It stays while it is not known
 * whether there will be one, and where there will be as soon as sound goes there; else it is given back.
 */
static bool raise_volume(struct engine *engine, struct place *place)
{
	const bool corrected = place_wants_pair(place) && engine->mode != MODE_NONE && !default_is_left(engine, place);

	if (engine->mode == MODE_UNKNOWN || !engine_manned(engine))
		return false;
	if (!corrected)
		return hardware_raise(engine, place, 0);
	if (!place->pair || !path_wants(engine, place))
		return false;
	if (!place->chain_print || (pair_streaming(place->pair) && !rt_faded(pair_rt(place->pair))))
		return true;
	return hardware_raise(engine, place, place->level.hardware_gain_db);
}

static void on_house(void *data, uint64_t expirations);

static void set_house(struct engine *engine)
{
	bool wanted = false, waited_for = false;
	unsigned every_ms;
	struct timespec every;

	for (size_t i = 0; i < engine->n_places; i++) {
		struct place *place = &engine->places[i];

		wanted |= place->pair && pair_streaming(place->pair);
		if (engine->graph && graph_ready(engine->graph))
			waited_for |= raise_volume(engine, place);
		waited_for |= place->retry_at_ms > clock_now_ms();
		if (!place->pair && place->retry_at_ms && place->retry_at_ms <= clock_now_ms()) {
			place->retry_at_ms = 0; /* once: it may not be wanted any more */
			engine_defer(engine);
		}
	}
	waited_for |= default_house(engine);
	every_ms = waited_for || engine->calm_looks < CALM_LOOKS ? HOUSE_MS : CALM_HOUSE_MS;
	if (!wanted && !waited_for)
		every_ms = 0;
	if (!engine->house_timer)
		engine->house_timer = pw_loop_add_timer(engine->config.loop, on_house, engine);
	if (every_ms == engine->house_every_ms)
		return;
	every = (struct timespec){ .tv_nsec = every_ms * 1000000L };
	pw_loop_update_timer(engine->config.loop, engine->house_timer, &every, &every, false);
	engine->house_every_ms = every_ms;
}

/* While sound runs: old chains are freed, and a change of the graph's rate brings a chain for it. */
static void on_house(void *data, uint64_t expirations)
{
	struct engine *engine = data;
	const unsigned answers = rt_answers();
	const bool answered = answers != engine->answers;

	bool counts = false;

	engine->answers = answers;
	engine->calm_looks++;
	for (size_t i = 0; i < engine->n_places; i++) {
		struct place *place = &engine->places[i];

		if (!place->pair)
			continue;
		rt_collect(pair_rt(place->pair));
		if (is_stuck(engine, place, answered)) {
			remake_pair(engine, place);
			continue;
		}
		volume_guard(engine, place);
		counts |= tell_counts(place);
		if (place->selection.profile)
			heard_look(engine, place);
		if (place->stuck_looks > 0 || place->loud_looks > 0)
			engine->calm_looks = 0;
		if (place->selection.profile && path_wants(engine, place))
			engine_update_chain(engine, place);
	}
	set_house(engine);
	if (counts)
		engine->config.changed(engine->config.data);
}

void engine_house(struct engine *engine)
{
	engine->calm_looks = 0;
	set_house(engine);
}
