/* dose: how much of a week's sound was heard. */
#include "cli/service.h"

#include "cli/command.h"
#include "cli/json.h"
#include "cli/properties.h"
#include "cli/text.h"
#include "core/dose.h"

#include <math.h>

/* "40 s", "4 h 59 min": a duration as people say it. @return buf */
static const char *duration(char *buf, size_t size, double hours)
{
	const long seconds = lround(fmin(hours, 1e6) * 3600);

	if (seconds < 60)
		snprintf(buf, size, "%ld s", seconds);
	else if (seconds < 3600)
		snprintf(buf, size, "%ld min %ld s", seconds / 60, seconds % 60);
	else
		snprintf(buf, size, "%ld h %ld min", seconds / 3600, seconds / 60 % 60);
	return buf;
}

/* What the level of the moment leaves of the week, where it is known and counts. */
static void say_left(double percent, double now_dba, enum iem_dose_standard standard)
{
	const double hours = iem_dose_weekly_hours(standard, now_dba), left = hours * (1 - percent / 100);
	char text[256], all[48], rest[48];

	if (!(now_dba >= IEM_DOSE_MIN_DB))
		return;
	snprintf(text, sizeof(text), "Now it is %.1f dB(A), of which a week may have %s; %s%s.", now_dba,
		 duration(all, sizeof(all), hours), left > 0 ? duration(rest, sizeof(rest), left) : "nothing",
		 left > 0 ? " of them are left" : " is left of that");
	say_wrapped(text, 0);
}

static void say_heard(const json_t *dose, double percent)
{
	const double hours = json_number_value(json_object_get(dose, "hours"));
	const char *standard = json_string_value(json_object_get(dose, "standard"));
	char text[512], heard[48];

	if (hours > 0)
		snprintf(text, sizeof(text),
			 "%.1f %% of the sound of a week was heard in the last seven days: %s that count. 100 %% is 40 hours at "
			 "%s dB(A). It is an estimate from the sensitivity that is stated for the earphone: with %.0f dB of "
			 "doubt between %.1f and %.1f %%.", percent, duration(heard, sizeof(heard), hours), standard,
			 IEM_DOSE_UNCERTAINTY_DB, json_number_value(json_object_get(dose, "percent_low")),
			 json_number_value(json_object_get(dose, "percent_high")));
	else
		snprintf(text, sizeof(text), "Nothing that counts was heard in the last seven days. 100 %% is 40 hours at %s dB(A).",
			 standard);
	say_wrapped(text, 0);
}

static void say_dose(const json_t *dose, const json_t *output)
{
	const char *standard = json_string_value(json_object_get(dose, "standard"));
	const double percent = json_number_value(json_object_get(dose, "percent"));

	say_heard(dose, percent);
	if (!json_is_true(json_object_get(dose, "enabled")))
		say_wrapped("It is not counted at present; 'iemctl set dose.enabled true' begins.", 0);
	else if (output && isnan(property_number(output, "SplFullScaleDb")))
		say_wrapped("On the output in use nothing is counted, since it is not known how loud it is: that takes a profile "
			    "with a sensitivity, and what drives the output ('iemctl source').", 0);
	else
		say_left(percent, property_number(output, "SplNowDba"),
			 strcmp(standard, "75") == 0 ? IEM_DOSE_75 : IEM_DOSE_80);
}

static int show(struct service *service, bool json)
{
	json_t *manager = NULL, *output = NULL, *dose = NULL;
	const json_t *now;
	int status = service_dose(service, &dose);

	if (status == STATUS_DONE)
		status = service_status(service, &manager, &output);
	now = json_object_get(output, "SplNowDba");
	if (status == STATUS_DONE && json) {
		json_object_set(dose, "spl_now_dba", json_is_number(now) ? (json_t *)now : json_null());
		json_object_set_new(dose, "uncertainty_db", json_real(IEM_DOSE_UNCERTAINTY_DB));
		status = json_put(json_incref(dose));
	} else if (status == STATUS_DONE) {
		say_dose(dose, output);
	}
	json_decref(dose);
	json_decref(manager);
	json_decref(output);
	return status;
}

int service_cmd_dose(const struct service_request *request)
{
	CLEANUP(service_closep) struct service *service = NULL;
	const bool reset = strcmp(request->what, "reset") == 0;
	int status;

	if (*request->what && !reset) {
		char safe[128];

		complain("'dose' takes 'reset' or nothing, not '%s'.", shown(request->what, safe, sizeof(safe)));
		return STATUS_USAGE;
	}
	status = service_open(&service, request->bus);
	if (status != STATUS_DONE)
		return status;
	if (reset)
		status = request->json ? service_ask(service, "ResetDose", "") : service_call(service, "ResetDose", "");
	return reset && (status != STATUS_DONE || !request->json) ? status : show(service, request->json);
}
