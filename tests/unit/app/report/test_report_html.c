/* SPDX-License-Identifier: MIT */
/* The report as HTML: all of it against a golden file, what is escaped, who is named, and its code. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/report/report_html.h"
#include "tests/support/report_sample.h"
#include "tests/unit/app/report/golden.h"

#include <stdbool.h>

enum { OUT_MAX = 8 * 1024 * 1024, PHOTOS = 20 };

static struct report_view view(enum report_lang lang, bool names) {
    return (struct report_view){ .lang = lang, .names = names, .site_path = "/api/v1/sites/s-0412" };
}

static char *html(const struct report *r, enum report_lang lang, bool names) {
    struct report_view v = view(lang, names);
    struct buf out;
    buf_init(&out, OUT_MAX);
    assert_int_equal(report_html(r, &v, "/api/v1/sites/s-0412/report?week=2026-W48&format=pdf", &out), 0);
    return buf_steal(&out);
}

static void is_as_it_was(void **state) {
    struct report r;
    (void)state;
    report_sample(&r, PHOTOS);
    char *text = html(&r, REPORT_BOTH, true);
    golden("week.html", text);
    free(text);
    report_fini(&r);
}

static void an_inspection_is_as_it_was(void **state) {
    struct report r;
    (void)state;
    report_sample_inspection(&r, 6, 6);
    char *text = html(&r, REPORT_EN, true);
    golden("inspection.html", text);
    free(text);
    report_fini(&r);
}

static size_t count(const char *text, const char *what) {
    size_t n = 0;
    for (const char *at = text; (at = strstr(at, what)); at += strlen(what)) n++;
    return n;
}

static void has_no_script_and_no_style(void **state) {
    struct report r;
    (void)state;
    report_sample(&r, PHOTOS);
    r.days[0].note = "<script>alert(1)</script> \"'&\001\x7f";
    r.photos[0].caption = "a\" onerror=\"x";
    char *text = html(&r, REPORT_BOTH, true);
    assert_null(strstr(text, "<script"));
    assert_null(strstr(text, "style="));
    assert_null(strstr(text, "<style"));
    assert_non_null(strstr(text, "&lt;script&gt;alert(1)&lt;/script&gt; &quot;&#39;&amp;  "));
    assert_null(strstr(text, "\" onerror"));
    free(text);
    report_fini(&r);
}

static void names_are_left_out_for_viewers(void **state) {
    struct report r;
    (void)state;
    report_sample(&r, PHOTOS);
    char *all = html(&r, REPORT_BOTH, true), *viewer = html(&r, REPORT_BOTH, false);
    assert_true(count(all, "**") > 20);
    assert_int_equal(count(viewer, "**"), 0);
    assert_non_null(strstr(viewer, r.code)); /* the same report */
    free(all);
    free(viewer);
    report_fini(&r);
}

static void one_language_is_one_language(void **state) {
    struct report r;
    (void)state;
    report_sample(&r, PHOTOS);
    char *zh = html(&r, REPORT_ZH, true), *en = html(&r, REPORT_EN, true);
    assert_null(strstr(zh, "Weekly site report"));
    assert_null(strstr(zh, "<small"));
    assert_non_null(strstr(zh, "<html lang=\"zh-CN\">"));
    assert_null(strstr(en, "施工周报"));
    assert_null(strstr(en, "图"));
    assert_non_null(strstr(en, "<html lang=\"en\">"));
    assert_null(strstr(zh, "depth"));
    assert_null(strstr(en, "水深")); /* limits, too */
    assert_non_null(strstr(zh, "水深"));
    assert_non_null(strstr(en, "depth ≥\u00a020\u00a0mm"));
    assert_non_null(strstr(en, "差 5cm")); /* what somebody wrote stays as it was written */
    free(zh);
    free(en);
    report_fini(&r);
}

static void every_photo_once_with_its_code(void **state) {
    struct report r;
    (void)state;
    report_sample(&r, PHOTOS);
    char *text = html(&r, REPORT_BOTH, true);
    for (size_t i = 0; i < r.photo_count; i++) {
        char figure[64];
        (void)snprintf(figure, sizeof figure, "<figure id=\"photo-%zu\">", i + 1);
        assert_int_equal(count(text, figure), 1);
        (void)snprintf(figure, sizeof figure, "/verify/%s\"", r.photos[i].code);
        assert_int_equal(count(text, figure), 1);
    }
    assert_int_equal(count(text, "<figure"), PHOTOS);
    free(text);
    report_fini(&r);
}

static void a_week_without_anything_says_so(void **state) {
    struct report r;
    (void)state;
    report_sample_empty(&r);
    char *text = html(&r, REPORT_BOTH, true);
    assert_non_null(strstr(text, "本时段没有任何记录"));
    assert_non_null(strstr(text, "No photo in this period"));
    free(text);
    report_fini(&r);
}

static void the_code_is_of_what_is_said(void **state) {
    struct report a, b;
    char code[REPORT_CODE_SIZE];
    (void)state;
    report_sample(&a, PHOTOS);
    report_sample(&b, PHOTOS);
    assert_int_equal(strlen(a.code), 9);
    assert_string_equal(a.code, b.code);
    (void)snprintf(code, sizeof code, "%s", a.code);
    b.made.ms += 1000; /* when it was printed is not part of it */
    b.made_at = "2026-11-30 09:00";
    assert_int_equal(report_seal(&b), 0);
    assert_string_equal(b.code, code);
    b.tests[2].seconds += 60; /* it runs still */
    assert_int_equal(report_seal(&b), 0);
    assert_string_equal(b.code, code);
    b.inspections[0].checks[1].measured[0].zh = "1210 mm";
    assert_int_equal(report_seal(&b), 0);
    assert_string_not_equal(b.code, code);
    b.inspections[0].checks[1].measured[0].zh = "1150 mm";
    b.photos[19].sha256 = b.photos[0].sha256; /* another picture */
    assert_int_equal(report_seal(&b), 0);
    assert_string_not_equal(b.code, code);
    b.photos[19].sha256 = a.photos[19].sha256;
    b.photos[19].who = "";
    assert_int_equal(report_seal(&b), 0);
    assert_string_not_equal(b.code, code);
    report_fini(&a);
    report_fini(&b);
}

static void too_much_is_an_error(void **state) {
    struct report r;
    (void)state;
    report_sample_empty(&r);
    for (int i = 0; i < 20; i++) (void)report_pool_get(&r.pool, 1024 * 1024);
    assert_int_equal(r.pool.error, ERR_TOO_BIG);
    assert_int_equal(report_seal(&r), ERR_TOO_BIG);
    assert_string_equal(report_pool_text(&r.pool, "x"), "");
    report_fini(&r);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_as_it_was),
        cmocka_unit_test(an_inspection_is_as_it_was),
        cmocka_unit_test(has_no_script_and_no_style),
        cmocka_unit_test(names_are_left_out_for_viewers),
        cmocka_unit_test(one_language_is_one_language),
        cmocka_unit_test(every_photo_once_with_its_code),
        cmocka_unit_test(a_week_without_anything_says_so),
        cmocka_unit_test(the_code_is_of_what_is_said),
        cmocka_unit_test(too_much_is_an_error),
    };
    return cmocka_run_group_tests_name("report_html", tests, NULL, NULL);
}
