/* dose.h: a week of sound against the closed form, what does not count, and what is warned of. */
#include "dose_world.h"

#include "core/paths.h"

#include <signal.h>
#include <sys/resource.h>

static void assert_relative(double got, double want, double tolerance)
{
	assert_near(got / want, 1, tolerance);
}

static void an_hour_at_a_level_is_what_the_standards_say(void **state)
{
	static const struct {
		enum iem_dose_standard standard;
		const char *percent, *hours; /* columns */
	} modes[] = {
		{ IEM_DOSE_80, "pct_per_hour_mode1", "week_h_mode1" },
		{ IEM_DOSE_75, "pct_per_hour_mode2", "week_h_mode2" },
	};
	struct table rows;
	struct world world;

	table_load(&rows, "dose.tsv");
	assert_int_equal(rows.n_rows, 61);
	for (size_t row = 0; row < rows.n_rows; row++) {
		const double level_db = table_number(&rows, row, "level_dba"), pa2 = table_number(&rows, row, "p2_pa2");

		world_begin(&world);
		world_wait(&world, HOUR);
		iem_dose_add(&world.dose, HOUR * iem_exposure_pa2(level_db), HOUR, &world.now);
		assert_relative(iem_exposure_pa2(level_db), pa2, 1e-3);
		assert_relative(iem_dose_sum(&world.dose).pa2s, HOUR * pa2, 1e-3);
		for (int i = 0; i < 2; i++) {
			assert_relative(iem_dose_percent(&world.dose, modes[i].standard),
					table_number(&rows, row, modes[i].percent), 1e-3);
			assert_relative(iem_dose_weekly_hours(modes[i].standard, level_db),
					table_number(&rows, row, modes[i].hours), 1e-3);
		}
	}
	table_finish(&rows);
}

static void two_weeks_at_one_level_are_one_weeks_dose(void **state)
{
	struct world world;

	world_begin(&world);
	world_listen(&world, 3.5 * DAY, 1, 73);
	assert_relative(world_percent(&world), percent_of(84, 73), 1e-6);
	world_listen(&world, 3.5 * DAY, 1, 73);
	assert_relative(world_percent(&world), percent_of(168, 73), 1e-6);
	for (int quarter = 0; quarter < 28; quarter++) {
		world_listen(&world, DAY / 4 + 137, 1, 73);
		assert_relative(world_percent(&world), percent_of(168, 73), 1e-4);
		assert_relative(iem_dose_sum(&world.dose).seconds, 7 * DAY, 1e-4);
	}
}

/* Two hours each morning and three each evening, a little louder every day. */
static double level_at(double t)
{
	const double hour = fmod(t, DAY) / HOUR;

	return (hour >= 8 && hour < 10) || (hour >= 18 && hour < 21) ? 70 + 2 * floor(t / DAY) : -INFINITY;
}

/* The seven days before T, in hours at each day's level; by the definition. */
static double percent_at(double t)
{
	static const double sessions[][2] = { { 8, 10 }, { 18, 21 } };
	double percent = 0;

	for (int day = 0; day < 14; day++)
		for (int s = 0; s < 2; s++) {
			const double from = fmax(day * DAY + sessions[s][0] * HOUR, t - 7 * DAY);
			const double upto = fmin(day * DAY + sessions[s][1] * HOUR, t);

			percent += percent_of(fmax(upto - from, 0) / HOUR, 70 + 2 * day);
		}
	return percent;
}

static void seven_days_of_music_with_restarts_are_within_a_percent(void **state)
{
	char boots[32];
	struct world world;
	double worst = 0;

	world_begin(&world);
	for (int t = 1; t <= 14 * (int)DAY; t++) {
		world_wait(&world, 1);
		iem_dose_add(&world.dose, iem_exposure_pa2(level_at(t - 1)), 1, &world.now);
		if (t % (int)(5 * HOUR + 41) == 0) { /* iemd alone */
			world_restart(&world, &world.now);
		} else if (t % (int)(11 * HOUR + 7) == 0) { /* the machine; its start takes no time here */
			snprintf(boots, sizeof(boots), "b007-%d", t);
			world_restart(&world, &(struct iem_dose_clock){ 0, world.now.wall_s, boots });
		}
		if (t % (int)(HOUR / 3) == 0 && t > 9 * HOUR)
			worst = fmax(worst, fabs(world_percent(&world) / percent_at(t) - 1));
	}
	print_message("%.2g of the closed form at most; at the end %.1f percent\n", worst, world_percent(&world));
	assert_true(worst <= 0.01);
}

/* No file may grow, not by a byte: what a full disk does to a write. */
static void fill_disk(bool full)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = full ? 0 : limit.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static int save(struct world *world, const char *path)
{
	CLEANUP(iem_freep) char *text = NULL;

	assert_int_equal(iem_dose_write(&text, &world->dose, &world->now), 0);
	return iem_write_atomic(path, text, strlen(text), 0600);
}

static void start_from(struct world *world, const char *path)
{
	char text[200000];
	FILE *file = fopen(path, "re");
	size_t size;

	assert_non_null(file);
	size = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	text[size] = '\0';
	assert_int_equal(iem_dose_parse(&world->dose, text, size, path, &world->now, NULL), 0);
}

/* It is written every ten minutes, as in the daemon; for two hours of each fifteen the disk is full, and nothing is lost by that. */
static void a_full_disk_loses_nothing_that_is_heard(void **state)
{
	char path[] = "/tmp/iemd-dose-XXXXXX";
	unsigned failed = 0, saved = 0;
	struct world world;
	double worst = 0;
	const int fd = mkstemp(path);

	assert_true(fd >= 0);
	close(fd);
	signal(SIGXFSZ, SIG_IGN);
	world_begin(&world);
	for (int t = 1; t <= 14 * (int)DAY; t++) {
		const bool full = t % (15 * (int)HOUR) >= 13 * (int)HOUR;

		world_wait(&world, 1);
		iem_dose_add(&world.dose, iem_exposure_pa2(level_at(t - 1)), 1, &world.now);
		if (t % (int)(10 * MINUTE) == 0) {
			fill_disk(full);
			*(save(&world, path) < 0 ? &failed : &saved) += 1;
			fill_disk(false);
		}
		if (t % (15 * (int)HOUR) == 2 * (int)HOUR) /* long after there was room again */
			start_from(&world, path);
		if (t % (int)(HOUR / 3) == 0 && t > 9 * HOUR)
			worst = fmax(worst, fabs(world_percent(&world) / percent_at(t) - 1));
	}
	unlink(path);
	print_message("%u writes failed of %u; %.2g of the closed form at most\n", failed, failed + saved, worst);
	assert_true(failed > 200 && worst <= 0.01);
}

static void what_was_heard_ages_out_evenly_after_seven_days(void **state)
{
	struct world world;
	double full, before;

	world_begin(&world);
	world_listen(&world, 7 * DAY, 10, 80);
	full = before = world_percent(&world);
	for (int i = 1; i <= 7 * 24 * 12; i++) {
		double percent;

		world_wait(&world, 5 * MINUTE);
		percent = world_percent(&world);
		assert_near(percent / full, 1 - i * 5 * MINUTE / (7 * DAY), 1e-4);
		assert_true(percent < before);
		before = percent;
	}
	world_wait(&world, 10 * MINUTE);
	assert_true(world_percent(&world) == 0);
}

static void an_hour_is_whole_until_it_is_seven_days_old(void **state)
{
	struct world world;

	world_begin(&world);
	world_listen(&world, HOUR, 1, 95);
	world_wait(&world, 7 * DAY - HOUR - 11 * MINUTE);
	assert_relative(world_percent(&world), percent_of(1, 95), 1e-9);
	world_wait(&world, HOUR + 22 * MINUTE);
	assert_true(world_percent(&world) == 0);
}

static void what_is_softer_than_60_db_does_not_count(void **state)
{
	struct world world;

	world_begin(&world);
	world_listen(&world, DAY, 1, 59.9);
	assert_true(world_percent(&world) == 0);
	assert_true(iem_dose_sum(&world.dose).seconds == 0);
	world_listen(&world, DAY, 1, 60.1);
	assert_relative(world_percent(&world), percent_of(24, 60.1), 1e-6);
	assert_relative(iem_dose_sum(&world.dose).seconds, DAY, 1e-9);
}

static void nonsense_does_not_count(void **state)
{
	static const double rows[][2] = {
		{ NAN, 1 }, { 1, NAN },	    { -1, 1 },	  { 1, 0 },	   { 1, -1 },
		{ 0, 1 },   { 1, INFINITY }, { NAN, NAN }, { 1, -INFINITY },
	};
	struct world world;

	world_begin(&world);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		iem_dose_add(&world.dose, rows[i][0], rows[i][1], &world.now);
	assert_true(world_percent(&world) == 0);
	iem_dose_add(&world.dose, INFINITY, 1, &world.now);
	assert_relative(world_percent(&world), percent_of(1 / HOUR, IEM_DOSE_MAX_DB), 1e-9);
}

static void each_warning_is_told_once(void **state)
{
	static const double at[] = { 50, 80, 100 };
	struct world world;
	size_t told = 0;

	world_begin(&world);
	for (int minute = 0; minute < 8 * 60; minute++) {
		int warning;

		world_listen(&world, MINUTE, 1, 90);
		warning = iem_dose_warning(&world.dose, IEM_DOSE_80);
		if (warning == 0)
			continue;
		assert_true(told < ARRAY_LEN(at));
		assert_int_equal(warning, at[told]);
		assert_near(iem_dose_percent(&world.dose, IEM_DOSE_80), at[told++], 0.5);
	}
	assert_int_equal(told, ARRAY_LEN(at));
	assert_relative(world_percent(&world), 200, 1e-6);
}

static void of_several_warnings_only_the_highest_is_told(void **state)
{
	struct world world;

	world_begin(&world);
	world_listen(&world, 10 * MINUTE, 1, 110);
	assert_int_equal(iem_dose_warning(&world.dose, IEM_DOSE_80), 100);
	assert_int_equal(iem_dose_warning(&world.dose, IEM_DOSE_80), 0);
}

static void a_warning_is_told_again_after_the_dose_had_clearly_fallen(void **state)
{
	struct world world;

	world_begin(&world);
	world_listen(&world, 80 * MINUTE, 1, 92); /* 52.8 percent, which age out after a week */
	assert_int_equal(iem_dose_warning(&world.dose, IEM_DOSE_80), 50);
	world_wait(&world, 7 * DAY - 80 * MINUTE);
	for (int minute = 0; minute < 15; minute++) { /* down to 43: not clearly below */
		world_wait(&world, MINUTE);
		world_percent(&world);
		assert_int_equal(iem_dose_warning(&world.dose, IEM_DOSE_80), 0);
	}
	world_listen(&world, 15 * MINUTE, 1, 94);
	assert_true(world_percent(&world) > 48);
	world_wait(&world, DAY);
	assert_true(world_percent(&world) < 40);
	assert_int_equal(iem_dose_warning(&world.dose, IEM_DOSE_80), 0);
	world_listen(&world, HOUR, 1, 93);
	assert_int_equal(iem_dose_warning(&world.dose, IEM_DOSE_80), 50);
}

static void what_was_told_is_known_after_a_restart(void **state)
{
	struct world world;

	world_begin(&world);
	world_listen(&world, 2.1 * HOUR, 1, 90);
	assert_int_equal(iem_dose_warning(&world.dose, IEM_DOSE_80), 50);
	world_restart(&world, &world.now);
	assert_int_equal(iem_dose_warning(&world.dose, IEM_DOSE_80), 0);
	assert_int_equal(iem_dose_warning(&world.dose, IEM_DOSE_75), 100);
}

static void the_range_is_a_third_to_three_times_as_much(void **state)
{
	const struct iem_dose_range range = iem_dose_percent_range(60);

	assert_near(10 * log10(60 / range.low), IEM_DOSE_UNCERTAINTY_DB, 1e-9);
	assert_near(10 * log10(range.high / 60), IEM_DOSE_UNCERTAINTY_DB, 1e-9);
	assert_near(range.low, 19, 0.05);
	assert_near(range.high, 189.7, 0.05);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_hour_at_a_level_is_what_the_standards_say),
		cmocka_unit_test(two_weeks_at_one_level_are_one_weeks_dose),
		cmocka_unit_test(seven_days_of_music_with_restarts_are_within_a_percent),
		cmocka_unit_test(a_full_disk_loses_nothing_that_is_heard),
		cmocka_unit_test(what_was_heard_ages_out_evenly_after_seven_days),
		cmocka_unit_test(an_hour_is_whole_until_it_is_seven_days_old),
		cmocka_unit_test(what_is_softer_than_60_db_does_not_count),
		cmocka_unit_test(nonsense_does_not_count),
		cmocka_unit_test(each_warning_is_told_once),
		cmocka_unit_test(of_several_warnings_only_the_highest_is_told),
		cmocka_unit_test(a_warning_is_told_again_after_the_dose_had_clearly_fallen),
		cmocka_unit_test(what_was_told_is_known_after_a_restart),
		cmocka_unit_test(the_range_is_a_third_to_three_times_as_much),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
