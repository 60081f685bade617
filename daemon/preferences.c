#include "daemon/preferences.h"

#include "daemon/log.h"
#include "daemon/statefile.h"

#include <assert.h>
#include <errno.h>

#define MAX_PREFERRED 1000

struct preferences {
	char *path; /* NULL: nowhere to remember */
	struct preferred *at;
	size_t n;
};

static const char *or_null(const char *profile)
{
	return profile && *profile ? profile : NULL;
}

static struct preferred *find(const struct preferences *preferences, const char *profile)
{
	for (size_t i = 0; i < preferences->n; i++)
		if (iem_same(preferences->at[i].profile, or_null(profile)))
			return &preferences->at[i];
	return NULL;
}

static struct preferred *add(struct preferences *preferences)
{
	struct preferred *larger = realloc(preferences->at, (preferences->n + 1) * sizeof(*larger));

	if (!larger)
		return NULL;
	preferences->at = larger;
	larger[preferences->n] = (struct preferred){ .preference = IEM_PREFERENCE_NEUTRAL };
	return &larger[preferences->n++];
}

static void drop(struct preferences *preferences, struct preferred *preferred)
{
	free(preferred->profile);
	*preferred = preferences->at[--preferences->n];
}

static void forget_all(struct preferences *preferences)
{
	for (size_t i = 0; i < preferences->n; i++)
		free(preferences->at[i].profile);
	preferences->n = 0;
}

/* --- reading ---------------------------------------------------------------------------------------------------- */

static int read_value(struct conf *conf, const config_setting_t *setting, const struct conf_key *key, void *field)
{
	const char *text = config_setting_get_string(setting);
	const int what = iem_preference_find(key->name);

	if (!text)
		return conf_complain(conf, setting, "'%s' wants a text in quotes", key->name);
	if (iem_preference_parse(field, (enum iem_preference_key)what, text) < 0)
		return conf_complain(conf, setting, "'%s' is '%s'; allowed is %s", key->name, text,
				     iem_preference_rows[what].allowed);
	return 0;
}

#define VALUE(name) { name, CONF_CUSTOM, offsetof(struct preferred, preference), .read = read_value }

static const struct conf_key preferred_keys[] = {
	STATEFILE_ID("profile", offsetof(struct preferred, profile)),
	VALUE("bass"),
	VALUE("treble"),
	VALUE("tilt"),
	VALUE("balance"),
	VALUE("mono"),
	VALUE("crossfeed"),
	VALUE("width"),
	CONF_END
};
static_assert(ARRAY_LEN(preferred_keys) == IEM_PREFERENCE_KEYS + 2, "a preference has no key in the file");

/* People write by hand as well, twice for the same profile: what comes later counts, as if it had been said later. */
static int read_preferred(struct conf *conf, const config_setting_t *setting, const struct conf_key *key, void *field)
{
	struct preferences *preferences = field;
	struct preferred *preferred = add(preferences), *before;
	int r = preferred ? conf_read_group(conf, setting, preferred_keys, preferred) : -ENOMEM;

	if (r < 0)
		return r;
	before = find(preferences, preferred->profile); /* the first one, which may be this one */
	if (before != preferred)
		before->preference = iem_preference_merge(&before->preference, &preferred->preference);
	if (before != preferred || !preferred->preference.given)
		drop(preferences, preferred);
	return 0;
}

static int read_list(struct conf *conf, const config_setting_t *setting, const struct conf_key *key, void *field)
{
	return conf_each(conf, setting, MAX_PREFERRED, read_preferred, key, field);
}

static const struct conf_key root_keys[] = {
	{ "preferences", CONF_CUSTOM, 0, .read = read_list },
	CONF_END
};

int preferences_new(struct preferences **out, const struct iem_paths *paths)
{
	struct preferences *preferences = calloc(1, sizeof(*preferences));

	if (!preferences)
		return -ENOMEM;
	if (paths->state && asprintf(&preferences->path, "%s/preferences.conf", paths->state) < 0) {
		free(preferences);
		return -ENOMEM;
	}
	if (preferences->path &&
	    statefile_read(preferences->path, root_keys, preferences, "What was preferred is forgotten.") < 0)
		forget_all(preferences);
	*out = preferences;
	return 0;
}

void preferences_free(struct preferences *preferences)
{
	if (!preferences)
		return;
	forget_all(preferences);
	free(preferences->at);
	free(preferences->path);
	free(preferences);
}

/* --- writing ---------------------------------------------------------------------------------------------------- */

static void write_preferred(FILE *out, const struct preferred *preferred, bool first)
{
	char text[64];

	fprintf(out, "%s\n    {", first ? "" : ",");
	if (preferred->profile) {
		fputs(" profile = ", out);
		statefile_put_text(out, preferred->profile);
		putc(';', out);
	}
	for (int key = 0; key < IEM_PREFERENCE_KEYS; key++)
		if (preferred->preference.given & 1u << key)
			fprintf(out, " %s = \"%s\";", iem_preference_rows[key].name,
				iem_preference_text(&preferred->preference, key, text, sizeof(text)));
	fputs(" }", out);
}

static int save(const struct preferences *preferences)
{
	CLEANUP(iem_freep) char *text = NULL;
	size_t size = 0;
	FILE *out;
	int r;

	if (!preferences->path)
		return 0;
	out = open_memstream(&text, &size);
	if (!out)
		return -ENOMEM;
	fputs("# Written by iemd; what is preferred on top of the correction.\nformat = 1;\npreferences = (", out);
	for (size_t i = 0; i < preferences->n; i++)
		write_preferred(out, &preferences->at[i], i == 0);
	fputs("\n);\n", out);
	if (fclose(out) != 0)
		return -EIO;
	r = iem_write_atomic(preferences->path, text, size, 0644);
	if (r < 0)
		log_warning("The preference could not be remembered in %s: %s.", preferences->path, strerror(-r));
	return r;
}

/* --- what holds ------------------------------------------------------------------------------------------------- */

struct iem_preference preferences_for(const struct preferences *preferences, const char *profile)
{
	const struct preferred *all = find(preferences, NULL), *own = profile ? find(preferences, profile) : NULL;
	const struct iem_preference base = all ? all->preference : IEM_PREFERENCE_NEUTRAL;

	return own ? iem_preference_merge(&base, &own->preference) : base;
}

size_t preferences_all(const struct preferences *preferences, const struct preferred **out)
{
	*out = preferences->at;
	return preferences->n;
}

static struct preferred *find_or_add(struct preferences *preferences, const char *profile)
{
	struct preferred *preferred = find(preferences, profile);
	char *copy = NULL;

	if (preferred)
		return preferred;
	if (or_null(profile) && !(copy = strdup(profile)))
		return NULL;
	preferred = add(preferences);
	if (preferred)
		preferred->profile = copy;
	else
		free(copy);
	return preferred;
}

int preferences_set(struct preferences *preferences, const char *profile, enum iem_preference_key key, const char *text)
{
	struct iem_preference tried = IEM_PREFERENCE_NEUTRAL;
	struct preferred *preferred;

	if (iem_preference_parse(&tried, key, text) < 0)
		return -EINVAL;
	if (preferences->n >= MAX_PREFERRED && !find(preferences, profile))
		return -E2BIG;
	preferred = find_or_add(preferences, profile);
	if (!preferred)
		return -ENOMEM;
	iem_preference_parse(&preferred->preference, key, text);
	if (!preferred->preference.given)
		drop(preferences, preferred);
	return save(preferences);
}

int preferences_reset(struct preferences *preferences, const char *profile)
{
	struct preferred *preferred = find(preferences, profile);

	if (!preferred)
		return 0;
	drop(preferences, preferred);
	return save(preferences);
}
