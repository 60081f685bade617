/* What a chain does, in figures. */
#include "core/chain_private.h"

#include <math.h>

static double bands_db(const struct iem_chain *chain, enum iem_side side, double freq_hz)
{
	return iem_biquads_db(chain->ears[side].sections, chain->ears[side].n, freq_hz, chain->rate_hz);
}

double chain_ear_db(const struct iem_chain *chain, enum iem_side side, double freq_hz)
{
	double db = bands_db(chain, side, freq_hz);

	for (unsigned i = 0; i < chain->n_responses; i++)
		db += iem_prepared_db(chain->responses[i].of, side, freq_hz);
	return db;
}

/* Of the sound that becomes the highest. */
static double most_db(const struct iem_chain *chain, enum iem_side side, double freq_hz)
{
	double db = bands_db(chain, side, freq_hz);

	for (unsigned i = 0; i < chain->n_responses; i++)
		db += iem_prepared_most_db(chain->responses[i].of, side, freq_hz);
	return db;
}

/* The highest level at which an ear's channel can leave; where both are mixed, either's. */
static double level_db(const struct iem_chain *chain, enum iem_side side, double freq_hz)
{
	double before_db[2];

	if (chain->stereo.neutral)
		return most_db(chain, side, freq_hz);
	before_db[0] = most_db(chain, IEM_SIDE_LEFT, freq_hz);
	before_db[1] = most_db(chain, IEM_SIDE_RIGHT, freq_hz);
	return iem_stereo_peak_db(&chain->stereo, freq_hz, before_db);
}

/* The highest value near a grid point, by golden section between its neighbours. */
static double refine_peak(const struct iem_chain *chain, enum iem_side side, double low_hz, double high_hz)
{
	const double golden = 0.6180339887498949;
	double a = low_hz, b = high_hz, best = -400;

	for (int i = 0; i < 30; i++) { /* to a millionth of the grid: far below any rounding of the level */
		const double x1 = b - golden * (b - a), x2 = a + golden * (b - a);
		const double y1 = level_db(chain, side, x1), y2 = level_db(chain, side, x2);

		if (y1 > y2)
			b = x2;
		else
			a = x1;
		best = fmax(best, fmax(y1, y2));
	}
	return best;
}

static int ascending(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

enum {
	GRID = 512,
	PER_BAND = 7,
	PER_RESPONSE = 1024,
	MAX_SPOTS = GRID + CHAIN_MAX_SECTIONS * PER_BAND + IEM_PARTS * PER_RESPONSE + 1
};

/* A response may peak anywhere: its highest bin in each small step of frequency. */
static size_t spots_of_response(const struct iem_prepared *response, enum iem_side side, double *spots_hz)
{
	const struct iem_spectrum *most = &response->spectra[response->most[side]];
	const double nyquist = most->rate_hz / 2, step = pow(nyquist / 10, 1.0 / (PER_RESPONSE - 1));
	double low = 0, high = 10;

	for (int i = 0; i < PER_RESPONSE; i++, low = high, high *= step)
		spots_hz[i] = iem_spectrum_highest_hz(most, low, high);
	return PER_RESPONSE;
}

/*
 * Where to look at what an ear gets, ascending. A logarithmic grid alone misses narrow peaks by up to 0.05 dB and peaks between
 * close bands entirely, so every band adds spots across its width.
 */
static size_t spots_of(const struct iem_chain *chain, enum iem_side side, double spots_hz[MAX_SPOTS])
{
	const struct ear *ear = &chain->ears[side];
	static const double around[PER_BAND] = { -1, -0.5, -0.25, 0, 0.25, 0.5, 1 };
	const double nyquist = chain->rate_hz / 2;
	size_t n = 0;

	spots_hz[n++] = 1e-3; /* as good as DC */
	for (int i = 0; i < GRID; i++)
		spots_hz[n++] = 10 * pow(nyquist / 10, (double)i / (GRID - 1));
	for (unsigned b = 0; b < ear->n; b++) {
		const double octaves = 2 / M_LN2 * asinh(1 / (2 * ear->bands[b].q));

		for (int i = 0; i < PER_BAND; i++)
			spots_hz[n++] = fmin(ear->bands[b].freq_hz * exp2(octaves * around[i]), nyquist);
	}
	for (unsigned i = 0; i < chain->n_responses; i++)
		n += spots_of_response(chain->responses[i].of, side, spots_hz + n);
	qsort(spots_hz, n, sizeof(*spots_hz), ascending);
	return n;
}

static void add_reach(struct chain_reach *reach, const struct iem_chain *chain, enum iem_side side)
{
	double f[MAX_SPOTS], db[MAX_SPOTS], top = 0;
	const size_t n = spots_of(chain, side, f);

	for (size_t i = 0; i < n; i++) {
		db[i] = level_db(chain, side, f[i]);
		top = fmax(top, db[i]);
		if (f[i] >= 20 && f[i] <= 20000)
			reach->bottom_db = fmin(reach->bottom_db, chain_ear_db(chain, side, f[i]));
	}
	for (size_t i = 1; i + 1 < n; i++) /* every maximum near the top is refined */
		if (db[i] > top - 1 && db[i] >= db[i - 1] && db[i] >= db[i + 1])
			top = fmax(top, refine_peak(chain, side, f[i - 1], f[i + 1]));
	reach->top_db = fmax(reach->top_db, top);
}

struct chain_reach chain_reach_of(const struct iem_chain *chain)
{
	bool used[IEM_SIDES] = { false };
	struct chain_reach reach = { 0 };

	for (unsigned c = 0; c < chain->channels; c++)
		used[chain->sides[c]] = true;
	for (int side = 0; side < IEM_SIDES; side++)
		if (used[side])
			add_reach(&reach, chain, side);
	return reach;
}

double iem_chain_db(const struct iem_chain *chain, enum iem_side side, double freq_hz)
{
	return chain->gain_db + chain_ear_db(chain, side, freq_hz);
}

/* ORIGINAL is the impulse response as the file has it; NULL: none. */
static double meant_db(const struct iem_eq *eq, const struct iem_prepared *original, enum iem_side side, double freq_hz)
{
	double db = eq->graphic.n ? iem_curve_at(&eq->graphic, freq_hz) : 0;

	if (original)
		db += iem_prepared_db(original, side, freq_hz);
	for (size_t i = 0; i < eq->n_bands; i++)
		if (iem_side_applies(eq->bands[i].side, side))
			db += iem_band_db(&eq->bands[i], eq->reference, freq_hz);
	return db;
}

/* @return NULL where there is none, or no memory for it: it counts as met then */
static struct iem_prepared *original_of(const struct iem_chain *chain, struct iem_impulse *impulse)
{
	struct iem_recipe recipe = { .impulse = impulse };
	struct iem_prepared *original = NULL;

	if (!impulse)
		return NULL;
	recipe.rate_hz = impulse->rate_hz;
	recipe.mixes = chain->is_pair && impulse->channels == IEM_IMPULSE_TRUE_STEREO;
	return iem_prepared_new(&original, &recipe, NULL) < 0 ? NULL : original;
}

struct iem_deviation iem_chain_deviation(const struct iem_chain *chain, const struct iem_eq *eq)
{
	enum { POINTS = 480 };
	CLEANUP(iem_prepared_dropp) struct iem_prepared *original = original_of(chain, eq->impulse);
	/* above half of the file's rate it means nothing */
	const double rate_hz = original ? fmin(chain->rate_hz, eq->impulse->rate_hz) : chain->rate_hz;
	const double high = fmin(20000, (original ? 0.45 : 0.49) * rate_hz);
	struct iem_deviation most = { 0, 20 };

	for (int i = 0; i <= POINTS; i++) {
		const double f = 20 * pow(high / 20, (double)i / POINTS);

		for (int side = IEM_SIDE_LEFT; side <= IEM_SIDE_RIGHT; side++) {
			const double want = meant_db(eq, original, side, f), db = fabs(chain_ear_db(chain, side, f) - want);

			if (want > -60 && db > most.db) /* in a zero rounding decides */
				most = (struct iem_deviation){ db, f };
		}
	}
	return most;
}

/* What reaches an ear of a sound that is the same in both channels. Their phases are not known: taken as equal. */
static double centre_power(const struct iem_chain *chain, int ear, double freq_hz)
{
	const double left = pow(10, iem_chain_db(chain, IEM_SIDE_LEFT, freq_hz) / 20);
	const double right = pow(10, iem_chain_db(chain, IEM_SIDE_RIGHT, freq_hz) / 20);
	double complex gain[2][2];

	iem_stereo_gain(&chain->stereo, freq_hz, gain);
	return pow(cabs(gain[ear][0] * left + gain[ear][1] * right), 2);
}

/* The chain's power gain, both ears' mean, in N log-spaced bins from 20 Hz to 20 kHz (or just below half the rate). */
static void power_curve(const struct iem_chain *chain, double *power, int n)
{
	const double high = fmin(20000, 0.49 * chain->rate_hz);

	for (int i = 0; i < n; i++) {
		const double f = 20 * pow(high / 20, (i + 0.5) / n);

		power[i] = (centre_power(chain, 0, f) + centre_power(chain, 1, f)) / 2;
	}
}

double iem_chain_pink_db(const struct iem_chain *chain)
{
	enum { BINS = 240 };
	double power[BINS], sum = 0;

	power_curve(chain, power, BINS);
	for (int i = 0; i < BINS; i++)
		sum += power[i]; /* pink: equal power in equal ratios of frequency */
	return 10 * log10(sum / BINS);
}

double iem_chain_removal_db(const struct iem_chain *chain)
{
	enum { BINS = 240, THIRD = 8 }; /* ten octaves: 24 bins an octave */
	double power[BINS], least = INFINITY;

	power_curve(chain, power, BINS);
	for (int i = 0; i + THIRD <= BINS; i++) {
		double sum = 0;

		for (int k = 0; k < THIRD; k++)
			sum += power[i + k];
		least = fmin(least, sum / THIRD);
	}
	return -10 * log10(least);
}
