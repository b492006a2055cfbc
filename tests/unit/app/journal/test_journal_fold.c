/* SPDX-License-Identifier: MIT */
/* One state everywhere: the same events, in whatever order the chains arrive, from whatever mix of writers, fold to the same projections. */
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

#define WRITERS    5
#define EVENTS_MAX 160
#define SUBJECTS   4
#define WORLDS     25
#define SHUFFLES   8

/* All events of one world, chain after chain; `chain` is an event's chain, for shuffles that keep each chain's order. */
struct world {
    struct journal_rig_event events[EVENTS_MAX];
    unsigned chain[EVENTS_MAX];
    size_t count;
    char ids[8][ID_SIZE]; /* some ids are used twice */
    char logs[SUBJECTS][ID_SIZE], photos[SUBJECTS][ID_SIZE];
    unsigned duplicates, rejected;
};

static char *dir;

static int setup(void **state) {
    (void)state;
    dir = temp_make();
    log_set_level(LOG_LEVEL_ERROR);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    temp_remove(dir);
    return 0;
}

/* ---- making a world ---- */

static void add(struct world *w, struct journal_rig_scribe *s, enum lane lane, const char *type, const char *kind,
                const char *subject_id, uint64_t rev, const char *data) {
    char subject[ENVELOPE_SUBJECT_SIZE];
    const char *id = journal_rig_random(12) == 0 ? w->ids[journal_rig_random(8)] : NULL;
    (void)snprintf(subject, sizeof subject, "%s/%s", kind, subject_id);
    journal_rig_write(s, lane, type, subject, id, rev, data, &w->events[w->count++]);
}

static void add_person(struct world *w, struct journal_rig_scribe *s, uint64_t rev) {
    static const char *const roles[] = { "manager", "crew", "supervisor", "no-such-role" };
    char id[8];
    char data[128];
    uint32_t role = journal_rig_random(12);
    (void)snprintf(id, sizeof id, "u-%u", journal_rig_random(SUBJECTS));
    (void)snprintf(data, sizeof data, "{\"name\":\"Person %u\",\"role\":\"%s\",\"active\":%s}", journal_rig_random(100),
                   roles[role < 11 ? role % 3 : 3], journal_rig_random(2) ? "true" : "false");
    add(w, s, LANE_RECORD, "person-set", "user", id, rev, data);
}

static void add_plan(struct world *w, struct journal_rig_scribe *s, uint64_t rev) {
    char data[128];
    (void)snprintf(data, sizeof data, "{\"name\":\"Site %u\",\"timezone\":\"%s\"}", journal_rig_random(100),
                   journal_rig_random(2) ? "Asia/Shanghai" : "Asia/Urumqi");
    add(w, s, LANE_RECORD, "plan-set", "plan", JOURNAL_RIG_SITE, rev, data);
}

static void add_log(struct world *w, struct journal_rig_scribe *s, uint64_t rev) {
    char data[256];
    const char *log = w->logs[journal_rig_random(SUBJECTS)];
    bool amends = journal_rig_random(2);
    int n = snprintf(data, sizeof data, "{\"date\":\"2026-11-%02u\",\"done\":[\"work %u\"],\"note\":\"n%u\"",
                     20 + journal_rig_random(3), journal_rig_random(100), journal_rig_random(100));
    if (amends)
        (void)snprintf(data + n, sizeof data - (size_t)n, ",\"amends\":\"%s\"}",
                       journal_rig_random(2) ? log : w->ids[journal_rig_random(8)]);
    else
        (void)snprintf(data + n, sizeof data - (size_t)n, "}");
    add(w, s, LANE_RECORD, amends ? "daylog-amended" : "daylog-submitted", "daylog", log, rev, data);
}

static void add_photo(struct world *w, struct journal_rig_scribe *s, uint64_t rev) {
    char data[640];
    char hash[HASH_TEXT_SIZE];
    const char *photo = w->photos[journal_rig_random(SUBJECTS)];
    uint32_t n = journal_rig_random(1000);
    if (journal_rig_random(3) == 0) {
        add(w, s, LANE_PHOTO, "photo-withdrawn", "photo", photo, rev, "{\"reason\":\"blurred\"}");
        return;
    }
    hash_sha256_text(&n, sizeof n, hash);
    (void)snprintf(
        data, sizeof data,
        "{\"sha256\":\"%s\",\"bytes\":%u,\"width\":640,\"height\":480,\"stage\":\"tiling\",\"room\":\"kitchen\","
        "\"taken\":\"2026-11-22T16:04:05.123+08:00\",\"clock\":\"ntp\",\"origin\":\"phone\",\"thumb_sha256\":\"%s\","
        "\"code\":\"ABCDEFGH\",\"caption\":\"c%u\"}",
        hash, 1000 + n, hash, n);
    add(w, s, LANE_PHOTO, "photo-taken", "photo", photo, rev, data);
}

static void add_any(struct world *w, struct journal_rig_scribe *s) {
    uint64_t rev = 1 + journal_rig_random(5);
    switch (journal_rig_random(10)) {
    case 0:
        add(w, s, LANE_RECORD, "note", "note", "n-1", rev, "{}");
        break;
    case 1:
        add(w, s, LANE_RECORD, "hazard-of-a-newer-program", "hazard", "h-1", rev, "{\"a\":1}");
        break;
    case 2:
    case 3:
        add_person(w, s, rev);
        break;
    case 4:
        add_plan(w, s, rev);
        break;
    case 5:
    case 6:
    case 7:
        add_log(w, s, rev);
        break;
    default:
        add_photo(w, s, rev);
        break;
    }
}

static void make_world(struct world *w) {
    static const char *const names[WRITERS] = { "b-1", "b-1", "b-2", "hub", "b-3" }; /* b-1 in two epochs */
    memset(w, 0, sizeof *w);
    for (int i = 0; i < 8; i++) ids_make(clock_wall(), w->ids[i]);
    for (int i = 0; i < SUBJECTS; i++) {
        ids_make(clock_wall(), w->logs[i]);
        ids_make(clock_wall(), w->photos[i]);
    }
    for (unsigned i = 0; i < WRITERS; i++) {
        struct journal_rig_scribe s;
        journal_rig_scribe(&s, names[i], NULL);
        size_t end = w->count + 1 + journal_rig_random(EVENTS_MAX / WRITERS);
        while (w->count < end && w->count < EVENTS_MAX) {
            add_any(w, &s);
            w->chain[w->count - 1] = i * LANE_COUNT + w->events[w->count - 1].key.lane;
        }
    }
}

static void free_world(struct world *w) {
    for (size_t i = 0; i < w->count; i++) free(w->events[i].bytes);
}

/* ---- taking it in any order ---- */

/* A random order that keeps each chain's. */
static void shuffle(const struct world *w, size_t order[EVENTS_MAX]) {
    size_t next[WRITERS * LANE_COUNT] = { 0 };
    for (size_t n = 0; n < w->count; n++) {
        size_t at;
        do {
            unsigned chain = w->chain[journal_rig_random((uint32_t)w->count)];
            at = next[chain];
            while (at < w->count && w->chain[at] != chain) at++;
            if (at < w->count) next[chain] = at + 1;
        } while (at >= w->count);
        order[n] = at;
    }
}

static unsigned take_all(struct journal_rig *r, const struct world *w, const size_t *order) {
    unsigned rejected = 0;
    for (size_t i = 0; i < w->count; i++) {
        enum taken taken = journal_rig_take(r, &w->events[order[i]], NULL, NULL);
        assert_true(taken == TAKEN_STORED || taken == TAKEN_REJECTED);
        rejected += taken == TAKEN_REJECTED;
    }
    return rejected;
}

static void assert_verifies(struct db *db) {
    struct verify_report report;
    struct err_text bad = { 0 };
    int rc = journal_verify(db, &report, &bad);
    if (rc) print_error("%s\n", bad.text);
    assert_int_equal(rc, 0);
}

/* In one transaction that is undone, so that one database serves for every order. */
static void fold_in_order(struct journal_rig *r, struct world *w, const size_t *order, bool check,
                          char out[HASH_TEXT_SIZE]) {
    char again[HASH_TEXT_SIZE];
    int64_t n;
    assert_int_equal(db_begin(r->db), 0);
    w->rejected = take_all(r, w, order);
    journal_rig_digest(r->db, out);
    w->duplicates = (unsigned)journal_rig_int(r->db, "SELECT count(*) FROM duplicate");
    if (check) {
        journal_rig_exec(r->db, "DELETE FROM duplicate");
        assert_int_equal(journal_rebuild(r->db, &n, NULL), 0);
        journal_rig_digest(r->db, again);
        assert_string_equal(out, again);
        assert_int_equal(journal_rig_int(r->db, "SELECT count(*) FROM duplicate"), w->duplicates);
        assert_verifies(r->db);
    }
    db_rollback(r->db);
}

static void any_order_folds_to_the_same(void **state) {
    struct journal_rig r;
    char empty[HASH_TEXT_SIZE];
    unsigned duplicates = 0;
    unsigned rejected = 0;
    (void)state;
    journal_rig_seed();
    journal_rig_open(&r, dir, "board.db", "b-9", JOURNAL_RIG_SITE);
    journal_rig_digest(r.db, empty);
    for (int world = 0; world < WORLDS; world++) {
        struct world w;
        size_t order[EVENTS_MAX];
        char first[HASH_TEXT_SIZE];
        char next[HASH_TEXT_SIZE];
        make_world(&w);
        for (size_t i = 0; i < w.count; i++) order[i] = i;
        fold_in_order(&r, &w, order, true, first);
        assert_string_not_equal(first, empty);
        for (int i = 0; i < SHUFFLES; i++) {
            shuffle(&w, order);
            fold_in_order(&r, &w, order, i == 0, next);
            if (strcmp(first, next) != 0) print_error("world %d, shuffle %d\n", world, i);
            assert_string_equal(first, next);
        }
        duplicates += w.duplicates;
        rejected += w.rejected;
        free_world(&w);
    }
    /* The worlds had in them what makes it hard. */
    assert_true(duplicates > WORLDS / 4);
    assert_true(rejected > WORLDS / 4);
    journal_rig_close(&r);
}

/* Three real journals that write about the same things, hear of each other now and then, and all of it in the end. */
static void journals_that_copy_each_other_agree(void **state) {
    struct journal_rig rigs[3];
    static const char *const names[] = { "b-1", "b-2", "hub" };
    char digests[3][HASH_TEXT_SIZE];
    char file[16];
    char id[8];
    char data[128];
    (void)state;
    journal_rig_seed();
    for (int i = 0; i < 3; i++) {
        (void)snprintf(file, sizeof file, "r%d.db", i);
        journal_rig_open(&rigs[i], dir, file, names[i], i < 2 ? JOURNAL_RIG_SITE : NULL);
    }
    for (int i = 0; i < 60; i++) {
        struct journal_rig *r = &rigs[journal_rig_random(3)];
        if (journal_rig_random(5) == 0) journal_rig_copy(&rigs[journal_rig_random(3)], r);
        (void)snprintf(id, sizeof id, "u-%u", journal_rig_random(3));
        (void)snprintf(data, sizeof data, "{\"name\":\"Step %d\",\"role\":\"crew\",\"active\":true}", i);
        (void)journal_rig_append(r, "person-set", id, NULL, data);
    }
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < 3; i++)
            for (int k = 0; k < 3; k++)
                if (i != k) journal_rig_copy(&rigs[i], &rigs[k]);
    for (int i = 0; i < 3; i++) {
        journal_rig_digest(rigs[i].db, digests[i]);
        assert_string_equal(digests[0], digests[i]);
        assert_verifies(rigs[i].db);
    }
    for (int i = 0; i < 3; i++) journal_rig_close(&rigs[i]);
}

/* The digest is about content: not about positions, but about everything else. */
static void the_digest_sees_a_difference(void **state) {
    struct journal_rig r;
    char before[HASH_TEXT_SIZE];
    char after[HASH_TEXT_SIZE];
    char site[HASH_TEXT_SIZE];
    (void)state;
    journal_rig_open(&r, dir, "d.db", "b-1", JOURNAL_RIG_SITE);
    (void)journal_rig_append(&r, "person-set", "u-01", NULL, "{\"name\":\"A\",\"role\":\"crew\",\"active\":true}");
    journal_rig_digest(r.db, before);
    assert_int_equal(journal_digest(r.db, JOURNAL_RIG_SITE, site), 0);
    assert_string_equal(before, site);
    journal_rig_exec(r.db, "UPDATE person SET name = 'B'");
    journal_rig_digest(r.db, after);
    assert_string_not_equal(before, after);
    int64_t n = 0;
    assert_int_equal(db_begin(r.db), 0);
    assert_int_equal(journal_rebuild(r.db, &n, NULL), 0);
    assert_int_equal(db_commit(r.db), 0);
    assert_int_equal(n, 1);
    journal_rig_digest(r.db, after);
    assert_string_equal(before, after);
    journal_rig_exec(r.db, "INSERT INTO late VALUES ('s-0412', 'user/u-01', 'x', 'y')");
    journal_rig_digest(r.db, after);
    assert_string_not_equal(before, after);
    journal_rig_close(&r);
}

/* An own event that is not the last in fold order, because a peer saw higher revisions than there can be, is still folded in its place. */
static void an_own_event_below_a_foreign_one(void **state) {
    struct journal_rig r;
    struct journal_rig_scribe s;
    struct journal_rig_event e;
    char before[HASH_TEXT_SIZE];
    char after[HASH_TEXT_SIZE];
    int64_t n;
    (void)state;
    journal_rig_open(&r, dir, "own.db", "b-1", JOURNAL_RIG_SITE);
    journal_rig_scribe(&s, "b-2", NULL);
    journal_rig_write(&s, LANE_RECORD, "person-set", "user/u-01", NULL, (UINT64_C(1) << 53) - 1,
                      "{\"name\":\"Foreign\",\"role\":\"crew\",\"active\":true}", &e);
    assert_int_equal(journal_rig_take_now(&r, &e, NULL), TAKEN_STORED);
    free(e.bytes);
    (void)journal_rig_append(&r, "person-set", "u-01", NULL, "{\"name\":\"Own\",\"role\":\"crew\",\"active\":true}");
    assert_int_equal(journal_rig_int(r.db, "SELECT count(*) FROM person WHERE name = 'Foreign'"), 1);
    journal_rig_digest(r.db, before);
    assert_int_equal(db_begin(r.db), 0);
    assert_int_equal(journal_rebuild(r.db, &n, NULL), 0);
    assert_int_equal(db_commit(r.db), 0);
    journal_rig_digest(r.db, after);
    assert_string_equal(before, after);
    journal_rig_close(&r);
}

/* The order is the one that the wire's document says, not just any: with equal revisions writer, then epoch, then seq. */
static void the_order_is_rev_writer_epoch_seq(void **state) {
    static const struct {
        const char *writer, *epoch;
        unsigned before; /* events of the chain before it */
        uint64_t rev;
        const char *name; /* in fold order: each comes after those above it */
    } list[] = {
        { "b-1", "0193a000-0000-7000-8000-00000000000a", 3, 1, "first" },
        { "b-1", "0193a000-0000-7000-8000-00000000000b", 0, 1, "later epoch" },
        { "b-2", "0193a000-0000-7000-8000-000000000001", 0, 1, "later writer" },
        { "a-1", "0193a000-0000-7000-8000-000000000002", 0, 2, "higher rev" },
    };
    enum { COUNT = sizeof list / sizeof list[0] };
    struct journal_rig r;
    char data[96];
    char sql[96];
    (void)state;
    journal_rig_open(&r, dir, "order.db", "b-9", JOURNAL_RIG_SITE);
    for (size_t a = 0; a < COUNT; a++)
        for (size_t b = 0; b < COUNT; b++) {
            const size_t both[] = { a, b };
            assert_int_equal(db_begin(r.db), 0);
            for (size_t k = 0; k < 2 && a != b; k++) {
                struct journal_rig_scribe s;
                struct journal_rig_event e;
                journal_rig_scribe(&s, list[both[k]].writer, list[both[k]].epoch);
                for (unsigned i = 0; i <= list[both[k]].before; i++) {
                    bool last = i == list[both[k]].before;
                    (void)snprintf(data, sizeof data, "{\"name\":\"%s\",\"role\":\"crew\",\"active\":true}",
                                   list[both[k]].name);
                    journal_rig_write(&s, LANE_RECORD, last ? "person-set" : "note", last ? "user/u-1" : "note/n", NULL,
                                      list[both[k]].rev, last ? data : "{}", &e);
                    assert_int_equal(journal_rig_take(&r, &e, NULL, NULL), TAKEN_STORED);
                    free(e.bytes);
                }
            }
            (void)snprintf(sql, sizeof sql, "SELECT count(*) FROM person WHERE name = '%s'", list[a > b ? a : b].name);
            assert_int_equal(journal_rig_int(r.db, sql), a != b);
            db_rollback(r.db);
        }
    journal_rig_close(&r);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(any_order_folds_to_the_same, setup, teardown),
        cmocka_unit_test_setup_teardown(journals_that_copy_each_other_agree, setup, teardown),
        cmocka_unit_test_setup_teardown(the_digest_sees_a_difference, setup, teardown),
        cmocka_unit_test_setup_teardown(an_own_event_below_a_foreign_one, setup, teardown),
        cmocka_unit_test_setup_teardown(the_order_is_rev_writer_epoch_seq, setup, teardown),
    };
    return cmocka_run_group_tests_name("journal_fold", tests, NULL, NULL);
}
