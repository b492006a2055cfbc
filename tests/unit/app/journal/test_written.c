/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/journal/written.h"
#include "tests/support/journal_rig.h"
#include "tests/support/temp.h"

static struct journal_rig rig;

static void keep(int64_t sum, bool anyway) {
    assert_int_equal(db_begin(rig.db), 0);
    assert_int_equal(written_keep(rig.db, sum, anyway), 0);
    assert_int_equal(db_commit(rig.db), 0);
}

static void assert_kept(int64_t want) {
    int64_t got = -1;
    assert_int_equal(written_read(rig.db, &got), 0);
    assert_true(got == want);
}

static void is_kept_in_steps_and_never_shrinks(void **state) {
    (void)state;
    char *dir = temp_make();
    journal_rig_open(&rig, dir, "journal.db", "b-01", JOURNAL_RIG_SITE);
    assert_kept(0);
    keep(WRITTEN_STEP - 1, false);
    assert_kept(0);
    keep(WRITTEN_STEP, false);
    assert_kept(WRITTEN_STEP);
    keep(WRITTEN_STEP + 5, false);
    assert_kept(WRITTEN_STEP);
    keep(WRITTEN_STEP + 5, true); /* a clean stop */
    assert_kept(WRITTEN_STEP + 5);
    keep(3, true);
    assert_kept(WRITTEN_STEP + 5);
    journal_rig_exec(rig.db, "UPDATE meta SET value = 'junk' WHERE name = 'written'");
    assert_kept(0);
    journal_rig_close(&rig);
    temp_remove(dir);
}

int main(void) {
    const struct CMUnitTest tests[] = { cmocka_unit_test(is_kept_in_steps_and_never_shrinks) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
