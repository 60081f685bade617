#include "core/iso226.h"

#include "core/util.h"

#include <math.h>

#define REFERENCE_PA2 4e-10 /* (20 uPa)^2 */

/* What a frequency has: the exponent of loudness, the ear's transfer re 1 kHz, and the threshold of hearing. */
struct parameters {
	double alpha, transfer_db, threshold_db;
};

static const struct row {
	double freq_hz;
	struct parameters of[IEM_ISO226_EDITIONS];
} rows[] = {
	{ 20, { { 0.532, -31.6, 78.5 }, { 0.635, -31.5, 78.1 } } },
	{ 25, { { 0.506, -27.2, 68.7 }, { 0.602, -27.2, 68.7 } } },
	{ 31.5, { { 0.480, -23.0, 59.5 }, { 0.569, -23.1, 59.5 } } },
	{ 40, { { 0.455, -19.1, 51.1 }, { 0.537, -19.3, 51.1 } } },
	{ 50, { { 0.432, -15.9, 44.0 }, { 0.509, -16.1, 44.0 } } },
	{ 63, { { 0.409, -13.0, 37.5 }, { 0.482, -13.1, 37.5 } } },
	{ 80, { { 0.387, -10.3, 31.5 }, { 0.456, -10.4, 31.5 } } },
	{ 100, { { 0.367, -8.1, 26.5 }, { 0.433, -8.2, 26.5 } } },
	{ 125, { { 0.349, -6.2, 22.1 }, { 0.412, -6.3, 22.1 } } },
	{ 160, { { 0.330, -4.5, 17.9 }, { 0.391, -4.6, 17.9 } } },
	{ 200, { { 0.315, -3.1, 14.4 }, { 0.373, -3.2, 14.4 } } },
	{ 250, { { 0.301, -2.0, 11.4 }, { 0.357, -2.1, 11.4 } } },
	{ 315, { { 0.288, -1.1, 8.6 }, { 0.343, -1.2, 8.6 } } },
	{ 400, { { 0.276, -0.4, 6.2 }, { 0.330, -0.5, 6.2 } } },
	{ 500, { { 0.267, 0.0, 4.4 }, { 0.320, 0.0, 4.4 } } },
	{ 630, { { 0.259, 0.3, 3.0 }, { 0.311, 0.4, 3.0 } } },
	{ 800, { { 0.253, 0.5, 2.2 }, { 0.303, 0.5, 2.2 } } },
	{ 1000, { { 0.250, 0.0, 2.4 }, { 0.300, 0.0, 2.4 } } },
	{ 1250, { { 0.246, -2.7, 3.5 }, { 0.295, -2.7, 3.5 } } },
	{ 1600, { { 0.244, -4.1, 1.7 }, { 0.292, -4.2, 1.7 } } },
	{ 2000, { { 0.243, -1.0, -1.3 }, { 0.290, -1.2, -1.3 } } },
	{ 2500, { { 0.243, 1.7, -4.2 }, { 0.290, 1.4, -4.2 } } },
	{ 3150, { { 0.243, 2.5, -6.0 }, { 0.289, 2.3, -6.0 } } },
	{ 4000, { { 0.242, 1.2, -5.4 }, { 0.289, 1.0, -5.4 } } },
	{ 5000, { { 0.242, -2.1, -1.5 }, { 0.289, -2.3, -1.5 } } },
	{ 6300, { { 0.245, -7.1, 6.0 }, { 0.293, -7.2, 6.0 } } },
	{ 8000, { { 0.254, -11.2, 12.6 }, { 0.303, -11.2, 12.6 } } },
	{ 10000, { { 0.271, -10.7, 13.9 }, { 0.323, -10.9, 13.9 } } },
	{ 12500, { { 0.301, -3.1, 12.3 }, { 0.354, -3.5, 12.3 } } },
};

/* Both editions are one formula; 2003 wrote its constants rounded, and differently for the two directions. */
static const struct constants {
	double exponent;  /* of loudness at 1 kHz */
	double scale;     /* REFERENCE_PA2 ^ exponent */
	double threshold; /* 10^(exponent * threshold at 1 kHz / 10) */
	double floor;     /* scale * threshold, of the inverse */
	double offset_db; /* of REFERENCE_PA2 */
} constants[IEM_ISO226_EDITIONS] = {
	[IEM_ISO226_2003] = { 0.25, 4.47e-3, 1.15, 0.005135, 94 },
	[IEM_ISO226_2023] = { 0.3, 1.5157165665103986e-3, 1.1803206356517297, 1.7890315412514108e-3, 93.97940008672037 },
};

static struct parameters parameters_at(enum iem_iso226_edition edition, double freq_hz)
{
	const size_t last = ARRAY_LEN(rows) - 1;
	const struct parameters *low, *high;
	size_t i = 1;
	double t;

	if (freq_hz <= rows[0].freq_hz)
		return rows[0].of[edition];
	if (freq_hz >= rows[last].freq_hz)
		return rows[last].of[edition];
	while (i < last && rows[i].freq_hz < freq_hz)
		i++;
	t = log(freq_hz / rows[i - 1].freq_hz) / log(rows[i].freq_hz / rows[i - 1].freq_hz);
	low = &rows[i - 1].of[edition];
	high = &rows[i].of[edition];
	return (struct parameters){ low->alpha + t * (high->alpha - low->alpha),
				    low->transfer_db + t * (high->transfer_db - low->transfer_db),
				    low->threshold_db + t * (high->threshold_db - low->threshold_db) };
}

/* How loud a sound pressure level is to this frequency's ear. */
static double loudness_of(const struct parameters *p, double spl_db)
{
	return pow(REFERENCE_PA2 * pow(10, (spl_db + p->transfer_db) / 10), p->alpha);
}

/* fmin() and fmax() would turn NaN into a limit. */
static double clamped(double phon)
{
	return phon < IEM_ISO226_MIN_PHON ? IEM_ISO226_MIN_PHON : phon > IEM_ISO226_MAX_PHON ? IEM_ISO226_MAX_PHON : phon;
}

double iem_iso226_spl_db(enum iem_iso226_edition edition, double freq_hz, double phon)
{
	const struct constants *c = &constants[edition];
	const struct parameters p = parameters_at(edition, freq_hz);
	const double above = c->scale * (pow(10, c->exponent * clamped(phon) / 10) - c->threshold);

	return 10 / p.alpha * log10(above + loudness_of(&p, p.threshold_db)) - p.transfer_db + c->offset_db;
}

double iem_iso226_phon(enum iem_iso226_edition edition, double freq_hz, double spl_db)
{
	const struct constants *c = &constants[edition];
	const struct parameters p = parameters_at(edition, freq_hz);
	const double above = loudness_of(&p, spl_db) - loudness_of(&p, p.threshold_db);

	if (above <= 0)
		return IEM_ISO226_MIN_PHON;
	return clamped(10 / c->exponent * log10(above + c->floor) + c->offset_db);
}
