/* SPDX-License-Identifier: MIT */
/* Bodies: the shared budget, uploads that stop, clients that hang up, raw bodies, and stopping with all of that under way. */
#include "tests/support/http_client.h"
#include "tests/support/http_rig.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

static int64_t now_ms(void) {
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void nap(void) { (void)nanosleep(&(struct timespec){ .tv_nsec = 2000000 }, NULL); }

static void wait_for(atomic_int *n, int wanted) {
    int64_t deadline = now_ms() + 10000;
    while (atomic_load(n) < wanted && now_ms() < deadline) nap();
    assert_true(atomic_load(n) >= wanted);
}

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
    while (!atomic_load(&step_may_end)) nap();
    x->reply.status = 200;
    atomic_fetch_add(&steps_done, 1);
}

static const struct step s_photo[] = { { STEP_POOL, tell_size }, { STEP_END, NULL } };
/* What a step sees of what was sent. */
static void tell_back(struct app *app, struct exchange *x, struct db *db) {
    (void)app, (void)db;
    const char *caption = exchange_query(x, "caption");
    x->reply.status = 200;
    (void)buf_addf(&x->reply.body, "%s %.*s", caption ? caption : "", (int)x->body_len, x->body ? x->body : "");
}

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

static void expect_reply(int fd, int status, const char *body) {
    struct http_reply r;
    assert_true(http_read(fd, false, &r));
    assert_int_equal(r.status, status);
    if (body) assert_string_equal(r.body, body);
    http_reply_fini(&r);
    (void)close(fd);
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
    expect_reply(fd, 200, wanted);
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
    int64_t asked = now_ms();
    struct http_reply r;
    int fourth = begin_upload(PHOTO);
    assert_true(http_read(fourth, false, &r));
    assert_int_equal(r.status, 503);
    assert_string_equal(http_header(&r, "Retry-After"), "2");
    assert_true(now_ms() - asked >= 5990);
    http_reply_fini(&r);
    (void)close(fourth);
    assert_true(rig_memory() - before < (52u << 20));
    /* A fifth that waits gets its turn when one of the three is done. */
    int fifth = begin_upload(PHOTO);
    assert_true(http_send(fd[0], photo, 1));
    expect_reply(fd[0], 200, NULL);
    assert_true(http_send(fifth, photo, sizeof photo));
    expect_reply(fifth, 200, NULL);
    (void)close(fd[1]); /* hangs up half-way: its share comes back, too */
    int sixth = begin_upload(PHOTO);
    assert_true(http_send(sixth, photo, sizeof photo));
    expect_reply(sixth, 200, NULL);
    (void)close(fd[2]);
    int64_t deadline = now_ms() + 5000;
    while (rig_memory() > before + (8u << 20) && now_ms() < deadline) nap();
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
    expect_reply(fd, 200, NULL);
    fd = http_connect(rig.port);
    assert_true(http_send_text(fd, "POST /photos HTTP/1.1\r\nHost: x\r\nContent-Type: image/png\r\nExpect: "
                                   "100-continue\r\nContent-Length: 4\r\n\r\n"));
    expect_reply(fd, 415, NULL);
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
    int64_t since = now_ms();
    for (int i = 0; i < 3; i++) {
        struct http_reply r;
        assert_true(http_read(fd[i], false, &r));
        assert_int_equal(r.status, 408);
        http_reply_fini(&r);
        assert_true(http_wait_closed(fd[i], 2000));
        (void)close(fd[i]);
    }
    assert_true(now_ms() - since < 3000);
    assert_true(http_send(patient, photo, sizeof photo));
    expect_reply(patient, 200, NULL);
    rig_stop(&rig);
}

static void test_slow_headers(void **state) {
    (void)state;
    start((struct server_limits){ .header_ms = 300 });
    int fd = http_connect(rig.port), idle = http_connect(rig.port);
    assert_true(http_send_text(fd, "GET /wait HTTP/1.1\r\n"));
    int64_t deadline = now_ms() + 5000;
    bool open = true;
    while (open && now_ms() < deadline) { /* a byte now and then does not help */
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
    expect_reply(fd[0], 200, NULL);
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
    wait_for(&in_step, 2);
    for (int i = 0; i < 50; i++) nap();
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
        wait_for(&in_step, i + 1);
        (void)close(fd);
    }
    atomic_store(&step_may_end, true);
    wait_for(&steps_done, 3);
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
    wait_for(&in_step, 1);
    assert_int_equal(pthread_create(&freer, NULL, free_steps, NULL), 0);
    int64_t since = now_ms();
    rig_stop(&rig);
    assert_true(now_ms() - since < 3000);
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

/* ---- raw bodies ---- */

struct transfer {
    size_t bytes;
    unsigned sum;
    bool early;
};

static atomic_int begun, finished, abandoned, kept_bytes;

static void raw_begin(void *ctx, const struct raw_request *r, void **transfer, struct raw_reply *reply) {
    (void)ctx;
    const char *mode = r->header(r, "X-Mode");
    if (mode && strcmp(mode, "refuse") == 0) {
        reply->status = 409;
        return;
    }
    struct transfer *t = calloc(1, sizeof *t);
    t->early = mode && strcmp(mode, "early") == 0;
    atomic_fetch_add(&begun, 1);
    *transfer = t;
}

static void raw_piece(void *ctx, void *transfer, const void *bytes, size_t n, struct raw_reply *reply) {
    struct transfer *t = transfer;
    const unsigned char *p = bytes;
    (void)ctx;
    for (size_t i = 0; i < n; i++) t->sum += p[i];
    t->bytes += n;
    if (n > 256u << 10) reply->status = 500;
    if (t->early) reply->status = 460;
}

static void raw_finish(void *ctx, void *transfer, bool complete, struct raw_reply *reply) {
    struct transfer *t = transfer;
    (void)ctx;
    if (complete) {
        reply->status = 201;
        (void)snprintf(reply->headers[0][0], 160, "Upload-Offset");
        (void)snprintf(reply->headers[0][1], 160, "%zu", t->bytes);
        reply->header_count = 1;
        (void)buf_addf(&reply->body, "%u", t->sum);
        atomic_fetch_add(&finished, 1);
    } else {
        atomic_store(&kept_bytes, (int)t->bytes);
        atomic_fetch_add(&abandoned, 1);
    }
    free(t);
}

static const struct server_raw raw = {
    .prefix = "/tus/", .body_max = PHOTO, .begin = raw_begin, .piece = raw_piece, .finish = raw_finish
};

static void start_raw(struct server_limits limits) {
    rig = (struct rig){ .routes = tables, .raw = &raw, .limits = limits };
    atomic_store(&begun, 0);
    atomic_store(&finished, 0);
    atomic_store(&abandoned, 0);
    rig_start(&rig);
}

static void test_raw(void **state) {
    (void)state;
    struct http_reply r;
    unsigned sum = 0;
    char wanted[32];
    for (size_t i = 0; i < 1000000; i++) sum += (unsigned char)photo[i];
    (void)snprintf(wanted, sizeof wanted, "%u", sum);
    start_raw((struct server_limits){ 0 });
    int fd = http_connect(rig.port);
    for (int i = 0; i < 3; i++) { /* on one connection */
        assert_true(http_send_text(fd, "PATCH /tus/1 HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n"));
        assert_true(http_send(fd, photo, 1000000));
        assert_true(http_read(fd, false, &r));
        assert_int_equal(r.status, 201);
        assert_string_equal(http_header(&r, "Upload-Offset"), "1000000");
        assert_string_equal(r.body, wanted);
        http_reply_fini(&r);
        assert_true(http_send_text(fd, "HEAD /tus/1 HTTP/1.1\r\nHost: x\r\n\r\n"));
        assert_true(http_read(fd, true, &r));
        assert_int_equal(r.status, 201);
        http_reply_fini(&r);
        assert_true(http_send_text(
            fd,
            "POST /tus HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n%.4s\r\n3\r\n%.3s\r\n0\r\n\r\n",
            "abcd", "efg"));
        assert_true(http_read(fd, false, &r));
        assert_string_equal(http_header(&r, "Upload-Offset"), "7");
        http_reply_fini(&r);
        assert_true(
            http_send_text(fd, "PATCH /tus/1 HTTP/1.1\r\nHost: x\r\nX-Mode: refuse\r\nContent-Length: 4\r\n\r\nabcd"));
        assert_true(http_read(fd, false, &r));
        assert_int_equal(r.status, 409);
        http_reply_fini(&r);
        assert_true(
            http_send_text(fd, "PATCH /tus/1 HTTP/1.1\r\nHost: x\r\nX-Mode: early\r\nContent-Length: 600000\r\n\r\n"));
        assert_true(http_send(fd, photo, 600000));
        assert_true(http_read(fd, false, &r));
        assert_int_equal(r.status, 460);
        http_reply_fini(&r);
    }
    assert_true(http_send_text(fd, "GET /tus/1 HTTP/1.1\r\nHost: x\r\n\r\n"));
    expect_reply(fd, 405, NULL);
    fd = http_connect(rig.port);
    assert_true(
        http_send_text(fd, "PATCH /tus/1 HTTP/1.1\r\nHost: x\r\nX-Mode: refuse\r\nContent-Length: 16000000\r\n\r\n"));
    (void)http_send(fd, photo, 1000000);
    expect_reply(fd, 409, NULL);
    fd = http_connect(rig.port);
    assert_true(http_send_text(fd, "PATCH /tus/1 HTTP/1.1\r\nHost: x\r\nContent-Length: 16777217\r\n\r\n"));
    expect_reply(fd, 413, NULL);
    assert_int_equal(atomic_load(&begun), atomic_load(&finished) + atomic_load(&abandoned));
    rig_stop(&rig);
}

/* What arrived before the client left reaches the handler. */
static void test_raw_client_leaves(void **state) {
    (void)state;
    start_raw((struct server_limits){ .silence_ms = 300 });
    int fd = http_connect(rig.port);
    assert_true(http_send_text(fd, "PATCH /tus/1 HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n"));
    assert_true(http_send(fd, photo, 300001));
    wait_for(&begun, 1);
    (void)close(fd);
    wait_for(&abandoned, 1);
    assert_int_equal(atomic_load(&kept_bytes), 300001);
    fd = http_connect(rig.port); /* silence */
    assert_true(http_send_text(fd, "PATCH /tus/1 HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n"));
    assert_true(http_send(fd, photo, 20));
    expect_reply(fd, 408, NULL);
    wait_for(&abandoned, 2);
    assert_int_equal(atomic_load(&kept_bytes), 20);
    fd = http_connect(rig.port); /* the server stops first */
    assert_true(http_send_text(fd, "PATCH /tus/1 HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n"));
    assert_true(http_send(fd, photo, 30));
    wait_for(&begun, 3);
    rig_stop(&rig);
    (void)close(fd);
    assert_int_equal(atomic_load(&abandoned), 3);
    assert_int_equal(atomic_load(&kept_bytes), 30);
}

static void test_raw_listener_of_its_own(void **state) {
    (void)state;
    rig = (struct rig){ .routes = tables, .raw = &raw, .raw_only = { .address = "127.0.0.1:0" } };
    rig_start(&rig);
    struct http_reply r = http_request(rig.port, "HEAD", "/tus/1", "", NULL);
    assert_int_equal(r.status, 404);
    http_reply_fini(&r);
    r = http_request(server_raw_port(rig.server), "HEAD", "/tus/1", "", NULL);
    assert_int_equal(r.status, 201);
    http_reply_fini(&r);
    rig_stop(&rig);
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
        cmocka_unit_test_teardown(test_raw, teardown),
        cmocka_unit_test_teardown(test_raw_client_leaves, teardown),
        cmocka_unit_test_teardown(test_raw_listener_of_its_own, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
