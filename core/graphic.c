#include "core/graphic.h"

#include "core/convolver.h"
#include "core/minphase.h"
#include "core/spectrum.h"

#include <errno.h>
#include <math.h>

#define GOOD_DB 0.02
#define FEWEST 256
#define TAPS_AT_48K 32768 /* what a kink at 20 Hz asks for; more at higher rates */
#define OVERSAMPLING 8    /* so much longer than the response is the transform that makes it */
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
	struct iem_spectrum spectrum;
	const int r = iem_spectrum_init(&spectrum, response->taps, response->n, rate_hz);

	if (r < 0)
		return r;
	response->off.db = response->off.freq_hz = 0;
	for (double f = 20; f <= high; f *= exp2(1.0 / PER_OCTAVE)) {
		const double off = fabs(iem_spectrum_db(&spectrum, f) - iem_curve_at(curve, f));

		if (off > response->off.db) {
			response->off.db = off;
			response->off.freq_hz = f;
		}
	}
	iem_spectrum_finish(&spectrum);
	return 0;
}

/* With N taps; ALL has room for them, DB for half a transform. */
static int realise(struct iem_response *response, const struct iem_curve *curve, double rate_hz, uint32_t n, double *all,
		   double *db)
{
	const uint32_t size = OVERSAMPLING * n;
	int r;

	for (uint32_t k = 0; k <= size / 2; k++)
		db[k] = iem_curve_at(curve, k * rate_hz / size);
	if ((r = iem_minphase(all, n, db, size)) < 0)
		return r;
	cut(response->taps, all, n);
	response->n = n;
	return compare(response, curve, rate_hz);
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
	r = all && db && response.taps ? 0 : -ENOMEM;
	for (uint32_t n = FEWEST; n <= most && r == 0; n *= 2) {
		r = realise(&response, curve, rate_hz, n, all, db);
		if (response.off.db <= GOOD_DB)
			break;
	}
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
}
