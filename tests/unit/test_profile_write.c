/* A profile that is written and read again is the same to the last bit, and reads well. */
#include "core/number.h"
#include "core/profile_write.h"

#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

static struct iem_profile *parse(const char *text)
{
	struct iem_profile *profile = NULL;
	struct iem_diags diags = { 0 };

	if (iem_profile_parse(&profile, "id", text, strlen(text), "t.conf", &diags) < 0)
		fail_msg("line %d: %s\n%s", diags.items[0].line, diags.items[0].text, text);
	iem_diags_finish(&diags);
	return profile;
}

/* Writing what was read again must give the same text: then nothing was lost or changed on the way. */
static void expect_stable(const char *text)
{
	struct iem_profile *first = parse(text), *second;
	CLEANUP(iem_freep) char *written = NULL, *again = NULL;

	assert_int_equal(iem_profile_write(&written, first, NULL), 0);
	second = parse(written);
	assert_int_equal(iem_profile_write(&again, second, NULL), 0);
	assert_string_equal(written, again);
	assert_int_equal(first->eq.n_bands, second->eq.n_bands);
	if (first->eq.n_bands)
		assert_memory_equal(first->eq.bands, second->eq.bands,
				    first->eq.n_bands * sizeof(*first->eq.bands));
	iem_profile_free(first);
	iem_profile_free(second);
}

static const char everything[] =
	"earphone = { like = \"other\"; brand = \"A \\\"c\\\" \\\\ me\"; model = \"\303\226ne\"; form = \"in-ear\";\n"
	"  drivers = ( { type = \"dynamic\"; }, { type = \"balanced-armature\"; count = 2; } ); back = \"closed\";\n"
	"  impedance = 22; impedance_curve = ( (20, 24.5), (4000, 12) );\n"
	"  sensitivity = { value = 110.1; unit = \"dB/V\"; }; frequency_range = ( 10, 22000 );\n"
	"  max_power = 30; isolation = 25.3; };\n"
	"match = ( { usb = \"1234:abcd\"; product = \"x\"; }, { bluetooth = \"y*\"; } );\n"
	"eq = { preamp = -6.3; reference = \"cookbook-44100\"; bands = (\n"
	"  { type = \"low-shelf\"; frequency = 105; gain = 5.5; q = 0.70710678118654757; },\n"
	"  { type = \"low-pass\"; frequency = 20000.1; },\n"
	"  { type = \"peaking\"; frequency = 1e3; gain = -1e-7; q = 0.1; channels = \"left\"; } );\n"
	"  graphic = ( (20.5, -1.25), (10000, 3) ); fir = \"a \\\"b\\\".wav\"; };\n"
	"variants = ( { name = \"foam\"; eq = { preamp = \"auto\"; bands = ( ); }; }, { name = \"n\"; },\n"
	"  { name = \"dry\"; eq = { graphic = ( ); fir = \"\"; }; }, { name = \"wet\"; eq = { fir = \"c.wav\"; }; } );\n"
	"origin = \"measured\";\n";

static void round_trips_exactly(void **state)
{
	expect_stable(everything);
	expect_stable("");
	expect_stable("earphone = { impedance_curve = \"ohm \\\"l\\\".zma\"; };");
	expect_stable(
		"eq = { bands = ( { type = \"notch\"; frequency = 0.1e2; q = 99.999999999999986; } ); };");
}

static void reads_well(void **state)
{
	static const char want[] =
		"# Imported from \"x.txt\".\n"
		"# Its preamp was -6.5 dB.\n"
		"\n"
		"format = 1;\n"
		"\n"
		"earphone = {\n"
		"  like = \"acme-one\";\n"
		"};\n"
		"\n"
		"eq = {\n"
		"  preamp = \"auto\";\n"
		"  reference = \"cookbook-48000\";\n"
		"  bands = (\n"
		"    { type = \"low-shelf\"; frequency =  105.0; gain =  5.5; q =  0.7;                    },\n"
		"    { type = \"low-pass\";  frequency = 9000.0;              q = 0.71;                    },\n"
		"    { type = \"peaking\";   frequency = 3100.0; gain = -2.0; q =  1.4; channels = \"left\"; }\n"
		"  );\n"
		"};\n";
	struct iem_band bands[] = {
		{ IEM_LOW_SHELF, IEM_SIDE_BOTH, 105, 5.5, 0.7 },
		{ IEM_LOW_PASS, IEM_SIDE_BOTH, 9000, 0, 0.71 },
		{ IEM_PEAKING, IEM_SIDE_LEFT, 3100, -2, 1.4 },
	};
	struct iem_profile *profile = parse("earphone = { like = \"acme-one\"; };");
	CLEANUP(iem_freep) char *text = NULL;

	profile->eq.reference = IEM_REFERENCE_COOKBOOK_48000;
	profile->eq.bands = bands;
	profile->eq.n_bands = ARRAY_LEN(bands);
	assert_int_equal(
		iem_profile_write(&text, profile, "Imported from \"x.txt\".\nIts preamp was -6.5 dB."), 0);
	assert_string_equal(text, want);
	iem_profile_free(parse(text));
	profile->eq.bands = NULL;
	iem_profile_free(profile);
}

static void comments_cannot_break_out(void **state)
{
	struct iem_profile *profile = parse("");
	CLEANUP(iem_freep) char *text = NULL;

	assert_int_equal(iem_profile_write(&text, profile, "a\r\x1b[2Jb\nformat = 2;"), 0);
	assert_memory_equal(text, "# a??[2Jb\n# format = 2;\n", 23);
	iem_profile_free(parse(text));
	iem_profile_free(profile);
}

static const struct { double value; const char *text; } numbers[] = {
	{ 0, "0.0" }, { 1, "1.0" }, { -6, "-6.0" }, { 0.1, "0.1" }, { 1000, "1000.0" }, { 384000, "384000.0" },
	{ 1e-7, "1e-07" }, { 5e20, "5e+20" }, { 1.0 / 3, "0.3333333333333333" }, { 1500.5, "1500.5" },
	{ 141.25375446227542, "141.25375446227542" },
};

static void numbers_are_short_and_exact(void **state)
{
	double back;
	char buf[IEM_NUMBER_TEXT];

	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		assert_string_equal(iem_number_text(numbers[i].value, buf), numbers[i].text);
		assert_int_equal(iem_number_parse(buf, &back), 0);
		assert_true(back == numbers[i].value);
	}
	assert_true(iem_number_parse("1,5", &back) < 0 && iem_number_parse("", &back) < 0 &&
		    iem_number_parse(" 1", &back) < 0 && iem_number_parse("0x10", &back) < 0 &&
		    iem_number_parse("inf", &back) < 0 && iem_number_parse("1e999", &back) < 0);
}

/* Where the system knows such a locale at all. */
static void the_locale_has_no_say(void **state)
{
	if (!setlocale(LC_ALL, "de_DE.UTF-8") && !setlocale(LC_ALL, "fr_FR.UTF-8"))
		skip();
	numbers_are_short_and_exact(state);
	setlocale(LC_ALL, "C");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(round_trips_exactly),
		cmocka_unit_test(reads_well),
		cmocka_unit_test(comments_cannot_break_out),
		cmocka_unit_test(numbers_are_short_and_exact),
		cmocka_unit_test(the_locale_has_no_say),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
