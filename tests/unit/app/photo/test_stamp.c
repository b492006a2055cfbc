/* SPDX-License-Identifier: MIT */
/* Watermarks: how high the band is, that its words are there and the rest of the photo is, and what the file says of itself, as exiftool reads it. */
#include "app/photo/jpeg.h"
#include "app/photo/stamp.h"
#include "firmware/base/file.h"
#include "tests/support/exiftool.h"
#include "tests/support/test_jpeg_make.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_MAX = 32 << 20 };

static struct font *font;

static const struct stamp usual = {
    .place = "锦绣花园 3-1201 · 水电 · 厨房",
    .when = "2026-11-22 16:04",
    .clock = "网络校时",
    .who = "项目经理甲",
    .code = "7Q3F-9KMP",
    .taken = "2026-11-22T16:04:05.123+08:00",
    .sha256 = "8d969eef6ecad3c29a3a629280e686cf0c3f5d5a86aff3ca12020c923adc6c92",
};

static int setup(void **state) {
    (void)state;
    return font_open(NULL, &font, NULL);
}

static int teardown(void **state) {
    (void)state;
    font_close(font);
    return 0;
}

/* A light grey picture, stamped. */
static struct buf stamped(struct test_jpeg spec, const struct stamp *stamp) {
    struct buf jpeg, out;
    struct err_text e = { 0 };
    for (int i = 0; i < 4; i++) memset(spec.corner[i], 180, 3);
    buf_init(&jpeg, FILE_MAX);
    buf_init(&out, FILE_MAX);
    test_jpeg_make(&spec, &jpeg);
    if (stamp_draw(jpeg.data, jpeg.len, stamp, font, &out, &e)) fail_msg("%s", e.text);
    buf_fini(&jpeg);
    return out;
}

static struct jpeg_pixels pixels(const struct buf *jpeg) {
    struct jpeg_pixels p;
    struct err_text e = { 0 };
    if (jpeg_decode_scaled(jpeg->data, jpeg->len, 10000, &p, &e)) fail_msg("%s", e.text);
    return p;
}

/* Rows from the top whose left edge is dark. */
static uint32_t band_height(const struct jpeg_pixels *p) {
    uint32_t y = 0;
    while (y < p->height_px && p->rgb[(size_t)y * p->width_px * 3 + 1] < 90) y++;
    return y;
}

/* Pixels of the band that are as light as words, in a part of its width. */
static size_t words(const struct jpeg_pixels *p, uint32_t height, uint32_t from, uint32_t to) {
    size_t n = 0;
    for (uint32_t y = 0; y < height; y++)
        for (uint32_t x = from; x < to; x++) n += p->rgb[((size_t)y * p->width_px + x) * 3 + 1] > 170;
    return n;
}

/* More red than blue, as the warning's amber is and nothing else in the band. */
static size_t warnings(const struct jpeg_pixels *p, uint32_t height) {
    size_t n = 0;
    for (size_t i = 0; i < (size_t)height * p->width_px; i++) n += p->rgb[3 * i] > p->rgb[3 * i + 2] + 90;
    return n;
}

static void the_band_keeps_to_its_share(void **state) {
    (void)state;
    static const unsigned sizes[][2] = { { 4000, 3000 }, { 3000, 4000 }, { 1280, 720 }, { 641, 479 },
                                         { 320, 240 },   { 200, 150 },   { 100, 80 },   { 40, 30 },
                                         { 17, 16 },     { 16, 200 },    { 3000, 60 } };
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        for (int orientation = 1; orientation <= 8; orientation += orientation == 1 ? 2 : 3) { /* 1, 3, 6 */
            struct buf jpeg = stamped(
                (struct test_jpeg){ .width = sizes[i][0], .height = sizes[i][1], .orientation = orientation }, &usual);
            struct jpeg_pixels p = pixels(&jpeg);
            uint32_t height = band_height(&p);
            assert_true(height >= 1);
            if (height > 16 && height > p.height_px / STAMP_MOST) fail_msg("%u of %u", height, p.height_px);
            if (p.height_px > 200) assert_true(words(&p, height, 0, p.width_px) > 100);
            jpeg_pixels_fini(&p);
            buf_fini(&jpeg);
        }
}

static void every_word_shows(void **state) {
    (void)state;
    const struct test_jpeg spec = { .width = 1600, .height = 1200 };
    struct buf all = stamped(spec, &usual);
    struct jpeg_pixels p = pixels(&all);
    uint32_t height = band_height(&p);
    assert_true(height >= 64);
    assert_true(words(&p, height, 1300, 1600) > 200); /* the code, on the right */
    assert_int_equal(warnings(&p, height), 0);
    jpeg_pixels_fini(&p);
    const char *const without[] = { "place", "when", "clock", "who", "code" };
    for (size_t i = 0; i < sizeof without / sizeof without[0]; i++) {
        struct stamp stamp = usual;
        if (i == 0) stamp.place = "";
        if (i == 1) stamp.when = "";
        if (i == 2) stamp.clock = "";
        if (i == 3) stamp.who = NULL;
        if (i == 4) stamp.code = "";
        struct buf less = stamped(spec, &stamp);
        if (less.len == all.len && memcmp(less.data, all.data, all.len) == 0) fail_msg("%s does not show", without[i]);
        buf_fini(&less);
    }
    buf_fini(&all);
}

static void a_doubtful_clock_warns_however_small(void **state) {
    (void)state;
    static const unsigned sizes[][2] = { { 1600, 1200 }, { 640, 480 }, { 240, 180 } };
    struct stamp stamp = usual;
    stamp.clock = "时间未校准";
    stamp.clock_doubtful = true;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct buf jpeg =
            stamped((struct test_jpeg){ .width = sizes[i][0], .height = sizes[i][1], .chroma_444 = true }, &stamp);
        struct jpeg_pixels p = pixels(&jpeg);
        if (warnings(&p, band_height(&p)) < 20) fail_msg("no warning at %u px", sizes[i][0]);
        jpeg_pixels_fini(&p);
        buf_fini(&jpeg);
    }
}

static void long_words_are_cut(void **state) {
    (void)state;
    char word[3001];
    memset(word, 'W', sizeof word - 1);
    word[sizeof word - 1] = '\0';
    struct stamp stamp = usual;
    stamp.place = stamp.who = stamp.clock = word;
    struct buf jpeg = stamped((struct test_jpeg){ .width = 800, .height = 600 }, &stamp);
    struct jpeg_pixels p = pixels(&jpeg);
    assert_true(words(&p, band_height(&p), 600, 800) > 50); /* the code has its room */
    jpeg_pixels_fini(&p);
    buf_fini(&jpeg);
}

/* ---- as exiftool reads it ---- */

static void assert_says(const char *said, const char *tag, const char *value) {
    char line[400];
    const char *at = strstr(said, tag);
    if (!at) fail_msg("%s is missing in:\n%s", tag, said);
    (void)snprintf(line, sizeof line, ": %s\n", value);
    const char *end = strchr(at, '\n');
    assert_non_null(end);
    size_t n = strlen(line);
    if ((size_t)(end + 1 - at) < n || memcmp(end + 1 - n, line, n) != 0)
        fail_msg("%s is not %s in:\n%s", tag, value, said);
}

static void the_file_tells_the_truth_of_itself(void **state) {
    (void)state;
    struct buf jpeg = stamped((struct test_jpeg){ .width = 640, .height = 480, .orientation = 6 }, &usual);
    char *said = exiftool_read(&jpeg, "");
    assert_says(said, "Orientation ", "6");
    assert_says(said, "DateTimeOriginal ", "2026:11:22 16:04:05");
    assert_says(said, "OffsetTimeOriginal ", "+08:00");
    assert_says(said, "ImageDescription ",
                "Sitelog 7Q3F-9KMP, original SHA-256 8d969eef6ecad3c29a3a629280e686cf0c3f5d5a86aff3ca12020c923adc6c92");
    assert_says(said, "Software ", "Sitelog");
    assert_says(said, "ExifImageWidth ", "640");
    assert_says(said, "ExifImageHeight ", "480");
    assert_says(said, "ColorSpace ", "1");
    free(said);
    said = exiftool_read(&jpeg, "-validate -warning -a");
    assert_says(said, "Validate ", "0 0 0");
    free(said);
    buf_fini(&jpeg);

    struct stamp west = usual; /* a western offset, and the end of a year */
    west.taken = "2026-12-31T23:59:59.000-03:30";
    jpeg = stamped((struct test_jpeg){ .width = 640, .height = 480 }, &west);
    said = exiftool_read(&jpeg, "");
    assert_says(said, "Orientation ", "1");
    assert_says(said, "DateTimeOriginal ", "2026:12:31 23:59:59");
    assert_says(said, "OffsetTimeOriginal ", "-03:30");
    free(said);
    buf_fini(&jpeg);
}

/* ---- photos of Debian's ---- */

static void real_photos_are_stamped(void **state) {
    (void)state;
    glob_t found;
    assert_int_equal(glob("/usr/share/backgrounds/mate/nature/*.jpg", 0, NULL, &found), 0);
    assert_true(found.gl_pathc >= 5);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        struct buf photo, out;
        struct jpeg_info before, after;
        struct err_text e = { 0 };
        buf_init(&photo, FILE_MAX);
        buf_init(&out, FILE_MAX);
        if (file_read(found.gl_pathv[i], &photo, &e)) fail_msg("%s", e.text);
        assert_int_equal(jpeg_inspect(photo.data, photo.len, &before, &e), 0);
        if (stamp_draw(photo.data, photo.len, &usual, font, &out, &e)) fail_msg("%s: %s", found.gl_pathv[i], e.text);
        if (jpeg_inspect(out.data, out.len, &after, &e)) fail_msg("%s: %s", found.gl_pathv[i], e.text);
        assert_int_equal(before.width_px, after.width_px);
        assert_int_equal(before.height_px, after.height_px);
        buf_fini(&photo);
        buf_fini(&out);
    }
    globfree(&found);
}

static void what_is_wrong_is_said(void **state) {
    (void)state;
    struct stamp stamp = usual;
    struct buf jpeg, out;
    struct err_text e = { 0 };
    buf_init(&jpeg, FILE_MAX);
    buf_init(&out, FILE_MAX);
    test_jpeg_make(&(struct test_jpeg){ .width = 64, .height = 64 }, &jpeg);
    assert_int_equal(stamp_draw("no photo", 8, &usual, font, &out, &e), ERR_UNSUPPORTED);
    stamp.taken = "yesterday";
    assert_int_equal(stamp_draw(jpeg.data, jpeg.len, &stamp, font, &out, &e), ERR_INVALID);
    assert_true(e.text[0]);
    assert_int_equal(out.len, 0);
    buf_fini(&jpeg);
    buf_fini(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_band_keeps_to_its_share),
        cmocka_unit_test(every_word_shows),
        cmocka_unit_test(a_doubtful_clock_warns_however_small),
        cmocka_unit_test(long_words_are_cut),
        cmocka_unit_test(the_file_tells_the_truth_of_itself),
        cmocka_unit_test(real_photos_are_stamped),
        cmocka_unit_test(what_is_wrong_is_said),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
