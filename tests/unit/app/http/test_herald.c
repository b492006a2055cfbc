/* SPDX-License-Identifier: MIT */
/* From commits to what a screen that listens gets: each record once, marks when they change, and what was missed. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/http/herald.h"
#include "app/http/live_client.h"
#include "app/journal/journal.h"
#include "tests/support/steps_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ENOUGH_MS = 20000 };

struct fixture {
    struct board_rig board;
    struct steps steps;
    uv_loop_t loop;
    struct live *live;
    struct live_client *client;
    struct herald *herald;
    _Atomic int wrote;
};

static void wrote(void *ctx, const char *site) {
    struct fixture *f = ctx;
    if (strcmp(site, BOARD_RIG_SITE) == 0) f->wrote++;
}

static int setup(void **state) {
    struct fixture *f = calloc(1, sizeof *f);
    struct db *db = NULL;
    struct err_text e = { 0 };
    board_rig_open(&f->board);
    steps_init(&f->steps, &f->board);
    assert_int_equal(uv_loop_init(&f->loop), 0);
    struct live_options o = { .loop = &f->loop, .queue_max = 4u << 20 };
    assert_int_equal(live_create(&o, &f->live), 0);
    f->steps.app.live = f->live;
    assert_int_equal(live_client_create(f->live, "u-01", ROLE_MANAGER, &f->client), 0);
    assert_int_equal(depot_reader(&f->board.depot, &db, &e), 0);
    assert_int_equal(herald_create(&f->steps.app, db, wrote, f, &f->herald), 0);
    db_close(db);
    *state = f;
    return 0;
}

static int teardown(void **state) {
    struct fixture *f = *state;
    store_stop(f->board.reader); /* before what its jobs use */
    f->board.reader = NULL;
    live_client_free(f->client);
    live_close(f->live);
    live_destroy(f->live);
    assert_int_equal(uv_loop_close(&f->loop), 0);
    herald_destroy(f->herald);
    herald_destroy(NULL);
    board_rig_close(&f->board);
    free(f);
    return 0;
}

struct noting {
    struct fixture *f;
    int n;
};

static int append(struct db *db, void *arg) {
    struct noting *w = arg;
    for (int i = 0; i < w->n; i++) {
        struct appended out;
        char id[ID_SIZE];
        ids_make(clock_wall(), id);
        struct event_draft d = {
            .id = id, .type = "note", .subject_id = id, .actor = "board", .data = "{\"text\":\"x\"}"
        };
        int rc = journal_append(w->f->board.depot.journal, db, &d, &out, NULL);
        if (rc) return rc;
    }
    return 0;
}

static void notes(struct fixture *f, int n) {
    struct noting w = { f, n };
    assert_int_equal(store_call(f->board.writer, append, &w), 0);
    herald_wake(f->herald);
}

static size_t count(const struct buf *b, const char *text) {
    size_t n = 0;
    for (const char *at = b->data; at && (at = strstr(at, text)) != NULL; at += strlen(text)) n++;
    return n;
}

/* Runs the loop until the client got so many of these. */
static void wait_for(struct fixture *f, const char *text, size_t n) {
    int64_t until = clock_mono().ms + ENOUGH_MS;
    while (count(&f->client->queue, text) < n && clock_mono().ms < until) {
        (void)uv_run(&f->loop, UV_RUN_NOWAIT);
        (void)nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
    }
    assert_int_equal(count(&f->client->queue, text), n);
}

static void records_come_once_and_in_order(void **state) {
    struct fixture *f = *state;
    notes(f, 3);
    wait_for(f, "event: record\n", 3);
    notes(f, 2);
    wait_for(f, "event: record\n", 5);
    herald_wake(f->herald); /* nothing is new */
    notes(f, 1);
    wait_for(f, "event: record\n", 6);
    long last = 0;
    for (const char *at = f->client->queue.data; (at = strstr(at, "\"pos\":")) != NULL; at++) {
        long pos = strtol(at + 6, NULL, 10);
        assert_true(pos > last);
        last = pos;
    }
    assert_non_null(strstr(f->client->queue.data, "\"type\":\"note\""));
    assert_non_null(strstr(f->client->queue.data, "\"lane\":\"record\""));
    assert_non_null(strstr(f->client->queue.data, "\"site\":\"" BOARD_RIG_SITE "\""));
    assert_true(f->wrote >= 3);
}

static void more_than_a_page_comes_whole(void **state) {
    struct fixture *f = *state;
    notes(f, 400);
    notes(f, 801);
    wait_for(f, "event: record\n", 1201);
}

static void marks_come_when_they_change(void **state) {
    struct fixture *f = *state;
    herald_wake(f->herald);
    wait_for(f, "event: marks\n", 1);
    herald_wake(f->herald);
    notes(f, 1);
    wait_for(f, "event: marks\n", 2);
    assert_non_null(strstr(f->client->queue.data, "\"saved\":"));
    assert_non_null(strstr(f->client->queue.data, "\"hub\":\"unknown\""));
}

static void the_hub_tells_no_marks(void **state) {
    struct fixture *f = *state;
    f->steps.app.board = false;
    notes(f, 1);
    wait_for(f, "event: record\n", 1);
    assert_int_equal(count(&f->client->queue, "event: marks\n"), 0);
}

/* ---- what was missed ---- */

struct missed {
    size_t n, stop_after;
    int64_t last;
};

static int note_missed(void *arg, int64_t pos, const char *site, const char *data) {
    struct missed *m = arg;
    assert_true(pos > m->last);
    assert_string_equal(site, BOARD_RIG_SITE);
    assert_int_equal(data[0], '{');
    m->last = pos;
    return ++m->n == m->stop_after;
}

static void what_was_missed_is_given_from_there_on(void **state) {
    struct fixture *f = *state;
    struct db *db = NULL;
    struct err_text e = { 0 };
    struct missed all = { 0 }, some = { 0 }, stopped = { .stop_after = 4 }, none = { 0 };
    notes(f, 10);
    int64_t last = board_rig_count(&f->board, "SELECT max(pos) FROM event");
    assert_int_equal(depot_reader(&f->board.depot, &db, &e), 0);
    assert_int_equal(herald_since(NULL, db, last - 10, 100, note_missed, &all), 0);
    assert_int_equal(all.n, 10);
    assert_int_equal(herald_since(NULL, db, last - 10, 3, note_missed, &some), 0);
    assert_int_equal(some.n, 3);
    assert_int_equal(herald_since(NULL, db, 0, 100, note_missed, &stopped), 1);
    assert_int_equal(stopped.n, 4);
    assert_int_equal(herald_since(NULL, db, last, 100, note_missed, &none), 0);
    assert_int_equal(herald_since(NULL, db, last + 1, 100, note_missed, &none), ERR_NOT_FOUND);
    assert_int_equal(none.n, 0);
    db_close(db);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(records_come_once_and_in_order, setup, teardown),
        cmocka_unit_test_setup_teardown(more_than_a_page_comes_whole, setup, teardown),
        cmocka_unit_test_setup_teardown(marks_come_when_they_change, setup, teardown),
        cmocka_unit_test_setup_teardown(the_hub_tells_no_marks, setup, teardown),
        cmocka_unit_test_setup_teardown(what_was_missed_is_given_from_there_on, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
