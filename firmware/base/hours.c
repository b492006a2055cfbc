/* SPDX-License-Identifier: MIT */
/* Minutes of the local day. Knows no dates. */
#include "firmware/base/hours.h"

#include <string.h>

/* Two digits up to `most`, or -1. */
static int two(const char *t, int most) {
    if (t[0] < '0' || t[0] > '9' || t[1] < '0' || t[1] > '9') return -1;
    int n = (t[0] - '0') * 10 + (t[1] - '0');
    return n <= most ? n : -1;
}

/* "HH:MM", or -1. */
static int minute_of(const char *t) {
    int hour = two(t, 23), minute = two(t + 3, 59);
    return hour < 0 || minute < 0 || t[2] != ':' ? -1 : hour * 60 + minute;
}

int hours_parse(const char *text, struct hours *out) {
    if (strcmp(text, "never") == 0) {
        *out = (struct hours){ 0, 0 };
        return 0;
    }
    if (strlen(text) != strlen("HH:MM-HH:MM") || text[5] != '-') return ERR_INVALID;
    int from = minute_of(text), to = minute_of(text + 6);
    if (from < 0 || to < 0 || from == to) return ERR_INVALID;
    *out = (struct hours){ from, to };
    return 0;
}

bool hours_within(const struct hours *h, const struct tz *tz, struct wall at) {
    struct civil c = tz_civil(tz, at);
    int now = c.hour * 60 + c.minute;
    if (h->from_min <= h->to_min) return now >= h->from_min && now < h->to_min;
    return now >= h->from_min || now < h->to_min;
}
