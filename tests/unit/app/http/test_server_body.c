/* SPDX-License-Identifier: MIT */
/* Bodies: the shared budget, uploads that stop, clients that hang up, and stopping with all of that under way. */
#include "tests/support/http_client.h"
#include "tests/support/http_rig.h"
#include "tests/support/wait.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#define PHOTO (16u << 20)

static char photo[PHOTO]; /* bytes to send */
static atomic_int in_step, steps_done;
static atomic_bool step_may_end;

static void tell_size(struct app *app, struct exchange *x, struct db *db) {
    (void)app, (void)db;
    unsigned sum = 0;
    for (size_t i = 0; i < x->body_len; i++) sum += (unsigned char)x->body[i];
    x->reply.status = 200;
    (void)buf_addf(&x->reply.body, "%zu %u", x->body_len, sum);
}

static void wait_for_leave(struct app *app, struct exchange *x, struct db *db) {
    (void)app, (void)db;
    atomic_fetch_add(&in_step, 1);
    while (!atomic_load(&step_may_end)) wait_nap();
    x->reply.status = 200;
    atomic_fetch_add(&steps_done, 1);
}

/* What a step sees of what was sent. */
static void tell_back(struct app *app, struct exchange *x, struct db *db) {
    (void)app, (void)db;
    const char *caption = exchange_query(x, "caption");
    x->reply.status = 200;
    (void)buf_addf(&x->reply.body, "%s %.*s", caption ? caption : "", (int)x->body_len, x->body ? x->body : "");
}

static const struct step s_photo[] = { { STEP_POOL, tell_size }, { STEP_END, NULL } };
static const struct step s_back[] = { { STEP_POOL, tell_back }, { STEP_END, NULL } };
static const struct step s_wait[] = { { STEP_POOL, wait_for_leave }, { STEP_END, NULL } };
static const struct step s_wait_write[] = { { STEP_WRITE, wait_for_leave }, { STEP_END, NULL } };
static const struct step s_heavy[] = { { STEP_HEAVY, wait_for_leave }, { STEP_END, NULL } };
static const struct route table[] = {
    { "POST", "/photos", PERMIT_ANY, ROUTE_OPEN | ROUTE_BODY_JPEG, s_photo },
    { "POST", "/json", PERMIT_ANY, ROUTE_OPEN, s_photo },
    { "POST", "/back", PERMIT_ANY, ROUTE_OPEN, s_back },
    { "GET", "/back", PERMIT_ANY, ROUTE_OPEN, s_back },
    { "POST", "/pin", PERMIT_ANY, ROUTE_OPEN | ROUTE_AS_SENT, s_back },
    { "POST", "/jpeg", PERMIT_ANY, ROUTE_OPEN | ROUTE_BODY_JPEG, s_back },
    { "GET", "/wait", PERMIT_ANY, ROUTE_OPEN, s_wait },
    { "GET", "/wait-write", PERMIT_ANY, ROUTE_OPEN, s_wait_write },
    { "GET", "/heavy", PERMIT_ANY, ROUTE_OPEN, s_heavy },
    { 0 },
};
static const struct route *const tables[] = { table, NULL };

static struct rig rig;

static void start(struct server_limits limits) {
    rig = (struct rig){ .routes = tables, .limits = limits };
    atomic_store(&in_step, 0);
    atomic_store(&steps_done, 0);
    atomic_store(&step_may_end, false);
    rig_start(&rig);
}

/* After a failed test, too. */
static int teardown(void **state) {
    (void)state;
    atomic_store(&step_may_end, true);
    if (rig.server) rig_stop(&rig);
    return 0;
}

static int begin_upload(size_t length) {
    int fd = http_connect(rig.port);
    assert_true(http_send_text(
        fd, "POST /photos HTTP/1.1\r\nHost: x\r\nContent-Type: image/jpeg\r\nContent-Length: %zu\r\n\r\n", length));
    return fd;
}

static void test_whole_body_arrives(void **state) {
    (void)state;
    char wanted[64];
    unsigned sum = 0;
    for (size_t i = 0; i < sizeof photo; i++) {
        photo[i] = (char)(i * 2654435761u >> 17);
        sum += (unsigned char)photo[i];
    }
    start((struct server_limits){ 0 });
    int fd = begin_upload(PHOTO);
    assert_true(http_send(fd, photo, sizeof photo));
    (void)snprintf(wanted, sizeof wanted, "%u %u", PHOTO, sum);
    http_expect(fd, 200, wanted);
    rig_stop(&rig);
}

/* A write's texts come masked to the steps of any route; a PIN's body, a JPEG and what is only asked for come as they were sent. */
static void test_texts_are_masked(void **state) {
    static const struct {
        const char *method, *target, *type, *body, *seen;
    } cases[] = {
        { "POST", "/back?caption=a%2013800138000", "application/json",
          "{\"a\":[\"13800138000 \\n\"],\"n\":13800138000}",
          "a 138****8000 {\"a\":[\"138****8000 \\n\"],\"n\":13800138000}" },
        { "POST", "/back?caption=x", "application/json", NULL, "x " },
        { "GET", "/back?caption=13800138000", "application/json", NULL, "13800138000 " },
        { "POST", "/pin", "application/json", "{\"pin\":\"13800138000\"}", " {\"pin\":\"13800138000\"}" },
        { "POST", "/jpeg?caption=13800138000", "image/jpeg", "\"13800138000\"", "138****8000 \"13800138000\"" },
    };
    (void)state;
    start((struct server_limits){ 0 });
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char headers[64];
        (void)snprintf(headers, sizeof headers, "Content-Type: %s\r\n", cases[i].type);
        struct http_reply r = http_request(rig.port, cases[i].method, cases[i].target, headers, cases[i].body);
        assert_int_equal(r.status, 200);
        assert_string_equal(r.body, cases[i].seen);
        http_reply_fini(&r);
    }
    rig_stop(&rig);
}

/* Three uploads of 16 MiB fill the budget; the fourth waits, and is told to come back; memory stays below budget and a margin. */
static void test_budget(void **state) {
    (void)state;
    start((struct server_limits){ .photo_wait_ms = 6000 });
    size_t before = rig_memory();
    int fd[3];
    for (int i = 0; i < 3; i++) {
        fd[i] = begin_upload(PHOTO);
        assert_true(http_send(fd[i], photo, sizeof photo - 1));
    }
    int64_t asked = wait_now_ms();
    struct http_reply r;
    int fourth = begin_upload(PHOTO);
    assert_true(http_read(fourth, false, &r));
    assert_int_equal(r.status, 503);
    assert_string_equal(http_header(&r, "Retry-After"), "2");
    assert_true(wait_now_ms() - asked >= 5990);
    http_reply_fini(&r);
    (void)close(fourth);
    assert_true(rig_memory() - before < (52u << 20));
    /* A fifth that waits gets its turn when one of the three is done. */
    int fifth = begin_upload(PHOTO);
    assert_true(http_send(fd[0], photo, 1));
    http_expect(fd[0], 200, NULL);
    assert_true(http_send(fifth, photo, sizeof photo));
    http_expect(fifth, 200, NULL);
    (void)close(fd[1]); /* hangs up half-way: its share comes back, too */
    int sixth = begin_upload(PHOTO);
    assert_true(http_send(sixth, photo, sizeof photo));
    http_expect(sixth, 200, NULL);
    (void)close(fd[2]);
    int64_t deadline = wait_now_ms() + 5000;
    while (rig_memory() > before + (8u << 20) && wait_now_ms() < deadline) wait_nap();
    assert_true(rig_memory() < before + (8u << 20));
    rig_stop(&rig);
}

static void test_expect_continue(void **state) {
    (void)state;
    char seen[2048] = "";
    start((struct server_limits){ 0 });
    int fd = http_connect(rig.port);
    assert_true(http_send_text(fd, "POST /photos HTTP/1.1\r\nHost: x\r\nContent-Type: image/jpeg\r\nExpect: "
                                   "100-continue\r\nContent-Length: 4\r\n\r\n"));
    assert_true(http_read_until(fd, "100 Continue\r\n\r\n", seen, sizeof seen, 5000));
    assert_true(http_send(fd, photo, 4));
    http_expect(fd, 200, NULL);
    fd = http_connect(rig.port);
    assert_true(http_send_text(fd, "POST /photos HTTP/1.1\r\nHost: x\r\nContent-Type: image/png\r\nExpect: "
                                   "100-continue\r\nContent-Length: 4\r\n\r\n"));
    http_expect(fd, 415, NULL);
    rig_stop(&rig);
}

static void test_silence(void **state) {
    (void)state;
    start((struct server_limits){ .silence_ms = 200, .photo_wait_ms = 3000 });
    int fd[3];
    for (int i = 0; i < 3; i++) {
        fd[i] = begin_upload(PHOTO);
        assert_true(http_send(fd[i], photo, 1000));
    }
    int patient = begin_upload(PHOTO); /* waits for what the silent ones hold */
    int64_t since = wait_now_ms();
    for (int i = 0; i < 3; i++) {
        struct http_reply r;
        assert_true(http_read(fd[i], false, &r));
        assert_int_equal(r.status, 408);
        http_reply_fini(&r);
        assert_true(http_wait_closed(fd[i], 2000));
        (void)close(fd[i]);
    }
    assert_true(wait_now_ms() - since < 3000);
    assert_true(http_send(patient, photo, sizeof photo));
    http_expect(patient, 200, NULL);
    rig_stop(&rig);
}

static void test_slow_headers(void **state) {
    (void)state;
    start((struct server_limits){ .header_ms = 300 });
    int fd = http_connect(rig.port), idle = http_connect(rig.port);
    assert_true(http_send_text(fd, "GET /wait HTTP/1.1\r\n"));
    int64_t deadline = wait_now_ms() + 5000;
    bool open = true;
    while (open && wait_now_ms() < deadline) { /* a byte now and then does not help */
        (void)http_send(fd, "X", 1);
        open = !http_wait_closed(fd, 50);
    }
    assert_false(open);
    assert_true(http_wait_closed(idle, 2000));
    (void)close(fd);
    (void)close(idle);
    rig_stop(&rig);
}

static void test_connection_limit(void **state) {
    (void)state;
    start((struct server_limits){ .per_address = 4 });
    int fd[6];
    for (int i = 0; i < 6; i++) fd[i] = http_connect(rig.port);
    assert_true(http_wait_closed(fd[5], 2000));
    assert_true(http_send_text(
        fd[0], "POST /json HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"));
    http_expect(fd[0], 200, NULL);
    for (int i = 1; i < 6; i++) (void)close(fd[i]);
    rig_stop(&rig);
}

static void test_heavy_two_at_a_time(void **state) {
    (void)state;
    start((struct server_limits){ 0 });
    int fd[22], busy = 0;
    for (int i = 0; i < 22; i++) {
        fd[i] = http_connect(rig.port);
        assert_true(http_send_text(fd[i], "GET /heavy HTTP/1.1\r\nHost: x\r\n\r\n"));
    }
    wait_count(&in_step, 2);
    for (int i = 0; i < 50; i++) wait_nap();
    assert_int_equal(atomic_load(&in_step), 2);
    atomic_store(&step_may_end, true);
    for (int i = 0; i < 22; i++) {
        struct http_reply r;
        assert_true(http_read(fd[i], false, &r));
        if (r.status == 503) busy++;
        if (r.status == 503) assert_non_null(http_header(&r, "Retry-After"));
        http_reply_fini(&r);
        (void)close(fd[i]);
    }
    assert_int_equal(busy, 4); /* 2 run, 16 wait */
    rig_stop(&rig);
}

static void test_client_leaves_during_a_step(void **state) {
    (void)state;
    start((struct server_limits){ 0 });
    for (int i = 0; i < 3; i++) {
        int fd = http_connect(rig.port);
        assert_true(http_send_text(fd, "GET /wait HTTP/1.1\r\nHost: x\r\n\r\n"));
        wait_count(&in_step, i + 1);
        (void)close(fd);
    }
    atomic_store(&step_may_end, true);
    wait_count(&steps_done, 3);
    rig_stop(&rig);
}

static void *free_steps(void *arg) {
    (void)arg;
    (void)nanosleep(&(struct timespec){ .tv_nsec = 300000000 }, NULL);
    atomic_store(&step_may_end, true);
    return NULL;
}

static void stop_with(const char *path, int64_t stop_ms) {
    pthread_t freer;
    start((struct server_limits){ .stop_ms = stop_ms });
    int waiting = http_connect(rig.port), half = begin_upload(PHOTO), idle = http_connect(rig.port);
    assert_true(http_send(half, photo, 5000));
    assert_true(http_send_text(waiting, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", path));
    wait_count(&in_step, 1);
    assert_int_equal(pthread_create(&freer, NULL, free_steps, NULL), 0);
    int64_t since = wait_now_ms();
    rig_stop(&rig);
    assert_true(wait_now_ms() - since < 3000);
    (void)pthread_join(freer, NULL);
    assert_int_equal(atomic_load(&steps_done), 1);
    struct http_reply r;
    bool answered = http_read(waiting, false, &r);
    if (stop_ms > 500) assert_true(answered && r.status == 200);
    http_reply_fini(&r);
    (void)close(waiting);
    (void)close(half);
    (void)close(idle);
}

/* An exchange under way is finished; one that takes too long is cut off, and its step still ends before everything is freed. */
static void test_stop(void **state) {
    (void)state;
    stop_with("/wait", 1500);
    stop_with("/wait", 50);
    stop_with("/wait-write", 50);
}

int main(void) {
    (void)signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_whole_body_arrives, teardown),
        cmocka_unit_test_teardown(test_texts_are_masked, teardown),
        cmocka_unit_test_teardown(test_budget, teardown),
        cmocka_unit_test_teardown(test_expect_continue, teardown),
        cmocka_unit_test_teardown(test_silence, teardown),
        cmocka_unit_test_teardown(test_slow_headers, teardown),
        cmocka_unit_test_teardown(test_connection_limit, teardown),
        cmocka_unit_test_teardown(test_heavy_two_at_a_time, teardown),
        cmocka_unit_test_teardown(test_client_leaves_during_a_step, teardown),
        cmocka_unit_test_teardown(test_stop, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
