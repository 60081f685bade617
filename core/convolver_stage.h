/**
 * convolver_stage.h - a range of taps of all responses, convolved through spectra in blocks of one length. Only for
 * convolver*.c.
 *
 * It is told every step of CONVOLVER_STEP frames and gives what it has for the next one. A block that has been filled is
 * worked on in equal slices, one a step, until the next one is full; then its output is due.
 */
#pragma once

#include "core/convolver.h"

#define CONVOLVER_STEP 64

struct convolver_stage;

/**
 * Taps FROM .. UPTO of the plan's responses in blocks of BLOCK frames, a power of two and a multiple of the step. FROM
 * is two blocks. Control thread. @return 0 or -ENOMEM
 */
int convolver_stage_new(struct convolver_stage **out, const struct iem_convolver_plan *plan, uint32_t block, uint32_t from,
			uint32_t upto);
void convolver_stage_free(struct convolver_stage *stage);

/** The frames of a step of every channel, STRIDE doubles apart; what belongs to the next step is added to SUMS. */
void convolver_stage_step(struct convolver_stage *stage, const double *frames, size_t stride, double *sums);

void convolver_stage_reset(struct convolver_stage *stage);
