/* SPDX-License-Identifier: MIT */
/* A section of the card: its title and its lines, each with its mark in one column, its text in the next and its detail at the
 * right where there is room. Marks differ in form, not in colour alone. */
#include "app/photo/card_paint.h"

#include <string.h>

enum {
    SECTION_TOP = 42,
    TITLE_HEIGHT = 50,
    TITLE_GAP = 14,
    BAR_WIDTH = 10,
    BAR_HEIGHT = 38,
    TEXT_LEFT = 58, /* from the margin: leaves the column of marks */
    ROW_HEIGHT = 54,
    ROW_GAP = 12,
    MARK_PX = 34,
    DETAIL_GAP = 36,
    DETAIL_HEIGHT = 44,
    ITEM_LINES_MAX = 4,
};

static const struct font_style body = { .size_px = 38, .color = { 0x1D, 0x2B, 0x33 } };  /* CARD_PAINT_INK */
static const struct font_style small = { .size_px = 30, .color = { 0x5A, 0x68, 0x70 } }; /* CARD_PAINT_MUTED */

static struct color color_of(enum card_mark mark) {
    switch (mark) {
    case CARD_MARK_DONE:
        return (struct color){ 0x1C, 0x7C, 0x4A };
    case CARD_MARK_GOING:
        return (struct color){ 0xA8, 0x62, 0x00 };
    case CARD_MARK_BLOCKED:
        return CARD_PAINT_RED;
    case CARD_MARK_PLANNED:
        return (struct color){ 0x1F, 0x5F, 0xA8 };
    case CARD_MARK_NONE:
        break;
    }
    return CARD_PAINT_BRAND;
}

static void paint_ring(const struct card_pen *pen, int x, int y, struct color color) {
    const int line = 4;
    card_paint_fill(pen, (struct box){ x, y, MARK_PX, MARK_PX }, MARK_PX / 2, color);
    card_paint_fill(pen, (struct box){ x + line, y + line, MARK_PX - 2 * line, MARK_PX - 2 * line }, MARK_PX / 2 - line,
                    CARD_PAINT_WHITE);
}

static void paint_mark(const struct card_pen *pen, enum card_mark mark) {
    if (!pen->canvas || mark == CARD_MARK_NONE) return;
    int x = CARD_PAINT_MARGIN + 2, y = pen->y + (ROW_HEIGHT - MARK_PX) / 2;
    struct color color = color_of(mark);
    switch (mark) {
    case CARD_MARK_DONE:
        card_paint_fill(pen, (struct box){ x, y, MARK_PX, MARK_PX }, MARK_PX / 2, color);
        canvas_stroke(pen->canvas, x + 9.5, y + 17.5, x + 15, y + 23, 4, CARD_PAINT_WHITE);
        canvas_stroke(pen->canvas, x + 15, y + 23, x + 25, y + 12, 4, CARD_PAINT_WHITE);
        break;
    case CARD_MARK_GOING:
        paint_ring(pen, x, y, color);
        card_paint_fill(pen, (struct box){ x + 10, y + 10, MARK_PX - 20, MARK_PX - 20 }, (MARK_PX - 20) / 2, color);
        break;
    case CARD_MARK_BLOCKED:
        card_paint_fill(pen, (struct box){ x, y, MARK_PX, MARK_PX }, MARK_PX / 2, color);
        canvas_stroke(pen->canvas, x + 10, y + 17, x + 24, y + 17, 5, CARD_PAINT_WHITE);
        break;
    case CARD_MARK_PLANNED:
        paint_ring(pen, x, y, color);
        break;
    case CARD_MARK_NONE:
        break;
    }
}

static bool is_empty(const char *text) { return !text || !*text; }

/* The detail beside the item's one line, or below it; returns the lines it took of its own. */
static size_t paint_detail(struct card_pen *pen, const char *detail, int left, int right, int first_row, int text_end,
                           size_t lines_left) {
    if (is_empty(detail)) return 0;
    struct font_line line;
    size_t n = font_wrap(pen->font, &small, detail, right - text_end - DETAIL_GAP, &line, 1);
    if (n == 1 && !line.cut && text_end > 0) {
        card_paint_text(pen, &small, CARD_RIGHT, right, first_row, ROW_HEIGHT, &line);
        return 0;
    }
    if (lines_left == 0) return 0;
    line = card_paint_line(pen, &small, detail, right - left);
    card_paint_text(pen, &small, CARD_LEFT, left, pen->y, DETAIL_HEIGHT, &line);
    pen->y += DETAIL_HEIGHT;
    return 1;
}

/* Returns how many of the section's lines it took. */
static size_t paint_item(struct card_pen *pen, const struct card_item *item, size_t lines_left) {
    int left = CARD_PAINT_MARGIN + (item->mark == CARD_MARK_NONE ? 0 : TEXT_LEFT);
    int right = CARD_WIDTH_PX - CARD_PAINT_MARGIN, first_row = pen->y;
    size_t most = item->mark == CARD_MARK_NONE || lines_left < ITEM_LINES_MAX ? lines_left : ITEM_LINES_MAX;
    struct font_line lines[CARD_SECTION_LINES_MAX];
    size_t n = font_wrap(pen->font, &body, item->text, right - left, lines, most);
    if (n == 0) return 0;
    paint_mark(pen, item->mark);
    for (size_t i = 0; i < n; i++, pen->y += ROW_HEIGHT) {
        card_paint_text(pen, &body, CARD_LEFT, left, pen->y, ROW_HEIGHT, &lines[i]);
    }
    int text_end = n == 1 ? left + lines[0].width_px : right;
    n += paint_detail(pen, item->detail, left, right, first_row, text_end, lines_left - n);
    pen->y += ROW_GAP;
    return n;
}

void card_lines_paint(struct card_pen *pen, const struct card_section *section) {
    struct font_style title = { .size_px = 38, .bold = true, .color = color_of(section->tone) };
    if (section->n_items == 0) return;
    pen->y += SECTION_TOP;
    card_paint_fill(pen,
                    (struct box){ CARD_PAINT_MARGIN, pen->y + (TITLE_HEIGHT - BAR_HEIGHT) / 2, BAR_WIDTH, BAR_HEIGHT },
                    BAR_WIDTH / 2, title.color);
    struct font_line line = card_paint_line(pen, &title, section->title, CARD_PAINT_WIDTH - 2 * BAR_WIDTH);
    card_paint_text(pen, &title, CARD_LEFT, CARD_PAINT_MARGIN + 28, pen->y, TITLE_HEIGHT, &line);
    pen->y += TITLE_HEIGHT + TITLE_GAP;

    size_t lines_left = CARD_SECTION_LINES_MAX;
    for (size_t i = 0; i < section->n_items; i++) {
        if (lines_left == 0) {
            line = card_paint_line(pen, &body, "\xE2\x80\xA6", CARD_PAINT_WIDTH);
            card_paint_text(pen, &body, CARD_LEFT, CARD_PAINT_MARGIN + TEXT_LEFT, pen->y, ROW_HEIGHT, &line);
            pen->y += ROW_HEIGHT;
            break;
        }
        lines_left -= paint_item(pen, &section->items[i], lines_left);
    }
}
