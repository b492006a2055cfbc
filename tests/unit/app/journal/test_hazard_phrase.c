/* SPDX-License-Identifier: MIT */
/* Hazards' phrases with room and number, severities' hours, and bad files. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/journal/domain_files.h"

#include <string.h>

static void expect_text(const char *key, bool zh, const char *room, bool has_n, int64_t n, const char *text) {
    struct buf out;
    struct err_text e = { 0 };
    const struct hazard_phrase *p = hazard_phrase_find(key);
    assert_non_null(p);
    buf_init(&out, 500);
    if (hazard_phrase_text(p, zh, room, has_n, n, &out, &e) != 0) fail_msg("%s: %s", key, e.text);
    assert_string_equal(out.data, text);
    buf_fini(&out);
}

static void expect_refused(const char *key, const char *room, bool has_n, int64_t n, const char *field) {
    struct buf out;
    struct err_text e = { 0 };
    buf_init(&out, 500);
    assert_int_equal(hazard_phrase_text(hazard_phrase_find(key), true, room, has_n, n, &out, &e), ERR_INVALID);
    assert_string_equal(e.field, field);
    buf_fini(&out);
}

static void test_texts(void **state) {
    (void)state;
    expect_text("waterproofing-low", true, "bath", true, 5, "客卫防水高度需增加5cm");
    expect_text("waterproofing-low", false, "bath", true, 5, "bathroom: waterproofing too low by 5 cm");
    expect_text("hollow-tiles", true, "北阳台", true, 12, "北阳台空鼓12块");
    expect_text("power-data-close", true, NULL, true, 40, "强弱电间距不足40mm");
    expect_text("wrong-fall", true, "kitchen", false, 0, "厨房倒坡积水");
    expect_text("gas-altered", true, "kitchen", false, 0,
                "燃气管私改"); /* a room where the phrase has none is no fault */
    expect_refused("waterproofing-low", NULL, true, 5, "room");
    expect_refused("waterproofing-low", "", true, 5, "room");
    expect_refused("waterproofing-low", "bath", false, 0, "n");
    expect_refused("waterproofing-low", "bath", true, 0, "n");
    expect_refused("waterproofing-low", "bath", true, 301, "n");
    expect_refused("gas-altered", NULL, true, 1, "n");
    assert_null(hazard_phrase_find("nothing"));
}

static struct hazard_phrase_file file;

static int read_file(const struct json *root, struct err_text *e) { return hazard_phrase_file_read(root, &file, e); }

static void test_tables(void **state) {
    size_t n = 0, of[3] = { 0 };
    const struct hazard_severity *s = hazard_severities(&n);
    struct err_text e = { 0 };
    struct buf out;
    (void)state;
    assert_int_equal(n, 3);
    assert_string_equal(s[0].key, "notice");
    assert_int_equal(s[0].due_hours, 7 * 24);
    assert_int_equal(s[0].warn_hours, 48);
    assert_int_equal(hazard_severity_find("serious")->due_hours, 3 * 24);
    assert_int_equal(hazard_severity_find("serious")->warn_hours, 24);
    assert_int_equal(hazard_severity_find("stop_work")->due_hours, 24);
    assert_int_equal(hazard_severity_find("stop_work")->warn_hours, 0);
    assert_null(hazard_severity_find("mild"));
    assert_int_equal(domain_form_load("hazards", read_file, &e), 0);
    assert_int_equal(file.count, 20);
    for (size_t i = 0; i < file.count; i++) {
        const struct hazard_phrase *p = hazard_phrase_find(file.phrases[i].key);
        assert_non_null(p);
        of[p->severity - s]++;
        for (int zh = 0; zh < 2; zh++) {
            buf_init(&out, 500);
            assert_int_equal(hazard_phrase_text(p, zh, "kitchen", p->has_n, p->n_min, &out, &e), 0);
            assert_null(strchr(out.data, '{'));
            buf_fini(&out);
        }
    }
    assert_int_equal(of[0], 2);
    assert_int_equal(of[1], 9);
    assert_int_equal(of[2], 9);
    domain_form_free(&file.texts);
}

static void expect_bad(const char *text, const char *field) {
    struct json *root = NULL;
    struct err_text e = { 0 };
    memset(&file, 0, sizeof file);
    if (json_parse(text, strlen(text), &root, &e) != 0) fail_msg("%s: %s", text, e.text);
    if (hazard_phrase_file_read(root, &file, &e) != ERR_INVALID) fail_msg("%s was taken", text);
    if (strcmp(e.field, field) != 0) fail_msg("%s: field \"%s\" (%s)", text, e.field, e.text);
    json_destroy(root);
    domain_form_free(&file.texts);
}

#define SOURCES              "\"version\":1,\"sources\":{\"t\":{\"zh\":\"z\",\"en\":\"e\"}},"
#define SEVERITY             "{\"key\":\"notice\",\"zh\":\"z\",\"en\":\"e\",\"due_hours\":9,\"warn_hours\":8}"
#define FILE_OF(rows)        "{" SOURCES "\"severities\":[" SEVERITY "],\"phrases\":[" rows "]}"
#define PHRASE(zh, en, rest) "{\"key\":\"k\",\"severity\":\"notice\",\"zh\":\"" zh "\",\"en\":\"" en "\"" rest "}"

static void test_bad_files(void **state) {
    (void)state;
    expect_bad("{" SOURCES "\"severities\":[{\"key\":\"notice\",\"zh\":\"z\",\"en\":\"e\",\"due_hours\":9,\"warn_"
               "hours\":9}],\"phrases\":[1]}",
               "severities.0.warn_hours");
    expect_bad("{" SOURCES "\"severities\":[" SEVERITY "," SEVERITY "],\"phrases\":[1]}", "severities.1.key");
    expect_bad(FILE_OF("{\"key\":\"k\",\"severity\":\"mild\",\"zh\":\"z\",\"en\":\"e\"}"), "phrases.0.severity");
    expect_bad(FILE_OF(PHRASE("{n}a", "b", ",\"n\":{\"unit\":\"cm\",\"min\":1,\"max\":2}")), "phrases.0.en");
    expect_bad(FILE_OF(PHRASE("{n}a", "{n}b", "")), "phrases.0.zh");
    expect_bad(FILE_OF(PHRASE("{room}a", "b", "")), "phrases.0.en");
    expect_bad(FILE_OF(PHRASE("{who}a", "b", "")), "phrases.0.zh");
    expect_bad(FILE_OF(PHRASE("a", "b", ",\"n\":{\"unit\":\"cm\",\"min\":3,\"max\":2}")), "phrases.0.n.max");
    expect_bad(FILE_OF(PHRASE("a", "b", ",\"stage\":\"moon\"")), "phrases.0.stage");
    expect_bad(FILE_OF(PHRASE("a", "b", "") "," PHRASE("a", "b", "")), "phrases.1.key");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_tables),
        cmocka_unit_test(test_bad_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
