/**
 * impulse_file.h - impulse responses from sound files, at the rates that chains want.
 */
#pragma once

#include "core/chain.h"
#include "core/impulse.h"

/**
 * Reads any file that libsndfile can. Refused after a complaint: what is no plain file, channels other than 1, 2 or 4,
 * more than IEM_IMPULSE_MAX_FRAMES frames, a rate outside IEM_MIN_RATE_HZ .. IEM_MAX_RATE_HZ, a sample that is no number
 * or above 1000 of full scale, nothing but silence, which ends at -200 dBFS.
 */
extern const struct iem_impulse_loader iem_impulse_files;

/**
 * The response at another rate, held once by the caller: the same gain at each frequency, nothing above the half of
 * either rate, and no latency, which is why the phase is a minimum one there. What gets longer than
 * IEM_IMPULSE_MAX_FRAMES fades out over its last eighth. Any thread.
 * @param stop see iem_prepared_new()
 * @return 0, -ECANCELED or -ENOMEM
 */
int iem_impulse_at(struct iem_impulse **out, const struct iem_impulse *impulse, double rate_hz,
		   const struct iem_stop *stop);

/** iem_prepared_new() of an impulse response at any rate, which is brought to the recipe's. @return as that */
int iem_prepare(struct iem_prepared **out, const struct iem_recipe *recipe, const struct iem_stop *stop);

/**
 * iem_chain_new() with the impulse response of the plan's equaliser, which is brought to the plan's rate. Control thread.
 * @return as iem_chain_new()
 */
int iem_chain_design(struct iem_chain **out, const struct iem_chain_plan *plan);
