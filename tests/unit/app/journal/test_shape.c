/* SPDX-License-Identifier: MIT */
/* Shapes: every kind of member at its edges, strict and lenient, masking, and the canonical text. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/journal/shape.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ID1 "01935d2a-1c00-7abc-8def-0123456789ab"
#define ID2 "01935d2a-1c00-7abc-8def-0123456789ac"

static const char *const words[] = { "notice", "serious", NULL };
static const struct shape item[] = {
    { .name = "item", .kind = SHAPE_KEY, .flags = SHAPE_NEEDED },
    { .name = "value", .kind = SHAPE_NUMBER, .min = -10, .max = 10 },
    { .name = NULL },
};
static const struct shape table[] = {
    { .name = "text", .kind = SHAPE_TEXT, .flags = SHAPE_NEEDED, .max = 40 },
    { .name = "key", .kind = SHAPE_KEY },
    { .name = "path", .kind = SHAPE_PATH },
    { .name = "severity", .kind = SHAPE_WORD, .words = words },
    { .name = "room", .kind = SHAPE_ROOM },
    { .name = "user", .kind = SHAPE_USER },
    { .name = "date", .kind = SHAPE_DATE },
    { .name = "time", .kind = SHAPE_TIME },
    { .name = "due", .kind = SHAPE_WHEN, .flags = SHAPE_FILLED },
    { .name = "n", .kind = SHAPE_INT, .min = 1, .max = 99 },
    { .name = "value", .kind = SHAPE_NUMBER, .max = 5 },
    { .name = "yes", .kind = SHAPE_BOOL },
    { .name = "of", .kind = SHAPE_ID },
    { .name = "photos", .kind = SHAPE_PHOTOS, .max = 2 },
    { .name = "lines", .kind = SHAPE_TEXTS, .max = 2 },
    { .name = "one", .kind = SHAPE_OBJECT, .members = item },
    { .name = "items", .kind = SHAPE_LIST, .max = 2, .members = item },
    { .name = "verdict", .kind = SHAPE_RAW, .flags = SHAPE_MADE },
    { .name = NULL },
};

enum how { STRICT, LENIENT, SAID, ONLY_CHECK };

/* What is written of a text, or the field at fault. */
static const char *shaped(const char *json, enum how how, int *rc) {
    static char out[2048];
    struct err_text e = { 0 };
    struct json *root = NULL;
    struct json_out w;
    struct buf b;
    assert_int_equal(json_parse(json, strlen(json), &root, &e), 0);
    buf_init(&b, 4096);
    json_start(&w, &b);
    if (how == SAID)
        *rc = shape_said(root, NULL, table, &w, &e);
    else if (how == ONLY_CHECK)
        *rc = shape_check(root, table, &e);
    else
        *rc = shape_read(root, table, how == STRICT ? DECODE_STRICT : DECODE_LENIENT, &w, &e);
    (void)snprintf(out, sizeof out, "%s", *rc ? e.field : b.len ? b.data : "");
    if (*rc) assert_true(e.text[0] != 0);
    buf_fini(&b);
    json_destroy(root);
    return out;
}

static void assert_good(const char *json, const char *canonical) {
    int rc;
    const char *out = shaped(json, STRICT, &rc);
    assert_string_equal(out, canonical);
    assert_int_equal(rc, 0);
}

static void assert_bad(const char *json, const char *field) {
    int rc;
    const char *out = shaped(json, STRICT, &rc);
    if (rc != ERR_INVALID) fail_msg("%s was taken as %s", json, out);
    assert_string_equal(out, field);
}

static void good_members_come_out_in_the_order_of_the_table(void **state) {
    (void)state;
    assert_good("{\"text\":\"a\"}", "\"text\":\"a\"");
    assert_good("{\"n\":99,\"text\":\"a\",\"id\":\"" ID1 "\"}", "\"text\":\"a\",\"n\":99");
    assert_good("{\"text\":\"a\",\"due\":\"2026-11-25\"}", "\"text\":\"a\",\"due\":\"2026-11-25\"");
    assert_good("{\"text\":\"a\",\"due\":\"2026-11-25T18:00:00+08:00\"}",
                "\"text\":\"a\",\"due\":\"2026-11-25T18:00:00+08:00\"");
    assert_good("{\"text\":\"a\",\"key\":null,\"photos\":[],\"items\":[],\"lines\":[]}", "\"text\":\"a\"");
    assert_good("{\"text\":\"a\",\"key\":\"pe.press\",\"path\":\"hazard/" ID1
                "\",\"severity\":\"serious\",\"room\":\"阁楼\",\"user\":\"u-01\",\"date\":\"2024-02-29\","
                "\"time\":\"2026-11-22T16:04:05+08:00\",\"n\":1,\"value\":0.5,\"yes\":true,\"of\":\"" ID2
                "\",\"photos\":[\"" ID1 "\",\"" ID2
                "\"],\"lines\":[\"x\",\"y\"],\"one\":{\"item\":\"a\"},\"items\":[{\"value\":-10,\"item\":\"b\"}]}",
                "\"text\":\"a\",\"key\":\"pe.press\",\"path\":\"hazard/" ID1
                "\",\"severity\":\"serious\",\"room\":\"阁楼\",\"user\":\"u-01\",\"date\":\"2024-02-29\","
                "\"time\":\"2026-11-22T16:04:05+08:00\",\"n\":1,\"value\":0.5,\"yes\":true,\"of\":\"" ID2
                "\",\"photos\":[\"" ID1 "\",\"" ID2
                "\"],\"lines\":[\"x\",\"y\"],\"one\":{\"item\":\"a\"},\"items\":[{\"item\":\"b\",\"value\":-10}]");
}

/* Of other writers, and of older versions, they stay. */
static void unseen_characters_of_others_stay(void **state) {
    int rc;
    (void)state;
    (void)shaped("{\"text\":\"a\\u0007\\u202e\"}", ONLY_CHECK, &rc);
    assert_int_equal(rc, 0);
    assert_string_equal(shaped("{\"text\":\"a\\u007f\"}", SAID, &rc), "\"text\":\"a\x7f\"");
    assert_int_equal(rc, 0);
}

static void bad_members_are_named(void **state) {
    static const struct {
        const char *json, *field;
    } bad[] = {
        { "{}", "text" },
        { "{\"text\":\"  \"}", "text" },
        { "{\"text\":5}", "text" },
        { "{\"text\":\"a\\u0007\"}", "text" },
        { "{\"text\":\"a\",\"room\":\"\\u202eb\"}", "room" },
        { "{\"text\":\"a\",\"lines\":[\"x\",\"y\\r\"]}", "lines.1" },
        { "{\"text\":\"12345678901234567890123456789012345678901\"}", "text" },
        { "{\"text\":\"a\",\"key\":\"A\"}", "key" },
        { "{\"text\":\"a\",\"key\":\"a1234567890123456789012345678901234567890\"}", "key" },
        { "{\"text\":\"a\",\"path\":\"hazard\"}", "path" },
        { "{\"text\":\"a\",\"path\":\"hazard/\"}", "path" },
        { "{\"text\":\"a\",\"path\":\"Hazard/1\"}", "path" },
        { "{\"text\":\"a\",\"severity\":\"bad\"}", "severity" },
        { "{\"text\":\"a\",\"room\":\"\"}", "room" },
        { "{\"text\":\"a\",\"user\":\"王\"}", "user" },
        { "{\"text\":\"a\",\"date\":\"2026-02-29\"}", "date" },
        { "{\"text\":\"a\",\"time\":\"2026-11-22\"}", "time" },
        { "{\"text\":\"a\",\"due\":\"tomorrow\"}", "due" },
        { "{\"text\":\"a\",\"n\":0}", "n" },
        { "{\"text\":\"a\",\"n\":1.5}", "n" },
        { "{\"text\":\"a\",\"n\":100}", "n" },
        { "{\"text\":\"a\",\"value\":5.1}", "value" },
        { "{\"text\":\"a\",\"value\":\"5\"}", "value" },
        { "{\"text\":\"a\",\"yes\":1}", "yes" },
        { "{\"text\":\"a\",\"of\":\"1\"}", "of" },
        { "{\"text\":\"a\",\"photos\":[\"" ID1 "\",\"" ID1 "\"]}", "photos.1" },
        { "{\"text\":\"a\",\"photos\":[\"1\"]}", "photos.0" },
        { "{\"text\":\"a\",\"photos\":[1,2,3]}", "photos" },
        { "{\"text\":\"a\",\"lines\":[\"\"]}", "lines.0" },
        { "{\"text\":\"a\",\"lines\":\"x\"}", "lines" },
        { "{\"text\":\"a\",\"one\":[]}", "one" },
        { "{\"text\":\"a\",\"one\":{}}", "one.item" },
        { "{\"text\":\"a\",\"items\":[{\"item\":\"a\"},{\"item\":\"b\",\"value\":11}]}", "items.1.value" },
        { "{\"text\":\"a\",\"items\":[{\"item\":\"a\",\"more\":1}]}", "items.0.more" },
        { "{\"text\":\"a\",\"items\":[{\"item\":\"a\",\"id\":1}]}", "items.0.id" },
        { "{\"text\":\"a\",\"more\":1}", "more" },
        { "{\"text\":\"a\",\"verdict\":1}", "verdict" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) assert_bad(bad[i].json, bad[i].field);
}

static void texts_of_a_body_are_masked_and_stored_ones_stay(void **state) {
    int rc;
    (void)state;
    assert_good("{\"text\":\"打 13900001234\",\"lines\":[\"13900001234\"]}",
                "\"text\":\"打 139****1234\",\"lines\":[\"139****1234\"]");
    assert_string_equal(shaped("{\"text\":\"打 139****1234\",\"verdict\":{\"pass\":true}}", SAID, &rc),
                        "\"text\":\"打 139****1234\"");
}

static void what_others_wrote_may_say_more(void **state) {
    int rc;
    (void)state;
    assert_string_equal(shaped("{\"text\":\"a\",\"more\":1,\"verdict\":{\"pass\":true}}", LENIENT, &rc),
                        "\"text\":\"a\",\"verdict\":{\"pass\":true}");
    (void)shaped("{\"text\":\"a\",\"more\":1,\"verdict\":7}", ONLY_CHECK, &rc);
    assert_int_equal(rc, 0);
    (void)shaped("{\"more\":1}", ONLY_CHECK, &rc);
    assert_int_equal(rc, ERR_INVALID);
    (void)shaped("[]", ONLY_CHECK, &rc);
    assert_int_equal(rc, ERR_INVALID);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_members_come_out_in_the_order_of_the_table),
        cmocka_unit_test(unseen_characters_of_others_stay),
        cmocka_unit_test(bad_members_are_named),
        cmocka_unit_test(texts_of_a_body_are_masked_and_stored_ones_stay),
        cmocka_unit_test(what_others_wrote_may_say_more),
    };
    return cmocka_run_group_tests_name("shape", tests, NULL, NULL);
}
