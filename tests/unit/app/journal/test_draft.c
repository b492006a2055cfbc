/* SPDX-License-Identifier: MIT */
/* Drafts: kept as they came, shared, bounded. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/journal/draft.h"

#include "firmware/base/cleanup.h"
#include "tests/support/journal_pair.h"

#include <stdio.h>
#include <string.h>

static int put(struct test_journal *t, const char *site, const char *kind, const char *key, const char *data, size_t n,
               struct err_text *e) {
    *e = (struct err_text){ 0 };
    journal_pair_begin(t);
    int rc = draft_put(t->db, site, kind, key, data, n, "u-01", (struct wall){ 5000 }, e);
    journal_pair_commit(t);
    return rc;
}

static void test_put_get_delete(void **state) {
    struct test_journal t;
    struct draft d = { 0 };
    struct err_text e;
    (void)state;
    journal_pair_open(&t, "b-01");
    assert_int_equal(draft_get(t.db, "s-1", "daylog", "2026-11-22", &d), ERR_NOT_FOUND);
    assert_int_equal(put(&t, "s-1", "daylog", "2026-11-22", "{ \"note\" : \"开槽\" }tail", 21, &e), 0);
    assert_int_equal(draft_get(t.db, "s-1", "daylog", "2026-11-22", &d), 0);
    assert_string_equal(d.data, "{ \"note\" : \"开槽\" }");
    assert_int_equal(d.n, 21);
    assert_string_equal(d.user, "u-01");
    assert_int_equal(d.at.ms, 5000);
    draft_fini(&d);
    assert_int_equal(put(&t, "s-1", "daylog", "2026-11-22", "{}", 2, &e), 0);
    assert_int_equal(draft_get(t.db, "s-1", "daylog", "2026-11-22", &d), 0);
    assert_string_equal(d.data, "{}");
    draft_fini(&d);
    assert_int_equal(draft_get(t.db, "s-2", "daylog", "2026-11-22", &d), ERR_NOT_FOUND);
    journal_pair_begin(&t);
    assert_int_equal(draft_delete(t.db, "s-1", "daylog", "2026-11-22"), 0);
    assert_int_equal(draft_delete(t.db, "s-1", "daylog", "2026-11-22"), 0);
    journal_pair_commit(&t);
    assert_int_equal(draft_get(t.db, "s-1", "daylog", "2026-11-22", &d), ERR_NOT_FOUND);
    journal_pair_close(&t);
}

static void test_bad(void **state) {
    struct test_journal t;
    struct err_text e;
    (void)state;
    journal_pair_open(&t, "b-01");
    static const char *const bad[] = { "",     "[]", "7", "\"x\"", "null", "{", "{\"a\":\"\xff\"}", "{\"a\":1,\"a\":2}",
                                       "{} {}" };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (put(&t, "s-1", "daylog", "k", bad[i], strlen(bad[i]), &e) != ERR_INVALID) fail_msg("%s was taken", bad[i]);
    assert_int_equal(put(&t, "s-1", "", "k", "{}", 2, &e), ERR_INVALID);
    assert_int_equal(put(&t, "s-1", "a b", "k", "{}", 2, &e), ERR_INVALID);
    assert_int_equal(put(&t, "s-1", "daylog", "../x", "{}", 2, &e), ERR_INVALID);
    for (size_t over = 0; over < 2; over++) {
        size_t n = DRAFT_MAX + over;
        CLEANUP(free_ptr) char *big = malloc(n + 1);
        assert_non_null(big);
        memset(big, 'x', n);
        memcpy(big, "{\"a\":\"", 6);
        memcpy(big + n - 2, "\"}", 3);
        assert_int_equal(put(&t, "s-1", "daylog", "k", big, n, &e), over ? ERR_TOO_BIG : 0);
    }
    journal_pair_close(&t);
}

static void test_oldest_gives_way(void **state) {
    struct test_journal t;
    struct err_text e;
    struct draft d = { 0 };
    (void)state;
    journal_pair_open(&t, "b-01");
    assert_int_equal(put(&t, "s-2", "daylog", "other", "{}", 2, &e), 0);
    for (int i = 0; i < DRAFT_COUNT_MAX + 3; i++) {
        char key[20];
        (void)snprintf(key, sizeof key, "k%d", i);
        assert_int_equal(put(&t, "s-1", "daylog", key, "{}", 2, &e), 0);
    }
    CLEANUP(free_ptr) char *n = journal_pair_value(&t, "SELECT count(*) FROM draft WHERE site = 's-1'");
    assert_int_equal(atoi(n), DRAFT_COUNT_MAX);
    assert_int_equal(draft_get(t.db, "s-1", "daylog", "k2", &d), ERR_NOT_FOUND);
    assert_int_equal(draft_get(t.db, "s-1", "daylog", "k3", &d), 0);
    draft_fini(&d);
    assert_int_equal(draft_get(t.db, "s-2", "daylog", "other", &d), 0);
    draft_fini(&d);
    journal_pair_close(&t);
}

static void test_list(void **state) {
    struct test_journal t;
    struct err_text e;
    struct buf out;
    (void)state;
    journal_pair_open(&t, "b-01");
    buf_init(&out, 4096);
    assert_int_equal(draft_list(t.db, "s-1", true, &out), 0);
    assert_string_equal(out.data, "{\"drafts\":[],\"next\":null}");
    static const char log[] = "{\"stage\":\"tiling\",\"note\":\"n\"}", odd[] = "{\"stage\":[7]}";
    assert_int_equal(put(&t, "s-1", "daylog", "2026-11-22", log, strlen(log), &e), 0);
    assert_int_equal(put(&t, "s-1", "hazard", "h-1", odd, strlen(odd), &e), 0);
    assert_int_equal(put(&t, "s-2", "daylog", "other", "{}", 2, &e), 0);
    buf_clear(&out);
    assert_int_equal(draft_list(t.db, "s-1", true, &out), 0);
    assert_string_equal(
        out.data,
        "{\"drafts\":[{\"kind\":\"hazard\",\"key\":\"h-1\",\"user\":\"u-01\",\"at\":\"1970-01-01T00:00:05.000Z\"},"
        "{\"kind\":\"daylog\",\"key\":\"2026-11-22\",\"stage\":\"tiling\",\"user\":\"u-01\","
        "\"at\":\"1970-01-01T00:00:05.000Z\"}],\"next\":null}");
    buf_clear(&out);
    assert_int_equal(draft_list(t.db, "s-1", false, &out), 0);
    assert_null(strstr(out.data, "u-01"));
    buf_fini(&out);
    journal_pair_close(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_put_get_delete),
        cmocka_unit_test(test_bad),
        cmocka_unit_test(test_oldest_gives_way),
        cmocka_unit_test(test_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
