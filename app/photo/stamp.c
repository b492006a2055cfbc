/* SPDX-License-Identifier: MIT */
/* What the band looks like. Two lines where there is room for them, else one with the code and the time. */
#include "app/photo/stamp.h"

#include "app/photo/exif.h"
#include "app/photo/jpeg_band.h"

#include <stdio.h>
#include <string.h>

enum { WIDTH_PER_HEIGHT = 12 /* a band is no higher than this part of the width: a line has room for its words */ };
enum { TWO_LINES_PX = 40, APP1_MAX = 65533 };

static const struct color ground = { 24, 28, 32 }, ink = { 255, 255, 255 }, soft = { 205, 213, 221 },
                          warn = { 255, 196, 64 };

struct layout {
    const struct stamp *stamp;
    struct font *font;
    struct canvas canvas;
    int margin_px;
};

/* Draws text that ends where `right` is, cut to the room. Returns where it begins. */
static int put_right(struct layout *l, const struct font_style *style, int baseline, int left, int right,
                     const char *text) {
    struct font_line line;
    if (right <= left || font_wrap(l->font, style, text, right - left, &line, 1) == 0) return right;
    int x = right - line.width_px;
    font_draw_line(l->font, style, &l->canvas, x, baseline, &line);
    return x;
}

/* Draws text from `left` on, cut to the room. Returns where it ends. */
static int put_left(struct layout *l, const struct font_style *style, int baseline, int left, int right,
                    const char *text) {
    struct font_line line;
    if (right <= left || font_wrap(l->font, style, text, right - left, &line, 1) == 0) return left;
    font_draw_line(l->font, style, &l->canvas, left, baseline, &line);
    return left + line.width_px;
}

/* Where a line's text stands so that its capitals are in the middle of its part of the band. */
static int baseline_in(struct layout *l, const struct font_style *style, int top, int height) {
    return top + (height + font_cap_height(l->font, style)) / 2;
}

/* The time and how good it is, as a warning where that is one: also of the time alone, where there is no room for words. Returns where it ends. */
static int put_time(struct layout *l, int size_px, int baseline, int left, int right) {
    struct font_style style = { .size_px = size_px, .color = soft };
    if (l->stamp->clock_doubtful) style = (struct font_style){ .size_px = size_px, .bold = true, .color = warn };
    left = put_left(l, &style, baseline, left, right, l->stamp->when);
    return put_left(l, &style, baseline, left + size_px * 2 / 3, right, l->stamp->clock);
}

static void draw_two_lines(struct layout *l) {
    int height = l->canvas.height_px, half = height / 2, right = l->canvas.width_px - l->margin_px;
    struct font_style place = { .size_px = height * 36 / 100, .bold = true, .color = ink };
    struct font_style rest = { .size_px = height * 30 / 100, .color = soft };
    struct font_style code = { .size_px = rest.size_px, .bold = true, .color = ink };
    int first = baseline_in(l, &place, height / 16, half), second = baseline_in(l, &rest, half - height / 32, half);
    (void)put_left(l, &place, first, l->margin_px, right, l->stamp->place);
    int end = put_right(l, &code, second, l->margin_px, right, l->stamp->code) - l->margin_px;
    int at = put_time(l, rest.size_px, second, l->margin_px, end);
    if (l->stamp->who) (void)put_left(l, &rest, second, at + rest.size_px * 2 / 3, end, l->stamp->who);
}

static void draw_one_line(struct layout *l) {
    int height = l->canvas.height_px, right = l->canvas.width_px - l->margin_px;
    struct font_style code = { .size_px = height * 66 / 100, .bold = true, .color = ink };
    struct font_style place = { .size_px = code.size_px, .color = soft };
    int baseline = baseline_in(l, &code, 0, height);
    int end = put_right(l, &code, baseline, l->margin_px, right, l->stamp->code) - l->margin_px;
    int at = put_time(l, code.size_px, baseline, l->margin_px, end);
    (void)put_left(l, &place, baseline, at + l->margin_px, end, l->stamp->place);
}

static int draw(const struct stamp *stamp, struct font *font, uint32_t width_px, uint32_t height_px,
                struct canvas *out) {
    struct layout l = { .stamp = stamp, .font = font };
    int rc = canvas_init(&l.canvas, (int)width_px, (int)height_px, ground);
    if (rc) return rc;
    l.margin_px = (int)height_px / 4;
    if (height_px >= TWO_LINES_PX)
        draw_two_lines(&l);
    else
        draw_one_line(&l);
    *out = l.canvas;
    return 0;
}

static int make_exif(const struct stamp *stamp, const void *bytes, size_t n, const struct jpeg_info *info,
                     struct buf *out) {
    char description[160];
    (void)snprintf(description, sizeof description, "Sitelog %.16s, original SHA-256 %.64s", stamp->code,
                   stamp->sha256);
    struct exif exif = { .orientation = info->orientation,
                         .width_px = info->width_px,
                         .height_px = info->height_px,
                         .taken = stamp->taken,
                         .description = description,
                         .profile = memmem(bytes, n, "ICC_PROFILE", sizeof "ICC_PROFILE") != NULL };
    return exif_make(&exif, out);
}

static uint32_t smaller(uint32_t a, uint32_t b) { return a < b ? a : b; }

int stamp_draw(const void *bytes, size_t n, const struct stamp *stamp, struct font *font, struct buf *out,
               struct err_text *e) {
    struct jpeg_info info;
    struct jpeg_band band = { 0 };
    struct canvas canvas = { 0 };
    struct buf app1;
    int rc = jpeg_peek(bytes, n, &info, e);
    if (rc == 0) {
        uint32_t most = smaller(info.upright_height_px / STAMP_MOST, info.upright_width_px / WIDTH_PER_HEIGHT);
        rc = jpeg_band_size(bytes, n, most, &band.width_px, &band.height_px, e);
    }
    if (rc) return rc;
    buf_init(&app1, APP1_MAX);
    rc = make_exif(stamp, bytes, n, &info, &app1);
    if (rc == 0) rc = draw(stamp, font, band.width_px, band.height_px, &canvas);
    if (rc) {
        (void)err_set(e, rc, "The watermark cannot be drawn: %s.", err_name(rc));
    } else {
        band.rgb = canvas.rgb;
        band.app1 = app1.data;
        band.app1_n = app1.len;
        rc = jpeg_band_lay(bytes, n, &band, out, NULL, e);
    }
    canvas_fini(&canvas);
    buf_fini(&app1);
    return rc;
}
