/* minphase.h: the response of a filter from nothing but its magnitude. */
#include "support.h"

#include "core/minphase.h"

#include <errno.h>

enum { LOOKED_AT = 4096 };

/* The sets of minphase.tsv. */
static const struct set {
	const char *name;
	struct iem_band bands[10];
} sets[] = {
/* clang-format off */
#define B(kind, f, gain, width) { IEM_##kind, IEM_SIDE_BOTH, f, gain, width }
/* clang-format on */
	{ "typical",
	  { B(LOW_SHELF, 105, 5.5, 0.7), B(PEAKING, 60, -2.5, 0.8), B(PEAKING, 180, -3, 0.6), B(PEAKING, 2200, 3, 2),
	    B(PEAKING, 3500, -4, 3), B(PEAKING, 5400, 4, 4), B(PEAKING, 8000, -5, 3), B(HIGH_SHELF, 10000, 3, 0.7) } },
	{ "bass_q3_25Hz", { B(PEAKING, 25, 6, 3), B(PEAKING, 5400, 4, 4) } },
	{ "hp18_q0.7", { B(HIGH_PASS, 18, 0, 0.7071) } },
};

static const struct set *set_named(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(sets); i++)
		if (strcmp(sets[i].name, name) == 0)
			return &sets[i];
	fail_msg("no set '%s'", name);
	return NULL;
}

static unsigned sections_of(const struct set *set, struct iem_biquad *sections)
{
	unsigned n = 0;

	for (; n < ARRAY_LEN(set->bands) && set->bands[n].freq_hz > 0; n++)
		iem_biquad_cookbook(&sections[n], &set->bands[n], 48000);
	return n;
}

static void true_response(double *taps, int n, const struct iem_biquad *sections, unsigned n_sections)
{
	memset(taps, 0, (size_t)n * sizeof(*taps));
	taps[0] = 1;
	for (unsigned s = 0; s < n_sections; s++) {
		double s1 = 0, s2 = 0;

		for (int i = 0; i < n; i++) {
			const double x = taps[i], y = sections[s].b0 * x + s1;

			s1 = sections[s].b1 * x + s2 - sections[s].a1 * y;
			s2 = sections[s].b2 * x - sections[s].a2 * y;
			taps[i] = y;
		}
	}
}

/* As close to the true response as the reference's, but for what rounding decides. */
static void the_response_of_a_cascade_comes_back(void **state)
{
	static double db[(1 << 17) / 2 + 1], got[LOOKED_AT], want[LOOKED_AT];
	struct table table;

	table_load(&table, "minphase.tsv");
	for (size_t row = 0; row < table.n_rows; row++) {
		const struct set *set = set_named(table_text(&table, row, "set"));
		const uint32_t size = (uint32_t)table_number(&table, row, "nfft");
		const double allowed = table_number(&table, row, "dev");
		struct iem_biquad sections[10];
		const unsigned n = sections_of(set, sections);
		double off = 0;

		for (uint32_t k = 0; k <= size / 2; k++) {
			db[k] = 0;
			for (unsigned s = 0; s < n; s++)
				db[k] += iem_biquad_db(&sections[s], k * 48000.0 / size, 48000);
		}
		assert_int_equal(iem_minphase(got, LOOKED_AT, db, size), 0);
		true_response(want, LOOKED_AT, sections, n);
		for (int i = 0; i < LOOKED_AT; i++)
			off = fmax(off, fabs(got[i] - want[i]));
		if (!(off <= 1.5 * allowed + 1e-12))
			fail_msg("%s at %u: off by %g, the reference by %g", set->name, size, off, allowed);
	}
	table_finish(&table);
}

static void the_magnitude_is_the_one_asked_for(void **state)
{
	enum { SIZE = 4096 };
	static double db[SIZE / 2 + 1], got[SIZE / 2 + 1], taps[SIZE];
	uint32_t seed = 3;

	for (int k = 0; k <= SIZE / 2; k++)
		db[k] = 6 * sin(k * 0.01) + 0.5 * (double)noise(&seed);
	assert_int_equal(iem_minphase(taps, SIZE, db, SIZE), 0);
	assert_int_equal(iem_magnitude_db(got, SIZE, taps, SIZE), 0);
	for (int k = 0; k <= SIZE / 2; k++)
		assert_near(got[k], db[k], 1e-9);
	memset(db, 0, sizeof(db));
	assert_int_equal(iem_minphase(taps, SIZE, db, SIZE), 0);
	for (int i = 0; i < SIZE; i++)
		assert_near(taps[i], i == 0, 1e-12);
}

static void what_cannot_be_is_refused(void **state)
{
	double db[9] = { 0 }, taps[16];

	assert_int_equal(iem_minphase(taps, 4, db, 16), 0);
	assert_int_equal(iem_minphase(taps, 17, db, 16), -EINVAL);
	assert_int_equal(iem_minphase(taps, 4, db, 12), -EINVAL);
	assert_int_equal(iem_minphase(taps, 1, db, 2), -EINVAL);
	db[3] = NAN;
	assert_int_equal(iem_minphase(taps, 4, db, 16), -EINVAL);
	db[3] = 1e9;
	assert_int_equal(iem_minphase(taps, 4, db, 16), -EINVAL);
	db[3] = -INFINITY;
	assert_int_equal(iem_minphase(taps, 4, db, 16), -EINVAL);
	assert_int_equal(iem_magnitude_db(db, 12, taps, 4), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_response_of_a_cascade_comes_back),
		cmocka_unit_test(the_magnitude_is_the_one_asked_for),
		cmocka_unit_test(what_cannot_be_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
