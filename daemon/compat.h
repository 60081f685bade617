/**
 * compat.h - what PipeWire versions newer than the oldest headers we build with (0.3.65) bring.
 * All version checks of the project stand here; features are found at run time.
 */
#pragma once

#include <pipewire/pipewire.h>

#include <stdbool.h>
#include <stdio.h>

/** Is the library we run with at least this version? */
static inline bool compat_library_at_least(int major, int minor, int micro)
{
	int have[3] = { 0 };

	if (sscanf(pw_get_library_version(), "%d.%d.%d", &have[0], &have[1], &have[2]) < 2)
		return false;
	if (have[0] != major)
		return have[0] > major;
	return have[1] != minor ? have[1] > minor : have[2] >= micro;
}

/**
 * PW_STREAM_FLAG_ASYNC, in the headers from 0.3.73 on: without it a stream that triggers another one misses every
 * second cycle there. Older libraries do not know the bit.
 */
static inline enum pw_stream_flags compat_stream_flag_async(void)
{
	return compat_library_at_least(0, 3, 73) ? (enum pw_stream_flags)(1u << 10) : PW_STREAM_FLAG_NONE;
}

/**
 * The client configuration that makes the audio thread a realtime one. Up to 1.3.80 it is one of its own, and with the
 * common one a busy machine would starve us between two realtime threads; then the two became one.
 */
static inline const char *compat_config_name(void)
{
	return compat_library_at_least(1, 3, 81) ? "client.conf" : "client-rt.conf";
}
