/* SPDX-License-Identifier: MIT */
/* The photos' original bytes, each once under its hash, and thumbnails for the report. What is not there is told in the manifest with the reason. */
#include "app/evidence/evidence_private.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct shown {
    char id[ID_SIZE], sha256[HASH_TEXT_SIZE]; /* id: of one of the photos that have these bytes */
};

/* A blob as an entry, piece by piece, hashed again on the way. ERR_CORRUPT: not what its name says. */
static int put_blob(struct evidence *v, enum blob_variant variant, const char *sha256, int64_t size) {
    CLEANUP(free_ptr) char *piece = malloc(BLOB_PIECE_MAX);
    struct hash *hash = NULL;
    uint8_t bytes[HASH_SIZE];
    char name[100], text[HASH_TEXT_SIZE];
    (void)snprintf(name, sizeof name, "%s/%s.jpg", variant == BLOB_ORIGINAL ? "photos" : "thumbs", sha256);
    int rc = piece ? hash_create(&hash) : ERR_NOMEM;
    if (!rc) rc = pack_begin(v->pack, name, size, true);
    for (int64_t at = 0; !rc && at < size;) {
        size_t n = size - at > (int64_t)BLOB_PIECE_MAX ? BLOB_PIECE_MAX : (size_t)(size - at);
        rc = blobs_read(v->ask->blobs, variant, sha256, at, piece, n);
        if (rc) (void)err_set(v->e, rc, "photo %.12s… cannot be read: %s; check the disk", sha256, err_name(rc));
        if (!rc) hash_update(hash, piece, n);
        if (!rc) rc = pack_write(v->pack, piece, n);
        at += (int64_t)n;
    }
    if (rc) {
        hash_destroy(hash);
        return rc;
    }
    hash_final(hash, bytes);
    text_hex(bytes, HASH_SIZE, text);
    if (strcmp(text, sha256) != 0)
        return err_set(
            v->e, ERR_CORRUPT,
            "the bytes of photo %.12s… are not the ones that were taken, so no pack is made of them; sitelogctl "
            "verify says what is broken",
            sha256);
    return pack_end(v->pack);
}

static void missing(struct evidence *v, const struct shown *p, int rc) {
    struct wall at;
    char text[CLOCK_TEXT_SIZE];
    json_open(&v->w, NULL, '{');
    json_put_text(&v->w, "id", p->id);
    json_put_text(&v->w, "sha256", p->sha256);
    json_put_text(&v->w, "why",
                  rc == ERR_GONE ? "dropped after head office had received it" : "its bytes are not here");
    if (rc == ERR_GONE && blobs_dropped_at(v->ask->blobs, p->sha256, &at) == 0) {
        clock_format(at, 0, text);
        json_put_text(&v->w, "dropped", text);
    }
    json_close(&v->w, '}');
    v->done.photos_missing++;
}

static int put_original(struct evidence *v, const struct shown *p) {
    int64_t size = 0;
    int rc = blobs_size(v->ask->blobs, BLOB_ORIGINAL, p->sha256, &size);
    if (rc == ERR_NOT_FOUND || rc == ERR_GONE) {
        missing(v, p, rc);
        return 0;
    }
    if (rc) return err_set(v->e, rc, "photo %s cannot be read: %s; check the disk", p->id, err_name(rc));
    v->done.photos++;
    return put_blob(v, BLOB_ORIGINAL, p->sha256, size);
}

/* Of the photo-taken events that are in the pack. */
#define PACKED                                                                                                         \
    " WITH span AS (SELECT chain, min(seq) AS first, max(seq) AS last FROM event WHERE site = ?1 AND at >= ?2 AND at " \
    "< ?3"                                                                                                             \
    " GROUP BY chain) SELECT min(p.id), p.sha256, p.thumb_sha256 FROM photo p JOIN event e ON e.pos = p.pos"           \
    " JOIN span ON span.chain = e.chain AND e.seq BETWEEN span.first AND span.last WHERE p.site = ?1"

static void bind(struct evidence *v, struct stmt *s) {
    stmt_bind_text(s, 1, v->ask->site);
    stmt_bind_int(s, 2, v->from_ms);
    stmt_bind_int(s, 3, v->to_ms);
}

/* Small, and made from the originals: those that are not here are left out. */
static int put_thumbs(struct evidence *v) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(v->db, PACKED " AND p.thumb_sha256 <> '' GROUP BY p.thumb_sha256 ORDER BY p.thumb_sha256", &s);
    if (rc) return rc;
    bind(v, s);
    while ((rc = stmt_step(s)) == 1) {
        const char *thumb = stmt_text(s, 2);
        int64_t size = 0;
        if (!text_is_hex(thumb, HASH_TEXT_SIZE - 1)) return ERR_CORRUPT;
        if (blobs_size(v->ask->blobs, BLOB_THUMB, thumb, &size) != 0) continue;
        rc = put_blob(v, BLOB_THUMB, thumb, size);
        if (rc) return rc;
    }
    return rc;
}

static int put_originals(struct evidence *v) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(v->db, PACKED " AND p.sha256 <> '' GROUP BY p.sha256 ORDER BY p.sha256", &s);
    if (rc) return rc;
    bind(v, s);
    while ((rc = stmt_step(s)) == 1) {
        struct shown p = { 0 };
        text_clip(p.id, sizeof p.id, stmt_text(s, 0));
        text_clip(p.sha256, sizeof p.sha256, stmt_text(s, 1));
        if (!text_is_hex(p.sha256, HASH_TEXT_SIZE - 1)) return ERR_CORRUPT;
        rc = put_original(v, &p);
        if (rc) return rc;
    }
    return rc;
}

int evidence_photos(struct evidence *v) {
    json_open(&v->w, "photos_missing", '[');
    int rc = put_originals(v);
    json_close(&v->w, ']');
    return rc ? rc : put_thumbs(v);
}
