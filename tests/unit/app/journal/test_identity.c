/* SPDX-License-Identifier: MIT */
/* The signing key and the count of connections: made once, kept, and never going back. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/journal/identity.h"
#include "tests/support/journal_pair.h"

#include <string.h>

static int load(struct test_journal *t, struct identity *out, struct err_text *e) {
    journal_pair_begin(t);
    int rc = identity_load(t->db, out, e);
    return journal_pair_end(t, rc);
}

static void connected(struct test_journal *t, int64_t connect) {
    journal_pair_begin(t);
    assert_int_equal(identity_connected(t->db, connect), 0);
    journal_pair_commit(t);
}

static void the_key_is_made_once(void **state) {
    (void)state;
    struct test_journal t, other;
    struct identity a, b, c;
    static const char text[] = "what a board vouches for";
    uint8_t signature[SIGN_SIZE];
    journal_pair_open(&t, "b-01");
    journal_pair_open(&other, "b-02");
    assert_int_equal(load(&t, &a, NULL), 0);
    assert_int_equal(load(&t, &b, NULL), 0);
    assert_int_equal(load(&other, &c, NULL), 0);
    assert_memory_equal(a.secret, b.secret, sizeof a.secret);
    assert_memory_equal(a.public_key, b.public_key, sizeof a.public_key);
    assert_memory_not_equal(a.secret, c.secret, sizeof a.secret);
    assert_int_equal(sign_make(a.secret, text, sizeof text, signature), 0);
    assert_true(sign_check(b.public_key, text, sizeof text, signature));
    assert_false(sign_check(c.public_key, text, sizeof text, signature));
    journal_pair_close(&t);
    journal_pair_close(&other);
}

/* Whatever a run used, written down or not (up to a few), the next one begins above it. */
static void connections_never_repeat(void **state) {
    (void)state;
    struct test_journal t;
    struct identity id;
    int64_t used = 0;
    journal_pair_open(&t, "b-01");
    for (int run = 0; run < 5; run++) {
        assert_int_equal(load(&t, &id, NULL), 0);
        assert_true(id.connect_first > used);
        used = id.connect_first;
        if (run == 1)
            for (int i = 0; i < 40; i++) connected(&t, used++);
    }
    journal_pair_close(&t);
}

static void damage_is_told(void **state) {
    (void)state;
    static const struct {
        const char *sql, *names;
    } cases[] = { { "UPDATE secret SET value = x'0102' WHERE name = 'sign-key'", "signing key" },
                  { "UPDATE secret SET value = zeroblob(64) WHERE name = 'sign-key'", "signing key" },
                  { "UPDATE secret SET value = x'01' WHERE name = 'connect'", "connections" } };
    for (size_t i = 0; i < 3; i++) {
        struct test_journal t;
        struct identity id;
        struct err_text e = { 0 };
        journal_pair_open(&t, "b-01");
        assert_int_equal(load(&t, &id, NULL), 0);
        journal_pair_begin(&t);
        assert_int_equal(db_exec(t.db, cases[i].sql, NULL), 0);
        journal_pair_commit(&t);
        assert_int_equal(load(&t, &id, &e), ERR_CORRUPT);
        if (!strstr(e.text, cases[i].names)) fail_msg("'%s' does not name the %s", e.text, cases[i].names);
        journal_pair_close(&t);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_key_is_made_once),
        cmocka_unit_test(connections_never_repeat),
        cmocka_unit_test(damage_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
