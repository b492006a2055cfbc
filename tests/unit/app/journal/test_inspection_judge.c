/* SPDX-License-Identifier: MIT */
/* Verdicts of quality reports over the program's own checklists: values at their limits, red lines, what is missing, what does not apply. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/journal/domain.h"
#include "app/journal/inspection.h"

#include "firmware/base/cleanup.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define PHOTO "\"photos\":[\"01935d2a-1c00-7abc-8def-0123456789ab\"]"

/* The tests of the site: …10 to …17. */
static const struct inspection_test tests_made[] = {
    { "ponding", "waterproofing", "bath", true },
    { "ponding", "waterproofing", "bath", false },
    { "flow", "installation", "", true },
    { "ponding", "tiling", "bath", true },
    { "pressure", "plumbing_electrical", "", true },
    { "tightness", "plumbing_electrical", "", true },
    { "pressure", "plumbing_electrical", "", false },
    { "pressure", "plumbing_electrical", "kitchen", true },
};

static int finished(void *ctx, const char *id, struct inspection_test *out) {
    size_t n = (size_t)(id[strlen(id) - 1] - '0');
    (void)ctx;
    if (id[strlen(id) - 2] != '1' || n >= sizeof tests_made / sizeof tests_made[0]) return ERR_NOT_FOUND;
    *out = tests_made[n];
    return 0;
}

/* A company's own item, which no test is made as. */
static const struct checklist_item *own_item(void) {
    static struct checklist_item item;
    item = *checklist_item_find("wp.pond");
    item.key = "wp.own";
    return &item;
}

static const struct checklist_item *find(void *ctx, const char *key) {
    (void)ctx;
    return strcmp(key, "wp.own") == 0 ? own_item() : checklist_item_find(key);
}

static const struct inspection_site site = { find, finished, NULL };

struct outcome {
    int rc;
    struct inspection_sum sum;
    struct err_text e;
    char made[8192];
};

/* items: what stands between the brackets. all: required items of the stage have to be there, too. */
static struct outcome judge(const char *stage, const char *items, bool all) {
    static struct outcome o;
    CLEANUP(json_destroy_ptr) struct json *body = NULL;
    char text[4096];
    struct json_out w;
    struct buf made;
    size_t n = 0;
    const struct checklist_item *list = checklist_items(&n);
    o = (struct outcome){ 0 };
    (void)snprintf(text, sizeof text, "{\"date\":\"2026-11-22\",\"stage\":\"%s\",\"items\":[%s]}", stage, items);
    assert_int_equal(json_parse(text, strlen(text), &body, &o.e), 0);
    buf_init(&made, sizeof o.made - 1);
    json_start(&w, &made);
    o.rc = inspection_judge(body, list, all ? n : 0, &site, &w, &o.sum, &o.e);
    assert_int_equal(made.error, 0);
    (void)snprintf(o.made, sizeof o.made, "%s", made.data);
    buf_fini(&made);
    return o;
}

static void assert_sum(const char *stage, const char *items, enum inspection_verdict verdict, int passed, int failed,
                       int red) {
    struct outcome o = judge(stage, items, false);
    if (o.rc) fail_msg("%s: %s", items, o.e.text);
    assert_int_equal(o.sum.verdict, verdict);
    assert_int_equal(o.sum.passed, passed);
    assert_int_equal(o.sum.failed, failed);
    assert_int_equal(o.sum.red, red);
}

static void assert_refused(const char *stage, const char *items, int rc, const char *field) {
    struct outcome o = judge(stage, items, false);
    if (o.rc != rc) fail_msg("%s: %d, not %d (%s)", items, o.rc, rc, o.e.text);
    assert_string_equal(o.e.field, field);
}

static void values_are_judged_by_their_limits(void **state) {
    (void)state;
    assert_sum("tiling", "{\"item\":\"ti.wflat\",\"values\":[{\"part\":\"value\",\"value\":3}]}", INSPECTION_PASS, 1, 0,
               0);
    assert_sum("tiling", "{\"item\":\"ti.wflat\",\"values\":[{\"part\":\"value\",\"value\":3.1}]}", INSPECTION_RECTIFY,
               0, 1, 0);
    struct outcome o = judge("tiling", "{\"item\":\"ti.wflat\",\"values\":[{\"part\":\"value\",\"value\":4}]}", false);
    assert_non_null(strstr(o.made, "\"results\":[{\"result\":\"fail\",\"red\":false"));
    assert_non_null(strstr(o.made, "≤ 3 mm"));
    assert_non_null(strstr(o.made, "\"verdict\":\"rectify\",\"passed\":0,\"failed\":1"));
}

/* A company's names may be long: the limit is cut between characters, or the event would be none. */
static const struct checklist_item *own(void *ctx, const char *key) { return strcmp(key, "x.own") == 0 ? ctx : NULL; }

static void a_limit_that_is_too_long_is_cut_between_characters(void **state) {
    static const char body[] =
        "{\"stage\":\"tiling\",\"items\":[{\"item\":\"x.own\",\"values\":[{\"part\":\"a\",\"value\":1},"
        "{\"part\":\"b\",\"value\":1},{\"part\":\"c\",\"value\":1}]}]}";
    struct checklist_part part = { .zh = "", .unit = "m", .min = NAN, .max = 3, .below = NAN, .equal = NAN };
    char name[201] = "";
    (void)state;
    for (size_t n = 190; n <= 200; n++) { /* any place within a character */
        CLEANUP(json_destroy_ptr) struct json *root = NULL;
        CLEANUP(json_destroy_ptr) struct json *made = NULL;
        struct checklist_item item = { .key = "x.own",
                                       .stage = "tiling",
                                       .zh = "",
                                       .en = "",
                                       .source = "C",
                                       .kind = CHECKLIST_MEASURE,
                                       .part_count = 3 };
        const struct inspection_site with_own = { own, finished, &item };
        struct inspection_sum sum;
        struct json_out w;
        struct buf out;
        memset(name, 'x', n % 3);
        name[n % 3] = '\0';
        while (strlen(name) + 3 <= n) strcat(name, "砖");
        part.zh = part.en = name;
        for (size_t i = 0; i < 3; i++) {
            static const char *const keys[] = { "a", "b", "c" };
            item.parts[i] = part;
            item.parts[i].key = keys[i];
        }
        assert_int_equal(json_parse(body, strlen(body), &root, NULL), 0);
        buf_init(&out, 8192);
        json_start(&w, &out);
        json_open(&w, NULL, '{');
        assert_int_equal(inspection_judge(root, NULL, 0, &with_own, &w, &sum, NULL), 0);
        json_close(&w, '}');
        assert_int_equal(json_parse(out.data, out.len, &made, NULL), 0); /* which takes only UTF-8 */
        buf_fini(&out);
    }
}

static void a_red_line_fails_the_report_whatever_else_passes(void **state) {
    (void)state;
    assert_sum("demolition",
               "{\"item\":\"de.bearing\",\"result\":\"fail\"," PHOTO "},{\"item\":\"de.capped\",\"result\":\"pass\"}",
               INSPECTION_FAIL, 1, 1, 1);
    assert_sum("demolition",
               "{\"item\":\"de.bearing\",\"result\":\"pass\"," PHOTO "},{\"item\":\"de.capped\",\"result\":\"fail\"}",
               INSPECTION_RECTIFY, 1, 1, 0);
    /* rests on memory: no red line until the company confirms it */
    assert_sum("plumbing_electrical", "{\"item\":\"pe.ins\",\"values\":[{\"part\":\"value\",\"value\":0.1}]}",
               INSPECTION_RECTIFY, 0, 1, 0);
}

static void the_same_item_stands_once_a_room(void **state) {
    (void)state;
    assert_sum("demolition",
               "{\"item\":\"de.capped\",\"room\":\"bath\",\"result\":\"pass\"},"
               "{\"item\":\"de.capped\",\"room\":\"kitchen\",\"result\":\"fail\"}",
               INSPECTION_RECTIFY, 1, 1, 0);
    assert_refused("demolition",
                   "{\"item\":\"de.capped\",\"room\":\"bath\",\"result\":\"pass\"},"
                   "{\"item\":\"de.capped\",\"room\":\"bath\",\"result\":\"fail\"}",
                   ERR_INVALID, "items.1.item");
}

#define ID(n)       "\"01935d2a-1c00-7abc-8def-0123456789" #n "\""
#define POND(rest)  "{\"item\":\"wp.pond\"," rest "," PHOTO "}"
#define PRESS(rest) "{\"item\":\"pe.press\"," rest "," PHOTO "}"

static void a_timed_item_rests_on_its_own_test(void **state) {
    (void)state;
    assert_sum("waterproofing", POND("\"test\":" ID(10)), INSPECTION_PASS, 1, 0, 0);
    assert_sum("waterproofing", POND("\"test\":" ID(11)), INSPECTION_FAIL, 0, 1, 1);
    assert_sum("waterproofing", POND("\"room\":\"bath\",\"test\":" ID(10)), INSPECTION_PASS, 1, 0, 0);
    assert_refused("waterproofing", POND("\"room\":\"master_bath\",\"test\":" ID(10)), ERR_INVALID, "items.0.test");
    assert_refused("waterproofing", POND("\"test\":" ID(12)), ERR_INVALID, "items.0.test"); /* five minutes of flow */
    assert_refused("waterproofing", POND("\"test\":" ID(13)), ERR_INVALID, "items.0.test"); /* of another stage */
    assert_refused("waterproofing", POND("\"test\":" ID(19)), ERR_INVALID, "items.0.test"); /* nobody's */
}

static void what_is_typed_is_no_test(void **state) {
    (void)state;
    assert_refused("waterproofing", POND("\"runs\":[{\"phase\":\"pond\",\"minutes\":2880,\"start\":30,\"end\":30}]"),
                   ERR_INVALID, "items.0.runs");
    assert_refused("waterproofing", "{\"item\":\"wp.pond\"," PHOTO "}", ERR_INVALID, "items.0.test");
    assert_refused("waterproofing", POND("\"result\":\"pass\""), ERR_INVALID, "items.0.result");
    assert_sum("waterproofing", POND("\"result\":\"fail\""), INSPECTION_FAIL, 0, 1, 1);
    /* A company's own timed item: there is no test for it. */
    assert_sum("waterproofing",
               "{\"item\":\"wp.own\",\"runs\":[{\"phase\":\"pond\",\"minutes\":1440,\"start\":20}]," PHOTO "}",
               INSPECTION_PASS, 1, 0, 0);
    assert_refused("waterproofing", "{\"item\":\"wp.own\"," PHOTO "}", ERR_INVALID, "items.0.runs");
}

static void two_phases_need_two_tests(void **state) {
    (void)state;
    assert_sum("plumbing_electrical", PRESS("\"tests\":[" ID(14) "," ID(15) "]"), INSPECTION_PASS, 1, 0, 0);
    assert_refused("plumbing_electrical", PRESS("\"test\":" ID(14)), ERR_INVALID, "items.0.tests");
    assert_refused("plumbing_electrical", PRESS("\"tests\":[" ID(14) "," ID(17) "]"), ERR_INVALID, "items.0.tests");
    assert_sum("plumbing_electrical", PRESS("\"test\":" ID(16)), INSPECTION_FAIL, 0, 1, 1); /* no second phase then */
    assert_sum("plumbing_electrical", PRESS("\"room\":\"kitchen\",\"tests\":[" ID(17) "," ID(15) "]"), INSPECTION_PASS,
               1, 0, 0); /* the whole flat's holds for the kitchen */
    assert_refused("plumbing_electrical", PRESS("\"room\":\"bath\",\"tests\":[" ID(17) "," ID(15) "]"), ERR_INVALID,
                   "items.0.tests");
}

static void what_is_missing_is_named(void **state) {
    (void)state;
    assert_refused("tiling", "{\"item\":\"ti.wflat\"}", ERR_INVALID, "items.0.values");
    assert_refused("tiling", "{\"item\":\"ti.wflat\",\"values\":[{\"part\":\"depth\",\"value\":1}]}", ERR_INVALID,
                   "items.0.values.0.part");
    assert_refused("tiling", "{\"item\":\"ti.wflat\",\"result\":\"pass\"}", ERR_INVALID, "items.0.result");
    assert_refused("demolition", "{\"item\":\"de.capped\"}", ERR_INVALID, "items.0.result");
    assert_refused("demolition", "{\"item\":\"ti.wflat\",\"result\":\"pass\"}", ERR_INVALID, "items.0.item");
    assert_refused("demolition", "{\"item\":\"de.none\",\"result\":\"pass\"}", ERR_INVALID, "items.0.item");
    assert_refused("demolition", "{\"item\":\"de.bearing\",\"result\":\"pass\"}", ERR_UNSUPPORTED, "items.0.photos");
    assert_refused("demolition", "{\"item\":\"de.capped\",\"result\":\"pass\",\"hazard\":{\"severity\":\"notice\"}}",
                   ERR_INVALID, "items.0.hazard");
}

static void what_does_not_apply_says_why(void **state) {
    (void)state;
    assert_refused("demolition", "{\"item\":\"de.bearing\",\"result\":\"na\"}", ERR_INVALID, "items.0.reason");
    struct outcome o =
        judge("demolition", "{\"item\":\"de.bearing\",\"result\":\"na\",\"reason\":\"框架结构\"}", false);
    assert_int_equal(o.rc, 0);
    assert_int_equal(o.sum.not_applicable, 1);
    assert_int_equal(o.sum.verdict, INSPECTION_PASS);
    assert_refused("demolition",
                   "{\"item\":\"de.bearing\",\"result\":\"na\",\"reason\":\"a\",\"hazard\":{\"severity\":\"notice\"}}",
                   ERR_INVALID, "items.0.hazard");
}

/* Every stage: all of its required items have to be looked at, and nothing more. */
static void required_items_have_to_be_looked_at(void **state) {
    size_t n = 0, stages = 0;
    const struct checklist_item *items = checklist_items(&n);
    const struct domain_stage *stage = domain_stages(&stages);
    (void)state;
    for (size_t s = 0; s < stages; s++) {
        char text[4096] = "";
        size_t required = 0;
        for (size_t i = 0; i < n; i++) {
            size_t at = strlen(text);
            if (!items[i].required || strcmp(items[i].stage, stage[s].key) != 0) continue;
            (void)snprintf(text + at, sizeof text - at, "%s{\"item\":\"%s\",\"result\":\"na\",\"reason\":\"x\"}",
                           at ? "," : "", items[i].key);
            required++;
        }
        assert_int_equal(judge(stage[s].key, text, true).rc, 0);
        char *last = strrchr(text, '{');
        if (!required) continue;
        if (last > text) last--;
        *last = '\0';
        struct outcome o = judge(stage[s].key, text, true);
        assert_int_equal(o.rc, ERR_UNSUPPORTED);
        assert_string_equal(o.e.field, "items");
    }
}

static int setup(void **state) {
    struct err_text e = { 0 };
    (void)state;
    return domain_check(&e);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_judged_by_their_limits),
        cmocka_unit_test(a_limit_that_is_too_long_is_cut_between_characters),
        cmocka_unit_test(a_red_line_fails_the_report_whatever_else_passes),
        cmocka_unit_test(the_same_item_stands_once_a_room),
        cmocka_unit_test(a_timed_item_rests_on_its_own_test),
        cmocka_unit_test(what_is_typed_is_no_test),
        cmocka_unit_test(two_phases_need_two_tests),
        cmocka_unit_test(what_is_missing_is_named),
        cmocka_unit_test(what_does_not_apply_says_why),
        cmocka_unit_test(required_items_have_to_be_looked_at),
    };
    return cmocka_run_group_tests_name("inspection_judge", tests, setup, NULL);
}
