/* SPDX-License-Identifier: MIT */
/* The projection of photos: one row a photo. Which request a photo answers is kept with it, so that the request need not be there. */
#include "app/journal/photo.h"

#include "app/journal/late.h"
#include "app/journal/photo_request.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <string.h>

static const char schema[] =
    "CREATE TABLE photo (\n"
    "  -- Photos as records; the bytes are in photos.db or at head office's blobs.\n"
    "  pos INTEGER PRIMARY KEY,    -- of photo-taken in this store\n"
    "  site TEXT NOT NULL,\n"
    "  id TEXT NOT NULL,\n"
    "  sha256 TEXT NOT NULL,       -- of the original bytes; '': only its withdrawal has arrived\n"
    "  thumb_sha256 TEXT NOT NULL, -- '': none\n"
    "  bytes INTEGER NOT NULL, width INTEGER NOT NULL, height INTEGER NOT NULL,\n"
    "  stage TEXT NOT NULL, room TEXT NOT NULL, caption TEXT NOT NULL, -- '': not said\n"
    "  taken TEXT NOT NULL,        -- RFC 3339 with the site's offset\n"
    "  date TEXT NOT NULL,         -- the site's date of it\n"
    "  exif_taken TEXT NOT NULL,   -- the camera's own word on it, or ''\n"
    "  clock TEXT NOT NULL,        -- how good taken is: ntp, rtc, none\n"
    "  origin TEXT NOT NULL,       -- camera, phone, timelapse, import, recovered\n"
    "  code TEXT NOT NULL,         -- printed in the watermark\n"
    "  orientation INTEGER NOT NULL, -- EXIF 1-8, of the pixels as stored\n"
    "  series TEXT NOT NULL,       -- of a time-lapse frame: a viewpoint's id, or ''\n"
    "  lat_udeg INTEGER, lon_udeg INTEGER, -- millionths of a degree; NULL: not known\n"
    "  at TEXT NOT NULL,           -- of the event\n"
    "  actor TEXT NOT NULL,\n"
    "  writer TEXT NOT NULL,       -- a board's id, or hub\n"
    "  inreplyto TEXT NOT NULL,    -- the photo-requested event that it answers, or ''\n"
    "  withdrawn INTEGER NOT NULL, -- 1: shown no longer\n"
    "  UNIQUE (id, site)\n"
    ") STRICT;\n"
    "CREATE INDEX photo_site ON photo (site); -- and pos, which is the row's number\n"
    "CREATE INDEX photo_site_date ON photo (site, date);\n"
    "CREATE INDEX photo_timelapse ON photo (site, date, taken) WHERE origin = 'timelapse';\n"
    "CREATE INDEX photo_room ON photo (site, room) WHERE withdrawn = 0 AND room <> '';\n"
    "CREATE INDEX photo_code ON photo (code);\n"
    "CREATE INDEX photo_inreplyto ON photo (site, inreplyto) WHERE inreplyto <> '';\n";

static int reset(struct db *db, const char *site, const char *id) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    char request[ID_SIZE] = "";
    int rc = db_prepare(db, "DELETE FROM photo WHERE site = ? AND id = ? RETURNING inreplyto", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, id);
    while ((rc = stmt_step(s)) == 1) text_clip(request, sizeof request, stmt_text(s, 0));
    return rc < 0 || !request[0] ? rc : photo_request_note(db, site, request);
}

#define INSERT                                                                                                         \
    "INSERT INTO photo (pos, site, id, sha256, thumb_sha256, bytes, width, height, stage, room, caption, taken, date," \
    " clock, origin, code, at, actor, writer, inreplyto, withdrawn, exif_taken, orientation, lat_udeg, lon_udeg, "     \
    "series)"                                                                                                          \
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id, site) "   \
    "DO "                                                                                                              \
    "UPDATE SET "

/* Where only the withdrawal was there, it stays one. */
static const char insert_taken[] =
    INSERT "pos = excluded.pos, sha256 = excluded.sha256, thumb_sha256 = excluded.thumb_sha256, bytes = excluded.bytes,"
           " width = excluded.width, height = excluded.height, stage = excluded.stage, room = excluded.room,"
           " caption = excluded.caption, taken = excluded.taken, date = excluded.date, clock = excluded.clock,"
           " origin = excluded.origin, code = excluded.code, at = excluded.at, actor = excluded.actor,"
           " writer = excluded.writer, inreplyto = excluded.inreplyto, exif_taken = excluded.exif_taken,"
           " orientation = excluded.orientation, lat_udeg = excluded.lat_udeg, lon_udeg = excluded.lon_udeg, series = "
           "excluded.series WHERE sha256 = ''";

static const char insert_withdrawn[] = INSERT "withdrawn = 1 WHERE withdrawn = 0";

/* 1: it had an effect; 0: none. */
static int put(struct db *db, const char *sql, const struct envelope *event, const struct photo *p, bool withdrawn,
               int64_t pos) {
    struct stmt *s = NULL;
    char date[TZ_DATE_SIZE];
    int rc = db_prepare(db, sql, &s);
    if (rc < 0) return rc;
    text_clip(date, sizeof date, p->taken); /* its first ten characters */
    stmt_bind_int(s, 1, pos);
    stmt_bind_text(s, 2, event->site);
    stmt_bind_text(s, 3, event->subject + strlen("photo/"));
    stmt_bind_text(s, 4, p->sha256);
    stmt_bind_text(s, 5, p->thumb_sha256);
    stmt_bind_int(s, 6, p->bytes);
    stmt_bind_int(s, 7, p->width);
    stmt_bind_int(s, 8, p->height);
    stmt_bind_text(s, 9, p->stage);
    stmt_bind_text(s, 10, p->room);
    stmt_bind_text(s, 11, p->caption);
    stmt_bind_text(s, 12, p->taken);
    stmt_bind_text(s, 13, date);
    stmt_bind_text(s, 14, p->clock);
    stmt_bind_text(s, 15, p->origin);
    stmt_bind_text(s, 16, p->code);
    stmt_bind_text(s, 17, event->time);
    stmt_bind_text(s, 18, event->actor);
    stmt_bind_text(s, 19, event->key.writer);
    stmt_bind_text(s, 20, withdrawn ? "" : event->inreplyto);
    stmt_bind_int(s, 21, withdrawn);
    stmt_bind_text(s, 22, p->exif_taken);
    stmt_bind_int(s, 23, p->orientation ? p->orientation : 1);
    if (p->located) {
        stmt_bind_int(s, 24, p->lat_udeg);
        stmt_bind_int(s, 25, p->lon_udeg);
    } else {
        stmt_bind_null(s, 24);
        stmt_bind_null(s, 25);
    }
    stmt_bind_text(s, 26, p->series);
    rc = stmt_run(s);
    return rc < 0 ? rc : db_changes(db) > 0;
}

static int fold_withdrawn(struct db *db, const struct envelope *event, int64_t pos) {
    static const struct photo nothing = { 0 };
    int done = put(db, insert_withdrawn, event, &nothing, true, pos);
    return done != 0 ? done : late_mark(db, event, "this photo was withdrawn before");
}

static int fold_taken(struct db *db, const struct envelope *event, int64_t pos) {
    struct photo p = { 0 };
    uint8_t hash[HASH_SIZE];
    int rc = photo_decode(event->data, &p, NULL);
    if (rc == 0 && !p.code[0]) {
        rc = text_unhex(p.sha256, hash, sizeof hash);
        if (rc == 0) text_code(hash, p.code);
    }
    if (rc < 0) return rc;
    int done = put(db, insert_taken, event, &p, false, pos);
    if (done == 0) return late_mark(db, event, "this photo is there already");
    return done < 0 || !event->inreplyto[0] ? done : photo_request_note(db, event->site, event->inreplyto);
}

static int fold(struct db *db, const struct envelope *event, int64_t pos) {
    int rc = 0;
    if (strcmp(event->type, "photo-withdrawn") == 0) rc = fold_withdrawn(db, event, pos);
    if (strcmp(event->type, "photo-taken") == 0) rc = fold_taken(db, event, pos);
    return rc < 0 ? rc : 0;
}

static const char *const tables[] = { "photo", NULL };
const struct subject_kind photo_kind = {
    .kind = "photo", .reset = reset, .fold = fold, .tables = tables, .schema = schema, .version = 4
};
