/* SPDX-License-Identifier: MIT */
/* Hazards for readers: on the home screen, in lists, with their photos; without names where those are not shown. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/journal/site.h"
#include "app/journal/today.h"

#include "tests/support/hazard_rig.h"

#include <stdio.h>
#include <string.h>

/* ---- the home screen ---- */

static int cards(struct hazard_rig *f, struct test_journal *t, const char *user, const char *role, const char *text) {
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
    struct hazard_rig *f = *state;
    assert_int_equal(hazard_rig_raise(f, &f->board, ",\"text\":\"漏水\",\"severity\":\"serious\""),
                     0);                                                       /* u-01 is assigned */
    assert_int_equal(cards(f, &f->board, "u-01", "manager", "\"hazard\""), 0); /* not yet */
    assert_int_equal(hazard_rig_raise(f, &f->board, ",\"text\":\"停\",\"severity\":\"stop_work\""), 0);
    assert_int_equal(cards(f, &f->board, "u-01", "manager", "\"zh\":\"整改：停\""), 1);
    assert_int_equal(cards(f, &f->board, "u-03", "crew", "\"kind\":\"hazard\""), 0);
    assert_int_equal(hazard_rig_step(f, &f->board, "user/u-02", "assign", ",\"assignee\":\"u-03\""), 0);
    assert_int_equal(cards(f, &f->board, "u-03", "crew", "\"due\":\"2026-11-23T16:10:00.000+08:00\""), 1);
    clock_fake_advance_ms((2 * 24 + 9) * 3600 * 1000); /* past the warning of the other */
    assert_int_equal(cards(f, &f->board, "u-01", "manager", "\"kind\":\"hazard\""), 2);
    assert_int_equal(cards(f, &f->board, "u-02", "supervisor", "\"kind\":\"hazard\""), 0);
    assert_int_equal(hazard_rig_step(f, &f->board, "user/u-03", "rectify", HAZARD_RIG_RECTIFY), 0);
    assert_int_equal(cards(f, &f->board, "u-02", "supervisor", "\"zh\":\"复查：停\""), 1);
    assert_int_equal(cards(f, &f->board, "u-01", "manager", "\"kind\":\"hazard\""), 1);
    assert_int_equal(cards(f, &f->board, "u-05", "viewer", "\"kind\":\"hazard\""), 0);
}

static void whoever_came_too_late_is_told(void **state) {
    struct hazard_rig *f = *state;
    unsigned seed = journal_pair_seed();
    hazard_rig_bring(f, HAZARD_ASSIGNED);
    journal_pair_carry(&f->board, &f->hub, &seed);
    assert_int_equal(hazard_rig_step(f, &f->board, "user/u-01", "rectify", HAZARD_RIG_RECTIFY), 0);
    assert_int_equal(hazard_rig_step(f, &f->hub, "user/u-04", "rectify", ",\"photos\":[\"" HAZARD_RIG_CHECK "\"]"), 0);
    assert_int_equal(cards(f, &f->hub, "u-04", "manager", "\"news\""), 0);
    journal_pair_carry(&f->board, &f->hub, &seed);
    journal_pair_carry(&f->hub, &f->board, &seed);
    assert_int_equal(
        cards(f, &f->hub, "u-04", "manager", "\"zh\":\"您的整改晚了一步，没有算数：墙角渗水（现在：待复查；"), 1);
    assert_non_null(strstr(f->answer.data, "\"action\":\"hazard\"}"));
    assert_int_equal(cards(f, &f->hub, "u-01", "manager", "\"news\""), 0);
    assert_int_equal(cards(f, &f->board, "u-04", "manager", "\"news\""), 1); /* wherever they look */
    clock_fake_advance_ms(4 * 24 * 3600 * 1000LL);
    assert_int_equal(cards(f, &f->hub, "u-04", "manager", "\"news\""), 0);
}

/* ---- lists ---- */

static int listed(struct hazard_rig *f, struct hazard_query q) {
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
    struct hazard_rig *f = *state;
    struct pressing_scope scope;
    struct tz *tz = NULL;
    char next[40];
    for (int i = 0; i < 3; i++)
        assert_int_equal(
            hazard_rig_raise(f, &f->board, ",\"text\":\"x\",\"severity\":\"stop_work\",\"stage\":\"tiling\""), 0);
    assert_int_equal(hazard_rig_raise(f, &f->board, ",\"text\":\"x\",\"severity\":\"notice\",\"room\":\"bath\""), 0);
    assert_int_equal(hazard_rig_step(f, &f->board, "user/u-01", "rectify", HAZARD_RIG_RECTIFY), 0);
    assert_int_equal(hazard_rig_step(f, &f->board, "user/u-02", "verify", ""), 0);
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

/* The histories and pictures of a page are read by one query each: every row has its own, as if it were asked for alone. */
static void a_page_has_what_each_one_has(void **state) {
    struct hazard_rig *f = *state;
    static const enum hazard_state states[] = { HAZARD_RECTIFIED, HAZARD_RAISED, HAZARD_VERIFIED };
    struct hazard_query q = { .site = JOURNAL_SITE, .now = clock_wall(), .names = true, .limit = 3 };
    struct buf alone;
    char ids[4][ID_SIZE];
    hazard_rig_photo(&f->board, HAZARD_RIG_AFTER);
    hazard_rig_photo(&f->board, HAZARD_RIG_BEFORE);
    for (int i = 0; i < 4; i++) {
        if (i == 3)
            assert_int_equal(hazard_rig_raise(f, &f->board, ",\"text\":\"x\",\"severity\":\"notice\""), 0);
        else
            hazard_rig_bring(f, states[i]);
        memcpy(ids[i], f->id, ID_SIZE);
    }
    buf_init(&alone, 1u << 20);
    assert_int_equal(buf_add_text(&alone, "{\"hazards\":["), 0);
    for (int i = 3; i > 0; i--) {
        assert_int_equal(hazard_print(f->board.db, JOURNAL_SITE, ids[i], q.now, true, &alone), 0);
        assert_int_equal(buf_add_text(&alone, i > 1 ? "," : "],\"next\":"), 0);
    }
    buf_clear(&f->answer);
    assert_int_equal(hazard_list(f->board.db, &q, &f->answer, &f->e), 0);
    assert_memory_equal(f->answer.data, alone.data, alone.len);
    assert_non_null(strstr(alone.data, "\"hazard-rectified\""));
    assert_non_null(strstr(alone.data, "\"pictures\":[{\"id\":\"" HAZARD_RIG_BEFORE "\""));
    assert_non_null(strstr(alone.data, "},{\"id\":\"" HAZARD_RIG_AFTER "\""));
    buf_fini(&alone);
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
    struct hazard_rig *f = *state;
    bool named;
    hazard_rig_photo(&f->board, HAZARD_RIG_BEFORE);
    hazard_rig_bring(f, HAZARD_RECTIFIED);
    seen = 0;
    assert_int_equal(hazard_photos(f->board.db, JOURNAL_SITE, f->id, see, &f->e), 0);
    assert_int_equal(seen, 1); /* the other's record is not here yet */
    assert_int_equal(hazard_names(f->board.db, JOURNAL_SITE, HAZARD_RIG_AFTER, &named), 0);
    assert_true(named);
    assert_int_equal(hazard_names(f->board.db, JOURNAL_SITE, HAZARD_RIG_CHECK, &named), 0);
    assert_false(named);
    assert_int_equal(hazard_rig_step(f, &f->board, "user/u-02", "verify", ""), 0);
    assert_int_equal(hazard_names(f->board.db, JOURNAL_SITE, HAZARD_RIG_AFTER, &named), 0);
    assert_false(named);
}

static void nobody_is_named_to_those_who_see_no_names(void **state) {
    struct hazard_rig *f = *state;
    hazard_rig_bring(f, HAZARD_VERIFIED);
    buf_clear(&f->answer);
    assert_int_equal(hazard_print(f->board.db, JOURNAL_SITE, f->id, clock_wall(), false, &f->answer), 0);
    assert_null(strstr(f->answer.data, "王"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, hazard_rig_setup, hazard_rig_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(home_shows_what_presses_to_whom_it_does),
        TEST(whoever_came_too_late_is_told),
        TEST(lists_are_filtered_and_paged),
        TEST(a_page_has_what_each_one_has),
        TEST(photos_of_open_hazards_are_known),
        TEST(nobody_is_named_to_those_who_see_no_names),
    };
    return cmocka_run_group_tests_name("hazard_list", tests, NULL, NULL);
}
