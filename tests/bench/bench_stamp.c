/* SPDX-License-Identifier: MIT */
/* A photo's watermark: band, words, Exif and all, against the way that alters every pixel: decoding the photo whole and encoding it again (which is
 * spared the drawing here). */
#include "tests/bench/bench.h"

#include "app/photo/jpeg.h"
#include "app/photo/jpeg_band.h"
#include "app/photo/stamp.h"
#include "firmware/base/cleanup.h"

#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>

enum { LONG_PX = 4000, OUT_MAX = 32 << 20, QUALITY = 90, MOST_PX = 320 };

static struct font *font;

static void stamp(const struct buf *photo) {
    static const struct stamp words = { .place = "锦绣花园 3-1201 · 水电 · 厨房",
                                        .when = "2026-11-22 16:04",
                                        .clock = "网络校时",
                                        .who = "项目经理甲",
                                        .code = "7Q3F-9KMP",
                                        .taken = "2026-11-22T16:04:05.123+08:00",
                                        .sha256 = "8d969eef6ecad3c29a3a629280e686cf0c3f5d5a86aff3ca12020c923adc6c92" };
    struct err_text e = { 0 };
    struct buf out;
    buf_init(&out, OUT_MAX);
    bench_must(stamp_draw(photo->data, photo->len, &words, font, &out, &e), "stamp", &e);
    buf_fini(&out);
}

/* A band of a stamp's size without words. */
static void lay(const struct buf *photo, bool by_coefficients, enum jpeg_band_way *way) {
    struct jpeg_band band = { .by_coefficients = by_coefficients };
    struct err_text e = { 0 };
    struct buf out;
    buf_init(&out, OUT_MAX);
    bench_must(jpeg_band_size(photo->data, photo->len, MOST_PX, &band.width_px, &band.height_px, &e), "size", &e);
    CLEANUP(free_ptr) uint8_t *rgb = calloc((size_t)band.width_px * band.height_px, 3);
    if (!rgb) bench_must(ERR_NOMEM, "band", NULL);
    band.rgb = rgb;
    bench_must(jpeg_band_lay(photo->data, photo->len, &band, &out, way, &e), "band", &e);
    buf_fini(&out);
}

static void lay_by_coefficients(const struct buf *photo) { lay(photo, true, NULL); }

static void encode_again(const struct buf *photo) {
    struct jpeg_pixels pixels;
    struct err_text e = { 0 };
    struct buf out;
    buf_init(&out, OUT_MAX);
    bench_must(jpeg_decode_scaled(photo->data, photo->len, LONG_PX, &pixels, &e), "decode", &e);
    bench_must(jpeg_encode(pixels.rgb, pixels.width_px, pixels.height_px, QUALITY, &out, &e), "encode", &e);
    jpeg_pixels_fini(&pixels);
    buf_fini(&out);
}

/* ---- photos ---- */

/* The same photo with the usual Huffman tables, as cameras write it: their encoders have no second pass over the picture. */
static struct buf with_usual_tables(const struct buf *photo) {
    struct jpeg_error_mgr errors; /* exits on an error */
    struct jpeg_decompress_struct d = { .err = jpeg_std_error(&errors) };
    struct jpeg_compress_struct c = { .err = &errors };
    struct buf out;
    unsigned char *bytes = NULL;
    unsigned long n = 0;
    jpeg_create_decompress(&d);
    jpeg_create_compress(&c);
    jpeg_mem_src(&d, (const unsigned char *)photo->data, photo->len);
    jpeg_mem_dest(&c, &bytes, &n);
    (void)jpeg_read_header(&d, TRUE);
    jvirt_barray_ptr *blocks = jpeg_read_coefficients(&d);
    jpeg_copy_critical_parameters(&d, &c);
    jpeg_write_coefficients(&c, blocks);
    jpeg_finish_compress(&c);
    jpeg_destroy_compress(&c);
    jpeg_destroy_decompress(&d);
    buf_init(&out, OUT_MAX);
    bench_must(buf_add(&out, bytes, n), "photo", NULL);
    free(bytes);
    return out;
}

/* The same photo from a phone held upright. */
static struct buf turned(const struct buf *photo) {
    static const char exif[] =
        "\xFF\xD8\xFF\xE1\0\x22"
        "Exif\0\0II*\0\10\0\0\0\1\0\x12\1\3\0\1\0\0\0\6\0\0\0\0\0\0"; /* and text's NUL: orientation 6 */
    struct buf out;
    buf_init(&out, OUT_MAX);
    (void)buf_add(&out, exif, sizeof exif);
    bench_must(buf_add(&out, photo->data + 2, photo->len - 2), "photo", NULL);
    return out;
}

/* ---- rounds ---- */

static double time_of(void (*work)(const struct buf *photo), const struct buf *photo) {
    double began = bench_now_s();
    work(photo);
    return bench_now_s() - began;
}

static void row(const char *name, const struct buf *photo, void (*work)(const struct buf *photo), double goal) {
    unsigned rounds = bench_quick() ? 5 : 15;
    struct bench_series ratio = { 0 };
    enum jpeg_band_way way;
    double took = 0;
    lay(photo, work == lay_by_coefficients, &way);
    work(photo);
    for (unsigned i = 0; i < rounds; i++) {
        double yardstick = time_of(encode_again, photo);
        took = time_of(work, photo);
        bench_add(&ratio, yardstick / took);
    }
    bench_row(name, &ratio, goal > 0 ? BENCH_AT_LEAST : BENCH_NO_GOAL, goal, "%.1f MB, %s; last: %.0f ms",
              (double)photo->len / 1e6, way == JPEG_BAND_SPLICED ? "spliced" : "by coefficients", took * 1000);
}

int main(void) {
    struct buf made = bench_photo(LONG_PX, 3000, 3000000, 1), photo = with_usual_tables(&made),
               on_side = turned(&photo);
    struct err_text e = { 0 };
    bench_must(font_open(NULL, &font, &e), "font", &e);
    row("watermark, 12 megapixels as cameras write them: how much faster than decoding and encoding", &photo, stamp,
        15);
    row("the same, held upright: the band is down the stored picture's side", &on_side, stamp, 0);
    row("the same, Huffman tables made for the photo, without a code for every word of the band", &made, stamp, 0);
    row("a band without words by coefficients, where nothing can be spliced", &photo, lay_by_coefficients, 1.4);
    font_close(font);
    buf_fini(&made);
    buf_fini(&photo);
    buf_fini(&on_side);
    return 0;
}
