/* iemctl check: every mistake in every file, in one pass. */
#include "cli/check_curve.h"
#include "cli/cmd_import.h"
#include "core/source.h"
#include "cli/files.h"
#include "cli/groups.h"
#include "cli/json.h"
#include "cli/rated.h"
#include "cli/text.h"

#include "core/conf.h"
#include "core/io/impulse_file.h"
#include "core/settings.h"

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

struct check {
	struct files files;
	struct iem_diags diags;
	size_t settings, profiles, sources, curves; /* files looked at */
	bool named; /* on the command line: then it is told what was found in them, too */
	double reference_spl_db; /* that what an earphone bears is reckoned for */
};

static void check_finish(struct check *check)
{
	files_close(&check->files);
	iem_diags_finish(&check->diags);
}

/* "dir/name.conf" to "name", cut to what an id may be and one more. */
static const char *id_of(const char *path, char id[IEM_MAX_ID + 2])
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path, *dot = strrchr(name, '.');
	const int length = dot && strcmp(dot, ".conf") == 0 ? (int)(dot - name) : (int)strlen(name);

	snprintf(id, IEM_MAX_ID + 2, "%.*s", length, name);
	return id;
}

static void check_settings(struct check *check, const char *path)
{
	struct iem_settings settings;

	check->settings++;
	iem_settings_load(&settings, path, &check->diags);
}

static void check_source(struct check *check, const char *path)
{
	CLEANUP(iem_source_freep) struct iem_source *source = NULL;
	char id[IEM_MAX_ID + 2];

	check->sources++;
	iem_source_load(&source, id_of(path, id), path, &check->diags);
}

/* No mistake: a published correction may well do more than the maker rates, but who uses it is to know. */
static void remark_excess(struct check *check, const struct iem_profile *profile, const struct iem_eq *eq,
			  const char *variant, const char *path)
{
	const struct rated_notes notes = rated_notes(&profile->earphone, eq, check->reference_spl_db);

	for (size_t i = 0; i < notes.n; i++)
		iem_remark(&check->diags, path, 0, "%s%s%s%s", variant ? "variant '" : "", variant ? variant : "",
			   variant ? "': " : "", notes.text[i]);
}

static void remark_excesses(struct check *check, const struct iem_profile *profile, const char *path)
{
	remark_excess(check, profile, &profile->eq, NULL, path);
	for (size_t i = 0; i < profile->n_variants; i++)
		remark_excess(check, profile, &profile->variants[i].eq, profile->variants[i].name, path);
}

/* What LIKE gives to a profile: facts, or a complaint. */
static void check_like(struct check *check, struct iem_profile *profile, const char *path)
{
	const char *like = profile->earphone.like;
	const struct iem_profile *base = iem_store_profile(check->files.store, like);

	if (strcmp(like, profile->id) == 0)
		iem_complain(&check->diags, path, profile->like_line,
			     "'like' runs in a circle: '%s' is this profile", like);
	else if (!iem_store_find(check->files.store, IEM_STORE_PROFILES, like))
		iem_complain(&check->diags, path, profile->like_line,
			     "'like' names '%s', and there is no such profile", like);
	else if (!base)
		iem_complain(&check->diags, path, profile->like_line,
			     "'like' names '%s', which does not load", like);
	else
		iem_profile_inherit(profile, base); /* without memory for it there is less to be remarked */
}

/* A profile that need not be among those in force: its `like` is looked up among them. */
static void check_profile(struct check *check, const char *path)
{
	CLEANUP(iem_profile_freep) struct iem_profile *profile = NULL;
	char id[IEM_MAX_ID + 2];

	check->profiles++;
	if (iem_profile_load(&profile, id_of(path, id), path, &iem_impulse_files, &check->diags) < 0)
		return;
	if (check->named)
		tell_curve_of(profile, path, &check->diags);
	if (profile->earphone.like)
		check_like(check, profile, path);
	remark_excesses(check, profile, path);
}

/* What a scan read is not read again: it knows circles too. @return whether PATH is in force */
static bool check_in_force(struct check *check, enum iem_store_kind kind, const char *id, const char *path)
{
	const struct iem_entry *entry = iem_store_find(check->files.store, kind, id);

	if (!entry || strcmp(entry->path, path) != 0)
		return false;
	iem_diags_append(&check->diags, &entry->diags);
	if (entry->profile)
		remark_excesses(check, entry->profile, path);
	if (check->named && entry->profile && !entry->broken)
		tell_curve_of(entry->profile, path, &check->diags);
	check->profiles += kind == IEM_STORE_PROFILES;
	check->sources += kind == IEM_STORE_SOURCES;
	return true;
}

/* --- everything ------------------------------------------------------------------------------- */

static int is_conf(const struct dirent *file)
{
	const char *dot = strrchr(file->d_name, '.');

	return file->d_name[0] != '.' && dot && strcmp(dot, ".conf") == 0;
}

/* Also files that another of the same id hides: they may be in force tomorrow. */
static void check_folder(struct check *check, const char *root, const char *within, enum iem_store_kind kind)
{
	CLEANUP(iem_freep) char *folder = NULL;
	struct dirent **files;
	int n;

	if (asprintf(&folder, "%s/%s", root, within) < 0) {
		folder = NULL;
		return;
	}
	n = scandir(folder, &files, is_conf, alphasort);
	for (int i = 0; i < n; i++) {
		CLEANUP(iem_freep) struct dirent *file = files[i];
		CLEANUP(iem_freep) char *path = NULL;
		char id[IEM_MAX_ID + 2];
		struct stat status;

		if (asprintf(&path, "%s%s", folder, file->d_name) < 0)
			continue;
		id_of(path, id);
		if (!iem_id_valid(id) || stat(path, &status) < 0 || !S_ISREG(status.st_mode) ||
		    check_in_force(check, kind, id, path))
			continue; /* what is wrong with a name, the store tells */
		if (kind == IEM_STORE_SOURCES)
			check_source(check, path);
		else
			check_profile(check, path);
	}
	if (n >= 0)
		free(files);
}

static void check_everything(struct check *check)
{
	const struct iem_paths *paths = &check->files.paths;
	const char *const settings[] = { paths->settings, paths->system_settings };

	for (size_t i = 0; i < ARRAY_LEN(settings); i++)
		if (settings[i] && access(settings[i], F_OK) == 0)
			check_settings(check, settings[i]);
	for (int root = 0; root < IEM_PROFILE_ROOTS; root++) {
		if (!paths->profiles[root])
			continue;
		check_folder(check, paths->profiles[root], "", IEM_STORE_PROFILES);
		check_folder(check, paths->profiles[root], "generic/", IEM_STORE_PROFILES);
		check_folder(check, paths->profiles[root], "sources/", IEM_STORE_SOURCES);
	}
	iem_diags_append(&check->diags, iem_store_diags(check->files.store));
}

/* --- a file by what it is --------------------------------------------------------------------- */

static bool is_settings(const char *path)
{
	const size_t length = strlen(path), end = strlen("iemd.conf");

	return length >= end && strcmp(path + length - end, "iemd.conf") == 0;
}

static bool is_source(const char *path)
{
	CLEANUP(conf_close) struct conf conf = { 0 };
	const config_setting_t *source;

	if (strstr(path, "/sources/") || strncmp(path, "sources/", 8) == 0)
		return true;
	if (conf_open(&conf, path, NULL) < 0)
		return false;
	source = config_lookup(&conf.tree, "source");
	return source && config_setting_is_group(source);
}

static void check_file(struct check *check, const char *path)
{
	char id[IEM_MAX_ID + 2];

	if (is_settings(path)) {
		check_settings(check, path);
		return;
	}
	if (is_curve_file(path)) {
		check->curves++;
		check_curve_file(path, &check->diags);
		return;
	}
	if (!iem_id_valid(id_of(path, id)))
		iem_remark(&check->diags, path, 0, "the file name is no id; " ID_RULE, IEM_MAX_ID);
	if (is_source(path))
		check_source(check, path);
	else if (!check_in_force(check, IEM_STORE_PROFILES, id, path))
		check_profile(check, path);
}

/* --- the answer ------------------------------------------------------------------------------- */

static int print_json(const struct iem_diags *diags)
{
	json_t *list = json_array();

	for (size_t i = 0; i < diags->n; i++) {
		const struct iem_diag *d = &diags->items[i];

		json_array_append_new(list, json_pack("{so, so, sb, so}", "file", json_text(d->file), "line",
						      d->line > 0 ? json_integer(d->line) : json_null(),
						      "error", d->error, "text", json_text(d->text)));
	}
	return json_put(list);
}

static const char *count(size_t n, const char *one, const char *many, char *buf, size_t size)
{
	snprintf(buf, size, "%zu %s", n, n == 1 ? one : many);
	return buf;
}

static void print_summary(const struct check *check)
{
	char settings[64], profiles[64], sources[64], curves[64];

	count(check->settings, "settings file", "settings files", settings, sizeof(settings));
	count(check->profiles, "profile", "profiles", profiles, sizeof(profiles));
	count(check->sources, "source", "sources", sources, sizeof(sources));
	if (check->curves)
		say("No mistake in %s, %s, %s and %s.\n", settings, profiles, sources,
		    count(check->curves, "impedance curve", "impedance curves", curves, sizeof(curves)));
	else
		say("No mistake in %s, %s and %s.\n", settings, profiles, sources);
}

static int run_check(const struct invocation *call)
{
	CLEANUP(check_finish) struct check check = { .settings = 0 };
	int status = files_open(&check.files);

	if (status != STATUS_DONE)
		return status;
	check.reference_spl_db = rated_reference_db(&check.files.paths);
	check.named = call->n_args > 0;
	if (!check.named)
		check_everything(&check);
	for (int i = 0; i < call->n_args; i++)
		check_file(&check, call->args[i]);
	if (option_given(call, "--json"))
		status = print_json(&check.diags);
	else
		complain_diags(&check.diags);
	if (check.diags.errors)
		return STATUS_FAILED;
	if (!option_given(call, "--json"))
		print_summary(&check);
	return status;
}

const struct command check_commands[] = {
	{ "check", "[FILE...]", "Every mistake in settings, profiles and sources", run_check, 0, -1,
	  COMMAND_READS, NULL,
	  "Without FILE: all there are, also those that others of the same id hide. A FILE\n"
	  "is settings if it is called iemd.conf, an impedance curve if its name ends with\n"
	  ".zma, .tsv, .csv or .txt, a source if it holds a group 'source', else a profile.\n" },
	COMMAND_END
};
