/* Compiled for each instruction set; CONVOLVER_KERNEL is what it is called there. */
#include "core/convolver_kernel.h"

static double dot(const double *a, const double *b)
{
	double sums[8] = { 0 };

	for (int i = 0; i < CONVOLVER_HEAD; i += 8)
		for (int k = 0; k < 8; k++)
			sums[k] += a[i + k] * b[i + k];
	return ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
}

static void multiply_add(double *restrict total, const double *restrict a, const double *restrict b, uint32_t bins)
{
	const double *ai = a + bins, *bi = b + bins;
	double *im = total + bins;

	for (uint32_t k = 0; k < bins; k++) {
		total[k] += a[k] * b[k] - ai[k] * bi[k];
		im[k] += a[k] * bi[k] + ai[k] * b[k];
	}
}

const struct convolver_kernel CONVOLVER_KERNEL = { dot, multiply_add };
