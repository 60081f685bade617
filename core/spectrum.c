#include "core/spectrum.h"

#include "core/minphase.h"
#include "core/util.h"

#include <errno.h>
#include <math.h>

/* With eight a resonance as narrow as the taps allow is met within 0.001 dB by a parabola. */
#define BINS_PER_TAP 8

int iem_spectrum_init(struct iem_spectrum *spectrum, const double *taps, uint32_t n, double rate_hz)
{
	uint32_t size = 64;
	int r;

	while (size < BINS_PER_TAP * n)
		size *= 2;
	*spectrum = (struct iem_spectrum){ rate_hz, size / 2, malloc((size / 2 + 1) * sizeof(*spectrum->db)) };
	if (!spectrum->db)
		return -ENOMEM;
	if ((r = iem_magnitude_db(spectrum->db, size, taps, n)) < 0)
		iem_spectrum_finish(spectrum);
	return r;
}

void iem_spectrum_finish(struct iem_spectrum *spectrum)
{
	free(IEM_STEAL(spectrum->db));
}

static double bin_of(const struct iem_spectrum *spectrum, double freq_hz)
{
	return fmin(fmax(freq_hz * 2 / spectrum->rate_hz, 0), 1) * spectrum->half;
}

double iem_spectrum_db(const struct iem_spectrum *spectrum, double freq_hz)
{
	const double at = bin_of(spectrum, freq_hz);
	const uint32_t middle = (uint32_t)fmin(fmax(round(at), 1), spectrum->half - 1);
	const double *db = &spectrum->db[middle], x = at - middle;

	return db[0] + x * (db[1] - db[-1]) / 2 + x * x * (db[1] - 2 * db[0] + db[-1]) / 2;
}

double iem_spectrum_highest_hz(const struct iem_spectrum *spectrum, double low_hz, double high_hz)
{
	const uint32_t first = (uint32_t)ceil(bin_of(spectrum, low_hz)), last = (uint32_t)bin_of(spectrum, high_hz);
	uint32_t best = first;

	if (first > last)
		return (low_hz + high_hz) / 2;
	for (uint32_t k = first; k <= last; k++)
		if (spectrum->db[k] > spectrum->db[best])
			best = k;
	return best * spectrum->rate_hz / 2 / spectrum->half;
}
