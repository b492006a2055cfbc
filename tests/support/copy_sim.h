/* SPDX-License-Identifier: MIT */
/* A simulated world for copying: journals in memory, peers of the real code, and a network that loses, repeats, delays and reorders, by a seed. */
#ifndef SITELOG_TESTS_COPY_SIM_H
#define SITELOG_TESTS_COPY_SIM_H

#include "sync/copy/peer.h"

#define SIM_SITE  "s-1"
#define SIM_NODES 4 /* node 0 is the hub */

struct sim_event {
    struct event_key key;
    char type[24];
    char *bytes;
    size_t n;
    char hash[HASH_TEXT_SIZE];
    size_t pos;
    bool rejected;
};

struct sim_chain {
    struct chain chain;
    struct sim_event **events;
    size_t count, cap;
};

/* One journal: a source and a sink. */
struct sim_journal {
    char writer[NAME_SIZE], epoch[ID_SIZE];
    struct sim_chain *chains;
    size_t count, cap;
    struct chain_mark *marks;
    char (*mark_peers)[NAME_SIZE];
    size_t mark_count;
    size_t pos; /* events stored so far */
    struct {
        struct arrival_batch *batch;
        sink_done_fn done;
        void *arg;
        int64_t at_ms;
    } jobs[8];
    size_t job_count;
    unsigned fail_percent, busy_percent;
    int64_t store_ms; /* how long a batch takes at most */
    size_t reads, heads, conflicts, refused;
    char refused_code[16];
    bool refuse_type_bad; /* the sink rejects events of type "bad" */
};

struct sim_message {
    int64_t at_ms;
    int from, to;
    enum peer_out_kind kind;
    char *bytes;
    size_t n;
    unsigned link;
    bool puback;
    uint64_t token;
};

struct sim_end {
    struct peer *peer;
    bool up;
    unsigned link;
    int64_t connect;
    enum lane *log;
};

struct sim {
    int64_t now_ms;
    int nodes; /* hub and boards */
    struct sim_journal *journal[SIM_NODES];
    struct held *held[SIM_NODES];
    struct sim_end end[SIM_NODES][SIM_NODES]; /* [a][b]: a's peer for b */
    struct sim_message *messages;
    size_t message_count, message_cap;
    unsigned lose_percent, repeat_percent, delay_ms; /* of the network */
    uint64_t random;
    bool confirm_broker;
    size_t sent[LANE_COUNT], hellos, acks, events;
    enum lane order[4096];
    size_t order_count; /* lanes of the events that node 1 sent */
    size_t max_wait;    /* the largest number of undelivered messages */
};

/* nodes: the hub and nodes - 1 boards, all with empty journals; links down. */
void sim_init(struct sim *s, int nodes, uint64_t seed);
void sim_fini(struct sim *s);
uint64_t sim_random(struct sim *s, uint64_t below);

/* An own event at the end of a node's journal; its peers are woken. */
void sim_append(struct sim *s, int node, enum lane lane, const char *type);
/* Event bytes as a writer would make them. Owns: caller. */
struct sim_event *sim_make(const struct event_key *key, const char *prev, const char *type, const char *site,
                           unsigned salt);
void sim_event_destroy(struct sim_event *e);
void sim_put(struct sim_journal *j, struct sim_event *e); /* appends to its chain; owns e */
void sim_new_epoch(struct sim *s, int node);
struct sim_chain *sim_find(struct sim_journal *j, const struct chain *chain, bool add);

void sim_link(struct sim *s, int board, bool up); /* the board's and the hub's ends, with presence */
void sim_restart(struct sim *s, int node);        /* its peers are made anew; links of it go down */
struct sim_journal *sim_copy_journal(const struct sim_journal *j);
void sim_swap_journal(struct sim *s, int node, struct sim_journal *j); /* restart with another journal; owns j */

/* Runs until nothing is left to do or `ms` have passed. */
void sim_run(struct sim *s, int64_t ms);

/* Finishes what is with a node's store, and nothing else. */
void sim_finish_store(struct sim *s, int node);

/* Asserts that all nodes hold the same chains with the same bytes; returns how many events. */
size_t sim_assert_same(struct sim *s);
size_t sim_total(const struct sim_journal *j);

struct copy_source sim_source(struct sim_journal *j);
struct copy_sink sim_sink(struct sim *s, int node);

#endif
