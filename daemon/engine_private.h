/** engine_private.h - what the engine's files share; nobody else includes it. */
#pragma once

#include "daemon/clock.h"
#include "daemon/engine.h"
#include "daemon/graph.h"
#include "daemon/mixer.h"
#include "daemon/responses.h"
#include "daemon/undo.h"

#include "core/source_select.h"

#define HEARD_SECONDS 10

/** What is heard on an output; see engine_heard.c. */
struct heard {
	double rate_hz; /* of the meter that was handed over; 0: none was */
	struct iem_exposure_totals last; /* as read last, */
	uint64_t last_ms;                /* when */
	double spl_dba; /* of the last second; NAN: nothing plays, or it is not known how loud */
	double pa2[HEARD_SECONDS]; /* of the last seconds in which anything was to be heard, in turn */
	size_t n_seconds;          /* of those there were */
	double listening_db; /* that loudness is compensated for: follows their mean in steps; NAN: not known */
};

/** Our part of an output's volume; see engine_hardware.c. */
struct hardware {
	struct volume own;     /* the user's own position; channels 0: the output has not told its volume yet */
	double part_db;        /* that the output has on top of it, at most 0 */
	double top_db;         /* what the output may have without it: full volume, or where the user had it */
	struct volume asked;   /* told the output and not answered yet; channels 0: nothing */
	uint64_t asked_ms;
	struct volume before;  /* asked for before that, and not answered either */
	struct volume hand;    /* what somebody else made of it while ours was on its way; channels 0: nothing */
	struct volume expected; /* what the output has if nobody else moves it, and until it has what was asked */
	bool overdue;          /* that it is not answered was told */
};

/** An output with what is decided for it and what runs for it. */
struct place {
	struct output output; /* as last seen */
	bool present, was_present; /* now, and at the look before */
	uint64_t since_ms; /* present and available since */
	bool unconfirmed;  /* several have been used there, and it is not certain that this is the one */
	struct iem_selection selection;
	struct iem_source_selection source;
	struct pair *pair; /* NULL where nothing is corrected */
	uint64_t chain_print; /* of the chain published last: what it was made from */
	double rate_hz; /* of that chain; 0: there was none yet */
	bool preparing; /* the next chain waits for a response that is being made */
	uint64_t waiting_print; /* of one that waits for the output to be softer; 0: none does */
	uint64_t failed_print; /* of a chain that could not be made; 0: of none */
	double preamp_db, gain_db, removal_db; /* of that chain */
	char held[512];                        /* what of the preferences it does not do, and why; "": nothing */
	struct iem_level level; /* as that chain has it */
	struct mixer_scale scale; /* of the ALSA control behind it */
	struct heard heard;
	struct hardware hardware;
	double damping_db; /* the most that it does about the source's output impedance, with its sign */
	uint32_t latency; /* of that chain, in frames */
	uint64_t told;    /* of its samples that clipped and frames that were limited, those that were told */
	uint64_t settle_until_ms; /* the session manager gets until then to link through a new pair */
	uint64_t claimed_until_ms; /* a stream wanted it to itself, and may want it again */
	uint64_t driven, cycles; /* of the graph and of the audio thread, as seen last */
	unsigned stuck_looks; /* in a row at which the graph ran and no sound went through */
	unsigned remakes; /* in a row, for that */
	unsigned loud_looks; /* in a row at which the output played louder than its volume says */
	uint64_t retry_at_ms;     /* a pair that failed is not made again before */
};

struct probe;

/** Our sink's volume as a remote control for an output's; see engine_volume.c. */
struct remote {
	bool asked, live;     /* live: what is set on our sink is the user's hand */
	struct volume output; /* as told last */
	struct volume wanted; /* asked for, not answered yet; channels 0: nothing is */
	bool missed;          /* the output told something else meanwhile */
	bool noted;           /* the journal holds the change */
	struct spa_source *timer;
};

/** The default sink while it is ours by our own doing; see engine_default.c. */
struct loan {
	char *name;       /* node.name of the pair that has it; NULL: nothing is borrowed */
	bool making_way;  /* for a better output: without a pair, until the session manager has made that the default */
	bool choice_away; /* what the user had configured has not been there since */
	uint64_t passed_ms; /* outputs that came before it the session manager has seen and not turned to */
	uint64_t wait_until_ms; /* with taking: a better output has just come, and the session manager may turn to it */
	char *left;       /* node.name of the sink that the user wants without us */
};

/** What we asked the default to be; see engine_default.c. */
struct request {
	bool open;    /* not told yet */
	char *value;  /* of default_value.h; NULL: none */
	uint64_t asked_ms;
	char *users;  /* what somebody else asked for, which ours overwrites; "": none; NULL: nobody did */
	uint64_t users_ms; /* told when */
};

/** Two profiles by turns; see engine_compare.c. Texts are owned. */
struct comparison {
	char *output; /* its id; NULL: nothing is compared */
	char *profile[2], *variant[2];
	int heard; /* 0 or 1 */
	unsigned number; /* of those that there were */
};

struct engine {
	struct engine_config config;
	struct graph *graph;
	struct mixers *mixers;
	struct responses *responses;
	struct spa_source *reconnect_timer, *house_timer, *deferred;
	unsigned attempts;
	bool leaving;
	unsigned house_every_ms; /* 0: not at all */
	unsigned calm_looks;     /* of the housekeeping, in a row, in which nothing was amiss */
	unsigned answers; /* of the audio thread, at the last look of the housekeeping */
	bool looked; /* the outputs were observed at least once */
	bool familiar; /* what is new from now on has been plugged in: the graph is no new one, nor its session manager */

	struct place *places;
	size_t n_places;
	struct outputs outputs;

	enum engine_mode mode;
	const char *why; /* of a known one */
	int path_setting; /* that the mode was found under */
	struct probe *probe;
	struct loan loan;
	struct request request;
	struct undo undo;
	struct remote remote;
	struct comparison comparison;
	char comparison_end[512]; /* why the last one that ended did */
};

/* engine_compare.c */
/** Before selecting: what is not there any more is compared no longer, so that there is no moment without a profile. */
void compare_look(struct engine *engine);
/** After everything was decided: what no sound can go through is compared no longer. */
void compare_hear(struct engine *engine);
/** Where an output is compared on, what is heard there. @return false where it is not */
bool compare_decides(const struct engine *engine, const char *output, struct iem_decision *out);
/**
 * By how much what is heard has to be softer so that both are as loud as the softer one, for a pink spectrum; 0 or
 * less.
 * @return 0, or -EAGAIN while a response of either is being made
 */
int compare_gain_db(struct engine *engine, const struct place *place, const struct iem_chain_plan *plan, double *out);

/** Refresh soon, from the loop: for callbacks in which a pair or the graph may not be freed. */
void engine_defer(struct engine *engine);
struct place *engine_place_by_node(const struct engine *engine, const char *node);
bool place_wants_pair(const struct place *place);

/* engine_detect.c */
/** Select for an output; INSTEAD of what was decided for it, may be NULL. */
void detect_select(const struct engine *engine, const struct place *place, const struct iem_decision *instead,
		   struct iem_selection *out);

/* engine_path.c: the way into the path */
/** Find the mode out as far as it can be now. @return true once it is known */
bool path_settle_mode(struct engine *engine);
/** The session manager came or went, the connection, or the setting: what was found out does not hold any more. */
void path_forget(struct engine *engine, bool connected);
/** Should this place have a pair, in the mode in force? */
bool path_wants(struct engine *engine, const struct place *place);

/* engine_default.c: the default sink that we borrow where we are not a smart filter */
/** The sink that sound goes to by default, seen through our own. NULL: none */
const char *default_of_user(const struct engine *engine);
/** Is the default ours now, for this place? */
bool default_is_for(const struct engine *engine, const struct place *place);
/** As default sink: does the user want this place without us? He set its sink as the default while ours was it. */
bool default_is_left(const struct engine *engine, const struct place *place);
/** A pair is ready or about to go: take the default for it, or give it back. */
void default_take(struct engine *engine);
void default_give_back(struct engine *engine);
/** An output came that the default would go to without us: what the user configured, or one of higher priority. */
void default_make_way(struct engine *engine);
/** Give it back on leaving; what the session manager did not hear stays in the journal for the next start. */
void default_leave(struct engine *engine);
void default_changed(struct engine *engine, bool configured_changed);
/** What only the clock tells. @return whether to look again in a moment */
bool default_house(struct engine *engine);
/** Put back what an earlier run left behind, default and volume. */
void default_undo_stale(struct engine *engine);
/** The session manager came or went: nothing is borrowed from it any more. */
void default_forget(struct engine *engine);
void default_finish(struct engine *engine);

/* engine_volume.c: the volume of our sink where it is the default */
/** Our sink is about to be the default: from here on it shows the output's volume. */
void volume_begin(struct engine *engine, struct place *place);
/** It is the default by now. */
void volume_default_seen(struct engine *engine);
void volume_nodes_synced(struct engine *engine);
/** Anything in the graph changed. */
void volume_follow(struct engine *engine);
/** Somebody set the volume of this pair's sink. */
void volume_set_on_ours(struct engine *engine, const struct pair *pair);
/** Does the user's hand on our sink reach the output by now? */
bool volume_is_live(const struct engine *engine);
/** At every look of the housekeeping: does the output play as loud as its volume says? */
void volume_guard(struct engine *engine, struct place *place);
/** The output was told this volume on account of our part: as default sink, that is no news to be shown. */
void volume_expect(struct engine *engine, const struct place *place, const struct volume *volume);
/** Does the journal hold a change of volume of this run? */
bool volume_is_noted(const struct engine *engine);
void volume_finish(struct engine *engine);

/* engine_level.c: for a place with a profile */
/** What its chain is to be made for; what is the chain's own is left out. */
struct iem_level_case level_wish(const struct engine *engine, const struct place *place);
/** The ceiling that the week's dose sets; INFINITY: none. */
double level_dose_ceiling_db(const struct engine *engine);
/** What PROFILE's earphone is rated for: bounds what is added on top of its correction. */
struct iem_rated level_rated(const struct engine *engine, const struct iem_profile *profile);
/** The source's output impedance in ohm; NAN: unknown. */
double level_output_ohm(const struct place *place);
/** See iem_damping_curve(). */
int level_damping(struct iem_curve *out, const struct place *place);
/** How the level of its chain was decided, as a sentence; "" where nothing was wanted. @return buf */
const char *level_text(const struct engine *engine, const struct place *place, char *buf, size_t size);
/** SPL of a full-scale sine without us, the device's volume at its highest; NAN: unknown. */
double level_full_scale_db(const struct place *place);

/* engine_mixer.c */
/** Read the control behind an output, once it is known which source that is. */
void mixer_look(struct engine *engine, struct place *place);
/** Is it analog, as the source says? */
bool mixer_is_analog(const struct place *place);
/** Does the session manager move it with the output's volume? */
bool mixer_is_moved(const struct engine *engine, const struct place *place);
/** What the level is besides source, chain and volume, in dB: where nobody moves the control, or it goes above 0 dB. */
double mixer_more_db(const struct engine *engine, const struct place *place);
/** Is it silent by a switch that the volume does not tell? */
bool mixer_mutes(const struct engine *engine, const struct place *place);

/* engine_hardware.c */
/**
 * What the user's hand makes of the level in dB: his own position of the output's volume, without our part and 0 where
 * it is not known, and a control of the device that is apart from it.
 */
double hardware_user_db(const struct engine *engine, const struct place *place);
/**
 * The user's hand on our sink: his own position is OWN now. Our part becomes what goes with that; it is noted, and
 * *wanted is what the output is to be told.
 */
void hardware_take_hand(struct engine *engine, struct place *place, const struct volume *own, struct volume *wanted);
/** May our part be changed, and is there a volume to hold it? */
bool hardware_may_manage(const struct engine *engine, const struct place *place);
/** Whatever happened: is the volume as we asked for it, or has somebody moved it? */
void hardware_follow(struct engine *engine, struct place *place);
/** Bring our part down to TARGET_DB at once. @return false while the output has not answered */
bool hardware_lower(struct engine *engine, struct place *place, double target_db);
/** Bring it up towards TARGET_DB, by a step. @return whether there is more to do, at the next look */
bool hardware_raise(struct engine *engine, struct place *place, double target_db);
/** On leaving: give back the user's own position, where no sound is playing. */
void hardware_leave(struct engine *engine);

/* engine_heard.c */
/** A-weighted SPL of the last second, of a place with a pair; NAN where nothing plays or it is not known. */
double heard_now_dba(const struct place *place);
/** At every look of the housekeeping: how loud is it, and what follows from that? */
void heard_look(struct engine *engine, struct place *place);
/** The loudness compensation that is to be. @return false for none */
bool heard_loudness(const struct engine *engine, const struct place *place, struct iem_loudness *out);
/** The rate of the graph as far as it is known. */
double engine_rate_of(const struct place *place);

/* engine_chain.c */
/**
 * A chain for an output with a profile, at a rate that will do until the graph's is known; the caller's.
 * @return 0, -EAGAIN while a response of it is being made, or another -errno that was told
 */
int engine_first_chain(struct engine *engine, struct place *place, struct iem_chain **out);
/** Where a pair's chain should be another by now: publish that, at once or when its responses are there. */
void engine_update_chain(struct engine *engine, struct place *place);
/** The responses of a plan, as far as they are there. @return 0, -EAGAIN while any is being made, or another -errno */
int engine_prepare(struct engine *engine, struct iem_chain_plan *plan);

/* engine_house.c */
/** Something happened: look more often for a while, or not at all where nothing runs. */
void engine_house(struct engine *engine);

/* engine_pair.c */
void engine_update_pair(struct engine *engine, struct place *place);
void engine_drop_pair(struct engine *engine, struct place *place);
