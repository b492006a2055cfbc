/* SPDX-License-Identifier: MIT */
/* A board's peer for the hub, driven by hand: the test is the other end. Failures end the test (cmocka). */
#ifndef SITELOG_TEST_PEER_RIG_H
#define SITELOG_TEST_PEER_RIG_H

#include "tests/support/copy_sim.h"

#define PEER_RIG_EPOCH   "01935d2a-1c00-7abc-8def-0123456789ab"
#define PEER_RIG_OUT_MAX 1024

extern struct peer_rig {
    struct sim sim;              /* its clock is the tests' */
    struct peer *board;          /* node 1's, for the hub */
    struct sim_journal *journal; /* node 1's */
} peer_rig;

int peer_rig_setup(void **state);        /* links down */
int peer_rig_setup_linked(void **state); /* connected, the other end there, a store that is quick */
int peer_rig_teardown(void **state);

/* ---- the other end sends: a chain of its own, to send from as the test likes ---- */

struct peer_rig_feed {
    struct event_key key;
    char prev[HASH_TEXT_SIZE];
};

struct peer_rig_feed peer_rig_feed_of(const char *writer, enum lane lane);
struct sim_event *peer_rig_next(struct peer_rig_feed *f, const char *type); /* owns: caller; sim_event_destroy */
void peer_rig_give(const struct sim_event *e);
void peer_rig_give_next(struct peer_rig_feed *f, const char *type);

/* The store does what it has to; then the next ack that the board says up to `ms` from now. Owns: caller, when true; ack_fini. */
bool peer_rig_ack(int64_t ms, struct ack *out);
uint64_t peer_rig_upto(const struct ack *a,
                       const struct peer_rig_feed *f); /* ACK_UNSAID: it says nothing of that chain */
size_t peer_rig_stored(const struct peer_rig_feed *f);
void peer_rig_quiet(void); /* until no more acks come of themselves */

/* ---- the other end takes what a peer gives out ---- */

struct peer_rig_outs {
    size_t count, hellos, acks, events, of_lane[LANE_COUNT];
    struct {
        enum peer_out_kind kind;
        enum lane lane;
        struct event_key key;
        uint64_t token;
    } list[PEER_RIG_OUT_MAX];
};

struct peer_rig_outs peer_rig_drain_at(int64_t now_ms, size_t max);
struct peer_rig_outs peer_rig_drain(int64_t now_ms);
void peer_rig_puback(const struct peer_rig_outs *o, int64_t now_ms); /* the broker confirms them */
struct peer_rig_outs peer_rig_drain_all(int64_t now_ms);             /* drains and confirms until nothing more comes */

struct ack_have peer_rig_have(uint64_t alert, uint64_t record, uint64_t photo); /* of the board's own chains */
void peer_rig_hear(struct ack_have h, struct ack base, bool hello, int64_t now_ms);
void peer_rig_connect(int64_t now_ms); /* and the other end answers that it holds nothing */
void peer_rig_append(enum lane lane, size_t n);

#endif
