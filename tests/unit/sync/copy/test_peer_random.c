/* SPDX-License-Identifier: MIT */
/* Real peers over a bad network, by seeds: whatever happens on the way, in the end both hold the same events. COPY_RUNS: how many runs the first
 * test makes, and the others in proportion. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "tests/support/copy_sim.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define RUNS_DEFAULT 80
#else
#define RUNS_DEFAULT 300
#endif

static uint64_t seed;

static uint64_t runs(void) {
    const char *text = getenv("COPY_RUNS");
    uint64_t n = text ? strtoull(text, NULL, 10) : 0;
    return n ? n : RUNS_DEFAULT;
}

static void bad_network(struct sim *s) {
    s->lose_percent = (unsigned)sim_random(s, 30);
    s->repeat_percent = (unsigned)sim_random(s, 30);
    s->delay_ms = 1 + (unsigned)sim_random(s, sim_random(s, 2) ? 50 : 3000);
    for (int a = 0; a < s->nodes; a++) {
        s->journal[a]->fail_percent = (unsigned)sim_random(s, 20);
        s->journal[a]->busy_percent = (unsigned)sim_random(s, 20);
        s->journal[a]->store_ms = (int64_t)sim_random(s, 200);
    }
}

static void good_network(struct sim *s) {
    s->lose_percent = s->repeat_percent = 0;
    s->delay_ms = 20;
    for (int a = 0; a < s->nodes; a++) s->journal[a]->fail_percent = s->journal[a]->busy_percent = 0;
}

static void append_some(struct sim *s, int node, uint64_t most) {
    for (uint64_t n = sim_random(s, most + 1); n > 0; n--)
        sim_append(s, node, (enum lane)sim_random(s, LANE_COUNT), "note");
}

static void one_step(struct sim *s, bool restarts) {
    int node = (int)sim_random(s, (uint64_t)s->nodes), board = 1 + (int)sim_random(s, (uint64_t)s->nodes - 1);
    switch (sim_random(s, 8)) {
    case 0:
        sim_link(s, board, false);
        break;
    case 1:
    case 2:
        sim_link(s, board, true);
        break;
    case 3:
        append_some(s, node, 40);
        break;
    case 4:
        bad_network(s);
        break;
    case 5:
        if (restarts) sim_restart(s, node);
        break;
    default:
        append_some(s, node, 4);
        break;
    }
    sim_run(s, (int64_t)sim_random(s, 4) ? (int64_t)sim_random(s, 500) : (int64_t)sim_random(s, 40000));
}

static void settle(struct sim *s) {
    good_network(s);
    for (int b = 1; b < s->nodes; b++) sim_link(s, b, true);
    sim_run(s, 600000);
}

static void run(uint64_t n, int nodes) {
    struct sim s;
    sim_init(&s, nodes, n);
    for (int step = 0; step < 12; step++) one_step(&s, true);
    settle(&s);
    size_t events = sim_assert_same(&s);
    assert_true(events >= (size_t)nodes);
    for (int a = 0; a < nodes; a++) assert_int_equal(s.journal[a]->conflicts, 0);
    /* and it is quiet now: nothing is said any more */
    size_t said = s.hellos + s.acks + s.events;
    sim_run(&s, 600000);
    assert_int_equal(s.hellos + s.acks + s.events, said);
    sim_fini(&s);
}

static void a_board_and_the_hub(void **state) {
    (void)state;
    for (uint64_t n = 0; n < runs(); n++) {
        seed = (uint64_t)time(NULL) * 100000 + n;
        run(seed, 2);
    }
}

static void two_boards_and_the_hub(void **state) {
    (void)state;
    for (uint64_t n = 0; n < runs() / 2; n++) {
        seed = (uint64_t)time(NULL) * 100000 + n;
        run(seed, 3);
    }
}

/* One end is put back to an older copy, as `restore` does it: with a new epoch at once. */
static void put_back(uint64_t n) {
    struct sim s;
    sim_init(&s, 3, n);
    for (int step = 0; step < 6; step++) one_step(&s, false);
    int node = (int)sim_random(&s, 3);
    struct sim_journal *older = sim_copy_journal(s.journal[node]);
    settle(&s);
    for (int step = 0; step < 3; step++) one_step(&s, false);
    settle(&s);
    size_t before = sim_assert_same(&s);
    sim_swap_journal(&s, node, older);
    sim_new_epoch(&s, node);
    for (int step = 0; step < 3; step++) one_step(&s, true);
    settle(&s);
    assert_true(sim_assert_same(&s) > before); /* its own old events came back, too */
    for (int a = 0; a < s.nodes; a++) assert_int_equal(s.journal[a]->conflicts, 0);
    sim_fini(&s);
}

static void an_end_that_was_put_back_gets_all_again(void **state) {
    (void)state;
    for (uint64_t n = 0; n < runs() / 4; n++) {
        seed = (uint64_t)time(NULL) * 100000 + n;
        put_back(seed);
    }
}

/* The same without anybody noticing: the disk of a machine was put back. It is found out by what the others hold. */
static void put_back_unnoticed(uint64_t n) {
    struct sim s;
    sim_init(&s, 2, n);
    append_some(&s, 0, 30);
    append_some(&s, 1, 30);
    settle(&s);
    int node = (int)sim_random(&s, 2);
    struct sim_journal *older = sim_copy_journal(s.journal[node]);
    for (int k = 0; k < 3; k++) sim_append(&s, node, (enum lane)sim_random(&s, LANE_COUNT), "note");
    append_some(&s, 0, 30);
    append_some(&s, 1, 30);
    settle(&s);
    size_t before = sim_assert_same(&s);
    sim_swap_journal(&s, node, older);
    struct event_key key;
    assert_int_equal(peer_doubt(s.end[node][1 - node].peer, &key), PEER_SURE);
    settle(&s);
    assert_int_equal(peer_doubt(s.end[node][1 - node].peer, &key), PEER_LOST);
    assert_string_equal(key.epoch, older->epoch);
    assert_true(sim_total(s.journal[node]) < before);
    sim_new_epoch(&s, node);
    settle(&s);
    assert_int_equal(peer_doubt(s.end[node][1 - node].peer, &key), PEER_SURE);
    assert_int_equal(sim_assert_same(&s), before + 1);
    sim_fini(&s);
}

static void a_loss_that_nobody_noticed_is_found_out(void **state) {
    (void)state;
    for (uint64_t n = 0; n < runs() / 4; n++) {
        seed = (uint64_t)time(NULL) * 100000 + n;
        put_back_unnoticed(seed);
    }
}

/* ---- a liar at the other end ---- */

static void lie_ack(struct sim *s, struct peer *board) {
    struct ack_have have[4];
    struct ack a = { .have = have,
                     .have_count = sim_random(s, 5),
                     .resend = sim_random(s, 4) == 0,
                     .connect = (int64_t)sim_random(s, 3),
                     .to = (int64_t)sim_random(s, 3),
                     .window = (int64_t)sim_random(s, 600) - 5,
                     .pause_ms = (int64_t)sim_random(s, 2000) };
    for (size_t k = 0; k < a.have_count; k++) {
        const struct sim_journal *j = s->journal[sim_random(s, 2)];
        have[k] = (struct ack_have){ 0 };
        memcpy(have[k].writer, sim_random(s, 9) ? j->writer : "b-9", 4);
        memcpy(have[k].epoch, j->epoch, ID_SIZE);
        for (int l = 0; l < LANE_COUNT; l++)
            have[k].upto[l] = sim_random(s, 3)   ? sim_random(s, 40)
                              : sim_random(s, 2) ? ACK_UNSAID
                                                 : UINT64_MAX - sim_random(s, 9);
    }
    peer_heard_ack(board, &a, sim_random(s, 3) == 0, s->now_ms);
}

static void lie_event(struct sim *s, struct peer *board) {
    const struct sim_journal *j = s->journal[sim_random(s, 2)];
    struct event_key key = { .lane = (enum lane)sim_random(s, LANE_COUNT), .seq = 1 + sim_random(s, 12) };
    char prev[HASH_TEXT_SIZE];
    memcpy(key.writer, sim_random(s, 9) ? j->writer : "b-9", 4);
    memcpy(key.epoch, j->epoch, ID_SIZE);
    hash_sha256_text(key.epoch, ID_SIZE - 1, prev);
    struct sim_event *e = sim_make(&key, prev, "note", sim_random(s, 9) ? SIM_SITE : "s-2", (unsigned)sim_random(s, 3));
    if (sim_random(s, 5) == 0) e->bytes[sim_random(s, e->n)] = (char)sim_random(s, 256);
    if (peer_heard_event(board, e->bytes, e->n, s->now_ms, NULL) != 0) assert_true(peer_counts(board).dropped > 0);
    sim_event_destroy(e);
}

static void lied_to(uint64_t n) {
    struct sim s;
    sim_init(&s, 2, n);
    struct peer *board = s.end[1][0].peer;
    struct peer_out out;
    peer_link_up(board, 1, s.now_ms);
    peer_presence(board, PEER_THERE, s.now_ms);
    for (int step = 0; step < 300; step++) {
        append_some(&s, 1, 1);
        if (sim_random(&s, 2))
            lie_ack(&s, board);
        else
            lie_event(&s, board);
        if (sim_random(&s, 3) == 0) sim_finish_store(&s, 1);
        for (int most = 2000; peer_next(board, s.now_ms, &out) == 1; most--) {
            assert_true(most > 0);
            if (out.kind == PEER_OUT_EVENT && sim_random(&s, 2)) peer_puback(board, out.token, s.now_ms);
        }
        s.now_ms += (int64_t)sim_random(&s, 700);
    }
    sim_finish_store(&s, 1);
    /* then somebody truthful, who holds nothing: all of it goes out, from the beginning */
    peer_link_down(board);
    peer_link_up(board, 9, s.now_ms);
    peer_presence(board, PEER_THERE, s.now_ms);
    size_t sent = 0, all = sim_total(s.journal[1]);
    struct ack a = { .connect = 5, .to = 9, .window = 4096 };
    while (peer_next(board, s.now_ms, &out) == 1) assert_int_not_equal(out.kind, PEER_OUT_EVENT);
    peer_heard_ack(board, &a, true, s.now_ms);
    while (peer_next(board, s.now_ms, &out) == 1) {
        sent += out.kind == PEER_OUT_EVENT;
        peer_puback(board, out.token, s.now_ms);
    }
    assert_int_equal(sent, all);
    sim_fini(&s);
}

static void a_liar_breaks_nothing(void **state) {
    (void)state;
    for (uint64_t n = 0; n < runs() / 2; n++) {
        seed = (uint64_t)time(NULL) * 100000 + n;
        lied_to(seed);
    }
}

static int say_seed(void **state) {
    (void)state;
    print_message("seed %llu\n", (unsigned long long)seed);
    return 0;
}

int main(int argc, char **argv) {
    if (argc > 2) { /* test_peer_random SEED NODES [COUNT]: that run again, or so many from there */
        seed = strtoull(argv[1], NULL, 10);
        for (uint64_t n = argc > 3 ? strtoull(argv[3], NULL, 10) : 1; n > 0; n--) run(seed++, atoi(argv[2]));
        return 0;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_board_and_the_hub, say_seed),
        cmocka_unit_test_teardown(two_boards_and_the_hub, say_seed),
        cmocka_unit_test_teardown(an_end_that_was_put_back_gets_all_again, say_seed),
        cmocka_unit_test_teardown(a_loss_that_nobody_noticed_is_found_out, say_seed),
        cmocka_unit_test_teardown(a_liar_breaks_nothing, say_seed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
