#include "core/profile.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>

const char *const iem_form_names[] = { "in-ear", "earbud", "on-ear", "over-ear", NULL };
const char *const iem_back_names[] = { "closed", "open", NULL };
const char *const iem_driver_names[] = { "dynamic", "balanced-armature", "planar", "electrostatic", "bone", NULL };
const char *const iem_sensitivity_units[] = { "dB/mW", "dB/V", NULL };

bool iem_id_valid(const char *id)
{
	size_t length = strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789._-");

	return length > 0 && length <= IEM_MAX_ID && id[length] == '\0' && isalnum((unsigned char)id[0]);
}

static void eq_finish(struct iem_eq *eq)
{
	free(eq->bands);
	free(eq->graphic.at);
	free(eq->fir);
	iem_impulse_drop(eq->impulse);
}

void iem_profile_free(struct iem_profile *profile)
{
	if (!profile)
		return;
	free(profile->id);
	free(profile->earphone.like);
	free(profile->earphone.brand);
	free(profile->earphone.model);
	free(profile->earphone.drivers);
	free(profile->earphone.impedance_curve.at);
	free(profile->earphone.impedance_phase.at);
	free(profile->earphone.impedance_file);
	iem_matches_finish(&profile->matches);
	eq_finish(&profile->eq);
	for (size_t i = 0; i < profile->n_variants; i++) {
		free(profile->variants[i].name);
		eq_finish(&profile->variants[i].eq);
	}
	free(profile->variants);
	free(profile->origin);
	free(profile);
}

void iem_profile_freep(struct iem_profile **profile)
{
	iem_profile_free(*profile);
}

const struct iem_eq *iem_profile_eq(const struct iem_profile *profile, const char *variant)
{
	if (!variant || !*variant)
		return &profile->eq;
	for (size_t i = 0; i < profile->n_variants; i++)
		if (strcmp(profile->variants[i].name, variant) == 0)
			return &profile->variants[i].eq;
	return NULL;
}

const char *iem_profile_title(const struct iem_profile *profile, char *buf, size_t size)
{
	const struct iem_earphone *e = &profile->earphone;

	if (e->brand && e->model)
		snprintf(buf, size, "%s %s", e->brand, e->model);
	else
		snprintf(buf, size, "%s", e->model ? e->model : e->brand ? e->brand : profile->id);
	return buf;
}

static int inherit_text(char **own, const char *base)
{
	if (*own || !base)
		return 0;
	*own = strdup(base);
	return *own ? 0 : -ENOMEM;
}

static int inherit_array(void *own, size_t *n_own, const void *base, size_t n_base, size_t size)
{
	void *copy;

	if (*n_own || !n_base)
		return 0;
	copy = malloc(n_base * size);
	if (!copy)
		return -ENOMEM;
	memcpy(copy, base, n_base * size);
	*(void **)own = copy;
	*n_own = n_base;
	return 0;
}

static void inherit_number(double *own, double base)
{
	if (isnan(*own))
		*own = base;
}

/* A curve and its phase belong together. */
static int inherit_impedance(struct iem_earphone *own, const struct iem_earphone *from)
{
	if (own->impedance_curve.n || own->impedance_file)
		return 0;
	if (inherit_array(&own->impedance_curve.at, &own->impedance_curve.n, from->impedance_curve.at,
			  from->impedance_curve.n, sizeof(*own->impedance_curve.at)) < 0)
		return -ENOMEM;
	return inherit_array(&own->impedance_phase.at, &own->impedance_phase.n, from->impedance_phase.at,
			     from->impedance_phase.n, sizeof(*own->impedance_phase.at));
}

int iem_profile_inherit(struct iem_profile *profile, const struct iem_profile *base)
{
	struct iem_earphone *own = &profile->earphone;
	const struct iem_earphone *from = &base->earphone;

	if (inherit_text(&own->brand, from->brand) < 0 || inherit_text(&own->model, from->model) < 0 ||
	    inherit_array(&own->drivers, &own->n_drivers, from->drivers, from->n_drivers, sizeof(*own->drivers)) < 0 ||
	    inherit_impedance(own, from) < 0)
		return -ENOMEM;
	if (own->form < 0)
		own->form = from->form;
	if (own->back < 0)
		own->back = from->back;
	if (isnan(own->sensitivity.value))
		own->sensitivity = from->sensitivity;
	if (isnan(own->frequency_range_hz.x))
		own->frequency_range_hz = from->frequency_range_hz;
	inherit_number(&own->impedance_ohm, from->impedance_ohm);
	inherit_number(&own->max_power_mw, from->max_power_mw);
	inherit_number(&own->isolation_db, from->isolation_db);
	return 0;
}
