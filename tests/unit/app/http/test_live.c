/* SPDX-License-Identifier: MIT */
/* Live events over real sockets: what is told to whom, catching up, comments, and slow readers. */
#include "tests/support/http_client.h"
#include "tests/support/http_rig.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

extern const struct route route_live[];

static const struct route *const tables[] = { route_live, NULL };
static struct rig rig;
static atomic_int newest; /* position of the pretended store */
static atomic_bool reader_waits, reader_may_go;

static int since(void *ctx, struct db *db, int64_t pos, size_t max, live_each_fn each, void *arg) {
    (void)ctx;
    assert_non_null(db);
    int last = atomic_load(&newest);
    if (pos > last) return ERR_NOT_FOUND;
    for (int64_t p = pos + 1; p <= last && max-- > 0; p++) {
        char data[64];
        (void)snprintf(data, sizeof data, "{\"pos\":%d}", (int)p);
        if (each(arg, p, p % 10 == 0 ? "s-hidden" : "s-1", data)) break;
    }
    if (atomic_load(&reader_waits))
        while (!atomic_load(&reader_may_go)) (void)usleep(1000);
    return 0;
}

static bool see(void *ctx, const char *user, enum role role, const char *site) {
    (void)ctx, (void)user;
    return role == ROLE_OFFICE || strcmp(site, "s-hidden") != 0;
}

static void start(struct live_options live) {
    rig = (struct rig){ .routes = tables, .with_live = true, .live_options = live };
    rig.live_options.may_see = see;
    atomic_store(&newest, 0);
    atomic_store(&reader_waits, false);
    atomic_store(&reader_may_go, false);
    rig_start(&rig);
}

static int teardown(void **state) {
    (void)state;
    atomic_store(&reader_may_go, true);
    if (rig.server) rig_stop(&rig);
    return 0;
}

/* Listens as somebody; after "retry:" has come it is on the list. */
static int listen_as(enum role role, const char *headers) {
    int fd = http_connect(rig.port);
    assert_true(http_send_text(fd, "GET /api/v1/events HTTP/1.1\r\nHost: x\r\n%s%s\r\n", rig.cookie[role], headers));
    return fd;
}

static void hear(int fd, char *out, size_t size, const char *text) {
    if (http_read_until(fd, text, out, size, 10000)) return;
    print_error("never heard \"%s\" in:\n%s\n", text, out);
    fail();
}

static void test_needs_a_session(void **state) {
    (void)state;
    start((struct live_options){ 0 });
    struct http_reply r = http_request(rig.port, "GET", "/api/v1/events", "", NULL);
    assert_int_equal(r.status, 401);
    http_reply_fini(&r);
}

static void test_told_to_whom_it_concerns(void **state) {
    char manager[8192] = "", installer[8192] = "", office[8192] = "";
    (void)state;
    start((struct live_options){ 0 });
    int m = listen_as(ROLE_MANAGER, ""), i = listen_as(ROLE_INSTALLER, ""), o = listen_as(ROLE_OFFICE, "");
    hear(m, manager, sizeof manager, "retry: 2000\n\n");
    hear(i, installer, sizeof installer, "retry: 2000\n\n");
    hear(o, office, sizeof office, "retry: 2000\n\n");
    assert_non_null(strstr(manager, "Content-Type: text/event-stream"));
    live_publish(rig.app.live, "record", 7, "s-1", "{\"n\":1}");
    live_publish(rig.app.live, "record", 8, "s-hidden", "{\"n\":2}");
    live_publish(rig.app.live, "marks", 0, "s-1", "{\"n\":3}");
    live_publish(rig.app.live, "sites", 0, "", "{\"n\":4}");
    hear(m, manager, sizeof manager, "{\"n\":4}");
    hear(i, installer, sizeof installer, "{\"n\":4}");
    hear(o, office, sizeof office, "{\"n\":4}");
    assert_non_null(strstr(manager, "id: 7\nevent: record\ndata: {\"n\":1}\n\n"));
    assert_null(strstr(manager, "{\"n\":2}"));
    assert_non_null(strstr(manager, "event: marks\ndata: {\"n\":3}\n\n"));
    assert_null(strstr(installer, "record"));
    assert_non_null(strstr(installer, "{\"n\":3}"));
    assert_non_null(strstr(office, "id: 8\n"));
    (void)close(m);
    (void)close(i);
    (void)close(o);
}

static void test_catching_up(void **state) {
    char text[16384] = "";
    (void)state;
    start((struct live_options){ .since = since });
    atomic_store(&newest, 25);
    atomic_store(&reader_waits, true);
    int fd = listen_as(ROLE_MANAGER, "Last-Event-ID: 17\r\n");
    /* While it is being read up to 25, 25 and 26 are told. The client that only listens shows when they are. */
    char other[8192] = "";
    int witness = listen_as(ROLE_MANAGER, "");
    (void)usleep(50000);
    live_publish(rig.app.live, "record", 25, "s-1", "{\"pos\":25}");
    live_publish(rig.app.live, "record", 26, "s-1", "{\"pos\":26}");
    atomic_store(&reader_may_go, true);
    hear(fd, text, sizeof text, "id: 26\n");
    hear(witness, other, sizeof other, "retry");
    const char *at = text;
    for (int p = 18; p <= 26; p++) {
        char line[64];
        (void)snprintf(line, sizeof line, "id: %d\nevent: record\ndata: {\"pos\":%d}\n\n", p, p);
        if (p == 20) {
            assert_null(strstr(text, line)); /* another site's */
            continue;
        }
        if (p == 26) hear(fd, text, sizeof text, line);
        const char *found = strstr(at, line);
        assert_non_null(found);
        assert_null(strstr(found + 1, line)); /* once */
        at = found;
    }
    assert_null(strstr(text, "event: reset"));
    (void)close(fd);
    (void)close(witness);
}

static void test_too_much_missed(void **state) {
    char text[16384] = "";
    (void)state;
    start((struct live_options){ .since = since });
    atomic_store(&newest, 5000);
    int fd = listen_as(ROLE_MANAGER, "Last-Event-ID: 10\r\n");
    hear(fd, text, sizeof text, "event: reset\n");
    assert_null(strstr(text, "id: 11\n"));
    (void)close(fd);
    text[0] = '\0';
    fd = listen_as(ROLE_MANAGER, "Last-Event-ID: 6000\r\n"); /* of another store */
    hear(fd, text, sizeof text, "event: reset\n");
    (void)close(fd);
    static char much[200000];
    much[0] = '\0';
    fd = listen_as(ROLE_MANAGER,
                   "Last-Event-ID: 4000\r\n"); /* just what is sent again at most: more than the queue may hold later */
    hear(fd, much, sizeof much, "id: 4999\n");
    live_publish(rig.app.live, "record", 5001, "s-1", "{}");
    hear(fd, much, sizeof much, "id: 5001\n");
    (void)close(fd);
}

static void test_comments(void **state) {
    char text[8192] = "";
    (void)state;
    start((struct live_options){ .comment_ms = 90 });
    int fd = listen_as(ROLE_MANAGER, "");
    for (int i = 0; i < 5; i++) {
        hear(fd, text, sizeof text, "\n:\n\n");
        text[0] = '\0';
        (void)strcpy(text, "\n"); /* NOLINT: fits */
    }
    (void)close(fd);
    /* By the next comments it is noticed that the client has left; the server thread's count is read when it has stopped. */
    (void)usleep(600000);
    int again = listen_as(ROLE_MANAGER, "");
    char more[8192] = "";
    hear(again, more, sizeof more, "retry");
    (void)close(again);
}

/* A client that reads nothing is closed; others go on. */
static void test_overflow(void **state) {
    static char data[4001];
    char text[65536] = "";
    (void)state;
    start((struct live_options){ 0 });
    memset(data, 'x', sizeof data - 1);
    int lazy = http_connect(rig.port), small = 65536;
    (void)setsockopt(lazy, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    assert_true(http_send_text(lazy, "GET /api/v1/events HTTP/1.1\r\nHost: x\r\n%s\r\n", rig.cookie[ROLE_MANAGER]));
    int eager = listen_as(ROLE_MANAGER, "");
    hear(eager, text, sizeof text, "retry");
    for (int i = 1; i <= 3000; i++) {
        char wanted[32];
        (void)snprintf(wanted, sizeof wanted, "id: %d\n", i);
        live_publish(rig.app.live, "record", i, "s-1", data);
        text[0] = '\0';
        if (i % 5 == 0) hear(eager, text, sizeof text, wanted);
    }
    live_publish(rig.app.live, "marks", 0, "", "{\"end\":1}");
    text[0] = '\0';
    hear(eager, text, sizeof text, "{\"end\":1}");
    assert_true(http_wait_closed(lazy, 10000));
    (void)close(lazy);
    (void)close(eager);
}

static void test_too_many_clients(void **state) {
    char text[8192] = "";
    (void)state;
    start((struct live_options){ .clients_max = 2 });
    int a = listen_as(ROLE_MANAGER, ""), b = listen_as(ROLE_MANAGER, "");
    hear(a, text, sizeof text, "retry");
    text[0] = '\0';
    hear(b, text, sizeof text, "retry");
    struct http_reply r = http_request(rig.port, "GET", "/api/v1/events", rig.cookie[ROLE_MANAGER], NULL);
    assert_int_equal(r.status, 503);
    http_reply_fini(&r);
    (void)close(a);
    (void)close(b);
}

static void test_stop_ends_streams(void **state) {
    char text[8192] = "";
    (void)state;
    start((struct live_options){ 0 });
    int fd = listen_as(ROLE_MANAGER, "");
    hear(fd, text, sizeof text, "retry");
    rig_stop(&rig);
    assert_true(http_wait_closed(fd, 1000));
    (void)close(fd);
}

int main(void) {
    (void)signal(SIGPIPE, SIG_IGN);
#define T(name) cmocka_unit_test_teardown(name, teardown)
    const struct CMUnitTest tests[] = {
        T(test_needs_a_session),  T(test_told_to_whom_it_concerns),
        T(test_catching_up),      T(test_too_much_missed),
        T(test_comments),         T(test_overflow),
        T(test_too_many_clients), T(test_stop_ends_streams),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
