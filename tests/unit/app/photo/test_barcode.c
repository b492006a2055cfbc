/* SPDX-License-Identifier: MIT */
/* Codes in photos: an article number drawn here, a QR code, both at once, turned, small in a large photo, and pictures without any. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/photo/barcode.h"
#include "app/photo/jpeg.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct picture {
    uint8_t *rgb;
    unsigned width, height;
};

static struct picture paper(unsigned width, unsigned height) {
    struct picture p = { malloc((size_t)width * height * 3), width, height };
    assert_non_null(p.rgb);
    memset(p.rgb, 235, (size_t)width * height * 3);
    return p;
}

static void ink(struct picture *p, unsigned x, unsigned y, unsigned w, unsigned h) {
    for (unsigned row = y; row < y + h; row++) memset(p->rgb + ((size_t)row * p->width + x) * 3, 20, (size_t)w * 3);
}

/* EAN-13 (GS1 General Specifications): guards, six digits by the parity of the first, six digits. */
static void draw_ean(struct picture *p, const char *digits, unsigned x, unsigned y, unsigned module, unsigned height) {
    static const char *const left[] = { "0001101", "0011001", "0010011", "0111101", "0100011",
                                        "0110001", "0101111", "0111011", "0110111", "0001011" };
    static const char *const parity[] = { "LLLLLL", "LLGLGG", "LLGGLG", "LLGGGL", "LGLLGG",
                                          "LGGLLG", "LGGGLL", "LGLGLG", "LGLGGL", "LGGLGL" };
    char bits[96] = "101";
    size_t n = 3;
    for (int i = 1; i <= 12; i++) {
        const char *code = left[digits[i] - '0'];
        bool g = i <= 6 && parity[digits[0] - '0'][i - 1] == 'G';
        if (i == 7) {
            memcpy(bits + n, "01010", 5);
            n += 5;
        }
        for (int k = 0; k < 7; k++) {
            char bit = g ? code[6 - k] : code[k]; /* G is R turned round, R is L inverted */
            bits[n++] = g || i > 6 ? (char)('0' + '1' - bit) : bit;
        }
    }
    memcpy(bits + n, "101", 4);
    for (size_t i = 0; bits[i]; i++)
        if (bits[i] == '1') ink(p, x + (unsigned)i * module, y, module, height);
}

/* "batch=A17;grade=E0" */
static void draw_qr(struct picture *p, unsigned x, unsigned y, unsigned module) {
    static const char *const rows[] = {
        "1111111011110100101111111", "1000001010010000101000001", "1011101001000111001011101",
        "1011101000011000001011101", "1011101010011011001011101", "1000001011101110101000001",
        "1111111010101010101111111", "0000000011000100100000000", "1110011011011100011110011",
        "0110010100001001011001011", "0100111011101111010001101", "1010100110111010111101010",
        "1110101001100111101001011", "0110100010100111101000001", "1111111110010001101010001",
        "0001010010100100111001001", "1101001110011101111111011", "0000000010001000100010101",
        "1111111000101110101011101", "1000001011011011100010001", "1011101000100111111110011",
        "1011101000100111010111110", "1011101010110001100110111", "1000001010000100100101000",
        "1111111011011100110111101",
    };
    for (unsigned r = 0; r < sizeof rows / sizeof rows[0]; r++)
        for (unsigned c = 0; rows[r][c]; c++)
            if (rows[r][c] == '1') ink(p, x + c * module, y + r * module, module, module);
}

static char *read_picture(struct picture *p, int quality) {
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
    struct picture p = paper(640, 480);
    (void)state;
    draw_ean(&p, "6901234567892", 150, 100, 3, 160);
    char *codes = read_picture(&p, 80);
    assert_string_equal(codes, "[{\"type\":\"ean-13\",\"text\":\"6901234567892\"}]");
    free(codes);
}

static void a_qr_code_is_read(void **state) {
    struct picture p = paper(640, 480);
    (void)state;
    draw_qr(&p, 200, 120, 6);
    char *codes = read_picture(&p, 80);
    assert_string_equal(codes, "[{\"type\":\"qr-code\",\"text\":\"batch=A17;grade=E0\"}]");
    free(codes);
}

static void two_codes_are_read_each_once(void **state) {
    struct picture p = paper(1200, 900);
    (void)state;
    draw_ean(&p, "6901234567892", 100, 100, 3, 160);
    draw_ean(&p, "6901234567892", 100, 500, 3, 160);
    draw_qr(&p, 700, 300, 8);
    char *codes = read_picture(&p, 80);
    assert_non_null(strstr(codes, "qr-code"));
    char *ean = strstr(codes, "6901234567892");
    assert_non_null(ean);
    assert_null(strstr(ean + 1, "6901234567892"));
    free(codes);
}

/* Too fine for the first, smaller look. */
static void small_print_is_read_from_the_larger_picture(void **state) {
    struct picture p = paper(2560, 1920);
    (void)state;
    draw_ean(&p, "6901234567892", 1201, 901, 2, 60);
    char *codes = read_picture(&p, 92);
    assert_non_null(strstr(codes, "6901234567892"));
    free(codes);
}

static void a_picture_without_codes_has_none(void **state) {
    struct picture p = paper(640, 480);
    (void)state;
    for (unsigned i = 0; i < 40; i++) ink(&p, 7 * i + i * i % 5, 10 * i, 5, 9);
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
