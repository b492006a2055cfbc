/* SPDX-License-Identifier: MIT */
/* Raw bodies, for uploads that go on where they stopped: piece by piece, and what is kept of one that breaks off. */
#include "tests/support/http_client.h"
#include "tests/support/http_rig.h"
#include "tests/support/wait.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#define PHOTO (16u << 20)

static char photo[PHOTO]; /* bytes to send */

static const struct route *const tables[] = { NULL };

static struct rig rig;

/* After a failed test, too. */
static int teardown(void **state) {
    (void)state;
    if (rig.server) rig_stop(&rig);
    return 0;
}

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
    http_expect(fd, 405, NULL);
    fd = http_connect(rig.port);
    assert_true(
        http_send_text(fd, "PATCH /tus/1 HTTP/1.1\r\nHost: x\r\nX-Mode: refuse\r\nContent-Length: 16000000\r\n\r\n"));
    (void)http_send(fd, photo, 1000000);
    http_expect(fd, 409, NULL);
    fd = http_connect(rig.port);
    assert_true(http_send_text(fd, "PATCH /tus/1 HTTP/1.1\r\nHost: x\r\nContent-Length: 16777217\r\n\r\n"));
    http_expect(fd, 413, NULL);
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
    wait_count(&begun, 1);
    (void)close(fd);
    wait_count(&abandoned, 1);
    assert_int_equal(atomic_load(&kept_bytes), 300001);
    fd = http_connect(rig.port); /* silence */
    assert_true(http_send_text(fd, "PATCH /tus/1 HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n"));
    assert_true(http_send(fd, photo, 20));
    http_expect(fd, 408, NULL);
    wait_count(&abandoned, 2);
    assert_int_equal(atomic_load(&kept_bytes), 20);
    fd = http_connect(rig.port); /* the server stops first */
    assert_true(http_send_text(fd, "PATCH /tus/1 HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n"));
    assert_true(http_send(fd, photo, 30));
    wait_count(&begun, 3);
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
        cmocka_unit_test_teardown(test_raw, teardown),
        cmocka_unit_test_teardown(test_raw_client_leaves, teardown),
        cmocka_unit_test_teardown(test_raw_listener_of_its_own, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
