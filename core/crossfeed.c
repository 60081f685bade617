#include "core/crossfeed.h"

#include "core/band.h"
#include "core/util.h"

#include <errno.h>
#include <math.h>

const struct iem_crossfeed_preset iem_crossfeed_presets[IEM_CROSSFEEDS] = {
	{ "default", 700, 4.5 },
	{ "chu-moy", 700, 6.0 },
	{ "meier", 650, 9.5 },
};

int iem_crossfeed_find(const char *name)
{
	for (int i = 0; i < IEM_CROSSFEEDS; i++)
		if (iem_streq(iem_crossfeed_presets[i].name, name))
			return i;
	return -ENOENT;
}

static bool is_within(double value, double min, double max)
{
	return value >= min && value <= max; /* NaN is not */
}

/* The formulas are those of libbs2b 3.1.0. */
int iem_crossfeed_init(struct iem_crossfeed *crossfeed, const struct iem_crossfeed_preset *preset, double rate_hz)
{
	const double low_db = -5.0 / 6 * preset->feed_db - 3, high_db = preset->feed_db / 6 - 3;
	const double low_lin = pow(10, low_db / 20), high_lin = 1 - pow(10, high_db / 20);
	double high_hz, low_pole, high_pole;

	if (!is_within(rate_hz, IEM_MIN_RATE_HZ, IEM_MAX_RATE_HZ) || !is_within(preset->low_hz, 300, 2000) ||
	    !is_within(preset->feed_db, 1, 15))
		return -ERANGE;
	high_hz = preset->low_hz * exp2((low_db - 20 * log10(high_lin)) / 12);
	low_pole = exp(-2 * M_PI * preset->low_hz / rate_hz);
	high_pole = exp(-2 * M_PI * high_hz / rate_hz);
	*crossfeed = (struct iem_crossfeed){
		.rate_hz = rate_hz,
		.high_hz = high_hz,
		.low_b0 = low_lin * (1 - low_pole),
		.low_a1 = low_pole,
		.high_b0 = 1 - high_lin * (1 - high_pole),
		.high_b1 = -high_pole,
		.high_a1 = high_pole,
		.gain = 1 / (1 - high_lin + low_lin),
	};
	return 0;
}

void iem_crossfeed_reset(struct iem_crossfeed *crossfeed)
{
	memset(crossfeed->ears, 0, sizeof(crossfeed->ears));
}

/* The state is never fed what it could not forget. */
static double tame(float x)
{
	return fabsf(x) <= 1e30f ? x : 0;
}

/*
 * A denormal state costs hundreds of cycles a sample. What is cleared here is far below the smallest float. So that it
 * has no effect on the output wherever a block ends, not even on a zero's sign, the output has no negative zeros.
 */
static double settled(double state)
{
	return fabs(state) < 1e-100 ? 0 : state;
}

static void run_ear(struct iem_crossfeed *crossfeed, int ear, double in)
{
	const double before = crossfeed->ears[ear].in;

	crossfeed->ears[ear].in = in;
	crossfeed->ears[ear].low = crossfeed->low_b0 * in + crossfeed->low_a1 * crossfeed->ears[ear].low;
	crossfeed->ears[ear].high = crossfeed->high_b0 * in + crossfeed->high_b1 * before +
				    crossfeed->high_a1 * crossfeed->ears[ear].high;
}

void iem_crossfeed_process(struct iem_crossfeed *crossfeed, float *left, float *right, uint32_t frames)
{
	struct iem_crossfeed run = *crossfeed; /* a copy, so that the planes cannot alias it */

	for (uint32_t i = 0; i < frames; i++) {
		run_ear(&run, 0, tame(left[i]));
		run_ear(&run, 1, tame(right[i]));
		left[i] = (float)(run.gain * (run.ears[0].high + run.ears[1].low)) + 0.0f;
		right[i] = (float)(run.gain * (run.ears[1].high + run.ears[0].low)) + 0.0f;
	}
	for (int ear = 0; ear < 2; ear++) {
		crossfeed->ears[ear].in = run.ears[ear].in;
		crossfeed->ears[ear].low = settled(run.ears[ear].low);
		crossfeed->ears[ear].high = settled(run.ears[ear].high);
	}
}

void iem_crossfeed_response(const struct iem_crossfeed *crossfeed, double freq_hz, double complex *direct,
			    double complex *cross)
{
	const double complex z1 = cexp(-2 * M_PI * I * freq_hz / crossfeed->rate_hz); /* a frame's delay */

	*direct = crossfeed->gain * (crossfeed->high_b0 + crossfeed->high_b1 * z1) / (1 - crossfeed->high_a1 * z1);
	*cross = crossfeed->gain * crossfeed->low_b0 / (1 - crossfeed->low_a1 * z1);
}
