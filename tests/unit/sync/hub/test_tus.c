/* SPDX-License-Identifier: MIT */
/* The receiver over real files: every method, every refusal, being killed, and several at once. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/photo/inbox.h"
#include "firmware/base/file.h"
#include "firmware/base/text.h"
#include "sync/hub/tus.h"
#include "tests/support/temp.h"

#include <dirent.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#define N 100000

struct fixture {
    char *dir;
    struct blob_dir *folder;
    struct tus *tus;
    int stored;
    char stored_sha256[HASH_TEXT_SIZE];
    int max_unfinished;
    uint8_t bytes[N];
    char sha256[HASH_TEXT_SIZE];
    char metadata[600];
};

static void on_stored(void *ctx, const struct tus_upload *u) {
    struct fixture *f = ctx;
    f->stored++;
    memcpy(f->stored_sha256, u->sha256, HASH_TEXT_SIZE);
}

static bool allow(void *ctx, const char *board) {
    (void)ctx;
    return strcmp(board, "b-outlaw") != 0;
}

static void open_hub(struct fixture *f) {
    struct err_text e = { 0 };
    if (blob_dir_open(f->dir, 0, &f->folder, &e) != 0) fail_msg("%s", e.text);
    struct tus_options options = { .store = inbox_store(f->folder),
                                   .stored = on_stored,
                                   .allowed = allow,
                                   .ctx = f,
                                   .max_unfinished = f->max_unfinished };
    if (tus_create(&options, &f->tus, &e) != 0) fail_msg("%s", e.text);
}

static void close_hub(struct fixture *f) {
    tus_destroy(f->tus);
    blob_dir_close(f->folder);
}

static void encode(char *out, size_t size, const char *key, const char *value) {
    char text[200];
    assert_int_equal(text_base64((const uint8_t *)value, strlen(value), text, sizeof text), 0);
    size_t at = strlen(out);
    snprintf(out + at, size - at, "%s%s %s", at ? "," : "", key, text);
}

static void describe(struct fixture *f, const char *board, const char *sha256, const char *variant) {
    f->metadata[0] = '\0';
    encode(f->metadata, sizeof f->metadata, "board", board);
    encode(f->metadata, sizeof f->metadata, "sha256", sha256);
    encode(f->metadata, sizeof f->metadata, "variant", variant);
}

static int setup(void **state) {
    struct fixture *f = calloc(1, sizeof *f);
    f->dir = temp_make();
    uint32_t x = 12345;
    for (size_t i = 0; i < N; i++) f->bytes[i] = (uint8_t)((x = x * 1664525u + 1013904223u) >> 24);
    hash_sha256_text(f->bytes, N, f->sha256);
    describe(f, "b-1", f->sha256, "original");
    clock_fake_mono((struct mono){ 1000000 });
    open_hub(f);
    *state = f;
    return 0;
}

static int teardown(void **state) {
    struct fixture *f = *state;
    close_hub(f);
    temp_remove(f->dir);
    free(f);
    clock_fake_off();
    return 0;
}

/* ---- speaking ---- */

struct ask {
    const char *method, *path, *certificate;
    const char *headers[16]; /* name, value, name, value …; NULL-ended */
    const void *body;
    size_t n;
    int64_t length; /* content_length; 0: n; -1: unknown */
};

static const char *ask_header(void *ctx, const char *name) {
    const struct ask *a = ctx;
    for (size_t i = 0; i + 1 < 16 && a->headers[i] != NULL; i += 2)
        if (strcasecmp(a->headers[i], name) == 0) return a->headers[i + 1];
    return NULL;
}

static struct tus_exchange *begin(struct tus *t, struct ask *a) {
    struct tus_exchange *x = NULL;
    struct tus_request request = { a->method,  a->path, a->certificate, a->length ? a->length : (int64_t)a->n,
                                   ask_header, a };
    assert_int_equal(tus_begin(t, &request, &x), 0);
    return x;
}

static struct tus_reply run(struct tus *t, struct ask a) {
    struct tus_reply reply;
    struct tus_exchange *x = begin(t, &a);
    for (size_t at = 0; at < a.n && tus_wants_body(x); at += 7000)
        tus_piece(x, (const uint8_t *)a.body + at, a.n - at < 7000 ? a.n - at : 7000);
    tus_end(x, &reply);
    return reply;
}

static const char *got(const struct tus_reply *r, const char *name) {
    for (size_t i = 0; i < r->header_count; i++)
        if (strcasecmp(r->headers[i].name, name) == 0) return r->headers[i].value;
    return "";
}

#define V    "Tus-Resumable", "1.0.0"
#define TYPE "Content-Type", "application/offset+octet-stream"

static struct tus_reply create(struct fixture *f, const char *length, char path[100]) {
    struct tus_reply r =
        run(f->tus,
            (struct ask){
                "POST", "/tus/", NULL, { V, "Upload-Length", length, "Upload-Metadata", f->metadata }, NULL, 0, 0 });
    snprintf(path, 100, "%.99s", got(&r, "Location"));
    return r;
}

static struct tus_reply patch(struct fixture *f, const char *path, int64_t offset, const void *bytes, size_t n) {
    char text[32];
    snprintf(text, sizeof text, "%lld", (long long)offset);
    return run(f->tus, (struct ask){ "PATCH", path, NULL, { V, TYPE, "Upload-Offset", text }, bytes, n, 0 });
}

static struct tus_reply head(struct fixture *f, const char *path) {
    return run(f->tus, (struct ask){ "HEAD", path, NULL, { V }, NULL, 0, 0 });
}

static int partial_files(const struct fixture *f) {
    char *path = temp_path(f->dir, "partial");
    DIR *dir = opendir(path);
    int n = 0;
    assert_non_null(dir);
    for (const struct dirent *e; (e = readdir(dir)) != NULL;) n += e->d_name[0] != '.';
    closedir(dir);
    free(path);
    return n;
}

/* ---- the plain way ---- */

static void test_whole_upload(void **state) {
    struct fixture *f = *state;
    char path[100];
    struct tus_reply r = create(f, "100000", path);
    assert_int_equal(r.status, 201);
    assert_string_equal(got(&r, "Tus-Resumable"), "1.0.0");
    assert_true(text_starts(path, "/tus/"));
    r = patch(f, path, 0, f->bytes, 40000);
    assert_int_equal(r.status, 204);
    assert_string_equal(got(&r, "Upload-Offset"), "40000");
    r = head(f, path);
    assert_int_equal(r.status, 200);
    assert_string_equal(got(&r, "Upload-Offset"), "40000");
    assert_string_equal(got(&r, "Upload-Length"), "100000");
    assert_string_equal(got(&r, "Cache-Control"), "no-store");
    assert_string_equal(got(&r, "Upload-Metadata"), f->metadata);
    assert_int_equal(f->stored, 0);
    r = patch(f, path, 40000, f->bytes + 40000, 60000);
    assert_int_equal(r.status, 204);
    assert_string_equal(got(&r, "Upload-Offset"), "100000");
    assert_int_equal(f->stored, 1);
    assert_string_equal(f->stored_sha256, f->sha256);
    assert_int_equal(blobs_verify(blob_dir_blobs(f->folder), BLOB_ORIGINAL, f->sha256), 0);
    assert_int_equal(partial_files(f), 0);
    r = head(f, path); /* asked again: said again, and confirmed again */
    assert_int_equal(r.status, 200);
    assert_string_equal(got(&r, "Upload-Offset"), "100000");
    assert_int_equal(f->stored, 2);
    assert_int_equal(patch(f, path, 0, f->bytes, N).status, 409);
    assert_int_equal(patch(f, path, N, NULL, 0).status, 204);
    struct tus_counts c = tus_counts(f->tus);
    assert_int_equal(c.created, 1);
    assert_int_equal(c.finished, 1);
    assert_int_equal(c.bytes, N);
}

static void test_capabilities(void **state) {
    struct fixture *f = *state;
    struct tus_reply r = run(f->tus, (struct ask){ "OPTIONS", "/tus/", NULL, { NULL }, NULL, 0, 0 });
    assert_int_equal(r.status, 204);
    assert_string_equal(got(&r, "Tus-Version"), "1.0.0");
    assert_string_equal(got(&r, "Tus-Max-Size"), "16777216");
    assert_string_equal(got(&r, "Tus-Extension"), "creation,creation-with-upload,termination,checksum");
    assert_string_equal(got(&r, "Tus-Checksum-Algorithm"), "sha1,sha256");
}

static void test_known_bytes_are_not_sent_again(void **state) {
    struct fixture *f = *state;
    char path[100], again[100];
    create(f, "100000", path);
    assert_int_equal(patch(f, path, 0, f->bytes, N).status, 204);
    describe(f, "b-2", f->sha256, "original"); /* another board has the same photo */
    struct tus_reply r = create(f, "100000", again);
    assert_int_equal(r.status, 201);
    assert_string_equal(got(&r, "Upload-Offset"), "100000");
    assert_int_equal(f->stored, 2);
    assert_int_equal(partial_files(f), 0);
    /* a client that does not look and sends is told, and finds that it is done */
    assert_int_equal(patch(f, again, 0, f->bytes, N).status, 409);
    r = head(f, again);
    assert_string_equal(got(&r, "Upload-Offset"), "100000");
    /* a thumbnail of that name is another thing */
    describe(f, "b-2", f->sha256, "thumb");
    r = create(f, "100000", again);
    assert_int_equal(r.status, 201);
    assert_string_equal(got(&r, "Upload-Offset"), "");
}

static void test_lost_address_is_found_again(void **state) {
    struct fixture *f = *state;
    char path[100], again[100];
    create(f, "100000", path);
    assert_int_equal(patch(f, path, 0, f->bytes, 30000).status, 204);
    struct tus_reply r = create(f, "100000", again);
    assert_int_equal(r.status, 201);
    assert_string_equal(again, path);
    assert_string_equal(got(&r, "Upload-Offset"), "30000");
    describe(f, "b-2", f->sha256, "original"); /* not another board's */
    r = create(f, "100000", again);
    assert_string_not_equal(again, path);
}

static void test_creation_with_upload(void **state) {
    struct fixture *f = *state;
    struct ask a = { "POST",   "/tus/", NULL, { V, TYPE, "Upload-Length", "100000", "Upload-Metadata", f->metadata },
                     f->bytes, N,       0 };
    struct tus_reply r = run(f->tus, a);
    assert_int_equal(r.status, 201);
    assert_string_equal(got(&r, "Upload-Offset"), "100000");
    assert_int_equal(f->stored, 1);
    uint8_t other[500] = { 1, 2, 3 };
    char sha256[HASH_TEXT_SIZE];
    hash_sha256_text(other, sizeof other, sha256);
    describe(f, "b-1", sha256, "thumb");
    a = (struct ask){ "POST", "/tus/", NULL, { V, TYPE, "Upload-Length", "500", "Upload-Metadata", f->metadata },
                      other,  200,     -1 };
    r = run(f->tus, a); /* a part of it, of unknown length */
    assert_int_equal(r.status, 201);
    assert_string_equal(got(&r, "Upload-Offset"), "200");
    char path[100];
    snprintf(path, sizeof path, "%.99s", got(&r, "Location"));
    assert_int_equal(patch(f, path, 200, other + 200, 300).status, 204);
    assert_int_equal(f->stored, 2);
    assert_int_equal(blobs_verify(blob_dir_blobs(f->folder), BLOB_THUMB, sha256), 0);
}

static void test_termination(void **state) {
    struct fixture *f = *state;
    char path[100];
    create(f, "100000", path);
    patch(f, path, 0, f->bytes, 100);
    assert_int_equal(run(f->tus, (struct ask){ "DELETE", path, NULL, { V }, NULL, 0, 0 }).status, 204);
    assert_int_equal(head(f, path).status, 404);
    assert_int_equal(patch(f, path, 100, f->bytes, 100).status, 404);
    assert_int_equal(run(f->tus, (struct ask){ "DELETE", path, NULL, { V }, NULL, 0, 0 }).status, 404);
    assert_int_equal(partial_files(f), 0);
    create(f, "100000", path); /* what is stored is not deleted with its upload */
    patch(f, path, 0, f->bytes, N);
    assert_int_equal(run(f->tus, (struct ask){ "DELETE", path, NULL, { V }, NULL, 0, 0 }).status, 204);
    assert_int_equal(head(f, path).status, 404);
    assert_true(blobs_has(blob_dir_blobs(f->folder), BLOB_ORIGINAL, f->sha256));
}

static void test_method_override(void **state) {
    struct fixture *f = *state;
    char path[100];
    create(f, "100000", path);
    struct tus_reply r = run(f->tus, (struct ask){ "POST",
                                                   path,
                                                   NULL,
                                                   { V, TYPE, "Upload-Offset", "0", "X-HTTP-Method-Override", "PATCH" },
                                                   f->bytes,
                                                   500,
                                                   0 });
    assert_int_equal(r.status, 204);
    assert_string_equal(got(&r, "Upload-Offset"), "500");
}

/* ---- refusals ---- */

static void test_refused_creations(void **state) {
    struct fixture *f = *state;
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
        struct ask a = { "POST",
                         "/tus/",
                         NULL,
                         { V, "Upload-Metadata", f->metadata, lengths[i].length ? "Upload-Length" : "x",
                           lengths[i].length ? lengths[i].length : "" },
                         NULL,
                         0,
                         0 };
        assert_int_equal(run(f->tus, a).status, lengths[i].status);
    }
    char path[100];
    describe(f, "b-1", f->sha256, "thumb");
    assert_int_equal(create(f, "262145", path).status, 413);
    describe(f, "b-outlaw", f->sha256, "original");
    assert_int_equal(create(f, "1", path).status, 403);
    describe(f, "b-1", "abc", "original");
    struct tus_reply r = create(f, "1", path);
    assert_int_equal(r.status, 400);
    assert_non_null(strstr(r.text, "sha256"));
    describe(f, "b-1", f->sha256, "original");
    struct ask a = { "POST", "/tus/", "b-2", { V, "Upload-Length", "5", "Upload-Metadata", f->metadata }, NULL, 0, 0 };
    assert_int_equal(run(f->tus, a).status, 403); /* another board's certificate */
    a = (struct ask){ "POST", "/tus/", NULL, { V, "Upload-Defer-Length", "1", "Upload-Metadata", f->metadata },
                      NULL,   0,       0 };
    assert_int_equal(run(f->tus, a).status, 400);
    a = (struct ask){
        "POST",  "/tus/",
        NULL,    { V, "Upload-Length", "5", "Upload-Metadata", f->metadata, "Content-Type", "text/plain" },
        "hello", 5,
        0
    };
    assert_int_equal(run(f->tus, a).status, 415);
    a = (struct ask){ "POST",   "/tus/", NULL, { V, TYPE, "Upload-Length", "5", "Upload-Metadata", f->metadata },
                      "hello!", 6,       0 };
    assert_int_equal(run(f->tus, a).status, 413);
    assert_int_equal(partial_files(f), 2); /* the one that was fine */
}

static void test_refused_requests(void **state) {
    struct fixture *f = *state;
    char path[100];
    create(f, "100000", path);
    const struct {
        struct ask ask;
        int status;
    } cases[] = {
        { { "POST", "/tus/", NULL, { "Upload-Length", "5" }, NULL, 0, 0 }, 412 },
        { { "HEAD", path, NULL, { "Tus-Resumable", "0.2.2" }, NULL, 0, 0 }, 412 },
        { { "GET", path, NULL, { V }, NULL, 0, 0 }, 405 },
        { { "PUT", "/tus/", NULL, { V }, NULL, 0, 0 }, 405 },
        { { "POST", path, NULL, { V, "Upload-Length", "5" }, NULL, 0, 0 }, 405 },
        { { "HEAD", "/tus/", NULL, { V }, NULL, 0, 0 }, 405 },
        { { "PATCH", "/tus/", NULL, { V }, NULL, 0, 0 }, 405 },
        { { "HEAD", "/tus/../../etc/passwd", NULL, { V }, NULL, 0, 0 }, 404 },
        { { "HEAD", "/tus/0193b4ff-c000-7000-8000-000000000001", NULL, { V }, NULL, 0, 0 }, 404 },
        { { "HEAD", "/tus/0193b4ff-c000-7000-8000-000000000001/x", NULL, { V }, NULL, 0, 0 }, 404 },
        { { "HEAD", "/other", NULL, { V }, NULL, 0, 0 }, 404 },
        { { "PATCH", path, NULL, { V, "Upload-Offset", "0", "Content-Type", "image/jpeg" }, "x", 1, 0 }, 415 },
        { { "PATCH", path, NULL, { V, "Upload-Offset", "0" }, "x", 1, 0 }, 415 },
        { { "PATCH", path, NULL, { V, TYPE }, "x", 1, 0 }, 400 },
        { { "PATCH", path, NULL, { V, TYPE, "Upload-Offset", "-1" }, "x", 1, 0 }, 400 },
        { { "PATCH", path, NULL, { V, TYPE, "Upload-Offset", "0x0" }, "x", 1, 0 }, 400 },
        { { "PATCH", path, NULL, { V, TYPE, "Upload-Offset", "1" }, "x", 1, 0 }, 409 },
        { { "PATCH", path, NULL, { V, TYPE, "Upload-Offset", "0" }, "x", 1, 100001 }, 413 },
        { { "PATCH", path, NULL, { V, TYPE, "Upload-Offset", "0", "Upload-Checksum", "md5 aaaa" }, "x", 1, 0 }, 400 },
        { { "PATCH", path, NULL, { V, TYPE, "Upload-Offset", "0", "Upload-Checksum", "sha1 no" }, "x", 1, 0 }, 400 },
        { { "PATCH", path, "b-2", { V, TYPE, "Upload-Offset", "0" }, "x", 1, 0 },
          404 }, /* another board's certificate */
        { { "HEAD", path, "b-2", { V }, NULL, 0, 0 }, 404 },
        { { "DELETE", path, "b-2", { V }, NULL, 0, 0 }, 404 },
    };
    for (size_t i = 0; i < TEXT_ARRAY_LEN(cases); i++) {
        struct tus_reply r = run(f->tus, cases[i].ask);
        if (r.status != cases[i].status) fail_msg("case %zu: %d instead of %d", i, r.status, cases[i].status);
        assert_string_equal(got(&r, "Tus-Resumable"), "1.0.0");
        if (r.status == 412) assert_string_equal(got(&r, "Tus-Version"), "1.0.0");
    }
    struct tus_reply r = head(f, path);
    assert_string_equal(got(&r, "Upload-Offset"), "0");
    assert_int_equal(run(f->tus, (struct ask){ "HEAD", path, "b-1", { V }, NULL, 0, 0 }).status, 200);
}

static void test_more_than_was_said(void **state) {
    struct fixture *f = *state;
    char path[100];
    create(f, "1000", path);
    struct tus_reply r =
        run(f->tus, (struct ask){ "PATCH", path, NULL, { V, TYPE, "Upload-Offset", "0" }, f->bytes, 20000, -1 });
    assert_int_equal(r.status, 413); /* chunked, so it shows late */
    r = head(f, path);
    assert_string_equal(got(&r, "Upload-Offset"), "0");
    assert_int_equal(f->stored, 0);
}

static void test_hash_mismatch(void **state) {
    struct fixture *f = *state;
    char path[100];
    create(f, "100000", path);
    f->bytes[77777] ^= 1;
    struct tus_reply r = patch(f, path, 0, f->bytes, N);
    assert_int_equal(r.status, 460);
    assert_int_equal(f->stored, 0);
    assert_int_equal(head(f, path).status, 404);
    assert_int_equal(partial_files(f), 0);
    assert_false(blobs_has(blob_dir_blobs(f->folder), BLOB_ORIGINAL, f->sha256));
    assert_int_equal(tus_counts(f->tus).mismatched, 1);
    f->bytes[77777] ^= 1;
    create(f, "100000", path);
    assert_int_equal(patch(f, path, 0, f->bytes, N).status, 204);
}

static void test_checksum(void **state) {
    struct fixture *f = *state;
    char path[100], good[80] = "sha1 ", bad[80] = "sha1 ";
    uint8_t digest[20];
    unsigned n = 0;
    create(f, "100000", path);
    assert_int_equal(EVP_Digest(f->bytes, 5000, digest, &n, EVP_sha1(), NULL), 1);
    assert_int_equal(text_base64(digest, 20, good + 5, 70), 0);
    digest[0] ^= 1;
    assert_int_equal(text_base64(digest, 20, bad + 5, 70), 0);
    struct ask a = {
        "PATCH", path, NULL, { V, TYPE, "Upload-Offset", "0", "Upload-Checksum", bad }, f->bytes, 5000, 0
    };
    assert_int_equal(run(f->tus, a).status, 460);
    struct tus_reply r = head(f, path);
    assert_string_equal(got(&r, "Upload-Offset"), "0");
    a.headers[7] = good;
    assert_int_equal(run(f->tus, a).status, 204);
    r = head(f, path);
    assert_string_equal(got(&r, "Upload-Offset"), "5000");
    /* a promise broken off: nothing of it stays */
    a = (struct ask){ "PATCH",  path, NULL, { V, TYPE, "Upload-Offset", "5000", "Upload-Checksum", good },
                      f->bytes, 5000, 0 };
    struct tus_exchange *x = begin(f->tus, &a);
    tus_piece(x, f->bytes + 5000, 2500);
    r = head(f, path); /* not even meanwhile */
    assert_string_equal(got(&r, "Upload-Offset"), "5000");
    tus_abort(x);
    r = head(f, path);
    assert_string_equal(got(&r, "Upload-Offset"), "5000");
}

static void test_no_room(void **state) {
    struct fixture *f = *state;
    char path[100];
    char *sim = temp_path(f->dir, ".sim-disk");
    assert_int_equal(file_write(sim, "1050000 20000000", 16, 0600, NULL), 0);
    struct tus_reply r = create(f, "100000", path);
    assert_int_equal(r.status, 507);
    assert_string_not_equal(got(&r, "Retry-After"), "");
    assert_int_equal(partial_files(f), 0);
    unlink(sim);
    assert_int_equal(create(f, "100000", path).status, 201);
    free(sim);
}

static void test_limit_of_a_board(void **state) {
    struct fixture *f = *state;
    char path[100], sha256[HASH_TEXT_SIZE];
    close_hub(f);
    f->max_unfinished = 3;
    open_hub(f);
    for (int i = 0; i < 5; i++) {
        hash_sha256_text(&i, sizeof i, sha256);
        describe(f, "b-1", sha256, "original");
        assert_int_equal(create(f, "10", path).status, i < 3 ? 201 : 429);
    }
    describe(f, "b-2", sha256, "original");
    assert_int_equal(create(f, "10", path).status, 201);
}

/* ---- breaking off, being killed, and several at once ---- */

static struct tus_exchange *begin_patch(struct fixture *f, const char *path, int64_t offset, size_t n) {
    static char text[32];
    snprintf(text, sizeof text, "%lld", (long long)offset);
    struct ask a = { "PATCH", path, NULL, { V, TYPE, "Upload-Offset", text }, NULL, 0, (int64_t)n };
    return begin(f->tus, &a);
}

static void test_broken_off_keeps_what_came(void **state) {
    struct fixture *f = *state;
    char path[100];
    create(f, "100000", path);
    struct tus_exchange *x = begin_patch(f, path, 0, N);
    assert_true(tus_wants_body(x));
    tus_piece(x, f->bytes, 33333);
    tus_abort(x);
    struct tus_reply r = head(f, path);
    assert_string_equal(got(&r, "Upload-Offset"), "33333");
    assert_int_equal(patch(f, path, 33333, f->bytes + 33333, N - 33333).status, 204);
    assert_int_equal(f->stored, 1);
}

static void test_one_writer_at_a_time(void **state) {
    struct fixture *f = *state;
    struct tus_reply r;
    char path[100];
    create(f, "100000", path);
    struct tus_exchange *first = begin_patch(f, path, 0, N);
    tus_piece(first, f->bytes, 1000);
    r = patch(f, path, 1000, f->bytes + 1000, 10);
    assert_int_equal(r.status, 423);
    assert_string_not_equal(got(&r, "Retry-After"), "");
    assert_int_equal(run(f->tus, (struct ask){ "DELETE", path, NULL, { V }, NULL, 0, 0 }).status, 423);
    /* the first one's connection is dead: after a while the next may go on, and the first is not heard any more */
    clock_fake_advance_ms(5001);
    r = patch(f, path, 1000, f->bytes + 1000, 2000);
    assert_int_equal(r.status, 204);
    tus_piece(first, f->bytes, 1000);
    assert_false(tus_wants_body(first));
    tus_end(first, &r);
    assert_int_equal(r.status, 423);
    r = head(f, path);
    assert_string_equal(got(&r, "Upload-Offset"), "3000");
    assert_int_equal(patch(f, path, 3000, f->bytes + 3000, N - 3000).status, 204);
    assert_int_equal(f->stored, 1);
}

static void test_takeover_discards_promised_bytes(void **state) {
    struct fixture *f = *state;
    char path[100];
    create(f, "100000", path);
    struct ask a = { "PATCH", path,
                     NULL,    { V, TYPE, "Upload-Offset", "0", "Upload-Checksum", "sha1 qZk+NkcGgWq6PiVxeFDCbJzQ2J0=" },
                     NULL,    0,
                     N };
    struct tus_exchange *first = begin(f->tus, &a);
    tus_piece(first, "rubbish", 7);
    clock_fake_advance_ms(6000);
    assert_int_equal(patch(f, path, 0, f->bytes, N).status, 204);
    tus_abort(first);
    assert_int_equal(f->stored, 1);
    assert_int_equal(blobs_verify(blob_dir_blobs(f->folder), BLOB_ORIGINAL, f->sha256), 0);
}

static void test_killed_in_the_middle(void **state) {
    struct fixture *f = *state;
    char path[100], again[100];
    create(f, "100000", path);
    assert_int_equal(patch(f, path, 0, f->bytes, 60000).status, 204);
    struct tus_exchange *x = begin_patch(f, path, 60000, 40000);
    tus_piece(x, f->bytes + 60000, 5000);
    struct tus *dead = f->tus; /* killed: nothing is closed, nothing is synced; a new program finds what is there */
    struct blob_dir *dead_folder = f->folder;
    open_hub(f);
    struct tus_reply r = head(f, path);
    assert_int_equal(r.status, 200);
    assert_string_equal(got(&r, "Upload-Offset"), "65000");
    assert_string_equal(got(&r, "Upload-Metadata"), f->metadata);
    create(f, "100000", again); /* a board that lost its state finds it by its hash */
    assert_string_equal(again, path);
    assert_int_equal(patch(f, path, 65000, f->bytes + 65000, 35000).status, 204);
    assert_int_equal(f->stored, 1);
    tus_abort(x);
    tus_destroy(dead);
    blob_dir_close(dead_folder);
}

static void test_killed_before_it_was_taken_in(void **state) {
    struct fixture *f = *state;
    char path[100], name[120];
    create(f, "100000", path);
    snprintf(name, sizeof name, "partial/%s", path + 5);
    char *partial = temp_path(f->dir, name);
    FILE *file = fopen(partial, "w"); /* all bytes are there, and nobody looked at them */
    assert_non_null(file);
    assert_int_equal(fwrite(f->bytes, 1, N, file), N);
    fclose(file);
    close_hub(f);
    open_hub(f);
    struct tus_reply r = head(f, path);
    assert_int_equal(r.status, 200);
    assert_string_equal(got(&r, "Upload-Offset"), "100000");
    assert_int_equal(f->stored, 1);
    assert_true(blobs_has(blob_dir_blobs(f->folder), BLOB_ORIGINAL, f->sha256));
    free(partial);
}

static void test_killed_after_it_was_taken_in(void **state) {
    struct fixture *f = *state;
    char path[100], name[120], described[140], text[4096];
    create(f, "100000", path);
    snprintf(name, sizeof name, "partial/%s", path + 5);
    snprintf(described, sizeof described, "%s.json", name);
    char *sidecar = temp_path(f->dir, described);
    FILE *file = fopen(sidecar, "r");
    assert_non_null(file);
    size_t n = fread(text, 1, sizeof text, file);
    fclose(file);
    assert_int_equal(patch(f, path, 0, f->bytes, N).status, 204);
    assert_int_equal(file_write(sidecar, text, n, 0600, NULL), 0); /* the description had not been removed yet */
    close_hub(f);
    open_hub(f);
    assert_int_equal(partial_files(f), 0);
    assert_int_equal(head(f, path).status, 404); /* so the board begins anew … */
    struct tus_reply r = create(f, "100000", path);
    assert_int_equal(r.status, 201); /* … and is told that it is here */
    assert_string_equal(got(&r, "Upload-Offset"), "100000");
    assert_int_equal(f->stored, 2);
    free(sidecar);
}

static void test_broken_description_is_tidied_away(void **state) {
    struct fixture *f = *state;
    char path[100], name[120];
    create(f, "100000", path);
    snprintf(name, sizeof name, "partial/%s.json", path + 5);
    char *sidecar = temp_path(f->dir, name);
    assert_int_equal(file_write(sidecar, "{\"board\":", 9, 0600, NULL), 0);
    close_hub(f);
    open_hub(f);
    assert_int_equal(head(f, path).status, 404);
    assert_int_equal(partial_files(f), 0);
    free(sidecar);
}

static void test_stale_ones_are_removed(void **state) {
    struct fixture *f = *state;
    char path[100], fresh[100], name[120], sha256[HASH_TEXT_SIZE];
    create(f, "100000", path);
    patch(f, path, 0, f->bytes, 10);
    hash_sha256_text("x", 1, sha256);
    describe(f, "b-1", sha256, "original");
    create(f, "5", fresh);
    snprintf(name, sizeof name, "partial/%s", path + 5);
    char *partial = temp_path(f->dir, name);
    struct timespec old[2] = { { .tv_sec = clock_wall().ms / 1000 - 8 * 86400 },
                               { .tv_sec = clock_wall().ms / 1000 - 8 * 86400 } };
    assert_int_equal(utimensat(AT_FDCWD, partial, old, 0), 0);
    tus_sweep(f->tus);
    assert_int_equal(head(f, path).status, 404);
    assert_int_equal(head(f, fresh).status, 200);
    free(partial);
}

/* ---- threads ---- */

struct worker {
    struct fixture *f;
    uint8_t bytes[30000];
    char path[100];
    int ok, busy;
};

static void *upload_one(void *arg) {
    struct worker *w = arg;
    for (int64_t at = 0; at < (int64_t)sizeof w->bytes;) {
        struct tus_reply r = patch(w->f, w->path, at, w->bytes + at, 3000);
        if (r.status == 204) {
            at += 3000;
            w->ok++;
        } else if (r.status == 423) {
            w->busy++;
        } else if (r.status == 409) {
            at = strtoll(got(&r, "Upload-Offset"), NULL, 10);
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
    struct fixture *f = *state;
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
        describe(f, "b-1", sha256, "original");
        create(f, "30000", workers[i].path);
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
    assert_int_equal(partial_files(f), 0);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        T(test_whole_upload),
        T(test_capabilities),
        T(test_known_bytes_are_not_sent_again),
        T(test_lost_address_is_found_again),
        T(test_creation_with_upload),
        T(test_termination),
        T(test_method_override),
        T(test_refused_creations),
        T(test_refused_requests),
        T(test_more_than_was_said),
        T(test_hash_mismatch),
        T(test_checksum),
        T(test_no_room),
        T(test_limit_of_a_board),
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
