#include "core/cascade_layout.h"

#include <immintrin.h>

#define LANES 8
#define MAX_VECTORS 8 /* of three registers each; there are thirty-two */
#define VEC __m512d
#define LOAD(p) _mm512_load_pd(p)
#define STORE(p, v) _mm512_store_pd(p, v)
#define IN(p) _mm512_castps_pd(_mm512_broadcast_f32x4(_mm_load_ps((const float *)(p))))
#define OUT(p, v) _mm_store_ps((float *)(p), _mm512_extractf32x4_ps(_mm512_castpd_ps(v), 3))
#define SHIFT(before, v) \
	_mm512_castsi512_pd(_mm512_alignr_epi64(_mm512_castpd_si512(v), _mm512_castpd_si512(before), 6))
#define MUL(a, b) _mm512_mul_pd(a, b)
#define FMA(a, b, c) _mm512_fmadd_pd(a, b, c)
#define FNMA(a, b, c) _mm512_fnmadd_pd(a, b, c)
#define RELOAD(p) __asm__("" : "+r"(p))
#define PICK(slot, low, high, v, other)                                                   \
	_mm512_mask_blend_pd(_mm512_cmp_pd_mask(slot, _mm512_set1_pd(low), _CMP_GE_OQ) & \
				     _mm512_cmp_pd_mask(slot, _mm512_set1_pd(high), _CMP_LE_OQ), \
			     other, v)

#include "core/cascade_kernel.h"

const struct cascade_set cascade_avx512 = { LANES, MAX_VECTORS, run };
