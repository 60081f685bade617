/* Pairs and their chains: what runs for an output, brought to what is decided for it. */
#include "daemon/engine_private.h"

#include "daemon/log.h"

#include <math.h>

#define ASSUMED_RATE_HZ 48000 /* until a driver tells its own */
/* Each look wakes the processor: while nothing happens there are fewer. */
#define HOUSE_MS 100
#define CALM_HOUSE_MS 500
#define CALM_LOOKS 10
#define LINK_MS 700   /* what a session manager gets to link streams through a new pair */
#define RETRY_MS 1000
#define STUCK_LOOKS 5u /* of the housekeeping */
#define MAX_REMAKES 7 /* a minute */

/* --- chains ----------------------------------------------------------------------------------------------------- */

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
	print = print_comparison(print, engine, place);
	print = print_bytes(print, eq->bands, eq->n_bands * sizeof(*eq->bands));
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

/* Off: the correction goes, its level for a pink spectrum stays unless raw; never louder than the source. */
static int bypass_chain(struct iem_chain **out, const struct iem_chain *corrected, struct iem_chain_plan plan, bool raw)
{
	plan.eq = NULL;
	plan.preference = NULL;
	plan.limiter = plan.limiter && !raw; /* so long as levels are matched, the time is, too */
	plan.gain_db = raw ? 0 : fmin(0, iem_chain_pink_db(corrected));
	return iem_chain_new(out, &plan);
}

static struct iem_chain *make_chain(struct engine *engine, struct place *place, double rate_hz)
{
	const struct iem_preference preference = preference_for(engine, place);
	struct iem_chain_plan plan = plan_for(place, rate_hz);
	CLEANUP(iem_chain_freep) struct iem_chain *chain = NULL;
	struct iem_chain *bypass = NULL;
	int r;

	plan.preference = &preference;
	plan.limiter = has_limiter(engine);
	plan.gain_db = compare_gain_db(engine, place, &plan);
	r = iem_chain_new(&chain, &plan);
	if (r == 0 && iem_chain_skipped(chain))
		log_warning("%u bands of '%s' are above half the rate of %.0f Hz and are left out.",
			    iem_chain_skipped(chain), place->selection.profile->id, rate_hz);
	if (r == 0 && !choices_enabled(engine->config.choices)) {
		r = bypass_chain(&bypass, chain, plan, choices_raw(engine->config.choices));
		iem_chain_free(chain);
		chain = bypass;
	}
	if (r < 0) {
		log_error("The chain for '%s' could not be made: %s.", place->selection.profile->id, strerror(-r));
		return NULL;
	}
	place->preamp_db = iem_chain_preamp_db(chain);
	place->gain_db = iem_chain_gain_db(chain);
	place->removal_db = iem_chain_removal_db(chain);
	place->latency = iem_chain_latency(chain);
	place->chain_print = chain_print(engine, place, rate_hz);
	return IEM_STEAL(chain);
}

static double rate_of(struct place *place)
{
	const uint32_t rate = place->pair ? rt_position_rate(pair_rt(place->pair)) : 0;

	return rate >= IEM_MIN_RATE_HZ && rate <= IEM_MAX_RATE_HZ ? rate : ASSUMED_RATE_HZ;
}

static void update_chain(struct engine *engine, struct place *place)
{
	const double rate_hz = rate_of(place);
	struct iem_chain *chain;

	if (chain_print(engine, place, rate_hz) == place->chain_print)
		return;
	chain = make_chain(engine, place, rate_hz);
	if (!chain)
		return;
	rt_publish(pair_rt(place->pair), chain);
	pair_set_latency(place->pair, place->latency);
}

/* --- pairs ------------------------------------------------------------------------------------------------------ */

static void on_pair_changed(void *data, struct pair *pair)
{
	engine_defer(data);
}

static void on_volume_set(void *data, struct pair *pair)
{
	volume_set_on_ours(data, pair);
}

static const struct pair_events pair_events = { .changed = on_pair_changed, .volume_set = on_volume_set };

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

	config.chain = make_chain(engine, place, ASSUMED_RATE_HZ);
	if (!config.chain)
		return;
	r = pair_new(&place->pair, &config);
	if (r < 0) {
		log_error("The filter for %s could not be made: %s.", place->output.id, strerror(-r));
		place->retry_at_ms = engine_now_ms() + RETRY_MS;
		return;
	}
	pair_set_latency(place->pair, place->latency);
	place->settle_until_ms = engine_now_ms() + LINK_MS;
	place->stuck_looks = 0;
	log_debug("%s: a filter node comes in front of it.", place->output.id);
}

void engine_drop_pair(struct engine *engine, struct place *place)
{
	const bool was_default = default_is_for(engine, place);

	if (!place->pair)
		return;
	pair_free(IEM_STEAL(place->pair));
	/* Second: with the new default the session manager looks for streams to link, and one may want the output alone. */
	if (was_default)
		default_give_back(engine);
	place->chain_print = 0;
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
	       engine_now_ms() >= place->settle_until_ms; /* if it did not help, not at every look */
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
			place->retry_at_ms = engine_now_ms() + RETRY_MS;
		engine_drop_pair(engine, place);
	}
	if (!place->pair && engine_now_ms() >= place->retry_at_ms)
		make_pair(engine, place);
	if (place->pair)
		update_chain(engine, place);
}

/* --- housekeeping ----------------------------------------------------------------------------------------------- */

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

static void on_house(void *data, uint64_t expirations);

static void set_house(struct engine *engine)
{
	bool wanted = false, waited_for = false;
	unsigned every_ms;
	struct timespec every;

	for (size_t i = 0; i < engine->n_places; i++) {
		struct place *place = &engine->places[i];

		wanted |= place->pair && pair_streaming(place->pair);
		waited_for |= place->retry_at_ms > engine_now_ms();
		if (!place->pair && place->retry_at_ms && place->retry_at_ms <= engine_now_ms()) {
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
		if (place->stuck_looks > 0 || place->loud_looks > 0)
			engine->calm_looks = 0;
		if (place->selection.profile && path_wants(engine, place))
			update_chain(engine, place);
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

/* --- how far things are ----------------------------------------------------------------------------------------- */

static enum engine_progress pair_progress(struct engine *engine, struct place *place, bool faded)
{
	const uint32_t playback = pair_playback_id(place->pair), capture = pair_capture_id(place->pair);
	struct rt *rt = pair_rt(place->pair);

	if (pair_phase(place->pair) != PAIR_READY)
		return place->present ? ENGINE_BUSY : ENGINE_DONE;
	if (pair_streaming(place->pair) && !(faded ? rt_faded(rt) : rt_taken(rt)))
		return ENGINE_BUSY;
	if (!place->present || engine_now_ms() >= place->settle_until_ms)
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
