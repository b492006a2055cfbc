/* SPDX-License-Identifier: MIT */
/* Hazards: every step in every state, who may not, what a step needs; texts from phrases; two writers whose steps cross, in any order. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/journal/hazard_private.h"

#include "tests/support/hazard_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

static void a_post_knows_every_step_in_every_state(void **state) {
    struct hazard_rig *f = *state;
    static const struct {
        const char *verb, *more;
        bool legal[4];
    } steps[] = {
        { "assign", ",\"assignee\":\"u-03\"", { true, true, false, false } },
        { "rectify", HAZARD_RIG_RECTIFY, { false, true, false, false } },
        { "reject", ",\"note\":\"没整改到位\"", { false, false, true, false } },
        { "verify", "", { false, false, true, false } },
    };
    static const char *const allowed[] = { "[\"assign\"]", "[\"rectify\",\"assign\"]", "[\"verify\",\"reject\"]",
                                           "[]" };
    static const char *const names[] = { "raised", "assigned", "rectified", "verified" };
    for (size_t i = 0; i < 4; i++)
        for (int from = 0; from < 4; from++) {
            hazard_rig_bring(f, (enum hazard_state)(HAZARD_RAISED + from));
            hazard_rig_said(f, "allowed", allowed[from]);
            int rc = hazard_rig_step(f, &f->board, "user/u-02", steps[i].verb, steps[i].more);
            assert_int_equal(rc, steps[i].legal[from] ? 0 : ERR_CONFLICT);
            if (steps[i].legal[from]) continue;
            assert_string_equal(f->allowed, allowed[from]);
            assert_non_null(strstr(f->e.text, names[from]));
            hazard_rig_row(f, &f->board, "state", names[from]);
        }
    assert_int_equal(hazard_rig_step(f, &f->board, "user/u-02", "burn", ""), ERR_NOT_FOUND);
    memcpy(f->id, HAZARD_RIG_BEFORE, ID_SIZE);
    assert_int_equal(hazard_rig_step(f, &f->board, "user/u-02", "verify", ""), ERR_NOT_FOUND);
}

static void the_only_manager_is_assigned_at_once(void **state) {
    struct hazard_rig *f = *state;
    assert_int_equal(hazard_rig_raise(f, &f->board, HAZARD_RIG_RAISE), 0);
    hazard_rig_said(f, "state", "\"assigned\"");
    hazard_rig_said(f, "assignee", "\"u-01\"");
    hazard_rig_said(f, "assignee_name", "\"王**\"");
    assert_int_equal(hazard_rig_raise(f, &f->hub, HAZARD_RIG_RAISE), 0); /* the hub knows nobody there yet */
    hazard_rig_said(f, "state", "\"raised\"");
    hazard_rig_said(f, "assignee", "null");
}

static void without_managers_the_only_one_of_the_crew_is(void **state) {
    struct hazard_rig *f = *state;
    hazard_rig_person(&f->hub, "u-03", "crew");
    assert_int_equal(hazard_rig_raise(f, &f->hub, HAZARD_RIG_RAISE), 0);
    hazard_rig_said(f, "assignee", "\"u-03\"");
    hazard_rig_person(&f->hub, "u-05", "crew");
    assert_int_equal(hazard_rig_raise(f, &f->hub, HAZARD_RIG_RAISE), 0);
    hazard_rig_said(f, "assignee", "null");
}

static void whoever_rectified_does_not_verify(void **state) {
    struct hazard_rig *f = *state;
    hazard_rig_bring(f, HAZARD_ASSIGNED);
    assert_int_equal(hazard_rig_step(f, &f->board, "user/u-02", "rectify", HAZARD_RIG_RECTIFY), 0);
    assert_int_equal(hazard_rig_step(f, &f->board, "user/u-02", "verify", ""), ERR_DENIED);
    hazard_rig_row(f, &f->board, "state", "rectified");
    assert_int_equal(hazard_rig_step(f, &f->board, "user/u-09", "verify", ""), 0);
    hazard_rig_said(f, "state", "\"verified\"");
    hazard_rig_said(f, "verified",
                    "{\"at\":\"2026-11-22T16:10:00.000+08:00\",\"actor\":{\"id\":\"u-09\",\"name\":null},"
                    "\"note\":null,\"photos\":[]}");
}

static void a_rectification_needs_a_new_photo(void **state) {
    struct hazard_rig *f = *state;
    hazard_rig_bring(f, HAZARD_ASSIGNED);
    assert_int_equal(hazard_rig_step(f, &f->board, "user/u-01", "rectify", ""), ERR_UNSUPPORTED);
    assert_string_equal(f->e.field, "photos");
    assert_int_equal(hazard_rig_step(f, &f->board, "user/u-01", "rectify", ",\"photos\":[\"" HAZARD_RIG_BEFORE "\"]"),
                     ERR_UNSUPPORTED);
    assert_int_equal(
        hazard_rig_step(f, &f->board, "user/u-01", "rectify", HAZARD_RIG_RECTIFY ",\"note\":\"打 13900001234\""), 0);
    hazard_rig_said(f, "photos", "[\"" HAZARD_RIG_BEFORE "\"]");
    hazard_rig_row(f, &f->board, "after_photos", "[\"" HAZARD_RIG_AFTER "\"]");
    hazard_rig_row(f, &f->board, "rectify_note", "打 139****1234");
}

static void what_is_rejected_goes_back(void **state) {
    struct hazard_rig *f = *state;
    hazard_rig_bring(f, HAZARD_RECTIFIED);
    assert_int_equal(hazard_rig_step(f, &f->board, "user/u-02", "reject", ",\"note\":\"还在漏\",\"assignee\":\"u-03\""),
                     0);
    hazard_rig_said(f, "state", "\"assigned\"");
    hazard_rig_said(f, "assignee", "\"u-03\"");
    hazard_rig_said(f, "rectified", "null");
    hazard_rig_said(f, "rejected", "{\"times\":1,\"note\":\"还在漏\"}");
    hazard_rig_row(f, &f->board, "rectified_ms", "0");
    assert_int_equal(hazard_rig_step(f, &f->board, "user/u-03", "rectify", HAZARD_RIG_RECTIFY), 0);
    assert_int_equal(hazard_rig_step(f, &f->board, "user/u-01", "verify", ""),
                     0); /* the roles are the routes' business */
}

static void an_assignee_works_there(void **state) {
    struct hazard_rig *f = *state;
    hazard_rig_bring(f, HAZARD_RAISED);
    assert_int_equal(hazard_rig_step(f, &f->board, "user/u-02", "assign", ""), ERR_INVALID);
    assert_string_equal(f->e.field, "assignee");
    assert_int_equal(hazard_rig_step(f, &f->board, "user/u-02", "assign", ",\"assignee\":\"u-77\""), ERR_INVALID);
    hazard_rig_person(&f->board, "u-06", "viewer");
    assert_int_equal(hazard_rig_step(f, &f->board, "user/u-02", "assign", ",\"assignee\":\"u-06\""), ERR_INVALID);
    assert_int_equal(hazard_rig_step(f, &f->board, "user/u-02", "assign", ",\"assignee\":\"u-03\""), 0);
    assert_int_equal(hazard_rig_step(f, &f->board, "user/u-03", "rectify", HAZARD_RIG_RECTIFY ",\"assignee\":\"u-03\""),
                     ERR_INVALID);
}

/* From the hub nobody sees the wall. */
static void from_afar_small_things_are_verified_by_photo(void **state) {
    struct hazard_rig *f = *state;
    static const struct {
        const char *severity, *actor, *more;
        bool arrived;
        int rc;
        const char *field;
    } cases[] = {
        { "notice", "user/u-02", "", false, ERR_UNSUPPORTED, "photos" },
        { "notice", "user/u-02", "", true, 0, "" },
        { "notice", "user/u-02", ",\"photos\":[\"" HAZARD_RIG_CHECK "\"]", false, 0, "" },
        { "serious", "user/u-02", "", true, ERR_UNSUPPORTED, "photos" },
        { "serious", "user/u-02", ",\"note\":\"看过\"", true, ERR_UNSUPPORTED, "photos" },
        { "serious", "user/u-02", ",\"photos\":[\"" HAZARD_RIG_AFTER "\"]", true, ERR_UNSUPPORTED, "photos" },
        { "serious", "user/u-02", ",\"photos\":[\"" HAZARD_RIG_CHECK "\"]", true, 0, "" },
        { "serious", "user/u-09", "", true, ERR_UNSUPPORTED, "photos" },
        { "serious", "user/u-09", ",\"note\":\"监理请假\"", true, 0, "" },
        { "stop_work", "user/u-02", ",\"photos\":[\"" HAZARD_RIG_CHECK "\"]", true, ERR_UNSUPPORTED, "note" },
        { "stop_work", "user/u-09", ",\"note\":\"监理请假\"", true, 0, "" },
    };
    hazard_rig_person(&f->hub, "u-01", "manager");
    for (int arrived = 0; arrived < 2; arrived++) {
        if (arrived) hazard_rig_photo(&f->hub, HAZARD_RIG_AFTER);
        for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
            char more[200];
            if (cases[i].arrived != (arrived == 1)) continue;
            (void)snprintf(more, sizeof more, ",\"text\":\"x\",\"severity\":\"%s\"", cases[i].severity);
            assert_int_equal(hazard_rig_raise(f, &f->hub, more), 0);
            assert_int_equal(hazard_rig_step(f, &f->hub, "user/u-01", "rectify", HAZARD_RIG_RECTIFY), 0);
            f->e = (struct err_text){ 0 };
            int rc = hazard_rig_step(f, &f->hub, cases[i].actor, "verify", cases[i].more);
            if (rc != cases[i].rc) fail_msg("case %zu: %d, %s", i, rc, f->e.text);
            assert_string_equal(f->e.field, cases[i].field);
        }
    }
}

/* ---- texts ---- */

static void a_phrase_makes_the_text(void **state) {
    struct hazard_rig *f = *state;
    assert_int_equal(hazard_rig_raise(f, &f->board, ",\"phrase\":\"waterproofing-low\",\"n\":5,\"room\":\"bath\""), 0);
    hazard_rig_said(f, "text", "\"客卫防水高度需增加5cm\"");
    hazard_rig_said(f, "text_en", "\"bathroom: waterproofing too low by 5 cm\"");
    hazard_rig_said(f, "severity", "\"serious\"");
    hazard_rig_said(f, "due", "\"2026-11-25\"");
    hazard_rig_said(f, "due_at", "\"2026-11-25T23:59:59.000+08:00\"");
    hazard_rig_said(f, "warn_at", "\"2026-11-24T23:59:59.000+08:00\"");
    assert_int_equal(hazard_rig_raise(f, &f->board, ",\"phrase\":\"dirty-site\",\"n\":5,\"room\":\"bath\""), 0);
    hazard_rig_said(f, "text", "\"脏乱、下水口未封、垃圾占公区\"");
    hazard_rig_said(f, "room", "\"bath\"");
    hazard_rig_said(f, "severity", "\"notice\"");
    assert_int_equal(hazard_rig_raise(f, &f->board, ",\"phrase\":\"hollow-tiles\",\"n\":2,\"room\":\"找 13900001234\""),
                     0);
    hazard_rig_said(f, "text", "\"找 139****1234空鼓2块\"");
    assert_int_equal(hazard_rig_raise(f, &f->board, ",\"text\":\"找 13900001234\",\"severity\":\"stop_work\""), 0);
    hazard_rig_said(f, "text", "\"找 139****1234\"");
    hazard_rig_said(f, "due", "\"2026-11-23T16:10:00.000+08:00\"");
}

static void what_cannot_be_is_refused(void **state) {
    struct hazard_rig *f = *state;
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
        assert_int_equal(hazard_rig_raise(f, &f->board, bad[i].more), ERR_INVALID);
        assert_string_equal(f->e.field, bad[i].field);
    }
}

static void a_repeat_is_the_same_hazard(void **state) {
    struct hazard_rig *f = *state;
    struct hazard_by who = hazard_rig_by("user/u-02");
    char body[300];
    assert_int_equal(hazard_rig_raise(f, &f->board, ",\"phrase\":\"hollow-tiles\",\"n\":2,\"room\":\"bath\""), 0);
    (void)snprintf(body, sizeof body, "{\"n\":2,\"phrase\":\"hollow-tiles\",\"room\":\"bath\",\"id\":\"%s\"}", f->id);
    clock_fake_advance_ms(48 * 3600 * 1000);
    buf_clear(&f->answer);
    journal_pair_begin(&f->board);
    assert_int_equal(hazard_submit(f->board.journal, f->board.db, &who, body, strlen(body), &f->out, &f->answer, &f->e),
                     ERR_EXISTS);
    journal_pair_commit(&f->board);
    hazard_rig_said(f, "state", "\"assigned\"");
    char *n = journal_pair_value(&f->board, "SELECT count(*) FROM event WHERE type LIKE 'hazard-%'");
    assert_string_equal(n, "2");
    free(n);
}

static void other_subjects_raise_hazards_too(void **state) {
    struct hazard_rig *f = *state;
    static const char photos[1][ID_SIZE] = { HAZARD_RIG_BEFORE };
    struct hazard_by who = hazard_rig_by("user/u-02");
    struct hazard_new h = {
        .text = "坡度不够", .severity = "serious", .room = "bath", .n = -1, .photos = photos, .photo_count = 1
    };
    journal_pair_begin(&f->board);
    assert_int_equal(hazard_raise(f->board.journal, f->board.db, &who, &h, &f->out, &f->e), 0);
    h.severity = NULL;
    assert_int_equal(hazard_raise(f->board.journal, f->board.db, &who, &h, &f->out, &f->e), ERR_INVALID);
    journal_pair_commit(&f->board);
    char *row = journal_pair_value(&f->board, "SELECT state || text || photos FROM hazard");
    assert_string_equal(row, "assigned坡度不够[\"" HAZARD_RIG_BEFORE "\"]");
    free(row);
}

/* ---- two writers ---- */

static void steps_that_cross_are_kept_and_marked(void **state) {
    struct hazard_rig *f = *state;
    unsigned seed = journal_pair_seed();
    hazard_rig_bring(f, HAZARD_ASSIGNED);
    journal_pair_carry(&f->board, &f->hub, &seed);
    /* both rectify at once, each without a word of the other */
    assert_int_equal(hazard_rig_step(f, &f->board, "user/u-01", "rectify", HAZARD_RIG_RECTIFY), 0);
    assert_int_equal(hazard_rig_step(f, &f->hub, "user/u-04", "rectify", ",\"photos\":[\"" HAZARD_RIG_CHECK "\"]"), 0);
    journal_pair_carry(&f->hub, &f->board, &seed);
    journal_pair_carry(&f->board, &f->hub, &seed);
    journal_pair_same(&f->board, &f->hub);
    hazard_rig_row(f, &f->hub, "rectified_by", "user/u-01"); /* the same rev: b-01 before hub */
    char *late = journal_pair_value(&f->board, "SELECT count(*) || min(why) FROM late");
    assert_string_equal(late, "1it came too late: the hazard was rectified then");
    free(late);
    buf_clear(&f->answer);
    assert_int_equal(hazard_print(f->hub.db, JOURNAL_SITE, f->id, clock_wall(), true, &f->answer), 0);
    assert_non_null(strstr(f->answer.data, "\"late\":\"it came too late"));
}

/* A verification by who, in the fold order, turns out to have rectified it is none. */
static void crossing_steps_do_not_make_one_verify_oneself(void **state) {
    struct hazard_rig *f = *state;
    unsigned seed = journal_pair_seed();
    hazard_rig_bring(f, HAZARD_ASSIGNED);
    journal_pair_carry(&f->board, &f->hub, &seed);
    assert_int_equal(hazard_rig_step(f, &f->board, "user/u-02", "rectify", HAZARD_RIG_RECTIFY), 0);
    assert_int_equal(hazard_rig_step(f, &f->hub, "user/u-01", "rectify", ",\"photos\":[\"" HAZARD_RIG_CHECK "\"]"), 0);
    assert_int_equal(hazard_rig_step(f, &f->hub, "user/u-02", "verify",
                                     ",\"photos\":[\"" HAZARD_RIG_BEFORE "\",\"" HAZARD_RIG_AFTER "\"]"),
                     0);
    journal_pair_carry(&f->board, &f->hub, &seed);
    journal_pair_carry(&f->hub, &f->board, &seed);
    journal_pair_same(&f->board, &f->hub);
    hazard_rig_row(f, &f->hub, "state || rectified_by", "rectifieduser/u-02");
    char *late = journal_pair_value(&f->hub, "SELECT group_concat(why, '|') FROM (SELECT why FROM late ORDER BY why)");
    assert_string_equal(late, "it came too late: the hazard was rectified then|who rectified it does not verify it");
    free(late);
}

/* Whatever two writers do without hearing of one another: in the end they agree, in whatever order it came. */
static void ends_agree_in_any_order(void **state) {
    struct hazard_rig *f = *state;
    unsigned seed = journal_pair_seed();
    static const char *const verbs[] = { "assign", "rectify", "reject", "verify" };
    static const char *const mores[] = { ",\"assignee\":\"u-01\"", HAZARD_RIG_RECTIFY, "",
                                         ",\"photos\":[\"" HAZARD_RIG_CHECK "\"]" };
    static const char *const actors[] = { "user/u-01", "user/u-02", "user/u-09" };
    char ids[4][ID_SIZE];
    for (int i = 0; i < 4; i++) {
        assert_int_equal(hazard_rig_raise(f, i % 2 ? &f->hub : &f->board, ",\"text\":\"x\",\"severity\":\"notice\""),
                         0);
        memcpy(ids[i], f->id, ID_SIZE);
    }
    journal_pair_carry(&f->board, &f->hub, &seed);
    journal_pair_carry(&f->hub, &f->board, &seed);
    for (int i = 0; i < 120; i++) {
        int verb = rand_r(&seed) % 4;
        memcpy(f->id, ids[rand_r(&seed) % 4], ID_SIZE);
        clock_fake_advance_ms(1000);
        (void)hazard_rig_step(f, rand_r(&seed) % 2 ? &f->hub : &f->board, actors[rand_r(&seed) % 3], verbs[verb],
                              mores[verb]);
        if (rand_r(&seed) % 6 == 0) journal_pair_carry(&f->board, &f->hub, &seed);
        if (rand_r(&seed) % 6 == 0) journal_pair_carry(&f->hub, &f->board, &seed);
    }
    journal_pair_carry(&f->board, &f->hub, &seed);
    journal_pair_carry(&f->hub, &f->board, &seed);
    journal_pair_same(&f->board, &f->hub);
    journal_pair_rebuild(&f->board);
    journal_pair_rebuild(&f->hub);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, hazard_rig_setup, hazard_rig_teardown)

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
        TEST(a_phrase_makes_the_text),
        TEST(what_cannot_be_is_refused),
        TEST(a_repeat_is_the_same_hazard),
        TEST(other_subjects_raise_hazards_too),
        TEST(steps_that_cross_are_kept_and_marked),
        TEST(crossing_steps_do_not_make_one_verify_oneself),
        TEST(ends_agree_in_any_order),
    };
    return cmocka_run_group_tests_name("hazard", tests, NULL, NULL);
}
