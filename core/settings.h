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
