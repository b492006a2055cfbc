/* SPDX-License-Identifier: MIT */
/* An RGB picture to draw on: the few smooth shapes that the day card needs. Everything is clipped to the canvas.
 * Does not know text (font.h) or files (jpeg.h). Thread: one at a time. */
#ifndef SITELOG_PHOTO_CANVAS_H
#define SITELOG_PHOTO_CANVAS_H

#include "firmware/base/err.h"

#include <stdint.h>

struct canvas {
    uint8_t *rgb; /* height x width x 3, no padding */
    int width_px, height_px;
};

struct color {
    uint8_t r, g, b;
};
struct box {
    int x, y, w, h;
}; /* px; empty where w or h is not above 0 */

/* 1-16384 px each way. ERR_NOMEM, ERR_INVALID. Owns: caller; canvas_fini. */
MUST_CHECK int canvas_init(struct canvas *c, int width_px, int height_px, struct color background);
void canvas_fini(struct canvas *c);

void canvas_fill(struct canvas *c, struct box box, struct color color);

/* A filled box with round corners; radius: at most half of the shorter side, which makes a disc of a square. */
void canvas_fill_round(struct canvas *c, struct box box, int radius, struct color color);

/* A straight stroke with round ends. */
void canvas_stroke(struct canvas *c, double x0, double y0, double x1, double y1, double width, struct color color);

/* Lays `color` where `coverage` (0-255, w x h, rows pitch apart) says so: a glyph. */
void canvas_mask(struct canvas *c, int x, int y, const uint8_t *coverage, int w, int h, int pitch, struct color color);

/* Fills the box with the middle of a picture (w x h RGB), as large as covers it, with round corners. */
void canvas_picture(struct canvas *c, struct box box, int radius, const uint8_t *rgb, int w, int h);

#endif
