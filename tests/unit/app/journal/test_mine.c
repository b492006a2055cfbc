/* SPDX-License-Identifier: MIT */
/* A person's own list: what is on it for whom, in which order, and the sites in the order of what presses. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/journal/mine.h"

#include "firmware/base/cleanup.h"
#include "firmware/base/json.h"
#include "firmware/base/text.h"
#include "tests/support/journal_pair.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fixture {
    struct test_journal t;
    struct tz *tz;
    struct buf out, line;
};

static int setup(void **state) {
    struct fixture *f = calloc(1, sizeof *f);
    journal_pair_now("2026-11-26T17:00:00+08:00"); /* a Thursday */
    journal_pair_open(&f->t, "hub");
    assert_int_equal(tz_create("Asia/Shanghai", &f->tz, NULL), 0);
    buf_init(&f->out, 1 << 20);
    buf_init(&f->line, 1 << 16);
    *state = f;
    return 0;
}

static int teardown(void **state) {
    struct fixture *f = *state;
    journal_pair_close(&f->t);
    tz_destroy(f->tz);
    buf_fini(&f->out);
    buf_fini(&f->line);
    free(f);
    return 0;
}

static void run(struct fixture *f, const char *sql) {
    struct err_text e = { 0 };
    journal_pair_begin(&f->t);
    if (db_exec(f->t.db, sql, &e)) fail_msg("%s: %s", e.text, sql);
    journal_pair_commit(&f->t);
}

/* by: who rectified it; "" for what is not rectified. due: hours from now. */
static void add_hazard(struct fixture *f, const char *id, const char *site, const char *severity, const char *state,
                       const char *assignee, const char *by, int due) {
    static int pos = 0;
    char sql[1024];
    (void)snprintf(sql, sizeof sql,
                   "INSERT INTO hazard VALUES (%d, '%s', '%s', 'hub', '%s', '%s', '', '', '', NULL, '%s', '', '', '',"
                   " %lld, 0, '', 0, '', '%s', '[]', '', 0, '%s', '', '[]', 0, '', '', 0, '', '', '', 0)",
                   ++pos, site, id, state, severity, id, (long long)clock_wall().ms + (long long)due * 3600000,
                   assignee, by);
    run(f, sql);
}

static void add_alert(struct fixture *f, const char *id, const char *site, const char *rule, const char *level,
                      const char *subject) {
    static int pos = 0;
    char sql[512];
    (void)snprintf(sql, sizeof sql,
                   "INSERT INTO alert VALUES (%d, '%s', '%s', '%s', '%s', '%s', '2026-11-25T18:00:00+08:00', '', '%s',"
                   " '', 'hub', '', 0, '', 0, '', '', '')",
                   ++pos, site, id, rule, level, subject, id);
    run(f, sql);
}

static void add_site(struct fixture *f, const char *site) {
    char sql[512];
    (void)snprintf(sql, sizeof sql,
                   "INSERT INTO site VALUES ('%s', 1, 'Name of %s', 'Asia/Shanghai', NULL, '', '', '');"
                   "INSERT INTO person VALUES ('%s', 'u-01', 'A', 'manager', 1), ('%s', 'u-03', 'B', 'supervisor', 1),"
                   " ('%s', 'u-05', 'C', 'crew', 1), ('%s', 'u-09', 'D', 'supervisor', 0);",
                   site, site, site, site, site, site);
    run(f, sql);
}

/* "s-1: kind subject, …; s-2:" */
static const char *list(struct fixture *f, const char *user, const char *role, bool all) {
    CLEANUP(json_destroy_ptr) struct json *root = NULL;
    struct mine_ask ask = { .user = user, .role = role, .all = all };
    pressing_scope_init(&ask.scope, f->tz, "Asia/Shanghai", clock_wall());
    buf_clear(&f->out);
    buf_clear(&f->line);
    assert_int_equal(mine_print(f->t.db, &ask, &f->out), 0);
    assert_int_equal(json_parse(f->out.data, f->out.len, &root, NULL), 0);
    const struct json *sites = json_member(root, "sites");
    (void)buf_add_text(&f->line, "");
    for (size_t i = 0; i < json_count(sites); i++) {
        const struct json *press = json_member(json_at(sites, i), "press");
        if (i) (void)buf_add_text(&f->line, "; ");
        (void)buf_add_text(&f->line, json_text(json_member(json_at(sites, i), "site")));
        (void)buf_add_text(&f->line, ":");
        for (size_t k = 0; k < json_count(press); k++) {
            (void)buf_add_text(&f->line, k ? ", " : " ");
            (void)buf_add_text(&f->line, json_text(json_member(json_at(press, k), "kind")));
            (void)buf_add_text(&f->line, " ");
            (void)buf_add_text(&f->line, json_text(json_member(json_at(press, k), "subject")));
        }
    }
    return f->line.data ? f->line.data : "";
}

static void a_supervisor_looks_where_it_burns(void **state) {
    struct fixture *f = *state;
    add_site(f, "s-1");
    add_hazard(f, "h-fresh", "s-1", "notice", "assigned", "u-01", "", 5);
    add_hazard(f, "h-stop", "s-1", "stop_work", "assigned", "u-01", "", 9);
    add_hazard(f, "h-over", "s-1", "notice", "raised", "", "", -1);
    add_hazard(f, "h-look", "s-1", "notice", "rectified", "u-01", "user/u-01", 5);
    add_hazard(f, "h-own", "s-1", "notice", "rectified", "u-03", "user/u-03", 5);
    add_hazard(f, "h-done", "s-1", "notice", "verified", "u-01", "user/u-01", -9);
    add_alert(f, "a-report", "s-1", "report-missing", "office", "report/2026-11-21");
    add_alert(f, "a-disk", "s-1", "disk-low", "site", "board/b-1");
    assert_string_equal(
        list(f, "u-03", "supervisor", false),
        "s-1: overdue hazard/h-over, recheck hazard/h-look, hazard hazard/h-stop, report report/2026-11-21");
    assert_non_null(strstr(f->out.data, "\"text\":{\"zh\":\"指派：h-over\",\"en\":\"Assign: h-over\"}"));
    assert_non_null(strstr(f->out.data, "\"due\":\"2026-11-26T16:00:00.000+08:00\"")); /* at the site */
    assert_non_null(strstr(f->out.data, "\"due\":null"));                              /* of a re-check */
}

static void a_manager_has_logs_hazards_and_alerts(void **state) {
    struct fixture *f = *state;
    add_site(f, "s-1");
    add_hazard(f, "h-mine", "s-1", "notice", "assigned", "u-01", "", 5);
    add_hazard(f, "h-nobody", "s-1", "notice", "raised", "", "", 6);
    add_hazard(f, "h-crew", "s-1", "notice", "assigned", "u-05", "", -5);
    add_alert(f, "a-disk", "s-1", "disk-low", "site", "board/b-1");
    add_alert(f, "a-log", "s-1", "daylog-missing", "office", "daylog/2026-11-25");
    add_alert(f, "a-over", "s-1", "hazard-overdue", "office", "hazard/h-crew");
    add_alert(f, "a-report", "s-1", "report-missing", "office", "report/2026-11-21");
    assert_string_equal(list(f, "u-01", "manager", false),
                        "s-1: hazard hazard/h-mine, hazard hazard/h-nobody, daylog daylog/2026-11-26, alert board/b-1");
    assert_string_equal(list(f, "u-05", "crew", false), "s-1: overdue hazard/h-crew");
    assert_string_equal(list(f, "o-01", "office", true), "s-1: alert report/2026-11-21");
    assert_string_equal(list(f, "u-09", "supervisor", false), ""); /* works there no longer */
    assert_string_equal(list(f, "u-77", "manager", false), "");
}

static void logs_are_due_on_working_days(void **state) {
    struct fixture *f = *state;
    struct event_draft log = { .site = "s-1",
                               .type = "daylog-submitted",
                               .subject_id = "0193a000-0000-7000-8000-00000000000a",
                               .actor = "user/u-01",
                               .data = "{\"date\":\"2026-11-26\",\"done\":[\"x\"]}" };
    add_site(f, "s-1");
    assert_string_equal(list(f, "u-01", "manager", false), "s-1: daylog daylog/2026-11-26");
    assert_non_null(strstr(f->out.data, "\"due\":\"2026-11-26T18:30:00.000+08:00\""));
    journal_pair_append(&f->t, &log, NULL);
    assert_string_equal(list(f, "u-01", "manager", false), "s-1:");
    journal_pair_now("2026-11-28T09:59:00+08:00"); /* until ten, Friday's may be written still */
    assert_string_equal(list(f, "u-01", "manager", false), "s-1: daylog daylog/2026-11-27, daylog daylog/2026-11-28");
    journal_pair_now("2026-11-28T10:00:00+08:00");
    assert_string_equal(list(f, "u-01", "manager", false), "s-1: daylog daylog/2026-11-28");
    journal_pair_now("2026-11-29T12:00:00+08:00"); /* a Sunday */
    assert_string_equal(list(f, "u-01", "manager", false), "s-1:");
    journal_pair_now("2026-11-30T12:00:00+08:00");
    assert_string_equal(list(f, "u-01", "manager", false), "s-1: daylog daylog/2026-11-30");
    run(f, "INSERT INTO handover (site, pos, date, note, photos, plan, at, at_ms, actor) VALUES ('s-1', 1, "
           "'2026-11-30', '',"
           " '[]', '[]', '', 1, '')");
    assert_string_equal(list(f, "u-01", "manager", false), "s-1:");
}

static void the_report_is_due_on_its_day(void **state) {
    struct fixture *f = *state;
    struct event_draft log = { .site = "s-1",
                               .type = "daylog-submitted",
                               .subject_id = "0193a000-0000-7000-8000-00000000000a",
                               .actor = "user/u-01",
                               .data = "{\"date\":\"2026-11-26\",\"done\":[\"x\"]}" };
    add_site(f, "s-1");
    journal_pair_now("2026-11-28T09:00:00+08:00");                     /* a Saturday */
    assert_string_equal(list(f, "u-03", "supervisor", false), "s-1:"); /* nothing has happened there yet */
    journal_pair_append(&f->t, &log, NULL);
    assert_string_equal(list(f, "u-03", "supervisor", false), "s-1: report report/2026-11-28");
    journal_pair_now("2026-11-28T18:00:00+08:00"); /* an alert now */
    assert_string_equal(list(f, "u-03", "supervisor", false), "s-1:");
    journal_pair_now("2026-11-28T09:00:00+08:00");
    run(f,
        "INSERT INTO inspection (pos, site, id, board, date, stage, verdict, passed, failed, red, not_applicable, "
        "hazards,"
        " at, by, data) VALUES (1, 's-1', 'i-1', 'b-1', '2026-11-22', 'tiling', 'pass', 1, 0, 0, 0, 0, '', '', '{}')");
    assert_string_equal(list(f, "u-03", "supervisor", false), "s-1:");
    run(f, "UPDATE inspection SET date = '2026-11-21'"); /* the week before */
    assert_string_equal(list(f, "u-03", "supervisor", false), "s-1: report report/2026-11-28");
}

static void sites_come_in_the_order_of_what_presses(void **state) {
    struct fixture *f = *state;
    for (int i = 1; i <= 4; i++) add_site(f, (const char *[]){ "s-1", "s-2", "s-3", "s-4" }[i - 1]);
    run(f, "DELETE FROM person WHERE site = 's-4'");
    add_hazard(f, "h-2", "s-2", "notice", "assigned", "u-01", "", -1);
    add_hazard(f, "h-3", "s-3", "stop_work", "assigned", "u-01", "", 1);
    add_hazard(f, "h-4", "s-4", "stop_work", "assigned", "u-01", "", 1);
    assert_string_equal(list(f, "u-03", "supervisor", false), "s-3: hazard hazard/h-3; s-2: overdue hazard/h-2; s-1:");
    add_alert(f, "a-x", "s-1", "stage-late", "executive", "stage/tiling"); /* presses most, but not this person */
    assert_string_equal(list(f, "u-03", "supervisor", false), "s-3: hazard hazard/h-3; s-2: overdue hazard/h-2; s-1:");
    assert_string_equal(list(f, "o-01", "office", true), "s-1: alert stage/tiling; s-3:; s-4:; s-2:");
}

static void acceptance_and_questions_have_their_people(void **state) {
    struct fixture *f = *state;
    add_site(f, "s-1");
    run(f, "INSERT INTO stage (site, key, room, state, asked_ms) VALUES ('s-1', 'tiling', 'kitchen', 'asked', 5),"
           " ('s-1', 'waterproofing', '', 'asked', 4), ('s-1', 'masonry', '', 'accepted', 3)");
    run(f,
        "INSERT INTO question VALUES (1, 's-1', 'q-1', 'open', 'customer', 'site', 'when', '', '', '', '[]', '', '', "
        "'',"
        " 0, 9000, 1, '', '[]', '', '', 0), (2, 's-1', 'q-2', 'open', 'site', 'designer', 'what', '', '', '', '[]',"
        " '', '', '', 0, 1, 1, '', '[]', '', '', 0), (3, 's-1', 'q-3', 'answered', 'customer', 'site', 'x', '', '',"
        " '', '[]', '', '', '', 0, 1, 1, '', '[]', '', '', 0)");
    assert_string_equal(list(f, "u-03", "supervisor", false),
                        "s-1: acceptance stage/waterproofing, acceptance stage/tiling");
    assert_non_null(strstr(f->out.data, "\"en\":\"Accept: tiling kitchen\""));
    assert_string_equal(list(f, "u-01", "manager", false), "s-1: daylog daylog/2026-11-26, question question/q-1");
    assert_non_null(strstr(f->out.data, "\"callbacks\":[]"));
}

/* ' in data stands for ". */
static void tell(struct fixture *f, const char *type, const char *subject, const char *data, struct appended *out) {
    char json[300];
    size_t n = 0;
    for (; data[n] && n + 1 < sizeof json; n++) json[n] = data[n] == '\'' ? '"' : data[n];
    json[n] = '\0';
    struct event_draft d = { .site = "s-1", .type = type, .subject_id = subject, .actor = "user/u-03", .data = json };
    journal_pair_append(&f->t, &d, out);
}

static void a_manager_has_what_was_sent_back(void **state) {
    struct fixture *f = *state;
    add_site(f, "s-1");
    for (int room = 0; room < 2; room++) {
        const char *in = room ? "{'room':'bathroom','note':'x'}" : "{'room':'kitchen','note':'x'}";
        tell(f, "stage-started", "tiling", room ? "{'room':'bathroom'}" : "{'room':'kitchen'}", NULL);
        tell(f, "acceptance-requested", "tiling", in, NULL);
        tell(f, "stage-rejected", "tiling", in, NULL);
    }
    tell(f, "stage-started", "masonry", "{}", NULL);
    tell(f, "stage-finished", "masonry", "{}", NULL);
    assert_string_equal(list(f, "u-01", "manager", false),
                        "s-1: rejected stage/tiling, rejected stage/tiling, daylog daylog/2026-11-26");
    assert_non_null(strstr(f->out.data, "\"zh\":\"验收没过，改好再报验：泥瓦 厨房\""));
    assert_string_equal(list(f, "u-03", "supervisor", false), "s-1:");
    tell(f, "stage-finished", "tiling", "{'room':'kitchen'}", NULL); /* put right, but nobody knows */
    tell(f, "acceptance-requested", "tiling", "{'room':'bathroom'}", NULL);
    assert_string_equal(list(f, "u-01", "manager", false), "s-1: rejected stage/tiling, daylog daylog/2026-11-26");
    assert_non_null(strstr(f->out.data, "tiling kitchen"));
    tell(f, "acceptance-requested", "tiling", "{'room':'kitchen'}", NULL);
    assert_string_equal(list(f, "u-01", "manager", false), "s-1: daylog daylog/2026-11-26");
}

static void a_manager_has_what_the_customer_is_to_sign(void **state) {
    struct fixture *f = *state;
    const char *confirmed = "{'subject':'change/0193a000-0000-7000-8000-00000000000c','method':'crm','statement':'x'}";
    struct appended accepted;
    char data[200];
    add_site(f, "s-1");
    tell(f, "stage-started", "carpentry", "{}", NULL);
    tell(f, "acceptance-requested", "carpentry", "{}", NULL);
    tell(f, "stage-accepted", "carpentry", "{}", &accepted);
    tell(f, "change-requested", "0193a000-0000-7000-8000-00000000000c", "{'amount':1,'reason':'x','text':'x'}", NULL);
    assert_string_equal(list(f, "u-01", "manager", false), "s-1: daylog daylog/2026-11-26, sign stage/carpentry");
    tell(f, "change-decided", "0193a000-0000-7000-8000-00000000000c",
         "{'subject':'change/0193a000-0000-7000-8000-00000000000c','decision':'approved'}", NULL);
    assert_string_equal(list(f, "u-01", "manager", false), "s-1: daylog daylog/2026-11-26, sign stage/carpentry, sign"
                                                           " change/0193a000-0000-7000-8000-00000000000c");
    assert_string_equal(list(f, "u-03", "supervisor", false), "s-1:");
    (void)snprintf(data, sizeof data, "{'subject':'stage/carpentry','method':'crm','statement':'%s'}", accepted.id);
    tell(f, "customer-confirmed", "0193a000-0000-7000-8000-00000000000a", data, NULL);
    tell(f, "customer-confirmed", "0193a000-0000-7000-8000-00000000000b", confirmed, NULL);
    assert_string_equal(list(f, "u-01", "manager", false), "s-1: daylog daylog/2026-11-26");
    tell(f, "stage-started", "completion", "{}", NULL);
    tell(f, "acceptance-requested", "completion", "{}", NULL);
    tell(f, "stage-accepted", "completion", "{}", NULL);
    assert_string_equal(list(f, "u-01", "manager", false), "s-1: daylog daylog/2026-11-26, sign stage/completion");
    tell(f, "handover-done", "s-1", "{'date':'2026-11-26'}", NULL);
    assert_string_equal(list(f, "u-01", "manager", false), "s-1:");
}

static void a_kind_is_bounded(void **state) {
    struct fixture *f = *state;
    add_site(f, "s-1");
    for (int i = 0; i < MINE_ITEMS_MAX + 5; i++) {
        char id[20];
        (void)snprintf(id, sizeof id, "h-%02d", i);
        add_hazard(f, id, "s-1", "notice", "rectified", "u-01", "user/u-01", 5);
    }
    size_t n = 0;
    for (const char *at = list(f, "u-03", "supervisor", false); (at = strstr(at, "recheck")); at++) n++;
    assert_int_equal(n, MINE_ITEMS_MAX);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_supervisor_looks_where_it_burns, setup, teardown),
        cmocka_unit_test_setup_teardown(a_manager_has_logs_hazards_and_alerts, setup, teardown),
        cmocka_unit_test_setup_teardown(a_manager_has_what_was_sent_back, setup, teardown),
        cmocka_unit_test_setup_teardown(a_manager_has_what_the_customer_is_to_sign, setup, teardown),
        cmocka_unit_test_setup_teardown(logs_are_due_on_working_days, setup, teardown),
        cmocka_unit_test_setup_teardown(the_report_is_due_on_its_day, setup, teardown),
        cmocka_unit_test_setup_teardown(sites_come_in_the_order_of_what_presses, setup, teardown),
        cmocka_unit_test_setup_teardown(acceptance_and_questions_have_their_people, setup, teardown),
        cmocka_unit_test_setup_teardown(a_kind_is_bounded, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
