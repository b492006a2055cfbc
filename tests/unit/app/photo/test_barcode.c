/* SPDX-License-Identifier: MIT */
/* Codes in photos: an article number drawn here, a QR code, both at once, turned, small in a large photo, and pictures without any. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/photo/barcode.h"
#include "app/photo/jpeg.h"
#include "tests/support/test_label_make.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static char *read_picture(struct test_label *p, int quality) {
    struct buf jpeg, codes;
    struct err_text e = { 0 };
    buf_init(&jpeg, 8u << 20);
    buf_init(&codes, 65536);
    assert_int_equal(jpeg_encode(p->rgb, p->width, p->height, quality, &jpeg, &e), 0);
    assert_int_equal(barcode_read(jpeg.data, jpeg.len, &codes, &e), 0);
    buf_fini(&jpeg);
    free(p->rgb);
    return buf_steal(&codes);
}

static void an_article_number_is_read(void **state) {
    struct test_label p = test_label_paper(640, 480);
    (void)state;
    test_label_ean(&p, "6901234567892", 150, 100, 3, 160);
    char *codes = read_picture(&p, 80);
    assert_string_equal(codes, "[{\"type\":\"ean-13\",\"text\":\"6901234567892\"}]");
    free(codes);
}

static void a_qr_code_is_read(void **state) {
    struct test_label p = test_label_paper(640, 480);
    (void)state;
    test_label_qr(&p, 200, 120, 6);
    char *codes = read_picture(&p, 80);
    assert_string_equal(codes, "[{\"type\":\"qr-code\",\"text\":\"batch=A17;grade=E0\"}]");
    free(codes);
}

static void two_codes_are_read_each_once(void **state) {
    struct test_label p = test_label_paper(1200, 900);
    (void)state;
    test_label_ean(&p, "6901234567892", 100, 100, 3, 160);
    test_label_ean(&p, "6901234567892", 100, 500, 3, 160);
    test_label_qr(&p, 700, 300, 8);
    char *codes = read_picture(&p, 80);
    assert_non_null(strstr(codes, "qr-code"));
    char *ean = strstr(codes, "6901234567892");
    assert_non_null(ean);
    assert_null(strstr(ean + 1, "6901234567892"));
    free(codes);
}

/* Too fine for the first, smaller look. */
static void small_print_is_read_from_the_larger_picture(void **state) {
    struct test_label p = test_label_paper(2560, 1920);
    (void)state;
    test_label_ean(&p, "6901234567892", 1201, 901, 2, 60);
    char *codes = read_picture(&p, 92);
    assert_non_null(strstr(codes, "6901234567892"));
    free(codes);
}

static void a_picture_without_codes_has_none(void **state) {
    struct test_label p = test_label_paper(640, 480);
    (void)state;
    for (unsigned i = 0; i < 40; i++) test_label_ink(&p, 7 * i + i * i % 5, 10 * i, 5, 9);
    char *codes = read_picture(&p, 80);
    assert_string_equal(codes, "[]");
    free(codes);
}

static void what_is_no_picture_is_an_error(void **state) {
    struct buf codes;
    struct err_text e = { 0 };
    (void)state;
    buf_init(&codes, 4096);
    assert_int_equal(barcode_read("no picture", 10, &codes, &e), ERR_UNSUPPORTED);
    buf_fini(&codes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_article_number_is_read),
        cmocka_unit_test(a_qr_code_is_read),
        cmocka_unit_test(two_codes_are_read_each_once),
        cmocka_unit_test(small_print_is_read_from_the_larger_picture),
        cmocka_unit_test(a_picture_without_codes_has_none),
        cmocka_unit_test(what_is_no_picture_is_an_error),
    };
    return cmocka_run_group_tests_name("barcode", tests, NULL, NULL);
}
