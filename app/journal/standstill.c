/* SPDX-License-Identifier: MIT */
/* Walks over days and moments; who holds a site or grants days is not known here (delay.h, hold.h). */
#include "app/journal/standstill.h"

#include <string.h>

enum { DAYS_MAX = 4000 };

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

/* An hour of a date, at the site. */
static struct wall moment(const struct standstill *s, const char *date, int hour) {
    struct civil c;
    struct wall at = { 0 };
    if (tz_date_parse(date, &c) < 0) return at;
    c.hour = hour;
    return tz_instant(s->tz, &c, &at) < 0 ? (struct wall){ 0 } : at;
}

static bool is_open(const struct standstill *s, const char *date) {
    return plan_workday(s->cutoffs, date) && !standstill_is_granted(s, date);
}

bool standstill_runs(const struct standstill *s, const char *date) {
    return is_open(s, date) && !standstill_is_held(s, moment(s, date, 12));
}

int standstill_days(const struct standstill *s, const char *from, const char *to) {
    char date[TZ_DATE_SIZE];
    int days = 0;
    memcpy(date, from, sizeof date);
    for (int i = 0; i < DAYS_MAX && strcmp(date, to) <= 0; i++) {
        days += standstill_runs(s, date);
        tz_date_add(date, 1, date);
    }
    return days;
}

int standstill_add_days(const struct standstill *s, const char *date, int n, char out[TZ_DATE_SIZE]) {
    char at[TZ_DATE_SIZE];
    memcpy(at, date, sizeof at);
    for (int i = 0; n > 0; i++) {
        if (i == DAYS_MAX) return ERR_NOT_FOUND;
        tz_date_add(at, 1, at);
        n -= standstill_runs(s, at);
    }
    memcpy(out, at, sizeof at);
    return 0;
}

/* Until when the holding lasts that covers a moment, later ones that adjoin not looked at; 0: without an end. -1: it is not held. */
static int64_t held_until(const struct standstill *s, int64_t at) {
    for (size_t i = 0; i < s->held_count; i++)
        if (s->held[i].from.ms <= at && (s->held[i].to.ms == 0 || at < s->held[i].to.ms)) return s->held[i].to.ms;
    return -1;
}

/* The first beginning of a holding between two moments, else the later one. */
static int64_t next_held(const struct standstill *s, int64_t after, int64_t end) {
    for (size_t i = 0; i < s->held_count; i++)
        if (s->held[i].from.ms > after && s->held[i].from.ms < end) end = s->held[i].from.ms;
    return end;
}

/* Lets time run within [*at, end): *left gets less by it. True: all of it has passed, at *at. */
static bool run_until(const struct standstill *s, int64_t end, int64_t *at, int64_t *left) {
    while (*at < end) {
        int64_t until = held_until(s, *at);
        if (until >= 0) {
            *at = until == 0 || until > end ? end : until;
            continue;
        }
        int64_t stop = next_held(s, *at, end);
        if (*left <= stop - *at) {
            *at += *left;
            return true;
        }
        *left -= stop - *at;
        *at = stop;
    }
    return false;
}

int standstill_add_ms(const struct standstill *s, struct wall from, int64_t ms, struct wall *out) {
    char date[TZ_DATE_SIZE];
    int64_t at = from.ms;
    tz_date(s->tz, from, date);
    for (int i = 0; i < DAYS_MAX; i++) {
        char next[TZ_DATE_SIZE];
        tz_date_add(date, 1, next);
        int64_t end = moment(s, next, 0).ms;
        if (is_open(s, date) && run_until(s, end, &at, &ms)) {
            *out = (struct wall){ at };
            return 0;
        }
        at = at > end ? at : end;
        memcpy(date, next, sizeof date);
    }
    return ERR_NOT_FOUND;
}
