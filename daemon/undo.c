#include "daemon/undo.h"

#include "daemon/clock.h"
#include "daemon/log.h"
#include "daemon/pair_nodes.h"

#include <errno.h>

#define LOOK_MS 5000   /* for what is there to be told */
#define ANSWER_MS 2000 /* for what was asked to be done */

bool undo_default(struct undo *undo, struct graph *graph, struct journal *journal)
{
	const char *configured = graph_configured_sink(graph), *before = journal_default(journal);
	const char *value = journal_default_value(journal);
	struct graph_node living;

	if (pair_is_ours(configured) && graph_find_sink(graph, configured, &living))
		return true; /* another iemd's: it is no business of ours */
	if (pair_is_ours(configured)) {
		if (!undo->default_asked) {
			log_notice("The default sink was left as a node of iemd's that is gone; it is set to %s again.",
				   before ? before : value ? value : "none");
			graph_configure_default(graph, value);
		}
		undo->default_asked = true;
		return false;
	}
	/* A session manager that has just started may tell nothing before it tells what it remembers. */
	if (journal_has_default(journal) && (graph_configured_value(graph) || !value))
		journal_drop_default(journal);
	return !journal_has_default(journal);
}

bool undo_volume(struct undo *undo, struct graph *graph, struct journal *journal)
{
	const struct journal_volume *change = journal_volume(journal);
	struct graph_node sink;
	struct volume now;

	if (!change || !graph_find_sink(graph, change->node, &sink))
		return true; /* while the output is away the note stays */
	if (!graph_volume(graph, sink.id, &now))
		return false;
	if (iem_same(graph_volume_port(graph, sink.id), change->port) && volume_same(&now, &change->before) &&
	    volume_is_softer(&change->wanted, &now)) {
		if (!undo->volume_asked) {
			log_notice("The volume that was set last did not reach %s; it is turned down now.", change->node);
			graph_set_volume(graph, sink.id, &change->wanted);
		}
		undo->volume_asked = true;
		return false;
	}
	journal_drop_volume(journal);
	return true;
}

/* Where sound is playing it would get louder at once: then it waits for the next start, or the next undo. */
static bool undo_one_managed(struct graph *graph, struct journal *journal, const struct journal_volume *change, bool *told)
{
	struct graph_node sink;
	struct volume now, before;

	if (!graph_find_sink(graph, change->node, &sink) || !iem_same(graph_volume_port(graph, sink.id), change->port) ||
	    graph_is_running(graph, sink.id))
		return true;
	if (!graph_volume(graph, sink.id, &now))
		return false;
	before = volume_limited(&change->before, JOURNAL_MOST_DB);
	if (!journal_volume_is_ours(change, &now) || volume_same_gains(&now, &before)) {
		journal_drop_managed(journal, change->node, change->port); /* it is there, or somebody has moved it */
		return true;
	}
	if (!*told)
		log_notice("The volume of %s was lowered by iemd; it is put back.", change->node);
	*told = true;
	graph_set_gains(graph, sink.id, &before);
	return false;
}

bool undo_managed(struct undo *undo, struct graph *graph, struct journal *journal)
{
	bool done = true;
	size_t n = 0;

	while (journal_managed_at(journal, n))
		n++;
	while (n-- > 0) /* from the last: one that is done goes */
		done &= undo_one_managed(graph, journal, journal_managed_at(journal, n), &undo->managed_asked);
	return done;
}

/* --- iemd --undo ------------------------------------------------------------------------------------------------ */

struct run {
	struct graph *graph;
	struct journal *journal;
	struct undo undo;
	bool lost;
};

static void on_event(void *data)
{
}

static void on_default_changed(void *data, bool configured)
{
}

static void on_manager(void *data, bool present)
{
}

static void on_lost(void *data, const char *why)
{
	struct run *run = data;

	run->lost = true;
}

static const struct graph_events run_events = {
	.changed = on_event,
	.settled = on_event,
	.default_changed = on_default_changed,
	.nodes_synced = on_event,
	.manager = on_manager,
	.lost = on_lost,
};

static bool is_there(struct run *run)
{
	return graph_ready(run->graph) && graph_has_manager(run->graph);
}

static bool is_undone(struct run *run)
{
	const bool default_done = undo_default(&run->undo, run->graph, run->journal);
	const bool managed_done = undo_managed(&run->undo, run->graph, run->journal);

	return undo_volume(&run->undo, run->graph, run->journal) && default_done && managed_done;
}

static bool wait_until(struct run *run, struct pw_loop *loop, bool (*done)(struct run *run), unsigned wait_ms)
{
	const uint64_t until = clock_now_ms() + wait_ms;

	while (!done(run) && !run->lost && clock_now_ms() < until)
		pw_loop_iterate(loop, 50);
	return !run->lost && done(run);
}

int undo_run(struct pw_loop *loop, struct pw_context *context, struct journal *journal)
{
	struct run run = { .journal = journal };
	int r;

	if (journal_is_empty(journal) && !journal_was_damaged(journal))
		return 0;
	r = graph_new(&run.graph, loop, context, &run_events, &run);
	if (r < 0) {
		log_error("PipeWire does not answer (%s); what has to be put back stays in the journal.", strerror(-r));
		return r;
	}
	pw_loop_enter(loop);
	if (!wait_until(&run, loop, is_there, LOOK_MS) || !wait_until(&run, loop, is_undone, ANSWER_MS))
		r = -ETIMEDOUT;
	pw_loop_leave(loop);
	graph_free(run.graph);
	if (r < 0)
		log_error("Not everything could be put back: %s. The rest stays in the journal.",
			  run.lost ? "PipeWire went away" : "the session manager does not answer");
	return r;
}
