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
	/** The name is somebody else's: another iemd runs. */
	void (*name_lost)(void *data);
	void *data;
};

/**
 * Connect to the user's bus, or the system's where there is no user's, and own org.iemd.
 * @return 0 or -errno: there is no bus, or the name is taken (-EEXIST)
 */
int bus_new(struct bus **out, const struct bus_config *config);
void bus_free(struct bus *bus);

/** Something that is shown may have changed: signal what did. */
void bus_update(struct bus *bus);
