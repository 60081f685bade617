#include "core/prepared.h"

#include "core/graphic.h"

#include <errno.h>
#include <math.h>

#define SETTLE_DB 70.0

static double *taps_of(const struct iem_prepared *p, enum iem_taps kind)
{
	return p->taps + (size_t)kind * p->n;
}

/* --- taps ------------------------------------------------------------------------------------------------------------- */

static int take_impulse(struct iem_prepared *p, const struct iem_impulse *impulse)
{
	const unsigned last = impulse->channels - 1;
	const unsigned channels[IEM_TAPS] = {
		[IEM_TAPS_LEFT] = 0,
		[IEM_TAPS_RIGHT] = last,
		[IEM_TAPS_LEFT_TO_RIGHT] = 1,
		[IEM_TAPS_RIGHT_TO_LEFT] = 2,
	};

	p->n = impulse->frames;
	p->n_kinds = last == 0 ? 1 : p->mixes ? 5 : 3;
	p->taps = malloc((size_t)p->n_kinds * p->n * sizeof(*p->taps));
	if (!p->taps)
		return -ENOMEM;
	for (unsigned kind = IEM_TAPS_LEFT; kind < p->n_kinds; kind++)
		memcpy(taps_of(p, kind), iem_impulse_taps(impulse, channels[kind]), p->n * sizeof(*p->taps));
	for (uint32_t i = 0; i < p->n; i++)
		p->taps[i] = 0.5 * (iem_impulse_taps(impulse, 0)[i] + iem_impulse_taps(impulse, last)[i]);
	return 0;
}

/* Its spectrum comes with it. */
static int take_curve(struct iem_prepared *p, const struct iem_curve *curve)
{
	struct iem_response realised;
	const int r = iem_graphic_realise(&realised, curve, p->rate_hz);

	if (r < 0)
		return r;
	p->n = realised.n;
	p->n_kinds = 1;
	p->taps = IEM_STEAL(realised.taps);
	p->spectra[p->n_spectra++] = realised.spectrum;
	return 0;
}

/* --- the figures ------------------------------------------------------------------------------------------------------ */

static int add_spectrum(struct iem_prepared *p, const double *taps)
{
	const int r = iem_spectrum_init(&p->spectra[p->n_spectra], taps, p->n, p->rate_hz);

	if (r == 0)
		p->n_spectra++;
	return r;
}

static int add_spectrum_of_sum(struct iem_prepared *p, const double *own, const double *other)
{
	double *sum = malloc(p->n * sizeof(*sum));
	int r = sum ? 0 : -ENOMEM;

	for (uint32_t i = 0; sum && i < p->n; i++)
		sum[i] = own[i] + other[i];
	if (r == 0)
		r = add_spectrum(p, sum);
	free(sum);
	return r;
}

/* Where channels mix, the two that reach an ear may come in any phase. */
static int add_most(struct iem_prepared *p, const double *own, const double *other)
{
	struct iem_spectrum second = { 0 };
	double *db;
	int r = add_spectrum(p, own);

	if (r < 0 || (r = iem_spectrum_init(&second, other, p->n, p->rate_hz)) < 0)
		return r;
	db = p->spectra[p->n_spectra - 1].db;
	for (uint32_t k = 0; k <= second.half; k++)
		db[k] = 20 * log10(pow(10, db[k] / 20) + pow(10, second.db[k] / 20));
	iem_spectrum_finish(&second);
	return 0;
}

static int add_ear(struct iem_prepared *p, enum iem_side side, const struct iem_stop *stop)
{
	const double *own = taps_of(p, side == IEM_SIDE_LEFT ? IEM_TAPS_LEFT : IEM_TAPS_RIGHT), *other;
	int r;

	p->alike[side] = p->most[side] = p->n_spectra;
	if (!p->mixes)
		return add_spectrum(p, own);
	other = taps_of(p, side == IEM_SIDE_LEFT ? IEM_TAPS_RIGHT_TO_LEFT : IEM_TAPS_LEFT_TO_RIGHT);
	if ((r = add_spectrum_of_sum(p, own, other)) < 0)
		return r;
	p->most[side] = p->n_spectra;
	return iem_is_stopped(stop) ? -ECANCELED : add_most(p, own, other);
}

static int make_spectra(struct iem_prepared *p, const struct iem_stop *stop)
{
	int r = p->n_spectra ? 0 : add_spectrum(p, taps_of(p, IEM_TAPS_MEAN));

	for (int side = IEM_SIDE_LEFT; p->n_kinds > 1 && side < IEM_SIDES && r == 0; side++)
		r = iem_is_stopped(stop) ? -ECANCELED : add_ear(p, side, stop);
	return r;
}

/* Frames until what is left of the taps has SETTLE_DB less energy than all of them. */
static uint32_t settle_of(const double *taps, uint32_t n)
{
	const double little = pow(10, -SETTLE_DB / 10);
	double all = 0, rest = 0;

	for (uint32_t i = 0; i < n; i++)
		all += taps[i] * taps[i];
	while (n > 0 && rest <= all * little) {
		n--;
		rest += taps[n] * taps[n];
	}
	return n + 1;
}

static uint32_t longest_settle(const struct iem_prepared *p)
{
	uint32_t longest = 0;

	for (unsigned kind = p->n_kinds > 1 ? IEM_TAPS_LEFT : IEM_TAPS_MEAN; kind < p->n_kinds; kind++) {
		const uint32_t settle = settle_of(taps_of(p, kind), p->n);

		longest = settle > longest ? settle : longest;
	}
	return longest;
}

/* -------------------------------------------------------------------------------------------------------------------- */

bool iem_is_stopped(const struct iem_stop *stop)
{
	return stop && stop->asked(stop->data);
}

int iem_prepared_new(struct iem_prepared **out, const struct iem_recipe *recipe, const struct iem_stop *stop)
{
	CLEANUP(iem_prepared_dropp) struct iem_prepared *p = NULL;
	int r;

	if (recipe->impulse && recipe->impulse->rate_hz != recipe->rate_hz)
		return -EINVAL;
	p = calloc(1, sizeof(*p));
	if (!p)
		return -ENOMEM;
	p->holders = 1;
	p->rate_hz = recipe->rate_hz;
	p->mixes = recipe->mixes;
	r = recipe->impulse ? take_impulse(p, recipe->impulse) : take_curve(p, recipe->curve);
	if (r < 0 || (r = make_spectra(p, stop)) < 0)
		return r;
	p->settle = longest_settle(p);
	*out = IEM_STEAL(p);
	return 0;
}

struct iem_prepared *iem_prepared_hold(struct iem_prepared *p)
{
	p->holders++;
	return p;
}

void iem_prepared_drop(struct iem_prepared *p)
{
	if (!p || --p->holders > 0)
		return;
	for (unsigned i = 0; i < p->n_spectra; i++)
		iem_spectrum_finish(&p->spectra[i]);
	free(p->taps);
	free(p);
}

void iem_prepared_dropp(struct iem_prepared **p)
{
	iem_prepared_drop(*p);
}

double iem_prepared_db(const struct iem_prepared *p, enum iem_side side, double freq_hz)
{
	return iem_spectrum_db(&p->spectra[p->alike[side]], freq_hz);
}

double iem_prepared_most_db(const struct iem_prepared *p, enum iem_side side, double freq_hz)
{
	return iem_spectrum_db(&p->spectra[p->most[side]], freq_hz);
}
