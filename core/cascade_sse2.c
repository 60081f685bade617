#include "core/cascade_layout.h"

#include <emmintrin.h>

#define LANES 2
#define MAX_VECTORS 5 /* of three registers each; there are sixteen */
#define VEC __m128d
#define LOAD(p) _mm_load_pd(p)
#define STORE(p, v) _mm_store_pd(p, v)
#define IN(p) _mm_load_pd(p)
#define OUT(p, v) _mm_store_pd(p, v)
#define SHIFT(before, v) (before)
#define MUL(a, b) _mm_mul_pd(a, b)
#define FMA(a, b, c) _mm_add_pd(c, _mm_mul_pd(a, b))
#define FNMA(a, b, c) _mm_sub_pd(c, _mm_mul_pd(a, b))
#define RELOAD(p) __asm__("" : "+r"(p))
#define PICK(slot, low, high, v, other) pick(_mm_and_pd(_mm_cmpge_pd(slot, _mm_set1_pd(low)), \
							_mm_cmple_pd(slot, _mm_set1_pd(high))), v, other)

static inline __m128d pick(__m128d mask, __m128d v, __m128d other)
{
	return _mm_or_pd(_mm_and_pd(mask, v), _mm_andnot_pd(mask, other));
}

#include "core/cascade_kernel.h"

const struct cascade_set cascade_sse2 = { LANES, MAX_VECTORS, run };
