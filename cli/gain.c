/* The figures of iemctl gain. */
#include "cli/gain.h"

#include "core/damping.h"
#include "core/io/impulse_file.h"

#include <errno.h>
#include <math.h>

#define GAIN_RATE_HZ 48000

static int design(struct iem_chain **out, const struct iem_eq *eq, const struct iem_curve *damping,
		  const struct iem_level_case *wish)
{
	const struct iem_chain_plan plan = {
		.eq = eq, .damping = damping && damping->n ? damping : NULL, .level = wish, .rate_hz = GAIN_RATE_HZ,
		.channels = 2, .sides = { IEM_SIDE_LEFT, IEM_SIDE_RIGHT }
	};

	return iem_chain_design(out, &plan);
}

/*
 * A level that is asked for is advice, so the device's volume counts as ours to use; without one it is told
 * what the settings lead to.
 */
static struct iem_level_case find_wish(const struct gain *gain)
{
	const struct iem_settings *settings = gain->asked->settings;
	const bool asked = !isnan(gain->asked->spl_db), matching = settings->level.mode == IEM_LEVEL_MATCH;
	return (struct iem_level_case){
		.full_scale_spl_db = gain->drive.full_scale_spl_db,
		.wanted_spl_db = asked      ? gain->asked->spl_db
				 : matching ? settings->level.reference_spl_db
					    : NAN,
		.max_spl_db = settings->level.max_spl_db,
		.manage = asked || settings->level.hardware_volume == IEM_HARDWARE_MANAGE,
	};
}

/* Of the profile's own chain at 48 kHz, and of what undoes the source's output impedance in it. */
static int find_level(struct gain *gain)
{
	CLEANUP(iem_chain_freep) struct iem_chain *eq = NULL, *whole = NULL;
	CLEANUP(iem_curve_finish) struct iem_curve damping = { 0 };
	const struct iem_profile *profile = gain->asked->profile;
	const struct iem_source *source = gain->source;
	int r = iem_damping_curve(&damping, &profile->earphone, source ? source->output_impedance_ohm : NAN);

	gain->wish = find_wish(gain);
	if (r < 0 || (r = design(&eq, &profile->eq, NULL, NULL)) < 0 ||
	    (r = design(&whole, &profile->eq, &damping, &gain->wish)) < 0)
		return r;
	gain->eq_preamp_db = iem_chain_preamp_db(eq);
	gain->level = *iem_chain_level(whole);
	return 0;
}

const char *gain_source_name(const struct iem_source *source)
{
	return source->name ? source->name : source->id;
}

int gain_answer(struct gain *out, const struct gain_question *asked, const struct iem_source *source)
{
	const struct iem_earphone *earphone = &asked->profile->earphone;
	int r;

	*out = (struct gain){
		.asked = asked,
		.source = source,
		.drive = iem_drive_of(earphone, source),
		.goal_spl_db = isnan(asked->spl_db) ? asked->settings->level.reference_spl_db : asked->spl_db,
		.needed_spl_db = iem_level_in_noise_db(asked->noise_dba, earphone->isolation_db),
	};
	if ((r = find_level(out)) < 0)
		return r;
	out->need = iem_need_for(&out->drive, source, asked->spl_db);
	out->enough = iem_need_for(&out->drive, source, out->goal_spl_db).feasible;
	out->takes_current = source && !isnan(out->drive.max_spl_db) && isnan(source->max_current_ma) &&
			     !source->rated_power.n;
	out->overdriven = out->level.spl_db > out->drive.max_spl_db + 1e-9;
	out->hardware_gain_db = out->level.reason == IEM_LEVEL_UNKNOWN ? NAN : out->level.hardware_gain_db;
	gain_take_notes(out);
	return 0;
}

void gain_finish(struct gain *gain)
{
	for (size_t i = 0; i < gain->n_notes; i++)
		free(gain->notes[i]);
	gain->n_notes = 0;
}

/* @return below 0 where A is the larger and so comes first; what is NAN comes last */
static int larger_first(double a, double b)
{
	if (isnan(a) || isnan(b))
		return isnan(a) - isnan(b);
	return (a < b) - (a > b);
}

int gain_compare(const void *a, const void *b)
{
	const struct gain *x = a, *y = b;
	int order = larger_first(x->drive.max_spl_db, y->drive.max_spl_db);

	if (!order)
		order = larger_first(-x->drive.hiss_spl_dba, -y->drive.hiss_spl_dba);
	return order ? order : strcmp(x->source->id, y->source->id);
}
