/* SPDX-License-Identifier: MIT */
/* A POST that becomes an event: new, repeated, changed, refused; the life of a subject; pages of a list. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/journal/listing.h"
#include "app/journal/post.h"

#include "tests/support/post_rig.h"

#include <stdlib.h>
#include <string.h>

#define ID1 "01935d2a-1c00-7abc-8def-0123456789ab"
#define ID2 "01935d2a-1c00-7abc-8def-0123456789ac"

/* What the judge says, and how often it was asked. */
static int judged, verdict;

static const struct shape shape[] = {
    { .name = "text", .kind = SHAPE_TEXT, .flags = SHAPE_NEEDED, .max = 400 },
    { .name = "filled", .kind = SHAPE_INT, .flags = SHAPE_FILLED, .max = 9 },
    { .name = "made", .kind = SHAPE_BOOL, .flags = SHAPE_MADE },
    { .name = NULL },
};

static int judge(struct post *p, struct journal *j, struct db *db, const struct json *data, struct json_out *made,
                 struct err_text *e) {
    (void)p, (void)j, (void)db;
    judged++;
    if (verdict) return err_set(e, verdict, "not now");
    if (!json_member(data, "filled")) json_put_int(made, "filled", 7);
    json_put_bool(made, "made", true);
    return 0;
}

static int print(struct db *db, const char *site, const char *id, bool names, struct buf *out) {
    (void)db, (void)site, (void)names;
    return buf_addf(out, "{\"id\":\"%s\"}", id);
}

static int setup(void **state) {
    judged = verdict = 0;
    return post_rig_setup(state);
}

static int post(struct post_rig *f, const char *subject, const char *body) {
    struct post p = { .site = JOURNAL_SITE,
                      .actor = "user/u-01",
                      .type = "note",
                      .subject_id = subject,
                      .shape = shape,
                      .judge = judge,
                      .print = print };
    buf_clear(&f->answer);
    journal_pair_begin(&f->t);
    int rc = post_event(f->t.journal, f->t.db, &p, body, strlen(body), &f->out, &f->answer, &f->e);
    journal_pair_commit(&f->t);
    return rc;
}

static void a_body_becomes_one_event(void **state) {
    struct post_rig *f = *state;
    struct envelope event;
    int64_t pos;
    assert_int_equal(post(f, NULL, "{\"text\":\"13900001234\",\"id\":\"" ID1 "\"}"), 0);
    assert_string_equal(f->answer.data, "{\"id\":\"" ID1 "\"}");
    assert_int_equal(journal_find(f->t.db, JOURNAL_SITE, ID1, &event, &pos), 0);
    assert_string_equal(event.subject, "note/" ID1);
    assert_string_equal(event.actor, "user/u-01");
    assert_string_equal(json_text(json_member(event.data, "text")), "139****1234");
    assert_non_null(json_member(event.data, "made"));
    envelope_fini(&event);
    int64_t seq = (int64_t)f->out.key.seq;
    assert_int_equal(post(f, NULL, "{\"id\":\"" ID1 "\",\"text\":\"13900001234\"}"), ERR_EXISTS);
    assert_string_equal(f->out.id, ID1);
    assert_int_equal(f->out.key.seq, seq);
    assert_string_equal(f->answer.data, "{\"id\":\"" ID1 "\"}");
    assert_int_equal(judged, 1); /* a repeat is not judged again */
    assert_int_equal(post(f, NULL, "{\"id\":\"" ID1 "\",\"text\":\"other\"}"), ERR_CONFLICT);
    assert_string_equal(f->e.field, "id");
}

static void a_step_is_an_event_of_its_subject(void **state) {
    struct post_rig *f = *state;
    assert_int_equal(post(f, "s-1", "{\"text\":\"a\",\"id\":\"" ID1 "\"}"), 0);
    assert_string_equal(f->answer.data, "{\"id\":\"s-1\"}");
    assert_int_equal(post(f, "s-1", "{\"text\":\"a\",\"id\":\"" ID1 "\"}"), ERR_EXISTS);
    assert_int_equal(post(f, "s-2", "{\"text\":\"a\",\"id\":\"" ID1 "\"}"), ERR_CONFLICT);
    assert_int_equal(f->answer.len, 0); /* of another subject nothing is told */
}

static void what_was_filled_in_is_the_same_record(void **state) {
    struct post_rig *f = *state;
    assert_int_equal(post(f, NULL, "{\"text\":\"a\",\"id\":\"" ID1 "\"}"), 0);
    assert_int_equal(post(f, NULL, "{\"text\":\"a\",\"id\":\"" ID1 "\"}"), ERR_EXISTS);
    assert_int_equal(post(f, NULL, "{\"text\":\"a\",\"filled\":7,\"id\":\"" ID1 "\"}"), ERR_EXISTS);
    assert_int_equal(post(f, NULL, "{\"text\":\"a\",\"filled\":8,\"id\":\"" ID1 "\"}"), ERR_CONFLICT);
    assert_int_equal(post(f, NULL, "{\"text\":\"b\",\"id\":\"" ID1 "\"}"), ERR_CONFLICT);
}

static void what_is_refused_leaves_nothing(void **state) {
    struct post_rig *f = *state;
    struct envelope event;
    int64_t pos;
    verdict = ERR_DENIED;
    assert_int_equal(post(f, NULL, "{\"text\":\"a\",\"id\":\"" ID2 "\"}"), ERR_DENIED);
    assert_int_equal(journal_find(f->t.db, JOURNAL_SITE, ID2, &event, &pos), ERR_NOT_FOUND);
    assert_int_equal(post(f, NULL, "{\"text\":\"a\"}"), ERR_INVALID);
    assert_string_equal(f->e.field, "id");
    assert_int_equal(post(f, NULL, "{\"text\":\"a\""), ERR_INVALID);
    assert_int_equal(post(f, NULL, "{\"text\":\"a\",\"made\":true,\"id\":\"" ID2 "\"}"), ERR_INVALID);
    assert_string_equal(f->e.field, "made");
    verdict = 0;
    assert_int_equal(post(f, NULL, "{\"text\":\"a\",\"id\":\"" ID2 "\"}"), 0);
}

/* ---- lives ---- */

enum { NONE, OPEN, SHUT };
static const char *const states[] = { "unknown", "open", "shut", NULL };
static const struct life_step steps[] = {
    { "made", NULL, LIFE_FROM(NONE), OPEN },
    { "closed", "close", LIFE_FROM(OPEN), SHUT },
    { "noted", "note", LIFE_FROM(OPEN), OPEN },
    { NULL, NULL, 0, 0 },
};
static const struct life life = { states, steps };

static void a_life_knows_its_steps(void **state) {
    char allowed[LIFE_ALLOWED_SIZE];
    struct err_text e = { 0 };
    (void)state;
    assert_int_equal(life_step(&life, NONE, "made")->to, OPEN);
    assert_null(life_step(&life, NONE, "closed"));
    assert_null(life_step(&life, SHUT, "closed"));
    assert_null(life_step(&life, -1, "made"));
    assert_int_equal(life_state(&life, "shut"), SHUT);
    assert_int_equal(life_state(&life, "ajar"), -1);
    life_allowed(&life, OPEN, allowed);
    assert_string_equal(allowed, "[\"close\",\"note\"]");
    life_allowed(&life, SHUT, allowed);
    assert_string_equal(allowed, "[]");
    assert_int_equal(life_refuse(&life, OPEN, "the door", "open", &e), ERR_CONFLICT);
    assert_string_equal(e.text, "the door is open: open is not possible now, but: close, note");
    assert_int_equal(life_refuse(&life, SHUT, "the door", "close", &e), ERR_CONFLICT);
    assert_string_equal(e.text, "the door is shut: nothing more can be done with it");
}

/* ---- lists ---- */

static int put(struct db *db, struct stmt *s, struct json_out *w, void *ctx) {
    (void)db, (void)ctx;
    json_put_int(w, NULL, stmt_int(s, 0));
    return 0;
}

static void page(struct post_rig *f, const char *before, const char *expected) {
    struct stmt *s = NULL;
    int64_t from;
    assert_int_equal(listing_before(before, &from, &f->e), 0);
    assert_int_equal(db_prepare(f->t.db,
                                "WITH RECURSIVE n(v) AS (VALUES (5) UNION ALL SELECT v - 1 FROM n WHERE v > 1)"
                                " SELECT v FROM n WHERE v < ? LIMIT 3",
                                &s),
                     0);
    stmt_bind_int(s, 1, from);
    buf_clear(&f->answer);
    assert_int_equal(listing_print(f->t.db, s, "ns", 2, put, NULL, &f->answer, &f->e), 0);
    assert_string_equal(f->answer.data, expected);
}

static void pages_follow_one_another(void **state) {
    struct post_rig *f = *state;
    int64_t from;
    page(f, NULL, "{\"ns\":[5,4],\"next\":\"4\"}");
    page(f, "4", "{\"ns\":[3,2],\"next\":\"2\"}");
    page(f, "2", "{\"ns\":[1],\"next\":null}");
    page(f, "1", "{\"ns\":[],\"next\":null}");
    assert_int_equal(listing_before("x", &from, &f->e), ERR_INVALID);
    assert_string_equal(f->e.field, "before");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, post_rig_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_body_becomes_one_event),
        TEST(a_step_is_an_event_of_its_subject),
        TEST(what_was_filled_in_is_the_same_record),
        TEST(what_is_refused_leaves_nothing),
        cmocka_unit_test(a_life_knows_its_steps),
        TEST(pages_follow_one_another),
    };
    return cmocka_run_group_tests_name("post", tests, NULL, NULL);
}
