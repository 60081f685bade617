/**
 * convolver_kernel.h - the inner loops of the convolver. Only for convolver*.c.
 *
 * One source, compiled for each instruction set and chosen at run time: by the compiler's own means (target_clones) a
 * program would choose before it has begun, and the thread sanitizer is not there by then.
 */
#pragma once

#include <stdint.h>

#define CONVOLVER_HEAD 128 /* taps that are convolved directly */

/** Audio thread. Always in the same order, so that no bit depends on where a block begins. */
struct convolver_kernel {
	/** The sum of the products of CONVOLVER_HEAD numbers each. */
	double (*dot)(const double *a, const double *b);
	/** Add the product of two spectra: BINS real parts, then as many imaginary ones. BINS is a multiple of 8. */
	void (*multiply_add)(double *restrict total, const double *restrict a, const double *restrict b, uint32_t bins);
};

extern const struct convolver_kernel convolver_portable, convolver_avx2, convolver_avx512;

/** The best that runs here. */
const struct convolver_kernel *convolver_kernel_best(void);
