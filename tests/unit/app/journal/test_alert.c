/* SPDX-License-Identifier: MIT */
/* Alerts: their ids, raising and clearing once, both ends raising the same, what is listed and for how long, and events that are not whole. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/journal/alert.h"

#include "firmware/base/cleanup.h"
#include "tests/support/post_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct alert camera = { .rule = "camera-down",
                                     .level = "office",
                                     .subject = "board/b-01",
                                     .due = { INT64_C(1795334400123) },
                                     .zh = "相机没有画面",
                                     .en = "no picture" };

static int raise(struct post_rig *f, const struct alert *a) {
    journal_pair_begin(&f->t);
    int rc = alert_raise(f->t.journal, f->t.db, NULL, a, &f->e);
    journal_pair_commit(&f->t);
    return rc;
}

static int clear(struct post_rig *f, const char *id) {
    journal_pair_begin(&f->t);
    int rc = alert_clear(f->t.journal, f->t.db, JOURNAL_SITE, id, &f->e);
    journal_pair_commit(&f->t);
    return rc;
}

static int64_t standing(struct post_rig *f, const char *rule) {
    char sql[200];
    (void)snprintf(sql, sizeof sql, "SELECT count(*) FROM alert WHERE cleared_ms = 0 AND rule = coalesce(%s%s%s, rule)",
                   rule ? "'" : "", rule ? rule : "NULL", rule ? "'" : "");
    char *text = journal_pair_value(&f->t, sql);
    int64_t n = strtoll(text, NULL, 10);
    free(text);
    return n;
}

static const char *list(struct post_rig *f, const char *since, const char *before, int limit) {
    struct wall at;
    assert_int_equal(clock_parse(since, &at, NULL), 0);
    buf_clear(&f->answer);
    struct alert_query q = { .site = JOURNAL_SITE, .since = at, .before = before, .limit = limit, .names = true };
    assert_int_equal(alert_print(f->t.db, &q, &f->answer, &f->e), 0);
    return f->answer.data;
}

static void an_id_follows_from_what_it_is_about(void **state) {
    char a[ID_SIZE], b[ID_SIZE];
    struct alert other = camera;
    (void)state;
    alert_id("s-1", &camera, a);
    assert_true(ids_is_uuid7(a));
    alert_id("s-1", &camera, b);
    assert_string_equal(a, b);
    other.due.ms += 500; /* the same second */
    other.en = "in other words";
    alert_id("s-1", &other, b);
    assert_string_equal(a, b);
    alert_id("s-2", &camera, b);
    assert_string_not_equal(a, b);
    other.due.ms += 1000;
    alert_id("s-1", &other, b);
    assert_string_not_equal(a, b);
    other = camera;
    other.rule = "disk-low";
    alert_id("s-1", &other, b);
    assert_string_not_equal(a, b);
    other = camera;
    other.subject = "board/b-02";
    alert_id("s-1", &other, b);
    assert_string_not_equal(a, b);
}

static void raised_once_and_cleared_once(void **state) {
    struct post_rig *f = *state;
    char id[ID_SIZE], want[ID_SIZE];
    alert_id(JOURNAL_SITE, &camera, want);
    assert_int_equal(alert_find(f->t.db, JOURNAL_SITE, "camera-down", "board/b-01", id, NULL), ERR_NOT_FOUND);
    assert_int_equal(clear(f, want), ERR_NOT_FOUND);
    assert_int_equal(raise(f, &camera), 0);
    assert_int_equal(raise(f, &camera), ERR_EXISTS);
    assert_int_equal(alert_find(f->t.db, JOURNAL_SITE, "camera-down", "board/b-01", id, NULL), 0);
    assert_string_equal(id, want);
    assert_int_equal(standing(f, NULL), 1);
    assert_int_equal(standing(f, "camera-down"), 1);
    assert_int_equal(standing(f, "disk-low"), 0);
    CLEANUP(free_ptr)
    char *lane = journal_pair_value(
        &f->t,
        "SELECT lane || ' ' || json_extract(CAST(bytes AS TEXT), '$.actor') FROM record WHERE type = 'alert-raised'");
    assert_string_equal(lane, "alert rule/camera-down");
    const char *json = list(f, "2026-11-15T00:00:00+08:00", NULL, 10);
    assert_non_null(
        strstr(json, "\"due\":\"2026-11-22T16:00:00.000+08:00\",\"raised\":\"2026-11-22T16:10:00.000+08:00\""));
    assert_non_null(strstr(json, "\"text\":{\"zh\":\"相机没有画面\",\"en\":\"no picture\"},\"state\":\"standing\""));
    journal_pair_now("2026-11-22T17:00:00+08:00");
    assert_int_equal(clear(f, id), 0);
    assert_int_equal(clear(f, id), ERR_EXISTS);
    assert_int_equal(standing(f, NULL), 0);
    assert_non_null(
        strstr(list(f, "2026-11-22T00:00:00+08:00", NULL, 10), "\"cleared\":\"2026-11-22T17:00:00.000+08:00\""));
    assert_null(strstr(list(f, "2026-11-22T17:00:01+08:00", NULL, 10), "camera-down")); /* long ago */
    CLEANUP(free_ptr) char *n = journal_pair_value(&f->t, "SELECT count(*) FROM event WHERE type LIKE 'alert-%'");
    assert_string_equal(n, "2");
}

static void pages(void **state) {
    struct post_rig *f = *state;
    for (int i = 0; i < 5; i++) {
        struct alert a = camera;
        a.due.ms += i * 60000;
        assert_int_equal(raise(f, &a), 0);
    }
    const char *next = strstr(list(f, "2026-11-15T00:00:00+08:00", NULL, 3), "\"next\":\"");
    char cursor[24];
    assert_non_null(next);
    assert_int_equal(sscanf(next, "\"next\":\"%23[0-9]", cursor), 1);
    const char *rest = list(f, "2026-11-15T00:00:00+08:00", cursor, 3);
    assert_non_null(strstr(rest, "T16:00:00"));
    assert_non_null(strstr(rest, "T16:01:00"));
    assert_null(strstr(rest, "T16:02:00"));
    assert_non_null(strstr(rest, "\"next\":null"));
    struct alert_query bad = { .before = "x", .limit = 3 };
    assert_int_equal(alert_print(f->t.db, &bad, &f->answer, &f->e), ERR_INVALID);
}

static const char *filtered(struct post_rig *f, struct alert_query q) {
    q.since = (struct wall){ 1 };
    q.limit = 10;
    buf_clear(&f->answer);
    assert_int_equal(alert_print(f->t.db, &q, &f->answer, &f->e), 0);
    return f->answer.data;
}

static void filters(void **state) {
    struct post_rig *f = *state;
    struct alert disk = camera;
    char id[ID_SIZE];
    disk.rule = "disk-low";
    disk.level = "executive";
    assert_int_equal(raise(f, &camera), 0);
    assert_int_equal(raise(f, &disk), 0);
    alert_id(JOURNAL_SITE, &disk, id);
    assert_int_equal(clear(f, id), 0);
    const char *json = filtered(f, (struct alert_query){ .state = "standing" });
    assert_true(strstr(json, "camera-down") && !strstr(json, "disk-low"));
    json = filtered(f, (struct alert_query){ .state = "cleared" });
    assert_true(!strstr(json, "camera-down") && strstr(json, "disk-low"));
    json = filtered(f, (struct alert_query){ .level = "executive" });
    assert_true(!strstr(json, "camera-down") && strstr(json, "disk-low"));
    json = filtered(f, (struct alert_query){ .rule = "camera-down", .site = JOURNAL_SITE });
    assert_true(strstr(json, "camera-down") && !strstr(json, "disk-low"));
    assert_null(strstr(filtered(f, (struct alert_query){ .site = "s-1" }), "camera-down"));
    assert_null(strstr(filtered(f, (struct alert_query){ .member = "u-09" }), "camera-down"));
    struct event_draft person = {
        .type = "person-set", .subject_id = "u-09", .actor = "board", .data = "{\"name\":\"王**\",\"role\":\"manager\"}"
    };
    journal_pair_append(&f->t, &person, NULL);
    assert_non_null(strstr(filtered(f, (struct alert_query){ .member = "u-09" }), "camera-down"));
}

/* Who cleared one may raise it again (its clock was wrong, say); who only heard that it was cleared may not. */
static void raised_again_by_who_cleared_it(void **state) {
    struct post_rig *f = *state;
    struct test_journal hub = { 0 };
    unsigned seed = journal_pair_seed();
    char id[ID_SIZE];
    alert_id(JOURNAL_SITE, &camera, id);
    journal_pair_open(&hub, "hub");
    assert_int_equal(raise(f, &camera), 0);
    journal_pair_carry(&f->t, &hub, &seed);
    assert_int_equal(clear(f, id), 0);
    journal_pair_carry(&f->t, &hub, &seed);
    journal_pair_begin(&hub);
    assert_int_equal(alert_may_raise(hub.db, JOURNAL_SITE, id, "hub"), 0);
    assert_int_equal(alert_raise(hub.journal, hub.db, JOURNAL_SITE, &camera, &f->e), ERR_EXISTS);
    journal_pair_commit(&hub);
    assert_int_equal(raise(f, &camera), 0);
    assert_int_equal(standing(f, NULL), 1);
    journal_pair_carry(&f->t, &hub, &seed);
    journal_pair_same(&f->t, &hub);
    journal_pair_rebuild(&hub);
    journal_pair_close(&hub);
}

/* Both ends raise and clear without knowing of each other: one alert, and cleared stays cleared. */
static void both_ends_raise_and_clear(void **state) {
    struct post_rig *f = *state;
    struct test_journal hub = { 0 };
    unsigned seed = journal_pair_seed();
    char id[ID_SIZE];
    alert_id(JOURNAL_SITE, &camera, id);
    journal_pair_open(&hub, "hub");
    assert_int_equal(raise(f, &camera), 0);
    assert_int_equal(clear(f, id), 0);
    journal_pair_begin(&hub);
    assert_int_equal(alert_raise(hub.journal, hub.db, JOURNAL_SITE, &camera, &f->e), 0);
    assert_int_equal(alert_clear(hub.journal, hub.db, JOURNAL_SITE, id, &f->e), 0);
    journal_pair_commit(&hub);
    journal_pair_carry(&f->t, &hub, &seed);
    journal_pair_carry(&hub, &f->t, &seed);
    journal_pair_same(&f->t, &hub);
    CLEANUP(free_ptr)
    char *said = journal_pair_value(&hub, "SELECT (SELECT count(*) FROM alert WHERE cleared_ms > 0) || ' ' ||"
                                          " (SELECT count(*) FROM alert) || ' ' || (SELECT count(*) FROM late)");
    assert_string_equal(said, "1 1 0");
    journal_pair_close(&hub);
}

static int see(struct post_rig *f, const char *id, const char *body) {
    journal_pair_begin(&f->t);
    buf_clear(&f->answer);
    int rc = alert_see(f->t.journal, f->t.db, id, "user/o-01", body, strlen(body), &f->answer, &f->e);
    journal_pair_commit(&f->t);
    return rc;
}

static void seen(void **state) {
    struct post_rig *f = *state;
    char id[ID_SIZE];
    alert_id(JOURNAL_SITE, &camera, id);
    assert_int_equal(see(f, id, "{}"), ERR_NOT_FOUND);
    assert_int_equal(raise(f, &camera), 0);
    assert_non_null(strstr(list(f, "2026-11-15T00:00:00+08:00", NULL, 3), "\"seen\":null"));
    assert_int_equal(see(f, id, "{\"note\":7}"), ERR_INVALID);
    assert_int_equal(see(f, id, "{\"what\":\"x\"}"), ERR_INVALID);
    const char *said = "{\"id\":\"01990000-0000-7000-8000-00000000bb02\",\"note\":\"打13912345678\"}";
    assert_int_equal(see(f, id, said), 0);
    assert_non_null(
        strstr(f->answer.data, "\"seen\":{\"at\":\"2026-11-22T16:10:00.000+08:00\",\"by\":{\"id\":\"o-01\""));
    assert_null(strstr(f->answer.data, "13912345678"));
    assert_int_equal(see(f, id, said), ERR_EXISTS);
    assert_int_equal(see(f, id, "{\"id\":\"01990000-0000-7000-8000-00000000bb02\"}"), ERR_CONFLICT);
    assert_non_null(strstr(f->answer.data, "\"rule\":\"camera-down\"")); /* what is stored */
    assert_non_null(strstr(f->answer.data, "\"note\":\"打"));
    assert_int_equal(see(f, id, ""), ERR_INVALID);
    assert_int_equal(see(f, id, "{}"), 0);
    assert_non_null(strstr(list(f, "2026-11-15T00:00:00+08:00", NULL, 3), "\"seen\":{\"at\""));
    journal_pair_rebuild(&f->t);
}

static int check(const char *data) {
    struct json *root = NULL;
    assert_int_equal(json_parse(data, strlen(data), &root, NULL), 0);
    int rc = alert_check(root, NULL);
    json_destroy(root);
    return rc;
}

/* Others may say less of their alerts, but nothing that is none. */
static void what_others_may_say(void **state) {
    (void)state;
    assert_int_equal(check("{\"rule\":\"camera-down\"}"), 0);
    assert_int_equal(check("{\"rule\":7}"), ERR_INVALID);
    assert_int_equal(check("{\"rule\":\"r\",\"due\":\"soon\"}"), ERR_INVALID);
    assert_int_equal(check("{\"rule\":\"r\",\"text\":\"x\"}"), ERR_INVALID);
    assert_int_equal(check("{\"rule\":\"r\",\"text\":{\"zh\":7}}"), ERR_INVALID);
}

static void one_that_says_little_is_listed(void **state) {
    struct post_rig *f = *state;
    struct event_draft d = { .type = "alert-raised",
                             .subject_id = "01990000-0000-7000-8000-00000000bb01",
                             .actor = "board",
                             .data = "{\"rule\":\"camera-down\"}" };
    journal_pair_begin(&f->t);
    assert_int_equal(journal_append(f->t.journal, f->t.db, &d, NULL, &f->e), 0);
    journal_pair_commit(&f->t);
    const char *json = list(f, "2026-11-15T00:00:00+08:00", NULL, 10);
    assert_non_null(strstr(json, "\"level\":\"office\",\"subject\":\"\",\"due\":\"2026-11-22T16:10:00.000+08:00\""));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_id_follows_from_what_it_is_about),
        cmocka_unit_test_setup_teardown(raised_once_and_cleared_once, post_rig_setup, post_rig_teardown),
        cmocka_unit_test_setup_teardown(pages, post_rig_setup, post_rig_teardown),
        cmocka_unit_test_setup_teardown(filters, post_rig_setup, post_rig_teardown),
        cmocka_unit_test_setup_teardown(raised_again_by_who_cleared_it, post_rig_setup, post_rig_teardown),
        cmocka_unit_test_setup_teardown(both_ends_raise_and_clear, post_rig_setup, post_rig_teardown),
        cmocka_unit_test_setup_teardown(seen, post_rig_setup, post_rig_teardown),
        cmocka_unit_test(what_others_may_say),
        cmocka_unit_test_setup_teardown(one_that_says_little_is_listed, post_rig_setup, post_rig_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
