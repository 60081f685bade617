/*
 * What the ALSA mixer adds to what PipeWire tells of an output's volume: the scale, which part of it is analog, and a
 * control that nobody moves with the volume but that is turned down or up all the same.
 */
#include "daemon/engine_private.h"

#include "core/utf8.h"

#include <math.h>

bool mixer_is_analog(const struct place *place)
{
	const struct iem_source *source = place->source.source;

	return source && source->volume_analog && iem_streq(source->volume_control, place->scale.control);
}

bool mixer_is_moved(const struct engine *engine, const struct place *place)
{
	double above_db;

	return graph_volume_in_hardware(engine->graph, place->output.node_id, &above_db);
}

void mixer_look(struct engine *engine, struct place *place)
{
	const struct iem_source *source = place->source.source;

	mixers_read(engine->mixers, place->present ? place->output.card : -1, source ? source->volume_control : NULL,
		    &place->scale);
	iem_make_utf8(place->scale.control); /* firmware may call it anything, and the bus is particular */
}

/*
 * The voltage that is known of a source is there with an analog control at its highest, and with one that is digital, or
 * of which that is not known, at 0 dB. Above that it can but clip, and to be wrong here is to be wrong on the safe side.
 */
double mixer_more_db(const struct engine *engine, const struct place *place)
{
	const struct mixer_scale *scale = &place->scale;
	const bool analog = mixer_is_analog(place);
	double above_db;

	if (graph_volume_in_hardware(engine->graph, place->output.node_id, &above_db))
		return analog ? 0 : above_db;
	return *scale->control ? scale->now_db - (analog ? scale->max_db : fmin(scale->max_db, 0)) : 0;
}

bool mixer_mutes(const struct engine *engine, const struct place *place)
{
	return *place->scale.control && place->scale.muted && !mixer_is_moved(engine, place);
}
