/*
 * What the filter costs: nanoseconds of one processor for a frame of two channels, for each instruction set, number of
 * bands and block length. Prints a table with tabs.
 */
#include "core/cascade.h"
#include "core/denormals.h"

#include <math.h>
#include <time.h>

enum { LONGEST = 2048, RUNS = 7, FRAMES_A_RUN = 200000 };

static double now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return 1e9 * (double)now.tv_sec + (double)now.tv_nsec;
}

static float left[LONGEST], right[LONGEST];

/* The fastest of some runs: whatever else the machine does only ever makes it slower. */
static double cost_ns(struct iem_cascade *cascade, uint32_t block)
{
	const float *const in[2] = { left, right };
	static float out_left[LONGEST], out_right[LONGEST];
	float *const out[2] = { out_left, out_right };
	const int blocks = FRAMES_A_RUN / (int)block;
	double best = INFINITY;

	for (int run = 0; run < RUNS; run++) {
		const double begin = now_ns();

		for (int i = 0; i < blocks; i++)
			iem_cascade_process(cascade, in, out, block);
		best = fmin(best, (now_ns() - begin) / (blocks * (double)block));
	}
	return best;
}

static void some_bands(struct iem_biquad *sections)
{
	for (int i = 0; i < IEM_MAX_BANDS; i++) {
		const struct iem_band band = { IEM_PEAKING, IEM_SIDE_BOTH, 20 * pow(900, i / 63.0), i % 2 ? 3 : -3, 1.4 };

		iem_biquad_design(&sections[i], &band, IEM_REFERENCE_ANALOG, 48000);
	}
}

static void measure(enum iem_simd simd, const struct iem_biquad *sections, unsigned bands)
{
	static const uint32_t blocks[] = { 32, 64, 128, 256, 512, 1024, 2048 };
	const struct iem_sections both = { sections, bands };
	struct iem_cascade *cascade;

	if (iem_cascade_new(&cascade, both, both, 0.5, simd) < 0)
		return;
	for (size_t b = 0; b < ARRAY_LEN(blocks); b++)
		printf("%s\t%u\t%u\t%.3f\n", iem_simd_names[simd], bands, blocks[b], cost_ns(cascade, blocks[b]));
	iem_cascade_free(cascade);
}

int main(void)
{
	static const unsigned bands[] = { 1, 5, 10, 20, 64 };
	struct iem_biquad sections[IEM_MAX_BANDS];
	uint32_t seed = 1;

	iem_denormals_flush();
	some_bands(sections);
	for (int i = 0; i < LONGEST; i++) {
		seed = seed * 1664525 + 1013904223;
		left[i] = right[i] = (float)(seed / 4294967296.0 - 0.5);
	}
	printf("instructions\tbands\tblock\tns_per_frame\n");
	for (int simd = 0; simd < IEM_SIMDS; simd++)
		for (size_t b = 0; b < ARRAY_LEN(bands) && iem_simd_available(simd); b++)
			measure(simd, sections, bands[b]);
	return 0;
}
