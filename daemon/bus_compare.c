/* Comparing: a client says which of two profiles is heard, and when it goes all is as before. */
#include "daemon/bus_private.h"

#include "daemon/engine.h"

#include <errno.h>

static void end(struct bus *bus)
{
	bus->comparing = sd_bus_track_unref(bus->comparing);
	if (engine_end_comparison(bus->config.engine))
		engine_refresh(bus->config.engine);
}

static int on_peer_gone(sd_bus_track *track, void *data)
{
	end(data);
	return 0;
}

/* There is one comparison at a time; the last one to ask has it. */
static int follow_peer(struct bus *bus, sd_bus_message *call)
{
	int r;

	sd_bus_track_unref(bus->comparing);
	bus->comparing = NULL;
	r = sd_bus_track_new(bus->connection, &bus->comparing, on_peer_gone, bus);
	return r < 0 ? r : sd_bus_track_add_sender(bus->comparing, call);
}

int bus_on_compare(sd_bus_message *call, void *data, sd_bus_error *error)
{
	struct bus *bus = data;
	const char *output_name, *profile[2], *variant[2];
	const struct output *output;
	int second, wait, r = sd_bus_message_read(call, "sssssbb", &output_name, &profile[0], &variant[0], &profile[1],
						  &variant[1], &second, &wait);

	if (r < 0)
		return r;
	files_flush(bus->config.files);
	output = bus_named_output(bus, output_name, error);
	if (!output)
		return -ENODEV;
	for (int which = 0; which < 2; which++)
		if ((r = bus_check_profile(bus, profile[which], variant[which], error)) < 0)
			return r;
	if ((r = bus_check_output(bus, output, error)) < 0)
		return r;
	if (!choices_enabled(bus->config.choices))
		return sd_bus_error_setf(error, BUS_ERROR("Failed"),
					 "Correction is off, so there is nothing to compare; 'iemctl on' turns it on.");
	if ((r = follow_peer(bus, call)) < 0 ||
	    (r = engine_compare(bus->config.engine, output->id, profile, variant, second)) < 0)
		return r;
	engine_return_to(bus->config.engine, output->id);
	return bus_answer_when_in_force(bus, call, wait, "On %s '%s'%s%s is heard, as loud as '%s'%s%s", output->description,
					profile[second], *variant[second] ? ", variant " : "", variant[second],
					profile[!second], *variant[!second] ? ", variant " : "", variant[!second]);
}

int bus_on_end_comparison(sd_bus_message *call, void *data, sd_bus_error *error)
{
	struct bus *bus = data;

	end(bus);
	return bus_answer_when_in_force(bus, call, false, "Nothing is compared any more");
}

void bus_forget_comparison(struct bus *bus)
{
	bus->comparing = sd_bus_track_unref(bus->comparing);
}
