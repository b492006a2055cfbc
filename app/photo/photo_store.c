/* SPDX-License-Identifier: MIT */
/* Photo bytes in photos.db. One transaction writes a photo; dropping has transactions of its own, because pages freed and used again in one
 * transaction go through the journal. Numbers about a blob come before its bytes in a row and are in an index that covers them, so that
 * asking never reads a photo. When to drop is not decided here. */
#include "app/photo/photo_store.h"

#include "app/photo/photo_reader.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"
#include "firmware/db/migrate.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RESERVE_PERCENT 5
#define PATH_SIZE       512

struct photo_store {
    struct blobs blobs; /* first: see struct blobs */
    char dir[PATH_SIZE];
    int64_t reserve_percent;
    struct db *db; /* the writer's; NULL when read_only */
    struct photo_reader *readers;
    atomic_int_fast64_t originals, original_bytes, thumbs, thumb_bytes;
    atomic_int_fast64_t spare_bytes;
};

static const struct migration migrations[] = {
    { 1,
      "CREATE TABLE original (\n"
      "  id INTEGER PRIMARY KEY,\n"
      "  sha256 TEXT NOT NULL,                    -- of body, 64 hex digits; one row a hash\n"
      "  bytes INTEGER NOT NULL,\n"
      "  dropped_at INTEGER NOT NULL DEFAULT 0,   -- ms since 1970 when body was dropped after receipt; 0: it is here\n"
      "  stored_at INTEGER NOT NULL,              -- ms since 1970\n"
      "  body BLOB\n"
      ") STRICT;\n"
      "CREATE INDEX original_sha256 ON original (sha256, bytes, dropped_at);\n"
      "CREATE TABLE thumb (\n"
      "  id INTEGER PRIMARY KEY,\n"
      "  sha256 TEXT NOT NULL,                    -- of body; one row a hash\n"
      "  bytes INTEGER NOT NULL,\n"
      "  stored_at INTEGER NOT NULL,\n"
      "  body BLOB NOT NULL\n"
      ") STRICT;\n"
      "CREATE INDEX thumb_sha256 ON thumb (sha256, bytes);\n"
      "CREATE TABLE unsettled (                    -- photos whose event may not be in the journal yet\n"
      "  photo TEXT PRIMARY KEY,\n"
      "  sha256 TEXT NOT NULL,\n"
      "  meta TEXT NOT NULL                       -- JSON: what the event needs\n"
      ") STRICT, WITHOUT ROWID;\n",
      NULL },
};

static struct photo_store *store_of(struct blobs *b) { return (struct photo_store *)b; }

/* ---- looking up ---- */

struct found {
    int64_t id, bytes, dropped_at;
};

static int find(struct db *db, enum blob_variant variant, const char *sha256, struct found *out) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int err = variant == BLOB_THUMB
                  ? db_prepare(db, "SELECT id, bytes, 0 FROM thumb WHERE sha256 = ?1", &s)
                  : db_prepare(db, "SELECT id, bytes, dropped_at FROM original WHERE sha256 = ?1", &s);
    if (err) return err;
    stmt_bind_text(s, 1, sha256);
    int row = stmt_step(s);
    if (row <= 0) return row < 0 ? row : ERR_NOT_FOUND;
    *out = (struct found){ stmt_int(s, 0), stmt_int(s, 1), stmt_int(s, 2) };
    return 0;
}

static int photo_size(struct blobs *b, enum blob_variant variant, const char *sha256, int64_t *out) {
    struct photo_store *store = store_of(b);
    struct db *db = photo_reader_take(store->readers);
    struct found found;
    int err = find(db, variant, sha256, &found);
    photo_reader_give(store->readers, db);
    if (err) return err;
    if (found.dropped_at != 0) return ERR_GONE;
    *out = found.bytes;
    return 0;
}

static int photo_read(struct blobs *b, enum blob_variant variant, const char *sha256, int64_t offset, void *out,
                      size_t n) {
    struct photo_store *store = store_of(b);
    struct db *db = photo_reader_take(store->readers);
    struct found found;
    int err = find(db, variant, sha256, &found);
    if (!err && found.dropped_at != 0) err = ERR_GONE;
    if (!err && ((int64_t)n > found.bytes || offset > found.bytes - (int64_t)n)) err = ERR_INVALID;
    if (!err && n > 0) {
        err = db_blob_read(db, variant == BLOB_THUMB ? "thumb" : "original", "body", found.id, offset, out, n);
        /* it may have been dropped between the two */
        if (err && err != ERR_BUSY && find(db, variant, sha256, &found) == 0 && found.dropped_at != 0) err = ERR_GONE;
    }
    photo_reader_give(store->readers, db);
    return err;
}

static int photo_dropped_at(struct blobs *b, const char *sha256, struct wall *out) {
    struct photo_store *store = store_of(b);
    struct db *db = photo_reader_take(store->readers);
    struct found found;
    int err = find(db, BLOB_ORIGINAL, sha256, &found);
    photo_reader_give(store->readers, db);
    if (err) return err;
    if (found.dropped_at == 0) return ERR_NOT_FOUND;
    *out = (struct wall){ found.dropped_at };
    return 0;
}

/* ---- room ---- */

static int room_with(const struct photo_store *store, struct db *db, struct disk_room *out) {
    struct disk_room room;
    int err = disk_room(store->dir, &room);
    if (err) return err;
    room.free_bytes += db_free_bytes(db);
    if (room.total_bytes > 0) room.free_percent = (int)(room.free_bytes * 100 / room.total_bytes);
    *out = room;
    return 0;
}

int photo_store_room(struct photo_store *s, struct disk_room *out) {
    struct db *db = photo_reader_take(s->readers);
    int err = room_with(s, db, out);
    photo_reader_give(s->readers, db);
    return err;
}

static int photo_room(struct blobs *b, struct disk_room *out) { return photo_store_room(store_of(b), out); }

static int check_room(const struct photo_store *store, size_t n, struct err_text *e) {
    struct disk_room room;
    int err = room_with(store, store->db, &room);
    if (err) return err_set(e, err, "%s: the free space cannot be read: %s", store->dir, err_name(err));
    if (room.free_bytes - (int64_t)n - atomic_load(&store->spare_bytes) <
        room.total_bytes / 100 * store->reserve_percent)
        return err_set(
            e, ERR_NO_SPACE,
            "%s: less than %d %% of the disk would stay free; photos that head office has received can be dropped, "
            "others have to be sent first",
            store->dir, (int)store->reserve_percent);
    return 0;
}

/* ---- writing ---- */

struct added {
    bool original, thumb;
};

static int write_original(struct photo_store *store, const struct blob_put *put, struct added *added,
                          struct err_text *e) {
    struct found found = { 0 };
    int err = find(store->db, BLOB_ORIGINAL, put->sha256, &found);
    if (err && err != ERR_NOT_FOUND) return err;
    if (!err && found.dropped_at == 0) return 0;
    bool again = !err;
    err = check_room(store, put->n + put->thumb_n, e);
    if (err) return err;
    struct stmt *s = NULL;
    err = again ? db_prepare(
                      store->db,
                      "UPDATE original SET dropped_at = 0, bytes = ?2, stored_at = ?3, body = ?4 WHERE sha256 = ?1", &s)
                : db_prepare(store->db, "INSERT INTO original (sha256, bytes, stored_at, body) VALUES (?1, ?2, ?3, ?4)",
                             &s);
    if (err) return err;
    stmt_bind_text(s, 1, put->sha256);
    stmt_bind_int(s, 2, (int64_t)put->n);
    stmt_bind_int(s, 3, clock_wall().ms);
    stmt_bind_blob(s, 4, put->bytes, put->n);
    added->original = true;
    return stmt_run(s);
}

static int write_thumb(struct photo_store *store, const struct blob_put *put, struct added *added) {
    struct found found;
    if (put->thumb_sha256 == NULL) return 0;
    int err = find(store->db, BLOB_THUMB, put->thumb_sha256, &found);
    if (err != ERR_NOT_FOUND) return err;
    struct stmt *s = NULL;
    err = db_prepare(store->db, "INSERT INTO thumb (sha256, bytes, stored_at, body) VALUES (?1, ?2, ?3, ?4)", &s);
    if (err) return err;
    stmt_bind_text(s, 1, put->thumb_sha256);
    stmt_bind_int(s, 2, (int64_t)put->thumb_n);
    stmt_bind_int(s, 3, clock_wall().ms);
    stmt_bind_blob(s, 4, put->thumb, put->thumb_n);
    added->thumb = true;
    return stmt_run(s);
}

static int write_unsettled(struct db *db, const struct blob_put *put) {
    struct stmt *s = NULL;
    int err = db_prepare(db,
                         "INSERT INTO unsettled (photo, sha256, meta) VALUES (?1, ?2, ?3)"
                         " ON CONFLICT (photo) DO UPDATE SET sha256 = excluded.sha256, meta = excluded.meta",
                         &s);
    if (err) return err;
    stmt_bind_text(s, 1, put->photo);
    stmt_bind_text(s, 2, put->sha256);
    stmt_bind_text(s, 3, put->meta);
    return stmt_run(s);
}

/* Says what the database said, where nobody closer to the cause has said more. */
static int tell(const struct photo_store *store, int err, struct err_text *e) {
    if (e != NULL && e->code == 0)
        return err_set(e, err, "%s/photos.db: %s (%s)", store->dir, err_name(err), db_message(store->db));
    return err;
}

static int photo_put(struct blobs *b, const struct blob_put *put, struct err_text *e) {
    struct photo_store *store = store_of(b);
    struct added added = { false, false };
    if (e != NULL) e->code = 0;
    if (store->db == NULL) return err_set(e, ERR_DENIED, "%s/photos.db is open for reading only", store->dir);
    int err = db_begin(store->db);
    if (err) return tell(store, err, e);
    err = write_original(store, put, &added, e);
    if (!err) err = write_thumb(store, put, &added);
    if (!err) err = write_unsettled(store->db, put);
    if (err) {
        err = tell(store, err, e);
        db_rollback(store->db);
        return err;
    }
    err = db_commit(store->db);
    if (err) return tell(store, err, e);
    if (added.original) {
        atomic_fetch_add(&store->originals, 1);
        atomic_fetch_add(&store->original_bytes, (int_fast64_t)put->n);
    }
    if (added.thumb) {
        atomic_fetch_add(&store->thumbs, 1);
        atomic_fetch_add(&store->thumb_bytes, (int_fast64_t)put->thumb_n);
    }
    return 0;
}

static int photo_drop(struct blobs *b, const char *sha256) {
    struct photo_store *store = store_of(b);
    struct found found;
    if (store->db == NULL) return ERR_DENIED;
    int err = find(store->db, BLOB_ORIGINAL, sha256, &found);
    if (err || found.dropped_at != 0) return err;
    err = db_begin(store->db);
    if (err) return err;
    struct stmt *s = NULL;
    err = db_prepare(store->db, "UPDATE original SET dropped_at = ?2, body = NULL WHERE id = ?1", &s);
    if (!err) {
        stmt_bind_int(s, 1, found.id);
        stmt_bind_int(s, 2, clock_wall().ms > 0 ? clock_wall().ms : 1);
        err = stmt_run(s);
    }
    if (err) {
        db_rollback(store->db);
        return err;
    }
    err = db_commit(store->db);
    if (err) return err;
    atomic_fetch_sub(&store->originals, 1);
    atomic_fetch_sub(&store->original_bytes, (int_fast64_t)found.bytes);
    return 0;
}

/* ---- photos without an event ---- */

static int photo_unsettled(struct blobs *b, blobs_unsettled_fn fn, void *ctx) {
    struct photo_store *store = store_of(b);
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    if (store->db == NULL) return ERR_DENIED;
    int err = db_prepare(store->db, "SELECT photo, sha256, meta FROM unsettled ORDER BY photo", &s);
    if (err) return err;
    int row;
    while ((row = stmt_step(s)) == 1) {
        struct blob_unsettled photo = { .meta = stmt_text(s, 2) };
        err = text_copy(photo.photo, sizeof photo.photo, stmt_text(s, 0));
        if (!err) err = text_copy(photo.sha256, sizeof photo.sha256, stmt_text(s, 1));
        if (err) return ERR_CORRUPT;
        err = fn(ctx, &photo);
        if (err < 0) return err;
    }
    return row;
}

static int photo_settle(struct blobs *b, const char (*photos)[ID_SIZE], size_t n) {
    struct photo_store *store = store_of(b);
    if (store->db == NULL) return ERR_DENIED;
    int err = db_begin(store->db);
    if (err) return err;
    for (size_t i = 0; i < n && !err; i++) {
        struct stmt *s = NULL;
        err = db_prepare(store->db, "DELETE FROM unsettled WHERE photo = ?1", &s);
        if (err) break;
        stmt_bind_text(s, 1, photos[i]);
        err = stmt_run(s);
    }
    if (err) {
        db_rollback(store->db);
        return err;
    }
    return db_commit(store->db);
}

static struct blob_counts photo_counts(struct blobs *b) {
    struct photo_store *store = store_of(b);
    return (struct blob_counts){ atomic_load(&store->originals), atomic_load(&store->original_bytes),
                                 atomic_load(&store->thumbs), atomic_load(&store->thumb_bytes) };
}

static const struct blobs_ops photo_ops = { photo_put,       photo_size,   photo_read, photo_drop,  photo_dropped_at,
                                            photo_unsettled, photo_settle, photo_room, photo_counts };

/* ---- opening ---- */

static int count_all(struct photo_store *store, struct db *db) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int err = db_prepare(db,
                         "SELECT o.n, o.b, t.n, t.b FROM"
                         " (SELECT count(*) AS n, coalesce(sum(bytes), 0) AS b FROM original WHERE dropped_at = 0) o,"
                         " (SELECT count(*) AS n, coalesce(sum(bytes), 0) AS b FROM thumb) t",
                         &s);
    if (err) return err;
    int row = stmt_step(s);
    if (row <= 0) return row < 0 ? row : ERR_CORRUPT;
    atomic_init(&store->originals, stmt_int(s, 0));
    atomic_init(&store->original_bytes, stmt_int(s, 1));
    atomic_init(&store->thumbs, stmt_int(s, 2));
    atomic_init(&store->thumb_bytes, stmt_int(s, 3));
    return 0;
}

static int open_files(struct photo_store *store, const struct photo_store_options *options, struct err_text *e) {
    char path[PATH_SIZE + 16];
    snprintf(path, sizeof path, "%s/photos.db", store->dir);
    int err = 0;
    if (!options->read_only) {
        err = db_open(path, DB_PHOTOS, &store->db, e);
        if (!err) err = migrate_run(store->db, "photos.db", migrations, TEXT_ARRAY_LEN(migrations), e);
        if (err) return err;
    }
    err = photo_reader_create(path, options->readers > 0 ? options->readers : 2, &store->readers, e);
    if (err) return err;
    struct db *db = photo_reader_take(store->readers);
    err = count_all(store, db);
    if (err) err_set(e, err, "%s: %s (%s)", path, err_name(err), db_message(db));
    photo_reader_give(store->readers, db);
    return err;
}

int photo_store_open(const struct photo_store_options *options, struct photo_store **out, struct err_text *e) {
    struct photo_store *store = calloc(1, sizeof *store);
    if (store == NULL) return err_set(e, ERR_NOMEM, "out of memory");
    store->blobs.ops = &photo_ops;
    store->reserve_percent = options->reserve_percent > 0 ? options->reserve_percent : RESERVE_PERCENT;
    int err = text_copy(store->dir, sizeof store->dir, options->dir);
    if (err) err_set(e, err, "the name of the folder for photos is too long");
    if (!err) err = open_files(store, options, e);
    if (err) {
        photo_store_close(store);
        return err;
    }
    *out = store;
    return 0;
}

void photo_store_close(struct photo_store *s) {
    if (s == NULL) return;
    photo_reader_destroy(s->readers);
    db_close(s->db);
    free(s);
}

struct blobs *photo_store_blobs(struct photo_store *s) {
    return &s->blobs;
}

void photo_store_spare(struct photo_store *s, int64_t bytes) { atomic_store(&s->spare_bytes, bytes); }

int64_t photo_store_spared(struct photo_store *s) { return atomic_load(&s->spare_bytes); }

struct db *photo_store_db(struct photo_store *s) {
    return s->db;
}
