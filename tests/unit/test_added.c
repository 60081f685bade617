/* added.h: what is added on top of the correction keeps within what the earphone is rated for, for any that is asked. */
#include "support.h"

#include "core/added.h"

#define TRIALS 150
#define FINE exp2(1.0 / 12)

static double added_db(const struct iem_added *added, double freq_hz)
{
	return iem_bands_db(added->bands, added->n, IEM_REFERENCE_ANALOG, freq_hz);
}

static double between(uint32_t *seed, double low, double high)
{
	return low + (high - low) * (0.5 + 0.5 * (double)noise(seed));
}

static bool often(uint32_t *seed)
{
	return noise(seed) > -0.3f;
}

/* Anything that may be asked, and any earphone. */
struct asked {
	struct iem_preference preference;
	struct iem_loudness loudness;
	bool compensated;
	struct iem_rated rated;
};

static struct asked any_asked(uint32_t *seed)
{
	struct asked asked = { .preference = IEM_PREFERENCE_NEUTRAL, .rated = IEM_RATED_NOTHING };

	asked.preference.bass_db = often(seed) ? between(seed, -12, 12) : 0;
	asked.preference.treble_db = often(seed) ? between(seed, -12, 12) : 0;
	asked.preference.tilt_db = often(seed) ? between(seed, -2, 2) : 0;
	asked.compensated = often(seed);
	asked.loudness = (struct iem_loudness){ between(seed, 30, 90), between(seed, 60, 90), between(seed, 0, 1), NAN };
	if (often(seed))
		asked.rated.lowest_hz = 20 * exp2(between(seed, 0, 4));
	if (often(seed))
		asked.rated.highest_hz = 20000 * exp2(between(seed, -3, 0));
	if (often(seed))
		asked.rated.most_db = between(seed, 0, 15);
	return asked;
}

static struct iem_added make(const struct asked *asked, const struct iem_rated *rated)
{
	struct iem_added added;

	iem_added_make(&added, &asked->preference, asked->compensated ? &asked->loudness : NULL, rated);
	return added;
}

static struct asked preferring(double bass_db, double treble_db, double tilt_db)
{
	struct asked asked = { .preference = IEM_PREFERENCE_NEUTRAL, .rated = IEM_RATED_NOTHING };

	asked.preference.bass_db = bass_db;
	asked.preference.treble_db = treble_db;
	asked.preference.tilt_db = tilt_db;
	return asked;
}

static void without_a_rating_nothing_is_changed_by_a_bit(void **state)
{
	uint32_t seed = 1;

	for (int i = 0; i < TRIALS; i++) {
		const struct asked asked = any_asked(&seed);
		const struct iem_added added = make(&asked, &IEM_RATED_NOTHING), none = make(&asked, NULL);
		struct iem_band want[IEM_ADDED_BANDS] = { 0 };
		size_t n = 0;

		for (int key = 0; key < IEM_PREFERENCE_KEYS; key++)
			n += iem_preference_bands(&asked.preference, key, want + n);
		if (asked.compensated) {
			iem_loudness_bands(&asked.loudness, want + n);
			n += IEM_LOUDNESS_BANDS;
		}
		assert_int_equal(added.n, n);
		assert_memory_equal(added.bands, want, n * sizeof(*want));
		assert_memory_equal(&added, &none, sizeof(added));
	}
}

static void what_is_neutral_stays_neutral(void **state)
{
	struct asked asked = preferring(0, 0, 0);
	struct iem_added added = make(&asked, &(struct iem_rated){ 200, 8000, 0, 1, 100 });

	assert_int_equal(added.n, 0);
	asked.compensated = true;
	asked.loudness = (struct iem_loudness){ 80, 80, 1, NAN };
	added = make(&asked, &(struct iem_rated){ 200, 8000, 0, 1, 100 });
	assert_int_equal(added.n, IEM_LOUDNESS_BANDS);
	for (size_t i = 0; i < added.n; i++)
		assert_true(added.bands[i].gain_db == 0);
}

static void nothing_is_boosted_beyond_what_is_borne(void **state)
{
	double most_over_db = -INFINITY;
	uint32_t seed = 2;

	for (int i = 0; i < TRIALS; i++) {
		const struct asked asked = any_asked(&seed);
		const struct iem_added added = make(&asked, &asked.rated);
		const bool cuts = asked.compensated && asked.loudness.listening_db > asked.loudness.reference_db;

		for (double f = 3; f < 100000; f *= FINE) {
			const double over_db = added_db(&added, f) - asked.rated.most_db;

			assert_true(over_db <= (cuts ? IEM_LOUDNESS_SWING_DB : 0.03));
			if (!cuts)
				most_over_db = fmax(most_over_db, over_db);
		}
	}
	print_message("%.4f dB more than the most\n", most_over_db);
	assert_true(most_over_db > -0.02); /* and no less than it, where more is asked */
}

static void the_bounds_raise_nothing(void **state)
{
	double most_db = 0;
	uint32_t seed = 3;

	for (int i = 0; i < TRIALS; i++) {
		const struct asked asked = any_asked(&seed);
		const struct iem_added bound = make(&asked, &asked.rated), unbound = make(&asked, NULL);
		const bool refitted = asked.compensated && isfinite(asked.rated.most_db);

		for (double f = 3; f < 100000; f *= FINE) {
			const double before_db = added_db(&unbound, f), more_db = added_db(&bound, f) - before_db;

			assert_true(more_db <= (refitted ? 1.5 : 1e-9));
			most_db = fmax(most_db, more_db);
		}
	}
	print_message("another fit of loudness is %.3f dB higher at most\n", most_db);
}

/* However it is put together: as far as one shelf can, see guard.h. A single shelf of up to 6 dB leaves no 0.5 dB. */
static void beyond_the_range_no_boost_is_left(void **state)
{
	double worst_db[3] = { 0 };
	uint32_t seed = 4;

	for (int i = 0; i < TRIALS; i++) {
		struct asked asked = any_asked(&seed);
		struct iem_added bound, unbound;
		double boost_db[2] = { 0 }, lowest_hz, highest_hz;

		asked.rated.most_db = INFINITY;
		asked.rated.lowest_hz = lowest_hz = 20 * exp2(between(&seed, 0, 4));
		asked.rated.highest_hz = highest_hz = 20000 * exp2(between(&seed, -3, 0));
		bound = make(&asked, &asked.rated);
		unbound = make(&asked, NULL);
		for (double o = 0; o < 8; o += 0.125) {
			boost_db[0] = fmax(boost_db[0], added_db(&unbound, lowest_hz * exp2(-o)));
			boost_db[1] = fmax(boost_db[1], added_db(&unbound, highest_hz * exp2(o)));
		}
		for (double o = 1; o < 8; o += 0.125) {
			const double left_db[] = { added_db(&bound, lowest_hz * exp2(-o)), added_db(&bound, highest_hz * exp2(o)) };

			for (int side = 0; side < 2; side++)
				for (int k = 0; k < 3; k++) /* up to 6, 12 and 24 dB */
					if (boost_db[side] <= 6 << k)
						worst_db[k] = fmax(worst_db[k], left_db[side]);
		}
	}
	print_message("an octave beyond and further at most %.2f dB are left of 6, %.2f of 12, %.2f of 24\n", worst_db[0],
		      worst_db[1], worst_db[2]);
	assert_true(worst_db[0] <= 0.7);
	assert_true(worst_db[1] <= 1.2);
	assert_true(worst_db[2] <= 3.0);
}

static void of_one_shelf_an_octave_beyond_half_a_db_is_left(void **state)
{
	for (double gain = 0.5; gain <= 6; gain += 0.5)
		for (double octaves = 0.1; octaves < 4; octaves += 0.1) {
			const struct iem_rated rated = { 20 * exp2(octaves), 20000 * exp2(-octaves), INFINITY, NAN, NAN };
			const struct asked bass = preferring(gain, 0, 0), treble = preferring(0, gain, 0);
			const struct iem_added low = make(&bass, &rated), high = make(&treble, &rated);

			for (double o = 1; o < 8; o += 0.125) {
				assert_true(added_db(&low, rated.lowest_hz * exp2(-o)) <= 0.5);
				assert_true(added_db(&high, rated.highest_hz * exp2(o)) <= 0.5);
			}
		}
}

static void inside_the_range_what_is_asked_is_done(void **state)
{
	double most_db = 0;
	uint32_t seed = 5;

	for (int i = 0; i < TRIALS; i++) {
		struct asked asked = any_asked(&seed);
		struct iem_added bound, unbound;

		asked.rated.most_db = INFINITY;
		bound = make(&asked, &asked.rated);
		unbound = make(&asked, NULL);
		for (double f = 20; f < 20000; f *= FINE)
			if (!(f < 2 * asked.rated.lowest_hz) && !(f > asked.rated.highest_hz / 2))
				most_db = fmax(most_db, fabs(added_db(&bound, f) - added_db(&unbound, f)));
	}
	print_message("%.3f dB\n", most_db);
	assert_true(most_db <= 1.0 + 1e-3 && most_db > 0.5);
}

static void cuts_are_not_bounded(void **state)
{
	const struct iem_rated rated = { 200, 8000, 0, 1, 100 };
	struct asked asked = preferring(-12, -9, 0);
	struct iem_added bound, unbound;

	asked.compensated = true;
	asked.loudness = (struct iem_loudness){ 90, 70, 1, NAN };
	bound = make(&asked, &(struct iem_rated){ 200, 8000, INFINITY, NAN, NAN });
	unbound = make(&asked, NULL);
	assert_memory_equal(&bound, &unbound, sizeof(bound));
	bound = make(&asked, &rated); /* with another clamp loudness is fitted anew */
	for (double f = 20; f < 16000; f *= FINE)
		if (added_db(&unbound, f) < -2)
			assert_near(added_db(&bound, f), added_db(&unbound, f), 0.8);
}

/* More asked of one thing, all else the same, is never less of it done. */
static void more_asked_is_never_less_done(void **state)
{
	static const double limits[] = { 12, 12, 2 };
	uint32_t seed = 6;

	for (int i = 0; i < TRIALS; i++) {
		struct asked asked = any_asked(&seed);
		double *const asks[] = { &asked.preference.bass_db, &asked.preference.treble_db, &asked.preference.tilt_db };
		const int key = i % 3;
		double before = -1, done;

		asked.rated.most_db = between(&seed, 0, 10);
		for (double part = 0; part <= 1; part += 0.05) {
			*asks[key] = part * limits[key];
			done = make(&asked, &asked.rated).part[key] * *asks[key];
			assert_true(done >= before - 1e-6 && done <= *asks[key]);
			before = done;
		}
	}
}

/* At full strength there is room for no less boost at the top than with less. */
static void more_strength_boosts_no_less(void **state)
{
	struct asked asked = preferring(4, 0, 0);
	const struct iem_rated rated = { NAN, NAN, 7, 10, 100 };
	double before_db = -1;

	asked.compensated = true;
	for (double strength = 0; strength <= 1; strength += 0.05) {
		struct iem_added added;
		double top_db = 0;

		asked.loudness = (struct iem_loudness){ 50, 80, strength, NAN };
		added = make(&asked, &rated);
		for (double f = 3; f < 1000; f *= FINE)
			top_db = fmax(top_db, added_db(&added, f));
		assert_true(top_db >= before_db - 0.1 && top_db <= 7.01);
		before_db = top_db;
	}
	assert_true(before_db > 6.6);
}

static void what_stands_before_is_not_changed_by_what_follows(void **state)
{
	const struct iem_rated rated = { NAN, NAN, 6, 10, 100 };
	const struct asked both = preferring(8, 12, 0), bass = preferring(8, 0, 0), tilted = preferring(4, 0, -1.5);
	struct iem_added added = make(&both, &rated);

	assert_near(added.bands[0].gain_db, 6, 0.01);
	assert_near(added.bands[1].gain_db, 6, 0.01);
	assert_near(make(&bass, &rated).bands[0].gain_db, added.bands[0].gain_db, 0);
	added = make(&tilted, &rated); /* of 9 dB that this tilt boosts the bass by there is room for 6, and for no more bass */
	assert_near(added.part[IEM_PREFER_TILT], 6 / 9.0, 0.01);
	assert_near(added.part[IEM_PREFER_BASS], 0, 0.01);
	assert_near(added_db(&added, 100000), -6, 0.1); /* all of its cuts */
}

static void what_is_held_is_told_with_the_reason(void **state)
{
	static const struct {
		struct iem_rated rated;
		double bass_db, treble_db, tilt_db;
		const char *told;
	} rows[] = {
		{ { NAN, NAN, 3.2, 10, 100 }, 8, 0, 0,
		  "bass +8 dB is held at +3.2 dB, since 10 mW allow no boost above 3.2 dB at 100 dB SPL" },
		{ { NAN, NAN, 3, 10, 97.5 }, 2, 4, -1,
		  "bass +2 dB is held at +0.0 dB, of the boost of tilt -1 dB an octave 50 % is done, since 10 mW allow no "
		  "boost above 3.0 dB at 97.5 dB SPL" },
		{ { NAN, NAN, 8, 10, 100 }, 8, 0, 0, "" },
		{ { 100, 8000, INFINITY, NAN, 100 }, 12, 12, 2,
		  "below 100 Hz and above 8000 Hz, where the earphone is not rated, boosts are taken back" },
		{ { 100, NAN, 3.2, 10, 100 }, 8, 0, 0,
		  "bass +8 dB is held at +3.2 dB, since 10 mW allow no boost above 3.2 dB at 100 dB SPL; below 100 Hz, where "
		  "the earphone is not rated, boosts are taken back" },
		{ { 100, 8000, INFINITY, NAN, 100 }, -12, -12, 0, "" },
		{ { NAN, NAN, 0, 10, 100 }, -8, 0, 0, "" },
	};
	char text[512];

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct asked asked = preferring(rows[i].bass_db, rows[i].treble_db, rows[i].tilt_db);

		assert_string_equal(iem_added_held(&asked.preference, &rows[i].rated, text, sizeof(text)), rows[i].told);
	}
	for (size_t size = 1; size < sizeof(text); size++) { /* never beyond the end */
		const struct asked asked = preferring(12, 12, -2);

		memset(text, 'x', sizeof(text));
		assert_true(strlen(iem_added_held(&asked.preference, &rows[0].rated, text, size)) < size);
		assert_int_equal(text[size], 'x');
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_rating_nothing_is_changed_by_a_bit),
		cmocka_unit_test(what_is_neutral_stays_neutral),
		cmocka_unit_test(nothing_is_boosted_beyond_what_is_borne),
		cmocka_unit_test(the_bounds_raise_nothing),
		cmocka_unit_test(beyond_the_range_no_boost_is_left),
		cmocka_unit_test(of_one_shelf_an_octave_beyond_half_a_db_is_left),
		cmocka_unit_test(inside_the_range_what_is_asked_is_done),
		cmocka_unit_test(cuts_are_not_bounded),
		cmocka_unit_test(more_asked_is_never_less_done),
		cmocka_unit_test(more_strength_boosts_no_less),
		cmocka_unit_test(what_stands_before_is_not_changed_by_what_follows),
		cmocka_unit_test(what_is_held_is_told_with_the_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
