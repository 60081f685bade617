/* profile.h: what a file may hold, and what becomes of it. */
#include "support.h"

#include <errno.h>

static const char full[] =
	"format = 1;\n"
	"earphone = {\n"
	"  like = \"other-id\";\n"
	"  brand = \"Acme\";  model = \"One\";  form = \"in-ear\";\n"
	"  drivers = ( { type = \"dynamic\"; count = 1; }, { type = \"balanced-armature\"; count = 2; } );\n"
	"  back = \"closed\";\n"
	"  impedance = 22.0;\n"
	"  impedance_curve = ( (20.0, 24.0), (4000.0, 12.0) );\n"
	"  sensitivity = { value = 110.0; unit = \"dB/V\"; };\n"
	"  frequency_range = ( 10.0, 22000.0 );\n"
	"  max_power = 30.0;\n"
	"  isolation = 25.0;\n"
	"};\n"
	"match = ( { usb = \"1234:abcd\"; product = \"Acme One\"; serial = \"7\"; address = \"00:11\"; },\n"
	"          { bluetooth = \"Acme One*\"; card = \"c\"; port = \"p\"; node = \"n\"; } );\n"
	"eq = {\n"
	"  preamp = -6.5;\n"
	"  reference = \"cookbook-48000\";\n"
	"  bands = (\n"
	"    { type = \"low-shelf\"; frequency = 105.0; gain = 5.5; q = 0.7; },\n"
	"    { type = \"peaking\"; frequency = 3100.0; gain = -2.0; q = 1.4; channels = \"left\"; },\n"
	"    { type = \"notch\"; frequency = 8000.0; q = 5.0; channels = \"right\"; },\n"
	"    { type = \"high-pass\"; frequency = 15.0; channels = \"all\"; }\n"
	"  );\n"
	"};\n"
	"variants = ( { name = \"foam\"; eq = { bands = ( ); }; }, { name = \"bare\"; } );\n"
	"origin = \"measured here\";\n";

static struct iem_profile *parse(const char *text)
{
	struct iem_profile *profile = NULL;
	struct iem_diags diags = { 0 };
	const int r = iem_profile_parse(&profile, "acme-one", text, strlen(text), "t.conf", &diags);

	assert_told(&diags, "");
	assert_int_equal(r, 0);
	return profile;
}

static void every_fact_of_the_format_is_read(void **state)
{
	CLEANUP(iem_profile_freep) struct iem_profile *profile = parse(full);
	const struct iem_earphone *e = &profile->earphone;

	assert_string_equal(profile->id, "acme-one");
	assert_string_equal(e->like, "other-id");
	assert_int_equal(profile->like_line, 3);
	assert_string_equal(e->brand, "Acme");
	assert_string_equal(e->model, "One");
	assert_string_equal(iem_form_names[e->form], "in-ear");
	assert_string_equal(iem_back_names[e->back], "closed");
	assert_int_equal(e->n_drivers, 2);
	assert_string_equal(iem_driver_names[e->drivers[0].type], "dynamic");
	assert_int_equal(e->drivers[0].count, 1);
	assert_string_equal(iem_driver_names[e->drivers[1].type], "balanced-armature");
	assert_int_equal(e->drivers[1].count, 2);
	assert_near(e->impedance_ohm, 22, 0);
	assert_int_equal(e->impedance_curve.n, 2);
	assert_near(e->impedance_curve.at[1].x, 4000, 0);
	assert_near(e->impedance_curve.at[1].y, 12, 0);
	assert_near(e->sensitivity.value, 110, 0);
	assert_int_equal(e->sensitivity.unit, IEM_DB_PER_V);
	assert_near(e->frequency_range_hz.x, 10, 0);
	assert_near(e->frequency_range_hz.y, 22000, 0);
	assert_near(e->max_power_mw, 30, 0);
	assert_near(e->isolation_db, 25, 0);
	assert_string_equal(profile->origin, "measured here");
}

static void every_rule_of_the_format_is_read(void **state)
{
	CLEANUP(iem_profile_freep) struct iem_profile *profile = parse(full);
	static const char *const want[2][IEM_MATCH_KEYS] = {
		{ [IEM_MATCH_USB] = "1234:abcd",
		  [IEM_MATCH_PRODUCT] = "Acme One",
		  [IEM_MATCH_SERIAL] = "7",
		  [IEM_MATCH_ADDRESS] = "00:11" },
		{ [IEM_MATCH_BLUETOOTH] = "Acme One*",
		  [IEM_MATCH_CARD] = "c",
		  [IEM_MATCH_PORT] = "p",
		  [IEM_MATCH_NODE] = "n" },
	};

	assert_int_equal(profile->matches.n, 2);
	for (int i = 0; i < 2; i++)
		for (int key = 0; key < IEM_MATCH_KEYS; key++)
			if (want[i][key])
				assert_string_equal(profile->matches.at[i].want[key], want[i][key]);
			else
				assert_null(profile->matches.at[i].want[key]);
}

static void every_band_of_the_format_is_read(void **state)
{
	CLEANUP(iem_profile_freep) struct iem_profile *profile = parse(full);
	const struct iem_band want[] = {
		side_band(IEM_SIDE_BOTH, "LS", 105, 5.5, 0.7),
		side_band(IEM_SIDE_LEFT, "PK", 3100, -2, 1.4),
		side_band(IEM_SIDE_RIGHT, "NO", 8000, 0, 5),
		side_band(IEM_SIDE_BOTH, "HP", 15, 0, M_SQRT1_2),
	};

	assert_false(profile->eq.preamp_auto);
	assert_near(profile->eq.preamp_db, -6.5, 0);
	assert_int_equal(profile->eq.reference, IEM_REFERENCE_COOKBOOK_48000);
	assert_int_equal(profile->eq.n_bands, ARRAY_LEN(want));
	for (size_t i = 0; i < ARRAY_LEN(want); i++) {
		const struct iem_band *got = &profile->eq.bands[i];

		assert_int_equal(got->type, want[i].type);
		assert_int_equal(got->side, want[i].side);
		assert_near(got->freq_hz, want[i].freq_hz, 0);
		assert_near(got->gain_db, want[i].gain_db, 0);
		assert_near(got->q, want[i].q, 0);
	}
}

static void a_variant_replaces_what_it_gives_and_keeps_the_rest(void **state)
{
	CLEANUP(iem_profile_freep) struct iem_profile *profile = parse(full);
	const struct iem_eq *foam = iem_profile_eq(profile, "foam"), *bare = iem_profile_eq(profile, "bare");

	assert_int_equal(profile->n_variants, 2);
	assert_int_equal(foam->n_bands, 0);
	assert_near(foam->preamp_db, -6.5, 0);
	assert_int_equal(foam->reference, IEM_REFERENCE_COOKBOOK_48000);
	assert_int_equal(bare->n_bands, 4);
	assert_near(bare->bands[1].freq_hz, 3100, 0);
	assert_ptr_equal(iem_profile_eq(profile, NULL), &profile->eq);
	assert_ptr_equal(iem_profile_eq(profile, ""), &profile->eq);
	assert_null(iem_profile_eq(profile, "rubber"));
}

/* In the file the variants may come before what they fall back to. */
static void the_order_of_a_file_does_not_matter(void **state)
{
	CLEANUP(iem_profile_freep)
	struct iem_profile *profile =
		parse("variants = ( { name = \"a\"; eq = { preamp = -1.0; }; } );\n"
		      "eq = { bands = ( { type = \"notch\"; frequency = 50; q = 9; } ); preamp = -3; };");
	const struct iem_eq *eq = iem_profile_eq(profile, "a");

	assert_near(eq->preamp_db, -1, 0);
	assert_int_equal(eq->n_bands, 1);
}

static void what_is_not_given_is_unknown_not_zero(void **state)
{
	CLEANUP(iem_profile_freep) struct iem_profile *profile = parse("");
	const struct iem_earphone *e = &profile->earphone;
	char title[50];

	assert_null(e->brand);
	assert_int_equal(e->form, -1);
	assert_int_equal(e->back, -1);
	assert_true(isnan(e->impedance_ohm) && isnan(e->sensitivity.value) && isnan(e->max_power_mw));
	assert_true(isnan(e->isolation_db) && isnan(e->frequency_range_hz.x) &&
		    isnan(e->frequency_range_hz.y));
	assert_true(profile->eq.preamp_auto);
	assert_int_equal(profile->eq.reference, IEM_REFERENCE_ANALOG);
	assert_string_equal(iem_profile_title(profile, title, sizeof(title)), "acme-one");
}

static void whole_numbers_do_where_numbers_are_wanted(void **state)
{
	CLEANUP(iem_profile_freep)
	struct iem_profile *profile =
		parse("earphone = { impedance = 22; isolation = 0; max_power = 30L; };\n"
		      "eq = { preamp = -6; bands = ( { type = \"peaking\"; frequency = 1000; gain = -6; q = "
		      "1; } ); };");

	assert_near(profile->earphone.impedance_ohm, 22, 0);
	assert_near(profile->earphone.max_power_mw, 30, 0);
	assert_near(profile->eq.preamp_db, -6, 0);
	assert_near(profile->eq.bands[0].gain_db, -6, 0);
}

static void texts_may_hold_what_would_be_a_mistake_outside(void **state)
{
	CLEANUP(iem_profile_freep)
	struct iem_profile *profile = parse(
		"# @include \"x\"\norigin = \"see @include, (a,) and 4294968296 at Fran\xc3\xa7ois'\";");

	assert_string_equal(profile->origin, "see @include, (a,) and 4294968296 at Fran\xc3\xa7ois'");
}

static char *many_bands(const char *channels, unsigned n)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	for (unsigned i = 0; i < n; i++)
		fprintf(out, "%s{ type = \"notch\"; frequency = %u; q = 1; channels = \"%s\"; }",
			i ? ", " : "", i + 1, channels);
	fclose(out);
	return text;
}

static void each_ear_may_have_64_bands(void **state)
{
	CLEANUP(iem_freep)
	char *left = many_bands("left", 64),
	     *right = many_bands("right", 64), *text = NULL;
	CLEANUP(iem_profile_freep) struct iem_profile *profile = NULL;

	assert_true(asprintf(&text, "eq = { bands = ( %s, %s ); };", left, right) > 0);
	profile = parse(text);
	assert_int_equal(profile->eq.n_bands, 128);
}

static void no_ear_may_have_65_bands(void **state)
{
	static const struct {
		const char *channels;
		unsigned n;
		const char *want;
	} rows[] = {
		{ "left", 65, "t.conf:2: the left channel has 65 bands; at most 64 are allowed\n" },
		{ "right", 65, "t.conf:2: the right channel has 65 bands; at most 64 are allowed\n" },
		{ "all", 65, "t.conf:2: the left channel has 65 bands; at most 64 are allowed\n" },
		{ "left", 129, "t.conf:2: 'bands' has 129 elements; at most 128 are allowed\n" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(iem_freep) char *bands = many_bands(rows[i].channels, rows[i].n), *text = NULL;
		struct iem_profile *profile = NULL;
		struct iem_diags diags = { 0 };

		assert_true(asprintf(&text, "eq = {\nbands = ( %s ); };", bands) > 0);
		assert_int_equal(iem_profile_parse(&profile, "x", text, strlen(text), "t.conf", &diags),
				 -EINVAL);
		assert_told(&diags, rows[i].want);
		assert_null(profile);
	}
}

/* A file is right or wrong by itself; which of its bands can be played depends on the rate. */
static void a_band_above_half_a_rate_is_kept_in_the_profile(void **state)
{
	CLEANUP(iem_profile_freep)
	struct iem_profile *profile =
		parse("eq = { bands = ( { type = \"notch\"; frequency = 384000; q = 1; } ); };");

	assert_int_equal(profile->eq.n_bands, 1);
}

static void the_title_is_what_is_known(void **state)
{
	static const struct {
		const char *text, *title;
	} rows[] = {
		{ "earphone = { brand = \"Acme\"; model = \"One\"; };", "Acme One" },
		{ "earphone = { model = \"One\"; };", "One" },
		{ "earphone = { brand = \"Acme\"; };", "Acme" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(iem_profile_freep) struct iem_profile *profile = parse(rows[i].text);
		char title[20];

		assert_string_equal(iem_profile_title(profile, title, sizeof(title)), rows[i].title);
	}
}

static void ids_are_plain_lower_case_names(void **state)
{
	static const char *const good[] = {
		"a", "7hz-timeless", "a.b_c-d",
		"0123456789012345678901234567890123456789012345678901234567890123"
	};
	static const char *const bad[] = {
		"",         "A",
		"-a",       ".a",
		"_a",       "a b",
		"a/b",      "..",
		"\xc3\xa9", "01234567890123456789012345678901234567890123456789012345678901234"
	};

	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		assert_true(iem_id_valid(good[i]));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(iem_id_valid(bad[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_fact_of_the_format_is_read),
		cmocka_unit_test(every_rule_of_the_format_is_read),
		cmocka_unit_test(every_band_of_the_format_is_read),
		cmocka_unit_test(a_variant_replaces_what_it_gives_and_keeps_the_rest),
		cmocka_unit_test(the_order_of_a_file_does_not_matter),
		cmocka_unit_test(what_is_not_given_is_unknown_not_zero),
		cmocka_unit_test(whole_numbers_do_where_numbers_are_wanted),
		cmocka_unit_test(texts_may_hold_what_would_be_a_mistake_outside),
		cmocka_unit_test(each_ear_may_have_64_bands),
		cmocka_unit_test(no_ear_may_have_65_bands),
		cmocka_unit_test(a_band_above_half_a_rate_is_kept_in_the_profile),
		cmocka_unit_test(the_title_is_what_is_known),
		cmocka_unit_test(ids_are_plain_lower_case_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
