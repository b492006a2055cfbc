/* SPDX-License-Identifier: MIT */
/* From a template and a first day to a plan's dates: over weekends, the year's end and Spring Festival. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/journal/domain.h"
#include "app/journal/domain_files.h"

#include <stdio.h>
#include <string.h>

static const struct plan_cutoffs six = { .workday = { false, true, true, true, true, true, true, false } };
static const struct plan_cutoffs every = { .workday = { false, true, true, true, true, true, true, true } };
static char festival[8][TZ_DATE_SIZE] = { "2027-02-05", "2027-02-06", "2027-02-07", "2027-02-08",
                                          "2027-02-09", "2027-02-10", "2027-02-11", "2027-02-12" };
static const struct plan_cutoffs with_festival = { .workday = { false, true, true, true, true, true, true, false },
                                                   .holidays = festival,
                                                   .holiday_count = 8 };

struct expected {
    const char *key, *start, *finish;
};

static void expect(const char *key, const char *start, const struct plan_cutoffs *c, const struct expected *rows) {
    struct plan_stage stages[PLAN_STAGES_MAX];
    struct err_text e = { 0 };
    const struct template *t = template_find(key);
    assert_non_null(t);
    if (template_plan(t, start, c, stages, &e) != 0) fail_msg("%s: %s", key, e.text);
    size_t i = 0;
    for (; rows[i].key; i++) {
        if (strcmp(stages[i].key, rows[i].key) != 0 || strcmp(stages[i].start, rows[i].start) != 0 ||
            strcmp(stages[i].finish, rows[i].finish) != 0)
            fail_msg("%s %zu: %s %s–%s", key, i, stages[i].key, stages[i].start, stages[i].finish);
    }
    assert_int_equal(i, t->count);
}

/* Reckoned by hand from a calendar. */
static void test_dates(void **state) {
    static const struct expected kitchen[] = {
        { "preparation", "2026-03-02", "2026-03-02" },
        { "demolition", "2026-03-03", "2026-03-04" },
        { "plumbing_electrical", "2026-03-05", "2026-03-07" },
        { "waterproofing", "2026-03-09", "2026-03-12" },
        { "tiling", "2026-03-13", "2026-03-17" },
        { "installation", "2026-03-19", "2026-03-21" },
        { "cleaning", "2026-03-23", "2026-03-23" },
        { "completion", "2026-03-24", "2026-03-24" },
        { NULL, NULL, NULL },
    };
    /* begun on a Sunday, over the year's end: the first day is Monday */
    static const struct expected year_end[] = {
        { "preparation", "2026-12-28", "2026-12-28" },
        { "demolition", "2026-12-29", "2026-12-30" },
        { "plumbing_electrical", "2026-12-31", "2027-01-02" },
        { "waterproofing", "2027-01-04", "2027-01-07" },
        { "tiling", "2027-01-08", "2027-01-12" },
        { "installation", "2027-01-14", "2027-01-16" },
        { "cleaning", "2027-01-18", "2027-01-18" },
        { "completion", "2027-01-19", "2027-01-19" },
        { NULL, NULL, NULL },
    };
    /* Spring Festival 2027-02-05 to 02-12 in the middle of the plumbing */
    static const struct expected spring[] = {
        { "preparation", "2027-02-01", "2027-02-01" },
        { "demolition", "2027-02-02", "2027-02-03" },
        { "plumbing_electrical", "2027-02-04", "2027-02-15" },
        { "waterproofing", "2027-02-16", "2027-02-19" },
        { "tiling", "2027-02-20", "2027-02-24" },
        { "installation", "2027-02-26", "2027-03-01" },
        { "cleaning", "2027-03-03", "2027-03-03" },
        { "completion", "2027-03-04", "2027-03-04" },
        { NULL, NULL, NULL },
    };
    (void)state;
    expect("kitchen_bath", "2026-03-02", &six, kitchen);
    expect("kitchen_bath", "2026-12-27", &six, year_end);
    expect("kitchen_bath", "2027-02-01", &with_festival, spring);
}

/* Trades that do not come after each other overlap; waits run by the calendar. */
static void test_overlap_and_waits(void **state) {
    static const struct expected rows[] = {
        { "preparation", "2026-03-01", "2026-03-02" },
        { "demolition", "2026-03-03", "2026-03-06" },
        { "plumbing_electrical", "2026-03-07", "2026-03-16" },
        { "waterproofing", "2026-03-17", "2026-03-22" },
        { "tiling", "2026-03-23", "2026-04-09" },
        { "carpentry", "2026-03-17", "2026-03-26" },
        { "painting", "2026-04-17", "2026-05-04" }, /* seven days without load after tiling */
        { "installation", "2026-05-05", "2026-05-16" },
        { "cleaning", "2026-05-18", "2026-05-18" },
        { "completion", "2026-05-26", "2026-05-28" }, /* the air is tested seven days after the works */
        { NULL, NULL, NULL },
    };
    (void)state;
    expect("new", "2026-03-01", &every, rows);
}

/* Whatever the first day: every stage has its days in workdays, begins and ends on one, and begins after what it comes after. */
static void test_every_start(void **state) {
    size_t n = 0;
    const struct template *all = template_all(&n);
    char start[TZ_DATE_SIZE] = "2026-11-01";
    (void)state;
    assert_int_equal(n, 3);
    for (int day = 0; day < 200; day++, tz_date_add(start, 1, start))
        for (size_t i = 0; i < n; i++) {
            struct plan_stage s[PLAN_STAGES_MAX];
            struct err_text e = { 0 };
            assert_int_equal(template_plan(&all[i], start, &with_festival, s, &e), 0);
            for (size_t k = 0; k < all[i].count; k++) {
                const struct template_stage *t = &all[i].stages[k];
                assert_true(plan_workday(&with_festival, s[k].start) && plan_workday(&with_festival, s[k].finish));
                assert_int_equal(template_workdays(&with_festival, s[k].start, s[k].finish), t->days);
                assert_true(strcmp(s[k].start, start) >= 0);
                assert_int_equal(s[k].after_count, t->after_count);
                for (size_t a = 0; a < t->after_count; a++) {
                    const struct plan_stage *before = &s[t->after[a].stage];
                    assert_string_equal(s[k].after[a], before->key);
                    assert_true(tz_date_days(before->finish, s[k].start) > t->after[a].wait_days);
                }
            }
        }
}

static void test_whole(void **state) {
    struct plan_stage s[PLAN_STAGES_MAX];
    struct err_text e = { 0 };
    struct plan_cutoffs none = { 0 };
    const struct template *t = template_find("kitchen_bath");
    (void)state;
    assert_int_equal(template_plan(t, "2026-03-02", &six, s, &e), 0);
    int days = template_workdays(&six, s[0].start, s[t->count - 1].finish);
    assert_true(days >= 15 && days <= 25);
    assert_true(template_find("old")->old);
    assert_int_equal(template_find("old")->stages[1].days, 8); /* an old flat's demolition */
    assert_null(template_find("castle"));
    assert_int_equal(template_plan(t, "2026-03-02", &none, s, &e), ERR_INVALID);
    assert_string_equal(e.field, "start");
    assert_int_equal(template_plan(t, "9999-12-20", &six, s, &e), ERR_INVALID);
}

static void test_print(void **state) {
    struct buf out;
    struct err_text e = { 0 };
    (void)state;
    buf_init(&out, 65536);
    assert_int_equal(template_print("kitchen_bath", "2026-03-01", &six, &out, &e), 0);
    assert_non_null(strstr(out.data, "{\"templates\":[{\"key\":\"kitchen_bath\",\"zh\":\"厨卫局改\""));
    assert_non_null(strstr(
        out.data,
        "{\"key\":\"demolition\",\"zh\":\"拆改\",\"en\":\"demolition\",\"days\":2,\"planned_start\":\"2026-03-03\","
        "\"planned_finish\":\"2026-03-04\",\"after\":[\"preparation\"]}"));
    assert_non_null(strstr(out.data, "\"start\":\"2026-03-02\",\"finish\":\"2026-03-24\",\"workdays\":20}"));
    buf_clear(&out);
    assert_int_equal(template_print(NULL, NULL, &six, &out, &e), 0);
    assert_non_null(strstr(out.data, "\"key\":\"new\""));
    assert_non_null(strstr(out.data, "\"key\":\"old\""));
    assert_null(strstr(out.data, "planned_start"));
    assert_int_equal(template_print("castle", NULL, &six, &out, &e), ERR_NOT_FOUND);
    buf_fini(&out);
}

static struct template_file file;

static void expect_bad(const char *text, const char *field) {
    struct json *root = NULL;
    struct err_text e = { 0 };
    memset(&file, 0, sizeof file);
    if (json_parse(text, strlen(text), &root, &e) != 0) fail_msg("%s: %s", text, e.text);
    if (template_file_read(root, &file, &e) != ERR_INVALID) fail_msg("%s was taken", text);
    if (strcmp(e.field, field) != 0) fail_msg("%s: field \"%s\" (%s)", text, e.field, e.text);
    json_destroy(root);
    domain_form_free(&file.texts);
}

#define TEMPLATE(rest, stages)                                                                                         \
    "{\"version\":1,\"sources\":{\"t\":{\"zh\":\"z\",\"en\":\"e\"}},\"templates\":[{\"key\":\"k\",\"zh\":\"z\","       \
    "\"en\":\"e\"," rest "\"stages\":[" stages "]}]}"
#define STAGE(key, days, after) "{\"key\":\"" key "\",\"days\":" days ",\"after\":[" after "]}"

static void test_bad_files(void **state) {
    (void)state;
    expect_bad(TEMPLATE("", ""), "templates.0.stages");
    expect_bad(TEMPLATE("", STAGE("moon", "2", "")), "templates.0.stages.0.key");
    expect_bad(TEMPLATE("", STAGE("tiling", "18", "") "," STAGE("tiling", "18", "")), "templates.0.stages.1.key");
    expect_bad(TEMPLATE("", STAGE("tiling", "2", "")), "templates.0.stages.0.days");
    expect_bad(TEMPLATE("\"partial\":true,", STAGE("tiling", "26", "")), "templates.0.stages.0.days");
    expect_bad(TEMPLATE("", STAGE("demolition", "8", "")), "templates.0.stages.0.days");
    expect_bad(TEMPLATE("\"old\":true,", STAGE("demolition", "4", "")), "templates.0.stages.0.days");
    expect_bad(TEMPLATE("", STAGE("tiling", "18", "{\"key\":\"carpentry\"}")), "templates.0.stages.0.after.0.key");
    expect_bad(TEMPLATE("", STAGE("tiling", "18", "{\"key\":\"tiling\"}")), "templates.0.stages.0.after.0.key");
    expect_bad(TEMPLATE("", STAGE("tiling", "18", "{\"key\":\"tiling\",\"lag\":1}")),
               "templates.0.stages.0.after.0.lag");
    expect_bad(TEMPLATE("\"total_days\":[15],", STAGE("tiling", "18", "")), "templates.0.total_days");
    expect_bad(TEMPLATE("\"total_days\":[19,25],", STAGE("tiling", "18", "")), "templates.0.total_days");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dates),       cmocka_unit_test(test_overlap_and_waits),
        cmocka_unit_test(test_every_start), cmocka_unit_test(test_whole),
        cmocka_unit_test(test_print),       cmocka_unit_test(test_bad_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
