/* SPDX-License-Identifier: MIT */
/* The customer's consent to the camera: what is recorded, by whom, what it allows, and that both ends agree. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/journal/consent.h"
#include "app/journal/setting.h"

#include "firmware/base/cleanup.h"
#include "tests/support/journal_pair.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fixture {
    struct test_journal t;
    struct err_text e;
    char answer[1024];
};

static int setup(void **state) {
    struct fixture *f = calloc(1, sizeof *f);
    journal_pair_now("2026-11-28T16:00:00+08:00");
    journal_pair_open(&f->t, "b-01");
    *state = f;
    return 0;
}

static int teardown(void **state) {
    struct fixture *f = *state;
    journal_pair_close(&f->t);
    free(f);
    return 0;
}

static int put_at(struct fixture *f, struct test_journal *t, const char *body, bool *changed) {
    struct buf answer;
    f->e = (struct err_text){ 0 };
    buf_init(&answer, sizeof f->answer - 1);
    journal_pair_begin(t);
    int rc = consent_put(t->journal, t->db, JOURNAL_SITE, "user/u-01", body, strlen(body), changed, &answer, &f->e);
    journal_pair_commit(t);
    (void)snprintf(f->answer, sizeof f->answer, "%s", answer.data ? answer.data : "");
    buf_fini(&answer);
    return rc;
}

static bool put(struct fixture *f, const char *body) {
    bool changed = false;
    if (put_at(f, &f->t, body, &changed)) fail_msg("%s: %s", body, f->e.text);
    return changed;
}

static enum consent state_now(struct test_journal *t) {
    enum consent consent = CONSENT_REFUSED;
    assert_int_equal(consent_read(t->db, JOURNAL_SITE, &consent), 0);
    return consent;
}

static void test_what_it_allows(void **state) {
    (void)state;
    assert_true(consent_allows(CONSENT_GIVEN, CONSENT_BY_ITSELF) && consent_allows(CONSENT_GIVEN, CONSENT_BY_PERSON));
    assert_false(consent_allows(CONSENT_UNRECORDED, CONSENT_BY_ITSELF));
    assert_true(consent_allows(CONSENT_UNRECORDED, CONSENT_BY_PERSON));
    assert_false(consent_allows(CONSENT_REFUSED, CONSENT_BY_ITSELF));
    assert_false(consent_allows(CONSENT_REFUSED, CONSENT_BY_PERSON));
}

static void test_recorded(void **state) {
    struct fixture *f = *state;
    struct buf out;
    assert_int_equal(state_now(&f->t), CONSENT_UNRECORDED);
    assert_int_equal(consent_check(f->t.db, JOURNAL_SITE, CONSENT_BY_ITSELF, &f->e), ERR_CONFLICT);
    assert_non_null(strstr(f->e.text, "PUT consent"));
    assert_int_equal(consent_check(f->t.db, JOURNAL_SITE, CONSENT_BY_PERSON, &f->e), 0);

    assert_true(put(f, "{\"given\":true,\"by\":\"王某某\",\"text\":\"电话 13800138000\"}"));
    assert_int_equal(state_now(&f->t), CONSENT_GIVEN);
    assert_string_equal(f->answer, "{\"state\":\"given\",\"given\":true,\"on\":\"2026-11-28\",\"by\":\"王**\","
                                   "\"text\":\"电话 138****8000\",\"at\":\"2026-11-28T16:00:00.000+08:00\","
                                   "\"actor\":{\"id\":\"u-01\",\"name\":null}}");
    assert_false(put(f, "{\"given\":true,\"on\":\"2026-11-28\",\"by\":\"王某某\",\"text\":\"电话 13800138000\"}"));
    CLEANUP(free_ptr)
    char *event =
        journal_pair_value(&f->t, "SELECT count(*) || CAST(bytes AS TEXT) FROM event WHERE type = 'setting-set'");
    assert_non_null(strstr(event, "setting/camera_consent"));
    assert_int_equal(event[0], '1');

    assert_true(put(f, "{\"given\":false,\"by\":\"王某某\"}"));
    assert_int_equal(state_now(&f->t), CONSENT_REFUSED);
    assert_int_equal(consent_check(f->t.db, JOURNAL_SITE, CONSENT_BY_PERSON, &f->e), ERR_CONFLICT);
    buf_init(&out, 1024);
    assert_int_equal(consent_print(f->t.db, JOURNAL_SITE, false, false, &out), 0);
    assert_null(strstr(out.data, "\"by\"")); /* the customer's */
    assert_non_null(strstr(out.data, "\"actor\":{\"id\":\"u-01\",\"name\":null}"));
    buf_fini(&out);
    journal_pair_rebuild(&f->t);
    assert_int_equal(state_now(&f->t), CONSENT_REFUSED);
}

static void test_bad(void **state) {
    static const char *const bad[][2] = {
        { "{}", "given" },
        { "{\"given\":\"yes\"}", "given" },
        { "{\"given\":true,\"on\":\"2026-11-29\"}", "on" },
        { "{\"given\":true,\"on\":\"2026-02-30\"}", "on" },
        { "{\"given\":true,\"by\":7}", "by" },
        { "{\"given\":true,\"by\":\" \"}", "by" },
        { "{\"given\":true,\"by\":\"0123456789012345678901234567890123456789012345678901234567890123\"}", "by" },
        { "{\"given\":true,\"nonsense\":1}", "nonsense" },
        { "{\"given\":true,\"text\":\" \"}", "text" },
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        bool changed = false;
        assert_int_equal(put_at(f, &f->t, bad[i][0], &changed), ERR_INVALID);
        assert_string_equal(f->e.field, bad[i][1]);
        assert_false(changed);
    }
    assert_int_equal(state_now(&f->t), CONSENT_UNRECORDED);
}

/* Head office's settings say the same, and mean the same by it. */
static void test_as_a_setting(void **state) {
    struct fixture *f = *state;
    struct buf out;
    static const char body[] = "{\"value\":{\"given\":true,\"on\":\"2026-11-20\",\"by\":\"李某某\",\"text\":\"同意\"}}";
    buf_init(&out, 4096);
    journal_pair_begin(&f->t);
    assert_int_equal(setting_put(f->t.journal, f->t.db, JOURNAL_SITE, SETTING_CAMERA_CONSENT, 0, body, strlen(body),
                                 "user/o-01", 0, &out, &f->e),
                     0);
    journal_pair_commit(&f->t);
    assert_int_equal(state_now(&f->t), CONSENT_GIVEN);
    buf_clear(&out);
    assert_int_equal(consent_print(f->t.db, JOURNAL_SITE, true, true, &out), 0);
    assert_non_null(strstr(out.data, "\"on\":\"2026-11-20\",\"by\":\"李**\",\"text\":\"同意\""));
    assert_non_null(strstr(out.data, "\"actor\":{\"id\":\"o-01\""));
    assert_false(put(f, "{\"given\":true,\"on\":\"2026-11-20\",\"by\":\"李某某\",\"text\":\"同意\"}"));
    assert_true(put(f, "{\"given\":true,\"on\":\"2026-11-20\"}"));
    buf_clear(&out);
    assert_int_equal(setting_print(f->t.db, JOURNAL_SITE, SETTING_CAMERA_CONSENT, true, 0, &out), 0);
    assert_non_null(strstr(out.data, "\"value\":{\"given\":true,\"on\":\"2026-11-20\"}"));
    buf_fini(&out);
}

/* The manager at the panel and head office at the same time: both ends hold the same, whatever came first. */
static void test_both_ends(void **state) {
    struct fixture *f = *state;
    struct test_journal hub;
    unsigned seed = journal_pair_seed();
    bool changed;
    journal_pair_open(&hub, "hub");
    assert_int_equal(put_at(f, &f->t, "{\"given\":true}", &changed), 0);
    assert_int_equal(put_at(f, &hub, "{\"given\":false}", &changed), 0);
    journal_pair_carry(&f->t, &hub, &seed);
    journal_pair_carry(&hub, &f->t, &seed);
    journal_pair_same(&f->t, &hub);
    assert_int_equal(state_now(&f->t), state_now(&hub));
    assert_int_not_equal(state_now(&f->t), CONSENT_UNRECORDED);
    journal_pair_close(&hub);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_it_allows),
        cmocka_unit_test_setup_teardown(test_recorded, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bad, setup, teardown),
        cmocka_unit_test_setup_teardown(test_as_a_setting, setup, teardown),
        cmocka_unit_test_setup_teardown(test_both_ends, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
