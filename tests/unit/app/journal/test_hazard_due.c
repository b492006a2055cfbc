/* SPDX-License-Identifier: MIT */
/* When hazards are due: by severity and time zone, and what other writers do not say. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/journal/hazard_private.h"

#include "tests/support/hazard_rig.h"

static void due_dates_follow_severity_and_zone(void **state) {
    static const struct {
        const char *zone, *now, *severity, *said; /* said NULL: not */
        const char *text, *due, *warn;            /* in UTC; due NULL: refused; warn "": none */
    } table[] = {
        { "Asia/Shanghai", HAZARD_RIG_NOW, "notice", NULL, "2026-11-29", "2026-11-29T15:59:59.000Z",
          "2026-11-27T15:59:59.000Z" },
        { "Asia/Shanghai", HAZARD_RIG_NOW, "serious", NULL, "2026-11-25", "2026-11-25T15:59:59.000Z",
          "2026-11-24T15:59:59.000Z" },
        { "Asia/Shanghai", HAZARD_RIG_NOW, "stop_work", NULL, "2026-11-23T16:10:00.000+08:00",
          "2026-11-23T08:10:00.000Z", "" },
        { "Asia/Shanghai", HAZARD_RIG_NOW, "serious", "2026-11-22", "2026-11-22", "2026-11-22T15:59:59.000Z",
          "2026-11-22T08:10:00.000Z" },
        { "Asia/Shanghai", HAZARD_RIG_NOW, "serious", "2026-11-21", NULL, NULL, NULL },
        { "Asia/Shanghai", HAZARD_RIG_NOW, "serious", "2026-11-22T16:10:00+08:00", NULL, NULL, NULL },
        { "Asia/Shanghai", HAZARD_RIG_NOW, "serious", "2028-01-01", NULL, NULL, NULL },
        { "Asia/Shanghai", HAZARD_RIG_NOW, "serious", "2027-11-22", "2027-11-22", "2027-11-22T15:59:59.000Z",
          "2027-11-21T15:59:59.000Z" },
        { "Asia/Shanghai", HAZARD_RIG_NOW, "serious", "2026-11-26T12:00:00+08:00", "2026-11-26T12:00:00+08:00",
          "2026-11-26T04:00:00.000Z", "2026-11-25T04:00:00.000Z" },
        { "Asia/Shanghai", HAZARD_RIG_NOW, "stop_work", "2026-11-30", "2026-11-30", "2026-11-23T08:10:00.000Z", "" },
        { "Asia/Shanghai", HAZARD_RIG_NOW, "stop_work", "2026-11-22", "2026-11-22", "2026-11-22T15:59:59.000Z", "" },
        /* the same instant is another date further west */
        { "America/New_York", "2026-11-22T23:30:00-05:00", "serious", NULL, "2026-11-25", "2026-11-26T04:59:59.000Z",
          "2026-11-25T04:59:59.000Z" },
        /* a day of 23 hours, one of 25 */
        { "Europe/Berlin", "2026-03-26T12:00:00+01:00", "serious", NULL, "2026-03-29", "2026-03-29T21:59:59.000Z",
          "2026-03-28T21:59:59.000Z" },
        { "Europe/Berlin", "2026-10-22T12:00:00+02:00", "serious", NULL, "2026-10-25", "2026-10-25T22:59:59.000Z",
          "2026-10-24T22:59:59.000Z" },
        { "Asia/Shanghai", "2026-12-29T10:00:00+08:00", "serious", NULL, "2027-01-01", "2027-01-01T15:59:59.000Z",
          "2026-12-31T15:59:59.000Z" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct hazard_due due = { 0 };
        struct err_text e = { 0 };
        struct tz *tz = NULL;
        struct wall now;
        char text[CLOCK_TEXT_SIZE];
        assert_int_equal(tz_create(table[i].zone, &tz, &e), 0);
        assert_int_equal(clock_parse(table[i].now, &now, NULL), 0);
        int rc = hazard_due(tz, now, table[i].severity, table[i].said, &due, &e);
        tz_destroy(tz);
        if (!table[i].due) {
            assert_int_equal(rc, ERR_INVALID);
            assert_string_equal(e.field, "due");
            continue;
        }
        assert_int_equal(rc, 0);
        assert_string_equal(due.text, table[i].text);
        clock_format(due.due, 0, text);
        assert_string_equal(text, table[i].due);
        text[0] = '\0';
        if (due.warn.ms) clock_format(due.warn, 0, text);
        assert_string_equal(text, table[i].warn);
    }
}

/* Another writer's events say less: whoever reads them finds the same due date, wherever he is. */
static void what_others_do_not_say_is_the_same_everywhere(void **state) {
    struct hazard_rig *f = *state;
    ids_make(clock_wall(), f->id);
    struct event_draft d = { .id = f->id,
                             .site = JOURNAL_SITE,
                             .type = "hazard-raised",
                             .subject_id = f->id,
                             .actor = "user/u-02",
                             .data = "{\"text\":\"x\",\"severity\":\"serious\",\"due\":\"2026-11-25\"}" };
    journal_pair_append(&f->board, &d, NULL);
    hazard_rig_row(f, &f->board, "due_ms - 1795622399000", "0"); /* 2026-11-25T23:59:59+08:00 */
    hazard_rig_row(f, &f->board, "warn_ms - due_ms", "-86400000");
    ids_make(clock_wall(), f->id);
    d.id = d.subject_id = f->id;
    d.data = "{}";
    journal_pair_append(&f->board, &d, NULL);
    hazard_rig_row(f, &f->board, "severity || due", "notice2026-11-29");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, hazard_rig_setup, hazard_rig_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(due_dates_follow_severity_and_zone),
        TEST(what_others_do_not_say_is_the_same_everywhere),
    };
    return cmocka_run_group_tests_name("hazard_due", tests, NULL, NULL);
}
