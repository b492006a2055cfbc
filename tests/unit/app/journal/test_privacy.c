/* SPDX-License-Identifier: MIT */
/* Masking. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/journal/privacy.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/file.h"
#include "firmware/base/json.h"

#include <stdio.h>
#include <string.h>

static void test_names(void **state) {
    static const char *const cases[][2] = {
        { "张三", "张**" }, { "欧阳娜娜", "欧**" }, { "张**", "张**" }, { "张*", "张*" },     { "Smith", "S**" },
        { "S**", "S**" },   { "张*三", "张**" },    { "", "" },         { "  李四", "李**" }, { "王", "王**" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char out[32];
        int rc = privacy_mask_name(cases[i][0], out, sizeof out);
        assert_int_equal(rc, 0);
        assert_string_equal(out, cases[i][1]);
    }
    char small[3];
    assert_int_equal(privacy_mask_name("张三", small, sizeof small), ERR_TOO_BIG);
}

static void test_phones(void **state) {
    static const char *const cases[][2] = {
        { "13800138000", "138****8000" },
        { "138 0013 8000", "138****8000" },
        { "+86 138-0013-8000", "138****8000" },
        { "8613800138000", "138****8000" },
        { "138****8000", "138****8000" },
        { "138 **** 8000", "138****8000" },
        { "010-12345678", "010****5678" },
        { "(0755) 1234567", "075****4567" },
        { "1234567", "****4567" },
        { "95588", "****88" },
        { "", "" },
    };
    static const char *const bad[] = { "abc",           "1234", "138x",  "138*8000", "123456789012345678901",
                                       "13800138000;1", " ",    "１３８" };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char out[32];
        assert_int_equal(privacy_mask_phone(cases[i][0], out, sizeof out), 0);
        assert_string_equal(out, cases[i][1]);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char out[32];
        if (privacy_mask_phone(bad[i], out, sizeof out) != ERR_INVALID) fail_msg("%s was taken", bad[i]);
    }
}

static void read_corpus(struct buf *out) {
    char path[256];
    (void)snprintf(path, sizeof path, "%.*sprivacy-corpus.json", (int)(strrchr(__FILE__, '/') + 1 - __FILE__),
                   __FILE__);
    buf_init(out, 1024 * 1024);
    assert_int_equal(file_read(path, out, NULL), 0);
}

static void assert_masked(const char *text, const char *wanted) {
    struct buf out;
    struct buf again;
    buf_init(&out, 4096);
    buf_init(&again, 4096);
    assert_int_equal(privacy_mask_text(text, &out), 0);
    if (strcmp(out.data ? out.data : "", wanted) != 0) fail_msg("%s became %s, not %s", text, out.data, wanted);
    assert_int_equal(privacy_mask_text(wanted, &again), 0); /* masking twice is masking once */
    if (strcmp(again.data ? again.data : "", wanted) != 0) fail_msg("%s became %s", wanted, again.data);
    buf_fini(&out);
    buf_fini(&again);
}

/* The screens' recogniser answers the same texts in tests/browser/static.mjs. */
static void test_corpus(void **state) {
    CLEANUP(json_destroy_ptr) struct json *root = NULL;
    struct buf bytes;
    size_t masked = 0;
    size_t left = 0;
    (void)state;
    read_corpus(&bytes);
    assert_int_equal(json_parse(bytes.data, bytes.len, &root, NULL), 0);
    for (size_t s = 0; s < json_count(root); s++) {
        const struct json *section = json_at(root, s);
        for (size_t i = 0; json_is_array(section) && i < json_count(section); i++) {
            const struct json *row = json_at(section, i);
            const char *text = json_text(json_is_array(row) ? json_at(row, 0) : row);
            const char *wanted = json_text(json_is_array(row) ? json_at(row, 1) : row);
            assert_masked(text, wanted);
            *(json_is_array(row) ? &masked : &left) += 1;
        }
    }
    assert_true(masked > 80 && left > 80);
    buf_fini(&bytes);
}

/* What no corpus file can hold: bytes that are no UTF-8, and rows longer than any buffer. */
static void test_odd_texts(void **state) {
    char row[3001];
    (void)state;
    memset(row, '1', sizeof row - 1);
    row[sizeof row - 1] = '\0';
    assert_masked(row, row);
    for (size_t i = 1; i < sizeof row - 1; i += 2) row[i] = ' ';
    assert_masked(row, row);
    assert_masked("\xef\xbc 13800138000 \xef", "\xef\xbc 138****8000 \xef");
    assert_masked("\xef", "\xef");
}

static void test_json(void **state) {
    static const char *const cases[][2] = {
        { "{\"note\":\"找 13800138000\",\"n\": 13800138000 }", "{\"note\":\"找 138****8000\",\"n\": 13800138000 }" },
        { "[\"13800138000\",[\"a\\n13900139000\"]]", "[\"138****8000\",[\"a\\n139****9000\"]]" },
        { "[\"\\u00313800138000\"]", "[\"138****8000\"]" },
        { "[\"\\uff113800138000\\\"\"]", "[\"138****8000\\\"\"]" },
        { "{\"13800138000\":{\"\":\"\"}}", "{\"138****8000\":{\"\":\"\"}}" },
        { "[\"\\u4e2d 5 \\/\", 1.50]", "[\"\\u4e2d 5 \\/\", 1.50]" }, /* as it came */
        { "[\"13800138000", "[\"13800138000" },                       /* no JSON: its parser says so */
        { "13800138000", "13800138000" },
        { "[\"\\q13800138000\"]", "[\"\\q13800138000\"]" },
        { "", "" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf out;
        buf_init(&out, 4096);
        assert_int_equal(privacy_mask_json(cases[i][0], strlen(cases[i][0]), &out), 0);
        assert_string_equal(out.data ? out.data : "", cases[i][1]);
        buf_fini(&out);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),     cmocka_unit_test(test_phones), cmocka_unit_test(test_corpus),
        cmocka_unit_test(test_odd_texts), cmocka_unit_test(test_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
