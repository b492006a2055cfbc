/* SPDX-License-Identifier: MIT */
/* Days on which clocks run; who holds a site or grants days is not known here (delay.h, hold.h). */
#include "app/journal/standstill.h"

#include <string.h>

enum { DAYS_MAX = 4000, MIDNIGHT = 24 * 60, NOON = 12 * 60 };

bool standstill_is_held(const struct standstill *s, struct wall at) {
    for (size_t i = 0; i < s->held_count; i++)
        if (s->held[i].from.ms <= at.ms && (s->held[i].to.ms == 0 || at.ms < s->held[i].to.ms)) return true;
    return false;
}

bool standstill_is_granted(const struct standstill *s, const char *date) {
    for (size_t i = 0; i < s->granted_count; i++)
        if (strcmp(s->granted[i].from, date) <= 0 && strcmp(date, s->granted[i].to) <= 0) return true;
    return false;
}

bool standstill_is_idle(const struct standstill *s, const char *date) {
    for (size_t i = 0; i < s->idle_count; i++)
        if (strcmp(s->idle[i], date) == 0) return true;
    return false;
}

struct wall standstill_at(const struct standstill *s, const char *date, int minute) {
    struct civil civil;
    struct wall at = { STANDSTILL_NEVER };
    char next[TZ_DATE_SIZE];
    if (minute == MIDNIGHT) {
        tz_date_add(date, 1, next);
        date = next;
        minute = 0;
    }
    if (tz_date_parse(date, &civil) < 0) return at;
    civil.hour = minute / 60;
    civil.minute = minute % 60;
    return tz_instant(s->tz, &civil, &at) < 0 ? (struct wall){ STANDSTILL_NEVER } : at;
}

bool standstill_is_open(const struct standstill *s, const char *date) {
    return plan_workday(s->cutoffs, date) && !standstill_is_granted(s, date);
}

static bool held_at_noon(const struct standstill *s, const char *date) {
    return s->held_count && standstill_is_held(s, standstill_at(s, date, NOON));
}

bool standstill_runs(const struct standstill *s, const char *date) {
    return standstill_is_open(s, date) && !held_at_noon(s, date);
}

/* Was it held at some noon of these days? Most are not asked about theirs then. */
static bool held_between(const struct standstill *s, const char *from, const char *to) {
    if (!s->held_count) return false;
    struct wall first = standstill_at(s, from, NOON), last = standstill_at(s, to, NOON);
    if (first.ms == STANDSTILL_NEVER || last.ms == STANDSTILL_NEVER) return true;
    for (size_t i = 0; i < s->held_count; i++)
        if (s->held[i].from.ms <= last.ms && (s->held[i].to.ms == 0 || first.ms < s->held[i].to.ms)) return true;
    return false;
}

int standstill_days(const struct standstill *s, const char *from, const char *to) {
    char date[TZ_DATE_SIZE];
    int days = 0;
    bool held = held_between(s, from, to);
    memcpy(date, from, sizeof date);
    for (int i = 0; i < DAYS_MAX && strcmp(date, to) <= 0; i++) {
        days += standstill_is_open(s, date) && !(held && held_at_noon(s, date));
        tz_date_add(date, 1, date);
    }
    return days;
}
