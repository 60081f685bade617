#include "core/conf_parts.h"

#include <ctype.h>
#include <errno.h>

#define MAX_MATCHES 64

void *conf_grow(void *array, size_t *n, size_t size)
{
	char *larger = realloc(*(void **)array, (*n + 1) * size);

	if (!larger)
		return NULL;
	*(void **)array = larger;
	return memset(larger + (*n)++ * size, 0, size);
}

bool conf_has(const config_setting_t *group, const char *name)
{
	return config_setting_get_member((config_setting_t *)group, name) != NULL;
}

struct points {
	struct iem_curve curve;
	const struct conf_key *range; /* of the values */
};

static int read_point(struct conf *conf, const config_setting_t *setting, const struct conf_key *key, void *field)
{
	const struct conf_key *range = ((struct points *)field)->range;
	struct iem_curve *points = &((struct points *)field)->curve;
	struct iem_point point, *last = points->n ? &points->at[points->n - 1] : NULL;
	struct iem_point *next;

	if (config_setting_length(setting) != 2 || config_setting_is_group(setting))
		return conf_complain(conf, setting, "'%s' wants pairs of numbers, ( (x, y), ... )", key->name);
	if (conf_number(conf, config_setting_get_elem(setting, 0), key, &point.x) < 0 ||
	    conf_number(conf, config_setting_get_elem(setting, 1), range, &point.y) < 0)
		return -EINVAL;
	if (last && point.x <= last->x)
		return conf_complain(conf, setting, "'%s' must ascend: %g comes after %g", key->name, point.x, last->x);
	next = conf_grow(&points->at, &points->n, sizeof(*points->at));
	if (!next)
		return -ENOMEM;
	*next = point;
	return 0;
}

int conf_read_points(struct conf *conf, const config_setting_t *setting, const struct conf_key *key,
		     const struct conf_key *range, struct iem_curve *curve)
{
	struct points points = { .range = range };
	const int r = conf_each(conf, setting, IEM_CURVE_MAX_POINTS, read_point, key, &points);

	free(curve->at);
	*curve = points.curve;
	return r;
}

int conf_read_curve(struct conf *conf, const config_setting_t *setting, const struct conf_key *key, void *field)
{
	static const struct conf_key positive = { .min = 1e-3, .max = 1e6 };

	return conf_read_points(conf, setting, key, &positive, field);
}

static bool is_usb_id(const char *text)
{
	for (int i = 0; i < 9; i++)
		if (i == 4 ? text[i] != ':' : !isxdigit((unsigned char)text[i]))
			return false;
	return text[9] == '\0';
}

#define WANT(key) offsetof(struct iem_match, want) + sizeof(char *) * (key)

static const struct conf_key match_keys[] = {
	{ "usb", CONF_STRING, WANT(IEM_MATCH_USB) },
	{ "product", CONF_STRING, WANT(IEM_MATCH_PRODUCT) },
	{ "serial", CONF_STRING, WANT(IEM_MATCH_SERIAL) },
	{ "bluetooth", CONF_STRING, WANT(IEM_MATCH_BLUETOOTH) },
	{ "address", CONF_STRING, WANT(IEM_MATCH_ADDRESS) },
	{ "card", CONF_STRING, WANT(IEM_MATCH_CARD) },
	{ "port", CONF_STRING, WANT(IEM_MATCH_PORT) },
	{ "node", CONF_STRING, WANT(IEM_MATCH_NODE) },
	CONF_END
};

static int read_match(struct conf *conf, const config_setting_t *setting, const struct conf_key *key, void *field)
{
	struct iem_matches *matches = field;
	struct iem_match *match = conf_grow(&matches->at, &matches->n, sizeof(*match));
	const char *usb;

	if (!match)
		return -ENOMEM;
	if (conf_read_group(conf, setting, match_keys, match) < 0)
		return -EINVAL;
	usb = match->want[IEM_MATCH_USB];
	if (usb && !is_usb_id(usb))
		return conf_complain(conf, setting, "'usb' is \"%s\"; wanted are vendor and product, \"1234:abcd\"",
				     usb);
	for (int k = 0; k < IEM_MATCH_KEYS; k++)
		if (match->want[k])
			return 0;
	return conf_complain(conf, setting, "an empty rule would match nothing; leave it out");
}

int conf_read_matches(struct conf *conf, const config_setting_t *setting, const struct conf_key *key, void *field)
{
	return conf_each(conf, setting, MAX_MATCHES, read_match, key, field);
}
