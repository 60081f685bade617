/*
 * cascade_kernel.h - the body of a pass, run(), included once for each instruction set, which defines
 *
 *   LANES, MAX_VECTORS      5 or 8 vectors at most in a pass
 *   VEC                     a vector of LANES doubles
 *   LOAD(p), STORE(p, v)    aligned
 *   IN(p)                   a frame in the last two lanes; the others do not matter
 *   OUT(p, v)               a frame from the last two lanes
 *   SHIFT(before, v)        the lanes of v moved up by a frame, from below the last two of the vector before
 *   MUL(a, b)               a * b
 *   FMA(a, b, c)            c + a * b
 *   FNMA(a, b, c)           c - a * b
 *   RELOAD(p)               where operands may come from memory: makes the compiler read p's numbers in every tick, for
 *                           kept in registers they push the states out
 *   PICK(slot, low, high, v, other)  v where low <= slot <= high, else other
 *
 * Whether a product is rounded before it is added is said here and not left to the compiler: else the code for whole
 * ticks and that for the ends of a block could differ, and so the output with the length of the blocks.
 */

#define INLINE static inline __attribute__((always_inline))

/*
 * One tick: every section takes what the one before it gave in the tick before. With PARTLY only the slots from LOW to
 * HIGH have a frame to work on; the states of the others stay.
 */
INLINE void tick(const double *numbers, VEC *s1, VEC *s2, VEC *y, const double *in, double low, double high,
		 const unsigned vectors, const bool partly)
{
	RELOAD(numbers);
#pragma GCC unroll 16
	for (unsigned i = 0; i < vectors; i++) {
		const unsigned k = vectors - 1 - i; /* from the last: y[k - 1] still has to be the tick before's */
		const double *n = numbers + k * CASCADE_NUMBERS * LANES;
		const VEC x = SHIFT(k > 0 ? y[k - 1] : IN(in), y[k]);
		const VEC out = FMA(LOAD(n + CASCADE_B0 * LANES), x, s1[k]);
		const VEC next1 = FNMA(LOAD(n + CASCADE_A1 * LANES), out,
				       FMA(LOAD(n + CASCADE_B1 * LANES), x, s2[k]));
		const VEC next2 = FNMA(LOAD(n + CASCADE_A2 * LANES), out, MUL(LOAD(n + CASCADE_B2 * LANES), x));

		y[k] = out;
		s1[k] = partly ? PICK(LOAD(n + CASCADE_SLOT * LANES), low, high, next1, s1[k]) : next1;
		s2[k] = partly ? PICK(LOAD(n + CASCADE_SLOT * LANES), low, high, next2, s2[k]) : next2;
	}
}

INLINE void run_pass(const struct cascade_pass *pass, double *block, const uint32_t frames, const unsigned vectors)
{
	const uint32_t skew = vectors * LANES / 2 - 1, ticks = frames + skew;
	const double *numbers = pass->numbers;
	VEC s1[MAX_VECTORS], s2[MAX_VECTORS], y[MAX_VECTORS];
	uint32_t t = 0;

#pragma GCC unroll 16
	for (unsigned k = 0; k < vectors; k++) {
		s1[k] = LOAD(pass->states + (k * CASCADE_STATES + CASCADE_S1) * LANES);
		s2[k] = LOAD(pass->states + (k * CASCADE_STATES + CASCADE_S2) * LANES);
		y[k] = s1[k]; /* whatever: who takes it has no frame yet */
	}
	for (; t < skew; t++)
		tick(numbers, s1, s2, y, block + 2 * (t < frames ? t : 0), t - (frames - 1.0), t, vectors, true);
	for (; t < frames; t++) {
		tick(numbers, s1, s2, y, block + 2 * t, 0, 0, vectors, false);
		OUT(block + 2 * (t - skew), y[vectors - 1]);
	}
	for (; t < ticks; t++) {
		tick(numbers, s1, s2, y, block, t - (frames - 1.0), t, vectors, true);
		OUT(block + 2 * (t - skew), y[vectors - 1]);
	}
#pragma GCC unroll 16
	for (unsigned k = 0; k < vectors; k++) {
		STORE(pass->states + (k * CASCADE_STATES + CASCADE_S1) * LANES, s1[k]);
		STORE(pass->states + (k * CASCADE_STATES + CASCADE_S2) * LANES, s2[k]);
	}
}

#define PASS(n)                                      \
	case n:                                      \
		run_pass(pass, block, frames, n);    \
		break;

static void run(const struct cascade_pass *pass, double *block, uint32_t frames)
{
	switch (pass->vectors) { /* each with its number known, so that states stay in registers */
	PASS(1)
	PASS(2)
	PASS(3)
	PASS(4)
	PASS(5)
#if MAX_VECTORS > 5
	PASS(6)
	PASS(7)
	PASS(8)
#endif
	}
}
