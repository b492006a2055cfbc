/* SPDX-License-Identifier: MIT */
/* Writes what fuzz_barcode begins with into the folder that is given: photos of labels, and the modules of their codes. */
#include "app/photo/jpeg.h"
#include "firmware/base/file.h"
#include "tests/support/test_label_make.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int put(const char *dir, const char *name, const struct buf *bytes) {
    struct err_text e = { 0 };
    char path[512];
    (void)snprintf(path, sizeof path, "%s/%s", dir, name);
    int rc = bytes->error ? bytes->error : file_write(path, bytes->data, bytes->len, 0644, &e);
    if (rc) (void)fprintf(stderr, "%s: %s\n", path, e.text);
    return rc;
}

static int put_photo(const char *dir, const char *name, struct test_label *p) {
    struct buf jpeg;
    struct err_text e = { 0 };
    buf_init(&jpeg, 1u << 20);
    int rc = jpeg_encode(p->rgb, p->width, p->height, 70, &jpeg, &e);
    if (rc == 0) rc = put(dir, name, &jpeg);
    buf_fini(&jpeg);
    free(p->rgb);
    return rc;
}

static int put_modules(const char *dir, const char *name, const char *const *rows) {
    struct buf out;
    size_t columns = strlen(rows[0]), bit = 0;
    unsigned char byte = 0;
    const unsigned char head[2] = { 0, (unsigned char)(columns - 1) };
    buf_init(&out, 4096);
    (void)buf_add(&out, head, sizeof head);
    for (size_t r = 0; rows[r]; r++)
        for (size_t c = 0; c < columns; c++) {
            byte |= (unsigned char)((rows[r][c] == '1') << bit % 8);
            if (++bit % 8) continue;
            (void)buf_add(&out, &byte, 1);
            byte = 0;
        }
    if (bit % 8) (void)buf_add(&out, &byte, 1);
    int rc = put(dir, name, &out);
    buf_fini(&out);
    return rc;
}

/* "138" in Code 128, and "*A1*" in Code 39: bars and spaces by turns, in modules. */
static const char *const code128[] = { "11010010000"
                                       "10011100110"
                                       "11001011100"
                                       "11101101110"
                                       "11001110100"
                                       "1100011101011",
                                       NULL };
static const char *const code39[] = { "100101101101"
                                      "0"
                                      "110101001011"
                                      "0"
                                      "110100101011"
                                      "0"
                                      "100101101101",
                                      NULL };

int main(int argc, char **argv) {
    char modules[TEST_LABEL_EAN_SIZE];
    if (argc != 2) return 2;
    test_label_ean_modules("6901234567892", modules);
    const char *const ean[] = { modules, NULL };
    struct test_label bars = test_label_paper(320, 80), square = test_label_paper(120, 120);
    test_label_ean(&bars, "6901234567892", 16, 10, 3, 60);
    test_label_qr(&square, 20, 20, 3);
    int rc = put_photo(argv[1], "bars", &bars) | put_photo(argv[1], "square", &square);
    rc |= put_modules(argv[1], "ean", ean) | put_modules(argv[1], "qr", test_label_qr_modules);
    rc |= put_modules(argv[1], "code128", code128) | put_modules(argv[1], "code39", code39);
    return rc ? 1 : 0;
}
