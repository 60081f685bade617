#include "cli/rated.h"

#include "core/io/impulse_file.h"
#include "core/settings.h"

#include <ctype.h>

#define NOTES_RATE_HZ 48000

double rated_reference_db(const struct iem_paths *paths)
{
	struct iem_settings settings;

	iem_settings_init(&settings);
	iem_settings_load(&settings, iem_paths_settings(paths), NULL); /* what is wrong there, check tells */
	return settings.level.reference_spl_db;
}

struct rated_notes rated_notes(const struct iem_earphone *earphone, const struct iem_eq *eq, double reference_spl_db)
{
	const struct iem_rated rated = iem_rated_of(earphone, reference_spl_db);
	const struct iem_chain_plan plan = { .eq = eq, .rate_hz = NOTES_RATE_HZ, .channels = 2,
					     .sides = { IEM_SIDE_LEFT, IEM_SIDE_RIGHT } };
	CLEANUP(iem_chain_freep) struct iem_chain *chain = NULL;
	struct rated_notes notes = { .n = 0 };
	struct iem_excess excess;

	if (!iem_rated_bounds(&rated) || iem_chain_design(&chain, &plan) < 0)
		return notes;
	excess = iem_excess_of(&rated, chain);
	for (int kind = 0; kind < IEM_EXCESSES; kind++)
		notes.n += *iem_excess_text(&excess, (enum iem_excess_kind)kind, &rated, notes.text[notes.n]) != '\0';
	return notes;
}

const char *rated_sentence(const struct rated_notes *notes, size_t index, char *buf, size_t size)
{
	const char *text = notes->text[index];

	snprintf(buf, size, "%c%s.", toupper((unsigned char)text[0]), text + 1);
	return buf;
}
