/**
 * clock.h - the clock that waits are measured by.
 */
#pragma once

#include <stdint.h>
#include <time.h>

/** The monotonic clock in milliseconds; any thread. */
static inline uint64_t clock_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}
