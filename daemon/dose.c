#include "daemon/dose.h"

#include "core/dose_text.h"
#include "core/exposure.h"
#include "daemon/log.h"
#include "daemon/statefile.h"

#include <errno.h>
#include <time.h>

#define SAVE_SECONDS 600.0
#define OWNER_ONLY 0600
#define BOOT_ID "/proc/sys/kernel/random/boot_id"

struct dose {
	char *path; /* NULL: nowhere to remember */
	char boot[64]; /* of the machine; "": not known */
	struct iem_dose dose;
	double saved_s; /* elapsed time when it was written last */
	bool grown;     /* since */
	bool failing;   /* to be written, which was told */
};

static double seconds_of(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static struct iem_dose_clock clock_of(const struct dose *dose)
{
	return (struct iem_dose_clock){ seconds_of(CLOCK_BOOTTIME), seconds_of(CLOCK_REALTIME),
					*dose->boot ? dose->boot : NULL };
}

static void read_boot(struct dose *dose)
{
	FILE *file = fopen(BOOT_ID, "re");

	if (!file)
		return;
	if (!fgets(dose->boot, sizeof(dose->boot), file))
		dose->boot[0] = '\0';
	dose->boot[strcspn(dose->boot, "\n")] = '\0';
	fclose(file);
}

static void read_saved(struct dose *dose)
{
	struct iem_dose_saved *saved = calloc(1, sizeof(*saved)); /* too large for a stack */
	const struct iem_dose_clock now = clock_of(dose);

	iem_dose_init(&dose->dose, &now);
	if (!saved)
		return;
	*saved = IEM_DOSE_SAVED_NONE;
	if (dose->path && statefile_read(dose->path, iem_dose_keys, saved, "The dose of this week begins anew.") == 0)
		iem_dose_restore(&dose->dose, saved, &now);
	iem_dose_saved_finish(saved);
	free(saved);
}

int dose_new(struct dose **out, const struct iem_paths *paths)
{
	struct dose *dose = calloc(1, sizeof(*dose));

	if (!dose || (paths->state && asprintf(&dose->path, "%s/dose.conf", paths->state) < 0)) {
		free(dose);
		return -ENOMEM;
	}
	read_boot(dose);
	read_saved(dose);
	dose->saved_s = dose->dose.elapsed_s;
	*out = dose;
	return 0;
}

/* A disk that is full is told of once, and tried again at the next turn: what is heard goes on counting. */
static int save(struct dose *dose)
{
	CLEANUP(iem_freep) char *text = NULL;
	const struct iem_dose_clock now = clock_of(dose);
	int r = iem_dose_write(&text, &dose->dose, &now);

	dose->saved_s = now.elapsed_s;
	if (r == 0 && dose->path)
		r = iem_write_atomic(dose->path, text, strlen(text), OWNER_ONLY);
	if (r < 0 && !dose->failing)
		log_warning("The dose could not be written to %s: %s.", dose->path ? dose->path : "memory", strerror(-r));
	dose->failing = r < 0;
	dose->grown &= r < 0;
	return r;
}

void dose_free(struct dose *dose)
{
	if (!dose)
		return;
	if (dose->grown)
		save(dose);
	free(dose->path);
	free(dose);
}

void dose_hear(struct dose *dose, double level_dba, double seconds)
{
	const struct iem_dose_clock now = clock_of(dose);

	dose->grown |= iem_dose_add(&dose->dose, iem_exposure_pa2(level_dba) * seconds, seconds, &now);
	if (dose->grown && now.elapsed_s - dose->saved_s >= SAVE_SECONDS)
		save(dose);
}

static void age(struct dose *dose)
{
	const struct iem_dose_clock now = clock_of(dose);

	iem_dose_age(&dose->dose, &now);
}

int dose_warning(struct dose *dose, enum iem_dose_standard standard)
{
	const int warning = iem_dose_warning(&dose->dose, standard);

	dose->grown |= warning != 0; /* that it was told is kept as well */
	return warning;
}

double dose_percent(struct dose *dose, enum iem_dose_standard standard)
{
	age(dose);
	return iem_dose_percent(&dose->dose, standard);
}

double dose_hours(struct dose *dose)
{
	age(dose);
	return iem_dose_sum(&dose->dose).seconds / 3600;
}

int dose_reset(struct dose *dose)
{
	const struct iem_dose_clock now = clock_of(dose);

	iem_dose_init(&dose->dose, &now);
	return save(dose);
}
