/* Commands are answered once the audio thread has taken what they changed. */
#include "daemon/bus_private.h"

#include "daemon/clock.h"
#include "daemon/engine.h"
#include "daemon/rt.h"

#include <errno.h>
#include <stdarg.h>

#define WAIT_POLL_MS 1
#define WAIT_LINK_MS 1200 /* for a session manager to link streams through a new filter */
#define WAIT_MAX_MS 5000
#define WAIT_MADE_MS 15000 /* for responses that take long to make */

static void free_waiter(struct waiter *waiter)
{
	sd_bus_message_unref(waiter->call);
	free(waiter->answer);
	free(waiter);
}

static void poll_waiters(struct bus *bus)
{
	struct timespec every = { .tv_nsec = bus->waiters ? WAIT_POLL_MS * 1000000L : 0 };

	pw_loop_update_timer(bus->config.loop, bus->wait_timer, &every, &every, false);
}

/* A chain may have to wait: for its responses, or for the output to be turned down first. */
static void note_published(struct bus *bus, struct waiter *waiter)
{
	waiter->preparing = engine_preparing(bus->config.engine);
	if (!waiter->preparing)
		waiter->published = rt_published();
}

/* What others change meanwhile must not keep a command waiting whose own change is in force, or was overtaken. */
static enum engine_progress progress_of(struct bus *bus, struct waiter *waiter)
{
	const enum engine_progress progress = engine_progress(bus->config.engine, waiter->faded);

	if (waiter->preparing)
		note_published(bus, waiter);
	if (progress != ENGINE_BUSY || waiter->preparing)
		return progress;
	return engine_passed(bus->config.engine, waiter->published, waiter->faded) ? ENGINE_DONE : ENGINE_BUSY;
}

/* @return true if the waiter was answered */
static bool serve(struct bus *bus, struct waiter *waiter)
{
	const enum engine_progress progress = progress_of(bus, waiter);
	const uint64_t waited = clock_now_ms() - waiter->begin_ms;
	const char *why;

	if (waiter->comparison && waiter->comparison != engine_comparison(bus->config.engine, &why)) {
		sd_bus_reply_method_errorf(waiter->call, BUS_COMPARISON_ENDED, why);
		return true;
	}
	if (progress == ENGINE_DONE || (progress == ENGINE_ALMOST && waited > WAIT_LINK_MS)) {
		sd_bus_reply_method_return(waiter->call, "s", waiter->answer);
		return true;
	}
	if (waited <= (waiter->preparing ? WAIT_MADE_MS : WAIT_MAX_MS))
		return false;
	if (waiter->preparing) {
		sd_bus_reply_method_errorf(waiter->call, BUS_ERROR("Failed"), "It is decided, but not in force: %s after %d s.",
					   engine_turning_down(bus->config.engine) ?
						   "the output has not taken the volume that goes with it" :
						   "what it convolves with is still being made", WAIT_MADE_MS / 1000);
		return true;
	}
	sd_bus_reply_method_errorf(waiter->call, BUS_ERROR("Failed"),
				   "It is decided, but not in force: the audio thread did not take it within %d s.",
				   WAIT_MAX_MS / 1000);
	return true;
}

void bus_serve_waiters(struct bus *bus)
{
	struct waiter **link = &bus->waiters;

	while (*link) {
		struct waiter *waiter = *link;

		if (serve(bus, waiter)) {
			*link = waiter->next;
			free_waiter(waiter);
		} else {
			link = &waiter->next;
		}
	}
	poll_waiters(bus);
}

void bus_drop_waiters(struct bus *bus)
{
	while (bus->waiters) {
		struct waiter *waiter = bus->waiters;

		bus->waiters = waiter->next;
		free_waiter(waiter);
	}
}

/* @return NULL where there is no memory for it */
static struct waiter *add_waiter(struct bus *bus, sd_bus_message *call, bool faded, const char *format, va_list args)
{
	struct waiter *waiter = calloc(1, sizeof(*waiter)), **last = &bus->waiters;

	if (!waiter)
		return NULL;
	if (vasprintf(&waiter->answer, format, args) < 0) {
		free(waiter);
		return NULL;
	}
	waiter->call = sd_bus_message_ref(call);
	waiter->begin_ms = clock_now_ms();
	waiter->faded = faded;
	while (*last)
		last = &(*last)->next;
	return *last = waiter;
}

static int apply(struct bus *bus, struct waiter *waiter)
{
	if (!waiter)
		return -ENOMEM;
	engine_refresh(bus->config.engine);
	note_published(bus, waiter);
	bus_serve_waiters(bus);
	return 1;
}

int bus_answer_when_in_force(struct bus *bus, sd_bus_message *call, bool faded, const char *format, ...)
{
	struct waiter *waiter;
	va_list args;

	va_start(args, format);
	waiter = add_waiter(bus, call, faded, format, args);
	va_end(args);
	return apply(bus, waiter);
}

int bus_answer_when_heard(struct bus *bus, sd_bus_message *call, bool faded, const char *format, ...)
{
	struct waiter *waiter;
	const char *why;
	va_list args;

	va_start(args, format);
	waiter = add_waiter(bus, call, faded, format, args);
	va_end(args);
	if (waiter)
		waiter->comparison = engine_comparison(bus->config.engine, &why);
	return apply(bus, waiter);
}
