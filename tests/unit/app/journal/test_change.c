/* SPDX-License-Identifier: MIT */
/* Change orders: what may be asked and decided, the sums against the contract, what the customer signs, and the same state at both ends. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/journal/amount.h"
#include "app/journal/change.h"
#include "app/journal/confirmation.h"
#include "app/journal/signature.h"

#include "firmware/base/cleanup.h"
#include "tests/support/post_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATH "M10 20L30 40.5L60 20M5 5L6 6"

static int request(struct post_rig *f, unsigned n, const char *amount, const char *more) {
    return post_rig_send(f, change_post_request, NULL, NULL, n,
                         "'amount':%s,'reason':'owner-adds','text':'多做一个柜子'%s", amount, more);
}

static int decide(struct post_rig *f, unsigned subject, unsigned n, const char *decision, const char *more) {
    char of[64];
    (void)snprintf(of, sizeof of, "%s", post_rig_id(subject));
    return post_rig_send(f, change_post_decision, of, NULL, n, "'subject':'change/%s','decision':'%s'%s", of, decision,
                         more);
}

static int confirm(struct post_rig *f, unsigned subject, unsigned n, const char *path) {
    return post_rig_send(
        f, confirmation_post, NULL, NULL, n,
        "'subject':'change/%s','method':'signature','name':'王小明','signature':{'path':'%s','width':400,"
        "'height':200}",
        post_rig_id(subject), path);
}

static void amounts_are_kept_to_the_cent(void **state) {
    static const struct {
        const char *json;
        int64_t fen;
        const char *text;
    } good[] = {
        { "0.01", 1, "0.01" },
        { "-0.5", -50, "-0.5" },
        { "1234.56", 123456, "1234.56" },
        { "-1234.5", -123450, "-1234.5" },
        { "100", 10000, "100" },
        { "1e3", 100000, "1000" },
        { "0.29", 29, "0.29" },
        { "99999999.99", INT64_C(9999999999), "99999999.99" },
    };
    static const char *const bad[] = { "0.001", "1.005", "\"1\"", "null", "100000000.01", "-100000001", "1e300" };
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        struct json *n = NULL;
        struct buf b;
        struct json_out w;
        int64_t fen = 0;
        buf_init(&b, 100);
        json_start(&w, &b);
        assert_int_equal(json_parse(good[i].json, strlen(good[i].json), &n, NULL), 0);
        assert_int_equal(amount_read(n, "amount", &fen, NULL), 0);
        assert_int_equal(fen, good[i].fen);
        assert_int_equal(amount_of(n), good[i].fen);
        amount_put(&w, NULL, fen);
        assert_string_equal(b.data, good[i].text);
        buf_fini(&b);
        json_destroy(n);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct json *n = NULL;
        struct err_text e = { 0 };
        int64_t fen = 7;
        assert_int_equal(json_parse(bad[i], strlen(bad[i]), &n, NULL), 0);
        assert_int_equal(amount_read(n, "amount", &fen, &e), ERR_INVALID);
        assert_string_equal(e.field, "amount");
        assert_int_equal(fen, 7);
        json_destroy(n);
    }
    assert_int_equal(amount_share(1, 3), 3333);
    assert_int_equal(amount_share(2, 3), 6667);
    assert_int_equal(amount_share(-1, 8), -1250);
    assert_int_equal(amount_share(5, 0), 0);
    assert_int_equal(amount_share(5, -1), 0);
}

static void a_change_is_asked_for_decided_and_confirmed(void **state) {
    struct post_rig *f = *state;
    assert_int_equal(request(f, 1, "1200.5", ",'stage':'carpentry','room':'主卧','material':true"), 0);
    post_rig_has(f, "'state':'requested','amount':1200.5,'asked_amount':1200.5,'material':true,'reason':'owner-adds',"
                    "'responsibility':'customer'");
    post_rig_has(f, "'decision':null,'confirmed':null");
    assert_int_equal(request(f, 1, "1200.5", ",'stage':'carpentry','room':'主卧','material':true"), ERR_EXISTS);
    assert_int_equal(request(f, 20, "3", ",'responsibility':'design'"), 0); /* not the reason's own */
    post_rig_has(f, "'responsibility':'design'");
    assert_int_equal(request(f, 20, "3", ",'responsibility':'design'"), ERR_EXISTS);
    assert_int_equal(request(f, 20, "3", ",'responsibility':'error'"), ERR_CONFLICT);
    CLEANUP(free_ptr)
    char *event = journal_pair_value(&f->t, "SELECT CAST(bytes AS TEXT) FROM event ORDER BY pos DESC LIMIT 1");
    assert_non_null(strstr(event, "\"responsibility\":\"design\""));
    assert_int_equal(confirm(f, 1, 2, PATH), ERR_CONFLICT);
    assert_string_equal(f->allowed, "[]");
    assert_int_equal(decide(f, 1, 3, "approved", ",'note':'同意','amount':1000"), 0);
    post_rig_has(f, "'state':'approved','amount':1000,'asked_amount':1200.5");
    post_rig_has(f, "'note':'同意'");
    assert_int_equal(decide(f, 1, 4, "refused", ""), ERR_CONFLICT);
    assert_string_equal(f->allowed, "[]");
    assert_int_equal(confirm(f, 1, 5, PATH), 0);
    post_rig_has(f, "'method':'signature','name':'王**'");
    post_rig_has(f, "\\n1000\\n");
    post_rig_has(f, "\\n2026-11-22\\nsignature\\n");
    post_rig_has(f, "'proved':true,'signature':{'path':'" PATH "','width':400,'height':200}");
    assert_int_equal(confirm(f, 1, 6, PATH), ERR_CONFLICT);
    assert_int_equal(confirm(f, 1, 5, PATH), ERR_EXISTS);
    buf_clear(&f->answer);
    assert_int_equal(change_print(f->t.db, JOURNAL_SITE, post_rig_id(1), false, &f->answer), 0);
    post_rig_has(f, "'state':'confirmed'");
    journal_pair_rebuild(&f->t);
}

static void what_is_wrong_with_a_request_is_named(void **state) {
    struct post_rig *f = *state;
    static const struct {
        const char *body, *field;
    } cases[] = {
        { "'reason':'owner-adds','text':'x'", "amount" },
        { "'amount':1,'text':'x'", "reason" },
        { "'amount':1,'reason':'owner-adds'", "text" },
        { "'amount':0,'reason':'owner-adds','text':'x'", "amount" },
        { "'amount':1.001,'reason':'owner-adds','text':'x'", "amount" },
        { "'amount':'1','reason':'owner-adds','text':'x'", "amount" },
        { "'amount':1,'reason':'weather','text':'x'", "reason" },
        { "'amount':1,'reason':'owner-removes','text':'x'", "amount" },
        { "'amount':1,'reason':'owner-adds','text':'  '", "text" },
        { "'amount':1,'reason':'owner-adds','text':'x','stage':'roof'", "stage" },
        { "'amount':1,'reason':'owner-adds','text':'x','responsibility':'moon'", "responsibility" },
        { "'amount':1,'reason':'owner-adds','text':'x','responsibility':'owner'", "responsibility" },
        { "'amount':1,'reason':'owner-adds','text':'x','responsibility':1", "responsibility" },
        { "'amount':1,'reason':'owner-adds','text':'x','material':1", "material" },
        { "'amount':1,'reason':'owner-adds','text':'x','photos':['p']", "photos.0" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(post_rig_send(f, change_post_request, NULL, NULL, 1, "%s", cases[i].body), ERR_INVALID);
        assert_string_equal(f->e.field, cases[i].field);
    }
    assert_int_equal(request(f, 1, "5", ""), 0);
    assert_int_equal(decide(f, 1, 2, "perhaps", ""), ERR_INVALID);
    assert_string_equal(f->e.field, "decision");
    assert_int_equal(decide(f, 1, 2, "alternative", ""), ERR_INVALID);
    assert_string_equal(f->e.field, "note");
    assert_int_equal(decide(f, 1, 2, "approved", ",'amount':1.999"), ERR_INVALID);
    assert_string_equal(f->e.field, "amount");
    assert_int_equal(decide(f, 9, 2, "approved", ""), ERR_NOT_FOUND);
}

static void an_alternative_can_be_decided_again_or_confirmed(void **state) {
    struct post_rig *f = *state;
    struct change_totals t;
    assert_int_equal(request(f, 1, "5000", ""), 0);
    assert_int_equal(decide(f, 1, 2, "alternative", ",'note':'改用国产','amount':3000"), 0);
    assert_int_equal(change_totals(f->t.db, JOURNAL_SITE, &t), 0);
    assert_int_equal(t.pending_fen, 300000);
    assert_int_equal(t.approved_fen, 0);
    assert_int_equal(confirm(f, 1, 3, PATH), 0);
    assert_int_equal(change_totals(f->t.db, JOURNAL_SITE, &t), 0);
    assert_int_equal(t.pending_fen, 0);
    assert_int_equal(t.approved_fen, 300000);
    assert_int_equal(decide(f, 1, 4, "refused", ""), ERR_CONFLICT);
    assert_int_equal(request(f, 5, "10", ""), 0);
    assert_int_equal(decide(f, 5, 6, "alternative", ",'note':'a'"), 0);
    assert_int_equal(decide(f, 5, 7, "refused", ""), 0);
    assert_int_equal(confirm(f, 5, 8, PATH), ERR_CONFLICT);
}

/* Sums of cents, credits and shares that are no round numbers. */
static void sums_run_against_the_contract(void **state) {
    struct post_rig *f = *state;
    static const struct {
        const char *amount, *more, *decision;
    } rows[] = {
        { "0.1", "", "approved" },
        { "0.2", "", "approved" },
        { "-33.33", "", "approved" },
        { "700", ",'material':true", "approved" },
        { "-5", ",'material':true", "approved" },
        { "900", "", "refused" },
        { "12.34", "", NULL },
        { "-2", "", NULL },
    };
    struct change_totals t;
    struct change_query q = { .site = JOURNAL_SITE, .limit = 3, .money = true };
    assert_int_equal(change_totals(f->t.db, JOURNAL_SITE, &t), 0);
    assert_int_equal(t.contract_fen, -1);
    post_rig_plan(f, "'contract_amount':6000");
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(request(f, 100 + i, rows[i].amount, rows[i].more), 0);
        if (rows[i].decision) assert_int_equal(decide(f, 100 + i, 200 + i, rows[i].decision, ""), 0);
    }
    assert_int_equal(change_totals(f->t.db, JOURNAL_SITE, &t), 0);
    assert_int_equal(t.additions_fen, 70030);
    assert_int_equal(t.credits_fen, -3833);
    assert_int_equal(t.approved_fen, 66197);
    assert_int_equal(t.material_fen, 70000);
    assert_int_equal(t.pending_fen, 1034);
    assert_int_equal(t.additions_bp, 1167); /* 11.671… % */
    assert_int_equal(t.material_bp, 1167);
    assert_int_equal(t.approved_count, 5);
    assert_int_equal(t.pending_count, 2);
    buf_clear(&f->answer);
    assert_int_equal(change_list(f->t.db, &q, &f->answer, &f->e), 0);
    post_rig_has(f, "'totals':{'contract':6000,'additions':700.3,'credits':-38.33,'approved':661.97,'material':700,"
                    "'pending':10.34,'additions_percent':11.67,'material_percent':11.67,'open':2}}");
    q.money = false;
    buf_clear(&f->answer);
    assert_int_equal(change_list(f->t.db, &q, &f->answer, &f->e), 0);
    assert_null(strstr(f->answer.data, "amount"));
    assert_null(strstr(f->answer.data, "totals"));
    q.state = "refused";
    buf_clear(&f->answer);
    assert_int_equal(change_list(f->t.db, &q, &f->answer, &f->e), 0);
    post_rig_has(f, post_rig_id(105));
    post_rig_has(f, "'next':null");
    q.before = "zero";
    assert_int_equal(change_list(f->t.db, &q, &f->answer, &f->e), ERR_INVALID);
}

/* ---- signatures ---- */

static void only_plain_paths_are_signatures(void **state) {
    static const char *const good[] = { "M1 2L3 4", "M0 0", "M1.5 2.25L9999 0.01M3 3L4 4" };
    static const char *const bad[] = {
        "",
        "L1 2",
        "m1 2",
        "M1 2l3 4",
        "M1,2L3,4",
        "M1 2 L3 4",
        "M1 2Z",
        "M-1 2L3 4",
        "M1e3 2L3 4",
        "M1 2L3",
        "M1 2L3 4 ",
        " M1 2",
        "M1. 2L3 4",
        "M.5 2L3 4",
        "M1.255 2L3 4",
        "M12345 2",
        "M1 2L3 4\"/><script>",
        "M1 2C1 2 3 4 5 6",
        "M1  2",
        "M1 2L3 4\n",
        "MNaN 2",
        "M1 2L\xef\xbc\x91 2",
        "M+1 2",
    };
    struct signature_box box;
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) assert_true(signature_is_path(good[i]));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (signature_is_path(bad[i])) fail_msg("%s is taken for a path", bad[i]);
    assert_true(signature_measure("M10 20L30.5 5L20 60", &box));
    assert_int_equal(box.points, 3);
    assert_int_equal((int)(box.right * 2), 61);
    assert_int_equal((int)box.height, 55);
}

static void a_path_has_an_end(void **state) {
    char *path = malloc(SIGNATURE_PATH_MAX + 100);
    size_t n = (size_t)sprintf(path, "M1 1");
    (void)state;
    for (int i = 1; i < SIGNATURE_POINTS_MAX; i++) n += (size_t)sprintf(path + n, "L%d 1", i % 10);
    assert_true(signature_is_path(path));
    (void)sprintf(path + n, "L1 1");
    assert_false(signature_is_path(path));
    n = (size_t)sprintf(path, "M1 1");
    while (n <= SIGNATURE_PATH_MAX) n += (size_t)sprintf(path + n, "L1234.56 1234.56");
    assert_false(signature_is_path(path));
    free(path);
}

static void what_was_signed_can_be_proved(void **state) {
    struct signature_statement said = { "acme", "s-1",        "change/1",  "e-1", "12.5",
                                        "text", "2026-11-22", "signature", PATH };
    struct buf b;
    char sha[HASH_TEXT_SIZE], other[HASH_TEXT_SIZE];
    (void)state;
    buf_init(&b, 4096);
    assert_int_equal(signature_state(&said, &b, sha), 0);
    assert_true(signature_proves(b.data, sha, PATH));
    assert_false(signature_proves(b.data, sha, PATH "L1 1"));
    assert_false(signature_proves(b.data, sha, ""));
    b.data[strlen("sitelog-confirmation-v1\nacme/s-1\nchange/1\ne-1\n")] = '9'; /* the amount */
    assert_false(signature_proves(b.data, sha, PATH));
    buf_clear(&b);
    said.text = "text, and more";
    assert_int_equal(signature_state(&said, &b, other), 0);
    assert_string_not_equal(sha, other);
    buf_fini(&b);
}

static void a_confirmation_has_to_be_whole(void **state) {
    struct post_rig *f = *state;
    char of[64];
    (void)snprintf(of, sizeof of, "%s", post_rig_id(1));
    static const struct {
        const char *rest, *field;
    } cases[] = {
        { "'method':'signature'", "signature" },
        { "'method':'crm','signature':{'path':'M1 1L9 9','width':10,'height':10}", "signature" },
        { "'method':'signature','signature':{'path':'M1 1','width':10,'height':10}", "signature.path" },
        { "'method':'signature','signature':{'path':'M1 1L1 1','width':10,'height':10}", "signature.path" },
        { "'method':'signature','signature':{'path':'M1 1L19 9','width':10,'height':10}", "signature.path" },
        { "'method':'signature','signature':{'path':'javascript:','width':10,'height':10}", "signature.path" },
        { "'method':'signature','signature':{'path':'M1 1L9 9','width':10}", "signature.height" },
        { "'method':'stamp'", "method" },
        { "'method':'crm','sha256':'0'", "sha256" },
        { "'method':'crm','name':''", "name" },
    };
    assert_int_equal(request(f, 1, "5", ""), 0);
    assert_int_equal(decide(f, 1, 2, "approved", ""), 0);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(
            post_rig_send(f, confirmation_post_office, NULL, NULL, 3, "'subject':'change/%s',%s", of, cases[i].rest),
            ERR_INVALID);
        assert_string_equal(f->e.field, cases[i].field);
    }
    assert_int_equal(post_rig_send(f, confirmation_post_office, NULL, NULL, 3, "'subject':'daylog/1','method':'crm'"),
                     ERR_INVALID);
    assert_int_equal(
        post_rig_send(f, confirmation_post_office, NULL, NULL, 3, "'subject':'stage/tiling','method':'crm'"),
        ERR_CONFLICT);
    assert_int_equal(post_rig_send(f, confirmation_post, NULL, NULL, 3, "'subject':'change/%s','method':'crm'", of),
                     ERR_DENIED); /* on site, nobody speaks for the customer */
    assert_string_equal(f->e.field, "method");
    assert_int_equal(
        post_rig_send(f, confirmation_post_office, NULL, NULL, 3, "'subject':'change/%s','method':'crm'", of), 0);
    post_rig_has(f, "'proved':true,'signature':null");
}

/* ---- both ends ---- */

static void both_ends_fold_to_the_same(void **state) {
    struct post_rig *f = *state;
    struct test_journal hub;
    unsigned seed = journal_pair_seed();
    journal_pair_open(&hub, "hub");
    for (unsigned i = 0; i < 6; i++) assert_int_equal(request(f, 10 + i, i % 2 ? "-10.01" : "99.99", ""), 0);
    journal_pair_carry(&f->t, &hub, &seed);
    /* Head office and somebody of the office at the board decide at the same time: one comes too late at both ends. */
    for (unsigned i = 0; i < 6; i++) {
        struct event_draft draft = { .id = post_rig_id(40 + i),
                                     .site = JOURNAL_SITE,
                                     .type = "change-decided",
                                     .subject_id = post_rig_id(10 + i),
                                     .actor = "user/u-09",
                                     .data = "{\"subject\":\"change/x\",\"decision\":\"refused\"}" };
        journal_pair_append(&hub, &draft, NULL);
        if (i < 4) assert_int_equal(decide(f, 10 + i, 20 + i, "approved", ",'amount':7"), 0);
        if (i < 2) assert_int_equal(confirm(f, 10 + i, 30 + i, PATH), 0);
    }
    journal_pair_carry(&hub, &f->t, &seed);
    journal_pair_carry(&f->t, &hub, &seed);
    journal_pair_same(&f->t, &hub);
    char *late = journal_pair_value(&hub, "SELECT count(*) FROM late");
    assert_string_equal(late, "4");
    free(late);
    journal_pair_rebuild(&hub);
    journal_pair_close(&hub);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, post_rig_setup, post_rig_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(amounts_are_kept_to_the_cent),
        TEST(a_change_is_asked_for_decided_and_confirmed),
        TEST(what_is_wrong_with_a_request_is_named),
        TEST(an_alternative_can_be_decided_again_or_confirmed),
        TEST(sums_run_against_the_contract),
        cmocka_unit_test(only_plain_paths_are_signatures),
        cmocka_unit_test(a_path_has_an_end),
        cmocka_unit_test(what_was_signed_can_be_proved),
        TEST(a_confirmation_has_to_be_whole),
        TEST(both_ends_fold_to_the_same),
    };
    return cmocka_run_group_tests_name("change", tests, NULL, NULL);
}
