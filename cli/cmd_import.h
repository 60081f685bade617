/** cmd_import.h - import, whose row stands with remove and rename. */
#pragma once

#include "cli/command.h"

/** What an id looks like; wants IEM_MAX_ID. */
#define ID_RULE                                                                                              \
	"allowed are a-z, 0-9, '.', '_' and '-', beginning with a letter or digit, at most %d characters"

int run_import(const struct invocation *call);
