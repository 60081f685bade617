/**
 * engine.h - observe, select, apply: from what is there to the filter nodes that should be. Main thread only.
 *
 * Every event ends in engine_refresh(). It owns the connection to PipeWire, the outputs and their pairs.
 */
#pragma once

#include "daemon/choices.h"
#include "daemon/dose.h"
#include "daemon/earphones.h"
#include "daemon/preferences.h"
#include "daemon/files.h"
#include "daemon/journal.h"
#include "daemon/outputs.h"

struct engine;

/** How the way into the path is gone. */
enum engine_mode {
	MODE_UNKNOWN, /* not probed yet: nothing to correct so far */
	MODE_SMART,
	MODE_DEFAULT,
	MODE_NONE, /* by `path = "none"`, or a forced one that does not exist */
	MODES
};

extern const char *const engine_mode_names[MODES]; /* NULL for MODE_UNKNOWN and MODE_NONE */

enum engine_progress {
	ENGINE_BUSY,   /* something decided is not in force yet */
	ENGINE_ALMOST, /* in force, but a stream is still to be linked through it by the session manager */
	ENGINE_DONE,
};

/** Everything that is to be told of an output; texts are valid until the next refresh. Unknown: NULL, NAN. */
struct engine_view {
	const char *id, *node, *port, *description, *kind;
	bool available, is_default, present;
	const char *profile, *brand, *model, *variant;
	bool confirmed;
	const char *reason, *reason_code, *state;
	const char *source, *source_name, *source_reason; /* what drives it */
	char *preferred; /* what is added on top of the correction, for people; "": nothing. Owned */
	uint32_t rate, channels, latency_samples;
	double preamp_db, gain_db;
	double spl_full_scale_db; /* of a full-scale sine: the source's highest voltage, the device's volume at its highest */
	double spl_sine_db;       /* of one of 1 kHz through the chain, still without the device's volume */
	double spl_now_dba;       /* of the last second, A-weighted, the louder ear; the device's volume included */
	double damping_db;        /* the most that is done about the source's output impedance, with its sign */
	double volume_db;         /* of the output, the loudest channel, re its highest */
	bool volume_muted;
	double volume_part_db;    /* what of it is ours, at most 0 */
	struct {                  /* the ALSA control behind it */
		const char *control; /* NULL: none is known, and all of the rest with it */
		double min_db, max_db, step_db, now_db;
		bool analog, moved; /* moved: by the session manager, with the volume */
	} mixer;
	const char *level_code;   /* NULL: no chain yet */
	char *level_reason;       /* a sentence; "": nothing was wanted. Owned */
	uint64_t clips, limited;
	double load_percent, uncorrected_change_db;
	char **uncorrected; /* names of the streams that pass us by, NULL at the end; NULL: not known */
};

struct engine_config {
	struct pw_loop *loop;
	struct pw_context *context;
	struct files *files;
	struct choices *choices;
	struct earphones *earphones;
	struct preferences *preferences;
	struct journal *journal;
	struct dose *dose;
	void (*changed)(void *data); /* something that a view shows may have changed */
	void (*dose_warning)(void *data, int percent); /* of the week's dose was passed */
	void *data;
};

int engine_new(struct engine **out, const struct engine_config *config);
/** Puts back what was changed outside, then takes all pairs away. */
void engine_free(struct engine *engine);

/** Observe, select and apply now. */
void engine_refresh(struct engine *engine);

/** How far everything decided has come. FADED: also the cross-fades. */
enum engine_progress engine_progress(struct engine *engine, bool faded);

/** Does any output wait for a chain that cannot be published yet? */
bool engine_preparing(const struct engine *engine);
/** Does any wait for its volume to be lowered first? */
bool engine_turning_down(const struct engine *engine);

/**
 * Is all in force that was published up to that number (see rt_published()), or something newer in its place? What
 * engine_progress() says of changes that came later does not matter then. FADED as there.
 */
bool engine_passed(struct engine *engine, uint64_t number, bool faded);

/**
 * Before the first command is answered: run the loop until what is there has been looked at, or PipeWire turns out
 * not to answer; two seconds at most.
 */
void engine_look(struct engine *engine);

bool engine_connected(const struct engine *engine);
/** Connected, and a session manager that links streams is there, too. */
bool engine_manned(const struct engine *engine);
/** WHY, may be NULL: a clause for people, why it is this one or what is waited for; "" where there is nothing to do. */
enum engine_mode engine_mode(const struct engine *engine, const char **why);

/** Does sound run through any pair? */
bool engine_is_running(const struct engine *engine);

/** All outputs, present or kept waiting for. @return their number; release with engine_views_free() */
size_t engine_views(struct engine *engine, struct engine_view **out);
void engine_views_free(struct engine_view *views, size_t n);

/** The outputs as observed last. */
const struct outputs *engine_outputs(const struct engine *engine);
/** The one that sound goes to by default; NULL if there is none. */
const struct output *engine_default_output(const struct engine *engine);
/** What is decided for an output, also while something else is compared there. @return false where that is no profile */
bool engine_decided(const struct engine *engine, const char *output_id, struct iem_selection *out);

/** What is gone by in selecting for an output, for people. @return false where there is no such output */
bool engine_explain(const struct engine *engine, const char *output_id, struct iem_rung_result rungs[IEM_RUNGS]);

/**
 * From the next refresh on: two profiles (ids, and variants or "") by turns on an output, as loud as each other, whatever
 * is decided for it; HEARD (0 or 1) is heard. Takes the place of a comparison that is under way. @return 0 or -ENOMEM
 */
int engine_compare(struct engine *engine, const char *output, const char *const profile[2], const char *const variant[2],
		   int heard);
/** Can sound go through a correction on this output, or is only the default one corrected, and that is another? */
bool engine_is_heard(const struct engine *engine, const struct output *output);
/** From the next refresh on the other one of the two, or the same. */
void engine_hear(struct engine *engine, int heard);
/**
 * From the next refresh on all is as decided. The rest is a clause for the one who compares: why. Does nothing where nothing
 * is compared on this output; NULL: on any.
 */
void engine_end_comparison(struct engine *engine, const char *output, const char *format, ...) IEM_PRINTF(3, 4);
/** @return the number of the comparison under way, 0 for none; *why is why the last one that ended did */
unsigned engine_comparison(const struct engine *engine, const char **why);

/** The user spoke for this output: come back to it even if we had stepped out. */
void engine_return_to(struct engine *engine, const char *output_id);
