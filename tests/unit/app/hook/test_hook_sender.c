/* SPDX-License-Identifier: MIT */
/* The webhooks' thread, over a real store and a receiver on loopback: it tells what was committed, tries again, leaves out no verdict, and ends at
 * once, whatever the receiver does. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/hook/hook_sender.h"

#include "firmware/base/text.h"
#include "tests/support/journal_pair.h"
#include "tests/support/temp.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { HANG = 0, WAIT_MS = 20000 };

/* ---- a receiver ---- */

struct receiver {
    int listener, held; /* held: a connection that hangs */
    unsigned port;
    pthread_t thread;
    atomic_int status;       /* what it answers; HANG: nothing */
    atomic_int asked, taken; /* requests; those answered with 200 */
    char last[8192];         /* request; looked at after the thread ended */
};

/* The request's head and body. */
static bool read_request(int fd, char *out, size_t size) {
    size_t n = 0, want = 0;
    while (n + 1 < size) {
        ssize_t got = recv(fd, out + n, size - 1 - n, 0);
        if (got <= 0) return false;
        n += (size_t)got;
        out[n] = '\0';
        const char *end = strstr(out, "\r\n\r\n"), *length = strcasestr(out, "content-length:");
        if (!end) continue;
        want = (size_t)(end + 4 - out) + (length ? strtoul(length + 15, NULL, 10) : 0);
        if (n >= want) return true;
    }
    return false;
}

static void *receive(void *arg) {
    struct receiver *r = arg;
    for (;;) {
        char answer[160];
        int fd = accept(r->listener, NULL, NULL), status = 0;
        if (fd < 0) return NULL;
        if (read_request(fd, r->last, sizeof r->last)) {
            status = atomic_load(&r->status);
            atomic_fetch_add(&r->asked, 1);
        }
        if (status == HANG) {
            if (r->held >= 0) (void)close(r->held);
            r->held = fd;
            continue;
        }
        if (status == 200) atomic_fetch_add(&r->taken, 1);
        int n = snprintf(answer, sizeof answer, "HTTP/1.1 %d x\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}",
                         status);
        (void)!send(fd, answer, (size_t)n, MSG_NOSIGNAL);
        (void)close(fd);
    }
}

static void receiver_start(struct receiver *r) {
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof at;
    r->held = -1;
    r->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(r->listener, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(r->listener, 16), 0);
    assert_int_equal(getsockname(r->listener, (struct sockaddr *)&at, &size), 0);
    r->port = ntohs(at.sin_port);
    assert_int_equal(pthread_create(&r->thread, NULL, receive, r), 0);
}

static void receiver_stop(struct receiver *r) {
    (void)shutdown(r->listener, SHUT_RDWR);
    assert_int_equal(pthread_join(r->thread, NULL), 0);
    (void)close(r->listener);
    if (r->held >= 0) (void)close(r->held);
}

/* ---- the rest of it ---- */

struct fixture {
    struct test_journal t;
    struct store *store;
    struct receiver receiver;
    struct hook_conf hook;
    struct tz *tz;
    struct hook_sender *_Atomic sender;
};

static void on_commit(void *ctx) { hook_sender_wake(((struct fixture *)ctx)->sender); }

static int setup(void **state) {
    struct fixture *f = calloc(1, sizeof *f);
    struct db *db = NULL;
    struct err_text e = { 0 };
    journal_pair_now("2026-11-28T13:00:00+08:00");
    journal_pair_open(&f->t, "hub");
    assert_int_equal(tz_create("Asia/Shanghai", &f->tz, NULL), 0);
    char *path = temp_path(f->t.dir, "journal.db");
    assert_int_equal(db_open(path, DB_JOURNAL, &db, &e), 0);
    free(path);
    struct store_options o = { .name = "store",
                               .db = db,
                               .writer = true,
                               .max_waiting = 64,
                               .max_batch = 16,
                               .on_commit = on_commit,
                               .on_commit_ctx = f };
    assert_int_equal(store_start(&o, &f->store), 0);
    atomic_store(&f->receiver.status, 200);
    receiver_start(&f->receiver);
    f->hook = (struct hook_conf){ .name = "crm", .format = HOOK_JSON, .levels = 7, .digest_min = HOOK_CONF_NO_DIGEST };
    (void)snprintf(f->hook.url, sizeof f->hook.url, "http://127.0.0.1:%u/x", f->receiver.port);
    *state = f;
    return 0;
}

static void start(struct fixture *f, size_t hooks, int64_t timeout_ms) {
    struct err_text e = { 0 };
    struct hook_sender *sender = NULL;
    struct hook_sender_options o = { .list = { &f->hook, hooks },
                                     .writer = f->store,
                                     .org = "acme",
                                     .office_url = "",
                                     .tz = f->tz,
                                     .timezone = "Asia/Shanghai",
                                     .retry_max_ms = 100,
                                     .timeout_ms = timeout_ms };
    if (hook_sender_start(&o, &sender, &e)) fail_msg("%s", e.text);
    f->sender = sender;
}

static void stop(struct fixture *f) {
    hook_sender_join(f->sender);
    assert_int_equal(store_call(f->store, NULL, NULL), 0); /* whose thread woke it last */
    hook_sender_destroy(atomic_exchange(&f->sender, NULL));
}

static int teardown(void **state) {
    struct fixture *f = *state;
    hook_sender_join(f->sender);
    store_stop(f->store);
    hook_sender_destroy(f->sender);
    receiver_stop(&f->receiver);
    tz_destroy(f->tz);
    journal_pair_close(&f->t);
    free(f);
    return 0;
}

/* The test's own handle wrote; the daemon's store would have told. */
static void tell_of(struct fixture *f, int n) {
    char id[ID_SIZE], data[200];
    (void)snprintf(id, sizeof id, "0193a000-0000-7000-8000-%012d", n);
    (void)snprintf(data, sizeof data, "{\"rule\":\"x\",\"level\":\"site\",\"text\":{\"zh\":\"第%d\",\"en\":\"no %d\"}}",
                   n, n);
    struct event_draft draft = {
        .site = "s-1", .type = "alert-raised", .subject_id = id, .actor = "rule/x", .data = data
    };
    journal_pair_append(&f->t, &draft, NULL);
    hook_sender_wake(f->sender);
}

static int64_t ms_now(void) {
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void until_count(atomic_int *count, int n) {
    int64_t end = ms_now() + WAIT_MS;
    while (atomic_load(count) < n) {
        if (ms_now() > end) fail_msg("%d of %d in time", atomic_load(count), n);
        (void)usleep(5000);
    }
}

static struct hook_state state_of(struct fixture *f) {
    struct hook_state s;
    assert_int_equal(hook_box_state(f->t.db, "crm", &s), 0);
    return s;
}

static void until_waiting(struct fixture *f, int64_t n) {
    int64_t end = ms_now() + WAIT_MS;
    while (state_of(f).waiting != n) {
        if (ms_now() > end) fail_msg("%lld wait", (long long)state_of(f).waiting);
        (void)usleep(5000);
    }
}

static void what_is_committed_is_told_once(void **state) {
    struct fixture *f = *state;
    start(f, 1, 5000);
    tell_of(f, 1);
    until_count(&f->receiver.taken, 1);
    until_waiting(f, 0);
    assert_true(hook_sender_alive_ms(f->sender) >= 0);
    stop(f);
    start(f, 1, 5000); /* the next run has nothing to tell */
    tell_of(f, 2);
    until_count(&f->receiver.taken, 2);
    until_waiting(f, 0);
    stop(f);
    assert_int_equal(atomic_load(&f->receiver.asked), 2);
    assert_true(text_starts(f->receiver.last, "POST /x HTTP/1.1\r\n"));
    assert_non_null(strstr(f->receiver.last, "\r\nX-Sitelog-Delivery: "));
    assert_non_null(strstr(f->receiver.last, "\"zh\":\"第2\""));
}

static void failures_are_tried_again_and_told(void **state) {
    struct fixture *f = *state;
    atomic_store(&f->receiver.status, 503);
    start(f, 1, 5000);
    tell_of(f, 1);
    until_count(&f->receiver.asked, 3);
    assert_string_equal(state_of(f).text, "HTTP 503");
    assert_int_equal(state_of(f).waiting, 1);
    atomic_store(&f->receiver.status, 200);
    until_count(&f->receiver.taken, 1);
    until_waiting(f, 0);
    assert_true(state_of(f).ok.ms > 0);
    stop(f);
    assert_int_equal(atomic_load(&f->receiver.taken), 1);
}

static void it_ends_while_a_receiver_hangs(void **state) {
    struct fixture *f = *state;
    atomic_store(&f->receiver.status, HANG);
    start(f, 1, 60000);
    tell_of(f, 1);
    until_count(&f->receiver.asked, 1);
    int64_t began_ms = ms_now();
    stop(f);
    assert_true(ms_now() - began_ms < 4000);
    assert_int_equal(state_of(f).waiting, 1); /* nobody said that it was taken */
    assert_string_equal(state_of(f).text, "");
}

static void without_hooks_there_is_no_thread(void **state) {
    struct fixture *f = *state;
    start(f, 0, 1000);
    assert_null(f->sender);
    hook_sender_wake(NULL);
    hook_sender_stop(NULL);
}

int main(void) {
    (void)signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_committed_is_told_once, setup, teardown),
        cmocka_unit_test_setup_teardown(failures_are_tried_again_and_told, setup, teardown),
        cmocka_unit_test_setup_teardown(it_ends_while_a_receiver_hangs, setup, teardown),
        cmocka_unit_test_setup_teardown(without_hooks_there_is_no_thread, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
