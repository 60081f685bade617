/* Mistakes in profiles and sources: every one is told, with its line and what would be right. */
#include "support.h"

#include <errno.h>
#include <sys/stat.h>

#define BAND(keys) "eq = { bands = ( { " keys " } ); };"
#define EAR(keys) "earphone = { " keys " };"

static const struct row {
	const char *why, *text, *want;
} rejected[] = {
	{ "a misspelt key is not lost", "\norigins = \"x\";",
	  "t.conf:2: unknown key 'origins'; allowed here are earphone, match, eq, variants, origin\n" },
	{ "nor one in a group", EAR("\n\nimpedence = 3;"),
	  "t.conf:3: unknown key 'impedence'; allowed here are like, brand, model, form, drivers, back, "
	  "impedance, "
	  "impedance_curve, sensitivity, frequency_range, max_power, isolation\n" },
	{ "nor one in a band", BAND("type = \"notch\"; frequency = 9; q = 1; fgain = 2;"),
	  "t.conf:1: unknown key 'fgain'; allowed here are type, frequency, gain, q, channels\n" },
	{ "a format of the future", "\nformat = 2;\nnews = 1;",
	  "t.conf:2: 'format' is 2; this version reads 1 only\n" },
	{ "a format that is no number", "format = \"1\";",
	  "t.conf:1: 'format' wants a whole number; this version reads 1\n" },

	{ "a quoted number is a typo", EAR("impedance = \"22\";"),
	  "t.conf:1: 'impedance' wants a number, 1 to 10000 ohm\n" },
	{ "a truth is no number", EAR("impedance = true;"),
	  "t.conf:1: 'impedance' wants a number, 1 to 10000 ohm\n" },
	{ "a number is no text", EAR("brand = 7;"), "t.conf:1: 'brand' wants a text in quotes\n" },
	{ "a group is no text", "origin = { a = 1; };", "t.conf:1: 'origin' wants a text in quotes\n" },
	{ "a number is no group", "eq = 3;", "t.conf:1: 'eq' wants a group { ... }\n" },
	{ "a list is no group", "earphone = ( 1 );", "t.conf:1: 'earphone' wants a group { ... }\n" },
	{ "a group is no list", "match = { usb = \"1234:abcd\"; };",
	  "t.conf:1: 'match' wants a list ( ... )\n" },
	{ "a number is no band", "eq = { bands = ( 1 ); };",
	  "t.conf:1: 'an element' wants a group { ... }\n" },

	{ "infinity", EAR("impedance = 1e999;"), "t.conf:1: 'impedance' is inf, outside 1 to 10000 ohm\n" },
	{ "and the other one", EAR("impedance = -1e999;"),
	  "t.conf:1: 'impedance' is -inf, outside 1 to 10000 ohm\n" },
	{ "impedance of nothing", EAR("impedance = 0;"),
	  "t.conf:1: 'impedance' is 0, outside 1 to 10000 ohm\n" },
	{ "isolation", EAR("isolation = 61.0;"), "t.conf:1: 'isolation' is 61, outside 0 to 60 dB\n" },
	{ "power", EAR("max_power = -1;"), "t.conf:1: 'max_power' is -1, outside 0.01 to 100000 mW\n" },
	{ "sensitivity", EAR("sensitivity = { value = 1100.0; unit = \"dB/V\"; };"),
	  "t.conf:1: 'value' is 1100, outside 40 to 180 dB\n" },
	{ "a sensitivity without unit is worth nothing", EAR("sensitivity = { value = 110.0; };"),
	  "t.conf:1: 'sensitivity' wants both 'value' and 'unit' (\"dB/mW\" or \"dB/V\")\n" },
	{ "a form that is none", EAR("form = \"in ear\";"),
	  "t.conf:1: 'form' is \"in ear\"; allowed are \"in-ear\", \"earbud\", \"on-ear\", \"over-ear\"\n" },
	{ "a form that is no text", EAR("form = 1;"),
	  "t.conf:1: 'form' wants one of \"in-ear\", \"earbud\", \"on-ear\", \"over-ear\"\n" },
	{ "no driver at all", EAR("drivers = ( { type = \"dynamic\"; count = 0; } );"),
	  "t.conf:1: 'count' is 0, outside 1 to 64\n" },
	{ "half a driver", EAR("drivers = ( { type = \"dynamic\"; count = 1.5; } );"),
	  "t.conf:1: 'count' is 1.5; a whole number is wanted\n" },
	{ "a driver of no kind", EAR("drivers = ( { count = 1; } );"),
	  "t.conf:1: the driver lacks 'type'\n" },
	{ "a range upside down", EAR("frequency_range = ( 20000, 20 );"),
	  "t.conf:1: 'frequency_range' is 20000 to 20; the lower one comes first\n" },
	{ "half a range", EAR("frequency_range = ( 20 );"),
	  "t.conf:1: 'frequency_range' wants two numbers, ( lowest, highest )\n" },
	{ "a curve that turns back", EAR("impedance_curve = ( (20, 9),\n(30, 9),\n(25, 9) );"),
	  "t.conf:3: 'impedance_curve' must ascend: 25 comes after 30\n" },
	{ "a curve of single numbers", EAR("impedance_curve = ( 20, 9 );"),
	  "t.conf:1: 'impedance_curve' wants pairs of numbers, ( (x, y), ... )\n"
	  "t.conf:1: 'impedance_curve' wants pairs of numbers, ( (x, y), ... )\n" },
	{ "a like that is no id", EAR("like = \"../x\";"),
	  "t.conf:1: 'like' is \"../x\", which is no profile's id\n" },

	{ "frequency", BAND("type = \"notch\"; frequency = 0.5; q = 1;"),
	  "t.conf:1: 'frequency' is 0.5, outside 1 to 384000 Hz\n" },
	{ "gain", BAND("type = \"peaking\"; frequency = 9; q = 1; gain = 40.5;"),
	  "t.conf:1: 'gain' is 40.5, outside -40 to 40 dB\n" },
	{ "a Q of zero has no filter", BAND("type = \"notch\"; frequency = 9; q = 0;"),
	  "t.conf:1: 'q' is 0, outside 0.05 to 100\n" },
	{ "too high a Q", BAND("type = \"notch\"; frequency = 9; q = 101;"),
	  "t.conf:1: 'q' is 101, outside 0.05 to 100\n" },
	{ "preamp never above 0", "eq = { preamp = 0.5; };",
	  "t.conf:1: 'preamp' is 0.5, outside -60 to 0 dB\n" },
	{ "a preamp in words", "eq = { preamp = \"loud\"; };",
	  "t.conf:1: 'preamp' is \"loud\"; allowed are \"auto\" and -60 to 0 dB\n" },
	{ "a reference at another rate", "eq = { reference = \"cookbook-96000\"; };",
	  "t.conf:1: 'reference' is \"cookbook-96000\"; allowed are \"analog\", \"cookbook-44100\", "
	  "\"cookbook-48000\"\n" },
	{ "an unknown type", BAND("type = \"bell\"; frequency = 9; q = 1;"),
	  "t.conf:1: 'type' is \"bell\"; allowed are \"peaking\", \"low-shelf\", \"high-shelf\", "
	  "\"low-pass\", "
	  "\"high-pass\", \"band-pass\", \"notch\", \"all-pass\"\n" },
	{ "an empty band", BAND(""),
	  "t.conf:1: the band lacks 'type'\nt.conf:1: the band lacks 'frequency'\n" },
	{ "a peak without gain", BAND("type = \"peaking\"; frequency = 9; q = 1;"),
	  "t.conf:1: the peaking band lacks 'gain'\n" },
	{ "a peak without width", BAND("type = \"peaking\"; frequency = 9; gain = 1;"),
	  "t.conf:1: the peaking band lacks 'q'\n" },
	{ "a gain that does nothing", BAND("type = \"notch\"; frequency = 9; q = 1; gain = 3;"),
	  "t.conf:1: a notch band has no 'gain'; leave it out\n" },
	{ "a third ear", BAND("type = \"notch\"; frequency = 9; q = 1; channels = \"middle\";"),
	  "t.conf:1: 'channels' is \"middle\"; allowed are \"all\", \"left\", \"right\"\n" },

	{ "a variant nobody can name", "variants = ( { eq = { }; } );",
	  "t.conf:1: the variant lacks a 'name'\n" },
	{ "two of a name", "variants = ( { name = \"a\"; },\n{ name = \"a\"; } );",
	  "t.conf:2: there are two variants 'a'\n" },
	{ "a rule that asks for nothing", "match = ( { } );",
	  "t.conf:1: an empty rule would match nothing; leave it out\n" },
	{ "a USB id is eight hex digits", "match = ( { usb = \"1234\"; } );",
	  "t.conf:1: 'usb' is \"1234\"; wanted are vendor and product, \"1234:abcd\"\n" },

	{ "an include", "@include \"/etc/hostname\"\n",
	  "t.conf:1: '@include' is not allowed; write everything into this file\n" },
	{ "a number that 32 bits would cut", BAND("type = \"notch\"; frequency = 4294968296; q = 1;"),
	  "t.conf:1: the whole number 4294968296 is too large\n" },
	{ "a comma too many", "eq = { bands = ( { type = \"notch\"; frequency = 9; q = 1; },\n ); };",
	  "t.conf:2: a comma after the last element; leave it out\n" },
	{ "a control character", "origin = \"a\\x07b\";", "t.conf:1: 'origin' holds a control character\n" },
	{ "a text over two lines", "origin = \"a\\nb\";", "t.conf:1: 'origin' holds a control character\n" },
	{ "Latin-1 would stop every message that quotes it", "\norigin = \"Fran\xe7ois\";",
	  "t.conf:2: 'origin' is not UTF-8 text\n" },
	{ "nor may a wrong word be quoted then", EAR("form = \"\xe7\";"),
	  "t.conf:1: 'form' is not UTF-8 text\n" },
	{ "escaped bytes count too", "origin = \"\\xe7\";", "t.conf:1: 'origin' is not UTF-8 text\n" },
	{ "half a character", "origin = \"\xe2\x82\";", "t.conf:1: 'origin' is not UTF-8 text\n" },
	{ "a slash in two bytes", "origin = \"\xc0\xaf\";", "t.conf:1: 'origin' is not UTF-8 text\n" },
	{ "half a surrogate pair", "origin = \"\xed\xa0\x80\";", "t.conf:1: 'origin' is not UTF-8 text\n" },
	{ "beyond the last character", "origin = \"\xf4\x90\x80\x80\";",
	  "t.conf:1: 'origin' is not UTF-8 text\n" },

	{ "all mistakes are told in one pass",
	  "earphone = {\n"
	  "  impedance = 0;\n"
	  "  form = \"hat\";\n"
	  "};\n"
	  "eq = {\n"
	  "  preamp = 3;\n"
	  "  bands = (\n"
	  "    { type = \"peaking\"; frequency = 100; gain = 1; q = 1; },\n"
	  "    { type = \"peaking\"; frequency = 100; gain = 1; q = 1;\n"
	  "      speed = 9; },\n"
	  "    { type = \"notch\"; frequency = 1e6; q = 200; }\n"
	  "  );\n"
	  "};\n"
	  "colour = \"red\";\n",
	  "t.conf:2: 'impedance' is 0, outside 1 to 10000 ohm\n"
	  "t.conf:3: 'form' is \"hat\"; allowed are \"in-ear\", \"earbud\", \"on-ear\", \"over-ear\"\n"
	  "t.conf:6: 'preamp' is 3, outside -60 to 0 dB\n"
	  "t.conf:10: unknown key 'speed'; allowed here are type, frequency, gain, q, channels\n"
	  "t.conf:11: 'frequency' is 1e+06, outside 1 to 384000 Hz\n"
	  "t.conf:11: 'q' is 200, outside 0.05 to 100\n"
	  "t.conf:14: unknown key 'colour'; allowed here are earphone, match, eq, variants, origin\n" },
};

static void refuse(const char *text, size_t size, const char *want)
{
	struct iem_profile *profile = NULL;
	struct iem_diags diags = { 0 };
	const int r = iem_profile_parse(&profile, "x", text, size, "t.conf", &diags);

	assert_told(&diags, want);
	assert_int_equal(r, -EINVAL);
	assert_null(profile);
}

static void a_bad_file_is_refused_with_a_sentence(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(rejected); i++)
		refuse(rejected[i].text, strlen(rejected[i].text), rejected[i].want);
}

static void a_nul_byte_is_no_text(void **state)
{
	refuse("origin = \"x\";\n\0", 15, "t.conf:2: a NUL byte; this is not a text file\n");
}

static void a_text_of_more_than_1000_bytes_is_refused(void **state)
{
	char text[1100], name[1002];

	memset(name, 'a', 1001);
	name[1001] = '\0';
	snprintf(text, sizeof(text), "origin = \"%s\";", name);
	refuse(text, strlen(text), "t.conf:1: 'origin' is longer than 1000 bytes\n");
}

/* The wording is libconfig's and differs between its versions; the file and the line are ours to keep. */
static void a_syntax_error_is_told_with_its_line(void **state)
{
	static const struct {
		const char *why, *text, *where;
	} rows[] = {
		{ "nothing behind '='", "a = 1;\n\nimpedance = ;\n", "t.conf:3: " },
		{ "not a number", "\nq = nan;", "t.conf:2: " },
		{ "not one either", "q = inf;", "t.conf:1: " },
		{ "without quotes", "\norigin = somewhere;", "t.conf:2: " },
		{ "the same key twice", "origin = \"a\";\norigin = \"b\";", "t.conf:2: " },
		{ "the same key twice in a group",
		  "earphone = {\nbrand = \"a\";\nmodel = \"c\";\nbrand = \"b\";\n};", "t.conf:4: " },
		{ "a bracket too many", "origin = \"a\";\n};", "t.conf:2: " },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct iem_profile *profile = NULL;
		struct iem_diags diags = { 0 };
		CLEANUP(iem_freep) char *lines = NULL;

		assert_int_equal(iem_profile_parse(&profile, "x", rows[i].text, strlen(rows[i].text),
						   "t.conf", &diags),
				 -EINVAL);
		lines = diag_lines(&diags);
		assert_int_equal(diags.n, 1);
		if (strncmp(lines, rows[i].where, strlen(rows[i].where)) != 0)
			fail_msg("%s: %s", rows[i].why, lines);
		iem_diags_finish(&diags);
	}
}

static void load_refused(const char *folder, const char *name, int error, const char *sentence)
{
	CLEANUP(iem_freep) char *path = NULL, *want = NULL;
	struct iem_profile *profile = NULL;
	struct iem_diags diags = { 0 };

	assert_true(asprintf(&path, "%s/%s", folder, name) > 0);
	assert_true(asprintf(&want, "%s: %s\n", path, sentence) > 0);
	assert_int_equal(iem_profile_load(&profile, "x", path, NULL, &diags), error);
	assert_told(&diags, want);
	assert_null(profile);
}

static void a_file_that_cannot_be_read_is_told(void **state)
{
	char *folder = temp_folder();
	char *large = malloc((1 << 20) + 2);

	memset(large, '\n', (1 << 20) + 1);
	large[(1 << 20) + 1] = '\0';
	put_file(folder, "large.conf", large);
	put_file(folder, "folder.conf/x", "");
	load_refused(folder, "large.conf", -EINVAL, "the file is larger than 1 MiB");
	load_refused(folder, "folder.conf", -EISDIR, "cannot be read: Is a directory");
	load_refused(folder, "none.conf", -ENOENT, "cannot be read: No such file or directory");
	free(large);
	remove_folder(folder);
}

static void a_file_of_just_1_mib_is_read(void **state)
{
	char *folder = temp_folder(), *large = malloc((1 << 20) + 1);
	CLEANUP(iem_profile_freep) struct iem_profile *profile = NULL;
	CLEANUP(iem_freep) char *path = NULL;
	struct iem_diags diags = { 0 };

	memset(large, '\n', 1 << 20);
	large[1 << 20] = '\0';
	put_file(folder, "x.conf", large);
	assert_true(asprintf(&path, "%s/x.conf", folder) > 0);
	assert_int_equal(iem_profile_load(&profile, "x", path, NULL, &diags), 0);
	assert_told(&diags, "");
	free(large);
	remove_folder(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_bad_file_is_refused_with_a_sentence),
		cmocka_unit_test(a_nul_byte_is_no_text),
		cmocka_unit_test(a_text_of_more_than_1000_bytes_is_refused),
		cmocka_unit_test(a_syntax_error_is_told_with_its_line),
		cmocka_unit_test(a_file_that_cannot_be_read_is_told),
		cmocka_unit_test(a_file_of_just_1_mib_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
