/* The sentences of iemctl gain: what is not known, what was assumed, what was refused. */
#include "cli/gain.h"

#include <math.h>
#include <stdarg.h>

static IEM_PRINTF(2, 3) void note(struct gain *gain, const char *format, ...)
{
	va_list args;
	char *text;
	int n;

	if (gain->n_notes >= GAIN_MAX_NOTES)
		return;
	va_start(args, format);
	n = vasprintf(&text, format, args);
	va_end(args);
	if (n >= 0)
		gain->notes[gain->n_notes++] = text;
}

/* "The noise of the source is not known, so neither is the hiss." */
static void note_unknown(struct gain *gain, double value, const char *what, const char *so)
{
	if (isnan(value))
		note(gain, "The %s is not known, so neither is %s.", what, so);
}

static void note_earphone(struct gain *gain)
{
	const struct iem_sensitivity *s = &gain->drive.sensitivity;

	note_unknown(gain, gain->drive.impedance_ohm, "impedance of the earphone",
		     "its current, its power, or what a source brings to it");
	note_unknown(gain, gain->asked->profile->earphone.sensitivity.value, "sensitivity of the earphone",
		     "any sound pressure level");
	if (isnan(s->db_per_v) && !isnan(s->db_per_mw))
		note(gain, "Its sensitivity is given for a power, and without the impedance no voltage makes "
			   "a power.");
}

/* --- the source ------------------------------------------------------------------------------- */

static void note_rows(struct gain *gain)
{
	const struct iem_curve *rows = &gain->source->rated_power;
	const double ohm = gain->drive.impedance_ohm;
	char rated[64];

	if (gain->drive.swing.limit != IEM_LIMIT_RATED_POWER ||
	    (ohm >= rows->at[0].x && ohm <= rows->at[rows->n - 1].x))
		return;
	if (rows->n == 1)
		snprintf(rated, sizeof(rated), "%g", rows->at[0].x);
	else
		snprintf(rated, sizeof(rated), "%g to %g", rows->at[0].x, rows->at[rows->n - 1].x);
	note(gain, "The power of the source is rated into %s ohm; no more than the %s that it has there is "
		   "counted on.",
	     rated, ohm < rows->at[0].x ? "current" : "voltage");
}

static void note_source(struct gain *gain)
{
	const struct iem_source *s = gain->source;

	if (!s) {
		note(gain, "No source is given: --source names one, and 'iemctl list --sources' shows them.");
		return;
	}
	note_unknown(gain, s->max_voltage_v, "highest voltage of the source", "the level at full scale");
	note_unknown(gain, s->output_impedance_ohm, "output impedance of the source",
		     "how much of its voltage reaches the earphone, or what becomes of the response");
	if (isnan(s->output_impedance_ohm) && !isnan(gain->drive.full_scale_bound_db))
		note(gain, "From 0 ohm a full-scale sine would have %.1f dB SPL; it has no more.",
		     gain->drive.full_scale_bound_db);
	if (gain->takes_current)
		note(gain, "The highest current of the source is not known; the highest level takes it to be "
			   "enough.");
	note_rows(gain);
	note_unknown(gain, s->noise_uv, "noise of the source", "the hiss");
}

#define ALIKE 0.1 /* of an impedance, more than makers round by */

/* Two that contradict each other, or a curve of which what is needed is not in the file. */
static void note_curve(struct gain *gain)
{
	const struct iem_earphone *e = &gain->asked->profile->earphone;
	const struct iem_curve *curve = &e->impedance_curve;
	const double ohm = iem_curve_at(curve, IEM_SENSITIVITY_HZ);

	if (curve->n < 2)
		return;
	if (curve->at[0].x > IEM_SENSITIVITY_HZ || curve->at[curve->n - 1].x < IEM_SENSITIVITY_HZ)
		note(gain, "The impedance curve goes from %g to %g Hz; what it is at 1 kHz is taken from its nearest end.",
		     curve->at[0].x, curve->at[curve->n - 1].x);
	else if (fabs(ohm - e->impedance_ohm) > ALIKE * ohm)
		note(gain, "The impedance is %g ohm at 1 kHz, but its curve says %.3g: levels go by the one, and what an "
			   "output impedance does by the other.", e->impedance_ohm, ohm);
}

static void note_response(struct gain *gain)
{
	if (gain->source && isnan(gain->drive.change.y) && !isnan(gain->source->output_impedance_ohm))
		note(gain, "The earphone has no impedance curve of two points or more, so what an output impedance of %g ohm does to its "
			   "response is not known, and nothing is corrected for it.",
		     gain->source->output_impedance_ohm);
}

/* --- what is asked ---------------------------------------------------------------------------- */

static void note_noise(struct gain *gain)
{
	const double isolation_db = gain->asked->profile->earphone.isolation_db;

	if (isnan(gain->asked->noise_dba))
		return;
	note_unknown(gain, isolation_db, "isolation of the earphone", "the level that it takes in noise");
	if (!isnan(isolation_db))
		note(gain, "Of %g dB(A) of noise %g dB are kept out; what is %g dB above the rest loses nothing to "
			   "it (speech transmission index, IEC 60268-16).",
		     gain->asked->noise_dba, isolation_db, IEM_NOISE_MARGIN_DB);
}

static void note_need(struct gain *gain)
{
	if (gain->need.feasible == 0 && !isnan(gain->drive.swing.voltage_v))
		note(gain, "%g dB SPL take %.3g V at the earphone, %s %.3g V.", gain->asked->spl_db,
		     gain->need.voltage_v,
		     gain->drive.swing.limit == IEM_LIMIT_EARPHONE_POWER ? "which bears" : "and there are",
		     gain->drive.swing.voltage_v);
}

static void note_level(struct gain *gain)
{
	const struct iem_level_words words = {
		.missing = iem_drive_missing(&gain->asked->profile->earphone, gain->source), .ceiling_why = ""
	};
	char text[400];

	if (gain->overdriven && gain->drive.swing.limit == IEM_LIMIT_EARPHONE_POWER)
		note(gain, "Full scale is more than the earphone bears at these gains.");
	else if (gain->overdriven)
		note(gain, "Full scale is more than the source is known to deliver at these gains: it may clip.");
	if (gain->level.reason > IEM_LEVEL_MATCHED)
		note(gain, "%s", iem_level_text(&gain->level, &gain->wish, &words, text, sizeof(text)));
	if (gain->level.hardware_gain_db < 0 &&
	    gain->asked->settings->level.hardware_volume == IEM_HARDWARE_LEAVE)
		note(gain, "The device's volume is yours to lower: iemd does it where level.hardware_volume "
			   "is \"manage\".");
}

/* What an analog control takes away takes the noise before it along; where the scale is known, it may be too short. */
static void note_control(struct gain *gain)
{
	const struct iem_source *source = gain->source;
	const struct gain_scale *scale = gain->asked->scale;
	char goes[128] = "";

	if (!source || !source->volume_control || !(gain->hardware_gain_db < 0))
		return;
	if (scale)
		snprintf(goes, sizeof(goes), ", and goes from %g to %g dB in steps of %.3g dB", scale->min_db,
			 scale->max_db, scale->step_db);
	note(gain, "The device's volume is its control '%s'; it is %s%s.", source->volume_control,
	     source->volume_analog ? "analog, so that noise from before it gets softer, too" : "digital", goes);
	if (scale && gain->hardware_gain_db < scale->min_db - (source->volume_analog ? scale->max_db : fmin(scale->max_db, 0)))
		note(gain, "That control does not go down as far as %.1f dB; PipeWire does the rest.",
		     gain->hardware_gain_db);
}

void gain_take_notes(struct gain *gain)
{
	note_earphone(gain);
	note_source(gain);
	note_curve(gain);
	note_response(gain);
	note_noise(gain);
	note_need(gain);
	note_level(gain);
	note_control(gain);
}
