#include "daemon/watchdog.h"

#include "daemon/log.h"
#include "daemon/rt.h"

#include <errno.h>
#include <sys/resource.h>
#include <systemd/sd-daemon.h>

#define LOOKS 3 /* in the time of a width */
#define REALTIME_US 200000

struct watchdog {
	struct pw_loop *loop;
	struct pw_context *context;
	struct spa_source *timer;
	void (*hung)(void *data);
	void *data;
	uint64_t width_us; /* while sound runs */
	bool running;
	unsigned answers;    /* of the audio thread, as seen last */
	unsigned unanswered; /* looks since then */
};

static void set_width(struct watchdog *watchdog)
{
	const uint64_t width_us = watchdog->width_us * (watchdog->running ? 1 : WATCHDOG_IDLE_FACTOR);
	const uint64_t every_us = width_us / LOOKS;
	struct timespec every = { (time_t)(every_us / 1000000), (long)(every_us % 1000000) * 1000 };

	pw_loop_update_timer(watchdog->loop, watchdog->timer, &every, &every, false);
	sd_notifyf(0, "WATCHDOG_USEC=%llu\nWATCHDOG=1", (unsigned long long)width_us);
}

static void look_at_audio_thread(struct watchdog *watchdog)
{
	const unsigned answers = rt_answers();

	if (answers != watchdog->answers)
		watchdog->unanswered = 0;
	else if (++watchdog->unanswered == LOOKS)
		watchdog->hung(watchdog->data);
	watchdog->answers = answers;
	rt_ask(watchdog->context);
}

static void on_timer(void *data, uint64_t expirations)
{
	struct watchdog *watchdog = data;

	if (watchdog->running)
		look_at_audio_thread(watchdog);
	sd_notify(0, "WATCHDOG=1");
}

int watchdog_new(struct watchdog **out, struct pw_loop *loop, struct pw_context *context, void (*hung)(void *data),
		 void *data)
{
	struct watchdog *watchdog = calloc(1, sizeof(*watchdog));

	if (!watchdog)
		return -ENOMEM;
	*watchdog = (struct watchdog){ .loop = loop, .context = context, .hung = hung, .data = data };
	if (sd_watchdog_enabled(0, &watchdog->width_us) <= 0)
		watchdog->width_us = WATCHDOG_WIDTH_MS * 1000;
	watchdog->timer = pw_loop_add_timer(loop, on_timer, watchdog);
	set_width(watchdog);
	*out = watchdog;
	return 0;
}

void watchdog_free(struct watchdog *watchdog)
{
	if (!watchdog)
		return;
	pw_loop_destroy_source(watchdog->loop, watchdog->timer);
	free(watchdog);
}

void watchdog_set_running(struct watchdog *watchdog, bool running)
{
	if (watchdog->running == running)
		return;
	watchdog->running = running;
	watchdog->unanswered = 0;
	watchdog->answers = rt_answers();
	if (running)
		rt_ask(watchdog->context);
	set_width(watchdog);
}

void watchdog_limit_realtime(void)
{
	const struct rlimit limit = { REALTIME_US, REALTIME_US };

	if (setrlimit(RLIMIT_RTTIME, &limit) < 0)
		log_debug("The time of the audio thread could not be limited: %s.", strerror(errno));
}
