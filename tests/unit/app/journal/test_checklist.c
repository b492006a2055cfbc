/* SPDX-License-Identifier: MIT */
/* Every item is judged at its limit and just beyond it; no red line rests on what nobody confirmed; a bad file is told with its member. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/journal/checklist_decode.h"
#include "app/journal/domain_files.h"
#include "firmware/base/buf.h"
#include "firmware/base/file.h"
#include "firmware/base/json.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void expect(const char *item, const char *part, double value, enum checklist_fault fault, const char *zh,
                   const char *en) {
    struct checklist_verdict v;
    const struct checklist_item *i = checklist_item_find(item);
    if (!i) fail_msg("there is no %s", item);
    if (checklist_judge(i, part, value, &v) != 0) fail_msg("%s has no %s", item, part ? part : "value");
    if (v.fault != fault || v.pass != (fault == CHECKLIST_OK)) fail_msg("%s.%s %g: %d", item, part, value, v.fault);
    if (zh && strcmp(v.zh, zh) != 0) fail_msg("%s.%s: %s", item, part, v.zh);
    if (en && strcmp(v.en, en) != 0) fail_msg("%s.%s: %s", item, part, v.en);
}

/* ---- the cases that the screens are asked, too: checklist-cases.json ---- */

static struct json *cases;

static int read_cases(void **state) {
    char path[256];
    struct buf text;
    struct err_text e = { 0 };
    (void)state;
    (void)snprintf(path, sizeof path, "%.*schecklist-cases.json", (int)(strrchr(__FILE__, '/') + 1 - __FILE__),
                   __FILE__);
    buf_init(&text, 256 * 1024);
    int rc = file_read(path, &text, NULL);
    if (rc == 0) rc = json_parse(text.data, text.len, &cases, &e);
    if (rc < 0) fail_msg("%s: %s %s", path, err_name(rc), e.text);
    buf_fini(&text);
    return 0;
}

static int free_cases(void **state) {
    (void)state;
    json_destroy(cases);
    return 0;
}

static double number_of(const struct json *o, const char *name) {
    double n;
    return json_number(json_member(o, name), &n) ? n : NAN;
}
static const char *text_of(const struct json *o, const char *name) { return json_text(json_member(o, name)); }

/* Each part of every measure: values that pass, values that do not, and the limit in words. */
static void test_measures(void **state) {
    const struct json *measures = json_member(cases, "measures");
    size_t parts = 0, n = 0;
    const struct checklist_item *items = checklist_items(&n);
    (void)state;
    for (size_t i = 0; i < json_count(measures); i++) {
        const struct json *m = json_at(measures, i), *good = json_member(m, "good");
        const char *item = text_of(m, "item"), *part = text_of(m, "part");
        double low = number_of(m, "low"), high = number_of(m, "high"), value;
        for (size_t k = 0; k < json_count(good); k++) {
            assert_true(json_number(json_at(good, k), &value));
            expect(item, part, value, CHECKLIST_OK, text_of(m, "zh"), text_of(m, "en"));
        }
        assert_int_equal(json_count(good), 2);
        if (!isnan(low)) expect(item, part, low, CHECKLIST_LOW, NULL, NULL);
        if (!isnan(high)) expect(item, part, high, CHECKLIST_HIGH, NULL, NULL);
        assert_false(isnan(low) && isnan(high));
        expect(item, part, NAN, CHECKLIST_MISSING, NULL, NULL);
    }
    for (size_t i = 0; i < n; i++) parts += items[i].part_count;
    assert_int_equal(parts, json_count(measures)); /* none is left out */
}

static enum checklist_fault fault_of(const char *word) {
    static const char *const words[] = { "ok", "no", "missing", "low", "high", "short", "start", "drop" };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(words[i], word) == 0) return (enum checklist_fault)i;
    fail_msg("there is no fault %s", word);
    return CHECKLIST_OK;
}

/* Every phase of every timed item: exactly enough, and one step short in each respect. */
static void test_runs(void **state) {
    const struct json *runs = json_member(cases, "runs");
    size_t phases = 0, n = 0, seen = 0;
    const struct checklist_item *items = checklist_items(&n);
    char before[64] = "", name[64];
    (void)state;
    for (size_t i = 0; i < json_count(runs); i++) {
        const struct json *r = json_at(runs, i), *o = json_member(r, "run");
        struct checklist_run run = { number_of(o, "minutes"), number_of(o, "start"), number_of(o, "end"),
                                     number_of(o, "working") };
        struct checklist_verdict v;
        const struct checklist_item *item = checklist_item_find(text_of(r, "item"));
        assert_non_null(item);
        assert_int_equal(checklist_judge_run(item, text_of(r, "phase"), &run, &v), 0);
        if (v.fault != fault_of(text_of(r, "fault")) || v.pass != (v.fault == CHECKLIST_OK))
            fail_msg("run %zu: %d", i, v.fault);
        if (text_of(r, "zh")) assert_string_equal(v.zh, text_of(r, "zh"));
        if (text_of(r, "en")) assert_string_equal(v.en, text_of(r, "en"));
        (void)snprintf(name, sizeof name, "%s %s", text_of(r, "item"), text_of(r, "phase"));
        seen += v.pass && strcmp(name, before) != 0;
        memcpy(before, name, sizeof name);
    }
    for (size_t i = 0; i < n; i++) phases += items[i].phase_count;
    assert_int_equal(phases, seen);
    assert_int_equal(phases, 8);
}

static void test_checks_and_unknown_parts(void **state) {
    size_t n = 0, checks = 0;
    const struct checklist_item *items = checklist_items(&n);
    struct checklist_verdict v;
    struct checklist_run run = { .minutes = 9 };
    (void)state;
    for (size_t i = 0; i < n; i++) {
        if (items[i].kind != CHECKLIST_CHECK) continue;
        checks++;
        expect(items[i].key, NULL, 1, CHECKLIST_OK, items[i].criterion_zh, items[i].criterion_en);
        expect(items[i].key, NULL, 0, CHECKLIST_NO, NULL, NULL);
        assert_int_equal(checklist_judge(&items[i], "value", 1, &v), ERR_NOT_FOUND);
        assert_int_equal(checklist_judge_run(&items[i], NULL, &run, &v), ERR_NOT_FOUND);
    }
    assert_int_equal(checks, 35);
    expect("ma.hollow", NULL, 1, CHECKLIST_OK, "每处 ≤ 0.04 m²，每间 ≤ 2 处", "each ≤ 0.04 m², ≤ 2 a room");
    expect("wp.thick", NULL, 1.4, CHECKLIST_LOW, NULL, NULL); /* the first part */
    assert_int_equal(checklist_judge(checklist_item_find("wp.thick"), "roof", 1, &v), ERR_NOT_FOUND);
    assert_int_equal(checklist_judge(checklist_item_find("wp.pond"), NULL, 1, &v), ERR_NOT_FOUND);
    assert_int_equal(checklist_judge_run(checklist_item_find("wp.pond"), "second", &run, &v), ERR_NOT_FOUND);
    assert_null(checklist_item_find("wp.none"));
}

/* The trade's list: which are red lines in force, which wait for the company's word. */
static void test_red_lines(void **state) {
    static const char *const on[] = { "de.bearing", "de.rebar", "de.riser",  "de.edge",    "pe.press",
                                      "pe.nojoint", "pe.rcd",   "pe.leb",    "wp.hshower", "wp.pond",
                                      "wp.below",   "ti.pond2", "ca.before", "in.phase",   "in.leak",
                                      "co.gates",   "co.punch", "co.elec",   "co.water",   "co.sign" };
    static const char *const off[] = { "pr.power", "hv.hold", "hv.coil", "pe.ins", "ca.heavy" };
    size_t n = 0, red = 0, waiting = 0;
    const struct checklist_item *items = checklist_items(&n);
    (void)state;
    assert_int_equal(n, 87);
    for (size_t i = 0; i < n; i++) {
        red += items[i].red_line;
        waiting += items[i].red_line_if_confirmed;
        assert_true(checklist_source_valid(items[i].source));
        if (items[i].red_line) assert_false(checklist_source_weak(items[i].source));
    }
    for (size_t i = 0; i < sizeof on / sizeof on[0]; i++) assert_true(checklist_item_find(on[i])->red_line);
    for (size_t i = 0; i < sizeof off / sizeof off[0]; i++)
        assert_true(checklist_item_find(off[i])->red_line_if_confirmed);
    assert_int_equal(red, sizeof on / sizeof on[0]);
    assert_int_equal(waiting, sizeof off / sizeof off[0]);
    assert_false(checklist_item_find("co.air")->required);
    assert_string_equal(checklist_item_find("co.air")->condition_en, "if contracted");
    assert_true(checklist_item_find("wp.below")->photo_required);
}

static void test_sources(void **state) {
    static const char *const good[] = { "A", "M/m", "t?", "A/?", "m/M", "?", "C" };
    static const char *const bad[] = { "", "B", "A/", "/A", "AA", "A??", "A M", "a" };
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) assert_true(checklist_source_valid(good[i]));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (checklist_source_valid(bad[i])) fail_msg("\"%s\" was taken", bad[i]);
    assert_true(checklist_source_weak("M/m"));
    assert_true(checklist_source_weak("t?"));
    assert_false(checklist_source_weak("A/M"));
    assert_false(checklist_source_weak("C"));
}

/* ---- bad files ---- */

static struct checklist_file file;

static void expect_bad(const char *text, const char *field) {
    struct json *root = NULL;
    struct err_text e = { 0 };
    memset(&file, 0, sizeof file);
    if (json_parse(text, strlen(text), &root, &e) != 0) fail_msg("%s: %s", text, e.text);
    if (checklist_file_read(root, &file, &e) != ERR_INVALID) fail_msg("%s was taken", text);
    if (strcmp(e.field, field) != 0) fail_msg("%s: field \"%s\" (%s)", text, e.field, e.text);
    json_destroy(root);
    domain_form_free(&file.texts);
}

#define FILE_OF(rows) "{\"version\":1,\"sources\":{\"t\":{\"zh\":\"z\",\"en\":\"e\"}},\"items\":[" rows "]}"
#define HEAD          "{\"key\":\"k\",\"stage\":\"tiling\",\"zh\":\"z\",\"en\":\"e\",\"required\":true,\"photo_required\":false,"
#define CHECK_ROW     HEAD "\"kind\":\"check\",\"source\":\"t\",\"red_line\":false}"
#define MEASURE(part)                                                                                                  \
    HEAD "\"kind\":\"measure\",\"source\":\"t\",\"red_line\":false,\"parts\":[{\"key\":\"value\",\"zh\":\"z\",\"en\":" \
         "\"e\"," part "}]}"
#define TIMED(phase)                                                                                                   \
    HEAD "\"kind\":\"timed\",\"source\":\"t\",\"red_line\":false,\"phases\":[{\"key\":\"p\",\"zh\":\"z\",\"en\":"      \
         "\"e\"" phase "}]}"

static void test_bad_files(void **state) {
    (void)state;
    expect_bad("[]", "");
    expect_bad("{\"version\":1,\"items\":[]}", "sources");
    expect_bad(FILE_OF(""), "items");
    expect_bad(FILE_OF(CHECK_ROW "," CHECK_ROW), "items.1.key");
    expect_bad(FILE_OF(HEAD "\"kind\":\"guess\",\"source\":\"t\",\"red_line\":false}"), "items.0.kind");
    expect_bad(FILE_OF(HEAD "\"kind\":\"check\",\"source\":\"x\",\"red_line\":false}"), "items.0.source");
    expect_bad(FILE_OF(HEAD "\"kind\":\"check\",\"source\":\"t\"}"), "items.0.red_line");
    expect_bad(FILE_OF(HEAD "\"kind\":\"check\",\"source\":\"t\",\"red_line\":false,\"limit\":1}"), "items.0.limit");
    /* no red line on a standard from memory, or on what is unsure; and none that waits without a reason */
    expect_bad(FILE_OF(HEAD "\"kind\":\"check\",\"source\":\"m\",\"red_line\":true}"), "items.0.red_line");
    expect_bad(FILE_OF(HEAD "\"kind\":\"check\",\"source\":\"A/?\",\"red_line\":true}"), "items.0.red_line");
    expect_bad(FILE_OF(HEAD "\"kind\":\"check\",\"source\":\"A\",\"red_line\":false,\"red_line_if_confirmed\":true}"),
               "items.0.red_line");
    /* limits that cannot be judged */
    expect_bad(FILE_OF(MEASURE("\"unit\":\"mm\"")), "items.0.parts.0");
    expect_bad(FILE_OF(MEASURE("\"max\":\"3\"")), "items.0.parts.0.max");
    expect_bad(FILE_OF(MEASURE("\"min\":3,\"max\":2")), "items.0.parts.0");
    expect_bad(FILE_OF(MEASURE("\"max\":3,\"below\":4")), "items.0.parts.0");
    expect_bad(FILE_OF(MEASURE("\"equal\":3")), "items.0.parts.0");
    expect_bad(FILE_OF(MEASURE("\"equal\":3,\"tolerance\":1,\"max\":3")), "items.0.parts.0");
    expect_bad(FILE_OF(MEASURE("\"equal\":3,\"tolerance\":-1")), "items.0.parts.0.tolerance");
    expect_bad(FILE_OF(HEAD "\"kind\":\"measure\",\"source\":\"t\",\"red_line\":false}"), "items.0.parts");
    expect_bad(FILE_OF(HEAD "\"kind\":\"check\",\"source\":\"t\",\"red_line\":false,\"parts\":[1]}"), "items.0.parts");
    expect_bad(FILE_OF(TIMED("")), "items.0.phases.0.minutes");
    expect_bad(FILE_OF(TIMED(",\"minutes\":0")), "items.0.phases.0.minutes");
    expect_bad(FILE_OF(TIMED(",\"minutes\":5,\"drop_max\":1")), "items.0.phases.0.unit");
    /* what the stages' gates ask for is missing */
    expect_bad(FILE_OF(CHECK_ROW), "items");
}

/* What is written is read again as the same. */
static void test_put_and_read(void **state) {
    size_t n = 0;
    const struct checklist_item *items = checklist_items(&n);
    (void)state;
    for (size_t i = 0; i < n; i++) {
        struct domain_text *texts = NULL;
        struct checklist_item again;
        struct json_out w;
        struct json *root = NULL;
        struct err_text e = { 0 };
        struct buf first, second;
        buf_init(&first, 8192);
        buf_init(&second, 8192);
        json_start(&w, &first);
        checklist_item_put(&items[i], false, &w);
        assert_int_equal(json_parse(first.data, first.len, &root, &e), 0);
        if (checklist_item_decode(root, "", CHECKLIST_BODY, &texts, &again, &e) != 0)
            fail_msg("%s: %s", items[i].key, e.text);
        assert_true(again.company);
        json_start(&w, &second);
        checklist_item_put(&again, false, &w);
        assert_string_equal(first.data, second.data);
        json_destroy(root);
        domain_form_free(&texts);
        buf_fini(&first);
        buf_fini(&second);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_measures),
        cmocka_unit_test(test_runs),
        cmocka_unit_test(test_checks_and_unknown_parts),
        cmocka_unit_test(test_red_lines),
        cmocka_unit_test(test_sources),
        cmocka_unit_test(test_bad_files),
        cmocka_unit_test(test_put_and_read),
    };
    return cmocka_run_group_tests(tests, read_cases, free_cases);
}
