/* SPDX-License-Identifier: MIT */
/* The card's look: sizes, colours, and parts that know where the pen is. Each part runs twice, first without a canvas to learn
 * how high the card gets, then to draw; so the two can never disagree. Private to app/photo/card*.c. */
#ifndef SITELOG_PHOTO_CARD_PAINT_H
#define SITELOG_PHOTO_CARD_PAINT_H

#include "app/photo/card.h"

enum {
    CARD_PAINT_MARGIN = 54,
    CARD_PAINT_WIDTH = CARD_WIDTH_PX - 2 * CARD_PAINT_MARGIN, /* of the content */
};

struct card_pen {
    struct font *font;
    struct canvas *canvas; /* NULL: measure only */
    int y;                 /* where the next part begins */
};

/* Colours of text on white all have a contrast of at least 4.5 : 1, body text of 7 : 1. */
#define CARD_PAINT_INK    ((struct color){ 0x1D, 0x2B, 0x33 })
#define CARD_PAINT_MUTED  ((struct color){ 0x5A, 0x68, 0x70 })
#define CARD_PAINT_WHITE  ((struct color){ 0xFF, 0xFF, 0xFF })
#define CARD_PAINT_BRAND  ((struct color){ 0x10, 0x40, 0x42 })
#define CARD_PAINT_ACCENT ((struct color){ 0xF4, 0xB9, 0x42 })
#define CARD_PAINT_RED    ((struct color){ 0xC4, 0x36, 0x2B })

void card_paint_fill(const struct card_pen *pen, struct box box, int radius, struct color color);

/* One line in a box of that height, its capitals in the middle. x: its left edge, its
 * right edge or its middle. */
enum card_align { CARD_LEFT, CARD_RIGHT, CARD_MIDDLE };
void card_paint_text(const struct card_pen *pen, const struct font_style *style, enum card_align align, int x, int top,
                     int height, const struct font_line *line);

/* As much of a text as fits into width_px, in one line; n is 0 for NULL and "". */
struct font_line card_paint_line(const struct card_pen *pen, const struct font_style *style, const char *text,
                                 int width_px);

void card_paint_header(struct card_pen *pen, const struct card *card);
void card_paint_footer(struct card_pen *pen, const struct card *card);

void card_lines_paint(struct card_pen *pen, const struct card_section *section); /* card_lines.c */
void card_photos_paint(struct card_pen *pen, const struct card *card);           /* card_photos.c */

#endif
