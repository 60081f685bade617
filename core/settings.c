#include "core/settings.h"

#include "core/conf.h"
#include "core/number.h"

#include <errno.h>
#include <math.h>

static const char *const path_words[] = { "auto", "smart-filter", "default-sink", "none", NULL };
static const char *const mode_words[] = { "headroom", "match", NULL };
static const char *const hardware_words[] = { "leave", "manage", NULL };
static const char *const standard_words[] = { "80", "75", NULL };

/* All offsets count from the beginning of the settings, also those within groups. */
#define SETTING(name) offsetof(struct iem_settings, name)

static const struct conf_key level_keys[] = {
	{ "mode", CONF_CHOICE, SETTING(level.mode), .choices = mode_words },
	{ "reference_spl", CONF_NUMBER, SETTING(level.reference_spl_db), 60, 120, " dB" },
	{ "max_spl", CONF_NUMBER, SETTING(level.max_spl_db), 60, 130, " dB" },
	{ "hardware_volume", CONF_CHOICE, SETTING(level.hardware_volume), .choices = hardware_words },
	CONF_END
};

static const struct conf_key loudness_keys[] = {
	{ "enabled", CONF_BOOL, SETTING(loudness.enabled) },
	{ "reference_spl", CONF_NUMBER, SETTING(loudness.reference_spl_db), 60, 90, " dB" },
	{ "strength", CONF_NUMBER, SETTING(loudness.strength), 0, 1 },
	CONF_END
};

static const struct conf_key limiter_keys[] = {
	{ "enabled", CONF_BOOL, SETTING(limiter.enabled) },
	CONF_END
};

static const struct conf_key dose_keys[] = {
	{ "enabled", CONF_BOOL, SETTING(dose.enabled) },
	{ "standard", CONF_CHOICE, SETTING(dose.standard), .choices = standard_words },
	{ "reduce", CONF_BOOL, SETTING(dose.reduce) },
	CONF_END
};

static const struct conf_key detect_keys[] = {
	{ "owned", CONF_BOOL, SETTING(detect.owned) },
	{ "last_used", CONF_BOOL, SETTING(detect.last_used) },
	{ "names", CONF_BOOL, SETTING(detect.names) },
	CONF_END
};

static const struct conf_key settings_keys[] = {
	{ "path", CONF_CHOICE, SETTING(path), .choices = path_words },
	{ "level", CONF_GROUP, 0, .keys = level_keys },
	{ "loudness", CONF_GROUP, 0, .keys = loudness_keys },
	{ "limiter", CONF_GROUP, 0, .keys = limiter_keys },
	{ "dose", CONF_GROUP, 0, .keys = dose_keys },
	{ "detect", CONF_GROUP, 0, .keys = detect_keys },
	CONF_END
};

void iem_settings_init(struct iem_settings *settings)
{
	*settings = (struct iem_settings){
		.path = IEM_PATH_AUTO,
		.level = { IEM_LEVEL_HEADROOM, 100, INFINITY, IEM_HARDWARE_LEAVE },
		.loudness = { false, 80, 0.6 },
		.limiter = { false },
		.dose = { false, IEM_DOSE_80, false },
		.detect = { .owned = false, .last_used = false, .names = true },
	};
}

static int settings_from(struct iem_settings *out, struct conf *conf)
{
	struct iem_settings settings;
	int r;

	iem_settings_init(&settings);
	r = conf_read_root(conf, settings_keys, &settings);
	if (r == 0)
		*out = settings;
	return r;
}

int iem_settings_load(struct iem_settings *out, const char *path, struct iem_diags *diags)
{
	CLEANUP(conf_close) struct conf conf = { 0 };
	int r;

	if (!path) {
		iem_settings_init(out);
		return 0;
	}
	r = conf_open(&conf, path, diags);
	return r < 0 ? r : settings_from(out, &conf);
}

int iem_settings_parse(struct iem_settings *out, const char *text, size_t size, const char *path,
		       struct iem_diags *diags)
{
	CLEANUP(conf_close) struct conf conf = { 0 };
	int r = conf_open_text(&conf, text, size, path, diags);

	return r < 0 ? r : settings_from(out, &conf);
}

/* --- the table, for those who show or change settings ----------------------------------------- */

static enum iem_setting_kind kind_of(const struct conf_key *key)
{
	return key->kind == CONF_BOOL ? IEM_SETTING_BOOL :
	       key->kind == CONF_CHOICE ? IEM_SETTING_CHOICE : IEM_SETTING_NUMBER;
}

/* Count *left rows down through the tables; the row at which it is 0 is the one. */
static bool walk(struct iem_setting *out, const struct conf_key *keys, const char *group, size_t *left)
{
	struct iem_settings defaults;

	for (const struct conf_key *key = keys; key->name; key++) {
		if (key->kind == CONF_GROUP) {
			if (walk(out, key->keys, key->name, left))
				return true;
			continue;
		}
		if ((*left)-- > 0)
			continue;
		*out = (struct iem_setting){ .kind = kind_of(key), .field = key->field, .min = key->min,
					     .max = key->max, .choices = key->choices };
		snprintf(out->name, sizeof(out->name), "%s%s%s", group, *group ? "." : "", key->name);
		iem_settings_init(&defaults);
		out->may_be_none =
			key->kind == CONF_NUMBER && isinf(*(double *)(void *)((char *)&defaults + key->field));
		return true;
	}
	return false;
}

bool iem_setting_at(struct iem_setting *out, size_t index)
{
	return walk(out, settings_keys, "", &index);
}

bool iem_setting_find(struct iem_setting *out, const char *name)
{
	struct iem_setting setting;

	for (size_t i = 0; iem_setting_at(&setting, i); i++)
		if (strcmp(setting.name, name) == 0) {
			*out = setting;
			return true;
		}
	return false;
}

const char *iem_setting_allowed(const struct iem_setting *setting, char *buf, size_t size)
{
	size_t n = 0;

	switch (setting->kind) {
	case IEM_SETTING_BOOL:
		snprintf(buf, size, "true|false");
		break;
	case IEM_SETTING_NUMBER:
		snprintf(buf, size, "%g to %g%s", setting->min, setting->max,
			 setting->may_be_none ? "|none" : "");
		break;
	case IEM_SETTING_CHOICE:
		buf[0] = '\0';
		for (int i = 0; setting->choices[i] && n < size; i++)
			n += (size_t)snprintf(buf + n, size - n, "%s%s", i ? "|" : "", setting->choices[i]);
		break;
	}
	return buf;
}

const char *iem_setting_text(const struct iem_setting *setting, const struct iem_settings *settings,
			     char *buf, size_t size)
{
	const void *field = (const char *)settings + setting->field;
	char number[IEM_NUMBER_TEXT], *point;

	switch (setting->kind) {
	case IEM_SETTING_BOOL:
		snprintf(buf, size, "%s", *(const bool *)field ? "true" : "false");
		break;
	case IEM_SETTING_CHOICE:
		snprintf(buf, size, "%s", setting->choices[*(const int *)field]);
		break;
	case IEM_SETTING_NUMBER:
		if (isinf(*(const double *)field)) {
			snprintf(buf, size, "none");
			break;
		}
		iem_number_text(*(const double *)field, number);
		point = strstr(number, ".0");
		if (point && !point[2])
			*point = '\0';
		snprintf(buf, size, "%s", number);
		break;
	}
	return buf;
}

static int assign_bool(bool *field, const char *text)
{
	const bool on = iem_streq(text, "true") || iem_streq(text, "on");

	if (!on && !iem_streq(text, "false") && !iem_streq(text, "off"))
		return -EINVAL;
	*field = on;
	return 0;
}

static int assign_choice(const struct iem_setting *setting, int *field, const char *text)
{
	for (int i = 0; setting->choices[i]; i++)
		if (strcmp(setting->choices[i], text) == 0) {
			*field = i;
			return 0;
		}
	return -EINVAL;
}

static int assign_number(const struct iem_setting *setting, double *field, const char *text)
{
	double value;

	if (setting->may_be_none && (iem_streq(text, "none") || iem_streq(text, "off"))) {
		*field = INFINITY;
		return 0;
	}
	if (iem_number_parse(text, &value) < 0 || !(value >= setting->min && value <= setting->max))
		return -EINVAL;
	*field = value;
	return 0;
}

int iem_setting_assign(const struct iem_setting *setting, struct iem_settings *settings, const char *text)
{
	void *field = (char *)settings + setting->field;

	switch (setting->kind) {
	case IEM_SETTING_BOOL:
		return assign_bool(field, text);
	case IEM_SETTING_CHOICE:
		return assign_choice(setting, field, text);
	case IEM_SETTING_NUMBER:
		return assign_number(setting, field, text);
	}
	return -EINVAL;
}
