/* SPDX-License-Identifier: MIT */
/* Writing JSON: trees as they were read, the writer's texts and numbers, random texts there and back. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "firmware/base/cleanup.h"
#include "firmware/base/json.h"
#include "firmware/base/text.h"
#include "tests/support/tree.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static void test_prints_what_it_read(void **state) {
    (void)state;
    static const char *const cases[] = {
        "{\"a\":[1,-2,{\"b\":null}],\"c\":\"水\\\"\\\\\\n\\t\\u0001\",\"d\":true,\"e\":{},\"f\":[]}",
        "9007199254740991",
        "0.1",
        "1.5",
        "1e+300",
        "3.141592653589793",
        "\"\"",
        "[[],[[]],{\"\":{}}]",
    };
    for (size_t i = 0; i < TEXT_ARRAY_LEN(cases); i++) {
        CLEANUP(json_destroy_ptr) struct json *root = tree_of(cases[i]);
        CLEANUP(buf_fini) struct buf out;
        buf_init(&out, 4096);
        assert_int_equal(json_print(root, &out), 0);
        assert_string_equal(out.data, cases[i]);
    }
}

static void test_writer(void **state) {
    (void)state;
    CLEANUP(buf_fini) struct buf out;
    struct json_out w;
    buf_init(&out, 1000);
    json_start(&w, &out);
    json_open(&w, NULL, '{');
    json_put_text(&w, "t", "a\"b\\c\r/");
    json_put_text(&w, "no", NULL);
    json_put_int(&w, "i", INT64_MIN);
    json_open(&w, "list", '[');
    json_put_bool(&w, NULL, false);
    json_open(&w, NULL, '[');
    json_close(&w, ']');
    json_put_null(&w, NULL);
    json_close(&w, ']');
    json_put_raw(&w, "raw", "{\"x\":1}xx", 7);
    json_close(&w, '}');
    assert_int_equal(out.error, 0);
    assert_string_equal(out.data,
                        "{\"t\":\"a\\\"b\\\\c\\u000d/"
                        "\",\"no\":null,\"i\":-9223372036854775808,\"list\":[false,[],null],\"raw\":{\"x\":1}}");
}

/* Every byte, at every place of texts of every length up to 20, is written so that it is read back. */
static void test_writer_escapes_wherever_it_stands(void **state) {
    (void)state;
    for (int byte = 1; byte < 0x80; byte++)
        for (size_t n = 1; n <= 20; n++)
            for (size_t at = 0; at < n; at++) {
                char text[24];
                memset(text, 'a', n);
                text[n] = '\0';
                text[at] = (char)byte;
                struct buf b;
                struct json_out w;
                buf_init(&b, 1000);
                json_start(&w, &b);
                json_put_text(&w, NULL, text);
                assert_int_equal(b.error, 0);
                assert_int_equal(b.len, strlen(b.data));
                bool escaped = byte < 0x20 || byte == '"' || byte == '\\';
                assert_true(escaped ? b.len > n + 2 : b.len == n + 2);
                CLEANUP(json_destroy_ptr) struct json *back = tree_of(b.data);
                assert_string_equal(json_text(back), text);
                buf_fini(&b);
            }
}

static void test_writer_writes_whole_numbers(void **state) {
    (void)state;
    static const struct {
        int64_t value;
        const char *text;
    } cases[] = { { 0, "0" },
                  { 7, "7" },
                  { -1, "-1" },
                  { 10, "10" },
                  { -100, "-100" },
                  { 9007199254740991, "9007199254740991" },
                  { INT64_MAX, "9223372036854775807" },
                  { INT64_MIN, "-9223372036854775808" } };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf b;
        struct json_out w;
        buf_init(&b, 1000);
        json_start(&w, &b);
        json_put_int(&w, NULL, cases[i].value);
        assert_string_equal(b.data, cases[i].text);
        buf_fini(&b);
    }
}

static void test_writer_never_writes_bad_text(void **state) {
    (void)state;
    CLEANUP(buf_fini) struct buf out;
    struct json_out w;
    buf_init(&out, 1000);
    json_start(&w, &out);
    json_put_text(&w, NULL, "\xff");
    assert_int_equal(out.error, ERR_INVALID);
    CLEANUP(buf_fini) struct buf tiny;
    buf_init(&tiny, 3);
    json_start(&w, &tiny);
    json_put_text(&w, NULL, "abc");
    assert_int_equal(tiny.error, ERR_TOO_BIG);
}

static void test_random_texts(void **state) {
    (void)state;
    unsigned seed = (unsigned)time(NULL);
    printf("seed %u\n", seed);
    static const char *const parts[] = { "{",    "}",    "[",    "]", ",",           ":",      "\"a\"", "\"b\"", "1",
                                         "-2.5", "true", "null", " ", "\"\\u0041\"", "\"水\"", "0",     "e5",    "\\" };
    int accepted = 0;
    for (int i = 0; i < 200000; i++) {
        char text[128] = "";
        size_t n = 0;
        for (int k = rand_r(&seed) % 9; k >= 0; k--) {
            const char *part = parts[(size_t)rand_r(&seed) % TEXT_ARRAY_LEN(parts)];
            memcpy(text + n, part, strlen(part));
            n += strlen(part);
        }
        CLEANUP(json_destroy_ptr) struct json *root = NULL;
        CLEANUP(json_destroy_ptr) struct json *again = NULL;
        if (json_parse(text, n, &root, NULL) != 0) continue;
        accepted++;
        CLEANUP(buf_fini) struct buf first;
        CLEANUP(buf_fini) struct buf second;
        buf_init(&first, 1000);
        buf_init(&second, 1000);
        assert_int_equal(json_print(root, &first), 0);
        assert_int_equal(json_parse(first.data, first.len, &again, NULL), 0);
        assert_int_equal(json_print(again, &second), 0);
        assert_string_equal(first.data, second.data);
    }
    assert_true(accepted > 1000);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_prints_what_it_read),          cmocka_unit_test(test_writer),
        cmocka_unit_test(test_writer_never_writes_bad_text), cmocka_unit_test(test_writer_escapes_wherever_it_stands),
        cmocka_unit_test(test_writer_writes_whole_numbers),  cmocka_unit_test(test_random_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
