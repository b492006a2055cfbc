/* SPDX-License-Identifier: MIT */
/* The document: font, head of the first page, and the outline drawn twice. */
#include "app/report/report_pdf.h"

#include "app/report/report_pdf_page.h"
#include "firmware/base/text.h"

#include <cairo-pdf.h>
#include <fontconfig/fontconfig.h>
#include <pango/pangocairo.h>
#include <pango/pangofc-fontmap.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MARKUP_MAX = 1024 * 1024, TILE_GROUND = 0xeef2f6 };

#define A4_WIDTH  595.28
#define A4_HEIGHT 841.89
#define WIDTH     (REPORT_PDF_RIGHT - REPORT_PDF_LEFT)

static bool has(const char *text) { return text && text[0]; }

/* ---- the font, and no other: what the machine has besides must not change a report ---- */

static const char *const fonts[] = {
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
};

static bool add_font(FcConfig *config) {
    const char *named = getenv("SITELOG_FONT"); /* as in app/photo/font.h */
    if (named && named[0]) return FcConfigAppFontAddFile(config, (const FcChar8 *)named);
    for (size_t i = 0; i < sizeof fonts / sizeof *fonts; i++)
        if (access(fonts[i], R_OK) == 0 && FcConfigAppFontAddFile(config, (const FcChar8 *)fonts[i])) return true;
    return false;
}

static void describe(PangoContext *context, FcConfig *config) {
    FcFontSet *set = FcConfigGetFonts(config, FcSetApplication);
    FcChar8 *family = NULL;
    PangoFontDescription *font = pango_font_description_new();
    if (set && set->nfont > 0) (void)FcPatternGetString(set->fonts[0], FC_FAMILY, 0, &family);
    pango_font_description_set_family(font, family ? (const char *)family : "WenQuanYi Micro Hei");
    pango_font_description_set_size(font, (int)(REPORT_PDF_TEXT * PANGO_SCALE));
    pango_context_set_font_description(context, font);
    pango_font_description_free(font);
}

static PangoContext *context_of(PangoFontMap *map, FcConfig *config) {
    cairo_font_options_t *options = cairo_font_options_create();
    pango_fc_font_map_set_config(PANGO_FC_FONT_MAP(map), config);
    pango_cairo_font_map_set_resolution(PANGO_CAIRO_FONT_MAP(map), 72);
    PangoContext *context = pango_font_map_create_context(map);
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    pango_cairo_context_set_font_options(context, options);
    pango_context_set_round_glyph_positions(context, FALSE);
    pango_context_set_language(context, pango_language_from_string("zh-cn"));
    cairo_font_options_destroy(options);
    describe(context, config);
    return context;
}

/* ---- what is not a table ---- */

static void head(void *ctx, struct report_words verdict, enum report_tone tone) {
    struct report_pdf *p = ctx;
    struct buf title, judged;
    int line = 0;
    buf_init(&title, MARKUP_MAX);
    buf_init(&judged, MARKUP_MAX);
    report_pdf_page_words(p, &title, p->r->title, 21, REPORT_PLAIN, false);
    PangoLayout *layout = report_pdf_page_layout(p, &title, WIDTH * .72);
    double height = report_pdf_page_lines(p, layout, &line, REPORT_PDF_LEFT, p->y, 200);
    g_object_unref(layout);
    if (has(verdict.zh)) {
        report_pdf_page_words(p, &judged, verdict, 16, tone, false);
        layout = report_pdf_page_layout(p, &judged, WIDTH * .26);
        pango_layout_set_alignment(layout, PANGO_ALIGN_RIGHT);
        line = 0;
        (void)report_pdf_page_lines(p, layout, &line, REPORT_PDF_RIGHT - WIDTH * .26, p->y + 4, 200);
        g_object_unref(layout);
    }
    p->y += height + 8;
    buf_fini(&title);
    buf_fini(&judged);
}

static void facts(void *ctx, const struct report_fact *list, size_t n) {
    struct report_pdf *p = ctx;
    double half = WIDTH / 2;
    for (size_t i = 0; i < n; i += 2) {
        double lowest = 0;
        for (size_t k = i; k < n && k < i + 2; k++) {
            double x = REPORT_PDF_LEFT + (double)(k - i) * half;
            struct buf name, value;
            int line = 0;
            buf_init(&name, MARKUP_MAX);
            buf_init(&value, MARKUP_MAX);
            report_pdf_page_words(p, &name, list[k].name, REPORT_PDF_TEXT, REPORT_QUIET, false);
            report_pdf_page_words(p, &value, list[k].value, REPORT_PDF_TEXT + .6, REPORT_PLAIN, true);
            PangoLayout *left = report_pdf_page_layout(p, &name, 86),
                        *right = report_pdf_page_layout(p, &value, half - 96);
            lowest = fmax(lowest, report_pdf_page_lines(p, left, &line, x, p->y, 100));
            line = 0;
            lowest = fmax(lowest, report_pdf_page_lines(p, right, &line, x + 88, p->y, 100));
            g_object_unref(left);
            g_object_unref(right);
            buf_fini(&name);
            buf_fini(&value);
        }
        p->y += lowest + 4;
    }
}

static void tiles(void *ctx, const struct report_tile *list, size_t n) {
    struct report_pdf *p = ctx;
    double gap = 6, width = (WIDTH - gap * ((double)n - 1)) / (double)n, height = 50;
    p->y += 6;
    report_pdf_page_need(p, height);
    for (size_t i = 0; i < n; i++) {
        double x = REPORT_PDF_LEFT + (double)i * (width + gap);
        struct buf markup;
        int line = 0;
        buf_init(&markup, MARKUP_MAX);
        report_pdf_page_box(p, x, p->y, width, height, TILE_GROUND);
        report_pdf_page_span(&markup, list[i].value, 15, list[i].tone);
        (void)buf_add_text(&markup, "\n");
        report_pdf_page_words(p, &markup, list[i].name, 8, REPORT_PLAIN, true);
        PangoLayout *layout = report_pdf_page_layout(p, &markup, width - 8);
        (void)report_pdf_page_lines(p, layout, &line, x + 6, p->y + 4, height - 4);
        g_object_unref(layout);
        buf_fini(&markup);
    }
    p->y += height + 6;
}

static void heading(void *ctx, struct report_words text) {
    struct report_pdf *p = ctx;
    if (p->heading_waits) report_pdf_page_need(p, 0);
    p->heading = text;
    p->heading_waits = true;
}

static void line(void *ctx, struct report_words text, enum report_tone tone) {
    struct report_pdf *p = ctx;
    struct buf markup;
    if (!has(text.zh) && !has(text.en)) return;
    buf_init(&markup, MARKUP_MAX);
    report_pdf_page_words(p, &markup, text, REPORT_PDF_TEXT, tone, true);
    report_pdf_page_text(p, &markup);
    buf_fini(&markup);
}

static void table(void *ctx, const struct report_column *columns, size_t n) { report_pdf_table(ctx, columns, n); }
static void row(void *ctx, const struct report_cell *cells, size_t n) { report_pdf_table_row(ctx, cells, n); }
static void table_end(void *ctx) { report_pdf_table_end(ctx); }
static void figures(void *ctx, const struct report_figure *list, size_t n) { report_pdf_photos(ctx, list, n); }

/* ---- the document ---- */

static int walk(struct report_pdf *p) {
    static const struct report_sink sink = { head, facts, tiles, heading, line, table, row, table_end, figures };
    p->page = 0;
    report_pdf_page_begin(p);
    int rc = report_outline(p->r, p->view->names, &sink, p);
    p->heading_waits = false;
    report_pdf_page_end(p);
    return rc ? rc : p->error;
}

static cairo_status_t write_bytes(void *ctx, const unsigned char *bytes, unsigned n) {
    return buf_add(ctx, bytes, n) ? CAIRO_STATUS_WRITE_ERROR : CAIRO_STATUS_SUCCESS;
}

static void name_document(struct report_pdf *p) {
    const struct report *r = p->r;
    const char *first, *second;
    char title[400], name[200], made[CLOCK_TEXT_SIZE];
    report_outline_pick(p->view->lang, r->title, &first, &second);
    text_clip(name, sizeof name, has(r->name) ? r->name : r->site);
    (void)snprintf(title, sizeof title, "%s · %s · %s", first, name, r->key ? r->key : "");
    clock_format((struct wall){ r->made.ms / 1000 * 1000 }, 0, made);
    (void)snprintf(made + 19, sizeof made - 19, "Z"); /* without the milliseconds, which Cairo does not read */
    cairo_pdf_surface_restrict_to_version(p->surface, CAIRO_PDF_VERSION_1_5);
    cairo_pdf_surface_set_metadata(p->surface, CAIRO_PDF_METADATA_TITLE, title);
    cairo_pdf_surface_set_metadata(p->surface, CAIRO_PDF_METADATA_SUBJECT, r->code);
    cairo_pdf_surface_set_metadata(p->surface, CAIRO_PDF_METADATA_CREATOR, "Sitelog");
    cairo_pdf_surface_set_metadata(p->surface, CAIRO_PDF_METADATA_CREATE_DATE, made);
}

static int draw(struct report_pdf *p, struct buf *out, struct err_text *e) {
    p->order = calloc(p->r->photo_count + 1, sizeof *p->order);
    int rc = p->order ? walk(p) : ERR_NOMEM; /* without paper */
    if (!rc) rc = report_pdf_ahead_create(p->r, p->view, REPORT_PDF_PHOTO_PX, p->order, p->order_count, &p->ahead);
    if (rc) return err_set(e, rc, "the report cannot be laid out: %s", err_name(rc));
    p->pages = p->page;
    p->surface = cairo_pdf_surface_create_for_stream(write_bytes, out, A4_WIDTH, A4_HEIGHT);
    p->cr = cairo_create(p->surface);
    name_document(p);
    rc = walk(p);
    cairo_status_t status = cairo_status(p->cr);
    cairo_destroy(p->cr);
    cairo_surface_finish(p->surface);
    if (!status) status = cairo_surface_status(p->surface);
    cairo_surface_destroy(p->surface);
    if (!rc && out->error) rc = out->error;
    if (!rc && status) rc = status == CAIRO_STATUS_NO_MEMORY ? ERR_NOMEM : ERR_IO;
    return rc ? err_set(e, rc, "the report cannot be drawn: %s", status ? cairo_status_to_string(status) : err_name(rc))
              : 0;
}

int report_pdf(const struct report *r, const struct report_view *view, struct buf *out, struct err_text *e) {
    FcConfig *config = FcConfigCreate();
    if (!config) return err_set(e, ERR_NOMEM, "out of memory");
    if (!add_font(config)) {
        FcConfigDestroy(config);
        return err_set(e, ERR_NOT_FOUND,
                       "no font with Chinese characters; install the Debian package fonts-wqy-microhei");
    }
    (void)FcConfigSetCurrent(
        config); /* else Pango would have the machine's settings and all its fonts read, for nothing */
    PangoFontMap *map = pango_cairo_font_map_new_for_font_type(CAIRO_FONT_TYPE_FT);
    struct report_pdf p = { .r = r, .view = view, .context = context_of(map, config) };
    int rc = draw(&p, out, e);
    report_pdf_ahead_destroy(p.ahead);
    free(p.order);
    g_object_unref(p.context);
    pango_fc_font_map_set_config(PANGO_FC_FONT_MAP(map), NULL); /* it keeps its reference for ever otherwise */
    g_object_unref(map);
    FcConfigDestroy(config);
    return rc;
}
