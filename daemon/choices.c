#include "daemon/choices.h"

#include "daemon/log.h"
#include "daemon/statefile.h"

#include <errno.h>

#define MAX_CHOICES 1000

struct choices {
	char *path; /* NULL: nowhere to remember */
	struct choice *at;
	size_t n;
	bool enabled, raw;
};

static void choice_finish(struct choice *choice)
{
	free(choice->output);
	free(choice->profile);
	free(choice->variant);
	free(choice->previous);
	free(choice->source);
	free(choice->once);
	free(choice->once_variant);
	for (size_t i = 0; i < choice->n_used; i++)
		free(choice->used[i]);
	*choice = (struct choice){ 0 };
}

static struct choice *find(const struct choices *choices, const char *output)
{
	for (size_t i = 0; i < choices->n; i++)
		if (iem_streq(choices->at[i].output, output))
			return &choices->at[i];
	return NULL;
}

static struct choice *add(struct choices *choices)
{
	struct choice *larger = realloc(choices->at, (choices->n + 1) * sizeof(*larger));

	if (!larger)
		return NULL;
	choices->at = larger;
	return memset(&larger[choices->n++], 0, sizeof(*larger));
}

/* --- reading ---------------------------------------------------------------------------------------------------- */

static int read_used(struct conf *conf, const config_setting_t *setting, const struct conf_key *key, void *field)
{
	struct choice *choice = field;

	if (choice->n_used == CHOICES_USED)
		return conf_complain(conf, setting, "more than %d earphones for an output", CHOICES_USED);
	if (statefile_read_id(conf, setting, key, &choice->used[choice->n_used]) < 0)
		return -EINVAL;
	choice->n_used++;
	return 0;
}

static int read_used_list(struct conf *conf, const config_setting_t *setting, const struct conf_key *key, void *field)
{
	return conf_each(conf, setting, CHOICES_USED, read_used, key, field);
}

static const struct conf_key choice_keys[] = {
	STATEFILE_TEXT("output", offsetof(struct choice, output)),
	STATEFILE_ID("profile", offsetof(struct choice, profile)),
	{ "variant", CONF_STRING, offsetof(struct choice, variant) },
	{ "previous", CONF_STRING, offsetof(struct choice, previous) },
	STATEFILE_ID("source", offsetof(struct choice, source)),
	{ "used", CONF_CUSTOM, 0, .read = read_used_list },
	{ "unconfirmed", CONF_BOOL, offsetof(struct choice, unconfirmed) },
	CONF_END
};

static int read_choice(struct conf *conf, const config_setting_t *setting, const struct conf_key *key, void *field)
{
	struct choice *choice = add(field);

	if (!choice)
		return -ENOMEM;
	if (conf_read_group(conf, setting, choice_keys, choice) < 0)
		return -EINVAL;
	return choice->output ? 0 : conf_complain(conf, setting, "the choice lacks 'output'");
}

static int read_choices(struct conf *conf, const config_setting_t *setting, const struct conf_key *key, void *field)
{
	return conf_each(conf, setting, MAX_CHOICES, read_choice, key, field);
}

static const struct conf_key root_keys[] = {
	{ "enabled", CONF_BOOL, offsetof(struct choices, enabled) },
	{ "raw", CONF_BOOL, offsetof(struct choices, raw) },
	{ "choices", CONF_CUSTOM, 0, .read = read_choices },
	CONF_END
};

static void forget_all(struct choices *choices)
{
	for (size_t i = 0; i < choices->n; i++)
		choice_finish(&choices->at[i]);
	choices->n = 0;
	choices->enabled = true;
	choices->raw = false;
}

int choices_new(struct choices **out, const struct iem_paths *paths)
{
	struct choices *choices = calloc(1, sizeof(*choices));

	if (!choices)
		return -ENOMEM;
	forget_all(choices);
	if (paths->state && asprintf(&choices->path, "%s/choices.conf", paths->state) < 0) {
		free(choices);
		return -ENOMEM;
	}
	if (choices->path && statefile_read(choices->path, root_keys, choices,
					    "What was chosen for each output is forgotten.") < 0)
		forget_all(choices);
	*out = choices;
	return 0;
}

void choices_free(struct choices *choices)
{
	if (!choices)
		return;
	forget_all(choices);
	free(choices->at);
	free(choices->path);
	free(choices);
}

/* --- writing ---------------------------------------------------------------------------------------------------- */

static void write_member(FILE *out, const char *key, const char *text)
{
	if (!text)
		return;
	fprintf(out, " %s = ", key);
	statefile_put_text(out, text);
	putc(';', out);
}

static void write_choice(FILE *out, const struct choice *choice, bool first)
{
	fprintf(out, "%s\n    {", first ? "" : ",");
	write_member(out, "output", choice->output);
	write_member(out, "profile", choice->profile);
	write_member(out, "variant", choice->variant);
	write_member(out, "previous", choice->previous);
	write_member(out, "source", choice->source);
	fputs(" used = (", out);
	for (size_t i = 0; i < choice->n_used; i++) {
		fputs(i ? ", " : " ", out);
		statefile_put_text(out, choice->used[i]);
	}
	fprintf(out, " );%s }", choice->unconfirmed ? " unconfirmed = true;" : "");
}

static int save(const struct choices *choices)
{
	CLEANUP(iem_freep) char *text = NULL;
	size_t size = 0;
	FILE *out;
	int r;

	if (!choices->path)
		return 0;
	out = open_memstream(&text, &size);
	if (!out)
		return -ENOMEM;
	fprintf(out, "# Written by iemd; what was decided for each output.\nformat = 1;\nenabled = %s;\nraw = %s;\nchoices = (",
		choices->enabled ? "true" : "false", choices->raw ? "true" : "false");
	for (size_t i = 0; i < choices->n; i++)
		write_choice(out, &choices->at[i], i == 0);
	fputs("\n);\n", out);
	if (fclose(out) != 0)
		return -ENOMEM;
	r = iem_write_atomic(choices->path, text, size, 0644);
	if (r < 0)
		log_warning("The choice could not be remembered in %s: %s.", choices->path, strerror(-r));
	return r;
}

/* --- deciding --------------------------------------------------------------------------------------------------- */

const struct choice *choices_find(const struct choices *choices, const char *output)
{
	return find(choices, output);
}

struct iem_decision choices_decision(const struct choices *choices, const char *output)
{
	const struct choice *choice = find(choices, output);

	if (!choice)
		return (struct iem_decision){ 0 };
	if (choice->once)
		return (struct iem_decision){ choice->once, choice->once_variant, true };
	return (struct iem_decision){ choice->profile, choice->variant, false };
}

static char *copy(const char *text)
{
	return text && *text ? strdup(text) : NULL;
}

static void remember_used(struct choice *choice, const char *profile)
{
	size_t i = 0;

	while (i < choice->n_used && strcmp(choice->used[i], profile) != 0)
		i++;
	if (i < choice->n_used)
		return; /* the round keeps its order, so that `next` goes through all */
	if (choice->n_used == CHOICES_USED) {
		free(choice->used[0]);
		memmove(&choice->used[0], &choice->used[1], (CHOICES_USED - 1) * sizeof(char *));
		choice->n_used--;
	}
	choice->used[choice->n_used] = strdup(profile);
	choice->n_used += choice->used[choice->n_used] != NULL;
}

static void remember_previous(struct choice *choice, const char *profile, const char *variant)
{
	const char *was = choice->once ? choice->once : choice->profile;
	const char *was_variant = choice->once ? choice->once_variant : choice->variant;
	char *previous = NULL;

	if (!was || (strcmp(was, profile) == 0 && strcmp(was_variant ? was_variant : "", variant ? variant : "") == 0))
		return;
	if (asprintf(&previous, "%s%s%s", was, was_variant ? " " : "", was_variant ? was_variant : "") < 0)
		return;
	free(choice->previous);
	choice->previous = previous;
}

static void clear_once(struct choice *choice)
{
	free(IEM_STEAL(choice->once));
	free(IEM_STEAL(choice->once_variant));
}

/* @return NULL where there is no memory for it */
static struct choice *of_output(struct choices *choices, const char *output)
{
	struct choice *choice = find(choices, output);

	if (choice)
		return choice;
	choice = add(choices);
	if (choice && !(choice->output = strdup(output)))
		choices->n--;
	return choice && choice->output ? choice : NULL;
}

int choices_set(struct choices *choices, const char *output, const char *profile, const char *variant, bool once)
{
	struct choice *choice = of_output(choices, output);

	if (!choice)
		return -ENOMEM;
	remember_previous(choice, profile, variant);
	clear_once(choice);
	if (once) {
		choice->once = strdup(profile);
		choice->once_variant = copy(variant);
		return choice->once ? 0 : -ENOMEM;
	}
	choice->unconfirmed = false;
	free(choice->profile);
	free(choice->variant);
	choice->profile = strdup(profile);
	choice->variant = copy(variant);
	remember_used(choice, profile);
	return choice->profile ? save(choices) : -ENOMEM;
}

int choices_set_source(struct choices *choices, const char *output, const char *source)
{
	struct choice *choice = of_output(choices, output);
	char *mine = copy(source);

	if (!choice || (source && !mine)) {
		free(mine);
		return -ENOMEM;
	}
	free(choice->source);
	choice->source = mine;
	return save(choices);
}

const char *choices_source(const struct choices *choices, const char *output)
{
	const struct choice *choice = find(choices, output);

	return choice ? choice->source : NULL;
}

int choices_clear(struct choices *choices, const char *output)
{
	struct choice *choice = find(choices, output);

	if (!choice || (!choice->profile && !choice->once))
		return 0;
	clear_once(choice);
	free(IEM_STEAL(choice->profile));
	free(IEM_STEAL(choice->variant));
	return save(choices);
}

bool choices_unconfirmed(const struct choices *choices, const char *output)
{
	const struct choice *choice = find(choices, output);

	return choice && choice->unconfirmed;
}

int choices_doubt(struct choices *choices, const char *output)
{
	struct choice *choice = find(choices, output);

	if (!choice || choice->unconfirmed || choice->n_used < 2)
		return 0;
	choice->unconfirmed = true;
	return save(choices);
}

void choices_end_once(struct choices *choices, const char *output)
{
	struct choice *choice = find(choices, output);

	if (choice)
		clear_once(choice);
}

const char *choices_next(const struct choices *choices, const char *output, const char *profile)
{
	const struct choice *choice = find(choices, output);

	if (!choice)
		return NULL;
	for (size_t i = 0; i < choice->n_used; i++)
		if (iem_streq(choice->used[i], profile))
			return choice->n_used > 1 ? choice->used[(i + 1) % choice->n_used] : NULL;
	return choice->n_used ? choice->used[choice->n_used - 1] : NULL;
}

bool choices_enabled(const struct choices *choices)
{
	return choices->enabled;
}

bool choices_raw(const struct choices *choices)
{
	return choices->raw;
}

int choices_set_enabled(struct choices *choices, bool enabled, bool raw)
{
	if (choices->enabled == enabled && choices->raw == raw)
		return 0;
	choices->enabled = enabled;
	choices->raw = raw;
	return save(choices);
}
