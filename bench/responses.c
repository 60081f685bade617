/*
 * What a profile costs before it is heard if it convolves: milliseconds of one processor for the design of the whole
 * chain, for each rate. Prints a table with tabs.
 */
#include "core/io/impulse_file.h"

#include <math.h>
#include <time.h>

enum { RUNS = 5 };

static double now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return 1e3 * (double)now.tv_sec + (double)now.tv_nsec / 1e6;
}

static const struct response {
	const char *name;
	size_t points;    /* of a curve, 20 Hz to 20 kHz; 0: an impulse response */
	double swing_db;  /* of the curve: so far up and down, */
	double per_octave; /* so often */
	enum iem_impulse_channels channels;
	uint32_t frames;
	double rate_hz;
} responses[] = {
	{ .name = "curve-127", .points = 127, .swing_db = 5, .per_octave = 0.33 },
	{ .name = "curve-2000", .points = 2000, .swing_db = 10, .per_octave = 3.3 },
	{ .name = "stereo-8192", .channels = IEM_IMPULSE_LEFT_RIGHT, .frames = 8192, .rate_hz = 44100 },
	{ .name = "stereo-131072", .channels = IEM_IMPULSE_LEFT_RIGHT, .frames = 131072, .rate_hz = 44100 },
	{ .name = "true-stereo-131072", .channels = IEM_IMPULSE_TRUE_STEREO, .frames = 131072, .rate_hz = 8000 },
};

static void make_curve(struct iem_curve *curve, const struct response *response)
{
	curve->at = calloc(response->points, sizeof(*curve->at));
	for (size_t i = 0; curve->at && i < response->points; i++, curve->n++) {
		const double octaves = log2(1000) * (double)i / (double)(response->points - 1);

		curve->at[i].x = 20 * exp2(octaves);
		curve->at[i].y = response->swing_db * sin(2 * M_PI * response->per_octave * octaves);
	}
}

/* Decaying noise. */
static struct iem_impulse *make_impulse(const struct response *response)
{
	struct iem_impulse *impulse = iem_impulse_new(response->rate_hz, response->channels, response->frames);
	uint32_t seed = 1;

	for (size_t i = 0; impulse && i < (size_t)response->channels * response->frames; i++) {
		const double decay = exp(-5.0 * (double)(i % response->frames) / response->frames);

		seed = seed * 1664525 + 1013904223;
		impulse->taps[i] = 0.01 * ((int32_t)seed / 2147483648.0) * decay;
	}
	return impulse;
}

static double design_ms(const struct iem_eq *eq, double rate_hz)
{
	const struct iem_chain_plan plan = { .eq = eq, .rate_hz = rate_hz, .channels = 2,
					     .sides = { IEM_SIDE_LEFT, IEM_SIDE_RIGHT } };
	double best = INFINITY;

	for (int run = 0; run < RUNS; run++) {
		const double begin = now_ms();
		struct iem_chain *chain;

		if (iem_chain_design(&chain, &plan) < 0)
			return NAN;
		best = fmin(best, now_ms() - begin);
		iem_chain_free(chain);
	}
	return best;
}

int main(void)
{
	static const double rates_hz[] = { 44100, 48000, 96000, 192000, 768000 };

	printf("rate\tresponse\tdesign_ms\n");
	for (size_t i = 0; i < ARRAY_LEN(responses); i++) {
		struct iem_eq eq = { .preamp_auto = true };

		if (responses[i].points)
			make_curve(&eq.graphic, &responses[i]);
		else
			eq.impulse = make_impulse(&responses[i]);
		for (size_t r = 0; r < ARRAY_LEN(rates_hz); r++)
			printf("%.0f\t%s\t%.1f\n", rates_hz[r], responses[i].name, design_ms(&eq, rates_hz[r]));
		free(eq.graphic.at);
		iem_impulse_drop(eq.impulse);
	}
	return 0;
}
