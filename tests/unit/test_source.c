/* profile.h: output stages. */
#include "support.h"
#include "core/source.h"

#include <errno.h>

static int load(struct iem_source **source, const char *text, struct iem_diags *diags)
{
	char *folder = temp_folder(), *path = NULL;
	int r;

	put_file(folder, "s.conf", text);
	assert_true(asprintf(&path, "%s/s.conf", folder) > 0);
	r = iem_source_load(source, "acme", path, diags);
	for (size_t i = 0; i < diags->n; i++) { /* the folder has another name in every run */
		free(diags->items[i].file);
		diags->items[i].file = strdup("s.conf");
	}
	free(path);
	remove_folder(folder);
	return r;
}

static void every_key_of_the_format_is_read(void **state)
{
	static const char text[] = "format = 1;\n"
				   "source = {\n"
				   "  name = \"Acme Dongle\";  kind = \"dongle\";\n"
				   "  max_voltage = 2.0;\n"
				   "  max_current = 60.0;\n"
				   "  rated_power = ( (16.0, 50.0), (32.0, 60.0) );\n"
				   "  output_impedance = 0.5;\n"
				   "  noise = 1.2;\n"
				   "};\n"
				   "match = ( { usb = \"1234:abcd\"; product = \"Acme Dongle\"; } );\n"
				   "volume = { control = \"Headphone\"; analog = true; };\n"
				   "origin = \"sheet\";\n";
	CLEANUP(iem_source_freep) struct iem_source *source = NULL;
	struct iem_diags diags = { 0 };

	assert_int_equal(load(&source, text, &diags), 0);
	assert_told(&diags, "");
	assert_string_equal(source->id, "acme");
	assert_string_equal(source->name, "Acme Dongle");
	assert_string_equal(iem_source_kinds[source->kind], "dongle");
	assert_near(source->max_voltage_v, 2, 0);
	assert_near(source->max_current_ma, 60, 0);
	assert_int_equal(source->rated_power.n, 2);
	assert_near(source->rated_power.at[1].x, 32, 0);
	assert_near(source->rated_power.at[1].y, 60, 0);
	assert_near(source->output_impedance_ohm, 0.5, 0);
	assert_near(source->noise_uv, 1.2, 0);
	assert_int_equal(source->matches.n, 1);
	assert_string_equal(source->matches.at[0].want[IEM_MATCH_USB], "1234:abcd");
	assert_string_equal(source->volume_control, "Headphone");
	assert_true(source->volume_analog);
	assert_string_equal(source->origin, "sheet");
}

static void what_is_not_given_is_unknown(void **state)
{
	CLEANUP(iem_source_freep) struct iem_source *source = NULL;
	struct iem_diags diags = { 0 };

	assert_int_equal(load(&source, "", &diags), 0);
	assert_told(&diags, "");
	assert_int_equal(source->kind, -1);
	assert_true(isnan(source->max_voltage_v) && isnan(source->max_current_ma));
	assert_true(isnan(source->output_impedance_ohm) && isnan(source->noise_uv));
	assert_null(source->volume_control);
}

static void mistakes_are_told(void **state)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "source = { max_voltage = 0; };",
		  "s.conf:1: 'max_voltage' is 0, outside 0.001 to 1000 V\n" },
		{ "source = { output_impedance = \"<1\"; };",
		  "s.conf:1: 'output_impedance' wants a number, 0 to 10000 ohm\n" },
		{ "source = { rated_power = ( (32, 60), (16, 50) ); };",
		  "s.conf:1: 'rated_power' must ascend: 16 comes after 32\n" },
		{ "source = { rated_power = ( (32, 0) ); };",
		  "s.conf:1: 'an element' is 0, outside 0.001 to 1e+06\n" },
		{ "volume = { analog = 1; };", "s.conf:1: 'analog' wants true or false\n" },
		{ "source = { kind = \"amplifier\"; };", "s.conf:1: 'kind' is \"amplifier\"; allowed are "
							 "\"dongle\", \"dac-amp\", \"amp\", \"interface\", "
							 "\"onboard\", \"board\", \"bluetooth\"\n" },
		{ "eq = { };",
		  "s.conf:1: unknown key 'eq'; allowed here are source, match, volume, origin\n" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct iem_source *source = NULL;
		struct iem_diags diags = { 0 };
		const int r = load(&source, rows[i].text, &diags);

		assert_told(&diags, rows[i].want);
		assert_int_equal(r, -EINVAL);
		assert_null(source);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_key_of_the_format_is_read),
		cmocka_unit_test(what_is_not_given_is_unknown),
		cmocka_unit_test(mistakes_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
