#include "core/chain.h"

#include <errno.h>
#include <math.h>

#define SETTLE_DB 70.0
#define SETTLE_MAX_SECONDS 0.5

/* What one ear's channels share: the sections, and the bands they come from (where to look for peaks). */
struct cascade {
	unsigned n;
	struct iem_biquad sections[IEM_MAX_BANDS];
	struct iem_band bands[IEM_MAX_BANDS];
};

struct iem_chain {
	double rate_hz, preamp_db, gain_db, gain_lin, safe_gain_lin;
	unsigned channels, skipped;
	enum iem_side sides[IEM_MAX_CHANNELS];
	struct cascade cascades[IEM_SIDES];
	double state[IEM_MAX_CHANNELS][IEM_MAX_BANDS][2];
};

static int add_section(struct cascade *cascade, const struct iem_band *band, const struct iem_biquad *section)
{
	if (cascade->n == IEM_MAX_BANDS)
		return -E2BIG;
	cascade->bands[cascade->n] = *band;
	cascade->sections[cascade->n++] = *section;
	return 0;
}

static int design(struct iem_chain *chain, const struct iem_eq *eq)
{
	int r = 0;

	for (size_t i = 0; i < eq->n_bands && r == 0; i++) {
		const struct iem_band *band = &eq->bands[i];
		struct iem_biquad section;

		if (!iem_band_fits(band, chain->rate_hz)) {
			chain->skipped++;
			continue;
		}
		iem_biquad_design(&section, band, eq->reference, chain->rate_hz);
		for (int side = 0; side < IEM_SIDES && r == 0; side++)
			if (iem_side_applies(band->side, side))
				r = add_section(&chain->cascades[side], band, &section);
	}
	return r;
}

static double cascade_db(const struct cascade *cascade, double freq_hz, double rate_hz)
{
	double db = 0;

	for (unsigned i = 0; i < cascade->n; i++)
		db += iem_biquad_db(&cascade->sections[i], freq_hz, rate_hz);
	return db;
}

/* The highest value near a grid point, by golden section between its neighbours. */
static double refine_peak(const struct cascade *cascade, double low_hz, double high_hz, double rate_hz)
{
	const double golden = 0.6180339887498949;
	double a = low_hz, b = high_hz, best = -400;

	for (int i = 0; i < 60; i++) {
		const double x1 = b - golden * (b - a), x2 = a + golden * (b - a);
		const double y1 = cascade_db(cascade, x1, rate_hz), y2 = cascade_db(cascade, x2, rate_hz);

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

enum { GRID = 512, PER_BAND = 7, MAX_SPOTS = GRID + IEM_MAX_BANDS * PER_BAND + 1 };

/*
 * Where to look at a cascade, ascending. A logarithmic grid alone misses narrow peaks by up to 0.05 dB and peaks between
 * close bands entirely, so every band adds spots across its width.
 */
static size_t spots_of(const struct cascade *cascade, double rate_hz, double spots_hz[MAX_SPOTS])
{
	static const double around[PER_BAND] = { -1, -0.5, -0.25, 0, 0.25, 0.5, 1 };
	const double nyquist = rate_hz / 2;
	size_t n = 0;

	spots_hz[n++] = 1e-3; /* as good as DC */
	for (int i = 0; i < GRID; i++)
		spots_hz[n++] = 10 * pow(nyquist / 10, (double)i / (GRID - 1));
	for (unsigned b = 0; b < cascade->n; b++) {
		const double octaves = 2 / M_LN2 * asinh(1 / (2 * cascade->bands[b].q));

		for (int i = 0; i < PER_BAND; i++)
			spots_hz[n++] = fmin(cascade->bands[b].freq_hz * exp2(octaves * around[i]), nyquist);
	}
	qsort(spots_hz, n, sizeof(*spots_hz), ascending);
	return n;
}

/* How far a cascade goes up, at any frequency from 0 to half the rate, and down, within what is heard. In dB. */
struct reach {
	double top_db, bottom_db; /* at least, at most 0 */
};

static void add_reach(struct reach *reach, const struct cascade *cascade, double rate_hz)
{
	double f[MAX_SPOTS], db[MAX_SPOTS], top = 0;
	const size_t n = spots_of(cascade, rate_hz, f);

	for (size_t i = 0; i < n; i++) {
		db[i] = cascade_db(cascade, f[i], rate_hz);
		top = fmax(top, db[i]);
		if (f[i] >= 20 && f[i] <= 20000)
			reach->bottom_db = fmin(reach->bottom_db, db[i]);
	}
	for (size_t i = 1; i + 1 < n; i++) /* every maximum near the top is refined */
		if (db[i] > top - 1 && db[i] >= db[i - 1] && db[i] >= db[i + 1])
			top = fmax(top, refine_peak(cascade, f[i - 1], f[i + 1], rate_hz));
	reach->top_db = fmax(reach->top_db, top);
}

/* Only ears that sound: a band for the left ear alone does not lower a layout that has no left. */
static struct reach reach_of(const struct iem_chain *chain)
{
	bool used[IEM_SIDES] = { false };
	struct reach reach = { 0 };

	for (unsigned c = 0; c < chain->channels; c++)
		used[chain->sides[c]] = true;
	for (int side = 0; side < IEM_SIDES; side++)
		if (used[side])
			add_reach(&reach, &chain->cascades[side], chain->rate_hz);
	return reach;
}

int iem_chain_new(struct iem_chain **out, const struct iem_chain_plan *plan)
{
	CLEANUP(iem_chain_freep) struct iem_chain *chain = NULL;
	struct reach reach = { 0 };
	int r;

	if (!(plan->rate_hz >= IEM_MIN_RATE_HZ && plan->rate_hz <= IEM_MAX_RATE_HZ) || plan->channels < 1 ||
	    plan->channels > IEM_MAX_CHANNELS)
		return -ERANGE;
	chain = calloc(1, sizeof(*chain));
	if (!chain)
		return -ENOMEM;
	chain->rate_hz = plan->rate_hz;
	chain->channels = plan->channels;
	memcpy(chain->sides, plan->sides, sizeof(chain->sides));
	if (plan->eq) {
		if ((r = design(chain, plan->eq)) < 0)
			return r;
		reach = reach_of(chain);
		chain->preamp_db = plan->eq->preamp_auto ? -reach.top_db : plan->eq->preamp_db;
	}
	chain->gain_db = chain->preamp_db + plan->gain_db;
	chain->gain_lin = pow(10.0, chain->gain_db / 20);
	chain->safe_gain_lin = pow(10.0, (chain->gain_db + reach.bottom_db) / 20);
	*out = IEM_STEAL(chain);
	return 0;
}

void iem_chain_free(struct iem_chain *chain)
{
	free(chain);
}

void iem_chain_freep(struct iem_chain **chain)
{
	iem_chain_free(*chain);
}

void iem_chain_reset(struct iem_chain *chain)
{
	memset(chain->state, 0, sizeof(chain->state));
}

/* Transposed direct form II in double: exact for all practical purposes down to 20 Hz at any rate. */
static double section(const struct iem_biquad *q, double state[2], double x)
{
	const double y = q->b0 * x + state[0];

	state[0] = (q->b1 * x + state[1]) - q->a1 * y;
	state[1] = q->b2 * x - q->a2 * y;
	return y;
}

/* A denormal state costs hundreds of cycles a sample, a NaN one never ends: neither outlives its block. */
static void settle_state(double (*state)[2], unsigned sections)
{
	for (unsigned i = 0; i < sections; i++)
		for (int k = 0; k < 2; k++)
			if (!(fabs(state[i][k]) < 1e15) || fabs(state[i][k]) < 1e-30)
				state[i][k] = 0;
}

static void process_channel(struct iem_chain *chain, unsigned channel, const float *in, float *out, uint32_t frames)
{
	const struct cascade *cascade = &chain->cascades[chain->sides[channel]];
	double(*state)[2] = chain->state[channel];

	for (uint32_t i = 0; i < frames; i++) {
		double x = in[i] * chain->gain_lin;

		for (unsigned s = 0; s < cascade->n; s++)
			x = section(&cascade->sections[s], state[s], x);
		out[i] = (float)x;
	}
	settle_state(state, cascade->n);
}

void iem_chain_process(struct iem_chain *chain, const float *const *in, float *const *out, uint32_t frames)
{
	for (unsigned c = 0; c < chain->channels; c++)
		process_channel(chain, c, in[c], out[c], frames);
}

double iem_chain_rate(const struct iem_chain *chain)
{
	return chain->rate_hz;
}

unsigned iem_chain_channels(const struct iem_chain *chain)
{
	return chain->channels;
}

double iem_chain_preamp_db(const struct iem_chain *chain)
{
	return chain->preamp_db;
}

double iem_chain_gain_db(const struct iem_chain *chain)
{
	return chain->gain_db;
}

double iem_chain_safe_gain_lin(const struct iem_chain *chain)
{
	return chain->safe_gain_lin;
}

unsigned iem_chain_skipped(const struct iem_chain *chain)
{
	return chain->skipped;
}

unsigned iem_chain_bands(const struct iem_chain *chain, enum iem_side side)
{
	return chain->cascades[side].n;
}

double iem_chain_db(const struct iem_chain *chain, enum iem_side side, double freq_hz)
{
	return chain->gain_db + cascade_db(&chain->cascades[side], freq_hz, chain->rate_hz);
}

/* The chain's power gain, both ears' mean, in N log-spaced bins from 20 Hz to 20 kHz (or just below half the rate). */
static void power_curve(const struct iem_chain *chain, double *power, int n)
{
	const double high = fmin(20000, 0.49 * chain->rate_hz);

	for (int i = 0; i < n; i++) {
		const double f = 20 * pow(high / 20, (i + 0.5) / n);

		power[i] = (pow(10, iem_chain_db(chain, IEM_SIDE_LEFT, f) / 10) +
			    pow(10, iem_chain_db(chain, IEM_SIDE_RIGHT, f) / 10)) / 2;
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

/* The distance of the slower pole from the unit circle, as the decay per frame in nepers. */
static double pole_decay(const struct iem_biquad *q)
{
	const double middle = -q->a1 / 2, spread = middle * middle - q->a2;
	const double radius = spread > 0 ? fabs(middle) + sqrt(spread) : sqrt(fmax(q->a2, 0));

	return -log(radius);
}

/* From the digital poles, not from frequency and Q: near half the rate the cookbook's ring far longer. */
uint32_t iem_chain_settle_frames(const struct iem_chain *chain)
{
	const double nepers = SETTLE_DB * log(10) / 20;
	double frames = 0;

	for (int side = 0; side < IEM_SIDES; side++)
		for (unsigned i = 0; i < chain->cascades[side].n; i++)
			frames = fmax(frames, nepers / fmax(pole_decay(&chain->cascades[side].sections[i]), 1e-9));
	return (uint32_t)fmin(frames, SETTLE_MAX_SECONDS * chain->rate_hz);
}
