#include "cli/files.h"

#include "cli/bus.h"
#include "cli/command.h"
#include "cli/text.h"

#include "core/io/impulse_file.h"

static const char *environment(const char *name)
{
	return getenv(name);
}

int files_open(struct files *files)
{
	*files = (struct files){ .store = NULL };
	if (iem_paths_init(&files->paths, environment) < 0 ||
	    iem_store_new(&files->store, &files->paths, &iem_impulse_files) < 0 || iem_store_scan(files->store) < 0) {
		complain("The profiles cannot be read: out of memory.");
		return STATUS_FAILED;
	}
	return STATUS_DONE;
}

void files_close(struct files *files)
{
	iem_store_free(files->store);
	iem_paths_finish(&files->paths);
}

const struct iem_entry *files_entry(const struct files *files, const char *id)
{
	const struct iem_entry *entry = iem_store_find(files->store, IEM_STORE_PROFILES, id);
	const char *near;

	if (entry)
		return entry;
	entry = iem_store_find(files->store, IEM_STORE_SOURCES, id);
	if (entry) {
		complain("There is no profile '%s'; that is a source, in %s.", id, entry->path);
		return NULL;
	}
	near = iem_store_nearest(files->store, IEM_STORE_PROFILES, id);
	if (near)
		complain("There is no profile '%s'; did you mean '%s'? 'iemctl list' shows them all.", id,
			 near);
	else
		complain("There is no profile '%s'; 'iemctl list' shows them all.", id);
	return NULL;
}

int files_profile(const struct files *files, const char *id, const struct iem_entry **out)
{
	const struct iem_entry *entry = files_entry(files, id);

	if (!entry)
		return STATUS_NOT_FOUND;
	if (!entry->profile) {
		complain("The profile '%s' does not load:", id);
		complain_diags(&entry->diags);
		return STATUS_FAILED;
	}
	*out = entry;
	return STATUS_DONE;
}

int files_eq(const struct iem_profile *profile, const char *variant, const struct iem_eq **out)
{
	char names[512] = "";
	size_t n = 0;

	*out = iem_profile_eq(profile, variant);
	if (*out)
		return STATUS_DONE;
	for (size_t i = 0; i < profile->n_variants && n < sizeof(names); i++)
		n += (size_t)snprintf(names + n, sizeof(names) - n, "%s'%s'", i ? ", " : "; there are ",
				      profile->variants[i].name);
	complain("The profile '%s' has no variant '%s'%s.", profile->id, variant,
		 n ? names : ", nor any other");
	return STATUS_NOT_FOUND;
}

int after_change(void)
{
	return service_sync(BUS_ANY);
}
