/* SPDX-License-Identifier: MIT */
/* The receiving half of a peer, driven by hand: the test is the other end, a hub. */
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

#define EPOCH "01935d2a-1c00-7abc-8def-0123456789ab"

static struct sim s;
static struct peer *board; /* node 1's, for the hub */
static struct sim_journal *journal;

static int start(void **state) {
    (void)state;
    sim_init(&s, 2, 1);
    board = s.end[1][0].peer;
    journal = s.journal[1];
    journal->store_ms = 0;
    peer_link_up(board, 7, s.now_ms);
    peer_presence(board, PEER_THERE, s.now_ms);
    return 0;
}

static int stop(void **state) {
    (void)state;
    sim_fini(&s);
    return 0;
}

/* A chain of the hub's, to send from as the test likes. */
struct feed {
    struct event_key key;
    char prev[HASH_TEXT_SIZE];
};

static struct feed feed_of(const char *writer, enum lane lane) {
    struct feed f = { .key = { .epoch = EPOCH, .lane = lane } };
    text_clip(f.key.writer, sizeof f.key.writer, writer);
    hash_sha256_text(EPOCH, strlen(EPOCH), f.prev);
    return f;
}

static struct sim_event *next_event(struct feed *f, const char *type) {
    f->key.seq++;
    struct sim_event *e = sim_make(&f->key, f->prev, type, SIM_SITE, 0);
    memcpy(f->prev, e->hash, sizeof f->prev);
    return e;
}

static void give(const struct sim_event *e) {
    struct err_text why = { 0 };
    int r = peer_heard_event(board, e->bytes, e->n, s.now_ms, &why);
    if (r) fail_msg("%s", why.text);
}

static void give_next(struct feed *f, const char *type) {
    struct sim_event *e = next_event(f, type);
    give(e);
    sim_event_destroy(e);
}

/* The store does what it has to; then the next ack that the board says up to `ms` from now. Owns: caller, when true. */
static bool ack_within(int64_t ms, struct ack *out) {
    int64_t end = s.now_ms + ms;
    for (;;) {
        sim_finish_store(&s, 1);
        struct peer_out o;
        while (peer_next(board, s.now_ms, &o) == 1) {
            if (o.kind != PEER_OUT_ACK) continue;
            assert_int_equal(ack_read(o.bytes, o.n, out, NULL), 0);
            return true;
        }
        if (journal->job_count) continue;
        int64_t due = peer_due_ms(board, s.now_ms);
        if (due < 0 || s.now_ms + due > end) break;
        s.now_ms += due;
    }
    s.now_ms = end;
    return false;
}

static uint64_t upto(const struct ack *a, const struct feed *f) {
    for (size_t k = 0; k < a->have_count; k++)
        if (strcmp(a->have[k].writer, f->key.writer) == 0 && strcmp(a->have[k].epoch, f->key.epoch) == 0)
            return a->have[k].upto[f->key.lane];
    return ACK_UNSAID;
}

static size_t stored_count(const struct feed *f) {
    struct chain c = { .lane = f->key.lane };
    memcpy(c.writer, f->key.writer, sizeof c.writer);
    memcpy(c.epoch, f->key.epoch, sizeof c.epoch);
    struct sim_chain *found = sim_find(journal, &c, false);
    return found ? found->count : 0;
}

static void quiet(void) {
    struct ack a;
    while (ack_within(2000, &a)) ack_fini(&a);
}

static void what_follows_is_taken_and_acknowledged_after_the_commit(void **state) {
    (void)state;
    struct feed f = feed_of("hub", LANE_RECORD);
    quiet();
    journal->store_ms = 0;
    give_next(&f, "plan-set");
    struct peer_out o;
    int r = peer_next(board, s.now_ms, &o);
    assert_true(r == 0 || o.kind != PEER_OUT_ACK); /* not before */
    assert_true(peer_busy(board));
    struct ack a;
    assert_true(ack_within(100, &a));
    assert_int_equal(upto(&a, &f), 1);
    assert_false(a.resend);
    assert_false(peer_busy(board));
    ack_fini(&a);
    assert_int_equal(stored_count(&f), 1);
    assert_int_equal(peer_counts(board).events_in, 1);
    assert_false(ack_within(60000, &a)); /* once is enough */
}

static void a_gap_is_dropped_and_asked_for_once_a_second(void **state) {
    (void)state;
    struct feed f = feed_of("hub", LANE_RECORD);
    quiet();
    give_next(&f, "note");
    struct sim_event *missing = next_event(&f, "note");
    struct ack a;
    size_t asked = 0;
    for (int k = 0; k < 300; k++) { /* three seconds */
        give_next(&f, "note");
        while (ack_within(10, &a)) {
            asked += a.resend;
            assert_int_equal(upto(&a, &f), 1);
            ack_fini(&a);
        }
    }
    assert_in_range(asked, 3, 4);
    assert_int_equal(stored_count(&f), 1);
    assert_int_equal(peer_counts(board).dropped, 300);
    give(missing);
    sim_event_destroy(missing);
    asked = 0;
    while (ack_within(3000, &a)) {
        asked += a.resend;
        ack_fini(&a);
    }
    assert_in_range(asked, 0, 1); /* for those that were dropped behind it */
    assert_int_equal(stored_count(&f), 2);
}

static void a_chain_from_its_middle_is_asked_for_from_its_beginning(void **state) {
    (void)state;
    struct feed f = feed_of("b-9", LANE_PHOTO);
    sim_event_destroy(next_event(&f, "note"));
    quiet();
    give_next(&f, "note");
    struct ack a;
    assert_true(ack_within(1100, &a));
    assert_true(a.resend);
    assert_int_equal(upto(&a, &f), 0);
    ack_fini(&a);
}

static void a_broken_chain_is_rejected_and_goes_on(void **state) {
    (void)state;
    struct feed f = feed_of("hub", LANE_RECORD);
    quiet();
    give_next(&f, "note");
    f.prev[0] = f.prev[0] == 'a' ? 'b' : 'a';
    give_next(&f, "note");
    give_next(&f, "note"); /* chained to the rejected one's bytes */
    struct ack a;
    assert_true(ack_within(100, &a));
    assert_int_equal(upto(&a, &f), 3);
    assert_int_equal(a.rejected_count, 1);
    assert_string_equal(a.rejected[0].code, "chain");
    assert_int_equal(a.rejected[0].key.seq, 2);
    ack_fini(&a);
    assert_int_equal(peer_counts(board).rejected, 1);
}

static void damaged_events_take_their_place(void **state) {
    (void)state;
    struct feed f = feed_of("hub", LANE_RECORD);
    quiet();
    struct sim_event *e = next_event(&f, "note");
    e->n -= 3; /* cut off: no JSON any more */
    hash_sha256_text(e->bytes, e->n, f.prev);
    give(e);
    sim_event_destroy(e);
    give_next(&f, "note");
    e = next_event(&f, "note"); /* over 64 KiB */
    e->bytes = realloc(e->bytes, 70000);
    assert_non_null(e->bytes);
    memset(e->bytes + e->n - 1, ' ', 70000 - e->n);
    e->bytes[69999] = '}';
    e->n = 70000;
    hash_sha256_text(e->bytes, e->n, f.prev);
    give(e);
    sim_event_destroy(e);
    give_next(&f, "bad"); /* the sink refuses it */
    journal->refuse_type_bad = true;
    give_next(&f, "note");
    struct ack a;
    while (stored_count(&f) < 5 && ack_within(100, &a)) ack_fini(&a);
    give_next(&f, "note");
    assert_true(ack_within(100, &a)); /* repeats all rejections, newest first */
    assert_int_equal(upto(&a, &f), 6);
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
    assert_int_equal(peer_heard_event(board, "garbage", 7, s.now_ms, &e), ERR_INVALID);
    assert_true(e.text[0]);
    char *huge = malloc(2u << 20);
    assert_non_null(huge);
    memset(huge, 'x', 2u << 20);
    assert_int_equal(peer_heard_event(board, huge, 2u << 20, s.now_ms, &e), ERR_TOO_BIG);
    free(huge);
    assert_int_equal(peer_counts(board).dropped, 2);
}

static void an_event_of_another_site_is_refused(void **state) {
    (void)state;
    struct feed f = feed_of("hub", LANE_RECORD);
    quiet();
    f.key.seq = 1;
    struct sim_event *e = sim_make(&f.key, f.prev, "note", "s-2", 0);
    give(e);
    sim_event_destroy(e);
    struct ack a;
    assert_true(ack_within(100, &a));
    assert_int_equal(a.rejected_count, 1);
    assert_string_equal(a.rejected[0].code, "schema");
    ack_fini(&a);
}

static void repeats_are_acknowledged_and_compared(void **state) {
    (void)state;
    struct feed f = feed_of("hub", LANE_RECORD), again = f;
    quiet();
    for (int k = 0; k < 3; k++) give_next(&f, "note");
    struct ack a;
    assert_true(ack_within(100, &a));
    ack_fini(&a);
    again.key.seq = 1;
    struct sim_event *other = sim_make(&again.key, again.prev, "note", SIM_SITE, 1);
    give(other); /* the same key, other bytes */
    assert_true(ack_within(100, &a));
    assert_int_equal(upto(&a, &f), 3);
    assert_int_equal(a.rejected_count, 1);
    assert_string_equal(a.rejected[0].code, "conflict");
    ack_fini(&a);
    give(other); /* found again, told once */
    assert_true(ack_within(100, &a));
    assert_int_equal(a.rejected_count, 1);
    ack_fini(&a);
    sim_event_destroy(other);
    assert_int_equal(journal->conflicts, 2);
    assert_int_equal(peer_counts(board).repeats, 2);
    assert_int_equal(stored_count(&f), 3);
}

static void own_events_come_back_only_as_far_as_we_have_them(void **state) {
    (void)state;
    struct feed f = feed_of("b-1", LANE_ALERT);
    memcpy(f.key.epoch, journal->epoch, ID_SIZE);
    hash_sha256_text(f.key.epoch, ID_SIZE - 1, f.prev);
    quiet();
    give_next(&f, "note");
    give_next(&f, "note");
    quiet();
    assert_int_equal(stored_count(&f), 0);
    struct event_key key;
    assert_int_equal(peer_doubt(board, &key), PEER_LOST);
    assert_int_equal(key.seq, 2);
    assert_int_equal(key.lane, LANE_ALERT);
    sim_new_epoch(&s, 1);
    struct ack a;
    assert_true(ack_within(1100, &a)); /* now it wants them */
    assert_true(a.resend);
    assert_int_equal(upto(&a, &f), 0);
    ack_fini(&a);
    assert_int_equal(peer_doubt(board, &key), PEER_SURE);
    f.key.seq = 0;
    hash_sha256_text(f.key.epoch, ID_SIZE - 1, f.prev);
    give_next(&f, "note");
    quiet();
    assert_int_equal(stored_count(&f), 1);
}

static void what_waits_is_bounded(void **state) {
    (void)state;
    struct feed f = feed_of("hub", LANE_RECORD);
    quiet();
    for (int k = 0; k < 600; k++)
        give_next(&f, "note"); /* one with the store, 512 wait, the rest is dropped like a gap */
    assert_int_equal(peer_counts(board).dropped, 600 - 513);
    struct ack a;
    bool asked = false;
    while (ack_within(1500, &a)) {
        asked = asked || a.resend;
        ack_fini(&a);
    }
    assert_true(asked);
    assert_int_equal(stored_count(&f), 513);
}

static void bytes_that_wait_are_bounded(void **state) {
    (void)state;
    struct feed f = feed_of("hub", LANE_RECORD);
    quiet();
    for (int k = 0; k < 100; k++) {
        struct sim_event *e = next_event(&f, "note");
        e->bytes = realloc(e->bytes, 64 * 1024);
        assert_non_null(e->bytes);
        memset(e->bytes + e->n - 1, ' ', 64 * 1024 - e->n);
        e->bytes[64 * 1024 - 1] = '}';
        e->n = 64 * 1024;
        hash_sha256_text(e->bytes, e->n, f.prev);
        give(e);
        sim_event_destroy(e);
    }
    assert_int_equal(peer_counts(board).dropped, 100 - 1 - 64);
    quiet();
    assert_int_equal(stored_count(&f), 65);
}

static void a_failing_store_asks_for_a_growing_pause(void **state) {
    (void)state;
    static const int64_t pauses[] = { 1000, 2000, 4000, 8000, 16000, 30000, 30000 };
    struct feed f = feed_of("hub", LANE_RECORD);
    quiet();
    journal->fail_percent = 100;
    struct sim_event *e = next_event(&f, "note");
    struct ack a;
    for (size_t k = 0; k < TEXT_ARRAY_LEN(pauses); k++) {
        give(e);
        bool asked = false;
        int64_t pause = 0;
        while (ack_within(1100, &a)) {
            asked = asked || a.resend;
            pause = a.pause_ms;
            if (upto(&a, &f) != ACK_UNSAID) assert_int_equal(upto(&a, &f), 0);
            ack_fini(&a);
        }
        assert_true(asked);
        assert_int_equal(pause, pauses[k]);
    }
    journal->fail_percent = 0;
    give(e);
    sim_event_destroy(e);
    assert_true(ack_within(100, &a));
    assert_int_equal(a.pause_ms, 0);
    assert_int_equal(upto(&a, &f), 1);
    ack_fini(&a);
}

static void a_busy_store_gets_the_batch_later(void **state) {
    (void)state;
    struct feed f = feed_of("hub", LANE_RECORD);
    quiet();
    journal->busy_percent = 100;
    give_next(&f, "note");
    give_next(&f, "note");
    assert_false(peer_busy(board));
    assert_in_range(peer_due_ms(board, s.now_ms), 1, 1000);
    journal->busy_percent = 0;
    struct ack a;
    assert_true(ack_within(1100, &a));
    assert_int_equal(upto(&a, &f), 2);
    ack_fini(&a);
    assert_int_equal(peer_counts(board).dropped, 0);
}

static void acks_are_few_when_much_comes(void **state) {
    (void)state;
    struct feed f = feed_of("hub", LANE_RECORD);
    quiet();
    struct ack a;
    size_t acks = 0;
    int64_t begun = s.now_ms;
    for (int k = 0; k < 1000; k++) { /* one a millisecond */
        give_next(&f, "note");
        sim_finish_store(&s, 1);
        struct peer_out o;
        while (peer_next(board, s.now_ms, &o) == 1) acks += o.kind == PEER_OUT_ACK;
        s.now_ms++;
    }
    assert_int_equal(s.now_ms - begun, 1000);
    assert_in_range(acks, 10, 21);
    assert_true(ack_within(60, &a)); /* and the last comes soon */
    assert_int_equal(upto(&a, &f), 1000);
    ack_fini(&a);
}

static void photo_hashes_travel_in_acks_and_hellos(void **state) {
    (void)state;
    char hash[3][HASH_TEXT_SIZE];
    for (int k = 0; k < 3; k++) hash_sha256_text(&k, sizeof k, hash[k]);
    quiet();
    peer_confirm_blob(board, hash[0]);
    peer_confirm_blob(board, hash[1]);
    peer_confirm_blob(board, hash[0]);
    peer_want_blob(board, hash[2]);
    struct ack a;
    assert_true(ack_within(100, &a));
    assert_int_equal(a.blobs_count, 2);
    assert_int_equal(a.want_count, 1);
    assert_string_equal(a.want[0], hash[2]);
    ack_fini(&a);
    assert_false(ack_within(1000, &a)); /* once */
    peer_set_unconfirmed(board, (const char(*)[HASH_TEXT_SIZE])hash, 3);
    peer_link_down(board);
    peer_link_up(board, 8, s.now_ms);
    struct peer_out o;
    assert_int_equal(peer_next(board, s.now_ms, &o), 1);
    assert_int_equal(o.kind, PEER_OUT_HELLO);
    assert_int_equal(ack_read(o.bytes, o.n, &a, NULL), 0);
    assert_int_equal(a.blobs_count, 3);
    assert_int_equal(a.connect, 8);
    assert_string_equal(a.software, "sim");
    ack_fini(&a);
    /* more than a message takes */
    peer_link_down(board);
    peer_link_up(board, 9, s.now_ms);
    char many[HASH_TEXT_SIZE];
    for (int k = 0; k < 2500; k++) {
        hash_sha256_text(&k, sizeof k, many);
        peer_confirm_blob(board, many);
    }
    size_t told = 0;
    while (ack_within(1000, &a)) {
        told += a.blobs_count;
        ack_fini(&a);
    }
    assert_int_equal(told, 2500);
}

static void own_pause_is_told(void **state) {
    (void)state;
    quiet();
    struct ack a;
    peer_set_pause(board, 700);
    assert_true(ack_within(100, &a));
    assert_int_equal(a.pause_ms, 700);
    ack_fini(&a);
    peer_set_pause(board, 700);
    assert_false(ack_within(100, &a));
    peer_set_pause(board, 0);
    assert_true(ack_within(100, &a));
    assert_int_equal(a.pause_ms, 0);
    ack_fini(&a);
}

static void a_hello_says_everything_with_heads(void **state) {
    (void)state;
    struct feed f = feed_of("hub", LANE_ALERT);
    for (int k = 0; k < 3; k++) give_next(&f, "note");
    quiet();
    peer_link_down(board);
    peer_link_up(board, 8, s.now_ms);
    struct peer_out o;
    struct ack a;
    assert_int_equal(peer_next(board, s.now_ms, &o), 1);
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
    struct feed f = feed_of("hub", LANE_RECORD);
    quiet();
    give_next(&f, "note");
    quiet();
    journal->store_ms = 1000;
    for (int k = 0; k < 2; k++) give_next(&f, "note");
    assert_true(peer_busy(board));
    struct ack_have have = { .upto = { 0, 1, 0 } };
    memcpy(have.writer, f.key.writer, sizeof have.writer);
    memcpy(have.epoch, f.key.epoch, sizeof have.epoch);
    struct ack lower = { .connect = 9, .to = 7, .window = ACK_WINDOW_DEFAULT, .have = &have, .have_count = 1 };
    peer_heard_ack(board, &lower, true, s.now_ms);
    sim_finish_store(&s, 1);
    assert_int_equal(stored_count(&f), 3);
    size_t sent = 0;
    struct peer_out o;
    for (int k = 0; k < 100; k++, s.now_ms += 20)
        while (peer_next(board, s.now_ms, &o) == 1) {
            if (o.kind != PEER_OUT_EVENT) continue;
            sent += strstr(o.bytes, "\"writer\":\"hub\"") != NULL;
            peer_puback(board, o.token, s.now_ms);
        }
    assert_int_equal(sent, 2);
}

/* More journals than a hello holds: nothing that the other end has is sent again for that. */
static void a_thousand_epochs_are_told_in_several_messages(void **state) {
    (void)state;
    for (int k = 0; k < 1000; k++) sim_new_epoch(&s, 1);
    sim_restart(&s, 1);
    sim_link(&s, 1, true);
    sim_run(&s, 60000);
    sim_assert_same(&s);
    size_t events = s.events;
    sim_link(&s, 1, false);
    sim_link(&s, 1, true);
    sim_run(&s, 60000);
    sim_assert_same(&s);
    assert_in_range(s.events - events, 0, 600); /* at most what fits the windows before the rest is told */
}

/* The last one overtook the one before it: nothing comes after it that would show the gap. */
static void a_gap_at_the_end_is_asked_for(void **state) {
    (void)state;
    struct feed f = feed_of("hub", LANE_RECORD);
    quiet();
    struct sim_event *first = next_event(&f, "note"), *last = next_event(&f, "note");
    give(last);
    give(first);
    sim_event_destroy(first);
    sim_event_destroy(last);
    bool asked = false;
    struct ack a;
    while (ack_within(1500, &a)) {
        asked = asked || a.resend;
        ack_fini(&a);
    }
    assert_true(asked);
}

static void a_new_board_is_filled(void **state) {
    (void)state;
    sim_fini(&s);
    sim_init(&s, 3, 1);
    journal = s.journal[1];
    s.delay_ms = 0; /* in order, as a broker delivers */
    for (int k = 0; k < 50; k++) {
        sim_append(&s, 0, (enum lane)(k % 3), "note");
        sim_append(&s, 1, (enum lane)(k % 3), "note");
    }
    sim_link(&s, 1, true);
    sim_run(&s, 10000);
    assert_int_equal(sim_total(s.journal[0]), 102);
    sim_link(&s, 2, true);
    sim_run(&s, 10000);
    assert_int_equal(sim_assert_same(&s), 103);
    assert_int_equal(s.events, 102 + 102 + 2); /* every event once a hop: nothing goes back where it came from */
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, start, stop)

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
        TEST(acks_are_few_when_much_comes),
        TEST(photo_hashes_travel_in_acks_and_hellos),
        TEST(own_pause_is_told),
        TEST(a_hello_says_everything_with_heads),
        TEST(a_lower_hello_stands_against_what_came_before_it),
        TEST(a_thousand_epochs_are_told_in_several_messages),
        TEST(a_gap_at_the_end_is_asked_for),
        TEST(a_new_board_is_filled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
