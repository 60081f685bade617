/**
 * log.h - one line a message on standard error, with the priority prefix that the journal understands when
 * standard error is the journal's. Main thread only.
 */
#pragma once

#include "core/diag.h"

enum log_level { LOG_LEVEL_ERROR = 3, LOG_LEVEL_WARNING = 4, LOG_LEVEL_NOTICE = 5, LOG_LEVEL_DEBUG = 7 };

/** Reads IEMD_DEBUG (any value: debug messages too) and JOURNAL_STREAM. */
void log_init(void);

void log_line(enum log_level level, const char *format, ...) IEM_PRINTF(2, 3);

#define log_error(...) log_line(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...) log_line(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_notice(...) log_line(LOG_LEVEL_NOTICE, __VA_ARGS__)
#define log_debug(...) log_line(LOG_LEVEL_DEBUG, __VA_ARGS__)

/** Every diagnostic on a line of its own: errors as errors, remarks as warnings. */
void log_diags(const struct iem_diags *diags);
