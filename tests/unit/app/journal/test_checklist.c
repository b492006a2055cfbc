/* SPDX-License-Identifier: MIT */
/* Every item is judged at its limit and just beyond it; no red line rests on what nobody confirmed; a bad file is told with its member. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/journal/checklist_decode.h"
#include "app/journal/domain_files.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define NO NAN

/* Each part of every measure: values that pass, values that do not, and the limit in words. */
static const struct {
    const char *item, *part;
    double good[2], low, high; /* NO: there is none */
    const char *zh, *en;
} measures[] = {
    { "pr.power", "value", { 30, 0 }, NO, 30.1, "≤ 30 mA", "≤ 30 mA" },
    { "pr.fire", "value", { 2, 9 }, 1, NO, "≥ 2 个", "≥ 2 pcs" },
    { "ma.plumb", "value", { 5, 0 }, NO, 5.1, "≤ 5 mm", "≤ 5 mm" },
    { "ma.tie", "value", { 500, 10 }, NO, 501, "≤ 500 mm", "≤ 500 mm" },
    { "ma.mesh", "value", { 200, 900 }, 199, NO, "≥ 200 mm", "≥ 200 mm" },
    { "ma.pflat", "value", { 4, 0 }, NO, 4.01, "≤ 4 mm", "≤ 4 mm" },
    { "ma.screed", "value", { 3, 0 }, NO, 3.01, "≤ 3 mm", "≤ 3 mm" },
    { "hv.cond", "value", { 1, 3 }, 0.99, NO, "≥ 1 %", "≥ 1 %" },
    { "hv.hatch", "width", { 400, 900 }, 399, NO, "≥ 400 mm", "≥ 400 mm" },
    { "hv.hatch", "height", { 400, 900 }, 399, NO, "≥ 400 mm", "≥ 400 mm" },
    { "pe.sep", "value", { 300, 900 }, 299, NO, "≥ 300 mm", "≥ 300 mm" },
    { "pe.size", "socket", { 2.5, 4 }, 2.4, NO, "≥ 2.5 mm²", "≥ 2.5 mm²" },
    { "pe.size", "heavy", { 4, 6 }, 3.9, NO, "≥ 4 mm²", "≥ 4 mm²" },
    { "pe.ins", "value", { 0.5, 100 }, 0.49, NO, "≥ 0.5 MΩ", "≥ 0.5 MΩ" },
    { "pe.rcd", "value", { 30, 0 }, NO, 30.5, "≤ 30 mA", "≤ 30 mA" },
    { "pe.leb", "value", { 4, 6 }, 3.99, NO, "≥ 4 mm²", "≥ 4 mm²" },
    { "pe.hotcold", "value", { 145, 155 }, 144.9, 155.1, "150 ± 5 mm", "150 ± 5 mm" },
    { "pe.drain", "de50", { 2.5, 9 }, 2.4, NO, "≥ 2.5 %", "≥ 2.5 %" },
    { "pe.drain", "de110", { 1.2, 9 }, 1.1, NO, "≥ 1.2 %", "≥ 1.2 %" },
    { "wp.extra", "value", { 150, 300 }, 149, NO, "≥ 150 mm", "≥ 150 mm" },
    { "wp.hshower", "value", { 2000, 2400 }, 1999, NO, "≥ 2000 mm", "≥ 2000 mm" },
    { "wp.hbasin", "value", { 1200, 2400 }, 1199, NO, "≥ 1200 mm", "≥ 1200 mm" },
    { "wp.hother", "value", { 250, 2400 }, 249, NO, "≥ 250 mm", "≥ 250 mm" },
    { "wp.thick", "floor", { 1.5, 3 }, 1.49, NO, "≥ 1.5 mm", "≥ 1.5 mm" },
    { "wp.thick", "wall", { 1.2, 3 }, 1.19, NO, "≥ 1.2 mm", "≥ 1.2 mm" },
    { "wp.door", "beyond", { 500, 900 }, 499, NO, "≥ 500 mm", "≥ 500 mm" },
    { "wp.door", "sides", { 200, 900 }, 199, NO, "≥ 200 mm", "≥ 200 mm" },
    { "ti.hfloor", "value", { 5, 0 }, NO, 5.1, "≤ 5 %", "≤ 5 %" },
    { "ti.wflat", "value", { 3, 0 }, NO, 3.1, "≤ 3 mm", "≤ 3 mm" },
    { "ti.wplumb", "value", { 2, 0 }, NO, 2.1, "≤ 2 mm", "≤ 2 mm" },
    { "ti.corner", "value", { 3, 0 }, NO, 3.1, "≤ 3 mm", "≤ 3 mm" },
    { "ti.fflat", "value", { 2, 0 }, NO, 2.1, "≤ 2 mm", "≤ 2 mm" },
    { "ti.step", "value", { 0.5, 0 }, NO, 0.51, "≤ 0.5 mm", "≤ 0.5 mm" },
    { "ti.slope", "value", { 1, 5 }, 0.9, NO, "≥ 1 %", "≥ 1 %" },
    { "ca.hanger", "spacing", { 1199, 0 }, NO, 1200, "< 1200 mm", "< 1200 mm" },
    { "ca.hanger", "end", { 300, 0 }, NO, 301, "≤ 300 mm", "≤ 300 mm" },
    { "ca.sub", "value", { 600, 0 }, NO, 601, "≤ 600 mm", "≤ 600 mm" },
    { "ca.screw", "value", { 200, 0 }, NO, 201, "≤ 200 mm", "≤ 200 mm" },
    { "ca.flat", "value", { 3, 0 }, NO, 3.1, "≤ 3 mm", "≤ 3 mm" },
    { "pa.moist", "value", { 10, 0 }, NO, 10.1, "≤ 10 %", "≤ 10 %" },
    { "pa.temp", "value", { 5, 35 }, 4.9, 35.1, "5–35 °C", "5–35 °C" },
    { "pa.flat", "value", { 3, 0 }, NO, 3.1, "≤ 3 mm", "≤ 3 mm" },
    { "pa.corner", "value", { 3, 0 }, NO, 3.1, "≤ 3 mm", "≤ 3 mm" },
    { "in.dgap", "value", { 1, 3 }, 0.9, 3.1, "1–3 mm", "1–3 mm" },
    { "in.dbot", "value", { 4, 8 }, 3.9, 8.1, "4–8 mm", "4–8 mm" },
    { "in.cab", "value", { 2, 0 }, NO, 2.1, "≤ 2 mm", "≤ 2 mm" },
    { "in.fmoist", "value", { 8, 0 }, NO, 8.1, "≤ 8 %", "≤ 8 %" },
    { "in.fstep", "value", { 0.5, 0 }, NO, 0.6, "≤ 0.5 mm", "≤ 0.5 mm" },
    { "in.level", "value", { 5, 0 }, NO, 5.1, "≤ 5 mm", "≤ 5 mm" },
    { "co.punch", "value", { 0, 0 }, NO, 1, "= 0 个", "= 0 pcs" },
    { "co.air", "hcho", { 0.07, 0 }, NO, 0.071, "≤ 0.07 mg/m³", "≤ 0.07 mg/m³" },
    { "co.air", "tvoc", { 0.45, 0 }, NO, 0.451, "≤ 0.45 mg/m³", "≤ 0.45 mg/m³" },
    { "co.air", "benzene", { 0.06, 0 }, NO, 0.061, "≤ 0.06 mg/m³", "≤ 0.06 mg/m³" },
    { "co.air", "nh3", { 0.15, 0 }, NO, 0.151, "≤ 0.15 mg/m³", "≤ 0.15 mg/m³" },
    { "co.air", "radon", { 150, 0 }, NO, 151, "≤ 150 Bq/m³", "≤ 150 Bq/m³" },
};

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

static void test_measures(void **state) {
    size_t parts = 0, n = 0;
    const struct checklist_item *items = checklist_items(&n);
    (void)state;
    for (size_t i = 0; i < sizeof measures / sizeof measures[0]; i++) {
        for (size_t k = 0; k < 2; k++)
            expect(measures[i].item, measures[i].part, measures[i].good[k], CHECKLIST_OK, measures[i].zh,
                   measures[i].en);
        if (!isnan(measures[i].low))
            expect(measures[i].item, measures[i].part, measures[i].low, CHECKLIST_LOW, NULL, NULL);
        if (!isnan(measures[i].high))
            expect(measures[i].item, measures[i].part, measures[i].high, CHECKLIST_HIGH, NULL, NULL);
        assert_false(isnan(measures[i].low) && isnan(measures[i].high));
        expect(measures[i].item, measures[i].part, NAN, CHECKLIST_MISSING, NULL, NULL);
    }
    for (size_t i = 0; i < n; i++) parts += items[i].part_count;
    assert_int_equal(parts, sizeof measures / sizeof measures[0]); /* none is left out */
}

/* Every phase of every timed item: exactly enough, and one step short in each respect. */
static const struct {
    const char *item, *phase;
    struct checklist_run run;
    enum checklist_fault fault;
    const char *zh, *en;
} runs[] = {
    { "pr.pond0", "pond", { 1440, 20, NO, NO }, CHECKLIST_OK, "≥ 24 小时，水深 ≥ 20 mm", "≥ 24 h, depth ≥ 20 mm" },
    { "pr.pond0", "pond", { 1439.9, 20, NO, NO }, CHECKLIST_SHORT, NULL, NULL },
    { "pr.pond0", "pond", { 1440, 19.9, NO, NO }, CHECKLIST_START, NULL, NULL },
    { "wp.pond", "pond", { 1440, 20, NO, NO }, CHECKLIST_OK, "≥ 24 小时，水深 ≥ 20 mm", "≥ 24 h, depth ≥ 20 mm" },
    { "wp.pond", "pond", { 1439, 50, 50, NO }, CHECKLIST_SHORT, NULL, NULL },
    { "wp.pond", "pond", { 3000, 19, 19, NO }, CHECKLIST_START, NULL, NULL },
    { "wp.pond", "pond", { 3000, NO, NO, NO }, CHECKLIST_MISSING, NULL, NULL },
    { "ti.pond2", "pond", { 1440, NO, NO, NO }, CHECKLIST_OK, "≥ 24 小时", "≥ 24 h" },
    { "ti.pond2", "pond", { 1439, NO, NO, NO }, CHECKLIST_SHORT, NULL, NULL },
    { "hv.hold",
      "hold",
      { 1440, 4.0, 4.0, NO },
      CHECKLIST_OK,
      "≥ 24 小时，起始约 4 MPa，不下降",
      "≥ 24 h, start about 4 MPa, no drop" },
    { "hv.hold", "hold", { 1440, 4.0, 3.99, NO }, CHECKLIST_DROP, NULL, NULL },
    { "hv.hold", "hold", { 1440, 4.0, NO, NO }, CHECKLIST_MISSING, NULL, NULL },
    { "hv.hold", "hold", { 1000, 4.0, 4.0, NO }, CHECKLIST_SHORT, NULL, NULL },
    { "hv.coil",
      "coil",
      { 60, 0.6, 0.55, NO },
      CHECKLIST_OK,
      "≥ 60 分钟，1.5 × 工作压力，起始 ≥ 0.6 MPa，下降 ≤ 0.05 MPa",
      "≥ 60 min, 1.5 × working pressure, start ≥ 0.6 MPa, drop ≤ 0.05 MPa" },
    { "hv.coil", "coil", { 60, 0.6, 0.549, NO }, CHECKLIST_DROP, NULL, NULL },
    { "hv.coil", "coil", { 60, 0.59, 0.59, NO }, CHECKLIST_START, NULL, NULL },
    { "hv.coil", "coil", { 59, 0.6, 0.6, NO }, CHECKLIST_SHORT, NULL, NULL },
    { "pe.press", "strength", { 60, 0.8, 0.75, 0.5 }, CHECKLIST_OK, NULL, NULL },
    { "pe.press", "strength", { 60, 0.8, 0.75, 0.6 }, CHECKLIST_START, NULL, NULL },
    { "pe.press", "strength", { 60, 0.9, 0.85, 0.6 }, CHECKLIST_OK, NULL, NULL },
    { "pe.press", "strength", { 60, 0.59, 0.59, NO }, CHECKLIST_START, NULL, NULL },
    { "pe.press", "strength", { 60, 0.8, 0.74, NO }, CHECKLIST_DROP, NULL, NULL },
    { "pe.press", "strength", { 59.9, 0.8, 0.8, NO }, CHECKLIST_SHORT, NULL, NULL },
    { "pe.press",
      "tightness",
      { 120, 0.69, 0.66, 0.6 },
      CHECKLIST_OK,
      "≥ 120 分钟，1.15 × 工作压力，下降 ≤ 0.03 MPa",
      "≥ 120 min, 1.15 × working pressure, drop ≤ 0.03 MPa" },
    { "pe.press", "tightness", { 120, 0.68, 0.68, 0.6 }, CHECKLIST_START, NULL, NULL },
    { "pe.press", "tightness", { 120, 0.69, 0.65, 0.6 }, CHECKLIST_DROP, NULL, NULL },
    { "pe.press", "tightness", { 119, 0.69, 0.69, 0.6 }, CHECKLIST_SHORT, NULL, NULL },
    { "in.leak", "flow", { 5, NO, NO, NO }, CHECKLIST_OK, "≥ 5 分钟", "≥ 5 min" },
    { "in.leak", "flow", { 4.9, NO, NO, NO }, CHECKLIST_SHORT, NULL, NULL },
    { "in.leak", "flow", { NO, NO, NO, NO }, CHECKLIST_MISSING, NULL, NULL },
};

static void test_runs(void **state) {
    size_t phases = 0, n = 0, seen = 0;
    const struct checklist_item *items = checklist_items(&n);
    (void)state;
    for (size_t i = 0; i < sizeof runs / sizeof runs[0]; i++) {
        struct checklist_verdict v;
        const struct checklist_item *item = checklist_item_find(runs[i].item);
        assert_non_null(item);
        assert_int_equal(checklist_judge_run(item, runs[i].phase, &runs[i].run, &v), 0);
        if (v.fault != runs[i].fault || v.pass != (v.fault == CHECKLIST_OK)) fail_msg("run %zu: %d", i, v.fault);
        if (runs[i].zh) assert_string_equal(v.zh, runs[i].zh);
        if (runs[i].en) assert_string_equal(v.en, runs[i].en);
        seen += v.pass && (i == 0 || strcmp(runs[i].item, runs[i - 1].item) != 0 ||
                           strcmp(runs[i].phase, runs[i - 1].phase) != 0);
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
    return cmocka_run_group_tests(tests, NULL, NULL);
}
