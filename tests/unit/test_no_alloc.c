/*
 * chain.h, fader.h, stereo.h, limiter.h, exposure.h: what the audio thread calls neither allocates nor frees.
 *
 * The linker sends every call of the allocator through the __wrap functions below (-Wl,--wrap=malloc ...),
 * and they count while `listening`.
 */
#include "fader_world.h"

#include "core/exposure.h"
#include "core/limiter.h"
#include "core/stereo.h"

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *old, size_t size);
void __real_free(void *p);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *old, size_t size);
void __wrap_free(void *p);

static bool listening;
static unsigned calls;

void *__wrap_malloc(size_t size)
{
	calls += listening;
	return __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
	calls += listening;
	return __real_calloc(n, size);
}

void *__wrap_realloc(void *old, size_t size)
{
	calls += listening;
	return __real_realloc(old, size);
}

void __wrap_free(void *p)
{
	calls += listening;
	__real_free(p);
}

static float sound[48000];

static void the_counter_counts(void **state)
{
	struct iem_chain *chain;

	calls = 0;
	listening = true;
	chain = chain_of(NULL, 0, 48000, 1);
	iem_chain_free(chain);
	listening = false;
	assert_true(calls >= 2);
}

static void processing_and_resetting_a_chain_allocate_nothing(void **state)
{
	const struct iem_band b = band("PK", 1000, -6, 1);
	struct iem_chain *chain = chain_of(&b, 1, 48000, 1);
	const float *ins[] = { sound };
	float *outs[] = { sound };

	calls = 0;
	listening = true;
	iem_chain_process(chain, ins, outs, 48000);
	sound[0] = NAN;
	iem_chain_process(chain, ins, outs, 480);
	iem_chain_reset(chain);
	listening = false;
	assert_int_equal(calls, 0);
	iem_chain_free(chain);
}

static void convolving_allocates_nothing(void **state)
{
	struct iem_point points[] = { { 100, 3 }, { 1000, -3 } };
	struct iem_impulse *impulse = iem_impulse_new(48000, IEM_IMPULSE_ALL, 20000);
	const struct iem_eq eq = { .graphic = { points, ARRAY_LEN(points) }, .impulse = impulse };
	const struct iem_chain_plan plan = { .eq = &eq, .rate_hz = 48000, .channels = 1 };
	const float *ins[] = { sound };
	float *outs[] = { sound };
	struct iem_chain *chain;

	impulse->taps[19999] = 1;
	assert_int_equal(iem_chain_new(&chain, &plan), 0);
	calls = 0;
	listening = true;
	iem_chain_process(chain, ins, outs, 48000);
	iem_chain_reset(chain);
	iem_chain_process(chain, ins, outs, 7);
	listening = false;
	assert_int_equal(calls, 0);
	iem_chain_free(chain);
	iem_impulse_drop(impulse);
}

static void taking_fading_and_giving_back_allocate_nothing(void **state)
{
	const struct iem_band b = band("PK", 1000, -6, 1);
	struct iem_chain *chains[6];
	struct desk desk;

	for (size_t i = 0; i < ARRAY_LEN(chains); i++)
		chains[i] = chain_of(&b, 1, 48000, 1);
	desk_open(&desk, chains[0], 0.05);
	memset(sound, 0, sizeof(sound));
	calls = 0;
	listening = true;
	desk_run(&desk, sound, sound, 480, 64);
	desk_take(&desk, chains[1], false);
	desk_run(&desk, sound, sound, 100, 64);
	desk_take(&desk, chains[2], false);
	desk_take(&desk, chains[3], false);
	desk_run(&desk, sound, sound, 20000, 480);
	desk_take(&desk, chains[4], false);
	desk_reset(&desk);
	desk_take(&desk, chains[5], true);
	desk_run(&desk, sound, sound, 480, 64);
	listening = false;
	assert_int_equal(calls, 0);
	assert_int_equal(desk.n_back, 5);
	desk_close(&desk, 6);
}

static void what_two_channels_get_and_the_limiter_allocate_nothing(void **state)
{
	const struct iem_stereo stereo = { .balance_db = 3, .width = 1.5, .crossfeed = 0 };
	static float right[480];
	float *planes[] = { sound, right };
	struct iem_limiter *limiter = NULL;
	struct iem_stereo_stage stage;

	assert_int_equal(iem_limiter_new(&limiter, 48000, 2), 0);
	calls = 0;
	listening = true;
	assert_int_equal(iem_stereo_init(&stage, &stereo, 48000), 0);
	for (int i = 0; i < 480; i++)
		sound[i] = i % 7 ? 3 : NAN;
	iem_stereo_process(&stage, sound, right, 480);
	iem_stereo_reset(&stage);
	iem_limiter_process(limiter, planes, 480);
	iem_limiter_reset(limiter);
	listening = false;
	assert_int_equal(calls, 0);
	iem_limiter_free(limiter);
}

static void counting_exposure_allocates_nothing(void **state)
{
	static const float right[48000];
	const float *const ears[2] = { sound, right }, *const mono[2] = { sound, NULL };
	struct iem_exposure exposure;

	assert_int_equal(iem_exposure_init(&exposure, 48000), 0);
	sound[7] = INFINITY;
	calls = 0;
	listening = true;
	iem_exposure_process(&exposure, ears, 48000);
	iem_exposure_process(&exposure, mono, 333);
	iem_exposure_reset(&exposure);
	listening = false;
	assert_int_equal(calls, 0);
	iem_exposure_finish(&exposure);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_counter_counts),
		cmocka_unit_test(processing_and_resetting_a_chain_allocate_nothing),
		cmocka_unit_test(convolving_allocates_nothing),
		cmocka_unit_test(taking_fading_and_giving_back_allocate_nothing),
		cmocka_unit_test(what_two_channels_get_and_the_limiter_allocate_nothing),
		cmocka_unit_test(counting_exposure_allocates_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
