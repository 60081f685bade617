/**
 * watchdog.h - a hang must not be silence: systemd ends us when the main loop does not turn any more, and we end
 * ourselves when the audio thread does not. Main thread only.
 *
 * While sound runs the watchdog has the width that the unit says (WatchdogSec=), else WATCHDOG_IDLE_FACTOR times that, so
 * that an idle machine is left asleep.
 */
#pragma once

#include <pipewire/pipewire.h>

#include <stdbool.h>

#define WATCHDOG_WIDTH_MS 10000 /* where the unit says nothing: for the audio thread */
#define WATCHDOG_IDLE_FACTOR 6

struct watchdog;

/** Begin, as idle. HUNG is called when the audio thread was silent for the whole width. @return 0 or -ENOMEM */
int watchdog_new(struct watchdog **out, struct pw_loop *loop, struct pw_context *context, void (*hung)(void *data),
		 void *data);
void watchdog_free(struct watchdog *watchdog);

/** Does sound run? Call on every change; the same again costs nothing. */
void watchdog_set_running(struct watchdog *watchdog, bool running);

/**
 * An audio thread that computes without end is ended by the kernel, after the time that rtkit, too, allows at most.
 * Once the client library has set its own limits.
 */
void watchdog_limit_realtime(void);
