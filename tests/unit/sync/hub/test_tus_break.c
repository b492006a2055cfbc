/* SPDX-License-Identifier: MIT */
/* The receiver over real files: uploads that break off, being killed, and several at once. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/photo/inbox.h"
#include "firmware/base/file.h"
#include "sync/hub/tus.h"
#include "tests/support/temp.h"
#include "tests/support/tus_rig.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

/* ---- breaking off, being killed, and several at once ---- */

static struct tus_exchange *begin_patch(struct tus_rig *f, const char *path, int64_t offset, size_t n) {
    static char text[32];
    snprintf(text, sizeof text, "%lld", (long long)offset);
    struct tus_rig_ask a = { "PATCH", path, NULL,      { TUS_RIG_VERSION, TUS_RIG_TYPE, "Upload-Offset", text },
                             NULL,    0,    (int64_t)n };
    return tus_rig_begin(f->tus, &a);
}

static void test_broken_off_keeps_what_came(void **state) {
    struct tus_rig *f = *state;
    char path[100];
    tus_rig_create(f, "100000", path);
    struct tus_exchange *x = begin_patch(f, path, 0, TUS_RIG_BYTES);
    assert_true(tus_wants_body(x));
    tus_piece(x, f->bytes, 33333);
    tus_abort(x);
    struct tus_reply r = tus_rig_head(f, path);
    assert_string_equal(tus_rig_got(&r, "Upload-Offset"), "33333");
    assert_int_equal(tus_rig_patch(f, path, 33333, f->bytes + 33333, TUS_RIG_BYTES - 33333).status, 204);
    assert_int_equal(f->stored, 1);
}

static void test_one_writer_at_a_time(void **state) {
    struct tus_rig *f = *state;
    struct tus_reply r;
    char path[100];
    tus_rig_create(f, "100000", path);
    struct tus_exchange *first = begin_patch(f, path, 0, TUS_RIG_BYTES);
    tus_piece(first, f->bytes, 1000);
    r = tus_rig_patch(f, path, 1000, f->bytes + 1000, 10);
    assert_int_equal(r.status, 423);
    assert_string_not_equal(tus_rig_got(&r, "Retry-After"), "");
    assert_int_equal(
        tus_rig_run(f->tus, (struct tus_rig_ask){ "DELETE", path, NULL, { TUS_RIG_VERSION }, NULL, 0, 0 }).status, 423);
    /* the first one's connection is dead: after a while the next may go on, and the first is not heard any more */
    clock_fake_advance_ms(5001);
    r = tus_rig_patch(f, path, 1000, f->bytes + 1000, 2000);
    assert_int_equal(r.status, 204);
    tus_piece(first, f->bytes, 1000);
    assert_false(tus_wants_body(first));
    tus_end(first, &r);
    assert_int_equal(r.status, 423);
    r = tus_rig_head(f, path);
    assert_string_equal(tus_rig_got(&r, "Upload-Offset"), "3000");
    assert_int_equal(tus_rig_patch(f, path, 3000, f->bytes + 3000, TUS_RIG_BYTES - 3000).status, 204);
    assert_int_equal(f->stored, 1);
}

static void test_takeover_discards_promised_bytes(void **state) {
    struct tus_rig *f = *state;
    char path[100];
    tus_rig_create(f, "100000", path);
    struct tus_rig_ask a = { "PATCH",
                             path,
                             NULL,
                             { TUS_RIG_VERSION, TUS_RIG_TYPE, "Upload-Offset", "0", "Upload-Checksum",
                               "sha1 qZk+NkcGgWq6PiVxeFDCbJzQ2J0=" },
                             NULL,
                             0,
                             TUS_RIG_BYTES };
    struct tus_exchange *first = tus_rig_begin(f->tus, &a);
    tus_piece(first, "rubbish", 7);
    clock_fake_advance_ms(6000);
    assert_int_equal(tus_rig_patch(f, path, 0, f->bytes, TUS_RIG_BYTES).status, 204);
    tus_abort(first);
    assert_int_equal(f->stored, 1);
    assert_int_equal(blobs_verify(blob_dir_blobs(f->folder), BLOB_ORIGINAL, f->sha256), 0);
}

static void test_killed_in_the_middle(void **state) {
    struct tus_rig *f = *state;
    char path[100], again[100];
    tus_rig_create(f, "100000", path);
    assert_int_equal(tus_rig_patch(f, path, 0, f->bytes, 60000).status, 204);
    struct tus_exchange *x = begin_patch(f, path, 60000, 40000);
    tus_piece(x, f->bytes + 60000, 5000);
    struct tus *dead = f->tus; /* killed: nothing is closed, nothing is synced; a new program finds what is there */
    struct blob_dir *dead_folder = f->folder;
    tus_rig_open(f);
    struct tus_reply r = tus_rig_head(f, path);
    assert_int_equal(r.status, 200);
    assert_string_equal(tus_rig_got(&r, "Upload-Offset"), "65000");
    assert_string_equal(tus_rig_got(&r, "Upload-Metadata"), f->metadata);
    tus_rig_create(f, "100000", again); /* a board that lost its state finds it by its hash */
    assert_string_equal(again, path);
    assert_int_equal(tus_rig_patch(f, path, 65000, f->bytes + 65000, 35000).status, 204);
    assert_int_equal(f->stored, 1);
    tus_abort(x);
    tus_destroy(dead);
    blob_dir_close(dead_folder);
}

static void test_killed_before_it_was_taken_in(void **state) {
    struct tus_rig *f = *state;
    char path[100], name[120];
    tus_rig_create(f, "100000", path);
    snprintf(name, sizeof name, "partial/%s", path + 5);
    char *partial = temp_path(f->dir, name);
    FILE *file = fopen(partial, "w"); /* all bytes are there, and nobody looked at them */
    assert_non_null(file);
    assert_int_equal(fwrite(f->bytes, 1, TUS_RIG_BYTES, file), TUS_RIG_BYTES);
    fclose(file);
    tus_rig_close(f);
    tus_rig_open(f);
    struct tus_reply r = tus_rig_head(f, path);
    assert_int_equal(r.status, 200);
    assert_string_equal(tus_rig_got(&r, "Upload-Offset"), "100000");
    assert_int_equal(f->stored, 1);
    assert_true(blobs_has(blob_dir_blobs(f->folder), BLOB_ORIGINAL, f->sha256));
    free(partial);
}

static void test_killed_after_it_was_taken_in(void **state) {
    struct tus_rig *f = *state;
    char path[100], name[120], described[140], text[4096];
    tus_rig_create(f, "100000", path);
    snprintf(name, sizeof name, "partial/%s", path + 5);
    snprintf(described, sizeof described, "%s.json", name);
    char *sidecar = temp_path(f->dir, described);
    FILE *file = fopen(sidecar, "r");
    assert_non_null(file);
    size_t n = fread(text, 1, sizeof text, file);
    fclose(file);
    assert_int_equal(tus_rig_patch(f, path, 0, f->bytes, TUS_RIG_BYTES).status, 204);
    assert_int_equal(file_write(sidecar, text, n, 0600, NULL), 0); /* the description had not been removed yet */
    tus_rig_close(f);
    tus_rig_open(f);
    assert_int_equal(tus_rig_partial_files(f), 0);
    assert_int_equal(tus_rig_head(f, path).status, 404); /* so the board begins anew … */
    struct tus_reply r = tus_rig_create(f, "100000", path);
    assert_int_equal(r.status, 201); /* … and is told that it is here */
    assert_string_equal(tus_rig_got(&r, "Upload-Offset"), "100000");
    assert_int_equal(f->stored, 2);
    free(sidecar);
}

static void test_broken_description_is_tidied_away(void **state) {
    struct tus_rig *f = *state;
    char path[100], name[120];
    tus_rig_create(f, "100000", path);
    snprintf(name, sizeof name, "partial/%s.json", path + 5);
    char *sidecar = temp_path(f->dir, name);
    assert_int_equal(file_write(sidecar, "{\"board\":", 9, 0600, NULL), 0);
    tus_rig_close(f);
    tus_rig_open(f);
    assert_int_equal(tus_rig_head(f, path).status, 404);
    assert_int_equal(tus_rig_partial_files(f), 0);
    free(sidecar);
}

static void test_stale_ones_are_removed(void **state) {
    struct tus_rig *f = *state;
    char path[100], fresh[100], name[120], sha256[HASH_TEXT_SIZE];
    tus_rig_create(f, "100000", path);
    tus_rig_patch(f, path, 0, f->bytes, 10);
    hash_sha256_text("x", 1, sha256);
    tus_rig_describe(f, "b-1", sha256, "original");
    tus_rig_create(f, "5", fresh);
    snprintf(name, sizeof name, "partial/%s", path + 5);
    char *partial = temp_path(f->dir, name);
    struct timespec old[2] = { { .tv_sec = clock_wall().ms / 1000 - 8 * 86400 },
                               { .tv_sec = clock_wall().ms / 1000 - 8 * 86400 } };
    assert_int_equal(utimensat(AT_FDCWD, partial, old, 0), 0);
    tus_sweep(f->tus);
    assert_int_equal(tus_rig_head(f, path).status, 404);
    assert_int_equal(tus_rig_head(f, fresh).status, 200);
    free(partial);
}

/* ---- threads ---- */

struct worker {
    struct tus_rig *f;
    uint8_t bytes[30000];
    char path[100];
    int ok, busy;
};

static void *upload_one(void *arg) {
    struct worker *w = arg;
    for (int64_t at = 0; at < (int64_t)sizeof w->bytes;) {
        struct tus_reply r = tus_rig_patch(w->f, w->path, at, w->bytes + at, 3000);
        if (r.status == 204) {
            at += 3000;
            w->ok++;
        } else if (r.status == 423) {
            w->busy++;
        } else if (r.status == 409) {
            at = strtoll(tus_rig_got(&r, "Upload-Offset"), NULL, 10);
        } else {
            break;
        }
    }
    return NULL;
}

static atomic_int together;
static void on_stored_together(void *ctx, const struct tus_upload *u) {
    (void)ctx, (void)u;
    atomic_fetch_add(&together, 1);
}

static void test_many_at_once(void **state) {
    struct tus_rig *f = *state;
    static struct worker workers[6];
    pthread_t threads[6];
    struct err_text e = { 0 };
    tus_destroy(f->tus);
    clock_fake_off();
    struct tus_options options = { .store = inbox_store(f->folder), .stored = on_stored_together };
    assert_int_equal(tus_create(&options, &f->tus, &e), 0);
    for (int i = 0; i < 6; i++) { /* three uploads, each by two who fight for it */
        char sha256[HASH_TEXT_SIZE];
        workers[i].f = f;
        memset(workers[i].bytes, 'a' + i / 2, sizeof workers[i].bytes);
        hash_sha256_text(workers[i].bytes, sizeof workers[i].bytes, sha256);
        tus_rig_describe(f, "b-1", sha256, "original");
        tus_rig_create(f, "30000", workers[i].path);
    }
    assert_string_equal(workers[0].path, workers[1].path);
    for (int i = 0; i < 6; i++) assert_int_equal(pthread_create(&threads[i], NULL, upload_one, &workers[i]), 0);
    for (int i = 0; i < 6; i++) pthread_join(threads[i], NULL);
    for (int i = 0; i < 6; i += 2) assert_int_equal(workers[i].ok + workers[i + 1].ok, 10);
    assert_true(atomic_load(&together) >= 3);
    for (int i = 0; i < 6; i += 2) {
        char sha256[HASH_TEXT_SIZE];
        hash_sha256_text(workers[i].bytes, sizeof workers[i].bytes, sha256);
        assert_int_equal(blobs_verify(blob_dir_blobs(f->folder), BLOB_ORIGINAL, sha256), 0);
    }
    assert_int_equal(tus_rig_partial_files(f), 0);
}

#define T(name) cmocka_unit_test_setup_teardown(name, tus_rig_setup, tus_rig_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        T(test_broken_off_keeps_what_came),
        T(test_one_writer_at_a_time),
        T(test_takeover_discards_promised_bytes),
        T(test_killed_in_the_middle),
        T(test_killed_before_it_was_taken_in),
        T(test_killed_after_it_was_taken_in),
        T(test_broken_description_is_tidied_away),
        T(test_stale_ones_are_removed),
        T(test_many_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
