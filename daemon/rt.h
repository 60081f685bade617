/**
 * rt.h - the boundary to the audio thread; rt.c is the only file that runs there.
 *
 * The main thread makes an rt, connects its two streams with the events of this file, and hands over finished
 * chains. The audio thread runs the newest chain it was given, cross-faded in, and gives old ones back. Neither
 * waits for the other. Functions say which thread calls them; what the audio thread runs allocates nothing, takes
 * no lock, logs nothing and makes no system call.
 */
#pragma once

#include "core/exposure.h"
#include "core/fader.h"

#include <pipewire/pipewire.h>

struct rt;

/** Figures of the run, for status and for housekeeping. */
struct rt_figures {
	uint32_t rate_hz;    /* of the graph in the last cycle; 0 before the first */
	uint64_t driven;     /* where the clock of the graph's driver stands, in samples; 0 while none is known */
	uint64_t cycles;     /* cycles in which it went through */
	uint64_t clips;      /* samples beyond full scale, all channels */
	uint64_t limited;    /* frames that the limiter attenuated */
	double load_percent; /* time of our processing per time of sound, smoothed */
};

/** What counts how loud it is that leaves; made for one rate. */
struct rt_meter {
	struct iem_exposure exposure;
	unsigned ears[2]; /* the channels that are taken for the left and the right one; may be the same */
};

/** Main thread. CHAIN is taken over, also on failure. @return 0 or -ENOMEM */
int rt_new(struct rt **out, struct iem_chain *chain);

/** Main thread, after both streams are destroyed; frees all chains. */
void rt_free(struct rt *rt);

/**
 * Main thread: which streams the callbacks work on. Set NULL for both before destroying the capture stream and then
 * the playback stream: destroying one waits for the audio thread's cycle, and the next cycle sees the NULL.
 */
void rt_set_streams(struct rt *rt, struct pw_stream *capture, struct pw_stream *playback);

/**
 * Main thread: does the playback stream run? Only then is it triggered: before its format is set, and after, PipeWire
 * 0.3.65 goes through a converter that is not there.
 */
void rt_set_playing(struct rt *rt, bool playing);

/** Main thread, from io_changed: where the graph's position is; NULL when it went away. */
void rt_set_position(struct rt *rt, struct spa_io_position *position);

/** The rate in force as the main thread sees it now; 0 while no driver is known. */
uint32_t rt_position_rate(struct rt *rt);

/** Main thread: hand over a finished chain. One that was handed over before and not taken yet is freed. */
void rt_publish(struct rt *rt, struct iem_chain *chain);

/** Main thread: has the audio thread taken what was published last? */
bool rt_taken(struct rt *rt);

/** Main thread: is no change under way any more? */
bool rt_faded(struct rt *rt);

/** Main thread: the number of the chain published last, to whichever rt; they only grow. */
uint64_t rt_published(void);

/**
 * Main thread: has the audio thread taken what was published up to that number, or anything newer? FADED: is nothing older
 * heard any more? Newer changes that are under way do not matter.
 */
bool rt_passed(struct rt *rt, uint64_t number, bool faded);

/** Main thread: free the chains that the audio thread is done with. */
void rt_collect(struct rt *rt);

/** Main thread, when the stream pauses: the next sound starts from a clean state, with the newest chain at once. */
void rt_forget(struct rt *rt);

/** Main thread, when the output went away: the next sound ramps up from silence as after a start. */
void rt_ramp(struct rt *rt);

/**
 * Main thread: hand over a meter (from malloc()); it counts from then on, at its own rate only. One that was handed over
 * before is freed.
 */
void rt_set_meter(struct rt *rt, struct rt_meter *meter);
/** Main thread: what all meters have counted so far. It never decreases. */
void rt_heard(struct rt *rt, struct iem_exposure_totals *out);

/** Main thread: read the figures. */
void rt_figures(struct rt *rt, struct rt_figures *out);

/** Main thread: ask the audio thread for a sign of life; it gives one as soon as it has nothing else to do. */
void rt_ask(struct pw_context *context);
/** Main thread: how many it gave so far. */
unsigned rt_answers(void);

/**
 * The process callbacks, to be added as the first listener of each stream with the rt as data. Audio thread.
 */
extern const struct pw_stream_events rt_capture_events;
extern const struct pw_stream_events rt_playback_events;
