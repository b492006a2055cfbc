/* SPDX-License-Identifier: MIT */
/* The table `upload`: queueing, counting, and what the space-saving code asks. The uploader's seam is in outbox_seam.c. */
#include "app/photo/outbox.h"

#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <string.h>

const char *const outbox_schema =
    "CREATE TABLE upload (                     -- photo bytes on their way to head office; state, never rebuilt\n"
    "  id INTEGER PRIMARY KEY,                 -- the order they were queued in\n"
    "  sha256 TEXT NOT NULL,                   -- of these bytes\n"
    "  thumb INTEGER NOT NULL,                 -- 1: thumbnail, 0: original\n"
    "  bytes INTEGER NOT NULL,\n"
    "  photo TEXT NOT NULL,                    -- the first photo that has these bytes\n"
    "  timelapse INTEGER NOT NULL,\n"
    "  rank INTEGER NOT NULL,                  -- lower goes first: 0-2 thumbnails, 10-12 originals; hazards, people, "
    "time-lapse\n"
    "  state TEXT NOT NULL DEFAULT 'waiting',  -- waiting uploaded confirmed corrupt\n"
    "  url TEXT NOT NULL DEFAULT '',           -- of the upload at the server\n"
    "  offset INTEGER NOT NULL DEFAULT 0,      -- bytes that the server is known to have\n"
    "  attempts INTEGER NOT NULL DEFAULT 0,    -- in a row, without success\n"
    "  next_at INTEGER NOT NULL DEFAULT 0,     -- ms since 1970: not before\n"
    "  dropped INTEGER NOT NULL DEFAULT 0,     -- bytes: 0 here, 3 chosen to be dropped, 2 dropped, 1 dropped and an "
    "event "
    "says so\n"
    "  UNIQUE (sha256, thumb)\n"
    ") STRICT;\n"
    "CREATE INDEX upload_next ON upload (state, rank, id, next_at);\n"
    "CREATE INDEX upload_size ON upload (thumb, state, bytes);\n";

/* Rank within a variant: hazards 0, people 1, time-lapse 2. */
#define RANK_ORIGINAL  10
#define RANK_PEOPLE    1
#define RANK_TIMELAPSE 2

static int add(struct db *db, const struct outbox_photo *photo, bool thumb) {
    struct stmt *s = NULL;
    bool timelapse = photo->origin != NULL && strcmp(photo->origin, "timelapse") == 0;
    /* bytes that were dropped after receipt and are here again are only noted as here */
    int err =
        db_prepare(db,
                   "INSERT INTO upload (sha256, thumb, bytes, photo, timelapse, rank) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
                   " ON CONFLICT (sha256, thumb) DO UPDATE SET rank = min(rank, excluded.rank),"
                   " timelapse = min(timelapse, excluded.timelapse), dropped = 0,"
                   " state = iif(state = 'corrupt', 'waiting', state)",
                   &s);
    if (err) return err;
    stmt_bind_text(s, 1, thumb ? photo->thumb_sha256 : photo->sha256);
    stmt_bind_int(s, 2, thumb);
    stmt_bind_int(s, 3, thumb ? photo->thumb_bytes : photo->bytes);
    stmt_bind_text(s, 4, photo->photo);
    stmt_bind_int(s, 5, timelapse);
    stmt_bind_int(s, 6, (thumb ? 0 : RANK_ORIGINAL) + (timelapse ? RANK_TIMELAPSE : RANK_PEOPLE));
    return stmt_run(s);
}

int outbox_add(struct db *db, const struct outbox_photo *photo) {
    if (!text_is_hex(photo->sha256, 64) || photo->bytes <= 0) return ERR_INVALID;
    int err = 0;
    if (photo->thumb_sha256 != NULL && photo->thumb_sha256[0] != '\0') {
        if (!text_is_hex(photo->thumb_sha256, 64) || photo->thumb_bytes <= 0) return ERR_INVALID;
        err = add(db, photo, true);
    }
    return err ? err : add(db, photo, false);
}

int outbox_urgent(struct db *db, const char *sha256) {
    struct stmt *s = NULL;
    int err = db_prepare(db,
                         "UPDATE upload SET rank = rank / 10 * 10 WHERE rank % 10 > 0 AND photo IN"
                         " (SELECT photo FROM upload WHERE sha256 = ?1 AND thumb = 0)",
                         &s);
    if (err) return err;
    stmt_bind_text(s, 1, sha256);
    return stmt_run(s);
}

int outbox_counts(struct db *db, struct outbox_counts *out) {
    struct stmt *s = NULL;
    int err = db_prepare(db,
                         "SELECT count(*), coalesce(sum(bytes), 0), coalesce(sum(state <> 'confirmed'), 0),"
                         " coalesce(sum(iif(state <> 'confirmed', bytes, 0)), 0) FROM upload WHERE thumb = 0",
                         &s);
    if (err) return err;
    int row = stmt_step(s);
    if (row == 1) *out = (struct outbox_counts){ stmt_int(s, 0), stmt_int(s, 1), stmt_int(s, 2), stmt_int(s, 3) };
    stmt_reset(s);
    return row < 0 ? row : row == 1 ? 0 : ERR_CORRUPT;
}

void outbox_put_counts(const struct outbox_counts *c, struct json_out *w) {
    json_open(w, "photos", '{');
    json_put_int(w, "total", c->total);
    json_put_int(w, "bytes", c->bytes);
    json_put_int(w, "pending", c->pending);
    json_put_int(w, "pending_bytes", c->pending_bytes);
    json_close(w, '}');
}

/* Whether a query by hash has a row. */
static int has_row(struct stmt *s, const char *sha256, bool *out) {
    stmt_bind_text(s, 1, sha256);
    int row = stmt_step(s);
    stmt_reset(s);
    if (row < 0) return row;
    *out = row == 1;
    return 0;
}

int outbox_is_confirmed(struct db *db, const char *sha256, bool *out) {
    struct stmt *s = NULL;
    int err = db_prepare(db, "SELECT 1 FROM upload WHERE sha256 = ?1 AND state = 'confirmed'", &s);
    return err ? err : has_row(s, sha256, out);
}

int outbox_was_taken_here(struct db *db, const char *sha256, bool *out) {
    struct stmt *s = NULL;
    int err = db_prepare(db, "SELECT 1 FROM upload WHERE sha256 = ?1", &s);
    return err ? err : has_row(s, sha256, out);
}

/* Column 0 of every row, at most max. */
static int take_hashes(struct stmt *s, char (*out)[HASH_TEXT_SIZE], size_t max, size_t *n) {
    size_t count = 0;
    int row = 0;
    while (count < max && (row = stmt_step(s)) == 1)
        if (text_copy(out[count], HASH_TEXT_SIZE, stmt_text(s, 0)) == 0) count++;
    stmt_reset(s);
    if (row < 0) return row;
    *n = count;
    return 0;
}

int outbox_unconfirmed(struct db *db, char (*out)[HASH_TEXT_SIZE], size_t max, size_t *n) {
    struct stmt *s = NULL;
    int err = db_prepare(
        db, "SELECT sha256 FROM upload WHERE state IN ('uploaded', 'waiting') ORDER BY id DESC LIMIT ?1", &s);
    if (err) return err;
    stmt_bind_int(s, 1, (int64_t)max);
    return take_hashes(s, out, max, n);
}

/* ---- making room ---- */

int outbox_choose(struct db *db, bool only_timelapse, size_t max, size_t *n) {
    struct stmt *s = NULL;
    int err =
        db_prepare(db,
                   "UPDATE upload SET dropped = 3 WHERE id IN (SELECT id FROM upload WHERE thumb = 0"
                   " AND state = 'confirmed' AND dropped = 0 AND timelapse >= ?2 ORDER BY timelapse DESC, id LIMIT ?1)",
                   &s);
    if (err) return err;
    stmt_bind_int(s, 1, (int64_t)max);
    stmt_bind_int(s, 2, only_timelapse);
    err = stmt_run(s);
    if (!err) *n = (size_t)db_changes(db);
    return err;
}

int outbox_timelapse_bytes(struct db *db, int64_t *out) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int err = db_prepare(
        db, "SELECT coalesce(sum(bytes), 0) FROM upload WHERE timelapse = 1 AND thumb = 0 AND dropped IN (0, 3)", &s);
    if (!err) err = stmt_step(s);
    if (err == 1) *out = stmt_int(s, 0);
    return err < 0 ? err : 0;
}

int outbox_chosen(struct db *db, struct outbox_chosen *out, size_t max, size_t *n) {
    struct stmt *s = NULL;
    int err = db_prepare(db,
                         "SELECT sha256, state = 'confirmed', bytes FROM upload WHERE thumb = 0 AND dropped = 3"
                         " ORDER BY timelapse DESC, id LIMIT ?1",
                         &s);
    if (err) return err;
    stmt_bind_int(s, 1, (int64_t)max);
    size_t count = 0;
    int row = 0;
    while (count < max && (row = stmt_step(s)) == 1) {
        out[count].received = stmt_int(s, 1) != 0;
        out[count].bytes = stmt_int(s, 2);
        if (text_copy(out[count].sha256, HASH_TEXT_SIZE, stmt_text(s, 0)) == 0) count++;
    }
    stmt_reset(s);
    if (row < 0) return row;
    *n = count;
    return 0;
}

static int set_dropped(struct db *db, const char *sql, const char *sha256) {
    struct stmt *s = NULL;
    int err = db_prepare(db, sql, &s);
    if (err) return err;
    stmt_bind_text(s, 1, sha256);
    return stmt_run(s);
}

int outbox_dropped(struct db *db, const char *sha256) {
    return set_dropped(db, "UPDATE upload SET dropped = 2 WHERE sha256 = ?1 AND thumb = 0 AND dropped <> 1", sha256);
}

int outbox_kept(struct db *db, const char *sha256) {
    return set_dropped(db, "UPDATE upload SET dropped = 0 WHERE sha256 = ?1 AND thumb = 0 AND dropped = 3", sha256);
}

int outbox_unsaid(struct db *db, char (*out)[HASH_TEXT_SIZE], size_t max, size_t *n, int64_t *bytes) {
    struct stmt *s = NULL;
    int err =
        db_prepare(db, "SELECT sha256, bytes FROM upload WHERE thumb = 0 AND dropped = 2 ORDER BY id LIMIT ?1", &s);
    if (err) return err;
    stmt_bind_int(s, 1, (int64_t)max);
    size_t count = 0;
    int64_t sum = 0;
    int row = 0;
    while (count < max && (row = stmt_step(s)) == 1) {
        sum += stmt_int(s, 1);
        if (text_copy(out[count], HASH_TEXT_SIZE, stmt_text(s, 0)) == 0) count++;
    }
    stmt_reset(s);
    if (row < 0) return row;
    *n = count;
    *bytes = sum;
    return 0;
}

int outbox_said(struct db *db, const char *sha256) {
    return set_dropped(db, "UPDATE upload SET dropped = 1 WHERE sha256 = ?1 AND thumb = 0 AND dropped = 2", sha256);
}
