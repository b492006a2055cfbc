/* SPDX-License-Identifier: MIT */
/* The receiver over real files: every method, known bytes, addresses that were lost. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "firmware/base/text.h"
#include "sync/hub/tus.h"
#include "tests/support/tus_rig.h"

#include <stdio.h>
#include <strings.h>

/* ---- the plain way ---- */

static void test_whole_upload(void **state) {
    struct tus_rig *f = *state;
    char path[100];
    struct tus_reply r = tus_rig_create(f, "100000", path);
    assert_int_equal(r.status, 201);
    assert_string_equal(tus_rig_got(&r, "Tus-Resumable"), "1.0.0");
    assert_true(text_starts(path, "/tus/"));
    r = tus_rig_patch(f, path, 0, f->bytes, 40000);
    assert_int_equal(r.status, 204);
    assert_string_equal(tus_rig_got(&r, "Upload-Offset"), "40000");
    r = tus_rig_head(f, path);
    assert_int_equal(r.status, 200);
    assert_string_equal(tus_rig_got(&r, "Upload-Offset"), "40000");
    assert_string_equal(tus_rig_got(&r, "Upload-Length"), "100000");
    assert_string_equal(tus_rig_got(&r, "Cache-Control"), "no-store");
    assert_string_equal(tus_rig_got(&r, "Upload-Metadata"), f->metadata);
    assert_int_equal(f->stored, 0);
    r = tus_rig_patch(f, path, 40000, f->bytes + 40000, 60000);
    assert_int_equal(r.status, 204);
    assert_string_equal(tus_rig_got(&r, "Upload-Offset"), "100000");
    assert_int_equal(f->stored, 1);
    assert_string_equal(f->stored_sha256, f->sha256);
    assert_int_equal(blobs_verify(blob_dir_blobs(f->folder), BLOB_ORIGINAL, f->sha256), 0);
    assert_int_equal(tus_rig_partial_files(f), 0);
    r = tus_rig_head(f, path); /* asked again: said again, and confirmed again */
    assert_int_equal(r.status, 200);
    assert_string_equal(tus_rig_got(&r, "Upload-Offset"), "100000");
    assert_int_equal(f->stored, 2);
    assert_int_equal(tus_rig_patch(f, path, 0, f->bytes, TUS_RIG_BYTES).status, 409);
    assert_int_equal(tus_rig_patch(f, path, TUS_RIG_BYTES, NULL, 0).status, 204);
    struct tus_counts c = tus_counts(f->tus);
    assert_int_equal(c.created, 1);
    assert_int_equal(c.finished, 1);
    assert_int_equal(c.bytes, TUS_RIG_BYTES);
}

static void test_capabilities(void **state) {
    struct tus_rig *f = *state;
    struct tus_reply r = tus_rig_run(f->tus, (struct tus_rig_ask){ "OPTIONS", "/tus/", NULL, { NULL }, NULL, 0, 0 });
    assert_int_equal(r.status, 204);
    assert_string_equal(tus_rig_got(&r, "Tus-Version"), "1.0.0");
    assert_string_equal(tus_rig_got(&r, "Tus-Max-Size"), "16777216");
    assert_string_equal(tus_rig_got(&r, "Tus-Extension"), "creation,creation-with-upload,termination,checksum");
    assert_string_equal(tus_rig_got(&r, "Tus-Checksum-Algorithm"), "sha1,sha256");
}

static void test_known_bytes_are_not_sent_again(void **state) {
    struct tus_rig *f = *state;
    char path[100], again[100];
    tus_rig_create(f, "100000", path);
    assert_int_equal(tus_rig_patch(f, path, 0, f->bytes, TUS_RIG_BYTES).status, 204);
    tus_rig_describe(f, "b-2", f->sha256, "original"); /* another board has the same photo */
    struct tus_reply r = tus_rig_create(f, "100000", again);
    assert_int_equal(r.status, 201);
    assert_string_equal(tus_rig_got(&r, "Upload-Offset"), "100000");
    assert_int_equal(f->stored, 2);
    assert_int_equal(tus_rig_partial_files(f), 0);
    /* a client that does not look and sends is told, and finds that it is done */
    assert_int_equal(tus_rig_patch(f, again, 0, f->bytes, TUS_RIG_BYTES).status, 409);
    r = tus_rig_head(f, again);
    assert_string_equal(tus_rig_got(&r, "Upload-Offset"), "100000");
    /* a thumbnail of that name is another thing */
    tus_rig_describe(f, "b-2", f->sha256, "thumb");
    r = tus_rig_create(f, "100000", again);
    assert_int_equal(r.status, 201);
    assert_string_equal(tus_rig_got(&r, "Upload-Offset"), "");
}

static void test_lost_address_is_found_again(void **state) {
    struct tus_rig *f = *state;
    char path[100], again[100];
    tus_rig_create(f, "100000", path);
    assert_int_equal(tus_rig_patch(f, path, 0, f->bytes, 30000).status, 204);
    struct tus_reply r = tus_rig_create(f, "100000", again);
    assert_int_equal(r.status, 201);
    assert_string_equal(again, path);
    assert_string_equal(tus_rig_got(&r, "Upload-Offset"), "30000");
    tus_rig_describe(f, "b-2", f->sha256, "original"); /* not another board's */
    r = tus_rig_create(f, "100000", again);
    assert_string_not_equal(again, path);
}

static void test_creation_with_upload(void **state) {
    struct tus_rig *f = *state;
    struct tus_rig_ask a = {
        "POST",   "/tus/",
        NULL,     { TUS_RIG_VERSION, TUS_RIG_TYPE, "Upload-Length", "100000", "Upload-Metadata", f->metadata },
        f->bytes, TUS_RIG_BYTES,
        0
    };
    struct tus_reply r = tus_rig_run(f->tus, a);
    assert_int_equal(r.status, 201);
    assert_string_equal(tus_rig_got(&r, "Upload-Offset"), "100000");
    assert_int_equal(f->stored, 1);
    uint8_t other[500] = { 1, 2, 3 };
    char sha256[HASH_TEXT_SIZE];
    hash_sha256_text(other, sizeof other, sha256);
    tus_rig_describe(f, "b-1", sha256, "thumb");
    a = (struct tus_rig_ask){
        "POST", "/tus/",
        NULL,   { TUS_RIG_VERSION, TUS_RIG_TYPE, "Upload-Length", "500", "Upload-Metadata", f->metadata },
        other,  200,
        -1
    };
    r = tus_rig_run(f->tus, a); /* a part of it, of unknown length */
    assert_int_equal(r.status, 201);
    assert_string_equal(tus_rig_got(&r, "Upload-Offset"), "200");
    char path[100];
    snprintf(path, sizeof path, "%.99s", tus_rig_got(&r, "Location"));
    assert_int_equal(tus_rig_patch(f, path, 200, other + 200, 300).status, 204);
    assert_int_equal(f->stored, 2);
    assert_int_equal(blobs_verify(blob_dir_blobs(f->folder), BLOB_THUMB, sha256), 0);
}

static void test_termination(void **state) {
    struct tus_rig *f = *state;
    char path[100];
    tus_rig_create(f, "100000", path);
    tus_rig_patch(f, path, 0, f->bytes, 100);
    assert_int_equal(
        tus_rig_run(f->tus, (struct tus_rig_ask){ "DELETE", path, NULL, { TUS_RIG_VERSION }, NULL, 0, 0 }).status, 204);
    assert_int_equal(tus_rig_head(f, path).status, 404);
    assert_int_equal(tus_rig_patch(f, path, 100, f->bytes, 100).status, 404);
    assert_int_equal(
        tus_rig_run(f->tus, (struct tus_rig_ask){ "DELETE", path, NULL, { TUS_RIG_VERSION }, NULL, 0, 0 }).status, 404);
    assert_int_equal(tus_rig_partial_files(f), 0);
    tus_rig_create(f, "100000", path); /* what is stored is not deleted with its upload */
    tus_rig_patch(f, path, 0, f->bytes, TUS_RIG_BYTES);
    assert_int_equal(
        tus_rig_run(f->tus, (struct tus_rig_ask){ "DELETE", path, NULL, { TUS_RIG_VERSION }, NULL, 0, 0 }).status, 204);
    assert_int_equal(tus_rig_head(f, path).status, 404);
    assert_true(blobs_has(blob_dir_blobs(f->folder), BLOB_ORIGINAL, f->sha256));
}

static void test_method_override(void **state) {
    struct tus_rig *f = *state;
    char path[100];
    tus_rig_create(f, "100000", path);
    struct tus_reply r = tus_rig_run(f->tus, (struct tus_rig_ask){ "POST",
                                                                   path,
                                                                   NULL,
                                                                   { TUS_RIG_VERSION, TUS_RIG_TYPE, "Upload-Offset",
                                                                     "0", "X-HTTP-Method-Override", "PATCH" },
                                                                   f->bytes,
                                                                   500,
                                                                   0 });
    assert_int_equal(r.status, 204);
    assert_string_equal(tus_rig_got(&r, "Upload-Offset"), "500");
}

/* ---- threads ---- */

#define T(name) cmocka_unit_test_setup_teardown(name, tus_rig_setup, tus_rig_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        T(test_whole_upload),
        T(test_capabilities),
        T(test_known_bytes_are_not_sent_again),
        T(test_lost_address_is_found_again),
        T(test_creation_with_upload),
        T(test_termination),
        T(test_method_override),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
