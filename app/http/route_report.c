/* SPDX-License-Identifier: MIT */
/* A site's week, or one inspection, as a report, HTML or PDF. */
#include "app/http/reply.h"
#include "app/photo/capture.h"
#include "app/photo/jpeg.h"
#include "app/report/report_html.h"
#include "app/report/report_week.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HTML_MAX = 8 * 1024 * 1024, PDF_MAX = 48 * 1024 * 1024 };

static const char *const lang_names[] = { [REPORT_BOTH] = "both", [REPORT_ZH] = "zh", [REPORT_EN] = "en" };

struct asked {
    bool pdf;
    enum report_lang lang;
    char site_path[64], pdf_path[160];
    struct report report;
};

static void forget(void *state) {
    struct asked *a = state;
    report_fini(&a->report);
    free(a);
}

/* ---- what is asked ---- */

/* `format`, else what Accept names first. False: answered as 400. */
static bool ask_format(struct exchange *x, bool *pdf) {
    const char *format = exchange_query(x, "format"), *accept = exchange_header(x, "Accept");
    const char *as_pdf = accept ? strstr(accept, "application/pdf") : NULL;
    const char *as_html = accept ? strstr(accept, "text/html") : NULL;
    *pdf = format ? strcmp(format, "pdf") == 0 : as_pdf && (!as_html || as_pdf < as_html);
    if (!format || *pdf || strcmp(format, "html") == 0) return true;
    exchange_problem(x, 400, "format", "format is html or pdf");
    return false;
}

static bool ask_lang(struct exchange *x, enum report_lang *lang) {
    const char *text = exchange_query(x, "lang");
    *lang = REPORT_BOTH;
    for (size_t i = 0; text && i < TEXT_ARRAY_LEN(lang_names); i++) {
        if (strcmp(text, lang_names[i]) != 0) continue;
        *lang = (enum report_lang)i;
        return true;
    }
    if (text) exchange_problem(x, 400, "lang", "lang is zh, en or both");
    return !text;
}

/* id: of an inspection, or NULL for a week. */
static void read_report(struct app *app, struct exchange *x, struct db *db, const char *id, const char *const *known) {
    struct err_text e = { 0 };
    struct asked *a = calloc(1, sizeof *a);
    if (!a) {
        exchange_error(x, ERR_NOMEM, NULL);
        return;
    }
    x->state = a;
    x->state_free = forget;
    if (exchange_query_only(x, known) || !ask_format(x, &a->pdf) || !ask_lang(x, &a->lang)) return;
    struct report_week_ask ask = {
        .site = x->site, .fallback_tz = app->timezone, .week = exchange_query(x, "week"), .now = clock_wall()
    };
    int rc = id ? report_week_inspection(db, &ask, id, &a->report, &e) : report_week(db, &ask, &a->report, &e);
    if (rc) {
        exchange_error(x, rc, &e);
        return;
    }
    (void)snprintf(a->site_path, sizeof a->site_path, "/api/v1/sites/%s", x->site);
    if (id)
        (void)snprintf(a->pdf_path, sizeof a->pdf_path, "%s/inspections/%s/report?format=pdf&lang=%s", a->site_path, id,
                       lang_names[a->lang]);
    else
        (void)snprintf(a->pdf_path, sizeof a->pdf_path, "%s/report?week=%s&format=pdf&lang=%s", a->site_path,
                       a->report.key, lang_names[a->lang]);
}

static void read_week(struct app *app, struct exchange *x, struct db *db) {
    static const char *const known[] = { "week", "format", "lang", NULL };
    read_report(app, x, db, NULL, known);
}

static void read_inspection(struct app *app, struct exchange *x, struct db *db) {
    static const char *const known[] = { "format", "lang", NULL };
    read_report(app, x, db, exchange_param(x, "id"), known);
}

/* ---- the forms ---- */

static struct report_view view_of(const struct exchange *x, const struct asked *a) {
    return (struct report_view){ .lang = a->lang, .names = reply_names(x), .site_path = a->site_path };
}

static void html(struct app *app, struct exchange *x, struct db *db) {
    const struct asked *a = x->state;
    struct buf out;
    (void)app, (void)db;
    if (a->pdf) return;
    struct report_view view = view_of(x, a);
    buf_init(&out, HTML_MAX);
    int rc = report_html(&a->report, &view, a->pdf_path, &out);
    x->reply.type = "text/html; charset=utf-8";
    reply_json(x, 200, &out, rc, NULL);
}

/* The original made smaller; its thumbnail where that is all that is here. */
static int load_photo(void *ctx, const struct report_photo *photo, unsigned long_px, struct buf *out) {
    struct app *app = ctx;
    struct blobs *blobs = app->photos->blobs;
    CLEANUP(buf_fini) struct buf original;
    struct jpeg_info info;
    buf_init(&original, BLOB_ORIGINAL_MAX);
    int rc = blobs_read_all(blobs, BLOB_ORIGINAL, photo->sha256, &original);
    if ((rc == ERR_NOT_FOUND || rc == ERR_GONE) && photo->thumb_sha256[0]) {
        int small = blobs_read_all(blobs, BLOB_THUMB, photo->thumb_sha256, out);
        return small ? rc : 0;
    }
    if (!rc) rc = jpeg_peek(original.data, original.len, &info, NULL);
    if (rc) return rc;
    if (info.whole_image) (void)pthread_mutex_lock(&app->photos->whole_image);
    rc = jpeg_thumbnail(original.data, original.len, long_px, out, NULL);
    if (info.whole_image) (void)pthread_mutex_unlock(&app->photos->whole_image);
    return rc;
}

static void pdf(struct app *app, struct exchange *x, struct db *db) {
    const struct asked *a = x->state;
    struct err_text e = { 0 };
    struct buf out;
    (void)db;
    if (!app->report_pdf) {
        exchange_problem(x, 503, "format", "this program makes no PDF; ask for format=html");
        return;
    }
    struct report_view view = view_of(x, a);
    view.photo = app->photos ? load_photo : NULL;
    view.ctx = app;
    buf_init(&out, PDF_MAX);
    int rc = app->report_pdf(&a->report, &view, &out, &e);
    if (rc == ERR_NOT_FOUND) {
        exchange_problem(x, 503, NULL, "%s", e.text);
        buf_fini(&out);
        return;
    }
    x->reply.type = "application/pdf";
    (void)snprintf(x->reply.disposition, sizeof x->reply.disposition, "inline; filename=\"sitelog-%s-%s.pdf\"", x->site,
                   a->report.key);
    reply_json(x, 200, &out, rc, &e);
}

static const struct step report_steps[] = {
    { STEP_READ, read_week }, { STEP_POOL, html }, { STEP_HEAVY, pdf }, { STEP_END, NULL }
};

static const struct step inspection_steps[] = {
    { STEP_READ, read_inspection }, { STEP_POOL, html }, { STEP_HEAVY, pdf }, { STEP_END, NULL }
};

extern const struct route route_report[];
const struct route route_report[] = {
    { "GET", "/api/v1/report", PERMIT_READ, ROUTE_SITE | ROUTE_HUB, report_steps },
    { "GET", "/api/v1/inspections/{id}/report", PERMIT_READ, ROUTE_SITE | ROUTE_HUB, inspection_steps },
    { NULL, NULL, PERMIT_ANY, 0, NULL },
};
