/* SPDX-License-Identifier: MIT */
/* Journals of the simulated world, in memory. Their sink checks by itself, independently of the intake, that what it is given is in order and chained. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "tests/support/copy_sim_private.h"

#include "firmware/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *sim_must(void *p) {
    assert_non_null(p);
    return p;
}

/* ---- events ---- */

struct sim_event *sim_make(const struct event_key *key, const char *prev, const char *type, const char *site,
                           unsigned salt) {
    static unsigned count;
    count++;
    struct sim_event *e = sim_must(calloc(1, sizeof *e));
    e->key = *key;
    text_clip(e->type, sizeof e->type, type);
    e->bytes = sim_must(malloc(1024));
    e->n = (size_t)snprintf(
        e->bytes, 1024,
        "{\"specversion\":\"1.0\",\"id\":\"01935d2a-1c00-7000-8000-%012x\",\"source\":\"/sitelog/acme/%s/%s\","
        "\"type\":\"org.sitelog.%s.v1\",\"subject\":\"note/%u\",\"time\":\"2026-11-22T16:04:05.123+08:00\","
        "\"datacontenttype\":\"application/json\",\"writer\":\"%s\",\"epoch\":\"%s\",\"lane\":\"%s\",\"seq\":%llu,"
        "\"prev\":\"%s\",\"rev\":1,\"actor\":\"board\",\"clock\":\"ntp\",\"boot\":1,\"mono\":1,\"data\":{\"salt\":%u}}",
        count, site, key->writer, type, count, key->writer, key->epoch, lane_name(key->lane),
        (unsigned long long)key->seq, prev, salt);
    hash_sha256_text(e->bytes, e->n, e->hash);
    return e;
}

void sim_event_destroy(struct sim_event *e) {
    free(e->bytes);
    free(e);
}

/* ---- the journal ---- */

static bool same_chain(const struct chain *a, const struct chain *b) {
    return a->lane == b->lane && strcmp(a->writer, b->writer) == 0 && strcmp(a->epoch, b->epoch) == 0;
}

struct sim_chain *sim_find(struct sim_journal *j, const struct chain *chain, bool add) {
    for (size_t k = 0; k < j->count; k++)
        if (same_chain(&j->chains[k].chain, chain)) return &j->chains[k];
    if (!add) return NULL;
    if (j->count == j->cap) {
        j->cap = j->cap ? 2 * j->cap : 8;
        j->chains = sim_must(realloc(j->chains, j->cap * sizeof *j->chains));
    }
    j->chains[j->count] = (struct sim_chain){ .chain = *chain };
    return &j->chains[j->count++];
}

struct chain sim_chain_of(const struct event_key *key) {
    struct chain c = { .lane = key->lane };
    memcpy(c.writer, key->writer, sizeof c.writer);
    memcpy(c.epoch, key->epoch, sizeof c.epoch);
    return c;
}

void sim_put(struct sim_journal *j, struct sim_event *e) {
    struct chain chain = sim_chain_of(&e->key);
    struct sim_chain *c = sim_find(j, &chain, true);
    assert_int_equal(e->key.seq, c->count + 1);
    if (c->count == c->cap) {
        c->cap = c->cap ? 2 * c->cap : 8;
        c->events = sim_must(realloc(c->events, c->cap * sizeof(struct sim_event *)));
    }
    e->pos = ++j->pos;
    c->events[c->count++] = e;
}

size_t sim_total(const struct sim_journal *j) {
    size_t n = 0;
    for (size_t k = 0; k < j->count; k++) n += j->chains[k].count;
    return n;
}

void sim_epoch_hash(const char *epoch, char out[HASH_TEXT_SIZE]) { hash_sha256_text(epoch, strlen(epoch), out); }

void sim_journal_destroy(struct sim_journal *j) {
    for (size_t k = 0; k < j->count; k++) {
        for (size_t i = 0; i < j->chains[k].count; i++) sim_event_destroy(j->chains[k].events[i]);
        free(j->chains[k].events);
    }
    free(j->chains);
    free(j->marks);
    free(j->mark_peers);
    free(j);
}

struct sim_journal *sim_copy_journal(const struct sim_journal *j) {
    struct sim_journal *copy = sim_must(malloc(sizeof *copy));
    *copy = *j;
    copy->job_count = 0;
    copy->chains = sim_must(calloc(j->cap + 1, sizeof *copy->chains));
    copy->cap = j->cap;
    for (size_t k = 0; k < j->count; k++) {
        struct sim_chain *c = &copy->chains[k];
        *c = (struct sim_chain){ .chain = j->chains[k].chain, .count = j->chains[k].count, .cap = j->chains[k].count };
        c->events = sim_must(calloc(c->count + 1, sizeof(struct sim_event *)));
        for (size_t i = 0; i < c->count; i++) {
            c->events[i] = sim_must(malloc(sizeof(struct sim_event)));
            *c->events[i] = *j->chains[k].events[i];
            c->events[i]->bytes = sim_must(malloc(c->events[i]->n));
            memcpy(c->events[i]->bytes, j->chains[k].events[i]->bytes, c->events[i]->n);
        }
    }
    copy->marks = sim_must(malloc((j->mark_count + 1) * sizeof *copy->marks));
    copy->mark_peers = sim_must(malloc((j->mark_count + 1) * sizeof *copy->mark_peers));
    if (j->mark_count) memcpy(copy->marks, j->marks, j->mark_count * sizeof *copy->marks);
    if (j->mark_count) memcpy(copy->mark_peers, j->mark_peers, j->mark_count * sizeof *copy->mark_peers);
    return copy;
}

/* ---- as a source ---- */

static int by_first(const void *a, const void *b) {
    size_t pa = ((const struct sim_chain *)a)->events[0]->pos, pb = ((const struct sim_chain *)b)->events[0]->pos;
    return pa < pb ? -1 : pa > pb;
}

static int source_heads(void *ctx, const char *site, struct chain_head **out, size_t *count) {
    struct sim_journal *j = ctx;
    assert_string_equal(site, SIM_SITE);
    j->heads++;
    if (j->count) qsort(j->chains, j->count, sizeof *j->chains, by_first);
    struct chain_head *list = sim_must(calloc(j->count + 1, sizeof *list));
    for (size_t k = 0; k < j->count; k++) {
        const struct sim_chain *c = &j->chains[k];
        list[k].chain = c->chain;
        list[k].seq = c->count;
        memcpy(list[k].hash, c->events[c->count - 1]->hash, HASH_TEXT_SIZE);
    }
    *out = list;
    *count = j->count;
    return 0;
}

static int source_read(void *ctx, const char *site, const struct chain *chain, uint64_t from, size_t max,
                       source_event_fn each, void *arg) {
    struct sim_journal *j = ctx;
    (void)site;
    j->reads++;
    struct sim_chain *c = sim_find(j, chain, false);
    for (uint64_t seq = from; c && seq <= c->count && seq - from < max; seq++) {
        const struct sim_event *e = c->events[seq - 1];
        if (each(arg, seq, e->type, e->bytes, e->n)) break;
    }
    return 0;
}

static int source_marks(void *ctx, const char *site, const char *peer, struct chain_mark **out, size_t *count) {
    struct sim_journal *j = ctx;
    (void)site;
    struct chain_mark *list = sim_must(calloc(j->mark_count + 1, sizeof *list));
    *count = 0;
    for (size_t k = 0; k < j->mark_count; k++)
        if (strcmp(j->mark_peers[k], peer) == 0) list[(*count)++] = j->marks[k];
    *out = list;
    return 0;
}

static int source_save(void *ctx, const char *site, const char *peer, const struct chain_mark *marks, size_t count) {
    struct sim_journal *j = ctx;
    (void)site;
    for (size_t i = 0; i < count; i++) {
        struct sim_chain *c = sim_find(j, &marks[i].chain, false);
        assert_true(marks[i].received <= marks[i].sent);
        assert_true(marks[i].sent <= (c ? c->count : 0)); /* never above the head */
        size_t k = 0;
        while (k < j->mark_count &&
               !(strcmp(j->mark_peers[k], peer) == 0 && same_chain(&j->marks[k].chain, &marks[i].chain)))
            k++;
        if (k == j->mark_count) {
            j->mark_count++;
            j->marks = sim_must(realloc(j->marks, j->mark_count * sizeof *j->marks));
            j->mark_peers = sim_must(realloc(j->mark_peers, j->mark_count * sizeof *j->mark_peers));
            text_clip(j->mark_peers[k], NAME_SIZE, peer);
        }
        j->marks[k] = marks[i];
    }
    return 0;
}

static int source_own_epoch(void *ctx, const char *site, char out[ID_SIZE]) {
    struct sim_journal *j = ctx;
    (void)site;
    memcpy(out, j->epoch, ID_SIZE);
    return 0;
}

static int source_refused(void *ctx, const char *site, const struct event_key *key, const char *code,
                          const char *text) {
    struct sim_journal *j = ctx;
    (void)site;
    (void)text;
    assert_string_equal(key->writer, j->writer);
    text_clip(j->refused_code, sizeof j->refused_code, code);
    j->refused++;
    return 0;
}

struct copy_source sim_source(struct sim_journal *j) {
    return (struct copy_source){ .ctx = j,
                                 .heads = source_heads,
                                 .read = source_read,
                                 .marks = source_marks,
                                 .save_marks = source_save,
                                 .own_epoch = source_own_epoch,
                                 .refused = source_refused };
}

/* ---- as a sink ---- */

struct sink_at {
    struct sim *s;
    int node;
};
static struct sink_at sinks[SIM_NODES];

static int sink_store(void *ctx, struct arrival_batch *batch, sink_done_fn done, void *arg) {
    struct sink_at *at = ctx;
    struct sim_journal *j = at->s->journal[at->node];
    assert_true(batch->count > 0);
    if (sim_random(at->s, 100) < j->busy_percent) return ERR_BUSY;
    assert_true(j->job_count < 8);
    int64_t ms = at->s->now_ms + (int64_t)sim_random(at->s, (uint64_t)j->store_ms + 1);
    if (j->job_count && ms < j->jobs[j->job_count - 1].at_ms)
        ms = j->jobs[j->job_count - 1].at_ms; /* one store thread */
    j->jobs[j->job_count].batch = batch;
    j->jobs[j->job_count].done = done;
    j->jobs[j->job_count].arg = arg;
    j->jobs[j->job_count++].at_ms = ms;
    return 0;
}

static void store_one(struct sim_journal *j, struct arrival *a) {
    struct chain chain = sim_chain_of(&a->key);
    struct sim_chain *c = sim_find(j, &chain, false);
    if (a->repeat) {
        assert_non_null(c);
        assert_true(a->key.seq <= c->count);
        const struct sim_event *e = c->events[a->key.seq - 1];
        if (e->n == a->n && memcmp(e->bytes, a->bytes, a->n) == 0) return;
        j->conflicts++;
        a->rejected = true;
        strcpy(a->code, "conflict");
        strcpy(a->text, "other bytes are there");
        return;
    }
    assert_int_equal(a->key.seq, (c ? c->count : 0) + 1); /* in order and without gaps */
    assert_false(strcmp(a->key.writer, j->writer) == 0 && strcmp(a->key.epoch, j->epoch) == 0);
    struct sim_event *e = sim_must(calloc(1, sizeof *e));
    e->key = a->key;
    e->bytes = sim_must(malloc(a->n));
    memcpy(e->bytes, a->bytes, a->n);
    e->n = a->n;
    hash_sha256_text(e->bytes, e->n, e->hash);
    char prev[HASH_TEXT_SIZE];
    if (c)
        memcpy(prev, c->events[c->count - 1]->hash, sizeof prev);
    else
        sim_epoch_hash(a->key.epoch, prev);
    struct envelope in;
    if (envelope_read(a->bytes, a->n, &in, NULL) == 0) {
        bool chained = strcmp(in.prev, prev) == 0;
        if (!chained) assert_true(a->broken);
        if (j->refuse_type_bad && strcmp(in.type, "bad") == 0) a->rejected = true, strcpy(a->code, "schema");
        text_clip(e->type, sizeof e->type, in.type);
        envelope_fini(&in);
    } else {
        assert_true(a->broken);
    }
    e->rejected = a->rejected || a->broken;
    sim_put(j, e);
}

static int sink_rejections(void *ctx, const char *site, size_t max, struct arrival **out, size_t *count) {
    (void)ctx;
    (void)site;
    (void)max;
    *out = NULL;
    *count = 0;
    return 0;
}

struct copy_sink sim_sink(struct sim *s, int node) {
    sinks[node] = (struct sink_at){ s, node };
    return (struct copy_sink){ &sinks[node], sink_store, sink_rejections };
}

bool sim_run_store(struct sim *s, int node) {
    struct sim_journal *j = s->journal[node];
    if (!j->job_count || j->jobs[0].at_ms > s->now_ms) return false;
    struct arrival_batch *batch = j->jobs[0].batch;
    sink_done_fn done = j->jobs[0].done;
    void *arg = j->jobs[0].arg;
    memmove(j->jobs, j->jobs + 1, --j->job_count * sizeof j->jobs[0]);
    if (sim_random(s, 100) < j->fail_percent) {
        done(arg, batch, ERR_IO);
        return true;
    }
    for (size_t k = 0; k < batch->count; k++) store_one(j, &batch->list[k]);
    done(arg, batch, 0);
    return true;
}

void sim_finish_store(struct sim *s, int node) {
    while (s->journal[node]->job_count) {
        s->journal[node]->jobs[0].at_ms = s->now_ms;
        sim_run_store(s, node);
    }
}
