#include "core/limiter.h"

#include "core/truepeak.h"

#include <assert.h>
#include <errno.h>
#include <math.h>

/* A gain of 1. Three averages of up to 385 of them make at most 2^31 * 385^3 < 2^57. */
#define ONE (UINT32_C(1) << 31)
#define LET_GO (ONE >> 16) /* a release ends when it is that near: 0.0002 dB of full gain */
#define HALF (UINT64_C(1) << 31) /* of the last place, where 2^-32 is taken off */

enum { BLOCK = 64, STAGES = 3, MAX_WINDOW = 1152 };

static_assert(MAX_WINDOW * 1000000LL == 1500LL * IEM_MAX_RATE_HZ, "the longest window is that of the highest rate");

/* The lowest of the last `window` values: a queue of those that a later one has not yet undercut, ascending. */
struct minimum {
	uint32_t window, first, n, now;
	struct {
		uint32_t value, at;
	} queue[MAX_WINDOW];
};

/* The sum of the last `len` values. */
struct boxcar {
	uint32_t len, at;
	uint64_t sum;
	uint64_t past[MAX_WINDOW / STAGES + 1];
};

struct iem_limiter {
	unsigned channels;
	uint32_t window, latency, at; /* at: the place of the oldest frame in delay[] */
	uint32_t gain, keep;          /* after the release; what a frame leaves of a distance, in 2^-32 */
	uint64_t full, limited;       /* full: what the window makes of ONE */
	struct minimum minimum;
	struct boxcar boxcars[STAGES];
	struct iem_truepeak truepeaks[IEM_MAX_CHANNELS];
	float delay[IEM_MAX_CHANNELS][MAX_WINDOW];
};

int iem_limiter_new(struct iem_limiter **out, double rate_hz, unsigned channels)
{
	struct iem_limiter *limiter;

	if (!(rate_hz >= IEM_MIN_RATE_HZ && rate_hz <= IEM_MAX_RATE_HZ) || channels < 1 || channels > IEM_MAX_CHANNELS)
		return -ERANGE;
	limiter = calloc(1, sizeof(*limiter));
	if (!limiter)
		return -ENOMEM;
	limiter->channels = channels;
	limiter->window = (uint32_t)lround(IEM_LIMITER_LOOKAHEAD_SECONDS * rate_hz);
	limiter->keep = (uint32_t)llround(ldexp(exp(-1 / (IEM_LIMITER_RELEASE_SECONDS * rate_hz)), 32));
	for (unsigned c = 0; c < channels; c++)
		iem_truepeak_init(&limiter->truepeaks[c], rate_hz);
	limiter->latency = limiter->window - 1 + iem_truepeak_latency(&limiter->truepeaks[0]);
	assert(limiter->window <= MAX_WINDOW && limiter->latency > 0 && limiter->latency <= MAX_WINDOW);
	iem_limiter_reset(limiter);
	*out = limiter;
	return 0;
}

void iem_limiter_free(struct iem_limiter *limiter)
{
	free(limiter);
}

void iem_limiter_freep(struct iem_limiter **limiter)
{
	iem_limiter_free(*limiter);
}

/* The lengths of the averages come to as many taps as the window has. Returns what they make of ONE. */
static uint64_t fill_boxcars(struct iem_limiter *limiter)
{
	uint64_t value = ONE;

	for (uint32_t s = 0; s < STAGES; s++) {
		struct boxcar *box = &limiter->boxcars[s];

		box->len = (limiter->window + STAGES - 1 + s) / STAGES;
		box->at = 0;
		for (uint32_t i = 0; i < box->len; i++)
			box->past[i] = value;
		value *= box->len;
		box->sum = value;
	}
	return value;
}

void iem_limiter_reset(struct iem_limiter *limiter)
{
	limiter->at = 0;
	limiter->gain = ONE;
	limiter->minimum = (struct minimum){ .window = limiter->window };
	limiter->full = fill_boxcars(limiter);
	for (unsigned c = 0; c < limiter->channels; c++)
		iem_truepeak_reset(&limiter->truepeaks[c]);
	memset(limiter->delay, 0, sizeof(limiter->delay));
}

/* The highest gain at which a peak fits, rounded down. */
static uint32_t wanted(float peak)
{
	return peak > IEM_LIMITER_CEILING_LIN ? (uint32_t)((double)IEM_LIMITER_CEILING_LIN / peak * ONE) : ONE;
}

static uint32_t wrapped(uint32_t at)
{
	return at < MAX_WINDOW ? at : at - MAX_WINDOW;
}

static uint32_t lowest(struct minimum *minimum, uint32_t value)
{
	while (minimum->n && minimum->queue[wrapped(minimum->first + minimum->n - 1)].value >= value)
		minimum->n--;
	if (minimum->n && minimum->now - minimum->queue[minimum->first].at >= minimum->window) {
		minimum->first = wrapped(minimum->first + 1);
		minimum->n--;
	}
	const uint32_t last = wrapped(minimum->first + minimum->n++);

	minimum->queue[last].value = value;
	minimum->queue[last].at = minimum->now++;
	return minimum->queue[minimum->first].value;
}

static uint32_t released(struct iem_limiter *limiter, uint32_t lowest_gain)
{
	const uint32_t distance = lowest_gain > limiter->gain ? lowest_gain - limiter->gain : 0;
	const uint32_t left = (uint32_t)(((uint64_t)distance * limiter->keep + HALF) >> 32);

	limiter->gain = left < LET_GO ? lowest_gain : lowest_gain - left;
	return limiter->gain;
}

static uint64_t boxcar(struct boxcar *box, uint64_t value)
{
	box->sum += value - box->past[box->at];
	box->past[box->at] = value;
	if (++box->at == box->len)
		box->at = 0;
	return box->sum;
}

/* The gain of the frame that leaves when one with this PEAK is looked at. */
static double next_gain(struct iem_limiter *limiter, float peak)
{
	uint64_t sum = released(limiter, lowest(&limiter->minimum, wanted(peak)));

	for (int s = 0; s < STAGES; s++)
		sum = boxcar(&limiter->boxcars[s], sum);
	if (sum == limiter->full)
		return 1;
	limiter->limited++;
	return (double)sum / (double)limiter->full;
}

static uint32_t delay_and_scale(const struct iem_limiter *limiter, float *delay, float *plane, const double *gains,
				uint32_t frames)
{
	uint32_t at = limiter->at;

	for (uint32_t i = 0; i < frames; i++) {
		const float in = plane[i];

		plane[i] = (float)(delay[at] * gains[i]);
		delay[at] = isfinite(in) ? in : 0;
		if (++at == limiter->latency)
			at = 0;
	}
	return at;
}

static void process_stretch(struct iem_limiter *limiter, float *const *planes, uint32_t from, uint32_t frames)
{
	float peaks[BLOCK] = { 0 };
	double gains[BLOCK];
	uint32_t at = limiter->at;

	for (unsigned c = 0; c < limiter->channels; c++)
		iem_truepeak_process(&limiter->truepeaks[c], planes[c] + from, peaks, frames);
	for (uint32_t i = 0; i < frames; i++)
		gains[i] = next_gain(limiter, peaks[i]);
	for (unsigned c = 0; c < limiter->channels; c++)
		at = delay_and_scale(limiter, limiter->delay[c], planes[c] + from, gains, frames);
	limiter->at = at;
}

void iem_limiter_process(struct iem_limiter *limiter, float *const *planes, uint32_t frames)
{
	for (uint32_t done = 0, n; done < frames; done += n) {
		n = frames - done < BLOCK ? frames - done : BLOCK;
		process_stretch(limiter, planes, done, n);
	}
}

uint32_t iem_limiter_latency(const struct iem_limiter *limiter)
{
	return limiter->latency;
}

uint64_t iem_limiter_limited(const struct iem_limiter *limiter)
{
	return limiter->limited;
}
