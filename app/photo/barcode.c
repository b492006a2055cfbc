/* SPDX-License-Identifier: MIT */
/* Reads codes with libzbar. The only file that includes its header. What a code means is for people to say. */
#include "app/photo/barcode.h"

#include "app/journal/privacy.h"
#include "app/photo/jpeg.h"
#include "firmware/base/json.h"
#include "firmware/base/text.h"

#include <stdlib.h>
#include <string.h>
#include <zbar.h>

/* Most labels are read from the smaller picture, which is four times as fast; small print from the larger. */
static const uint32_t sides_px[] = { 1280, 2560 };

static bool is_article(zbar_symbol_type_t type) {
    return type == ZBAR_EAN2 || type == ZBAR_EAN5 || type == ZBAR_EAN8 || type == ZBAR_EAN13 || type == ZBAR_UPCA ||
           type == ZBAR_UPCE || type == ZBAR_ISBN10 || type == ZBAR_ISBN13;
}

/* "EAN-13" → "ean-13" */
static void print_type(zbar_symbol_type_t type, char out[24]) {
    text_clip(out, 24, zbar_get_symbol_name(type));
    for (char *p = out; *p; p++) {
        if (*p >= 'A' && *p <= 'Z') *p = (char)(*p - 'A' + 'a');
        if (!(*p >= 'a' && *p <= 'z') && !(*p >= '0' && *p <= '9')) *p = '-';
    }
}

static int put_code(zbar_symbol_type_t type, const char *text, struct json_out *w) {
    struct buf masked;
    char name[24];
    buf_init(&masked, 4 * BARCODE_TEXT_MAX + 64);
    int rc = is_article(type) ? buf_add_text(&masked, text) : privacy_mask_text(text, &masked);
    if (rc == 0 && masked.len <= BARCODE_TEXT_MAX) {
        print_type(type, name);
        json_open(w, NULL, '{');
        json_put_text(w, "type", name);
        json_put_text(w, "text", masked.data);
        json_close(w, '}');
    }
    buf_fini(&masked);
    return rc;
}

/* A text that can be kept: of a fair length, and one. */
static bool is_text(const char *bytes, size_t n) {
    return n > 0 && n <= BARCODE_TEXT_MAX && text_utf8_valid(bytes, n) && bytes[strspn(bytes, " \t\r\n")] != '\0';
}

static bool is_first(const zbar_symbol_t *first, const zbar_symbol_t *this) {
    for (const zbar_symbol_t *s = first; s && s != this; s = zbar_symbol_next(s))
        if (zbar_symbol_get_type(s) == zbar_symbol_get_type(this) &&
            strcmp(zbar_symbol_get_data(s), zbar_symbol_get_data(this)) == 0)
            return false;
    return true;
}

static int put_codes(const zbar_image_t *image, struct json_out *w) {
    const zbar_symbol_t *first = zbar_image_first_symbol(image);
    int count = 0;
    int rc = 0;
    for (const zbar_symbol_t *s = first; rc == 0 && s && count < BARCODE_CODES_MAX; s = zbar_symbol_next(s)) {
        const char *text = zbar_symbol_get_data(s);
        if (!is_text(text, zbar_symbol_get_data_length(s)) || !is_first(first, s)) continue;
        rc = put_code(zbar_symbol_get_type(s), text, w);
        count++;
    }
    return rc;
}

int barcode_read_grey(const unsigned char *grey, unsigned width_px, unsigned height_px, struct buf *out) {
    zbar_image_scanner_t *scanner = zbar_image_scanner_create();
    zbar_image_t *image = zbar_image_create();
    struct json_out w;
    int rc = scanner && image ? 0 : ERR_NOMEM;
    json_start(&w, out);
    json_open(&w, NULL, '[');
    if (rc == 0) {
        /* DataBar's little redundancy makes it see codes where there are none; the others check themselves. */
        zbar_image_scanner_set_config(scanner, ZBAR_DATABAR, ZBAR_CFG_ENABLE, 0);
        zbar_image_scanner_set_config(scanner, ZBAR_DATABAR_EXP, ZBAR_CFG_ENABLE, 0);
        /* Nobody prints SQ codes, and looking for them loses memory where something looks a little like one. */
        zbar_image_scanner_set_config(scanner, ZBAR_SQCODE, ZBAR_CFG_ENABLE, 0);
        zbar_image_set_format(image, zbar_fourcc('Y', '8', '0', '0'));
        zbar_image_set_size(image, width_px, height_px);
        zbar_image_set_data(image, grey, (unsigned long)width_px * height_px, NULL);
        if (zbar_scan_image(scanner, image) > 0) rc = put_codes(image, &w);
    }
    if (image) zbar_image_destroy(image);
    if (scanner) zbar_image_scanner_destroy(scanner);
    json_close(&w, ']');
    return rc < 0 ? rc : out->error;
}

/* In place: three bytes a pixel become one (ITU-R BT.601). */
static void make_grey(struct jpeg_pixels *p) {
    size_t n = (size_t)p->width_px * p->height_px;
    for (size_t i = 0; i < n; i++) {
        const uint8_t *rgb = p->rgb + 3 * i;
        p->rgb[i] = (uint8_t)((299u * rgb[0] + 587u * rgb[1] + 114u * rgb[2]) / 1000u);
    }
}

int barcode_read(const void *jpeg, size_t n, struct buf *out, struct err_text *e) {
    int rc = 0;
    size_t begin = out->len;
    uint32_t last_px = 0;
    for (size_t i = 0; rc == 0 && i < TEXT_ARRAY_LEN(sides_px); i++) {
        struct jpeg_pixels pixels = { 0 };
        rc = jpeg_decode_scaled(jpeg, n, sides_px[i], &pixels, e);
        if (rc < 0) return rc;
        uint32_t long_px = pixels.width_px > pixels.height_px ? pixels.width_px : pixels.height_px;
        bool again = long_px > last_px;
        out->len = begin;
        make_grey(&pixels);
        if (again || i == 0) rc = barcode_read_grey(pixels.rgb, pixels.width_px, pixels.height_px, out);
        last_px = long_px;
        jpeg_pixels_fini(&pixels);
        if (out->len - begin > 2 || long_px < sides_px[i]) break;
    }
    return rc < 0 ? err_set(e, rc, "the codes cannot be read: %s", err_name(rc)) : 0;
}
