/**
 * command.h - what a command of iemctl is: a row of a table, and what it is given when it runs.
 *
 * A group of commands is one file that exposes `const struct command NAME_commands[]`, ending with a row without
 * name, and is listed in main.c. Help, argument counts and options all come from the rows.
 */
#pragma once

#include "core/util.h"

#include <stdbool.h>

/** Exit statuses; part of what iemctl promises. */
enum status {
	STATUS_DONE = 0,
	STATUS_FAILED = 1,
	STATUS_USAGE = 2,
	STATUS_NO_SERVICE = 3, /* the service does not answer */
	STATUS_NOT_FOUND = 4,  /* no such profile, source or output */
	STATUS_SIGNAL = 128,   /* and the number of the signal that ended it, where that is caught: as a shell tells it */
};

/** `--name`, or `--name VALUE` and `--name=VALUE`. Tables end with a row without name. */
struct option {
	const char *name;  /* with its dashes */
	const char *value; /* what help calls its value; NULL: a switch */
	const char *help;
};

#define OPTION_END { .name = NULL }
#define MAX_GIVEN 16

struct command;

/** One call of a command. Strings belong to main()'s argv. */
struct invocation {
	const struct command *command; /* NULL for options before the command */
	const char *const *args;
	int n_args;
	struct {
		const struct option *option;
		const char *value; /* "" for a switch */
	} given[MAX_GIVEN];
	int n_given;
};

enum command_flags {
	COMMAND_READS = 1,   /* has --json */
	COMMAND_SERVICE = 2, /* does nothing without the service */
};

struct command {
	const char *name;
	const char *arguments; /* as help shows them, options of its own included: "PROFILE [--rate HZ]" */
	const char *summary;
	int (*run)(const struct invocation *call); /* @return enum status */
	int min_args, max_args;                    /* max_args < 0: any number */
	unsigned flags;
	const struct option *options; /* its own; NULL: none */
	const char *more;             /* further help, lines that end with a newline; or NULL */
};

#define COMMAND_END { .name = NULL }

/** The options every command has; --json only those that read. */
extern const struct option common_options[];

/**
 * Sort COUNT words into arguments and options of call->command; ARGS takes up to COUNT of them. "--" ends the
 * options; "-" alone, and a negative number, are arguments.
 * @return STATUS_DONE, or STATUS_USAGE after saying what is wrong
 */
int options_parse(struct invocation *call, int count, char *const *words, const char **args);

/** @return the value, "" for a switch, or NULL where the option is not given. Asking for one without a row aborts. */
const char *option_value(const struct invocation *call, const char *name);
bool option_given(const struct invocation *call, const char *name);

/**
 * An option's value as a number between MIN and MAX; *out keeps its value where it is not given.
 * @return STATUS_DONE, or STATUS_USAGE after saying what is allowed
 */
int option_number(const struct invocation *call, const char *name, double min, double max, double *out);
/** The same as a whole number. */
int option_count(const struct invocation *call, const char *name, int min, int max, int *out);

/** Say what is wrong and how the command is used. @return STATUS_USAGE */
int usage_error(const struct invocation *call, const char *format, ...) IEM_PRINTF(2, 3);
