/* SPDX-License-Identifier: MIT */
/* The uploader when it is stopped, held or kept waiting, and when either end starts again. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "sync/edge/uploader.h"
#include "tests/support/tus_stub.h"
#include "tests/support/uploader_rig.h"
#include "tests/support/wait.h"

#include <arpa/inet.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct tus_stub_fault judge_patch_stalls(void *ctx, const struct tus_stub_request *r) {
    struct uploader_rig *f = ctx;
    if (strcmp(r->method, "PATCH") != 0 || atomic_load(&f->calm)) return (struct tus_stub_fault){ 0 };
    return (struct tus_stub_fault){ .stall = true, .cut_after = 600000 };
}

static void test_stops_in_a_transfer_and_goes_on_after_a_restart(void **state) {
    struct uploader_rig *f = *state;
    struct uploader_rig_photo p = uploader_rig_add(f, 1, UPLOADER_RIG_BYTES);
    uploader_rig_open_hub(f, judge_patch_stalls, 0);
    uploader_rig_start(f);
    uploader_rig_body(f, 609000); /* the thumbnail and 600,000 bytes */
    int64_t before = wait_now_ms();
    uploader_rig_stop(f);
    assert_true(wait_now_ms() - before < 2000);
    uploader_rig_close_board(f);
    atomic_store(&f->calm, true);
    uploader_rig_open_board(f);
    uploader_rig_start(f);
    uploader_rig_pending(f, 0);
    uploader_rig_arrived(f, &p);
    assert_true(uploader_rig_cost(f) <= 1.15);
    assert_int_equal(tus_counts(f->tus).created, 2); /* nothing was begun anew */
}

static void test_a_stall_is_noticed(void **state) {
    struct uploader_rig *f = *state;
    struct uploader_rig_photo p = uploader_rig_add(f, 1, UPLOADER_RIG_BYTES);
    f->options.stall_ms = 3000;
    uploader_rig_open_hub(f, judge_patch_stalls, 0);
    uploader_rig_start(f);
    uploader_rig_body(f, 609000);
    atomic_store(&f->calm, true);
    uploader_rig_pending(f, 0);
    uploader_rig_arrived(f, &p);
    assert_true(uploader_rig_cost(f) <= 1.15);
}

static void test_hub_restarts(void **state) {
    struct uploader_rig *f = *state;
    struct uploader_rig_photo p = uploader_rig_add(f, 1, UPLOADER_RIG_BYTES);
    uploader_rig_open_hub(f, judge_patch_stalls, 0);
    uploader_rig_start(f);
    uploader_rig_body(f, 609000);
    int port = tus_stub_port(f->stub);
    uploader_rig_close_hub(f);
    for (int i = 0; i < 10; i++) wait_nap();
    uploader_rig_open_hub(f, NULL, port);
    uploader_rig_pending(f, 0);
    uploader_rig_arrived(f, &p);
    assert_int_equal(tus_stub_counts(f->stub).body_bytes, UPLOADER_RIG_BYTES - 600000);
}

static void test_hold(void **state) {
    struct uploader_rig *f = *state;
    uploader_rig_open_hub(f, NULL, 0);
    uploader_rig_start(f);
    uploader_hold(f->uploader, true);
    struct uploader_rig_photo p = uploader_rig_add(f, 1, 50000);
    uploader_wake(f->uploader);
    for (int i = 0; i < 40; i++) wait_nap();
    assert_int_equal(tus_stub_counts(f->stub).requests, 0);
    int64_t before = wait_now_ms();
    uploader_hold(f->uploader, false);
    uploader_rig_pending(f, 0);
    assert_true(wait_now_ms() - before < 3000);
    uploader_rig_arrived(f, &p);
}

static void test_send_now_forgets_the_waiting(void **state) {
    struct uploader_rig *f = *state;
    char url[64];
    uploader_rig_open_hub(f, NULL, 0);
    int port = tus_stub_port(f->stub);
    snprintf(url, sizeof url, "%s", tus_stub_url(f->stub));
    uploader_rig_close_hub(f); /* nobody is there */
    f->options.retry_first_ms = f->options.retry_max_ms = INT64_C(100) * 24 * 3600 * 1000;
    uploader_rig_add(f, 1, 50000);
    uploader_rig_start_at(f, url);
    for (int64_t until = wait_now_ms() + UPLOADER_RIG_WAIT_MS;
         uploader_counts(f->uploader).trouble[0] == '\0' && wait_now_ms() < until;)
        wait_nap();
    assert_non_null(strstr(uploader_counts(f->uploader).trouble, "cannot be reached"));
    assert_false(uploader_counts(f->uploader).reachable);
    uploader_rig_open_hub(f, NULL, port);
    uploader_wake(f->uploader); /* a new photo does not shorten the waiting */
    for (int i = 0; i < 40; i++) wait_nap();
    assert_int_equal(tus_stub_counts(f->stub).requests, 0);
    int64_t before = wait_now_ms();
    uploader_now(f->uploader);
    uploader_rig_pending(f, 0);
    assert_true(wait_now_ms() - before < 4000);
}

static void test_stops_while_connecting(void **state) {
    struct uploader_rig *f = *state;
    /* a listener whose queue is full takes no connection and refuses none */
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t n = sizeof at;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), fill[8];
    assert_int_equal(bind(listener, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(listener, 0), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&at, &n), 0);
    for (int i = 0; i < 8; i++) {
        fill[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        (void)!connect(fill[i], (struct sockaddr *)&at, sizeof at);
    }
    char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%d", ntohs(at.sin_port));
    uploader_rig_add(f, 1, 5000);
    uploader_rig_start_at(f, url);
    uploader_rig_requests(f, 1);
    for (int i = 0; i < 20; i++) wait_nap();
    assert_int_equal(uploader_counts(f->uploader).requests, 1);
    int64_t before = wait_now_ms();
    uploader_rig_stop(f);
    assert_true(wait_now_ms() - before < 2000);
    for (int i = 0; i < 8; i++) close(fill[i]);
    close(listener);
}

#define T(name) cmocka_unit_test_setup_teardown(name, uploader_rig_setup, uploader_rig_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        T(test_stops_in_a_transfer_and_goes_on_after_a_restart),
        T(test_a_stall_is_noticed),
        T(test_hub_restarts),
        T(test_hold),
        T(test_send_now_forgets_the_waiting),
        T(test_stops_while_connecting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
