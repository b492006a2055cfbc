/* SPDX-License-Identifier: MIT */
/* Head office's broker as board/mosquitto sets it up, on a port of its own, with certificates made for the test: who gets in,
 * and that the four rules fence every board in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "firmware/base/clock.h"
#include "firmware/base/file.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <mosquitto.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define DEADLINE_MS 20000

struct broker {
    char dir[64];
    int port;
    pid_t pid;
};

/* One line of shell, in the folder `dir`, which must succeed. */
static void shell(const char *dir, const char *command) {
    char line[1600];
    snprintf(line, sizeof line, "cd %s && { %s; } >>log 2>&1", dir, command);
    if (system(line) != 0) fail_msg("failed: %s (see %s/log)", command, dir);
}

static void make_certificates(const struct broker *b) {
    shell(b->dir, "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=ca "
                  "-keyout ca.key -out sitelog-ca.crt");
    static const char *const names[] = { "broker", "hub", "b-1", "b-2" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char line[512];
        snprintf(line, sizeof line,
                 "openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=%s -addext "
                 "subjectAltName=IP:127.0.0.1 "
                 "-keyout %s.key -out %s.csr && openssl x509 -req -copy_extensions copy -in %s.csr -CA sitelog-ca.crt "
                 "-CAkey ca.key "
                 "-CAcreateserial -days 2 -out %s.crt",
                 names[i], names[i], names[i], names[i], names[i]);
        shell(b->dir, line);
    }
}

/* The shipped file, with this test's places in it. */
static void make_settings(const struct broker *b) {
    char line[1400], root[256];
    assert_non_null(getcwd(root, sizeof root));
    snprintf(line, sizeof line,
             "sed -e 's|/etc/mosquitto/certs/|%s/|' -e 's|/etc/mosquitto/sitelog.acl|%s/board/mosquitto/sitelog.acl|' "
             "-e 's|/var/lib/mosquitto/|%s/|' -e 's|^listener 8883|listener %d 127.0.0.1|' -e 's|^log_dest "
             "syslog|log_dest stdout|' "
             "%s/board/mosquitto/mosquitto.conf >broker.conf && echo 'user root' >>broker.conf",
             b->dir, root, b->dir, b->port, root);
    shell(b->dir, line);
}

static int free_port(void) {
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof a;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0 && bind(fd, (struct sockaddr *)&a, size) == 0 &&
                getsockname(fd, (struct sockaddr *)&a, &size) == 0);
    close(fd);
    return ntohs(a.sin_port);
}

static bool listens(int port) {
    struct sockaddr_in a = { .sin_family = AF_INET,
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                             .sin_port = htons((uint16_t)port) };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool yes = fd >= 0 && connect(fd, (struct sockaddr *)&a, sizeof a) == 0;
    if (fd >= 0) close(fd);
    return yes;
}

static void pause_ms(int ms) { (void)poll(NULL, 0, ms); }

static int start(void **state) {
    struct broker *b = calloc(1, sizeof *b);
    if (!b) return -1;
    *state = b;
    strcpy(b->dir, "/tmp/sitelog-broker-XXXXXX");
    if (!mkdtemp(b->dir)) return -1;
    b->port = free_port();
    make_certificates(b);
    make_settings(b);
    b->pid = fork();
    if (b->pid == 0) {
        char path[96];
        int log = open("/dev/null", O_WRONLY);
        snprintf(path, sizeof path, "%s/broker.conf", b->dir);
        dup2(log, 1);
        dup2(log, 2);
        execlp("mosquitto", "mosquitto", "-c", path, (char *)NULL);
        execl("/usr/sbin/mosquitto", "mosquitto", "-c", path, (char *)NULL);
        _exit(127);
    }
    int64_t until = clock_mono().ms + DEADLINE_MS;
    while (!listens(b->port)) {
        if (clock_mono().ms > until || waitpid(b->pid, NULL, WNOHANG) != 0) return -1;
        pause_ms(20);
    }
    return mosquitto_lib_init();
}

static int stop(void **state) {
    struct broker *b = *state;
    char line[128];
    (void)mosquitto_lib_cleanup();
    (void)kill(b->pid, SIGTERM);
    (void)waitpid(b->pid, NULL, 0);
    snprintf(line, sizeof line, "rm -rf '%s'", b->dir);
    int r = system(line);
    free(b);
    return r;
}

/* ---- a client that remembers what it heard ---- */

struct client {
    struct mosquitto *m;
    int connack; /* -1: none yet */
    int subacks, pubacks;
    char heard[2048]; /* topics, one a line */
};

static void on_connect(struct mosquitto *m, void *ctx, int code) {
    (void)m;
    ((struct client *)ctx)->connack = code;
}

static void on_subscribe(struct mosquitto *m, void *ctx, int id, int n, const int *granted) {
    (void)m, (void)id, (void)n, (void)granted;
    ((struct client *)ctx)->subacks++;
}

static void on_publish(struct mosquitto *m, void *ctx, int id) {
    (void)m, (void)id;
    ((struct client *)ctx)->pubacks++;
}

static void on_message(struct mosquitto *m, void *ctx, const struct mosquitto_message *msg) {
    (void)m;
    struct client *c = ctx;
    size_t used = strlen(c->heard);
    snprintf(c->heard + used, sizeof c->heard - used, "%s\n", msg->topic);
}

static bool connected(struct client *c) { return c->connack == 0; }

/* Turns the client's wheel until `done` or the deadline. */
static bool turn_until(struct client *c, bool (*done)(struct client *), int ms) {
    int64_t until = clock_mono().ms + ms;
    while (!done(c)) {
        if (clock_mono().ms > until || mosquitto_loop(c->m, 20, 1) != MOSQ_ERR_SUCCESS) return done(c);
    }
    return true;
}

static struct client *enter(const struct broker *b, const char *who, bool with_certificate) {
    char ca[96], cert[96], key[96];
    struct client *c = calloc(1, sizeof *c);
    assert_non_null(c);
    c->connack = -1;
    c->m = mosquitto_new(who, true, c);
    assert_non_null(c->m);
    snprintf(ca, sizeof ca, "%s/sitelog-ca.crt", b->dir);
    snprintf(cert, sizeof cert, "%s/%s.crt", b->dir, who);
    snprintf(key, sizeof key, "%s/%s.key", b->dir, who);
    assert_int_equal(
        mosquitto_tls_set(c->m, ca, NULL, with_certificate ? cert : NULL, with_certificate ? key : NULL, NULL), 0);
    mosquitto_connect_callback_set(c->m, on_connect);
    mosquitto_subscribe_callback_set(c->m, on_subscribe);
    mosquitto_publish_callback_set(c->m, on_publish);
    mosquitto_message_callback_set(c->m, on_message);
    (void)mosquitto_connect(c->m, "127.0.0.1", b->port, 60); /* a refusal shows in connack */
    (void)turn_until(c, connected, with_certificate ? DEADLINE_MS : 2000);
    return c;
}

static void leave(struct client *c) {
    (void)mosquitto_disconnect(c->m);
    mosquitto_destroy(c->m);
    free(c);
}

static void subscribe(struct client *c, const char *topic) {
    int before = c->subacks;
    assert_int_equal(mosquitto_subscribe(c->m, NULL, topic, 1), 0);
    int64_t until = clock_mono().ms + DEADLINE_MS;
    while (c->subacks == before && clock_mono().ms < until) assert_int_equal(mosquitto_loop(c->m, 20, 1), 0);
    assert_int_equal(c->subacks, before + 1);
}

/* QoS 1: returns when the broker has taken it (or thrown it away: it acknowledges both). */
static void say(struct client *c, const char *topic) {
    int before = c->pubacks;
    assert_int_equal(mosquitto_publish(c->m, NULL, topic, 2, "{}", 1, false), 0);
    int64_t until = clock_mono().ms + DEADLINE_MS;
    while (c->pubacks == before && clock_mono().ms < until) assert_int_equal(mosquitto_loop(c->m, 20, 1), 0);
    assert_int_equal(c->pubacks, before + 1);
}

static const char *awaited;
static bool heard_awaited(struct client *c) { return strstr(c->heard, awaited) != NULL; }

/* Everything that was said before `last` came first, so what is not there now will not come. */
static void expect_heard(struct client *c, const char *last, const char *all) {
    awaited = last;
    assert_true(turn_until(c, heard_awaited, DEADLINE_MS));
    assert_string_equal(c->heard, all);
    c->heard[0] = '\0';
}

/* ---- the tests ---- */

static void certificates_only(void **state) {
    struct broker *b = *state;
    struct client *board = enter(b, "b-1", true), *nobody = enter(b, "b-2", false);
    assert_int_equal(board->connack, 0);
    assert_int_not_equal(nobody->connack, 0);
    leave(nobody);
    leave(board);
}

static void boards_are_fenced_in(void **state) {
    struct broker *b = *state;
    struct client *hub = enter(b, "hub", true), *one = enter(b, "b-1", true), *two = enter(b, "b-2", true);
    subscribe(hub, "sitelog/v1/+/+/+/up/#");
    subscribe(hub, "sitelog/v1/+/+/+/state");
    /* What a board may say, and what it tries. */
    say(one, "sitelog/v1/acme/s-1/b-1/up/record/note");
    say(one, "sitelog/v1/acme/s-1/b-2/up/record/note");
    say(one, "sitelog/v1/acme/s-1/hub/up/record/plan-set");
    say(one, "sitelog/v1/acme/s-1/b-2/state");
    say(one, "sitelog/v1/acme/s-1/b-1/state");
    say(one, "sitelog/v1/acme/s-1/b-1/up/ack");
    expect_heard(
        hub, "b-1/up/ack\n",
        "sitelog/v1/acme/s-1/b-1/up/record/note\nsitelog/v1/acme/s-1/b-1/state\nsitelog/v1/acme/s-1/b-1/up/ack\n");
    /* What a board may hear, and what it asks for. */
    subscribe(one, "sitelog/v1/acme/s-1/b-1/dn/#");
    subscribe(one, "sitelog/v1/acme/s-1/b-2/dn/#");
    subscribe(one, "sitelog/v1/acme/s-1/b-2/up/#");
    subscribe(one, "sitelog/v1/+/hub/state");
    subscribe(one, "#");
    say(two, "sitelog/v1/acme/s-1/b-2/up/record/note");
    say(two, "sitelog/v1/acme/s-1/b-1/dn/ack"); /* a board is not head office */
    say(two, "sitelog/v1/acme/hub/state");
    say(hub, "sitelog/v1/acme/s-1/b-2/dn/ack");
    say(hub, "sitelog/v1/acme/hub/state");
    say(hub, "sitelog/v1/acme/s-1/b-1/dn/hello");
    awaited = "dn/hello\n";
    assert_true(turn_until(one, heard_awaited, DEADLINE_MS));
    assert_non_null(strstr(one->heard, "sitelog/v1/acme/hub/state\n"));
    assert_non_null(strstr(one->heard, "sitelog/v1/acme/s-1/b-1/dn/hello\n"));
    assert_null(strstr(one->heard, "b-2"));
    assert_null(strstr(one->heard, "dn/ack"));
    leave(two);
    leave(one);
    leave(hub);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(certificates_only),
        cmocka_unit_test(boards_are_fenced_in),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
