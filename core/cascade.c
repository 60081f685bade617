#include "core/cascade.h"

#include "core/cascade_layout.h"

#include <errno.h>
#include <math.h>

#if defined(__x86_64__)
#define X86_SET(set) (&(set))
#define ARM_SET(set) NULL
#elif defined(__aarch64__)
#define X86_SET(set) NULL
#define ARM_SET(set) (&(set))
#else
#define X86_SET(set) NULL
#define ARM_SET(set) NULL
#endif

#define MAX_PASSES (2 * IEM_MAX_BANDS)
#define SANE 1e15 /* of a state; 300 dB over full scale */

const char *const iem_simd_names[IEM_SIMDS + 1] = { "portable", "sse2", "avx2", "avx512", "neon", NULL };

static const struct cascade_set *const sets[IEM_SIMDS] = {
	[IEM_SIMD_PORTABLE] = &cascade_portable,     [IEM_SIMD_SSE2] = X86_SET(cascade_sse2),
	[IEM_SIMD_AVX2] = X86_SET(cascade_avx2),     [IEM_SIMD_AVX512] = X86_SET(cascade_avx512),
	[IEM_SIMD_NEON] = ARM_SET(cascade_neon),
};

struct iem_cascade {
	const struct cascade_set *set;
	double gain_lin;
	unsigned n_states, n_passes;
	double *numbers, *states; /* owned, aligned for the widest vector */
	struct cascade_pass passes[MAX_PASSES];
};

bool iem_simd_available(enum iem_simd simd)
{
#ifdef __x86_64__
	if (simd == IEM_SIMD_AVX2)
		return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
	if (simd == IEM_SIMD_AVX512)
		return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq");
#endif
	return sets[simd] != NULL;
}

enum iem_simd iem_simd_best(void)
{
	enum iem_simd best = IEM_SIMD_PORTABLE;

	for (int simd = 0; simd < IEM_SIMDS; simd++)
		if (iem_simd_available(simd))
			best = simd;
	return best;
}

/* Memory for N doubles, all 0. */
static double *new_doubles(size_t n)
{
	const size_t line = CASCADE_MAX_LANES * sizeof(double), size = (n * sizeof(double) + line - 1) / line * line;
	double *doubles = aligned_alloc(line, size > 0 ? size : line);

	return doubles ? memset(doubles, 0, size) : NULL;
}

static unsigned round_up(unsigned n, unsigned of)
{
	return (n + of - 1) / of;
}

static void put_section(double *vector, unsigned lanes, unsigned lane, const struct iem_biquad *q, unsigned slot)
{
	vector[CASCADE_B0 * lanes + lane] = q->b0;
	vector[CASCADE_B1 * lanes + lane] = q->b1;
	vector[CASCADE_B2 * lanes + lane] = q->b2;
	vector[CASCADE_A1 * lanes + lane] = q->a1;
	vector[CASCADE_A2 * lanes + lane] = q->a2;
	vector[CASCADE_SLOT * lanes + lane] = slot;
}

/* Where a channel has no more sections, the identity: it changes no bit. */
static void put_channel(struct iem_cascade *cascade, unsigned channel, struct iem_sections sections)
{
	static const struct iem_biquad identity = { .b0 = 1 };
	const unsigned lanes = cascade->set->lanes, per_vector = lanes / 2;
	unsigned section = 0;

	for (unsigned p = 0; p < cascade->n_passes; p++) {
		const struct cascade_pass *pass = &cascade->passes[p];

		for (unsigned slot = 0; slot < pass->vectors * per_vector; slot++, section++)
			put_section(pass->numbers + slot / per_vector * CASCADE_NUMBERS * lanes, lanes,
				    2 * (slot % per_vector) + channel,
				    section < sections.n ? &sections.at[section] : &identity, slot);
	}
}

/* As few passes as hold all vectors, and those alike. */
static void plan_passes(struct iem_cascade *cascade, unsigned vectors)
{
	const unsigned lanes = cascade->set->lanes, passes = round_up(vectors, cascade->set->max_vectors);
	unsigned done = 0;

	cascade->n_passes = passes;
	for (unsigned p = 0; p < passes; p++) {
		const unsigned upto = vectors * (p + 1) / passes;

		cascade->passes[p] = (struct cascade_pass){ upto - done, cascade->numbers + done * CASCADE_NUMBERS * lanes,
							    cascade->states + done * CASCADE_STATES * lanes };
		done = upto;
	}
}

int iem_cascade_new(struct iem_cascade **out, struct iem_sections first, struct iem_sections second, double gain_lin,
		    enum iem_simd simd)
{
	const struct cascade_set *set = sets[simd];
	const unsigned slots = first.n > second.n ? first.n : second.n, vectors = round_up(slots, set->lanes / 2);
	struct iem_cascade *cascade = calloc(1, sizeof(*cascade));

	if (!cascade)
		return -ENOMEM;
	cascade->set = set;
	cascade->gain_lin = gain_lin;
	cascade->n_states = vectors * CASCADE_STATES * set->lanes;
	cascade->numbers = new_doubles(vectors * CASCADE_NUMBERS * set->lanes);
	cascade->states = new_doubles(cascade->n_states);
	if (!cascade->numbers || !cascade->states) {
		iem_cascade_free(cascade);
		return -ENOMEM;
	}
	plan_passes(cascade, vectors);
	put_channel(cascade, 0, first);
	put_channel(cascade, 1, second);
	*out = cascade;
	return 0;
}

void iem_cascade_free(struct iem_cascade *cascade)
{
	if (!cascade)
		return;
	free(cascade->numbers);
	free(cascade->states);
	free(cascade);
}

void iem_cascade_reset(struct iem_cascade *cascade)
{
	memset(cascade->states, 0, cascade->n_states * sizeof(*cascade->states));
}

static void read_frames(double *block, const float *const in[2], uint32_t frames, double gain_lin)
{
	for (uint32_t i = 0; i < frames; i++) {
		block[2 * i] = in[0][i] * gain_lin;
		block[2 * i + 1] = in[1][i] * gain_lin;
	}
}

static void write_frames(float *const out[2], const double *block, uint32_t frames)
{
	for (uint32_t i = 0; i < frames; i++) {
		const float first = (float)block[2 * i], second = (float)block[2 * i + 1];

		out[1][i] = second;
		out[0][i] = first; /* last, for where the two are one */
	}
}

/* Even lanes are the first channel's, odd ones the second's. */
static bool is_sane(const struct iem_cascade *cascade, unsigned channel)
{
	double sum = 0;

	for (unsigned i = channel; i < cascade->n_states; i += 2)
		sum += fabs(cascade->states[i]);
	return sum < SANE;
}

static void end_nonsense(struct iem_cascade *cascade, unsigned channel, float *out, uint32_t frames)
{
	for (unsigned i = channel; i < cascade->n_states; i += 2)
		cascade->states[i] = 0;
	for (uint32_t i = 0; i < frames; i++)
		if (!isfinite(out[i]))
			out[i] = 0;
}

void iem_cascade_process(struct iem_cascade *cascade, const float *const in[2], float *const out[2], uint32_t frames)
{
	_Alignas(64) double block[2 * CASCADE_BLOCK];
	uint32_t n;

	for (uint32_t done = 0; done < frames; done += n) {
		const float *const from[2] = { in[0] + done, (in[1] ? in[1] : in[0]) + done };
		float *const to[2] = { out[0] + done, (out[1] ? out[1] : out[0]) + done };

		n = frames - done < CASCADE_BLOCK ? frames - done : CASCADE_BLOCK;
		read_frames(block, from, n, cascade->gain_lin);
		for (unsigned p = 0; p < cascade->n_passes; p++)
			cascade->set->run(&cascade->passes[p], block, n);
		write_frames(to, block, n);
	}
	for (unsigned c = 0; c < 2; c++)
		if (!is_sane(cascade, c))
			end_nonsense(cascade, c, out[c] ? out[c] : out[0], frames);
}
