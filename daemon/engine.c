#include "daemon/engine_private.h"

#include "daemon/log.h"

#include <errno.h>

#define RECONNECT_FIRST_MS 100
#define RECONNECT_MAX_MS 2000
#define CLAIM_MS 5000

const char *const engine_mode_names[MODES] = {
	[MODE_SMART] = "smart-filter",
	[MODE_DEFAULT] = "default-sink",
};

/* --- observe ---------------------------------------------------------------------------------------------------- */

struct place *engine_place_by_node(const struct engine *engine, const char *node)
{
	for (size_t i = 0; i < engine->n_places; i++)
		if (iem_streq(engine->places[i].output.node, node))
			return &engine->places[i];
	return NULL;
}

static char *copy(const char *text)
{
	return text ? strdup(text) : NULL;
}

static bool copy_output(struct output *to, const struct output *from)
{
	output_finish(to);
	*to = *from;
	to->id = copy(from->id);
	to->node = copy(from->node);
	to->port = copy(from->port);
	to->description = copy(from->description);
	for (int key = 0; key < IEM_MATCH_KEYS; key++)
		to->have[key] = copy(from->have[key]);
	return to->id && to->node && to->description;
}

static struct place *add_place(struct engine *engine)
{
	struct place *larger = realloc(engine->places, (engine->n_places + 1) * sizeof(*larger));

	if (!larger)
		return NULL;
	engine->places = larger;
	return memset(&larger[engine->n_places++], 0, sizeof(*larger));
}

static void remove_place(struct engine *engine, size_t i)
{
	engine_drop_pair(engine, &engine->places[i]);
	choices_end_once(engine->config.choices, engine->places[i].output.id);
	output_finish(&engine->places[i].output);
	memmove(&engine->places[i], &engine->places[i + 1], (--engine->n_places - i) * sizeof(*engine->places));
}

/*
 * Between two tracks a player that wants the output to itself is gone for a moment. And where we were still linked with
 * the output when it came, WirePlumber has refused it: the next attempt succeeds.
 */
static void hold_aside(struct place *place)
{
	const uint64_t now = clock_now_ms();

	if (place->output.claimed) {
		place->claimed_until_ms = now + CLAIM_MS;
	} else if (!place->output.aside && now < place->claimed_until_ms) {
		place->output.aside = "an application wanted it for itself alone a moment ago";
		place->retry_at_ms = place->claimed_until_ms;
	}
}

/* A sink's ports go a moment before or after the sink: a layout once seen holds until another one is. */
static void take_in(struct engine *engine, struct place *place, const struct output *output)
{
	const struct pair_layout before = place->output.layout;
	const bool had = place->output.has_layout;
	const bool same = place->was_present && place->output.available && place->output.node_id == output->node_id &&
			  iem_same(place->output.port, output->port);

	copy_output(&place->output, output);
	if (!output->has_layout && had) {
		place->output.layout = before;
		place->output.has_layout = true;
	}
	if (!same)
		place->since_ms = clock_now_ms();
	if (!same && engine->familiar)
		choices_doubt(engine->config.choices, output->id);
	if (!same)
		place->hardware = (struct hardware){ 0 }; /* what of its volume is ours the journal knows */
	place->present = true;
	hold_aside(place);
}

static void observe(struct engine *engine)
{
	struct outputs outputs = { 0 };

	if (engine->graph && graph_ready(engine->graph) && outputs_read(&outputs, engine->graph) < 0)
		return;
	outputs_finish(&engine->outputs);
	engine->outputs = outputs;
	for (size_t i = 0; i < engine->n_places; i++) {
		engine->places[i].was_present = engine->places[i].present;
		engine->places[i].present = false;
	}
	for (size_t i = 0; i < outputs.n; i++) {
		struct place *place = engine_place_by_node(engine, outputs.at[i].node);

		if (place && place->present)
			continue; /* two nodes of one name: the first has it */
		if (!place && !(place = add_place(engine)))
			return;
		take_in(engine, place, &outputs.at[i]);
	}
	engine->familiar |= engine_manned(engine);
	/* Where a smart filter lingers, the place is kept for the sink's return. */
	for (size_t i = engine->n_places; i-- > 0;) {
		struct pair *pair = engine->places[i].pair;

		if (engine->places[i].present)
			continue;
		if (pair && pair_is_smart(pair))
			rt_ramp(pair_rt(pair));
		else
			remove_place(engine, i);
	}
}

/* --- select ----------------------------------------------------------------------------------------------------- */

/* An ordinary jack does not tell what is plugged into it. */
static bool is_unconfirmed(const struct engine *engine, const struct place *place)
{
	return place->selection.code == IEM_REASON_CHOSEN && place->output.kind != IEM_KIND_BLUETOOTH &&
	       choices_unconfirmed(engine->config.choices, place->output.id);
}

static void tell_unconfirmed(struct iem_selection *selection)
{
	const size_t length = strlen(selection->reason);

	snprintf(selection->reason + length, sizeof(selection->reason) - length,
		 " It was plugged in again, and several earphones have been used here: 'iemctl confirm' says that it is this one.");
}

static void select_all(struct engine *engine)
{
	for (size_t i = 0; i < engine->n_places; i++) {
		struct place *place = &engine->places[i];
		struct iem_decision compared;
		const bool comparing = compare_decides(engine, place->output.id, &compared);

		iem_source_select(&place->source, (const char *const *)place->output.have,
				  choices_source(engine->config.choices, place->output.id),
				  files_store(engine->config.files));
		mixer_look(engine, place);
		detect_select(engine, place, comparing ? &compared : NULL, &place->selection);
		place->unconfirmed = is_unconfirmed(engine, place);
		if (place->unconfirmed)
			tell_unconfirmed(&place->selection);
	}
}

bool engine_decided(const struct engine *engine, const char *output_id, struct iem_selection *out)
{
	for (size_t i = 0; i < engine->n_places; i++) {
		const struct place *place = &engine->places[i];

		if (!iem_streq(place->output.id, output_id))
			continue;
		detect_select(engine, place, NULL, out);
		if (out->profile)
			return true;
	}
	return false;
}

bool place_wants_pair(const struct place *place)
{
	return place->selection.profile && place->output.has_layout;
}

/* --- apply ------------------------------------------------------------------------------------------------------ */

static void apply(struct engine *engine)
{
	if (!engine->graph || !graph_ready(engine->graph))
		return;
	default_undo_stale(engine);
	if (!path_settle_mode(engine))
		return;
	default_make_way(engine);
	/* First what has to go, so that the default is free for what comes. */
	for (size_t i = 0; i < engine->n_places; i++)
		if (!path_wants(engine, &engine->places[i]))
			engine_drop_pair(engine, &engine->places[i]);
	for (size_t i = 0; i < engine->n_places; i++)
		if (path_wants(engine, &engine->places[i]))
			engine_update_pair(engine, &engine->places[i]);
	default_take(engine);
}

/* A pair's ports may be told before its node's id is, or after: so this is looked at on either. */
static void advance_pairs(struct engine *engine)
{
	for (size_t i = 0; engine->graph && i < engine->n_places; i++) {
		struct pair *pair = engine->places[i].pair;
		const uint32_t id = pair ? pair_capture_id(pair) : SPA_ID_INVALID;

		if (id != SPA_ID_INVALID && pair_phase(pair) == PAIR_CAPTURE)
			pair_ports_seen(pair, id, graph_input_ports(engine->graph, id));
	}
}

void engine_refresh(struct engine *engine)
{
	if (engine->leaving)
		return;
	advance_pairs(engine);
	observe(engine);
	engine->looked |= engine_connected(engine);
	compare_look(engine);
	select_all(engine);
	apply(engine);
	compare_hear(engine);
	responses_sweep(engine->responses);
	engine_house(engine);
	engine->config.changed(engine->config.data);
}

static void on_deferred(void *data, uint64_t count)
{
	engine_refresh(data);
}

void engine_defer(struct engine *engine)
{
	pw_loop_signal_event(engine->config.loop, engine->deferred);
}

static void on_mixer(void *data)
{
	engine_refresh(data);
}

/* On another thread: a signal of the loop may be given from any. */
static void on_response_ready(void *data)
{
	engine_defer(data);
}

/* --- the connection --------------------------------------------------------------------------------------------- */

static void connect_graph(struct engine *engine);

static void schedule_reconnect(struct engine *engine)
{
	uint64_t wait_ms = RECONNECT_FIRST_MS << (engine->attempts < 5 ? engine->attempts : 5);
	struct timespec wait;

	if (wait_ms > RECONNECT_MAX_MS)
		wait_ms = RECONNECT_MAX_MS;
	engine->attempts++;
	wait = (struct timespec){ (time_t)(wait_ms / 1000), (long)(wait_ms % 1000) * 1000000 };
	pw_loop_update_timer(engine->config.loop, engine->reconnect_timer, &wait, NULL, false);
}

static void disconnect(struct engine *engine)
{
	engine->familiar = false;
	path_forget(engine, false);
	default_forget(engine);
	for (size_t i = engine->n_places; i-- > 0;)
		remove_place(engine, i);
	outputs_finish(&engine->outputs);
	graph_free(IEM_STEAL(engine->graph));
}

static void on_reconnect(void *data, uint64_t expirations)
{
	struct engine *engine = data;

	if (engine->graph) {
		disconnect(engine);
		engine->config.changed(engine->config.data);
	}
	connect_graph(engine);
}

static void on_lost(void *data, const char *why)
{
	struct engine *engine = data;

	log_notice("%s; connecting again.", why);
	engine->attempts = 0;
	schedule_reconnect(engine);
}

/* A chain that waits for a softer output goes on as soon as that has answered. */
static void follow_hardware(struct engine *engine)
{
	for (size_t i = 0; engine->graph && i < engine->n_places; i++) {
		struct place *place = &engine->places[i];
		const bool waited = place->hardware.asked.channels;

		hardware_follow(engine, place);
		if (waited && !place->hardware.asked.channels)
			engine_defer(engine);
	}
}

/* Steps of our own go on with the first event that allows them; everything else waits until it has settled. */
static void on_changed(void *data)
{
	struct engine *engine = data;

	advance_pairs(engine);
	if (engine->graph)
		volume_follow(engine);
	follow_hardware(engine);
	if (engine->probe)
		engine_defer(engine);
}

static void on_settled(void *data)
{
	engine_refresh(data);
}

static void on_default_changed(void *data, bool configured)
{
	default_changed(data, configured);
	engine_defer(data); /* sound goes there already: every moment of settling would be heard uncorrected */
}

static void on_nodes_synced(void *data)
{
	volume_nodes_synced(data);
}

static void on_manager(void *data, bool present)
{
	struct engine *engine = data;

	if (!engine->graph || !graph_ready(engine->graph))
		return;
	log_notice("The session manager %s.",
		   present ? "is there" : "went away; nothing is corrected until it is back");
	engine->familiar = false; /* it makes all nodes anew */
	path_forget(engine, true);
	default_forget(engine);
	engine_defer(engine);
}

static const struct graph_events graph_events = {
	.changed = on_changed,
	.settled = on_settled,
	.default_changed = on_default_changed,
	.nodes_synced = on_nodes_synced,
	.manager = on_manager,
	.lost = on_lost,
};

static void connect_graph(struct engine *engine)
{
	const int r = graph_new(&engine->graph, engine->config.loop, engine->config.context, &graph_events, engine);

	if (r < 0) {
		if (engine->attempts == 0)
			log_notice("PipeWire does not answer (%s); waiting for it.", strerror(-r));
		schedule_reconnect(engine);
		return;
	}
	engine->attempts = 0;
}

int engine_new(struct engine **out, const struct engine_config *config)
{
	struct engine *engine = calloc(1, sizeof(*engine));
	int r;

	if (!engine)
		return -ENOMEM;
	engine->config = *config;
	engine->reconnect_timer = pw_loop_add_timer(config->loop, on_reconnect, engine);
	engine->deferred = pw_loop_add_event(config->loop, on_deferred, engine);
	if ((r = responses_new(&engine->responses, on_response_ready, engine)) < 0 ||
	    (r = mixers_new(&engine->mixers, config->loop, on_mixer, engine)) < 0) {
		engine_free(engine);
		return r;
	}
	*out = engine;
	connect_graph(engine);
	return 0;
}

void engine_look(struct engine *engine)
{
	const uint64_t until = clock_now_ms() + 2000;

	pw_loop_enter(engine->config.loop);
	while (!engine->looked && engine->attempts == 0 && clock_now_ms() < until)
		pw_loop_iterate(engine->config.loop, 100);
	pw_loop_leave(engine->config.loop);
}

void engine_free(struct engine *engine)
{
	if (!engine)
		return;
	engine->leaving = true;
	if (engine->graph) {
		hardware_leave(engine);
		default_leave(engine);
	}
	disconnect(engine);
	free(engine->places);
	default_finish(engine);
	volume_finish(engine);
	responses_free(engine->responses);
	mixers_free(engine->mixers);
	pw_loop_destroy_source(engine->config.loop, engine->reconnect_timer);
	pw_loop_destroy_source(engine->config.loop, engine->deferred);
	engine_end_comparison(engine, NULL, "iemd ends");
	if (engine->house_timer)
		pw_loop_destroy_source(engine->config.loop, engine->house_timer);
	free(engine);
}

bool engine_connected(const struct engine *engine)
{
	return engine->graph && graph_ready(engine->graph);
}

bool engine_is_running(const struct engine *engine)
{
	for (size_t i = 0; i < engine->n_places; i++)
		if (engine->places[i].pair && pair_streaming(engine->places[i].pair))
			return true;
	return false;
}

bool engine_manned(const struct engine *engine)
{
	return engine_connected(engine) && graph_has_manager(engine->graph);
}

const struct outputs *engine_outputs(const struct engine *engine)
{
	return &engine->outputs;
}
