/* SPDX-License-Identifier: MIT */
/* The sending half of a peer, driven by hand: hello, order, the window, and what that costs. The test is the other end. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "firmware/base/text.h"
#include "tests/support/peer_rig.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- hello ---- */

static void nothing_is_sent_before_the_hello_is_answered(void **state) {
    (void)state;
    peer_rig_append(LANE_ALERT, 2);
    peer_link_up(peer_rig.board, 7, 0);
    peer_presence(peer_rig.board, PEER_THERE, 0);
    struct peer_rig_outs o = peer_rig_drain(0);
    assert_int_equal(o.count, 1);
    assert_int_equal(o.hellos, 1);
    peer_rig_hear(peer_rig_have(1, 0, 0), (struct ack){ .to = 6 }, false, 10); /* an answer to an earlier connection */
    assert_int_equal(peer_rig_drain(10).count, 0);
    assert_false(peer_counts(peer_rig.board).synced);
    peer_rig_hear(peer_rig_have(1, 0, 0), (struct ack){ .to = 7 }, false, 20);
    o = peer_rig_drain(20);
    assert_int_equal(o.of_lane[LANE_ALERT], 1);
    assert_int_equal(o.list[0].key.seq, 2);
    assert_int_equal(o.of_lane[LANE_RECORD], 1);
    assert_true(peer_counts(peer_rig.board).synced);
}

static void a_hello_is_repeated_until_it_is_answered(void **state) {
    (void)state;
    static const int64_t at[] = { 0, 5, 15, 35, 75, 135, 195 };
    size_t said = 0;
    peer_link_up(peer_rig.board, 7, 0);
    peer_presence(peer_rig.board, PEER_THERE, 0);
    for (int64_t second = 0; second < 200; second++) {
        size_t n = peer_rig_drain(second * 1000).hellos;
        if (n == 0) continue;
        assert_int_equal(n, 1);
        assert_int_equal(second, at[said++]);
    }
    assert_int_equal(said, TEXT_ARRAY_LEN(at));
    peer_rig_hear(peer_rig_have(0, 0, 0), (struct ack){ .to = 7 }, false, 200000);
    for (int64_t second = 200; second < 220; second++) {
        struct peer_rig_outs o = peer_rig_drain(second * 1000);
        peer_rig_puback(&o, second * 1000);
        assert_int_equal(o.hellos, 0);
    }
}

static void unknown_presence_holds_back_photos_only(void **state) {
    (void)state;
    peer_rig_append(LANE_PHOTO, 1);
    peer_rig_append(LANE_ALERT, 1);
    peer_link_up(peer_rig.board, 7, 0);
    struct peer_rig_outs o = peer_rig_drain(999);
    assert_int_equal(o.hellos, 1);
    assert_int_equal(o.events, 0);
    assert_int_equal(peer_due_ms(peer_rig.board, 999), 1);
    o = peer_rig_drain(1000);
    assert_int_equal(o.of_lane[LANE_ALERT], 1);
    assert_int_equal(o.of_lane[LANE_RECORD], 1);
    assert_int_equal(o.of_lane[LANE_PHOTO], 0);
    peer_presence(peer_rig.board, PEER_AWAY, 1010);
    peer_rig_append(LANE_ALERT, 1);
    o = peer_rig_drain(60000);
    assert_int_equal(o.hellos, 0); /* nobody is there to answer */
    assert_int_equal(o.of_lane[LANE_ALERT], 1);
    peer_presence(peer_rig.board, PEER_THERE, 70000);
    peer_rig_append(LANE_ALERT, 1);
    o = peer_rig_drain(70000);
    assert_int_equal(o.hellos, 1);
    assert_int_equal(o.events, 0);
    peer_rig_hear(peer_rig_have(1, 1, 0), (struct ack){ .connect = 3, .to = 7 }, true, 70010);
    o = peer_rig_drain(70010);
    assert_int_equal(o.of_lane[LANE_ALERT], 2);
    assert_int_equal(o.of_lane[LANE_PHOTO], 1);
}

static void a_hello_by_somebody_who_does_not_know_us_is_answered_by_one(void **state) {
    (void)state;
    peer_rig_connect(0);
    peer_rig_drain_all(0);
    peer_rig_hear(peer_rig_have(0, 1, 0), (struct ack){ .connect = 4 }, true, 5000);
    assert_int_equal(peer_rig_drain(5000).hellos, 1);
    peer_rig_hear(peer_rig_have(0, 1, 0), (struct ack){ .connect = 4, .to = 7 }, true, 5100);
    struct peer_rig_outs o = peer_rig_drain(5100);
    assert_int_equal(o.hellos, 0); /* it knows us: an ack echoes */
    assert_int_equal(o.acks, 1);
    for (int k = 0; k < 50; k++) { /* one who only says hello gets no flood back */
        peer_rig_hear(peer_rig_have(0, 1, 0), (struct ack){ .connect = 4 }, true, 5200);
        o = peer_rig_drain(5200);
        assert_int_equal(o.hellos, 0);
        assert_true(o.acks <= 1);
    }
}

/* ---- order and window ---- */

static void alerts_overtake_a_backlog(void **state) {
    (void)state;
    peer_rig_append(LANE_PHOTO, 200);
    peer_rig_append(LANE_RECORD, 200);
    peer_rig_connect(0);
    struct peer_rig_outs o = peer_rig_drain_at(0, 50);
    assert_int_equal(o.of_lane[LANE_RECORD], 50);
    peer_rig_append(LANE_ALERT, 2);
    o = peer_rig_drain_at(0, 3);
    assert_int_equal(o.list[0].lane, LANE_ALERT);
    assert_int_equal(o.list[1].lane, LANE_ALERT);
    assert_int_equal(o.list[2].lane, LANE_RECORD);
    assert_int_equal(o.list[2].key.seq, 51);
    o = peer_rig_drain(0); /* no photo while a record waits, except where the window is full */
    assert_int_equal(o.of_lane[LANE_PHOTO], 0);
    assert_int_equal(o.events, 100 - 53);
}

static void at_most_so_many_are_in_flight(void **state) {
    (void)state;
    peer_rig_append(LANE_RECORD, 300);
    peer_rig_connect(0);
    struct peer_rig_outs o = peer_rig_drain(0);
    assert_int_equal(o.events, 100);
    peer_puback(peer_rig.board, o.list[3].token, 0);
    peer_puback(peer_rig.board, o.list[3].token, 0);
    peer_puback(peer_rig.board, 999999, 0);
    assert_int_equal(peer_rig_drain(0).events, 1);
}

static void the_window_bounds_what_is_unacknowledged(void **state) {
    (void)state;
    peer_rig_append(LANE_RECORD, 400);
    peer_rig_append(LANE_PHOTO, 400);
    peer_rig_connect(0);
    struct peer_rig_outs o = peer_rig_drain_all(0);
    assert_int_equal(o.of_lane[LANE_RECORD], 256);
    assert_int_equal(o.of_lane[LANE_PHOTO], 256); /* a full window blocks its own lane only */
    peer_rig_append(LANE_ALERT, 1);
    assert_int_equal(peer_rig_drain_all(0).of_lane[LANE_ALERT], 1);
    peer_rig_hear(peer_rig_have(0, 100, 0), (struct ack){ .window = 160 }, false, 10);
    assert_int_equal(peer_rig_drain_all(10).of_lane[LANE_RECORD], 4);
    peer_rig_hear(peer_rig_have(0, 260, 0), (struct ack){ .window = 1 }, false, 20);
    assert_int_equal(peer_rig_drain_all(20).of_lane[LANE_RECORD], 1);
    peer_rig_hear(peer_rig_have(0, 261, 0), (struct ack){ .window = 9000000 }, false, 30);
    o = peer_rig_drain_all(30);
    assert_int_equal(o.of_lane[LANE_RECORD], 140);
    assert_int_equal(o.of_lane[LANE_PHOTO], 400 - 256);
}

static void older_epochs_go_first(void **state) {
    (void)state;
    peer_rig_append(LANE_RECORD, 3);
    char first[ID_SIZE];
    memcpy(first, peer_rig.journal->epoch, sizeof first);
    sim_new_epoch(&peer_rig.sim, 1);
    peer_rig_append(LANE_RECORD, 3);
    peer_rig_connect(0);
    struct peer_rig_outs o = peer_rig_drain(0);
    assert_int_equal(o.events, 8);
    for (size_t k = 0; k < o.count; k++) assert_int_equal(strcmp(o.list[k].key.epoch, first) == 0, k < 4);
}

static void a_pause_holds_all_but_alerts(void **state) {
    (void)state;
    peer_rig_append(LANE_RECORD, 3);
    peer_rig_append(LANE_ALERT, 1);
    peer_rig_connect(0);
    peer_rig_hear(peer_rig_have(0, 0, 0), (struct ack){ .pause_ms = 5000 }, false, 0);
    struct peer_rig_outs o = peer_rig_drain(4999);
    assert_int_equal(o.of_lane[LANE_ALERT], 1);
    assert_int_equal(o.events, 1);
    assert_in_range(peer_due_ms(peer_rig.board, 4000), 0, 1000);
    assert_int_equal(peer_rig_drain(5000).of_lane[LANE_RECORD], 4);
}

/* ---- without a hub ---- */

static void a_broker_alone_confirms(void **state) {
    (void)state;
    sim_fini(&peer_rig.sim);
    sim_init(&peer_rig.sim, 2, 1);
    peer_rig.journal = peer_rig.sim.journal[1];
    peer_rig.sim.confirm_broker = true;
    sim_restart(&peer_rig.sim, 1);
    peer_rig.board = peer_rig.sim.end[1][0].peer;
    peer_rig_append(LANE_PHOTO, 3);
    peer_rig_append(LANE_ALERT, 3);
    struct event_key other = { .writer = "hub", .lane = LANE_ALERT, .seq = 1 };
    memcpy(other.epoch, peer_rig.sim.journal[0]->epoch, ID_SIZE);
    char prev[HASH_TEXT_SIZE];
    hash_sha256_text(other.epoch, ID_SIZE - 1, prev);
    sim_put(peer_rig.journal, sim_make(&other, prev, "note", SIM_SITE, 0)); /* somebody else's is not ours to publish */
    peer_wake(peer_rig.board);
    peer_link_up(peer_rig.board, 1, 0);
    struct peer_rig_outs o = peer_rig_drain(0);
    assert_int_equal(o.hellos, 0);
    assert_int_equal(o.events, 7);
    for (size_t k = 0; k + 1 < o.count; k++) peer_puback(peer_rig.board, o.list[k].token, 0);
    for (int64_t t = 1000; t < 200000; t += 1000) assert_int_equal(peer_rig_drain(t).count, 0);
    peer_link_down(peer_rig.board);
    peer_link_up(peer_rig.board, 2, 200000);
    o = peer_rig_drain(200000); /* the one that nobody confirmed */
    assert_int_equal(o.count, 1);
    assert_int_equal(o.list[0].lane, LANE_PHOTO);
    assert_int_equal(o.list[0].key.seq, 3);
    peer_rig_puback(&o, 200000);
    assert_int_equal(peer_rig_drain(201000).count, 0);
}

/* ---- cost ---- */

static void thousands_of_chains_cost_little_a_message(void **state) {
    (void)state;
    for (int k = 0; k < 1000; k++) {
        sim_new_epoch(&peer_rig.sim, 1);
        peer_rig_append(LANE_ALERT, 1);
        peer_rig_append(LANE_PHOTO, 1);
    }
    peer_rig_connect(0);
    struct ack a = { .have_count = peer_rig.journal->count, .window = 4096, .connect = 4, .to = 7 };
    a.have = calloc(peer_rig.journal->count, sizeof *a.have);
    assert_non_null(a.have);
    for (size_t k = 0; k < peer_rig.journal->count; k++) { /* everything is there already, but for the newest epoch */
        const struct chain *c = &peer_rig.journal->chains[k].chain;
        memcpy(a.have[k].writer, c->writer, NAME_SIZE);
        memcpy(a.have[k].epoch, c->epoch, ID_SIZE);
        for (int l = 0; l < LANE_COUNT; l++) a.have[k].upto[l] = ACK_UNSAID;
        a.have[k].upto[c->lane] =
            strcmp(c->epoch, peer_rig.journal->epoch) == 0 ? 0 : peer_rig.journal->chains[k].count;
    }
    peer_heard_ack(peer_rig.board, &a, true, 0);
    peer_rig_append(LANE_RECORD, 3000);
    size_t heads = peer_rig.journal->heads, reads = peer_rig.journal->reads;
    clock_t before = clock();
    size_t sent = 0;
    for (int64_t t = 0; t < 100 && sent < 3001; t++) {
        struct peer_rig_outs o = peer_rig_drain(t);
        peer_rig_puback(&o, t);
        sent += o.of_lane[LANE_RECORD];
    }
    free(a.have);
    double seconds = (double)(clock() - before) / CLOCKS_PER_SEC;
    assert_int_equal(sent, 3001);
    assert_in_range(peer_rig.journal->heads - heads, 1, 3);
    assert_in_range(peer_rig.journal->reads - reads, 90, 110);
    if (seconds > 10) fail_msg("3,000 messages took %.1f s", seconds);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, peer_rig_setup, peer_rig_teardown)

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
        TEST(a_broker_alone_confirms),
        TEST(thousands_of_chains_cost_little_a_message),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
