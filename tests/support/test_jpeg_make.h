/* SPDX-License-Identifier: MIT */
/* Makes JPEG files for tests, of every kind that boards meet, so that no test depends on a file that somebody has. */
#ifndef SITELOG_TESTS_TEST_JPEG_MAKE_H
#define SITELOG_TESTS_TEST_JPEG_MAKE_H

#include "firmware/base/buf.h"

#include <stdbool.h>

enum test_jpeg_kind { TEST_JPEG_BASELINE, TEST_JPEG_PROGRESSIVE, TEST_JPEG_ARITHMETIC, TEST_JPEG_MANY_SCANS };
enum test_jpeg_color { TEST_JPEG_YCC, TEST_JPEG_GREY, TEST_JPEG_CMYK };

struct test_jpeg {
    unsigned width, height;
    enum test_jpeg_kind kind;
    enum test_jpeg_color color;
    bool chroma_444, chroma_422; /* else 4:2:0 */
    bool optimized;              /* Huffman tables made for it, which have the codes that it needs and no other */
    unsigned restart;            /* MCUs between restart markers; 0: none */
    int orientation;             /* 1-8 in an Exif segment; 0: no such segment */
    bool big_endian;             /* of that segment */
    bool ramp;                   /* grey from black at the left to white at the right, instead of corners and noise */
    uint8_t corner[4][3];        /* RGB of the quarters: top left, top right, bottom left, bottom right */
};

/* Appends the file to *out. Aborts the test on failure. */
void test_jpeg_make(const struct test_jpeg *spec, struct buf *out);

/* Overwrites height and width in the frame header: a file that promises more than it holds. */
void test_jpeg_set_size(struct buf *jpeg, unsigned width, unsigned height);

/* The colour in the middle of a quarter of a picture (as in corner[]). */
const uint8_t *test_jpeg_quarter(const uint8_t *rgb, unsigned width, unsigned height, int quarter);

#endif
