/* iemctl list: what there is. */
#include "cli/cmd_profile.h"

#include "cli/files.h"
#include "cli/json.h"
#include "cli/text.h"

#include <dirent.h>

/* A line of the list, whatever it lists. */
struct item {
	const char *id, *brand, *model, *name, *from, *path;
	bool broken;
};

struct list {
	const char *pattern; /* NULL: all */
	const char *what;    /* is listed: the plural */
	json_t *json;        /* NULL: text */
	struct table table;
	size_t n;
};

static bool fits(const char *pattern, const char *text)
{
	if (!text)
		return false;
	return strpbrk(pattern, "*?") ? iem_glob(pattern, text) : strcasestr(text, pattern) != NULL;
}

static bool is_wanted(const char *pattern, const struct item *item)
{
	char both[2 * IEM_MAX_ID + 2048];

	if (!pattern)
		return true;
	snprintf(both, sizeof(both), "%s %s", item->brand ? item->brand : "", item->model ? item->model : "");
	return fits(pattern, item->id) || fits(pattern, item->brand) || fits(pattern, item->model) ||
	       fits(pattern, item->name) || fits(pattern, both);
}

static void add(struct list *list, const struct item *item)
{
	char title[2100];
	json_t *object;

	if (!is_wanted(list->pattern, item))
		return;
	list->n++;
	if (list->json) {
		object = json_pack("{so, so, so, so, so}", "id", json_text(item->id), "brand",
				   json_text(item->brand), "model", json_text(item->model), "from",
				   json_text(item->from), "path", json_text(item->path));
		if (item->name)
			json_object_set_new(object, "name", json_text(item->name));
		if (item->broken)
			json_object_set_new(object, "broken", json_true());
		json_array_append_new(list->json, object);
		return;
	}
	snprintf(title, sizeof(title), "%s%s%s", item->brand ? item->brand : "",
		 item->brand && item->model ? " " : "",
		 item->model                  ? item->model
		 : item->name && !item->brand ? item->name
					      : "");
	table_add(&list->table, item->id, item->broken ? "(does not load; see 'iemctl check')" : title,
		  item->from);
}

static void list_entries(struct list *list, const struct iem_store *store, enum iem_store_kind kind)
{
	const struct iem_entry *const *entries;
	const size_t n = iem_store_entries(store, &entries);

	for (size_t i = 0; i < n; i++) {
		const struct iem_entry *e = entries[i];
		struct item item = { .id = e->id, .from = iem_origin_names[e->from], .path = e->path,
				     .broken = e->broken };

		if (e->kind != kind)
			continue;
		if (e->profile) {
			item.brand = e->profile->earphone.brand;
			item.model = e->profile->earphone.model;
		}
		if (e->source)
			item.name = e->source->name;
		add(list, &item);
	}
}

/* A target's id is its file's name up to the last dot; the first folder that has it wins. */
static void list_targets(struct list *list, const struct iem_paths *paths)
{
	char seen[256][IEM_MAX_ID + 1];
	size_t n_seen = 0;

	for (int from = 0; from < IEM_PROFILE_ROOTS; from++) {
		CLEANUP(iem_freep) char *folder = NULL;
		struct dirent **files;
		int n;

		if (!paths->profiles[from] || asprintf(&folder, "%s/targets", paths->profiles[from]) < 0)
			continue;
		n = scandir(folder, &files, NULL, alphasort);
		for (int i = 0; i < n; i++) {
			CLEANUP(iem_freep) struct dirent *file = files[i];
			CLEANUP(iem_freep) char *path = NULL;
			const char *dot = strrchr(file->d_name, '.');
			char id[IEM_MAX_ID + 2];
			bool shadowed = false;

			snprintf(id, sizeof(id), "%.*s", dot ? (int)(dot - file->d_name) : 0, file->d_name);
			for (size_t k = 0; k < n_seen; k++)
				shadowed |= strcmp(seen[k], id) == 0;
			if (shadowed || n_seen == ARRAY_LEN(seen) || !iem_id_valid(id) ||
			    asprintf(&path, "%s/%s", folder, file->d_name) < 0)
				continue;
			strcpy(seen[n_seen++], id);
			add(list, &(struct item){ .id = id, .from = iem_origin_names[from], .path = path });
		}
		if (n >= 0)
			free(files);
	}
}

static int finish(struct list *list)
{
	if (list->json)
		return json_put(list->json);
	if (list->n == 0 && list->pattern)
		complain("There are no %s that match '%s'.", list->what, list->pattern);
	else if (list->n == 0)
		complain("There are no %s.", list->what);
	table_print(&list->table, 0);
	table_finish(&list->table);
	return STATUS_DONE;
}

int run_list(const struct invocation *call)
{
	CLEANUP(files_close) struct files files;
	struct list list = { .pattern = call->n_args ? call->args[0] : NULL,
			     .table = { .columns = 3, .shrink = 1 } };
	const bool targets = option_given(call, "--targets"), sources = option_given(call, "--sources");
	int status = files_open(&files);

	if (status != STATUS_DONE)
		return status;
	if (targets && sources)
		return usage_error(call, "--targets and --sources exclude each other.");
	list.what = targets ? "targets" : sources ? "sources" : "profiles";
	if (option_given(call, "--json"))
		list.json = json_array();
	if (targets)
		list_targets(&list, &files.paths);
	else
		list_entries(&list, files.store, sources ? IEM_STORE_SOURCES : IEM_STORE_PROFILES);
	return finish(&list);
}
