/* SPDX-License-Identifier: MIT */
/* Goes from day to day by the calendar, so that clocks that are set forward and back change nothing. Holdings of a site are not looked at. */
#include "app/journal/worktime.h"

enum { FROM_MIN = 8 * 60 + 30, TO_MIN = 18 * 60, DAYS_MAX = 731 };

static int at(const struct tz *tz, const char *date, int minutes, int second, struct wall *out) {
    struct civil c;
    int rc = tz_date_parse(date, &c);
    if (rc < 0) return rc;
    c.hour = minutes / 60;
    c.minute = minutes % 60;
    c.second = second;
    return tz_instant(tz, &c, out);
}

int worktime_add(const struct plan_cutoffs *c, const struct tz *tz, struct wall from, int minutes, struct wall *out) {
    char date[TZ_DATE_SIZE];
    int64_t left = (int64_t)minutes * 60000;
    tz_date(tz, from, date);
    for (int day = 0; day < DAYS_MAX; day++) {
        struct wall begin;
        struct wall end;
        if (plan_workday(c, date)) {
            int rc = at(tz, date, FROM_MIN, 0, &begin);
            if (rc == 0) rc = at(tz, date, TO_MIN, 0, &end);
            if (rc < 0) return rc;
            if (begin.ms < from.ms) begin = from;
            if (end.ms - begin.ms >= left) {
                *out = (struct wall){ begin.ms + left };
                return 0;
            }
            if (end.ms > begin.ms) left -= end.ms - begin.ms;
        }
        tz_date_add(date, 1, date);
    }
    return ERR_INVALID;
}

int worktime_add_days(const struct plan_cutoffs *c, const struct tz *tz, struct wall from, int n, struct wall *out) {
    char date[TZ_DATE_SIZE];
    struct civil local = tz_civil(tz, from);
    tz_date(tz, from, date);
    for (int day = 0; day < DAYS_MAX; day++) {
        tz_date_add(date, 1, date);
        if (plan_workday(c, date) && --n == 0) return at(tz, date, local.hour * 60 + local.minute, local.second, out);
    }
    return ERR_INVALID;
}
