/* SPDX-License-Identifier: MIT */
/* Every chain of a site, byte for byte, checked on the way: what does not hang together is not packed as if it did. */
#include "app/evidence/evidence_private.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"
#include "sync/wire/envelope.h"

#include <stdio.h>
#include <string.h>

struct chain {
    int64_t id, first, last; /* of those that are packed; first 0: none */
    int64_t head_seq;
    char writer[NAME_SIZE], epoch[ID_SIZE];
    enum lane lane;
    char head[HASH_TEXT_SIZE];
    char prev[HASH_TEXT_SIZE]; /* of the first */
    char stem[140];            /* "events/b-7f3a/0193…/alert" */
};

static int spoilt(struct evidence *v, const struct chain *c, int64_t seq) {
    return err_set(
        v->e, ERR_CORRUPT,
        "the events are not as they were written (writer %s, epoch %s, %s %lld), so no pack is made of them; "
        "sitelogctl verify says what is broken",
        c->writer, c->epoch, lane_name(c->lane), (long long)seq);
}

static int read_hash(struct stmt *s, int column, char out[HASH_TEXT_SIZE]) {
    size_t n;
    const void *bytes = stmt_blob(s, column, &n);
    if (!bytes || n != HASH_SIZE) return ERR_CORRUPT;
    text_hex(bytes, HASH_SIZE, out);
    return 0;
}

/* The next chain after c->id; 1, 0 at the end. */
static int next_chain(struct evidence *v, struct chain *c) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(v->db,
                        "SELECT id, writer, epoch, lane, seq, hash,"
                        " (SELECT min(seq) FROM event e WHERE e.chain = c.id AND e.at >= ?3 AND e.at < ?4),"
                        " (SELECT max(seq) FROM event e WHERE e.chain = c.id AND e.at >= ?3 AND e.at < ?4)"
                        " FROM chain c WHERE site = ?1 AND id > ?2 ORDER BY id LIMIT 1",
                        &s);
    if (rc) return rc;
    stmt_bind_text(s, 1, v->ask->site);
    stmt_bind_int(s, 2, c->id);
    stmt_bind_int(s, 3, v->from_ms);
    stmt_bind_int(s, 4, v->to_ms);
    rc = stmt_step(s);
    if (rc <= 0) return rc;
    memset(c, 0, sizeof *c);
    c->id = stmt_int(s, 0);
    c->lane = (enum lane)stmt_int(s, 3);
    c->head_seq = stmt_int(s, 4);
    c->first = stmt_int(s, 6);
    c->last = stmt_int(s, 7);
    rc = text_copy(c->writer, sizeof c->writer, stmt_text(s, 1));
    if (!rc) rc = text_copy(c->epoch, sizeof c->epoch, stmt_text(s, 2));
    if (!rc) rc = read_hash(s, 5, c->head);
    if (rc || (unsigned)c->lane >= LANE_COUNT) return ERR_CORRUPT;
    (void)snprintf(c->stem, sizeof c->stem, "events/%s/%s/%s", c->writer, c->epoch, lane_name(c->lane));
    return 1;
}

/* Hash of the event before the first one that is packed. */
static int read_prev(struct evidence *v, struct chain *c) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    if (c->first <= 1) {
        hash_sha256_text(c->epoch, strlen(c->epoch), c->prev);
        return 0;
    }
    int rc = db_prepare(v->db, "SELECT hash FROM event WHERE chain = ? AND seq = ?", &s);
    if (rc) return rc;
    stmt_bind_int(s, 1, c->id);
    stmt_bind_int(s, 2, c->first - 1);
    rc = stmt_step(s);
    return rc == 1 ? read_hash(s, 0, c->prev) : rc < 0 ? rc : ERR_CORRUPT;
}

static int events_of(struct evidence *v, const struct chain *c, struct stmt **s) {
    int rc = db_prepare(
        v->db, "SELECT seq, hash, bytes, type FROM event WHERE chain = ? AND seq BETWEEN ? AND ? ORDER BY seq", s);
    if (rc) return rc;
    stmt_bind_int(*s, 1, c->id);
    stmt_bind_int(*s, 2, c->first);
    stmt_bind_int(*s, 3, c->last);
    return 0;
}

/* Bytes that cannot be a line: refused ones can be anything. */
static bool is_line(const char *bytes, size_t n) { return n > 0 && !memchr(bytes, '\n', n) && !memchr(bytes, '\r', n); }

/* A refused event has no type; the others say which event was before them. */
static int check(struct evidence *v, const struct chain *c, struct stmt *s, const char prev[HASH_TEXT_SIZE],
                 const char hash[HASH_TEXT_SIZE]) {
    char made[HASH_TEXT_SIZE];
    struct envelope event = { 0 };
    size_t n;
    const char *bytes = stmt_blob(s, 2, &n);
    hash_sha256_text(bytes ? bytes : "", n, made);
    if (strcmp(made, hash) != 0) return spoilt(v, c, stmt_int(s, 0));
    if (!stmt_text(s, 3)[0]) return 0;
    int rc = envelope_read(bytes, n, &event, NULL);
    bool fits = !rc && strcmp(event.prev, prev) == 0;
    envelope_fini(&event);
    if (rc == ERR_NOMEM) return rc;
    return fits ? 0 : spoilt(v, c, stmt_int(s, 0));
}

/* {lane}.jsonl: an event a line, exactly as hashed; an empty line where bytes are no line. */
static int put_lines(struct evidence *v, const struct chain *c, int64_t *odd) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    char name[200], prev[HASH_TEXT_SIZE], hash[HASH_TEXT_SIZE];
    int64_t seq = c->first;
    (void)snprintf(name, sizeof name, "%s.jsonl", c->stem);
    memcpy(prev, c->prev, sizeof prev);
    int rc = pack_begin(v->pack, name, -1, false);
    if (!rc) rc = events_of(v, c, &s);
    if (rc) return rc;
    while ((rc = stmt_step(s)) == 1) {
        size_t n;
        if (stmt_int(s, 0) != seq) return spoilt(v, c, seq);
        rc = read_hash(s, 1, hash);
        if (!rc) rc = check(v, c, s, prev, hash);
        const char *bytes = stmt_blob(s, 2, &n);
        if (!rc && is_line(bytes, n)) rc = pack_write(v->pack, bytes, n);
        if (!is_line(bytes, n)) ++*odd;
        if (!rc) rc = pack_write(v->pack, "\n", 1);
        if (rc) return rc;
        memcpy(prev, hash, sizeof prev);
        seq++;
        v->done.events++;
    }
    if (rc) return rc;
    if (seq != c->last + 1) return spoilt(v, c, seq);
    if (c->last == c->head_seq && strcmp(hash, c->head) != 0) return spoilt(v, c, c->last);
    return pack_end(v->pack);
}

/* {lane}.hashes: "{seq} {hash}" a line, of the lines beside it. */
static int put_hashes(struct evidence *v, const struct chain *c) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    char line[HASH_TEXT_SIZE + 24], name[200], hash[HASH_TEXT_SIZE];
    (void)snprintf(name, sizeof name, "%s.hashes", c->stem);
    int rc = pack_begin(v->pack, name, -1, false);
    if (!rc) rc = events_of(v, c, &s);
    if (rc) return rc;
    while ((rc = stmt_step(s)) == 1) {
        rc = read_hash(s, 1, hash);
        int n = snprintf(line, sizeof line, "%lld %s\n", (long long)stmt_int(s, 0), hash);
        if (!rc) rc = pack_write(v->pack, line, (size_t)n);
        if (rc) return rc;
    }
    return rc ? rc : pack_end(v->pack);
}

/* {lane}.{seq}.raw: those that are no line. */
static int put_odd(struct evidence *v, const struct chain *c) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    char name[200];
    int rc = events_of(v, c, &s);
    if (rc) return rc;
    while ((rc = stmt_step(s)) == 1) {
        size_t n;
        const char *bytes = stmt_blob(s, 2, &n);
        if (is_line(bytes, n)) continue;
        (void)snprintf(name, sizeof name, "%s.%lld.raw", c->stem, (long long)stmt_int(s, 0));
        rc = pack_put(v->pack, name, bytes ? bytes : "", n);
        if (rc) return rc;
    }
    return rc;
}

static void tell(struct evidence *v, const struct chain *c, int64_t odd) {
    struct json_out *w = &v->w;
    json_open(w, NULL, '{');
    json_put_text(w, "writer", c->writer);
    json_put_text(w, "epoch", c->epoch);
    json_put_text(w, "lane", lane_name(c->lane));
    json_put_text(w, "files", c->stem);
    json_put_int(w, "first", c->first);
    json_put_int(w, "last", c->last);
    json_put_text(w, "prev", c->prev);
    json_put_int(w, "raw", odd);
    json_open(w, "head", '{');
    json_put_int(w, "seq", c->head_seq);
    json_put_text(w, "hash", c->head);
    json_close(w, '}');
    json_close(w, '}');
}

int evidence_chains(struct evidence *v) {
    struct chain c = { 0 };
    int rc;
    json_open(&v->w, "chains", '[');
    while ((rc = next_chain(v, &c)) == 1) {
        int64_t odd = 0;
        if (c.first == 0) continue; /* nothing of those days */
        rc = read_prev(v, &c);
        if (!rc) rc = put_lines(v, &c, &odd);
        if (!rc) rc = put_hashes(v, &c);
        if (!rc && odd) rc = put_odd(v, &c);
        if (rc) return rc;
        tell(v, &c, odd);
        v->done.chains++;
    }
    json_close(&v->w, ']');
    return rc;
}
