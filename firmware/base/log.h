/* SPDX-License-Identifier: MIT */
/* The log: lines on stderr, with journal priority prefixes (<3> … <7>, sd-daemon(3)) where stderr goes to the journal
 * (JOURNAL_STREAM is set) and with a UTC time stamp elsewhere. The one piece of global state in the programs.
 * No secret and no personal data belongs in a line. Whoever handles an error logs it; whoever passes it on does not.
 * Thread: any; a line is written with one write(2). */
#ifndef SITELOG_BASE_LOG_H
#define SITELOG_BASE_LOG_H

#include "firmware/base/err.h"

enum log_level { LOG_LEVEL_ERROR = 3, LOG_LEVEL_WARN = 4, LOG_LEVEL_INFO = 6, LOG_LEVEL_DEBUG = 7 };

/* Lines above `level` are dropped from now on. Default: LOG_LEVEL_INFO. */
void log_set_level(enum log_level level);

/* "error" | "warn" | "info" | "debug"; ERR_INVALID otherwise. */
MUST_CHECK int log_level_parse(const char *name, enum log_level *out);

void log_error(const char *format, ...) PRINTF_LIKE(1, 2);
void log_warn(const char *format, ...) PRINTF_LIKE(1, 2);
void log_info(const char *format, ...) PRINTF_LIKE(1, 2);
void log_debug(const char *format, ...) PRINTF_LIKE(1, 2);

#endif
