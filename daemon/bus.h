/**
 * bus.h - org.iemd on D-Bus: the properties people and panels read, the methods iemctl calls. Main thread only.
 */
#pragma once

#include "daemon/engine.h"

struct bus;

struct bus_config {
	struct pw_loop *loop;
	struct engine *engine;
	struct files *files;
	struct choices *choices;
	struct earphones *earphones;
	struct preferences *preferences;
	struct dose *dose;
	/** The bus went away. */
	void (*lost)(void *data);
	void *data;
};

/**
 * Connect to the user's bus, or the system's where there is no user's, and own org.iemd. Whoever owns it is the only
 * iemd: nothing outside may be touched before. Calls wait until bus_serve().
 * @return 0 or -errno: there is no bus, or the name is taken (-EEXIST)
 */
int bus_new(struct bus **out);
/** Answer calls from now on. @return 0 or -errno */
int bus_serve(struct bus *bus, const struct bus_config *config);
/** Answer no more, before the engine goes; the name stays ours until bus_free(). NULL is fine. */
void bus_end(struct bus *bus);
void bus_free(struct bus *bus);

/** So much of the week's dose was passed: the signal DoseWarning. */
void bus_warn_of_dose(struct bus *bus, int percent);

/** Something that is shown may have changed: signal what did. */
void bus_update(struct bus *bus);
