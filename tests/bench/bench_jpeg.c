/* SPDX-License-Identifier: MIT */
/* Looking through a photo and making its thumbnail against the least that reading every byte of it takes: libjpeg's jpeg_read_coefficients. */
#include "tests/bench/bench.h"

#include "app/photo/jpeg.h"

#include <stdio.h>
#include <stdlib.h>

static void take_in(const struct buf *photo) {
    struct jpeg_info info;
    struct err_text e = { 0 };
    struct buf thumb;
    buf_init(&thumb, 256u << 10);
    bench_must(jpeg_inspect_and_thumbnail(photo->data, photo->len, JPEG_THUMB_PX, &info, &thumb, &e), "thumb", &e);
    buf_fini(&thumb);
}

static double time_of(void (*work)(const struct buf *photo), const struct buf *photo) {
    double began = bench_now_s();
    for (int i = 0; i < 3; i++) work(photo);
    return bench_now_s() - began;
}

int main(void) {
    struct buf photo = bench_photo(4000, 3000, 3000000, 1);
    unsigned rounds = bench_quick() ? 9 : 31;
    struct bench_series ratio = { 0 };
    take_in(&photo);
    bench_read_coefficients(&photo);
    for (unsigned i = 0; i < rounds; i++) {
        double yardstick = time_of(bench_read_coefficients, &photo);
        bench_add(&ratio, time_of(take_in, &photo) / yardstick);
    }
    bench_row("inspect + thumbnail of 12 megapixels ÷ jpeg_read_coefficients", &ratio, BENCH_AT_MOST, 1.3,
              "%.1f MB, %u rounds", (double)photo.len / 1e6, rounds);
    buf_fini(&photo);
    return 0;
}
