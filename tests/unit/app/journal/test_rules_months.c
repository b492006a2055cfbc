/* SPDX-License-Identifier: MIT */
/* Months of a site in half hours, a board and head office that copy to each other: switched off every evening, sometimes before the cut-off, and on days
 * off; logs on time, the next morning, never; three weeks without a link; a board's clock that is ahead, and once by twenty years; holidays, a year's
 * end, daylight saving. Each missed log is one alert, raised on time, once, and cleared once; and both ends agree. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/journal/rules_run.h"
#include "firmware/base/cleanup.h"
#include "tests/support/journal_pair.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STEP_MS = 30 * 60000, DAY_MAX = 130, LINK_DOWN = 40, LINK_UP = 61, AHEAD = 20, AHEAD_END = 30, JUMP = 36 };

static const struct span {
    const char *zone, *first;
    int days;
    const char *changes; /* when clocks are set, for whoever reads the output */
} spans[] = {
    { "Asia/Shanghai", "2026-11-02", 100, "none; year's end" },
    { "Europe/Berlin", "2026-02-02", 70, "forward on 2026-03-29" },
    { "Europe/Berlin", "2026-09-14", 70, "back on 2026-10-25" },
    { "America/New_York", "2026-10-05", 95, "back on 2026-11-01; year's end" },
};
static const char *const holidays[] = { "2026-03-06", "2026-04-03", "2026-12-25", "2026-12-26", "2027-01-01" };

/* What happens to a date's log. */
enum fate { ON_TIME, NEXT_MORNING, NEVER };

struct day {
    char date[TZ_DATE_SIZE];
    bool works, early; /* early: the power goes before the cut-off */
    enum fate fate;
};

struct end {
    struct test_journal t;
    struct rules_run *run;
    struct rules_run_options o;
    int64_t told; /* events up to here are copied */
};

struct world {
    const struct span *span;
    struct tz *tz;
    struct day days[DAY_MAX];
    struct end board, hub;
    unsigned seed;
};

/* ---- the two ends ---- */

static void open_end(struct end *end, const char *writer, const char *zone) {
    bool hub = strcmp(writer, "hub") == 0;
    journal_pair_open(&end->t, writer);
    assert_int_equal(db_exec(end->t.db, "PRAGMA synchronous=OFF", NULL), 0); /* nobody cuts the power here */
    end->o = (struct rules_run_options){
        .hub = hub, .writer = writer, .site = hub ? NULL : JOURNAL_SITE, .fallback_tz = zone
    };
    rules_limits_default(&end->o.limits);
    assert_int_equal(rules_run_create(&end->o, &end->run), 0);
}

static int take_site(void *arg, const char *site) {
    assert_string_equal(site, JOURNAL_SITE);
    *(bool *)arg = true;
    return 0;
}

static void judge(struct end *end, struct wall at) {
    struct rules_now now = { .at = at, .grade = CLOCK_NTP, .disk_percent = -1 };
    struct err_text e = { 0 };
    bool changed = false;
    int changes = 0;
    clock_fake_wall(at);
    assert_int_equal(db_begin_read(end->t.db), 0);
    assert_int_equal(rules_run_look(end->run, end->t.db, &now, take_site, &changed), 0);
    assert_int_equal(db_commit(end->t.db), 0);
    if (!changed) return;
    journal_pair_begin(&end->t);
    assert_int_equal(rules_run_write(&end->o, end->t.journal, end->t.db, JOURNAL_SITE, &now, &changes, &e), 0);
    journal_pair_commit(&end->t);
    assert_true(changes > 0); /* a look that finds something leads to something */
}

static void copy(struct world *w) {
    int64_t board = 0, hub = 0;
    assert_int_equal(journal_last_pos(w->board.t.db, &board), 0);
    assert_int_equal(journal_last_pos(w->hub.t.db, &hub), 0);
    if (board == w->board.told && hub == w->hub.told) return;
    journal_pair_carry(&w->board.t, &w->hub.t, &w->seed);
    journal_pair_carry(&w->hub.t, &w->board.t, &w->seed);
    assert_int_equal(journal_last_pos(w->board.t.db, &w->board.told), 0);
    assert_int_equal(journal_last_pos(w->hub.t.db, &w->hub.told), 0);
}

/* ---- what people do ---- */

static void plan_days(struct world *w) {
    for (int i = 0; i < w->span->days; i++) {
        struct civil civil;
        struct day *d = &w->days[i];
        tz_date_add(w->span->first, i, d->date);
        assert_int_equal(tz_date_parse(d->date, &civil), 0);
        d->works = civil.weekday != 7;
        for (size_t k = 0; k < sizeof holidays / sizeof holidays[0]; k++)
            if (strcmp(holidays[k], d->date) == 0) d->works = false;
        d->early = i % 5 == 4;
        d->fate = i % 7 == 3 ? NEVER : i % 11 == 5 ? NEXT_MORNING : ON_TIME;
    }
}

static void write_plan(struct world *w) {
    char data[800];
    int n = snprintf(data, sizeof data,
                     "{\"name\":\"x\",\"timezone\":\"%s\",\"cutoffs\":{\"daylog\":\"18:30\",\"workdays\":[1,2,3,4,5,6],"
                     "\"holidays\":[",
                     w->span->zone);
    for (size_t k = 0; k < sizeof holidays / sizeof holidays[0]; k++)
        n += snprintf(data + n, sizeof data - (size_t)n, "%s\"%s\"", k ? "," : "", holidays[k]);
    (void)snprintf(data + n, sizeof data - (size_t)n, "]}}");
    struct event_draft plan = {
        .site = JOURNAL_SITE, .type = "plan-set", .subject_id = JOURNAL_SITE, .actor = "user/o-01", .data = data
    };
    journal_pair_append(&w->hub.t, &plan, NULL);
}

static void write_log(struct world *w, struct wall at, const char *date) {
    char id[ID_SIZE], data[96];
    clock_fake_wall(at);
    ids_make(at, id);
    (void)snprintf(data, sizeof data, "{\"date\":\"%s\",\"done\":[\"x\"]}", date);
    struct event_draft log = {
        .id = id, .type = "daylog-submitted", .subject_id = id, .actor = "user/u-01", .data = data
    };
    journal_pair_append(&w->board.t, &log, NULL);
}

/* ---- half an hour ---- */

static bool is_on(const struct day *d, const struct civil *c) {
    int minute = c->hour * 60 + c->minute;
    return d->works && minute >= 8 * 60 && minute <= (d->early ? 17 * 60 : 18 * 60 + 30);
}

static struct wall board_clock(int i, const struct civil *c, struct wall at) {
    if (i == JUMP && c->hour == 12) at.ms += INT64_C(20) * 365 * 86400000;
    if (i >= AHEAD && i < AHEAD_END) at.ms += 7 * 60000;
    return at;
}

static void live(struct world *w, int i, struct wall at) {
    struct day *d = &w->days[i], *before = i ? &w->days[i - 1] : NULL;
    struct civil c = tz_civil(w->tz, at);
    if (is_on(d, &c)) {
        if (before && before->works && before->fate == NEXT_MORNING && c.hour == 9 && c.minute == 0)
            write_log(w, at, before->date);
        if (d->fate == ON_TIME && c.hour == 16 && c.minute == 30) write_log(w, at, d->date);
        judge(&w->board, board_clock(i, &c, at));
        if (i < LINK_DOWN || i >= LINK_UP) copy(w);
    }
    judge(&w->hub, at);
    if (is_on(d, &c) && (i < LINK_DOWN || i >= LINK_UP)) copy(w);
}

static void run(struct world *w) {
    struct civil first;
    struct wall at;
    char date[TZ_DATE_SIZE], text[CLOCK_TEXT_SIZE];
    assert_int_equal(tz_date_parse(w->span->first, &first), 0);
    first.hour = 8;
    assert_int_equal(tz_instant(w->tz, &first, &at), 0);
    clock_format(at, 0, text);
    journal_pair_now(text);
    open_end(&w->board, "b-01", w->span->zone);
    open_end(&w->hub, "hub", w->span->zone);
    write_plan(w);
    copy(w);
    for (;; at.ms += STEP_MS) {
        tz_date(w->tz, at, date);
        int i = tz_date_days(w->span->first, date);
        if (i >= w->span->days) break;
        live(w, i, at);
    }
    copy(w);
}

/* ---- what has to be there ---- */

static int64_t number(struct end *end, const char *sql) {
    CLEANUP(free_ptr) char *text = journal_pair_value(&end->t, sql);
    return strtoll(text, NULL, 10);
}

/* At the hub a log is missing, also one that lay at the board. */
static bool was_missing(int i, const struct day *d) {
    return d->works && (d->fate != ON_TIME || (i >= LINK_DOWN && i < LINK_UP));
}

/* Whether a date's log came in the end: the next morning only where there is one. */
static bool came(const struct world *w, int i) {
    const struct day *d = &w->days[i];
    return d->fate == ON_TIME || (d->fate == NEXT_MORNING && i + 1 < w->span->days && w->days[i + 1].works);
}

static void check_day(struct world *w, int i) {
    const struct day *d = &w->days[i];
    char sql[400];
    (void)snprintf(
        sql, sizeof sql,
        "SELECT count(*) || ' ' || coalesce(max(substr(due, 1, 16)), '') || ' ' || coalesce(sum(cleared_ms > 0),"
        " 0) FROM alert WHERE subject = 'daylog/%s' AND rule = 'daylog-missing'",
        d->date);
    CLEANUP(free_ptr) char *got = journal_pair_value(&w->hub.t, sql);
    char want[80] = "0  0";
    bool old = i + 31 < w->span->days - 1;
    if (was_missing(i, d)) (void)snprintf(want, sizeof want, "1 %sT18:30 %d", d->date, came(w, i) || old);
    if (strcmp(got, want) != 0) fail_msg("%s, day %d (%s): %s instead of %s", w->span->zone, i, d->date, got, want);
}

static void months(struct world *w) {
    print_message("%s from %s, clocks set: %s\n", w->span->zone, w->span->first, w->span->changes);
    run(w);
    for (int i = 0; i < w->span->days; i++) check_day(w, i);
    journal_pair_same(&w->board.t, &w->hub.t);
    /* no end raises or clears one twice; what a board did while it was twenty years ahead it takes back */
    assert_int_equal(number(&w->hub,
                            "SELECT count(*) FROM (SELECT 1 FROM event e JOIN chain c ON c.id = e.chain WHERE"
                            " e.type LIKE 'alert-%' GROUP BY e.subject, e.type, c.writer HAVING count(*) > 1)"),
                     0);
    assert_int_equal(number(&w->hub, "SELECT count(*) FROM alert WHERE substr(due, 1, 4) > '2040' AND cleared_ms = 0"),
                     0);
    assert_true(number(&w->hub, "SELECT count(*) FROM alert WHERE substr(due, 1, 4) > '2040'") > 20);
    /* head office judges on time whatever the board does, which may be dark */
    assert_int_equal(number(&w->hub, "SELECT count(*) FROM alert WHERE raised <> due AND rule = 'daylog-missing' AND"
                                     " substr(due, 1, 4) < '2040'"),
                     0);
    assert_int_equal(number(&w->hub, "SELECT count(*) > 2 FROM event e JOIN chain c ON c.id = e.chain WHERE"
                                     " e.type = 'alert-raised' AND c.writer = 'b-01' AND strftime('%H', e.at / 1000,"
                                     " 'unixepoch') <> '18' AND e.subject IN (SELECT 'alert/' || id FROM alert WHERE"
                                     " substr(due, 1, 4) < '2040')"),
                     1);
    journal_pair_rebuild(&w->hub.t);
}

static void in_every_zone(void **state) {
    unsigned seed = journal_pair_seed();
    (void)state;
    for (size_t i = 0; i < sizeof spans / sizeof spans[0]; i++) {
        struct world *w = calloc(1, sizeof *w);
        assert_non_null(w);
        w->span = &spans[i];
        w->seed = seed;
        assert_int_equal(tz_create(w->span->zone, &w->tz, NULL), 0);
        plan_days(w);
        months(w);
        rules_run_destroy(w->board.run);
        rules_run_destroy(w->hub.run);
        journal_pair_close(&w->board.t);
        journal_pair_close(&w->hub.t);
        tz_destroy(w->tz);
        free(w);
    }
    clock_fake_off();
}

int main(void) {
    const struct CMUnitTest tests[] = { cmocka_unit_test(in_every_zone) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
