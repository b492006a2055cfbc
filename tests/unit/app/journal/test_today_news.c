/* SPDX-License-Identifier: MIT */
/* Cards of the home screen that come from head office and the customer: what was decided and answered, whose signature is awaited; what else stands, and
 * what is only being waited for. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/journal/confirmation.h"
#include "app/journal/handover.h"
#include "app/journal/stage.h"
#include "app/journal/today.h"

#include "tests/support/post_rig.h"

#include <stdio.h>
#include <string.h>

static void say(struct post_rig *f, const char *type, const char *subject, const char *data) {
    struct event_draft draft = { .type = type, .subject_id = subject, .actor = "user/o-01", .data = data };
    journal_pair_append(&f->t, &draft, NULL);
}

static void dues(struct post_rig *f, const char *role) {
    struct today_ask ask = { .site = JOURNAL_SITE,
                             .board = "b-01",
                             .fallback_tz = "Asia/Shanghai",
                             .now = clock_wall(),
                             .user = "u-01",
                             .role = role };
    buf_clear(&f->answer);
    assert_int_equal(today_print(f->t.db, &ask, &f->answer), 0);
}

static void hasnt(const struct post_rig *f, const char *text) {
    if (strstr(f->answer.data, text)) fail_msg("%s: %s", text, f->answer.data);
}

/* A change that is refused, one with an alternative, a claim granted in part, an answer, a material's alternative: all said on Monday. */
static void say_all(struct post_rig *f) {
    say(f, "change-requested", post_rig_id(1), "{\"amount\":100,\"reason\":\"owner-adds\",\"text\":\"加柜子\"}");
    say(f, "change-requested", post_rig_id(2), "{\"amount\":200,\"reason\":\"owner-adds\",\"text\":\"换吊顶\"}");
    say(f, "delay-claimed", post_rig_id(3),
        "{\"reason\":\"no-water-power\",\"from\":\"2026-11-18\",\"to\":\"2026-11-20\",\"days\":3}");
    say(f, "question-asked", post_rig_id(4),
        "{\"from\":\"site\",\"to\":\"designer\",\"text\":\"插座在哪\",\"due\":\"2026-11-26T10:00:00+08:00\"}");
    say(f, "question-asked", post_rig_id(5), "{\"from\":\"customer\",\"to\":\"site\",\"text\":\"几号完\"}");
    say(f, "material-expected", post_rig_id(6), "{\"name\":\"地砖\",\"expected\":\"2026-11-20\"}");
    journal_pair_now("2026-11-23T10:00:00+08:00");
    say(f, "change-decided", post_rig_id(1), "{\"subject\":\"x/x\",\"decision\":\"refused\",\"note\":\"太贵\"}");
    say(f, "change-decided", post_rig_id(2),
        "{\"subject\":\"x/x\",\"decision\":\"alternative\",\"note\":\"用石膏板\",\"amount\":150}");
    say(f, "delay-decided", post_rig_id(3),
        "{\"subject\":\"x/"
        "x\",\"decision\":\"partly\",\"days\":1,\"granted_from\":\"2026-11-18\",\"granted_to\":\"2026-11-18\","
        "\"granted_days\":1}");
    say(f, "question-answered", post_rig_id(4), "{\"text\":\"离地 30\"}");
    say(f, "question-answered", post_rig_id(5), "{\"text\":\"月底\"}");
    say(f, "material-answered", post_rig_id(6), "{\"alternative\":\"先用样板房的\"}");
}

static void head_offices_word_is_told_for_two_working_days(void **state) {
    struct post_rig *f = *state;
    say_all(f);
    dues(f, "manager");
    post_rig_has(f, "{'kind':'news','id':'01935d2a-1c00-7abc-8def-000000000001','subject':'change/01935d2a-1c00-7abc-"
                    "8def-000000000001','at':'2026-11-23T10:00:00.000+08:00','due':null,'text':{'zh':'总部不同意变更："
                    "加柜子（太贵）','en':'Head office refused a change: 加柜子 (太贵)'},'action':'change'}");
    post_rig_has(f, "'zh':'变更总部另有方案：换吊顶（用石膏板）'");
    post_rig_has(f, "'zh':'总部同意延期 1 天：停水停电','en':'Head office granted days: 1: no water or power'},"
                    "'action':'delay'}");
    post_rig_has(f, "'zh':'设计师答复：离地 30（插座在哪）'");
    post_rig_has(f, "'zh':'材料总部有方案：地砖（先用样板房的）'");
    post_rig_has(f, "'zh':'还没到场，总部已有方案：地砖'");
    hasnt(f, "几号完"); /* the site answered that itself */
    dues(f, "crew");
    post_rig_has(f, "'zh':'设计师答复：离地 30（插座在哪）'");
    hasnt(f, "太贵");
    dues(f, "supervisor");
    hasnt(f, "\"news\"");
    journal_pair_now("2026-11-25T23:59:00+08:00"); /* Wednesday: two working days later */
    dues(f, "manager");
    post_rig_has(f, "太贵");
    journal_pair_now("2026-11-26T00:01:00+08:00");
    dues(f, "manager");
    hasnt(f, "\"news\"");
    journal_pair_rebuild(&f->t);
}

/* Saturday's word is still told on Tuesday: Sunday is no working day. */
static void days_off_do_not_count(void **state) {
    struct post_rig *f = *state;
    journal_pair_now("2026-11-28T17:00:00+08:00");
    say(f, "change-requested", post_rig_id(1), "{\"amount\":1,\"reason\":\"owner-adds\",\"text\":\"x\"}");
    say(f, "change-decided", post_rig_id(1), "{\"subject\":\"x/x\",\"decision\":\"refused\"}");
    journal_pair_now("2026-12-01T17:00:00+08:00");
    dues(f, "manager");
    post_rig_has(f, "'zh':'总部不同意变更：x'");
    journal_pair_now("2026-12-02T08:00:00+08:00");
    dues(f, "manager");
    hasnt(f, "\"news\"");
}

static void stages(struct post_rig *f, const char *key) {
    struct stage_view view = { .site = JOURNAL_SITE, .fallback_tz = "Asia/Shanghai", .now = clock_wall() };
    buf_clear(&f->answer);
    assert_int_equal(stage_print(f->t.db, &view, key, &f->answer), 0);
}

static void accepted(struct post_rig *f, const char *key) {
    say(f, "stage-started", key, "{}");
    say(f, "acceptance-requested", key, "{}");
    say(f, "stage-accepted", key, "{}");
}

static void handover(struct post_rig *f) {
    buf_clear(&f->answer);
    assert_int_equal(handover_print(f->t.db, JOURNAL_SITE, "", true, &f->answer), 0);
}

static void the_customer_is_asked_to_sign(void **state) {
    struct post_rig *f = *state;
    post_rig_plan(f, "'timezone':'Asia/"
                     "Shanghai','stages':[{'key':'demolition'},{'key':'plumbing_electrical'},{'key':'completion'}]");
    dues(f, "manager");
    hasnt(f, "\"sign\"");
    stages(f, "demolition");
    post_rig_has(f, "'customer':null");
    accepted(f, "demolition");
    journal_pair_now("2026-11-23T10:00:00+08:00");
    accepted(f, "plumbing_electrical");
    stages(f, "demolition");
    post_rig_has(f, "'customer':{'state':'awaited','at':null}");
    dues(f, "manager");
    post_rig_has(
        f, "{'kind':'sign','id':'plumbing_electrical','due':null,'text':{'zh':'请业主签字确认验收：水电，另有 1 项'");
    dues(f, "crew");
    hasnt(f, "\"sign\"");
    accepted(f, "completion");
    dues(f, "manager");
    post_rig_has(f, "{'kind':'sign','id':'completion'");
    journal_pair_now("2026-12-15T10:00:00+08:00"); /* the others are not asked for any more, completion is */
    dues(f, "manager");
    post_rig_has(f, "'zh':'请业主签字确认验收：竣工'");
    handover(f);
    post_rig_has(f, "'kind':'gate','subject':'stage/completion'");
    post_rig_has(f, "'plan':[{'years':1,'date':'2027-12-15'");
    hasnt(f, "\"handover\"");
    assert_int_equal(
        post_rig_send(f, confirmation_post_office, NULL, NULL, 9, "'subject':'stage/completion','method':'crm'"), 0);
    stages(f, "completion");
    post_rig_has(f, "'customer':{'state':'confirmed','at':'2026-12-15T10:00:00.000+08:00'}");
    dues(f, "manager");
    hasnt(f, "\"sign\"");
    post_rig_has(f, "{'kind':'handover','due':null,'text':{'zh':'业主已签字，可以竣工交付'");
    say(f, "handover-done", JOURNAL_SITE, "{}");
    dues(f, "manager");
    hasnt(f, "\"handover\"");
}

/* An acceptance that came after a signature is not signed by it. */
static void each_acceptance_has_its_signature(void **state) {
    struct post_rig *f = *state;
    say(f, "stage-started", "tiling", "{\"room\":\"bath\"}");
    say(f, "acceptance-requested", "tiling", "{\"room\":\"bath\"}");
    say(f, "stage-accepted", "tiling", "{\"room\":\"bath\"}");
    assert_int_equal(
        post_rig_send(f, confirmation_post_office, NULL, NULL, 1, "'subject':'stage/tiling','method':'crm'"), 0);
    stages(f, "tiling");
    post_rig_has(f, "'customer':{'state':'confirmed'");
    assert_int_equal(
        post_rig_send(f, confirmation_post_office, NULL, NULL, 2, "'subject':'stage/tiling','method':'crm'"),
        ERR_CONFLICT);
    say(f, "stage-started", "tiling", "{\"room\":\"kitchen\"}");
    stages(f, "tiling");
    post_rig_has(f, "'customer':null");
    say(f, "acceptance-requested", "tiling", "{\"room\":\"kitchen\"}");
    say(f, "stage-accepted", "tiling", "{\"room\":\"kitchen\"}");
    stages(f, "tiling");
    post_rig_has(f, "'customer':{'state':'awaited'");
}

static void what_stands_is_counted(void **state) {
    struct post_rig *f = *state;
    dues(f, "manager");
    post_rig_has(f, "'alerts':0,");
    say(f, "alert-raised", post_rig_id(1),
        "{\"id\":\"01935d2a-1c00-7abc-8def-000000000001\",\"rule\":\"board-silent\",\"level\":\"office\",\"subject\":"
        "\"board/b-01\","
        "\"due\":\"2026-11-22T10:00:00+08:00\",\"raised\":\"2026-11-22T10:00:00+08:00\",\"text\":{\"zh\":\"失联\","
        "\"en\":\"silent\"},\"state\":\"standing\"}");
    dues(f, "manager");
    post_rig_has(f, "'alerts':1,"); /* though nobody here can end it, and there is no card for it */
    hasnt(f, "失联");
}

static void waiting_is_told_while_it_lasts(void **state) {
    struct post_rig *f = *state;
    say(f, "daylog-submitted", post_rig_id(1),
        "{\"date\":\"2026-11-20\",\"stage\":\"waterproofing\",\"done\":[{\"phrase\":\"waterproofing/drying\"}]}");
    dues(f, "manager");
    post_rig_has(f, "'waiting':{'zh':'防水晾干'");
    say(f, "daylog-submitted", post_rig_id(2),
        "{\"date\":\"2026-11-21\",\"stage\":\"waterproofing\",\"done\":[{\"phrase\":\"waterproofing/"
        "drying\",\"state\":\"blocked\"}]}");
    dues(f, "manager");
    post_rig_has(f, "'waiting':null");
    say(f, "daylog-submitted", post_rig_id(3),
        "{\"date\":\"2026-11-22\",\"stage\":\"waterproofing\",\"done\":[\"x\"],\"plan\":[{\"phrase\":\"waterproofing/"
        "drying\"}]}");
    dues(f, "manager");
    post_rig_has(f, "'waiting':{'zh':'防水晾干'");
    say(f, "daylog-submitted", post_rig_id(4),
        "{\"date\":\"2026-11-22\",\"stage\":\"tiling\",\"done\":[{\"phrase\":\"waterproofing/drying\"}]}");
    dues(f, "manager");
    post_rig_has(f, "'waiting':null"); /* of another stage than the site is at */
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, post_rig_setup, post_rig_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(head_offices_word_is_told_for_two_working_days),
        TEST(days_off_do_not_count),
        TEST(the_customer_is_asked_to_sign),
        TEST(each_acceptance_has_its_signature),
        TEST(what_stands_is_counted),
        TEST(waiting_is_told_while_it_lasts),
    };
    return cmocka_run_group_tests_name("today_news", tests, NULL, NULL);
}
