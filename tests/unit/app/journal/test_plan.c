/* SPDX-License-Identifier: MIT */
/* Plans: bad input, PUT's rules, masking, defaults, cut-offs, folding in any order; the site as readers see it. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/journal/board.h"
#include "app/journal/site.h"

#include "firmware/base/cleanup.h"
#include "tests/support/journal_pair.h"

#include <stdio.h>
#include <string.h>

struct hub {
    struct test_journal t;
    struct buf answer;
    struct err_text e;
};

static int setup(void **state) {
    struct hub *h = calloc(1, sizeof *h);
    journal_pair_open(&h->t, "hub");
    buf_init(&h->answer, 1u << 20);
    *state = h;
    return 0;
}

static int teardown(void **state) {
    struct hub *h = *state;
    journal_pair_close(&h->t);
    buf_fini(&h->answer);
    free(h);
    return 0;
}

static int put(struct hub *h, int64_t if_match, const char *body) {
    buf_clear(&h->answer);
    h->e = (struct err_text){ 0 };
    journal_pair_begin(&h->t);
    int rc =
        plan_set(h->t.journal, h->t.db, JOURNAL_SITE, if_match, body, strlen(body), "user/u-90", &h->answer, &h->e);
    return journal_pair_end(&h->t, rc);
}

static void expect(struct hub *h, int64_t if_match, const char *body, const char *answer) {
    int rc = put(h, if_match, body);
    if (rc < 0) fail_msg("%s: %s: %s", body, h->e.field, h->e.text);
    if (answer && !strstr(h->answer.data, answer)) fail_msg("%s is not in %s", answer, h->answer.data);
}

static void test_bad(void **state) {
    static const char *const bad[][2] = {
        { "[]", "" },
        { "{", "" },
        { "{\"name\":\"\xff\"}", "" },
        { "{\"colour\":1}", "colour" },
        { "{\"site\":\"s-other\"}", "site" },
        { "{\"name\":7}", "name" },
        { "{\"name\":\" \"}", "name" },
        { "{\"timezone\":\"Mars/Olympus\"}", "timezone" },
        { "{\"timezone\":8}", "timezone" },
        { "{\"timezone\":\"../etc/passwd\"}", "timezone" },
        { "{\"stages\":{}}", "stages" },
        { "{\"stages\":[1]}", "stages.0" },
        { "{\"stages\":[{}]}", "stages.0.key" },
        { "{\"stages\":[{\"key\":\"a b\"}]}", "stages.0.key" },
        { "{\"stages\":[{\"key\":\"a\",\"x\":1}]}", "stages.0.x" },
        { "{\"stages\":[{\"key\":\"a\",\"planned_start\":\"2026-13-01\"}]}", "stages.0.planned_start" },
        { "{\"stages\":[{\"key\":\"a\",\"planned_finish\":20261122}]}", "stages.0.planned_finish" },
        { "{\"stages\":[{\"key\":\"a\",\"planned_start\":\"2026-11-22\",\"planned_finish\":\"2026-11-21\"}]}",
          "stages.0.planned_finish" },
        { "{\"stages\":[{\"key\":\"a\"},{\"key\":\"a\"}]}", "stages.1.key" },
        { "{\"stages\":[{\"key\":\"a\",\"after\":\"b\"}]}", "stages.0.after" },
        { "{\"stages\":[{\"key\":\"a\",\"after\":[1]}]}", "stages.0.after.0" },
        { "{\"stages\":[{\"key\":\"a\",\"after\":[\"b\"]}]}", "stages.0.after.0" },
        { "{\"stages\":[{\"key\":\"a\",\"after\":[\"a\"]}]}", "stages.0.after" },
        { "{\"stages\":[{\"key\":\"z\"},{\"key\":\"a\",\"after\":[\"b\"]},{\"key\":\"b\",\"after\":[\"z\",\"a\"]}]}",
          "stages.1.after" },
        { "{\"contract_amount\":\"1\"}", "contract_amount" },
        { "{\"contract_amount\":-1}", "contract_amount" },
        { "{\"contract_amount\":1.005}", "contract_amount" },
        { "{\"contract_amount\":1e11}", "contract_amount" },
        { "{\"customer\":\"张三\"}", "customer" },
        { "{\"customer\":{\"name\":7}}", "customer.name" },
        { "{\"customer\":{\"phone\":\"call me\"}}", "customer.phone" },
        { "{\"customer\":{\"phone\":13800138000}}", "customer.phone" },
        { "{\"customer\":{\"address\":\"x\"}}", "customer.address" },
        { "{\"cutoffs\":[]}", "cutoffs" },
        { "{\"cutoffs\":{\"dinner\":\"19:00\"}}", "cutoffs.dinner" },
        { "{\"cutoffs\":{\"daylog\":\"24:00\"}}", "cutoffs.daylog" },
        { "{\"cutoffs\":{\"daylog\":\"18:60\"}}", "cutoffs.daylog" },
        { "{\"cutoffs\":{\"daylog\":\"8:30\"}}", "cutoffs.daylog" },
        { "{\"cutoffs\":{\"daylog\":\"+8:30\"}}", "cutoffs.daylog" },
        { "{\"cutoffs\":{\"daylog\":1830}}", "cutoffs.daylog" },
        { "{\"cutoffs\":{\"report\":6}}", "cutoffs.report" },
        { "{\"cutoffs\":{\"report\":{\"weekday\":0}}}", "cutoffs.report.weekday" },
        { "{\"cutoffs\":{\"report\":{\"weekday\":8}}}", "cutoffs.report.weekday" },
        { "{\"cutoffs\":{\"report\":{\"time\":\"noon\"}}}", "cutoffs.report.time" },
        { "{\"cutoffs\":{\"report\":{\"hour\":3}}}", "cutoffs.report.hour" },
        { "{\"cutoffs\":{\"callback_days\":0}}", "cutoffs.callback_days" },
        { "{\"cutoffs\":{\"callback_days\":91}}", "cutoffs.callback_days" },
        { "{\"cutoffs\":{\"workdays\":[]}}", "cutoffs.workdays" },
        { "{\"cutoffs\":{\"workdays\":[0]}}", "cutoffs.workdays.0" },
        { "{\"cutoffs\":{\"workdays\":[1,8]}}", "cutoffs.workdays.1" },
        { "{\"cutoffs\":{\"workdays\":[1,1]}}", "cutoffs.workdays.1" },
        { "{\"cutoffs\":{\"workdays\":[1,2,3,4,5,6,7,1]}}", "cutoffs.workdays" },
        { "{\"cutoffs\":{\"holidays\":[\"2027-02-30\"]}}", "cutoffs.holidays.0" },
        { "{\"cutoffs\":{\"holidays\":\"2027-02-06\"}}", "cutoffs.holidays" },
        { "{\"people\":{}}", "people" },
        { "{\"people\":[7]}", "people.0" },
        { "{\"people\":[{\"id\":\"u-01\",\"role\":\"crew\"}]}", "people.0.name" },
        { "{\"people\":[{\"id\":\"u 1\",\"name\":\"a\",\"role\":\"crew\"}]}", "people.0.id" },
        { "{\"people\":[{\"id\":\"u-1\",\"name\":\"a\",\"role\":\"king\"}]}", "people.0.role" },
        { "{\"people\":[{\"id\":\"u-1\",\"name\":\"a\",\"role\":\"crew\",\"pin\":\"1\"}]}", "people.0.pin" },
        { "{\"people\":[{\"id\":\"u-1\",\"name\":\"a\",\"role\":\"crew\"},{\"id\":\"u-1\",\"name\":\"a\",\"role\":"
          "\"crew\"}]}",
          "people.1.id" },
    };
    struct hub *h = *state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        int rc = put(h, 0, bad[i][0]);
        if (rc != ERR_INVALID || strcmp(h->e.field, bad[i][1]) != 0)
            fail_msg("%s: %d, field \"%s\" (%s)", bad[i][0], rc, h->e.field, h->e.text);
    }
    CLEANUP(free_ptr) char *events = journal_pair_value(&h->t, "SELECT count(*) FROM event");
    assert_string_equal(events, "0");
}

static void test_without_a_plan(void **state) {
    struct hub *h = *state;
    struct site_view all = { true, true };
    bool known = true;
    assert_int_equal(site_known(h->t.db, JOURNAL_SITE, &known), 0);
    assert_false(known);
    assert_int_equal(site_print(h->t.db, JOURNAL_SITE, "Asia/Shanghai", all, &h->answer), 0);
    assert_non_null(
        strstr(h->answer.data,
               "{\"site\":\"s-0412\",\"name\":\"s-0412\",\"version\":0,\"timezone\":\"Asia/Shanghai\",\"stages\":["
               "{\"key\":\"preparation\",\"zh\":\"开工准备\",\"en\":\"preparation\",\"planned_start\":null,"));
    assert_non_null(
        strstr(h->answer.data,
               "\"contract_amount\":null,\"customer\":null,\"cutoffs\":{\"daylog\":\"18:30\",\"report\":{\"weekday\":6,"
               "\"time\":\"18:00\"},\"callback_days\":14,\"workdays\":[1,2,3,4,5,6],\"holidays\":[]},\"people\":[],"
               "\"held\":null,\"closed\":null}"));
}

static void test_put(void **state) {
    struct hub *h = *state;
    expect(h, 0,
           "{\"name\":\"幸福里 "
           "3-1202\",\"timezone\":\"Asia/Urumqi\",\"stages\":[{\"key\":\"tiling\",\"planned_start\":\"2026-11-20\","
           "\"planned_finish\":\"2026-12-10\",\"after\":[]},{\"key\":\"special\",\"after\":[\"tiling\"]}],\"contract_"
           "amount\":98000.5,"
           "\"cutoffs\":{\"daylog\":\"17:00\",\"holidays\":[\"2027-02-07\",\"2027-02-06\"]},\"customer\":{\"name\":"
           "\"张三\",\"phone\":\"13800138000\"},"
           "\"people\":[{\"id\":\"u-01\",\"name\":\"李工\",\"role\":\"manager\"}]}",
           "\"name\":\"幸福里 3-1202\",\"version\":1,\"timezone\":\"Asia/Urumqi\"");
    assert_non_null(strstr(
        h->answer.data,
        "{\"key\":\"special\",\"zh\":\"special\",\"en\":\"special\",\"planned_start\":null,\"planned_finish\":null,"
        "\"after\":[\"tiling\"]}"));
    assert_non_null(strstr(h->answer.data,
                           "\"contract_amount\":98000.50,\"customer\":{\"name\":\"张**\",\"phone\":\"138****8000\"}"));
    assert_non_null(strstr(h->answer.data, "\"daylog\":\"17:00\",\"report\":{\"weekday\":6,\"time\":\"18:00\"}"));
    assert_non_null(strstr(h->answer.data, "\"holidays\":[\"2027-02-06\",\"2027-02-07\"]"));
    assert_non_null(strstr(h->answer.data,
                           "\"people\":[{\"id\":\"u-01\",\"name\":\"李工\",\"role\":\"manager\",\"active\":true}]"));
    CLEANUP(free_ptr)
    char *leak = journal_pair_value(&h->t, "SELECT count(*) FROM event WHERE CAST(bytes AS TEXT) LIKE '%张三%' OR "
                                           "CAST(bytes AS TEXT) LIKE '%13800138000%'");
    assert_string_equal(leak, "0");
    CLEANUP(free_ptr)
    char *types = journal_pair_value(&h->t, "SELECT group_concat(type) FROM (SELECT type FROM event ORDER BY pos)");
    assert_string_equal(types, "epoch-started,plan-set,person-set");
    /* An event's time is the site's from then on. */
    CLEANUP(free_ptr)
    char *time = journal_pair_value(&h->t, "SELECT count(*) FROM event WHERE CAST(bytes AS TEXT) LIKE '%+06:00%'");
    assert_true(atoi(time) >= 1);
}

static void test_versions(void **state) {
    struct hub *h = *state;
    assert_int_equal(put(h, 1, "{\"name\":\"a\"}"), ERR_CONFLICT);
    assert_non_null(strstr(h->answer.data, "\"version\":0"));
    expect(h, 0, "{\"name\":\"a\"}", "\"version\":1");
    assert_int_equal(put(h, 0, "{\"name\":\"b\"}"), ERR_CONFLICT);
    assert_non_null(strstr(h->answer.data, "\"name\":\"a\""));
    expect(h, 1, "{\"name\":\"b\"}", "\"version\":2");
}

static void test_absent_members_stay(void **state) {
    struct hub *h = *state;
    expect(h, 0,
           "{\"name\":\"a\",\"timezone\":\"Europe/"
           "Berlin\",\"contract_amount\":100,\"customer\":{\"name\":\"张三\",\"phone\":\"13800138000\"},"
           "\"stages\":[{\"key\":\"tiling\"}],\"people\":[{\"id\":\"u-01\",\"name\":\"A\",\"role\":\"manager\"},{"
           "\"id\":\"u-02\",\"name\":\"B\",\"role\":\"crew\"}]}",
           NULL);
    expect(h, 1,
           "{\"name\":\"b\",\"stages\":[{\"key\":\"painting\"}],\"people\":[{\"id\":\"u-02\",\"name\":\"B\",\"role\":"
           "\"crew\",\"active\":false}]}",
           "\"contract_amount\":100,\"customer\":{\"name\":\"张**\",\"phone\":\"138****8000\"}");
    assert_non_null(strstr(h->answer.data, "\"timezone\":\"Europe/Berlin\""));
    assert_non_null(strstr(h->answer.data, "\"stages\":[{\"key\":\"painting\""));
    assert_non_null(
        strstr(h->answer.data,
               "{\"id\":\"u-01\",\"name\":\"A\",\"role\":\"manager\",\"active\":true},{\"id\":\"u-02\",\"name\":\"B\","
               "\"role\":\"crew\",\"active\":false}"));
    expect(h, 2, "{\"name\":\"b\",\"stages\":[],\"contract_amount\":null,\"customer\":{\"name\":\"\",\"phone\":\"\"}}",
           "\"contract_amount\":100,\"customer\":null");
    assert_non_null(strstr(h->answer.data, "\"key\":\"preparation\""));
    /* What GET answers can be sent back. */
    CLEANUP(free_ptr) char *answer = strdup(h->answer.data);
    expect(h, 3, answer, "\"version\":4");
    char *mine = strstr(answer, "\"version\"");
    char *theirs = strstr(h->answer.data, "\"version\"");
    assert_string_equal(mine + strlen("\"version\":3"), theirs + strlen("\"version\":4"));
    CLEANUP(free_ptr) char *sets = journal_pair_value(&h->t, "SELECT count(*) FROM event WHERE type = 'person-set'");
    assert_string_equal(sets, "3"); /* only changed ones */
}

static void test_who_sees_what(void **state) {
    struct hub *h = *state;
    struct site_view none = { false, false };
    expect(h, 0,
           "{\"name\":\"a\",\"contract_amount\":7,\"customer\":{\"name\":\"张三\",\"phone\":\"13800138000\"},"
           "\"people\":[{\"id\":\"u-01\",\"name\":\"A\",\"role\":\"manager\"}]}",
           NULL);
    buf_clear(&h->answer);
    assert_int_equal(site_print(h->t.db, JOURNAL_SITE, "UTC", none, &h->answer), 0);
    assert_null(strstr(h->answer.data, "customer"));
    assert_null(strstr(h->answer.data, "contract"));
    assert_null(strstr(h->answer.data, "people"));
}

static void test_if_match(void **state) {
    static const char *const bad[] = { "",           "\"\"", "\"1", "1\"",     "*",
                                       "-1",         "+1",   "1 ",  "W/\"1\"", "99999999999999999999",
                                       "\"1\",\"2\"" };
    int64_t v = 0;
    (void)state;
    assert_int_equal(plan_if_match("3", &v), 0);
    assert_int_equal(v, 3);
    assert_int_equal(plan_if_match("\"12\"", &v), 0);
    assert_int_equal(v, 12);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (plan_if_match(bad[i], &v) != ERR_INVALID) fail_msg("%s was taken", bad[i]);
}

/* An older version took a plan without any working day: nothing was ever due. */
static void test_no_workday(void **state) {
    struct hub *h = *state;
    struct plan p;
    struct event_draft draft = { .type = "plan-set",
                                 .site = JOURNAL_SITE,
                                 .subject_id = JOURNAL_SITE,
                                 .actor = "user/o-01",
                                 .data = "{\"cutoffs\":{\"daylog\":\"17:00\",\"workdays\":[]}}" };
    journal_pair_append(&h->t, &draft, NULL);
    assert_int_equal(plan_read(h->t.db, JOURNAL_SITE, "UTC", &p), 0);
    assert_int_equal(p.cutoffs.daylog_min, 17 * 60);
    assert_true(plan_workday(&p.cutoffs, "2026-11-28")); /* a Saturday, as without a plan */
    assert_false(plan_workday(&p.cutoffs, "2026-11-29"));
    plan_fini(&p);
}

static void test_cutoffs(void **state) {
    struct hub *h = *state;
    struct plan p;
    struct tz *tz = NULL;
    struct wall due;
    char text[CLOCK_TEXT_SIZE];
    expect(h, 0,
           "{\"cutoffs\":{\"daylog\":\"02:30\",\"workdays\":[1,7],\"holidays\":[\"2026-11-23\"]},\"timezone\":\"Europe/"
           "Berlin\"}",
           NULL);
    assert_int_equal(plan_read(h->t.db, JOURNAL_SITE, "UTC", &p), 0);
    assert_true(plan_workday(&p.cutoffs, "2026-11-22"));
    assert_false(plan_workday(&p.cutoffs, "2026-11-23")); /* a Monday, and a holiday */
    assert_false(plan_workday(&p.cutoffs, "2026-11-24"));
    assert_true(plan_workday(&p.cutoffs, "2026-11-30"));
    assert_int_equal(tz_create(p.timezone, &tz, NULL), 0);
    assert_int_equal(plan_daylog_due(&p, tz, "2026-03-29", &due), 0); /* the clocks skip 02:30 on that day */
    clock_format(due, tz_offset_s(tz, due), text);
    assert_string_equal(text, "2026-03-29T03:00:00.000+02:00");
    assert_int_equal(plan_daylog_due(&p, tz, "2026-11-22", &due), 0);
    clock_format(due, tz_offset_s(tz, due), text);
    assert_string_equal(text, "2026-11-22T02:30:00.000+01:00");
    assert_int_equal(plan_daylog_due(&p, tz, "2026-02-30", &due), ERR_INVALID);
    tz_destroy(tz);
    plan_fini(&p);
}

static void set_as(struct test_journal *t, const char *subject, const char *data) {
    struct event_draft draft = {
        .site = JOURNAL_SITE, .type = "plan-set", .subject_id = subject, .actor = "user/u-90", .data = data
    };
    journal_pair_append(t, &draft, NULL);
}

/* Two writers at once: both count, in fold order; one about another site's plan changes nothing and is marked. */
static void test_any_order(void **state) {
    struct hub *h = *state;
    struct test_journal board;
    unsigned seed = journal_pair_seed();
    journal_pair_open(&board, "b-01");
    expect(h, 0, "{\"name\":\"a\",\"contract_amount\":5,\"stages\":[{\"key\":\"tiling\"}]}", NULL);
    journal_pair_carry(&h->t, &board, &seed);
    set_as(&board, JOURNAL_SITE, "{\"name\":\"board's\",\"contract_amount\":7,\"cutoffs\":{\"daylog\":\"16:00\"}}");
    set_as(&board, "s-other", "{\"name\":\"another's\"}");
    expect(h, 1,
           "{\"name\":\"hub's\",\"stages\":[{\"key\":\"painting\"}],\"customer\":{\"name\":\"王五\",\"phone\":\"\"}}",
           NULL);
    set_as(&h->t, JOURNAL_SITE, "{\"newer\":{\"member\":1}}");
    journal_pair_carry(&board, &h->t, &seed);
    journal_pair_carry(&h->t, &board, &seed);
    journal_pair_same(&h->t, &board);
    CLEANUP(free_ptr)
    char *row = journal_pair_value(&board, "SELECT version || ' ' || name || ' ' || contract_fen || ' ' || "
                                           "customer_name || ' ' || (cutoffs LIKE '%16:00%') FROM site");
    assert_string_equal(row, "4 hub's 700 王** 1");
    CLEANUP(free_ptr) char *stages = journal_pair_value(&board, "SELECT group_concat(key) FROM plan_stage");
    assert_string_equal(stages, "painting");
    CLEANUP(free_ptr) char *late = journal_pair_value(&board, "SELECT group_concat(subject) FROM late");
    assert_string_equal(late, "plan/s-other");
    for (int i = 0; i < 10; i++) {
        struct test_journal third;
        journal_pair_open(&third, "b-02");
        journal_pair_carry(i % 2 ? &h->t : &board, &third, &seed);
        journal_pair_same(&h->t, &third);
        journal_pair_close(&third);
    }
    journal_pair_rebuild(&board);
    journal_pair_close(&board);
}

static void test_site_list(void **state) {
    struct hub *h = *state;
    struct state said = { .online = true, .boot = 1, .connect = 1, .at = "2026-11-22T08:00:00Z" };
    struct pressing_scope scope;
    struct tz *tz = NULL;
    expect(h, 0, "{\"name\":\"a\"}", NULL);
    journal_pair_begin(&h->t);
    assert_int_equal(board_state(h->t.db, "s-9", "b-77", &said, (struct wall){ 1795334400000 }, NULL), 0);
    journal_pair_commit(&h->t);
    buf_clear(&h->answer);
    assert_int_equal(tz_create("Asia/Urumqi", &tz, NULL), 0);
    pressing_scope_init(&scope, tz, "Asia/Urumqi", (struct wall){ 1795334400000 });
    tz_destroy(tz);
    assert_int_equal(site_list(h->t.db, &scope, &h->answer), 0);
    assert_string_equal(h->answer.data,
                        "{\"sites\":[{\"site\":\"s-0412\",\"name\":\"a\",\"timezone\":\"Asia/"
                        "Shanghai\",\"boards\":[],\"last_daylog\":null,\"open_"
                        "hazards\":0,\"alerts\":0,\"unsent\":null,\"red\":false,\"press\":[],\"stage\":{\"key\":"
                        "\"preparation\",\"zh\":\"开工准备\",\"en\":\"preparation\",\"day\":1,\"days\":2,\"state\":"
                        "\"planned\"},\"held\":"
                        "null,\"closed\":null},"
                        "{\"site\":\"s-9\",\"name\":\"s-9\",\"timezone\":\"Asia/"
                        "Urumqi\",\"boards\":[{\"board\":\"b-77\",\"online\":true,\"last_"
                        "seen\":\"2026-11-22T08:00:00.000Z\","
                        "\"clock\":null,\"silent_since\":null}],\"last_daylog\":null,\"open_hazards\":0,\"alerts\":0,"
                        "\"unsent\":null,\"red\":"
                        "false,\"press\":[],\"stage\":null,\"held\":null,\"closed\":null}]}");
    bool known = false;
    assert_int_equal(site_known(h->t.db, "s-9", &known), 0);
    assert_true(known);
    assert_int_equal(site_known(h->t.db, JOURNAL_SITE, &known), 0);
    assert_true(known);
    assert_int_equal(site_known(h->t.db, "s-8", &known), 0);
    assert_false(known);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_bad, setup, teardown),
        cmocka_unit_test_setup_teardown(test_without_a_plan, setup, teardown),
        cmocka_unit_test_setup_teardown(test_put, setup, teardown),
        cmocka_unit_test_setup_teardown(test_versions, setup, teardown),
        cmocka_unit_test_setup_teardown(test_absent_members_stay, setup, teardown),
        cmocka_unit_test_setup_teardown(test_who_sees_what, setup, teardown),
        cmocka_unit_test(test_if_match),
        cmocka_unit_test_setup_teardown(test_no_workday, setup, teardown),
        cmocka_unit_test_setup_teardown(test_cutoffs, setup, teardown),
        cmocka_unit_test_setup_teardown(test_any_order, setup, teardown),
        cmocka_unit_test_setup_teardown(test_site_list, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
