#include "cli/command.h"

#include "cli/text.h"
#include "core/number.h"

#include <assert.h>
#include <ctype.h>
#include <math.h>
#include <stdarg.h>

const struct option common_options[] = {
	{ "--json", NULL, "print JSON" },
	{ "--user", NULL, "ask the service on the user's bus only" },
	{ "--system", NULL, "ask the service on the system's bus only" },
	{ "--help", NULL, "print this" },
	OPTION_END
};

int usage_error(const struct invocation *call, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	complain_args(format, args);
	va_end(args);
	if (call->command)
		complain("Usage: iemctl %s%s%s", call->command->name, *call->command->arguments ? " " : "",
			 call->command->arguments);
	return STATUS_USAGE;
}

/* The row of an option that stands in WORD up to LENGTH. */
static const struct option *find_in(const struct option *options, const char *word, size_t length)
{
	for (; options && options->name; options++)
		if (strlen(options->name) == length && memcmp(options->name, word, length) == 0)
			return options;
	return NULL;
}

static const struct option *find_option(const struct command *command, const char *word, size_t length)
{
	const struct option *option = command ? find_in(command->options, word, length) : NULL;

	if (option)
		return option;
	option = find_in(common_options, word, length);
	if (option && strcmp(option->name, "--json") == 0 && command && !(command->flags & COMMAND_READS))
		return NULL;
	return option;
}

static bool is_option(const char *word)
{
	return word[0] == '-' && word[1] && !isdigit((unsigned char)word[1]) && word[1] != '.';
}

/* A later one takes the place of an earlier one. */
static void keep(struct invocation *call, const struct option *option, const char *value)
{
	int i = 0;

	while (i < call->n_given && call->given[i].option != option)
		i++;
	assert(i < MAX_GIVEN);
	call->given[i].option = option;
	call->given[i].value = value;
	call->n_given += i == call->n_given;
}

/* @return how many words the option took, or -1 after saying what is wrong */
static int read_option(struct invocation *call, int left, char *const *words)
{
	const char *word = strcmp(words[0], "-h") == 0 ? "--help" : words[0], *equals = strchr(word, '=');
	const size_t length = equals ? (size_t)(equals - word) : strlen(word);
	const struct option *option = find_option(call->command, word, length);
	const char *value;

	if (!option) {
		usage_error(call, "There is no option '%.*s' here.", (int)length, word);
		return -1;
	}
	if (!option->value && equals) {
		usage_error(call, "The option %s takes no value.", option->name);
		return -1;
	}
	if (!option->value) {
		keep(call, option, "");
		return 1;
	}
	/* Empty is what a script gives whose variable is not set. */
	value = equals ? equals + 1 : left < 2 ? "" : words[1];
	if (!*value) {
		usage_error(call, "The option %s wants a value, %s.", option->name, option->value);
		return -1;
	}
	keep(call, option, value);
	return equals ? 1 : 2;
}

int options_parse(struct invocation *call, int count, char *const *words, const char **args)
{
	bool ended = false;

	call->args = args;
	for (int i = 0; i < count;) {
		int took = 1;

		if (!ended && strcmp(words[i], "--") == 0)
			ended = true;
		else if (!ended && is_option(words[i]))
			took = read_option(call, count - i, words + i);
		else
			args[call->n_args++] = words[i];
		if (took < 0)
			return STATUS_USAGE;
		i += took;
	}
	if (option_given(call, "--user") && option_given(call, "--system"))
		return usage_error(call, "--user and --system exclude each other.");
	return STATUS_DONE;
}

const char *option_value(const struct invocation *call, const char *name)
{
	assert(find_in(common_options, name, strlen(name)) || find_option(call->command, name, strlen(name)));
	for (int i = 0; i < call->n_given; i++)
		if (strcmp(call->given[i].option->name, name) == 0)
			return call->given[i].value;
	return NULL;
}

bool option_given(const struct invocation *call, const char *name)
{
	return option_value(call, name) != NULL;
}

int option_number(const struct invocation *call, const char *name, double min, double max, double *out)
{
	const char *text = option_value(call, name);
	double value;

	if (!text)
		return STATUS_DONE;
	if (iem_number_parse(text, &value) < 0 || !(value >= min && value <= max))
		return usage_error(call, "%s is '%s'; allowed are numbers from %g to %g.", name, text, min,
				   max);
	*out = value;
	return STATUS_DONE;
}

int option_count(const struct invocation *call, const char *name, int min, int max, int *out)
{
	const char *text = option_value(call, name);
	double value;

	if (!text)
		return STATUS_DONE;
	if (iem_number_parse(text, &value) < 0 || !(value >= min && value <= max) || value != floor(value))
		return usage_error(call, "%s is '%s'; allowed are whole numbers from %d to %d.", name, text, min, max);
	*out = (int)value;
	return STATUS_DONE;
}
