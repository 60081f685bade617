#include "core/graphic.h"

#include "core/convolver.h"
#include "core/minphase.h"

#include <errno.h>
#include <math.h>

#define GOOD_DB 0.02
#define FEWEST 256
#define TAPS_AT_48K 32768 /* what a kink at 20 Hz asks for; more at higher rates */
#define OVERSAMPLING 4    /* so much longer than the response is the transform that makes it; 8 come no closer */
#define PER_OCTAVE 192

static uint32_t most_taps(double rate_hz)
{
	uint32_t n = FEWEST;

	while (n < TAPS_AT_48K * rate_hz / 48000 && n < IEM_CONVOLVER_MAX_TAPS)
		n *= 2;
	return n;
}

/* The last eighth goes down along half a cosine. */
static void cut(double *taps, const double *all, uint32_t n)
{
	const uint32_t fade = n / 8;

	memcpy(taps, all, n * sizeof(*taps));
	for (uint32_t i = 0; i < fade; i++)
		taps[n - fade + i] *= 0.5 + 0.5 * cos(M_PI * (i + 0.5) / fade);
}

static int compare(struct iem_response *response, const struct iem_curve *curve, double rate_hz)
{
	const double high = fmin(20000, 0.49 * rate_hz);
	int r;

	iem_spectrum_finish(&response->spectrum);
	if ((r = iem_spectrum_init(&response->spectrum, response->taps, response->n, rate_hz)) < 0)
		return r;
	response->off.db = response->off.freq_hz = 0;
	for (double f = 20; f <= high; f *= exp2(1.0 / PER_OCTAVE)) {
		const double off = fabs(iem_spectrum_db(&response->spectrum, f) - iem_curve_at(curve, f));

		if (off > response->off.db) {
			response->off.db = off;
			response->off.freq_hz = f;
		}
	}
	return 0;
}

/* The first N taps of ALL. */
static int take(struct iem_response *response, const struct iem_curve *curve, double rate_hz, uint32_t n,
		const double *all)
{
	cut(response->taps, all, n);
	response->n = n;
	return compare(response, curve, rate_hz);
}

/* With N taps; ALL has room for them, DB for half a transform. */
static int realise(struct iem_response *response, const struct iem_curve *curve, double rate_hz, uint32_t n, double *all,
		   double *db)
{
	const uint32_t size = OVERSAMPLING * n;
	int r;

	iem_curve_sample(curve, rate_hz / size, db, size / 2 + 1);
	if ((r = iem_minphase(all, n, db, size)) < 0)
		return r;
	return take(response, curve, rate_hz, n, all);
}

/* The error goes down with the number of taps, and seldom faster: no fewer than so many times as many are needed. */
static uint32_t times_as_many(double off_db)
{
	uint32_t times = 2;

	while (times < IEM_CONVOLVER_MAX_TAPS && off_db / (2 * times) > GOOD_DB)
		times *= 2;
	return times;
}

/* As few as come close enough. */
static int find_taps(struct iem_response *response, const struct iem_curve *curve, double rate_hz, uint32_t most,
		     double *all, double *db)
{
	uint32_t tried = FEWEST / 2, n = FEWEST;
	int r = realise(response, curve, rate_hz, n, all, db);

	while (r == 0 && response->off.db > GOOD_DB && n < most) {
		tried = n;
		n *= times_as_many(response->off.db);
		n = n < most ? n : most;
		r = realise(response, curve, rate_hz, n, all, db);
	}
	if (r < 0 || response->off.db > GOOD_DB)
		return r;
	while (r == 0 && response->off.db <= GOOD_DB && n / 2 > tried) { /* it was faster */
		n /= 2;
		r = take(response, curve, rate_hz, n, all);
	}
	return r == 0 && response->off.db > GOOD_DB ? take(response, curve, rate_hz, 2 * n, all) : r;
}

int iem_graphic_realise(struct iem_response *out, const struct iem_curve *curve, double rate_hz)
{
	CLEANUP(iem_freep) double *all = NULL, *db = NULL;
	struct iem_response response = { 0 };
	uint32_t most;
	int r;

	if (!(rate_hz >= IEM_MIN_RATE_HZ && rate_hz <= IEM_MAX_RATE_HZ) || curve->n < 1)
		return -EINVAL;
	most = most_taps(rate_hz);
	all = malloc(most * sizeof(*all));
	db = malloc((OVERSAMPLING * most / 2 + 1) * sizeof(*db));
	response.taps = malloc(most * sizeof(*response.taps));
	r = all && db && response.taps ? find_taps(&response, curve, rate_hz, most, all, db) : -ENOMEM;
	if (r < 0) {
		iem_response_finish(&response);
		return r;
	}
	*out = response;
	return 0;
}

void iem_response_finish(struct iem_response *response)
{
	free(IEM_STEAL(response->taps));
	iem_spectrum_finish(&response->spectrum);
}
