/* preference.h: what a listener adds, as text, as bands, and through a chain. */
#include "support.h"

#include <errno.h>

static struct iem_preference preferring(const char *what, const char *value)
{
	struct iem_preference preference = IEM_PREFERENCE_NEUTRAL;

	assert_int_equal(iem_preference_parse(&preference, iem_preference_find(what), value), 0);
	return preference;
}

static void values_are_parsed_and_told_the_same_way(void **state)
{
	static const struct {
		const char *what, *value, *told;
	} rows[] = {
		{ "bass", "+3", "+3" },	     { "bass", "3.5", "+3.5" },	    { "treble", "-12", "-12" },
		{ "tilt", "0.25", "+0.25" },  { "tilt", "-0", "0" },	    { "balance", "-6", "-6" },
		{ "mono", "on", "on" },	     { "mono", "off", "off" },	    { "crossfeed", "meier", "meier" },
		{ "crossfeed", "off", "off" }, { "width", "1.5", "1.5" },   { "width", "0", "0" },
	};
	char text[64];

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct iem_preference preference = preferring(rows[i].what, rows[i].value);
		const int key = iem_preference_find(rows[i].what);

		assert_string_equal(iem_preference_text(&preference, key, text, sizeof(text)), rows[i].told);
		assert_int_equal(preference.given, 1u << key);
		assert_int_equal(iem_preference_parse(&preference, key, "reset"), 0);
		assert_int_equal(preference.given, 0);
		assert_true(iem_preference_is_neutral(&preference));
	}
	assert_int_equal(iem_preference_find("loudness"), -ENOENT);
}

static void what_is_not_allowed_changes_nothing(void **state)
{
	static const char *const rows[][2] = {
		{ "bass", "12.01" }, { "bass", "nan" },	 { "bass", "" },	  { "bass", "3 dB" },	 { "tilt", "2.1" },
		{ "tilt", "-inf" },  { "mono", "yes" },	 { "crossfeed", "on" },	  { "width", "-0.1" },	 { "width", "2.1" },
		{ "balance", "13" }, { "treble", "1e9" }, { "crossfeed", "" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct iem_preference preference = IEM_PREFERENCE_NEUTRAL;

		assert_int_equal(iem_preference_parse(&preference, iem_preference_find(rows[i][0]), rows[i][1]), -EINVAL);
		assert_int_equal(preference.given, 0);
		assert_true(iem_preference_is_neutral(&preference));
	}
}

static void a_profiles_own_takes_the_place_of_that_for_all(void **state)
{
	struct iem_preference all = preferring("bass", "3"), own = preferring("bass", "0"), merged;
	char text[128];

	iem_preference_parse(&all, IEM_PREFER_CROSSFEED, "meier");
	iem_preference_parse(&own, IEM_PREFER_WIDTH, "1.2");
	merged = iem_preference_merge(&all, &own);
	assert_near(merged.bass_db, 0, 0);
	assert_near(merged.stereo.width, 1.2, 0);
	assert_int_equal(merged.stereo.crossfeed, iem_crossfeed_find("meier"));
	assert_string_equal(iem_preference_describe(&merged, text, sizeof(text)), "crossfeed meier, width 1.2");
	assert_string_equal(iem_preference_describe(&all, text, sizeof(text)), "bass +3 dB, crossfeed meier");
	assert_string_equal(iem_preference_describe(&all, text, 8), "bass +3");
}

static struct iem_chain *chain_preferring(const struct iem_preference *preference, const struct iem_eq *eq,
					  double rate_hz, unsigned channels)
{
	static const struct iem_eq flat = { .preamp_auto = true };
	struct iem_chain_plan plan = { .eq = eq ? eq : &flat, .preference = preference, .rate_hz = rate_hz,
				       .channels = channels };
	struct iem_chain *chain = NULL;

	if (channels == 2)
		plan.sides[0] = IEM_SIDE_LEFT, plan.sides[1] = IEM_SIDE_RIGHT;
	assert_int_equal(iem_chain_new(&chain, &plan), 0);
	return chain;
}

static void a_tilt_is_a_straight_line_around_1_khz(void **state)
{
	static const char *const tilts[] = { "1", "-1", "2" };
	static const double rates[] = { 44100, 48000, 192000 };

	for (size_t t = 0; t < ARRAY_LEN(tilts); t++)
		for (size_t r = 0; r < ARRAY_LEN(rates); r++) {
			const struct iem_preference preference = preferring("tilt", tilts[t]);
			struct iem_chain *chain = chain_preferring(&preference, NULL, rates[r], 2);
			const double gain = iem_chain_gain_db(chain);

			for (double f = 30; f < 10000; f *= 1.1)
				assert_near(iem_chain_db(chain, IEM_SIDE_LEFT, f) - gain, preference.tilt_db * log2(f / 1000),
					    0.25 * fabs(preference.tilt_db));
			assert_near(iem_chain_db(chain, IEM_SIDE_LEFT, 1000) - gain, 0, 0.05);
			iem_chain_free(chain);
		}
}

/* Run a second of sines that reach full scale in the worst way a preamp counts, and return the loudest sample. */
static double loudest(struct iem_chain *chain, double freq_hz, double left, double right)
{
	enum { N = 48000 };
	static float planes[2][N];
	const float *const in[] = { planes[0], planes[1] };
	float *const out[] = { planes[0], planes[1] };
	double most = 0;

	for (int i = 0; i < N; i++) {
		const double x = sin(2 * M_PI * freq_hz * i / 48000);

		planes[0][i] = (float)(left * x);
		planes[1][i] = (float)(right * x);
	}
	iem_chain_reset(chain);
	iem_chain_process(chain, in, out, N);
	for (int c = 0; c < 2; c++)
		for (int i = N / 2; i < N; i++)
			most = fmax(most, fabs(planes[c][i]));
	return most;
}

static void the_preamp_counts_all_that_is_preferred(void **state)
{
	static const char *const rows[][2] = { { "bass", "6" },	 { "treble", "9" }, { "tilt", "1.5" }, { "width", "2" },
					       { "crossfeed", "meier" }, { "balance", "-6" }, { "mono", "on" } };
	static const double inputs[][2] = { { 1, 1 }, { 1, -1 }, { 1, 0 }, { 0, 1 } };

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct iem_preference preference = preferring(rows[i][0], rows[i][1]);
		struct iem_chain *chain = chain_preferring(&preference, NULL, 48000, 2);
		double most = 0;

		for (double f = 25; f < 20000; f *= 1.5)
			for (size_t k = 0; k < ARRAY_LEN(inputs); k++)
				most = fmax(most, loudest(chain, f, inputs[k][0], inputs[k][1]));
		if (!(most <= 1.0005 && most > 0.84)) /* no more than needed, either: the grid is coarse */
			fail_msg("%s %s: the loudest is %g, preamp %g dB", rows[i][0], rows[i][1], most,
				 iem_chain_preamp_db(chain));
		iem_chain_free(chain);
	}
}

static void a_preamp_of_the_profiles_own_is_lowered_by_no_more_than_needed(void **state)
{
	struct iem_band bands[] = { band("PK", 3000, 6, 1) };
	static const struct {
		double preamp_db;
		const char *bass;
		double want_db;
	} rows[] = {
		{ -6, "4", -6 },   /* the bass stays below the peak */
		{ -6, "9", -9 },
		{ -10, "9", -10 }, /* there was room */
		{ -2, "4", -2 },   /* +4 dB of its own at 3 kHz */
		{ -2, "8", -4 },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct iem_eq eq = { .preamp_db = rows[i].preamp_db, .bands = bands, .n_bands = 1 };
		const struct iem_preference preference = preferring("bass", rows[i].bass);
		struct iem_chain *chain = chain_preferring(&preference, &eq, 48000, 2);

		assert_near(iem_chain_preamp_db(chain), rows[i].want_db, 0.05);
		iem_chain_free(chain);
	}
}

static void both_ears_are_mixed_only_where_there_are_two(void **state)
{
	const struct iem_preference preference = preferring("balance", "6");
	struct iem_chain *pair = chain_preferring(&preference, NULL, 48000, 2),
			 *six = chain_preferring(&preference, NULL, 48000, 6);
	float planes[6][10], *out[6];
	const float *in[6];

	for (int c = 0; c < 6; c++) {
		out[c] = planes[c];
		in[c] = planes[c];
		for (int i = 0; i < 10; i++)
			planes[c][i] = 0.5f;
	}
	iem_chain_process(six, in, out, 10);
	for (int c = 0; c < 6; c++)
		assert_near(planes[c][9], 0.5, 0);
	iem_chain_process(pair, in, out, 10);
	assert_near(planes[0][9], 0.5 * pow(10, -0.3), 1e-6);
	assert_near(planes[1][9], 0.5, 0);
	iem_chain_free(pair);
	iem_chain_free(six);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_parsed_and_told_the_same_way),
		cmocka_unit_test(what_is_not_allowed_changes_nothing),
		cmocka_unit_test(a_profiles_own_takes_the_place_of_that_for_all),
		cmocka_unit_test(a_tilt_is_a_straight_line_around_1_khz),
		cmocka_unit_test(the_preamp_counts_all_that_is_preferred),
		cmocka_unit_test(a_preamp_of_the_profiles_own_is_lowered_by_no_more_than_needed),
		cmocka_unit_test(both_ears_are_mixed_only_where_there_are_two),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
