/* fader.h: which chain is heard when, and what becomes of the others. */
#include "fader_world.h"

enum { RATE = 48000, FADE = RATE * 60 / 1000, SECOND = RATE };

static float in[SECOND], out[SECOND], other[SECOND];

static struct iem_chain *gain_chain(double db)
{
	return chain_with_preamp(NULL, 0, RATE, 1, db);
}

static void fill(float value)
{
	for (int i = 0; i < SECOND; i++)
		in[i] = value;
}

static void a_change_is_over_when_the_chain_has_settled_and_the_fade_is_done(void **state)
{
	const struct iem_band slow = band("PK", 25, 6, 3);
	struct iem_chain *first = gain_chain(0), *next = chain_with_preamp(&slow, 1, RATE, 1, -12);
	const uint32_t settle = iem_chain_settle_frames(next);
	struct desk desk;

	fill(0.5f);
	assert_in_range(settle, SECOND / 3, SECOND / 2);
	desk_open(&desk, first, 0);
	assert_false(iem_fader_busy(&desk.fader));
	desk_take(&desk, next, false);
	assert_true(iem_fader_busy(&desk.fader));
	desk_run(&desk, in, out, settle, 480);
	assert_memory_equal(out, in,
			    settle * sizeof(float)); /* while the next one settles, only the first is heard */
	desk_run(&desk, in, out, FADE - 1, 480);
	assert_int_equal(desk.n_back, 0);
	desk_run(&desk, in, out, 1, 480);
	assert_int_equal(desk.n_back, 1);
	assert_ptr_equal(desk.back[0], first);
	assert_false(iem_fader_busy(&desk.fader));
	desk_close(&desk, 2);
}

/* What was heard last is run through three times as fast as it came, beside what comes. */
static void a_chain_is_warmed_up_on_the_past(void **state)
{
	const struct iem_band slow = band("PK", 25, 6, 3);
	struct iem_chain *next = chain_with_preamp(&slow, 1, RATE, 1, -12), *warm = chain_with_preamp(&slow, 1, RATE, 1, -12);
	const uint32_t settle = iem_chain_settle_frames(next), catching = (settle + 2) / 3, begin = SECOND / 2;
	const float *ins[] = { in };
	float *outs[] = { other };
	struct desk desk;
	uint32_t seed = 9;

	for (int i = 0; i < SECOND; i++)
		in[i] = noise(&seed);
	desk_open(&desk, gain_chain(0), 0);
	desk_run(&desk, in, out, begin, 480);
	desk_take(&desk, next, false);
	desk_run(&desk, in + begin, out + begin, catching, 480);
	assert_memory_equal(out, in, (begin + catching) * sizeof(float));
	desk_run(&desk, in + begin + catching, out + begin + catching, FADE, 480);
	assert_false(iem_fader_busy(&desk.fader));
	desk_run(&desk, in + begin + catching + FADE, out + begin + catching + FADE, 1000, 480);
	iem_chain_process(warm, ins, outs, SECOND); /* it sounds as if it had always been there */
	for (uint32_t i = begin + catching + FADE; i < begin + catching + FADE + 1000; i++)
		assert_near(out[i], other[i], 1e-4);
	iem_chain_free(warm);
	desk_close(&desk, 2);
}

static void a_chain_without_memory_fades_at_once_and_ends_exactly_at_its_gain(void **state)
{
	struct desk desk;

	fill(1);
	desk_open(&desk, gain_chain(0), 0);
	desk_take(&desk, gain_chain(-20), false);
	desk_run(&desk, in, out, FADE + 1, 480);
	for (int i = 1; i < FADE; i++)
		assert_true(out[i] <= out[i - 1]);
	assert_near(out[FADE / 2], 0.55, 0.01); /* half of the way from 1 to 0.1 */
	assert_near(out[FADE], 0.1, 1e-7);
	desk_close(&desk, 2);
}

static void of_those_that_wait_only_the_newest_is_heard(void **state)
{
	struct iem_chain *chains[] = { gain_chain(0), gain_chain(-10), gain_chain(-20), gain_chain(-30),
				       gain_chain(-40) };
	struct desk desk;

	fill(1);
	desk_open(&desk, chains[0], 0);
	desk_take(&desk, chains[1], false);
	desk_run(&desk, in, out, 100, 100);
	desk_take(&desk, chains[2], false); /* waits */
	assert_int_equal(desk.n_back, 0);
	desk_take(&desk, chains[3], false); /* instead of it */
	desk_take(&desk, chains[4], false);
	assert_int_equal(desk.n_back, 2);
	assert_ptr_equal(desk.back[0], chains[2]);
	assert_ptr_equal(desk.back[1], chains[3]);
	desk_run(&desk, in, out, FADE - 100, 480);
	assert_ptr_equal(desk.back[2], chains[0]);
	assert_true(iem_fader_busy(&desk.fader)); /* what was begun is finished, then the newest begins */
	assert_near(out[FADE - 101], pow(10, -0.5), 1e-6);
	desk_run(&desk, in, out, FADE + 1, 480);
	assert_ptr_equal(desk.back[3], chains[1]);
	assert_near(out[FADE], 0.01, 1e-8);
	desk_close(&desk, 5);
}

/* A long block may see the end of two fades. */
static void two_fades_may_end_in_one_block(void **state)
{
	struct desk desk;

	fill(1);
	desk_open(&desk, gain_chain(0), 0);
	desk_take(&desk, gain_chain(-10), false);
	desk_take(&desk, gain_chain(-20), false);
	desk_run(&desk, in, out, 2 * FADE, 2 * FADE);
	assert_int_equal(desk.n_back, 2);
	assert_false(iem_fader_busy(&desk.fader));
	desk_close(&desk, 3);
}

static void at_once_replaces_everything(void **state)
{
	struct iem_chain *last = gain_chain(-30);
	struct desk desk;

	fill(1);
	desk_open(&desk, gain_chain(0), 0);
	desk_take(&desk, gain_chain(-10), false);
	desk_take(&desk, gain_chain(-20), false);
	desk_take(&desk, last, true);
	assert_int_equal(desk.n_back, 3);
	assert_false(iem_fader_busy(&desk.fader));
	assert_ptr_equal(desk.fader.heard, last);
	desk_run(&desk, in, out, 10, 10);
	assert_near(out[0], pow(10, -1.5), 1e-7);
	desk_close(&desk, 4);
}

static void a_reset_leaves_the_newest_and_no_memory(void **state)
{
	const struct iem_band b = band("PK", 100, 6, 3);
	struct iem_chain *newest = chain_with_preamp(&b, 1, RATE, 1, 0),
			 *fresh = chain_with_preamp(&b, 1, RATE, 1, 0);
	const float *ins[] = { in };
	float *outs[] = { other };
	struct desk desk;

	fill(0.5f);
	desk_open(&desk, gain_chain(0), 0);
	desk_take(&desk, gain_chain(-10), false);
	desk_run(&desk, in, out, 1000, 480);
	desk_take(&desk, newest, false);
	desk_reset(&desk);
	assert_ptr_equal(desk.fader.heard, newest);
	assert_int_equal(desk.n_back, 2);
	desk_run(&desk, in, out, 1000, 480);
	desk_reset(&desk); /* nothing under way: only the past is forgotten */
	assert_int_equal(desk.n_back, 2);
	desk_run(&desk, in, out, 1000, 480);
	iem_chain_process(fresh, ins, outs, 1000);
	assert_memory_equal(out, other, 1000 * sizeof(float));
	iem_chain_free(fresh);
	desk_close(&desk, 3);
}

static void a_reset_in_mid_fade_leaves_the_coming_one(void **state)
{
	struct iem_chain *coming = gain_chain(-10);
	struct desk desk;

	desk_open(&desk, gain_chain(0), 0);
	desk_take(&desk, coming, false);
	desk_run(&desk, in, out, 100, 100);
	desk_reset(&desk);
	assert_ptr_equal(desk.fader.heard, coming);
	assert_false(iem_fader_busy(&desk.fader));
	desk_close(&desk, 2);
}

/* The graph changes its rate before the control thread can have designed for it. */
static void a_chain_for_another_rate_plays_its_safe_gain(void **state)
{
	const struct iem_band b = band("PK", 3000, -20, 30);
	struct iem_chain *right = chain_with_preamp(NULL, 0, 96000, 1, -3);
	struct desk desk;
	uint32_t seed = 3;

	for (int i = 0; i < SECOND; i++)
		in[i] = noise(&seed);
	desk_open(&desk, chain_with_preamp(&b, 1, RATE, 1, -6), 0);
	desk.rate_hz = 96000;
	desk_run(&desk, in, out, 1000, 480);
	for (int i = 0; i < 1000; i++)
		assert_near(out[i], in[i] * pow(10, -1.3), 1e-7);
	desk_take(&desk, right, false);
	desk_run(&desk, in, out, 96000 * 60 / 1000 + 100, 480);
	assert_ptr_equal(desk.fader.heard, right);
	for (int i = 5760; i < 5860; i++)
		assert_near(out[i], in[i] * pow(10, -0.15), 1e-7);
	desk_close(&desk, 2);
}

static void the_ramp_rises_from_silence_once_for_each_time_it_is_asked_for(void **state)
{
	struct desk desk;

	fill(1);
	desk_open(&desk, gain_chain(0), 0.02);
	desk_run(&desk, in, out, 2000, 64);
	assert_true(out[0] == 0);
	for (int i = 1; i < 960; i++)
		assert_true(out[i] >= out[i - 1]);
	assert_near(out[480], 0.5, 1e-3);
	for (int i = 960; i < 2000; i++)
		assert_true(out[i] == 1);
	iem_fader_ramp(&desk.fader, 300, 960);
	desk_run(&desk, in, other, 500, 64);
	desk_reset(&desk);
	desk_run(&desk, in, other, 2300, 64);
	for (int i = 0; i < 300; i++)
		assert_true(other[i] == 0);
	assert_memory_equal(other + 300, out, 2000 * sizeof(float));
	desk_close(&desk, 1);
}

static void change_twice(struct desk *desk, float *to, uint32_t block)
{
	const struct iem_band a = band("LS", 105, 5.5, 0.7), b = band("PK", 1000, -6, 2);

	desk_open(desk, chain_of(&a, 1, RATE, 1), 0.05);
	desk_run(desk, in, to, 3000, block);
	desk_take(desk, chain_of(&b, 1, RATE, 1), false);
	desk_run(desk, in + 3000, to + 3000, 2000, block);
	desk_take(desk, chain_of(NULL, 0, RATE, 1), false);
	desk_run(desk, in + 5000, to + 5000, 15000, block);
	assert_int_equal(desk->n_back, 2);
	desk_close(desk, 3);
}

static void the_size_of_the_blocks_changes_nothing(void **state)
{
	static const uint32_t sizes[] = { 1, 7, 64, 256, 257, 480, 1024, 8192 };
	struct desk desk;
	uint32_t seed = 5;

	for (int i = 0; i < SECOND; i++)
		in[i] = noise(&seed);
	change_twice(&desk, other, 100);
	for (size_t s = 0; s < ARRAY_LEN(sizes); s++) {
		change_twice(&desk, out, sizes[s]);
		assert_memory_equal(out, other, 20000 * sizeof(float));
	}
}

static void output_and_input_may_be_the_same_memory(void **state)
{
	struct desk desk;
	uint32_t seed = 5;

	for (int i = 0; i < SECOND; i++)
		in[i] = noise(&seed);
	change_twice(&desk, other, 480);
	change_twice(&desk, in, 480);
	assert_memory_equal(in, other, 20000 * sizeof(float));
}

/* There is nothing to mix where the channels are not the same ones. */
static void a_chain_with_other_channels_takes_over_at_once(void **state)
{
	static float left[480], right[480];
	const float *ins[] = { left, right };
	float *outs[] = { left, right };
	struct iem_chain *retired[IEM_FADER_CHAINS], *stereo = chain_with_preamp(NULL, 0, RATE, 2, -20);
	struct desk desk;

	desk_open(&desk, gain_chain(0), 0);
	desk_take(&desk, gain_chain(-10), false);
	desk_take(&desk, stereo, false);
	assert_int_equal(desk.n_back, 2);
	assert_ptr_equal(desk.fader.heard, stereo);
	left[0] = right[0] = 1;
	assert_int_equal(iem_fader_process(&desk.fader, RATE, ins, outs, 480, retired), 0);
	assert_near(left[0], 0.1, 1e-7);
	assert_near(right[0], 0.1, 1e-7);
	assert_int_equal(iem_fader_take(&desk.fader, chain_with_preamp(NULL, 0, RATE, 2, -40), false, retired), 0);
	for (int i = 0; i < 10; i++) /* what was remembered was of one channel */
		desk_keep(&desk, retired, iem_fader_process(&desk.fader, RATE, ins, outs, 480, retired));
	assert_int_equal(desk.n_back, 3);
	desk_close(&desk, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_change_is_over_when_the_chain_has_settled_and_the_fade_is_done),
		cmocka_unit_test(a_chain_is_warmed_up_on_the_past),
		cmocka_unit_test(a_chain_without_memory_fades_at_once_and_ends_exactly_at_its_gain),
		cmocka_unit_test(of_those_that_wait_only_the_newest_is_heard),
		cmocka_unit_test(two_fades_may_end_in_one_block),
		cmocka_unit_test(at_once_replaces_everything),
		cmocka_unit_test(a_reset_leaves_the_newest_and_no_memory),
		cmocka_unit_test(a_reset_in_mid_fade_leaves_the_coming_one),
		cmocka_unit_test(a_chain_for_another_rate_plays_its_safe_gain),
		cmocka_unit_test(the_ramp_rises_from_silence_once_for_each_time_it_is_asked_for),
		cmocka_unit_test(the_size_of_the_blocks_changes_nothing),
		cmocka_unit_test(output_and_input_may_be_the_same_memory),
		cmocka_unit_test(a_chain_with_other_channels_takes_over_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
