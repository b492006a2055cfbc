/* SPDX-License-Identifier: MIT */
/* Photos' records for readers: one, pages, and what a watermark's code stands for. */
#include "app/journal/photo.h"

#include "app/journal/listing.h"
#include "app/journal/person.h"
#include "app/journal/photo_time.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <stdio.h>
#include <string.h>

/* In the order of COLUMNS. */
enum column {
    COL_POS,
    COL_ID,
    COL_SITE,
    COL_WRITER,
    COL_SHA256,
    COL_THUMB,
    COL_BYTES,
    COL_WIDTH,
    COL_HEIGHT,
    COL_STAGE,
    COL_ROOM,
    COL_CAPTION,
    COL_TAKEN,
    COL_CLOCK,
    COL_ORIGIN,
    COL_CODE,
    COL_AT,
    COL_ACTOR,
    COL_INREPLYTO,
    COL_WITHDRAWN,
    COL_EXIF_TAKEN,
    COL_ORIENTATION,
    COL_LAT,
    COL_LON,
    COL_SERIES,
    COL_DATE,
    COL_MORE,
};
#define COLUMNS                                                                                                        \
    "p.pos, p.id, p.site, p.writer, p.sha256, p.thumb_sha256, p.bytes, p.width, p.height, p.stage, p.room, p.caption," \
    " p.taken, p.clock, p.origin, p.code, p.at, p.actor, p.inreplyto, p.withdrawn,"                                    \
    " p.exif_taken, p.orientation, p.lat_udeg, p.lon_udeg, p.series, p.date"

static const char *or_null(const char *text) { return text[0] ? text : NULL; }

int photo_find(struct db *db, const char *site, const char *id, struct photo *out, bool *withdrawn) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(
        db, "SELECT " COLUMNS " FROM photo p WHERE p.id = ?2 AND (?1 IS NULL OR p.site = ?1) AND p.sha256 <> ''", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, id);
    rc = stmt_step(s);
    if (rc <= 0) return rc < 0 ? rc : ERR_NOT_FOUND;
    struct photo p = { .bytes = stmt_int(s, COL_BYTES),
                       .width = stmt_int(s, COL_WIDTH),
                       .height = stmt_int(s, COL_HEIGHT),
                       .orientation = stmt_int(s, COL_ORIENTATION),
                       .located = !stmt_is_null(s, COL_LAT),
                       .lat_udeg = stmt_int(s, COL_LAT),
                       .lon_udeg = stmt_int(s, COL_LON) };
    text_clip(p.id, sizeof p.id, stmt_text(s, COL_ID));
    text_clip(p.sha256, sizeof p.sha256, stmt_text(s, COL_SHA256));
    text_clip(p.thumb_sha256, sizeof p.thumb_sha256, stmt_text(s, COL_THUMB));
    text_clip(p.stage, sizeof p.stage, stmt_text(s, COL_STAGE));
    text_clip(p.room, sizeof p.room, stmt_text(s, COL_ROOM));
    text_clip(p.caption, sizeof p.caption, stmt_text(s, COL_CAPTION));
    text_clip(p.taken, sizeof p.taken, stmt_text(s, COL_TAKEN));
    text_clip(p.exif_taken, sizeof p.exif_taken, stmt_text(s, COL_EXIF_TAKEN));
    text_clip(p.clock, sizeof p.clock, stmt_text(s, COL_CLOCK));
    text_clip(p.origin, sizeof p.origin, stmt_text(s, COL_ORIGIN));
    text_clip(p.code, sizeof p.code, stmt_text(s, COL_CODE));
    text_clip(p.series, sizeof p.series, stmt_text(s, COL_SERIES));
    if (withdrawn) *withdrawn = stmt_int(s, COL_WITHDRAWN) == 1;
    *out = p;
    return 0;
}

void photo_move_taken(const struct clock_set_dated *dated, const char *at, const char *taken, const char *origin,
                      char out[CLOCK_TEXT_SIZE]) {
    out[0] = '\0';
    if (taken && origin && strcmp(origin, "recovered") != 0) clock_set_move(dated, at, taken, out);
}

static int date_row(struct db *db, struct stmt *s, struct clock_set_dated *dated, char taken[CLOCK_TEXT_SIZE]) {
    int rc = clock_set_date_at(db, stmt_int(s, COL_POS), stmt_text(s, COL_CLOCK), dated);
    if (rc == 0)
        photo_move_taken(dated, stmt_text(s, COL_AT), stmt_text(s, COL_TAKEN), stmt_text(s, COL_ORIGIN), taken);
    return rc;
}

int photo_when(struct db *db, const char *site, const char *id, struct photo_when *out) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    struct clock_set_dated dated;
    char taken[CLOCK_TEXT_SIZE];
    int rc = db_prepare(db, "SELECT " COLUMNS " FROM photo p WHERE p.id = ?2 AND p.site = ?1 AND p.sha256 <> ''", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, id);
    rc = stmt_step(s);
    if (rc <= 0) return rc < 0 ? rc : ERR_NOT_FOUND;
    rc = date_row(db, s, &dated, taken);
    if (rc < 0) return rc;
    struct photo p = { 0 };
    const char *said = stmt_text(s, COL_TAKEN), *when, *clock;
    text_clip(p.taken, sizeof p.taken, taken[0] ? taken : said);
    text_clip(p.clock, sizeof p.clock, taken[0] ? dated.clock : stmt_text(s, COL_CLOCK));
    text_clip(p.exif_taken, sizeof p.exif_taken, stmt_text(s, COL_EXIF_TAKEN));
    text_clip(p.origin, sizeof p.origin, stmt_text(s, COL_ORIGIN));
    photo_time_shown(&p, &when, &clock);
    struct photo_when w = { .claimed = photo_time_claimed(&p, stmt_text(s, COL_AT)),
                            .corrected = taken[0] && when == p.taken && strcmp(taken, said) != 0 };
    text_clip(w.at, sizeof w.at, when);
    text_clip(w.clock, sizeof w.clock, clock);
    *out = w;
    return 0;
}

static int put_dated(struct db *db, struct stmt *s, struct json_out *w) {
    struct clock_set_dated dated;
    char taken[CLOCK_TEXT_SIZE];
    int rc = date_row(db, s, &dated, taken);
    if (rc < 0) return rc;
    clock_set_put(&dated, w);
    if (taken[0]) json_put_text(w, "taken_corrected", taken);
    return 0;
}

/* The members of a row, into an open object. */
static int put_row(struct db *db, struct stmt *s, bool names, struct json_out *w) {
    json_put_text(w, "id", stmt_text(s, COL_ID));
    json_put_text(w, "site", stmt_text(s, COL_SITE));
    json_put_text(w, "board", stmt_text(s, COL_WRITER));
    json_put_text(w, "sha256", stmt_text(s, COL_SHA256));
    json_put_text(w, "thumb_sha256", or_null(stmt_text(s, COL_THUMB)));
    json_put_int(w, "bytes", stmt_int(s, COL_BYTES));
    json_put_int(w, "width", stmt_int(s, COL_WIDTH));
    json_put_int(w, "height", stmt_int(s, COL_HEIGHT));
    json_put_text(w, "stage", or_null(stmt_text(s, COL_STAGE)));
    json_put_text(w, "room", or_null(stmt_text(s, COL_ROOM)));
    json_put_text(w, "caption", or_null(stmt_text(s, COL_CAPTION)));
    json_put_text(w, "taken", stmt_text(s, COL_TAKEN));
    json_put_text(w, "clock", stmt_text(s, COL_CLOCK));
    json_put_text(w, "origin", stmt_text(s, COL_ORIGIN));
    json_put_text(w, "code", stmt_text(s, COL_CODE));
    json_put_text(w, "exif_taken", or_null(stmt_text(s, COL_EXIF_TAKEN)));
    json_put_int(w, "orientation", stmt_int(s, COL_ORIENTATION));
    if (stmt_is_null(s, COL_LAT))
        json_put_null(w, "gps");
    else
        photo_put_gps(w, stmt_int(s, COL_LAT), stmt_int(s, COL_LON));
    if (stmt_text(s, COL_SERIES)[0]) json_put_text(w, "series", stmt_text(s, COL_SERIES));
    json_put_text(w, "at", stmt_text(s, COL_AT));
    int rc = put_dated(db, s, w);
    if (rc == 0) rc = person_put_actor(db, stmt_text(s, COL_SITE), stmt_text(s, COL_ACTOR), names, w, "actor");
    json_put_text(w, "inreplyto", or_null(stmt_text(s, COL_INREPLYTO)));
    json_put_bool(w, "withdrawn", stmt_int(s, COL_WITHDRAWN) == 1);
    return rc < 0 ? rc : w->buf->error;
}

int photo_print(struct db *db, const char *site, const char *id, bool names, struct buf *out) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    struct json_out w;
    int rc = db_prepare(db, "SELECT " COLUMNS " FROM photo p WHERE p.site = ? AND p.id = ? AND p.sha256 <> ''", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, id);
    rc = stmt_step(s);
    if (rc <= 0) return rc < 0 ? rc : ERR_NOT_FOUND;
    json_start(&w, out);
    json_open(&w, NULL, '{');
    rc = put_row(db, s, names, &w);
    json_close(&w, '}');
    return rc < 0 ? rc : out->error;
}

static int put_entry(struct db *db, struct stmt *s, struct json_out *w, void *ctx) {
    const struct photo_query *q = ctx;
    json_open(w, NULL, '{');
    int rc = put_row(db, s, q->names, w);
    json_close(w, '}');
    return rc;
}

int photo_kin(struct db *db, const char *rows, struct listing_kin *out) {
    struct listing_kin k = { .column = COL_MORE };
    int rc = db_prepare(db,
                        "SELECT " COLUMNS ", j.key FROM json_each(?1) j CROSS JOIN photo p ON p.site = json_extract("
                        "j.value, '$[0]') AND p.id IN (SELECT i.value FROM json_each(j.value) l, json_each(l.value) i"
                        " WHERE l.type = 'array') WHERE p.sha256 <> '' AND p.withdrawn = 0 ORDER BY j.key, p.id",
                        &k.s);
    if (rc < 0) return rc;
    stmt_bind_text(k.s, 1, rows);
    *out = k;
    return 0;
}

int photo_kin_put(struct db *db, struct listing_kin *k, int64_t row, bool names, struct json_out *w, const char *name) {
    int rc;
    json_open(w, name, '[');
    while ((rc = listing_kin_next(k, row)) == 1) {
        json_open(w, NULL, '{');
        rc = put_row(db, k->s, names, w);
        if (rc < 0) return rc;
        json_close(w, '}');
    }
    json_close(w, ']');
    return rc < 0 ? rc : w->buf->error;
}

#define FILTER                                                                                                         \
    " p.sha256 <> '' AND (?2 IS NULL OR p.stage = ?2) AND (?3 IS NULL OR p.room = ?3) AND (?6 = 1 OR p.withdrawn = 0)" \
    " AND CASE WHEN ?9 IS NULL THEN p.origin <> 'timelapse' ELSE p.origin = ?9 END"
#define BY_POS  FILTER " AND p.pos < ?7 ORDER BY p.pos DESC LIMIT ?8"
#define BY_DATE FILTER " AND p.date >= ?4 AND (p.date, p.pos) < (?5, ?7) ORDER BY p.date DESC, p.pos DESC LIMIT ?8"
#define PAGE    "SELECT " COLUMNS " FROM photo p WHERE"

/* By whether a site is asked for, and whether dates are. */
static const char *const pages[2][2] = { { PAGE " ?1 IS NULL AND" BY_POS, PAGE " ?1 IS NULL AND" BY_DATE },
                                         { PAGE " p.site = ?1 AND" BY_POS, PAGE " p.site = ?1 AND" BY_DATE } };

int photo_list(struct db *db, const struct photo_query *q, struct buf *out, struct err_text *e) {
    struct stmt *s = NULL;
    struct photo_query asked = *q;
    char date[TZ_DATE_SIZE];
    bool dated = q->from || q->to;
    int64_t pos;
    int rc = dated ? listing_before_dated(q->before, q->to, date, &pos, e) : listing_before(q->before, &pos, e);
    if (rc < 0) return rc;
    rc = db_prepare(db, pages[q->site != NULL][dated], &s);
    if (rc < 0) return err_set(e, rc, "the photos cannot be read: %s", db_message(db));
    stmt_bind_text(s, 1, q->site);
    stmt_bind_text(s, 2, q->stage);
    stmt_bind_text(s, 3, q->room);
    if (dated) stmt_bind_text(s, 4, q->from ? q->from : "");
    if (dated) stmt_bind_text(s, 5, date);
    stmt_bind_int(s, 6, q->withdrawn);
    stmt_bind_int(s, 7, pos);
    stmt_bind_int(s, 8, q->limit + 1);
    stmt_bind_text(s, 9, q->origin);
    return listing_print_dated(db, s, "photos", dated ? COL_DATE : -1, q->limit, put_entry, &asked, out, e);
}

/* As people write Crockford's base 32. */
static int read_code(const char *text, char out[9]) {
    size_t n = 0;
    for (; *text; text++) {
        char c = *text;
        if (c == '-' || c == ' ') continue;
        if (c >= 'a' && c <= 'z') c = (char)(c - 'a' + 'A');
        if (c == 'O') c = '0';
        if (c == 'I' || c == 'L') c = '1';
        if (n == 8 || !strchr("0123456789ABCDEFGHJKMNPQRSTVWXYZ", c)) return ERR_INVALID;
        out[n++] = c;
    }
    out[n] = '\0';
    return n == 8 ? 0 : ERR_INVALID;
}

static int put_place(struct stmt *s, struct json_out *w) {
    char hash[HASH_TEXT_SIZE] = "";
    size_t n = 0;
    const void *bytes = stmt_blob(s, COL_MORE + 4, &n);
    if (n != HASH_SIZE) return ERR_CORRUPT;
    text_hex(bytes, n, hash);
    json_put_text(w, "writer", stmt_text(s, COL_MORE));
    json_put_text(w, "epoch", stmt_text(s, COL_MORE + 1));
    json_put_text(w, "lane", lane_name((enum lane)stmt_int(s, COL_MORE + 2)));
    json_put_int(w, "seq", stmt_int(s, COL_MORE + 3));
    json_put_text(w, "event", hash);
    return w->buf->error;
}

int photo_print_by_code(struct db *db, const char *code, bool names, struct buf *out, struct err_text *e) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    struct json_out w;
    char bare[9];
    int found = 0;
    if (read_code(code, bare) < 0)
        return err_field(e, ERR_INVALID, "code", "a code has 8 letters and digits, as the watermark shows them");
    int rc = db_prepare(db,
                        "SELECT " COLUMNS
                        ", c.writer, c.epoch, c.lane, e.seq, e.hash FROM photo p JOIN event e ON e.pos = p.pos"
                        " JOIN chain c ON c.id = e.chain WHERE p.code = ? AND p.sha256 <> '' ORDER BY p.pos LIMIT 100",
                        &s);
    if (rc < 0) return err_set(e, rc, "the photos cannot be read: %s", db_message(db));
    stmt_bind_text(s, 1, bare);
    json_start(&w, out);
    json_open(&w, NULL, '{');
    json_open(&w, "photos", '[');
    for (; (rc = stmt_step(s)) == 1; found++) {
        json_open(&w, NULL, '{');
        int put = put_row(db, s, names, &w);
        if (put == 0) put = put_place(s, &w);
        if (put < 0) return err_set(e, put, "the photos cannot be read: %s", err_name(put));
        json_close(&w, '}');
    }
    json_close(&w, ']');
    json_close(&w, '}');
    if (rc == 0) rc = out->error;
    if (rc < 0) return err_set(e, rc, "the photos cannot be read: %s", err_name(rc));
    return found ? 0 : err_set(e, ERR_NOT_FOUND, "no photo here bears the code %s", bare);
}
