/* SPDX-License-Identifier: MIT */
/* Photos three in a row with what is known of them below. They go into the document as the JPEG that they are, one after the other. */
#include "app/report/report_pdf_page.h"

#include "app/photo/jpeg.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { PER_ROW = 3, MARKUP_MAX = 64 * 1024, GROUND = 0xeef2f6 };

#define GAP     10.0
#define CELL    ((REPORT_PDF_RIGHT - REPORT_PDF_LEFT - (PER_ROW - 1) * GAP) / PER_ROW)
#define PICTURE (CELL * 3 / 4)
#define CAPTION 7.8

static bool has(const char *text) { return text && text[0]; }

/* ---- below ---- */

static void add_line(struct buf *markup, const char *text, enum report_tone tone) {
    if (!has(text)) return;
    if (markup->len) (void)buf_add_text(markup, "\n");
    report_pdf_page_span(markup, text, CAPTION, tone);
}

static void add_words(struct report_pdf *p, struct buf *markup, struct report_words w, enum report_tone tone) {
    if (!has(w.zh) && !has(w.en)) return;
    if (markup->len) (void)buf_add_text(markup, "\n");
    report_pdf_page_words(p, markup, w, CAPTION, tone, false);
}

static PangoLayout *caption_of(struct report_pdf *p, const struct report_figure *f) {
    const struct report_photo *photo = &p->r->photos[f->photo];
    const char *clock, *second;
    struct buf markup;
    char text[400];
    buf_init(&markup, MARKUP_MAX);
    (void)snprintf(text, sizeof text, "%s %zu%s%s", p->view->lang == REPORT_EN ? "Photo" : "图", f->photo + 1,
                   has(photo->code) ? " · " : "", has(photo->code) ? photo->code : "");
    add_line(&markup, text, REPORT_PLAIN);
    add_words(p, &markup, f->label, REPORT_PLAIN);
    add_words(p, &markup, photo->place, REPORT_PLAIN);
    add_line(&markup, photo->caption, REPORT_PLAIN);
    report_outline_pick(p->view->lang, photo->clock, &clock, &second);
    (void)snprintf(text, sizeof text, "%s%s%s", photo->at ? photo->at : "", has(clock) ? " · " : "", clock);
    add_line(&markup, text, photo->clock_doubtful ? REPORT_WARN : REPORT_QUIET);
    if (p->view->names) add_line(&markup, photo->who, REPORT_QUIET);
    PangoLayout *layout = report_pdf_page_layout(p, &markup, CELL);
    buf_fini(&markup);
    return layout;
}

/* ---- the picture ---- */

static void say_instead(struct report_pdf *p, int rc, double x, double y) {
    struct report_words w = rc == ERR_NOT_FOUND ? REPORT_WORDS("照片未到", "photo on its way")
                            : rc == ERR_GONE    ? REPORT_WORDS("原图已清理", "photo was dropped")
                                                : REPORT_WORDS("照片损坏", "photo damaged");
    struct buf markup;
    int line = 0;
    buf_init(&markup, MARKUP_MAX);
    report_pdf_page_words(p, &markup, w, REPORT_PDF_TEXT, rc == ERR_NOT_FOUND ? REPORT_QUIET : REPORT_BAD, true);
    PangoLayout *layout = report_pdf_page_layout(p, &markup, CELL);
    pango_layout_set_alignment(layout, PANGO_ALIGN_CENTER);
    double height = report_pdf_page_height(layout);
    (void)report_pdf_page_lines(p, layout, &line, x, y + (PICTURE - height) / 2, height + 1);
    g_object_unref(layout);
    buf_fini(&markup);
}

/* Takes the JPEG. ERR_NOMEM or 0. */
static int paint(struct report_pdf *p, struct buf *jpeg, const struct jpeg_info *info, double x, double y) {
    int width = (int)info->width_px, height = (int)info->height_px;
    double scale = fmin(CELL / width, PICTURE / height);
    size_t n = jpeg->len;
    /* The pixels are never looked at where the form takes the JPEG itself; the least that a surface can have. */
    cairo_surface_t *image = cairo_image_surface_create(CAIRO_FORMAT_RGB16_565, width, height);
    char *bytes = buf_steal(jpeg);
    cairo_status_t status = cairo_surface_status(image);
    if (!status)
        status = cairo_surface_set_mime_data(image, CAIRO_MIME_TYPE_JPEG, (unsigned char *)bytes, n, free, bytes);
    if (status) {
        free(bytes);
    } else {
        cairo_save(p->cr);
        cairo_translate(p->cr, x + (CELL - width * scale) / 2, y + (PICTURE - height * scale) / 2);
        cairo_scale(p->cr, scale, scale);
        cairo_set_source_surface(p->cr, image, 0, 0);
        cairo_paint(p->cr);
        cairo_restore(p->cr);
    }
    cairo_surface_destroy(image);
    return status ? ERR_NOMEM : 0;
}

static void picture(struct report_pdf *p, size_t photo, double x, double y) {
    struct jpeg_info info;
    struct buf jpeg;
    if (!p->surface) {
        if (p->order_count < p->r->photo_count) p->order[p->order_count++] = photo;
        return;
    }
    report_pdf_page_box(p, x, y, CELL, PICTURE, GROUND);
    int rc = report_pdf_ahead_take(p->ahead, &jpeg);
    if (rc == 0) rc = jpeg_peek(jpeg.data, jpeg.len, &info, NULL);
    if (rc == 0) rc = paint(p, &jpeg, &info, x, y);
    if (rc) say_instead(p, rc, x, y);
    buf_fini(&jpeg);
}

/* ---- rows ---- */

static void photo_row(struct report_pdf *p, const struct report_figure *figures, size_t n) {
    PangoLayout *captions[PER_ROW];
    double lowest = 0, room = report_pdf_page_room(p) - PICTURE - GAP - 4;
    for (size_t i = 0; i < n; i++) {
        captions[i] = caption_of(p, &figures[i]);
        lowest = fmax(lowest, fmin(report_pdf_page_height(captions[i]), room));
    }
    report_pdf_page_need(p, PICTURE + 4 + lowest);
    for (size_t i = 0; i < n; i++) {
        double x = REPORT_PDF_LEFT + (double)i * (CELL + GAP);
        int line = 0;
        picture(p, figures[i].photo, x, p->y);
        (void)report_pdf_page_lines(p, captions[i], &line, x, p->y + PICTURE + 4, lowest + .01);
        g_object_unref(captions[i]);
    }
    p->y += PICTURE + 4 + lowest + GAP;
}

void report_pdf_photos(struct report_pdf *p, const struct report_figure *figures, size_t n) {
    p->y += 4;
    for (size_t i = 0; i < n; i += PER_ROW) photo_row(p, figures + i, n - i < PER_ROW ? n - i : PER_ROW);
}
