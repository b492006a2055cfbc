/* SPDX-License-Identifier: MIT */
/* Photos by the shutter button, over the simulated camera: what is recorded, and that nothing is where it failed. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "app/photo/shutter.h"
#include "app/photo/snapshot.h"
#include "tests/support/board_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fixture {
    struct board_rig r;
    struct shutter *shutter;
    struct snapshot snapshot;
    int queued;
};

static void queued(void *ctx) { ((struct fixture *)ctx)->queued++; }

static int setup(void **state) {
    struct fixture *f = calloc(1, sizeof *f);
    clock_fake_wall((struct wall){ INT64_C(1795334400000) }); /* 2026-11-22T16:00:00+08:00 */
    board_rig_open(&f->r);
    struct buf b = board_rig_jpeg(&f->r, 1, "a.jpg");
    buf_fini(&b);
    f->shutter = board_rig_shutter(&f->r);
    f->r.photos.queued = queued;
    f->r.photos.ctx = f;
    f->snapshot = (struct snapshot){ .photos = &f->r.photos,
                                     .writer = f->r.writer,
                                     .reader = f->r.reader,
                                     .journal = f->r.depot.journal,
                                     .site = BOARD_RIG_SITE,
                                     .timezone = "Asia/Shanghai",
                                     .shot_ms = 600 };
    *state = f;
    return 0;
}

static int teardown(void **state) {
    struct fixture *f = *state;
    shutter_destroy(f->shutter);
    board_rig_close(&f->r);
    free(f);
    clock_fake_off();
    return 0;
}

static int64_t taken(struct fixture *f) {
    return board_rig_count(&f->r, "SELECT count(*) FROM event WHERE type = 'photo-taken'");
}

struct note {
    struct fixture *f;
    const char *stage;
};

static int log_job(struct db *db, void *arg) {
    struct note *n = arg;
    struct appended out;
    char id[ID_SIZE], data[200];
    ids_make(clock_wall(), id);
    (void)snprintf(data, sizeof data,
                   "{\"date\":\"2026-11-22\",\"stage\":\"%s\",\"done\":[\"x\"],\"plan\":[],\"photos\":[]}", n->stage);
    struct event_draft d = { .id = id,
                             .site = BOARD_RIG_SITE,
                             .type = "daylog-submitted",
                             .subject_id = id,
                             .actor = "user/u-01",
                             .data = data };
    return journal_append(n->f->r.depot.journal, db, &d, &out, NULL);
}

static void a_press_is_a_photo_of_the_board(void **state) {
    struct fixture *f = *state;
    char id[ID_SIZE];
    struct err_text e = { 0 };
    struct note n = { f, "carpentry" };
    assert_int_equal(store_call(f->r.writer, log_job, &n), 0);
    assert_int_equal(snapshot_take(&f->snapshot, id, &e), 0);
    char *text = board_rig_text(&f->r, "SELECT id || ' ' || origin || ' ' || actor || ' ' || stage || room FROM photo");
    char want[160];
    (void)snprintf(want, sizeof want, "%s camera board carpentry", id);
    assert_string_equal(text, want);
    free(text);
    assert_int_equal(f->queued, 1);
    assert_int_equal(board_rig_count(&f->r, "SELECT count(*) FROM upload"),
                     2); /* thumbnail and original go to head office */
    board_rig_again(&f->r);
    assert_int_equal(taken(f), 1);
    assert_int_equal((int)board_rig_adopt(&f->r), 0);
}

/* Without a log the plan says where the site stands. */
static void without_a_log_the_plan_says_the_stage(void **state) {
    struct fixture *f = *state;
    char id[ID_SIZE];
    assert_int_equal(snapshot_take(&f->snapshot, id, NULL), 0);
    assert_int_equal(board_rig_count(&f->r, "SELECT count(*) FROM photo WHERE stage <> ''"), 1);
}

static void what_fails_says_why_and_leaves_nothing(void **state) {
    struct fixture *f = *state;
    static const char *const faults[] = { "absent\n", "stall\n", "garbage\n", "truncated\n" };
    char id[ID_SIZE] = "none";
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        struct err_text e = { 0 };
        board_rig_faults(&f->r, faults[i]);
        assert_int_not_equal(snapshot_take(&f->snapshot, id, &e), 0);
        assert_string_not_equal(e.text, "");
    }
    struct err_text e = { 0 };
    board_rig_faults(&f->r, NULL);
    f->r.photos.shutter = NULL;
    assert_int_equal(snapshot_take(&f->snapshot, id, &e), ERR_NOT_FOUND);
    assert_non_null(strstr(e.text, "[camera] device"));
    f->r.photos.shutter = f->shutter;
    store_stop(f->r.writer);
    f->r.writer = NULL;
    struct store_options o = { .name = "store", .writer = true, .max_waiting = 0, .max_batch = 1 };
    assert_int_equal(db_open(f->r.depot.journal_path, DB_JOURNAL, &o.db, NULL), 0);
    assert_int_equal(store_start(&o, &f->r.writer), 0);
    f->snapshot.writer = f->r.writer; /* takes no job */
    e = (struct err_text){ 0 };
    assert_int_equal(snapshot_take(&f->snapshot, id, &e), ERR_BUSY);
    assert_string_not_equal(e.text, "");
    assert_string_equal(id, "none");
    assert_int_equal(taken(f), 0);
    assert_int_equal(f->queued, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_press_is_a_photo_of_the_board, setup, teardown),
        cmocka_unit_test_setup_teardown(without_a_log_the_plan_says_the_stage, setup, teardown),
        cmocka_unit_test_setup_teardown(what_fails_says_why_and_leaves_nothing, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
