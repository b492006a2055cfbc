/* SPDX-License-Identifier: MIT */
/* What two people did of the same thing, neither knowing of the other: both are kept, and who came too late is told, whatever it is about. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/journal/mine.h"
#include "app/journal/today.h"
#include "app/journal/today_late.h"

#include "firmware/base/text.h"
#include "tests/support/post_rig.h"

#include <stdio.h>
#include <string.h>

#define FIRST  "01990000-0000-7000-8000-00000000aa01" /* ids of what both ends know */
#define BOARDS "01990000-0000-7000-8000-00000000bb01"
#define HUBS   "01990000-0000-7000-8000-00000000bb02"

static int setup(void **state) {
    (void)post_rig_setup(state);
    post_rig_hub(*state);
    return 0;
}

static void say(struct test_journal *t, const char *id, const char *actor, const char *type, const char *subject,
                const char *data) {
    struct event_draft draft = {
        .id = id, .site = JOURNAL_SITE, .type = type, .subject_id = subject, .actor = actor, .data = data
    };
    journal_pair_append(t, &draft, NULL);
}

static void carry(struct post_rig *f) {
    unsigned seed = journal_pair_seed();
    journal_pair_carry(&f->t, &f->hub, &seed);
    journal_pair_carry(&f->hub, &f->t, &seed);
    journal_pair_same(&f->t, &f->hub);
}

/* How many cards somebody has of what came too late. */
static int news(struct post_rig *f, struct test_journal *t, const char *user, const char *role) {
    struct today_ask ask = { .site = JOURNAL_SITE,
                             .board = t == &f->hub ? "hub" : "b-01",
                             .fallback_tz = "Asia/Shanghai",
                             .now = clock_wall(),
                             .user = user,
                             .role = role };
    int n = 0;
    buf_clear(&f->answer);
    assert_int_equal(today_print(t->db, &ask, &f->answer), 0);
    for (const char *at = f->answer.data; (at = strstr(at, "晚了一步")); at++) n++;
    return n;
}

/* first: what both ends know, NULL: nothing. step: what each of both says then; of two that are the same, the hub's comes second. */
static const struct crossing {
    const char *first, *first_data, *step, *subject, *data, *zh, *en, *action;
} crossings[] = {
    { "daylog-submitted", "{\"date\":\"2026-11-22\",\"done\":[\"a\"]}", "daylog-amended", FIRST,
      "{\"date\":\"2026-11-22\",\"done\":[\"b\"],\"amends\":\"" FIRST "\"}",
      "您的日志更正晚了一步，没有算数：2026-11-22（现在：以先到的更正为准；两份都保留）",
      "Your amendment of the log came too late to count: 2026-11-22 (in force: the amendment that came before it; both "
      "are kept)",
      "read" },
    { NULL, NULL, "stage-started", "painting", "{\"room\":\"bath\"}",
      "您的开工晚了一步，没有算数：油漆 客卫（现在：施工中；两份都保留）",
      "Your start of the stage came too late to count: painting bathroom (in force: going on; both are kept)",
      "stage" },
    { "timed-test-started",
      "{\"kind\":\"ponding\",\"stage\":\"waterproofing\",\"room\":\"bath\",\"value\":25,\"unit\":\"mm\",\"photos\":"
      "[\"" FIRST "\"]}",
      "timed-test-finished", FIRST,
      "{\"kind\":\"ponding\",\"stage\":\"waterproofing\",\"room\":\"bath\",\"result\":\"pass\",\"seconds\":90000,"
      "\"how\":"
      "\"mono\",\"value\":24,\"photos\":[\"" FIRST "\"],\"below_photos\":[\"" FIRST "\"]}",
      "您的试验结果晚了一步，没有算数：闭水试验 客卫（现在：合格；两份都保留）", "(in force: passed; both are kept)",
      "test" },
    { NULL, NULL, "idle-day", "2026-11-20", "{\"date\":\"2026-11-20\",\"reason\":\"no-water-power\"}",
      "您的停工日晚了一步，没有算数：2026-11-20（现在：以先写的那份为准；两份都保留）",
      "Your idle day came too late to count: 2026-11-20 (in force: the one that came before it; both are kept)",
      "delay" },
    { "change-requested", "{\"amount\":100,\"reason\":\"owner-adds\",\"text\":\"加柜子\"}", "change-decided", FIRST,
      "{\"subject\":\"x/x\",\"decision\":\"refused\",\"note\":\"x\"}",
      "您的变更审批晚了一步，没有算数：加柜子（现在：不同意；两份都保留）",
      "Your decision on the change came too late to count: 加柜子 (in force: refused; both are kept)", "change" },
    { NULL, NULL, "site-held", JOURNAL_SITE, "{\"reason\":\"x\"}",
      "您的停工通知晚了一步，没有算数（现在：以先写的那份为准；两份都保留）", "Your holding of the site", "look" },
    { "question-asked", "{\"from\":\"customer\",\"to\":\"site\",\"text\":\"几号完\"}", "question-answered", FIRST,
      "{\"text\":\"月底\"}", "您的答复晚了一步，没有算数：几号完（现在：已答复；两份都保留）",
      "Your answer came too late to count: 几号完 (in force: answered; both are kept)", "question" },
    { NULL, NULL, "handover-done", JOURNAL_SITE, "{}", "您的竣工交付晚了一步，没有算数（现在：", "Your hand-over came",
      "handover" },
};

static void who_came_too_late_is_told(void **state) {
    struct post_rig *f = *state;
    struct crossing c = { 0 };
    for (size_t i = 0; i < TEXT_ARRAY_LEN(crossings); i++) {
        c = crossings[i];
        if (c.first) say(&f->t, FIRST, "user/u-01", c.first, FIRST, c.first_data);
        carry(f);
        say(&f->t, BOARDS, "user/u-01", c.step, c.subject, c.data);
        say(&f->hub, HUBS, "user/u-04", c.step, c.subject, c.data);
        assert_int_equal(news(f, &f->hub, "u-04", "manager"), 0);
        carry(f);
        if (news(f, &f->hub, "u-01", "crew") != 0) fail_msg("%s: %s", c.step, f->answer.data);
        assert_int_equal(news(f, &f->hub, "u-04", "viewer"), 0);
        for (int end = 0; end < 2; end++) { /* at whichever end they look */
            if (news(f, end ? &f->t : &f->hub, "u-04", "supervisor") != 1) fail_msg("%s: %s", c.step, f->answer.data);
            post_rig_holds(&f->answer, c.zh);
            post_rig_holds(&f->answer, c.en);
            char action[80];
            (void)snprintf(action, sizeof action, "'action':'%s'}", c.action);
            post_rig_holds(&f->answer, action);
            post_rig_holds(&f->answer, "'at':'2026-11-22T16:10:00.000+08:00'");
        }
        journal_pair_rebuild(&f->hub);
        assert_int_equal(post_rig_teardown((void **)&f), 0);
        assert_int_equal(setup((void **)&f), 0);
        *state = f;
    }
}

/* On the person's own list, too, with where it leads. */
static void ones_own_list_has_it(void **state) {
    struct post_rig *f = *state;
    struct mine_ask ask = { .user = "u-04", .role = "manager", .all = true };
    struct tz *tz = NULL;
    say(&f->t, BOARDS, "user/u-01", "stage-started", "painting", "{}");
    say(&f->hub, HUBS, "user/u-04", "stage-started", "painting", "{}");
    carry(f);
    assert_int_equal(tz_create("Asia/Shanghai", &tz, NULL), 0);
    pressing_scope_init(&ask.scope, tz, "Asia/Shanghai", clock_wall());
    buf_clear(&f->answer);
    assert_int_equal(mine_print(f->hub.db, &ask, &f->answer), 0);
    post_rig_has(f, "{'kind':'news','subject':'stage/painting','text':{'zh':'您的开工晚了一步，没有算数：油漆（现在：");
    post_rig_has(f, "'due':null,'at':'2026-11-22T16:10:00.000+08:00','action':'stage'}");
    ask.user = "u-01";
    buf_clear(&f->answer);
    assert_int_equal(mine_print(f->hub.db, &ask, &f->answer), 0);
    assert_null(strstr(f->answer.data, "\"news\""));
    tz_destroy(tz);
}

/* Told for some days after it turned out, not after it was written; a rebuild is no news. */
static void days_count_from_when_it_turned_out(void **state) {
    struct post_rig *f = *state;
    say(&f->t, BOARDS, "user/u-01", "stage-started", "painting", "{}");
    say(&f->hub, HUBS, "user/u-04", "stage-started", "painting", "{}");
    journal_pair_now("2026-12-14T09:00:00+08:00"); /* three weeks without a link */
    carry(f);
    assert_int_equal(news(f, &f->hub, "u-04", "office"), 1);
    post_rig_has(f, "'subject':'stage/painting','at':'2026-11-22T16:10:00.000+08:00'");
    journal_pair_now("2026-12-17T08:59:00+08:00");
    assert_int_equal(news(f, &f->hub, "u-04", "office"), 1);
    journal_pair_now("2026-12-17T09:01:00+08:00");
    assert_int_equal(news(f, &f->hub, "u-04", "office"), 0);
    journal_pair_rebuild(&f->hub);
    say(&f->hub, NULL, "user/u-01", "stage-finished", "painting", "{}");
    assert_int_equal(news(f, &f->hub, "u-04", "office"), 0);
}

/* What turns out to have been in time after all is told no more. */
static void in_time_after_all(void **state) {
    struct post_rig *f = *state;
    say(&f->t, BOARDS, "user/u-01", "stage-started", "painting", "{}");
    say(&f->t, FIRST, "user/u-01", "stage-started", "painting", "{}");
    assert_int_equal(news(f, &f->t, "u-01", "manager"), 1);
    assert_int_equal(db_exec(f->t.db, "DELETE FROM late", &f->e), 0);
    assert_int_equal(news(f, &f->t, "u-01", "manager"), 0);
}

static void only_some_are_told(void **state) {
    struct post_rig *f = *state;
    for (int i = 0; i < TODAY_LATE_MAX + 3; i++) say(&f->t, NULL, "user/u-01", "stage-started", "painting", "{}");
    assert_int_equal(news(f, &f->t, "u-01", "manager"), TODAY_LATE_MAX);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, post_rig_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(who_came_too_late_is_told), TEST(ones_own_list_has_it), TEST(days_count_from_when_it_turned_out),
        TEST(in_time_after_all),         TEST(only_some_are_told),
    };
    return cmocka_run_group_tests_name("today_late", tests, NULL, NULL);
}
