/**
 * gain.h - what iemctl gain has to tell: an earphone on a source, from its figures to sentences.
 */
#pragma once

#include "core/electrical.h"
#include "core/level.h"
#include "core/settings.h"

/** The ALSA control of an output of this machine that the source drives. */
struct gain_scale {
	double min_db, max_db, step_db;
};

/** What is asked. Everything belongs to the caller and outlives the answers. */
struct gain_question {
	const struct iem_profile *profile;
	const struct iem_settings *settings;
	double spl_db;    /* NAN: no level is asked for */
	double noise_dba; /* NAN: nor noise */
	const struct gain_scale *scale; /* NULL: it is not known here */
	const char *curve_file; /* that the impedance curve is from; NULL: the profile's own text, or there is none */
};

#define GAIN_MAX_NOTES 16

struct gain {
	const struct gain_question *asked;
	const struct iem_source *source; /* NULL: none */
	struct iem_drive drive;
	double goal_spl_db;   /* what a source has to reach for a "yes": what is asked for, else the settings'
			       */
	int enough;           /* whether it does, as iem_need's feasible */
	bool takes_current;   /* max_spl_db takes for granted that the current is there, which is not known */
	struct iem_need need; /* for the level that is asked for */
	struct iem_level_case wish; /* what the level was found for */
	struct iem_level level;
	double eq_preamp_db; /* of the profile's own at 48 kHz, without what undoes the source's output impedance */
	bool overdriven;         /* full scale at that level is above max_spl_db */
	double hardware_gain_db; /* the level's; NAN where it is not known what is to be done */
	double needed_spl_db;        /* in the noise that is asked for */
	char *notes[GAIN_MAX_NOTES]; /* sentences; owned */
	size_t n_notes;
};

/** Release with gain_finish(), also after a failure. @return 0, or -errno where no chain can be made */
int gain_answer(struct gain *out, const struct gain_question *asked, const struct iem_source *source);
void gain_finish(struct gain *gain);

/** The name of the source; its id where it has none. */
const char *gain_source_name(const struct iem_source *source);

/** Fill in the notes; gain_answer() does. */
void gain_take_notes(struct gain *gain);

/** Orders answers for qsort(): the loudest first, what is not known last. */
int gain_compare(const void *a, const void *b);

/** For people: one answer, and a table of several. */
void gain_print(const struct gain *gain);
void gain_print_table(const struct gain *gains, size_t n);
