#include "core/chain_private.h"

#include "core/denormals.h"

#include <errno.h>
#include <math.h>

#define SETTLE_DB 70.0
#define SETTLE_MAX_SECONDS 0.5

static struct iem_sections sections_of(const struct iem_chain *chain, unsigned channel)
{
	const struct ear *ear = &chain->ears[chain->sides[channel]];

	return (struct iem_sections){ ear->sections, ear->n };
}

/* Two channels are run together; the last one's neighbour may be missing. */
static int lay_out(struct iem_chain *chain)
{
	const double gain_lin = pow(10.0, chain->gain_db / 20);
	const enum iem_simd simd = iem_simd_best();
	int r = 0;

	for (unsigned c = 0; c < chain->channels && r == 0; c += 2)
		r = iem_cascade_new(&chain->cascades[c / 2], sections_of(chain, c),
				    c + 1 < chain->channels ? sections_of(chain, c + 1) : (struct iem_sections){ 0 },
				    gain_lin, simd);
	return r;
}

int iem_chain_new(struct iem_chain **out, const struct iem_chain_plan *plan)
{
	CLEANUP(iem_chain_freep) struct iem_chain *chain = NULL;
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
	chain->is_pair = chain_is_for_pair(plan);
	if ((r = chain_design(chain, plan)) < 0)
		return r;
	if ((r = lay_out(chain)) < 0 ||
	    (plan->limiter && (r = iem_limiter_new(&chain->limiter, chain->rate_hz, chain->channels)) < 0))
		return r;
	*out = IEM_STEAL(chain);
	return 0;
}

void iem_chain_free(struct iem_chain *chain)
{
	if (!chain)
		return;
	for (unsigned p = 0; p < ARRAY_LEN(chain->cascades); p++)
		iem_cascade_free(chain->cascades[p]);
	for (unsigned i = 0; i < chain->n_responses; i++)
		chain_response_finish(&chain->responses[i]);
	iem_limiter_free(chain->limiter);
	free(chain);
}

void iem_chain_freep(struct iem_chain **chain)
{
	iem_chain_free(*chain);
}

void iem_chain_reset(struct iem_chain *chain)
{
	for (unsigned i = 0; i < chain->n_responses; i++)
		iem_convolver_reset(chain->responses[i].convolver);
	for (unsigned c = 0; c < chain->channels; c += 2)
		iem_cascade_reset(chain->cascades[c / 2]);
	iem_stereo_reset(&chain->stereo);
	if (chain->limiter)
		iem_limiter_reset(chain->limiter);
}

/* Through all responses, in place. @return where the sound is then */
static const float *const *convolve(struct iem_chain *chain, const float *const *in, float *const *out, uint32_t frames)
{
	for (unsigned c = 0; c < chain->channels; c++)
		if (in[c] != out[c])
			memcpy(out[c], in[c], frames * sizeof(float));
	for (unsigned i = 0; i < chain->n_responses; i++)
		iem_convolver_process(chain->responses[i].convolver, out, frames);
	return (const float *const *)out;
}

void iem_chain_process(struct iem_chain *chain, const float *const *in, float *const *out, uint32_t frames)
{
	const unsigned long mode = iem_denormals_flush();

	if (chain->n_responses)
		in = convolve(chain, in, out, frames);
	for (unsigned c = 0; c < chain->channels; c += 2) {
		const bool both = c + 1 < chain->channels;
		const float *const from[2] = { in[c], both ? in[c + 1] : NULL };
		float *const to[2] = { out[c], both ? out[c + 1] : NULL };

		iem_cascade_process(chain->cascades[c / 2], from, to, frames);
	}
	if (chain->is_pair)
		iem_stereo_process(&chain->stereo, out[0], out[1], frames);
	if (chain->limiter)
		iem_limiter_process(chain->limiter, out, frames);
	iem_denormals_restore(mode);
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

const struct iem_level *iem_chain_level(const struct iem_chain *chain)
{
	return &chain->level;
}

double iem_chain_safe_gain_lin(const struct iem_chain *chain)
{
	return chain->safe_gain_lin;
}

uint32_t iem_chain_latency(const struct iem_chain *chain)
{
	return chain->limiter ? iem_limiter_latency(chain->limiter) : 0;
}

uint64_t iem_chain_limited(const struct iem_chain *chain)
{
	return chain->limiter ? iem_limiter_limited(chain->limiter) : 0;
}

unsigned iem_chain_skipped(const struct iem_chain *chain)
{
	return chain->skipped;
}

unsigned iem_chain_bands(const struct iem_chain *chain, enum iem_side side)
{
	return chain->ears[side].n;
}

bool iem_chain_is_heavy(const struct iem_chain *chain)
{
	const double most = 65536.0 * 48000 / chain->rate_hz;
	double taps = 0;

	for (unsigned i = 0; i < chain->n_responses; i++)
		taps += (double)chain->responses[i].of->n * chain->channels;
	return taps > most;
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
		for (unsigned i = 0; i < chain->ears[side].n; i++)
			frames = fmax(frames, nepers / fmax(pole_decay(&chain->ears[side].sections[i]), 1e-9));
	for (unsigned i = 0; i < chain->n_responses; i++)
		frames += chain->responses[i].of->settle;
	return (uint32_t)fmin(frames + iem_chain_latency(chain), SETTLE_MAX_SECONDS * chain->rate_hz);
}
