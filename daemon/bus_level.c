/* What drives an output, and the dose of sound that was heard. */
#include "daemon/bus_private.h"

#include "core/settings.h"
#include "core/source_select.h"
#include "daemon/dose.h"
#include "daemon/engine.h"

#include <errno.h>

#define DETECT "auto"

/* SOURCE is an id, IEM_NO_SOURCE, or DETECT to forget what was said. */
int bus_on_set_source(sd_bus_message *call, void *data, sd_bus_error *error)
{
	struct bus *bus = data;
	const char *output_name, *source;
	const struct output *output;
	int wait, r = sd_bus_message_read(call, "ssb", &output_name, &source, &wait);
	bool detect, none;

	if (r < 0)
		return r;
	files_flush(bus->config.files);
	output = bus_named_output(bus, output_name, error);
	if (!output)
		return -ENODEV;
	detect = strcmp(source, DETECT) == 0;
	none = strcmp(source, IEM_NO_SOURCE) == 0;
	if (!detect && !none && (r = bus_check_entry(bus, IEM_STORE_SOURCES, source, error)) < 0)
		return r;
	r = choices_set_source(bus->config.choices, output->id, detect ? NULL : source);
	if (r == -ENOMEM)
		return r;
	return bus_answer_when_in_force(bus, call, wait, "%s %s%s%s%s%s", detect ? "What was said of" : "The source of",
					output->description, detect ? "'s source is forgotten" : none ? " is not known" : " is '",
					detect || none ? "" : source, detect || none ? "" : "'",
					r < 0 ? ", but that could not be remembered" : "");
}

/* --- the dose ---------------------------------------------------------------------------------------------------- */

int bus_on_get_dose(sd_bus_message *call, void *data, sd_bus_error *error)
{
	struct bus *bus = data;
	const struct iem_settings *settings = files_settings(bus->config.files);
	const enum iem_dose_standard standard = (enum iem_dose_standard)settings->dose.standard;
	const double percent = dose_percent(bus->config.dose, standard);
	const struct iem_dose_range range = iem_dose_percent_range(percent);

	return sd_bus_reply_method_return(call, "bsdddd", settings->dose.enabled, standard == IEM_DOSE_80 ? "80" : "75",
					  percent, range.low, range.high, dose_hours(bus->config.dose));
}

int bus_on_reset_dose(sd_bus_message *call, void *data, sd_bus_error *error)
{
	struct bus *bus = data;
	const int r = dose_reset(bus->config.dose);

	engine_refresh(bus->config.engine);
	return sd_bus_reply_method_return(call, "s", r < 0 ? "The dose is forgotten, but that could not be written" :
							     "The dose is forgotten");
}

void bus_warn_of_dose(struct bus *bus, int percent)
{
	sd_bus_emit_signal(bus->connection, BUS_PATH, BUS_MANAGER, "DoseWarning", "i", percent);
}
