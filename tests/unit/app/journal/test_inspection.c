/* SPDX-License-Identifier: MIT */
/* Quality reports in the journal: submitted once, with the hazards that are ticked; refused whole; a company's own checklist; dates; lists; both ends. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/journal/checklist_set.h"
#include "app/journal/draft.h"
#include "app/journal/inspection.h"

#include "tests/support/journal_pair.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PHOTO   "\"photos\":[\"01935d2a-1c00-7abc-8def-0123456789ab\"]"
#define NA(key) "{\"item\":\"" key "\",\"result\":\"na\",\"reason\":\"不涉及\"}"
#define REST    NA("de.rebar") "," NA("de.riser") "," NA("de.edge") "," NA("de.base")

struct fixture {
    struct test_journal board, hub;
    struct appended out;
    struct buf answer;
    struct err_text e;
    char id[ID_SIZE];
};

static int setup(void **state) {
    struct fixture *f = calloc(1, sizeof *f);
    journal_pair_now("2026-11-22T16:10:00+08:00");
    journal_pair_open(&f->board, "b-01");
    journal_pair_open(&f->hub, "hub");
    buf_init(&f->answer, 4u << 20);
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

static int post_of(struct fixture *f, const char *stage, const char *id, const char *date, const char *items) {
    struct hazard_by by = { .site = JOURNAL_SITE, .actor = "user/u-02" };
    char body[4096];
    (void)snprintf(body, sizeof body, "{\"id\":\"%s\",\"date\":\"%s\",\"stage\":\"%s\",\"items\":[%s]}", id, date,
                   stage, items);
    buf_clear(&f->answer);
    f->e = (struct err_text){ 0 };
    journal_pair_begin(&f->board);
    int rc = inspection_submit(f->board.journal, f->board.db, &by, body, strlen(body), &f->out, &f->answer, &f->e);
    if (rc < 0 && rc != ERR_EXISTS)
        assert_int_equal(db_exec(f->board.db, "ROLLBACK; BEGIN", NULL), 0); /* as the store does with a refusal */
    journal_pair_commit(&f->board);
    return rc;
}

static int post(struct fixture *f, const char *id, const char *date, const char *items) {
    return post_of(f, "demolition", id, date, items);
}

static int submit(struct fixture *f, const char *items) {
    ids_make(clock_wall(), f->id);
    return post(f, f->id, "2026-11-22", items);
}

static int64_t count(struct test_journal *t, const char *table) {
    struct stmt *s = NULL;
    char sql[256];
    (void)snprintf(sql, sizeof sql, "SELECT count(*) FROM %s", table);
    assert_int_equal(db_prepare(t->db, sql, &s), 0);
    assert_int_equal(stmt_step(s), 1);
    int64_t n = stmt_int(s, 0);
    stmt_reset(s);
    return n;
}

static void a_report_raises_the_hazards_that_are_ticked(void **state) {
    struct fixture *f = *state;
    const char *items =
        "{\"item\":\"de.bearing\",\"room\":\"living\",\"result\":\"fail\"," PHOTO
        ",\"hazard\":{\"severity\":\"stop_work\"}},"
        "{\"item\":\"de.capped\",\"result\":\"fail\",\"hazard\":{\"severity\":\"notice\",\"text\":\"13900001234 "
        "说的下水口\"}},{\"item\":\"de.waste\",\"result\":\"fail\"}," REST;
    assert_int_equal(submit(f, items), 0);
    assert_non_null(strstr(f->answer.data, "\"verdict\":\"fail\",\"passed\":0,\"failed\":3,\"red\":1"));
    assert_non_null(strstr(f->answer.data, "\"hazards\":[{\"item\":\"de.bearing\",\"id\":"));
    assert_int_equal(count(&f->board, "hazard"), 2);
    assert_int_equal(count(&f->board, "hazard WHERE severity = 'stop_work' AND room = 'living' AND stage = 'demolition'"
                                      " AND text = '承重墙梁柱未动不合格' AND photos LIKE '%89ab%'"),
                     1);
    assert_int_equal(count(&f->board, "hazard WHERE text = '139****1234 说的下水口'"), 1);
    assert_int_equal(post(f, f->id, "2026-11-22", items), ERR_EXISTS);
    assert_int_equal(count(&f->board, "hazard"), 2); /* once */
    assert_int_equal(post(f, f->id, "2026-11-21", items), ERR_CONFLICT);
}

static void a_refused_report_leaves_nothing(void **state) {
    struct fixture *f = *state;
    assert_int_equal(submit(f, "{\"item\":\"de.capped\",\"result\":\"fail\",\"hazard\":{\"severity\":\"notice\"}}"),
                     ERR_UNSUPPORTED); /* the rest was not looked at */
    assert_string_equal(f->e.field, "items");
    assert_non_null(strstr(f->e.text, "de.bearing"));
    assert_int_equal(
        submit(f, "{\"item\":\"de.capped\",\"result\":\"fail\",\"hazard\":{\"severity\":\"notice\",\"phrase\":"
                  "\"no-such\"}}," NA("de.bearing") "," REST),
        ERR_INVALID);
    assert_string_equal(f->e.field, "items.0.hazard.phrase");
    assert_int_equal(count(&f->board, "hazard"), 0);
    assert_int_equal(count(&f->board, "inspection"), 0);
}

static void dates_are_the_sites_and_of_this_week(void **state) {
    struct fixture *f = *state;
    const char *items = NA("de.bearing") "," REST;
    char id[ID_SIZE];
    static const struct {
        const char *date;
        int rc;
    } dates[] = {
        { "2026-11-23", ERR_INVALID }, { "2026-11-22", 0 }, { "2026-11-15", 0 }, { "2026-11-14", ERR_INVALID }
    };
    for (size_t i = 0; i < sizeof dates / sizeof dates[0]; i++) {
        ids_make(clock_wall(), id);
        assert_int_equal(post(f, id, dates[i].date, items), dates[i].rc);
    }
    journal_pair_grade(CLOCK_NONE); /* nobody knows the date */
    ids_make(clock_wall(), id);
    assert_int_equal(post(f, id, "2027-01-01", items), 0);
    journal_pair_grade(CLOCK_NTP);
}

static void a_companys_own_items_count(void **state) {
    struct fixture *f = *state;
    struct event_draft own = { .site = JOURNAL_SITE,
                               .type = "checklist-set",
                               .subject_id = "demolition",
                               .actor = "user/u-09",
                               .data = "{\"remove\":[\"de.base\",\"de.edge\"]}" };
    assert_int_equal(submit(f, NA("de.bearing") "," NA("de.rebar") "," NA("de.riser")), ERR_UNSUPPORTED);
    journal_pair_append(&f->board, &own, NULL);
    assert_int_equal(submit(f, NA("de.bearing") "," NA("de.rebar") "," NA("de.riser")), 0);
    assert_int_equal(submit(f, NA("de.bearing") "," REST), ERR_INVALID);
    assert_string_equal(f->e.field, "items.3.item");
}

static void test_at(struct fixture *f, const char *site, const char *id, const char *result) {
    struct event_draft start = { .site = site,
                                 .type = "timed-test-started",
                                 .subject_id = id,
                                 .actor = "user/u-01",
                                 .data = "{\"kind\":\"flow\"}" };
    struct event_draft end = start;
    end.type = "timed-test-finished";
    end.data = result;
    journal_pair_append(&f->board, &start, NULL);
    if (result) journal_pair_append(&f->board, &end, NULL);
}

static int flow(struct fixture *f, const char *test) {
    char items[600];
    (void)snprintf(items, sizeof items,
                   "{\"item\":\"in.leak\",\"test\":\"%s\"," PHOTO "}," NA("in.cab") "," NA("in.phase"), test);
    ids_make(clock_wall(), f->id);
    return post_of(f, "installation", f->id, "2026-11-22", items);
}

/* A finished one, of this site. */
static void a_timed_item_needs_its_test(void **state) {
    static const char *const ids[] = { "01935d2a-1c00-7abc-8def-000000000001", "01935d2a-1c00-7abc-8def-000000000002",
                                       "01935d2a-1c00-7abc-8def-000000000003", "01935d2a-1c00-7abc-8def-000000000004" };
    struct fixture *f = *state;
    test_at(f, JOURNAL_SITE, ids[0], "{\"kind\":\"flow\",\"result\":\"pass\"}");
    test_at(f, JOURNAL_SITE, ids[1], "{\"kind\":\"flow\",\"result\":\"fail\"}");
    test_at(f, JOURNAL_SITE, ids[2], NULL); /* it runs */
    test_at(f, "s-other", ids[3], "{\"kind\":\"flow\",\"result\":\"pass\"}");
    assert_int_equal(flow(f, ids[0]), 0);
    assert_non_null(strstr(f->answer.data, "\"verdict\":\"pass\""));
    assert_int_equal(flow(f, ids[1]), 0);
    assert_non_null(strstr(f->answer.data, "\"verdict\":\"fail\""));
    assert_int_equal(flow(f, ids[2]), ERR_INVALID);
    assert_int_equal(flow(f, ids[3]), ERR_INVALID);
    assert_string_equal(f->e.field, "items.0.test");
}

static void the_draft_goes_with_the_report(void **state) {
    struct fixture *f = *state;
    journal_pair_begin(&f->board);
    assert_int_equal(
        draft_put(f->board.db, JOURNAL_SITE, "inspection", "demolition", "{}", 2, "u-02", clock_wall(), NULL), 0);
    journal_pair_commit(&f->board);
    assert_int_equal(submit(f, NA("de.bearing") "," REST), 0);
    assert_int_equal(count(&f->board, "draft"), 0);
}

/* How many there are on all pages. */
static int on_all_pages(struct fixture *f, struct inspection_query q) {
    char next[40] = "";
    int n = 0;
    q.limit = 3;
    do {
        q.before = next[0] ? next : NULL;
        buf_clear(&f->answer);
        assert_int_equal(inspection_list(f->board.db, &q, &f->answer, &f->e), 0);
        for (const char *at = f->answer.data; (at = strstr(at, "\"verdict\"")); at++) n++;
        next[0] = '\0';
        (void)sscanf(strstr(f->answer.data, "\"next\":"), "\"next\":\"%39[^\"]", next);
    } while (next[0]);
    return n;
}

/* Whose it is and whether dates are asked for decide by which statement it is read. */
static void every_way_to_a_list_finds_the_same(void **state) {
    struct fixture *f = *state;
    struct event_draft on_the_list = { .site = JOURNAL_SITE,
                                       .type = "person-set",
                                       .subject_id = "u-08",
                                       .actor = "board",
                                       .data = "{\"name\":\"x\",\"role\":\"supervisor\",\"active\":true}" };
    journal_pair_append(&f->board, &on_the_list, NULL);
    for (int i = 0; i < 7; i++) assert_int_equal(submit(f, NA("de.bearing") "," REST), 0);
    static const char *const dates[] = { NULL, "2000-01-01", "2100-01-01" };
    static const int found[] = { 7, 7, 0 };
    for (int i = 0; i < 3; i++) {
        struct inspection_query q = { .from = dates[i] };
        assert_int_equal(on_all_pages(f, q), found[i]);
        q.member = "u-08";
        assert_int_equal(on_all_pages(f, q), found[i]);
        q.site = JOURNAL_SITE;
        assert_int_equal(on_all_pages(f, q), found[i]);
        q.member = "u-77";
        assert_int_equal(on_all_pages(f, q), 0);
        q.site = NULL;
        assert_int_equal(on_all_pages(f, q), 0);
    }
    assert_int_equal(on_all_pages(f, (struct inspection_query){ .to = "2000-01-01" }), 0);
}

static void lists_and_both_ends(void **state) {
    struct fixture *f = *state;
    struct inspection_query q = { .site = JOURNAL_SITE, .limit = 2 };
    unsigned seed = 5;
    for (int i = 0; i < 3; i++) assert_int_equal(submit(f, NA("de.bearing") "," REST), 0);
    assert_int_equal(submit(f, "{\"item\":\"de.waste\",\"result\":\"fail\"}," NA("de.bearing") "," REST), 0);
    buf_clear(&f->answer);
    assert_int_equal(inspection_list(f->board.db, &q, &f->answer, &f->e), 0);
    assert_non_null(strstr(f->answer.data, "\"verdict\":\"rectify\""));
    assert_null(strstr(f->answer.data, "\"next\":null"));
    q.verdict = "rectify";
    buf_clear(&f->answer);
    assert_int_equal(inspection_list(f->board.db, &q, &f->answer, &f->e), 0);
    assert_non_null(strstr(f->answer.data, "\"next\":null"));
    assert_null(strstr(f->answer.data, "\"verdict\":\"pass\""));
    journal_pair_carry(&f->board, &f->hub, &seed);
    journal_pair_same(&f->board, &f->hub);
    journal_pair_rebuild(&f->board);
    assert_int_equal(inspection_print(f->hub.db, JOURNAL_SITE, "no-such", true, &f->answer), ERR_NOT_FOUND);
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_report_raises_the_hazards_that_are_ticked),
        TEST(a_refused_report_leaves_nothing),
        TEST(dates_are_the_sites_and_of_this_week),
        TEST(a_companys_own_items_count),
        TEST(a_timed_item_needs_its_test),
        TEST(the_draft_goes_with_the_report),
        TEST(every_way_to_a_list_finds_the_same),
        TEST(lists_and_both_ends),
    };
    return cmocka_run_group_tests_name("inspection", tests, NULL, NULL);
}
