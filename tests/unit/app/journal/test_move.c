/* SPDX-License-Identifier: MIT */
/* Boards that leave a site: who is gone, who is back, the same at both ends, and in what head office lists. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/journal/board.h"
#include "app/journal/move.h"
#include "tests/support/journal_pair.h"

#include <stdlib.h>
#include <string.h>

static bool said(struct test_journal *t, const char *to) {
    bool yes = false;
    assert_int_equal(move_said(t->db, JOURNAL_SITE, "b-01", to, &yes), 0);
    return yes;
}

static bool listed(struct test_journal *hub) {
    struct buf out;
    buf_init(&out, 1u << 20);
    assert_int_equal(board_list(hub->db, JOURNAL_SITE, &out), 0);
    bool there = strstr(out.data, "\"board\":\"b-01\"") != NULL;
    buf_fini(&out);
    return there;
}

static void test_gone_and_back(void **state) {
    struct test_journal board;
    struct test_journal hub;
    struct err_text e = { 0 };
    unsigned seed = journal_pair_seed();
    (void)state;
    journal_pair_open(&board, "b-01");
    journal_pair_open(&hub, "hub");
    journal_pair_begin(&hub);
    assert_int_equal(board_seen(hub.db, JOURNAL_SITE, "b-01", clock_wall()), 0);
    journal_pair_commit(&hub);
    assert_false(said(&board, "s-2"));
    assert_true(listed(&hub));

    journal_pair_begin(&board);
    assert_int_equal(move_leave(board.journal, board.db, "s-2", &e), 0);
    journal_pair_commit(&board);
    assert_true(said(&board, "s-2"));
    assert_false(said(&board, "s-3"));
    journal_pair_carry(&board, &hub, &seed);
    journal_pair_same(&board, &hub);
    assert_true(said(&hub, "s-2"));
    assert_false(listed(&hub));
    journal_pair_rebuild(&hub);
    assert_false(listed(&hub));

    /* It comes back: emptied, so in a new epoch. */
    journal_pair_now("2026-12-22T16:00:00+08:00");
    journal_pair_begin(&board);
    assert_int_equal(journal_start_epoch(board.journal, board.db, JOURNAL_SITE, "created", &e), 0);
    journal_pair_commit(&board);
    journal_pair_carry(&board, &hub, &seed);
    assert_false(said(&hub, "s-2"));
    assert_true(listed(&hub));
    journal_pair_close(&board);
    journal_pair_close(&hub);
}

static void test_check(void **state) {
    static const char *const bad[] = { "{}", "{\"to\":\"\"}", "{\"to\":\"S 2\"}", "{\"to\":7}" };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct json *data = NULL;
        assert_int_equal(json_parse(bad[i], strlen(bad[i]), &data, NULL), 0);
        assert_int_equal(move_check(data, NULL), ERR_INVALID);
        json_destroy(data);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_gone_and_back), cmocka_unit_test(test_check) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
