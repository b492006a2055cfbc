/* SPDX-License-Identifier: MIT */
/* Whatever comes as a photo of a label, or as its pixels: the codes that are read are texts that can be kept, masked where they are not an article's
 * number, and the same each time. Bytes that begin as a JPEG are one; others say by their first byte whether grey pixels follow, or modules of a code,
 * a bit each, which are drawn large enough to be read. */
#include "app/journal/privacy.h"
#include "app/photo/barcode.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/json.h"
#include "firmware/base/text.h"

#include <stdlib.h>
#include <string.h>

enum { OUT_MAX = 65536, MODULE_PX = 3, QUIET_MODULES = 8, MODULES_MAX = 80, BAR_MODULES = 12 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void demand(bool holds) {
    if (!holds) __builtin_trap();
}

static bool is_article(const char *type) {
    return strncmp(type, "ean-", 4) == 0 || strncmp(type, "upc-", 4) == 0 || strncmp(type, "isbn-", 5) == 0;
}

static void demand_masked(const char *text) {
    struct buf again;
    buf_init(&again, OUT_MAX);
    demand(privacy_mask_text(text, &again) == 0 && strcmp(again.data, text) == 0);
    buf_fini(&again);
}

static void demand_codes(const struct buf *out) {
    CLEANUP(json_destroy_ptr) struct json *root = NULL;
    demand(json_parse(out->data, out->len, &root, NULL) == 0 && json_is_array(root));
    demand(json_count(root) <= BARCODE_CODES_MAX);
    for (size_t i = 0; i < json_count(root); i++) {
        const char *type = json_text(json_member(json_at(root, i), "type"));
        const char *text = json_text(json_member(json_at(root, i), "text"));
        demand(type && *type && type[strspn(type, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0');
        demand(text && *text && strlen(text) <= BARCODE_TEXT_MAX && text_utf8_valid(text, strlen(text)));
        if (!is_article(type)) demand_masked(text);
    }
}

static void try_grey(const unsigned char *grey, unsigned width, unsigned height) {
    struct buf out, again;
    buf_init(&out, OUT_MAX);
    buf_init(&again, OUT_MAX);
    demand(barcode_read_grey(grey, width, height, &out) == 0);
    demand_codes(&out);
    if (out.len > 2) { /* there are some; looking takes its time */
        demand(barcode_read_grey(grey, width, height, &again) == 0);
        demand(out.len == again.len && memcmp(out.data, again.data, out.len) == 0);
    }
    buf_fini(&out);
    buf_fini(&again);
}

/* bits: 1 is dark. One row is bars, as high as it takes. */
static void try_modules(const uint8_t *bits, size_t n, unsigned columns) {
    size_t rows = n * 8 / columns < MODULES_MAX ? n * 8 / columns : MODULES_MAX;
    if (rows == 0) return;
    size_t high = rows == 1 ? BAR_MODULES : rows;
    unsigned width = (columns + 2 * QUIET_MODULES) * MODULE_PX;
    unsigned height = ((unsigned)high + 2 * QUIET_MODULES) * MODULE_PX;
    unsigned char *grey = malloc((size_t)width * height);
    demand(grey != NULL);
    memset(grey, 235, (size_t)width * height);
    for (size_t i = 0; i < high * columns; i++) {
        size_t bit = i % (rows * columns), x = (i % columns + QUIET_MODULES) * MODULE_PX,
               y = (i / columns + QUIET_MODULES) * MODULE_PX;
        if ((bits[bit / 8] >> bit % 8 & 1) == 0) continue;
        for (size_t row = y; row < y + MODULE_PX; row++) memset(grey + row * width + x, 20, MODULE_PX);
    }
    try_grey(grey, width, height);
    free(grey);
}

static void try_photo(const uint8_t *bytes, size_t n) {
    struct buf out;
    struct err_text e = { 0 };
    buf_init(&out, OUT_MAX);
    int rc = barcode_read(bytes, n, &out, &e);
    if (rc == 0)
        demand_codes(&out);
    else
        demand(e.text[0] != '\0');
    buf_fini(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    if (n < 3) return 0;
    if (bytes[0] == 0xff && bytes[1] == 0xd8) {
        try_photo(bytes, n);
    } else if (bytes[0] & 1) {
        unsigned width = 1u + bytes[1], height = (unsigned)((n - 2) / width);
        if (height > 0) try_grey(bytes + 2, width, height);
    } else {
        try_modules(bytes + 2, n - 2, 1u + bytes[1] % MODULES_MAX);
    }
    return 0;
}
