#include "core/exposure.h"

#include "core/aweight.h"
#include "core/denormals.h"

#include <errno.h>
#include <float.h>
#include <math.h>

#define REFERENCE_PA2 4e-10 /* (20 uPa)^2 */

/*
 * Squares are summed up in steps that do not depend on the blocks, and these to the totals: after a year a single sample's
 * square would be too small to count.
 */
#define STEPS_PER_SECOND 100

enum { BLOCK = 256 };

int iem_exposure_init(struct iem_exposure *exposure, double rate_hz)
{
	struct iem_biquad sections[IEM_AWEIGHT_SECTIONS];
	const struct iem_sections ear = { sections, IEM_AWEIGHT_SECTIONS };
	struct iem_cascade *weighting;
	int r;

	if (!(rate_hz >= IEM_MIN_RATE_HZ && rate_hz <= IEM_MAX_RATE_HZ))
		return -ERANGE;
	iem_aweight_design(sections, rate_hz);
	if ((r = iem_cascade_new(&weighting, ear, ear, 1, iem_simd_best())) < 0)
		return r;
	*exposure = (struct iem_exposure){
		.rate_hz = rate_hz, .weighting = weighting, .step = (uint32_t)(rate_hz / STEPS_PER_SECOND)
	};
	return 0;
}

void iem_exposure_finish(struct iem_exposure *exposure)
{
	iem_cascade_free(IEM_STEAL(exposure->weighting));
}

void iem_exposure_reset(struct iem_exposure *exposure)
{
	iem_cascade_reset(exposure->weighting);
	exposure->counted = 0;
	exposure->squares[0] = exposure->squares[1] = 0;
}

static float tame(float x)
{
	const float limit = copysignf(IEM_EXPOSURE_LIMIT_LIN, x);

	return fabsf(x) <= IEM_EXPOSURE_LIMIT_LIN ? x : fabsf(x) <= FLT_MAX ? limit : 0;
}

/* One after the other, whatever the compiler could do: their sum must not depend on the blocks. */
static void add_squares(double squares[2], const float *first, const float *second, uint32_t frames)
{
	double a = squares[0], b = squares[1];

	for (uint32_t i = 0; i < frames; i++) {
		a += (double)first[i] * first[i];
		b += (double)second[i] * second[i];
	}
	squares[0] = a;
	squares[1] = b;
}

static void end_step(struct iem_exposure *exposure)
{
	for (int ear = 0; ear < 2; ear++) {
		exposure->totals.energy[ear] += 2 * exposure->squares[ear] / exposure->rate_hz;
		exposure->squares[ear] = 0;
	}
	exposure->totals.frames += exposure->step;
	exposure->counted = 0;
}

/* FRAMES are no more than a block, and than the step has left. */
static void count(struct iem_exposure *exposure, const float *const ears[2], uint32_t from, uint32_t frames)
{
	float planes[2][BLOCK];
	float *const out[2] = { planes[0], ears[1] ? planes[1] : NULL };
	const float *const in[2] = { out[0], out[1] };

	for (int ear = 0; ear < 2; ear++)
		for (uint32_t i = 0; i < frames && ears[ear]; i++)
			planes[ear][i] = tame(ears[ear][from + i]);
	iem_cascade_process(exposure->weighting, in, out, frames);
	add_squares(exposure->squares, planes[0], ears[1] ? planes[1] : planes[0], frames);
	exposure->counted += frames;
	if (exposure->counted == exposure->step)
		end_step(exposure);
}

void iem_exposure_process(struct iem_exposure *exposure, const float *const ears[2], uint32_t frames)
{
	const unsigned long mode = iem_denormals_flush();

	for (uint32_t done = 0, n; done < frames; done += n) {
		const uint32_t left = exposure->step - exposure->counted;

		n = frames - done < BLOCK ? frames - done : BLOCK;
		n = n < left ? n : left;
		count(exposure, ears, done, n);
	}
	iem_denormals_restore(mode);
}

double iem_exposure_full_scale_db(const struct iem_exposure_scale *scale)
{
	return scale->sensitivity_db_per_v + 20 * log10(scale->full_scale_vrms) + scale->gain_db;
}

double iem_exposure_level_db(double full_scale_db, double energy, double seconds)
{
	return full_scale_db + 10 * log10(energy / seconds);
}

double iem_exposure_louder(const double energy[2])
{
	return energy[0] > energy[1] ? energy[0] : energy[1];
}

double iem_exposure_pa2(double level_db)
{
	return REFERENCE_PA2 * pow(10, level_db / 10);
}

double iem_exposure_pa2_db(double pa2)
{
	return 10 * log10(pa2 / REFERENCE_PA2);
}
