/* SPDX-License-Identifier: MIT */
/* The receiver over real files: what it refuses, and why. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "firmware/base/file.h"
#include "firmware/base/text.h"
#include "sync/hub/tus.h"
#include "tests/support/temp.h"
#include "tests/support/tus_rig.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

/* ---- refusals ---- */

static void test_refused_creations(void **state) {
    struct tus_rig *f = *state;
    static const struct {
        const char *length;
        int status;
    } lengths[] = {
        { NULL, 400 },
        { "", 400 },
        { "-1", 400 },
        { "0", 400 },
        { "1e3", 400 },
        { "abc", 400 },
        { "99999999999999999999", 400 },
        { "16777217", 413 },
        { "9007199254740992", 413 },
        { "16777216", 201 },
    };
    for (size_t i = 0; i < TEXT_ARRAY_LEN(lengths); i++) {
        struct tus_rig_ask a = { "POST",
                                 "/tus/",
                                 NULL,
                                 { TUS_RIG_VERSION, "Upload-Metadata", f->metadata,
                                   lengths[i].length ? "Upload-Length" : "x",
                                   lengths[i].length ? lengths[i].length : "" },
                                 NULL,
                                 0,
                                 0 };
        assert_int_equal(tus_rig_run(f->tus, a).status, lengths[i].status);
    }
    char path[100];
    tus_rig_describe(f, "b-1", f->sha256, "thumb");
    assert_int_equal(tus_rig_create(f, "262145", path).status, 413);
    tus_rig_describe(f, "b-outlaw", f->sha256, "original");
    assert_int_equal(tus_rig_create(f, "1", path).status, 403);
    tus_rig_describe(f, "b-1", "abc", "original");
    struct tus_reply r = tus_rig_create(f, "1", path);
    assert_int_equal(r.status, 400);
    assert_non_null(strstr(r.text, "sha256"));
    tus_rig_describe(f, "b-1", f->sha256, "original");
    struct tus_rig_ask a = {
        "POST", "/tus/", "b-2", { TUS_RIG_VERSION, "Upload-Length", "5", "Upload-Metadata", f->metadata }, NULL, 0, 0
    };
    assert_int_equal(tus_rig_run(f->tus, a).status, 403); /* another board's certificate */
    a = (struct tus_rig_ask){ "POST", "/tus/",
                              NULL,   { TUS_RIG_VERSION, "Upload-Defer-Length", "1", "Upload-Metadata", f->metadata },
                              NULL,   0,
                              0 };
    assert_int_equal(tus_rig_run(f->tus, a).status, 400);
    a = (struct tus_rig_ask){
        "POST",
        "/tus/",
        NULL,
        { TUS_RIG_VERSION, "Upload-Length", "5", "Upload-Metadata", f->metadata, "Content-Type", "text/plain" },
        "hello",
        5,
        0
    };
    assert_int_equal(tus_rig_run(f->tus, a).status, 415);
    a = (struct tus_rig_ask){
        "POST",   "/tus/",
        NULL,     { TUS_RIG_VERSION, TUS_RIG_TYPE, "Upload-Length", "5", "Upload-Metadata", f->metadata },
        "hello!", 6,
        0
    };
    assert_int_equal(tus_rig_run(f->tus, a).status, 413);
    assert_int_equal(tus_rig_partial_files(f), 2); /* the one that was fine */
}

static void test_refused_requests(void **state) {
    struct tus_rig *f = *state;
    char path[100];
    tus_rig_create(f, "100000", path);
    const struct {
        struct tus_rig_ask ask;
        int status;
    } cases[] = {
        { { "POST", "/tus/", NULL, { "Upload-Length", "5" }, NULL, 0, 0 }, 412 },
        { { "HEAD", path, NULL, { "Tus-Resumable", "0.2.2" }, NULL, 0, 0 }, 412 },
        { { "GET", path, NULL, { TUS_RIG_VERSION }, NULL, 0, 0 }, 405 },
        { { "PUT", "/tus/", NULL, { TUS_RIG_VERSION }, NULL, 0, 0 }, 405 },
        { { "POST", path, NULL, { TUS_RIG_VERSION, "Upload-Length", "5" }, NULL, 0, 0 }, 405 },
        { { "HEAD", "/tus/", NULL, { TUS_RIG_VERSION }, NULL, 0, 0 }, 405 },
        { { "PATCH", "/tus/", NULL, { TUS_RIG_VERSION }, NULL, 0, 0 }, 405 },
        { { "HEAD", "/tus/../../etc/passwd", NULL, { TUS_RIG_VERSION }, NULL, 0, 0 }, 404 },
        { { "HEAD", "/tus/0193b4ff-c000-7000-8000-000000000001", NULL, { TUS_RIG_VERSION }, NULL, 0, 0 }, 404 },
        { { "HEAD", "/tus/0193b4ff-c000-7000-8000-000000000001/x", NULL, { TUS_RIG_VERSION }, NULL, 0, 0 }, 404 },
        { { "HEAD", "/other", NULL, { TUS_RIG_VERSION }, NULL, 0, 0 }, 404 },
        { { "PATCH", path, NULL, { TUS_RIG_VERSION, "Upload-Offset", "0", "Content-Type", "image/jpeg" }, "x", 1, 0 },
          415 },
        { { "PATCH", path, NULL, { TUS_RIG_VERSION, "Upload-Offset", "0" }, "x", 1, 0 }, 415 },
        { { "PATCH", path, NULL, { TUS_RIG_VERSION, TUS_RIG_TYPE }, "x", 1, 0 }, 400 },
        { { "PATCH", path, NULL, { TUS_RIG_VERSION, TUS_RIG_TYPE, "Upload-Offset", "-1" }, "x", 1, 0 }, 400 },
        { { "PATCH", path, NULL, { TUS_RIG_VERSION, TUS_RIG_TYPE, "Upload-Offset", "0x0" }, "x", 1, 0 }, 400 },
        { { "PATCH", path, NULL, { TUS_RIG_VERSION, TUS_RIG_TYPE, "Upload-Offset", "1" }, "x", 1, 0 }, 409 },
        { { "PATCH", path, NULL, { TUS_RIG_VERSION, TUS_RIG_TYPE, "Upload-Offset", "0" }, "x", 1, 100001 }, 413 },
        { { "PATCH",
            path,
            NULL,
            { TUS_RIG_VERSION, TUS_RIG_TYPE, "Upload-Offset", "0", "Upload-Checksum", "md5 aaaa" },
            "x",
            1,
            0 },
          400 },
        { { "PATCH",
            path,
            NULL,
            { TUS_RIG_VERSION, TUS_RIG_TYPE, "Upload-Offset", "0", "Upload-Checksum", "sha1 no" },
            "x",
            1,
            0 },
          400 },
        { { "PATCH", path, "b-2", { TUS_RIG_VERSION, TUS_RIG_TYPE, "Upload-Offset", "0" }, "x", 1, 0 },
          404 }, /* another board's certificate */
        { { "HEAD", path, "b-2", { TUS_RIG_VERSION }, NULL, 0, 0 }, 404 },
        { { "DELETE", path, "b-2", { TUS_RIG_VERSION }, NULL, 0, 0 }, 404 },
    };
    for (size_t i = 0; i < TEXT_ARRAY_LEN(cases); i++) {
        struct tus_reply r = tus_rig_run(f->tus, cases[i].ask);
        if (r.status != cases[i].status) fail_msg("case %zu: %d instead of %d", i, r.status, cases[i].status);
        assert_string_equal(tus_rig_got(&r, "Tus-Resumable"), "1.0.0");
        if (r.status == 412) assert_string_equal(tus_rig_got(&r, "Tus-Version"), "1.0.0");
    }
    struct tus_reply r = tus_rig_head(f, path);
    assert_string_equal(tus_rig_got(&r, "Upload-Offset"), "0");
    assert_int_equal(
        tus_rig_run(f->tus, (struct tus_rig_ask){ "HEAD", path, "b-1", { TUS_RIG_VERSION }, NULL, 0, 0 }).status, 200);
}

static void test_more_than_was_said(void **state) {
    struct tus_rig *f = *state;
    char path[100];
    tus_rig_create(f, "1000", path);
    struct tus_reply r = tus_rig_run(
        f->tus,
        (struct tus_rig_ask){
            "PATCH", path, NULL, { TUS_RIG_VERSION, TUS_RIG_TYPE, "Upload-Offset", "0" }, f->bytes, 20000, -1 });
    assert_int_equal(r.status, 413); /* chunked, so it shows late */
    r = tus_rig_head(f, path);
    assert_string_equal(tus_rig_got(&r, "Upload-Offset"), "0");
    assert_int_equal(f->stored, 0);
}

static void test_hash_mismatch(void **state) {
    struct tus_rig *f = *state;
    char path[100];
    tus_rig_create(f, "100000", path);
    f->bytes[77777] ^= 1;
    struct tus_reply r = tus_rig_patch(f, path, 0, f->bytes, TUS_RIG_BYTES);
    assert_int_equal(r.status, 460);
    assert_int_equal(f->stored, 0);
    assert_int_equal(tus_rig_head(f, path).status, 404);
    assert_int_equal(tus_rig_partial_files(f), 0);
    assert_false(blobs_has(blob_dir_blobs(f->folder), BLOB_ORIGINAL, f->sha256));
    assert_int_equal(tus_counts(f->tus).mismatched, 1);
    f->bytes[77777] ^= 1;
    tus_rig_create(f, "100000", path);
    assert_int_equal(tus_rig_patch(f, path, 0, f->bytes, TUS_RIG_BYTES).status, 204);
}

static void test_checksum(void **state) {
    struct tus_rig *f = *state;
    char path[100], good[80] = "sha1 ", bad[80] = "sha1 ";
    uint8_t digest[20];
    unsigned n = 0;
    tus_rig_create(f, "100000", path);
    assert_int_equal(EVP_Digest(f->bytes, 5000, digest, &n, EVP_sha1(), NULL), 1);
    assert_int_equal(text_base64(digest, 20, good + 5, 70), 0);
    digest[0] ^= 1;
    assert_int_equal(text_base64(digest, 20, bad + 5, 70), 0);
    struct tus_rig_ask a = { "PATCH",  path,
                             NULL,     { TUS_RIG_VERSION, TUS_RIG_TYPE, "Upload-Offset", "0", "Upload-Checksum", bad },
                             f->bytes, 5000,
                             0 };
    assert_int_equal(tus_rig_run(f->tus, a).status, 460);
    struct tus_reply r = tus_rig_head(f, path);
    assert_string_equal(tus_rig_got(&r, "Upload-Offset"), "0");
    a.headers[7] = good;
    assert_int_equal(tus_rig_run(f->tus, a).status, 204);
    r = tus_rig_head(f, path);
    assert_string_equal(tus_rig_got(&r, "Upload-Offset"), "5000");
    /* a promise broken off: nothing of it stays */
    a = (struct tus_rig_ask){
        "PATCH",  path, NULL, { TUS_RIG_VERSION, TUS_RIG_TYPE, "Upload-Offset", "5000", "Upload-Checksum", good },
        f->bytes, 5000, 0
    };
    struct tus_exchange *x = tus_rig_begin(f->tus, &a);
    tus_piece(x, f->bytes + 5000, 2500);
    r = tus_rig_head(f, path); /* not even meanwhile */
    assert_string_equal(tus_rig_got(&r, "Upload-Offset"), "5000");
    tus_abort(x);
    r = tus_rig_head(f, path);
    assert_string_equal(tus_rig_got(&r, "Upload-Offset"), "5000");
}

static void test_no_room(void **state) {
    struct tus_rig *f = *state;
    char path[100];
    char *sim = temp_path(f->dir, ".sim-disk");
    assert_int_equal(file_write(sim, "1050000 20000000", 16, 0600, NULL), 0);
    struct tus_reply r = tus_rig_create(f, "100000", path);
    assert_int_equal(r.status, 507);
    assert_string_not_equal(tus_rig_got(&r, "Retry-After"), "");
    assert_int_equal(tus_rig_partial_files(f), 0);
    unlink(sim);
    assert_int_equal(tus_rig_create(f, "100000", path).status, 201);
    free(sim);
}

static void test_limit_of_a_board(void **state) {
    struct tus_rig *f = *state;
    char path[100], sha256[HASH_TEXT_SIZE];
    tus_rig_close(f);
    f->max_unfinished = 3;
    tus_rig_open(f);
    for (int i = 0; i < 5; i++) {
        hash_sha256_text(&i, sizeof i, sha256);
        tus_rig_describe(f, "b-1", sha256, "original");
        assert_int_equal(tus_rig_create(f, "10", path).status, i < 3 ? 201 : 429);
    }
    tus_rig_describe(f, "b-2", sha256, "original");
    assert_int_equal(tus_rig_create(f, "10", path).status, 201);
}

/* ---- threads ---- */

#define T(name) cmocka_unit_test_setup_teardown(name, tus_rig_setup, tus_rig_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        T(test_refused_creations), T(test_refused_requests), T(test_more_than_was_said), T(test_hash_mismatch),
        T(test_checksum),          T(test_no_room),          T(test_limit_of_a_board),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
