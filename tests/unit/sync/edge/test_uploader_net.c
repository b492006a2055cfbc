/* SPDX-License-Identifier: MIT */
/* The uploader on a bad network and with a receiver that refuses. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/photo/photo_store.h"
#include "firmware/base/log.h"
#include "sync/edge/uploader.h"
#include "tests/support/temp.h"
#include "tests/support/tus_stub.h"
#include "tests/support/uploader_rig.h"
#include "tests/support/wait.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* ---- a bad network ---- */

static struct tus_stub_fault judge_cuts(void *ctx, const struct tus_stub_request *r) {
    struct uploader_rig *f = ctx;
    f->random = f->random * 1664525u + 1013904223u;
    if (strcmp(r->method, "PATCH") != 0 || (f->random >> 16) % 10 < 2) return (struct tus_stub_fault){ 0 };
    return (struct tus_stub_fault){ .cut = true, .cut_after = (f->random >> 8) % (uint32_t)(r->content_length + 1) };
}

static void test_cuts_cost_little(void **state) {
    struct uploader_rig *f = *state;
    struct uploader_rig_photo p[3];
    f->random = (uint32_t)time(NULL);
    print_message("seed %u\n", f->random);
    for (unsigned i = 0; i < 3; i++) p[i] = uploader_rig_add(f, i, UPLOADER_RIG_BYTES);
    uploader_rig_open_hub(f, judge_cuts, 0);
    uploader_rig_start(f);
    uploader_rig_pending(f, 0);
    for (int i = 0; i < 3; i++) uploader_rig_arrived(f, &p[i]);
    print_message("arrived / photo bytes: %.3f, %llu cuts\n", uploader_rig_cost(f),
                  (unsigned long long)uploader_counts(f->uploader).cuts);
    assert_true(uploader_rig_cost(f) <= 1.15);
}

/* A proxy that keeps bodies to itself until they are complete, and a network that breaks after 700,000 bytes. */
static struct tus_stub_fault judge_buffering(void *ctx, const struct tus_stub_request *r) {
    (void)ctx;
    return (struct tus_stub_fault){ .buffering = true, .cut = r->content_length > 700000, .cut_after = 700000 };
}

static void test_goes_on_in_pieces_behind_a_buffering_proxy(void **state) {
    struct uploader_rig *f = *state;
    struct uploader_rig_photo p = uploader_rig_add(f, 1, 4000000);
    uploader_rig_open_hub(f, judge_buffering, 0);
    uploader_rig_start(f);
    uploader_rig_pending(f, 0);
    uploader_rig_arrived(f, &p);
}

static struct tus_stub_fault judge_lost_answers(void *ctx, const struct tus_stub_request *r) {
    (void)ctx;
    return (struct tus_stub_fault){ .drop_answer = r->number % 2 == 1 && r->number < 20 };
}

static void test_lost_answers(void **state) {
    struct uploader_rig *f = *state;
    struct uploader_rig_photo p = uploader_rig_add(f, 1, UPLOADER_RIG_BYTES);
    uploader_rig_open_hub(f, judge_lost_answers, 0);
    uploader_rig_start(f);
    uploader_rig_pending(f, 0);
    uploader_rig_arrived(f, &p);
    assert_true(uploader_rig_cost(f) <= 1.15); /* what arrived is not sent again */
}

/* ---- answers that are refusals ---- */

static const struct {
    const char *method;
    int status;
    const char *header;
} refusals[] = {
    { "POST", 500, NULL },
    { "POST", 503, "Retry-After: 1" },
    { "POST", 507, NULL },
    { "POST", 429, NULL },
    { "POST", 400, NULL },
    { "POST", 403, NULL },
    { "POST", 404, NULL },
    { "POST", 412, NULL },
    { "POST", 413, NULL },
    { "POST", 409, NULL },
    { "POST", 301, "Location: http://127.0.0.1:1/" },
    { "POST", 200, NULL },
    { "POST", 201, NULL }, /* without a Location */
    { "POST", 201, "Location: http://[" },
    { "POST", 201, "Location: file:///etc/passwd" },
    { "HEAD", 500, NULL },
    { "HEAD", 404, NULL },
    { "HEAD", 410, NULL },
    { "HEAD", 423, NULL },
    { "HEAD", 200, NULL }, /* without an offset */
    { "HEAD", 200, "Upload-Offset: -1" },
    { "HEAD", 200, "Upload-Offset: 99999999999" },
    { "HEAD", 200, "Upload-Offset: x" },
    { "HEAD", 200, "Upload-Offset: 0\r\nUpload-Length: 7" },
    { "PATCH", 409, NULL },
    { "PATCH", 404, NULL },
    { "PATCH", 410, NULL },
    { "PATCH", 423, NULL },
    { "PATCH", 460, NULL },
    { "PATCH", 413, NULL },
    { "PATCH", 500, NULL },
    { "PATCH", 507, NULL },
    { "PATCH", 204, NULL },
    { "PATCH", 204, "Upload-Offset: 0" },
    { "PATCH", 204, "Upload-Offset: 99999999999" },
};
#define REFUSALS ((int)(sizeof refusals / sizeof refusals[0]))

/* Each comes twice. PATCHes are broken off until then, to provoke HEADs and so that nothing is finished too early. */
static struct tus_stub_fault judge_refusals(void *ctx, const struct tus_stub_request *r) {
    struct uploader_rig *f = ctx;
    int i = atomic_load(&f->step) / 2;
    if (i >= REFUSALS) return (struct tus_stub_fault){ 0 };
    if (strcmp(r->method, refusals[i].method) == 0) {
        atomic_fetch_add(&f->step, 1);
        return (struct tus_stub_fault){ .status = refusals[i].status, .header = refusals[i].header };
    }
    if (strcmp(r->method, "PATCH") == 0) return (struct tus_stub_fault){ .cut = true, .cut_after = 1000 };
    return (struct tus_stub_fault){ 0 };
}

static void test_no_refusal_stops_it(void **state) {
    struct uploader_rig *f = *state;
    struct uploader_rig_photo p[2];
    for (unsigned i = 0; i < 2; i++) p[i] = uploader_rig_add(f, i, 900000);
    log_set_level(LOG_LEVEL_ERROR);
    uploader_rig_open_hub(f, judge_refusals, 0);
    uploader_rig_start(f);
    uploader_rig_pending(f, 0);
    log_set_level(LOG_LEVEL_INFO);
    for (int i = 0; i < 2; i++) uploader_rig_arrived(f, &p[i]);
    assert_int_equal(atomic_load(&f->step), 2 * REFUSALS); /* all of them were met */
    assert_int_equal(atomic_load(&f->corrupt), 0);
}

static struct tus_stub_fault judge_one_bad(void *ctx, const struct tus_stub_request *r) {
    (void)ctx;
    bool bad = strcmp(r->method, "POST") == 0 && strstr(r->headers, "Upload-Length: 400001\r\n");
    return (struct tus_stub_fault){ .status = bad ? 500 : 0 };
}

static void test_one_bad_photo_does_not_stop_the_others(void **state) {
    struct uploader_rig *f = *state;
    struct uploader_rig_photo p[3];
    for (unsigned i = 0; i < 3; i++) p[i] = uploader_rig_add(f, i, 400001 + i);
    uploader_rig_open_hub(f, judge_one_bad, 0);
    uploader_rig_start(f);
    uploader_rig_pending(f, 1);
    uploader_rig_arrived(f, &p[1]);
    uploader_rig_arrived(f, &p[2]);
    assert_false(blobs_has(blob_dir_blobs(f->folder), BLOB_ORIGINAL, p[0].sha256));
}

static struct tus_stub_fault judge_damage(void *ctx, const struct tus_stub_request *r) {
    struct uploader_rig *f = ctx;
    return (struct tus_stub_fault){ .flip = r->content_length > 0 && atomic_fetch_add(&f->step, 1) < 3 };
}

static void test_damage_on_the_way_is_sent_again(void **state) {
    struct uploader_rig *f = *state;
    struct uploader_rig_photo p = uploader_rig_add(f, 1, 300000);
    uploader_rig_open_hub(f, judge_damage, 0);
    uploader_rig_start(f);
    uploader_rig_pending(f, 0);
    uploader_rig_arrived(f, &p);
    assert_int_equal(atomic_load(&f->corrupt), 0);
    assert_int_equal(tus_counts(f->tus).mismatched, 3);
}

static void test_damage_at_home_is_told(void **state) {
    struct uploader_rig *f = *state;
    struct uploader_rig_photo bad = uploader_rig_add(f, 1, 300000), good = uploader_rig_add(f, 2, 300000);
    char *path = temp_path(f->dir, "photos.db");
    uploader_rig_close_board(f);
    int fd = open(path, O_RDWR | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, "damage", 6, 4096 * 40 + 1000), 6); /* within the first photo */
    close(fd);
    free(path);
    uploader_rig_open_board(f);
    assert_int_equal(blobs_verify(photo_store_blobs(f->photos), BLOB_ORIGINAL, bad.sha256), ERR_CORRUPT);
    uploader_rig_open_hub(f, NULL, 0);
    uploader_rig_start(f);
    uploader_rig_pending(f, 1);
    uploader_rig_arrived(f, &good);
    for (int64_t until = wait_now_ms() + UPLOADER_RIG_WAIT_MS; atomic_load(&f->corrupt) == 0 && wait_now_ms() < until;)
        wait_nap();
    assert_int_equal(atomic_load(&f->corrupt), 1);
    assert_false(blobs_has(blob_dir_blobs(f->folder), BLOB_ORIGINAL, bad.sha256));
}

/* ---- restarts, holding, stopping ---- */

#define T(name) cmocka_unit_test_setup_teardown(name, uploader_rig_setup, uploader_rig_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        T(test_cuts_cost_little),
        T(test_goes_on_in_pieces_behind_a_buffering_proxy),
        T(test_lost_answers),
        T(test_no_refusal_stops_it),
        T(test_one_bad_photo_does_not_stop_the_others),
        T(test_damage_on_the_way_is_sent_again),
        T(test_damage_at_home_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
