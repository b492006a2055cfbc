/* SPDX-License-Identifier: MIT */
/* The server over real sockets: whom it lets in, what it refuses, and that nothing a client sends upsets it. */
#include "tests/support/http_client.h"
#include "tests/support/http_rig.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

/* ---- a small set of routes ---- */

static void say_hello(struct app *app, struct exchange *x, struct db *db) {
    struct json_out w;
    (void)app, (void)db;
    const char *name = exchange_query(x, "name");
    exchange_json(x, 200, &w);
    json_open(&w, NULL, '{');
    json_put_text(&w, "hello", name ? name : "");
    json_put_text(&w, "id", exchange_param(x, "id"));
    json_put_text(&w, "user", x->user.id);
    json_put_text(&w, "site", x->site);
    json_close(&w, '}');
}

static void echo(struct app *app, struct exchange *x, struct db *db) {
    (void)app, (void)db;
    x->reply.status = 200;
    x->reply.type = "application/octet-stream";
    (void)buf_add(&x->reply.body, x->body ? x->body : "", x->body_len);
}

static void nothing(struct app *app, struct exchange *x, struct db *db) { (void)app, (void)x, (void)db; }

static void count_up(struct app *app, struct exchange *x, struct db *db) {
    (void)app, (void)db;
    x->state = (void *)((intptr_t)x->state + 1);
}

static void tell_count(struct app *app, struct exchange *x, struct db *db) {
    (void)app, (void)db;
    x->reply.status = 200;
    (void)buf_addf(&x->reply.body, "%d", (int)(intptr_t)x->state);
}

#define STEPS(name, ...) static const struct step name[] = { __VA_ARGS__, { STEP_END, NULL } }
STEPS(s_hello, { STEP_LOOP, say_hello });
STEPS(s_echo, { STEP_POOL, echo });
STEPS(s_nothing, { STEP_POOL, nothing });
STEPS(s_many, { STEP_LOOP, count_up }, { STEP_POOL, count_up }, { STEP_READ, count_up }, { STEP_HEAVY, count_up },
      { STEP_BEFORE, count_up }, { STEP_WRITE, count_up }, { STEP_WRITE, count_up }, { STEP_POOL, tell_count });

static const struct route table[] = {
    { "GET", "/api/v1/hello", PERMIT_ANY, ROUTE_OPEN, s_hello },
    { "GET", "/api/v1/hello/{id}", PERMIT_READ, 0, s_hello },
    { "GET", "/api/v1/hello/literal", PERMIT_ANY, ROUTE_OPEN, s_many },
    { "POST", "/api/v1/echo", PERMIT_DAYLOG, 0, s_echo },
    { "POST", "/api/v1/photos", PERMIT_PHOTO, ROUTE_BODY_JPEG, s_echo },
    { "DELETE", "/api/v1/echo", PERMIT_DAYLOG, ROUTE_NO_BODY, s_nothing },
    { "GET", "/api/v1/lists", PERMIT_READ, ROUTE_SITE, s_hello },
    { "GET", "/api/v1/only-hub", PERMIT_ANY, ROUTE_OPEN | ROUTE_HUB, s_hello },
    { "POST", "/control/v1/echo", PERMIT_ANY, ROUTE_CONTROL, s_echo },
    { 0 },
};
static const struct route *const tables[] = { table, NULL };

static int setup(void **state) {
    static struct rig rig;
    rig = (struct rig){ .routes = tables, .control = true };
    rig.limits.per_address = 128;
    rig_start(&rig);
    *state = &rig;
    return 0;
}

static int teardown(void **state) {
    rig_stop(*state);
    return 0;
}

#define JSON "Content-Type: application/json\r\n"

static char *with(const char *a, const char *b) {
    static char text[1024];
    (void)snprintf(text, sizeof text, "%s%s", a, b);
    return text;
}

static void test_paths_and_methods(void **state) {
    struct rig *rig = *state;
    rig_expect(rig, "GET", "/api/v1/hello", "", NULL, 200);
    rig_expect(rig, "HEAD", "/api/v1/hello", "", NULL, 200);
    rig_expect(rig, "GET", "/nowhere", "", NULL, 404);
    rig_expect(rig, "GET", "/api/v1/hello/", "", NULL, 404);
    rig_expect(rig, "GET", "/api/v1/only-hub", "", NULL, 404);
    rig_expect(rig, "POST", "/control/v1/echo", "", NULL, 404);
    rig_expect(rig, "GET", "/api/v1/hello/a%2Fb", "", NULL, 400);
    rig_expect(rig, "GET", "/api/v1/hello?name=%ff", "", NULL, 400);
    rig_expect(rig, "GET", "/api/v1/hello?name=a%00b", "", NULL, 400);
    rig_expect(rig, "GET", "/api/v1/hello?name=%4", "", NULL, 400);
    rig_expect(rig, "GET", "/api/v1/hello?name=1&name=2", "", NULL, 400);
    rig_expect(rig, "GET", "/api/v1/hello/..", rig->as[ROLE_MANAGER], NULL, 404);
    struct http_reply r = http_request(rig->port, "POST", "/api/v1/hello", "", "x");
    assert_int_equal(r.status, 405);
    assert_string_equal(http_header(&r, "Allow"), "GET, HEAD");
    http_reply_fini(&r);
    r = http_request(rig->port, "OPTIONS", "/api/v1/echo", "", NULL);
    assert_int_equal(r.status, 405);
    assert_string_equal(http_header(&r, "Allow"), "POST, DELETE");
    http_reply_fini(&r);
}

static void test_parameters(void **state) {
    struct rig *rig = *state;
    struct http_reply r =
        http_request(rig->port, "GET", "/api/v1/hello/a.B-9_?name=%E6%B0%B4+%2B&x", rig->cookie[ROLE_CREW], NULL);
    assert_int_equal(r.status, 200);
    assert_string_equal(r.body, "{\"hello\":\"水 +\",\"id\":\"a.B-9_\",\"user\":\"u-crew\",\"site\":\"s-1\"}");
    http_reply_fini(&r);
    r = http_request(rig->port, "GET", "/api/v1/hello/literal", "", NULL); /* the literal pattern goes before {id} */
    assert_int_equal(r.status, 200);
    assert_string_equal(r.body, "7");
    http_reply_fini(&r);
}

static void test_who_may(void **state) {
    struct rig *rig = *state;
    rig_expect(rig, "GET", "/api/v1/hello/1", "", NULL, 401);
    rig_expect(rig, "GET", "/api/v1/hello/1", "Cookie: sitelog=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\n", NULL,
               401);
    rig_expect(rig, "GET", "/api/v1/hello/1", rig->cookie[ROLE_INSTALLER], NULL, 403);
    rig_expect(rig, "GET", "/api/v1/hello/1", rig->cookie[ROLE_VIEWER], NULL, 200);
    rig_expect(rig, "POST", "/api/v1/echo", with(rig->as[ROLE_VIEWER], JSON), "{}", 403);
    rig_expect(rig, "POST", "/api/v1/echo", with(rig->as[ROLE_MANAGER], JSON), "{}", 200);
}

static void test_csrf_and_origin(void **state) {
    struct rig *rig = *state;
    char headers[1024];
    rig_expect(rig, "POST", "/api/v1/echo", with(rig->cookie[ROLE_MANAGER], JSON), "{}", 403);
    (void)snprintf(headers, sizeof headers, "%s%s%s", rig->cookie[ROLE_MANAGER], rig->csrf[ROLE_OFFICE], JSON);
    rig_expect(rig, "POST", "/api/v1/echo", headers, "{}", 403);
    (void)snprintf(headers, sizeof headers, "%s%sOrigin: http://evil.example\r\n", rig->as[ROLE_MANAGER], JSON);
    rig_expect(rig, "POST", "/api/v1/echo", headers, "{}", 403);
    (void)snprintf(headers, sizeof headers, "%s%sOrigin: null\r\n", rig->as[ROLE_MANAGER], JSON);
    rig_expect(rig, "POST", "/api/v1/echo", headers, "{}", 403);
    (void)snprintf(headers, sizeof headers, "%s%sOrigin: http://127.0.0.1:%u\r\n", rig->as[ROLE_MANAGER], JSON,
                   rig->port);
    rig_expect(rig, "POST", "/api/v1/echo", headers, "{}", 200);
    rig_expect(rig, "GET", "/api/v1/hello", "Origin: http://evil.example\r\n", NULL, 200);
}

static void test_bodies_refused(void **state) {
    struct rig *rig = *state;
    const char *me = rig->as[ROLE_MANAGER];
    rig_expect(rig, "POST", "/api/v1/echo", me, "{}", 415);
    rig_expect(rig, "POST", "/api/v1/echo", with(me, "Content-Type: text/plain\r\n"), "{}", 415);
    rig_expect(rig, "POST", "/api/v1/echo", with(me, "Content-Type: application/json; charset=utf-8\r\n"), "{}", 200);
    rig_expect(rig, "POST", "/api/v1/photos", with(me, JSON), "{}", 415);
    rig_expect(rig, "POST", "/api/v1/photos", with(me, "Content-Type: image/jpeg\r\n"), NULL, 411);
    rig_expect(rig, "POST", "/api/v1/photos", with(me, "Content-Type: image/jpeg\r\n"), "", 422);
    rig_expect(rig, "DELETE", "/api/v1/echo", me, "{}", 400);
    rig_expect(rig, "GET", "/api/v1/hello", "", "{}", 400);
    rig_expect(rig, "POST", "/api/v1/echo", with(me, JSON "Transfer-Encoding: chunked\r\n"), NULL, 411);
    rig_expect(rig, "POST", "/api/v1/echo", with(me, JSON "Content-Length: 262145\r\n"), NULL, 413);
    rig_expect(rig, "POST", "/api/v1/photos", with(me, "Content-Type: image/jpeg\r\nContent-Length: 16777217\r\n"),
               NULL, 413);
    rig_expect(rig, "POST", "/api/v1/echo", with(me, JSON "Content-Length: 2\r\nContent-Length: 3\r\n"), NULL, 400);
    rig_expect(rig, "POST", "/api/v1/photos", "Content-Type: image/jpeg\r\nContent-Length: 16000000\r\n", NULL, 401);
}

/* The refusal reaches a client that is still sending: it is not lost in a reset. */
static void test_refusal_reaches_a_sender(void **state) {
    struct rig *rig = *state;
    static char megabyte[1 << 20];
    for (int i = 0; i < 5; i++) {
        struct http_reply r;
        int fd = http_connect(rig->port);
        assert_true(http_send_text(
            fd,
            "POST /api/v1/photos HTTP/1.1\r\nHost: x\r\nContent-Type: image/jpeg\r\nContent-Length: 16000000\r\n\r\n"));
        for (int n = 0; n < 15 && http_send(fd, megabyte, sizeof megabyte); n++) {}
        assert_true(http_read(fd, false, &r));
        assert_int_equal(r.status, 401);
        http_reply_fini(&r);
        (void)close(fd);
    }
}

/* What a step on another thread answered leaves at once. */
static void test_replies_do_not_wait(void **state) {
    struct rig *rig = *state;
    struct http_reply r;
    int fd = http_connect(rig->port);
    time_t since = time(NULL);
    for (int i = 0; i < 60; i++) {
        assert_true(http_send_text(fd, "GET /api/v1/hello/literal HTTP/1.1\r\nHost: x\r\n\r\n"));
        assert_true(http_read(fd, false, &r));
        http_reply_fini(&r);
    }
    assert_true(time(NULL) - since < 10);
    (void)close(fd);
}

static void test_garbage(void **state) {
    struct rig *rig = *state;
    static const char *const requests[] = {
        "GARBAGE\r\n\r\n",
        "GET /api/v1/hello HTTP/9.9\r\n\r\n",
        "GET nowhere HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET http://x/api/v1/hello HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /api/v1/hello HTTP/1.1\r\n\r\n",
        "POST /api/v1/echo HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        "POST /api/v1/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999999\r\n\r\n",
        "POST /api/v1/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    };
    for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
        struct http_reply r;
        int fd = http_connect(rig->port);
        assert_true(http_send_text(fd, "%s", requests[i]));
        if (http_read(fd, false, &r)) assert_in_range(r.status, 400, 505);
        http_reply_fini(&r);
        (void)close(fd);
    }
    /* Headers without an end. */
    int fd = http_connect(rig->port);
    static char long_header[60000];
    memset(long_header, 'a', sizeof long_header);
    assert_true(http_send_text(fd, "GET /api/v1/hello HTTP/1.1\r\nHost: x\r\nX-Long: "));
    (void)http_send(fd, long_header, sizeof long_header);
    assert_true(http_wait_closed(fd, 5000));
    (void)close(fd);
    rig_expect(rig, "GET", "/api/v1/hello", "", NULL, 200);
}

/* ---- the control socket ---- */

static void test_control(void **state) {
    struct rig *rig = *state;
    struct http_reply r;
    int fd = http_connect_unix(rig->control_path);
    assert_true(
        http_send_text(fd, "POST /control/v1/echo HTTP/1.1\r\nHost: x\r\n" JSON "Content-Length: 4\r\n\r\n1234"));
    assert_true(http_read(fd, false, &r));
    assert_int_equal(r.status, 200);
    assert_string_equal(r.body, "1234");
    http_reply_fini(&r);
    assert_true(http_send_text(fd, "GET /api/v1/hello HTTP/1.1\r\nHost: x\r\n\r\n"));
    assert_true(http_read(fd, false, &r));
    assert_int_equal(r.status, 404);
    http_reply_fini(&r);
    (void)close(fd);
}

/* ---- the hub's paths ---- */

static bool see(void *ctx, const char *user, enum role role, const char *site) {
    (void)ctx, (void)user;
    return role == ROLE_OFFICE || strcmp(site, "s-2") == 0;
}

static void test_hub_paths(void **state) {
    struct rig rig = { .routes = tables, .hub = true, .app = { .may_see = see } };
    (void)state;
    rig_start(&rig);
    rig_expect(&rig, "GET", "/api/v1/lists", rig.as[ROLE_MANAGER], NULL, 404);
    rig_expect(&rig, "GET", "/api/v1/sites/s-2/lists", rig.as[ROLE_MANAGER], NULL, 200);
    rig_expect(&rig, "GET", "/api/v1/sites/s-3/lists", rig.as[ROLE_MANAGER], NULL, 404);
    rig_expect(&rig, "GET", "/api/v1/sites/s-3/lists", rig.as[ROLE_OFFICE], NULL, 200);
    rig_expect(&rig, "GET", "/api/v1/sites/S_3/lists", rig.as[ROLE_OFFICE], NULL, 404);
    rig_expect(&rig, "GET", "/api/v1/only-hub", "", NULL, 200);
    rig_stop(&rig);
}

int main(void) {
    (void)signal(SIGPIPE, SIG_IGN);
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(test_paths_and_methods),        T(test_parameters),     T(test_who_may),
        T(test_csrf_and_origin),          T(test_bodies_refused), T(test_refusal_reaches_a_sender),
        T(test_replies_do_not_wait),      T(test_garbage),        T(test_control),
        cmocka_unit_test(test_hub_paths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
