/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/journal/outage.h"
#include "tests/support/board_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DATA(member) "SELECT json_extract(CAST(bytes AS TEXT), '$.data." member "') FROM record WHERE type = 'outage'"

static struct board_rig rig;

static int setup(void **state) {
    (void)state;
    board_rig_open(&rig);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    board_rig_close(&rig);
    return 0;
}

struct append {
    struct outage outage;
    struct err_text why;
};

static int append(struct db *db, void *arg) {
    struct append *a = arg;
    return outage_append(rig.depot.journal, db, &a->outage, NULL, &a->why);
}

static void assert_data(const char *sql, const char *want) {
    char *text = board_rig_text(&rig, sql);
    assert_string_equal(text, want);
    free(text);
}

static struct wall at(const char *text) {
    struct wall w;
    assert_int_equal(clock_parse(text, &w, NULL), 0);
    return w;
}

static void a_power_outage(void **state) {
    (void)state;
    struct append a = { .outage = { .what = OUTAGE_POWER,
                                    .from = at("2026-11-22T10:41:07Z"),
                                    .to = at("2026-11-22T23:55:31Z"),
                                    .margin_s = 300,
                                    .clock = CLOCK_RTC,
                                    .stop = OUTAGE_STOP_SUDDEN } };
    assert_int_equal(store_call(rig.writer, append, &a), 0);
    assert_data(DATA("what"), "power");
    assert_data(DATA("from"), "2026-11-22T18:41:07.000+08:00");
    assert_data(DATA("to"), "2026-11-23T07:55:31.000+08:00");
    assert_data(DATA("seconds"), "47664");
    assert_data(DATA("margin_s"), "300");
    assert_data(DATA("clock"), "rtc");
    assert_data(DATA("stop"), "sudden");
    assert_data("SELECT subject FROM record WHERE type = 'outage'", "board/" BOARD_RIG_BOARD);
}

static void whose_end_is_not_known(void **state) {
    (void)state;
    struct append a = { .outage = { .what = OUTAGE_POWER, .from = at("2026-11-22T10:41:07Z"), .clock = CLOCK_NONE } };
    assert_int_equal(store_call(rig.writer, append, &a), 0);
    assert_int_equal(board_rig_count(&rig, "SELECT count(*) FROM record WHERE type = 'outage' AND"
                                           " json_extract(CAST(bytes AS TEXT), '$.data.to') IS NULL AND"
                                           " json_extract(CAST(bytes AS TEXT), '$.data.seconds') IS NULL"),
                     1);
    a.outage.to = at("2026-11-22T10:41:06Z");
    assert_int_equal(store_call(rig.writer, append, &a), ERR_INVALID);
    assert_string_equal(a.why.field, "to");
}

static void what_others_say_is_checked(void **state) {
    (void)state;
    static const char *const bad[][2] = {
        { "{\"from\":\"2026-11-22T10:00:00Z\"}", "what" },
        { "{\"what\":\"power\"}", "from" },
        { "{\"what\":\"power\",\"from\":\"yesterday\"}", "from" },
        { "{\"what\":\"power\",\"from\":\"2026-11-22T10:00:00Z\",\"to\":7}", "to" },
        { "{\"what\":\"power\",\"from\":\"2026-11-22T10:00:00Z\",\"seconds\":-1}", "seconds" },
    };
    struct json *root = NULL;
    struct err_text e;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(json_parse(bad[i][0], strlen(bad[i][0]), &root, &e), 0);
        assert_int_equal(outage_check(root, &e), ERR_INVALID);
        assert_string_equal(e.field, bad[i][1]);
        json_destroy(root);
    }
    const char *good = "{\"what\":\"sun\",\"from\":\"2026-11-22T10:00:00Z\",\"later\":1}";
    assert_int_equal(json_parse(good, strlen(good), &root, &e), 0);
    assert_int_equal(outage_check(root, &e), 0);
    json_destroy(root);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_power_outage, setup, teardown),
        cmocka_unit_test_setup_teardown(whose_end_is_not_known, setup, teardown),
        cmocka_unit_test_setup_teardown(what_others_say_is_checked, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
