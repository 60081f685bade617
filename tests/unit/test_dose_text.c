/* dose_text.h: written and read again, and what is refused. */
#include "dose_world.h"

#include <errno.h>

/* When the texts are read: ten minutes after what the one by hand says. */
static const struct iem_dose_clock then = { 1000, SOME_WALL_S, "b007" };

static int parse(struct iem_dose *dose, const char *text, struct iem_diags *diags)
{
	return iem_dose_parse(dose, text, strlen(text), "dose.conf", &then, diags);
}

static void what_is_written_is_read_as_it_was(void **state)
{
	CLEANUP(iem_freep) char *text = NULL, *again = NULL;
	struct world world, other;

	world_begin(&world);
	for (int i = 0; i < 300; i++) {
		world_listen(&world, 1234.567, 1.1, 60 + i % 41 * 1.7);
		world_wait(&world, i % 7 * 777.7);
		iem_dose_warning(&world.dose, IEM_DOSE_80);
	}
	assert_int_equal(iem_dose_write(&text, &world.dose, &world.now), 0);
	assert_int_equal(iem_dose_parse(&other.dose, text, strlen(text), "dose.conf", &world.now, NULL), 0);
	assert_int_equal(iem_dose_write(&again, &other.dose, &world.now), 0);
	assert_string_equal(again, text);
	assert_int_equal(other.dose.told, world.dose.told);
	/* The ring begins elsewhere, so the sum may differ in how it is rounded. */
	assert_near(iem_dose_percent(&other.dose, IEM_DOSE_80) / iem_dose_percent(&world.dose, IEM_DOSE_80), 1, 1e-12);
}

static void a_full_week_is_less_than_100_kb(void **state)
{
	CLEANUP(iem_freep) char *text = NULL;
	struct world world;

	world_begin(&world);
	world_listen(&world, 8 * DAY, 7.77, 77.7777);
	assert_int_equal(iem_dose_write(&text, &world.dose, &world.now), 0);
	assert_true(strlen(text) > 30000 && strlen(text) < 100000);
}

static void an_empty_text_is_nothing_heard(void **state)
{
	static const char *const texts[] = { "", "format = 1;", "heard = ( );", "# nothing\n",
					     "format = 1;\nheard = (\n);\n" };
	struct iem_dose dose;

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		assert_int_equal(parse(&dose, texts[i], NULL), 0);
		assert_true(iem_dose_percent(&dose, IEM_DOSE_80) == 0);
		assert_true(dose.elapsed_s == then.elapsed_s);
	}
}

static void a_text_by_hand_is_understood(void **state)
{
	static const char text[] = "format = 1; boot = \"b007\"; elapsed = 400; wall = 0; into = 0; told = 50;\n"
				   "heard = ( (0, 60, 72), (1007, 600, 576.0), (1008, 600, 576.0) );";
	struct iem_dose dose;

	/* Ten minutes have passed since: the oldest two have moved on by one, and the last of them out. */
	assert_int_equal(parse(&dose, text, NULL), 0);
	assert_near(iem_dose_sum(&dose).pa2s, 72 + 576, 1e-9);
	assert_near(iem_dose_sum(&dose).seconds, 660, 1e-9);
	assert_near(iem_dose_percent(&dose, IEM_DOSE_80), 100 * 648 / 5760.0, 1e-9);
	assert_int_equal(dose.told, 50);
}

static const struct {
	const char *why, *text, *want;
} rejected[] = {
	{ "a newer format", "format = 2;", "dose.conf:1: 'format' is 2; this version reads 1 only\n" },
	{ "no text at all", "\x01\x02", "dose.conf:1: syntax error\n" },
	{ "an unknown key", "\nnoise = 1;",
	  "dose.conf:2: unknown key 'noise'; allowed here are boot, elapsed, wall, into, told, heard\n" },
	{ "a clock that runs backwards", "elapsed = -1;", "dose.conf:1: 'elapsed' is -1, outside 0 to 1e+12 s\n" },
	{ "a bucket longer than one", "into = 601.0;", "dose.conf:1: 'into' is 601, outside 0 to 600 s\n" },
	{ "half a warning", "told = 50.5;", "dose.conf:1: 'told' is 50.5; a whole number is wanted\n" },
	{ "more than all", "told = 1000;", "dose.conf:1: 'told' is 1000, outside 0 to 100 %\n" },
	{ "a list that is none", "heard = 3;", "dose.conf:1: 'heard' wants a list ( ... )\n" },
	{ "a row of two", "heard = ( (0, 1) );",
	  "dose.conf:1: 'heard' wants rows of three numbers, (age, seconds, exposure)\n" },
	{ "a row that is a group", "heard = ( { a = 0; b = 1; c = 2; } );",
	  "dose.conf:1: 'heard' wants rows of three numbers, (age, seconds, exposure)\n" },
	{ "older than a week", "heard = ( (1009, 1, 1) );", "dose.conf:1: 'an element' is 1009, outside 0 to 1008\n" },
	{ "from the future", "heard = ( (-1, 1, 1) );", "dose.conf:1: 'an element' is -1, outside 0 to 1008\n" },
	{ "half an age", "heard = ( (1.5, 1, 1) );", "dose.conf:1: an age of 1.5; whole numbers are wanted\n" },
	{ "twice", "heard = ( (3, 1, 1),\n(3, 1, 1) );", "dose.conf:2: the age 3 is there twice\n" },
	{ "less than nothing", "heard = ( (3, 1, -1.0) );", "dose.conf:1: 'an element' is -1, outside 0 to 1e+11 Pa^2 s\n" },
	{ "no end", "heard = ( (3, 1, 1e400) );", "dose.conf:1: 'an element' is inf, outside 0 to 1e+11 Pa^2 s\n" },
	{ "words", "heard = ( (3, \"one\", 1) );", "dose.conf:1: 'an element' wants a number, 0 to 1e+06 s\n" },
};

static void what_cannot_be_is_refused_with_its_line(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(rejected); i++) {
		struct iem_diags diags = { 0 };
		struct iem_dose dose = { .told = 77 };

		assert_int_equal(parse(&dose, rejected[i].text, &diags), -EINVAL);
		assert_told(&diags, rejected[i].want);
		assert_int_equal(dose.told, 77);
	}
}

static void more_rows_than_a_week_has_are_refused(void **state)
{
	CLEANUP(iem_freep) char *text = NULL;
	struct iem_diags diags = { 0 };
	struct iem_dose dose;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	fputs("heard = ( (0, 1, 1)", out);
	for (int i = 1; i <= IEM_DOSE_BUCKETS; i++)
		fprintf(out, ", (%d, 1, 1)", i);
	fputs(" );", out);
	fclose(out);
	assert_int_equal(parse(&dose, text, &diags), -EINVAL);
	assert_told(&diags, "dose.conf:1: 'heard' has 1010 elements; at most 1009 are allowed\n");
}

/* Bytes changed, cut out and doubled, the same in every run. */
static void damaged_texts_are_refused_or_make_a_dose(void **state)
{
	CLEANUP(iem_freep) char *text = NULL;
	struct world world;
	uint32_t seed = 1;
	unsigned refused = 0;

	world_begin(&world);
	for (int i = 0; i < 12; i++) {
		world_listen(&world, 20 * MINUTE, 60, 70 + i);
		world_wait(&world, 13 * HOUR);
	}
	assert_int_equal(iem_dose_write(&text, &world.dose, &world.now), 0);
	for (int i = 0; i < 4000; i++) {
		CLEANUP(iem_freep) char *damaged = strdup(text);
		CLEANUP(iem_diags_finish) struct iem_diags diags = { 0 };
		const size_t size = strlen(text);
		struct iem_dose dose;
		int r;

		for (int k = 0; k <= i % 4; k++) {
			const size_t at = (size_t)((noise(&seed) + 1) / 2 * (double)(size - 1));

			if (i % 3 == 0)
				damaged[at] = (char)((noise(&seed) + 1) * 127);
			else
				damaged[at] = text[(size_t)((noise(&seed) + 1) / 2 * (double)(size - 1))];
		}
		r = iem_dose_parse(&dose, damaged, strlen(damaged), "x", &then, &diags);
		assert_true(r == 0 || r == -EINVAL);
		assert_true((r < 0) == (diags.errors > 0));
		refused += r < 0;
		if (r == 0)
			assert_true(iem_dose_percent(&dose, IEM_DOSE_80) >= 0 && iem_dose_percent(&dose, IEM_DOSE_80) < 1e12);
	}
	assert_true(refused > 1000 && refused < 4000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read_as_it_was),
		cmocka_unit_test(a_full_week_is_less_than_100_kb),
		cmocka_unit_test(an_empty_text_is_nothing_heard),
		cmocka_unit_test(a_text_by_hand_is_understood),
		cmocka_unit_test(what_cannot_be_is_refused_with_its_line),
		cmocka_unit_test(more_rows_than_a_week_has_are_refused),
		cmocka_unit_test(damaged_texts_are_refused_or_make_a_dose),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
