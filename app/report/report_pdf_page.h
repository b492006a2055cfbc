/* SPDX-License-Identifier: MIT */
/* Paper: A4 pages with head and foot, a position on the page that moves down, and text. Everything is laid out twice: first without paper, to know
 * how many pages there are, then with it. Points (1/72 inch) everywhere. Private to report_pdf*.c. */
#ifndef SITELOG_REPORT_REPORT_PDF_PAGE_H
#define SITELOG_REPORT_REPORT_PDF_PAGE_H

#include "app/report/report_outline.h"
#include "app/report/report_pdf_ahead.h"

#include <cairo.h>
#include <pango/pango.h>

/* What text may stand on. */
#define REPORT_PDF_LEFT   42.0
#define REPORT_PDF_RIGHT  553.0
#define REPORT_PDF_TOP    58.0
#define REPORT_PDF_BOTTOM 790.0
#define REPORT_PDF_TEXT   9.2 /* size of what is read */

struct report_pdf_table {
    struct report_column columns[REPORT_COLUMNS_MAX];
    double x[REPORT_COLUMNS_MAX], width[REPORT_COLUMNS_MAX];
    size_t n;
    bool headed; /* its head stands on this page */
};

struct report_pdf {
    const struct report *r;
    const struct report_view *view;
    cairo_surface_t *surface; /* NULL: without paper */
    cairo_t *cr;
    PangoContext *context;
    int page, pages;             /* pages: 0 until they have been counted */
    double y;                    /* where the next thing begins */
    struct report_words heading; /* waits for what it heads, so that it never stands alone at a page's end */
    bool heading_waits;
    struct report_pdf_table table;
    size_t *order; /* the photos as they are drawn, noted without paper; room for all of the report's */
    size_t order_count;
    struct report_pdf_ahead *ahead; /* with paper: they come from here */
    int error;                      /* the first */
};

void report_pdf_page_begin(struct report_pdf *p);
void report_pdf_page_end(struct report_pdf *p);

/* Room for height points: a new page where there is none on this one. A heading that waits is drawn above it. */
void report_pdf_page_need(struct report_pdf *p, double height);

/* How much may stand on a page, below a heading that waits. */
double report_pdf_page_room(struct report_pdf *p);

/* Appends words as markup: the second language below the first, or behind it. */
void report_pdf_page_words(const struct report_pdf *p, struct buf *markup, struct report_words w, double size,
                           enum report_tone tone, bool below);
void report_pdf_page_span(struct buf *markup, const char *text, double size, enum report_tone tone);

/* Markup, broken to the width. Owns: caller; g_object_unref. NULL: out of memory, p->error says so. */
PangoLayout *report_pdf_page_layout(struct report_pdf *p, const struct buf *markup, double width);
double report_pdf_page_height(PangoLayout *layout);

/* Draws the lines from *line on that fit into height, and moves *line behind the last. Returns how high they are. */
double report_pdf_page_lines(struct report_pdf *p, PangoLayout *layout, int *line, double x, double y, double height);

/* All of it, at the position, which moves below it. */
void report_pdf_page_text(struct report_pdf *p, const struct buf *markup);

void report_pdf_page_color(struct report_pdf *p, unsigned rgb);
void report_pdf_page_box(struct report_pdf *p, double x, double y, double width, double height, unsigned rgb);

/* ---- report_pdf_table.c, report_pdf_photo.c ---- */
void report_pdf_table(struct report_pdf *p, const struct report_column *columns, size_t n);
void report_pdf_table_row(struct report_pdf *p, const struct report_cell *cells, size_t n);
void report_pdf_table_end(struct report_pdf *p);
void report_pdf_photos(struct report_pdf *p, const struct report_figure *figures, size_t n);

#endif
