/* SPDX-License-Identifier: MIT */
/* Who did what, as readers are shown it: by name where that may be, each person of a page asked for once. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/journal/account.h"
#include "app/journal/person.h"

#include "tests/support/journal_pair.h"

#include <stdio.h>
#include <string.h>

struct fixture {
    struct test_journal t;
    struct person_names names;
    struct buf text;
};

static void begin(struct fixture *f) {
    *f = (struct fixture){ .names.shown = true };
    journal_pair_open(&f->t, "hub");
    buf_init(&f->text, 4096);
}

static void end(struct fixture *f) {
    journal_pair_close(&f->t);
    buf_fini(&f->text);
}

static void name(struct fixture *f, const char *site, const char *id, const char *called) {
    struct person p = { .active = true };
    struct err_text e;
    (void)snprintf(p.id, sizeof p.id, "%s", id);
    (void)snprintf(p.name, sizeof p.name, "%s", called);
    (void)snprintf(p.role, sizeof p.role, "crew");
    journal_pair_begin(&f->t);
    assert_int_equal(person_set(f->t.journal, f->t.db, site, &p, "user/u-90", NULL, &e), 0);
    journal_pair_commit(&f->t);
}

static void shows(struct fixture *f, const char *site, const char *actor, const char *expected) {
    struct json_out w;
    buf_clear(&f->text);
    json_start(&w, &f->text);
    assert_int_equal(person_names_put(&f->names, f->t.db, site, actor, &w, NULL), 0);
    assert_string_equal(f->text.data, expected);
}

static void a_name_is_that_of_the_site(void **state) {
    struct fixture f;
    struct err_text e;
    (void)state;
    begin(&f);
    name(&f, "s-0001", "u-01", "王**");
    name(&f, "s-0002", "u-01", "李**");
    journal_pair_begin(&f.t);
    assert_int_equal(account_put(f.t.db, "u-07", "赵**", "office", NULL, &e), 0);
    journal_pair_commit(&f.t);
    for (int i = 0; i < 2; i++) {
        shows(&f, "s-0001", "user/u-01", "{\"id\":\"u-01\",\"name\":\"王**\"}");
        shows(&f, "s-0002", "user/u-01", "{\"id\":\"u-01\",\"name\":\"李**\"}");
        shows(&f, "s-0001", "user/u-07", "{\"id\":\"u-07\",\"name\":\"赵**\"}"); /* head office's */
        shows(&f, "s-0001", "user/u-09", "{\"id\":\"u-09\",\"name\":null}");
        shows(&f, "s-0001", "board/u-01", "{\"id\":\"board/u-01\",\"name\":null}");
    }
    shows(&f, "s-0001", "user/u-0123456789012345678901234567890123456789",
          "{\"id\":\"u-0123456789012345678901234567890123456789\",\"name\":null}");
    f.names.shown = false;
    shows(&f, "s-0001", "user/u-01", "{\"id\":\"u-01\",\"name\":null}");
    end(&f);
}

/* More people than are remembered: each has his own name nevertheless. */
static void each_is_asked_for_once(void **state) {
    struct fixture f;
    char id[NAME_SIZE], actor[NAME_SIZE + 8], expected[120];
    (void)state;
    begin(&f);
    for (int i = 0; i < 3 * PERSON_NAMES_MAX; i++) {
        int n = i % (PERSON_NAMES_MAX + 3);
        (void)snprintf(id, sizeof id, "u-%02d", n);
        (void)snprintf(actor, sizeof actor, "user/%s", id);
        if (i == n) name(&f, "s-0001", id, (char[]){ (char)('0' + n), '*', '*', '\0' });
        (void)snprintf(expected, sizeof expected, "{\"id\":\"%s\",\"name\":\"%c**\"}", id, '0' + n);
        shows(&f, "s-0001", actor, expected);
    }
    name(&f, "s-0001", id, "改名");
    shows(&f, "s-0001", actor, expected); /* as it was when the page began */
    f.names = (struct person_names){ .shown = true };
    (void)snprintf(expected, sizeof expected, "{\"id\":\"%s\",\"name\":\"改名\"}", id);
    shows(&f, "s-0001", actor, expected);
    end(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_is_that_of_the_site),
        cmocka_unit_test(each_is_asked_for_once),
    };
    return cmocka_run_group_tests_name("person_names", tests, NULL, NULL);
}
