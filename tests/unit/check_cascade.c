/*
 * cascade.h: every instruction set that can run here, against the plainest recursion. Needs nothing but core's cascade, so
 * that it can be built for, and run on, another processor.
 */
#include "core/cascade.h"
#include "core/denormals.h"

#include <float.h>
#include <math.h>
#include <stdarg.h>

enum { FRAMES = 12000 };

static unsigned failures;
static const char *simd_name;

static void IEM_PRINTF(2, 3) check(bool holds, const char *format, ...)
{
	va_list args;

	if (holds)
		return;
	failures++;
	printf("%s: ", simd_name);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
}

static double noise(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed / 2147483648.0 - 1;
}

/* Stable, no two alike, some with poles close to the unit circle. */
static void some_sections(struct iem_biquad *sections, unsigned n, uint32_t seed)
{
	for (unsigned i = 0; i < n; i++) {
		const double radius = 1 - pow(10, -1.5 + 1.2 * noise(&seed)), angle = 0.01 + 1.5 * (1 + noise(&seed)) / 2;
		const double a1 = -2 * radius * cos(angle), a2 = radius * radius;

		sections[i] = (struct iem_biquad){ 1 + 0.1 * noise(&seed), 0.95 * a1, 0.9 * a2, a1, a2 };
	}
}

static float input[2][FRAMES], output[2][FRAMES], other[2][FRAMES];

static void fill_with_noise(uint32_t seed)
{
	for (int i = 0; i < FRAMES; i++)
		for (int c = 0; c < 2; c++)
			input[c][i] = (float)(0.25 * noise(&seed));
}

static struct iem_cascade *cascade_of(enum iem_simd simd, const struct iem_biquad *sections, unsigned first,
				      unsigned second)
{
	struct iem_cascade *cascade;

	if (iem_cascade_new(&cascade, (struct iem_sections){ sections, first },
			    (struct iem_sections){ sections + IEM_MAX_BANDS - second, second }, 0.5, simd) < 0)
		abort();
	return cascade;
}

static void run(struct iem_cascade *cascade, float (*out)[FRAMES], uint32_t from, uint32_t frames)
{
	const float *const ins[2] = { input[0] + from, input[1] + from };
	float *const outs[2] = { out[0] + from, out[1] + from };

	iem_cascade_process(cascade, ins, outs, frames);
}

/* How far the output is from the recursion in long double, relative to the loudest sample. */
static double error_of(const float *in, const float *out, const struct iem_biquad *sections, unsigned n)
{
	static long double x[FRAMES];
	long double most = 0, loudest = 1e-9L;

	for (int i = 0; i < FRAMES; i++)
		x[i] = 0.5L * in[i];
	for (unsigned k = 0; k < n; k++) {
		const struct iem_biquad *q = &sections[k];
		long double x1 = 0, x2 = 0, y1 = 0, y2 = 0;

		for (int i = 0; i < FRAMES; i++) {
			const long double now = x[i], y = q->b0 * now + q->b1 * x1 + q->b2 * x2 - q->a1 * y1 - q->a2 * y2;

			x2 = x1, x1 = now, y2 = y1, y1 = y;
			x[i] = y;
		}
	}
	for (int i = 0; i < FRAMES; i++) {
		most = fmaxl(most, fabsl(out[i] - x[i]));
		loudest = fmaxl(loudest, fabsl(x[i]));
	}
	return (double)(most / loudest);
}

/* Half a step of a float is 6e-8 of the largest sample. */
static void the_output_is_that_of_the_recursion(enum iem_simd simd, const struct iem_biquad *sections)
{
	static const unsigned counts[][2] = { { 0, 0 }, { 1, 0 }, { 1, 1 }, { 2, 3 }, { 5, 5 }, { 9, 4 }, { 10, 10 },
					      { 17, 17 }, { 0, 33 }, { 40, 41 }, { 63, 64 }, { 64, 64 } };

	fill_with_noise(1);
	for (size_t i = 0; i < ARRAY_LEN(counts); i++) {
		struct iem_cascade *cascade = cascade_of(simd, sections, counts[i][0], counts[i][1]);

		run(cascade, output, 0, FRAMES);
		for (unsigned c = 0; c < 2; c++) {
			const unsigned n = counts[i][c];
			const double error =
				error_of(input[c], output[c], c == 0 ? sections : sections + IEM_MAX_BANDS - n, n);

			check(error < 6.1e-8, "%u sections of channel %u: off by %g", n, c, error);
		}
		iem_cascade_free(cascade);
	}
}

static void blocks_change_no_bit(enum iem_simd simd, const struct iem_biquad *sections)
{
	static const unsigned counts[] = { 1, 2, 10, 11, 30, 64 };
	static const uint32_t blocks[] = { 1, 2, 3, 7, 8, 9, 15, 64, 255, 256, 257, 480, 1024, 8192 };

	fill_with_noise(2);
	for (size_t i = 0; i < ARRAY_LEN(counts); i++) {
		struct iem_cascade *cascade = cascade_of(simd, sections, counts[i], counts[i]);

		run(cascade, output, 0, FRAMES);
		for (size_t b = 0; b < ARRAY_LEN(blocks); b++) {
			iem_cascade_reset(cascade);
			for (uint32_t from = 0, n; from < FRAMES; from += n) {
				n = blocks[b] < FRAMES - from ? blocks[b] : FRAMES - from;
				run(cascade, other, from, n);
				run(cascade, other, from, 0);
			}
			check(memcmp(output, other, sizeof(output)) == 0, "%u sections in blocks of %u give another output",
			      counts[i], blocks[b]);
		}
		iem_cascade_free(cascade);
	}
}

static void in_place_and_one_channel_are_the_same(enum iem_simd simd, const struct iem_biquad *sections)
{
	struct iem_cascade *cascade = cascade_of(simd, sections, 10, 10);
	const float *const in_place[2] = { other[0], other[1] }, *const one[2] = { input[0], NULL };
	float *const outs[2] = { other[0], other[1] }, *const out[2] = { other[0], NULL };

	fill_with_noise(3);
	run(cascade, output, 0, FRAMES);
	iem_cascade_reset(cascade);
	memcpy(other, input, sizeof(other));
	iem_cascade_process(cascade, in_place, outs, FRAMES);
	check(memcmp(output, other, sizeof(output)) == 0, "in place the output is another");
	iem_cascade_reset(cascade);
	iem_cascade_process(cascade, one, out, FRAMES);
	check(memcmp(output[0], other[0], sizeof(output[0])) == 0, "alone a channel's output is another");
	iem_cascade_free(cascade);
}

static bool all_finite(float (*out)[FRAMES])
{
	for (int i = 0; i < FRAMES; i++)
		if (!isfinite(out[0][i]) || !isfinite(out[1][i]))
			return false;
	return true;
}

/* As if the channel began anew in the next block; the other one does not notice. */
static void nonsense_ends_with_its_block(enum iem_simd simd, const struct iem_biquad *sections)
{
	static const float nonsense[] = { NAN, INFINITY, -INFINITY, FLT_MAX };
	enum { AT = 5000, END = 5120 };

	for (size_t i = 0; i < ARRAY_LEN(nonsense); i++) {
		struct iem_cascade *cascade = cascade_of(simd, sections, 10, 10);

		fill_with_noise(4);
		run(cascade, output, 0, FRAMES);
		iem_cascade_reset(cascade);
		run(cascade, other, 0, END);
		iem_cascade_reset(cascade);
		run(cascade, other, END, FRAMES - END);
		memcpy(output[0] + END, other[0] + END, (FRAMES - END) * sizeof(float));
		iem_cascade_reset(cascade);
		input[0][AT] = nonsense[i];
		run(cascade, other, 0, END);
		run(cascade, other, END, FRAMES - END);
		check(all_finite(other), "%g comes out as something that is no number", (double)nonsense[i]);
		check(memcmp(output[0] + END, other[0] + END, (FRAMES - END) * sizeof(float)) == 0,
		      "after %g the channel does not begin anew", (double)nonsense[i]);
		check(memcmp(output[1], other[1], sizeof(other[1])) == 0, "%g changes the other channel",
		      (double)nonsense[i]);
		iem_cascade_free(cascade);
	}
}

/* The very thing that is slow must not happen: with the mode on, no state is ever left in between. */
static void a_tail_ends_in_silence(enum iem_simd simd, const struct iem_biquad *sections)
{
	struct iem_cascade *cascade = cascade_of(simd, sections, 10, 10);
	const unsigned long mode = iem_denormals_flush();

	memset(input, 0, sizeof(input));
	input[0][0] = 1;
	input[1][0] = 1e-40f; /* a denormal counts as nothing */
	for (int i = 0; i < 60; i++) {
		run(cascade, output, 0, FRAMES);
		input[0][0] = input[1][0] = 0;
		if (i == 0)
			check(output[1][0] == 0 && output[1][1] == 0, "a denormal is not flushed");
	}
	iem_denormals_restore(mode);
	for (int i = 0; i < FRAMES; i++)
		check(output[0][i] == 0, "a tail has no end");
	iem_cascade_free(cascade);
}

int main(void)
{
	static struct iem_biquad sections[IEM_MAX_BANDS];

	some_sections(sections, IEM_MAX_BANDS, 5);
	for (int simd = 0; simd < IEM_SIMDS; simd++) {
		simd_name = iem_simd_names[simd];
		if (!iem_simd_available(simd)) {
			printf("%s: not here\n", simd_name);
			continue;
		}
		the_output_is_that_of_the_recursion(simd, sections);
		blocks_change_no_bit(simd, sections);
		in_place_and_one_channel_are_the_same(simd, sections);
		nonsense_ends_with_its_block(simd, sections);
		a_tail_ends_in_silence(simd, sections);
		printf("%s: tried\n", simd_name);
	}
	printf("%u checks failed; the best here is %s.\n", failures, iem_simd_names[iem_simd_best()]);
	return failures > 0;
}
