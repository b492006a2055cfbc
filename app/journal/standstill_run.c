/* SPDX-License-Identifier: MIT */
/* Running time, day by day: of each day that counts its hours, less what was held; and dates that move by what was lost. */
#include "app/journal/standstill.h"

#include <string.h>

enum { WALK_MAX = 800, MIDNIGHT = 24 * 60, LOOK_BACK_DAYS = 366 };

struct walk {
    const struct standstill *s;
    struct wall from;
    int64_t left_ms;
    struct wall end; /* once it is found */
};

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

/* Takes what it can of a … b. True: the end is found. */
static bool take(struct walk *w, struct wall a, struct wall b) {
    int64_t at = a.ms > w->from.ms ? a.ms : w->from.ms;
    while (at < b.ms) {
        int64_t until = held_until(w->s, at);
        if (until == 0) {
            w->end.ms = STANDSTILL_NEVER;
            return true;
        }
        if (until > 0) {
            at = until;
            continue;
        }
        int64_t stop = next_held(w->s, at, b.ms);
        if (stop - at >= w->left_ms) {
            w->end.ms = at + w->left_ms;
            return true;
        }
        w->left_ms -= stop - at;
        at = stop;
    }
    return false;
}

static bool take_day(struct walk *w, const char *date, uint64_t hours) {
    if (hours == STANDSTILL_ALL_HOURS)
        return take(w, standstill_at(w->s, date, 0), standstill_at(w->s, date, MIDNIGHT));
    for (int slot = 0; slot < STANDSTILL_SLOTS; slot++) {
        int first = slot;
        while (slot < STANDSTILL_SLOTS && hours >> slot & 1) slot++;
        if (slot > first && take(w, standstill_at(w->s, date, first * STANDSTILL_SLOT_MIN),
                                 standstill_at(w->s, date, slot * STANDSTILL_SLOT_MIN)))
            return true;
    }
    return false;
}

/* calendar: days that are no working days count, too. */
static struct wall run(const struct standstill *s, struct wall from, int64_t ms, uint64_t hours, bool calendar) {
    struct walk w = { .s = s, .from = from, .left_ms = ms };
    char date[TZ_DATE_SIZE];
    tz_date(s->tz, from, date);
    for (int i = 0; i < WALK_MAX; i++) {
        bool counts = calendar ? !standstill_is_granted(s, date) : standstill_is_open(s, date);
        if (counts && take_day(&w, date, hours)) return w.end;
        tz_date_add(date, 1, date);
    }
    return (struct wall){ STANDSTILL_NEVER };
}

struct wall standstill_run(const struct standstill *s, struct wall from, int64_t ms, uint64_t hours) {
    return run(s, from, ms, hours, false);
}

struct wall standstill_shift(const struct standstill *s, struct wall from, struct wall due) {
    char date[TZ_DATE_SIZE];
    if ((s->held_count || s->granted_count) && due.ms > from.ms)
        due = run(s, from, due.ms - from.ms, STANDSTILL_ALL_HOURS, true);
    if (due.ms == STANDSTILL_NEVER) return due;
    struct civil civil = tz_civil(s->tz, due);
    int minute = civil.hour * 60 + civil.minute;
    tz_date(s->tz, due, date);
    int64_t rest_ms = due.ms - standstill_at(s, date, minute).ms;
    for (int i = 0; i < WALK_MAX && !standstill_is_open(s, date); i++) {
        tz_date_add(date, 1, date);
        due.ms = standstill_at(s, date, minute).ms + rest_ms;
    }
    return due;
}

struct wall standstill_day_end(const struct standstill *s, const char *date) {
    char day[TZ_DATE_SIZE];
    memcpy(day, date, sizeof day);
    for (int i = 0; i < WALK_MAX && !standstill_is_open(s, day); i++) tz_date_add(day, 1, day);
    struct wall begin = standstill_at(s, day, 0), end = standstill_at(s, day, MIDNIGHT);
    return s->held_count ? standstill_run(s, begin, end.ms - begin.ms, STANDSTILL_ALL_HOURS) : end;
}

/* ---- planned dates ---- */

/* A working day on which nobody could work. */
static bool is_lost(const struct standstill *s, const char *date) {
    return plan_workday(s->cutoffs, date) && !standstill_runs(s, date);
}

/* Before it nothing was lost. */
static void first_lost(const struct standstill *s, const char *date, char out[TZ_DATE_SIZE]) {
    memcpy(out, date, TZ_DATE_SIZE);
    for (size_t i = 0; i < s->granted_count; i++)
        if (strcmp(s->granted[i].from, out) < 0) memcpy(out, s->granted[i].from, TZ_DATE_SIZE);
    for (size_t i = 0; i < s->held_count; i++) {
        char day[TZ_DATE_SIZE];
        tz_date(s->tz, s->held[i].from, day);
        if (strcmp(day, out) < 0) memcpy(out, day, TZ_DATE_SIZE);
    }
    if (strcmp(out, s->planned_since) < 0) memcpy(out, s->planned_since, TZ_DATE_SIZE);
}

static int count_lost(const struct standstill *s, const char *date) {
    char day[TZ_DATE_SIZE], first[TZ_DATE_SIZE];
    int n = 0;
    first_lost(s, date, first);
    memcpy(day, date, sizeof day);
    for (int i = 0; i < LOOK_BACK_DAYS && strcmp(day, first) >= 0; i++) {
        n += is_lost(s, day);
        tz_date_add(day, -1, day);
    }
    return n;
}

bool standstill_planned(const struct standstill *s, const char *date, char out[TZ_DATE_SIZE]) {
    char day[TZ_DATE_SIZE];
    memcpy(out, date, TZ_DATE_SIZE);
    if (!s->held_count && !s->granted_count) return true;
    int owed = count_lost(s, date);
    memcpy(day, date, sizeof day);
    for (int i = 0; i < WALK_MAX && owed > 0; i++) {
        tz_date_add(day, 1, day);
        if (!standstill_runs(s, day)) continue;
        owed--;
        memcpy(out, day, TZ_DATE_SIZE);
    }
    return owed == 0;
}

int standstill_late(const struct standstill *s, const char *planned, const char *until) {
    char from[TZ_DATE_SIZE];
    if (!planned[0] || strcmp(planned, until) >= 0 || !standstill_planned(s, planned, from)) return 0;
    tz_date_add(from, 1, from);
    return standstill_days(s, from, until);
}
