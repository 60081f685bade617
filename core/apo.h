/**
 * apo.h - import of Equalizer APO's text, which REW, AutoEq, squig.link and many lists also write.
 * Values only; any thread.
 */
#pragma once

#include "core/diag.h"
#include "core/profile.h"

#define IEM_APO_MAX_BYTES (1024 * 1024)

/** What a text says. Release with iem_apo_finish(). */
struct iem_apo {
	struct iem_eq eq; /* bands and graphic; preamp_auto: the published preamp is only kept for the record */
	double preamp_db; /* as published, the sum of all such lines; NAN if there is none, or the ears differ */
};

/**
 * The reference that a text's bands mean: cookbook-44100 where the file's name or any line says AutoEq, which fits
 * at that rate; else cookbook-48000. PATH may be NULL.
 */
enum iem_reference iem_apo_reference(const char *text, size_t size, const char *path);

/**
 * Read SIZE bytes of TEXT; PATH is what diagnostics call it. Bands in octaves are converted at the rate of
 * REFERENCE; several graphic equalisers become their sum. Whatever cannot be taken over is told as a remark at its
 * line, and left out.
 * @return 0; -EINVAL after a complaint where nothing can be taken over; -ENOMEM. *out untouched on failure
 */
int iem_apo_parse(struct iem_apo *out, const char *text, size_t size, const char *path,
		  enum iem_reference reference, struct iem_diags *diags);
void iem_apo_finish(struct iem_apo *apo);
