/* SPDX-License-Identifier: MIT */
/* Hazards: every step in every state, who may not, what a step needs; due dates by severity and time zone; texts from phrases; two writers whose
 * steps cross, in any order; lists and the table for spreadsheets. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/journal/hazard_private.h"
#include "app/journal/person.h"
#include "app/journal/site.h"
#include "app/journal/today.h"

#include "tests/support/journal_pair.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOW    "2026-11-22T16:10:00+08:00"
#define BEFORE "01935d2a-1c00-7abc-8def-0123456789b0"
#define AFTER  "01935d2a-1c00-7abc-8def-0123456789b1"
#define CHECK  "01935d2a-1c00-7abc-8def-0123456789b2"

struct fixture {
    struct test_journal board, hub;
    struct appended out;
    struct buf answer;
    struct err_text e;
    char allowed[LIFE_ALLOWED_SIZE];
    char id[ID_SIZE]; /* the newest hazard */
};

static void person(struct test_journal *t, const char *id, const char *role) {
    char data[120];
    (void)snprintf(data, sizeof data, "{\"name\":\"王**\",\"role\":\"%s\",\"active\":true}", role);
    struct event_draft d = {
        .site = JOURNAL_SITE, .type = "person-set", .subject_id = id, .actor = "board", .data = data
    };
    journal_pair_append(t, &d, NULL);
}

static int setup(void **state) {
    struct fixture *f = calloc(1, sizeof *f);
    journal_pair_now(NOW);
    journal_pair_open(&f->board, "b-01");
    journal_pair_open(&f->hub, "hub");
    buf_init(&f->answer, 4u << 20);
    person(&f->board, "u-01", "manager");
    person(&f->board, "u-02", "supervisor");
    person(&f->board, "u-03", "crew");
    *state = f;
    return 0;
}

static int teardown(void **state) {
    struct fixture *f = *state;
    journal_pair_close(&f->board);
    journal_pair_close(&f->hub);
    buf_fini(&f->answer);
    free(f);
    return 0;
}

static struct hazard_by by(const char *actor) {
    return (struct hazard_by){ .site = JOURNAL_SITE, .actor = actor, .office = strcmp(actor, "user/u-09") == 0 };
}

/* more: members after the id, beginning with a comma, or "". */
static int raise(struct fixture *f, struct test_journal *t, const char *more) {
    struct hazard_by who = by("user/u-02");
    char body[1024];
    ids_make(clock_wall(), f->id);
    (void)snprintf(body, sizeof body, "{\"id\":\"%s\"%s}", f->id, more);
    buf_clear(&f->answer);
    journal_pair_begin(t);
    int rc = hazard_submit(t->journal, t->db, &who, body, strlen(body), &f->out, &f->answer, &f->e);
    journal_pair_commit(t);
    return rc;
}

static int step(struct fixture *f, struct test_journal *t, const char *actor, const char *verb, const char *more) {
    struct hazard_by who = by(actor);
    char body[1024], id[ID_SIZE];
    ids_make(clock_wall(), id);
    (void)snprintf(body, sizeof body, "{\"id\":\"%s\"%s}", id, more);
    buf_clear(&f->answer);
    journal_pair_begin(t);
    int rc =
        hazard_step(t->journal, t->db, &who, f->id, verb, body, strlen(body), &f->out, &f->answer, f->allowed, &f->e);
    journal_pair_commit(t);
    return rc;
}

static void assert_row(struct fixture *f, struct test_journal *t, const char *column, const char *expected) {
    char sql[200];
    (void)snprintf(sql, sizeof sql, "SELECT %s FROM hazard WHERE id = '%s'", column, f->id);
    char *value = journal_pair_value(t, sql);
    assert_string_equal(value, expected);
    free(value);
}

/* As the answer says a member, compactly: strings with their quotes. */
static void assert_said(struct fixture *f, const char *name, const char *expected) {
    struct json *root = NULL;
    struct buf text;
    buf_init(&text, 1u << 20);
    assert_int_equal(json_parse(f->answer.data, f->answer.len, &root, &f->e), 0);
    assert_int_equal(json_print(json_member(root, name), &text), 0);
    assert_string_equal(text.data, expected);
    buf_fini(&text);
    json_destroy(root);
}

#define RAISE   ",\"text\":\"墙角渗水\",\"severity\":\"serious\",\"photos\":[\"" BEFORE "\"]"
#define RECTIFY ",\"photos\":[\"" AFTER "\"]"

/* ---- life ---- */

static void the_life_is_the_documents(void **state) {
    static const struct {
        const char *event;
        int to[5]; /* from unknown, raised, assigned, rectified, verified; -1: not legal */
    } table[] = {
        { "hazard-raised", { HAZARD_RAISED, -1, -1, -1, -1 } },
        { "hazard-assigned", { -1, HAZARD_ASSIGNED, HAZARD_ASSIGNED, -1, -1 } },
        { "hazard-rectified", { -1, -1, HAZARD_RECTIFIED, -1, -1 } },
        { "hazard-rejected", { -1, -1, -1, HAZARD_ASSIGNED, -1 } },
        { "hazard-verified", { -1, -1, -1, HAZARD_VERIFIED, -1 } },
    };
    char allowed[LIFE_ALLOWED_SIZE];
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        for (int from = 0; from < 5; from++) {
            const struct life_step *s = life_step(&hazard_life, from, table[i].event);
            assert_int_equal(s ? s->to : -1, table[i].to[from]);
        }
    life_allowed(&hazard_life, HAZARD_ASSIGNED, allowed);
    assert_string_equal(allowed, "[\"rectify\",\"assign\"]");
}

/* Brings a new hazard into a state by legal steps. */
static void bring(struct fixture *f, enum hazard_state to) {
    person(&f->board, "u-04", "manager"); /* two: nobody is assigned by itself */
    assert_int_equal(raise(f, &f->board, RAISE), 0);
    if (to >= HAZARD_ASSIGNED) assert_int_equal(step(f, &f->board, "user/u-02", "assign", ",\"assignee\":\"u-01\""), 0);
    if (to >= HAZARD_RECTIFIED) assert_int_equal(step(f, &f->board, "user/u-01", "rectify", RECTIFY), 0);
    if (to >= HAZARD_VERIFIED) assert_int_equal(step(f, &f->board, "user/u-02", "verify", ""), 0);
}

static void a_post_knows_every_step_in_every_state(void **state) {
    struct fixture *f = *state;
    static const struct {
        const char *verb, *more;
        bool legal[4];
    } steps[] = {
        { "assign", ",\"assignee\":\"u-03\"", { true, true, false, false } },
        { "rectify", RECTIFY, { false, true, false, false } },
        { "reject", ",\"note\":\"没整改到位\"", { false, false, true, false } },
        { "verify", "", { false, false, true, false } },
    };
    static const char *const allowed[] = { "[\"assign\"]", "[\"rectify\",\"assign\"]", "[\"verify\",\"reject\"]",
                                           "[]" };
    static const char *const names[] = { "raised", "assigned", "rectified", "verified" };
    for (size_t i = 0; i < 4; i++)
        for (int from = 0; from < 4; from++) {
            bring(f, (enum hazard_state)(HAZARD_RAISED + from));
            assert_said(f, "allowed", allowed[from]);
            int rc = step(f, &f->board, "user/u-02", steps[i].verb, steps[i].more);
            assert_int_equal(rc, steps[i].legal[from] ? 0 : ERR_CONFLICT);
            if (steps[i].legal[from]) continue;
            assert_string_equal(f->allowed, allowed[from]);
            assert_non_null(strstr(f->e.text, names[from]));
            assert_row(f, &f->board, "state", names[from]);
        }
    assert_int_equal(step(f, &f->board, "user/u-02", "burn", ""), ERR_NOT_FOUND);
    memcpy(f->id, BEFORE, ID_SIZE);
    assert_int_equal(step(f, &f->board, "user/u-02", "verify", ""), ERR_NOT_FOUND);
}

static void the_only_manager_is_assigned_at_once(void **state) {
    struct fixture *f = *state;
    assert_int_equal(raise(f, &f->board, RAISE), 0);
    assert_said(f, "state", "\"assigned\"");
    assert_said(f, "assignee", "\"u-01\"");
    assert_said(f, "assignee_name", "\"王**\"");
    assert_int_equal(raise(f, &f->hub, RAISE), 0); /* the hub knows nobody there yet */
    assert_said(f, "state", "\"raised\"");
    assert_said(f, "assignee", "null");
}

static void without_managers_the_only_one_of_the_crew_is(void **state) {
    struct fixture *f = *state;
    person(&f->hub, "u-03", "crew");
    assert_int_equal(raise(f, &f->hub, RAISE), 0);
    assert_said(f, "assignee", "\"u-03\"");
    person(&f->hub, "u-05", "crew");
    assert_int_equal(raise(f, &f->hub, RAISE), 0);
    assert_said(f, "assignee", "null");
}

static void whoever_rectified_does_not_verify(void **state) {
    struct fixture *f = *state;
    bring(f, HAZARD_ASSIGNED);
    assert_int_equal(step(f, &f->board, "user/u-02", "rectify", RECTIFY), 0);
    assert_int_equal(step(f, &f->board, "user/u-02", "verify", ""), ERR_DENIED);
    assert_row(f, &f->board, "state", "rectified");
    assert_int_equal(step(f, &f->board, "user/u-09", "verify", ""), 0);
    assert_said(f, "state", "\"verified\"");
    assert_said(f, "verified",
                "{\"at\":\"2026-11-22T16:10:00.000+08:00\",\"actor\":{\"id\":\"u-09\",\"name\":null},"
                "\"note\":null,\"photos\":[]}");
}

static void a_rectification_needs_a_new_photo(void **state) {
    struct fixture *f = *state;
    bring(f, HAZARD_ASSIGNED);
    assert_int_equal(step(f, &f->board, "user/u-01", "rectify", ""), ERR_UNSUPPORTED);
    assert_string_equal(f->e.field, "photos");
    assert_int_equal(step(f, &f->board, "user/u-01", "rectify", ",\"photos\":[\"" BEFORE "\"]"), ERR_UNSUPPORTED);
    assert_int_equal(step(f, &f->board, "user/u-01", "rectify", RECTIFY ",\"note\":\"打 13900001234\""), 0);
    assert_said(f, "photos", "[\"" BEFORE "\"]");
    assert_row(f, &f->board, "after_photos", "[\"" AFTER "\"]");
    assert_row(f, &f->board, "rectify_note", "打 139****1234");
}

static void what_is_rejected_goes_back(void **state) {
    struct fixture *f = *state;
    bring(f, HAZARD_RECTIFIED);
    assert_int_equal(step(f, &f->board, "user/u-02", "reject", ",\"note\":\"还在漏\",\"assignee\":\"u-03\""), 0);
    assert_said(f, "state", "\"assigned\"");
    assert_said(f, "assignee", "\"u-03\"");
    assert_said(f, "rectified", "null");
    assert_said(f, "rejected", "{\"times\":1,\"note\":\"还在漏\"}");
    assert_row(f, &f->board, "rectified_ms", "0");
    assert_int_equal(step(f, &f->board, "user/u-03", "rectify", RECTIFY), 0);
    assert_int_equal(step(f, &f->board, "user/u-01", "verify", ""), 0); /* the roles are the routes' business */
}

static void an_assignee_works_there(void **state) {
    struct fixture *f = *state;
    bring(f, HAZARD_RAISED);
    assert_int_equal(step(f, &f->board, "user/u-02", "assign", ""), ERR_INVALID);
    assert_string_equal(f->e.field, "assignee");
    assert_int_equal(step(f, &f->board, "user/u-02", "assign", ",\"assignee\":\"u-77\""), ERR_INVALID);
    person(&f->board, "u-06", "viewer");
    assert_int_equal(step(f, &f->board, "user/u-02", "assign", ",\"assignee\":\"u-06\""), ERR_INVALID);
    assert_int_equal(step(f, &f->board, "user/u-02", "assign", ",\"assignee\":\"u-03\""), 0);
    assert_int_equal(step(f, &f->board, "user/u-03", "rectify", RECTIFY ",\"assignee\":\"u-03\""), ERR_INVALID);
}

static void photo_taken(struct test_journal *t, const char *id) {
    char data[600], hash[HASH_TEXT_SIZE];
    memset(hash, 'a', sizeof hash - 1);
    hash[sizeof hash - 1] = '\0';
    (void)snprintf(data, sizeof data,
                   "{\"sha256\":\"%s\",\"bytes\":9,\"width\":4,\"height\":4,\"taken\":\"2026-11-22T16:04:05+08:00\","
                   "\"clock\":\"ntp\",\"origin\":\"phone\",\"code\":\"00000000\"}",
                   hash);
    struct event_draft d = {
        .site = JOURNAL_SITE, .type = "photo-taken", .subject_id = id, .id = id, .actor = "board", .data = data
    };
    journal_pair_append(t, &d, NULL);
}

/* From the hub nobody sees the wall. */
static void from_afar_small_things_are_verified_by_photo(void **state) {
    struct fixture *f = *state;
    static const struct {
        const char *severity, *actor, *more;
        bool arrived;
        int rc;
        const char *field;
    } cases[] = {
        { "notice", "user/u-02", "", false, ERR_UNSUPPORTED, "photos" },
        { "notice", "user/u-02", "", true, 0, "" },
        { "notice", "user/u-02", ",\"photos\":[\"" CHECK "\"]", false, 0, "" },
        { "serious", "user/u-02", "", true, ERR_UNSUPPORTED, "photos" },
        { "serious", "user/u-02", ",\"note\":\"看过\"", true, ERR_UNSUPPORTED, "photos" },
        { "serious", "user/u-02", ",\"photos\":[\"" AFTER "\"]", true, ERR_UNSUPPORTED, "photos" },
        { "serious", "user/u-02", ",\"photos\":[\"" CHECK "\"]", true, 0, "" },
        { "serious", "user/u-09", "", true, ERR_UNSUPPORTED, "photos" },
        { "serious", "user/u-09", ",\"note\":\"监理请假\"", true, 0, "" },
        { "stop_work", "user/u-02", ",\"photos\":[\"" CHECK "\"]", true, ERR_UNSUPPORTED, "note" },
        { "stop_work", "user/u-09", ",\"note\":\"监理请假\"", true, 0, "" },
    };
    person(&f->hub, "u-01", "manager");
    for (int arrived = 0; arrived < 2; arrived++) {
        if (arrived) photo_taken(&f->hub, AFTER);
        for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
            char more[200];
            if (cases[i].arrived != (arrived == 1)) continue;
            (void)snprintf(more, sizeof more, ",\"text\":\"x\",\"severity\":\"%s\"", cases[i].severity);
            assert_int_equal(raise(f, &f->hub, more), 0);
            assert_int_equal(step(f, &f->hub, "user/u-01", "rectify", RECTIFY), 0);
            f->e = (struct err_text){ 0 };
            int rc = step(f, &f->hub, cases[i].actor, "verify", cases[i].more);
            if (rc != cases[i].rc) fail_msg("case %zu: %d, %s", i, rc, f->e.text);
            assert_string_equal(f->e.field, cases[i].field);
        }
    }
}

/* ---- due dates ---- */

static void due_dates_follow_severity_and_zone(void **state) {
    static const struct {
        const char *zone, *now, *severity, *said; /* said NULL: not */
        const char *text, *due, *warn;            /* in UTC; due NULL: refused; warn "": none */
    } table[] = {
        { "Asia/Shanghai", NOW, "notice", NULL, "2026-11-29", "2026-11-29T15:59:59.000Z", "2026-11-27T15:59:59.000Z" },
        { "Asia/Shanghai", NOW, "serious", NULL, "2026-11-25", "2026-11-25T15:59:59.000Z", "2026-11-24T15:59:59.000Z" },
        { "Asia/Shanghai", NOW, "stop_work", NULL, "2026-11-23T16:10:00.000+08:00", "2026-11-23T08:10:00.000Z", "" },
        { "Asia/Shanghai", NOW, "serious", "2026-11-22", "2026-11-22", "2026-11-22T15:59:59.000Z",
          "2026-11-22T08:10:00.000Z" },
        { "Asia/Shanghai", NOW, "serious", "2026-11-21", NULL, NULL, NULL },
        { "Asia/Shanghai", NOW, "serious", "2026-11-22T16:10:00+08:00", NULL, NULL, NULL },
        { "Asia/Shanghai", NOW, "serious", "2028-01-01", NULL, NULL, NULL },
        { "Asia/Shanghai", NOW, "serious", "2027-11-22", "2027-11-22", "2027-11-22T15:59:59.000Z",
          "2027-11-21T15:59:59.000Z" },
        { "Asia/Shanghai", NOW, "serious", "2026-11-26T12:00:00+08:00", "2026-11-26T12:00:00+08:00",
          "2026-11-26T04:00:00.000Z", "2026-11-25T04:00:00.000Z" },
        { "Asia/Shanghai", NOW, "stop_work", "2026-11-30", "2026-11-30", "2026-11-23T08:10:00.000Z", "" },
        { "Asia/Shanghai", NOW, "stop_work", "2026-11-22", "2026-11-22", "2026-11-22T15:59:59.000Z", "" },
        /* the same instant is another date further west */
        { "America/New_York", "2026-11-22T23:30:00-05:00", "serious", NULL, "2026-11-25", "2026-11-26T04:59:59.000Z",
          "2026-11-25T04:59:59.000Z" },
        /* a day of 23 hours, one of 25 */
        { "Europe/Berlin", "2026-03-26T12:00:00+01:00", "serious", NULL, "2026-03-29", "2026-03-29T21:59:59.000Z",
          "2026-03-28T21:59:59.000Z" },
        { "Europe/Berlin", "2026-10-22T12:00:00+02:00", "serious", NULL, "2026-10-25", "2026-10-25T22:59:59.000Z",
          "2026-10-24T22:59:59.000Z" },
        { "Asia/Shanghai", "2026-12-29T10:00:00+08:00", "serious", NULL, "2027-01-01", "2027-01-01T15:59:59.000Z",
          "2026-12-31T15:59:59.000Z" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct hazard_due due = { 0 };
        struct err_text e = { 0 };
        struct tz *tz = NULL;
        struct wall now;
        char text[CLOCK_TEXT_SIZE];
        assert_int_equal(tz_create(table[i].zone, &tz, &e), 0);
        assert_int_equal(clock_parse(table[i].now, &now, NULL), 0);
        int rc = hazard_due(tz, now, table[i].severity, table[i].said, &due, &e);
        tz_destroy(tz);
        if (!table[i].due) {
            assert_int_equal(rc, ERR_INVALID);
            assert_string_equal(e.field, "due");
            continue;
        }
        assert_int_equal(rc, 0);
        assert_string_equal(due.text, table[i].text);
        clock_format(due.due, 0, text);
        assert_string_equal(text, table[i].due);
        text[0] = '\0';
        if (due.warn.ms) clock_format(due.warn, 0, text);
        assert_string_equal(text, table[i].warn);
    }
}

/* Another writer's events say less: whoever reads them finds the same due date, wherever he is. */
static void what_others_do_not_say_is_the_same_everywhere(void **state) {
    struct fixture *f = *state;
    ids_make(clock_wall(), f->id);
    struct event_draft d = { .id = f->id,
                             .site = JOURNAL_SITE,
                             .type = "hazard-raised",
                             .subject_id = f->id,
                             .actor = "user/u-02",
                             .data = "{\"text\":\"x\",\"severity\":\"serious\",\"due\":\"2026-11-25\"}" };
    journal_pair_append(&f->board, &d, NULL);
    assert_row(f, &f->board, "due_ms - 1795622399000", "0"); /* 2026-11-25T23:59:59+08:00 */
    assert_row(f, &f->board, "warn_ms - due_ms", "-86400000");
    ids_make(clock_wall(), f->id);
    d.id = d.subject_id = f->id;
    d.data = "{}";
    journal_pair_append(&f->board, &d, NULL);
    assert_row(f, &f->board, "severity || due", "notice2026-11-29");
}

/* ---- texts ---- */

static void a_phrase_makes_the_text(void **state) {
    struct fixture *f = *state;
    assert_int_equal(raise(f, &f->board, ",\"phrase\":\"waterproofing-low\",\"n\":5,\"room\":\"bath\""), 0);
    assert_said(f, "text", "\"客卫防水高度需增加5cm\"");
    assert_said(f, "text_en", "\"bathroom: waterproofing too low by 5 cm\"");
    assert_said(f, "severity", "\"serious\"");
    assert_said(f, "due", "\"2026-11-25\"");
    assert_said(f, "due_at", "\"2026-11-25T23:59:59.000+08:00\"");
    assert_said(f, "warn_at", "\"2026-11-24T23:59:59.000+08:00\"");
    assert_int_equal(raise(f, &f->board, ",\"phrase\":\"dirty-site\",\"n\":5,\"room\":\"bath\""), 0);
    assert_said(f, "text", "\"脏乱、下水口未封、垃圾占公区\"");
    assert_said(f, "room", "\"bath\"");
    assert_said(f, "severity", "\"notice\"");
    assert_int_equal(raise(f, &f->board, ",\"phrase\":\"hollow-tiles\",\"n\":2,\"room\":\"找 13900001234\""), 0);
    assert_said(f, "text", "\"找 139****1234空鼓2块\"");
    assert_int_equal(raise(f, &f->board, ",\"text\":\"找 13900001234\",\"severity\":\"stop_work\""), 0);
    assert_said(f, "text", "\"找 139****1234\"");
    assert_said(f, "due", "\"2026-11-23T16:10:00.000+08:00\"");
}

static void what_cannot_be_is_refused(void **state) {
    struct fixture *f = *state;
    static const struct {
        const char *more, *field;
    } bad[] = {
        { "", "text" },
        { ",\"text\":\"x\"", "severity" },
        { ",\"text\":\"x\",\"severity\":\"bad\"", "severity" },
        { ",\"phrase\":\"no-such-thing\"", "phrase" },
        { ",\"phrase\":\"hollow-tiles\",\"room\":\"bath\"", "n" },
        { ",\"phrase\":\"hollow-tiles\",\"room\":\"bath\",\"n\":0", "n" },
        { ",\"phrase\":\"hollow-tiles\",\"n\":2", "room" },
        { ",\"phrase\":\"hollow-tiles\",\"n\":2,\"text\":\"x\"", "text" },
        { ",\"text\":\"x\",\"severity\":\"notice\",\"stage\":\"nowhere\"", "stage" },
        { ",\"text\":\"x\",\"severity\":\"notice\",\"due\":\"2026-11-21\"", "due" },
        { ",\"text\":\"x\",\"severity\":\"notice\",\"due_at\":\"2026-11-25T10:00:00Z\"", "due_at" },
        { ",\"text\":\"x\",\"severity\":\"notice\",\"state\":\"verified\"", "state" },
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(raise(f, &f->board, bad[i].more), ERR_INVALID);
        assert_string_equal(f->e.field, bad[i].field);
    }
}

static void a_repeat_is_the_same_hazard(void **state) {
    struct fixture *f = *state;
    struct hazard_by who = by("user/u-02");
    char body[300];
    assert_int_equal(raise(f, &f->board, ",\"phrase\":\"hollow-tiles\",\"n\":2,\"room\":\"bath\""), 0);
    (void)snprintf(body, sizeof body, "{\"n\":2,\"phrase\":\"hollow-tiles\",\"room\":\"bath\",\"id\":\"%s\"}", f->id);
    clock_fake_advance_ms(48 * 3600 * 1000);
    buf_clear(&f->answer);
    journal_pair_begin(&f->board);
    assert_int_equal(hazard_submit(f->board.journal, f->board.db, &who, body, strlen(body), &f->out, &f->answer, &f->e),
                     ERR_EXISTS);
    journal_pair_commit(&f->board);
    assert_said(f, "state", "\"assigned\"");
    char *n = journal_pair_value(&f->board, "SELECT count(*) FROM event WHERE type LIKE 'hazard-%'");
    assert_string_equal(n, "2");
    free(n);
}

static void other_subjects_raise_hazards_too(void **state) {
    struct fixture *f = *state;
    static const char photos[1][ID_SIZE] = { BEFORE };
    struct hazard_by who = by("user/u-02");
    struct hazard_new h = {
        .text = "坡度不够", .severity = "serious", .room = "bath", .n = -1, .photos = photos, .photo_count = 1
    };
    journal_pair_begin(&f->board);
    assert_int_equal(hazard_raise(f->board.journal, f->board.db, &who, &h, &f->out, &f->e), 0);
    h.severity = NULL;
    assert_int_equal(hazard_raise(f->board.journal, f->board.db, &who, &h, &f->out, &f->e), ERR_INVALID);
    journal_pair_commit(&f->board);
    char *row = journal_pair_value(&f->board, "SELECT state || text || photos FROM hazard");
    assert_string_equal(row, "assigned坡度不够[\"" BEFORE "\"]");
    free(row);
}

/* ---- two writers ---- */

static void steps_that_cross_are_kept_and_marked(void **state) {
    struct fixture *f = *state;
    unsigned seed = journal_pair_seed();
    bring(f, HAZARD_ASSIGNED);
    journal_pair_carry(&f->board, &f->hub, &seed);
    /* both rectify at once, each without a word of the other */
    assert_int_equal(step(f, &f->board, "user/u-01", "rectify", RECTIFY), 0);
    assert_int_equal(step(f, &f->hub, "user/u-04", "rectify", ",\"photos\":[\"" CHECK "\"]"), 0);
    journal_pair_carry(&f->hub, &f->board, &seed);
    journal_pair_carry(&f->board, &f->hub, &seed);
    journal_pair_same(&f->board, &f->hub);
    assert_row(f, &f->hub, "rectified_by", "user/u-01"); /* the same rev: b-01 before hub */
    char *late = journal_pair_value(&f->board, "SELECT count(*) || min(why) FROM late");
    assert_string_equal(late, "1it came too late: the hazard was rectified then");
    free(late);
    buf_clear(&f->answer);
    assert_int_equal(hazard_print(f->hub.db, JOURNAL_SITE, f->id, clock_wall(), true, &f->answer), 0);
    assert_non_null(strstr(f->answer.data, "\"late\":\"it came too late"));
}

/* A verification by who, in the fold order, turns out to have rectified it is none. */
static void crossing_steps_do_not_make_one_verify_oneself(void **state) {
    struct fixture *f = *state;
    unsigned seed = journal_pair_seed();
    bring(f, HAZARD_ASSIGNED);
    journal_pair_carry(&f->board, &f->hub, &seed);
    assert_int_equal(step(f, &f->board, "user/u-02", "rectify", RECTIFY), 0);
    assert_int_equal(step(f, &f->hub, "user/u-01", "rectify", ",\"photos\":[\"" CHECK "\"]"), 0);
    assert_int_equal(step(f, &f->hub, "user/u-02", "verify", ",\"photos\":[\"" BEFORE "\",\"" AFTER "\"]"), 0);
    journal_pair_carry(&f->board, &f->hub, &seed);
    journal_pair_carry(&f->hub, &f->board, &seed);
    journal_pair_same(&f->board, &f->hub);
    assert_row(f, &f->hub, "state || rectified_by", "rectifieduser/u-02");
    char *late = journal_pair_value(&f->hub, "SELECT group_concat(why, '|') FROM (SELECT why FROM late ORDER BY why)");
    assert_string_equal(late, "it came too late: the hazard was rectified then|who rectified it does not verify it");
    free(late);
}

/* Whatever two writers do without hearing of one another: in the end they agree, in whatever order it came. */
static void ends_agree_in_any_order(void **state) {
    struct fixture *f = *state;
    unsigned seed = journal_pair_seed();
    static const char *const verbs[] = { "assign", "rectify", "reject", "verify" };
    static const char *const mores[] = { ",\"assignee\":\"u-01\"", RECTIFY, "", ",\"photos\":[\"" CHECK "\"]" };
    static const char *const actors[] = { "user/u-01", "user/u-02", "user/u-09" };
    char ids[4][ID_SIZE];
    for (int i = 0; i < 4; i++) {
        assert_int_equal(raise(f, i % 2 ? &f->hub : &f->board, ",\"text\":\"x\",\"severity\":\"notice\""), 0);
        memcpy(ids[i], f->id, ID_SIZE);
    }
    journal_pair_carry(&f->board, &f->hub, &seed);
    journal_pair_carry(&f->hub, &f->board, &seed);
    for (int i = 0; i < 120; i++) {
        int verb = rand_r(&seed) % 4;
        memcpy(f->id, ids[rand_r(&seed) % 4], ID_SIZE);
        clock_fake_advance_ms(1000);
        (void)step(f, rand_r(&seed) % 2 ? &f->hub : &f->board, actors[rand_r(&seed) % 3], verbs[verb], mores[verb]);
        if (rand_r(&seed) % 6 == 0) journal_pair_carry(&f->board, &f->hub, &seed);
        if (rand_r(&seed) % 6 == 0) journal_pair_carry(&f->hub, &f->board, &seed);
    }
    journal_pair_carry(&f->board, &f->hub, &seed);
    journal_pair_carry(&f->hub, &f->board, &seed);
    journal_pair_same(&f->board, &f->hub);
    journal_pair_rebuild(&f->board);
    journal_pair_rebuild(&f->hub);
}

/* ---- the home screen ---- */

static int cards(struct fixture *f, struct test_journal *t, const char *user, const char *role, const char *text) {
    struct today_ask ask = { .site = JOURNAL_SITE,
                             .board = t == &f->hub ? "hub" : "b-01",
                             .fallback_tz = "Asia/Shanghai",
                             .now = clock_wall(),
                             .user = user,
                             .role = role };
    int n = 0;
    buf_clear(&f->answer);
    assert_int_equal(today_print(t->db, &ask, &f->answer), 0);
    for (const char *at = f->answer.data; (at = strstr(at, text)); at++) n++;
    return n;
}

static void home_shows_what_presses_to_whom_it_does(void **state) {
    struct fixture *f = *state;
    assert_int_equal(raise(f, &f->board, ",\"text\":\"漏水\",\"severity\":\"serious\""), 0); /* u-01 is assigned */
    assert_int_equal(cards(f, &f->board, "u-01", "manager", "\"hazard\""), 0);               /* not yet */
    assert_int_equal(raise(f, &f->board, ",\"text\":\"停\",\"severity\":\"stop_work\""), 0);
    assert_int_equal(cards(f, &f->board, "u-01", "manager", "\"zh\":\"整改：停\""), 1);
    assert_int_equal(cards(f, &f->board, "u-03", "crew", "\"kind\":\"hazard\""), 0);
    assert_int_equal(step(f, &f->board, "user/u-02", "assign", ",\"assignee\":\"u-03\""), 0);
    assert_int_equal(cards(f, &f->board, "u-03", "crew", "\"due\":\"2026-11-23T16:10:00.000+08:00\""), 1);
    clock_fake_advance_ms((2 * 24 + 9) * 3600 * 1000); /* past the warning of the other */
    assert_int_equal(cards(f, &f->board, "u-01", "manager", "\"kind\":\"hazard\""), 2);
    assert_int_equal(cards(f, &f->board, "u-02", "supervisor", "\"kind\":\"hazard\""), 0);
    assert_int_equal(step(f, &f->board, "user/u-03", "rectify", RECTIFY), 0);
    assert_int_equal(cards(f, &f->board, "u-02", "supervisor", "\"zh\":\"复查：停\""), 1);
    assert_int_equal(cards(f, &f->board, "u-01", "manager", "\"kind\":\"hazard\""), 1);
    assert_int_equal(cards(f, &f->board, "u-05", "viewer", "\"kind\":\"hazard\""), 0);
}

static void whoever_came_too_late_is_told(void **state) {
    struct fixture *f = *state;
    unsigned seed = journal_pair_seed();
    bring(f, HAZARD_ASSIGNED);
    journal_pair_carry(&f->board, &f->hub, &seed);
    assert_int_equal(step(f, &f->board, "user/u-01", "rectify", RECTIFY), 0);
    assert_int_equal(step(f, &f->hub, "user/u-04", "rectify", ",\"photos\":[\"" CHECK "\"]"), 0);
    assert_int_equal(cards(f, &f->hub, "u-04", "manager", "hazard-late"), 0);
    journal_pair_carry(&f->board, &f->hub, &seed);
    journal_pair_carry(&f->hub, &f->board, &seed);
    assert_int_equal(cards(f, &f->hub, "u-04", "manager", "\"zh\":\"您的整改晚了一步，没有算数：墙角渗水\""), 1);
    assert_int_equal(cards(f, &f->hub, "u-01", "manager", "hazard-late"), 0);
    assert_int_equal(cards(f, &f->board, "u-04", "manager", "hazard-late"), 0); /* it was told where it was done */
    clock_fake_advance_ms(4 * 24 * 3600 * 1000LL);
    assert_int_equal(cards(f, &f->hub, "u-04", "manager", "hazard-late"), 0);
}

/* ---- lists ---- */

static int listed(struct fixture *f, struct hazard_query q) {
    if (!q.site && !q.member) q.site = JOURNAL_SITE;
    if (!q.limit) q.limit = 50;
    q.now = clock_wall();
    buf_clear(&f->answer);
    if (hazard_list(f->board.db, &q, &f->answer, &f->e) < 0) return -1;
    int n = 0;
    for (const char *at = f->answer.data; (at = strstr(at, "\"allowed\":")); at++) n++;
    return n;
}

static void lists_are_filtered_and_paged(void **state) {
    struct fixture *f = *state;
    struct pressing_scope scope;
    struct tz *tz = NULL;
    char next[40];
    for (int i = 0; i < 3; i++)
        assert_int_equal(raise(f, &f->board, ",\"text\":\"x\",\"severity\":\"stop_work\",\"stage\":\"tiling\""), 0);
    assert_int_equal(raise(f, &f->board, ",\"text\":\"x\",\"severity\":\"notice\",\"room\":\"bath\""), 0);
    assert_int_equal(step(f, &f->board, "user/u-01", "rectify", RECTIFY), 0);
    assert_int_equal(step(f, &f->board, "user/u-02", "verify", ""), 0);
    assert_int_equal(listed(f, (struct hazard_query){ 0 }), 4);
    assert_int_equal(listed(f, (struct hazard_query){ .state = "open" }), 3);
    assert_int_equal(listed(f, (struct hazard_query){ .state = "verified" }), 1);
    assert_int_equal(listed(f, (struct hazard_query){ .severity = "stop_work", .stage = "tiling" }), 3);
    assert_int_equal(listed(f, (struct hazard_query){ .room = "bath" }), 1);
    assert_int_equal(listed(f, (struct hazard_query){ .assignee = "u-02" }), 0);
    assert_int_equal(listed(f, (struct hazard_query){ .member = "u-03" }), 4);
    assert_int_equal(listed(f, (struct hazard_query){ .member = "u-77" }), 0);
    assert_int_equal(listed(f, (struct hazard_query){ .site = "s-2" }), 0);
    assert_int_equal(listed(f, (struct hazard_query){ .overdue = true }), 0);
    clock_fake_advance_ms(25 * 3600 * 1000);
    assert_int_equal(listed(f, (struct hazard_query){ .overdue = true }), 3);
    assert_non_null(strstr(f->answer.data, "\"overdue\":true"));
    assert_int_equal(listed(f, (struct hazard_query){ .limit = 3 }), 3);
    assert_int_equal(sscanf(strstr(f->answer.data, "\"next\":"), "\"next\":\"%39[0-9]\"", next), 1);
    assert_int_equal(listed(f, (struct hazard_query){ .limit = 3, .before = next }), 1);
    assert_int_equal(listed(f, (struct hazard_query){ .state = "lost" }), -1);
    assert_int_equal(listed(f, (struct hazard_query){ .severity = "bad" }), -1);
    buf_clear(&f->answer);
    assert_int_equal(tz_create("Asia/Shanghai", &tz, NULL), 0);
    pressing_scope_init(&scope, tz, "Asia/Shanghai", clock_wall());
    tz_destroy(tz);
    assert_int_equal(site_list(f->board.db, &scope, &f->answer), 0);
    assert_non_null(strstr(f->answer.data, "\"open_hazards\":3"));
}

static int seen;
static int see(struct db *db, const char *sha256) {
    (void)db;
    assert_int_equal(strlen(sha256), 64);
    seen++;
    return 0;
}

/* They go first to head office, whichever came first, the hazard or the photo. */
static void photos_of_open_hazards_are_known(void **state) {
    struct fixture *f = *state;
    bool named;
    photo_taken(&f->board, BEFORE);
    bring(f, HAZARD_RECTIFIED);
    seen = 0;
    assert_int_equal(hazard_photos(f->board.db, JOURNAL_SITE, f->id, see, &f->e), 0);
    assert_int_equal(seen, 1); /* the other's record is not here yet */
    assert_int_equal(hazard_names(f->board.db, JOURNAL_SITE, AFTER, &named), 0);
    assert_true(named);
    assert_int_equal(hazard_names(f->board.db, JOURNAL_SITE, CHECK, &named), 0);
    assert_false(named);
    assert_int_equal(step(f, &f->board, "user/u-02", "verify", ""), 0);
    assert_int_equal(hazard_names(f->board.db, JOURNAL_SITE, AFTER, &named), 0);
    assert_false(named);
}

static void nobody_is_named_to_those_who_see_no_names(void **state) {
    struct fixture *f = *state;
    bring(f, HAZARD_VERIFIED);
    buf_clear(&f->answer);
    assert_int_equal(hazard_print(f->board.db, JOURNAL_SITE, f->id, clock_wall(), false, &f->answer), 0);
    assert_null(strstr(f->answer.data, "王"));
}

static void a_spreadsheet_runs_nothing(void **state) {
    struct fixture *f = *state;
    struct hazard_query q = { .site = JOURNAL_SITE, .now = clock_wall(), .names = true };
    assert_int_equal(raise(f, &f->board, ",\"text\":\"=HYPERLINK(\\\"x\\\")\",\"severity\":\"notice\",\"room\":\"@a\""),
                     0);
    buf_clear(&f->answer);
    assert_int_equal(hazard_csv(f->board.db, &q, true, &f->answer, &f->e), 0);
    assert_non_null(strstr(f->answer.data, "\"'=HYPERLINK(\"\"x\"\")\""));
    assert_non_null(strstr(f->answer.data, "\"'@a\""));
    assert_non_null(strstr(f->answer.data, "\"提示\",\"待整改\""));
    assert_non_null(strstr(f->answer.data, "\"王**\""));
    assert_memory_equal(f->answer.data, "\xef\xbb\xbf\"工地\"", 11);
    buf_clear(&f->answer);
    assert_int_equal(hazard_csv(f->board.db, &q, false, &f->answer, &f->e), 0);
    assert_non_null(strstr(f->answer.data, "\"notice\",\"assigned\""));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_life_is_the_documents),
        TEST(a_post_knows_every_step_in_every_state),
        TEST(the_only_manager_is_assigned_at_once),
        TEST(without_managers_the_only_one_of_the_crew_is),
        TEST(whoever_rectified_does_not_verify),
        TEST(a_rectification_needs_a_new_photo),
        TEST(what_is_rejected_goes_back),
        TEST(an_assignee_works_there),
        TEST(from_afar_small_things_are_verified_by_photo),
        cmocka_unit_test(due_dates_follow_severity_and_zone),
        TEST(what_others_do_not_say_is_the_same_everywhere),
        TEST(a_phrase_makes_the_text),
        TEST(what_cannot_be_is_refused),
        TEST(a_repeat_is_the_same_hazard),
        TEST(other_subjects_raise_hazards_too),
        TEST(steps_that_cross_are_kept_and_marked),
        TEST(crossing_steps_do_not_make_one_verify_oneself),
        TEST(ends_agree_in_any_order),
        TEST(home_shows_what_presses_to_whom_it_does),
        TEST(whoever_came_too_late_is_told),
        TEST(lists_are_filtered_and_paged),
        TEST(photos_of_open_hazards_are_known),
        TEST(nobody_is_named_to_those_who_see_no_names),
        TEST(a_spreadsheet_runs_nothing),
    };
    return cmocka_run_group_tests_name("hazard", tests, NULL, NULL);
}
