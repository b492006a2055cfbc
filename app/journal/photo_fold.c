/* SPDX-License-Identifier: MIT */
/* The projection of photos: one row a photo. Which request a photo answers is kept with it, so that the request need not be there. */
#include "app/journal/photo.h"

#include "app/journal/late.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <string.h>

static const char schema[] =
    "CREATE TABLE photo (\n"
    "  -- Photos as records; the bytes are in photos.db or at head office's blobs.\n"
    "  site TEXT NOT NULL,\n"
    "  id TEXT NOT NULL,\n"
    "  sha256 TEXT NOT NULL,       -- of the original bytes; '': only its withdrawal has arrived\n"
    "  thumb_sha256 TEXT NOT NULL, -- '': none\n"
    "  bytes INTEGER NOT NULL, width INTEGER NOT NULL, height INTEGER NOT NULL,\n"
    "  stage TEXT NOT NULL, room TEXT NOT NULL, caption TEXT NOT NULL, -- '': not said\n"
    "  taken TEXT NOT NULL,        -- RFC 3339 with the site's offset\n"
    "  date TEXT NOT NULL,         -- the site's date of it\n"
    "  clock TEXT NOT NULL,        -- how good taken is: ntp, rtc, none\n"
    "  origin TEXT NOT NULL,       -- camera, phone, timelapse, import, recovered\n"
    "  code TEXT NOT NULL,         -- printed in the watermark\n"
    "  at TEXT NOT NULL,           -- of the event\n"
    "  actor TEXT NOT NULL,\n"
    "  writer TEXT NOT NULL,       -- a board's id, or hub\n"
    "  inreplyto TEXT NOT NULL,    -- the photo-requested event that it answers, or ''\n"
    "  withdrawn INTEGER NOT NULL, -- 1: shown no longer\n"
    "  pos INTEGER NOT NULL,       -- of photo-taken in this store\n"
    "  PRIMARY KEY (site, id)\n"
    ") STRICT, WITHOUT ROWID;\n"
    "CREATE INDEX photo_id ON photo (id);\n"
    "CREATE INDEX photo_pos ON photo (pos);\n"
    "CREATE INDEX photo_site_pos ON photo (site, pos);\n"
    "CREATE INDEX photo_site_date ON photo (site, date);\n"
    "CREATE INDEX photo_code ON photo (code);\n"
    "CREATE INDEX photo_sha256 ON photo (sha256);\n"
    "CREATE INDEX photo_inreplyto ON photo (site, inreplyto) WHERE inreplyto <> '';\n";

static int reset(struct db *db, const char *site, const char *id) {
    struct stmt *s = NULL;
    int rc = db_prepare(db, "DELETE FROM photo WHERE site = ? AND id = ?", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, id);
    return stmt_run(s);
}

/* What is known of a photo so far; a negative number is an error. */
enum row { ROW_NONE = 0, ROW_HELD = 1, ROW_WITHDRAWN = 2, ROW_TAKEN = 4 };

static int look(struct db *db, const char *site, const char *id) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(db, "SELECT sha256 <> '', withdrawn FROM photo WHERE site = ? AND id = ?", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, id);
    rc = stmt_step(s);
    if (rc <= 0) return rc;
    return ROW_HELD | (stmt_int(s, 0) ? ROW_TAKEN : 0) | (stmt_int(s, 1) ? ROW_WITHDRAWN : 0);
}

static int put(struct db *db, const struct envelope *event, const char *id, const struct photo *p, bool withdrawn,
               int64_t pos) {
    struct stmt *s = NULL;
    char date[TZ_DATE_SIZE];
    int rc = db_prepare(
        db,
        "INSERT OR REPLACE INTO photo (site, id, sha256, thumb_sha256, bytes, width, height, stage, room, caption,"
        " taken, date, clock, origin, code, at, actor, writer, inreplyto, withdrawn, pos)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        &s);
    if (rc < 0) return rc;
    text_clip(date, sizeof date, p->taken); /* its first ten characters */
    stmt_bind_text(s, 1, event->site);
    stmt_bind_text(s, 2, id);
    stmt_bind_text(s, 3, p->sha256);
    stmt_bind_text(s, 4, p->thumb_sha256);
    stmt_bind_int(s, 5, p->bytes);
    stmt_bind_int(s, 6, p->width);
    stmt_bind_int(s, 7, p->height);
    stmt_bind_text(s, 8, p->stage);
    stmt_bind_text(s, 9, p->room);
    stmt_bind_text(s, 10, p->caption);
    stmt_bind_text(s, 11, p->taken);
    stmt_bind_text(s, 12, date);
    stmt_bind_text(s, 13, p->clock);
    stmt_bind_text(s, 14, p->origin);
    stmt_bind_text(s, 15, p->code);
    stmt_bind_text(s, 16, event->time);
    stmt_bind_text(s, 17, event->actor);
    stmt_bind_text(s, 18, event->key.writer);
    stmt_bind_text(s, 19, p->sha256[0] ? event->inreplyto : "");
    stmt_bind_int(s, 20, withdrawn);
    stmt_bind_int(s, 21, pos);
    return stmt_run(s);
}

static int fold_withdrawn(struct db *db, const struct envelope *event, const char *id, int row, int64_t pos) {
    static const struct photo nothing = { 0 };
    struct stmt *s = NULL;
    if (row & ROW_WITHDRAWN) return late_mark(db, event, "this photo was withdrawn before");
    if (row == ROW_NONE) return put(db, event, id, &nothing, true, pos);
    int rc = db_prepare(db, "UPDATE photo SET withdrawn = 1 WHERE site = ? AND id = ?", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, event->site);
    stmt_bind_text(s, 2, id);
    return stmt_run(s);
}

static int fold(struct db *db, const struct envelope *event, int64_t pos) {
    const char *id = event->subject + strlen("photo/");
    struct photo p = { 0 };
    int row = look(db, event->site, id);
    if (row < 0) return row;
    if (strcmp(event->type, "photo-withdrawn") == 0) return fold_withdrawn(db, event, id, row, pos);
    if (strcmp(event->type, "photo-taken") != 0) return 0;
    if (row & ROW_TAKEN) return late_mark(db, event, "this photo is there already");
    int rc = photo_decode(event->data, &p, NULL);
    if (rc < 0) return rc;
    if (!p.code[0]) {
        uint8_t hash[HASH_SIZE];
        rc = text_unhex(p.sha256, hash, sizeof hash);
        if (rc < 0) return rc;
        text_code(hash, p.code);
    }
    return put(db, event, id, &p, (row & ROW_WITHDRAWN) != 0, pos);
}

static const char *const tables[] = { "photo", NULL };
const struct subject_kind photo_kind = {
    .kind = "photo", .reset = reset, .fold = fold, .tables = tables, .schema = schema, .version = 1
};
