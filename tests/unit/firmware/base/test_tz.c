/* SPDX-License-Identifier: MIT */
/* Time zones: a table of known instants, random instants against the C library's own reading of the same zones, and damaged
 * files, which must be refused or at least never lead out of bounds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "firmware/base/buf.h"
#include "firmware/base/file.h"
#include "firmware/base/text.h"
#include "firmware/base/tz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static struct tz *zone(const char *name) {
    struct tz *tz = NULL;
    struct err_text e = { 0 };
    if (tz_create(name, &tz, &e)) fail_msg("%s: %s", name, e.text);
    return tz;
}

static struct wall at(const char *rfc3339) {
    struct wall w;
    assert_int_equal(clock_parse(rfc3339, &w, NULL), 0);
    return w;
}

/* ---- instants whose offsets are known ---- */

static void known_offsets(void **state) {
    (void)state;
    static const struct {
        const char *zone, *at;
        int32_t offset_s;
    } known[] = {
        { "UTC", "2026-11-22T00:00:00Z", 0 },
        { "Asia/Shanghai", "2026-11-22T00:00:00Z", 8 * 3600 },
        { "Asia/Shanghai", "1990-07-01T00:00:00Z", 9 * 3600 }, /* China had summer time until 1991 */
        { "Asia/Shanghai", "2099-07-01T00:00:00Z", 8 * 3600 },
        { "Asia/Shanghai", "1890-01-01T00:00:00Z", 29143 }, /* local mean time, before the table */
        { "Asia/Kathmandu", "2026-01-01T00:00:00Z", 20700 },
        { "Asia/Kathmandu", "1980-01-01T00:00:00Z", 19800 },
        { "Asia/Tehran", "2030-07-01T00:00:00Z", 12600 },
        { "Europe/Berlin", "2026-03-29T00:59:59.999Z", 3600 },
        { "Europe/Berlin", "2026-03-29T01:00:00Z", 7200 },
        { "Europe/Berlin", "2026-10-25T00:59:59Z", 7200 },
        { "Europe/Berlin", "2026-10-25T01:00:00Z", 3600 },
        { "Europe/Dublin", "2060-01-15T12:00:00Z", 0 }, /* "negative summer time" in winter */
        { "Europe/Dublin", "2060-07-15T12:00:00Z", 3600 },
        { "America/New_York", "2050-03-13T06:59:59Z", -5 * 3600 }, /* by the rule, past the table's end in 2037 */
        { "America/New_York", "2050-03-13T07:00:00Z", -4 * 3600 },
        { "America/New_York", "2050-11-06T05:59:59Z", -4 * 3600 },
        { "America/New_York", "2050-11-06T06:00:00Z", -5 * 3600 },
        { "Australia/Lord_Howe", "2026-07-01T00:00:00Z", 37800 }, /* summer time of half an hour */
        { "Australia/Lord_Howe", "2026-12-31T23:59:59Z", 39600 },
        { "Australia/Lord_Howe", "2075-04-06T14:59:59Z", 39600 },
        { "Australia/Lord_Howe", "2075-04-06T15:00:00Z", 37800 },
        { "Australia/Sydney", "2060-01-01T00:00:00Z", 11 * 3600 }, /* a summer that spans the new year */
        { "Australia/Sydney", "2060-07-01T00:00:00Z", 10 * 3600 },
        { "Pacific/Auckland", "2090-12-31T23:59:59Z", 13 * 3600 },
        { "Pacific/Apia", "2011-12-30T09:59:59Z", -10 * 3600 }, /* left out 30 December 2011 */
        { "Pacific/Apia", "2011-12-30T10:00:00Z", 14 * 3600 },
        { "Asia/Gaza", "2026-01-01T00:00:00Z", 7200 },
    };
    for (size_t i = 0; i < TEXT_ARRAY_LEN(known); i++) {
        struct tz *tz = zone(known[i].zone);
        int32_t got = tz_offset_s(tz, at(known[i].at));
        if (got != known[i].offset_s)
            fail_msg("%s at %s: %d, not %d", known[i].zone, known[i].at, got, known[i].offset_s);
        tz_destroy(tz);
    }
}

static void civil_time(void **state) {
    (void)state;
    struct tz *tz = zone("Asia/Shanghai");
    struct civil c = tz_civil(tz, at("2026-11-22T16:04:05.999Z"));
    assert_int_equal(c.year, 2026);
    assert_int_equal(c.month, 11);
    assert_int_equal(c.day, 23);
    assert_int_equal(c.hour, 0);
    assert_int_equal(c.minute, 4);
    assert_int_equal(c.second, 5);
    assert_int_equal(c.weekday, 1);
    char date[TZ_DATE_SIZE];
    tz_date(tz, at("2026-11-22T15:59:59.999Z"), date);
    assert_string_equal(date, "2026-11-22");
    tz_date(tz, at("2026-11-22T16:00:00Z"), date);
    assert_string_equal(date, "2026-11-23");
    tz_date(tz, (struct wall){ -1 }, date); /* the last millisecond before the epoch is 1 January in Shanghai */
    assert_string_equal(date, "1970-01-01");
    c = tz_civil(tz, (struct wall){ -28800001 });
    assert_int_equal(c.second, 59);
    assert_int_equal(c.year, 1969);
    tz_date(tz, (struct wall){ INT64_MAX }, date);
    assert_string_equal(date, "9999-08-17"); /* of the year 292278994: the year is cut, nothing overflows */
    tz_destroy(tz);
}

static void local_to_instant(void **state) {
    (void)state;
    static const struct {
        const char *zone;
        struct civil local;
        const char *at;
    } known[] = {
        { "UTC", { 2026, 11, 22, 18, 30, 0, 0 }, "2026-11-22T18:30:00Z" },
        { "Asia/Shanghai", { 2026, 11, 22, 18, 30, 0, 0 }, "2026-11-22T18:30:00+08:00" },
        { "Asia/Kathmandu", { 2026, 11, 22, 0, 0, 0, 0 }, "2026-11-22T00:00:00+05:45" },
        { "Europe/Berlin", { 2026, 3, 29, 1, 59, 59, 0 }, "2026-03-29T01:59:59+01:00" },
        { "Europe/Berlin", { 2026, 3, 29, 2, 0, 0, 0 }, "2026-03-29T01:00:00Z" }, /* the gap's ends and middle */
        { "Europe/Berlin", { 2026, 3, 29, 2, 30, 0, 0 }, "2026-03-29T01:00:00Z" },
        { "Europe/Berlin", { 2026, 3, 29, 2, 59, 59, 0 }, "2026-03-29T01:00:00Z" },
        { "Europe/Berlin", { 2026, 3, 29, 3, 0, 0, 0 }, "2026-03-29T01:00:00Z" },
        { "Europe/Berlin", { 2026, 10, 25, 1, 59, 59, 0 }, "2026-10-25T01:59:59+02:00" },
        { "Europe/Berlin", { 2026, 10, 25, 2, 30, 0, 0 }, "2026-10-25T02:30:00+02:00" }, /* the first of two */
        { "Europe/Berlin", { 2026, 10, 25, 3, 0, 0, 0 }, "2026-10-25T03:00:00+01:00" },
        { "America/New_York", { 2050, 3, 13, 2, 15, 0, 0 }, "2050-03-13T07:00:00Z" },
        { "America/New_York", { 2050, 11, 6, 1, 15, 0, 0 }, "2050-11-06T01:15:00-04:00" },
        { "Australia/Lord_Howe", { 2026, 10, 4, 2, 10, 0, 0 }, "2026-10-03T15:30:00Z" },
        { "Australia/Lord_Howe", { 2026, 4, 5, 1, 45, 0, 0 }, "2026-04-05T01:45:00+11:00" },
        { "Pacific/Apia", { 2011, 12, 30, 12, 0, 0, 0 }, "2011-12-30T10:00:00Z" }, /* a gap of a whole day */
        { "Pacific/Kiritimati", { 2026, 1, 1, 0, 0, 0, 0 }, "2025-12-31T10:00:00Z" },
        { "Pacific/Pago_Pago", { 2026, 1, 1, 0, 0, 0, 0 }, "2026-01-01T11:00:00Z" },
    };
    for (size_t i = 0; i < TEXT_ARRAY_LEN(known); i++) {
        struct tz *tz = zone(known[i].zone);
        struct wall got;
        assert_int_equal(tz_instant(tz, &known[i].local, &got), 0);
        if (got.ms != at(known[i].at).ms) {
            char text[CLOCK_TEXT_SIZE];
            clock_format(got, 0, text);
            fail_msg("%s, line %zu: %s, not %s", known[i].zone, i, text, known[i].at);
        }
        tz_destroy(tz);
    }
    static const struct civil bad[] = {
        { 2026, 2, 29, 0, 0, 0, 0 }, { 2026, 13, 1, 0, 0, 0, 0 }, { 2026, 0, 1, 0, 0, 0, 0 },
        { 2026, 1, 0, 0, 0, 0, 0 },  { 2026, 1, 1, 24, 0, 0, 0 }, { 2026, 1, 1, 0, 60, 0, 0 },
        { 2026, 1, 1, 0, 0, 60, 0 }, { 0, 1, 1, 0, 0, 0, 0 },     { 10000, 1, 1, 0, 0, 0, 0 },
        { 2026, 4, 31, 0, 0, 0, 0 }, { 2026, 1, 1, -1, 0, 0, 0 },
    };
    struct tz *utc = zone("UTC");
    struct wall untouched = { 77 };
    for (size_t i = 0; i < TEXT_ARRAY_LEN(bad); i++)
        assert_int_equal(tz_instant(utc, &bad[i], &untouched), ERR_INVALID);
    assert_int_equal(untouched.ms, 77);
    tz_destroy(utc);
}

/* ---- against the C library, which reads the same files ---- */

static const char *const swept[] = {
    "Asia/Shanghai",     "Europe/Berlin",     "America/New_York", "Asia/Kathmandu",      "Australia/Lord_Howe",
    "Africa/Casablanca", "Pacific/Chatham",   "America/Santiago", "Asia/Tehran",         "America/St_Johns",
    "Europe/Dublin",     "Antarctica/Troll",  "America/Havana",   "Africa/Johannesburg", "Asia/Pyongyang",
    "Pacific/Apia",      "America/Sao_Paulo", "Etc/GMT+5",        "Asia/Urumqi",         "EST5EDT",
    "Asia/Jerusalem",    "Europe/London",     "America/Asuncion", "Asia/Gaza",
};

static void agrees_with_libc(void **state) {
    (void)state;
    unsigned seed = (unsigned)time(NULL);
    print_message("seed %u\n", seed);
    srandom(seed);
    for (size_t z = 0; z < TEXT_ARRAY_LEN(swept); z++) {
        struct tz *tz = zone(swept[z]);
        setenv("TZ", swept[z], 1);
        tzset();
        for (int i = 0; i < 2000; i++) {
            time_t t = (time_t)random() * 4 - 1000000000 + random() % 4; /* 1938 … 2210 */
            struct tm expected;
            assert_non_null(localtime_r(&t, &expected));
            struct civil c = tz_civil(tz, (struct wall){ (int64_t)t * 1000 });
            if (tz_offset_s(tz, (struct wall){ (int64_t)t * 1000 }) != expected.tm_gmtoff ||
                c.hour != expected.tm_hour || c.day != expected.tm_mday || c.month != expected.tm_mon + 1 ||
                c.year != expected.tm_year + 1900 || c.weekday % 7 != expected.tm_wday) {
                fail_msg("%s at %lld (seed %u): offset %d, libc %ld", swept[z], (long long)t, seed,
                         tz_offset_s(tz, (struct wall){ (int64_t)t * 1000 }), expected.tm_gmtoff);
            }
            struct wall back; /* there and back again: the same instant, or the earlier one of a fold */
            assert_int_equal(tz_instant(tz, &c, &back), 0);
            struct civil again = tz_civil(tz, back);
            assert_memory_equal(&again, &c, sizeof c);
            assert_true(back.ms <= (int64_t)t * 1000);
        }
        tz_destroy(tz);
    }
    unsetenv("TZ");
    tzset();
}

/* ---- dates ---- */

static void dates(void **state) {
    (void)state;
    struct civil c;
    assert_int_equal(tz_date_parse("2028-02-29", &c), 0);
    assert_int_equal(c.weekday, 2);
    assert_int_equal(c.hour, 0);
    static const char *const bad[] = { "2026-02-29", "2026-2-9",   "2026-11-22 ", " 2026-11-22",
                                       "2026-11-31", "2026-00-10", "0000-01-01",  "2026-11-00",
                                       "2026/11/22", "",           "2026",        "2026-11-2",
                                       "20261-11-2", "+026-11-22", "2100-02-29",  "2026-13-01" };
    for (size_t i = 0; i < TEXT_ARRAY_LEN(bad); i++) {
        if (tz_date_parse(bad[i], &c) != ERR_INVALID) fail_msg("taken: '%s'", bad[i]);
    }
    assert_int_equal(tz_date_days("2026-11-22", "2026-11-22"), 0);
    assert_int_equal(tz_date_days("2026-02-28", "2026-03-01"), 1);
    assert_int_equal(tz_date_days("2028-03-01", "2028-02-28"), -2);
    assert_int_equal(tz_date_days("0001-01-01", "9999-12-31"), 3652058);
    char out[TZ_DATE_SIZE];
    tz_date_add("2026-12-31", 1, out);
    assert_string_equal(out, "2027-01-01");
    tz_date_add("2028-03-01", -1, out);
    assert_string_equal(out, "2028-02-29");
    tz_date_add("9999-12-30", 5, out);
    assert_string_equal(out, "9999-12-31");
    /* every day of 800 years, one by one, with its weekday */
    char day[TZ_DATE_SIZE] = "1600-01-01";
    int weekday = 6;
    for (int i = 0; i < 292194; i++) {
        assert_int_equal(tz_date_parse(day, &c), 0);
        assert_int_equal(c.weekday, weekday);
        weekday = weekday % 7 + 1;
        tz_date_add(day, 1, day);
    }
    assert_string_equal(day, "2400-01-01");
}

/* ---- names and damaged files ---- */

static void names_are_fenced(void **state) {
    (void)state;
    static const char *const bad[] = { "",
                                       "../etc/passwd",
                                       "/etc/passwd",
                                       "Asia/../Asia/Shanghai",
                                       "Nowhere/Atlantis",
                                       "Asia",
                                       "Asia/Shanghai\n",
                                       "a b",
                                       "Aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" };
    for (size_t i = 0; i < TEXT_ARRAY_LEN(bad); i++) {
        struct tz *tz = NULL;
        struct err_text e = { 0 };
        if (tz_create(bad[i], &tz, &e) != ERR_NOT_FOUND || tz || !e.text[0]) fail_msg("'%s' gave: %s", bad[i], e.text);
    }
    tz_destroy(NULL);
}

struct folder {
    char dir[64];
    char file[96];
};

static int make_folder(void **state) {
    struct folder *f = calloc(1, sizeof *f);
    if (!f) return -1;
    *state = f;
    strcpy(f->dir, "/tmp/sitelog-tz-XXXXXX");
    if (!mkdtemp(f->dir)) return -1;
    snprintf(f->file, sizeof f->file, "%s/Zone", f->dir);
    return setenv("TZDIR", f->dir, 1);
}

static int remove_folder(void **state) {
    struct folder *f = *state;
    (void)unlink(f->file);
    int r = rmdir(f->dir);
    free(f);
    unsetenv("TZDIR");
    return r;
}

static int load(const struct folder *f, const void *bytes, size_t n, struct tz **tz) {
    FILE *file = fopen(f->file, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, n, file), n);
    assert_int_equal(fclose(file), 0);
    return tz_create("Zone", tz, NULL);
}

static void put32(struct buf *b, uint32_t v) {
    uint8_t bytes[] = { (uint8_t)(v >> 24), (uint8_t)(v >> 16), (uint8_t)(v >> 8), (uint8_t)v };
    assert_int_equal(buf_add(b, bytes, 4), 0);
}

static void put_header(struct buf *b, char version, uint32_t leap, uint32_t times, uint32_t types) {
    char start[20] = "TZif";
    start[4] = version;
    assert_int_equal(buf_add(b, start, 20), 0);
    put32(b, 0);
    put32(b, 0);
    put32(b, leap);
    put32(b, times);
    put32(b, types);
    put32(b, 4);
}

static void put_type(struct buf *b, int32_t offset_s) {
    put32(b, (uint32_t)offset_s);
    assert_int_equal(buf_add(b, "\0\0", 2), 0);
}

/* A file in which the rule says all, as small files are made today. */
static int with_rule(const struct folder *f, const char *rule, struct tz **tz) {
    struct buf b;
    buf_init(&b, 4096);
    for (int block = 0; block < 2; block++) {
        put_header(&b, '3', 0, 0, 1);
        put_type(&b, 0);
        assert_int_equal(buf_add(&b, "LMT", 4), 0);
    }
    assert_int_equal(buf_addf(&b, "\n%s\n", rule), 0);
    int r = load(f, b.data, b.len, tz);
    buf_fini(&b);
    return r;
}

static void rules(void **state) {
    static const struct {
        const char *rule, *at;
        int32_t offset_s;
    } known[] = {
        { "<+0330>-3:30", "2026-01-01T00:00:00Z", 12600 },
        { "<-00>0", "2026-01-01T00:00:00Z", 0 },
        { "LMT-0:00:44", "2026-01-01T00:00:00Z", 44 },
        { "AAA+5", "2026-01-01T00:00:00Z", -18000 },
        { "EST5EDT,M3.2.0,M11.1.0", "2026-03-08T06:59:59Z", -18000 },
        { "EST5EDT,M3.2.0,M11.1.0", "2026-03-08T07:00:00Z", -14400 },
        { "XXX3EDT4,0/0,J365/23", "2026-01-01T03:00:00Z", -14400 },             /* summer time all the year */
        { "<-03>3<-02>,M3.5.0/-2,M10.5.0/-1", "2026-03-29T00:59:59Z", -10800 }, /* the evening before */
        { "<-03>3<-02>,M3.5.0/-2,M10.5.0/-1", "2026-03-29T01:00:00Z", -7200 },
        { "IST-2IDT,M3.4.4/26,M10.5.0", "2026-03-26T23:59:59Z", 7200 }, /* Friday 02:00, told as Thursday 26:00 */
        { "IST-2IDT,M3.4.4/26,M10.5.0", "2026-03-27T00:00:00Z", 10800 },
        { "AAA0BBB,J60/0,J300/0", "2028-02-29T23:59:59Z", 0 }, /* day 60 is 1 March in leap years too */
        { "AAA0BBB,J60/0,J300/0", "2028-03-01T00:00:00Z", 3600 },
        { "AAA0BBB,J60/0,J300/0", "2027-03-01T00:00:00Z", 3600 },
        { "AAA0BBB,59/0,300/0", "2028-02-28T23:59:59Z", 0 }, /* day 59, counted from 0, is 29 February */
        { "AAA0BBB,59/0,300/0", "2028-02-29T00:00:00Z", 3600 },
        { "AAA0BBB,M9.5.6/167,M4.1.0", "2026-10-02T22:59:59Z", 0 },
        { "AAA0BBB,M9.5.6/167,M4.1.0", "2026-10-02T23:00:00Z", 3600 },
        { "AAA0BBB,M9.5.6/167,M4.1.0", "2026-01-01T00:00:00Z", 3600 },
    };
    for (size_t i = 0; i < TEXT_ARRAY_LEN(known); i++) {
        struct tz *tz = NULL;
        if (with_rule(*state, known[i].rule, &tz)) fail_msg("refused: %s", known[i].rule);
        int32_t got = tz_offset_s(tz, at(known[i].at));
        if (got != known[i].offset_s)
            fail_msg("%s at %s: %d, not %d", known[i].rule, known[i].at, got, known[i].offset_s);
        tz_destroy(tz);
    }
    static const char *const bad[] = { "EST",
                                       "5",
                                       "EST5EDT",
                                       "E5",
                                       "<+03-3",
                                       "EST5EDT,M3.2.0",
                                       "EST25",
                                       "EST5:60",
                                       "EST5EDT,M13.2.0,J1",
                                       "EST5EDT,M3.6.0,J1",
                                       "EST5EDT,M3.2.7,J1",
                                       "EST5EDT,J0,J1",
                                       "EST5EDT,J366,J1",
                                       "EST5EDT,366,J1",
                                       "EST5EDT,J1/168,J2",
                                       "EST5EDT,J1,J2,",
                                       "EST5 ",
                                       "EST5EDT,J1,J2x",
                                       "EST99999999999",
                                       "EST5EDT,J1/,J2",
                                       "<>5",
                                       "EST--5" };
    for (size_t i = 0; i < TEXT_ARRAY_LEN(bad); i++) {
        struct tz *tz = NULL;
        if (with_rule(*state, bad[i], &tz) != ERR_CORRUPT) fail_msg("taken: %s", bad[i]);
    }
}

static void version_1(void **state) {
    struct buf b;
    struct tz *tz = NULL;
    buf_init(&b, 4096);
    put_header(&b, '\0', 0, 2, 2);
    put32(&b, 1000);
    put32(&b, 2000);
    assert_int_equal(buf_add(&b, "\1\0", 2), 0);
    put_type(&b, -60);
    put_type(&b, 3600);
    assert_int_equal(buf_add(&b, "LMT", 4), 0);
    assert_int_equal(load(*state, b.data, b.len, &tz), 0);
    assert_int_equal(tz_offset_s(tz, (struct wall){ 999999 }), -60);
    assert_int_equal(tz_offset_s(tz, (struct wall){ 1000000 }), 3600);
    assert_int_equal(tz_offset_s(tz, (struct wall){ 5000000 }), -60);
    tz_destroy(tz);
    tz = NULL;
    memcpy(b.data + 44, b.data + 48, 4); /* both transitions at the same time */
    assert_int_equal(load(*state, b.data, b.len, &tz), ERR_CORRUPT);
    b.data[47] = 1;
    b.data[52] = 2; /* no such type */
    assert_int_equal(load(*state, b.data, b.len, &tz), ERR_CORRUPT);
    buf_clear(&b);
    put_header(&b, '\0', 1, 0, 1); /* leap seconds: "right/" zones are not wanted */
    put_type(&b, 0);
    assert_int_equal(buf_add(&b, "LMT\0aaaabbbb", 12), 0);
    assert_int_equal(load(*state, b.data, b.len, &tz), ERR_CORRUPT);
    buf_clear(&b);
    put_header(&b, '\0', 0, 0xffffffffu, 0xffffffffu);
    assert_int_equal(load(*state, b.data, b.len, &tz), ERR_CORRUPT);
    buf_clear(&b);
    put_header(&b, '\0', 0, 0, 0); /* no type at all */
    assert_int_equal(buf_add(&b, "LMT", 4), 0);
    assert_int_equal(load(*state, b.data, b.len, &tz), ERR_CORRUPT);
    assert_null(tz);
    buf_fini(&b);
}

static void damaged_files(void **state) {
    struct buf whole;
    buf_init(&whole, 64 << 10);
    assert_int_equal(file_read("/usr/share/zoneinfo/Europe/Berlin", &whole, NULL), 0);
    if (whole.len < 200) fail_msg("an odd zone file: %zu bytes", whole.len);
    struct tz *tz = NULL;
    for (size_t n = 0; n < whole.len; n += n < 64 || n > whole.len - 64 ? 1 : 7) {
        if (load(*state, whole.data, n, &tz) != ERR_CORRUPT) fail_msg("taken with %zu of %zu bytes", n, whole.len);
    }
    unsigned seed = (unsigned)time(NULL);
    print_message("seed %u\n", seed);
    srandom(seed);
    for (int i = 0; i < 2000; i++) { /* whatever is taken must be usable: the sanitizers watch */
        size_t where = (size_t)random() % (i % 2 ? 96 : whole.len);
        char saved = whole.data[where];
        whole.data[where] = (char)random();
        if (load(*state, whole.data, whole.len, &tz) == 0) {
            int32_t offset = tz_offset_s(tz, (struct wall){ random() * 1000 });
            assert_in_range((uint64_t)(offset + 100000), 0, 200000);
            tz_destroy(tz);
        }
        whole.data[where] = saved;
    }
    assert_int_equal(load(*state, whole.data, whole.len, &tz), 0);
    tz_destroy(tz);
    buf_fini(&whole);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_offsets),
        cmocka_unit_test(civil_time),
        cmocka_unit_test(local_to_instant),
        cmocka_unit_test(agrees_with_libc),
        cmocka_unit_test(dates),
        cmocka_unit_test(names_are_fenced),
        cmocka_unit_test_setup_teardown(rules, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(version_1, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(damaged_files, make_folder, remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
