/*
 * What impulse responses cost: nanoseconds of one processor for a frame of two channels, and how uneven the load is: the
 * dearest stretch of 64 frames against the mean, each the cheapest of some rounds. Prints a table with tabs.
 */
#include "core/convolver.h"

#include <math.h>
#include <time.h>

enum { STEP = 64, STEPS = 64, ROUNDS = 40 };

static double now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return 1e9 * (double)now.tv_sec + (double)now.tv_nsec;
}

static double response[2][IEM_CONVOLVER_MAX_TAPS];
static float sound[2][STEP];

static double step_ns(struct iem_convolver *convolver)
{
	float planes[2][STEP], *const at[2] = { planes[0], planes[1] };
	double begin;

	memcpy(planes, sound, sizeof(planes));
	begin = now_ns();
	iem_convolver_process(convolver, at, STEP);
	return now_ns() - begin;
}

/* The load repeats after each long block, so a step is compared with itself in other rounds. */
static void measure(uint32_t taps)
{
	const double *const responses[] = { response[0], response[1] };
	const struct iem_convolver_plan plan = { .responses = responses, .n_responses = 2, .taps = taps, .channels = 2,
						 .paths = { { 0, 0, 0 }, { 1, 1, 1 } }, .n_paths = 2 };
	double best[STEPS], sum = 0, most = 0;
	struct iem_convolver *convolver;

	if (iem_convolver_new(&convolver, &plan) < 0)
		return;
	for (uint32_t i = 0; i < taps / STEP + STEPS; i++)
		step_ns(convolver); /* until all of it has something to do */
	for (int i = 0; i < STEPS; i++)
		best[i] = INFINITY;
	for (int i = 0; i < ROUNDS * STEPS; i++)
		best[i % STEPS] = fmin(best[i % STEPS], step_ns(convolver));
	for (int i = 0; i < STEPS; i++) {
		sum += best[i];
		most = fmax(most, best[i]);
	}
	printf("%u\t%.2f\t%.2f\n", taps, sum / (STEPS * STEP), most * STEPS / sum);
	iem_convolver_free(convolver);
}

int main(void)
{
	uint32_t seed = 1;

	for (int c = 0; c < 2; c++) {
		for (int i = 0; i < IEM_CONVOLVER_MAX_TAPS; i++) {
			seed = seed * 1664525 + 1013904223;
			response[c][i] = seed / 4294967296.0 - 0.5;
		}
		for (int i = 0; i < STEP; i++)
			sound[c][i] = (float)(0.1 * sin(i + c));
	}
	printf("taps\tns_per_frame\tworst_to_mean\n");
	for (uint32_t taps = 1024; taps <= IEM_CONVOLVER_MAX_TAPS; taps *= 2)
		measure(taps);
	return 0;
}
