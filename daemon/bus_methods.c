/* What commands do. */
#include "daemon/bus_private.h"

#include "daemon/engine.h"
#include "daemon/log.h"

#include <errno.h>

/* --- what is meant ---------------------------------------------------------------------------------------------- */

const struct output *bus_named_output(struct bus *bus, const char *text, sd_bus_error *error)
{
	const struct output *output;
	bool ambiguous = false;

	if (*text)
		output = outputs_named(engine_outputs(bus->config.engine), text, &ambiguous);
	else
		output = engine_default_output(bus->config.engine);
	if (ambiguous)
		sd_bus_error_setf(error, BUS_ERROR("NoSuchOutput"),
				  "'%s' means more than one output; 'iemctl outputs' lists them.", text);
	else if (!output && *text)
		sd_bus_error_setf(error, BUS_ERROR("NoSuchOutput"),
				  "There is no output '%s'; 'iemctl outputs' lists them.", text);
	else if (!output)
		sd_bus_error_setf(error, BUS_ERROR("NoSuchOutput"), "%s",
				  engine_connected(bus->config.engine) ?
					  "There is no default output to act on; name one with --output." :
					  "PipeWire does not answer, so there is no output.");
	return output;
}

/* How each kind is called, refused and listed. */
static const struct {
	const char *word, *unknown, *list;
} kinds[] = {
	[IEM_STORE_PROFILES] = { "profile", BUS_ERROR("NoSuchProfile"), "iemctl list" },
	[IEM_STORE_SOURCES] = { "source", BUS_ERROR("NoSuchSource"), "iemctl list --sources" },
};

int bus_check_entry(struct bus *bus, enum iem_store_kind kind, const char *id, sd_bus_error *error)
{
	const struct iem_store *store = files_store(bus->config.files);
	const struct iem_entry *entry = iem_store_find(store, kind, id);
	const char *near = entry ? NULL : iem_store_nearest(store, kind, id);
	const struct iem_diag *wrong = entry ? iem_diags_error(&entry->diags) : NULL;
	char text[1024];

	if (!entry)
		return sd_bus_error_setf(error, kinds[kind].unknown, "There is no %s '%s'; %s%s%s'%s' shows them all.",
					 kinds[kind].word, id, near ? "did you mean '" : "", near ? near : "",
					 near ? "'? " : "", kinds[kind].list);
	/* One that loaded before is still held, but it is not what the file says. */
	if ((kind == IEM_STORE_PROFILES ? !entry->profile : !entry->source) || entry->broken)
		return sd_bus_error_setf(error, BUS_ERROR("Failed"), "The %s '%s' does not load: %s", kinds[kind].word,
					 id, wrong ? iem_diag_format(wrong, text, sizeof(text)) : "it could not be read");
	return 0;
}

int bus_check_profile(struct bus *bus, const char *id, const char *variant, sd_bus_error *error)
{
	const int r = bus_check_entry(bus, IEM_STORE_PROFILES, id, error);

	if (r < 0)
		return r;
	if (*variant && !iem_profile_eq(iem_store_profile(files_store(bus->config.files), id), variant))
		return sd_bus_error_setf(error, BUS_ERROR("NoSuchProfile"),
					 "The profile '%s' has no variant '%s'; 'iemctl show %s' lists them.", id,
					 variant, id);
	return 0;
}

static const struct iem_eq *eq_of(struct bus *bus, const char *id, const char *variant)
{
	const struct iem_profile *profile = iem_store_profile(files_store(bus->config.files), id);

	return profile ? iem_profile_eq(profile, variant) : NULL;
}

static bool has_eq(const struct iem_eq *eq)
{
	return eq && (eq->n_bands || eq->graphic.n || eq->fir);
}

/* A response of four channels is for two ears. */
static bool mixes_in_vain(const struct iem_eq *eq, const struct output *output)
{
	return eq && eq->impulse && eq->impulse->channels == IEM_IMPULSE_TRUE_STEREO && !output_is_pair(output);
}

int bus_check_output(struct bus *bus, const struct output *output, sd_bus_error *error)
{
	const char *why;

	if (output->aside)
		return sd_bus_error_setf(error, BUS_ERROR("Failed"), "%s is left alone: %s.", output->description,
					 output->aside);
	if (engine_mode(bus->config.engine, &why) == MODE_NONE)
		return sd_bus_error_setf(error, BUS_ERROR("Failed"),
					 "Nothing is corrected: %s; 'iemctl set path auto' changes that.", why);
	return 0;
}

/* --- the commands ----------------------------------------------------------------------------------------------- */

/* What `switch -` means: the caller's copy, in which the variant lies as well. @return 0 or the error that is set */
static int copy_previous(struct bus *bus, const struct output *output, char **out, const char **variant,
			 sd_bus_error *error)
{
	const struct choice *choice = choices_find(bus->config.choices, output->id);
	char *blank;

	if (!choice || !choice->previous)
		return sd_bus_error_setf(error, BUS_ERROR("NoSuchProfile"), "No other profile was chosen on %s before.",
					 output->description);
	if (!(*out = strdup(choice->previous)))
		return -ENOMEM;
	blank = strchr(*out, ' ');
	*variant = blank ? blank + 1 : "";
	if (blank)
		*blank = '\0';
	return 0;
}

/* @return as choices_set() */
static int choose(struct bus *bus, const struct output *output, const char *profile, const char *variant, bool once)
{
	const int r = choices_set(bus->config.choices, output->id, profile, variant, once);

	if (!once && r != -ENOMEM)
		earphones_note_last(bus->config.earphones, output->kind, profile);
	engine_return_to(bus->config.engine, output->id);
	return r;
}

static int put_in_force(struct bus *bus, sd_bus_message *call, const struct output *output, const char *profile,
			const char *variant, bool once, bool wait, sd_bus_error *error)
{
	CLEANUP(iem_freep) char *previous = NULL;
	const struct iem_eq *eq;
	int r;

	if (strcmp(profile, "-") == 0) {
		const char *its_variant = "";

		if ((r = copy_previous(bus, output, &previous, &its_variant, error)) < 0)
			return r;
		profile = previous;
		variant = *variant ? variant : its_variant;
	}
	if ((r = bus_check_profile(bus, profile, variant, error)) < 0 || (r = bus_check_output(bus, output, error)) < 0)
		return r;
	engine_end_comparison(bus->config.engine, output->id, "'%s' was chosen for %s", profile, output->description);
	r = choose(bus, output, profile, variant, once);
	if (r == -ENOMEM)
		return r;
	eq = eq_of(bus, profile, variant);
	log_debug("switch: %s%s%s on %s", profile, *variant ? ", " : "", variant, output->id);
	return bus_answer_when_in_force(bus, call, wait, "The profile on %s is '%s'%s%s%s%s%s%s%s", output->description,
					profile, *variant ? ", variant " : "", variant,
					r < 0 ? ", but it could not be remembered" : "",
					has_eq(eq) ? "" : "; it has no bands, so nothing is equalised",
					mixes_in_vain(eq, output) ?
					"; its fir mixes the ears only where there is just a left and a right channel" : "",
					choices_enabled(bus->config.choices) ? "" : BUS_OFF_TEXT,
					engine_manned(bus->config.engine) ? "" :
					"; no session manager runs, so nothing is corrected until one does");
}

static int do_switch(struct bus *bus, sd_bus_message *call, const char *output_name, const char *profile,
		     const char *variant, bool once, bool wait, sd_bus_error *error)
{
	const struct output *output;

	files_flush(bus->config.files);
	output = bus_named_output(bus, output_name, error);
	return output ? put_in_force(bus, call, output, profile, variant, once, wait, error) : -ENODEV;
}

static int do_next(struct bus *bus, sd_bus_message *call, const char *output_name, bool wait, sd_bus_error *error)
{
	struct iem_selection now;
	const struct output *output;
	const char *next;

	files_flush(bus->config.files);
	output = bus_named_output(bus, output_name, error);
	if (!output)
		return -ENODEV;
	next = choices_next(bus->config.choices, output->id,
			    engine_decided(bus->config.engine, output->id, &now) ? now.profile->id : NULL);
	if (!next)
		return sd_bus_error_setf(error, BUS_ERROR("Failed"),
					 "No other earphone was used on %s yet; 'iemctl switch PROFILE' begins.",
					 output->description);
	return put_in_force(bus, call, output, next, "", false, wait, error);
}

static int do_auto(struct bus *bus, sd_bus_message *call, const char *output_name, bool wait, sd_bus_error *error)
{
	const struct output *output;

	files_flush(bus->config.files);
	output = bus_named_output(bus, output_name, error);
	if (!output)
		return -ENODEV;
	engine_end_comparison(bus->config.engine, output->id, "the choice for %s was forgotten", output->description);
	choices_clear(bus->config.choices, output->id);
	engine_return_to(bus->config.engine, output->id);
	return bus_answer_when_in_force(bus, call, wait, "The choice for %s is forgotten", output->description);
}

static int do_confirm(struct bus *bus, sd_bus_message *call, const char *output_name, sd_bus_error *error)
{
	struct iem_selection now;
	const struct output *output;
	bool doubted;
	int r;

	files_flush(bus->config.files);
	output = bus_named_output(bus, output_name, error);
	if (!output)
		return -ENODEV;
	if (!engine_decided(bus->config.engine, output->id, &now))
		return sd_bus_error_setf(error, BUS_ERROR("Failed"), "No profile is in force on %s to be confirmed.",
					 output->description);
	engine_end_comparison(bus->config.engine, output->id, "'%s' was confirmed on %s", now.profile->id,
			      output->description);
	doubted = choices_unconfirmed(bus->config.choices, output->id);
	r = choose(bus, output, now.profile->id, now.variant, false);
	if (r == -ENOMEM)
		return r;
	return bus_answer_when_in_force(bus, call, false, "%s '%s' hangs on %s%s", doubted ? "It is certain now that" :
					"It was certain already that", now.profile->id, output->description,
					r < 0 ? ", but that could not be remembered" : "");
}

int bus_on_switch(sd_bus_message *call, void *data, sd_bus_error *error)
{
	const char *output, *profile, *variant;
	int once, wait, r = sd_bus_message_read(call, "sssbb", &output, &profile, &variant, &once, &wait);

	return r < 0 ? r : do_switch(data, call, output, profile, variant, once, wait, error);
}

int bus_on_next(sd_bus_message *call, void *data, sd_bus_error *error)
{
	const char *output;
	int wait, r = sd_bus_message_read(call, "sb", &output, &wait);

	return r < 0 ? r : do_next(data, call, output, wait, error);
}

int bus_on_auto(sd_bus_message *call, void *data, sd_bus_error *error)
{
	const char *output;
	int wait, r = sd_bus_message_read(call, "sb", &output, &wait);

	return r < 0 ? r : do_auto(data, call, output, wait, error);
}

int bus_on_confirm(sd_bus_message *call, void *data, sd_bus_error *error)
{
	const char *output;
	int r = sd_bus_message_read(call, "s", &output);

	return r < 0 ? r : do_confirm(data, call, output, error);
}

int bus_on_set_enabled(sd_bus_message *call, void *data, sd_bus_error *error)
{
	struct bus *bus = data;
	int enabled, raw, wait, r = sd_bus_message_read(call, "bbb", &enabled, &raw, &wait);
	const char *why;
	bool none;

	if (r < 0)
		return r;
	files_flush(bus->config.files);
	if (!enabled)
		engine_end_comparison(bus->config.engine, NULL, "correction was switched off");
	r = choices_set_enabled(bus->config.choices, enabled, !enabled && raw);
	if (enabled && engine_default_output(bus->config.engine))
		engine_return_to(bus->config.engine, engine_default_output(bus->config.engine)->id);
	none = enabled && engine_mode(bus->config.engine, &why) == MODE_NONE;
	return bus_answer_when_in_force(bus, call, wait, "Correction is %s%s%s%s", enabled ? "on" : "off",
					r < 0 ? ", but that could not be remembered" : "",
					none ? "; but nothing is corrected: " : "", none ? why : "");
}

/* By what people call it to its object. */
int bus_on_find_output(sd_bus_message *call, void *data, sd_bus_error *error)
{
	struct bus *bus = data;
	const struct output *output;
	struct bus_output *object;
	const char *name;
	int r = sd_bus_message_read(call, "s", &name);

	if (r < 0)
		return r;
	files_flush(bus->config.files);
	output = bus_named_output(bus, name, error);
	object = output ? bus_output_of(bus, output->id) : NULL;
	return object ? sd_bus_reply_method_return(call, "o", object->path) : -ENODEV;
}

int bus_on_sync(sd_bus_message *call, void *data, sd_bus_error *error)
{
	struct bus *bus = data;

	files_flush(bus->config.files);
	return bus_answer_when_in_force(bus, call, false, "Everything written is in force");
}

/* The object of an output goes with it, also while a command on it reads what changed. */
int bus_on_output_switch(sd_bus_message *call, void *data, sd_bus_error *error)
{
	const struct bus_output *output = data;
	CLEANUP(iem_freep) char *id = strdup(output->id);
	const char *profile, *variant;
	int once, r = id ? sd_bus_message_read(call, "ssb", &profile, &variant, &once) : -ENOMEM;

	return r < 0 ? r : do_switch(output->bus, call, id, profile, variant, once, false, error);
}

int bus_on_output_auto(sd_bus_message *call, void *data, sd_bus_error *error)
{
	const struct bus_output *output = data;
	CLEANUP(iem_freep) char *id = strdup(output->id);

	return id ? do_auto(output->bus, call, id, false, error) : -ENOMEM;
}

int bus_on_output_next(sd_bus_message *call, void *data, sd_bus_error *error)
{
	const struct bus_output *output = data;
	CLEANUP(iem_freep) char *id = strdup(output->id);

	return id ? do_next(output->bus, call, id, false, error) : -ENOMEM;
}

int bus_on_output_confirm(sd_bus_message *call, void *data, sd_bus_error *error)
{
	const struct bus_output *output = data;
	CLEANUP(iem_freep) char *id = strdup(output->id);

	return id ? do_confirm(output->bus, call, id, error) : -ENOMEM;
}
