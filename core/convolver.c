#include "core/convolver.h"

#include "core/cascade.h"
#include "core/convolver_kernel.h"
#include "core/convolver_stage.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>

/*
 * Taps 0 to 127 directly, to 2047 in blocks of 64, the rest in blocks of 1024. A stage begins two of its blocks in: one to
 * be filled with input and one to do the work in, before the first output that needs it.
 */
#define SHORT CONVOLVER_STEP
#define LONG 1024
#define HEAD CONVOLVER_HEAD
#define TAIL (2 * LONG)

struct path {
	unsigned from, to;
	const double *head; /* HEAD taps, the last one first */
};

struct iem_convolver {
	unsigned channels, n_paths, n_stages;
	uint32_t at; /* frame within the step, 0 .. SHORT - 1 */
	struct path paths[IEM_CONVOLVER_MAX_PATHS];
	double *heads;                                /* owned; HEAD for each response */
	double *past;                                 /* owned; HEAD + SHORT frames for each channel */
	double *sums;                                 /* owned; SHORT frames for each channel: what the stages give */
	struct convolver_stage *stages[2];            /* owned */
	const struct convolver_kernel *kernel;
};

#ifdef __x86_64__
#define X86_KERNEL(kernel) (&(kernel))
#else
#define X86_KERNEL(kernel) (&convolver_portable)
#endif

const struct convolver_kernel *convolver_kernel_best(void)
{
	/* SSE2 and NEON are what their compilers use anyway. */
	static const struct convolver_kernel *const kernels[IEM_SIMDS] = {
		[IEM_SIMD_PORTABLE] = &convolver_portable,
		[IEM_SIMD_SSE2] = &convolver_portable,
		[IEM_SIMD_AVX2] = X86_KERNEL(convolver_avx2),
		[IEM_SIMD_AVX512] = X86_KERNEL(convolver_avx512),
		[IEM_SIMD_NEON] = &convolver_portable,
	};

	return kernels[iem_simd_best()];
}

static bool is_valid(const struct iem_convolver_plan *plan)
{
	if (plan->taps < 1 || plan->taps > IEM_CONVOLVER_MAX_TAPS || plan->channels < 1 ||
	    plan->channels > IEM_CONVOLVER_MAX_CHANNELS || plan->n_paths > IEM_CONVOLVER_MAX_PATHS)
		return false;
	for (unsigned i = 0; i < plan->n_paths; i++)
		if (plan->paths[i].from >= plan->channels || plan->paths[i].to >= plan->channels ||
		    plan->paths[i].response >= plan->n_responses)
			return false;
	return true;
}

static double *new_doubles(size_t n)
{
	const size_t size = (n * sizeof(double) + 63) / 64 * 64;
	double *doubles = aligned_alloc(64, size);

	return doubles ? memset(doubles, 0, size) : NULL;
}

static int make_heads(struct iem_convolver *c, const struct iem_convolver_plan *plan)
{
	c->heads = new_doubles((size_t)HEAD * (plan->n_responses + 1));
	if (!c->heads)
		return -ENOMEM;
	for (unsigned r = 0; r < plan->n_responses; r++)
		for (uint32_t t = 0; t < HEAD && t < plan->taps; t++)
			c->heads[r * HEAD + HEAD - 1 - t] = plan->responses[r][t];
	for (unsigned i = 0; i < plan->n_paths; i++)
		c->paths[i] = (struct path){ plan->paths[i].from, plan->paths[i].to,
					     c->heads + (size_t)plan->paths[i].response * HEAD };
	return 0;
}

int iem_convolver_new(struct iem_convolver **out, const struct iem_convolver_plan *plan)
{
	struct iem_convolver *c;
	int r;

	if (!is_valid(plan))
		return -EINVAL;
	c = calloc(1, sizeof(*c));
	if (!c)
		return -ENOMEM;
	c->channels = plan->channels;
	c->n_paths = plan->n_paths;
	c->kernel = convolver_kernel_best();
	c->past = new_doubles((size_t)(HEAD + SHORT) * plan->channels);
	c->sums = new_doubles((size_t)SHORT * plan->channels);
	r = c->past && c->sums ? make_heads(c, plan) : -ENOMEM;
	if (r == 0 && plan->taps > HEAD)
		r = convolver_stage_new(&c->stages[c->n_stages++], plan, SHORT, HEAD, plan->taps < TAIL ? plan->taps : TAIL);
	if (r == 0 && plan->taps > TAIL)
		r = convolver_stage_new(&c->stages[c->n_stages++], plan, LONG, TAIL, plan->taps);
	if (r < 0) {
		iem_convolver_free(c);
		return r;
	}
	*out = c;
	return 0;
}

void iem_convolver_free(struct iem_convolver *c)
{
	if (!c)
		return;
	for (unsigned s = 0; s < ARRAY_LEN(c->stages); s++)
		convolver_stage_free(c->stages[s]);
	free(c->heads);
	free(c->past);
	free(c->sums);
	free(c);
}

void iem_convolver_reset(struct iem_convolver *c)
{
	c->at = 0;
	memset(c->past, 0, sizeof(*c->past) * (HEAD + SHORT) * c->channels);
	memset(c->sums, 0, sizeof(*c->sums) * SHORT * c->channels);
	for (unsigned s = 0; s < c->n_stages; s++)
		convolver_stage_reset(c->stages[s]);
}

static double *past_of(const struct iem_convolver *c, unsigned channel)
{
	return c->past + (size_t)(HEAD + SHORT) * channel;
}

/* A step is full: the stages take it and give what belongs to the next one. */
static void end_step(struct iem_convolver *c)
{
	memset(c->sums, 0, sizeof(*c->sums) * SHORT * c->channels);
	for (unsigned s = 0; s < c->n_stages; s++)
		convolver_stage_step(c->stages[s], past_of(c, 0) + HEAD, HEAD + SHORT, c->sums);
	for (unsigned ch = 0; ch < c->channels; ch++)
		memmove(past_of(c, ch), past_of(c, ch) + SHORT, HEAD * sizeof(double));
	c->at = 0;
}

/* Frames FROM .. FROM + N of the planes, all within a step. */
static void run(struct iem_convolver *c, float *const *planes, uint32_t from, uint32_t n)
{
	double out[IEM_CONVOLVER_MAX_CHANNELS][SHORT];

	for (unsigned ch = 0; ch < c->channels; ch++) {
		double *now = past_of(c, ch) + HEAD + c->at;

		for (uint32_t i = 0; i < n; i++)
			now[i] = isfinite(planes[ch][from + i]) ? planes[ch][from + i] : 0;
		memcpy(out[ch], c->sums + SHORT * ch + c->at, n * sizeof(double));
	}
	for (unsigned p = 0; p < c->n_paths; p++) {
		const struct path *path = &c->paths[p];
		const double *first = past_of(c, path->from) + c->at + 1; /* HEAD - 1 frames before the first */

		for (uint32_t i = 0; i < n; i++)
			out[path->to][i] += c->kernel->dot(path->head, first + i);
	}
	for (unsigned ch = 0; ch < c->channels; ch++)
		for (uint32_t i = 0; i < n; i++)
			planes[ch][from + i] = (float)out[ch][i];
}

void iem_convolver_process(struct iem_convolver *c, float *const *planes, uint32_t frames)
{
	uint32_t n;

	for (uint32_t done = 0; done < frames; done += n) {
		n = SHORT - c->at < frames - done ? SHORT - c->at : frames - done;
		run(c, planes, done, n);
		c->at += n;
		if (c->at == SHORT)
			end_step(c);
	}
}
