/* SPDX-License-Identifier: MIT */
/* The receiving half of a peer, driven by hand: what it takes in, refuses and holds back. The test is the other end, a hub. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "firmware/base/text.h"
#include "tests/support/peer_rig.h"

#include <stdlib.h>
#include <string.h>

static void what_follows_is_taken_and_acknowledged_after_the_commit(void **state) {
    (void)state;
    struct peer_rig_feed f = peer_rig_feed_of("hub", LANE_RECORD);
    peer_rig_quiet();
    peer_rig.journal->store_ms = 0;
    peer_rig_give_next(&f, "plan-set");
    struct peer_out o;
    int r = peer_next(peer_rig.board, peer_rig.sim.now_ms, &o);
    assert_true(r == 0 || o.kind != PEER_OUT_ACK); /* not before */
    assert_true(peer_busy(peer_rig.board));
    struct ack a;
    assert_true(peer_rig_ack(100, &a));
    assert_int_equal(peer_rig_upto(&a, &f), 1);
    assert_false(a.resend);
    assert_false(peer_busy(peer_rig.board));
    ack_fini(&a);
    assert_int_equal(peer_rig_stored(&f), 1);
    assert_int_equal(peer_counts(peer_rig.board).events_in, 1);
    assert_false(peer_rig_ack(60000, &a)); /* once is enough */
}

static void a_gap_is_dropped_and_asked_for_once_a_second(void **state) {
    (void)state;
    struct peer_rig_feed f = peer_rig_feed_of("hub", LANE_RECORD);
    peer_rig_quiet();
    peer_rig_give_next(&f, "note");
    struct sim_event *missing = peer_rig_next(&f, "note");
    struct ack a;
    size_t asked = 0;
    for (int k = 0; k < 300; k++) { /* three seconds */
        peer_rig_give_next(&f, "note");
        while (peer_rig_ack(10, &a)) {
            asked += a.resend;
            assert_int_equal(peer_rig_upto(&a, &f), 1);
            ack_fini(&a);
        }
    }
    assert_in_range(asked, 3, 4);
    assert_int_equal(peer_rig_stored(&f), 1);
    assert_int_equal(peer_counts(peer_rig.board).dropped, 300);
    peer_rig_give(missing);
    sim_event_destroy(missing);
    asked = 0;
    while (peer_rig_ack(3000, &a)) {
        asked += a.resend;
        ack_fini(&a);
    }
    assert_in_range(asked, 0, 1); /* for those that were dropped behind it */
    assert_int_equal(peer_rig_stored(&f), 2);
}

static void a_chain_from_its_middle_is_asked_for_from_its_beginning(void **state) {
    (void)state;
    struct peer_rig_feed f = peer_rig_feed_of("b-9", LANE_PHOTO);
    sim_event_destroy(peer_rig_next(&f, "note"));
    peer_rig_quiet();
    peer_rig_give_next(&f, "note");
    struct ack a;
    assert_true(peer_rig_ack(1100, &a));
    assert_true(a.resend);
    assert_int_equal(peer_rig_upto(&a, &f), 0);
    ack_fini(&a);
}

static void a_broken_chain_is_rejected_and_goes_on(void **state) {
    (void)state;
    struct peer_rig_feed f = peer_rig_feed_of("hub", LANE_RECORD);
    peer_rig_quiet();
    peer_rig_give_next(&f, "note");
    f.prev[0] = f.prev[0] == 'a' ? 'b' : 'a';
    peer_rig_give_next(&f, "note");
    peer_rig_give_next(&f, "note"); /* chained to the rejected one's bytes */
    struct ack a;
    assert_true(peer_rig_ack(100, &a));
    assert_int_equal(peer_rig_upto(&a, &f), 3);
    assert_int_equal(a.rejected_count, 1);
    assert_string_equal(a.rejected[0].code, "chain");
    assert_int_equal(a.rejected[0].key.seq, 2);
    ack_fini(&a);
    assert_int_equal(peer_counts(peer_rig.board).rejected, 1);
}

static void damaged_events_take_their_place(void **state) {
    (void)state;
    struct peer_rig_feed f = peer_rig_feed_of("hub", LANE_RECORD);
    peer_rig_quiet();
    struct sim_event *e = peer_rig_next(&f, "note");
    e->n -= 3; /* cut off: no JSON any more */
    hash_sha256_text(e->bytes, e->n, f.prev);
    peer_rig_give(e);
    sim_event_destroy(e);
    peer_rig_give_next(&f, "note");
    e = peer_rig_next(&f, "note"); /* over 64 KiB */
    e->bytes = realloc(e->bytes, 70000);
    assert_non_null(e->bytes);
    memset(e->bytes + e->n - 1, ' ', 70000 - e->n);
    e->bytes[69999] = '}';
    e->n = 70000;
    hash_sha256_text(e->bytes, e->n, f.prev);
    peer_rig_give(e);
    sim_event_destroy(e);
    peer_rig_give_next(&f, "bad"); /* the sink refuses it */
    peer_rig.journal->refuse_type_bad = true;
    peer_rig_give_next(&f, "note");
    struct ack a;
    while (peer_rig_stored(&f) < 5 && peer_rig_ack(100, &a)) ack_fini(&a);
    peer_rig_give_next(&f, "note");
    assert_true(peer_rig_ack(100, &a)); /* repeats all rejections, newest first */
    assert_int_equal(peer_rig_upto(&a, &f), 6);
    assert_int_equal(a.rejected_count, 3);
    assert_string_equal(a.rejected[0].code, "schema");
    assert_int_equal(a.rejected[0].key.seq, 4);
    assert_string_equal(a.rejected[1].code, "too-big");
    assert_string_equal(a.rejected[2].code, "schema");
    assert_int_equal(a.rejected[2].key.seq, 1);
    ack_fini(&a);
}

static void what_has_no_key_is_dropped(void **state) {
    (void)state;
    struct err_text e = { 0 };
    assert_int_equal(peer_heard_event(peer_rig.board, "garbage", 7, peer_rig.sim.now_ms, &e), ERR_INVALID);
    assert_true(e.text[0]);
    char *huge = malloc(2u << 20);
    assert_non_null(huge);
    memset(huge, 'x', 2u << 20);
    assert_int_equal(peer_heard_event(peer_rig.board, huge, 2u << 20, peer_rig.sim.now_ms, &e), ERR_TOO_BIG);
    free(huge);
    assert_int_equal(peer_counts(peer_rig.board).dropped, 2);
}

static void an_event_of_another_site_is_refused(void **state) {
    (void)state;
    struct peer_rig_feed f = peer_rig_feed_of("hub", LANE_RECORD);
    peer_rig_quiet();
    f.key.seq = 1;
    struct sim_event *e = sim_make(&f.key, f.prev, "note", "s-2", 0);
    peer_rig_give(e);
    sim_event_destroy(e);
    struct ack a;
    assert_true(peer_rig_ack(100, &a));
    assert_int_equal(a.rejected_count, 1);
    assert_string_equal(a.rejected[0].code, "schema");
    ack_fini(&a);
}

static void repeats_are_acknowledged_and_compared(void **state) {
    (void)state;
    struct peer_rig_feed f = peer_rig_feed_of("hub", LANE_RECORD), again = f;
    peer_rig_quiet();
    for (int k = 0; k < 3; k++) peer_rig_give_next(&f, "note");
    struct ack a;
    assert_true(peer_rig_ack(100, &a));
    ack_fini(&a);
    again.key.seq = 1;
    struct sim_event *other = sim_make(&again.key, again.prev, "note", SIM_SITE, 1);
    peer_rig_give(other); /* the same key, other bytes */
    assert_true(peer_rig_ack(100, &a));
    assert_int_equal(peer_rig_upto(&a, &f), 3);
    assert_int_equal(a.rejected_count, 1);
    assert_string_equal(a.rejected[0].code, "conflict");
    ack_fini(&a);
    peer_rig_give(other); /* found again, told once */
    assert_true(peer_rig_ack(100, &a));
    assert_int_equal(a.rejected_count, 1);
    ack_fini(&a);
    sim_event_destroy(other);
    assert_int_equal(peer_rig.journal->conflicts, 2);
    assert_int_equal(peer_counts(peer_rig.board).repeats, 2);
    assert_int_equal(peer_rig_stored(&f), 3);
}

static void own_events_come_back_only_as_far_as_we_have_them(void **state) {
    (void)state;
    struct peer_rig_feed f = peer_rig_feed_of("b-1", LANE_ALERT);
    memcpy(f.key.epoch, peer_rig.journal->epoch, ID_SIZE);
    hash_sha256_text(f.key.epoch, ID_SIZE - 1, f.prev);
    peer_rig_quiet();
    peer_rig_give_next(&f, "note");
    peer_rig_give_next(&f, "note");
    peer_rig_quiet();
    assert_int_equal(peer_rig_stored(&f), 0);
    struct event_key key;
    assert_int_equal(peer_doubt(peer_rig.board, &key), PEER_LOST);
    assert_int_equal(key.seq, 2);
    assert_int_equal(key.lane, LANE_ALERT);
    sim_new_epoch(&peer_rig.sim, 1);
    struct ack a;
    assert_true(peer_rig_ack(1100, &a)); /* now it wants them */
    assert_true(a.resend);
    assert_int_equal(peer_rig_upto(&a, &f), 0);
    ack_fini(&a);
    assert_int_equal(peer_doubt(peer_rig.board, &key), PEER_SURE);
    f.key.seq = 0;
    hash_sha256_text(f.key.epoch, ID_SIZE - 1, f.prev);
    peer_rig_give_next(&f, "note");
    peer_rig_quiet();
    assert_int_equal(peer_rig_stored(&f), 1);
}

static void what_waits_is_bounded(void **state) {
    (void)state;
    struct peer_rig_feed f = peer_rig_feed_of("hub", LANE_RECORD);
    peer_rig_quiet();
    for (int k = 0; k < 600; k++)
        peer_rig_give_next(&f, "note"); /* one with the store, 512 wait, the rest is dropped like a gap */
    assert_int_equal(peer_counts(peer_rig.board).dropped, 600 - 513);
    struct ack a;
    bool asked = false;
    while (peer_rig_ack(1500, &a)) {
        asked = asked || a.resend;
        ack_fini(&a);
    }
    assert_true(asked);
    assert_int_equal(peer_rig_stored(&f), 513);
}

static void bytes_that_wait_are_bounded(void **state) {
    (void)state;
    struct peer_rig_feed f = peer_rig_feed_of("hub", LANE_RECORD);
    peer_rig_quiet();
    for (int k = 0; k < 100; k++) {
        struct sim_event *e = peer_rig_next(&f, "note");
        e->bytes = realloc(e->bytes, 64 * 1024);
        assert_non_null(e->bytes);
        memset(e->bytes + e->n - 1, ' ', 64 * 1024 - e->n);
        e->bytes[64 * 1024 - 1] = '}';
        e->n = 64 * 1024;
        hash_sha256_text(e->bytes, e->n, f.prev);
        peer_rig_give(e);
        sim_event_destroy(e);
    }
    assert_int_equal(peer_counts(peer_rig.board).dropped, 100 - 1 - 64);
    peer_rig_quiet();
    assert_int_equal(peer_rig_stored(&f), 65);
}

static void a_failing_store_asks_for_a_growing_pause(void **state) {
    (void)state;
    static const int64_t pauses[] = { 1000, 2000, 4000, 8000, 16000, 30000, 30000 };
    struct peer_rig_feed f = peer_rig_feed_of("hub", LANE_RECORD);
    peer_rig_quiet();
    peer_rig.journal->fail_percent = 100;
    struct sim_event *e = peer_rig_next(&f, "note");
    struct ack a;
    for (size_t k = 0; k < TEXT_ARRAY_LEN(pauses); k++) {
        peer_rig_give(e);
        bool asked = false;
        int64_t pause = 0;
        while (peer_rig_ack(1100, &a)) {
            asked = asked || a.resend;
            pause = a.pause_ms;
            if (peer_rig_upto(&a, &f) != ACK_UNSAID) assert_int_equal(peer_rig_upto(&a, &f), 0);
            ack_fini(&a);
        }
        assert_true(asked);
        assert_int_equal(pause, pauses[k]);
    }
    peer_rig.journal->fail_percent = 0;
    peer_rig_give(e);
    sim_event_destroy(e);
    assert_true(peer_rig_ack(100, &a));
    assert_int_equal(a.pause_ms, 0);
    assert_int_equal(peer_rig_upto(&a, &f), 1);
    ack_fini(&a);
}

static void a_busy_store_gets_the_batch_later(void **state) {
    (void)state;
    struct peer_rig_feed f = peer_rig_feed_of("hub", LANE_RECORD);
    peer_rig_quiet();
    peer_rig.journal->busy_percent = 100;
    peer_rig_give_next(&f, "note");
    peer_rig_give_next(&f, "note");
    assert_false(peer_busy(peer_rig.board));
    assert_in_range(peer_due_ms(peer_rig.board, peer_rig.sim.now_ms), 1, 1000);
    peer_rig.journal->busy_percent = 0;
    struct ack a;
    assert_true(peer_rig_ack(1100, &a));
    assert_int_equal(peer_rig_upto(&a, &f), 2);
    ack_fini(&a);
    assert_int_equal(peer_counts(peer_rig.board).dropped, 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, peer_rig_setup_linked, peer_rig_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(what_follows_is_taken_and_acknowledged_after_the_commit),
        TEST(a_gap_is_dropped_and_asked_for_once_a_second),
        TEST(a_chain_from_its_middle_is_asked_for_from_its_beginning),
        TEST(a_broken_chain_is_rejected_and_goes_on),
        TEST(damaged_events_take_their_place),
        TEST(what_has_no_key_is_dropped),
        TEST(an_event_of_another_site_is_refused),
        TEST(repeats_are_acknowledged_and_compared),
        TEST(own_events_come_back_only_as_far_as_we_have_them),
        TEST(what_waits_is_bounded),
        TEST(bytes_that_wait_are_bounded),
        TEST(a_failing_store_asks_for_a_growing_pause),
        TEST(a_busy_store_gets_the_batch_later),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
