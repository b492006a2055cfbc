/* SPDX-License-Identifier: MIT */
/* What a photo's Exif block says of when and where: as exiftool writes it, and as nobody should. */
#include "app/photo/exif.h"
#include "app/photo/jpeg.h"
#include "app/photo/jpeg_exif.h"
#include "tests/support/exiftool.h"
#include "tests/support/test_jpeg_make.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum { FILE_MAX = 1 << 20, BLOCK_MAX = 65533, TIFF = 6 };

static struct buf plain(void) {
    struct buf b;
    buf_init(&b, FILE_MAX);
    test_jpeg_make(&(struct test_jpeg){ .width = 48, .height = 32 }, &b);
    return b;
}

static struct buf tagged(const char *tags) {
    struct buf b = plain();
    exiftool_write(&b, tags);
    return b;
}

static struct exif_facts facts_of(const struct buf *jpeg) {
    struct exif_facts facts;
    assert_int_equal(exif_read((const uint8_t *)jpeg->data, jpeg->len, &facts), 0);
    return facts;
}

static struct exif_facts facts_with(const char *tags) {
    struct buf jpeg = tagged(tags);
    struct exif_facts facts = facts_of(&jpeg);
    buf_fini(&jpeg);
    return facts;
}

static void assert_nothing(const struct exif_facts *facts) {
    assert_string_equal(facts->taken, "");
    assert_false(facts->located);
}

/* ---- as cameras write it ---- */

static void a_photo_that_says_nothing(void **state) {
    (void)state;
    struct buf b = plain();
    struct exif_facts facts = facts_of(&b);
    assert_nothing(&facts);
    assert_int_equal(exif_read((const uint8_t *)"", 0, &facts), 0);
    assert_nothing(&facts);
    buf_fini(&b);
    facts = facts_with("-Make=Maker -Artist=Somebody");
    assert_nothing(&facts);
}

static void every_orientation(void **state) {
    (void)state;
    for (int orientation = 1; orientation <= 8; orientation++) {
        char tags[64];
        struct jpeg_info info;
        (void)snprintf(tags, sizeof tags, "-Orientation=%d -Make=Maker", orientation);
        struct buf b = tagged(tags);
        assert_int_equal(jpeg_peek(b.data, b.len, &info, NULL), 0);
        assert_int_equal(info.orientation, orientation);
        assert_int_equal(info.upright_width_px, orientation >= 5 ? 32 : 48);
        buf_fini(&b);
    }
}

static void times(void **state) {
    static const struct {
        const char *tags, *taken;
    } cases[] = {
        { "-DateTimeOriginal='2026:11:22 16:04:05'", "2026-11-22T16:04:05" },
        { "-DateTimeOriginal='2026:11:22 16:04:05' -OffsetTimeOriginal=+08:00", "2026-11-22T16:04:05+08:00" },
        { "-DateTimeOriginal='2026:11:22 16:04:05' -OffsetTimeOriginal=-03:30 -SubSecTimeOriginal=7",
          "2026-11-22T16:04:05.7-03:30" },
        { "-DateTimeOriginal='2026:11:22 16:04:05' -SubSecTimeOriginal=123456789", "2026-11-22T16:04:05.123" },
        { "-DateTimeOriginal='2026:11:22 16:04:05' -SubSecTimeOriginal='12 '", "2026-11-22T16:04:05.12" },
        { "-DateTimeOriginal='2026:11:22 16:04:05' -SubSecTimeOriginal=x", "2026-11-22T16:04:05" },
        { "-DateTimeOriginal='2026:11:22 16:04:05' -OffsetTimeOriginal='   :  '", "2026-11-22T16:04:05" },
        { "-DateTimeOriginal='2026:11:22 16:04:05' -OffsetTimeOriginal=+25:00", "2026-11-22T16:04:05" },
        { "-DateTimeOriginal='2026:11:22 16:04:05' -OffsetTimeOriginal=Z", "2026-11-22T16:04:05" },
        { "-DateTimeOriginal='1969:07:20 20:17:40'", "1969-07-20T20:17:40" }, /* of a form that can be true */
        { "-DateTimeOriginal='2024:02:29 00:00:00'", "2024-02-29T00:00:00" },
        { "-DateTimeOriginal='2026:02:29 00:00:00'", "" },
        { "-DateTimeOriginal='0000:00:00 00:00:00'", "" },
        { "-DateTimeOriginal='    :  :     :  :  '", "" },
        { "-DateTimeOriginal='2026:11:22 24:00:00'", "" },
        { "-DateTimeOriginal='2026-11-22 16:04:05'", "" },
        { "-ModifyDate='2026:11:22 16:04:05' -CreateDate='2026:11:22 16:04:05'", "" }, /* not when it was taken */
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct exif_facts facts = facts_with(cases[i].tags);
        if (strcmp(facts.taken, cases[i].taken) != 0) fail_msg("%s: \"%s\"", cases[i].tags, facts.taken);
        assert_false(facts.located);
    }
}

static void places(void **state) {
    static const struct {
        const char *tags;
        bool located;
        int64_t lat_udeg, lon_udeg;
    } cases[] = {
        { "-GPSLatitude=31.230416 -GPSLatitudeRef=N -GPSLongitude=121.4737 -GPSLongitudeRef=E", true, 31230416,
          121473700 },
        { "-GPSLatitude=33.8568 -GPSLatitudeRef=S -GPSLongitude=151.2153 -GPSLongitudeRef=E", true, -33856800,
          151215300 },
        { "-GPSLatitude=40.6892 -GPSLatitudeRef=N -GPSLongitude=74.0445 -GPSLongitudeRef=W", true, 40689200,
          -74044500 },
        { "-GPSLatitude=22.9519 -GPSLatitudeRef=S -GPSLongitude=43.2105 -GPSLongitudeRef=W", true, -22951900,
          -43210500 },
        { "-GPSLatitude=90 -GPSLatitudeRef=S -GPSLongitude=180 -GPSLongitudeRef=W", true, -90000000, -180000000 },
        { "-GPSLatitude=0 -GPSLatitudeRef=N -GPSLongitude=6.5 -GPSLongitudeRef=E", true, 0, 6500000 },
        { "-GPSLatitude=0 -GPSLatitudeRef=N -GPSLongitude=0 -GPSLongitudeRef=E", false, 0, 0 },
        { "-GPSLatitude=90.01 -GPSLatitudeRef=N -GPSLongitude=6.5 -GPSLongitudeRef=E", false, 0, 0 },
        { "-GPSLatitude=31 -GPSLatitudeRef=N -GPSLongitude=180.5 -GPSLongitudeRef=E", false, 0, 0 },
        { "-GPSLatitude=31 -GPSLongitude=121 -GPSLongitudeRef=E", false, 0, 0 },
        { "-GPSLatitude=31 -GPSLatitudeRef=N -GPSLongitudeRef=E", false, 0, 0 },
        { "-GPSLatitude=31 -GPSLatitudeRef=N", false, 0, 0 },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct exif_facts facts = facts_with(cases[i].tags);
        if (facts.located != cases[i].located ||
            (facts.located && (facts.lat_udeg != cases[i].lat_udeg || facts.lon_udeg != cases[i].lon_udeg)))
            fail_msg("%s: %d %lld %lld", cases[i].tags, facts.located, (long long)facts.lat_udeg,
                     (long long)facts.lon_udeg);
    }
}

/* ---- as nobody should write it ---- */

/* An Exif block in Intel's order, written entry by entry. */
struct block {
    uint8_t bytes[BLOCK_MAX];
    size_t ifd, entries; /* of the directory that is being written */
};

static void put16(struct block *b, size_t at, unsigned value) {
    b->bytes[TIFF + at] = (uint8_t)value;
    b->bytes[TIFF + at + 1] = (uint8_t)(value >> 8);
}

static void put32(struct block *b, size_t at, uint32_t value) {
    put16(b, at, value & 0xFFFF);
    put16(b, at + 2, value >> 16);
}

static void begin(struct block *b) {
    *b = (struct block){ .ifd = 8 };
    memcpy(b->bytes, "Exif\0\0II*\0\10", 11);
}

static void directory(struct block *b, size_t at) {
    b->ifd = at;
    b->entries = 0;
}

static void add(struct block *b, unsigned tag, unsigned format, uint32_t count, uint32_t value) {
    size_t at = b->ifd + 2 + 12 * b->entries++;
    put16(b, b->ifd, (unsigned)b->entries);
    put16(b, at, tag);
    put16(b, at + 2, format);
    put32(b, at + 4, count);
    put32(b, at + 8, value);
}

enum { BYTE_ = 1, ASCII = 2, LONG = 4, RATIONAL = 5, UNDEFINED = 7 };
enum { MAKE = 0x010F, EXIF_IFD = 0x8769, GPS_IFD = 0x8825, MAKER_NOTE = 0x927C, ORIGINAL = 0x9003 };

static struct exif_facts facts_of_block(const struct block *b, size_t n) {
    struct exif_facts facts;
    uint8_t *jpeg = malloc(6 + n); /* no byte more than there are: a sanitizer sees what is read beyond */
    assert_non_null(jpeg);
    const uint8_t start[6] = { 0xFF, 0xD8, 0xFF, 0xE1, (uint8_t)((n + 2) >> 8), (uint8_t)(n + 2) };
    memcpy(jpeg, start, sizeof start);
    memcpy(jpeg + 6, b->bytes, n);
    assert_int_equal(exif_read(jpeg, 6 + n, &facts), 0);
    free(jpeg);
    return facts;
}

static void put_rational(struct block *b, size_t at, uint32_t numerator, uint32_t denominator) {
    put32(b, at, numerator);
    put32(b, at + 4, denominator);
}

/* 31° 13' 49.5" N 121° 28' 25.32" E, and what a case makes of it. */
static void begin_place(struct block *b) {
    begin(b);
    add(b, GPS_IFD, LONG, 1, 100);
    directory(b, 100);
    add(b, 1, ASCII, 2, 'N');
    add(b, 2, RATIONAL, 3, 300);
    add(b, 3, ASCII, 2, 'E');
    add(b, 4, RATIONAL, 3, 400);
    put_rational(b, 300, 31, 1);
    put_rational(b, 308, 13, 1);
    put_rational(b, 316, 495, 10);
    put_rational(b, 400, 121, 1);
    put_rational(b, 408, 28, 1);
    put_rational(b, 416, 2532, 100);
}

static void numbers_that_are_none(void **state) {
    struct block b;
    (void)state;
    begin_place(&b);
    struct exif_facts facts = facts_of_block(&b, 500);
    assert_true(facts.located);
    assert_int_equal(facts.lat_udeg, 31230417);
    assert_int_equal(facts.lon_udeg, 121473700);
    static const struct {
        size_t at;
        uint32_t numerator, denominator;
    } bad[] = {
        { 300, 0, 0 },
        { 300, 31, 0 },
        { 308, 13, 0 },
        { 316, 0, 0 },
        { 308, 61, 1 },
        { 316, 3601, 60 },
        { 300, 91, 1 },
        { 300, UINT32_MAX, 1 },
        { 400, 0, 0 },
        { 400, 181, 1 },
        { 416, UINT32_MAX, 1 },
        { 308, 4000, 66 },
        { 400, UINT32_MAX, 2000 },
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        begin_place(&b);
        put_rational(&b, bad[i].at, bad[i].numerator, bad[i].denominator);
        facts = facts_of_block(&b, 500);
        if (facts.located) fail_msg("%u/%u at %zu", bad[i].numerator, bad[i].denominator, bad[i].at);
    }
    static const struct {
        unsigned entry, format;
        uint32_t count, value;
    } other[] = {
        { 0, ASCII, 2, 'X' },
        { 0, ASCII, 2, 'E' },
        { 0, ASCII, 3, 'N' | 'N' << 8 },
        { 0, BYTE_, 1, 'N' },
        { 0, ASCII, 2, 0 },
        { 1, LONG, 3, 300 },
        { 1, RATIONAL, 2, 300 },
        { 1, RATIONAL, 4, 300 },
        { 1, 10, 3, 300 },
        { 3, RATIONAL, 3, 60000 },
        { 3, RATIONAL, 0x20000001, 300 },
        { 3, RATIONAL, 0, 300 },
        { 3, RATIONAL, 3, 0xFFFFFFF0 },
        { 3, 99, 3, 300 },
    };
    for (size_t i = 0; i < sizeof other / sizeof *other; i++) {
        begin_place(&b);
        b.entries = other[i].entry;
        add(&b, 1 + other[i].entry, other[i].format, other[i].count, other[i].value);
        put16(&b, 100, 4);
        facts = facts_of_block(&b, 500);
        if (facts.located) fail_msg("case %zu", i);
    }
}

static void a_text_ends_where_its_entry_does(void **state) {
    struct block b;
    (void)state;
    for (uint32_t n = 0; n <= 24; n++) {
        begin(&b);
        add(&b, EXIF_IFD, LONG, 1, 100);
        directory(&b, 100);
        add(&b, ORIGINAL, ASCII, n, 200);
        memcpy(b.bytes + TIFF + 200, "2026:11:22 16:04:0512345", 24);
        struct exif_facts facts = facts_of_block(&b, TIFF + 224);
        assert_string_equal(facts.taken, n >= 19 ? "2026-11-22T16:04:05" : "");
    }
}

/* Directories that contain themselves or one another, counts beyond the end, a thousand times the same tag. */
static void directories_without_end(void **state) {
    struct block b;
    struct exif_facts facts;
    (void)state;
    for (unsigned to = 0; to < 130; to++) {
        begin(&b);
        add(&b, EXIF_IFD, LONG, 1, to);
        add(&b, GPS_IFD, LONG, 1, 8);
        put32(&b, 34, to); /* the next directory */
        directory(&b, 100);
        add(&b, EXIF_IFD, LONG, 1, 8);
        add(&b, GPS_IFD, LONG, 1, 100);
        facts = facts_of_block(&b, 200);
        assert_nothing(&facts);
    }
    begin_place(&b);
    put16(&b, 8, 0xFFFF);
    put16(&b, 100, 0xFFFF);
    (void)facts_of_block(&b, 500);
    begin(&b);
    add(&b, EXIF_IFD, LONG, 1, 100);
    directory(&b, 100);
    for (int i = 0; i < 5000; i++) add(&b, ORIGINAL, ASCII, 65000, 0);
    facts = facts_of_block(&b, BLOCK_MAX);
    assert_nothing(&facts);
}

static long peak_kib(void) {
    struct rusage usage;
    assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
    return usage.ru_maxrss;
}

/* A maker's notes, each of which is nearly the whole block: what libexif would take 16 MB for. */
#ifdef __SANITIZE_THREAD__
enum { COSTS_KIB = 24 * 1024 }; /* ThreadSanitizer keeps several bytes of its own for each */
#else
enum { COSTS_KIB = 4 * 1024 }; /* without a budget libexif takes 16 MB */
#endif

static void what_a_block_claims_costs_no_memory(void **state) {
    struct block b;
    (void)state;
    begin(&b);
    add(&b, MAKE, ASCII, 6, 60);
    memcpy(b.bytes + TIFF + 60, "Canon", 6);
    add(&b, EXIF_IFD, LONG, 1, 100);
    directory(&b, 100);
    add(&b, ORIGINAL, ASCII, 20, 200);
    memcpy(b.bytes + TIFF + 200, "2026:11:22 16:04:05", 20);
    add(&b, MAKER_NOTE, UNDEFINED, 65000, 300);
    directory(&b, 300);
    for (int i = 0; i < 249; i++) add(&b, 6, UNDEFINED, 60000, 0);
    long before = peak_kib();
    struct exif_facts facts = facts_of_block(&b, BLOCK_MAX);
    assert_string_equal(facts.taken, "2026-11-22T16:04:05"); /* it was read before the budget was spent */
    assert_in_range(peak_kib() - before, 0, COSTS_KIB);
}

/* A whole block, cut at every length and with bytes changed at random. */
static void torn_and_changed_blocks(void **state) {
    (void)state;
    struct buf jpeg = tagged("-Orientation=6 -Make=Canon -DateTimeOriginal='2026:11:22 16:04:05' -SubSecTimeOriginal=12"
                             " -OffsetTimeOriginal=+08:00 -GPSLatitude=31.2304 -GPSLatitudeRef=N"
                             " -GPSLongitude=121.4737 -GPSLongitudeRef=E");
    const uint8_t *block = NULL;
    size_t n = 0;
    struct block b;
    unsigned seed = (unsigned)time(NULL);
    assert_true(jpeg_exif_find((const uint8_t *)jpeg.data, jpeg.len, &block, &n));
    assert_in_range(n, 100, 2000);
    memcpy(b.bytes, block, n);
    struct exif_facts whole = facts_of_block(&b, n);
    assert_string_equal(whole.taken, "2026-11-22T16:04:05.12+08:00");
    assert_true(whole.located);
    for (size_t cut = TIFF; cut < n; cut++) {
        struct exif_facts facts = facts_of_block(&b, cut);
        if (facts.located) assert_int_equal(facts.lat_udeg, whole.lat_udeg);
        assert_true(facts.taken[0] == '\0' || strncmp(facts.taken, whole.taken, 19) == 0);
    }
    printf("seed %u\n", seed);
    srand(seed);
    for (int i = 0; i < 20000; i++) {
        memcpy(b.bytes, block, n);
        for (int k = rand() % 6; k >= 0; k--) b.bytes[TIFF + (unsigned)rand() % (n - TIFF)] = (uint8_t)rand();
        struct exif_facts facts = facts_of_block(&b, n);
        struct wall at;
        char as_utc[CLOCK_TEXT_SIZE + 1];
        (void)snprintf(as_utc, sizeof as_utc, "%sZ", facts.taken);
        if (facts.taken[0] && clock_parse(facts.taken, &at, NULL)) assert_int_equal(clock_parse(as_utc, &at, NULL), 0);
        if (!facts.located) continue;
        assert_true(llabs(facts.lat_udeg) <= 90000000 && llabs(facts.lon_udeg) <= 180000000);
    }
    buf_fini(&jpeg);
}

/* What stamping writes is read again. */
static void what_is_made_is_read(void **state) {
    (void)state;
    struct exif made = {
        .orientation = 1, .width_px = 4, .height_px = 3, .taken = "2026-11-22T16:04:05.123-03:30", .description = "x"
    };
    struct buf app1;
    struct block b;
    buf_init(&app1, BLOCK_MAX);
    assert_int_equal(exif_make(&made, &app1), 0);
    memcpy(b.bytes, app1.data, app1.len);
    struct exif_facts facts = facts_of_block(&b, app1.len);
    assert_string_equal(facts.taken, "2026-11-22T16:04:05-03:30");
    assert_false(facts.located);
    buf_fini(&app1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_block_claims_costs_no_memory), /* first: it measures the peak */
        cmocka_unit_test(a_photo_that_says_nothing),
        cmocka_unit_test(every_orientation),
        cmocka_unit_test(times),
        cmocka_unit_test(places),
        cmocka_unit_test(numbers_that_are_none),
        cmocka_unit_test(a_text_ends_where_its_entry_does),
        cmocka_unit_test(directories_without_end),
        cmocka_unit_test(torn_and_changed_blocks),
        cmocka_unit_test(what_is_made_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
