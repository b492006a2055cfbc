/* SPDX-License-Identifier: MIT */
/* Writes Exif blocks, as exiftool makes them, into the folder that is given: what fuzz_exif begins with. */
#include "app/photo/jpeg_exif.h"
#include "firmware/base/file.h"
#include "tests/support/exiftool.h"
#include "tests/support/test_jpeg_make.h"

#include <stdio.h>

static const char *const kinds[] = {
    "-Orientation=6 -DateTimeOriginal='2026:11:22 16:04:05' -SubSecTimeOriginal=123 -OffsetTimeOriginal=+08:00",
    "-ExifByteOrder=MM -Make=Canon -DateTimeOriginal='2026:11:22 16:04:05' -GPSLatitude=31.230416 -GPSLatitudeRef=N"
    " -GPSLongitude=121.4737 -GPSLongitudeRef=E",
    "-ExifByteOrder=II -Make=PENTAX -GPSLatitude=33.5 -GPSLatitudeRef=S -GPSLongitude=70.25 -GPSLongitudeRef=W "
    "-Artist=x",
};

int main(int argc, char **argv) {
    if (argc != 2) return 2;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct buf jpeg;
        struct err_text e = { 0 };
        char path[512];
        const uint8_t *block = NULL;
        size_t n = 0;
        buf_init(&jpeg, 65536);
        test_jpeg_make(&(struct test_jpeg){ .width = 16, .height = 16 }, &jpeg);
        exiftool_write(&jpeg, kinds[i]);
        (void)snprintf(path, sizeof path, "%s/kind-%zu", argv[1], i);
        int rc = jpeg_exif_find((const uint8_t *)jpeg.data, jpeg.len, &block, &n)
                     ? file_write(path, block + 6, n - 6, 0644, &e)
                     : err_set(&e, ERR_NOT_FOUND, "exiftool wrote no block");
        buf_fini(&jpeg);
        if (rc) {
            (void)fprintf(stderr, "%s\n", e.text);
            return 1;
        }
    }
    return 0;
}
