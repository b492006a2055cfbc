/* SPDX-License-Identifier: MIT */
/* The promises of blobs.h, kept by both stores: the board's database and the hub's folder. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/photo/blob_dir.h"
#include "app/photo/photo_store.h"
#include "firmware/base/file.h"
#include "tests/support/temp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum which { BOARD, HUB };

struct fixture {
    enum which which;
    char *dir;
    struct photo_store *store;
    struct blob_dir *folder;
    struct blobs *blobs;
};

static void open_store(struct fixture *f) {
    struct err_text e = { 0 };
    if (f->which == BOARD) {
        if (photo_store_open(&(struct photo_store_options){ .dir = f->dir }, &f->store, &e) != 0)
            fail_msg("%s", e.text);
        f->blobs = photo_store_blobs(f->store);
    } else {
        if (blob_dir_open(f->dir, 0, &f->folder, &e) != 0) fail_msg("%s", e.text);
        f->blobs = blob_dir_blobs(f->folder);
    }
}

static void close_store(struct fixture *f) {
    photo_store_close(f->store);
    blob_dir_close(f->folder);
    f->store = NULL;
    f->folder = NULL;
}

static int setup(void **state, enum which which) {
    struct fixture *f = calloc(1, sizeof *f);
    f->which = which;
    f->dir = temp_make();
    open_store(f);
    *state = f;
    return 0;
}
static int setup_board(void **state) { return setup(state, BOARD); }
static int setup_hub(void **state) { return setup(state, HUB); }

static int teardown(void **state) {
    struct fixture *f = *state;
    close_store(f);
    temp_remove(f->dir);
    free(f);
    return 0;
}

/* A photo of n bytes that differ from others' by seed. Owns: bytes and thumb are the caller's. */
struct sample {
    uint8_t *bytes;
    size_t n;
    uint8_t thumb[1000];
    char sha256[HASH_TEXT_SIZE], thumb_sha256[HASH_TEXT_SIZE], id[ID_SIZE];
};

static struct sample make_sample(unsigned seed, size_t n) {
    struct sample s = { .bytes = malloc(n), .n = n };
    uint32_t x = seed * 2654435761u + 1;
    for (size_t i = 0; i < n; i++) s.bytes[i] = (uint8_t)((x = x * 1664525u + 1013904223u) >> 24);
    for (size_t i = 0; i < sizeof s.thumb; i++) s.thumb[i] = (uint8_t)((x = x * 1664525u + 1013904223u) >> 24);
    hash_sha256_text(s.bytes, n, s.sha256);
    hash_sha256_text(s.thumb, sizeof s.thumb, s.thumb_sha256);
    ids_make((struct wall){ 1700000000000 + seed }, s.id);
    return s;
}

static int put(struct blobs *b, const struct sample *s, const char *meta) {
    struct err_text e = { 0 };
    return blobs_put(
        b, &(struct blob_put){ s->sha256, s->bytes, s->n, s->thumb_sha256, s->thumb, sizeof s->thumb, s->id, meta },
        &e);
}

static void wait_counted(struct blobs *b, int64_t originals, int64_t thumbs) {
    struct blob_counts c = { 0 };
    for (int i = 0; i < 500; i++) {
        c = blobs_counts(b);
        if (c.originals == originals && c.thumbs == thumbs) return;
        nanosleep(&(struct timespec){ 0, 10000000 }, NULL);
    }
    fail_msg("counted %lld originals, %lld thumbnails", (long long)c.originals, (long long)c.thumbs);
}

/* ---- */

static void test_put_and_read(void **state) {
    struct fixture *f = *state;
    struct sample s = make_sample(1, 700001);
    int64_t size = 0;
    assert_int_equal(put(f->blobs, &s, "{\"a\":1}"), 0);
    for (int again = 0; again < 2; again++) {
        assert_int_equal(blobs_size(f->blobs, BLOB_ORIGINAL, s.sha256, &size), 0);
        assert_int_equal(size, s.n);
        assert_int_equal(blobs_size(f->blobs, BLOB_THUMB, s.thumb_sha256, &size), 0);
        assert_int_equal(size, sizeof s.thumb);
        assert_false(blobs_has(f->blobs, BLOB_THUMB, s.sha256));
        assert_false(blobs_has(f->blobs, BLOB_ORIGINAL, s.thumb_sha256));
        struct buf all;
        buf_init(&all, BLOB_ORIGINAL_MAX);
        assert_int_equal(blobs_read_all(f->blobs, BLOB_ORIGINAL, s.sha256, &all), 0);
        assert_int_equal(all.len, s.n);
        assert_memory_equal(all.data, s.bytes, s.n);
        buf_fini(&all);
        assert_int_equal(blobs_verify(f->blobs, BLOB_ORIGINAL, s.sha256), 0);
        assert_int_equal(blobs_verify(f->blobs, BLOB_THUMB, s.thumb_sha256), 0);
        close_store(f); /* and once more from the disk */
        open_store(f);
    }
    wait_counted(f->blobs, 1, 1);
    struct blob_counts c = blobs_counts(f->blobs);
    assert_int_equal(c.original_bytes, s.n);
    assert_int_equal(c.thumb_bytes, sizeof s.thumb);
    free(s.bytes);
}

static void test_pieces(void **state) {
    struct fixture *f = *state;
    struct sample s = make_sample(2, 600000);
    static uint8_t piece[BLOB_PIECE_MAX + 1];
    assert_int_equal(put(f->blobs, &s, "{}"), 0);
    static const struct {
        int64_t at;
        size_t n;
        int err;
    } cases[] = {
        { 0, 1, 0 },
        { 0, BLOB_PIECE_MAX, 0 },
        { 599999, 1, 0 },
        { 300000, 0, 0 },
        { 600000, 1, ERR_INVALID },
        { 599999, 2, ERR_INVALID },
        { -1, 1, ERR_INVALID },
        { 0, BLOB_PIECE_MAX + 1, ERR_INVALID },
        { INT64_MAX - 1, 100, ERR_INVALID },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(blobs_read(f->blobs, BLOB_ORIGINAL, s.sha256, cases[i].at, piece, cases[i].n), cases[i].err);
        if (!cases[i].err) assert_memory_equal(piece, s.bytes + cases[i].at, cases[i].n);
    }
    free(s.bytes);
}

static void test_repeats_share_bytes(void **state) {
    struct fixture *f = *state;
    struct sample s = make_sample(3, 5000);
    assert_int_equal(put(f->blobs, &s, "{}"), 0);
    assert_int_equal(put(f->blobs, &s, "{}"), 0);
    ids_make((struct wall){ 1700000009000 }, s.id); /* another photo of the same bytes */
    assert_int_equal(put(f->blobs, &s, "{}"), 0);
    wait_counted(f->blobs, 1, 1);
    free(s.bytes);
}

static void test_refuses(void **state) {
    struct fixture *f = *state;
    struct sample s = make_sample(4, 100);
    struct blob_put good = { s.sha256, s.bytes, s.n, s.thumb_sha256, s.thumb, sizeof s.thumb, s.id, "{}" }, bad;
    struct err_text e = { 0 };
    static char long_meta[BLOB_META_MAX + 10];
    memset(long_meta, ' ', sizeof long_meta - 1);
    memcpy(long_meta, "{}", 2);
    bad = good, bad.sha256 = "../../etc/passwd";
    assert_int_equal(blobs_put(f->blobs, &bad, &e), ERR_INVALID);
    assert_string_equal(e.field, "sha256");
    bad = good, bad.n = 0;
    assert_int_equal(blobs_put(f->blobs, &bad, &e), ERR_INVALID);
    bad = good, bad.n = BLOB_ORIGINAL_MAX + 1;
    assert_int_equal(blobs_put(f->blobs, &bad, &e), ERR_TOO_BIG);
    bad = good, bad.thumb_n = BLOB_THUMB_MAX + 1;
    assert_int_equal(blobs_put(f->blobs, &bad, &e), ERR_TOO_BIG);
    bad = good, bad.photo = "../x";
    assert_int_equal(blobs_put(f->blobs, &bad, &e), ERR_INVALID);
    bad = good, bad.meta = "[]";
    assert_int_equal(blobs_put(f->blobs, &bad, &e), ERR_INVALID);
    bad = good, bad.meta = long_meta;
    assert_int_equal(blobs_put(f->blobs, &bad, &e), ERR_TOO_BIG);
    int64_t size = 0;
    assert_int_equal(blobs_size(f->blobs, BLOB_ORIGINAL, s.sha256, &size), ERR_NOT_FOUND);
    assert_int_equal(blobs_size(f->blobs, BLOB_ORIGINAL, "../x", &size), ERR_NOT_FOUND);
    assert_int_equal(blobs_drop(f->blobs, s.sha256), ERR_NOT_FOUND);
    assert_int_equal(blobs_verify(f->blobs, BLOB_ORIGINAL, s.sha256), ERR_NOT_FOUND);
    good.thumb_sha256 = NULL; /* no thumbnail is fine */
    assert_int_equal(blobs_put(f->blobs, &good, &e), 0);
    free(s.bytes);
}

static void test_drop_keeps_the_thumbnail(void **state) {
    struct fixture *f = *state;
    struct sample s = make_sample(5, 90000);
    struct wall at = { 0 };
    int64_t size = 0;
    uint8_t byte = 0;
    assert_int_equal(put(f->blobs, &s, "{}"), 0);
    assert_int_equal(blobs_dropped_at(f->blobs, s.sha256, &at), ERR_NOT_FOUND);
    assert_int_equal(blobs_drop(f->blobs, s.sha256), 0);
    assert_int_equal(blobs_drop(f->blobs, s.sha256), 0);
    assert_int_equal(blobs_size(f->blobs, BLOB_ORIGINAL, s.sha256, &size), ERR_GONE);
    assert_int_equal(blobs_read(f->blobs, BLOB_ORIGINAL, s.sha256, 0, &byte, 1), ERR_GONE);
    assert_int_equal(blobs_verify(f->blobs, BLOB_ORIGINAL, s.sha256), ERR_GONE);
    assert_int_equal(blobs_dropped_at(f->blobs, s.sha256, &at), 0);
    assert_true(llabs(at.ms - (int64_t)time(NULL) * 1000) < 60000);
    assert_int_equal(blobs_verify(f->blobs, BLOB_THUMB, s.thumb_sha256), 0);
    wait_counted(f->blobs, 0, 1);
    assert_int_equal(put(f->blobs, &s, "{}"), 0); /* it comes back */
    assert_int_equal(blobs_verify(f->blobs, BLOB_ORIGINAL, s.sha256), 0);
    assert_int_equal(blobs_dropped_at(f->blobs, s.sha256, &at), ERR_NOT_FOUND);
    wait_counted(f->blobs, 1, 1);
    free(s.bytes);
}

/* ---- photos without an event ---- */

struct seen {
    int n;
    char ids[4][ID_SIZE], hashes[4][HASH_TEXT_SIZE], metas[4][64];
    int stop_with;
};

static int see(void *ctx, const struct blob_unsettled *photo) {
    struct seen *seen = ctx;
    assert_true(seen->n < 4);
    memcpy(seen->ids[seen->n], photo->photo, ID_SIZE);
    memcpy(seen->hashes[seen->n], photo->sha256, HASH_TEXT_SIZE);
    snprintf(seen->metas[seen->n++], 64, "%s", photo->meta);
    return seen->stop_with;
}

static void test_orphans_are_told_until_settled(void **state) {
    struct fixture *f = *state;
    struct sample a = make_sample(6, 1000), b = make_sample(7, 2000);
    struct seen seen = { 0 };
    assert_int_equal(put(f->blobs, &b, "{\"room\":\"\xe5\xae\xa2\xe5\x8e\x85\"}"), 0);
    assert_int_equal(put(f->blobs, &a, "{\"n\":[1,2]}"), 0);
    close_store(f); /* the program dies before the events are appended */
    open_store(f);
    assert_int_equal(blobs_unsettled(f->blobs, see, &seen), 0);
    assert_int_equal(seen.n, 2);
    assert_string_equal(seen.ids[0], a.id);
    assert_string_equal(seen.hashes[0], a.sha256);
    assert_string_equal(seen.metas[0], "{\"n\":[1,2]}");
    assert_string_equal(seen.metas[1], "{\"room\":\"\xe5\xae\xa2\xe5\x8e\x85\"}");
    seen = (struct seen){ .stop_with = ERR_BUSY };
    assert_int_equal(blobs_unsettled(f->blobs, see, &seen), ERR_BUSY);
    assert_int_equal(seen.n, 1);
    assert_int_equal(blobs_settle(f->blobs, (const char(*)[ID_SIZE]) & a.id, 1), 0);
    assert_int_equal(blobs_settle(f->blobs, (const char(*)[ID_SIZE]) & a.id, 1), 0);
    seen = (struct seen){ 0 };
    assert_int_equal(blobs_unsettled(f->blobs, see, &seen), 0);
    assert_int_equal(seen.n, 1);
    assert_string_equal(seen.ids[0], b.id);
    assert_true(blobs_has(f->blobs, BLOB_ORIGINAL, a.sha256));
    free(a.bytes);
    free(b.bytes);
}

static void test_full_disk_is_refused(void **state) {
    struct fixture *f = *state;
    struct sample s = make_sample(8, 60000), t = make_sample(9, 60000);
    struct disk_room room;
    struct err_text e = { 0 };
    assert_int_equal(put(f->blobs, &t, "{}"), 0);
    char *sim = temp_path(f->dir, ".sim-disk");
    assert_int_equal(file_write(sim, "1050000 20000000\n", 17, 0600, NULL), 0);
    assert_int_equal(blobs_room(f->blobs, &room), 0);
    assert_true(room.free_bytes >= 1050000 && room.free_bytes < 1100000);
    assert_int_equal(blobs_put(f->blobs, &(struct blob_put){ s.sha256, s.bytes, s.n, NULL, NULL, 0, s.id, "{}" }, &e),
                     ERR_NO_SPACE);
    assert_non_null(strstr(e.text, "5 %"));
    assert_false(blobs_has(f->blobs, BLOB_ORIGINAL, s.sha256));
    assert_int_equal(put(f->blobs, &t, "{}"), 0); /* what is there already needs no room */
    assert_int_equal(file_write(sim, "1070000 20000000\n", 17, 0600, NULL), 0);
    assert_int_equal(put(f->blobs, &s, "{}"), 0);
    free(sim);
    free(s.bytes);
    free(t.bytes);
}

static void test_what_a_killed_put_left(void **state) {
    struct fixture *f = *state;
    static const char *const names[] = { "partial/put.oldold", "partial/put.newnew" };
    char *paths[2];
    for (int i = 0; i < 2; i++) {
        paths[i] = temp_path(f->dir, names[i]);
        assert_int_equal(file_write(paths[i], "x", 1, 0600, NULL), 0);
    }
    struct timespec old[2] = { { .tv_sec = time(NULL) - 7200 }, { .tv_sec = time(NULL) - 7200 } };
    assert_int_equal(utimensat(AT_FDCWD, paths[0], old, 0), 0);
    close_store(f);
    open_store(f);
    assert_int_not_equal(access(paths[0], F_OK), 0);
    assert_int_equal(access(paths[1], F_OK), 0); /* another program may be at it */
    for (int i = 0; i < 2; i++) free(paths[i]);
}

#define BOTH(name)                                                                                                     \
    { #name "_board", name, setup_board, teardown, NULL }, { #name "_hub", name, setup_hub, teardown, NULL }

int main(void) {
    const struct CMUnitTest tests[] = {
        BOTH(test_put_and_read),
        BOTH(test_pieces),
        BOTH(test_repeats_share_bytes),
        BOTH(test_refuses),
        BOTH(test_drop_keeps_the_thumbnail),
        BOTH(test_orphans_are_told_until_settled),
        BOTH(test_full_disk_is_refused),
        cmocka_unit_test_setup_teardown(test_what_a_killed_put_left, setup_hub, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
