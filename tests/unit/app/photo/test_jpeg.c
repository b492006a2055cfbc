/* SPDX-License-Identifier: MIT */
/* JPEG: what is accepted and what is refused, sizes, and which way is up. */
#include "app/photo/jpeg.h"
#include "app/photo/jpeg_exif.h"
#include "firmware/base/cleanup.h"
#include "tests/support/test_jpeg_make.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define RED                                                                                                            \
    { 220, 30, 30 }
#define GREEN                                                                                                          \
    { 30, 200, 40 }
#define BLUE                                                                                                           \
    { 30, 40, 210 }
#define YELLOW                                                                                                         \
    { 230, 220, 40 }
#define QUARTERS                                                                                                       \
    { RED, GREEN, BLUE, YELLOW }

static const uint8_t quarters[4][3] = QUARTERS;

enum { FILE_MAX = 8 << 20 };

static struct buf make(struct test_jpeg spec) {
    struct buf b;
    buf_init(&b, FILE_MAX);
    test_jpeg_make(&spec, &b);
    return b;
}

static int inspect(const struct buf *b) { return jpeg_inspect(b->data, b->len, &(struct jpeg_info){ 0 }, NULL); }

static void assert_near(const uint8_t *got, const uint8_t *want, int tolerance) {
    for (int i = 0; i < 3; i++) {
        if (abs(got[i] - want[i]) > tolerance) {
            fail_msg("got %d,%d,%d, not %d,%d,%d", got[0], got[1], got[2], want[0], want[1], want[2]);
        }
    }
}

static void assert_quarters(const struct jpeg_pixels *p, const uint8_t want[4][3], int tolerance) {
    for (int i = 0; i < 4; i++)
        assert_near(test_jpeg_quarter(p->rgb, p->width_px, p->height_px, i), want[i], tolerance);
}

static const struct test_jpeg kinds[] = {
    { .width = 320, .height = 240, .corner = QUARTERS },
    { .width = 321, .height = 239, .kind = TEST_JPEG_PROGRESSIVE, .corner = QUARTERS },
    { .width = 213, .height = 300, .color = TEST_JPEG_GREY, .corner = QUARTERS },
    { .width = 250, .height = 200, .chroma_444 = true, .corner = QUARTERS },
    { .width = 330, .height = 250, .restart = 7, .corner = QUARTERS },
    { .width = 250, .height = 200, .color = TEST_JPEG_CMYK, .corner = QUARTERS },
    { .width = 260, .height = 170, .kind = TEST_JPEG_PROGRESSIVE, .color = TEST_JPEG_GREY, .corner = QUARTERS },
    { .width = 1, .height = 1, .corner = QUARTERS },
    { .width = 17, .height = 3, .corner = QUARTERS },
};
enum { KINDS = sizeof kinds / sizeof *kinds };

static void every_kind_is_accepted_and_described(void **state) {
    (void)state;
    for (int i = 0; i < KINDS; i++) {
        CLEANUP(buf_fini) struct buf b = make(kinds[i]);
        struct jpeg_info info;
        struct err_text e = { 0 };
        if (jpeg_inspect(b.data, b.len, &info, &e)) fail_msg("kind %d: %s", i, e.text);
        assert_int_equal(info.width_px, kinds[i].width);
        assert_int_equal(info.height_px, kinds[i].height);
        assert_int_equal(info.progressive, kinds[i].kind == TEST_JPEG_PROGRESSIVE);
        assert_int_equal(info.whole_image, info.progressive);
        assert_int_equal(info.components, kinds[i].color == TEST_JPEG_GREY   ? 1
                                          : kinds[i].color == TEST_JPEG_CMYK ? 4
                                                                             : 3);
        assert_int_equal(info.orientation, 1);
        assert_in_range(info.decoder_bytes, 1, JPEG_DECODER_MAX);
    }
}

static void colours_come_out_as_they_went_in(void **state) {
    (void)state;
    for (int i = 0; i < 7; i++) {
        CLEANUP(buf_fini) struct buf b = make(kinds[i]);
        CLEANUP(jpeg_pixels_fini) struct jpeg_pixels p = { 0 };
        assert_int_equal(jpeg_decode_scaled(b.data, b.len, 200, &p, NULL), 0);
        uint8_t want[4][3];
        memcpy(want, quarters, sizeof want);
        for (int q = 0; q < 4 && kinds[i].color == TEST_JPEG_GREY; q++) {
            int luma = (299 * want[q][0] + 587 * want[q][1] + 114 * want[q][2]) / 1000;
            memset(want[q], luma, 3);
        }
        assert_quarters(&p, (const uint8_t(*)[3])want, 12);
    }
}

static void thumbnails_have_the_right_size(void **state) {
    static const struct {
        unsigned w, h, to_w, to_h;
    } cases[] = {
        { 4000, 3000, 320, 240 }, { 1500, 2000, 240, 320 }, { 320, 200, 320, 200 },   { 321, 200, 320, 199 },
        { 200, 100, 200, 100 },   { 2600, 2, 320, 1 },      { 2559, 2559, 320, 320 },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CLEANUP(buf_fini)
        struct buf b = make((struct test_jpeg){ .width = cases[i].w, .height = cases[i].h, .corner = QUARTERS });
        CLEANUP(buf_fini) struct buf thumb;
        buf_init(&thumb, 200000);
        struct jpeg_info of_file, of_thumb;
        assert_int_equal(jpeg_inspect_and_thumbnail(b.data, b.len, JPEG_THUMB_PX, &of_file, &thumb, NULL), 0);
        assert_int_equal(of_file.width_px, cases[i].w);
        assert_int_equal(jpeg_inspect(thumb.data, thumb.len, &of_thumb, NULL), 0);
        assert_int_equal(of_thumb.width_px, cases[i].to_w);
        assert_int_equal(of_thumb.height_px, cases[i].to_h);
        assert_false(of_thumb.progressive);
    }
}

static void a_thumbnail_carries_no_metadata(void **state) {
    (void)state;
    CLEANUP(buf_fini)
    struct buf b = make((struct test_jpeg){ .width = 640, .height = 480, .orientation = 6, .corner = QUARTERS });
    CLEANUP(buf_fini) struct buf thumb;
    buf_init(&thumb, 200000);
    assert_non_null(memmem(b.data, b.len, "Exif", 4));
    assert_int_equal(jpeg_thumbnail(b.data, b.len, JPEG_THUMB_PX, &thumb, NULL), 0);
    assert_null(memmem(thumb.data, thumb.len, "Exif", 4));
}

/* By the standard's words: where row 0 and column 0 of the stored picture are as seen. */
static const int seen_corner_at[9][4] = {
    { 0 },          { 0, 1, 2, 3 }, /* top, left */
    { 1, 0, 3, 2 },                 /* top, right */
    { 3, 2, 1, 0 },                 /* bottom, right */
    { 2, 3, 0, 1 },                 /* bottom, left */
    { 0, 2, 1, 3 },                 /* left, top */
    { 1, 3, 0, 2 },                 /* right, top */
    { 3, 1, 2, 0 },                 /* right, bottom */
    { 2, 0, 3, 1 },                 /* left, bottom */
};

static void every_orientation_is_turned_upright(void **state) {
    (void)state;
    for (int orientation = 1; orientation <= 8; orientation++) {
        struct test_jpeg spec = {
            .width = 600, .height = 400, .orientation = orientation, .big_endian = orientation % 2
        };
        for (int i = 0; i < 4; i++) memcpy(spec.corner[i], quarters[seen_corner_at[orientation][i]], 3);
        CLEANUP(buf_fini) struct buf b = make(spec);
        CLEANUP(buf_fini) struct buf thumb;
        CLEANUP(jpeg_pixels_fini) struct jpeg_pixels p = { 0 };
        buf_init(&thumb, 200000);
        struct jpeg_info info;
        assert_int_equal(jpeg_inspect_and_thumbnail(b.data, b.len, 320, &info, &thumb, NULL), 0);
        assert_int_equal(info.orientation, orientation);
        assert_int_equal(info.width_px, 600);
        assert_int_equal(info.upright_width_px, orientation >= 5 ? 400 : 600);
        assert_int_equal(info.upright_height_px, orientation >= 5 ? 600 : 400);
        assert_int_equal(jpeg_decode_scaled(thumb.data, thumb.len, 1000, &p, NULL), 0);
        assert_int_equal(p.width_px, orientation >= 5 ? 213 : 320);
        assert_int_equal(p.height_px, orientation >= 5 ? 320 : 213);
        assert_quarters(&p, quarters, 14);
        jpeg_pixels_fini(&p); /* as a day card draws it */
        assert_int_equal(jpeg_decode_scaled(b.data, b.len, 300, &p, NULL), 0);
        assert_int_equal(p.width_px, orientation >= 5 ? 200 : 300);
        assert_quarters(&p, quarters, 14);
    }
}

static void a_malformed_orientation_counts_as_none(void **state) {
    (void)state;
    for (int big = 0; big < 2; big++) {
        CLEANUP(buf_fini)
        struct buf b = make(
            (struct test_jpeg){ .width = 16, .height = 16, .orientation = 6, .big_endian = big, .corner = QUARTERS });
        const uint8_t *file = (const uint8_t *)b.data;
        assert_int_equal(jpeg_exif_orientation(file, b.len), 6);
        const char *exif = memmem(b.data, b.len, "Exif", 4);
        size_t start = (size_t)(exif - b.data), end = start + 6 + 8 + 2 + 24;
        for (size_t n = 0; n < end; n++) { /* in memory of just that size, so that reading on is noticed */
            CLEANUP(free_ptr) uint8_t *part = malloc(n + 1);
            memcpy(part, file, n);
            assert_int_equal(jpeg_exif_orientation(part, n), 1);
        }
        for (size_t at = start - 4; at < end; at++) {
            CLEANUP(free_ptr) uint8_t *copy = malloc(end);
            for (int value = 0; value < 256; value += 5) {
                memcpy(copy, file, end);
                copy[at] = (uint8_t)value;
                assert_in_range(jpeg_exif_orientation(copy, end), 1, 8);
            }
        }
        int where = big ? 31 : 30;
        b.data[start + 6 + (size_t)where] = 9;
        assert_int_equal(jpeg_exif_orientation(file, b.len), 1);
        assert_int_equal(inspect(&b), 0);
    }
}

static void what_is_cut_short_is_refused(void **state) {
    (void)state;
    for (int i = 0; i < KINDS; i++) {
        CLEANUP(buf_fini) struct buf b = make(kinds[i]);
        struct jpeg_info info;
        struct err_text e;
        assert_int_equal(inspect(&b), 0);
        for (size_t n = 3; n < b.len; n += 97) {
            assert_int_equal(jpeg_inspect(b.data, n, &info, &e), ERR_INVALID);
            assert_true(strlen(e.text) > 20);
        }
        for (size_t less = 1; less <= 40; less++) {
            assert_int_equal(jpeg_inspect(b.data, b.len - less, &info, NULL), ERR_INVALID);
        }
    }
}

static void what_follows_the_end_does_not_matter(void **state) {
    (void)state;
    CLEANUP(buf_fini) struct buf b = make(kinds[0]);
    assert_int_equal(buf_add(&b, "MotionPhoto_Data and more", 25), 0);
    assert_int_equal(inspect(&b), 0);
}

static void a_little_padding_before_the_end_is_a_cameras_habit_but_no_more(void **state) {
    (void)state;
    for (size_t padding = 2; padding <= 200; padding += 198) {
        CLEANUP(buf_fini) struct buf b = make(kinds[0]);
        b.len -= 2;
        for (size_t i = 0; i < padding; i++) assert_int_equal(buf_add(&b, "\x55", 1), 0);
        assert_int_equal(buf_add(&b, "\xFF\xD9", 2), 0);
        assert_int_equal(inspect(&b), padding == 2 ? 0 : ERR_INVALID);
    }
}

static void damage_never_crashes(void **state) {
    (void)state;
    unsigned seed = (unsigned)time(NULL);
    print_message("seed %u\n", seed);
    for (int i = 0; i < 7; i++) {
        CLEANUP(buf_fini) struct buf b = make(kinds[i]);
        CLEANUP(buf_fini) struct buf thumb;
        buf_init(&thumb, 200000);
        for (int round = 0; round < 60; round++) {
            size_t at = (size_t)rand_r(&seed) % b.len;
            char was = b.data[at];
            b.data[at] = (char)(was ^ (1 << rand_r(&seed) % 8));
            buf_clear(&thumb);
            int rc = jpeg_thumbnail(b.data, b.len, JPEG_THUMB_PX, &thumb, NULL);
            assert_true(rc == 0 || rc == ERR_INVALID || rc == ERR_UNSUPPORTED || rc == ERR_TOO_BIG);
            assert_int_equal(thumb.len > 0, rc == 0);
            b.data[at] = was;
        }
    }
}

/* JPEG has no check sums: a decoder that lost its place may find it again by luck. What it cannot get over is a good piece
 * that is missing from a baseline file, and half of a progressive one. */
static void a_missing_stretch_is_found(void **state) {
    (void)state;
    for (int i = 0; i < 5; i++) {
        for (size_t percent = 5; percent < 40; percent += 5) {
            CLEANUP(buf_fini) struct buf b = make(kinds[i]);
            size_t at = b.len * percent / 100, gap = kinds[i].kind == TEST_JPEG_PROGRESSIVE ? b.len / 2 : b.len / 20;
            memmove(b.data + at, b.data + at + gap, b.len - at - gap);
            b.len -= gap;
            assert_int_equal(inspect(&b), ERR_INVALID);
        }
    }
}

static void what_is_no_jpeg_is_unsupported(void **state) {
    static const char *const others[] = {
        "", "\xFF", "\xFF\xD8", "\x89PNG\r\n\x1a\n", "hello, this is text", "\xFF\xD9\xFF"
    };
    (void)state;
    struct jpeg_info info;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        assert_int_equal(jpeg_inspect(others[i], strlen(others[i]), &info, NULL), ERR_UNSUPPORTED);
        assert_int_equal(jpeg_peek(others[i], strlen(others[i]), &info, NULL), ERR_UNSUPPORTED);
    }
    CLEANUP(buf_fini)
    struct buf b = make((struct test_jpeg){ .width = 64, .height = 64, .kind = TEST_JPEG_ARITHMETIC });
    assert_int_equal(inspect(&b), ERR_UNSUPPORTED);
}

static void more_than_64_megapixels_are_refused(void **state) {
    (void)state;
    struct jpeg_info info;
    CLEANUP(buf_fini) struct buf b = make(kinds[0]);
    test_jpeg_set_size(&b, 10000, 6500);
    assert_int_equal(jpeg_peek(b.data, b.len, &info, NULL), ERR_TOO_BIG);
    assert_int_equal(inspect(&b), ERR_TOO_BIG);
    test_jpeg_set_size(&b, 65500, 65500);
    assert_int_equal(inspect(&b), ERR_TOO_BIG);
    test_jpeg_set_size(&b, 9248, 6936); /* allowed, but the data is not there */
    assert_int_equal(jpeg_peek(b.data, b.len, &info, NULL), 0);
    assert_in_range(info.decoder_bytes, 1, 4 << 20);
    assert_int_equal(inspect(&b), ERR_INVALID);
}

static void a_progressive_picture_has_to_fit_the_decoders_memory(void **state) {
    (void)state;
    struct jpeg_info info;
    struct err_text e;
    CLEANUP(buf_fini) struct buf b = make(kinds[1]);
    test_jpeg_set_size(&b, 4000, 3000);
    assert_int_equal(jpeg_peek(b.data, b.len, &info, NULL), 0);
    assert_in_range(info.decoder_bytes, 4000 * 3000 * 3, JPEG_DECODER_MAX);
    test_jpeg_set_size(&b, 6000, 4000);
    assert_int_equal(jpeg_peek(b.data, b.len, &info, &e), ERR_TOO_BIG);
    assert_non_null(strstr(e.text, "progressive"));
}

static void a_file_of_very_many_scans_is_refused(void **state) {
    (void)state;
    CLEANUP(buf_fini)
    struct buf b = make((struct test_jpeg){ .width = 64, .height = 64, .kind = TEST_JPEG_MANY_SCANS });
    assert_int_equal(inspect(&b), ERR_TOO_BIG);
}

static void reducing_is_exact(void **state) {
    (void)state;
    static const unsigned long_sides[] = { 900, 640, 333, 100, 64 };
    CLEANUP(buf_fini) struct buf ramp = make((struct test_jpeg){ .width = 1000, .height = 40, .ramp = true });
    CLEANUP(buf_fini)
    struct buf white = make(
        (struct test_jpeg){ .width = 1000,
                            .height = 701,
                            .corner = { { 255, 255, 255 }, { 255, 255, 255 }, { 255, 255, 255 }, { 255, 255, 255 } } });
    for (size_t i = 0; i < sizeof long_sides / sizeof *long_sides; i++) {
        unsigned to = long_sides[i];
        CLEANUP(jpeg_pixels_fini) struct jpeg_pixels p = { 0 };
        assert_int_equal(jpeg_decode_scaled(ramp.data, ramp.len, to, &p, NULL), 0);
        assert_int_equal(p.width_px, to);
        for (unsigned x = 0; x < to; x++) {
            uint8_t want = (uint8_t)((x * 2 + 1) * 255 / (2 * to));
            assert_near(p.rgb + ((size_t)(p.height_px / 2) * to + x) * 3, (const uint8_t[3]){ want, want, want }, 4);
        }
        CLEANUP(jpeg_pixels_fini) struct jpeg_pixels w = { 0 };
        assert_int_equal(jpeg_decode_scaled(white.data, white.len, to, &w, NULL), 0);
        for (size_t at = 0; at < (size_t)w.width_px * w.height_px * 3; at++) assert_in_range(w.rgb[at], 244, 255);
    }
}

static void a_full_buffer_is_an_error_and_stays_as_it_was(void **state) {
    (void)state;
    CLEANUP(buf_fini) struct buf b = make(kinds[0]);
    CLEANUP(buf_fini) struct buf small;
    buf_init(&small, 300);
    assert_int_equal(jpeg_thumbnail(b.data, b.len, 320, &small, NULL), ERR_TOO_BIG);
    assert_int_equal(small.len, 0);
    assert_int_equal(jpeg_thumbnail(b.data, b.len, 0, &small, NULL), ERR_INVALID);
    assert_int_equal(jpeg_encode((const uint8_t *)b.data, 0, 1, 75, &small, NULL), ERR_INVALID);
}

static void real_photos_are_accepted(void **state) {
    static const char *const names[] = { "Aqua",   "Blinds",      "Dune",     "FreshFlower",
                                         "Garden", "GreenMeadow", "LadyBird", "Wood" };
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[128];
        snprintf(path, sizeof path, "/usr/share/backgrounds/mate/nature/%s.jpg",
                 names[i]); /* package mate-backgrounds */
        FILE *f = fopen(path, "rb");
        if (!f) fail_msg("%s is missing: apt-get install mate-backgrounds", path);
        CLEANUP(free_ptr) char *bytes = malloc(FILE_MAX);
        size_t n = fread(bytes, 1, FILE_MAX, f);
        fclose(f);
        CLEANUP(buf_fini) struct buf thumb;
        buf_init(&thumb, 200000);
        struct jpeg_info info;
        struct err_text e = { 0 };
        if (jpeg_inspect_and_thumbnail(bytes, n, 320, &info, &thumb, &e)) fail_msg("%s: %s", path, e.text);
        assert_in_range(thumb.len, 1000, 40000);
        assert_int_equal(jpeg_inspect(bytes, n / 2, &info, NULL), ERR_INVALID);
    }
}

struct worker {
    pthread_t thread;
    const struct buf *jpeg;
    struct buf thumb;
    int rc;
};

static void *work(void *arg) {
    struct worker *w = arg;
    for (int i = 0; i < 20 && w->rc == 0; i++) {
        buf_clear(&w->thumb);
        w->rc = jpeg_thumbnail(w->jpeg->data, w->jpeg->len, JPEG_THUMB_PX, &w->thumb, NULL);
        if (jpeg_inspect(w->jpeg->data, w->jpeg->len / 2, &(struct jpeg_info){ 0 }, NULL) != ERR_INVALID) w->rc = 1;
    }
    return NULL;
}

static void threads_do_not_disturb_each_other(void **state) {
    (void)state;
    CLEANUP(buf_fini) struct buf a = make(kinds[0]);
    CLEANUP(buf_fini) struct buf b = make(kinds[1]);
    struct worker workers[4] = { { .jpeg = &a }, { .jpeg = &b }, { .jpeg = &a }, { .jpeg = &b } };
    for (int i = 0; i < 4; i++) {
        buf_init(&workers[i].thumb, 200000);
        assert_int_equal(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
    }
    for (int i = 0; i < 4; i++) pthread_join(workers[i].thread, NULL);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(workers[i].rc, 0);
        assert_int_equal(workers[i].thumb.len, workers[i % 2].thumb.len);
        assert_memory_equal(workers[i].thumb.data, workers[i % 2].thumb.data, workers[i].thumb.len);
    }
    for (int i = 0; i < 4; i++) buf_fini(&workers[i].thumb);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_is_accepted_and_described),
        cmocka_unit_test(colours_come_out_as_they_went_in),
        cmocka_unit_test(thumbnails_have_the_right_size),
        cmocka_unit_test(a_thumbnail_carries_no_metadata),
        cmocka_unit_test(every_orientation_is_turned_upright),
        cmocka_unit_test(a_malformed_orientation_counts_as_none),
        cmocka_unit_test(what_is_cut_short_is_refused),
        cmocka_unit_test(what_follows_the_end_does_not_matter),
        cmocka_unit_test(a_little_padding_before_the_end_is_a_cameras_habit_but_no_more),
        cmocka_unit_test(damage_never_crashes),
        cmocka_unit_test(a_missing_stretch_is_found),
        cmocka_unit_test(what_is_no_jpeg_is_unsupported),
        cmocka_unit_test(more_than_64_megapixels_are_refused),
        cmocka_unit_test(a_progressive_picture_has_to_fit_the_decoders_memory),
        cmocka_unit_test(a_file_of_very_many_scans_is_refused),
        cmocka_unit_test(reducing_is_exact),
        cmocka_unit_test(a_full_buffer_is_an_error_and_stays_as_it_was),
        cmocka_unit_test(real_photos_are_accepted),
        cmocka_unit_test(threads_do_not_disturb_each_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
