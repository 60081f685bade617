/* impulse_file.h: sound files as impulse responses, those that are none, and the same response at other rates. */
#include "support.h"

#include "core/io/impulse_file.h"
#include "core/io/wav.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

static char *folder;

static int make_folder(void **state)
{
	folder = temp_folder();
	return 0;
}

static int drop_folder(void **state)
{
	remove_folder(folder);
	return 0;
}

static char *path_of(const char *name)
{
	char *path;

	assert_true(asprintf(&path, "%s/%s", folder, name) > 0);
	return path;
}

/* Frames of FIRST, then of REST. */
static void write_sound(const char *name, int rate_hz, unsigned channels, uint32_t frames, float first, float rest)
{
	const struct iem_wav_format format = { rate_hz, channels, frames };
	CLEANUP(iem_freep) char *path = path_of(name);
	CLEANUP(iem_wav_closep) struct iem_wav *wav = NULL;
	float frame[IEM_MAX_CHANNELS];
	const float *planes[IEM_MAX_CHANNELS];

	assert_int_equal(iem_wav_create(&wav, path, &format, NULL), 0);
	for (uint32_t i = 0; i < frames; i++) {
		for (unsigned c = 0; c < channels; c++) {
			frame[c] = i ? rest : first * (float)(c + 1);
			planes[c] = &frame[c];
		}
		assert_int_equal(iem_wav_write(wav, planes, 1), 0);
	}
	assert_int_equal(iem_wav_commit(wav), 0);
}

static struct iem_impulse *load(const char *name)
{
	CLEANUP(iem_freep) char *path = path_of(name);
	struct iem_impulse *impulse = NULL;
	struct iem_diags diags = { 0 };
	const int r = iem_impulse_files.load(iem_impulse_files.data, &impulse, path, &diags);

	assert_told(&diags, "");
	assert_int_equal(r, 0);
	return impulse;
}

static void files_of_one_two_and_four_channels_are_read(void **state)
{
	static const unsigned kinds[] = { 1, 2, 4 };

	for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
		struct iem_impulse *impulse;

		write_sound("good.wav", 44100, kinds[k], 3000, 0.25f, -0.5f);
		impulse = load("good.wav");
		assert_int_equal(impulse->channels, kinds[k]);
		assert_int_equal(impulse->frames, 3000);
		assert_near(impulse->rate_hz, 44100, 0);
		for (unsigned c = 0; c < kinds[k]; c++) {
			assert_near(iem_impulse_taps(impulse, c)[0], 0.25 * (c + 1), 0);
			assert_near(iem_impulse_taps(impulse, c)[2999], -0.5, 0);
		}
		iem_impulse_drop(impulse);
	}
}

static void another_sound_has_another_print(void **state)
{
	struct iem_impulse *one, *two, *three;

	write_sound("one.wav", 48000, 1, 10, 1, 0.5f);
	write_sound("two.wav", 48000, 1, 10, 1, 0.25f);
	write_sound("three.wav", 44100, 1, 10, 1, 0.5f);
	one = load("one.wav");
	two = load("two.wav");
	three = load("three.wav");
	assert_true(one->print != two->print && one->print != three->print);
	iem_impulse_drop(one);
	iem_impulse_drop(two);
	iem_impulse_drop(three);
}

static void expect_refused(const char *name, const char *why)
{
	CLEANUP(iem_freep) char *path = path_of(name), *want = NULL;
	struct iem_impulse *impulse = NULL;
	struct iem_diags diags = { 0 };

	assert_true(iem_impulse_files.load(NULL, &impulse, path, &diags) < 0);
	assert_null(impulse);
	assert_true(asprintf(&want, "%s: %s\n", path, why) > 0);
	assert_told(&diags, want);
}

static void what_is_no_impulse_response_is_refused_with_a_reason(void **state)
{
	CLEANUP(iem_freep) char *pipe = path_of("pipe.wav");

	expect_refused("gone.wav", "there is no such file, or it is no plain one");
	assert_int_equal(mkfifo(pipe, 0600), 0);
	expect_refused("pipe.wav", "there is no such file, or it is no plain one");
	put_file(folder, "text.wav", "RIFF, but no more than that");
	{
		CLEANUP(iem_freep) char *path = path_of("text.wav");
		struct iem_impulse *impulse = NULL;

		assert_true(iem_impulse_files.load(NULL, &impulse, path, NULL) < 0);
	}
	write_sound("three.wav", 48000, 3, 10, 1, 0);
	expect_refused("three.wav", "the impulse response has 3 channels; allowed are 1 (for all), 2 (left, right) and 4 "
				    "(left to left, left to right, right to left, right to right)");
	write_sound("empty.wav", 48000, 1, 0, 1, 0);
	expect_refused("empty.wav", "the impulse response has 0 frames; allowed are 1 to 131072");
	write_sound("long.wav", 48000, 1, 131073, 1, 0);
	expect_refused("long.wav", "the impulse response has 131073 frames; allowed are 1 to 131072");
	write_sound("silent.wav", 48000, 2, 5, 0, 0);
	expect_refused("silent.wav", "the impulse response is silent: nothing would be heard");
	write_sound("hardly.wav", 48000, 1, 5, 9.9e-11f, -9.9e-11f);
	expect_refused("hardly.wav", "the impulse response is silent: nothing would be heard");
	write_sound("loud.wav", 48000, 2, 5, 0, 1001);
	expect_refused("loud.wav", "frame 1 of the impulse response is 1001; allowed is +-1000");
	write_sound("nan.wav", 48000, 1, 5, 1, NAN);
	expect_refused("nan.wav", "frame 1 of the impulse response is nan; allowed is +-1000");
}

static void a_response_just_above_silence_is_one(void **state)
{
	write_sound("soft.wav", 48000, 1, 5, 1.01e-10f, 0);
	iem_impulse_drop(load("soft.wav"));
}

static void a_file_that_was_cut_off_ends_in_silence_or_is_refused(void **state)
{
	CLEANUP(iem_freep) char *path = path_of("cut.wav");
	struct iem_impulse *impulse = NULL;

	write_sound("cut.wav", 48000, 1, 5000, 1, 0.5f);
	for (int size = 20000; size > 0; size -= 1317) {
		assert_int_equal(truncate(path, size), 0);
		if (iem_impulse_files.load(NULL, &impulse, path, NULL) < 0)
			continue;
		assert_true(impulse->frames <= 5000);
		iem_impulse_drop(impulse);
	}
}

/* --- other rates ------------------------------------------------------------------------------------------------------ */

static double response_db(const struct iem_impulse *impulse, double freq_hz)
{
	const double *taps = iem_impulse_taps(impulse, 0);
	double re = 0, im = 0;

	for (uint32_t i = 0; i < impulse->frames; i++) {
		re += taps[i] * cos(2 * M_PI * freq_hz / impulse->rate_hz * i);
		im -= taps[i] * sin(2 * M_PI * freq_hz / impulse->rate_hz * i);
	}
	return 10 * log10(re * re + im * im);
}

static uint32_t first_tap(const struct iem_impulse *impulse)
{
	const double *taps = iem_impulse_taps(impulse, 0);
	double top = 0;
	uint32_t first = 0;

	for (uint32_t i = 0; i < impulse->frames; i++)
		top = fmax(top, fabs(taps[i]));
	while (fabs(taps[first]) < 0.1 * top)
		first++;
	return first;
}

static const double rates[][2] = {
	{ 44100, 48000 }, { 48000, 44100 }, { 48000, 96000 },  { 48000, 192000 }, { 44100, 192000 },
	{ 96000, 48000 }, { 192000, 44100 }, { 48000, 768000 }, { 768000, 48000 }, { 48000, 8000 },
};

static void at_another_rate_it_is_as_high_at_each_frequency_and_no_later(void **state)
{
	struct iem_impulse *other;
	uint32_t seed = 3;

	for (size_t i = 0; i < ARRAY_LEN(rates); i++) {
		struct iem_impulse *impulse = iem_impulse_new(rates[i][0], IEM_IMPULSE_ALL, 1000);
		const double lower = fmin(rates[i][0], rates[i][1]);

		for (int t = 0; t < 1000; t++)
			impulse->taps[t] = (t == 0) + 0.1 * noise(&seed) * exp(-t / 100.0);
		assert_int_equal(iem_impulse_at(&other, impulse, rates[i][1], NULL), 0);
		assert_near(other->rate_hz, rates[i][1], 0);
		for (double f = 50; f < 0.45 * lower && f < 20000; f *= 1.31)
			assert_near(response_db(other, f), response_db(impulse, f), 0.02);
		/* a fifth of a millisecond at the rates that people use: the rise of the filter */
		assert_true(first_tap(other) <= fmax(0.0002 * rates[i][1], 10 * rates[i][1] / lower));
		iem_impulse_drop(impulse);
		iem_impulse_drop(other);
	}
}

static void a_delay_stays_and_is_the_same_in_all_channels(void **state)
{
	struct iem_impulse *impulse = iem_impulse_new(48000, IEM_IMPULSE_LEFT_RIGHT, 2000), *other;
	const double *taps;

	impulse->taps[480] = 1;
	impulse->taps[2000 + 960] = 1;
	assert_int_equal(iem_impulse_at(&other, impulse, 96000, NULL), 0);
	taps = other->taps;
	for (int c = 0; c < 2; c++, taps += other->frames) {
		uint32_t highest = 0;

		for (uint32_t i = 0; i < other->frames; i++)
			highest = fabs(taps[i]) > fabs(taps[highest]) ? i : highest;
		assert_near(highest, (c + 1) * 960, 1);
	}
	iem_impulse_drop(impulse);
	iem_impulse_drop(other);
}

static void what_gets_too_long_fades_out(void **state)
{
	static const double higher[] = { 96000, 192000, 768000 };
	struct iem_impulse *impulse = iem_impulse_new(48000, IEM_IMPULSE_ALL, IEM_IMPULSE_MAX_FRAMES), *other;

	for (int t = 0; t < IEM_IMPULSE_MAX_FRAMES; t++)
		impulse->taps[t] = 1;
	for (size_t i = 0; i < ARRAY_LEN(higher); i++) {
		const double whole = 48000 / higher[i];

		assert_int_equal(iem_impulse_at(&other, impulse, higher[i], NULL), 0);
		assert_int_equal(other->frames, IEM_IMPULSE_MAX_FRAMES);
		assert_near(other->taps[IEM_IMPULSE_MAX_FRAMES / 2], whole, 1e-4);
		assert_near(other->taps[IEM_IMPULSE_MAX_FRAMES / 8 * 7 - 1], whole, 1e-4); /* where it begins to */
		assert_near(other->taps[IEM_IMPULSE_MAX_FRAMES - 1], 0, 1e-4);
		iem_impulse_drop(other);
	}
	iem_impulse_drop(impulse);
}

static void a_chain_gets_its_response_at_its_own_rate(void **state)
{
	struct iem_impulse *impulse = iem_impulse_new(44100, IEM_IMPULSE_ALL, 100);
	struct iem_eq eq = { .impulse = impulse };
	struct iem_chain_plan plan = { .eq = &eq, .channels = 2, .sides = { IEM_SIDE_LEFT, IEM_SIDE_RIGHT } };
	struct iem_chain *chain;

	impulse->taps[0] = 0.5;
	impulse->taps[3] = 0.1;
	for (size_t i = 0; i < ARRAY_LEN(rates); i++) {
		plan.rate_hz = rates[i][1];
		assert_int_equal(iem_chain_design(&chain, &plan), 0);
		assert_near(iem_chain_db(chain, IEM_SIDE_LEFT, 1000), response_db(impulse, 1000), 0.02);
		assert_true(iem_chain_deviation(chain, &eq).db < 0.05);
		iem_chain_free(chain);
	}
	plan.rate_hz = 1;
	assert_int_equal(iem_chain_design(&chain, &plan), -ERANGE);
	iem_impulse_drop(impulse);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_of_one_two_and_four_channels_are_read),
		cmocka_unit_test(another_sound_has_another_print),
		cmocka_unit_test(what_is_no_impulse_response_is_refused_with_a_reason),
		cmocka_unit_test(a_response_just_above_silence_is_one),
		cmocka_unit_test(a_file_that_was_cut_off_ends_in_silence_or_is_refused),
		cmocka_unit_test(at_another_rate_it_is_as_high_at_each_frequency_and_no_later),
		cmocka_unit_test(a_delay_stays_and_is_the_same_in_all_channels),
		cmocka_unit_test(what_gets_too_long_fades_out),
		cmocka_unit_test(a_chain_gets_its_response_at_its_own_rate),
	};

	return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
