#include "daemon/bus_private.h"

#include "daemon/log.h"

#include <errno.h>
#include <poll.h>

/* --- the bus in PipeWire's loop --------------------------------------------------------------------------------- */

static uint32_t io_mask(int events)
{
	return (events & POLLIN ? SPA_IO_IN : 0) | (events & POLLOUT ? SPA_IO_OUT : 0);
}

static void arm(struct bus *bus)
{
	uint64_t until_us = UINT64_MAX;
	struct timespec at = { 0 };

	pw_loop_update_io(bus->config.loop, bus->io, io_mask(sd_bus_get_events(bus->connection)));
	if (sd_bus_get_timeout(bus->connection, &until_us) > 0 && until_us != UINT64_MAX) {
		at.tv_sec = (time_t)(until_us / 1000000);
		at.tv_nsec = (long)(until_us % 1000000) * 1000 + 1; /* 0 would disarm the timer */
	}
	pw_loop_update_timer(bus->config.loop, bus->timer, &at, NULL, true);
}

static void pump(struct bus *bus)
{
	int r;

	while ((r = sd_bus_process(bus->connection, NULL)) > 0)
		;
	if (r < 0) {
		log_error("The bus went away: %s.", strerror(-r));
		bus->config.lost(bus->config.data);
		return;
	}
	arm(bus);
}

static void on_io(void *data, int fd, uint32_t mask)
{
	pump(data);
}

static void on_timer(void *data, uint64_t expirations)
{
	pump(data);
}

static void on_wait_timer(void *data, uint64_t expirations)
{
	struct bus *bus = data;

	bus_serve_waiters(bus);
	arm(bus);
}

/* --- outputs as objects ----------------------------------------------------------------------------------------- */

struct bus_output *bus_output_of(struct bus *bus, const char *id)
{
	for (size_t i = 0; i < bus->n_outputs; i++)
		if (iem_streq(bus->outputs[i]->id, id))
			return bus->outputs[i];
	return NULL;
}

static void free_output(struct bus_output *output)
{
	sd_bus_slot_unref(output->slot);
	bus_free_told(output->told);
	free(output->path);
	free(output->id);
	free(output);
}

static struct bus_output *add_output(struct bus *bus, const char *id)
{
	struct bus_output *output = calloc(1, sizeof(*output)), **larger;

	if (!output)
		return NULL;
	output->bus = bus;
	output->id = strdup(id);
	larger = realloc(bus->outputs, (bus->n_outputs + 1) * sizeof(struct bus_output *));
	if (!output->id || !larger || sd_bus_path_encode(BUS_OUTPUT_PATH, id, &output->path) < 0) {
		bus->outputs = larger ? larger : bus->outputs;
		free_output(output);
		return NULL;
	}
	bus->outputs = larger;
	larger[bus->n_outputs++] = output;
	sd_bus_add_object_vtable(bus->connection, &output->slot, output->path, BUS_OUTPUT, bus_output_vtable, output);
	sd_bus_emit_object_added(bus->connection, output->path);
	return output;
}

static void match_outputs(struct bus *bus)
{
	size_t kept = 0;

	for (size_t i = 0; i < bus->n_outputs; i++)
		bus->outputs[i]->seen = false;
	for (size_t i = 0; i < bus->n_views; i++) {
		struct bus_output *output = bus_output_of(bus, bus->views[i].id);

		if (!output)
			output = add_output(bus, bus->views[i].id);
		if (output)
			output->seen = true;
	}
	for (size_t i = 0; i < bus->n_outputs; i++) {
		struct bus_output *output = bus->outputs[i];

		if (output->seen) {
			bus->outputs[kept++] = output;
			continue;
		}
		sd_bus_emit_object_removed(bus->connection, output->path);
		free_output(output);
	}
	bus->n_outputs = kept;
}

void bus_update(struct bus *bus)
{
	bus->views_for = sd_bus_message_unref(bus->views_for);
	bus_refresh_views(bus);
	bus->updating = true;
	match_outputs(bus);
	for (size_t i = 0; i < bus->n_outputs; i++)
		bus_signal_changes(bus, bus->outputs[i]->path, BUS_OUTPUT, &bus->outputs[i]->told);
	bus_signal_changes(bus, BUS_PATH, BUS_MANAGER, &bus->manager_told);
	bus->updating = false;
	arm(bus);
}

/* --- coming and going ------------------------------------------------------------------------------------------- */

static int own_name(struct bus *bus)
{
	int r = sd_bus_open_user(&bus->connection);

	if (r < 0 && sd_bus_open_system(&bus->connection) < 0)
		return r;
	sd_bus_set_exit_on_disconnect(bus->connection, false);
	return sd_bus_request_name(bus->connection, BUS_NAME, 0);
}

int bus_new(struct bus **out)
{
	struct bus *bus = calloc(1, sizeof(*bus));
	int r;

	if (!bus)
		return -ENOMEM;
	r = own_name(bus);
	if (r < 0) {
		bus_free(bus);
		return r;
	}
	*out = bus;
	return 0;
}

int bus_serve(struct bus *bus, const struct bus_config *config)
{
	int r;

	bus->config = *config;
	if ((r = sd_bus_add_object_manager(bus->connection, &bus->object_manager_slot, BUS_PATH)) < 0 ||
	    (r = sd_bus_add_object_vtable(bus->connection, &bus->manager_slot, BUS_PATH, BUS_MANAGER,
					  bus_manager_vtable, bus)) < 0)
		return r;
	bus->io = pw_loop_add_io(config->loop, sd_bus_get_fd(bus->connection),
				 io_mask(sd_bus_get_events(bus->connection)), false, on_io, bus);
	bus->timer = pw_loop_add_timer(config->loop, on_timer, bus);
	bus->wait_timer = pw_loop_add_timer(config->loop, on_wait_timer, bus);
	bus_update(bus);
	pump(bus);
	return 0;
}

static void remove_source(struct bus *bus, struct spa_source *source)
{
	if (source)
		pw_loop_destroy_source(bus->config.loop, source);
}

void bus_end(struct bus *bus)
{
	if (!bus)
		return;
	bus_drop_waiters(bus);
	bus_forget_comparers(bus);
	for (size_t i = 0; i < bus->n_outputs; i++)
		free_output(bus->outputs[i]);
	free(IEM_STEAL(bus->outputs));
	bus->n_outputs = 0;
	bus_free_told(IEM_STEAL(bus->manager_told));
	bus->views_for = sd_bus_message_unref(bus->views_for);
	engine_views_free(IEM_STEAL(bus->views), bus->n_views);
	bus->n_views = 0;
	remove_source(bus, IEM_STEAL(bus->io));
	remove_source(bus, IEM_STEAL(bus->timer));
	remove_source(bus, IEM_STEAL(bus->wait_timer));
	bus->manager_slot = sd_bus_slot_unref(bus->manager_slot);
	bus->object_manager_slot = sd_bus_slot_unref(bus->object_manager_slot);
}

void bus_free(struct bus *bus)
{
	if (!bus)
		return;
	bus_end(bus);
	sd_bus_flush_close_unref(bus->connection);
	free(bus);
}
