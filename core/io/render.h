/**
 * render.h - the chain of an equaliser alone over a whole file, as it would run live but without a start ramp.
 * One thread at a time.
 */
#pragma once

#include "core/io/wav.h"

/** What came of it. */
struct iem_render {
	struct iem_wav_format format;
	int64_t frames;    /* written */
	double preamp_db;  /* that was applied */
	double peak_dbfs;  /* the highest sample written; -INFINITY for silence */
	unsigned skipped;  /* bands left out because they do not fit the rate */
};

/**
 * Run EQ over the file IN and write OUT: same rate, same channels, 32-bit floats.
 * @return 0, or -errno after a complaint to DIAGS; OUT is untouched then
 */
int iem_render_file(struct iem_render *result, const struct iem_eq *eq, const char *in, const char *out,
		    struct iem_diags *diags);
