#include "daemon/files.h"

#include "daemon/log.h"
#include "daemon/watches.h"

#include "core/io/impulse_file.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <spa/support/system.h>
#include <sys/stat.h>

#define SETTLE_MS 30

struct files {
	struct pw_loop *loop;
	const struct iem_paths *paths;
	void (*changed)(void *data);
	void *data;
	struct watches *watches; /* NULL where the kernel gives none: then only commands look */
	struct spa_source *source, *timer;
	bool dirty;
	struct iem_store *store;
	struct iem_settings settings;
	struct stat settings_stamp;
	const char *settings_path;
};

/* Who keeps his files elsewhere has links here, to profiles and to what they name: watch also what these lead to. */
static void watch_links(struct files *files, const char *folder)
{
	DIR *dir = opendir(folder);
	const struct dirent *item;
	char path[PATH_MAX];

	while (dir && (item = readdir(dir)))
		if ((item->d_type == DT_LNK || item->d_type == DT_UNKNOWN) &&
		    snprintf(path, sizeof(path), "%s/%s", folder, item->d_name) < (int)sizeof(path))
			watches_file(files->watches, path);
	if (dir)
		closedir(dir);
}

static void watch_root(struct files *files, const char *root)
{
	static const char *const folders[] = { "", "/generic", "/sources" };

	for (size_t f = 0; f < ARRAY_LEN(folders); f++) {
		char path[PATH_MAX];

		snprintf(path, sizeof(path), "%s%s", root, folders[f]);
		watches_folder(files->watches, path);
		watch_links(files, path);
	}
}

/* The folder may be a link itself. */
static void watch_settings(struct files *files, const char *path)
{
	char folder[PATH_MAX];

	watches_file(files->watches, path);
	snprintf(folder, sizeof(folder), "%.*s", (int)(strrchr(path, '/') - path), path);
	watches_file(files->watches, folder);
}

static void watch_all(struct files *files)
{
	if (!files->watches)
		return;
	watches_begin(files->watches);
	if (files->paths->settings)
		watch_settings(files, files->paths->settings);
	watch_settings(files, files->paths->system_settings);
	for (int root = 0; root < IEM_PROFILE_ROOTS; root++)
		if (files->paths->profiles[root])
			watch_root(files, files->paths->profiles[root]);
	watches_end(files->watches);
}

static bool same_stamp(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
	       a->st_ctim.tv_sec == b->st_ctim.tv_sec && a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

static bool read_settings(struct files *files)
{
	CLEANUP(iem_diags_finish) struct iem_diags diags = { 0 };
	const char *path = iem_paths_settings(files->paths);
	struct stat stamp = { 0 };

	if (path)
		stat(path, &stamp);
	if (path == files->settings_path && same_stamp(&stamp, &files->settings_stamp))
		return false;
	files->settings_path = path;
	files->settings_stamp = stamp;
	if (path && !iem_is_plain_file(path))
		iem_complain(&diags, path, 0, "is no plain file");
	if (diags.errors || iem_settings_load(&files->settings, path, &diags) < 0)
		log_error("The settings do not load; what held before holds on.");
	log_diags(&diags);
	return true;
}

/* Tell what is wrong with files, once for each reading of them. */
static void tell_mistakes(const struct files *files)
{
	const struct iem_entry *const *entries;
	const size_t n = iem_store_entries(files->store, &entries);

	log_diags(iem_store_diags(files->store));
	for (size_t i = 0; i < n; i++) {
		if (!entries[i]->diags.n)
			continue;
		log_diags(&entries[i]->diags);
		if (entries[i]->broken && entries[i]->profile)
			log_warning("Profile '%s' does not load any more; what it held before stays in force.",
				    entries[i]->id);
	}
}

static bool read_all(struct files *files)
{
	const bool settings = read_settings(files);
	const int changes = iem_store_scan(files->store);

	if (changes > 0)
		tell_mistakes(files);
	return settings || changes > 0;
}

static void drain(struct files *files)
{
	if (files->watches)
		files->dirty |= watches_drain(files->watches);
}

static bool reread(struct files *files)
{
	/* Watches first: what changes in between is seen as an event. */
	watch_all(files);
	drain(files);
	files->dirty = false;
	return read_all(files);
}

/* Word does not come from everywhere: what is linked may lie where nothing is watched. So it is always looked at. */
void files_flush(struct files *files)
{
	bool changed = read_all(files);

	drain(files);
	if (changed || files->dirty)
		changed |= reread(files);
	if (changed)
		files->changed(files->data);
}

static void on_inotify(void *data, int fd, uint32_t mask)
{
	struct files *files = data;
	struct timespec wait = { .tv_nsec = SETTLE_MS * 1000000L };

	drain(files);
	if (files->dirty)
		pw_loop_update_timer(files->loop, files->timer, &wait, NULL, false);
}

static void on_timer(void *data, uint64_t expirations)
{
	files_flush(data);
}

int files_new(struct files **out, struct pw_loop *loop, const struct iem_paths *paths, void (*changed)(void *data),
	      void *data)
{
	struct files *files = calloc(1, sizeof(*files));
	int r;

	if (!files)
		return -ENOMEM;
	*files = (struct files){ .loop = loop, .paths = paths, .changed = changed, .data = data };
	iem_settings_init(&files->settings);
	files->timer = pw_loop_add_timer(loop, on_timer, files);
	r = watches_new(&files->watches);
	if (r == 0)
		files->source = pw_loop_add_io(loop, watches_fd(files->watches), SPA_IO_IN, false, on_inotify, files);
	else
		log_warning("inotify does not answer (%s): changed files are seen with the next command only.",
			    strerror(-r));
	if (iem_store_new(&files->store, paths, &iem_impulse_files) < 0) {
		files_free(files);
		return -ENOMEM;
	}
	reread(files);
	*out = files;
	return 0;
}

void files_free(struct files *files)
{
	if (!files)
		return;
	if (files->source)
		pw_loop_destroy_source(files->loop, files->source);
	if (files->timer)
		pw_loop_destroy_source(files->loop, files->timer);
	watches_free(files->watches);
	iem_store_free(files->store);
	free(files);
}

const struct iem_store *files_store(const struct files *files)
{
	return files->store;
}

const struct iem_settings *files_settings(const struct files *files)
{
	return &files->settings;
}
