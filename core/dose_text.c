#include "core/dose_text.h"

#include "core/number.h"

#include <errno.h>
#include <math.h>

#define LATEST_S 1e12             /* of any clock */
#define UNSET_BEFORE_S 1735689600 /* 2025-01-01: before there was an iemd, so nobody has set that clock */
#define MAX_SECONDS 1e6           /* of a bucket, with all that may be added to it late */
#define MAX_PA2S 1e11             /* of a bucket; IEM_DOSE_MAX_DB for so long makes 4e10 */
#define BOOT_CHARACTERS "0123456789abcdefABCDEF-"

/* --- reading ---------------------------------------------------------------------------------------------------- */

/* The columns of a row of `heard`. */
enum { AGE, SECONDS, PA2S, COLUMNS };

static const struct conf_key columns[COLUMNS] = {
	[AGE] = { "age", CONF_NUMBER, 0, 0, IEM_DOSE_BUCKETS - 1 },
	[SECONDS] = { "seconds", CONF_NUMBER, 0, 0, MAX_SECONDS, " s" },
	[PA2S] = { "exposure", CONF_NUMBER, 0, 0, MAX_PA2S, " Pa^2 s" },
};

static struct iem_dose_bucket *bucket_of_age(struct iem_dose *dose, unsigned age)
{
	return &dose->buckets[(dose->newest + IEM_DOSE_BUCKETS - age) % IEM_DOSE_BUCKETS];
}

static int read_bucket(struct conf *conf, const config_setting_t *setting, const struct conf_key *key, void *field)
{
	double values[COLUMNS];
	struct iem_dose_bucket *bucket;

	if (config_setting_is_group(setting) || config_setting_length(setting) != COLUMNS)
		return conf_complain(conf, setting, "'heard' wants rows of three numbers, (age, seconds, exposure)");
	for (int i = 0; i < COLUMNS; i++)
		if (conf_number(conf, config_setting_get_elem(setting, (unsigned)i), &columns[i], &values[i]) < 0)
			return -EINVAL;
	if (values[AGE] != floor(values[AGE]))
		return conf_complain(conf, setting, "an age of %g; whole numbers are wanted", values[AGE]);
	bucket = bucket_of_age(field, (unsigned)values[AGE]);
	if (bucket->seconds > 0 || bucket->pa2s > 0)
		return conf_complain(conf, setting, "the age %g is there twice", values[AGE]);
	*bucket = (struct iem_dose_bucket){ .pa2s = values[PA2S], .seconds = values[SECONDS] };
	return 0;
}

static int read_heard(struct conf *conf, const config_setting_t *setting, const struct conf_key *key, void *field)
{
	return conf_each(conf, setting, IEM_DOSE_BUCKETS, read_bucket, key, field);
}

const struct conf_key iem_dose_keys[] = {
	{ "boot", CONF_STRING, offsetof(struct iem_dose_saved, boot) },
	{ "elapsed", CONF_NUMBER, offsetof(struct iem_dose_saved, elapsed_s), 0, LATEST_S, " s" },
	{ "wall", CONF_NUMBER, offsetof(struct iem_dose_saved, wall_s), 0, LATEST_S, " s" },
	{ "into", CONF_NUMBER, offsetof(struct iem_dose_saved, dose.into_s), 0, IEM_DOSE_BUCKET_SECONDS, " s" },
	{ "told", CONF_INT, offsetof(struct iem_dose_saved, dose.told), 0, 100, " %" },
	{ "heard", CONF_CUSTOM, offsetof(struct iem_dose_saved, dose), .read = read_heard },
	CONF_END
};

void iem_dose_saved_finish(struct iem_dose_saved *saved)
{
	free(IEM_STEAL(saved->boot));
}

/* By the wall clock; 0 where it cannot tell. */
static double wall_away_s(const struct iem_dose_saved *saved, const struct iem_dose_clock *now)
{
	if (!(saved->wall_s >= UNSET_BEFORE_S && now->wall_s >= UNSET_BEFORE_S))
		return 0;
	return fmax(now->wall_s - saved->wall_s, 0);
}

static double away_s(const struct iem_dose_saved *saved, const struct iem_dose_clock *now)
{
	if (!saved->boot || !now->boot)
		return wall_away_s(saved, now);
	if (strcmp(saved->boot, now->boot) == 0)
		return now->elapsed_s - saved->elapsed_s;
	return fmax(wall_away_s(saved, now), now->elapsed_s);
}

void iem_dose_restore(struct iem_dose *dose, const struct iem_dose_saved *saved, const struct iem_dose_clock *now)
{
	*dose = saved->dose;
	dose->elapsed_s = now->elapsed_s - away_s(saved, now);
	iem_dose_age(dose, now);
}

int iem_dose_parse(struct iem_dose *dose, const char *text, size_t size, const char *path,
		   const struct iem_dose_clock *now, struct iem_diags *diags)
{
	CLEANUP(conf_close) struct conf conf = { 0 };
	CLEANUP(iem_dose_saved_finish) struct iem_dose_saved saved = IEM_DOSE_SAVED_NONE;
	int r = conf_open_text(&conf, text, size, path, diags);

	if (r < 0 || (r = conf_read_root(&conf, iem_dose_keys, &saved)) < 0)
		return r;
	iem_dose_restore(dose, &saved, now);
	return 0;
}

/* --- writing ---------------------------------------------------------------------------------------------------- */

static void put_number(FILE *out, const char *before, double value, const char *after)
{
	char text[IEM_NUMBER_TEXT];

	fprintf(out, "%s%s%s", before, iem_number_text(value, text), after);
}

/* What iem_dose_keys would not take is better left out: then it is unknown. */
static void put_clock(FILE *out, const struct iem_dose_clock *now)
{
	const char *boot = now->boot;

	if (boot && strlen(boot) < 100 && boot[strspn(boot, BOOT_CHARACTERS)] == '\0')
		fprintf(out, "boot = \"%s\";\n", boot);
	if (now->elapsed_s >= 0 && now->elapsed_s <= LATEST_S)
		put_number(out, "elapsed = ", now->elapsed_s, ";\n");
	if (now->wall_s >= 0 && now->wall_s <= LATEST_S)
		put_number(out, "wall = ", now->wall_s, ";\n");
}

static void put_buckets(FILE *out, struct iem_dose *dose)
{
	const char *separator = "";

	for (unsigned age = 0; age < IEM_DOSE_BUCKETS; age++) {
		const struct iem_dose_bucket *bucket = bucket_of_age(dose, age);

		if (bucket->seconds <= 0)
			continue;
		fprintf(out, "%s\n    (%u", separator, age);
		put_number(out, ", ", fmin(bucket->seconds, MAX_SECONDS), "");
		put_number(out, ", ", fmin(bucket->pa2s, MAX_PA2S), ")");
		separator = ",";
	}
}

int iem_dose_write(char **out, struct iem_dose *dose, const struct iem_dose_clock *now)
{
	char *text = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&text, &size);

	if (!file)
		return -ENOMEM;
	iem_dose_age(dose, now);
	fputs("# Written by iemd; what was heard in the last seven days: (age in ten minutes, s, Pa^2 s).\n"
	      "format = 1;\n", file);
	put_clock(file, now);
	put_number(file, "into = ", dose->into_s, ";\n");
	fprintf(file, "told = %d;\nheard = (", dose->told);
	put_buckets(file, dose);
	fputs("\n);\n", file);
	if (fclose(file) != 0) {
		free(text);
		return -ENOMEM;
	}
	*out = text;
	return 0;
}
