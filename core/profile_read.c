/* From a libconfig tree to a profile or a source: the tables of keys, and the rules across fields. */
#include "core/conf.h"
#include "core/profile.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>

#define MAX_LIST 2000 /* points of a curve; far more than any is measured with */
#define MAX_MATCHES 64
#define MAX_VARIANTS 32
#define MAX_DRIVERS 8

/* Make room for one more element of SIZE behind an array. @return the new, zeroed element, or NULL */
static void *grow(void *array, size_t *n, size_t size)
{
	char *larger = realloc(*(void **)array, (*n + 1) * size);

	if (!larger)
		return NULL;
	*(void **)array = larger;
	return memset(larger + (*n)++ * size, 0, size);
}

/* --- lists of numbers ------------------------------------------------------------------------------------------ */

struct points {
	struct iem_point *at;
	size_t n;
};

/* Pairs of two numbers, their ranges taken from the key: x of min .. max, y of any positive value. */
static int read_point(struct conf *conf, const config_setting_t *setting, const struct conf_key *key, void *field)
{
	static const struct conf_key positive = { .min = 1e-3, .max = 1e6 };
	struct points *points = field;
	struct iem_point point, *last = points->n ? &points->at[points->n - 1] : NULL;
	struct iem_point *next;

	if (config_setting_length(setting) != 2 || config_setting_is_group(setting))
		return conf_complain(conf, setting, "'%s' wants pairs of numbers, ( (x, y), ... )", key->name);
	if (conf_number(conf, config_setting_get_elem(setting, 0), key, &point.x) < 0 ||
	    conf_number(conf, config_setting_get_elem(setting, 1), &positive, &point.y) < 0)
		return -EINVAL;
	if (last && point.x <= last->x)
		return conf_complain(conf, setting, "'%s' must ascend: %g comes after %g", key->name, point.x, last->x);
	next = grow(&points->at, &points->n, sizeof(*points->at));
	if (!next)
		return -ENOMEM;
	*next = point;
	return 0;
}

static int read_points(struct conf *conf, const config_setting_t *setting, const struct conf_key *key,
		       struct iem_point **at, size_t *n)
{
	struct points points = { 0 };
	int r = conf_each(conf, setting, MAX_LIST, read_point, key, &points);

	free(*at);
	*at = points.at;
	*n = points.n;
	return r;
}

static int read_impedance_curve(struct conf *conf, const config_setting_t *setting, const struct conf_key *key,
				void *field)
{
	struct iem_earphone *e = field;

	return read_points(conf, setting, key, &e->impedance_curve, &e->n_impedance_curve);
}

static int read_rated_power(struct conf *conf, const config_setting_t *setting, const struct conf_key *key,
			    void *field)
{
	struct iem_source *s = field;

	return read_points(conf, setting, key, &s->rated_power, &s->n_rated_power);
}

static int read_range(struct conf *conf, const config_setting_t *setting, const struct conf_key *key, void *field)
{
	struct iem_point *range = field, read;

	if (config_setting_length(setting) != 2 || config_setting_is_group(setting) ||
	    config_setting_type(setting) == CONFIG_TYPE_STRING)
		return conf_complain(conf, setting, "'%s' wants two numbers, ( lowest, highest )", key->name);
	if (conf_number(conf, config_setting_get_elem(setting, 0), key, &read.x) < 0 ||
	    conf_number(conf, config_setting_get_elem(setting, 1), key, &read.y) < 0)
		return -EINVAL;
	if (read.x >= read.y)
		return conf_complain(conf, setting, "'%s' is %g to %g; the lower one comes first", key->name, read.x,
				     read.y);
	*range = read;
	return 0;
}

/* --- the equaliser --------------------------------------------------------------------------------------------- */

enum { BAND_TYPE = 1, BAND_FREQUENCY = 2, BAND_GAIN = 4, BAND_Q = 8 };

static const struct conf_key band_keys[] = {
	{ "type", CONF_CHOICE, offsetof(struct iem_band, type), .choices = iem_band_type_names },
	{ "frequency", CONF_NUMBER, offsetof(struct iem_band, freq_hz), IEM_MIN_FREQ_HZ, IEM_MAX_FREQ_HZ, " Hz" },
	{ "gain", CONF_NUMBER, offsetof(struct iem_band, gain_db), -IEM_MAX_GAIN_DB, IEM_MAX_GAIN_DB, " dB" },
	{ "q", CONF_NUMBER, offsetof(struct iem_band, q), IEM_MIN_Q, IEM_MAX_Q },
	{ "channels", CONF_CHOICE, offsetof(struct iem_band, side), .choices = iem_side_names },
	CONF_END
};

static bool has(const config_setting_t *group, const char *name)
{
	return config_setting_get_member((config_setting_t *)group, name) != NULL;
}

static int read_band(struct conf *conf, const config_setting_t *setting, const struct conf_key *key, void *field)
{
	struct iem_eq *eq = field;
	struct iem_band band = { .q = M_SQRT1_2 }, *next;
	static const char *const needed[] = { "type", "frequency" };
	int r = conf_read_group(conf, setting, band_keys, &band);

	if (!config_setting_is_group(setting))
		return r;
	for (size_t i = 0; i < ARRAY_LEN(needed); i++)
		if (!has(setting, needed[i]))
			r = conf_complain(conf, setting, "the band lacks '%s'", needed[i]);
	if (r < 0)
		return r;
	if (iem_band_has_gain(band.type) && !has(setting, "gain"))
		r = conf_complain(conf, setting, "the %s band lacks 'gain'", iem_band_type_names[band.type]);
	if (!iem_band_has_gain(band.type) && has(setting, "gain") && band.gain_db != 0)
		r = conf_complain(conf, setting, "a %s band has no 'gain'; leave it out",
				  iem_band_type_names[band.type]);
	if (!has(setting, "q") && band.type != IEM_LOW_SHELF && band.type != IEM_HIGH_SHELF &&
	    band.type != IEM_LOW_PASS && band.type != IEM_HIGH_PASS)
		r = conf_complain(conf, setting, "the %s band lacks 'q'", iem_band_type_names[band.type]);
	if (r < 0)
		return r;
	next = grow(&eq->bands, &eq->n_bands, sizeof(*eq->bands));
	if (!next)
		return -ENOMEM;
	*next = band;
	return 0;
}

static int read_bands(struct conf *conf, const config_setting_t *setting, const struct conf_key *key, void *field)
{
	struct iem_eq *eq = field;
	unsigned through[IEM_SIDES] = { 0 };
	int r;

	free(eq->bands);
	eq->bands = NULL;
	eq->n_bands = 0;
	r = conf_each(conf, setting, IEM_MAX_EQ_BANDS, read_band, key, eq);
	for (size_t i = 0; i < eq->n_bands; i++)
		for (int side = IEM_SIDE_LEFT; side < IEM_SIDES; side++)
			through[side] += iem_side_applies(eq->bands[i].side, side);
	for (int side = IEM_SIDE_LEFT; side < IEM_SIDES; side++)
		if (through[side] > IEM_MAX_BANDS)
			return conf_complain(conf, setting, "the %s channel has %u bands; at most %d are allowed",
					     iem_side_names[side], through[side], IEM_MAX_BANDS);
	return r;
}

static int read_preamp(struct conf *conf, const config_setting_t *setting, const struct conf_key *key, void *field)
{
	struct iem_eq *eq = field;
	const char *word = config_setting_get_string(setting);

	if (word && strcmp(word, "auto") != 0)
		return conf_complain(conf, setting, "'preamp' is \"%.60s\"; allowed are \"auto\" and %g to %g dB", word,
				     key->min, key->max);
	eq->preamp_auto = word != NULL;
	return word ? 0 : conf_number(conf, setting, key, &eq->preamp_db);
}

static const struct conf_key eq_keys[] = {
	{ "preamp", CONF_CUSTOM, 0, -60, 0, " dB", .read = read_preamp },
	{ "reference", CONF_CHOICE, offsetof(struct iem_eq, reference), .choices = iem_reference_names },
	{ "bands", CONF_CUSTOM, 0, .read = read_bands },
	CONF_END
};

static const struct conf_key variant_keys[] = {
	{ "name", CONF_STRING, offsetof(struct iem_variant, name) },
	{ "eq", CONF_GROUP, offsetof(struct iem_variant, eq), .keys = eq_keys },
	CONF_END
};

static int read_variant(struct conf *conf, const config_setting_t *setting, const struct conf_key *key, void *field)
{
	struct iem_profile *profile = field;
	struct iem_variant *variant;

	variant = grow(&profile->variants, &profile->n_variants, sizeof(*variant));
	if (!variant)
		return -ENOMEM;
	variant->eq.preamp_auto = true;
	if (conf_read_group(conf, setting, variant_keys, variant) < 0)
		return -EINVAL;
	if (!variant->name || !*variant->name)
		return conf_complain(conf, setting, "the variant lacks a 'name'");
	for (size_t i = 0; i + 1 < profile->n_variants; i++)
		if (iem_streq(profile->variants[i].name, variant->name))
			return conf_complain(conf, setting, "there are two variants '%s'", variant->name);
	return 0;
}

static int read_variants(struct conf *conf, const config_setting_t *setting, const struct conf_key *key, void *field)
{
	return conf_each(conf, setting, MAX_VARIANTS, read_variant, key, field);
}

/* What a variant's eq leaves out is the profile's own, wherever in the file that stands. */
static int complete_variants(struct conf *conf, struct iem_profile *profile)
{
	const config_setting_t *variants = config_lookup(&conf->tree, "variants");

	for (size_t i = 0; i < profile->n_variants; i++) {
		const config_setting_t *one = config_setting_get_elem((config_setting_t *)variants, (unsigned)i);
		const config_setting_t *given = config_setting_get_member((config_setting_t *)one, "eq");
		struct iem_eq *eq = &profile->variants[i].eq;

		if (!given || !has(given, "preamp")) {
			eq->preamp_auto = profile->eq.preamp_auto;
			eq->preamp_db = profile->eq.preamp_db;
		}
		if (!given || !has(given, "reference"))
			eq->reference = profile->eq.reference;
		if ((given && has(given, "bands")) || !profile->eq.n_bands)
			continue;
		eq->bands = malloc(profile->eq.n_bands * sizeof(*eq->bands));
		if (!eq->bands)
			return -ENOMEM;
		eq->n_bands = profile->eq.n_bands;
		memcpy(eq->bands, profile->eq.bands, eq->n_bands * sizeof(*eq->bands));
	}
	return 0;
}

/* --- rules ----------------------------------------------------------------------------------------------------- */

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

struct matches {
	struct iem_match *at;
	size_t n;
};

static int read_match(struct conf *conf, const config_setting_t *setting, const struct conf_key *key, void *field)
{
	struct matches *matches = field;
	struct iem_match *match = grow(&matches->at, &matches->n, sizeof(*match));
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

static int read_matches(struct conf *conf, const config_setting_t *setting, const struct conf_key *key, void *field)
{
	/* Profile and source both keep the array and its length side by side. */
	return conf_each(conf, setting, MAX_MATCHES, read_match, key, field);
}

_Static_assert(offsetof(struct iem_profile, n_matches) ==
		       offsetof(struct iem_profile, matches) + offsetof(struct matches, n),
	       "read_matches writes both fields");
_Static_assert(offsetof(struct iem_source, n_matches) ==
		       offsetof(struct iem_source, matches) + offsetof(struct matches, n),
	       "read_matches writes both fields");

/* --- the earphone ---------------------------------------------------------------------------------------------- */

static const struct conf_key driver_keys[] = {
	{ "type", CONF_CHOICE, offsetof(struct iem_driver, type), .choices = iem_driver_names },
	{ "count", CONF_INT, offsetof(struct iem_driver, count), 1, 64 },
	CONF_END
};

static int read_driver(struct conf *conf, const config_setting_t *setting, const struct conf_key *key, void *field)
{
	struct iem_earphone *e = field;
	struct iem_driver *driver = grow(&e->drivers, &e->n_drivers, sizeof(*driver));

	if (!driver)
		return -ENOMEM;
	driver->count = 1;
	if (conf_read_group(conf, setting, driver_keys, driver) < 0)
		return -EINVAL;
	return has(setting, "type") ? 0 : conf_complain(conf, setting, "the driver lacks 'type'");
}

static int read_drivers(struct conf *conf, const config_setting_t *setting, const struct conf_key *key, void *field)
{
	return conf_each(conf, setting, MAX_DRIVERS, read_driver, key, field);
}

static const struct conf_key sensitivity_keys[] = {
	{ "value", CONF_NUMBER, offsetof(struct iem_earphone, sensitivity.value), 40, 180, " dB" },
	{ "unit", CONF_CHOICE, offsetof(struct iem_earphone, sensitivity.unit), .choices = iem_sensitivity_units },
	CONF_END
};

/* A sensitivity whose unit is guessed is worth nothing: 100 dB/mW and 100 dB/V are 15 dB apart at 32 ohm. */
static int read_sensitivity(struct conf *conf, const config_setting_t *setting, const struct conf_key *key,
			    void *field)
{
	if (conf_read_group(conf, setting, sensitivity_keys, field) < 0)
		return -EINVAL;
	if (!has(setting, "value") || !has(setting, "unit"))
		return conf_complain(conf, setting, "'sensitivity' wants both 'value' and 'unit' (\"dB/mW\" or \"dB/V\")");
	return 0;
}

static int read_like(struct conf *conf, const config_setting_t *setting, const struct conf_key *key, void *field)
{
	struct iem_profile *profile = (void *)((char *)field - offsetof(struct iem_profile, earphone));
	char **like = &profile->earphone.like;

	profile->like_line = (int)config_setting_source_line(setting);
	if (conf_string(conf, setting, like) < 0)
		return -EINVAL;
	return iem_id_valid(*like) ? 0 : conf_complain(conf, setting, "'like' is \"%.60s\", which is no profile's id",
						       *like);
}

#define FACT(name) offsetof(struct iem_earphone, name)

static const struct conf_key earphone_keys[] = {
	{ "like", CONF_CUSTOM, 0, .read = read_like },
	{ "brand", CONF_STRING, FACT(brand) },
	{ "model", CONF_STRING, FACT(model) },
	{ "form", CONF_CHOICE, FACT(form), .choices = iem_form_names },
	{ "drivers", CONF_CUSTOM, 0, .read = read_drivers },
	{ "back", CONF_CHOICE, FACT(back), .choices = iem_back_names },
	{ "impedance", CONF_NUMBER, FACT(impedance_ohm), 1, 10000, " ohm" },
	{ "impedance_curve", CONF_CUSTOM, 0, 1, 100000, " Hz", .read = read_impedance_curve },
	{ "sensitivity", CONF_CUSTOM, 0, .read = read_sensitivity },
	{ "frequency_range", CONF_CUSTOM, FACT(frequency_range_hz), 0.1, 1e6, " Hz", .read = read_range },
	{ "max_power", CONF_NUMBER, FACT(max_power_mw), 0.01, 100000, " mW" },
	{ "isolation", CONF_NUMBER, FACT(isolation_db), 0, 60, " dB" },
	CONF_END
};

static const struct conf_key profile_keys[] = {
	{ "earphone", CONF_GROUP, offsetof(struct iem_profile, earphone), .keys = earphone_keys },
	{ "match", CONF_CUSTOM, offsetof(struct iem_profile, matches), .read = read_matches },
	{ "eq", CONF_GROUP, offsetof(struct iem_profile, eq), .keys = eq_keys },
	{ "variants", CONF_CUSTOM, 0, .read = read_variants },
	{ "origin", CONF_STRING, offsetof(struct iem_profile, origin) },
	CONF_END
};

static int profile_from(struct iem_profile **out, const char *id, struct conf *conf)
{
	CLEANUP(iem_profile_freep) struct iem_profile *profile = calloc(1, sizeof(*profile));
	struct iem_earphone *e;
	int r;

	if (!profile || !(profile->id = strdup(id)))
		return -ENOMEM;
	e = &profile->earphone;
	e->form = e->back = -1;
	e->impedance_ohm = e->sensitivity.value = e->max_power_mw = e->isolation_db = NAN;
	e->frequency_range_hz = (struct iem_point){ NAN, NAN };
	profile->eq.preamp_auto = true;
	if ((r = conf_read_root(conf, profile_keys, profile)) < 0 || (r = complete_variants(conf, profile)) < 0)
		return r;
	*out = IEM_STEAL(profile);
	return 0;
}

int iem_profile_load(struct iem_profile **out, const char *id, const char *path, struct iem_diags *diags)
{
	CLEANUP(conf_close) struct conf conf = { 0 };
	int r = conf_open(&conf, path, diags);

	return r < 0 ? r : profile_from(out, id, &conf);
}

int iem_profile_parse(struct iem_profile **out, const char *id, const char *text, size_t size, const char *path,
		      struct iem_diags *diags)
{
	CLEANUP(conf_close) struct conf conf = { 0 };
	int r = conf_open_text(&conf, text, size, path, diags);

	return r < 0 ? r : profile_from(out, id, &conf);
}

/* --- the source ------------------------------------------------------------------------------------------------ */

#define SOURCE(name) offsetof(struct iem_source, name)

static const struct conf_key source_fact_keys[] = {
	{ "name", CONF_STRING, SOURCE(name) },
	{ "kind", CONF_CHOICE, SOURCE(kind), .choices = iem_source_kinds },
	{ "max_voltage", CONF_NUMBER, SOURCE(max_voltage_v), 0.001, 1000, " V" },
	{ "max_current", CONF_NUMBER, SOURCE(max_current_ma), 0.01, 100000, " mA" },
	{ "rated_power", CONF_CUSTOM, 0, 1, 10000, " ohm", .read = read_rated_power },
	{ "output_impedance", CONF_NUMBER, SOURCE(output_impedance_ohm), 0, 10000, " ohm" },
	{ "noise", CONF_NUMBER, SOURCE(noise_uv), 0, 100000, " uV" },
	CONF_END
};

static const struct conf_key volume_keys[] = {
	{ "control", CONF_STRING, SOURCE(volume_control) },
	{ "analog", CONF_BOOL, SOURCE(volume_analog) },
	CONF_END
};

static const struct conf_key source_keys[] = {
	{ "source", CONF_GROUP, 0, .keys = source_fact_keys },
	{ "match", CONF_CUSTOM, SOURCE(matches), .read = read_matches },
	{ "volume", CONF_GROUP, 0, .keys = volume_keys },
	{ "origin", CONF_STRING, SOURCE(origin) },
	CONF_END
};

int iem_source_load(struct iem_source **out, const char *id, const char *path, struct iem_diags *diags)
{
	CLEANUP(iem_source_freep) struct iem_source *source = calloc(1, sizeof(*source));
	CLEANUP(conf_close) struct conf conf = { 0 };
	int r;

	if (!source || !(source->id = strdup(id)))
		return -ENOMEM;
	source->kind = -1;
	source->max_voltage_v = source->max_current_ma = source->output_impedance_ohm = source->noise_uv = NAN;
	if ((r = conf_open(&conf, path, diags)) < 0 || (r = conf_read_root(&conf, source_keys, source)) < 0)
		return r;
	*out = IEM_STEAL(source);
	return 0;
}
