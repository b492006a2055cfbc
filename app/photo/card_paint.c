/* SPDX-License-Identifier: MIT */
/* The card's header and footer, and the few strokes all its parts share. */
#include "app/photo/card_paint.h"

#include <string.h>

enum {
    HEADER_TOP = 46,
    HEADER_LABEL = 58, /* height of the row with title and stage */
    HEADER_SITE = 74,  /* of one line of the site's name */
    HEADER_SITE_LINES = 2,
    HEADER_DATE = 52,
    HEADER_BOTTOM = 40,
    BAR_HEIGHT = 10,
    PILL_PAD = 28,
    PILL_TEXT_MAX = 460,
    FOOTER_TOP = 44,
    FOOTER_ROW = 92,
    SPACE = 28,
};

static const char program_name[] = "Sitelog";

void card_paint_fill(const struct card_pen *pen, struct box box, int radius, struct color color) {
    if (!pen->canvas) return;
    if (radius > 0)
        canvas_fill_round(pen->canvas, box, radius, color);
    else
        canvas_fill(pen->canvas, box, color);
}

void card_paint_text(const struct card_pen *pen, const struct font_style *style, enum card_align align, int x, int top,
                     int height, const struct font_line *line) {
    if (!pen->canvas || !line->text) return;
    if (align == CARD_RIGHT) x -= line->width_px;
    if (align == CARD_MIDDLE) x -= line->width_px / 2;
    int baseline = top + (height + font_cap_height(pen->font, style)) / 2;
    font_draw_line(pen->font, style, pen->canvas, x, baseline, line);
}

struct font_line card_paint_line(const struct card_pen *pen, const struct font_style *style, const char *text,
                                 int width_px) {
    struct font_line line = { 0 };
    if (text) (void)font_wrap(pen->font, style, text, width_px, &line, 1);
    return line;
}

/* The stage on its pill, at the right; returns the width that it takes. */
static int paint_stage(const struct card_pen *pen, const char *stage) {
    struct font_style style = { .size_px = 32, .bold = true, .color = CARD_PAINT_BRAND };
    struct font_line line = card_paint_line(pen, &style, stage, PILL_TEXT_MAX);
    if (line.n == 0) return 0;
    int width = line.width_px + 2 * PILL_PAD, right = CARD_WIDTH_PX - CARD_PAINT_MARGIN;
    card_paint_fill(pen, (struct box){ right - width, pen->y, width, HEADER_LABEL }, HEADER_LABEL / 2,
                    CARD_PAINT_ACCENT);
    card_paint_text(pen, &style, CARD_RIGHT, right - PILL_PAD, pen->y, HEADER_LABEL, &line);
    return width;
}

static void paint_day_bar(const struct card_pen *pen, int day, int days, int top) {
    if (day <= 0 || days <= 0) return;
    bool late = day > days;
    int width = late ? CARD_WIDTH_PX : (int)((int64_t)CARD_WIDTH_PX * day / days);
    card_paint_fill(pen, (struct box){ 0, top, CARD_WIDTH_PX, BAR_HEIGHT }, 0, (struct color){ 0x2F, 0x62, 0x63 });
    card_paint_fill(pen, (struct box){ 0, top, width, BAR_HEIGHT }, 0, late ? CARD_PAINT_RED : CARD_PAINT_ACCENT);
}

void card_paint_header(struct card_pen *pen, const struct card *card) {
    struct font_style label = { .size_px = 30, .bold = true, .color = CARD_PAINT_ACCENT };
    struct font_style name = { .size_px = 54, .bold = true, .color = CARD_PAINT_WHITE };
    struct font_style date = { .size_px = 32, .color = { 0xD3, 0xE2, 0xE1 } };
    struct font_style day = { .size_px = 36, .bold = true, .color = CARD_PAINT_WHITE };
    struct font_line site[HEADER_SITE_LINES];
    int n = (int)font_wrap(pen->font, &name, card->site, CARD_PAINT_WIDTH, site, HEADER_SITE_LINES);
    int height = HEADER_TOP + HEADER_LABEL + SPACE / 2 + n * HEADER_SITE + HEADER_DATE + HEADER_BOTTOM;
    card_paint_fill(pen, (struct box){ 0, pen->y, CARD_WIDTH_PX, height }, 0, CARD_PAINT_BRAND);

    int bottom = pen->y + height, right = CARD_WIDTH_PX - CARD_PAINT_MARGIN;
    pen->y += HEADER_TOP;
    int taken = paint_stage(pen, card->stage);
    struct font_line line = card_paint_line(pen, &label, card->title, CARD_PAINT_WIDTH - taken - SPACE);
    card_paint_text(pen, &label, CARD_LEFT, CARD_PAINT_MARGIN, pen->y, HEADER_LABEL, &line);
    pen->y += HEADER_LABEL + SPACE / 2;
    for (int i = 0; i < n; i++, pen->y += HEADER_SITE) {
        card_paint_text(pen, &name, CARD_LEFT, CARD_PAINT_MARGIN, pen->y, HEADER_SITE, &site[i]);
    }
    line = card_paint_line(pen, &day, card->day_text, CARD_PAINT_WIDTH / 2);
    card_paint_text(pen, &day, CARD_RIGHT, right, pen->y, HEADER_DATE, &line);
    line = card_paint_line(pen, &date, card->date, CARD_PAINT_WIDTH - line.width_px - SPACE);
    card_paint_text(pen, &date, CARD_LEFT, CARD_PAINT_MARGIN, pen->y, HEADER_DATE, &line);
    paint_day_bar(pen, card->day, card->days, bottom - BAR_HEIGHT);
    pen->y = bottom;
}

void card_paint_footer(struct card_pen *pen, const struct card *card) {
    struct font_style mark = { .size_px = 30, .bold = true, .color = CARD_PAINT_BRAND };
    struct font_style small = { .size_px = 26, .color = CARD_PAINT_MUTED };
    int right = CARD_WIDTH_PX - CARD_PAINT_MARGIN, left = CARD_PAINT_MARGIN;
    pen->y += FOOTER_TOP;
    card_paint_fill(pen, (struct box){ left, pen->y, CARD_PAINT_WIDTH, 2 }, 0, (struct color){ 0xDF, 0xE5, 0xE7 });

    struct font_line line = card_paint_line(pen, &mark, program_name, CARD_PAINT_WIDTH);
    card_paint_text(pen, &mark, CARD_LEFT, left, pen->y, FOOTER_ROW, &line);
    left += line.width_px + SPACE;
    line = card_paint_line(pen, &small, card->footer_right, right - left);
    card_paint_text(pen, &small, CARD_RIGHT, right, pen->y, FOOTER_ROW, &line);
    right -= line.width_px + SPACE;
    if (right > left) {
        line = card_paint_line(pen, &small, card->footer_left, right - left);
        card_paint_text(pen, &small, CARD_LEFT, left, pen->y, FOOTER_ROW, &line);
    }
    pen->y += FOOTER_ROW;
}
