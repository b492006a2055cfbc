/* SPDX-License-Identifier: MIT */
/* Shapes by distance: a pixel's share of a shape is how far its middle lies inside the edge, clamped to one pixel. */
#include "app/photo/canvas.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE_MAX_PX = 16384 };

static int smaller(int a, int b) { return a < b ? a : b; }
static int larger(int a, int b) { return a > b ? a : b; }

static struct box clip(const struct canvas *c, struct box b) {
    int right = smaller(b.x + b.w, c->width_px), below = smaller(b.y + b.h, c->height_px);
    struct box in = { .x = larger(b.x, 0), .y = larger(b.y, 0) };
    in.w = right - in.x;
    in.h = below - in.y;
    return in;
}

static uint8_t *pixel(const struct canvas *c, int x, int y) {
    return c->rgb + ((size_t)y * (size_t)c->width_px + (size_t)x) * 3;
}

static void blend(uint8_t *p, struct color color, unsigned share) {
    p[0] = (uint8_t)((p[0] * (255 - share) + color.r * share + 127) / 255);
    p[1] = (uint8_t)((p[1] * (255 - share) + color.g * share + 127) / 255);
    p[2] = (uint8_t)((p[2] * (255 - share) + color.b * share + 127) / 255);
}

/* inside: px from the edge inwards. */
static unsigned share_of(double inside) {
    double share = inside + 0.5;
    return share <= 0 ? 0 : share >= 1 ? 255 : (unsigned)(share * 255 + 0.5);
}

int canvas_init(struct canvas *c, int width_px, int height_px, struct color background) {
    if (width_px < 1 || height_px < 1 || width_px > SIDE_MAX_PX || height_px > SIDE_MAX_PX) return ERR_INVALID;
    uint8_t *rgb = malloc((size_t)width_px * (size_t)height_px * 3);
    if (!rgb) return ERR_NOMEM;
    *c = (struct canvas){ .rgb = rgb, .width_px = width_px, .height_px = height_px };
    canvas_fill(c, (struct box){ 0, 0, width_px, height_px }, background);
    return 0;
}

void canvas_fini(struct canvas *c) {
    free(c->rgb);
    *c = (struct canvas){ 0 };
}

void canvas_fill(struct canvas *c, struct box box, struct color color) {
    struct box in = clip(c, box);
    if (in.w < 1 || in.h < 1) return;
    uint8_t *first = pixel(c, in.x, in.y);
    for (int x = 0; x < in.w; x++) memcpy(first + (size_t)x * 3, (const uint8_t[]){ color.r, color.g, color.b }, 3);
    for (int y = 1; y < in.h; y++) memcpy(pixel(c, in.x, in.y + y), first, (size_t)in.w * 3);
}

/* The share of pixel (x, y) in a box with round corners. */
static unsigned round_share(struct box b, int radius, int x, int y) {
    double dx = fabs(x + 0.5 - (b.x + b.w / 2.0)) - (b.w / 2.0 - radius);
    double dy = fabs(y + 0.5 - (b.y + b.h / 2.0)) - (b.h / 2.0 - radius);
    if (dx <= 0 || dy <= 0) return 255;
    return share_of(radius - hypot(dx, dy));
}

void canvas_fill_round(struct canvas *c, struct box box, int radius, struct color color) {
    struct box in = clip(c, box);
    int r = smaller(radius, smaller(box.w, box.h) / 2);
    for (int y = in.y; y < in.y + in.h; y++) {
        for (int x = in.x; x < in.x + in.w; x++) blend(pixel(c, x, y), color, round_share(box, r, x, y));
    }
}

void canvas_stroke(struct canvas *c, double x0, double y0, double x1, double y1, double width, struct color color) {
    double dx = x1 - x0, dy = y1 - y0, square = dx * dx + dy * dy, reach = width / 2 + 1;
    struct box around = { .x = (int)floor(fmin(x0, x1) - reach), .y = (int)floor(fmin(y0, y1) - reach) };
    around.w = (int)ceil(fmax(x0, x1) + reach) - around.x;
    around.h = (int)ceil(fmax(y0, y1) + reach) - around.y;
    struct box in = clip(c, around);
    for (int y = in.y; y < in.y + in.h; y++) {
        for (int x = in.x; x < in.x + in.w; x++) {
            double px = x + 0.5 - x0, py = y + 0.5 - y0;
            double along = square > 0 ? fmax(0, fmin(1, (px * dx + py * dy) / square)) : 0;
            double away = hypot(px - along * dx, py - along * dy);
            blend(pixel(c, x, y), color, share_of(width / 2 - away));
        }
    }
}

void canvas_mask(struct canvas *c, int x, int y, const uint8_t *coverage, int w, int h, int pitch, struct color color) {
    struct box in = clip(c, (struct box){ x, y, w, h });
    for (int row = in.y; row < in.y + in.h; row++) {
        const uint8_t *from = coverage + (ptrdiff_t)(row - y) * pitch;
        for (int col = in.x; col < in.x + in.w; col++)
            if (from[col - x]) blend(pixel(c, col, row), color, from[col - x]);
    }
}

/* The picture's colour at a point given in pixels, between the four around it. */
static struct color sample(const uint8_t *rgb, int w, int h, double x, double y) {
    x = fmax(0, fmin(w - 1, x - 0.5));
    y = fmax(0, fmin(h - 1, y - 0.5));
    int x0 = (int)x, y0 = (int)y, x1 = smaller(x0 + 1, w - 1), y1 = smaller(y0 + 1, h - 1);
    double fx = x - x0, fy = y - y0;
    uint8_t v[3];
    for (int i = 0; i < 3; i++) {
        double a = rgb[((ptrdiff_t)y0 * w + x0) * 3 + i], b = rgb[((ptrdiff_t)y0 * w + x1) * 3 + i];
        double p = rgb[((ptrdiff_t)y1 * w + x0) * 3 + i], q = rgb[((ptrdiff_t)y1 * w + x1) * 3 + i];
        double top = a + (b - a) * fx, low = p + (q - p) * fx;
        v[i] = (uint8_t)(top + (low - top) * fy + 0.5);
    }
    return (struct color){ v[0], v[1], v[2] };
}

void canvas_picture(struct canvas *c, struct box box, int radius, const uint8_t *rgb, int w, int h) {
    struct box in = clip(c, box);
    int r = smaller(radius, smaller(box.w, box.h) / 2);
    double step = fmin((double)w / box.w, (double)h / box.h); /* picture px per canvas px */
    double left = (w - step * box.w) / 2, top = (h - step * box.h) / 2;
    for (int y = in.y; y < in.y + in.h; y++) {
        for (int x = in.x; x < in.x + in.w; x++) {
            struct color here = sample(rgb, w, h, left + (x - box.x + 0.5) * step, top + (y - box.y + 0.5) * step);
            blend(pixel(c, x, y), here, round_share(box, r, x, y));
        }
    }
}
