/* SPDX-License-Identifier: MIT */
/* Time zones, many at once and from any thread: reads compiled TZif files (RFC 8536, versions 1 to 4, with the POSIX
 * footer for times past the table) from /usr/share/zoneinfo (TZDIR overrides). Never touches the TZ variable. */
#ifndef SITELOG_BASE_TZ_H
#define SITELOG_BASE_TZ_H

#include "firmware/base/clock.h"

struct tz;

struct civil {
    int year;
    int month;
    int day;
    int hour;
    int minute;
    int second;
    int weekday;
}; /* month, day from 1; weekday 1 = Monday … 7 = Sunday (ISO 8601) */

#define TZ_DATE_SIZE 11 /* "2026-11-22" and NUL */

/* name: "Asia/Shanghai"; "UTC" always works. Names with "..", a leading "/" or over 63 characters are refused.
 * Owns: *out is the caller's, immutable, usable from any thread; tz_destroy. Errors: ERR_NOT_FOUND, ERR_CORRUPT, ERR_NOMEM. */
MUST_CHECK int tz_create(const char *name, struct tz **out, struct err_text *e);
void tz_destroy(struct tz *tz);

/* Seconds east of UTC that were in force at `at`. */
int32_t tz_offset_s(const struct tz *tz, struct wall at);

struct civil tz_civil(const struct tz *tz, struct wall at);

/* The site date of an instant, "YYYY-MM-DD". */
void tz_date(const struct tz *tz, struct wall at, char out[TZ_DATE_SIZE]);

/* The instant of a local time. In a gap (spring forward) the instant at which the gap ends, in a fold the first of the two.
 * weekday is not looked at. ERR_INVALID: no such date or time of day, or a year outside 1 … 9999. */
MUST_CHECK int tz_instant(const struct tz *tz, const struct civil *local, struct wall *out);

/* "YYYY-MM-DD" strictly, a real date of the Gregorian calendar, years 0001 to 9999; time of day 0, weekday set. ERR_INVALID. */
MUST_CHECK int tz_date_parse(const char *text, struct civil *out);

/* Days from a to b, both "YYYY-MM-DD" (valid); negative when b is before a. */
int tz_date_days(const char *a, const char *b);

/* `date` (valid) moved by days, at most to 0001-01-01 or 9999-12-31. */
void tz_date_add(const char *date, int days, char out[TZ_DATE_SIZE]);

#endif
