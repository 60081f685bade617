/*
 * Comparing: a client says which of two profiles is heard, and when it goes all is as before. There is one comparison at
 * a time, and the last one to ask for one has it; nobody else changes or ends it. A client whose comparison was ended is
 * told so when it says something.
 */
#include "daemon/bus_private.h"

#include "daemon/engine.h"

#include <errno.h>

struct comparer {
	struct comparer *next;
	struct bus *bus;
	sd_bus_track *there; /* the client, on the bus */
	char *client;        /* its name there */
	unsigned number;     /* of its comparison, as the engine counts */
	char ended[512];     /* why, a clause; "": it goes on */
};

/* --- the clients ------------------------------------------------------------------------------------------------ */

/* What the engine knows of the last comparison only, each client is told about its own. */
static void note_ends(struct bus *bus)
{
	const char *why;
	const unsigned number = engine_comparison(bus->config.engine, &why);

	for (struct comparer *comparer = bus->comparers; comparer; comparer = comparer->next)
		if (!*comparer->ended && comparer->number != number)
			snprintf(comparer->ended, sizeof(comparer->ended), "%s", why);
}

static void remove_comparer(struct comparer *comparer)
{
	struct comparer **link = &comparer->bus->comparers;

	while (*link != comparer)
		link = &(*link)->next;
	*link = comparer->next;
	sd_bus_track_unref(comparer->there);
	free(comparer->client);
	free(comparer);
}

/* The client is done, or gone. */
static void end(struct comparer *comparer, const char *why)
{
	struct bus *bus = comparer->bus;

	note_ends(bus);
	if (!*comparer->ended)
		engine_end_comparison(bus->config.engine, NULL, "%s", why);
	remove_comparer(comparer);
}

static int on_client_gone(sd_bus_track *track, void *data)
{
	struct comparer *comparer = data;
	struct bus *bus = comparer->bus;

	end(comparer, "its client went away");
	engine_refresh(bus->config.engine);
	return 0;
}

static struct comparer *find_comparer(struct bus *bus, sd_bus_message *call)
{
	struct comparer *comparer = bus->comparers;

	while (comparer && !iem_streq(comparer->client, sd_bus_message_get_sender(call)))
		comparer = comparer->next;
	return comparer;
}

/* @return NULL where there is no memory for it */
static struct comparer *add_comparer(struct bus *bus, sd_bus_message *call)
{
	struct comparer *comparer = calloc(1, sizeof(*comparer));

	if (!comparer)
		return NULL;
	*comparer = (struct comparer){ .bus = bus, .next = bus->comparers };
	bus->comparers = comparer;
	comparer->client = strdup(sd_bus_message_get_sender(call));
	if (comparer->client && sd_bus_track_new(bus->connection, &comparer->there, on_client_gone, comparer) >= 0 &&
	    sd_bus_track_add_sender(comparer->there, call) >= 0)
		return comparer;
	remove_comparer(comparer);
	return NULL;
}

void bus_forget_comparers(struct bus *bus)
{
	while (bus->comparers)
		remove_comparer(bus->comparers);
}

/* The comparison of this client, if it is under way. @return NULL after setting the error */
static struct comparer *comparer_of(struct bus *bus, sd_bus_message *call, sd_bus_error *error)
{
	struct comparer *comparer = find_comparer(bus, call);

	note_ends(bus);
	if (!comparer)
		sd_bus_error_setf(error, BUS_ERROR("Failed"), "iemd knows of no comparison by this client.");
	else if (*comparer->ended)
		sd_bus_error_setf(error, BUS_COMPARISON_ENDED, comparer->ended);
	return comparer && !*comparer->ended ? comparer : NULL;
}

/* --- what they say ---------------------------------------------------------------------------------------------- */

static int begin(struct bus *bus, sd_bus_message *call, const char *output, const char *const profile[2],
		 const char *const variant[2], int heard)
{
	struct comparer *comparer = find_comparer(bus, call);
	const char *why;
	int r;

	if (!comparer && !(comparer = add_comparer(bus, call)))
		return -ENOMEM;
	if ((r = engine_compare(bus->config.engine, output, profile, variant, heard)) < 0)
		return r;
	comparer->number = engine_comparison(bus->config.engine, &why);
	*comparer->ended = '\0';
	note_ends(bus);
	return 0;
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
	if (!engine_is_heard(bus->config.engine, output))
		return sd_bus_error_setf(error, BUS_ERROR("Failed"),
					 "Nothing would be heard on %s: as default sink iemd corrects the default output only, "
					 "and that is another.", output->description);
	if (!choices_enabled(bus->config.choices))
		return sd_bus_error_setf(error, BUS_ERROR("Failed"),
					 "Correction is off, so there is nothing to compare; 'iemctl on' turns it on.");
	if ((r = begin(bus, call, output->id, profile, variant, second)) < 0)
		return r;
	engine_return_to(bus->config.engine, output->id);
	return bus_answer_when_heard(bus, call, wait, "On %s '%s'%s%s is heard, as loud as '%s'%s%s", output->description,
				     profile[second], *variant[second] ? ", variant " : "", variant[second],
				     profile[!second], *variant[!second] ? ", variant " : "", variant[!second]);
}

int bus_on_hear(sd_bus_message *call, void *data, sd_bus_error *error)
{
	struct bus *bus = data;
	int second, wait, r = sd_bus_message_read(call, "bb", &second, &wait);

	if (r < 0)
		return r;
	files_flush(bus->config.files);
	if (!comparer_of(bus, call, error))
		return -EPERM;
	engine_hear(bus->config.engine, second);
	return bus_answer_when_heard(bus, call, wait, "The %s one is heard", second ? "second" : "first");
}

int bus_on_end_comparison(sd_bus_message *call, void *data, sd_bus_error *error)
{
	struct bus *bus = data;
	struct comparer *comparer = comparer_of(bus, call, error);

	if (!comparer)
		return -EPERM;
	end(comparer, "its client ended it");
	return bus_answer_when_in_force(bus, call, false, "Nothing is compared any more");
}
