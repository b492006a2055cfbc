/* SPDX-License-Identifier: MIT */
/* Hazards as a table for spreadsheets. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "tests/support/hazard_rig.h"

#include <string.h>

static void a_spreadsheet_runs_nothing(void **state) {
    struct hazard_rig *f = *state;
    struct hazard_query q = { .site = JOURNAL_SITE, .now = clock_wall(), .names = true };
    assert_int_equal(
        hazard_rig_raise(f, &f->board, ",\"text\":\"=HYPERLINK(\\\"x\\\")\",\"severity\":\"notice\",\"room\":\"@a\""),
        0);
    buf_clear(&f->answer);
    assert_int_equal(hazard_csv(f->board.db, &q, true, &f->answer, &f->e), 0);
    assert_non_null(strstr(f->answer.data, "\"'=HYPERLINK(\"\"x\"\")\""));
    assert_non_null(strstr(f->answer.data, "\"'@a\""));
    assert_non_null(strstr(f->answer.data, "\"提示\",\"待整改\""));
    assert_non_null(strstr(f->answer.data, "\"王**\""));
    assert_memory_equal(f->answer.data, "\xef\xbb\xbf\"工地\"", 11);
    buf_clear(&f->answer);
    assert_int_equal(hazard_csv(f->board.db, &q, false, &f->answer, &f->e), 0);
    assert_non_null(strstr(f->answer.data, "\"notice\",\"assigned\""));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, hazard_rig_setup, hazard_rig_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_spreadsheet_runs_nothing),
    };
    return cmocka_run_group_tests_name("hazard_csv", tests, NULL, NULL);
}
