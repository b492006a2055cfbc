/* SPDX-License-Identifier: MIT */
/* The board's link and the hub's feed in one process, each over its own real journal, with a real mosquitto between them. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "tests/support/link_rig.h"

#include <stdlib.h>

#define SITE "s-1"

struct pair {
    struct link_rig rig;
    struct link_end board;
};

static int setup(void **state) {
    struct pair *p = calloc(1, sizeof *p);
    link_rig_open(&p->rig);
    link_rig_hub(&p->rig);
    link_rig_board(&p->rig, &p->board, "b-1", SITE, "b-1");
    *state = p;
    return 0;
}

static int teardown(void **state) {
    struct pair *p = *state;
    link_rig_stop(&p->board);
    link_rig_close(&p->rig);
    free(p);
    return 0;
}

/* Both hold all notes, once, and the board knows that head office has its own. */
static void wait_equal(struct pair *p, int64_t notes) {
    struct link_end *const ends[] = { &p->board, &p->rig.hub };
    link_rig_wait(ends, 2, SITE, notes);
    for (size_t i = 0; i < 2; i++) assert_int_equal(link_rig_held(ends[i], SITE).copies, notes);
    struct link_held b = link_rig_held(&p->board, SITE);
    assert_int_equal(b.received, b.saved);
    assert_int_equal(b.sent, b.saved);
}

static void test_up_and_down(void **state) {
    struct pair *p = *state;
    link_rig_notes(&p->board, NULL, 20);
    wait_equal(p, 20);
    link_rig_notes(&p->rig.hub, SITE, 5);
    wait_equal(p, 25);
    assert_int_equal(p->rig.trouble[FEED_WRONG_SITE], 0);
    assert_int_equal(p->rig.trouble[FEED_WRONG_KEY], 0);
    assert_true(link_status(p->board.link).up);
    assert_int_equal(link_status(p->board.link).hub, PEER_THERE);
    assert_true(link_status(p->board.link).synced);
}

static void test_many(void **state) {
    struct pair *p = *state;
    for (int i = 0; i < 10; i++) link_rig_notes(&p->board, NULL, 200);
    wait_equal(p, 2000);
}

static void test_broker_forgets(void **state) {
    struct pair *p = *state;
    int64_t notes = 0;
    for (int round = 0; round < 4; round++) {
        link_rig_notes(&p->board, NULL, 150);
        link_rig_notes(&p->rig.hub, SITE, 10);
        broker_kill(&p->rig.broker);
        link_rig_notes(&p->board, NULL, 50);
        broker_again(&p->rig.broker);
        notes += 210;
    }
    link_send_now(p->board.link);
    wait_equal(p, notes);
}

static void test_written_before_the_link(void **state) {
    struct pair *p = *state;
    broker_kill(&p->rig.broker);
    link_rig_notes(&p->board, NULL, 300);
    link_rig_notes(&p->rig.hub, SITE, 3);
    assert_int_equal(link_rig_held(&p->rig.hub, SITE).copies, 3);
    broker_again(&p->rig.broker);
    link_send_now(p->board.link);
    wait_equal(p, 303);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_up_and_down, setup, teardown),
        cmocka_unit_test_setup_teardown(test_many, setup, teardown),
        cmocka_unit_test_setup_teardown(test_broker_forgets, setup, teardown),
        cmocka_unit_test_setup_teardown(test_written_before_the_link, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
