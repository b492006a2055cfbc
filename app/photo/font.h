/* SPDX-License-Identifier: MIT */
/* Text on a canvas: UTF-8, Chinese and Latin, one font file, lines broken the way Chinese and English are read.
 * Does not shape scripts that need it (Arabic, Devanagari) and draws no colour emoji: what the font lacks shows as its box.
 * Thread: one at a time per font; several fonts at once are fine. */
#ifndef SITELOG_PHOTO_FONT_H
#define SITELOG_PHOTO_FONT_H

#include "app/photo/canvas.h"

#include <stdbool.h>
#include <stddef.h>

struct font;

struct font_style {
    int size_px; /* 6-400 */
    bool bold;
    struct color color;
};

struct font_line {
    const char *text; /* borrowed from the text that was wrapped */
    size_t n;         /* bytes; spaces at its end are not counted */
    int width_px;
    bool cut; /* it is followed by "…", which width_px includes */
};

/* path: NULL looks at the environment's SITELOG_FONT and then at where Debian puts fonts-wqy-microhei and Noto Sans CJK.
 * A font without Chinese is refused. Blocks on the disk (opens, reads little).
 * Owns: *out is the caller's; font_close takes NULL. Errors: ERR_NOT_FOUND (names the package to install),
 * ERR_UNSUPPORTED (not a font, or without Chinese), ERR_NOMEM. */
MUST_CHECK int font_open(const char *path, struct font **out, struct err_text *e);
void font_close(struct font *font);
void font_close_ptr(struct font **font); /* for CLEANUP */

/* Width in px of n bytes in one line. Malformed UTF-8 counts, and is drawn, as U+FFFD. */
int font_width(struct font *font, const struct font_style *style, const char *text, size_t n);

/* Breaks text into lines of at most width_px: at spaces, beside any Chinese character but not before closing or after opening
 * punctuation, at newlines; a word that is wider than a line is broken where it must be. At most max lines: the last is then
 * cut and ends in "…". Returns how many there are; 0 for empty text. */
size_t font_wrap(struct font *font, const struct font_style *style, const char *text, int width_px,
                 struct font_line *lines, size_t max);

/* Draws n bytes from x on, standing on baseline_y. Returns the x where they end. */
int font_draw(struct font *font, const struct font_style *style, struct canvas *canvas, int x, int baseline_y,
              const char *text, size_t n);
void font_draw_line(struct font *font, const struct font_style *style, struct canvas *canvas, int x, int baseline_y,
                    const struct font_line *line);

/* How far characters of this style reach above the baseline: to put text in the middle of something. */
int font_cap_height(struct font *font, const struct font_style *style);

#endif
