/* SPDX-License-Identifier: MIT */
/* libjpeg's encoder with everything that the product's own encoder leaves out. Errors end the test program. */
#include "tests/support/test_jpeg_make.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

enum { AC_LAST = 63, SCANS = 1 + 3 * AC_LAST };

static void add_exif(j_compress_ptr c, int orientation, bool big) {
    uint8_t segment[6 + 8 + 2 + 2 * 12 + 4] = "Exif";
    uint8_t *tiff = segment + 6;
    memcpy(tiff, big ? "MM\0*\0\0\0\10\0\2" : "II*\0\10\0\0\0\2\0", 10);
    /* Two entries: ImageWidth, which must be passed over, and Orientation. */
    memcpy(tiff + 10, big ? "\1\0\0\3\0\0\0\1\0\7\0\0" : "\0\1\3\0\1\0\0\0\7\0\0\0", 12);
    memcpy(tiff + 22, big ? "\1\22\0\3\0\0\0\1\0\0\0\0" : "\22\1\3\0\1\0\0\0\0\0\0\0", 12);
    tiff[big ? 31 : 30] = (uint8_t)orientation;
    jpeg_write_marker(c, JPEG_APP0 + 1, segment, sizeof segment);
}

/* Every coefficient in a scan of its own. */
static void set_many_scans(j_compress_ptr c, jpeg_scan_info *scans) {
    scans[0] = (jpeg_scan_info){ .comps_in_scan = 3, .component_index = { 0, 1, 2 } };
    for (int i = 1; i < SCANS; i++) {
        int k = 1 + (i - 1) / 3;
        scans[i] = (jpeg_scan_info){ .comps_in_scan = 1, .component_index = { (i - 1) % 3 }, .Ss = k, .Se = k };
    }
    c->scan_info = scans;
    c->num_scans = SCANS;
}

static void set_up(j_compress_ptr c, const struct test_jpeg *spec, jpeg_scan_info *scans) {
    c->image_width = spec->width;
    c->image_height = spec->height;
    c->input_components = spec->color == TEST_JPEG_CMYK ? 4 : 3;
    c->in_color_space = spec->color == TEST_JPEG_CMYK ? JCS_CMYK : JCS_RGB;
    jpeg_set_defaults(c);
    if (spec->color == TEST_JPEG_GREY) jpeg_set_colorspace(c, JCS_GRAYSCALE);
    if (spec->color == TEST_JPEG_CMYK) jpeg_set_colorspace(c, JCS_YCCK); /* writes an Adobe marker */
    if (spec->chroma_444) c->comp_info[0].h_samp_factor = c->comp_info[0].v_samp_factor = 1;
    if (spec->chroma_422) c->comp_info[0].v_samp_factor = 1;
    jpeg_set_quality(c, 90, TRUE);
    c->optimize_coding = spec->optimized;
    c->restart_interval = spec->restart;
    if (spec->kind == TEST_JPEG_PROGRESSIVE) jpeg_simple_progression(c);
    if (spec->kind == TEST_JPEG_ARITHMETIC) c->arith_code = TRUE;
    if (spec->kind == TEST_JPEG_MANY_SCANS) set_many_scans(c, scans);
}

/* Quarters of plain colour with a little fixed noise, so that the entropy-coded data has something to say. */
static void fill_row(const struct test_jpeg *spec, unsigned y, uint8_t *row) {
    for (unsigned x = 0; x < spec->width; x++) {
        const uint8_t *color = spec->corner[(y * 2 >= spec->height ? 2 : 0) + (x * 2 >= spec->width ? 1 : 0)];
        uint8_t rgb[3];
        for (int i = 0; i < 3; i++) {
            int noise = (int)((x * 7919u + y * 104729u + x * y * 31u) >> 3 & 15) - 8;
            int value = spec->ramp ? (int)((x * 2 + 1) * 255 / (2 * spec->width)) : color[i] + noise;
            rgb[i] = (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
        }
        if (spec->color == TEST_JPEG_CMYK) { /* inverted, as Adobe's programs do */
            memcpy(row + (size_t)x * 4, rgb, 3);
            row[(size_t)x * 4 + 3] = 255;
        } else {
            memcpy(row + (size_t)x * 3, rgb, 3);
        }
    }
}

void test_jpeg_make(const struct test_jpeg *spec, struct buf *out) {
    struct jpeg_error_mgr errors;
    struct jpeg_compress_struct c = { .err = jpeg_std_error(&errors) }; /* exits on an error */
    jpeg_scan_info scans[SCANS];
    unsigned char *bytes = NULL;
    unsigned long n = 0;
    jpeg_create_compress(&c);
    jpeg_mem_dest(&c, &bytes, &n);
    set_up(&c, spec, scans);
    jpeg_start_compress(&c, TRUE);
    if (spec->orientation) add_exif(&c, spec->orientation, spec->big_endian);
    uint8_t *row = calloc(spec->width, 4);
    if (!row) abort();
    while (c.next_scanline < c.image_height) {
        fill_row(spec, c.next_scanline, row);
        jpeg_write_scanlines(&c, &row, 1);
    }
    jpeg_finish_compress(&c);
    jpeg_destroy_compress(&c);
    if (buf_add(out, bytes, n)) abort();
    free(row);
    free(bytes);
}

void test_jpeg_set_size(struct buf *jpeg, unsigned width, unsigned height) {
    uint8_t *p = (uint8_t *)jpeg->data;
    for (size_t at = 2; at + 9 < jpeg->len; at += 2 + ((size_t)p[at + 2] << 8 | p[at + 3])) {
        if (p[at] != 0xFF) break;
        if (p[at + 1] < 0xC0 || p[at + 1] > 0xC2) continue;
        p[at + 5] = (uint8_t)(height >> 8);
        p[at + 6] = (uint8_t)height;
        p[at + 7] = (uint8_t)(width >> 8);
        p[at + 8] = (uint8_t)width;
        return;
    }
    abort();
}

const uint8_t *test_jpeg_quarter(const uint8_t *rgb, unsigned width, unsigned height, int quarter) {
    size_t x = quarter & 1 ? width - width / 4 - 1 : width / 4;
    size_t y = quarter & 2 ? height - height / 4 - 1 : height / 4;
    return rgb + (y * width + x) * 3;
}
