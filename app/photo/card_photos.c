/* SPDX-License-Identifier: MIT */
/* The card's photos: one fills the width, more stand in rows of two and three so that no place stays empty. One photo is
 * decoded at a time, at the size of its tile. */
#include "app/photo/card_paint.h"

#include "app/photo/jpeg.h"
#include "firmware/base/cleanup.h"

enum { PHOTOS_TOP = 46, GAP = 12, RADIUS = 16, TILE_LINES_MAX = 2, TILE_TEXT_HEIGHT = 44, LONG_MAX_PX = 4096 };

/* How many stand in each row, by how many there are. */
static const int rows_by_count[CARD_PHOTOS_MAX + 1][4] = {
    { 0 },       { 1, 0 },    { 2, 0 },       { 3, 0 },       { 2, 2, 0 },
    { 2, 3, 0 }, { 3, 3, 0 }, { 2, 2, 3, 0 }, { 2, 3, 3, 0 }, { 3, 3, 3, 0 },
};

/* A lone photo keeps its form, within reason: from twice as wide as high to square. */
static int lone_height(const struct card_photo *photo) {
    struct jpeg_info info;
    if (!photo->bytes || jpeg_peek(photo->bytes, photo->n, &info, NULL)) return CARD_PAINT_WIDTH * 9 / 16;
    int64_t height = (int64_t)CARD_PAINT_WIDTH * info.upright_height_px / info.upright_width_px;
    if (height > CARD_PAINT_WIDTH) return CARD_PAINT_WIDTH;
    return height < CARD_PAINT_WIDTH / 2 ? CARD_PAINT_WIDTH / 2 : (int)height;
}

/* The long side at which the photo just covers the box. */
static uint32_t long_side_for(const struct jpeg_info *info, struct box box) {
    uint64_t w = info->upright_width_px, h = info->upright_height_px, longer = w > h ? w : h;
    uint64_t by_width = (longer * (uint64_t)box.w + w - 1) / w, by_height = (longer * (uint64_t)box.h + h - 1) / h;
    uint64_t needed = by_width > by_height ? by_width : by_height;
    return needed > LONG_MAX_PX ? LONG_MAX_PX : (uint32_t)needed;
}

static bool paint_photo(const struct card_pen *pen, const struct card_photo *photo, struct box box) {
    CLEANUP(jpeg_pixels_fini) struct jpeg_pixels pixels = { 0 };
    struct jpeg_info info;
    if (jpeg_peek(photo->bytes, photo->n, &info, NULL)) return false;
    if (jpeg_decode_scaled(photo->bytes, photo->n, long_side_for(&info, box), &pixels, NULL)) return false;
    canvas_picture(pen->canvas, box, RADIUS, pixels.rgb, (int)pixels.width_px, (int)pixels.height_px);
    return true;
}

/* A camera's outline, its middle at (x, y). */
static void paint_camera(const struct card_pen *pen, int x, int y, struct color ink, struct color paper) {
    card_paint_fill(pen, (struct box){ x - 16, y - 34, 32, 20 }, 6, ink);
    card_paint_fill(pen, (struct box){ x - 42, y - 26, 84, 60 }, 12, ink);
    card_paint_fill(pen, (struct box){ x - 20, y - 16, 40, 40 }, 20, paper);
    card_paint_fill(pen, (struct box){ x - 13, y - 9, 26, 26 }, 13, ink);
}

static void paint_tile(const struct card_pen *pen, struct box box, const char *words) {
    struct color paper = { 0xE9, 0xED, 0xEF };
    struct font_style style = { .size_px = 28, .color = CARD_PAINT_MUTED };
    struct font_line lines[TILE_LINES_MAX];
    int n = words ? (int)font_wrap(pen->font, &style, words, box.w - 2 * GAP, lines, TILE_LINES_MAX) : 0;
    int middle = box.y + box.h / 2 - n * TILE_TEXT_HEIGHT / 2;
    card_paint_fill(pen, box, RADIUS, paper);
    paint_camera(pen, box.x + box.w / 2, middle - 8, (struct color){ 0xA9, 0xB5, 0xBB }, paper);
    for (int i = 0; i < n; i++) {
        int top = middle + 44 + i * TILE_TEXT_HEIGHT;
        card_paint_text(pen, &style, CARD_MIDDLE, box.x + box.w / 2, top, TILE_TEXT_HEIGHT, &lines[i]);
    }
}

static void paint_one(const struct card_pen *pen, const struct card *card, size_t i, struct box box) {
    if (!pen->canvas) return;
    const struct card_photo *photo = &card->photos[i];
    if (!photo->bytes)
        paint_tile(pen, box, card->photo_missing);
    else if (!paint_photo(pen, photo, box))
        paint_tile(pen, box, card->photo_damaged);
}

void card_photos_paint(struct card_pen *pen, const struct card *card) {
    if (card->n_photos == 0) return;
    pen->y += PHOTOS_TOP;
    size_t i = 0;
    for (const int *row = rows_by_count[card->n_photos]; *row; row++) {
        int side = (CARD_PAINT_WIDTH - (*row - 1) * GAP) / *row;
        int height = card->n_photos == 1 ? lone_height(&card->photos[0]) : side;
        for (int col = 0; col < *row; col++, i++) {
            paint_one(pen, card, i, (struct box){ CARD_PAINT_MARGIN + col * (side + GAP), pen->y, side, height });
        }
        pen->y += height + GAP;
    }
    pen->y -= GAP;
}
