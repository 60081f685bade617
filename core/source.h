/**
 * source.h - an output stage: what drives an earphone, electrically.
 *
 * A loaded source never changes and may be read from any thread; all its memory is its own.
 * Numbers that are not known are NAN, texts that are not given are NULL.
 */
#pragma once

#include "core/profile.h"

struct iem_source {
	char *id, *name;
	int kind; /* index into iem_source_kinds, -1 unknown */
	double max_voltage_v;   /* rms, unloaded */
	double max_current_ma;  /* rms */
	struct iem_curve rated_power; /* ohm, mW */
	double output_impedance_ohm;
	double noise_uv; /* rms, A-weighted */
	struct iem_matches matches;
	char *volume_control; /* the ALSA mixer control */
	bool volume_analog;
	char *origin;
};

extern const char *const iem_source_kinds[];

/** One of which nothing is known. */
extern const struct iem_source iem_source_unknown;

/**
 * Load a source from a file; ID is copied.
 * @return 0, or -errno (-EINVAL for a bad file) after telling DIAGS every mistake; *out untouched then
 */
int iem_source_load(struct iem_source **out, const char *id, const char *path, struct iem_diags *diags);
void iem_source_free(struct iem_source *source);
void iem_source_freep(struct iem_source **source);
