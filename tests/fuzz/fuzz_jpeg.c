/* SPDX-License-Identifier: MIT */
/* Whatever bytes come as a photo: inspecting, thumbnail and pixels agree on whether they can be used, a band is laid over it or refused, its Exif is read
 * or not, and nothing breaks. */
#include "app/photo/exif.h"
#include "app/photo/jpeg.h"
#include "app/photo/jpeg_band.h"
#include "firmware/base/cleanup.h"

#include <stdio.h> /* jpeglib.h needs it */
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void demand(bool holds) {
    if (!holds) __builtin_trap();
}

/* Spliced or by coefficients: the same picture, to a pixel. */
static void demand_same(const struct buf *a, const struct buf *b) {
    CLEANUP(jpeg_pixels_fini) struct jpeg_pixels one = { 0 }, other = { 0 };
    int rc = jpeg_decode_scaled(a->data, a->len, 65535, &one, NULL);
    demand(jpeg_decode_scaled(b->data, b->len, 65535, &other, NULL) == rc);
    if (rc) return;
    demand(one.width_px == other.width_px && one.height_px == other.height_px);
    demand(memcmp(one.rgb, other.rgb, (size_t)one.width_px * one.height_px * 3) == 0);
}

static void on_warning(j_common_ptr d, int level) { d->err->num_warnings += level < 0; }

/* Bytes that mean nothing before the end marker pass inspection if they are few. What libjpeg counts of them depends on how far it has read ahead, so
 * that there may be one too many in a copy of them. bytes: passed inspection. */
static bool is_spotless(const uint8_t *bytes, size_t n) {
    struct jpeg_error_mgr errors;
    struct jpeg_decompress_struct d = { .err = jpeg_std_error(&errors) };
    errors.emit_message = on_warning;
    jpeg_create_decompress(&d);
    jpeg_mem_src(&d, bytes, (unsigned long)n);
    (void)jpeg_read_header(&d, TRUE);
    d.scale_num = 1;
    d.scale_denom = 8;
    (void)jpeg_start_decompress(&d);
    JSAMPARRAY row =
        d.mem->alloc_sarray((j_common_ptr)&d, JPOOL_IMAGE, d.output_width * (JDIMENSION)d.output_components, 1);
    while (d.output_scanline < d.output_height) (void)jpeg_read_scanlines(&d, row, 1);
    (void)jpeg_finish_decompress(&d);
    jpeg_destroy_decompress(&d);
    return errors.num_warnings == 0;
}

/* Also over what inspection refuses: it must not break. What was sound stays it. */
static void try_band(const uint8_t *bytes, size_t n, bool sound) {
    struct jpeg_band band = { 0 };
    struct jpeg_info info;
    enum jpeg_band_way way = JPEG_BAND_BY_COEFFICIENTS;
    CLEANUP(buf_fini) struct buf out;
    CLEANUP(buf_fini) struct buf other;
    buf_init(&out, (size_t)64 << 20);
    buf_init(&other, (size_t)64 << 20);
    if (jpeg_band_size(bytes, n, 40, &band.width_px, &band.height_px, NULL) != 0) return;
    if ((uint64_t)band.width_px * band.height_px > 4000000) return; /* a wide band: slow, and nothing new */
    CLEANUP(free_ptr) uint8_t *rgb = calloc((size_t)band.width_px * band.height_px, 3);
    demand(rgb != NULL);
    for (size_t i = 0; i < (size_t)band.width_px * band.height_px * 3; i += 7) rgb[i] = (uint8_t)(i * i >> 3);
    band.rgb = rgb;
    int rc = jpeg_band_lay(bytes, n, &band, &out, &way, NULL);
    demand(rc == 0 || out.len == 0);
    if (rc || !sound) return;
    demand(jpeg_inspect(out.data, out.len, &info, NULL) == 0);
    if (way == JPEG_BAND_BY_COEFFICIENTS) return;
    band.by_coefficients = true;
    if (jpeg_band_lay(bytes, n, &band, &other, &way, NULL) == 0) demand_same(&out, &other);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    struct jpeg_info peeked, inspected, info;
    struct exif_facts facts;
    CLEANUP(buf_fini) struct buf thumb;
    buf_init(&thumb, (size_t)4 << 20);
    int peek = jpeg_peek(bytes, n, &peeked, NULL);
    int inspect = jpeg_inspect(bytes, n, &inspected, NULL);
    int both = jpeg_inspect_and_thumbnail(bytes, n, JPEG_THUMB_PX, &info, &thumb, NULL);
    demand(inspect == both);
    demand(peek == 0 || inspect == peek);
    try_band(bytes, n, inspect == 0 && is_spotless(bytes, n));
    demand(exif_read(bytes, n, &facts) == 0);
    if (inspect) {
        demand(thumb.len == 0);
        return 0;
    }
    demand(inspected.width_px == peeked.width_px && inspected.orientation >= 1 && inspected.orientation <= 8);
    demand(inspected.decoder_bytes <= JPEG_DECODER_MAX);
    CLEANUP(jpeg_pixels_fini) struct jpeg_pixels pixels = { 0 };
    demand(jpeg_decode_scaled(thumb.data, thumb.len, JPEG_THUMB_PX, &pixels, NULL) == 0);
    demand(pixels.width_px <= JPEG_THUMB_PX && pixels.height_px <= JPEG_THUMB_PX);
    return 0;
}
