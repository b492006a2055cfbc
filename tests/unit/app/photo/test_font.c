/* SPDX-License-Identifier: MIT */
/* Text: which font, how wide, where lines break, and that drawing stays on the canvas. */
#include "app/photo/font.h"
#include "app/photo/font_glyph.h"
#include "firmware/base/cleanup.h"
#include "tests/support/font_rig.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LINES_MAX = 64 };

static const struct font_style plain = { .size_px = 32 };
static const struct font_style bold = { .size_px = 32, .bold = true };

static int width(struct font *font, const char *text) { return font_width(font, &plain, text, strlen(text)); }

static void a_missing_font_names_the_package(void **state) {
    (void)state;
    struct err_text e = { 0 };
    struct font *font = NULL;
    assert_int_equal(font_open("/nonexistent/font.ttc", &font, &e), ERR_NOT_FOUND);
    assert_non_null(strstr(e.text, "/nonexistent/font.ttc"));
    assert_non_null(strstr(e.text, "fonts-wqy-microhei"));
    assert_int_equal(setenv("SITELOG_FONT", "/nonexistent/other.ttc", 1), 0);
    assert_int_equal(font_open(NULL, &font, &e), ERR_NOT_FOUND);
    assert_non_null(strstr(e.text, "/nonexistent/other.ttc"));
    unsetenv("SITELOG_FONT");
    assert_null(font);
}

static void what_is_no_font_is_refused(void **state) {
    (void)state;
    char path[] = "/tmp/sitelog-font-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0 && write(fd, "no font at all", 14) == 14);
    close(fd);
    struct err_text e = { 0 };
    struct font *font = NULL;
    int rc = font_open(path, &font, &e);
    unlink(path);
    assert_int_equal(rc, ERR_UNSUPPORTED);
    assert_non_null(strstr(e.text, path));
}

static void widths_add_up(void **state) {
    struct font *font = *state;
    assert_int_equal(width(font, "水电ab"), width(font, "水电") + width(font, "ab"));
    assert_int_equal(width(font, "水"), 32);
    assert_int_equal(width(font, "1111"), width(font, "8888")); /* figures in a column stand under each other */
    assert_int_equal(width(font, ""), 0);
    assert_int_equal(width(font, "a\xE2\x80\x8D\x01"
                                 "b"),
                     width(font, "ab")); /* a joiner and a control character */
    assert_true(font_width(font, &bold, "ab", 2) >= width(font, "ab"));
}

static void characters_are_read_one_by_one(void **state) {
    static const struct {
        const char *text;
        uint32_t first;
        size_t length;
    } cases[] = {
        { "a", 'a', 1 },
        { "\xC3\xA9", 0xE9, 2 },
        { "水", 0x6C34, 3 },
        { "\xF0\x9F\x91\x8D", 0x1F44D, 4 },
        { "\x80", 0xFFFD, 1 },
        { "\xC0\x80", 0xFFFD, 1 },
        { "\xE6\xB0", 0xFFFD, 1 },
        { "\xED\xA0\x80", 0xFFFD, 1 },
        { "\xE0\x80\x80", 0xFFFD, 1 },
        { "\xF4\x90\x80\x80", 0xFFFD, 1 },
        { "\xFF", 0xFFFD, 1 },
        { "\xE6z", 0xFFFD, 1 },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t at = 0;
        assert_int_equal(font_glyph_next(cases[i].text, strlen(cases[i].text), &at), cases[i].first);
        assert_int_equal(at, cases[i].length);
    }
}

static void lines_break_where_a_reader_expects(void **state) {
    (void)state;
    assert_true(font_glyph_may_break(0x6C34, 0x7535)); /* 水|电 */
    assert_true(font_glyph_may_break(0x6C34, 'P'));    /* 水|P */
    assert_true(font_glyph_may_break(' ', 'P'));
    assert_false(font_glyph_may_break('P', 'V'));
    assert_false(font_glyph_may_break('P', ' '));
    assert_false(font_glyph_may_break(0x6C34, 0xFF0C)); /* no comma begins a line */
    assert_false(font_glyph_may_break(0x6C34, 0x3002));
    assert_false(font_glyph_may_break(0xFF08, 0x6C34)); /* no opening bracket ends one */
    assert_false(font_glyph_may_break('3', '%'));
}

static void assert_line(const struct font_line *line, const char *want) {
    assert_int_equal(line->n, strlen(want));
    assert_memory_equal(line->text, want, line->n);
}

static void wrapping_keeps_words_and_punctuation_together(void **state) {
    struct font *font = *state;
    struct font_line lines[LINES_MAX];
    assert_int_equal(font_wrap(font, &plain, "今日完成水电开槽，明日进场线管。", 8 * 32, lines, LINES_MAX), 3);
    assert_line(&lines[0], "今日完成水电开"); /* 槽 goes down with its comma */
    assert_line(&lines[1], "槽，明日进场线");
    assert_line(&lines[2], "管。");

    assert_int_equal(font_wrap(font, &plain, "conduits laid today", width(font, "conduits laid") + 1, lines, LINES_MAX),
                     2);
    assert_line(&lines[0], "conduits laid");
    assert_line(&lines[1], "today");

    assert_int_equal(font_wrap(font, &plain, "  one\n\ntwo ", 500, lines, LINES_MAX), 3);
    assert_line(&lines[0], "one");
    assert_line(&lines[1], "");
    assert_line(&lines[2], "two");

    assert_true(font_wrap(font, &plain, "Wwwwwwwwwwwwwwwwwwwwwwwwwww", 100, lines, LINES_MAX) >
                3); /* a word too long */
    assert_int_equal(font_wrap(font, &plain, "", 100, lines, LINES_MAX), 0);
    assert_int_equal(font_wrap(font, &plain, "  \n", 100, lines, 0), 0);
    assert_int_equal(font_wrap(font, &plain, "水电", 1, lines, LINES_MAX), 2); /* narrower than anything: still ends */
}

static void too_much_text_is_cut_with_an_ellipsis(void **state) {
    struct font *font = *state;
    struct font_line lines[2];
    assert_int_equal(font_wrap(font, &plain, "今日完成水电开槽明日进场线管", 5 * 32, lines, 2), 2);
    assert_false(lines[0].cut);
    assert_true(lines[1].cut);
    assert_in_range(lines[1].width_px, 1, 5 * 32);
    assert_line(&lines[1], "电开槽明");
    assert_int_equal(font_wrap(font, &plain, "今日完成水", 5 * 32, lines, 1), 1);
    assert_false(lines[0].cut); /* just fits */
    assert_int_equal(font_wrap(font, &plain, "一\n二", 5 * 32, lines, 1), 1);
    assert_true(lines[0].cut);
    assert_line(&lines[0], "一");
}

static void random_text_is_wrapped_within_the_width_and_nothing_is_lost(void **state) {
    static const char *const parts[] = { "水", "电", "，", "（",  "）",   "ab", "word",
                                         " ",  "  ", "\n", "3.5", "\xFF", "…",  "\xF0\x9F\x91\x8D" };
    struct font *font = *state;
    unsigned seed = (unsigned)time(NULL);
    print_message("seed %u\n", seed);
    for (int round = 0; round < 150; round++) {
        char text[256] = "";
        for (int i = rand_r(&seed) % 30; i > 0; i--)
            strcat(text, parts[(size_t)rand_r(&seed) % (sizeof parts / sizeof *parts)]);
        int wide = 40 + rand_r(&seed) % 300;
        struct font_line lines[LINES_MAX];
        size_t n = font_wrap(font, &plain, text, wide, lines, LINES_MAX);
        const char *reached = text;
        for (size_t i = 0; i < n; i++) {
            assert_true(lines[i].text >= reached);
            for (const char *c = reached; c < lines[i].text; c++) assert_true(*c == ' ' || *c == '\n');
            if (lines[i].width_px > wide) { /* only one character that is wider than the line may stick out */
                size_t at = 0;
                (void)font_glyph_next(lines[i].text, lines[i].n, &at);
                assert_int_equal(at, lines[i].n);
            }
            reached = lines[i].text + lines[i].n;
        }
        for (; *reached; reached++) assert_true(*reached == ' ' || *reached == '\n');
    }
}

static size_t ink(const struct canvas *c, struct box box) {
    size_t n = 0;
    for (int y = box.y; y < box.y + box.h; y++) {
        for (int x = box.x; x < box.x + box.w; x++) n += c->rgb[(y * c->width_px + x) * 3] < 128;
    }
    return n;
}

static void text_is_drawn_where_it_was_measured(void **state) {
    struct font *font = *state;
    CLEANUP(canvas_fini) struct canvas c = { 0 };
    assert_int_equal(canvas_init(&c, 300, 100, (struct color){ 255, 255, 255 }), 0);
    struct font_line line = { .text = "水电ab", .n = strlen("水电ab"), .cut = true };
    int end = 50 + width(font, "水电ab…");
    font_draw_line(font, &plain, &c, 50, 60, &line);
    assert_true(ink(&c, (struct box){ 50, 28, end - 50, 42 }) > 200);
    assert_int_equal(ink(&c, (struct box){ 0, 0, 300, 100 }), ink(&c, (struct box){ 50, 28, end - 50, 42 }));
    assert_int_equal(font_draw(font, &plain, &c, 50, 60, "水电", strlen("水电")), 50 + width(font, "水电"));
    size_t light = ink(&c, (struct box){ 50, 28, 64, 42 });
    (void)font_draw(font, &bold, &c, 50, 60, "水电", strlen("水电"));
    assert_true(ink(&c, (struct box){ 50, 28, 64, 42 }) > light);
}

static void drawing_off_the_canvas_is_clipped(void **state) {
    struct font *font = *state;
    CLEANUP(canvas_fini) struct canvas c = { 0 };
    assert_int_equal(canvas_init(&c, 40, 20, (struct color){ 255, 255, 255 }), 0);
    for (int x = -60; x < 60; x += 7) {
        for (int y = -40; y < 60; y += 7) (void)font_draw(font, &bold, &c, x, y, "龘Wg", strlen("龘Wg"));
    }
    struct font_style huge = { .size_px = 100000 };
    (void)font_draw(font, &huge, &c, -100, 200, "龘", strlen("龘"));
    assert_true(ink(&c, (struct box){ 0, 0, 40, 20 }) > 0);
}

int main(void) {
    unsetenv("SITELOG_FONT");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_missing_font_names_the_package),
        cmocka_unit_test(what_is_no_font_is_refused),
        cmocka_unit_test(widths_add_up),
        cmocka_unit_test(characters_are_read_one_by_one),
        cmocka_unit_test(lines_break_where_a_reader_expects),
        cmocka_unit_test(wrapping_keeps_words_and_punctuation_together),
        cmocka_unit_test(too_much_text_is_cut_with_an_ellipsis),
        cmocka_unit_test(random_text_is_wrapped_within_the_width_and_nothing_is_lost),
        cmocka_unit_test(text_is_drawn_where_it_was_measured),
        cmocka_unit_test(drawing_off_the_canvas_is_clipped),
    };
    return cmocka_run_group_tests(tests, font_rig_setup, font_rig_teardown);
}
