/* SPDX-License-Identifier: MIT */
#include "tests/support/peer_rig.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "firmware/base/text.h"
#include "tests/support/copy_sim.h"

#include <string.h>

struct peer_rig peer_rig;

int peer_rig_setup(void **state) {
    (void)state;
    sim_init(&peer_rig.sim, 2, 1);
    peer_rig.board = peer_rig.sim.end[1][0].peer;
    peer_rig.journal = peer_rig.sim.journal[1];
    return 0;
}

int peer_rig_setup_linked(void **state) {
    (void)peer_rig_setup(state);
    peer_rig.journal->store_ms = 0;
    peer_link_up(peer_rig.board, 7, peer_rig.sim.now_ms);
    peer_presence(peer_rig.board, PEER_THERE, peer_rig.sim.now_ms);
    return 0;
}

int peer_rig_teardown(void **state) {
    (void)state;
    sim_fini(&peer_rig.sim);
    return 0;
}

/* ---- sending to it ---- */

struct peer_rig_feed peer_rig_feed_of(const char *writer, enum lane lane) {
    struct peer_rig_feed f = { .key = { .epoch = PEER_RIG_EPOCH, .lane = lane } };
    text_clip(f.key.writer, sizeof f.key.writer, writer);
    hash_sha256_text(PEER_RIG_EPOCH, strlen(PEER_RIG_EPOCH), f.prev);
    return f;
}

struct sim_event *peer_rig_next(struct peer_rig_feed *f, const char *type) {
    f->key.seq++;
    struct sim_event *e = sim_make(&f->key, f->prev, type, SIM_SITE, 0);
    memcpy(f->prev, e->hash, sizeof f->prev);
    return e;
}

void peer_rig_give(const struct sim_event *e) {
    struct err_text why = { 0 };
    int r = peer_heard_event(peer_rig.board, e->bytes, e->n, peer_rig.sim.now_ms, &why);
    if (r) fail_msg("%s", why.text);
}

void peer_rig_give_next(struct peer_rig_feed *f, const char *type) {
    struct sim_event *e = peer_rig_next(f, type);
    peer_rig_give(e);
    sim_event_destroy(e);
}

/* The store does what it has to; then the next ack that the board says up to `ms` from now. Owns: caller, when true. */
bool peer_rig_ack(int64_t ms, struct ack *out) {
    int64_t end = peer_rig.sim.now_ms + ms;
    for (;;) {
        sim_finish_store(&peer_rig.sim, 1);
        struct peer_out o;
        while (peer_next(peer_rig.board, peer_rig.sim.now_ms, &o) == 1) {
            if (o.kind != PEER_OUT_ACK) continue;
            assert_int_equal(ack_read(o.bytes, o.n, out, NULL), 0);
            return true;
        }
        if (peer_rig.journal->job_count) continue;
        int64_t due = peer_due_ms(peer_rig.board, peer_rig.sim.now_ms);
        if (due < 0 || peer_rig.sim.now_ms + due > end) break;
        peer_rig.sim.now_ms += due;
    }
    peer_rig.sim.now_ms = end;
    return false;
}

uint64_t peer_rig_upto(const struct ack *a, const struct peer_rig_feed *f) {
    for (size_t k = 0; k < a->have_count; k++)
        if (strcmp(a->have[k].writer, f->key.writer) == 0 && strcmp(a->have[k].epoch, f->key.epoch) == 0)
            return a->have[k].upto[f->key.lane];
    return ACK_UNSAID;
}

size_t peer_rig_stored(const struct peer_rig_feed *f) {
    struct chain c = { .lane = f->key.lane };
    memcpy(c.writer, f->key.writer, sizeof c.writer);
    memcpy(c.epoch, f->key.epoch, sizeof c.epoch);
    struct sim_chain *found = sim_find(peer_rig.journal, &c, false);
    return found ? found->count : 0;
}

void peer_rig_quiet(void) {
    struct ack a;
    while (peer_rig_ack(2000, &a)) ack_fini(&a);
}

/* ---- taking from it ---- */

struct peer_rig_outs peer_rig_drain_at(int64_t now_ms, size_t max) {
    struct peer_rig_outs o = { 0 };
    struct peer_out out;
    while (o.count < max && peer_next(peer_rig.board, now_ms, &out) == 1) {
        assert_true(o.count < PEER_RIG_OUT_MAX);
        o.list[o.count].kind = out.kind;
        o.list[o.count].token = out.token;
        o.hellos += out.kind == PEER_OUT_HELLO;
        o.acks += out.kind == PEER_OUT_ACK;
        if (out.kind == PEER_OUT_EVENT) {
            struct envelope e;
            assert_int_equal(envelope_read(out.bytes, out.n, &e, NULL), 0);
            assert_int_equal(e.key.lane, out.lane);
            assert_string_equal(e.key.writer, out.writer);
            assert_string_equal(e.type, out.type);
            o.list[o.count].key = e.key;
            o.list[o.count].lane = out.lane;
            o.of_lane[out.lane]++;
            o.events++;
            envelope_fini(&e);
        }
        o.count++;
    }
    return o;
}

struct peer_rig_outs peer_rig_drain(int64_t now_ms) {
    return peer_rig_drain_at(now_ms, PEER_RIG_OUT_MAX);
}

void peer_rig_puback(const struct peer_rig_outs *o, int64_t now_ms) {
    for (size_t k = 0; k < o->count; k++)
        if (o->list[k].kind == PEER_OUT_EVENT) peer_puback(peer_rig.board, o->list[k].token, now_ms);
}

/* Drains and confirms to the broker until nothing more comes. */
struct peer_rig_outs peer_rig_drain_all(int64_t now_ms) {
    struct peer_rig_outs all = { 0 };
    for (;;) {
        struct peer_rig_outs o = peer_rig_drain(now_ms);
        if (o.count == 0) return all;
        peer_rig_puback(&o, now_ms);
        for (size_t k = 0; k < o.count && all.count < PEER_RIG_OUT_MAX; k++) all.list[all.count++] = o.list[k];
        all.hellos += o.hellos, all.acks += o.acks, all.events += o.events;
        for (int l = 0; l < LANE_COUNT; l++) all.of_lane[l] += o.of_lane[l];
    }
}

struct ack_have peer_rig_have(uint64_t alert, uint64_t record, uint64_t photo) {
    struct ack_have h = { .upto = { alert, record, photo } };
    memcpy(h.writer, peer_rig.journal->writer, sizeof h.writer);
    memcpy(h.epoch, peer_rig.journal->epoch, sizeof h.epoch);
    return h;
}

void peer_rig_hear(struct ack_have h, struct ack base, bool hello, int64_t now_ms) {
    base.have = &h;
    base.have_count = 1;
    if (!base.window) base.window = ACK_WINDOW_DEFAULT;
    peer_heard_ack(peer_rig.board, &base, hello, now_ms);
}

/* Connects, and the other end answers that it holds nothing. */
void peer_rig_connect(int64_t now_ms) {
    peer_link_up(peer_rig.board, 7, now_ms);
    peer_presence(peer_rig.board, PEER_THERE, now_ms);
    assert_int_equal(peer_rig_drain(now_ms).hellos, 1);
    peer_rig_hear(peer_rig_have(0, 0, 0), (struct ack){ .connect = 3, .to = 7 }, true, now_ms);
    assert_true(peer_counts(peer_rig.board).synced);
    assert_int_equal(peer_rig_drain_at(now_ms, 1).acks, 1); /* that echoes the other end's connect */
}

void peer_rig_append(enum lane lane, size_t n) {
    while (n-- > 0) sim_append(&peer_rig.sim, 1, lane, "note");
}
