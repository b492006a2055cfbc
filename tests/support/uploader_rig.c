/* SPDX-License-Identifier: MIT */
#include "tests/support/uploader_rig.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/photo/inbox.h"
#include "app/photo/outbox.h"
#include "app/photo/photo_store.h"
#include "sync/edge/uploader.h"
#include "tests/support/temp.h"
#include "tests/support/tus_stub.h"
#include "tests/support/wait.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static void on_stored(void *ctx, const struct tus_upload *u) {
    struct uploader_rig *f = ctx;
    char one[1][HASH_TEXT_SIZE];
    memcpy(one[0], u->sha256, HASH_TEXT_SIZE);
    struct outbox box =
        outbox_seam(f->impl); /* what uploader_confirmed calls, without asking for the uploader's pointer */
    if (atomic_load(&f->confirm)) (void)box.confirmed(box.ctx, (const char(*)[HASH_TEXT_SIZE])one, 1);
    atomic_fetch_add(&f->stored, 1);
}

static void on_corrupt(void *ctx, const char *sha256, bool thumb) {
    struct uploader_rig *f = ctx;
    (void)sha256, (void)thumb;
    atomic_fetch_add(&f->corrupt, 1);
}

static void on_changed(void *ctx) {
    struct uploader_rig *f = ctx;
    atomic_fetch_add(&f->changes, 1);
}

static int run_schema(struct db *db, void *arg) { return (void)arg, db_exec(db, outbox_schema, NULL); }

void uploader_rig_open_board(struct uploader_rig *f) {
    struct db *writer = NULL, *reader = NULL;
    struct err_text e = { 0 };
    if (db_open(f->journal, DB_JOURNAL, &writer, &e) != 0) fail_msg("%s", e.text);
    struct store_options options = {
        .name = "store", .db = writer, .writer = true, .max_waiting = 100, .max_batch = 10
    };
    assert_int_equal(store_start(&options, &f->store), 0);
    assert_int_equal(photo_store_open(&(struct photo_store_options){ .dir = f->dir }, &f->photos, &e), 0);
    assert_int_equal(db_open(f->journal, DB_JOURNAL_READER, &reader, &e), 0);
    assert_int_equal(db_open(f->journal, DB_JOURNAL_READER, &f->db, &e), 0);
    assert_int_equal(outbox_create(reader, f->store, photo_store_blobs(f->photos), &f->impl), 0);
}

void uploader_rig_stop(struct uploader_rig *f) {
    uploader_stop(f->uploader);
    f->uploader = NULL;
}

void uploader_rig_close_board(struct uploader_rig *f) {
    uploader_rig_stop(f);
    outbox_destroy(f->impl);
    db_close(f->db);
    store_stop(f->store);
    photo_store_close(f->photos);
}

void uploader_rig_open_hub(struct uploader_rig *f, tus_stub_judge_fn judge, int port) {
    struct err_text e = { 0 };
    struct tus_options options = { .store = inbox_store(f->folder), .stored = on_stored, .ctx = f };
    assert_int_equal(tus_create(&options, &f->tus, &e), 0);
    f->stub = tus_stub_start(f->tus, judge, f, port);
}

void uploader_rig_close_hub(struct uploader_rig *f) {
    tus_stub_stop(f->stub);
    tus_destroy(f->tus);
    f->stub = NULL;
    f->tus = NULL;
}

void uploader_rig_start_at(struct uploader_rig *f, const char *url) {
    struct err_text e = { 0 };
    struct uploader_options *o = &f->options;
    o->url = url;
    o->board = "b-1";
    o->outbox = outbox_seam(f->impl);
    o->changed = on_changed;
    o->corrupt = on_corrupt;
    o->ctx = f;
    if (o->retry_first_ms == 0) o->retry_first_ms = 2;
    if (o->retry_max_ms == 0) o->retry_max_ms = 20;
    if (o->recheck_first_ms == 0) o->recheck_first_ms = 20;
    if (o->recheck_max_ms == 0) o->recheck_max_ms = 80;
    if (uploader_start(o, &f->uploader, &e) != 0) fail_msg("%s", e.text);
}

void uploader_rig_start(struct uploader_rig *f) { uploader_rig_start_at(f, tus_stub_url(f->stub)); }

int uploader_rig_setup(void **state) {
    struct uploader_rig *f = calloc(1, sizeof *f);
    struct err_text e = { 0 };
    f->dir = temp_make();
    f->hub_dir = temp_make();
    f->journal = temp_path(f->dir, "journal.db");
    atomic_store(&f->confirm, true);
    uploader_rig_open_board(f);
    assert_int_equal(store_call(f->store, run_schema, NULL), 0);
    assert_int_equal(blob_dir_open(f->hub_dir, 0, &f->folder, &e), 0);
    *state = f;
    return 0;
}

int uploader_rig_teardown(void **state) {
    struct uploader_rig *f = *state;
    uploader_rig_stop(f);
    if (f->stub) uploader_rig_close_hub(f);
    uploader_rig_close_board(f);
    blob_dir_close(f->folder);
    temp_remove(f->dir);
    temp_remove(f->hub_dir);
    free(f->journal);
    free(f);
    return 0;
}

static int run_add(struct db *db, void *arg) { return outbox_add(db, arg); }

struct uploader_rig_photo uploader_rig_add(struct uploader_rig *f, unsigned seed, size_t n) {
    struct uploader_rig_photo p = { .id = "" };
    struct err_text e = { 0 };
    uint8_t *bytes = malloc(n), thumb[9000];
    uint32_t x = seed * 2654435761u + 99;
    for (size_t i = 0; i < n; i++) bytes[i] = (uint8_t)((x = x * 1664525u + 1013904223u) >> 24);
    for (size_t i = 0; i < sizeof thumb; i++) thumb[i] = (uint8_t)((x = x * 1664525u + 1013904223u) >> 24);
    hash_sha256_text(bytes, n, p.sha256);
    hash_sha256_text(thumb, sizeof thumb, p.thumb_sha256);
    ids_make((struct wall){ 1700000000000 + seed }, p.id);
    struct blob_put put = { p.sha256, bytes, n, p.thumb_sha256, thumb, sizeof thumb, p.id, "{}" };
    assert_int_equal(blobs_put(photo_store_blobs(f->photos), &put, &e), 0);
    struct outbox_photo out = { p.id, p.sha256, (int64_t)n, p.thumb_sha256, sizeof thumb, "phone" };
    assert_int_equal(store_call(f->store, run_add, &out), 0);
    f->photo_bytes += (int64_t)(n + sizeof thumb);
    free(bytes);
    return p;
}

void uploader_rig_pending(struct uploader_rig *f, int64_t pending) {
    struct outbox_counts c = { 0 };
    for (int64_t until = wait_now_ms() + UPLOADER_RIG_WAIT_MS; wait_now_ms() < until; wait_nap()) {
        assert_int_equal(outbox_counts(f->db, &c), 0);
        if (c.pending == pending) return;
    }
    struct uploader_counts u = uploader_counts(f->uploader);
    fail_msg("%lld pending; requests %llu, trouble: %s", (long long)c.pending, (unsigned long long)u.requests,
             u.trouble);
}

void uploader_rig_stored(struct uploader_rig *f, int n) {
    for (int64_t until = wait_now_ms() + UPLOADER_RIG_WAIT_MS; atomic_load(&f->stored) < n && wait_now_ms() < until;)
        wait_nap();
    if (atomic_load(&f->stored) < n)
        fail_msg("%d stored; trouble: %s", atomic_load(&f->stored), uploader_counts(f->uploader).trouble);
}

void uploader_rig_body(struct uploader_rig *f, int64_t bytes) {
    for (int64_t until = wait_now_ms() + UPLOADER_RIG_WAIT_MS;
         tus_stub_counts(f->stub).body_bytes < bytes && wait_now_ms() < until;)
        wait_nap();
    assert_true(tus_stub_counts(f->stub).body_bytes >= bytes);
}

void uploader_rig_requests(struct uploader_rig *f, uint64_t n) {
    for (int64_t until = wait_now_ms() + UPLOADER_RIG_WAIT_MS;
         uploader_counts(f->uploader).requests < n && wait_now_ms() < until;)
        wait_nap();
    assert_true(uploader_counts(f->uploader).requests >= n);
}

void uploader_rig_arrived(struct uploader_rig *f, const struct uploader_rig_photo *p) {
    assert_int_equal(blobs_verify(blob_dir_blobs(f->folder), BLOB_ORIGINAL, p->sha256), 0);
    for (int64_t until = wait_now_ms() + UPLOADER_RIG_WAIT_MS;
         !blobs_has(blob_dir_blobs(f->folder), BLOB_THUMB, p->thumb_sha256) && wait_now_ms() < until;)
        wait_nap();
    assert_int_equal(blobs_verify(blob_dir_blobs(f->folder), BLOB_THUMB, p->thumb_sha256), 0);
}

double uploader_rig_cost(struct uploader_rig *f) {
    return (double)tus_stub_counts(f->stub).body_bytes / (double)f->photo_bytes;
}
