/* SPDX-License-Identifier: MIT */
/* The report as PDF, read back by poppler's tools: its text against a golden file, its pages, its fonts, and what it does with too much and too little. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/photo/jpeg.h"
#include "app/report/report_html.h"
#include "app/report/report_pdf.h"
#include "firmware/base/file.h"
#include "tests/support/report_sample.h"
#include "tests/support/temp.h"
#include "tests/support/test_jpeg_make.h"
#include "tests/unit/app/report/golden.h"

#include <fontconfig/fontconfig.h>
#include <stdbool.h>
#include <unistd.h>

enum { PDF_MAX = 48 * 1024 * 1024, TEXT_MAX = 4 * 1024 * 1024, PHOTOS = 20 };

struct fixture {
    char *dir;
    struct buf jpeg[2]; /* wide, upright */
};

static int setup(void **state) {
    struct fixture *f = calloc(1, sizeof *f);
    f->dir = temp_make();
    for (unsigned i = 0; i < 2; i++) {
        struct test_jpeg spec = { .width = i ? 480 : 640,
                                  .height = i ? 640 : 480,
                                  .corner = { { 200, 40, 40 }, { 40, 200, 40 }, { 40, 40, 200 }, { 200, 200, 40 } } };
        buf_init(&f->jpeg[i], 1024 * 1024);
        test_jpeg_make(&spec, &f->jpeg[i]);
    }
    *state = f;
    return 0;
}

static int teardown(void **state) {
    struct fixture *f = *state;
    buf_fini(&f->jpeg[0]);
    buf_fini(&f->jpeg[1]);
    temp_remove(f->dir);
    free(f);
    FcFini(); /* it keeps the last report's fonts, by pointers that a leak checker cannot follow */
    return 0;
}

/* Photo 3 is damaged, 4 on its way, 5 dropped. */
static int give_photo(void *ctx, const struct report_photo *photo, unsigned long_px, struct buf *out) {
    struct fixture *f = ctx;
    unsigned long n = strtoul(photo->id + 24, NULL, 16);
    assert_true(long_px == REPORT_PDF_PHOTO_PX);
    if (n == 3) return buf_add(out, "\xff\xd8 no picture", 13);
    if (n == 4 || n == 5) return n == 4 ? ERR_NOT_FOUND : ERR_GONE;
    return buf_add(out, f->jpeg[n % 2].data, f->jpeg[n % 2].len);
}

static struct buf pdf(struct fixture *f, const struct report *r, enum report_lang lang, bool names) {
    struct report_view view = {
        .lang = lang, .names = names, .site_path = "/api/v1/sites/s-0412", .photo = give_photo, .ctx = f
    };
    struct err_text e = { 0 };
    struct buf out;
    buf_init(&out, PDF_MAX);
    if (report_pdf(r, &view, &out, &e)) fail_msg("%s", e.text);
    assert_memory_equal(out.data, "%PDF-1.5", 8);
    return out;
}

/* What a tool of poppler's says of it. Owns: caller; free(). */
static char *ask(struct fixture *f, const struct buf *pdf_bytes, const char *tool) {
    char command[300];
    char *path = temp_path(f->dir, "report.pdf"), *text = malloc(TEXT_MAX);
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    assert_int_equal(fwrite(pdf_bytes->data, 1, pdf_bytes->len, out), pdf_bytes->len);
    assert_int_equal(fclose(out), 0);
    (void)snprintf(command, sizeof command, "%s '%s' %s", tool, path, strncmp(tool, "pdftotext", 9) ? "" : "-");
    FILE *in = popen(command, "r");
    assert_non_null(in);
    size_t n = fread(text, 1, TEXT_MAX - 1, in);
    text[n] = '\0';
    if (pclose(in)) fail_msg("%s failed", command);
    free(path);
    return text;
}

static char *text_of(struct fixture *f, const struct report *r, enum report_lang lang, bool names) {
    struct buf bytes = pdf(f, r, lang, names);
    char *text = ask(f, &bytes, "pdftotext -layout");
    buf_fini(&bytes);
    return text;
}

static size_t count(const char *text, const char *what) {
    size_t n = 0;
    for (const char *at = text; (at = strstr(at, what)); at += strlen(what)) n++;
    return n;
}

static void is_as_it_was(void **state) {
    struct report r;
    report_sample(&r, PHOTOS);
    char *text = text_of(*state, &r, REPORT_BOTH, true);
    golden("week.txt", text);
    free(text);
    report_fini(&r);
}

/* In one language: measured values, limits, why not, red line, tests, photos that are missing, verdict and code. */
static void an_inspection_is_as_it_was(void **state) {
    struct report r;
    report_sample_inspection(&r, 6, 6);
    char *text = text_of(*state, &r, REPORT_ZH, true);
    golden("inspection.txt", text);
    free(text);
    report_fini(&r);
}

static void the_same_report_has_the_same_bytes(void **state) {
    struct report r;
    report_sample(&r, PHOTOS);
    struct buf a = pdf(*state, &r, REPORT_BOTH, true), b = pdf(*state, &r, REPORT_BOTH, true);
    assert_int_equal(a.len, b.len);
    assert_memory_equal(a.data, b.data, a.len);
    char *info = ask(*state, &a, "TZ=UTC pdfinfo -isodates");
    assert_non_null(strstr(info, "CreationDate:    2026-11-29T08:00:00Z"));
    assert_non_null(strstr(info, "施工周报 · 幸福里 1-302 · 2026-W48"));
    assert_non_null(strstr(info, "595.28 x 841.89 pts (A4)"));
    free(info);
    buf_fini(&a);
    buf_fini(&b);
    report_fini(&r);
}

static void pages_are_numbered(void **state) {
    struct report r;
    char want[64];
    report_sample(&r, PHOTOS);
    char *text = text_of(*state, &r, REPORT_BOTH, true);
    size_t pages = count(text, "\f");
    assert_true(pages >= 5);
    for (size_t i = 1; i <= pages; i++) {
        (void)snprintf(want, sizeof want, "第 %zu/%zu 页 · page %zu/%zu", i, pages, i, pages);
        assert_int_equal(count(text, want), 1);
    }
    (void)snprintf(want, sizeof want, "code %s", r.code);
    assert_true(count(text, want) >= pages);
    free(text);
    report_fini(&r);
}

static void every_photo_has_its_code(void **state) {
    struct report r;
    report_sample(&r, REPORT_PHOTOS_MAX);
    struct buf bytes = pdf(*state, &r, REPORT_BOTH, true);
    char *text = ask(*state, &bytes, "pdftotext -layout"), *images = ask(*state, &bytes, "pdfimages -list");
    for (size_t i = 0; i < r.photo_count; i++) assert_int_equal(count(text, r.photos[i].code), 1);
    assert_int_equal(count(images, " jpeg "), REPORT_PHOTOS_MAX - 3); /* as the JPEG that they were */
    assert_int_equal(count(text, "照片损坏"), 1);
    assert_int_equal(count(text, "照片未到"), 2); /* in its place; and one that an item names */
    assert_int_equal(count(text, "原图已清理"), 1);
    free(text);
    free(images);
    buf_fini(&bytes);
    report_fini(&r);
}

/* Each a little wider than the one before. Later ones are there sooner. */
static int give_wider(void *ctx, const struct report_photo *photo, unsigned long_px, struct buf *out) {
    unsigned n = (unsigned)strtoul(photo->id + 24, NULL, 16);
    struct test_jpeg spec = { .width = 100 + n, .height = 80 };
    (void)ctx, (void)long_px;
    (void)usleep(n % 4 ? 1000 : 6000);
    test_jpeg_make(&spec, out);
    return out->error;
}

static void every_photo_is_the_right_one(void **state) {
    struct report_view view = { .lang = REPORT_BOTH, .site_path = "", .photo = give_wider };
    struct report r;
    struct buf out;
    report_sample(&r, PHOTOS);
    buf_init(&out, PDF_MAX);
    assert_int_equal(report_pdf(&r, &view, &out, NULL), 0);
    char *images = ask(*state, &out, "pdfimages -list"), *rest = NULL;
    unsigned n = 0;
    for (char *line = strtok_r(images, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        unsigned page = 0, number = 0, width = 0;
        if (sscanf(line, "%u %u image %u", &page, &number, &width) != 3) continue;
        assert_int_equal(width, 100 + ++n); /* as they are numbered: all of the sample's are drawn in that order */
    }
    assert_int_equal(n, PHOTOS);
    free(images);
    buf_fini(&out);
    report_fini(&r);
}

/* A character that the font lacks is drawn as a box, which is no text. */
static void no_character_is_a_box(void **state) {
    struct report r;
    struct report_view view = { .lang = REPORT_BOTH, .names = true, .site_path = "" };
    struct buf html;
    report_sample(&r, PHOTOS);
    buf_init(&html, TEXT_MAX);
    assert_int_equal(report_html(&r, &view, NULL, &html), 0);
    char *text = text_of(*state, &r, REPORT_BOTH, true);
    size_t looked = 0;
    for (const char *c = html.data; *c; c++) {
        char one[4] = { c[0], 0 };
        if (((unsigned char)*c & 0xf0) != 0xe0) continue;
        memcpy(one, c, 3);
        looked++;
        if (!strstr(text, one)) fail_msg("%s is not in the PDF", one);
    }
    assert_true(looked > 500);
    struct buf bytes = pdf(*state, &r, REPORT_BOTH, true);
    char *fonts = ask(*state, &bytes, "pdffonts");
    assert_int_equal(count(fonts, "TrueType"), count(fonts, "WenQuanYiMicroHei")); /* no other font */
    assert_int_equal(count(fonts, " no  yes") + count(fonts, "Type 3"), 0);        /* all of them embedded */
    free(fonts);
    free(text);
    buf_fini(&bytes);
    buf_fini(&html);
    report_fini(&r);
}

/* Pages as strings of their own, in place. */
static size_t cut_pages(char *text, char **pages, size_t max) {
    size_t n = 0;
    for (char *at = text, *end; n < max && (end = strchr(at, '\f')); at = end + 1) {
        *end = '\0';
        pages[n++] = at;
    }
    return n;
}

static void more_days(struct report *r, size_t n) {
    for (size_t i = 0; i < n; i++) {
        struct report_day day = r->days[i % 6];
        struct report_day *d = report_pool_more(&r->pool, &r->days, &r->day_count, sizeof *d);
        assert_non_null(d);
        *d = day;
        d->date = report_pool_printf(&r->pool, "D%03zu-begin", i);
        d->at = report_pool_printf(&r->pool, "D%03zu-crew", i);
        d->note = report_pool_printf(&r->pool, "D%03zu-note", i); /* its last line */
        d->photos.n = 0;
        d->done_count = 1 + i % 3;
        d->plan_count = 1;
        d->crew.en = report_pool_printf(&r->pool, "D%03zu-last", i);
    }
}

static void a_row_is_on_one_page_and_heads_are_repeated(void **state) {
    struct report r;
    char *pages[64];
    size_t rows = 60, with_rows = 0, seen = 0;
    report_sample(&r, PHOTOS);
    more_days(&r, rows);
    char *text = text_of(*state, &r, REPORT_BOTH, true);
    size_t n = cut_pages(text, pages, 64);
    for (size_t i = 0; i < n; i++) {
        size_t here = count(pages[i], "-begin");
        assert_int_equal(count(pages[i], "-crew"), here);
        assert_int_equal(count(pages[i], "-last"), here);
        assert_int_equal(count(pages[i], "-note"), here);
        seen += here;
        if (!here) continue;
        with_rows++;
        assert_true(count(pages[i], "班组") >= 1); /* the table's head */
    }
    assert_int_equal(seen, rows);
    assert_true(with_rows >= 5);
    free(text);
    report_fini(&r);
}

/* Two hundred items and forty photos: each item once, whole and in order, below a head on each page. */
static void a_long_inspection_is_paged(void **state) {
    enum { ITEMS = 200, MANY = 40 };
    struct report r;
    char *pages[64], want[64];
    size_t next = 7;
    report_sample_inspection(&r, ITEMS, MANY);
    char *text = text_of(*state, &r, REPORT_ZH, true);
    for (size_t i = 1; i <= MANY; i++) {
        (void)snprintf(want, sizeof want, "7Q3F-%04zu", i);
        assert_int_equal(count(text, want), 1);
    }
    size_t n = cut_pages(text, pages, 64);
    assert_true(n >= 10 && n < 30);
    for (size_t i = 0; i < n; i++) {
        const char *at = pages[i];
        (void)snprintf(want, sizeof want, "第 %zu/%zu 页", i + 1, n);
        assert_int_equal(count(pages[i], want), 1);
        assert_int_equal(count(pages[i], "waterproofing"), 0);
        for (;; next++) {
            (void)snprintf(want, sizeof want, "%03zu 号", next);
            if (!(at = strstr(at, want))) break;
            if (!strstr(pages[i], "检查项")) fail_msg("page %zu has rows without their head", i + 1);
            at++;
        }
    }
    assert_int_equal(next, ITEMS + 1);
    free(text);
    report_fini(&r);
}

static void no_photo_is_said(void **state) {
    struct report r;
    report_sample_inspection(&r, 6, 0);
    char *text = text_of(*state, &r, REPORT_EN, true);
    assert_non_null(strstr(text, "No photo"));
    assert_non_null(strstr(text, "have not come yet: 1"));
    assert_null(strstr(text, "Photo 1"));
    free(text);
    report_fini(&r);
}

/* A name that is too long for the document's title and for a page's head is cut between characters. */
static void a_long_name_breaks_nothing(void **state) {
    struct report r;
    report_sample(&r, 0);
    report_sample_note(&r, 3000);
    for (size_t cut = 0; cut < 3; cut++) { /* any place within a character */
        r.name = report_pool_printf(&r.pool, "%.*s%s", (int)cut, "ab", r.days[0].note);
        char *text = text_of(*state, &r, REPORT_ZH, true);
        assert_non_null(strstr(text, "第 1/"));
        free(text);
    }
    report_fini(&r);
}

/* The last line above the foot is none of the headings, wherever the pages end. */
static void no_heading_stands_alone(void **state) {
    static const char *const headings[] = { "隐患 Hazards",        "限时试验 Timed", "施工日报 Daily logs",
                                            "阶段进度 Stages",     "延期 Delays",    "警报 Alerts",
                                            "断电断网 Dark hours", "照片 Photos",    "核对 Verification" };
    for (size_t more = 0; more < 14; more += 2) {
        struct report r;
        char *pages[64];
        report_sample(&r, 9);
        more_days(&r, more);
        char *text = text_of(*state, &r, REPORT_BOTH, true);
        size_t n = cut_pages(text, pages, 64);
        for (size_t i = 0; i < n; i++) {
            char *foot = strstr(pages[i], "核对码 code"), *last = NULL;
            for (char *next; foot && (next = strstr(foot + 1, "核对码 code"));) foot = next;
            assert_non_null(foot);
            *foot = '\0';
            for (char *rest = NULL, *line = strtok_r(pages[i], "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
                if (strspn(line, " ") < strlen(line)) last = line + strspn(line, " ");
            assert_non_null(last);
            for (size_t k = 0; k < sizeof headings / sizeof *headings; k++) {
                size_t zh = strcspn(headings[k], " ");
                if (strncmp(last, headings[k], zh) == 0 && strlen(last) < strlen(headings[k]) + 20)
                    fail_msg("page %zu ends with %s", i + 1, last);
            }
        }
        free(text);
        report_fini(&r);
    }
}

static void long_texts_are_all_there(void **state) {
    struct report r;
    report_sample(&r, PHOTOS);
    char *before = text_of(*state, &r, REPORT_BOTH, true);
    report_sample_note(&r, 12000);
    r.photos[10].caption = r.days[0].note; /* what does not fit under a photo is cut */
    char *all = text_of(*state, &r, REPORT_BOTH, true);
    assert_true(count(all, "延") >= count(before, "延") + 12000 / 45);
    assert_true(count(all, "\f") > count(before, "\f"));
    free(before);
    free(all);
    report_fini(&r);
}

static void nothing_is_a_page_that_says_so(void **state) {
    struct report r;
    report_sample_empty(&r);
    char *text = text_of(*state, &r, REPORT_BOTH, true);
    assert_int_equal(count(text, "\f"), 1);
    assert_non_null(strstr(text, "本时段没有任何记录"));
    assert_non_null(strstr(text, r.code));
    free(text);
    report_fini(&r);
}

static void viewers_and_languages(void **state) {
    struct report r;
    report_sample(&r, PHOTOS);
    char *viewer = text_of(*state, &r, REPORT_ZH, false), *en = text_of(*state, &r, REPORT_EN, true);
    assert_int_equal(count(viewer, "**"), 0);
    assert_null(strstr(viewer, "waterproofing"));
    assert_true(count(en, "**") > 10);
    assert_null(strstr(en, "施工周报"));
    assert_non_null(strstr(en, "photo damaged"));
    assert_non_null(strstr(en, "page 1/"));
    free(viewer);
    free(en);
    report_fini(&r);
}

static void what_is_full_is_an_error(void **state) {
    struct report r;
    struct report_view view = {
        .lang = REPORT_BOTH, .names = true, .site_path = "", .photo = give_photo, .ctx = *state
    };
    struct err_text e = { 0 };
    struct buf out;
    report_sample(&r, PHOTOS);
    buf_init(&out, 10000);
    assert_int_equal(report_pdf(&r, &view, &out, &e), ERR_TOO_BIG);
    buf_fini(&out);
    buf_init(&out, PDF_MAX);
    assert_int_equal(setenv("SITELOG_FONT", "/nowhere.ttf", 1), 0);
    assert_int_equal(report_pdf(&r, &view, &out, &e), ERR_NOT_FOUND);
    assert_non_null(strstr(e.text, "fonts-wqy-microhei"));
    assert_int_equal(unsetenv("SITELOG_FONT"), 0);
    buf_fini(&out);
    report_fini(&r);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_as_it_was),
        cmocka_unit_test(an_inspection_is_as_it_was),
        cmocka_unit_test(the_same_report_has_the_same_bytes),
        cmocka_unit_test(pages_are_numbered),
        cmocka_unit_test(every_photo_has_its_code),
        cmocka_unit_test(every_photo_is_the_right_one),
        cmocka_unit_test(no_character_is_a_box),
        cmocka_unit_test(a_row_is_on_one_page_and_heads_are_repeated),
        cmocka_unit_test(a_long_inspection_is_paged),
        cmocka_unit_test(no_photo_is_said),
        cmocka_unit_test(a_long_name_breaks_nothing),
        cmocka_unit_test(no_heading_stands_alone),
        cmocka_unit_test(long_texts_are_all_there),
        cmocka_unit_test(nothing_is_a_page_that_says_so),
        cmocka_unit_test(viewers_and_languages),
        cmocka_unit_test(what_is_full_is_an_error),
    };
    return cmocka_run_group_tests_name("report_pdf", tests, setup, teardown);
}
