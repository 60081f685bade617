/*
 * chain.h, fader.h: what the audio thread calls neither allocates nor frees.
 *
 * The linker sends every call of the allocator through the __wrap functions below (-Wl,--wrap=malloc ...),
 * and they count while `listening`.
 */
#include "fader_world.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_counter_counts),
		cmocka_unit_test(processing_and_resetting_a_chain_allocate_nothing),
		cmocka_unit_test(taking_fading_and_giving_back_allocate_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
