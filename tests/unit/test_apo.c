/* Import of Equalizer APO text: what each line means, and that nothing is lost without a word. */
#include "core/apo.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

static bool close_to(double got, double want)
{
	return fabs(got - want) <= 1e-9 * fabs(want) || got == want;
}

static enum iem_band_type type_of(const char *kind)
{
	static const char *const kinds[] = { "PK", "LS", "HS", "LP", "HP", "BP", "NO", "AP" };

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (strcmp(kinds[i], kind) == 0)
			return (enum iem_band_type)i;
	fail_msg("no kind %s", kind);
	return IEM_BAND_TYPES;
}

static void check_vector(char *line)
{
	char *rest = line, *fields[7];
	char text[200];

	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		fields[i] = strsep(&rest, "\t");
	snprintf(text, sizeof(text), "Filter 1: %s\r\n", fields[0]);
	for (int reference = 0; reference < IEM_REFERENCES; reference++) {
		struct iem_apo apo = { 0 };

		assert_int_equal(iem_apo_parse(&apo, text, strlen(text), "t", reference, NULL), 0);
		assert_int_equal(apo.eq.n_bands, 1);
		assert_int_equal(apo.eq.bands[0].type, type_of(fields[1]));
		if (!close_to(apo.eq.bands[0].freq_hz, atof(fields[2])) ||
		    !close_to(apo.eq.bands[0].gain_db, atof(fields[3])) ||
		    !close_to(apo.eq.bands[0].q, atof(fields[4 + reference])))
			fail_msg("%s: %.17g Hz, %.17g dB, Q %.17g", text, apo.eq.bands[0].freq_hz,
				 apo.eq.bands[0].gain_db, apo.eq.bands[0].q);
		iem_apo_finish(&apo);
	}
}

static void lines_mean_what_the_reference_says(void **state)
{
	const char *folder = getenv("IEMD_VECTORS");
	CLEANUP(iem_fclosep) FILE *file = NULL;
	CLEANUP(iem_freep) char *path = NULL;
	char line[1000];
	int n = 0;

	assert_non_null(folder);
	assert_true(asprintf(&path, "%s/text_mapping.tsv", folder) > 0);
	file = fopen(path, "re");
	assert_non_null(file);
	while (fgets(line, sizeof(line), file))
		if (strncmp(line, "ON ", 3) == 0) {
			check_vector(line);
			n++;
		}
	assert_int_equal(n, 27);
}

/* One good filter for texts that are about something else. */
#define GOOD "Filter: ON PK Fc 1000 Hz Gain 3 dB Q 1\n"

static const struct {
	const char *why, *text, *want; /* of what is told, all lines; "" for nothing */
	size_t bands;
} texts[] = {
	{ "case, tabs, blanks and the number count for nothing", "  filter  12 :on\tpeq fc 5 hz gain -1,5 DB q 2", "", 1 },
	{ "units may be missing or stuck to the number", "Filter: ON PK Fc 1000Hz Gain 3dB Q1", "", 1 },
	{ "the order does not matter", "Filter: ON PK Q 1 Gain 3 dB Fc 1000 Hz", "", 1 },
	{ "REW's extra words are passed over", "Filter 1: ON Modal Fc 50.0 Hz Gain -6 dB Q 8 T60 target 300 ms", "", 1 },
	{ "a byte order mark", "\xef\xbb\xbf" GOOD, "", 1 },
	{ "Latin-1 and no-break spaces", "# \xe4\xf6\nFilter: ON PK Fc 1\xa0" "000 Hz Gain\xc2\xa0" "3\xa0 dB Q 1", "", 1 },
	{ "off and none", "Filter 1: OFF PK Fc 1 Hz\nFilter 2: ON None\nFilter 3: ON\n" GOOD, "", 1 },
	{ "comments, blank lines and titles", "# Filter: x\n\nFilter Settings file\nNotes: a: b\nDated: now\n" GOOD, "", 1 },
	{ "lines end with CR", "Preamp: -3 dB\rFilter: ON PK Fc 1000 Hz Gain 3 dB Q 1\r", "", 1 },
	{ "the gain of a pass is ignored", "Filter: ON LP Fc 1000 Hz Gain 99 dB", "", 1 },
	{ "no gain", GOOD "Filter: ON PK Fc 1000 Hz Q 1", "t:2: filter not taken over: PK wants 'Gain ... dB'\n", 1 },
	{ "no width", GOOD "Filter: ON AP Fc 1000 Hz",
	  "t:2: filter not taken over: AP wants 'Q ...' or 'BW Oct ...'\n", 1 },
	{ "no frequency", GOOD "Filter: ON LP", "t:2: filter not taken over: LP wants a frequency, 'Fc ... Hz'\n", 1 },
	{ "no number", GOOD "Filter: ON PK Fc 1.000.5 Hz Gain 3 dB Q 1",
	  "t:2: filter not taken over: 'Fc' is followed by '1.000.5', which is no number\n", 1 },
	{ "twice", GOOD "Filter: ON PK Fc 10 Hz Fc 20 Hz Gain 3 dB Q 1",
	  "t:2: filter not taken over: 'Fc' is given twice\n", 1 },
	{ "an unknown type", GOOD "Filter: ON XSQ Fc 10 Hz Gain 3 dB Q 1",
	  "t:2: filter not taken over: filters of type 'XSQ' are not known\n", 1 },
	{ "neither on nor off", GOOD "Filter: PK Fc 10 Hz",
	  "t:2: filter not taken over: the filter is neither ON nor OFF\n", 1 },
	{ "a colon forgotten", GOOD "Filter 1 ON PK Fc 10 Hz",
	  "t:2: not taken over: a filter without the colon of 'Filter:'\n", 1 },
	{ "gain out of range", GOOD "Filter: ON PK Fc 10 Hz Gain 41 dB Q 1",
	  "t:2: filter not taken over: the gain is 41 dB, outside -40 to 40 dB\n", 1 },
	{ "Q out of range", GOOD "Filter: ON PK Fc 10 Hz Gain 1 dB Q 0",
	  "t:2: filter not taken over: the Q is 0, outside 0.05 to 100\n", 1 },
	{ "frequency out of range", GOOD "Filter: ON PK Fc 0.5 Hz Gain 1 dB Q 1",
	  "t:2: filter not taken over: the frequency is 0.5 Hz, outside 1 to 384000 Hz\n", 1 },
	{ "shelves by the names of graph sites", GOOD "Filter: ON LSQ Fc 105 Hz Gain 3 dB Q 0.7\n"
						  "Filter: ON HSQ Fc 9000 Hz Gain -1 dB Q 0.7", "", 3 },
	{ "a shelf too steep", GOOD "Filter: ON LSC 100 dB Fc 100 Hz Gain 20 dB",
	  "t:2: filter not taken over: a shelf of 20 dB cannot be that steep\n", 1 },
	{ "a slope of nothing", GOOD "Filter: ON LS 0dB Fc 100 Hz Gain 20 dB",
	  "t:2: filter not taken over: a slope of 0 dB an octave means nothing\n", 1 },
	{ "octaves beyond the reference", GOOD "Filter: ON PK Fc 30000 Hz Gain 1 dB BW Oct 1",
	  "t:2: filter not taken over: 30000 Hz lies beyond half of the reference's rate, where octaves mean nothing\n",
	  1 },
	{ "thousands that may not be meant", "Filter: ON PK Fc 105.250 Hz Gain 1 dB Q 1",
	  "t:1: by REW's rule for thousands this frequency is 105250 Hz; check that it is meant\n", 1 },
	{ "what has no counterpart", "Include: y.txt\nCopy: L=R\nDelay: 1 ms\n" GOOD,
	  "t:1: not taken over: 'Include' has no counterpart here\n"
	  "t:2: not taken over: 'Copy' has no counterpart here\n"
	  "t:3: not taken over: 'Delay' has no counterpart here\n", 1 },
	{ "an impulse response", "Convolution: x.wav\n" GOOD,
	  "t:1: not taken over: 'Convolution'; put its sound file beside the profile, and name it in the profile's eq: "
	  "fir = \"...\"\n", 1 },
	{ "a graphic equaliser for one ear",
	  "Channel: L\nGraphicEQ: 20 1; 30 2\nChannel: C\nGraphicEQ: 20 1\nChannel: all\n" GOOD,
	  "t:2: GraphicEQ not taken over: it is for one ear, and the 'graphic' of a profile for both\n"
	  "t:3: not taken over: a channel other than left and right, and the filters below it\n", 1 },
	{ "a graphic equaliser without points", "GraphicEQ:\n" GOOD,
	  "t:1: GraphicEQ not taken over: it has no points\n", 1 },
	{ "a point without a gain", "GraphicEQ: 20 1; 30\n" GOOD,
	  "t:1: GraphicEQ not taken over: there is no gain behind 30 Hz\n", 1 },
	{ "a point of no number", "GraphicEQ: 20 1; 30 loud\n" GOOD,
	  "t:1: GraphicEQ not taken over: 'loud' is no number\n", 1 },
	{ "a point out of range", "GraphicEQ: 0 1\nGraphicEQ: 20 1; 384001 1\nGraphicEQ: 20 -40.5\n" GOOD,
	  "t:1: GraphicEQ not taken over: the frequency is 0 Hz, outside 1 to 384000 Hz\n"
	  "t:2: GraphicEQ not taken over: the frequency is 384001 Hz, outside 1 to 384000 Hz\n"
	  "t:3: GraphicEQ not taken over: the gain at 20 Hz is -40.5 dB, outside -40 to 40 dB\n", 1 },
	{ "two gains for a frequency", "GraphicEQ: 20 1; 30 2; 20 1; 30 3\n" GOOD,
	  "t:1: GraphicEQ not taken over: 30 Hz is given twice, with 2 and with 3 dB\n", 1 },
	{ "a sum out of range", "GraphicEQ: 20 30\nGraphicEQ: 10 9; 40 11\n" GOOD,
	  "t:2: GraphicEQ not taken over: the gain at 40 Hz is 41 dB with the lines before, outside -40 to 40 dB\n",
	  1 },
	{ "devices and stages", "Device: all\nDevice: Realtek\nStage: post-mix\n" GOOD,
	  "t:2: not taken over: 'Device'; the lines below it are taken over as if it did not stand there\n"
	  "t:3: not taken over: 'Stage'; the lines below it are taken over as if it did not stand there\n",
	  1 },
	{ "conditions", "If: 1\n" GOOD "If: 2\n" GOOD "EndIf:\n" GOOD "EndIf:\n" GOOD,
	  "t:1: not taken over: 'If', nor the lines up to its 'EndIf'\n"
	  "t:3: not taken over: 'If', nor the lines up to its 'EndIf'\n", 1 },
	{ "unknown lines, and hostile bytes", "Fliter\x1b[31m: ON\n" GOOD, "t:1: not taken over: 'Fliter?[31m' is not known\n", 1 },
	{ "other channels", "Channel: C\n" GOOD "Channel: L C\n" GOOD,
	  "t:1: not taken over: a channel other than left and right, and the filters below it\n"
	  "t:3: only left and right are taken over of these channels\n", 1 },
	{ "a balance", "Channel: L\nPreamp: -3 dB\nChannel: R\nPreamp: -1 dB\nChannel: all\n" GOOD,
	  "t:4: not taken over: the balance between left (-3 dB) and right (-1 dB) that the preamps make\n", 1 },
	{ "a preamp of no number", "Preamp: loud\n" GOOD, "t:1: not taken over: 'Preamp' wants a number of dB\n", 1 },
	{ "no filter at all", "Preamp: -3 dB\n", "t: there is no filter in it that could be taken over\n", 0 },
	{ "filters that are all off", "Filter: OFF PK", "t: there is no filter in it that could be taken over\n", 0 },
};

static void tells_what_it_cannot_take_over(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct iem_diags diags = { 0 };
		struct iem_apo apo = { 0 };
		char told[1000] = "", line[300];

		iem_apo_parse(&apo, texts[i].text, strlen(texts[i].text), "t", IEM_REFERENCE_COOKBOOK_48000,
			      &diags);
		for (size_t d = 0; d < diags.n; d++) {
			strcat(told, iem_diag_format(&diags.items[d], line, sizeof(line)));
			strcat(told, "\n");
		}
		if (strcmp(told, texts[i].want) != 0 || apo.eq.n_bands != texts[i].bands)
			fail_msg("%s: %zu bands, told\n%s", texts[i].why, apo.eq.n_bands, told);
		iem_apo_finish(&apo);
		iem_diags_finish(&diags);
	}
}

static void channels_become_sides_and_preamps_add_up(void **state)
{
	static const char text[] =
		"Preamp: -2,5 dB\nPreamp: -4 dB\nChannel: L\n" GOOD "Channel: 2\n" GOOD "Channel: L R\n" GOOD
		"channel: ALL\n" GOOD;
	static const enum iem_side want[] = { IEM_SIDE_LEFT, IEM_SIDE_RIGHT, IEM_SIDE_BOTH, IEM_SIDE_BOTH };
	struct iem_apo apo = { 0 };

	assert_int_equal(iem_apo_parse(&apo, text, strlen(text), "t", IEM_REFERENCE_ANALOG, NULL), 0);
	assert_int_equal(apo.eq.n_bands, ARRAY_LEN(want));
	for (size_t i = 0; i < ARRAY_LEN(want); i++)
		assert_int_equal(apo.eq.bands[i].side, want[i]);
	assert_true(apo.preamp_db == -6.5);
	assert_true(apo.eq.preamp_auto);
	assert_int_equal(apo.eq.reference, IEM_REFERENCE_ANALOG);
	iem_apo_finish(&apo);
}

static void takes_64_bands_a_channel(void **state)
{
	CLEANUP(iem_freep) char *text = NULL;
	struct iem_diags diags = { 0 };
	struct iem_apo apo = { 0 };
	size_t size;
	FILE *file = open_memstream(&text, &size);

	assert_non_null(file);
	for (int i = 0; i < 130; i++)
		fprintf(file, "Channel: %s\n" GOOD, i < 65 ? "L" : "R");
	fclose(file);
	assert_int_equal(iem_apo_parse(&apo, text, size, "t", 0, &diags), 0);
	assert_int_equal(apo.eq.n_bands, 128);
	assert_int_equal(diags.n, 2);
	assert_int_equal(diags.items[0].line, 130);
	assert_string_equal(diags.items[0].text, "filter not taken over: a channel has at most 64 bands");
	iem_apo_finish(&apo);
	iem_diags_finish(&diags);
}

static const struct {
	const char *why, *text;
	size_t n;
	struct iem_point want[5];
} graphics[] = {
	{ "one line", "GraphicEQ: 20 -1.5; 100 3; 1000 0", 3, { { 20, -1.5 }, { 100, 3 }, { 1000, 0 } } },
	{ "decimal commas, units, an end that separates nothing", "graphiceq: 20,5 Hz -1,5 dB; 1e3 Hz 0 dB ;\r\n", 2,
	  { { 20.5, -1.5 }, { 1000, 0 } } },
	{ "any order, and a point twice", "GraphicEQ: 100 3; 20 -1; 100 3", 2, { { 20, -1 }, { 100, 3 } } },
	{ "beside filters", GOOD "GraphicEQ: 20 -1; 100 3\n" GOOD, 2, { { 20, -1 }, { 100, 3 } } },
	/* straight over the logarithm: 1 dB at 100 Hz, halfway between 10 and 1000 */
	{ "lines add up over the points of both", "GraphicEQ: 10 0; 1000 2\nGraphicEQ: 5 1; 100 -3; 1000 5; 2000 6", 5,
	  { { 5, 1 }, { 10, 1 - 4 * 0.23137821315975918 }, { 100, -2 }, { 1000, 7 }, { 2000, 8 } } },
	{ "a line that is refused changes nothing", "GraphicEQ: 20 1; 30 2\nGraphicEQ: 20 1; 30 39", 2,
	  { { 20, 1 }, { 30, 2 } } },
};

static void graphic_equalisers_are_curves(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(graphics); i++) {
		struct iem_apo apo = { 0 };

		if (iem_apo_parse(&apo, graphics[i].text, strlen(graphics[i].text), "t", 0, NULL) < 0 ||
		    apo.eq.graphic.n != graphics[i].n)
			fail_msg("%s: %zu points", graphics[i].why, apo.eq.graphic.n);
		for (size_t k = 0; k < graphics[i].n; k++)
			if (!close_to(apo.eq.graphic.at[k].x, graphics[i].want[k].x) ||
			    !close_to(apo.eq.graphic.at[k].y, graphics[i].want[k].y))
				fail_msg("%s: point %zu is %.17g Hz, %.17g dB", graphics[i].why, k,
					 apo.eq.graphic.at[k].x, apo.eq.graphic.at[k].y);
		iem_apo_finish(&apo);
	}
}

/* A line of N points from FIRST_HZ on, 0.1 Hz apart. */
static void put_graphic(FILE *file, double first_hz, int n)
{
	fputs("GraphicEQ:", file);
	for (int i = 0; i < n; i++)
		fprintf(file, " %.1f 1;", first_hz + 0.1 * i);
	fputc('\n', file);
}

static void a_graphic_equaliser_has_2000_points_at_most(void **state)
{
	CLEANUP(iem_freep) char *text = NULL;
	struct iem_diags diags = { 0 };
	struct iem_apo apo = { 0 };
	size_t size;
	FILE *file = open_memstream(&text, &size);

	assert_non_null(file);
	put_graphic(file, 20, 2001);
	put_graphic(file, 20, 2000);
	put_graphic(file, 20, 2000);
	put_graphic(file, 19.9, 1);
	fclose(file);
	assert_int_equal(iem_apo_parse(&apo, text, size, "t", 0, &diags), 0);
	assert_int_equal(apo.eq.graphic.n, 2000);
	assert_true(close_to(apo.eq.graphic.at[1999].y, 2));
	assert_int_equal(diags.n, 2);
	assert_string_equal(diags.items[0].text, "GraphicEQ not taken over: it has more than 2000 points");
	assert_string_equal(diags.items[1].text,
			    "GraphicEQ not taken over: with the lines before there are more than 2000 points");
	iem_apo_finish(&apo);
	iem_diags_finish(&diags);
}

static void autoeq_means_its_own_rate(void **state)
{
	static const struct { const char *text, *path; enum iem_reference want; } rows[] = {
		{ GOOD, "x.txt", IEM_REFERENCE_COOKBOOK_48000 },
		{ GOOD, NULL, IEM_REFERENCE_COOKBOOK_48000 },
		{ GOOD, "/a/Acme AUTOEQ.txt", IEM_REFERENCE_COOKBOOK_44100 },
		{ "# made by autoEq\n" GOOD, "x.txt", IEM_REFERENCE_COOKBOOK_44100 },
		{ "AutoE" GOOD, "x.txt", IEM_REFERENCE_COOKBOOK_48000 },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(iem_apo_reference(rows[i].text, strlen(rows[i].text), rows[i].path),
				 rows[i].want);
}

static void refuses_what_is_no_text(void **state)
{
	struct iem_diags diags = { 0 };
	struct iem_apo apo;
	CLEANUP(iem_freep) char *large = calloc(1, IEM_APO_MAX_BYTES + 1);

	assert_non_null(large);
	memset(large, '\n', IEM_APO_MAX_BYTES + 1);
	assert_int_equal(iem_apo_parse(&apo, "\xff\xfe" "F\0i\0", 6, "t", 0, &diags), -EINVAL);
	assert_int_equal(iem_apo_parse(&apo, large, IEM_APO_MAX_BYTES + 1, "t", 0, &diags), -EINVAL);
	assert_int_equal(iem_apo_parse(&apo, "", 0, "t", 0, &diags), -EINVAL);
	assert_int_equal(diags.n, 3);
	assert_string_equal(diags.items[0].text, "the file holds NUL bytes; save it as plain text in UTF-8");
	assert_string_equal(diags.items[1].text, "the file is larger than 1 MiB");
	iem_diags_finish(&diags);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_mean_what_the_reference_says),
		cmocka_unit_test(tells_what_it_cannot_take_over),
		cmocka_unit_test(channels_become_sides_and_preamps_add_up),
		cmocka_unit_test(takes_64_bands_a_channel),
		cmocka_unit_test(graphic_equalisers_are_curves),
		cmocka_unit_test(a_graphic_equaliser_has_2000_points_at_most),
		cmocka_unit_test(autoeq_means_its_own_rate),
		cmocka_unit_test(refuses_what_is_no_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
