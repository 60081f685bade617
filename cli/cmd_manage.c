/* iemctl remove, rename: the user's own profiles; and the table of these commands with import. */
#include "cli/cmd_import.h"
#include "cli/files.h"
#include "cli/groups.h"
#include "cli/text.h"

#include "core/band.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* The entry of a profile that is the user's to change. @return enum status */
static int own_entry(const struct files *files, const char *id, const char *deed,
		     const struct iem_entry **out)
{
	const struct iem_entry *entry = files_entry(files, id);

	if (!entry)
		return STATUS_NOT_FOUND;
	if (entry->from != IEM_FROM_USER) {
		complain("The profile '%s' cannot be %s: it is %s, in %s; only your own can.", id, deed,
			 entry->from == IEM_FROM_SHIPPED ? "shipped with iemd" : "the system's", entry->path);
		return STATUS_FAILED;
	}
	*out = entry;
	return STATUS_DONE;
}

/* Profiles that take their facts from an id that is no more. */
static void tell_orphans(const struct files *files, const char *id)
{
	const struct iem_entry *const *entries;
	const size_t n = iem_store_entries(files->store, &entries);

	if (iem_store_find(files->store, IEM_STORE_PROFILES, id))
		return;
	for (size_t i = 0; i < n; i++)
		if (entries[i]->profile && iem_streq(entries[i]->profile->earphone.like, id))
			complain(
				"The profile '%s' takes its facts from '%s' and no longer loads: change its 'like' in %s.",
				entries[i]->id, id, entries[i]->path);
}

static int run_remove(const struct invocation *call)
{
	CLEANUP(files_close) struct files files;
	const char *id = call->args[0];
	const struct iem_entry *entry = NULL;
	int status = files_open(&files);

	if (status == STATUS_DONE)
		status = own_entry(&files, id, "removed", &entry);
	if (status != STATUS_DONE)
		return status;
	if (unlink(entry->path) < 0) {
		complain("%s cannot be removed: %s.", entry->path, strerror(errno));
		return STATUS_FAILED;
	}
	say("Removed '%s'.\n", id);
	if (iem_store_scan(files.store) >= 0) {
		entry = iem_store_find(files.store, IEM_STORE_PROFILES, id);
		if (entry)
			say("The %s profile of that id is in force again: %s.\n",
			    iem_origin_names[entry->from], entry->path);
		tell_orphans(&files, id);
	}
	return after_change();
}

/* Never over a file that has come there meanwhile; file systems that cannot promise it get a plain rename. */
static int move(const char *from, const char *to)
{
	if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -errno;
	if (access(to, F_OK) == 0)
		return -EEXIST;
	return rename(from, to) < 0 ? -errno : 0;
}

static int check_new_id(const struct files *files, const struct invocation *call, const char *id)
{
	const struct iem_entry *there;

	if (!iem_id_valid(id))
		return usage_error(call, "'%s' is no id; " ID_RULE ".", id, IEM_MAX_ID);
	there = iem_store_find(files->store, IEM_STORE_PROFILES, id);
	if (!there)
		return STATUS_DONE;
	complain("There is a profile '%s' already: %s.", id, there->path);
	return STATUS_FAILED;
}

static int run_rename(const struct invocation *call)
{
	CLEANUP(files_close) struct files files;
	CLEANUP(iem_freep) char *to = NULL;
	const char *id = call->args[0], *new_id = call->args[1];
	const struct iem_entry *entry = NULL;
	int status = files_open(&files), r;

	if (status == STATUS_DONE)
		status = own_entry(&files, id, "renamed", &entry);
	if (status == STATUS_DONE)
		status = check_new_id(&files, call, new_id);
	if (status != STATUS_DONE)
		return status;
	if (asprintf(&to, "%.*s/%s.conf", (int)(strrchr(entry->path, '/') - entry->path), entry->path,
		     new_id) < 0) {
		to = NULL;
		return STATUS_FAILED;
	}
	r = move(entry->path, to);
	if (r < 0) {
		complain("%s cannot be renamed to %s: %s.", entry->path, to, strerror(-r));
		return STATUS_FAILED;
	}
	say("Renamed '%s' to '%s'.\n", id, new_id);
	if (iem_store_scan(files.store) >= 0) {
		entry = iem_store_find(files.store, IEM_STORE_PROFILES, id);
		if (entry)
			say("The %s profile '%s' is in force again: %s.\n", iem_origin_names[entry->from], id,
			    entry->path);
		tell_orphans(&files, id);
	}
	return after_change();
}

static const struct option import_options[] = {
	{ "--name", "ID", "the profile's id; else the file's name" },
	{ "--earphone", "ID", "take the earphone's facts from this profile" },
	{ "--reference", "R", "analog, cookbook-44100 or cookbook-48000" },
	{ "--force", NULL, "also where a profile of this id exists" },
	OPTION_END
};

const struct command manage_commands[] = {
	{ "import", "FILE|- [--name ID] [--earphone ID] [--reference R] [--force]",
	  "A published preset becomes a profile of yours", run_import, 1, 1, 0, import_options,
	  "FILE is Equalizer APO's text, which AutoEq, REW and squig.link also write; '-'\n"
	  "is standard input. What cannot be taken over is told. The reference is\n"
	  "cookbook-44100 where the file or its name says AutoEq, else cookbook-48000.\n" },
	{ "remove", "ID", "Remove a profile of yours", run_remove, 1, 1 },
	{ "rename", "ID NEW", "Give a profile of yours another id", run_rename, 2, 2 },
	COMMAND_END
};
