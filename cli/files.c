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

/* What the kinds are called, and what lists them. */
static const struct {
	const char *name, *list;
} kinds[] = {
	[IEM_STORE_PROFILES] = { "profile", "iemctl list" },
	[IEM_STORE_SOURCES] = { "source", "iemctl list --sources" },
};

static const struct iem_entry *find_entry(const struct files *files, enum iem_store_kind kind, const char *id)
{
	const enum iem_store_kind other = kind == IEM_STORE_PROFILES ? IEM_STORE_SOURCES : IEM_STORE_PROFILES;
	const struct iem_entry *entry = iem_store_find(files->store, kind, id);
	const char *name = kinds[kind].name, *near;

	if (entry)
		return entry;
	entry = iem_store_find(files->store, other, id);
	if (entry) {
		complain("There is no %s '%s'; that is a %s, in %s.", name, id, kinds[other].name, entry->path);
		return NULL;
	}
	near = iem_store_nearest(files->store, kind, id);
	if (near)
		complain("There is no %s '%s'; did you mean '%s'? '%s' shows them all.", name, id, near,
			 kinds[kind].list);
	else
		complain("There is no %s '%s'; '%s' shows them all.", name, id, kinds[kind].list);
	return NULL;
}

/* @return enum status */
static int find_loaded(const struct files *files, enum iem_store_kind kind, const char *id,
		       const struct iem_entry **out)
{
	const struct iem_entry *entry = find_entry(files, kind, id);

	if (!entry)
		return STATUS_NOT_FOUND;
	if (!entry->profile && !entry->source) {
		complain("The %s '%s' does not load:", kinds[kind].name, id);
		complain_diags(&entry->diags);
		return STATUS_FAILED;
	}
	*out = entry;
	return STATUS_DONE;
}

const struct iem_entry *files_entry(const struct files *files, const char *id)
{
	return find_entry(files, IEM_STORE_PROFILES, id);
}

int files_profile(const struct files *files, const char *id, const struct iem_entry **out)
{
	return find_loaded(files, IEM_STORE_PROFILES, id, out);
}

int files_source(const struct files *files, const char *id, const struct iem_entry **out)
{
	return find_loaded(files, IEM_STORE_SOURCES, id, out);
}

int read_settings(const struct iem_paths *paths, struct iem_settings *out)
{
	struct iem_diags diags = { 0 };
	int r;

	iem_settings_init(out);
	r = iem_settings_load(out, iem_paths_settings(paths), &diags);
	complain_diags(&diags);
	iem_diags_finish(&diags);
	return r < 0 ? STATUS_FAILED : STATUS_DONE;
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
