/* SPDX-License-Identifier: MIT */
#include "tests/support/test_label_make.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { PAPER = 235, INK = 20 };

struct test_label test_label_paper(unsigned width, unsigned height) {
    struct test_label p = { malloc((size_t)width * height * 3), width, height };
    if (!p.rgb) abort();
    memset(p.rgb, PAPER, (size_t)width * height * 3);
    return p;
}

void test_label_ink(struct test_label *p, unsigned x, unsigned y, unsigned w, unsigned h) {
    for (unsigned row = y; row < y + h; row++) memset(p->rgb + ((size_t)row * p->width + x) * 3, INK, (size_t)w * 3);
}

/* GS1 General Specifications: guards, six digits by the parity of the first, six digits. */
void test_label_ean_modules(const char *digits, char out[TEST_LABEL_EAN_SIZE]) {
    static const char *const left[] = { "0001101", "0011001", "0010011", "0111101", "0100011",
                                        "0110001", "0101111", "0111011", "0110111", "0001011" };
    static const char *const parity[] = { "LLLLLL", "LLGLGG", "LLGGLG", "LLGGGL", "LGLLGG",
                                          "LGGLLG", "LGGGLL", "LGLGLG", "LGLGGL", "LGGLGL" };
    size_t n = 3;
    memcpy(out, "101", 4);
    for (int i = 1; i <= 12; i++) {
        const char *code = left[digits[i] - '0'];
        bool g = i <= 6 && parity[digits[0] - '0'][i - 1] == 'G';
        if (i == 7) {
            memcpy(out + n, "01010", 5);
            n += 5;
        }
        for (int k = 0; k < 7; k++) {
            char bit = g ? code[6 - k] : code[k]; /* G is R turned round, R is L inverted */
            out[n++] = g || i > 6 ? (char)('0' + '1' - bit) : bit;
        }
    }
    memcpy(out + n, "101", 4);
}

void test_label_ean(struct test_label *p, const char *digits, unsigned x, unsigned y, unsigned module,
                    unsigned height) {
    char modules[TEST_LABEL_EAN_SIZE];
    test_label_ean_modules(digits, modules);
    for (size_t i = 0; modules[i]; i++)
        if (modules[i] == '1') test_label_ink(p, x + (unsigned)i * module, y, module, height);
}

const char *const test_label_qr_modules[] = {
    "1111111011110100101111111", "1000001010010000101000001",
    "1011101001000111001011101", "1011101000011000001011101",
    "1011101010011011001011101", "1000001011101110101000001",
    "1111111010101010101111111", "0000000011000100100000000",
    "1110011011011100011110011", "0110010100001001011001011",
    "0100111011101111010001101", "1010100110111010111101010",
    "1110101001100111101001011", "0110100010100111101000001",
    "1111111110010001101010001", "0001010010100100111001001",
    "1101001110011101111111011", "0000000010001000100010101",
    "1111111000101110101011101", "1000001011011011100010001",
    "1011101000100111111110011", "1011101000100111010111110",
    "1011101010110001100110111", "1000001010000100100101000",
    "1111111011011100110111101", NULL,
};

void test_label_qr(struct test_label *p, unsigned x, unsigned y, unsigned module) {
    for (unsigned r = 0; test_label_qr_modules[r]; r++)
        for (unsigned c = 0; test_label_qr_modules[r][c]; c++)
            if (test_label_qr_modules[r][c] == '1') test_label_ink(p, x + c * module, y + r * module, module, module);
}
