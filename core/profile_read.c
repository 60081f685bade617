/* From a libconfig tree to a profile: the tables of keys, and the rules across fields. */
#include "core/conf_parts.h"

#include <errno.h>
#include <math.h>

#define MAX_DRIVERS 8

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

static const struct conf_key driver_keys[] = {
	{ "type", CONF_CHOICE, offsetof(struct iem_driver, type), .choices = iem_driver_names },
	{ "count", CONF_INT, offsetof(struct iem_driver, count), 1, 64 },
	CONF_END
};

static int read_driver(struct conf *conf, const config_setting_t *setting, const struct conf_key *key, void *field)
{
	struct iem_earphone *e = field;
	struct iem_driver *driver = conf_grow(&e->drivers, &e->n_drivers, sizeof(*driver));

	if (!driver)
		return -ENOMEM;
	driver->count = 1;
	if (conf_read_group(conf, setting, driver_keys, driver) < 0)
		return -EINVAL;
	return conf_has(setting, "type") ? 0 : conf_complain(conf, setting, "the driver lacks 'type'");
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
	if (!conf_has(setting, "value") || !conf_has(setting, "unit"))
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
	{ "impedance_curve", CONF_CUSTOM, FACT(impedance_curve), 1, 100000, " Hz",
	  .read = profile_read_impedance },
	{ "sensitivity", CONF_CUSTOM, 0, .read = read_sensitivity },
	{ "frequency_range", CONF_CUSTOM, FACT(frequency_range_hz), 0.1, 1e6, " Hz", .read = read_range },
	{ "max_power", CONF_NUMBER, FACT(max_power_mw), 0.01, 100000, " mW" },
	{ "isolation", CONF_NUMBER, FACT(isolation_db), 0, 60, " dB" },
	CONF_END
};

static const struct conf_key profile_keys[] = {
	{ "earphone", CONF_GROUP, offsetof(struct iem_profile, earphone), .keys = earphone_keys },
	{ "match", CONF_CUSTOM, offsetof(struct iem_profile, matches), .read = conf_read_matches },
	{ "eq", CONF_GROUP, offsetof(struct iem_profile, eq), .keys = profile_eq_keys },
	{ "variants", CONF_CUSTOM, 0, .read = profile_read_variants },
	{ "origin", CONF_STRING, offsetof(struct iem_profile, origin) },
	CONF_END
};

/* All of them, so that the mistakes of all are told. */
static int load_files(struct conf *conf, struct iem_profile *profile, const struct iem_impulse_loader *loader)
{
	const int impedance = profile_load_impedance(conf, profile, loader),
		  impulses = profile_load_impulses(conf, profile, loader);

	return impedance < 0 ? impedance : impulses;
}

static int profile_from(struct iem_profile **out, const char *id, struct conf *conf,
			const struct iem_impulse_loader *loader)
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
	if ((r = conf_read_root(conf, profile_keys, profile)) < 0 || (r = profile_complete_variants(conf, profile)) < 0 ||
	    (loader && (r = load_files(conf, profile, loader)) < 0))
		return r;
	*out = IEM_STEAL(profile);
	return 0;
}

int iem_profile_load(struct iem_profile **out, const char *id, const char *path,
		     const struct iem_impulse_loader *loader, struct iem_diags *diags)
{
	CLEANUP(conf_close) struct conf conf = { 0 };
	int r = conf_open(&conf, path, diags);

	return r < 0 ? r : profile_from(out, id, &conf, loader);
}

int iem_profile_parse(struct iem_profile **out, const char *id, const char *text, size_t size, const char *path,
		      struct iem_diags *diags)
{
	CLEANUP(conf_close) struct conf conf = { 0 };
	int r = conf_open_text(&conf, text, size, path, diags);

	return r < 0 ? r : profile_from(out, id, &conf, NULL);
}
