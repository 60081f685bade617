/** bus_private.h - what the bus files share; nobody else includes it. */
#pragma once

#include "daemon/bus.h"

#include <systemd/sd-bus.h>

#define BUS_NAME "org.iemd"
#define BUS_PATH "/org/iemd"
#define BUS_OUTPUT_PATH "/org/iemd/output"
#define BUS_MANAGER "org.iemd.Manager1"
#define BUS_OUTPUT "org.iemd.Output1"
#define BUS_ERROR(name) "org.iemd.Error." name
/* Name and format of what the one who compares is told then. */
#define BUS_COMPARISON_ENDED BUS_ERROR("ComparisonEnded"), "The comparison was ended: %s."
/* Said with what is decided, but not heard for that reason. */
#define BUS_OFF_TEXT "; correction is off, 'iemctl on' turns it on"

/** A command that waits for the audio thread before it is answered. */
struct waiter {
	struct waiter *next;
	sd_bus_message *call;
	char *answer; /* what it returns when all is in force */
	uint64_t begin_ms;
	bool faded;
	bool preparing; /* what was decided: no chain of it is published yet */
	uint64_t published; /* chains, when those of what was decided were */
	unsigned comparison; /* that this is about; 0: none */
};

/** A client that compares, or that is still to be told that its comparison was ended; see bus_compare.c. */
struct comparer;

/** An output as an object on the bus. */
struct bus_output {
	struct bus *bus;
	char *path, *id;
	sd_bus_slot *slot;
	char **told; /* the value each property had when it was last signalled, as text */
	bool seen;
};

struct bus {
	struct bus_config config;
	sd_bus *connection;
	struct spa_source *io, *timer, *wait_timer;
	sd_bus_slot *manager_slot, *object_manager_slot;
	struct bus_output **outputs;
	size_t n_outputs;
	char **manager_told;
	struct waiter *waiters;
	struct comparer *comparers;
	struct engine_view *views; /* as read last; valid until the engine changes */
	size_t n_views;
	bool updating; /* they are read already */
	sd_bus_message *views_for; /* the message they were read for; NULL: to be read again */
};

/* bus_properties.c */
extern const sd_bus_vtable bus_manager_vtable[], bus_output_vtable[];
/** Signal the properties of an object whose value changed since they were told. */
void bus_signal_changes(struct bus *bus, const char *path, const char *interface, char ***told);
void bus_free_told(char **told);
struct bus_output *bus_output_of(struct bus *bus, const char *id);
const struct engine_view *bus_view(struct bus *bus, const char *id);
void bus_refresh_views(struct bus *bus);
/** The view of the output that sound goes to by default, else of one that is waited for; NULL if there is neither. */
const struct engine_view *bus_active_view(struct bus *bus);

/* bus_methods.c */
int bus_on_switch(sd_bus_message *call, void *data, sd_bus_error *error);
int bus_on_next(sd_bus_message *call, void *data, sd_bus_error *error);
int bus_on_auto(sd_bus_message *call, void *data, sd_bus_error *error);
int bus_on_confirm(sd_bus_message *call, void *data, sd_bus_error *error);
int bus_on_set_enabled(sd_bus_message *call, void *data, sd_bus_error *error);
int bus_on_find_output(sd_bus_message *call, void *data, sd_bus_error *error);
int bus_on_sync(sd_bus_message *call, void *data, sd_bus_error *error);
int bus_on_output_switch(sd_bus_message *call, void *data, sd_bus_error *error);
int bus_on_output_auto(sd_bus_message *call, void *data, sd_bus_error *error);
int bus_on_output_next(sd_bus_message *call, void *data, sd_bus_error *error);
int bus_on_output_confirm(sd_bus_message *call, void *data, sd_bus_error *error);
/** The output that a command means, "" for the default one; NULL after setting the error. */
const struct output *bus_named_output(struct bus *bus, const char *text, sd_bus_error *error);
/** A file of this kind that is there and loads. @return 0 or the error that is set */
int bus_check_entry(struct bus *bus, enum iem_store_kind kind, const char *id, sd_bus_error *error);
/** A profile that can be put in force, with a variant or "". @return 0 or the error that is set */
int bus_check_profile(struct bus *bus, const char *id, const char *variant, sd_bus_error *error);
/** Why a decision for this output cannot be in force at all. @return 0 or the error that is set */
int bus_check_output(struct bus *bus, const struct output *output, sd_bus_error *error);

/* bus_detect.c */
int bus_on_own(sd_bus_message *call, void *data, sd_bus_error *error);
int bus_on_why(sd_bus_message *call, void *data, sd_bus_error *error);

/* bus_level.c */
int bus_on_get_dose(sd_bus_message *call, void *data, sd_bus_error *error);
int bus_on_reset_dose(sd_bus_message *call, void *data, sd_bus_error *error);
int bus_on_set_source(sd_bus_message *call, void *data, sd_bus_error *error);

/* bus_prefer.c */
int bus_on_prefer(sd_bus_message *call, void *data, sd_bus_error *error);

/* bus_compare.c */
int bus_on_compare(sd_bus_message *call, void *data, sd_bus_error *error);
int bus_on_hear(sd_bus_message *call, void *data, sd_bus_error *error);
int bus_on_end_comparison(sd_bus_message *call, void *data, sd_bus_error *error);
void bus_forget_comparers(struct bus *bus);

/* bus_answer.c */
/**
 * Apply what was decided, and answer CALL with the text once it is in force; with FADED once the fade is over.
 * @return 1 or -ENOMEM
 */
int bus_answer_when_in_force(struct bus *bus, sd_bus_message *call, bool faded, const char *format, ...) IEM_PRINTF(4, 5);
/** The same about what is heard in the comparison under way: where that has ended by then, the answer is why. */
int bus_answer_when_heard(struct bus *bus, sd_bus_message *call, bool faded, const char *format, ...) IEM_PRINTF(4, 5);
/** Answer those whose change is in force; called on a timer while there are any. */
void bus_serve_waiters(struct bus *bus);
void bus_drop_waiters(struct bus *bus);
