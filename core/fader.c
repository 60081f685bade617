#include "core/fader.h"

#include <errno.h>
#include <math.h>

/* The integral of a Blackman window over 0..1: the smoothest way from 0 to 1 in a given time. */
static float fade_gain(double t)
{
	return (float)(t - 0.18947 * sin(2 * M_PI * t) + 0.015158 * sin(4 * M_PI * t));
}

/* Half a second, the longest that a chain wants; at higher rates than that of 48 kHz the rest is waited for. */
#define HISTORY_SECONDS 0.5
#define HISTORY_RATE_HZ 48000

int iem_fader_init(struct iem_fader *fader, struct iem_chain *chain)
{
	const double rate_hz = fmax(iem_chain_rate(chain), HISTORY_RATE_HZ);

	*fader = (struct iem_fader){ .heard = chain };
	/* A block more: while the past is caught up on, it must not be written over. */
	if (iem_history_init(&fader->history, iem_chain_channels(chain),
			     (uint32_t)(HISTORY_SECONDS * rate_hz) + IEM_FADER_BLOCK) == 0)
		return 0;
	iem_fader_finish(fader);
	return -ENOMEM;
}

void iem_fader_finish(struct iem_fader *fader)
{
	iem_chain_free(fader->heard);
	iem_chain_free(fader->coming);
	iem_chain_free(fader->waiting);
	fader->heard = fader->coming = fader->waiting = NULL;
	iem_history_finish(&fader->history);
}

void iem_fader_ramp(struct iem_fader *fader, uint32_t hold, uint32_t len)
{
	fader->ramp_pos = 0;
	fader->ramp_hold = hold;
	fader->ramp_len = len;
}

static bool is_ramping(const struct iem_fader *fader)
{
	return fader->ramp_pos < fader->ramp_hold + fader->ramp_len;
}

bool iem_fader_busy(const struct iem_fader *fader)
{
	return fader->coming != NULL;
}

static uint32_t at_most(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static uint32_t at_least(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

/* How much of the past a chain may catch up on: one that is dear to run waits for what comes, half a second at most. */
static uint32_t known_to(const struct iem_fader *fader, const struct iem_chain *next)
{
	if (iem_chain_rate(next) != fader->history_rate_hz || iem_chain_is_heavy(next))
		return 0;
	return at_most(fader->history.filled, fader->history.size - IEM_FADER_BLOCK);
}

/* The past as far as it is known, and what is wanted beyond that as it comes. */
static void begin(struct iem_fader *fader, struct iem_chain *next)
{
	const uint32_t wanted = iem_chain_settle_frames(next);

	fader->coming = next;
	fader->behind = at_most(wanted, known_to(fader, next));
	fader->settle_left = at_least(wanted - fader->behind,
				      (fader->behind + IEM_FADER_REPLAY - 1) / IEM_FADER_REPLAY);
	fader->fade_len = (uint32_t)(IEM_FADE_SECONDS * iem_chain_rate(next));
	fader->fade_pos = 0;
}

static unsigned retire(struct iem_chain **slot, struct iem_chain *retired[], unsigned n)
{
	if (*slot)
		retired[n++] = IEM_STEAL(*slot);
	return n;
}

unsigned iem_fader_take(struct iem_fader *fader, struct iem_chain *next, bool at_once,
			struct iem_chain *retired[IEM_FADER_CHAINS])
{
	unsigned n = 0;

	if (at_once || iem_chain_channels(next) != iem_chain_channels(fader->heard)) {
		n = retire(&fader->heard, retired, n);
		n = retire(&fader->coming, retired, n);
		n = retire(&fader->waiting, retired, n);
		fader->heard = next;
	} else if (!fader->coming) {
		begin(fader, next);
	} else {
		n = retire(&fader->waiting, retired, n);
		fader->waiting = next;
	}
	return n;
}

unsigned iem_fader_reset(struct iem_fader *fader, struct iem_chain *retired[IEM_FADER_CHAINS])
{
	struct iem_chain *newest = fader->waiting ? fader->waiting : fader->coming;
	unsigned n = 0;

	if (newest) {
		if (fader->waiting)
			fader->waiting = NULL;
		else
			fader->coming = NULL;
		n = iem_fader_take(fader, newest, true, retired);
	}
	iem_chain_reset(fader->heard);
	iem_history_clear(&fader->history);
	if (is_ramping(fader))
		fader->ramp_pos = 0; /* it was broken off */
	return n;
}

/* A chain for another rate than the sound's has the wrong coefficients. */
static void run(struct iem_chain *chain, double rate_hz, const float *const *in, float *const *out, uint32_t frames)
{
	float gain;

	if (iem_chain_rate(chain) == rate_hz) {
		iem_chain_process(chain, in, out, frames);
		return;
	}
	gain = (float)iem_chain_safe_gain_lin(chain);
	for (unsigned c = 0; c < iem_chain_channels(chain); c++)
		for (uint32_t i = 0; i < frames; i++)
			out[c][i] = in[c][i] * gain;
}

/* Mix scratch (the coming chain) into out (the heard one), as far as the fade has come. */
static void mix(struct iem_fader *fader, float *const *out, uint32_t frames)
{
	const unsigned channels = iem_chain_channels(fader->heard);

	for (uint32_t i = 0; i < frames; i++) {
		const float g = fade_gain((double)++fader->fade_pos / fader->fade_len);

		for (unsigned c = 0; c < channels; c++)
			out[c][i] += g * (fader->scratch[c][i] - out[c][i]);
	}
}

static float ramp_gain(const struct iem_fader *fader)
{
	if (fader->ramp_pos < fader->ramp_hold)
		return 0;
	return fade_gain((double)(fader->ramp_pos - fader->ramp_hold) / fader->ramp_len);
}

static void ramp(struct iem_fader *fader, float *const *out, uint32_t frames)
{
	const unsigned channels = iem_chain_channels(fader->heard);

	for (uint32_t i = 0; i < frames && is_ramping(fader); i++, fader->ramp_pos++) {
		const float g = ramp_gain(fader);

		for (unsigned c = 0; c < channels; c++)
			out[c][i] *= g;
	}
}

/* How far a single stretch may go: no further than the scratch, and to the next turn of a change. */
static uint32_t stretch(const struct iem_fader *fader, uint32_t frames)
{
	frames = at_most(frames, IEM_FADER_BLOCK);
	if (!fader->coming)
		return frames;
	return at_most(frames, fader->settle_left ? fader->settle_left : fader->fade_len - fader->fade_pos);
}

static bool has_history(const struct iem_fader *fader)
{
	return fader->history.channels == iem_chain_channels(fader->heard);
}

/* Where another rate began, the past is no use. */
static void remember(struct iem_fader *fader, double rate_hz, const float *const *in, uint32_t frames)
{
	if (rate_hz != fader->history_rate_hz)
		iem_history_clear(&fader->history);
	fader->history_rate_hz = rate_hz;
	if (has_history(fader))
		iem_history_write(&fader->history, in, frames);
}

/* While FRAMES new frames came, of which it is behind as well. */
static void catch_up(struct iem_fader *fader, double rate_hz, uint32_t frames)
{
	const float *from[IEM_MAX_CHANNELS];
	float *scratch[IEM_MAX_CHANNELS];
	uint32_t left, n;

	for (unsigned c = 0; c < IEM_MAX_CHANNELS; c++)
		scratch[c] = fader->scratch[c];
	fader->behind = at_most(fader->behind + frames, fader->history.filled);
	for (left = at_most(fader->behind, (IEM_FADER_REPLAY + 1) * frames); left > 0; left -= n) {
		n = at_most(iem_history_read(&fader->history, fader->behind, from), at_most(left, IEM_FADER_BLOCK));
		run(fader->coming, rate_hz, from, scratch, n);
		fader->behind -= n;
	}
}

unsigned iem_fader_process(struct iem_fader *fader, double rate_hz, const float *const *in, float *const *out,
			   uint32_t frames, struct iem_chain *retired[IEM_FADER_CHAINS])
{
	const unsigned channels = iem_chain_channels(fader->heard);
	const float *from[IEM_MAX_CHANNELS];
	float *to[IEM_MAX_CHANNELS], *scratch[IEM_MAX_CHANNELS];
	unsigned n_retired = 0;
	uint32_t n;

	for (uint32_t done = 0; done < frames; done += n) {
		n = stretch(fader, frames - done);
		for (unsigned c = 0; c < channels; c++) {
			from[c] = in[c] + done;
			to[c] = out[c] + done;
			scratch[c] = fader->scratch[c];
		}
		remember(fader, rate_hz, from, n);
		if (fader->coming && fader->settle_left && has_history(fader))
			catch_up(fader, rate_hz, n);
		else if (fader->coming) /* before the heard one, which may overwrite the input */
			run(fader->coming, rate_hz, from, scratch, n);
		run(fader->heard, rate_hz, from, to, n);
		ramp(fader, to, n);
		if (!fader->coming)
			continue;
		if (fader->settle_left) {
			fader->settle_left -= n;
			continue;
		}
		mix(fader, to, n);
		if (fader->fade_pos == fader->fade_len) {
			n_retired = retire(&fader->heard, retired, n_retired);
			fader->heard = IEM_STEAL(fader->coming);
			if (fader->waiting)
				begin(fader, IEM_STEAL(fader->waiting));
		}
	}
	return n_retired;
}
