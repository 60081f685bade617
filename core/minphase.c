#include "core/minphase.h"

#include "core/util.h"

#include <complex.h> /* before fftw3.h: its numbers are C's then */
#include <errno.h>
#include <fftw3.h>
#include <math.h>
#include <stdbool.h>

#define DB_PER_NEPER (20 / M_LN10)

/* Room for SIZE real numbers and their spectrum, and the way between them. */
struct transform {
	uint32_t size;
	double *real;
	fftw_complex *spectrum;
	fftw_plan forth, back; /* back: SIZE times as large; NULL where it is not needed */
};

static void transform_finish(struct transform *t)
{
	if (t->forth)
		fftw_destroy_plan(t->forth);
	if (t->back)
		fftw_destroy_plan(t->back);
	fftw_free(t->real);
	fftw_free(t->spectrum);
}

static int transform_init(struct transform *t, uint32_t size)
{
	*t = (struct transform){ .size = size, .real = fftw_alloc_real(size), .spectrum = fftw_alloc_complex(size / 2 + 1) };
	if (t->real && t->spectrum)
		t->forth = fftw_plan_dft_r2c_1d((int)size, t->real, t->spectrum, FFTW_ESTIMATE);
	return t->forth ? 0 : -ENOMEM;
}

/* Planning takes as long as a transform. */
static int transform_init_both(struct transform *t, uint32_t size)
{
	const int r = transform_init(t, size);

	if (r < 0)
		return r;
	t->back = fftw_plan_dft_c2r_1d((int)size, t->spectrum, t->real, FFTW_ESTIMATE);
	return t->back ? 0 : -ENOMEM;
}

static bool is_size(uint32_t size)
{
	return size >= 4 && (size & (size - 1)) == 0 && size <= UINT32_C(1) << 24;
}

/* The cepstrum of a log magnitude is even; folded onto its first half it is that of the minimum phase. */
static void fold(double *cepstrum, uint32_t size)
{
	for (uint32_t i = 1; i < size / 2; i++)
		cepstrum[i] *= 2;
	memset(cepstrum + size / 2 + 1, 0, (size / 2 - 1) * sizeof(*cepstrum));
}

/* cexp() of what is finite and not large: half the time. */
static double complex exponential(double complex z)
{
	const double magnitude = exp(creal(z));

	return CMPLX(magnitude * cos(cimag(z)), magnitude * sin(cimag(z)));
}

int iem_minphase(double *taps, uint32_t n, const double *db, uint32_t size)
{
	CLEANUP(transform_finish) struct transform t = { 0 };
	int r;

	if (!is_size(size) || n > size)
		return -EINVAL;
	for (uint32_t k = 0; k <= size / 2; k++)
		if (!isfinite(db[k]) || db[k] > -IEM_MINPHASE_FLOOR_DB)
			return -EINVAL;
	if ((r = transform_init_both(&t, size)) < 0)
		return r;
	for (uint32_t k = 0; k <= size / 2; k++)
		t.spectrum[k] = fmax(db[k], IEM_MINPHASE_FLOOR_DB) / DB_PER_NEPER / size;
	fftw_execute(t.back);
	fold(t.real, size);
	fftw_execute(t.forth);
	for (uint32_t k = 0; k <= size / 2; k++)
		t.spectrum[k] = exponential(t.spectrum[k]) / size;
	fftw_execute(t.back);
	memcpy(taps, t.real, n * sizeof(*taps));
	return 0;
}

int iem_magnitude_db(double *db, uint32_t size, const double *taps, uint32_t n)
{
	CLEANUP(transform_finish) struct transform t = { 0 };
	int r;

	if (!is_size(size) || n > size)
		return -EINVAL;
	if ((r = transform_init(&t, size)) < 0)
		return r;
	memset(t.real, 0, size * sizeof(*t.real));
	memcpy(t.real, taps, n * sizeof(*taps));
	fftw_execute(t.forth);
	for (uint32_t k = 0; k <= size / 2; k++) {
		const double re = creal(t.spectrum[k]), im = cimag(t.spectrum[k]);

		db[k] = fmax(DB_PER_NEPER / 2 * log(re * re + im * im), IEM_MINPHASE_FLOOR_DB);
	}
	return 0;
}
