/**
 * check_curve.h - impedance curves in files, for iemctl check.
 */
#pragma once

#include "core/profile.h"

/** Does the file's name end as those of curves do: .zma, .tsv, .csv or .txt? */
bool is_curve_file(const char *path);

/** Read the curve and tell every mistake, or what it has. */
void check_curve_file(const char *path, struct iem_diags *diags);

/** Tell what curve a loaded profile at PATH has from a file beside it, if from any. */
void tell_curve_of(const struct iem_profile *profile, const char *path, struct iem_diags *diags);
