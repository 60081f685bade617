/** groups.h - the groups of commands that main.c lists, one file each. */
#pragma once

#include "cli/command.h"

extern const struct command service_commands[];  /* status, outputs, switch, next, confirm, auto, on, off, toggle */
extern const struct command profile_commands[];  /* list, show */
extern const struct command manage_commands[];   /* import, remove, rename */
extern const struct command response_commands[]; /* response, render */
extern const struct command gain_commands[];     /* gain */
extern const struct command check_commands[];    /* check */
extern const struct command settings_commands[]; /* set, limit, loudness */
