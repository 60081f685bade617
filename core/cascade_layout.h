/**
 * cascade_layout.h - what cascade.c and the code for each instruction set share. Only for cascade*.c.
 *
 * A frame is two doubles, one for each channel. A vector of LANES doubles holds LANES / 2 consecutive sections of both
 * channels; a pass takes a block of frames through some vectors' sections.
 */
#pragma once

#include "core/cascade.h"

#define CASCADE_MAX_LANES 8
#define CASCADE_BLOCK 256 /* frames: what a pass works on at a time stays in the nearest cache */

/** The numbers of one vector: [...][lane], only the first LANES of each are used, packed by the lanes of the set. */
enum { CASCADE_B0, CASCADE_B1, CASCADE_B2, CASCADE_A1, CASCADE_A2, CASCADE_SLOT, CASCADE_NUMBERS };
enum { CASCADE_S1, CASCADE_S2, CASCADE_STATES };

/** A pass: some vectors in a row. Slots are counted from its first section. */
struct cascade_pass {
	unsigned vectors;
	double *numbers; /* [vectors][CASCADE_NUMBERS][lanes] */
	double *states;  /* [vectors][CASCADE_STATES][lanes] */
};

/** Take FRAMES frames, 1 .. CASCADE_BLOCK, through a pass, in place. Audio thread. */
typedef void cascade_run_fn(const struct cascade_pass *pass, double *block, uint32_t frames);

/** What an instruction set offers. */
struct cascade_set {
	unsigned lanes;       /* 2, 4 or 8 */
	unsigned max_vectors; /* in a pass: as many as its registers hold */
	cascade_run_fn *run;
};

extern const struct cascade_set cascade_portable, cascade_sse2, cascade_avx2, cascade_avx512, cascade_neon;
