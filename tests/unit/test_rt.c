/*
 * The hand-over between the main and the audio thread, under the thread sanitizer: rt.c as it is, with a second
 * thread in the place of PipeWire's data thread and buffers of its own in the place of a stream's. The real thing
 * runs in tests/integration; what it cannot have is a sanitizer that sees into PipeWire's libraries.
 */
#include "daemon/rt.h"
#include "support.h"

#include <pthread.h>
#include <stdatomic.h>

#define FRAMES 256
#define CHANNELS 2

static float planes[2][CHANNELS][FRAMES];
static struct spa_chunk chunks[2][CHANNELS];
static struct spa_data datas[2][CHANNELS];
static struct spa_buffer spa_buffers[2];
static struct pw_buffer buffers[2];
static bool queued[2] = { true, true };

/* The streams are only names here: 1 is capture, 2 is playback. */
static int index_of(struct pw_stream *stream)
{
	return stream == (struct pw_stream *)1 ? 0 : 1;
}

struct pw_buffer *pw_stream_dequeue_buffer(struct pw_stream *stream)
{
	const int i = index_of(stream);

	if (!queued[i])
		return NULL;
	queued[i] = false;
	return &buffers[i];
}

int pw_stream_queue_buffer(struct pw_stream *stream, struct pw_buffer *buffer)
{
	return 0;
}

struct pw_data_loop *pw_context_get_data_loop(struct pw_context *context)
{
	return NULL;
}

int pw_data_loop_invoke(struct pw_data_loop *loop, spa_invoke_func_t func, uint32_t seq, const void *data, size_t size,
			bool block, void *user_data)
{
	return func(NULL, false, seq, data, size, user_data);
}

int pw_stream_trigger_process(struct pw_stream *stream)
{
	return 0;
}

static void prepare_buffers(void)
{
	for (int i = 0; i < 2; i++) {
		for (int c = 0; c < CHANNELS; c++) {
			datas[i][c] = (struct spa_data){ .data = planes[i][c], .maxsize = sizeof(planes[i][c]),
							 .chunk = &chunks[i][c] };
			chunks[i][c] = (struct spa_chunk){ .size = sizeof(planes[i][c]), .stride = sizeof(float) };
		}
		spa_buffers[i] = (struct spa_buffer){ .n_datas = CHANNELS, .datas = datas[i] };
		buffers[i] = (struct pw_buffer){ .buffer = &spa_buffers[i] };
	}
}

static void pass(struct rt *rt)
{
	queued[0] = queued[1] = true;
	rt_capture_events.process(rt);
	rt_playback_events.process(rt);
}

static void cycle(struct rt *rt)
{
	for (int c = 0; c < CHANNELS; c++)
		for (int i = 0; i < FRAMES; i++)
			planes[0][c][i] = 0.5f;
	pass(rt);
}

/* A tone of 1 kHz, on the right half as high as on the left. */
static void cycle_tone(struct rt *rt, uint32_t number)
{
	for (int i = 0; i < FRAMES; i++) {
		planes[0][0][i] = (float)(0.5 * sin(2 * M_PI * 1000 * (number * FRAMES + i) / 48000));
		planes[0][1][i] = planes[0][0][i] / 2;
	}
	pass(rt);
}

static struct iem_chain *gain_chain(double gain_db)
{
	const struct iem_chain_plan plan = { .gain_db = gain_db, .rate_hz = 48000, .channels = CHANNELS };
	struct iem_chain *chain;

	assert_int_equal(iem_chain_new(&chain, &plan), 0);
	return chain;
}

static struct rt *new_rt(void)
{
	struct rt *rt;

	prepare_buffers();
	assert_int_equal(rt_new(&rt, gain_chain(0)), 0);
	rt_set_streams(rt, (struct pw_stream *)1, (struct pw_stream *)2);
	return rt;
}

static void a_published_chain_is_taken_in_the_next_cycle(void **state)
{
	struct rt *rt = new_rt();

	cycle(rt);
	assert_true(rt_taken(rt));
	rt_publish(rt, gain_chain(-6));
	assert_false(rt_taken(rt));
	cycle(rt);
	assert_true(rt_taken(rt));
	assert_false(rt_faded(rt));
	for (int i = 0; i < 48000 / FRAMES; i++)
		cycle(rt);
	assert_true(rt_faded(rt));
	assert_near(planes[1][0][FRAMES - 1], 0.5 * pow(10, -6.0 / 20), 1e-6);
	rt_free(rt);
}

/* Changes come faster than they fade: there is always another one under way. */
static void a_chain_passes_although_newer_ones_come(void **state)
{
	struct rt *rt = new_rt();
	uint64_t number;
	int cycles = 0;

	cycle(rt);
	rt_publish(rt, gain_chain(-6));
	number = rt_published();
	assert_false(rt_passed(rt, number, false));
	cycle(rt);
	assert_true(rt_passed(rt, number, false));
	while (!rt_passed(rt, number, true)) {
		rt_publish(rt, gain_chain(-7 - cycles % 3));
		assert_false(rt_passed(rt, rt_published(), false));
		cycle(rt);
		assert_false(rt_faded(rt));
		assert_true(cycles++ < 2 * 48000 / FRAMES);
	}
	assert_false(rt_passed(rt, rt_published(), true));
	for (int i = 0; i < 48000 / FRAMES; i++)
		cycle(rt);
	assert_true(rt_passed(rt, rt_published(), true));
	rt_free(rt);
}

static void a_chain_that_was_overtaken_passes_with_the_next_one(void **state)
{
	struct rt *rt = new_rt();
	uint64_t number;

	cycle(rt);
	rt_publish(rt, gain_chain(-6));
	number = rt_published();
	for (int i = 0; i < 20; i++)
		rt_publish(rt, gain_chain(-7));
	assert_false(rt_passed(rt, number, false));
	cycle(rt);
	assert_true(rt_passed(rt, number, false));
	assert_false(rt_passed(rt, number, true));
	rt_free(rt);
}

static void without_streams_nothing_runs(void **state)
{
	struct rt *rt = new_rt();
	struct rt_figures figures;

	rt_set_streams(rt, NULL, NULL);
	cycle(rt);
	rt_figures(rt, &figures);
	assert_int_equal(figures.cycles, 0);
	rt_free(rt);
}

static void a_pause_ends_a_fade_and_clears_the_past(void **state)
{
	struct rt *rt = new_rt();

	for (int i = 0; i < 48000 / FRAMES; i++)
		cycle(rt);
	rt_publish(rt, gain_chain(-20));
	rt_forget(rt);
	cycle(rt);
	assert_true(rt_faded(rt));
	assert_near(planes[1][1][0], 0.05, 1e-6);
	rt_free(rt);
}

static void samples_beyond_full_scale_are_counted(void **state)
{
	struct rt *rt = new_rt();
	struct rt_figures figures;

	for (int i = 0; i < 48000 / FRAMES; i++)
		cycle(rt);
	rt_publish(rt, gain_chain(12));
	for (int i = 0; i < 48000 / FRAMES; i++)
		cycle(rt);
	rt_figures(rt, &figures);
	assert_true(figures.clips > 0);
	assert_int_equal(figures.rate_hz, 48000);
	rt_free(rt);
}

static struct rt_meter *new_meter(double rate_hz)
{
	struct rt_meter *meter = calloc(1, sizeof(*meter));

	assert_non_null(meter);
	meter->ears[1] = 1;
	assert_int_equal(iem_exposure_init(&meter->exposure, rate_hz), 0);
	return meter;
}

static void what_leaves_is_metered_at_the_meters_rate_and_never_counted_less(void **state)
{
	struct rt *rt = new_rt();
	struct iem_exposure_totals heard, before;
	uint32_t number = 0;

	rt_set_meter(rt, new_meter(96000));
	for (; number < 48000 / FRAMES; number++)
		cycle_tone(rt, number);
	rt_heard(rt, &heard);
	assert_int_equal(heard.frames, 0); /* of another rate */
	rt_set_meter(rt, new_meter(48000));
	for (int second = 0; second < 4; second++) {
		rt_heard(rt, &before);
		rt_set_meter(rt, new_meter(48000)); /* changed in mid-sound, and the first one never taken */
		for (uint32_t i = 0; i < 48000 / FRAMES; i++)
			cycle_tone(rt, number++);
		rt_heard(rt, &heard);
		assert_true(heard.frames > before.frames && heard.energy[0] > before.energy[0]);
	}
	assert_near(heard.energy[0] / (heard.frames / 48000.0), 0.25, 0.003);
	assert_near(heard.energy[1] / (heard.frames / 48000.0), 0.0625, 0.001);
	rt_free(rt);
}

static atomic_bool stop;

static void *audio_thread(void *data)
{
	while (!atomic_load_explicit(&stop, memory_order_relaxed))
		cycle(data);
	return NULL;
}

/* Every chain ends up freed exactly once, which the address sanitizer checks, and unseen by the other thread. */
static void two_threads_hand_over_thousands_of_chains(void **state)
{
	struct rt *rt = new_rt();
	struct iem_exposure_totals heard, before = { 0 };
	struct rt_figures figures;
	pthread_t thread;

	atomic_store(&stop, false);
	assert_int_equal(pthread_create(&thread, NULL, audio_thread, rt), 0);
	for (int i = 0; i < 5000; i++) {
		rt_publish(rt, gain_chain(-0.001 * i));
		if (i % 16 == 0)
			rt_forget(rt);
		if (i % 50 == 0)
			rt_set_meter(rt, new_meter(48000));
		rt_heard(rt, &heard);
		assert_true(heard.frames >= before.frames && heard.energy[0] >= before.energy[0]);
		before = heard;
		if (i % 3 == 0)
			while (!rt_taken(rt))
				rt_collect(rt);
		rt_figures(rt, &figures);
	}
	while (!rt_faded(rt))
		rt_collect(rt);
	atomic_store(&stop, true);
	pthread_join(thread, NULL);
	rt_free(rt);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_published_chain_is_taken_in_the_next_cycle),
		cmocka_unit_test(a_chain_passes_although_newer_ones_come),
		cmocka_unit_test(a_chain_that_was_overtaken_passes_with_the_next_one),
		cmocka_unit_test(without_streams_nothing_runs),
		cmocka_unit_test(a_pause_ends_a_fade_and_clears_the_past),
		cmocka_unit_test(samples_beyond_full_scale_are_counted),
		cmocka_unit_test(what_leaves_is_metered_at_the_meters_rate_and_never_counted_less),
		cmocka_unit_test(two_threads_hand_over_thousands_of_chains),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
