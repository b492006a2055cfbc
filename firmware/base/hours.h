/* SPDX-License-Identifier: MIT */
/* A part of the day by the clock on the wall, such as quiet hours: "20:00-08:00" goes over midnight. Pure. Thread: any. */
#ifndef SITELOG_BASE_HOURS_H
#define SITELOG_BASE_HOURS_H

#include "firmware/base/tz.h"

struct hours {
    int from_min, to_min; /* minutes since local midnight; the second is the first minute outside. Equal: never */
};

/* "HH:MM-HH:MM", 00:00 to 23:59, the two not the same; or "never". ERR_INVALID. */
MUST_CHECK int hours_parse(const char *text, struct hours *out);

/* What the clock on the wall shows then is within. Where the clocks are set back, an hour within counts twice. */
bool hours_within(const struct hours *h, const struct tz *tz, struct wall at);

#endif
