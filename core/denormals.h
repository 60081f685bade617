/**
 * denormals.h - numbers too small to matter count as 0 for a while: computing with them costs hundreds of cycles each.
 * Any thread; for the thread that calls. Where the processor has no such mode these do nothing.
 */
#pragma once

#if defined(__x86_64__)
#include <xmmintrin.h>

#define IEM_FLUSH_TO_ZERO 0x8040u /* FTZ and DAZ of MXCSR */

/** @return the mode before, for iem_denormals_restore() */
static inline unsigned long iem_denormals_flush(void)
{
	const unsigned before = _mm_getcsr();

	_mm_setcsr(before | IEM_FLUSH_TO_ZERO);
	return before;
}

static inline void iem_denormals_restore(unsigned long before)
{
	_mm_setcsr((unsigned)before);
}

#elif defined(__aarch64__)
#define IEM_FLUSH_TO_ZERO (1ul << 24) /* FZ of FPCR */

static inline unsigned long iem_denormals_flush(void)
{
	unsigned long before;

	__asm__ volatile("mrs %0, fpcr" : "=r"(before));
	__asm__ volatile("msr fpcr, %0" : : "r"(before | IEM_FLUSH_TO_ZERO));
	return before;
}

static inline void iem_denormals_restore(unsigned long before)
{
	__asm__ volatile("msr fpcr, %0" : : "r"(before));
}

#else
static inline unsigned long iem_denormals_flush(void)
{
	return 0;
}

static inline void iem_denormals_restore(unsigned long before)
{
	(void)before;
}
#endif
