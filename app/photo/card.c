/* SPDX-License-Identifier: MIT */
/* The card from top to bottom: measured once, then drawn on a canvas of just that height. */
#include "app/photo/card.h"

#include "app/photo/card_paint.h"
#include "app/photo/jpeg.h"
#include "firmware/base/cleanup.h"

enum { QUALITY = 88 };

static void paint(struct card_pen *pen, const struct card *card) {
    card_paint_header(pen, card);
    for (size_t i = 0; i < card->n_sections; i++) card_lines_paint(pen, &card->sections[i]);
    card_photos_paint(pen, card);
    card_paint_footer(pen, card);
}

int card_draw(const struct card *card, struct font *font, struct buf *out, struct err_text *e) {
    if (card->n_sections > CARD_SECTIONS_MAX || card->n_photos > CARD_PHOTOS_MAX) {
        return err_set(e, ERR_INVALID, "A day card has room for %d sections and %d photos.", CARD_SECTIONS_MAX,
                       CARD_PHOTOS_MAX);
    }
    struct card_pen pen = { .font = font };
    paint(&pen, card);
    CLEANUP(canvas_fini) struct canvas canvas = { 0 };
    int rc = canvas_init(&canvas, CARD_WIDTH_PX, pen.y, CARD_PAINT_WHITE);
    if (rc) return err_set(e, rc, "There is no memory for a day card of %d px height. Try again in a moment.", pen.y);
    pen = (struct card_pen){ .font = font, .canvas = &canvas };
    paint(&pen, card);
    return jpeg_encode(canvas.rgb, CARD_WIDTH_PX, (uint32_t)canvas.height_px, QUALITY, out, e);
}
