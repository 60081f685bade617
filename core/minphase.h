/**
 * minphase.h - the impulse response of minimum phase that has a given magnitude.
 *
 * Allocates while it works; control thread only: the FFT's planner is no friend of threads.
 */
#pragma once

#include <stdint.h>

#define IEM_MINPHASE_FLOOR_DB (-160.0)

/**
 * The first N taps of the response whose magnitude at k * rate / SIZE is DB[k], k from 0 to SIZE / 2. SIZE is a power of
 * two from 4 on, at least 4 to 8 times as long as the response is: what does not fit comes around. What lies below
 * IEM_MINPHASE_FLOOR_DB counts as that. A zero on the unit circle, such as a high-pass has at 0 Hz, is met coarsely.
 *
 * Source: the cepstrum of the log magnitude, folded (A. Oppenheim, R. Schafer).
 * @return 0, -EINVAL for a size or a number outside its range, or -ENOMEM; TAPS is untouched then
 */
int iem_minphase(double *taps, uint32_t n, const double *db, uint32_t size);

/**
 * The magnitude of N taps at k * rate / SIZE in dB, k from 0 to SIZE / 2; floor IEM_MINPHASE_FLOOR_DB. N is at most SIZE.
 * @return as iem_minphase()
 */
int iem_magnitude_db(double *db, uint32_t size, const double *taps, uint32_t n);
