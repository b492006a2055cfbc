/* SPDX-License-Identifier: MIT */
/* Requests for photos: POST's rules, answering once, folding in any order. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/journal/photo_request.h"
#include "firmware/base/cleanup.h"
#include "tests/support/journal_pair.h"
#include "tests/support/photo_rig.h"

#include <stdio.h>
#include <string.h>

static int ask(struct post_rig *f, const char *body) {
    struct appended out;
    buf_clear(&f->answer);
    f->e = (struct err_text){ 0 };
    journal_pair_begin(&f->t);
    int rc = photo_request_make(f->t.journal, f->t.db, JOURNAL_SITE, "user/u-90", body, strlen(body), &out, &f->answer,
                                &f->e);
    return journal_pair_end(&f->t, rc);
}

#define REQUEST                                                                                                        \
    "{\"id\":\"" PHOTO_RIG_ID3                                                                                         \
    "\",\"stage\":\"tiling\",\"room\":\"bath\",\"text\":\"地漏\",\"due\":\"2026-11-23T10:00:00+08:00\"}"

static void test_request(void **state) {
    struct post_rig *f = *state;
    struct photo_request open[4];
    size_t n = 9;
    assert_int_equal(photo_request_answerable(f->t.db, JOURNAL_SITE, PHOTO_RIG_ID3), ERR_NOT_FOUND);
    assert_int_equal(ask(f, REQUEST), 0);
    assert_true(photo_rig_answers(
        f, "{\"id\":\"" PHOTO_RIG_ID3
           "\",\"site\":\"s-0412\",\"board\":null,\"stage\":\"tiling\",\"room\":\"bath\",\"text\":\"地漏\","
           "\"due\":\"2026-11-23T10:00:00+08:00\",\"camera\":true,\"state\":\"open\",\"photo\":null"));
    assert_int_equal(ask(f, REQUEST), ERR_EXISTS);
    assert_int_equal(ask(f, "{\"id\":\"" PHOTO_RIG_ID3 "\"}"), ERR_CONFLICT);
    assert_int_equal(ask(f, "{\"id\":\"" PHOTO_RIG_ID4 "\",\"board\":\"b-77\",\"camera\":false}"), 0);
    assert_int_equal(ask(f, "{\"id\":\"" PHOTO_RIG_ID1 "\",\"board\":\"b-88\",\"camera\":null}"), 0);
    assert_true(photo_rig_answers(f, "\"camera\":true"));
    assert_int_equal(photo_request_open(f->t.db, JOURNAL_SITE, "b-01", open, 4, &n), 0);
    assert_int_equal(n, 1);
    assert_string_equal(open[0].id, PHOTO_RIG_ID3);
    assert_string_equal(open[0].text, "地漏");
    assert_true(open[0].camera);
    assert_int_equal(photo_request_open(f->t.db, JOURNAL_SITE, "b-77", open, 1, &n), 0);
    assert_int_equal(n, 1);
    assert_int_equal(photo_request_open(f->t.db, JOURNAL_SITE, "b-77", open, 4, &n), 0);
    assert_int_equal(n, 2);
    assert_false(open[1].camera);
}

static void test_request_bad(void **state) {
    static const char *const bad[][2] = {
        { "[]", "" },
        { "{}", "id" },
        { "{\"id\":1}", "id" },
        { "{\"id\":\"" PHOTO_RIG_ID3 "\",\"board\":\"B 1\"}", "board" },
        { "{\"id\":\"" PHOTO_RIG_ID3 "\",\"board\":1}", "board" },
        { "{\"id\":\"" PHOTO_RIG_ID3 "\",\"stage\":\"moon\"}", "stage" },
        { "{\"id\":\"" PHOTO_RIG_ID3 "\",\"stage\":1}", "stage" },
        { "{\"id\":\"" PHOTO_RIG_ID3 "\",\"room\":1}", "room" },
        { "{\"id\":\"" PHOTO_RIG_ID3 "\",\"text\":1}", "text" },
        { "{\"id\":\"" PHOTO_RIG_ID3 "\",\"text\":\" \"}", "text" },
        { "{\"id\":\"" PHOTO_RIG_ID3 "\",\"due\":\"soon\"}", "due" },
        { "{\"id\":\"" PHOTO_RIG_ID3 "\",\"camera\":\"yes\"}", "camera" },
        { "{\"id\":\"" PHOTO_RIG_ID3 "\",\"angle\":1}", "angle" },
    };
    struct post_rig *f = *state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(ask(f, bad[i][0]), ERR_INVALID);
        assert_string_equal(f->e.field, bad[i][1]);
    }
}

static void test_answering_once(void **state) {
    struct post_rig *f = *state;
    struct appended out;
    struct photo p = photo_rig_make(PHOTO_RIG_ID1, PHOTO_RIG_HASH_A);
    assert_int_equal(ask(f, REQUEST), 0);
    assert_int_equal(photo_request_answerable(f->t.db, JOURNAL_SITE, PHOTO_RIG_ID3), 0);
    assert_int_equal(photo_rig_record(f, &p, PHOTO_RIG_ID3), 0);
    assert_true(photo_rig_answers(f, "\"inreplyto\":\"" PHOTO_RIG_ID3 "\""));
    assert_int_equal(photo_request_answerable(f->t.db, JOURNAL_SITE, PHOTO_RIG_ID3), ERR_EXISTS);
    journal_pair_begin(&f->t);
    assert_int_equal(
        photo_request_fail(f->t.journal, f->t.db, JOURNAL_SITE, PHOTO_RIG_ID3, "camera-absent", &out, &f->e),
        ERR_EXISTS);
    journal_pair_commit(&f->t);
    buf_clear(&f->answer);
    assert_int_equal(photo_request_print(f->t.db, JOURNAL_SITE, PHOTO_RIG_ID3, true, &f->answer), 0);
    assert_true(photo_rig_answers(f, "\"state\":\"answered\",\"photo\":\"" PHOTO_RIG_ID1 "\""));
    buf_clear(&f->answer);
    assert_int_equal(photo_request_list(f->t.db, JOURNAL_SITE, "open", NULL, 10, true, &f->answer, &f->e), 0);
    assert_false(photo_rig_answers(f, PHOTO_RIG_ID3));

    assert_int_equal(ask(f, "{\"id\":\"" PHOTO_RIG_ID4 "\"}"), 0);
    journal_pair_begin(&f->t);
    assert_int_equal(
        photo_request_fail(f->t.journal, f->t.db, JOURNAL_SITE, PHOTO_RIG_ID4, "camera-absent", &out, &f->e), 0);
    assert_int_equal(
        photo_request_fail(f->t.journal, f->t.db, JOURNAL_SITE, PHOTO_RIG_ID4, "camera-absent", &out, &f->e),
        ERR_EXISTS);
    journal_pair_commit(&f->t);
    buf_clear(&f->answer);
    assert_int_equal(photo_request_list(f->t.db, JOURNAL_SITE, "failed", NULL, 10, true, &f->answer, &f->e), 0);
    assert_true(photo_rig_answers(f, "\"id\":\"" PHOTO_RIG_ID4 "\""));
    assert_true(photo_rig_answers(f, "\"reason\":\"camera-absent\""));
    assert_false(photo_rig_answers(f, PHOTO_RIG_ID3));
    buf_clear(&f->answer);
    assert_int_equal(photo_request_list(f->t.db, JOURNAL_SITE, NULL, NULL, 1, true, &f->answer, &f->e), 0);
    assert_true(photo_rig_answers(f, PHOTO_RIG_ID4));
    char next[40] = "";
    (void)sscanf(strstr(f->answer.data, "\"next\":"), "\"next\":\"%39[^\"]", next);
    buf_clear(&f->answer);
    assert_int_equal(photo_request_list(f->t.db, JOURNAL_SITE, NULL, next, 1, true, &f->answer, &f->e), 0);
    assert_true(photo_rig_answers(f, "\"state\":\"answered\""));
    assert_true(photo_rig_answers(f, "\"next\":null"));
    journal_pair_rebuild(&f->t);
}

/* The hub asks, two boards answer, one of them says also that it failed; a photo is withdrawn at the hub. */
static void test_any_order(void **state) {
    struct post_rig *f = *state;
    struct test_journal hub;
    struct test_journal other;
    unsigned seed = journal_pair_seed();
    struct event_draft asked = { .id = PHOTO_RIG_ID3,
                                 .site = JOURNAL_SITE,
                                 .type = "photo-requested",
                                 .subject_id = PHOTO_RIG_ID3,
                                 .actor = "user/u-90",
                                 .data = "{}" };
    struct event_draft gone = {
        .site = JOURNAL_SITE, .type = "photo-withdrawn", .subject_id = PHOTO_RIG_ID1, .actor = "user/u-90", .data = "{}"
    };
    struct event_draft failed = { .type = "photo-request-failed",
                                  .subject_id = PHOTO_RIG_ID3,
                                  .actor = "board",
                                  .inreplyto = PHOTO_RIG_ID3,
                                  .data = "{\"reason\":\"dark\"}" };
    struct photo p = photo_rig_make(PHOTO_RIG_ID1, PHOTO_RIG_HASH_A);
    journal_pair_open(&hub, "hub");
    journal_pair_open(&other, "b-02");
    journal_pair_append(&hub, &asked, NULL);
    journal_pair_append(&hub, &gone, NULL); /* of a photo that it has not seen: the same revision as its taking */
    assert_int_equal(photo_rig_record(f, &p, PHOTO_RIG_ID3), 0); /* before the request was seen here */
    journal_pair_append(&other, &failed, NULL);
    journal_pair_append(&other, &failed, NULL);
    struct test_journal *all[] = { &hub, &f->t, &other };
    for (int round = 0; round < 2; round++)
        for (size_t i = 0; i < 3; i++)
            for (size_t k = 0; k < 3; k++)
                if (i != k) journal_pair_carry(all[i], all[k], &seed);
    journal_pair_same(&hub, &f->t);
    journal_pair_same(&hub, &other);
    for (int i = 0; i < 10; i++) {
        struct test_journal third;
        struct buf answer;
        journal_pair_open(&third, "b-03");
        journal_pair_carry(all[i % 3], &third, &seed);
        journal_pair_same(&hub, &third);
        buf_init(&answer, 65536);
        assert_int_equal(photo_request_print(third.db, JOURNAL_SITE, PHOTO_RIG_ID3, true, &answer), 0);
        assert_non_null(strstr(answer.data, "\"state\":\"answered\",\"photo\":\"" PHOTO_RIG_ID1 "\""));
        assert_non_null(strstr(answer.data, "\"reason\":\"dark\""));
        buf_fini(&answer);
        CLEANUP(free_ptr) char *row = journal_pair_value(&third, "SELECT withdrawn || sha256 FROM photo");
        assert_string_equal(row, "1" PHOTO_RIG_HASH_A);
        journal_pair_close(&third);
    }
    journal_pair_rebuild(&other);
    journal_pair_close(&hub);
    journal_pair_close(&other);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_request, photo_rig_setup, post_rig_teardown),
        cmocka_unit_test_setup_teardown(test_request_bad, photo_rig_setup, post_rig_teardown),
        cmocka_unit_test_setup_teardown(test_answering_once, photo_rig_setup, post_rig_teardown),
        cmocka_unit_test_setup_teardown(test_any_order, photo_rig_setup, post_rig_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
