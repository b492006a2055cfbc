/* SPDX-License-Identifier: MIT */
/* The table of what a site's journal holds. Does no copying. What copying itself commits only makes heads grow; when the journal says that one of its
 * own is lower than it was, a forked chain was cut back (app/journal/journal_fork.c), and the other ends have to be told. */
#include "sync/copy/held.h"

#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <stdlib.h>
#include <string.h>

#define REJECTED_KEPT 256u

struct held {
    char site[NAME_SIZE];
    struct copy_source source;
    struct copy_sink sink;
    struct held_journal *journals;
    size_t *order;
    size_t count, cap;
    uint32_t *slots; /* index + 1, by hash of writer and epoch; 0: free */
    size_t slot_count;
    uint64_t changes[LANE_COUNT];
    char own_epoch[ID_SIZE];
    bool stale;
    uint64_t cuts;
    struct ack_rejected *rejected; /* a ring of REJECTED_KEPT */
    size_t rejected_count, rejected_at;
};

static size_t slot_of(const struct held *h, const char *writer, const char *epoch) {
    uint64_t x = 14695981039346656037u;
    for (const char *c = writer; *c; c++) x = (x ^ (unsigned char)*c) * 1099511628211u;
    for (const char *c = epoch; *c; c++) x = (x ^ (unsigned char)*c) * 1099511628211u;
    size_t s = (size_t)(x ^ (x >> 32)) & (h->slot_count - 1);
    while (h->slots[s]) {
        const struct held_journal *j = &h->journals[h->slots[s] - 1];
        if (strcmp(j->writer, writer) == 0 && strcmp(j->epoch, epoch) == 0) break;
        s = (s + 1) & (h->slot_count - 1);
    }
    return s;
}

static int grow(struct held *h) {
    size_t cap = h->cap ? 2 * h->cap : 16;
    struct held_journal *journals = realloc(h->journals, cap * sizeof *journals);
    if (!journals) return ERR_NOMEM;
    h->journals = journals;
    size_t *order = realloc(h->order, cap * sizeof *order);
    if (!order) return ERR_NOMEM;
    h->order = order;
    uint32_t *slots = calloc(4 * cap, sizeof *slots);
    if (!slots) return ERR_NOMEM;
    free(h->slots);
    h->slots = slots;
    h->slot_count = 4 * cap;
    h->cap = cap;
    for (size_t i = 0; i < h->count; i++)
        h->slots[slot_of(h, h->journals[i].writer, h->journals[i].epoch)] = (uint32_t)i + 1;
    return 0;
}

size_t held_count(const struct held *h) { return h->count; }
const struct held_journal *held_at(const struct held *h, size_t i) { return &h->journals[i]; }
const size_t *held_order(const struct held *h) { return h->order; }
uint64_t held_changes(const struct held *h, enum lane lane) { return h->changes[lane]; }
uint64_t held_cuts(const struct held *h) { return h->cuts; }

int held_find(const struct held *h, const char *writer, const char *epoch, size_t *i) {
    uint32_t found = h->slot_count ? h->slots[slot_of(h, writer, epoch)] : 0;
    if (!found) return ERR_NOT_FOUND;
    *i = found - 1;
    return 0;
}

int held_add(struct held *h, const char *writer, const char *epoch, size_t *i) {
    if (held_find(h, writer, epoch, i) == 0) return 0;
    if (h->count >= HELD_MAX) return ERR_TOO_BIG;
    int r = h->count == h->cap ? grow(h) : 0;
    if (r) return r;
    struct held_journal *j = &h->journals[h->count];
    memset(j, 0, sizeof *j);
    if (text_copy(j->writer, sizeof j->writer, writer) != 0 || text_copy(j->epoch, sizeof j->epoch, epoch) != 0)
        return ERR_INVALID;
    hash_sha256_text(epoch, strlen(epoch), j->lane[0].hash);
    for (int l = 0; l < LANE_COUNT; l++) {
        memcpy(j->lane[l].hash, j->lane[0].hash, HASH_TEXT_SIZE);
        memcpy(j->lane[l].ahead_hash, j->lane[0].hash, HASH_TEXT_SIZE);
        h->changes[l]++;
    }
    h->slots[slot_of(h, writer, epoch)] = (uint32_t)h->count + 1;
    h->order[h->count] = h->count;
    *i = h->count++;
    return 0;
}

void held_ahead(struct held *h, size_t i, enum lane lane, uint64_t seq, const char *hash, const void *by) {
    struct held_lane *l = &h->journals[i].lane[lane];
    l->ahead = seq;
    memcpy(l->ahead_hash, hash, HASH_TEXT_SIZE);
    l->by = by;
}

void held_commit(struct held *h, size_t i, enum lane lane, uint64_t seq, const char *hash) {
    struct held_lane *l = &h->journals[i].lane[lane];
    if (seq <= l->seq) return; /* the heads were reread meanwhile */
    l->seq = seq;
    memcpy(l->hash, hash, HASH_TEXT_SIZE);
    h->changes[lane]++;
    if (l->ahead > seq) return;
    l->ahead = seq;
    memcpy(l->ahead_hash, hash, HASH_TEXT_SIZE);
    l->by = NULL;
}

void held_fall_back(struct held *h, const void *by) {
    for (size_t i = 0; i < h->count; i++)
        for (int n = 0; n < LANE_COUNT; n++) {
            struct held_lane *l = &h->journals[i].lane[n];
            if (l->by != by) continue;
            l->ahead = l->seq;
            memcpy(l->ahead_hash, l->hash, HASH_TEXT_SIZE);
            l->by = NULL;
        }
}

/* ---- the journal's own word ---- */

/* The journal is right whatever was known: what it committed is in it before anybody hears of the commit. */
static void cut_back(struct held *h, size_t i, enum lane lane, uint64_t seq, const char *hash) {
    struct held_lane *l = &h->journals[i].lane[lane];
    l->seq = l->ahead = seq;
    memcpy(l->hash, hash, HASH_TEXT_SIZE);
    memcpy(l->ahead_hash, hash, HASH_TEXT_SIZE);
    l->by = NULL;
    h->changes[lane]++;
    h->cuts++;
}

/* The order of the list, then those that the journal has not stored anything of yet. */
static int reorder(struct held *h, const size_t *listed, size_t count) {
    CLEANUP(free_ptr) uint8_t *seen = calloc(h->count + 1, 1);
    CLEANUP(free_ptr) size_t *order = malloc((h->count + 1) * sizeof *order);
    if (!seen || !order) return ERR_NOMEM;
    size_t n = 0;
    for (size_t k = 0; k < count; k++)
        if (!seen[listed[k]]) seen[listed[k]] = 1, order[n++] = listed[k];
    for (size_t i = 0; i < h->count; i++)
        if (!seen[i]) order[n++] = i;
    if (n == 0 || memcmp(order, h->order, n * sizeof *order) == 0) return 0;
    memcpy(h->order, order, n * sizeof *order);
    for (int l = 0; l < LANE_COUNT; l++) h->changes[l]++;
    return 0;
}

static int take_heads(struct held *h, const struct chain_head *heads, size_t count) {
    CLEANUP(free_ptr) size_t *listed = malloc((count + 1) * sizeof *listed);
    if (!listed) return ERR_NOMEM;
    size_t n = 0;
    for (size_t k = 0; k < count; k++) {
        const struct chain *c = &heads[k].chain;
        if ((unsigned)c->lane >= LANE_COUNT) return ERR_CORRUPT;
        int r = held_add(h, c->writer, c->epoch, &listed[n]);
        if (r == ERR_TOO_BIG) continue; /* more than we copy; the rest goes on */
        if (r) return r;
        if (heads[k].seq < h->journals[listed[n]].lane[c->lane].seq)
            cut_back(h, listed[n], c->lane, heads[k].seq, heads[k].hash);
        else if (heads[k].seq > 0)
            held_commit(h, listed[n], c->lane, heads[k].seq, heads[k].hash);
        n++;
    }
    return reorder(h, listed, n);
}

int held_refresh(struct held *h) {
    CLEANUP(free_ptr) struct chain_head *heads = NULL;
    size_t count = 0;
    int r = h->source.heads(h->source.ctx, h->site, &heads, &count);
    if (r == 0) r = take_heads(h, heads, count);
    if (r == 0 && h->source.own_epoch) {
        char epoch[ID_SIZE] = "";
        r = h->source.own_epoch(h->source.ctx, h->site, epoch);
        if (r == ERR_NOT_FOUND) r = 0;
        if (r == 0) memcpy(h->own_epoch, epoch, ID_SIZE);
    }
    if (r == 0) h->stale = false;
    return r;
}

void held_wake(struct held *h) { h->stale = true; }
int held_look(struct held *h) { return h->stale ? held_refresh(h) : 0; }

const char *held_own_epoch(const struct held *h, const char *self) {
    if (h->source.own_epoch) return h->own_epoch;
    for (size_t k = h->count; k > 0; k--) {
        const struct held_journal *j = &h->journals[h->order[k - 1]];
        bool any = j->lane[LANE_ALERT].seq || j->lane[LANE_RECORD].seq || j->lane[LANE_PHOTO].seq;
        if (any && strcmp(j->writer, self) == 0) return j->epoch;
    }
    return "";
}

/* ---- rejections ---- */

static bool same_key(const struct event_key *a, const struct event_key *b) {
    return a->seq == b->seq && a->lane == b->lane && strcmp(a->writer, b->writer) == 0 &&
           strcmp(a->epoch, b->epoch) == 0;
}

void held_reject(struct held *h, const struct ack_rejected *rejected) {
    for (size_t k = 0; k < h->rejected_count; k++)
        if (same_key(&h->rejected[k].key, &rejected->key)) return;
    h->rejected[h->rejected_at] = *rejected;
    h->rejected_at = (h->rejected_at + 1) % REJECTED_KEPT;
    if (h->rejected_count < REJECTED_KEPT) h->rejected_count++;
}

size_t held_rejected(const struct held *h, const char *writer, struct ack_rejected *out, size_t max) {
    size_t n = 0;
    for (size_t k = 1; k <= h->rejected_count && n < max; k++) {
        const struct ack_rejected *r = &h->rejected[(h->rejected_at + REJECTED_KEPT - k) % REJECTED_KEPT];
        if (strcmp(r->key.writer, writer) == 0) out[n++] = *r;
    }
    return n;
}

static int load_rejections(struct held *h) {
    CLEANUP(free_ptr) struct arrival *list = NULL;
    size_t count = 0;
    if (!h->sink.rejections) return 0;
    int r = h->sink.rejections(h->sink.ctx, h->site, REJECTED_KEPT, &list, &count);
    for (size_t k = r == 0 ? count : 0; k > 0; k--) { /* newest first, so the ring is filled from the end */
        struct ack_rejected x = { .key = list[k - 1].key };
        text_clip(x.code, sizeof x.code, list[k - 1].code);
        text_clip(x.text, sizeof x.text, list[k - 1].text);
        held_reject(h, &x);
    }
    return r;
}

int held_create(const char *site, struct copy_source source, struct copy_sink sink, struct held **out) {
    struct held *h = calloc(1, sizeof *h);
    if (!h) return ERR_NOMEM;
    h->source = source;
    h->sink = sink;
    h->rejected = calloc(REJECTED_KEPT, sizeof *h->rejected);
    int r = h->rejected ? text_copy(h->site, sizeof h->site, site) : ERR_NOMEM;
    if (r == 0) r = held_refresh(h);
    if (r == 0) r = load_rejections(h);
    if (r) {
        held_destroy(h);
        return r;
    }
    *out = h;
    return 0;
}

void held_destroy(struct held *h) {
    if (!h) return;
    free(h->journals);
    free(h->order);
    free(h->slots);
    free(h->rejected);
    free(h);
}
