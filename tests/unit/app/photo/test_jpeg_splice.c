/* SPDX-License-Identifier: MIT */
/* Bands spliced into photos of every make: that they are spliced where they can be, that nothing outside of the band changes, that the band is what
 * the way by coefficients makes of it, and that damaged files break nothing. */
#include "app/photo/jpeg_band.h"
#include "app/photo/jpeg_splice_file.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/file.h"
#include "tests/support/test_jpeg_blocks.h"
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

#include <jpeglib.h>

enum { FILE_MAX = 64 << 20, BAND_PX = 64 };

#define CORNERS                                                                                                        \
    {                                                                                                                  \
        { 90, 90, 90 }, { 150, 150, 150 }, { 200, 200, 200 }, { 120, 120, 120 }                                        \
    }

static const char debian[] = "/usr/share/backgrounds/mate/nature/Storm.jpg"; /* mate-backgrounds */

/* ---- bands ---- */

enum look { PLAIN, WORDS, NOISE };

static uint8_t *paint(enum look look, uint32_t width_px, uint32_t height_px) {
    size_t n = (size_t)width_px * height_px * 3;
    uint8_t *rgb = malloc(n);
    uint32_t random = 1;
    assert_non_null(rgb);
    for (size_t i = 0; i < n; i++) {
        random = random * 1664525u + 1013904223u;
        size_t x = i / 3 % width_px, y = i / 3 / width_px;
        bool ink = look == WORDS && x % 97 < 60 && (x * x / 7 + y * y / 5) % 11 < 4;
        rgb[i] = look == NOISE ? (uint8_t)(random >> 24) : ink ? 255 : 24;
    }
    return rgb;
}

/* One laying. rc says how it went; *way counts where it is 0. Owns: *out, caller. */
static int lay(const struct buf *photo, enum look look, bool by_coefficients, struct buf *out, uint32_t *height_px,
               enum jpeg_band_way *way, struct err_text *e) {
    struct jpeg_band band = { .by_coefficients = by_coefficients };
    buf_init(out, FILE_MAX);
    int rc = jpeg_band_size(photo->data, photo->len, BAND_PX, &band.width_px, &band.height_px, e);
    if (rc) return rc;
    CLEANUP(free_ptr) uint8_t *rgb = paint(look, band.width_px, band.height_px);
    band.rgb = rgb;
    *height_px = band.height_px;
    return jpeg_band_lay(photo->data, photo->len, &band, out, way, e);
}

/* ---- what is expected ---- */

/* As libjpeg sees it. */
static bool can_be_spliced(const struct buf *photo) {
    struct jpeg_error_mgr errors;
    struct jpeg_decompress_struct d = { .err = jpeg_std_error(&errors) };
    jpeg_create_decompress(&d);
    jpeg_mem_src(&d, (const unsigned char *)photo->data, photo->len);
    (void)jpeg_read_header(&d, TRUE);
    bool can = !d.progressive_mode && !d.arith_code && d.restart_interval == 0 && !jpeg_has_multiple_scans(&d);
    jpeg_destroy_decompress(&d);
    return can;
}

enum tables { TABLES_KEPT, TABLES_LONGER, TABLES_OTHER, TABLES_KINDS };

static enum tables compare_table(const struct huff *before, const struct huff *after) {
    enum tables all = memcmp(before->length, after->length, sizeof before->length) == 0 ? TABLES_KEPT : TABLES_LONGER;
    for (int i = 0; i < HUFF_SYMBOLS; i++)
        if (before->length[i] && (before->length[i] != after->length[i] || before->code[i] != after->code[i]))
            return TABLES_OTHER;
    return all;
}

/* What became of the photo's Huffman tables. */
static enum tables compare_tables(const struct buf *before, const struct buf *after) {
    CLEANUP(free_ptr) struct splice_file *a = calloc(1, sizeof *a);
    CLEANUP(free_ptr) struct splice_file *b = calloc(1, sizeof *b);
    assert_true(a && b);
    assert_int_equal(jpeg_splice_file_read(a, before->data, before->len), 0);
    assert_int_equal(jpeg_splice_file_read(b, after->data, after->len), 0);
    enum tables worst = TABLES_KEPT;
    for (int i = 0; i < a->components; i++) {
        enum tables dc = compare_table(&a->dc[a->component[i].dc], &b->dc[b->component[i].dc]);
        enum tables ac = compare_table(&a->ac[a->component[i].ac], &b->ac[b->component[i].ac]);
        if (dc > worst) worst = dc;
        if (ac > worst) worst = ac;
    }
    return worst;
}

/* Bytes that both end in. */
static size_t common_end(const struct buf *a, const struct buf *b) {
    size_t n = 0;
    while (n < a->len && n < b->len && a->data[a->len - 1 - n] == b->data[b->len - 1 - n]) n++;
    return n;
}

/* Lays a band both ways and looks at everything. Where it was spliced, what became of the tables. */
static enum tables check(const char *name, const struct buf *photo, enum look look) {
    struct buf out, other;
    struct jpeg_info info, now;
    struct err_text e = { 0 };
    uint32_t height_px = 0;
    enum jpeg_band_way way, other_way;
    enum tables tables = TABLES_KINDS;
    size_t outside;
    assert_int_equal(jpeg_peek(photo->data, photo->len, &info, NULL), 0);
    if (lay(photo, look, false, &out, &height_px, &way, &e)) fail_msg("%s: %s", name, e.text);
    if ((way == JPEG_BAND_SPLICED) != can_be_spliced(photo)) fail_msg("%s: way %d", name, way);
    if (jpeg_inspect(out.data, out.len, &now, &e)) fail_msg("%s: %s", name, e.text);
    if (test_jpeg_warnings(&out)) fail_msg("%s: libjpeg warns", name);
    test_jpeg_compare(photo, &out, test_jpeg_band_area(&info, height_px), &outside, NULL);
    assert_true(outside > 0 || height_px == info.upright_height_px);
    if (lay(photo, look, true, &other, &height_px, &other_way, &e)) fail_msg("%s: %s", name, e.text);
    assert_int_equal(other_way, JPEG_BAND_BY_COEFFICIENTS);
    test_jpeg_compare(&out, &other, (struct test_jpeg_area){ 0 }, NULL, NULL);
    if (way == JPEG_BAND_SPLICED) {
        tables = compare_tables(photo, &out);
        bool fast = info.orientation <= 2 && look != NOISE && tables != TABLES_OTHER;
        if (fast && info.height_px > 8 * height_px && common_end(photo, &out) < photo->len / 3)
            fail_msg("%s: the rest was not copied", name);
    }
    buf_fini(&out);
    buf_fini(&other);
    return tables;
}

/* ---- photos ---- */

/* The photo with an Exif segment that says so, before all it has. Owns: caller. */
static struct buf turned(const struct buf *photo, int orientation) {
    uint8_t head[] = { 0xFF, 0xD8, 0xFF, 0xE1, 0, 34, 'E', 'x', 'i', 'f', 0, 0, 'I', 'I', '*', 0, 8, 0, 0,
                       0,    1,    0,    0x12, 1, 3,  0,   1,   0,   0,   0, 0, 0,   0,   0,   0, 0, 0, 0 };
    struct buf out;
    head[sizeof head - 8] = (uint8_t)orientation;
    buf_init(&out, FILE_MAX);
    assert_int_equal(buf_add(&out, head, sizeof head), 0);
    assert_int_equal(buf_add(&out, photo->data + 2, photo->len - 2), 0);
    struct jpeg_info info;
    assert_int_equal(jpeg_peek(out.data, out.len, &info, NULL), 0);
    assert_int_equal(info.orientation, orientation);
    return out;
}

static enum tables check_turned(const char *name, const struct buf *photo, int orientation, enum look look) {
    char text[400];
    (void)snprintf(text, sizeof text, "%s, orientation %d, look %d", name, orientation, look);
    struct buf lying = turned(photo, orientation);
    enum tables tables = check(text, &lying, look);
    buf_fini(&lying);
    return tables;
}

static struct buf output_of(const char *command) {
    struct buf out;
    char chunk[65536];
    buf_init(&out, FILE_MAX);
    FILE *f = popen(command, "r");
    assert_non_null(f);
    for (size_t n; (n = fread(chunk, 1, sizeof chunk, f)) > 0;) assert_int_equal(buf_add(&out, chunk, n), 0);
    if (pclose(f) != 0 || out.len == 0) fail_msg("does not run (Debian's libjpeg-turbo-progs?): %s", command);
    return out;
}

/* ---- tests ---- */

static const struct test_jpeg kinds[] = {
    { .width = 333, .height = 251, .corner = CORNERS },
    { .width = 320, .height = 1024, .corner = CORNERS },
    { .width = 333, .height = 250, .optimized = true, .corner = CORNERS },
    { .width = 320, .height = 256, .chroma_444 = true, .corner = CORNERS },
    { .width = 301, .height = 203, .chroma_422 = true, .optimized = true, .corner = CORNERS },
    { .width = 255, .height = 257, .color = TEST_JPEG_GREY, .corner = CORNERS },
    { .width = 255, .height = 256, .color = TEST_JPEG_GREY, .optimized = true, .ramp = true },
    { .width = 200, .height = 301, .color = TEST_JPEG_CMYK, .corner = CORNERS },
    { .width = 17, .height = 1, .corner = CORNERS },
    { .width = 1, .height = 40, .corner = CORNERS },
    { .width = 319, .height = 241, .kind = TEST_JPEG_PROGRESSIVE, .corner = CORNERS },
    { .width = 319, .height = 241, .restart = 3, .corner = CORNERS },
};

static void every_kind_every_way_up(void **state) {
    (void)state;
    int seen[TABLES_KINDS + 1] = { 0 };
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        struct buf photo;
        char name[40];
        (void)snprintf(name, sizeof name, "kind %zu", k);
        buf_init(&photo, FILE_MAX);
        test_jpeg_make(&kinds[k], &photo);
        for (int orientation = 1; orientation <= 8; orientation++)
            for (enum look look = PLAIN; look <= NOISE; look++) seen[check_turned(name, &photo, orientation, look)]++;
        buf_fini(&photo);
    }
    /* None of these is there by chance: the usual tables, small ones made for a picture, and what is not spliced. */
    assert_true(seen[TABLES_KEPT] > 100 && seen[TABLES_LONGER] > 20);
    assert_int_equal(seen[TABLES_KINDS], 2 * 8 * 3);
}

/* Of all widths and heights around an MCU's, so that every cut of the last one is there, and every place in a byte at which the rest may begin. */
static void every_rest_of_an_mcu(void **state) {
    (void)state;
    for (unsigned rest = 1; rest <= 16; rest++)
        for (int orientation = 1; orientation <= 4; orientation++) {
            struct test_jpeg spec = { .width = 64 + rest, .height = 80 + rest, .corner = CORNERS };
            struct buf photo;
            buf_init(&photo, FILE_MAX);
            test_jpeg_make(&spec, &photo);
            (void)check_turned("a rest", &photo, orientation, rest % 2 ? PLAIN : WORDS);
            buf_fini(&photo);
        }
}

/* As other programs write them: of a photo that was made smaller. */
static void every_option_of_an_encoder(void **state) {
    (void)state;
    static const char *const commands[] = {
        "cjpeg -quality 90",
        "cjpeg -quality 100",
        "cjpeg -quality 5 -optimize", /* quantization in 16 bits */
        "cjpeg -quality 75 -optimize -sample 2x1",
        "cjpeg -quality 85 -optimize -sample 1x1",
        "cjpeg -sample 1x2",
        "cjpeg -sample 4x1 -optimize",
        "cjpeg -rgb -optimize",
        "cjpeg -grayscale",
        "cjpeg -grayscale -optimize -sample 2x2",
        "cjpeg -progressive",
        "cjpeg -restart 1",
        "cjpeg -restart 7B -optimize",
        "cjpeg -quality 95 | jpegtran -crop 333x211+16+16 -optimize",
        "cjpeg -quality 95 | jpegtran -rotate 90 -trim",
        "cjpeg -quality 80 | jpegtran -progressive | jpegtran -optimize",
    };
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        char command[400];
        (void)snprintf(command, sizeof command, "djpeg -scale 1/4 %s | %s", debian, commands[i]);
        struct buf photo = output_of(command);
        for (int orientation = 1; orientation <= 8; orientation++)
            (void)check_turned(commands[i], &photo, orientation, (enum look)((size_t)orientation % 3));
        buf_fini(&photo);
    }
}

/* The same picture sequentially, but each component for itself. */
static void several_scans_are_not_spliced(void **state) {
    (void)state;
    char command[400];
    (void)snprintf(command, sizeof command,
                   "djpeg -scale 1/4 %s | cjpeg | bash -c 'jpegtran -scans <(echo \"0;1;2;\")'", debian);
    struct buf photo = output_of(command);
    assert_false(can_be_spliced(&photo));
    (void)check("scans", &photo, WORDS);
    buf_fini(&photo);
}

/* Debian's photos. Their tables are their makers': some have every code, some have room, some neither. */
static void real_photos(void **state) {
    (void)state;
    static const char *const from[] = { "/usr/share/backgrounds/mate/*/*.jpg",
                                        "/usr/share/wallpapers/[A-D]*/contents/images/2560x1600.jpg" };
    int seen[TABLES_KINDS + 1] = { 0 };
    glob_t found = { 0 };
    for (size_t i = 0; i < 2; i++)
        if (glob(from[i], i ? GLOB_APPEND : 0, NULL, &found))
            fail_msg("there is none of %s (Debian's mate-backgrounds, plasma-workspace-wallpapers)", from[i]);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        struct buf photo;
        struct jpeg_info info;
        buf_init(&photo, FILE_MAX);
        assert_int_equal(file_read(found.gl_pathv[i], &photo, NULL), 0);
        bool usable = jpeg_peek(photo.data, photo.len, &info, NULL) == 0 && info.width_px < 3000;
        if (usable) seen[check_turned(found.gl_pathv[i], &photo, 1 + (int)i % 4, i % 3 ? WORDS : NOISE)]++;
        buf_fini(&photo);
    }
    globfree(&found);
    if (seen[TABLES_KEPT] < 2 || seen[TABLES_OTHER] < 2)
        fail_msg("kept %d, longer %d, other %d, not spliced %d", seen[0], seen[1], seen[2], seen[3]);
}

/* What other ways hold whole, this one does not: it is refused there and spliced here, the band at any side. */
static void sixty_four_megapixels(void **state) {
    (void)state;
    struct test_jpeg spec = { .width = 9248, .height = 6936, .color = TEST_JPEG_GREY, .ramp = true };
    struct buf photo;
    buf_init(&photo, FILE_MAX);
    test_jpeg_make(&spec, &photo);
    for (int orientation = 1; orientation <= 8; orientation += 5) { /* 1, 6 */
        struct buf lying = turned(&photo, orientation), out;
        uint32_t height_px;
        enum jpeg_band_way way;
        struct err_text e = { 0 };
        if (lay(&lying, WORDS, false, &out, &height_px, &way, &e)) fail_msg("%s", e.text);
        assert_int_equal(way, JPEG_BAND_SPLICED);
        if (orientation == 1) assert_int_equal(jpeg_inspect(out.data, out.len, &(struct jpeg_info){ 0 }, &e), 0);
        buf_fini(&out);
        assert_int_equal(lay(&lying, WORDS, true, &out, &height_px, &way, &e), ERR_TOO_BIG);
        buf_fini(&out);
        buf_fini(&lying);
    }
    buf_fini(&photo);
}

static void add_segment(struct buf *out, uint8_t marker, const char *text, size_t n) {
    const uint8_t head[] = { 0xFF, marker, (uint8_t)((n + 2) >> 8), (uint8_t)(n + 2) };
    assert_int_equal(buf_add(out, head, sizeof head), 0);
    assert_int_equal(buf_add(out, text, n), 0);
}

static void metadata_stays_behind(void **state) {
    (void)state;
    struct buf made, photo, out;
    uint32_t height_px;
    enum jpeg_band_way way;
    buf_init(&made, FILE_MAX);
    buf_init(&photo, FILE_MAX);
    test_jpeg_make(&kinds[0], &made);
    assert_int_equal(buf_add(&photo, "\xFF\xD8", 2), 0);
    static const char thumbnail[] = "JFIF\0\1\2\1\0\x48\0\x48\2\1secret"; /* of 2 x 1 pixels */
    add_segment(&photo, 0xE0, thumbnail, sizeof thumbnail - 1);
    add_segment(&photo, 0xE1, "http://ns.adobe.com/xap/1.0/\0secret", 35);
    add_segment(&photo, 0xFE, "secret", 6);
    add_segment(&photo, 0xE2, "ICC_PROFILE\0\1\1a profile", 23);
    add_segment(&photo, 0xE2, "MPF\0secret", 10);
    assert_int_equal(buf_add(&photo, made.data + 20, made.len - 20), 0); /* SOI and JFIF are there already */
    assert_int_equal(buf_add_text(&photo, "secret behind the end"), 0);
    assert_int_equal(lay(&photo, WORDS, false, &out, &height_px, &way, NULL), 0);
    assert_int_equal(way, JPEG_BAND_SPLICED);
    assert_null(memmem(out.data, out.len, "secret", 6));
    assert_non_null(memmem(out.data, out.len, "ICC_PROFILE\0\1\1a profile", 23));
    assert_non_null(memmem(out.data, out.len, "JFIF\0\1\2\1\0\x48\0\x48\0\0", 14));
    assert_int_equal(test_jpeg_warnings(&out), 0);
    assert_memory_equal(out.data + out.len - 2, "\xFF\xD9", 2);
    buf_fini(&made);
    buf_fini(&photo);
    buf_fini(&out);
}

/* ---- damage ---- */

/* Whatever became of it: an error, or a file; and a sound one of a sound one. */
static void lay_over_damaged(const struct buf *photo) {
    struct buf out;
    struct jpeg_info info;
    uint32_t height_px;
    enum jpeg_band_way way;
    int rc = lay(photo, WORDS, false, &out, &height_px, &way, NULL);
    if (rc) assert_int_equal(out.len, 0);
    if (rc == 0 && jpeg_peek(photo->data, photo->len, &info, NULL) == 0)
        assert_int_equal(jpeg_peek(out.data, out.len, &info, NULL), 0);
    if (rc == 0 && jpeg_inspect(photo->data, photo->len, &info, NULL) == 0)
        assert_int_equal(jpeg_inspect(out.data, out.len, &info, NULL), 0);
    buf_fini(&out);
}

static void damage_breaks_nothing(void **state) {
    (void)state;
    static const uint8_t becomes[] = { 0x00, 0xFF, 0xD9, 0x55 };
    struct test_jpeg spec = { .width = 110, .height = 99, .corner = CORNERS };
    struct buf made;
    buf_init(&made, FILE_MAX);
    test_jpeg_make(&spec, &made);
    for (int orientation = 1; orientation <= 8; orientation += orientation == 1 ? 2 : 3) { /* 1, 3, 6 */
        struct buf photo = turned(&made, orientation);
        for (size_t at = 2; at < photo.len; at += 1 + at / 80) {
            char was = photo.data[at];
            for (size_t i = 0; i < sizeof becomes; i++) {
                photo.data[at] = (char)becomes[i];
                lay_over_damaged(&photo);
            }
            photo.data[at] = was;
            struct buf cut = { .data = photo.data, .len = at };
            lay_over_damaged(&cut);
            char end[2] = { photo.data[at - 2], photo.data[at - 1] };
            memcpy(photo.data + at - 2, "\xFF\xD9", 2); /* cut, and with an end */
            lay_over_damaged(&cut);
            memcpy(photo.data + at - 2, end, 2);
        }
        buf_fini(&photo);
    }
    buf_fini(&made);
}

/* ---- Huffman tables ---- */

static void a_longer_table_keeps_its_codes(void **state) {
    (void)state;
    static const uint8_t bytes[16 + 3] = { 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 8, 9 }; /* 0, 10, 110 */
    CLEANUP(free_ptr) struct huff *h = calloc(1, sizeof *h);
    bool wanted[HUFF_SYMBOLS] = { [7] = true, [20] = true };
    assert_non_null(h);
    assert_int_equal(jpeg_splice_huff_read(h, bytes, sizeof bytes), sizeof bytes);
    assert_int_equal(jpeg_splice_huff_extend(h, wanted), 0);
    assert_true(h->length[7] == 1 && h->code[7] == 0 && h->length[9] == 3 && h->code[9] == 6);
    assert_true(h->length[20] == 4 && h->code[20] == 14); /* 1110: 111 alone would be ones and nothing else */
    for (int i = 0; i < HUFF_SYMBOLS; i++) wanted[i] = true;
    assert_int_equal(jpeg_splice_huff_extend(h, wanted), 0); /* all 256, with room to spare */
    for (unsigned i = 0; i < HUFF_SYMBOLS; i++) {
        struct bits_in b = { .held = (uint64_t)h->code[i] << (64 - h->length[i]) };
        assert_int_equal(jpeg_splice_huff_next(h, &b), (unsigned)h->length[i] << 8 | i);
    }
    assert_int_equal(h->length[8], 2);
}

static void a_full_table_is_not_added_to(void **state) {
    (void)state;
    uint8_t bytes[16 + 16];
    CLEANUP(free_ptr) struct huff *h = calloc(1, sizeof *h);
    bool wanted[HUFF_SYMBOLS] = { [200] = true };
    assert_non_null(h);
    for (unsigned i = 0; i < 16; i++) {
        bytes[i] = 1; /* one code of each length: at the longest only ones alone are free */
        bytes[16 + i] = (uint8_t)i;
    }
    assert_int_equal(jpeg_splice_huff_read(h, bytes, sizeof bytes), sizeof bytes);
    assert_int_equal(jpeg_splice_huff_extend(h, wanted), ERR_UNSUPPORTED);
    assert_int_equal(h->length[200], 0);
    bytes[15] = 0;
    assert_int_equal(jpeg_splice_huff_read(h, bytes, sizeof bytes), sizeof bytes - 1);
    assert_int_equal(jpeg_splice_huff_extend(h, wanted), 0);
    assert_true(h->length[200] == 16 && h->code[200] == 0xFFFE);
    bytes[0] = 3; /* three codes of one bit */
    assert_int_equal(jpeg_splice_huff_read(h, bytes, sizeof bytes), ERR_UNSUPPORTED);
    assert_int_equal(jpeg_splice_huff_read(h, bytes, 15), ERR_UNSUPPORTED);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_every_way_up),
        cmocka_unit_test(every_rest_of_an_mcu),
        cmocka_unit_test(every_option_of_an_encoder),
        cmocka_unit_test(several_scans_are_not_spliced),
        cmocka_unit_test(real_photos),
        cmocka_unit_test(sixty_four_megapixels),
        cmocka_unit_test(metadata_stays_behind),
        cmocka_unit_test(damage_breaks_nothing),
        cmocka_unit_test(a_longer_table_keeps_its_codes),
        cmocka_unit_test(a_full_table_is_not_added_to),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
