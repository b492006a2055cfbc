/* SPDX-License-Identifier: MIT */
/* Which boards and sites the feed begins with, and who works where. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/http/member.h"
#include "app/journal/board.h"
#include "app/journal/person.h"
#include "app/journal/roster.h"
#include "tests/support/journal_pair.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void set(struct test_journal *t, const char *site, const char *id, bool active) {
    struct person p = { .role = "manager", .active = active };
    struct err_text e = { 0 };
    (void)snprintf(p.id, sizeof p.id, "%s", id);
    (void)snprintf(p.name, sizeof p.name, "name of %s", id);
    journal_pair_begin(t);
    if (person_set(t->journal, t->db, site, &p, "user/u-09", NULL, &e)) fail_msg("%s", e.text);
    journal_pair_commit(t);
}

static void note(struct test_journal *t, const char *site) {
    struct event_draft d = {
        .site = site, .type = "note", .subject_id = "n-1", .actor = "board", .data = "{\"text\":\"x\"}"
    };
    journal_pair_append(t, &d, NULL);
}

static void an_empty_hub_has_nobody(void **state) {
    (void)state;
    struct test_journal t;
    struct roster_board *boards = NULL;
    struct roster_member *members = NULL;
    size_t n = 9;
    journal_pair_open(&t, "hub");
    assert_int_equal(roster_boards(t.db, &boards, &n), 0);
    assert_int_equal(n, 0);
    n = 9;
    assert_int_equal(roster_members(t.db, &members, &n), 0);
    assert_int_equal(n, 0);
    free(boards);
    free(members);
    journal_pair_close(&t);
}

static const struct roster_board *find_board(const struct roster_board *list, size_t n, const char *site,
                                             const char *board) {
    const struct roster_board *found = NULL;
    for (size_t i = 0; i < n; i++) {
        if (strcmp(list[i].site, site) != 0 || strcmp(list[i].board, board) != 0) continue;
        assert_null(found); /* once */
        found = &list[i];
    }
    return found;
}

static void boards_and_sites_without_one(void **state) {
    (void)state;
    struct test_journal t;
    struct roster_board *list = NULL;
    struct ack hello = { 0 };
    struct err_text e = { 0 };
    size_t n = 0;
    static const char key[] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    journal_pair_open(&t, "hub");
    note(&t, "s-1");
    note(&t, "s-2");
    note(&t, "s-2");
    journal_pair_begin(&t);
    assert_int_equal(board_seen(t.db, "s-1", "b-1", clock_wall()), 0);
    assert_int_equal(board_seen(t.db, "s-1", "b-2", clock_wall()), 0);
    assert_int_equal(board_seen(t.db, "s-3", "b-3", clock_wall()), 0); /* it said hello and sent no event */
    memcpy(hello.key, key, sizeof key);
    if (board_hello(t.db, "s-1", "b-2", &hello, clock_wall(), &e)) fail_msg("%s", e.text);
    journal_pair_commit(&t);
    assert_int_equal(roster_boards(t.db, &list, &n), 0);
    assert_int_equal(n, 4);
    assert_non_null(find_board(list, n, "s-1", "b-1"));
    assert_string_equal(find_board(list, n, "s-1", "b-1")->key, "");
    assert_string_equal(find_board(list, n, "s-1", "b-2")->key, key);
    assert_non_null(find_board(list, n, "s-3", "b-3"));
    assert_non_null(find_board(list, n, "s-2", ""));
    free(list);
    journal_pair_close(&t);
}

static void a_long_list_is_whole_and_sorted(void **state) {
    (void)state;
    struct test_journal t;
    struct roster_member *list = NULL;
    size_t n = 0;
    journal_pair_open(&t, "hub");
    for (int i = 0; i < 131; i++) {
        char user[16], site[16];
        (void)snprintf(user, sizeof user, "u-%03d", (i * 37) % 131);
        (void)snprintf(site, sizeof site, "s-%d", i % 7);
        set(&t, site, user, i % 10 != 0);
    }
    assert_int_equal(roster_members(t.db, &list, &n), 0);
    assert_int_equal(n, 131 - 14);
    for (size_t i = 1; i < n; i++) assert_true(strcmp(list[i - 1].user, list[i].user) < 0);
    free(list);
    journal_pair_close(&t);
}

/* ---- and who may see what by it ---- */

static void people_see_their_sites(void **state) {
    (void)state;
    struct test_journal t;
    struct roster_member *list = NULL;
    struct members *m = NULL;
    size_t n = 0;
    char name[200];
    journal_pair_open(&t, "hub");
    assert_int_equal(members_create(&m), 0);
    assert_false(members_may_see(m, "u-1", ROLE_MANAGER, "s-1"));
    assert_true(members_may_see(m, "u-1", ROLE_OFFICE, "s-1"));
    assert_true(members_may_see(m, "u-1", ROLE_VIEWER, "s-1"));
    set(&t, "s-1", "u-1", true);
    set(&t, "s-2", "u-1", true);
    set(&t, "s-1", "u-2", true);
    set(&t, "s-2", "u-2", false);
    set(&t, "s-10", "u-10", true);
    assert_int_equal(roster_members(t.db, &list, &n), 0);
    members_set(m, list, n);
    for (enum role role = ROLE_MANAGER; role <= ROLE_INSTALLER; role++) {
        assert_true(members_may_see(m, "u-1", role, "s-1"));
        assert_true(members_may_see(m, "u-1", role, "s-2"));
        assert_true(members_may_see(m, "u-2", role, "s-1"));
        assert_false(members_may_see(m, "u-2", role, "s-2")); /* no longer active there */
        assert_false(members_may_see(m, "u-1", role, "s-10"));
        assert_false(members_may_see(m, "u-10", role, "s-1"));
        assert_false(members_may_see(m, "", role, "s-1"));
        assert_false(members_may_see(m, "u-1", role, ""));
    }
    memset(name, 'x', sizeof name);
    name[sizeof name - 1] = '\0';
    assert_false(members_may_see(m, name, ROLE_MANAGER, "s-1"));
    assert_false(members_may_see(m, "u-1", ROLE_MANAGER, name));
    members_set(m, NULL, 0);
    assert_false(members_may_see(m, "u-1", ROLE_MANAGER, "s-1"));
    members_destroy(m);
    members_destroy(NULL);
    journal_pair_close(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_hub_has_nobody),
        cmocka_unit_test(boards_and_sites_without_one),
        cmocka_unit_test(a_long_list_is_whole_and_sorted),
        cmocka_unit_test(people_see_their_sites),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
