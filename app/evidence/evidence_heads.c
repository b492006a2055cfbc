/* SPDX-License-Identifier: MIT */
/* Signed heads: what a writer vouched for with its own key, as it is stored at head office, or made now for the chains that this installation
 * writes itself. Each as a text, its signature and the key, for openssl. */
#include "app/evidence/evidence_private.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"
#include "sync/wire/beat.h"

#include <stdio.h>
#include <string.h>

enum { HEADS_TEXT_MAX = 2048, KEY_TEXT_SIZE = 64 };

struct heads {
    char writer[NAME_SIZE];
    struct beat beat;
    bool signed_there; /* else here and now */
    bool key_pinned;
    int64_t at_ms;
};

/* As sync/wire/beat.h says: lanes in alphabetical order, no newline at the end. */
static int statement(const struct evidence *v, const struct heads *h, struct buf *out) {
    static const enum lane order[LANE_COUNT] = { LANE_ALERT, LANE_PHOTO, LANE_RECORD };
    (void)buf_addf(out, "sitelog-heads-v1\n%s/%s/%s\n%s", v->ask->org, v->ask->site, h->writer, h->beat.epoch);
    for (size_t i = 0; i < LANE_COUNT; i++)
        (void)buf_addf(out, "\n%s %llu %s", lane_name(order[i]), (unsigned long long)h->beat.seq[order[i]],
                       h->beat.hash[order[i]]);
    return out->error;
}

static int put_file(struct evidence *v, const struct heads *h, const char *ending, const void *bytes, size_t n) {
    char name[140];
    (void)snprintf(name, sizeof name, "heads/%s.%s.%s", h->writer, h->beat.epoch, ending);
    return pack_put(v->pack, name, bytes, n);
}

static void tell(struct evidence *v, const struct heads *h) {
    char files[140], key[KEY_TEXT_SIZE] = "", at[CLOCK_TEXT_SIZE];
    struct json_out *w = &v->w;
    (void)snprintf(files, sizeof files, "heads/%s.%s", h->writer, h->beat.epoch);
    if (text_base64(h->beat.key, sizeof h->beat.key, key, sizeof key)) key[0] = '\0';
    clock_format((struct wall){ h->at_ms }, 0, at);
    json_open(w, NULL, '{');
    json_put_text(w, "writer", h->writer);
    json_put_text(w, "epoch", h->beat.epoch);
    json_put_text(w, "files", files);
    json_put_text(w, "key", key);
    json_put_text(w, "key_is", h->signed_there ? (h->key_pinned ? "pinned" : "not the pinned one") : "own");
    json_put_text(w, h->signed_there ? "received" : "signed", at);
    json_close(w, '}');
}

/* 0, also for a signature that does not fit: that is nothing to show. */
static int put(struct evidence *v, struct heads *h) {
    struct buf text, pem;
    buf_init(&text, HEADS_TEXT_MAX);
    buf_init(&pem, HEADS_TEXT_MAX);
    int rc = statement(v, h, &text);
    if (!rc && !h->signed_there) {
        memcpy(h->beat.key, v->public_key, sizeof h->beat.key);
        rc = sign_make(v->secret, text.data, text.len, h->beat.signature);
    }
    bool fits = !rc && sign_check(h->beat.key, text.data, text.len, h->beat.signature);
    if (!rc) rc = evidence_pem(h->beat.key, &pem);
    if (!rc && fits) rc = put_file(v, h, "txt", text.data, text.len);
    if (!rc && fits) rc = put_file(v, h, "sig", h->beat.signature, sizeof h->beat.signature);
    if (!rc && fits) rc = put_file(v, h, "pem", pem.data, pem.len);
    if (!rc && fits) tell(v, h);
    buf_fini(&text);
    buf_fini(&pem);
    return rc;
}

/* One lane's row. ERR_CORRUPT: it is damaged. */
static int take_lane(struct stmt *s, struct heads *h) {
    size_t key_n, signature_n;
    char text[KEY_TEXT_SIZE] = "";
    int64_t lane = stmt_int(s, 2);
    const void *key = stmt_blob(s, 5, &key_n), *signature = stmt_blob(s, 6, &signature_n);
    if (lane < 0 || lane >= LANE_COUNT || key_n != SIGN_PUBLIC_SIZE || signature_n != SIGN_SIZE) return ERR_CORRUPT;
    memcpy(h->beat.key, key, SIGN_PUBLIC_SIZE);
    memcpy(h->beat.signature, signature, SIGN_SIZE);
    h->beat.seq[lane] = (uint64_t)stmt_int(s, 3);
    if (stmt_int(s, 7) > h->at_ms) h->at_ms = stmt_int(s, 7);
    if (text_base64(h->beat.key, sizeof h->beat.key, text, sizeof text)) return ERR_CORRUPT;
    h->key_pinned = strcmp(text, stmt_text(s, 8)) == 0;
    return text_copy(h->beat.hash[lane], HASH_TEXT_SIZE, stmt_text(s, 4)) ? ERR_CORRUPT : 0;
}

static int put_stored(struct evidence *v) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    struct heads h = { .signed_there = true };
    int rc = db_prepare(v->db,
                        "SELECT h.board, h.epoch, h.lane, h.seq, h.hash, h.key, h.signature, h.at,"
                        " (SELECT b.key FROM board b WHERE b.site = h.site AND b.board = h.board)"
                        " FROM board_head h WHERE h.site = ? ORDER BY h.board, h.epoch, h.lane",
                        &s);
    if (rc) return rc;
    stmt_bind_text(s, 1, v->ask->site);
    while ((rc = stmt_step(s)) == 1) {
        if (strcmp(h.writer, stmt_text(s, 0)) != 0 || strcmp(h.beat.epoch, stmt_text(s, 1)) != 0) {
            if (h.writer[0] && (rc = put(v, &h)) != 0) return rc;
            h = (struct heads){ .signed_there = true };
            if (text_copy(h.writer, sizeof h.writer, stmt_text(s, 0)) ||
                text_copy(h.beat.epoch, sizeof h.beat.epoch, stmt_text(s, 1)))
                return ERR_CORRUPT;
        }
        rc = take_lane(s, &h);
        if (rc) return rc;
    }
    return rc == 0 && h.writer[0] ? put(v, &h) : rc;
}

/* Of the chains that this installation wrote. */
static int put_own(struct evidence *v) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    struct heads h = { .at_ms = v->ask->now.ms };
    int rc = db_prepare(
        v->db, "SELECT epoch, lane, seq, hash FROM chain WHERE site = ? AND writer = ? ORDER BY epoch, lane", &s);
    if (rc) return rc;
    stmt_bind_text(s, 1, v->ask->site);
    stmt_bind_text(s, 2, v->ask->writer);
    while ((rc = stmt_step(s)) == 1) {
        size_t n;
        const void *hash = stmt_blob(s, 3, &n);
        int64_t lane = stmt_int(s, 1);
        if (strcmp(h.beat.epoch, stmt_text(s, 0)) != 0) {
            if (h.writer[0] && (rc = put(v, &h)) != 0) return rc;
            h = (struct heads){ .at_ms = v->ask->now.ms };
            text_clip(h.writer, sizeof h.writer, v->ask->writer);
            if (text_copy(h.beat.epoch, sizeof h.beat.epoch, stmt_text(s, 0))) return ERR_CORRUPT;
            for (int l = 0; l < LANE_COUNT; l++) /* a lane without an event */
                hash_sha256_text(h.beat.epoch, strlen(h.beat.epoch), h.beat.hash[l]);
        }
        if (lane < 0 || lane >= LANE_COUNT || n != HASH_SIZE) return ERR_CORRUPT;
        h.beat.seq[lane] = (uint64_t)stmt_int(s, 2);
        text_hex(hash, HASH_SIZE, h.beat.hash[lane]);
    }
    return rc == 0 && h.writer[0] ? put(v, &h) : rc;
}

int evidence_heads(struct evidence *v) {
    json_open(&v->w, "signed_heads", '[');
    int rc = put_stored(v);
    if (!rc) rc = put_own(v);
    json_close(&v->w, ']');
    return rc;
}
