/**
 * conf_parts.h - what the tables of profiles and of sources share. For the readers in core/ only.
 */
#pragma once

#include "core/conf.h"
#include "core/match.h"
#include "core/profile.h"

/** Make room for one more element of SIZE behind an array. @return the new, zeroed element, or NULL */
void *conf_grow(void *array, size_t *n, size_t size);

/** Is the key given in this group? */
bool conf_has(const config_setting_t *group, const char *name);

/**
 * Pairs of numbers, x ascending within the key's range, y within RANGE's, to a struct iem_curve.
 * @return 0, or -EINVAL if anything was complained about
 */
int conf_read_points(struct conf *conf, const config_setting_t *setting, const struct conf_key *key,
		     const struct conf_key *range, struct iem_curve *curve);
/** These are conf_read_fn: a curve whose values are positive; */
int conf_read_curve(struct conf *conf, const config_setting_t *setting, const struct conf_key *key, void *field);
/** and a list of rules to a struct iem_matches. */
int conf_read_matches(struct conf *conf, const config_setting_t *setting, const struct conf_key *key, void *field);

/** The rows of an `eq` group (struct iem_eq), and the reader of a list of variants (struct iem_profile). */
extern const struct conf_key profile_eq_keys[];
int profile_read_variants(struct conf *conf, const config_setting_t *setting, const struct conf_key *key, void *field);

/** What a variant's eq leaves out is the profile's own, wherever in the file that stands. @return 0 or -ENOMEM */
int profile_complete_variants(struct conf *conf, struct iem_profile *profile);

/** The name of a file beside the profile, and no path; "" passes. @return 0, or -EINVAL after complaining */
int profile_read_name(struct conf *conf, const config_setting_t *setting, char **name);
/** Where that file is; *path is the caller's. @return 0 or -ENOMEM; *path is NULL then */
int profile_path_beside(char **path, const struct conf *conf, const char *name);

/** A conf_read_fn for a struct iem_earphone's impedance_curve: a list of pairs, or the name of a file. */
int profile_read_impedance(struct conf *conf, const config_setting_t *setting, const struct conf_key *key, void *field);
/** Load that file, if one is named. @return 0, another -errno after complaining, or -ENOMEM */
int profile_load_impedance(struct conf *conf, struct iem_profile *profile, const struct iem_impulse_loader *loader);

/** Load the files that the equalisers name. @return 0, -EINVAL after complaining, or -ENOMEM */
int profile_load_impulses(struct conf *conf, struct iem_profile *profile, const struct iem_impulse_loader *loader);
