/* damping.h: behind an output impedance an earphone sounds as it does without one. */
#include "support.h"

#include "core/chain.h"
#include "core/damping.h"
#include "core/electrical.h"

/* As of an in-ear with several drivers: 7 to 34 ohm. */
static struct iem_point several_drivers[] = { { 20, 12 },   { 150, 12.5 }, { 500, 14 },   { 1000, 20 },  { 1800, 34 },
					      { 3000, 18 }, { 5000, 7 },   { 8000, 9.5 }, { 12000, 16 }, { 20000, 24 } };

static struct iem_earphone an_earphone(void)
{
	return (struct iem_earphone){
		.impedance_ohm = 20, .impedance_curve = { several_drivers, ARRAY_LEN(several_drivers) }, .max_power_mw = NAN
	};
}

static void the_response_at_the_terminals_is_level_at_every_rate(void **state)
{
	static const double rates_hz[] = { 44100, 48000, 96000, 192000 }, outputs_ohm[] = { 1, 10, 120 };
	const struct iem_earphone earphone = an_earphone();
	const struct iem_eq eq = { .preamp_auto = true };

	for (size_t o = 0; o < ARRAY_LEN(outputs_ohm); o++)
		for (size_t r = 0; r < ARRAY_LEN(rates_hz); r++) {
			struct iem_curve damping;
			struct iem_chain_plan plan = { .eq = &eq, .damping = &damping, .rate_hz = rates_hz[r], .channels = 2,
						       .sides = { IEM_SIDE_LEFT, IEM_SIDE_RIGHT } };
			struct iem_chain *chain;
			double most = 0, top = 0;

			assert_int_equal(iem_damping_curve(&damping, &earphone, outputs_ohm[o]), 0);
			assert_int_equal(iem_chain_new(&chain, &plan), 0);
			for (double f = 20; f <= 20000; f *= 1.01) {
				const double made = iem_response_change_db(&earphone, outputs_ohm[o], f);
				const double undone = iem_chain_db(chain, IEM_SIDE_LEFT, f) - iem_chain_gain_db(chain);

				most = fmax(most, fabs(made + undone));
				top = fmax(top, iem_chain_db(chain, IEM_SIDE_RIGHT, f));
			}
			print_message("%g ohm, %g Hz: %.4f dB left\n", outputs_ohm[o], rates_hz[r], most);
			assert_true(most < 0.1);
			assert_true(fabs(top) < 0.05); /* counted in the preamp */
			iem_chain_free(chain);
			free(damping.at);
		}
}

static void what_is_not_known_or_not_heard_is_left_alone(void **state)
{
	static struct iem_point level[] = { { 20, 32 }, { 20000, 32.1 } };
	struct iem_earphone earphone = an_earphone();
	struct iem_curve damping;

	assert_int_equal(iem_damping_curve(&damping, &earphone, NAN), 0);
	assert_true(damping.n == 0 && !damping.at);
	assert_int_equal(iem_damping_curve(&damping, &earphone, 0), 0);
	assert_true(damping.n == 0);
	earphone.impedance_curve.n = 0; /* nominal impedance alone */
	assert_int_equal(iem_damping_curve(&damping, &earphone, 10), 0);
	assert_true(damping.n == 0);
	earphone.impedance_curve = (struct iem_curve){ level, 2 };
	assert_int_equal(iem_damping_curve(&damping, &earphone, 1), 0);
	assert_true(damping.n == 0);
}

static void points_ascend_also_where_the_impedance_curve_has_the_same(void **state)
{
	static struct iem_point same[] = { { 20, 10 }, { 20 * (1 + 1e-12), 11 }, { 1000, 30 }, { 20000, 8 } };
	struct iem_earphone earphone = { .impedance_ohm = 30, .impedance_curve = { same, 4 } };
	struct iem_curve damping;

	assert_int_equal(iem_damping_curve(&damping, &earphone, 5), 0);
	assert_true(damping.n > 200);
	for (size_t i = 1; i < damping.n; i++)
		assert_true(damping.at[i].x > damping.at[i - 1].x);
	free(damping.at);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_response_at_the_terminals_is_level_at_every_rate),
		cmocka_unit_test(what_is_not_known_or_not_heard_is_left_alone),
		cmocka_unit_test(points_ascend_also_where_the_impedance_curve_has_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
