/* SPDX-License-Identifier: MIT */
/* Draws labels with codes for tests, so that no test depends on a photo that somebody has. A failure here ends the test program. Thread: test thread. */
#ifndef SITELOG_TESTS_TEST_LABEL_MAKE_H
#define SITELOG_TESTS_TEST_LABEL_MAKE_H

#include <stdint.h>

struct test_label {
    uint8_t *rgb; /* three bytes a pixel */
    unsigned width, height;
};

/* Empty paper. Owns: caller; free(rgb). */
struct test_label test_label_paper(unsigned width, unsigned height);
void test_label_ink(struct test_label *p, unsigned x, unsigned y, unsigned w, unsigned h);

/* EAN-13 of thirteen digits with their check digit; module: the width of its narrowest bar, pixels. */
void test_label_ean(struct test_label *p, const char *digits, unsigned x, unsigned y, unsigned module, unsigned height);

/* A QR code: "batch=A17;grade=E0". */
void test_label_qr(struct test_label *p, unsigned x, unsigned y, unsigned module);

/* The same as '1' for a dark module and '0' for a light one: one row, and rows of equal length, NULL behind the last. */
#define TEST_LABEL_EAN_SIZE 96
void test_label_ean_modules(const char *digits, char out[TEST_LABEL_EAN_SIZE]);
extern const char *const test_label_qr_modules[];

#endif
