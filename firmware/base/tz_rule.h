/* SPDX-License-Identifier: MIT */
/* The rule in the last line of a TZif file, which holds for all times after its table: POSIX TZ with the extensions of
 * RFC 8536 (hours from -167 to 167), such as "EST5EDT,M3.2.0,M11.1.0" or "<+0330>-3:30". For tz.c only. Pure. Thread: any. */
#ifndef SITELOG_BASE_TZ_RULE_H
#define SITELOG_BASE_TZ_RULE_H

#include "firmware/base/err.h"

#include <stdbool.h>
#include <stdint.h>

enum tz_rule_form {
    TZ_RULE_MONTH_WEEK_DAY /* Mm.w.d */,
    TZ_RULE_JULIAN /* Jn: 1 … 365, no 29 February */,
    TZ_RULE_DAY /* n: 0 … 365 */
};

struct tz_rule_change {
    enum tz_rule_form form;
    int month, week, day; /* day alone for the other two forms; day of a week: 0 = Sunday */
    int32_t time_s;       /* local time of that day, of the offset that ends there */
};

struct tz_rule {
    bool has_dst;
    int32_t std_s, dst_s; /* seconds east of UTC */
    struct tz_rule_change to_dst, to_std;
};

/* ERR_INVALID when it is no such rule, or summer time is given without its dates. */
MUST_CHECK int tz_rule_parse(const char *text, struct tz_rule *out);

/* Seconds east of UTC at that many seconds after 1970-01-01T00:00:00Z. */
int32_t tz_rule_offset(const struct tz_rule *rule, int64_t at_s);

#endif
