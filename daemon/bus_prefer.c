/* Preferences: set, and told with what they do not reach. */
#include "daemon/bus_private.h"

#include "daemon/engine.h"

#include "core/added.h"

#include <errno.h>

enum { RESET = -1 }; /* in place of a key: all of them */

/* What holds now, as a clause. */
static const char *preferred_text(struct bus *bus, const char *profile, int key, char *buf, size_t size)
{
	const struct iem_preference holds = preferences_for(bus->config.preferences, *profile ? profile : NULL);
	const struct iem_preference_row *row = key == RESET ? NULL : &iem_preference_rows[key];
	char value[64];

	if (!row)
		snprintf(buf, size, "nothing is preferred any more");
	else
		snprintf(buf, size, "%s is %s%s", row->name, iem_preference_text(&holds, key, value, sizeof(value)),
			 row->unit ? row->unit : "");
	return buf;
}

/* The profile on the output in use; NULL where there is none. */
static const char *profile_in_use(struct bus *bus, struct iem_selection *selection)
{
	const struct output *output = engine_default_output(bus->config.engine);

	return output && engine_decided(bus->config.engine, output->id, selection) ? selection->profile->id : NULL;
}

/* What is set for a single profile is in the place of what was just set for all. @return buf, "" where nothing is */
static const char *exception_text(struct bus *bus, int key, char *buf, size_t size)
{
	const struct preferred *all;
	const size_t n = preferences_all(bus->config.preferences, &all);
	struct iem_selection selection;
	const char *profile = profile_in_use(bus, &selection);
	char own[128];

	*buf = '\0';
	for (size_t i = 0; i < n; i++) {
		if (!all[i].profile)
			continue;
		if (key == RESET)
			snprintf(buf, size, "; what is set for single profiles stays: 'iemctl prefer reset --profile %s'",
				 all[i].profile);
		else if (iem_streq(all[i].profile, profile) && all[i].preference.given & 1u << key)
			snprintf(buf, size, "; but '%s' has its own: %s", profile,
				 preferred_text(bus, profile, key, own, sizeof(own)));
	}
	return buf;
}

/* Is it done to both ears together, where there are other channels or only one? @return buf, "" where it is heard */
static const char *reach_text(struct bus *bus, const char *profile, int key, char *buf, size_t size)
{
	const struct output *output = engine_default_output(bus->config.engine);
	const struct iem_preference holds = preferences_for(bus->config.preferences, *profile ? profile : NULL);
	struct iem_preference one = IEM_PREFERENCE_NEUTRAL;
	char text[64];

	*buf = '\0';
	if (key == RESET || !output || output_is_pair(output))
		return buf;
	iem_preference_parse(&one, (enum iem_preference_key)key,
			     iem_preference_text(&holds, (enum iem_preference_key)key, text, sizeof(text)));
	if (!iem_stereo_is_neutral(&one.stereo))
		snprintf(buf, size, "; but not on %s, which has not just a left and a right channel", output->description);
	return buf;
}

/* The profile that was spoken of, else the one on the output in use; NULL where there is none, or it does not load. */
static const struct iem_profile *profile_meant(struct bus *bus, const char *profile)
{
	struct iem_selection selection;

	if (*profile)
		return iem_store_profile(files_store(bus->config.files), profile);
	return profile_in_use(bus, &selection) ? selection.profile : NULL;
}

/* Does its earphone bear what boosts? @return buf, "" where it does */
static const char *held_text(struct bus *bus, const char *profile, int key, char *buf, size_t size)
{
	const double reference_spl_db = files_settings(bus->config.files)->level.reference_spl_db;
	const struct iem_profile *meant = profile_meant(bus, profile);
	struct iem_band bands[IEM_PREFERENCE_KEY_BANDS];
	struct iem_preference holds;
	struct iem_rated rated;
	char held[512];

	*buf = '\0';
	if (key == RESET || !meant)
		return buf;
	holds = preferences_for(bus->config.preferences, meant->id);
	rated = iem_rated_of(&meant->earphone, reference_spl_db);
	if (iem_preference_bands(&holds, (enum iem_preference_key)key, bands) &&
	    *iem_added_held(&holds, &rated, held, sizeof(held)))
		snprintf(buf, size, "; but with '%s' %s", meant->id, held);
	return buf;
}

static int set(struct bus *bus, const char *what, int key, const char *value, const char *profile, sd_bus_error *error)
{
	int r;

	if (key == RESET)
		return preferences_reset(bus->config.preferences, profile);
	if (key < 0)
		return sd_bus_error_setf(error, SD_BUS_ERROR_INVALID_ARGS, "There is no preference '%s'.", what);
	/* What was set for a profile can be reset after that has gone. */
	if (*profile && strcmp(value, "reset") != 0 && (r = bus_check_profile(bus, profile, "", error)) < 0)
		return r;
	r = preferences_set(bus->config.preferences, profile, (enum iem_preference_key)key, value);
	if (r == -EINVAL)
		return sd_bus_error_setf(error, SD_BUS_ERROR_INVALID_ARGS, "%s is '%s'; allowed is %s.", what, value,
					 iem_preference_rows[key].allowed);
	return r;
}

/* WHAT is a key, or "reset": then the value does not matter. */
int bus_on_prefer(sd_bus_message *call, void *data, sd_bus_error *error)
{
	struct bus *bus = data;
	const char *what, *value, *profile;
	char text[128], exception[256] = "", reach[512], held[768];
	int wait, key, r = sd_bus_message_read(call, "sssb", &what, &value, &profile, &wait);

	if (r < 0)
		return r;
	files_flush(bus->config.files);
	key = strcmp(what, "reset") == 0 ? RESET : iem_preference_find(what);
	r = set(bus, what, key, value, profile, error);
	if (sd_bus_error_is_set(error) || r == -ENOMEM || r == -E2BIG)
		return r;
	if (!*profile)
		exception_text(bus, key, exception, sizeof(exception));
	return bus_answer_when_in_force(bus, call, wait, "On top of %s%s%s %s%s%s%s%s%s",
					*profile ? "the profile '" : "every profile", profile, *profile ? "'" : "",
					preferred_text(bus, profile, key, text, sizeof(text)),
					r < 0 ? ", but that could not be remembered" : "", exception,
					reach_text(bus, profile, key, reach, sizeof(reach)),
					held_text(bus, profile, key, held, sizeof(held)),
					choices_enabled(bus->config.choices) ? "" : BUS_OFF_TEXT);
}
