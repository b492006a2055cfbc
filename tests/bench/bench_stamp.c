/* SPDX-License-Identifier: MIT */
/* A photo's watermark: band, words, Exif and all, against the way that alters every pixel: decoding the photo whole and encoding it again. */
#include "tests/bench/bench.h"

#include "app/photo/jpeg.h"
#include "app/photo/stamp.h"

enum { LONG_PX = 4000, OUT_MAX = 32 << 20, QUALITY = 90 };

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

static double time_of(void (*work)(const struct buf *photo), const struct buf *photo) {
    double began = bench_now_s();
    work(photo);
    return bench_now_s() - began;
}

int main(void) {
    struct buf photo = bench_photo(LONG_PX, 3000, 3000000, 1);
    unsigned rounds = bench_quick() ? 5 : 15;
    struct bench_series ratio = { 0 };
    struct err_text e = { 0 };
    double took = 0;
    bench_must(font_open(NULL, &font, &e), "font", &e);
    stamp(&photo);
    for (unsigned i = 0; i < rounds; i++) {
        double yardstick = time_of(encode_again, &photo);
        took = time_of(stamp, &photo);
        bench_add(&ratio, yardstick / took);
    }
    bench_row("watermark by coefficients, 12 megapixels: how much faster than decoding and encoding", &ratio,
              BENCH_AT_LEAST, 1.4, "%.1f MB; last: %.0f ms", (double)photo.len / 1e6, took * 1000);
    font_close(font);
    buf_fini(&photo);
    return 0;
}
