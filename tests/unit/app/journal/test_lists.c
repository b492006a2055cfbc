/* SPDX-License-Identifier: MIT */
/* How SQLite would go about every page of every list: by an index, in the order of the page. What reads a whole table, or sorts one, costs the more the
 * longer there has been a journal, and shows in no test that has ten rows. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/journal/alert.h"
#include "app/journal/board.h"
#include "app/journal/callback.h"
#include "app/journal/change.h"
#include "app/journal/confirmation.h"
#include "app/journal/daylog.h"
#include "app/journal/delay.h"
#include "app/journal/hazard.h"
#include "app/journal/inspection.h"
#include "app/journal/material.h"
#include "app/journal/measure.h"
#include "app/journal/mine.h"
#include "app/journal/photo.h"
#include "app/journal/photo_request.h"
#include "app/journal/question.h"
#include "app/journal/site.h"
#include "app/journal/stage.h"
#include "app/journal/timed_test.h"
#include "app/journal/timelapse.h"
#include "app/journal/timeline.h"

#include "firmware/base/cleanup.h"
#include "firmware/db/db_private.h"
#include "tests/support/journal_pair.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ZONE "Asia/Shanghai"
#define ID   "01990000-0000-7000-8000-000000000001"

struct fixture {
    struct test_journal t;
    struct buf answer;
    struct err_text e;
};

/* There is one, with a board, a plan and a log: what is asked of each site is asked. */
static void write_site(struct test_journal *t) {
    struct event_draft plan = { .site = JOURNAL_SITE, .type = "plan-set", .subject_id = JOURNAL_SITE };
    struct event_draft log = { .site = JOURNAL_SITE, .type = "daylog-submitted", .subject_id = ID, .id = ID };
    plan.actor = log.actor = "user/u-01";
    plan.data = "{\"version\":1,\"name\":\"n\",\"timezone\":\"" ZONE "\",\"stages\":[{\"key\":\"tiling\"}]}";
    log.data = "{\"date\":\"2026-11-20\",\"note\":\"n\"}";
    journal_pair_append(t, &plan, NULL);
    journal_pair_append(t, &log, NULL);
    journal_pair_begin(t);
    assert_int_equal(board_seen(t->db, JOURNAL_SITE, "b-01", clock_wall()), 0);
    journal_pair_commit(t);
}

static int setup(void **state) {
    struct fixture *f = calloc(1, sizeof *f);
    journal_pair_now("2026-11-22T16:00:00+08:00");
    journal_pair_open(&f->t, "hub");
    buf_init(&f->answer, 1u << 20);
    write_site(&f->t);
    *state = f;
    return 0;
}

static int teardown(void **state) {
    struct fixture *f = *state;
    journal_pair_close(&f->t);
    buf_fini(&f->answer);
    free(f);
    return 0;
}

/* ---- the pages ---- */

static void printed(struct fixture *f, int rc) {
    if (rc < 0) fail_msg("%s: %s", err_name(rc), f->e.text);
    buf_clear(&f->answer);
}

/* By whose they are: of all sites, of one, of a member's; with what a filter can say. */
static void pages_of_the_hub(struct fixture *f, const char *site, const char *member) {
    static const char *const states[] = { NULL, "open", "rectified", "verified" };
    static const char *const alerts[] = { NULL, "standing", "cleared" };
    struct db *db = f->t.db;
    char next[CSV_LIST_NEXT_SIZE];
    for (int i = 0; i < 4; i++) {
        struct hazard_query q = { .site = site, .member = member, .state = states[i], .limit = 50 };
        printed(f, hazard_list(db, &q, &f->answer, &f->e));
        q.assignee = "u-01";
        printed(f, hazard_list(db, &q, &f->answer, &f->e));
        printed(f, hazard_csv(db, &q, true, &f->answer, next, &f->e));
    }
    for (int i = 0; i < 3; i++) {
        struct alert_query q = { .site = site, .member = member, .state = alerts[i], .limit = 50 };
        printed(f, alert_print(db, &q, &f->answer, &f->e));
    }
    struct question_query questions = { .site = site, .member = member, .limit = 50 };
    printed(f, question_list(db, &questions, &f->answer, &f->e));
    questions.state = "open";
    printed(f, question_list(db, &questions, &f->answer, &f->e));
    struct inspection_query q = { .site = site, .member = member, .limit = 50 };
    printed(f, inspection_list(db, &q, &f->answer, &f->e));
    q.from = "2026-11-01";
    printed(f, inspection_list(db, &q, &f->answer, &f->e));
}

/* What boards have of their site, and head office of all. */
static void pages_of_both(struct fixture *f, const char *site) {
    struct db *db = f->t.db;
    struct change_query changes = { .site = site, .limit = 50, .money = true };
    struct material_query materials = { .site = site, .now = clock_wall(), .limit = 50 };
    struct question_query questions = { .site = site, .limit = 50 };
    struct daylog_query logs = { .site = site, .limit = 50 };
    struct timeline_query entries = { .site = site, .limit = 50 };
    struct delay_query delays = { .site = site, .limit = 50 };
    printed(f, delay_list(db, &delays, &f->answer, &f->e));
    delays.state = "claimed";
    printed(f, delay_list(db, &delays, &f->answer, &f->e));
    printed(f, change_list(db, &changes, &f->answer, &f->e));
    changes.state = "requested";
    printed(f, change_list(db, &changes, &f->answer, &f->e));
    printed(f, material_list(db, &materials, &f->answer, &f->e));
    materials.state = "late";
    printed(f, material_list(db, &materials, &f->answer, &f->e));
    printed(f, question_list(db, &questions, &f->answer, &f->e));
    questions.state = "late";
    printed(f, question_list(db, &questions, &f->answer, &f->e));
    printed(f, callback_list(db, site, NULL, 50, true, &f->answer, &f->e));
    printed(f, daylog_list(db, &logs, &f->answer, &f->e));
    printed(f, timeline_page(db, &entries, &f->answer));
}

static void pages_of_a_site(struct fixture *f) {
    struct db *db = f->t.db;
    struct photo_query photos = { .site = JOURNAL_SITE, .limit = 50 };
    struct timed_view tests = { .site = JOURNAL_SITE, .fallback_tz = ZONE, .now = clock_wall() };
    struct stage_view stages = { .site = JOURNAL_SITE, .fallback_tz = ZONE, .now = clock_wall() };
    struct timelapse_query frames = { .site = JOURNAL_SITE, .from = "2026-11-01", .max = 50 };
    printed(f, photo_list(db, &photos, &f->answer, &f->e));
    photos.from = "2026-11-01";
    printed(f, photo_list(db, &photos, &f->answer, &f->e));
    printed(f, photo_request_list(db, JOURNAL_SITE, NULL, NULL, 50, true, &f->answer, &f->e));
    printed(f, photo_request_list(db, JOURNAL_SITE, "open", NULL, 50, true, &f->answer, &f->e));
    printed(f, photo_request_list(db, JOURNAL_SITE, "failed", NULL, 50, true, &f->answer, &f->e));
    printed(f, delay_idle_list(db, JOURNAL_SITE, NULL, 50, true, &f->answer, &f->e));
    printed(f, confirmation_list(db, JOURNAL_SITE, NULL, NULL, 50, true, &f->answer, &f->e));
    printed(f, confirmation_list(db, JOURNAL_SITE, "stage/tiling", NULL, 50, true, &f->answer, &f->e));
    printed(f, timed_test_list(db, &tests, NULL, NULL, 50, &f->answer, &f->e));
    printed(f, timed_test_list(db, &tests, "running", NULL, 50, &f->answer, &f->e));
    printed(f, stage_print(db, &stages, NULL, &f->answer));
    printed(f, timelapse_print(db, &frames, &f->answer));
}

static void pages_without_end(struct fixture *f) {
    struct tz *tz = NULL;
    struct measure m = { 0 };
    struct mine_ask mine = { .user = "u-01", .role = "manager" };
    assert_int_equal(tz_create(ZONE, &tz, NULL), 0);
    pressing_scope_init(&mine.scope, tz, ZONE, clock_wall());
    struct measure_ask measures = { .fallback_tz = ZONE, .tz = tz, .now = clock_wall() };
    printed(f, site_list(f->t.db, &mine.scope, &f->answer));
    printed(f, mine_print(f->t.db, &mine, &f->answer));
    printed(f, callback_print_due(f->t.db, ZONE, clock_wall(), true, &f->answer));
    printed(f, measure_read(f->t.db, &measures, &m, &f->e));
    measure_fini(&m);
    tz_destroy(tz);
}

/* ---- their plans ---- */

/* What has few rows, whatever has happened: tables, and what a statement's WITH has: the time-lapse's, and those that go from one room to the next. An index by pos alone is one of what is open. */
static bool is_small(const char *detail) {
    static const char *const few[] = { "json_each", "projection", "site",  "board",    "chain",
                                       "CONSTANT",  "f",          "named", "reported", "b" };
    char what[40] = "";
    (void)sscanf(detail, "SCAN %39s", what);
    for (size_t i = 0; i < sizeof few / sizeof few[0]; i++)
        if (strcmp(what, few[i]) == 0) return true;
    return what[0] == '(' || strstr(detail, " VIRTUAL TABLE ") || strstr(detail, "_pos") != NULL;
}

/* Sorts what it has of each of the member's sites, and that is a page of each at most. */
#define OF_A_MEMBER "p.active = 1) ORDER BY date"
/* Sorts the stages of one site. */
#define OF_STAGES   " FROM stage WHERE site = ?1"

/* Looks for what is different in a site's rows by looking at all of them, instead of going from one to the next. A stage's rows are few. */
static bool looks_at_all(const char *sql, const char *detail) {
    bool next = strstr(sql, "RECURSIVE named") || strstr(sql, "RECURSIVE reported");
    bool few = strncmp(detail, "SEARCH stage ", 13) == 0 || strstr(detail, " INDEX hazard_open ");
    return next && !few && strncmp(detail, "SEARCH ", 7) == 0 && strstr(detail, "(site=?)");
}

/* Those of a site that are not closed are in an index of their own, which SQLite does not always prefer. */
static bool is_of_closed(const char *sql, const char *detail) {
    return strstr(sql, "state <> 'verified'") && strncmp(detail, "SEARCH hazard ", 14) == 0 &&
           strstr(detail, "(site=?)") && !strstr(detail, " INDEX hazard_open ");
}

static const char *fault_of(const char *sql, const char *detail) {
    static const char *const open[] = { " state <> 'verified' AND (?3", " state = 'open' AND (?2",
                                        " state = 'requested' AND (?2", " complete = 0 AND (?2" };
    if (strncmp(detail, "SCAN ", 5) == 0 && !is_small(detail)) return "reads a whole table";
    bool few = strstr(sql, OF_A_MEMBER) || strstr(sql, OF_STAGES);
    if (strstr(detail, "TEMP B-TREE FOR ORDER BY") && strstr(sql, "LIMIT") && !few)
        return "sorts what a page needs the top of";
    if (strstr(detail, "INTEGER PRIMARY KEY (rowid<?)") && strstr(sql, "site = ?"))
        return "reads all sites' rows for one site's";
    if (is_of_closed(sql, detail)) return "reads what is over for what is open";
    if (looks_at_all(sql, detail)) return "reads all of a site's rows for what is different in them";
    for (size_t i = 0; strstr(detail, "INTEGER PRIMARY KEY (rowid<?)") && i < sizeof open / sizeof open[0]; i++)
        if (strstr(sql, open[i])) return "reads what is over for what is open";
    return NULL;
}

/* The number of statements at fault, told one by one. */
static int explain(const char *sql, sqlite3 *handle) {
    sqlite3_stmt *plan = NULL;
    char text[8192];
    int faults = 0;
    assert_true(snprintf(text, sizeof text, "EXPLAIN QUERY PLAN %s", sql) < (int)sizeof text);
    assert_int_equal(sqlite3_prepare_v2(handle, text, -1, &plan, NULL), SQLITE_OK);
    while (sqlite3_step(plan) == SQLITE_ROW) {
        const char *detail = (const char *)sqlite3_column_text(plan, 3);
        const char *fault = fault_of(sql, detail);
        if (!fault) continue;
        print_message("%s: %s\n    %s\n", fault, detail, sql);
        faults++;
    }
    (void)sqlite3_finalize(plan);
    return faults;
}

static int explain_all(struct db *db) {
    int faults = 0;
    for (size_t i = 0; i < db->stmt_count; i++)
        if (strncmp(db->stmts[i]->sql, "SELECT", 6) == 0 || strncmp(db->stmts[i]->sql, "WITH", 4) == 0)
            faults += explain(db->stmts[i]->sql, db->handle);
    return faults;
}

static void pages_are_read_by_an_index_in_their_order(void **state) {
    struct fixture *f = *state;
    pages_of_the_hub(f, NULL, NULL);
    pages_of_the_hub(f, JOURNAL_SITE, NULL);
    pages_of_the_hub(f, JOURNAL_SITE, "u-01");
    pages_of_the_hub(f, NULL, "u-01");
    pages_of_both(f, JOURNAL_SITE);
    pages_of_both(f, NULL);
    pages_of_a_site(f);
    pages_without_end(f);
    assert_true(f->t.db->stmt_count > 60);
    assert_int_equal(explain_all(f->t.db), 0);
}

static void what_is_at_fault_is_found(void **state) {
    struct fixture *f = *state;
    sqlite3 *handle = f->t.db->handle;
    assert_int_equal(explain("SELECT * FROM photo WHERE room = ?", handle), 1);
    assert_int_equal(explain("SELECT * FROM photo WHERE site = ?1 ORDER BY room LIMIT 9", handle), 1);
    assert_int_equal(
        explain("SELECT * FROM photo WHERE (?1 IS NULL OR site = ?1) AND pos < ?2 ORDER BY pos DESC LIMIT 9", handle),
        1);
    assert_int_equal(explain("SELECT * FROM photo WHERE site = ?1 AND pos < ?2 ORDER BY pos DESC LIMIT 9", handle), 0);
    assert_int_equal(explain("WITH RECURSIVE named(room) AS (VALUES ('') UNION ALL SELECT (SELECT min(room) FROM photo"
                             " WHERE site = ?1 AND room > named.room) FROM named) SELECT room FROM named",
                             handle),
                     1); /* which has an index of those alone that are not withdrawn */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(pages_are_read_by_an_index_in_their_order, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_at_fault_is_found, setup, teardown),
    };
    return cmocka_run_group_tests_name("lists", tests, NULL, NULL);
}
