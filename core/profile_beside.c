/* The files that a profile names: nothing but what lies beside it, for a profile may come from elsewhere. */
#include "core/conf_parts.h"
#include "core/impedance.h"

#include <errno.h>

int profile_read_name(struct conf *conf, const config_setting_t *setting, char **name)
{
	if (conf_string(conf, setting, name) < 0)
		return -EINVAL;
	if (strchr(*name, '/') || (*name)[0] == '.')
		return conf_complain(conf, setting,
				     "'%s' is \"%.60s\"; wanted is the name of a file in the profile's own folder, "
				     "without '/' and not beginning with '.'", config_setting_name(setting), *name);
	return 0;
}

int profile_path_beside(char **path, const struct conf *conf, const char *name)
{
	const char *slash = strrchr(conf->path, '/');
	const int folder = slash ? (int)(slash - conf->path) + 1 : 0;

	if (asprintf(path, "%.*s%s", folder, conf->path, name) >= 0)
		return 0;
	*path = NULL;
	return -ENOMEM;
}

int profile_read_impedance(struct conf *conf, const config_setting_t *setting, const struct conf_key *key, void *field)
{
	struct iem_earphone *e = (void *)((char *)field - offsetof(struct iem_earphone, impedance_curve));

	if (config_setting_type(setting) != CONFIG_TYPE_STRING)
		return conf_read_curve(conf, setting, key, field);
	if (profile_read_name(conf, setting, &e->impedance_file) < 0)
		return -EINVAL;
	return *e->impedance_file ? 0 : conf_complain(conf, setting, "'%s' names no file; leave it out", key->name);
}

int profile_load_impedance(struct conf *conf, struct iem_profile *profile, const struct iem_impulse_loader *loader)
{
	struct iem_earphone *e = &profile->earphone;
	CLEANUP(iem_freep) char *path = NULL;
	struct iem_impedance impedance;
	int r;

	if (!e->impedance_file)
		return 0;
	if ((r = profile_path_beside(&path, conf, e->impedance_file)) < 0 ||
	    (loader->beside && (r = loader->beside(loader->data, path)) < 0))
		return r;
	r = iem_impedance_load(&impedance, path, conf->diags);
	if (r < 0) {
		conf_complain(conf, config_lookup(&conf->tree, "earphone.impedance_curve"),
			      "'impedance_curve' names \"%.200s\", which does not load", e->impedance_file);
		return r;
	}
	e->impedance_curve = impedance.ohm;
	e->impedance_phase = impedance.phase;
	return 0;
}
