/* paths.h: where files are, and writing them whole or not at all. */
#include "support.h"

#include "core/paths.h"

#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

/* The environment of the row under test: NAME=VALUE, NULL at the end. */
static const char *const *environment;

static const char *from_row(const char *name)
{
	const size_t n = strlen(name);

	for (const char *const *one = environment; *one; one++)
		if (strncmp(*one, name, n) == 0 && (*one)[n] == '=')
			return *one + n + 1;
	return NULL;
}

static void assert_text(const char *got, const char *want)
{
	if (want)
		assert_string_equal(got ? got : "(none)", want);
	else
		assert_null(got);
}

static void folders_follow_the_base_directory_specification(void **state)
{
	static const struct {
		const char *environment[6];
		const char *user, *settings, *state, *shipped;
	} rows[] = {
		{ { "HOME=/h" },
		  "/h/.config/iemd/profiles",
		  "/h/.config/iemd/iemd.conf",
		  "/h/.local/state/iemd",
		  IEMD_DATA_DIR "/profiles" },
		{ { "HOME=/h", "XDG_CONFIG_HOME=/c", "XDG_STATE_HOME=/s", "IEMD_DATA_DIR=/d" },
		  "/c/iemd/profiles",
		  "/c/iemd/iemd.conf",
		  "/s/iemd",
		  "/d/profiles" },
		/* relative paths do not count, nor do empty ones */
		{ { "HOME=/h", "XDG_CONFIG_HOME=c", "XDG_STATE_HOME=", "IEMD_DATA_DIR=" },
		  "/h/.config/iemd/profiles",
		  "/h/.config/iemd/iemd.conf",
		  "/h/.local/state/iemd",
		  IEMD_DATA_DIR "/profiles" },
		/* without a home there are no files of the user's */
		{ { NULL }, NULL, NULL, NULL, IEMD_DATA_DIR "/profiles" },
		{ { "HOME=h" }, NULL, NULL, NULL, IEMD_DATA_DIR "/profiles" },
		{ { "XDG_CONFIG_HOME=/c" },
		  "/c/iemd/profiles",
		  "/c/iemd/iemd.conf",
		  NULL,
		  IEMD_DATA_DIR "/profiles" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct iem_paths paths;

		environment = rows[i].environment;
		assert_int_equal(iem_paths_init(&paths, from_row), 0);
		assert_text(paths.profiles[IEM_FROM_USER], rows[i].user);
		assert_text(paths.profiles[IEM_FROM_SYSTEM], "/etc/iemd/profiles");
		assert_text(paths.profiles[IEM_FROM_SHIPPED], rows[i].shipped);
		assert_text(paths.settings, rows[i].settings);
		assert_text(paths.system_settings, "/etc/iemd/iemd.conf");
		assert_text(paths.state, rows[i].state);
		iem_paths_finish(&paths);
	}
}

static void the_users_settings_come_before_the_systems(void **state)
{
	char *folder = temp_folder(), *user, *system;
	struct iem_paths paths = { 0 };

	assert_true(asprintf(&user, "%s/user.conf", folder) > 0);
	assert_true(asprintf(&system, "%s/system.conf", folder) > 0);
	paths.settings = user;
	paths.system_settings = system;
	assert_null(iem_paths_settings(&paths));
	put_file(folder, "system.conf", "");
	assert_string_equal(iem_paths_settings(&paths), system);
	put_file(folder, "user.conf", "");
	assert_string_equal(iem_paths_settings(&paths), user);
	paths.settings = NULL;
	assert_string_equal(iem_paths_settings(&paths), system);
	free(user);
	free(system);
	remove_folder(folder);
}

static int files_in(const char *folder)
{
	DIR *dir = opendir(folder);
	int n = 0;

	assert_non_null(dir);
	for (struct dirent *item = readdir(dir); item; item = readdir(dir))
		n += item->d_name[0] != '.';
	closedir(dir);
	return n;
}

static void a_file_is_written_whole_with_the_folders_it_needs(void **state)
{
	char *folder = temp_folder(), *path;
	CLEANUP(iem_freep) char *text = NULL;
	struct stat stamp;

	assert_true(asprintf(&path, "%s/a/b/c.conf", folder) > 0);
	assert_int_equal(iem_write_atomic(path, "one\n", 4, 0644), 0);
	assert_int_equal(iem_write_atomic(path, "two, and longer\n", 16, 0644), 0);
	text = get_file(folder, "a/b/c.conf");
	assert_string_equal(text, "two, and longer\n");
	*strrchr(path, '/') = '\0';
	assert_int_equal(files_in(path), 1); /* nothing of the temporary files is left */
	assert_int_equal(stat(path, &stamp), 0);
	assert_int_equal(stamp.st_mode & 0777, 0700);
	free(path);
	remove_folder(folder);
}

static void where_writing_fails_the_old_file_stays_and_nothing_is_left(void **state)
{
	char *folder = temp_folder(), *path, *below;
	CLEANUP(iem_freep) char *text = NULL;

	put_file(folder, "file", "old");
	put_file(folder, "target/inside", "");
	/* A folder cannot be replaced by a file. */
	assert_true(asprintf(&path, "%s/target", folder) > 0);
	assert_true(iem_write_atomic(path, "new", 3, 0644) < 0);
	/* A file is no folder. */
	assert_true(asprintf(&below, "%s/file/below", folder) > 0);
	assert_int_equal(iem_write_atomic(below, "new", 3, 0644), -ENOTDIR);
	text = get_file(folder, "file");
	assert_string_equal(text, "old");
	assert_int_equal(files_in(folder), 2);
	free(path);
	free(below);
	remove_folder(folder);
}

static void an_empty_file_is_a_file(void **state)
{
	char *folder = temp_folder();
	CLEANUP(iem_freep) char *text = NULL;

	put_file(folder, "empty", "");
	text = get_file(folder, "empty");
	assert_string_equal(text, "");
	remove_folder(folder);
}

static void folders_are_made_on_the_way_and_may_exist(void **state)
{
	char *folder = temp_folder(), *path;

	assert_true(asprintf(&path, "%s/a/b/c", folder) > 0);
	assert_int_equal(iem_make_folder(path), 0);
	assert_int_equal(iem_make_folder(path), 0);
	assert_int_equal(access(path, R_OK | W_OK | X_OK), 0);
	free(path);
	remove_folder(folder);
}

static void a_file_in_a_folders_place_is_told(void **state)
{
	char *folder = temp_folder(), *path, *below;

	put_file(folder, "file", "");
	assert_true(asprintf(&path, "%s/file", folder) > 0);
	assert_true(asprintf(&below, "%s/file/below", folder) > 0);
	assert_int_equal(iem_make_folder(path), -ENOTDIR);
	assert_int_equal(iem_make_folder(below), -ENOTDIR);
	free(path);
	free(below);
	remove_folder(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(folders_follow_the_base_directory_specification),
		cmocka_unit_test(the_users_settings_come_before_the_systems),
		cmocka_unit_test(a_file_is_written_whole_with_the_folders_it_needs),
		cmocka_unit_test(where_writing_fails_the_old_file_stays_and_nothing_is_left),
		cmocka_unit_test(an_empty_file_is_a_file),
		cmocka_unit_test(folders_are_made_on_the_way_and_may_exist),
		cmocka_unit_test(a_file_in_a_folders_place_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
