#include "daemon/rt.h"

#include <errno.h>
#include <math.h>
#include <stdatomic.h>
#include <time.h>

#define START_RAMP_SECONDS 0.050
#define RETIRED 16 /* a power of two, more than one cycle can retire */
#define PUBLISHED 256 /* more than anybody can publish while one fades */

struct rt {
	_Atomic(struct iem_chain *) pending; /* main -> audio */
	_Atomic(struct spa_io_position *) position;
	atomic_bool forget, ramp;
	atomic_bool fading; /* audio -> main */
	/* To be recognised by main only. A chain is here no longer when it is given back, so its address means one chain. */
	_Atomic(const struct iem_chain *) newest, heard; /* audio -> main: taken last; what is heard */

	/* Chains on their way back: written by the audio thread, read by main; one slot each, NULL when free. */
	_Atomic(struct iem_chain *) retired[RETIRED];

	_Atomic uint32_t rate_hz;
	_Atomic uint64_t cycles, clips, limited;
	_Atomic uint32_t load_millionths;

	_Atomic(struct rt_meter *) meter_pending; /* main -> audio */
	_Atomic(struct rt_meter *) meter_retired; /* audio -> main */
	_Atomic double energy[2];
	_Atomic uint64_t counted; /* frames that these were counted over */

	/* Set once both exist, NULL again before either goes. */
	_Atomic(struct pw_stream *) capture, playback;
	atomic_bool playing;

	/* Main's own: what was published last, the newest first. */
	struct {
		const struct iem_chain *chain; /* may be freed by now */
		uint64_t number;
	} published[PUBLISHED];

	/* The audio thread's own. */
	struct iem_fader fader;
	struct rt_meter *meter; /* NULL: none yet */
	struct iem_exposure_totals metered; /* of it, those that were handed on */
	const struct iem_chain *limiting; /* the chain heard last, and what it had limited by then */
	uint64_t limited_by_then;
};

/* --- main thread ------------------------------------------------------------------------------------------------ */

static void free_meter(struct rt_meter *meter)
{
	if (meter)
		iem_exposure_finish(&meter->exposure);
	free(meter);
}

static uint64_t published;

uint64_t rt_published(void)
{
	return published;
}

static void note_published(struct rt *rt, const struct iem_chain *chain)
{
	memmove(&rt->published[1], &rt->published[0], (PUBLISHED - 1) * sizeof(*rt->published));
	rt->published[0].chain = chain;
	rt->published[0].number = ++published;
}

bool rt_passed(struct rt *rt, uint64_t number, bool faded)
{
	const struct iem_chain *chain = atomic_load_explicit(faded ? &rt->heard : &rt->newest, memory_order_acquire);
	uint64_t is = 0, wanted = 1;

	for (int i = PUBLISHED - 1; i >= 0; i--) { /* the newest one last: an older one of the same address is freed */
		if (rt->published[i].chain == chain)
			is = rt->published[i].number;
		if (rt->published[i].number && rt->published[i].number <= number)
			wanted = rt->published[i].number;
	}
	return is >= wanted;
}

int rt_new(struct rt **out, struct iem_chain *chain)
{
	struct rt *rt = calloc(1, sizeof(*rt));

	if (!rt) {
		iem_chain_free(chain);
		return -ENOMEM;
	}
	if (iem_fader_init(&rt->fader, chain) < 0) {
		free(rt);
		return -ENOMEM;
	}
	atomic_store(&rt->newest, chain);
	atomic_store(&rt->heard, chain);
	note_published(rt, chain);
	rt_ramp(rt);
	*out = rt;
	return 0;
}

void rt_free(struct rt *rt)
{
	if (!rt)
		return;
	rt_collect(rt);
	iem_chain_free(atomic_load(&rt->pending));
	free_meter(atomic_load(&rt->meter_pending));
	free_meter(rt->meter);
	iem_fader_finish(&rt->fader);
	free(rt);
}

void rt_set_streams(struct rt *rt, struct pw_stream *capture, struct pw_stream *playback)
{
	atomic_store(&rt->capture, capture);
	atomic_store(&rt->playback, playback);
}

void rt_set_playing(struct rt *rt, bool playing)
{
	atomic_store_explicit(&rt->playing, playing, memory_order_release);
}

void rt_set_position(struct rt *rt, struct spa_io_position *position)
{
	atomic_store_explicit(&rt->position, position, memory_order_release);
}

uint32_t rt_position_rate(struct rt *rt)
{
	const struct spa_io_position *position = atomic_load_explicit(&rt->position, memory_order_acquire);

	return position ? position->clock.rate.denom : 0;
}

void rt_collect(struct rt *rt)
{
	for (int i = 0; i < RETIRED; i++)
		iem_chain_free(atomic_exchange_explicit(&rt->retired[i], NULL, memory_order_acquire));
	free_meter(atomic_exchange_explicit(&rt->meter_retired, NULL, memory_order_acquire));
}

void rt_set_meter(struct rt *rt, struct rt_meter *meter)
{
	rt_collect(rt);
	free_meter(atomic_exchange_explicit(&rt->meter_pending, meter, memory_order_acq_rel));
}

void rt_heard(struct rt *rt, struct iem_exposure_totals *out)
{
	/* Frames first, which are stored last: what is read has at least the energy that came in them. */
	out->frames = atomic_load_explicit(&rt->counted, memory_order_acquire);
	for (int ear = 0; ear < 2; ear++)
		out->energy[ear] = atomic_load_explicit(&rt->energy[ear], memory_order_relaxed);
}

void rt_publish(struct rt *rt, struct iem_chain *chain)
{
	rt_collect(rt);
	note_published(rt, chain);
	/* A chain still pending was never taken, so it is still ours to free. */
	iem_chain_free(atomic_exchange_explicit(&rt->pending, chain, memory_order_acq_rel));
}

bool rt_taken(struct rt *rt)
{
	return atomic_load_explicit(&rt->pending, memory_order_acquire) == NULL;
}

bool rt_faded(struct rt *rt)
{
	return rt_taken(rt) && !atomic_load_explicit(&rt->fading, memory_order_acquire);
}

void rt_forget(struct rt *rt)
{
	atomic_store_explicit(&rt->forget, true, memory_order_release);
}

void rt_ramp(struct rt *rt)
{
	atomic_store_explicit(&rt->ramp, true, memory_order_release);
}

void rt_figures(struct rt *rt, struct rt_figures *out)
{
	const struct spa_io_position *position = atomic_load_explicit(&rt->position, memory_order_acquire);

	out->rate_hz = atomic_load_explicit(&rt->rate_hz, memory_order_relaxed);
	out->driven = position ? position->clock.position : 0;
	out->cycles = atomic_load_explicit(&rt->cycles, memory_order_relaxed);
	out->clips = atomic_load_explicit(&rt->clips, memory_order_relaxed);
	out->limited = atomic_load_explicit(&rt->limited, memory_order_relaxed);
	out->load_percent = atomic_load_explicit(&rt->load_millionths, memory_order_relaxed) / 1e4;
}

/* One audio thread serves all pairs. */
static atomic_uint answers;

unsigned rt_answers(void)
{
	return atomic_load_explicit(&answers, memory_order_relaxed);
}

static int answer(struct spa_loop *loop, bool async, uint32_t seq, const void *data, size_t size, void *user_data)
{
	atomic_fetch_add_explicit(&answers, 1, memory_order_relaxed); /* audio thread */
	return 0;
}

void rt_ask(struct pw_context *context)
{
	pw_data_loop_invoke(pw_context_get_data_loop(context), answer, 0, NULL, 0, false, NULL);
}

/* --- audio thread ----------------------------------------------------------------------------------------------- */

static bool room_for_retired(struct rt *rt)
{
	int room = 0;

	for (int i = 0; i < RETIRED; i++)
		room += atomic_load_explicit(&rt->retired[i], memory_order_relaxed) == NULL;
	return room >= 2 * IEM_FADER_CHAINS; /* what taking and then fading can give back in one cycle */
}

/* After the fader changed: first what is heard now, then what is not any more. */
static void give_back(struct rt *rt, struct iem_chain *const *chains, unsigned n)
{
	atomic_store_explicit(&rt->heard, rt->fader.heard, memory_order_release);
	for (int i = 0; i < RETIRED && n > 0; i++)
		if (!atomic_load_explicit(&rt->retired[i], memory_order_relaxed)) {
			/* Release: main must see all our writes to the chain before it frees it. */
			atomic_store_explicit(&rt->retired[i], chains[--n], memory_order_release);
		}
}

/* Take what main published. While main has not collected what was given back, the old chain plays on. */
static void take_pending(struct rt *rt)
{
	struct iem_chain *retired[IEM_FADER_CHAINS], *next;
	bool at_once = false;

	if (!room_for_retired(rt))
		return;
	if (atomic_load_explicit(&rt->forget, memory_order_relaxed)) {
		at_once = atomic_exchange_explicit(&rt->forget, false, memory_order_acquire);
		give_back(rt, retired, iem_fader_reset(&rt->fader, retired));
		if (!room_for_retired(rt))
			return;
	}
	if (!atomic_load_explicit(&rt->pending, memory_order_relaxed))
		return;
	/* Before it is seen as taken, so that nobody takes a change for finished that has not begun. */
	atomic_store_explicit(&rt->fading, true, memory_order_release);
	next = atomic_exchange_explicit(&rt->pending, NULL, memory_order_acq_rel);
	if (!next)
		return;
	atomic_store_explicit(&rt->newest, next, memory_order_release);
	give_back(rt, retired, iem_fader_take(&rt->fader, next, at_once, retired));
}

static double seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now); /* answered by the vDSO: no system call */
	return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void note_load(struct rt *rt, double busy, uint32_t frames, double rate_hz)
{
	const double load = frames ? busy * rate_hz / frames : 0;
	const double before = atomic_load_explicit(&rt->load_millionths, memory_order_relaxed) / 1e6;
	const double smooth = before + 0.05 * (fmin(load, 10) - before);

	atomic_store_explicit(&rt->load_millionths, (uint32_t)(smooth * 1e6), memory_order_relaxed);
}

static void note_clips(struct rt *rt, float *const *out, unsigned channels, uint32_t frames)
{
	uint64_t clips = 0;

	for (unsigned c = 0; c < channels; c++)
		for (uint32_t i = 0; i < frames; i++)
			clips += fabsf(out[c][i]) > 1.0f;
	if (clips)
		atomic_fetch_add_explicit(&rt->clips, clips, memory_order_relaxed);
}

/* What a chain limited before it was heard does not count. */
static void note_limited(struct rt *rt)
{
	const uint64_t limited = iem_chain_limited(rt->fader.heard);

	if (rt->limiting == rt->fader.heard && limited != rt->limited_by_then)
		atomic_fetch_add_explicit(&rt->limited, limited - rt->limited_by_then, memory_order_relaxed);
	rt->limiting = rt->fader.heard;
	rt->limited_by_then = limited;
}

static void take_meter(struct rt *rt)
{
	if (!atomic_load_explicit(&rt->meter_pending, memory_order_relaxed) ||
	    atomic_load_explicit(&rt->meter_retired, memory_order_relaxed))
		return; /* nothing new, or no room to give the old one back */
	atomic_store_explicit(&rt->meter_retired, rt->meter, memory_order_release);
	rt->meter = atomic_exchange_explicit(&rt->meter_pending, NULL, memory_order_acq_rel);
	rt->metered = (struct iem_exposure_totals){ 0 };
}

/* This thread is the only one that writes them: no more than a load and a store. */
static void add(_Atomic double *sum, double more)
{
	atomic_store_explicit(sum, atomic_load_explicit(sum, memory_order_relaxed) + more, memory_order_relaxed);
}

static void meter(struct rt *rt, double rate_hz, float *const *out, uint32_t frames)
{
	const struct iem_exposure_totals *totals;
	const float *ears[2];

	take_meter(rt);
	if (!rt->meter || rt->meter->exposure.rate_hz != rate_hz)
		return;
	ears[0] = out[rt->meter->ears[0]];
	ears[1] = rt->meter->ears[1] == rt->meter->ears[0] ? NULL : out[rt->meter->ears[1]];
	iem_exposure_process(&rt->meter->exposure, ears, frames);
	totals = &rt->meter->exposure.totals;
	for (int ear = 0; ear < 2; ear++)
		add(&rt->energy[ear], totals->energy[ear] - rt->metered.energy[ear]);
	atomic_store_explicit(&rt->counted,
			      atomic_load_explicit(&rt->counted, memory_order_relaxed) + totals->frames -
				      rt->metered.frames,
			      memory_order_release);
	rt->metered = *totals;
}

/* At another rate the sound begins anew, in the middle of a wave: a cut takes a moment to act on that. */
static bool wants_ramp(struct rt *rt, uint32_t rate_hz)
{
	const uint32_t before_hz = atomic_load_explicit(&rt->rate_hz, memory_order_relaxed);
	const bool asked = atomic_load_explicit(&rt->ramp, memory_order_relaxed) &&
			   atomic_exchange_explicit(&rt->ramp, false, memory_order_acquire);

	return asked || (before_hz && before_hz != rate_hz);
}

static void run(struct rt *rt, const float *const *in, float *const *out, uint32_t frames)
{
	const struct spa_io_position *position = atomic_load_explicit(&rt->position, memory_order_acquire);
	const double rate_hz = position && position->clock.rate.denom ? position->clock.rate.denom :
									iem_chain_rate(rt->fader.heard);
	struct iem_chain *retired[IEM_FADER_CHAINS];
	const double begin = seconds_now();
	unsigned n;

	take_pending(rt);
	if (wants_ramp(rt, (uint32_t)rate_hz)) /* what is played in the first cycle may be lost on the way to the output */
		iem_fader_ramp(&rt->fader, frames, (uint32_t)(START_RAMP_SECONDS * rate_hz));
	n = iem_fader_process(&rt->fader, rate_hz, in, out, frames, retired);
	give_back(rt, retired, n);
	atomic_store_explicit(&rt->fading, iem_fader_busy(&rt->fader), memory_order_release);
	note_clips(rt, out, iem_chain_channels(rt->fader.heard), frames);
	note_limited(rt);
	meter(rt, rate_hz, out, frames);
	atomic_store_explicit(&rt->rate_hz, (uint32_t)rate_hz, memory_order_relaxed);
	atomic_fetch_add_explicit(&rt->cycles, 1, memory_order_relaxed);
	note_load(rt, seconds_now() - begin, frames, rate_hz);
}

/* The newest buffer of a stream; older ones go straight back. */
static struct pw_buffer *newest(struct pw_stream *stream)
{
	struct pw_buffer *buffer = NULL, *next;

	while ((next = pw_stream_dequeue_buffer(stream))) {
		if (buffer)
			pw_stream_queue_buffer(stream, buffer);
		buffer = next;
	}
	return buffer;
}

/* How many frames of every plane are there, and where they begin; a missing plane makes it none at all. */
static uint32_t planes_in(struct spa_buffer *buffer, unsigned channels, const float **planes)
{
	uint32_t frames = UINT32_MAX;

	if (buffer->n_datas < channels)
		return 0;
	for (unsigned c = 0; c < channels; c++) {
		const struct spa_data *d = &buffer->datas[c];
		const uint32_t offset = SPA_MIN(d->chunk->offset, d->maxsize);
		const uint32_t size = SPA_MIN(d->chunk->size, d->maxsize - offset);

		if (!d->data)
			return 0;
		planes[c] = SPA_PTROFF(d->data, offset, const float);
		frames = SPA_MIN(frames, size / (uint32_t)sizeof(float));
	}
	return frames;
}

static uint32_t planes_out(struct spa_buffer *buffer, unsigned channels, float **planes, uint32_t frames)
{
	if (buffer->n_datas < channels)
		return 0;
	for (unsigned c = 0; c < channels; c++) {
		if (!buffer->datas[c].data)
			return 0;
		planes[c] = buffer->datas[c].data;
		frames = SPA_MIN(frames, buffer->datas[c].maxsize / (uint32_t)sizeof(float));
	}
	for (unsigned c = 0; c < buffer->n_datas; c++) {
		buffer->datas[c].chunk->offset = 0;
		buffer->datas[c].chunk->stride = sizeof(float);
		buffer->datas[c].chunk->size = c < channels ? frames * (uint32_t)sizeof(float) : 0;
	}
	return frames;
}

static void on_capture(void *data)
{
	struct rt *rt = data;
	struct pw_stream *playback = atomic_load_explicit(&rt->playback, memory_order_acquire);

	if (!playback || !atomic_load_explicit(&rt->playing, memory_order_acquire))
		return;
	pw_stream_trigger_process(playback);
}

static void on_playback(void *data)
{
	struct rt *rt = data;
	struct pw_stream *capture = atomic_load_explicit(&rt->capture, memory_order_acquire);
	struct pw_stream *playback = atomic_load_explicit(&rt->playback, memory_order_acquire);
	const unsigned channels = iem_chain_channels(rt->fader.heard);
	const float *in[IEM_MAX_CHANNELS];
	float *out[IEM_MAX_CHANNELS];
	struct pw_buffer *from, *to;
	uint32_t frames = 0;

	if (!capture || !playback)
		return;
	from = newest(capture);
	to = pw_stream_dequeue_buffer(playback);
	if (from)
		frames = planes_in(from->buffer, channels, in);
	if (to) /* also without input: what the buffer held last must not be played again */
		frames = planes_out(to->buffer, channels, out, frames);
	if (from && to)
		run(rt, in, out, frames);
	if (from)
		pw_stream_queue_buffer(capture, from);
	if (to)
		pw_stream_queue_buffer(playback, to);
}

const struct pw_stream_events rt_capture_events = { PW_VERSION_STREAM_EVENTS, .process = on_capture };
const struct pw_stream_events rt_playback_events = { PW_VERSION_STREAM_EVENTS, .process = on_playback };
