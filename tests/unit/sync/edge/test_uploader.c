/* SPDX-License-Identifier: MIT */
/* The uploader with its real outbox, the real receiver at the other end: the plain way, and what makes it sure. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/photo/outbox.h"
#include "sync/edge/uploader.h"
#include "tests/support/tus_stub.h"
#include "tests/support/uploader_rig.h"
#include "tests/support/wait.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the plain way ---- */

/* The number of the first PATCH: thumbnails go with their creation. */
static struct tus_stub_fault judge_first_patch(void *ctx, const struct tus_stub_request *r) {
    struct uploader_rig *f = ctx;
    int none = 0;
    if (strcmp(r->method, "PATCH") == 0) atomic_compare_exchange_strong(&f->step, &none, r->number);
    return (struct tus_stub_fault){ 0 };
}

static void test_all_arrive_thumbnails_first(void **state) {
    struct uploader_rig *f = *state;
    struct uploader_rig_photo p[3];
    for (unsigned i = 0; i < 3; i++) p[i] = uploader_rig_add(f, i, UPLOADER_RIG_BYTES);
    uploader_rig_open_hub(f, judge_first_patch, 0);
    uploader_rig_start(f);
    uploader_rig_pending(f, 0);
    for (int i = 0; i < 3; i++) uploader_rig_arrived(f, &p[i]);
    for (int64_t until = wait_now_ms() + UPLOADER_RIG_WAIT_MS;
         uploader_counts(f->uploader).uploads < 6 && wait_now_ms() < until;)
        wait_nap();
    assert_int_equal(atomic_load(&f->step), 5); /* three thumbnails, a creation, and then */
    struct tus_stub_counts c = tus_stub_counts(f->stub);
    assert_int_equal(c.body_bytes, f->photo_bytes);
    assert_int_equal(c.connections, 1);
    struct uploader_counts u = uploader_counts(f->uploader);
    assert_int_equal(u.uploads, 6);
    assert_int_equal(u.bytes_sent, f->photo_bytes);
    assert_int_equal(u.cuts, 0);
    assert_true(u.reachable);
    assert_string_equal(u.trouble, "");
    for (int64_t until = wait_now_ms() + UPLOADER_RIG_WAIT_MS; atomic_load(&f->changes) < 6 && wait_now_ms() < until;)
        wait_nap();
    assert_int_equal(atomic_load(&f->changes), 6);
}

static void test_new_photo_wakes_it(void **state) {
    struct uploader_rig *f = *state;
    uploader_rig_open_hub(f, NULL, 0);
    uploader_rig_start(f);
    for (int i = 0; i < 20; i++) wait_nap();
    struct uploader_rig_photo p = uploader_rig_add(f, 1, 50000);
    int64_t before = wait_now_ms();
    uploader_wake(f->uploader);
    uploader_rig_pending(f, 0);
    assert_true(wait_now_ms() - before < 3000); /* by itself it looks every five seconds only */
    uploader_rig_arrived(f, &p);
}

/* ---- confirmation ---- */

static void test_unconfirmed_is_asked_after(void **state) {
    struct uploader_rig *f = *state;
    struct outbox_counts c;
    atomic_store(&f->confirm, false); /* confirmations get lost */
    struct uploader_rig_photo p = uploader_rig_add(f, 1, 300000);
    uploader_rig_open_hub(f, NULL, 0);
    uploader_rig_start(f);
    uploader_rig_stored(f, 8); /* stored twice, and asked after again and again */
    assert_int_equal(outbox_counts(f->db, &c), 0);
    assert_int_equal(c.pending, 1);
    assert_true(tus_stub_counts(f->stub).heads >= 6);
    assert_int_equal(tus_stub_counts(f->stub).body_bytes, f->photo_bytes);
    char one[2][HASH_TEXT_SIZE];
    memcpy(one[0], p.sha256, HASH_TEXT_SIZE);
    memcpy(one[1], p.thumb_sha256, HASH_TEXT_SIZE);
    uploader_confirmed(f->uploader, (const char(*)[HASH_TEXT_SIZE])one, 2);
    uploader_rig_pending(f, 0);
}

static void test_lost_after_the_upload_is_sent_again(void **state) {
    struct uploader_rig *f = *state;
    atomic_store(&f->confirm, false);
    struct uploader_rig_photo p = uploader_rig_add(f, 1, 300000);
    uploader_rig_open_hub(f, NULL, 0);
    uploader_rig_start(f);
    for (int64_t until = wait_now_ms() + UPLOADER_RIG_WAIT_MS;
         !blobs_has(blob_dir_blobs(f->folder), BLOB_ORIGINAL, p.sha256) && wait_now_ms() < until;)
        wait_nap();
    int port = tus_stub_port(f->stub); /* the hub is restored from a backup that lacks it */
    uploader_rig_close_hub(f);
    assert_int_equal(blobs_drop(blob_dir_blobs(f->folder), p.sha256), 0);
    uploader_rig_open_hub(f, NULL, port);
    atomic_store(&f->confirm, true);
    uploader_rig_pending(f, 0);
    uploader_rig_arrived(f, &p);
}

static void test_withdrawn_is_sent_again(void **state) {
    struct uploader_rig *f = *state;
    struct uploader_rig_photo p = uploader_rig_add(f, 1, 300000);
    uploader_rig_open_hub(f, NULL, 0);
    uploader_rig_start(f);
    uploader_rig_pending(f, 0);
    assert_int_equal(blobs_drop(blob_dir_blobs(f->folder), p.sha256), 0);
    char one[1][HASH_TEXT_SIZE];
    memcpy(one[0], p.sha256, HASH_TEXT_SIZE);
    uploader_hold(f->uploader, true);
    uploader_withdrawn(f->uploader, (const char(*)[HASH_TEXT_SIZE])one, 1);
    uploader_rig_pending(f, 1);
    uploader_hold(f->uploader, false);
    uploader_rig_pending(f, 0);
    uploader_rig_arrived(f, &p);
}

/* Head office was put back to an older copy: it gets what it lacks, and no more. */
static void test_doubted_is_offered_again(void **state) {
    struct uploader_rig *f = *state;
    struct uploader_rig_photo kept = uploader_rig_add(f, 1, 300000), lost = uploader_rig_add(f, 2, 400000);
    uploader_rig_open_hub(f, NULL, 0);
    uploader_rig_start(f);
    uploader_rig_pending(f, 0);
    assert_int_equal(blobs_drop(blob_dir_blobs(f->folder), lost.sha256), 0);
    int64_t before = tus_stub_counts(f->stub).body_bytes;
    uploader_hold(f->uploader, true);
    uploader_doubted(f->uploader);
    uploader_rig_pending(f, 2);
    uploader_hold(f->uploader, false);
    uploader_rig_pending(f, 0);
    uploader_rig_arrived(f, &kept);
    uploader_rig_arrived(f, &lost);
    assert_true(tus_stub_counts(f->stub).body_bytes - before < 500000);
}

static void test_broker_mode(void **state) {
    struct uploader_rig *f = *state;
    atomic_store(&f->confirm, false);
    f->options.confirm_broker = true;
    uploader_rig_add(f, 1, 300000);
    uploader_rig_open_hub(f, NULL, 0);
    uploader_rig_start(f);
    uploader_rig_pending(f, 0);
    assert_int_equal(tus_stub_counts(f->stub).heads, 0);
}

/* ---- restarts, holding, stopping ---- */

static struct tus_stub_fault judge_absolute(void *ctx, const struct tus_stub_request *r) {
    (void)ctx;
    static char location[200];
    /* the receiver's own path is known only afterwards: another name of this host, which is another address for the client */
    if (strcmp(r->method, "POST") == 0 && r->content_length == 0) {
        const char *host = strstr(r->headers, "Host: 127.0.0.1:");
        if (host) snprintf(location, sizeof location, "http://localhost:%d", atoi(host + 16));
        return (struct tus_stub_fault){ .location_base = location };
    }
    return (struct tus_stub_fault){ 0 };
}

static void test_addresses(void **state) {
    struct uploader_rig *f = *state;
    static const char *const bad[] = {
        "", "/", "ftp://hub", "http://", "http://host:port", "file:///etc", "http://a b"
    };
    struct err_text e = { 0 };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct uploader_options options = { .url = bad[i], .board = "b-1", .outbox = outbox_seam(f->impl) };
        if (uploader_start(&options, &f->uploader, &e) == 0) fail_msg("took %s", bad[i]);
        assert_int_equal(e.code, ERR_INVALID);
    }
    struct uploader_rig_photo p = uploader_rig_add(f, 1, 300000);
    uploader_rig_open_hub(f, judge_absolute, 0);
    uploader_rig_start(f);
    uploader_rig_pending(f, 0);
    uploader_rig_arrived(f, &p);
    assert_int_equal(tus_stub_counts(f->stub).connections, 2); /* it did go where the server said */
}

#define T(name) cmocka_unit_test_setup_teardown(name, uploader_rig_setup, uploader_rig_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        T(test_all_arrive_thumbnails_first),
        T(test_new_photo_wakes_it),
        T(test_unconfirmed_is_asked_after),
        T(test_lost_after_the_upload_is_sent_again),
        T(test_withdrawn_is_sent_again),
        T(test_doubted_is_offered_again),
        T(test_broker_mode),
        T(test_addresses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
