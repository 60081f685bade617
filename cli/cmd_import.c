/* iemctl import: a preset becomes a profile. */
#include "cli/cmd_import.h"

#include "cli/files.h"
#include "cli/rated.h"
#include "cli/text.h"

#include "core/apo.h"
#include "core/chain.h"
#include "core/conf.h"
#include "core/profile_write.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <unistd.h>

/* One import under way. */
struct import {
	const char *file; /* as it is called in messages */
	char id[IEM_MAX_ID + 1];
	const char *earphone; /* id or NULL */
	char *text;           /* of the preset */
	size_t size;
	enum iem_reference reference;
	struct iem_apo apo;
	char *profile; /* the text to be written */
};

static void import_finish(struct import *import)
{
	free(import->text);
	free(import->profile);
	iem_apo_finish(&import->apo);
}

/* "dir/Acme One (foam).txt": "acme-one-foam" */
static void slug(const char *path, char id[IEM_MAX_ID + 1])
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path, *dot = strrchr(name, '.');
	const char *end =
		dot && isalpha((unsigned char)dot[1]) && strlen(dot) <= 5 ? dot : name + strlen(name);
	size_t n = 0;

	for (; name < end && n < IEM_MAX_ID; name++) {
		const char c = (char)tolower((unsigned char)*name);

		if (isascii(c) && (isalnum((unsigned char)c) || (n > 0 && strchr("._", c))))
			id[n++] = c;
		else if (n > 0 && id[n - 1] != '-')
			id[n++] = '-';
	}
	while (n > 0 && !isalnum((unsigned char)id[n - 1]))
		n--;
	id[n] = '\0';
}

static int choose_id(struct import *import, const struct invocation *call)
{
	const char *name = option_value(call, "--name");

	if (!name && strcmp(call->args[0], "-") == 0)
		return usage_error(call,
				   "What comes from standard input has no name; give it one with --name ID.");
	if (name && !iem_id_valid(name))
		return usage_error(call, "--name is '%s'; " ID_RULE ".", name, IEM_MAX_ID);
	if (name)
		strcpy(import->id, name);
	else
		slug(call->args[0], import->id);
	if (!iem_id_valid(import->id))
		return usage_error(call, "No id can be made of the file's name; give one with --name ID.");
	return STATUS_DONE;
}

static int choose_reference(struct import *import, const struct invocation *call)
{
	const char *word = option_value(call, "--reference");
	char words[128];

	import->reference = iem_apo_reference(import->text, import->size, import->file);
	for (int i = 0; word && i < IEM_REFERENCES; i++)
		if (strcmp(word, iem_reference_names[i]) == 0) {
			import->reference = (enum iem_reference)i;
			return STATUS_DONE;
		}
	if (word)
		return usage_error(call, "--reference is '%s'; allowed are %s.", word,
				   conf_words(iem_reference_names, words, sizeof(words)));
	return STATUS_DONE;
}

/* The facts' profile must be there, and must not in turn take its facts from the one to be written. */
static int check_earphone(const struct import *import, const struct files *files)
{
	const struct iem_entry *entry;
	const char *id = import->earphone;
	int status;

	if (!id)
		return STATUS_DONE;
	status = files_profile(files, id, &entry);
	if (status != STATUS_DONE)
		return status;
	for (const struct iem_profile *p = entry->profile; p && strcmp(p->id, import->id) != 0;) {
		id = p->earphone.like;
		p = id ? iem_store_profile(files->store, id) : NULL;
		if (!p)
			return STATUS_DONE;
	}
	complain(
		"'%s' cannot take its facts from '%s', which is or follows it; choose another id with --name.",
		import->id, import->earphone);
	return STATUS_USAGE;
}

static int check_existing(const struct import *import, const struct files *files, bool force)
{
	const struct iem_entry *there = iem_store_find(files->store, IEM_STORE_PROFILES, import->id);

	if (!there || force)
		return STATUS_DONE;
	complain("There is a profile '%s' already: %s; --force %s it, --name ID writes another.", import->id,
		 there->path, there->from == IEM_FROM_USER ? "replaces" : "hides");
	return STATUS_FAILED;
}

static int read_preset(struct import *import, const char *file)
{
	const bool standard = strcmp(file, "-") == 0;
	int r;

	if (standard)
		r = conf_slurp_stream(stdin, IEM_APO_MAX_BYTES, &import->text, &import->size);
	else
		r = conf_slurp(file, IEM_APO_MAX_BYTES, &import->text, &import->size);
	import->file = standard ? "(standard input)" : file;
	if (r == 0)
		return STATUS_DONE;
	complain("%s: %s%s", import->file, r == -EFBIG ? "" : "cannot be read: ",
		 r == -EFBIG ? "the file is larger than 1 MiB" : strerror(-r));
	return STATUS_FAILED;
}

static int parse_preset(struct import *import)
{
	struct iem_diags diags = { 0 };
	const int r = iem_apo_parse(&import->apo, import->text, import->size, import->file, import->reference,
				    &diags);

	complain_diags(&diags);
	iem_diags_finish(&diags);
	return r < 0 ? STATUS_FAILED : STATUS_DONE;
}

/* The preset's file without its folder, safe to show. */
static const char *base_name(const struct import *import, char *buf, size_t size)
{
	const char *slash = strrchr(import->file, '/');

	return shown(slash ? slash + 1 : import->file, buf, size);
}

static const char *describe(const struct import *import, char *buf, size_t size)
{
	char name[300];
	const int n = snprintf(buf, size, "Imported from %s.", base_name(import, name, sizeof(name)));

	if (!isnan(import->apo.preamp_db) && n > 0 && (size_t)n < size)
		snprintf(buf + n, size - (size_t)n,
			 "\nIts published preamp is %g dB; \"auto\" takes the exact one instead.",
			 import->apo.preamp_db);
	return buf;
}

/* Text to profile and back: what is written must be what was meant, or it is not written. */
static int compose(struct import *import)
{
	CLEANUP(iem_profile_freep) struct iem_profile *profile = NULL, *back = NULL;
	char comment[600], origin[400], name[300];

	if (iem_profile_parse(&profile, import->id, "", 0, "", NULL) < 0)
		return STATUS_FAILED;
	snprintf(origin, sizeof(origin), "imported from %s", base_name(import, name, sizeof(name)));
	profile->origin = strdup(origin);
	profile->earphone.like = import->earphone ? strdup(import->earphone) : NULL;
	free(profile->eq.bands);
	profile->eq = import->apo.eq;
	import->apo.eq = (struct iem_eq){ 0 }; /* handed over */
	if (iem_profile_write(&import->profile, profile, describe(import, comment, sizeof(comment))) == 0 &&
	    iem_profile_parse(&back, import->id, import->profile, strlen(import->profile), "", NULL) == 0 &&
	    back->eq.n_bands == profile->eq.n_bands && back->eq.graphic.n == profile->eq.graphic.n)
		return STATUS_DONE;
	complain("The profile that came of %s cannot be read back; nothing was written.", import->file);
	return STATUS_FAILED;
}

static void describe_eq(const struct iem_eq *eq)
{
	say("It has ");
	if (eq->n_bands || !eq->graphic.n)
		say("%zu %s, reference %s", eq->n_bands, eq->n_bands == 1 ? "band" : "bands",
		    iem_reference_names[eq->reference]);
	if (eq->graphic.n)
		say("%sa graphic equaliser of %zu %s", eq->n_bands ? ", and " : "", eq->graphic.n,
		    eq->graphic.n == 1 ? "point" : "points");
	say(".\n");
}

/* The profile by itself has no facts: they are those of the earphone that it names. */
static void note_excess(const struct import *import, const struct iem_eq *eq, const struct files *files)
{
	const struct iem_profile *facts = import->earphone ? iem_store_profile(files->store, import->earphone) : NULL;
	struct rated_notes notes = { .n = 0 };
	char text[IEM_EXCESS_TEXT];

	if (facts)
		notes = rated_notes(&facts->earphone, eq, rated_reference_db(&files->paths));
	for (size_t i = 0; i < notes.n; i++)
		say("%s\n", rated_sentence(&notes, i, text, sizeof(text)));
}

static void report(const struct import *import, const char *path, const struct files *files)
{
	CLEANUP(iem_profile_freep) struct iem_profile *profile = NULL;
	CLEANUP(iem_chain_freep) struct iem_chain *chain = NULL;
	struct iem_chain_plan plan = { .rate_hz = 48000,
				       .channels = 2,
				       .sides = { IEM_SIDE_LEFT, IEM_SIDE_RIGHT } };
	char safe[1024];

	if (iem_profile_parse(&profile, import->id, import->profile, strlen(import->profile), path, NULL) < 0)
		return;
	plan.eq = &profile->eq;
	if (iem_chain_new(&chain, &plan) < 0)
		return;
	say("Wrote %s.\n", shown(path, safe, sizeof(safe)));
	describe_eq(&profile->eq);
	say("Its preamp is %.2f dB at 48 kHz", unsigned_zero(iem_chain_preamp_db(chain), 2));
	if (!isnan(import->apo.preamp_db))
		say("; published: %g dB", import->apo.preamp_db);
	say(".\n");
	note_excess(import, &profile->eq, files);
}

static int write_profile(const struct import *import, const struct files *files)
{
	CLEANUP(iem_freep) char *path = NULL;
	int r;

	if (!files->paths.profiles[IEM_FROM_USER]) {
		complain(
			"There is no place for your profiles: neither XDG_CONFIG_HOME nor HOME names a folder.");
		return STATUS_FAILED;
	}
	if (asprintf(&path, "%s/%s.conf", files->paths.profiles[IEM_FROM_USER], import->id) < 0) {
		path = NULL;
		return STATUS_FAILED;
	}
	r = iem_write_atomic(path, import->profile, strlen(import->profile), 0644);
	if (r < 0) {
		complain("%s cannot be written: %s.", path, strerror(-r));
		return STATUS_FAILED;
	}
	report(import, path, files);
	return STATUS_DONE;
}

int run_import(const struct invocation *call)
{
	CLEANUP(files_close) struct files files;
	CLEANUP(import_finish) struct import import = { .earphone = option_value(call, "--earphone") };
	int status = files_open(&files);

	if (status != STATUS_DONE || (status = choose_id(&import, call)) != STATUS_DONE ||
	    (status = check_earphone(&import, &files)) != STATUS_DONE ||
	    (status = check_existing(&import, &files, option_given(call, "--force"))) != STATUS_DONE ||
	    (status = read_preset(&import, call->args[0])) != STATUS_DONE ||
	    (status = choose_reference(&import, call)) != STATUS_DONE ||
	    (status = parse_preset(&import)) != STATUS_DONE || (status = compose(&import)) != STATUS_DONE ||
	    (status = write_profile(&import, &files)) != STATUS_DONE)
		return status;
	return after_change();
}
