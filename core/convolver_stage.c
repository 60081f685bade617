#include "core/convolver_stage.h"

#include "core/convolver_kernel.h"

#include <errno.h>
#include <fftw3.h>
#include <stdbool.h>

#define FFT_WEIGHT 4 /* what a transform costs, in rows of one path */

/* A spectrum: N + 1 real parts and then as many imaginary ones, rounded up to whole vectors. */
struct convolver_stage {
	uint32_t block, bins; /* bins: doubles from the real to the imaginary parts */
	unsigned rows;        /* partitions of each response */
	unsigned channels, n_paths;
	struct iem_convolver_path paths[IEM_CONVOLVER_MAX_PATHS];
	bool is_from[IEM_CONVOLVER_MAX_CHANNELS], is_to[IEM_CONVOLVER_MAX_CHANNELS];
	fftw_plan forth, back;
	const struct convolver_kernel *kernel;

	/* All owned, by `memory`. */
	double *memory;
	double *filters; /* [response][row][spectrum] */
	double *spectra; /* of the input: [channel][row][spectrum], a ring */
	double *totals;  /* of the output: [channel][spectrum] */
	double *filling; /* [channel][block] */
	double *pairs;   /* the two blocks that a spectrum is made of: [channel][2 * block] */
	double *done;    /* the last half is output: [channel][2 * block] */
	double *output;  /* that is being given: [channel][block] */

	uint32_t filled, given; /* frames of the block that is filled, and of the one that is given */
	unsigned newest, known; /* row of the ring, and how many rows hold anything since the reset */
	unsigned item, weight;  /* of the work that is under way: the next item, and what is done of it */
};

static size_t spectrum_size(const struct convolver_stage *s)
{
	return 2 * (size_t)s->bins;
}

static double *filter_at(const struct convolver_stage *s, unsigned response, unsigned row)
{
	return s->filters + ((size_t)response * s->rows + row) * spectrum_size(s);
}

static double *spectrum_at(const struct convolver_stage *s, unsigned channel, unsigned row)
{
	return s->spectra + ((size_t)channel * s->rows + row) * spectrum_size(s);
}

static double *total_of(const struct convolver_stage *s, unsigned channel)
{
	return s->totals + channel * spectrum_size(s);
}

/* --- making ----------------------------------------------------------------------------------------------------- */

static int allocate(struct convolver_stage *s, unsigned n_responses)
{
	const size_t spectrum = spectrum_size(s), c = s->channels, block = s->block;
	const struct {
		double **at;
		size_t n;
	} parts[] = {
		{ &s->filters, spectrum * s->rows * n_responses },
		{ &s->spectra, spectrum * s->rows * c },
		{ &s->totals, spectrum * c },
		{ &s->filling, block * c },
		{ &s->pairs, 2 * block * c },
		{ &s->done, 2 * block * c },
		{ &s->output, block * c },
	};
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		n += parts[i].n;
	s->memory = aligned_alloc(64, (n * sizeof(double) + 63) / 64 * 64);
	if (!s->memory)
		return -ENOMEM;
	memset(s->memory, 0, n * sizeof(double));
	n = 0;
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		*parts[i].at = s->memory + n;
		n += parts[i].n;
	}
	return 0;
}

static int plan_transforms(struct convolver_stage *s)
{
	const fftw_iodim size = { .n = 2 * (int)s->block, .is = 1, .os = 1 };

	s->forth = fftw_plan_guru_split_dft_r2c(1, &size, 0, NULL, s->pairs, s->totals, s->totals + s->bins, FFTW_ESTIMATE);
	s->back = fftw_plan_guru_split_dft_c2r(1, &size, 0, NULL, s->totals, s->totals + s->bins, s->done, FFTW_ESTIMATE);
	return s->forth && s->back ? 0 : -ENOMEM;
}

/* Each row's taps and as many zeros; what the transform back multiplies by is taken off here. */
static void transform_filters(struct convolver_stage *s, const struct iem_convolver_plan *plan, uint32_t from, uint32_t upto)
{
	for (unsigned r = 0; r < plan->n_responses; r++)
		for (unsigned row = 0; row < s->rows; row++) {
			double *spectrum = filter_at(s, r, row);

			memset(s->pairs, 0, 2 * sizeof(double) * s->block);
			for (uint32_t i = 0; i < s->block && from + row * s->block + i < upto; i++)
				s->pairs[i] = plan->responses[r][from + row * s->block + i] / (2 * s->block);
			fftw_execute_split_dft_r2c(s->forth, s->pairs, spectrum, spectrum + s->bins);
		}
	memset(s->pairs, 0, 2 * sizeof(double) * s->block);
}

int convolver_stage_new(struct convolver_stage **out, const struct iem_convolver_plan *plan, uint32_t block, uint32_t from,
			uint32_t upto)
{
	struct convolver_stage *s = calloc(1, sizeof(*s));
	int r;

	if (!s)
		return -ENOMEM;
	s->block = block;
	s->bins = (block + 1 + 7) / 8 * 8;
	s->rows = (upto - from + block - 1) / block;
	s->channels = plan->channels;
	s->n_paths = plan->n_paths;
	s->kernel = convolver_kernel_best();
	memcpy(s->paths, plan->paths, sizeof(s->paths));
	for (unsigned p = 0; p < plan->n_paths; p++) {
		s->is_from[plan->paths[p].from] = true;
		s->is_to[plan->paths[p].to] = true;
	}
	if ((r = allocate(s, plan->n_responses)) < 0 || (r = plan_transforms(s)) < 0) {
		convolver_stage_free(s);
		return r;
	}
	transform_filters(s, plan, from, upto);
	convolver_stage_reset(s);
	*out = s;
	return 0;
}

void convolver_stage_free(struct convolver_stage *s)
{
	if (!s)
		return;
	fftw_destroy_plan(s->forth);
	fftw_destroy_plan(s->back);
	free(s->memory);
	free(s);
}

/* The ring is not cleared: no more of it is looked at than is known. */
void convolver_stage_reset(struct convolver_stage *s)
{
	const size_t bytes = sizeof(double) * s->block * s->channels;

	memset(s->filling, 0, bytes);
	memset(s->pairs, 0, 2 * bytes);
	memset(s->done, 0, 2 * bytes);
	memset(s->output, 0, bytes);
	s->filled = s->given = 0;
	s->known = 0;
	s->item = s->rows + 2 * s->channels; /* no work is under way */
}

/* --- working ---------------------------------------------------------------------------------------------------- */

static void begin_work(struct convolver_stage *s)
{
	const uint32_t n = s->block;

	for (unsigned c = 0; c < s->channels; c++) {
		memcpy(s->pairs + 2 * n * c, s->pairs + 2 * n * c + n, n * sizeof(double));
		memcpy(s->pairs + 2 * n * c + n, s->filling + n * c, n * sizeof(double));
		memcpy(s->output + n * c, s->done + 2 * n * c + n, n * sizeof(double));
	}
	memset(s->totals, 0, spectrum_size(s) * s->channels * sizeof(double));
	s->newest = (s->newest + 1) % s->rows;
	s->known += s->known < s->rows;
	s->filled = s->given = s->item = s->weight = 0;
}

static void transform_forth(struct convolver_stage *s, unsigned channel)
{
	double *spectrum = spectrum_at(s, channel, s->newest);

	fftw_execute_split_dft_r2c(s->forth, s->pairs + 2 * (size_t)s->block * channel, spectrum, spectrum + s->bins);
}

static void transform_back(struct convolver_stage *s, unsigned channel)
{
	double *total = total_of(s, channel);

	fftw_execute_split_dft_c2r(s->back, total, total + s->bins, s->done + 2 * (size_t)s->block * channel);
}

static void add_row(struct convolver_stage *s, unsigned row)
{
	const unsigned at = (s->newest + s->rows - row) % s->rows;

	for (unsigned p = 0; p < s->n_paths; p++)
		s->kernel->multiply_add(total_of(s, s->paths[p].to), spectrum_at(s, s->paths[p].from, at),
					filter_at(s, s->paths[p].response, row), s->bins);
}

/* One item: a transform of an input, a row of all paths, or a transform of an output. Returns its weight. */
static unsigned work(struct convolver_stage *s, unsigned item)
{
	if (item < s->channels) {
		if (s->is_from[item])
			transform_forth(s, item);
		return FFT_WEIGHT;
	}
	item -= s->channels;
	if (item < s->rows) {
		if (item < s->known)
			add_row(s, item);
		return s->n_paths;
	}
	item -= s->rows;
	if (s->is_to[item])
		transform_back(s, item);
	return FFT_WEIGHT;
}

/* As much as is due by the end of this step. */
static void work_on(struct convolver_stage *s)
{
	const unsigned items = s->rows + 2 * s->channels, steps = s->block / CONVOLVER_STEP;
	const unsigned total = 2 * s->channels * FFT_WEIGHT + s->rows * s->n_paths;
	const unsigned due = total * (s->filled / CONVOLVER_STEP + 1) / steps;

	while (s->item < items && s->weight < due)
		s->weight += work(s, s->item++);
}

void convolver_stage_step(struct convolver_stage *s, const double *frames, size_t stride, double *sums)
{
	const uint32_t n = s->block;

	for (unsigned c = 0; c < s->channels; c++)
		memcpy(s->filling + n * c + s->filled, frames + stride * c, CONVOLVER_STEP * sizeof(double));
	s->filled += CONVOLVER_STEP;
	if (s->filled == n)
		begin_work(s);
	work_on(s);
	for (unsigned c = 0; c < s->channels; c++)
		for (uint32_t i = 0; i < CONVOLVER_STEP; i++)
			sums[CONVOLVER_STEP * c + i] += s->output[n * c + s->given + i];
	s->given += CONVOLVER_STEP;
}
