/* SPDX-License-Identifier: MIT */
/* Once an hour for each session and thing; what an `access` says, and for whom. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/http/looks.h"
#include "app/http/session.h"
#include "app/journal/access.h"
#include "tests/support/journal_rig.h"
#include "tests/support/steps_rig.h"
#include "tests/support/temp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct counted {
    struct looks looks;
    struct look last;
};

static bool first(struct counted *c, const char *session, const char *site, const char *what, int64_t ms) {
    return looks_first(&c->looks, session, site, what, (struct mono){ ms }, &c->last);
}

static int setup_counted(void **state) {
    struct counted *c = calloc(1, sizeof *c);
    assert_non_null(c);
    looks_init(&c->looks);
    *state = c;
    return 0;
}

static int teardown_counted(void **state) {
    struct counted *c = *state;
    looks_fini(&c->looks);
    free(c);
    return 0;
}

static void the_first_look_of_an_hour_counts(void **state) {
    struct counted *c = *state;
    int64_t now = 5000;
    assert_true(first(c, "one", "s-1", ACCESS_CUSTOMER, now));
    assert_false(first(c, "one", "s-1", ACCESS_CUSTOMER, now));
    now += LOOKS_AGAIN - 1;
    assert_false(first(c, "one", "s-1", ACCESS_CUSTOMER, now));
    /* another session, site, thing */
    assert_true(first(c, "two", "s-1", ACCESS_CUSTOMER, now));
    assert_true(first(c, "one", "s-2", ACCESS_CUSTOMER, now));
    assert_true(first(c, "one", "s-1", ACCESS_SIGNATURE, now));
    now += 1;
    assert_true(first(c, "one", "s-1", ACCESS_CUSTOMER, now));
    assert_false(first(c, "one", "s-1", ACCESS_CUSTOMER, now));
    assert_false(first(c, "two", "s-1", ACCESS_CUSTOMER, now));
}

/* More sessions than there is room for: the oldest is forgotten, the newer ones are not. */
static void the_oldest_is_forgotten_first(void **state) {
    struct counted *c = *state;
    char session[20];
    for (int i = 0; i <= LOOKS_MAX; i++) {
        (void)snprintf(session, sizeof session, "session %d", i);
        assert_true(first(c, session, "", ACCESS_CUSTOMER, i));
    }
    assert_false(first(c, session, "", ACCESS_CUSTOMER, LOOKS_MAX));
    assert_false(first(c, "session 1", "", ACCESS_CUSTOMER, LOOKS_MAX));
    assert_true(first(c, "session 0", "", ACCESS_CUSTOMER, LOOKS_MAX));
}

/* Only what was marked; not what was marked again an hour later. */
static void what_is_taken_back_was_not_seen(void **state) {
    struct counted *c = *state;
    assert_true(first(c, "one", "s-1", ACCESS_CUSTOMER, 0));
    struct look old = c->last;
    assert_true(first(c, "two", "s-1", ACCESS_CUSTOMER, 0));
    looks_take_back(&c->looks, &old);
    assert_false(first(c, "two", "s-1", ACCESS_CUSTOMER, 1));
    assert_true(first(c, "one", "s-1", ACCESS_CUSTOMER, 1));
    looks_take_back(&c->looks, &old);
    assert_false(first(c, "one", "s-1", ACCESS_CUSTOMER, 2));
}

/* ---- through the store ---- */

static void look_at_customer(struct steps_rig *f) {
    struct exchange x = { .user = { .id = "u-01", .role = ROLE_MANAGER }, .reply = { .status = 200 } };
    (void)snprintf(x.user.session, sizeof x.user.session, "one");
    (void)snprintf(x.site, sizeof x.site, "%s", BOARD_RIG_SITE);
    looks_shown(&x, ACCESS_CUSTOMER, NULL);
    looks_note(&f->steps.app, &x, NULL);
    x.state_free(x.state);
    assert_int_equal(store_call(f->board.writer, NULL, NULL), 0); /* what was handed in before is done */
}

static int exec(struct db *db, void *arg) { return db_exec(db, arg, NULL); }

static int count(struct db *db, void *arg) {
    *(int64_t *)arg = journal_rig_int(db, "SELECT count(*) FROM event WHERE type = 'access'");
    return 0;
}

static int64_t written(struct steps_rig *f) {
    int64_t n = -1;
    assert_int_equal(store_call(f->board.writer, count, &n), 0);
    return n;
}

static void a_look_that_could_not_be_written_is_tried_again(void **state) {
    struct steps_rig *f = *state;
    char fails[] = "CREATE TRIGGER full BEFORE INSERT ON event BEGIN SELECT RAISE(ABORT, 'the disk is full'); END";
    char well[] = "DROP TRIGGER full";
    assert_int_equal(sessions_create(&f->steps.app.sessions), 0);
    assert_int_equal(store_call(f->board.writer, exec, fails), 0);
    look_at_customer(f);
    assert_int_equal(written(f), 0);
    assert_int_equal(store_call(f->board.writer, exec, well), 0);
    look_at_customer(f);
    assert_int_equal(written(f), 1);
    look_at_customer(f);
    assert_int_equal(written(f), 1);
    sessions_destroy(f->steps.app.sessions);
}

static int append(struct journal_rig *r, const struct access *a, struct err_text *e) {
    assert_int_equal(db_begin(r->db), 0);
    int rc = access_append(r->journal, r->db, a, e);
    if (rc)
        db_rollback(r->db);
    else
        assert_int_equal(db_commit(r->db), 0);
    return rc;
}

static void it_is_written_with_whose_it_was(void **state) {
    (void)state;
    char *dir = temp_make();
    struct journal_rig r;
    struct err_text e = { 0 };
    struct access look = { .site = JOURNAL_RIG_SITE, .actor = "user/u-03", .what = ACCESS_CUSTOMER };
    struct access export = {
        .site = JOURNAL_RIG_SITE, .actor = "board", .what = ACCESS_EXPORT, .from = "2026-11-01", .to = "2026-11-22"
    };
    journal_rig_open(&r, dir, "journal.db", "b-7f3a", JOURNAL_RIG_SITE);
    assert_int_equal(append(&r, &look, &e), 0);
    assert_int_equal(append(&r, &export, &e), 0);
    assert_int_equal(journal_rig_int(r.db,
                                     "SELECT count(*) FROM record WHERE type = 'access' AND lane = 'record' AND"
                                     " subject = 'access/u-03' AND instr(bytes, '\"actor\":\"user/u-03\"') > 0 AND"
                                     " instr(bytes, '\"data\":{\"what\":\"customer\"}') > 0"),
                     1);
    assert_int_equal(journal_rig_int(r.db, "SELECT count(*) FROM record WHERE type = 'access' AND subject ="
                                           " 'access/board' AND instr(bytes, '\"from\":\"2026-11-01\"') > 0"),
                     1);
    journal_rig_close(&r);

    /* head office writes of a site that there is only */
    journal_rig_open(&r, dir, "hub.db", "hub", NULL);
    assert_int_equal(append(&r, &look, &e), ERR_NOT_FOUND);
    assert_string_equal(e.field, "site");
    assert_int_equal(journal_rig_int(r.db, "SELECT count(*) FROM event"), 0);
    journal_rig_close(&r);
    temp_remove(dir);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_first_look_of_an_hour_counts, setup_counted, teardown_counted),
        cmocka_unit_test_setup_teardown(the_oldest_is_forgotten_first, setup_counted, teardown_counted),
        cmocka_unit_test_setup_teardown(what_is_taken_back_was_not_seen, setup_counted, teardown_counted),
        cmocka_unit_test_setup_teardown(a_look_that_could_not_be_written_is_tried_again, steps_rig_setup,
                                        steps_rig_teardown),
        cmocka_unit_test(it_is_written_with_whose_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
