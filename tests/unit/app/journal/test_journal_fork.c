/* SPDX-License-Identifier: MIT */
/* A board's database is put back to an older copy: what the other end still has comes back, what was written since is not lost, and both
 * ends show the same afterwards. */
#include "tests/support/journal_rig.h"
#include "tests/support/temp.h"

#include "firmware/base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

static char *dir;
static struct journal_rig board;
static struct journal_rig hub;

static int setup(void **state) {
    (void)state;
    dir = temp_make();
    log_set_level(LOG_LEVEL_ERROR);
    journal_rig_open(&board, dir, "board.db", "b-1", JOURNAL_RIG_SITE);
    journal_rig_open(&hub, dir, "hub.db", "hub", NULL);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    journal_rig_close(&board);
    journal_rig_close(&hub);
    temp_remove(dir);
    return 0;
}

static void write_people(struct journal_rig *r, const char *prefix, unsigned count) {
    char id[16];
    char data[96];
    for (unsigned i = 0; i < count; i++) {
        (void)snprintf(id, sizeof id, "%.8s-%u", prefix, i % 4);
        (void)snprintf(data, sizeof data, "{\"name\":\"%s %u\",\"role\":\"crew\",\"active\":true}", prefix, i);
        (void)journal_rig_append(r, "person-set", id, NULL, data);
    }
}

static void keep_copy(void) {
    char *path = temp_path(dir, "copy.db");
    struct err_text e = { 0 };
    assert_int_equal(db_backup(board.db, path, &e), 0);
    free(path);
}

/* The copy takes the place of the board's database. */
static void put_back(void) {
    journal_rig_close(&board);
    journal_rig_open(&board, dir, "copy.db", "b-1", JOURNAL_RIG_SITE);
}

static void refuse(const char *lane, int64_t seq, const char *epoch, const char *code) {
    struct event_key key = { .seq = (uint64_t)seq };
    assert_int_equal(lane_parse(lane, &key.lane), 0);
    (void)snprintf(key.writer, sizeof key.writer, "b-1");
    (void)snprintf(key.epoch, sizeof key.epoch, "%s", epoch);
    assert_int_equal(db_begin(board.db), 0);
    assert_int_equal(journal_refused(board.journal, board.db, JOURNAL_RIG_SITE, &key, code, "told"), 0);
    assert_int_equal(db_commit(board.db), 0);
}

static void assert_same(void) {
    char one[HASH_TEXT_SIZE];
    char two[HASH_TEXT_SIZE];
    struct verify_report report;
    struct err_text bad = { 0 };
    journal_rig_digest(board.db, one);
    journal_rig_digest(hub.db, two);
    assert_string_equal(one, two);
    assert_int_equal(journal_verify(board.db, &report, &bad), 0);
    assert_int_equal(journal_verify(hub.db, &report, &bad), 0);
    assert_int_equal(journal_rig_int(board.db, "SELECT count(*) FROM event"),
                     journal_rig_int(hub.db, "SELECT count(*) FROM event"));
}

static void epoch_now(char out[ID_SIZE]) { assert_int_equal(journal_epoch(board.db, JOURNAL_RIG_SITE, "b-1", out), 0); }

/* Nothing was written since: what was lost comes back, and the next event is in a new epoch. */
static void what_was_lost_comes_back(void **state) {
    char before[ID_SIZE];
    char after[ID_SIZE];
    (void)state;
    write_people(&board, "old", 3);
    keep_copy();
    write_people(&board, "lost", 5);
    journal_rig_copy(&board, &hub);
    put_back();
    epoch_now(before);
    assert_int_equal(journal_rig_int(board.db, "SELECT count(*) FROM event"), 4);
    journal_rig_copy(&hub, &board);
    assert_int_equal(journal_rig_int(board.db, "SELECT count(*) FROM event"), 9);
    epoch_now(after);
    assert_string_equal(before, after); /* nothing was written yet */
    write_people(&board, "new", 1);
    epoch_now(after);
    assert_string_not_equal(before, after);
    assert_int_equal(journal_rig_int(board.db, "SELECT count(*) FROM event WHERE CAST(bytes AS TEXT) LIKE "
                                               "'%\"reason\":\"lost\"%'"),
                     1);
    journal_rig_copy(&board, &hub);
    assert_same();
    assert_int_equal(journal_rig_int(hub.db, "SELECT count(*) FROM conflict"), 0);
}

/* Both ends went on after the copy: `lost` at the hub, `fork` at the board. */
static void fork_with(unsigned old, unsigned lost, unsigned forked) {
    char before[ID_SIZE];
    char after[ID_SIZE];
    write_people(&board, "old", old);
    keep_copy();
    write_people(&board, "lost", lost);
    journal_rig_copy(&board, &hub);
    put_back();
    epoch_now(before);
    write_people(&board, "fork", forked);
    int64_t written = journal_rig_int(board.db, "SELECT count(*) FROM person WHERE id LIKE 'fork-%'");

    if (lost < forked) { /* the hub meets an event that does not follow on what it holds, and says so */
        journal_rig_copy(&board, &hub);
        int64_t seq = journal_rig_int(hub.db, "SELECT max(seq) FROM rejected WHERE code = 'chain'");
        assert_int_equal(seq, 1 + old + lost + 1);
        refuse("record", seq, before, "chain");
    }
    for (int i = 0; i < 8; i++) {
        journal_rig_copy(&hub, &board);
        assert_int_equal(journal_rig_int(board.db, "SELECT count(*) FROM person WHERE id LIKE 'fork-%'"), written);
        journal_rig_copy(&board, &hub);
    }
    epoch_now(after);
    assert_string_not_equal(before, after);
    assert_same();
    assert_int_equal(journal_rig_int(hub.db, "SELECT count(*) FROM person WHERE id LIKE 'fork-%'"), written);
    assert_int_equal(journal_rig_int(board.db, "SELECT count(*) FROM person WHERE id LIKE 'lost-%'"),
                     lost < 4 ? lost : 4);
    assert_int_equal(journal_rig_int(board.db, "SELECT count(*) FROM conflict WHERE came_from <> 'fork'"), 0);
    assert_true(journal_rig_int(board.db, "SELECT count(*) FROM conflict") >= forked);

    /* Once settled, it stays settled, also when the old refusal is said again. */
    int64_t events = journal_rig_int(board.db, "SELECT count(*) FROM event");
    if (lost < forked) refuse("record", 1 + old + lost + 1, before, "chain");
    refuse("record", 1 + old + 1, before, "conflict");
    journal_rig_copy(&hub, &board);
    assert_int_equal(journal_rig_int(board.db, "SELECT count(*) FROM event"), events);
    write_people(&board, "new", 2);
    journal_rig_copy(&board, &hub);
    assert_same();
}

static void the_hub_went_further(void **state) {
    (void)state;
    fork_with(3, 9, 2);
}

static void the_board_went_further(void **state) {
    (void)state;
    fork_with(3, 2, 9);
}

static void both_went_as_far(void **state) {
    (void)state;
    write_people(&board, "old", 2);
    keep_copy();
    write_people(&board, "lost", 4);
    journal_rig_copy(&board, &hub);
    put_back();
    write_people(&board, "fork", 4);
    /* The heads differ at the same place, which a hello shows. */
    struct event_key key = { .lane = LANE_RECORD, .seq = 7 };
    struct err_text e = { 0 };
    (void)snprintf(key.writer, sizeof key.writer, "b-1");
    epoch_now(key.epoch);
    assert_int_equal(db_begin(board.db), 0);
    assert_int_equal(journal_forked(board.journal, board.db, JOURNAL_RIG_SITE, &key, &e), 0);
    assert_int_equal(db_commit(board.db), 0);
    for (int i = 0; i < 6; i++) {
        journal_rig_copy(&hub, &board);
        journal_rig_copy(&board, &hub);
    }
    assert_same();
    assert_int_equal(journal_rig_int(board.db, "SELECT count(*) FROM person"), 10);
}

static void nothing_is_left_of_the_old_epoch(void **state) {
    (void)state;
    fork_with(0, 3, 1);
}

/* A conflict that is told for an event: the hub has other bytes in its place. */
static void a_conflict_is_mended(void **state) {
    char epoch[ID_SIZE];
    (void)state;
    write_people(&board, "old", 2);
    keep_copy();
    write_people(&board, "lost", 6);
    journal_rig_copy(&board, &hub);
    put_back();
    epoch_now(epoch);
    write_people(&board, "fork", 3);
    char sql[256];
    (void)snprintf(sql, sizeof sql, "INSERT INTO mark VALUES ('%s', 'hub', 'b-1', '%s', 1, 6, 6)", JOURNAL_RIG_SITE,
                   epoch);
    journal_rig_exec(board.db, sql); /* the hub holds as many, but others */
    refuse("record", 4, epoch, "conflict");
    assert_int_equal(journal_rig_int(board.db, "SELECT max(received) FROM mark"), 3);
    assert_int_equal(journal_rig_int(board.db, "SELECT max(sent) FROM mark"), 3);
    for (int i = 0; i < 6; i++) {
        journal_rig_copy(&hub, &board);
        journal_rig_copy(&board, &hub);
    }
    assert_same();
    assert_int_equal(journal_rig_int(board.db, "SELECT count(*) FROM rejected"), 0);
    assert_int_equal(journal_rig_int(board.db, "SELECT count(*) FROM person"), 2 + 4 + 3);
}

/* The order of what is written again within a subject stays, however the cut went. */
static void the_order_within_a_subject_stays(void **state) {
    char name[64];
    (void)state;
    write_people(&board, "old", 1);
    keep_copy();
    write_people(&board, "lost", 2);
    journal_rig_copy(&board, &hub);
    put_back();
    for (int i = 0; i < 7; i++) {
        (void)snprintf(name, sizeof name, "{\"name\":\"Version %d\",\"role\":\"crew\",\"active\":true}", i);
        (void)journal_rig_append(&board, "person-set", "u-09", NULL, name);
    }
    char epoch[ID_SIZE];
    epoch_now(epoch);
    journal_rig_copy(&board, &hub);
    refuse("record", 5, epoch, "chain");
    for (int i = 0; i < 8; i++) {
        journal_rig_copy(&hub, &board);
        journal_rig_copy(&board, &hub);
    }
    assert_same();
    assert_int_equal(journal_rig_int(board.db, "SELECT count(*) FROM person WHERE id = 'u-09' AND name = 'Version 6'"),
                     1);
}

/* What a peer merely claims about chains that are not ours, or places that are not there, changes nothing. */
static void claims_about_nothing_change_nothing(void **state) {
    struct event_key key = { .lane = LANE_RECORD, .seq = 99 };
    struct err_text e = { 0 };
    (void)state;
    write_people(&board, "old", 2);
    int64_t events = journal_rig_int(board.db, "SELECT count(*) FROM event");
    (void)snprintf(key.writer, sizeof key.writer, "b-1");
    epoch_now(key.epoch);
    assert_int_equal(db_begin(board.db), 0);
    assert_int_equal(journal_forked(board.journal, board.db, JOURNAL_RIG_SITE, &key, &e), 0);
    (void)snprintf(key.writer, sizeof key.writer, "b-2");
    key.seq = 1;
    assert_int_equal(journal_forked(board.journal, board.db, JOURNAL_RIG_SITE, &key, &e), 0);
    assert_int_equal(db_commit(board.db), 0);
    assert_int_equal(journal_rig_int(board.db, "SELECT count(*) FROM event"), events);
}

/* A hub put back from an old backup gets its own events back from a board. */
static void the_hub_gets_its_own_back(void **state) {
    char *path = temp_path(dir, "hubcopy.db");
    struct err_text e = { 0 };
    (void)state;
    write_people(&hub, "old", 2);
    assert_int_equal(db_backup(hub.db, path, &e), 0);
    free(path);
    write_people(&hub, "lost", 4);
    journal_rig_copy(&hub, &board);
    journal_rig_close(&hub);
    journal_rig_open(&hub, dir, "hubcopy.db", "hub", NULL);
    write_people(&hub, "fork", 2);
    for (int i = 0; i < 6; i++) {
        journal_rig_copy(&board, &hub);
        journal_rig_copy(&hub, &board);
    }
    assert_same();
    assert_int_equal(journal_rig_int(board.db, "SELECT count(*) FROM person"), 2 + 4 + 2);
}

static void any_fork_ends_the_same(void **state) {
    journal_rig_seed();
    for (int i = 0; i < 12; i++) {
        unsigned old = journal_rig_random(6);
        unsigned lost = 1 + journal_rig_random(20);
        unsigned forked = 1 + journal_rig_random(20);
        if (lost == forked) lost++; /* that one needs a hello */
        (void)setup(state);
        fork_with(old, lost, forked);
        (void)teardown(state);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_was_lost_comes_back, setup, teardown),
        cmocka_unit_test_setup_teardown(the_hub_went_further, setup, teardown),
        cmocka_unit_test_setup_teardown(the_board_went_further, setup, teardown),
        cmocka_unit_test_setup_teardown(both_went_as_far, setup, teardown),
        cmocka_unit_test_setup_teardown(nothing_is_left_of_the_old_epoch, setup, teardown),
        cmocka_unit_test_setup_teardown(a_conflict_is_mended, setup, teardown),
        cmocka_unit_test_setup_teardown(the_order_within_a_subject_stays, setup, teardown),
        cmocka_unit_test_setup_teardown(claims_about_nothing_change_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(the_hub_gets_its_own_back, setup, teardown),
        cmocka_unit_test(any_fork_ends_the_same),
    };
    return cmocka_run_group_tests_name("journal_fork", tests, NULL, NULL);
}
