/* SPDX-License-Identifier: MIT */
/* By when a hazard has to be put right, and when its people are warned. */
#include "app/journal/hazard_private.h"

#include "app/journal/hazard_phrase.h"
#include "firmware/base/text.h"

#include <string.h>

enum { HOUR_MS = 3600 * 1000, AHEAD_DAYS_MAX = 366 };

struct terms {
    int days;       /* the date so many days on */
    int hours;      /* or, where days is 0, the instant so many hours on; never later */
    int warn_hours; /* before; 0: none */
};

/* A term of more than a day ends with a date, one of a day or less at its hour. */
static struct terms terms_of(const char *severity) {
    const struct hazard_severity *s = hazard_severity_find(severity);
    size_t n;
    if (!s) s = hazard_severities(&n);
    return (struct terms){ .days = s->due_hours > 24 ? s->due_hours / 24 : 0,
                           .hours = s->due_hours > 24 ? 0 : s->due_hours,
                           .warn_hours = s->warn_hours };
}

/* The last second of a date. */
static int end_of(const struct tz *tz, const char *date, struct wall *out) {
    char next[TZ_DATE_SIZE];
    struct civil civil;
    tz_date_add(date, 1, next);
    int rc = tz_date_parse(next, &civil);
    if (rc == 0) rc = tz_instant(tz, &civil, out);
    if (rc == 0) out->ms -= 1000;
    return rc;
}

static int wrong(struct err_text *e, const char *what) { return err_field(e, ERR_INVALID, "due", "due %s", what); }

/* What was said, as text and instant. */
static int take(const struct tz *tz, struct wall raised, const char *said, bool strict, struct hazard_due *out,
                struct err_text *e) {
    char today[TZ_DATE_SIZE], date[TZ_DATE_SIZE];
    struct civil civil;
    tz_date(tz, raised, today);
    int rc = tz_date_parse(said, &civil) == 0 ? end_of(tz, said, &out->due) : clock_parse(said, &out->due, NULL);
    if (rc < 0) return wrong(e, "has to be a date like 2026-11-22, or a time like 2026-11-22T16:04:05+08:00");
    out->due.ms -= out->due.ms % 1000;
    tz_date(tz, out->due, date);
    if (strict && out->due.ms <= raised.ms) return wrong(e, "is past already");
    if (strict && tz_date_days(today, date) > AHEAD_DAYS_MAX) return wrong(e, "is more than a year away");
    text_clip(out->text, sizeof out->text, said);
    return 0;
}

static int make(const struct tz *tz, struct wall raised, const char *severity, const char *said, bool strict,
                struct hazard_due *out, struct err_text *e) {
    const struct terms t = terms_of(severity);
    struct hazard_due d = { 0 };
    struct wall latest = { raised.ms - raised.ms % 1000 + (int64_t)t.hours * HOUR_MS };
    char date[TZ_DATE_SIZE];
    int rc = 0;
    if (said) {
        rc = take(tz, raised, said, strict, &d, e);
    } else if (t.days > 0) {
        tz_date(tz, raised, date);
        tz_date_add(date, t.days, d.text);
        rc = end_of(tz, d.text, &d.due);
    } else {
        d.due = latest;
        clock_format(latest, tz_offset_s(tz, latest), d.text);
    }
    if (rc < 0) return rc;
    if (t.hours > 0 && d.due.ms > latest.ms) d.due = latest;
    if (t.warn_hours > 0) d.warn.ms = d.due.ms - (int64_t)t.warn_hours * HOUR_MS;
    if (t.warn_hours > 0 && d.warn.ms < raised.ms) d.warn.ms = raised.ms - raised.ms % 1000;
    *out = d;
    return 0;
}

int hazard_due(const struct tz *tz, struct wall raised, const char *severity, const char *said, struct hazard_due *out,
               struct err_text *e) {
    return make(tz, raised, severity, said, true, out, e);
}

int hazard_due_fixed(int32_t offset_s, struct wall raised, const char *severity, const char *said,
                     struct hazard_due *out) {
    struct tz *utc = NULL;
    struct wall there = { raised.ms + (int64_t)offset_s * 1000 };
    struct civil civil;
    bool instant = said && tz_date_parse(said, &civil) < 0;
    int64_t shift = (int64_t)offset_s * 1000;
    int rc = tz_create("UTC", &utc, NULL);
    if (rc < 0) return rc;
    if (instant)
        rc = make(utc, raised, severity, said, false, out, NULL);
    else
        rc = make(utc, there, severity, said, false, out, NULL);
    if (rc == 0 && !instant) out->due.ms -= shift;
    if (rc == 0 && !instant && out->warn.ms) out->warn.ms -= shift;
    tz_destroy(utc);
    return rc;
}
