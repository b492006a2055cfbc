/* SPDX-License-Identifier: MIT */
/* Reading JSON: what is accepted and refused, where it says that it is wrong, members by their types. */
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
#include <stdlib.h>
#include <string.h>

static void test_accepts(void **state) {
    (void)state;
    static const char *const cases[] = {
        "null",
        "true",
        " false ",
        "0",
        "-0",
        "-0.5e+10",
        "1E5",
        "\"\"",
        "\"水电\"",
        "\"\\ud83d\\ude00\\u00e9\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
        "[]",
        "{}",
        "[1,[2,{\"a\":[]}]]",
        "\t{\r\n\"a\" : 1 , \"b\":{} }\n",
        "[[],[],{},{}]",
        "{\"\":0}",
    };
    for (size_t i = 0; i < TEXT_ARRAY_LEN(cases); i++) json_destroy(tree_of(cases[i]));
}

static void test_refuses(void **state) {
    (void)state;
    static const char *const cases[] = {
        "",
        " ",
        "nul",
        "nullx",
        "tru",
        "True",
        "01",
        "-",
        "-01",
        "+1",
        ".5",
        "1.",
        "1.e5",
        "1e",
        "1e+",
        "0x10",
        "1e999",
        "-1e999",
        "NaN",
        "Infinity",
        "[1e400]",
        "\"",
        "\"\\\"",
        "\"\n\"",
        "\"\t\"",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u12g4\"",
        "\"\\u0000\"",
        "\"a\\u0000b\"",
        "\"\\ud800\"",
        "\"\\udc00\"",
        "\"\\ud800\\u0041\"",
        "\"\\ud800x\"",
        "[",
        "]",
        "[1",
        "[1,",
        "[1,]",
        "[,1]",
        "[1 2]",
        "{",
        "{\"a\"",
        "{\"a\":",
        "{\"a\":1",
        "{\"a\":1,",
        "{\"a\":1,}",
        "{a:1}",
        "{1:1}",
        "{\"a\" 1}",
        "{\"a\":1]",
        "[1}",
        "{} {}",
        "{}x",
        "1 2",
        "[]]",
        "/*x*/1",
        "1//x",
        "\xef\xbb\xbf{}",
        "\x01 1",
        "\v1",
        "'a'",
        "{\"a\":1,\"a\":1}",
        "{\"x\":{\"b\":1,\"c\":2,\"b\":null}}",
        "{\"a\":1,\"\\u0061\":2}",
        "[{\"a\":1},{\"z\":0,\"a\":1,\"z\":0}]",
    };
    for (size_t i = 0; i < TEXT_ARRAY_LEN(cases); i++) {
        struct json *root = NULL;
        struct err_text e = { 0 };
        if (json_parse(cases[i], strlen(cases[i]), &root, &e) != ERR_INVALID) fail_msg("accepted: %s", cases[i]);
        assert_null(root);
        assert_int_equal(e.code, ERR_INVALID);
        assert_true(strlen(e.text) > 0);
    }
}

static void test_plain(void **state) {
    static const char *const cases[][2] = {
        { "{\"a\":\"x\\n\\ty\",\"b\":[1,\"水\",null]}", "" },
        { "{\"a\":\"x\\r\"}", "a" },
        { "{\"a\":{\"b\":[{},{\"c\":\"\\u202e\"}]}}", "a.b.1.c" },
        { "{\"a\":[\"\",\"\\u2066\"]}", "a.1" },
        { "{\"a\":\"\\u007f\"}", "a" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CLEANUP(json_destroy_ptr) struct json *root = NULL;
        struct err_text e = { 0 };
        assert_int_equal(json_parse(cases[i][0], strlen(cases[i][0]), &root, &e), 0);
        assert_int_equal(json_plain(root, &e), cases[i][1][0] ? ERR_INVALID : 0);
        assert_string_equal(e.field, cases[i][1]);
    }
}

/* Two members of one name, wherever they are among few or many others. */
static void test_shared_names(void **state) {
    (void)state;
    for (int n = 2; n <= 70; n++)
        for (int twin = -1; twin < n - 1; twin++) {
            CLEANUP(buf_fini) struct buf text;
            CLEANUP(json_destroy_ptr) struct json *root = NULL;
            struct err_text e = { 0 };
            buf_init(&text, 4096);
            for (int i = 0; i < n; i++)
                (void)buf_addf(&text, "%c\"m%d\":1", i ? ',' : '{', i == n - 1 && twin >= 0 ? twin : i);
            (void)buf_add_text(&text, "}");
            int r = json_parse(text.data, text.len, &root, &e);
            if (r != (twin >= 0 ? ERR_INVALID : 0)) fail_msg("%d members, the last named as %d: %d", n, twin, r);
            if (twin >= 0) assert_int_equal(atoi(e.field + 1), twin);
        }
}

static void test_refuses_bytes(void **state) {
    (void)state;
    static const struct {
        const char *bytes;
        size_t n;
    } cases[] = {
        { "\"\xff\"", 3 }, { "\"\xc0\x80\"", 4 }, { "\"\xed\xa0\x80\"", 5 }, { "\"a\0b\"", 5 },
        { "1\0", 2 },      { "{}\0{}", 5 },       { "\"\xe6\xb0\"", 4 },     { "\"\xf4\x90\x80\x80\"", 6 },
    };
    for (size_t i = 0; i < TEXT_ARRAY_LEN(cases); i++) {
        struct json *root = NULL;
        assert_int_equal(json_parse(cases[i].bytes, cases[i].n, &root, NULL), ERR_INVALID);
    }
}

static void test_says_where(void **state) {
    (void)state;
    struct json *root = NULL;
    struct err_text e = { 0 };
    assert_int_equal(json_parse("{\"a\":[1,}", 9, &root, &e), ERR_INVALID);
    assert_non_null(strstr(e.text, "byte 8"));
    assert_int_equal(json_parse("[\"ok\",\"\xff\"]", 10, &root, &e), ERR_INVALID);
    assert_non_null(strstr(e.text, "byte 7"));
}

/* The text need not end with NUL: what follows it is not looked at. */
static void test_length_counts(void **state) {
    (void)state;
    struct json *root = NULL;
    int64_t value = 0;
    assert_int_equal(json_parse("123456", 3, &root, NULL), 0);
    assert_true(json_int(root, &value));
    assert_int_equal(value, 123);
    json_destroy(root);
    char *tight = malloc(4); /* for the sanitizer */
    assert_non_null(tight);
    memcpy(tight, "[12]", 4);
    assert_int_equal(json_parse(tight, 4, &root, NULL), 0);
    json_destroy(root);
    memcpy(tight, "[123", 4);
    assert_int_equal(json_parse(tight, 4, &root, NULL), ERR_INVALID);
    memcpy(tight, "\"\\ud", 4);
    assert_int_equal(json_parse(tight, 4, &root, NULL), ERR_INVALID);
    free(tight);
}

static void test_depth(void **state) {
    (void)state;
    char text[2 * 65 + 1];
    struct json *root = NULL;
    memset(text, '[', 64);
    memset(text + 64, ']', 64);
    assert_int_equal(json_parse(text, 128, &root, NULL), 0);
    json_destroy(root);
    root = NULL;
    memset(text, '[', 65);
    memset(text + 65, ']', 65);
    assert_int_equal(json_parse(text, 130, &root, NULL), ERR_INVALID);
    char *deep = malloc(200000);
    assert_non_null(deep);
    memset(deep, '[', 200000);
    assert_int_equal(json_parse(deep, 200000, &root, NULL), ERR_INVALID);
    free(deep);
    assert_null(root);
}

static void test_reads(void **state) {
    (void)state;
    CLEANUP(json_destroy_ptr)
    struct json *root =
        tree_of("{\"t\":\"x\",\"i\":-7,\"d\":1.5,\"b\":true,\"n\":null,\"a\":[1,2,3],\"o\":{\"k\":\"v\"},\"A\":0}");
    int64_t i = 0;
    double d = 0;
    bool b = false;
    assert_true(json_is_object(root));
    assert_int_equal(json_count(root), 8);
    assert_string_equal(json_text(json_member(root, "t")), "x");
    assert_true(json_int(json_member(root, "i"), &i));
    assert_int_equal(i, -7);
    assert_false(json_int(json_member(root, "d"), &i));
    assert_int_equal(i, -7);
    assert_true(json_number(json_member(root, "d"), &d));
    assert_true(d == 1.5);
    assert_true(json_bool(json_member(root, "b"), &b) && b);
    assert_true(json_is_null(json_member(root, "n")));
    assert_false(json_is_null(json_member(root, "absent")));
    assert_true(json_is_array(json_member(root, "a")));
    assert_int_equal(json_count(json_member(root, "a")), 3);
    assert_true(json_int(json_at(json_member(root, "a"), 2), &i) && i == 3);
    assert_null(json_at(json_member(root, "a"), 3));
    assert_null(json_at(json_member(root, "t"), 0));
    assert_string_equal(json_name(json_at(root, 1)), "i");
    assert_null(json_text(json_member(root, "i")));
    assert_null(json_member(json_member(root, "a"), "t"));
    assert_null(json_member(NULL, "t"));
    assert_null(json_text(NULL));
    assert_int_equal(json_count(NULL), 0);
    assert_true(json_int(json_member(root, "A"), &i) && i == 0); /* names differ by case */
}

static void test_whole_numbers(void **state) {
    (void)state;
    static const struct {
        const char *text;
        bool ok;
        int64_t value;
    } cases[] = {
        { "9007199254740991", true, INT64_C(9007199254740991) },
        { "-9007199254740991", true, INT64_C(-9007199254740991) },
        { "9007199254740992", false, 0 },
        { "9007199254740993", false, 0 },
        { "-9007199254740992", false, 0 },
        { "1e300", false, 0 },
        { "1e3", true, 1000 },
        { "1.0", true, 1 },
        { "1.5", false, 0 },
        { "-0", true, 0 },
        { "0.1e1", true, 1 },
        { "4294967296", true, INT64_C(4294967296) },
    };
    for (size_t i = 0; i < TEXT_ARRAY_LEN(cases); i++) {
        CLEANUP(json_destroy_ptr) struct json *root = tree_of(cases[i].text);
        int64_t value = 0;
        assert_int_equal(json_int(root, &value), cases[i].ok);
        assert_int_equal(value, cases[i].value);
    }
}

static void test_typed_members(void **state) {
    (void)state;
    CLEANUP(json_destroy_ptr)
    struct json *root = tree_of("{\"t\":\"four\",\"i\":5,\"b\":false,\"n\":null,\"a\":[1,2]}");
    struct err_text e = { 0 };
    const char *text = "as it was";
    int64_t value = 42;
    bool flag = true;
    const struct json *array = NULL;
    assert_int_equal(json_get_text(root, "", "t", JSON_REQUIRED, 4, &text, &e), 0);
    assert_string_equal(text, "four");
    text = "as it was";
    assert_int_equal(json_get_text(root, "", "t", JSON_REQUIRED, 3, &text, &e), ERR_INVALID);
    assert_int_equal(json_get_text(root, "", "i", JSON_OPTIONAL, 3, &text, &e), ERR_INVALID);
    assert_int_equal(json_get_text(root, "", "n", JSON_OPTIONAL, 3, &text, &e), 0);
    assert_int_equal(json_get_text(root, "", "gone", JSON_OPTIONAL, 3, &text, &e), 0);
    assert_string_equal(text, "as it was");
    assert_int_equal(json_get_text(root, "crew.", "n", JSON_REQUIRED, 3, &text, &e), ERR_INVALID);
    assert_string_equal(e.field, "crew.n");
    assert_int_equal(json_get_int(root, "", "i", JSON_REQUIRED, 5, 5, &value, &e), 0);
    assert_int_equal(value, 5);
    assert_int_equal(json_get_int(root, "", "i", JSON_REQUIRED, 6, 9, &value, &e), ERR_INVALID);
    assert_int_equal(json_get_int(root, "", "t", JSON_REQUIRED, 0, 9, &value, &e), ERR_INVALID);
    assert_int_equal(value, 5);
    assert_int_equal(json_get_bool(root, "", "b", JSON_REQUIRED, &flag, &e), 0);
    assert_false(flag);
    assert_int_equal(json_get_bool(root, "", "i", JSON_REQUIRED, &flag, &e), ERR_INVALID);
    assert_int_equal(json_get_array(root, "", "a", JSON_REQUIRED, 2, &array, &e), 0);
    assert_int_equal(json_count(array), 2);
    assert_int_equal(json_get_array(root, "", "a", JSON_REQUIRED, 1, &array, &e), ERR_INVALID);
    assert_int_equal(json_get_array(root, "", "t", JSON_REQUIRED, 1, &array, &e), ERR_INVALID);
    assert_int_equal(json_get_int(NULL, "", "i", JSON_REQUIRED, 0, 9, &value, &e), ERR_INVALID);
}

static void test_only(void **state) {
    (void)state;
    CLEANUP(json_destroy_ptr) struct json *root = tree_of("{\"a\":1,\"b\":2,\"odd\":3}");
    struct err_text e = { 0 };
    assert_int_equal(json_only(root, "", (const char *const[]){ "b", "a", "odd", "more", NULL }, &e), 0);
    assert_int_equal(json_only(root, "x.", (const char *const[]){ "b", "a", NULL }, &e), ERR_INVALID);
    assert_string_equal(e.field, "x.odd");
}

/* Whatever is accepted prints, and what was printed reads back as the same text. */
/* A list of n numbered texts. */
static struct json *many(int n) {
    struct buf b;
    struct json_out w;
    buf_init(&b, 8u << 20);
    json_start(&w, &b);
    json_open(&w, NULL, '[');
    for (int i = 0; i < n; i++) {
        char text[64];
        (void)snprintf(text, sizeof text, "%.*s%d", i % 40, "........................................", i);
        json_put_text(&w, NULL, text);
    }
    json_close(&w, ']');
    struct json *root = tree_of(b.data);
    buf_fini(&b);
    return root;
}

/* Trees of every size stand beside each other, and outlive each other in any order. */
static void test_trees_are_apart(void **state) {
    (void)state;
    enum { TREES = 12 };
    struct json *trees[TREES];
    for (int i = 0; i < TREES; i++) trees[i] = many(1 << i);
    struct json *none = NULL;
    assert_int_equal(json_parse("[1,{\"a\":1,\"a\":2}]", 19, &none, NULL), ERR_INVALID); /* a tree that is given up */
    assert_null(none);
    for (int k = 0; k < TREES; k++) {
        int gone = k * 5 % TREES; /* each once */
        json_destroy(trees[gone]);
        trees[gone] = NULL;
        for (int i = 0; i < TREES; i++) {
            if (!trees[i]) continue;
            assert_int_equal(json_count(trees[i]), 1 << i);
            for (int at = 0; at < 1 << i; at += 1 + (1 << i) / 7) {
                const char *text = json_text(json_at(trees[i], (size_t)at));
                assert_int_equal(atoi(text + strspn(text, ".")), at);
            }
        }
    }
    json_destroy(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accepts),         cmocka_unit_test(test_refuses),       cmocka_unit_test(test_plain),
        cmocka_unit_test(test_shared_names),    cmocka_unit_test(test_refuses_bytes), cmocka_unit_test(test_says_where),
        cmocka_unit_test(test_length_counts),   cmocka_unit_test(test_depth),         cmocka_unit_test(test_reads),
        cmocka_unit_test(test_whole_numbers),   cmocka_unit_test(test_typed_members), cmocka_unit_test(test_only),
        cmocka_unit_test(test_trees_are_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
