/*
 * Where our sink is the default, its volume is a remote control for the output's. The output always holds the user's
 * volume, so that nothing gets louder when we go; ours only shows it.
 */
#include "daemon/engine_private.h"

#include "daemon/log.h"

#include <math.h>

#define LOUD_LOOKS 5u /* of the housekeeping: what is told in passing is no reason */
#define ANSWER_MS 500 /* what an output gets to take a volume; then its word counts */

static struct place *place_in_force(struct engine *engine)
{
	for (size_t i = 0; i < engine->n_places; i++)
		if (default_is_for(engine, &engine->places[i]))
			return &engine->places[i];
	return NULL;
}

/* The user's own position: without our part of it. */
static void show(struct engine *engine, struct place *place)
{
	struct volume own = volume_scaled(&engine->remote.output, -place->hardware.part_db);

	own = volume_limited(&own, fmax(place->hardware.top_db, 0));
	if (own.channels)
		pair_show_volume(place->pair, &own);
}

static void wait_for_answer(struct engine *engine)
{
	const struct timespec wait = { .tv_nsec = ANSWER_MS * 1000000L };

	pw_loop_update_timer(engine->config.loop, engine->remote.timer, (struct timespec *)&wait, NULL, false);
}

/* One at a time: what the user sets meanwhile goes out when the output has answered. */
static void send(struct engine *engine, struct place *place)
{
	struct remote *remote = &engine->remote;
	const struct volume own = volume_for(pair_volume(place->pair), remote->output.channels);
	struct volume wanted = volume_scaled(&own, place->hardware.part_db);
	struct journal_volume change;

	if (!remote->output.channels || remote->wanted.channels || volume_same(&wanted, &remote->output))
		return;
	hardware_take_hand(engine, place, &own, &wanted);
	change = (struct journal_volume){ place->output.node, place->output.port, remote->output, wanted };
	if (journal_note_volume(engine->config.journal, &change) < 0)
		log_warning("The journal could not be written: after a crash %s may stay louder than it was set.",
			    place->output.id);
	remote->wanted = wanted;
	remote->missed = false;
	remote->noted = true;
	graph_set_volume(engine->graph, place->output.node_id, &wanted);
	wait_for_answer(engine);
}

static void on_timer(void *data, uint64_t expirations)
{
	struct engine *engine = data;
	struct remote *remote = &engine->remote;
	struct place *place = place_in_force(engine);
	const struct volume unanswered = remote->wanted;

	remote->wanted.channels = 0;
	/* What became of a change whose output has gone is found out when that is back: see undo.h. */
	if (remote->noted && (place || !unanswered.channels))
		journal_drop_volume(engine->config.journal);
	remote->noted = false;
	if (!place || !unanswered.channels)
		return;
	if (remote->missed) {
		show(engine, place); /* somebody else was quicker, or the output cannot be what was wanted */
	} else {
		remote->output = unanswered; /* a sink that sleeps tells nothing */
		send(engine, place);
	}
}

void volume_expect(struct engine *engine, const struct place *place, const struct volume *volume)
{
	struct remote *remote = &engine->remote;

	if (place_in_force(engine) != place || !remote->output.channels)
		return;
	remote->wanted = *volume;
	remote->missed = false;
	wait_for_answer(engine);
}

void volume_begin(struct engine *engine, struct place *place)
{
	struct remote *remote = &engine->remote;
	const struct volume full = volume_unity(pair_layout(place->pair)->channels);

	*remote = (struct remote){ .timer = remote->timer, .noted = remote->noted };
	if (!remote->timer)
		remote->timer = pw_loop_add_timer(engine->config.loop, on_timer, engine);
	if (!graph_volume(engine->graph, place->output.node_id, &remote->output))
		pair_show_volume(place->pair, &full);
	show(engine, place);
}

/*
 * WirePlumber 0.4 gives our node the volume that it had in some earlier run, in spite of state.restore-props, and does so
 * before it takes the node for a default sink. A question to PipeWire asked then is answered after that volume came.
 */
void volume_default_seen(struct engine *engine)
{
	if (!engine->remote.asked && place_in_force(engine))
		graph_sync_nodes(engine->graph);
	engine->remote.asked = true;
}

void volume_nodes_synced(struct engine *engine)
{
	struct place *place = place_in_force(engine);

	if (!place || !engine->remote.asked || engine->remote.live)
		return;
	engine->remote.live = true;
	show(engine, place);
}

bool volume_is_live(const struct engine *engine)
{
	return engine->remote.live;
}

bool volume_is_noted(const struct engine *engine)
{
	return engine->remote.noted;
}

void volume_follow(struct engine *engine)
{
	struct remote *remote = &engine->remote;
	struct place *place = place_in_force(engine);
	struct volume now;

	if (!place || !graph_volume(engine->graph, place->output.node_id, &now) || volume_same(&now, &remote->output))
		return;
	remote->output = now;
	if (!remote->wanted.channels) {
		show(engine, place);
	} else if (volume_same(&now, &remote->wanted)) {
		remote->wanted.channels = 0;
		send(engine, place); /* what was set since */
	} else {
		remote->missed = true;
	}
}

void volume_set_on_ours(struct engine *engine, const struct pair *pair)
{
	struct place *place = place_in_force(engine);

	if (!place || place->pair != pair)
		return;
	if (engine->remote.live)
		send(engine, place);
	else
		show(engine, place);
}

void volume_guard(struct engine *engine, struct place *place)
{
	const bool loud = place->present && graph_is_too_loud(engine->graph, place->output.node_id);

	place->loud_looks = loud ? place->loud_looks + 1 : 0;
	if (place->loud_looks != LOUD_LOOKS)
		return;
	log_warning("%s plays louder than its volume says, so its node is told that volume again.", place->output.id);
	graph_repeat_volume(engine->graph, place->output.node_id);
}

void volume_finish(struct engine *engine)
{
	if (engine->remote.noted && !engine->remote.wanted.channels)
		journal_drop_volume(engine->config.journal);
	if (engine->remote.timer)
		pw_loop_destroy_source(engine->config.loop, engine->remote.timer);
}
