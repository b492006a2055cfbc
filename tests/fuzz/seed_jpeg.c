/* SPDX-License-Identifier: MIT */
/* Writes small JPEG files of every kind into the folder that is given: what fuzz_jpeg begins with. */
#include "firmware/base/file.h"
#include "tests/support/test_jpeg_make.h"

#include <stdio.h>

static const struct test_jpeg kinds[] = {
    { .width = 24, .height = 16 },
    { .width = 24, .height = 16, .kind = TEST_JPEG_PROGRESSIVE },
    { .width = 24, .height = 16, .color = TEST_JPEG_GREY },
    { .width = 24, .height = 16, .color = TEST_JPEG_CMYK },
    { .width = 24, .height = 16, .chroma_444 = true, .restart = 2 },
    { .width = 24, .height = 16, .orientation = 6 },
    { .width = 24, .height = 16, .orientation = 8, .big_endian = true },
    /* higher than a band */
    { .width = 40, .height = 72, .orientation = 1 },
    { .width = 40, .height = 72, .orientation = 3 },
    { .width = 72, .height = 40, .orientation = 6, .chroma_422 = true },
    { .width = 40, .height = 56, .color = TEST_JPEG_GREY, .optimized = true },
    { .width = 40, .height = 60, .orientation = 4, .optimized = true, .chroma_444 = true },
};

int main(int argc, char **argv) {
    if (argc != 2) return 2;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct buf jpeg;
        struct err_text e = { 0 };
        char path[512];
        buf_init(&jpeg, 65536);
        test_jpeg_make(&kinds[i], &jpeg);
        (void)snprintf(path, sizeof path, "%s/kind-%zu", argv[1], i);
        int rc = file_write(path, jpeg.data, jpeg.len, 0644, &e);
        buf_fini(&jpeg);
        if (rc) {
            (void)fprintf(stderr, "%s\n", e.text);
            return 1;
        }
    }
    return 0;
}
