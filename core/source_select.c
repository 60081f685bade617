#include "core/source_select.h"

#include <stdarg.h>

#define MAX_OFFERS 8 /* named; a family is no larger */

/* What the rules of all sources come to. */
struct candidates {
	const struct iem_entry *best;
	const struct iem_match *rule;
	unsigned most; /* keys of that rule */
	const char *offers[MAX_OFFERS];
	unsigned n_offers;
};

static IEM_PRINTF(2, 3) void conclude(struct iem_source_selection *out, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(out->reason, sizeof(out->reason), format, args);
	va_end(args);
}

static void select_decided(struct iem_source_selection *out, const char *decided, const struct iem_store *store)
{
	const struct iem_entry *entry = iem_store_find(store, IEM_STORE_SOURCES, decided);

	if (strcmp(decided, IEM_NO_SOURCE) == 0) {
		conclude(out, "You said that what drives this output is not known.");
	} else if (!entry) {
		conclude(out, "The source '%s' that you named does not exist any more.", decided);
	} else if (!entry->source) {
		conclude(out, "The source '%s' that you named does not load; 'iemctl check' tells why.", decided);
	} else {
		out->source = entry->source;
		conclude(out, "You named '%s' as what drives this output.", decided);
	}
}

/* Ids without a name may be another product's of the same family. */
static bool decides(const struct iem_match *rule)
{
	return !rule->want[IEM_MATCH_USB] || rule->want[IEM_MATCH_PRODUCT];
}

static void offer(struct candidates *found, const char *id)
{
	if (found->n_offers < MAX_OFFERS && (!found->n_offers || found->offers[found->n_offers - 1] != id))
		found->offers[found->n_offers++] = id;
}

static void weigh(struct candidates *found, const struct iem_entry *entry, const struct iem_match *rule,
		  const char *const have[IEM_MATCH_KEYS])
{
	const unsigned held = iem_match_holds(rule, have);

	if (held && !decides(rule)) {
		offer(found, entry->id);
	} else if (held > found->most || (held && held == found->most && entry->from < found->best->from)) {
		found->most = held;
		found->best = entry;
		found->rule = rule;
	}
}

static void tell_offers(struct iem_source_selection *out, const struct candidates *found)
{
	char names[MAX_OFFERS * (IEM_MAX_ID + 8)] = "";

	for (unsigned i = 0; i < found->n_offers; i++) {
		const char *before = i == 0 ? "" : i + 1 < found->n_offers ? ", " : " or ";

		snprintf(names + strlen(names), sizeof(names) - strlen(names), "%s'%s'", before, found->offers[i]);
	}
	conclude(out, "By its USB ids it may be %.300s; 'iemctl source ID' says what it is.", names);
}

void iem_source_select(struct iem_source_selection *out, const char *const have[IEM_MATCH_KEYS], const char *decided,
		       const struct iem_store *store)
{
	const struct iem_entry *const *entries;
	const size_t n = iem_store_entries(store, &entries);
	struct candidates found = { 0 };
	char asked[256];

	memset(out, 0, sizeof(*out));
	if (decided) {
		select_decided(out, decided, store);
		return;
	}
	for (size_t i = 0; i < n; i++)
		for (size_t m = 0; entries[i]->source && m < entries[i]->source->matches.n; m++)
			weigh(&found, entries[i], &entries[i]->source->matches.at[m], have);
	if (found.best) {
		out->source = found.best->source;
		conclude(out, "A rule of '%s' matches this output: %s.", found.best->id,
			 iem_match_describe(found.rule, asked, sizeof(asked)));
	} else if (found.n_offers) {
		tell_offers(out, &found);
	} else {
		conclude(out, "No source was named for this output and no rule matches it; 'iemctl source ID' names one.");
	}
}
