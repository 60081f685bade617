/**
 * settings.h - iemd.conf: what the owner of the machine wants. All keys are optional.
 * Values only; any thread.
 */
#pragma once

#include "core/diag.h"

#include <stdbool.h>

enum iem_path_choice { IEM_PATH_AUTO, IEM_PATH_SMART_FILTER, IEM_PATH_DEFAULT_SINK, IEM_PATH_NONE };
enum iem_level_mode { IEM_LEVEL_HEADROOM, IEM_LEVEL_MATCH };
enum iem_hardware_volume { IEM_HARDWARE_LEAVE, IEM_HARDWARE_MANAGE };
enum iem_dose_standard { IEM_DOSE_80, IEM_DOSE_75 };

struct iem_settings {
	int path; /* enum iem_path_choice */
	struct {
		int mode;                 /* enum iem_level_mode */
		double reference_spl_db;  /* 60 .. 120 */
		double max_spl_db;        /* 60 .. 130; INFINITY: none */
		int hardware_volume;      /* enum iem_hardware_volume */
	} level;
	struct {
		bool enabled;
		double reference_spl_db; /* 60 .. 90 */
		double strength;         /* 0 .. 1 */
	} loudness;
	struct {
		bool enabled;
	} limiter;
	struct {
		bool enabled;
		int standard; /* enum iem_dose_standard */
		bool reduce;
	} dose;
	struct {
		bool owned, last_used, names;
	} detect;
};

/** The defaults. */
void iem_settings_init(struct iem_settings *settings);

/**
 * Read a settings file over the defaults. NULL for PATH: the defaults alone.
 * @return 0, or -errno (-EINVAL for a bad file) after telling DIAGS every mistake; *out untouched then
 */
int iem_settings_load(struct iem_settings *out, const char *path, struct iem_diags *diags);

/** The same from text in memory, of SIZE bytes; PATH is what diagnostics call it. */
int iem_settings_parse(struct iem_settings *out, const char *text, size_t size, const char *path,
		       struct iem_diags *diags);

enum iem_setting_kind { IEM_SETTING_BOOL, IEM_SETTING_CHOICE, IEM_SETTING_NUMBER };

/** One row of the table that files are read by, for those who show or change settings. */
struct iem_setting {
	char name[64]; /* dotted: "level.mode" */
	enum iem_setting_kind kind;
	size_t field;               /* offset in struct iem_settings */
	double min, max;            /* of a number */
	const char *const *choices; /* of a choice, NULL at the end */
	bool may_be_none; /* a number that may also be "none": INFINITY, written by leaving the key out */
};

/** The row at INDEX, in the order of the manual. @return false beyond the last */
bool iem_setting_at(struct iem_setting *out, size_t index);
/** The row of a dotted name. @return false if there is none */
bool iem_setting_find(struct iem_setting *out, const char *name);

/** What the setting may be: "true|false", "headroom|match", "60 to 130|none". @return buf */
const char *iem_setting_allowed(const struct iem_setting *setting, char *buf, size_t size);

/** The setting's value in SETTINGS as a person writes it: "match", "100", "none". @return buf */
const char *iem_setting_text(const struct iem_setting *setting, const struct iem_settings *settings,
			     char *buf, size_t size);

/**
 * Give the setting the value that TEXT says, as iem_setting_text() writes it; for switches "on" and "off" will do,
 * as does "off" for "none". @return 0, or -EINVAL if it is not allowed
 */
int iem_setting_assign(const struct iem_setting *setting, struct iem_settings *settings, const char *text);

/**
 * Change one setting in the TEXT of a settings file and leave everything else as its owner wrote it, comments too.
 * A group that is missing is added; "none" takes the key out. What comes out is read again before it is returned.
 * @return 0; -ENOENT: no such setting; -EINVAL: VALUE is not allowed; -EBADMSG: TEXT does not load, also with the
 * change made (iem_settings_parse() tells why), or -ENOMEM. *out is the caller's, untouched on failure
 */
int iem_settings_edit(const char *text, size_t size, const char *name, const char *value, char **out);
