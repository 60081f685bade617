/*
 * What the filter costs: nanoseconds of one processor for a frame of two channels, for each instruction set, number of
 * bands and block length. Prints a table with tabs.
 */
#include "core/cascade.h"
#include "core/denormals.h"

#include <math.h>
#include <time.h>

enum { LONGEST = 2048, ROUNDS = 20, FRAMES_A_RUN = 65536 };

static double now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return 1e9 * (double)now.tv_sec + (double)now.tv_nsec;
}

static float left[LONGEST], right[LONGEST];

static double cost_ns(struct iem_cascade *cascade, uint32_t block)
{
	const float *const in[2] = { left, right };
	static float out_left[LONGEST], out_right[LONGEST];
	float *const out[2] = { out_left, out_right };
	const int blocks = FRAMES_A_RUN / (int)block;
	const double begin = now_ns();

	for (int i = 0; i < blocks; i++)
		iem_cascade_process(cascade, in, out, block);
	return (now_ns() - begin) / (blocks * (double)block);
}

static void some_bands(struct iem_biquad *sections)
{
	for (int i = 0; i < IEM_MAX_BANDS; i++) {
		const struct iem_band band = { IEM_PEAKING, IEM_SIDE_BOTH, 20 * pow(900, i / 63.0), i % 2 ? 3 : -3, 1.4 };

		iem_biquad_design(&sections[i], &band, IEM_REFERENCE_ANALOG, 48000);
	}
}

static const uint32_t block_lengths[] = { 32, 64, 128, 256, 512, 1024, 2048 };
static const unsigned band_counts[] = { 1, 5, 10, 20, 64 };
static double best_ns[IEM_SIMDS][ARRAY_LEN(band_counts)][ARRAY_LEN(block_lengths)];

/* One round: the fastest of all counts, for whatever else the machine does only ever makes it slower, for a while. */
static void measure(enum iem_simd simd, const struct iem_biquad *sections)
{
	for (size_t n = 0; n < ARRAY_LEN(band_counts); n++) {
		const struct iem_sections both = { sections, band_counts[n] };
		struct iem_cascade *cascade;

		if (iem_cascade_new(&cascade, both, both, 0.5, simd) < 0)
			continue;
		for (size_t b = 0; b < ARRAY_LEN(block_lengths); b++)
			best_ns[simd][n][b] = fmin(best_ns[simd][n][b], cost_ns(cascade, block_lengths[b]));
		iem_cascade_free(cascade);
	}
}

static void print(enum iem_simd simd)
{
	for (size_t n = 0; n < ARRAY_LEN(band_counts); n++)
		for (size_t b = 0; b < ARRAY_LEN(block_lengths); b++)
			printf("%s\t%u\t%u\t%.3f\n", iem_simd_names[simd], band_counts[n], block_lengths[b],
			       best_ns[simd][n][b]);
}

int main(void)
{
	struct iem_biquad sections[IEM_MAX_BANDS];
	uint32_t seed = 1;

	iem_denormals_flush();
	some_bands(sections);
	for (int i = 0; i < LONGEST; i++) {
		seed = seed * 1664525 + 1013904223;
		left[i] = right[i] = (float)(seed / 4294967296.0 - 0.5);
	}
	for (size_t i = 0; i < sizeof(best_ns) / sizeof(best_ns[0][0][0]); i++)
		(&best_ns[0][0][0])[i] = INFINITY;
	for (int round = 0; round < ROUNDS; round++)
		for (int simd = 0; simd < IEM_SIMDS; simd++)
			if (iem_simd_available(simd))
				measure(simd, sections);
	printf("instructions\tbands\tblock\tns_per_frame\n");
	for (int simd = 0; simd < IEM_SIMDS; simd++)
		if (iem_simd_available(simd))
			print(simd);
	return 0;
}
