/** cmd_profile.h - list and show, which share a table but not a file. */
#pragma once

#include "cli/command.h"

int run_list(const struct invocation *call);
int run_show(const struct invocation *call);
