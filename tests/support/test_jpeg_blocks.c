/* SPDX-License-Identifier: MIT */
/* libjpeg's decoder, as lenient as it is. */
#include "tests/support/test_jpeg_blocks.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

struct coefficients {
    struct jpeg_error_mgr errors; /* exits on an error */
    struct jpeg_decompress_struct d;
    jvirt_barray_ptr *blocks;
};

static void coefficients_read(struct coefficients *c, const struct buf *jpeg) {
    memset(c, 0, sizeof *c);
    c->d.err = jpeg_std_error(&c->errors);
    jpeg_create_decompress(&c->d);
    jpeg_mem_src(&c->d, (const unsigned char *)jpeg->data, jpeg->len);
    (void)jpeg_read_header(&c->d, TRUE);
    c->blocks = jpeg_read_coefficients(&c->d);
}

static JBLOCKROW blocks_of_row(struct coefficients *c, int component, unsigned y) {
    return c->d.mem->access_virt_barray((j_common_ptr)&c->d, c->blocks[component], y, 1, FALSE)[0];
}

struct test_jpeg_area test_jpeg_band_area(const struct jpeg_info *info, uint32_t height_px) {
    bool lying = info->orientation >= 5;
    bool far_end = info->orientation == 3 || info->orientation == 4 || info->orientation >= 7;
    struct test_jpeg_area area = { .width = lying ? height_px : info->width_px,
                                   .height = lying ? info->height_px : height_px };
    if (far_end && lying) area.left = info->width_px - height_px;
    if (far_end && !lying) area.top = info->height_px - height_px;
    return area;
}

static bool is_inside(struct test_jpeg_area area, unsigned x, unsigned y) {
    return x >= area.left && x - area.left < area.width && y >= area.top && y - area.top < area.height;
}

static void compare_component(struct coefficients *a, struct coefficients *b, int i, struct test_jpeg_area except,
                              size_t *outside, size_t *changed) {
    const jpeg_component_info *c = &a->d.comp_info[i], *other = &b->d.comp_info[i];
    unsigned across = DCTSIZE * (unsigned)(a->d.max_h_samp_factor / c->h_samp_factor); /* px of a block */
    unsigned down = DCTSIZE * (unsigned)(a->d.max_v_samp_factor / c->v_samp_factor);
    assert_int_equal(c->width_in_blocks, other->width_in_blocks);
    assert_int_equal(c->height_in_blocks, other->height_in_blocks);
    assert_memory_equal(c->quant_table->quantval, other->quant_table->quantval, sizeof c->quant_table->quantval);
    for (unsigned y = 0; y < c->height_in_blocks; y++) {
        JBLOCKROW row = blocks_of_row(a, i, y), other_row = blocks_of_row(b, i, y);
        for (unsigned x = 0; x < c->width_in_blocks; x++) {
            bool inside = is_inside(except, x * across, y * down);
            bool same = memcmp(row[x], other_row[x], sizeof(JBLOCK)) == 0;
            if (!inside && !same) fail_msg("component %d, block %u, %u changed", i, x, y);
            *outside += !inside;
            *changed += inside && !same;
        }
    }
}

void test_jpeg_compare(const struct buf *a, const struct buf *b, struct test_jpeg_area except, size_t *outside,
                       size_t *changed) {
    struct coefficients before, after;
    size_t n[2] = { 0, 0 };
    coefficients_read(&before, a);
    coefficients_read(&after, b);
    assert_int_equal(before.d.num_components, after.d.num_components);
    assert_int_equal(before.d.jpeg_color_space, after.d.jpeg_color_space);
    assert_int_equal(before.d.image_width, after.d.image_width);
    assert_int_equal(before.d.image_height, after.d.image_height);
    for (int i = 0; i < before.d.num_components; i++) compare_component(&before, &after, i, except, &n[0], &n[1]);
    jpeg_destroy_decompress(&before.d);
    jpeg_destroy_decompress(&after.d);
    if (outside) *outside = n[0];
    if (changed) *changed = n[1];
}

long test_jpeg_warnings(const struct buf *jpeg) {
    struct jpeg_error_mgr errors;
    struct jpeg_decompress_struct d = { .err = jpeg_std_error(&errors) };
    jpeg_create_decompress(&d);
    jpeg_mem_src(&d, (const unsigned char *)jpeg->data, jpeg->len);
    (void)jpeg_read_header(&d, TRUE);
    (void)jpeg_start_decompress(&d);
    uint8_t *row = malloc((size_t)d.output_width * (size_t)d.output_components);
    if (!row) abort();
    while (d.output_scanline < d.output_height) (void)jpeg_read_scanlines(&d, &row, 1);
    (void)jpeg_finish_decompress(&d);
    long warnings = errors.num_warnings;
    jpeg_destroy_decompress(&d);
    free(row);
    return warnings;
}
