/* SPDX-License-Identifier: MIT */
/* What every photo store has in common: checking what comes in, whole reads, verification. Where the bytes lie is the stores' business. */
#include "app/photo/blobs.h"

#include "firmware/base/cleanup.h"
#include "firmware/base/json.h"
#include "firmware/base/text.h"

#include <string.h>

static bool is_hash(const char *text) { return text != NULL && text_is_hex(text, 64); }

static int check_meta(const char *meta, struct err_text *e) {
    CLEANUP(json_destroy_ptr) struct json *root = NULL;
    size_t n = meta == NULL ? 0 : strlen(meta);
    if (n > BLOB_META_MAX) return err_field(e, ERR_TOO_BIG, "meta", "metadata of %zu bytes is over the maximum", n);
    int err = meta == NULL ? ERR_INVALID : json_parse(meta, n, &root, NULL);
    if (err == ERR_NOMEM) return err_set(e, err, "out of memory");
    if (err || !json_is_object(root)) return err_field(e, ERR_INVALID, "meta", "metadata is no JSON object");
    return 0;
}

int blobs_put(struct blobs *b, const struct blob_put *put, struct err_text *e) {
    if (!is_hash(put->sha256)) return err_field(e, ERR_INVALID, "sha256", "a hash is 64 lower-case hex digits");
    if (put->n == 0) return err_field(e, ERR_INVALID, "bytes", "a photo is never empty");
    if (put->n > BLOB_ORIGINAL_MAX)
        return err_field(e, ERR_TOO_BIG, "bytes", "a photo may be %u bytes at most", BLOB_ORIGINAL_MAX);
    if (put->thumb_sha256 != NULL) {
        if (!is_hash(put->thumb_sha256))
            return err_field(e, ERR_INVALID, "thumb_sha256", "a hash is 64 lower-case hex digits");
        if (put->thumb_n == 0) return err_field(e, ERR_INVALID, "thumb", "a thumbnail is never empty");
        if (put->thumb_n > BLOB_THUMB_MAX)
            return err_field(e, ERR_TOO_BIG, "thumb", "a thumbnail may be %u bytes at most", BLOB_THUMB_MAX);
    }
    if (put->photo == NULL || !ids_is_uuid7(put->photo))
        return err_field(e, ERR_INVALID, "photo", "a photo's id is a UUIDv7");
    int err = check_meta(put->meta, e);
    return err ? err : b->ops->put(b, put, e);
}

int blobs_size(struct blobs *b, enum blob_variant variant, const char *sha256, int64_t *out) {
    return is_hash(sha256) ? b->ops->size(b, variant, sha256, out) : ERR_NOT_FOUND;
}

bool blobs_has(struct blobs *b, enum blob_variant variant, const char *sha256) {
    int64_t size = 0;
    return blobs_size(b, variant, sha256, &size) == 0;
}

int blobs_read(struct blobs *b, enum blob_variant variant, const char *sha256, int64_t offset, void *out, size_t n) {
    if (!is_hash(sha256)) return ERR_NOT_FOUND;
    if (n > BLOB_PIECE_MAX || offset < 0) return ERR_INVALID;
    return b->ops->read(b, variant, sha256, offset, out, n);
}

int blobs_read_all(struct blobs *b, enum blob_variant variant, const char *sha256, struct buf *out) {
    int64_t size = 0;
    int err = blobs_size(b, variant, sha256, &size);
    if (err) return err;
    buf_clear(out);
    if ((uint64_t)size > out->max) return ERR_TOO_BIG;
    err = buf_reserve(out, (size_t)size);
    if (err) return err;
    for (size_t at = 0; at < (size_t)size && !err;) {
        size_t n = (size_t)size - at < BLOB_PIECE_MAX ? (size_t)size - at : BLOB_PIECE_MAX;
        err = blobs_read(b, variant, sha256, (int64_t)at, out->data + at, n);
        if (!err) at += n, out->len = at, out->data[at] = '\0';
    }
    if (err) buf_clear(out);
    return err;
}

int blobs_verify(struct blobs *b, enum blob_variant variant, const char *sha256) {
    int64_t size = 0;
    int err = blobs_size(b, variant, sha256, &size);
    if (err) return err;
    CLEANUP(free_ptr) uint8_t *piece = malloc(BLOB_PIECE_MAX);
    struct hash *hash = NULL;
    if (piece == NULL) return ERR_NOMEM;
    err = hash_create(&hash);
    if (err) return err;
    for (int64_t at = 0; at < size && !err;) {
        size_t n = size - at < (int64_t)BLOB_PIECE_MAX ? (size_t)(size - at) : BLOB_PIECE_MAX;
        err = blobs_read(b, variant, sha256, at, piece, n);
        if (!err) hash_update(hash, piece, n);
        at += (int64_t)n;
    }
    if (err) {
        hash_destroy(hash);
        return err;
    }
    uint8_t digest[HASH_SIZE];
    char text[HASH_TEXT_SIZE];
    hash_final(hash, digest);
    text_hex(digest, sizeof digest, text);
    return strcmp(text, sha256) == 0 ? 0 : ERR_CORRUPT;
}

int blobs_drop(struct blobs *b, const char *sha256) {
    return is_hash(sha256) ? b->ops->drop(b, sha256) : ERR_NOT_FOUND;
}

int blobs_dropped_at(struct blobs *b, const char *sha256, struct wall *out) {
    return is_hash(sha256) ? b->ops->dropped_at(b, sha256, out) : ERR_NOT_FOUND;
}

int blobs_unsettled(struct blobs *b, blobs_unsettled_fn fn, void *ctx) { return b->ops->unsettled(b, fn, ctx); }

int blobs_settle(struct blobs *b, const char (*photos)[ID_SIZE], size_t n) {
    return n == 0 ? 0 : b->ops->settle(b, photos, n);
}

int blobs_room(struct blobs *b, struct disk_room *out) { return b->ops->room(b, out); }

struct blob_counts blobs_counts(struct blobs *b) {
    return b->ops->counts(b);
}
