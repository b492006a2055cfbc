/* SPDX-License-Identifier: MIT */
/* The simulated world: nodes, and the network between them. Its journals are in copy_sim_journal.c. */
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

uint64_t sim_random(struct sim *s, uint64_t below) {
    s->random ^= s->random << 13;
    s->random ^= s->random >> 7;
    s->random ^= s->random << 17;
    return below ? (s->random >> 11) % below : 0;
}

/* ---- nodes ---- */

static const char *const names[SIM_NODES] = { "hub", "b-1", "b-2", "b-3" };

static void open_node(struct sim *s, int a) {
    struct copy_source source = sim_source(s->journal[a]);
    struct copy_sink sink = sim_sink(s, a);
    assert_int_equal(held_create(SIM_SITE, source, sink, &s->held[a]), 0);
    for (int b = 0; b < s->nodes; b++) {
        if (a == b || (a != 0 && b != 0)) continue;
        struct peer_options o = { .site = SIM_SITE,
                                  .self = names[a],
                                  .name = names[b],
                                  .source = source,
                                  .sink = sink,
                                  .held = s->held[a],
                                  .software = "sim",
                                  .key = "",
                                  .boot = 1,
                                  .confirm_broker = s->confirm_broker };
        assert_int_equal(peer_create(&o, &s->end[a][b].peer), 0);
    }
}

static void close_node(struct sim *s, int a) {
    sim_finish_store(s, a);
    for (int b = 0; b < s->nodes; b++) {
        peer_destroy(s->end[a][b].peer);
        s->end[a][b].peer = NULL;
    }
    held_destroy(s->held[a]);
}

void sim_new_epoch(struct sim *s, int node) {
    struct sim_journal *j = s->journal[node];
    snprintf(j->epoch, sizeof j->epoch, "01935d2a-%04x-7abc-8def-%012x", (unsigned)sim_random(s, 65536),
             (unsigned)sim_random(s, 1u << 30));
    sim_append(s, node, LANE_RECORD, "epoch-started");
}

void sim_init(struct sim *s, int nodes, uint64_t seed) {
    memset(s, 0, sizeof *s);
    s->random = seed * 2654435761u + 88172645463325252u;
    s->nodes = nodes;
    s->now_ms = 1000;
    s->delay_ms = 20;
    for (int a = 0; a < nodes; a++) {
        s->journal[a] = sim_must(calloc(1, sizeof *s->journal[a]));
        text_clip(s->journal[a]->writer, NAME_SIZE, names[a]);
        s->journal[a]->store_ms = 10;
        sim_new_epoch(s, a);
        open_node(s, a);
    }
}

void sim_fini(struct sim *s) {
    for (int a = 0; a < s->nodes; a++) {
        close_node(s, a);
        sim_journal_destroy(s->journal[a]);
    }
    for (size_t k = 0; k < s->message_count; k++) free(s->messages[k].bytes);
    free(s->messages);
}

void sim_append(struct sim *s, int node, enum lane lane, const char *type) {
    struct sim_journal *j = s->journal[node];
    struct event_key key = { .lane = lane };
    memcpy(key.writer, j->writer, sizeof key.writer);
    memcpy(key.epoch, j->epoch, sizeof key.epoch);
    struct chain chain = sim_chain_of(&key);
    struct sim_chain *c = sim_find(j, &chain, false);
    key.seq = (c ? c->count : 0) + 1;
    char prev[HASH_TEXT_SIZE];
    if (c)
        memcpy(prev, c->events[c->count - 1]->hash, sizeof prev);
    else
        sim_epoch_hash(key.epoch, prev);
    sim_put(j, sim_make(&key, prev, type, SIM_SITE, 0));
    for (int b = 0; b < s->nodes; b++)
        if (s->end[node][b].peer) peer_wake(s->end[node][b].peer);
}

/* ---- the network ---- */

static void drop_messages(struct sim *s, int a, int b) {
    size_t kept = 0;
    for (size_t k = 0; k < s->message_count; k++) {
        struct sim_message *m = &s->messages[k];
        bool gone = (m->from == a && m->to == b) || (m->from == b && m->to == a);
        if (gone)
            free(m->bytes);
        else
            s->messages[kept++] = *m;
    }
    s->message_count = kept;
}

static void end_up(struct sim *s, int a, int b, bool up) {
    struct sim_end *e = &s->end[a][b];
    if (e->up == up) return;
    e->up = up;
    if (!up) peer_link_down(e->peer);
    if (!up) return;
    peer_link_up(e->peer, ++e->connect, s->now_ms);
    peer_presence(e->peer, PEER_THERE, s->now_ms);
}

void sim_link(struct sim *s, int board, bool up) {
    if (s->end[board][0].up != up) drop_messages(s, board, 0); /* a connection that goes on loses no PUBACK */
    end_up(s, board, 0, up);
    end_up(s, 0, board, up);
}

void sim_restart(struct sim *s, int node) {
    for (int b = 1; b < s->nodes; b++)
        if (node == 0 || node == b) sim_link(s, b, false);
    close_node(s, node);
    open_node(s, node);
}

void sim_swap_journal(struct sim *s, int node, struct sim_journal *j) {
    for (int b = 1; b < s->nodes; b++)
        if (node == 0 || node == b) sim_link(s, b, false);
    close_node(s, node);
    sim_journal_destroy(s->journal[node]);
    s->journal[node] = j;
    open_node(s, node);
}

static void post(struct sim *s, struct sim_message m, const char *bytes) {
    if (s->message_count == s->message_cap) {
        s->message_cap = s->message_cap ? 2 * s->message_cap : 64;
        s->messages = sim_must(realloc(s->messages, s->message_cap * sizeof *s->messages));
    }
    m.at_ms = s->now_ms + 1 + (int64_t)sim_random(s, s->delay_ms);
    m.bytes = sim_must(malloc(m.n + 1));
    memcpy(m.bytes, bytes, m.n);
    s->messages[s->message_count++] = m;
    if (s->message_count > s->max_wait) s->max_wait = s->message_count;
}

static void publish(struct sim *s, int a, int b, const struct peer_out *out) {
    struct sim_message m = { .from = a, .to = b, .kind = out->kind, .n = out->n };
    s->hellos += out->kind == PEER_OUT_HELLO;
    s->acks += out->kind == PEER_OUT_ACK;
    if (out->kind == PEER_OUT_EVENT) {
        s->events++;
        if (a == 1 && s->order_count < 4096) s->order[s->order_count++] = out->lane;
        assert_int_not_equal(out->token, 0);
        post(s, (struct sim_message){ .from = b, .to = a, .puback = true, .token = out->token }, "");
    } else {
        assert_int_equal(out->token, 0);
    }
    if (sim_random(s, 100) >= s->lose_percent) post(s, m, out->bytes);
    if (sim_random(s, 100) < s->repeat_percent) post(s, m, out->bytes);
}

static void deliver(struct sim *s, struct sim_message *m) {
    struct peer *peer = s->end[m->to][m->from].peer;
    struct err_text e = { 0 };
    struct ack ack;
    if (m->puback) {
        peer_puback(peer, m->token, s->now_ms);
    } else if (m->kind == PEER_OUT_EVENT) {
        int r = peer_heard_event(peer, m->bytes, m->n, s->now_ms, &e);
        if (r) fail_msg("%s", e.text);
    } else {
        int r = ack_read(m->bytes, m->n, &ack, &e);
        if (r) fail_msg("%s: %.*s", e.text, (int)m->n, m->bytes);
        peer_heard_ack(peer, &ack, m->kind == PEER_OUT_HELLO, s->now_ms);
        ack_fini(&ack);
    }
    free(m->bytes);
}

static bool deliver_due(struct sim *s) {
    size_t best = SIZE_MAX;
    for (size_t k = 0; k < s->message_count; k++)
        if (s->messages[k].at_ms <= s->now_ms && (best == SIZE_MAX || s->messages[k].at_ms < s->messages[best].at_ms))
            best = k;
    if (best == SIZE_MAX) return false;
    struct sim_message m = s->messages[best];
    memmove(&s->messages[best], &s->messages[best + 1], (--s->message_count - best) * sizeof *s->messages);
    deliver(s, &m);
    return true;
}

static void publish_all(struct sim *s) {
    struct peer_out out;
    for (int a = 0; a < s->nodes; a++)
        for (int b = 0; b < s->nodes; b++) {
            int r = 0;
            while (s->end[a][b].peer && (r = peer_next(s->end[a][b].peer, s->now_ms, &out)) > 0) publish(s, a, b, &out);
            assert_int_equal(r, 0);
        }
}

static int64_t next_time(struct sim *s) {
    int64_t at = INT64_MAX;
    for (size_t k = 0; k < s->message_count; k++)
        if (s->messages[k].at_ms < at) at = s->messages[k].at_ms;
    for (int a = 0; a < s->nodes; a++) {
        if (s->journal[a]->job_count && s->journal[a]->jobs[0].at_ms < at) at = s->journal[a]->jobs[0].at_ms;
        for (int b = 0; b < s->nodes; b++) {
            int64_t due = s->end[a][b].peer ? peer_due_ms(s->end[a][b].peer, s->now_ms) : -1;
            if (due >= 0 && s->now_ms + due < at) at = s->now_ms + due;
        }
    }
    return at;
}

void sim_run(struct sim *s, int64_t ms) {
    int64_t end = s->now_ms + ms;
    size_t same_time = 0;
    for (;;) {
        publish_all(s);
        while (deliver_due(s)) publish_all(s);
        for (int a = 0; a < s->nodes; a++)
            while (sim_run_store(s, a)) {}
        publish_all(s);
        int64_t at = next_time(s);
        if (at == INT64_MAX || at > end) break;
        same_time = at <= s->now_ms ? same_time + 1 : 0;
        if (same_time > 1000) fail_msg("something is due for ever at %lld", (long long)at);
        if (at > s->now_ms) s->now_ms = at;
    }
    s->now_ms = end;
}

size_t sim_assert_same(struct sim *s) {
    for (int a = 1; a < s->nodes; a++)
        if (sim_total(s->journal[a]) != sim_total(s->journal[0]))
            fail_msg("%s holds %zu events, the hub %zu", names[a], sim_total(s->journal[a]), sim_total(s->journal[0]));
    for (size_t k = 0; k < s->journal[0]->count; k++) {
        const struct sim_chain *h = &s->journal[0]->chains[k];
        for (int a = 1; a < s->nodes; a++) {
            const struct sim_chain *c = sim_find(s->journal[a], &h->chain, false);
            assert_non_null(c);
            assert_int_equal(c->count, h->count);
            for (size_t i = 0; i < c->count; i++) {
                assert_int_equal(c->events[i]->n, h->events[i]->n);
                assert_memory_equal(c->events[i]->bytes, h->events[i]->bytes, h->events[i]->n);
            }
        }
    }
    return sim_total(s->journal[0]);
}
