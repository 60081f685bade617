#include "daemon/bus.h"
#include "daemon/compat.h"
#include "daemon/log.h"
#include "daemon/undo.h"
#include "daemon/watchdog.h"

#include "config.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

/* The parts of the service; each owns what is its own, this one puts them together. */
struct iemd {
	struct pw_main_loop *main_loop;
	struct pw_context *context;
	struct iem_paths paths;
	struct files *files;
	struct choices *choices;
	struct earphones *earphones;
	struct preferences *preferences;
	struct journal *journal;
	struct dose *dose;
	struct engine *engine;
	struct bus *bus;
	struct watchdog *watchdog;
	bool serving; /* calls are answered */
	bool leaving, failed;
};

/* Quitting counts for a loop that runs; during the start it is only iterated. */
static void leave(struct iemd *iemd)
{
	iemd->leaving = true;
	pw_main_loop_quit(iemd->main_loop);
}

static void on_signal(void *data, int number)
{
	log_debug("Signal %d: leaving.", number);
	leave(data);
}

static void on_files_changed(void *data)
{
	struct iemd *iemd = data;

	if (iemd->engine)
		engine_refresh(iemd->engine);
}

static void on_engine_changed(void *data)
{
	struct iemd *iemd = data;

	if (iemd->watchdog)
		watchdog_set_running(iemd->watchdog, engine_is_running(iemd->engine));
	if (iemd->serving)
		bus_update(iemd->bus);
}

static void on_dose_warning(void *data, int percent)
{
	struct iemd *iemd = data;

	if (iemd->serving)
		bus_warn_of_dose(iemd->bus, percent);
}

static void on_bus_lost(void *data)
{
	struct iemd *iemd = data;

	iemd->failed = true;
	leave(iemd);
}

/* Leaving in order would wait for the audio thread. PipeWire links around us, --undo and the next start do the rest. */
static void on_audio_thread_hung(void *data)
{
	log_error("The audio thread does not answer any more; iemd ends, so that sound goes on without it.");
	_exit(EXIT_FAILURE);
}

static const char *environment(const char *name)
{
	return getenv(name);
}

static int own_name(struct iemd *iemd)
{
	const int r = bus_new(&iemd->bus);

	if (r == -EEXIST)
		log_error("Another iemd runs already: the bus name org.iemd is taken.");
	else if (r < 0)
		log_error("There is no bus to answer on (%s); is DBUS_SESSION_BUS_ADDRESS set?", strerror(-r));
	return r;
}

static int serve(struct iemd *iemd)
{
	const struct bus_config config = {
		.loop = pw_main_loop_get_loop(iemd->main_loop),
		.engine = iemd->engine,
		.files = iemd->files,
		.choices = iemd->choices,
		.earphones = iemd->earphones,
		.preferences = iemd->preferences,
		.dose = iemd->dose,
		.lost = on_bus_lost,
		.data = iemd,
	};

	iemd->serving = true;
	return bus_serve(iemd->bus, &config);
}

static int start(struct iemd *iemd)
{
	struct pw_loop *loop = pw_main_loop_get_loop(iemd->main_loop);
	int r;

	/* First: a second iemd must not touch the journal, the default or the path of the one that runs. */
	if ((r = own_name(iemd)) < 0)
		return r;
	if ((r = iem_paths_init(&iemd->paths, environment)) < 0 ||
	    (r = files_new(&iemd->files, loop, &iemd->paths, on_files_changed, iemd)) < 0 ||
	    (r = choices_new(&iemd->choices, &iemd->paths)) < 0 ||
	    (r = earphones_new(&iemd->earphones, &iemd->paths)) < 0 ||
	    (r = preferences_new(&iemd->preferences, &iemd->paths)) < 0 ||
	    (r = journal_new(&iemd->journal, &iemd->paths)) < 0 ||
	    (r = dose_new(&iemd->dose, &iemd->paths)) < 0 ||
	    (r = engine_new(&iemd->engine, &(struct engine_config){ .loop = loop,
								     .context = iemd->context,
								     .files = iemd->files,
								     .choices = iemd->choices,
								     .earphones = iemd->earphones,
								     .preferences = iemd->preferences,
								     .journal = iemd->journal,
								     .dose = iemd->dose,
								     .changed = on_engine_changed,
								     .dose_warning = on_dose_warning,
								     .data = iemd })) < 0) {
		log_error("iemd cannot start: %s.", strerror(-r));
		return r;
	}
	engine_look(iemd->engine);
	return iemd->leaving ? 0 : serve(iemd);
}

static void stop(struct iemd *iemd)
{
	iemd->serving = false;
	watchdog_free(IEM_STEAL(iemd->watchdog));
	bus_end(iemd->bus);
	engine_free(iemd->engine);
	dose_free(iemd->dose);
	journal_free(iemd->journal);
	choices_free(iemd->choices);
	earphones_free(iemd->earphones);
	preferences_free(iemd->preferences);
	files_free(iemd->files);
	iem_paths_finish(&iemd->paths);
	bus_free(iemd->bus); /* last: the next iemd may begin when the name is free */
}

static int serve_until_told_to_leave(struct iemd *iemd)
{
	int r = start(iemd);

	if (r < 0 || iemd->leaving)
		return r;
	watchdog_limit_realtime();
	r = watchdog_new(&iemd->watchdog, pw_main_loop_get_loop(iemd->main_loop), iemd->context, on_audio_thread_hung,
			 NULL);
	if (r < 0)
		return r;
	on_engine_changed(iemd);
	sd_notify(0, "READY=1");
	pw_main_loop_run(iemd->main_loop);
	sd_notify(0, "STOPPING=1");
	return iemd->failed ? -EIO : 0;
}

/* For after an end that was none of our own: see undo.h. */
static int undo(struct iemd *iemd)
{
	int r = bus_new(&iemd->bus);

	if (r == -EEXIST) {
		log_error("iemd runs; it puts everything back itself when it ends.");
		return r;
	}
	if ((r = iem_paths_init(&iemd->paths, environment)) < 0 ||
	    (r = journal_new(&iemd->journal, &iemd->paths)) < 0) {
		log_error("The journal cannot be read: %s.", strerror(-r));
		return r;
	}
	return undo_run(pw_main_loop_get_loop(iemd->main_loop), iemd->context, iemd->journal);
}

static int run(int (*what)(struct iemd *iemd))
{
	struct iemd iemd = { 0 };
	struct pw_loop *loop;
	int r = -EIO;

	iemd.main_loop = pw_main_loop_new(NULL);
	if (!iemd.main_loop)
		return EXIT_FAILURE;
	loop = pw_main_loop_get_loop(iemd.main_loop);
	pw_loop_add_signal(loop, SIGINT, on_signal, &iemd);
	pw_loop_add_signal(loop, SIGTERM, on_signal, &iemd);
	iemd.context = pw_context_new(
		loop, pw_properties_new(PW_KEY_CONFIG_NAME, compat_config_name(), NULL), 0);
	if (!iemd.context) {
		log_error("iemd cannot start: PipeWire's client library does not load its configuration (%s).",
			  strerror(errno));
	} else {
		r = what(&iemd);
	}
	stop(&iemd);
	if (iemd.context)
		pw_context_destroy(iemd.context);
	pw_main_loop_destroy(iemd.main_loop);
	return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

static void usage(FILE *out)
{
	fputs("Usage: iemd [--undo] [--help] [--version]\n\n"
	      "The service that corrects earphones. It runs in the foreground, logs to standard error\n"
	      "and ends on SIGTERM and SIGINT. 'iemctl' talks to it; see iemd(1).\n\n"
	      "  --undo  put back what a run that was killed has left changed, and end\n",
	      out);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ "undo", no_argument, NULL, 'u' },
		{ 0 },
	};
	int (*what)(struct iemd *iemd) = serve_until_told_to_leave;
	int c, r;

	while ((c = getopt_long(argc, argv, "hV", options, NULL)) != -1) {
		if (c == 'V') {
			puts("iemd " IEMD_VERSION);
			return EXIT_SUCCESS;
		}
		if (c != 'u') {
			usage(c == 'h' ? stdout : stderr);
			return c == 'h' ? EXIT_SUCCESS : 2;
		}
		what = undo;
	}
	if (optind < argc) {
		fprintf(stderr, "iemd: no arguments are taken, '%s' was given.\n", argv[optind]);
		usage(stderr);
		return 2;
	}
	log_init();
	/* It would override the target of every stream of ours. */
	unsetenv("PIPEWIRE_NODE");
	pw_init(NULL, NULL);
	r = run(what);
	pw_deinit();
	return r;
}
