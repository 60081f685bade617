/* convolver.h: the sum that a convolution is, for any response, block and order of channels. */
#include "support.h"

#include "core/convolver.h"

#include <errno.h>

enum { FRAMES = 12000, MAX_TAPS = 9000, CHANNELS = 8 };

static float in[CHANNELS][FRAMES], out[CHANNELS][FRAMES], other[CHANNELS][FRAMES];
static double responses[4][IEM_CONVOLVER_MAX_TAPS];
static const double *const all[] = { responses[0], responses[1], responses[2], responses[3] };

static void fill(void)
{
	uint32_t seed = 7;

	for (int c = 0; c < CHANNELS; c++)
		for (int i = 0; i < FRAMES; i++)
			in[c][i] = 0.5f * noise(&seed);
	for (int r = 0; r < 4; r++)
		for (int i = 0; i < IEM_CONVOLVER_MAX_TAPS; i++)
			responses[r][i] = noise(&seed) * exp(-i / 2000.0);
}

static struct iem_convolver *convolver_of(uint32_t taps, unsigned channels, const struct iem_convolver_path *paths,
					  unsigned n_paths)
{
	struct iem_convolver_plan plan = { .responses = all, .n_responses = 4, .taps = taps, .channels = channels,
					   .n_paths = n_paths };
	struct iem_convolver *convolver = NULL;

	memcpy(plan.paths, paths, n_paths * sizeof(*paths));
	assert_int_equal(iem_convolver_new(&convolver, &plan), 0);
	return convolver;
}

static void run(struct iem_convolver *convolver, float (*to)[FRAMES], uint32_t block)
{
	float *planes[CHANNELS];

	memcpy(to, in, sizeof(in));
	for (uint32_t at = 0, n; at < FRAMES; at += n) {
		n = block < FRAMES - at ? block : FRAMES - at;
		for (int c = 0; c < CHANNELS; c++)
			planes[c] = to[c] + at;
		iem_convolver_process(convolver, planes, n);
		iem_convolver_process(convolver, planes, 0);
	}
}

/* At some frames, and around every place where blocks end. */
static void check(const struct iem_convolver_path *paths, unsigned n_paths, unsigned channel, uint32_t taps)
{
	for (int i = 0; i < FRAMES; i += i % 1024 < 3 || i % 64 < 2 || i % 64 > 61 ? 1 : 37) {
		double want = 0;

		for (unsigned p = 0; p < n_paths; p++)
			for (uint32_t t = 0; paths[p].to == channel && t < taps && t <= (uint32_t)i; t++)
				want += responses[paths[p].response][t] * (double)in[paths[p].from][(uint32_t)i - t];
		if (!(fabs(out[channel][i] - want) < 2e-6))
			fail_msg("%u taps, channel %u, frame %d: %.9g and not %.9g", taps, channel, i,
				 (double)out[channel][i], want);
	}
}

static const struct iem_convolver_path straight[] = { { 0, 0, 0 }, { 1, 1, 1 } };
static const struct iem_convolver_path crossed[] = { { 0, 0, 0 }, { 0, 1, 1 }, { 1, 0, 2 }, { 1, 1, 3 } };

static void the_output_is_the_sum_of_all_taps(void **state)
{
	static const uint32_t taps[] = { 1, 2, 63, 64, 65, 127, 128, 129, 191, 192, 193, 2047, 2048, 2049, 3071, 3072, 3073, 5000,
					 MAX_TAPS };

	for (size_t i = 0; i < ARRAY_LEN(taps); i++) {
		struct iem_convolver *convolver = convolver_of(taps[i], 2, straight, 2);

		run(convolver, out, 480);
		check(straight, 2, i % 2, taps[i]);
		iem_convolver_free(convolver);
	}
}

static void every_path_adds(void **state)
{
	struct iem_convolver *convolver = convolver_of(4000, 2, crossed, 4);

	run(convolver, out, 333);
	check(crossed, 4, 0, 4000);
	check(crossed, 4, 1, 4000);
	iem_convolver_free(convolver);
}

static void blocks_change_no_bit(void **state)
{
	static const uint32_t blocks[] = { 1, 7, 63, 64, 65, 480, 1024, 1025, 8192 };
	struct iem_convolver *convolver = convolver_of(MAX_TAPS, 2, crossed, 4);

	run(convolver, out, FRAMES);
	for (size_t b = 0; b < ARRAY_LEN(blocks); b++) {
		iem_convolver_reset(convolver);
		run(convolver, other, blocks[b]);
		assert_memory_equal(out, other, sizeof(out[0]) * 2);
	}
	iem_convolver_free(convolver);
}

static void a_reset_leaves_no_memory(void **state)
{
	static const uint32_t befores[] = { 1, 64, 1000, 1024, 5000, FRAMES };
	struct iem_convolver *convolver = convolver_of(MAX_TAPS, 2, straight, 2);

	run(convolver, out, 480);
	for (size_t b = 0; b < ARRAY_LEN(befores); b++) {
		float *planes[CHANNELS];

		iem_convolver_reset(convolver);
		for (int c = 0; c < CHANNELS; c++)
			planes[c] = memcpy(other[c], in[c], sizeof(in[c]));
		iem_convolver_process(convolver, planes, befores[b]);
		iem_convolver_reset(convolver);
		run(convolver, other, 480);
		assert_memory_equal(out, other, sizeof(out[0]) * 2);
	}
	iem_convolver_free(convolver);
}

static void the_longest_response_reaches_its_end(void **state)
{
	enum { LAST = IEM_CONVOLVER_MAX_TAPS - 1 };
	static float plane[LAST + 1000];
	static double late[IEM_CONVOLVER_MAX_TAPS];
	const double *const one[] = { late };
	const struct iem_convolver_plan plan = { .responses = one, .n_responses = 1, .taps = LAST + 1, .channels = 1,
						 .paths = { { 0, 0, 0 } }, .n_paths = 1 };
	float *planes[] = { plane };
	struct iem_convolver *convolver = NULL;

	late[0] = 0.25;
	late[LAST] = 0.5;
	assert_int_equal(iem_convolver_new(&convolver, &plan), 0);
	plane[100] = 1;
	iem_convolver_process(convolver, planes, ARRAY_LEN(plane));
	for (int i = 0; i < (int)ARRAY_LEN(plane); i++)
		assert_near(plane[i], i == 100 ? 0.25 : i == 100 + LAST ? 0.5 : 0, 1e-9);
	iem_convolver_free(convolver);
}

static void what_is_no_number_is_silence(void **state)
{
	static const float nonsense[] = { NAN, INFINITY, -INFINITY };
	struct iem_convolver *convolver = convolver_of(3000, 2, straight, 2);

	for (size_t i = 0; i < ARRAY_LEN(nonsense); i++) {
		fill();
		in[0][500] = 0;
		iem_convolver_reset(convolver);
		run(convolver, out, 480);
		in[0][500] = nonsense[i];
		iem_convolver_reset(convolver);
		run(convolver, other, 480);
		assert_memory_equal(out, other, sizeof(out[0]) * 2);
	}
	fill();
	iem_convolver_free(convolver);
}

static void channels_without_a_path_are_silent(void **state)
{
	const struct iem_convolver_path path = { 2, 5, 3 };
	struct iem_convolver *convolver = convolver_of(2500, CHANNELS, &path, 1);

	run(convolver, out, 480);
	check(&path, 1, 5, 2500);
	for (int c = 0; c < CHANNELS; c++)
		for (int i = 0; c != 5 && i < FRAMES; i++)
			assert_true(out[c][i] == 0);
	iem_convolver_free(convolver);
}

static void plans_that_cannot_be_are_refused(void **state)
{
	const struct iem_convolver_plan good = { .responses = all, .n_responses = 1, .taps = 10, .channels = 1,
						 .paths = { { 0, 0, 0 } }, .n_paths = 1 };
	struct iem_convolver_plan bad[6];
	struct iem_convolver *convolver = NULL;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		bad[i] = good;
	bad[0].taps = 0;
	bad[1].taps = IEM_CONVOLVER_MAX_TAPS + 1;
	bad[2].channels = 0;
	bad[3].channels = IEM_CONVOLVER_MAX_CHANNELS + 1;
	bad[4].paths[0].to = 1;
	bad[5].paths[0].response = 1;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(iem_convolver_new(&convolver, &bad[i]), -EINVAL);
	assert_null(convolver);
	iem_convolver_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_output_is_the_sum_of_all_taps),
		cmocka_unit_test(every_path_adds),
		cmocka_unit_test(blocks_change_no_bit),
		cmocka_unit_test(a_reset_leaves_no_memory),
		cmocka_unit_test(the_longest_response_reaches_its_end),
		cmocka_unit_test(what_is_no_number_is_silence),
		cmocka_unit_test(channels_without_a_path_are_silent),
		cmocka_unit_test(plans_that_cannot_be_are_refused),
	};

	fill();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
