#include "core/cascade_layout.h"

#include <arm_neon.h>

#define LANES 2
#define MAX_VECTORS 8 /* of three registers each; there are thirty-two */
#define VEC float64x2_t
#define LOAD(p) vld1q_f64(p)
#define STORE(p, v) vst1q_f64(p, v)
#define IN(p) vld1q_f64(p)
#define OUT(p, v) vst1q_f64(p, v)
#define SHIFT(before, v) (before)
#define MUL(a, b) vmulq_f64(a, b)
#define FMA(a, b, c) vfmaq_f64(c, a, b)
#define FNMA(a, b, c) vfmsq_f64(c, a, b)
#define RELOAD(p) (void)(p)
#define PICK(slot, low, high, v, other) \
	vbslq_f64(vandq_u64(vcgeq_f64(slot, vdupq_n_f64(low)), vcleq_f64(slot, vdupq_n_f64(high))), v, other)

#include "core/cascade_kernel.h"

const struct cascade_set cascade_neon = { LANES, MAX_VECTORS, run };
