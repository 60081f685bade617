/**
 * rated.h - what a correction asks of its earphone beyond what that is rated for, for show, check and import.
 */
#pragma once

#include "core/excess.h"
#include "core/paths.h"

struct rated_notes {
	char text[IEM_EXCESSES][IEM_EXCESS_TEXT]; /* sentences without their full stop, beginning small */
	size_t n;
};

/** The level that power is reckoned for: the setting's; its default where the settings do not load. In dB SPL. */
double rated_reference_db(const struct iem_paths *paths);

/** Notes on EQ for EARPHONE; none where nothing is rated, and where there is no memory for a chain. */
struct rated_notes rated_notes(const struct iem_earphone *earphone, const struct iem_eq *eq, double reference_spl_db);

/** The note of that index as a whole sentence. @return buf */
const char *rated_sentence(const struct rated_notes *notes, size_t index, char *buf, size_t size);
