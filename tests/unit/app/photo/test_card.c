/* SPDX-License-Identifier: MIT */
/* The day card: its size, what stands where, and that no input of any length breaks it. */
#include "app/photo/card.h"
#include "app/photo/jpeg.h"
#include "firmware/base/cleanup.h"
#include "tests/support/font_rig.h"
#include "tests/support/test_jpeg_make.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

enum { CARD_MAX = 8 << 20, MARGIN = 54, ITEMS_MANY = 40 };

static const uint8_t red[3] = { 220, 30, 30 }, tile[3] = { 0xE9, 0xED, 0xEF }, header[3] = { 0x10, 0x40, 0x42 };

static const struct card_item done_items[] = {
    { CARD_MARK_DONE, "水电开槽", "厨房 · 主卫" },
    { CARD_MARK_GOING, "布管", NULL },
    { CARD_MARK_BLOCKED, "排水改管：等物业确认", "" },
};
static const struct card_item plan_items[] = { { CARD_MARK_PLANNED, "线管进场", NULL } };
static const struct card_section sections[] = {
    { "今日完成", CARD_MARK_DONE, done_items, 3 },
    { "明日计划", CARD_MARK_PLANNED, plan_items, 1 },
};

static const struct card plain = {
    .title = "施工日报",
    .site = "site-a",
    .date = "2026年11月22日 · 周日",
    .stage = "水电阶段",
    .day_text = "第6/10天",
    .day = 6,
    .days = 10,
    .sections = sections,
    .n_sections = 2,
    .photo_missing = "照片未到",
    .photo_damaged = "照片损坏",
    .footer_left = "u-01",
    .footer_right = "2026-11-22 18:04",
};

static struct jpeg_pixels draw(struct font *font, const struct card *card) {
    CLEANUP(buf_fini) struct buf out;
    struct jpeg_pixels p = { 0 };
    struct err_text e = { 0 };
    struct jpeg_info info;
    buf_init(&out, CARD_MAX);
    if (card_draw(card, font, &out, &e)) fail_msg("%s", e.text);
    assert_int_equal(jpeg_inspect(out.data, out.len, &info, NULL), 0);
    assert_int_equal(info.width_px, CARD_WIDTH_PX);
    assert_int_equal(jpeg_decode_scaled(out.data, out.len, 20000, &p, NULL), 0);
    return p;
}

static bool is_near(const struct jpeg_pixels *p, int x, int y, const uint8_t want[3]) {
    const uint8_t *got = p->rgb + ((size_t)y * p->width_px + (size_t)x) * 3;
    for (int i = 0; i < 3; i++) {
        if (abs(got[i] - want[i]) > 14) return false;
    }
    return true;
}

/* How many pixels of a column of the card have that colour. */
static int count_down(const struct jpeg_pixels *p, int x, const uint8_t want[3]) {
    int n = 0;
    for (int y = 0; y < (int)p->height_px; y++) n += is_near(p, x, y, want);
    return n;
}

static struct buf make_photo(unsigned w, unsigned h) {
    struct test_jpeg spec = { .width = w, .height = h };
    for (int i = 0; i < 4; i++) memcpy(spec.corner[i], red, 3);
    struct buf b;
    buf_init(&b, CARD_MAX);
    test_jpeg_make(&spec, &b);
    return b;
}

static void it_has_header_lines_and_footer(void **state) {
    CLEANUP(jpeg_pixels_fini) struct jpeg_pixels p = draw(*state, &plain);
    assert_in_range(p.height_px, 600, 1100);
    assert_true(is_near(&p, 10, 10, header));
    assert_true(is_near(&p, 1070, 200, header));
    assert_true(is_near(&p, 10, (int)p.height_px - 10, (const uint8_t[3]){ 255, 255, 255 }));
    assert_in_range(count_down(&p, 20, header), 200, 300);
}

static void the_bar_shows_the_day(void **state) {
    static const uint8_t amber[3] = { 0xF4, 0xB9, 0x42 }, late[3] = { 0xC4, 0x36, 0x2B };
    struct card card = plain;
    CLEANUP(jpeg_pixels_fini) struct jpeg_pixels sixth = draw(*state, &card);
    assert_in_range(count_down(&sixth, CARD_WIDTH_PX * 6 / 10 - 12, amber), 6, 14);
    assert_int_equal(count_down(&sixth, CARD_WIDTH_PX * 6 / 10 + 12, amber), 0);
    card.day = 12;
    CLEANUP(jpeg_pixels_fini) struct jpeg_pixels twelfth = draw(*state, &card);
    assert_in_range(count_down(&twelfth, CARD_WIDTH_PX - 5, late), 6, 14);
    card.day = 0;
    CLEANUP(jpeg_pixels_fini) struct jpeg_pixels none = draw(*state, &card);
    assert_int_equal(count_down(&none, 5, amber), 0);
}

static void every_number_of_photos_fills_its_rows(void **state) {
    static const int rows[CARD_PHOTOS_MAX + 1][2] = {
        /* rows of two, rows of three */
        { 0, 0 }, { 0, 0 }, { 1, 0 }, { 0, 1 }, { 2, 0 }, { 1, 1 }, { 0, 2 }, { 2, 1 }, { 1, 2 }, { 0, 3 },
    };
    CLEANUP(buf_fini) struct buf b = make_photo(800, 600);
    struct card_photo photos[CARD_PHOTOS_MAX];
    for (int i = 0; i < CARD_PHOTOS_MAX; i++) photos[i] = (struct card_photo){ b.data, b.len };
    struct card card = plain;
    CLEANUP(jpeg_pixels_fini) struct jpeg_pixels bare = draw(*state, &card);
    card.photos = photos;
    for (int n = 1; n <= CARD_PHOTOS_MAX; n++) {
        card.n_photos = (size_t)n;
        CLEANUP(jpeg_pixels_fini) struct jpeg_pixels p = draw(*state, &card);
        int high = n == 1 ? 972 * 3 / 4 : rows[n][0] * 480 + rows[n][1] * 316 + 12 * (rows[n][0] + rows[n][1] - 1);
        assert_int_equal(p.height_px, (int)bare.height_px + 46 + high);
        int gaps = n == 1 ? 0 : 12 * (rows[n][0] + rows[n][1] - 1);
        assert_in_range(count_down(&p, MARGIN + 20, red), high - gaps - 8, high - gaps + 8);
        assert_in_range(count_down(&p, CARD_WIDTH_PX - MARGIN - 20, red), high - gaps - 8, high - gaps + 8);
    }
}

static void a_lone_photo_keeps_its_form_within_reason(void **state) {
    static const struct {
        unsigned w, h;
        int high;
    } cases[] = {
        { 600, 900, 972 },
        { 900, 600, 648 },
        { 3000, 300, 486 },
        { 4, 4, 972 },
    };
    struct card card = plain;
    CLEANUP(jpeg_pixels_fini) struct jpeg_pixels bare = draw(*state, &card);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CLEANUP(buf_fini) struct buf b = make_photo(cases[i].w, cases[i].h);
        struct card_photo photo = { b.data, b.len };
        card.photos = &photo;
        card.n_photos = 1;
        CLEANUP(jpeg_pixels_fini) struct jpeg_pixels p = draw(*state, &card);
        assert_int_equal(p.height_px, (int)bare.height_px + 46 + cases[i].high);
        assert_in_range(count_down(&p, CARD_WIDTH_PX / 2, red), cases[i].high - 10, cases[i].high);
    }
}

static void missing_and_damaged_photos_get_a_tile(void **state) {
    CLEANUP(buf_fini) struct buf b = make_photo(800, 600);
    struct card_photo photos[] = { { b.data, b.len }, { NULL, 0 }, { b.data, b.len / 2 }, { "no photo", 8 } };
    struct card card = plain;
    card.photos = photos;
    card.n_photos = 4;
    CLEANUP(jpeg_pixels_fini) struct jpeg_pixels p = draw(*state, &card);
    assert_in_range(count_down(&p, MARGIN + 20, red), 460, 480);
    assert_in_range(count_down(&p, MARGIN + 20, tile), 460, 490);
    assert_in_range(count_down(&p, CARD_WIDTH_PX - MARGIN - 20, tile), 940, 970);
}

static void long_lists_and_long_words_are_cut(void **state) {
    static char endless[60000];
    memset(endless, 'W', sizeof endless - 1);
    struct card_item items[ITEMS_MANY], notes[] = { { CARD_MARK_NONE, endless, endless } };
    for (int i = 0; i < ITEMS_MANY; i++) items[i] = (struct card_item){ CARD_MARK_DONE, "水管安装", NULL };
    struct card_section many = { "今日完成", CARD_MARK_DONE, items, ITEMS_MANY };
    struct card card = plain;
    card.sections = &many;
    card.n_sections = 1;
    CLEANUP(jpeg_pixels_fini) struct jpeg_pixels forty = draw(*state, &card);
    many.n_items = CARD_SECTION_LINES_MAX + 1;
    CLEANUP(jpeg_pixels_fini) struct jpeg_pixels thirteen = draw(*state, &card);
    many.n_items = CARD_SECTION_LINES_MAX;
    CLEANUP(jpeg_pixels_fini) struct jpeg_pixels twelve = draw(*state, &card);
    assert_int_equal(forty.height_px, thirteen.height_px);
    assert_true(twelve.height_px < thirteen.height_px);

    struct card_section wide[CARD_SECTIONS_MAX];
    for (int i = 0; i < CARD_SECTIONS_MAX; i++) wide[i] = (struct card_section){ endless, CARD_MARK_NONE, notes, 1 };
    struct card long_card = { .title = endless,
                              .site = endless,
                              .date = endless,
                              .stage = endless,
                              .day_text = endless,
                              .day = 1,
                              .days = 1000000000,
                              .sections = wide,
                              .n_sections = CARD_SECTIONS_MAX,
                              .footer_left = endless,
                              .footer_right = endless };
    CLEANUP(jpeg_pixels_fini) struct jpeg_pixels p = draw(*state, &long_card);
    assert_in_range(p.height_px, 2500, 4000);
}

static void almost_nothing_is_enough(void **state) {
    struct card card = { .title = "", .site = "", .date = "" };
    CLEANUP(jpeg_pixels_fini) struct jpeg_pixels p = draw(*state, &card);
    assert_in_range(p.height_px, 200, 500);
    struct card_section empty = { "今日完成", CARD_MARK_DONE, NULL, 0 };
    card.sections = &empty;
    card.n_sections = 1;
    CLEANUP(jpeg_pixels_fini) struct jpeg_pixels same = draw(*state, &card);
    assert_int_equal(same.height_px, p.height_px);
}

static void the_same_day_gives_the_same_bytes(void **state) {
    CLEANUP(buf_fini) struct buf a;
    CLEANUP(buf_fini) struct buf b;
    buf_init(&a, CARD_MAX);
    buf_init(&b, CARD_MAX);
    assert_int_equal(card_draw(&plain, *state, &a, NULL), 0);
    assert_int_equal(card_draw(&plain, *state, &b, NULL), 0);
    assert_int_equal(a.len, b.len);
    assert_memory_equal(a.data, b.data, a.len);
}

static void too_much_is_refused(void **state) {
    CLEANUP(buf_fini) struct buf out;
    struct err_text e = { 0 };
    buf_init(&out, 5000);
    struct card card = plain;
    card.n_photos = CARD_PHOTOS_MAX + 1;
    assert_int_equal(card_draw(&card, *state, &out, &e), ERR_INVALID);
    card = plain;
    card.n_sections = CARD_SECTIONS_MAX + 1;
    assert_int_equal(card_draw(&card, *state, &out, &e), ERR_INVALID);
    assert_int_equal(card_draw(&plain, *state, &out, &e), ERR_TOO_BIG);
    assert_int_equal(out.len, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_has_header_lines_and_footer),
        cmocka_unit_test(the_bar_shows_the_day),
        cmocka_unit_test(every_number_of_photos_fills_its_rows),
        cmocka_unit_test(a_lone_photo_keeps_its_form_within_reason),
        cmocka_unit_test(missing_and_damaged_photos_get_a_tile),
        cmocka_unit_test(long_lists_and_long_words_are_cut),
        cmocka_unit_test(almost_nothing_is_enough),
        cmocka_unit_test(the_same_day_gives_the_same_bytes),
        cmocka_unit_test(too_much_is_refused),
    };
    return cmocka_run_group_tests(tests, font_rig_setup, font_rig_teardown);
}
