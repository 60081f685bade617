#include "core/truepeak.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define DENSE_BELOW_HZ 88200 /* four points a sample */
#define HALF_BELOW_HZ 176400 /* two */

enum { TAPS = IEM_TRUEPEAK_TAPS, HISTORY = TAPS - 1, MIDDLE = TAPS / 2, BLOCK = 64, PHASES = 4 };

/*
 * ITU-R BS.1770-4, Annex 2: a row per tap, the phases beside one another so that they run as one vector. Read from its
 * end it is the same with the phases swapped, so the order of the taps does not matter to the highest of them.
 */
static const float interpolator[TAPS][PHASES] = {
	{ 0.0017089843750f, -0.0291748046875f, -0.0189208984375f, -0.0083007812500f },
	{ 0.0109863281250f, 0.0292968750000f, 0.0330810546875f, 0.0148925781250f },
	{ -0.0196533203125f, -0.0517578125000f, -0.0582275390625f, -0.0266113281250f },
	{ 0.0332031250000f, 0.0891113281250f, 0.1015625000000f, 0.0476074218750f },
	{ -0.0594482421875f, -0.1665039062500f, -0.2003173828125f, -0.1022949218750f },
	{ 0.1373291015625f, 0.4650878906250f, 0.7797851562500f, 0.9721679687500f },
	{ 0.9721679687500f, 0.7797851562500f, 0.4650878906250f, 0.1373291015625f },
	{ -0.1022949218750f, -0.2003173828125f, -0.1665039062500f, -0.0594482421875f },
	{ 0.0476074218750f, 0.1015625000000f, 0.0891113281250f, 0.0332031250000f },
	{ -0.0266113281250f, -0.0582275390625f, -0.0517578125000f, -0.0196533203125f },
	{ 0.0148925781250f, 0.0330810546875f, 0.0292968750000f, 0.0109863281250f },
	{ -0.0083007812500f, -0.0189208984375f, -0.0291748046875f, 0.0017089843750f },
};

/*
 * The point half-way between two samples, from the six on either side, the nearest first: least squares up to 0.4 of
 * the rate. Within 0.05 dB up to 0.25 of the rate, 0.27 dB up to 0.4.
 */
static const float halfway[MIDDLE] = {
	0.6290755560f, -0.1903679409f, 0.0934435168f, -0.0483166356f, 0.0231400147f, -0.0089610701f,
};

void iem_truepeak_init(struct iem_truepeak *tp, double rate_hz)
{
	tp->points = rate_hz < DENSE_BELOW_HZ ? 4 : rate_hz < HALF_BELOW_HZ ? 2 : 1;
	iem_truepeak_reset(tp);
}

void iem_truepeak_reset(struct iem_truepeak *tp)
{
	memset(tp->past, 0, sizeof(tp->past));
	tp->before = 0;
}

unsigned iem_truepeak_latency(const struct iem_truepeak *tp)
{
	return tp->points > 1 ? MIDDLE : 0;
}

/* Sums of these stay finite, and none of their products costs the time that a denormal does. */
static float tame(float x)
{
	const float size = fabsf(x);

	if (!(size <= FLT_MAX) || size < 1e-20f)
		return 0;
	return size > 1e30f ? copysignf(1e30f, x) : x;
}

static float higher(float a, float b)
{
	return a > b ? a : b;
}

/* The highest of the four points between x[5] and x[6]. */
static float dense_peak(const float *x)
{
	float sum[PHASES] = { 0 };

	for (int i = 0; i < TAPS; i++)
		for (int k = 0; k < PHASES; k++)
			sum[k] += interpolator[i][k] * x[i];
	return higher(higher(fabsf(sum[0]), fabsf(sum[1])), higher(fabsf(sum[2]), fabsf(sum[3])));
}

static float halfway_peak(const float *x)
{
	float sum = 0;

	for (int i = 0; i < MIDDLE; i++)
		sum += halfway[i] * (x[MIDDLE - 1 - i] + x[MIDDLE + i]);
	return fabsf(sum);
}

/* LINE holds the history and FRAMES samples after it. */
static void read_between(struct iem_truepeak *tp, const float *line, float *peaks, uint32_t frames)
{
	for (uint32_t i = 0; i < frames; i++) {
		const float between = tp->points == 4 ? dense_peak(line + i) : halfway_peak(line + i);
		const float sample = fabsf(line[i + MIDDLE - 1]);

		peaks[i] = higher(higher(peaks[i], sample), higher(between, tp->before));
		tp->before = between;
	}
}

static void read_stretch(struct iem_truepeak *tp, const float *in, float *peaks, uint32_t frames)
{
	float line[HISTORY + BLOCK];

	memcpy(line, tp->past, sizeof(tp->past));
	for (uint32_t i = 0; i < frames; i++)
		line[HISTORY + i] = tame(in[i]);
	read_between(tp, line, peaks, frames);
	memcpy(tp->past, line + frames, sizeof(tp->past));
}

void iem_truepeak_process(struct iem_truepeak *tp, const float *in, float *peaks, uint32_t frames)
{
	if (tp->points == 1) {
		for (uint32_t i = 0; i < frames; i++)
			peaks[i] = higher(peaks[i], fabsf(tame(in[i])));
		return;
	}
	for (uint32_t done = 0, n; done < frames; done += n) {
		n = frames - done < BLOCK ? frames - done : BLOCK;
		read_stretch(tp, in + done, peaks + done, n);
	}
}
