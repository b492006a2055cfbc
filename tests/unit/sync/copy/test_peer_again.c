/* SPDX-License-Identifier: MIT */
/* The sending half of a peer when things go wrong: going back, stalls, and an other end that lies. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "tests/support/peer_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- going back ---- */

static void acks_move_forward_only(void **state) {
    (void)state;
    peer_rig_append(LANE_RECORD, 9);
    peer_rig_connect(0);
    assert_int_equal(peer_rig_drain_all(0).events, 10);
    peer_rig_hear(peer_rig_have(0, 6, 0), (struct ack){ 0 }, false, 10);
    peer_rig_hear(peer_rig_have(0, 2, 0), (struct ack){ 0 }, false, 20);
    assert_int_equal(peer_rig_drain_all(30).events, 0);
    peer_rig_hear(peer_rig_have(0, 2, 0), (struct ack){ .resend = true }, false, 2000);
    struct peer_rig_outs o = peer_rig_drain_all(2000);
    assert_int_equal(o.events, 4);
    assert_int_equal(o.list[0].key.seq, 7);
    /* again within the second: later, not never */
    peer_rig_hear(peer_rig_have(0, 6, 0), (struct ack){ .resend = true }, false, 2100);
    assert_int_equal(peer_rig_drain_all(2100).events, 0);
    assert_in_range(peer_due_ms(peer_rig.board, 2100), 1, 900);
    assert_int_equal(peer_rig_drain_all(3000).events, 4);
}

static void a_hello_that_says_less_lowers_the_marks(void **state) {
    (void)state;
    peer_rig_append(LANE_RECORD, 9);
    peer_rig_connect(0);
    peer_rig_drain_all(0);
    peer_rig_hear(peer_rig_have(0, 10, 0), (struct ack){ 0 }, false, 10);
    assert_int_equal(peer_counts(peer_rig.board).losses, 0);
    peer_rig_hear(peer_rig_have(0, 4, 0), (struct ack){ .connect = 9, .to = 7 }, true, 20);
    assert_int_equal(peer_counts(peer_rig.board).losses, 1);
    struct peer_rig_outs o = peer_rig_drain_all(20);
    assert_int_equal(o.events, 6);
    assert_int_equal(o.list[1].key.seq, 5); /* behind the ack */
    peer_link_down(peer_rig.board);
    assert_int_equal(peer_rig.journal->marks[0].received, 4);
    /* what it does not mention it does not hold */
    struct ack empty = { .connect = 10, .to = 8, .window = 256 };
    peer_link_up(peer_rig.board, 8, 1000);
    peer_presence(peer_rig.board, PEER_THERE, 1000);
    peer_rig_drain(1000);
    peer_heard_ack(peer_rig.board, &empty, true, 1000);
    assert_int_equal(peer_counts(peer_rig.board).losses, 2);
    assert_int_equal(peer_rig_drain_all(1000).events, 10);
}

static void a_broken_connection_sends_again(void **state) {
    (void)state;
    peer_rig_append(LANE_RECORD, 9);
    peer_rig_connect(0);
    assert_int_equal(peer_rig_drain(0).events, 10);
    peer_rig_hear(peer_rig_have(0, 3, 0), (struct ack){ 0 }, false, 10);
    peer_link_down(peer_rig.board);
    assert_int_equal(peer_rig_drain(20).count, 0);
    assert_int_equal(peer_rig.journal->marks[0].received, 3);
    peer_link_up(peer_rig.board, 8, 30);
    struct peer_rig_outs o = peer_rig_drain(1030);
    assert_int_equal(o.hellos, 1);
    assert_int_equal(o.events, 7); /* records go out from the marks, though nobody is known to be there */
    assert_int_equal(o.list[1].key.seq, 4);
}

static void marks_say_sent_and_received(void **state) {
    (void)state;
    peer_rig_append(LANE_RECORD, 9);
    peer_rig_connect(0);
    struct peer_rig_outs o = peer_rig_drain(0);
    for (size_t k = 0; k < o.count; k++)
        if (k != 4) peer_puback(peer_rig.board, o.list[k].token, 0); /* the fifth is missing */
    peer_rig_hear(peer_rig_have(0, 2, 0), (struct ack){ 0 }, false, 10);
    peer_rig_drain(600);
    assert_int_equal(peer_rig.journal->mark_count, 1);
    assert_int_equal(peer_rig.journal->marks[0].sent, 4);
    assert_int_equal(peer_rig.journal->marks[0].received, 2);
    peer_puback(peer_rig.board, o.list[4].token, 0);
    assert_in_range(peer_due_ms(peer_rig.board, 700), 1, 400);
    peer_rig_drain(1100);
    assert_int_equal(peer_rig.journal->marks[0].sent, 10);
    /* a process that starts again goes on behind what was received */
    sim_restart(&peer_rig.sim, 1);
    peer_rig.board = peer_rig.sim.end[1][0].peer;
    peer_link_up(peer_rig.board, 8, 2000);
    o = peer_rig_drain(3000);
    assert_int_equal(o.events, 8);
    assert_int_equal(o.list[1].key.seq, 3);
}

/* ---- stalls ---- */

static void a_stalled_lane_blocks_no_alert_and_is_probed(void **state) {
    (void)state;
    peer_rig_append(LANE_RECORD, 300);
    peer_rig_connect(0);
    assert_int_equal(peer_rig_drain_all(0).events, 256);
    peer_rig_append(LANE_ALERT, 1);
    assert_int_equal(peer_rig_drain_all(20000).of_lane[LANE_ALERT], 1);
    peer_rig_hear(peer_rig_have(1, 0, 0), (struct ack){ 0 }, false, 20010); /* alerts move, records do not */
    assert_int_equal(peer_rig_drain_all(29000).count, 0);
    assert_in_range(peer_due_ms(peer_rig.board, 29000), 1, 1000);
    struct peer_rig_outs o = peer_rig_drain_all(30000);
    assert_int_equal(o.hellos, 1);
    peer_rig_append(LANE_ALERT, 1);
    assert_int_equal(peer_rig_drain_all(30010).of_lane[LANE_ALERT], 1); /* also while the answer is awaited */
    peer_rig_hear(peer_rig_have(1, 0, 0), (struct ack){ .to = 7 }, false, 30020);
    o = peer_rig_drain_all(30020);
    assert_int_equal(o.of_lane[LANE_RECORD], 1);
    assert_int_equal(o.of_lane[LANE_ALERT], 1);
    peer_rig_hear(peer_rig_have(2, 1, 0), (struct ack){ 0 }, false, 30030);
    assert_int_equal(peer_rig_drain_all(30030).of_lane[LANE_RECORD], 256);
}

static void a_stalled_chain_leaves_room_for_the_next(void **state) {
    (void)state;
    peer_rig_append(LANE_RECORD, 300);
    sim_new_epoch(&peer_rig.sim, 1);
    peer_rig_append(LANE_RECORD, 20);
    peer_rig_connect(0);
    assert_int_equal(peer_rig_drain_all(0).events, 256); /* of the older epoch, which never moves */
    assert_int_equal(peer_rig_drain_all(30000).hellos, 1);
    struct ack a = { .to = 7, .window = 256 };
    peer_heard_ack(peer_rig.board, &a, false, 30010);
    struct peer_rig_outs o = peer_rig_drain_all(30010);
    assert_int_equal(o.events, 1 + 21);
}

static void silence_is_no_stall_while_the_other_end_is_away(void **state) {
    (void)state;
    peer_rig_append(LANE_RECORD, 9);
    peer_rig_connect(0);
    peer_rig_drain_all(0);
    peer_presence(peer_rig.board, PEER_AWAY, 100);
    for (int64_t t = 1000; t < 300000; t += 1000) assert_int_equal(peer_rig_drain(t).count, 0);
    assert_int_equal(peer_due_ms(peer_rig.board, 300000), -1);
}

/* ---- lies ---- */

static void who_claims_too_much_does_not_make_us_skip(void **state) {
    (void)state;
    peer_rig_append(LANE_RECORD, 9);
    peer_rig_connect(0);
    peer_rig_drain_all(0);
    peer_rig_hear(peer_rig_have(5, UINT64_MAX - 1, 1u << 30), (struct ack){ 0 }, false, 10);
    peer_rig_drain_all(600);
    assert_int_equal(peer_rig.journal->marks[0].received, 10);
    peer_rig_append(LANE_RECORD, 2);
    peer_rig_append(LANE_ALERT, 2);
    struct peer_rig_outs o = peer_rig_drain_all(20);
    assert_int_equal(o.of_lane[LANE_RECORD], 2);
    assert_int_equal(o.of_lane[LANE_ALERT], 2);
    struct event_key key;
    assert_int_equal(peer_doubt(peer_rig.board, &key), PEER_LOST); /* its data would be newer than ours */
    assert_int_equal(key.lane, LANE_ALERT);
    assert_int_equal(key.seq, 5);
}

static void unknown_writers_and_many_of_them_do_no_harm(void **state) {
    (void)state;
    peer_rig_append(LANE_RECORD, 2);
    peer_rig_connect(0);
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
        peer_heard_ack(peer_rig.board, &a, k % 2, k);
    }
    assert_true(peer_rig_drain_all(100).events >= 1); /* a window of 0 is one of 1 */
    free(a.have);
}

static void another_head_at_the_same_place_is_a_fork(void **state) {
    (void)state;
    peer_rig_append(LANE_RECORD, 2);
    peer_rig_connect(0);
    struct event_key key;
    struct ack_have h = peer_rig_have(0, 3, 0);
    struct chain c = { .lane = LANE_RECORD };
    memcpy(c.writer, h.writer, sizeof c.writer);
    memcpy(c.epoch, h.epoch, sizeof c.epoch);
    memcpy(h.hash[LANE_RECORD], sim_find(peer_rig.journal, &c, false)->events[2]->hash, HASH_TEXT_SIZE);
    peer_rig_hear(h, (struct ack){ .connect = 4, .to = 7 }, true, 10);
    assert_int_equal(peer_doubt(peer_rig.board, &key), PEER_SURE);
    h.hash[LANE_RECORD][0] ^= 1;
    peer_rig_hear(h, (struct ack){ .connect = 4, .to = 7 }, true, 20);
    assert_int_equal(peer_doubt(peer_rig.board, &key), PEER_FORKED);
    assert_int_equal(key.seq, 3);
    sim_new_epoch(&peer_rig.sim, 1);
    peer_rig_drain(30);
    assert_int_equal(peer_doubt(peer_rig.board, &key), PEER_SURE);
}

static void refusals_are_told_to_the_journal_once(void **state) {
    (void)state;
    peer_rig_append(LANE_RECORD, 9);
    peer_rig_connect(0);
    struct ack_rejected r[2] = { { .code = "schema", .text = "no" }, { .code = "schema" } };
    for (int k = 0; k < 2; k++) {
        memcpy(r[k].key.writer, k ? "b-9" : peer_rig.journal->writer, 4);
        memcpy(r[k].key.epoch, peer_rig.journal->epoch, ID_SIZE);
        r[k].key.lane = LANE_RECORD;
        r[k].key.seq = 3;
    }
    for (int k = 0; k < 5; k++)
        peer_rig_hear(peer_rig_have(0, 10, 0), (struct ack){ .rejected = r, .rejected_count = 2 }, false, k);
    assert_int_equal(peer_rig.journal->refused, 1);
    assert_string_equal(peer_rig.journal->refused_code, "schema");
}

/* ---- cost ---- */

#define TEST(f) cmocka_unit_test_setup_teardown(f, peer_rig_setup, peer_rig_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
