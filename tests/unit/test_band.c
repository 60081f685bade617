/* band.h: which ear a band acts on, and the response that it means. */
#include "support.h"

static void means_the_analog_prototype_of_the_reference(void **state)
{
	struct table filters, magnitudes;

	table_load(&filters, "filters.tsv");
	table_load(&magnitudes, "analog_mag.tsv");
	for (size_t i = 0; i < magnitudes.n_rows; i++) {
		const struct iem_band b = table_band(&filters, (size_t)table_number(&magnitudes, i, "id"));
		const double want = fmax(table_number(&magnitudes, i, "mag_db"), -400);

		assert_near(iem_band_db(&b, IEM_REFERENCE_ANALOG, table_number(&magnitudes, i, "f_hz")), want,
			    1e-9);
	}
	table_finish(&filters);
	table_finish(&magnitudes);
}

static void a_cookbook_reference_means_the_cookbook_filter_at_that_rate(void **state)
{
	struct table filters, magnitudes;

	table_load(&filters, "filters.tsv");
	table_load(&magnitudes, "digital_mag.tsv");
	for (size_t i = 0; i < magnitudes.n_rows; i++) {
		const struct iem_band b = table_band(&filters, (size_t)table_number(&magnitudes, i, "id"));
		const double rate = table_number(&magnitudes, i, "fs"),
			     f = table_number(&magnitudes, i, "f_hz");
		const enum iem_reference reference =
			rate == 44100 ? IEM_REFERENCE_COOKBOOK_44100 : IEM_REFERENCE_COOKBOOK_48000;

		/*
		 * The figures come from coefficients, ours from the warped prototype: zeros are not
		 * equally deep.
		 */
		if (rate > 48000 || table_number(&magnitudes, i, "rbj_db") < -200)
			continue;
		assert_near(iem_band_db(&b, reference, f), table_number(&magnitudes, i, "rbj_db"), 1e-7);
	}
	table_finish(&filters);
	table_finish(&magnitudes);
}

static void above_half_its_rate_a_cookbook_reference_holds_its_last_value(void **state)
{
	const struct iem_band shelf = band("HS", 10000, 6, 0.7);

	assert_near(iem_band_db(&shelf, IEM_REFERENCE_COOKBOOK_44100, 30000), 6, 1e-6);
	assert_near(iem_band_db(&shelf, IEM_REFERENCE_COOKBOOK_44100, 90000), 6, 1e-6);
}

static void a_band_above_half_the_reference_rate_means_the_analog_prototype(void **state)
{
	const struct iem_band b = band("PK", 30000, 6, 1);

	assert_near(iem_band_db(&b, IEM_REFERENCE_COOKBOOK_48000, 20000),
		    iem_band_db(&b, IEM_REFERENCE_ANALOG, 20000), 0);
}

static void an_exact_zero_is_minus_400_db(void **state)
{
	const struct iem_band notch = band("NO", 1000, 0, 5);

	assert_near(iem_band_db(&notch, IEM_REFERENCE_ANALOG, 1000), -400, 0);
}

static void only_peaking_and_shelves_have_gain(void **state)
{
	for (int type = 0; type < IEM_BAND_TYPES; type++)
		assert_int_equal(iem_band_has_gain(type), type <= IEM_HIGH_SHELF);
}

static void references_name_their_rate(void **state)
{
	assert_near(iem_reference_rate(IEM_REFERENCE_ANALOG), 0, 0);
	assert_near(iem_reference_rate(IEM_REFERENCE_COOKBOOK_44100), 44100, 0);
	assert_near(iem_reference_rate(IEM_REFERENCE_COOKBOOK_48000), 48000, 0);
}

static void a_channel_belongs_to_the_ear_its_name_says(void **state)
{
	static const struct {
		const char *names;
		enum iem_side side;
	} rows[] = {
		{ "FL SL RL FLC RLC FLW FLH TFL TRL TSL TFLC BLC LLFE", IEM_SIDE_LEFT },
		{ "FR SR RR FRC RRC FRW FRH TFR TRR TSR TFRC BRC RLFE", IEM_SIDE_RIGHT },
		{ "FC LFE MONO RC TC TFC TRC BC AUX0 AUX1 UNK fl LR", IEM_SIDE_BOTH },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char names[100], *rest = names, *name;

		snprintf(names, sizeof(names), "%s", rows[i].names);
		while ((name = strsep(&rest, " ")))
			if (iem_side_of_channel(name) != rows[i].side)
				fail_msg("%s belongs to %s", name, iem_side_names[iem_side_of_channel(name)]);
	}
	assert_int_equal(iem_side_of_channel(NULL), IEM_SIDE_BOTH);
}

static void a_band_for_one_ear_leaves_the_other_and_the_middle_alone(void **state)
{
	for (int channel = 0; channel < IEM_SIDES; channel++) {
		assert_true(iem_side_applies(IEM_SIDE_BOTH, channel));
		assert_int_equal(iem_side_applies(IEM_SIDE_LEFT, channel), channel == IEM_SIDE_LEFT);
		assert_int_equal(iem_side_applies(IEM_SIDE_RIGHT, channel), channel == IEM_SIDE_RIGHT);
	}
}

static void every_value_has_a_name_and_the_lists_end(void **state)
{
	static const struct {
		const char *const *names;
		int n;
	} lists[] = { { iem_band_type_names, IEM_BAND_TYPES },
		      { iem_side_names, IEM_SIDES },
		      { iem_reference_names, IEM_REFERENCES } };

	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		for (int k = 0; k < lists[i].n; k++)
			assert_non_null(lists[i].names[k]);
		assert_null(lists[i].names[lists[i].n]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(means_the_analog_prototype_of_the_reference),
		cmocka_unit_test(a_cookbook_reference_means_the_cookbook_filter_at_that_rate),
		cmocka_unit_test(above_half_its_rate_a_cookbook_reference_holds_its_last_value),
		cmocka_unit_test(a_band_above_half_the_reference_rate_means_the_analog_prototype),
		cmocka_unit_test(an_exact_zero_is_minus_400_db),
		cmocka_unit_test(only_peaking_and_shelves_have_gain),
		cmocka_unit_test(references_name_their_rate),
		cmocka_unit_test(a_channel_belongs_to_the_ear_its_name_says),
		cmocka_unit_test(a_band_for_one_ear_leaves_the_other_and_the_middle_alone),
		cmocka_unit_test(every_value_has_a_name_and_the_lists_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
