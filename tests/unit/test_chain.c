/* chain.h: how a chain is made, and what it tells about itself. */
#include "support.h"

#include <errno.h>

/* How far one band at 1 kHz may be from what it means: it is realised within 0.002 dB where it is looked at. */
#define BAND_DB 0.005

/* The cascades of preamp.tsv, by name. */
static const struct cascade {
	const char *name;
	struct iem_band bands[10];
} cascades[] = {
/* clang-format off */
#define B(kind, f, gain, width) { IEM_##kind, IEM_SIDE_BOTH, f, gain, width }
/* clang-format on */
	{ "autoeq_like",
	  { B(LOW_SHELF, 105, 5.5, 0.7), B(PEAKING, 60, -2.5, 0.8), B(PEAKING, 180, -3, 0.6),
	    B(PEAKING, 700, 1.5, 1.2), B(PEAKING, 1500, -2, 1.4), B(PEAKING, 2200, 3, 2),
	    B(PEAKING, 3500, -4, 3), B(PEAKING, 5400, 4, 4), B(PEAKING, 8000, -5, 3),
	    B(HIGH_SHELF, 10000, 3, 0.7) } },
	{ "single_narrow", { B(PEAKING, 3000, 6, 20) } },
	{ "two_close", { B(PEAKING, 1000, 6, 4), B(PEAKING, 1100, 6, 4) } },
	{ "boost_and_cut", { B(LOW_SHELF, 200, 9, 0.5), B(PEAKING, 60, -6, 1) } },
	{ "bass_shelf", { B(LOW_SHELF, 105, 8, 0.7) } },
	{ "treble_edge", { B(HIGH_SHELF, 16000, 9, 0.7) } },
	{ "edge_peak", { B(PEAKING, 20000, 6, 2) } },
	{ "all_cut", { B(PEAKING, 100, -3, 1), B(PEAKING, 3000, -5, 2), B(HIGH_SHELF, 8000, -4, 0.7) } },
	{ "subsonic", { B(HIGH_PASS, 18, 0, 1.5), B(PEAKING, 25, 4, 3) } },
	{ "overshoot_shelf", { B(LOW_SHELF, 150, 6, 1.4) } },
	{ "peaky_mix", { B(PEAKING, 4000, 10, 8), B(PEAKING, 4200, -9, 6), B(PEAKING, 3900, 3, 12) } },
	{ "flat", { { 0 } } },
};

static struct iem_chain *cascade_chain(const char *name, enum iem_reference reference, double rate_hz)
{
	for (size_t i = 0; i < ARRAY_LEN(cascades); i++) {
		size_t n = 0;

		if (strcmp(cascades[i].name, name) != 0)
			continue;
		while (n < ARRAY_LEN(cascades[i].bands) && cascades[i].bands[n].freq_hz > 0)
			n++;
		return chain_meaning(reference, cascades[i].bands, n, rate_hz, 2);
	}
	fail_msg("no cascade '%s'", name);
	return NULL;
}

/* The vectors' cookbook is ours to the last digit; their other design, `lm`, comes close to ours. */
static void the_automatic_preamp_is_the_exact_negative_of_the_peak(void **state)
{
	struct table want;

	table_load(&want, "preamp.tsv");
	for (size_t i = 0; i < want.n_rows; i++) {
		const bool cookbook = strcmp(table_text(&want, i, "design"), "rbj") == 0;
		const double rate = table_number(&want, i, "fs");
		const enum iem_reference own = rate == 44100 ? IEM_REFERENCE_COOKBOOK_44100 :
							       IEM_REFERENCE_COOKBOOK_48000;
		struct iem_chain *chain = cascade_chain(table_text(&want, i, "name"),
							cookbook ? own : IEM_REFERENCE_ANALOG, rate);

		assert_near(iem_chain_preamp_db(chain), table_number(&want, i, "preamp_db"),
			    cookbook ? 1e-3 : 0.05);
		iem_chain_free(chain);
	}
	table_finish(&want);
}

/* No frequency may come out louder than it went in, wherever it lies between the points of any grid. */
static void with_the_automatic_preamp_no_frequency_gains(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(cascades); i++) {
		struct iem_chain *chain = cascade_chain(cascades[i].name, IEM_REFERENCE_ANALOG, 48000);

		for (double f = 1; f < 24000; f *= 1.0007)
			assert_true(iem_chain_db(chain, IEM_SIDE_LEFT, f) < 1e-6);
		iem_chain_free(chain);
	}
}

static void a_preamp_that_is_given_is_kept(void **state)
{
	const struct iem_band loud = band("PK", 1000, 12, 1);
	struct iem_chain *chain = chain_with_preamp(&loud, 1, 48000, 2, -2);

	assert_near(iem_chain_preamp_db(chain), -2, 0);
	assert_near(iem_chain_db(chain, IEM_SIDE_LEFT, 1000), 10, BAND_DB);
	iem_chain_free(chain);
}

static struct iem_chain *side_chain(const enum iem_side *sides, unsigned channels, double gain_db)
{
	struct iem_band bands[] = { side_band(IEM_SIDE_LEFT, "PK", 1000, 6, 1),
				    side_band(IEM_SIDE_RIGHT, "PK", 1000, 3, 1) };
	const struct iem_eq eq = { .preamp_auto = true, .bands = bands, .n_bands = 2 };
	struct iem_chain_plan plan = {
		.eq = &eq, .gain_db = gain_db, .rate_hz = 48000, .channels = channels
	};
	struct iem_chain *chain = NULL;

	memcpy(plan.sides, sides, channels * sizeof(*sides));
	assert_int_equal(iem_chain_new(&chain, &plan), 0);
	return chain;
}

static void the_preamp_counts_the_ears_that_sound(void **state)
{
	static const struct {
		enum iem_side sides[2];
		unsigned channels;
		double want;
	} rows[] = {
		{ { IEM_SIDE_LEFT, IEM_SIDE_RIGHT }, 2, -6 }, /* the louder one, so that the balance stays */
		{ { IEM_SIDE_RIGHT }, 1, -3 },
		{ { IEM_SIDE_BOTH }, 1, 0 },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct iem_chain *chain = side_chain(rows[i].sides, rows[i].channels, -10);

		assert_near(iem_chain_preamp_db(chain), rows[i].want, BAND_DB);
		assert_near(iem_chain_gain_db(chain), rows[i].want - 10, BAND_DB);
		iem_chain_free(chain);
	}
}

static void a_chain_tells_what_it_was_made_for(void **state)
{
	static const enum iem_side sides[] = { IEM_SIDE_LEFT, IEM_SIDE_RIGHT, IEM_SIDE_BOTH };
	struct iem_chain *chain = side_chain(sides, 3, 0);

	assert_near(iem_chain_rate(chain), 48000, 0);
	assert_int_equal(iem_chain_channels(chain), 3);
	assert_int_equal(iem_chain_bands(chain, IEM_SIDE_LEFT), 1);
	assert_int_equal(iem_chain_bands(chain, IEM_SIDE_BOTH), 0);
	assert_int_equal(iem_chain_skipped(chain), 0);
	iem_chain_free(chain);
}

static void bands_that_do_not_fit_the_rate_are_left_out_and_counted(void **state)
{
	const struct iem_band bands[] = { band("PK", 1000, 3, 1), band("PK", 4000, 3, 1),
					  band("HS", 10000, 3, 0.7) };
	static const struct {
		double rate_hz;
		unsigned skipped;
	} rows[] = { { 8000, 2 }, { 16000, 1 }, { 20000, 1 }, { 20001, 0 }, { 768000, 0 } };

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct iem_chain *chain = chain_of(bands, 3, rows[i].rate_hz, 1);

		assert_int_equal(iem_chain_skipped(chain), rows[i].skipped);
		assert_int_equal(iem_chain_bands(chain, IEM_SIDE_BOTH), 3 - rows[i].skipped);
		iem_chain_free(chain);
	}
}

static void what_cannot_be_made_is_refused(void **state)
{
	static const struct {
		double rate_hz;
		unsigned channels;
		int want;
	} rows[] = {
		{ 7999, 2, -ERANGE }, { 768001, 2, -ERANGE }, { (double)NAN, 2, -ERANGE },
		{ 0, 2, -ERANGE },    { 48000, 0, -ERANGE },  { 48000, 9, -ERANGE },
		{ 8000, 1, 0 },       { 768000, 8, 0 },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct iem_chain_plan plan = { .rate_hz = rows[i].rate_hz,
						     .channels = rows[i].channels };
		struct iem_chain *chain = NULL;

		assert_int_equal(iem_chain_new(&chain, &plan), rows[i].want);
		assert_int_equal(chain != NULL, rows[i].want == 0);
		iem_chain_free(chain);
	}
}

static void more_bands_than_a_channel_can_have_are_refused(void **state)
{
	struct iem_band bands[IEM_MAX_BANDS + 1];
	struct iem_eq eq = { .preamp_auto = true, .bands = bands };
	struct iem_chain_plan plan = { .eq = &eq, .rate_hz = 48000, .channels = 2 };
	struct iem_chain *chain = NULL;

	for (size_t i = 0; i < ARRAY_LEN(bands); i++)
		bands[i] = side_band(IEM_SIDE_LEFT, "PK", 100 + 10 * (double)i, -1, 1);
	eq.n_bands = IEM_MAX_BANDS + 1;
	assert_int_equal(iem_chain_new(&chain, &plan), -E2BIG);
	assert_null(chain);
	bands[IEM_MAX_BANDS].side = IEM_SIDE_RIGHT;
	assert_int_equal(iem_chain_new(&chain, &plan), 0);
	iem_chain_free(chain);
}

static void what_a_plan_points_to_may_go_once_the_chain_is_made(void **state)
{
	struct iem_band *bands = malloc(sizeof(*bands));
	struct iem_chain *chain;

	*bands = band("PK", 1000, -6, 1);
	chain = chain_of(bands, 1, 48000, 2);
	*bands = band("PK", 1000, 6, 1);
	free(bands);
	assert_near(iem_chain_db(chain, IEM_SIDE_LEFT, 1000), -6, BAND_DB);
	iem_chain_free(chain);
}

static void destructors_accept_nothing(void **state)
{
	iem_chain_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_automatic_preamp_is_the_exact_negative_of_the_peak),
		cmocka_unit_test(with_the_automatic_preamp_no_frequency_gains),
		cmocka_unit_test(a_preamp_that_is_given_is_kept),
		cmocka_unit_test(the_preamp_counts_the_ears_that_sound),
		cmocka_unit_test(a_chain_tells_what_it_was_made_for),
		cmocka_unit_test(bands_that_do_not_fit_the_rate_are_left_out_and_counted),
		cmocka_unit_test(what_cannot_be_made_is_refused),
		cmocka_unit_test(more_bands_than_a_channel_can_have_are_refused),
		cmocka_unit_test(what_a_plan_points_to_may_go_once_the_chain_is_made),
		cmocka_unit_test(destructors_accept_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
