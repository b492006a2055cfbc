/* SPDX-License-Identifier: MIT */
#include "app/report/report_html.h"

#include "app/report/report_outline.h"

#include <string.h>

#define W REPORT_WORDS

struct page {
    const struct report *r;
    const struct report_view *view;
    const char *pdf;
    struct buf *out;
};

static const char *const tones[] = { [REPORT_PLAIN] = "plain",
                                     [REPORT_QUIET] = "quiet",
                                     [REPORT_GOOD] = "good",
                                     [REPORT_WARN] = "warn",
                                     [REPORT_BAD] = "bad" };

static bool has(const char *text) { return text && text[0]; }

/* Would a line that ends at this blank part what is read as one: "≥ 20 mm", "24 小时"? Not the first character. */
static bool is_tied(const char *begin, const char *blank) {
    static const char *const signs[] = { "≥", "≤", "±", "=", "<", ">" };
    static const char *const units[] = { "mm", "cm", "m", "h", "min", "MPa", "mA", "MΩ", "%", "小时", "分", "天" };
    const char *after = blank + 1;
    bool number = *after >= '0' && *after <= '9';
    for (size_t i = 0; number && i < sizeof signs / sizeof *signs; i++)
        if ((size_t)(blank - begin) >= strlen(signs[i]) &&
            strncmp(blank - strlen(signs[i]), signs[i], strlen(signs[i])) == 0)
            return true;
    if (blank[-1] < '0' || blank[-1] > '9') return false;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        size_t n = strlen(units[i]);
        char next = strncmp(after, units[i], n) == 0 ? (char)(after[n] | 32) : 'a';
        if (next < 'a' || next > 'z') return true;
    }
    return false;
}

void report_html_text(struct buf *out, const char *text) {
    const char *from = text ? text : "", *begin = from;
    for (const char *c = from;; c++) {
        const char *entity = *c == '&'                                     ? "&amp;"
                             : *c == '<'                                   ? "&lt;"
                             : *c == '>'                                   ? "&gt;"
                             : *c == '"'                                   ? "&quot;"
                             : *c == '\''                                  ? "&#39;"
                             : *c == '\n'                                  ? NULL
                             : *c == ' ' && c > begin && is_tied(begin, c) ? "\u00a0"
                             : (unsigned char)*c < ' ' || *c == 0x7f       ? " "
                                                                           : NULL;
        if (*c && !entity) continue;
        (void)buf_add(out, from, (size_t)(c - from));
        if (!*c) return;
        (void)buf_add_text(out, entity);
        from = c + 1;
    }
}

static void raw(struct page *p, const char *html) { (void)buf_add_text(p->out, html); }
static void text(struct page *p, const char *words) { report_html_text(p->out, words); }

/* The words, and those of the second language smaller behind or below them (the style sheet's business). */
static void words(struct page *p, struct report_words w) {
    const char *first, *second;
    report_outline_pick(p->view->lang, w, &first, &second);
    text(p, first);
    if (!second[0]) return;
    raw(p, " <small lang=\"en\">");
    text(p, second);
    raw(p, "</small>");
}

/* ---- the sink ---- */

static void head(void *ctx, struct report_words verdict, enum report_tone tone) {
    struct page *p = ctx;
    raw(p, "<header class=\"head\"><h1>");
    words(p, p->r->title);
    raw(p, "</h1>");
    if (has(verdict.zh)) {
        (void)buf_addf(p->out, "<p class=\"verdict %s\">", tones[tone]);
        words(p, verdict);
        raw(p, "</p>");
    }
    if (has(p->pdf)) {
        raw(p, "<p class=\"forms\"><a href=\"");
        text(p, p->pdf);
        raw(p, "\" download>PDF</a></p>");
    }
    raw(p, "</header>\n");
}

static void facts(void *ctx, const struct report_fact *list, size_t n) {
    struct page *p = ctx;
    raw(p, "<dl class=\"facts\">\n");
    for (size_t i = 0; i < n; i++) {
        raw(p, "<div><dt>");
        words(p, list[i].name);
        raw(p, "</dt><dd>");
        words(p, list[i].value);
        raw(p, "</dd></div>\n");
    }
    raw(p, "</dl>\n");
}

static void tiles(void *ctx, const struct report_tile *list, size_t n) {
    struct page *p = ctx;
    raw(p, "<ul class=\"tiles\">\n");
    for (size_t i = 0; i < n; i++) {
        (void)buf_addf(p->out, "<li class=\"%s\"><b>", tones[list[i].tone]);
        text(p, list[i].value);
        raw(p, "</b> <span>");
        words(p, list[i].name);
        raw(p, "</span></li>\n");
    }
    raw(p, "</ul>\n");
}

static void heading(void *ctx, struct report_words w) {
    struct page *p = ctx;
    raw(p, "<h2>");
    words(p, w);
    raw(p, "</h2>\n");
}

static void line(void *ctx, struct report_words w, enum report_tone tone) {
    struct page *p = ctx;
    if (!has(w.zh) && !has(w.en)) return;
    (void)buf_addf(p->out, "<p class=\"%s\">", tones[tone]);
    words(p, w);
    raw(p, "</p>\n");
}

static void table(void *ctx, const struct report_column *columns, size_t n) {
    struct page *p = ctx;
    int all = 0;
    raw(p, "<table>\n<colgroup>");
    for (size_t i = 0; i < n; i++) all += columns[i].part;
    for (size_t i = 0; i < n; i++) (void)buf_addf(p->out, "<col width=\"%d%%\">", 100 * columns[i].part / all);
    raw(p, "</colgroup>\n<thead><tr>");
    for (size_t i = 0; i < n; i++) {
        raw(p, "<th scope=\"col\">");
        words(p, columns[i].title);
        raw(p, "</th>");
    }
    raw(p, "</tr></thead>\n<tbody>\n");
}

/* Each a link to its picture further down. */
static void photo_links(struct page *p, const struct report_list *list) {
    bool first = true;
    raw(p, p->view->lang == REPORT_EN ? "photo " : "图 ");
    for (size_t i = 0; i < list->n; i++) {
        int at = report_photo_find(p->r, list->ids[i]);
        if (at < 0) continue;
        (void)buf_addf(p->out, "%s<a href=\"#photo-%d\">%d</a>",
                       first                        ? ""
                       : p->view->lang == REPORT_EN ? ", "
                                                    : "、",
                       at + 1, at + 1);
        first = false;
    }
}

static void row(void *ctx, const struct report_cell *cells, size_t n) {
    struct page *p = ctx;
    raw(p, "<tr>");
    for (size_t i = 0; i < n; i++) {
        raw(p, "<td>");
        for (size_t k = 0; k < cells[i].n; k++) {
            const struct report_piece *piece = &cells[i].pieces[k];
            (void)buf_addf(p->out, "<div class=\"%s\">", tones[piece->tone]);
            if (report_outline_said(piece->label)) {
                raw(p, "<span class=\"label\">");
                words(p, piece->label);
                raw(p, "</span> ");
            }
            if (piece->photos)
                photo_links(p, piece->photos);
            else
                words(p, piece->text);
            raw(p, "</div>");
        }
        raw(p, "</td>");
    }
    raw(p, "</tr>\n");
}

static void table_end(void *ctx) { raw(ctx, "</tbody></table>\n"); }

static void address(struct page *p, const char *id, const char *form) {
    text(p, p->view->site_path);
    raw(p, "/photos/");
    text(p, id);
    raw(p, form);
}

static void caption(struct page *p, const struct report_figure *f, const struct report_photo *photo) {
    (void)buf_addf(p->out, "<figcaption><b>%s %zu</b> ", p->view->lang == REPORT_EN ? "Photo" : "图", f->photo + 1);
    words(p, f->label);
    raw(p, "<div>");
    words(p, photo->place);
    raw(p, "</div><div>");
    text(p, photo->caption);
    raw(p, "</div><div class=\"quiet\">");
    text(p, photo->at);
    raw(p, photo->clock_doubtful ? " · <span class=\"warn\">" : " · <span>");
    words(p, photo->clock);
    raw(p, "</span></div>");
    if (p->view->names && has(photo->who)) {
        raw(p, "<div class=\"quiet\">");
        text(p, photo->who);
        raw(p, "</div>");
    }
    if (has(photo->code)) {
        raw(p, "<div class=\"code\"><a href=\"/api/v1/verify/");
        text(p, photo->code);
        raw(p, "\">");
        text(p, photo->code);
        raw(p, "</a></div>");
    }
    raw(p, "</figcaption>");
}

static void figures(void *ctx, const struct report_figure *list, size_t n) {
    struct page *p = ctx;
    raw(p, "<div class=\"photos\">\n");
    for (size_t i = 0; i < n; i++) {
        const struct report_photo *photo = &p->r->photos[list[i].photo];
        (void)buf_addf(p->out, "<figure id=\"photo-%zu\"><a href=\"", list[i].photo + 1);
        address(p, photo->id, "/stamped");
        raw(p, "\"><img loading=\"lazy\" src=\"");
        address(p, photo->id, "/thumb");
        (void)buf_addf(p->out, "\" alt=\"%s\"></a>", p->view->lang == REPORT_EN ? "photo on its way" : "照片未到");
        caption(p, &list[i], photo);
        raw(p, "</figure>\n");
    }
    raw(p, "</div>\n");
}

int report_html(const struct report *r, const struct report_view *view, const char *pdf, struct buf *out) {
    static const struct report_sink sink = { head, facts, tiles, heading, line, table, row, table_end, figures };
    struct page p = { .r = r, .view = view, .pdf = pdf, .out = out };
    const char *first, *second;
    report_outline_pick(view->lang, r->title, &first, &second);
    (void)buf_addf(out, "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n",
                   view->lang == REPORT_EN ? "en" : "zh-CN");
    raw(&p, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>");
    text(&p, first);
    raw(&p, " · ");
    text(&p, has(r->name) ? r->name : r->site);
    raw(&p, " · ");
    text(&p, r->key);
    raw(&p, "</title>\n<link rel=\"stylesheet\" href=\"" REPORT_HTML_STYLE
            "\">\n<link rel=\"icon\" href=\"/shared/icon.svg\" type=\"image/svg+xml\">\n</head>\n<body>\n<main>\n");
    int rc = report_outline(r, view->names, &sink, &p);
    raw(&p, "</main>\n<footer class=\"quiet\">");
    text(&p, r->code);
    raw(&p, " · ");
    text(&p, r->made_at);
    raw(&p, "</footer>\n</body>\n</html>\n");
    return rc ? rc : out->error;
}
