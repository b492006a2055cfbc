/* SPDX-License-Identifier: MIT */
/* Daily logs: their shape, and which dates one may bear. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/journal/daylog.h"
#include "tests/support/tree.h"

#include <stdio.h>
#include <string.h>

#define ID1   "01990000-0000-7000-8000-000000000001"
#define ID2   "01990000-0000-7000-8000-000000000002"
#define ID3   "01990000-0000-7000-8000-000000000003"
#define PHOTO "01990000-0000-7000-8000-00000000000f"

/* ---- shape ---- */

static const char whole[] =
    "{\"id\":\"" ID1 "\",\"date\":\"2026-11-22\",\"stage\":\"plumbing_electrical\",\"done\":[\"今日完成水电开槽\","
    "{\"phrase\":\"plumbing_electrical/chasing\",\"rooms\":[\"kitchen\"],\"state\":\"done\",\"n\":5}],"
    "\"plan\":[\"明日进场线管\"],\"crew\":{\"electrician\":2},\"note\":\"业主张先生到场\",\"photos\":[\"" PHOTO "\"]}";

static void test_decode_whole(void **state) {
    (void)state;
    struct daylog d = { 0 };
    struct err_text e = { 0 };
    struct buf out;
    assert_int_equal(daylog_read(whole, strlen(whole), DECODE_STRICT, &d, &e), 0);
    assert_string_equal(d.id, ID1);
    assert_string_equal(d.date, "2026-11-22");
    assert_int_equal(d.done.count, 2);
    assert_string_equal(d.done.items[0].text, "今日完成水电开槽");
    assert_string_equal(d.done.items[1].phrase, "plumbing_electrical/chasing");
    assert_string_equal(d.done.items[1].rooms[0], "kitchen");
    assert_string_equal(d.done.items[1].state, "done");
    assert_int_equal(d.done.items[1].n, 5);
    assert_int_equal(d.crew_count, 1);
    assert_string_equal(d.crew[0].trade, "electrician");
    assert_int_equal(d.crew[0].n, 2);
    assert_string_equal(d.photos.ids[0], PHOTO);
    buf_init(&out, 65536);
    assert_int_equal(daylog_encode(&d, &out), 0);
    char expected[sizeof whole];
    (void)snprintf(expected, sizeof expected, "{%s", whole + strlen("{\"id\":\"" ID1 "\","));
    assert_string_equal(out.data, expected);
    buf_fini(&out);
    daylog_fini(&d);
}

struct bad {
    const char *members; /* beside id and date */
    const char *field;
};

static void test_decode_bad(void **state) {
    static const struct bad bad[] = {
        { "\"done\":[]", "done" },
        { "\"note\":\"  \\n\"", "done" },
        { "\"done\":\"x\"", "done" },
        { "\"done\":{}", "done" },
        { "\"done\":[1]", "done.0" },
        { "\"done\":[null]", "done.0" },
        { "\"done\":[\" \"]", "done.0" },
        { "\"done\":[\"a\",{}]", "done.1" },
        { "\"done\":[{\"phrase\":1}]", "done.0.phrase" },
        { "\"done\":[{\"phrase\":\"nostage\"}]", "done.0.phrase" },
        { "\"done\":[{\"phrase\":\"a/b/c\"}]", "done.0.phrase" },
        { "\"done\":[{\"phrase\":\"a/b\",\"text\":\"x\"}]", "done.0" },
        { "\"done\":[{\"phrase\":\"a/b\",\"colour\":\"x\"}]", "done.0.colour" },
        { "\"done\":[{\"phrase\":\"a/b\",\"rooms\":\"kitchen\"}]", "done.0.rooms" },
        { "\"done\":[{\"phrase\":\"a/b\",\"rooms\":[7]}]", "done.0.rooms.0" },
        { "\"done\":[{\"phrase\":\"a/b\",\"rooms\":[\"\"]}]", "done.0.rooms.0" },
        { "\"done\":[{\"phrase\":\"a/b\",\"state\":\"finished\"}]", "done.0.state" },
        { "\"done\":[{\"phrase\":\"a/b\",\"state\":true}]", "done.0.state" },
        { "\"done\":[{\"phrase\":\"a/b\",\"n\":-1}]", "done.0.n" },
        { "\"done\":[{\"phrase\":\"a/b\",\"n\":\"5\"}]", "done.0.n" },
        { "\"done\":[{\"phrase\":\"a/b\",\"n\":1.5}]", "done.0.n" },
        { "\"plan\":7", "plan" },
        { "\"plan\":[{\"phrase\":\"a/b\",\"n\":[]}]", "plan.0.n" },
        { "\"done\":[\"a\"],\"crew\":[]", "crew" },
        { "\"done\":[\"a\"],\"crew\":3", "crew" },
        { "\"done\":[\"a\"],\"crew\":{\"electrician\":\"two\"}", "crew.electrician" },
        { "\"done\":[\"a\"],\"crew\":{\"electrician\":-1}", "crew.electrician" },
        { "\"done\":[\"a\"],\"crew\":{\"electrician\":1000}", "crew.electrician" },
        { "\"done\":[\"a\"],\"crew\":{\"electrician\":1.5}", "crew.electrician" },
        { "\"done\":[\"a\"],\"crew\":{\"水电\":1}", "crew" },
        { "\"note\":5", "note" },
        { "\"done\":[\"a\"],\"photos\":\"" PHOTO "\"", "photos" },
        { "\"done\":[\"a\"],\"photos\":[\"x\"]", "photos.0" },
        { "\"done\":[\"a\"],\"photos\":[4]", "photos.0" },
        { "\"done\":[\"a\"],\"photos\":[\"" PHOTO "\",\"" PHOTO "\"]", "photos.1" },
        { "\"done\":[\"a\"],\"stage\":4", "stage" },
        { "\"done\":[\"a\"],\"stage\":\"two words\"", "stage" },
        { "\"done\":[\"a\"],\"amends\":\"x\"", "amends" },
        { "\"done\":[\"a\"],\"amends\":7", "amends" },
        { "\"done\":[\"a\"],\"weather\":\"rain\"", "weather" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct daylog d = { 0 };
        struct err_text e = { 0 };
        char body[1024];
        (void)snprintf(body, sizeof body, "{\"id\":\"" ID1 "\",\"date\":\"2026-11-22\",%s}", bad[i].members);
        int rc = daylog_read(body, strlen(body), DECODE_STRICT, &d, &e);
        if (rc != ERR_INVALID || strcmp(e.field, bad[i].field) != 0)
            fail_msg("%s: %d, field \"%s\" (%s)", bad[i].members, rc, e.field, e.text);
        assert_true(e.text[0] != '\0');
    }
}

static void test_decode_bad_frame(void **state) {
    static const struct bad bad[] = {
        { "", "" },
        { "[]", "" },
        { "{", "" },
        { "{\"date\":\"2026-11-22\",\"note\":\"a\"}", "id" },
        { "{\"id\":7,\"date\":\"2026-11-22\",\"note\":\"a\"}", "id" },
        { "{\"id\":\"01990000-0000-4000-8000-000000000001\",\"date\":\"2026-11-22\",\"note\":\"a\"}", "id" },
        { "{\"id\":\"" ID1 "\",\"note\":\"a\"}", "date" },
        { "{\"id\":\"" ID1 "\",\"date\":20261122,\"note\":\"a\"}", "date" },
        { "{\"id\":\"" ID1 "\",\"date\":\"2026-02-30\",\"note\":\"a\"}", "date" },
        { "{\"id\":\"" ID1 "\",\"date\":\"22.11.2026\",\"note\":\"a\"}", "date" },
        { "{\"id\":\"" ID1 "\",\"id\":\"" ID1 "\",\"date\":\"2026-11-22\",\"note\":\"a\"}", "id" },
        { "{\"id\":\"" ID1 "\",\"date\":\"2026-11-22\",\"note\":\"\xff\"}", "" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct daylog d = { 0 };
        struct err_text e = { 0 };
        int rc = daylog_read(bad[i].members, strlen(bad[i].members), DECODE_STRICT, &d, &e);
        if (rc != ERR_INVALID || strcmp(e.field, bad[i].field) != 0)
            fail_msg("%s: %d, field \"%s\"", bad[i].members, rc, e.field);
    }
}

/* Every text one byte too long, every list one entry too long. */
static void test_decode_limits(void **state) {
    static const struct {
        const char *field, *before, *each, *after;
        size_t most;
    } limits[] = {
        { "note", "\"note\":\"", "x", "\"", NOTE_MAX },
        { "done.0", "\"done\":[\"", "x", "\"]", ITEM_TEXT_MAX },
        { "done", "\"done\":[\"a\"", ",\"a\"", "]", ITEMS_MAX - 1 },
        { "plan", "\"plan\":[\"a\"", ",\"a\"", "]", ITEMS_MAX - 1 },
        { "done.0.rooms", "\"done\":[{\"phrase\":\"a/b\",\"rooms\":[\"r\"", ",\"r\"", "]}]", ITEM_ROOMS_MAX - 1 },
        { "done.0.rooms.0", "\"done\":[{\"phrase\":\"a/b\",\"rooms\":[\"", "r", "\"]}]", 40 },
        { "stage", "\"note\":\"n\",\"stage\":\"", "s", "\"", 40 },
    };
    (void)state;
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++)
        for (size_t over = 0; over < 2; over++) {
            struct daylog d = { 0 };
            struct err_text e = { 0 };
            struct buf body;
            buf_init(&body, 65536);
            (void)buf_addf(&body, "{\"id\":\"" ID1 "\",\"date\":\"2026-11-22\",%s", limits[i].before);
            for (size_t n = 0; n < limits[i].most + over; n++) (void)buf_add_text(&body, limits[i].each);
            (void)buf_addf(&body, "%s}", limits[i].after);
            int rc = daylog_read(body.data, body.len, DECODE_STRICT, &d, &e);
            if (rc != (over ? ERR_INVALID : 0) || (over && strcmp(e.field, limits[i].field) != 0))
                fail_msg("%s over by %zu: %d, field \"%s\"", limits[i].field, over, rc, e.field);
            if (rc == 0) daylog_fini(&d);
            buf_fini(&body);
        }
}

static void test_check_is_lenient(void **state) {
    static const char data[] = "{\"date\":\"2026-11-22\",\"note\":\"a\",\"weather\":{\"sky\":1},"
                               "\"done\":[{\"phrase\":\"new_stage/new\",\"tool\":7}]}";
    static const char amended[] = "{\"date\":\"2026-11-22\",\"note\":\"a\",\"amends\":\"" ID1 "\"}";
    (void)state;
    assert_int_equal(tree_check(daylog_check, data, NULL), 0);
    assert_int_equal(tree_check(daylog_check_amended, amended, NULL), 0);
    assert_int_equal(tree_check(daylog_check_amended, data, NULL), ERR_INVALID);
    assert_int_equal(tree_check(daylog_check, "{\"date\":\"2026-11-22\"}", NULL), ERR_INVALID);
}

/* ---- which dates ---- */

static void test_dates(void **state) {
    static const struct {
        const char *zone, *now;
        size_t count;
        const char *first, *second;
    } cases[] = {
        { "Asia/Shanghai", "2026-11-22T15:59:59Z", 1, "2026-11-22", "" },
        { "Asia/Shanghai", "2026-11-22T16:00:00Z", 2, "2026-11-23", "2026-11-22" },
        { "Asia/Shanghai", "2026-11-23T01:59:59.999Z", 2, "2026-11-23", "2026-11-22" },
        { "Asia/Shanghai", "2026-11-23T02:00:00Z", 1, "2026-11-23", "" },
        { "Asia/Shanghai", "2026-12-31T16:00:00Z", 2, "2027-01-01", "2026-12-31" },
        { "Europe/Berlin", "2026-03-29T07:59:59Z", 2, "2026-03-29",
          "2026-03-28" }, /* 09:59:59, after the clocks went forward */
        { "Europe/Berlin", "2026-03-29T08:00:00Z", 1, "2026-03-29", "" },
        { "Europe/Berlin", "2026-10-25T08:59:59Z", 2, "2026-10-25", "2026-10-24" },
        { "America/Los_Angeles", "2026-11-23T07:59:59Z", 1, "2026-11-22", "" },
        { "America/Los_Angeles", "2026-11-23T08:00:00Z", 2, "2026-11-23", "2026-11-22" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct tz *tz = NULL;
        struct wall now;
        char dates[2][TZ_DATE_SIZE] = { "", "" };
        assert_int_equal(tz_create(cases[i].zone, &tz, NULL), 0);
        assert_int_equal(clock_parse(cases[i].now, &now, NULL), 0);
        assert_int_equal(daylog_dates(tz, now, dates), cases[i].count);
        assert_string_equal(dates[0], cases[i].first);
        assert_string_equal(dates[1], cases[i].second);
        tz_destroy(tz);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decode_whole),     cmocka_unit_test(test_decode_bad),
        cmocka_unit_test(test_decode_bad_frame), cmocka_unit_test(test_decode_limits),
        cmocka_unit_test(test_check_is_lenient), cmocka_unit_test(test_dates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
