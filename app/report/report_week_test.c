/* SPDX-License-Identifier: MIT */
/* Tests that take their time: those that ran within the week, and those that an inspection names. */
#include "app/report/report_week_private.h"

#include "app/journal/timed_test.h"
#include "firmware/base/cleanup.h"

#include <string.h>

enum { RECORD_MAX = 256 * 1024 };

static const char *values_of(struct report_filling *f, const struct json *json, bool running) {
    const char *unit = report_week_text(json, "unit");
    double start = 0, end = 0;
    if (!unit[0] || !json_number(json_member(json, "value"), &start)) return "";
    if (running || !json_number(json_member(json_member(json, "end"), "value"), &end))
        return report_pool_printf(&f->r->pool, "%.10g %s", start, unit);
    return report_pool_printf(&f->r->pool, "%.10g → %.10g %s", start, end, unit);
}

static struct report_words words_of(struct report_filling *f, const struct json *o) {
    return (struct report_words){ report_week_kept(f, report_week_text(o, "zh")),
                                  report_week_kept(f, report_week_text(o, "en")) };
}

/* Hours without power that are not over count for nothing yet. */
static void put_dark(const struct json *dark, struct report_test *t) {
    for (size_t i = 0; i < json_count(dark); i++) {
        int64_t seconds = 0;
        t->dark_count++;
        if (json_int(json_member(json_at(dark, i), "seconds"), &seconds)) t->dark_seconds += seconds;
    }
}

static void put_faults(struct report_filling *f, const struct json *faults, struct report_test *t) {
    for (size_t i = 0; i < json_count(faults); i++) {
        struct report_words *more = report_pool_more(&f->r->pool, &t->faults, &t->fault_count, sizeof *more);
        if (more) *more = words_of(f, json_at(faults, i));
    }
}

static void put_result(struct report_filling *f, const struct json *json, struct report_test *t) {
    const struct json *end = json_member(json, "end");
    const char *state = report_week_text(json, "state"), *note = report_week_text(end, "note");
    bool running = strcmp(state, "running") == 0;
    t->verdict = running ? REPORT_UNJUDGED : strcmp(state, "passed") == 0 ? REPORT_PASS : REPORT_FAIL;
    t->to = report_week_time(f, report_week_text(end, "at"));
    t->who = report_week_kept(f, report_week_text(json_member(running ? json : end, "by"), "name"));
    t->note = report_week_kept(f, note[0] ? note : report_week_text(json, "note"));
    t->values = values_of(f, json, running);
    t->provable = strcmp(report_week_text(json, "how"), "provable") == 0;
    (void)!json_int(json_member(json, "seconds"), &t->seconds);
    put_dark(json_member(json, "dark"), t);
    put_faults(f, json_member(end, "faults"), t);
    report_week_add_photos(f, json_member(json, "photos"), &t->begin);
    report_week_add_photos(f, json_member(end, "photos"), &t->end);
    report_week_add_photos(f, json_member(end, "below_photos"), &t->below);
}

static int fill(struct report_filling *f, const struct json *json) {
    struct report *r = f->r;
    struct report_test *t = report_pool_more(&r->pool, &r->tests, &r->test_count, sizeof *t);
    if (!t) return r->pool.error;
    t->id = report_week_kept(f, report_week_text(json, "id"));
    t->from = report_week_time(f, report_week_text(json, "started"));
    t->text = words_of(f, json);
    t->limit = words_of(f, json_member(json, "limit"));
    if (report_week_text(json, "room")[0]) t->room = report_week_room(f, report_week_text(json, "room"));
    if (report_week_text(json, "stage")[0]) t->stage = report_week_stage(f, report_week_text(json, "stage"));
    put_result(f, json, t);
    return r->pool.error;
}

int report_week_test(struct report_filling *f, const char *id, int *index) {
    CLEANUP(json_destroy_ptr) struct json *json = NULL;
    struct timed_view view = {
        .site = f->site, .fallback_tz = f->plan.timezone, .now = f->judged, .grade = CLOCK_NTP, .names = true
    };
    struct buf text;
    for (size_t i = 0; i < f->r->test_count; i++)
        if (strcmp(f->r->tests[i].id, id) == 0) {
            *index = (int)i;
            return 0;
        }
    buf_init(&text, RECORD_MAX);
    int rc = timed_test_print(f->db, &view, id, &text);
    if (!rc) rc = json_parse(text.data, text.len, &json, NULL);
    buf_fini(&text);
    if (!rc) rc = fill(f, json);
    if (!rc) *index = (int)f->r->test_count - 1;
    return rc;
}

/* Did it end before the week? */
static bool is_over(const struct report_filling *f, const char *finished) {
    struct wall at;
    return finished[0] && clock_parse(finished, &at, NULL) == 0 && at.ms < f->from.ms;
}

int report_week_tests(struct report_filling *f) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int index = 0;
    int rc = db_prepare(
        f->db, "SELECT id, finished FROM timed_test WHERE site = ? AND started_ms < ? ORDER BY started_ms, id", &s);
    if (rc) return rc;
    stmt_bind_text(s, 1, f->site);
    stmt_bind_int(s, 2, f->to.ms);
    while ((rc = stmt_step(s)) == 1) {
        if (is_over(f, stmt_text(s, 1))) continue;
        rc = report_week_test(f, stmt_text(s, 0), &index);
        if (rc && rc != ERR_NOT_FOUND) return rc;
    }
    return rc;
}
