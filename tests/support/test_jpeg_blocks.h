/* SPDX-License-Identifier: MIT */
/* What a JPEG holds, as libjpeg reads it: its coefficients, block by block, and whether it has anything to complain of. */
#ifndef SITELOG_TESTS_TEST_JPEG_BLOCKS_H
#define SITELOG_TESTS_TEST_JPEG_BLOCKS_H

#include "app/photo/jpeg.h"

/* Stored pixels. */
struct test_jpeg_area {
    uint32_t left, top, width, height;
};

/* Those that a band covers that is height_px high as seen upright. */
struct test_jpeg_area test_jpeg_band_area(const struct jpeg_info *info, uint32_t height_px);

/* Fails the test unless sizes, sampling, quantization and every block outside of the area are the same. How many blocks are outside, and how many of
 * the others differ; both may be NULL. */
void test_jpeg_compare(const struct buf *a, const struct buf *b, struct test_jpeg_area except, size_t *outside,
                       size_t *changed);

/* Decodes it to its end. How many warnings there were; an error ends the program. */
long test_jpeg_warnings(const struct buf *jpeg);

#endif
