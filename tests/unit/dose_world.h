/**
 * dose_world.h - time and sound for the tests of dose.h: a machine that is started, set and listened to.
 */
#pragma once

#include "support.h"

#include "core/dose_text.h"
#include "core/exposure.h"

#define MINUTE 60.0
#define HOUR 3600.0
#define DAY (24 * HOUR)
#define YEAR (365 * DAY)

#define SOME_WALL_S 1770000000.0 /* some day in 2026 */

/** A machine and what iemd keeps on it. */
struct world {
	struct iem_dose_clock now;
	struct iem_dose dose;
};

static inline void world_begin(struct world *world)
{
	world->now = (struct iem_dose_clock){ 100, SOME_WALL_S, "5f0c2f1e-0001" };
	iem_dose_init(&world->dose, &world->now);
}

/** Time goes by, on both clocks. */
static inline void world_wait(struct world *world, double seconds)
{
	world->now.elapsed_s += seconds;
	world->now.wall_s += seconds;
}

/** Listen for SECONDS at LEVEL_DB, told in steps as the daemon does. */
static inline void world_listen(struct world *world, double seconds, double step_s, double level_db)
{
	for (double done = 0; done < seconds; done += step_s) {
		world_wait(world, step_s);
		iem_dose_add(&world->dose, step_s * iem_exposure_pa2(level_db), step_s, &world->now);
	}
}

/** iemd ends, and starts again when the clocks show THEN. */
static inline void world_restart(struct world *world, const struct iem_dose_clock *then)
{
	CLEANUP(iem_freep) char *text = NULL;

	assert_int_equal(iem_dose_write(&text, &world->dose, &world->now), 0);
	assert_int_equal(iem_dose_parse(&world->dose, text, strlen(text), "dose.conf", then, NULL), 0);
	world->now = *then;
}

/** The percentage as of now. */
static inline double world_percent(struct world *world)
{
	iem_dose_age(&world->dose, &world->now);
	return iem_dose_percent(&world->dose, IEM_DOSE_80);
}

/** What HOURS at a level are of a week's dose, by the definition. */
static inline double percent_of(double hours, double level_db)
{
	return 100 * hours / 40 * pow(10, (level_db - 80) / 10);
}
