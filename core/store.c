#include "core/store.h"

#include "core/nearest.h"

#include <dirent.h>
#include <errno.h>

struct iem_store {
	const struct iem_paths *paths;
	const struct iem_impulse_loader *loader;
	struct iem_entry **entries; /* ordered by kind, then id */
	size_t n;
	size_t changes; /* of the scan under way */
	struct iem_diags diags;
};

/* Where in a root files of a kind are; profiles may also stand in generic/. */
static const struct {
	const char *folder;
	enum iem_store_kind kind;
} folders[] = {
	{ "", IEM_STORE_PROFILES },
	{ "generic/", IEM_STORE_PROFILES },
	{ "sources/", IEM_STORE_SOURCES },
};

static void forget_beside(struct iem_entry *entry)
{
	for (size_t i = 0; i < entry->n_beside; i++)
		free(entry->beside[i].path);
	free(IEM_STEAL(entry->beside));
	entry->n_beside = 0;
}

static void entry_free(struct iem_entry *entry)
{
	if (!entry)
		return;
	forget_beside(entry);
	free(entry->id);
	free(entry->path);
	iem_profile_free(entry->profile);
	iem_profile_free(entry->fresh);
	iem_source_free(entry->source);
	iem_diags_finish(&entry->diags);
	free(entry);
}

int iem_store_new(struct iem_store **out, const struct iem_paths *paths, const struct iem_impulse_loader *loader)
{
	struct iem_store *store = calloc(1, sizeof(*store));

	if (!store)
		return -ENOMEM;
	store->paths = paths;
	store->loader = loader;
	*out = store;
	return 0;
}

void iem_store_free(struct iem_store *store)
{
	if (!store)
		return;
	for (size_t i = 0; i < store->n; i++)
		entry_free(store->entries[i]);
	free(store->entries);
	iem_diags_finish(&store->diags);
	free(store);
}

void iem_store_freep(struct iem_store **store)
{
	iem_store_free(*store);
}

static int compare(const struct iem_entry *entry, enum iem_store_kind kind, const char *id)
{
	return entry->kind != kind ? (int)entry->kind - (int)kind : strcmp(entry->id, id);
}

/* The place of an entry, or where it would have to stand. */
static size_t position(const struct iem_store *store, enum iem_store_kind kind, const char *id)
{
	size_t low = 0, high = store->n;

	while (low < high) {
		const size_t middle = (low + high) / 2;

		if (compare(store->entries[middle], kind, id) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct iem_entry *find(const struct iem_store *store, enum iem_store_kind kind, const char *id)
{
	const size_t at = position(store, kind, id);

	return at < store->n && compare(store->entries[at], kind, id) == 0 ? store->entries[at] : NULL;
}

static struct iem_entry *insert(struct iem_store *store, enum iem_store_kind kind, const char *id)
{
	const size_t at = position(store, kind, id);
	struct iem_entry *entry = calloc(1, sizeof(*entry)), **entries;

	if (!entry || !(entry->id = strdup(id)))
		goto fail;
	entries = realloc(store->entries, (store->n + 1) * sizeof(struct iem_entry *));
	if (!entries)
		goto fail;
	store->entries = entries;
	memmove(&entries[at + 1], &entries[at], (store->n++ - at) * sizeof(struct iem_entry *));
	entry->kind = kind;
	return entries[at] = entry;
fail:
	entry_free(entry);
	return NULL;
}

static bool same_stamp(const struct stat *was, const struct stat *stamp)
{
	return was->st_dev == stamp->st_dev && was->st_ino == stamp->st_ino && was->st_size == stamp->st_size &&
	       was->st_mtim.tv_sec == stamp->st_mtim.tv_sec && was->st_mtim.tv_nsec == stamp->st_mtim.tv_nsec &&
	       was->st_ctim.tv_sec == stamp->st_ctim.tv_sec && was->st_ctim.tv_nsec == stamp->st_ctim.tv_nsec;
}

/* Of a file that is not there: all zero. */
static struct stat stamp_of(const char *path)
{
	struct stat stamp;

	return stat(path, &stamp) == 0 ? stamp : (struct stat){ 0 };
}

static bool same_files(const struct iem_entry *entry, const char *path, const struct stat *stamp)
{
	bool same = iem_streq(entry->path, path) && same_stamp(&entry->stamp, stamp);

	for (size_t i = 0; i < entry->n_beside && same; i++) {
		const struct stat now = stamp_of(entry->beside[i].path);

		same = same_stamp(&entry->beside[i].stamp, &now);
	}
	return same;
}

struct loading {
	const struct iem_impulse_loader *loader;
	struct iem_entry *entry;
};

/* Also what does not load is looked at again when it changes. */
static int note_beside(void *data, const char *path)
{
	struct iem_entry *entry = ((const struct loading *)data)->entry;
	struct iem_beside *more = realloc(entry->beside, (entry->n_beside + 1) * sizeof(*more));

	if (!more)
		return -ENOMEM;
	entry->beside = more;
	more[entry->n_beside] = (struct iem_beside){ strdup(path), stamp_of(path) };
	if (!more[entry->n_beside].path)
		return -ENOMEM;
	entry->n_beside++;
	return 0;
}

static int load_beside(void *data, struct iem_impulse **out, const char *path, struct iem_diags *diags)
{
	const struct iem_impulse_loader *loader = ((const struct loading *)data)->loader;
	const int r = note_beside(data, path);

	return r < 0 ? r : loader->load(loader->data, out, path, diags);
}

/* Read the file of an entry; what it held stays where it no longer loads. */
static void load(const struct iem_store *store, struct iem_entry *entry)
{
	struct loading loading = { store->loader, entry };
	const struct iem_impulse_loader loader = { load_beside, &loading, note_beside };
	struct iem_source *source = NULL;
	int r;

	iem_diags_finish(&entry->diags);
	iem_profile_free(IEM_STEAL(entry->fresh));
	forget_beside(entry);
	if (entry->kind == IEM_STORE_PROFILES) {
		r = iem_profile_load(&entry->fresh, entry->id, entry->path, store->loader ? &loader : NULL,
				     &entry->diags);
	} else {
		r = iem_source_load(&source, entry->id, entry->path, &entry->diags);
		if (r == 0) {
			iem_source_free(entry->source);
			entry->source = source;
		}
	}
	entry->broken = r < 0;
}

static int found(struct iem_store *store, enum iem_origin from, enum iem_store_kind kind, const char *id,
		 const char *path)
{
	struct iem_entry *entry = find(store, kind, id);
	struct stat stamp;

	if (entry && entry->seen)
		return 0; /* an earlier root has it: this one is shadowed */
	if (stat(path, &stamp) < 0 || !S_ISREG(stamp.st_mode))
		return 0; /* gone again, or something that could block a reader */
	if (!entry && !(entry = insert(store, kind, id)))
		return -ENOMEM;
	entry->seen = true;
	entry->from = from;
	if (same_files(entry, path, &stamp))
		return 0;
	free(entry->path);
	entry->path = strdup(path);
	if (!entry->path)
		return -ENOMEM;
	entry->stamp = stamp;
	load(store, entry);
	store->changes++;
	return 0;
}

/* "name.conf" to "name". @return 1, 0 where the file is none of ours, or -EINVAL where the name is no id */
static int id_of(const char *name, char id[NAME_MAX + 1])
{
	const char *dot = strrchr(name, '.');

	if (!dot || strcmp(dot, ".conf") != 0 || name[0] == '.')
		return 0;
	snprintf(id, NAME_MAX + 1, "%.*s", (int)(dot - name), name);
	return iem_id_valid(id) ? 1 : -EINVAL;
}

static int scan_folder(struct iem_store *store, enum iem_origin from, enum iem_store_kind kind, const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *item;
	int r = 0;

	if (!dir) {
		if (errno != ENOENT && errno != ENOTDIR)
			iem_remark(&store->diags, folder, 0, "cannot be read: %s", strerror(errno));
		return 0;
	}
	while (r == 0 && (item = readdir(dir))) {
		CLEANUP(iem_freep) char *path = NULL;
		char id[NAME_MAX + 1];
		const int ours = id_of(item->d_name, id);

		if (ours == 0)
			continue;
		if (asprintf(&path, "%s%s", folder, item->d_name) < 0) {
			path = NULL;
			r = -ENOMEM;
		} else if (ours < 0) {
			iem_complain(&store->diags, path, 0,
				     "the file name is no id; allowed are a-z, 0-9, '.', '_' and '-', at most %d of "
				     "them, then .conf", IEM_MAX_ID);
		} else {
			r = found(store, from, kind, id, path);
		}
	}
	closedir(dir);
	return r;
}

static bool resolve(struct iem_store *store, struct iem_entry *entry);

/* Take over the facts of the profile that `like` names, after that one has taken over its own. */
static int follow_like(struct iem_store *store, struct iem_entry *entry)
{
	struct iem_profile *fresh = entry->fresh;
	const char *like = fresh->earphone.like;
	struct iem_entry *base = find(store, IEM_STORE_PROFILES, like);

	if (!base)
		return iem_complain(&entry->diags, entry->path, fresh->like_line,
				    "'like' names '%s', and there is no such profile", like);
	if (base->resolving)
		return iem_complain(&entry->diags, entry->path, fresh->like_line,
				    "'like' runs in a circle: '%s' leads back here", like);
	if (!resolve(store, base))
		return iem_complain(&entry->diags, entry->path, fresh->like_line,
				    "'like' names '%s', which does not load", like);
	return iem_profile_inherit(fresh, base->profile);
}

/* Make what was read the profile in force. @return whether there is one, be it the one before */
static bool resolve(struct iem_store *store, struct iem_entry *entry)
{
	int r = 0;

	if (!entry->fresh)
		return entry->profile != NULL;
	entry->resolving = true;
	if (entry->fresh->earphone.like)
		r = follow_like(store, entry);
	entry->resolving = false;
	if (r < 0) {
		iem_profile_free(IEM_STEAL(entry->fresh));
		entry->broken = true;
	} else {
		iem_profile_free(entry->profile);
		entry->profile = IEM_STEAL(entry->fresh);
	}
	return entry->profile != NULL;
}

/* Facts are inherited into the profile itself, so every profile with `like` starts from its file again. */
static void resolve_all(struct iem_store *store)
{
	for (size_t i = 0; i < store->n; i++) {
		struct iem_entry *entry = store->entries[i];
		const bool follows = entry->profile && entry->profile->earphone.like;

		if (!entry->fresh && entry->kind == IEM_STORE_PROFILES && (follows || entry->broken))
			load(store, entry);
	}
	for (size_t i = 0; i < store->n; i++)
		resolve(store, store->entries[i]);
}

static void drop_unseen(struct iem_store *store)
{
	size_t kept = 0;

	for (size_t i = 0; i < store->n; i++) {
		if (store->entries[i]->seen) {
			store->entries[kept++] = store->entries[i];
		} else {
			entry_free(store->entries[i]);
			store->changes++;
		}
	}
	store->n = kept;
}

int iem_store_scan(struct iem_store *store)
{
	int r = 0;

	store->changes = 0;
	iem_diags_finish(&store->diags);
	for (size_t i = 0; i < store->n; i++)
		store->entries[i]->seen = false;
	for (int from = 0; from < IEM_PROFILE_ROOTS && r == 0; from++) {
		for (size_t f = 0; f < ARRAY_LEN(folders) && r == 0; f++) {
			CLEANUP(iem_freep) char *folder = NULL;

			if (!store->paths->profiles[from])
				continue;
			if (asprintf(&folder, "%s/%s", store->paths->profiles[from], folders[f].folder) < 0) {
				folder = NULL;
				return -ENOMEM;
			}
			r = scan_folder(store, from, folders[f].kind, folder);
		}
	}
	if (r < 0)
		return r;
	drop_unseen(store);
	if (store->changes)
		resolve_all(store);
	return (int)store->changes;
}

const struct iem_entry *iem_store_find(const struct iem_store *store, enum iem_store_kind kind, const char *id)
{
	return find(store, kind, id);
}

const char *iem_store_nearest(const struct iem_store *store, enum iem_store_kind kind, const char *id)
{
	CLEANUP(iem_freep) const char **ids = calloc(store->n + 1, sizeof(char *));
	size_t n = 0;

	for (size_t i = 0; ids && i < store->n; i++)
		if (store->entries[i]->kind == kind)
			ids[n++] = store->entries[i]->id;
	return ids ? iem_nearest(id, ids, n) : NULL;
}

const struct iem_profile *iem_store_profile(const struct iem_store *store, const char *id)
{
	const struct iem_entry *entry = find(store, IEM_STORE_PROFILES, id);

	return entry ? entry->profile : NULL;
}

size_t iem_store_entries(const struct iem_store *store, const struct iem_entry *const **entries)
{
	*entries = (const struct iem_entry *const *)store->entries;
	return store->n;
}

const struct iem_diags *iem_store_diags(const struct iem_store *store)
{
	return &store->diags;
}
