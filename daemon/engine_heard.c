/* How loud it is: the level of the moment, the week's dose, and the level that loudness is compensated for. */
#include "daemon/engine_private.h"

#include "daemon/log.h"

#include <math.h>

#define SECOND_MS 1000
#define SILENT_MS 2500 /* without a frame: nothing plays any more */

/* Loudness follows by a step a second, too small to be heard each, and not into the silence between two tracks. */
#define STEP_DB 1.0
#define QUIETEST_DB 30.0

static unsigned channel_of(const struct pair_layout *layout, enum iem_side side)
{
	for (unsigned c = 0; c < layout->channels; c++)
		if (iem_side_of_channel(layout->positions[c]) == side)
			return c;
	return 0;
}

static void set_meter(struct place *place, double rate_hz)
{
	const struct pair_layout *layout = pair_layout(place->pair);
	struct rt_meter *meter = calloc(1, sizeof(*meter));

	if (!meter || iem_exposure_init(&meter->exposure, rate_hz) < 0) {
		free(meter);
		return;
	}
	meter->ears[0] = channel_of(layout, IEM_SIDE_LEFT);
	meter->ears[1] = channel_of(layout, IEM_SIDE_RIGHT);
	rt_set_meter(pair_rt(place->pair), meter);
	place->heard.rate_hz = rate_hz;
}

static void begin(struct place *place, double rate_hz)
{
	struct heard *heard = &place->heard;

	if (heard->rate_hz == 0)
		heard->listening_db = NAN;
	set_meter(place, rate_hz);
	rt_heard(pair_rt(place->pair), &heard->last);
	heard->last_ms = clock_now_ms();
	heard->spl_dba = NAN;
}

/* What a full-scale sine has at the ear, after the device's volume; -INFINITY where that is mute. */
static double full_scale_now_db(const struct engine *engine, const struct place *place)
{
	const double highest_db = level_full_scale_db(place) + mixer_more_db(engine, place);
	struct volume volume = { 0 };

	graph_volume(engine->graph, place->output.node_id, &volume);
	return volume.mute || mixer_mutes(engine, place) ? -INFINITY : highest_db + volume_gain_db(&volume);
}

/* The mean of what was heard last. */
static double mean_db(const struct heard *heard)
{
	const size_t n = heard->n_seconds < HEARD_SECONDS ? heard->n_seconds : HEARD_SECONDS;
	double pa2 = 0;

	for (size_t i = 0; i < n; i++)
		pa2 += heard->pa2[i];
	return iem_exposure_pa2_db(pa2 / (double)n);
}

static void follow(struct heard *heard, double spl_dba)
{
	double away_db;

	if (!(spl_dba >= QUIETEST_DB))
		return;
	heard->pa2[heard->n_seconds++ % HEARD_SECONDS] = iem_exposure_pa2(spl_dba);
	away_db = mean_db(heard) - heard->listening_db;
	if (isnan(away_db))
		heard->listening_db = round(mean_db(heard));
	else if (fabs(away_db) >= STEP_DB)
		heard->listening_db += copysign(STEP_DB, away_db);
}

static void tell_dose(struct engine *engine, double spl_dba, double seconds)
{
	const struct iem_settings *settings = files_settings(engine->config.files);
	const enum iem_dose_standard standard = (enum iem_dose_standard)settings->dose.standard;
	int warning;

	if (!settings->dose.enabled)
		return;
	dose_hear(engine->config.dose, spl_dba, seconds);
	warning = dose_warning(engine->config.dose, standard);
	if (!warning)
		return;
	log_warning("%d %% of the sound that may be heard in seven days has been heard.", warning);
	engine->config.dose_warning(engine->config.data, warning);
	engine_defer(engine); /* the level may be reduced now */
}

void heard_look(struct engine *engine, struct place *place)
{
	struct heard *heard = &place->heard;
	const double rate_hz = engine_rate_of(place);
	struct iem_exposure_totals now;
	uint64_t now_ms;
	double seconds, energy[2];

	if (isnan(level_full_scale_db(place))) {
		heard->spl_dba = heard->listening_db = NAN;
		return;
	}
	if (heard->rate_hz != rate_hz)
		begin(place, rate_hz);
	rt_heard(pair_rt(place->pair), &now);
	now_ms = clock_now_ms();
	seconds = (double)(now.frames - heard->last.frames) / rate_hz;
	if (seconds < SECOND_MS / 1000.0) {
		if (now_ms - heard->last_ms >= SILENT_MS)
			heard->spl_dba = NAN;
		return;
	}
	for (int ear = 0; ear < 2; ear++)
		energy[ear] = now.energy[ear] - heard->last.energy[ear];
	heard->spl_dba = iem_exposure_level_db(full_scale_now_db(engine, place), iem_exposure_louder(energy), seconds);
	heard->last = now;
	heard->last_ms = now_ms;
	follow(heard, heard->spl_dba);
	tell_dose(engine, heard->spl_dba, seconds);
}

double heard_now_dba(const struct place *place)
{
	const struct heard *heard = &place->heard;
	const bool fresh = pair_streaming(place->pair) && clock_now_ms() - heard->last_ms < SILENT_MS;

	return heard->rate_hz > 0 && fresh ? heard->spl_dba : NAN;
}

bool heard_loudness(const struct engine *engine, const struct place *place, struct iem_loudness *out)
{
	const struct iem_settings *settings = files_settings(engine->config.files);

	*out = (struct iem_loudness){ .listening_db = place->heard.rate_hz > 0 ? place->heard.listening_db : NAN,
				      .reference_db = settings->loudness.reference_spl_db,
				      .strength = settings->loudness.strength,
				      .most_db = NAN }; /* but for what the chain's plan bounds */
	return settings->loudness.enabled && !isnan(out->listening_db);
}
