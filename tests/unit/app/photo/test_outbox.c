/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/photo/outbox.h"
#include "tests/support/temp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOW 1700000000000

struct fixture {
    char *dir, *path;
    struct store *store;
    struct db *db; /* a reader beside */
    struct outbox_impl *impl;
    struct outbox box;
};

static int run_schema(struct db *db, void *arg) { return (void)arg, db_exec(db, outbox_schema, NULL); }

static void open_all(struct fixture *f) {
    struct db *writer = NULL, *reader = NULL;
    struct err_text e = { 0 };
    if (db_open(f->path, DB_JOURNAL, &writer, &e) != 0) fail_msg("%s", e.text);
    assert_int_equal(store_start(
                         &(struct store_options){
                             .name = "store", .db = writer, .writer = true, .max_waiting = 100, .max_batch = 10 },
                         &f->store),
                     0);
    assert_int_equal(db_open(f->path, DB_JOURNAL_READER, &reader, &e), 0);
    assert_int_equal(db_open(f->path, DB_JOURNAL_READER, &f->db, &e), 0);
    assert_int_equal(outbox_create(reader, f->store, NULL, &f->impl), 0);
    f->box = outbox_seam(f->impl);
}

static void close_all(struct fixture *f) {
    outbox_destroy(f->impl);
    db_close(f->db);
    store_stop(f->store);
}

static int setup(void **state) {
    struct fixture *f = calloc(1, sizeof *f);
    f->dir = temp_make();
    f->path = temp_path(f->dir, "journal.db");
    open_all(f);
    assert_int_equal(store_call(f->store, run_schema, NULL), 0);
    *state = f;
    return 0;
}

static int teardown(void **state) {
    struct fixture *f = *state;
    close_all(f);
    free(f->path);
    temp_remove(f->dir);
    free(f);
    return 0;
}

/* Hashes that differ by a digit. */
static const char *hash_of(char c) {
    static char texts[8][HASH_TEXT_SIZE];
    static int next;
    char *out = texts[next++ % 8];
    memset(out, c, 64);
    out[64] = '\0';
    return out;
}

static int run_add(struct db *db, void *arg) { return outbox_add(db, arg); }
static int run_urgent(struct db *db, void *arg) { return outbox_urgent(db, arg); }
static int run_dropped(struct db *db, void *arg) { return outbox_dropped(db, arg); }

/* The thumbnail's hash is the next digit. */
static void add(struct fixture *f, char c, const char *origin) {
    char id[ID_SIZE];
    ids_make((struct wall){ NOW + c }, id);
    struct outbox_photo p = { id, hash_of(c), 1000, hash_of((char)(c + 1)), 10, origin };
    assert_int_equal(store_call(f->store, run_add, &p), 0);
}

static int run_mark(struct db *db, void *arg) { return (void)db, (void)arg, 0; }

static void confirm(struct fixture *f, const char *sha256, bool really) {
    char one[1][HASH_TEXT_SIZE];
    memcpy(one[0], sha256, HASH_TEXT_SIZE);
    assert_int_equal(really ? f->box.confirmed(f->impl, (const char(*)[HASH_TEXT_SIZE])one, 1)
                            : f->box.withdrawn(f->impl, (const char(*)[HASH_TEXT_SIZE])one, 1),
                     0);
    assert_int_equal(store_call(f->store, run_mark, NULL), 0); /* jobs run in order: it is kept now */
}

static struct outbox_item next(struct fixture *f, int64_t now) {
    struct outbox_item item = { 0 };
    int64_t due = 0;
    int found = f->box.next(f->box.ctx, (struct wall){ now }, &item, &due);
    assert_true(found == 0 || found == 1);
    if (found == 0) item.id = 0, item.offset = due;
    return item;
}

static void save(struct fixture *f, const struct outbox_item *item) {
    assert_int_equal(f->box.save(f->box.ctx, item), 0);
}

/* ---- */

static void test_order(void **state) {
    struct fixture *f = *state;
    add(f, '0', "timelapse");
    add(f, '2', "phone");
    add(f, '4', "camera");
    add(f, '6', "phone");
    assert_int_equal(store_call(f->store, run_urgent, (void *)(uintptr_t)hash_of('6')), 0);
    static const char expected[] = "73516240"; /* thumbnails, then originals; the hazard's, people's, time-lapse */
    for (size_t i = 0; i < 8; i++) {
        struct outbox_item item = next(f, NOW);
        assert_int_equal(item.state, OUTBOX_WAITING);
        assert_int_equal(item.sha256[0], expected[i]);
        assert_int_equal(item.thumb, i < 4);
        assert_int_equal(item.bytes, i < 4 ? 10 : 1000);
        item.state = OUTBOX_CONFIRMED;
        save(f, &item);
    }
    assert_int_equal(next(f, NOW).id, 0);
    assert_int_equal(next(f, NOW).offset, -1); /* nothing waits */
}

static void test_state_survives(void **state) {
    struct fixture *f = *state;
    add(f, 'a', "phone");
    struct outbox_item item = next(f, NOW);
    snprintf(item.url, sizeof item.url, "/tus/abc");
    item.offset = 5;
    item.attempts = 3;
    item.next_at = (struct wall){ NOW + 4000 };
    save(f, &item);
    close_all(f);
    open_all(f);
    struct outbox_item other = next(f, NOW); /* the original: the thumbnail waits */
    assert_false(other.thumb);
    other.next_at = (struct wall){ NOW + 90000 };
    save(f, &other);
    assert_int_equal(next(f, NOW).id, 0);
    assert_int_equal(next(f, NOW).offset, 4000);
    struct outbox_item again = next(f, NOW + 4000);
    assert_int_equal(again.id, item.id);
    assert_string_equal(again.url, "/tus/abc");
    assert_int_equal(again.offset, 5);
    assert_int_equal(again.attempts, 3);
    assert_int_equal(next(f, NOW - 86400000).id, item.id); /* the clock stepped back by a day: nothing waits for days */
}

static void test_counts(void **state) {
    struct fixture *f = *state;
    struct outbox_counts c;
    add(f, '0', "phone");
    add(f, '2', "phone");
    add(f, '0', "phone"); /* another photo of the same bytes */
    assert_int_equal(outbox_counts(f->db, &c), 0);
    assert_int_equal(c.total, 2);
    assert_int_equal(c.bytes, 2000);
    assert_int_equal(c.pending, 2);
    assert_int_equal(c.pending_bytes, 2000);
    confirm(f, hash_of('0'), true);
    confirm(f, hash_of('3'), true); /* a thumbnail */
    confirm(f, hash_of('f'), true); /* unknown */
    assert_int_equal(outbox_counts(f->db, &c), 0);
    assert_int_equal(c.total, 2);
    assert_int_equal(c.pending, 1);
    assert_int_equal(c.pending_bytes, 1000);
    bool is = false;
    assert_int_equal(outbox_is_confirmed(f->db, hash_of('0'), &is), 0);
    assert_true(is);
    assert_int_equal(outbox_is_confirmed(f->db, hash_of('2'), &is), 0);
    assert_false(is);
    char newest[10][HASH_TEXT_SIZE];
    size_t n = 0;
    assert_int_equal(outbox_unconfirmed(f->db, newest, 10, &n), 0);
    assert_int_equal(n, 2);
    assert_int_equal(newest[0][0], '2');
    assert_int_equal(newest[1][0], '1');
    assert_int_equal(outbox_unconfirmed(f->db, newest, 1, &n), 0);
    assert_int_equal(n, 1);
}

static void test_confirmation_is_not_taken_back(void **state) {
    struct fixture *f = *state;
    add(f, '0', "phone");
    struct outbox_item thumb = next(f, NOW);
    confirm(f, thumb.sha256, true); /* while the upload thread is at it */
    thumb.state = OUTBOX_UPLOADED;
    save(f, &thumb);
    assert_false(next(f, NOW + 1000000).thumb);
    add(f, '0', "phone"); /* nor by another photo of the same bytes */
    assert_false(next(f, NOW + 1000000).thumb);
    confirm(f, thumb.sha256, false); /* only by head office */
    struct outbox_item again = next(f, NOW);
    assert_int_equal(again.id, thumb.id);
    assert_int_equal(again.state, OUTBOX_WAITING);
    assert_string_equal(again.url, "");
    assert_int_equal(again.offset, 0);
}

/* Head office lost nobody knows what: all that it confirmed is offered again, but for what is no longer here. */
static void test_doubted(void **state) {
    struct fixture *f = *state;
    struct outbox_counts c;
    add(f, '0', "phone");
    add(f, '2', "phone");
    add(f, '4', "phone");
    for (int i = 0; i < 4; i++) confirm(f, hash_of((char)('0' + i)), true);
    assert_int_equal(store_call(f->store, run_dropped, (void *)(uintptr_t)hash_of('0')), 0);
    assert_int_equal(outbox_counts(f->db, &c), 0);
    assert_int_equal(c.pending, 1);
    assert_int_equal(f->box.doubted(f->impl), 0);
    assert_int_equal(store_call(f->store, run_mark, NULL), 0);
    assert_int_equal(outbox_counts(f->db, &c), 0);
    assert_int_equal(c.pending, 2);
    bool is = false;
    assert_int_equal(outbox_is_confirmed(f->db, hash_of('0'), &is), 0);
    assert_true(is);
    assert_int_equal(outbox_is_confirmed(f->db, hash_of('2'), &is), 0);
    assert_false(is);
}

static void test_corrupt_ones_are_left_until_they_come_again(void **state) {
    struct fixture *f = *state;
    struct outbox_counts c;
    add(f, '0', "phone");
    struct outbox_item thumb = next(f, NOW);
    thumb.state = OUTBOX_CONFIRMED;
    save(f, &thumb);
    struct outbox_item item = next(f, NOW);
    item.state = OUTBOX_CORRUPT;
    save(f, &item);
    assert_int_equal(next(f, NOW).id, 0);
    assert_int_equal(outbox_counts(f->db, &c), 0);
    assert_int_equal(c.pending, 1);
    add(f, '0', "phone");
    assert_int_equal(next(f, NOW).id, item.id);
}

static void test_uploaded_and_waiting_take_turns(void **state) {
    struct fixture *f = *state;
    add(f, '0', "phone");
    add(f, '2', "phone");
    struct outbox_item item = next(f, NOW);
    item.state = OUTBOX_UPLOADED;
    item.next_at = (struct wall){ NOW + 60000 };
    save(f, &item);
    int checks = 0;
    for (int i = 0; i < 6; i++) assert_int_equal(next(f, NOW).state, OUTBOX_WAITING);
    for (int i = 0; i < 6; i++) checks += next(f, NOW + 60000).state == OUTBOX_UPLOADED;
    assert_int_equal(checks, 3);
}

static int run_choose(struct db *db, void *arg) { return outbox_choose(db, false, 8, arg); }
static int run_kept(struct db *db, void *arg) { return outbox_kept(db, arg); }
static int run_said(struct db *db, void *arg) { return outbox_said(db, arg); }

static size_t choose(struct fixture *f) {
    size_t n = 99;
    assert_int_equal(store_call(f->store, run_choose, &n), 0);
    return n;
}

static void test_what_may_be_dropped(void **state) {
    struct fixture *f = *state;
    struct outbox_chosen list[8];
    char unsaid[8][HASH_TEXT_SIZE];
    size_t n = 9;
    int64_t bytes = -1;
    add(f, '0', "phone");
    add(f, '2', "timelapse");
    add(f, '4', "timelapse");
    assert_int_equal(choose(f), 0); /* nothing that head office has not received */
    confirm(f, hash_of('0'), true);
    confirm(f, hash_of('4'), true);
    confirm(f, hash_of('1'), true); /* thumbnails stay */
    assert_int_equal(choose(f), 2);
    assert_int_equal(choose(f), 0); /* they are, already */
    assert_int_equal(outbox_chosen(f->db, list, 8, &n), 0);
    assert_int_equal(n, 2);
    assert_int_equal(list[0].sha256[0], '4'); /* time-lapse first, though it is younger */
    assert_int_equal(list[1].sha256[0], '0');
    assert_true(list[0].received && list[1].received);
    assert_int_equal(outbox_unsaid(f->db, unsaid, 8, &n, &bytes), 0);
    assert_int_equal(n, 0);
    assert_int_equal(store_call(f->store, run_dropped, (void *)(uintptr_t)hash_of('4')), 0);
    assert_int_equal(store_call(f->store, run_kept, (void *)(uintptr_t)hash_of('4')), 0); /* is gone, all the same */
    assert_int_equal(outbox_unsaid(f->db, unsaid, 8, &n, &bytes), 0);
    assert_int_equal(n, 1);
    assert_int_equal(unsaid[0][0], '4');
    assert_int_equal(bytes, 1000);
    assert_int_equal(store_call(f->store, run_said, (void *)(uintptr_t)hash_of('4')), 0);
    assert_int_equal(store_call(f->store, run_dropped, (void *)(uintptr_t)hash_of('4')), 0); /* is told once */
    assert_int_equal(outbox_unsaid(f->db, unsaid, 8, &n, &bytes), 0);
    assert_int_equal(n, 0);
    confirm(f, hash_of('4'), false); /* head office lost it, and it is not here any more */
    for (int i = 0; i < 3; i++) assert_int_not_equal(next(f, NOW).sha256[0], '4');
}

/* Head office takes its word back between choosing and dropping. */
static void test_a_chosen_one_may_be_wanted_again(void **state) {
    struct fixture *f = *state;
    struct outbox_chosen list[8];
    size_t n = 9;
    for (int i = 0; i < 2; i++) {
        add(f, (char)('0' + 2 * i), "phone");
        confirm(f, hash_of((char)('0' + 2 * i)), true);
    }
    assert_int_equal(choose(f), 2);
    confirm(f, hash_of('0'), false);
    assert_int_equal(outbox_chosen(f->db, list, 8, &n), 0);
    assert_false(list[0].received);
    assert_true(list[1].received);
    assert_int_equal(f->box.doubted(f->impl), 0); /* all of it */
    assert_int_equal(store_call(f->store, run_mark, NULL), 0);
    assert_int_equal(outbox_chosen(f->db, list, 8, &n), 0);
    assert_int_equal(n, 2);
    assert_false(list[1].received);
    for (int i = 0; i < 2; i++)
        assert_int_equal(store_call(f->store, run_kept, (void *)(uintptr_t)hash_of((char)('0' + 2 * i))), 0);
    assert_int_equal(outbox_chosen(f->db, list, 8, &n), 0);
    assert_int_equal(n, 0);
    confirm(f, hash_of('1'), true);
    confirm(f, hash_of('3'), true);
    assert_int_equal(next(f, NOW).sha256[0], '0'); /* and is sent again */
}

static void test_refuses_nonsense(void **state) {
    struct fixture *f = *state;
    char id[ID_SIZE];
    ids_make((struct wall){ NOW }, id);
    struct outbox_photo p = { id, "abc", 1000, NULL, 0, "phone" };
    assert_int_equal(store_call(f->store, run_add, &p), ERR_INVALID);
    p.sha256 = hash_of('a');
    p.bytes = 0;
    assert_int_equal(store_call(f->store, run_add, &p), ERR_INVALID);
    p.bytes = 5;
    assert_int_equal(store_call(f->store, run_add, &p), 0); /* without a thumbnail */
    assert_false(next(f, NOW).thumb);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        T(test_order),
        T(test_state_survives),
        T(test_counts),
        T(test_confirmation_is_not_taken_back),
        T(test_doubted),
        T(test_corrupt_ones_are_left_until_they_come_again),
        T(test_uploaded_and_waiting_take_turns),
        T(test_what_may_be_dropped),
        T(test_a_chosen_one_may_be_wanted_again),
        T(test_refuses_nonsense),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
