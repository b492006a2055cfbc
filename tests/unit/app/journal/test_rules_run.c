/* SPDX-License-Identifier: MIT */
/* From tables to alerts: what is loaded, what is raised, cleared and left alone, at a board and at head office. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/journal/board.h"
#include "app/journal/outage.h"
#include "app/journal/rules_load.h"
#include "app/journal/rules_run.h"
#include "firmware/base/cleanup.h"
#include "tests/support/journal_pair.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHOW                                                                                                           \
    "SELECT coalesce(group_concat(x, '; '), '') FROM (SELECT rule || ' ' || subject || ' ' || substr(due, 6, 11) || "  \
    "CASE "                                                                                                            \
    "WHEN cleared_ms THEN ' cleared' ELSE '' END AS x FROM alert ORDER BY due, subject)"

struct end {
    struct test_journal t;
    struct rules_run *run;
    struct rules_run_options o;
    struct rules_now now;
};

struct fixture {
    struct end board, hub;
    unsigned seed;
};

static void open_end(struct end *end, const char *writer) {
    bool hub = strcmp(writer, "hub") == 0;
    journal_pair_open(&end->t, writer);
    end->o = (struct rules_run_options){
        .hub = hub, .writer = writer, .site = hub ? NULL : JOURNAL_SITE, .fallback_tz = "Asia/Shanghai"
    };
    end->now = (struct rules_now){ .grade = CLOCK_NTP, .disk_percent = -1, .listening = { 1 } };
    rules_limits_default(&end->o.limits);
    assert_int_equal(rules_run_create(&end->o, &end->run), 0);
}

/* It is Monday, 2026-11-23. */
static int setup(void **state) {
    struct fixture *f = calloc(1, sizeof *f);
    f->seed = journal_pair_seed();
    journal_pair_grade(CLOCK_NTP);
    journal_pair_now("2026-11-23T09:00:00+08:00");
    open_end(&f->board, "b-01");
    open_end(&f->hub, "hub");
    struct event_draft note = { .type = "note", .subject_id = "n", .actor = "board", .data = "{}" };
    journal_pair_append(&f->board.t, &note, NULL);
    *state = f;
    return 0;
}

static int teardown(void **state) {
    struct fixture *f = *state;
    rules_run_destroy(f->board.run);
    rules_run_destroy(f->hub.run);
    journal_pair_close(&f->board.t);
    journal_pair_close(&f->hub.t);
    free(f);
    return 0;
}

static int count_site(void *arg, const char *site) {
    assert_string_equal(site, JOURNAL_SITE);
    ++*(int *)arg;
    return 0;
}

/* Judges, and says how many events that made. */
static int judge(struct end *end, const char *now) {
    struct err_text e = { 0 };
    int sites = 0, changes = 0;
    journal_pair_now(now);
    end->now.at = clock_wall();
    assert_int_equal(db_begin_read(end->t.db), 0);
    assert_int_equal(rules_run_look(end->run, end->t.db, &end->now, count_site, &sites), 0);
    assert_int_equal(db_commit(end->t.db), 0);
    if (!sites) return 0;
    journal_pair_begin(&end->t);
    assert_int_equal(rules_run_write(&end->o, end->t.journal, end->t.db, JOURNAL_SITE, &end->now, &changes, &e), 0);
    journal_pair_commit(&end->t);
    assert_true(changes > 0);
    return changes;
}

static void stands(struct end *end, const char *want) {
    CLEANUP(free_ptr) char *got = journal_pair_value(&end->t, SHOW);
    assert_string_equal(got, want);
}

static void copy(struct fixture *f) {
    journal_pair_carry(&f->board.t, &f->hub.t, &f->seed);
    journal_pair_carry(&f->hub.t, &f->board.t, &f->seed);
}

static void set_plan(struct fixture *f, const char *cutoff) {
    char data[120];
    (void)snprintf(data, sizeof data, "{\"timezone\":\"Asia/Shanghai\",\"cutoffs\":{\"daylog\":\"%s\"}}", cutoff);
    struct event_draft plan = {
        .site = JOURNAL_SITE, .type = "plan-set", .subject_id = JOURNAL_SITE, .actor = "user/o-01", .data = data
    };
    journal_pair_append(&f->hub.t, &plan, NULL);
}

static void another_cut_off_clears_and_judges_anew(void **state) {
    struct fixture *f = *state;
    copy(f);
    assert_int_equal(judge(&f->board, "2026-11-23T18:29:59+08:00"), 0);
    assert_int_equal(judge(&f->board, "2026-11-23T18:30:00+08:00"), 1);
    assert_int_equal(judge(&f->board, "2026-11-23T18:31:00+08:00"), 0);
    assert_int_equal(judge(&f->hub, "2026-11-23T18:31:00+08:00"), 1);
    copy(f);
    set_plan(f, "19:00");
    copy(f);
    assert_int_equal(judge(&f->hub, "2026-11-23T18:40:00+08:00"), 1);
    assert_int_equal(judge(&f->board, "2026-11-23T18:40:00+08:00"), 1);
    stands(&f->hub, "daylog-missing daylog/2026-11-23 11-23T18:30 cleared");
    set_plan(f, "18:30"); /* and back: whoever cleared it raises it again */
    assert_int_equal(judge(&f->hub, "2026-11-23T18:45:00+08:00"), 1);
    stands(&f->hub, "daylog-missing daylog/2026-11-23 11-23T18:30");
    set_plan(f, "19:00");
    assert_int_equal(judge(&f->hub, "2026-11-23T19:00:00+08:00"), 2);
    copy(f);
    assert_int_equal(judge(&f->board, "2026-11-23T19:00:00+08:00"), 0); /* head office raised that one */
    stands(&f->board,
           "daylog-missing daylog/2026-11-23 11-23T18:30 cleared; daylog-missing daylog/2026-11-23 11-23T19:00");
    journal_pair_same(&f->board.t, &f->hub.t);
}

static void head_office_has_no_board_yet(void **state) {
    struct fixture *f = *state;
    set_plan(f, "18:30");
    assert_int_equal(judge(&f->hub, "2026-11-23T18:30:00+08:00"), 0); /* nobody could have written one */
    copy(f);
    assert_int_equal(judge(&f->hub, "2026-11-23T18:31:00+08:00"), 1);
}

/* Records of a clock that had no time are no beginning. */
static void a_beginning_in_1970(void **state) {
    struct fixture *f = *state;
    struct rules_site s = { .site = JOURNAL_SITE };
    assert_int_equal(db_exec(f->board.t.db, "UPDATE event SET at = 86400000 WHERE type = 'epoch-started'", NULL), 0);
    assert_int_equal(rules_load_begun(f->board.t.db, &s), 0);
    struct wall begun;
    assert_int_equal(clock_parse("2026-11-23T09:00:00+08:00", &begun, NULL), 0);
    assert_true(s.begun.ms == begun.ms);
    assert_int_equal(db_exec(f->board.t.db, "UPDATE event SET at = 86400000", NULL), 0);
    s.begun.ms = 0;
    assert_int_equal(rules_load_begun(f->board.t.db, &s), 0);
    assert_true(s.begun.ms == 0);
}

static void without_time_nothing_moves(void **state) {
    struct fixture *f = *state;
    assert_int_equal(judge(&f->board, "2026-11-23T18:30:00+08:00"), 1);
    f->board.now.grade = CLOCK_NONE;
    assert_int_equal(judge(&f->board, "1970-01-01T08:00:10+08:00"), 0);
    f->board.now.untrusted_since.ms = 10000;
    assert_int_equal(judge(&f->board, "1970-01-01T08:15:10+08:00"), 1);
    f->board.now.untrusted_since.ms = 17000; /* the same is told a little otherwise: it keeps its due time */
    assert_int_equal(judge(&f->board, "1970-01-01T08:20:10+08:00"), 0);
    f->board.now.grade = CLOCK_NTP;
    f->board.now.untrusted_since.ms = 0;
    assert_int_equal(judge(&f->board, "2026-11-23T19:00:00+08:00"), 1);
    stands(&f->board, "clock-untrusted board/b-01 01-01T08:15 cleared; daylog-missing daylog/2026-11-23 11-23T18:30");
    f->board.now.grade = CLOCK_NONE; /* once more, by the same wrong clock */
    f->board.now.untrusted_since.ms = 10000;
    assert_int_equal(judge(&f->board, "1970-01-01T08:15:10+08:00"), 1);
}

static void a_disk_that_fills(void **state) {
    struct fixture *f = *state;
    f->board.now.disk_percent = 20;
    assert_int_equal(judge(&f->board, "2026-11-23T10:00:00+08:00"), 0);
    f->board.now.disk_percent = 19;
    assert_int_equal(judge(&f->board, "2026-11-23T10:01:00+08:00"), 1);
    f->board.now.disk_percent = 21;
    assert_int_equal(judge(&f->board, "2026-11-23T10:02:00+08:00"), 0);
    f->board.now.disk_percent = 5;
    assert_int_equal(judge(&f->board, "2026-11-23T10:03:00+08:00"), 0);
    copy(f);
    assert_int_equal(judge(&f->hub, "2026-11-23T10:04:00+08:00"), 0); /* not head office's to clear */
    f->board.now.disk_percent = 22;
    assert_int_equal(judge(&f->board, "2026-11-23T10:05:00+08:00"), 1);
    stands(&f->board, "disk-low board/b-01 11-23T10:01 cleared");
}

static void refused_events(void **state) {
    struct fixture *f = *state;
    struct event_draft log = { .type = "note", .subject_id = "n", .actor = "board", .data = "{}" };
    struct appended out;
    char id[ID_SIZE];
    struct buf answer;
    journal_pair_now("2026-11-23T10:00:00+08:00");
    journal_pair_append(&f->board.t, &log, &out);
    journal_pair_begin(&f->board.t);
    assert_int_equal(journal_refused(f->board.t.journal, f->board.t.db, JOURNAL_SITE, &out.key, "schema", "x"), 0);
    journal_pair_commit(&f->board.t);
    assert_int_equal(judge(&f->board, "2026-11-23T10:01:00+08:00"), 1);
    assert_int_equal(judge(&f->board, "2026-11-23T10:02:00+08:00"), 0);
    stands(&f->board, "events-rejected board/b-01 11-23T10:00");
    copy(f);
    assert_int_equal(alert_find(f->hub.t.db, JOURNAL_SITE, "events-rejected", "board/b-01", id, NULL), 0);
    journal_pair_begin(&f->hub.t);
    buf_init(&answer, 4096);
    assert_int_equal(alert_see(f->hub.t.journal, f->hub.t.db, id, "user/o-01", "{}", 2, &answer, NULL), 0);
    buf_fini(&answer);
    journal_pair_commit(&f->hub.t);
    copy(f);
    assert_int_equal(judge(&f->board, "2026-11-23T10:03:00+08:00"), 1); /* head office knows */
    stands(&f->board, "events-rejected board/b-01 11-23T10:00 cleared");
}

static void hear(struct fixture *f, const char *at) {
    struct wall heard;
    assert_int_equal(clock_parse(at, &heard, NULL), 0);
    journal_pair_begin(&f->hub.t);
    assert_int_equal(board_seen(f->hub.t.db, JOURNAL_SITE, "b-01", heard), 0);
    journal_pair_commit(&f->hub.t);
}

static void darkness(struct fixture *f, int day) {
    char from[40], to[40];
    struct outage o = { .what = OUTAGE_POWER, .clock = CLOCK_RTC };
    (void)snprintf(from, sizeof from, "2026-11-%02dT17:00:00+08:00", day);
    (void)snprintf(to, sizeof to, "2026-11-%02dT09:30:00+08:00", day + 1);
    assert_int_equal(clock_parse(from, &o.from, NULL), 0);
    assert_int_equal(clock_parse(to, &o.to, NULL), 0);
    journal_pair_now(to);
    journal_pair_begin(&f->board.t);
    assert_int_equal(outage_append(f->board.t.journal, f->board.t.db, &o, NULL, NULL), 0);
    journal_pair_commit(&f->board.t);
}

/* What the lists of boards say is what the rule says. */
static void card_says(struct fixture *f, const char *silent_since) {
    struct buf whole, few;
    struct json_out w;
    int64_t unsent;
    char want[64];
    (void)snprintf(want, sizeof want, silent_since ? "\"silent_since\":\"%s\"" : "\"silent_since\":null", silent_since);
    buf_init(&whole, 4096);
    buf_init(&few, 4096);
    json_start(&w, &few);
    json_open(&w, NULL, '{');
    assert_int_equal(board_list(f->hub.t.db, NULL, &whole), 0);
    assert_int_equal(board_put_short(f->hub.t.db, JOURNAL_SITE, &w, "boards", &unsent), 0);
    if (!strstr(whole.data, want) || !strstr(few.data, want)) fail_msg("no %s in %s, %s", want, whole.data, few.data);
    buf_fini(&whole);
    buf_fini(&few);
}

static void a_silent_board(void **state) {
    struct fixture *f = *state;
    for (int day = 23; day < 28; day++) darkness(f, day); /* switched off at five, on at half past nine */
    copy(f);
    assert_int_equal(db_exec(f->hub.t.db, "DELETE FROM board", NULL), 0);
    hear(f, "2026-11-28T16:50:00+08:00");
    for (int i = 0; i < 2; i++) (void)judge(&f->hub, "2026-11-28T17:10:00+08:00"); /* missed logs are not this test's */
    CLEANUP(free_ptr) char *n = journal_pair_value(&f->hub.t, "SELECT count(*) FROM alert WHERE rule = 'board-silent'");
    assert_string_equal(n, "0"); /* five o'clock: whoever leaves switches it off */
    card_says(f, NULL);
    f->hub.now.listening.ms = 0;
    (void)judge(&f->hub, "2026-11-30T09:40:00+08:00"); /* the feed is away */
    CLEANUP(free_ptr) char *m = journal_pair_value(&f->hub.t, "SELECT count(*) FROM alert WHERE rule = 'board-silent'");
    assert_string_equal(m, "0");
    f->hub.now.listening.ms = 1;
    assert_int_equal(judge(&f->hub, "2026-11-30T09:40:00+08:00"), 1);
    CLEANUP(free_ptr)
    char *due = journal_pair_value(&f->hub.t, "SELECT substr(due, 1, 16) FROM alert WHERE rule = 'board-silent'");
    assert_string_equal(due, "2026-11-30T09:35"); /* ten minutes on Saturday, none on Sunday, five on Monday */
    f->hub.now.listening.ms = 0;
    assert_int_equal(judge(&f->hub, "2026-11-30T09:45:00+08:00"), 0); /* it stays */
    card_says(f, "2026-11-28T08:50:00.000Z");
    f->hub.now.listening.ms = 1;
    copy(f);
    hear(f, "2026-11-30T10:00:00+08:00");
    card_says(f, NULL); /* before the rule looks again */
    assert_int_equal(judge(&f->hub, "2026-11-30T10:00:10+08:00"), 1);
    card_says(f, NULL);
    CLEANUP(free_ptr)
    char *cleared = journal_pair_value(&f->hub.t, "SELECT cleared_ms > 0 FROM alert WHERE rule = 'board-silent'");
    assert_string_equal(cleared, "1");
}

/* Somebody else's clock is ahead of ours, or right: not ours to clear. Our own we take back. */
static void alerts_that_are_due_later_than_now(void **state) {
    struct fixture *f = *state;
    assert_int_equal(judge(&f->board, "2026-11-23T18:30:20+08:00"), 1);
    copy(f);
    assert_int_equal(judge(&f->hub, "2026-11-23T18:29:50+08:00"), 0);
    stands(&f->hub, "daylog-missing daylog/2026-11-23 11-23T18:30");
    assert_int_equal(judge(&f->board, "2026-11-23T12:00:00+08:00"), 1); /* the board's clock was set back */
    copy(f);
    assert_int_equal(judge(&f->hub, "2026-11-23T18:30:00+08:00"), 0); /* the board cleared it, and may know why */
    assert_int_equal(judge(&f->board, "2026-11-23T18:30:00+08:00"), 1);
    copy(f);
    stands(&f->hub, "daylog-missing daylog/2026-11-23 11-23T18:30");
    journal_pair_same(&f->board.t, &f->hub.t);
}

static void others_rules_are_left_alone(void **state) {
    struct fixture *f = *state;
    struct alert camera = { .rule = "camera-down",
                            .level = "office",
                            .subject = "board/b-01",
                            .due = { INT64_C(1795300000000) },
                            .zh = "x",
                            .en = "x" };
    struct alert newer = camera;
    newer.rule = "of-a-later-version";
    journal_pair_begin(&f->board.t);
    assert_int_equal(alert_raise(f->board.t.journal, f->board.t.db, NULL, &camera, NULL), 0);
    assert_int_equal(alert_raise(f->board.t.journal, f->board.t.db, NULL, &newer, NULL), 0);
    journal_pair_commit(&f->board.t);
    copy(f);
    assert_int_equal(judge(&f->board, "2026-11-23T12:00:00+08:00"), 0);
    assert_int_equal(judge(&f->hub, "2026-11-23T12:00:00+08:00"), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(another_cut_off_clears_and_judges_anew, setup, teardown),
        cmocka_unit_test_setup_teardown(head_office_has_no_board_yet, setup, teardown),
        cmocka_unit_test_setup_teardown(a_beginning_in_1970, setup, teardown),
        cmocka_unit_test_setup_teardown(without_time_nothing_moves, setup, teardown),
        cmocka_unit_test_setup_teardown(a_disk_that_fills, setup, teardown),
        cmocka_unit_test_setup_teardown(refused_events, setup, teardown),
        cmocka_unit_test_setup_teardown(a_silent_board, setup, teardown),
        cmocka_unit_test_setup_teardown(alerts_that_are_due_later_than_now, setup, teardown),
        cmocka_unit_test_setup_teardown(others_rules_are_left_alone, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
