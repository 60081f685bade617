/* The equaliser of a profile and of its variants, from a libconfig tree. */
#include "core/conf_parts.h"

#include <errno.h>
#include <math.h>

#define MAX_VARIANTS 32

static const struct conf_key band_keys[] = {
	{ "type", CONF_CHOICE, offsetof(struct iem_band, type), .choices = iem_band_type_names },
	{ "frequency", CONF_NUMBER, offsetof(struct iem_band, freq_hz), IEM_MIN_FREQ_HZ, IEM_MAX_FREQ_HZ, " Hz" },
	{ "gain", CONF_NUMBER, offsetof(struct iem_band, gain_db), -IEM_MAX_GAIN_DB, IEM_MAX_GAIN_DB, " dB" },
	{ "q", CONF_NUMBER, offsetof(struct iem_band, q), IEM_MIN_Q, IEM_MAX_Q },
	{ "channels", CONF_CHOICE, offsetof(struct iem_band, side), .choices = iem_side_names },
	CONF_END
};

static int read_band(struct conf *conf, const config_setting_t *setting, const struct conf_key *key, void *field)
{
	struct iem_eq *eq = field;
	struct iem_band band = { .q = M_SQRT1_2 }, *next;
	static const char *const needed[] = { "type", "frequency" };
	int r = conf_read_group(conf, setting, band_keys, &band);

	if (!config_setting_is_group(setting))
		return r;
	for (size_t i = 0; i < ARRAY_LEN(needed); i++)
		if (!conf_has(setting, needed[i]))
			r = conf_complain(conf, setting, "the band lacks '%s'", needed[i]);
	if (r < 0)
		return r;
	if (iem_band_has_gain(band.type) && !conf_has(setting, "gain"))
		r = conf_complain(conf, setting, "the %s band lacks 'gain'", iem_band_type_names[band.type]);
	if (!iem_band_has_gain(band.type) && conf_has(setting, "gain") && band.gain_db != 0)
		r = conf_complain(conf, setting, "a %s band has no 'gain'; leave it out",
				  iem_band_type_names[band.type]);
	if (!conf_has(setting, "q") && band.type != IEM_LOW_SHELF && band.type != IEM_HIGH_SHELF &&
	    band.type != IEM_LOW_PASS && band.type != IEM_HIGH_PASS)
		r = conf_complain(conf, setting, "the %s band lacks 'q'", iem_band_type_names[band.type]);
	if (r < 0)
		return r;
	next = conf_grow(&eq->bands, &eq->n_bands, sizeof(*eq->bands));
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

static int read_graphic(struct conf *conf, const config_setting_t *setting, const struct conf_key *key, void *field)
{
	static const struct conf_key gain = { .min = -IEM_MAX_GAIN_DB, .max = IEM_MAX_GAIN_DB, .unit = " dB" };

	return conf_read_points(conf, setting, key, &gain, field);
}

static int read_fir(struct conf *conf, const config_setting_t *setting, const struct conf_key *key, void *field)
{
	return profile_read_name(conf, setting, field);
}

const struct conf_key profile_eq_keys[] = {
	{ "preamp", CONF_CUSTOM, 0, -60, 0, " dB", .read = read_preamp },
	{ "reference", CONF_CHOICE, offsetof(struct iem_eq, reference), .choices = iem_reference_names },
	{ "bands", CONF_CUSTOM, 0, .read = read_bands },
	{ "graphic", CONF_CUSTOM, offsetof(struct iem_eq, graphic), IEM_MIN_FREQ_HZ, IEM_MAX_FREQ_HZ, " Hz",
	  .read = read_graphic },
	{ "fir", CONF_CUSTOM, offsetof(struct iem_eq, fir), .read = read_fir },
	CONF_END
};

static const struct conf_key variant_keys[] = {
	{ "name", CONF_STRING, offsetof(struct iem_variant, name) },
	{ "eq", CONF_GROUP, offsetof(struct iem_variant, eq), .keys = profile_eq_keys },
	CONF_END
};

static int read_variant(struct conf *conf, const config_setting_t *setting, const struct conf_key *key, void *field)
{
	struct iem_profile *profile = field;
	struct iem_variant *variant;

	variant = conf_grow(&profile->variants, &profile->n_variants, sizeof(*variant));
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

int profile_read_variants(struct conf *conf, const config_setting_t *setting, const struct conf_key *key, void *field)
{
	return conf_each(conf, setting, MAX_VARIANTS, read_variant, key, field);
}

/* The `eq` group of a variant, or NULL. */
static const config_setting_t *eq_setting(const struct conf *conf, size_t i)
{
	const config_setting_t *variants = config_lookup(&conf->tree, "variants");
	const config_setting_t *one = variants ? config_setting_get_elem((config_setting_t *)variants, (unsigned)i) : NULL;

	return one ? config_setting_get_member((config_setting_t *)one, "eq") : NULL;
}

static int copy_array(void *to, size_t *n_to, const void *from, size_t n, size_t size)
{
	void *copy = n ? malloc(n * size) : NULL;

	if (n && !copy)
		return -ENOMEM;
	if (n)
		memcpy(copy, from, n * size);
	*(void **)to = copy;
	*n_to = n;
	return 0;
}

static int complete(struct iem_eq *eq, const struct iem_eq *own, const config_setting_t *given)
{
	if (!given || !conf_has(given, "preamp")) {
		eq->preamp_auto = own->preamp_auto;
		eq->preamp_db = own->preamp_db;
	}
	if (!given || !conf_has(given, "reference"))
		eq->reference = own->reference;
	if ((!given || !conf_has(given, "bands")) &&
	    copy_array(&eq->bands, &eq->n_bands, own->bands, own->n_bands, sizeof(*eq->bands)) < 0)
		return -ENOMEM;
	if ((!given || !conf_has(given, "graphic")) &&
	    copy_array(&eq->graphic.at, &eq->graphic.n, own->graphic.at, own->graphic.n, sizeof(*eq->graphic.at)) < 0)
		return -ENOMEM;
	if ((!given || !conf_has(given, "fir")) && own->fir && !(eq->fir = strdup(own->fir)))
		return -ENOMEM;
	return 0;
}

/* "" is how a variant goes without the profile's own. */
static void drop_empty(struct iem_eq *eq)
{
	if (iem_streq(eq->fir, ""))
		free(IEM_STEAL(eq->fir));
}

int profile_complete_variants(struct conf *conf, struct iem_profile *profile)
{
	drop_empty(&profile->eq);
	for (size_t i = 0; i < profile->n_variants; i++) {
		if (complete(&profile->variants[i].eq, &profile->eq, eq_setting(conf, i)) < 0)
			return -ENOMEM;
		drop_empty(&profile->variants[i].eq);
	}
	return 0;
}

static int load_impulse(struct conf *conf, struct iem_eq *eq, const config_setting_t *group,
			const struct iem_impulse_loader *loader)
{
	CLEANUP(iem_freep) char *path = NULL;
	int r = profile_path_beside(&path, conf, eq->fir);

	if (r < 0)
		return r;
	r = loader->load(loader->data, &eq->impulse, path, conf->diags);
	if (r < 0)
		conf_complain(conf, config_setting_get_member((config_setting_t *)group, "fir"),
			      "'fir' names \"%.200s\", which does not load", eq->fir);
	return r;
}

int profile_load_impulses(struct conf *conf, struct iem_profile *profile, const struct iem_impulse_loader *loader)
{
	int r = 0;

	if (profile->eq.fir)
		r = load_impulse(conf, &profile->eq, config_lookup(&conf->tree, "eq"), loader);
	for (size_t i = 0; i < profile->n_variants && r == 0; i++) {
		struct iem_eq *eq = &profile->variants[i].eq;

		if (eq->fir && iem_streq(eq->fir, profile->eq.fir))
			eq->impulse = iem_impulse_hold(profile->eq.impulse);
		else if (eq->fir)
			r = load_impulse(conf, eq, eq_setting(conf, i), loader);
	}
	return r;
}
