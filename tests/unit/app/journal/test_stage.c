/* SPDX-License-Identifier: MIT */
/* Stages: steps that people take, what is refused, what comes too late, and the list; the same events in any order make the same rows. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/journal/stage.h"

#include "firmware/base/cleanup.h"
#include "tests/support/post_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PHOTOS "\"photos\":[\"01990000-0000-7000-8000-0000000000aa\"]"

enum { ALL = (1 << STAGE_VERB_COUNT) - 1, MANAGER = 7, SUPERVISOR = 24 };

static struct stage_ask ask; /* the last one */

static int setup(void **state) {
    (void)post_rig_setup_at(state, "2026-11-16T09:00:00+08:00"); /* a Monday */
    post_rig_hub(*state);
    return 0;
}

static int step_at(struct post_rig *f, struct test_journal *t, enum stage_verb verb, const char *key,
                   const char *rest) {
    const char *body = post_rig_body(f, rest);
    ask = (struct stage_ask){
        .site = JOURNAL_SITE, .key = key, .actor = "user/u-01", .fallback_tz = "Asia/Shanghai", .verb = verb, .may = ALL
    };
    buf_clear(&f->answer);
    f->e = (struct err_text){ 0 };
    journal_pair_begin(t);
    int rc = stage_step(t->journal, t->db, &ask, body, strlen(body), &f->out, &f->answer, &f->e);
    return journal_pair_end(t, rc);
}

static int step(struct post_rig *f, enum stage_verb verb, const char *key, const char *rest) {
    return step_at(f, &f->t, verb, key, rest);
}

static void says(struct post_rig *f, const char *text) {
    if (!strstr(f->answer.data, text)) fail_msg("%s is not in %s", text, f->answer.data);
}

static void list(struct post_rig *f, const char *key, unsigned may) {
    struct stage_view view = {
        .site = JOURNAL_SITE, .fallback_tz = "Asia/Shanghai", .now = clock_wall(), .may = may, .names = true
    };
    buf_clear(&f->answer);
    assert_int_equal(stage_print(f->t.db, &view, key, &f->answer), 0);
}

static void plan_as(struct test_journal *t, const char *data) {
    struct event_draft draft = {
        .site = JOURNAL_SITE, .type = "plan-set", .subject_id = JOURNAL_SITE, .actor = "user/u-90", .data = data
    };
    journal_pair_append(t, &draft, NULL);
}

static void a_stage_lives(void **state) {
    struct post_rig *f = *state;
    assert_int_equal(step(f, STAGE_FINISH, "preparation", ""), ERR_CONFLICT);
    assert_string_equal(ask.allowed, "[\"start\",\"override\"]");
    assert_int_equal(step(f, STAGE_START, "preparation", "\"note\":\"13900001234\""), 0);
    says(f, "\"state\":\"started\",\"started\":{\"at\":\"2026-11-16T09:00:00.000+08:00\",\"by\":{\"id\":\"u-01\"");
    says(f, "\"allowed\":[\"finish\",\"request\",\"override\"]");
    assert_int_equal(step(f, STAGE_START, "preparation", ""), ERR_CONFLICT);
    assert_string_equal(ask.allowed, "[\"finish\",\"request\",\"override\"]");
    assert_int_equal(step(f, STAGE_ACCEPT, "preparation", ""), ERR_CONFLICT);
    assert_int_equal(step(f, STAGE_FINISH, "preparation", ""), 0);
    assert_int_equal(step(f, STAGE_REQUEST, "preparation", "\"note\":\"没拍\""), ERR_UNSUPPORTED);
    assert_string_equal(f->e.field, "photos");
    assert_int_equal(step(f, STAGE_REQUEST, "preparation", "\"photos\":[]"), ERR_UNSUPPORTED);
    assert_int_equal(step(f, STAGE_REQUEST, "preparation", PHOTOS), 0);
    says(f, "\"photos\":[\"01990000-0000-7000-8000-0000000000aa\"]");
    assert_int_equal(step(f, STAGE_REJECT, "preparation", ""), ERR_INVALID);
    assert_string_equal(f->e.field, "note");
    assert_int_equal(step(f, STAGE_REJECT, "preparation", "\"note\":\"无漏保\""), 0);
    says(f, "\"state\":\"rejected\"");
    says(f, "\"finished\":null");
    assert_int_equal(step(f, STAGE_ACCEPT, "preparation", ""), ERR_CONFLICT);
    assert_int_equal(step(f, STAGE_REQUEST, "preparation", PHOTOS), 0);
    assert_int_equal(step(f, STAGE_ACCEPT, "preparation", ""), 0);
    says(f, "\"state\":\"accepted\"");
    says(f, "\"allowed\":[\"finish\"]"); /* accepted before it was finished */
    assert_int_equal(step(f, STAGE_FINISH, "preparation", ""), 0);
    says(f, "\"state\":\"accepted\"");
    assert_int_equal(step(f, STAGE_FINISH, "preparation", ""), ERR_CONFLICT);
    assert_string_equal(ask.allowed, "[]");
    assert_int_equal(step(f, STAGE_START, "nothing", ""), ERR_NOT_FOUND);
    journal_pair_rebuild(&f->t);
}

/* An id that was used: the same again is no news, something else is answered with what is stored. */
static void an_id_is_used_once(void **state) {
    struct post_rig *f = *state;
    assert_int_equal(step(f, STAGE_START, "preparation", "\"note\":\"x\""), 0);
    f->bodies--;
    assert_int_equal(step(f, STAGE_START, "preparation", "\"note\":\"x\""), ERR_EXISTS);
    f->bodies--;
    assert_int_equal(step(f, STAGE_START, "preparation", "\"note\":\"y\""), ERR_CONFLICT);
    assert_string_equal(ask.allowed, "");
    assert_string_equal(f->e.field, "id");
    says(f, "{\"key\":\"preparation\"");
    says(f, "\"state\":\"started\"");
    f->bodies--;
    assert_int_equal(step(f, STAGE_FINISH, "preparation", ""), ERR_CONFLICT); /* another kind of record */
    assert_int_equal(f->answer.len, 0);
    assert_int_equal(step(f, STAGE_OVERRIDE, "preparation", "\"reason\":\"x\""), 0);
    f->bodies--;
    assert_int_equal(step(f, STAGE_OVERRIDE, "preparation", "\"reason\":\"y\""), ERR_CONFLICT);
    says(f, "\"reason\":\"x\"");
}

static void gates_refuse_and_are_overridden(void **state) {
    struct post_rig *f = *state;
    assert_int_equal(step(f, STAGE_START, "waterproofing", "\"room\":\"bath\""), ERR_CONFLICT);
    assert_string_equal(ask.allowed, "[\"override\"]"); /* not what was just refused */
    assert_int_equal(ask.lacks.count, 1);
    assert_true(ask.lacks.list[0].hard);
    assert_non_null(strstr(f->e.text, "plumbing, electrical is not accepted"));
    assert_int_equal(step(f, STAGE_OVERRIDE, "waterproofing", "\"room\":\"bath\""), ERR_INVALID);
    assert_string_equal(f->e.field, "reason");
    assert_int_equal(step(f, STAGE_OVERRIDE, "waterproofing", "\"room\":\"bath\",\"reason\":\"样板间\""), 0);
    assert_int_equal(step(f, STAGE_START, "waterproofing", "\"room\":\"bath\""), 0);
    says(f, "\"overridden\":{\"at\":\"2026-11-16T09:00:00.000+08:00\",\"by\":{\"id\":\"u-01\"");
    says(f, "\"reason\":\"样板间\"");
    struct envelope event;
    int64_t pos;
    assert_int_equal(journal_find(f->t.db, JOURNAL_SITE, f->out.id, &event, &pos), 0);
    assert_int_equal(json_count(json_member(event.data, "warnings")), 1);
    envelope_fini(&event);
    /* Its own gate: no ponding, no acceptance, unless head office says so. */
    assert_int_equal(step(f, STAGE_FINISH, "waterproofing", "\"room\":\"bath\""), 0);
    assert_int_equal(step(f, STAGE_ACCEPT, "waterproofing", "\"room\":\"bath\""), ERR_CONFLICT);
    assert_string_equal(ask.allowed, "[\"request\",\"reject\",\"override\"]");
    assert_int_equal(step(f, STAGE_OVERRIDE, "waterproofing", "\"room\":\"bath\",\"reason\":\"已做\""), 0);
    assert_int_equal(step(f, STAGE_ACCEPT, "waterproofing", "\"room\":\"bath\""), 0);
    journal_pair_rebuild(&f->t);
}

static void a_soft_gate_warns(void **state) {
    struct post_rig *f = *state;
    assert_int_equal(step(f, STAGE_START, "demolition", ""), 0);
    assert_int_equal(ask.lacks.count, 1);
    assert_false(ask.lacks.list[0].hard);
}

static void rooms_are_asked_for(void **state) {
    struct post_rig *f = *state;
    assert_int_equal(step(f, STAGE_START, "waterproofing", ""), ERR_INVALID);
    assert_string_equal(f->e.field, "room");
    assert_int_equal(step(f, STAGE_START, "waterproofing", "\"room\":\"whole\""), ERR_INVALID);
    assert_int_equal(step(f, STAGE_START, "demolition", "\"room\":\"bath\""), ERR_INVALID);
    assert_int_equal(step(f, STAGE_OVERRIDE, "plumbing_electrical", "\"reason\":\"x\",\"gate\":\"accept\""), 0);
    assert_int_equal(step(f, STAGE_START, "tiling", "\"room\":\"living\""), 0);
    says(f, "\"key\":\"tiling\"");
    says(f, "\"state\":\"started\"");
    says(f, "\"allowed\":[\"start\",\"override\"],\"rooms\":[{\"room\":\"living\",\"state\":\"started\"");
    assert_int_equal(step(f, STAGE_START, "tiling", ""), ERR_CONFLICT);
    assert_non_null(strstr(f->e.text, "room by room"));
    assert_string_equal(ask.allowed, "[\"override\"]");
    assert_int_equal(step(f, STAGE_START, "painting", ""), ERR_CONFLICT);
}

static void tell(struct post_rig *f, const char *type, const char *id, const char *data) {
    struct event_draft draft = {
        .site = JOURNAL_SITE, .type = type, .subject_id = id, .actor = "user/u-02", .data = data
    };
    journal_pair_append(&f->t, &draft, NULL);
}

/* Rooms that a log or a report names; what reports and hazards say against an acceptance; a checklist that leaves a test out. */
static void evidence_comes_from_all_over_the_site(void **state) {
    struct post_rig *f = *state;
    struct stage_book b;
    assert_int_equal(step(f, STAGE_START, "preparation", ""), 0);
    tell(f, "daylog-submitted", "01990000-0000-7000-8000-00000000d001",
         "{\"date\":\"2026-11-16\",\"done\":[\"贴砖\",{\"text\":\"x\",\"rooms\":[\"master_bath\",\"whole\"]}]}");
    tell(f, "inspection-submitted", "01990000-0000-7000-8000-00000000d002",
         "{\"date\":\"2026-11-14\",\"stage\":\"hvac\",\"items\":[],\"red\":0}");
    tell(
        f, "inspection-submitted", "01990000-0000-7000-8000-00000000d003",
        "{\"date\":\"2026-11-15\",\"stage\":\"hvac\",\"items\":[{\"item\":\"hv.cond\",\"room\":\"study\"}],\"red\":2}");
    tell(f, "inspection-submitted", "01990000-0000-7000-8000-00000000d004",
         "{\"date\":\"2026-11-14\",\"stage\":\"tiling\",\"items\":[],\"red\":1}");
    tell(f, "inspection-submitted", "01990000-0000-7000-8000-00000000d005",
         "{\"date\":\"2026-11-15\",\"stage\":\"tiling\",\"items\":[],\"red\":0}"); /* put right */
    tell(f, "hazard-raised", "01990000-0000-7000-8000-00000000d006",
         "{\"text\":\"x\",\"severity\":\"stop_work\",\"stage\":\"tiling\",\"room\":\"bath\",\"due\":\"2026-11-17\"}");
    tell(f, "checklist-set", "plumbing_electrical", "{\"remove\":[\"pe.press\"]}");
    assert_int_equal(stage_book_read(f->t.db, JOURNAL_SITE, "Asia/Shanghai", clock_wall(), &b), 0);
    assert_int_equal(stage_evidence_read(f->t.db, JOURNAL_SITE, &b), 0);
    assert_int_equal(b.evidence.room_count, 3);
    assert_string_equal(b.evidence.rooms[0], "bath");
    assert_string_equal(b.evidence.rooms[1], "master_bath");
    assert_string_equal(b.evidence.rooms[2], "study");
    assert_int_equal(b.evidence.doubt_count, 2);
    assert_int_equal(b.evidence.doubts[0].red_lines, 2);
    assert_string_equal(b.evidence.doubts[1].room, "bath");
    assert_int_equal(b.evidence.doubts[1].stop_work, 1);
    assert_int_equal(b.evidence.left_out, 1u << 3 | 1u << 4);
    stage_book_fini(&b);
}

static void roles_see_what_they_may(void **state) {
    struct post_rig *f = *state;
    assert_int_equal(step(f, STAGE_START, "preparation", ""), 0);
    list(f, "preparation", MANAGER);
    says(f, "\"allowed\":[\"finish\",\"request\"]");
    list(f, "preparation", SUPERVISOR);
    says(f, "\"allowed\":[]");
    assert_int_equal(step(f, STAGE_REQUEST, "preparation", PHOTOS), 0);
    list(f, "preparation", SUPERVISOR);
    says(f, "\"allowed\":[\"accept\",\"reject\"]");
    list(f, NULL, ALL);
    says(f, "{\"date\":\"2026-11-16\",\"stages\":[{\"key\":\"preparation\"");
    says(f, "\"gate\":{\"kind\":\"hard\",\"zh\":\"逐间闭水试验\",\"en\":\"ponding test, room by "
            "room\",\"rooms\":\"needed\"}");
    says(f, "\"next\":null}");
}

static void days_late(void **state) {
    struct post_rig *f = *state;
    plan_as(&f->t, "{\"stages\":[{\"key\":\"preparation\",\"planned_start\":\"2026-11-13\",\"planned_finish\":"
                   "\"2026-11-14\"},{\"key\":\"demolition\"}]}");
    list(f, "preparation", ALL); /* Monday; Saturday was planned, and Sunday is none */
    says(f, "\"late_days\":2");  /* begun since Friday: Saturday, Monday */
    assert_int_equal(step(f, STAGE_START, "preparation", ""), 0);
    says(f, "\"late_days\":1");
    journal_pair_now("2026-11-18T09:00:00+08:00");
    assert_int_equal(step(f, STAGE_FINISH, "preparation", ""), 0);
    journal_pair_now("2026-11-28T09:00:00+08:00");
    list(f, "preparation", ALL);
    says(f, "\"late_days\":3"); /* it is finished: no more */
    list(f, "demolition", ALL);
    says(f, "\"late_days\":0");
}

static void a_repeat_is_the_same(void **state) {
    struct post_rig *f = *state;
    assert_int_equal(step(f, STAGE_START, "preparation", ""), 0);
    f->bodies--;
    assert_int_equal(step(f, STAGE_START, "preparation", ""), ERR_EXISTS);
    says(f, "\"state\":\"started\"");
    f->bodies--;
    assert_int_equal(step(f, STAGE_START, "preparation", "\"note\":\"x\""), ERR_CONFLICT);
    assert_string_equal(ask.allowed, "");
}

/* Two writers that do not see each other: both hold the same in the end, and what was not legal is marked. */
static void in_any_order_the_same(void **state) {
    struct post_rig *f = *state;
    unsigned seed = journal_pair_seed();
    assert_int_equal(step(f, STAGE_START, "preparation", ""), 0);
    journal_pair_carry(&f->t, &f->hub, &seed);
    assert_int_equal(step(f, STAGE_REQUEST, "preparation", PHOTOS), 0);
    assert_int_equal(step(f, STAGE_ACCEPT, "preparation", ""), 0);
    assert_int_equal(step_at(f, &f->hub, STAGE_FINISH, "preparation", ""), 0);
    assert_int_equal(step_at(f, &f->hub, STAGE_REQUEST, "preparation", PHOTOS), 0);
    assert_int_equal(step_at(f, &f->hub, STAGE_REJECT, "preparation", "\"note\":\"n\""), 0);
    assert_int_equal(step_at(f, &f->hub, STAGE_START, "waterproofing", "\"room\":\"bath\""), ERR_CONFLICT);
    journal_pair_carry(&f->t, &f->hub, &seed);
    journal_pair_carry(&f->hub, &f->t, &seed);
    journal_pair_same(&f->t, &f->hub);
    journal_pair_rebuild(&f->t);
    journal_pair_rebuild(&f->hub);
    CLEANUP(free_ptr)
    char *late = journal_pair_value(&f->t, "SELECT count(*) FROM late WHERE subject = 'stage/preparation'");
    assert_string_not_equal(late, "0");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, post_rig_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_stage_lives),           TEST(an_id_is_used_once),  TEST(gates_refuse_and_are_overridden),
        TEST(a_soft_gate_warns),       TEST(rooms_are_asked_for), TEST(evidence_comes_from_all_over_the_site),
        TEST(roles_see_what_they_may), TEST(days_late),           TEST(a_repeat_is_the_same),
        TEST(in_any_order_the_same),
    };
    return cmocka_run_group_tests_name("stage", tests, NULL, NULL);
}
