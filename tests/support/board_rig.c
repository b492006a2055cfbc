/* SPDX-License-Identifier: MIT */
/* A board's stores for tests. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "tests/support/board_rig.h"

#include "app/journal/consent.h"
#include "app/photo/shutter.h"

#include "firmware/base/file.h"
#include "tests/support/temp.h"
#include "tests/support/test_jpeg_make.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void open_all(struct board_rig *r) {
    struct err_text e = { 0 };
    struct depot_options o = { .org = "acme",
                               .site = BOARD_RIG_SITE,
                               .writer = BOARD_RIG_BOARD,
                               .timezone = "Asia/Shanghai",
                               .dir = r->data,
                               .reserve_percent = 1 };
    if (depot_open(&o, &r->depot, &e)) fail_msg("%s", e.text);
    struct db *reader = NULL;
    if (depot_reader(&r->depot, &reader, &e)) fail_msg("%s", e.text);
    struct store_options read_side = { .name = "reader", .db = reader, .max_waiting = 100, .max_batch = 1 };
    struct store_options write_side = {
        .name = "store", .db = r->depot.db, .writer = true, .max_waiting = 100, .max_batch = 16
    };
    r->depot.db = NULL;
    assert_int_equal(store_start(&read_side, &r->reader), 0);
    assert_int_equal(store_start(&write_side, &r->writer), 0);
    photos_init(&r->photos);
    r->photos.blobs = r->depot.blobs;
    r->photos.outbox = true;
}

static void close_all(struct board_rig *r) {
    store_stop(r->writer);
    store_stop(r->reader);
    photos_fini(&r->photos);
    depot_close(&r->depot);
}

void board_rig_open(struct board_rig *r) {
    char camera[280];
    *r = (struct board_rig){ .dir = temp_make() };
    (void)setenv("SITELOG_CLOCK_GRADE", "rtc", 0); /* whatever clock this machine has */
    (void)snprintf(r->data, sizeof r->data, "%s/data", r->dir);
    (void)snprintf(camera, sizeof camera, "%s/camera", r->dir);
    (void)snprintf(r->device, sizeof r->device, "sim:%.250s", camera);
    assert_int_equal(file_make_dirs(camera, 0700, NULL), 0);
    open_all(r);
}

void board_rig_close(struct board_rig *r) {
    close_all(r);
    temp_remove(r->dir);
}

void board_rig_again(struct board_rig *r) {
    struct shutter *shutter = r->photos.shutter;
    close_all(r);
    open_all(r);
    r->photos.shutter = shutter;
}

struct adopting {
    struct board_rig *r;
    struct adoption *a;
};

static int list(void *arg) {
    struct adopting *a = arg;
    return adoption_list(&a->r->photos, &a->a);
}

static int record(struct db *db, void *arg) {
    struct adopting *a = arg;
    return adoption_record(a->a, &a->r->photos, a->r->depot.journal, db);
}

static int settle(void *arg) {
    struct adopting *a = arg;
    return adoption_settle(a->a, &a->r->photos);
}

size_t board_rig_adopt(struct board_rig *r) {
    struct adopting a = { .r = r };
    assert_int_equal(store_call_before(r->writer, list, record, &a), 0);
    assert_int_equal(store_call_before(r->writer, settle, NULL, &a), 0);
    size_t n = adoption_count(a.a);
    adoption_destroy(a.a);
    return n;
}

struct buf board_rig_jpeg(struct board_rig *r, unsigned number, const char *name) {
    struct test_jpeg spec = { .width = 160, .height = 120 };
    struct buf b;
    for (int i = 0; i < 4; i++)
        for (int c = 0; c < 3; c++) spec.corner[i][c] = (uint8_t)(number * 41 + (unsigned)(i * 60 + c * 25));
    buf_init(&b, 1u << 20);
    test_jpeg_make(&spec, &b);
    if (name) {
        char path[600];
        (void)snprintf(path, sizeof path, "%s/%s", r->device + strlen("sim:"), name);
        assert_int_equal(file_write(path, b.data, b.len, 0600, NULL), 0);
    }
    return b;
}

struct shutter *board_rig_shutter(struct board_rig *r) {
    struct shutter_options o = { .device = r->device, .width_px = 640, .height_px = 480 };
    struct shutter *shutter = NULL;
    assert_int_equal(shutter_start(&o, &shutter), 0);
    r->photos.shutter = shutter;
    return shutter;
}

void board_rig_faults(struct board_rig *r, const char *words) {
    char path[600];
    (void)snprintf(path, sizeof path, "%s/faults", r->device + strlen("sim:"));
    if (words)
        assert_int_equal(file_write(path, words, strlen(words), 0600, NULL), 0);
    else
        (void)unlink(path);
}

static char *first(const char *path, enum db_profile profile, const char *sql) {
    struct db *db = NULL;
    struct stmt *s = NULL;
    struct err_text e = { 0 };
    if (db_open(path, profile, &db, &e)) fail_msg("%s", e.text);
    if (stmt_create(db, sql, &s)) fail_msg("%s: %s", sql, db_message(db));
    int row = stmt_step(s);
    assert_true(row >= 0);
    char *text = strdup(row == 1 ? stmt_text(s, 0) : "");
    stmt_destroy(s);
    db_close(db);
    return text;
}

char *board_rig_text(struct board_rig *r, const char *sql) {
    return first(r->depot.journal_path, DB_JOURNAL_READER, sql);
}

int64_t board_rig_count(struct board_rig *r, const char *sql) {
    char *text = board_rig_text(r, sql);
    int64_t n = strtoll(text, NULL, 10);
    free(text);
    return n;
}

int64_t board_rig_photos_count(struct board_rig *r, const char *sql) {
    char path[600];
    (void)snprintf(path, sizeof path, "%s/photos.db", r->data);
    char *text = first(path, DB_PHOTOS_READER, sql);
    int64_t n = strtoll(text, NULL, 10);
    free(text);
    return n;
}

/* ---- consent ---- */

struct consenting {
    struct board_rig *r;
    bool given;
};

static int consent_job(struct db *db, void *arg) {
    struct consenting *c = arg;
    struct err_text e = { 0 };
    struct buf answer;
    bool changed;
    const char *body = c->given ? "{\"given\":true}" : "{\"given\":false}";
    buf_init(&answer, 4096);
    int rc =
        consent_put(c->r->depot.journal, db, BOARD_RIG_SITE, "user/u-01", body, strlen(body), &changed, &answer, &e);
    buf_fini(&answer);
    return rc;
}

void board_rig_consent(struct board_rig *r, bool given) {
    struct consenting c = { r, given };
    assert_int_equal(store_call(r->writer, consent_job, &c), 0);
}
