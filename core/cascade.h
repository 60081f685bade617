/**
 * cascade.h - the sections of two channels, laid out for the processor and run.
 *
 * All sections of both channels are computed side by side, each one frame behind the one before it (skewed), so that
 * none waits for another; the skew is run out at the end of every block and adds no latency. Transposed direct form
 * II in double: exact for all practical purposes down to 20 Hz at any rate.
 *
 * Made and freed on a control thread. Its state belongs to whoever runs it: one thread at a time; running neither
 * allocates, locks nor fails.
 */
#pragma once

#include "core/biquad.h"

#include <stdint.h>

struct iem_cascade;

/** What a processor can do, from what all can to the fastest. Results differ by rounding only. */
enum iem_simd {
	IEM_SIMD_PORTABLE,
	IEM_SIMD_SSE2,
	IEM_SIMD_AVX2, /* and FMA */
	IEM_SIMD_AVX512,
	IEM_SIMD_NEON,
	IEM_SIMDS
};

extern const char *const iem_simd_names[IEM_SIMDS + 1];

/** True where this build has code for it and this processor can run it. Any thread. */
bool iem_simd_available(enum iem_simd simd);

/** The fastest that is available. Any thread. */
enum iem_simd iem_simd_best(void);

/** The sections that one channel goes through; a cascade copies them. */
struct iem_sections {
	const struct iem_biquad *at;
	unsigned n; /* 0 .. IEM_MAX_BANDS */
};

/**
 * @param first, second  the sections of the two channels
 * @param gain_lin       what both are multiplied by before
 * @param simd           has to be available
 * @return 0 or -ENOMEM
 */
int iem_cascade_new(struct iem_cascade **out, struct iem_sections first, struct iem_sections second, double gain_lin,
		    enum iem_simd simd);
void iem_cascade_free(struct iem_cascade *cascade);

/**
 * Run FRAMES frames, 0 or more. in[0] and in[1] are planes of the two channels, out[k] may be in[k]; in[1] and out[1]
 * are NULL where there is only one channel. Block boundaries do not change the output. A state that has become NaN or
 * infinite is cleared at the end of its block, and what came out of it so far that is not finite is silence.
 */
void iem_cascade_process(struct iem_cascade *cascade, const float *const in[2], float *const out[2], uint32_t frames);

/** Forget the past. */
void iem_cascade_reset(struct iem_cascade *cascade);
