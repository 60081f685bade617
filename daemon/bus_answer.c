/* Commands are answered once the audio thread has taken what they changed. */
#include "daemon/bus_private.h"

#include "daemon/engine.h"

#include <errno.h>
#include <stdarg.h>

#define WAIT_POLL_MS 1
#define WAIT_LINK_MS 1200 /* for a session manager to link streams through a new filter */
#define WAIT_MAX_MS 5000

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

/* @return true if the waiter was answered */
static bool serve(struct bus *bus, const struct waiter *waiter)
{
	const enum engine_progress progress = engine_progress(bus->config.engine, waiter->faded);
	const uint64_t waited = engine_now_ms() - waiter->begin_ms;

	if (progress == ENGINE_DONE || (progress == ENGINE_ALMOST && waited > WAIT_LINK_MS)) {
		sd_bus_reply_method_return(waiter->call, "s", waiter->answer);
		return true;
	}
	if (waited <= WAIT_MAX_MS)
		return false;
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

int bus_answer_when_in_force(struct bus *bus, sd_bus_message *call, bool faded, const char *format, ...)
{
	struct waiter *waiter = calloc(1, sizeof(*waiter)), **last = &bus->waiters;
	va_list args;
	int n;

	if (!waiter)
		return -ENOMEM;
	va_start(args, format);
	n = vasprintf(&waiter->answer, format, args);
	va_end(args);
	if (n < 0) {
		free(waiter);
		return -ENOMEM;
	}
	waiter->call = sd_bus_message_ref(call);
	waiter->begin_ms = engine_now_ms();
	waiter->faded = faded;
	while (*last)
		last = &(*last)->next;
	*last = waiter;
	engine_refresh(bus->config.engine);
	bus_serve_waiters(bus);
	return 1;
}
