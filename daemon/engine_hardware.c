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

static bool read_volume(const struct engine *engine, const struct place *place, struct volume *out)
{
	const struct hardware *hardware = &place->hardware;

	if (hardware->asked.channels) {
		*out = hardware->asked;
		return true;
	}
	return place->present && graph_volume(engine->graph, place->output.node_id, out);
}

double hardware_user_db(const struct engine *engine, const struct place *place)
{
	struct volume volume;

	return mixer_more_db(engine, place) +
	       (read_volume(engine, place, &volume) ? volume_gain_db(&volume) - place->hardware.part_db : 0);
}

bool hardware_may_manage(const struct engine *engine, const struct place *place)
{
	struct volume volume;

	return files_settings(engine->config.files)->level.hardware_volume == IEM_HARDWARE_MANAGE &&
	       read_volume(engine, place, &volume);
}

static bool note(struct engine *engine, const struct place *place, const struct volume *volume)
{
	const struct volume user = volume_scaled(volume, -place->hardware.part_db);
	const struct journal_volume change = { place->output.node, place->output.port, user, *volume };

	return journal_note_managed(engine->config.journal, &change) == 0;
}

static void set_part(struct engine *engine, struct place *place, double part_db)
{
	struct hardware *hardware = &place->hardware;
	const double before_db = hardware->part_db;
	struct volume volume;

	if (!read_volume(engine, place, &volume))
		return;
	volume = volume_scaled(&volume, part_db - before_db);
	hardware->part_db = part_db;
	if (!note(engine, place, &volume) && part_db < before_db)
		log_warning("The journal could not be written: after a crash the volume of %s may stay lowered.",
			    place->output.id);
	hardware->asked = volume;
	hardware->asked_ms = engine_now_ms();
	graph_set_volume(engine->graph, place->output.node_id, &volume);
	volume_expect(engine, place, &volume);
	log_debug("%s: our part of its volume is %.1f dB.", place->output.id, part_db);
}

/* What an earlier run left in the volume is ours still, unless somebody has moved it since. */
static void adopt(struct engine *engine, struct place *place)
{
	const struct journal_volume *left = journal_managed(engine->config.journal, place->output.node, place->output.port);
	struct volume now;

	if (place->hardware.adopted || !read_volume(engine, place, &now))
		return;
	place->hardware.adopted = true;
	place->hardware.seen = now;
	if (!left)
		return;
	if (volume_same(&now, &left->wanted))
		place->hardware.part_db = fmin(volume_gain_db(&left->wanted) - volume_gain_db(&left->before), 0);
	else
		journal_drop_managed(engine->config.journal, place->output.node, place->output.port);
}

/*
 * Under sound nothing may go on before a volume is in force: who moves it may hang. Where it is neither as it was nor
 * as it is wanted, somebody has moved it, or the device rounds.
 */
static bool is_waited_for(struct engine *engine, struct place *place, const struct volume *now)
{
	struct hardware *hardware = &place->hardware;

	if (volume_same(now, &hardware->asked))
		return false;
	if (engine_now_ms() - hardware->asked_ms < ANSWER_MS)
		return true;
	if (!volume_same(now, &hardware->seen) || !graph_is_running(engine->graph, place->output.node_id))
		return false;
	if (!hardware->overdue)
		log_warning("%s does not take its volume; asking again until it does.", place->output.description);
	hardware->overdue = true;
	hardware->asked_ms = engine_now_ms();
	graph_set_volume(engine->graph, place->output.node_id, &hardware->asked);
	return true;
}

void hardware_follow(struct engine *engine, struct place *place)
{
	struct hardware *hardware = &place->hardware;
	struct volume now;

	adopt(engine, place);
	if (!place->present || !graph_volume(engine->graph, place->output.node_id, &now))
		return;
	if (hardware->asked.channels) {
		if (is_waited_for(engine, place, &now))
			return;
		hardware->asked.channels = 0;
		hardware->overdue = false;
		hardware->seen = now;
		if (hardware->part_db == 0)
			journal_drop_managed(engine->config.journal, place->output.node, place->output.port);
	} else if (!volume_same(&now, &hardware->seen)) {
		hardware->seen = now; /* the user's hand */
		if (hardware->part_db < 0)
			note(engine, place, &now);
	}
}

bool hardware_lower(struct engine *engine, struct place *place, double target_db)
{
	hardware_follow(engine, place);
	if (target_db < place->hardware.part_db - NOTHING_DB)
		set_part(engine, place, target_db);
	return place->hardware.asked.channels == 0;
}

bool hardware_raise(struct engine *engine, struct place *place, double target_db)
{
	struct hardware *hardware = &place->hardware;

	hardware_follow(engine, place);
	if (hardware->part_db >= target_db && !hardware->asked.channels)
		return false;
	if (hardware->asked.channels || engine_now_ms() - hardware->asked_ms < RAISE_MS)
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
		    !volume_same(&now, &hardware->asked))
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
		if (engine->places[i].hardware.part_db == 0)
			journal_drop_managed(engine->config.journal, engine->places[i].output.node,
					     engine->places[i].output.port);
}
