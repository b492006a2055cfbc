/* SPDX-License-Identifier: MIT */
/* The sending half of a peer, driven by hand: the test is the other end. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "tests/support/copy_sim.h"

#include "firmware/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define OUT_MAX 1024

/* What a peer gave out. */
struct outs {
    size_t count, hellos, acks, events, of_lane[LANE_COUNT];
    struct {
        enum peer_out_kind kind;
        enum lane lane;
        struct event_key key;
        uint64_t token;
    } list[OUT_MAX];
};

static struct sim s;
static struct peer *board; /* node 1's, for the hub */
static struct sim_journal *journal;

static int start(void **state) {
    (void)state;
    sim_init(&s, 2, 1);
    board = s.end[1][0].peer;
    journal = s.journal[1];
    return 0;
}

static int stop(void **state) {
    (void)state;
    sim_fini(&s);
    return 0;
}

static struct outs drain_at(int64_t now_ms, size_t max) {
    struct outs o = { 0 };
    struct peer_out out;
    while (o.count < max && peer_next(board, now_ms, &out) == 1) {
        assert_true(o.count < OUT_MAX);
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

static struct outs drain(int64_t now_ms) { return drain_at(now_ms, OUT_MAX); }

static void puback(const struct outs *o, int64_t now_ms) {
    for (size_t k = 0; k < o->count; k++)
        if (o->list[k].kind == PEER_OUT_EVENT) peer_puback(board, o->list[k].token, now_ms);
}

/* Drains and confirms to the broker until nothing more comes. */
static struct outs drain_all(int64_t now_ms) {
    struct outs all = { 0 };
    for (;;) {
        struct outs o = drain(now_ms);
        if (o.count == 0) return all;
        puback(&o, now_ms);
        for (size_t k = 0; k < o.count && all.count < OUT_MAX; k++) all.list[all.count++] = o.list[k];
        all.hellos += o.hellos, all.acks += o.acks, all.events += o.events;
        for (int l = 0; l < LANE_COUNT; l++) all.of_lane[l] += o.of_lane[l];
    }
}

static struct ack_have have(uint64_t alert, uint64_t record, uint64_t photo) {
    struct ack_have h = { .upto = { alert, record, photo } };
    memcpy(h.writer, journal->writer, sizeof h.writer);
    memcpy(h.epoch, journal->epoch, sizeof h.epoch);
    return h;
}

static void hear(struct ack_have h, struct ack base, bool hello, int64_t now_ms) {
    base.have = &h;
    base.have_count = 1;
    if (!base.window) base.window = ACK_WINDOW_DEFAULT;
    peer_heard_ack(board, &base, hello, now_ms);
}

/* Connects, and the other end answers that it holds nothing. */
static void connect_at(int64_t now_ms) {
    peer_link_up(board, 7, now_ms);
    peer_presence(board, PEER_THERE, now_ms);
    assert_int_equal(drain(now_ms).hellos, 1);
    hear(have(0, 0, 0), (struct ack){ .connect = 3, .to = 7 }, true, now_ms);
    assert_true(peer_counts(board).synced);
    assert_int_equal(drain_at(now_ms, 1).acks, 1); /* that echoes the other end's connect */
}

static void append(enum lane lane, size_t n) {
    while (n-- > 0) sim_append(&s, 1, lane, "note");
}

/* ---- hello ---- */

static void nothing_is_sent_before_the_hello_is_answered(void **state) {
    (void)state;
    append(LANE_ALERT, 2);
    peer_link_up(board, 7, 0);
    peer_presence(board, PEER_THERE, 0);
    struct outs o = drain(0);
    assert_int_equal(o.count, 1);
    assert_int_equal(o.hellos, 1);
    hear(have(1, 0, 0), (struct ack){ .to = 6 }, false, 10); /* an answer to an earlier connection */
    assert_int_equal(drain(10).count, 0);
    assert_false(peer_counts(board).synced);
    hear(have(1, 0, 0), (struct ack){ .to = 7 }, false, 20);
    o = drain(20);
    assert_int_equal(o.of_lane[LANE_ALERT], 1);
    assert_int_equal(o.list[0].key.seq, 2);
    assert_int_equal(o.of_lane[LANE_RECORD], 1);
    assert_true(peer_counts(board).synced);
}

static void a_hello_is_repeated_until_it_is_answered(void **state) {
    (void)state;
    static const int64_t at[] = { 0, 5, 15, 35, 75, 135, 195 };
    size_t said = 0;
    peer_link_up(board, 7, 0);
    peer_presence(board, PEER_THERE, 0);
    for (int64_t second = 0; second < 200; second++) {
        size_t n = drain(second * 1000).hellos;
        if (n == 0) continue;
        assert_int_equal(n, 1);
        assert_int_equal(second, at[said++]);
    }
    assert_int_equal(said, TEXT_ARRAY_LEN(at));
    hear(have(0, 0, 0), (struct ack){ .to = 7 }, false, 200000);
    for (int64_t second = 200; second < 220; second++) {
        struct outs o = drain(second * 1000);
        puback(&o, second * 1000);
        assert_int_equal(o.hellos, 0);
    }
}

static void unknown_presence_holds_back_photos_only(void **state) {
    (void)state;
    append(LANE_PHOTO, 1);
    append(LANE_ALERT, 1);
    peer_link_up(board, 7, 0);
    struct outs o = drain(999);
    assert_int_equal(o.hellos, 1);
    assert_int_equal(o.events, 0);
    assert_int_equal(peer_due_ms(board, 999), 1);
    o = drain(1000);
    assert_int_equal(o.of_lane[LANE_ALERT], 1);
    assert_int_equal(o.of_lane[LANE_RECORD], 1);
    assert_int_equal(o.of_lane[LANE_PHOTO], 0);
    peer_presence(board, PEER_AWAY, 1010);
    append(LANE_ALERT, 1);
    o = drain(60000);
    assert_int_equal(o.hellos, 0); /* nobody is there to answer */
    assert_int_equal(o.of_lane[LANE_ALERT], 1);
    peer_presence(board, PEER_THERE, 70000);
    append(LANE_ALERT, 1);
    o = drain(70000);
    assert_int_equal(o.hellos, 1);
    assert_int_equal(o.events, 0);
    hear(have(1, 1, 0), (struct ack){ .connect = 3, .to = 7 }, true, 70010);
    o = drain(70010);
    assert_int_equal(o.of_lane[LANE_ALERT], 2);
    assert_int_equal(o.of_lane[LANE_PHOTO], 1);
}

static void a_hello_by_somebody_who_does_not_know_us_is_answered_by_one(void **state) {
    (void)state;
    connect_at(0);
    drain_all(0);
    hear(have(0, 1, 0), (struct ack){ .connect = 4 }, true, 5000);
    assert_int_equal(drain(5000).hellos, 1);
    hear(have(0, 1, 0), (struct ack){ .connect = 4, .to = 7 }, true, 5100);
    struct outs o = drain(5100);
    assert_int_equal(o.hellos, 0); /* it knows us: an ack echoes */
    assert_int_equal(o.acks, 1);
    for (int k = 0; k < 50; k++) { /* one who only says hello gets no flood back */
        hear(have(0, 1, 0), (struct ack){ .connect = 4 }, true, 5200);
        o = drain(5200);
        assert_int_equal(o.hellos, 0);
        assert_true(o.acks <= 1);
    }
}

/* ---- order and window ---- */

static void alerts_overtake_a_backlog(void **state) {
    (void)state;
    append(LANE_PHOTO, 200);
    append(LANE_RECORD, 200);
    connect_at(0);
    struct outs o = drain_at(0, 50);
    assert_int_equal(o.of_lane[LANE_RECORD], 50);
    append(LANE_ALERT, 2);
    o = drain_at(0, 3);
    assert_int_equal(o.list[0].lane, LANE_ALERT);
    assert_int_equal(o.list[1].lane, LANE_ALERT);
    assert_int_equal(o.list[2].lane, LANE_RECORD);
    assert_int_equal(o.list[2].key.seq, 51);
    o = drain(0); /* no photo while a record waits, except where the window is full */
    assert_int_equal(o.of_lane[LANE_PHOTO], 0);
    assert_int_equal(o.events, 100 - 53);
}

static void at_most_so_many_are_in_flight(void **state) {
    (void)state;
    append(LANE_RECORD, 300);
    connect_at(0);
    struct outs o = drain(0);
    assert_int_equal(o.events, 100);
    peer_puback(board, o.list[3].token, 0);
    peer_puback(board, o.list[3].token, 0);
    peer_puback(board, 999999, 0);
    assert_int_equal(drain(0).events, 1);
}

static void the_window_bounds_what_is_unacknowledged(void **state) {
    (void)state;
    append(LANE_RECORD, 400);
    append(LANE_PHOTO, 400);
    connect_at(0);
    struct outs o = drain_all(0);
    assert_int_equal(o.of_lane[LANE_RECORD], 256);
    assert_int_equal(o.of_lane[LANE_PHOTO], 256); /* a full window blocks its own lane only */
    append(LANE_ALERT, 1);
    assert_int_equal(drain_all(0).of_lane[LANE_ALERT], 1);
    hear(have(0, 100, 0), (struct ack){ .window = 160 }, false, 10);
    assert_int_equal(drain_all(10).of_lane[LANE_RECORD], 4);
    hear(have(0, 260, 0), (struct ack){ .window = 1 }, false, 20);
    assert_int_equal(drain_all(20).of_lane[LANE_RECORD], 1);
    hear(have(0, 261, 0), (struct ack){ .window = 9000000 }, false, 30);
    o = drain_all(30);
    assert_int_equal(o.of_lane[LANE_RECORD], 140);
    assert_int_equal(o.of_lane[LANE_PHOTO], 400 - 256);
}

static void older_epochs_go_first(void **state) {
    (void)state;
    append(LANE_RECORD, 3);
    char first[ID_SIZE];
    memcpy(first, journal->epoch, sizeof first);
    sim_new_epoch(&s, 1);
    append(LANE_RECORD, 3);
    connect_at(0);
    struct outs o = drain(0);
    assert_int_equal(o.events, 8);
    for (size_t k = 0; k < o.count; k++) assert_int_equal(strcmp(o.list[k].key.epoch, first) == 0, k < 4);
}

static void a_pause_holds_all_but_alerts(void **state) {
    (void)state;
    append(LANE_RECORD, 3);
    append(LANE_ALERT, 1);
    connect_at(0);
    hear(have(0, 0, 0), (struct ack){ .pause_ms = 5000 }, false, 0);
    struct outs o = drain(4999);
    assert_int_equal(o.of_lane[LANE_ALERT], 1);
    assert_int_equal(o.events, 1);
    assert_in_range(peer_due_ms(board, 4000), 0, 1000);
    assert_int_equal(drain(5000).of_lane[LANE_RECORD], 4);
}

/* ---- going back ---- */

static void acks_move_forward_only(void **state) {
    (void)state;
    append(LANE_RECORD, 9);
    connect_at(0);
    assert_int_equal(drain_all(0).events, 10);
    hear(have(0, 6, 0), (struct ack){ 0 }, false, 10);
    hear(have(0, 2, 0), (struct ack){ 0 }, false, 20);
    assert_int_equal(drain_all(30).events, 0);
    hear(have(0, 2, 0), (struct ack){ .resend = true }, false, 2000);
    struct outs o = drain_all(2000);
    assert_int_equal(o.events, 4);
    assert_int_equal(o.list[0].key.seq, 7);
    /* again within the second: later, not never */
    hear(have(0, 6, 0), (struct ack){ .resend = true }, false, 2100);
    assert_int_equal(drain_all(2100).events, 0);
    assert_in_range(peer_due_ms(board, 2100), 1, 900);
    assert_int_equal(drain_all(3000).events, 4);
}

static void a_hello_that_says_less_lowers_the_marks(void **state) {
    (void)state;
    append(LANE_RECORD, 9);
    connect_at(0);
    drain_all(0);
    hear(have(0, 10, 0), (struct ack){ 0 }, false, 10);
    assert_int_equal(peer_counts(board).losses, 0);
    hear(have(0, 4, 0), (struct ack){ .connect = 9, .to = 7 }, true, 20);
    assert_int_equal(peer_counts(board).losses, 1);
    struct outs o = drain_all(20);
    assert_int_equal(o.events, 6);
    assert_int_equal(o.list[1].key.seq, 5); /* behind the ack */
    peer_link_down(board);
    assert_int_equal(journal->marks[0].received, 4);
    /* what it does not mention it does not hold */
    struct ack empty = { .connect = 10, .to = 8, .window = 256 };
    peer_link_up(board, 8, 1000);
    peer_presence(board, PEER_THERE, 1000);
    drain(1000);
    peer_heard_ack(board, &empty, true, 1000);
    assert_int_equal(peer_counts(board).losses, 2);
    assert_int_equal(drain_all(1000).events, 10);
}

static void a_broken_connection_sends_again(void **state) {
    (void)state;
    append(LANE_RECORD, 9);
    connect_at(0);
    assert_int_equal(drain(0).events, 10);
    hear(have(0, 3, 0), (struct ack){ 0 }, false, 10);
    peer_link_down(board);
    assert_int_equal(drain(20).count, 0);
    assert_int_equal(journal->marks[0].received, 3);
    peer_link_up(board, 8, 30);
    struct outs o = drain(1030);
    assert_int_equal(o.hellos, 1);
    assert_int_equal(o.events, 7); /* records go out from the marks, though nobody is known to be there */
    assert_int_equal(o.list[1].key.seq, 4);
}

static void marks_say_sent_and_received(void **state) {
    (void)state;
    append(LANE_RECORD, 9);
    connect_at(0);
    struct outs o = drain(0);
    for (size_t k = 0; k < o.count; k++)
        if (k != 4) peer_puback(board, o.list[k].token, 0); /* the fifth is missing */
    hear(have(0, 2, 0), (struct ack){ 0 }, false, 10);
    drain(600);
    assert_int_equal(journal->mark_count, 1);
    assert_int_equal(journal->marks[0].sent, 4);
    assert_int_equal(journal->marks[0].received, 2);
    peer_puback(board, o.list[4].token, 0);
    assert_in_range(peer_due_ms(board, 700), 1, 400);
    drain(1100);
    assert_int_equal(journal->marks[0].sent, 10);
    /* a process that starts again goes on behind what was received */
    sim_restart(&s, 1);
    board = s.end[1][0].peer;
    peer_link_up(board, 8, 2000);
    o = drain(3000);
    assert_int_equal(o.events, 8);
    assert_int_equal(o.list[1].key.seq, 3);
}

/* ---- stalls ---- */

static void a_stalled_lane_blocks_no_alert_and_is_probed(void **state) {
    (void)state;
    append(LANE_RECORD, 300);
    connect_at(0);
    assert_int_equal(drain_all(0).events, 256);
    append(LANE_ALERT, 1);
    assert_int_equal(drain_all(20000).of_lane[LANE_ALERT], 1);
    hear(have(1, 0, 0), (struct ack){ 0 }, false, 20010); /* alerts move, records do not */
    assert_int_equal(drain_all(29000).count, 0);
    assert_in_range(peer_due_ms(board, 29000), 1, 1000);
    struct outs o = drain_all(30000);
    assert_int_equal(o.hellos, 1);
    append(LANE_ALERT, 1);
    assert_int_equal(drain_all(30010).of_lane[LANE_ALERT], 1); /* also while the answer is awaited */
    hear(have(1, 0, 0), (struct ack){ .to = 7 }, false, 30020);
    o = drain_all(30020);
    assert_int_equal(o.of_lane[LANE_RECORD], 1);
    assert_int_equal(o.of_lane[LANE_ALERT], 1);
    hear(have(2, 1, 0), (struct ack){ 0 }, false, 30030);
    assert_int_equal(drain_all(30030).of_lane[LANE_RECORD], 256);
}

static void a_stalled_chain_leaves_room_for_the_next(void **state) {
    (void)state;
    append(LANE_RECORD, 300);
    sim_new_epoch(&s, 1);
    append(LANE_RECORD, 20);
    connect_at(0);
    assert_int_equal(drain_all(0).events, 256); /* of the older epoch, which never moves */
    assert_int_equal(drain_all(30000).hellos, 1);
    struct ack a = { .to = 7, .window = 256 };
    peer_heard_ack(board, &a, false, 30010);
    struct outs o = drain_all(30010);
    assert_int_equal(o.events, 1 + 21);
}

static void silence_is_no_stall_while_the_other_end_is_away(void **state) {
    (void)state;
    append(LANE_RECORD, 9);
    connect_at(0);
    drain_all(0);
    peer_presence(board, PEER_AWAY, 100);
    for (int64_t t = 1000; t < 300000; t += 1000) assert_int_equal(drain(t).count, 0);
    assert_int_equal(peer_due_ms(board, 300000), -1);
}

/* ---- lies ---- */

static void who_claims_too_much_does_not_make_us_skip(void **state) {
    (void)state;
    append(LANE_RECORD, 9);
    connect_at(0);
    drain_all(0);
    hear(have(5, UINT64_MAX - 1, 1u << 30), (struct ack){ 0 }, false, 10);
    drain_all(600);
    assert_int_equal(journal->marks[0].received, 10);
    append(LANE_RECORD, 2);
    append(LANE_ALERT, 2);
    struct outs o = drain_all(20);
    assert_int_equal(o.of_lane[LANE_RECORD], 2);
    assert_int_equal(o.of_lane[LANE_ALERT], 2);
    struct event_key key;
    assert_int_equal(peer_doubt(board, &key), PEER_LOST); /* its data would be newer than ours */
    assert_int_equal(key.lane, LANE_ALERT);
    assert_int_equal(key.seq, 5);
}

static void unknown_writers_and_many_of_them_do_no_harm(void **state) {
    (void)state;
    append(LANE_RECORD, 2);
    connect_at(0);
    struct ack a = { .window = 0, .have_count = ACK_HAVE_MAX };
    a.have = calloc(ACK_HAVE_MAX, sizeof *a.have);
    assert_non_null(a.have);
    for (size_t k = 0; k < ACK_HAVE_MAX; k++) {
        snprintf(a.have[k].writer, NAME_SIZE, "b-%zu", k);
        snprintf(a.have[k].epoch, ID_SIZE, "01935d2a-1c00-7abc-8def-%012zu", k);
        a.have[k].upto[0] = k;
    }
    for (int k = 0; k < 20; k++) {
        a.connect = k;
        peer_heard_ack(board, &a, k % 2, k);
    }
    assert_true(drain_all(100).events >= 1); /* a window of 0 is one of 1 */
    free(a.have);
}

static void another_head_at_the_same_place_is_a_fork(void **state) {
    (void)state;
    append(LANE_RECORD, 2);
    connect_at(0);
    struct event_key key;
    struct ack_have h = have(0, 3, 0);
    struct chain c = { .lane = LANE_RECORD };
    memcpy(c.writer, h.writer, sizeof c.writer);
    memcpy(c.epoch, h.epoch, sizeof c.epoch);
    memcpy(h.hash[LANE_RECORD], sim_find(journal, &c, false)->events[2]->hash, HASH_TEXT_SIZE);
    hear(h, (struct ack){ .connect = 4, .to = 7 }, true, 10);
    assert_int_equal(peer_doubt(board, &key), PEER_SURE);
    h.hash[LANE_RECORD][0] ^= 1;
    hear(h, (struct ack){ .connect = 4, .to = 7 }, true, 20);
    assert_int_equal(peer_doubt(board, &key), PEER_FORKED);
    assert_int_equal(key.seq, 3);
    sim_new_epoch(&s, 1);
    drain(30);
    assert_int_equal(peer_doubt(board, &key), PEER_SURE);
}

static void refusals_are_told_to_the_journal_once(void **state) {
    (void)state;
    append(LANE_RECORD, 9);
    connect_at(0);
    struct ack_rejected r[2] = { { .code = "schema", .text = "no" }, { .code = "schema" } };
    for (int k = 0; k < 2; k++) {
        memcpy(r[k].key.writer, k ? "b-9" : journal->writer, 4);
        memcpy(r[k].key.epoch, journal->epoch, ID_SIZE);
        r[k].key.lane = LANE_RECORD;
        r[k].key.seq = 3;
    }
    for (int k = 0; k < 5; k++) hear(have(0, 10, 0), (struct ack){ .rejected = r, .rejected_count = 2 }, false, k);
    assert_int_equal(journal->refused, 1);
    assert_string_equal(journal->refused_code, "schema");
}

/* ---- without a hub ---- */

static void a_broker_alone_confirms(void **state) {
    (void)state;
    sim_fini(&s);
    sim_init(&s, 2, 1);
    journal = s.journal[1];
    s.confirm_broker = true;
    sim_restart(&s, 1);
    board = s.end[1][0].peer;
    append(LANE_PHOTO, 3);
    append(LANE_ALERT, 3);
    struct event_key other = { .writer = "hub", .lane = LANE_ALERT, .seq = 1 };
    memcpy(other.epoch, s.journal[0]->epoch, ID_SIZE);
    char prev[HASH_TEXT_SIZE];
    hash_sha256_text(other.epoch, ID_SIZE - 1, prev);
    sim_put(journal, sim_make(&other, prev, "note", SIM_SITE, 0)); /* somebody else's is not ours to publish */
    peer_wake(board);
    peer_link_up(board, 1, 0);
    struct outs o = drain(0);
    assert_int_equal(o.hellos, 0);
    assert_int_equal(o.events, 7);
    for (size_t k = 0; k + 1 < o.count; k++) peer_puback(board, o.list[k].token, 0);
    for (int64_t t = 1000; t < 200000; t += 1000) assert_int_equal(drain(t).count, 0);
    peer_link_down(board);
    peer_link_up(board, 2, 200000);
    o = drain(200000); /* the one that nobody confirmed */
    assert_int_equal(o.count, 1);
    assert_int_equal(o.list[0].lane, LANE_PHOTO);
    assert_int_equal(o.list[0].key.seq, 3);
    puback(&o, 200000);
    assert_int_equal(drain(201000).count, 0);
}

/* ---- cost ---- */

static void thousands_of_chains_cost_little_a_message(void **state) {
    (void)state;
    for (int k = 0; k < 1000; k++) {
        sim_new_epoch(&s, 1);
        append(LANE_ALERT, 1);
        append(LANE_PHOTO, 1);
    }
    connect_at(0);
    struct ack a = { .have_count = journal->count, .window = 4096, .connect = 4, .to = 7 };
    a.have = calloc(journal->count, sizeof *a.have);
    assert_non_null(a.have);
    for (size_t k = 0; k < journal->count; k++) { /* everything is there already, but for the newest epoch */
        const struct chain *c = &journal->chains[k].chain;
        memcpy(a.have[k].writer, c->writer, NAME_SIZE);
        memcpy(a.have[k].epoch, c->epoch, ID_SIZE);
        for (int l = 0; l < LANE_COUNT; l++) a.have[k].upto[l] = ACK_UNSAID;
        a.have[k].upto[c->lane] = strcmp(c->epoch, journal->epoch) == 0 ? 0 : journal->chains[k].count;
    }
    peer_heard_ack(board, &a, true, 0);
    append(LANE_RECORD, 3000);
    size_t heads = journal->heads, reads = journal->reads;
    clock_t before = clock();
    size_t sent = 0;
    for (int64_t t = 0; t < 100 && sent < 3001; t++) {
        struct outs o = drain(t);
        puback(&o, t);
        sent += o.of_lane[LANE_RECORD];
    }
    free(a.have);
    double seconds = (double)(clock() - before) / CLOCKS_PER_SEC;
    assert_int_equal(sent, 3001);
    assert_in_range(journal->heads - heads, 1, 3);
    assert_in_range(journal->reads - reads, 90, 110);
    if (seconds > 10) fail_msg("3,000 messages took %.1f s", seconds);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, start, stop)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(nothing_is_sent_before_the_hello_is_answered),
        TEST(a_hello_is_repeated_until_it_is_answered),
        TEST(unknown_presence_holds_back_photos_only),
        TEST(a_hello_by_somebody_who_does_not_know_us_is_answered_by_one),
        TEST(alerts_overtake_a_backlog),
        TEST(at_most_so_many_are_in_flight),
        TEST(the_window_bounds_what_is_unacknowledged),
        TEST(older_epochs_go_first),
        TEST(a_pause_holds_all_but_alerts),
        TEST(acks_move_forward_only),
        TEST(a_hello_that_says_less_lowers_the_marks),
        TEST(a_broken_connection_sends_again),
        TEST(marks_say_sent_and_received),
        TEST(a_stalled_lane_blocks_no_alert_and_is_probed),
        TEST(a_stalled_chain_leaves_room_for_the_next),
        TEST(silence_is_no_stall_while_the_other_end_is_away),
        TEST(who_claims_too_much_does_not_make_us_skip),
        TEST(unknown_writers_and_many_of_them_do_no_harm),
        TEST(another_head_at_the_same_place_is_a_fork),
        TEST(refusals_are_told_to_the_journal_once),
        TEST(a_broker_alone_confirms),
        TEST(thousands_of_chains_cost_little_a_message),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
