/* SPDX-License-Identifier: MIT */
/* What both daemons share, in this process: opened, asked over HTTP, told to stop; people and sessions in step with the journal; doubts. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/http/herald.h"
#include "app/journal/person.h"
#include "firmware/runtime/connect.h"
#include "firmware/runtime/doubt.h"
#include "firmware/runtime/people.h"
#include "firmware/runtime/runtime.h"
#include "hal/watchdog.h"
#include "tests/support/http_client.h"
#include "tests/support/temp.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { ENOUGH_MS = 20000 };

struct fixture {
    char *dir;
    struct runtime *r;
    struct runtime_options o;
    unsigned port;
    atomic_int commits, wrote, settled, posted, looks;
    atomic_bool stuck;
    void (*client)(struct fixture *f);
    char cookie[200];
};

static void on_commit(void *ctx) { atomic_fetch_add(&((struct fixture *)ctx)->commits, 1); }
static void on_settle(void *ctx) { atomic_fetch_add(&((struct fixture *)ctx)->settled, 1); }

static void on_wrote(void *ctx, const char *site) {
    if (strcmp(site, "s-1") == 0) atomic_fetch_add(&((struct fixture *)ctx)->wrote, 1);
}

static int open_it(struct fixture *f, struct err_text *e) {
    f->r = calloc(1, sizeof *f->r);
    f->r->on_commit = on_commit;
    f->r->on_settle = on_settle;
    f->r->on_wrote = on_wrote;
    f->r->ctx = f;
    return runtime_open(f->r, &f->o, e);
}

static void close_it(struct fixture *f) {
    runtime_stop_server(f->r);
    runtime_stop_stores(f->r);
    runtime_close(f->r);
    free(f->r);
    f->r = NULL;
}

static int setup(void **state) {
    struct fixture *f = calloc(1, sizeof *f);
    f->dir = temp_make();
    f->o = (struct runtime_options){
        .depot = { .org = "acme", .site = "s-1", .writer = "b-1", .timezone = "Asia/Shanghai", .dir = f->dir },
        .board = true,
        .log_level = "warn",
        .server = { .main = { .address = "127.0.0.1:0" }, .limits = { .stop_ms = 1000 } }
    };
    *state = f;
    return 0;
}

static int teardown(void **state) {
    struct fixture *f = *state;
    (void)alarm(0);
    if (f->r) close_it(f);
    temp_remove(f->dir);
    free(f);
    return 0;
}

/* ---- running ---- */

static void *client_thread(void *arg) {
    struct fixture *f = arg;
    f->client(f);
    (void)kill(getpid(), SIGTERM);
    return NULL;
}

/* The daemon's life, with a client that ends it by SIGTERM. */
static void live(struct fixture *f, void (*client)(struct fixture *f)) {
    struct err_text e = { 0 };
    pthread_t thread;
    if (open_it(f, &e) || runtime_serve(f->r, &f->o, &e)) fail_msg("%s", e.text);
    f->port = server_port(f->r->server);
    f->client = client;
    assert_int_equal(pthread_create(&thread, NULL, client_thread, f), 0);
    runtime_run(f->r);
    (void)alarm(0); /* which was to end a stop that hangs */
    assert_int_equal(pthread_join(thread, NULL), 0);
    close_it(f);
}

static void pause_ms(int ms) { (void)nanosleep(&(struct timespec){ .tv_nsec = ms * 1000000L }, NULL); }

static void until_at_least(atomic_int *counter, int n) {
    int64_t until = clock_mono().ms + ENOUGH_MS;
    while (atomic_load(counter) < n && clock_mono().ms < until) pause_ms(5);
    assert_true(atomic_load(counter) >= n);
}

static int status_of(struct fixture *f, const char *method, const char *path, const char *headers, const char *body) {
    struct http_reply reply = http_request(f->port, method, path, headers, body);
    int status = reply.status;
    http_reply_fini(&reply);
    return status;
}

static void ask_for_health(struct fixture *f) {
    char path[300], text[20] = "";
    assert_int_equal(status_of(f, "GET", "/healthz", "", NULL), 200);
    assert_int_equal(status_of(f, "GET", "/api/v1/status", "", NULL), 401);
    (void)snprintf(path, sizeof path, "%s/http.port", f->dir);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(fgets(text, sizeof text, file));
    assert_int_equal(fclose(file), 0);
    assert_int_equal(strtoul(text, NULL, 10), f->port);
    (void)snprintf(path, sizeof path, "%s/control.sock", f->dir);
    int fd = http_connect_unix(path);
    struct http_reply reply;
    assert_true(http_send_text(fd, "GET /control/status HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
    assert_true(http_read(fd, false, &reply));
    assert_int_equal(reply.status, 200);
    http_reply_fini(&reply);
    (void)close(fd);
}

static void it_answers_and_stops(void **state) {
    struct fixture *f = *state;
    live(f, ask_for_health);
    live(f, ask_for_health); /* again over the same folder */
}

/* ---- after commits ---- */

static int append_note(struct db *db, void *arg) {
    struct fixture *f = arg;
    struct appended out;
    struct event_draft d = { .type = "note", .subject_id = "n-1", .actor = "board", .data = "{\"text\":\"x\"}" };
    return journal_append(f->r->depot.journal, db, &d, &out, NULL);
}

static void note_post(void *arg) { atomic_fetch_add(&((struct fixture *)arg)->posted, 1); }

static void write_and_post(struct fixture *f) {
    int commits = atomic_load(&f->commits), settled = atomic_load(&f->settled);
    for (int i = 0; i < 20; i++) assert_int_equal(store_call(f->r->writer, append_note, f), 0);
    until_at_least(&f->commits, commits + 1);
    until_at_least(&f->wrote, 1);
    until_at_least(&f->settled, settled + 1);
    pause_ms(300);
    assert_true(atomic_load(&f->settled) - settled < 15); /* not at each commit */
    for (int i = 0; i < 10; i++) runtime_post(f->r, note_post, f);
    until_at_least(&f->posted, 10);
}

static void commits_are_told(void **state) {
    struct fixture *f = *state;
    live(f, write_and_post);
    assert_int_equal(f->posted, 10);
}

static void note_done(void *arg, int result) {
    if (result == 0) atomic_fetch_add(&((struct fixture *)arg)->posted, 1);
}

/* How far the other end is, is handed in last of all. */
static void what_was_handed_in_is_written_before_the_stop(void **state) {
    struct fixture *f = *state;
    struct err_text e = { 0 };
    if (open_it(f, &e)) fail_msg("%s", e.text);
    for (int i = 0; i < 300; i++) {
        struct store_job job = { .run = append_note, .done = note_done, .arg = f };
        assert_int_equal(store_submit(f->r->writer, &job), 0);
    }
    runtime_stop_server(f->r);
    runtime_stop_stores(f->r);
    assert_int_equal(f->posted, 300);
    runtime_close(f->r);
    free(f->r);
    f->r = NULL;
}

/* The loop runs on after the stores are gone (connections close): what a last commit had set going asks them for nothing. */
static void a_commit_just_before_the_stop_is_harmless(void **state) {
    struct fixture *f = *state;
    struct err_text e = { 0 };
    if (open_it(f, &e)) fail_msg("%s", e.text);
    assert_int_equal(store_call(f->r->writer, append_note, f), 0);
    while (!f->r->settling) (void)uv_run(&f->r->loop, UV_RUN_NOWAIT);
    runtime_stop_server(f->r);
    runtime_stop_stores(f->r);
    while (f->r->settling) (void)uv_run(&f->r->loop, UV_RUN_ONCE);
    assert_int_equal(f->settled, 0);
    runtime_close(f->r);
    free(f->r);
    f->r = NULL;
}

/* ---- what cannot be opened ---- */

static void a_second_one_is_refused(void **state) {
    struct fixture *f = *state, second = { .dir = f->dir };
    struct err_text e = { 0 };
    if (open_it(f, &e)) fail_msg("%s", e.text);
    memcpy(&second.o, &f->o, sizeof second.o);
    assert_int_equal(open_it(&second, &e), ERR_BUSY);
    assert_non_null(strstr(e.text, f->dir));
    close_it(&second);
    assert_int_equal(store_call(f->r->writer, append_note, f), 0); /* the first one goes on */
}

static void what_cannot_be_opened_is_told(void **state) {
    struct fixture *f = *state;
    struct err_text e = { 0 };
    f->o.depot.timezone = "Mars/Base";
    assert_true(open_it(f, &e) < 0);
    assert_non_null(strstr(e.text, "Mars/Base"));
    close_it(f);
    f->o.depot.timezone = "Asia/Shanghai";
    f->o.server.main.address = "192.0.2.1:1"; /* nobody's here */
    if (open_it(f, &e)) fail_msg("%s", e.text);
    e.text[0] = '\0';
    assert_true(runtime_serve(f->r, &f->o, &e) < 0);
    assert_non_null(strstr(e.text, "192.0.2.1"));
}

/* ---- people ---- */

static const char pin_body[] = "{\"user\":\"u-07\",\"pin\":\"246813\"}";

struct changing {
    struct fixture *f;
    bool active;
};

static int change_person(struct db *db, void *arg) {
    struct changing *c = arg;
    struct person p = { .id = "u-07", .name = "site manager", .role = "manager", .active = c->active };
    return person_set(c->f->r->depot.journal, db, "s-1", &p, "board", NULL, NULL);
}

static void add_and_sign_in(struct fixture *f) {
    char path[300];
    static const char body[] = "{\"id\":\"u-07\",\"name\":\"site manager\",\"role\":\"manager\",\"pin\":\"246813\"}";
    (void)snprintf(path, sizeof path, "%s/control.sock", f->dir);
    int fd = http_connect_unix(path);
    struct http_reply reply;
    assert_true(http_send_text(fd,
                               "POST /control/users HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: "
                               "application/json\r\nContent-Length: %zu\r\n\r\n%s",
                               sizeof body - 1, body));
    assert_true(http_read(fd, false, &reply));
    assert_int_equal(reply.status, 200);
    http_reply_fini(&reply);
    (void)close(fd);
    reply = http_request(f->port, "POST", "/api/v1/session", "Content-Type: application/json\r\n", pin_body);
    assert_int_equal(reply.status, 200);
    const char *cookie = http_header(&reply, "Set-Cookie");
    assert_non_null(cookie);
    (void)snprintf(f->cookie, sizeof f->cookie, "Cookie: %.*s\r\n", (int)strcspn(cookie, ";"), cookie);
    http_reply_fini(&reply);
    assert_int_equal(status_of(f, "GET", "/api/v1/session", f->cookie, NULL), 200);
}

/* Whoever is taken off the list is out, at once and not at the next start; also when two changes come close together. */
static void take_off_the_list(struct fixture *f) {
    assert_int_equal(status_of(f, "GET", "/api/v1/session", f->cookie, NULL), 200); /* it survived the restart */
    for (int i = 0; i < 4; i++)
        assert_int_equal(store_call(f->r->writer, change_person, &(struct changing){ f, i % 2 == 0 }), 0);
    int64_t until = clock_mono().ms + ENOUGH_MS;
    int status = 0;
    while ((status = status_of(f, "GET", "/api/v1/session", f->cookie, NULL)) == 200 && clock_mono().ms < until)
        pause_ms(10);
    assert_int_equal(status, 401);
    assert_int_equal(status_of(f, "POST", "/api/v1/session", "Content-Type: application/json\r\n", pin_body), 401);
}

static void people_and_sessions(void **state) {
    struct fixture *f = *state;
    live(f, add_and_sign_in);
    live(f, take_off_the_list);
}

/* A change while the list is being read is read too. */
static void a_change_during_a_reading_is_not_lost(void **state) {
    struct fixture *f = *state;
    struct err_text e = { 0 };
    if (open_it(f, &e)) fail_msg("%s", e.text);
    people_refresh(f->r);
    assert_true(f->r->people_reading);
    people_refresh(f->r);
    assert_true(f->r->people_again);
    int64_t until = clock_mono().ms + ENOUGH_MS;
    while ((f->r->people_again || f->r->people_reading) && clock_mono().ms < until)
        (void)uv_run(&f->r->loop, UV_RUN_NOWAIT);
    assert_false(f->r->people_again);
    assert_false(f->r->people_reading);
}

/* ---- doubts and connections ---- */

struct reading {
    char epoch[ID_SIZE];
    int64_t epochs, connect;
};

static int read_state(struct db *db, void *arg) {
    struct reading *r = arg;
    struct stmt *s = NULL;
    int rc = journal_epoch(db, "s-1", "b-1", r->epoch);
    if (!rc) rc = db_prepare(db, "SELECT count(DISTINCT epoch) FROM chain WHERE writer = 'b-1'", &s);
    if (rc) return rc;
    rc = stmt_step(s);
    r->epochs = rc == 1 ? stmt_int(s, 0) : -1;
    stmt_reset(s);
    return rc < 0 ? rc : 0;
}

static int nothing(struct db *db, void *arg) { return (void)db, (void)arg, 0; }

/* The other end says it every few seconds until it is over. */
static void a_doubt_that_is_said_again_begins_one_epoch(void **state) {
    struct fixture *f = *state;
    struct err_text e = { 0 };
    struct reading before = { 0 }, after = { 0 };
    if (open_it(f, &e)) fail_msg("%s", e.text);
    assert_int_equal(store_call(f->r->reader, read_state, &before), 0);
    struct event_key key = { .writer = "b-1", .lane = LANE_RECORD, .seq = 99 };
    memcpy(key.epoch, before.epoch, sizeof key.epoch);
    for (int i = 0; i < 5; i++) doubt_settle(&f->r->app, "s-1", PEER_LOST, &key);
    doubt_settle(&f->r->app, "s-none", PEER_LOST, &key); /* of a site that has no journal here */
    assert_int_equal(store_call(f->r->writer, nothing, NULL), 0);
    assert_int_equal(store_call(f->r->reader, read_state, &after), 0);
    assert_int_equal(before.epochs, 1);
    assert_int_equal(after.epochs, 2);
    assert_string_not_equal(before.epoch, after.epoch);
}

static void connections_are_counted_over_runs(void **state) {
    struct fixture *f = *state;
    struct err_text e = { 0 };
    if (open_it(f, &e)) fail_msg("%s", e.text);
    int64_t used = f->r->depot.identity.connect_first;
    for (int i = 0; i < 100; i++) connect_save(&f->r->app, ++used);
    close_it(f);
    if (open_it(f, &e)) fail_msg("%s", e.text);
    assert_true(f->r->depot.identity.connect_first > used);
}

/* ---- watchdogs ---- */

static size_t one_thread(void *ctx, struct life *out, size_t max) {
    struct fixture *f = ctx;
    assert_true(max > 0);
    out[0] = (struct life){ "camera", atomic_load(&f->stuck) ? clock_mono().ms - 10001 : clock_mono().ms, 10000 };
    atomic_fetch_add(&f->looks, 1);
    return 1;
}

static int fed(struct fixture *f) {
    char path[300], line[64];
    int n = 0;
    (void)snprintf(path, sizeof path, "%s/dog", f->dir);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file)) n += strncmp(line, "feed", 4) == 0;
    assert_int_equal(fclose(file), 0);
    return n;
}

static void until_fed(struct fixture *f, int n) {
    int64_t until = clock_mono().ms + ENOUGH_MS;
    while (fed(f) < n && clock_mono().ms < until) pause_ms(20);
    assert_true(fed(f) >= n);
}

static void hang_and_go_on(struct fixture *f) {
    until_fed(f, 2);
    atomic_store(&f->stuck, true);
    until_at_least(&f->looks, atomic_load(&f->looks) + 2); /* the first of them may have been under way */
    int before = fed(f);
    until_at_least(&f->looks, atomic_load(&f->looks) + 3);
    assert_int_equal(fed(f), before);
    atomic_store(&f->stuck, false);
    until_fed(f, before + 1);
}

static void a_thread_that_hangs_starves_the_watchdog(void **state) {
    struct fixture *f = *state;
    struct err_text e = { 0 };
    char device[300];
    pthread_t thread;
    (void)snprintf(device, sizeof device, "sim:%s/dog", f->dir);
    if (open_it(f, &e) || runtime_serve(f->r, &f->o, &e)) fail_msg("%s", e.text);
    struct watchdog *dog = NULL;
    assert_int_equal(watchdog_open(device, 1, &dog, &e), 0);
    f->r->watchdog = dog;
    f->r->lives = one_thread;
    f->client = hang_and_go_on;
    assert_int_equal(pthread_create(&thread, NULL, client_thread, f), 0);
    runtime_run(f->r);
    (void)alarm(0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    close_it(f);
    assert_true(watchdog_close(dog));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(it_answers_and_stops, setup, teardown),
        cmocka_unit_test_setup_teardown(commits_are_told, setup, teardown),
        cmocka_unit_test_setup_teardown(what_was_handed_in_is_written_before_the_stop, setup, teardown),
        cmocka_unit_test_setup_teardown(a_commit_just_before_the_stop_is_harmless, setup, teardown),
        cmocka_unit_test_setup_teardown(a_second_one_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(what_cannot_be_opened_is_told, setup, teardown),
        cmocka_unit_test_setup_teardown(a_thread_that_hangs_starves_the_watchdog, setup, teardown),
        cmocka_unit_test_setup_teardown(people_and_sessions, setup, teardown),
        cmocka_unit_test_setup_teardown(a_change_during_a_reading_is_not_lost, setup, teardown),
        cmocka_unit_test_setup_teardown(a_doubt_that_is_said_again_begins_one_epoch, setup, teardown),
        cmocka_unit_test_setup_teardown(connections_are_counted_over_runs, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
