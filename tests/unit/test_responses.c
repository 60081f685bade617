/* daemon/responses.h: made by another thread, kept for a while; also for the thread sanitizer. */
#include "daemon/responses.h"
#include "support.h"

#include "core/chain.h"

#include <errno.h>
#include <semaphore.h>

static sem_t made;
static struct iem_point points[] = { { 100, 3 }, { 1000, -3 }, { 8000, 2 } };
static struct iem_curve curve = { points, ARRAY_LEN(points) };

static void on_ready(void *data)
{
	sem_post(&made);
}

static int begin(void **state)
{
	struct responses *responses;

	sem_init(&made, 0, 0);
	assert_int_equal(responses_new(&responses, on_ready, NULL), 0);
	*state = responses;
	return 0;
}

static int end(void **state)
{
	responses_free(*state);
	sem_destroy(&made);
	return 0;
}

static struct iem_recipe curve_at(double rate_hz)
{
	return (struct iem_recipe){ .curve = &curve, .rate_hz = rate_hz };
}

static struct iem_impulse *long_impulse(uint64_t print)
{
	struct iem_impulse *impulse = iem_impulse_new(48000, IEM_IMPULSE_TRUE_STEREO, IEM_IMPULSE_MAX_FRAMES);

	assert_non_null(impulse);
	impulse->taps[0] = impulse->taps[3 * (size_t)impulse->frames] = 1;
	impulse->print = print;
	return impulse;
}

/* Ask until it is there, as the engine does. */
static int get(struct responses *responses, const struct iem_recipe *recipe, struct iem_prepared **out)
{
	int r;

	while ((r = responses_get(responses, recipe, out)) == -EAGAIN)
		sem_wait(&made);
	return r;
}

static void what_was_asked_for_is_there_when_it_is_ready(void **state)
{
	const struct iem_recipe recipe = curve_at(48000);
	struct iem_prepared *prepared = NULL;

	assert_int_equal(responses_get(*state, &recipe, &prepared), -EAGAIN);
	assert_null(prepared);
	assert_int_equal(get(*state, &recipe, &prepared), 0);
	for (double f = 20; f < 20000; f *= 1.7)
		assert_near(iem_prepared_db(prepared, IEM_SIDE_LEFT, f), iem_curve_at(&curve, f), 0.03);
}

static void it_is_known_by_what_it_was_made_from(void **state)
{
	struct iem_point same_points[ARRAY_LEN(points)], other_points[ARRAY_LEN(points)];
	const struct iem_curve same = { same_points, ARRAY_LEN(points) }, other = { other_points, ARRAY_LEN(points) };
	struct iem_impulse *impulse = long_impulse(1), *copy = long_impulse(1), *another = long_impulse(2);
	const struct iem_recipe curves[] = { curve_at(48000), { .curve = &same, .rate_hz = 48000 } };
	const struct iem_recipe impulses[] = { { .impulse = impulse, .rate_hz = 48000 },
					       { .impulse = copy, .rate_hz = 48000 } };
	const struct iem_recipe others[] = { curve_at(44100), { .curve = &other, .rate_hz = 48000 },
					     { .impulse = another, .rate_hz = 48000 },
					     { .impulse = impulse, .rate_hz = 48000, .mixes = true } };
	struct iem_prepared *first, *second;

	memcpy(same_points, points, sizeof(points));
	memcpy(other_points, points, sizeof(points));
	other_points[1].y = 0;
	assert_int_equal(get(*state, &curves[0], &first), 0);
	assert_int_equal(responses_get(*state, &curves[1], &second), 0);
	assert_ptr_equal(first, second);
	assert_int_equal(get(*state, &impulses[0], &first), 0);
	assert_int_equal(responses_get(*state, &impulses[1], &second), 0);
	assert_ptr_equal(first, second);
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		assert_int_equal(responses_get(*state, &others[i], &second), -EAGAIN);
	iem_impulse_drop(impulse);
	iem_impulse_drop(copy);
	iem_impulse_drop(another);
}

static void what_nobody_asks_for_any_more_is_not_made(void **state)
{
	struct iem_impulse *impulse = long_impulse(1);
	const struct iem_recipe wanted = curve_at(48000);
	struct iem_recipe recipe = { .impulse = impulse };
	struct iem_prepared *prepared;
	int n = 0;

	for (int i = 0; i < 50; i++) {
		recipe.rate_hz = 44100 + i;
		assert_int_equal(responses_get(*state, &recipe, &prepared), -EAGAIN);
	}
	responses_sweep(*state); /* they were asked for until now */
	assert_int_equal(responses_get(*state, &wanted, &prepared), -EAGAIN);
	responses_sweep(*state);
	iem_impulse_drop(impulse);
	assert_int_equal(get(*state, &wanted, &prepared), 0);
	while (sem_trywait(&made) == 0)
		n++;
	assert_true(n < 50);
}

static void a_few_are_kept_and_all_that_chains_hold(void **state)
{
	enum { N = 8 };
	struct iem_recipe recipes[N];
	struct iem_prepared *held = NULL, *prepared;

	for (int i = 0; i < N; i++) {
		recipes[i] = curve_at(40000 + i);
		assert_int_equal(get(*state, &recipes[i], &prepared), 0);
		if (i == 0)
			held = iem_prepared_hold(prepared);
	}
	responses_sweep(*state);
	responses_sweep(*state);
	assert_int_equal(responses_get(*state, &recipes[0], &prepared), 0);
	assert_ptr_equal(prepared, held);
	for (int i = N - 4; i < N; i++)
		assert_int_equal(responses_get(*state, &recipes[i], &prepared), 0);
	for (int i = 1; i < N - 4; i++)
		assert_int_equal(responses_get(*state, &recipes[i], &prepared), -EAGAIN);
	iem_prepared_drop(held);
}

static void what_cannot_be_made_is_told_and_tried_again(void **state)
{
	const struct iem_recipe recipe = curve_at(1);
	struct iem_prepared *prepared = NULL;

	assert_int_equal(get(*state, &recipe, &prepared), -EINVAL);
	assert_int_equal(get(*state, &recipe, &prepared), -EINVAL);
	assert_null(prepared);
}

/* Both threads plan transforms; and it ends in the middle of the work. */
static void chains_are_made_while_the_next_response_is(void **state)
{
	const struct iem_eq eq = { .graphic = curve };
	struct iem_impulse *impulse = long_impulse(1);
	const struct iem_recipe recipe = curve_at(48000);
	struct iem_recipe next = { .impulse = impulse };
	struct iem_chain_plan plan = { .eq = &eq, .rate_hz = 48000, .channels = 2,
				       .sides = { IEM_SIDE_LEFT, IEM_SIDE_RIGHT } };
	struct iem_prepared *prepared;

	assert_int_equal(get(*state, &recipe, &plan.prepared[IEM_PART_GRAPHIC]), 0);
	for (int i = 0; i < 20; i++) {
		struct iem_chain *chain;

		next.rate_hz = 48000 + i;
		assert_int_equal(responses_get(*state, &next, &prepared), -EAGAIN);
		assert_int_equal(iem_chain_new(&chain, &plan), 0);
		iem_chain_free(chain);
	}
	iem_impulse_drop(impulse);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_was_asked_for_is_there_when_it_is_ready, begin, end),
		cmocka_unit_test_setup_teardown(it_is_known_by_what_it_was_made_from, begin, end),
		cmocka_unit_test_setup_teardown(what_nobody_asks_for_any_more_is_not_made, begin, end),
		cmocka_unit_test_setup_teardown(a_few_are_kept_and_all_that_chains_hold, begin, end),
		cmocka_unit_test_setup_teardown(what_cannot_be_made_is_told_and_tried_again, begin, end),
		cmocka_unit_test_setup_teardown(chains_are_made_while_the_next_response_is, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
