/* SPDX-License-Identifier: MIT */
/* Learns a board's hours, as half hours of the site's day. */
#include "app/journal/rule_hours.h"

#include <string.h>

enum { ENOUGH_DAYS = 3, OFF_AT_LEAST = 2, OFF_PART = 4, MORNING_MIN = 8 * 60, MIDNIGHT = 24 * 60 };

static uint64_t usual(const struct rules_site *s) {
    uint64_t hours = 0;
    for (int slot = MORNING_MIN / STANDSTILL_SLOT_MIN; slot < STANDSTILL_SLOTS; slot++)
        if ((slot + 1) * STANDSTILL_SLOT_MIN <= s->plan.cutoffs.daylog_min) hours |= UINT64_C(1) << slot;
    return hours ? hours : STANDSTILL_ALL_HOURS;
}

static int minute_of(const struct standstill *clock, struct wall at, struct wall begin, struct wall end) {
    if (at.ms <= begin.ms) return 0;
    if (at.ms >= end.ms) return MIDNIGHT;
    struct civil c = tz_civil(clock->tz, at);
    return c.hour * 60 + c.minute;
}

/* The half hours of a date whose middle was dark. */
static uint64_t dark(const struct standstill *clock, const char *date, const struct rules_period *offs, size_t n) {
    struct wall begin = standstill_at(clock, date, 0), end = standstill_at(clock, date, MIDNIGHT);
    uint64_t hours = 0;
    for (size_t i = 0; i < n; i++) {
        if (!offs[i].to.ms || offs[i].to.ms <= begin.ms || offs[i].from.ms >= end.ms) continue;
        int from = minute_of(clock, offs[i].from, begin, end), to = minute_of(clock, offs[i].to, begin, end);
        for (int slot = 0; slot < STANDSTILL_SLOTS; slot++) {
            int middle = slot * STANDSTILL_SLOT_MIN + STANDSTILL_SLOT_MIN / 2;
            if (middle >= from && middle < to) hours |= UINT64_C(1) << slot;
        }
    }
    return hours;
}

uint64_t rule_hours_learn(const struct rules_site *s, const struct rules_period *offs, size_t n, struct wall now) {
    char today[TZ_DATE_SIZE], date[TZ_DATE_SIZE], first[TZ_DATE_SIZE];
    int off[STANDSTILL_SLOTS] = { 0 }, days = 0;
    uint64_t hours = STANDSTILL_ALL_HOURS;
    const struct standstill clock = rules_site_clock(s);
    tz_date(s->tz, now, today);
    tz_date(s->tz, s->begun, first);
    for (int back = 1; s->begun.ms && back <= RULE_HOURS_DAYS; back++) {
        tz_date_add(today, -back, date);
        if (strcmp(date, first) <= 0 || !standstill_is_open(&clock, date)) continue;
        uint64_t night = dark(&clock, date, offs, n);
        if (night == STANDSTILL_ALL_HOURS) continue; /* a day on which nobody came says nothing of the others */
        days++;
        for (int slot = 0; slot < STANDSTILL_SLOTS; slot++) off[slot] += (int)(night >> slot & 1);
    }
    if (days < ENOUGH_DAYS) return usual(s);
    for (int slot = 0; slot < STANDSTILL_SLOTS; slot++)
        if (off[slot] >= OFF_AT_LEAST && off[slot] * OFF_PART >= days) hours &= ~(UINT64_C(1) << slot);
    return hours ? hours : usual(s);
}
