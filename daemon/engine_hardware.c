/*
 * Our part of an output's volume. What the chain may not take away by itself sits there, with consent: it stays when we
 * go, so that nothing gets louder by that. The user's hand moves the volume as ever; his own position is what the output
 * holds without our part.
 *
 * The part is lowered before the chain that goes with it, and raised after it, slowly: at no moment it is louder than the
 * louder of before and after.
 */
#include "daemon/engine_private.h"

#include "daemon/log.h"

#include <math.h>

#define ANSWER_MS 500 /* what an output gets to take a volume; one that sleeps tells nothing, one that plays is asked anew */
#define RAISE_DB 2.0
#define RAISE_MS 100 /* so often: 20 dB a second */
#define NOTHING_DB 0.05
#define ROUNDING (1.0 / 32) /* of a device, in parts of the slider */
#define MOST_DB 96.0 /* of a part: what is softer than that is not heard, and a volume is no longer a number below */

static bool volume_now(const struct engine *engine, const struct place *place, struct volume *out)
{
	return place->present && engine->graph && graph_volume(engine->graph, place->output.node_id, out);
}

/* Rounded up, for a volume is a number in single precision and a chain is made anew for every other level. */
double hardware_user_db(const struct engine *engine, const struct place *place)
{
	struct volume own = place->hardware.own;
	double user_db = mixer_more_db(engine, place);

	if (own.channels || volume_now(engine, place, &own))
		user_db += volume_gain_db(&own);
	return ceil(user_db * 100 - 0.1) / 100;
}

bool hardware_may_manage(const struct engine *engine, const struct place *place)
{
	struct volume now;

	return files_settings(engine->config.files)->level.hardware_volume == IEM_HARDWARE_MANAGE &&
	       (place->hardware.own.channels || volume_now(engine, place, &now));
}

/* --- what is noted ------------------------------------------------------------------------------------ */

/* That the output is at WAS and is to be at WANTED, of which a part is ours; or that nothing of it is. */
static void note(struct engine *engine, struct place *place, const struct volume *was, const struct volume *wanted)
{
	const struct hardware *hardware = &place->hardware;
	const struct journal_volume change = { place->output.node, place->output.port,
					       volume_limited(&hardware->own, hardware->top_db), *wanted, *was };

	if (hardware->part_db == 0 && volume_same_gains(was, wanted))
		journal_drop_managed(engine->config.journal, place->output.node, place->output.port);
	else if (journal_note_managed(engine->config.journal, &change) < 0 && volume_is_softer(wanted, was))
		log_warning("The journal could not be written: after a crash the volume of %s may stay lowered.",
			    place->output.id);
}

/* What an earlier run left in the volume is ours still, unless somebody has moved it since. */
static void adopt(struct engine *engine, struct place *place, const struct volume *now)
{
	const struct journal_volume *left = journal_managed(engine->config.journal, place->output.node, place->output.port);
	struct hardware *hardware = &place->hardware;

	*hardware = (struct hardware){ .own = *now, .expected = *now, .top_db = fmax(volume_gain_db(now), 0) };
	if (!left)
		return;
	if (journal_volume_is_ours(left, now)) {
		hardware->own = volume_limited(&left->before, JOURNAL_MOST_DB);
		hardware->top_db = fmax(hardware->top_db, volume_gain_db(&hardware->own));
		hardware->own.mute = now->mute;
		hardware->part_db = fmin(volume_gain_db(now) - volume_gain_db(&hardware->own), 0);
	} else {
		journal_drop_managed(engine->config.journal, place->output.node, place->output.port);
	}
}

/* --- what is told ------------------------------------------------------------------------------------- */

/* The output, which is at NOW, is to be at VOLUME. */
static void remember_asked(struct hardware *hardware, const struct volume *now, const struct volume *volume)
{
	if (!hardware->asked.channels)
		hardware->expected = *now;
	hardware->before = hardware->asked;
	hardware->asked = *volume;
	hardware->asked_ms = clock_now_ms();
}

/* Never louder than the output can be, or was: a position above that comes of our part alone. */
static void set_part(struct engine *engine, struct place *place, double part_db)
{
	struct hardware *hardware = &place->hardware;
	struct volume told, now, wanted;

	if (!hardware->own.channels || !volume_now(engine, place, &now))
		return;
	told = now;
	if (hardware->asked.channels)
		now = hardware->asked;
	hardware->part_db = fmax(part_db, -MOST_DB);
	wanted = volume_scaled(&hardware->own, hardware->part_db);
	wanted = volume_limited(&wanted, hardware->top_db);
	wanted.mute = now.mute;
	if (hardware->part_db == 0)
		hardware->own = wanted;
	note(engine, place, &now, &wanted);
	remember_asked(hardware, &told, &wanted);
	graph_set_gains(engine->graph, place->output.node_id, &wanted);
	volume_expect(engine, place, &wanted);
	log_debug("%s: our part of its volume is %.1f dB.", place->output.id, hardware->part_db);
}

/* --- the user's hand ------------------------------------------------------------------------------------ */

/* Is there a chain, for which it is known what the level takes? */
static bool is_decided(const struct place *place)
{
	return place->pair && place->selection.profile && place->rate_hz > 0;
}

void hardware_take_hand(struct engine *engine, struct place *place, const struct volume *own, struct volume *wanted)
{
	const double own_db = volume_gain_db(own) + mixer_more_db(engine, place);
	struct hardware *hardware = &place->hardware;
	struct volume now = *own;

	volume_now(engine, place, &now);
	hardware->own = *own;
	hardware->top_db = fmax(hardware->top_db, volume_gain_db(own));
	if (hardware_may_manage(engine, place) && is_decided(place))
		hardware->part_db = fmax(fmin(place->level.hardware_match_db, fmin(0, place->level.ceiling_volume_db - own_db)),
					 -MOST_DB);
	*wanted = volume_scaled(own, hardware->part_db);
	if (hardware->part_db == 0 && !journal_managed(engine->config.journal, place->output.node, place->output.port)) {
		if (!hardware->asked.channels)
			hardware->expected = *own;
		return; /* nothing of it is ours */
	}
	note(engine, place, &now, wanted);
	remember_asked(hardware, &now, wanted);
}

/*
 * The user's hand on the output itself. What a ceiling took is his now: he may turn down what is held below it, and up
 * as far as it goes. Else the output would come up again under his hand by what he made room for.
 */
static void take_hand_there(struct engine *engine, struct place *place, const struct volume *now)
{
	struct hardware *hardware = &place->hardware;

	hardware->part_db = is_decided(place) ? fmin(place->level.hardware_match_db, 0) : 0;
	hardware->top_db = fmax(hardware->top_db, volume_gain_db(now));
	hardware->own = volume_scaled(now, -hardware->part_db);
	hardware->expected = *now;
	note(engine, place, now, now);
}

/* --- what it tells -------------------------------------------------------------------------------------- */

/* Is it what we asked for, as far as a device has such a position? */
static bool is_about(const struct volume *now, const struct volume *asked)
{
	return fabs(pow(10, volume_gain_db(now) / 60) - pow(10, volume_gain_db(asked) / 60)) < ROUNDING;
}

/* Under sound nothing may go on before a volume is in force, and who moves it may hang; asleep, an output tells nothing. */
static bool is_waited_for(const struct engine *engine, const struct place *place)
{
	return place->hardware.asked.channels && (clock_now_ms() - place->hardware.asked_ms < ANSWER_MS ||
						  graph_is_running(engine->graph, place->output.node_id));
}

static void ask_again(struct engine *engine, struct place *place)
{
	struct hardware *hardware = &place->hardware;

	if (clock_now_ms() - hardware->asked_ms < ANSWER_MS || !is_waited_for(engine, place))
		return;
	if (!hardware->overdue)
		log_warning("%s does not take its volume; asking again until it does.", place->output.description);
	hardware->overdue = true;
	hardware->asked_ms = clock_now_ms();
	graph_set_gains(engine->graph, place->output.node_id, &hardware->asked);
}

static void forget_asked(struct hardware *hardware)
{
	hardware->asked.channels = hardware->before.channels = 0;
	hardware->overdue = false;
}

/* The answer, or a hand that came between: that is given its way, if ours has overwritten it. */
static void take_answer(struct engine *engine, struct place *place, const struct volume *now)
{
	struct hardware *hardware = &place->hardware;
	const struct volume hand = hardware->hand;

	forget_asked(hardware);
	hardware->hand.channels = 0;
	if (hand.channels) {
		take_hand_there(engine, place, &hand);
		if (!volume_same_gains(now, &hand))
			graph_set_gains(engine->graph, place->output.node_id, &hand);
		return;
	}
	hardware->expected = *now; /* which it may have rounded: the user's own position stays as exact as it was */
	if (hardware->part_db == 0)
		journal_drop_managed(engine->config.journal, place->output.node, place->output.port);
}

/* What was asked before the last may be answered yet; what is neither is somebody else's. */
static void follow_asked(struct engine *engine, struct place *place, const struct volume *now)
{
	struct hardware *hardware = &place->hardware;

	if (volume_same_gains(now, &hardware->asked)) {
		take_answer(engine, place, now);
	} else if (volume_same_gains(now, &hardware->expected)) {
		ask_again(engine, place);
	} else if (is_about(now, &hardware->asked)) {
		take_answer(engine, place, now);
	} else if (!volume_same_gains(now, &hardware->before)) {
		hardware->hand = *now;
		if (clock_now_ms() - hardware->asked_ms >= ANSWER_MS)
			take_answer(engine, place, now);
	}
}

void hardware_follow(struct engine *engine, struct place *place)
{
	struct hardware *hardware = &place->hardware;
	struct volume now;

	if (!volume_now(engine, place, &now))
		return;
	if (!hardware->own.channels)
		adopt(engine, place, &now);
	if (hardware->asked.channels)
		follow_asked(engine, place, &now);
	else if (!volume_same_gains(&now, &hardware->expected))
		take_hand_there(engine, place, &now);
}

/* --- up and down ---------------------------------------------------------------------------------------- */

bool hardware_lower(struct engine *engine, struct place *place, double target_db)
{
	hardware_follow(engine, place);
	if (fmax(target_db, -MOST_DB) < place->hardware.part_db - NOTHING_DB)
		set_part(engine, place, target_db);
	return !is_waited_for(engine, place);
}

bool hardware_raise(struct engine *engine, struct place *place, double target_db)
{
	struct hardware *hardware = &place->hardware;

	hardware_follow(engine, place);
	/* All of it is given back, but for the rest a step must be worth one: each is a change for everybody. */
	if (hardware->part_db >= fmax(target_db, -MOST_DB) - (target_db < 0 ? NOTHING_DB : 0) &&
	    !is_waited_for(engine, place))
		return false;
	if (is_waited_for(engine, place) || clock_now_ms() - hardware->asked_ms < RAISE_MS)
		return true;
	set_part(engine, place, target_db - hardware->part_db <= RAISE_DB ? target_db : hardware->part_db + RAISE_DB);
	return true;
}

static bool is_restored(void *data)
{
	const struct engine *engine = data;

	for (size_t i = 0; i < engine->n_places; i++) {
		const struct hardware *hardware = &engine->places[i].hardware;
		struct volume now;

		if (hardware->asked.channels && graph_volume(engine->graph, engine->places[i].output.node_id, &now) &&
		    !volume_same_gains(&now, &hardware->asked))
			return false;
	}
	return true;
}

void hardware_leave(struct engine *engine)
{
	bool any = false;

	for (size_t i = 0; i < engine->n_places; i++) {
		struct place *place = &engine->places[i];

		if (place->hardware.part_db == 0 || !place->present)
			continue;
		if (graph_is_running(engine->graph, place->output.node_id)) {
			log_notice("The volume of %s stays %.1f dB below your own, since sound is playing; 'iemd --undo' or the "
				   "next start puts it back.", place->output.description, -place->hardware.part_db);
			continue;
		}
		set_part(engine, place, 0);
		any = true;
	}
	if (!any || !graph_wait(engine->graph, is_restored, engine))
		return;
	for (size_t i = 0; i < engine->n_places; i++)
		if (engine->places[i].hardware.own.channels && engine->places[i].hardware.part_db == 0)
			journal_drop_managed(engine->config.journal, engine->places[i].output.node,
					     engine->places[i].output.port);
}
