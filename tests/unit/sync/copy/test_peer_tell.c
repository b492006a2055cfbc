/* SPDX-License-Identifier: MIT */
/* What the receiving half of a peer tells the other end, a hub: acks, hellos with heads, photos that it lacks. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "tests/support/peer_rig.h"

#include <string.h>

static void acks_are_few_when_much_comes(void **state) {
    (void)state;
    struct peer_rig_feed f = peer_rig_feed_of("hub", LANE_RECORD);
    peer_rig_quiet();
    struct ack a;
    size_t acks = 0;
    int64_t begun = peer_rig.sim.now_ms;
    for (int k = 0; k < 1000; k++) { /* one a millisecond */
        peer_rig_give_next(&f, "note");
        sim_finish_store(&peer_rig.sim, 1);
        struct peer_out o;
        while (peer_next(peer_rig.board, peer_rig.sim.now_ms, &o) == 1) acks += o.kind == PEER_OUT_ACK;
        peer_rig.sim.now_ms++;
    }
    assert_int_equal(peer_rig.sim.now_ms - begun, 1000);
    assert_in_range(acks, 10, 21);
    assert_true(peer_rig_ack(60, &a)); /* and the last comes soon */
    assert_int_equal(peer_rig_upto(&a, &f), 1000);
    ack_fini(&a);
}

static void photo_hashes_travel_in_acks_and_hellos(void **state) {
    (void)state;
    char hash[3][HASH_TEXT_SIZE];
    for (int k = 0; k < 3; k++) hash_sha256_text(&k, sizeof k, hash[k]);
    peer_rig_quiet();
    peer_confirm_blob(peer_rig.board, hash[0]);
    peer_confirm_blob(peer_rig.board, hash[1]);
    peer_confirm_blob(peer_rig.board, hash[0]);
    peer_want_blob(peer_rig.board, hash[2]);
    struct ack a;
    assert_true(peer_rig_ack(100, &a));
    assert_int_equal(a.blobs_count, 2);
    assert_int_equal(a.want_count, 1);
    assert_string_equal(a.want[0], hash[2]);
    ack_fini(&a);
    assert_false(peer_rig_ack(1000, &a)); /* once */
    peer_set_unconfirmed(peer_rig.board, (const char(*)[HASH_TEXT_SIZE])hash, 3);
    peer_link_down(peer_rig.board);
    peer_link_up(peer_rig.board, 8, peer_rig.sim.now_ms);
    struct peer_out o;
    assert_int_equal(peer_next(peer_rig.board, peer_rig.sim.now_ms, &o), 1);
    assert_int_equal(o.kind, PEER_OUT_HELLO);
    assert_int_equal(ack_read(o.bytes, o.n, &a, NULL), 0);
    assert_int_equal(a.blobs_count, 3);
    assert_int_equal(a.connect, 8);
    assert_string_equal(a.software, "sim");
    ack_fini(&a);
    /* more than a message takes */
    peer_link_down(peer_rig.board);
    peer_link_up(peer_rig.board, 9, peer_rig.sim.now_ms);
    char many[HASH_TEXT_SIZE];
    for (int k = 0; k < 2500; k++) {
        hash_sha256_text(&k, sizeof k, many);
        peer_confirm_blob(peer_rig.board, many);
    }
    size_t told = 0;
    while (peer_rig_ack(1000, &a)) {
        told += a.blobs_count;
        ack_fini(&a);
    }
    assert_int_equal(told, 2500);
}

static void a_hello_says_everything_with_heads(void **state) {
    (void)state;
    struct peer_rig_feed f = peer_rig_feed_of("hub", LANE_ALERT);
    for (int k = 0; k < 3; k++) peer_rig_give_next(&f, "note");
    peer_rig_quiet();
    peer_link_down(peer_rig.board);
    peer_link_up(peer_rig.board, 8, peer_rig.sim.now_ms);
    struct peer_out o;
    struct ack a;
    assert_int_equal(peer_next(peer_rig.board, peer_rig.sim.now_ms, &o), 1);
    assert_int_equal(o.kind, PEER_OUT_HELLO);
    assert_int_equal(ack_read(o.bytes, o.n, &a, NULL), 0);
    assert_int_equal(a.have_count, 2);
    for (size_t k = 0; k < a.have_count; k++) {
        bool hub = strcmp(a.have[k].writer, "hub") == 0;
        char empty[HASH_TEXT_SIZE];
        hash_sha256_text(a.have[k].epoch, ID_SIZE - 1, empty);
        assert_int_equal(a.have[k].upto[LANE_ALERT], hub ? 3 : 0);
        assert_int_equal(a.have[k].upto[LANE_RECORD], hub ? 0 : 1);
        assert_string_equal(a.have[k].hash[LANE_ALERT], hub ? f.prev : empty);
        assert_string_equal(a.have[k].hash[LANE_PHOTO], empty);
    }
    ack_fini(&a);
}

/* It cut a forked chain back, and says so while the store still has in hand what it sent before: that it sent it is no sign that it has it. */
static void a_lower_hello_stands_against_what_came_before_it(void **state) {
    (void)state;
    struct peer_rig_feed f = peer_rig_feed_of("hub", LANE_RECORD);
    peer_rig_quiet();
    peer_rig_give_next(&f, "note");
    peer_rig_quiet();
    peer_rig.journal->store_ms = 1000;
    for (int k = 0; k < 2; k++) peer_rig_give_next(&f, "note");
    assert_true(peer_busy(peer_rig.board));
    struct ack_have have = { .upto = { 0, 1, 0 } };
    memcpy(have.writer, f.key.writer, sizeof have.writer);
    memcpy(have.epoch, f.key.epoch, sizeof have.epoch);
    struct ack lower = { .connect = 9, .to = 7, .window = ACK_WINDOW_DEFAULT, .have = &have, .have_count = 1 };
    peer_heard_ack(peer_rig.board, &lower, true, peer_rig.sim.now_ms);
    sim_finish_store(&peer_rig.sim, 1);
    assert_int_equal(peer_rig_stored(&f), 3);
    size_t sent = 0;
    struct peer_out o;
    for (int k = 0; k < 100; k++, peer_rig.sim.now_ms += 20)
        while (peer_next(peer_rig.board, peer_rig.sim.now_ms, &o) == 1) {
            if (o.kind != PEER_OUT_EVENT) continue;
            sent += strstr(o.bytes, "\"writer\":\"hub\"") != NULL;
            peer_puback(peer_rig.board, o.token, peer_rig.sim.now_ms);
        }
    assert_int_equal(sent, 2);
}

/* More journals than a hello holds: nothing that the other end has is sent again for that. */
static void a_thousand_epochs_are_told_in_several_messages(void **state) {
    (void)state;
    for (int k = 0; k < 1000; k++) sim_new_epoch(&peer_rig.sim, 1);
    sim_restart(&peer_rig.sim, 1);
    sim_link(&peer_rig.sim, 1, true);
    sim_run(&peer_rig.sim, 60000);
    sim_assert_same(&peer_rig.sim);
    size_t events = peer_rig.sim.events;
    sim_link(&peer_rig.sim, 1, false);
    sim_link(&peer_rig.sim, 1, true);
    sim_run(&peer_rig.sim, 60000);
    sim_assert_same(&peer_rig.sim);
    assert_in_range(peer_rig.sim.events - events, 0, 600); /* at most what fits the windows before the rest is told */
}

/* The last one overtook the one before it: nothing comes after it that would show the gap. */
static void a_gap_at_the_end_is_asked_for(void **state) {
    (void)state;
    struct peer_rig_feed f = peer_rig_feed_of("hub", LANE_RECORD);
    peer_rig_quiet();
    struct sim_event *first = peer_rig_next(&f, "note"), *last = peer_rig_next(&f, "note");
    peer_rig_give(last);
    peer_rig_give(first);
    sim_event_destroy(first);
    sim_event_destroy(last);
    bool asked = false;
    struct ack a;
    while (peer_rig_ack(1500, &a)) {
        asked = asked || a.resend;
        ack_fini(&a);
    }
    assert_true(asked);
}

static void a_new_board_is_filled(void **state) {
    (void)state;
    sim_fini(&peer_rig.sim);
    sim_init(&peer_rig.sim, 3, 1);
    peer_rig.journal = peer_rig.sim.journal[1];
    peer_rig.sim.delay_ms = 0; /* in order, as a broker delivers */
    for (int k = 0; k < 50; k++) {
        sim_append(&peer_rig.sim, 0, (enum lane)(k % 3), "note");
        sim_append(&peer_rig.sim, 1, (enum lane)(k % 3), "note");
    }
    sim_link(&peer_rig.sim, 1, true);
    sim_run(&peer_rig.sim, 10000);
    assert_int_equal(sim_total(peer_rig.sim.journal[0]), 102);
    sim_link(&peer_rig.sim, 2, true);
    sim_run(&peer_rig.sim, 10000);
    assert_int_equal(sim_assert_same(&peer_rig.sim), 103);
    assert_int_equal(peer_rig.sim.events,
                     102 + 102 + 2); /* every event once a hop: nothing goes back where it came from */
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, peer_rig_setup_linked, peer_rig_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(acks_are_few_when_much_comes),
        TEST(photo_hashes_travel_in_acks_and_hellos),
        TEST(a_hello_says_everything_with_heads),
        TEST(a_lower_hello_stands_against_what_came_before_it),
        TEST(a_thousand_epochs_are_told_in_several_messages),
        TEST(a_gap_at_the_end_is_asked_for),
        TEST(a_new_board_is_filled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
