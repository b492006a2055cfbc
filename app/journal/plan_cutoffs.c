/* SPDX-License-Identifier: MIT */
/* When logs and reports are due: the cut-offs of a plan, in and out of JSON, and the arithmetic of working days. Pure. */
#include "app/journal/plan_decode.h"

#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <stdio.h>
#include <string.h>

#define DAYLOG_MIN     (18 * 60 + 30)
#define REPORT_WEEKDAY 6
#define REPORT_MIN     (18 * 60)
#define CALLBACK_DAYS  14

void plan_cutoffs_default(struct plan_cutoffs *out) {
    *out = (struct plan_cutoffs){ .daylog_min = DAYLOG_MIN,
                                  .report_weekday = REPORT_WEEKDAY,
                                  .report_min = REPORT_MIN,
                                  .callback_days = CALLBACK_DAYS };
    for (int day = 1; day <= 6; day++) out->workday[day] = true;
}

/* "HH:MM" of 00:00 to 23:59. */
static int get_time(const struct json *o, const char *path, const char *name, int *minutes, struct err_text *e) {
    const char *text = NULL;
    int64_t hour = 0;
    int64_t minute = 0;
    char part[3] = "";
    char field[96];
    int rc = json_get_text(o, path, name, JSON_OPTIONAL, 40, &text, e);
    if (rc < 0 || !text) return rc;
    if (strlen(text) == 5 && text[2] == ':') {
        memcpy(part, text, 2);
        if (strspn(part, "0123456789") == 2 && strspn(text + 3, "0123456789") == 2 &&
            text_int(part, 0, 23, &hour) == 0 && text_int(text + 3, 0, 59, &minute) == 0) {
            *minutes = (int)(hour * 60 + minute);
            return 0;
        }
    }
    (void)snprintf(field, sizeof field, "%.50s%.40s", path, name);
    return err_field(e, ERR_INVALID, field, "%s has to be a time of day, HH:MM from 00:00 to 23:59", field);
}

/* None at all: nothing would ever be due. Refused of a body; what was stored so counts as not said. */
static int take_workdays(const struct json *o, enum decode mode, struct plan_cutoffs *c, struct err_text *e) {
    const struct json *days = NULL;
    int rc = json_get_array(o, "cutoffs.", "workdays", JSON_OPTIONAL, 7, &days, e);
    if (rc < 0 || !days) return rc;
    if (json_count(days) == 0)
        return mode == DECODE_STRICT ? err_field(e, ERR_INVALID, "cutoffs.workdays",
                                                 "cutoffs.workdays needs at least one weekday, 1 Monday to 7 Sunday")
                                     : 0;
    memset(c->workday, 0, sizeof c->workday);
    for (size_t i = 0; i < json_count(days); i++) {
        int64_t day = 0;
        if (!json_int(json_at(days, i), &day) || day < 1 || day > 7 || c->workday[day]) {
            char field[40];
            (void)snprintf(field, sizeof field, "cutoffs.workdays.%zu", i);
            return err_field(e, ERR_INVALID, field, "%s has to be a weekday, 1 Monday to 7 Sunday, each once", field);
        }
        c->workday[day] = true;
    }
    return 0;
}

static int by_date(const void *a, const void *b) { return strcmp(a, b); }

static int take_holidays(const struct json *o, struct plan_cutoffs *c, struct err_text *e) {
    const struct json *dates = NULL;
    struct civil civil;
    int rc = json_get_array(o, "cutoffs.", "holidays", JSON_OPTIONAL, PLAN_HOLIDAYS_MAX, &dates, e);
    size_t n = json_count(dates);
    if (rc < 0 || n == 0) return rc;
    c->holidays = calloc(n, sizeof *c->holidays);
    if (!c->holidays) return err_set(e, ERR_NOMEM, "out of memory");
    for (size_t i = 0; i < n; i++) {
        const char *date = json_text(json_at(dates, i));
        if (!date || tz_date_parse(date, &civil) < 0) {
            char field[40];
            (void)snprintf(field, sizeof field, "cutoffs.holidays.%zu", i);
            return err_field(e, ERR_INVALID, field, "%s has to be a date of the calendar, YYYY-MM-DD", field);
        }
        rc = text_copy(c->holidays[i], TZ_DATE_SIZE, date);
        if (rc < 0) return rc;
        c->holiday_count = i + 1;
    }
    qsort(c->holidays, n, sizeof *c->holidays, by_date);
    return 0;
}

static int take_report(const struct json *o, enum decode mode, struct plan_cutoffs *c, struct err_text *e) {
    static const char *const members[] = { "weekday", "time", NULL };
    const struct json *report = json_member(o, "report");
    int64_t weekday = c->report_weekday;
    if (!report || json_is_null(report)) return 0;
    if (!json_is_object(report))
        return err_field(e, ERR_INVALID, "cutoffs.report", "cutoffs.report has to be an object with weekday and time");
    int rc = mode == DECODE_STRICT ? json_only(report, "cutoffs.report.", members, e) : 0;
    if (rc == 0) rc = json_get_int(report, "cutoffs.report.", "weekday", JSON_OPTIONAL, 1, 7, &weekday, e);
    if (rc == 0) rc = get_time(report, "cutoffs.report.", "time", &c->report_min, e);
    c->report_weekday = (int)weekday;
    return rc;
}

static int take_callback_days(const struct json *o, struct plan_cutoffs *c, struct err_text *e) {
    int64_t days = c->callback_days;
    int rc = json_get_int(o, "cutoffs.", "callback_days", JSON_OPTIONAL, 1, 90, &days, e);
    c->callback_days = (int)days;
    return rc;
}

int plan_cutoffs_decode(const struct json *n, enum decode mode, struct plan_cutoffs *out, struct err_text *e) {
    static const char *const members[] = { "daylog", "report", "callback_days", "workdays", "holidays", NULL };
    struct plan_cutoffs c;
    plan_cutoffs_default(&c);
    if (!json_is_object(n)) return err_field(e, ERR_INVALID, "cutoffs", "cutoffs has to be an object");
    int rc = mode == DECODE_STRICT ? json_only(n, "cutoffs.", members, e) : 0;
    if (rc == 0) rc = get_time(n, "cutoffs.", "daylog", &c.daylog_min, e);
    if (rc == 0) rc = take_report(n, mode, &c, e);
    if (rc == 0) rc = take_callback_days(n, &c, e);
    if (rc == 0) rc = take_workdays(n, mode, &c, e);
    if (rc == 0) rc = take_holidays(n, &c, e);
    if (rc < 0)
        free(c.holidays);
    else
        *out = c;
    return rc;
}

static void put_time(struct json_out *w, const char *name, int minutes) {
    char text[16];
    (void)snprintf(text, sizeof text, "%02d:%02d", minutes / 60, minutes % 60);
    json_put_text(w, name, text);
}

void plan_cutoffs_put(const struct plan_cutoffs *c, struct json_out *w, const char *name) {
    json_open(w, name, '{');
    put_time(w, "daylog", c->daylog_min);
    json_open(w, "report", '{');
    json_put_int(w, "weekday", c->report_weekday);
    put_time(w, "time", c->report_min);
    json_close(w, '}');
    json_put_int(w, "callback_days", c->callback_days);
    json_open(w, "workdays", '[');
    for (int day = 1; day <= 7; day++)
        if (c->workday[day]) json_put_int(w, NULL, day);
    json_close(w, ']');
    json_open(w, "holidays", '[');
    for (size_t i = 0; i < c->holiday_count; i++) json_put_text(w, NULL, c->holidays[i]);
    json_close(w, ']');
    json_close(w, '}');
}

bool plan_workday(const struct plan_cutoffs *c, const char *date) {
    struct civil civil;
    if (tz_date_parse(date, &civil) < 0 || !c->workday[civil.weekday]) return false;
    return c->holiday_count == 0 || !bsearch(date, c->holidays, c->holiday_count, sizeof *c->holidays, by_date);
}

int plan_daylog_due(const struct plan *p, const struct tz *tz, const char *date, struct wall *out) {
    struct civil civil;
    int rc = tz_date_parse(date, &civil);
    if (rc < 0) return rc;
    civil.hour = p->cutoffs.daylog_min / 60;
    civil.minute = p->cutoffs.daylog_min % 60;
    civil.second = 0;
    return tz_instant(tz, &civil, out);
}
