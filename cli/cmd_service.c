/* The commands that talk to the service, as rows of the table. */
#include "cli/groups.h"
#include "cli/service.h"

static const char *text_option(const struct invocation *call, const char *name)
{
	const char *value = NULL;

	for (int i = 0; i < call->n_given; i++)
		if (strcmp(call->given[i].option->name, name) == 0)
			value = call->given[i].value;
	return value;
}

static bool given(const struct invocation *call, const char *name)
{
	return text_option(call, name) != NULL;
}

static struct service_request request_of(const struct invocation *call)
{
	const char *output = text_option(call, "--output"), *variant = text_option(call, "--variant");

	return (struct service_request){
		.bus = given(call, "--user") ? BUS_USER : given(call, "--system") ? BUS_SYSTEM : BUS_ANY,
		.json = given(call, "--json"),
		.follow = given(call, "--follow"),
		.wait = given(call, "--wait"),
		.once = given(call, "--once"),
		.raw = given(call, "--raw"),
		.output = output ? output : "",
		.profile = call->n_args ? call->args[0] : "",
		.variant = variant ? variant : "",
	};
}

#define RUN(name) \
	static int run_##name(const struct invocation *call) \
	{ \
		const struct service_request request = request_of(call); \
\
		return service_cmd_##name(&request); \
	}

RUN(status)
RUN(outputs)
RUN(switch)
RUN(next)
RUN(confirm)
RUN(auto)
RUN(on)
RUN(off)
RUN(toggle)

static int run_prefer(const struct invocation *call)
{
	const char *profile = text_option(call, "--profile");
	struct service_request request = request_of(call);

	request.what = call->n_args > 0 ? call->args[0] : "";
	request.value = call->n_args > 1 ? call->args[1] : "";
	request.profile = profile ? profile : "";
	return service_cmd_prefer(&request);
}

static int with_word(const struct invocation *call, int (*run)(const struct service_request *request))
{
	struct service_request request = request_of(call);

	request.what = call->n_args ? call->args[0] : "";
	request.profile = "";
	return run(&request);
}

static int run_source(const struct invocation *call)
{
	return with_word(call, service_cmd_source);
}

static int run_why(const struct invocation *call)
{
	struct service_request request = request_of(call);

	request.output = call->n_args ? call->args[0] : "";
	return service_cmd_why(&request);
}

static int run_own(const struct invocation *call)
{
	struct service_request request = request_of(call);

	request.what = call->n_args > 0 ? call->args[0] : "";
	request.profile = call->n_args > 1 ? call->args[1] : "";
	if (call->n_args == 1 || (call->n_args == 2 && strcmp(request.what, "add") && strcmp(request.what, "remove")))
		return usage_error(call, "What is owned is said by 'own add ID' and 'own remove ID'.");
	return service_cmd_own(&request);
}

static int run_dose(const struct invocation *call)
{
	return with_word(call, service_cmd_dose);
}

static int run_compare(const struct invocation *call)
{
	struct service_request request = request_of(call);
	int status;

	request.profile = "";
	request.first = call->args[0];
	request.second = call->args[1];
	request.blind = given(call, "--blind");
	if (request.json && !request.blind)
		return usage_error(call, "The option --json wants --blind: by turns there is nothing to tell.");
	request.trials = 16;
	if (option_given(call, "--trials") && !request.blind)
		return usage_error(call, "The option --trials wants --blind: by turns there are none.");
	status = option_count(call, "--trials", 1, 1000, &request.trials);
	return status == STATUS_DONE ? service_cmd_compare(&request) : status;
}

#define WAIT { "--wait", NULL, "return when the cross-fade is over" }
#define OUTPUT { "--output", "O", "an output by its id, node, or a part that only it has; else the default" }

static const struct option status_options[] = {
	{ "--follow", NULL, "go on, and print it again whenever it changes" },
	OPTION_END
};

static const struct option switch_options[] = {
	{ "--variant", "V", "the variant of the profile" },
	OUTPUT,
	{ "--once", NULL, "do not remember it: until the output goes or iemd ends" },
	WAIT,
	OPTION_END
};

static const struct option output_options[] = { OUTPUT, WAIT, OPTION_END };
static const struct option confirm_options[] = { OUTPUT, OPTION_END };
static const struct option wait_options[] = { WAIT, OPTION_END };

static const struct option prefer_options[] = {
	{ "--profile", "ID", "for this profile, in place of what holds for all" },
	WAIT,
	OPTION_END
};

static const struct option compare_options[] = {
	{ "--blind", NULL, "without being told which: a test of whether there is a difference to hear" },
	{ "--trials", "N", "of a blind test, 1 to 1000; else 16" },
	OUTPUT,
	OPTION_END
};

static const struct option off_options[] = {
	{ "--raw", NULL, "off: at the level of the source, not at that of the correction" },
	WAIT,
	OPTION_END
};

#define CHANGES COMMAND_SERVICE
#define READS (COMMAND_SERVICE | COMMAND_READS)

const struct command service_commands[] = {
	{ "status", "[--follow]", "What is corrected, where and why", run_status, 0, 0, READS, status_options },
	{ "outputs", "", "Every output, its profile and why", run_outputs, 0, 0, READS },
	{ "switch", "PROFILE|- [--variant V] [--output O] [--once] [--wait]", "Use a profile here and remember it; -: the one before",
	  run_switch, 1, 1, CHANGES, switch_options },
	{ "next", "[--output O] [--wait]", "The next earphone used on this output", run_next, 0, 0, CHANGES, output_options },
	{ "confirm", "[--output O]", "Yes, it is this earphone", run_confirm, 0, 0, CHANGES, confirm_options },
	{ "auto", "[--output O] [--wait]", "Forget the choice and detect again", run_auto, 0, 0, CHANGES, output_options },
	{ "prefer", "[WHAT VALUE] [--profile ID] [--wait]", "What is added on top of the correction", run_prefer, 0, 2, READS,
	  prefer_options,
	  "WHAT VALUE is one of\n"
	  "  bass DB, treble DB    -12 to 12, shelves at 105 Hz and 10 kHz\n"
	  "  tilt DB               -2 to 2 for each octave upwards, around 1 kHz\n"
	  "  balance DB            -12 (left) to 12 (right)\n"
	  "  mono on|off\n"
	  "  crossfeed off|default|chu-moy|meier\n"
	  "  width FACTOR          0 (mono) to 2; 1 as it is\n"
	  "  reset                 nothing is preferred any more; WHAT reset: that is not\n" },
	{ "compare", "A B [--blind [--trials N]] [--output O]", "Two profiles by turns, as loud as each other", run_compare, 2,
	  2, READS, compare_options,
	  "A and B are profiles, ID or ID:VARIANT. Keys are a and b to hear one of them, q\n"
	  "to end. With --blind X is one of the two: x plays it, A and B say which it is.\n"
	  "At the end stands how often that was right, and how many of all who guess do as\n"
	  "well. What was in force before comes back.\n" },
	{ "source", "[ID|none|auto] [--output O] [--wait]", "Which output stage drives this output", run_source, 0, 1, READS,
	  output_options,
	  "ID is a source of 'iemctl list --sources'; none: it is none of them; auto:\n"
	  "forget what was said. Without it, show which one it is and how that is known.\n" },
	{ "own", "[add|remove ID]", "Which earphones are yours", run_own, 0, 2, READS, NULL,
	  "With 'detect.owned' the only one is used wherever nothing else is known. Without\n"
	  "arguments, show them.\n" },
	{ "why", "[OUTPUT]", "Why this profile, and what would change that", run_why, 0, 1, READS, NULL,
	  "What the output tells of itself, and all that a profile is selected by, from the\n"
	  "first to the last: what was found, and what else may be done. OUTPUT is an id, a\n"
	  "node, or a part that only one output has; else the default.\n" },
	{ "dose", "[reset]", "How much of a week's sound was heard", run_dose, 0, 1, READS },
	{ "on", "[--wait]", "Correction on, on all outputs", run_on, 0, 0, CHANGES, wait_options },
	{ "off", "[--raw] [--wait]", "Correction out of the chain, until told otherwise", run_off, 0, 0, CHANGES, off_options },
	{ "toggle", "[--raw] [--wait]", "Correction on if it is off, else off", run_toggle, 0, 0, CHANGES, off_options },
	COMMAND_END
};
