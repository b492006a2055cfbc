/* SPDX-License-Identifier: MIT */
#include "tests/support/tus_rig.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/photo/inbox.h"
#include "firmware/base/text.h"
#include "sync/hub/tus.h"
#include "tests/support/temp.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static void on_stored(void *ctx, const struct tus_upload *u) {
    struct tus_rig *f = ctx;
    f->stored++;
    memcpy(f->stored_sha256, u->sha256, HASH_TEXT_SIZE);
}

static bool allow(void *ctx, const char *board) {
    (void)ctx;
    return strcmp(board, "b-outlaw") != 0;
}

void tus_rig_open(struct tus_rig *f) {
    struct err_text e = { 0 };
    if (blob_dir_open(f->dir, 0, &f->folder, &e) != 0) fail_msg("%s", e.text);
    struct tus_options options = { .store = inbox_store(f->folder),
                                   .stored = on_stored,
                                   .allowed = allow,
                                   .ctx = f,
                                   .max_unfinished = f->max_unfinished };
    if (tus_create(&options, &f->tus, &e) != 0) fail_msg("%s", e.text);
}

void tus_rig_close(struct tus_rig *f) {
    tus_destroy(f->tus);
    blob_dir_close(f->folder);
}

static void encode(char *out, size_t size, const char *key, const char *value) {
    char text[200];
    assert_int_equal(text_base64((const uint8_t *)value, strlen(value), text, sizeof text), 0);
    size_t at = strlen(out);
    snprintf(out + at, size - at, "%s%s %s", at ? "," : "", key, text);
}

void tus_rig_describe(struct tus_rig *f, const char *board, const char *sha256, const char *variant) {
    f->metadata[0] = '\0';
    encode(f->metadata, sizeof f->metadata, "board", board);
    encode(f->metadata, sizeof f->metadata, "sha256", sha256);
    encode(f->metadata, sizeof f->metadata, "variant", variant);
}

int tus_rig_setup(void **state) {
    struct tus_rig *f = calloc(1, sizeof *f);
    f->dir = temp_make();
    uint32_t x = 12345;
    for (size_t i = 0; i < TUS_RIG_BYTES; i++) f->bytes[i] = (uint8_t)((x = x * 1664525u + 1013904223u) >> 24);
    hash_sha256_text(f->bytes, TUS_RIG_BYTES, f->sha256);
    tus_rig_describe(f, "b-1", f->sha256, "original");
    clock_fake_mono((struct mono){ 1000000 });
    tus_rig_open(f);
    *state = f;
    return 0;
}

int tus_rig_teardown(void **state) {
    struct tus_rig *f = *state;
    tus_rig_close(f);
    temp_remove(f->dir);
    free(f);
    clock_fake_off();
    return 0;
}

static const char *ask_header(void *ctx, const char *name) {
    const struct tus_rig_ask *a = ctx;
    for (size_t i = 0; i + 1 < 16 && a->headers[i] != NULL; i += 2)
        if (strcasecmp(a->headers[i], name) == 0) return a->headers[i + 1];
    return NULL;
}

struct tus_exchange *tus_rig_begin(struct tus *t, struct tus_rig_ask *a) {
    struct tus_exchange *x = NULL;
    struct tus_request request = { a->method,  a->path, a->certificate, a->length ? a->length : (int64_t)a->n,
                                   ask_header, a };
    assert_int_equal(tus_begin(t, &request, &x), 0);
    return x;
}

struct tus_reply tus_rig_run(struct tus *t, struct tus_rig_ask a) {
    struct tus_reply reply;
    struct tus_exchange *x = tus_rig_begin(t, &a);
    for (size_t at = 0; at < a.n && tus_wants_body(x); at += 7000)
        tus_piece(x, (const uint8_t *)a.body + at, a.n - at < 7000 ? a.n - at : 7000);
    tus_end(x, &reply);
    return reply;
}

const char *tus_rig_got(const struct tus_reply *r, const char *name) {
    for (size_t i = 0; i < r->header_count; i++)
        if (strcasecmp(r->headers[i].name, name) == 0) return r->headers[i].value;
    return "";
}

struct tus_reply tus_rig_create(struct tus_rig *f, const char *length, char path[100]) {
    struct tus_reply r = tus_rig_run(
        f->tus, (struct tus_rig_ask){ "POST",
                                      "/tus/",
                                      NULL,
                                      { TUS_RIG_VERSION, "Upload-Length", length, "Upload-Metadata", f->metadata },
                                      NULL,
                                      0,
                                      0 });
    snprintf(path, 100, "%.99s", tus_rig_got(&r, "Location"));
    return r;
}

struct tus_reply tus_rig_patch(struct tus_rig *f, const char *path, int64_t offset, const void *bytes, size_t n) {
    char text[32];
    snprintf(text, sizeof text, "%lld", (long long)offset);
    return tus_rig_run(
        f->tus, (struct tus_rig_ask){
                    "PATCH", path, NULL, { TUS_RIG_VERSION, TUS_RIG_TYPE, "Upload-Offset", text }, bytes, n, 0 });
}

struct tus_reply tus_rig_head(struct tus_rig *f, const char *path) {
    return tus_rig_run(f->tus, (struct tus_rig_ask){ "HEAD", path, NULL, { TUS_RIG_VERSION }, NULL, 0, 0 });
}

int tus_rig_partial_files(const struct tus_rig *f) {
    char *path = temp_path(f->dir, "partial");
    DIR *dir = opendir(path);
    int n = 0;
    assert_non_null(dir);
    for (const struct dirent *e; (e = readdir(dir)) != NULL;) n += e->d_name[0] != '.';
    closedir(dir);
    free(path);
    return n;
}
