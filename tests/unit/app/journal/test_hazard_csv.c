/* SPDX-License-Identifier: MIT */
/* Hazards as a table for spreadsheets. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "tests/support/hazard_rig.h"

#include <stdio.h>
#include <string.h>

static void a_spreadsheet_runs_nothing(void **state) {
    struct hazard_rig *f = *state;
    char next[CSV_LIST_NEXT_SIZE];
    struct hazard_query q = { .site = JOURNAL_SITE, .now = clock_wall(), .names = true };
    assert_int_equal(
        hazard_rig_raise(f, &f->board, ",\"text\":\"=HYPERLINK(\\\"x\\\")\",\"severity\":\"notice\",\"room\":\"@a\""),
        0);
    buf_clear(&f->answer);
    assert_int_equal(hazard_csv(f->board.db, &q, true, &f->answer, next, &f->e), 0);
    assert_non_null(strstr(f->answer.data, "\"'=HYPERLINK(\"\"x\"\")\""));
    assert_non_null(strstr(f->answer.data, "\"'@a\""));
    assert_non_null(strstr(f->answer.data, "\"提示\",\"待整改\""));
    assert_non_null(strstr(f->answer.data, "\"王**\""));
    assert_memory_equal(f->answer.data, "\xef\xbb\xbf\"工地\"", 11);
    buf_clear(&f->answer);
    assert_int_equal(hazard_csv(f->board.db, &q, false, &f->answer, next, &f->e), 0);
    assert_non_null(strstr(f->answer.data, "\"notice\",\"assigned\""));
}

static size_t lines(const struct buf *table) {
    size_t n = 0;
    for (const char *at = table->data; (at = strstr(at, "\r\n")); at++) n++;
    return n;
}

/* A table that is full says where the next one begins; whoever takes it for all would miss the oldest. */
static void a_long_table_has_pages(void **state) {
    struct hazard_rig *f = *state;
    char next[CSV_LIST_NEXT_SIZE], before[CSV_LIST_NEXT_SIZE];
    struct hazard_query q = { .site = JOURNAL_SITE, .now = clock_wall(), .names = true, .before = before };
    assert_int_equal(hazard_rig_raise(f, &f->board, HAZARD_RIG_RAISE), 0);
    assert_int_equal(
        db_exec(f->board.db,
                "CREATE TEMP TABLE one AS SELECT * FROM hazard;"
                "CREATE TEMP TABLE many AS WITH RECURSIVE c(k) AS (VALUES (1) UNION ALL SELECT k + 1 FROM c"
                " WHERE k < 5000) SELECT k, one.* FROM c, one;"
                "UPDATE many SET pos = pos + k, id = id || k; ALTER TABLE many DROP COLUMN k;"
                "INSERT INTO hazard SELECT * FROM many;",
                &f->e),
        0);
    (void)snprintf(before, sizeof before, "%d", INT32_MAX);
    buf_clear(&f->answer);
    assert_int_equal(hazard_csv(f->board.db, &q, true, &f->answer, next, &f->e), 0);
    assert_int_equal(lines(&f->answer), 1 + HAZARD_CSV_MAX);
    assert_string_not_equal(next, "");
    memcpy(before, next, sizeof before);
    buf_clear(&f->answer);
    assert_int_equal(hazard_csv(f->board.db, &q, true, &f->answer, next, &f->e), 0);
    assert_int_equal(lines(&f->answer), 2);
    assert_string_equal(next, "");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, hazard_rig_setup, hazard_rig_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_spreadsheet_runs_nothing),
        TEST(a_long_table_has_pages),
    };
    return cmocka_run_group_tests_name("hazard_csv", tests, NULL, NULL);
}
