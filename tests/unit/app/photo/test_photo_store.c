/* SPDX-License-Identifier: MIT */
/* What is special about the board's store: what it costs to write, readers beside a writer, room that comes back, damage. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/photo/photo_store.h"
#include "tests/support/temp.h"
#include "tests/support/wait.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PHOTO 3000000u

struct fixture {
    char *dir;
    struct photo_store *store;
    struct blobs *blobs;
};

static int setup(void **state) {
    struct fixture *f = calloc(1, sizeof *f);
    struct err_text e = { 0 };
    f->dir = temp_make();
    if (photo_store_open(&(struct photo_store_options){ .dir = f->dir, .readers = 2 }, &f->store, &e) != 0)
        fail_msg("%s", e.text);
    f->blobs = photo_store_blobs(f->store);
    *state = f;
    return 0;
}

static int teardown(void **state) {
    struct fixture *f = *state;
    photo_store_close(f->store);
    temp_remove(f->dir);
    free(f);
    return 0;
}

static void put_one(struct blobs *b, unsigned seed, size_t n, char sha256[HASH_TEXT_SIZE]) {
    uint8_t *bytes = malloc(n), thumb[12000];
    char thumb_sha256[HASH_TEXT_SIZE], id[ID_SIZE];
    struct err_text e = { 0 };
    uint32_t x = seed * 2654435761u + 7;
    for (size_t i = 0; i < n; i++) bytes[i] = (uint8_t)((x = x * 1664525u + 1013904223u) >> 24);
    for (size_t i = 0; i < sizeof thumb; i++) thumb[i] = (uint8_t)((x = x * 1664525u + 1013904223u) >> 24);
    hash_sha256_text(bytes, n, sha256);
    hash_sha256_text(thumb, sizeof thumb, thumb_sha256);
    ids_make((struct wall){ 1700000000000 + seed }, id);
    if (blobs_put(
            b, &(struct blob_put){ sha256, bytes, n, thumb_sha256, thumb, sizeof thumb, id, "{\"stage\":\"tiling\"}" },
            &e) != 0)
        fail_msg("%s", e.text);
    free(bytes);
}

/* Bytes that this process has handed to write(2) and its kin so far. */
static long long written(void) {
    char text[512] = "";
    int fd = open("/proc/self/io", O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    ssize_t n = read(fd, text, sizeof text - 1);
    close(fd);
    assert_true(n > 0);
    const char *at = strstr(text, "wchar: ");
    assert_non_null(at);
    return strtoll(at + 7, NULL, 10);
}

static void test_a_photo_is_written_once(void **state) {
    struct fixture *f = *state;
    char sha256[HASH_TEXT_SIZE];
    put_one(f->blobs, 1, PHOTO, sha256); /* the journal file is made here, to stay */
    long long before = written();
    for (unsigned i = 2; i < 8; i++) put_one(f->blobs, i, PHOTO, sha256);
    double ratio = (double)(written() - before) / (6.0 * PHOTO);
    print_message("written / photo bytes: %.4f\n", ratio);
    assert_true(ratio >= 1.0);
    assert_true(ratio <= 1.04);
}

static void test_dropping_and_filling_again_is_cheap(void **state) {
    struct fixture *f = *state;
    char sha256[8][HASH_TEXT_SIZE], more[HASH_TEXT_SIZE];
    struct stat before, after;
    char *path = temp_path(f->dir, "photos.db");
    for (unsigned i = 0; i < 4; i++) put_one(f->blobs, 20 + i, PHOTO, sha256[i]);
    assert_int_equal(stat(path, &before), 0);
    long long start = written();
    for (unsigned i = 0; i < 4; i++) assert_int_equal(blobs_drop(f->blobs, sha256[i]), 0);
    for (unsigned i = 0; i < 4; i++) put_one(f->blobs, 40 + i, PHOTO, more);
    double ratio = (double)(written() - start) / (4.0 * PHOTO);
    print_message("written / photo bytes, over dropped ones: %.4f\n", ratio);
    assert_true(ratio <= 1.06);
    assert_int_equal(stat(path, &after), 0);
    assert_true(after.st_size <= before.st_size + 200000); /* the room was used again */
    assert_int_equal(blobs_verify(f->blobs, BLOB_ORIGINAL, more), 0);
    free(path);
}

static void test_room_counts_free_pages(void **state) {
    struct fixture *f = *state;
    char sha256[HASH_TEXT_SIZE];
    char *sim = temp_path(f->dir, ".sim-disk");
    struct disk_room before, after;
    put_one(f->blobs, 60, PHOTO, sha256);
    FILE *file = fopen(sim, "w");
    assert_non_null(file);
    fputs("10000000 100000000\n", file);
    fclose(file);
    assert_int_equal(photo_store_room(f->store, &before), 0);
    assert_int_equal(blobs_drop(f->blobs, sha256), 0);
    assert_int_equal(photo_store_room(f->store, &after), 0);
    assert_true(after.free_bytes - before.free_bytes > (int64_t)PHOTO * 9 / 10);
    assert_int_equal(before.free_percent, 10);
    assert_int_equal(after.free_percent, 13);
    free(sim);
}

/* ---- readers beside the writer ---- */

struct reading {
    struct blobs *blobs;
    char sha256[HASH_TEXT_SIZE];
    atomic_bool stop;
    atomic_int rounds, failures;
};

static void *read_for_ever(void *arg) {
    struct reading *r = arg;
    while (!atomic_load(&r->stop)) {
        if (blobs_verify(r->blobs, BLOB_ORIGINAL, r->sha256) != 0) atomic_fetch_add(&r->failures, 1);
        atomic_fetch_add(&r->rounds, 1);
    }
    return NULL;
}

static void test_readers_beside_the_writer(void **state) {
    struct fixture *f = *state;
    struct reading r = { .blobs = f->blobs };
    pthread_t threads[4]; /* more than handles */
    char sha256[HASH_TEXT_SIZE];
    put_one(f->blobs, 70, 900000, r.sha256);
    for (int i = 0; i < 4; i++) assert_int_equal(pthread_create(&threads[i], NULL, read_for_ever, &r), 0);
    /* Each write is waited for by readers that look again every few milliseconds: one that never rests would leave them nothing. */
    for (unsigned i = 0; i < 8; i++) {
        int rounds = atomic_load(&r.rounds);
        put_one(f->blobs, 71 + i, 400000, sha256);
        if (i % 2) assert_int_equal(blobs_drop(f->blobs, sha256), 0);
        wait_count(&r.rounds, rounds + 3);
    }
    atomic_store(&r.stop, true);
    for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
    assert_int_equal(atomic_load(&r.failures), 0);
}

static void test_damage_is_found(void **state) {
    struct fixture *f = *state;
    char sha256[HASH_TEXT_SIZE];
    struct err_text e = { 0 };
    char *path = temp_path(f->dir, "photos.db");
    put_one(f->blobs, 90, 300000, sha256);
    assert_int_equal(blobs_verify(f->blobs, BLOB_ORIGINAL, sha256), 0);
    photo_store_close(f->store);
    f->store = NULL;
    int fd = open(path, O_RDWR | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, "damage", 6, 4096 * 40 + 1000), 6); /* in the middle of the photo's pages */
    close(fd);
    assert_int_equal(photo_store_open(&(struct photo_store_options){ .dir = f->dir, .read_only = true }, &f->store, &e),
                     0);
    assert_int_equal(blobs_verify(photo_store_blobs(f->store), BLOB_ORIGINAL, sha256), ERR_CORRUPT);
    free(path);
}

static void test_read_only(void **state) {
    struct fixture *f = *state;
    struct photo_store *other = NULL;
    struct err_text e = { 0 };
    char sha256[HASH_TEXT_SIZE];
    put_one(f->blobs, 95, 5000, sha256);
    assert_int_equal(photo_store_open(&(struct photo_store_options){ .dir = f->dir, .read_only = true }, &other, &e),
                     0);
    assert_int_equal(blobs_verify(photo_store_blobs(other), BLOB_ORIGINAL, sha256), 0);
    assert_int_equal(blobs_drop(photo_store_blobs(other), sha256), ERR_DENIED);
    assert_null(photo_store_db(other));
    photo_store_close(other);
    char *nowhere = temp_path(f->dir, "nowhere");
    assert_int_equal(photo_store_open(&(struct photo_store_options){ .dir = nowhere, .read_only = true }, &other, &e),
                     ERR_NOT_FOUND);
    free(nowhere);
}

static void test_newer_version_is_left_alone(void **state) {
    struct fixture *f = *state;
    struct err_text e = { 0 };
    assert_int_equal(db_exec(photo_store_db(f->store), "PRAGMA user_version = 99", &e), 0);
    photo_store_close(f->store);
    f->store = NULL;
    assert_int_equal(photo_store_open(&(struct photo_store_options){ .dir = f->dir }, &f->store, &e), ERR_UNSUPPORTED);
    assert_null(f->store);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_photo_is_written_once, setup, teardown),
        cmocka_unit_test_setup_teardown(test_dropping_and_filling_again_is_cheap, setup, teardown),
        cmocka_unit_test_setup_teardown(test_room_counts_free_pages, setup, teardown),
        cmocka_unit_test_setup_teardown(test_readers_beside_the_writer, setup, teardown),
        cmocka_unit_test_setup_teardown(test_damage_is_found, setup, teardown),
        cmocka_unit_test_setup_teardown(test_read_only, setup, teardown),
        cmocka_unit_test_setup_teardown(test_newer_version_is_left_alone, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
