/* SPDX-License-Identifier: MIT */
/* The report of a pack: what happened, in words, by chapters and in order of time; each record with who, when and by which clock, and all that its
 * data says. No script, nothing from elsewhere: it opens from a folder. Written piece by piece. */
#include "app/evidence/evidence_private.h"
#include "app/journal/person.h"
#include "app/journal/photo.h"
#include "app/journal/signature.h"
#include "app/journal/site.h"
#include "app/report/report_html.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"
#include "sync/wire/envelope.h"

#include <stdio.h>
#include <string.h>

enum { PIECE_MAX = 4 * 1024 * 1024, SITE_MAX = 2 * 1024 * 1024, DEPTH_MAX = 12 };

struct chapter {
    const char *zh, *en;
    const char *const *types; /* what their names begin with */
};

static const char *const contract[] = { "plan-set", "setting-set", "checklist-set", NULL };
static const char *const people[] = { "person-set", "user-changed", NULL };
static const char *const logs[] = { "daylog-", "idle-day", NULL };
static const char *const stages[] = { "stage-", "acceptance-", "gate-", "inspection-", "timed-test-", NULL };
static const char *const hazards[] = { "hazard-", NULL };
static const char *const changes[] = { "change-", "customer-", "delay-", "site-", "callback-", "handover-", NULL };
static const char *const materials[] = { "material-", "measurement-", "question-", NULL };
static const char *const outages[] = { "outage", "clock-set", "epoch-started", "board-moved", "photos-dropped", NULL };
static const char *const photos[] = { "photo-taken", "photo-withdrawn", "photo-request", "viewpoint-", NULL };
static const char *const alerts[] = { "alert-", NULL };

static const struct chapter chapters[] = {
    { "合同与计划", "Contract and plan", contract },
    { "人员", "People", people },
    { "施工日志", "Daily logs", logs },
    { "阶段、质检与验收", "Stages, inspections and acceptances", stages },
    { "隐患", "Hazards", hazards },
    { "变更、签字与停工", "Changes, signatures and delays", changes },
    { "材料与问题", "Materials and questions", materials },
    { "断电、断网与时钟", "Outages and clocks", outages },
    { "照片", "Photos", photos },
    { "告警", "Alerts", alerts },
};
#define CHAPTERS (sizeof chapters / sizeof *chapters)

struct page {
    struct evidence *v;
    struct buf out; /* what is not in the pack yet */
};

static void raw(struct page *p, const char *html) { (void)buf_add_text(&p->out, html); }
static void text(struct page *p, const char *words) { report_html_text(&p->out, words); }

static void words(struct page *p, struct evidence_words w) {
    text(p, w.zh[0] ? w.zh : w.en);
    if (!w.zh[0] || strcmp(w.zh, w.en) == 0) return;
    raw(p, " <small lang=\"en\">");
    text(p, w.en);
    raw(p, "</small>");
}

static int flush(struct page *p) {
    int rc = p->out.error;
    if (!rc && p->out.len) rc = pack_write(p->v->pack, p->out.data, p->out.len);
    buf_clear(&p->out);
    return rc;
}

/* ---- what an event says ---- */

/* Was it recorded in those days? */
static bool in_days(const struct evidence *v, const char *id) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    if (db_prepare(v->db, "SELECT e.at FROM photo p JOIN event e ON e.pos = p.pos WHERE p.site = ? AND p.id = ?", &s))
        return false;
    stmt_bind_text(s, 1, v->ask->site);
    stmt_bind_text(s, 2, id);
    return stmt_step(s) == 1 && stmt_int(s, 0) >= v->from_ms && stmt_int(s, 0) < v->to_ms;
}

/* A photo of the pack: its thumbnail, which opens the original. False: it is no photo's id, or its bytes are not here. */
static bool photo(struct page *p, const char *id) {
    struct evidence *v = p->v;
    struct photo photo;
    if (!ids_is_uuid7(id) || photo_find(v->db, v->ask->site, id, &photo, NULL) != 0 || !in_days(v, id)) return false;
    bool here = blobs_has(v->ask->blobs, BLOB_ORIGINAL, photo.sha256);
    bool small = photo.thumb_sha256[0] && blobs_has(v->ask->blobs, BLOB_THUMB, photo.thumb_sha256);
    if (!here && !small) return false;
    if (here) (void)buf_addf(&p->out, "<a href=\"photos/%s.jpg\">", photo.sha256);
    (void)buf_addf(&p->out, "<img loading=\"lazy\" src=\"%s/%s.jpg\" alt=\"", small ? "thumbs" : "photos",
                   small ? photo.thumb_sha256 : photo.sha256);
    text(p, photo.caption[0] ? photo.caption : id);
    raw(p, "\">");
    if (here) raw(p, "</a>");
    return true;
}

static bool drawing(struct page *p, const struct json *o) {
    const char *path = json_text(json_member(o, "path"));
    struct signature_box box;
    if (!path || !signature_is_path(path) || !signature_measure(path, &box)) return false;
    (void)buf_addf(&p->out, "<svg class=\"signature\" viewBox=\"0 0 %d %d\"><path d=\"%s\"/></svg>", (int)box.right + 8,
                   (int)box.bottom + 8, path);
    return true;
}

static void value(struct page *p, const struct json *n, int depth);

static void members(struct page *p, const struct json *o, int depth) {
    raw(p, "<dl>");
    for (size_t i = 0; i < json_count(o); i++) {
        const struct json *member = json_at(o, i);
        if (json_is_null(member)) continue;
        raw(p, "<dt>");
        words(p, evidence_member_words(json_name(member)));
        raw(p, "</dt><dd>");
        value(p, member, depth + 1);
        raw(p, "</dd>");
    }
    raw(p, "</dl>");
}

static void list(struct page *p, const struct json *array, int depth) {
    raw(p, "<ul>");
    for (size_t i = 0; i < json_count(array); i++) {
        raw(p, "<li>");
        value(p, json_at(array, i), depth + 1);
        raw(p, "</li>");
    }
    raw(p, "</ul>");
}

static void value(struct page *p, const struct json *n, int depth) {
    const char *said = json_text(n);
    bool known;
    if (said) {
        if (!photo(p, said)) text(p, said);
    } else if (json_is_object(n) && depth < DEPTH_MAX) {
        if (!drawing(p, n)) members(p, n, depth);
    } else if (json_is_array(n) && depth < DEPTH_MAX) {
        list(p, n, depth);
    } else if (json_bool(n, &known)) {
        text(p, known ? "是 yes" : "否 no");
    } else {
        struct buf out;
        buf_init(&out, PIECE_MAX);
        if (json_print(n, &out) == 0) text(p, out.data);
        buf_fini(&out);
    }
}

/* "王** (u-03)", or what the actor is. */
static void who(struct page *p, const char *actor) {
    struct person person;
    const char *id = text_starts(actor, "user/") ? actor + strlen("user/") : NULL;
    if (id && person_find(p->v->db, p->v->ask->site, id, &person) == 0) {
        text(p, person.name);
        raw(p, " (");
        text(p, id);
        raw(p, ")");
    } else {
        text(p, id ? id : actor);
    }
}

static int event(struct page *p, int64_t pos) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    struct envelope e = { 0 };
    char at[EVIDENCE_TIME_SIZE];
    size_t n;
    int rc = db_prepare(p->v->db, "SELECT bytes, at, lower(hex(hash)) FROM event WHERE pos = ?", &s);
    if (rc) return rc;
    stmt_bind_int(s, 1, pos);
    rc = stmt_step(s);
    if (rc != 1) return rc < 0 ? rc : ERR_CORRUPT;
    const char *bytes = stmt_blob(s, 0, &n);
    rc = envelope_read(bytes, n, &e, NULL);
    if (rc == ERR_NOMEM) return rc;
    if (rc) return 0; /* refused ones are in events/ only */
    evidence_time(p->v, stmt_int(s, 1), at);
    (void)buf_addf(&p->out, "<article id=\"%s\"><h3>", e.id);
    words(p, evidence_type_words(e.type));
    raw(p, "</h3><p class=\"who\">");
    text(p, at);
    raw(p, strcmp(e.clock, "none") == 0 ? " · <b>clock none</b> · " : " · ");
    who(p, e.actor);
    raw(p, "</p>");
    if (strcmp(e.type, "photo-taken") == 0) (void)photo(p, e.subject + strlen("photo/"));
    members(p, e.data, 0);
    (void)buf_addf(&p->out, "<p class=\"place\">%s · %s · %s %llu · %s · clock %s · SHA-256 %s</p></article>\n",
                   e.subject, e.key.writer, lane_name(e.key.lane), (unsigned long long)e.key.seq, e.key.epoch, e.clock,
                   stmt_text(s, 2));
    envelope_fini(&e);
    return flush(p);
}

/* ---- chapters ---- */

static size_t chapter_of(const char *type) {
    for (size_t i = 0; i < CHAPTERS; i++)
        for (const char *const *t = chapters[i].types; *t; t++)
            if (text_starts(type, *t)) return i;
    return CHAPTERS;
}

static int chapter(struct page *p, size_t which, const char *zh, const char *en) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    bool any = false;
    int rc = db_prepare(p->v->db,
                        "SELECT pos, type FROM event WHERE site = ?1 AND at >= ?2 AND at < ?3 AND type <> ''"
                        " ORDER BY at, pos",
                        &s);
    if (rc) return rc;
    stmt_bind_text(s, 1, p->v->ask->site);
    stmt_bind_int(s, 2, p->v->from_ms);
    stmt_bind_int(s, 3, p->v->to_ms);
    while ((rc = stmt_step(s)) == 1) {
        if (chapter_of(stmt_text(s, 1)) != which) continue;
        if (!any) (void)buf_addf(&p->out, "<h2 id=\"c%zu\">%s <small lang=\"en\">%s</small></h2>\n", which, zh, en);
        any = true;
        rc = event(p, stmt_int(s, 0));
        if (rc) return rc;
    }
    return rc;
}

static int facts(struct page *p) {
    CLEANUP(json_destroy_ptr) struct json *root = NULL;
    struct buf site;
    buf_init(&site, SITE_MAX);
    int rc = site_print(p->v->db, p->v->ask->site, p->v->ask->fallback_tz,
                        (struct site_view){ .customer = true, .names = true }, &site);
    if (!rc) rc = json_parse(site.data, site.len, &root, p->v->e);
    buf_fini(&site);
    if (rc) return rc;
    raw(p, "<h2>工地现况 <small lang=\"en\">The site as it stands</small></h2>\n<article>");
    members(p, root, 0);
    raw(p, "</article>\n");
    return flush(p);
}

static void head(struct page *p) {
    const struct evidence *v = p->v;
    char now[EVIDENCE_TIME_SIZE];
    evidence_time(v, v->ask->now.ms, now);
    raw(p, "<!DOCTYPE html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\">\n"
           "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>证据包 · ");
    text(p, v->ask->site);
    raw(p, "</title>\n<style>\nbody{font:16px/1.5 sans-serif;max-width:60em;margin:1em auto;padding:0 1em;color:#111}\n"
           "article{border-top:1px solid #999;padding:.5em 0;break-inside:avoid}h3{margin:0}p{margin:.2em 0}\n"
           "dl{display:grid;grid-template-columns:minmax(7em,auto) 1fr;gap:0 1em;margin:.2em "
           "0}dt{color:#444}dd{margin:0}\n"
           "ul{margin:0;padding-left:1.2em}dd{overflow-wrap:anywhere;white-space:pre-wrap}img{max-width:160px;max-"
           "height:160px}\n"
           "small{color:#444;font-weight:normal}.place{font-size:12px;color:#444;overflow-wrap:anywhere}\n"
           ".signature{max-width:20em;max-height:10em;border:1px solid #999}"
           ".signature path{fill:none;stroke:#000;stroke-width:3}\n"
           "</style>\n</head>\n<body>\n<h1>证据包 <small lang=\"en\">Evidence pack</small> · ");
    text(p, v->ask->site);
    raw(p, "</h1>\n<p>");
    text(p, v->ask->from ? v->ask->from : "…");
    raw(p, " – ");
    text(p, v->ask->to ? v->ask->to : "…");
    raw(p, " · ");
    text(p, v->timezone);
    raw(p, " · ");
    text(p, now);
    raw(p, " · ");
    text(p, v->ask->writer);
    raw(p, "</p>\n<p>如何核验 / how to verify: <a href=\"HOWTO-VERIFY.txt\">HOWTO-VERIFY.txt</a></p>\n");
}

int evidence_page(struct evidence *v) {
    struct page p = { .v = v };
    buf_init(&p.out, PIECE_MAX);
    int rc = pack_begin(v->pack, "report.html", -1, false);
    if (!rc) {
        head(&p);
        rc = facts(&p);
    }
    for (size_t i = 0; i < CHAPTERS && !rc; i++) rc = chapter(&p, i, chapters[i].zh, chapters[i].en);
    if (!rc) rc = chapter(&p, CHAPTERS, "其他", "Others");
    if (!rc) {
        raw(&p, "</body>\n</html>\n");
        rc = flush(&p);
    }
    buf_fini(&p.out);
    return rc ? rc : pack_end(v->pack);
}
