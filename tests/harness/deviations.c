/*
 * How far presets are from what they mean. Reads a preset a line, "TYPE HZ DB Q TYPE HZ DB Q ...", and prints for each
 * the largest deviation in dB, 20 Hz to 20 kHz, of the whole cascade at a rate from a reference: for every column of
 * `cases` one number, for a cookbook reference one up to 10 kHz and one above.
 */
#include "core/biquad.h"

#include <math.h>

enum { POINTS = 240 };
#define SPLIT_HZ 10000.0

#ifdef __SANITIZE_ADDRESS__
enum { EVERY = 10 }; /* of so many presets one: it takes several times as long */
#else
enum { EVERY = 1 };
#endif

static const struct {
	const char *name;
	enum iem_reference reference;
	double rate_hz;
} cases[] = {
	{ "analog@44100", IEM_REFERENCE_ANALOG, 44100 },
	{ "analog@48000", IEM_REFERENCE_ANALOG, 48000 },
	{ "analog@96000", IEM_REFERENCE_ANALOG, 96000 },
	{ "analog@192000", IEM_REFERENCE_ANALOG, 192000 },
	{ "cookbook@48000", IEM_REFERENCE_COOKBOOK_44100, 48000 },
	{ "cookbook@96000", IEM_REFERENCE_COOKBOOK_44100, 96000 },
	{ "cookbook@192000", IEM_REFERENCE_COOKBOOK_44100, 192000 },
};

static unsigned read_preset(const char *line, struct iem_band bands[IEM_MAX_BANDS])
{
	char type[32];
	unsigned n = 0;
	int used;

	while (n < IEM_MAX_BANDS && sscanf(line, "%31s %lf %lf %lf%n", type, &bands[n].freq_hz, &bands[n].gain_db,
					   &bands[n].q, &used) == 4) {
		bands[n].side = IEM_SIDE_BOTH;
		bands[n].type = 0;
		while (bands[n].type < IEM_BAND_TYPES && strcmp(iem_band_type_names[bands[n].type], type) != 0)
			bands[n].type++;
		if (bands[n].type == IEM_BAND_TYPES) {
			fprintf(stderr, "no type '%s'\n", type);
			exit(1);
		}
		line += used;
		n++;
	}
	return n;
}

static double frequency(int i)
{
	return 20 * pow(1000, (double)i / (POINTS - 1));
}

/* @param most_db  up to SPLIT_HZ and above */
static void deviations(const struct iem_band *bands, unsigned n, enum iem_reference reference, double rate_hz,
		       double most_db[2])
{
	double off_db[POINTS] = { 0 };

	for (unsigned b = 0; b < n; b++) {
		struct iem_biquad section = { .b0 = 1 }; /* what does not fit the rate is left out */

		if (iem_band_fits(&bands[b], rate_hz))
			iem_biquad_design(&section, &bands[b], reference, rate_hz);
		for (int i = 0; i < POINTS; i++)
			off_db[i] += iem_biquad_db(&section, frequency(i), rate_hz) -
				     iem_band_db(&bands[b], reference, frequency(i));
	}
	most_db[0] = most_db[1] = 0;
	for (int i = 0; i < POINTS; i++)
		most_db[frequency(i) > SPLIT_HZ] = fmax(most_db[frequency(i) > SPLIT_HZ], fabs(off_db[i]));
}

int main(void)
{
	struct iem_band bands[IEM_MAX_BANDS];
	char *line = NULL;
	size_t size = 0;

	for (size_t c = 0; c < ARRAY_LEN(cases); c++)
		printf("%s\t%s>10k\t", cases[c].name, cases[c].name);
	printf("\n");
	for (unsigned long row = 0; getline(&line, &size, stdin) > 0; row++) {
		const unsigned n = row % EVERY == 0 ? read_preset(line, bands) : 0;

		for (size_t c = 0; c < ARRAY_LEN(cases) && n > 0; c++) {
			double most_db[2];

			deviations(bands, n, cases[c].reference, cases[c].rate_hz, most_db);
			printf("%.6f\t%.6f\t", most_db[0], most_db[1]);
		}
		if (n > 0)
			printf("\n");
	}
	free(line);
	return 0;
}
