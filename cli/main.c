/* iemctl: finds the command, sorts out its options, runs it. */
#include "cli/command.h"
#include "cli/groups.h"
#include "cli/text.h"

#include "core/nearest.h"

#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>

static const struct command help_commands[];

static const struct command *const groups[] = {
	service_commands, profile_commands, manage_commands,   response_commands,
	gain_commands,    check_commands,   settings_commands, help_commands,
};

/* Every command in turn: the one after ROW, NULL for the first and after the last. */
static const struct command *next_command(const struct command *row)
{
	for (size_t g = 0; g < ARRAY_LEN(groups); g++) {
		if (!row && groups[g]->name)
			return groups[g];
		for (const struct command *c = groups[g]; c->name && row; c++)
			if (c == row) {
				if (c[1].name)
					return c + 1;
				row = NULL;
			}
	}
	return NULL;
}

static const struct command *find_command(const char *name)
{
	const struct command *c = NULL;

	while ((c = next_command(c)))
		if (strcmp(c->name, name) == 0)
			return c;
	return NULL;
}

static void print_summaries(FILE *out)
{
	const struct command *c = NULL;

	while ((c = next_command(c)))
		fprintf(out, "  %-9s %s%s\n", c->name, c->summary, c->flags & COMMAND_SERVICE ? "" : " *");
}

static void print_overview(FILE *out)
{
	fputs("Usage: iemctl COMMAND [ARGUMENT...]\n"
	      "Makes every earphone sound as it should: profiles, settings, and the service.\n\n", out);
	print_summaries(out);
	fputs("\n* Works without the service.\n"
	      "'iemctl COMMAND --help' tells more; 'iemctl --version' the version. Every\n"
	      "command that reads has --json. --user and --system choose the bus.\n"
	      "Exit status: 0 done, 1 failed, 2 wrong usage, 3 the service does not answer,\n"
	      "4 no such profile, source or output.\n", out);
}

static void print_options(const struct option *options, const struct command *command)
{
	char name[64];

	for (; options && options->name; options++) {
		if (options->name == common_options[0].name && !(command->flags & COMMAND_READS))
			continue;
		snprintf(name, sizeof(name), "%s%s%s", options->name, options->value ? " " : "",
			 options->value ? options->value : "");
		say("  %-18s ", name);
		say_wrapped(options->help, 21);
	}
}

static void print_help(const struct command *command)
{
	say("Usage: iemctl %s%s", command->name, *command->arguments ? " " : "");
	say_wrapped(command->arguments, (int)strlen("Usage: iemctl  ") + (int)strlen(command->name));
	say("%s.%s\n", command->summary,
	    command->flags & COMMAND_SERVICE ? "" : " Works without the service.");
	if (command->more)
		say("\n%s", command->more);
	say("\n");
	print_options(command->options, command);
	print_options(common_options, command);
}

static int unknown_command(const char *name)
{
	const char *names[64], *near;
	const struct command *c = NULL;
	size_t n = 0;

	while ((c = next_command(c)) && n < ARRAY_LEN(names))
		names[n++] = c->name;
	near = iem_nearest(name, names, n);
	if (near)
		complain("There is no command '%s'; did you mean '%s'? 'iemctl help' lists them all.", name,
			 near);
	else
		complain("There is no command '%s'; 'iemctl help' lists them all.", name);
	return STATUS_USAGE;
}

static int run_help(const struct invocation *call)
{
	const struct command *command;

	if (call->n_args == 0) {
		print_overview(stdout);
		return STATUS_DONE;
	}
	command = find_command(call->args[0]);
	if (!command)
		return unknown_command(call->args[0]);
	print_help(command);
	return STATUS_DONE;
}

static const struct command help_commands[] = {
	{ "help", "[COMMAND]", "What there is, and how it is used", run_help, 0, 1 },
	COMMAND_END
};

static int check_count(const struct invocation *call)
{
	const struct command *command = call->command;

	if (call->n_args < command->min_args)
		return usage_error(call, "'%s' lacks an argument.", command->name);
	if (command->max_args >= 0 && call->n_args > command->max_args)
		return usage_error(call, "'%s' is one argument too many.", call->args[command->max_args]);
	return STATUS_DONE;
}

static int run_command(struct invocation *call, int count, char *const *words)
{
	CLEANUP(iem_freep) const char **args = calloc((size_t)count + 1, sizeof(char *));
	int status;

	if (!args)
		return STATUS_FAILED;
	status = options_parse(call, count, words, args);
	if (status != STATUS_DONE)
		return status;
	if (option_given(call, "--help")) {
		print_help(call->command);
		return STATUS_DONE;
	}
	status = check_count(call);
	return status == STATUS_DONE ? call->command->run(call) : status;
}

/* Options before the command: how many words they are. They count as if they stood behind it. */
static int leading_options(int argc, char *const *argv)
{
	int n = 1;

	while (n < argc && argv[n][0] == '-' && argv[n][1] && !isdigit((unsigned char)argv[n][1]) &&
	       argv[n][1] != '.')
		n++;
	return n - 1;
}

static int dispatch(int argc, char **argv)
{
	const int leading = leading_options(argc, argv);
	struct invocation call = { .command = NULL };
	const char *args[1] = { NULL };
	int status;

	for (int i = 1; i <= leading; i++)
		if (strcmp(argv[i], "--version") == 0) {
			say("iemctl %s\n", IEMD_VERSION);
			return STATUS_DONE;
		}
	status = options_parse(&call, leading, argv + 1, args);
	if (status != STATUS_DONE)
		return status;
	if (option_given(&call, "--help")) {
		print_overview(stdout);
		return STATUS_DONE;
	}
	if (leading + 1 >= argc) {
		print_overview(stderr);
		return STATUS_USAGE;
	}
	call.command = find_command(argv[leading + 1]);
	if (!call.command)
		return unknown_command(argv[leading + 1]);
	return run_command(&call, argc - leading - 2, argv + leading + 2);
}

int main(int argc, char **argv)
{
	int status = dispatch(argc, argv);
	const int error = output_error();

	/* A full disk must not look like success. A reader that has seen enough (head) is no failure of ours. */
	if (error && error != EPIPE && status == STATUS_DONE) {
		complain("Standard output cannot be written: %s.", strerror(error));
		status = STATUS_FAILED;
	}
	return status;
}
