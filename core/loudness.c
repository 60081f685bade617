#include "core/loudness.h"

#include <math.h>

enum { FITTED = IEM_LOUDNESS_BANDS, SHELVES = 4, POINTS = 30, STEPS = 3, ROUNDS = 10 };

#define GRID_LOW_HZ 20.0
#define GRID_HIGH_HZ 16000.0

/*
 * Frequencies and Qs were found once by a search (Nelder and Mead) over levels and strengths for the smallest of largest
 * residuals: 0.76 dB, at the edge of a clamped curve's flat part and at 20 Hz; in the treble 0.70 dB, near 7 kHz at 48 dB
 * below the reference. With three low shelves 0.94 dB are left, and their gains reach 14 dB against one another.
 */
static const struct iem_band fitted[FITTED] = {
	{ IEM_LOW_SHELF, IEM_SIDE_BOTH, 63, 0, 0.62 },   { IEM_LOW_SHELF, IEM_SIDE_BOTH, 129, 0, 0.67 },
	{ IEM_LOW_SHELF, IEM_SIDE_BOTH, 209, 0, 0.71 },  { IEM_LOW_SHELF, IEM_SIDE_BOTH, 433, 0, 0.62 },
	{ IEM_PEAKING, IEM_SIDE_BOTH, 2260, 0, 0.73 },   { IEM_HIGH_SHELF, IEM_SIDE_BOTH, 9530, 0, 1.32 },
};

/* A band's dB are nearly proportional to its gain: to this one's they are taken to be. The steps mend the rest. */
#define UNIT_DB 4.0

/* A fit swings by 0.2 dB around the flat part of a clamped curve; what it still swings above the limit is scaled away. */
#define AIM_LESS_DB 0.2
#define CEILING_DB (IEM_LOUDNESS_MAX_BOOST_DB - 0.015) /* between the grid's points it can be higher by 0.012 */

/* Least squares for the gains: what a dB of each band does at each point, and the Cholesky factor of the equations. */
struct fit {
	double freq_hz[POINTS], wanted_db[POINTS];
	double unit[POINTS][FITTED];
	double factor[FITTED][FITTED];
};

static double held(double level_db)
{
	return level_db < IEM_LOUDNESS_MIN_DB ? IEM_LOUDNESS_MIN_DB :
	       level_db > IEM_LOUDNESS_MAX_DB ? IEM_LOUDNESS_MAX_DB :
						level_db;
}

/* How much more a tone needs than one of 1 kHz that is as loud. */
static double need_db(enum iem_iso226_edition edition, double freq_hz, double level_db)
{
	return iem_iso226_spl_db(edition, freq_hz, level_db) - iem_iso226_spl_db(edition, 1000, level_db);
}

double iem_loudness_full_db(enum iem_iso226_edition edition, double listening_db, double reference_db, double freq_hz)
{
	return need_db(edition, freq_hz, held(listening_db)) - need_db(edition, freq_hz, held(reference_db));
}

static double clamp_of(const struct iem_loudness *loudness)
{
	return fmin(IEM_LOUDNESS_MAX_BOOST_DB, loudness->most_db); /* of a NAN fmin() takes the other one */
}

double iem_loudness_db(const struct iem_loudness *loudness, double freq_hz)
{
	const double full_db =
		iem_loudness_full_db(IEM_ISO226_2023, loudness->listening_db, loudness->reference_db, freq_hz);

	return isnan(full_db) ? 0 : fmin(loudness->strength * full_db, clamp_of(loudness));
}

static double response_db(const struct iem_band bands[FITTED], double freq_hz)
{
	return iem_bands_db(bands, FITTED, IEM_REFERENCE_ANALOG, freq_hz);
}

static void fill_points(struct fit *fit, const struct iem_loudness *loudness)
{
	const double aim_db = fmax(clamp_of(loudness) - AIM_LESS_DB, 0);

	for (int i = 0; i < POINTS; i++) {
		const double f_hz = GRID_LOW_HZ * pow(GRID_HIGH_HZ / GRID_LOW_HZ, i / (POINTS - 1.0));

		fit->freq_hz[i] = f_hz;
		fit->wanted_db[i] = fmin(iem_loudness_db(loudness, f_hz), aim_db);
		for (int k = 0; k < FITTED; k++) {
			struct iem_band band = fitted[k];

			band.gain_db = UNIT_DB;
			fit->unit[i][k] = iem_band_db(&band, IEM_REFERENCE_ANALOG, f_hz) / UNIT_DB;
		}
	}
}

static double product(const struct fit *fit, int j, int k)
{
	double sum = 0;

	for (int i = 0; i < POINTS; i++)
		sum += fit->unit[i][j] * fit->unit[i][k];
	return sum;
}

static void factorise(struct fit *fit)
{
	for (int j = 0; j < FITTED; j++)
		for (int k = 0; k <= j; k++) {
			double rest = product(fit, j, k);

			for (int m = 0; m < k; m++)
				rest -= fit->factor[j][m] * fit->factor[k][m];
			fit->factor[j][k] = j == k ? sqrt(rest) : rest / fit->factor[k][k];
		}
}

/* Solve for what the factor was made of, in place. */
static void substitute(const struct fit *fit, double x[FITTED])
{
	for (int j = 0; j < FITTED; j++) {
		for (int m = 0; m < j; m++)
			x[j] -= fit->factor[j][m] * x[m];
		x[j] /= fit->factor[j][j];
	}
	for (int j = FITTED - 1; j >= 0; j--) {
		for (int m = j + 1; m < FITTED; m++)
			x[j] -= fit->factor[m][j] * x[m];
		x[j] /= fit->factor[j][j];
	}
}

static void improve(const struct fit *fit, struct iem_band bands[FITTED])
{
	double change_db[FITTED] = { 0 };

	for (int i = 0; i < POINTS; i++) {
		const double missing_db = fit->wanted_db[i] - response_db(bands, fit->freq_hz[i]);

		for (int k = 0; k < FITTED; k++)
			change_db[k] += fit->unit[i][k] * missing_db;
	}
	substitute(fit, change_db);
	for (int k = 0; k < FITTED; k++)
		bands[k].gain_db += change_db[k];
}

static void scale_down(const struct fit *fit, struct iem_band bands[FITTED])
{
	double highest_db = 0;

	for (int i = 0; i < POINTS; i++)
		highest_db = fmax(highest_db, response_db(bands, fit->freq_hz[i]));
	for (int k = 0; k < SHELVES && highest_db > CEILING_DB; k++)
		bands[k].gain_db *= CEILING_DB / highest_db;
}

/* Below a lower clamp anything may swing, and to scale it would raise what is lowered elsewhere: less is aimed at there. */
static void press_down(struct fit *fit, struct iem_band bands[FITTED], double clamp_db)
{
	for (int round = 0; round < ROUNDS; round++) {
		for (int i = 0; i < POINTS; i++)
			fit->wanted_db[i] -= fmax(response_db(bands, fit->freq_hz[i]) - clamp_db, 0);
		improve(fit, bands);
	}
}

void iem_loudness_bands(const struct iem_loudness *loudness, struct iem_band bands[IEM_LOUDNESS_BANDS])
{
	struct fit fit;

	fill_points(&fit, loudness);
	factorise(&fit);
	memcpy(bands, fitted, sizeof(fitted));
	for (int i = 0; i <= STEPS; i++)
		improve(&fit, bands);
	if (clamp_of(loudness) < IEM_LOUDNESS_MAX_BOOST_DB)
		press_down(&fit, bands, clamp_of(loudness));
	scale_down(&fit, bands);
}
