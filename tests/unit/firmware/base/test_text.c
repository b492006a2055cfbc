/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "firmware/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void test_utf8(void **state) {
    (void)state;
    static const struct {
        const char *bytes;
        size_t n;
        bool valid;
    } cases[] = {
        { "", 0, true },
        { "abc", 3, true },
        { "水电", 6, true },
        { "\x7f", 1, true },
        { "\xc2\x80", 2, true },
        { "\xdf\xbf", 2, true },
        { "\xe0\xa0\x80", 3, true },
        { "\xed\x9f\xbf", 3, true },
        { "\xee\x80\x80", 3, true },
        { "\xef\xbf\xbf", 3, true },
        { "\xf0\x90\x80\x80", 4, true },
        { "\xf4\x8f\xbf\xbf", 4, true },
        { "\0", 1, false },
        { "a\0b", 3, false },
        { "\x80", 1, false },
        { "\xc0\x80", 2, false },
        { "\xc1\xbf", 2, false },
        { "\xe0\x9f\xbf", 3, false },
        { "\xed\xa0\x80", 3, false },
        { "\xed\xbf\xbf", 3, false },
        { "\xf0\x8f\xbf\xbf", 4, false },
        { "\xf4\x90\x80\x80", 4, false },
        { "\xf5\x80\x80\x80", 4, false },
        { "\xff", 1, false },
        { "\xe6\xb0", 2, false },
        { "\xc2", 1, false },
        { "\xf0\x90\x80", 3, false },
        { "\xc2\x41", 2, false },
        { "\xe6\xb0\xb4\xe6", 4, false },
    };
    for (size_t i = 0; i < TEXT_ARRAY_LEN(cases); i++)
        if (text_utf8_valid(cases[i].bytes, cases[i].n) != cases[i].valid) fail_msg("case %zu", i);
}

/* Every code point, encoded by rule: valid exactly when it is a scalar value above 0. */
static void test_utf8_all_code_points(void **state) {
    (void)state;
    for (uint32_t c = 0; c < 0x200000; c++) {
        char s[4];
        size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
        static const uint8_t lead[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
        for (size_t i = n; i-- > 1;) s[i] = (char)(0x80 | (c >> (6 * (n - 1 - i)) & 0x3f));
        s[0] = (char)(lead[n] | c >> (6 * (n - 1)));
        bool expected = c > 0 && (c < 0xd800 || c > 0xdfff) && c <= 0x10ffff;
        if (text_utf8_valid(s, n) != expected) fail_msg("U+%04X", c);
    }
}

/* Each single byte in each place of a text that is long enough to be looked at in eights, among smallest and largest neighbours. */
static void test_utf8_anywhere(void **state) {
    (void)state;
    for (int among = 1; among <= 127; among += 126)
        for (size_t at = 0; at < 24; at++)
            for (int byte = 0; byte < 256; byte++) {
                char s[24];
                memset(s, among, sizeof s);
                s[at] = (char)byte;
                if (text_utf8_valid(s, sizeof s) != (byte >= 1 && byte <= 127)) fail_msg("%02x at %zu", byte, at);
            }
    for (size_t at = 0; at <= 21; at++) {
        char s[24];
        memset(s, 'a', sizeof s);
        memcpy(s + at, "水", 3);
        assert_true(text_utf8_valid(s, sizeof s));
        s[at + 2] = 'a';
        assert_false(text_utf8_valid(s, sizeof s));
    }
}

static void test_plain(void **state) {
    (void)state;
    for (unsigned point = 1; point < 0x11000; point++) {
        char text[8] = "";
        size_t n = 0;
        if (point >= 0xd800 && point < 0xe000) continue;
        if (point < 0x80) {
            text[n++] = (char)point;
        } else if (point < 0x800) {
            text[n++] = (char)(0xc0 | point >> 6);
            text[n++] = (char)(0x80 | (point & 0x3f));
        } else if (point < 0x10000) {
            text[n++] = (char)(0xe0 | point >> 12);
            text[n++] = (char)(0x80 | (point >> 6 & 0x3f));
            text[n++] = (char)(0x80 | (point & 0x3f));
        } else {
            text[n++] = (char)(0xf0 | point >> 18);
            text[n++] = (char)(0x80 | (point >> 12 & 0x3f));
            text[n++] = (char)(0x80 | (point >> 6 & 0x3f));
            text[n++] = (char)(0x80 | (point & 0x3f));
        }
        text[n] = 'x';
        bool unseen = (point < 0x20 && point != '\n' && point != '\t') || point == 0x7f ||
                      (point >= 0x202a && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069);
        if (text_is_plain(text) == unseen) fail_msg("U+%04X", point);
    }
    assert_true(text_is_plain(""));
    assert_true(text_is_plain("\xe2")); /* cut off: not read beyond */
}

static void test_copy_and_clip(void **state) {
    (void)state;
    char out[5] = "old";
    assert_int_equal(text_copy(out, sizeof out, "12345"), ERR_TOO_BIG);
    assert_string_equal(out, "old");
    assert_int_equal(text_copy(out, sizeof out, "1234"), 0);
    assert_string_equal(out, "1234");
    text_clip(out, sizeof out, "水电");
    assert_string_equal(out, "水");
    text_clip(out, sizeof out, "ab水");
    assert_string_equal(out, "ab");
    text_clip(out, sizeof out, "a水");
    assert_string_equal(out, "a水");
    text_clip(out, 1, "abc");
    assert_string_equal(out, "");
    text_clip(out, 0, "abc");
}

static void test_hex(void **state) {
    (void)state;
    static const uint8_t bytes[] = { 0x00, 0x7f, 0xab, 0xff };
    char text[9];
    uint8_t back[4] = { 1, 2, 3, 4 };
    text_hex(bytes, 4, text);
    assert_string_equal(text, "007fabff");
    assert_int_equal(text_unhex("007fABff", back, 4), 0);
    assert_memory_equal(back, bytes, 4);
    back[0] = 9;
    assert_int_equal(text_unhex("007fabf", back, 4), ERR_INVALID);
    assert_int_equal(text_unhex("007fabff0", back, 4), ERR_INVALID);
    assert_int_equal(text_unhex("007fabfg", back, 4), ERR_INVALID);
    assert_int_equal(back[0], 9);
    assert_true(text_is_hex("007fabff", 8));
    assert_false(text_is_hex("007fABff", 8));
    assert_false(text_is_hex("007fabf", 8));
    assert_false(text_is_hex("007fabff0", 8));
    assert_true(text_is_hex("", 0));
}

/* RFC 4648, section 10. */
static void test_base64(void **state) {
    (void)state;
    static const struct {
        const char *plain;
        const char *coded;
    } cases[] = {
        { "", "" },
        { "f", "Zg==" },
        { "fo", "Zm8=" },
        { "foo", "Zm9v" },
        { "foob", "Zm9vYg==" },
        { "fooba", "Zm9vYmE=" },
        { "foobar", "Zm9vYmFy" },
    };
    for (size_t i = 0; i < TEXT_ARRAY_LEN(cases); i++) {
        char coded[16];
        uint8_t plain[16];
        size_t n = 0;
        size_t length = strlen(cases[i].plain);
        assert_int_equal(text_base64((const uint8_t *)cases[i].plain, length, coded, strlen(cases[i].coded) + 1), 0);
        assert_string_equal(coded, cases[i].coded);
        assert_int_equal(text_base64((const uint8_t *)cases[i].plain, length, coded, strlen(cases[i].coded)),
                         ERR_TOO_BIG);
        assert_int_equal(text_unbase64(cases[i].coded, plain, length, &n), 0);
        assert_int_equal(n, length);
        assert_memory_equal(plain, cases[i].plain, n);
        if (length) assert_int_equal(text_unbase64(cases[i].coded, plain, length - 1, &n), ERR_TOO_BIG);
    }
    static const char *const bad[] = { "Z",    "Zg",       "Zg=",  "Zg===", "====",   "Z===", "Zh==",
                                       "Zm9=", "Zg==Zg==", "Zm 9", "Zm-_",  "Zm9v\n", "=Zm9" };
    for (size_t i = 0; i < TEXT_ARRAY_LEN(bad); i++) {
        uint8_t plain[16];
        size_t n = 77;
        if (text_unbase64(bad[i], plain, sizeof plain, &n) != ERR_INVALID) fail_msg("accepted: %s", bad[i]);
        assert_int_equal(n, 77);
    }
}

static void test_base64_random(void **state) {
    (void)state;
    unsigned seed = (unsigned)time(NULL);
    printf("seed %u\n", seed);
    for (int i = 0; i < 2000; i++) {
        uint8_t bytes[100];
        uint8_t back[100];
        char coded[137];
        size_t n = (size_t)rand_r(&seed) % 101;
        size_t m = 0;
        for (size_t k = 0; k < n; k++) bytes[k] = (uint8_t)rand_r(&seed);
        assert_int_equal(text_base64(bytes, n, coded, sizeof coded), 0);
        assert_int_equal(text_unbase64(coded, back, sizeof back, &m), 0);
        assert_int_equal(n, m);
        assert_memory_equal(bytes, back, n);
    }
}

static void test_code(void **state) {
    (void)state;
    uint8_t hash[32] = { 0 };
    char code[9];
    text_code(hash, code);
    assert_string_equal(code, "00000000");
    memset(hash, 0xff, 5);
    text_code(hash, code);
    assert_string_equal(code, "ZZZZZZZZ");
    static const uint8_t counting[5] = { 0x00, 0x44, 0x32, 0x14, 0xc7 }; /* five-bit groups 0 1 2 3 4 5 6 7 */
    memcpy(hash, counting, 5);
    text_code(hash, code);
    assert_string_equal(code, "01234567");
}

static void test_int(void **state) {
    (void)state;
    static const struct {
        const char *text;
        bool ok;
        int64_t value;
    } cases[] = {
        { "0", true, 0 },
        { "-0", true, 0 },
        { "007", true, 7 },
        { "9223372036854775807", true, INT64_MAX },
        { "-9223372036854775808", true, INT64_MIN },
        { "9223372036854775808", false, 0 },
        { "-9223372036854775809", false, 0 },
        { "99999999999999999999999", false, 0 },
        { "", false, 0 },
        { "-", false, 0 },
        { "+1", false, 0 },
        { " 1", false, 0 },
        { "1 ", false, 0 },
        { "1.0", false, 0 },
        { "0x1", false, 0 },
        { "--1", false, 0 },
    };
    for (size_t i = 0; i < TEXT_ARRAY_LEN(cases); i++) {
        int64_t value = 42;
        if (text_int(cases[i].text, INT64_MIN, INT64_MAX, &value) != (cases[i].ok ? 0 : ERR_INVALID))
            fail_msg("%s", cases[i].text);
        assert_int_equal(value, cases[i].ok ? cases[i].value : 42);
    }
    int64_t value = 42;
    assert_int_equal(text_int("5", 5, 5, &value), 0);
    assert_int_equal(text_int("4", 5, 9, &value), ERR_INVALID);
    assert_int_equal(text_int("10", 5, 9, &value), ERR_INVALID);
    assert_int_equal(value, 5);
}

static void test_distance(void **state) {
    (void)state;
    assert_int_equal(text_distance("", ""), 0);
    assert_int_equal(text_distance("abc", ""), 3);
    assert_int_equal(text_distance("kitten", "sitting"), 3);
    assert_int_equal(text_distance("timezone", "timezoen"), 2);
    assert_int_equal(text_distance("host", "hosts"), 1);
    char a[200];
    memset(a, 'x', sizeof a - 1);
    a[sizeof a - 1] = '\0';
    assert_int_equal(text_distance(a, ""), 63);
    assert_int_equal(text_distance(a, a), 0);
}

static void test_small_things(void **state) {
    (void)state;
    assert_true(text_starts("sitelog/v1", "sitelog/"));
    assert_true(text_starts("a", ""));
    assert_false(text_starts("a", "ab"));
    assert_true(text_equal_secret("abc", "abc"));
    assert_false(text_equal_secret("abc", "abd"));
    assert_false(text_equal_secret("abc", "ab"));
    assert_true(text_equal_secret("", ""));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_utf8),          cmocka_unit_test(test_utf8_all_code_points),
        cmocka_unit_test(test_utf8_anywhere), cmocka_unit_test(test_copy_and_clip),
        cmocka_unit_test(test_plain),         cmocka_unit_test(test_hex),
        cmocka_unit_test(test_base64),        cmocka_unit_test(test_base64_random),
        cmocka_unit_test(test_code),          cmocka_unit_test(test_int),
        cmocka_unit_test(test_distance),      cmocka_unit_test(test_small_things),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
