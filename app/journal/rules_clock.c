/* SPDX-License-Identifier: MIT */
/* Running time, day by day: of each day that counts its hours, less what was held. */
#include "app/journal/rules_clock.h"

#include <string.h>

enum { WALK_MAX = 800, MIDNIGHT = 24 * 60, LOOK_BACK_DAYS = 366 };

static bool in_days(const struct rules_days *list, size_t n, const char *date) {
    for (size_t i = 0; i < n; i++)
        if (strcmp(list[i].from, date) <= 0 && strcmp(date, list[i].to) <= 0) return true;
    return false;
}

bool rules_clock_granted(const struct rules_site *s, const char *date) {
    return in_days(s->granted, s->granted_count, date);
}

bool rules_clock_idle(const struct rules_site *s, const char *date) { return in_days(s->idle, s->idle_count, date); }

bool rules_clock_works(const struct rules_site *s, const char *date) {
    return plan_workday(&s->plan.cutoffs, date) && !rules_clock_granted(s, date);
}

bool rules_clock_held(const struct rules_site *s, struct wall at) {
    for (size_t i = 0; i < s->hold_count; i++)
        if (s->holds[i].from.ms <= at.ms && (!s->holds[i].to.ms || at.ms < s->holds[i].to.ms)) return true;
    return false;
}

struct wall rules_clock_at(const struct rules_site *s, const char *date, int minute) {
    struct civil civil;
    struct wall at = { RULES_CLOCK_NEVER };
    char next[TZ_DATE_SIZE];
    if (minute == MIDNIGHT) {
        tz_date_add(date, 1, next);
        date = next;
        minute = 0;
    }
    if (tz_date_parse(date, &civil) < 0) return at;
    civil.hour = minute / 60;
    civil.minute = minute % 60;
    return tz_instant(s->tz, &civil, &at) < 0 ? (struct wall){ RULES_CLOCK_NEVER } : at;
}

/* ---- running ---- */

struct walk {
    const struct rules_site *s;
    struct wall from;
    int64_t left_ms;
    struct wall end; /* once it is found */
};

/* Takes what it can of from … to. True: it is found. */
static bool take_free(struct walk *w, int64_t from, int64_t to) {
    if (from >= to) return false;
    if (to - from >= w->left_ms) {
        w->end.ms = from + w->left_ms;
        return true;
    }
    w->left_ms -= to - from;
    return false;
}

static bool take(struct walk *w, struct wall a, struct wall b) {
    int64_t from = a.ms > w->from.ms ? a.ms : w->from.ms;
    for (size_t i = 0; i < w->s->hold_count && from < b.ms; i++) {
        const struct rules_period *hold = &w->s->holds[i];
        if (hold->to.ms && hold->to.ms <= from) continue;
        if (hold->from.ms >= b.ms) break;
        if (take_free(w, from, hold->from.ms)) return true;
        if (!hold->to.ms) {
            w->end.ms = RULES_CLOCK_NEVER;
            return true;
        }
        from = hold->to.ms;
    }
    return take_free(w, from, b.ms);
}

static bool take_day(struct walk *w, const char *date, uint64_t hours) {
    if (hours == RULES_ALL_HOURS) return take(w, rules_clock_at(w->s, date, 0), rules_clock_at(w->s, date, MIDNIGHT));
    for (int slot = 0; slot < RULES_SLOTS; slot++) {
        int first = slot;
        while (slot < RULES_SLOTS && hours >> slot & 1) slot++;
        if (slot > first && take(w, rules_clock_at(w->s, date, first * RULES_SLOT_MIN),
                                 rules_clock_at(w->s, date, slot * RULES_SLOT_MIN)))
            return true;
    }
    return false;
}

/* calendar: days that are no working days count, too. */
static struct wall run(const struct rules_site *s, struct wall from, int64_t ms, uint64_t hours, bool calendar) {
    struct walk w = { .s = s, .from = from, .left_ms = ms };
    char date[TZ_DATE_SIZE], next[TZ_DATE_SIZE];
    tz_date(s->tz, from, date);
    for (int i = 0; i < WALK_MAX; i++) {
        bool counts = calendar ? !rules_clock_granted(s, date) : rules_clock_works(s, date);
        if (counts && take_day(&w, date, hours)) return w.end;
        tz_date_add(date, 1, next);
        memcpy(date, next, sizeof date);
    }
    return (struct wall){ RULES_CLOCK_NEVER };
}

struct wall rules_clock_run(const struct rules_site *s, struct wall from, int64_t ms, uint64_t hours) {
    return run(s, from, ms, hours, false);
}

struct wall rules_clock_shift(const struct rules_site *s, struct wall from, struct wall due) {
    char date[TZ_DATE_SIZE], next[TZ_DATE_SIZE];
    if ((s->hold_count || s->granted_count) && due.ms > from.ms)
        due = run(s, from, due.ms - from.ms, RULES_ALL_HOURS, true);
    if (due.ms == RULES_CLOCK_NEVER) return due;
    struct civil civil = tz_civil(s->tz, due);
    int64_t rest_ms = due.ms - rules_clock_at(s, (tz_date(s->tz, due, date), date), civil.hour * 60 + civil.minute).ms;
    for (int i = 0; i < WALK_MAX && !rules_clock_works(s, date); i++) {
        tz_date_add(date, 1, next);
        memcpy(date, next, sizeof date);
        due.ms = rules_clock_at(s, date, civil.hour * 60 + civil.minute).ms + rest_ms;
    }
    return due;
}

struct wall rules_clock_day_end(const struct rules_site *s, const char *date) {
    char day[TZ_DATE_SIZE], next[TZ_DATE_SIZE];
    memcpy(day, date, sizeof day);
    for (int i = 0; i < WALK_MAX && !rules_clock_works(s, day); i++) {
        tz_date_add(day, 1, next);
        memcpy(day, next, sizeof day);
    }
    struct wall begin = rules_clock_at(s, day, 0), end = rules_clock_at(s, day, MIDNIGHT);
    return s->hold_count ? rules_clock_run(s, begin, end.ms - begin.ms, RULES_ALL_HOURS) : end;
}

/* ---- planned dates ---- */

/* A working day on which nobody could work: granted, or held when its log would have been due. */
static bool is_lost(const struct rules_site *s, const char *date) {
    if (!plan_workday(&s->plan.cutoffs, date)) return false;
    return rules_clock_granted(s, date) ||
           (s->hold_count && rules_clock_held(s, rules_clock_at(s, date, s->plan.cutoffs.daylog_min)));
}

static int count_lost(const struct rules_site *s, const char *date) {
    char day[TZ_DATE_SIZE];
    int n = 0;
    for (int back = 0; back < LOOK_BACK_DAYS; back++) {
        tz_date_add(date, -back, day);
        if (strcmp(day, s->planned_since) < 0) break;
        n += is_lost(s, day);
    }
    return n;
}

bool rules_clock_planned(const struct rules_site *s, const char *date, char out[TZ_DATE_SIZE]) {
    memcpy(out, date, TZ_DATE_SIZE);
    if (!s->hold_count && !s->granted_count) return true;
    int owed = count_lost(s, date);
    char day[TZ_DATE_SIZE];
    for (int i = 1; i < WALK_MAX && owed > 0; i++) {
        tz_date_add(date, i, day);
        if (!plan_workday(&s->plan.cutoffs, day) || is_lost(s, day)) continue;
        owed--;
        memcpy(out, day, TZ_DATE_SIZE);
    }
    return owed == 0;
}
