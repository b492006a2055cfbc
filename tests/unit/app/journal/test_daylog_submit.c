/* SPDX-License-Identifier: MIT */
/* Daily logs that are posted: what is refused, repeats, amendments, lists, folding in any order. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/journal/daylog.h"
#include "app/journal/draft.h"
#include "firmware/base/cleanup.h"
#include "tests/support/journal_pair.h"
#include "tests/support/post_rig.h"

#include <stdio.h>
#include <string.h>

#define ID1   "01990000-0000-7000-8000-000000000001"
#define ID2   "01990000-0000-7000-8000-000000000002"
#define ID3   "01990000-0000-7000-8000-000000000003"
#define PHOTO "01990000-0000-7000-8000-00000000000f"

static const char whole[] =
    "{\"id\":\"" ID1 "\",\"date\":\"2026-11-22\",\"stage\":\"plumbing_electrical\",\"done\":[\"今日完成水电开槽\","
    "{\"phrase\":\"plumbing_electrical/chasing\",\"rooms\":[\"kitchen\"],\"state\":\"done\",\"n\":5}],"
    "\"plan\":[\"明日进场线管\"],\"crew\":{\"electrician\":2},\"note\":\"业主张先生到场\",\"photos\":[\"" PHOTO "\"]}";

/* ---- POST ---- */

static int post(struct post_rig *p, const char *body) {
    struct appended out;
    journal_pair_begin(&p->t);
    buf_clear(&p->answer);
    p->e = (struct err_text){ 0 };
    int rc = daylog_submit(p->t.journal, p->t.db, JOURNAL_SITE, "u-01", body, strlen(body), &out, &p->answer, &p->e);
    return journal_pair_end(&p->t, rc);
}

static int setup(void **state) { return post_rig_setup_at(state, "2026-11-22T16:00:00+08:00"); }

static void expect(struct post_rig *p, const char *body, int rc, const char *field, const char *answer) {
    int got = post(p, body);
    if (got != rc || strcmp(p->e.field, field) != 0)
        fail_msg("%s: %d (%s), field \"%s\": %s", body, got, err_name(got), p->e.field, p->e.text);
    if (answer && (!p->answer.data || !strstr(p->answer.data, answer)))
        fail_msg("%s is not in %s", answer, p->answer.data ? p->answer.data : "(nothing)");
}

#define LOG(id, date, rest) "{\"id\":\"" id "\",\"date\":\"" date "\"," rest "}"

static void test_post(void **state) {
    struct post_rig *p = *state;
    expect(p, whole, 0, "", "\"history\":[{");
    assert_non_null(strstr(p->answer.data, "\"version\":\"" ID1 "\""));
    assert_non_null(strstr(p->answer.data, "\"amended\":0"));
    assert_non_null(strstr(p->answer.data, "\"note\":\"业主张先生到场\""));
    assert_non_null(strstr(p->answer.data, "\"actor\":{\"id\":\"u-01\",\"name\":null}"));
    expect(p, whole, ERR_EXISTS, "", "\"version\":\"" ID1 "\"");
    expect(p, LOG(ID1, "2026-11-22", "\"note\":\"other\""), ERR_CONFLICT, "id", "今日完成水电开槽");
    expect(p, LOG(ID2, "2026-11-22", "\"note\":\"a second log\""), 0, "", "a second log");
    CLEANUP(free_ptr)
    char *count = journal_pair_value(&p->t, "SELECT count(*) FROM event WHERE type = 'daylog-submitted'");
    assert_string_equal(count, "2");
}

static void test_post_repeat_survives_the_date(void **state) {
    struct post_rig *p = *state;
    expect(p, LOG(ID1, "2026-11-22", "\"note\":\"a\""), 0, "", NULL);
    journal_pair_now("2026-11-25T16:00:00+08:00");
    expect(p, LOG(ID1, "2026-11-22", "\"note\":\"a\""), ERR_EXISTS, "", "\"note\":\"a\"");
    expect(p, LOG(ID2, "2026-11-22", "\"note\":\"a\""), ERR_INVALID, "date", NULL);
}

static void test_post_id_of_something_else(void **state) {
    struct post_rig *p = *state;
    struct event_draft note = { .id = ID1, .type = "note", .subject_id = "n1", .actor = "board", .data = "{}" };
    journal_pair_append(&p->t, &note, NULL);
    expect(p, LOG(ID1, "2026-11-22", "\"note\":\"a\""), ERR_CONFLICT, "id", NULL);
}

static void test_post_dates(void **state) {
    struct post_rig *p = *state;
    expect(p, LOG(ID1, "2026-11-23", "\"note\":\"a\""), ERR_INVALID, "date", NULL);
    expect(p, LOG(ID1, "2026-11-21", "\"note\":\"a\""), ERR_INVALID, "date", NULL);
    journal_pair_now("2026-11-23T09:59:59+08:00");
    expect(p, LOG(ID1, "2026-11-21", "\"note\":\"a\""), ERR_INVALID, "date", NULL);
    expect(p, LOG(ID1, "2026-11-22", "\"note\":\"a\""), 0, "", NULL);
    expect(p, LOG(ID2, "2026-11-23", "\"note\":\"a\""), 0, "", NULL);
    journal_pair_now("2026-11-23T10:00:00+08:00");
    expect(p, LOG(ID3, "2026-11-22", "\"note\":\"a\""), ERR_INVALID, "date", NULL);
    journal_pair_grade(CLOCK_NONE);
    expect(p, LOG(ID3, "2031-01-01", "\"note\":\"a\""), 0, "", "2031-01-01");
}

static void test_post_stage_and_phrases(void **state) {
    struct post_rig *p = *state;
    expect(p, LOG(ID1, "2026-11-22", "\"note\":\"a\",\"stage\":\"moon\""), ERR_INVALID, "stage", NULL);
    expect(p, LOG(ID1, "2026-11-22", "\"done\":[{\"phrase\":\"tiling/wall-tiles\"},{\"phrase\":\"tiling/nothing\"}]"),
           ERR_INVALID, "done.1.phrase", NULL);
    expect(p, LOG(ID1, "2026-11-22", "\"plan\":[{\"phrase\":\"x/y\"}]"), ERR_INVALID, "plan.0.phrase", NULL);
    expect(
        p,
        LOG(ID1, "2026-11-22", "\"stage\":\"tiling\",\"plan\":[{\"phrase\":\"any/swept\"},{\"text\":\"x\",\"n\":2}]"),
        0, "", "{\"text\":\"x\",\"n\":2}");
}

static void test_post_masks(void **state) {
    struct post_rig *p = *state;
    expect(p, LOG(ID1, "2026-11-22", "\"note\":\"电话13800138000\",\"done\":[\"卡 6222021001116245702\"]"), 0, "",
           "138****8000");
    assert_null(strstr(p->answer.data, "13800138000"));
    CLEANUP(free_ptr)
    char *leaks =
        journal_pair_value(&p->t, "SELECT count(*) FROM event WHERE CAST(bytes AS TEXT) LIKE '%13800138000%' OR"
                                  " CAST(bytes AS TEXT) LIKE '%6222021001116245702%'");
    assert_string_equal(leaks, "0");
    expect(p, LOG(ID1, "2026-11-22", "\"note\":\"电话13800138000\",\"done\":[\"卡 6222021001116245702\"]"), ERR_EXISTS,
           "", NULL);
}

static void test_post_drops_the_draft(void **state) {
    struct post_rig *p = *state;
    struct draft draft;
    struct err_text e;
    journal_pair_begin(&p->t);
    assert_int_equal(draft_put(p->t.db, JOURNAL_SITE, "daylog", "2026-11-22", "{}", 2, "u-02", clock_wall(), &e), 0);
    assert_int_equal(draft_put(p->t.db, JOURNAL_SITE, "daylog", "2026-11-21", "{}", 2, "u-02", clock_wall(), &e), 0);
    journal_pair_commit(&p->t);
    expect(p, LOG(ID1, "2026-11-22", "\"note\":\"a\""), 0, "", NULL);
    assert_int_equal(draft_get(p->t.db, JOURNAL_SITE, "daylog", "2026-11-22", &draft), ERR_NOT_FOUND);
    assert_int_equal(draft_get(p->t.db, JOURNAL_SITE, "daylog", "2026-11-21", &draft), 0);
    draft_fini(&draft);
}

static void test_amend(void **state) {
    struct post_rig *p = *state;
    expect(p, LOG(ID1, "2026-11-22", "\"note\":\"first\""), 0, "", NULL);
    expect(p, LOG(ID2, "2026-11-22", "\"note\":\"second\",\"amends\":\"" ID3 "\""), ERR_CONFLICT, "amends", NULL);
    journal_pair_now("2026-12-24T16:00:00+08:00"); /* long after */
    expect(p, LOG(ID2, "2026-12-25", "\"note\":\"second\",\"amends\":\"" ID1 "\""), ERR_INVALID, "date", NULL);
    expect(p, LOG(ID2, "2026-11-22", "\"note\":\"second\",\"amends\":\"" ID1 "\""), 0, "", "\"amended\":1");
    assert_non_null(strstr(p->answer.data, "{\"id\":\"" ID1 "\",\"version\":\"" ID2 "\""));
    assert_non_null(strstr(p->answer.data, "\"first\"")); /* in the history */
    expect(p, LOG(ID2, "2026-11-22", "\"note\":\"second\",\"amends\":\"" ID1 "\""), ERR_EXISTS, "", "\"amended\":1");
    expect(p, LOG(ID3, "2026-11-22", "\"note\":\"third\",\"amends\":\"" ID1 "\""), ERR_CONFLICT, "amends",
           "\"version\":\"" ID2 "\"");
    expect(p, LOG(ID3, "2026-11-21", "\"note\":\"third\",\"amends\":\"" ID2 "\""), 0, "", "\"amended\":2");
    buf_clear(&p->answer);
    assert_int_equal(daylog_print(p->t.db, JOURNAL_SITE, ID2, false, &p->answer), 0);
    assert_non_null(strstr(p->answer.data, "\"version\":\"" ID3 "\""));
    assert_non_null(strstr(p->answer.data, "\"date\":\"2026-11-21\""));
    assert_int_equal(daylog_print(p->t.db, JOURNAL_SITE, PHOTO, false, &p->answer), ERR_NOT_FOUND);
    assert_int_equal(daylog_print(p->t.db, "s-other", ID1, false, &p->answer), ERR_NOT_FOUND);
}

static void test_unseen_characters(void **state) {
    struct post_rig *p = *state;
    expect(p, LOG(ID1, "2026-11-22", "\"note\":\"a\u202eb\""), ERR_INVALID, "note", NULL);
    expect(p, LOG(ID1, "2026-11-22", "\"done\":[\"x\",{\"text\":\"a\\u0001\"}]"), ERR_INVALID, "done.1.text", NULL);
}

static void test_too_big(void **state) {
    struct post_rig *p = *state;
    struct buf body;
    buf_init(&body, 1u << 20);
    (void)buf_add_text(&body, "{\"id\":\"" ID1 "\",\"date\":\"2026-11-22\",\"note\":\"");
    for (int k = 0; k < NOTE_MAX; k++) (void)buf_add_text(&body, "\\\""); /* two bytes each, again when written */
    for (int list = 0; list < 2; list++) {
        (void)buf_add_text(&body, list ? "],\"plan\":[" : "\",\"done\":[");
        for (int i = 0; i < ITEMS_MAX; i++) {
            (void)buf_add_text(&body, i ? ",\"" : "\"");
            for (int k = 0; k < ITEM_TEXT_MAX; k++) (void)buf_add_text(&body, "\\\"");
            (void)buf_add_text(&body, "\"");
        }
    }
    (void)buf_add_text(&body, "]}");
    assert_int_equal(body.error, 0);
    assert_int_equal(post(p, body.data), ERR_TOO_BIG);
    assert_string_equal(p->e.field, "done");
    buf_fini(&body);
}

/* ---- lists ---- */

static int count_of(const char *text, const char *needle) {
    int n = 0;
    for (; (text = strstr(text, needle)); text++) n++;
    return n;
}

static void test_list(void **state) {
    struct post_rig *p = *state;
    struct err_text e = { 0 };
    char seen[8][40];
    size_t n = 0;
    journal_pair_grade(CLOCK_NONE);
    for (int i = 0; i < 7; i++) {
        char body[200];
        (void)snprintf(body, sizeof body,
                       "{\"id\":\"01990000-0000-7000-8000-0000000001%02d\",\"date\":\"2026-11-%02d\",\"note\":\"n\","
                       "\"stage\":\"%s\"}",
                       i, 20 + i / 2, i % 2 ? "tiling" : "painting");
        expect(p, body, 0, "", NULL);
    }
    char next[64] = "";
    for (int page = 0; page < 4; page++) {
        struct daylog_query q = {
            .site = page % 2 ? NULL : JOURNAL_SITE, .limit = 2, .before = page ? next : NULL, .names = true
        };
        buf_clear(&p->answer);
        assert_int_equal(daylog_list(p->t.db, &q, &p->answer, &e), 0);
        const char *at = p->answer.data;
        while ((at = strstr(at, "{\"id\":\"0199"))) {
            (void)snprintf(seen[n++], 40, "%.36s", at + 7);
            at++;
        }
        const char *cursor = strstr(p->answer.data, "\"next\":\"");
        assert_int_equal(cursor != NULL, page < 3);
        if (cursor) (void)sscanf(cursor, "\"next\":\"%63[^\"]", next);
    }
    assert_int_equal(n, 7);
    for (size_t i = 1; i < n; i++)
        assert_true(strcmp(seen[i - 1], seen[i]) > 0); /* here ids go with date and position */
    struct daylog_query q = {
        .site = JOURNAL_SITE, .limit = 200, .from = "2026-11-21", .to = "2026-11-22", .stage = "tiling"
    };
    buf_clear(&p->answer);
    assert_int_equal(daylog_list(p->t.db, &q, &p->answer, &e), 0);
    assert_int_equal(count_of(p->answer.data, "\"version\""), 2);
    q.before = "nonsense";
    assert_int_equal(daylog_list(p->t.db, &q, &p->answer, &e), ERR_INVALID);
    assert_string_equal(e.field, "before");
    char last[TZ_DATE_SIZE];
    assert_int_equal(daylog_last_date(p->t.db, JOURNAL_SITE, last), 0);
    assert_string_equal(last, "2026-11-23");
    assert_int_equal(daylog_last_date(p->t.db, "s-none", last), 0);
    assert_string_equal(last, "");
}

/* ---- any order ---- */

static void amend_as(struct test_journal *t, const char *id, const char *root, const char *amends, const char *note) {
    char data[200];
    (void)snprintf(data, sizeof data, "{\"date\":\"2026-11-22\",\"note\":\"%s\",\"amends\":\"%s\"}", note, amends);
    struct event_draft draft = {
        .id = id, .site = JOURNAL_SITE, .type = "daylog-amended", .subject_id = root, .actor = "user/u-09", .data = data
    };
    journal_pair_append(t, &draft, NULL);
}

/* Board and hub correct the same version at the same time: everywhere the same one counts, the other is marked. */
static void test_any_order(void **state) {
    struct post_rig *p = *state;
    struct test_journal hub;
    unsigned seed = journal_pair_seed();
    journal_pair_open(&hub, "hub");
    expect(p, LOG(ID1, "2026-11-22", "\"note\":\"first\""), 0, "", NULL);
    journal_pair_carry(&p->t, &hub, &seed);
    amend_as(&hub, ID2, ID1, ID1, "from the hub");
    expect(p, LOG(ID3, "2026-11-22", "\"note\":\"from the board\",\"amends\":\"" ID1 "\""), 0, "", NULL);
    amend_as(&hub, "01990000-0000-7000-8000-000000000004", ID1, ID2, "the hub again");
    expect(p, LOG("01990000-0000-7000-8000-000000000005", "2026-11-22", "\"note\":\"another\""), 0, "", NULL);
    journal_pair_carry(&p->t, &hub, &seed);
    journal_pair_carry(&hub, &p->t, &seed);
    journal_pair_same(&p->t, &hub);
    for (int i = 0; i < 20; i++) {
        struct test_journal third;
        journal_pair_open(&third, "b-02");
        journal_pair_carry(i % 2 ? &hub : &p->t, &third, &seed);
        journal_pair_same(&third, &hub);
        CLEANUP(free_ptr) char *late = journal_pair_value(&third, "SELECT count(*) FROM late");
        assert_string_equal(late, "2");
        journal_pair_close(&third);
    }
    CLEANUP(free_ptr) char *note = journal_pair_value(&hub, "SELECT data FROM daylog WHERE id = '" ID1 "'");
    assert_non_null(strstr(note, "from the board")); /* "b-01" comes before "hub" at the same revision */
    journal_pair_rebuild(&hub);
    journal_pair_close(&hub);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_post, setup, post_rig_teardown),
        cmocka_unit_test_setup_teardown(test_post_repeat_survives_the_date, setup, post_rig_teardown),
        cmocka_unit_test_setup_teardown(test_post_id_of_something_else, setup, post_rig_teardown),
        cmocka_unit_test_setup_teardown(test_post_dates, setup, post_rig_teardown),
        cmocka_unit_test_setup_teardown(test_post_stage_and_phrases, setup, post_rig_teardown),
        cmocka_unit_test_setup_teardown(test_post_masks, setup, post_rig_teardown),
        cmocka_unit_test_setup_teardown(test_post_drops_the_draft, setup, post_rig_teardown),
        cmocka_unit_test_setup_teardown(test_amend, setup, post_rig_teardown),
        cmocka_unit_test_setup_teardown(test_unseen_characters, setup, post_rig_teardown),
        cmocka_unit_test_setup_teardown(test_too_big, setup, post_rig_teardown),
        cmocka_unit_test_setup_teardown(test_list, setup, post_rig_teardown),
        cmocka_unit_test_setup_teardown(test_any_order, setup, post_rig_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
