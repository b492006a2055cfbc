/* SPDX-License-Identifier: MIT */
/* How long a phone waits for the 201 of a photo: the real sitelogd over TCP, from the first byte of the request to the answer; against the least that the
 * same promise takes: the bytes in a file with fsync, rename and fsync of the folder, every bit of it looked at (jpeg_read_coefficients), and its SHA-256.
 * Usage: bench_upload FOLDER-OF-PROGRAMS */
#include "tests/bench/bench.h"

#include "firmware/base/file.h"
#include "firmware/base/hash.h"
#include "tests/bench/board.h"
#include "tests/support/http_client.h"

#include <stdio.h>
#include <unistd.h>

enum { PHOTO_BYTES = 3000000, WIDTH_PX = 4000, HEIGHT_PX = 3000 };

static void plain(const struct bench_board *b, const struct buf *photo, unsigned n) {
    char path[BENCH_PATH];
    uint8_t hash[HASH_SIZE];
    struct err_text e = { 0 };
    bench_read_coefficients(photo);
    hash_sha256(photo->data, photo->len, hash);
    (void)snprintf(path, sizeof path, "%s/%u.jpg", b->dir, n);
    bench_must(file_write(path, photo->data, photo->len, 0600, &e), path, &e);
}

int main(int argc, char **argv) {
    if (argc != 2) return 2;
    unsigned rounds = bench_quick() ? 9 : 31;
    struct bench_series ratio = { 0 };
    struct buf photo = bench_photo(WIDTH_PX, HEIGHT_PX, PHOTO_BYTES, 1);
    struct bench_board b;
    double took = 0;
    bench_board_start(&b, argv[1], "", NULL);
    int fd = http_connect(b.port);
    for (unsigned i = 0; i < rounds + 2; i++) { /* the first two warm up */
        bench_number(&photo, 2 * i);
        double began = bench_now_s();
        plain(&b, &photo, i);
        double yardstick = bench_now_s() - began;
        bench_number(&photo, 2 * i + 1);
        began = bench_now_s();
        bench_board_photo(&b, fd, &photo);
        took = bench_now_s() - began;
        if (i >= 2) bench_add(&ratio, took / yardstick);
    }
    bench_row("time to 201 of a photo, HTTP and all ÷ fsynced file, coefficients and SHA-256", &ratio, BENCH_AT_MOST,
              1.4, "%.1f MB, 12 megapixels; last: %.0f ms", (double)photo.len / 1e6, took * 1000);
    (void)close(fd);
    bench_board_stop(&b);
    buf_fini(&photo);
    return 0;
}
