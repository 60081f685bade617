#include "core/dose.h"

#include "core/exposure.h"

#include <math.h>

#define WEEKLY_HOURS 40.0
#define HOUR_S 3600.0
#define CLEARLY_BELOW 10 /* percent */

static const double safe_db[] = { [IEM_DOSE_80] = 80, [IEM_DOSE_75] = 75 };
static const int warnings[] = { 100, 80, 50 };

void iem_dose_init(struct iem_dose *dose, const struct iem_dose_clock *now)
{
	*dose = (struct iem_dose){ .elapsed_s = now->elapsed_s };
}

static void age_by(struct iem_dose *dose, double seconds)
{
	if (!(seconds > 0))
		return;
	dose->into_s += fmin(seconds, IEM_DOSE_BUCKETS * IEM_DOSE_BUCKET_SECONDS);
	while (dose->into_s >= IEM_DOSE_BUCKET_SECONDS) {
		dose->into_s -= IEM_DOSE_BUCKET_SECONDS;
		dose->newest = (dose->newest + 1) % IEM_DOSE_BUCKETS;
		dose->buckets[dose->newest] = (struct iem_dose_bucket){ 0 };
	}
}

void iem_dose_age(struct iem_dose *dose, const struct iem_dose_clock *now)
{
	age_by(dose, now->elapsed_s - dose->elapsed_s);
	dose->elapsed_s = now->elapsed_s;
}

bool iem_dose_add(struct iem_dose *dose, double pa2s, double seconds, const struct iem_dose_clock *now)
{
	struct iem_dose_bucket *bucket;

	iem_dose_age(dose, now);
	if (!(seconds > 0 && seconds < INFINITY && pa2s >= iem_exposure_pa2(IEM_DOSE_MIN_DB) * seconds))
		return false;
	bucket = &dose->buckets[dose->newest];
	bucket->pa2s += fmin(pa2s, iem_exposure_pa2(IEM_DOSE_MAX_DB) * seconds);
	bucket->seconds += seconds;
	return true;
}

struct iem_dose_bucket iem_dose_sum(const struct iem_dose *dose)
{
	const struct iem_dose_bucket *oldest = &dose->buckets[(dose->newest + 1) % IEM_DOSE_BUCKETS];
	const double gone = dose->into_s / IEM_DOSE_BUCKET_SECONDS;
	struct iem_dose_bucket sum = { 0 };

	for (int i = 0; i < IEM_DOSE_BUCKETS; i++) {
		const double part = &dose->buckets[i] == oldest ? 1 - gone : 1;

		sum.pa2s += part * dose->buckets[i].pa2s;
		sum.seconds += part * dose->buckets[i].seconds;
	}
	return sum;
}

double iem_dose_percent(const struct iem_dose *dose, enum iem_dose_standard standard)
{
	return 100 * iem_dose_sum(dose).pa2s / (WEEKLY_HOURS * HOUR_S * iem_exposure_pa2(safe_db[standard]));
}

struct iem_dose_range iem_dose_percent_range(double percent)
{
	const double factor = pow(10, IEM_DOSE_UNCERTAINTY_DB / 10);

	return (struct iem_dose_range){ percent / factor, percent * factor };
}

/* The highest warning at or below PERCENT; 0. */
static int warning_at(double percent)
{
	for (size_t i = 0; i < ARRAY_LEN(warnings); i++)
		if (percent >= warnings[i])
			return warnings[i];
	return 0;
}

int iem_dose_warning(struct iem_dose *dose, enum iem_dose_standard standard)
{
	const double percent = iem_dose_percent(dose, standard);
	const int due = warning_at(percent), still_told = warning_at(percent + CLEARLY_BELOW);

	if (dose->told > still_told)
		dose->told = still_told;
	if (due <= dose->told)
		return 0;
	dose->told = due;
	return due;
}

double iem_dose_weekly_hours(enum iem_dose_standard standard, double level_db)
{
	return WEEKLY_HOURS * pow(10, (safe_db[standard] - level_db) / 10);
}
