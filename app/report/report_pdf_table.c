/* SPDX-License-Identifier: MIT */
/* Tables over several pages: the head is repeated, a row stands whole on one page, unless no page is high enough for it. */
#include "app/report/report_pdf_page.h"

#include <math.h>

enum { MARKUP_MAX = 4 * 1024 * 1024, HEAD_GROUND = 0xeef2f6, LINE = 0xd5dbe2 };

#define PAD       4.0
#define HEAD_TEXT 8.6
#define SPLIT_MIN 48.0 /* so much of a row that is cut stands on the page where it begins */

void report_pdf_table(struct report_pdf *p, const struct report_column *columns, size_t n) {
    struct report_pdf_table *t = &p->table;
    double all = 0, x = REPORT_PDF_LEFT;
    t->n = n < REPORT_COLUMNS_MAX ? n : REPORT_COLUMNS_MAX;
    for (size_t i = 0; i < t->n; i++) all += columns[i].part;
    for (size_t i = 0; i < t->n; i++) {
        t->columns[i] = columns[i];
        t->x[i] = x;
        t->width[i] = (REPORT_PDF_RIGHT - REPORT_PDF_LEFT) * columns[i].part / all;
        x += t->width[i];
    }
    t->headed = false;
}

void report_pdf_table_end(struct report_pdf *p) {
    p->table.n = 0;
    p->y += 4;
}

/* ---- rows ---- */

struct row {
    PangoLayout *layouts[REPORT_COLUMNS_MAX];
    int line[REPORT_COLUMNS_MAX]; /* the next that is to be drawn */
    double height;                /* of all of it */
};

static void lay_cell(struct report_pdf *p, struct row *row, size_t i, const struct buf *markup) {
    row->layouts[i] = report_pdf_page_layout(p, markup, p->table.width[i] - 2 * PAD);
    row->height = fmax(row->height, report_pdf_page_height(row->layouts[i]) + 2 * PAD);
}

static void row_fini(struct report_pdf *p, struct row *row) {
    for (size_t i = 0; i < p->table.n; i++) g_object_unref(row->layouts[i]);
}

static bool drawn(const struct report_pdf *p, const struct row *row) {
    for (size_t i = 0; i < p->table.n; i++)
        if (row->line[i] < pango_layout_get_line_count(row->layouts[i])) return false;
    return true;
}

/* What fits into height of what is left of the row; moves the position below it. False: not a line of it does. */
static bool draw(struct report_pdf *p, struct row *row, double height, unsigned ground) {
    double used = 0;
    bool any = false;
    if (ground) report_pdf_page_box(p, REPORT_PDF_LEFT, p->y, REPORT_PDF_RIGHT - REPORT_PDF_LEFT, row->height, ground);
    for (size_t i = 0; i < p->table.n; i++) {
        int before = row->line[i];
        if (before >= pango_layout_get_line_count(row->layouts[i])) continue;
        used = fmax(used, report_pdf_page_lines(p, row->layouts[i], &row->line[i], p->table.x[i] + PAD, p->y + PAD,
                                                height - 2 * PAD + .01));
        any = any || row->line[i] > before;
    }
    p->y += used + 2 * PAD;
    report_pdf_page_box(p, REPORT_PDF_LEFT, p->y, REPORT_PDF_RIGHT - REPORT_PDF_LEFT, .6, LINE);
    return any;
}

static void lay_head(struct report_pdf *p, struct row *row) {
    for (size_t i = 0; i < p->table.n; i++) {
        struct buf markup;
        buf_init(&markup, MARKUP_MAX);
        report_pdf_page_words(p, &markup, p->table.columns[i].title, HEAD_TEXT, REPORT_PLAIN, true);
        lay_cell(p, row, i, &markup);
        buf_fini(&markup);
    }
}

static void cell_markup(struct report_pdf *p, const struct report_cell *cell, struct buf *markup) {
    for (size_t i = 0; i < cell->n; i++) {
        const struct report_piece *piece = &cell->pieces[i];
        struct report_words text = piece->text;
        struct buf zh, en;
        buf_init(&zh, MARKUP_MAX);
        buf_init(&en, MARKUP_MAX);
        if (piece->photos) {
            report_outline_photos(p->r, piece->photos, &zh, &en);
            text = p->view->lang == REPORT_BOTH ? REPORT_WORDS(zh.data, "") : REPORT_WORDS(zh.data, en.data);
        }
        if (i) (void)buf_add_text(markup, "\n");
        if (report_outline_said(piece->label)) {
            report_pdf_page_words(p, markup, piece->label, HEAD_TEXT - .4, REPORT_QUIET, false);
            (void)buf_add_text(markup, "  ");
        }
        report_pdf_page_words(p, markup, text, piece->tone == REPORT_QUIET ? HEAD_TEXT - .4 : REPORT_PDF_TEXT,
                              piece->tone, true);
        buf_fini(&zh);
        buf_fini(&en);
    }
}

static void over_pages(struct report_pdf *p, struct row *row, struct row *head) {
    while (!drawn(p, row)) {
        bool some = draw(p, row, REPORT_PDF_BOTTOM - p->y, 0);
        if (!some || drawn(p, row)) break;
        report_pdf_page_end(p);
        report_pdf_page_begin(p);
        for (size_t i = 0; i < p->table.n; i++) head->line[i] = 0;
        (void)draw(p, head, head->height, HEAD_GROUND);
        p->table.headed = true;
    }
}

void report_pdf_table_row(struct report_pdf *p, const struct report_cell *cells, size_t n) {
    struct row row = { .height = 0 }, head = { .height = 0 };
    if (n < p->table.n) return;
    lay_head(p, &head);
    for (size_t i = 0; i < p->table.n; i++) {
        struct buf markup;
        buf_init(&markup, MARKUP_MAX);
        cell_markup(p, &cells[i], &markup);
        lay_cell(p, &row, i, &markup);
        buf_fini(&markup);
    }
    bool cut = row.height > report_pdf_page_room(p) - head.height;
    double need = cut ? SPLIT_MIN : row.height;
    report_pdf_page_need(p, need + (p->table.headed ? 0 : head.height));
    if (!p->table.headed && p->y + head.height + need > REPORT_PDF_BOTTOM && p->y > REPORT_PDF_TOP) {
        report_pdf_page_end(p); /* the page was turned for the row alone, without its head */
        report_pdf_page_begin(p);
    }
    if (!p->table.headed) (void)draw(p, &head, head.height, HEAD_GROUND);
    p->table.headed = true;
    if (cut)
        over_pages(p, &row, &head);
    else
        (void)draw(p, &row, row.height, 0);
    row_fini(p, &row);
    row_fini(p, &head);
}
