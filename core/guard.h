/**
 * guard.h - beyond the range that an earphone is rated for, a boost is taken back: by one shelf at each edge.
 *
 * Values only; any thread.
 */
#pragma once

#include "core/band.h"
#include "core/rated.h"

#define IEM_GUARD_BANDS 2 /* at most */

/**
 * The shelves that take back what N bands together, which mean the analog prototype, boost beyond the edges of RATED.
 * They mean it too, and only attenuate. Each is as deep as the highest boost beyond its edge. It lies as near to the edge
 * as it may: inside it takes nowhere more than the boost and 1 dB, and no more than 1 dB from an octave inside on. For up to
 * 12 dB that begin well inside, that is at the edge, where half of the boost is left. An octave beyond there are left at most
 * 0.4 dB of 6 dB of bass or treble; of boosts put together anyhow 0.7 dB of 6, 1.1 dB of 12, 3 dB of 24. Between the two it
 * may take more than is boosted there. No shelf for a boost below 0.05 dB.
 * @return how many
 */
size_t iem_guard_bands(struct iem_band guards[IEM_GUARD_BANDS], const struct iem_band *bands, size_t n,
		       const struct iem_rated *rated);
