/* What status tells of an output's level and volume. */
#include "cli/service_level.h"

#include "cli/json.h"
#include "cli/properties.h"
#include "cli/text.h"

#include <math.h>

json_t *level_volume_json(const json_t *output)
{
	const bool known = *property_text(output, "MixerControl");
	json_t *volume, *mixer = NULL;

	if (!output)
		return json_null();
	if (known)
		mixer = json_pack("{ss, sb, sb, so, so, so, so}", "control", property_text(output, "MixerControl"), "analog",
				  property_true(output, "MixerAnalog"), "moved", property_true(output, "MixerMoved"),
				  "min_db", json_number(property_number(output, "MixerMinDb")), "max_db",
				  json_number(property_number(output, "MixerMaxDb")), "step_db",
				  json_number(property_number(output, "MixerStepDb")), "db",
				  json_number(property_number(output, "MixerDb")));
	volume = json_pack("{so, sb, so, so}", "db", json_number(property_number(output, "VolumeDb")), "muted",
			   property_true(output, "VolumeMuted"), "part_db",
			   json_number(property_number(output, "VolumePartDb")), "mixer", mixer ? mixer : json_null());
	return volume ? volume : json_null();
}

/* "; its control 'Headphone' (analog, -74 to 0 dB) is at -12.0 dB" */
static void append_mixer(char *text, size_t size, const json_t *output)
{
	const double now = property_number(output, "MixerDb");
	const size_t n = strlen(text);
	char at[32] = "mute";

	if (!*property_text(output, "MixerControl"))
		return;
	if (!isnan(now))
		snprintf(at, sizeof(at), "at %.1f dB", unsigned_zero(now, 1));
	snprintf(text + n, size - n, "; the card's control '%s' (%s%.0f to %.0f dB) is %s%s",
		 property_text(output, "MixerControl"), property_true(output, "MixerAnalog") ? "analog, " : "",
		 property_number(output, "MixerMinDb"), property_number(output, "MixerMaxDb"), at,
		 property_true(output, "MixerMoved") ? "" : ", and does not move with it");
}

static void print_volume(const json_t *output)
{
	const double volume = property_number(output, "VolumeDb"), part = property_number(output, "VolumePartDb");
	char text[512];

	if (isnan(volume))
		return;
	snprintf(text, sizeof(text), "%.1f dB", unsigned_zero(volume, 1));
	if (part < 0)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), ", of which %.1f dB are our part", part);
	if (property_true(output, "VolumeMuted"))
		snprintf(text + strlen(text), sizeof(text) - strlen(text), ", mute");
	append_mixer(text, sizeof(text), output);
	say_label("Volume");
	say_wrapped(text, LABEL_COLUMNS + 1);
}

/* What drives it, how loud that makes it, and what is done about either. */
void level_print(const json_t *output)
{
	const double full_scale = property_number(output, "SplFullScaleDb"), sine = property_number(output, "SplSineDb");
	const double damping = property_number(output, "DampingDb");
	const char *source = property_text(output, "SourceName"), *reason = property_text(output, "LevelReason");
	const double now = property_number(output, "SplNowDba");
	char text[512];

	if (*property_text(output, "Source")) {
		snprintf(text, sizeof(text), "%s%s%s", property_text(output, "Source"), *source ? ", " : "", source);
		if (fabs(damping) >= 0.05)
			snprintf(text + strlen(text), sizeof(text) - strlen(text),
				 "; what its impedance does to the response is undone, by %+.1f dB at most", damping);
		say_label("Source");
		say_wrapped(text, LABEL_COLUMNS + 1);
	}
	if (!isnan(full_scale)) {
		snprintf(text, sizeof(text), "full scale is %.1f dB SPL, and %.1f through the correction at 1 kHz%s, with your "
			 "own volume at its highest", full_scale, sine,
			 property_number(output, "VolumePartDb") < 0 ? " and our part of the volume" : "");
		if (!isnan(now))
			snprintf(text + strlen(text), sizeof(text) - strlen(text), "; now it is %.1f dB(A)", now);
		say_label("Level");
		say_wrapped(text, LABEL_COLUMNS + 1);
	}
	if (*reason) {
		say_label(isnan(full_scale) ? "Level" : "");
		say_wrapped(reason, LABEL_COLUMNS + 1);
	}
	print_volume(output);
}
