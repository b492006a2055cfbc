/* SPDX-License-Identifier: MIT */
/* Making acks and hellos. A message has a maximum, so each says as much as fits and the next ack the rest; a hello that cannot say all is followed
 * by acks that do. */
#include "sync/copy/tell.h"

#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <stdlib.h>
#include <string.h>

#define ACK_SPACING_MS    50
#define RESEND_SPACING_MS 1000
#define HAVE_IN_ACK       500u
#define HAVE_IN_HELLO     300u
#define HASHES_KEPT       5000u

/* Of a journal: it is in the next ack; the highest seq of each lane that was dropped, or 0. */
struct due {
    bool told_next;
    uint64_t dropped[LANE_COUNT];
};

struct hashes {
    char (*list)[HASH_TEXT_SIZE];
    size_t count;
};

struct tell {
    char self[NAME_SIZE], peer[NAME_SIZE], software[64], key[48];
    int64_t boot, to;
    struct held *held;
    struct due *due; /* a journal */
    size_t count;
    size_t to_tell, gaps;
    bool now, wanted;
    int64_t last_ack_ms, last_resend_ms;
    int64_t pause_ms;
    struct hashes blobs, want, unconfirmed;
};

static int grow(struct tell *t) {
    size_t count = held_count(t->held);
    if (count <= t->count) return 0;
    struct due *due = realloc(t->due, 2 * count * sizeof *due);
    if (!due) return ERR_NOMEM;
    memset(due + t->count, 0, (2 * count - t->count) * sizeof *due);
    t->due = due;
    t->count = 2 * count;
    return 0;
}

void tell_journal(struct tell *t, size_t journal) {
    if (grow(t) != 0 || t->due[journal].told_next) return;
    t->due[journal].told_next = true;
    t->to_tell++;
}

void tell_answer(struct tell *t) {
    for (size_t i = 0; i < held_count(t->held); i++) tell_journal(t, i);
    t->now = true;
}

void tell_gap(struct tell *t, size_t journal, enum lane lane, uint64_t seq) {
    if (grow(t) != 0) return;
    uint64_t *dropped = &t->due[journal].dropped[lane];
    t->gaps += *dropped == 0;
    if (*dropped < seq) *dropped = seq;
}

void tell_no_gap(struct tell *t, size_t journal, enum lane lane, uint64_t upto) {
    if (journal >= t->count || !t->due[journal].dropped[lane] || t->due[journal].dropped[lane] > upto) return;
    t->due[journal].dropped[lane] = 0;
    t->gaps--;
}

void tell_set_to(struct tell *t, int64_t connect) { t->to = connect; }

void tell_set_pause(struct tell *t, int64_t pause_ms) {
    t->wanted = t->wanted || pause_ms != t->pause_ms;
    t->pause_ms = pause_ms;
}

static bool add_hash(struct hashes *h, const char sha256[HASH_TEXT_SIZE]) {
    for (size_t k = 0; k < h->count; k++)
        if (memcmp(h->list[k], sha256, HASH_TEXT_SIZE) == 0) return true;
    if (h->count >= HASHES_KEPT) return false; /* who misses one asks again */
    if ((h->count & (h->count - 1)) == 0) {    /* at every power of two */
        void *list = realloc(h->list, (h->count ? 2 * h->count : 1) * HASH_TEXT_SIZE);
        if (!list) return false;
        h->list = list;
    }
    memcpy(h->list[h->count++], sha256, HASH_TEXT_SIZE);
    return true;
}

static void drop_hashes(struct hashes *h, size_t n) {
    h->count -= n;
    if (h->count) memmove(h->list, h->list + n, h->count * HASH_TEXT_SIZE);
    if (h->count) return;
    free(h->list);
    h->list = NULL;
}

void tell_blob(struct tell *t, const char sha256[HASH_TEXT_SIZE]) { t->wanted |= add_hash(&t->blobs, sha256); }
void tell_want(struct tell *t, const char sha256[HASH_TEXT_SIZE]) { t->wanted |= add_hash(&t->want, sha256); }

void tell_set_unconfirmed(struct tell *t, const char (*sha256)[HASH_TEXT_SIZE], size_t count) {
    drop_hashes(&t->unconfirmed, t->unconfirmed.count);
    for (size_t k = 0; k < count && k < ACK_BLOBS_MAX; k++) (void)add_hash(&t->unconfirmed, sha256[k]);
}

int64_t tell_ack_ms(const struct tell *t) {
    int64_t at = INT64_MAX;
    if (t->now) return 0;
    if (t->to_tell || t->wanted) at = t->last_ack_ms + ACK_SPACING_MS;
    if (t->gaps) {
        int64_t gap_at = t->last_resend_ms + RESEND_SPACING_MS;
        if (gap_at < t->last_ack_ms + ACK_SPACING_MS) gap_at = t->last_ack_ms + ACK_SPACING_MS;
        if (gap_at < at) at = gap_at;
    }
    return at;
}

/* ---- messages ---- */

static void describe(const struct tell *t, size_t journal, bool heads, struct ack_have *out) {
    const struct held_journal *j = held_at(t->held, journal);
    memcpy(out->writer, j->writer, sizeof out->writer);
    memcpy(out->epoch, j->epoch, sizeof out->epoch);
    for (int l = 0; l < LANE_COUNT; l++) {
        out->upto[l] = j->lane[l].seq;
        if (heads) memcpy(out->hash[l], j->lane[l].hash, HASH_TEXT_SIZE);
    }
}

/* Prints, with fewer entries where the message would be too long. *have and *blobs: how many went in. */
static int print_fitting(struct ack *a, struct buf *out) {
    int r;
    while ((r = ack_print(a, out)) == ERR_TOO_BIG &&
           (a->have_count > 1 || a->blobs_count > 1 || a->rejected_count > 1)) {
        buf_clear(out);
        a->have_count = (a->have_count + 1) / 2;
        a->blobs_count = (a->blobs_count + 1) / 2;
        a->rejected_count = (a->rejected_count + 1) / 2;
        a->want_count = (a->want_count + 1) / 2;
    }
    return r;
}

static void fill_common(const struct tell *t, struct ack *a) {
    a->window = ACK_WINDOW_DEFAULT;
    a->pause_ms = t->pause_ms;
    a->to = t->to;
    a->rejected_count = held_rejected(t->held, t->peer, a->rejected, ACK_REJECTED_MAX);
}

static void forget_gaps(struct tell *t) {
    for (size_t i = 0; t->gaps && i < t->count; i++) memset(t->due[i].dropped, 0, sizeof t->due[i].dropped);
    t->gaps = 0;
}

int tell_ack(struct tell *t, int64_t now_ms, struct buf *out) {
    int r = grow(t);
    if (r) return r;
    bool resend = t->gaps && now_ms - t->last_resend_ms >= RESEND_SPACING_MS;
    for (size_t i = 0; resend && i < held_count(t->held); i++) {
        const uint64_t *dropped = t->due[i].dropped;
        if (dropped[LANE_ALERT] || dropped[LANE_RECORD] || dropped[LANE_PHOTO]) tell_journal(t, i);
    }
    size_t max = t->to_tell < HAVE_IN_ACK ? t->to_tell : HAVE_IN_ACK;
    CLEANUP(free_ptr) struct ack_have *have = calloc(max + 1, sizeof *have);
    CLEANUP(free_ptr) size_t *which = calloc(max + 1, sizeof *which);
    CLEANUP(free_ptr) struct ack_rejected *rejected = calloc(ACK_REJECTED_MAX, sizeof *rejected);
    if (!have || !which || !rejected) return ERR_NOMEM;
    struct ack a = { .have = have, .rejected = rejected, .blobs = t->blobs.list, .want = t->want.list };
    for (size_t i = 0; a.have_count < max; i++) {
        if (!t->due[i].told_next) continue;
        which[a.have_count] = i;
        describe(t, i, false, &have[a.have_count++]);
    }
    a.blobs_count = t->blobs.count < ACK_BLOBS_MAX ? t->blobs.count : ACK_BLOBS_MAX;
    a.want_count = t->want.count < ACK_BLOBS_MAX ? t->want.count : ACK_BLOBS_MAX;
    a.resend = resend;
    fill_common(t, &a);
    r = print_fitting(&a, out);
    if (r) return r;
    for (size_t k = 0; k < a.have_count; k++) t->due[which[k]].told_next = false;
    t->to_tell -= a.have_count;
    drop_hashes(&t->blobs, a.blobs_count);
    drop_hashes(&t->want, a.want_count);
    if (resend) {
        forget_gaps(t);
        t->last_resend_ms = now_ms;
    }
    t->now = false;
    t->wanted = t->blobs.count || t->want.count;
    t->last_ack_ms = now_ms;
    return 0;
}

static bool empty(const struct held_journal *j) {
    return !j->lane[LANE_ALERT].seq && !j->lane[LANE_RECORD].seq && !j->lane[LANE_PHOTO].seq;
}

int tell_hello(struct tell *t, int64_t connect, int64_t now_ms, struct buf *out) {
    size_t count = held_count(t->held), max = count < HAVE_IN_HELLO ? count : HAVE_IN_HELLO;
    CLEANUP(free_ptr) struct ack_have *have = calloc(max + 1, sizeof *have);
    CLEANUP(free_ptr) struct ack_rejected *rejected = calloc(ACK_REJECTED_MAX, sizeof *rejected);
    if (!have || !rejected) return ERR_NOMEM;
    struct ack a = { .have = have,
                     .rejected = rejected,
                     .connect = connect,
                     .boot = t->boot,
                     .blobs = t->unconfirmed.list,
                     .blobs_count = t->unconfirmed.count };
    memcpy(a.software, t->software, sizeof a.software);
    memcpy(a.key, t->key, sizeof a.key);
    const size_t *order = held_order(t->held);
    size_t k = count;
    for (; k > 0 && a.have_count < max; k--) /* the newest: what is left out follows in acks */
        if (!empty(held_at(t->held, order[k - 1]))) describe(t, order[k - 1], true, &have[a.have_count++]);
    fill_common(t, &a);
    size_t wanted = a.have_count;
    int r = print_fitting(&a, out);
    if (r) return r;
    if (a.have_count < wanted) k = count; /* rare: all of it again, in acks */
    for (; k > 0; k--)
        if (!empty(held_at(t->held, order[k - 1]))) tell_journal(t, order[k - 1]);
    t->last_ack_ms = now_ms;
    return 0;
}

int tell_create(const struct tell_options *o, struct tell **out) {
    struct tell *t = calloc(1, sizeof *t);
    if (!t) return ERR_NOMEM;
    t->held = o->held;
    t->boot = o->boot;
    t->last_ack_ms = t->last_resend_ms = -RESEND_SPACING_MS;
    text_clip(t->software, sizeof t->software, o->software ? o->software : "");
    int r = text_copy(t->self, sizeof t->self, o->self);
    if (r == 0) r = text_copy(t->peer, sizeof t->peer, o->peer);
    if (r == 0) r = text_copy(t->key, sizeof t->key, o->key ? o->key : "");
    if (r) {
        tell_destroy(t);
        return r;
    }
    *out = t;
    return 0;
}

void tell_destroy(struct tell *t) {
    if (!t) return;
    free(t->due);
    free(t->blobs.list);
    free(t->want.list);
    free(t->unconfirmed.list);
    free(t);
}
