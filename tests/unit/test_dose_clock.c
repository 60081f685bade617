/* dose.h: clocks that jump, machines that sleep, and restarts of iemd and of the machine. */
#include "dose_world.h"

static const double jumps[] = { -10 * YEAR, -YEAR, -30 * DAY, -DAY, -HOUR, -5 * MINUTE, -1,
				1, 5 * MINUTE, HOUR, DAY, 30 * DAY, YEAR, 10 * YEAR };

/* Two hours of music: 50 percent and 25 percent of a week. */
static void world_with_music(struct world *world)
{
	world_begin(world);
	world_listen(world, HOUR, 1, 93);
	world_listen(world, HOUR, 1, 90);
}

static void a_wall_clock_that_is_set_while_iemd_runs_changes_nothing(void **state)
{
	struct world world, other;

	world_with_music(&other);
	world_listen(&other, HOUR, 1, 85);
	for (size_t i = 0; i < ARRAY_LEN(jumps); i++) {
		world_with_music(&world);
		world.now.wall_s += jumps[i];
		world_listen(&world, HOUR, 1, 85);
		assert_true(world_percent(&world) == world_percent(&other));
		world.now.wall_s -= jumps[i];
		assert_true(world_percent(&world) == world_percent(&other));
	}
}

static void a_wall_clock_that_is_set_while_iemd_restarts_changes_nothing(void **state)
{
	struct world world, other;

	world_with_music(&other);
	world_wait(&other, 20);
	for (size_t i = 0; i < ARRAY_LEN(jumps); i++) {
		world_with_music(&world);
		world_restart(&world, &(struct iem_dose_clock){ world.now.elapsed_s + 20, world.now.wall_s + 20 + jumps[i],
								world.now.boot });
		assert_true(world_percent(&world) == world_percent(&other));
	}
}

static void summer_time_is_no_jump_of_the_wall_clock_but_a_wrongly_set_one_is_survived(void **state)
{
	struct world world;

	/* Another system set the machine's clock to local time: an hour off, either way. */
	for (int hours = -1; hours <= 1; hours++) {
		world_with_music(&world);
		world_restart(&world, &(struct iem_dose_clock){ 30, world.now.wall_s + 30 + hours * HOUR, "b007" });
		assert_near(world_percent(&world), percent_of(1, 93) + percent_of(1, 90), 1e-9);
	}
}

static void a_machine_that_was_off_ages_what_was_heard(void **state)
{
	struct world world, other;

	world_with_music(&other);
	world_wait(&other, 6.97 * DAY);
	world_with_music(&world);
	world_restart(&world, &(struct iem_dose_clock){ 42, world.now.wall_s + 6.97 * DAY, "b007" });
	assert_near(world_percent(&world), world_percent(&other), 1e-9);
	assert_true(world_percent(&world) > 0);
	world_restart(&world, &(struct iem_dose_clock){ 42, world.now.wall_s + DAY, "b008" });
	assert_true(world_percent(&world) == 0);
}

static void a_wall_clock_that_went_backwards_over_a_restart_of_the_machine_loses_nothing(void **state)
{
	struct world world;

	for (size_t i = 0; i < ARRAY_LEN(jumps) && jumps[i] < 0; i++) {
		world_with_music(&world);
		world_restart(&world, &(struct iem_dose_clock){ 60, world.now.wall_s + jumps[i], "b007" });
		assert_near(world_percent(&world), percent_of(1, 93) + percent_of(1, 90), 1e-9);
		/* Set right again later, and iemd started anew: still the same hours, once. */
		world.now.wall_s -= jumps[i];
		world_restart(&world, &world.now);
		world_restart(&world, &(struct iem_dose_clock){ 60, world.now.wall_s + 60, "b008" });
		assert_near(world_percent(&world), percent_of(1, 93) + percent_of(1, 90), 1e-9);
	}
}

/* A board without a battery: it starts in 1970 until the network tells the time. */
static void a_clock_that_was_never_set_tells_nothing(void **state)
{
	struct world world;

	world_with_music(&world);
	world.now.wall_s = 7500;
	world_restart(&world, &(struct iem_dose_clock){ 30, SOME_WALL_S, "b007" });
	assert_near(world_percent(&world), percent_of(1, 93) + percent_of(1, 90), 1e-9);
	world_restart(&world, &(struct iem_dose_clock){ 30, 30, "b008" });
	assert_near(world_percent(&world), percent_of(1, 93) + percent_of(1, 90), 1e-9);
}

static void a_machine_has_been_away_for_as_long_as_it_runs_at_least(void **state)
{
	struct world world;

	world_with_music(&world);
	world_restart(&world, &(struct iem_dose_clock){ 8 * DAY, world.now.wall_s - YEAR, "b007" });
	assert_true(world_percent(&world) == 0);
}

static void without_a_boot_id_the_wall_clock_tells(void **state)
{
	struct world world;

	world_with_music(&world);
	world.now.boot = NULL;
	world_restart(&world, &(struct iem_dose_clock){ 1e6, world.now.wall_s - DAY, "b007" });
	assert_near(world_percent(&world), percent_of(1, 93) + percent_of(1, 90), 1e-9);
	world_restart(&world, &(struct iem_dose_clock){ 5, world.now.wall_s + 8 * DAY, NULL });
	assert_true(world_percent(&world) == 0);
}

/* An id that is none is not written, and a restart then is one of the machine. */
static void a_boot_id_of_other_characters_is_unknown(void **state)
{
	struct world world;
	CLEANUP(iem_freep) char *text = NULL;

	world_with_music(&world);
	world.now.boot = "no\"id";
	assert_int_equal(iem_dose_write(&text, &world.dose, &world.now), 0);
	assert_null(strstr(text, "boot"));
}

static void a_machine_that_slept_ages_what_was_heard(void **state)
{
	struct world world;

	world_with_music(&world);
	world_wait(&world, 5 * DAY);
	assert_near(world_percent(&world), percent_of(1, 93) + percent_of(1, 90), 1e-9);
	world_wait(&world, 100 * YEAR);
	assert_true(world_percent(&world) == 0);
	world_listen(&world, HOUR, 1, 90);
	assert_near(world_percent(&world), percent_of(1, 90), 1e-9);
}

static void elapsed_time_that_runs_backwards_or_nowhere_is_no_time(void **state)
{
	static const double shown[] = { 0, -1e9, NAN, -INFINITY };
	struct world world;

	for (size_t i = 0; i < ARRAY_LEN(shown); i++) {
		world_with_music(&world);
		world.now.elapsed_s = shown[i];
		assert_near(world_percent(&world), percent_of(1, 93) + percent_of(1, 90), 1e-9);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_wall_clock_that_is_set_while_iemd_runs_changes_nothing),
		cmocka_unit_test(a_wall_clock_that_is_set_while_iemd_restarts_changes_nothing),
		cmocka_unit_test(summer_time_is_no_jump_of_the_wall_clock_but_a_wrongly_set_one_is_survived),
		cmocka_unit_test(a_machine_that_was_off_ages_what_was_heard),
		cmocka_unit_test(a_wall_clock_that_went_backwards_over_a_restart_of_the_machine_loses_nothing),
		cmocka_unit_test(a_clock_that_was_never_set_tells_nothing),
		cmocka_unit_test(a_machine_has_been_away_for_as_long_as_it_runs_at_least),
		cmocka_unit_test(without_a_boot_id_the_wall_clock_tells),
		cmocka_unit_test(a_boot_id_of_other_characters_is_unknown),
		cmocka_unit_test(a_machine_that_slept_ages_what_was_heard),
		cmocka_unit_test(elapsed_time_that_runs_backwards_or_nowhere_is_no_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
