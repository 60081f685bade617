#include "core/cascade_layout.h"

#include <immintrin.h>

#define LANES 4
#define MAX_VECTORS 5 /* of three registers each; there are sixteen */
#define VEC __m256d
#define LOAD(p) _mm256_load_pd(p)
#define STORE(p, v) _mm256_store_pd(p, v)
#define IN(p) _mm256_broadcast_pd((const __m128d *)(p))
#define OUT(p, v) _mm_store_pd(p, _mm256_extractf128_pd(v, 1))
#define SHIFT(before, v) _mm256_permute2f128_pd(before, v, 0x21)
#define MUL(a, b) _mm256_mul_pd(a, b)
#define FMA(a, b, c) _mm256_fmadd_pd(a, b, c)
#define FNMA(a, b, c) _mm256_fnmadd_pd(a, b, c)
#define RELOAD(p) __asm__("" : "+r"(p))
#define PICK(slot, low, high, v, other)                                                      \
	_mm256_blendv_pd(other, v,                                                           \
			 _mm256_and_pd(_mm256_cmp_pd(slot, _mm256_set1_pd(low), _CMP_GE_OQ), \
				       _mm256_cmp_pd(slot, _mm256_set1_pd(high), _CMP_LE_OQ)))

#include "core/cascade_kernel.h"

const struct cascade_set cascade_avx2 = { LANES, MAX_VECTORS, run };
