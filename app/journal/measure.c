/* SPDX-License-Identifier: MIT */
/* Counting what was on time. Pure. */
#include "app/journal/measure.h"

#include <stdlib.h>
#include <string.h>

enum { WEEK = 7 };

/* A time of day of a date; a time that a clock change skips is its end. */
static struct wall at(const struct measure_span *m, const char *date, int minute) {
    struct civil civil;
    struct wall out = { 0 };
    if (tz_date_parse(date, &civil) < 0) return out;
    civil.hour = minute / 60;
    civil.minute = minute % 60;
    if (tz_instant(m->clocks->tz, &civil, &out) < 0) out.ms = 0;
    return out;
}

static bool counts(const struct measure_span *m, struct wall due) {
    return m->begun.ms && due.ms > m->begun.ms && due.ms <= m->now.ms && (!m->closed.ms || due.ms <= m->closed.ms);
}

static void count(struct measure_rate *rate, const struct measure_paper *paper, struct wall due) {
    rate->due++;
    if (!paper)
        rate->missing++;
    else if (paper->at.ms <= due.ms)
        rate->on_time++;
    else
        rate->late++;
}

void measure_logs(const struct measure_span *m, int cutoff_min, const struct measure_paper *logs, size_t n,
                  struct measure_rate *out) {
    char date[TZ_DATE_SIZE];
    size_t i = 0;
    *out = (struct measure_rate){ 0 };
    memcpy(date, m->from, sizeof date);
    for (int day = 0; day < MEASURE_DAYS_MAX && strcmp(date, m->to) <= 0; day++) {
        struct wall due = at(m, date, cutoff_min);
        while (i < n && strcmp(logs[i].date, date) < 0) i++;
        const struct measure_paper *log = i < n && strcmp(logs[i].date, date) == 0 ? &logs[i] : NULL;
        if (standstill_runs(m->clocks, date) && !standstill_is_idle(m->clocks, date) && counts(m, due))
            count(out, log, due);
        tz_date_add(date, 1, date);
    }
}

/* Somebody worked, or should have, in the week that ends with this date. */
static bool was_worked(const struct measure_span *m, const char *date) {
    char day[TZ_DATE_SIZE], first[TZ_DATE_SIZE];
    tz_date(m->clocks->tz, m->begun, first);
    for (int back = 0; back < WEEK; back++) {
        tz_date_add(date, -back, day);
        if (strcmp(day, first) >= 0 && standstill_runs(m->clocks, day) && !standstill_is_idle(m->clocks, day))
            return true;
    }
    return false;
}

/* The date itself, or the next within the week on which clocks run. False: there is none. */
static bool shifted(const struct measure_span *m, const char *date, char out[TZ_DATE_SIZE]) {
    for (int on = 0; on < WEEK; on++) {
        tz_date_add(date, on, out);
        if (standstill_runs(m->clocks, out)) return true;
    }
    return false;
}

/* The first report of the days from `first` to `last`. */
static const struct measure_paper *report_of(const struct measure_paper *reports, size_t n, const char *first,
                                             const char *last) {
    const struct measure_paper *found = NULL;
    for (size_t i = 0; i < n; i++) {
        if (strcmp(reports[i].date, first) < 0 || strcmp(reports[i].date, last) > 0) continue;
        if (!found || reports[i].at.ms < found->at.ms) found = &reports[i];
    }
    return found;
}

void measure_reports(const struct measure_span *m, int weekday, int minute, const struct measure_paper *reports,
                     size_t n, struct measure_rate *out) {
    char date[TZ_DATE_SIZE], first[TZ_DATE_SIZE], last[TZ_DATE_SIZE];
    struct civil civil;
    *out = (struct measure_rate){ 0 };
    memcpy(date, m->from, sizeof date);
    for (int day = 0; day < MEASURE_DAYS_MAX && strcmp(date, m->to) <= 0; day++, tz_date_add(date, 1, date)) {
        if (tz_date_parse(date, &civil) < 0 || civil.weekday != weekday) continue;
        if (!was_worked(m, date) || !shifted(m, date, last)) continue;
        struct wall due = at(m, last, minute);
        if (!counts(m, due)) continue;
        tz_date_add(date, 1 - WEEK, first);
        count(out, report_of(reports, n, first, last), due);
    }
}

void measure_stages(const struct measure_span *m, const struct measure_stage *stages, size_t n,
                    struct measure_rate *out) {
    char today[TZ_DATE_SIZE];
    *out = (struct measure_rate){ 0 };
    tz_date(m->clocks->tz, m->now, today);
    for (size_t i = 0; i < n; i++) {
        const struct measure_stage *s = &stages[i];
        if (!s->planned[0] || strcmp(s->planned, m->from) < 0 || strcmp(s->planned, m->to) > 0) continue;
        bool done = s->finished[0] != '\0';
        bool late = standstill_late(m->clocks, s->planned, done ? s->finished : today) > 0;
        if (!done && !late) continue; /* it may still be on time */
        out->due++;
        if (!late)
            out->on_time++;
        else if (done)
            out->late++;
        else
            out->missing++;
    }
}

static int by_value(const void *a, const void *b) {
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

int64_t measure_median(int64_t *values, size_t n) {
    if (!n) return -1;
    qsort(values, n, sizeof *values, by_value);
    return n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

int measure_percent(int64_t part, int64_t of) { return of > 0 ? (int)((part * 200 + of) / (of * 2)) : -1; }
