/*
 * fader.h: a change of profile leaves nothing to hear.
 *
 * The measure is the DSP reference's: a tone of -6 dBFS through a change between two profiles that are 4.8 dB
 * apart at 1 kHz; one second around the middle of the fade, under a Kaiser window (beta 20); the energy
 * outside +-50 Hz of the tone, against that of a full-scale sine. A level change has side-bands by nature;
 * what lies further out is heard as a click.
 */
#include "fader_world.h"

enum { RATE = 48000, N = RATE, FRAMES = 3 * RATE };

/* clang-format off */
#define B(kind, f, gain, width) { IEM_##kind, IEM_SIDE_BOTH, f, gain, width }
/* clang-format on */

static const struct iem_band before[] = {
	B(LOW_SHELF, 105, 5.5, 0.7),   B(PEAKING, 60, -2.5, 0.8), B(PEAKING, 180, -3, 0.6),
	B(PEAKING, 700, 1.5, 1.2),     B(PEAKING, 1000, -3, 1.4), B(PEAKING, 2200, 3, 2),
	B(PEAKING, 3500, -4, 3),       B(PEAKING, 5400, 4, 4),    B(PEAKING, 8000, -5, 3),
	B(HIGH_SHELF, 10000, -3, 0.7),
};

static const struct iem_band after[] = {
	B(LOW_SHELF, 80, -4, 0.7),    B(PEAKING, 25, 6, 3),     B(PEAKING, 220, 2, 0.6),
	B(PEAKING, 600, -1.5, 1.2),   B(PEAKING, 1000, 3, 1.4), B(PEAKING, 2600, -3, 2),
	B(PEAKING, 4000, 4, 3),       B(PEAKING, 6000, -4, 4),  B(PEAKING, 9000, 5, 3),
	B(HIGH_SHELF, 11000, 4, 0.7),
};

/* The modified Bessel function of order 0, by its series. */
static double bessel_i0(double x)
{
	double term = 1, sum = 1;

	for (int k = 1; term > 1e-18 * sum; k++) {
		term *= x / (2 * k) * (x / (2 * k));
		sum += term;
	}
	return sum;
}

static const double *kaiser(void)
{
	static double window[N];

	if (window[N / 2] > 0)
		return window;
	for (int i = 0; i < N; i++) {
		const double t = 2.0 * i / (N - 1) - 1;

		window[i] = bessel_i0(20 * sqrt(1 - t * t)) / bessel_i0(20);
	}
	return window;
}

/* Energy in whole-Hz bins LOW .. HIGH of one second of windowed sound: plain sums over a table of cosines. */
static double bins_energy(const double *x, int low, int high)
{
	static double cosine[N];
	double energy = 0;

	for (int i = 0; i < N; i++)
		cosine[i] = cos(2 * M_PI * i / N);
	for (int f = low; f <= high; f++) {
		double re = 0, im = 0;

		for (int i = 0; i < N; i++) {
			const size_t turn = (size_t)f * (size_t)i % N;

			re += x[i] * cosine[turn];
			im += x[i] * cosine[(turn + 3 * N / 4) % N];
		}
		energy += re * re + im * im;
	}
	return energy;
}

/* Parseval: the whole spectrum's energy (its positive half) without computing the spectrum. */
static double whole_energy(const double *x)
{
	double sum = 0;

	for (int i = 0; i < N; i++)
		sum += x[i] * x[i];
	return sum * N / 2;
}

/* In dBFS: what SOUND has outside +-50 Hz of the tone in the second around its middle. */
static double outside_dbfs(const float *sound, int tone_hz)
{
	static double x[N], full[N];
	const double *window = kaiser();

	for (int i = 0; i < N; i++) {
		x[i] = sound[i] * window[i];
		full[i] = sin(2 * M_PI * 1000 * i / RATE) * window[i];
	}
	return 10 * log10(fmax(whole_energy(x) - bins_energy(x, tone_hz - 50, tone_hz + 50), 1e-30) /
			  whole_energy(full));
}

static float tone[FRAMES], out[FRAMES];

static void fill_with_tone(int tone_hz)
{
	for (int i = 0; i < FRAMES; i++)
		tone[i] = (float)(0.5 * sin(2 * M_PI * tone_hz * (double)i / RATE));
}

/* The change begins after one second. @return the middle of its fade */
static uint32_t change(bool at_once)
{
	enum { STEP = 48, HALF_A_FADE = RATE * 30 / 1000 };
	uint32_t at = RATE, middle = RATE;
	struct desk desk;

	desk_open(&desk, chain_with_preamp(before, ARRAY_LEN(before), RATE, 1, 0), 0);
	desk_run(&desk, tone, out, RATE, 480);
	desk_take(&desk, chain_with_preamp(after, ARRAY_LEN(after), RATE, 1, 0), at_once);
	for (; at < FRAMES; at += STEP) {
		desk_run(&desk, tone + at, out + at, STEP, STEP);
		if (iem_fader_busy(&desk.fader))
			middle = at + STEP - HALF_A_FADE;
	}
	desk_close(&desk, 2);
	return middle;
}

/* What is measured below must be there to be measured. */
static void a_change_without_fade_clicks(void **state)
{
	fill_with_tone(1000);
	assert_true(outside_dbfs(out + change(true) - N / 2, 1000) > -60);
}

static void a_steady_tone_has_nothing_outside(void **state)
{
	fill_with_tone(1000);
	assert_true(outside_dbfs(tone, 1000) < -130);
}

static void a_change_leaves_less_than_minus_90_dbfs_outside_its_tone(void **state)
{
	static const int tones[] = { 1000, 100 };

	for (size_t i = 0; i < ARRAY_LEN(tones); i++) {
		double db;

		fill_with_tone(tones[i]);
		db = outside_dbfs(out + change(false) - N / 2, tones[i]);
		if (!(db <= -90))
			fail_msg("%.1f dBFS outside the tone of %d Hz", db, tones[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_steady_tone_has_nothing_outside),
		cmocka_unit_test(a_change_without_fade_clicks),
		cmocka_unit_test(a_change_leaves_less_than_minus_90_dbfs_outside_its_tone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
