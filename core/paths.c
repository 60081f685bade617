#include "core/paths.h"

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

const char *const iem_origin_names[IEM_PROFILE_ROOTS + 1] = { "user", "system", "shipped" };

static int join(char **out, const char *a, const char *b)
{
	if (asprintf(out, "%s/%s", a, b) < 0) {
		*out = NULL;
		return -ENOMEM;
	}
	return 0;
}

/* $VARIABLE/iemd, or $HOME/FALLBACK/iemd; relative paths do not count, as the base directory specification says. */
static int xdg_folder(char **out, iem_getenv_fn env, const char *variable, const char *fallback)
{
	const char *base = env(variable), *home = env("HOME");
	CLEANUP(iem_freep) char *in_home = NULL;

	*out = NULL;
	if (base && base[0] == '/')
		return join(out, base, "iemd");
	if (!home || home[0] != '/')
		return 0;
	if (join(&in_home, home, fallback) < 0)
		return -ENOMEM;
	return join(out, in_home, "iemd");
}

int iem_paths_init(struct iem_paths *paths, iem_getenv_fn env)
{
	CLEANUP(iem_freep) char *config = NULL;
	const char *data = env("IEMD_DATA_DIR");

	*paths = (struct iem_paths){ 0 };
	if (xdg_folder(&config, env, "XDG_CONFIG_HOME", ".config") < 0 ||
	    xdg_folder(&paths->state, env, "XDG_STATE_HOME", ".local/state") < 0 ||
	    join(&paths->profiles[IEM_FROM_SYSTEM], "/etc/iemd", "profiles") < 0 ||
	    join(&paths->system_settings, "/etc/iemd", "iemd.conf") < 0 ||
	    join(&paths->profiles[IEM_FROM_SHIPPED], data && *data ? data : IEMD_DATA_DIR, "profiles") < 0)
		return -ENOMEM;
	if (config && (join(&paths->profiles[IEM_FROM_USER], config, "profiles") < 0 ||
		       join(&paths->settings, config, "iemd.conf") < 0))
		return -ENOMEM;
	return 0;
}

void iem_paths_finish(struct iem_paths *paths)
{
	for (int i = 0; i < IEM_PROFILE_ROOTS; i++)
		free(paths->profiles[i]);
	free(paths->settings);
	free(paths->system_settings);
	free(paths->state);
	*paths = (struct iem_paths){ 0 };
}

const char *iem_paths_settings(const struct iem_paths *paths)
{
	if (paths->settings && access(paths->settings, F_OK) == 0)
		return paths->settings;
	if (access(paths->system_settings, F_OK) == 0)
		return paths->system_settings;
	return NULL;
}

bool iem_is_plain_file(const char *path)
{
	struct stat stamp;

	return stat(path, &stamp) == 0 && S_ISREG(stamp.st_mode);
}

static int make_folder(const char *path)
{
	struct stat stamp;

	if (mkdir(path, 0700) == 0)
		return 0;
	if (errno != EEXIST || stat(path, &stamp) < 0)
		return -errno;
	return S_ISDIR(stamp.st_mode) ? 0 : -ENOTDIR;
}

static int make_folders(char *path)
{
	int r = 0;

	for (char *slash = strchr(path + 1, '/'); slash && r == 0; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		r = make_folder(path);
		*slash = '/';
	}
	return r;
}

int iem_make_parent(const char *path)
{
	CLEANUP(iem_freep) char *copy = strdup(path);

	return copy ? make_folders(copy) : -ENOMEM;
}

int iem_make_folder(const char *path)
{
	CLEANUP(iem_freep) char *copy = NULL;

	if (join(&copy, path, "") < 0)
		return -ENOMEM;
	return make_folders(copy);
}

static int sync_folder_of(const char *path)
{
	CLEANUP(iem_freep) char *folder = strdup(path);
	char *slash = folder ? strrchr(folder, '/') : NULL;
	int fd;

	if (!slash)
		return 0;
	slash[slash == folder] = '\0';
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	fsync(fd);
	close(fd);
	return 0;
}

static int write_all(int fd, const char *text, size_t size)
{
	while (size > 0) {
		ssize_t n = write(fd, text, size);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0) {
			text += n;
			size -= (size_t)n;
		}
	}
	return fsync(fd) < 0 ? -errno : 0;
}

int iem_write_atomic(const char *path, const char *text, size_t size, mode_t mode)
{
	CLEANUP(iem_freep) char *temporary = NULL;
	int fd, r;

	if ((r = iem_make_parent(path)) < 0)
		return r;
	if (asprintf(&temporary, "%s.XXXXXX", path) < 0)
		return -ENOMEM;
	fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	r = write_all(fd, text, size);
	if (r == 0 && fchmod(fd, mode) < 0)
		r = -errno;
	close(fd);
	if (r == 0 && rename(temporary, path) < 0)
		r = -errno;
	if (r < 0) {
		unlink(temporary);
		return r;
	}
	return sync_folder_of(path);
}
