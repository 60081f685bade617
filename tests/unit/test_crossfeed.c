/* crossfeed.h: the filters of bs2b. */
#include "support.h"

#include "core/crossfeed.h"

#include <errno.h>

enum { FRAMES = 48000 };

static float left[FRAMES], right[FRAMES], other_left[FRAMES], other_right[FRAMES];

/* How the vectors call the presets. */
static const char *our_name(const char *name)
{
	return iem_streq(name, "cmoy") ? "chu-moy" : iem_streq(name, "jmeier") ? "meier" : name;
}

static struct iem_crossfeed crossfeed_at(const char *name, double rate_hz)
{
	struct iem_crossfeed crossfeed;
	const int index = iem_crossfeed_find(name);

	assert_in_range(index, 0, IEM_CROSSFEEDS - 1);
	assert_int_equal(iem_crossfeed_init(&crossfeed, &iem_crossfeed_presets[index], rate_hz), 0);
	return crossfeed;
}

static double db(double complex h)
{
	return 20 * log10(cabs(h));
}

static void fill_with_noise(float gain)
{
	uint32_t seed = 3;

	for (int i = 0; i < FRAMES; i++) {
		left[i] = gain * noise(&seed);
		right[i] = gain * noise(&seed);
	}
}

static void run(struct iem_crossfeed *crossfeed, float *l, float *r, uint32_t frames, uint32_t block)
{
	for (uint32_t at = 0; at < frames; at += block)
		iem_crossfeed_process(crossfeed, l + at, r + at, frames - at < block ? frames - at : block);
}

static void the_coefficients_are_those_of_the_reference(void **state)
{
	struct table rows;

	table_load(&rows, "bs2b.tsv");
	for (size_t i = 0; i < rows.n_rows; i++) {
		const struct iem_crossfeed got =
			crossfeed_at(our_name(table_text(&rows, i, "preset")), table_number(&rows, i, "fs"));

		assert_near(got.high_hz, table_number(&rows, i, "f_hi"), 1e-9);
		assert_near(got.low_b0, table_number(&rows, i, "a0_lo"), 1e-12);
		assert_near(got.low_a1, table_number(&rows, i, "b1_lo"), 1e-12);
		assert_near(got.high_b0, table_number(&rows, i, "a0_hi"), 1e-12);
		assert_near(got.high_b1, table_number(&rows, i, "a1_hi"), 1e-12);
		assert_near(got.high_a1, table_number(&rows, i, "b1_hi"), 1e-12);
		assert_near(got.gain, table_number(&rows, i, "gain"), 1e-12);
	}
	table_finish(&rows);
}

static void the_response_is_that_of_the_reference(void **state)
{
	struct table rows;

	table_load(&rows, "bs2b_response.tsv");
	for (size_t i = 0; i < rows.n_rows; i++) {
		const double f = table_number(&rows, i, "f_hz");
		const struct iem_crossfeed crossfeed =
			crossfeed_at(our_name(table_text(&rows, i, "preset")), table_number(&rows, i, "fs"));
		double complex direct, cross;

		iem_crossfeed_response(&crossfeed, f, &direct, &cross);
		assert_near(db(direct), table_number(&rows, i, "direct_db"), 1e-7);
		assert_near(db(cross), table_number(&rows, i, "cross_db"), 1e-7);
		assert_near(db(direct + cross), table_number(&rows, i, "mono_db"), 1e-7);
		assert_near(db(direct - cross), table_number(&rows, i, "side_db"), 1e-7);
		assert_near((carg(direct) - carg(cross)) / (2 * M_PI * f) * 1e6, table_number(&rows, i, "delay_us"),
			    1e-4);
	}
	table_finish(&rows);
}

/* One term of the Fourier transform of what an impulse became. */
static double complex term(const float *h, double cycles_per_sample)
{
	double complex sum = 0;

	for (int i = 0; i < FRAMES; i++)
		sum += h[i] * cexp(-2 * M_PI * I * cycles_per_sample * i);
	return sum;
}

/* An impulse in one channel shows both paths. */
static void what_runs_has_that_response(void **state)
{
	static const double rates[] = { 8000, 44100, 48000, 96000, 192000, 768000 };
	static const double freqs_hz[] = { 20, 200, 700, 1000, 3000 };

	for (size_t r = 0; r < ARRAY_LEN(rates); r++)
		for (int ear = 0; ear < 2; ear++) {
			struct iem_crossfeed crossfeed = crossfeed_at("default", rates[r]);
			float *own = ear ? right : left, *far = ear ? left : right;
			double complex direct, cross;

			memset(left, 0, sizeof(left));
			memset(right, 0, sizeof(right));
			own[0] = 1;
			run(&crossfeed, left, right, FRAMES, 480);
			for (size_t f = 0; f < ARRAY_LEN(freqs_hz); f++) {
				iem_crossfeed_response(&crossfeed, freqs_hz[f], &direct, &cross);
				assert_near(cabs(term(own, freqs_hz[f] / rates[r]) - direct), 0, 2e-7);
				assert_near(cabs(term(far, freqs_hz[f] / rates[r]) - cross), 0, 2e-7);
			}
		}
}

static void a_mono_sound_is_never_louder(void **state)
{
	for (int p = 0; p < IEM_CROSSFEEDS; p++)
		for (double rate = 8000; rate <= 768000; rate *= 2) {
			const struct iem_crossfeed crossfeed = crossfeed_at(iem_crossfeed_presets[p].name, rate);
			double complex direct, cross;

			iem_crossfeed_response(&crossfeed, 0, &direct, &cross);
			assert_near(cabs(direct + cross), 1, 1e-12);
			assert_near(db(direct) - db(cross), iem_crossfeed_presets[p].feed_db, 1e-9);
			for (double f = 1; f < rate / 2; f *= 1.1) {
				iem_crossfeed_response(&crossfeed, f, &direct, &cross);
				assert_true(cabs(direct + cross) <= 1 + 1e-12);
				assert_true(cabs(direct) + cabs(cross) <= 1 + 1e-9); /* nor is any other */
			}
		}
}

static void a_mono_sound_stays_mono(void **state)
{
	struct iem_crossfeed crossfeed = crossfeed_at("meier", 48000);

	fill_with_noise(1);
	memcpy(right, left, sizeof(left));
	run(&crossfeed, left, right, FRAMES, 480);
	assert_memory_equal(left, right, sizeof(left));
}

static void presets_are_found_by_name(void **state)
{
	assert_int_equal(iem_crossfeed_find("default"), 0);
	assert_int_equal(iem_crossfeed_find("chu-moy"), 1);
	assert_int_equal(iem_crossfeed_find("meier"), 2);
	assert_int_equal(iem_crossfeed_find("Meier"), -ENOENT);
	assert_int_equal(iem_crossfeed_find(""), -ENOENT);
	assert_int_equal(iem_crossfeed_find(NULL), -ENOENT);
}

static void what_cannot_be_designed_is_refused(void **state)
{
	static const struct {
		double low_hz, feed_db, rate_hz;
		int want;
	} rows[] = {
		{ 300, 1, 8000, 0 },	     { 2000, 15, 8000, 0 },	   { 2000, 1, 768000, 0 },
		{ 299, 4.5, 48000, -ERANGE },  { 2001, 4.5, 48000, -ERANGE }, { 700, 0.9, 48000, -ERANGE },
		{ 700, 15.1, 48000, -ERANGE }, { 700, 4.5, 7999, -ERANGE },   { 700, 4.5, 768001, -ERANGE },
		{ NAN, 4.5, 48000, -ERANGE },  { 700, NAN, 48000, -ERANGE },  { 700, 4.5, NAN, -ERANGE },
	};

	for (size_t r = 0; r < ARRAY_LEN(rows); r++) {
		const struct iem_crossfeed_preset preset = { "x", rows[r].low_hz, rows[r].feed_db };
		struct iem_crossfeed crossfeed = { .gain = 42 };

		assert_int_equal(iem_crossfeed_init(&crossfeed, &preset, rows[r].rate_hz), rows[r].want);
		assert_true((crossfeed.gain == 42) == (rows[r].want < 0)); /* untouched on failure */
	}
}

/* Noise, then silence in which it dies away to nothing. */
static void fill_with_an_end(void)
{
	fill_with_noise(1);
	memset(left + FRAMES / 2, 0, sizeof(left) / 2);
	memset(right + FRAMES / 2, 0, sizeof(right) / 2);
}

static void the_size_of_the_blocks_changes_nothing(void **state)
{
	static const uint32_t sizes[] = { 1, 7, 64, 480, 1024, 8192 };
	struct iem_crossfeed crossfeed = crossfeed_at("default", 48000);

	fill_with_an_end();
	memcpy(other_left, left, sizeof(left));
	memcpy(other_right, right, sizeof(right));
	run(&crossfeed, other_left, other_right, FRAMES, 100);
	for (size_t s = 0; s < ARRAY_LEN(sizes); s++) {
		fill_with_an_end();
		iem_crossfeed_reset(&crossfeed);
		run(&crossfeed, left, right, FRAMES, sizes[s]);
		assert_memory_equal(left, other_left, sizeof(left));
		assert_memory_equal(right, other_right, sizeof(right));
	}
}

static void in_silence_the_state_becomes_nothing(void **state)
{
	struct iem_crossfeed crossfeed = crossfeed_at("default", 48000);

	fill_with_noise(1);
	run(&crossfeed, left, right, 1000, 480);
	memset(left, 0, sizeof(left));
	memset(right, 0, sizeof(right));
	run(&crossfeed, left, right, FRAMES, 480);
	for (int ear = 0; ear < 2; ear++)
		assert_true(crossfeed.ears[ear].in == 0 && crossfeed.ears[ear].low == 0 &&
			    crossfeed.ears[ear].high == 0);
}

static void what_is_no_number_is_silence(void **state)
{
	static const float hostile[] = { NAN, INFINITY, -INFINITY, 3e38f };
	struct iem_crossfeed crossfeed = crossfeed_at("default", 48000);

	fill_with_noise(1);
	for (int i = 0; i < FRAMES; i += 7)
		left[i] = 0;
	memcpy(other_left, left, sizeof(left));
	memcpy(other_right, right, sizeof(right));
	run(&crossfeed, other_left, other_right, FRAMES, 480);
	fill_with_noise(1);
	for (int i = 0; i < FRAMES; i += 7)
		left[i] = hostile[i / 7 % 4];
	iem_crossfeed_reset(&crossfeed);
	run(&crossfeed, left, right, FRAMES, 480);
	assert_memory_equal(left, other_left, sizeof(left));
	assert_memory_equal(right, other_right, sizeof(right));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_coefficients_are_those_of_the_reference),
		cmocka_unit_test(the_response_is_that_of_the_reference),
		cmocka_unit_test(what_runs_has_that_response),
		cmocka_unit_test(a_mono_sound_is_never_louder),
		cmocka_unit_test(a_mono_sound_stays_mono),
		cmocka_unit_test(presets_are_found_by_name),
		cmocka_unit_test(what_cannot_be_designed_is_refused),
		cmocka_unit_test(the_size_of_the_blocks_changes_nothing),
		cmocka_unit_test(in_silence_the_state_becomes_nothing),
		cmocka_unit_test(what_is_no_number_is_silence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
