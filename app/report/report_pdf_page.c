/* SPDX-License-Identifier: MIT */
#include "app/report/report_pdf_page.h"

#include "app/report/report_html.h"
#include "firmware/base/text.h"

#include <cairo-pdf.h>
#include <pango/pangocairo.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MARKUP_MAX = 1024 * 1024, LINE = 0xc8d0d8, ACCENT = 0x1a5fb4 };

#define WIDTH         (REPORT_PDF_RIGHT - REPORT_PDF_LEFT)
#define HEAD_Y        30.0
#define FOOT_Y        800.0
#define SMALL         7.4
#define HEADING       13.0
#define HEADING_ABOVE 14.0
#define HEADING_BELOW 6.0

/* ---- text ---- */

void report_pdf_page_span(struct buf *markup, const char *text, double size, enum report_tone tone) {
    static const char *const colors[] = { [REPORT_PLAIN] = "#1b2430",
                                          [REPORT_QUIET] = "#5b6672",
                                          [REPORT_GOOD] = "#0b6b3a",
                                          [REPORT_WARN] = "#8a5300",
                                          [REPORT_BAD] = "#b3151c" };
    (void)buf_addf(markup, "<span size=\"%d\" foreground=\"%s\">", (int)lround(size * PANGO_SCALE), colors[tone]);
    report_html_text(markup, text);
    (void)buf_add_text(markup, "</span>");
}

void report_pdf_page_words(const struct report_pdf *p, struct buf *markup, struct report_words w, double size,
                           enum report_tone tone, bool below) {
    const char *first, *second;
    report_outline_pick(p->view->lang, w, &first, &second);
    report_pdf_page_span(markup, first, size, tone);
    if (!second[0]) return;
    (void)buf_add_text(markup, below ? "\n" : "  ");
    report_pdf_page_span(markup, second, size * SMALL / REPORT_PDF_TEXT, tone == REPORT_PLAIN ? REPORT_QUIET : tone);
}

PangoLayout *report_pdf_page_layout(struct report_pdf *p, const struct buf *markup, double width) {
    PangoLayout *layout = pango_layout_new(p->context);
    if (markup->error && !p->error) p->error = markup->error;
    pango_layout_set_width(layout, (int)(width * PANGO_SCALE));
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_spacing(layout, PANGO_SCALE);
    pango_layout_set_markup(layout, markup->data ? markup->data : "", (int)markup->len);
    return layout;
}

double report_pdf_page_height(PangoLayout *layout) {
    int height = 0;
    pango_layout_get_size(layout, NULL, &height);
    return (double)height / PANGO_SCALE;
}

double report_pdf_page_lines(struct report_pdf *p, PangoLayout *layout, int *line, double x, double y, double height) {
    PangoLayoutIter *i = pango_layout_get_iter(layout);
    double above = 0, used = 0;
    int n = 0, first = *line;
    do {
        PangoRectangle at;
        pango_layout_iter_get_line_extents(i, NULL, &at);
        double top = (double)at.y / PANGO_SCALE, bottom = (double)(at.y + at.height) / PANGO_SCALE;
        if (n == first) above = top;
        if (n >= first && bottom - above > height) break;
        if (n >= first) {
            used = bottom - above;
            *line = n + 1;
            if (p->surface) {
                cairo_move_to(p->cr, x + (double)at.x / PANGO_SCALE,
                              y - above + (double)pango_layout_iter_get_baseline(i) / PANGO_SCALE);
                pango_cairo_show_layout_line(p->cr, pango_layout_iter_get_line_readonly(i));
            }
        }
        n++;
    } while (pango_layout_iter_next_line(i));
    pango_layout_iter_free(i);
    return used;
}

void report_pdf_page_text(struct report_pdf *p, const struct buf *markup) {
    PangoLayout *layout = report_pdf_page_layout(p, markup, WIDTH);
    int line = 0, all = pango_layout_get_line_count(layout);
    double height = report_pdf_page_height(layout);
    report_pdf_page_need(p, fmin(height, 3 * REPORT_PDF_TEXT * 1.5)); /* a long one may go over the page's end */
    while (line < all) {
        int before = line;
        p->y += report_pdf_page_lines(p, layout, &line, REPORT_PDF_LEFT, p->y, REPORT_PDF_BOTTOM - p->y);
        if (line == all || (line == before && p->y <= REPORT_PDF_TOP)) break; /* no line is higher than a page */
        report_pdf_page_end(p);
        report_pdf_page_begin(p);
    }
    p->y += 3;
    g_object_unref(layout);
}

/* ---- lines and areas ---- */

void report_pdf_page_color(struct report_pdf *p, unsigned rgb) {
    cairo_set_source_rgb(p->cr, (rgb >> 16 & 255) / 255.0, (rgb >> 8 & 255) / 255.0, (rgb & 255) / 255.0);
}

void report_pdf_page_box(struct report_pdf *p, double x, double y, double width, double height, unsigned rgb) {
    if (!p->surface) return;
    report_pdf_page_color(p, rgb);
    cairo_rectangle(p->cr, x, y, width, height);
    cairo_fill(p->cr);
}

/* ---- pages ---- */

/* One line at the page's edge, cut where it is too long. */
static void edge(struct report_pdf *p, double y, const char *text, PangoAlignment side, double width) {
    struct buf markup;
    int line = 0;
    buf_init(&markup, MARKUP_MAX);
    report_pdf_page_span(&markup, text, SMALL + .4, REPORT_QUIET);
    PangoLayout *layout = report_pdf_page_layout(p, &markup, width);
    pango_layout_set_alignment(layout, side);
    pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
    double x = side == PANGO_ALIGN_RIGHT    ? REPORT_PDF_RIGHT - width
               : side == PANGO_ALIGN_CENTER ? (REPORT_PDF_LEFT + REPORT_PDF_RIGHT - width) / 2
                                            : REPORT_PDF_LEFT;
    (void)report_pdf_page_lines(p, layout, &line, x, y, 100);
    g_object_unref(layout);
    buf_fini(&markup);
}

void report_pdf_page_begin(struct report_pdf *p) {
    const struct report *r = p->r;
    char text[300];
    const char *first, *second;
    p->page++;
    p->y = REPORT_PDF_TOP;
    p->table.headed = false;
    if (!p->surface) return;
    edge(p, HEAD_Y, r->name && r->name[0] ? r->name : r->site, PANGO_ALIGN_LEFT, WIDTH * .6);
    report_outline_pick(p->view->lang, r->title, &first, &second);
    char line[200];
    (void)snprintf(text, sizeof text, "%s%s%s · %s", first, second[0] ? " " : "", second, r->key ? r->key : "");
    text_clip(line, sizeof line, text);
    edge(p, HEAD_Y, line, PANGO_ALIGN_RIGHT, WIDTH * .4);
    report_pdf_page_box(p, REPORT_PDF_LEFT, HEAD_Y + 14, WIDTH, .6, LINE);
}

void report_pdf_page_end(struct report_pdf *p) {
    bool zh = p->view->lang != REPORT_EN, en = p->view->lang != REPORT_ZH;
    char text[100];
    if (!p->surface) return;
    report_pdf_page_box(p, REPORT_PDF_LEFT, FOOT_Y - 3, WIDTH, .6, LINE);
    (void)snprintf(text, sizeof text, "%s%s%s", zh ? "核对码 " : "", en ? "code " : "", p->r->code);
    edge(p, FOOT_Y, text, PANGO_ALIGN_LEFT, WIDTH / 3);
    edge(p, FOOT_Y, p->r->made_at ? p->r->made_at : "", PANGO_ALIGN_CENTER, WIDTH / 3);
    int used = zh ? snprintf(text, sizeof text, "第 %d/%d 页%s", p->page, p->pages, en ? " · " : "") : 0;
    if (en) (void)snprintf(text + used, sizeof text - (size_t)used, "page %d/%d", p->page, p->pages);
    edge(p, FOOT_Y, text, PANGO_ALIGN_RIGHT, WIDTH / 3);
    cairo_show_page(p->cr);
}

/* ---- headings ---- */

static PangoLayout *heading(struct report_pdf *p) {
    struct buf markup;
    buf_init(&markup, MARKUP_MAX);
    report_pdf_page_words(p, &markup, p->heading, HEADING, REPORT_PLAIN, false);
    PangoLayout *layout = report_pdf_page_layout(p, &markup, WIDTH - 10);
    buf_fini(&markup);
    return layout;
}

static double heading_height(struct report_pdf *p) {
    if (!p->heading_waits) return 0;
    PangoLayout *layout = heading(p);
    double height = HEADING_ABOVE + report_pdf_page_height(layout) + HEADING_BELOW;
    g_object_unref(layout);
    return height;
}

static void draw_heading(struct report_pdf *p) {
    PangoLayout *layout = heading(p);
    double height = report_pdf_page_height(layout);
    const char *first, *second;
    char place[40];
    int line = 0;
    if (p->y > REPORT_PDF_TOP) p->y += HEADING_ABOVE;
    report_pdf_page_box(p, REPORT_PDF_LEFT, p->y + 1, 3.5, height - 2, ACCENT);
    p->y += report_pdf_page_lines(p, layout, &line, REPORT_PDF_LEFT + 10, p->y, height + 1) + HEADING_BELOW;
    g_object_unref(layout);
    p->heading_waits = false;
    if (!p->surface) return;
    report_outline_pick(p->view->lang, p->heading, &first, &second);
    (void)snprintf(place, sizeof place, "page=%d", p->page);
    (void)cairo_pdf_surface_add_outline(p->surface, CAIRO_PDF_OUTLINE_ROOT, first, place, 0);
}

double report_pdf_page_room(struct report_pdf *p) { return REPORT_PDF_BOTTOM - REPORT_PDF_TOP - heading_height(p); }

void report_pdf_page_need(struct report_pdf *p, double height) {
    double whole = height + heading_height(p);
    if (p->y + whole > REPORT_PDF_BOTTOM && p->y > REPORT_PDF_TOP) {
        report_pdf_page_end(p);
        report_pdf_page_begin(p);
    }
    if (p->heading_waits) draw_heading(p);
}
