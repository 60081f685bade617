/* What the user owns, and why a profile is in force on an output. */
#include "daemon/bus_private.h"

#include <errno.h>

int bus_on_own(sd_bus_message *call, void *data, sd_bus_error *error)
{
	struct bus *bus = data;
	const char *profile;
	bool had;
	int owned, r = sd_bus_message_read(call, "sb", &profile, &owned);

	if (r < 0)
		return r;
	files_flush(bus->config.files);
	had = earphones_owns(bus->config.earphones, profile);
	/* What is owned may have lost its profile, and can be taken away all the same. */
	if (!(had && !owned) && (r = bus_check_entry(bus, IEM_STORE_PROFILES, profile, error)) < 0)
		return r;
	if (had == (bool)owned)
		return sd_bus_error_setf(error, BUS_ERROR("Failed"),
					 had ? "'%s' is among your earphones already."
					     : "'%s' is not among your earphones.",
					 profile);
	r = earphones_own(bus->config.earphones, profile, owned);
	if (r == -ENOSPC)
		return sd_bus_error_setf(error, BUS_ERROR("Failed"),
					 "There are %d earphones already, which is as many as can be.",
					 EARPHONES_OWNED);
	if (r == -ENOMEM)
		return r;
	return bus_answer_when_in_force(bus, call, false, "'%s' is %s your earphones%s", profile,
					owned ? "one of" : "no more one of",
					r < 0 ? ", but that could not be remembered" : "");
}

/* --- why --------------------------------------------------------------------------------------------- */

static int append_told(sd_bus_message *reply, const struct output *output)
{
	int r = sd_bus_message_open_container(reply, 'a', "(ss)");

	if (r >= 0)
		r = sd_bus_message_append(reply, "(ss)", "kind", iem_kind_names[output->kind]);
	for (int key = 0; key < IEM_MATCH_KEYS && r >= 0; key++)
		if (output->have[key])
			r = sd_bus_message_append(reply, "(ss)", iem_match_key_names[key], output->have[key]);
	return r < 0 ? r : sd_bus_message_close_container(reply);
}

static int append_rungs(sd_bus_message *reply, const struct iem_rung_result rungs[IEM_RUNGS])
{
	static const char *const states[] = { [IEM_RUNG_PASSED] = "passed",
					      [IEM_RUNG_DECIDED] = "decided",
					      [IEM_RUNG_OVERRULED] = "overruled" };
	int r = sd_bus_message_open_container(reply, 'a', "(sssss)");

	for (int i = 0; i < IEM_RUNGS && r >= 0; i++)
		r = sd_bus_message_append(reply, "(sssss)", iem_rung_names[i], states[rungs[i].state],
					  rungs[i].profile ? rungs[i].profile->id : "", rungs[i].text,
					  rungs[i].hint ? rungs[i].hint : "");
	return r < 0 ? r : sd_bus_message_close_container(reply);
}

int bus_on_why(sd_bus_message *call, void *data, sd_bus_error *error)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	struct iem_rung_result rungs[IEM_RUNGS];
	struct bus *bus = data;
	const struct output *output;
	const char *name;
	int r = sd_bus_message_read(call, "s", &name);

	if (r < 0)
		return r;
	files_flush(bus->config.files);
	output = bus_named_output(bus, name, error);
	if (!output)
		return -ENODEV;
	if (!engine_explain(bus->config.engine, output->id, rungs))
		return -ENODEV;
	if ((r = sd_bus_message_new_method_return(call, &reply)) < 0 ||
	    (r = sd_bus_message_append(reply, "ss", output->id, output->description)) < 0 ||
	    (r = append_told(reply, output)) < 0 || (r = append_rungs(reply, rungs)) < 0)
		return r;
	return sd_bus_send(bus->connection, reply, NULL);
}
