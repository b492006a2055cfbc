/* SPDX-License-Identifier: MIT */
/* People and accounts: adding, roles from head office, locking out, lists. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/journal/account.h"

#include "app/journal/person.h"
#include "firmware/base/cleanup.h"
#include "tests/support/journal_pair.h"
#include "tests/support/tree.h"

#include <stdio.h>
#include <string.h>

#define T0 ((struct wall){ 1795334400000 })

static int setup(void **state) {
    struct test_journal *t = calloc(1, sizeof *t);
    journal_pair_open(t, "b-01");
    *state = t;
    return 0;
}

static int teardown(void **state) {
    journal_pair_close(*state);
    free(*state);
    return 0;
}

static int add(struct test_journal *t, const char *id, const char *name, const char *role, const char *verifier,
               struct err_text *e) {
    *e = (struct err_text){ 0 };
    journal_pair_begin(t);
    int rc = person_add(t->journal, t->db, journal_site(t->journal), id, name, role, verifier, "board", e);
    return journal_pair_end(t, rc);
}

static void test_add(void **state) {
    struct test_journal *t = *state;
    struct err_text e;
    struct account a;
    assert_int_equal(add(t, "u-01", "张工", "manager", "scrypt$x", &e), 0);
    assert_int_equal(account_find(t->db, JOURNAL_SITE, "u-01", &a), 0);
    assert_string_equal(a.name, "张工");
    assert_string_equal(a.role, "manager");
    assert_string_equal(a.verifier, "scrypt$x");
    assert_true(a.active);
    assert_int_equal(account_find(t->db, JOURNAL_SITE, "u-02", &a), ERR_NOT_FOUND);
    CLEANUP(free_ptr)
    char *types = journal_pair_value(t, "SELECT group_concat(type || ' ' || subject, ', ') FROM (SELECT * FROM event "
                                        "WHERE subject LIKE 'user/%' ORDER BY pos)");
    assert_string_equal(types, "person-set user/u-01, user-changed user/u-01");
    CLEANUP(free_ptr)
    char *leak = journal_pair_value(t, "SELECT count(*) FROM event WHERE CAST(bytes AS TEXT) LIKE '%scrypt%'");
    assert_string_equal(leak, "0");
    assert_int_equal(add(t, "u-03", "李工 13800138000", "crew", NULL, &e), 0);
    assert_int_equal(account_find(t->db, JOURNAL_SITE, "u-03", &a), 0);
    assert_string_equal(a.name, "李工 138****8000");
    /* The same again says nothing new of the person. */
    assert_int_equal(add(t, "u-01", "张工", "manager", NULL, &e), 0);
    CLEANUP(free_ptr) char *sets = journal_pair_value(t, "SELECT count(*) FROM event WHERE type = 'person-set'");
    assert_string_equal(sets, "2");
    assert_int_equal(account_find(t->db, JOURNAL_SITE, "u-01", &a), 0);
    assert_string_equal(a.verifier, "scrypt$x");
}

static void test_add_bad(void **state) {
    struct test_journal *t = *state;
    struct err_text e;
    char name[ACCOUNT_NAME_SIZE + 1];
    memset(name, 'x', sizeof name);
    name[sizeof name - 1] = '\0';
    const char *const bad[][4] = {
        { "", "n", "manager", "id" },
        { "u 1", "n", "manager", "id" },
        { "张", "n", "manager", "id" },
        { "u-1", "", "manager", "name" },
        { "u-1", "  ", "manager", "name" },
        { "u-1", "\xff", "manager", "name" },
        { "u-1", name, "manager", "name" },
        { "u-1", "n", "king", "role" },
        { "u-1", "n", "", "role" },
        { "u-1", "n", "none", "role" },
        { "13800138000", "n", "manager", "id" },
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(add(t, bad[i][0], bad[i][1], bad[i][2], NULL, &e), ERR_INVALID);
        assert_string_equal(e.field, bad[i][3]);
    }
}

static void set_person(struct test_journal *t, const char *id, const char *data) {
    struct event_draft draft = {
        .site = JOURNAL_SITE, .type = "person-set", .subject_id = id, .actor = "user/u-99", .data = data
    };
    journal_pair_append(t, &draft, NULL);
}

static void test_head_office_changes(void **state) {
    struct test_journal *t = *state;
    struct err_text e;
    struct account a;
    assert_int_equal(add(t, "u-01", "A", "crew", "v", &e), 0);
    set_person(t, "u-01", "{\"name\":\"B\",\"role\":\"supervisor\",\"new_member\":1}");
    assert_int_equal(account_find(t->db, JOURNAL_SITE, "u-01", &a), 0);
    assert_string_equal(a.name, "B");
    assert_string_equal(a.role, "supervisor");
    assert_true(a.active);
    set_person(t, "u-01", "{\"name\":\"B\",\"role\":\"supervisor\",\"active\":false}");
    assert_int_equal(account_find(t->db, JOURNAL_SITE, "u-01", &a), 0);
    assert_false(a.active);
    /* The hub's own account of that id does not care about a site. */
    assert_int_equal(account_find(t->db, NULL, "u-01", &a), 0);
    assert_string_equal(a.role, "crew");
    assert_true(a.active);
    /* Known from head office only: no PIN. */
    set_person(t, "u-02", "{\"name\":\"C\",\"role\":\"manager\"}");
    assert_int_equal(account_find(t->db, JOURNAL_SITE, "u-02", &a), 0);
    assert_string_equal(a.verifier, "");
    journal_pair_begin(t);
    int64_t locked = 7;
    assert_int_equal(account_failure(t->journal, t->db, "u-02", T0, &locked), 0);
    assert_int_equal(locked, 0);
    assert_int_equal(account_set_pin(t->journal, t->db, "u-02", "v2", "board", &e), 0);
    journal_pair_commit(t);
    assert_int_equal(account_find(t->db, JOURNAL_SITE, "u-02", &a), 0);
    assert_string_equal(a.verifier, "v2");
    assert_string_equal(a.role, "manager");
}

static void test_person_check(void **state) {
    static const char *const bad[][2] = {
        { "{\"role\":\"crew\"}", "name" },
        { "{\"name\":7,\"role\":\"crew\"}", "name" },
        { "{\"name\":\"\",\"role\":\"crew\"}", "name" },
        { "{\"name\":\"a\"}", "role" },
        { "{\"name\":\"a\",\"role\":\"king\"}", "role" },
        { "{\"name\":\"a\",\"role\":[]}", "role" },
        { "{\"name\":\"a\",\"role\":\"crew\",\"active\":1}", "active" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct err_text e = { 0 };
        assert_int_equal(tree_check(person_check, bad[i][0], &e), ERR_INVALID);
        assert_string_equal(e.field, bad[i][1]);
    }
    assert_int_equal(tree_check(account_check, "{\"change\":\"pin-set\"}", NULL), 0);
    assert_int_equal(tree_check(account_check, "{\"change\":\"newer\"}", NULL), 0);
    assert_int_equal(tree_check(account_check, "{\"change\":\"\"}", NULL), ERR_INVALID);
    assert_int_equal(tree_check(account_check, "{\"change\":1}", NULL), ERR_INVALID);
    assert_int_equal(tree_check(account_check, "{}", NULL), ERR_INVALID);
}

static void test_locking_out(void **state) {
    static const int64_t expected[] = { 0, 0, 0, 0, 30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600 };
    struct test_journal *t = *state;
    struct err_text e;
    struct account a;
    assert_int_equal(add(t, "u-01", "A", "crew", "v", &e), 0);
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        int64_t locked = -1;
        journal_pair_begin(t);
        assert_int_equal(account_failure(t->journal, t->db, "u-01", T0, &locked), 0);
        journal_pair_commit(t);
        assert_int_equal(locked, expected[i]);
    }
    assert_int_equal(account_find(t->db, JOURNAL_SITE, "u-01", &a), 0);
    assert_int_equal(account_locked_s(&a, T0), 3600);
    assert_int_equal(account_locked_s(&a, (struct wall){ T0.ms + 3599001 }), 1);
    assert_int_equal(account_locked_s(&a, (struct wall){ T0.ms + 3600000 }), 0);
    assert_int_equal(account_locked_s(&a, (struct wall){ 0 }),
                     3600); /* a clock that fell back to 1970 locks nobody out for ever */
    CLEANUP(free_ptr)
    char *said = journal_pair_value(t, "SELECT count(*) FROM event WHERE CAST(bytes AS TEXT) LIKE '%pin-locked%'");
    assert_string_equal(said, "10");
    journal_pair_begin(t);
    assert_int_equal(account_success(t->db, "u-01"), 0);
    journal_pair_commit(t);
    assert_int_equal(account_find(t->db, JOURNAL_SITE, "u-01", &a), 0);
    assert_int_equal(a.failures, 0);
    assert_int_equal(account_locked_s(&a, T0), 0);
    assert_int_equal(account_locked_s(&a, (struct wall){ -1 }), 0);
}

static void test_new_pin_ends_a_lock_out(void **state) {
    struct test_journal *t = *state;
    struct err_text e;
    struct account a;
    int64_t locked = 0;
    assert_int_equal(add(t, "u-01", "A", "crew", "v", &e), 0);
    journal_pair_begin(t);
    for (int i = 0; i < 6; i++) assert_int_equal(account_failure(NULL, t->db, "u-01", T0, &locked), 0);
    assert_int_equal(locked, 60);
    assert_int_equal(account_set_pin(t->journal, t->db, "u-01", "v2", "user/u-99", &e), 0);
    assert_int_equal(account_set_pin(t->journal, t->db, "u-77", "v2", "user/u-99", &e), ERR_NOT_FOUND);
    journal_pair_commit(t);
    assert_int_equal(account_find(t->db, JOURNAL_SITE, "u-01", &a), 0);
    assert_int_equal(account_locked_s(&a, T0), 0);
    assert_int_equal(a.failures, 0);
}

static void test_operator_locks(void **state) {
    struct test_journal *t = *state;
    struct err_text e;
    struct account a;
    struct buf list;
    assert_int_equal(add(t, "u-01", "A", "crew", "v", &e), 0);
    set_person(t, "u-02", "{\"name\":\"C\",\"role\":\"manager\"}");
    journal_pair_begin(t);
    assert_int_equal(account_lock(t->journal, t->db, "u-01", "board", &e), 0);
    assert_int_equal(account_lock(t->journal, t->db, "u-77", "board", &e), ERR_NOT_FOUND);
    journal_pair_commit(t);
    assert_int_equal(account_find(t->db, JOURNAL_SITE, "u-01", &a), 0);
    assert_false(a.active);
    buf_init(&list, 65536);
    assert_int_equal(account_list(t->db, JOURNAL_SITE, &list), 0);
    assert_string_equal(
        list.data,
        "{\"users\":[{\"id\":\"u-01\",\"name\":\"A\",\"role\":\"crew\",\"active\":false,\"pin\":true,\"failures\":0,"
        "\"locked_until\":null},{\"id\":\"u-02\",\"name\":\"C\",\"role\":\"manager\",\"active\":true,"
        "\"pin\":false,\"failures\":0,\"locked_until\":null}]}");
    buf_fini(&list);
    journal_pair_begin(t);
    assert_int_equal(account_unlock(t->journal, t->db, "u-01", "board", &e), 0);
    journal_pair_commit(t);
    assert_int_equal(account_find(t->db, JOURNAL_SITE, "u-01", &a), 0);
    assert_true(a.active);
}

static void test_hub_accounts(void **state) {
    struct test_journal hub;
    struct err_text e = { 0 };
    struct account a;
    int64_t locked = 0;
    (void)state;
    journal_pair_open(&hub, "hub");
    assert_int_equal(add(&hub, "u-90", "Office", "office", "v", &e), 0);
    journal_pair_begin(&hub);
    for (int i = 0; i < 5; i++) assert_int_equal(account_failure(hub.journal, hub.db, "u-90", T0, &locked), 0);
    journal_pair_commit(&hub);
    assert_int_equal(locked, 30);
    assert_int_equal(account_find(hub.db, NULL, "u-90", &a), 0);
    assert_string_equal(a.role, "office");
    CLEANUP(free_ptr) char *events = journal_pair_value(&hub, "SELECT count(*) FROM event");
    assert_string_equal(events, "0"); /* no site, no journal to say it in */
    journal_pair_close(&hub);
}

/* The last word in fold order counts, whatever arrived first. */
static void test_any_order(void **state) {
    struct test_journal *t = *state;
    struct test_journal hub;
    struct err_text e;
    unsigned seed = journal_pair_seed();
    journal_pair_open(&hub, "hub");
    assert_int_equal(add(t, "u-01", "A", "crew", "v", &e), 0);
    set_person(&hub, "u-01", "{\"name\":\"from the hub\",\"role\":\"manager\"}");
    set_person(&hub, "u-02", "{\"name\":\"other\",\"role\":\"viewer\"}");
    set_person(&hub, "u-01", "{\"name\":\"from the hub\",\"role\":\"manager\",\"active\":false}");
    journal_pair_carry(t, &hub, &seed);
    journal_pair_carry(&hub, t, &seed);
    journal_pair_same(t, &hub);
    for (int i = 0; i < 10; i++) {
        struct test_journal third;
        journal_pair_open(&third, "b-02");
        journal_pair_carry(t, &third, &seed);
        journal_pair_same(t, &third);
        journal_pair_close(&third);
    }
    journal_pair_rebuild(t);
    journal_pair_close(&hub);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_add, setup, teardown),
        cmocka_unit_test_setup_teardown(test_add_bad, setup, teardown),
        cmocka_unit_test_setup_teardown(test_head_office_changes, setup, teardown),
        cmocka_unit_test(test_person_check),
        cmocka_unit_test_setup_teardown(test_locking_out, setup, teardown),
        cmocka_unit_test_setup_teardown(test_new_pin_ends_a_lock_out, setup, teardown),
        cmocka_unit_test_setup_teardown(test_operator_locks, setup, teardown),
        cmocka_unit_test(test_hub_accounts),
        cmocka_unit_test_setup_teardown(test_any_order, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
