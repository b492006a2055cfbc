/* SPDX-License-Identifier: MIT */
/* What the server sends, over real sockets and stores: nothing is told as done that is not committed; streams, ranges, and connections that are kept. */
#include "tests/support/http_client.h"
#include "tests/support/http_rig.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

static const char schema[] = "CREATE TABLE thing (id TEXT PRIMARY KEY, n INTEGER NOT NULL) STRICT;"
                             "CREATE TABLE child (id INTEGER PRIMARY KEY, parent TEXT REFERENCES thing (id) DEFERRABLE "
                             "INITIALLY DEFERRED) STRICT;";

/* ---- a small set of routes ---- */

static void say_hello(struct app *app, struct exchange *x, struct db *db) {
    struct json_out w;
    (void)app, (void)db;
    exchange_json(x, 200, &w);
    json_open(&w, NULL, '{');
    json_put_text(&w, "hello", "");
    json_close(&w, '}');
}

static void insert(struct app *app, struct exchange *x, struct db *db) {
    struct stmt *s = NULL;
    (void)app;
    int r = db_prepare(db, "INSERT INTO thing (id, n) VALUES (?, 1)", &s);
    if (!r) {
        stmt_bind_text(s, 1, exchange_param(x, "id"));
        r = stmt_run(s);
    }
    if (r)
        exchange_error(x, r, &(struct err_text){ .text = "thing" });
    else
        x->reply.status = 201;
}

static void insert_and_regret(struct app *app, struct exchange *x, struct db *db) {
    insert(app, x, db);
    exchange_problem(x, 409, "id", "No.");
    exchange_problem_add(x, "allowed", "[\"other\"]");
}

static void break_commit(struct app *app, struct exchange *x, struct db *db) {
    struct stmt *s = NULL;
    insert(app, x, db);
    if (db_prepare(db, "INSERT INTO child (parent) VALUES ('nobody')", &s) || stmt_run(s))
        exchange_problem(x, 599, NULL, "The test is broken.");
}

static void fill_disk(struct app *app, struct exchange *x, struct db *db) {
    struct stmt *s = NULL;
    (void)app;
    int r = db_prepare(db,
                       "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)"
                       " INSERT INTO thing (id, n) SELECT 'filler-' || i, i FROM n",
                       &s);
    if (!r) r = stmt_run(s);
    if (r)
        exchange_error(x, r, NULL);
    else
        x->reply.status = 201;
}

static void nothing(struct app *app, struct exchange *x, struct db *db) { (void)app, (void)x, (void)db; }

static void refuse_before(struct app *app, struct exchange *x, struct db *db) {
    (void)app;
    exchange_problem(x, db ? 500 : 422, NULL, "Not a picture.");
}

struct counted_stream {
    struct reply_stream s;
    int64_t fail_at;
};

static int stream_read(struct reply_stream *s, int64_t offset, void *out, size_t n) {
    unsigned char *p = out;
    struct counted_stream *c = (struct counted_stream *)s;
    if (n > 256u << 10) return ERR_TOO_BIG;
    if (c->fail_at && offset + (int64_t)n > c->fail_at) return ERR_CORRUPT;
    for (size_t i = 0; i < n; i++) p[i] = (unsigned char)((uint64_t)(offset + (int64_t)i) * 2654435761u >> 13);
    return 0;
}

static void stream_close(struct reply_stream *s) { free(s); }

static void stream(struct app *app, struct exchange *x, struct db *db) {
    (void)app, (void)db;
    struct counted_stream *c = calloc(1, sizeof *c);
    c->s = (struct reply_stream){ .size = 1000000, .read = stream_read, .close = stream_close };
    if (strcmp(exchange_param(x, "id"), "broken") == 0) c->fail_at = 500000;
    x->reply.status = 200;
    x->reply.type = "image/jpeg";
    x->reply.stream = &c->s;
    (void)snprintf(x->reply.etag, sizeof x->reply.etag, "\"abc\"");
    (void)snprintf(x->reply.cache_control, sizeof x->reply.cache_control, "private, immutable");
}

#define STEPS(name, ...) static const struct step name[] = { __VA_ARGS__, { STEP_END, NULL } }
STEPS(s_hello, { STEP_LOOP, say_hello });
STEPS(s_insert, { STEP_WRITE, insert });
STEPS(s_regret, { STEP_WRITE, insert_and_regret });
STEPS(s_break, { STEP_WRITE, break_commit });
STEPS(s_full, { STEP_WRITE, fill_disk });
STEPS(s_nothing, { STEP_POOL, nothing });
STEPS(s_stream, { STEP_READ, stream });
STEPS(s_before, { STEP_BEFORE, refuse_before }, { STEP_WRITE, insert });

static const struct route table[] = {
    { "GET", "/api/v1/hello", PERMIT_ANY, ROUTE_OPEN, s_hello },
    { "POST", "/api/v1/echo", PERMIT_DAYLOG, 0, s_nothing },
    { "POST", "/api/v1/things/{id}", PERMIT_DAYLOG, 0, s_insert },
    { "POST", "/api/v1/regret/{id}", PERMIT_DAYLOG, 0, s_regret },
    { "POST", "/api/v1/broken/{id}", PERMIT_DAYLOG, 0, s_break },
    { "POST", "/api/v1/full", PERMIT_DAYLOG, 0, s_full },
    { "POST", "/api/v1/before/{id}", PERMIT_DAYLOG, 0, s_before },
    { "GET", "/api/v1/nothing", PERMIT_ANY, ROUTE_OPEN, s_nothing },
    { "GET", "/api/v1/stream/{id}", PERMIT_ANY, ROUTE_OPEN, s_stream },
    { 0 },
};
static const struct route *const tables[] = { table, NULL };

static int prepare(struct rig *rig, struct db *db) {
    (void)rig;
    struct err_text e;
    return db_exec(db, "PRAGMA foreign_keys = ON; PRAGMA max_page_count = 200;", &e);
}

static int setup(void **state) {
    static struct rig rig;
    rig = (struct rig){ .routes = tables, .schema = schema, .prepare = prepare };
    rig.limits.per_address = 128;
    rig_start(&rig);
    *state = &rig;
    return 0;
}

static int teardown(void **state) {
    rig_stop(*state);
    return 0;
}

/* ---- connections ---- */

static void test_keep_alive(void **state) {
    struct rig *rig = *state;
    struct http_reply r;
    int fd = http_connect(rig->port);
    static const struct {
        const char *request, *body;
        int status;
    } turns[] = {
        { "GET /api/v1/hello HTTP/1.1\r\nHost: x\r\n\r\n", "", 200 },
        { "GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n", "", 404 },
        { "POST /api/v1/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n", "12345", 401 },
        { "GET /api/v1/stream/1 HTTP/1.1\r\nHost: x\r\nRange: bytes=5-9\r\n\r\n", "", 206 },
        { "GET /api/v1/hello HTTP/1.1\r\nHost: x\r\n\r\n", "", 200 },
    };
    for (size_t i = 0; i < sizeof turns / sizeof turns[0]; i++) {
        assert_true(http_send_text(fd, "%s%s", turns[i].request, turns[i].body));
        assert_true(http_read(fd, false, &r));
        assert_int_equal(r.status, turns[i].status);
        http_reply_fini(&r);
    }
    (void)close(fd);
}

/* ---- steps and the store ---- */

static void test_write_is_committed(void **state) {
    struct rig *rig = *state;
    rig_expect(rig, "POST", "/api/v1/things/a", rig->as[ROLE_MANAGER], NULL, 201);
    assert_int_equal(rig_count(rig, "SELECT count(*) FROM thing WHERE id = 'a'"), 1);
    rig_expect(rig, "POST", "/api/v1/things/a", rig->as[ROLE_MANAGER], NULL, 409);
}

static void test_error_undoes_the_write(void **state) {
    struct rig *rig = *state;
    struct http_reply r = http_request(rig->port, "POST", "/api/v1/regret/b", rig->as[ROLE_MANAGER], NULL);
    assert_int_equal(r.status, 409);
    assert_string_equal(
        r.body, "{\"type\":\"about:blank\",\"title\":\"Conflict\",\"status\":409,\"detail\":\"No.\",\"field\":\"id\","
                "\"allowed\":[\"other\"]}");
    http_reply_fini(&r);
    assert_int_equal(rig_count(rig, "SELECT count(*) FROM thing WHERE id = 'b'"), 0);
    rig_expect(rig, "POST", "/api/v1/before/b", rig->as[ROLE_MANAGER], NULL, 422);
    assert_int_equal(rig_count(rig, "SELECT count(*) FROM thing WHERE id = 'b'"), 0);
}

static void test_commit_failure_is_told(void **state) {
    struct rig *rig = *state;
    rig_expect(rig, "POST", "/api/v1/broken/c", rig->as[ROLE_MANAGER], NULL, 500);
    assert_int_equal(rig_count(rig, "SELECT count(*) FROM thing WHERE id = 'c'"), 0);
    rig_expect(rig, "POST", "/api/v1/full", rig->as[ROLE_MANAGER], NULL, 507);
    assert_int_equal(rig_count(rig, "SELECT count(*) FROM thing WHERE id LIKE 'filler%'"), 0);
    rig_expect(rig, "POST", "/api/v1/things/c", rig->as[ROLE_MANAGER], NULL, 201);
}

static void test_no_answer_is_500(void **state) { rig_expect(*state, "GET", "/api/v1/nothing", "", NULL, 500); }

/* ---- streams and ranges ---- */

static void check_bytes(const struct http_reply *r, int64_t from, size_t n) {
    unsigned char *wanted = malloc(n + 1);
    size_t done = 0;
    while (done < n) {
        size_t piece = n - done < 65536 ? n - done : 65536;
        struct counted_stream s = { 0 };
        assert_int_equal(stream_read(&s.s, from + (int64_t)done, wanted + done, piece), 0);
        done += piece;
    }
    assert_int_equal(r->body_len, n);
    assert_memory_equal(r->body, wanted, n);
    free(wanted);
}

static void range(struct rig *rig, const char *headers, int status, int64_t from, size_t n, const char *content_range) {
    struct http_reply r = http_request(rig->port, "GET", "/api/v1/stream/1", headers, NULL);
    assert_int_equal(r.status, status);
    if (status < 300) check_bytes(&r, from, n);
    if (content_range) assert_string_equal(http_header(&r, "Content-Range"), content_range);
    if (!content_range) assert_null(http_header(&r, "Content-Range"));
    http_reply_fini(&r);
}

static void test_ranges(void **state) {
    struct rig *rig = *state;
    range(rig, "", 200, 0, 1000000, NULL);
    range(rig, "Range: bytes=0-0\r\n", 206, 0, 1, "bytes 0-0/1000000");
    range(rig, "Range: bytes=131000-400000\r\n", 206, 131000, 269001, "bytes 131000-400000/1000000");
    range(rig, "Range: bytes=999999-\r\n", 206, 999999, 1, "bytes 999999-999999/1000000");
    range(rig, "Range: bytes=-10\r\n", 206, 999990, 10, "bytes 999990-999999/1000000");
    range(rig, "Range: bytes=-9999999\r\n", 206, 0, 1000000, "bytes 0-999999/1000000");
    range(rig, "Range: bytes=1000000-\r\n", 416, 0, 0, "bytes */1000000");
    range(rig, "Range: bytes=-0\r\n", 416, 0, 0, "bytes */1000000");
    range(rig, "Range: bytes=1-0\r\n", 200, 0, 1000000, NULL);
    range(rig, "Range: bytes=0-1,5-6\r\n", 200, 0, 1000000, NULL);
    range(rig, "Range: bytes=2-3\r\nIf-Range: \"abc\"\r\n", 206, 2, 2, "bytes 2-3/1000000");
    range(rig, "Range: bytes=2-3\r\nIf-Range: \"other\"\r\n", 200, 0, 1000000, NULL);
    range(rig, "If-None-Match: \"x\", W/\"abc\"\r\n", 304, 0, 0, NULL);
    struct http_reply r = http_request(rig->port, "HEAD", "/api/v1/stream/1", "", NULL);
    assert_int_equal(r.status, 200);
    assert_string_equal(http_header(&r, "Content-Length"), "1000000");
    assert_string_equal(http_header(&r, "ETag"), "\"abc\"");
    assert_string_equal(http_header(&r, "Cache-Control"), "private, immutable");
    http_reply_fini(&r);
    r = http_request(rig->port, "GET", "/api/v1/hello", "Range: bytes=0-4\r\n", NULL);
    assert_int_equal(r.status, 206);
    assert_string_equal(r.body, "{\"hel");
    assert_string_equal(http_header(&r, "Cache-Control"), "no-store");
    http_reply_fini(&r);
}

static void test_stream_that_breaks(void **state) {
    struct rig *rig = *state;
    struct http_reply r = http_request(rig->port, "GET", "/api/v1/stream/broken", "", NULL);
    assert_int_equal(r.status, -1); /* ended early, not ended well */
    http_reply_fini(&r);
    rig_expect(rig, "GET", "/api/v1/hello", "", NULL, 200);
}

static void test_clients_that_leave(void **state) {
    struct rig *rig = *state;
    for (int i = 0; i < 40; i++) {
        int fd = http_connect(rig->port);
        assert_true(http_send_text(fd, i % 2 ? "GET /api/v1/stream/1 HTTP/1.1\r\nHost: x\r\n\r\n"
                                             : "GET /api/v1/hello HTTP/1.1\r\nHo"));
        if (i % 4 == 1) {
            char some[100];
            assert_true(read(fd, some, sizeof some) > 0);
        }
        (void)close(fd);
    }
    rig_expect(rig, "GET", "/api/v1/hello", "", NULL, 200);
}

int main(void) {
    (void)signal(SIGPIPE, SIG_IGN);
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(test_keep_alive),
        T(test_write_is_committed),
        T(test_error_undoes_the_write),
        T(test_commit_failure_is_told),
        T(test_no_answer_is_500),
        T(test_ranges),
        T(test_stream_that_breaks),
        T(test_clients_that_leave),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
