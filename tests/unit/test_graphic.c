/* graphic.h: curves of gains, realised at any rate. */
#include "support.h"

#include "core/convolver.h"
#include "core/graphic.h"
#include "core/minphase.h"

#include <errno.h>

enum { POINTS = 127 };

static struct iem_point points[POINTS];
static struct iem_curve curve = { points, POINTS };

/* As AutoEq writes a GraphicEQ: 127 points, 20 Hz to 20 kHz, a correction as an earphone wants it. */
static void make_curve(void)
{
	for (int i = 0; i < POINTS; i++) {
		const double f = 20 * pow(1000, i / (POINTS - 1.0));

		points[i] = (struct iem_point){ f, -4 + 3 * sin(2.1 * log(f)) - 2 * exp(-pow(log(f / 3000) / 0.3, 2)) +
							   4 * exp(-pow(log(f / 60) / 0.7, 2)) };
	}
}

static void between_the_points_lines_are_straight(void **state)
{
	struct iem_point three[] = { { 100, 0 }, { 400, 6 }, { 1000, -2 } };
	const struct iem_curve c = { three, 3 };

	assert_near(iem_curve_at(&c, 100), 0, 1e-12);
	assert_near(iem_curve_at(&c, 200), 3, 1e-12);
	assert_near(iem_curve_at(&c, 400), 6, 1e-12);
	assert_near(iem_curve_at(&c, 1000), -2, 1e-12);
	assert_near(iem_curve_at(&c, 1), 0, 0);
	assert_near(iem_curve_at(&c, 50000), -2, 0);
}

/* Many points between two samples, many samples between two points, and beyond both ends. */
static void sampled_a_curve_is_the_same(void **state)
{
	static const double steps_hz[] = { 0.37, 11, 997, 30000 };
	struct iem_point one[] = { { 500, -3 } };
	const struct iem_curve curves[] = { curve, { one, 1 } };
	double values[3000];

	for (size_t c = 0; c < ARRAY_LEN(curves); c++)
		for (size_t s = 0; s < ARRAY_LEN(steps_hz); s++) {
			iem_curve_sample(&curves[c], steps_hz[s], values, ARRAY_LEN(values));
			for (size_t k = 0; k < ARRAY_LEN(values); k++)
				assert_near(values[k], iem_curve_at(&curves[c], (double)k * steps_hz[s]), 1e-11);
		}
}

/* One term of the Fourier transform, in dB; independent of the one inside. */
static double response_db(const struct iem_response *response, double freq_hz, double rate_hz)
{
	double re = 0, im = 0;

	for (uint32_t i = 0; i < response->n; i++) {
		re += response->taps[i] * cos(2 * M_PI * freq_hz / rate_hz * i);
		im -= response->taps[i] * sin(2 * M_PI * freq_hz / rate_hz * i);
	}
	return 10 * log10(re * re + im * im);
}

static void a_curve_is_met_at_every_rate(void **state)
{
	static const double rates[] = { 8000, 44100, 48000, 96000, 192000 };

	for (size_t r = 0; r < ARRAY_LEN(rates); r++) {
		struct iem_response response;
		double off = 0;

		assert_int_equal(iem_graphic_realise(&response, &curve, rates[r]), 0);
		for (double f = 20; f < fmin(20000, 0.49 * rates[r]); f *= 1.09)
			off = fmax(off, fabs(response_db(&response, f, rates[r]) - iem_curve_at(&curve, f)));
		if (!(off <= 0.05 && off <= response.off.db + 0.01))
			fail_msg("%u taps at %g Hz: off by %g dB, %g are told", response.n, rates[r], off, response.off.db);
		assert_true(response.n <= IEM_CONVOLVER_MAX_TAPS);
		iem_response_finish(&response);
	}
}

static void a_level_curve_needs_few_taps_and_a_steep_one_tells_what_it_misses(void **state)
{
	struct iem_point level = { 1000, -6 }, steep[] = { { 24, 0 }, { 25, 20 }, { 26, 0 } };
	const struct iem_curve one = { &level, 1 }, cliff = { steep, 3 };
	struct iem_response response;

	assert_int_equal(iem_graphic_realise(&response, &one, 48000), 0);
	assert_int_equal(response.n, 256);
	assert_near(response.taps[0], pow(10, -0.3), 1e-12);
	assert_true(response.off.db < 1e-9);
	iem_response_finish(&response);
	assert_int_equal(iem_graphic_realise(&response, &cliff, 48000), 0);
	assert_int_equal(response.n, 32768);
	assert_true(response.off.db > 0.1 && response.off.freq_hz < 40);
	iem_response_finish(&response);
}

static void what_cannot_be_is_refused(void **state)
{
	const struct iem_curve none = { points, 0 };
	struct iem_response response;

	assert_int_equal(iem_graphic_realise(&response, &none, 48000), -EINVAL);
	assert_int_equal(iem_graphic_realise(&response, &curve, 7999), -EINVAL);
	assert_int_equal(iem_graphic_realise(&response, &curve, NAN), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(between_the_points_lines_are_straight),
		cmocka_unit_test(sampled_a_curve_is_the_same),
		cmocka_unit_test(a_curve_is_met_at_every_rate),
		cmocka_unit_test(a_level_curve_needs_few_taps_and_a_steep_one_tells_what_it_misses),
		cmocka_unit_test(what_cannot_be_is_refused),
	};

	make_curve();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
