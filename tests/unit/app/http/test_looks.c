/* SPDX-License-Identifier: MIT */
/* Once an hour for each session and thing; what an `access` says, and for whom. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/http/looks.h"
#include "app/journal/access.h"
#include "tests/support/journal_rig.h"
#include "tests/support/temp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void the_first_look_of_an_hour_counts(void **state) {
    (void)state;
    struct looks *l = calloc(1, sizeof *l);
    struct mono now = { 5000 };
    assert_non_null(l);
    assert_true(looks_first(l, "one", "s-1", ACCESS_CUSTOMER, now));
    assert_false(looks_first(l, "one", "s-1", ACCESS_CUSTOMER, now));
    now.ms += LOOKS_AGAIN - 1;
    assert_false(looks_first(l, "one", "s-1", ACCESS_CUSTOMER, now));
    /* another session, site, thing */
    assert_true(looks_first(l, "two", "s-1", ACCESS_CUSTOMER, now));
    assert_true(looks_first(l, "one", "s-2", ACCESS_CUSTOMER, now));
    assert_true(looks_first(l, "one", "s-1", ACCESS_SIGNATURE, now));
    now.ms += 1;
    assert_true(looks_first(l, "one", "s-1", ACCESS_CUSTOMER, now));
    assert_false(looks_first(l, "one", "s-1", ACCESS_CUSTOMER, now));
    assert_false(looks_first(l, "two", "s-1", ACCESS_CUSTOMER, now));
    free(l);
}

/* More sessions than there is room for: the oldest is forgotten, the newer ones are not. */
static void the_oldest_is_forgotten_first(void **state) {
    (void)state;
    struct looks *l = calloc(1, sizeof *l);
    char session[20];
    assert_non_null(l);
    for (int i = 0; i <= LOOKS_MAX; i++) {
        (void)snprintf(session, sizeof session, "session %d", i);
        assert_true(looks_first(l, session, "", ACCESS_CUSTOMER, (struct mono){ i }));
    }
    assert_false(looks_first(l, session, "", ACCESS_CUSTOMER, (struct mono){ LOOKS_MAX }));
    assert_false(looks_first(l, "session 1", "", ACCESS_CUSTOMER, (struct mono){ LOOKS_MAX }));
    assert_true(looks_first(l, "session 0", "", ACCESS_CUSTOMER, (struct mono){ LOOKS_MAX }));
    free(l);
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
        cmocka_unit_test(the_first_look_of_an_hour_counts),
        cmocka_unit_test(the_oldest_is_forgotten_first),
        cmocka_unit_test(it_is_written_with_whose_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
