#include "daemon/watches.h"

#include "daemon/log.h"

#include "core/util.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <unistd.h>

#define CHANGES (IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_CREATE | IN_DELETE_SELF | IN_MOVE_SELF)
#define MAX_HOPS 8 /* from link to link */

/* A name in a folder: other names there may change as often as they like, a link may lead into any folder. */
struct watched {
	int wd;
	char *name; /* owned; NULL: all that is in the folder */
	bool told;
};

struct watches {
	int fd;
	struct watched at[WATCHES_MAX];
	size_t n;
	bool full; /* that has been told */
};

int watches_new(struct watches **out)
{
	struct watches *watches = calloc(1, sizeof(*watches));
	int r = -ENOMEM;

	if (watches && (watches->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) >= 0) {
		*out = watches;
		return 0;
	}
	if (watches)
		r = -errno;
	free(watches);
	return r;
}

void watches_free(struct watches *watches)
{
	if (!watches)
		return;
	for (size_t i = 0; i < watches->n; i++)
		free(watches->at[i].name);
	close(watches->fd);
	free(watches);
}

int watches_fd(const struct watches *watches)
{
	return watches->fd;
}

/* --- what happened ---------------------------------------------------------------------------------------------- */

/* Without a name it is about the folder itself; without a folder events were lost. */
static bool concerns(const struct watches *watches, const struct inotify_event *event)
{
	if (event->wd < 0)
		return true;
	for (size_t i = 0; i < watches->n; i++) {
		const struct watched *watched = &watches->at[i];

		if (watched->wd == event->wd && (!watched->name || !event->len || strcmp(watched->name, event->name) == 0))
			return true;
	}
	return false;
}

bool watches_drain(struct watches *watches)
{
	char buffer[8192] __attribute__((aligned(__alignof__(struct inotify_event))));
	bool any = false;
	ssize_t size;

	while ((size = read(watches->fd, buffer, sizeof(buffer))) > 0)
		for (const char *at = buffer; at < buffer + size;) {
			const struct inotify_event *event = (const struct inotify_event *)(const void *)at;

			any |= concerns(watches, event);
			at += sizeof(*event) + event->len;
		}
	return any;
}

/* --- what is watched -------------------------------------------------------------------------------------------- */

static void tell_full(struct watches *watches, const char *path, const char *why)
{
	if (!watches->full)
		log_warning("%s is not watched: %s. What changes there is seen with the next command.", path, why);
	watches->full = true;
}

/* @return false where there is no such folder */
static bool add(struct watches *watches, const char *folder, const char *name)
{
	const int wd = inotify_add_watch(watches->fd, *folder ? folder : "/", CHANGES | IN_ONLYDIR);
	char *copy;

	if (wd < 0 && errno != ENOSPC)
		return false;
	if (wd < 0) {
		tell_full(watches, folder, "the kernel watches no more than fs.inotify.max_user_watches folders");
		return true;
	}
	for (size_t i = 0; i < watches->n; i++)
		if (watches->at[i].wd == wd && iem_same(watches->at[i].name, name)) {
			watches->at[i].told = true;
			return true;
		}
	copy = name ? strdup(name) : NULL;
	if (watches->n == WATCHES_MAX || (name && !copy)) {
		tell_full(watches, folder, "too much is");
		free(copy);
		return true;
	}
	watches->at[watches->n++] = (struct watched){ wd, copy, true };
	return true;
}

/* The file in its folder, or whatever has to come first in the nearest folder above that exists. */
static void add_name(struct watches *watches, const char *path)
{
	char folder[PATH_MAX];
	char *slash;

	snprintf(folder, sizeof(folder), "%s", path);
	do {
		slash = strrchr(folder, '/');
		if (!slash)
			return;
		*slash = '\0';
	} while (!add(watches, folder, slash + 1) && slash != folder);
}

/* Where the link PATH leads. @return false where it is none */
static bool follow(const char *path, char to[PATH_MAX])
{
	char target[PATH_MAX];
	const ssize_t size = readlink(path, target, sizeof(target) - 1);
	const int folder = (int)(strrchr(path, '/') - path);

	if (size <= 0)
		return false;
	target[size] = '\0';
	return snprintf(to, PATH_MAX, "%.*s%s%s", *target == '/' ? 0 : folder, path, *target == '/' ? "" : "/", target) <
	       PATH_MAX;
}

void watches_begin(struct watches *watches)
{
	for (size_t i = 0; i < watches->n; i++)
		watches->at[i].told = false;
}

void watches_file(struct watches *watches, const char *path)
{
	char at[PATH_MAX], to[PATH_MAX];

	snprintf(at, sizeof(at), "%s", path);
	add_name(watches, at);
	for (int hop = 0; hop < MAX_HOPS && strchr(at, '/') && follow(at, to); hop++) {
		strcpy(at, to);
		add_name(watches, at);
	}
}

void watches_folder(struct watches *watches, const char *path)
{
	watches_file(watches, path);
	add(watches, path, NULL);
}

static bool is_watched(const struct watches *watches, int wd)
{
	for (size_t i = 0; i < watches->n; i++)
		if (watches->at[i].wd == wd)
			return true;
	return false;
}

void watches_end(struct watches *watches)
{
	struct watched gone[WATCHES_MAX];
	size_t kept = 0, n_gone = 0;

	for (size_t i = 0; i < watches->n; i++)
		if (watches->at[i].told)
			watches->at[kept++] = watches->at[i];
		else
			gone[n_gone++] = watches->at[i];
	watches->n = kept;
	for (size_t i = 0; i < n_gone; i++) {
		free(gone[i].name);
		if (!is_watched(watches, gone[i].wd))
			inotify_rm_watch(watches->fd, gone[i].wd);
	}
}
