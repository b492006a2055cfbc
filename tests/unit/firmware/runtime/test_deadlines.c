/* SPDX-License-Identifier: MIT */
/* The rules' timers and jobs around a real store: what is due is raised, a journal that cannot be read is looked through again, a stop waits for the
 * look that is under way, and a clock that is set lets the hub listen anew. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "firmware/runtime/deadlines.h"
#include "tests/support/temp.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ENOUGH_MS = 10000 };
#define EVENING INT64_C(1795334400000) /* 2026-11-22T16:00:00+08:00, a Sunday */
#define HOUR    INT64_C(3600000)

struct fixture {
    char *dir;
    struct runtime *r;
    struct deadlines *d;
    atomic_bool may_go, waits;
};

static void open_it(struct fixture *f, bool board) {
    struct err_text e = { 0 };
    struct runtime_options o = { .depot = { .org = "acme",
                                            .site = board ? "s-1" : NULL,
                                            .writer = board ? "b-1" : "hub",
                                            .timezone = "Asia/Shanghai",
                                            .dir = f->dir },
                                 .board = board,
                                 .log_level = "error" };
    f->r = calloc(1, sizeof *f->r);
    f->d = calloc(1, sizeof *f->d);
    if (runtime_open(f->r, &o, &e)) fail_msg("%s", e.text);
}

static void start(struct fixture *f) {
    struct err_text e = { 0 };
    if (deadlines_start(f->d, f->r, 0, &e)) fail_msg("%s", e.text);
}

static void close_it(struct fixture *f) {
    deadlines_stop(f->d);
    runtime_stop_server(f->r);
    runtime_stop_stores(f->r);
    deadlines_fini(f->d);
    runtime_close(f->r);
    free(f->r);
    free(f->d);
    f->r = NULL;
}

static int setup(void **state) {
    struct fixture *f = calloc(1, sizeof *f);
    f->dir = temp_make();
    clock_fake_wall((struct wall){ EVENING });
    *state = f;
    return 0;
}

static int teardown(void **state) {
    struct fixture *f = *state;
    if (f->r) close_it(f);
    clock_fake_off();
    temp_remove(f->dir);
    free(f);
    return 0;
}

/* ---- the store ---- */

static int append_note(struct db *db, void *arg) {
    struct fixture *f = arg;
    struct event_draft d = { .type = "note", .subject_id = "n-1", .actor = "board", .data = "{\"text\":\"x\"}" };
    return journal_append(f->r->depot.journal, db, &d, NULL, NULL);
}

struct asking {
    const char *sql;
    int64_t n;
};

static int ask(struct db *db, void *arg) {
    struct asking *a = arg;
    struct stmt *s = NULL;
    int rc = db_prepare(db, a->sql, &s);
    if (rc == 0) rc = stmt_step(s);
    if (rc == 1) a->n = stmt_int(s, 0);
    stmt_reset(s);
    return rc < 0 ? rc : 0;
}

static int exec(struct db *db, void *arg) { return db_exec(db, arg, NULL); }

static void run_sql(struct fixture *f, const char *sql) {
    char *text = strdup(sql);
    assert_int_equal(store_call(f->r->writer, exec, text), 0);
    free(text);
}

static int64_t count(struct fixture *f, const char *sql) {
    struct asking a = { .sql = sql };
    assert_int_equal(store_call(f->r->reader, ask, &a), 0);
    return a.n;
}

#define MISSED "SELECT count(*) FROM alert WHERE rule = 'daylog-missing' AND cleared_ms = 0"

static void turn(struct fixture *f) {
    (void)uv_run(&f->r->loop, UV_RUN_NOWAIT);
    (void)nanosleep(&(struct timespec){ .tv_nsec = 2000000 }, NULL);
}

static void until_counted(struct fixture *f, const char *sql, int64_t n) {
    time_t until = time(NULL) + ENOUGH_MS / 1000;
    while (count(f, sql) != n) {
        if (time(NULL) > until) fail_msg("never %lld: %s", (long long)n, sql);
        turn(f);
    }
}

static bool is_busy(const struct deadlines *d) { return d->looking || uv_is_active((const uv_handle_t *)&d->soon); }

/* A whole look: one that began after this was called is over. */
static void look_once(struct fixture *f) {
    time_t until = time(NULL) + ENOUGH_MS / 1000;
    while (is_busy(f->d) && time(NULL) < until) turn(f);
    deadlines_wake(f->d);
    while (is_busy(f->d) && time(NULL) < until) turn(f);
    assert_true(time(NULL) < until);
}

/* ---- raising ---- */

/* Work began on Sunday; on Monday evening there is no log. */
static void begin_work(struct fixture *f) {
    assert_int_equal(store_call(f->r->writer, append_note, f), 0);
    clock_fake_wall((struct wall){ EVENING + 27 * HOUR });
}

static void what_is_due_is_raised_once(void **state) {
    struct fixture *f = *state;
    open_it(f, true);
    begin_work(f);
    start(f);
    until_counted(f, MISSED, 1);
    look_once(f);
    look_once(f);
    assert_int_equal(count(f, "SELECT count(*) FROM event WHERE type = 'alert-raised'"), 1);
}

static void a_commit_wakes_it(void **state) {
    struct fixture *f = *state;
    open_it(f, true);
    start(f);
    look_once(f);
    begin_work(f);
    deadlines_wake(f->d);
    until_counted(f, MISSED, 1);
}

/* ---- what goes wrong ---- */

static void a_journal_that_cannot_be_read_is_looked_through_again(void **state) {
    struct fixture *f = *state;
    open_it(f, true);
    begin_work(f);
    run_sql(f, "ALTER TABLE daylog RENAME TO lost");
    start(f);
    look_once(f);
    look_once(f);
    assert_int_equal(count(f, "SELECT count(*) FROM alert"), 0);
    run_sql(f, "ALTER TABLE lost RENAME TO daylog");
    deadlines_wake(f->d);
    until_counted(f, MISSED, 1);
}

/* It can be read, and what was found cannot be written. */
static void a_journal_that_cannot_be_written_is_tried_again(void **state) {
    struct fixture *f = *state;
    open_it(f, true);
    begin_work(f);
    run_sql(f, "CREATE TRIGGER full BEFORE INSERT ON event BEGIN SELECT RAISE(ABORT, 'full'); END");
    start(f);
    look_once(f);
    assert_int_equal(count(f, "SELECT count(*) FROM alert"), 0);
    run_sql(f, "DROP TRIGGER full");
    deadlines_wake(f->d);
    until_counted(f, MISSED, 1);
}

/* ---- stopping ---- */

static int wait_there(struct db *db, void *arg) {
    struct fixture *f = arg;
    (void)db;
    atomic_store(&f->waits, true);
    while (!atomic_load(&f->may_go)) (void)nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
    return 0;
}

static void nothing_done(void *arg, int result) { (void)arg, (void)result; }

static void *let_go(void *arg) {
    struct fixture *f = arg;
    (void)nanosleep(&(struct timespec){ .tv_nsec = 100000000 }, NULL);
    atomic_store(&f->may_go, true);
    return NULL;
}

/* The look waits behind another job of the reader when the stop begins: what it finds is written still, and touches nothing that is gone. */
static void a_stop_waits_for_the_look(void **state) {
    struct fixture *f = *state;
    pthread_t thread;
    time_t until = time(NULL) + ENOUGH_MS / 1000;
    open_it(f, true);
    begin_work(f);
    struct store_job job = { .run = wait_there, .done = nothing_done, .arg = f };
    assert_int_equal(store_submit(f->r->reader, &job), 0);
    while (!atomic_load(&f->waits)) turn(f);
    start(f);
    while (!f->d->looking && time(NULL) < until) turn(f);
    assert_true(f->d->looking);
    deadlines_wake(f->d);
    assert_int_equal(pthread_create(&thread, NULL, let_go, f), 0);
    deadlines_stop(f->d);
    assert_true(atomic_load(&f->may_go)); /* the look is over */
    deadlines_wake(f->d);                 /* of a commit that came too late */
    assert_int_equal(pthread_join(thread, NULL), 0);
    until_counted(f, MISSED, 1);
    for (int i = 0; i < 200; i++) turn(f); /* longer than a wake takes: nothing begins any more */
    assert_false(f->d->looking);
    deadlines_stop(f->d); /* again is nothing */
}

static void what_was_not_started_is_not_stopped(void **state) {
    struct fixture *f = *state;
    open_it(f, true);
    deadlines_wake(f->d);
    deadlines_stop(f->d);
    deadlines_fini(f->d);
}

/* ---- the clock is set ---- */

static void a_hub_whose_clock_is_set_listens_anew(void **state) {
    struct fixture *f = *state;
    clock_fake_mono((struct mono){ HOUR });
    open_it(f, false);
    start(f);
    deadlines_listen(f->d, true);
    look_once(f);
    assert_int_equal(atomic_load(&f->d->listening_ms), EVENING);
    clock_fake_advance_ms(HOUR); /* time passes: nothing was set */
    look_once(f);
    assert_int_equal(atomic_load(&f->d->listening_ms), EVENING);
    clock_fake_wall((struct wall){ EVENING + HOUR + 20000 }); /* a correction */
    look_once(f);
    assert_int_equal(atomic_load(&f->d->listening_ms), EVENING);
    clock_fake_wall((struct wall){ EVENING + 5 * HOUR });
    look_once(f);
    assert_int_equal(atomic_load(&f->d->listening_ms), EVENING + 5 * HOUR);
    clock_fake_wall((struct wall){ EVENING });
    look_once(f);
    assert_int_equal(atomic_load(&f->d->listening_ms), EVENING); /* back, too */
    deadlines_listen(f->d, false);
    clock_fake_wall((struct wall){ EVENING + 9 * HOUR });
    look_once(f);
    assert_int_equal(atomic_load(&f->d->listening_ms), 0); /* it hears nobody */
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void) {
    (void)setenv("SITELOG_CLOCK_GRADE", "ntp", 1);
    const struct CMUnitTest tests[] = {
        TEST(what_is_due_is_raised_once),
        TEST(a_commit_wakes_it),
        TEST(a_journal_that_cannot_be_read_is_looked_through_again),
        TEST(a_journal_that_cannot_be_written_is_tried_again),
        TEST(a_stop_waits_for_the_look),
        TEST(what_was_not_started_is_not_stopped),
        TEST(a_hub_whose_clock_is_set_listens_anew),
    };
    return cmocka_run_group_tests_name("deadlines", tests, NULL, NULL);
}
