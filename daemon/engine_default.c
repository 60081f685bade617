/* The default sink: the user's, and the one that we make of our own for a time. */
#include "daemon/engine_private.h"

#include "daemon/default_value.h"
#include "daemon/log.h"
#include "daemon/pair_nodes.h"

#define TURN_MS 1000 /* what a session manager gets to turn to an output that has come */
#define ANSWER_MS 2000 /* what it gets to tell what we asked for, where that may have been overwritten or is nothing new */

static struct place *place_of_pair(const struct engine *engine, const char *pair_name)
{
	for (size_t i = 0; i < engine->n_places; i++)
		if (engine->places[i].pair && iem_streq(pair_node_name(engine->places[i].pair), pair_name))
			return &engine->places[i];
	return NULL;
}

static void forget_request(struct engine *engine)
{
	free(engine->request.value);
	free(engine->request.users);
	engine->request = (struct request){ 0 };
}

void default_forget(struct engine *engine)
{
	forget_request(engine);
	free(engine->loan.name);
	engine->loan = (struct loan){ .left = engine->loan.left, .passed_ms = engine->loan.passed_ms };
	engine->undo = (struct undo){ 0 };
}

void default_finish(struct engine *engine)
{
	free(IEM_STEAL(engine->loan.name));
	free(IEM_STEAL(engine->loan.left));
	forget_request(engine);
}

static void ask(struct engine *engine, const char *value)
{
	/* Of a value that it has already the session manager tells nobody. */
	const bool answered = !engine->request.open &&
			      iem_same(graph_configured_value(engine->graph), value);
	char *mine = value ? strdup(value) : NULL;

	forget_request(engine);
	engine->request = (struct request){ .open = !answered && (mine || !value), .value = mine,
					    .asked_ms = clock_now_ms() };
	graph_configure_default(engine->graph, value);
}

static void ask_for_node(struct engine *engine, const char *node)
{
	CLEANUP(iem_freep) char *value = default_value_of(node);

	if (value)
		ask(engine, value);
}

const char *default_of_user(const struct engine *engine)
{
	const char *sink = engine->loan.name;

	if (!sink && engine->graph)
		sink = graph_default_sink(engine->graph);
	/* Through a pair in front of it, which may be another iemd's. */
	for (size_t i = 0; i < engine->n_places; i++)
		if (pair_is_for(sink, engine->places[i].output.node))
			return engine->places[i].output.node;
	return sink;
}

bool default_is_for(const struct engine *engine, const struct place *place)
{
	return engine->loan.name && place->pair && iem_streq(pair_node_name(place->pair), engine->loan.name);
}

/*
 * A session manager that comes back tells our own node, or nothing yet, where it was us who had set the default: then
 * what is noted already, and was not put back, is still the user's.
 */
static int note_users_default(struct journal *journal, struct graph *graph)
{
	const char *value = graph_configured_value(graph);
	const bool told = value && !pair_is_ours(graph_configured_sink(graph));

	return !told && journal_has_default(journal) ? 0 : journal_note_default(journal, told ? value : NULL);
}

/* What was asked for comes a moment before what is in force: our own node is the default still, and not wanted any more. */
static bool is_turning_away(const struct engine *engine, const char *sink)
{
	const char *configured = graph_configured_sink(engine->graph);
	struct graph_node other;

	if (engine->undo.default_asked && pair_is_ours(configured))
		return true;
	return pair_is_ours(graph_default_sink(engine->graph)) && configured && !pair_is_for(configured, sink) &&
	       graph_find_sink(engine->graph, configured, &other);
}

/* When the last output came that the session manager would take before this one where nobody chose; 0: there is none. */
static uint64_t better_since_ms(const struct engine *engine, const struct place *place)
{
	uint64_t since_ms = 0;

	for (size_t i = 0; i < engine->n_places; i++) {
		const struct place *other = &engine->places[i];

		if (other->present && other->output.available && other->output.priority > place->output.priority &&
		    other->since_ms > since_ms)
			since_ms = other->since_ms;
	}
	return since_ms;
}

/* It has just come, and the session manager is about to turn to it: once the default is ours, 0.4 would stay with us. */
static bool may_turn_soon(struct engine *engine, const struct place *place)
{
	const char *configured = graph_configured_sink(engine->graph);
	const bool chosen = (configured && !pair_is_ours(configured)) || journal_default(engine->config.journal);
	const uint64_t since_ms = chosen ? 0 : better_since_ms(engine, place);

	engine->loan.wait_until_ms = since_ms ? since_ms + TURN_MS : 0;
	return clock_now_ms() < engine->loan.wait_until_ms;
}

void default_take(struct engine *engine)
{
	struct place *place = engine->mode == MODE_DEFAULT ? engine_place_by_node(engine, default_of_user(engine)) : NULL;

	if (!place || !place->pair || engine->loan.name || pair_phase(place->pair) != PAIR_READY ||
	    !graph_has_manager(engine->graph) || engine->request.open || is_turning_away(engine, place->output.node) ||
	    may_turn_soon(engine, place))
		return;
	if (note_users_default(engine->config.journal, engine->graph) < 0)
		log_warning("The journal could not be written: after a crash the default sink may not be put back.");
	engine->loan = (struct loan){ .name = strdup(pair_node_name(place->pair)), .left = engine->loan.left,
				      .passed_ms = engine->loan.passed_ms };
	volume_begin(engine, place);
	ask_for_node(engine, engine->loan.name);
	if (iem_streq(graph_default_sink(engine->graph), engine->loan.name))
		volume_default_seen(engine);
	log_debug("%s is the default now, for %s.", engine->loan.name, place->output.node);
}

static void give_back(struct engine *engine, const char *value)
{
	/* Whether there is a session manager that hears it shows later: until then the journal keeps it. */
	ask(engine, value);
	engine->undo.default_asked = true;
	free(IEM_STEAL(engine->loan.name));
}

void default_give_back(struct engine *engine)
{
	if (engine->loan.name)
		give_back(engine, journal_default_value(engine->config.journal));
}

/* The user's choice comes back while we are in front of another. */
static bool has_choice_returned(struct engine *engine, const char *choice)
{
	const struct place *place = engine_place_by_node(engine, choice);
	const bool there = place && place->present && place->output.available;

	engine->loan.choice_away |= !there;
	return there && engine->loan.choice_away && !pair_is_for(engine->loan.name, choice);
}

/*
 * Nobody chose, and one comes that the session manager would have preferred: a dongle that is plugged in. WirePlumber 0.4
 * may turn to our sink by itself before it has taken in what came, and stays with that then; so it counts from when on
 * the default was none of ours for the last time.
 */
static bool has_better_come(const struct engine *engine)
{
	const struct place *place = place_of_pair(engine, engine->loan.name);

	return place && better_since_ms(engine, place) > engine->loan.passed_ms;
}

/* While it could turn to any output, the session manager has passed over those that it has known for long enough. */
static void note_passed(struct engine *engine)
{
	const char *sink = graph_default_sink(engine->graph);

	if (sink && !pair_is_ours(sink))
		engine->loan.passed_ms = clock_now_ms() - TURN_MS;
}

void default_make_way(struct engine *engine)
{
	const char *choice = journal_default(engine->config.journal);

	note_passed(engine);
	engine->loan.making_way &= pair_is_ours(graph_default_sink(engine->graph)) ||
				   pair_is_ours(graph_configured_sink(engine->graph));
	if (!engine->loan.name)
		return;
	if (!choice && has_better_come(engine)) {
		log_debug("An output of higher priority came, and nobody chose one.");
		engine->loan.making_way = true; /* WirePlumber 0.4 would stay with our sink as long as it is there */
	} else if (choice && has_choice_returned(engine, choice)) {
		log_debug("%s, which the user had chosen, is back.", choice);
		default_give_back(engine);
	}
}

static bool is_given_back(void *data)
{
	const struct engine *engine = data;

	return graph_has_manager(engine->graph) && !engine->request.open &&
	       !pair_is_ours(graph_configured_sink(engine->graph));
}

void default_leave(struct engine *engine)
{
	if (!engine->loan.name && !engine->request.open)
		return;
	default_give_back(engine);
	if (graph_wait(engine->graph, is_given_back, engine))
		journal_drop_default(engine->config.journal);
}

/* For people: the node that a value names; where it names none, the value. */
static const char *called(const char *name, const char *value)
{
	return name ? name : value ? value : "none";
}

/* Who sets the very output as the default that ours is in front of wants it without us. */
static void note_left(struct engine *engine, const char *configured)
{
	const struct place *place = place_of_pair(engine, engine->loan.name);

	if (place && iem_streq(configured, place->output.node)) {
		free(engine->loan.left);
		engine->loan.left = strdup(configured);
	}
}

/* Another program or the user picked another default: that is their will. */
static void step_out(struct engine *engine, const char *configured)
{
	log_notice("The default sink was set to %s; iemd steps out of the path.",
		   called(configured, graph_configured_value(engine->graph)));
	note_left(engine, configured);
	journal_drop_default(engine->config.journal);
	free(IEM_STEAL(engine->loan.name));
}

/* Volume keys move the default's volume, and that of a smart filter is locked: the output is what was meant. */
static void decline_default(struct engine *engine, const char *configured)
{
	const struct place *place = place_of_pair(engine, configured);

	if (!place)
		return;
	log_notice("iemd's own node was set as the default sink; it is set to %s, which it belongs to.",
		   place->output.node);
	ask_for_node(engine, place->output.node);
}

/*
 * Who sets the default at the very moment at which we do is overwritten by us, without our having known: what he set is
 * told first, and then ours. His will goes before ours.
 */
static void yield_to_user(struct engine *engine, const char *users)
{
	CLEANUP(iem_freep) char *name = default_value_name(users);
	const char *value = *users ? users : NULL;

	log_notice("The default sink was set to %s as iemd changed it; it is set so again.", called(name, value));
	if (!engine->loan.name) {
		ask(engine, value);
		return;
	}
	if (journal_note_default(engine->config.journal, value) < 0)
		log_warning("The journal could not be written: after a crash the default sink may not be put back.");
	note_left(engine, name);
	give_back(engine, value);
}

static void follow_request(struct engine *engine)
{
	struct request *request = &engine->request;
	const struct journal *journal = engine->config.journal;
	const char *told = graph_configured_value(engine->graph);
	CLEANUP(iem_freep) char *users = NULL;

	if (!request->open || (pair_is_ours(graph_configured_sink(engine->graph)) &&
			       !iem_same(told, request->value)))
		return;
	users = IEM_STEAL(request->users);
	if (iem_same(told, request->value)) {
		request->open = false;
		if (users)
			yield_to_user(engine, users);
	} else if (!journal_has_default(journal) || !iem_same(told, journal_default_value(journal))) {
		request->users = strdup(told ? told : "");
		request->users_ms = clock_now_ms();
	}
}

/* What was set and put back before anybody was told of it is now and then told to nobody: it is as it was asked for. */
static bool may_never_be_told(const struct engine *engine)
{
	const struct request *request = &engine->request;

	return request->open && engine->graph && iem_same(graph_configured_value(engine->graph), request->value);
}

bool default_house(struct engine *engine)
{
	struct request *request = &engine->request;
	const uint64_t now_ms = clock_now_ms();
	const bool overwritten = request->open && request->users && now_ms - request->users_ms >= ANSWER_MS;

	if (engine->loan.wait_until_ms && engine->loan.wait_until_ms <= now_ms) {
		engine->loan.wait_until_ms = 0;
		engine_defer(engine);
	}
	/* What we asked for was overwritten before it could be told; or no word of it comes. */
	if (overwritten || (may_never_be_told(engine) && now_ms - request->asked_ms >= ANSWER_MS)) {
		forget_request(engine);
		default_changed(engine, false);
		engine_defer(engine);
	}
	return engine->loan.wait_until_ms || request->users || may_never_be_told(engine);
}

void default_changed(struct engine *engine, bool configured_changed)
{
	const char *configured = graph_configured_sink(engine->graph), *sink = graph_default_sink(engine->graph);

	if (!pair_is_ours(configured))
		engine->undo.default_asked = false;
	if (configured_changed)
		follow_request(engine);
	if (engine->mode == MODE_SMART && !engine->request.open)
		decline_default(engine, configured);
	if (engine->loan.name && !engine->request.open && !iem_streq(configured, engine->loan.name))
		step_out(engine, configured);
	if (engine->loan.name && iem_streq(sink, engine->loan.name))
		volume_default_seen(engine);
	/* Whoever goes elsewhere and comes back wants the correction again. */
	if (engine->loan.left && sink && !pair_is_ours(sink) && strcmp(sink, engine->loan.left) != 0)
		free(IEM_STEAL(engine->loan.left));
}

bool default_is_left(const struct engine *engine, const struct place *place)
{
	return engine->mode == MODE_DEFAULT && iem_streq(place->output.node, engine->loan.left);
}

void engine_return_to(struct engine *engine, const char *output_id)
{
	const struct place *place = engine_place_by_node(engine, engine->loan.left);

	if (place && iem_streq(place->output.id, output_id))
		free(IEM_STEAL(engine->loan.left));
}

void default_undo_stale(struct engine *engine)
{
	if (!graph_has_manager(engine->graph))
		return;
	if (!engine->loan.name && !(engine->mode == MODE_SMART && pair_is_ours(graph_configured_sink(engine->graph))))
		undo_default(&engine->undo, engine->graph, engine->config.journal);
	if (!volume_is_noted(engine))
		undo_volume(&engine->undo, engine->graph, engine->config.journal);
}
