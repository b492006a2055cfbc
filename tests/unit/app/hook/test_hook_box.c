/* SPDX-License-Identifier: MIT */
/* What webhooks have still to be told: each alert once for each hook that wants it, across restarts, whichever end told of it; bundles that stay
 * as they are; what is parked, given up and forgotten. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/hook/hook_box.h"

#include "firmware/base/text.h"
#include "tests/support/journal_pair.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOUR_MS INT64_C(3600000)

static const struct hook_conf both[] = {
    { .name = "boss", .format = HOOK_WECOM, .levels = 1u << HOOK_EXECUTIVE, .digest_min = 510 },
    { .name = "crm", .format = HOOK_JSON, .levels = 7, .digest_min = HOOK_CONF_NO_DIGEST },
};
static const struct hook_list list = { both, 2 };

struct fixture {
    struct test_journal t;
    int64_t pos;
    struct tz *tz;
    struct hook_bundle bundle;
};

static int setup(void **state) {
    struct fixture *f = calloc(1, sizeof *f);
    journal_pair_now("2026-11-28T07:00:00+08:00");
    journal_pair_open(&f->t, "hub");
    assert_int_equal(tz_create("Asia/Shanghai", &f->tz, NULL), 0);
    *state = f;
    return 0;
}

static int teardown(void **state) {
    struct fixture *f = *state;
    tz_destroy(f->tz);
    journal_pair_close(&f->t);
    free(f);
    return 0;
}

static void open_box(struct fixture *f, const struct hook_list *hooks) {
    journal_pair_begin(&f->t);
    assert_int_equal(hook_box_open(f->t.db, hooks, clock_wall(), &f->pos), 0);
    journal_pair_commit(&f->t);
}

static void collect(struct fixture *f) {
    journal_pair_begin(&f->t);
    assert_int_equal(hook_box_collect(f->t.db, &list, clock_wall(), &f->pos), 0);
    journal_pair_commit(&f->t);
}

static const char *id_of(int n) {
    static char ids[4][ID_SIZE];
    static int next;
    char *out = ids[next++ % 4];
    (void)snprintf(out, ID_SIZE, "0193a000-0000-7000-8000-%012d", n);
    return out;
}

static void tell(struct test_journal *t, const char *site, int n, const char *type, const char *level) {
    char data[400];
    (void)snprintf(
        data, sizeof data,
        "{\"rule\":\"stage-late\",\"level\":\"%s\",\"subject\":\"stage/x\",\"due\":\"2026-11-20T18:30:00+08:00\","
        "\"text\":{\"zh\":\"慢%d\",\"en\":\"late %d\"}}",
        level, n, n);
    struct event_draft draft = { .site = site, .type = type, .subject_id = id_of(n), .actor = "rule/x", .data = data };
    journal_pair_append(t, &draft, NULL);
}

static void raise(struct fixture *f, int n, const char *level) { tell(&f->t, "s-1", n, "alert-raised", level); }
static void clear(struct fixture *f, int n, const char *level) { tell(&f->t, "s-1", n, "alert-cleared", level); }

static int take(struct fixture *f, const char *hook) {
    journal_pair_begin(&f->t);
    int rc = hook_box_take(f->t.db, hook, clock_wall(), &f->bundle);
    journal_pair_commit(&f->t);
    return rc;
}

static void settle(struct fixture *f, const char *hook, enum hook_outcome outcome) {
    struct hook_verdict v = { .outcome = outcome, .text = "HTTP 500" };
    if (outcome == HOOK_ACCEPTED) v.text[0] = '\0';
    journal_pair_begin(&f->t);
    assert_int_equal(hook_box_settle(f->t.db, hook, f->bundle.id, &v, clock_wall()), 0);
    journal_pair_commit(&f->t);
}

/* Takes and accepts all; gives how many alerts that were, in how many messages. */
static int drain(struct fixture *f, const char *hook, int *messages) {
    int n = 0;
    *messages = 0;
    while (take(f, hook) == 0) {
        n += (int)f->bundle.n;
        (*messages)++;
        settle(f, hook, HOOK_ACCEPTED);
    }
    return n;
}

static int64_t count(struct fixture *f, const char *where) {
    char sql[200];
    (void)snprintf(sql, sizeof sql, "SELECT count(*) FROM hook_delivery WHERE %s", where);
    char *text = journal_pair_value(&f->t, sql);
    int64_t n = strtoll(text, NULL, 10);
    free(text);
    return n;
}

static void each_is_told_to_who_wants_it(void **state) {
    struct fixture *f = *state;
    raise(f, 1, "executive"); /* before there were hooks */
    open_box(f, &list);
    raise(f, 2, "site");
    raise(f, 3, "executive");
    clear(f, 3, "executive");
    collect(f);
    assert_int_equal(count(f, "hook = 'crm'"), 3);
    assert_int_equal(count(f, "hook = 'boss'"), 2);
    assert_int_equal(take(f, "boss"), 0);
    assert_int_equal(f->bundle.n, 1);
    assert_int_equal(f->bundle.waiting, 1);
    assert_string_equal(f->bundle.alerts[0].site, "s-1");
    assert_string_equal(f->bundle.alerts[0].name, "s-1");
    assert_string_equal(f->bundle.alerts[0].zh, "慢3");
    assert_string_equal(f->bundle.alerts[0].level, "executive");
    assert_false(f->bundle.alerts[0].tells_clear);
    settle(f, "boss", HOOK_ACCEPTED);
    assert_int_equal(take(f, "boss"), 0);
    assert_true(f->bundle.alerts[0].tells_clear);
    assert_true(f->bundle.alerts[0].cleared[0]);
    settle(f, "boss", HOOK_ACCEPTED);
    assert_int_equal(take(f, "boss"), ERR_NOT_FOUND);
    assert_int_equal(count(f, "hook = 'crm'"), 3);
}

/* Restarted between any two steps: what is read again makes nothing twice. */
static void a_restart_loses_none_and_makes_none_twice(void **state) {
    struct fixture *f = *state;
    int messages;
    open_box(f, &list);
    raise(f, 1, "office");
    open_box(f, &list); /* killed before it was collected */
    collect(f);
    open_box(f, &list);
    collect(f);
    assert_int_equal(drain(f, "crm", &messages), 1);
    open_box(f, &list); /* killed after it was told */
    collect(f);
    assert_int_equal(drain(f, "crm", &messages), 0);
    struct event_draft note = { .site = "s-1", .type = "note", .subject_id = "n", .actor = "board", .data = "{}" };
    journal_pair_append(&f->t, &note, NULL);
    collect(f); /* nothing to tell: the place is not even written down */
    raise(f, 2, "office");
    open_box(f, &list);
    collect(f);
    assert_int_equal(drain(f, "crm", &messages), 1);
}

/* The board and the hub judge the same and raise one alert, each by an event of its own. */
static void both_ends_tell_of_one_alert(void **state) {
    struct fixture *f = *state;
    struct test_journal board;
    unsigned seed = 7;
    int messages;
    open_box(f, &list);
    journal_pair_open(&board, "b-1");
    tell(&f->t, JOURNAL_SITE, 1, "alert-raised", "executive");
    collect(f);
    assert_int_equal(drain(f, "crm", &messages), 1);
    tell(&board, JOURNAL_SITE, 1, "alert-raised", "executive");
    tell(&board, JOURNAL_SITE, 1, "alert-cleared", "executive");
    tell(&f->t, JOURNAL_SITE, 1, "alert-cleared", "executive");
    journal_pair_carry(&board, &f->t, &seed);
    collect(f);
    assert_int_equal(drain(f, "crm", &messages), 1);
    assert_int_equal(drain(f, "boss", &messages), 2);
    journal_pair_close(&board);
}

/* A board comes back after weeks: what was and is over is not told any more, what still stands is. */
static void old_news_only_while_it_stands(void **state) {
    struct fixture *f = *state;
    int messages;
    open_box(f, &list);
    raise(f, 1, "executive");
    raise(f, 2, "executive");
    clear(f, 2, "executive");
    clock_fake_advance_ms(80 * HOUR_MS);
    collect(f);
    assert_int_equal(take(f, "boss"), 0);
    assert_string_equal(f->bundle.alerts[0].id, id_of(1));
    settle(f, "boss", HOOK_ACCEPTED);
    assert_int_equal(drain(f, "boss", &messages), 0);
}

static void many_are_merged_and_a_bundle_stays_as_it_is(void **state) {
    struct fixture *f = *state;
    char first[ID_SIZE];
    int messages;
    open_box(f, &list);
    for (int i = 1; i <= 3; i++) raise(f, i, "site");
    collect(f);
    assert_int_equal(drain(f, "crm", &messages), 3);
    assert_int_equal(messages, 3);
    for (int i = 11; i <= 34; i++) raise(f, i, "site");
    collect(f);
    assert_int_equal(take(f, "crm"), 0);
    assert_int_equal(f->bundle.n, HOOK_ALERTS_MAX);
    assert_int_equal(f->bundle.waiting, 14);
    memcpy(first, f->bundle.id, sizeof first);
    settle(f, "crm", HOOK_AGAIN);
    raise(f, 40, "site");
    open_box(f, &list); /* killed while it was on its way */
    collect(f);
    assert_int_equal(take(f, "crm"), 0);
    assert_string_equal(f->bundle.id, first);
    assert_int_equal(f->bundle.n, HOOK_ALERTS_MAX);
    assert_string_equal(f->bundle.alerts[0].id, id_of(11));
    assert_string_equal(f->bundle.alerts[9].id, id_of(20));
    settle(f, "crm", HOOK_ACCEPTED);
    settle(f, "crm", HOOK_ACCEPTED); /* once more is fine */
    assert_int_equal(drain(f, "crm", &messages), 15);
    assert_true(messages <= 5);
}

static void what_is_refused_is_parked_and_shown(void **state) {
    struct fixture *f = *state;
    struct hook_state s;
    struct buf json;
    int messages;
    open_box(f, &list);
    raise(f, 1, "executive");
    collect(f);
    assert_int_equal(take(f, "boss"), 0);
    settle(f, "boss", HOOK_REFUSED);
    assert_int_equal(take(f, "boss"), ERR_NOT_FOUND);
    assert_int_equal(hook_box_state(f->t.db, "boss", &s), 0);
    assert_int_equal(s.parked, 1);
    assert_int_equal(s.waiting, 0);
    assert_true(s.error.ms > 0 && s.ok.ms == 0);
    assert_string_equal(s.text, "HTTP 500");
    buf_init(&json, 1u << 16);
    assert_int_equal(hook_box_print(f->t.db, &list, &json), 0);
    assert_non_null(strstr(json.data, "\"waiting\":0,\"parked\":1,\"last_success\":null,\"last_error\":{\"at\":"));
    assert_non_null(strstr(json.data, "\"kind\":\"raised\",\"site\":\"s-1\",\"alert\":\"0193a000"));
    buf_fini(&json);
    open_box(f, &list); /* started again: once more */
    assert_int_equal(drain(f, "boss", &messages), 1);
    raise(f, 2, "executive");
    collect(f);
    assert_int_equal(take(f, "boss"), 0);
    settle(f, "boss", HOOK_REFUSED);
    clock_fake_advance_ms(73 * HOUR_MS);
    open_box(f, &list); /* too old for that now */
    assert_int_equal(take(f, "boss"), ERR_NOT_FOUND);
    assert_int_equal(count(f, "parked = 1 AND hook = 'boss'"), 1);
    clock_fake_advance_ms(31 * 24 * HOUR_MS);
    open_box(f, &list);
    assert_int_equal(count(f, "parked = 1 AND hook = 'boss'"), 0);
}

static void given_up_after_three_days_of_trying(void **state) {
    struct fixture *f = *state;
    int messages;
    open_box(f, &list);
    raise(f, 1, "executive");
    collect(f);
    assert_int_equal(take(f, "boss"), 0);
    settle(f, "boss", HOOK_AGAIN);
    clock_fake_advance_ms(71 * HOUR_MS);
    assert_int_equal(take(f, "boss"), 0);
    clock_fake_advance_ms(2 * HOUR_MS);
    assert_int_equal(take(f, "boss"), ERR_NOT_FOUND);
    assert_int_equal(count(f, "parked = 1 AND why = 'given up after 72 h: HTTP 500'"), 1);
    assert_int_equal(drain(f, "crm", &messages), 1); /* was not tried yet: has its try */
}

static bool make_digest(struct fixture *f) {
    bool made = false;
    journal_pair_begin(&f->t);
    assert_int_equal(hook_box_digest(f->t.db, &both[0], f->tz, clock_wall(), &made), 0);
    journal_pair_commit(&f->t);
    return made;
}

static void a_digest_once_a_date(void **state) {
    struct fixture *f = *state;
    open_box(f, &list);
    assert_false(make_digest(f)); /* 07:00 */
    journal_pair_now("2026-11-28T08:30:00+08:00");
    assert_true(make_digest(f));
    assert_false(make_digest(f));
    raise(f, 1, "executive");
    collect(f);
    open_box(f, &list);
    assert_false(make_digest(f));
    assert_int_equal(take(f, "boss"), 0); /* goes before alerts, and by itself */
    assert_true(f->bundle.digest);
    assert_int_equal(f->bundle.n, 0);
    assert_int_equal(f->bundle.waiting, 1);
    settle(f, "boss", HOOK_ACCEPTED);
    assert_int_equal(take(f, "boss"), 0);
    assert_false(f->bundle.digest);
    settle(f, "boss", HOOK_ACCEPTED);
    journal_pair_now("2026-11-29T11:00:00+08:00");
    assert_true(make_digest(f));
    journal_pair_now("2026-11-29T23:30:00+08:00"); /* nobody wants it at night, tried or not */
    assert_int_equal(take(f, "boss"), ERR_NOT_FOUND);
    assert_int_equal(count(f, "parked = 1 AND kind = 'digest'"), 1);
}

static void who_is_gone_is_forgotten_and_who_is_new_begins_now(void **state) {
    struct fixture *f = *state;
    const struct hook_list one = { &both[1], 1 }, none = { NULL, 0 };
    int messages;
    open_box(f, &list);
    raise(f, 1, "executive");
    collect(f);
    open_box(f, &one);
    assert_int_equal(count(f, "hook = 'boss'"), 0);
    assert_int_equal(count(f, "hook = 'crm'"), 1);
    open_box(f, &list);
    assert_int_equal(drain(f, "boss", &messages), 0);
    open_box(f, &none);
    raise(f, 2, "executive");
    open_box(f, &list);
    collect(f);
    assert_int_equal(drain(f, "crm", &messages), 0);
    raise(f, 3, "executive");
    collect(f);
    assert_int_equal(drain(f, "crm", &messages), 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_is_told_to_who_wants_it, setup, teardown),
        cmocka_unit_test_setup_teardown(a_restart_loses_none_and_makes_none_twice, setup, teardown),
        cmocka_unit_test_setup_teardown(both_ends_tell_of_one_alert, setup, teardown),
        cmocka_unit_test_setup_teardown(old_news_only_while_it_stands, setup, teardown),
        cmocka_unit_test_setup_teardown(many_are_merged_and_a_bundle_stays_as_it_is, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_refused_is_parked_and_shown, setup, teardown),
        cmocka_unit_test_setup_teardown(given_up_after_three_days_of_trying, setup, teardown),
        cmocka_unit_test_setup_teardown(a_digest_once_a_date, setup, teardown),
        cmocka_unit_test_setup_teardown(who_is_gone_is_forgotten_and_who_is_new_begins_now, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
