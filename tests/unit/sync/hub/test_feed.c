/* SPDX-License-Identifier: MIT */
/* Head office's feed with real boards and a real broker: what everybody gets, what is refused, what is dropped, and journals that were put
 * back to older copies. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "firmware/base/text.h"
#include "sync/wire/beat.h"
#include "tests/support/link_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SITE "s-1"

struct fixture {
    struct link_rig rig;
    struct link_end a, b;
    struct link_watcher watcher;
};

static int setup(void **state) {
    struct fixture *f = calloc(1, sizeof *f);
    link_rig_open(&f->rig);
    link_rig_hub(&f->rig);
    *state = f;
    return 0;
}

static int teardown(void **state) {
    struct fixture *f = *state;
    if (f->watcher.mqtt) link_rig_unwatch(&f->watcher);
    link_rig_stop(&f->a);
    link_rig_stop(&f->b);
    link_rig_close(&f->rig);
    free(f);
    return 0;
}

static void wait_two(struct fixture *f, int64_t notes) {
    link_rig_wait((struct link_end *const[]){ &f->rig.hub, &f->a }, 2, SITE, notes);
}

static void wait_three(struct fixture *f, int64_t notes) {
    link_rig_wait((struct link_end *const[]){ &f->rig.hub, &f->a, &f->b }, 3, SITE, notes);
}

/* ---- who gets what ---- */

static void watch_until(struct fixture *f, size_t n) {
    int64_t until = clock_mono().ms + 30000;
    while (f->watcher.n < n && clock_mono().ms < until) link_rig_turn(&f->watcher, 20);
    link_rig_turn(&f->watcher, 200); /* what would be too much */
    assert_int_equal(f->watcher.n, n);
    for (size_t i = 0; i < n; i++) {
        assert_non_null(strstr(f->watcher.list[i].topic, "/hub/up/record/"));
        for (size_t j = 0; j < i; j++) assert_string_not_equal(f->watcher.list[i].bytes, f->watcher.list[j].bytes);
    }
}

/* Whoever subscribes to up/# sees the hub's own events, each once, of sites with a board and without, also over a restart; and no others. */
static void the_hubs_events_appear_once(void **state) {
    struct fixture *f = *state;
    link_rig_watch(&f->rig, &f->watcher, "crm", "sitelog/v1/acme/+/hub/up/#");
    link_rig_board(&f->rig, &f->a, "a", SITE, "b-1");
    link_rig_notes(&f->a, NULL, 5);
    link_rig_notes(&f->rig.hub, SITE, 20);
    link_rig_notes(&f->rig.hub, "s-2", 20);
    watch_until(f, 42); /* both sites' journals begin with epoch-started */
    link_rig_stop(&f->rig.hub);
    f->rig.known_count = 2;
    f->rig.known[0] = (struct feed_board){ .site = SITE, .board = "b-1" };
    f->rig.known[1] = (struct feed_board){ .site = "s-2" };
    link_rig_again(&f->rig, &f->rig.hub);
    watch_until(f, 42);
    link_rig_notes(&f->rig.hub, "s-2", 1);
    link_rig_notes(&f->rig.hub, SITE, 1);
    watch_until(f, 44);
}

static void a_second_board_gets_what_the_first_wrote(void **state) {
    struct fixture *f = *state;
    link_rig_board(&f->rig, &f->a, "a", SITE, "b-1");
    link_rig_notes(&f->a, NULL, 30);
    link_rig_notes(&f->rig.hub, SITE, 4);
    wait_two(f, 34);
    link_rig_board(&f->rig, &f->b, "b", SITE, "b-2");
    wait_three(f, 34);
    link_rig_notes(&f->b, NULL, 7);
    link_rig_notes(&f->a, NULL, 3);
    wait_three(f, 44);
    assert_int_equal(link_rig_held(&f->b, SITE).epochs, 1);
    assert_int_equal(
        f->rig.trouble[FEED_WRONG_SITE] + f->rig.trouble[FEED_WRONG_KEY] + f->rig.trouble[FEED_BAD_MESSAGE], 0);
    assert_int_equal(f->rig.news, 2);
}

/* The board that this one replaces: it fills itself. */
static void a_board_with_an_empty_journal_fills_itself(void **state) {
    struct fixture *f = *state;
    link_rig_board(&f->rig, &f->a, "a", SITE, "b-1");
    link_rig_notes(&f->a, NULL, 25);
    wait_two(f, 25);
    link_rig_stop(&f->a);
    link_rig_lose(&f->a);
    link_rig_again(&f->rig, &f->a);
    wait_two(f, 25);
    link_rig_notes(&f->a, NULL, 2);
    wait_two(f, 27);
    assert_int_equal(link_rig_held(&f->a, SITE).epochs, 2);
}

/* ---- journals that were put back ---- */

static void a_board_that_was_put_back_loses_nothing(void **state) {
    struct fixture *f = *state;
    link_rig_board(&f->rig, &f->a, "a", SITE, "b-1");
    link_rig_notes(&f->a, NULL, 10);
    link_rig_notes(&f->rig.hub, SITE, 5);
    wait_two(f, 15);
    link_rig_stop(&f->a);
    link_rig_keep(&f->a);
    link_rig_again(&f->rig, &f->a);
    link_rig_notes(&f->a, NULL, 12);
    wait_two(f, 27);
    link_rig_stop(&f->a);
    link_rig_put_back(&f->a);
    link_rig_again(&f->rig, &f->a);
    wait_two(f, 27);
    assert_true(f->a.doubts > 0);
    assert_int_equal(link_rig_held(&f->a, SITE).lost, 1);
    assert_int_equal(link_rig_held(&f->a, SITE).epochs, 2);
    link_rig_notes(&f->a, NULL, 3);
    wait_two(f, 30);
}

/* It wrote on before it heard of it: both ends went on after one common event. */
static void a_board_that_wrote_on_loses_nothing(void **state) {
    struct fixture *f = *state;
    link_rig_board(&f->rig, &f->a, "a", SITE, "b-1");
    link_rig_notes(&f->a, NULL, 10);
    wait_two(f, 10);
    link_rig_stop(&f->a);
    link_rig_keep(&f->a);
    link_rig_again(&f->rig, &f->a);
    link_rig_notes(&f->a, NULL, 6);
    wait_two(f, 16);
    link_rig_stop(&f->a);
    link_rig_put_back(&f->a);
    broker_kill(&f->rig.broker);
    link_rig_again(&f->rig, &f->a);
    link_rig_notes(&f->a, NULL, 9); /* further than what was lost */
    broker_again(&f->rig.broker);
    link_send_now(f->a.link);
    wait_two(f, 25);
    assert_int_equal(link_rig_held(&f->a, SITE).lost, 1);
    link_rig_notes(&f->a, NULL, 1);
    wait_two(f, 26);
}

static void a_hub_that_was_put_back_loses_nothing(void **state) {
    struct fixture *f = *state;
    link_rig_board(&f->rig, &f->a, "a", SITE, "b-1");
    link_rig_board(&f->rig, &f->b, "b", SITE, "b-2");
    link_rig_notes(&f->a, NULL, 10);
    link_rig_notes(&f->rig.hub, SITE, 5);
    wait_three(f, 15);
    link_rig_stop(&f->rig.hub);
    link_rig_keep(&f->rig.hub);
    link_rig_again(&f->rig, &f->rig.hub);
    link_rig_notes(&f->rig.hub, SITE, 8);
    link_rig_notes(&f->b, NULL, 4);
    link_rig_notes(&f->a, NULL, 2);
    wait_three(f, 29);
    link_rig_stop(&f->rig.hub);
    link_rig_put_back(&f->rig.hub);
    link_rig_again(&f->rig, &f->rig.hub);
    wait_three(f, 29);
    assert_true(f->rig.hub.doubts > 0);
    assert_int_equal(link_rig_held(&f->rig.hub, SITE).lost, 1);
    link_rig_notes(&f->rig.hub, SITE, 1);
    link_rig_notes(&f->b, NULL, 1);
    wait_three(f, 31);
}

/* ---- what is refused ---- */

static bool wrong_site_told(void *arg) { return ((struct fixture *)arg)->rig.trouble[FEED_WRONG_SITE] > 0; }
static bool wrong_key_told(void *arg) { return ((struct fixture *)arg)->rig.trouble[FEED_WRONG_KEY] > 0; }
static bool refusal_counted(void *arg) { return feed_counts(((struct fixture *)arg)->rig.hub.feed).refused > 0; }

static void a_board_under_another_site_is_refused(void **state) {
    struct fixture *f = *state;
    link_rig_board(&f->rig, &f->a, "a", SITE, "b-1");
    link_rig_notes(&f->a, NULL, 3);
    wait_two(f, 3);
    link_rig_stop(&f->a);
    link_rig_board(&f->rig, &f->b, "b", "s-2", "b-1");
    link_rig_notes(&f->b, NULL, 4);
    link_rig_until(wrong_site_told, f, "the wrong site is told");
    link_rig_until(refusal_counted, f, "and counted");
    assert_int_equal(link_rig_held(&f->rig.hub, "s-2").notes, 3); /* of all sites */
    assert_int_equal(link_rig_held(&f->b, "s-2").received, 0);
    assert_false(link_status(f->b.link).synced);
    link_rig_stop(&f->b);
    link_rig_again(&f->rig, &f->a); /* the right one goes on */
    link_rig_notes(&f->a, NULL, 1);
    wait_two(f, 4);
}

static bool seven_held(void *arg) {
    return link_rig_held(&((struct fixture *)arg)->rig.hub, SITE).notes == 7;
} /* of all sites */
static bool eight_held(void *arg) { return link_rig_held(&((struct fixture *)arg)->rig.hub, SITE).notes == 8; }

/* One that has said so is taken in there, and taken back. */
static void a_board_that_moved_is_taken_in(void **state) {
    struct fixture *f = *state;
    link_rig_board(&f->rig, &f->a, "a", SITE, "b-1");
    link_rig_notes(&f->a, NULL, 3);
    wait_two(f, 3);
    link_rig_stop(&f->a);
    atomic_store(&f->rig.moves, true);
    link_rig_board(&f->rig, &f->b, "b", "s-2", "b-1");
    link_rig_notes(&f->b, NULL, 4);
    link_rig_until(seven_held, f, "what it wrote there is held");
    link_rig_stop(&f->b);
    link_rig_again(&f->rig, &f->a);
    link_rig_notes(&f->a, NULL, 1);
    link_rig_until(eight_held, f, "and what it writes when it is back");
    assert_int_equal(atomic_load(&f->rig.trouble[FEED_WRONG_SITE]), 0);
}

static bool replaced_is_whole(void *arg) {
    struct fixture *f = arg;
    return link_rig_held(&f->rig.hub, SITE).notes == 5 && link_rig_held(&f->b, SITE).notes == 5;
}

/* A board that replaces another has its name and another key. */
static void another_key_is_told_and_the_board_is_filled(void **state) {
    struct fixture *f = *state;
    link_rig_board(&f->rig, &f->a, "a", SITE, "b-1");
    link_rig_notes(&f->a, NULL, 3);
    wait_two(f, 3);
    link_rig_stop(&f->a);
    assert_int_equal(f->rig.trouble[FEED_WRONG_KEY], 0);
    link_rig_board(&f->rig, &f->b, "b", SITE, "b-1"); /* the same name, another key */
    link_rig_until(wrong_key_told, f, "the wrong key is told");
    link_rig_until(refusal_counted, f, "and counted");
    link_rig_notes(&f->b, NULL, 2);
    link_rig_until(replaced_is_whole, f, "it has what its predecessor wrote, and what it writes arrives");
    assert_int_equal(f->rig.trouble[FEED_WRONG_KEY], 1);
}

/* The key that was pinned in an earlier run counts. */
static void the_key_of_an_earlier_run_counts(void **state) {
    struct fixture *f = *state;
    link_rig_stop(&f->rig.hub);
    f->rig.known_count = 1;
    f->rig.known[0] = (struct feed_board){ .site = SITE, .board = "b-1" };
    memset(f->rig.known[0].key, 'A', 43);
    f->rig.known[0].key[43] = '=';
    link_rig_again(&f->rig, &f->rig.hub);
    link_rig_board(&f->rig, &f->a, "a", SITE, "b-1");
    link_rig_until(wrong_key_told, f, "the wrong key is told");
    assert_int_equal(f->rig.news, 0);
}

static void say_beat(struct fixture *f, const uint8_t *secret, const uint8_t *public_key, bool spoil) {
    struct beat beat = { 0 };
    struct buf out;
    buf_init(&out, 10000);
    ids_make(clock_wall(), beat.epoch);
    for (int lane = 0; lane < LANE_COUNT; lane++) hash_sha256_text(beat.epoch, strlen(beat.epoch), beat.hash[lane]);
    memcpy(beat.key, public_key, sizeof beat.key);
    beat.health = strdup("{}");
    assert_int_equal(beat_make(&beat, "acme", SITE, "b-1", secret, &out), 0);
    if (spoil) {
        char *seq = strstr(out.data, "\"seq\":0");
        assert_non_null(seq);
        seq[6] = '7';
    }
    link_rig_say(&f->watcher, "sitelog/v1/acme/" SITE "/b-1/up/beat", out.data, out.len);
    buf_fini(&out);
    beat_fini(&beat);
}

static bool two_wrong_keys_told(void *arg) { return ((struct fixture *)arg)->rig.trouble[FEED_WRONG_KEY] >= 2; }

static void a_beat_by_another_key_is_told(void **state) {
    struct fixture *f = *state;
    uint8_t secret[SIGN_SECRET_SIZE], public_key[SIGN_PUBLIC_SIZE];
    link_rig_board(&f->rig, &f->a, "a", SITE, "b-1");
    link_rig_notes(&f->a, NULL, 1);
    wait_two(f, 1);
    link_rig_watch(&f->rig, &f->watcher, "other", NULL);
    assert_int_equal(sign_make_key(secret, public_key), 0);
    say_beat(f, f->a.secret, f->a.public_key, false); /* the board's own: nothing to say */
    say_beat(f, secret, public_key, false);
    link_rig_until(wrong_key_told, f, "a beat by another key is told");
    say_beat(f, f->a.secret, f->a.public_key, true);
    link_rig_until(two_wrong_keys_told, f, "a beat whose signature does not fit is told");
    assert_int_equal(f->rig.trouble[FEED_WRONG_KEY], 2);
    link_rig_notes(&f->a, NULL, 1);
    wait_two(f, 2);
}

/* ---- garbage ---- */

static const char *const bad_topics[] = {
    "sitelog/v1/acme/S_1/b-1/up/hello",     "sitelog/v1/acme/s-1/b-1/up/gossip",   "sitelog/v1/acme/s-1/b-1/up/alert",
    "sitelog/v1/acme/s-1/b-1/up/lane/note", "sitelog/v1/acme/s-1/b-1/up/record/N", "sitelog/v1/acme/s-1/B 1/state",
};
static const char *const up_topics[] = {
    "up/hello", "up/ack", "up/beat", "up/alert/hazard-raised", "up/record/note", "up/photo/photo-taken", "state"
};
static const char *const dn_topics[] = {
    "dn/hello", "dn/ack", "dn/alert/hazard-raised", "dn/record/note", "dn/photo/photo-taken", "dn/gossip"
};
static const char *const bodies[] = {
    "{", "[]", "\xff\xfe", "{\"have\":7}", "null", "{\"have\":[{\"writer\":\"B\"}]}"
};

static bool all_told(void *arg) {
    struct fixture *f = arg;
    size_t want = TEXT_ARRAY_LEN(bad_topics) + TEXT_ARRAY_LEN(up_topics) * TEXT_ARRAY_LEN(bodies);
    return (size_t)f->rig.trouble[FEED_BAD_MESSAGE] >= want;
}

static bool all_counted(void *arg) {
    struct fixture *f = arg;
    return feed_counts(f->rig.hub.feed).dropped == (uint64_t)f->rig.trouble[FEED_BAD_MESSAGE];
}

static void garbage_is_dropped_counted_and_told(void **state) {
    struct fixture *f = *state;
    char topic[200];
    link_rig_board(&f->rig, &f->a, "a", SITE, "b-1");
    link_rig_notes(&f->a, NULL, 3);
    wait_two(f, 3);
    link_rig_watch(&f->rig, &f->watcher, "other", NULL);
    for (size_t i = 0; i < TEXT_ARRAY_LEN(bad_topics); i++) link_rig_say(&f->watcher, bad_topics[i], "x", 1);
    for (size_t b = 0; b < TEXT_ARRAY_LEN(bodies); b++) {
        for (size_t i = 0; i < TEXT_ARRAY_LEN(up_topics); i++) {
            (void)snprintf(topic, sizeof topic, "sitelog/v1/acme/" SITE "/b-1/%s", up_topics[i]);
            link_rig_say(&f->watcher, topic, bodies[b], strlen(bodies[b]));
        }
        for (size_t i = 0; i < TEXT_ARRAY_LEN(dn_topics); i++) {
            (void)snprintf(topic, sizeof topic, "sitelog/v1/acme/" SITE "/b-1/%s", dn_topics[i]);
            link_rig_say(&f->watcher, topic, bodies[b], strlen(bodies[b]));
        }
        link_rig_say(&f->watcher, "sitelog/v1/acme/hub/state", bodies[b], strlen(bodies[b]));
        link_rig_say(&f->watcher, "sitelog/v1/acme/" SITE "/hub/up/record/note", bodies[b], strlen(bodies[b]));
    }
    char *large = calloc(1, 200001);
    memset(large, 'x', 200000);
    link_rig_say(&f->watcher, "sitelog/v1/acme/" SITE "/b-1/up/record/note", large, 200000);
    link_rig_say(&f->watcher, "sitelog/v1/acme/" SITE "/b-1/dn/record/note", large, 200000);
    free(large);
    link_rig_until(all_told, f, "all that cannot be read is told");
    link_rig_notes(&f->a, NULL, 2);
    link_rig_notes(&f->rig.hub, SITE, 2);
    static const char there[] = "{\"online\":true,\"at\":\"2026-11-22T08:00:00Z\"}"; /* as the hub said before */
    link_rig_say(&f->watcher, "sitelog/v1/acme/hub/state", there, sizeof there - 1);
    wait_two(f, 7);
    link_rig_until(all_counted, f, "and counted");
    assert_int_equal(f->rig.trouble[FEED_WRONG_SITE] + f->rig.trouble[FEED_WRONG_KEY], 0);
    assert_int_equal(f->rig.news, 1); /* no name out of a bad topic became a board */
}

/* ---- two with one identity ---- */

static bool shared_seen(void *arg) {
    struct fixture *f = arg;
    return link_status(f->a.link).identity_shared || link_status(f->b.link).identity_shared;
}

static void two_with_one_identity_are_noticed(void **state) {
    struct fixture *f = *state;
    link_rig_board(&f->rig, &f->a, "a", SITE, "b-1");
    link_rig_notes(&f->a, NULL, 3);
    wait_two(f, 3);
    assert_false(link_status(f->a.link).identity_shared);
    link_rig_board(&f->rig, &f->b, "b", SITE, "b-1");
    link_rig_until(shared_seen, f, "that they share an identity");
    link_rig_stop(&f->b);
    link_rig_notes(&f->a, NULL, 3);
    link_send_now(f->a.link);
    wait_two(f, 6);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_hubs_events_appear_once, setup, teardown),
        cmocka_unit_test_setup_teardown(a_second_board_gets_what_the_first_wrote, setup, teardown),
        cmocka_unit_test_setup_teardown(a_board_with_an_empty_journal_fills_itself, setup, teardown),
        cmocka_unit_test_setup_teardown(a_board_that_was_put_back_loses_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(a_board_that_wrote_on_loses_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(a_hub_that_was_put_back_loses_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(a_board_under_another_site_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(a_board_that_moved_is_taken_in, setup, teardown),
        cmocka_unit_test_setup_teardown(another_key_is_told_and_the_board_is_filled, setup, teardown),
        cmocka_unit_test_setup_teardown(the_key_of_an_earlier_run_counts, setup, teardown),
        cmocka_unit_test_setup_teardown(a_beat_by_another_key_is_told, setup, teardown),
        cmocka_unit_test_setup_teardown(garbage_is_dropped_counted_and_told, setup, teardown),
        cmocka_unit_test_setup_teardown(two_with_one_identity_are_noticed, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
