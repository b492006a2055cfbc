/* SPDX-License-Identifier: MIT */
/* The connection against brokers that refuse, say nothing, hang up, talk nonsense or acknowledge late. The broker is in the test's own hands: a
 * socket that is served between two turns of mqtt_step. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "firmware/base/clock.h"
#include "sync/mqtt/mqtt.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { ENOUGH_MS = 20000, ACCEPT = 0, SILENT = -1, NONSENSE = -2, PACKETS_MAX = 1u << 20 };

struct fixture {
    /* the broker */
    int listener, peer, port;
    int answer;    /* to CONNECT: a CONNACK's code, or what is above */
    bool hang_up;  /* after the answer */
    struct buf in; /* what the client sent and was not looked at yet */
    int connects, publishes, subscribes;
    char will[100];
    unsigned short *ids; /* of PUBLISH packets, in order */
    /* the client */
    struct mqtt *mqtt;
    int ups, downs, was_up, messages;
    int64_t connect;
    char why[200], topic[100], payload[100];
    bool retained;
    uint64_t *tokens;
    size_t token_count;
};

#define IDS_MAX 20000

/* ---- the broker ---- */

static void listen_somewhere(struct fixture *f) {
    struct sockaddr_in a = { .sin_family = AF_INET };
    socklen_t n = sizeof a;
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    f->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    assert_true(f->listener >= 0);
    assert_int_equal(bind(f->listener, (struct sockaddr *)&a, n), 0);
    assert_int_equal(listen(f->listener, 5), 0);
    assert_int_equal(getsockname(f->listener, (struct sockaddr *)&a, &n), 0);
    f->port = ntohs(a.sin_port);
}

static void hang_up(struct fixture *f) {
    if (f->peer >= 0) (void)close(f->peer);
    f->peer = -1;
    buf_clear(&f->in);
}

static void say(struct fixture *f, const void *bytes, size_t n) {
    if (f->peer >= 0) assert_int_equal(send(f->peer, bytes, n, MSG_NOSIGNAL), (ssize_t)n);
}

static unsigned two(const unsigned char *p) { return (unsigned)(p[0] << 8 | p[1]); }

static void take_connect(struct fixture *f, const unsigned char *p) {
    f->connects++;
    if (p[7] & 4) { /* a will: after the client id, topic and payload */
        const unsigned char *at = p + 10;
        at += 2 + two(at);
        at += 2 + two(at);
        size_t n = two(at) < sizeof f->will - 1 ? two(at) : sizeof f->will - 1;
        memcpy(f->will, at + 2, n);
        f->will[n] = '\0';
    }
    if (f->answer >= ACCEPT) say(f, (unsigned char[]){ 0x20, 2, 0, (unsigned char)f->answer }, 4);
    if (f->answer == NONSENSE) say(f, "HTTP/1.1 400 Bad Request\r\n\r\n", 28);
    if (f->hang_up) hang_up(f);
}

static void take_packet(struct fixture *f, unsigned char type, const unsigned char *p) {
    if (type >> 4 == 1) {
        take_connect(f, p);
    } else if (type >> 4 == 3) {
        assert_true(f->publishes < IDS_MAX);
        f->ids[f->publishes++] = (unsigned short)two(p + 2 + two(p));
    } else if (type >> 4 == 8) {
        f->subscribes++;
        say(f, (unsigned char[]){ 0x90, 3, p[0], p[1], 1 }, 5);
    } else if (type >> 4 == 12) {
        say(f, (unsigned char[]){ 0xd0, 0 }, 2);
    }
}

/* Takes whole packets out of what came. */
static void take_packets(struct fixture *f) {
    size_t at = 0;
    for (;;) {
        const unsigned char *p = (const unsigned char *)f->in.data + at;
        size_t have = f->in.len - at, head = 1, n = 0;
        for (int shift = 0; head < have && head < 5; shift += 7) {
            n |= (size_t)(p[head] & 127) << shift;
            if (!(p[head++] & 128)) break;
        }
        if (have < 2 || head + n > have) break;
        at += head + n;
        take_packet(f, p[0], p + head);
        if (f->peer < 0) return;
    }
    memmove(f->in.data, f->in.data + at, f->in.len - at);
    f->in.len -= at;
}

static void serve(struct fixture *f) {
    char bytes[65536];
    if (f->peer < 0) {
        f->peer = accept(f->listener, NULL, NULL);
        if (f->peer >= 0) assert_true(fcntl(f->peer, F_SETFL, O_NONBLOCK) == 0);
    }
    for (;;) {
        ssize_t n = f->peer < 0 ? -1 : recv(f->peer, bytes, sizeof bytes, 0);
        if (n == 0) hang_up(f);
        if (n <= 0) return;
        assert_int_equal(buf_add(&f->in, bytes, (size_t)n), 0);
        take_packets(f);
    }
}

static void puback(struct fixture *f, unsigned id) {
    say(f, (unsigned char[]){ 0x40, 2, (unsigned char)(id >> 8), (unsigned char)id }, 4);
}

/* ---- the client ---- */

static void on_will(void *ctx, int64_t connect, struct buf *payload) {
    (void)ctx;
    (void)buf_addf(payload, "gone %lld", (long long)connect);
}

static void on_up(void *ctx, int64_t connect) {
    struct fixture *f = ctx;
    f->ups++;
    f->connect = connect;
}

static void on_down(void *ctx, bool was_up, const char *why) {
    struct fixture *f = ctx;
    f->downs++;
    f->was_up += was_up;
    strncpy(f->why, why, sizeof f->why - 1);
}

static void on_message(void *ctx, const char *topic, const char *bytes, size_t n, bool retained) {
    struct fixture *f = ctx;
    f->messages++;
    f->retained = retained;
    strncpy(f->topic, topic, sizeof f->topic - 1);
    assert_true(n < sizeof f->payload);
    memcpy(f->payload, bytes, n);
    f->payload[n] = '\0';
}

static void on_puback(void *ctx, uint64_t token) {
    struct fixture *f = ctx;
    assert_true(f->token_count < IDS_MAX);
    f->tokens[f->token_count++] = token;
}

static int setup(void **state) {
    struct fixture *f = calloc(1, sizeof *f);
    struct err_text e = { 0 };
    f->peer = -1;
    f->ids = calloc(IDS_MAX, sizeof *f->ids);
    f->tokens = calloc(IDS_MAX, sizeof *f->tokens);
    buf_init(&f->in, PACKETS_MAX);
    listen_somewhere(f);
    struct mqtt_options o = { .client_id = "b-1",
                              .host = "127.0.0.1",
                              .port = f->port,
                              .will_topic = "state",
                              .retry_max_ms = 1000,
                              .connect_deadline_ms = 400,
                              .connect_first = 7,
                              .handlers = { .will = on_will,
                                            .up = on_up,
                                            .down = on_down,
                                            .message = on_message,
                                            .puback = on_puback,
                                            .ctx = f } };
    assert_int_equal(mqtt_create(&o, &f->mqtt, &e), 0);
    *state = f;
    return 0;
}

static int teardown(void **state) {
    struct fixture *f = *state;
    mqtt_destroy(f->mqtt);
    hang_up(f);
    if (f->listener >= 0) (void)close(f->listener);
    buf_fini(&f->in);
    free(f->ids);
    free(f->tokens);
    free(f);
    return 0;
}

/* Turns of both until *counter reaches n. */
static void turn_until(struct fixture *f, const int *counter, int n) {
    int64_t until = clock_mono().ms + ENOUGH_MS;
    while (*counter < n && clock_mono().ms < until) {
        mqtt_step(f->mqtt, 5);
        serve(f);
    }
    assert_int_equal(*counter, n);
}

static void turns(struct fixture *f, int n) {
    for (int i = 0; i < n; i++) {
        mqtt_step(f->mqtt, 1);
        serve(f);
    }
}

static int publish(struct fixture *f, uint64_t token) { return mqtt_publish(f->mqtt, "a/b", "x", 1, false, token); }

/* ---- connections that do not come about ---- */

static void a_refusal_is_told_and_tried_again(void **state) {
    struct fixture *f = *state;
    f->answer = 5;
    for (int i = 1; i <= 3; i++) {
        turn_until(f, &f->downs, i);
        assert_non_null(strstr(f->why, "not authorised"));
        assert_int_equal(publish(f, 1), ERR_GONE);
        assert_int_equal(mqtt_subscribe(f->mqtt, "a/#"), ERR_GONE);
        assert_int_equal(mqtt_room(f->mqtt), 0);
        mqtt_retry_now(f->mqtt);
    }
    assert_int_equal(f->ups, 0);
    assert_int_equal(f->was_up, 0);
    assert_int_equal(f->connects, 3);
    assert_int_equal(mqtt_short_lives(f->mqtt), 0); /* nobody threw us out */
    f->answer = ACCEPT;
    turn_until(f, &f->ups, 1);
    assert_int_equal(f->connect, 10); /* each attempt counts */
    assert_string_equal(f->will, "gone 10");
}

static void a_broker_that_says_nothing_is_given_up(void **state) {
    struct fixture *f = *state;
    f->answer = SILENT;
    int64_t began = clock_mono().ms;
    turn_until(f, &f->connects, 1);
    assert_int_equal(publish(f, 1), ERR_GONE); /* not yet */
    turn_until(f, &f->downs, 1);
    int64_t took = clock_mono().ms - began;
    assert_true(took >= 400);
    assert_non_null(strstr(f->why, "in time"));
    assert_int_equal(f->was_up, 0);
    f->answer = ACCEPT;
    hang_up(f);
    turn_until(f, &f->ups, 1);
}

static void where_nobody_listens(void **state) {
    struct fixture *f = *state;
    (void)close(f->listener);
    f->listener = -1;
    for (int i = 1; i <= 2; i++) {
        int64_t until = clock_mono().ms + ENOUGH_MS;
        while (f->downs < i && clock_mono().ms < until) mqtt_step(f->mqtt, 5);
        assert_int_equal(f->downs, i);
        assert_true(f->why[0] != '\0');
        mqtt_retry_now(f->mqtt);
    }
    assert_int_equal(f->was_up, 0);
}

static void what_is_no_broker(void **state) {
    struct fixture *f = *state;
    f->answer = NONSENSE;
    turn_until(f, &f->downs, 1);
    assert_int_equal(f->ups, 0);
    hang_up(f);
    f->answer = ACCEPT;
    turn_until(f, &f->ups, 1);
}

/* ---- connections that do not last ---- */

static void one_that_is_thrown_out_again_and_again(void **state) {
    struct fixture *f = *state;
    f->hang_up = true;
    for (int i = 1; i <= 3; i++) {
        turn_until(f, &f->downs, i);
        assert_int_equal(f->ups, i);
        assert_int_equal(f->was_up, i);
        assert_int_equal(mqtt_short_lives(f->mqtt), i);
        assert_int_equal(publish(f, 1), ERR_GONE);
        mqtt_retry_now(f->mqtt);
    }
    f->hang_up = false;
    turn_until(f, &f->ups, 4);
    assert_int_equal(mqtt_short_lives(f->mqtt), 3); /* it may happen again */
    clock_fake_mono((struct mono){ clock_mono().ms + 30000 });
    assert_int_equal(mqtt_short_lives(f->mqtt), 0); /* it lasts */
    clock_fake_off();
}

static void dropping_and_coming_back(void **state) {
    struct fixture *f = *state;
    turn_until(f, &f->ups, 1);
    assert_int_equal(publish(f, 1), 0);
    mqtt_drop(f->mqtt, "because");
    assert_int_equal(publish(f, 2), ERR_GONE);
    turn_until(f, &f->downs, 1);
    assert_string_equal(f->why, "because");
    mqtt_drop(f->mqtt, "again"); /* while it is down: nothing */
    turns(f, 3);
    assert_int_equal(f->downs, 1);
    mqtt_retry_now(f->mqtt);
    turn_until(f, &f->ups, 2);
    assert_int_equal(f->token_count, 0); /* what was in flight is forgotten, not acknowledged */
    assert_int_equal(publish(f, 3), 0);
}

static void nonsense_ends_a_connection_and_no_more(void **state) {
    struct fixture *f = *state;
    turn_until(f, &f->ups, 1);
    for (unsigned i = 1; i < 400; i++) puback(f, i * 163 % 65536); /* of messages that were never sent */
    turns(f, 5);
    assert_int_equal(f->token_count, 0);
    assert_int_equal(f->downs, 0);
    say(f, "\xff\xff\xff\xff\xff\xff\xff\xff", 8);
    turn_until(f, &f->downs, 1);
    assert_int_equal(f->was_up, 1);
    mqtt_retry_now(f->mqtt);
    turn_until(f, &f->ups, 2);
}

/* ---- messages ---- */

static void messages_come_as_they_are(void **state) {
    struct fixture *f = *state;
    turn_until(f, &f->ups, 1);
    assert_int_equal(mqtt_subscribe(f->mqtt, "t/#"), 0);
    turn_until(f, &f->subscribes, 1);
    say(f, (unsigned char[]){ 0x33, 8, 0, 2, 't', '/', 0, 1, 'h', 'i' }, 10); /* retained, QoS 1 */
    turn_until(f, &f->messages, 1);
    assert_string_equal(f->topic, "t/");
    assert_string_equal(f->payload, "hi");
    assert_true(f->retained);
    say(f, (unsigned char[]){ 0x32, 6, 0, 2, 't', '/', 0, 2 }, 8); /* empty */
    turn_until(f, &f->messages, 2);
    assert_string_equal(f->payload, "");
    assert_false(f->retained);
}

static void what_cannot_be_published(void **state) {
    struct fixture *f = *state;
    turn_until(f, &f->ups, 1);
    assert_int_equal(mqtt_publish(f->mqtt, "a/#", "x", 1, false, 1), ERR_INVALID);
    assert_int_equal(mqtt_publish(f->mqtt, "", "x", 1, false, 1), ERR_INVALID);
    assert_int_equal(mqtt_publish(f->mqtt, "a", "x", (size_t)300 << 20, false, 1), ERR_TOO_BIG);
    assert_int_equal(f->downs, 0);
    assert_int_equal(publish(f, 1), 0);
    turn_until(f, &f->publishes, 1);
}

/* Acknowledged in another order than sent: each PUBACK is its own message's. */
static void more_messages_than_places(void **state) {
    struct fixture *f = *state;
    turn_until(f, &f->ups, 1);
    int sent = 0;
    while (publish(f, (uint64_t)sent + 1000) == 0) sent++;
    assert_true(sent >= 1000);
    assert_int_equal(mqtt_room(f->mqtt), 0);
    assert_int_equal(publish(f, 5), ERR_BUSY);
    assert_int_equal(publish(f, 0), 0); /* nobody asks for its PUBACK */
    turn_until(f, &f->publishes, sent + 1);
    for (int i = sent - 1; i >= 0; i--) puback(f, f->ids[i]);
    puback(f, f->ids[sent]);
    puback(f, f->ids[0]); /* again */
    int64_t until = clock_mono().ms + ENOUGH_MS;
    while (f->token_count < (size_t)sent && clock_mono().ms < until) turns(f, 1);
    turns(f, 5);
    assert_int_equal(f->token_count, sent);
    for (int i = 0; i < sent; i++) assert_int_equal(f->tokens[i], 1000 + sent - 1 - i);
    assert_true(mqtt_room(f->mqtt) >= 1000);
}

/* One message is never acknowledged: when the ids come round to its place it stalls, and its PUBACK is never taken for another's. */
static void one_that_is_never_acknowledged(void **state) {
    struct fixture *f = *state;
    turn_until(f, &f->ups, 1);
    assert_int_equal(publish(f, 1), 0);
    turn_until(f, &f->publishes, 1);
    uint64_t token = 2;
    int64_t until = clock_mono().ms + ENOUGH_MS;
    while (clock_mono().ms < until) {
        int before = f->publishes;
        int more = 0;
        while (more < 500 && publish(f, token) == 0) more++, token++;
        if (more == 0) break;
        turn_until(f, &f->publishes, before + more);
        for (int i = 0; i < more; i++) puback(f, f->ids[before + i]);
        while (f->token_count < token - 2 && clock_mono().ms < until) turns(f, 1);
        assert_int_equal(f->token_count, token - 2);
    }
    assert_true(token > 2000);
    assert_int_equal(mqtt_room(f->mqtt), 0);
    for (size_t i = 0; i < f->token_count; i++) assert_int_equal(f->tokens[i], i + 2);
    puback(f, f->ids[0]);
    while (f->token_count < token - 1 && clock_mono().ms < until) turns(f, 1);
    assert_int_equal(f->tokens[f->token_count - 1], 1);
    assert_true(mqtt_room(f->mqtt) > 0);
}

/* ---- waking ---- */

static void *wake_later(void *arg) {
    (void)nanosleep(&(struct timespec){ .tv_nsec = 50000000 }, NULL);
    mqtt_wake(arg);
    return NULL;
}

static void a_wake_ends_a_wait(void **state) {
    struct fixture *f = *state;
    pthread_t thread;
    turn_until(f, &f->ups, 1);
    assert_int_equal(pthread_create(&thread, NULL, wake_later, f->mqtt), 0);
    int64_t began = clock_mono().ms;
    mqtt_step(f->mqtt, 9000);
    int64_t took = clock_mono().ms - began;
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_true(took < 5000);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_refusal_is_told_and_tried_again, setup, teardown),
        cmocka_unit_test_setup_teardown(a_broker_that_says_nothing_is_given_up, setup, teardown),
        cmocka_unit_test_setup_teardown(where_nobody_listens, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_no_broker, setup, teardown),
        cmocka_unit_test_setup_teardown(one_that_is_thrown_out_again_and_again, setup, teardown),
        cmocka_unit_test_setup_teardown(dropping_and_coming_back, setup, teardown),
        cmocka_unit_test_setup_teardown(nonsense_ends_a_connection_and_no_more, setup, teardown),
        cmocka_unit_test_setup_teardown(messages_come_as_they_are, setup, teardown),
        cmocka_unit_test_setup_teardown(what_cannot_be_published, setup, teardown),
        cmocka_unit_test_setup_teardown(more_messages_than_places, setup, teardown),
        cmocka_unit_test_setup_teardown(one_that_is_never_acknowledged, setup, teardown),
        cmocka_unit_test_setup_teardown(a_wake_ends_a_wait, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
