/**
 * dose_text.h - a dose as it is kept between two runs, in libconfig's syntax.
 *
 * Values only; any thread.
 */
#pragma once

#include "core/conf.h"
#include "core/dose.h"

#include <math.h>

/** What such a text holds. Start from IEM_DOSE_SAVED_NONE, release with iem_dose_saved_finish(). */
struct iem_dose_saved {
	struct iem_dose dose;
	double elapsed_s, wall_s; /* when it was written; NAN: not told */
	char *boot;               /* owned; NULL: not told */
};

#define IEM_DOSE_SAVED_NONE ((struct iem_dose_saved){ .elapsed_s = NAN, .wall_s = NAN })

/** The keys of a struct iem_dose_saved, for who reads the file by conf_read_root(). */
extern const struct conf_key iem_dose_keys[];

void iem_dose_saved_finish(struct iem_dose_saved *saved);

/** The dose that was saved, as it is NOW: by the rules of dose.h. */
void iem_dose_restore(struct iem_dose *dose, const struct iem_dose_saved *saved, const struct iem_dose_clock *now);

/**
 * All of it from TEXT, SIZE bytes and a NUL behind them; PATH is what diagnostics call it. No key is
 * required: what is missing was not heard, or is not known.
 * @return 0, -EINVAL after telling DIAGS every mistake, or -ENOMEM; *dose is untouched then
 */
int iem_dose_parse(struct iem_dose *dose, const char *text, size_t size, const char *path,
		   const struct iem_dose_clock *now, struct iem_diags *diags);

/**
 * Make DOSE age and write it: read again at the same time it is the same to the last bit. At most 100 kB.
 * @return 0 or -ENOMEM; *out is NUL-terminated and the caller's
 */
int iem_dose_write(char **out, struct iem_dose *dose, const struct iem_dose_clock *now);
