/* The figures of iemctl gain. */
#include "cli/gain.h"

#include "core/damping.h"
#include "core/io/impulse_file.h"

#include <errno.h>
#include <math.h>

#define GAIN_RATE_HZ 48000

static int design(struct iem_chain **out, const struct iem_eq *eq, const struct iem_curve *damping)
{
	const struct iem_chain_plan plan = {
		.eq = eq, .damping = damping && damping->n ? damping : NULL, .rate_hz = GAIN_RATE_HZ, .channels = 2,
		.sides = { IEM_SIDE_LEFT, IEM_SIDE_RIGHT }
	};

	return iem_chain_design(out, &plan);
}

/* As the service has it: the mean of both ears, without the preamp. */
static double at_1khz_db(const struct iem_chain *chain)
{
	return (iem_chain_db(chain, IEM_SIDE_LEFT, IEM_SENSITIVITY_HZ) +
		iem_chain_db(chain, IEM_SIDE_RIGHT, IEM_SENSITIVITY_HZ)) / 2 -
	       iem_chain_gain_db(chain);
}

static int find_chain(struct gain_chain *out, const struct iem_profile *profile, const struct iem_source *source)
{
	CLEANUP(iem_chain_freep) struct iem_chain *eq = NULL, *own = NULL, *automatic = NULL;
	CLEANUP(iem_curve_finish) struct iem_curve damping = { 0 };
	struct iem_eq undone = profile->eq;
	int r = iem_damping_curve(&damping, &profile->earphone, source ? source->output_impedance_ohm : NAN);

	undone.preamp_auto = true; /* a preamp that the profile gives need not tell how high its bands go */
	if (r < 0 || (r = design(&eq, &profile->eq, NULL)) < 0 || (r = design(&own, &profile->eq, &damping)) < 0 ||
	    (r = design(&automatic, &undone, &damping)) < 0)
		return r;
	*out = (struct gain_chain){
		.eq_preamp_db = iem_chain_preamp_db(eq),
		.preamp_db = iem_chain_preamp_db(own),
		.peak_db = -iem_chain_preamp_db(automatic),
		.at_1khz_db = at_1khz_db(own),
	};
	return 0;
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
		.preamp_db = gain->chain.preamp_db,
		.peak_db = gain->chain.peak_db,
		.at_1khz_db = gain->chain.at_1khz_db,
		.full_scale_spl_db = gain->drive.full_scale_spl_db,
		.wanted_spl_db = asked      ? gain->asked->spl_db
				 : matching ? settings->level.reference_spl_db
					    : NAN,
		.max_spl_db = settings->level.max_spl_db,
		.manage = asked || settings->level.hardware_volume == IEM_HARDWARE_MANAGE,
	};
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
	if ((r = find_chain(&out->chain, asked->profile, source)) < 0)
		return r;
	out->need = iem_need_for(&out->drive, source, asked->spl_db);
	out->enough = iem_need_for(&out->drive, source, out->goal_spl_db).feasible;
	out->takes_current = source && !isnan(out->drive.max_spl_db) && isnan(source->max_current_ma) &&
			     !source->rated_power.n;
	out->wish = find_wish(out);
	out->level = iem_level_for(&out->wish);
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
