/* SPDX-License-Identifier: MIT */
/* Takes only what follows on what is held, pending events included. Judges form and chain; what data means is the sink's to judge. */
#include "sync/copy/intake.h"

#include "firmware/base/text.h"

#include <stdlib.h>
#include <string.h>

#define FAULT_PAUSE_MS     1000
#define FAULT_PAUSE_MAX_MS 30000
#define BUSY_RETRY_MS      50
#define GONE_RETRY_MS      1000

/* What belongs to an arrival and is not the sink's business. */
struct note {
    size_t journal;
    uint64_t hellos; /* of the peer, when it came */
    char hash[HASH_TEXT_SIZE];
};

struct batch {
    struct arrival_batch pub;
    struct note *notes; /* one an arrival */
    size_t cap, bytes;
};

struct intake {
    char site[NAME_SIZE], self[NAME_SIZE], peer[NAME_SIZE];
    struct copy_sink sink;
    struct held *held;
    struct pump *pump;
    struct tell *tell;
    struct batch *waiting, *stored; /* being collected; with the sink */
    int64_t now_ms, retry_ms;
    uint64_t hellos;
    unsigned faults;
    size_t own_journal; /* of the epoch that own_beyond is about */
    uint64_t own_beyond[LANE_COUNT];
    struct intake_counts counts;
};

/* ---- batches ---- */

static void batch_destroy(struct batch *b) {
    if (!b) return;
    for (size_t k = 0; k < b->pub.count; k++) free(b->pub.list[k].bytes);
    free(b->pub.list);
    free(b->notes);
    free(b);
}

static int batch_room(struct batch *b) {
    if (b->pub.count < b->cap) return 0;
    size_t cap = b->cap ? 2 * b->cap : 8;
    struct arrival *list = realloc(b->pub.list, cap * sizeof *list);
    if (!list) return ERR_NOMEM;
    b->pub.list = list;
    struct note *notes = realloc(b->notes, cap * sizeof *notes);
    if (!notes) return ERR_NOMEM;
    b->notes = notes;
    b->cap = cap;
    return 0;
}

/* Where the next arrival goes; NULL: no room. */
static struct batch *room_for(struct intake *in, size_t n) {
    struct batch *b = in->waiting;
    if (b && (b->pub.count >= INTAKE_WAITING_EVENTS || b->bytes + n > INTAKE_WAITING_BYTES)) return NULL;
    if (!b) {
        b = calloc(1, sizeof *b);
        if (!b) return NULL;
        memcpy(b->pub.site, in->site, sizeof b->pub.site);
        memcpy(b->pub.from, in->peer, sizeof b->pub.from);
    }
    if (batch_room(b) != 0) {
        if (!in->waiting) batch_destroy(b); /* an empty one is nothing to store */
        return NULL;
    }
    in->waiting = b;
    return b;
}

static bool put(struct intake *in, size_t journal, const struct arrival *a, const char *bytes, size_t n) {
    char *copy = malloc(n + 1);
    struct batch *b = copy ? room_for(in, n) : NULL;
    if (!b) {
        free(copy);
        return false;
    }
    memcpy(copy, bytes, n);
    copy[n] = '\0';
    struct arrival *to = &b->pub.list[b->pub.count];
    struct note *note = &b->notes[b->pub.count++];
    *to = *a;
    to->bytes = copy;
    to->n = n;
    b->bytes += n;
    note->journal = journal;
    note->hellos = in->hellos;
    hash_sha256_text(bytes, n, note->hash);
    if (!a->repeat) held_ahead(in->held, journal, a->key.lane, a->key.seq, note->hash, in);
    return true;
}

static void committed(struct intake *in, struct batch *b) {
    for (size_t k = 0; k < b->pub.count; k++) {
        const struct arrival *a = &b->pub.list[k];
        const struct note *note = &b->notes[k];
        if (!a->repeat) {
            held_commit(in->held, note->journal, a->key.lane, a->key.seq, note->hash);
            in->counts.taken++;
        }
        /* It has what it sent; but a hello since then says what it holds, and may hold less: it cut a forked chain back. */
        if (note->hellos == in->hellos) pump_received(in->pump, note->journal, a->key.lane, a->key.seq, in->now_ms);
        tell_journal(in->tell, note->journal);
        if (!a->rejected && !a->broken) continue;
        if (strcmp(a->code, "conflict") == 0)
            in->counts.conflicts++;
        else
            in->counts.rejected++;
        struct ack_rejected rejected = { .key = a->key };
        text_clip(rejected.code, sizeof rejected.code, a->code);
        text_clip(rejected.text, sizeof rejected.text, a->text);
        held_reject(in->held, &rejected);
    }
    in->faults = 0;
    tell_set_pause(in->tell, 0);
}

static void ask_again(struct intake *in, const struct batch *b) {
    for (size_t k = 0; b && k < b->pub.count; k++)
        if (!b->pub.list[k].repeat)
            tell_gap(in->tell, b->notes[k].journal, b->pub.list[k].key.lane, b->pub.list[k].key.seq);
}

static void not_committed(struct intake *in, struct batch *b) {
    int64_t pause_ms = FAULT_PAUSE_MS << (in->faults < 5 ? in->faults : 5);
    in->faults++;
    in->counts.dropped += b->pub.count + (in->waiting ? in->waiting->pub.count : 0);
    ask_again(in, b);
    ask_again(in, in->waiting);
    batch_destroy(in->waiting);
    in->waiting = NULL;
    held_fall_back(in->held, in);
    tell_set_pause(in->tell, pause_ms < FAULT_PAUSE_MAX_MS ? pause_ms : FAULT_PAUSE_MAX_MS);
}

static void stored(void *arg, struct arrival_batch *pub, int result) {
    struct intake *in = arg;
    struct batch *b = in->stored;
    (void)pub;
    in->stored = NULL;
    if (result == 0)
        committed(in, b);
    else
        not_committed(in, b);
    if (result == ERR_CONFLICT) held_wake(in->held);
    batch_destroy(b);
    intake_flush(in, in->now_ms);
}

void intake_flush(struct intake *in, int64_t now_ms) {
    in->now_ms = now_ms;
    if (in->stored || !in->waiting || now_ms < in->retry_ms) return;
    in->stored = in->waiting;
    in->waiting = NULL;
    int r = in->sink.store(in->sink.ctx, &in->stored->pub, stored, in);
    in->retry_ms = 0;
    if (r == 0) return;
    in->waiting = in->stored;
    in->stored = NULL;
    in->retry_ms = now_ms + (r == ERR_BUSY ? BUSY_RETRY_MS : GONE_RETRY_MS);
}

int64_t intake_retry_ms(const struct intake *in) { return in->retry_ms && in->waiting ? in->retry_ms : INT64_MAX; }

/* ---- what comes ---- */

static void refuse(struct arrival *a, const char *code, const char *text) {
    a->broken = true;
    text_clip(a->code, sizeof a->code, code);
    text_clip(a->text, sizeof a->text, text);
}

/* Reads as much as can be read of it. prev "": not known. */
static int read_arrival(const struct intake *in, const char *bytes, size_t n, struct arrival *a,
                        char prev[HASH_TEXT_SIZE], struct err_text *e) {
    struct envelope event;
    struct err_text why = { 0 };
    int r = envelope_read(bytes, n, &event, &why);
    if (r == ERR_NOMEM) return err_set(e, r, "There is no memory for an event.");
    if (r) {
        if (envelope_read_key(bytes, n, &a->key) != 0)
            return err_set(e, ERR_INVALID, "An event of %s tells no writer, epoch, lane and seq. %.200s", in->peer,
                           why.text);
        refuse(a, r == ERR_TOO_BIG ? "too-big" : "schema", why.text);
        return 0;
    }
    a->key = event.key;
    memcpy(prev, event.prev, HASH_TEXT_SIZE);
    if (strcmp(event.site, in->site) != 0) refuse(a, "schema", "The event is of another site.");
    envelope_fini(&event);
    return 0;
}

/* Of our own current epoch only what we have can be: more means that we lost it, and it is taken when we write in another epoch. */
static bool own_and_unknown(struct intake *in, size_t journal, const struct event_key *key) {
    if (strcmp(key->writer, in->self) != 0 || strcmp(key->epoch, held_own_epoch(in->held, in->self)) != 0) return false;
    if (key->seq <= held_at(in->held, journal)->lane[key->lane].seq) return false;
    in->own_journal = journal;
    if (in->own_beyond[key->lane] < key->seq) in->own_beyond[key->lane] = key->seq;
    return true;
}

static void take(struct intake *in, size_t journal, struct arrival *a, const char *prev, const char *bytes, size_t n) {
    const struct held_lane *l = &held_at(in->held, journal)->lane[a->key.lane];
    if (a->key.seq <= l->ahead) {
        in->counts.repeats++;
        a->repeat = true;
        a->broken = false;
        a->code[0] = a->text[0] = '\0';
        if (a->key.seq > l->seq) { /* with the store: its commit will be told to whom it came from */
            if (l->by != in) tell_gap(in->tell, journal, a->key.lane, a->key.seq);
            return;
        }
        if (!put(in, journal, a, bytes, n)) tell_journal(in->tell, journal);
        return;
    }
    if (a->key.seq == l->ahead + 1 && (!l->by || l->by == in)) {
        if (prev[0] && strcmp(prev, l->ahead_hash) != 0 && !a->broken)
            refuse(a, "chain", "prev is not the hash of the event before it.");
        if (put(in, journal, a, bytes, n)) {
            tell_no_gap(in->tell, journal, a->key.lane, a->key.seq);
            return;
        }
    }
    in->counts.dropped++;
    tell_gap(in->tell, journal, a->key.lane, a->key.seq);
}

int intake_take(struct intake *in, const char *bytes, size_t n, int64_t now_ms, struct err_text *e) {
    if (n > INTAKE_EVENT_MAX) {
        in->counts.dropped++;
        return err_set(e, ERR_TOO_BIG, "An event of %s has %zu bytes.", in->peer, n);
    }
    struct arrival a = { 0 };
    char prev[HASH_TEXT_SIZE] = "";
    size_t journal = 0;
    int r = read_arrival(in, bytes, n, &a, prev, e);
    if (r == 0) r = held_look(in->held);
    if (r == 0 && held_find(in->held, a.key.writer, a.key.epoch, &journal) != 0) {
        /* Also for an event from the middle of a chain: its beginning has to be asked for. */
        r = held_add(in->held, a.key.writer, a.key.epoch, &journal);
        if (r) (void)err_set(e, r, "The site's journal has too many writers and epochs.");
    }
    if (r) {
        in->counts.dropped++;
        return r;
    }
    if (own_and_unknown(in, journal, &a.key))
        in->counts.dropped++;
    else
        take(in, journal, &a, prev, bytes, n);
    intake_flush(in, now_ms);
    return 0;
}

void intake_hello(struct intake *in) { in->hellos++; }

uint64_t intake_own_beyond(const struct intake *in, enum lane lane) { return in->own_beyond[lane]; }

void intake_forget_own(struct intake *in) {
    for (enum lane l = 0; l < LANE_COUNT; l++) {
        if (in->own_beyond[l]) tell_gap(in->tell, in->own_journal, l, in->own_beyond[l]);
        in->own_beyond[l] = 0;
    }
}

bool intake_busy(const struct intake *in) { return in->stored != NULL; }
struct intake_counts intake_counts(const struct intake *in) {
    return in->counts;
}

int intake_create(const struct intake_options *o, struct intake **out) {
    struct intake *in = calloc(1, sizeof *in);
    if (!in) return ERR_NOMEM;
    in->sink = o->sink;
    in->held = o->held;
    in->pump = o->pump;
    in->tell = o->tell;
    int r = text_copy(in->site, sizeof in->site, o->site);
    if (r == 0) r = text_copy(in->self, sizeof in->self, o->self);
    if (r == 0) r = text_copy(in->peer, sizeof in->peer, o->peer);
    if (r) {
        free(in);
        return r;
    }
    *out = in;
    return 0;
}

void intake_destroy(struct intake *in) {
    if (!in) return;
    if (in->waiting) held_fall_back(in->held, in);
    batch_destroy(in->waiting);
    free(in);
}
