/* SPDX-License-Identifier: MIT */
/* Gates as a table: every stage before every other, hard and soft, as a whole and room by room, with overrides, waits and tests. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/journal/stage_gate.h"

#include "app/journal/domain.h"
#include "firmware/base/text.h"

#include <stdlib.h>
#include <string.h>

enum { ROWS_MAX = 40 };

struct fixture {
    struct plan plan;
    struct stage_seen rows[ROWS_MAX];
    struct stage_test tests[ROWS_MAX];
    struct stage_site site;
    struct stage_lacks lacks;
    struct stage_evidence evidence;
    char rooms[ROWS_MAX][41];
    struct stage_doubt doubts[4];
};

/* The standard stages, as a site without a plan has them. */
static void begin(struct fixture *f) {
    size_t n;
    const struct domain_stage *standard = domain_stages(&n);
    memset(f, 0, sizeof *f);
    f->plan.stages = calloc(n, sizeof *f->plan.stages);
    for (; f->plan.stage_count < n; f->plan.stage_count++) {
        struct plan_stage *s = &f->plan.stages[f->plan.stage_count];
        text_clip(s->key, sizeof s->key, standard[f->plan.stage_count].key);
    }
    f->plan.standard = true;
    f->evidence = (struct stage_evidence){ .rooms = f->rooms, .doubts = f->doubts };
    f->site = (struct stage_site){
        .plan = &f->plan, .rows = f->rows, .tests = f->tests, .date = "2026-11-22", .evidence = &f->evidence
    };
}

static void end(struct fixture *f) { free(f->plan.stages); }

static struct stage_seen *row(struct fixture *f, const char *key, const char *room, enum stage_state state) {
    for (size_t i = 0; i < f->site.row_count; i++)
        if (strcmp(f->rows[i].key, key) == 0 && strcmp(f->rows[i].room, room) == 0) {
            f->rows[i].state = state;
            return &f->rows[i];
        }
    struct stage_seen *r = &f->rows[f->site.row_count++];
    *r = (struct stage_seen){ .state = state };
    text_clip(r->key, sizeof r->key, key);
    text_clip(r->room, sizeof r->room, room);
    return r;
}

static void tested(struct fixture *f, const char *stage, const char *kind, const char *room,
                   enum stage_test_state state) {
    struct stage_test *t = &f->tests[f->site.test_count++];
    *t = (struct stage_test){ .state = state };
    text_clip(t->stage, sizeof t->stage, stage);
    text_clip(t->kind, sizeof t->kind, kind);
    text_clip(t->room, sizeof t->room, room);
}

/* Somebody named a room, in a log or a hazard. */
static void named(struct fixture *f, const char *room) {
    text_clip(f->rooms[f->evidence.room_count++], sizeof f->rooms[0], room);
}

static bool may_start(struct fixture *f, const char *key, const char *room) {
    stage_gate_start(&f->site, key, room, &f->lacks);
    return !stage_gate_refuses(&f->lacks);
}

static bool may_accept(struct fixture *f, const char *key, const char *room) {
    stage_gate_accept(&f->site, key, room, &f->lacks);
    return !stage_gate_refuses(&f->lacks);
}

/* For every stage and each that comes before it: in every state but the last, a hard gate refuses and a soft one warns. */
static void every_gate_before_every_stage(void **state) {
    size_t n, pairs = 0, hard = 0;
    const struct domain_stage *all = domain_stages(&n);
    (void)state;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < all[i].after_count; k++) {
            for (enum stage_state st = STAGE_PLANNED; st <= STAGE_REJECTED; st++) {
                struct fixture f;
                const struct domain_stage *before = domain_stage(all[i].after[k]);
                const char *room = stage_gate_rooms(all[i].key) == STAGE_ROOMS_NEEDED ? "bath" : "";
                begin(&f);
                f.plan.standard = false; /* a plan of its own, with the optional ones in it */
                for (size_t o = 0; o < all[i].after_count; o++) row(&f, all[i].after[o], "", STAGE_ACCEPTED);
                row(&f, before->key, "", st);
                bool may = may_start(&f, all[i].key, room);
                bool lacks = false;
                for (size_t l = 0; l < f.lacks.count; l++) lacks = lacks || strstr(f.lacks.list[l].zh, before->zh);
                if (may != (st == STAGE_ACCEPTED || before->gate != GATE_HARD) || lacks != (st != STAGE_ACCEPTED))
                    fail_msg("%s after %s in state %d: may %d", all[i].key, before->key, (int)st, may);
                end(&f);
            }
            pairs++;
            hard += domain_stage(all[i].after[k])->gate == GATE_HARD;
        }
    assert_int_equal(pairs, 15);
    assert_int_equal(hard, 7);
}

static void what_is_missing_says_who_can_do_what(void **state) {
    struct fixture f;
    (void)state;
    begin(&f);
    row(&f, "plumbing_electrical", "", STAGE_STARTED);
    assert_false(may_start(&f, "waterproofing", "bath"));
    assert_int_equal(f.lacks.count, 1);
    assert_string_equal(f.lacks.list[0].zh,
                        "水电还没验收（封槽前隐蔽工程验收）：项目经理报验、监理验收；总部可写明原因放行");
    row(&f, "plumbing_electrical", "", STAGE_ASKED);
    assert_false(may_start(&f, "waterproofing", "bath"));
    assert_string_equal(f.lacks.list[0].en, "plumbing, electrical is not accepted (concealed-work acceptance before "
                                            "chases are closed): the supervisor accepts; head office may override "
                                            "with a reason");
    end(&f);
}

static void overrides_turn_refusals_into_warnings(void **state) {
    struct fixture f;
    (void)state;
    begin(&f);
    row(&f, "waterproofing", "bath", STAGE_PLANNED)->start_overridden = true;
    assert_true(may_start(&f, "waterproofing", "bath"));
    assert_int_equal(f.lacks.count, 1); /* told, all the same */
    assert_false(may_start(&f, "waterproofing", "master_bath"));
    row(&f, "plumbing_electrical", "", STAGE_STARTED)->overridden = true;
    assert_true(may_start(&f, "waterproofing", "master_bath"));
    assert_int_equal(f.lacks.count, 0);
    assert_false(may_accept(&f, "waterproofing", "bath"));
    row(&f, "waterproofing", "bath", STAGE_STARTED)->overridden = true;
    assert_true(may_accept(&f, "waterproofing", "bath"));
    assert_true(stage_gate_passed(&f.site, "waterproofing", "bath"));
    end(&f);
}

static void rooms_go_their_own_ways(void **state) {
    struct fixture f;
    (void)state;
    begin(&f);
    row(&f, "plumbing_electrical", "", STAGE_ACCEPTED);
    row(&f, "waterproofing", "bath", STAGE_ACCEPTED);
    row(&f, "waterproofing", "kitchen", STAGE_STARTED);
    assert_true(may_start(&f, "tiling", "bath"));
    assert_true(may_start(&f, "tiling", "living"));       /* dry */
    assert_false(may_start(&f, "tiling", "kitchen"));     /* it is being waterproofed */
    assert_false(may_start(&f, "tiling", "master_bath")); /* wet, and nothing is known of it */
    assert_false(may_start(&f, "tiling", "三卫"));
    assert_false(may_start(&f, "tiling", ""));
    row(&f, "waterproofing", "kitchen", STAGE_ACCEPTED);
    assert_true(may_start(&f, "tiling", "kitchen"));
    row(&f, "waterproofing", "master_bath", STAGE_ACCEPTED);
    assert_true(may_start(&f, "tiling", ""));
    row(&f, "waterproofing", "balcony", STAGE_PLANNED)->start_overridden = true; /* and never begun */
    assert_true(may_start(&f, "tiling", ""));
    assert_false(may_start(&f, "tiling", "balcony"));
    /* Painting: tiling of that room is soft, boarding is hard. */
    row(&f, "tiling", "bath", STAGE_STARTED);
    assert_false(may_start(&f, "painting", "bath"));
    row(&f, "carpentry", "", STAGE_ACCEPTED);
    assert_true(may_start(&f, "painting", "bath"));
    assert_int_equal(f.lacks.count, 1);
    end(&f);
}

/* As a whole, tiling waits for each wet room, also for one that nobody began to waterproof. */
static void no_wet_room_goes_on_anothers_test(void **state) {
    struct fixture f;
    (void)state;
    begin(&f);
    row(&f, "plumbing_electrical", "", STAGE_ACCEPTED);
    row(&f, "waterproofing", "bath", STAGE_ACCEPTED);
    named(&f, "bath");
    named(&f, "living");
    assert_false(may_start(&f, "tiling", "")); /* is there another bath? */
    assert_int_equal(f.lacks.count, 1);
    assert_string_equal(f.lacks.list[0].zh, "防水（主卫）没有记录，不知道有没有这间：请逐间开工；总部可写明原因放行");
    named(&f, "master_bath");
    assert_false(may_start(&f, "tiling", ""));
    assert_int_equal(f.lacks.count, 1);
    assert_non_null(strstr(f.lacks.list[0].zh, "防水（主卫）还没验收"));
    assert_true(stage_gate_passed(&f.site, "waterproofing", "")); /* the hand-over asks what was begun */
    row(&f, "waterproofing", "master_bath", STAGE_STARTED);
    assert_false(may_start(&f, "tiling", ""));
    row(&f, "waterproofing", "master_bath", STAGE_ACCEPTED);
    assert_true(may_start(&f, "tiling", ""));
    named(&f, "三卫");
    assert_false(may_start(&f, "tiling", ""));
    row(&f, "tiling", "", STAGE_PLANNED)->start_overridden = true;
    assert_true(may_start(&f, "tiling", ""));
    assert_int_equal(f.lacks.count, 1);
    /* A room in which somebody ponds is wet, whatever it is called. */
    assert_true(may_start(&f, "tiling", "balcony"));
    tested(&f, "waterproofing", "ponding", "balcony", STAGE_TEST_RUNNING);
    f.rows[f.site.row_count - 1].start_overridden = false;
    assert_false(may_start(&f, "tiling", "balcony"));
    end(&f);
}

static void a_ponding_holds_for_its_own_room(void **state) {
    struct fixture f;
    (void)state;
    begin(&f);
    tested(&f, "waterproofing", "ponding", "", STAGE_TEST_PASSED); /* another writer's, of nowhere */
    assert_false(may_accept(&f, "waterproofing", "bath"));
    named(&f, "bath");
    tested(&f, "tiling", "second_ponding", "", STAGE_TEST_PASSED);
    assert_false(may_accept(&f, "tiling", ""));
    tested(&f, "tiling", "second_ponding", "bath", STAGE_TEST_PASSED);
    assert_true(may_accept(&f, "tiling", ""));
    named(&f, "master_bath");
    assert_false(may_accept(&f, "tiling", ""));
    end(&f);
}

static void what_is_closed_waits_for_hvac(void **state) {
    struct fixture f;
    (void)state;
    begin(&f);
    row(&f, "plumbing_electrical", "", STAGE_ACCEPTED);
    assert_true(may_start(&f, "carpentry", "")); /* no plan of its own, and nobody ever began one */
    f.plan.standard = false;
    assert_false(may_start(&f, "carpentry", ""));
    assert_false(may_start(&f, "tiling", "living"));
    assert_non_null(strstr(f.lacks.list[0].zh, "暖通还没验收"));
    f.plan.standard = true;
    row(&f, "hvac", "", STAGE_STARTED);
    assert_false(may_start(&f, "carpentry", ""));
    row(&f, "hvac", "", STAGE_ACCEPTED);
    assert_true(may_start(&f, "carpentry", ""));
    assert_true(may_start(&f, "tiling", "living"));
    end(&f);
}

static void evidence_is_asked_for_at_acceptance(void **state) {
    struct fixture f;
    (void)state;
    begin(&f);
    assert_false(may_accept(&f, "hvac", ""));
    tested(&f, "hvac", "hold", "", STAGE_TEST_PASSED);
    assert_true(may_accept(&f, "hvac", ""));
    f.doubts[0] = (struct stage_doubt){ "hvac", "", 2, 0 };
    f.doubts[1] = (struct stage_doubt){ "hvac", "kitchen", 0, 1 };
    f.doubts[2] = (struct stage_doubt){ "tiling", "bath", 0, 3 };
    f.evidence.doubt_count = 3;
    assert_true(may_accept(&f, "hvac", "")); /* told */
    assert_int_equal(f.lacks.count, 2);
    assert_string_equal(f.lacks.list[0].zh, "暖通最近一次质检有 2 项红线不合格");
    assert_string_equal(f.lacks.list[1].zh, "暖通（厨房）有 1 条停工隐患没有销项");
    assert_true(may_accept(&f, "tiling", "living"));
    assert_int_equal(f.lacks.count, 0);
    /* A company whose checklist asks for no pressure test. */
    assert_false(may_accept(&f, "plumbing_electrical", ""));
    f.evidence.left_out = 1u << 3 | 1u << 4;
    assert_true(may_accept(&f, "plumbing_electrical", ""));
    assert_int_equal(f.lacks.count, 0);
    f.evidence.left_out = ~0u; /* a ponding is the trade's own gate */
    assert_false(may_accept(&f, "waterproofing", "bath"));
    end(&f);
}

static void ponding_is_what_waterproofing_waits_for(void **state) {
    struct fixture f;
    (void)state;
    begin(&f);
    assert_false(may_accept(&f, "waterproofing", "bath"));
    tested(&f, "waterproofing", "ponding", "master_bath", STAGE_TEST_PASSED);
    assert_false(may_accept(&f, "waterproofing", "bath"));
    assert_true(may_accept(&f, "waterproofing", "master_bath"));
    tested(&f, "waterproofing", "ponding", "bath", STAGE_TEST_RUNNING);
    assert_false(may_accept(&f, "waterproofing", "bath"));
    f.tests[1].state = STAGE_TEST_FAILED;
    assert_false(may_accept(&f, "waterproofing", "bath"));
    assert_string_equal(f.lacks.list[0].zh, "防水（客卫）闭水试验不合格，要重做");
    f.tests[1].state = STAGE_TEST_PASSED;
    assert_true(may_accept(&f, "waterproofing", "bath"));
    assert_int_equal(f.lacks.count, 0);
    end(&f);
}

static void other_tests_count_where_they_were_made(void **state) {
    struct fixture f;
    (void)state;
    begin(&f);
    assert_false(may_accept(&f, "plumbing_electrical", "")); /* the second phase, not made, is a warning */
    assert_int_equal(f.lacks.count, 2);
    assert_false(f.lacks.list[1].hard);
    tested(&f, "plumbing_electrical", "pressure", "kitchen", STAGE_TEST_PASSED); /* room by room is good, too */
    assert_true(may_accept(&f, "plumbing_electrical", ""));
    tested(&f, "plumbing_electrical", "pressure", "bath", STAGE_TEST_FAILED);
    assert_false(may_accept(&f, "plumbing_electrical", ""));
    f.tests[1].state = STAGE_TEST_PASSED;
    tested(&f, "plumbing_electrical", "tightness", "", STAGE_TEST_RUNNING);
    assert_false(may_accept(&f, "plumbing_electrical", ""));
    f.tests[2].state = STAGE_TEST_PASSED;
    assert_true(may_accept(&f, "plumbing_electrical", ""));
    assert_int_equal(f.lacks.count, 0);
    tested(&f, "hvac", "coil", "", STAGE_TEST_RUNNING); /* asked for by nobody, but begun */
    tested(&f, "hvac", "hold", "", STAGE_TEST_PASSED);
    assert_false(may_accept(&f, "hvac", ""));
    assert_true(may_accept(&f, "tiling", "living"));
    assert_false(may_accept(&f, "tiling", "bath")); /* second ponding */
    row(&f, "waterproofing", "bath", STAGE_ACCEPTED);
    assert_false(may_accept(&f, "tiling", ""));
    tested(&f, "tiling", "second_ponding", "bath", STAGE_TEST_PASSED);
    assert_true(may_accept(&f, "tiling", ""));
    end(&f);
}

static void waits_and_conditions_warn(void **state) {
    struct fixture f;
    (void)state;
    begin(&f);
    assert_true(may_start(&f, "preparation", ""));
    assert_string_equal(f.lacks.list[0].zh, "请确认：装修许可已办");
    row(&f, "demolition", "", STAGE_ACCEPTED);
    struct stage_seen *walls = row(&f, "masonry", "", STAGE_STARTED);
    assert_true(may_start(&f, "plumbing_electrical", ""));
    assert_int_equal(f.lacks.count, 1);
    walls->state = STAGE_ACCEPTED;
    assert_true(may_start(&f, "plumbing_electrical", ""));
    assert_int_equal(f.lacks.count, 0);
    row(&f, "plumbing_electrical", "", STAGE_ACCEPTED);
    text_clip(walls->finished, sizeof walls->finished, "2026-11-16");
    assert_true(may_start(&f, "tiling", "living"));
    assert_string_equal(f.lacks.list[0].en, "plaster has to cure: 1 more days");
    text_clip(walls->finished, sizeof walls->finished, "2026-11-15");
    assert_true(may_start(&f, "tiling", "living"));
    assert_int_equal(f.lacks.count, 0);
    end(&f);
}

static void completion_asks_for_all_gates(void **state) {
    struct fixture f;
    (void)state;
    begin(&f);
    for (size_t i = 0; i + 1 < f.plan.stage_count; i++)
        if (strcmp(f.plan.stages[i].key, "hvac") != 0 && strcmp(f.plan.stages[i].key, "masonry") != 0)
            row(&f, f.plan.stages[i].key, "", STAGE_ACCEPTED);
    assert_false(may_accept(&f, "completion", "")); /* the first of three signatures */
    assert_string_equal(f.lacks.list[0].zh, "三方签字：项目经理还没报验");
    struct stage_seen *completion = row(&f, "completion", "", STAGE_ASKED);
    assert_true(may_accept(&f, "completion", ""));
    assert_int_equal(f.lacks.count, 0); /* optional stages that never were are none */
    row(&f, "painting", "", STAGE_FINISHED);
    assert_true(may_accept(&f, "completion", ""));
    assert_int_equal(f.lacks.count, 1);
    row(&f, "carpentry", "", STAGE_FINISHED);
    assert_false(may_accept(&f, "completion", ""));
    completion->state = STAGE_ACCEPTED;
    assert_false(stage_gate_passed(&f.site, "completion", "")); /* the customer's */
    f.lacks.count = 0;
    stage_gate_lack(&f.site, "completion", "", &f.lacks);
    assert_non_null(strstr(f.lacks.list[0].zh, "业主还没签字确认"));
    f.site.customer_signed = true;
    assert_true(stage_gate_passed(&f.site, "completion", ""));
    f.site.customer_signed = false;
    completion->overridden = true;
    assert_true(stage_gate_passed(&f.site, "completion", ""));
    end(&f);
}

static void a_plan_says_what_comes_before(void **state) {
    struct fixture f;
    const char *after[PLAN_AFTER_MAX];
    size_t n;
    (void)state;
    begin(&f);
    text_clip(f.plan.stages[0].key, sizeof f.plan.stages[0].key, "tiling");
    text_clip(f.plan.stages[1].key, sizeof f.plan.stages[1].key, "plumbing_electrical");
    f.plan.stage_count = 2;
    stage_gate_after(&f.plan, "tiling", after, &n); /* waterproofing is not in this plan */
    assert_int_equal(n, 1);
    assert_string_equal(after[0], "plumbing_electrical");
    text_clip(f.plan.stages[1].after[0], sizeof f.plan.stages[1].after[0], "tiling");
    f.plan.stages[1].after_count = 1;
    stage_gate_after(&f.plan, "plumbing_electrical", after, &n);
    assert_int_equal(n, 1);
    assert_string_equal(after[0], "tiling");
    /* A hard gate before it counts, whatever the plan says; a soft one, as the plan says. */
    text_clip(f.plan.stages[0].key, sizeof f.plan.stages[0].key, "carpentry");
    text_clip(f.plan.stages[1].key, sizeof f.plan.stages[1].key, "hvac");
    text_clip(f.plan.stages[2].key, sizeof f.plan.stages[2].key, "painting");
    f.plan.stage_count = 3;
    text_clip(f.plan.stages[0].after[0], sizeof f.plan.stages[0].after[0], "painting");
    f.plan.stages[0].after_count = 1;
    stage_gate_after(&f.plan, "carpentry", after, &n);
    assert_int_equal(n, 2);
    assert_string_equal(after[1], "hvac");
    end(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_gate_before_every_stage),
        cmocka_unit_test(what_is_missing_says_who_can_do_what),
        cmocka_unit_test(overrides_turn_refusals_into_warnings),
        cmocka_unit_test(rooms_go_their_own_ways),
        cmocka_unit_test(no_wet_room_goes_on_anothers_test),
        cmocka_unit_test(a_ponding_holds_for_its_own_room),
        cmocka_unit_test(what_is_closed_waits_for_hvac),
        cmocka_unit_test(evidence_is_asked_for_at_acceptance),
        cmocka_unit_test(ponding_is_what_waterproofing_waits_for),
        cmocka_unit_test(other_tests_count_where_they_were_made),
        cmocka_unit_test(waits_and_conditions_warn),
        cmocka_unit_test(completion_asks_for_all_gates),
        cmocka_unit_test(a_plan_says_what_comes_before),
    };
    return cmocka_run_group_tests_name("stage_gate", tests, NULL, NULL);
}
