/* iemctl check: impedance curves, in files of their own or beside a profile. */
#include "cli/check_curve.h"

#include "core/impedance.h"

#include <strings.h>

bool is_curve_file(const char *path)
{
	static const char *const endings[] = { ".zma", ".tsv", ".csv", ".txt" };
	const char *dot = strrchr(path, '.');
	size_t i = 0;

	while (dot && i < ARRAY_LEN(endings) && strcasecmp(dot, endings[i]) != 0)
		i++;
	return dot && i < ARRAY_LEN(endings);
}

static void tell(struct iem_diags *diags, const char *path, const struct iem_curve *ohm, const struct iem_curve *phase,
		 const char *before, const char *file)
{
	char text[100];

	iem_remark(diags, path, 0, "the impedance curve has %s%s%s",
		   iem_impedance_describe(ohm, phase, text, sizeof(text)), before, file);
}

void check_curve_file(const char *path, struct iem_diags *diags)
{
	CLEANUP(iem_impedance_finish) struct iem_impedance curve = { 0 };

	if (iem_impedance_load(&curve, path, diags) == 0)
		tell(diags, path, &curve.ohm, &curve.phase, "", "");
}

void tell_curve_of(const struct iem_profile *profile, const char *path, struct iem_diags *diags)
{
	const struct iem_earphone *e = &profile->earphone;

	if (e->impedance_file)
		tell(diags, path, &e->impedance_curve, &e->impedance_phase, ", from ", e->impedance_file);
}
