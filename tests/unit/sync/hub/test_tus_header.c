/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "firmware/base/text.h"
#include "sync/hub/tus_digest.h"
#include "sync/hub/tus_header.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "board b-1", "sha256 aaa…", "variant original", "photo <uuid>", "filetype image/jpeg" */
#define BOARD   "board Yi0x"
#define SHA     "sha256 YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYQ=="
#define VARIANT "variant b3JpZ2luYWw="
#define THUMB   "variant dGh1bWI="
#define PHOTO   "photo MDE5M2I0ZmYtYzAwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAx"

static void test_numbers(void **state) {
    (void)state;
    static const char *const good[] = { "0", "1", "007", "16777216", "9007199254740992" };
    static const char *const bad[] = { NULL,
                                       "",
                                       "-1",
                                       "+1",
                                       " 1",
                                       "1 ",
                                       "1.0",
                                       "1e3",
                                       "0x10",
                                       "ten",
                                       "9007199254740993",
                                       "99999999999999999999999999",
                                       "1,1",
                                       "\xef\xbc\x91" };
    int64_t n = -5;
    for (size_t i = 0; i < TEXT_ARRAY_LEN(good); i++) assert_int_equal(tus_header_number(good[i], &n), 0);
    assert_int_equal(n, INT64_C(1) << 53);
    for (size_t i = 0; i < TEXT_ARRAY_LEN(bad); i++) assert_int_equal(tus_header_number(bad[i], &n), ERR_INVALID);
    assert_int_equal(n, INT64_C(1) << 53);
}

static void test_metadata(void **state) {
    (void)state;
    static const char *const good[] = {
        BOARD "," SHA "," VARIANT,
        VARIANT "," SHA "," BOARD,
        BOARD ", " SHA ", " VARIANT, /* a space after the comma */
        BOARD "," SHA "," VARIANT ",is_confidential",
        BOARD "," SHA "," VARIANT ",other b3RoZXI=",
        BOARD "," SHA "," VARIANT ",filetype aW1hZ2UvanBlZw==",
        BOARD "," SHA "," VARIANT ",photo bm8gdXVpZA==", /* a hint may be anything */
    };
    for (size_t i = 0; i < TEXT_ARRAY_LEN(good); i++) {
        struct tus_upload u = { .length = 1 };
        struct err_text e = { 0 };
        if (tus_header_metadata(good[i], &u, &e) != 0) fail_msg("%s: %s", good[i], e.text);
        assert_string_equal(u.board, "b-1");
        assert_string_equal(u.filetype, "image/jpeg");
        assert_string_equal(u.photo, "");
        assert_string_equal(u.metadata, good[i]);
        assert_false(u.thumb);
    }
    struct tus_upload u = { .length = 1 };
    assert_int_equal(tus_header_metadata(BOARD "," SHA "," THUMB "," PHOTO, &u, NULL), 0);
    assert_true(u.thumb);
    assert_string_equal(u.photo, "0193b4ff-c000-7000-8000-000000000001");
}

static void test_bad_metadata(void **state) {
    (void)state;
    static const struct {
        const char *text, *field;
    } bad[] = {
        { NULL, "Upload-Metadata" },
        { "", "Upload-Metadata" },
        { ",", "Upload-Metadata" },
        { BOARD, "sha256" },
        { BOARD "," SHA, "variant" },
        { SHA "," VARIANT, "board" },
        { BOARD "," SHA "," VARIANT ",", "Upload-Metadata" },
        { BOARD ",," SHA "," VARIANT, "Upload-Metadata" },
        { BOARD "," SHA "," VARIANT "," BOARD, "board" },      /* twice */
        { BOARD "," SHA "," VARIANT "," THUMB, "variant" },    /* twice, and another */
        { "board Yi0x=," SHA "," VARIANT, "Upload-Metadata" }, /* no base64 */
        { "board b-1," SHA "," VARIANT, "Upload-Metadata" },
        { "board Yi*x," SHA "," VARIANT, "Upload-Metadata" },
        { "board Yi0x Yi0x," SHA "," VARIANT, "Upload-Metadata" },
        { "board," SHA "," VARIANT, "board" },          /* no value */
        { "board Li4vLi4v," SHA "," VARIANT, "board" }, /* ../../ */
        { "board aHVi," SHA "," VARIANT, "board" },     /* hub */
        { "board Yi0xAGI=," SHA "," VARIANT, "board" }, /* b-1 NUL b */
        { BOARD ",sha256 YWE=," VARIANT, "sha256" },
        { BOARD "," SHA ",variant aHVnZQ==", "variant" },
        { BOARD "," SHA "," VARIANT ",filetype aW1hZ2U=", "filetype" },
        { BOARD "," SHA "," VARIANT ",filetype aW1hZ2UvDQo=", "filetype" }, /* image/ CR LF */
        { "\xe5\xae\xa2 Yi0x," SHA "," VARIANT, "Upload-Metadata" },
    };
    for (size_t i = 0; i < TEXT_ARRAY_LEN(bad); i++) {
        struct tus_upload u = { .length = 1 };
        struct err_text e = { 0 };
        if (tus_header_metadata(bad[i].text, &u, &e) == 0) fail_msg("accepted: %s", bad[i].text);
        assert_string_equal(e.field, bad[i].field);
    }
    char *huge = malloc(100001);
    memset(huge, 'a', 100000);
    huge[100000] = '\0';
    struct tus_upload u = { .length = 1 };
    assert_int_equal(tus_header_metadata(huge, &u, NULL), ERR_TOO_BIG);
    huge[1000] = '\0'; /* one long key */
    memcpy(huge + 994, " YQ==", 6);
    assert_int_equal(tus_header_metadata(huge, &u, NULL), ERR_INVALID);
    free(huge);
}

static void test_digest(void **state) {
    (void)state;
    struct tus_digest *d = NULL;
    assert_int_equal(tus_digest_create("sha1 qZk+NkcGgWq6PiVxeFDCbJzQ2J0=", &d), 0); /* FIPS 180 "abc" */
    tus_digest_add(d, "a", 1);
    tus_digest_add(d, "bc", 2);
    assert_true(tus_digest_matches(d));
    tus_digest_destroy(d);
    assert_int_equal(tus_digest_create("sha256 ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=", &d), 0);
    tus_digest_add(d, "abd", 3);
    assert_false(tus_digest_matches(d));
    tus_digest_destroy(d);
    static const char *const bad[] = { "",
                                       "sha1",
                                       "sha1 ",
                                       "sha1 qZk=",
                                       "sha256 qZk+NkcGgWq6PiVxeFDCbJzQ2J0=",
                                       "sha1 !!!!",
                                       "sha1  qZk+NkcGgWq6PiVxeFDCbJzQ2J0=" };
    for (size_t i = 0; i < TEXT_ARRAY_LEN(bad); i++) assert_int_equal(tus_digest_create(bad[i], &d), ERR_INVALID);
    assert_int_equal(tus_digest_create("md5 kAFQmDzST7DWlj99KOF/cg==", &d), ERR_UNSUPPORTED);
    tus_digest_destroy(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_metadata),
        cmocka_unit_test(test_bad_metadata),
        cmocka_unit_test(test_digest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
