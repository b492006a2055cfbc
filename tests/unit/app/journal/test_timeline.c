/* SPDX-License-Identifier: MIT */
/* What readers see of events: pages, states, ordinals, histories; and the counts that go with them. */
#include "app/journal/timeline.h"

#include "app/journal/counts.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/json.h"
#include "tests/support/journal_rig.h"
#include "tests/support/temp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

static char *dir;
static struct journal_rig r;

static int setup_board(void **state) {
    (void)state;
    dir = temp_make();
    journal_rig_open(&r, dir, "j.db", "b-1", JOURNAL_RIG_SITE);
    return 0;
}

static int setup_hub(void **state) {
    (void)state;
    dir = temp_make();
    journal_rig_open(&r, dir, "hub.db", "hub", NULL);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    journal_rig_close(&r);
    temp_remove(dir);
    return 0;
}

/* ---- reading ---- */

static struct json *parse(struct buf *b) {
    struct json *root = NULL;
    struct err_text e = { 0 };
    assert_int_equal(b->error, 0);
    assert_int_equal(json_parse(b->data, b->len, &root, &e), 0);
    buf_fini(b);
    return root;
}

static struct json *page(const struct timeline_query *q) {
    struct buf b;
    buf_init(&b, TIMELINE_PAGE_MAX);
    assert_int_equal(timeline_page(r.db, q, &b), 0);
    return parse(&b);
}

static struct json *entry(const char *id, unsigned hide) {
    struct timeline_query q = { .site = JOURNAL_RIG_SITE, .limit = TIMELINE_LIMIT_MAX, .hide = hide };
    struct json *all = page(&q);
    const struct json *entries = json_member(all, "entries");
    struct buf b;
    buf_init(&b, TIMELINE_PAGE_MAX);
    for (size_t i = 0; i < json_count(entries); i++) {
        const struct json *one = json_at(entries, i);
        if (strcmp(json_text(json_member(one, "id")), id) == 0) assert_int_equal(json_print(one, &b), 0);
    }
    json_destroy(all);
    assert_true(b.len > 0);
    return parse(&b);
}

static const char *text(const struct json *n, const char *name) {
    const char *value = json_text(json_member(n, name));
    return value ? value : "(none)";
}

static int64_t number(const struct json *n, const char *name) {
    int64_t value = -1;
    (void)json_int(json_member(n, name), &value);
    return value;
}

static void assert_state(const char *id, const char *state) {
    struct json *e = entry(id, false);
    assert_string_equal(text(e, "state"), state);
    json_destroy(e);
}

static void set_mark(const char *peer, int64_t sent, int64_t received) {
    char sql[512];
    char epoch[ID_SIZE];
    assert_int_equal(journal_epoch(r.db, JOURNAL_RIG_SITE, journal_writer(r.journal), epoch), 0);
    (void)snprintf(sql, sizeof sql, "INSERT OR REPLACE INTO mark VALUES ('%s', '%s', '%s', '%s', 1, %lld, %lld)",
                   JOURNAL_RIG_SITE, peer, journal_writer(r.journal), epoch, (long long)sent, (long long)received);
    journal_rig_exec(r.db, sql);
}

static struct lane_counts records(void) {
    struct counts c;
    assert_int_equal(counts_read(r.db, JOURNAL_RIG_SITE, &c), 0);
    return c.lane[LANE_RECORD];
}

/* ---- tests ---- */

static void pages_go_from_new_to_old(void **state) {
    char ids[7][ID_SIZE];
    struct timeline_query q = { .site = JOURNAL_RIG_SITE, .limit = 3 };
    size_t seen = 0;
    (void)state;
    for (int i = 0; i < 7; i++)
        (void)snprintf(ids[i], ID_SIZE, "%s", journal_rig_append(&r, "note", "n-1", NULL, "{\"text\":\"t\"}"));
    for (int i = 0; i < 4; i++) {
        struct json *p = page(&q);
        const struct json *list = json_member(p, "entries");
        const char *next = json_text(json_member(p, "next"));
        for (size_t k = 0; k < json_count(list); k++, seen++) {
            if (seen < 7)
                assert_string_equal(text(json_at(list, k), "id"), ids[6 - seen]);
            else
                assert_string_equal(text(json_at(list, k), "type"), "epoch-started");
        }
        if (!next) {
            assert_int_equal(seen, 8);
            assert_true(json_is_null(json_member(p, "next")));
            json_destroy(p);
            return;
        }
        /* What is new meanwhile does not move the pages. */
        (void)journal_rig_append(&r, "note", "n-2", NULL, "{}");
        assert_int_equal(timeline_cursor(next, &q.before), 0);
        json_destroy(p);
    }
    fail_msg("pages do not end");
}

static void a_full_last_page_has_no_next(void **state) {
    struct timeline_query q = { .site = JOURNAL_RIG_SITE, .limit = 3 };
    (void)state;
    (void)journal_rig_append(&r, "note", "n-1", NULL, "{}");
    (void)journal_rig_append(&r, "note", "n-1", NULL, "{}");
    struct json *p = page(&q);
    assert_int_equal(json_count(json_member(p, "entries")), 3);
    assert_true(json_is_null(json_member(p, "next")));
    json_destroy(p);
    q.site = "s-9";
    p = page(&q);
    assert_int_equal(json_count(json_member(p, "entries")), 0);
    json_destroy(p);
}

static void a_cursor_is_a_number(void **state) {
    int64_t at = 5;
    (void)state;
    assert_int_equal(timeline_cursor("", &at), 0);
    assert_int_equal(at, 0);
    assert_int_equal(timeline_cursor("12", &at), 0);
    assert_int_equal(at, 12);
    assert_int_equal(timeline_cursor("-1", &at), ERR_INVALID);
    assert_int_equal(timeline_cursor("1x", &at), ERR_INVALID);
    assert_int_equal(timeline_cursor("99999999999999999999", &at), ERR_INVALID);
}

static void an_entry_says_what_the_screens_need(void **state) {
    (void)state;
    (void)journal_rig_append(&r, "person-set", "u-01", NULL,
                             "{\"name\":\"Person One\",\"role\":\"crew\",\"active\":true}");
    char id[ID_SIZE];
    (void)snprintf(id, sizeof id, "%s", journal_rig_append(&r, "note", "n-1", NULL, "{\"text\":\"done\"}"));
    struct json *e = entry(id, false);
    assert_string_equal(text(e, "id"), id);
    assert_string_equal(text(e, "type"), "note");
    assert_string_equal(text(e, "subject"), "note/n-1");
    assert_string_equal(text(e, "clock"), "ntp");
    assert_string_equal(text(e, "state"), "saved");
    assert_string_equal(text(e, "lane"), "record");
    assert_string_equal(text(e, "writer"), "b-1");
    assert_string_equal(text(json_member(e, "actor"), "id"), "u-01");
    assert_string_equal(text(json_member(e, "actor"), "name"), "Person One");
    assert_string_equal(text(json_member(e, "data"), "text"), "done");
    assert_int_equal(number(e, "ordinal"), 3);
    assert_int_equal(number(e, "rev"), 1);
    assert_int_equal(number(e, "pos"), 3);
    assert_null(json_member(e, "site"));
    assert_null(json_member(e, "late"));
    assert_non_null(strstr(text(e, "at"), "+08:00"));
    json_destroy(e);
}

static void a_viewer_sees_no_names(void **state) {
    char person[ID_SIZE];
    char note[ID_SIZE];
    (void)state;
    (void)snprintf(person, sizeof person, "%s",
                   journal_rig_append(&r, "person-set", "u-01", NULL,
                                      "{\"name\":\"Person One\",\"role\":\"crew\",\"active\":true}"));
    (void)snprintf(note, sizeof note, "%s", journal_rig_append(&r, "note", "n-1", NULL, "{\"text\":\"done\"}"));
    struct timeline_query q = { .site = JOURNAL_RIG_SITE, .limit = 50, .hide = TIMELINE_HIDE_NAMES };
    struct buf b;
    buf_init(&b, TIMELINE_PAGE_MAX);
    assert_int_equal(timeline_page(r.db, &q, &b), 0);
    assert_null(strstr(b.data, "Person One"));
    assert_non_null(strstr(b.data, "done"));
    buf_fini(&b);
    struct json *e = entry(person, true);
    assert_int_equal(json_count(json_member(e, "data")), 0);
    json_destroy(e);
}

static void states_follow_the_marks(void **state) {
    char a[ID_SIZE];
    char b[ID_SIZE];
    (void)state;
    (void)snprintf(a, sizeof a, "%s", journal_rig_append(&r, "note", "n-1", NULL, "{}"));
    (void)snprintf(b, sizeof b, "%s", journal_rig_append(&r, "note", "n-1", NULL, "{}"));
    assert_state(a, "saved");
    set_mark("hub", 2, 0);
    assert_state(a, "sent");
    assert_state(b, "saved");
    set_mark("hub", 3, 2);
    assert_state(a, "received");
    assert_state(b, "sent");
    struct lane_counts c = records();
    assert_int_equal(c.saved, 3);
    assert_int_equal(c.sent, 3);
    assert_int_equal(c.received, 2);
    set_mark("hub", 1, 99); /* never more than there is, and never more received than sent */
    c = records();
    assert_int_equal(c.sent, 3);
    assert_int_equal(c.received, 3);
    set_mark("b-2", 0, 0); /* another peer's marks are not the hub's */
    assert_state(b, "received");

    struct event_key key = { .lane = LANE_RECORD, .seq = 3 };
    (void)snprintf(key.writer, sizeof key.writer, "b-1");
    assert_int_equal(journal_epoch(r.db, JOURNAL_RIG_SITE, "b-1", key.epoch), 0);
    assert_int_equal(db_begin(r.db), 0);
    assert_int_equal(journal_refused(r.journal, r.db, JOURNAL_RIG_SITE, &key, "schema", "why"), 0);
    assert_int_equal(db_commit(r.db), 0);
    assert_state(b, "rejected");
    assert_state(a, "received");
}

/* Counts and ordinals go on over epochs. */
static void ordinals_go_on_over_epochs(void **state) {
    struct err_text err = { 0 };
    char id[ID_SIZE];
    (void)state;
    (void)journal_rig_append(&r, "note", "n-1", NULL, "{}");
    set_mark("hub", 2, 2);
    assert_int_equal(db_begin(r.db), 0);
    assert_int_equal(journal_start_epoch(r.journal, r.db, JOURNAL_RIG_SITE, "restored", &err), 0);
    assert_int_equal(db_commit(r.db), 0);
    (void)snprintf(id, sizeof id, "%s", journal_rig_append(&r, "note", "n-1", NULL, "{}"));
    struct json *e = entry(id, false);
    assert_int_equal(number(e, "ordinal"), 4);
    json_destroy(e);
    struct lane_counts c = records();
    assert_int_equal(c.saved, 4);
    assert_int_equal(c.sent, 2);
    assert_int_equal(c.received, 2);
    assert_state(id, "saved");
}

static void what_others_wrote_is_received(void **state) {
    struct journal_rig_scribe s;
    struct journal_rig_event ev;
    char id[ID_SIZE];
    (void)state;
    ids_make(clock_wall(), id);
    journal_rig_scribe(&s, "hub", NULL);
    journal_rig_write(&s, LANE_RECORD, "note", "note/n-9", id, 1, "{}", &ev);
    assert_int_equal(journal_rig_take_now(&r, &ev, NULL), TAKEN_STORED);
    free(ev.bytes);
    assert_state(id, "received");
}

/* At the hub an own event is received when every board that is known of the site has it. */
static void the_hub_asks_every_board(void **state) {
    struct journal_rig_scribe s;
    struct journal_rig_event ev;
    char id[ID_SIZE];
    (void)state;
    (void)snprintf(id, sizeof id, "%s", journal_rig_append(&r, "note", "n-1", NULL, "{}"));
    assert_state(id, "saved");
    set_mark("b-1", 2, 2);
    assert_state(id, "received");
    journal_rig_scribe(&s, "b-2", NULL);
    journal_rig_write(&s, LANE_RECORD, "note", "note/n-9", NULL, 1, "{}", &ev);
    assert_int_equal(journal_rig_take_now(&r, &ev, NULL), TAKEN_STORED);
    free(ev.bytes);
    assert_state(id, "sent");
    set_mark("b-2", 2, 2);
    assert_state(id, "received");
    struct json *e = entry(id, false);
    assert_string_equal(text(e, "site"), JOURNAL_RIG_SITE);
    assert_string_equal(text(e, "board"), "hub");
    json_destroy(e);

    struct timeline_query q = { .site = NULL, .limit = 50 };
    struct json *p = page(&q);
    assert_int_equal(json_count(json_member(p, "entries")), 3);
    json_destroy(p);
}

static void a_repeated_id_and_a_refused_event_are_no_entries(void **state) {
    struct journal_rig_scribe s;
    struct journal_rig_event ev;
    char id[ID_SIZE];
    (void)state;
    ids_make(clock_wall(), id);
    journal_rig_scribe(&s, "b-2", NULL);
    for (int i = 0; i < 2; i++) {
        journal_rig_write(&s, LANE_RECORD, "note", "note/n-9", id, 1, "{}", &ev);
        assert_int_equal(journal_rig_take_now(&r, &ev, NULL), TAKEN_STORED);
        free(ev.bytes);
    }
    journal_rig_write(&s, LANE_RECORD, "person-set", "user/u-1", NULL, 1, "{}", &ev);
    assert_int_equal(journal_rig_take_now(&r, &ev, NULL), TAKEN_REJECTED);
    free(ev.bytes);
    struct timeline_query q = { .site = JOURNAL_RIG_SITE, .limit = 50 };
    struct json *p = page(&q);
    assert_int_equal(json_count(json_member(p, "entries")), 2); /* with epoch-started */
    json_destroy(p);
}

static void a_history_is_in_fold_order_and_marks_what_came_late(void **state) {
    struct journal_rig_scribe s;
    struct journal_rig_event ev;
    struct buf b;
    char log[ID_SIZE];
    char data[200];
    (void)state;
    ids_make(clock_wall(), log);
    journal_rig_scribe(&s, "b-2", NULL);
    journal_rig_write(&s, LANE_RECORD, "daylog-submitted", "daylog/x", NULL, 9,
                      "{\"date\":\"2026-11-22\",\"note\":\"other\"}", &ev);
    assert_true(journal_rig_take_now(&r, &ev, NULL) != TAKEN_GAP);
    free(ev.bytes);
    char subject[64];
    (void)snprintf(subject, sizeof subject, "daylog/%s", log);
    const uint64_t revs[] = { 3, 1, 2 };
    for (int i = 0; i < 3; i++) {
        (void)snprintf(data, sizeof data, "{\"date\":\"2026-11-22\",\"note\":\"rev %llu\"}",
                       (unsigned long long)revs[i]);
        journal_rig_write(&s, LANE_RECORD, "daylog-submitted", subject, i == 1 ? log : NULL, revs[i], data, &ev);
        assert_int_equal(journal_rig_take_now(&r, &ev, NULL), TAKEN_STORED);
        free(ev.bytes);
    }
    buf_init(&b, TIMELINE_PAGE_MAX);
    assert_int_equal(timeline_history(r.db, JOURNAL_RIG_SITE, subject, false, &b), 0);
    struct json *list = parse(&b);
    assert_int_equal(json_count(list), 3);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(number(json_at(list, i), "rev"), (int64_t)i + 1);
        assert_int_equal(json_member(json_at(list, i), "late") != NULL, i > 0); /* submitted three times: one counts */
    }
    json_destroy(list);
    buf_init(&b, TIMELINE_PAGE_MAX);
    assert_int_equal(timeline_history(r.db, JOURNAL_RIG_SITE, "daylog/nothing", false, &b), 0);
    assert_string_equal(b.data, "[]");
    buf_fini(&b);
}

static void counts_print_as_lanes(void **state) {
    struct counts c = { .lane = { { 3, 2, 1 }, { 6, 5, 4 }, { 0, 0, 0 } } };
    struct buf b;
    struct json_out w;
    (void)state;
    buf_init(&b, 1024);
    json_start(&w, &b);
    json_open(&w, NULL, '{');
    counts_put(&c, &w);
    json_close(&w, '}');
    assert_string_equal(b.data, "{\"lanes\":{\"alert\":{\"saved\":3,\"sent\":2,\"received\":1},\"record\":{\"saved\":6,"
                                "\"sent\":5,\"received\":4},\"photo\":{\"saved\":0,\"sent\":0,\"received\":0}}}");
    buf_fini(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(pages_go_from_new_to_old, setup_board, teardown),
        cmocka_unit_test_setup_teardown(a_full_last_page_has_no_next, setup_board, teardown),
        cmocka_unit_test(a_cursor_is_a_number),
        cmocka_unit_test_setup_teardown(an_entry_says_what_the_screens_need, setup_board, teardown),
        cmocka_unit_test_setup_teardown(a_viewer_sees_no_names, setup_board, teardown),
        cmocka_unit_test_setup_teardown(states_follow_the_marks, setup_board, teardown),
        cmocka_unit_test_setup_teardown(ordinals_go_on_over_epochs, setup_board, teardown),
        cmocka_unit_test_setup_teardown(what_others_wrote_is_received, setup_board, teardown),
        cmocka_unit_test_setup_teardown(the_hub_asks_every_board, setup_hub, teardown),
        cmocka_unit_test_setup_teardown(a_repeated_id_and_a_refused_event_are_no_entries, setup_board, teardown),
        cmocka_unit_test_setup_teardown(a_history_is_in_fold_order_and_marks_what_came_late, setup_board, teardown),
        cmocka_unit_test(counts_print_as_lanes),
    };
    return cmocka_run_group_tests_name("timeline", tests, NULL, NULL);
}
