/* SPDX-License-Identifier: MIT */
/* Bands over pictures of every kind: they are where the top is, and no coefficient outside of them changes. */
#include "app/photo/jpeg_band.h"
#include "firmware/base/cleanup.h"
#include "tests/support/test_jpeg_blocks.h"
#include "tests/support/test_jpeg_make.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

enum { FILE_MAX = 8 << 20 };

#define GREY_CORNERS                                                                                                   \
    {                                                                                                                  \
        { 90, 90, 90 }, { 150, 150, 150 }, { 200, 200, 200 }, { 120, 120, 120 }                                        \
    }

static const struct test_jpeg kinds[] = {
    { .width = 333, .height = 251, .corner = GREY_CORNERS },
    { .width = 320, .height = 256, .chroma_444 = true, .corner = GREY_CORNERS },
    { .width = 301, .height = 203, .chroma_422 = true, .corner = GREY_CORNERS },
    { .width = 255, .height = 257, .color = TEST_JPEG_GREY, .corner = GREY_CORNERS },
    { .width = 200, .height = 301, .color = TEST_JPEG_CMYK, .corner = GREY_CORNERS },
    { .width = 319, .height = 241, .kind = TEST_JPEG_PROGRESSIVE, .corner = GREY_CORNERS },
    { .width = 319, .height = 241, .restart = 3, .corner = GREY_CORNERS },
    { .width = 130, .height = 97, .kind = TEST_JPEG_PROGRESSIVE, .chroma_444 = true, .corner = GREY_CORNERS },
};

/* The exif segment's content that says this orientation, as a stamp's does. */
static void app1_of(int orientation, uint8_t out[32]) {
    static const uint8_t plain[32] = { 'E',  'x', 'i', 'f', 0, 0, 'I', 'I', '*', 0, 8, 0, 0, 0, 1, 0,
                                       0x12, 1,   3,   0,   1, 0, 0,   0,   0,   0, 0, 0, 0, 0, 0, 0 };
    memcpy(out, plain, sizeof plain);
    out[24] = (uint8_t)orientation;
}

/* ---- bands ---- */

static uint8_t *plain(uint32_t width_px, uint32_t height_px, const uint8_t color[3]) {
    uint8_t *rgb = malloc((size_t)width_px * height_px * 3);
    assert_non_null(rgb);
    for (size_t i = 0; i < (size_t)width_px * height_px; i++) memcpy(rgb + 3 * i, color, 3);
    return rgb;
}

static bool near_color(const uint8_t *rgb, const uint8_t want[3]) {
    for (int i = 0; i < 3; i++)
        if (abs(rgb[i] - want[i]) > 12) return false;
    return true;
}

/* Seen upright, the band is on top from side to side, and under it is the photo. */
static void assert_on_top(const struct buf *jpeg, uint32_t height_px, const uint8_t color[3]) {
    struct jpeg_pixels p;
    struct err_text e = { 0 };
    if (jpeg_decode_scaled(jpeg->data, jpeg->len, 10000, &p, &e)) fail_msg("%s", e.text);
    for (uint32_t y = 0; y < p.height_px; y++)
        for (uint32_t x = 0; x < p.width_px; x++) {
            bool is_band = near_color(p.rgb + ((size_t)y * p.width_px + x) * 3, color);
            bool edge = y + 2 >= height_px && y < height_px + 2; /* chroma is shared across it */
            if (!edge && is_band != (y < height_px)) fail_msg("%u, %u of %u x %u", x, y, p.width_px, p.height_px);
        }
    jpeg_pixels_fini(&p);
}

static void try_band(const struct test_jpeg *spec, uint32_t at_most_px) {
    static const uint8_t black[3] = { 16, 16, 16 };
    struct buf before, after;
    struct jpeg_info info;
    struct jpeg_band band = { 0 };
    struct err_text e = { 0 };
    uint8_t app1[32];
    size_t outside, changed;
    buf_init(&before, FILE_MAX);
    buf_init(&after, FILE_MAX);
    test_jpeg_make(spec, &before);
    assert_int_equal(jpeg_peek(before.data, before.len, &info, NULL), 0);
    assert_int_equal(jpeg_band_size(before.data, before.len, at_most_px, &band.width_px, &band.height_px, &e), 0);
    assert_int_equal(band.width_px, info.upright_width_px);
    assert_true(band.height_px > 0 && band.height_px <= (at_most_px < 16 ? 16 : at_most_px));
    uint8_t *rgb = plain(band.width_px, band.height_px, black);
    band.rgb = rgb;
    app1_of(info.orientation, app1);
    band.app1 = app1;
    band.app1_n = sizeof app1;
    if (jpeg_band_lay(before.data, before.len, &band, &after, NULL, &e)) fail_msg("%s", e.text);

    struct jpeg_info now;
    assert_int_equal(jpeg_inspect(after.data, after.len, &now, &e), 0);
    assert_int_equal(now.orientation, info.orientation);
    assert_int_equal(now.components, info.components);
    assert_false(now.progressive);
    test_jpeg_compare(&before, &after, test_jpeg_band_area(&info, band.height_px), &outside, &changed);
    assert_true(outside > 0 && changed > 0);
    assert_on_top(&after, band.height_px, black);
    free(rgb);
    buf_fini(&before);
    buf_fini(&after);
}

static void every_kind_every_way_up(void **state) {
    (void)state;
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++)
        for (int orientation = 0; orientation <= 8; orientation++) {
            struct test_jpeg spec = kinds[k];
            spec.orientation = orientation;
            spec.big_endian = orientation % 2;
            for (uint32_t most = 0; most <= 60; most += 20) try_band(&spec, most);
        }
}

/* Of all widths and heights around an MCU's, so that every cut of the last one is there. */
static void every_rest_of_an_mcu(void **state) {
    (void)state;
    for (unsigned rest = 1; rest <= 16; rest++)
        for (int orientation = 1; orientation <= 8; orientation++) {
            struct test_jpeg spec = {
                .width = 64 + rest, .height = 80 + rest, .orientation = orientation, .corner = GREY_CORNERS
            };
            try_band(&spec, 20);
        }
}

static void a_colour_profile_goes_along(void **state) {
    (void)state;
    static const uint8_t grey[3] = { 40, 40, 40 };
    static const char profile[] =
        "\xFF\xE2\0\x1EICC_PROFILE\0\1\1a test's profile"; /* 2 + 28 bytes, its end is text's NUL */
    struct buf plain_jpeg, before, after;
    buf_init(&plain_jpeg, FILE_MAX);
    buf_init(&before, FILE_MAX);
    buf_init(&after, FILE_MAX);
    test_jpeg_make(&kinds[0], &plain_jpeg);
    assert_int_equal(buf_add(&before, plain_jpeg.data, 2), 0);
    assert_int_equal(buf_add(&before, profile, 2 + 0x1E), 0);
    assert_int_equal(buf_add(&before, plain_jpeg.data + 2, plain_jpeg.len - 2), 0);
    struct jpeg_band band = { 0 };
    assert_int_equal(jpeg_band_size(before.data, before.len, 16, &band.width_px, &band.height_px, NULL), 0);
    uint8_t *rgb = plain(band.width_px, band.height_px, grey);
    band.rgb = rgb;
    assert_int_equal(jpeg_band_lay(before.data, before.len, &band, &after, NULL, NULL), 0);
    assert_non_null(memmem(after.data, after.len, profile, 2 + 0x1E));
    free(rgb);
    buf_fini(&plain_jpeg);
    buf_fini(&before);
    buf_fini(&after);
}

/* Tables that no encoder makes and every decoder takes: zeros, and in 16 bits what is 0 in an encoder's. */
static void odd_quantization_breaks_nothing(void **state) {
    (void)state;
    static const uint8_t grey[3] = { 40, 40, 40 };
    static const unsigned odd[] = { 0, 1, 255, 256, 8191, 8192, 16384, 32768, 65535 };
    for (size_t k = 0; k < sizeof odd / sizeof odd[0]; k++) {
        struct buf made, jpeg, out;
        uint8_t table[4 + 1 + 128] = { 0xFF, 0xDB, 0, 131, 0x10 }; /* DQT: table 0 in 16 bits */
        for (size_t i = 0; i < 64; i++) {
            unsigned value = i % 3 ? odd[k] : 8;
            table[5 + 2 * i] = (uint8_t)(value >> 8);
            table[6 + 2 * i] = (uint8_t)value;
        }
        buf_init(&made, FILE_MAX);
        buf_init(&jpeg, FILE_MAX);
        buf_init(&out, FILE_MAX);
        test_jpeg_make(&kinds[0], &made);
        char *frame = memmem(made.data, made.len, "\xFF\xC0", 2); /* after the tables that it has */
        assert_non_null(frame);
        frame[1] = (char)0xC1; /* extended: may have such tables */
        assert_int_equal(buf_add(&jpeg, made.data, (size_t)(frame - made.data)), 0);
        assert_int_equal(buf_add(&jpeg, table, sizeof table), 0);
        assert_int_equal(buf_add(&jpeg, frame, made.len - (size_t)(frame - made.data)), 0);
        struct jpeg_band band = { 0 };
        assert_int_equal(jpeg_band_size(jpeg.data, jpeg.len, 32, &band.width_px, &band.height_px, NULL), 0);
        uint8_t *rgb = plain(band.width_px, band.height_px, grey);
        band.rgb = rgb;
        assert_int_equal(jpeg_band_lay(jpeg.data, jpeg.len, &band, &out, NULL, NULL), 0);
        assert_int_equal(jpeg_inspect(out.data, out.len, &(struct jpeg_info){ 0 }, NULL), 0);
        free(rgb);
        buf_fini(&made);
        buf_fini(&jpeg);
        buf_fini(&out);
    }
}

static void what_cannot_be_is_said(void **state) {
    (void)state;
    static const uint8_t grey[3] = { 40, 40, 40 };
    struct test_jpeg arithmetic = { .width = 64, .height = 64, .kind = TEST_JPEG_ARITHMETIC, .corner = GREY_CORNERS };
    struct buf jpeg, out;
    struct err_text e = { 0 };
    uint32_t w, h;
    buf_init(&jpeg, FILE_MAX);
    buf_init(&out, FILE_MAX);
    test_jpeg_make(&arithmetic, &jpeg);
    assert_int_equal(jpeg_band_size(jpeg.data, jpeg.len, 16, &w, &h, &e), ERR_UNSUPPORTED);
    assert_int_not_equal(jpeg_band_size("no picture", 10, 16, &w, &h, &e), 0);
    buf_clear(&jpeg);
    test_jpeg_make(&kinds[0], &jpeg);
    uint8_t *rgb = plain(kinds[0].width, 64, grey);
    struct jpeg_band band = { .rgb = rgb, .width_px = kinds[0].width, .height_px = 17 };
    assert_int_equal(buf_add_text(&out, "before"), 0);
    assert_int_equal(jpeg_band_lay(jpeg.data, jpeg.len, &band, &out, NULL, &e), ERR_INVALID);
    band.height_px = 32;
    band.width_px--;
    assert_int_equal(jpeg_band_lay(jpeg.data, jpeg.len, &band, &out, NULL, &e), ERR_INVALID);
    band.width_px++;
    struct buf small;
    buf_init(&small, 1000);
    assert_int_equal(buf_add_text(&small, "before"), 0);
    assert_int_equal(jpeg_band_lay(jpeg.data, jpeg.len, &band, &small, NULL, &e), ERR_TOO_BIG);
    assert_string_equal(small.data, "before");
    assert_string_equal(out.data, "before");
    /* cut short at every place: an error or, where only the end is missing, a picture; never a crash */
    for (size_t n = 0; n < jpeg.len; n += 97) {
        buf_clear(&out);
        (void)!jpeg_band_lay(jpeg.data, n, &band, &out, NULL, NULL);
    }
    free(rgb);
    buf_fini(&small);
    buf_fini(&jpeg);
    buf_fini(&out);
}

/* A CMYK picture whose inks nobody says to be inverted: an Adobe marker that is added would invert it. */
static void inks_stay_as_they_are(void **state) {
    static const uint8_t adobe[] = { 0xFF, 0xEE, 0, 14, 'A', 'd', 'o', 'b', 'e' };
    struct test_jpeg spec = { .width = 160, .height = 160, .color = TEST_JPEG_CMYK, .corner = GREY_CORNERS };
    struct buf jpeg, out;
    struct jpeg_pixels before = { 0 }, after = { 0 };
    struct jpeg_band band = { 0 };
    (void)state;
    buf_init(&jpeg, FILE_MAX);
    test_jpeg_make(&spec, &jpeg);
    uint8_t *marker = memmem(jpeg.data, jpeg.len, adobe, sizeof adobe);
    assert_non_null(marker);
    marker[4] = 'G'; /* nobody's */
    assert_int_equal(jpeg_decode_scaled(jpeg.data, jpeg.len, 160, &before, NULL), 0);
    assert_int_equal(jpeg_band_size(jpeg.data, jpeg.len, 16, &band.width_px, &band.height_px, NULL), 0);
    uint8_t *rgb = calloc((size_t)band.width_px * band.height_px, 3);
    band.rgb = rgb;
    for (int i = 0; i < 2; i++) {
        enum jpeg_band_way way;
        band.by_coefficients = i == 1;
        buf_init(&out, FILE_MAX);
        assert_int_equal(jpeg_band_lay(jpeg.data, jpeg.len, &band, &out, &way, NULL), 0);
        assert_int_equal(way, i ? JPEG_BAND_BY_COEFFICIENTS : JPEG_BAND_SPLICED);
        assert_int_equal(jpeg_decode_scaled(out.data, out.len, 160, &after, NULL), 0);
        size_t from = (size_t)(band.height_px + 16) * 160 * 3, n = (size_t)160 * 160 * 3 - from;
        assert_memory_equal(after.rgb + from, before.rgb + from, n);
        jpeg_pixels_fini(&after);
        buf_fini(&out);
    }
    free(rgb);
    jpeg_pixels_fini(&before);
    buf_fini(&jpeg);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_every_way_up),     cmocka_unit_test(every_rest_of_an_mcu),
        cmocka_unit_test(a_colour_profile_goes_along), cmocka_unit_test(odd_quantization_breaks_nothing),
        cmocka_unit_test(inks_stay_as_they_are),       cmocka_unit_test(what_cannot_be_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
